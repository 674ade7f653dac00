//! Time: nanoseconds since 1970 in UTC, weeks begin on Sunday as in Kusto. What is out of range is null.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use syntax::pipeline::Function;
use syntax::{Type, Value};

use super::math::floor_to;
use super::operand::{longs, texts};
use super::{Expression, at_least, dynamic, exactly};
use crate::Error;

pub(super) const SECOND: i64 = 1_000_000_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

pub(super) fn call(function: Function, args: Vec<Expression>, ty: Type, now: i64) -> Result<Expression, Error> {
    use Function::*;
    Ok(match function {
        Now => {
            let offset = args.into_iter().next().map(|arg| arg.to(Type::Timespan));
            let offset = offset.unwrap_or_else(|| Expression::constant(Value::Timespan(0)));
            shift(offset, Type::Datetime, move |offset| now.checked_add(offset))
        }
        Ago => {
            let [offset] = exactly(args)?;
            shift(offset.to(Type::Timespan), Type::Datetime, move |offset| now.checked_sub(offset))
        }
        StartOfMinute => start_of(args, Unit::Minute)?,
        StartOfHour => start_of(args, Unit::Hour)?,
        StartOfDay => start_of(args, Unit::Day)?,
        StartOfWeek => start_of(args, Unit::Week)?,
        StartOfMonth => start_of(args, Unit::Month)?,
        StartOfYear => start_of(args, Unit::Year)?,
        // A timespan since Sunday in Kusto; as a long, the days.
        DayOfWeek => {
            let unit = if ty == Type::Timespan { DAY } else { 1 };
            let [value] = exactly(args)?;
            shift(value.to(Type::Datetime), ty, move |nanos| Some(weekday(nanos) * unit))
        }
        DayOfMonth => part(args, Part::Day)?,
        DayOfYear => part(args, Part::DayOfYear)?,
        HourOfDay => part(args, Part::Hour)?,
        GetMonth => part(args, Part::Month)?,
        GetYear => part(args, Part::Year)?,
        WeekOfYear => part(args, Part::WeekOfYear)?,
        DatetimePart => {
            let [word, value] = exactly(args)?;
            part(vec![value], Part::from_word(&constant(&word, "datetime_part")?)?)?
        }
        DatetimeDiff => {
            let [word, left, right] = exactly(args)?;
            let unit = Unit::from_word(&constant(&word, "datetime_diff")?)?;
            Expression::call([left.to(Type::Datetime), right.to(Type::Datetime)], Type::Long, move |args, rows| {
                let (left, right) = (args[0].longs(), args[1].longs());
                longs(
                    Type::Long,
                    (0..rows).map(|row| unit.number(left.get(row)?)?.checked_sub(unit.number(right.get(row)?)?)),
                )
            })
        }
        DatetimeAdd => {
            let [word, amount, value] = exactly(args)?;
            let unit = Unit::from_word(&constant(&word, "datetime_add")?)?;
            Expression::call([amount.to(Type::Long), value.to(Type::Datetime)], Type::Datetime, move |args, rows| {
                let (amounts, values) = (args[0].longs(), args[1].longs());
                longs(Type::Datetime, (0..rows).map(|row| unit.add(values.get(row)?, amounts.get(row)?)))
            })
        }
        FormatDatetime | FormatTimespan => {
            let [value, pattern] = exactly(args)?;
            let of_day = function == FormatDatetime;
            let pattern = constant(&pattern, if of_day { "format_datetime" } else { "format_timespan" })?;
            let value = value.to(if of_day { Type::Datetime } else { Type::Timespan });
            Expression::call([value], Type::String, move |args, rows| {
                let values = args[0].longs();
                texts((0..rows).map(|row| format(values.get(row)?, &pattern, of_day).map(Cow::Owned)))
            })
        }
        MakeDatetime => make(args)?,
        UnixSeconds => from_unix(args, SECOND)?,
        UnixMilliseconds => from_unix(args, 1_000_000)?,
        UnixMicroseconds => from_unix(args, 1_000)?,
        UnixNanoseconds => from_unix(args, 1)?,
        other => return Err(super::unsupported(other)),
    })
}

