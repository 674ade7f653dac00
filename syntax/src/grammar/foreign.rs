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
    let mut at = 1;
    while p.nth(at) == IDENT && p.nth(at + 1) == DOT {
        at += 2;
    }
    p.at(L_BRACE) && p.nth(at) == IDENT && matches!(p.nth(at + 1), EQ | NOT_EQ | EQ_TILDE | NOT_TILDE)
}

/// `{app="checkout"}`, and the filters over the line that may follow.
///
/// `source` stands before it, as in PromQL.
pub(super) fn selector(p: &mut Parser<'_, '_>, source: bool) {
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
            NOT_EQ => format!(" | where body !contains {}", p.text_of(*text)),
            TILDE => format!(" | where body matches regex {}", p.text_of(*text)),
            _ => String::new(),
        },
        _ => String::new(),
    };
    let stages = matchers(&inside).map(|stages| stages + &line);
    // Labels are other names than fields; of those that the conventions have, it is known.
    let fields = inside.split(|(kind, _)| *kind == COMMA).all(|matcher| {
        let name: String =
            matcher.iter().take_while(|(kind, _)| matches!(kind, IDENT | DOT)).map(|(_, text)| *text).collect();
        crate::catalog::attributes::get(&name).is_some()
    });
    let end = behind.last().filter(|_| !line.is_empty()).map_or(end, |text| text.end);
    p.error(Diagnostic::selector(TextRange::new(begin.start(), end), source, stages.as_deref(), source || fields));
    p.skip_statement();
}

