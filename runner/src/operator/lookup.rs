//! `lookup`: fields of a table, added to each event by a key. Events wait until the table is there.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use arrow_select::take::take;
use foldhash::fast::RandomState;
use syntax::pipeline::{self, LookupKind};
use syntax::{Field, Type};

use super::groups::Keys;
use super::{Held, Limits, Operator, Shape, adopt};
use crate::Error;
use crate::batch::{self, BATCH_ROWS};
use crate::expression::{Expression, Operand, Scope};

const RIGHT: usize = 1;

#[derive(Clone)]
pub(super) struct Lookup {
    schema: SchemaRef,
    kind: LookupKind,
    /// Of the events, and of the table.
    keys: [Vec<Expression>; 2],
    /// The table's columns that leave.
    added: Vec<usize>,
    of_events: SchemaRef,
    of_table: SchemaRef,
    table: Option<Table>,
    /// The table as it is being read.
    loading: Vec<RecordBatch>,
    loaded_rows: u64,
    /// Events that came before the table was there.
    waiting: Vec<RecordBatch>,
    bytes: usize,
    table_bytes: usize,
    refused: u64,
    words: String,
    limits: Limits,
}

#[derive(Clone)]
struct Table {
    rows: RecordBatch,
    places: HashMap<Box<[u8]>, Vec<u32>, RandomState>,
}

impl Lookup {
    pub(super) fn new(
        lookup: &pipeline::Lookup,
        [left, right]: [&Shape; 2],
        started_at: i64,
        limits: &Limits,
    ) -> Result<Lookup, Error> {
        let compile =
            |shape: &Shape, key: &pipeline::Expr| Expression::compile(key, &Scope::new(&shape.fields, started_at));
        let lefts = lookup.keys.iter().map(|(key, _)| compile(left, key)).collect::<Result<_, _>>()?;
        let rights = lookup.keys.iter().map(|(_, key)| compile(right, key)).collect::<Result<_, _>>()?;
        let (added, mut fields) = super::beside(&left.fields, &right.fields, &lookup.added);
        if let LookupKind::Member(name) = &lookup.kind {
            fields.push(Field::new(name.clone(), Type::Bool));
        }
        Ok(Lookup {
            schema: batch::arrow_schema(&fields),
            kind: lookup.kind.clone(),
            keys: [lefts, rights],
            added,
            of_events: batch::arrow_schema(&left.fields),
            of_table: batch::arrow_schema(&right.fields),
            table: None,
            loading: Vec::new(),
            loaded_rows: 0,
            waiting: Vec::new(),
            bytes: 0,
            table_bytes: 0,
            refused: 0,
            words: lookup.table.source.to_string(),
            limits: limits.clone(),
        })
    }

    fn keys(&self, side: usize, batch: &RecordBatch) -> (Vec<(Operand, Type)>, Keys) {
        let operands: Vec<(Operand, Type)> = self.keys[side].iter().map(|key| (key.operand(batch), key.ty())).collect();
        let keys = Keys::of(&operands, batch.num_rows());
        (operands, keys)
    }

    fn load(&mut self, batch: RecordBatch) -> Result<(), Error> {
        self.loaded_rows += batch.num_rows() as u64;
        self.loading.push(batch);
        let rows: usize = self.loading.iter().map(RecordBatch::num_rows).sum();
        if rows > self.limits.joined {
            return Err(super::table_too_large("lookup", &self.words, self.limits.joined));
        }
        self.weigh(self.loading.iter().map(super::bytes).sum())
    }

    fn weigh(&self, bytes: usize) -> Result<(), Error> {
        if bytes > self.limits.state_bytes {
            return Err(super::too_many_bytes("lookup", &self.words, self.limits.state_bytes));
        }
        Ok(())
    }

    fn table_of(&self, rows: RecordBatch) -> Table {
        let (operands, keys) = self.keys(RIGHT, &rows);
        let mut places: HashMap<Box<[u8]>, Vec<u32>, RandomState> = HashMap::default();
        for row in 0..rows.num_rows() {
            // A null is equal to nothing.
            if operands.iter().all(|(operand, _)| !operand.is_null(row)) {
                places.entry(keys.key(row).into()).or_default().push(row as u32);
            }
        }
        Table { rows, places }
    }

    /// The table is complete: it takes the place of the one before.
    fn complete(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let rows = concat_batches(&self.of_table, &std::mem::take(&mut self.loading))?;
        self.table_bytes = super::bytes(&rows);
        self.table = Some(self.table_of(rows));
        for batch in std::mem::take(&mut self.waiting) {
            self.refused += self.probe(&batch, out)?;
        }
        self.bytes = 0;
        Ok(())
    }

