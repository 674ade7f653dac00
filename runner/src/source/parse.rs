//! Values from text: instants, timespans, numbers, as they occur in telemetry of any origin.

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400;

/// An instant in nanoseconds since 1970, from RFC 3339 and its relatives: `T` or a space between date
/// and time, `/` in the date, a comma before the fraction, no offset (then UTC), no seconds.
pub(super) fn datetime(text: &[u8]) -> Option<i64> {
    let (instant, rest) = stamp(text.trim_ascii())?;
    rest.is_empty().then_some(instant)
}

/// Instants that mostly lie in the same minute as the one before, as a stream's do.
#[derive(Debug, Default)]
pub(super) struct Minute(Option<([u8; MINUTE], i64)>);

/// `2026-01-31T12:00:`
const MINUTE: usize = 17;

impl Minute {
    /// The same as [`datetime`].
    #[inline]
    pub(super) fn datetime(&mut self, text: &[u8]) -> Option<i64> {
        let parts = text.split_first_chunk::<MINUTE>();
        if let (Some((minute, rest)), Some((known, start))) = (parts, &self.0)
            && minute == known
            && let Some(after) = seconds(rest)
        {
            return start.checked_add(after);
        }
        let instant = datetime(text)?;
        if let Some((minute, rest)) = parts
            && seconds(rest).is_some()
        {
            let mut start = *b"2026-01-31T12:00:00Z";
            start[..MINUTE].copy_from_slice(minute);
            self.0 = datetime(&start).map(|start| (*minute, start));
        }
        Some(instant)
    }
}

/// `56Z` or `56.123456Z` in nanoseconds.
#[inline]
fn seconds(text: &[u8]) -> Option<i64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    let (tens, ones, fraction) = match text {
        [tens, ones, b'Z'] => (tens, ones, &[][..]),
        [tens, ones, b'.', fraction @ .., b'Z'] if (1..=9).contains(&fraction.len()) => (tens, ones, fraction),
        _ => return None,
    };
    let seconds = digit(*tens).filter(|tens| *tens < 6)? * 10 + digit(*ones)?;
    let mut nanos = 0;
    for byte in fraction {
        nanos = nanos * 10 + digit(*byte)?;
    }
    const SCALE: [i64; 10] = [SECOND, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    Some(seconds * SECOND + nanos * SCALE[fraction.len()])
}

/// An instant from a number: seconds, milli-, micro- or nanoseconds since 1970, told apart by size.
pub(super) fn epoch(number: i64) -> Option<i64> {
    let scale = match number.unsigned_abs() {
        // The year 5138 in seconds is 1973 in milliseconds, and so on.
        0..100_000_000_000 => SECOND,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    };
    number.checked_mul(scale)
}

/// The same for a number with a fraction, exact to the microsecond.
pub(super) fn epoch_real(number: f64) -> Option<i64> {
    if !number.is_finite() || number.abs() >= 9.2e18 {
        return None;
    }
    if number.abs() < 1e11 { Some((number * 1e6).round() as i64 * 1_000) } else { epoch(number as i64) }
}

/// The stamp that text begins with, and what follows it.
pub(super) fn stamp(text: &[u8]) -> Option<(i64, &[u8])> {
    let mut at = Cursor(text);
    let year = at.digits(4)?;
    let between = at.one(b"-/")?;
    let month = at.digits(2)?;
    at.one(&[between])?;
    let day = at.digits(2)?;
    let days = days(year, month, day)?;
    if at.one(b"Tt ").is_none() {
        // A date alone is its midnight; not so where more digits or letters follow.
        let ends = !at.0.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_/.:".contains(byte));
        return ends.then_some((days.checked_mul(DAY * SECOND)?, at.0));
    }
    let time = at.time()?;
    let offset = at.offset()?;
    Some((instant(days, time, offset)?, at.0))
}

