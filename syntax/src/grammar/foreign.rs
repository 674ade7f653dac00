//! Questions that begin as in another language: SQL's `SELECT … FROM …`, LogQL's `{app="checkout"}`. They are read
//! to the statement's end, and said once, with the pipeline that asks the same where it can be told.

use super::Parser;
use crate::kind::{SyntaxKind, SyntaxKind::*};
use crate::lexer::Token;
use crate::{Diagnostic, TextRange, literal};

/// `SELECT` where the source should be, and no source that is called so.
pub(super) fn at_select(p: &Parser<'_, '_>) -> bool {
    p.at(IDENT)
        && p.token_text().eq_ignore_ascii_case("select")
        && matches!(p.nth(1), IDENT | QUOTED_IDENT | STAR | STRING | INT)
        && p.statement().any(|(_, text)| text.eq_ignore_ascii_case("from"))
}

/// All of it, up to the next stage or statement.
pub(super) fn select(p: &mut Parser<'_, '_>) {
    let word = p.range();
    let tokens: Vec<(SyntaxKind, &str)> = p.statement().collect();
    let right = translated(&tokens);
    let end = p.significant(p.next).take(tokens.len()).last().map_or(word.end(), |index| p.tokens[index].end);
    p.error(Diagnostic::select(word, TextRange::new(word.start(), end), right.as_deref()));
    p.skip_stage();
}

/// `{name=` or the like.
pub(super) fn at_selector(p: &Parser<'_, '_>) -> bool {
    p.at(L_BRACE) && p.nth(1) == IDENT && matches!(p.nth(2), EQ | NOT_EQ | EQ_TILDE | NOT_TILDE)
}

/// `{app="checkout"}`, and the filters over the line that may follow.
pub(super) fn selector(p: &mut Parser<'_, '_>) {
    let begin = p.range();
    let next = p.next;
    let close = p.brackets()[next];
    let significant = |token: &Token| !token.kind.is_trivia();
    let inside = p.tokens.get(next + 1..close).unwrap_or_default().iter().copied().filter(significant);
    let inside: Vec<(SyntaxKind, &str)> = inside.map(|token| (token.kind, p.text_of(token))).collect();
    let end = p.tokens.get(close).filter(|_| close > 0).map_or(begin.end(), |token| token.end);
    let behind: Vec<Token> = p.tokens[close.max(next) + 1..].iter().copied().filter(significant).take(3).collect();
    let line = match behind.as_slice() {
        [pipe, operator, text] if pipe.kind == PIPE && text.kind == STRING => match operator.kind {
            EQ => format!(" | where body contains {}", p.text_of(*text)),
            TILDE => format!(" | where body matches regex {}", p.text_of(*text)),
            _ => String::new(),
        },
        _ => String::new(),
    };
    let stages = matchers(&inside).map(|stages| stages + &line);
    p.error(Diagnostic::selector(TextRange::new(begin.start(), end), stages.as_deref()));
    p.skip_statement();
}

/// ` | where app == "checkout" and …`
fn matchers(tokens: &[(SyntaxKind, &str)]) -> Option<String> {
    let mut parts = Vec::new();
    for matcher in tokens.split(|(kind, _)| *kind == COMMA) {
        let [(IDENT, name), (operator, _), (STRING, text)] = matcher else { return None };
        parts.push(match operator {
            EQ => format!("{name} == {text}"),
            NOT_EQ => format!("{name} != {text}"),
            EQ_TILDE => format!("{name} matches regex {text}"),
            NOT_TILDE => format!("not({name} matches regex {text})"),
            _ => return None,
        });
    }
    Some(format!(" | where {}", parts.join(" and ")))
}

/// What follows a word of SQL up to the next one.
struct Clauses<'t, 'a> {
    tokens: &'t [(SyntaxKind, &'a str)],
}

const WORDS: [&str; 8] = ["select", "from", "where", "group", "having", "order", "limit", "join"];

impl<'t, 'a> Clauses<'t, 'a> {
    fn of(&self, word: &str) -> Option<&'t [(SyntaxKind, &'a str)]> {
        let is = |text: &str, word: &str| text.eq_ignore_ascii_case(word);
        let begin = 1 + self.tokens.iter().position(|(_, text)| is(text, word))?;
        let rest = &self.tokens[begin..];
        let end = rest.iter().position(|(_, text)| WORDS.iter().any(|word| is(text, word))).unwrap_or(rest.len());
        Some(&rest[..end])
    }
}

/// As a pipeline; None where it says more than fields, a filter, an order and a limit.
fn translated(tokens: &[(SyntaxKind, &str)]) -> Option<String> {
    let clauses = Clauses { tokens };
    if ["group", "having", "join"].into_iter().any(|word| clauses.of(word).is_some()) {
        return None;
    }
    let from = clauses.of("from")?;
    let [(IDENT | QUOTED_IDENT, source)] = from else { return None };
    let mut text = (*source).to_owned();
    if let Some(condition) = clauses.of("where") {
        text.push_str(" | where ");
        text.push_str(&expression(condition)?);
    }
    let count = clauses.of("limit").map(expression);
    match (clauses.of("order"), count) {
        (None, None) => {}
        (None, Some(count)) => text.push_str(&format!(" | take {}", count?)),
        (Some([(_, by), keys @ ..]), count) if by.eq_ignore_ascii_case("by") => {
            // SQL goes upwards where it does not say.
            let keys = expression(keys)?;
            let keys = if keys.ends_with(" desc") || keys.ends_with(" asc") { keys } else { format!("{keys} asc") };
            let count = match count {
                Some(count) => count?,
                None => "20".to_owned(),
            };
            text.push_str(&format!(" | top {count} by {keys}"));
        }
        _ => return None,
    }
    match clauses.of("select")? {
        [(STAR, _)] => {}
        fields if fields.iter().all(|(kind, _)| matches!(kind, IDENT | QUOTED_IDENT | DOT | COMMA)) => {
            text.push_str(&format!(" | project {}", expression(fields)?));
        }
        _ => return None,
    }
    Some(text)
}

/// SQL's operators in ours, with a space between what does not belong together.
fn expression(tokens: &[(SyntaxKind, &str)]) -> Option<String> {
    let mut text = String::new();
    for (place, (kind, written)) in tokens.iter().enumerate() {
        let lower = written.to_ascii_lowercase();
        let ours = match kind {
            EQ => "==",
            LT_GT => "!=",
            IDENT if matches!(lower.as_str(), "and" | "or" | "in" | "asc" | "desc" | "true" | "false" | "null") => {
                &lower
            }
            // Said at its place once the rest is right.
            IDENT if matches!(lower.as_str(), "as" | "case" | "between") => return None,
            STRING => {
                literal::unquote(written).ok()?;
                written
            }
            _ => written,
        };
        let before = place.checked_sub(1).map(|place| tokens[place].0);
        let joined = matches!(kind, DOT | COMMA | R_PAREN) || matches!(before, None | Some(DOT | L_PAREN));
        if !joined {
            text.push(' ');
        }
        text.push_str(ours);
    }
    (!text.is_empty()).then_some(text)
}
