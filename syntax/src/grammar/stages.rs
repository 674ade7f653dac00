//! The stages: one rule each, called after the stage's word. A rule reads what it knows and leaves the rest;
//! what is left then is said once, here, and becomes an error up to the next stage.

use super::expressions::{at_named, expr, item, name, name_ref, simple, star};
use super::statements::{After, after_stage, source, stages_in_parens};
use super::{Parser, habits};
use crate::kind::{SyntaxKind, SyntaxKind::*};
use crate::{Diagnostic, TextRange};

type Rule = fn(&mut Parser<'_, '_>);

/// For each word of a stage: the word's kind, the stage's kind, the rule for what follows.
fn rule(word: &str) -> Option<(SyntaxKind, SyntaxKind, Rule)> {
    Some(match word {
        "where" => (WHERE_KW, WHERE_STAGE, where_),
        "extend" => (EXTEND_KW, EXTEND_STAGE, made_fields),
        "project" => (PROJECT_KW, PROJECT_STAGE, made_fields),
        "project-keep" => (PROJECT_KEEP_KW, PROJECT_KEEP_STAGE, patterns),
        "project-away" => (PROJECT_AWAY_KW, PROJECT_AWAY_STAGE, patterns),
        "project-rename" => (PROJECT_RENAME_KW, PROJECT_RENAME_STAGE, renames),
        "project-reorder" => (PROJECT_REORDER_KW, PROJECT_REORDER_STAGE, reorder),
        "parse" => (PARSE_KW, PARSE_STAGE, parse),
        "parse-where" => (PARSE_WHERE_KW, PARSE_STAGE, parse),
        "parse-kv" => (PARSE_KV_KW, PARSE_KV_STAGE, parse_kv),
        "mv-expand" => (MV_EXPAND_KW, MV_EXPAND_STAGE, mv_expand),
        "mv-apply" => (MV_APPLY_KW, MV_APPLY_STAGE, mv_apply),
        "evaluate" => (EVALUATE_KW, EVALUATE_STAGE, evaluate),
        "summarize" => (SUMMARIZE_KW, SUMMARIZE_STAGE, summarize),
        "make-series" => (MAKE_SERIES_KW, MAKE_SERIES_STAGE, make_series),
        "top" => (TOP_KW, TOP_STAGE, top),
        "top-hitters" => (TOP_HITTERS_KW, TOP_HITTERS_STAGE, top_hitters),
        "take" => (TAKE_KW, TAKE_STAGE, amount),
        "limit" => (LIMIT_KW, TAKE_STAGE, amount),
        "tail" => (TAIL_KW, TAIL_STAGE, amount),
        "distinct" => (DISTINCT_KW, DISTINCT_STAGE, distinct),
        "count" => (COUNT_KW, COUNT_STAGE, count),
        "sort" => (SORT_KW, SORT_STAGE, sort),
        "order" => (ORDER_KW, SORT_STAGE, sort),
        "sample" => (SAMPLE_KW, SAMPLE_STAGE, sample),
        "join" => (JOIN_KW, JOIN_STAGE, join),
        "union" => (UNION_KW, UNION_STAGE, union),
        "lookup" => (LOOKUP_KW, LOOKUP_STAGE, join),
        "getschema" => (GETSCHEMA_KW, GETSCHEMA_STAGE, nothing),
        "assert" => (ASSERT_KW, ASSERT_STAGE, where_),
        "render" => (RENDER_KW, RENDER_STAGE, render),
        "as" => (AS_KW, AS_STAGE, as_),
        "invoke" => (INVOKE_KW, INVOKE_STAGE, invoke),
        "serialize" => (SERIALIZE_KW, SERIALIZE_STAGE, serialize),
        _ => return None,
    })
}

pub(super) fn is_stage_word(word: &str) -> bool {
    rule(word).is_some()
}

/// The token with this number from here on, of those that are not trivia, is a stage's word.
pub(super) fn is_stage_word_at(p: &Parser<'_, '_>, n: usize) -> bool {
    let found = p.significant(p.next).nth(n).map(|index| p.tokens[index]);
    found.is_some_and(|token| token.kind == IDENT && is_stage_word(p.text_of(token)))
}

