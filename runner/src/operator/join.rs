//! `join`: pairs of events from two inputs that have the same key and stand close in time.
//!
//! An interval join in event time, as Flink has it: a pair is given as soon as both are there, and each side
//! is kept until no event can come any more that would fit. Events without a partner leave by then, where the
//! kind says so.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::SchemaRef;
use arrow_select::interleave::interleave;
use foldhash::fast::RandomState;
use syntax::pipeline::{self, JoinKind};
use syntax::visible::grouped;
use syntax::{Field, Name, Type};

use super::groups::Keys;
use super::{Held, Limits, Operator, Shape, adopt};
use crate::Error;
use crate::batch::{self, BATCH_ROWS};
use crate::expression::{Expression, Operand, Scope};

const LEFT: usize = 0;
const RIGHT: usize = 1;

/// Where a row is kept: the number of its batch since the start, and its place there.
type At = (u64, u32);

#[derive(Clone)]
pub(super) struct Join {
    kind: JoinKind,
    schema: SchemaRef,
    sides: [Side; 2],
    /// The right side's columns that leave.
    added: Vec<usize>,
    /// Nanoseconds between two that fit, at most; None where all that is there fits.
    within: Option<i64>,
    watermark: i64,
    /// Rows that may leave without a partner, with their side, the oldest first.
    unpaired: BinaryHeap<Reverse<(i64, usize, At)>>,
    late: u64,
    /// Rows that were dropped without having been part of an answer.
    refused: u64,
    keys: String,
    limits: Limits,
}

#[derive(Clone)]
struct Side {
    /// Of the rows that enter.
    schema: SchemaRef,
    keys: Vec<Expression>,
    /// The column of event time.
    time: Option<usize>,
    kept: VecDeque<Kept>,
    /// The number of the first batch that is kept.
    first: u64,
    table: HashMap<Arc<[u8]>, Vec<At>, RandomState>,
    /// Rows that the table names, those that are gone already among them.
    named: usize,
    rows: usize,
    bytes: usize,
    /// Kept rows that are part of no answer yet.
    waiting: u64,
}

#[derive(Clone)]
struct Kept {
    batch: RecordBatch,
    times: Vec<Option<i64>>,
    newest: i64,
    /// Rows that are part of an answer.
    done: Vec<bool>,
}

/// Rows that leave: one of the left and one of the right, or one of them alone.
#[derive(Default)]
struct Pairs(Vec<[Option<At>; 2]>);

impl Pairs {
    fn alone(&mut self, slot: usize, at: At) {
        self.0.push(if slot == LEFT { [Some(at), None] } else { [None, Some(at)] });
    }
}

impl Join {
    pub(super) fn new(
        join: &pipeline::Join,
        [left, right]: [&Shape; 2],
        started_at: i64,
        limits: &Limits,
    ) -> Result<Join, Error> {
        let side = |shape: &Shape, keys: Vec<&pipeline::Expr>| {
            let scope = Scope::new(&shape.fields, started_at);
            let keys = keys.into_iter().map(|key| Expression::compile(key, &scope)).collect::<Result<_, _>>()?;
            let time = shape.time.as_ref().and_then(|time| position(&shape.fields, time));
            Ok::<Side, Error>(Side::new(keys, time, &shape.fields))
        };
        let shown = if join.kind.gives_left() { left.fields.as_slice() } else { &[] };
        let (added, fields) = super::beside(shown, &right.fields, &join.added);
        let mut names: Vec<String> = Vec::new();
        join.keys.iter().for_each(|(key, _)| key.visit_fields(&mut |name| names.push(name.to_string())));
        Ok(Join {
            kind: join.kind,
            schema: batch::arrow_schema(&fields),
            sides: [
                side(left, join.keys.iter().map(|(left, _)| left).collect())?,
                side(right, join.keys.iter().map(|(_, right)| right).collect())?,
            ],
            added,
            within: join.within,
            watermark: i64::MIN,
            unpaired: BinaryHeap::new(),
            late: 0,
            refused: 0,
            keys: names.join(", "),
            limits: limits.clone(),
        })
    }

