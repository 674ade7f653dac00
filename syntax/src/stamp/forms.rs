//! The forms of stamps, each told by how it begins: `2026-11-26T10:00:00Z`, `26/Nov/2026:10:00:00 +0100`,
//! `Thu Nov 26 10:00:00 CET 2026`, `11/26/2026 10:00 AM`, `I1126 10:00:00.5` and their relatives.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::Doubt;
use super::cursor::{Cursor, century, days, ordinal};
use super::epoch::tai64;
use super::zones;

/// What a text says, before a zone and a year are put to it.
#[derive(Debug)]
pub(super) struct Written<'a> {
    pub(super) date: Date,
    /// Of the day.
    pub(super) seconds: i64,
    pub(super) nanos: i64,
    pub(super) zone: Said<'a>,
    pub(super) doubt: Option<Doubt>,
    /// It says a day and a clock by itself; not so a date alone, a clock alone, or `11-26 10:00:00`.
    pub(super) whole: bool,
    /// A date without a clock: its midnight.
    pub(super) date_alone: bool,
    pub(super) rest: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Date {
    /// Since 1970.
    Day(i64),
    /// The year is not said.
    OfYear { month: i64, day: i64 },
    /// A clock alone.
    Unsaid,
}

#[derive(Debug)]
pub(super) enum Said<'a> {
    Nothing,
    /// Seconds east of Greenwich.
    Offset(i64),
    Letters(&'a [u8]),
    Zone(TimeZone),
}

impl Written<'_> {
    /// A date alone takes the clock of the column behind it: `"2026-11-26" "10:00:00"`.
    pub(super) fn with_clock_behind(self) -> Self {
        if !self.date_alone {
            return self;
        }
        let column = self.rest.iter().take(16).position(|byte| !b" \t\",;".contains(byte));
        let mut at = Cursor(&self.rest[column.unwrap_or(0)..]);
        match at.clock() {
            Some((seconds, nanos)) if self.rest.len() - at.0.len() >= 8 => {
                let zone = zone(&mut at);
                Written { seconds, nanos, zone, whole: true, date_alone: false, rest: at.0, ..self }
            }
            _ => self,
        }
    }
}

/// The stamp that the text begins with.
#[inline]
pub(super) fn at(text: &[u8], day_first: bool) -> Option<Written<'_>> {
    let first = text.first()?;
    if first.is_ascii_digit() {
        let at = Cursor(text);
        return match at.run() {
            4 => year_first(at),
            8 | 14 => compact(at),
            6 => short(at),
            1 | 2 => number_first(at, day_first),
            _ => None,
        };
    }
    if *first == b'@' {
        let (instant, length) = tai64(&text[1..])?;
        let (day, of_day) = (instant.div_euclid(DAY_NANOS), instant.rem_euclid(DAY_NANOS));
        return Some(Written {
            date: Date::Day(day),
            seconds: of_day / 1_000_000_000,
            nanos: of_day % 1_000_000_000,
            zone: Said::Offset(0),
            doubt: None,
            whole: true,
            date_alone: false,
            rest: &text[1 + length..],
        });
    }
    word_first(Cursor(text))
}

const DAY_NANOS: i64 = 86_400_000_000_000;

