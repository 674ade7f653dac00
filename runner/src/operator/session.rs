//! Sessions: the events of a key that follow one another within less than `gap`.
//!
//! A session ends `gap` after its last event, and an event that comes `max` or more after a session's first
//! begins the next one. So that this depends on event time alone, events wait until event time has passed
//! them and are then taken in their order. One that is older than event time is taken at once where its
//! session is open, or would be; else it is late. Sessions leave in the order in which they end.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::sync::Arc;

use arrow_array::RecordBatch;

use super::Held;
use super::groups::{Groups, Keys};
use super::summarize::{Plan, Since};
use super::table;
use crate::Error;
use crate::aggregate::{Accumulators, Input, Selection};
use crate::expression::Operand;

/// Groups without a session that are kept, so that they are not sorted out all the time.
const SPARE: usize = 1024;

pub(super) struct Sessions {
    gap: i64,
    max: i64,
    watermark: i64,
    /// In order of arrival.
    waiting: VecDeque<Waiting>,
    groups: Groups,
    accumulators: Accumulators,
    /// Of each group, its open session.
    open: Vec<Option<Session>>,
    live: usize,
    /// When sessions end, as far as it was known when they were filed: the end, a serial number, the group.
    ends: BinaryHeap<Reverse<(i128, u64, u32)>>,
    /// How many open sessions begin when.
    starts: BTreeMap<i64, usize>,
    serial: u64,
    in_flight: u64,
    late: u64,
    untimed: u64,
    waiting_bytes: usize,
}

#[derive(Clone, Copy)]
struct Session {
    start: i64,
    last: i64,
    rows: u64,
    serial: u64,
}

/// Rows that event time has not passed yet.
#[derive(Clone)]
struct Waiting {
    batch: Arc<Rows>,
    /// By time, then in order of arrival.
    order: Arc<[(i64, u32)]>,
    /// The first of `order` that still waits.
    next: usize,
    bytes: usize,
}

struct Rows {
    batch: RecordBatch,
    keys: Option<Keys>,
    inputs: Vec<Input>,
}

/// What goes into the accumulators next: rows of one batch.
#[derive(Default)]
struct Run {
    batch: Option<Arc<Rows>>,
    rows: Vec<u32>,
    groups: Vec<u32>,
}

/// Sessions that ended, in order.
struct Closed {
    groups: Vec<u32>,
    starts: Vec<i64>,
    accumulators: Accumulators,
}

impl Sessions {
    pub(super) fn new(plan: &Plan, gap: i64, max: i64) -> Sessions {
        Sessions {
            gap,
            max,
            watermark: i64::MIN,
            waiting: VecDeque::new(),
            groups: Groups::default(),
            accumulators: plan.aggregates.accumulators(),
            open: Vec::new(),
            live: 0,
            ends: BinaryHeap::new(),
            starts: BTreeMap::new(),
            serial: 0,
            in_flight: 0,
            late: 0,
            untimed: 0,
            waiting_bytes: 0,
        }
    }

    pub(super) fn adopt(&mut self, before: &Sessions, since: &Since<'_>) -> Result<(), Error> {
        for waiting in &before.waiting {
            let batch = since.batch(&waiting.batch.batch)?;
            let (keys, inputs) = since.now.read(&batch);
            self.waiting.push_back(Waiting { batch: Arc::new(Rows { batch, keys, inputs }), ..waiting.clone() });
        }
        self.groups = since.groups(&before.groups)?;
        self.accumulators = since.accumulators(&before.accumulators, before.groups.len())?;
        self.open.clone_from(&before.open);
        self.ends.clone_from(&before.ends);
        self.starts.clone_from(&before.starts);
        (self.watermark, self.live, self.serial) = (before.watermark, before.live, before.serial);
        (self.in_flight, self.late, self.untimed) = (before.in_flight, before.late, before.untimed);
        self.waiting_bytes = before.waiting_bytes;
        Ok(())
    }