/// A stage up to its end. Eats at least one token.
pub(super) fn stage(p: &mut Parser<'_, '_>) -> After {
    let found = if p.at(IDENT) { rule(p.token_text()) } else { None };
    let Some((word, kind, rule)) = found else { return unknown(p) };
    p.start(kind);
    p.bump_as(word);
    rule(p);
    let after = after_stage(p, true);
    if matches!(after, After::Junk) {
        p.skip_stage();
    }
    p.finish();
    after
}

/// A word or sign of another language: the analysis says which stage it would be here.
pub(super) fn unknown(p: &mut Parser<'_, '_>) -> After {
    p.start(UNKNOWN_STAGE);
    if !matches!(p.kind(), IDENT | EQ | TILDE | NOT_EQ | NOT_TILDE) {
        p.expected("a stage", "write a stage's word here, e.g. `where`");
    }
    while !p.at_stage_end() {
        p.bump_group();
    }
    p.finish();
    After::End
}

/// Items with `,` between them, at least one, up to a word of the stage.
fn list(p: &mut Parser<'_, '_>, what: &str, stop: &[&str], mut item: impl FnMut(&mut Parser<'_, '_>)) {
    loop {
        if p.at_stage_end() || stop.iter().any(|word| p.at_word(word)) {
            let comma = habits::comma_too_many(p);
            return p.expected_with(what, "", |_, diagnostic| match comma {
                Some(comma) => diagnostic.without(comma, ","),
                None => diagnostic,
            });
        }
        item(p);
        let stopped = stop.iter().any(|word| p.at_word(word));
        if !p.eat(COMMA) && (stopped || !habits::comma_is_missing(p)) {
            return;
        }
    }
}

fn nothing(_: &mut Parser<'_, '_>) {}

fn count(p: &mut Parser<'_, '_>) {
    if p.at_word("by") {
        let count = p.tokens[..p.next].iter().rev().find(|token| !token.kind.is_trivia()).copied();
        p.expected_with("`|` or the end", "to count by a field, write `summarize count() by …`", |_, diagnostic| {
            let word = count.map(|token| TextRange::new(token.start, token.end));
            word.map_or(diagnostic.clone(), |word| diagnostic.replace(word, "summarize count()"))
        });
    }
}

fn where_(p: &mut Parser<'_, '_>) {
    expr(p, "a condition");
}

pub(super) fn made_fields(p: &mut Parser<'_, '_>) {
    list(p, "a field", &[], |p| {
        item(p, "a field");
    });
}

/// `serialize`, `serialize n = row_number() by trace.id`
fn serialize(p: &mut Parser<'_, '_>) {
    if !p.at_stage_end() && !p.at_word("by") {
        list(p, "a field", &["by"], |p| {
            item(p, "a field");
        });
    }
    by_items(p);
}

fn renames(p: &mut Parser<'_, '_>) {
    list(p, "`new = old`", &[], |p| match at_named(p) {
        true => {
            item(p, "a field");
        }
        // `rename old as new`
        false if matches!(p.nth(1), IDENT | DOT) => {
            item(p, "a field");
        }
        false => p.expected("`new = old`", "write the new name, `=`, and the field's present name"),
    });
}

fn patterns(p: &mut Parser<'_, '_>) {
    list(p, "a field", &[], |p| {
        pattern(p, "a field");
    });
}

/// A name, or several by `*`.
fn pattern(p: &mut Parser<'_, '_>, what: &str) {
    let belongs = |p: &Parser<'_, '_>| matches!(p.kind(), STAR | DOT | INT) || p.at_name();
    if !belongs(p) {
        return p.expected(what, "write names, or patterns such as `http.*`");
    }
    p.start(NAME_PATTERN);
    p.bump_name();
    while p.position == p.next && belongs(p) {
        p.bump_name();
    }
    p.finish();
}

