//! What can be run or told about the stage at a place: run up to here, what is different about these, follow
//! a value through the runbook, explain a finding. Nothing of it changes the text.

use syntax::analysis::What;
use syntax::ast::{self, AstNode};
use syntax::source::SourceName;
use syntax::{Severity, SyntaxKind, TextRange, TextSize};

use super::actions::{Action, Call};
use super::schemas;
use crate::document::Document;

/// Values of a field that are offered to be followed.
const FOLLOWED: usize = 5;

pub(super) fn actions<'a>(document: &'a Document, range: TextRange) -> Vec<Action<'a>> {
    let mut found = Vec::new();
    // What is wrong keeps it from running; what is wrong behind it does not.
    let runs = |stage: &ast::Stage| {
        let block = document.analysis().block_at(range.start()).map(|block| block.range);
        let errors = document.diagnostics().iter().filter(|found| found.severity == Severity::Error);
        let mut errors = errors.map(|found| found.range.start());
        block.is_some_and(|block| !errors.any(|at| block.contains(at) && at <= stage.range().end()))
    };
    if let Some((block, stage)) = stage_at(document, range.start()).filter(|(_, stage)| runs(stage)) {
        let last = document.parse().root().blocks().nth(index(document, &block)).is_some_and(|node| {
            let pipelines = node.syntax().descendants().filter_map(ast::Pipeline::cast);
            pipelines
                .into_iter()
                .any(|pipeline| pipeline.stages().last().is_some_and(|last| last.range() == stage.range()))
        });
        let at = stage.range().end();
        let word = stage.word().map(|word| word.text().to_owned()).unwrap_or_default();
        if !last {
            let call = Call { at: Some(at), ..Call::of("headwater.runToHere", &block) };
            found.push(Action::call(format!("Run to here: up to `{word}`"), call));
        }
        if matches!(stage, ast::Stage::Where(_)) {
            let call = Call { at: Some(at), ..Call::of("headwater.different", &block) };
            found.push(Action::call("What is different about these?", call));
        }
        found.extend(follow(document, &block, &stage));
    }
    let mut codes: Vec<&str> = document
        .diagnostics()
        .iter()
        .filter(|finding| finding.range.intersect(range).is_some())
        .map(|finding| finding.code.slug())
        .collect();
    codes.dedup();
    found.extend(codes.into_iter().map(|code| {
        let call = Call { code: Some(code), ..Call::of("headwater.explainCode", "") };
        Action::call(format!("Explain `{code}`"), call)
    }));
    found
}

fn index(document: &Document, name: &str) -> usize {
    document.analysis().blocks.iter().position(|block| block.name == name).unwrap_or(usize::MAX)
}

/// The innermost stage at an offset, or behind the pipe there, and its block's name.
pub fn stage_at(document: &Document, offset: TextSize) -> Option<(String, ast::Stage)> {
    let root = document.parse().root();
    let (index, block) = root.blocks().enumerate().find(|(_, block)| block.range().contains_inclusive(offset))?;
    let stages = || block.syntax().descendants().filter_map(ast::Stage::cast);
    // On a pipe, or in the space around it, the stage is meant that it begins.
    let piped = |stage: &ast::Stage| {
        let before = TextRange::new(offset.min(stage.range().start()), stage.range().start());
        offset < stage.range().start() && document.slice(before).trim() == "|"
    };
    let within =
        stages().filter(|stage| stage.range().contains_inclusive(offset)).max_by_key(|stage| stage.range().start());
    let on_pipe = document.text()[usize::from(offset)..].starts_with('|');
    let stage = within.filter(|_| !on_pipe).or_else(|| stages().find(piped))?;
    Some((document.analysis().blocks.get(index)?.name.clone(), stage))
}

/// The parameter that a field is compared with somewhere in the runbook.
pub fn parameter_of(document: &Document, field: &str) -> Option<String> {
    comparisons(document.parse().root().syntax(), document)
        .into_iter()
        .find(|(name, _)| name == field)
        .map(|(_, param)| param)
}

/// What a parameter is compared with somewhere in the runbook: sources and their fields.
pub(super) fn compared_with(document: &Document, param: &str) -> Vec<(SourceName, String)> {
    let root = document.parse().root();
    // Asked for each parameter at each key, so from the few places that name it.
    let uses = document.analysis().resolutions.iter();
    let uses = uses.filter(|used| matches!(&used.what, What::Param(name) if **name == *param));
    let compared = uses.filter_map(|used| {
        let mut around = root.syntax().covering_element(used.range).ancestors();
        let node = around.find(|node| node.kind() == SyntaxKind::BINARY_EXPR)?;
        let (field, _) = comparison(&node, document).filter(|(_, known)| known == param)?;
        Some((schemas::source_at(document, node.text_range().start())?, field))
    });
    compared.collect()
}

/// Each `field == parameter` below a node.
fn comparisons(node: &syntax::SyntaxNode, document: &Document) -> Vec<(String, String)> {
    node.descendants().filter_map(|node| comparison(&node, document)).collect()
}

fn comparison(node: &syntax::SyntaxNode, document: &Document) -> Option<(String, String)> {
    let is_param = |name: &ast::NameRef| {
        let resolution = document.analysis().resolution_at(name.range().start());
        resolution.is_some_and(|resolution| matches!(resolution.what, What::Param(_)))
    };
    let operation = ast::BinaryExpr::cast(node.clone())?.operation()?;
    if !matches!(operation.operator.as_str(), "==" | "=~") {
        return None;
    }
    let (ast::Expr::Name(left), ast::Expr::Name(right)) = (operation.lhs?, operation.rhs?) else { return None };
    match (is_param(&left), is_param(&right)) {
        (false, true) => Some((left.text(), right.text())),
        (true, false) => Some((right.text(), left.text())),
        _ => None,
    }
}

/// The values that really occur, for a parameter that this stage compares a field with.
fn follow<'a>(document: &'a Document, block: &str, stage: &ast::Stage) -> Vec<Action<'a>> {
    let context = document.context();
    let Some(source) = schemas::source_at(document, stage.range().start()) else { return Vec::new() };
    let mut found = Vec::new();
    for (field, _) in comparisons(stage.syntax(), document) {
        let Some(seen) = context.observed.field(&source, &field) else { continue };
        for (value, share) in seen.top.iter().take(FOLLOWED).filter(|(value, _)| !value.ends_with('…')) {
            let call =
                Call { field: Some(field.clone()), value: Some(value.clone()), ..Call::of("headwater.follow", block) };
            let percent = share * 100.0;
            let often = if percent < 1.0 { "< 1 %".to_owned() } else { format!("{percent:.0} %") };
            found.push(Action::call(
                format!("Follow `{field}` = `{}` ({often}) through this runbook", syntax::visible(value)),
                call,
            ));
        }
    }
    found
}
