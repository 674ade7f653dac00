//! The formatter. Only what is inside our fences is touched. A block without a closing fence is left as it is, and
//! so are the lines of a stage with a syntax error; where the mistake is not in one stage, all of its block.
//!
//! One stage a line, unless the whole pipeline was written on one line and fits there. The result is the same
//! tokens in the same order, but for the direction that `sort` leaves out: it is written, because it is `desc`.

mod broken;
mod kept;
mod layout;
mod print;

use std::ops::Range;

use crate::ast::AstNode;
use crate::kind::SyntaxKind::*;
use crate::{Edit, Parse, Severity, TextRange, TextSize, ast};

/// Lines get no longer than this where they can be broken, counted without a list's or quote's prefix.
const WIDTH: usize = 100;

/// What has to change, at most one edit a block, in the order of the text. A block whose edit would change what it
/// means, or would not be the last one, is left as it is.
pub fn format(parse: &Parse) -> Vec<Edit> {
    kept::kept(parse, edits(parse))
}

/// The same before anybody has looked at what comes of it.
fn edits(parse: &Parse) -> Vec<Edit> {
    let errors: Vec<TextRange> = parse
        .diagnostics()
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| diagnostic.range)
        .collect();
    let edit = |block: ast::Block| {
        if block.open().is_some() && block.close().is_none() {
            return None;
        }
        match errors_in(&block, &errors) {
            [] => replaced(&block, rendered(&block.body()?)),
            errors => broken::lines(&block.body()?, errors).and_then(|lines| replaced(&block, lines)),
        }
    };
    parse.root().blocks().filter_map(edit).collect()
}

/// The text with the edits of [`format()`] made.
pub fn formatted(text: &str) -> String {
    with(text, &format(&crate::parse(text)))
}

/// The text with edits made, which are in its order.
fn with(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(&text[at..edit.range.start().into()]);
        out.push_str(&edit.text);
        at = edit.range.end().into();
    }
    out.push_str(&text[at..]);
    out
}

fn errors_in<'a>(block: &ast::Block, errors: &'a [TextRange]) -> &'a [TextRange] {
    let range = block.range();
    // They are in the order of the text, and blocks do not touch each other.
    let first = errors.partition_point(|error| error.end() < range.start());
    let end = first + errors[first..].partition_point(|error| error.start() <= range.end());
    &errors[first..end]
}

/// The edit that gives the block another body and formats it. `body` is without what a list or quote puts before
/// its lines. None where it is no pipeline, or where nothing changes.
pub fn rewritten(block: &ast::Block, body: &str) -> Option<Edit> {
    let parse = crate::parse_query(body);
    if parse.diagnostics().iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return None;
    }
    replaced(block, rendered(&parse.root().blocks().next()?.body()?))
}

/// A line of a body.
enum Line {
    /// Without what a list or quote puts before it.
    Made(String),
    /// As it was written, with all that stands before it.
    Kept(String),
}

fn rendered(body: &ast::Body) -> Vec<Line> {
    layout::render(print::ops(body), WIDTH).into_iter().map(Line::Made).collect()
}

fn replaced(block: &ast::Block, by: Vec<Line>) -> Option<Edit> {
    let body = block.body()?;
    let old = body.syntax().text().to_string();
    // A carriage return alone ends a line for some readers of Markdown and not for others.
    if block.syntax().text().to_string().replace("\r\n", "").contains('\r') {
        return None;
    }
    let line_break = line_break(block);
    let prefix = prefix(&body);
    let mut new = String::with_capacity(old.len());
    for line in by {
        match line {
            Line::Made(line) => new.push_str(format!("{prefix}{line}").trim_end()),
            Line::Kept(line) => new.push_str(&line),
        }
        new.push_str(line_break);
    }
    if !old.ends_with(['\n', '\r']) {
        new.truncate(new.len() - line_break.len().min(new.len()));
    }
    let (range, changed) = difference(&old, &new)?;
    let offset = |at: usize| body.range().start() + TextSize::try_from(at).unwrap_or_default();
    Some(Edit { range: TextRange::new(offset(range.start), offset(range.end)), text: new[changed].to_owned() })
}

/// The block's own way to end a line.
fn line_break(block: &ast::Block) -> &'static str {
    let mut tokens = block.syntax().descendants_with_tokens().filter_map(rowan::NodeOrToken::into_token);
    match tokens.find(|token| token.kind() == NEWLINE).map(|token| token.text().to_owned()).as_deref() {
        Some("\r\n") => "\r\n",
        _ => "\n",
    }
}

/// What the list or quote puts before a line that has something on it.
fn prefix(body: &ast::Body) -> String {
    let mut prefix = String::new();
    for token in body.syntax().descendants_with_tokens().filter_map(rowan::NodeOrToken::into_token) {
        match token.kind() {
            PREFIX => prefix = token.text().to_owned(),
            NEWLINE => prefix.clear(),
            WHITESPACE => {}
            _ => break,
        }
    }
    prefix
}

/// The lines that differ: where they are in the old text, and where in the new.
fn difference(old: &str, new: &str) -> Option<(Range<usize>, Range<usize>)> {
    if old == new {
        return None;
    }
    let same = |pairs: &mut dyn Iterator<Item = (&str, &str)>| {
        pairs.take_while(|(old, new)| old == new).map(|(old, _)| old.len()).sum::<usize>()
    };
    let start = same(&mut old.split_inclusive('\n').zip(new.split_inclusive('\n')));
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = same(&mut old_rest.split_inclusive('\n').rev().zip(new_rest.split_inclusive('\n').rev()));
    Some((start..old.len() - end, start..new.len() - end))
}
