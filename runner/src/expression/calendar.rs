//! The ends of days to years, timespans of their parts, and clocks of time zones. The zones' rules are compiled
//! in, so that every machine has the same.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use syntax::Type::{self, Datetime, Long, Real, Timespan};
use syntax::pipeline::Function;

use super::row::{Row, whole};
use super::time::{self, DAY, HOUR, MINUTE, SECOND, Unit};
use super::{Expression, exactly, math};
use crate::Error;

pub(super) fn call(function: Function, args: Vec<Expression>) -> Result<Expression, Error> {
    use Function::*;
    Ok(match function {
        EndOfDay => end_of(args, Unit::Day),
        EndOfWeek => end_of(args, Unit::Week),
        EndOfMonth => end_of(args, Unit::Month),
        EndOfYear => end_of(args, Unit::Year),
        MakeTimespan => {
            // Seconds may have a fraction.
            let last = if args.len() > 2 { args.len() - 1 } else { args.len() };
            let takes: Vec<Type> = (0..args.len()).map(|place| if place == last { Real } else { Long }).collect();
            whole(args, &takes, Timespan, timespan)
        }
        UtcToLocal | LocalToUtc => {
            let [value, zone] = exactly(args)?;
            let name = time::constant(&zone, "datetime_utc_to_local")?;
            let zone = TimeZoneDatabase::bundled().get(&name);
            let zone = zone.map_err(|_| Error::rejected(format!("there is no time zone `{name}`")))?;
            let change = if function == UtcToLocal { to_local } else { to_utc };
            whole(vec![value], &[Datetime], Datetime, move |row| change(row.long(0)?, &zone))
        }
        other => return Err(super::unsupported(other)),
    })
}

/// `endofday(moment, offset)`: the offset counts periods.
fn end_of(args: Vec<Expression>, unit: Unit) -> Expression {
    whole(args, &[Datetime, Long], Datetime, move |row| {
        let offset = if row.count() > 1 { row.long(1)? } else { 0 };
        let next = unit.add(unit.start(row.long(0)?)?, offset.checked_add(1)?)?;
        next.checked_sub(1)
    })
}

fn timespan(row: Row<'_>) -> Option<i64> {
    let days = if row.count() > 3 { row.long(0)? } else { 0 };
    let first = usize::from(row.count() > 3);
    let seconds = if row.count() > 2 { row.real(first + 2)? } else { 0.0 };
    let (hours, minutes) = (row.long(first)?, row.long(first + 1)?);
    let fits = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0.0..60.0).contains(&seconds);
    let clock = hours.checked_mul(HOUR)?.checked_add(minutes.checked_mul(MINUTE)?)?;
    let clock = clock.checked_add(math::whole((seconds * SECOND as f64).round())?)?;
    if fits { days.checked_mul(DAY)?.checked_add(clock) } else { None }
}

/// What the zone's clocks show, as if it were UTC.
fn to_local(moment: i64, zone: &TimeZone) -> Option<i64> {
    time::nanos(zone.to_datetime(time::timestamp(moment)?))
}

fn to_utc(clock: i64, zone: &TimeZone) -> Option<i64> {
    // Of two times the first; within a gap what the clocks would show by the time behind it.
    let moment = zone.to_ambiguous_timestamp(time::civil(clock)?).earlier().ok()?;
    i64::try_from(moment.as_nanosecond()).ok()
}
