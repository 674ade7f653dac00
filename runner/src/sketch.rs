//! A log-linear histogram: any percentile of any numbers within 0.8 %, whatever their order.
//!
//! A bucket is a number's sign, exponent and first 6 bits of mantissa, as in HdrHistogram (Tene, 2012) and,
//! with a base-2 index, in OpenTelemetry's exponential histogram; DDSketch (Masson, Rim, Lee, VLDB 2019)
//! proves the relative bound for such buckets. Counts only add up, so neither order nor merging changes
//! the answer. Few values are kept exactly. NaN is ignored.
//!
//! [`Moments`] does the same for points in time, where an error relative to 1970 would mean nothing.

use std::collections::BTreeMap;

/// Up to so many values the answer is exact.
pub(crate) const EXACT: usize = 64;
/// Bits of mantissa that tell buckets apart.
const BITS: u32 = 6;
const SHIFT: u32 = 52 - BITS;
/// Buckets that are made beyond the one that is needed, so that growth is rare.
const SLACK: u32 = 32;

#[derive(Clone, Debug, Default)]
pub struct Sketch {
    count: u64,
    /// All values, until there are too many.
    exact: Vec<f64>,
    buckets: Option<Box<Buckets>>,
}

#[derive(Clone, Debug)]
struct Buckets {
    below: Side,
    zeros: u64,
    above: Side,
    infinite: u64,
    infinite_below: u64,
    least: f64,
    greatest: f64,
}

/// Counts of neighbouring buckets; the first is that of index `first`.
#[derive(Clone, Debug, Default)]
struct Side {
    first: u32,
    counts: Vec<u64>,
}

impl Sketch {
    pub fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        self.count += 1;
        match &mut self.buckets {
            Some(buckets) => buckets.add(value),
            None => {
                self.exact.push(value);
                if self.exact.len() > EXACT {
                    self.spill();
                }
            }
        }
    }

    /// The same as if all of the other's values had been added.
    pub fn merge(&mut self, other: &Sketch) {
        self.count += other.count;
        if self.buckets.is_none() && (other.buckets.is_some() || self.exact.len() + other.exact.len() > EXACT) {
            self.spill();
        }
        match &mut self.buckets {
            None => self.exact.extend_from_slice(&other.exact),
            Some(buckets) => {
                other.exact.iter().for_each(|value| buckets.add(*value));
                if let Some(others) = &other.buckets {
                    buckets.merge(others);
                }
            }
        }
    }

    /// The value below or at which the share `q` (0 to 1) of the values lies; by rank, not interpolated.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let rank = rank(q, self.count)?;
        match &self.buckets {
            Some(buckets) => Some(buckets.value(rank)),
            None => {
                let mut values = self.exact.clone();
                let (_, value, _) = values.select_nth_unstable_by(rank as usize - 1, f64::total_cmp);
                Some(*value)
            }
        }
    }

    /// The same of whole numbers: one that is in the bucket, so that those below 128 are exact.
    pub fn whole_quantile(&self, q: f64) -> Option<i64> {
        // A bucket's middle lies above its least whole number, and less than that from the next.
        self.quantile(q).map(|value| value.trunc() as i64)
    }

    /// How many of the values lie below each of these limits, which rise: a bucket counts where its middle is.
    pub fn below(&self, limits: &[f64]) -> Vec<u64> {
        let mut counts = vec![0; limits.len()];
        let mut add = |value: f64, count: u64| {
            let first = limits.partition_point(|limit| *limit <= value);
            counts[first..].iter_mut().for_each(|below| *below += count);
        };
        match &self.buckets {
            None => self.exact.iter().for_each(|value| add(*value, 1)),
            Some(buckets) => {
                add(f64::NEG_INFINITY, buckets.infinite_below);
                buckets.below.each().for_each(|(index, count)| add(-middle(index), count));
                add(0.0, buckets.zeros);
                buckets.above.each().for_each(|(index, count)| add(middle(index), count));
            }
        }
        counts
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    /// Bytes on the heap.
    pub fn bytes(&self) -> usize {
        let sides = |buckets: &Buckets| buckets.below.counts.capacity() + buckets.above.counts.capacity();
        let buckets = self.buckets.as_deref().map_or(0, |buckets| size_of::<Buckets>() + sides(buckets) * 8);
        self.exact.capacity() * 8 + buckets
    }

    fn spill(&mut self) {
        let mut buckets = Box::new(Buckets::default());
        std::mem::take(&mut self.exact).into_iter().for_each(|value| buckets.add(value));
        self.buckets = Some(buckets);
    }
}

