//! From the bytes of a file or a pipe to batches: learns what the records are like, cuts them, decodes what is wanted,
//! and counts what cannot be decoded.

use std::sync::Arc;

use super::column::Scalar;
use super::columns::Columns;
use super::container::{Cri, Docker, Pieces, Stream, Whole};
use super::csv::{self, Csv, Header};
use super::cut::Cut;
use super::dictionary::Dictionaries;
use super::infer::{self, Declared, Format, SAMPLE_BYTES, Shape};
use super::json::Json;
use super::lines::{Line, Take};
use super::multiline::{self, Joiner};
use super::otlp_file::OtlpFile;
use super::skip::Skip;
use super::table::Table;
use super::text::Stamps;
use super::utf16::Utf16;
use super::{Feed, Wanted, logfmt, parse, sniff, text};
use syntax::stamp::Reading;

use crate::Error;
use crate::prefilter::Prefilter;

/// Why a record is rejected that is kept.
const LOST_VALUE: &str = "a value that is none of its field's declared type";

/// Bytes of a record that are shown where it cannot be decoded.
const SAMPLE: usize = 200;

/// Objects among the lines of a text whose format nobody has named, after which it is taken for JSON: so many at its
/// start, and so many more than other lines later.
const OBJECTS: (u32, u32) = (1, 30);
/// How long a container's line waits for its next piece, in nanoseconds.
const PIECES: i64 = 1_000_000_000;
/// Lines that are a text's start.
const START: u32 = 100;

pub(super) struct Decoding {
    utf16: Utf16,
    /// The first bytes, while they do not tell what the records are like.
    head: Vec<u8>,
    /// How many of them there are to be before they are looked at again without the end of a line.
    enough: usize,
    cut: Option<Cut>,
    records: Records,
}

/// Everything but the cutting of records.
struct Records {
    feed: Arc<dyn Feed>,
    declared: Declared,
    /// None until there was a record to learn from.
    shape: Option<Shape>,
    filling: Option<Filling>,
    dictionaries: Dictionaries,
    /// When the present bytes were read.
    now: i64,
    /// The time of the last event before the present batch, or of the last line of text.
    last_stamp: Option<i64>,
    /// Of lines of text.
    text: Option<text::Lines>,
    /// Lines that were passed over and not told yet.
    skipped: u64,
    /// Lines of text that are one event, for each stream of a container.
    joiners: [Joiner; 2],
    told_cut: bool,
    /// Members of documents after their list.
    told_members: bool,
    /// Pieces of a container's lines.
    pieces: Pieces,
    columns: Columns,
    otlp: Option<Box<OtlpFile>>,
    /// Lines of a text, and how many more of them were objects than not.
    seen: (u32, u32),
    /// Another format was found than the one the bytes are cut by.
    other: bool,
}

/// What stands around a line of a container.
#[derive(Clone, Copy)]
struct Outside {
    stream: Stream,
    time: Option<i64>,
}

/// The batch being filled, for what is wanted at present.
struct Filling {
    wanted: Arc<Wanted>,
    prefilter: Option<Arc<Prefilter>>,
    table: Table,
    decoder: Decoder,
    /// Where not every line needs to be decoded.
    skip: Option<Skip>,
    /// Of a text, for the lines that have fields.
    objects: Option<Box<Json>>,
}

enum Decoder {
    Json(Box<Json>),
    Logfmt,
    Csv(Box<Csv>),
    Columns,
    Text,
}

impl Decoding {
    pub(super) fn new(feed: Arc<dyn Feed>, declared: Declared, shape: Option<Shape>) -> Decoding {
        let mut records = Records {
            feed,
            shape: None,
            filling: None,
            dictionaries: Dictionaries::default(),
            now: super::now(),
            last_stamp: None,
            text: None,
            skipped: 0,
            joiners: [Stream::Out, Stream::Err]
                .map(|_| Joiner::new(declared.multiline.clone(), declared.max_line(Format::Text))),
            told_cut: false,
            told_members: false,
            pieces: Pieces::default(),
            columns: Columns::default(),
            otlp: None,
            seen: (0, 0),
            other: false,
            declared,
        };
        records.shape(shape);
        Decoding { utf16: Utf16::default(), head: Vec::new(), enough: 0, cut: None, records }
    }

