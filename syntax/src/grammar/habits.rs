//! Small things that hands know from elsewhere: other comment signs, a comma that is forgotten or one too many,
//! SQL's `as`, words for operators. Each is said once with the edit, and read as what was meant.

use super::{Parser, stages};
use crate::kind::SyntaxKind::*;
use crate::lexer::{Token, is_negatable};
use crate::{Diagnostic, Edit, TextRange, TextSize};

/// Words that stand behind an item of a list, and are no item themselves.
const BEHIND: [&str; 27] = [
    "by", "BY", "on", "within", "with", "of", "asc", "desc", "nulls", "first", "last", "limit", "from", "to", "step",
    "default", "in", "as", "group", "order", "where", "then", "else", "end", "and", "or", "having",
];

/// Comments that do not begin with `//`: each block of them is said once.
pub(super) fn comments(p: &mut Parser<'_, '_>) {
    let tokens = p.tokens;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let text = p.text_of(*token);
        at += 1;
        if token.kind != COMMENT || text.starts_with("//") {
            continue;
        }
        let sign = ["--", "/*", "#"].into_iter().find(|sign| text.starts_with(sign)).unwrap_or("#");
        let mut edits = vec![Edit { range: TextRange::at(token.start, TextSize::of(sign)), text: "//".to_owned() }];
        let mut last = *token;
        if sign == "/*" {
            // All its lines, of which each becomes a comment of its own.
            while !closes(p.text_of(last)) {
                let Some(next) = tokens[at..].iter().position(|token| token.kind == COMMENT) else { break };
                last = tokens[at + next];
                at += next + 1;
                edits.push(Edit { range: TextRange::empty(last.start), text: "// ".to_owned() });
            }
            let text = p.text_of(last);
            if let Some(inside) = text.strip_suffix("*/").filter(|_| closes(text)) {
                let from = last.start + TextSize::of(inside.trim_end());
                // What stands behind it in the line goes to the next.
                let goes_on = tokens[at..].iter().find(|token| token.kind != WHITESPACE);
                let goes_on = goes_on.is_some_and(|token| token.kind != NEWLINE);
                let behind = if goes_on { "\n" } else { "" };
                edits.push(Edit { range: TextRange::new(from, last.end), text: behind.to_owned() });
            }
        }
        let range = TextRange::new(token.start, last.end);
        p.diagnostics.push(Diagnostic::foreign_comment(range, sign, edits));
    }
}

/// The line of a comment is its last.
fn closes(line: &str) -> bool {
    line.ends_with("*/") && line != "/*/"
}

/// An item follows the one before without a comma.
pub(super) fn comma_is_missing(p: &mut Parser<'_, '_>) -> bool {
    if p.silent || p.at_stage_end() || !matches!(p.kind(), IDENT | QUOTED_IDENT) || !is_item(p, p.token_text()) {
        return false;
    }
    let begins = match p.tokens.get(p.next + 1).map_or(EOF, |token| token.kind) {
        // A call or a longer name.
        L_PAREN | DOT => true,
        _ => matches!(p.nth(1), EQ | COMMA | PIPE | SEMICOLON | EOF | R_PAREN | IDENT | QUOTED_IDENT),
    };
    if begins {
        let at = TextRange::empty(p.last_end());
        let diagnostic = Diagnostic::missing_comma(at, p.token_text());
        p.error(diagnostic);
    }
    begins
}

fn is_item(p: &Parser<'_, '_>, word: &str) -> bool {
    // A line that begins as far to the left as the statement may be the next one.
    let below = p.at_line_start() && p.indent(p.next).len() <= p.indent(p.statement.first).len();
    !(below || BEHIND.contains(&word) || stages::is_stage_word(word))
}

/// The comma before the end of a list.
pub(super) fn comma_too_many(p: &Parser<'_, '_>) -> Option<TextRange> {
    let before = p.tokens[..p.next].iter().rev().find(|token| !token.kind.is_trivia())?;
    (before.kind == COMMA).then(|| TextRange::new(before.start, before.end))
}

/// `avg(duration) as d`, and SQL's `avg(duration) d`: read as `d = avg(duration)`, which began at `begin`.
pub(super) fn alias(p: &mut Parser<'_, '_>, begin: TextSize) {
    if p.silent || p.at_line_start() {
        return;
    }
    let as_word = p.at(IDENT) && p.token_text().eq_ignore_ascii_case("as");
    let place = usize::from(as_word);
    let Some(name) = p.significant(p.next).nth(place).map(|index| p.tokens[index]) else { return };
    let ends = match p.nth(place + 1) {
        COMMA | PIPE | SEMICOLON | EOF | R_PAREN => true,
        IDENT => p.significant(p.next).nth(place + 1).is_some_and(|index| p.text_of(p.tokens[index]) == "by"),
        _ => false,
    };
    let after_call = p.tokens[..p.next].iter().rev().find(|token| !token.kind.is_trivia());
    let after_call = after_call.is_some_and(|token| token.kind == R_PAREN);
    let named = matches!(name.kind, IDENT | QUOTED_IDENT) && is_item(p, p.text_of(name));
    if !ends || !named || !(as_word || after_call) {
        return;
    }
    let (text, from) = (p.text_of(name), p.last_end());
    let edits = vec![
        Edit { range: TextRange::empty(begin), text: format!("{text} = ") },
        Edit { range: TextRange::new(from, name.end), text: String::new() },
    ];
    let range = TextRange::new(p.range().start(), name.end);
    p.report(Diagnostic::named_behind(range, text, edits));
    p.start(ERROR);
    (0..=place).for_each(|_| p.bump());
    p.finish();
}

