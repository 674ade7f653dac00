//! The one reader of stamps: instants in text, as logs of any origin write them.
//!
//! Sources read their records and lines by it, `todatetime`, `parse` and literals their texts, so that what one reads,
//! all read alike. A stamp without a zone is UTC unless [`Reading`] names a zone. What a stamp leaves open, and how
//! it was read, comes with it as [`Doubt`]: whoever reads tells it. Reads no clock: [`Reading::now`] says what time it is.

mod cursor;
mod doubt;
mod epoch;
mod forms;
mod line;
mod pattern;
mod zones;

#[cfg(test)]
mod tests;

use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use cursor::{DAY, SECOND, civil_year, days};
pub use doubt::Doubt;
pub use epoch::{epoch, epoch_of, epoch_real};
use forms::{Date, Said, Written};
pub use pattern::Pattern;
pub use zones::Letters;

/// What a stamp does not say by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Nanoseconds since 1970. A stamp without a year, or without a day, is the latest that is not from tomorrow.
    pub now: i64,
    /// Of stamps without one; None is UTC.
    pub zone: Option<TimeZone>,
    /// How stamps are written, where it was said; no other form is read then.
    pub pattern: Option<Pattern>,
    /// `03/04/2026` is the third of April.
    pub day_first: bool,
    /// In lines, a number of seconds or a clock alone is no stamp: there are whole ones.
    pub whole: bool,
    /// The last stamp that was read: a clock alone is of its day.
    pub last: Option<i64>,
}

/// Lines are written later than their time by so much at most, where clocks show an hour twice.
const LATE: i64 = 300 * SECOND;

/// An instant that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Nanoseconds since 1970.
    pub nanos: i64,
    /// What the text left open.
    pub doubt: Option<Doubt>,
    /// It stands for itself: neither a number nor a clock alone.
    pub whole: bool,
    /// It says its year and day: it is the same whenever it is read.
    pub dated: bool,
    /// It says a day and no clock: it is the day's midnight.
    pub day_alone: bool,
}

impl Stamp {
    fn number(nanos: i64) -> Stamp {
        Stamp { nanos, doubt: None, whole: false, dated: true, day_alone: false }
    }
}

impl Reading {
    /// UTC where no zone is said; years by this instant.
    pub fn at(now: i64) -> Reading {
        Reading { now, ..Reading::default() }
    }

    /// The stamp that is all of the text, blanks and quotes around it aside.
    pub fn read(&self, text: &[u8]) -> Option<Stamp> {
        let text = inside(text);
        if let Some(pattern) = &self.pattern {
            let written = pattern.at(text)?;
            return if written.rest.is_empty() { self.resolve(written) } else { None };
        }
        match self.written(text) {
            Some(written) if ends(written.rest) => self.resolve(written),
            _ => {
                let nanos = epoch::text(text).or_else(|| wrapped(text))?;
                Some(Stamp::number(nanos))
            }
        }
    }

