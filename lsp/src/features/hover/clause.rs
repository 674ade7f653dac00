//! What is said of the words and signs within a stage: `by`, `kind=`, `desc`, a type, a pattern of names; and of
//! a block's fence.

use syntax::ast::{self, AstNode};
use syntax::{SyntaxKind, SyntaxNode, SyntaxToken, TextRange, catalog};

use super::At;
use crate::features::{cost, scan, schemas};

/// Fields that are named.
const NAMED: usize = 12;

impl At<'_> {
    /// A word of the language that is neither a stage's nor a value's.
    pub(super) fn clause(&self, token: &SyntaxToken, node: &SyntaxNode) -> Option<(TextRange, String)> {
        use SyntaxKind::*;
        let of = match token.kind() {
            BY_KW | ON_KW | OF_KW | AS_KW | TO_KW | TYPEOF_KW | WITH_KW | WITHIN_KW | ASC_KW | DESC_KW | NULLS_KW
            | FIRST_KW | LAST_KW | LIMIT_KW | PERCENT => stage_word(node)?,
            DOT_DOT | TRUE_KW | FALSE_KW | NULL_KW | DYNAMIC_KW | LET_KW => String::new(),
            IDENT if node.kind() == TYPE_NAME => "typeof".to_owned(),
            L_BRACKET | R_BRACKET if node.kind() == INDEX_EXPR => {
                return Some((token.text_range(), described("[", "")?));
            }
            STRING if node.parent().is_some_and(|outer| outer.kind() == INDEX_EXPR) => {
                return Some((token.text_range(), described("[", "")?));
            }
            _ => return None,
        };
        // Types have other spellings too.
        let word = match node.kind() {
            TYPE_NAME => syntax::Type::from_word(token.text())?.word(),
            _ => token.text(),
        };
        Some((token.text_range(), described(word, &of)?))
    }

    /// The name of what is set with `=`, or one of the words that it can be.
    pub(super) fn property(&self, node: &SyntaxNode) -> Option<String> {
        let outer = node.parent()?;
        let word = node.text().to_string();
        match (node.kind(), outer.kind()) {
            (SyntaxKind::NAME, SyntaxKind::PROPERTY) => {
                let stage = stage_word(&outer)?;
                described(&word, &stage).or_else(|| {
                    let known = match stage.as_str() {
                        "render" => &scan::RENDER[..],
                        "parse-kv" => &scan::PARSE_KV,
                        _ => return None,
                    };
                    let (_, doc) = known.iter().find(|(known, _)| known.trim_end_matches('=') == word)?;
                    Some(format!("`{word}=`: {doc}"))
                })
            }
            (SyntaxKind::NAME, SyntaxKind::NAMED_EXPR) => {
                let call = outer.parent().filter(|list| list.kind() == SyntaxKind::ARG_LIST)?.parent()?;
                described(&word, &ast::CallExpr::cast(call)?.function()?.text())
            }
            (SyntaxKind::NAME_REF, SyntaxKind::PROPERTY) => {
                let name = outer.children().next().filter(|name| name.kind() == SyntaxKind::NAME)?.text().to_string();
                let known = match (stage_word(&outer)?.as_str(), name.as_str()) {
                    ("join", "kind") => &scan::JOIN_KINDS[..],
                    ("lookup", "kind") => &scan::LOOKUP_KINDS,
                    ("parse" | "parse-where", "kind") => &scan::PARSE_KINDS,
                    ("mv-expand", "bagexpansion") => &scan::BAGS,
                    _ => return None,
                };
                let (_, doc) = known.iter().find(|(known, _)| *known == word)?;
                Some(format!("`{name}={word}`: {doc}"))
            }
            _ => None,
        }
    }

    /// Which fields a name with `*` stands for.
    pub(super) fn pattern(&self, node: &SyntaxNode) -> Option<String> {
        let pattern = ast::NamePattern::cast(node.clone())?.text();
        let stage = schemas::stage_at(self.document, self.block, node.text_range().start())?;
        let fields: Vec<_> = stage.input.fields.iter().filter(|field| fits(&pattern, &field.name)).collect();
        let named: Vec<String> =
            fields.iter().take(NAMED).map(|field| format!("- `{}`: {}", field.name, field.ty)).collect();
        let more = fields.len().saturating_sub(NAMED);
        let more = if more > 0 { format!("\n- and {more} more") } else { String::new() };
        Some(match fields.len() {
            0 => format!("`{pattern}` matches no field here."),
            1 => format!("`{pattern}` matches 1 field:\n\n{}", named.concat()),
            count => format!("`{pattern}` matches {count} fields:\n\n{}{more}", named.join("\n")),
        })
    }

    /// The block, by its fence.
    pub(super) fn fence(&self, node: &SyntaxNode) -> Option<(TextRange, String)> {
        let block = self.document.analysis().blocks.get(self.block)?;
        let of = node.ancestors().find_map(ast::Block::cast)?;
        let open = of.open()?.text_range();
        let range = TextRange::new(open.start(), self.document.line_end(open.end()));
        let mut said = format!("Block `{}`", block.name);
        if let Some(heading) = &block.heading {
            said.push_str(&format!(", under “{heading}”"));
        }
        let pipelines =
            of.body().into_iter().flat_map(|body| body.statements()).filter_map(|statement| match statement {
                ast::Statement::Pipeline(pipeline) => Some(pipeline.range().end()),
                ast::Statement::Let(_) => None,
            });
        let end = pipelines.last();
        let last = block.stages.iter().filter(|stage| Some(stage.range.end()) == end);
        match last.min_by_key(|stage| stage.range.start()) {
            Some(last) => said.push_str(&format!("\n\nGives:\n\n{}", schemas::table(&last.output))),
            None if end.is_none() => said.push_str("\n\nOnly defines what other blocks use."),
            None => {}
        }
        if let Some(cost) = cost::cost(self.document, block, false) {
            said.push_str(&format!("\n\nCosts: {cost}"));
        }
        Some((range, said))
    }
}

fn described(word: &str, of: &str) -> Option<String> {
    let row = catalog::clauses::by_word(word, of)?;
    Some(format!("```headwater\n{}\n```\n{}", row.signature, row.doc))
}

/// The word of the stage that a node is in.
fn stage_word(node: &SyntaxNode) -> Option<String> {
    let stage = node.ancestors().find_map(ast::Stage::cast)?;
    Some(stage.word()?.text().to_owned())
}

/// `*` stands for any part of a name.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, behind)) = name.split_once(part) else { return false };
        name = behind;
    }
    name.ends_with(last)
}