/// SQL's `count(distinct x)`: the word is put into the tree, and the argument follows.
pub(super) fn distinct(p: &mut Parser<'_, '_>) {
    if !p.at(IDENT) || !p.token_text().eq_ignore_ascii_case("distinct") || p.nth(1) != IDENT {
        return;
    }
    let before: Vec<Token> =
        p.tokens[..p.next].iter().rev().filter(|token| !token.kind.is_trivia()).take(2).copied().collect();
    let [Token { kind: L_PAREN, .. }, count] = before.as_slice() else { return };
    if !p.text_of(*count).eq_ignore_ascii_case("count") {
        return;
    }
    let argument = p.significant(p.next).nth(1).map_or(p.range().end(), |index| p.tokens[index].start);
    let edits = vec![
        Edit { range: TextRange::new(count.start, count.end), text: "dcount".to_owned() },
        Edit { range: TextRange::new(p.range().start(), argument), text: String::new() },
    ];
    p.report(Diagnostic::count_distinct(p.range(), edits));
    p.start(ERROR);
    p.bump();
    p.finish();
}

/// `not in`, `not contains`: the `not` is put into the tree, and the operator follows. Whether there was one.
pub(super) fn negated_operator(p: &mut Parser<'_, '_>) -> bool {
    let not = p.at(IDENT) && p.token_text().eq_ignore_ascii_case("not");
    let operator = p.significant(p.next).nth(1).map(|index| p.tokens[index]);
    let Some(operator) = operator.filter(|token| not && is_negatable(&p.text_of(*token).to_ascii_lowercase())) else {
        return false;
    };
    let ours = format!("!{}", p.text_of(operator).to_ascii_lowercase());
    let range = TextRange::new(p.range().start(), operator.end);
    let found = p.text[range].split_whitespace().collect::<Vec<_>>().join(" ");
    p.report(Diagnostic::other_operator(range, &found, &ours));
    p.start(ERROR);
    p.bump();
    p.finish();
    true
}

/// `eq`, `gt` and the like, between two values.
pub(super) fn operator_word(p: &Parser<'_, '_>) -> Option<(crate::SyntaxKind, &'static str)> {
    let word = p.at(IDENT).then(|| p.token_text().to_ascii_lowercase())?;
    let ours = match word.as_str() {
        "eq" => (EQ_EQ, "=="),
        "ne" | "neq" => (NOT_EQ, "!="),
        "gt" => (GT, ">"),
        "ge" | "gte" => (GT_EQ, ">="),
        "lt" => (LT, "<"),
        "le" | "lte" => (LT_EQ, "<="),
        _ => return None,
    };
    matches!(p.nth(1), IDENT | QUOTED_IDENT | INT | REAL | STRING | TIMESPAN | SIZE | DATETIME).then_some(ours)
}

/// The third `=` of `===`.
pub(super) fn third_equal(p: &mut Parser<'_, '_>, operator: TextRange) {
    if p.at_adjacent(EQ) {
        p.report(Diagnostic::other_operator(operator.cover(p.range()), "===", "=="));
        p.start(ERROR);
        p.bump();
        p.finish();
    }
}

/// `.status`, `@status`: a sign before a field's name that is none of it.
pub(super) fn sign_before_name(p: &mut Parser<'_, '_>) {
    let sign = p.at(DOT) || p.at(BAD_CHAR) && p.token_text() == "@";
    let name = p.tokens.get(p.next + 1).copied().filter(|token| matches!(token.kind, IDENT | QUOTED_IDENT));
    if let Some(Token { end, .. }) = name.filter(|_| sign && !p.silent) {
        let (at, text) = (p.range(), p.token_text());
        p.report(Diagnostic::sign_before_name(at, text, &p.text[TextRange::new(at.end(), end)]));
        p.start(ERROR);
        p.bump();
        p.finish();
    }
}

/// ES|QL's `FROM spans`: the word alone is put into the tree, and the source follows.
pub(super) fn from(p: &mut Parser<'_, '_>) {
    let word = p.at(IDENT) && p.token_text().eq_ignore_ascii_case("from");
    let mut at = p.significant(p.next).nth(1);
    let Some(name) = at.map(|index| p.tokens[index]).filter(|token| word && token.kind == IDENT) else { return };
    if p.text_of(name).eq_ignore_ascii_case("by") {
        return;
    }
    while let Some(index) = at
        && p.tokens.get(index + 1).is_some_and(|token| token.kind == DOT)
    {
        at = Some(index + 2);
    }
    let behind = at.and_then(|index| p.significant(index + 1).next()).map_or(EOF, |index| p.tokens[index].kind);
    if !matches!(behind, PIPE | SEMICOLON | EOF) {
        return;
    }
    p.report(Diagnostic::from_word(p.range(), p.token_text(), name.start, p.text_of(name)));
    p.start(ERROR);
    p.bump();
    p.finish();
}