    pub(super) fn push(
        &mut self,
        plan: &Plan,
        time: &Operand,
        batch: RecordBatch,
        keys: Option<Keys>,
        inputs: Vec<Input>,
        out: &mut Vec<RecordBatch>,
    ) -> Result<(), Error> {
        let times = time.longs();
        let mut order: Vec<(i64, u32)> = Vec::with_capacity(batch.num_rows());
        let mut behind: Vec<(i64, u32)> = Vec::new();
        for row in 0..batch.num_rows() {
            match times.get(row) {
                None => {
                    self.late += 1;
                    self.untimed += 1;
                }
                Some(at) if at < self.watermark => behind.push((at, row as u32)),
                Some(at) => order.push((at, row as u32)),
            }
        }
        let bytes = super::bytes(&batch);
        let rows = Arc::new(Rows { batch, keys, inputs });
        if !order.is_empty() {
            // Stable: of events at one time the first that came stays the first.
            order.sort_by_key(|(at, _)| *at);
            let bytes = bytes + order.len() * size_of::<(i64, u32)>();
            self.in_flight += order.len() as u64;
            self.waiting_bytes += bytes;
            self.waiting.push_back(Waiting { batch: Arc::clone(&rows), order: order.into(), next: 0, bytes });
        }
        if behind.is_empty() {
            return self.check(plan);
        }
        let (mut run, mut closed) = (Run::default(), Closed::new(plan));
        for (at, row) in behind {
            let group = self.group(&rows, row);
            let session = self.open[group as usize];
            let fresh = i128::from(at) + i128::from(self.gap) > i128::from(self.watermark);
            let taken = match session {
                Some(session) if session.start <= at => true,
                Some(session) => fresh && session.last.saturating_sub(at) < self.max,
                None => fresh,
            };
            if taken {
                self.in_flight += 1;
                self.take(plan, at, group, &rows, row, &mut run, &mut closed)?;
            } else {
                self.late += 1;
            }
        }
        self.flush(&mut run);
        self.emit(plan, closed, out)?;
        self.check(plan)
    }

    pub(super) fn advance(&mut self, plan: &Plan, watermark: i64, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        if watermark <= self.watermark {
            return Ok(());
        }
        self.watermark = watermark;
        self.settle(plan, i128::from(watermark), out)
    }

    pub(super) fn finish(&mut self, plan: &Plan, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.settle(plan, i128::MAX, out)
    }

    /// What event time is for the rows that leave: no session that still comes begins before.
    pub(super) fn starts_from(&self, watermark: i64) -> i64 {
        let new = watermark.saturating_sub(self.gap);
        self.starts.first_key_value().map_or(new, |(start, _)| new.min(*start))
    }