/// `2026-11-26…`, `2026/11/26…`, `2026-330T…`, `2026 Nov 26…`.
fn year_first(mut at: Cursor<'_>) -> Option<Written<'_>> {
    let year = at.digits(4)?;
    let between = at.one(b"-/. ")?;
    if between == b' ' || at.0.first()?.is_ascii_alphabetic() {
        let month = at.month()?;
        at.one(b" -/")?;
        let day = at.number(2)?;
        let date = Date::Day(days(year, month, day)?);
        let mut after = at;
        if after.blank().is_some() && after.weekday().is_some() {
            return clock(after, date, None);
        }
        return dated(at, date, None);
    }
    if at.run() == 3 {
        let day = at.digits(3)?;
        return dated(at, Date::Day(ordinal(year, day)?), None);
    }
    let month = at.number(2)?;
    at.one(&[between])?;
    let day = at.number(2)?;
    dated(at, Date::Day(days(year, month, day)?), None)
}

/// `20261126T100000Z`, `20261126 10:00:00`, `20261126.100000`, `20261126100000`, `20261126`.
fn compact(mut at: Cursor<'_>) -> Option<Written<'_>> {
    let together = at.run() == 14;
    let (year, month, day) = (at.digits(4)?, at.digits(2)?, at.digits(2)?);
    let date = Date::Day(days(year, month, day)?);
    if !(1970..2263).contains(&year) {
        return None;
    }
    if !together {
        let mut after = at;
        if after.one(b"Tt .-").is_none() {
            return date_alone(at, date, None);
        }
        return if after.0.get(after.run()) == Some(&b':') { clock(after, date, None) } else { tight(after, date) };
    }
    tight(at, date)
}

/// `261126 10:00:00`, `261126 100000`.
fn short(mut at: Cursor<'_>) -> Option<Written<'_>> {
    let (year, month, day) = (at.digits(2)?, at.digits(2)?, at.digits(2)?);
    let date = Date::Day(days(century(year), month, day)?);
    at.blank()?;
    let written = if at.run() == 6 { tight(at, date) } else { clock(at, date, None) }?;
    Some(Written { whole: false, ..written })
}

/// A clock without colons, and its zone.
fn tight(mut at: Cursor<'_>, date: Date) -> Option<Written<'_>> {
    let (seconds, nanos) = at.tight_clock()?;
    let zone = zone(&mut at);
    finished(at, date, seconds, nanos, zone, None)
}

/// `26/Nov/2026:10:00:00`, `26 Nov 2026 10:00`, `11/26/2026 10:00:00`, `26.11.2026 10:00`, `11-26 10:00:00`, `10:00:00`.
fn number_first(mut at: Cursor<'_>, day_first: bool) -> Option<Written<'_>> {
    let begin = at;
    let digits = at.run();
    let one = at.number(2)?;
    let between = *at.0.first()?;
    if between == b':' {
        let (seconds, nanos) = {
            at = begin;
            at.clock()?
        };
        // `12:30` alone is as often a count or a score.
        let long = begin.0.len() - at.0.len() >= 7;
        let zone = zone(&mut at);
        let written = finished(at, Date::Unsaid, seconds, nanos, zone, None)?;
        return long.then_some(Written { whole: false, ..written });
    }
    at.one(b"/-. ")?;
    if at.0.first().is_some_and(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii()) {
        let month = at.month()?;
        at.one(b"/- .")?;
        let year = year(&mut at)?;
        return dated(at, Date::Day(days(year, month, one)?), None);
    }
    if between == b' ' {
        return None;
    }
    let two = at.number(2)?;
    if at.one(&[between]).is_none() {
        // `11-26 10:00:00` and `11/26 10:00:00`, with a clock only.
        at.blank()?;
        days(2024, one, two)?;
        let written = clock(at, Date::OfYear { month: one, day: two }, None)?;
        return Some(Written { whole: false, ..written });
    }
    if at.run() == 2 {
        return two_digits(at, [one, two], between, day_first, digits == 2);
    }
    let year = at.number(4).filter(|year| *year >= 1000)?;
    if between == b'.' {
        return dated(at, Date::Day(days(year, two, one)?), None);
    }
    let swapped = days(year, two, one);
    match days(year, one, two) {
        Some(day) if !day_first => {
            let doubt = (swapped.is_some() && one != two).then_some(Doubt::MonthFirst);
            dated(at, Date::Day(day), doubt)
        }
        other => {
            let day = swapped.or(other)?;
            dated(at, Date::Day(day), if swapped.is_some() { Some(Doubt::DayFirst) } else { None })
        }
    }
}

/// `17/06/09`: year, month and day; where that is no date, month, day and year; else day, month and year. A year has
/// two digits, so that `1/2/26` does not begin with one (`may_be_year`).
fn two_digits(
    mut at: Cursor<'_>,
    [one, two]: [i64; 2],
    between: u8,
    day_first: bool,
    may_be_year: bool,
) -> Option<Written<'_>> {
    let three = at.digits(2)?;
    let of = |year, month, day| days(century(year), month, day);
    let (year, month, day) = (of(one, two, three).filter(|_| may_be_year), of(three, one, two), of(three, two, one));
    let several = [year, month, day].into_iter().flatten().collect::<std::collections::BTreeSet<i64>>().len() > 1;
    let date = match (day_first || between == b'.', day) {
        (true, Some(day)) => day,
        _ => year.or(month).or(day)?,
    };
    let doubt = match Some(date) {
        found if found == year && several => Some(Doubt::YearFirst),
        found if found == day && found != month => Some(Doubt::DayFirst),
        found if !may_be_year && found == month && several => Some(Doubt::MonthFirst),
        _ => None,
    };
    dated(at, Date::Day(date), doubt.filter(|_| between != b'.'))
}

/// `Thu Nov 26 10:00:00.5 2026`, `Nov 26 10:00:00`, `Nov 26, 2026 10:00 AM`, `Thu, 26 Nov 2026 10:00:00 GMT`, `I1126 10:00:00.5`.
fn word_first(mut at: Cursor<'_>) -> Option<Written<'_>> {
    let begin = at;
    if at.weekday().is_some() {
        if at.0.first().is_some_and(u8::is_ascii_digit) {
            return number_first(at, false)
                .filter(|written| matches!(written.date, Date::Day(_)) && written.doubt.is_none());
        }
    } else {
        at = begin;
        if let [b'I' | b'W' | b'E' | b'F', rest @ ..] = at.0
            && Cursor(rest).run() == 4
        {
            return glog(Cursor(rest));
        }
    }
    let month = at.month()?;
    at.one(b" -")?;
    at.one(b" ");
    let day = at.number(2)?;
    at.one(b",");
    days(2024, month, day)?;
    // `Nov 26 2026 10:00:00`, as against `Nov 26 10:00:00`.
    let mut after = at;
    if after.one(b" -/").is_some()
        && after.run() == 4
        && let Some(year) = year(&mut after)
    {
        return dated(after, Date::Day(days(year, month, day)?), None);
    }
    at.blank()?;
    clock(at, Date::OfYear { month, day }, None)
}

/// `1126 10:00:00.500000` behind the letter of a level.
fn glog(mut at: Cursor<'_>) -> Option<Written<'_>> {
    let (month, day) = (at.digits(2)?, at.digits(2)?);
    days(2024, month, day)?;
    at.blank()?;
    clock(at, Date::OfYear { month, day }, None)
}

/// Four digits, or two of this or the last century.
fn year(at: &mut Cursor<'_>) -> Option<i64> {
    match at.run() {
        4 => at.digits(4),
        2 => at.digits(2).map(century),
        _ => None,
    }
}

/// What may follow a date: a clock, or nothing.
fn dated<'a>(at: Cursor<'a>, date: Date, doubt: Option<Doubt>) -> Option<Written<'a>> {
    let mut after = at;
    let comma = after.one(b",").is_some();
    let joined = match after.one(b"Tt: ") {
        Some(b' ') => {
            after.one(b" ");
            if after.0.starts_with(b"at ") {
                after.0 = &after.0[3..];
            }
            true
        }
        Some(_) => !comma,
        None => false,
    };
    if joined && after.run() > 0 {
        if let Some(written) = clock(after, date, doubt) {
            return Some(written);
        }
        // `2026-01-31T120000` is rare but right; `2026-01-31 7 items` is a date.
        if after.run() == 6
            && let Some(written) = tight(after, date)
        {
            return Some(Written { doubt, ..written });
        }
        if !at.0.starts_with(b" ") {
            return None;
        }
    }
    date_alone(at, date, doubt)
}

/// The date's midnight; not so where more digits or letters follow.
fn date_alone<'a>(mut at: Cursor<'a>, date: Date, doubt: Option<Doubt>) -> Option<Written<'a>> {
    if at.0.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_/.:".contains(byte)) {
        return None;
    }
    let zone = if at.0.is_empty() { Said::Nothing } else { zone(&mut at) };
    Some(Written { date, seconds: 0, nanos: 0, zone, doubt, whole: false, date_alone: true, rest: at.0 })
}

/// A clock, then a zone, then the year where it has not been said; or the year before the zone.
#[inline]
fn clock<'a>(mut at: Cursor<'a>, date: Date, doubt: Option<Doubt>) -> Option<Written<'a>> {
    let (seconds, nanos) = at.clock()?;
    let mut zone = zone(&mut at);
    let mut date = date;
    if let Date::OfYear { month, day } = date
        && let Some(year) = trailing_year(&mut at)
    {
        date = Date::Day(days(year, month, day)?);
        if matches!(zone, Said::Nothing) {
            zone = self::zone(&mut at);
        }
    }
    finished(at, date, seconds, nanos, zone, doubt)
}