    fn take(&mut self, slot: usize, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let rows = batch.num_rows();
        let operands: Vec<(Operand, Type)> =
            self.sides[slot].keys.iter().map(|key| (key.operand(&batch), key.ty())).collect();
        let keys = Keys::of(&operands, rows);
        let number = self.sides[slot].keep(batch);
        let mut pairs = Pairs::default();
        let mut given = 0;
        for row in 0..rows {
            let at = (number, row as u32);
            let time = self.sides[slot].kept.back().and_then(|kept| kept.times[row]);
            if self.within.is_some() && time.is_none_or(|time| time < self.watermark) {
                self.late += 1;
                self.sides[slot].finish_row(at);
                continue;
            }
            if operands.iter().any(|(operand, _)| operand.is_null(row)) {
                // A null is equal to nothing.
                self.alone(slot, at, time, true, &mut pairs);
                continue;
            }
            self.pair(slot, at, time, keys.key(row), &mut pairs)?;
            if pairs.0.len() >= BATCH_ROWS {
                given += self.give(&mut pairs, out)?;
                if given > self.limits.state_bytes {
                    return Err(super::too_many_bytes("join", &self.keys, self.limits.state_bytes));
                }
            }
        }
        self.give(&mut pairs, out)?;
        let side = &self.sides[slot];
        if side.rows > self.limits.joined {
            return Err(Error::limit(format!(
                "`join` on {} keeps {} events of one side, the limit; filter first, or say a shorter `within`",
                self.keys,
                grouped(self.limits.joined as u64)
            )));
        }
        if side.bytes > self.limits.state_bytes {
            return Err(super::too_many_bytes("join", &self.keys, self.limits.state_bytes));
        }
        Ok(())
    }

    /// Finds a row's partners on the other side, and lets it wait for those that come later.
    fn pair(&mut self, slot: usize, at: At, time: Option<i64>, key: &[u8], pairs: &mut Pairs) -> Result<(), Error> {
        let mut found = 0;
        let [left, right] = &mut self.sides;
        let (own, other) = if slot == LEFT { (left, right) } else { (right, left) };
        if let Some(partners) = other.table.get(key) {
            for partner in partners {
                // One that was dropped is still named here.
                let Some(kept) =
                    partner.0.checked_sub(other.first).and_then(|place| other.kept.get_mut(place as usize))
                else {
                    continue;
                };
                let row = partner.1 as usize;
                if !near(time, kept.times[row], self.within) {
                    continue;
                }
                found += 1;
                if found > self.limits.elements {
                    return Err(Error::limit(format!(
                        "`join` on {} found more than {} partners of one event, the limit; the key is too common, add \
                         another, or filter first",
                        self.keys,
                        grouped(self.limits.elements as u64)
                    )));
                }
                let first = !std::mem::replace(&mut kept.done[row], true);
                other.waiting -= u64::from(first);
                let (one, two) = if slot == LEFT { (at, *partner) } else { (*partner, at) };
                match self.kind {
                    JoinKind::Inner | JoinKind::LeftOuter | JoinKind::RightOuter | JoinKind::FullOuter => {
                        pairs.0.push([Some(one), Some(two)]);
                    }
                    // A row leaves once, with its first partner.
                    JoinKind::LeftSemi if slot == LEFT && found == 1 || slot == RIGHT && first => {
                        pairs.alone(LEFT, one);
                    }
                    JoinKind::RightSemi if slot == RIGHT && found == 1 || slot == LEFT && first => {
                        pairs.alone(RIGHT, two);
                    }
                    JoinKind::LeftSemi | JoinKind::LeftAnti | JoinKind::RightSemi | JoinKind::RightAnti => {}
                }
            }
        }
        if found > 0 {
            own.finish_row(at);
        }
        own.name(key, at);
        if found == 0 {
            self.alone(slot, at, time, false, pairs);
        }
        Ok(())
    }

    /// A row that has no partner so far; `never`: and never will.
    fn alone(&mut self, slot: usize, at: At, time: Option<i64>, never: bool, pairs: &mut Pairs) {
        let leaves = match self.kind {
            JoinKind::LeftOuter | JoinKind::LeftAnti => slot == LEFT,
            JoinKind::RightOuter | JoinKind::RightAnti => slot == RIGHT,
            JoinKind::FullOuter => true,
            JoinKind::Inner | JoinKind::LeftSemi | JoinKind::RightSemi => false,
        };
        match (never, leaves) {
            (true, true) => {
                self.sides[slot].finish_row(at);
                pairs.alone(slot, at);
            }
            (true, false) => {
                self.refused += 1;
                self.sides[slot].finish_row(at);
            }
            (false, true) => self.unpaired.push(Reverse((time.unwrap_or(i64::MAX), slot, at))),
            (false, false) => {}
        }
    }

    /// Lets go of what cannot find a partner any more.
    fn expire(&mut self, watermark: i64, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.watermark = watermark;
        let Some(within) = self.within else { return Ok(()) };
        let over = |time: i64| time.saturating_add(within) < watermark;
        let mut pairs = Pairs::default();
        while let Some(Reverse((time, slot, at))) = self.unpaired.peek().copied()
            && over(time)
        {
            self.unpaired.pop();
            if self.sides[slot].finish_row(at) {
                pairs.alone(slot, at);
            }
            if pairs.0.len() >= BATCH_ROWS {
                self.give(&mut pairs, out)?;
            }
        }
        self.give(&mut pairs, out)?;
        for side in &mut self.sides {
            self.refused += side.drop_while(over);
        }
        Ok(())
    }

