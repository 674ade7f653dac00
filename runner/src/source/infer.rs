//! What records are like, from the first of them: their format, fields and types, and which field is
//! event time. Declared fields win over what is found.

use arrow_array::{Array, RecordBatch};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use syntax::catalog::signals::Signal;
use syntax::source::{SourceDecl, TIMESTAMP};
use syntax::stamp::{Doubt, Pattern, Reading};
use syntax::{Field, Name, Schema, Type};

use super::columns::Columns;
use super::container::{Cri, Docker, Pieces, Whole};
use super::csv::{self, Csv, Header};
use super::cut::Cut;
use super::json::Json;
use super::lines::{Line, Lines};
use super::multiline::Mode;
use super::otlp_file::{self, OtlpFile};
use super::table::{Known, KnownField, Table};
use super::text::{self, Stamps};
use super::utf16::Utf16;
use super::{Feed, Wanted, event_time, list, logfmt, otlp, params, parse, sniff, units};
use crate::Error;

/// Bytes and records that are looked at.
pub(super) const SAMPLE_BYTES: usize = 1 << 20;
const SAMPLE_RECORDS: usize = 1000;
/// A line is at most this long unless `?max_line=` says otherwise.
const MAX_LINE: usize = 1 << 20;
/// The same for a request of OTLP.
const MAX_REQUEST: usize = 16 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Logfmt,
    Csv,
    /// Columns that lines of the file name again and again.
    Columns,
    /// Requests of OTLP as JSON.
    Otlp,
    Text,
}

/// What compressed bytes begin with, and what decompresses them.
const COMPRESSED: [(&[u8], &str); 6] = [
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh91AY&SY", "bzip2"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"PK\x03\x04", "unzip"),
];

/// What the declaration of a source says about its records.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    format: Option<Format>,
    /// The address says the format; else its ending may.
    named: bool,
    fields: Vec<Field>,
    open: bool,
    /// The fields that hold event time: parts of it, or those that are tried in this order.
    times: Vec<Name>,
    /// How stamps are read.
    reading: Reading,
    /// What one of a number is.
    units: Vec<(Name, i64)>,
    /// Bytes of a record at most, where the address says it.
    max_line: Option<usize>,
    pub(super) multiline: Mode,
    delimiter: Option<u8>,
    /// The list whose elements are the records, or `none`.
    list: Option<String>,
    /// The only signal that is read of OTLP.
    pub(super) signal: Option<Signal>,
    pub(super) decl: SourceDecl,
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
    pub(super) delimiter: u8,
    /// The names of columns at the end of what was looked at.
    pub(super) columns: Columns,
    /// The list of each document whose elements are the records.
    pub(super) list: Option<String>,
    /// Lines are wrapped as the runtimes of containers do.
    pub(super) wrapped: bool,
    /// Records are Docker's objects, some of them pieces of a line.
    pub(super) docker: bool,
    /// Nobody has named the format.
    pub(super) guessed: bool,
    /// Lines end with a carriage return alone.
    pub(super) carriage: bool,
    /// So many lines were looked at.
    pub(super) looked_at: usize,
    /// Something the user should know.
    notices: Vec<String>,
    /// The records say no time that can be read.
    untimed: Option<String>,
}

