//! `dcount`: how many different values. Exact while there are few, then HyperLogLog within 2 %.

use std::hash::BuildHasher;
use std::sync::Arc;

use datasketches::hll::{HllSketch, HllType};
use hashbrown::HashTable;
use syntax::Type;

use super::{Accumulator, cells};
use crate::expression::operand::longs;

/// Up to so many values the answer is exact.
const EXACT: usize = 1024;
/// 2^14 registers: a standard error of 0.65 %.
const LG_REGISTERS: u8 = 14;

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

    fn count(&self) -> i64 {
        match self {
            Distinct::None => 0,
            Distinct::Exact(seen) => seen.len() as i64,
            Distinct::Estimate(sketch) => sketch.estimate().round() as i64,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Distinct::None => 0,
            Distinct::Exact(seen) => seen.allocation_size(),
            // Its registers; asking it would walk them.
            Distinct::Estimate(_) => (1 << LG_REGISTERS) + size_of::<HllSketch>(),
        }
    }
}

pub(super) fn estimate(of: Type) -> Arc<dyn Fn() -> Box<dyn Accumulator> + Send + Sync> {
    // A fixed seed, so that a replay gives the same estimate.
    let hasher = foldhash::quality::FixedState::with_seed(0x4865_6164_7761_7465);
    cells(
        move |cells: &mut [Distinct], selection, args, elsewhere| {
            let mut add = |group: usize, hash: u64| {
                let before = cells[group].bytes();
                cells[group].add(hash);
                *elsewhere += cells[group].bytes();
                *elsewhere -= before;
            };
            match of {
                Type::String | Type::Dynamic => {
                    let values = args[0].texts();
                    selection.each(|row| values.get(row), |group, text| add(group, hasher.hash_one(text)));
                }
                Type::Real => {
                    let values = args[0].reals();
                    // One zero, and one NaN.
                    let bits = |value: f64| if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() };
                    selection.each(|row| values.get(row), |group, value| add(group, hasher.hash_one(bits(value))));
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
}