    /// Everything that waits leaves, or is refused.
    fn close(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let mut pairs = Pairs::default();
        while let Some(Reverse((_, slot, at))) = self.unpaired.pop() {
            if self.sides[slot].finish_row(at) {
                pairs.alone(slot, at);
            }
            if pairs.0.len() >= BATCH_ROWS {
                self.give(&mut pairs, out)?;
            }
        }
        self.give(&mut pairs, out)?;
        for side in &mut self.sides {
            self.refused += side.drop_while(|_| true);
        }
        Ok(())
    }

    /// Makes batches of rows that leave, one for each run of pairs and of rows alone; gives their bytes.
    fn give(&self, pairs: &mut Pairs, out: &mut Vec<RecordBatch>) -> Result<usize, Error> {
        let pairs = std::mem::take(&mut pairs.0);
        let [left, right] = &self.sides;
        let shown = [self.kind.gives_left(), self.kind.gives_right()];
        let alike = |one: &[Option<At>; 2], other: &[Option<At>; 2]| {
            (LEFT..=RIGHT).all(|slot| !shown[slot] || one[slot].is_some() == other[slot].is_some())
        };
        let mut bytes = 0;
        for run in pairs.chunk_by(alike) {
            let rows = |slot: usize| -> Vec<At> { run.iter().filter_map(|pair| pair[slot]).collect() };
            let nulls = |fields: &mut dyn Iterator<Item = &Arc<arrow_schema::Field>>| -> Vec<ArrayRef> {
                fields.map(|field| new_null_array(field.data_type(), run.len())).collect()
            };
            let all = self.schema.fields();
            let before = all.len() - if shown[RIGHT] { self.added.len() } else { 0 };
            let mut columns = match rows(LEFT) {
                _ if !shown[LEFT] => Vec::new(),
                lefts if lefts.is_empty() => nulls(&mut all.iter().take(before)),
                lefts => left.columns(&lefts, None)?,
            };
            columns.extend(match rows(RIGHT) {
                _ if !shown[RIGHT] => Vec::new(),
                rights if rights.is_empty() => nulls(&mut all.iter().skip(before)),
                rights => right.columns(&rights, Some(&self.added))?,
            });
            let options = RecordBatchOptions::new().with_row_count(Some(run.len()));
            let batch = RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?;
            bytes += super::bytes(&batch);
            out.push(batch);
        }
        Ok(bytes)
    }
}

impl Side {
    fn new(keys: Vec<Expression>, time: Option<usize>, fields: &[Field]) -> Side {
        Side {
            schema: batch::arrow_schema(fields),
            keys,
            time,
            kept: VecDeque::new(),
            first: 0,
            table: HashMap::default(),
            named: 0,
            rows: 0,
            bytes: 0,
            waiting: 0,
        }
    }

    /// Takes over the rows that are kept. Those that were found by their key are found by it again.
    fn adopt(&mut self, before: &Side) -> Result<(), Error> {
        (self.first, self.rows, self.waiting) = (before.first, before.rows, before.waiting);
        let mut named: Vec<At> = before.table.values().flatten().copied().collect();
        named.retain(|(number, _)| *number >= before.first);
        named.sort_unstable();
        let mut named = named.into_iter().peekable();
        for (number, kept) in (before.first..).zip(&before.kept) {
            let batch = adopt::rows(&kept.batch, &self.schema)?;
            let operands: Vec<(Operand, Type)> = self.keys.iter().map(|key| (key.operand(&batch), key.ty())).collect();
            let keys = Keys::of(&operands, batch.num_rows());
            while let Some(at) = named.next_if(|(of, _)| *of == number) {
                self.name(keys.key(at.1 as usize), at);
            }
            self.bytes += super::bytes(&batch);
            self.kept.push_back(Kept { batch, ..kept.clone() });
        }
        Ok(())
    }

    /// Keeps a batch and gives its number.
    fn keep(&mut self, batch: RecordBatch) -> u64 {
        let rows = batch.num_rows();
        let times: Vec<Option<i64>> = match self.time {
            None => vec![None; rows],
            Some(time) => {
                let operand = Operand::Column(batch.column(time).clone());
                let times = operand.longs();
                (0..rows).map(|row| times.get(row)).collect()
            }
        };
        self.rows += rows;
        self.bytes += super::bytes(&batch);
        self.waiting += rows as u64;
        let newest = times.iter().flatten().copied().max().unwrap_or(i64::MIN);
        self.kept.push_back(Kept { batch, times, newest, done: vec![false; rows] });
        self.first + self.kept.len() as u64 - 1
    }

