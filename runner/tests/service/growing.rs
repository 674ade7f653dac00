//! A schema that grows while a flow runs: the answer is the one that a flow gives which knew everything beforehand.
//!
//! The same records are read twice. Once more plain records than a source looks at in advance come before them, so
//! that each field and each type comes as news; once they come behind, so that all of it is known from the start.

use std::collections::BTreeMap;
use std::fmt::Write;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use runner::event::Outcome;
use runner::expression::convert;
use serde_json::Value;
use syntax::Type;

use super::{collect, config, query, serve};

/// More than a source looks at before it runs.
const PLAIN: usize = 1_100;

/// Over the source `s`; what is plain has no `on`. `t` is the event time, within the lateness of its order.
const PIPELINES: &str = include_str!("../growing.txt");

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
                Some((field.name().clone(), cell(column, runner::batch::field_type(field), row)?))
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

/// The rows of a pipeline over a file, what was told, and whether it came to its end.
async fn read(text: &str, content: &str) -> (Vec<BTreeMap<String, String>>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.jsonl");
    std::fs::write(&path, content).expect("a file");
    let address = format!("file:{}?timestamp=t", path.display());
    let mut client = serve::in_process(&config(&[("s", &address)])).await.expect("a runner");
    let seen = collect(&mut client, query(text)).await;
    assert_eq!(seen.only().outcome, Outcome::End, "{text}: {}", seen.only().message);
    (rows(&seen.rows), seen.notices)
}

#[tokio::test]
async fn what_comes_later_is_answered_as_what_was_known_before() {
    let plain = "{\"t\":\"2026-01-01T00:00:00Z\",\"pad\":1}\n".repeat(PLAIN);
    for seed in 0..4 {
        let events = events(seed);
        for text in PIPELINES.lines() {
            let (news, told) = read(text, &format!("{plain}{events}")).await;
            let (known, _) = read(text, &format!("{events}{plain}")).await;
            assert!(!known.is_empty(), "{text}: a test of nothing");
            assert_eq!(news, known, "{text}, seed {seed}: {told:#?}");
        }
    }
}

/// Who checks a runbook offline knows less of a source than who runs it, and must not refuse what runs.
#[test]
fn what_runs_is_accepted_where_nothing_is_known_of_the_source() {
    for text in PIPELINES.lines() {
        let uri = syntax::source::SourceUri::parse("file:s.jsonl").expect("a right address");
        let decl = syntax::source::SourceDecl::for_uri("s", uri).expect("a right address");
        let sources = syntax::source::Sources { sources: vec![decl] };
        let context = syntax::analysis::Context { sources, ..syntax::analysis::Context::default() };
        let analysis = syntax::analyze(&syntax::parse_query(text), &context);
        let errors: Vec<&str> = analysis
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == syntax::Severity::Error)
            .map(|diagnostic| diagnostic.message.as_str())
            .collect();
        assert!(errors.is_empty(), "{text}: {errors:?}");
    }
}
