//! One checked pipeline, running: batches and watermarks go in by input, final rows come out.
//!
//! A `union` makes the pipeline a tree. The tree is cut into segments, see [`segment`]; each segment is a
//! straight line of operators. No clock, no async, no I/O: whoever drives it says what time it is.

mod intake;
mod members;
mod segment;

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::BooleanBuffer;
use arrow_schema::SchemaRef;
use syntax::pipeline::{JoinKind, Pipeline, Reads, Stage, StageKind};
use syntax::source::SourceName;
use syntax::{Field, Name, TextRange};

use crate::Error;
use crate::expression::stamps::Doubts;
use crate::operator::{self, Limits, Note};
use crate::prefilter::{self, Prefilter};
use crate::rewrite::{Plan, Written};
use crate::source::Wanted;
pub use intake::Lost;
use segment::{Passed, Segment};

/// What one input of the pipeline needs.
#[derive(Clone, Debug)]
pub struct Input {
    pub source: SourceName,
    /// The fields to decode, the event-time field among them.
    pub wanted: Wanted,
    /// Those that are known now, as they enter.
    pub fields: Vec<Field>,
    pub time: Option<Name>,
    /// Events that it passes over need not be decoded, only counted: see [`Execution::skip`].
    pub prefilter: Option<Prefilter>,
    /// It is a table: what it gives are no events.
    pub table: bool,
    /// Of a table's first input: what reads the table, its fields as [`Execution::replace_table`] takes them.
    pub reads: Option<Arc<Pipeline>>,
}

/// Where the events went: `received = matched + filtered + late + in_flight`, exact to one event.
///
/// An event is late if a window refused it, in flight while a stage holds it for an answer that is not
/// final, matched once it is part of a final answer, and filtered otherwise. Events are followed up to the
/// first stage whose rows are not events any more (`summarize`, `top-hitters`, `mv-expand`, `getschema`, `join`, `lookup`);
/// what happens to its rows later changes no count.
/// A line that a prefilter passed over is filtered, even if it could not have been decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    pub received: u64,
    pub matched: u64,
    pub filtered: u64,
    pub late: u64,
    pub in_flight: u64,
    /// Those among the late ones that have no event time.
    pub untimed: u64,
    /// When the oldest open window closes, in event time.
    pub next_close: Option<i64>,
    /// Of state.
    pub bytes: usize,
}

pub struct Execution {
    inputs: Vec<Input>,
    /// For each input, the segment that it enters.
    entries: Vec<usize>,
    /// For each input, the place of the `where` in that segment that its prefilter is from.
    prefilters: Vec<Option<usize>>,
    /// The root is the last one.
    segments: Vec<Segment>,
    schema: SchemaRef,
    /// For each stage of the main pipeline, the segment and place that runs it.
    stages: Vec<(usize, usize)>,
    /// How these relate to the stages of the text, where they are not the same.
    written: Option<Written>,
    received: u64,
    doubts: Arc<Doubts>,
}

impl Execution {
    /// `started_at` is what `now()` means in this run.
    pub fn new(pipeline: &Pipeline, started_at: i64, limits: &Limits) -> Result<Execution, Error> {
        let mut builder = Builder {
            inputs: Vec::new(),
            entries: Vec::new(),
            prefilters: Vec::new(),
            segments: Vec::new(),
            started_at,
            limits,
            doubts: Arc::default(),
        };
        let built = builder.pipeline(pipeline, &[], 0)?;
        let Builder { inputs, entries, prefilters, segments, doubts, .. } = builder;
        let schema = segments[built.last].schema().clone();
        Ok(Execution {
            inputs,
            entries,
            prefilters,
            segments,
            schema,
            stages: built.stages,
            written: None,
            received: 0,
            doubts,
        })
    }

    /// Runs the plan; what leaves each stage is told of the stages as they were written.
    pub fn of(plan: &Plan, started_at: i64, limits: &Limits) -> Result<Execution, Error> {
        let mut execution = Execution::new(&plan.pipeline, started_at, limits)?;
        execution.written = Some(plan.written());
        Ok(execution)
    }

