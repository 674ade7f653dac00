//! A straight line of operators between two unions or joins, with the counts of what passed each.
//!
//! Several inputs may enter, one slot each; event time here is that of the slot that is furthest behind. The
//! inputs of a union look alike; those of a join do not, and its operator is the segment's first.

use arrow_array::RecordBatch;
use arrow_buffer::BooleanBuffer;
use arrow_schema::SchemaRef;
use syntax::{Field, Schema, TextRange};

use super::Account;
use super::intake::{Intake, Lost};
use crate::operator::{Note, Operator, Shape};
use crate::{Error, batch};

/// One way into a segment.
pub(super) struct Slot {
    pub(super) watermark: i64,
    /// Does not hold event time back.
    pub(super) idle: bool,
    pub(super) ended: bool,
    /// The first operator knows that it has ended.
    told: bool,
    intake: Intake,
}

impl Slot {
    /// What enters the first operator: without dictionaries where it knows none.
    fn form(&self, batch: RecordBatch, first: &dyn Operator) -> Result<RecordBatch, Error> {
        if first.reads_codes() { Ok(batch) } else { batch::plain_batch(batch, self.intake.schema()) }
    }
}

/// What a segment hands on as its event time moves.
pub(super) struct Passed {
    pub(super) batches: Vec<RecordBatch>,
    pub(super) watermark: i64,
    pub(super) ended: bool,
}

pub(super) struct Segment {
    pub(super) slots: Vec<Slot>,
    /// The segment and slot that this one feeds; None for the root.
    pub(super) next: Option<(usize, usize)>,
    /// What leaves is a table that is looked up.
    pub(super) feeds_table: bool,
    /// The rows that enter are events, not answers about many of them.
    pub(super) events: bool,
    operators: Vec<Box<dyn Operator>>,
    /// Where each operator's stage stands in the document.
    ranges: Vec<TextRange>,
    /// Which operator is the first `summarize`.
    aggregates: Option<usize>,
    /// Rows that entered, then those that left each operator.
    passed: Vec<u64>,
    /// Of what enters.
    entering: SchemaRef,
    /// Of what leaves so far.
    shape: Shape,
    watermark: i64,
    /// What was handed on last.
    handed: i64,
    finished: bool,
}

impl Slot {
    fn new(fields: &[Field], schema: &SchemaRef) -> Slot {
        let intake = Intake::new(fields.to_vec(), schema.clone());
        Slot { watermark: i64::MIN, idle: false, ended: false, told: false, intake }
    }
}

impl Segment {
    pub(super) fn new(entering: Shape, slots: usize, events: bool) -> Segment {
        let schema = batch::arrow_schema(&entering.fields);
        let slots = (0..slots).map(|_| Slot::new(&entering.fields, &schema)).collect();
        Segment::with(slots, entering, schema, events)
    }

    /// Two inputs that enter an operator of their own, to be added first.
    pub(super) fn of_two(left: Shape, right: &[Field], events: bool) -> Segment {
        let schema = batch::arrow_schema(&left.fields);
        let slots = vec![Slot::new(&left.fields, &schema), Slot::new(right, &batch::arrow_schema(right))];
        Segment::with(slots, left, schema, events)
    }

    fn with(slots: Vec<Slot>, shape: Shape, schema: SchemaRef, events: bool) -> Segment {
        Segment {
            slots,
            next: None,
            feeds_table: false,
            events,
            operators: Vec::new(),
            ranges: Vec::new(),
            aggregates: None,
            passed: vec![0],
            entering: schema,
            shape,
            watermark: i64::MIN,
            handed: i64::MIN,
            finished: false,
        }
    }

    /// `output`: the schema that leaves the stage.
    pub(super) fn add(&mut self, operator: Box<dyn Operator>, range: TextRange, aggregates: bool, output: &Schema) {
        let fields = batch::fields(operator.schema());
        self.shape = Shape { fields, time: output.time.clone(), open: output.open };
        if aggregates && self.aggregates.is_none() {
            self.aggregates = Some(self.operators.len());
        }
        self.operators.push(operator);
        self.ranges.push(range);
        self.passed.push(0);
    }

