//! Schemas in words: what a stage lets through, what it makes and takes away.

use syntax::analysis::StageInfo;
use syntax::source::{FieldDecl, SourceDecl};
use syntax::{Field, Schema, TextSize, Value, catalog, literal};

use crate::document::Document;

/// Fields that are named before "and more".
const NAMED: usize = 24;

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
    let mut lines: Vec<String> = schema.fields.iter().take(NAMED).map(|field| row(schema, field)).collect();
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

/// What is declared of a field: by the block's own source if that has it, else by any other.
pub fn declared<'a>(sources: &'a [SourceDecl], main: Option<&str>, name: &str) -> Option<&'a FieldDecl> {
    let of = |source: &'a SourceDecl| source.fields.iter().find(|field| *field.name == *name);
    let first = sources.iter().find(|source| main == Some(&*source.name)).and_then(of);
    first.or_else(|| sources.iter().find_map(of))
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

/// The source that a block's pipeline begins with.
pub fn main_source(document: &Document, block: usize) -> Option<&str> {
    let pipeline = document.analysis().blocks.get(block)?.pipeline.as_ref()?;
    Some(&pipeline.source)
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
        Value::Datetime(nanos) => crate::results::value::timespan(*nanos),
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
