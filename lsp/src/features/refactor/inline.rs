//! A `let`'s value in the place of its name: at one use, or at all of them, and then the `let` goes. Not where
//! that would mean something else, such as where a field has the name of a parameter in the value.

use syntax::analysis::{Let, What};
use syntax::ast::{self, AstNode, Expr, LetValue};
use syntax::{Edit, SyntaxKind, SyntaxNode, TextRange, TextSize};

use super::{Change, Here, has_errors, meaning};
use crate::document::Document;
use crate::features::actions::Kind;

pub(super) fn inline(here: &Here<'_>) -> Vec<Change> {
    let Some((defined, node)) = defined(here) else { return Vec::new() };
    let Some(value) = node.value() else { return Vec::new() };
    let document = here.document;
    let uses: Vec<TextRange> = uses(document, &defined.name).collect();
    let title = |where_to: &str| format!("Inline `{}`{where_to}", defined.name);
    let mut found = Vec::new();
    if let Some(edits) = replaced(here, &value, uses.iter().copied()) {
        let title = match uses.len() {
            1 => title(""),
            count => title(&format!(" in all {count} places")),
        };
        let edits = edits.into_iter().chain([Edit { range: removed(document, node.range()), text: String::new() }]);
        found.push(Change { kind: Kind::RefactorInline, title, edits: edits.collect() });
    }
    let this = uses.iter().copied().find(|place| place.contains_inclusive(here.range.start()));
    if let (Some(this), 2..) = (this, uses.len())
        && let Some(edits) = replaced(here, &value, [this])
    {
        found.insert(0, Change { kind: Kind::RefactorInline, title: title(" here"), edits });
    }
    found.retain(|change| meaning::is_kept(document, &change.edits));
    found
}

/// The `let` that the place names: where it is defined, or where it is used.
fn defined<'a>(here: &'a Here<'_>) -> Option<(&'a Let, ast::Let)> {
    let lets = &here.document.analysis().lets;
    let at = here.range.start();
    let named = |name: &str| lets.iter().find(|known| *known.name == *name);
    let by_use = || match &here.document.analysis().resolution_at(at)?.what {
        What::Let(name) => named(name),
        _ => None,
    };
    let head = |known: &&Let| TextRange::new(known.range.start(), known.name_range.end()).contains_inclusive(at);
    let defined = lets.iter().find(head).or_else(by_use)?;
    // Of two with one name nobody knows which is meant.
    if lets.iter().filter(|other| other.name == defined.name).count() > 1 {
        return None;
    }
    let root = here.document.parse().root();
    let name = root.syntax().token_at_offset(defined.name_range.start()).right_biased()?;
    Some((defined, name.parent_ancestors().find_map(ast::Let::cast)?))
}

fn uses<'a>(document: &'a Document, name: &'a str) -> impl Iterator<Item = TextRange> + 'a {
    let all = document.analysis().resolutions.iter();
    let of = move |what: &What| matches!(what, What::Let(used) if **used == *name);
    all.filter(move |resolution| of(&resolution.what)).map(|resolution| resolution.range)
}

/// None where there is a use that cannot be replaced, or none at all.
fn replaced(here: &Here<'_>, value: &LetValue, uses: impl IntoIterator<Item = TextRange>) -> Option<Vec<Edit>> {
    let (document, root) = (here.document, here.document.parse().root());
    let text = here.plain(value.range());
    let mut edits: Vec<Edit> = Vec::new();
    for range in uses {
        let block = root.blocks().find(|block| block.range().contains_range(range))?;
        let token = root.syntax().token_at_offset(range.start()).right_biased()?;
        let name = token.parent_ancestors().find_map(ast::NameRef::cast)?;
        // A path into the value is more than its name.
        if name.range() != range || has_errors(document, block.range()) {
            return None;
        }
        let text = if needs_parentheses(value, name.syntax()) { format!("({text})") } else { text.clone() };
        if edits.last().is_none_or(|last| last.range != range) {
            edits.push(Edit { range, text });
        }
    }
    (!edits.is_empty()).then_some(edits)
}

fn needs_parentheses(value: &LetValue, name: &SyntaxNode) -> bool {
    let kind = |node: &SyntaxNode| node.parent().map(|parent| parent.kind());
    match value {
        // At the beginning of a pipeline its own stages follow; elsewhere its end must show.
        LetValue::Pipeline(_) => match name.parent().filter(|source| source.kind() == SyntaxKind::SOURCE) {
            Some(source) => kind(&source) != Some(SyntaxKind::PIPELINE),
            None => false,
        },
        LetValue::Expr(Expr::Binary(_) | Expr::Prefix(_)) => kind(name) != Some(SyntaxKind::LET),
        LetValue::Expr(_) | LetValue::Function(_) => false,
    }
}

/// The statement, with the rest of its line where nothing else is on it.
fn removed(document: &Document, range: TextRange) -> TextRange {
    let line_end = document.line_end(range.end());
    let rest = document.slice(TextRange::new(range.end(), line_end));
    if !rest.trim().is_empty() {
        return range;
    }
    let after = usize::from(line_end);
    let line_break = document.text().get(after..).map_or(0, |rest| match rest.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    });
    TextRange::new(range.start(), line_end + TextSize::new(line_break))
}
