//! Statements of a block and the pipelines they are made of.

use super::{Parser, Statement, expressions, foreign, habits, stages};
use crate::kind::SyntaxKind::*;
use crate::{Diagnostic, TextRange};

/// What follows a stage.
pub(super) enum After {
    /// `|`, `;`, the closing parenthesis, the end, or a new statement.
    End,
    /// A stage's word whose `|` was forgotten.
    Stage,
    /// Something that does not belong here; it was reported.
    Junk,
}

pub(super) fn statements(p: &mut Parser<'_, '_>) {
    loop {
        p.silent = false;
        p.statement = Statement { first: p.next, is_let: at_let(p), next: None };
        match p.kind() {
            EOF => return,
            SEMICOLON => p.bump(),
            _ if at_let(p) => let_(p),
            _ => {
                p.start(PIPELINE);
                pipeline(p);
                p.finish();
                // Two pipelines are two too many, whatever stands between them: the analysis says what to do.
                if !p.eat(SEMICOLON) && !p.at(EOF) && (at_let(p) || !at_next_pipeline(p)) {
                    missing_semicolon(p);
                }
            }
        }
    }
}

/// `let` acts as a word of the grammar, and not as a source's name.
fn at_let(p: &Parser<'_, '_>) -> bool {
    p.at_word("let") && !matches!(p.nth(1), PIPE | SEMICOLON | EOF)
}

fn let_(p: &mut Parser<'_, '_>) {
    const EXAMPLE: &str = "write `let name = …;`";
    p.start(LET);
    p.bump_as(LET_KW);
    // A word alone, and below it the next `let`.
    if p.at_name() && !p.at_new_statement() {
        expressions::name(p);
    } else {
        p.expected("a name", EXAMPLE);
    }
    if p.expect(EQ, EXAMPLE) {
        let_value(p);
    }
    if !p.at(SEMICOLON) && !p.at_new_statement() && !p.find_new_pipeline() {
        p.expected("`;`", "end each `let` with `;`");
        p.skip_statement();
    }
    if !p.eat(SEMICOLON) {
        missing_semicolon(p);
    }
    p.finish();
}

/// Which of pipeline and expression it is shows at the first `|`.
fn let_value(p: &mut Parser<'_, '_>) {
    if at_function(p) {
        return function(p);
    }
    pipeline_or_value(p, "a pipeline or a value");
}

fn pipeline_or_value(p: &mut Parser<'_, '_>, what: &str) {
    if p.at(L_PAREN) && p.group_has_pipe() || at_leading_stage(p) || is_made_source(p, p.next) || at_search(p) {
        p.start(PIPELINE);
        pipeline(p);
        return p.finish();
    }
    let start = p.checkpoint();
    let place = p.range();
    let made = expressions::expr(p, what);
    // A name, or the call of a function that gives a pipeline.
    let begins = made.is_name || made.is_call;
    let after = after_stage(p, begins);
    if p.at(PIPE) || matches!(after, After::Stage) {
        if !begins {
            let help = "begin a pipeline with a source's name";
            p.error(Diagnostic::expected(place, "a source before `|`", "a value", help));
        }
        p.start_at(start, SOURCE);
        p.finish();
        p.start_at(start, PIPELINE);
        rest_of_pipeline(p, after);
        p.finish();
    }
}

/// `(name: type, …) {`, maybe with `view` before it.
fn at_function(p: &mut Parser<'_, '_>) -> bool {
    let mut open = p.next;
    if p.at_word("view") && p.nth(1) == L_PAREN {
        let Some(next) = p.significant(open).nth(1) else { return false };
        open = next;
    }
    if p.tokens.get(open).is_none_or(|token| token.kind != L_PAREN) {
        return false;
    }
    let close = p.brackets()[open];
    close > 0 && p.significant(close + 1).next().is_some_and(|next| p.tokens[next].kind == L_BRACE)
}

