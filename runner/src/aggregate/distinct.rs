//! `dcount`: how many different values. Exact while there are few, then HyperLogLog within 2 %.
//!
//! HyperLogLog is that of Flajolet, Fusy, Gandouet and Meunier (2007) as Apache DataSketches has it. Of its
//! estimates the composite one is taken: it goes by the registers alone, so that neither the order of events
//! nor merging changes the answer.

use std::hash::BuildHasher;

use datasketches::hll::{HllSketch, HllType, HllUnion};
use hashbrown::HashTable;
use syntax::Type;

use super::{Cell, Make, adopt, cells};
use crate::expression::dynamic;
use crate::expression::operand::longs;

/// Up to so many values the answer is exact.
const EXACT: usize = 1024;
/// 2^15 registers of a byte: a standard error of 0.6 %, so that 2 % are three and a half of them.
const LG_REGISTERS: u8 = 15;

#[derive(Clone, Default)]
enum Distinct {
    #[default]
    None,
    /// Hashes of the values.
    Exact(HashTable<u64>),
    Estimate(Box<HllSketch>),
}

impl Distinct {
    fn add(&mut self, hash: u64) {
        match self {
            Distinct::None => {
                let mut seen = HashTable::new();
                seen.insert_unique(hash, hash, |hash| *hash);
                *self = Distinct::Exact(seen);
            }
            Distinct::Exact(seen) => {
                if let hashbrown::hash_table::Entry::Vacant(entry) =
                    seen.entry(hash, |known| *known == hash, |hash| *hash)
                {
                    entry.insert(hash);
                    if seen.len() > EXACT
                        && let Ok(mut sketch) = HllSketch::new(LG_REGISTERS, HllType::Hll8)
                    {
                        seen.iter().for_each(|hash| sketch.update(*hash));
                        *self = Distinct::Estimate(Box::new(sketch));
                    }
                }
            }
            Distinct::Estimate(sketch) => sketch.update(hash),
        }
    }

    fn merge(&mut self, other: &Distinct) {
        match (&mut *self, other) {
            (_, Distinct::None) => {}
            (Distinct::None, _) => *self = other.clone(),
            (_, Distinct::Exact(seen)) => seen.iter().for_each(|hash| self.add(*hash)),
            (Distinct::Exact(seen), Distinct::Estimate(sketch)) => {
                let mut sketch = sketch.clone();
                seen.iter().for_each(|hash| sketch.update(*hash));
                *self = Distinct::Estimate(sketch);
            }
            (Distinct::Estimate(sketch), Distinct::Estimate(other)) => {
                if let Ok(mut union) = HllUnion::new(LG_REGISTERS) {
                    union.update(sketch);
                    union.update(other);
                    **sketch = union.to_sketch(HllType::Hll8);
                }
            }
        }
    }

    fn count(&self) -> i64 {
        match self {
            Distinct::None => 0,
            Distinct::Exact(seen) => seen.len() as i64,
            Distinct::Estimate(sketch) => sketch.composite_estimate().round() as i64,
        }
    }
}

impl Cell for Distinct {
    fn elsewhere(&self) -> usize {
        match self {
            Distinct::None => 0,
            Distinct::Exact(seen) => seen.allocation_size(),
            // Its registers; asking it would walk them.
            Distinct::Estimate(_) => (1 << LG_REGISTERS) + size_of::<HllSketch>(),
        }
    }
}

/// One zero, one NaN; what is whole has the hash of the whole number, so that a field whose type is widened keeps
/// the hashes of its values.
fn hash_real(hasher: &impl BuildHasher, value: f64) -> u64 {
    if value.fract() == 0.0 && value.abs() < 9.2e18 {
        return hasher.hash_one(value as i64);
    }
    hasher.hash_one(if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() })
}

/// A value in JSON has the hash that it has outside: `"a"` that of `a`, `1` and `1.0` that of 1.
fn hash_json(hasher: &impl BuildHasher, json: &str) -> u64 {
    match json.as_bytes() {
        [b'"', ..] => hasher.hash_one(&*dynamic::plain(json)),
        [b't', ..] => hasher.hash_one(true),
        [b'f', ..] => hasher.hash_one(false),
        [b'-' | b'0'..=b'9', ..] => match (json.parse::<i64>(), json.parse::<f64>()) {
            (Ok(whole), _) => hasher.hash_one(whole),
            // A whole number of more digits than a real holds is told apart by its digits.
            (_, Ok(real)) if json.contains(['.', 'e', 'E']) => hash_real(hasher, real),
            _ => hasher.hash_one(json),
        },
        _ => hasher.hash_one(json),
    }
}

pub(super) fn estimate(of: Type) -> Make {
    // A fixed seed, so that a replay gives the same estimate.
    let hasher = foldhash::quality::FixedState::with_seed(0x4865_6164_7761_7465);
    cells(
        |cells, _| adopt::same(cells),
        move |cells: &mut [Distinct], selection, args, elsewhere| {
            let mut add = |group: usize, hash: u64| {
                let before = cells[group].elsewhere();
                cells[group].add(hash);
                *elsewhere += cells[group].elsewhere();
                *elsewhere -= before;
            };
            match of {
                Type::String => {
                    let values = args[0].texts();
                    selection.each(|row| values.get(row), |group, text| add(group, hasher.hash_one(text)));
                }
                Type::Dynamic => {
                    let values = args[0].texts();
                    selection.each(|row| values.get(row), |group, json| add(group, hash_json(&hasher, json)));
                }
                Type::Real => {
                    let values = args[0].reals();
                    selection.each(|row| values.get(row), |group, value| add(group, hash_real(&hasher, value)));
                }
                Type::Bool => {
                    let values = args[0].bools();
                    selection.each(|row| values.get(row), |group, value| add(group, hasher.hash_one(value)));
                }
                Type::Long | Type::Datetime | Type::Timespan => {
                    let values = args[0].longs();
                    selection.each(|row| values.get(row), |group, value| add(group, hasher.hash_one(value)));
                }
            }
        },
        Distinct::merge,
        |cells, _| longs(Type::Long, cells.iter().map(|distinct| Some(distinct.count()))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_while_there_are_few_then_within_two_percent() {
        let hasher = foldhash::quality::FixedState::with_seed(7);
        let mut distinct = Distinct::default();
        for number in 0..200_000_i64 {
            distinct.add(hasher.hash_one(number));
            // Again, which changes nothing.
            distinct.add(hasher.hash_one(number / 2));
            let (found, truth) = (distinct.count(), number + 1);
            if truth <= EXACT as i64 {
                assert_eq!(found, truth);
            } else if truth % 1000 == 0 {
                assert!((found - truth).abs() * 50 <= truth, "{found} for {truth}");
            }
        }
    }

    #[test]
    fn the_same_in_any_order_and_merged() {
        let hasher = foldhash::quality::FixedState::with_seed(7);
        let of = |numbers: &mut dyn Iterator<Item = i64>| {
            let mut distinct = Distinct::default();
            numbers.for_each(|number| distinct.add(hasher.hash_one(number)));
            distinct
        };
        for (truth, within) in [(1_000, 0), (2_000, 40), (100_000, 2_000), (1_000_000, 20_000)] {
            let whole = of(&mut (0..truth)).count();
            assert!((whole - truth).abs() <= within, "{whole} for {truth}");
            assert_eq!(of(&mut (0..truth).rev()).count(), whole);
            let mut merged = of(&mut (0..truth / 3));
            merged.merge(&of(&mut (truth / 4..truth)));
            assert_eq!(merged.count(), whole);
        }
    }
}
