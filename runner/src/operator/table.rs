//! The groups of one window, or of one pane of it, with what is kept for each.

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use syntax::{Type, Value};

use super::groups::{Groups, Keys};
use super::summarize::{Plan, Since};
use crate::Error;
use crate::aggregate::{Accumulators, Input, Selection};
use crate::expression::operand::{longs, repeat};

#[derive(Default)]
pub(super) struct Table {
    groups: Groups,
    accumulators: Accumulators,
    /// Events that went in.
    pub(super) rows: u64,
    /// What it takes.
    pub(super) bytes: usize,
}

impl Table {
    pub(super) fn new(plan: &Plan) -> Table {
        Table { accumulators: plan.aggregates.accumulators(), ..Table::default() }
    }

    /// The same under a later schema.
    pub(super) fn since(&self, since: &Since<'_>) -> Result<Table, Error> {
        let groups = since.groups(&self.groups)?;
        let accumulators = since.accumulators(&self.accumulators, groups.len())?;
        let mut table = Table { groups, accumulators, rows: self.rows, bytes: 0 };
        table.measure();
        Ok(table)
    }

    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    pub(super) fn only_group(&mut self) {
        self.groups.add_only();
        self.accumulators.iter_mut().for_each(|accumulator| accumulator.grow(1));
    }

    pub(super) fn update(&mut self, keys: Option<&Keys>, rows: &[u32], inputs: &[Input]) {
        let groups: Vec<u32> = match keys {
            Some(keys) => self.groups.find_all(keys, rows),
            None => {
                self.groups.add_only();
                vec![0; rows.len()]
            }
        };
        self.rows += rows.len() as u64;
        let selection = Selection { rows, groups: &groups };
        for (accumulator, input) in self.accumulators.iter_mut().zip(inputs) {
            accumulator.grow(self.groups.len());
            input.update(accumulator.as_mut(), &selection);
        }
        self.measure();
    }

    /// Adds the groups of later events.
    pub(super) fn merge(&mut self, other: &Table) {
        let into = self.groups.merge(&other.groups);
        self.rows += other.rows;
        for (accumulator, others) in self.accumulators.iter_mut().zip(&other.accumulators) {
            accumulator.grow(self.groups.len());
            accumulator.merge(others.as_ref(), &into);
        }
        self.measure();
    }

    /// The answer, a row a group, of the window that begins at `start`. `now`: the newest event's time, where the
    /// window is still open.
    pub(super) fn answer(&self, plan: &Plan, start: i64, now: Option<i64>) -> Result<RecordBatch, Error> {
        let rows = self.groups.len();
        let mut keys = self.groups.columns(&plan.key_types);
        if let Some(window) = &plan.window {
            keys.insert(window.place, repeat(&Value::Datetime(start), rows));
        }
        finished(plan, keys, &self.accumulators, rows, now.map(|now| now.saturating_sub(start)))
    }

    fn measure(&mut self) {
        let kept = self.accumulators.iter().map(|kept| kept.bytes()).sum::<usize>();
        self.bytes = size_of::<Table>() + self.groups.bytes() + kept;
    }
}

/// Rows of single groups, each of a window of its own: a session.
pub(super) fn sessions(
    plan: &Plan,
    mut keys: Vec<ArrayRef>,
    starts: &[i64],
    accumulators: &Accumulators,
) -> Result<RecordBatch, Error> {
    if let Some(window) = &plan.window {
        keys.insert(window.place, longs(Type::Datetime, starts.iter().map(|start| Some(*start))));
    }
    finished(plan, keys, accumulators, starts.len(), None)
}

/// Computes the outputs over the keys and aggregates.
fn finished(
    plan: &Plan,
    keys: Vec<ArrayRef>,
    accumulators: &Accumulators,
    rows: usize,
    gone: Option<i64>,
) -> Result<RecordBatch, Error> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let mut columns = keys.clone();
    columns.extend(plan.aggregates.read(accumulators, gone));
    let inner = RecordBatch::try_new_with_options(plan.inner.clone(), columns, &options)?;
    let mut columns = keys;
    columns.extend(plan.outputs.iter().map(|output| output.evaluate(&inner)));
    Ok(RecordBatch::try_new_with_options(plan.schema.clone(), columns, &options)?)
}

impl Clone for Table {
    fn clone(&self) -> Table {
        Table {
            groups: self.groups.clone(),
            accumulators: self.accumulators.iter().map(|accumulator| accumulator.boxed_clone()).collect(),
            rows: self.rows,
            bytes: self.bytes,
        }
    }
}
