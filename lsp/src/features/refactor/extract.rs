//! The beginning of a pipeline, up to the last selected stage, as a `let` of its own.

use syntax::ast::{self, AstNode, Stage};
use syntax::{Edit, SyntaxKind, TextRange};

use super::{Change, Here, names};
use crate::features::actions::Kind;

pub(super) fn extract(here: &Here<'_>) -> Option<Change> {
    let pipeline: ast::Pipeline = here.around()?;
    let stages: Vec<Stage> = pipeline.stages().collect();
    let selected = |stage: &Stage| {
        let start = stage.range().start();
        start < here.range.end() || here.range.is_empty() && start == here.range.start()
    };
    let mut last = stages.iter().rposition(selected)?;
    if matches!(stages[last], Stage::Render(_)) {
        last = last.checked_sub(1)?;
    }
    // The whole of a `let` has its name already.
    let parent = pipeline.syntax().parent()?;
    if parent.kind() == SyntaxKind::LET && last + 1 == stages.len() {
        return None;
    }
    let statement = pipeline.syntax().ancestors().take_while(|node| node.kind() != SyntaxKind::BODY).last()?;
    let part = TextRange::new(pipeline.range().start(), stages[last].range().end());
    let name = names::free(here.document, word(&stages[last]));
    let before = TextRange::empty(statement.text_range().start());
    let edits = vec![
        Edit { range: before, text: format!("let {name} = {};\n", here.plain(part)) },
        Edit { range: part, text: name.clone() },
    ];
    Some(Change { kind: Kind::RefactorExtract, title: format!("Extract up to here into `let {name}`"), edits })
}

/// What a stage leaves, in a word.
fn word(stage: &Stage) -> &'static str {
    match stage {
        Stage::Where(_) | Stage::Sample(_) => "matching",
        Stage::Extend(_) => "extended",
        Stage::Project(_) | Stage::ProjectKeep(_) | Stage::ProjectAway(_) | Stage::ProjectRename(_) => "selected",
        Stage::Parse(_) | Stage::ParseKv(_) => "parsed",
        Stage::MvExpand(_) | Stage::MvApply(_) => "expanded",
        Stage::Summarize(_) | Stage::MakeSeries(_) | Stage::Count(_) => "summary",
        Stage::Join(_) | Stage::Union(_) | Stage::Lookup(_) => "joined",
        Stage::Top(_) | Stage::TopHitters(_) => "highest",
        _ => "part",
    }
}
