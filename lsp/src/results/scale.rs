//! Where values are cut into buckets: at numbers that people count in, evenly or, where most values are
//! small beside the greatest, in powers of ten. At most as many as there is room for.

use syntax::Type;

use super::spread::{Range, Spread};
use super::value;

/// Above this, the typical value is so small beside the great ones that an even scale would show one bar.
const SKEW: f64 = 6.0;

/// Beyond this share of the values at an end, one bucket has all, where the ends are far out.
const TAIL: f64 = 0.002;

const MINUTE: f64 = 60e9;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Timespans that people count in, from where they no longer count in tens.
const LONG_TIMES: [f64; 21] = [
    10e9,
    20e9,
    30e9,
    MINUTE,
    2.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    15.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    2.0 * HOUR,
    3.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
    DAY,
    2.0 * DAY,
    5.0 * DAY,
    10.0 * DAY,
    50.0 * DAY,
    100.0 * DAY,
    500.0 * DAY,
];

/// Buckets side by side, each from one edge to below the next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    edges: Vec<f64>,
    ty: Type,
    /// The first (the last) bucket also has all that is less (greater).
    open: (bool, bool),
    /// The edges are no even distances apart.
    pub(crate) log: bool,
}

impl Scale {
    /// For at most `room` buckets. `binned`: the values are the lower ends of bins, so no edge lies inside one.
    pub(crate) fn new(spread: &Spread, ty: Type, room: usize, binned: bool) -> Option<Scale> {
        let room = room.clamp(1, 200);
        let (least, most) = spread.ends()?;
        let unit = if binned { unit_of(spread, ty) } else { None };
        // Between these, sums and steps are numbers too.
        let clamp = |value: f64| if value.abs() < 1e-300 { 0.0 } else { value.clamp(-1e300, 1e300) };
        let ends = (least, most);
        let [low, middle, high] = [TAIL, 0.5, 1.0 - TAIL].map(|share| spread.quantile(share).map_or(0.0, clamp));
        let (least, most) = (clamp(least), clamp(most));
        // What is far out would leave no room for the rest.
        let body = (high - low).max(f64::MIN_POSITIVE);
        let from = if low - least > body { low } else { least };
        let to = if most - high > body { high } else { most };
        let typical = middle.max(unit.unwrap_or(0.0));
        let log = least >= 0.0 && typical > 0.0 && high / typical >= SKEW;
        let mut edges = if log {
            let from = spread.ranges().map(|range| range.low).find(|value| *value > 0.0).map_or(typical, clamp);
            let from = from.max(unit.unwrap_or(0.0));
            let (whole, body) =
                (logarithmic(from, most, ty, unit, room), logarithmic(from.max(low), most, ty, unit, room));
            // All of it, where that costs no fineness.
            if whole.ends_with(&body) { whole } else { body }
        } else {
            even(from, to, ty, unit, room)
        };
        if log && ends.0 < edges[0] && edges.len() <= room {
            // What is less than all others is no part of the others' first bucket.
            let whole = matches!(ty, Type::Long | Type::Timespan);
            let tenth = if whole { (edges[0] / 10.0).floor() } else { edges[0] / 10.0 };
            edges.insert(0, if binned || ends.0 <= 0.0 { 0.0 } else { tenth });
        }
        let (first, last) = (*edges.first()?, *edges.last()?);
        Some(Scale { open: (first > ends.0, last <= ends.1), edges, ty, log })
    }