/// `project-reorder timestamp, http.* asc`
fn reorder(p: &mut Parser<'_, '_>) {
    list(p, "a field", &[], |p| {
        p.start(REORDER_KEY);
        pattern(p, "a field");
        let _ = p.eat_word(ASC_KW) || p.eat_word(DESC_KW);
        p.finish();
    });
}

/// `as name`
fn as_(p: &mut Parser<'_, '_>) {
    properties(p);
    match p.at_name() {
        true => name(p),
        false => p.expected("a name", "write `as name`"),
    }
}

/// `invoke f(x)`: the function is given the rows as its first argument.
fn invoke(p: &mut Parser<'_, '_>) {
    match p.at_name() && p.nth(1) == L_PAREN {
        true => {
            expr(p, "a function");
        }
        false => p.expected("a function", "write `invoke name(…)`"),
    }
}

fn parse(p: &mut Parser<'_, '_>) {
    properties(p);
    expr(p, "the text to parse");
    p.expect_word(WITH_KW, "write `parse text with \"user=\" user \" took \" duration:long *`");
    p.start(PARSE_PATTERN);
    if p.at_stage_end() {
        p.expected("a pattern", "write strings and the names of what stands between them");
    }
    loop {
        match p.kind() {
            STAR => {
                star(p);
            }
            STRING => {
                p.start(LITERAL);
                p.bump_literal(STRING);
                p.finish();
            }
            _ if p.at_name() && !p.at_stage_end() => column(p),
            _ => break,
        }
    }
    p.finish();
}

/// `name` or `name:type`
pub(super) fn column(p: &mut Parser<'_, '_>) {
    p.start(COLUMN);
    name(p);
    if p.eat(COLON) {
        type_name(p);
    }
    p.finish();
}

pub(super) fn type_name(p: &mut Parser<'_, '_>) {
    if p.at(IDENT) {
        p.start(TYPE_NAME);
        p.bump();
        p.finish();
    } else {
        p.expected("a type", "write bool, long, real, string, datetime, timespan or dynamic");
    }
}

fn parse_kv(p: &mut Parser<'_, '_>) {
    const EXAMPLE: &str = "write `parse-kv text as (user:string, took:timespan)`";
    expr(p, "the text to parse");
    if !p.at_word("as") {
        return p.expected("`as`", EXAMPLE);
    }
    p.start(AS_CLAUSE);
    p.bump_as(AS_KW);
    if p.expect(L_PAREN, EXAMPLE) {
        list(p, "a field", &[], |p| match p.at_name() {
            true => column(p),
            false => p.expected("a field", EXAMPLE),
        });
        p.close(R_PAREN, EXAMPLE);
    }
    p.finish();
    with_clause(p);
}

fn mv_expand(p: &mut Parser<'_, '_>) {
    expanded(p);
}

fn mv_apply(p: &mut Parser<'_, '_>) {
    const EXAMPLE: &str = "write `mv-apply x = tags on (top 2 by x)`";
    expanded(p);
    if p.expect_word(ON_KW, EXAMPLE) {
        stages_in_parens(p, EXAMPLE);
    }
}

/// What is made rows of: arrays, side by side.
fn expanded(p: &mut Parser<'_, '_>) {
    let word = |p: &Parser<'_, '_>| ["bagexpansion", "with_itemindex", "kind"].iter().any(|word| p.at_word(word));
    while word(p) && at_named(p) {
        property(p);
    }
    list(p, "a field", &["limit", "on"], |p| {
        p.start(MV_EXPAND_ITEM);
        item(p, "a field");
        if p.eat_word(TO_KW) {
            const EXAMPLE: &str = "write `to typeof(string)`";
            p.expect_word(TYPEOF_KW, EXAMPLE);
            if p.expect(L_PAREN, EXAMPLE) {
                type_name(p);
                p.close(R_PAREN, EXAMPLE);
            }
        }
        p.finish();
    });
    if p.eat_word(LIMIT_KW) {
        expr(p, "a number");
    }
}

