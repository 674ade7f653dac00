//! Operators: the running form of stages. Synchronous, without a clock, and the same output for the
//! same input whatever the batching.

mod added;
mod adopt;
mod assert;
mod distinct;
mod expand;
mod filter;
mod getschema;
mod groups;
mod join;
mod lookup;
mod over_rows;
mod panes;
mod parse;
mod parse_kv;
mod project;
mod ranking;
mod sample;
mod session;
mod sort;
mod sort_by_time;
mod summarize;
mod table;
mod tail;
mod take;
mod top;
mod top_hitters;
mod window;

use std::any::Any;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_schema::SchemaRef;
use syntax::pipeline::{Scope as Over, Stage, StageKind, Unpack};
use syntax::visible::grouped;
use syntax::{Field, Name};

use crate::Error;
use crate::expression::stamps::Doubts;
use crate::expression::{Scope, coded};

/// What one stage may hold. Where a limit bites, the flow ends and the message names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Groups of a `summarize` or `distinct`, over all open windows.
    pub groups: usize,
    /// Windows of a `summarize` that are open at a time.
    pub windows: u64,
    /// Bytes of state.
    pub state_bytes: usize,
    /// Rows that `tail` or `top` may be asked for.
    pub rows: u64,
    /// Rows that `sort` keeps.
    pub sorted: u64,
    /// Elements of one event that `mv-expand` makes rows of, and its partners in a `join`.
    pub elements: usize,
    /// Events of one side that a `join` keeps.
    pub joined: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            groups: 100_000,
            windows: 10_000,
            state_bytes: 256 << 20,
            rows: 10_000,
            sorted: 1_000_000,
            elements: 10_000,
            joined: 1_000_000,
        }
    }
}

/// What enters a stage.
#[derive(Clone, Debug)]
pub struct Shape {
    pub fields: Vec<Field>,
    /// The field of event time, if it is still there.
    pub time: Option<Name>,
    /// More fields may become known.
    pub open: bool,
}

/// Makes the operator of a `join` or `lookup`, which has two inputs.
pub fn build_two(
    stage: &Stage,
    inputs: [&Shape; 2],
    started_at: i64,
    limits: &Limits,
) -> Result<Box<dyn Operator>, Error> {
    match &stage.kind {
        StageKind::Join(stage) => Ok(Box::new(join::Join::new(stage, inputs, started_at, limits)?)),
        StageKind::Lookup(stage) => Ok(Box::new(lookup::Lookup::new(stage, inputs, started_at, limits)?)),
        _ => Err(Error::Internal("a stage of one input was given two".to_owned())),
    }
}

