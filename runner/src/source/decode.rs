//! From the bytes of a file or a pipe to batches: cuts lines, learns what the records are like, decodes
//! what is wanted, and counts what cannot be decoded.

use std::sync::Arc;

use super::csv::Csv;
use super::dictionary::Dictionaries;
use super::infer::{self, Declared, Format, SAMPLE_BYTES, Shape};
use super::json::Json;
use super::lines::{Line, Lines, Take};
use super::skip::Skip;
use super::table::Table;
use super::text::Stamps;
use super::{Feed, Wanted, column::Scalar, logfmt, text};
use crate::Error;
use crate::prefilter::Prefilter;

/// Why a record is rejected that is kept.
const LOST_VALUE: &str = "a value that is none of its field's declared type";

/// Bytes of a record that are shown where it cannot be decoded.
const SAMPLE: usize = 200;

pub(super) struct Decoding {
    lines: Lines,
    records: Records,
}

/// Everything but the cutting of lines.
struct Records {
    feed: Arc<dyn Feed>,
    declared: Declared,
    /// None until there was a record to learn from.
    shape: Option<Shape>,
    filling: Option<Filling>,
    dictionaries: Dictionaries,
    /// When the present bytes were read.
    now: i64,
    /// The time of the last line of text.
    last_stamp: Option<i64>,
    /// Lines that were passed over and not told yet.
    skipped: u64,
}

/// The batch being filled, for what is wanted at present.
struct Filling {
    wanted: Arc<Wanted>,
    prefilter: Option<Arc<Prefilter>>,
    table: Table,
    decoder: Decoder,
    /// Where not every line needs to be decoded.
    skip: Option<Skip>,
}

enum Decoder {
    Json(Box<Json>),
    Logfmt,
    Csv(Box<Csv>),
    Text,
}

impl Decoding {
    pub(super) fn new(feed: Arc<dyn Feed>, declared: Declared, shape: Option<Shape>) -> Decoding {
        let lines = Lines::new(declared.max_line);
        if let Some(notice) = shape.as_ref().and_then(|shape| shape.notice.clone()) {
            feed.notice(notice);
        }
        Decoding {
            lines,
            records: Records {
                feed,
                declared,
                shape,
                filling: None,
                dictionaries: Dictionaries::default(),
                now: super::now(),
                last_stamp: None,
                skipped: 0,
            },
        }
    }

    /// Strings come by their codes.
    #[cfg(test)]
    pub(super) fn coded(mut self) -> Decoding {
        self.records.dictionaries = Dictionaries::new(true);
        self
    }

    /// Decodes the records that these bytes complete. Batches are handed on as they fill up.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Decoding { lines, records } = self;
        records.now = super::now();
        if records.shape.is_none() {
            records.learn(bytes, false)?;
        }
        if let Some(Filling { skip: Some(skip), .. }) = &mut records.filling {
            skip.begin();
        }
        lines.take(bytes, records)?;
        records.skipped()
    }

    /// No more bytes are at hand: hands on what there is.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        self.records.flush()
    }

    /// The input has ended: its last line needs no line end.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        let Decoding { lines, records } = self;
        records.now = super::now();
        lines.finish(records)?;
        records.skipped()?;
        self.flush()
    }

    /// The input was cut off under us: the line that was begun cannot be completed.
    pub(super) fn forget(&mut self) {
        let partial = self.lines.forget();
        if !partial.is_empty() {
            self.records.drop("a line that the file lost when it was truncated", &partial);
        }
    }
}

impl Take<Error> for Records {
    fn line(&mut self, line: Line<'_>) -> Result<(), Error> {
        match line {
            Line::Whole(line) => self.record(line),
            Line::TooLong(start) => {
                self.drop("a line longer than the limit (`?max_line=`)", start);
                Ok(())
            }
            Line::Empty => {
                self.drop("an empty line", b"");
                Ok(())
            }
            Line::OnlyNul => {
                self.drop("a line of NUL bytes", b"\0");
                Ok(())
            }
        }
    }

    fn run(&mut self, bytes: &[u8], max: usize) -> Result<usize, Error> {
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
        if self.shape.is_none() {
            self.learn(line, true)?;
        }
        let now = self.now;
        let Some(shape) = &self.shape else { return Ok(()) };
        if shape.format == Format::Csv && shape.header.is(line) {
            return Ok(());
        }
        let filling = match &mut self.filling {
            Some(filling) => filling,
            none => none.insert(Filling::new(&*self.feed, shape, &mut self.dictionaries)),
        };
        let table = &mut filling.table;
        if let Some(skip) = &mut filling.skip
            && !skip.holds(line)
        {
            self.skipped += 1;
            return Ok(());
        }
        let whole = match &mut filling.decoder {
            Decoder::Json(json) => json.record(line, table),
            Decoder::Logfmt => logfmt::record(line, table),
            Decoder::Csv(csv) => csv.record(line, table),
            Decoder::Text => {
                text::record(line, shape.stamps, now, &mut self.last_stamp, table);
                Ok(())
            }
        };
        let lost = table.take_lost();
        match whole {
            Ok(()) if lost => {
                self.reject(LOST_VALUE, line);
                self.keep()
            }
            Ok(()) => self.keep(),
            Err(reason) => {
                table.take_back();
                self.drop(reason, line);
                Ok(())
            }
        }
    }

    /// The table's present row is whole.
    fn keep(&mut self) -> Result<(), Error> {
        let (Some(shape), Some(Filling { table, .. })) = (&self.shape, &mut self.filling) else { return Ok(()) };
        if shape.stamps == Stamps::Arrival && shape.format != Format::Text {
            table.set_by_name("timestamp", Scalar::Datetime(self.now));
        }
        table.keep();
        if table.full() { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        let Some(filling) = &mut self.filling else { return Ok(()) };
        if filling.table.rows() > 0 {
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
        self.shape = infer::infer(&bytes[..bytes.len().min(SAMPLE_BYTES)], whole, &self.declared)?;
        if let Some(notice) = self.shape.as_ref().and_then(|shape| shape.notice.clone()) {
            self.feed.notice(notice);
        }
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
    fn new(feed: &dyn Feed, shape: &Shape, dictionaries: &mut Dictionaries) -> Filling {
        let (wanted, prefilter) = needs(feed);
        let skip = prefilter.as_ref().and_then(|prefilter| Skip::new(prefilter, shape.format));
        let mut table = Table::new(&wanted, &shape.known, shape.format.mixed());
        table.code(dictionaries);
        let decoder = match shape.format {
            Format::Json => Decoder::Json(Box::new(Json::new(&table))),
            Format::Logfmt => Decoder::Logfmt,
            Format::Csv => Decoder::Csv(Box::new(Csv::new(shape.header.clone()))),
            Format::Text => Decoder::Text,
        };
        Filling { wanted, prefilter, table, decoder, skip }
    }
}
