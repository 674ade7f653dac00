//! The one reader of lengths of time in text: `250ms`, `1h30m`, `1.02:03:04.5`, `PT1.5S`, `1 day, 2:03:04`, exact down
//! to the nanosecond. Literals, parameters, `totimespan`, `parse` and sources read by it.

use crate::Type;
use crate::literal::{DAY, HOUR, MINUTE, Problem, SECOND, Scale, is_all, scaled, timespan_unit};

/// In nanoseconds. `bare` is how many nanoseconds one of a number without a unit is; None where it must have one.
pub fn read(text: &str, bare: Option<i64>) -> Result<i64, Problem> {
    let text = text.trim();
    if let Some((days, clock)) = days_and_clock(text) {
        let (days, clock) = (days?, self::clock(clock).ok_or_else(|| wrong(text))??);
        return i64::try_from(days + clock).map_err(|_| Problem::TooLarge(Type::Timespan));
    }
    let (negative, positive) = match text.strip_prefix('-') {
        Some(positive) => (true, positive),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let size = if positive.contains(':') {
        clock(positive).ok_or_else(|| wrong(text))??
    } else if let Some(iso) = positive.strip_prefix(['P', 'p']) {
        iso8601(iso).ok_or_else(|| wrong(text))?
    } else {
        units(positive, bare).map_err(|problem| match problem {
            Problem::NotATimespan(_) => wrong(text),
            other => other,
        })?
    };
    i64::try_from(if negative { -size } else { size }).map_err(|_| Problem::TooLarge(Type::Timespan))
}

fn wrong(text: &str) -> Problem {
    Problem::NotATimespan(text.to_owned())
}

/// `1h30m`, `1 min 30.5 s`, or a number alone.
fn units(text: &str, bare: Option<i64>) -> Result<i128, Problem> {
    let mut total = 0i128;
    let mut rest = text;
    let mut first = true;
    while first || !rest.is_empty() {
        let (number, after) = split(rest, |c| c.is_ascii_digit() || c == '.');
        let (letters, after) = split(after.trim_start(), |c| !(c.is_ascii_digit() || c == '.' || c.is_whitespace()));
        let factor = match (letters, bare) {
            ("", Some(bare)) if first && after.is_empty() => i128::from(bare),
            ("", _) => return real(text, bare).ok_or_else(|| wrong(text)),
            (unit, _) => match unit_of(unit) {
                Some(factor) => factor,
                None => return real(text, bare).ok_or_else(|| Problem::UnknownUnit(unit.to_owned())),
            },
        };
        total += match scaled(number, factor) {
            Ok(nanos) => i128::from(nanos),
            Err(Scale::NotANumber) => return Err(wrong(text)),
            Err(Scale::TooLarge) => return Err(Problem::TooLarge(Type::Timespan)),
        };
        (rest, first) = (after.trim_start(), false);
    }
    Ok(total)
}

/// A number with an exponent.
fn real(text: &str, bare: Option<i64>) -> Option<i128> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && text.contains(['e', 'E']))?;
    let nanos = (number * bare? as f64).round();
    (nanos.abs() < 9.2e18).then_some(nanos as i128)
}

/// Nanoseconds of a unit, in the words of literals and those of other programs.
fn unit_of(word: &str) -> Option<i128> {
    timespan_unit(word).or_else(|| {
        Some(match word.trim_end_matches(',').to_ascii_lowercase().as_str() {
            "weeks" | "week" | "w" => 7 * DAY,
            "days" | "day" => DAY,
            "hours" | "hour" | "hrs" | "hr" => HOUR,
            "minutes" | "minute" | "mins" | "min" => MINUTE,
            "seconds" | "second" | "secs" | "sec" => SECOND,
            "msec" | "msecs" | "millis" => 1_000_000,
            "usec" | "usecs" | "µsec" | "micros" => 1_000,
            "nsec" | "nsecs" | "nanos" => 1,
            _ => return None,
        })
    })
}

/// `1 day, 2:03:04`, `-1 days +23:59:59`: the sign is that of the days. None where the text is not of this form.
fn days_and_clock(text: &str) -> Option<(Result<i128, Problem>, &str)> {
    let (days, rest) = text.split_once(" day")?;
    let clock = rest.strip_prefix('s').unwrap_or(rest).trim_start_matches([',', ' ', '+']);
    if !clock.contains(':') {
        return None;
    }
    let days = days.trim().parse::<i64>().map(|days| i128::from(days) * DAY);
    Some((days.map_err(|_| wrong(text)), clock))
}