    pub(super) fn held(&self) -> Held {
        let open = self.open.iter().flatten().map(|session| session.last);
        let waiting = self.waiting.iter().filter_map(|waiting| Some(waiting.order.get(waiting.next)?.0));
        let next_close = open.chain(waiting).min().and_then(|last| last.checked_add(self.gap));
        Held {
            open: self.in_flight,
            late: self.late,
            untimed: self.untimed,
            next_close,
            bytes: self.bytes(),
            ..Held::default()
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let kept = self.accumulators.iter().map(|kept| kept.bytes()).sum::<usize>();
        let sessions = self.open.capacity() * size_of::<Option<Session>>() + self.ends.capacity() * 32;
        self.groups.bytes() + kept + sessions + self.waiting_bytes
    }

    fn check(&self, plan: &Plan) -> Result<(), Error> {
        plan.check(self.live, self.bytes())
    }

    /// Takes all events before a moment, and ends what ends until then.
    fn settle(&mut self, plan: &Plan, to: i128, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let mut ready: Vec<(i64, usize, u32)> = Vec::new();
        for (number, waiting) in self.waiting.iter_mut().enumerate() {
            while let Some((at, row)) = waiting.order.get(waiting.next)
                && i128::from(*at) < to
            {
                ready.push((*at, number, *row));
                waiting.next += 1;
            }
        }
        ready.sort_unstable();
        let (mut run, mut closed) = (Run::default(), Closed::new(plan));
        for (at, number, row) in ready {
            self.close_until(i128::from(at), &mut run, &mut closed);
            let batch = Arc::clone(&self.waiting[number].batch);
            let group = self.group(&batch, row);
            self.take(plan, at, group, &batch, row, &mut run, &mut closed)?;
        }
        self.flush(&mut run);
        self.close_until(to, &mut run, &mut closed);
        let bytes = &mut self.waiting_bytes;
        self.waiting.retain(|waiting| {
            let waits = waiting.next < waiting.order.len();
            *bytes -= if waits { 0 } else { waiting.bytes };
            waits
        });
        self.emit(plan, closed, out)?;
        self.check(plan)
    }

    fn group(&mut self, batch: &Rows, row: u32) -> u32 {
        let group = match &batch.keys {
            Some(keys) => self.groups.find(keys, row as usize).0,
            None => {
                self.groups.add_only();
                0
            }
        };
        self.open.resize(self.groups.len(), None);
        group
    }

    /// Adds an event to its key's session, or begins one.
    #[expect(clippy::too_many_arguments, reason = "an event, and where it and what it ends go")]
    fn take(
        &mut self,
        plan: &Plan,
        at: i64,
        group: u32,
        batch: &Arc<Rows>,
        row: u32,
        run: &mut Run,
        closed: &mut Closed,
    ) -> Result<(), Error> {
        if let Some(session) = self.open[group as usize]
            && i128::from(at) - i128::from(session.start) >= i128::from(self.max)
        {
            self.flush(run);
            self.close(group, session, closed);
        }
        match &mut self.open[group as usize] {
            Some(session) => {
                if at < session.start {
                    leave(&mut self.starts, session.start);
                    *self.starts.entry(at).or_default() += 1;
                    session.start = at;
                }
                session.last = session.last.max(at);
                session.rows += 1;
            }
            none => {
                *none = Some(Session { start: at, last: at, rows: 1, serial: self.serial });
                self.ends.push(Reverse((i128::from(at) + i128::from(self.gap), self.serial, group)));
                *self.starts.entry(at).or_default() += 1;
                self.serial += 1;
                self.live += 1;
                plan.check(self.live, 0)?;
            }
        }
        if run.batch.as_ref().is_none_or(|known| !Arc::ptr_eq(known, batch)) {
            self.flush(run);
            run.batch = Some(Arc::clone(batch));
        }
        run.rows.push(row);
        run.groups.push(group);
        Ok(())
    }

    fn flush(&mut self, run: &mut Run) {
        let Run { batch, rows, groups } = std::mem::take(run);
        let Some(batch) = batch else { return };
        let selection = Selection { rows: &rows, groups: &groups };
        for (accumulator, input) in self.accumulators.iter_mut().zip(&batch.inputs) {
            accumulator.grow(self.groups.len());
            input.update(accumulator.as_mut(), &selection);
        }
    }

    /// Ends the sessions whose gap is over at a moment.
    fn close_until(&mut self, moment: i128, run: &mut Run, closed: &mut Closed) {
        while let Some(Reverse((end, serial, group))) = self.ends.peek().copied()
            && end <= moment
        {
            self.ends.pop();
            let Some(session) = self.open[group as usize].filter(|session| session.serial == serial) else { continue };
            let real = i128::from(session.last) + i128::from(self.gap);
            if real > end {
                // It has had events since.
                self.ends.push(Reverse((real, serial, group)));
                continue;
            }
            self.flush(run);
            self.close(group, session, closed);
        }
    }

    fn close(&mut self, group: u32, session: Session, closed: &mut Closed) {
        self.open[group as usize] = None;
        self.live -= 1;
        self.in_flight -= session.rows;
        leave(&mut self.starts, session.start);
        closed.groups.push(group);
        closed.starts.push(session.start);
        for (from, to) in self.accumulators.iter_mut().zip(&mut closed.accumulators) {
            from.hand_over(group as usize, to.as_mut());
        }
    }

    fn emit(&mut self, plan: &Plan, closed: Closed, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        if !closed.starts.is_empty() {
            let keys = self.groups.columns_of(&plan.key_types, closed.groups.iter().copied());
            out.push(table::sessions(plan, keys, &closed.starts, &closed.accumulators)?);
        }
        if self.groups.len() > 2 * self.live + SPARE {
            self.sort_out(plan);
        }
        Ok(())
    }

    /// Forgets the groups that have no session.
    fn sort_out(&mut self, plan: &Plan) {
        let kept = (0..self.open.len() as u32).filter(|group| self.open[*group as usize].is_some());
        let kept: Vec<u32> = kept.collect();
        self.groups = self.groups.subset(&kept);
        let mut accumulators = plan.aggregates.accumulators();
        for (from, to) in self.accumulators.iter_mut().zip(&mut accumulators) {
            kept.iter().for_each(|group| from.hand_over(*group as usize, to.as_mut()));
        }
        self.accumulators = accumulators;
        self.open = kept.iter().map(|group| self.open[*group as usize]).collect();
        let end = |session: &Session| i128::from(session.last) + i128::from(self.gap);
        let sessions = self.open.iter().enumerate();
        self.ends = sessions
            .filter_map(|(group, session)| {
                session.map(|session| Reverse((end(&session), session.serial, group as u32)))
            })
            .collect();
    }
}

/// One session that began then is over.
fn leave(starts: &mut BTreeMap<i64, usize>, start: i64) {
    if let Some(count) = starts.get_mut(&start) {
        *count -= 1;
        if *count == 0 {
            starts.remove(&start);
        }
    }
}

impl Closed {
    fn new(plan: &Plan) -> Closed {
        Closed { groups: Vec::new(), starts: Vec::new(), accumulators: plan.aggregates.accumulators() }
    }
}

impl Clone for Sessions {
    fn clone(&self) -> Sessions {
        Sessions {
            waiting: self.waiting.clone(),
            groups: self.groups.clone(),
            accumulators: self.accumulators.iter().map(|accumulator| accumulator.boxed_clone()).collect(),
            open: self.open.clone(),
            ends: self.ends.clone(),
            starts: self.starts.clone(),
            ..*self
        }
    }
}
