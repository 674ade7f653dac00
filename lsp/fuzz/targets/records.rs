//! Files of JSON, CSV, logfmt and text: each record is an event or is counted as dropped, and what a text field holds is
//! what other readers (`serde_json`, `csv`) find there.

use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch, StringArray};
use arrow_schema::DataType;
use runner::source::{self, Feed, Wanted};
use syntax::source::{SourceDecl, SourceUri};
use syntax::{Field, Type};

/// What was read, and how many records were not.
#[derive(Default)]
struct Seen {
    batches: Vec<RecordBatch>,
    dropped: u64,
}

struct Keep(Arc<Wanted>, Mutex<Seen>);

impl Keep {
    fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.1.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Feed for Keep {
    fn wanted(&self) -> Arc<Wanted> {
        self.0.clone()
    }

    fn batch(&self, batch: RecordBatch) {
        assert!(batch.num_rows() > 0);
        self.change(|seen| seen.batches.push(batch));
    }

    fn dropped(&self, reason: &'static str, count: u64, _: &[u8]) {
        assert!(!reason.is_empty() && count > 0);
        self.change(|seen| seen.dropped += count);
    }

    fn notice(&self, message: String) {
        assert!(!message.is_empty());
    }

    fn stopped(&self) -> bool {
        false
    }

    fn pause(&self, _: Duration) -> bool {
        false
    }
}

pub(crate) fn records(data: &[u8]) {
    for (format, more) in
        [("json", "&list=none"), ("csv", "&delimiter=%2C"), ("logfmt", ""), ("text", ""), ("json", ""), ("tsv", "")]
    {
        let address = format!("?format={format}&multiline=off{more}");
        let a = Wanted::Fields(vec![Field::new("a", Type::String)]);
        let Some((rows, dropped, values)) = read(data, &address, a) else { continue };
        let all = read(data, &address, Wanted::All).map(|(rows, dropped, _)| (rows, dropped));
        assert_eq!(all, Some((rows, dropped)), "all fields and one of {address}");
        match (format, more) {
            ("json", "&list=none") => agree(json(data), rows, dropped, &values),
            ("csv", _) => agree(csv(data), rows, dropped, &values),
            _ => {}
        }
    }
}

/// What the others find, where they say anything for certain.
fn agree(theirs: Option<Vec<Option<String>>>, rows: usize, dropped: u64, values: &[Option<String>]) {
    let Some(theirs) = theirs else { return };
    assert_eq!((rows, dropped), (theirs.len(), 0), "events, and dropped ones");
    assert_eq!(values, theirs, "the field `a`");
}

/// Rows, records that were dropped, and each row's `a`.
fn read(data: &[u8], params: &str, wanted: Wanted) -> Option<(usize, u64, Vec<Option<String>>)> {
    let folder = tempfile::tempdir().expect("there is a place for files");
    let path = folder.path().join("records");
    File::create(&path).and_then(|mut file| file.write_all(data)).expect("it can be written");
    let uri = SourceUri::parse(&format!("file:{}{params}", path.display())).expect("an address");
    let decl = SourceDecl::for_uri("events", uri).expect("its parameters are right");
    // What cannot be read at all is refused.
    let opened = source::open(&decl, &source::otlp::Listeners::default()).ok()?;
    let feed = Arc::new(Keep(Arc::new(wanted), Mutex::default()));
    opened.reader.run(feed.clone()).expect("a file can be read to its end");
    let mut seen = feed.1.lock().unwrap_or_else(PoisonError::into_inner);
    let Seen { batches, dropped } = std::mem::take(&mut *seen);
    let rows = batches.iter().map(RecordBatch::num_rows).sum();
    Some((rows, dropped, batches.iter().flat_map(texts).collect()))
}

fn texts(batch: &RecordBatch) -> Vec<Option<String>> {
    let Some(column) = batch.column_by_name("a") else { return vec![None; batch.num_rows()] };
    let text = |array: &StringArray, at: usize| array.is_valid(at).then(|| array.value(at).to_owned());
    match column.data_type() {
        DataType::Utf8 => (0..batch.num_rows()).map(|at| text(column.as_string(), at)).collect(),
        DataType::Dictionary(..) => {
            let coded = column.as_any_dictionary();
            let (keys, values) = (coded.normalized_keys(), coded.values().as_string().clone());
            (0..batch.num_rows()).map(|at| column.is_valid(at).then(|| text(&values, keys[at])).flatten()).collect()
        }
        _ => Vec::new(),
    }
}

/// Each line is an object by itself, whose `a` is a text or not there.
fn json(data: &[u8]) -> Option<Vec<Option<String>>> {
    // Of a name that is there twice, `serde_json` has the last; marks and other encodings are ours alone.
    let lines = std::str::from_utf8(data).ok()?.split('\n').filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).ok()?;
            let special = |name: &String| !matches!(name.as_str(), "a" | "b" | "c" | "message" | "level");
            if object.keys().any(special) || line.matches("\"a\"").count() > 1 || line.contains("\\u") {
                return None;
            }
            match object.get("a") {
                None | Some(serde_json::Value::Null) => Some(None),
                Some(serde_json::Value::String(text)) => Some(Some(text.clone())),
                Some(_) => None,
            }
        })
        .collect()
}

/// All records are as long as the first, which names each column once.
fn csv(data: &[u8]) -> Option<Vec<Option<String>>> {
    let text = std::str::from_utf8(data).ok()?;
    // A bare return, a quote within a cell, a mark, a comment's sign: each reader has its own mind.
    let plain = !text.replace("\r\n", "\n").contains(['\r', '\0', '\u{feff}', '#', '"', '\'']);
    if !plain || text.lines().any(|line| line.trim().is_empty()) {
        return None;
    }
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let header = reader.headers().ok()?.clone();
    let place = header.iter().position(|name| name == "a")?;
    let mut names: Vec<&str> = header.iter().collect();
    names.sort_unstable();
    names.dedup();
    if names.len() != header.len() || names.iter().any(|name| name.len() != 1) {
        return None;
    }
    let cell = |record: csv::StringRecord| Some(record.get(place)?.to_owned()).filter(|cell| !cell.is_empty());
    reader.records().map(|record| Some(cell(record.ok()?))).collect()
}
