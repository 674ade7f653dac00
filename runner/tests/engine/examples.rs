//! What the catalog's examples give over four events: `UPDATE_EXPECT=1` writes `syntax/data/examples.tsv`, which
//! the reference shows.

use std::fmt::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use expect_test::expect_file;
use runner::batch::arrow_schema;
use runner::execution::Execution;
use runner::expression::convert;
use runner::operator::Limits;
use syntax::analysis::Context;
use syntax::pipeline::Pipeline;
use syntax::source::{SourceDecl, SourceUri, Sources};
use syntax::{Field, Type, catalog};

const EVENTS: &str = include_str!("../../../syntax/data/example-events.ndjson");

type Event = serde_json::Map<String, serde_json::Value>;

fn pipeline(text: &str) -> Pipeline {
    let uri = SourceUri::parse("otlp:127.0.0.1:4317").expect("a right address");
    let decl = SourceDecl::for_uri("traces_in", uri).expect("a right source");
    let context = Context { sources: Sources { sources: vec![decl] }, ..Context::default() };
    let analysis = syntax::analyze(&syntax::parse_query(text), &context);
    let pipeline = analysis.blocks.into_iter().find_map(|block| block.pipeline);
    pipeline.unwrap_or_else(|| panic!("{text}: {:?}", analysis.diagnostics))
}

/// The rows that the events give, each as JSON.
fn rows(text: &str, events: &[Event]) -> Vec<String> {
    let pipeline = pipeline(text);
    let column = |field: &Field| -> ArrayRef {
        let texts = events.iter().map(|event| event.get(&*field.name).map(ToString::to_string));
        let texts: StringArray = texts.map(|json| json.filter(|json| json != "null")).collect();
        convert::column(&(Arc::new(texts) as ArrayRef), Type::Dynamic, field.ty)
    };
    let fields = &pipeline.input.fields;
    let columns = fields.iter().map(column).collect();
    let batch = RecordBatch::try_new(arrow_schema(fields), columns).expect("columns of one length");
    // Three seconds after the first event.
    let now = 1_772_600_770_089_000_000;
    let mut execution =
        Execution::new(&pipeline, now, &Limits::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut out = Vec::new();
    execution.push(0, &batch, &mut out).expect("it runs");
    execution.end(0, &mut out).expect("it ends");
    crate::cases::json_lines(&out).lines().map(str::to_owned).collect()
}

#[test]
fn the_catalogs_examples_give_what_the_reference_says() {
    let events: Vec<Event> = EVENTS.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mut out = String::new();
    for row in catalog::functions().iter().filter(|row| row.function.is_over_rows()) {
        // A value for each of the events.
        let found = rows(&format!("traces_in | sort by timestamp asc | project x = {}", row.example), &events);
        let values: Vec<&str> = found
            .iter()
            .map(|row| row.strip_prefix("{\"x\":").and_then(|rest| rest.strip_suffix('}')).expect("one field"))
            .collect();
        writeln!(out, "{}\t{}", row.example, values.join(", ")).expect("a string takes it");
    }
    for row in catalog::functions().iter().filter(|row| !row.function.is_over_rows()) {
        let found = rows(&format!("traces_in | project x = {}", row.example), &events[..1]);
        let value = found[0].strip_prefix("{\"x\":").and_then(|rest| rest.strip_suffix('}')).expect("one field");
        writeln!(out, "{}\t{value}", row.example).expect("a string takes it");
    }
    for row in catalog::aggregates() {
        let found = rows(&format!("traces_in | summarize {}", row.example), &events);
        writeln!(out, "{}\t{}", row.example, found[0]).expect("a string takes it");
    }
    expect_file!["../../../syntax/data/examples.tsv"].assert_eq(&out);
}
