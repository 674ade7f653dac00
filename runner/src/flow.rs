//! One flow: drives a pipeline's operators on a thread of its own and tells its watchers.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use syntax::{TextRange, literal};

use crate::Error;
use crate::clock;
use crate::empty::{Facts, Why};
use crate::event::{Dropped, Empty, EventKind, Finished, Lost, Notice, Outcome, Progress, Started, TOO_SLOW};
use crate::execution::Execution;
use crate::explain::Shared;
use crate::expression;
use crate::hub::{Begin, Delivery, Feeder, Ledger, lock};
use crate::limits::{Allowance, Memory};
use crate::operator::Note;
use crate::pace::Pace;
use crate::rate::Rate;
use crate::replan::{Replan, Replanned};
use crate::shared::Share;
use crate::tables::{Read, Tables};
use crate::watcher::Watchers;
use crate::watermark::Timed;

/// How often watchers get provisional rows and progress while events come, at most.
const TICK: Duration = Duration::from_millis(50);

/// However long it takes to work out what to show, it is shown this often: a machine that stood still for a moment does
/// not make the next answers rare.
const LONGEST: Duration = Duration::from_secs(1);

/// How often they get progress while none come, or nobody wants rows that may still change.
const IDLE_TICK: Duration = Duration::from_millis(250);

/// A live source that is silent for this long (or its lateness, if longer) no longer holds windows open:
/// event time then goes on with the clock.
const IDLE: Duration = Duration::from_secs(5);

/// How often it is asked why there is nothing to show.
const ASK: Duration = Duration::from_millis(500);

/// How long a flow goes on that nobody watches.
const GRACE: Duration = Duration::from_millis(50);

/// How often it is looked whether anybody watches, at least.
const LOOK: Duration = Duration::from_millis(100);

/// Bytes of rows that wait for the end of their batch.
const WAITING_ROWS: usize = 1 << 20;

/// What others see of a running flow.
pub(crate) struct Flow {
    pub(crate) id: String,
    pub(crate) block: String,
    pub(crate) source: String,
    pub(crate) started_at: i64,
    pub(crate) started: Started,
    pub(crate) watchers: Watchers,
    /// What it asks first, and whoever else does.
    pub(crate) share: OnceLock<Weak<Share>>,
    progress: Mutex<Progress>,
    stop: AtomicBool,
}

impl Flow {
    pub(crate) fn new(id: String, block: String, started: Started) -> Flow {
        let watchers = Watchers::new(id.clone(), block.clone());
        Flow {
            watchers,
            id,
            block,
            source: started.source.clone(),
            started_at: clock::now(),
            started,
            share: OnceLock::new(),
            progress: Mutex::default(),
            stop: AtomicBool::new(false),
        }
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// The condition that it and others ask first.
    pub(crate) fn shared(&self) -> Option<Shared> {
        let share = self.share.get()?.upgrade()?;
        let (condition, flows) = (share.written().to_owned(), share.others());
        (!flows.is_empty()).then_some(Shared { condition, flows })
    }

    pub(crate) fn progress(&self) -> Progress {
        lock(&self.progress).clone()
    }
}

/// When a flow ends by itself.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// That somebody asked for.
    pub(crate) time: Option<Duration>,
    pub(crate) events: Option<u64>,
    /// Of the runner.
    pub(crate) runner: crate::limits::Limits,
    pub(crate) memory: Arc<Memory>,
}

/// One input of the flow: where it comes from, and what is counted for it.
pub(crate) struct Input {
    pub(crate) feeder: Arc<Feeder>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) subscription: u64,
    pub(crate) begin: Begin,
    /// What it asks first, where others may ask the same.
    pub(crate) share: Option<Arc<Share>>,
}

/// The flow's thread: everything here is its own.
pub(crate) struct Driver {
    pub(crate) flow: Arc<Flow>,
    pub(crate) execution: Execution,
    pub(crate) replan: Replan,
    pub(crate) why: Why,
    pub(crate) tables: Tables,
    pub(crate) inputs: Vec<Input>,
    pub(crate) receiver: Receiver<(usize, Delivery)>,
    pub(crate) limits: Limits,
}