    /// The stamp that the text begins with, and what follows it.
    pub fn begin<'a>(&self, text: &'a [u8]) -> Option<(Stamp, &'a [u8])> {
        let written = self.written(text)?;
        let rest = written.rest;
        Some((self.resolve(written)?, rest))
    }

    /// The first stamp in the first bytes of a line.
    pub fn find(&self, line: &[u8]) -> Option<Stamp> {
        line::find(line, self)
    }

    /// The form that the text begins with; `31/12/25` has its day first where the year 2031 is still to come.
    fn written<'a>(&self, text: &'a [u8]) -> Option<Written<'a>> {
        let written = forms::at(text, self.day_first)?;
        let tomorrow = self.now.div_euclid(DAY * SECOND) + 1;
        let to_come = |written: &Written<'_>| matches!(written.date, Date::Day(day) if day > tomorrow);
        if written.doubt != Some(Doubt::YearFirst) || self.now <= 0 || !to_come(&written) {
            return Some(written);
        }
        match forms::at(text, true) {
            Some(other) if !to_come(&other) => Some(Written { doubt: Some(Doubt::DayFirst), ..other }),
            _ => Some(written),
        }
    }

    /// From what is written to the instant.
    fn resolve(&self, written: Written<'_>) -> Option<Stamp> {
        let Written { date, seconds, nanos, zone, mut doubt, whole, date_alone: day_alone, .. } = written;
        let instant = |day: i64| self.instant(day, seconds, nanos, &zone);
        let tomorrow = self.now.saturating_add(DAY * SECOND);
        let (found, more) = match date {
            Date::Day(day) => instant(day)?,
            Date::OfYear { month, day } => {
                let this_year = civil_year(self.now.div_euclid(DAY * SECOND));
                // Eight years back at most: 29 February does not occur in every one.
                (0..=8).find_map(|back| {
                    instant(days(this_year - back, month, day)?).filter(|(instant, _)| *instant <= tomorrow)
                })?
            }
            Date::Unsaid => {
                let (last, after) = match self.last {
                    // Midnight lies between where the clock has gone back by more than lines are out of order.
                    Some(last) => (last, last.saturating_sub(DAY / 8 * SECOND)),
                    None => {
                        doubt = Some(Doubt::NoDay);
                        (self.now, self.now.saturating_sub(DAY * SECOND))
                    }
                };
                let day = last.div_euclid(DAY * SECOND);
                let near = (-1..=1).filter_map(|more| instant(day + more));
                let mut near = near.filter(|(instant, _)| *instant > after);
                near.next()?
            }
        };
        let dated = matches!(date, Date::Day(_));
        Some(Stamp { nanos: found, doubt: doubt.or(more), whole, dated, day_alone })
    }

    /// The instant at which the zone's clocks show this. Of two it is the first, but for one that would lie well before
    /// the last that was read: a log over the night on which they are put back stays in its order.
    fn local(&self, zone: &TimeZone, clock: i64, nanos: i64) -> Option<(i64, Option<Doubt>)> {
        let civil = Offset::UTC.to_datetime(jiff::Timestamp::from_second(clock).ok()?);
        let ambiguous = zone.to_ambiguous_timestamp(civil);
        let at = |offset: Offset| (clock - i64::from(offset.seconds())).checked_mul(SECOND)?.checked_add(nanos);
        Some(match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => (at(offset)?, None),
            AmbiguousOffset::Gap { before, .. } => (at(before)?, Some(Doubt::Never)),
            AmbiguousOffset::Fold { before, after } => {
                let (first, second) = (at(before)?, at(after)?);
                let near = first.saturating_add(LATE)..second.saturating_add(3600 * SECOND);
                let over = self.last.is_some_and(|last| near.contains(&last));
                (if over { second } else { first }, Some(Doubt::Twice))
            }
        })
    }

    /// Of a day, and the seconds and nanoseconds of its clock in the zone that is said.
    fn instant(&self, day: i64, seconds: i64, nanos: i64, zone: &Said<'_>) -> Option<(i64, Option<Doubt>)> {
        let clock = day * DAY + seconds;
        // The first second that there is begins before the first nanosecond.
        let at = |offset: i64| i64::try_from(i128::from(clock - offset) * i128::from(SECOND) + i128::from(nanos)).ok();
        Some(match zone {
            Said::Offset(offset) => (at(*offset)?, None),
            Said::Nothing => match &self.zone {
                None => (at(0)?, None),
                Some(zone) => self.local(zone, clock, nanos)?,
            },
            Said::Zone(zone) => self.local(zone, clock, nanos)?,
            Said::Letters(name) => {
                // The zone that was named says what its own letters mean.
                if let Some(zone) = &self.zone
                    && let Some(instant) = named(zone, clock, name)
                {
                    return Some((instant.checked_add(nanos)?, None));
                }
                match zones::letters(name) {
                    Some(letters) => {
                        let doubt = (!letters.of.is_empty()).then_some(Doubt::Several(letters));
                        (at(letters.offset)?, doubt)
                    }
                    None => {
                        let (instant, _) = self.instant(day, seconds, nanos, &Said::Nothing)?;
                        (instant, Some(Doubt::unknown(name)))
                    }
                }
            }
        })
    }
}

/// The instant at which the zone's clocks show this, in nanoseconds; of two, the earlier one.
fn local(zone: &TimeZone, clock: i64) -> Option<i64> {
    let civil = Offset::UTC.to_datetime(jiff::Timestamp::from_second(clock).ok()?);
    zone.to_timestamp(civil).ok()?.as_second().checked_mul(SECOND)
}

/// `/Date(1795687200123)/` as .NET writes it in JSON, in milliseconds; `audit(1795687200.123:42)` of Linux.
fn wrapped(text: &[u8]) -> Option<i64> {
    if let Some(millis) = text.strip_prefix(b"/Date(").and_then(|text| text.strip_suffix(b")/")) {
        // An offset behind it says where that was, not when.
        let end = millis.iter().skip(1).position(|byte| b"+-".contains(byte)).map_or(millis.len(), |end| end + 1);
        return std::str::from_utf8(&millis[..end]).ok()?.parse::<i64>().ok()?.checked_mul(1_000_000);
    }
    let inner = text.strip_prefix(b"audit(")?;
    let (number, rest) = inner.split_at(inner.iter().position(|byte| *byte == b':')?);
    let serial = rest[1..].strip_suffix(b":").unwrap_or(&rest[1..]).strip_suffix(b")")?;
    if serial.iter().all(u8::is_ascii_digit) { epoch::text(number) } else { None }
}

/// The same where the zone has these letters then: they tell apart the two instants of an hour that comes twice.
fn named(zone: &TimeZone, clock: i64, letters: &[u8]) -> Option<i64> {
    let first = local(zone, clock)?;
    [first, first + 3600 * SECOND, first - 3600 * SECOND].into_iter().find(|instant| {
        let Ok(at) = jiff::Timestamp::from_second(instant.div_euclid(SECOND)) else { return false };
        let info = zone.to_offset_info(at);
        info.abbreviation().as_bytes() == letters && at.as_second() + i64::from(info.offset().seconds()) == clock
    })
}

/// Without blanks, quotes and brackets around.
fn inside(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii();
    match text {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] | [b'[', inner @ .., b']'] => inner.trim_ascii(),
        _ => text,
    }
}

/// Nothing that counts follows: ` (Central European Summer Time)` says the zone once more.
fn ends(rest: &[u8]) -> bool {
    rest.is_empty() || (rest.starts_with(b" (") && rest.ends_with(b")"))
}
