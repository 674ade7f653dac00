//! Plain text, one line an event: `body` is the line, `timestamp` the stamp that it carries.
//!
//! Where lines carry stamps, one without (the rest of a stack trace) belongs to the time of the line before it. As long
//! as none does, a line's time is when it was read.
//!
//! Among JSON, an object may stand behind a prefix.

use syntax::stamp::Reading;

use super::column::Scalar;
use super::json::Json;
use super::sniff;
use super::table::Table;

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
            table.set_by_name("prefix", Scalar::String(prefix.trim()));
            return Ok(at);
        }
    }
    Err(reason)
}
