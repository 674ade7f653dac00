//! Several files as one stream, in the order of their events' times; each file stays in its own order.
//!
//! Of each file no more than a piece is decoded ahead, and one whose first event is later than all that was given so far
//! is not opened yet, so that rotated files need no more memory than one.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{Array, ArrayRef, RecordBatch, TimestampNanosecondArray, new_null_array};
use arrow_schema::{Field, Schema};
use syntax::source::TIMESTAMP;

use super::adapter::Adapter;
use super::decode::Decoding;
use super::file::CHUNK;
use super::infer::{Declared, Shape};
use super::located::Located;
use super::replay::cut_off;
use super::{Feed, Reader, Wanted, recording};
use crate::Error;
use crate::batch::BATCH_ROWS;
use crate::hub::lock;

/// Bytes of all files that are read ahead.
const AHEAD: usize = 32 << 20;
/// Bytes of one file that are read at once at least.
const LEAST: usize = 16 << 10;
/// Rows after each other of one file that are handed on without being copied.
const RUN: usize = 512;

/// A file, before it is opened.
pub(super) struct Input {
    pub(super) path: PathBuf,
    pub(super) declared: Declared,
    pub(super) shape: Option<Shape>,
    /// Bytes of a recording's first line, which is no event.
    pub(super) skipped: usize,
    /// The time of its first event.
    pub(super) first: Option<i64>,
}

pub(super) struct Merged {
    /// In the order of their first events.
    pub(super) inputs: Vec<Input>,
    pub(super) with_path: bool,
}

impl Reader for Merged {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        let mut waiting: VecDeque<Input> = self.inputs.into();
        let shared = Shared::new(Arc::clone(&feed));
        let mut failed = None;
        let mut merge = Merge::new(shared.clone());
        loop {
            if feed.stopped() {
                return Ok(());
            }
            // Files without times are read one after the other.
            let due = |input: &Input, merge: &Merge| {
                merge.next().is_none_or(|next| input.first.is_some_and(|first| first <= next))
            };
            while let Some(input) = waiting.front()
                && due(input, &merge)
                && let Some(input) = waiting.pop_front()
            {
                match Part::open(input, &shared, self.with_path) {
                    Ok(part) => merge.add(part, &mut failed)?,
                    Err(error) => {
                        failed.get_or_insert(error);
                    }
                }
            }
            let until = waiting.front().and_then(|input| input.first);
            if !merge.step(until, &mut failed)? && waiting.is_empty() {
                break;
            }
        }
        merge.flush()?;
        // What could be read was read.
        failed.map_or(Ok(()), Err)
    }
}

/// What all files share: the feed that they go to in the end, and what it wants.
pub(super) struct Shared {
    feed: Arc<dyn Feed>,
    wanted: Mutex<Arc<Wanted>>,
}

impl Shared {
    pub(super) fn new(feed: Arc<dyn Feed>) -> Arc<Shared> {
        let wanted = Mutex::new(feed.wanted());
        Arc::new(Shared { feed, wanted })
    }

    /// Asks what is wanted now.
    pub(super) fn ask(&self) {
        *lock(&self.wanted) = self.feed.wanted();
    }
}

/// Keeps what one file gives until its time has come.
pub(super) struct Queue {
    shared: Arc<Shared>,
    batches: Mutex<VecDeque<RecordBatch>>,
}

impl Queue {
    pub(super) fn new(shared: Arc<Shared>) -> Arc<Queue> {
        Arc::new(Queue { shared, batches: Mutex::default() })
    }

    pub(super) fn pop(&self) -> Option<RecordBatch> {
        lock(&self.batches).pop_front()
    }
}

impl Adapter for Queue {
    fn behind(&self) -> &dyn Feed {
        &*self.shared.feed
    }

    fn decoded(&self) -> Arc<Wanted> {
        Arc::clone(&lock(&self.shared.wanted))
    }

    fn adapt(&self, batch: RecordBatch) {
        lock(&self.batches).push_back(batch);
    }

    fn needs_all(&self) -> bool {
        false
    }
}

/// The feed of one file's decoder.
pub(super) fn feed_of(queue: &Arc<Queue>, path: &std::path::Path, with_path: bool) -> Arc<dyn Feed> {
    let feed: Arc<dyn Feed> = queue.clone();
    if with_path { Arc::new(Located { feed, path: path.to_string_lossy().into_owned() }) } else { feed }
}

