//! Expressions, by binding power. Lowest to highest: `or`, `and`, comparisons (which do not chain), `+ -`,
//! `* / %`, prefix, then calls and access. Left-leaning rows are as deep as they are long, so the height of
//! what was made is counted too.

use rowan::Checkpoint;

use super::{MAX_DEPTH, Parser, habits};
use crate::kind::{SyntaxKind, SyntaxKind::*};
use crate::lexer::is_operator_word;
use crate::{Diagnostic, TextRange, TextSize};

/// Rows of operators are longer than nests are deep.
const MAX_HEIGHT: u32 = 2 * MAX_DEPTH;

/// What a rule put into the tree.
#[derive(Clone, Copy, Default)]
pub(super) struct Made {
    height: u32,
    /// A name and nothing else.
    pub(super) is_name: bool,
    /// A call and nothing else.
    pub(super) is_call: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Power {
    Any,
    Or,
    And,
    Compare,
    Add,
    Multiply,
    Prefix,
}

struct Operator {
    /// The token's kind in the tree.
    kind: SyntaxKind,
    power: Power,
    right: Right,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Right {
    Operand,
    /// A list in parentheses, or an expression that is one.
    List,
    Range,
    /// `regex`, then an operand.
    Regex,
}

/// An expression; `what` is how a message names what is missing.
pub(super) fn expr(p: &mut Parser<'_, '_>, what: &str) -> Made {
    binary(p, Power::Any, what)
}

/// An expression without operators around it: what stands before the `%` of `sample 10%`.
pub(super) fn simple(p: &mut Parser<'_, '_>, what: &str) -> Made {
    binary(p, Power::Prefix, what)
}

/// `name = expression`, `*`, or an expression.
pub(super) fn item(p: &mut Parser<'_, '_>, what: &str) -> Made {
    if at_named(p) {
        p.start(NAMED_EXPR);
        name(p);
        p.bump();
        let made = expr(p, "a value");
        p.finish();
        Made { height: made.height + 1, ..Made::default() }
    } else if p.at(STAR) {
        star(p)
    } else {
        let begin = p.range().start();
        let made = expr(p, what);
        if made.height > 0 {
            habits::alias(p, begin);
        }
        made
    }
}

pub(super) fn star(p: &mut Parser<'_, '_>) -> Made {
    p.start(STAR_EXPR);
    p.bump();
    p.finish();
    Made { height: 1, ..Made::default() }
}

/// A name, dots and all, and then `=`.
pub(super) fn at_named(p: &Parser<'_, '_>) -> bool {
    if !p.at_name() {
        return false;
    }
    let mut at = p.bracketed_name(p.next).unwrap_or(p.next + 1);
    let kind = |at: usize| p.tokens.get(at).map_or(EOF, |token| token.kind);
    while kind(at) == DOT {
        match p.bracketed_name(at + 1) {
            Some(after) => at = after,
            None if is_segment(kind(at + 1)) => at += 2,
            None => break,
        }
    }
    p.significant(at).next().is_some_and(|index| p.tokens[index].kind == EQ)
}

/// The name of something that is made here.
pub(super) fn name(p: &mut Parser<'_, '_>) {
    p.start(NAME);
    path(p);
    p.finish();
}

/// The name of something that exists.
pub(super) fn name_ref(p: &mut Parser<'_, '_>) {
    p.start(NAME_REF);
    path(p);
    p.finish();
}

fn path(p: &mut Parser<'_, '_>) {
    p.bump_name();
    while p.at_adjacent(DOT) {
        p.bump();
        if p.position != p.next || !(is_segment(p.kind()) || p.at_bracketed_name()) {
            return p.expected("the rest of the name", "write the name without spaces, or in backticks");
        }
        p.bump_name();
    }
}

/// Digits may follow a dot: `gc.0`.
fn is_segment(kind: SyntaxKind) -> bool {
    matches!(kind, IDENT | QUOTED_IDENT | INT | BAD_NUMBER | TIMESPAN | SIZE)
}

fn binary(p: &mut Parser<'_, '_>, min: Power, what: &str) -> Made {
    let made = if p.enter() { operators(p, min, what) } else { Made::default() };
    p.leave();
    made
}

fn operators(p: &mut Parser<'_, '_>, min: Power, what: &str) -> Made {
    let start = p.checkpoint();
    let begin = p.range().start();
    let mut made = operand(p, what);
    let mut compared = false;
    loop {
        if Power::Compare > min && made.height > 0 && foreign_comparison(p, start, begin) {
            made = Made { height: made.height + 1, ..Made::default() };
            continue;
        }
        if Power::Compare > min && made.height > 0 && habits::negated_operator(p) {
            continue;
        }
        let Some(operator) = operator(p) else { break };
        if operator.power <= min {
            break;
        }
        if operator.power == Power::Compare && std::mem::replace(&mut compared, true) {
            p.report(Diagnostic::chained_comparison(p.range(), p.token_text()));
        }
        p.start_at(start, BINARY_EXPR);
        translate(p);
        let sign = p.range();
        p.bump_as(operator.kind);
        if operator.kind == EQ_EQ {
            habits::third_equal(p, sign);
        }
        let right = match operator.right {
            Right::List if p.at(L_PAREN) && p.group_is_pipeline() => {
                super::statements::subpipeline(p);
                Made { height: 1, ..Made::default() }
            }
            Right::List if p.at(L_PAREN) => list(p),
            Right::List if p.at(L_BRACKET) => bracketed(p),
            Right::Range => range(p),
            Right::Regex => {
                p.expect_word(REGEX_KW, "write `matches regex \"…\"`");
                binary(p, operator.power, "a value")
            }
            Right::List | Right::Operand => binary(p, operator.power, "a value"),
        };
        p.finish();
        made = Made { height: made.height.max(right.height) + 1, ..Made::default() };
        if made.height > MAX_HEIGHT {
            p.too_deep();
        }
    }
    made
}

/// SQL's `like "a%"` and `is null`, `not` in them or not. Whether there was one.
fn foreign_comparison(p: &mut Parser<'_, '_>, start: Checkpoint, begin: TextSize) -> bool {
    let is = |p: &Parser<'_, '_>, n: usize, word: &str| {
        let found = p.significant(p.next).nth(n).map(|index| p.tokens[index]);
        found.is_some_and(|token| token.kind == IDENT && p.text_of(token).eq_ignore_ascii_case(word))
    };
    if !p.at(IDENT) {
        return false;
    }
    let negated = usize::from(is(p, 0, "not"));
    let like = ["like", "ilike", "rlike", "regexp"].into_iter().find(|word| is(p, negated, word));
    let words = if like.is_some() && p.nth(negated + 1) == STRING {
        negated + 1
    } else if is(p, 0, "is") {
        let negated = usize::from(is(p, 1, "not"));
        if !is(p, negated + 1, "null") {
            return false;
        }
        negated + 2
    } else {
        return false;
    };
    let range = {
        let last = p
            .significant(p.next)
            .nth(words - 1)
            .map_or(p.range(), |index| TextRange::new(p.tokens[index].start, p.tokens[index].end));
        p.range().cover(last)
    };
    let found = p.text[range].split_whitespace().collect::<Vec<_>>().join(" ");
    p.start_at(start, BINARY_EXPR);
    match like {
        Some(like) => {
            let text = p.significant(p.next).nth(words).map(|index| p.tokens[index]);
            let written = text.map_or("", |token| p.text_of(token));
            let whole = text.map_or(range, |token| TextRange::new(range.start(), token.end));
            p.report(Diagnostic::like(whole, &found, like_as(like, negated > 0, written).as_deref()));
            (0..words).for_each(|_| p.bump_as(OPERATOR_WORD));
            literal(p, STRING);
        }
        None => {
            let value = TextRange::new(begin, p.last_end());
            let function = if words == 3 { "isnotnull" } else { "isnull" };
            let value_text = p.text[value].to_owned();
            p.report(Diagnostic::is_null(value.cover(range), &found, function, &value_text));
            (0..words).for_each(|_| p.bump_as(OPERATOR_WORD));
        }
    }
    p.finish();
    true
}

/// The operator and the text that mean the same as SQL's `like` with this pattern.
fn like_as(word: &str, negated: bool, written: &str) -> Option<String> {
    let pattern = crate::literal::unquote(written).ok()?;
    let not = if negated { "!" } else { "" };
    let plain = |text: &str| !text.contains(['%', '_']);
    if matches!(word, "rlike" | "regexp") {
        return (!negated).then(|| format!("matches regex {written}"));
    }
    let (start, end) = (pattern.strip_suffix('%'), pattern.strip_prefix('%'));
    let both = end.and_then(|rest| rest.strip_suffix('%'));
    let (operator, text) = match (both, start, end) {
        (Some(text), _, _) if plain(text) => ("contains", text),
        (_, Some(text), _) if plain(text) => ("startswith", text),
        (_, _, Some(text)) if plain(text) => ("endswith", text),
        _ if plain(&pattern) => {
            let equal = if negated { "!=" } else { "==" };
            return Some(format!("{equal} {}", crate::literal::quote(&pattern)));
        }
        _ if negated => return None,
        _ => {
            let regex = regex::escape(&pattern).replace('%', ".*").replace('_', ".");
            return Some(format!("matches regex {}", crate::literal::quote(&format!("^{regex}$"))));
        }
    };
    Some(format!("{not}{operator} {}", crate::literal::quote(text)))
}

fn operator(p: &Parser<'_, '_>) -> Option<Operator> {
    let make = |kind, power| Some(Operator { kind, power, right: Right::Operand });
    match p.kind() {
        kind @ (EQ_EQ | NOT_EQ | EQ_TILDE | NOT_TILDE | LT | LT_EQ | GT | GT_EQ | LT_GT | EQ | TILDE) => {
            make(kind, Power::Compare)
        }
        kind @ (PLUS | MINUS) => make(kind, Power::Add),
        kind @ (STAR | SLASH | PERCENT) => make(kind, Power::Multiply),
        AMP_AMP => make(AMP_AMP, Power::And),
        PIPE_PIPE => make(PIPE_PIPE, Power::Or),
        OPERATOR_WORD => word_operator(p.token_text().trim_start_matches('!')),
        IDENT => {
            let text = p.token_text();
            if let Some((kind, _)) = habits::operator_word(p) {
                return make(kind, Power::Compare);
            }
            let shouted = text.bytes().all(|b| b.is_ascii_uppercase());
            if shouted { word_operator(&text.to_ascii_lowercase()) } else { word_operator(text) }
        }
        _ => None,
    }
}

/// The operator of a word, `!` taken off.
fn word_operator(word: &str) -> Option<Operator> {
    let make = |kind, power, right| Some(Operator { kind, power, right });
    match word {
        "and" => make(AND_KW, Power::And, Right::Operand),
        "or" => make(OR_KW, Power::Or, Right::Operand),
        "matches" => make(MATCHES_KW, Power::Compare, Right::Regex),
        "in" | "in~" | "has_any" | "has_all" => make(OPERATOR_WORD, Power::Compare, Right::List),
        "between" => make(OPERATOR_WORD, Power::Compare, Right::Range),
        word if is_operator_word(word) => make(OPERATOR_WORD, Power::Compare, Right::Operand),
        _ => None,
    }
}

/// Says how an operator of another language is written here.
fn translate(p: &mut Parser<'_, '_>) {
    let text = p.token_text();
    let ours = match p.kind() {
        EQ => "==".to_owned(),
        TILDE => "matches regex".to_owned(),
        AMP_AMP => "and".to_owned(),
        PIPE_PIPE => "or".to_owned(),
        IDENT if habits::operator_word(p).is_some() => {
            habits::operator_word(p).map_or("==", |(_, ours)| ours).to_owned()
        }
        IDENT if text.starts_with(|c: char| c.is_ascii_uppercase()) => text.to_ascii_lowercase(),
        _ => return,
    };
    p.report(Diagnostic::other_operator(p.range(), text, &ours));
}

fn operand(p: &mut Parser<'_, '_>, what: &str) -> Made {
    match p.kind() {
        MINUS | PLUS => {
            let kind = p.kind();
            prefix(p, kind)
        }
        BANG => negation(p, BANG),
        IDENT if matches!(p.token_text(), "not" | "NOT") && starts_value(p.nth(1)) => negation(p, NOT_KW),
        _ => postfix(p, what),
    }
}

/// `!x` and `not x`: all up to the next `and` or `or` is what it negates.
fn negation(p: &mut Parser<'_, '_>, kind: SyntaxKind) -> Made {
    let word = p.range();
    let said = p.diagnostics.len();
    p.report(Diagnostic::bare_not(word, p.token_text()));
    p.start(PREFIX_EXPR);
    p.bump_as(kind);
    let (first, begin) = (p.next, p.range().start());
    let made = binary(p, Power::And, "a value");
    p.finish();
    let end = p.last_end();
    let whole = p.tokens.get(first).is_some_and(|token| token.kind == L_PAREN) && {
        let close = p.brackets()[first];
        p.tokens.get(close).is_some_and(|token| close > 0 && token.end == end)
    };
    if made.height > 0
        && !p.silent
        && begin < end
        && let Some(diagnostic) = p.diagnostics.get_mut(said)
    {
        diagnostic.negated(TextRange::new(word.start(), begin), (!whole).then(|| TextRange::empty(end)));
    }
    Made { height: made.height + 1, ..Made::default() }
}

fn prefix(p: &mut Parser<'_, '_>, kind: SyntaxKind) -> Made {
    p.start(PREFIX_EXPR);
    p.bump_as(kind);
    let made = binary(p, Power::Prefix, "a value");
    p.finish();
    Made { height: made.height + 1, ..Made::default() }
}

pub(super) fn starts_value(kind: SyntaxKind) -> bool {
    matches!(kind, IDENT | QUOTED_IDENT | INT | REAL | STRING | TIMESPAN | SIZE | DATETIME)
}

fn postfix(p: &mut Parser<'_, '_>, what: &str) -> Made {
    let start = p.checkpoint();
    let mut made = primary(p, what);
    loop {
        if p.at(L_BRACKET) && made.height > 0 {
            p.start_at(start, INDEX_EXPR);
            p.bump();
            let index = expr(p, "a key or an index");
            p.close(R_BRACKET, "close the bracket");
            p.finish();
            made = Made { height: made.height.max(index.height) + 1, ..Made::default() };
        } else if p.at_adjacent(DOT) && made.height > 0 {
            p.start_at(start, FIELD_EXPR);
            p.bump();
            if p.at_name() {
                p.start(NAME);
                p.bump_name();
                p.finish();
            } else {
                p.expected("a name", "write the name without spaces, or in backticks");
            }
            p.finish();
            made = Made { height: made.height + 1, ..Made::default() };
        } else {
            return made;
        }
        if made.height > MAX_HEIGHT {
            p.too_deep();
        }
    }
}

fn primary(p: &mut Parser<'_, '_>, what: &str) -> Made {
    habits::sign_before_name(p);
    let leaf = Made { height: 1, ..Made::default() };
    match p.kind() {
        IDENT if p.at_new_statement() => {
            p.expected(what, "");
            Made::default()
        }
        IDENT if p.at_word("dynamic") && p.nth(1) == L_PAREN => dynamic(p),
        IDENT | QUOTED_IDENT | L_BRACKET if p.at_name() => {
            if let Some(kind) = constant(p) {
                literal(p, kind);
                return leaf;
            }
            let start = p.checkpoint();
            let first = p.next;
            name_ref(p);
            if !p.at(L_PAREN) {
                return Made { height: 1, is_name: true, is_call: false };
            }
            let scalar = p.text_of(p.tokens[first]) == "toscalar" && p.nth(1) != R_PAREN;
            p.start_at(start, CALL_EXPR);
            let made = if scalar {
                super::statements::subpipeline(p);
                Made { height: 1, ..Made::default() }
            } else {
                args(p)
            };
            p.finish();
            Made { height: made.height + 1, is_name: false, is_call: true }
        }
        INT | REAL if spaced_unit(p) || bare_date(p) => leaf,
        kind @ (INT | REAL | STRING | TIMESPAN | SIZE | DATETIME | BAD_NUMBER) => {
            literal(p, kind);
            leaf
        }
        L_PAREN => {
            p.start(PAREN_EXPR);
            p.bump();
            let made = expr(p, "a value");
            p.close(R_PAREN, "close the parenthesis");
            p.finish();
            Made { height: made.height + 1, ..Made::default() }
        }
        _ => {
            p.expected(what, "");
            Made::default()
        }
    }
}

fn literal(p: &mut Parser<'_, '_>, kind: SyntaxKind) {
    p.start(LITERAL);
    p.bump_literal(kind);
    p.finish();
}

/// `1 s`: a number, a space, and a word that is a unit. Whether it was read.
fn spaced_unit(p: &mut Parser<'_, '_>) -> bool {
    let [space, unit] = [1, 2].map(|n| p.tokens.get(p.next + n).copied());
    let (Some(space), Some(unit)) = (space, unit) else { return false };
    let word = p.text_of(unit);
    let is_unit = crate::literal::timespan_unit(word).is_some() || crate::literal::size_unit(word).is_some();
    // `1 d.x` and `1 d == …` are no numbers with a unit.
    let ends = p.tokens.get(p.next + 3).is_none_or(|token| !matches!(token.kind, DOT | L_PAREN));
    if space.kind != WHITESPACE || unit.kind != IDENT || !is_unit || !ends {
        return false;
    }
    p.report(Diagnostic::spaced_unit(p.range().cover(TextRange::new(unit.start, unit.end)), p.token_text(), word));
    p.start(LITERAL);
    p.start(ERROR);
    p.bump();
    p.bump();
    p.finish();
    p.finish();
    true
}

/// `2026-01-31` and `2026-01-31T12:00:00Z` by themselves. Whether one was read.
fn bare_date(p: &mut Parser<'_, '_>) -> bool {
    let parts = [1, 2, 3, 4].map(|n| p.tokens.get(p.next + n).map(|token| token.kind));
    if !matches!(parts, [Some(MINUS), Some(INT), Some(MINUS), Some(INT | BAD_NUMBER)]) {
        return false;
    }
    let start = usize::from(p.range().start());
    let written = p.text[start..].split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | ':' | '.' | '+'));
    let mut written = written.map(|text| text.trim_end_matches('.')).next().unwrap_or("");
    // The `..` of `between`.
    written = written.split("..").next().unwrap_or("");
    let end = p.range().start() + TextSize::of(written);
    let whole = p.tokens[p.next..].iter().any(|token| token.end == end);
    if !whole || written.find('-') != Some(4) || crate::literal::parse_datetime(written).is_err() {
        return false;
    }
    p.report(Diagnostic::bare_date(TextRange::new(p.range().start(), end), written));
    p.start(LITERAL);
    p.start(ERROR);
    while p.range().start() < end && !p.at(EOF) {
        p.bump();
    }
    p.finish();
    p.finish();
    true
}

