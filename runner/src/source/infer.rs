//! What records are like, from the first of them: their format, fields and types, and which field is
//! event time. Declared fields win over what is found.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use syntax::source::{SourceDecl, TIMESTAMP};
use syntax::{Field, Name, Schema, Type};

use super::csv::{Csv, Header};
use super::json::Json;
use super::lines::{Line, Lines};
use super::table::{Known, KnownField, Table};
use super::text::Stamps;
use super::{Wanted, logfmt, params, parse};
use crate::Error;

/// Bytes and records that are looked at.
pub(super) const SAMPLE_BYTES: usize = 1 << 20;
const SAMPLE_RECORDS: usize = 1000;
/// A line is at most this long unless `?max_line=` says otherwise.
const MAX_LINE: usize = 1 << 20;
/// The names under which event time is looked for where the source does not name it.
const TIME_NAMES: [&str; 4] = ["timestamp", "@timestamp", "time", "ts"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Logfmt,
    Csv,
    Text,
}

/// What the declaration of a source says about its records.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    format: Option<Format>,
    fields: Vec<Field>,
    open: bool,
    time: Option<Name>,
    pub(super) max_line: usize,
}

/// What its records are like.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) format: Format,
    pub(super) known: Known,
    /// Where event time comes from, if not from a field.
    pub(super) stamps: Stamps,
    /// Of CSV.
    pub(super) header: Header,
    /// Something the user should know.
    pub(super) notice: Option<String>,
}

impl Declared {
    /// `ending` is the file's name, whose ending may tell the format.
    pub(super) fn new(decl: &SourceDecl, ending: &str) -> Result<Declared, Error> {
        let format = match decl.uri.param("format") {
            Some("json" | "jsonl" | "ndjson") => Some(Format::Json),
            Some("logfmt") => Some(Format::Logfmt),
            Some("csv") => Some(Format::Csv),
            Some("text") => Some(Format::Text),
            Some(other) => {
                return Err(Error::Source(format!(
                    "`format={other}`: the formats are json (one object a line), logfmt, csv and text"
                )));
            }
            None => match ending.rsplit_once('.').map(|(_, ending)| ending) {
                Some("json" | "jsonl" | "ndjson") => Some(Format::Json),
                Some("logfmt") => Some(Format::Logfmt),
                Some("csv") => Some(Format::Csv),
                _ => None,
            },
        };
        let fields: Vec<Field> = decl.fields.iter().map(|field| Field::new(&*field.name, field.ty)).collect();
        let time = decl.uri.param("timestamp").map(Name::from).or_else(|| decl.time.clone());
        // That is the name that event time has in any case; where it comes from is found in the records.
        let time = time.filter(|name| **name != *TIMESTAMP);
        let max_line = match params::number(&decl.uri, "max_line")? {
            Some(bytes) => usize::try_from(bytes.clamp(1, 1 << 28)).unwrap_or(MAX_LINE),
            None => MAX_LINE,
        };
        Ok(Declared { format, open: decl.open || fields.is_empty(), fields, time, max_line })
    }

    fn declares(&self, name: &str) -> bool {
        self.fields.iter().any(|field| &*field.name == name)
    }

    /// What enters the pipelines, as far as it is known.
    pub(super) fn schema(&self, shape: Option<&Shape>) -> Schema {
        let mut fields = self.fields.clone();
        fields.iter_mut().filter(|field| *field.name == *TIMESTAMP).for_each(|field| field.ty = Type::Datetime);
        let found = shape.map_or(&[][..], |shape| &shape.known.fields);
        let timestamp = Field::new(TIMESTAMP, Type::Datetime);
        for field in found.iter().filter(|_| self.open).map(|known| &known.field).chain([&timestamp]) {
            if !fields.iter().any(|known| known.name == field.name) {
                fields.push(field.clone());
            }
        }
        Schema { fields: fields.into(), open: self.open, time: Some(TIMESTAMP.into()) }
    }
}

/// Looks at the first bytes; None where they hold no record yet. `whole`: there is nothing after them.
pub(super) fn infer(sample: &[u8], whole: bool, declared: &Declared) -> Result<Option<Shape>, Error> {
    let lines = sample_lines(sample, whole);
    let Some(first) = lines.first() else { return Ok(None) };
    let format = declared.format.unwrap_or_else(|| sniff(first));
    if format == Format::Text {
        let stamped = lines.iter().any(|line| parse::line_stamp(line, super::now()).is_some());
        let stamps = if stamped { Stamps::Own } else { Stamps::Arrival };
        let fields = vec![Field::new("timestamp", Type::Datetime), Field::new("body", Type::String)];
        let known = Known::declared(fields);
        return Ok(Some(Shape { format, known, stamps, header: Header::default(), notice: None }));
    }
    let header = match format {
        Format::Csv => Header::new(first).map_err(|reason| {
            Error::Source(format!("the first line of a CSV file names its fields, but this one has {reason}"))
        })?,
        _ => Header::default(),
    };

    let known = Known::declared(declared.fields.iter().cloned());
    let mut table = Table::new(&Wanted::All, &known, format.mixed());
    let mut json = Json::new(&table);
    let mut csv = Csv::new(header.clone());
    for line in lines.iter().filter(|line| format != Format::Csv || !header.is(line)) {
        let record = match format {
            Format::Json => json.record(line, &mut table),
            Format::Csv => csv.record(line, &mut table),
            Format::Logfmt | Format::Text => logfmt::record(line, &mut table),
        };
        match record {
            Ok(()) => table.keep(),
            Err(_) => table.take_back(),
        }
    }
    let fields: Vec<Field> = table.fields().cloned().collect();
    let found = table.batch()?;
    let mut shape = with_time(format, fields, &found, declared);
    if let Some(name) = header.twice() {
        shape.notice = Some(format!("two columns are called `{name}`; the last of them counts"));
    }
    shape.header = header;
    Ok(Some(shape))
}

