//! Expressions, by binding power. Lowest to highest: `or`, `and`, comparisons (which do not chain), `+ -`,
//! `* / %`, prefix, then calls and access. Left-leaning rows are as deep as they are long, so the height of
//! what was made is counted too.

use super::{MAX_DEPTH, Parser};
use crate::Diagnostic;
use crate::kind::{SyntaxKind, SyntaxKind::*};
use crate::lexer::is_operator_word;

/// Rows of operators are longer than nests are deep.
const MAX_HEIGHT: u32 = 2 * MAX_DEPTH;

/// What a rule put into the tree.
#[derive(Clone, Copy, Default)]
pub(super) struct Made {
    height: u32,
    /// A name and nothing else.
    pub(super) is_name: bool,
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
        Made { height: made.height + 1, is_name: false }
    } else if p.at(STAR) {
        star(p)
    } else {
        expr(p, what)
    }
}

pub(super) fn star(p: &mut Parser<'_, '_>) -> Made {
    p.start(STAR_EXPR);
    p.bump();
    p.finish();
    Made { height: 1, is_name: false }
}

/// A name, dots and all, and then `=`.
pub(super) fn at_named(p: &Parser<'_, '_>) -> bool {
    if !p.at_name() {
        return false;
    }
    let mut at = p.next + 1;
    let kind = |at: usize| p.tokens.get(at).map_or(EOF, |token| token.kind);
    while kind(at) == DOT && is_segment(kind(at + 1)) {
        at += 2;
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
        if p.position != p.next || !is_segment(p.kind()) {
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
    let mut made = operand(p, what);
    let mut compared = false;
    while let Some(operator) = operator(p) {
        if operator.power <= min {
            break;
        }
        if operator.power == Power::Compare && std::mem::replace(&mut compared, true) {
            p.report(Diagnostic::chained_comparison(p.range(), p.token_text()));
        }
        p.start_at(start, BINARY_EXPR);
        translate(p);
        p.bump_as(operator.kind);
        let right = match operator.right {
            Right::List if p.at(L_PAREN) => list(p),
            Right::Range => range(p),
            Right::Regex => {
                p.expect_word(REGEX_KW, "write `matches regex \"…\"`");
                binary(p, operator.power, "a value")
            }
            Right::List | Right::Operand => binary(p, operator.power, "a value"),
        };
        p.finish();
        made = Made { height: made.height.max(right.height) + 1, is_name: false };
        if made.height > MAX_HEIGHT {
            p.too_deep();
        }
    }
    made
}

fn operator(p: &Parser<'_, '_>) -> Option<Operator> {
    let make = |kind, power| Some(Operator { kind, power, right: Right::Operand });
    match p.kind() {
        kind @ (EQ_EQ | NOT_EQ | EQ_TILDE | NOT_TILDE | LT | LT_EQ | GT | GT_EQ | LT_GT | EQ) => {
            make(kind, Power::Compare)
        }
        kind @ (PLUS | MINUS) => make(kind, Power::Add),
        kind @ (STAR | SLASH | PERCENT) => make(kind, Power::Multiply),
        AMP_AMP => make(AMP_AMP, Power::And),
        PIPE_PIPE => make(PIPE_PIPE, Power::Or),
        OPERATOR_WORD => word_operator(p.token_text().trim_start_matches('!')),
        IDENT => {
            let text = p.token_text();
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
        LT_GT => "!=".to_owned(),
        AMP_AMP => "and".to_owned(),
        PIPE_PIPE => "or".to_owned(),
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
        BANG => {
            p.report(Diagnostic::bare_not(p.range(), "!"));
            prefix(p, BANG)
        }
        IDENT if matches!(p.token_text(), "not" | "NOT") && starts_value(p.nth(1)) => {
            p.report(Diagnostic::bare_not(p.range(), p.token_text()));
            prefix(p, NOT_KW)
        }
        _ => postfix(p, what),
    }
}

fn prefix(p: &mut Parser<'_, '_>, kind: SyntaxKind) -> Made {
    p.start(PREFIX_EXPR);
    p.bump_as(kind);
    let made = binary(p, Power::Prefix, "a value");
    p.finish();
    Made { height: made.height + 1, is_name: false }
}

fn starts_value(kind: SyntaxKind) -> bool {
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
            p.expect(R_BRACKET, "close the bracket");
            p.finish();
            made = Made { height: made.height.max(index.height) + 1, is_name: false };
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
            made = Made { height: made.height + 1, is_name: false };
        } else {
            return made;
        }
        if made.height > MAX_HEIGHT {
            p.too_deep();
        }
    }
}

fn primary(p: &mut Parser<'_, '_>, what: &str) -> Made {
    let leaf = Made { height: 1, is_name: false };
    match p.kind() {
        IDENT if p.at_new_statement() => {
            p.expected(what, "");
            Made::default()
        }
        IDENT if p.at_word("dynamic") && p.nth(1) == L_PAREN => dynamic(p),
        IDENT | QUOTED_IDENT => {
            if let Some(kind) = constant(p) {
                literal(p, kind);
                return leaf;
            }
            let start = p.checkpoint();
            name_ref(p);
            if !p.at(L_PAREN) {
                return Made { height: 1, is_name: true };
            }
            p.start_at(start, CALL_EXPR);
            let made = args(p);
            p.finish();
            Made { height: made.height + 1, is_name: false }
        }
        kind @ (INT | REAL | STRING | TIMESPAN | SIZE | DATETIME | BAD_NUMBER) => {
            literal(p, kind);
            leaf
        }
        L_PAREN => {
            p.start(PAREN_EXPR);
            p.bump();
            let made = expr(p, "a value");
            p.expect(R_PAREN, "close the parenthesis");
            p.finish();
            Made { height: made.height + 1, is_name: false }
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

fn args(p: &mut Parser<'_, '_>) -> Made {
    p.start(ARG_LIST);
    let made = items(p, |p| item(p, "an argument"));
    p.finish();
    made
}

fn list(p: &mut Parser<'_, '_>) -> Made {
    p.start(LIST);
    let made = items(p, |p| expr(p, "a value"));
    p.finish();
    made
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
    p.expect(R_PAREN, "put `,` between values, and close the parenthesis");
    Made { height: height + 1, is_name: false }
}

fn range(p: &mut Parser<'_, '_>) -> Made {
    const EXAMPLE: &str = "write `between (low .. high)`";
    if !p.at(L_PAREN) {
        p.expected("`(`", EXAMPLE);
        return Made::default();
    }
    p.start(RANGE);
    p.bump();
    let low = expr(p, "the lower limit");
    p.expect(DOT_DOT, EXAMPLE);
    let high = expr(p, "the upper limit");
    p.expect(R_PAREN, EXAMPLE);
    p.finish();
    Made { height: low.height.max(high.height) + 1, is_name: false }
}

fn dynamic(p: &mut Parser<'_, '_>) -> Made {
    p.start(DYNAMIC_EXPR);
    p.bump_as(DYNAMIC_KW);
    p.bump();
    json(p);
    p.expect(R_PAREN, "close the parenthesis of `dynamic`");
    p.finish();
    Made { height: 1, is_name: false }
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
    p.expect(close, "put `,` between values, and close the bracket");
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
