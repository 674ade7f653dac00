//! `next`: rows wait until those behind them have come, and leave in the order in which they came.

use std::collections::HashMap;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use syntax::{Type, Value};

use crate::Error;
use crate::expression::{Expression, operand};
use crate::operator::{adopt, bytes};

/// The rows that wait.
#[derive(Clone)]
pub(super) struct Ahead {
    /// How far the farthest `next` looks; None where there is none.
    far: Option<usize>,
    /// Which column is the event time.
    time: Option<usize>,
    held: Vec<RecordBatch>,
    /// The group of each row.
    groups: Vec<u32>,
}

/// One `next`.
pub(super) struct Asked<'a> {
    pub(super) value: &'a Expression,
    pub(super) rows: usize,
    pub(super) default: Option<&'a Expression>,
    pub(super) ty: Type,
    /// Its column.
    pub(super) place: usize,
}

impl Ahead {
    pub(super) fn new(far: Option<usize>, time: Option<usize>) -> Ahead {
        Ahead { far, time, held: Vec::new(), groups: Vec::new() }
    }

    pub(super) fn looks(&self) -> bool {
        self.far.is_some()
    }

    pub(super) fn rows(&self) -> usize {
        self.groups.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.held.iter().map(bytes).sum::<usize>() + self.groups.len() * size_of::<u32>()
    }

    pub(super) fn hold(&mut self, batch: RecordBatch, groups: &[u32]) {
        self.held.push(batch);
        self.groups.extend(groups);
    }

    pub(super) fn adopt(&mut self, before: &Ahead, schema: &SchemaRef, groups: &[u32]) -> Result<(), Error> {
        self.held = before.held.iter().map(|batch| adopt::rows(batch, schema)).collect::<Result<_, _>>()?;
        self.groups = before.groups.iter().map(|group| groups[*group as usize]).collect();
        Ok(())
    }

    /// What waits is still to come.
    pub(super) fn watermark(&self, watermark: i64) -> i64 {
        let times = self.held.iter().filter_map(|batch| {
            let times = batch.column(self.time?).as_primitive_opt::<TimestampNanosecondType>()?;
            times.iter().flatten().min()
        });
        times.min().map_or(watermark, |oldest| oldest.min(watermark))
    }

    /// The rows before the first that has to wait, or all.
    pub(super) fn leave(
        &mut self,
        schema: &SchemaRef,
        asked: &[Asked<'_>],
        all: bool,
        out: &mut Vec<RecordBatch>,
    ) -> Result<(), Error> {
        let far = self.far.unwrap_or(0);
        // How many rows of its group stand behind each row, as far as that matters.
        let mut behind: HashMap<u32, usize> = HashMap::new();
        let mut leaving = self.groups.len();
        // From the end, so that what is found last is the first that has to wait.
        for (row, group) in self.groups.iter().enumerate().rev().filter(|_| !all) {
            let seen = behind.entry(*group).or_default();
            if *seen < far {
                leaving = row;
            }
            *seen += 1;
        }
        if leaving == 0 {
            return Ok(());
        }
        let held = concat_batches(schema, &std::mem::take(&mut self.held))?;
        let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
        let mut numbers = Vec::with_capacity(self.groups.len());
        for (row, group) in self.groups.iter().enumerate() {
            let rows = places.entry(*group).or_default();
            numbers.push(rows.len());
            rows.push(row);
        }
        let mut columns = held.slice(0, leaving).columns().to_vec();
        for Asked { value, rows, default, ty, place } in asked {
            let values = value.operand(&held);
            let default = default.map(|default| default.operand(&held));
            let made = (0..leaving).map(|row| {
                let group = &places[&self.groups[row]];
                match group.get(numbers[row] + rows) {
                    Some(found) => values.value(*found, *ty),
                    None => default.as_ref().map_or(Value::Null(*ty), |default| default.value(row, *ty)),
                }
            });
            columns[*place] = operand::column(*ty, made.collect::<Vec<_>>().into_iter());
        }
        let options = RecordBatchOptions::new().with_row_count(Some(leaving));
        out.push(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?);
        let rest = held.num_rows() - leaving;
        self.groups.drain(..leaving);
        if rest > 0 {
            self.held.push(held.slice(leaving, rest));
        }
        Ok(())
    }
}