/// `true`, `false` and `null`, where they are not parts of a dotted name.
fn constant(p: &Parser<'_, '_>) -> Option<SyntaxKind> {
    let kind = match p.token_text() {
        "true" => TRUE_KW,
        "false" => FALSE_KW,
        "null" => NULL_KW,
        _ => return None,
    };
    (p.tokens.get(p.next + 1).is_none_or(|token| !matches!(token.kind, DOT | L_PAREN))).then_some(kind)
}

pub(super) fn args(p: &mut Parser<'_, '_>) -> Made {
    p.start(ARG_LIST);
    let made = items(p, |p| {
        habits::distinct(p);
        item(p, "an argument")
    });
    p.finish();
    made
}

fn list(p: &mut Parser<'_, '_>) -> Made {
    p.start(LIST);
    let made = items(p, |p| expr(p, "a value"));
    p.finish();
    made
}

/// `[ item, item ]`, as other languages write a list.
fn bracketed(p: &mut Parser<'_, '_>) -> Made {
    let open = p.range();
    let next = p.next;
    let close = p.brackets()[next];
    let close = p.tokens.get(close).filter(|_| close > 0).map(|token| TextRange::new(token.start, token.end));
    p.report(Diagnostic::bracketed_list(open, close.map(|close| (open, close))));
    p.start(ERROR);
    p.bump_group();
    p.finish();
    Made { height: 1, ..Made::default() }
}

