//! How the call, window or stage at the cursor is written, and which of its parts the cursor is at. A stage is
//! shown where it is asked for and right behind its word; else it would be in the way of whoever types.

use syntax::{SyntaxKind, SyntaxToken, TextSize, catalog};

use super::place::{Call, Place, Word};
use super::words::{self, Kind};
use crate::document::Document;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub label: String,
    pub doc: String,
    /// Byte ranges in the label.
    pub params: Vec<(usize, usize)>,
    pub active: usize,
}

/// Why the editor asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<'a> {
    /// Somebody wants to know.
    Explicitly,
    /// A character was typed that may begin something.
    Typed,
    /// The signature with this label is on the screen.
    Showing(&'a str),
}

pub fn signature(document: &Document, cursor: TextSize, asked: Asked<'_>) -> Option<Signature> {
    let place = Place::at(document, cursor)?;
    let call = place.calls.last().and_then(|call| of_call(document, &place, call, cursor));
    call.or_else(|| of_stage(document, place.stage.as_ref()?, cursor, asked))
}

fn of_call(document: &Document, place: &Place, call: &Call, cursor: TextSize) -> Option<Signature> {
    let summarizes = place.stage.as_ref().is_some_and(|stage| stage.text == "summarize");
    if summarizes
        && place.by
        && let Some(window) = catalog::windows::by_word(&call.function)
    {
        let params = params(window.signature);
        let is_named = |(start, end): &(usize, usize), name: &str| {
            window.signature[*start..*end].split_once('=').is_some_and(|(known, _)| known == name)
        };
        let named = argument_name(document, place, cursor);
        let active = named.and_then(|name| params.iter().position(|param| is_named(param, &name)));
        // What has no name is the next one of those that are left.
        let left = |param: &&(usize, usize)| !place.named.iter().any(|name| is_named(param, name));
        let next = || params.iter().filter(left).nth(call.argument.saturating_sub(place.named.len()));
        let next = || next().and_then(|next| params.iter().position(|param| param == next));
        let active = active.or_else(next).unwrap_or(params.len().saturating_sub(1));
        return Some(Signature { label: window.signature.to_owned(), doc: window.doc.to_owned(), params, active });
    }
    let kinds =
        if summarizes && !place.by { [Kind::Aggregate, Kind::Function] } else { [Kind::Function, Kind::Aggregate] };
    let entry = words::entry(&call.function, &kinds)?;
    let params = params(&entry.signature);
    let active = match call.function.as_str() {
        // Conditions and what they give take turns; the last one may be another condition yet.
        "case" => call.argument % 2,
        _ => call.argument.min(params.len().saturating_sub(1)),
    };
    Some(Signature { label: entry.signature, doc: entry.doc, params, active })
}

fn of_stage(document: &Document, stage: &Word, cursor: TextSize, asked: Asked<'_>) -> Option<Signature> {
    let row = catalog::stages::by_word(&stage.text)?;
    let before = tokens_between(document, stage.start + TextSize::of(stage.text.as_str()), cursor);
    let wanted = match asked {
        Asked::Explicitly => true,
        Asked::Typed => before.is_empty() && cursor > stage.start + TextSize::of(stage.text.as_str()),
        Asked::Showing(label) => label == row.signature,
    };
    if !wanted {
        return None;
    }
    let parts = parts(row.signature);
    let active = active_part(&parts, &before, row.signature);
    let params = parts.into_iter().map(|part| part.range).collect();
    Some(Signature { label: row.signature.to_owned(), doc: row.doc.to_owned(), params, active })
}

/// What is to be filled in for a stage: `N` of `top N by KEY`.
struct Part<'a> {
    range: (usize, usize),
    /// The word that comes before it: `by`, `kind=`, `=`; none for what follows the stage's word.
    behind: Option<&'a str>,
}

fn parts(signature: &str) -> Vec<Part<'_>> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut behind = None;
    let mut at = signature.find(' ').unwrap_or(signature.len());
    while at < signature.len() {
        let rest = &signature[at..];
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if length == 0 {
            if rest.starts_with('=') {
                behind = Some("=");
            }
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let word = &rest[..length];
        // `title=…`
        if rest[length..].starts_with("=…") {
            let end = at + length + "=…".len();
            parts.push(Part { range: (at, end), behind: Some(word) });
            (at, behind) = (end, None);
            continue;
        }
        if word.chars().all(|c| c.is_uppercase() || c == '_') {
            parts.push(Part { range: (at, at + length), behind: behind.take() });
        } else {
            behind = Some(word);
        }
        at += length;
    }
    parts
}