/// Finds a stamp in the first 80 bytes of a log line: RFC 3339 and its relatives anywhere, the access
/// log's `10/Oct/2000:13:55:36 -0700`, or syslog's `Dec 10 06:55:46` at the start.
///
/// Syslog does not write the year: it is the latest for which the line is not from tomorrow.
pub(super) fn line_stamp(line: &[u8], now: i64) -> Option<i64> {
    const REACH: usize = 80;
    let line = &line[..line.len().min(REACH)];
    if let Some(instant) = syslog(line, now) {
        return Some(instant);
    }
    let mut from = 0;
    while let Some(found) = line[from..].iter().position(u8::is_ascii_digit) {
        let start = from + found;
        let rest = &line[start..];
        // Whole numbers only: no stamp begins in the middle of one.
        from = start + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        let parsed = match from - start {
            4 => stamp(rest).filter(|(_, after)| after.len() + 16 <= rest.len()).map(|(instant, _)| instant),
            1 | 2 => access_log(rest),
            _ => None,
        };
        if parsed.is_some() {
            return parsed;
        }
    }
    None
}

fn syslog(line: &[u8], now: i64) -> Option<i64> {
    let mut at = Cursor(line);
    if at.one(b"<").is_some() {
        let end = at.0.iter().take(4).position(|byte| *byte == b'>')?;
        at.0 = &at.0[end + 1..];
    }
    let month = at.month()?;
    at.one(b" ")?;
    let day = if at.one(b" ").is_some() { at.digits(1)? } else { at.digits(2)? };
    at.one(b" ")?;
    let time = at.time()?;
    let this_year = civil_year(now.div_euclid(DAY * SECOND));
    let tomorrow = now.saturating_add(DAY * SECOND);
    // Four years back at most: 29 February does not occur in every one.
    (0..=8)
        .find_map(|back| instant(days(this_year - back, month, day)?, time, 0).filter(|instant| *instant <= tomorrow))
}

fn access_log(text: &[u8]) -> Option<i64> {
    let mut at = Cursor(text);
    let day = at.digits(2)?;
    at.one(b"/")?;
    let month = at.month()?;
    at.one(b"/")?;
    let year = at.digits(4)?;
    at.one(b":")?;
    let time = at.time()?;
    at.one(b" ");
    let offset = at.offset()?;
    instant(days(year, month, day)?, time, offset)
}

/// Seconds of the day, and nanoseconds.
type Time = (i64, i64);

fn instant(days: i64, (seconds, nanos): Time, offset: i64) -> Option<i64> {
    (days * DAY + seconds - offset).checked_mul(SECOND)?.checked_add(nanos)
}

/// Days since 1970 of a date in the proleptic Gregorian calendar; None where there is no such date.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is a year's last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn civil_year(day: i64) -> i64 {
    let guess = 1970 + day * 400 / 146_097;
    (guess - 1..=guess + 1).rev().find(|year| days(*year, 1, 1).is_some_and(|first| first <= day)).unwrap_or(guess)
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn one(&mut self, of: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        of.contains(first).then(|| self.0 = rest).map(|()| *first)
    }

    /// A number of exactly so many digits.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let digits = self.0.get(..count)?;
        let number = digits
            .iter()
            .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))?;
        self.0 = &self.0[count..];
        Some(number)
    }

    fn month(&mut self) -> Option<i64> {
        const NAMES: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
        let name = self.0.get(..3)?;
        let index = NAMES.chunks_exact(3).position(|month| month == name)?;
        self.0 = &self.0[3..];
        Some(index as i64 + 1)
    }

    /// `13:55`, `13:55:36`, `13:55:36.123456789`, `13:55:36,123`.
    fn time(&mut self) -> Option<Time> {
        let hours = self.digits(2)?;
        self.one(b":")?;
        let minutes = self.digits(2)?;
        let (mut seconds, mut nanos) = (0, 0);
        if self.one(b":").is_some() {
            seconds = self.digits(2)?;
            let fraction = matches!(self.0, [b'.' | b',', digit, ..] if digit.is_ascii_digit());
            if fraction {
                self.0 = &self.0[1..];
                let mut scale = SECOND / 10;
                while let Some(digit) = self.digits(1) {
                    nanos += digit * scale;
                    scale /= 10;
                }
            }
        }
        if hours > 23 || minutes > 59 || seconds > 60 {
            return None;
        }
        // A leap second is taken as the one before it.
        Some((hours * 3600 + minutes * 60 + seconds.min(59), nanos))
    }

    /// `Z`, `+01:00`, `-0700`, or nothing, which is UTC. In seconds.
    fn offset(&mut self) -> Option<i64> {
        if self.one(b"Zz").is_some() {
            return Some(0);
        }
        let [sign @ (b'+' | b'-'), digit, ..] = self.0 else { return Some(0) };
        if !digit.is_ascii_digit() {
            return Some(0);
        }
        let sign = if *sign == b'-' { -1 } else { 1 };
        self.0 = &self.0[1..];
        let hours = self.digits(2)?;
        self.one(b":");
        let minutes = self.digits(2)?;
        (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
    }
}