fn evaluate(p: &mut Parser<'_, '_>) {
    const EXAMPLE: &str = "write `evaluate bag_unpack(bag) : (*, name:string)`";
    expr(p, "a plugin such as `bag_unpack`");
    if !p.at(COLON) {
        return;
    }
    p.start(AS_CLAUSE);
    p.bump();
    if p.expect(L_PAREN, EXAMPLE) {
        list(p, "a field", &[], |p| match p.kind() {
            STAR => {
                star(p);
            }
            _ if p.at_name() => column(p),
            _ => p.expected("a field", EXAMPLE),
        });
        p.close(R_PAREN, EXAMPLE);
    }
    p.finish();
}

fn make_series(p: &mut Parser<'_, '_>) {
    const EXAMPLE: &str = "write `make-series n = count() on timestamp step 1m`";
    while p.at_word("kind") && at_named(p) {
        property(p);
    }
    list(p, "an aggregate such as `count()`", &["on"], |p| {
        item(p, "an aggregate such as `count()`");
        if p.at_word("default") && at_named(p) {
            p.start(PROPERTY);
            name(p);
            p.bump();
            expr(p, "a value");
            p.finish();
        }
    });
    if !p.at_word("on") {
        return p.expected("`on`", EXAMPLE);
    }
    p.start(ON_CLAUSE);
    p.bump_as(ON_KW);
    expr(p, "the field of time");
    p.finish();
    for (word, kind, clause) in
        [("from", FROM_KW, FROM_CLAUSE), ("to", TO_KW, TO_CLAUSE), ("step", STEP_KW, STEP_CLAUSE)]
    {
        if p.at_word(word) {
            p.start(clause);
            p.bump_as(kind);
            expr(p, "a value");
            p.finish();
        } else if word == "step" {
            p.expected("`step`", EXAMPLE);
        }
    }
    by_items(p);
}

fn summarize(p: &mut Parser<'_, '_>) {
    hints(p);
    if !p.at_word("by") && !p.at_word("BY") {
        list(p, "an aggregate such as `count()`", &["by"], |p| {
            item(p, "an aggregate such as `count()`");
        });
    }
    by_items(p);
}

/// `by key, …`, if it is there.
fn by_items(p: &mut Parser<'_, '_>) {
    let shouted = p.at(IDENT) && p.token_text() == "BY";
    if shouted {
        p.report(Diagnostic::other_operator(p.range(), "BY", "by"));
    }
    if shouted || p.at_word("by") {
        p.start(BY_CLAUSE);
        p.bump_as(BY_KW);
        list(p, "a field to group by", &[], |p| {
            item(p, "a field to group by");
        });
        p.finish();
    }
}

fn sort(p: &mut Parser<'_, '_>) {
    p.start(BY_CLAUSE);
    p.expect_word(BY_KW, "write `sort by field desc`");
    list(p, "a field to sort by", &[], sort_key);
    p.finish();
}

fn sort_key(p: &mut Parser<'_, '_>) {
    p.start(SORT_KEY);
    expr(p, "a field to sort by");
    let _ = p.eat_word(ASC_KW) || p.eat_word(DESC_KW);
    if p.eat_word(NULLS_KW) && !p.eat_word(FIRST_KW) && !p.eat_word(LAST_KW) {
        p.expected("`first` or `last`", "write `nulls first` or `nulls last`");
    }
    p.finish();
}

fn top(p: &mut Parser<'_, '_>) {
    const EXAMPLE: &str = "write `top 10 by duration`";
    if p.at_word("by") {
        p.expected("a number", EXAMPLE)
    } else {
        amount(p);
    }
    p.start(BY_CLAUSE);
    if !p.eat_word(BY_KW) {
        let follows = !p.at_stage_end();
        p.expected_with(BY_KW.describe(), EXAMPLE, |p, diagnostic| match follows {
            true => diagnostic.inserted(p.range(), "by"),
            false => diagnostic,
        });
    }
    list(p, "a field to rank by", &[], sort_key);
    p.finish();
}

fn top_hitters(p: &mut Parser<'_, '_>) {
    expr(p, "a number");
    p.expect_word(OF_KW, "write `top-hitters 10 of customer.id`");
    expr(p, "a field");
    by_items(p);
}