impl Declared {
    /// `ending` is the file's name, whose ending may tell the format.
    pub(super) fn new(decl: &SourceDecl, ending: &str) -> Result<Declared, Error> {
        let format = match decl.uri.param("format") {
            Some("json" | "jsonl" | "ndjson") => Some(Format::Json),
            Some("logfmt") => Some(Format::Logfmt),
            Some("csv" | "tsv") => Some(Format::Csv),
            Some("text") => Some(Format::Text),
            Some(other) => {
                return Err(Error::Source(format!(
                    "`format={other}`: the formats are json (objects, also in lists), logfmt, csv, tsv and text"
                )));
            }
            None => match of_content(ending) {
                Some("json" | "jsonl" | "ndjson") => Some(Format::Json),
                Some("logfmt") => Some(Format::Logfmt),
                Some("csv" | "tsv") => Some(Format::Csv),
                _ => None,
            },
        };
        let tabs = decl.uri.param("format").or_else(|| of_content(ending)) == Some("tsv");
        let delimiter = match decl.uri.param("delimiter") {
            Some(text) => Some(syntax::source::delimiter(text).ok_or_else(|| {
                Error::Source(format!(
                    "`delimiter={text}`: expected one character such as `;`, or `tab`, `comma`, `pipe` or `space`"
                ))
            })?),
            None => tabs.then_some(b'\t'),
        };
        // Who names a delimiter means CSV.
        let format = format.or(decl.uri.param("delimiter").map(|_| Format::Csv));
        let signal = decl.uri.param("signal").map(|_| decl.signal()).transpose().map_err(Error::Source)?;
        let fields: Vec<Field> = decl.fields.iter().map(|field| Field::new(&*field.name, field.ty)).collect();
        let named = decl.uri.param("timestamp").or(decl.time.as_deref()).unwrap_or_default();
        // That is the name that event time has in any case; where it comes from is found in the records.
        let named = if named == TIMESTAMP { "" } else { named };
        let times = named.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Name::from).collect();
        let zone = decl.uri.param("timezone").map(|name| {
            let none = || {
                let help = "there is no such time zone, e.g. Europe/Berlin, or +05:30 for all of the year";
                Error::Source(format!("`timezone={name}`: {help}"))
            };
            TimeZoneDatabase::bundled().get(name).ok().or_else(|| offset(name)).ok_or_else(none)
        });
        let pattern = decl
            .uri
            .param("time_format")
            .map(|text| Pattern::parse(text).map_err(|why| Error::Source(format!("`time_format={text}`: {why}"))));
        let reading = Reading { zone: zone.transpose()?, pattern: pattern.transpose()?, ..Reading::at(super::now()) };
        let unit = |field| Ok::<_, Error>(units::of(field)?.map(|unit| (field.name.clone(), unit)));
        let units = decl.fields.iter().filter_map(|field| unit(field).transpose()).collect::<Result<_, _>>()?;
        Ok(Declared {
            format,
            named: decl.uri.param("format").is_some(),
            open: decl.open || fields.is_empty(),
            fields,
            times,
            reading,
            units,
            max_line: params::max_line(&decl.uri)?,
            multiline: decl.uri.param("multiline").map(Mode::new).transpose()?.unwrap_or_default(),
            delimiter,
            list: decl.uri.param("list").map(str::to_owned),
            signal,
            decl: decl.clone(),
        })
    }

    /// Bytes of one record at most.
    pub(super) fn max_line(&self, format: Format) -> usize {
        // A request has many records.
        self.max_line.unwrap_or(if format == Format::Otlp { MAX_REQUEST } else { MAX_LINE })
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
    if let Some((_, program)) = COMPRESSED.iter().find(|(start, _)| sample.starts_with(start)) {
        let option = if *program == "unzip" { "-p" } else { "-dc" };
        return Err(Error::Source(format!(
            "the input is compressed; files are decompressed where they end in `.gz` or `.zst`, others so: \
             `{program} {option} FILE | headwater query 'stdin | …'`"
        )));
    }
    let mut utf16 = Utf16::default();
    let text = utf16.read(sample, whole);
    let sample = if utf16.name().is_some() { &text[..] } else { sample };
    // As old Macs end lines: a text with no line feed at all.
    let carriage = (whole || sample.len() >= SAMPLE_BYTES)
        && memchr::memchr(b'\n', sample).is_none()
        && memchr::memchr_iter(b'\r', sample).any(|at| at + 1 < sample.len());
    let text: Vec<u8>;
    let sample = if carriage {
        text = sample.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect();
        &text[..]
    } else {
        sample
    };
    let lines = sample_lines(sample, whole);
    let start = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
    if lines.is_empty() {
        // A document may be longer than what is looked at, and all on one line.
        let document = matches!(start.trim_ascii_start().first(), Some(b'{' | b'['));
        if !document || !matches!(declared.format, None | Some(Format::Json)) || whole {
            return Ok(None);
        }
    }
    let mut contents: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
    let wrapped = sniff::are_wrapped(&contents);
    if wrapped {
        contents = contents.iter().map(|line| Cri::new(line).map_or(*line, |cri| cri.text)).collect();
    }
    let guessed = || match lines.is_empty() {
        true => Format::Json,
        false => sniff::sniff(&contents),
    };
    let format = match declared.format {
        Some(format) if declared.named => format,
        _ if !wrapped && otlp_file::signal_of(start.trim_ascii_start()).is_some() => Format::Otlp,
        None | Some(Format::Csv) if declared.delimiter.is_none() && Columns::are_in(&lines) => Format::Columns,
        Some(format) => format,
        None => guessed(),
    };
    let mut shape = Shape {
        format,
        known: Known::default(),
        stamps: Stamps::Own,
        header: Header::default(),
        delimiter: b',',
        columns: Columns::default(),
        list: None,
        wrapped,
        docker: false,
        guessed: declared.format.is_none(),
        carriage,
        looked_at: lines.len(),
        notices: Vec::new(),
        untimed: None,
    };
    match format {
        Format::Text => {
            of_text(&mut shape, &contents, declared);
            return Ok(Some(shape));
        }
        Format::Otlp => return otlp_shape(shape, start, whole, declared).map(Some),
        Format::Csv => {
            let named = lines.first().and_then(|line| csv::separator(line));
            let first = lines.get(usize::from(named.is_some())).map_or(&[][..], Vec::as_slice);
            shape.delimiter = declared.delimiter.or(named).unwrap_or_else(|| csv::delimiter(first));
        }
        Format::Json => {
            shape.list = match declared.list.as_deref() {
                Some("none") => None,
                Some(list) => Some(list.to_owned()),
                None => list::records_of(start, whole),
            };
            if let (Some(list), Some(_)) = (&shape.list, &declared.list)
                && memchr::memmem::find(start, format!("\"{list}\"").as_bytes()).is_none()
                && start.len() < SAMPLE_BYTES
            {
                let list = syntax::visible(list);
                shape.notices.push(format!(
                    "no document so far has a member `{list}`, as `?list=` says: documents are read as they are; it names \
                     a list that is a member of the document itself, not of one within it"
                ));
            }
            if let (Some(list), None) = (&shape.list, &declared.list) {
                shape.notices.push(format!(
                    "the elements of each document's list `{list}` are the events; `?list=none` reads documents as they are"
                ));
            }
        }
        Format::Logfmt | Format::Columns => {}
    }
    let records = sample_records(start, whole, &shape);
    if records.is_empty() && format == Format::Json && start.len() < SAMPLE_BYTES && !whole {
        return Ok(None);
    }
    if format == Format::Csv {
        let Some(first) = records.iter().find(|line| csv::separator(line).is_none()) else { return Ok(None) };
        shape.header = Header::new(first, shape.delimiter).map_err(|reason| {
            Error::Source(format!("the first line of a CSV file names its fields, but this one has {reason}"))
        })?;
    }
    shape.docker = format == Format::Json && records.first().is_some_and(|first| Docker::new(first).is_some());

    let fields = Known::declared(declared.fields.iter().cloned()).fields;
    let known = Known { fields, ..declared.known() };
    let mut table = Table::new(&Wanted::All, &known, format.mixed());
    let mut json = Json::new(&table);
    let mut csv = Csv::new(shape.header.clone(), shape.delimiter);
    let mut header = shape.header.clone();
    // Records behind a prefix with a time.
    let mut of_prefixes = 0;
    for line in &records {
        if format == Format::Csv && (header.is(line) || csv::separator(line).is_some()) {
            continue;
        }
        if format == Format::Csv
            && let Some(other) = header.renamed_by(line, shape.delimiter)
        {
            header = other;
            csv = Csv::new(header.clone(), shape.delimiter);
            continue;
        }
        let record = match format {
            Format::Json => text::object(line, &mut json, &mut table).map(|prefix| {
                of_prefixes += usize::from(parse::line_stamp(&line[..prefix], super::now()).is_some());
            }),
            Format::Csv => csv.record(line, &mut table),
            Format::Columns if line.starts_with(b"#") => {
                shape.columns.directive(line);
                continue;
            }
            Format::Columns => shape.columns.record(line, &mut table),
            // Its words would be fields that nothing has.
            Format::Logfmt if format.has_plain(line) => Err("no pairs"),
            Format::Logfmt | Format::Text | Format::Otlp => logfmt::record(line, &mut table),
        };
        let plain = record.is_err() && format.has_plain(line);
        if record.is_err() {
            table.take_back();
        }
        if plain {
            table.set_by_name("body", super::column::Scalar::String(&String::from_utf8_lossy(line)));
        }
        if record.is_ok() || plain {
            table.keep();
        }
    }
    if wrapped {
        table.set_by_name("stream", super::column::Scalar::String("stdout"));
        table.take_back();
    }
    let fields: Vec<Field> = table.fields().cloned().collect();
    let found = table.batch()?;
    let found = with_time(fields, &found, declared);
    let twice = shape.header.twice().map(|name| format!("two columns are called `{name}`; the last of them counts"));
    shape.notices.extend(twice.into_iter().chain(found.notices));
    // The time of a prefix counts where objects have none.
    let outside = wrapped || of_prefixes * 2 > records.len();
    (shape.known, shape.untimed) = (found.known, found.untimed.filter(|_| !outside));
    shape.stamps = if outside { Stamps::Own } else { found.stamps };
    Ok(Some(shape))
}

