//! A feed for tests: keeps everything that a reader says, and lets a test wait for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use arrow_array::{Array, RecordBatch};
use syntax::source::{DEFAULT_LATENESS, SourceDecl, SourceUri};

use super::{Feed, Opened, Wanted};
use crate::Error;
use crate::prefilter::Prefilter;

/// Far longer than anything in a test takes: reached only where the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Collect {
    wanted: Arc<Wanted>,
    prefilter: Option<Arc<Prefilter>>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) batches: Vec<RecordBatch>,
    pub(super) dropped: BTreeMap<&'static str, (u64, String)>,
    pub(super) notices: Vec<String>,
    /// That the records say no time.
    pub(super) untimed: Option<String>,
    pub(super) skipped: u64,
    stopped: bool,
}

impl State {
    pub(super) fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// All values of a field in order, written as Arrow shows them; a null as `null`.
    pub(super) fn column(&self, name: &str) -> Vec<String> {
        self.batches.iter().flat_map(|batch| column(batch, name)).collect()
    }
}

/// Opens a source that shares no listener with others.
pub(super) fn open(decl: &SourceDecl) -> Result<Opened, Error> {
    super::open(decl, &super::otlp::Listeners::default())
}

/// The values of one field, as text.
pub(super) fn column(batch: &RecordBatch, name: &str) -> Vec<String> {
    let Some(array) = batch.column_by_name(name) else { return vec!["missing".to_owned(); batch.num_rows()] };
    let array = crate::batch::plain(array).unwrap();
    (0..array.len()).map(|row| value(&array, row)).collect()
}

fn value(array: &dyn Array, row: usize) -> String {
    use arrow_array::cast::AsArray;
    use arrow_array::types::{DurationNanosecondType, Float64Type, Int64Type, TimestampNanosecondType};
    use arrow_schema::DataType;

    if array.is_null(row) {
        return "null".to_owned();
    }
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Timestamp(..) => {
            let nanos = array.as_primitive::<TimestampNanosecondType>().value(row);
            jiff::Timestamp::from_nanosecond(i128::from(nanos)).unwrap().to_string()
        }
        DataType::Duration(_) => format!("{}ns", array.as_primitive::<DurationNanosecondType>().value(row)),
        _ => array.as_string::<i32>().value(row).to_owned(),
    }
}

impl Collect {
    pub(super) fn new(wanted: Wanted) -> Arc<Collect> {
        Collect::with(wanted, None)
    }

    pub(super) fn with(wanted: Wanted, prefilter: Option<Prefilter>) -> Arc<Collect> {
        Arc::new(Collect {
            wanted: Arc::new(wanted),
            prefilter: prefilter.map(Arc::new),
            state: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
        self.changed.notify_all();
    }

    /// Waits until the reader has said enough, and looks at it.
    pub(super) fn when<T>(&self, enough: impl Fn(&State) -> bool, look: impl FnOnce(&State) -> T) -> T {
        let state = self.state.lock().unwrap();
        let (state, timeout) = self.changed.wait_timeout_while(state, PATIENCE, |state| !enough(state)).unwrap();
        assert!(!timeout.timed_out(), "{} rows, {:?}, {:?}", state.rows(), state.notices, state.dropped);
        look(&state)
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        self.when(|_| true, look)
    }

    pub(super) fn stop(&self) {
        self.change(|state| state.stopped = true);
    }
}

impl Feed for Collect {
    fn wanted(&self) -> Arc<Wanted> {
        self.wanted.clone()
    }

    fn prefilter(&self) -> Option<Arc<Prefilter>> {
        self.prefilter.clone()
    }

    fn skipped(&self, count: u64) {
        self.change(|state| state.skipped += count);
    }

    fn batch(&self, batch: RecordBatch) {
        assert!(batch.num_rows() > 0 && batch.num_rows() <= crate::batch::BATCH_ROWS);
        self.change(|state| state.batches.push(batch));
    }

    fn dropped(&self, reason: &'static str, count: u64, sample: &[u8]) {
        self.change(|state| {
            let entry = state.dropped.entry(reason).or_default();
            entry.0 += count;
            if entry.1.is_empty() {
                entry.1 = String::from_utf8_lossy(sample).into_owned();
            }
        });
    }

    fn notice(&self, message: String) {
        self.change(|state| state.notices.push(message));
    }

    fn untimed(&self, message: String) {
        self.change(|state| state.untimed = Some(message));
    }

    fn stopped(&self) -> bool {
        self.state.lock().unwrap().stopped
    }

    fn pause(&self, at_most: Duration) -> bool {
        let state = self.state.lock().unwrap();
        self.changed.wait_timeout_while(state, at_most, |state| !state.stopped).unwrap().0.stopped
    }
}

/// A source with this name and address and nothing declared.
pub(super) fn source(name: &str, uri: SourceUri) -> SourceDecl {
    SourceDecl {
        name: name.into(),
        uri,
        doc: None,
        lateness: DEFAULT_LATENESS,
        fields: Vec::new(),
        open: true,
        time: None,
    }
}

/// Opens and reads a source to its end.
pub(super) fn read(decl: &SourceDecl, wanted: Wanted) -> Result<Arc<Collect>, Error> {
    let Opened { reader, .. } = open(decl)?;
    let feed = Collect::new(wanted);
    reader.run(feed.clone())?;
    Ok(feed)
}