/// Makes the operator of a stage with one input. `union` has none: it joins segments of an execution. What its
/// expressions leave open is put down in `doubts`.
pub fn build(
    stage: &Stage,
    input: &Shape,
    started_at: i64,
    limits: &Limits,
    doubts: &Arc<Doubts>,
) -> Result<Box<dyn Operator>, Error> {
    let scope = Scope { fields: &input.fields, now: started_at, doubts: Some(doubts) };
    Ok(match &stage.kind {
        StageKind::Where(predicate) => Box::new(filter::Filter::new(predicate, &scope)?),
        StageKind::Extend(made) | StageKind::Unpack(Unpack { made, .. }) => {
            Box::new(project::Project::extend(made, &scope)?)
        }
        StageKind::Project(made) => Box::new(project::Project::fields(made, &scope)?),
        StageKind::Drop(names) => Box::new(project::Project::drop(names, &scope)),
        StageKind::Reorder(names) => Box::new(project::Project::reorder(names, &scope)),
        StageKind::Rename(pairs) => Box::new(project::Project::rename(pairs, &scope)),
        StageKind::Take(count) => Box::new(take::Take::new(*count, &scope)),
        StageKind::Tail(count) => Box::new(tail::Tail::new(*count, &scope, limits)?),
        StageKind::Distinct(names) => Box::new(distinct::Distinct::new(names, &scope, limits)?),
        StageKind::Summarize(stage) => Box::new(summarize::Summarize::new(stage, &scope, input.time.as_ref(), limits)?),
        StageKind::Top { count, keys, scope: over } => Box::new(top::Top::new(*count, keys, *over, &scope, limits)?),
        StageKind::Sort { keys, scope: Over::Time } => {
            Box::new(sort_by_time::SortByTime::new(keys, input.time.as_ref(), &scope, limits)?)
        }
        StageKind::Sort { keys, scope: over } => Box::new(sort::Sort::new(keys, *over, &scope, limits)?),
        StageKind::Parse(stage) => Box::new(parse::Parse::new(stage, &scope)?),
        StageKind::ParseKv(stage) => Box::new(parse_kv::ParseKv::new(stage, &scope)?),
        StageKind::MvExpand(expand) => {
            let leaves = stage.output.fields.to_vec();
            Box::new(expand::Expand::new(expand, &scope, input.time.as_ref(), &leaves, limits)?)
        }
        StageKind::Sample(stage) => Box::new(sample::Sample::new(stage, &scope)?),
        StageKind::TopHitters(hitters) => {
            Box::new(top_hitters::TopHitters::new(hitters, &stage.output.fields.to_vec(), &scope, limits)?)
        }
        StageKind::Getschema(fields) => {
            Box::new(getschema::Getschema::new(fields, input.open, &stage.output.fields.to_vec()))
        }
        StageKind::OverRows(stage) => Box::new(over_rows::OverRows::new(stage, &scope, input.time.as_ref(), limits)?),
        StageKind::Assert(stage) => Box::new(assert::Assert::new(stage, &scope)?),
        StageKind::Union(_) | StageKind::Join(_) | StageKind::Lookup(_) => {
            return Err(Error::Internal("a stage of several inputs was given one".to_owned()));
        }
    })
}

/// The left fields and those of the right that are added and there: the latter's places, and all of them.
fn beside(left: &[Field], right: &[Field], added: &[(Name, Name)]) -> (Vec<usize>, Vec<Field>) {
    let mut fields = left.to_vec();
    let mut places = Vec::new();
    for (name, out) in added {
        if let Some(place) = right.iter().position(|field| field.name == *name) {
            places.push(place);
            fields.push(Field::new(out.clone(), right[place].ty));
        }
    }
    (places, fields)
}

/// `help` is what can be done about it.
fn too_many_groups(stage: &str, by: &str, limit: usize, help: &str) -> Error {
    let limit = grouped(limit as u64);
    let by = if by.is_empty() { String::new() } else { format!(" by {by}") };
    Error::limit(format!("`{stage}`{by} holds {limit} groups, the limit (`groups` in [runner.limits]); {help}"))
}

fn too_many_windows(limit: u64) -> Error {
    let limit = grouped(limit);
    let help = "take longer windows, or a shorter lateness of the source";
    Error::limit(format!("`summarize` holds {limit} open windows, the limit (`windows` in [runner.limits]); {help}"))
}

/// Of a count that the text asks for.
fn too_many_rows(stage: &str, count: u64, limit: u64) -> Error {
    Error::rejected(format!("`{stage} {count}` is more than {} rows, the limit", grouped(limit)))
}

fn too_many_bytes(stage: &str, by: &str, limit: usize) -> Error {
    let by = if by.is_empty() { String::new() } else { format!(" by {by}") };
    Error::limit(format!(
        "`{stage}`{by} holds {} MiB of state, the limit (`state` in [runner.limits]); filter first, or keep less",
        limit >> 20
    ))
}

pub(crate) fn table_too_large(stage: &str, table: &str, limit: usize) -> Error {
    let limit = grouped(limit as u64);
    Error::limit(format!("`{stage}` of `{table}` reads more than {limit} rows, the limit of a table"))
}

/// Bytes that a batch's rows take, without what its buffers hold beyond them.
fn bytes(batch: &RecordBatch) -> usize {
    let of = |column: &ArrayRef| match coded::parts(column) {
        // As if it had no dictionary, which it shares.
        Some((codes, values)) => {
            let length = |code: u32| values.value_length(code as usize).unsigned_abs() as usize;
            codes.keys().iter().flatten().map(length).sum::<usize>() + codes.len() * size_of::<i32>()
        }
        None => column.to_data().get_slice_memory_size().unwrap_or(0),
    };
    batch.columns().iter().map(of).sum()
}

