//! What the analysis lets through, the engine runs: every function with every number of arguments, of fields,
//! of constants and of nulls. No odd value makes it fail, and strings by their codes give the same as plain ones.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, RecordBatch, StringArray};
use arrow_schema::Schema;
use runner::batch::{arrow_schema, fields};
use runner::execution::Execution;
use runner::expression::convert;
use runner::operator::Limits;
use syntax::analysis::Context;
use syntax::catalog::functions::{Arg, FunctionRow};
use syntax::source::{FieldDecl, Scheme, SourceDecl, SourceUri, Sources};
use syntax::{Field, Severity, Type, catalog};

/// A field of each type, named after it, and its values as JSON, some of them at the edge.
const EDGES: [(Type, &[&str]); 7] = [
    (Type::Bool, &["true", "false"]),
    (Type::Long, &["0", "-1", "9223372036854775807", "-9223372036854775808", "64", "2026"]),
    (Type::Real, &["0.0", "-0.0", "1e308", "-1e308", "0.5", "1e-320"]),
    (Type::String, &["\"\"", "\"ß\u{301}İ\"", "\"[1,2\"", "\"10.0.0.1/33\"", "\"%\\u0000\\\\\"", "\"1e999\""]),
    (Type::Datetime, &["\"1677-09-21T00:12:44Z\"", "\"2262-04-11T23:47:16Z\"", "\"1970-01-01\""]),
    (Type::Timespan, &["\"0s\"", "\"-106751d\"", "\"106751d\"", "\"1ns\""]),
    (Type::Dynamic, &["[]", "{}", "[[],{\"\":[null]}]", "{\"a\":1,\"a\":2}", "\"\\\"\"", "-1e400", "[1,\"a\",null]"]),
];

fn events() -> (SourceDecl, RecordBatch) {
    let mut fields: Vec<Field> = EDGES.iter().map(|(ty, _)| Field::new(format!("{ty}_"), *ty)).collect();
    fields.insert(0, Field::new("timestamp", Type::Datetime));
    let rows = 1 + EDGES.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    let column = |field: &Field| -> ArrayRef {
        let values = EDGES.iter().find(|(ty, _)| *ty == field.ty).map_or(&[][..], |(_, values)| values);
        let texts: StringArray = (0..rows).map(|row| values.get(row)).collect();
        convert::column(&(Arc::new(texts) as ArrayRef), Type::Dynamic, field.ty)
    };
    let batch = RecordBatch::try_new(arrow_schema(&fields), fields.iter().map(column).collect()).expect("one length");
    let declare = |field: &Field| FieldDecl {
        name: field.name.clone(),
        ty: field.ty,
        unit: None,
        doc: None,
        values: Vec::new(),
        renamed_to: None,
    };
    let decl = SourceDecl {
        name: "all".into(),
        uri: SourceUri { scheme: Scheme::Stdin, rest: String::new(), params: Vec::new() },
        doc: None,
        lateness: 0,
        fields: fields.iter().map(declare).collect(),
        open: false,
        time: Some("timestamp".into()),
    };
    (decl, batch)
}

/// The same events, strings by their codes.
fn coded(batch: &RecordBatch) -> RecordBatch {
    let code = |column: &ArrayRef| -> ArrayRef {
        match column.as_string_opt::<i32>() {
            Some(texts) => Arc::new(texts.iter().collect::<DictionaryArray<UInt32Type>>()),
            None => column.clone(),
        }
    };
    let is_text = |place: usize| fields(batch.schema_ref())[place].ty == Type::String;
    let columns = batch.columns().iter().enumerate();
    let columns: Vec<ArrayRef> =
        columns.map(|(place, column)| if is_text(place) { code(column) } else { column.clone() }).collect();
    let schema = batch.schema();
    let fields = schema.fields().iter().zip(&columns);
    let fields = fields.map(|(field, column)| field.as_ref().clone().with_data_type(column.data_type().clone()));
    RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), columns).expect("one length")
}

