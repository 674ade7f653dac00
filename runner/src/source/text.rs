//! Plain text, one line an event: `body` is the line, `timestamp` the stamp that it carries.
//!
//! Where the first records carry stamps, a line without one (the rest of a stack trace) belongs to the
//! time of the line before it. Where none does, a line's time is when it was read.
//!
//! Among JSON, an object may stand behind a prefix.

use super::column::Scalar;
use super::json::Json;
use super::table::Table;
use super::{parse, sniff};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamps {
    /// Lines carry their time.
    Own,
    /// They do not.
    Arrival,
}

/// Puts the line into the table's present row. Invalid UTF-8 shows as `�`. `last` is the time of the
/// line before.
pub(super) fn record(line: &[u8], stamps: Stamps, now: i64, last: &mut Option<i64>, table: &mut Table) {
    let body = String::from_utf8_lossy(line);
    if !table.slots_of("timestamp").is_empty() {
        let time = match stamps {
            Stamps::Own => parse::line_stamp(line, now).or(*last),
            Stamps::Arrival => Some(now),
        };
        *last = time;
        table.set_by_name("timestamp", time.map_or(Scalar::Null, Scalar::Datetime));
    }
    table.set_by_name("body", Scalar::String(&body));
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
