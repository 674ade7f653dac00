//! Schemas in words: what a stage lets through, what it makes and takes away.

use syntax::analysis::{Let, StageInfo, What};
use syntax::ast::{self, AstNode};
use syntax::observed::{FieldObserved, Profile};
use syntax::source::{FieldDecl, Scheme, SourceDecl, SourceName};
use syntax::{Field, Schema, TextRange, TextSize, Value, catalog, literal};

use crate::document::Document;

/// Fields that are named before "and more".
const NAMED: usize = 24;

/// What enters a stage and what leaves it, with `+` for what is new, `-` for what is gone, `!` for what has
/// another type now.
pub fn difference(stage: &StageInfo) -> String {
    let StageInfo { input, output, .. } = stage;
    let mut lines = Vec::new();
    for field in &output.fields {
        match input.field(&field.name) {
            Some(was) if was.ty == field.ty => {}
            Some(was) => lines.push(format!("! {}: {} → {}", field.name, was.ty, field.ty)),
            None => lines.push(format!("+ {}: {}", field.name, field.ty)),
        }
    }
    let kept = output.fields.iter().filter(|field| input.field(&field.name).is_some_and(|was| was.ty == field.ty));
    lines.extend(kept.map(|field| format!("  {}: {}", field.name, field.ty)));
    lines.extend(
        input
            .fields
            .iter()
            .filter(|field| output.field(&field.name).is_none())
            .map(|field| format!("- {}: {}", field.name, field.ty)),
    );
    let more = lines.len().saturating_sub(NAMED);
    lines.truncate(NAMED);
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    format!("{} in, {} out:\n\n```diff\n{}\n```", count(input), count(output), lines.join("\n"))
}

/// What changes between a stage's input and its output, a sentence for each kind.
pub fn changes(stage: &StageInfo) -> String {
    let StageInfo { input, output, .. } = stage;
    let made = |field: &&Field| input.field(&field.name).is_none_or(|was| was.ty != field.ty);
    let gone = |field: &&Field| output.field(&field.name).is_none();
    let made: Vec<&Field> = output.fields.iter().filter(made).collect();
    let gone: Vec<&Field> = input.fields.iter().filter(gone).collect();
    if made.is_empty() && gone.is_empty() {
        return format!("Lets the {} through as they are.", count(output));
    }
    let mut said = Vec::new();
    if !made.is_empty() {
        said.push(format!("Makes {}.", list(&made, true)));
    }
    if !gone.is_empty() {
        said.push(format!("Takes away {}.", list(&gone, false)));
    }
    said.push(format!("{} in, {} out.", count(input), count(output)));
    said.join("\n\n")
}

/// All fields, one a line.
pub fn table(schema: &Schema) -> String {
    table_seen(schema, None)
}

/// All fields, one a line, with what the events have in them.
pub fn table_seen(schema: &Schema, profile: Option<&Profile>) -> String {
    let row = |field: &Field| match profile.and_then(|profile| profile.get(&field.name)) {
        Some(profile) => format!("{} · {}", row(schema, field), seen(profile)),
        None => row(schema, field),
    };
    let mut lines: Vec<String> = schema.fields.iter().take(NAMED).map(row).collect();
    let more = schema.fields.len().saturating_sub(NAMED);
    if more > 0 {
        lines.push(format!("- and {more} more"));
    }
    if schema.open {
        lines.push("- and whatever else the events carry, as `dynamic`".to_owned());
    }
    lines.join("\n")
}

fn row(schema: &Schema, field: &Field) -> String {
    let time = if schema.time.as_ref() == Some(&field.name) { ", event time" } else { "" };
    format!("- `{}`: {}{time}", field.name, field.ty)
}

fn count(schema: &Schema) -> String {
    let more = if schema.open { " or more" } else { "" };
    match schema.fields.len() {
        1 => format!("1 field{more}"),
        fields => format!("{fields} fields{more}"),
    }
}

fn list(fields: &[&Field], types: bool) -> String {
    const SHORT: usize = 8;
    let mut names: Vec<String> = fields
        .iter()
        .take(SHORT)
        .map(|field| if types { format!("`{}: {}`", field.name, field.ty) } else { format!("`{}`", field.name) })
        .collect();
    let more = fields.len().saturating_sub(SHORT);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    match names.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// What is declared of a field: by the block's own source if that has it, else by any other. But what the shop and
/// OpenTelemetry call `status` or `kind` says nothing of a file of the user's own.
pub fn declared<'a>(sources: &'a [SourceDecl], main: Option<&str>, name: &str) -> Option<&'a FieldDecl> {
    let of = |source: &'a SourceDecl| source.fields.iter().find(|field| *field.name == *name);
    let first = sources.iter().find(|source| main == Some(&*source.name)).and_then(of);
    let others = || {
        let main = sources.iter().find(|source| main == Some(&*source.name));
        let of_telemetry = main.is_none_or(|main| matches!(main.uri.scheme, Scheme::Demo | Scheme::Otlp));
        (of_telemetry || name.contains('.')).then(|| sources.iter().find_map(of)).flatten()
    };
    first.or_else(others)
}

/// Values that a field is known to have, as the language writes them; the most frequent first.
pub fn values(declared: Option<&FieldDecl>, name: &str) -> Vec<String> {
    let declared: Vec<String> = declared.into_iter().flat_map(|field| &field.values).map(literal).collect();
    if !declared.is_empty() {
        return declared;
    }
    let convention = catalog::attributes::get(name);
    convention.into_iter().flat_map(|attribute| &attribute.values).map(|value| literal::quote(value)).collect()
}

