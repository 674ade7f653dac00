//! Datetimes and timespans, in UTC.

use super::Arg::*;
use super::Returns::Is;
use crate::Type;

use super::{FunctionRow, LONG, Param, TEXT, TIME};

const PERIODS: &[&str] = &[
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
    "microsecond",
    "nanosecond",
];

const PARTS: &[&str] = &[
    "year",
    "quarter",
    "month",
    "week_of_year",
    "day",
    "dayofyear",
    "hour",
    "minute",
    "second",
    "millisecond",
    "microsecond",
    "nanosecond",
    "weekofyear",
];

#[rustfmt::skip]
pub(super) const MOMENTS: &[FunctionRow] = table! {
    fun Now ["now"], (#[optional] offset: Timespan) => TIME, "When the flow was started.", "now()";
    fun Ago ["ago"], (span: Timespan) => TIME, "So long before the flow was started.", "timestamp > ago(5m)";
    fun StartOfMinute ["startofminute"], (time: Datetime, #[optional] offset: Long) => TIME, "The start of its minute, in UTC.", "startofminute(timestamp)", ours;
    fun StartOfHour ["startofhour"], (time: Datetime, #[optional] offset: Long) => TIME, "The start of its hour, in UTC.", "startofhour(timestamp)", ours;
    fun StartOfDay ["startofday"], (time: Datetime, #[optional] offset: Long) => TIME, "The start of its day, in UTC.", "startofday(timestamp)";
    fun StartOfWeek ["startofweek"], (time: Datetime, #[optional] offset: Long) => TIME, "The start of its week, a Sunday, in UTC.", "startofweek(timestamp)";
    fun StartOfMonth ["startofmonth"], (time: Datetime, #[optional] offset: Long) => TIME, "The start of its month, in UTC.", "startofmonth(timestamp)";
    fun StartOfYear ["startofyear"], (time: Datetime, #[optional] offset: Long) => TIME, "The start of its year, in UTC.", "startofyear(timestamp)";
    fun EndOfDay ["endofday"], (time: Datetime, #[optional] offset: Long) => TIME, "The last nanosecond of its day, in UTC. Differs from Kusto, whose last moment is .9999999: it counts in steps of 100 ns.", "endofday(timestamp)";
    fun EndOfWeek ["endofweek"], (time: Datetime, #[optional] offset: Long) => TIME, "The last nanosecond of its week, which ends with Saturday, in UTC.", "endofweek(timestamp)";
    fun EndOfMonth ["endofmonth"], (time: Datetime, #[optional] offset: Long) => TIME, "The last nanosecond of its month, in UTC.", "endofmonth(timestamp)";
    fun EndOfYear ["endofyear"], (time: Datetime, #[optional] offset: Long) => TIME, "The last nanosecond of its year, in UTC.", "endofyear(timestamp)";
    fun DayOfWeek ["dayofweek"], (time: Datetime) => Is(Type::Timespan), "Days since Sunday, as a timespan.", "dayofweek(timestamp) / 1d";
    fun DayOfMonth ["dayofmonth"], (time: Datetime) => LONG, "The day of the month, from 1.", "dayofmonth(timestamp)";
    fun DayOfYear ["dayofyear"], (time: Datetime) => LONG, "The day of the year, from 1.", "dayofyear(timestamp)";
    fun HourOfDay ["hourofday"], (time: Datetime) => LONG, "The hour, 0 to 23, in UTC.", "hourofday(timestamp)";
    fun GetMonth ["getmonth", "monthofyear"], (time: Datetime) => LONG, "The month, 1 to 12.", "getmonth(timestamp)";
    fun GetYear ["getyear"], (time: Datetime) => LONG, "The year.", "getyear(timestamp)";
    fun WeekOfYear ["week_of_year", "weekofyear"], (time: Datetime) => LONG, "The week by ISO 8601: it begins on Monday, and the first one holds 4 January.", "week_of_year(timestamp)";
    fun DatetimePart ["datetime_part"], (part: OneOf(PARTS), time: Datetime) => LONG, "A part of it: \"year\", \"month\", \"hour\" …", "datetime_part(\"minute\", timestamp)";
    fun DatetimeDiff ["datetime_diff"], (part: OneOf(PERIODS), left: Datetime, right: Datetime) => LONG, "Boundaries of that part between the two.", "datetime_diff(\"second\", now(), timestamp)";
    fun DatetimeAdd ["datetime_add"], (part: OneOf(PERIODS), amount: Long, time: Datetime) => TIME, "Moved by so many of that part.", "datetime_add(\"hour\", 1, timestamp)";
    fun FormatDatetime ["format_datetime"], (time: Datetime, format: Fixed("yyyy-MM-dd HH:mm:ss")) => TEXT, "Written as the format says, in UTC.", "format_datetime(timestamp, \"HH:mm:ss\")";
    fun FormatTimespan ["format_timespan"], (span: Timespan, format: Fixed("hh:mm:ss.fff")) => TEXT, "Written as the format says.", "format_timespan(duration, \"ss.fff\")";
    fun MakeDatetime ["make_datetime"], (year: Long, month: Long, day: Long, #[optional] hour: Long, #[optional] minute: Long, #[optional] second: Number) => TIME, "The moment with these parts, in UTC.", "make_datetime(2026, 1, 31)";
    fun MakeTimespan ["make_timespan"], (first: Long, second: Long, #[optional] third: Number, #[optional] fourth: Number) => Is(Type::Timespan), "Of hours and minutes; of hours, minutes and seconds; of days, hours, minutes and seconds.", "make_timespan(1, 2, 30, 55.5)";
    fun UtcToLocal ["datetime_utc_to_local"], (time: Datetime, zone: Zone) => TIME, "What the clocks of a time zone show then.", "datetime_utc_to_local(timestamp, \"Europe/Berlin\")";
    fun LocalToUtc ["datetime_local_to_utc"], (time: Datetime, zone: Zone) => TIME, "When the clocks of a time zone show this: the first of two times, and within a gap by the time behind it.", "datetime_local_to_utc(timestamp, \"America/New_York\")";
    fun UnixSeconds ["unixtime_seconds_todatetime"], (value: Number) => TIME, "From seconds since 1970.", "unixtime_seconds_todatetime(1767225600)";
    fun UnixMilliseconds ["unixtime_milliseconds_todatetime"], (value: Number) => TIME, "From milliseconds since 1970.", "unixtime_milliseconds_todatetime(1767225600000)";
    fun UnixMicroseconds ["unixtime_microseconds_todatetime"], (value: Number) => TIME, "From microseconds since 1970.", "unixtime_microseconds_todatetime(1767225600000000)";
    fun UnixNanoseconds ["unixtime_nanoseconds_todatetime"], (value: Number) => TIME, "From nanoseconds since 1970.", "unixtime_nanoseconds_todatetime(1767225600000000000)";
};
