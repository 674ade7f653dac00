//! Values as people read them: `12.3 ms`, `12,345`, `14:03:27`. One place for the screen, the editor and
//! the tables of the command line. Knows no clock: the day of today and the time zone are passed in.

use arrow_array::cast::AsArray;
use arrow_array::types::{DurationNanosecondType, Float64Type, Int64Type, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef};
use jiff::Timestamp;
use jiff::tz::TimeZone;
pub use syntax::visible::grouped as count;
use syntax::{Type, Value, visible};

/// Bytes of one text that are shown at most; the rest is cut, and the cut is seen.
const TEXT_BYTES: usize = 512;

/// Where and when somebody looks.
#[derive(Clone, Debug)]
pub struct Viewpoint {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub now: i64,
    pub zone: TimeZone,
}

/// The value of one cell, None for null.
pub fn cell(column: &ArrayRef, row: usize, ty: Type, viewpoint: &Viewpoint) -> Option<String> {
    if column.is_null(row) {
        return None;
    }
    Some(match ty {
        Type::Bool => column.as_boolean_opt()?.value(row).to_string(),
        Type::Long => long(column.as_primitive_opt::<Int64Type>()?.value(row)),
        Type::Real => real(column.as_primitive_opt::<Float64Type>()?.value(row)),
        Type::Datetime => datetime(column.as_primitive_opt::<TimestampNanosecondType>()?.value(row), viewpoint),
        Type::Timespan => timespan(column.as_primitive_opt::<DurationNanosecondType>()?.value(row)),
        Type::String | Type::Dynamic => text(column.as_string_opt::<i32>()?.value(row)),
    })
}

/// The value of a cell that names something: a text or a bool. None for null and for all others.
pub fn name(column: &ArrayRef, row: usize, ty: Type) -> Option<String> {
    if column.is_null(row) {
        return None;
    }
    match ty {
        Type::Bool => Some(column.as_boolean_opt()?.value(row).to_string()),
        Type::String | Type::Dynamic => Some(text(column.as_string_opt::<i32>()?.value(row))),
        _ => None,
    }
}

/// The value as a number to be drawn: timespans in nanoseconds, None for null and what is no number.
pub fn number(column: &ArrayRef, row: usize) -> Option<f64> {
    if column.is_null(row) {
        return None;
    }
    let value = if let Some(longs) = column.as_primitive_opt::<Int64Type>() {
        longs.value(row) as f64
    } else if let Some(texts) = column.as_string_opt::<i32>() {
        // A dynamic that holds a number.
        texts.value(row).trim().parse().ok()?
    } else if let Some(reals) = column.as_primitive_opt::<Float64Type>() {
        reals.value(row)
    } else {
        column.as_primitive_opt::<DurationNanosecondType>()?.value(row) as f64
    };
    value.is_finite().then_some(value)
}

/// The value itself, null where it is that.
pub(crate) fn exact(column: &ArrayRef, row: usize, ty: Type) -> Option<Value> {
    if column.is_null(row) {
        return Some(Value::Null(ty));
    }
    Some(match ty {
        Type::Bool => Value::Bool(column.as_boolean_opt()?.value(row)),
        Type::Long => Value::Long(column.as_primitive_opt::<Int64Type>()?.value(row)),
        Type::Real => Value::Real(column.as_primitive_opt::<Float64Type>()?.value(row)),
        Type::Datetime => Value::Datetime(column.as_primitive_opt::<TimestampNanosecondType>()?.value(row)),
        Type::Timespan => Value::Timespan(column.as_primitive_opt::<DurationNanosecondType>()?.value(row)),
        Type::String => Value::String(column.as_string_opt::<i32>()?.value(row).into()),
        Type::Dynamic => Value::Dynamic(column.as_string_opt::<i32>()?.value(row).into()),
    })
}

/// Nanoseconds of a datetime cell.
pub fn time(column: &ArrayRef, row: usize) -> Option<i64> {
    let times = column.as_primitive_opt::<TimestampNanosecondType>()?;
    (!times.is_null(row)).then(|| times.value(row))
}

/// A number that [`number`] gave, written as its type is.
pub fn drawn(value: f64, ty: Type) -> String {
    match ty {
        Type::Timespan => timespan(value as i64),
        Type::Long if value.fract() == 0.0 && value.abs() < 1e15 => long(value as i64),
        _ => real(value),
    }
}

pub fn text(value: &str) -> String {
    if value.len() <= TEXT_BYTES {
        return visible(value).into_owned();
    }
    let mut cut = TEXT_BYTES;
    while !value.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}…", visible(&value[..cut]))
}

/// `12,345`.
pub fn long(value: i64) -> String {
    let digits = count(value.unsigned_abs());
    if value < 0 { format!("-{digits}") } else { digits }
}