/// `( item, item )`, maybe none.
fn items(p: &mut Parser<'_, '_>, mut item: impl FnMut(&mut Parser<'_, '_>) -> Made) -> Made {
    let mut height = 0;
    p.bump();
    while !p.at(R_PAREN) {
        height = height.max(item(p).height);
        if !p.eat(COMMA) {
            break;
        }
        if p.at(R_PAREN) {
            p.expected("another one", "write it, or remove the `,`");
        }
    }
    p.close(R_PAREN, "put `,` between values, and close the parenthesis");
    Made { height: height + 1, ..Made::default() }
}

fn range(p: &mut Parser<'_, '_>) -> Made {
    const EXAMPLE: &str = "write `between (low .. high)`";
    if !p.at(L_PAREN) {
        return bare_range(p, EXAMPLE);
    }
    p.start(RANGE);
    p.bump();
    let low = expr(p, "the lower limit");
    p.expect(DOT_DOT, EXAMPLE);
    let high = expr(p, "the upper limit");
    p.close(R_PAREN, EXAMPLE);
    p.finish();
    Made { height: low.height.max(high.height) + 1, ..Made::default() }
}

/// SQL's `between 1 and 5`.
fn bare_range(p: &mut Parser<'_, '_>, example: &str) -> Made {
    let begin = p.range().start();
    if !starts_value(p.kind()) && !p.at(MINUS) {
        p.expected("`(`", example);
        return Made::default();
    }
    p.start(RANGE);
    let said = p.diagnostics.len();
    p.expected("`(`", example);
    let low = binary(p, Power::Compare, "the lower limit");
    let (low_end, word) = (p.last_end(), p.at(IDENT) && p.token_text().eq_ignore_ascii_case("and"));
    let mut high = Made::default();
    if word {
        p.start(ERROR);
        p.bump();
        p.finish();
        let high_begin = p.range().start();
        high = binary(p, Power::Compare, "the upper limit");
        let ends = low_end.max(begin);
        let (low, high) = (TextRange::new(begin, ends), TextRange::new(high_begin, p.last_end().max(high_begin)));
        if let Some(found) = p.diagnostics.get_mut(said).filter(|_| !low.is_empty() && !high.is_empty()) {
            found.ranged(low.cover(high), &p.text[low], &p.text[high]);
        }
    }
    p.finish();
    Made { height: low.height.max(high.height) + 1, ..Made::default() }
}