/// The texts among them, as they are.
pub fn known_texts(declared: Option<&FieldDecl>, name: &str) -> Vec<String> {
    let declared: Vec<String> = declared.into_iter().flat_map(|field| &field.values).filter_map(text).collect();
    if !declared.is_empty() {
        return declared;
    }
    let convention = catalog::attributes::get(name);
    convention.into_iter().flat_map(|attribute| &attribute.values).map(|value| value.to_string()).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        _ => None,
    }
}

/// The innermost pipeline at an offset, also where it is half written.
pub fn pipeline_at(document: &Document, offset: TextSize) -> Option<ast::Pipeline> {
    let root = document.parse().root();
    // A byte is in one token; looking for it at an offset would walk over all blocks.
    let byte = TextRange::at(offset.checked_sub(1.into()).unwrap_or_default(), 1.into());
    let within = root.syntax().text_range().contains_range(byte);
    let before = within.then(|| root.syntax().covering_element(byte).into_token()).flatten();
    // What is typed last may stand behind the pipeline, with nothing but blanks between.
    let mut token = before?;
    while token.kind().is_trivia() {
        token = token.prev_token()?;
    }
    token.parent_ancestors().find_map(ast::Pipeline::cast)
}

/// The let that a name at this place stands for.
pub fn defined_at(document: &Document, name: TextRange) -> Option<&Let> {
    let resolution = document.analysis().resolution_of(name)?;
    let What::Let(name) = &resolution.what else { return None };
    document.analysis().lets.iter().find(|defined| defined.name == *name)
}

/// The source of the pipeline at an offset: through lets, to the one that the innermost pipeline begins with.
pub fn source_at(document: &Document, offset: TextSize) -> Option<SourceName> {
    source_of(document, pipeline_at(document, offset)?.source()?.name()?.range())
}

/// The source that a let begins with.
pub fn source_of_let(document: &Document, defined: &Let) -> Option<SourceName> {
    source_of(document, begin(document, defined)?)
}

/// The source that a name stands for in the end.
fn source_of(document: &Document, mut name: TextRange) -> Option<SourceName> {
    // Lets stand on lets, and never on themselves; a text in the making may have a circle.
    for _ in 0..16 {
        let resolution = document.analysis().resolution_of(name)?;
        if let What::Source(source) = &resolution.what {
            return Some(source.clone());
        }
        name = begin(document, defined_at(document, name)?)?;
    }
    None
}

/// Where the first source or let is named in a let.
fn begin(document: &Document, defined: &Let) -> Option<TextRange> {
    let all = &document.analysis().resolutions;
    let from = all.partition_point(|inner| inner.range.start() < defined.range.start());
    let inside = all[from..].iter().take_while(|inner| defined.range.contains_range(inner.range));
    let mut begins = inside.filter(|inner| matches!(inner.what, What::Source(_) | What::Let(_)));
    begins.next().map(|inner| inner.range)
}

/// The schema that enters the stage at an offset.
pub fn schema_before(document: &Document, offset: TextSize) -> Option<&Schema> {
    let analysis = document.analysis();
    let stages = &analysis.block_at(offset)?.stages;
    let within = stages.iter().filter(|stage| stage.range.contains_inclusive(offset));
    let within = within.max_by_key(|stage| stage.range.start()).filter(|stage| !stage.input.fields.is_empty());
    within.map(|stage| &stage.input).or_else(|| analysis.schema_at(offset))
}

/// A field in a few words: its presence, and its values or quantiles.
pub fn seen(seen: &FieldObserved) -> String {
    const SHOWN: usize = 3;
    let percent = |share: f64| match share * 100.0 {
        percent if percent > 0.0 && percent < 1.0 => "< 1 %".to_owned(),
        percent => format!("{percent:.0} %"),
    };
    let mut parts = vec![format!("in {}", percent(seen.share))];
    match (&seen.p50, &seen.p99) {
        (Some(p50), Some(p99)) if !seen.is_complete() => parts.push(format!("p50 {p50}, p99 {p99}")),
        _ if !seen.top.is_empty() => {
            let shown = seen.top.iter().take(SHOWN);
            let shown: Vec<String> =
                shown.map(|(value, share)| format!("{} {}", code(value), percent(*share))).collect();
            let more = if seen.top.len() > SHOWN || !seen.is_complete() { " …" } else { "" };
            parts.push(format!("{}{more}", shown.join(", ")));
        }
        _ if seen.distinct > 1 => parts.push(format!("about {} values", crate::results::value::count(seen.distinct))),
        _ => {}
    }
    parts.join(" · ")
}

/// A value in a span of code, whatever it holds.
pub fn code(value: &str) -> String {
    let value = syntax::visible(value);
    match value.contains('`') {
        true => format!("`` {value} ``"),
        false if value.is_empty() => "`\"\"`".to_owned(),
        false => format!("`{value}`"),
    }
}

/// The innermost stage that an offset is in.
pub fn stage_at(document: &Document, block: usize, offset: TextSize) -> Option<&StageInfo> {
    let stages = &document.analysis().blocks.get(block)?.stages;
    stages.iter().filter(|stage| stage.range.contains_inclusive(offset)).max_by_key(|stage| stage.range.start())
}

/// A value as the language writes it.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Null(_) => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::Real(value) => value.to_string(),
        Value::String(text) | Value::Dynamic(text) => literal::quote(text),
        Value::Datetime(nanos) => jiff::Timestamp::from_nanosecond(i128::from(*nanos))
            .map_or_else(|_| nanos.to_string(), |time| format!("datetime({time})")),
        Value::Timespan(nanos) => literal::timespan_text(*nanos),
    }
}

/// A field's name as the language writes it: in backticks where it is not made of words and dots.
pub fn written(name: &str) -> String {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if name.split('.').all(word) { name.to_owned() } else { format!("`{name}`") }
}