    /// Strings come by their codes.
    #[cfg(test)]
    pub(super) fn coded(mut self) -> Decoding {
        self.records.dictionaries = Dictionaries::new(true);
        self
    }

    /// Decodes the records that these bytes complete. Batches are handed on as they fill up.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.records.now = super::now();
        if self.utf16.is_none() {
            return self.text(bytes, false);
        }
        let name = self.utf16.name();
        let text = self.utf16.read(bytes, false);
        if let (None, Some(name)) = (name, self.utf16.name()) {
            self.records.feed.notice(format!("the input is {name}; it is read as such"));
        }
        self.text(&text, false)
    }

    /// The same for UTF-8.
    fn text(&mut self, bytes: &[u8], whole: bool) -> Result<(), Error> {
        let Decoding { head, enough, records, .. } = self;
        if records.shape.is_none() {
            head.extend_from_slice(bytes);
            if !whole && head.len() < *enough && memchr::memchr(b'\n', bytes).is_none() {
                return Ok(());
            }
            *enough = head.len() * 2;
            records.learn(head, whole || head.len() > SAMPLE_BYTES)?;
            if records.shape.is_none() {
                // So many bytes without a record hold none.
                if head.len() > SAMPLE_BYTES {
                    head.clear();
                }
                return Ok(());
            }
            let head = std::mem::take(head);
            return self.cut(&head);
        }
        self.cut(bytes)
    }

    fn cut(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Decoding { cut, records, .. } = self;
        records.set_now();
        let Some(shape) = &records.shape else { return Ok(()) };
        if let Some(Filling { skip: Some(skip), .. }) = &mut records.filling {
            skip.begin();
        }
        let max = records.declared.max_line(shape.format);
        let cutting = match cut {
            Some(cut) => cut,
            none => none.insert(Cut::new(shape, max)),
        };
        let lines: Vec<u8>;
        let bytes = if shape.carriage {
            lines = bytes.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect();
            &lines
        } else {
            bytes
        };
        cutting.take(bytes, records)?;
        if std::mem::take(&mut records.other)
            && let Some(shape) = &records.shape
        {
            // Those that come after it, which no line of text was made of.
            let rest = cutting.forget();
            *cutting = Cut::new(shape, max);
            cutting.take(&rest, records)?;
        }
        records.skipped()
    }

    /// No more bytes are at hand: hands on what there is, but for an event whose lines may still come.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        self.records.pieces(super::now().saturating_sub(PIECES))?;
        self.records.release(true)?;
        self.records.skipped()?;
        self.records.flush()
    }

    /// The input has ended: its last line needs no line end. What comes after is another input of the same kind.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        self.records.now = super::now();
        let rest = self.utf16.read(b"", true);
        self.text(&rest, true)?;
        let Decoding { cut, records, .. } = self;
        if let Some(cut) = cut {
            cut.finish(records)?;
        }
        records.rest()?;
        self.again();
        self.records.skipped()?;
        self.records.flush()
    }

    /// The input was cut off under us: the record that was begun cannot be completed.
    pub(super) fn forget(&mut self) -> Result<(), Error> {
        let mut partial = std::mem::take(&mut self.head);
        partial.extend(self.cut.as_mut().map(Cut::forget).unwrap_or_default());
        if !partial.is_empty() {
            self.records.drop("a line that the file lost when it was truncated", &partial);
        }
        self.records.rest()?;
        self.again();
        Ok(())
    }

    /// Other bytes begin.
    fn again(&mut self) {
        self.enough = 0;
        self.utf16 = Utf16::default();
        self.cut = None;
    }
}

