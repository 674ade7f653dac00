//! State is bounded by bytes too, and a batch may look different from what was declared.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use runner::Error;
use runner::batch::arrow_schema;
use runner::execution::Execution;
use runner::operator::Limits;
use runner::source::Wanted;
use syntax::pipeline::{Scope, StageKind};
use syntax::{Field, Type};

use crate::build::{at_least, by, call, field, named, pipeline, same, stage, summarize};
use crate::drive::{Row, batch, lines};

const SECOND: i64 = 1_000_000_000;

fn rows(count: i64) -> RecordBatch {
    let row = |n| Row { time: Some(n * SECOND), service: Some("cart"), code: Some(n), load: Some(n as f64) };
    batch(&(0..count).map(row).collect::<Vec<_>>())
}

#[test]
fn bytes_of_state_are_limited() {
    let limits = Limits { state_bytes: 20_000, ..Limits::default() };
    let sort = same(StageKind::Sort { keys: by("code", Type::Long, true), scope: Scope::All });
    for stage in [summarize(Some(SECOND)), sort] {
        let mut execution = Execution::new(&pipeline("main", vec![stage]), 0, &limits).unwrap();
        let error = (0..100).find_map(|_| execution.push(0, &rows(1000), &mut Vec::new()).err());
        assert!(matches!(error, Some(Error::Limit { message, .. }) if message.contains("of state, the limit")));
    }
}

#[test]
fn columns_are_found_by_name_and_converted() {
    let fields = [Field::new("other", Type::Long), Field::new("service", Type::Long), Field::new("code", Type::String)];
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![1, 2, 3])),
        Arc::new(Int64Array::from(vec![10, 20, 30])),
        Arc::new(StringArray::from(vec!["1", "x", "3"])),
    ];
    let events = RecordBatch::try_new(arrow_schema(&fields), columns).unwrap();
    let mut execution = Execution::new(&pipeline("main", vec![]), 0, &Limits::default()).unwrap();
    let mut out = Vec::new();
    execution.push(0, &events, &mut out).unwrap();
    assert_eq!(
        lines(&out),
        [
            "Null(Datetime) String(\"10\") Long(1) Null(Real)",
            "Null(Datetime) String(\"20\") Null(Long) Null(Real)",
            "Null(Datetime) String(\"30\") Long(3) Null(Real)",
        ]
    );
}

#[test]
fn only_what_is_read_is_wanted() {
    let wanted = |stages| {
        let execution = Execution::new(&pipeline("main", stages), 0, &Limits::default()).unwrap();
        match &execution.inputs()[0].wanted {
            Wanted::All => vec!["*".to_owned()],
            Wanted::Fields(fields) => fields.iter().map(|field| field.name.to_string()).collect(),
        }
    };
    let doubled = call(syntax::pipeline::Function::Add, vec![field("code", Type::Long); 2], Type::Long);
    let project = stage(StageKind::Project(vec![named("twice", doubled)]), &[("twice", Type::Long)], false);
    assert_eq!(wanted(vec![at_least(1)]), ["timestamp", "service", "code", "load"]);
    assert_eq!(wanted(vec![at_least(1), project.clone()]), ["timestamp", "code"]);
    // What a union's branch must give is asked by what follows the union.
    let union = same(StageKind::Union(vec![pipeline("other", vec![])]));
    let execution = Execution::new(&pipeline("main", vec![union, project]), 0, &Limits::default()).unwrap();
    let inputs: Vec<String> = execution.inputs().iter().map(|input| format!("{:?}", input.wanted)).collect();
    assert!(inputs[1].contains("code") && !inputs[1].contains("load"), "{}", inputs[1]);
}

#[test]
fn a_silent_input_holds_nobody_back() {
    let union = same(StageKind::Union(vec![pipeline("other", vec![])]));
    let stages = vec![union, summarize(Some(10 * SECOND))];
    let mut execution = Execution::new(&pipeline("main", stages), 0, &Limits::default()).unwrap();
    let mut out = Vec::new();
    execution.push(0, &rows(30), &mut out).unwrap();
    execution.advance(0, 29 * SECOND, &mut out).unwrap();
    assert!(out.is_empty(), "the other input has not said how far it is");
    assert_eq!(execution.account().next_close, Some(10 * SECOND));
    execution.idle(1);
    execution.advance(0, 29 * SECOND, &mut out).unwrap();
    assert_eq!(out.len(), 2);
    // It wakes with an event of a window that is over.
    execution.push(1, &rows(1), &mut out).unwrap();
    assert_eq!(execution.account().late, 1);
    execution.end(0, &mut out).unwrap();
    execution.end(1, &mut out).unwrap();
    assert_eq!(out.len(), 3);
    let account = execution.account();
    assert_eq!((account.received, account.matched, account.late, account.in_flight), (31, 30, 1, 0));
}