/// A file that is being read.
pub(super) struct Part {
    pub(super) path: PathBuf,
    pub(super) input: Box<dyn Read + Send>,
    pub(super) decoding: Decoding,
    pub(super) queue: Arc<Queue>,
    /// More may come after what is read now.
    pub(super) goes_on: bool,
    ended: bool,
    /// The batch whose rows are next, its times, and the first row that was not given.
    batch: Option<(RecordBatch, Option<TimestampNanosecondArray>)>,
    row: usize,
    /// The time of the row that is next, or of the one before where it has none or an older one.
    key: i64,
}

impl Part {
    pub(super) fn new(path: PathBuf, input: Box<dyn Read + Send>, decoding: Decoding, queue: Arc<Queue>) -> Part {
        Part { path, input, decoding, queue, goes_on: false, ended: false, batch: None, row: 0, key: i64::MIN }
    }

    fn open(input: Input, shared: &Arc<Shared>, with_path: bool) -> Result<Part, Error> {
        let Input { path, declared, shape, skipped, .. } = input;
        let mut reading = recording::open(&path).map_err(|error| cut_off(&path, &error))?;
        let head = std::io::copy(&mut (&mut reading).take(skipped as u64), &mut std::io::sink());
        head.map_err(|error| cut_off(&path, &error))?;
        let queue = Queue::new(Arc::clone(shared));
        let decoding = Decoding::new(feed_of(&queue, &path, with_path), declared, shape);
        Ok(Part::new(path, reading, decoding, queue))
    }

    /// Sees to it that there is a next row; false at the end.
    fn fill(&mut self, chunk: &mut [u8], failed: &mut Option<Error>) -> Result<bool, Error> {
        loop {
            if let Some((batch, _)) = &self.batch
                && self.row < batch.num_rows()
            {
                self.key = self.key.max(self.time(self.row));
                return Ok(true);
            }
            self.batch = None;
            if let Some(batch) = self.queue.pop() {
                let times = batch.column_by_name(TIMESTAMP);
                let times = times.and_then(|times| times.as_primitive_opt::<TimestampNanosecondType>()).cloned();
                (self.batch, self.row) = (Some((batch, times)), 0);
                continue;
            }
            if self.ended {
                return Ok(false);
            }
            match self.input.read(chunk) {
                Ok(0) => {
                    self.ended = true;
                    if self.goes_on { self.decoding.flush()? } else { self.decoding.finish()? }
                }
                Ok(read) => {
                    self.decoding.take(&chunk[..read])?;
                    self.decoding.flush()?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    failed.get_or_insert(cut_off(&self.path, &error));
                    // What was read until here still counts.
                    self.decoding.finish()?;
                }
            }
        }
    }

    fn time(&self, row: usize) -> i64 {
        let times = self.batch.as_ref().and_then(|(_, times)| times.as_ref());
        times.filter(|times| times.is_valid(row)).map_or(i64::MIN, |times| times.value(row))
    }
}

/// Takes the rows of several files in the order of their times.
pub(super) struct Merge {
    shared: Arc<Shared>,
    parts: Vec<Option<Part>>,
    heap: BinaryHeap<Reverse<(i64, usize)>>,
    chunk: Vec<u8>,
    /// Batches of which rows are taken, and which rows.
    held: Vec<RecordBatch>,
    /// The place in `held` of each part's batch.
    places: Vec<Option<usize>>,
    picked: Vec<(usize, usize)>,
    /// Those that were read to their end.
    pub(super) done: Vec<Part>,
}

