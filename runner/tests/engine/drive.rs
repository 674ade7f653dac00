//! Drives an execution as the hub does: event time is told before each event that could be late.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampNanosecondArray};
use runner::Error;
use runner::batch::{arrow_schema, fields};
use runner::execution::{Account, Execution};
use runner::expression::Operand;
use runner::operator::Limits;
use runner::rewrite::{Plan, rewrite};
use syntax::pipeline::Pipeline;

use crate::build;

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) time: Option<i64>,
    pub(crate) service: Option<&'static str>,
    pub(crate) code: Option<i64>,
    pub(crate) load: Option<f64>,
}

pub(crate) fn batch(rows: &[Row]) -> RecordBatch {
    let schema = arrow_schema(&build::input().fields);
    let times: TimestampNanosecondArray = rows.iter().map(|row| row.time).collect();
    let services: StringArray = rows.iter().map(|row| row.service).collect();
    let codes: Int64Array = rows.iter().map(|row| row.code).collect();
    let loads: Float64Array = rows.iter().map(|row| row.load).collect();
    let times = times.with_timezone("UTC");
    RecordBatch::try_new(schema, vec![Arc::new(times), Arc::new(services), Arc::new(codes), Arc::new(loads)])
        .expect("four columns of one length")
}

/// What came out of a run.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) rows: Vec<String>,
    /// What the answer would have been just before the end, beyond the rows that were final by then.
    pub(crate) preview: Vec<String>,
    /// Rows that were final before the end.
    pub(crate) early: usize,
    pub(crate) account: Account,
    pub(crate) stage_out: Vec<u64>,
}

/// Feeds each input its events in batches of `size`, the inputs one after the other.
pub(crate) fn run(pipeline: &Pipeline, inputs: &[RecordBatch], size: usize, lateness: i64) -> Result<Answer, Error> {
    let answer = run_as(pipeline, inputs, size, lateness, |_, batch| batch)?;
    // What it is rewritten to has the same answer.
    let mut plan = run_plan(&rewrite(pipeline, 0), inputs, size, lateness)?;
    plan.account.bytes = answer.account.bytes;
    assert_eq!(plan, answer, "{pipeline:?}");
    Ok(answer)
}

fn run_plan(plan: &Plan, inputs: &[RecordBatch], size: usize, lateness: i64) -> Result<Answer, Error> {
    drive(Execution::of(plan, 0, &Limits::default())?, inputs, size, lateness, |_, batch| batch)
}

/// The same, each batch in the form that `form` gives it; it is told the input.
pub(crate) fn run_as(
    pipeline: &Pipeline,
    inputs: &[RecordBatch],
    size: usize,
    lateness: i64,
    form: impl FnMut(usize, RecordBatch) -> RecordBatch,
) -> Result<Answer, Error> {
    run_all(&Limits::default(), pipeline, inputs, size, lateness, form)
}

pub(crate) fn run_within(
    limits: &Limits,
    pipeline: &Pipeline,
    inputs: &[RecordBatch],
    size: usize,
    lateness: i64,
) -> Result<Answer, Error> {
    run_all(limits, pipeline, inputs, size, lateness, |_, batch| batch)
}

fn run_all(
    limits: &Limits,
    pipeline: &Pipeline,
    inputs: &[RecordBatch],
    size: usize,
    lateness: i64,
    form: impl FnMut(usize, RecordBatch) -> RecordBatch,
) -> Result<Answer, Error> {
    drive(Execution::new(pipeline, 0, limits)?, inputs, size, lateness, form)
}

pub(crate) fn drive(
    mut execution: Execution,
    inputs: &[RecordBatch],
    size: usize,
    lateness: i64,
    mut form: impl FnMut(usize, RecordBatch) -> RecordBatch,
) -> Result<Answer, Error> {
    let mut out = Vec::new();
    let mut newest: Vec<Option<i64>> = vec![None; inputs.len()];
    let longest = inputs.iter().map(RecordBatch::num_rows).max().unwrap_or(0);
    for from in (0..longest).step_by(size.max(1)) {
        for (input, events) in inputs.iter().enumerate() {
            if from >= events.num_rows() || execution.done() {
                continue;
            }
            let part = form(input, events.slice(from, size.min(events.num_rows() - from)));
            push(&mut execution, input, &part, &mut newest[input], lateness, &mut out)?;
            check_identity(&execution.account());
        }
    }
    let early = lines(&out).len();
    let preview = lines(&execution.preview()?);
    for input in 0..inputs.len() {
        execution.end(input, &mut out)?;
    }
    assert!(execution.preview()?.is_empty(), "nothing is open after the end");
    check_identity(&execution.account());
    for batch in &out {
        assert_eq!(batch.schema_ref(), execution.schema());
    }
    Ok(Answer {
        rows: lines(&out),
        preview,
        early,
        account: execution.account(),
        stage_out: execution.stage_out().to_vec(),
    })
}

pub(crate) fn push(
    execution: &mut Execution,
    input: usize,
    events: &RecordBatch,
    newest: &mut Option<i64>,
    lateness: i64,
    out: &mut Vec<RecordBatch>,
) -> Result<(), Error> {
    let Some(times) = events.column_by_name("timestamp") else { return execution.push(input, events, out) };
    let times = times.as_primitive::<TimestampNanosecondType>().clone();
    let time = |row: usize| times.is_valid(row).then(|| times.value(row));
    let mut from = 0;
    while from < events.num_rows() {
        let mut to = from;
        let mut seen = *newest;
        while to < events.num_rows() {
            let late = time(to).zip(seen).is_some_and(|(at, newest)| at < newest.saturating_sub(lateness));
            if to > from && (late || to - from >= execution.room()) {
                break;
            }
            if to == from
                && (late || execution.room() < events.num_rows())
                && let Some(newest) = seen
            {
                execution.advance(input, newest.saturating_sub(lateness), out)?;
            }
            seen = seen.max(time(to));
            to += 1;
        }
        execution.push(input, &events.slice(from, to - from), out)?;
        *newest = seen;
        from = to;
    }
    if let Some(newest) = newest {
        execution.advance(input, newest.saturating_sub(lateness), out)?;
    }
    Ok(())
}

fn check_identity(account: &Account) {
    let Account { received, matched, filtered, late, in_flight, .. } = *account;
    assert_eq!(received, matched + filtered + late + in_flight, "{account:?}");
}

pub(crate) fn lines(batches: &[RecordBatch]) -> Vec<String> {
    let mut lines = Vec::new();
    for batch in batches {
        let columns: Vec<_> = fields(batch.schema_ref())
            .iter()
            .zip(batch.columns())
            .map(|(field, column)| (field.ty, Operand::Column(column.clone())))
            .collect();
        for row in 0..batch.num_rows() {
            let values: Vec<String> =
                columns.iter().map(|(ty, column)| format!("{:?}", column.value(row, *ty))).collect();
            lines.push(values.join(" "));
        }
    }
    lines
}