    /// Gives the events that found nothing, where those do not leave.
    fn probe(&self, batch: &RecordBatch, out: &mut Vec<RecordBatch>) -> Result<u64, Error> {
        let Some(table) = &self.table else { return Ok(0) };
        match self.kind {
            LookupKind::Member(_) => {
                let found = self.members(batch, table);
                out.push(self.with(batch, vec![found])?);
                return Ok(0);
            }
            LookupKind::Scalar => {
                let first = (table.rows.num_rows() > 0).then_some(0);
                let places: UInt32Array = std::iter::repeat_n(first, batch.num_rows()).collect();
                let values = self.added.iter().map(|column| take(table.rows.column(*column), &places, None));
                out.push(self.with(batch, values.collect::<Result<_, _>>()?)?);
                return Ok(0);
            }
            LookupKind::LeftOuter | LookupKind::Inner => {}
        }
        let inner = self.kind == LookupKind::Inner;
        let (operands, keys) = self.keys(0, batch);
        let (mut events, mut found): (Vec<u32>, Vec<Option<u32>>) = (Vec::new(), Vec::new());
        let (mut refused, mut given) = (0, 0);
        for row in 0..batch.num_rows() {
            let known = operands.iter().all(|(operand, _)| !operand.is_null(row));
            match table.places.get(keys.key(row)).filter(|_| known) {
                Some(places) => {
                    events.extend(std::iter::repeat_n(row as u32, places.len()));
                    found.extend(places.iter().copied().map(Some));
                }
                None if inner => refused += 1,
                None => {
                    events.push(row as u32);
                    found.push(None);
                }
            }
            if events.len() >= BATCH_ROWS {
                given += self.give(batch, table, &mut events, &mut found, out)?;
                self.weigh(given)?;
            }
        }
        self.give(batch, table, &mut events, &mut found, out)?;
        Ok(refused)
    }

    /// For each event, whether its key is in the table; a null is in none.
    fn members(&self, batch: &RecordBatch, table: &Table) -> ArrayRef {
        let (operands, keys) = self.keys(0, batch);
        let is_member = |row: usize| {
            operands.iter().all(|(operand, _)| !operand.is_null(row)) && table.places.contains_key(keys.key(row))
        };
        Arc::new(BooleanArray::from_iter((0..batch.num_rows()).map(|row| Some(is_member(row)))))
    }

    /// The events as they are, and these columns.
    fn with(&self, batch: &RecordBatch, columns: Vec<ArrayRef>) -> Result<RecordBatch, Error> {
        let columns = batch.columns().iter().cloned().chain(columns).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?)
    }

    fn give(
        &self,
        batch: &RecordBatch,
        table: &Table,
        events: &mut Vec<u32>,
        found: &mut Vec<Option<u32>>,
        out: &mut Vec<RecordBatch>,
    ) -> Result<usize, Error> {
        let (events, found) = (UInt32Array::from(std::mem::take(events)), UInt32Array::from(std::mem::take(found)));
        if events.values().is_empty() {
            return Ok(0);
        }
        let lefts = batch.columns().iter().map(|column| take(column, &events, None));
        let rights = self.added.iter().map(|column| take(table.rows.column(*column), &found, None));
        let columns: Vec<ArrayRef> = lefts.chain(rights).collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(events.values().len()));
        let made = RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?;
        let bytes = super::bytes(&made);
        out.push(made);
        Ok(bytes)
    }
}

impl Operator for Lookup {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        self.table = match &before.table {
            None => None,
            Some(table) => Some(self.table_of(adopt::rows(&table.rows, &self.of_table)?)),
        };
        let loading = before.loading.iter().map(|batch| adopt::rows(batch, &self.of_table));
        self.loading = loading.collect::<Result<_, _>>()?;
        let waiting = before.waiting.iter().map(|batch| adopt::rows(batch, &self.of_events));
        self.waiting = waiting.collect::<Result<_, _>>()?;
        self.bytes = self.waiting.iter().map(super::bytes).sum();
        self.table_bytes = self.table.as_ref().map_or(0, |table| super::bytes(&table.rows));
        (self.loaded_rows, self.refused) = (before.loaded_rows, before.refused);
        Ok(())
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        if self.table.is_some() {
            self.refused += self.probe(&batch, out)?;
            return Ok(());
        }
        self.bytes += super::bytes(&batch);
        self.waiting.push(batch);
        self.weigh(self.bytes)
    }

    fn push_into(&mut self, slot: usize, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        if slot == RIGHT { self.load(batch) } else { self.push(batch, out) }
    }

    fn replace_table(&mut self, rows: Vec<RecordBatch>) -> Result<bool, Error> {
        // Events that wait for the first reading wait for that.
        if self.table.is_none() {
            return Ok(false);
        }
        // These rows did not enter by the input, so they do not count.
        let loaded = self.loaded_rows;
        let read = rows.into_iter().try_for_each(|batch| self.load(batch));
        self.loaded_rows = loaded;
        if let Err(error) = read {
            self.loading.clear();
            return Err(error);
        }
        self.complete(&mut Vec::new())?;
        Ok(true)
    }

    fn running_table(&mut self, rows: Vec<RecordBatch>, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let (kept, loaded) = (self.loading.clone(), self.loaded_rows);
        let read = rows.into_iter().try_for_each(|batch| self.load(batch));
        self.loaded_rows = loaded;
        let done = read.and_then(|()| self.complete(out));
        self.loading = kept;
        done
    }

    fn input_ended(&mut self, slot: usize, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        if slot == RIGHT { self.complete(out) } else { Ok(()) }
    }

    /// Events that wait hold event time back.
    fn watermark(&self, watermark: i64) -> i64 {
        if self.table.is_some() { watermark } else { i64::MIN }
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let mut out = Vec::new();
        for batch in &pending {
            self.probe(batch, &mut out)?;
        }
        Ok(out)
    }

    /// Of a table that is not complete nothing can be said yet.
    fn preview_into(&self, pending: Vec<(usize, RecordBatch)>) -> Result<Vec<RecordBatch>, Error> {
        self.preview(pending.into_iter().filter(|(slot, _)| *slot != RIGHT).map(|(_, batch)| batch).collect())
    }

    fn held(&self) -> Held {
        let open = self.waiting.iter().map(|batch| batch.num_rows() as u64).sum();
        // The table's own rows are no events.
        Held { open, refused: self.refused + self.loaded_rows, bytes: self.bytes + self.table_bytes, ..Held::default() }
    }
}