/// The rank, from 1, of the value below or at which the share `q` of so many values lies: the nearest-rank
/// percentile, as Kusto has it.
pub(crate) fn rank(q: f64, count: u64) -> Option<u64> {
    (count > 0).then(|| ((q.clamp(0.0, 1.0) * count as f64).ceil() as u64).clamp(1, count))
}

/// Points in time, within a thousandth of the time that they span; exact while few of them differ.
///
/// A bucket is a power of two of nanoseconds, the least one with which there are not too many buckets. That
/// depends on the values alone, so here too order and merging change nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moments {
    count: u64,
    /// Bits that are left out of a value to get its bucket.
    shift: u32,
    buckets: BTreeMap<i64, u64>,
    /// The first and the last.
    ends: Option<(i64, i64)>,
}

impl Moments {
    /// Buckets at most: values over a time stand in more than half as many.
    const MOST: usize = 1024;

    pub(crate) fn add(&mut self, value: i64) {
        self.count += 1;
        self.reach(value, value);
        *self.buckets.entry(value >> self.shift).or_default() += 1;
        self.coarsen();
    }

    pub(crate) fn merge(&mut self, other: &Moments) {
        let Some((first, last)) = other.ends else { return };
        self.count += other.count;
        self.reach(first, last);
        if other.shift > self.shift {
            self.shift_by(other.shift - self.shift);
        }
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(bucket >> (self.shift - other.shift)).or_default() += count;
        }
        self.coarsen();
    }

    pub(crate) fn quantile(&self, q: f64) -> Option<i64> {
        let (mut left, (first, last)) = (rank(q, self.count)?, self.ends?);
        for (bucket, count) in &self.buckets {
            if left <= *count {
                let middle = if self.shift == 0 { 0 } else { 1_i64 << (self.shift - 1) };
                return Some(((bucket << self.shift) | middle).clamp(first, last));
            }
            left -= count;
        }
        None
    }

    pub(crate) fn bytes(&self) -> usize {
        // About what a tree's node takes for each of its values.
        self.buckets.len() * 24
    }

    fn reach(&mut self, first: i64, last: i64) {
        self.ends = Some(self.ends.map_or((first, last), |(from, to)| (from.min(first), to.max(last))));
    }

    fn coarsen(&mut self) {
        while self.buckets.len() > Self::MOST {
            self.shift_by(1);
        }
    }

    fn shift_by(&mut self, bits: u32) {
        self.shift += bits;
        let mut buckets = BTreeMap::new();
        for (bucket, count) in &self.buckets {
            *buckets.entry(bucket >> bits).or_default() += count;
        }
        self.buckets = buckets;
    }
}

impl Default for Buckets {
    fn default() -> Buckets {
        Buckets {
            below: Side::default(),
            zeros: 0,
            above: Side::default(),
            infinite: 0,
            infinite_below: 0,
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
        }
    }
}

impl Buckets {
    fn add(&mut self, value: f64) {
        self.least = self.least.min(value);
        self.greatest = self.greatest.max(value);
        if value == f64::INFINITY {
            self.infinite += 1;
        } else if value == f64::NEG_INFINITY {
            self.infinite_below += 1;
        } else if value > 0.0 {
            self.above.add(index(value), 1);
        } else if value < 0.0 {
            self.below.add(index(-value), 1);
        } else {
            self.zeros += 1;
        }
    }