/// `+05:30`, the same all the year.
fn offset(text: &str) -> Option<TimeZone> {
    let stamp = Some(text).filter(|text| text.starts_with(['+', '-'])).map(|text| format!("1970-01-02T00:00:00{text}"));
    let day = Reading::default().read(stamp?.as_bytes())?;
    let seconds = 86_400 - i32::try_from(day.nanos / 1_000_000_000).ok()?;
    Some(TimeZone::fixed(Offset::from_seconds(seconds).ok()?))
}

/// The ending that tells the format of a file, without what a rotation adds.
fn of_content(name: &str) -> Option<&str> {
    let mut name = name;
    loop {
        let (stem, ending) = name.rsplit_once('.')?;
        let numbered = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if !numbered(ending) {
            return Some(
                ending.split_once('-').filter(|(_, date)| numbered(date)).map_or(ending, |(ending, _)| ending),
            );
        }
        name = stem;
    }
}

/// Requests of OTLP have the fields of their signal, and the attributes of the first of them.
fn otlp_shape(mut shape: Shape, start: &[u8], whole: bool, declared: &Declared) -> Result<Shape, Error> {
    let feed = Fields::default();
    let mut file = OtlpFile::new(&declared.decl, declared.signal);
    for request in sample_records(start, whole, &shape) {
        // What cannot be read is counted when it is read.
        let _ = file.request(&request, &feed)?;
    }
    file.flush(&feed)?;
    let signal = declared.signal.or_else(|| otlp_file::signal_of(start)).unwrap_or(Signal::Spans);
    shape.known = otlp::known(&declared.decl, signal);
    for field in feed.take() {
        if shape.known.field(&field.name).is_none() {
            shape.known.fields.push(KnownField::found(field));
        }
    }
    Ok(shape)
}