fn amount(p: &mut Parser<'_, '_>) {
    expr(p, "a number");
}

fn distinct(p: &mut Parser<'_, '_>) {
    hints(p);
    list(p, "a field or `*`", &[], |p| match p.at(STAR) {
        true => {
            star(p);
        }
        false => {
            expr(p, "a field or `*`");
        }
    });
}

fn sample(p: &mut Parser<'_, '_>) {
    simple(p, "a percentage such as `10%`");
    p.eat(PERCENT);
    by_items(p);
}

/// Also `lookup`; `within` there is the analysis' to refuse.
fn join(p: &mut Parser<'_, '_>) {
    properties(p);
    match p.at_word("on") {
        true => p.expected("a source", "write what to join with, e.g. `join (logs) on trace_id`"),
        false => source(p),
    }
    loop {
        if p.at_word("on") {
            p.start(ON_CLAUSE);
            p.bump_as(ON_KW);
            list(p, "a field", &["within"], |p| {
                expr(p, "a field");
            });
        } else if p.at_word("within") {
            p.start(WITHIN_CLAUSE);
            p.bump_as(WITHIN_KW);
            expr(p, "a timespan such as `30s`");
        } else {
            return;
        }
        p.finish();
    }
}

fn union(p: &mut Parser<'_, '_>) {
    properties(p);
    list(p, "a source", &[], |p| {
        // `union events_*`
        let starred = p.at(STAR) || p.at(IDENT) && p.tokens.get(p.next + 1).is_some_and(|token| token.kind == STAR);
        if starred {
            p.start(SOURCE);
            pattern(p, "a source");
            p.finish();
        } else {
            source(p);
        }
    });
}

fn render(p: &mut Parser<'_, '_>) {
    if p.at_name() {
        name(p);
    } else {
        return p.expected("a picture", "write e.g. `render timechart` or `render table`");
    }
    with_clause(p);
}

/// `with (name=value, …)`, if it is there.
pub(super) fn with_clause(p: &mut Parser<'_, '_>) {
    const EXAMPLE: &str = "write `with (name=value, …)`";
    if !p.at_word("with") {
        return;
    }
    p.start(WITH_CLAUSE);
    p.bump_as(WITH_KW);
    if p.expect(L_PAREN, EXAMPLE) {
        list(p, "`name=value`", &[], |p| match at_named(p) {
            true => values(p),
            false => p.expected("`name=value`", EXAMPLE),
        });
        p.close(R_PAREN, EXAMPLE);
    }
    p.finish();
}

/// `name=a` or `name=a, b`: what has no name of its own belongs to the one before.
fn values(p: &mut Parser<'_, '_>) {
    p.start(PROPERTY);
    name(p);
    p.bump();
    expr(p, "a value");
    while p.at(COMMA) && !next_is_named(p) {
        p.bump();
        expr(p, "a value");
    }
    p.finish();
}

fn next_is_named(p: &mut Parser<'_, '_>) -> bool {
    p.nth(2) == EQ || !matches!(p.nth(1), IDENT | QUOTED_IDENT | STRING | INT | REAL)
}

/// `kind=inner` and the like, before what a stage is about.
fn properties(p: &mut Parser<'_, '_>) {
    while at_named(p) {
        property(p);
    }
}

/// Kusto's `hint.strategy=…`, where a name of the user's could stand too.
fn hints(p: &mut Parser<'_, '_>) {
    while p.at_word("hint") && p.tokens.get(p.next + 1).is_some_and(|token| token.kind == DOT) && at_named(p) {
        property(p);
    }
}

fn property(p: &mut Parser<'_, '_>) {
    p.start(PROPERTY);
    name(p);
    p.bump();
    match p.kind() {
        // Not a call, though a parenthesis may follow: `kind=inner (logs)`.
        IDENT | QUOTED_IDENT | L_BRACKET if p.at_name() => name_ref(p),
        kind @ (STRING | INT | REAL) => {
            p.start(LITERAL);
            p.bump_literal(kind);
            p.finish();
        }
        _ => p.expected("a value", "write `name=value`"),
    }
    p.finish();
}