    pub(crate) fn len(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    /// Where the buckets begin, and where the last one ends; the first and the last may hold what lies beyond.
    pub(crate) fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// From its first value to below its end.
    fn bucket(&self, index: usize) -> (f64, f64) {
        let low = if index == 0 && self.open.0 { f64::NEG_INFINITY } else { self.edges[index] };
        let high = if index + 1 == self.len() && self.open.1 { f64::INFINITY } else { self.edges[index + 1] };
        (low, high)
    }

    /// The buckets that a range reaches into, and with which share of it.
    pub(crate) fn shares(&self, range: Range) -> impl Iterator<Item = (usize, f64)> {
        let first = self.edges.partition_point(|edge| *edge <= range.low).saturating_sub(1);
        let last = self.len().saturating_sub(1);
        (first.min(last)..self.len())
            .take_while(move |index| *index == first.min(last) || self.edges[*index] < range.high)
            .map(move |index| {
                let (low, high) = self.bucket(index);
                (index, range.share(low, high))
            })
            .filter(|(_, share)| *share > 0.0)
    }

    /// `100 ms – 200 ms`, which has no 200 ms, and `≥ 5 s`; a whole number alone where its bucket has no other.
    pub(crate) fn label(&self, index: usize) -> String {
        let write = |edge: usize| self.write(self.edges[edge]);
        let (low, high) = self.bucket(index);
        if low == f64::NEG_INFINITY && high == f64::INFINITY {
            "all".to_owned()
        } else if low == f64::NEG_INFINITY {
            format!("< {}", write(index + 1))
        } else if high == f64::INFINITY {
            format!("≥ {}", write(index))
        } else if self.ty == Type::Long && high - low == 1.0 {
            write(index)
        } else if self.ty == Type::Long && high.fract() == 0.0 && high.abs() < 1e15 {
            // `1 – 2`, `3 – 9`: of whole numbers the last one is named, so that none seems to be in two.
            format!("{} – {}", write(index), self.write(high - 1.0))
        } else {
            format!("{} – {}", write(index), write(index + 1))
        }
    }

    /// The lower edge, for an axis.
    pub(crate) fn tick(&self, index: usize) -> String {
        if index == 0 && self.open.0 && self.len() > 1 {
            format!("< {}", self.write(self.edges[1]))
        } else if index + 1 == self.len() && self.open.1 && index > 0 {
            format!("≥ {}", self.write(self.edges[index]))
        } else {
            self.write(self.edges[index])
        }
    }

    fn write(&self, edge: f64) -> String {
        // A timespan is whole nanoseconds, and a rounded edge is still the same edge.
        let text = value::drawn(if self.ty == Type::Timespan { edge.round() } else { edge }, self.ty);
        // `3 h`, not `3 h 00 m`.
        let short = [" 00 s", " 00 m", " 00 h"].into_iter().find_map(|rest| text.strip_suffix(rest));
        short.map_or_else(|| text.clone(), str::to_owned)
    }
}

/// The size of bins, from the distances of their ends; None where it cannot be told.
fn unit_of(spread: &Spread, ty: Type) -> Option<f64> {
    if spread.shift() > 0 {
        return None;
    }
    let values: Vec<f64> = spread.ranges().map(|range| range.low).collect();
    let gaps = values.windows(2).map(|pair| pair[1] - pair[0]).chain(values.iter().map(|value| value.abs()));
    let unit = match ty {
        Type::Long | Type::Timespan => {
            let whole = gaps.filter(|gap| *gap > 0.0 && *gap < 1e18).map(|gap| gap as u64);
            whole.reduce(greatest_common_divisor)? as f64
        }
        _ => gaps.filter(|gap| *gap > 1e-9).reduce(f64::min)?,
    };
    (unit > 0.0).then_some(unit)
}

pub(crate) fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Edges an even distance apart, from at or below `from` to above `to`.
fn even(from: f64, to: f64, ty: Type, unit: Option<f64>, room: usize) -> Vec<f64> {
    let least = match (unit, ty) {
        (Some(unit), _) => unit,
        (None, Type::Long | Type::Timespan) => 1.0,
        (None, _) => 1e-300,
    };
    // Steps that a number of this size can still make.
    let least = least.max(from.abs().max(to.abs()) * 1e-12);
    let mut step = least.max((to - from) / room as f64);
    if to <= from && unit.is_none() && ty != Type::Long {
        step = step.max(from.abs() / 10.0);
    }
    // Each turn makes fewer; a few are enough.
    for _ in 0..64 {
        step = match unit {
            Some(unit) => round_above(step / unit, Type::Long) * unit,
            None => round_above(step, ty),
        };
        let first = (from / step).floor();
        let count = (to / step).floor() - first + 1.0;
        if count <= room as f64 {
            return (0..=count.max(1.0) as usize).map(|index| (first + index as f64) * step).collect();
        }
        step *= 1.01;
    }
    vec![from, to.max(from + step)]
}

/// The next number that people count in, at or above.
fn round_above(value: f64, ty: Type) -> f64 {
    if !(value.is_finite() && value > 0.0) {
        return 1.0;
    }
    if ty == Type::Timespan
        && value > 5e9
        && let Some(found) = LONG_TIMES.iter().find(|time| **time >= value)
    {
        return *found;
    }
    let power = 10f64.powf(value.log10().floor());
    let found = [1.0, 2.0, 5.0, 10.0].iter().map(|step| step * power).find(|step| *step >= value * (1.0 - 1e-9));
    found.filter(|found| found.is_finite()).unwrap_or(value)
}

/// Edges at powers of ten, or with steps between them where there is room.
fn logarithmic(from: f64, to: f64, ty: Type, unit: Option<f64>, room: usize) -> Vec<f64> {
    // Nearly even on the scale, so that the shape is the values' and not the edges'.
    const BETWEEN: [&[f64]; 4] = [&[1.0, 1.5, 2.5, 4.0, 6.0], &[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
    let whole = matches!(ty, Type::Long | Type::Timespan);
    let from = if whole { from.max(1.0) } else { from.max(1e-300) };
    let powers = || (from.log10().floor() as i32 - 1)..=(to.max(from).log10().floor() as i32 + 1);
    let mut best = Vec::new();
    for between in BETWEEN {
        let mut edges: Vec<f64> =
            powers().flat_map(|power| between.iter().map(move |step| step * 10f64.powi(power))).collect();
        if ty == Type::Timespan {
            edges.retain(|edge| *edge < 10e9);
            edges
                .extend(LONG_TIMES.iter().filter(|time| between.len() > 2 || [10e9, MINUTE, HOUR, DAY].contains(time)));
        }
        let mut edges: Vec<f64> = edges.into_iter().map(|edge| if edge >= 1.0 { edge.round() } else { edge }).collect();
        edges.retain(|edge| unit.is_none_or(|unit| (edge / unit).fract() == 0.0) && (!whole || *edge >= 1.0));
        edges.dedup();
        let first = edges.partition_point(|edge| *edge <= from).saturating_sub(1);
        let last = edges.partition_point(|edge| *edge <= to).min(edges.len().saturating_sub(1));
        edges = edges.get(first..=last).map(<[f64]>::to_vec).unwrap_or_default();
        if edges.len() >= 2 {
            best = edges;
            if best.len() <= room + 1 {
                return best;
            }
        }
    }
    if best.len() < 2 {
        return even(from.min(to), to, ty, unit, room);
    }
    // Every second or third power, and the last.
    let each = best.len().div_ceil(room.max(1));
    let last = best[best.len() - 1];
    let mut edges: Vec<f64> = best.into_iter().step_by(each.max(1)).take(room).collect();
    edges.push(last);
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(values: &[f64], ty: Type, room: usize, binned: bool, expect: Expect) {
        let mut spread = Spread::default();
        values.iter().for_each(|value| spread.add(*value, 1.0));
        let scale = Scale::new(&spread, ty, room, binned).expect("there are values");
        assert!(scale.len() <= room.max(1), "{} buckets in {room}", scale.len());
        let mut counts = vec![0.0; scale.len()];
        for range in spread.ranges() {
            scale.shares(range).for_each(|(bucket, share)| counts[bucket] += range.weight * share);
        }
        assert!((counts.iter().sum::<f64>() - spread.total()).abs() < 1e-6 * spread.total(), "{counts:?}");
        let buckets: Vec<String> =
            counts.iter().enumerate().map(|(index, count)| format!("{}: {count:.0}", scale.label(index))).collect();
        expect.assert_eq(&format!("{}\n", buckets.join("\n")));
    }

    #[test]
    fn edges_are_round() {
        let tenths: Vec<f64> = (0..100).map(|index| f64::from(index) / 10.0).collect();
        check(
            &tenths,
            Type::Real,
            6,
            false,
            expect![[r#"
            0 – 2: 20
            2 – 4: 20
            4 – 6: 20
            6 – 8: 20
            8 – 10: 20
        "#]],
        );
        let millis: Vec<f64> = (80..190).map(|index| f64::from(index) * 1e6).collect();
        check(
            &millis,
            Type::Timespan,
            8,
            false,
            expect![[r#"
            80 ms – 100 ms: 20
            100 ms – 120 ms: 20
            120 ms – 140 ms: 20
            140 ms – 160 ms: 20
            160 ms – 180 ms: 20
            180 ms – 200 ms: 10
        "#]],
        );
        check(
            &[1.0, 2.0, 2.0, 3.0, 5.0],
            Type::Long,
            10,
            false,
            expect![[r#"
            1: 1
            2: 2
            3: 1
            4: 0
            5: 1
        "#]],
        );
        check(
            &[-4.0, 0.0, 4.0],
            Type::Long,
            4,
            false,
            expect![[r#"
            -5 – -1: 1
            0 – 4: 2
        "#]],
        );
        let hours: Vec<f64> = (0..50).map(|index| f64::from(index) * 900e9).collect();
        check(
            &hours,
            Type::Timespan,
            6,
            false,
            expect![[r#"
            0 s – 3 h: 12
            3 h – 6 h: 12
            6 h – 9 h: 12
            9 h – 12 h: 12
            12 h – 15 h: 2
        "#]],
        );
    }

    #[test]
    fn a_long_tail_has_powers() {
        let skewed: Vec<f64> = (0..1_000).map(|index| 1e6 * 1.01f64.powi(index)).collect();
        check(
            &skewed,
            Type::Timespan,
            12,
            false,
            expect![[r#"
            1 ms – 3 ms: 111
            3 ms – 10 ms: 121
            10 ms – 30 ms: 110
            30 ms – 100 ms: 121
            100 ms – 300 ms: 111
            300 ms – 1 s: 121
            1 s – 3 s: 110
            3 s – 10 s: 121
            10 s – 1 m: 74
        "#]],
        );
        check(
            &skewed,
            Type::Timespan,
            4,
            false,
            expect![[r#"
            1 ms – 100 ms: 463
            100 ms – 10 s: 463
            10 s – 1 m: 74
        "#]],
        );
        check(
            &skewed,
            Type::Timespan,
            40,
            false,
            expect![[r#"
            1 ms – 1.5 ms: 41
            1.5 ms – 2.5 ms: 52
            2.5 ms – 4 ms: 47
            4 ms – 6 ms: 41
            6 ms – 10 ms: 51
            10 ms – 15 ms: 41
            15 ms – 25 ms: 51
            25 ms – 40 ms: 47
            40 ms – 60 ms: 41
            60 ms – 100 ms: 51
            100 ms – 150 ms: 41
            150 ms – 250 ms: 51
            250 ms – 400 ms: 48
            400 ms – 600 ms: 40
            600 ms – 1 s: 52
            1 s – 1.5 s: 40
            1.5 s – 2.5 s: 52
            2.5 s – 4 s: 47
            4 s – 6 s: 41
            6 s – 10 s: 51
            10 s – 20 s: 70
            20 s – 30 s: 4
        "#]],
        );
        let with_zero: Vec<f64> = (0..100).map(|index| f64::from(index * index * index)).collect();
        check(
            &with_zero,
            Type::Long,
            8,
            false,
            expect![[r#"
            0: 1
            1 – 9: 2
            10 – 99: 2
            100 – 999: 5
            1,000 – 9,999: 12
            10,000 – 99,999: 25
            100,000 – 999,999: 53
        "#]],
        );
        let bins: Vec<f64> = [0.0, 50.0, 50.0, 100.0, 100.0, 150.0, 700.0, 2_450.0].map(|millis| millis * 1e6).to_vec();
        check(
            &bins,
            Type::Timespan,
            10,
            true,
            expect![[r#"
            0 s – 100 ms: 3
            100 ms – 150 ms: 2
            150 ms – 250 ms: 1
            250 ms – 400 ms: 0
            400 ms – 600 ms: 0
            600 ms – 1 s: 1
            1 s – 1.5 s: 0
            1.5 s – 2.5 s: 1
        "#]],
        );
    }

    #[test]
    fn the_lowest_values_have_buckets_of_their_own_where_there_is_room() {
        let mut values: Vec<f64> = (0..1_000).map(|index| 1e6 * 1.008f64.powi(index)).collect();
        values.push(30e3);
        check(
            &values,
            Type::Timespan,
            27,
            false,
            expect![[r#"
            25 µs – 40 µs: 1
            40 µs – 60 µs: 0
            60 µs – 100 µs: 0
            100 µs – 150 µs: 0
            150 µs – 250 µs: 0
            250 µs – 400 µs: 0
            400 µs – 600 µs: 0
            600 µs – 1 ms: 0
            1 ms – 1.5 ms: 51
            1.5 ms – 2.5 ms: 64
            2.5 ms – 4 ms: 59
            4 ms – 6 ms: 51
            6 ms – 10 ms: 64
            10 ms – 15 ms: 51
            15 ms – 25 ms: 64
            25 ms – 40 ms: 59
            40 ms – 60 ms: 51
            60 ms – 100 ms: 64
            100 ms – 150 ms: 51
            150 ms – 250 ms: 64
            250 ms – 400 ms: 59
            400 ms – 600 ms: 51
            600 ms – 1 s: 64
            1 s – 1.5 s: 51
            1.5 s – 2.5 s: 64
            2.5 s – 4 s: 18
        "#]],
        );
        // One that is next to nothing does not make the others coarse.
        values.push(1.0);
        check(
            &values,
            Type::Timespan,
            14,
            false,
            expect![[r#"
            < 1 ms: 2
            1 ms – 2 ms: 87
            2 ms – 5 ms: 115
            5 ms – 10 ms: 87
            10 ms – 20 ms: 87
            20 ms – 50 ms: 115
            50 ms – 100 ms: 87
            100 ms – 200 ms: 87
            200 ms – 500 ms: 115
            500 ms – 1 s: 87
            1 s – 2 s: 87
            2 s – 5 s: 46
        "#]],
        );
    }

    #[test]
    fn what_is_far_out_is_one_bucket() {
        let mut values: Vec<f64> = (0..2_000).map(|index| f64::from(index % 10)).collect();
        values.extend([-1e9, 1e12]);
        check(
            &values,
            Type::Long,
            12,
            false,
            expect![[r#"
            < 1: 201
            1: 200
            2: 200
            3: 200
            4: 200
            5: 200
            6: 200
            7: 200
            8: 200
            ≥ 9: 201
        "#]],
        );
    }

    #[test]
    fn no_values_are_too_odd() {
        for values in [
            vec![0.0],
            vec![5.0],
            vec![-5.0; 3],
            vec![1e300, 1e300],
            vec![f64::MIN, f64::MAX],
            vec![f64::MIN_POSITIVE, 1.0],
            vec![1e-320, 1e308],
            vec![0.0, 0.0, 1e308],
            vec![1e15, 1e15 + 1.0],
            vec![-0.0, 5e-324],
        ] {
            for ty in [Type::Long, Type::Real, Type::Timespan] {
                for (room, binned) in [(1, false), (2, true), (7, false), (12, true), (40, false)] {
                    let mut spread = Spread::default();
                    values.iter().for_each(|value| spread.add(*value, 1.0));
                    let scale = Scale::new(&spread, ty, room, binned).expect("there are values");
                    assert!((1..=room).contains(&scale.len()), "{values:?} {ty} {room} {scale:?}");
                    let found: f64 =
                        spread.ranges().flat_map(|range| scale.shares(range)).map(|(_, share)| share).sum();
                    let wanted = spread.ranges().count() as f64;
                    assert!((found - wanted).abs() < 1e-6, "{values:?} {ty} {room} {scale:?}: {found} of {wanted}");
                    (0..scale.len()).for_each(|index| assert!(!scale.label(index).is_empty()));
                }
            }
        }
    }
}
