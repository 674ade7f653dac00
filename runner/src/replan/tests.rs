//! Whatever the batches are, and whatever was known before them, the answer is the same.

use std::collections::BTreeMap;
use std::fmt::Write;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use serde_json::Value;
use syntax::analysis::Context;
use syntax::source::{SourceDecl, SourceUri, Sources};
use syntax::{Schema, Type};

use super::Replan;
use crate::execution::Execution;
use crate::expression::convert;
use crate::flows::Text;
use crate::hub;
use crate::operator::Limits;
use crate::watermark::Clock;
use crate::{rewrite, source};

/// Over the source `s`; `t` is the event time, within the lateness of its order.
const PIPELINES: &str = include_str!("../../tests/growing.txt");

/// A few dozen events, whose fields and types become more and more.
fn events(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let (real_from, text_from, late_from) = (below(50), 20 + below(60), below(70));
    let mut lines = String::new();
    for seq in 0..80 {
        // Up to a second out of order, which is within the lateness.
        let at = seq * 1_000 + 2_000 - below(1_000);
        let mut event = vec![format!("\"on\":true,\"seq\":{seq}")];
        event.push(format!("\"t\":\"2026-01-01T00:{:02}:{:02}.{:03}Z\"", at / 60_000, at / 1_000 % 60, at % 1_000));
        if below(5) > 0 {
            event.push(format!("\"k\":\"{}\"", ["a", "b", "c"][below(3) as usize]));
        }
        match below(4) {
            0 => {}
            1 if seq >= real_from => event.push(format!("\"ms\":{}.5", below(10))),
            _ => event.push(format!("\"ms\":{}", below(10))),
        }
        match below(4) {
            0 => {}
            1 if seq >= text_from => event.push("\"code\":\"E42\"".to_owned()),
            _ => event.push(format!("\"code\":{}", 5 + below(3))),
        }
        if seq >= late_from && below(3) == 0 {
            event.push(format!("\"late\":\"late-{}\",\"flag\":{}", below(3), below(2) == 0));
        }
        match below(6) {
            0 if seq >= 30 => event.push(format!("\"id\":{}", u64::MAX - below(3))),
            1 => event.push(format!("\"id\":{}", below(3))),
            2 if seq >= 10 => event.push(format!("\"tags\":[{},\"x\"]", below(3))),
            _ => {}
        }
        writeln!(lines, "{{{}}}", event.join(",")).expect("a string takes everything");
    }
    lines
}

/// Each row as its values that are not null; numbers as they compare, JSON as it means.
fn rows(batches: &[RecordBatch]) -> Vec<BTreeMap<String, String>> {
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let schema = batch.schema();
            let cells = schema.fields().iter().zip(batch.columns());
            let cells = cells.filter_map(|(field, column)| {
                Some((field.name().clone(), cell(column, crate::batch::field_type(field), row)?))
            });
            rows.push(cells.collect());
        }
    }
    rows.sort();
    rows
}

fn cell(column: &ArrayRef, ty: Type, row: usize) -> Option<String> {
    let texts = convert::column(column, ty, if ty == Type::Dynamic { Type::Dynamic } else { Type::String });
    let texts = texts.as_string::<i32>();
    if !texts.is_valid(row) {
        return None;
    }
    let text = texts.value(row);
    Some(match ty {
        Type::Dynamic => plain(&serde_json::from_str(text).unwrap_or(Value::String(text.to_owned()))),
        _ => number(text).unwrap_or_else(|| text.to_owned()),
    })
}

/// A real of a sum may differ in its last digits.
fn number(text: &str) -> Option<String> {
    if text.parse::<i128>().is_ok() {
        return Some(text.to_owned());
    }
    text.parse::<f64>().ok().map(|real| format!("{real:.9}").trim_end_matches('0').trim_end_matches('.').to_owned())
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => number(text).unwrap_or_else(|| text.clone()),
        Value::Number(digits) => number(&digits.to_string()).unwrap_or_default(),
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// The rows that a pipeline gives of these batches, of which nothing or everything is known beforehand; and how often
/// it was planned anew.
fn run(text: &str, batches: &[RecordBatch], known: bool) -> (Vec<BTreeMap<String, String>>, usize) {
    let uri = SourceUri::parse("file:s.jsonl?timestamp=t").unwrap();
    let mut decl = SourceDecl::for_uri("s", uri).unwrap();
    let mut schema: Schema = decl.schema();
    if known {
        batches.iter().for_each(|batch| hub::grow(&mut schema, batch.schema_ref()));
        decl.grow(&schema);
    }
    let context = Context { sources: Sources { sources: vec![decl] }, ..Context::default() };
    let text = Text::Query(text.to_owned());
    let analysis = syntax::analyze(&text.parse(), &context);
    let block = &analysis.blocks[0];
    let pipeline = block.pipeline.as_ref().unwrap_or_else(|| panic!("{text:?}: {:?}", analysis.diagnostics));
    let limits = Limits::default();
    let mut execution = Execution::of(&rewrite::rewrite(pipeline, 0), 0, &limits).unwrap();
    let mut replan = Replan::new(&text, &block.name, &context, &execution, 0, &limits);
    let (mut out, mut planned) = (Vec::new(), 0);
    let inputs = execution.inputs().len();
    let mut clocks = vec![Clock::new(2_000_000_000); inputs];
    // A table is read before the events.
    let tables: Vec<bool> = execution.inputs().iter().map(|input| input.table).collect();
    for table in [true, false] {
        for batch in batches {
            if !known && tables.contains(&table) {
                hub::grow(&mut schema, batch.schema_ref());
            }
            for input in (0..inputs).filter(|input| tables[*input] == table) {
                if !replan.fits(input, &execution.inputs()[input], batch.schema_ref()) {
                    let schemas = vec![("s".into(), schema.clone()); inputs];
                    let again = replan.again(&schemas, &execution, &pipeline.render).unwrap();
                    // A widened type that keeps another is told; here none has to.
                    assert!(again.kept.is_empty(), "{text:?} keeps {:?}: {:?}", again.kept, again.because);
                    execution = again.execution;
                    planned += 1;
                }
                let timed = clocks[input].observe(batch.clone(), Some("timestamp"), None);
                execution.push(input, &timed.batch, &mut out).unwrap();
                if let Some(watermark) = timed.watermark.filter(|_| !table) {
                    execution.advance(input, watermark, &mut out).unwrap();
                }
                // What is shown while it runs changes nothing.
                execution.preview().unwrap();
            }
        }
        (0..inputs).filter(|input| tables[*input] == table).for_each(|input| execution.end(input, &mut out).unwrap());
    }
    let account = execution.account();
    assert_eq!(account.received, account.matched + account.filtered + account.late + account.in_flight, "{text:?}");
    (rows(&out), planned)
}

#[test]
fn what_was_held_is_held_under_the_wider_schema() {
    let mut planned = 0;
    for seed in 0..6 {
        let events = events(seed);
        let whole = source::decoded(&events, usize::MAX);
        for text in PIPELINES.lines() {
            let (expected, _) = run(text, &whole, true);
            for piece in [1, 7] {
                let batches = source::decoded(&events, piece);
                let (found, times) = run(text, &batches, false);
                assert_eq!(found, expected, "{text}, seed {seed}, batches of {piece}");
                planned += times;
            }
        }
    }
    assert!(planned > 1_000, "the schema grew only {planned} times");
}