    /// Goes on from where an execution of the same text stands, which was made for an earlier schema of the same
    /// sources. An error where what that holds cannot be said under this schema; the other then goes on as it was.
    pub fn adopt(&mut self, before: &Execution) -> Result<(), Error> {
        if self.segments.len() != before.segments.len() || self.entries != before.entries {
            return Err(Error::Internal("the stages are not those that ran before".to_owned()));
        }
        for (segment, before) in self.segments.iter_mut().zip(&before.segments) {
            segment.adopt(before)?;
        }
        self.received = before.received;
        self.doubts.adopt(&before.doubts);
        Ok(())
    }

    /// Values that became null as they entered, by field.
    pub fn lost(&self) -> Vec<Lost> {
        self.segments.iter().flat_map(Segment::lost).cloned().collect()
    }

    /// The main source first, then those of `union`.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Of the rows that come out.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Takes in events of one input. Columns are found by name: a missing one is nulls, others are ignored.
    pub fn push(&mut self, input: usize, batch: &RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let segment = self.entry(input)?;
        if !self.inputs[input].table {
            self.received += batch.num_rows() as u64;
        }
        self.segments[segment].slots[0].idle = false;
        self.feed(segment, 0, vec![batch.clone()], out)
    }

    /// The rows of a batch for which the first condition of this input is true, if it begins with one.
    pub fn select_first(&mut self, input: usize, batch: &RecordBatch) -> Result<Option<BooleanBuffer>, Error> {
        let segment = self.entry(input)?;
        self.segments[segment].select_first(batch)
    }

    /// The same as [`Execution::push`], where [`Execution::select_first`] is known of these rows.
    pub fn push_selected(
        &mut self,
        input: usize,
        batch: &RecordBatch,
        first: BooleanBuffer,
        out: &mut Vec<RecordBatch>,
    ) -> Result<(), Error> {
        let at = self.entry(input)?;
        self.received += batch.num_rows() as u64;
        let segment = &mut self.segments[at];
        segment.slots[0].idle = false;
        let left = segment.push_selected(batch, first)?;
        match segment.next {
            None => out.extend(left),
            Some((next, slot)) => {
                let done = segment.done();
                self.feed(next, slot, left, out)?;
                if done {
                    return self.pass_time(at, out);
                }
            }
        }
        Ok(())
    }

    /// Counts events that the input's prefilter passed over, as if they had gone in.
    pub fn skip(&mut self, input: usize, count: u64) -> Result<(), Error> {
        let segment = self.entry(input)?;
        self.received += count;
        if let Some(place) = self.prefilters[input] {
            self.segments[segment].skip(place, count);
        }
        Ok(())
    }

    /// Event time of one input has reached `watermark`, in nanoseconds. What closes by it comes out.
    pub fn advance(&mut self, input: usize, watermark: i64, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let segment = self.entry(input)?;
        let slot = &mut self.segments[segment].slots[0];
        slot.watermark = slot.watermark.max(watermark);
        slot.idle = false;
        // Further down, more than this input may have changed: others became idle.
        let mut at = Some(segment);
        while let Some(segment) = at {
            self.pass_time(segment, out)?;
            at = self.segments[segment].next.map(|(next, _)| next);
        }
        Ok(())
    }

    /// Puts these rows in the place of the table that this input has given; false while it is still giving it.
    /// Events that were looked up keep what they were given. An error leaves the table as it was.
    pub fn replace_table(&mut self, input: usize, rows: &[RecordBatch]) -> Result<bool, Error> {
        let mut at = self.entry(input)?;
        while let Some((next, slot)) = self.segments[at].next {
            if self.segments[at].feeds_table {
                return self.segments[next].replace_table(slot, rows);
            }
            at = next;
        }
        Ok(true)
    }

    /// Tables that streams give: what each of them answers by now takes the place of what it answered before. Events
    /// that waited for the first answer go on. `live`: the inputs that do not end.
    pub fn refresh_running_tables(&mut self, live: &[bool], out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let inputs = self.inputs.iter().zip(&self.entries).zip(live);
        let of_streams: Vec<usize> =
            inputs.filter(|((input, _), live)| input.table && **live).map(|((_, entry), _)| *entry).collect();
        for at in 0..self.segments.len() {
            let Some((next, slot)) = self.segments[at].next.filter(|_| self.segments[at].feeds_table) else { continue };
            if !of_streams.iter().any(|entry| self.leads_to(*entry, at)) {
                continue;
            }
            let rows = self.preview_of(at)?;
            let left = self.segments[next].running_table(slot, &rows)?;
            match self.segments[next].next {
                None => out.extend(left),
                Some((below, entered)) => self.feed(below, entered, left, out)?,
            }
        }
        Ok(())
    }

