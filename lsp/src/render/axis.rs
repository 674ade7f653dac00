//! Axes: of time, with marks at instants that people name, e.g. each half minute, and of values, with marks at round
//! numbers or durations.

use std::ops::Range;

use jiff::Timestamp;
use plotters::coord::ranged1d::{KeyPointHint, KeyPointWeight, NoDefaultFormatting, Ranged, ValueFormatter};
use syntax::Type;

use crate::results::value;

/// Steps between marks, in nanoseconds.
const STEPS: [i64; 20] = {
    const S: i64 = 1_000_000_000;
    [
        S / 10,
        S / 2,
        S,
        2 * S,
        5 * S,
        10 * S,
        15 * S,
        30 * S,
        60 * S,
        120 * S,
        300 * S,
        600 * S,
        900 * S,
        1800 * S,
        3600 * S,
        7200 * S,
        21_600 * S,
        43_200 * S,
        86_400 * S,
        604_800 * S,
    ]
};

/// From one instant to another, in nanoseconds since 1970.
#[derive(Clone)]
pub(super) struct Times(pub(super) Range<i64>);

impl Times {
    fn step(&self, most: usize) -> i64 {
        let span = self.0.end.saturating_sub(self.0.start).max(1);
        let fits = |step: &&i64| span / **step < most.max(1) as i64;
        STEPS.iter().find(fits).copied().unwrap_or(span)
    }
}

impl Ranged for Times {
    type FormatOption = NoDefaultFormatting;
    type ValueType = i64;

    fn map(&self, value: &i64, limit: (i32, i32)) -> i32 {
        let span = self.0.end.saturating_sub(self.0.start).max(1) as f64;
        let part = (value.saturating_sub(self.0.start)) as f64 / span;
        limit.0 + (part * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<i64> {
        let step = self.step(hint.max_num_points().min(9));
        let first = self.0.start.div_euclid(step) * step;
        (0..64).map(|at| first + at * step).filter(|at| (self.0.start..=self.0.end).contains(at)).collect()
    }

    fn range(&self) -> Range<i64> {
        self.0.clone()
    }
}

impl ValueFormatter<i64> for Times {
    fn format_ext(&self, value: &i64) -> String {
        let at = Timestamp::from_nanosecond(i128::from(*value)).unwrap_or_default();
        let at = at.to_zoned(jiff::tz::TimeZone::UTC);
        let step = self.step(9);
        let form = if step >= STEPS[18] {
            "%m-%d"
        } else if step >= 60_000_000_000 {
            "%H:%M"
        } else {
            "%H:%M:%S"
        };
        at.strftime(form).to_string()
    }
}

/// Of numbers or durations, from one to another.
pub(super) struct Scale {
    range: Range<f64>,
    ty: Type,
    pub(super) marks: Vec<f64>,
}

/// Marks of an axis of values at most.
const MARKS: usize = 6;

impl Scale {
    pub(super) fn new(low: f64, high: f64, ty: Type) -> Scale {
        let step = match ty {
            Type::Timespan => duration_step((high - low) / MARKS as f64),
            Type::Long => decimal_step((high - low) / MARKS as f64).max(1.0),
            _ => decimal_step((high - low) / MARKS as f64),
        };
        let first = (low / step).ceil();
        let marks = (0..=2 * MARKS).map(|at| (first + at as f64) * step).take_while(|mark| *mark <= high).collect();
        Scale { range: low..high, ty, marks }
    }

    pub(super) fn write(&self, mark: f64) -> String {
        value::drawn(mark, self.ty)
    }
}

/// 1, 2 or 5 times a power of ten.
fn decimal_step(least: f64) -> f64 {
    let power = 10f64.powf(least.max(f64::MIN_POSITIVE).log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|times| times * power).find(|step| *step >= least).unwrap_or(10.0 * power)
}

/// Below a second as numbers; above, as clocks and calendars have them.
fn duration_step(least: f64) -> f64 {
    if least <= 500_000_000.0 {
        return decimal_step(least).max(1.0);
    }
    let clock = STEPS.iter().map(|step| *step as f64).find(|step| *step >= least);
    clock.unwrap_or_else(|| decimal_step(least / STEPS[18] as f64) * STEPS[18] as f64)
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let part = (value - self.range.start) / (self.range.end - self.range.start);
        limit.0 + (part * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // Between them nothing stands.
        if matches!(hint.weight(), KeyPointWeight::Bold) { self.marks.clone() } else { Vec::new() }
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Scale {
    fn format_ext(&self, value: &f64) -> String {
        self.write(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_at_whole_instants() {
        let second = 1_000_000_000;
        let start = 1_772_366_400 * second;
        let said = |span: i64| {
            let times = Times(start + 3 * second..start + 3 * second + span * second);
            times.key_points(10).iter().map(|at| times.format_ext(at)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(said(60), "12:00:10 12:00:20 12:00:30 12:00:40 12:00:50 12:01:00");
        assert_eq!(said(3600), "12:10 12:20 12:30 12:40 12:50 13:00");
        assert_eq!(said(0), "12:00:03");
    }
    #[test]
    fn marks_of_values_are_round() {
        let said = |high: f64, ty: Type| {
            let scale = Scale::new(0.0, high, ty);
            scale.marks.iter().map(|mark| scale.write(*mark)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(said(1.2e9, Type::Timespan), "0 s 200 ms 400 ms 600 ms 800 ms 1 s 1.2 s");
        assert_eq!(said(200e9, Type::Timespan), "0 s 1 m 00 s 2 m 00 s 3 m 00 s");
        assert_eq!(said(3.0, Type::Long), "0 1 2 3");
        assert_eq!(said(3.0, Type::Real), "0 0.5 1 1.5 2 2.5 3");
        assert_eq!(said(123_456.0, Type::Long), "0 50,000 100,000");
    }
}