impl Take<Error> for Records {
    fn line(&mut self, line: Line<'_>) -> Result<(), Error> {
        match line {
            Line::Whole(line) => self.record(line),
            Line::TooLong(start) => {
                self.release(false)?;
                self.drop("a line longer than the limit (`?max_line=`)", start);
                Ok(())
            }
            // It says nothing, and so nothing is lost with it.
            Line::Empty => {
                self.joiners[0].empty();
                Ok(())
            }
            Line::OnlyNul => {
                self.drop("a line of NUL bytes", b"\0");
                Ok(())
            }
            Line::AfterList(members) => {
                if !std::mem::replace(&mut self.told_members, true) {
                    let list = self.shape.as_ref().and_then(|shape| shape.list.as_deref()).unwrap_or_default();
                    let members = syntax::visible_bytes(&members[..members.len().min(SAMPLE)]);
                    self.feed.notice(format!(
                        "what a document says after its list `{list}` is not on the events, which were read before it: \
                         `{members}`; `?list=none` reads documents as they are"
                    ));
                }
                Ok(())
            }
            Line::ListWithoutEnd => {
                self.drop("a JSON list without its end, and what was in the rest of it", b"[");
                Ok(())
            }
        }
    }

    fn stops(&self) -> bool {
        self.other
    }

    fn run(&mut self, bytes: &[u8], max: usize) -> Result<usize, Error> {
        if self.shape.as_ref().is_some_and(|shape| shape.docker) {
            return Ok(0);
        }
        if self.joiners[0].holds() {
            // What begins now may belong to the event that is held.
            if !matches!(bytes, [b'{', ..]) {
                return Ok(0);
            }
            self.release(false)?;
        }
        if matches!(&self.shape, Some(Shape { format: Format::Text, wrapped: false, .. })) && self.joiners[0].is_auto()
        {
            return self.dated(bytes, max);
        }
        let mut at = 0;
        // A flush may change what is wanted, so what is filled is asked for again each time.
        while let Some(Filling { table, decoder, skip, .. }) = &mut self.filling {
            if let Some(skip) = skip {
                let (length, lines) = skip.lines(&bytes[at..]);
                self.skipped += lines;
                at += length;
            }
            let Decoder::Json(json) = decoder else { break };
            let Some(length) = json.line(&bytes[at..], max, table) else { break };
            let lost = table.take_lost();
            at += length;
            if lost {
                self.reject(LOST_VALUE, bytes[at - length..at].trim_ascii_end());
            }
            self.keep()?;
        }
        Ok(at)
    }
}

impl Records {
    fn record(&mut self, line: &[u8]) -> Result<(), Error> {
        let Some(shape) = &self.shape else { return Ok(()) };
        if !shape.wrapped && !shape.docker {
            return self.content(line, None);
        }
        if shape.docker {
            return self.docker(line);
        }
        match Cri::new(line) {
            Some(Cri { time, stream, partial: false, text }) if !self.pieces.holds(stream) => {
                self.content(text, Some(Outside { stream, time: Some(time) }))
            }
            Some(Cri { time, stream, partial, text }) => {
                let max = self.declared.max_line(shape.format);
                match self.pieces.add((stream, Some(time)), text, !partial, self.now, max) {
                    Some(whole) => self.whole(stream, whole),
                    None => Ok(()),
                }
            }
            None => self.content(line, None),
        }
    }

    /// A container's line that is whole.
    fn whole(&mut self, stream: Stream, whole: Whole) -> Result<(), Error> {
        match whole {
            Whole::Line(line, time) => self.content(&line, Some(Outside { stream, time })),
            Whole::TooLong(start) => self.line(Line::TooLong(&start)),
        }
    }

    /// One of Docker's objects: a line, or a piece of one.
    fn docker(&mut self, line: &[u8]) -> Result<(), Error> {
        let Some(docker) = Docker::new(line) else { return self.content(line, None) };
        let last = docker.is_last();
        if last && !self.pieces.holds(docker.stream) {
            return self.content(line, None);
        }
        let max = self.declared.max_line(Format::Json);
        match self.pieces.add((docker.stream, None), docker.log.as_bytes(), last, self.now, max) {
            Some(Whole::Line(log, _)) => self.content(&docker.with(log), None),
            Some(Whole::TooLong(start)) => self.line(Line::TooLong(&start)),
            None => Ok(()),
        }
    }