/// `(x: long, t: (id: string)) { let …; expression or pipeline }`
fn function(p: &mut Parser<'_, '_>) {
    const EXAMPLE: &str = "write `(name: type, …) { expression or pipeline }`";
    p.start(FUNCTION);
    p.eat_word(VIEW_KW);
    p.start(PARAMETERS);
    p.bump();
    while !p.at(R_PAREN) && !p.at(EOF) {
        parameter(p, EXAMPLE);
        if !p.eat(COMMA) {
            break;
        }
    }
    p.close(R_PAREN, EXAMPLE);
    p.finish();
    p.start(FUNCTION_BODY);
    if p.expect(L_BRACE, EXAMPLE) {
        let outer = (std::mem::replace(&mut p.nested, false), std::mem::replace(&mut p.in_body, true));
        if p.enter() {
            function_body(p);
        }
        p.leave();
        (p.nested, p.in_body) = outer;
        p.close(R_BRACE, "close the function's body with `}`");
    }
    p.finish();
    p.finish();
}

fn parameter(p: &mut Parser<'_, '_>, example: &str) {
    if !p.at_name() {
        return p.expected("a parameter", example);
    }
    p.start(PARAMETER);
    expressions::name(p);
    if p.expect(COLON, example) {
        if p.at(L_PAREN) {
            table_type(p, example);
        } else {
            stages::type_name(p);
        }
    }
    if p.eat(EQ) {
        expressions::expr(p, "a value");
    }
    p.finish();
}

/// `(name: type, …)` or `(*)`
fn table_type(p: &mut Parser<'_, '_>, example: &str) {
    p.start(TABLE_TYPE);
    p.bump();
    while !p.at(R_PAREN) && !p.at(EOF) {
        if p.at(STAR) {
            expressions::star(p);
        } else if p.at_name() {
            stages::column(p);
        } else {
            p.expected("a column", example);
            break;
        }
        if !p.eat(COMMA) {
            break;
        }
    }
    p.close(R_PAREN, example);
    p.finish();
}

/// Lets, then what the function gives.
fn function_body(p: &mut Parser<'_, '_>) {
    const ONE: &str = "a function gives one expression or pipeline; end each `let` before it with `;`";
    let mut given = false;
    loop {
        p.silent = false;
        match p.kind() {
            EOF => return,
            R_BRACE => {
                if !given {
                    p.expected("an expression or a pipeline", "write what the function gives behind its last `let`");
                }
                return;
            }
            SEMICOLON => p.bump(),
            _ if at_let(p) => let_(p),
            _ => {
                if given {
                    p.expected("`}`", ONE);
                }
                given = true;
                pipeline_or_value(p, "an expression or a pipeline");
                if !p.at(SEMICOLON) && !p.at(R_BRACE) {
                    p.expected("`}`", ONE);
                    p.skip_until(|p| matches!(p.kind(), SEMICOLON | R_BRACE | EOF) || at_let(p));
                }
            }
        }
    }
}

fn missing_semicolon(p: &mut Parser<'_, '_>) {
    p.report(Diagnostic::missing_semicolon(p.place()));
}

/// A stage where the source should be: `union` may stand there, another was written without its source.
fn at_leading_stage(p: &Parser<'_, '_>) -> bool {
    p.at(IDENT)
        && stages::is_stage_word(p.token_text())
        && !matches!(p.nth(1), PIPE | SEMICOLON | EOF | EQ | DOT | R_PAREN | L_PAREN | COMMA)
        || p.at_word("union") && p.nth(1) == L_PAREN
}

/// A source that is written in place, at the token with this number: `datatable (…) […]`, `print x = 1`,
/// `range x from 1 to 3 step 1`, `materialize(…)`, `externaldata (…) […]`.
pub(super) fn is_made_source(p: &Parser<'_, '_>, at: usize) -> bool {
    let Some(token) = p.tokens.get(at).filter(|token| token.kind == IDENT) else { return false };
    let mut next = p.significant(at + 1);
    let kind = next.next().map(|next| p.tokens[next].kind);
    match p.text_of(*token) {
        "datatable" | "externaldata" | "external_data" | "materialize" => kind == Some(L_PAREN),
        "print" => kind.is_some_and(|kind| expressions::starts_value(kind) || matches!(kind, MINUS | L_PAREN)),
        "range" => {
            kind == Some(IDENT)
                && next.next().is_some_and(|from| p.tokens[from].kind == IDENT && p.text_of(p.tokens[from]) == "from")
        }
        _ => false,
    }
}