fn finished<'a>(
    at: Cursor<'a>,
    date: Date,
    seconds: i64,
    nanos: i64,
    zone: Said<'a>,
    doubt: Option<Doubt>,
) -> Option<Written<'a>> {
    // `10:00:00x` is no clock's end; what logs put there is a mark or a blank.
    if at.0.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some(Written { date, seconds, nanos, zone, doubt, whole: true, date_alone: false, rest: at.0 })
}

/// ` 2026`, and no more digits, dots or colons behind it.
fn trailing_year(at: &mut Cursor<'_>) -> Option<i64> {
    let mut after = *at;
    after.blank()?;
    if after.run() != 4 {
        return None;
    }
    let year = after.digits(4).filter(|year| (1970..2263).contains(year))?;
    if after.0.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || b".-/_".contains(byte)) {
        return None;
    }
    *at = after;
    Some(year)
}

/// The zone that must stand here, by a pattern: whatever letters there are are its.
pub(super) fn any_zone<'a>(at: &mut Cursor<'a>) -> Said<'a> {
    match zone(at) {
        Said::Nothing if !at.letters().is_empty() => {
            let letters = at.letters();
            at.0 = &at.0[letters.len()..];
            Said::Letters(letters)
        }
        said => said,
    }
}

/// `Z`, `+01:00`, `-0700`, `+02`, `UTC`, `GMT+1`, ` CEST`, `[Europe/Berlin]`, or nothing.
#[inline]
fn zone<'a>(at: &mut Cursor<'a>) -> Said<'a> {
    match at.0 {
        [] => return Said::Nothing,
        [b'Z' | b'z', rest @ ..] if !rest.first().is_some_and(u8::is_ascii_alphanumeric) => {
            at.0 = rest;
            bracketed(at);
            return Said::Offset(0);
        }
        _ => {}
    }
    let mut after = *at;
    let apart = after.one(b" ").is_some();
    if let Some(offset) = offset(&mut after, apart) {
        bracketed(&mut after);
        *at = after;
        return Said::Offset(offset);
    }
    if let Some(zone) = bracketed(&mut after) {
        *at = after;
        return Said::Zone(zone);
    }
    let letters = after.letters();
    if letters.is_empty() || after.0.get(letters.len()).is_some_and(|byte| *byte == b'_' || *byte >= 0x80) {
        return Said::Nothing;
    }
    let mut behind = Cursor(&after.0[letters.len()..]);
    if matches!(letters, b"UTC" | b"GMT")
        && let Some(offset) = offset(&mut behind, false)
    {
        *at = behind;
        return Said::Offset(offset);
    }
    let ends = !behind.0.first().is_some_and(|byte| byte.is_ascii_digit() || b"/-=:(".contains(byte));
    let known = zones::letters(letters).is_some();
    // Right behind the digits nothing but a zone can stand; apart from them, only what is one or looks like one, or
    // stands before the year.
    let upper = (2..=5).contains(&letters.len()) && letters.iter().all(u8::is_ascii_uppercase);
    let before_year = apart && upper && trailing_year(&mut behind.clone()).is_some();
    if (known && ends)
        || (upper && !apart && ends && letters != b"AM" && letters != b"PM")
        || before_year
        || (apart && ends && zones::alike(letters))
    {
        at.0 = behind.0;
        return Said::Letters(letters);
    }
    // A place's name, `Europe/Berlin`.
    if apart
        && behind.0.starts_with(b"/")
        && let Some((zone, length)) = place(after.0)
    {
        at.0 = &after.0[length..];
        return Said::Zone(zone);
    }
    Said::Nothing
}