    fn content(&mut self, line: &[u8], outside: Option<Outside>) -> Result<(), Error> {
        let Some(shape) = &self.shape else { return Ok(()) };
        let (format, guessed) = (shape.format, shape.guessed);
        match format {
            Format::Csv if shape.header.is(line) || csv::separator(line).is_some() => return Ok(()),
            Format::Csv if let Some(header) = shape.header.renamed_by(line, shape.delimiter) => {
                self.columns_anew(header);
                return Ok(());
            }
            Format::Columns if line.starts_with(b"#") => {
                self.columns.directive(line);
                return Ok(());
            }
            Format::Otlp => return self.request(line),
            Format::Text if guessed && self.is_json_after_all(line)? => return self.content(line, outside),
            Format::Text if guessed && sniff::may_have_fields(line) => return self.with_fields(line, outside),
            Format::Text => return self.plain(line, outside),
            Format::Json if sniff::is_object(line) || sniff::objects_in(line).next().is_some() => {
                // What one stream of a container says does not end what the other does.
                let index = outside.map_or(0, |outside| outside.stream as usize);
                if let Some(event) = self.joiners[index].take() {
                    self.event(&event, index)?;
                }
            }
            Format::Json if format.has_plain(line) => return self.plain(line, outside),
            // Of brackets alone nothing is missing.
            Format::Json if line.trim_ascii().iter().all(|byte| b"[], \t".contains(byte)) => return Ok(()),
            Format::Logfmt if format.has_plain(line) => return self.plain(line, outside),
            Format::Logfmt if self.joiners.iter().any(Joiner::holds) => self.release(false)?,
            Format::Json | Format::Logfmt | Format::Csv | Format::Columns => {}
        }
        let Some(filling) = self.filling() else { return Ok(()) };
        if let Some(skip) = &filling.skip
            && !skip.holds(line)
        {
            self.skipped += 1;
            return Ok(());
        }
        let Records { filling: Some(Filling { table, decoder, .. }), columns, .. } = self else { return Ok(()) };
        let prefix = match decoder {
            Decoder::Json(json) => text::object(line, json, table),
            Decoder::Logfmt => logfmt::record(line, table).map(|()| 0),
            Decoder::Csv(csv) => csv.record(line, table).map(|()| 0),
            Decoder::Columns => columns.record(line, table).map(|()| 0),
            Decoder::Text => return self.plain(line, outside),
        };
        let lost = table.take_lost();
        match prefix {
            Ok(prefix) => {
                if lost {
                    self.reject(LOST_VALUE, line);
                }
                let time = outside.and_then(|outside| outside.time);
                let timed = self.around(outside.map(|outside| outside.stream), time, &line[..prefix]);
                if timed { self.kept() } else { self.keep() }
            }
            Err(_) if format.has_plain(line) => {
                table.take_back();
                self.plain(line, outside)
            }
            Err(reason) => {
                table.take_back();
                self.drop(reason, line);
                Ok(())
            }
        }
    }

    /// What stands around the present row's record: its stream, and its time where it says none itself. Returns whether
    /// the row has a time now.
    fn around(&mut self, stream: Option<Stream>, time: Option<i64>, prefix: &[u8]) -> bool {
        if stream.is_none() && prefix.is_empty() {
            return false;
        }
        let Some(Filling { table, .. }) = &mut self.filling else { return false };
        if let Some(stream) = stream
            && !table.slots_of("stream").iter().any(|slot| table.is_set(*slot))
        {
            table.set_by_name("stream", Scalar::String(stream.name()));
        }
        if !table.has_time()
            && let Some(time) = time.or_else(|| parse::line_stamp(prefix, self.now))
        {
            table.set_time(time);
        }
        table.has_time()
    }

    /// From here on the columns have other names.
    fn columns_anew(&mut self, header: Header) {
        let Some(shape) = &mut self.shape else { return };
        let names = header.names();
        let names = syntax::visible(&names);
        self.feed.notice(format!("a later line names the columns anew, `{names}`: the lines after it are read by it"));
        if let Some(Filling { decoder, .. }) = &mut self.filling {
            *decoder = Decoder::Csv(Box::new(Csv::new(header.clone(), shape.delimiter)));
        }
        shape.header = header;
    }

