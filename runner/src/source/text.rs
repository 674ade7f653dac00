//! Plain text, one line an event: `body` is the line, `timestamp` the stamp that it carries.
//!
//! Where the first records carry stamps, a line without one (the rest of a stack trace) belongs to the
//! time of the line before it. Where none does, a line's time is when it was read.

use super::column::Scalar;
use super::parse;
use super::table::Table;

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