fn dynamic(p: &mut Parser<'_, '_>) -> Made {
    p.start(DYNAMIC_EXPR);
    p.bump_as(DYNAMIC_KW);
    p.bump();
    json(p);
    p.close(R_PAREN, "close the parenthesis of `dynamic`");
    p.finish();
    Made { height: 1, ..Made::default() }
}

fn json(p: &mut Parser<'_, '_>) {
    if p.enter() {
        match p.kind() {
            L_BRACE => {
                p.start(OBJECT);
                json_items(p, R_BRACE, member);
                p.finish();
            }
            L_BRACKET => {
                p.start(ARRAY);
                json_items(p, R_BRACKET, json);
                p.finish();
            }
            MINUS => {
                p.start(PREFIX_EXPR);
                p.bump();
                match p.kind() {
                    kind @ (INT | REAL) => literal(p, kind),
                    _ => p.expected("a number", "write JSON"),
                }
                p.finish();
            }
            kind @ (INT | REAL | STRING | TIMESPAN | SIZE | DATETIME | BAD_NUMBER) => literal(p, kind),
            IDENT if constant(p).is_some() => literal(p, constant(p).unwrap_or(NULL_KW)),
            _ => p.expected("a JSON value", "write JSON, e.g. `dynamic({\"key\": [1, 2]})`"),
        }
    }
    p.leave();
}

fn json_items(p: &mut Parser<'_, '_>, close: SyntaxKind, mut item: impl FnMut(&mut Parser<'_, '_>)) {
    p.bump();
    while !p.at(close) {
        item(p);
        if !p.eat(COMMA) {
            break;
        }
    }
    p.close(close, "put `,` between values, and close the bracket");
}

fn member(p: &mut Parser<'_, '_>) {
    p.start(MEMBER);
    if p.at(STRING) {
        p.bump_literal(STRING);
        p.expect(COLON, "write JSON: `\"key\": value`");
        json(p);
    } else {
        p.expected("a key in quotes", "write JSON: `\"key\": value`");
    }
    p.finish();
}