/// Kusto's `search "text"` and `find where …`, which begin a pipeline.
fn at_search(p: &Parser<'_, '_>) -> bool {
    (p.at_word("search") || p.at_word("find"))
        && matches!(p.nth(1), STRING | IDENT | L_PAREN | STAR)
        && (p.at_word("find") || !stages::is_stage_word_at(p, 1))
}

/// Source and stages, into the node that is open. Eats at least one token where there is one that may be eaten.
pub(super) fn pipeline(p: &mut Parser<'_, '_>) {
    const EXAMPLE: &str = "write the source's name first, e.g. `spans | where …`";
    habits::from(p);
    let after = match p.kind() {
        IDENT if at_leading_stage(p) => {
            if !p.at_word("union") {
                let found = p.found();
                p.report(Diagnostic::expected(p.place(), "a source", &format!("the stage {found}"), EXAMPLE));
            }
            stages::stage(p)
        }
        IDENT if at_search(p) => stages::unknown(p),
        IDENT if foreign::at_range(p) => {
            foreign::range(p);
            After::End
        }
        IDENT if foreign::at_select(p) => {
            foreign::select(p);
            After::End
        }
        L_BRACE if foreign::at_selector(p) => {
            foreign::selector(p, false);
            After::End
        }
        IDENT | QUOTED_IDENT | L_PAREN | L_BRACKET if p.at_name() || p.at(L_PAREN) => {
            source(p);
            if foreign::at_selector(p) {
                foreign::selector(p, true);
                return;
            }
            let after = after_stage(p, true);
            if matches!(after, After::Junk) {
                p.skip_stage();
            }
            after
        }
        _ => {
            p.expected("a source", EXAMPLE);
            p.skip_stage();
            After::End
        }
    };
    rest_of_pipeline(p, after);
}

/// A name or a pipeline in parentheses.
pub(super) fn source(p: &mut Parser<'_, '_>) {
    p.start(SOURCE);
    if is_made_source(p, p.next) {
        made_source(p);
    } else if p.at_name() {
        let start = p.checkpoint();
        expressions::name_ref(p);
        if p.at(L_PAREN) {
            p.start_at(start, CALL_EXPR);
            expressions::args(p);
            p.finish();
        }
    } else if p.at(L_PAREN) {
        subpipeline(p);
    } else {
        p.expected("a source", "write a source's name, or a pipeline in parentheses");
    }
    p.finish();
}

/// A pipeline in parentheses, which open here.
pub(super) fn subpipeline(p: &mut Parser<'_, '_>) {
    if p.enter() {
        p.start(SUBPIPELINE);
        p.bump();
        let outer = std::mem::replace(&mut p.nested, true);
        p.start(PIPELINE);
        pipeline(p);
        p.finish();
        p.nested = outer;
        p.close(R_PAREN, "close the parenthesis of the inner pipeline");
        p.finish();
    }
    p.leave();
}