/// One stage, running. Batches that go in have the schema the operator was made for, but for dictionaries.
pub trait Operator: Any + Send {
    /// Of the rows that leave.
    fn schema(&self) -> &SchemaRef;

    /// Strings may enter, and leave, with a dictionary.
    fn reads_codes(&self) -> bool {
        false
    }

    /// Takes over what the operator of the same stage holds, which was made for an earlier schema of the same sources:
    /// since then fields were added, or types widened. The other stays as it is; after an error this one is of no use.
    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error>;

    /// Takes events in, puts final rows out.
    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error>;

    /// The same, where the rows may come from several inputs.
    fn push_into(&mut self, _slot: usize, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.push(batch, out)
    }

    /// Of a filter: the rows for which the first part of its predicate is true. It depends on the batch alone, so
    /// that flows with the same part can share it.
    fn select_first(&self, _batch: &RecordBatch) -> Option<BooleanBuffer> {
        None
    }

    /// The same as [`Operator::push`], where [`Operator::select_first`] is known.
    fn push_selected(
        &mut self,
        batch: RecordBatch,
        _first: BooleanBuffer,
        out: &mut Vec<RecordBatch>,
    ) -> Result<(), Error> {
        self.push(batch, out)
    }

    /// Puts a table in the place of the one that was read; false while that is still being read. After an
    /// error the one before stays.
    fn replace_table(&mut self, _rows: Vec<RecordBatch>) -> Result<bool, Error> {
        Ok(true)
    }

    /// What the table of a stream is by now: these rows besides those that entered for good. What waited for the first
    /// one leaves.
    fn running_table(&mut self, _rows: Vec<RecordBatch>, _out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        Ok(())
    }

    /// One of several inputs has ended, the others go on.
    fn input_ended(&mut self, _slot: usize, _out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        Ok(())
    }

    /// Event time has reached `watermark` (nanoseconds): windows that end at or before it close.
    fn advance(&mut self, _watermark: i64, _out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        Ok(())
    }

    /// What event time is for the rows that leave: a window's row carries the window's start.
    fn watermark(&self, watermark: i64) -> i64 {
        watermark
    }

    /// The input has ended: what is held becomes final.
    fn finish(&mut self, _out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        Ok(())
    }

    /// What would leave if the input ended now with these rows as its last, without changing anything.
    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error>;

    /// The same, where the rows may come from several inputs.
    fn preview_into(&self, pending: Vec<(usize, RecordBatch)>) -> Result<Vec<RecordBatch>, Error> {
        self.preview(pending.into_iter().map(|(_, batch)| batch).collect())
    }

    /// Has what it needs; the flow can end.
    fn done(&self) -> bool {
        false
    }

    fn held(&self) -> Held {
        Held::default()
    }

    /// What is to be told of the events that went through: once they have ended, or where `ended` is false what cannot
    /// wait. Each kind of thing has its own text before the count.
    fn notes(&self, _ended: bool) -> Vec<Note> {
        Vec::new()
    }

    /// Why an `assert` did not hold.
    fn violation(&self) -> Option<&str> {
        None
    }

    /// So many rows can go in before a limit of what is held can bite. The driver tells event time exactly
    /// where it would be more, so that a limit bites at the same event whatever the batching.
    fn room(&self) -> usize {
        usize::MAX
    }
}

/// Something that an operator has counted and that is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Tells it from others of the same stage.
    pub kind: String,
    pub count: u64,
    /// A sentence with the count.
    pub message: String,
}

/// What an operator keeps of the rows it took in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Rows that are part of an answer that is not final yet.
    pub open: u64,
    /// Rows that came after their window had closed.
    pub late: u64,
    /// Those among the late ones that have no event time.
    pub untimed: u64,
    /// Rows that were part of no answer, where the stage knows.
    pub refused: u64,
    /// When the oldest open window closes, in event time.
    pub next_close: Option<i64>,
    /// Of state.
    pub bytes: usize,
}