    fn leads_to(&self, from: usize, to: usize) -> bool {
        let mut at = Some(from);
        while let Some(segment) = at {
            if segment == to {
                return true;
            }
            at = self.segments[segment].next.map(|(next, _)| next);
        }
        false
    }

    /// The input has sent nothing for a while and holds nobody back until it does.
    pub fn idle(&mut self, input: usize) {
        let Ok(mut at) = self.entry(input) else { return };
        self.segments[at].slots[0].idle = true;
        while let Some((next, slot)) = self.segments[at].next {
            self.segments[next].slots[slot].idle = self.segments[at].idle();
            at = next;
        }
    }

    /// The input has ended. After the last one everything that was held comes out.
    pub fn end(&mut self, input: usize, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let segment = self.entry(input)?;
        self.segments[segment].slots[0].ended = true;
        self.pass_time(segment, out)
    }

    /// What would come out beyond the final rows if the input ended now. Changes nothing.
    pub fn preview(&self) -> Result<Vec<RecordBatch>, Error> {
        self.preview_of(self.segments.len() - 1)
    }

    /// Events that left each stage of the main pipeline so far.
    pub fn stage_out(&self) -> Vec<u64> {
        let left: Vec<u64> =
            self.stages.iter().map(|(segment, place)| self.segments[*segment].passed(*place)).collect();
        let entered = || self.entries.first().map_or(0, |segment| self.segments[*segment].passed(0));
        match &self.written {
            Some(written) => written.counts(entered(), &left),
            None => left,
        }
    }

    pub fn account(&self) -> Account {
        let mut account = Account { received: self.received, ..Account::default() };
        for segment in &self.segments {
            let follows = segment.next.is_some_and(|(next, _)| self.segments[next].events);
            segment.account(follows, &mut account);
        }
        account.filtered = account.received.saturating_sub(account.matched + account.late + account.in_flight);
        account
    }

    /// What is to be told of the events so far, with the stage that tells it; more where they have `ended`.
    pub fn notes(&self, ended: bool) -> Vec<(Option<TextRange>, Note)> {
        let stages = self.segments.iter().flat_map(|segment| segment.notes(ended));
        let doubts = self.doubts.all().into_iter();
        let doubts = doubts.map(|message| (None, Note { kind: message.clone(), count: 1, message }));
        stages.map(|(range, note)| (Some(range), note)).chain(doubts).collect()
    }

    /// The sentence of an `assert` that did not hold. Rows came out up to the one that broke it.
    pub fn violation(&self) -> Option<&str> {
        self.segments.iter().find_map(Segment::violation)
    }

    /// The pipeline has what it needs: more events change nothing. The driver then ends the inputs.
    pub fn done(&self) -> bool {
        self.segments.last().is_none_or(Segment::done)
    }

    /// So many events can be pushed before a limit of what is held can bite. Who tells event time before each
    /// further piece has the same answer, or the same error, however events are batched.
    pub fn room(&self) -> usize {
        self.segments.iter().map(Segment::room).min().unwrap_or(usize::MAX)
    }

    fn entry(&self, input: usize) -> Result<usize, Error> {
        self.entries.get(input).copied().ok_or_else(|| Error::Internal(format!("the pipeline has no input {input}")))
    }

    /// Runs batches through a segment and all that follow it.
    fn feed(
        &mut self,
        mut at: usize,
        mut slot: usize,
        mut batches: Vec<RecordBatch>,
        out: &mut Vec<RecordBatch>,
    ) -> Result<(), Error> {
        while !batches.is_empty() {
            let segment = &mut self.segments[at];
            segment.slots[slot].idle = false;
            batches = segment.push(slot, batches)?;
            let done = segment.done();
            match segment.next {
                None => {
                    out.append(&mut batches);
                    return Ok(());
                }
                // A `take` that has its events ends this branch of the tree.
                Some((below, entered)) if done => {
                    self.feed(below, entered, batches, out)?;
                    return self.pass_time(at, out);
                }
                Some(next) => (at, slot) = next,
            }
        }
        Ok(())
    }