    /// A line of text that may be an object, have one behind a prefix, or be logfmt.
    fn with_fields(&mut self, line: &[u8], outside: Option<Outside>) -> Result<(), Error> {
        let (index, time) = outside.map_or((0, None), |outside| (outside.stream as usize, outside.time));
        let alone = self.joiners[index].is_auto() || self.joiners[index].off();
        if !alone || !sniff::has_fields(line) {
            return self.plain(line, outside);
        }
        if let Some(event) = self.joiners[index].take() {
            self.event(&event, index)?;
        }
        let Some(filling) = self.filling() else { return Ok(()) };
        if filling.skip.as_ref().is_some_and(|skip| !skip.holds(line)) {
            self.skipped += 1;
            return Ok(());
        }
        let Records {
            shape: Some(shape), filling: Some(Filling { table, objects, .. }), last_stamp, text, now, ..
        } = self
        else {
            return Ok(());
        };
        let json = match objects {
            Some(json) => json,
            none => none.insert(Box::new(Json::new(table))),
        };
        let new = || text::Lines::new(shape.known.reading.clone(), shape.stamps);
        let lines = text.get_or_insert_with(new);
        if !lines.fields(line, (*now, time), json, table) {
            return self.plain(line, outside);
        }
        *last_stamp = lines.last().or(*last_stamp);
        if table.take_lost() {
            self.reject(LOST_VALUE, line);
        }
        self.around(outside.map(|outside| outside.stream), None, b"");
        self.kept()
    }

    /// A line that is text: an event, or a part of one.
    fn plain(&mut self, line: &[u8], outside: Option<Outside>) -> Result<(), Error> {
        let (index, time) = outside.map_or((0, None), |outside| (outside.stream as usize, outside.time));
        let (before, cut) = self.joiners[index].line(line, self.now, time);
        if cut && !std::mem::replace(&mut self.told_cut, true) {
            self.feed.notice(format!(
                "an event of more than {} lines, or longer than the limit (`?max_line=`), is read as several; \
                 `?multiline=` says which lines are one",
                multiline::LINES
            ));
        }
        if let Some(before) = before {
            self.event(&before, index)?;
            self.joiners[index].reuse(before);
        }
        if self.joiners[index].off()
            && let Some(event) = self.joiners[index].take()
        {
            self.event(&event, index)?;
            self.joiners[index].reuse(event);
        }
        Ok(())
    }

    /// Takes lines of text of which it is plain that each is an event: they begin with a date, and the next one does too.
    fn dated(&mut self, bytes: &[u8], max: usize) -> Result<usize, Error> {
        const DATE: usize = 4;
        let mut at = 0;
        while let Some(end) = memchr::memchr(b'\n', &bytes[at..]).filter(|end| (DATE..=max).contains(end)) {
            let Records { shape: Some(shape), filling: Some(filling), last_stamp, now, text, .. } = self else { break };
            let line = &bytes[at..at + end];
            if shape.guessed && line.trim_ascii_end().ends_with(b"}") {
                break;
            }
            if !line[0].is_ascii_digit() || bytes.get(at + end + 1..at + end + 1 + DATE) != Some(&line[..DATE]) {
                break;
            }
            at += end + 1;
            if filling.skip.as_ref().is_some_and(|skip| !skip.holds(line)) {
                self.skipped += 1;
                continue;
            }
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let new = || text::Lines::new(shape.known.reading.clone(), shape.stamps);
            let lines = text.get_or_insert_with(new);
            lines.record(line, *now, &mut filling.table);
            *last_stamp = lines.last().or(*last_stamp);
            self.kept()?;
        }
        Ok(at)
    }

    /// A text of one or more lines that is an event.
    fn event(&mut self, event: &multiline::Event, index: usize) -> Result<(), Error> {
        let multiline::Event { text, now, stamp } = event;
        let Some(filling) = self.filling() else { return Ok(()) };
        if let Some(skip) = &filling.skip
            && !skip.holds(text)
        {
            self.skipped += 1;
            return Ok(());
        }
        let Records { shape: Some(shape), filling: Some(Filling { table, .. }), last_stamp, text: lines, .. } = self
        else {
            return Ok(());
        };
        if let (Format::Text, None) = (shape.format, stamp) {
            let new = || text::Lines::new(shape.known.reading.clone(), shape.stamps);
            let lines = lines.get_or_insert_with(new);
            lines.record(text, *now, table);
            *last_stamp = lines.last().or(*last_stamp);
        } else {
            let before = || table.last_time().or(*last_stamp);
            let reading = Reading { whole: true, now: *now, pattern: None, ..shape.known.reading.clone() };
            let own = stamp.or_else(|| reading.find(text).map(|stamp| stamp.nanos));
            let time = own.or_else(|| if shape.stamps == Stamps::Own { before() } else { Some(*now) });
            if let Some(time) = time {
                table.set_time(time);
            }
            table.set_by_name("body", Scalar::String(&String::from_utf8_lossy(text)));
        }
        if shape.wrapped && stamp.is_some() {
            let stream = [Stream::Out, Stream::Err][index].name();
            table.set_by_name("stream", Scalar::String(stream));
        }
        self.kept()
    }