/// RFC 3339 in UTC.
pub(super) fn write_datetime(nanos: i64) -> String {
    Timestamp::from_nanosecond(i128::from(nanos)).map_or_else(|_| nanos.to_string(), |moment| moment.to_string())
}

/// Kusto's form: `[-][d.]hh:mm:ss[.fffffff]`, with nine digits where seven do not hold it.
pub(super) fn write_timespan(nanos: i64) -> String {
    let size = nanos.unsigned_abs();
    let sign = if nanos < 0 { "-" } else { "" };
    let (seconds, fraction) = (size / SECOND as u64, size % SECOND as u64);
    let days = match seconds / 86_400 {
        0 => String::new(),
        days => format!("{days}."),
    };
    let fraction = match fraction {
        0 => String::new(),
        whole if whole % 100 == 0 => format!(".{:07}", whole / 100),
        fine => format!(".{fine:09}"),
    };
    format!("{sign}{days}{:02}:{:02}:{:02}{fraction}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

fn shift(value: Expression, ty: Type, change: impl Fn(i64) -> Option<i64> + Send + Sync + 'static) -> Expression {
    Expression::call([value], ty, move |args, rows| {
        let values = args[0].longs();
        longs(ty, (0..rows).map(|row| change(values.get(row)?)))
    })
}

pub(super) fn constant(arg: &Expression, word: &str) -> Result<String, Error> {
    let text = arg.value().and_then(dynamic::constant_text);
    text.map(Cow::into_owned).ok_or_else(|| Error::rejected(format!("`{word}` needs a constant string here")))
}

pub(super) fn timestamp(nanos: i64) -> Option<Timestamp> {
    Timestamp::from_nanosecond(i128::from(nanos)).ok()
}

pub(super) fn civil(nanos: i64) -> Option<DateTime> {
    Some(Offset::UTC.to_datetime(timestamp(nanos)?))
}

pub(super) fn nanos(civil: DateTime) -> Option<i64> {
    i64::try_from(Offset::UTC.to_timestamp(civil).ok()?.as_nanosecond()).ok()
}

/// Days since Sunday; 1970-01-01 was a Thursday.
fn weekday(nanos: i64) -> i64 {
    (nanos.div_euclid(DAY) + 4).rem_euclid(7)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
}

impl Unit {
    fn from_word(word: &str) -> Result<Unit, Error> {
        Ok(match word.to_ascii_lowercase().as_str() {
            "year" => Unit::Year,
            "quarter" => Unit::Quarter,
            "month" => Unit::Month,
            "week" => Unit::Week,
            "day" => Unit::Day,
            "hour" => Unit::Hour,
            "minute" => Unit::Minute,
            "second" => Unit::Second,
            "millisecond" => Unit::Millisecond,
            "microsecond" => Unit::Microsecond,
            "nanosecond" => Unit::Nanosecond,
            _ => return Err(Error::rejected(format!("`{word}` is no period; there are year to nanosecond"))),
        })
    }

    /// Nanoseconds; None where it has no fixed length.
    fn length(self) -> Option<i64> {
        Some(match self {
            Unit::Week => 7 * DAY,
            Unit::Day => DAY,
            Unit::Hour => HOUR,
            Unit::Minute => MINUTE,
            Unit::Second => SECOND,
            Unit::Millisecond => 1_000_000,
            Unit::Microsecond => 1_000,
            Unit::Nanosecond => 1,
            Unit::Year | Unit::Quarter | Unit::Month => return None,
        })
    }

    fn months(self) -> i64 {
        match self {
            Unit::Year => 12,
            Unit::Quarter => 3,
            _ => 1,
        }
    }

    /// Which period of its kind a moment lies in.
    fn number(self, moment: i64) -> Option<i64> {
        match self.length() {
            Some(length) if self == Unit::Week => Some(moment.checked_add(4 * DAY)?.div_euclid(length)),
            Some(length) => Some(moment.div_euclid(length)),
            None => {
                let civil = civil(moment)?;
                Some((i64::from(civil.year()) * 12 + i64::from(civil.month()) - 1).div_euclid(self.months()))
            }
        }
    }

    pub(super) fn add(self, moment: i64, amount: i64) -> Option<i64> {
        match self.length() {
            Some(length) => moment.checked_add(length.checked_mul(amount)?),
            None => {
                let months = jiff::Span::new().try_months(amount.checked_mul(self.months())?).ok()?;
                nanos(civil(moment)?.checked_add(months).ok()?)
            }
        }
    }

    pub(super) fn start(self, moment: i64) -> Option<i64> {
        match self {
            Unit::Week => floor_to(moment, DAY)?.checked_sub(weekday(moment) * DAY),
            Unit::Year => nanos(Date::new(civil(moment)?.year(), 1, 1).ok()?.at(0, 0, 0, 0)),
            Unit::Month => nanos(civil(moment)?.date().first_of_month().at(0, 0, 0, 0)),
            Unit::Quarter => {
                let civil = civil(moment)?;
                nanos(Date::new(civil.year(), (civil.month() - 1) / 3 * 3 + 1, 1).ok()?.at(0, 0, 0, 0))
            }
            fixed => floor_to(moment, fixed.length()?),
        }
    }
}

/// `startofday(moment, offset)`: the offset counts periods.
fn start_of(args: Vec<Expression>, unit: Unit) -> Result<Expression, Error> {
    let ([value], offset) = at_least::<1>(args)?;
    let offset = offset.into_iter().next().unwrap_or_else(|| Expression::constant(Value::Long(0)));
    Ok(Expression::call([value.to(Type::Datetime), offset.to(Type::Long)], Type::Datetime, move |args, rows| {
        let (values, offsets) = (args[0].longs(), args[1].longs());
        longs(Type::Datetime, (0..rows).map(|row| unit.add(unit.start(values.get(row)?)?, offsets.get(row)?)))
    }))
}

#[derive(Clone, Copy)]
enum Part {
    Year,
    Quarter,
    Month,
    WeekOfYear,
    Day,
    DayOfYear,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
}

impl Part {
    fn from_word(word: &str) -> Result<Part, Error> {
        Ok(match word.to_ascii_lowercase().as_str() {
            "year" => Part::Year,
            "quarter" => Part::Quarter,
            "month" => Part::Month,
            "week_of_year" | "weekofyear" => Part::WeekOfYear,
            "day" => Part::Day,
            "dayofyear" => Part::DayOfYear,
            "hour" => Part::Hour,
            "minute" => Part::Minute,
            "second" => Part::Second,
            "millisecond" => Part::Millisecond,
            "microsecond" => Part::Microsecond,
            "nanosecond" => Part::Nanosecond,
            _ => return Err(Error::rejected(format!("`{word}` is no part of a datetime"))),
        })
    }

    fn of(self, moment: i64) -> Option<i64> {
        let civil = civil(moment)?;
        Some(match self {
            Part::Year => i64::from(civil.year()),
            Part::Quarter => i64::from((civil.month() - 1) / 3 + 1),
            Part::Month => i64::from(civil.month()),
            Part::WeekOfYear => i64::from(civil.date().iso_week_date().week()),
            Part::Day => i64::from(civil.day()),
            Part::DayOfYear => i64::from(civil.date().day_of_year()),
            Part::Hour => i64::from(civil.hour()),
            Part::Minute => i64::from(civil.minute()),
            Part::Second => i64::from(civil.second()),
            Part::Millisecond => i64::from(civil.subsec_nanosecond() / 1_000_000),
            Part::Microsecond => i64::from(civil.subsec_nanosecond() / 1_000),
            Part::Nanosecond => i64::from(civil.subsec_nanosecond()),
        })
    }
}

fn part(args: Vec<Expression>, part: Part) -> Result<Expression, Error> {
    let [value] = exactly(args)?;
    Ok(shift(value.to(Type::Datetime), Type::Long, move |moment| part.of(moment)))
}

/// `make_datetime(year, month, day, hour, minute, second)`, the last three may be missing.
fn make(args: Vec<Expression>) -> Result<Expression, Error> {
    let (date, clock) = at_least::<3>(args)?;
    let zero = || Expression::constant(Value::Long(0));
    let mut clock = clock.into_iter();
    let [hour, minute, second] = std::array::from_fn(|_| clock.next().unwrap_or_else(zero));
    let whole = date.into_iter().chain([hour, minute]).map(|arg| arg.to(Type::Long));
    let args: Vec<Expression> = whole.chain([second.to(Type::Real)]).collect();
    Ok(Expression::call(args, Type::Datetime, |args, rows| {
        longs(
            Type::Datetime,
            (0..rows).map(|row| {
                let whole = |place: usize| args[place].longs().get(row);
                let small = |place: usize| i8::try_from(whole(place)?).ok();
                let second = args[5].reals().get(row)?;
                let date = Date::new(i16::try_from(whole(0)?).ok()?, small(1)?, small(2)?).ok()?;
                let start = DateTime::from_parts(date, jiff::civil::Time::new(small(3)?, small(4)?, 0, 0).ok()?);
                if !(0.0..60.0).contains(&second) {
                    return None;
                }
                nanos(start)?.checked_add((second * SECOND as f64).round() as i64)
            }),
        )
    }))
}

fn from_unix(args: Vec<Expression>, unit: i64) -> Result<Expression, Error> {
    let [value] = exactly(args)?;
    if value.ty() == Type::Long {
        return Ok(shift(value, Type::Datetime, move |value| value.checked_mul(unit)));
    }
    Ok(Expression::call([value.to(Type::Real)], Type::Datetime, move |args, rows| {
        let values = args[0].reals();
        longs(Type::Datetime, (0..rows).map(|row| super::math::whole((values.get(row)? * unit as f64).round())))
    }))
}

/// Kusto's format letters: y M d H h m s f F t; every other character stands for itself.
fn format(value: i64, pattern: &str, of_day: bool) -> Option<String> {
    let civil = if of_day { Some(civil(value)?) } else { None };
    // Of a timespan, the size; its sign is written in front.
    let size = if of_day { value.rem_euclid(DAY).unsigned_abs() } else { value.unsigned_abs() };
    let (seconds, fraction) = (size / SECOND as u64, size % SECOND as u64);
    let mut out = if !of_day && value < 0 { "-".to_owned() } else { String::new() };
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        let count = rest.chars().take_while(|char| *char == letter).count();
        rest = &rest[count * letter.len_utf8()..];
        let number = match (letter, civil) {
            ('y', Some(civil)) if count == 2 => i64::from(civil.year()) % 100,
            ('y', Some(civil)) => i64::from(civil.year()),
            ('M', Some(civil)) => i64::from(civil.month()),
            ('d', Some(civil)) => i64::from(civil.day()),
            ('d', None) => (seconds / 86_400) as i64,
            ('H', _) => (seconds / 3600 % 24) as i64,
            ('h', Some(_)) => ((seconds / 3600 + 11) % 12 + 1) as i64,
            ('h', None) => (seconds / 3600 % 24) as i64,
            ('m', _) => (seconds / 60 % 60) as i64,
            ('s', _) => (seconds % 60) as i64,
            ('f', _) => {
                out.push_str(&format!("{fraction:09}")[..count.min(9)]);
                continue;
            }
            ('F', _) => {
                out.push_str(format!("{fraction:09}")[..count.min(9)].trim_end_matches('0'));
                continue;
            }
            ('t', Some(_)) => {
                let half = if seconds / 3600 % 24 < 12 { "AM" } else { "PM" };
                out.push_str(&half[..count.min(2)]);
                continue;
            }
            _ => {
                out.extend(std::iter::repeat_n(letter, count));
                continue;
            }
        };
        let width = count.min(20);
        out.push_str(&format!("{number:0width$}"));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timespans_are_read_as_they_are_written() {
        for (text, nanos) in [
            ("00:00:00.2500000", 250_000_000),
            ("1.02:03:04", DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND),
            ("-00:00:01", -SECOND),
            ("00:00:00.000000001", 1),
        ] {
            assert_eq!(syntax::span::read(text, None), Ok(nanos));
            assert_eq!(write_timespan(nanos), text);
        }
    }
}