/// `+01:00`, `-0700`, `+02`, `+5`, in seconds. `apart` from the clock, only what can be nothing else: four digits, or two
/// of an offset that exists, as a word of their own.
fn offset(at: &mut Cursor<'_>, apart: bool) -> Option<i64> {
    let mut after = *at;
    let sign = if after.one(b"+-")? == b'-' { -1 } else { 1 };
    let run = after.run();
    let hours = match run {
        4 => after.digits(2)?,
        1 | 2 if !apart || after.0.get(run) == Some(&b':') => after.digits(run)?,
        2 if after.0.get(2).is_none_or(|byte| b" \t]),;|\"".contains(byte)) => {
            after.digits(2).filter(|hours| *hours <= 14)?
        }
        _ => return None,
    };
    let minutes = match run {
        4 => after.digits(2)?,
        _ if after.0.first() == Some(&b':') && Cursor(&after.0[1..]).run() >= 2 => {
            after.one(b":");
            after.digits(2)?
        }
        _ => 0,
    };
    if hours > 23 || minutes > 59 || after.0.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    *at = after;
    Some(sign * (hours * 3600 + minutes * 60))
}

/// `[Europe/Berlin]`
fn bracketed(at: &mut Cursor<'_>) -> Option<TimeZone> {
    let [b'[', name @ ..] = at.0 else { return None };
    let (zone, length) = place(name)?;
    let rest = name[length..].strip_prefix(b"]")?;
    at.0 = rest;
    Some(zone)
}

/// The zone whose name the text begins with, and how long that is.
fn place(text: &[u8]) -> Option<(TimeZone, usize)> {
    let length = text.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"/_+-".contains(byte)));
    let length = length.unwrap_or(text.len());
    let is_place = |name: &&str| name.contains('/') || matches!(*name, "UTC" | "GMT" | "Z");
    let name = std::str::from_utf8(&text[..length]).ok().filter(is_place)?;
    if name == "Z" {
        return Some((TimeZone::UTC, length));
    }
    Some((TimeZoneDatabase::bundled().get(name).ok()?, length))
}
