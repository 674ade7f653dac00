//! How numbers are spread, in bounded memory: each different value while they are few, else ranges as narrow
//! as the bound allows, of which each is as wide as its values are large. Knows no types and no pictures.

use std::collections::BTreeMap;

/// Ranges of one spread at most.
const MAX_RANGES: usize = 4_096;

/// Weights by value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spread {
    /// By the bits of the value in its order, without the lowest `shift` ones.
    counts: BTreeMap<i64, f64>,
    shift: u32,
    /// The least and the greatest value.
    ends: Option<(f64, f64)>,
    total: f64,
}

/// Values from `low` to below `high`, or just `low` where both are the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) weight: f64,
}

impl Spread {
    /// Only finite values and weights above zero count.
    pub(crate) fn add(&mut self, value: f64, weight: f64) {
        self.add_within(value, weight, MAX_RANGES);
    }

    /// As [`add`](Spread::add), with another bound.
    pub(crate) fn add_within(&mut self, value: f64, weight: f64, most: usize) {
        if !value.is_finite() || !weight.is_finite() || weight <= 0.0 {
            return;
        }
        let (low, high) = self.ends.unwrap_or((value, value));
        self.ends = Some((low.min(value), high.max(value)));
        self.total += weight;
        *self.counts.entry(self.key(value)).or_default() += weight;
        while self.counts.len() > most.max(2) && self.shift < 63 {
            self.shift += 1;
            let finer = std::mem::take(&mut self.counts);
            for (key, weight) in finer {
                *self.counts.entry(key >> 1).or_default() += weight;
            }
        }
    }

    /// The range that holds a value, as a number that ranges are in order of.
    pub(crate) fn key(&self, value: f64) -> i64 {
        ordered(value) >> self.shift
    }

    /// How many of the lowest bits of values are no longer told apart.
    pub(crate) fn shift(&self) -> u32 {
        self.shift
    }

    pub(crate) fn total(&self) -> f64 {
        self.total
    }

    /// The least and the greatest value; None before the first.
    pub(crate) fn ends(&self) -> Option<(f64, f64)> {
        self.ends
    }

    /// In order of the values.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range> {
        self.counts.iter().map(|(key, weight)| self.range(*key, *weight))
    }

    /// The values of one key.
    pub(crate) fn range(&self, key: i64, weight: f64) -> Range {
        let (least, most) = self.ends.unwrap_or_default();
        let bound = |key: i128| {
            let bits = (key << self.shift).clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
            let value = unordered(bits);
            // Beyond the numbers there are the infinities and what is none.
            if value.is_finite() { value.clamp(least, most) } else { if bits < 0 { least } else { most } }
        };
        let low = bound(i128::from(key));
        if self.shift == 0 {
            return Range { low, high: low, weight };
        }
        Range { low, high: bound(i128::from(key) + 1), weight }
    }

    /// The value below which this share of the weight lies.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let wanted = self.total * share.clamp(0.0, 1.0);
        let mut passed = 0.0;
        for range in self.ranges() {
            if passed + range.weight >= wanted {
                let within = ((wanted - passed) / range.weight).clamp(0.0, 1.0);
                return Some(range.low + (range.high - range.low) * within);
            }
            passed += range.weight;
        }
        self.ends.map(|(_, most)| most)
    }
}

impl Range {
    /// The share of it that lies from `from` to below `to`.
    pub(crate) fn share(&self, from: f64, to: f64) -> f64 {
        if self.low >= self.high {
            return f64::from(u8::from(from <= self.low && self.low < to));
        }
        let (low, high) = (self.low.max(from), self.high.min(to));
        // Halves, because the whole may be more than a number can hold.
        if high > low { (high / 2.0 - low / 2.0) / (self.high / 2.0 - self.low / 2.0) } else { 0.0 }
    }
}

/// The bits of a number such that integers are in the order of the numbers.
fn ordered(value: f64) -> i64 {
    let bits = (value + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn unordered(bits: i64) -> f64 {
    f64::from_bits((bits ^ (((bits >> 63) as u64) >> 1) as i64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_exact() {
        let mut spread = Spread::default();
        [3.0, -1.5, 3.0, 0.0, -0.0, f64::NAN, f64::INFINITY].into_iter().for_each(|value| spread.add(value, 1.0));
        spread.add(7.0, -1.0);
        let found: Vec<(f64, f64)> = spread.ranges().map(|range| (range.low, range.weight)).collect();
        assert_eq!(found, [(-1.5, 1.0), (0.0, 2.0), (3.0, 2.0)]);
        assert_eq!((spread.total(), spread.ends()), (5.0, Some((-1.5, 3.0))));
        assert_eq!([0.0, 0.5, 1.0].map(|share| spread.quantile(share)), [Some(-1.5), Some(0.0), Some(3.0)]);
    }

    #[test]
    fn many_values_are_bounded_and_near() {
        let mut spread = Spread::default();
        // All magnitudes and both signs, then a million in one decade.
        for power in -300..300 {
            spread.add(10f64.powi(power), 1.0);
            spread.add(-(10f64.powi(power)), 1.0);
        }
        spread.add(f64::MAX, 1.0);
        spread.add(f64::MIN, 1.0);
        for step in 0..1_000_000 {
            spread.add(100.0 + f64::from(step) / 1_000.0, 1.0);
        }
        assert!(spread.counts.len() <= MAX_RANGES);
        assert_eq!(spread.total(), 1_001_202.0);
        let sum: f64 = spread.ranges().map(|range| range.weight).sum();
        assert_eq!(sum, spread.total());
        let median = spread.quantile(0.5).expect("there are values");
        assert!((median / 600.0 - 1.0).abs() < 0.03, "{median}");
        let ranges: Vec<Range> = spread.ranges().collect();
        assert!(ranges.windows(2).all(|pair| pair[0].low <= pair[0].high && pair[0].high <= pair[1].high));
    }

    #[test]
    fn a_range_is_shared_among_what_it_reaches_into() {
        let range = Range { low: 10.0, high: 20.0, weight: 4.0 };
        assert_eq!([(0.0, 10.0), (0.0, 15.0), (15.0, 40.0)].map(|(from, to)| range.share(from, to)), [0.0, 0.5, 0.5]);
        let point = Range { low: 10.0, high: 10.0, weight: 4.0 };
        assert_eq!([(0.0, 10.0), (10.0, 15.0)].map(|(from, to)| point.share(from, to)), [0.0, 1.0]);
        let whole = Range { low: f64::MIN, high: f64::MAX, weight: 1.0 };
        assert_eq!(whole.share(0.0, f64::INFINITY), 0.5);
    }
}