impl Format {
    /// The type of a field whose values have several: JSON keeps them as they are, text is text.
    pub(super) fn mixed(self) -> Type {
        if self == Format::Json { Type::Dynamic } else { Type::String }
    }
}

fn with_time(format: Format, mut fields: Vec<Field>, found: &RecordBatch, declared: &Declared) -> Shape {
    let mut notice = None;
    let time = match &declared.time {
        Some(named) => {
            if found.column_by_name(named).is_none_or(|column| column.null_count() >= column.len())
                && found.num_rows() > 0
            {
                let records = found.num_rows();
                notice = Some(format!("none of the first {records} records has `{named}`, which is to be their time"));
            }
            Some(named.clone())
        }
        None => {
            let time = TIME_NAMES.iter().find(|name| found.column_by_name(name).is_some_and(is_time));
            if time.is_none()
                && found.column_by_name("timestamp").is_some_and(|column| column.null_count() < column.len())
            {
                let records = found.num_rows();
                notice = Some(format!(
                    "`timestamp` is no time in most of the first {records} records; events have the time at which they \
                     are read instead"
                ));
            }
            time.map(|name| (*name).into())
        }
    };
    let stamps = if time.is_some() { Stamps::Own } else { Stamps::Arrival };
    match fields.iter_mut().find(|field| &*field.name == "timestamp") {
        Some(timestamp) => timestamp.ty = Type::Datetime,
        None => fields.insert(declared.fields.len(), Field::new("timestamp", Type::Datetime)),
    }
    let is_declared = |field: &Field| &*field.name == "timestamp" || declared.declares(&field.name);
    let fields = fields.into_iter().map(|field| KnownField { declared: is_declared(&field), field }).collect();
    let time: Option<Name> = time.filter(|name| &**name != "timestamp");
    Shape { format, known: Known { fields, time }, stamps, header: Header::default(), notice }
}

/// Most values are instants of our time; those that are not become null and are counted.
fn is_time(values: &std::sync::Arc<dyn Array>) -> bool {
    const YEARS: std::ops::Range<i64> = 631_152_000_000_000_000..4_102_444_800_000_000_000; // 1990 to 2100
    let instants: Vec<Option<i64>> = match values.data_type() {
        arrow_schema::DataType::Timestamp(..) => return values.null_count() < values.len(),
        arrow_schema::DataType::Int64 => {
            values.as_primitive::<Int64Type>().iter().flatten().map(parse::epoch).collect()
        }
        arrow_schema::DataType::Float64 => {
            values.as_primitive::<Float64Type>().iter().flatten().map(parse::epoch_real).collect()
        }
        arrow_schema::DataType::Utf8 => values.as_string::<i32>().iter().flatten().map(instant).collect(),
        _ => return false,
    };
    let good = instants.iter().filter(|instant| instant.is_some_and(|instant| YEARS.contains(&instant))).count();
    good * 2 > instants.len()
}

/// From a string, or from the JSON text of a field that has strings and numbers.
fn instant(text: &str) -> Option<i64> {
    let text = text.trim_matches('"');
    let number = || text.parse().ok().and_then(parse::epoch);
    parse::datetime(text.as_bytes()).or_else(number).or_else(|| text.parse().ok().and_then(parse::epoch_real))
}

fn sample_lines(sample: &[u8], whole: bool) -> Vec<Vec<u8>> {
    let mut cut = Lines::new(SAMPLE_BYTES);
    let mut lines = Vec::new();
    let mut keep = |line: Line<'_>| {
        if let (Line::Whole(line), true) = (line, lines.len() < SAMPLE_RECORDS) {
            lines.push(line.to_vec());
        }
        Ok::<(), std::convert::Infallible>(())
    };
    let Ok(()) = cut.take(&sample[..sample.len().min(SAMPLE_BYTES)], &mut keep);
    if whole {
        let Ok(()) = cut.finish(&mut keep);
    }
    lines
}

fn sniff(line: &[u8]) -> Format {
    let line = line.trim_ascii_start();
    if line.starts_with(b"{") {
        return Format::Json;
    }
    let pairs = |word: &&[u8]| {
        let key = word.iter().position(|byte| *byte == b'=').unwrap_or(0);
        key > 0 && word[..key].iter().all(|byte| byte.is_ascii_alphanumeric() || b"_.@-/".contains(byte))
    };
    let mut words = line.split(u8::is_ascii_whitespace);
    let logfmt = words.next().is_some_and(|first| pairs(&first)) && words.any(|word| pairs(&word));
    if logfmt { Format::Logfmt } else { Format::Text }
}
