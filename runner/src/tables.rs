//! The tables that a flow looks up, read again when their files change.
//!
//! A flow over a live source may run for days; the table of owners or hosts beside it does not stand still.
//! Each change is read whole, on a thread of its own, and takes the table's place at once; if it cannot be
//! read, or is too large, the table as it was goes on and the watchers are told.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use arrow_array::RecordBatch;
use syntax::pipeline::Pipeline;
use syntax::source::{Scheme, SourceDecl};

use crate::Error;
use crate::execution::Execution;
use crate::hub::lock;
use crate::operator::{self, Limits};
use crate::source::{self, Feed, Wanted, otlp::Listeners};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// A table that was read again, or what kept it from being read.
pub(crate) struct Read {
    /// The flow's input that it is.
    pub(crate) input: usize,
    pub(crate) name: String,
    pub(crate) rows: Result<Vec<RecordBatch>, String>,
}

pub(crate) struct Tables {
    tables: Vec<Table>,
    limits: Limits,
    looked: Instant,
    sender: Sender<Read>,
    receiver: Receiver<Read>,
}

struct Table {
    input: usize,
    pipeline: Arc<Pipeline>,
    decls: Vec<SourceDecl>,
    /// Of the files, as they were when they were last read.
    stamps: Vec<Option<Stamp>>,
    reading: bool,
}

/// Another one tells that a file has changed.
type Stamp = (SystemTime, u64);

impl Tables {
    /// `tables`: the inputs that are tables, and what each reads. Those that are not files do not change.
    pub(crate) fn new(tables: Vec<(usize, Arc<Pipeline>, Vec<SourceDecl>)>, limits: &Limits) -> Tables {
        let of_files = |decls: &[SourceDecl]| decls.iter().all(|decl| decl.uri.scheme == Scheme::File);
        let tables = tables.into_iter().filter(|(_, _, decls)| of_files(decls)).map(|(input, pipeline, decls)| {
            let stamps = stamps(&decls);
            Table { input, pipeline, decls, stamps, reading: false }
        });
        let (sender, receiver) = channel();
        Tables { tables: tables.collect(), limits: limits.clone(), looked: Instant::now(), sender, receiver }
    }

    /// Looks whether a file has changed, now and then, and begins to read it.
    pub(crate) fn look(&mut self) {
        if self.tables.is_empty() || self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        for table in self.tables.iter_mut().filter(|table| !table.reading) {
            let stamps = stamps(&table.decls);
            // A file that is being replaced is not there for a moment.
            if stamps == table.stamps || stamps.contains(&None) {
                continue;
            }
            table.stamps = stamps;
            table.reading = true;
            let (input, pipeline, decls) = (table.input, Arc::clone(&table.pipeline), table.decls.clone());
            let (sender, limits) = (self.sender.clone(), self.limits.clone());
            let name = pipeline.source.to_string();
            let read = move || {
                let rows = read(&pipeline, &decls, &limits).map_err(|error| error.to_string());
                // A flow that has ended does not need it.
                drop(sender.send(Read { input, name: pipeline.source.to_string(), rows }));
            };
            if let Err(error) = std::thread::Builder::new().name(format!("table {name}")).spawn(read) {
                let rows = Err(format!("cannot start a thread: {error}"));
                drop(self.sender.send(Read { input: table.input, name, rows }));
            }
        }
    }

    /// The flow is still busy with the table as it was: it takes this one later.
    pub(crate) fn put_back(&self, read: Read) {
        // The receiver is ours.
        drop(self.sender.send(read));
    }

    /// What has been read meanwhile.
    pub(crate) fn take(&mut self) -> Vec<Read> {
        let read: Vec<Read> = self.receiver.try_iter().collect();
        for read in &read {
            self.tables.iter_mut().filter(|table| table.input == read.input).for_each(|table| table.reading = false);
        }
        read
    }
}

fn stamps(decls: &[SourceDecl]) -> Vec<Option<Stamp>> {
    let stamp = |decl: &SourceDecl| {
        let files: Vec<_> = source::files(&decl.uri.rest).iter().filter_map(|path| path.metadata().ok()).collect();
        let newest = files.iter().filter_map(|about| about.modified().ok()).max()?;
        Some((newest, files.iter().map(std::fs::Metadata::len).sum()))
    };
    decls.iter().map(stamp).collect()
}

/// Runs the table's own pipeline to its end.
fn read(pipeline: &Pipeline, decls: &[SourceDecl], limits: &Limits) -> Result<Vec<RecordBatch>, Error> {
    let execution = Execution::new(pipeline, crate::clock::now(), limits)?;
    let inputs = execution.inputs().to_vec();
    let most = limits.joined;
    let mut reading = Reading { execution, out: Vec::new(), rows: 0, most, failed: None };
    for (number, input) in inputs.iter().enumerate() {
        let decl = decls.iter().find(|decl| decl.name == input.source);
        let decl = decl.ok_or_else(|| Error::Internal(format!("`{}` is not declared", input.source)))?;
        let whole = Arc::new(Whole { wanted: Arc::new(input.wanted.clone()), number, reading: Mutex::new(reading) });
        source::open(decl, &Listeners::default())?.reader.run(whole.clone())?;
        let Some(Whole { reading: read, .. }) = Arc::into_inner(whole) else {
            return Err(Error::Internal(format!("`{}` is still being read", input.source)));
        };
        reading = read.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(error) = reading.failed {
            return Err(error);
        }
        reading.execution.end(number, &mut reading.out)?;
    }
    if reading.out.iter().map(RecordBatch::num_rows).sum::<usize>() > most {
        return Err(operator::table_too_large("lookup", &pipeline.source, most));
    }
    Ok(reading.out)
}

/// Takes in what is read, up to the limit of a table.
struct Whole {
    wanted: Arc<Wanted>,
    number: usize,
    reading: Mutex<Reading>,
}

struct Reading {
    execution: Execution,
    out: Vec<RecordBatch>,
    rows: usize,
    most: usize,
    failed: Option<Error>,
}

impl Feed for Whole {
    fn wanted(&self) -> Arc<Wanted> {
        Arc::clone(&self.wanted)
    }

    fn batch(&self, batch: RecordBatch) {
        let reading = &mut *lock(&self.reading);
        let before = reading.out.len();
        // The flow was planned for the fields and types that the table had.
        let fields = &reading.execution.inputs()[self.number].fields;
        let wider = fields.iter().find_map(|field| {
            let now = crate::batch::field_type(batch.schema_ref().field_with_name(&field.name).ok()?);
            (!field.ty.holds(now)).then(|| {
                Error::Source(format!(
                    "`{}` was {} and has {now} values now; run the block again",
                    field.name, field.ty
                ))
            })
        });
        if let Some(wider) = wider {
            reading.failed = Some(wider);
            return;
        }
        if let Err(error) = reading.execution.push(self.number, &batch, &mut reading.out) {
            reading.failed = Some(error);
        }
        reading.rows += reading.out[before..].iter().map(RecordBatch::num_rows).sum::<usize>();
    }

    fn dropped(&self, _reason: &'static str, _count: u64, _sample: &[u8]) {}

    fn notice(&self, _message: String) {}

    fn stopped(&self) -> bool {
        let reading = lock(&self.reading);
        reading.failed.is_some() || reading.rows > reading.most
    }

    fn pause(&self, _at_most: Duration) -> bool {
        self.stopped()
    }
}
