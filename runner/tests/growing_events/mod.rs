//! Events whose fields and types become more and more, pipelines over them, and rows as they compare.
//!
//! The tests of the service read them by files, those of planning anew by batches.

use std::collections::BTreeMap;
use std::fmt::Write;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use runner::expression::convert;
use serde_json::Value;
use syntax::Type;

/// Over the source `s`; what is plain has no `on`. `t` is the event time, within the lateness of its order.
pub(crate) const PIPELINES: &str = include_str!("../growing.txt");

/// A few dozen events, whose fields and types become more and more.
pub(crate) fn events(seed: u64) -> String {
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
pub(crate) fn rows(batches: &[RecordBatch]) -> Vec<BTreeMap<String, String>> {
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