    /// Takes over counts, event time and what the operators hold from the segment of an earlier schema in this place.
    pub(super) fn adopt(&mut self, before: &Segment) -> Result<(), Error> {
        if self.ranges != before.ranges || self.slots.len() != before.slots.len() || self.next != before.next {
            return Err(Error::Internal("the stages are not those that ran before".to_owned()));
        }
        for (operator, before) in self.operators.iter_mut().zip(&before.operators) {
            operator.adopt(before.as_ref())?;
        }
        for (slot, before) in self.slots.iter_mut().zip(&before.slots) {
            (slot.watermark, slot.idle, slot.ended, slot.told) =
                (before.watermark, before.idle, before.ended, before.told);
            slot.intake.adopt(&before.intake);
        }
        self.passed.clone_from(&before.passed);
        (self.watermark, self.handed, self.finished) = (before.watermark, before.handed, before.finished);
        Ok(())
    }

    /// Values that became null as they entered, since a stage reads their field as another type.
    pub(super) fn lost(&self) -> impl Iterator<Item = &Lost> {
        self.slots.iter().flat_map(|slot| slot.intake.lost())
    }

    pub(super) fn len(&self) -> usize {
        self.operators.len()
    }

    /// What the next operator gets.
    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        self.operators.last().map_or(&self.entering, |operator| operator.schema())
    }

    /// Each row that leaves is still one event.
    pub(super) fn leaves_events(&self) -> bool {
        self.events && self.aggregates.is_none()
    }

    /// Rows that entered (0), or that left the operator with this number from 1.
    pub(super) fn passed(&self, place: usize) -> u64 {
        self.passed.get(place).copied().unwrap_or(0)
    }

    pub(super) fn idle(&self) -> bool {
        self.slots.iter().all(|slot| slot.idle || slot.ended)
    }

    /// Nothing that still comes can change what leaves.
    pub(super) fn done(&self) -> bool {
        self.finished || self.operators.iter().any(|operator| operator.done())
    }

    pub(super) fn violation(&self) -> Option<&str> {
        self.operators.iter().find_map(|operator| operator.violation())
    }

    /// Rows that can enter before a limit of what is held can bite.
    pub(super) fn room(&self) -> usize {
        self.operators.iter().map(|operator| operator.room()).min().unwrap_or(usize::MAX)
    }

    /// Gives batches of a slot the form that the operators expect.
    pub(super) fn take_in(
        &self,
        slot: usize,
        from: &[RecordBatch],
        into: &mut Vec<(usize, RecordBatch)>,
    ) -> Result<(), Error> {
        for batch in from {
            into.push((slot, self.slots[slot].intake.convert(batch)?));
        }
        Ok(())
    }

    /// What the first operator can tell of a whole batch for all flows: see [`Operator::select_first`].
    pub(super) fn select_first(&mut self, batch: &RecordBatch) -> Result<Option<BooleanBuffer>, Error> {
        let Some(first) = self.operators.first().filter(|_| self.slots.len() == 1) else { return Ok(None) };
        Ok(first.select_first(&self.slots[0].intake.convert_known(batch)?))
    }

    /// A batch of the only slot, where the first operator's [`Operator::select_first`] is known.
    pub(super) fn push_selected(
        &mut self,
        batch: &RecordBatch,
        first: BooleanBuffer,
    ) -> Result<Vec<RecordBatch>, Error> {
        if self.finished {
            return Ok(Vec::new());
        }
        let batch = self.slots[0].intake.convert_known(batch)?;
        self.passed[0] += batch.num_rows() as u64;
        let mut out = Vec::new();
        let pushed = self.operators[0].push_selected(batch, first, &mut out);
        pushed.map_err(|error| error.at_stage(self.ranges[0]))?;
        out.retain(|batch| batch.num_rows() > 0);
        self.passed[1] += rows(&out);
        let left = self.push_from(1, out)?;
        self.leaving(left)
    }

    pub(super) fn push(&mut self, slot: usize, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        if self.finished {
            return Ok(Vec::new());
        }
        let mut entering = Vec::with_capacity(batches.len());
        for batch in &batches {
            entering.push(self.slots[slot].intake.convert_known(batch)?);
        }
        self.passed[0] += rows(&entering);
        if self.slots.len() == 1 || self.operators.is_empty() {
            let left = self.push_from(0, entering)?;
            return self.leaving(left);
        }
        let mut out = Vec::new();
        for batch in entering.into_iter().filter(|batch| batch.num_rows() > 0) {
            let batch = self.slots[slot].form(batch, self.operators[0].as_ref())?;
            let pushed = self.operators[0].push_into(slot, batch, &mut out);
            pushed.map_err(|error| error.at_stage(self.ranges[0]))?;
        }
        out.retain(|batch| batch.num_rows() > 0);
        self.passed[1] += rows(&out);
        let left = self.push_from(1, out)?;
        self.leaving(left)
    }

    /// Tells the first operator of inputs that have ended; what it lets go of has passed all others.
    fn tell_ended(&mut self) -> Result<Vec<RecordBatch>, Error> {
        let mut let_go = Vec::new();
        for slot in 0..self.slots.len() {
            if self.slots[slot].ended && !std::mem::replace(&mut self.slots[slot].told, true) {
                let Some(first) = self.operators.first_mut() else { continue };
                let mut out = Vec::new();
                first.input_ended(slot, &mut out).map_err(|error| error.at_stage(self.ranges[0]))?;
                self.passed[1] += rows(&out);
                let_go.extend(self.push_from(1, out)?);
            }
        }
        Ok(let_go)
    }

    /// Gives the first operator another table in the place of the one that entered by this slot.
    pub(super) fn replace_table(&mut self, slot: usize, rows: &[RecordBatch]) -> Result<bool, Error> {
        let mut entering = Vec::new();
        self.take_in(slot, rows, &mut entering)?;
        let Some(first) = self.operators.first_mut() else { return Ok(true) };
        let rows = entering.into_iter().map(|(_, batch)| batch::plain_batch(batch, self.slots[slot].intake.schema()));
        first.replace_table(rows.collect::<Result<_, _>>()?).map_err(|error| error.at_stage(self.ranges[0]))
    }

    /// Tells the first operator what the table of a stream is by now; what it lets go of has passed all others.
    pub(super) fn running_table(&mut self, slot: usize, rows: &[RecordBatch]) -> Result<Vec<RecordBatch>, Error> {
        let mut entering = Vec::new();
        self.take_in(slot, rows, &mut entering)?;
        let rows = entering.into_iter().map(|(_, batch)| batch::plain_batch(batch, self.slots[slot].intake.schema()));
        let rows = rows.collect::<Result<_, _>>()?;
        let Some(first) = self.operators.first_mut().filter(|_| !self.slots[slot].ended) else { return Ok(Vec::new()) };
        let mut out = Vec::new();
        first.running_table(rows, &mut out).map_err(|error| error.at_stage(self.ranges[0]))?;
        out.retain(|batch| batch.num_rows() > 0);
        self.passed[1] += self::rows(&out);
        let left = self.push_from(1, out)?;
        self.leaving(left)
    }

    /// Counts rows as if they had entered and been refused by the operator at `place`.
    pub(super) fn skip(&mut self, place: usize, count: u64) {
        self.passed.iter_mut().take(place + 1).for_each(|passed| *passed += count);
    }

    /// Lets the operators know how far event time is here, or that it is over; None where nothing changed.
    pub(super) fn pass_time(&mut self) -> Result<Option<Passed>, Error> {
        if self.finished {
            return Ok(None);
        }
        let let_go = if self.slots.len() > 1 { self.tell_ended()? } else { Vec::new() };
        let ended = self.slots.iter().all(|slot| slot.ended) || (self.done() && self.next.is_some());
        let active = self.slots.iter().filter(|slot| !slot.idle && !slot.ended);
        let reached = active.map(|slot| slot.watermark).min();
        let mut watermark = match reached {
            _ if ended => i64::MAX,
            Some(reached) if reached > self.watermark => reached,
            _ if let_go.is_empty() => return Ok(None),
            _ => return Ok(Some(Passed { batches: let_go, watermark: self.handed, ended })),
        };
        self.watermark = watermark;
        let mut batches = Vec::new();
        for place in 0..self.operators.len() {
            // What the operators before have let go goes through this one first.
            let mut out = self.push_one(place, batches)?;
            let before = rows(&out);
            let (operator, range) = (&mut self.operators[place], self.ranges[place]);
            if ended {
                operator.finish(&mut out).map_err(|error| error.at_stage(range))?;
            } else {
                operator.advance(watermark, &mut out).map_err(|error| error.at_stage(range))?;
                watermark = operator.watermark(watermark);
            }
            self.passed[place + 1] += rows(&out) - before;
            batches = out;
        }
        self.finished = ended;
        self.handed = watermark;
        if !let_go.is_empty() {
            batches.splice(0..0, let_go);
        }
        Ok(Some(Passed { batches: self.leaving(batches)?, watermark, ended }))
    }

    pub(super) fn preview(&self, pending: Vec<(usize, RecordBatch)>) -> Result<Vec<RecordBatch>, Error> {
        if self.finished {
            return Ok(Vec::new());
        }
        let Some((first, others)) = self.operators.split_first() else {
            return self.leaving(pending.into_iter().map(|(_, batch)| batch).collect());
        };
        let form = |(slot, batch): (usize, RecordBatch)| Ok((slot, self.slots[slot].form(batch, first.as_ref())?));
        let pending = pending.into_iter().map(form).collect::<Result<_, Error>>()?;
        let mut pending = first.preview_into(pending)?;
        for (place, operator) in others.iter().enumerate() {
            if !operator.reads_codes() {
                pending = plain(pending, self.entering(place + 1))?;
            }
            pending = operator.preview(pending)?;
        }
        self.leaving(pending)
    }

    /// What the stages have to tell, and where each stands.
    pub(super) fn notes(&self, ended: bool) -> impl Iterator<Item = (TextRange, Note)> {
        self.operators
            .iter()
            .zip(&self.ranges)
            .flat_map(move |(operator, range)| operator.notes(ended).into_iter().map(|note| (*range, note)))
    }

    /// Adds what became of the events here. `follows`: the next segment goes on following them.
    pub(super) fn account(&self, follows: bool, account: &mut Account) {
        for (place, operator) in self.operators.iter().enumerate() {
            let held = operator.held();
            account.bytes += held.bytes;
            account.next_close = match (account.next_close, held.next_close) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            if self.events && self.aggregates.is_none_or(|aggregates| place <= aggregates) {
                account.late += held.late;
                account.untimed += held.untimed;
                account.in_flight += held.open;
            }
            if self.events && self.aggregates == Some(place) {
                account.matched += self.passed[place].saturating_sub(held.late + held.open + held.refused);
            }
        }
        if self.leaves_events() && !follows {
            account.matched += self.passed[self.operators.len()];
        }
    }

    /// What enters an operator, without dictionaries.
    fn entering(&self, place: usize) -> &SchemaRef {
        let before = place.checked_sub(1).and_then(|before| self.operators.get(before));
        before.map_or(&self.entering, |operator| operator.schema())
    }

    /// Rows that leave the execution have no dictionaries.
    fn leaving(&self, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        if self.next.is_some() { Ok(batches) } else { plain(batches, self.schema()) }
    }

    fn push_from(&mut self, first: usize, mut batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        for place in first..self.operators.len() {
            if batches.is_empty() {
                break;
            }
            batches = self.push_one(place, batches)?;
        }
        Ok(batches)
    }

    fn push_one(&mut self, place: usize, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let mut out = Vec::new();
        for batch in batches {
            if batch.num_rows() > 0 {
                let batch = if self.operators[place].reads_codes() {
                    batch
                } else {
                    batch::plain_batch(batch, self.entering(place))?
                };
                self.operators[place].push(batch, &mut out).map_err(|error| error.at_stage(self.ranges[place]))?;
            }
        }
        out.retain(|batch| batch.num_rows() > 0);
        self.passed[place + 1] += rows(&out);
        Ok(out)
    }
}

fn plain(batches: Vec<RecordBatch>, schema: &SchemaRef) -> Result<Vec<RecordBatch>, Error> {
    batches.into_iter().map(|batch| batch::plain_batch(batch, schema)).collect()
}

fn rows(batches: &[RecordBatch]) -> u64 {
    batches.iter().map(|batch| batch.num_rows() as u64).sum()
}