fn made_source(p: &mut Parser<'_, '_>) {
    match p.token_text() {
        "materialize" => {
            p.start(MATERIALIZE);
            p.bump_as(MATERIALIZE_KW);
            subpipeline(p);
        }
        "print" => {
            p.start(PRINT);
            p.bump_as(PRINT_KW);
            stages::made_fields(p);
        }
        "range" => {
            const EXAMPLE: &str = "write `range x from 1 to 10 step 1`";
            p.start(RANGE_SOURCE);
            p.bump_as(RANGE_KW);
            expressions::name(p);
            p.expect_word(FROM_KW, EXAMPLE);
            expressions::expr(p, "the first value");
            p.expect_word(TO_KW, EXAMPLE);
            expressions::expr(p, "the last value");
            p.expect_word(STEP_KW, EXAMPLE);
            expressions::expr(p, "the step");
        }
        "datatable" => {
            p.start(DATATABLE);
            p.bump_as(DATATABLE_KW);
            rows(p, "write `datatable (name: string, n: long) [\"a\", 1, \"b\", 2]`");
        }
        _ => {
            p.start(EXTERNALDATA);
            p.bump_as(EXTERNALDATA_KW);
            rows(p, "write `externaldata (name: string) [\"…\"]`");
            stages::with_clause(p);
        }
    }
    p.finish();
}

/// `(name: type, …) [value, …]`
fn rows(p: &mut Parser<'_, '_>, example: &str) {
    table_type(p, example);
    if !p.expect(L_BRACKET, example) {
        return;
    }
    while !p.at(R_BRACKET) && !p.at_stage_end() {
        expressions::expr(p, "a value");
        if !p.eat(COMMA) {
            break;
        }
    }
    p.close(R_BRACKET, "put `,` between values, and close the bracket");
}

/// A pipeline in parentheses that has no source of its own: it begins with a stage.
pub(super) fn stages_in_parens(p: &mut Parser<'_, '_>, help: &str) {
    if !p.at(L_PAREN) || !p.enter() {
        return p.expected("stages in parentheses", help);
    }
    p.start(SUBPIPELINE);
    p.bump();
    let outer = std::mem::replace(&mut p.nested, true);
    p.start(PIPELINE);
    if p.at_stage_end() {
        p.expected("a stage", help);
        rest_of_pipeline(p, After::End);
    } else {
        let after = stages::stage(p);
        rest_of_pipeline(p, after);
    }
    p.finish();
    p.nested = outer;
    p.close(R_PAREN, "close the parenthesis of the inner stages");
    p.finish();
    p.leave();
}

fn rest_of_pipeline(p: &mut Parser<'_, '_>, mut after: After) {
    loop {
        if p.at(PIPE) {
            p.silent = false;
            p.bump();
            if p.at_stage_end() {
                let pipe = p.tokens[..p.next].iter().rev().find(|token| !token.kind.is_trivia()).copied();
                p.expected_with("a stage", "write one, e.g. `where …`, or remove the `|`", |_, diagnostic| {
                    let pipe = pipe.map(|token| TextRange::new(token.start, token.end));
                    pipe.map_or(diagnostic.clone(), |pipe| diagnostic.without(pipe, "|"))
                });
                continue;
            }
        } else if !matches!(after, After::Stage) {
            return;
        }
        after = stages::stage(p);
    }
}

/// Behind an empty line, as Kusto's editor divides queries: what can only be the next pipeline.
fn at_next_pipeline(p: &Parser<'_, '_>) -> bool {
    if p.nested || p.in_body || !p.at_empty_line() {
        return false;
    }
    at_let(p)
        || is_made_source(p, p.next)
        || p.at_word("union")
        || p.at_name()
            && !(p.at(IDENT) && stages::is_stage_word(p.token_text()))
            && matches!(p.nth(1), PIPE | SEMICOLON | EOF)
}

/// Looks at what follows a stage, and says what is wrong with it. `pipe` where a stage may follow.
pub(super) fn after_stage(p: &mut Parser<'_, '_>, pipe: bool) -> After {
    if p.at_stage_end() {
        return After::End;
    }
    if pipe && at_next_pipeline(p) {
        return After::End;
    }
    if pipe && !p.silent && p.at(IDENT) && stages::is_stage_word(p.token_text()) {
        p.report(Diagnostic::missing_pipe(p.range(), p.token_text()));
        return After::Stage;
    }
    if p.find_new_pipeline() {
        return After::End;
    }
    if pipe {
        p.expected("`|` or the end", "begin each stage with `|`, and end a statement with `;`");
    }
    After::Junk
}