impl Declared {
    /// How values are read.
    fn known(&self) -> Known {
        Known { reading: self.reading.clone(), units: self.units.clone(), ..Known::default() }
    }
}

impl Shape {
    pub(super) fn tell(&self, feed: &dyn Feed) {
        self.notices.iter().for_each(|notice| feed.notice(notice.clone()));
        self.untimed.iter().for_each(|message| feed.untimed(message.clone()));
    }

    /// The same, with nothing to tell.
    pub(super) fn quiet(&self) -> Shape {
        Shape { notices: Vec::new(), untimed: None, ..self.clone() }
    }

    /// The type of a field whose values have several.
    pub(super) fn mixed(&self) -> Type {
        // What has types in a text is JSON.
        if self.is_open_text() { Type::Dynamic } else { self.format.mixed() }
    }

    /// Lines of text, some of which may have fields, since nobody has named their format.
    pub(super) fn is_open_text(&self) -> bool {
        self.format == Format::Text && self.guessed
    }

    /// Records have the time at which they are read, where they say none.
    pub(super) fn arrives(&self) -> bool {
        self.stamps == Stamps::Arrival && self.format != Format::Text
    }
}

impl Format {
    /// The type of a field whose values have several: JSON keeps them as they are, text is text.
    pub(super) fn mixed(self) -> Type {
        if matches!(self, Format::Json | Format::Otlp) { Type::Dynamic } else { Type::String }
    }

    /// Whether a line that is no record of this format is an event with its text as `body`.
    pub(super) fn has_plain(self, line: &[u8]) -> bool {
        match self {
            Format::Text => true,
            // A broken object is told as one.
            Format::Json => {
                !sniff::is_object(line)
                    && line.trim_ascii() != b"{"
                    && !line.iter().all(|byte| b"[], \t".contains(byte))
            }
            Format::Logfmt => !line.contains(&b'='),
            Format::Csv | Format::Columns | Format::Otlp => false,
        }
    }
}