/// `[d.]hh:mm[:ss[.fffffff]]`; without days, hours may be more than a day's.
fn clock(text: &str) -> Option<Result<i128, Problem>> {
    let mut parts = text.split(':');
    let (first, minutes, seconds) = (parts.next()?, parts.next()?, parts.next().unwrap_or("0"));
    if parts.next().is_some() {
        return None;
    }
    let (days, hours, most) = match first.split_once('.') {
        Some((days, hours)) => (days, hours, 24),
        None => ("0", first, 1 << 40),
    };
    let whole = |text: &str, below: i128| {
        is_all(text, |c| c.is_ascii_digit()).then(|| text.parse::<i128>().ok()).flatten().filter(|n| *n < below)
    };
    let seconds = match scaled(&seconds.replace(',', "."), SECOND) {
        Ok(nanos) if i128::from(nanos) < MINUTE => i128::from(nanos),
        _ => return None,
    };
    let total = whole(days, 1 << 40)? * DAY + whole(hours, most)? * HOUR + whole(minutes, 60)? * MINUTE + seconds;
    Some(i64::try_from(total).map(i128::from).map_err(|_| Problem::TooLarge(Type::Timespan)))
}

/// `T1.5S`, `1DT2H`, `2W` behind the `P`. Years and months have no fixed length.
fn iso8601(text: &str) -> Option<i128> {
    let (mut total, mut rest, mut of_day) = (0i128, text, false);
    if rest.is_empty() || rest.ends_with(['T', 't']) {
        return None;
    }
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(['T', 't']).filter(|_| !of_day) {
            (rest, of_day) = (after, true);
        }
        let (sign, after) = rest.strip_prefix('-').map_or((1, rest), |after| (-1, after));
        let (number, after) = split(after, |c| c.is_ascii_digit() || matches!(c, '.' | ','));
        let letter = after.chars().next()?;
        let factor = match (letter.to_ascii_uppercase(), of_day) {
            ('W', false) => 7 * DAY,
            ('D', false) => DAY,
            ('H', true) => HOUR,
            ('M', true) => MINUTE,
            ('S', true) => SECOND,
            _ => return None,
        };
        total += sign * i128::from(scaled(&number.replace(',', "."), factor).ok()?);
        rest = &after[letter.len_utf8()..];
    }
    Some(total)
}

/// The part for whose characters the test holds, and the rest.
fn split(text: &str, test: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c: char| !test(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_of_time_in_every_common_form() {
        const MS: i64 = 1_000_000;
        for (text, expected) in [
            ("250ms", 250 * MS),
            ("1.5s", 1_500 * MS),
            ("1h30m", 5_400_000 * MS),
            ("1m30s", 90_000 * MS),
            ("1m2.5s", 62_500 * MS),
            ("1 min 30.5 s", 90_500 * MS),
            ("2 hours 3 minutes", 7_380_000 * MS),
            ("-2us", -2_000),
            ("300µs", 300_000),
            ("300μs", 300_000),
            ("2d", 172_800_000 * MS),
            ("1w", 604_800_000 * MS),
            ("15 msec", 15 * MS),
            ("00:00:01.5", 1_500 * MS),
            ("00:00:01,5", 1_500 * MS),
            ("01:30", 5_400_000 * MS),
            ("26:00:00", 93_600_000 * MS),
            ("1.02:03:04.5", 93_784_500 * MS),
            ("-00:00:01", -1_000 * MS),
            ("1 day, 2:03:04", 93_784_000 * MS),
            ("-1 day, 23:59:59", -1_000 * MS),
            ("2 days 03:00:00", 183_600_000 * MS),
            ("0 days 00:00:00.250000", 250 * MS),
            ("PT1.5S", 1_500 * MS),
            ("PT1H30M", 5_400_000 * MS),
            ("P1DT2H", 93_600_000 * MS),
            ("P1W", 604_800_000 * MS),
            ("-PT0.5S", -500 * MS),
            ("PT-0.5S", -500 * MS),
        ] {
            assert_eq!(read(text, None), Ok(expected), "{text}");
        }
        for text in [
            "",
            "250",
            "ms",
            "1..5s",
            "1.s.2s",
            "99999999999d",
            "P1Y",
            "PT",
            "P",
            "1:2:3:4",
            "00:61",
            "soon",
            "1.5.5s",
            "--1s",
        ] {
            assert!(read(text, None).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_without_a_unit_have_the_one_that_is_known() {
        for (text, bare, expected) in [
            ("1.5", 1_000_000_000, 1_500_000_000),
            ("250", 1_000_000, 250_000_000),
            ("-3", 1, -3),
            ("2.5e-3", 1_000_000_000, 2_500_000),
        ] {
            assert_eq!(read(text, Some(bare)), Ok(expected), "{text}");
        }
        assert_eq!(read("250ms", Some(1_000_000_000)), Ok(250_000_000), "its own unit counts");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[-+0-9:., PTdhmsnuDHMS]{0,30}", bare in any::<Option<i64>>()) {
            let _ = read(&text, bare);
        }
    }
}