/// The one behind the last of their words that is written; an `=` counts within its item.
fn active_part(parts: &[Part<'_>], before: &[SyntaxToken], signature: &str) -> usize {
    let property = |word: &SyntaxToken| signature.contains(&format!("{}=", word.text()));
    let named = |word: &str, next: Option<&SyntaxToken>| {
        let property = signature.contains(&format!("{word}="));
        !property || next.is_some_and(|next| next.kind() == SyntaxKind::EQ)
    };
    let first = parts.iter().position(|part| part.behind.is_none()).unwrap_or(0);
    // What may be set before it.
    if before.is_empty() {
        return 0;
    }
    if let Some(property) = active_property(parts, before, signature) {
        return property;
    }
    let mut active = first;
    let (mut depth, mut clause) = (0usize, active);
    for (index, token) in before.iter().enumerate() {
        match token.kind() {
            SyntaxKind::L_PAREN | SyntaxKind::L_BRACKET => depth += 1,
            SyntaxKind::R_PAREN | SyntaxKind::R_BRACKET => {
                depth = depth.saturating_sub(1);
            }
            _ if depth > 0 => {}
            SyntaxKind::COMMA => active = clause,
            kind => {
                let word = if kind == SyntaxKind::EQ { "=" } else { token.text() };
                let found = parts.iter().position(|part| part.behind == Some(word));
                if let Some(found) = found.filter(|_| named(word, before.get(index + 1))) {
                    active = found;
                    if word != "=" {
                        clause = found;
                    }
                } else if index > 1 && before[index - 1].kind() == SyntaxKind::EQ && property(&before[index - 2]) {
                    active = first;
                }
            }
        }
    }
    active
}

/// In the parentheses behind `with`: the one that is being set, else the first that is not.
fn active_property(parts: &[Part<'_>], before: &[SyntaxToken], signature: &str) -> Option<usize> {
    let with = before.iter().position(|token| token.text() == "with").filter(|_| signature.contains("with ("))?;
    let (open, inside) = before[with + 1..].split_first()?;
    let closed = inside.iter().any(|token| token.kind() == SyntaxKind::R_PAREN);
    if open.kind() != SyntaxKind::L_PAREN || closed {
        return None;
    }
    let names: Vec<&str> =
        inside.windows(2).filter(|pair| pair[1].kind() == SyntaxKind::EQ).map(|pair| pair[0].text()).collect();
    let of = |name: &str| parts.iter().position(|part| part.behind == Some(name));
    match names.last().filter(|_| inside.last().is_some_and(|last| last.kind() != SyntaxKind::COMMA)) {
        Some(name) => of(name),
        None => parts.iter().position(|part| {
            let [start, end] = [part.range.0, part.range.1];
            signature[start..end].ends_with("=…") && part.behind.is_none_or(|name| !names.contains(&name))
        }),
    }
}

/// The name of the argument that the cursor is in: `size` in `hop(timestamp, size=1m`.
fn argument_name(document: &Document, place: &Place, cursor: TextSize) -> Option<String> {
    let stage = place.stage.as_ref()?;
    let tokens = tokens_between(document, stage.start, cursor);
    let mut depth = 0usize;
    let mut argument: Vec<&str> = Vec::new();
    for token in tokens.iter().rev() {
        match token.kind() {
            SyntaxKind::R_PAREN => depth += 1,
            SyntaxKind::L_PAREN | SyntaxKind::COMMA if depth == 0 => break,
            SyntaxKind::L_PAREN => depth -= 1,
            _ => {}
        }
        argument.push(token.text());
    }
    match argument.as_slice() {
        [.., "=", name] => Some((*name).to_owned()),
        _ => None,
    }
}

/// Those that mean something and have ended before the cursor.
fn tokens_between(document: &Document, start: TextSize, cursor: TextSize) -> Vec<SyntaxToken> {
    let root = document.parse().root();
    let first = syntax::ast::AstNode::syntax(&root).token_at_offset(start).right_biased();
    let tokens = std::iter::successors(first, SyntaxToken::next_token);
    // A word at the cursor is still being typed.
    let ended = |token: &SyntaxToken| {
        let end = token.text_range().end();
        end < cursor || end == cursor && token.kind().text().is_some_and(|text| !text.starts_with(char::is_alphabetic))
    };
    let here = tokens.skip_while(|token| token.text_range().start() < start);
    here.take_while(|token| token.text_range().end() <= cursor)
        .filter(|token| !token.kind().is_trivia() && ended(token))
        .collect()
}

/// The parts between the outer parentheses.
fn params(label: &str) -> Vec<(usize, usize)> {
    let (Some(open), Some(close)) = (label.find('('), label.rfind(')')) else { return Vec::new() };
    let mut start = open + 1;
    let mut params = Vec::new();
    for part in label[start..close].split(", ") {
        // What may come again is the one before it.
        if !part.is_empty() && part != "…" {
            params.push((start, start + part.len()));
        }
        start += part.len() + 2;
    }
    params
}