/// `250ms`, `1.5s`, `1h30m`, in nanoseconds; also Go's `1m2.5s` and `300µs`.
pub(super) fn timespan(text: &[u8]) -> Option<i64> {
    let (negative, mut rest) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, text),
    };
    if rest.is_empty() {
        return None;
    }
    let mut total = 0f64;
    let mut whole = 0i64;
    while !rest.is_empty() {
        let digits = rest.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.')?;
        let number = std::str::from_utf8(&rest[..digits]).ok()?;
        rest = &rest[digits..];
        let letters = rest.iter().position(u8::is_ascii_digit).unwrap_or(rest.len());
        let unit = unit(&rest[..letters])?;
        rest = &rest[letters..];
        match number.parse::<i64>() {
            Ok(number) => whole = whole.checked_add(number.checked_mul(unit)?)?,
            Err(_) => total += number.parse::<f64>().ok()? * unit as f64,
        }
    }
    let nanos = whole.checked_add(total.round() as i64)?;
    Some(if negative { -nanos } else { nanos })
}

fn unit(letters: &[u8]) -> Option<i64> {
    Some(match letters {
        b"ns" => 1,
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
        b"ms" => 1_000_000,
        b"s" => 1_000_000_000,
        b"m" | b"min" => 60_000_000_000,
        b"h" => 3_600_000_000_000,
        b"d" => 86_400_000_000_000,
        _ => return None,
    })
}

/// A whole number as people write it: no leading zeros, which belong to identifiers.
pub(super) fn long(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let number =
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) && (digits[0] != b'0' || digits.len() == 1);
    if number { std::str::from_utf8(text).ok()?.parse().ok() } else { None }
}