    /// Passes the time of a segment's slots on, downwards as far as it changes something.
    fn pass_time(&mut self, mut at: usize, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        while let Some(Passed { batches, watermark, ended }) = self.segments[at].pass_time()? {
            let Some((next, slot)) = self.segments[at].next else {
                out.extend(batches);
                return Ok(());
            };
            self.feed(next, slot, batches, out)?;
            let idle = self.segments[at].idle();
            let below = &mut self.segments[next].slots[slot];
            below.watermark = below.watermark.max(watermark);
            below.ended = ended;
            below.idle = idle;
            at = next;
        }
        Ok(())
    }

    fn preview_of(&self, at: usize) -> Result<Vec<RecordBatch>, Error> {
        let segment = &self.segments[at];
        let mut pending = Vec::new();
        for (upstream, other) in self.segments.iter().enumerate() {
            if let Some((next, slot)) = other.next
                && next == at
            {
                segment.take_in(slot, &self.preview_of(upstream)?, &mut pending)?;
            }
        }
        segment.preview(pending)
    }
}

/// Unions and joins inside each other, at most.
const DEPTH: usize = 64;

struct Builder<'a> {
    inputs: Vec<Input>,
    entries: Vec<usize>,
    prefilters: Vec<Option<usize>>,
    segments: Vec<Segment>,
    started_at: i64,
    limits: &'a Limits,
    doubts: Arc<Doubts>,
}

struct Built {
    last: usize,
    stages: Vec<(usize, usize)>,
}

impl Builder<'_> {
    /// `rest` is what follows the pipeline up to the root: it says what the source must give.
    ///
    /// Segments are numbered as they are complete, so that each stands before the one it feeds.
    fn pipeline(&mut self, pipeline: &Pipeline, rest: &[Stage], depth: usize) -> Result<Built, Error> {
        if depth > DEPTH {
            return Err(Error::rejected(format!("pipelines are nested more than {DEPTH} deep, the limit")));
        }
        let time = pipeline.input.time.clone();
        let (wanted, fields) = wanted(pipeline, rest);
        let (prefilter, place) = prefilter::of(pipeline, rest).unzip();
        self.inputs.push(Input {
            source: pipeline.source.clone(),
            wanted,
            fields: fields.clone(),
            time: time.clone(),
            prefilter,
            table: false,
            reads: None,
        });
        self.prefilters.push(place);
        // The first segment that is complete from here on is this input's own.
        self.entries.push(self.segments.len());
        let entering = operator::Shape { fields, time, open: pipeline.input.open };
        let mut segment = Segment::new(entering, 1, true);
        // The segments that feed the present one, in the order of its slots.
        let mut feeding: Vec<usize> = Vec::new();
        let mut stages = Vec::new();
        let mut places: Vec<usize> = Vec::new();
        for (number, stage) in pipeline.stages.iter().enumerate() {
            if let StageKind::Union(others) = &stage.kind {
                let main = self.close(segment, &feeding, &mut places, &mut stages);
                feeding = vec![main];
                let after: Vec<Stage> = pipeline.stages[number + 1..].iter().chain(rest).cloned().collect();
                for other in others {
                    feeding.push(self.pipeline(other, &after, depth + 1)?.last);
                }
                let ends = || feeding.iter().map(|end| &self.segments[*end]);
                let known = |name: &Name| ends().any(|end| end.schema().index_of(name).is_ok());
                let fields: Vec<_> = stage.output.fields.iter().filter(|field| known(&field.name)).cloned().collect();
                let events = ends().all(Segment::leaves_events);
                let entering = operator::Shape { fields, time: stage.output.time.clone(), open: stage.output.open };
                segment = Segment::new(entering, feeding.len(), events);
                places.push(0);
            } else if let Some((other, table)) = other_side(stage) {
                let main = self.close(segment, &feeding, &mut places, &mut stages);
                let after: Vec<Stage> = pipeline.stages[number + 1..].iter().chain(rest).cloned().collect();
                let (first, segments) = (self.inputs.len(), self.segments.len());
                let needed = [other_needs(stage, &after)];
                let whole = Pipeline { stages: other.stages.iter().chain(&needed).cloned().collect(), ..other.clone() };
                // Fields that the other side may still bring leave with the others.
                let grows = stage.output.open && other.output().open && brings_fields(stage);
                let grows = grows && matches!(syntax::pipeline::reads(&after), Reads::All);
                let other = self.pipeline(other, &needed, depth + 1)?.last;
                if table && let Some(input) = self.inputs.get_mut(first) {
                    input.reads = Some(Arc::new(whole));
                    self.segments[other].feeds_table = true;
                }
                for input in &mut self.inputs[first..] {
                    // What the other side leaves out would not move event time.
                    input.prefilter = None;
                    input.table = table;
                    if grows {
                        input.wanted = Wanted::All;
                    }
                }
                self.prefilters[first..].fill(None);
                self.segments[segments..].iter_mut().for_each(|segment| segment.events &= !table);
                feeding = vec![main, other];
                let [left, right] = [main, other].map(|end| self.segments[end].shape().clone());
                let operator = operator::build_two(stage, [&left, &right], self.started_at, self.limits)?;
                // Where one side has no events any more, the other's are followed up to here.
                let events = feeding.iter().all(|end| self.segments[*end].leaves_events() || (table && *end != main));
                segment = Segment::of_two(left, &right.fields, events);
                // What looks something up for each event leaves the event itself.
                let aggregates = !matches!(&stage.kind, StageKind::Lookup(lookup) if lookup.kind.keeps_events());
                segment.add(operator, stage.range, aggregates, &stage.output);
                places.push(segment.len());
            } else {
                let operator = operator::build(stage, segment.shape(), self.started_at, self.limits, &self.doubts)
                    .map_err(|error| error.at_stage(stage.range))?;
                // From here on a row is not one event any more.
                let aggregates = matches!(
                    stage.kind,
                    StageKind::Summarize(_)
                        | StageKind::TopHitters(_)
                        | StageKind::MvExpand(_)
                        | StageKind::Getschema(_)
                );
                segment.add(operator, stage.range, aggregates, &stage.output);
                places.push(segment.len());
            }
        }
        let last = self.close(segment, &feeding, &mut places, &mut stages);
        Ok(Built { last, stages })
    }

    /// Files a complete segment, and tells those that feed it where they lead.
    fn close(
        &mut self,
        segment: Segment,
        feeding: &[usize],
        places: &mut Vec<usize>,
        stages: &mut Vec<(usize, usize)>,
    ) -> usize {
        let number = self.segments.len();
        self.segments.push(segment);
        for (slot, end) in feeding.iter().enumerate() {
            self.segments[*end].next = Some((number, slot));
        }
        stages.extend(places.drain(..).map(|place| (number, place)));
        number
    }
}