    /// Gives the events that are held, or those alone that have waited long enough for more of their lines.
    fn release(&mut self, only_old: bool) -> Result<(), Error> {
        for index in 0..self.joiners.len() {
            let joiner = &mut self.joiners[index];
            if let Some(event) = if only_old { joiner.take_old(super::now()) } else { joiner.take() } {
                self.event(&event, index)?;
            }
        }
        Ok(())
    }

    /// What is held is complete: nothing comes after it.
    fn rest(&mut self) -> Result<(), Error> {
        self.pieces(i64::MAX)?;
        self.release(false)
    }

    /// Gives lines of containers as far as they came, where that was before this time.
    fn pieces(&mut self, before: i64) -> Result<(), Error> {
        let docker = self.shape.as_ref().is_some_and(|shape| shape.docker);
        for (stream, whole) in self.pieces.since(before) {
            match whole {
                Whole::Line(log, _) if docker => {
                    let log = String::from_utf8_lossy(&log).into_owned();
                    let line = serde_json::json!({"log": log, "stream": stream.name()}).to_string();
                    self.content(line.as_bytes(), None)?;
                }
                whole => self.whole(stream, whole)?,
            }
        }
        Ok(())
    }

    /// A request of OTLP as JSON.
    fn request(&mut self, line: &[u8]) -> Result<(), Error> {
        let otlp = match &mut self.otlp {
            Some(otlp) => otlp,
            none => none.insert(Box::new(OtlpFile::new(&self.declared.decl, self.declared.signal))),
        };
        match otlp.request(line, &*self.feed)? {
            Ok(()) => {}
            Err(reason) => self.drop(reason, line),
        }
        Ok(())
    }

    /// Whether a text whose format nobody has named turns out to be JSON that began with a banner or a panic.
    fn is_json_after_all(&mut self, line: &[u8]) -> Result<bool, Error> {
        let (seen, more) = &mut self.seen;
        *seen = seen.saturating_add(1);
        if !sniff::is_object(line) {
            *more = more.saturating_sub(1);
            return Ok(false);
        }
        *more += 1;
        // Where many lines were looked at, an object among the first does not tell more.
        let start = *seen <= START && self.shape.as_ref().is_some_and(|shape| shape.looked_at <= START as usize);
        let enough = if start { OBJECTS.0 } else { OBJECTS.1 };
        if *more < enough || serde_json::from_slice::<serde::de::IgnoredAny>(line).is_err() {
            return Ok(false);
        }
        self.release(false)?;
        self.flush()?;
        let wrapped = self.shape.as_ref().is_some_and(|shape| shape.wrapped);
        let Some(mut shape) = infer::infer(line, true, &self.declared)? else { return Ok(false) };
        if shape.format != Format::Json {
            return Ok(false);
        }
        shape.wrapped = wrapped;
        self.filling = None;
        self.shape(Some(shape));
        self.other = true;
        Ok(true)
    }

    /// What is being filled, begun where there is nothing yet.
    fn filling(&mut self) -> Option<&mut Filling> {
        let Records { filling, shape, declared, dictionaries, feed, now, .. } = self;
        let shape = shape.as_ref()?;
        Some(match filling {
            Some(filling) => filling,
            none => none.insert(Filling::new(&**feed, shape, declared, dictionaries, *now)),
        })
    }

    fn shape(&mut self, shape: Option<Shape>) {
        if let Some(shape) = &shape {
            self.columns = shape.columns.clone();
            shape.tell(&*self.feed);
        }
        self.text = None;
        self.shape = shape;
    }

    /// The table's present row is whole.
    fn keep(&mut self) -> Result<(), Error> {
        // Where it says no time, the table knows when it came.
        self.kept()
    }

