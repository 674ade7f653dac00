//! Statements of a block and the pipelines they are made of.

use super::{Parser, expressions, foreign, stages};
use crate::Diagnostic;
use crate::kind::SyntaxKind::*;

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
        match p.kind() {
            EOF => return,
            SEMICOLON => p.bump(),
            _ if at_let(p) => let_(p),
            _ => {
                p.start(PIPELINE);
                pipeline(p);
                p.finish();
                if !p.eat(SEMICOLON) && !p.at(EOF) {
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
    if p.at_name() {
        expressions::name(p);
    } else {
        p.expected("a name", EXAMPLE);
    }
    if p.expect(EQ, EXAMPLE) {
        let_value(p);
    }
    if !p.at(SEMICOLON) && !p.at_new_statement() {
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
    if p.at(L_PAREN) && p.group_has_pipe() || at_leading_stage(p) {
        p.start(PIPELINE);
        pipeline(p);
        return p.finish();
    }
    let start = p.checkpoint();
    let place = p.range();
    let is_name = expressions::expr(p, "a pipeline or a value").is_name;
    let after = after_stage(p, is_name);
    if p.at(PIPE) || matches!(after, After::Stage) {
        if !is_name {
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

/// Source and stages, into the node that is open. Eats at least one token where there is one that may be eaten.
pub(super) fn pipeline(p: &mut Parser<'_, '_>) {
    const EXAMPLE: &str = "write the source's name first, e.g. `spans | where …`";
    let after = match p.kind() {
        IDENT if at_leading_stage(p) => {
            if !p.at_word("union") {
                let found = p.found();
                p.report(Diagnostic::expected(p.place(), "a source", &format!("the stage {found}"), EXAMPLE));
            }
            stages::stage(p)
        }
        IDENT if foreign::at_select(p) => {
            foreign::select(p);
            After::End
        }
        L_BRACE if foreign::at_selector(p) => {
            foreign::selector(p);
            After::End
        }
        IDENT | QUOTED_IDENT | L_PAREN => {
            source(p);
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
    if p.at_name() {
        expressions::name_ref(p);
    } else if p.at(L_PAREN) && p.enter() {
        p.start(SUBPIPELINE);
        p.bump();
        let outer = std::mem::replace(&mut p.nested, true);
        p.start(PIPELINE);
        pipeline(p);
        p.finish();
        p.nested = outer;
        p.close(R_PAREN, "close the parenthesis of the inner pipeline");
        p.finish();
        p.leave();
    } else {
        p.expected("a source", "write a source's name, or a pipeline in parentheses");
    }
    p.finish();
}

fn rest_of_pipeline(p: &mut Parser<'_, '_>, mut after: After) {
    loop {
        if p.at(PIPE) {
            p.silent = false;
            p.bump();
            if p.at_stage_end() {
                p.expected("a stage", "write one, e.g. `where …`, or remove the `|`");
                continue;
            }
        } else if !matches!(after, After::Stage) {
            return;
        }
        after = stages::stage(p);
    }
}

/// Looks at what follows a stage, and says what is wrong with it. `pipe` where a stage may follow.
pub(super) fn after_stage(p: &mut Parser<'_, '_>, pipe: bool) -> After {
    if p.at_stage_end() {
        return After::End;
    }
    if pipe && !p.silent && p.at(IDENT) && stages::is_stage_word(p.token_text()) {
        p.report(Diagnostic::missing_pipe(p.range(), p.token_text()));
        return After::Stage;
    }
    if pipe {
        p.expected("`|` or the end", "begin each stage with `|`, and end a statement with `;`");
    }
    After::Junk
}
