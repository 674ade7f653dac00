//! Plain text, one line an event: `body` is the line, `timestamp` the stamp that it carries.
//!
//! Where lines carry stamps, one without (the rest of a stack trace) belongs to the time of the line before it. As long
//! as none does, a line's time is when it was read.
//!
//! Among JSON, an object may stand behind a prefix. In a text, a line that is an object, has one behind a prefix or is all
//! pairs of logfmt has their fields besides its `body`.

use syntax::stamp::Reading;

use super::column::Scalar;
use super::json::Json;
use super::table::Table;
use super::{logfmt, sniff};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamps {
    /// Lines carry their time.
    Own,
    /// They do not.
    Arrival,
}

/// So many lines without a stamp, one after the other, are no stack trace.
const MANY: u64 = 1000;

/// Follows the stamps of a source's lines.
#[derive(Debug)]
pub(super) struct Lines {
    reading: Reading,
    stamps: Stamps,
    /// Since the last stamp.
    without: u64,
    /// To be told.
    pub(super) notice: Option<String>,
}

impl Lines {
    pub(super) fn new(reading: Reading, stamps: Stamps) -> Lines {
        Lines { reading, stamps, without: 0, notice: None }
    }

    /// The time of the last line.
    pub(super) fn last(&self) -> Option<i64> {
        self.reading.last
    }

    /// Puts the line, which was read `now`, into the table's present row. Invalid UTF-8 shows as `�`.
    pub(super) fn record(&mut self, line: &[u8], now: i64, table: &mut Table) {
        self.reading.now = now;
        let body = String::from_utf8_lossy(line);
        if matches!(body, std::borrow::Cow::Owned(_)) {
            table.mended();
        }
        if !table.slots_of("timestamp").is_empty() {
            let time = self.time(line, table);
            table.set_by_name("timestamp", time.map_or(Scalar::Null, Scalar::Datetime));
        }
        table.set_by_name("body", Scalar::String(&body));
    }

    /// The same for a line that has fields: those are put into the row as well. Returns whether it has any.
    /// `outside`: the time that a container's runtime says.
    pub(super) fn fields(
        &mut self,
        line: &[u8],
        (now, outside): (i64, Option<i64>),
        json: &mut Json,
        table: &mut Table,
    ) -> bool {
        let mut found = sniff::is_object(line) && json.record(line, table).is_ok();
        for at in sniff::objects_in(line) {
            if !found {
                table.take_back();
                found = json.record(&line[at..], table).is_ok();
            }
        }
        if !found {
            table.take_back();
            found = sniff::is_all_pairs(line) && logfmt::record(line, table).is_ok();
        }
        if !found {
            table.take_back();
            return false;
        }
        // What the record calls so is its own.
        let set = |table: &Table, name: &str| table.slots_of(name).iter().any(|slot| table.is_set(*slot));
        if !set(table, "body") {
            table.set_by_name("body", Scalar::String(&String::from_utf8_lossy(line)));
        }
        self.reading.now = now;
        if !table.slots_of("timestamp").is_empty() && !set(table, "timestamp") {
            let time = outside.or_else(|| self.time(line, table));
            table.set_by_name("timestamp", time.map_or(Scalar::Null, Scalar::Datetime));
        }
        true
    }

    fn time(&mut self, line: &[u8], table: &mut Table) -> Option<i64> {
        let Some(stamp) = self.reading.find(line) else {
            self.without += 1;
            if self.stamps == Stamps::Own && self.without == MANY {
                let line: String = syntax::visible_bytes(&line[..line.len().min(60)]);
                self.notice = Some(format!(
                    "{MANY} lines have no time that can be read, and have that of the line before them: `{line}`"
                ));
            }
            return if self.stamps == Stamps::Own { self.reading.last } else { Some(self.reading.now) };
        };
        if self.stamps == Stamps::Arrival {
            self.stamps = Stamps::Own;
            self.notice = Some("lines have their own time from here on".to_owned());
        }
        self.without = 0;
        table.doubt(stamp.doubt);
        self.reading.last = Some(stamp.nanos);
        self.reading.last
    }
}

/// Puts an object into the table's present row; where it stands behind a prefix, that is `prefix`. Returns where the
/// object begins, or why there is none.
pub(super) fn object(line: &[u8], json: &mut Json, table: &mut Table) -> Result<usize, &'static str> {
    let reason = match json.record(line, table) {
        Ok(()) => return Ok(0),
        Err(reason) => reason,
    };
    for at in sniff::objects_in(line) {
        table.take_back();
        if json.record(&line[at..], table).is_ok() {
            let prefix = String::from_utf8_lossy(&line[..at]);
            // One that the object has itself stays as it is.
            let taken = table.slots_of("prefix").iter().any(|slot| table.is_set(*slot));
            table.set_by_name(if taken { "line_prefix" } else { "prefix" }, Scalar::String(prefix.trim()));
            return Ok(at);
        }
    }
    Err(reason)
}