    fn merge(&mut self, other: &Buckets) {
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
        self.zeros += other.zeros;
        self.infinite += other.infinite;
        self.infinite_below += other.infinite_below;
        self.below.merge(&other.below);
        self.above.merge(&other.above);
    }

    /// The value of this rank, from 1.
    fn value(&self, rank: u64) -> f64 {
        let mut left = rank;
        let mut reached = |count: u64| {
            let here = left <= count;
            left = left.saturating_sub(count);
            here
        };
        if reached(self.infinite_below) {
            return f64::NEG_INFINITY;
        }
        for (index, count) in self.below.each().rev() {
            if reached(count) {
                return self.within(-middle(index));
            }
        }
        if reached(self.zeros) {
            return 0.0;
        }
        for (index, count) in self.above.each() {
            if reached(count) {
                return self.within(middle(index));
            }
        }
        f64::INFINITY
    }

    /// The ends are known exactly.
    fn within(&self, value: f64) -> f64 {
        value.clamp(self.least, self.greatest)
    }
}

impl Side {
    fn add(&mut self, index: u32, count: u64) {
        let place = index.wrapping_sub(self.first) as usize;
        if let Some(counted) = self.counts.get_mut(place) {
            *counted += count;
            return;
        }
        self.reach(index, index);
        self.counts[(index - self.first) as usize] += count;
    }

    fn merge(&mut self, other: &Side) {
        if other.counts.is_empty() {
            return;
        }
        self.reach(other.first, other.first + other.counts.len() as u32 - 1);
        for (index, count) in other.each() {
            self.counts[(index - self.first) as usize] += count;
        }
    }

    /// Makes room for the buckets from `low` to `high`.
    fn reach(&mut self, low: u32, high: u32) {
        if self.counts.is_empty() {
            self.first = low;
            self.counts = vec![0; (high - low + 1) as usize];
            return;
        }
        if low < self.first {
            let first = low.saturating_sub(SLACK);
            self.counts.splice(0..0, std::iter::repeat_n(0, (self.first - first) as usize));
            self.first = first;
        }
        let needed = (high - self.first) as usize + 1;
        if needed > self.counts.len() {
            self.counts.resize(needed + SLACK as usize, 0);
        }
    }

    fn each(&self) -> impl DoubleEndedIterator<Item = (u32, u64)> {
        let first = self.first;
        self.counts.iter().enumerate().map(move |(place, count)| (first + place as u32, *count))
    }
}

/// Of a positive finite number: greater numbers have no smaller index.
fn index(value: f64) -> u32 {
    (value.to_bits() >> SHIFT) as u32
}

