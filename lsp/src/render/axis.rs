//! An axis of time: its marks stand at instants that people name, e.g. each half minute.

use std::ops::Range;

use jiff::Timestamp;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

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
}