/// A decimal number without an exponent: `12e5` is more often a piece of an identifier.
pub(super) fn real(text: &[u8]) -> Option<f64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let plain = digits.first()?.is_ascii_digit()
        && digits.last()?.is_ascii_digit()
        && !matches!(digits, [b'0', b'0'..=b'9', ..])
        && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    if plain { std::str::from_utf8(text).ok()?.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(nanos: Option<i64>) -> String {
        nanos
            .map_or("none".to_owned(), |nanos| jiff::Timestamp::from_nanosecond(i128::from(nanos)).unwrap().to_string())
    }

    #[test]
    fn instants_in_every_common_form() {
        for (text, expected) in [
            ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
            ("2026-01-31T12:00:00.123456789+01:30", "2026-01-31T10:30:00.123456789Z"),
            ("2026-01-31 12:00:00,250", "2026-01-31T12:00:00.25Z"),
            ("2026/01/31 12:00:00", "2026-01-31T12:00:00Z"),
            ("2026-01-31T12:00-0700", "2026-01-31T19:00:00Z"),
            ("2026-01-31", "2026-01-31T00:00:00Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
            ("2026-02-29T00:00:00Z", "none"),
            ("2026-13-01", "none"),
            ("2026-01-31T24:00:00Z", "none"),
            ("9999-01-01T00:00:00Z", "none"),
            ("2026-01-31T12:00:00Z and more", "none"),
            ("2026-01-31x", "none"),
            ("", "none"),
        ] {
            assert_eq!(shown(datetime(text.as_bytes())), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_seconds_to_nanoseconds_by_their_size() {
        for number in [1_446_249_499, 1_446_249_499_322, 1_446_249_499_322_000, 1_446_249_499_322_000_000] {
            assert!(shown(epoch(number)).starts_with("2015-10-30T23:58:19"), "{number}");
        }
        assert_eq!(shown(epoch_real(1_446_249_499.322)), "2015-10-30T23:58:19.322Z");
        assert_eq!(epoch_real(f64::NAN), None);
    }

    #[test]
    fn stamps_are_found_in_lines() {
        let now = datetime(b"2026-11-23T05:00:00Z").unwrap();
        for (line, expected) in [
            ("Dec 10 06:55:46 LabSZ sshd[24200]: Invalid user", "2025-12-10T06:55:46Z"),
            ("<34>Nov  3 06:55:46 host app: x", "2026-11-03T06:55:46Z"),
            ("Nov 24 04:55:46 host app: a clock ahead", "2026-11-24T04:55:46Z"),
            ("Feb 29 04:55:46 host app: leap", "2024-02-29T04:55:46Z"),
            ("nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 25746 INFO", "2017-05-16T00:00:00.008Z"),
            ("127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200", "2000-10-10T20:55:36Z"),
            ("[2026-01-31T12:00:00.5Z] [error] no", "2026-01-31T12:00:00.5Z"),
            ("2026/01/31 12:00:00 [warn] 1#1: nginx", "2026-01-31T12:00:00Z"),
            ("release of 2026-01-31 is out", "none"),
            ("order 20260-01-31 12:00:00", "none"),
            ("no time at all", "none"),
        ] {
            assert_eq!(shown(line_stamp(line.as_bytes(), now)), expected, "{line}");
        }
    }

    #[test]
    fn timespans_with_units() {
        for (text, expected) in [
            ("250ms", Some(250_000_000)),
            ("1.5s", Some(1_500_000_000)),
            ("1h30m", Some(5_400_000_000_000)),
            ("-2us", Some(-2_000)),
            ("300µs", Some(300_000)),
            ("2d", Some(172_800_000_000_000)),
            ("250", None),
            ("ms", None),
            ("1..5s", None),
            ("99999999999d", None),
            ("", None),
        ] {
            assert_eq!(timespan(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn identifiers_are_not_numbers() {
        assert_eq!((long(b"42"), long(b"-7"), long(b"0")), (Some(42), Some(-7), Some(0)));
        assert_eq!((long(b"007"), long(b""), long(b"-"), long(b"99999999999999999999")), (None, None, None, None));
        assert_eq!((real(b"1.5"), real(b"12e5"), real(b"inf"), real(b"1.2.3")), (Some(1.5), None, None, None));
        assert_eq!((real(b"0.5"), real(b"007"), real(b"5.")), (Some(0.5), None, None));
    }

    proptest! {
        #[test]
        fn agrees_with_jiff(nanos in -9_000_000_000_000_000_000i64..9_000_000_000_000_000_000) {
            let text = jiff::Timestamp::from_nanosecond(i128::from(nanos)).unwrap().to_string();
            prop_assert_eq!(datetime(text.as_bytes()), Some(nanos));
            let year = jiff::Timestamp::from_nanosecond(i128::from(nanos)).unwrap().to_zoned(jiff::tz::TimeZone::UTC).year();
            prop_assert_eq!(civil_year(nanos.div_euclid(DAY * SECOND)), i64::from(year));
        }

        #[test]
        fn the_minute_before_changes_nothing(texts in proptest::collection::vec("(2026-01-3[01]|1677-09-21|2262-04-11)[T ](12:0[01]|00:12|23:47):(43|16|0[0-9]|59|6[01])(\\.[0-9]{0,11}|,5)?(Z|z|\\+01:00|x| )?", 1..12)) {
            let mut minute = Minute::default();
            for text in texts {
                prop_assert_eq!(minute.datetime(text.as_bytes()), datetime(text.as_bytes()), "{}", text);
            }
        }

        #[test]
        fn no_text_panics(text in proptest::collection::vec(any::<u8>(), 0..100), now in any::<i64>()) {
            let _ = (datetime(&text), line_stamp(&text, now), timespan(&text), long(&text), real(&text));
        }

        #[test]
        fn no_nearly_right_text_panics(text in "[-0-9:/ TZ.,+nsum]{0,40}", now in any::<i64>()) {
            let text = text.as_bytes();
            let _ = (datetime(text), line_stamp(text, now), timespan(text), long(text), real(text));
        }
    }
}