/// Why the loop ended.
enum Ending {
    End(&'static str),
    Stopped,
    Failed(Error),
}

impl Driver {
    /// Runs to the end; a panic ends this flow alone.
    pub(crate) fn run(mut self) -> Outcome {
        let result = std::panic::catch_unwind(AssertUnwindSafe(|| {
            let mut timing = Timing::new(self.inputs.len(), self.limits.runner.rows_per_second);
            self.replan.take_told().into_iter().for_each(|message| self.tell(syntax::Severity::Warning, message));
            let ending = match self.drive(&mut timing) {
                Ok(ending) => ending,
                Err(error) => Ending::Failed(error),
            };
            self.conclude(ending, &mut timing)
        }));
        let finished = result.unwrap_or_else(|_| Finished {
            outcome: Outcome::Failed,
            message: "internal error: the flow failed unexpectedly".to_owned(),
            range: None,
            last: self.flow.progress(),
        });
        for input in &self.inputs {
            input.feeder.unsubscribe(input.subscription);
        }
        self.limits.memory.forget(&self.flow.id);
        let outcome = finished.outcome;
        self.flow.watchers.finish(EventKind::Finished(finished));
        outcome
    }

    fn drive(&mut self, timing: &mut Timing) -> Result<Ending, Error> {
        // What is looked up is there before what looks it up.
        let mut order: Vec<usize> = (0..self.inputs.len()).collect();
        order.sort_by_key(|input| !self.execution.inputs()[*input].table);
        for input in order {
            if let Some(ending) = self.catch_up(input, timing)? {
                return Ok(ending);
            }
        }
        loop {
            // Asked first: nothing comes to one that fell behind, so what is in its queue then is all there is.
            let behind = self.is_behind();
            let delivery = match self.receiver.try_recv() {
                Ok(delivery) => Ok(delivery),
                Err(_) if behind => {
                    for input in 0..self.inputs.len() {
                        if let Some(ending) = self.catch_up_again(input, timing)? {
                            return Ok(ending);
                        }
                    }
                    continue;
                }
                Err(_) => self.receiver.recv_timeout(timing.until_tick()),
            };
            match delivery {
                Ok((input, Delivery::Batch(timed))) => {
                    if let Some(ending) = self.take(input, &timed, timing)? {
                        return Ok(ending);
                    }
                }
                Ok((input, Delivery::End(result))) => {
                    if let Some(ending) = self.catch_up_again(input, timing)? {
                        return Ok(ending);
                    }
                    result.map_err(Error::Source)?;
                    timing.inputs[input].ended = true;
                    let mut rows = Vec::new();
                    self.execution.end(input, &mut rows)?;
                    self.send_final(rows, timing);
                    if timing.inputs.iter().all(|input| input.ended) {
                        // Where both are told to stop, the source may be the first.
                        return Ok(if self.stopping() { Ending::Stopped } else { Ending::End("") });
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                // Every feeder is gone without a word; there is nothing more to come.
                Err(RecvTimeoutError::Disconnected) => return Ok(Ending::End("")),
            }
            if let Some(ending) = self.between(timing)? {
                return Ok(ending);
            }
        }
    }

    /// What is looked after between two batches: whether it is to end, and who watches.
    fn between(&mut self, timing: &mut Timing) -> Result<Option<Ending>, Error> {
        if self.stopping() || self.is_abandoned(timing) {
            return Ok(Some(Ending::Stopped));
        }
        if let Some(most) = self.limits.runner.time.filter(|most| timing.started.elapsed() >= *most) {
            return Err(Error::limit(format!("the flow has run for {} s, the limit (`time`)", most.as_secs())));
        }
        if self.limits.time.is_some_and(|time| timing.started.elapsed() >= time) {
            return Ok(Some(Ending::End("the time that was asked for is over")));
        }
        if timing.tick_is_due() {
            if !timing.catching_up {
                self.advance_idle(timing)?;
            }
            self.tick(timing)?;
        }
        Ok(None)
    }

    /// Nobody has watched for a while.
    fn is_abandoned(&self, timing: &mut Timing) -> bool {
        if timing.looked.elapsed() >= LOOK / 2 {
            timing.looked = Instant::now();
            if self.flow.watchers.are_there() {
                timing.last_watched = timing.looked;
            }
        }
        timing.last_watched.elapsed() >= GRACE + LOOK / 2
    }

    /// Within a batch: whether the rest of it is not wanted any more.
    fn is_over(&self, timing: &mut Timing) -> bool {
        let times = [self.limits.time, self.limits.runner.time];
        let over = times.into_iter().flatten().any(|time| timing.started.elapsed() >= time);
        over || self.stopping() || self.is_abandoned(timing)
    }

    fn is_behind(&self) -> bool {
        self.inputs.iter().any(|input| input.ledger.is_behind())
    }

    /// After its queue was full, and is empty.
    fn catch_up_again(&mut self, input: usize, timing: &mut Timing) -> Result<Option<Ending>, Error> {
        let Some(from) = self.inputs[input].ledger.take_behind() else { return Ok(None) };
        self.inputs[input].begin = Begin::At { from, until: from };
        self.catch_up(input, timing)
    }

    /// Reads what the source has kept, up to where it delivers what comes.
    fn catch_up(&mut self, input: usize, timing: &mut Timing) -> Result<Option<Ending>, Error> {
        let Begin::At { mut from, until } = self.inputs[input].begin else { return Ok(None) };
        timing.catching_up = true;
        let mut told = false;
        loop {
            let (stretch, live) = self.inputs[input].feeder.catch_up(self.inputs[input].subscription, from);
            self.inputs[input].ledger.lose(stretch.missed);
            if !std::mem::replace(&mut told, true) {
                self.tell_begin(input, until.saturating_sub(from + stretch.missed));
            }
            for timed in &stretch.batches {
                if let Some(ending) = self.take(input, timed, timing)? {
                    return Ok(Some(ending));
                }
                if let Some(ending) = self.between(timing)? {
                    return Ok(Some(ending));
                }
            }
            from = stretch.next;
            if live {
                break;
            }
        }
        timing.catching_up = false;
        Ok(None)
    }

    fn tell_begin(&self, input: usize, events: u64) {
        if events > 0 {
            let name = &self.inputs[input].feeder.decl.name;
            let message = format!("begins with {events} events that `{name}` has kept, then goes on live");
            let notice = Notice { severity: syntax::Severity::Hint, message, range: None };
            self.flow.watchers.send(&EventKind::Notice(notice));
        }
    }

    /// What gives the rows that come out.
    fn last_stage(&self) -> TextRange {
        let last = self.flow.started.stages.last();
        last.map_or(TextRange::default(), |stage| TextRange::new(stage.start.into(), stage.end.into()))
    }

    fn stopping(&self) -> bool {
        self.flow.stop.load(Ordering::Relaxed)
    }

    /// One batch, in as many pieces as event time asks for.
    fn take(&mut self, input: usize, timed: &Timed, timing: &mut Timing) -> Result<Option<Ending>, Error> {
        let wanted = match self.limits.events {
            Some(limit) => {
                usize::try_from(limit.saturating_sub(timing.events)).unwrap_or(usize::MAX).min(timed.batch.num_rows())
            }
            None => timed.batch.num_rows(),
        };
        timing.observe(input, timed, wanted);
        if self.inputs[input].ledger.has_rejects() {
            self.send_notices(timing, false);
        }
        if !self.replan.fits(input, &self.execution.inputs()[input], timed.batch.schema_ref()) {
            self.grow(input, timed.batch.schema_ref());
        }
        if input == 0 {
            if self.replan.brings_members(&timed.batch)? {
                self.grow(input, timed.batch.schema_ref());
            }
            if let Some(message) = self.replan.tells_of_members() {
                self.tell(syntax::Severity::Warning, message);
            }
        }
        let mut rows = Vec::new();
        let fed = self.feed(input, timed, wanted, &mut rows, timing);
        // What was final before a limit bit is still an answer.
        self.send_final(rows, timing);
        if !fed? {
            return self.between(timing);
        }
        if let Some(flood) = timing.flood.take() {
            return Err(flood.at_stage(self.last_stage()));
        }
        if let Some(most) = self.limits.runner.events.filter(|most| timing.events >= *most) {
            return Err(Error::limit(format!("the flow has read {most} events, the limit (`events`)")));
        }
        if self.execution.done() {
            return Ok(Some(Ending::End("")));
        }
        let enough = self.limits.events.is_some_and(|limit| timing.events >= limit);
        Ok(enough.then_some(Ending::End("the number of events that was asked for is reached")))
    }

    /// The sources' schemas have grown: what runs from now on knows all of them.
    fn grow(&mut self, input: usize, schema: &SchemaRef) {
        let schemas = self.inputs.iter().map(|input| (input.feeder.decl.name.clone(), input.feeder.schema()));
        let schemas: Vec<_> = schemas.collect();
        let render = &self.flow.started.render;
        let again = match self.replan.again(&schemas, &self.execution, render) {
            Err(_) if self.replan.unpacks() => {
                self.replan.take_members_as_any();
                self.replan.again(&schemas, &self.execution, render)
            }
            again => again,
        };
        match again {
            Ok(Replanned { pipeline, execution, kept, because }) => {
                if let Some(because) = because {
                    tracing::debug!(flow = self.flow.id, %because, "types are kept");
                }
                self.execution = execution;
                let words: Vec<String> = self.flow.started.stages.iter().map(|stage| stage.word.clone()).collect();
                self.why = self.replan.why(&pipeline, &words, &self.inputs[0].feeder.decl);
                for (name, ty, wider) in kept {
                    let message = format!(
                        "`{name}` now has values of another type ({wider}), and a stage needs it as {ty}: those values are \
                         null here; write `to{ty}({name})` to say so, or declare the field's type"
                    );
                    self.tell(syntax::Severity::Warning, message);
                }
            }
            Err(error) => {
                self.replan.give_up(input, schema);
                let name = &self.inputs[input].feeder.decl.name;
                let message = if self.replan.unpacks() {
                    format!("members of the bags that `bag_unpack` unpacks are no fields here: {error}")
                } else {
                    format!(
                        "`{name}` has brought fields or types that this run does not show ({error}); run it again to see them"
                    )
                };
                self.tell(syntax::Severity::Warning, message);
            }
        }
    }

    fn tell(&self, severity: syntax::Severity, message: String) {
        self.flow.watchers.send(&EventKind::Notice(Notice { severity, message, range: None }));
    }

    /// False where the flow is over before all of the batch was taken.
    fn feed(
        &mut self,
        input: usize,
        timed: &Timed,
        wanted: usize,
        rows: &mut Vec<RecordBatch>,
        timing: &mut Timing,
    ) -> Result<bool, Error> {
        let mut splits = timed.splits.iter().peekable();
        let mut exact = timed.exact();
        let first = match self.inputs[input].share.as_ref().filter(|share| share.is_shared()) {
            // What cannot be worked out for all is worked out here, where its error is seen.
            Some(share) => timed.known.rows(share, || self.execution.select_first(input, &timed.batch).ok().flatten()),
            None => None,
        };
        let mut from = 0;
        while from < wanted {
            if let Some(split) = splits.next_if(|split| split.row == from) {
                self.execution.advance(input, split.watermark, rows)?;
            }
            let until = splits.peek().map_or(wanted, |split| split.row.min(wanted));
            if self.execution.room() < until - from
                && let Some(watermark) = exact.before(from)
            {
                // A limit is near: what has closed by now counts no more.
                self.execution.advance(input, watermark, rows)?;
            }
            let to = until.min(from.saturating_add(self.execution.room().max(1).min(timing.pace.rows())));
            let began = Instant::now();
            let part = timed.batch.slice(from, to - from);
            match &first {
                Some(first) => self.execution.push_selected(input, &part, first.slice(from, to - from), rows)?,
                None => self.execution.push(input, &part, rows)?,
            }
            timing.pace.took(to - from, began, expression::take_made());
            from = to;
            if from < wanted {
                if self.execution.done() {
                    break;
                }
                if self.is_over(timing) {
                    return Ok(false);
                }
                if rows.iter().map(RecordBatch::get_array_memory_size).sum::<usize>() > WAITING_ROWS {
                    self.send_final(std::mem::take(rows), timing);
                }
            }
        }
        if wanted == timed.batch.num_rows()
            && let Some(watermark) = timed.watermark
        {
            self.execution.advance(input, watermark, rows)?;
        }
        Ok(true)
    }

    /// Counts what the sources did not even decode for this flow.
    fn take_skipped(&mut self, timing: &mut Timing) -> Result<(), Error> {
        for (index, input) in self.inputs.iter().enumerate() {
            let seen = &mut timing.inputs[index];
            let more = input.ledger.skipped() - seen.skipped;
            if more > 0 {
                seen.skipped += more;
                seen.at = Instant::now();
                timing.events += more;
                timing.rate.add(more);
                self.execution.skip(index, more)?;
            }
        }
        Ok(())
    }

    /// Silence of a live source must not keep a window open for ever.
    fn advance_idle(&mut self, timing: &mut Timing) -> Result<(), Error> {
        let mut rows = Vec::new();
        for (index, input) in self.inputs.iter().enumerate() {
            if !input.feeder.comes_live() || timing.inputs[index].ended {
                continue;
            }
            let lateness = input.feeder.decl.lateness;
            let patience = IDLE.max(Duration::from_nanos(lateness.max(0).unsigned_abs()));
            let seen = &timing.inputs[index];
            let silent = seen.at.elapsed();
            if silent < patience {
                continue;
            }
            match seen.newest {
                Some(newest) => {
                    let silent = i64::try_from(silent.as_nanos()).unwrap_or(i64::MAX);
                    let watermark = newest.saturating_add(silent).saturating_sub(lateness);
                    self.execution.advance(index, watermark, &mut rows)?;
                }
                None => self.execution.idle(index),
            }
        }
        self.send_final(rows, timing);
        Ok(())
    }

    fn tick(&mut self, timing: &mut Timing) -> Result<(), Error> {
        let started = Instant::now();
        self.refresh_tables();
        self.refresh_running_tables(timing)?;
        self.send_notices(timing, false);
        let changed = self.flow.watchers.take_new() || timing.changed;
        if changed && self.flow.watchers.want_provisional() {
            let rows = self.execution.preview()?;
            if !rows.is_empty() || timing.provisional_shown {
                timing.provisional_shown = !rows.is_empty();
                let rows = arrow_select::concat::concat_batches(self.execution.schema(), &rows)?;
                self.flow.watchers.send_provisional(rows);
            }
        }
        self.take_skipped(timing)?;
        let mut progress = self.measure(timing);
        if progress.late > 0 {
            self.tell_late(&progress, self.execution.account().untimed, timing, false);
        }
        self.limits.memory.tell(&self.flow.id, usize::try_from(progress.state).unwrap_or(usize::MAX))?;
        if timing.asked.is_none_or(|asked| asked.elapsed() >= ASK) {
            timing.asked = Some(Instant::now());
            timing.empty = self.ask_why(&progress, timing, false);
        }
        progress.empty = timing.empty.clone();
        *lock(&self.flow.progress) = progress.clone();
        self.flow.watchers.send(&EventKind::Progress(progress));
        timing.watched = self.flow.watchers.want_provisional();
        timing.ticked(started.elapsed());
        Ok(())
    }

    /// Why there is nothing to show, if that is so; and which fields are written wrong.
    fn ask_why(&self, progress: &Progress, timing: &mut Timing, ended: bool) -> Option<Empty> {
        let main = self.inputs.first()?;
        // Who wants final rows only waits for them, and knows it.
        let waits = progress.in_flight > 0 && !self.flow.watchers.want_provisional();
        let shown = timing.final_shown || timing.provisional_shown || waits;
        let nothing = progress.matched + progress.in_flight == 0 || !shown;
        let silent = timing.inputs[0].at.elapsed();
        let (empty, never_seen) = main.feeder.with_profile(|profile, schema| {
            let facts = Facts { decl: &main.feeder.decl, progress, silent, ended, profile };
            // What has an end is looked through before it is said what it has not.
            let all = ended || !main.feeder.bounded();
            let never_seen = if all { self.why.never_seen(profile, schema, ended) } else { Vec::new() };
            (nothing.then(|| self.why.reason(&facts)).flatten(), never_seen)
        });
        for missing in never_seen {
            if timing.never_seen.contains(&missing.range) {
                continue;
            }
            timing.never_seen.push(missing.range);
            // What is said as the reason need not be said twice.
            if empty.as_ref().is_none_or(|empty| empty.message != missing.message) {
                let (message, range) = (missing.text(), missing.range);
                let notice = Notice { severity: syntax::Severity::Warning, message, range };
                self.flow.watchers.send(&EventKind::Notice(notice));
            }
        }
        empty
    }

    /// Tables that streams give are what these answer by now.
    fn refresh_running_tables(&mut self, timing: &mut Timing) -> Result<(), Error> {
        let live: Vec<bool> = self.inputs.iter().map(|input| !input.feeder.bounded()).collect();
        let tables = self.execution.inputs().iter().zip(&live).enumerate();
        let mut tables = tables.filter(|(_, (input, live))| input.table && **live).map(|(number, _)| number).peekable();
        if tables.peek().is_none() || !timing.changed || timing.catching_up {
            return Ok(());
        }
        // A stream that has said nothing yet is waited for a while, so that its first answer is not an empty one.
        let waits = |input: usize| timing.inputs[input].newest.is_none() && timing.started.elapsed() < IDLE;
        if tables.any(waits) {
            return Ok(());
        }
        let mut rows = Vec::new();
        self.execution.refresh_running_tables(&live, &mut rows)?;
        self.send_final(rows, timing);
        Ok(())
    }

    /// Tables whose files have changed take the place of those before.
    fn refresh_tables(&mut self) {
        // What has an end is read as it is now.
        if self.inputs.first().is_some_and(|main| main.feeder.bounded()) {
            return;
        }
        self.tables.look();
        for Read { input, name, rows } in self.tables.take() {
            let replaced = match &rows {
                Ok(batches) => self.execution.replace_table(input, batches).map_err(|error| error.to_string()),
                Err(error) => Err(error.clone()),
            };
            let (severity, message) = match (replaced, rows) {
                (Ok(false), rows) => {
                    self.tables.put_back(Read { input, name, rows });
                    continue;
                }
                (Ok(true), rows) => {
                    let count: usize = rows.unwrap_or_default().iter().map(RecordBatch::num_rows).sum();
                    (
                        syntax::Severity::Hint,
                        format!("`{name}` has changed: from now on its {count} rows are looked up"),
                    )
                }
                (Err(error), _) => {
                    let message = format!("`{name}` has changed, but the table as it was is still looked up: {error}");
                    (syntax::Severity::Warning, message)
                }
            };
            self.flow.watchers.send(&EventKind::Notice(Notice { severity, message, range: None }));
        }
    }

    /// What the sources want to be known, and the stages; more where they have `ended`.
    fn send_notices(&self, timing: &mut Timing, ended: bool) {
        for rejected in self.inputs.iter().flat_map(|input| input.ledger.take_rejects()) {
            self.flow.watchers.send_whole(EventKind::Rejected(rejected));
        }
        let mut messages: Vec<String> = self.inputs.iter().flat_map(|input| input.ledger.take_notices()).collect();
        let inputs = self.inputs.iter().zip(self.execution.inputs()).zip(&mut timing.inputs);
        for ((input, what), seen) in inputs {
            // The rows of a table need no time.
            if !seen.untimed_told
                && !what.table
                && let Some(message) = input.feeder.untimed()
            {
                seen.untimed_told = true;
                messages.push(format!("`{}`: {message}", input.feeder.decl.name));
            }
        }
        for message in messages {
            let notice = Notice { severity: syntax::Severity::Hint, message, range: None };
            self.flow.watchers.send(&EventKind::Notice(notice));
        }
        for (range, Note { kind, count, message }) in self.execution.notes(ended) {
            let known = timing.noted.entry((range, kind)).or_default();
            if *known == 0 || (ended && *known != count) {
                *known = count;
                let range = range.map(|range| (range.start().into(), range.end().into()));
                let notice = Notice { severity: syntax::Severity::Hint, message, range };
                self.flow.watchers.send(&EventKind::Notice(notice));
            }
        }
    }

    /// How many events came too late, and the lateness that would take them in: at the end, and of a source that goes
    /// on when they are one in a hundred, then whenever there are ten times as many.
    fn tell_late(&self, progress: &Progress, untimed: u64, timing: &mut Timing, ended: bool) {
        let late = progress.late.saturating_sub(untimed);
        let many = late >= 10 && late >= progress.received / 100 && late / 10 >= timing.late_told;
        if late == timing.late_told || !(ended || many && self.inputs.iter().any(|input| !input.feeder.bounded())) {
            return;
        }
        let behind = |seen: &Seen| seen.behind;
        let most = self.inputs.iter().zip(&timing.inputs).max_by_key(|(_, seen)| behind(seen));
        let Some((input, seen)) = most.filter(|(_, seen)| seen.behind > 0) else { return };
        timing.late_told = late;
        let (name, lateness) = (&input.feeder.decl.name, literal::timespan_text(enough(seen.behind)));
        let (of, are) = (progress.received, if late == 1 { "is" } else { "are" });
        let message = format!(
            "{late} of {of} events came up to {lateness} after newer ones and {are} in no window; \
             a `lateness` of `{name}` of {lateness} takes them in: `?lateness={lateness}`"
        );
        let notice = Notice { severity: syntax::Severity::Hint, message, range: None };
        self.flow.watchers.send(&EventKind::Notice(notice));
    }

    /// Final rows wait for a watcher where the source waits for us, and where what comes was kept: nothing forces the
    /// flow to be faster than who looks at it then.
    fn send_final(&mut self, rows: Vec<RecordBatch>, timing: &mut Timing) {
        let lossless = timing.catching_up || self.inputs.iter().all(|input| input.feeder.bounded());
        for batch in rows.into_iter().filter(|batch| batch.num_rows() > 0) {
            timing.final_shown = true;
            timing.changed = true;
            let counts = !lossless;
            if counts && let Err(flood) = timing.allowance.take(batch.num_rows(), Instant::now()) {
                timing.flood.get_or_insert(flood);
            }
            self.flow.watchers.send_final(batch, lossless);
        }
    }

    fn measure(&self, timing: &mut Timing) -> Progress {
        let account = self.execution.account();
        let mut dropped: Vec<Dropped> = Vec::new();
        for input in &self.inputs {
            dropped.extend(input.ledger.dropped());
            let lost = input.ledger.lost();
            if lost > 0 {
                dropped.push(Dropped { reason: TOO_SLOW.into(), count: lost, sample: String::new() });
            }
        }
        if account.untimed > 0 && !std::mem::replace(&mut timing.untimed_told, true) {
            let message = "events without a time are in no window, and are counted as late".to_owned();
            let notice = Notice { severity: syntax::Severity::Hint, message, range: None };
            self.flow.watchers.send(&EventKind::Notice(notice));
        }
        let newest = timing.inputs.iter().filter_map(|input| input.newest).max();
        let mut lost: Vec<Lost> = self.inputs.iter().flat_map(|input| input.ledger.values()).collect();
        lost.extend(self.execution.lost().into_iter().map(|lost| Lost {
            field: lost.field,
            ty: lost.ty,
            count: lost.count,
            example: syntax::visible(&lost.example).into_owned(),
        }));
        Progress {
            received: account.received + dropped.iter().map(|dropped| dropped.count).sum::<u64>(),
            matched: account.matched,
            filtered: account.filtered,
            late: account.late,
            in_flight: account.in_flight,
            dropped,
            stage_out: self.execution.stage_out().to_vec(),
            watermark: timing.inputs.iter().filter_map(|input| input.watermark).min(),
            lag: newest.map_or(0, |newest| clock::now().saturating_sub(newest)),
            rate: timing.rate.get(),
            next_close: account.next_close,
            state: account.bytes as u64,
            empty: None,
            lost,
        }
    }

    /// What was held becomes final, whatever ended the flow, except a failure.
    fn conclude(&mut self, ending: Ending, timing: &mut Timing) -> Finished {
        let mut range = None;
        let (outcome, message) = match ending {
            Ending::End(message) => (Outcome::End, message.to_owned()),
            Ending::Stopped => (Outcome::Stopped, String::new()),
            Ending::Failed(Error::Limit { message, stage }) => {
                range = stage.map(|stage| (stage.start().into(), stage.end().into()));
                (Outcome::Limit, message)
            }
            Ending::Failed(error) => (Outcome::Failed, error.to_string()),
        };
        let mut finished = Finished { outcome, message, range, last: Progress::default() };
        if matches!(outcome, Outcome::End | Outcome::Stopped) {
            let mut rows = Vec::new();
            for input in 0..self.inputs.len() {
                if let Err(error) = self.execution.end(input, &mut rows) {
                    finished.outcome = Outcome::Failed;
                    finished.message = error.to_string();
                    break;
                }
            }
            self.send_final(rows, timing);
        }
        if let Some(violation) = self.execution.violation() {
            finished.outcome = Outcome::Violated;
            finished.message = violation.to_owned();
        }
        // A short run ends before its first tick.
        self.send_notices(timing, true);
        if let Err(error) = self.take_skipped(timing) {
            (finished.outcome, finished.message) = (Outcome::Failed, error.to_string());
        }
        finished.last = self.measure(timing);
        self.tell_late(&finished.last, self.execution.account().untimed, timing, true);
        if matches!(finished.outcome, Outcome::End | Outcome::Stopped) {
            let ended = finished.outcome == Outcome::End && self.inputs.iter().all(|input| input.feeder.bounded());
            finished.last.empty = self.ask_why(&finished.last, timing, ended);
        }
        *lock(&self.flow.progress) = finished.last.clone();
        finished
    }
}

/// Clocks and event time as this flow has seen them.
struct Timing {
    started: Instant,
    last_tick: Instant,
    last_watched: Instant,
    /// When it was looked last whether anybody does.
    looked: Instant,
    pace: Pace,
    /// Longer where a preview is expensive, so that it never takes more than a tenth of the time.
    every: Duration,
    /// Something came since the last tick.
    changed: bool,
    /// Somebody looks at rows that may still change.
    watched: bool,
    events: u64,
    rate: Rate,
    provisional_shown: bool,
    catching_up: bool,
    /// Somebody was told that there are events without a time.
    untimed_told: bool,
    /// So many late events were told.
    late_told: u64,
    /// What stages have told, by what was counted.
    noted: HashMap<(Option<TextRange>, String), u64>,
    allowance: Allowance,
    /// More rows came out than may.
    flood: Option<Error>,
    /// Something final was sent.
    final_shown: bool,
    /// When it was last asked why there is nothing, and what the answer was.
    asked: Option<Instant>,
    empty: Option<Empty>,
    /// Where the fields stand of which was told that no event has them.
    never_seen: Vec<Option<(u32, u32)>>,
    inputs: Vec<Seen>,
}

struct Seen {
    at: Instant,
    ended: bool,
    skipped: u64,
    newest: Option<i64>,
    watermark: Option<i64>,
    /// How far the latest event was behind newer ones, where that is more than the lateness.
    behind: i64,
    /// Somebody was told that its events have no time of their own.
    untimed_told: bool,
}

/// A lateness of so long, in round figures.
fn enough(nanos: i64) -> i64 {
    const SECOND: i64 = 1_000_000_000;
    let unit = match nanos / SECOND {
        0..10 => SECOND / 10,
        10..600 => SECOND,
        600..36_000 => 60 * SECOND,
        36_000..864_000 => 3600 * SECOND,
        _ => 86_400 * SECOND,
    };
    nanos.checked_add(unit - 1).map_or(nanos, |above| above / unit * unit)
}

impl Timing {
    fn new(inputs: usize, rows_per_second: u64) -> Timing {
        let now = Instant::now();
        let seen = |_| Seen {
            at: now,
            ended: false,
            skipped: 0,
            newest: None,
            watermark: None,
            behind: 0,
            untimed_told: false,
        };
        let inputs = (0..inputs).map(seen).collect();
        Timing {
            started: now,
            last_tick: now,
            last_watched: now,
            looked: now,
            pace: Pace::new(),
            every: TICK,
            changed: true,
            watched: true,
            events: 0,
            rate: Rate::default(),
            provisional_shown: false,
            catching_up: false,
            untimed_told: false,
            late_told: 0,
            noted: HashMap::new(),
            allowance: Allowance::new(rows_per_second, now),
            flood: None,
            final_shown: false,
            asked: None,
            empty: None,
            never_seen: Vec::new(),
            inputs,
        }
    }

    fn observe(&mut self, input: usize, timed: &Timed, rows: usize) {
        self.events += rows as u64;
        self.changed = true;
        // What was kept came earlier.
        if !self.catching_up {
            self.rate.add(rows as u64);
        }
        let seen = &mut self.inputs[input];
        seen.at = Instant::now();
        seen.newest = timed.newest.or(seen.newest);
        seen.watermark = timed.watermark.or(seen.watermark);
        seen.behind = seen.behind.max(timed.behind);
    }

    fn between_ticks(&self) -> Duration {
        if self.changed && self.watched { self.every } else { self.every.max(IDLE_TICK) }
    }

    fn until_tick(&self) -> Duration {
        self.between_ticks().saturating_sub(self.last_tick.elapsed()).min(LOOK)
    }

    fn tick_is_due(&self) -> bool {
        self.last_tick.elapsed() >= self.between_ticks()
    }

    fn ticked(&mut self, took: Duration) {
        self.last_tick = Instant::now();
        self.changed = false;
        self.every = TICK.max(took * 9).min(LONGEST);
    }
}