/// Lines of text: whether they carry their time, and how.
fn of_text(shape: &mut Shape, lines: &[&[u8]], declared: &Declared) {
    let mut reading = declared.reading.clone();
    let (mut whole, mut partly, mut day_first) = (0, 0, false);
    for stamp in lines.iter().filter_map(|line| reading.find(line)) {
        *(if stamp.whole { &mut whole } else { &mut partly }) += 1;
        day_first |= stamp.doubt == Some(Doubt::DayFirst);
    }
    // Where most stamps say all, a number or a clock that a line begins with is none.
    reading.whole = whole > partly;
    reading.day_first = day_first;
    shape.stamps = if shape.wrapped || whole + partly > 0 { Stamps::Own } else { Stamps::Arrival };
    if shape.guessed
        && !shape.wrapped
        && let Some(names) = sniff::csv_names(lines)
    {
        let names = syntax::visible(&names.join("`, `")).into_owned();
        shape.notices.push(format!("the lines look like CSV with the names `{names}`; `?format=csv` reads them so"));
    }
    let mut fields = vec![Field::new(TIMESTAMP, Type::Datetime), Field::new("body", Type::String)];
    if shape.wrapped {
        fields.push(Field::new("stream", Type::String));
    }
    shape.untimed = (shape.stamps == Stamps::Arrival).then(|| {
        let count = lines.len();
        match &reading.pattern {
            Some(_) => format!("none of the first {count} lines has a time as `?time_format=` says; {READ}"),
            None => format!(
                "none of the first {count} lines has a time that can be read; {READ}; \
                 `?time_format=%d/%m/%Y %H:%M:%S` says how it is written"
            ),
        }
    });
    // Lines that have fields may say their time in one of these.
    let times = match (shape.guessed, declared.times.as_slice()) {
        (false, _) => Vec::new(),
        (true, []) => event_time::usual(),
        (true, times) => times.to_vec(),
    };
    let untimed = shape.guessed;
    shape.known = Known { fields: Known::declared(fields).fields, reading, times, untimed, ..declared.known() };
}

/// What is found of event time.
struct WithTime {
    known: Known,
    stamps: Stamps,
    notices: Vec<String>,
    untimed: Option<String>,
}

/// The records that were looked at.
fn first(records: usize) -> String {
    if records == 1 { "the first record".to_owned() } else { format!("the first {records} records") }
}

/// What holds where no time is found.
const READ: &str = "events have the time at which they are read instead";

fn with_time(mut fields: Vec<Field>, found: &RecordBatch, declared: &Declared) -> WithTime {
    let (mut notices, mut untimed) = (Vec::new(), None);
    let mut reading = declared.reading.clone();
    let records = found.num_rows();
    let has = |name: &Name| found.column_by_name(name).is_some_and(|column| column.null_count() < column.len());
    let mut times = declared.times.clone();
    if times.is_empty() {
        let looked = event_time::find(found, &reading);
        times = looked.names.clone();
        let others = named(&looked.others);
        if times.is_empty() && records > 0 {
            let unread = event_time::unread(found, &reading);
            let what = match (has(&TIMESTAMP.into()), &unread) {
                (true, _) => format!("`timestamp` is no time in most of {}", first(records)),
                (false, Some((name, text))) => {
                    let text = syntax::visible(text);
                    let most = if records == 1 { "" } else { "most of " };
                    format!("`{name}` is no time that can be read in {most}{}, e.g. `{text}`", first(records))
                }
                (false, None) => format!("no field of {} is known to hold a time", first(records)),
            };
            let help = match looked.others.as_slice() {
                [] if unread.is_some() && reading.pattern.is_some() => "`?time_format=` does not fit it".to_owned(),
                [] if unread.is_some() => "`?time_format=%d/%m/%Y %H:%M:%S` says how it is written".to_owned(),
                [] => "`?timestamp=FIELD` names the field that is their time".to_owned(),
                [first, ..] => format!(
                    "{others} {}: `?timestamp=FIELD`, e.g. `?timestamp={first}`, takes it",
                    looks_like(&looked.others)
                ),
            };
            untimed = Some(format!("{what}; {READ}; {help}"));
        } else if looked.guessed {
            let other = if looked.others.is_empty() {
                String::new()
            } else {
                format!("; {others} {} too", looks_like(&looked.others))
            };
            let names = times.iter().map(|name| &**name).collect::<Vec<_>>().join(",");
            notices
                .push(format!("`{names}` is taken for the events' time{other}; `?timestamp={names}` says so for good"));
        }
    } else if records > 0 && !times.iter().any(has) {
        let what = match times.as_slice() {
            [one] => format!("`{one}`, which is to be their time"),
            _ => format!("any of {}, which are to be their time", named(&times)),
        };
        notices.push(match records {
            1 => format!("the first record does not have {what}"),
            _ => format!("none of the first {records} records has {what}"),
        });
    }
    reading.day_first =
        times.iter().any(|name| found.column_by_name(name).is_some_and(|column| day_first(column, &reading)));
    let stamps = if times.is_empty() { Stamps::Arrival } else { Stamps::Own };
    match fields.iter_mut().find(|field| *field.name == *TIMESTAMP) {
        Some(timestamp) => timestamp.ty = Type::Datetime,
        None => fields.insert(declared.fields.len(), Field::new(TIMESTAMP, Type::Datetime)),
    }
    // One that comes later is found as well.
    let usual = stamps == Stamps::Arrival;
    let times = match times.as_slice() {
        [] => event_time::usual(),
        [only] if **only == *TIMESTAMP => Vec::new(),
        _ => times,
    };
    let is_declared = |field: &Field| *field.name == *TIMESTAMP || declared.declares(&field.name);
    let fields = fields
        .into_iter()
        .map(|field| KnownField { declared: is_declared(&field), ..KnownField::found(field) })
        .collect();
    let known = Known { fields, times, untimed: usual, reading, ..declared.known() };
    WithTime { known, stamps, notices, untimed }
}