impl Merge {
    pub(super) fn new(shared: Arc<Shared>) -> Merge {
        Merge {
            shared,
            parts: Vec::new(),
            heap: BinaryHeap::new(),
            chunk: vec![0; CHUNK],
            held: Vec::new(),
            places: Vec::new(),
            picked: Vec::new(),
            done: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, part: Part, failed: &mut Option<Error>) -> Result<(), Error> {
        let index = self.parts.len();
        self.parts.push(Some(part));
        self.places.push(None);
        self.refill(index, failed)
    }

    /// The time of the next row.
    fn next(&self) -> Option<i64> {
        self.heap.peek().map(|Reverse((key, _))| *key)
    }

    fn refill(&mut self, index: usize, failed: &mut Option<Error>) -> Result<(), Error> {
        let size = (AHEAD / (self.heap.len() + 1)).clamp(LEAST, CHUNK);
        let Some(part) = &mut self.parts[index] else { return Ok(()) };
        if part.fill(&mut self.chunk[..size], failed)? {
            self.heap.push(Reverse((part.key, index)));
        } else {
            self.done.extend(self.parts[index].take().filter(|part| part.goes_on));
        }
        Ok(())
    }

    /// Gives the next rows of one file, up to those of another or this time; false where there are none.
    pub(super) fn step(&mut self, until: Option<i64>, failed: &mut Option<Error>) -> Result<bool, Error> {
        let Some(Reverse((_, index))) = self.heap.pop() else { return Ok(false) };
        let limit = self.next().unwrap_or(i64::MAX).min(until.unwrap_or(i64::MAX));
        let Some(part) = &mut self.parts[index] else { return Ok(true) };
        let Some((batch, _)) = part.batch.clone() else { return Ok(true) };
        let from = part.row;
        let mut key = part.key;
        // At least the row that is next, whatever its time.
        part.row += 1;
        while part.row < batch.num_rows() {
            key = key.max(part.time(part.row));
            if key > limit {
                break;
            }
            part.row += 1;
        }
        part.key = key;
        let (count, ended) = (part.row - from, part.row == batch.num_rows());
        if count >= RUN {
            self.flush()?;
            self.hand_on(batch.slice(from, count));
        } else {
            let place = match self.places[index] {
                Some(place) => place,
                None => {
                    self.held.push(batch);
                    self.held.len() - 1
                }
            };
            self.places[index] = Some(place);
            self.picked.extend((from..from + count).map(|row| (place, row)));
        }
        if ended {
            self.places[index] = None;
        }
        if self.picked.len() >= BATCH_ROWS - RUN || self.held.len() > 2 * self.heap.len() + 64 {
            self.flush()?;
        }
        self.refill(index, failed)?;
        Ok(true)
    }

    /// Hands on the rows that were taken.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let picked = std::mem::take(&mut self.picked);
        let held = std::mem::take(&mut self.held);
        self.places.iter_mut().for_each(|place| *place = None);
        if picked.is_empty() {
            return Ok(());
        }
        if let Some(alike) = alike(&held)? {
            let batches: Vec<&RecordBatch> = alike.iter().collect();
            let batch = arrow_select::interleave::interleave_record_batch(&batches, &picked)?;
            self.hand_on(batch);
            return Ok(());
        }
        // Fields of several types cannot be in one batch.
        for run in picked.chunk_by(|one, next| one.0 == next.0 && one.1 + 1 == next.1) {
            if let [(place, row), ..] = run {
                self.hand_on(held[*place].slice(*row, run.len()));
            }
        }
        Ok(())
    }

    fn hand_on(&self, batch: RecordBatch) {
        self.shared.feed.batch(batch);
        self.shared.ask();
    }
}

/// The batches with the same fields in the same order; None where one field has several types.
fn alike(held: &[RecordBatch]) -> Result<Option<Vec<RecordBatch>>, Error> {
    let Some(first) = held.first() else { return Ok(Some(Vec::new())) };
    if held.iter().all(|batch| batch.schema_ref() == first.schema_ref()) {
        return Ok(Some(held.to_vec()));
    }
    let mut fields: Vec<Field> = Vec::new();
    let mut columns: Vec<Vec<(usize, ArrayRef)>> = Vec::new();
    for batch in held {
        let mut own = Vec::with_capacity(batch.num_columns());
        for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            let column = crate::batch::plain(column)?;
            let field = field.as_ref().clone().with_data_type(column.data_type().clone());
            match fields.iter().position(|known| known.name() == field.name()) {
                Some(place) if fields[place] == field => own.push((place, column)),
                Some(_) => return Ok(None),
                None => {
                    own.push((fields.len(), column));
                    fields.push(field);
                }
            }
        }
        columns.push(own);
    }
    // Whether the values are written as text, where that holds for all.
    let metadata = first.schema_ref().metadata();
    let same = held.iter().all(|batch| batch.schema_ref().metadata() == metadata);
    let metadata = if same { metadata.clone() } else { Default::default() };
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
    let batches = held.iter().zip(columns).map(|(batch, own)| {
        let mut all: Vec<ArrayRef> =
            schema.fields().iter().map(|field| new_null_array(field.data_type(), batch.num_rows())).collect();
        own.into_iter().for_each(|(place, column)| all[place] = column);
        Ok(RecordBatch::try_new(schema.clone(), all)?)
    });
    batches.collect::<Result<Vec<_>, Error>>().map(Some)
}