/// Arguments of the kind that a parameter takes, and one that it does not.
fn written(arg: Arg) -> &'static [&'static str] {
    match arg {
        Arg::Bool => &["bool_", "dynamic_", "true", "null"],
        Arg::Long => &["long_", "dynamic_", "3", "real_"],
        Arg::Number => &["long_", "real_", "2.5", "dynamic_"],
        Arg::Quantity => &["long_", "real_", "timespan_", "dynamic_", "2"],
        Arg::Ordered => &["long_", "real_", "timespan_", "datetime_", "1h"],
        Arg::String => &["string_", "\"a\"", "\"day\"", "\"Europe/Berlin\"", "dynamic_", "null"],
        Arg::Strings => &["string_", "dynamic_", "\"a\"", "dynamic([\"a\"])", "null"],
        Arg::Pattern => &["\"a|(b)\"", "\"(\"", "string_"],
        Arg::Zone => &["\"Europe/Berlin\"", "\"a\"", "string_", "dynamic_"],
        Arg::Path => &["\"$.a\"", "\"$\"", "\"a\"", "string_"],
        Arg::Fixed(_) => &["\"a\"", "string_", "null"],
        Arg::OneOf(_) => &["\"day\"", "\"a\"", "\"regex\"", "\"KB\"", "string_", "null"],
        Arg::Datetime => &["datetime_", "dynamic_", "datetime(2026-01-01)"],
        Arg::Timespan => &["timespan_", "1h"],
        Arg::Dynamic => &["dynamic_", "dynamic([1, 2])", "string_"],
        Arg::Any | Arg::Text => &["string_", "long_", "dynamic_", "timespan_", "bool_", "\"a\"", "null"],
    }
}

/// Calls that differ from each other in one argument or in their number.
fn calls(row: &FunctionRow) -> Vec<String> {
    let most = row.most_args().unwrap_or(row.params.len() + 3);
    let mut calls = Vec::new();
    for count in row.least_args()..=most {
        let arg = |place: usize| row.params.get(place).or(row.params.last()).map_or(Arg::Any, |param| param.arg);
        let choices: Vec<&[&str]> = (0..count).map(|place| written(arg(place))).collect();
        let widest = choices.iter().map(|choice| choice.len()).max().unwrap_or(1);
        for first in 0..widest {
            for other in 0..widest {
                for last in 0..if count > 2 { widest } else { 1 } {
                    let pick = |place: usize| match place {
                        0 => first,
                        2 => last,
                        _ => other,
                    };
                    let args = choices.iter().enumerate().map(|(place, choice)| choice[pick(place) % choice.len()]);
                    calls.push(call(row, &args.collect::<Vec<_>>()));
                }
            }
        }
    }
    calls
}

fn call(row: &FunctionRow, args: &[&str]) -> String {
    let word = row.word();
    match args {
        [value, key] if word == "[]" => format!("{value}[{key}]"),
        [value] if row.operator => format!("{word} {value}"),
        [value, low, high] if row.operator && !row.rest => format!("{value} {word} ({low} .. {high})"),
        [value, list @ ..] if row.operator && row.rest => format!("{value} {word} ({})", list.join(", ")),
        [left, right] if row.operator => format!("{left} {word} {right}"),
        _ => format!("{word}({})", args.join(", ")),
    }
}

#[test]
fn what_is_accepted_runs() {
    let (decl, batch) = events();
    let coded = coded(&batch);
    let context = Context { sources: Sources { sources: vec![decl] }, ..Context::default() };
    let (mut ran, mut wrong) = (0, Vec::new());
    for text in catalog::functions().iter().flat_map(calls) {
        let analysis = syntax::analyze(&syntax::parse_query(&format!("all | project x = {text}")), &context);
        if analysis.diagnostics.iter().any(|found| found.severity == Severity::Error) {
            continue;
        }
        let Some(pipeline) = analysis.blocks.into_iter().find_map(|block| block.pipeline) else { continue };
        match Execution::new(&pipeline, 0, &Limits::default()) {
            // One of a kind says enough.
            Err(error) if wrong.iter().any(|known: &String| known.ends_with(&error.to_string())) => {}
            Err(error) => wrong.push(format!("{text}: {error}")),
            Ok(mut execution) => {
                let mut run = |batch: &RecordBatch| {
                    let mut out = Vec::new();
                    execution.push(0, batch, &mut out).expect("no value makes it fail");
                    crate::cases::json_lines(&out)
                };
                let plain = run(&batch);
                assert_eq!(plain.lines().count(), batch.num_rows(), "{text}");
                assert_eq!(run(&coded), plain, "{text}");
                // The codes are known now.
                assert_eq!(run(&coded), plain, "{text}");
                ran += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran > 1000, "{ran}");
}