    fn name(&mut self, key: &[u8], at: At) {
        self.named += 1;
        match self.table.get_mut(key) {
            Some(places) => places.push(at),
            None => {
                self.table.insert(key.into(), vec![at]);
            }
        }
    }

    /// The row is settled; false where it was before.
    fn finish_row(&mut self, (number, row): At) -> bool {
        let kept = number.checked_sub(self.first).and_then(|place| self.kept.get_mut(place as usize));
        let Some(kept) = kept else { return false };
        let first = !std::mem::replace(&mut kept.done[row as usize], true);
        self.waiting -= u64::from(first);
        first
    }

    /// Drops the oldest batches as long as all of one is over; gives the rows that were part of no answer.
    fn drop_while(&mut self, over: impl Fn(i64) -> bool) -> u64 {
        let mut refused = 0;
        while let Some(kept) = self.kept.pop_front_if(|kept| over(kept.newest)) {
            self.first += 1;
            self.rows -= kept.batch.num_rows();
            self.bytes -= super::bytes(&kept.batch);
            refused += kept.done.iter().filter(|done| !**done).count() as u64;
        }
        self.waiting -= refused;
        // Names of rows that are gone are swept when they are most of all.
        if self.named > 2 * self.rows + 1024 {
            let first = self.first;
            self.table.retain(|_, places| {
                places.retain(|(number, _)| *number >= first);
                !places.is_empty()
            });
            self.named = self.table.values().map(Vec::len).sum();
        }
        refused
    }

    /// Columns of some rows; all of them where none are chosen.
    fn columns(&self, rows: &[At], chosen: Option<&[usize]>) -> Result<Vec<ArrayRef>, Error> {
        let mut used: Vec<u64> = rows.iter().map(|(number, _)| *number).collect();
        used.sort_unstable();
        used.dedup();
        let batches: Vec<&RecordBatch> = used
            .iter()
            .filter_map(|number| self.kept.get((number - self.first) as usize))
            .map(|kept| &kept.batch)
            .collect();
        let places: Vec<(usize, usize)> =
            rows.iter().map(|(number, row)| (used.partition_point(|known| known < number), *row as usize)).collect();
        let all: Vec<usize> = (0..batches.first().map_or(0, |batch| batch.num_columns())).collect();
        let column = |column: &usize| {
            let arrays: Vec<&dyn arrow_array::Array> =
                batches.iter().map(|batch| batch.column(*column).as_ref()).collect();
            Ok(interleave(&arrays, &places)?)
        };
        chosen.unwrap_or(&all).iter().map(column).collect()
    }
}

fn near(one: Option<i64>, other: Option<i64>, within: Option<i64>) -> bool {
    match (within, one, other) {
        (None, ..) => true,
        (Some(within), Some(one), Some(other)) => one.abs_diff(other) <= within.unsigned_abs(),
        _ => false,
    }
}

fn position(fields: &[Field], name: &Name) -> Option<usize> {
    fields.iter().position(|field| field.name == *name)
}

impl Operator for Join {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        (self.watermark, self.late, self.refused) = (before.watermark, before.late, before.refused);
        self.unpaired.clone_from(&before.unpaired);
        for (side, before) in self.sides.iter_mut().zip(&before.sides) {
            side.adopt(before)?;
        }
        Ok(())
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.take(LEFT, batch, out)
    }

    fn push_into(&mut self, slot: usize, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.take(slot, batch, out)
    }

    fn advance(&mut self, watermark: i64, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.expire(watermark, out)
    }

    /// An event may wait for its partner as long as that.
    fn watermark(&self, watermark: i64) -> i64 {
        self.within.map_or(i64::MIN, |within| watermark.saturating_sub(within))
    }

    fn finish(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.close(out)
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        self.preview_into(pending.into_iter().map(|batch| (LEFT, batch)).collect())
    }

    fn preview_into(&self, pending: Vec<(usize, RecordBatch)>) -> Result<Vec<RecordBatch>, Error> {
        let mut out = Vec::new();
        if pending.is_empty() && self.unpaired.is_empty() {
            return Ok(out);
        }
        let mut copy = self.clone();
        for (slot, batch) in pending {
            copy.take(slot, batch, &mut out)?;
        }
        copy.close(&mut out)?;
        Ok(out)
    }

    fn held(&self) -> Held {
        let open = self.sides.iter().map(|side| side.waiting).sum();
        let bytes = self.sides.iter().map(|side| side.bytes).sum();
        Held { open, late: self.late, refused: self.refused, bytes, ..Held::default() }
    }
}