/// Half way through a bucket: at most 1/128 of the value away from anything in it.
fn middle(index: u32) -> f64 {
    f64::from_bits((u64::from(index) << SHIFT) | (1 << (SHIFT - 1)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[f64]) -> Sketch {
        let mut sketch = Sketch::default();
        values.iter().for_each(|value| sketch.add(*value));
        sketch
    }

    fn exact(values: &[f64], q: f64) -> f64 {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        sorted.sort_by(f64::total_cmp);
        let rank = ((q * sorted.len() as f64).ceil() as usize).clamp(1, sorted.len());
        sorted[rank - 1]
    }

    #[test]
    fn whole_numbers_below_128_are_exact_and_others_within_the_bound() {
        for wanted in [0, 1, 3, 33, 65, 66, 67, 127, 128, 129, 150, 1_001, 123_457_i64] {
            for sign in [1, -1] {
                let mut sketch = Sketch::default();
                (0..200).for_each(|_| sketch.add((sign * wanted) as f64));
                (0..200).for_each(|n| sketch.add((sign * (wanted + n)) as f64));
                let found = sketch.whole_quantile(if sign > 0 { 0.25 } else { 0.75 }).unwrap();
                let off = (found - sign * wanted).abs();
                let bound = if wanted < 128 { 0.0 } else { 0.008 * wanted as f64 };
                assert!(off as f64 <= bound, "{found} for {wanted}");
            }
        }
    }

    #[test]
    fn edges() {
        assert_eq!(Sketch::default().quantile(0.5), None);
        assert_eq!(of(&[f64::NAN]).quantile(0.5), None);
        assert_eq!(of(&[7.0]).quantile(0.99), Some(7.0));
        let mut many = vec![0.0; 100];
        many.extend([f64::NEG_INFINITY, f64::INFINITY, -0.0, f64::MAX, f64::MIN, 5e-324]);
        let sketch = of(&many);
        assert_eq!(sketch.quantile(0.0), Some(f64::NEG_INFINITY));
        assert_eq!(sketch.quantile(0.5), Some(0.0));
        assert_eq!(sketch.quantile(1.0), Some(f64::INFINITY));
    }

    #[test]
    fn as_near_as_the_oracle() {
        let mut oracle = sketches_ddsketch::DDSketch::new(sketches_ddsketch::Config::defaults());
        let values: Vec<f64> = (0..100_000_u64).map(|n| ((n * 2_654_435_761 % 100_003) as f64).powi(2) + 1.0).collect();
        values.iter().for_each(|value| oracle.add(*value));
        let sketch = of(&values);
        for q in [0.01, 0.25, 0.5, 0.9, 0.99, 0.999] {
            let (ours, theirs) = (sketch.quantile(q).unwrap(), oracle.quantile(q).unwrap().unwrap());
            let truth = exact(&values, q);
            assert!((ours - truth).abs() <= 0.008 * truth, "{q}: {ours} for {truth}");
            assert!((ours - theirs).abs() <= 0.02 * theirs, "{q}: {ours}, the oracle {theirs}");
        }
    }

    proptest! {
        #[test]
        fn moments_are_near_in_any_order_and_merged(
            base in any::<i64>(),
            steps in prop::collection::vec(0_i64..100_000_000_000, 1..3000),
            cut in 0_usize..3000,
            q in 0.0..=1.0,
        ) {
            let mut values: Vec<i64> = steps.iter().map(|step| base.saturating_add(*step)).collect();
            let of = |values: &[i64]| {
                let mut moments = Moments::default();
                values.iter().for_each(|value| moments.add(*value));
                moments
            };
            let cut = cut.min(values.len());
            let mut merged = of(&values[..cut]);
            merged.merge(&of(&values[cut..]));
            let found = of(&values).quantile(q).unwrap();
            prop_assert_eq!(merged.quantile(q).unwrap(), found);
            values.sort_unstable();
            prop_assert_eq!(of(&values).quantile(q).unwrap(), found);
            let truth = values[rank(q, values.len() as u64).unwrap() as usize - 1];
            let span = values[values.len() - 1] - values[0];
            let bound = if values.len() <= Moments::MOST { 0 } else { span / 1000 };
            prop_assert!((found - truth).abs() <= bound, "{found} for {truth}");
        }

        #[test]
        fn within_the_bound_in_any_order_and_merged(
            values in prop::collection::vec(prop_oneof![-1e9_f64..1e9, Just(0.0_f64), -1e-9_f64..1e-9, Just(f64::NAN)], 1..400),
            cut in 0_usize..400,
            q in 0.0..=1.0,
        ) {
            prop_assume!(values.iter().any(|value: &f64| !value.is_nan()));
            let whole = of(&values);
            let mut backwards = values.clone();
            backwards.reverse();
            let cut = cut.min(values.len());
            let mut merged = of(&values[..cut]);
            merged.merge(&of(&values[cut..]));
            let found = whole.quantile(q).unwrap();
            let truth = exact(&values, q);
            prop_assert!((found - truth).abs() <= 0.008 * truth.abs(), "{found} for {truth}");
            prop_assert_eq!(of(&backwards).quantile(q).unwrap().to_bits(), found.to_bits());
            prop_assert_eq!(merged.quantile(q).unwrap().to_bits(), found.to_bits());
        }
    }
}