/// Four significant digits, without trailing zeros; very large and very small ones with an exponent.
pub fn real(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e15).contains(&size) {
        return format!("{value:.3e}");
    }
    let decimals = (3 - size.log10().floor() as i32).clamp(0, 8) as usize;
    let rounded = format!("{value:.decimals$}");
    let (whole, fraction) = rounded.split_once('.').unwrap_or((&rounded, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

/// `12.3 ms`, `1.24 s`, `4 m 05 s`, `2 h 03 m`, `3 d 04 h`.
pub fn timespan(nanos: i64) -> String {
    let size = nanos.unsigned_abs();
    let sign = if nanos < 0 { "-" } else { "" };
    let scaled = |unit: u64, name: &str| {
        let value = size as f64 / unit as f64;
        let decimals = if value < 10.0 {
            2
        } else if value < 100.0 {
            1
        } else {
            0
        };
        let text = format!("{value:.decimals$}");
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        format!("{sign}{text} {name}")
    };
    const SECOND: u64 = 1_000_000_000;
    let seconds = (size + SECOND / 2) / SECOND;
    match size {
        0 => "0 s".to_owned(),
        1..=999 => scaled(1, "ns"),
        1_000..=999_499 => scaled(1_000, "µs"),
        999_500..=999_499_999 => scaled(1_000_000, "ms"),
        _ if seconds < 60 => scaled(SECOND, "s"),
        _ if seconds < 3_600 => format!("{sign}{} m {:02} s", seconds / 60, seconds % 60),
        _ if seconds < 86_400 => format!("{sign}{} h {:02} m", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{sign}{} d {:02} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

/// Local time of today, with the date where it is another day.
pub fn datetime(nanos: i64, viewpoint: &Viewpoint) -> String {
    let local = |nanos: i64| {
        let timestamp = Timestamp::from_nanosecond(i128::from(nanos)).ok()?;
        Some(timestamp.to_zoned(viewpoint.zone.clone()))
    };
    let Some(zoned) = local(nanos) else { return nanos.to_string() };
    let today = local(viewpoint.now).is_some_and(|now| now.date() == zoned.date());
    let millis = if nanos.rem_euclid(1_000_000_000) == 0 { "" } else { "%.3f" };
    let day = if today { "" } else { "%Y-%m-%d " };
    zoned.strftime(&format!("{day}%H:%M:%S{millis}")).to_string()
}

/// `2.1 k`, `48 k`, `12`, `0.3`: for rates, where a glance is enough.
pub fn rough(value: f64) -> String {
    let (scaled, unit) = match value.abs() {
        size if size >= 999_500_000.0 => (value / 1e9, " G"),
        size if size >= 999_500.0 => (value / 1e6, " M"),
        size if size >= 999.5 => (value / 1e3, " k"),
        _ => (value, ""),
    };
    let decimals = usize::from(scaled.abs() < 9.95 && scaled.abs() >= 0.05);
    let text = format!("{scaled:.decimals$}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    format!("{text}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_groups_and_few_digits() {
        let longs = [0, 999, 1_000, 1_234_567, -12_345, i64::MIN].map(long);
        assert_eq!(longs, ["0", "999", "1,000", "1,234,567", "-12,345", "-9,223,372,036,854,775,808"]);
        let reals = [0.0, 0.12345, 1.5, 99.53333, 12_345.678, -0.001, 1e-9, 1e20, f64::NAN].map(real);
        assert_eq!(reals, ["0", "0.1235", "1.5", "99.53", "12,346", "-0.001", "1.000e-9", "1.000e20", "NaN"]);
        let rough = [0.0, 0.04, 0.31, 2.0, 9.96, 12.4, 999.6, 2_140.0, 48_000.0, 1_250_000.0].map(rough);
        assert_eq!(rough, ["0", "0", "0.3", "2", "10", "12", "1 k", "2.1 k", "48 k", "1.2 M"]);
    }

    #[test]
    fn timespans_have_the_unit_that_fits() {
        const SECOND: i64 = 1_000_000_000;
        let texts = [
            0,
            17,
            1_500,
            12_345_678,
            999_999_999,
            1_240_000_000,
            59 * SECOND,
            245 * SECOND,
            7_380 * SECOND,
            -273_600 * SECOND,
        ]
        .map(timespan);
        assert_eq!(
            texts,
            ["0 s", "17 ns", "1.5 µs", "12.3 ms", "1 s", "1.24 s", "59 s", "4 m 05 s", "2 h 03 m", "-3 d 04 h"]
        );
    }

    #[test]
    fn datetimes_are_local_and_name_another_day() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_nanosecond() as i64;
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let viewpoint = Viewpoint { now: at("2026-03-01T12:00:00Z"), zone };
        assert_eq!(datetime(at("2026-03-01T08:03:27Z"), &viewpoint), "10:03:27");
        assert_eq!(datetime(at("2026-03-01T08:03:27.25Z"), &viewpoint), "10:03:27.250");
        assert_eq!(datetime(at("2026-02-28T08:00:00Z"), &viewpoint), "2026-02-28 10:00:00");
        assert_eq!(datetime(i64::MAX, &viewpoint), "2262-04-12 01:47:16.854");
    }

    #[test]
    fn a_long_text_is_cut_within_no_character() {
        let shown = text(&"é".repeat(400));
        assert_eq!(shown.chars().count(), 257);
        assert!(shown.ends_with('…'));
    }
}
