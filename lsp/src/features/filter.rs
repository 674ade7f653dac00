//! A filter on a value that is shown: where it goes in the block, and how it is written.

use syntax::analysis::StageInfo;
use syntax::ast::{self, AstNode};
use syntax::{Edit, SyntaxKind, TextRange, TextSize, Type, Value, literal};

use super::{here, schemas};
use crate::document::Document;

/// `| where field == value` where it lets the most through to look at: as early as the field is the same one that
/// is shown, behind the filters that stand there. None of a value is null.
/// `only`: what has the value; else all that has not.
pub fn filter(
    document: &Document,
    block: &str,
    field: &str,
    value: Option<&Value>,
    only: bool,
) -> Result<Edit, String> {
    let blocks = document.analysis().blocks.iter().zip(document.parse().root().blocks());
    let (analysed, node) = blocks
        .into_iter()
        .find(|(analysed, _)| analysed.name == block)
        .ok_or_else(|| format!("there is no block `{block}` in this runbook"))?;
    let body = node.body().ok_or_else(|| format!("block `{block}` is empty"))?;
    let pipeline = body.statements().find_map(|statement| match statement {
        ast::Statement::Pipeline(pipeline) => Some(pipeline),
        ast::Statement::Let(_) => None,
    });
    let pipeline = pipeline.ok_or_else(|| format!("block `{block}` has no pipeline to filter"))?;
    let stages: Vec<ast::Stage> = pipeline.stages().collect();
    let info = |range: TextRange| analysed.stages.iter().find(|stage| stage.range == range);
    let first = pipeline.source().map(|source| source.range()).or_else(|| Some(stages.first()?.range()));
    let first = first.ok_or_else(|| format!("block `{block}` has no source"))?;
    // From the end to the start, as long as the field is the one that is shown.
    let drawn = stages.iter().rev().take_while(|stage| matches!(stage, ast::Stage::Render(_))).count();
    let mut behind = stages.len() - drawn;
    while behind > 0 && passes(&stages[behind - 1], info(stages[behind - 1].range()), field) {
        behind -= 1;
    }
    while behind < stages.len() && matches!(stages[behind], ast::Stage::Where(_)) {
        behind += 1;
    }
    let after = behind.checked_sub(1).map_or(first, |stage| stages[stage].range());
    let ty = info(after).and_then(|stage| Some(stage.output.field(field)?.ty));
    let ty = ty.ok_or_else(|| format!("no field `{field}` leaves block `{block}`"))?;
    let text = format!("| where {}", condition(field, ty, value, only));
    let before = separator(document, &pipeline).unwrap_or_else(|| " ".to_owned());
    Ok(Edit { range: TextRange::empty(after.end()), text: format!("{before}{text}") })
}

/// The same right behind the stage at a place, of a value as it was observed there.
pub fn behind(document: &Document, at: TextSize, field: &str, value: Option<&str>, only: bool) -> Result<Edit, String> {
    let (block, stage) = here::stage_at(document, at).ok_or("put the cursor into the stage that is meant")?;
    let known = document.analysis().blocks.iter().find(|known| known.name == block);
    let info = known.and_then(|known| known.stages.iter().find(|info| info.range == stage.range()));
    let ty = info
        .and_then(|info| info.output.field(field))
        .ok_or_else(|| format!("no field `{field}` leaves that stage"))?
        .ty;
    let read = |text: &str| match ty {
        Type::String => Ok(Value::String(text.into())),
        Type::Dynamic => Ok(Value::Dynamic(serde_json::Value::from(text).to_string().into())),
        ty => literal::parse_as(ty, text)
            .map_err(|_| format!("`{}` is no {ty}, which `{field}` is", syntax::visible(text))),
    };
    let value = value.map(read).transpose()?;
    let pipeline = stage.syntax().parent().and_then(ast::Pipeline::cast);
    let before = pipeline.and_then(|pipeline| separator(document, &pipeline)).unwrap_or_else(|| " ".to_owned());
    let text = format!("{before}| where {}", condition(field, ty, value.as_ref(), only));
    Ok(Edit { range: TextRange::empty(stage.range().end()), text })
}

/// A value of a field that leaves the block, from the text that it is shown as.
pub fn read(document: &Document, block: &str, field: &str, text: &str) -> Result<Value, String> {
    let known = document.analysis().blocks.iter().find(|known| known.name == block);
    let last = known.and_then(|known| known.stages.last()).and_then(|last| last.output.field(field));
    let ty = last.ok_or_else(|| format!("no field `{field}` leaves block `{block}`"))?.ty;
    let plain = match ty {
        Type::Long | Type::Real => text.replace(',', ""),
        Type::Timespan => text.replace(' ', ""),
        _ => text.to_owned(),
    };
    let whole = !text.ends_with('…');
    let value = literal::parse_as(ty, &plain).ok().filter(|_| whole);
    value.ok_or_else(|| format!("`{}` is no whole {ty}, which `{field}` is", syntax::visible(text)))
}

/// The field that leaves the stage is the one that entered it, and fewer events do not change what it says of the
/// rest; a stage that takes some events takes more of those that are wanted.
fn passes(stage: &ast::Stage, info: Option<&StageInfo>, field: &str) -> bool {
    let Some(info) = info else { return false };
    let through = info.input.field(field).is_some() && info.output.field(field).is_some();
    let same = through && info.made.iter().all(|made| *made.name != *field);
    same && !matches!(stage, ast::Stage::Union(_) | ast::Stage::Render(_))
}

/// What stands between a stage and the pipe behind it: a line break with what begins each line there.
fn separator(document: &Document, pipeline: &ast::Pipeline) -> Option<String> {
    let tokens = pipeline.syntax().children_with_tokens().filter_map(|child| child.into_token());
    let pipe = tokens.into_iter().find(|token| token.kind() == SyntaxKind::PIPE)?.text_range().start();
    let line = document.position(pipe, crate::position::Encoding::Utf8).character;
    let start = pipe - TextSize::new(line);
    let before = document.slice(TextRange::new(start, pipe));
    // A pipe within a line is not the first there.
    (start > pipeline.range().start()).then(|| format!("\n{before}"))
}

fn condition(field: &str, ty: Type, value: Option<&Value>, only: bool) -> String {
    let name = schemas::written(field);
    let (is, equal) = if only { ("is", "==") } else { ("isnot", "!=") };
    match (value, ty) {
        (None, Type::String) => format!("{is}empty({name})"),
        (None, _) | (Some(Value::Null(_)), _) => format!("{is}null({name})"),
        (Some(Value::Dynamic(json)), _) => match serde_json::from_str::<String>(json) {
            Ok(text) => format!("tostring({name}) {equal} {}", literal::quote(&text)),
            Err(_) => format!("tostring({name}) {equal} {}", literal::quote(json)),
        },
        (Some(value), _) => format!("{name} {equal} {}", schemas::literal(value)),
    }
}
