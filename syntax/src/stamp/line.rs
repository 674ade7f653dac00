//! Stamps within lines of text: the first one in the line's first bytes.

use std::borrow::Cow;

use super::cursor::Cursor;
use super::forms::{self, Date};
use super::{Reading, Stamp, epoch};

/// A stamp begins within so many bytes, and is no longer than the rest of these.
const BEGINS: usize = 100;
const ENDS: usize = 164;

pub(super) fn find(line: &[u8], reading: &Reading) -> Option<Stamp> {
    let line = &line[..line.len().min(ENDS * 2)];
    let line = plain(line);
    let line = &line[..line.len().min(ENDS)];
    if let Some(pattern) = &reading.pattern {
        let begins = (0..line.len().min(BEGINS)).filter(|at| starts_a_word(line, *at) && !within_a_number(line, *at));
        return begins.filter_map(|at| reading.resolve(pattern.at(&line[at..])?)).next();
    }
    let start = line.iter().position(|byte| !b" \t[\"'#(*".contains(byte)).unwrap_or(line.len());
    let mut at = 0;
    while at < line.len().min(BEGINS) {
        let byte = line[at];
        let rest = &line[at..];
        if byte.is_ascii_digit() {
            let run = Cursor(rest).run();
            if let Some(written) = reading.written(rest).map(forms::Written::with_clock_behind) {
                // A date is no time, a clock or half a date only where the line begins, and nothing better is known.
                if !written.date_alone && (written.whole || (!reading.whole && first_word(line, start, at))) {
                    return reading.resolve(written);
                }
            } else if !reading.whole && run >= 9 && (first_word(line, start, at) || behind_time(&line[..at])) {
                let found = number(rest);
                if found.is_some() {
                    return found;
                }
            }
            at += run;
            continue;
        }
        let word = byte == b'@' || ((byte.is_ascii_alphabetic() || byte >= 0x80) && starts_a_word(line, at));
        if word
            && likely(rest)
            && let Some(written) = forms::at(rest, reading.day_first)
            && !written.date_alone
            // `<34>` and `[` may stand before it; words in the middle of a message only with a year.
            && (at <= start + 5 || !matches!(written.date, Date::OfYear { .. }))
        {
            return reading.resolve(written);
        }
        at += 1;
    }
    None
}

/// A month, a weekday or a level's letter may begin here: a day's number follows, or after a weekday a word.
fn likely(rest: &[u8]) -> bool {
    match rest {
        [b'@', ..] => return true,
        [b'I' | b'W' | b'E' | b'F', next, ..] if next.is_ascii_digit() => return true,
        _ => {}
    }
    let end = rest.iter().take(12).position(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic());
    let Some(end @ 3..) = end else { return false };
    let behind = &rest[end..];
    let blanks = behind.iter().take(3).position(|byte| !b" -.,".contains(byte)).unwrap_or(0);
    let Some(next) = behind.get(blanks).filter(|_| blanks > 0) else { return false };
    let weekday = b"smtwf".contains(&rest[0].to_ascii_lowercase()) && (next.is_ascii_uppercase() || *next >= 0x80);
    next.is_ascii_digit() || weekday
}

fn starts_a_word(line: &[u8], at: usize) -> bool {
    at == 0 || !(line[at - 1].is_ascii_alphanumeric() || line[at - 1] >= 0x80 || line[at - 1] == b'_')
}

/// The bytes before it belong to the same date or clock.
fn within_a_number(line: &[u8], at: usize) -> bool {
    at >= 2 && line[at].is_ascii_digit() && b":-/.".contains(&line[at - 1]) && line[at - 2].is_ascii_digit()
}

/// The line's first word, or the one behind a process id.
fn first_word(line: &[u8], start: usize, at: usize) -> bool {
    let before = line.get(start..at).unwrap_or_default().trim_ascii_end();
    at <= start || before.iter().all(u8::is_ascii_digit) || (before == b"+" && line.get(start) == Some(&b'+'))
}

/// `"ts":` and `time=` stand before it.
fn behind_time(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    let Some(before) = before.strip_suffix(b":").or_else(|| before.strip_suffix(b"=")) else { return false };
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    let name = before.rsplit(|byte| !(byte.is_ascii_alphanumeric() || b"@_".contains(byte))).next().unwrap_or_default();
    [&b"ts"[..], b"t", b"time", b"timestamp", b"@timestamp", b"epoch"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

/// Seconds or finer since 1970, of the years 2000 to 2100, as a word of its own.
fn number(rest: &[u8]) -> Option<Stamp> {
    const YEARS: std::ops::Range<i64> = 946_684_800_000_000_000..4_102_444_800_000_000_000;
    let end = rest.iter().position(|byte| !(byte.is_ascii_digit() || *byte == b'.')).unwrap_or(rest.len());
    let digits = rest[..end].strip_suffix(b".").unwrap_or(&rest[..end]);
    if rest.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(byte)) {
        return None;
    }
    let nanos = epoch::text(digits).filter(|nanos| YEARS.contains(nanos))?;
    Some(Stamp::number(nanos))
}

/// Without the escapes that colour a terminal.
fn plain(line: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(0x1b, line).is_none() {
        return Cow::Borrowed(line);
    }
    let mut plain = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != 0x1b {
            plain.push(*byte);
        } else if let Some(sequence) = after.strip_prefix(b"[") {
            let end = sequence.iter().position(|byte| (0x40..0x7f).contains(byte));
            rest = end.map_or(&[][..], |end| &sequence[end + 1..]);
        }
    }
    Cow::Owned(plain)
}