/// ` | where app == "checkout" and …`
fn matchers(tokens: &[(SyntaxKind, &str)]) -> Option<String> {
    let mut parts = Vec::new();
    for matcher in tokens.split(|(kind, _)| *kind == COMMA) {
        let [name @ .., (operator, _), (STRING, text)] = matcher else { return None };
        if name.is_empty() || name.iter().any(|(kind, _)| !matches!(kind, IDENT | DOT)) {
            return None;
        }
        let name: String = name.iter().map(|(_, text)| *text).collect();
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

/// A function over a range of time, as PromQL and LogQL ask: `rate(spans[5m])`.
pub(super) fn at_range(p: &Parser<'_, '_>) -> bool {
    let tokens: Vec<(SyntaxKind, &str)> = p.statement().collect();
    ranged(&tokens).is_some()
}

/// All of it, up to the next stage or statement.
pub(super) fn range(p: &mut Parser<'_, '_>) {
    let word = p.range();
    let tokens: Vec<(SyntaxKind, &str)> = p.statement().collect();
    let end = p.significant(p.next).take(tokens.len()).last().map_or(word.end(), |index| p.tokens[index].end);
    if let Some(right) = ranged(&tokens) {
        p.error(Diagnostic::range_of_time(TextRange::new(word.start(), end), &right));
    }
    p.skip_stage();
}

/// The same as a pipeline.
fn ranged(tokens: &[(SyntaxKind, &str)]) -> Option<String> {
    let (call, by) = match tokens {
        [(IDENT, outer), (L_PAREN, _), inner @ ..] if inner.first().is_some_and(|(kind, _)| *kind == IDENT) => {
            if inner.get(1).is_some_and(|(kind, _)| *kind == L_PAREN) && matches!(*outer, "sum" | "avg" | "max" | "min")
            {
                let close = inner.iter().position(|(kind, _)| *kind == R_PAREN)?;
                let [(R_PAREN, _), rest @ ..] = inner.get(close + 1..)? else { return None };
                (&inner[..=close], rest)
            } else {
                let close = tokens.iter().position(|(kind, _)| *kind == R_PAREN)?;
                (&tokens[..=close], &tokens[close + 1..])
            }
        }
        _ => return None,
    };
    let [(IDENT, function), (L_PAREN, _), source @ .., (L_BRACKET, _), (TIMESPAN, size), (R_BRACKET, _), (R_PAREN, _)] =
        call
    else {
        return None;
    };
    let aggregate = match *function {
        "rate" | "irate" => "rate()",
        "count_over_time" | "increase" => "count()",
        _ => return None,
    };
    if source.is_empty() || source.iter().any(|(kind, _)| !matches!(kind, IDENT | DOT)) {
        return None;
    }
    let source: String = source.iter().map(|(_, text)| *text).collect();
    let keys = match by {
        [] => String::new(),
        [(IDENT, word), (L_PAREN, _), keys @ .., (R_PAREN, _)] if *word == "by" => format!("{}, ", expression(keys)?),
        _ => return None,
    };
    Some(format!("{source} | summarize {aggregate} by {keys}bin(timestamp, {size})"))
}

/// As a pipeline; None where it says more than fields, a filter, an order and a limit.
fn translated(tokens: &[(SyntaxKind, &str)]) -> Option<String> {
    let clauses = Clauses { tokens };
    if clauses.of("group").is_some() || aggregates(clauses.of("select")?) {
        return grouped(&clauses);
    }
    if ["having", "join"].into_iter().any(|word| clauses.of(word).is_some()) {
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

/// There is a call among the fields.
fn aggregates(fields: &[(SyntaxKind, &str)]) -> bool {
    fields.windows(2).any(|pair| matches!(pair, [(IDENT, _), (L_PAREN, _)]))
}

/// `SELECT key, count(*) AS n FROM source WHERE … GROUP BY key ORDER BY n DESC LIMIT 5`.
fn grouped(clauses: &Clauses<'_, '_>) -> Option<String> {
    if clauses.of("join").is_some() {
        return None;
    }
    let [(IDENT | QUOTED_IDENT, source)] = clauses.of("from")? else { return None };
    let mut text = (*source).to_owned();
    if let Some(condition) = clauses.of("where") {
        text.push_str(&format!(" | where {}", expression(condition)?));
    }
    let keys = match clauses.of("group") {
        Some([(_, by), keys @ ..]) if by.eq_ignore_ascii_case("by") => Some(expression(keys)?),
        Some(_) => return None,
        None => None,
    };
    let mut columns = Vec::new();
    for column in split(clauses.of("select")?) {
        let (value, name) = match column {
            [value @ .., (IDENT, word), (IDENT | QUOTED_IDENT, name)] if word.eq_ignore_ascii_case("as") => {
                (value, Some(*name))
            }
            value => (value, None),
        };
        if !aggregates(value) {
            // A key, which stands behind `by`.
            let key = expression(value)?;
            if name.is_some() || !keys.as_ref().is_some_and(|keys| keys.split(", ").any(|known| known == key)) {
                return None;
            }
            continue;
        }
        let [(IDENT, function), (L_PAREN, _), args @ .., (R_PAREN, _)] = value else { return None };
        let lower = function.to_ascii_lowercase();
        let call = match args {
            [] | [(STAR, _)] | [(INT, _)] if lower == "count" => "count()".to_owned(),
            [(IDENT, word), args @ ..] if word.eq_ignore_ascii_case("distinct") => {
                format!("dcount({})", expression(args)?)
            }
            args => format!("{lower}({})", expression(args)?),
        };
        columns.push(name.map_or(call.clone(), |name| format!("{name} = {call}")));
    }
    text.push_str(&format!(" | summarize {}", columns.join(", ")));
    if let Some(keys) = keys {
        text.push_str(&format!(" by {keys}"));
    }
    if let Some(condition) = clauses.of("having") {
        text.push_str(&format!(" | where {}", expression(condition)?));
    }
    let count = clauses.of("limit").map(expression);
    match (clauses.of("order"), count) {
        (None, None) => {}
        (None, Some(count)) => text.push_str(&format!(" | take {}", count?)),
        (Some([(_, by), keys @ ..]), count) if by.eq_ignore_ascii_case("by") => {
            let keys = expression(keys)?;
            let keys = if keys.ends_with(" desc") || keys.ends_with(" asc") { keys } else { format!("{keys} asc") };
            let count = count.unwrap_or(Some("20".to_owned()))?;
            text.push_str(&format!(" | top {count} by {keys}"));
        }
        _ => return None,
    }
    Some(text)
}

/// Between the commas that stand in no parentheses.
fn split<'t, 'a>(tokens: &'t [(SyntaxKind, &'a str)]) -> Vec<&'t [(SyntaxKind, &'a str)]> {
    let (mut parts, mut begin, mut depth) = (Vec::new(), 0, 0usize);
    for (at, (kind, _)) in tokens.iter().enumerate() {
        match kind {
            L_PAREN => depth += 1,
            R_PAREN => depth = depth.saturating_sub(1),
            COMMA if depth == 0 => {
                parts.push(&tokens[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[begin..]);
    parts
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