/// The second input of a stage that has two, and whether it is a table.
fn other_side(stage: &Stage) -> Option<(&Pipeline, bool)> {
    match &stage.kind {
        StageKind::Join(join) => Some((&join.right, false)),
        StageKind::Lookup(lookup) => Some((&lookup.table, true)),
        _ => None,
    }
}

fn other_needs(stage: &Stage, after: &[Stage]) -> Stage {
    match &stage.kind {
        StageKind::Join(join) => join.other(after),
        StageKind::Lookup(lookup) => lookup.other(after),
        _ => stage.clone(),
    }
}

/// The other side's fields stand beside those of the main one.
fn brings_fields(stage: &Stage) -> bool {
    match &stage.kind {
        StageKind::Join(join) => matches!(join.kind, JoinKind::Inner | JoinKind::LeftOuter),
        StageKind::Lookup(_) => true,
        _ => false,
    }
}

/// What the pipeline's source has to give, and the fields among it that are known now: those that the pipeline, and
/// what follows it, read, and the event time. Where all of an open source is read, that is also what it brings later.
fn wanted(pipeline: &Pipeline, rest: &[Stage]) -> (Wanted, Vec<Field>) {
    let whole = Pipeline {
        source: pipeline.source.clone(),
        literal: pipeline.literal.clone(),
        input: pipeline.input.clone(),
        stages: pipeline.stages.iter().chain(rest).cloned().collect(),
        render: pipeline.render.clone(),
    };
    let fields = pipeline.input.fields.iter();
    match whole.reads() {
        Reads::All if pipeline.input.open => (Wanted::All, fields.cloned().collect()),
        Reads::All => (Wanted::Fields(fields.clone().cloned().collect()), fields.cloned().collect()),
        Reads::Fields(names) => {
            let read =
                |field: &&Field| names.contains(&field.name) || pipeline.input.time.as_ref() == Some(&field.name);
            let fields: Vec<Field> = fields.filter(read).cloned().collect();
            (Wanted::Fields(fields.clone()), fields)
        }
    }
}