/// Dates such as `31/12/2026` occur, so that `03/04/2026` is in April.
fn day_first(column: &std::sync::Arc<dyn Array>, reading: &Reading) -> bool {
    use arrow_array::cast::AsArray;

    let Some(texts) = column.as_string_opt::<i32>() else { return false };
    let doubt = |text: &str| reading.read(text.as_bytes()).and_then(|stamp| stamp.doubt);
    texts.iter().flatten().take(SAMPLE_RECORDS).any(|text| doubt(text) == Some(Doubt::DayFirst))
}

fn looks_like(names: &[Name]) -> &'static str {
    if names.len() == 1 { "looks like a time" } else { "look like times" }
}

fn named(names: &[Name]) -> String {
    names.iter().take(5).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
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

/// The first records, in the way in which the shape's format is cut.
fn sample_records(sample: &[u8], whole: bool, shape: &Shape) -> Vec<Vec<u8>> {
    let mut cut = Cut::new(shape, if shape.format == Format::Otlp { MAX_REQUEST } else { SAMPLE_BYTES });
    let mut records = Vec::new();
    let mut pieces = Pieces::default();
    let mut keep = |line: Line<'_>| {
        let (Line::Whole(line), true) = (line, records.len() < SAMPLE_RECORDS) else {
            return Ok::<(), std::convert::Infallible>(());
        };
        match Cri::new(line).filter(|_| shape.wrapped) {
            Some(Cri { stream, partial, text, .. }) => {
                if let Some(Whole::Line(line, _)) = pieces.add((stream, None), text, !partial, 0, SAMPLE_BYTES) {
                    records.push(line);
                }
            }
            None => records.push(line.to_vec()),
        }
        Ok(())
    };
    let Ok(()) = cut.take(&sample[..sample.len().min(SAMPLE_BYTES)], &mut keep);
    if whole {
        let Ok(()) = cut.finish(&mut keep);
    }
    records
}

/// Collects the fields of what is decoded to look at it.
#[derive(Default)]
struct Fields(std::sync::Mutex<Vec<Field>>);

impl Fields {
    fn take(&self) -> Vec<Field> {
        std::mem::take(&mut crate::hub::lock(&self.0))
    }
}

impl super::Feed for Fields {
    fn wanted(&self) -> std::sync::Arc<Wanted> {
        std::sync::Arc::new(Wanted::All)
    }

    fn batch(&self, batch: RecordBatch) {
        let mut fields = crate::hub::lock(&self.0);
        for field in batch.schema_ref().fields() {
            if !fields.iter().any(|known| *known.name == **field.name()) {
                fields.push(Field::new(field.name().as_str(), crate::batch::field_type(field)));
            }
        }
    }

    fn dropped(&self, _: &'static str, _: u64, _: &[u8]) {}

    fn notice(&self, _: String) {}

    fn stopped(&self) -> bool {
        false
    }

    fn pause(&self, _: std::time::Duration) -> bool {
        false
    }
}