    /// The same where its time is set.
    fn kept(&mut self) -> Result<(), Error> {
        let Some(Filling { table, .. }) = &mut self.filling else { return Ok(()) };
        table.keep();
        if table.full() { self.flush() } else { Ok(()) }
    }

    /// What is read from here on is read at the present time.
    fn set_now(&mut self) {
        let now = self.now;
        if let (Some(shape), Some(filling)) = (&self.shape, &mut self.filling) {
            filling.table.set_now(now, shape.arrives());
        }
    }

    fn flush(&mut self) -> Result<(), Error> {
        if let Some(notice) = self.text.as_mut().and_then(|lines| lines.notice.take()) {
            self.feed.notice(notice);
        }
        if let Some(otlp) = &mut self.otlp {
            otlp.flush(&*self.feed)?;
        }
        let Some(filling) = &mut self.filling else { return Ok(()) };
        if filling.table.rows() > 0 {
            if filling.is_not_text() {
                self.last_stamp = filling.table.last_time().or(self.last_stamp);
            }
            self.feed.batch(filling.table.batch()?);
        }
        filling.table.tell(&*self.feed);
        if filling.table.has_new_strings() {
            filling.table.code(&mut self.dictionaries);
        }
        // What is wanted may change between batches; what was learnt is kept while it does not.
        let (wanted, prefilter) = needs(&*self.feed);
        if *wanted != *filling.wanted || prefilter != filling.prefilter {
            if let Some(shape) = &mut self.shape {
                shape.known.learn(&filling.table);
            }
            filling.table.uncode(&mut self.dictionaries);
            self.filling = None;
        }
        Ok(())
    }

    /// Tells what was passed over. What was found between is handed on at once: it may be long until there
    /// is enough of it for a batch.
    fn skipped(&mut self) -> Result<(), Error> {
        let skipped = std::mem::take(&mut self.skipped);
        if skipped == 0 {
            return Ok(());
        }
        self.feed.skipped(skipped);
        self.flush()
    }

    fn learn(&mut self, bytes: &[u8], whole: bool) -> Result<(), Error> {
        let shape = infer::infer(&bytes[..bytes.len().min(SAMPLE_BYTES)], whole, &self.declared)?;
        self.shape(shape);
        Ok(())
    }

    fn reject(&self, reason: &'static str, record: &[u8]) {
        if self.feed.keeps_rejects() {
            self.feed.reject(reason, record);
        }
    }

    fn drop(&self, reason: &'static str, record: &[u8]) {
        self.reject(reason, record);
        self.feed.dropped(reason, 1, &record[..record.len().min(SAMPLE)]);
    }
}

/// What to decode, and what need not be.
fn needs(feed: &dyn Feed) -> (Arc<Wanted>, Option<Arc<Prefilter>>) {
    let wanted = feed.wanted();
    (wanted, feed.prefilter())
}

impl Filling {
    fn new(feed: &dyn Feed, shape: &Shape, declared: &Declared, dictionaries: &mut Dictionaries, now: i64) -> Filling {
        let (wanted, prefilter) = needs(feed);
        let alone = match shape.format {
            Format::Text => matches!(declared.multiline, multiline::Mode::Off),
            _ => shape.list.is_none(),
        };
        let many = alone && !shape.wrapped && !shape.docker;
        let skip = prefilter.as_ref().and_then(|prefilter| Skip::new(prefilter, shape.format, many));
        // Escapes may hide what is looked for.
        let skip = skip.map(|skip| if shape.is_open_text() { skip.with_escapes() } else { skip });
        let mut table = Table::new(&wanted, &shape.known, shape.mixed());
        table.code(dictionaries);
        table.set_now(now, shape.arrives());
        let decoder = match shape.format {
            Format::Json => Decoder::Json(Box::new(Json::new(&table))),
            Format::Logfmt => Decoder::Logfmt,
            Format::Csv => Decoder::Csv(Box::new(Csv::new(shape.header.clone(), shape.delimiter))),
            Format::Columns => Decoder::Columns,
            Format::Text | Format::Otlp => Decoder::Text,
        };
        Filling { wanted, prefilter, table, decoder, skip, objects: None }
    }

    fn is_not_text(&self) -> bool {
        !matches!(self.decoder, Decoder::Text)
    }
}
