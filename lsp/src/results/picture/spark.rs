//! Sparklines of block elements.

use crate::results::Line;

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// What the lowest and the highest level stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Range {
    /// From zero, unless values are negative: heights then compare as the values do.
    pub(crate) fn of<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Range {
        let mut range = Range { low: 0.0, high: 0.0 };
        for line in lines {
            range.low = range.low.min(line.min().unwrap_or(0.0));
            range.high = range.high.max(line.max().unwrap_or(0.0));
        }
        range
    }

    /// From the smallest value to the largest: small movements of one value are seen.
    pub(crate) fn around(values: &[Option<f64>]) -> Range {
        let values = || values.iter().flatten().copied();
        Range { low: values().reduce(f64::min).unwrap_or(0.0), high: values().reduce(f64::max).unwrap_or(0.0) }
    }

    /// 0 to 1.
    pub(crate) fn share(self, value: f64) -> f64 {
        let size = self.high - self.low;
        if size > 0.0 { ((value - self.low) / size).clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// The newest values, one column each.
pub(crate) fn line(values: &[Option<f64>], width: usize, range: Range) -> String {
    values[values.len().saturating_sub(width)..]
        .iter()
        .map(|value| value.map_or(' ', |value| level(value, range)))
        .collect()
}

pub(crate) fn level(value: f64, range: Range) -> char {
    let level = (range.share(value) * (LEVELS.len() - 1) as f64).round() as usize;
    LEVELS[level.min(LEVELS.len() - 1)]
}

/// The level that fills this many eighths of a cell, 1 to 8.
pub(crate) fn eighths(filled: usize) -> char {
    LEVELS[filled.clamp(1, LEVELS.len()) - 1]
}
