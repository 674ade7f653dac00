//! Chance for the simulated shop: a stream of numbers that depends on nothing but its seeds, so that
//! every event of a seed is the same on every machine. No floating-point functions beyond + − × ÷.

/// SplitMix64, restarted for each thing that is decided.
pub(super) struct Dice(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

pub(super) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Dice {
    /// `about` tells apart what is decided with the same seed and index.
    pub(super) fn new(seed: u64, about: u64, index: u64) -> Dice {
        Dice(mix(mix(mix(seed.wrapping_add(STEP)) ^ about).wrapping_add(STEP) ^ index))
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// From 0 up to, but without, 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(super) fn below(&mut self, n: u64) -> u64 {
        // The bias of a modulo is 2⁻⁵⁰ for the small numbers used here.
        self.bits() % n.max(1)
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// An index, by weights that add up to 100.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut point = self.below(100) as u32;
        for (index, weight) in weights.iter().enumerate() {
            if point < *weight {
                return index;
            }
            point -= weight;
        }
        0
    }

    /// A response time around `typical`, with the long tail that real ones have.
    pub(super) fn latency(&mut self, typical: i64) -> i64 {
        const CURVE: [(f64, f64); 9] = [
            (0.0, 0.45),
            (0.05, 0.62),
            (0.25, 0.82),
            (0.5, 1.0),
            (0.75, 1.22),
            (0.9, 1.6),
            (0.97, 2.3),
            (0.995, 3.4),
            (1.0, 5.5),
        ];
        let at = self.unit();
        let upper = CURVE.iter().position(|point| at < point.0).unwrap_or(CURVE.len() - 1).max(1);
        let ((x0, y0), (x1, y1)) = (CURVE[upper - 1], CURVE[upper]);
        (typical as f64 * (y0 + (y1 - y0) * (at - x0) / (x1 - x0))) as i64
    }
}
