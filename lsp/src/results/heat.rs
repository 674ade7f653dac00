//! Events or counts over time and values: what a heatmap is drawn from, in bounded memory whatever comes.
//! Times are kept in slots that double when they become too many, values in a [`Spread`], names up to a limit.

use std::collections::BTreeMap;

use syntax::Type;

use super::scale::{Scale, greatest_common_divisor};
use super::spread::Spread;

/// Slots of time at most; then neighbours are put together.
const MAX_SLOTS: usize = 256;

/// Ranges of values at most.
const MAX_RANGES: usize = 512;

/// Different names at most; what comes after them is counted together.
const MAX_NAMES: usize = 256;

/// What events are put together by before there are too many, in nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// Columns that a young picture has room for, so that it grows to the right and does not stretch.
const FIRST_SLOTS: i64 = 30;

/// A slot at an end with no more than this share of everything is left out where it stands far off.
const STRAY: f64 = 0.01;

/// Values that share a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Together {
    Sum,
    /// For what does not add up, such as a percentile.
    Most,
}

#[derive(Clone, Debug)]
pub(crate) struct Heat {
    together: Together,
    /// By the start of the slot; the weights by the values' key, or the place of the name.
    slots: BTreeMap<i64, BTreeMap<i64, f64>>,
    slot: i64,
    values: Spread,
    names: Vec<String>,
    /// Events whose name came too late.
    unnamed: bool,
    /// Rows without a value or a time.
    pub(crate) skipped: u64,
}

/// What a cell stands on, from bottom to top.
#[derive(Clone, Debug)]
pub(crate) struct Map {
    /// The first time of each column.
    pub(crate) times: Vec<i64>,
    pub(crate) step: i64,
    /// From bottom to top.
    pub(crate) rows: Vec<MapRow>,
    /// Names that share the row of others.
    pub(crate) others: usize,
    pub(crate) log: bool,
    /// Weight at times that stand far off.
    pub(crate) stray: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MapRow {
    pub(crate) label: String,
    /// One a column; 0 is nothing.
    pub(crate) cells: Vec<f64>,
}

impl Heat {
    pub(crate) fn new(together: Together) -> Heat {
        Heat {
            together,
            slots: BTreeMap::new(),
            slot: SECOND,
            values: Spread::default(),
            names: Vec::new(),
            unnamed: false,
            skipped: 0,
        }
    }

    pub(crate) fn add_value(&mut self, at: i64, value: f64, weight: f64) {
        if !is_drawn(weight) || !value.is_finite() {
            self.skipped += u64::from(!value.is_finite() || !weight.is_finite());
            return;
        }
        let before = self.values.shift();
        self.values.add_within(value, weight, MAX_RANGES);
        let shift = self.values.shift() - before;
        if shift > 0 {
            for cells in self.slots.values_mut() {
                *cells = rekeyed(std::mem::take(cells), self.together, |key| key >> shift);
            }
        }
        self.put(at, self.values.key(value), weight);
    }

    pub(crate) fn add_name(&mut self, at: i64, name: &str, weight: f64) {
        if !is_drawn(weight) {
            self.skipped += u64::from(!weight.is_finite());
            return;
        }
        let place = match self.names.iter().position(|known| known == name) {
            Some(place) => place,
            None if self.names.len() < MAX_NAMES => {
                self.names.push(name.to_owned());
                self.names.len() - 1
            }
            None => {
                self.unnamed = true;
                MAX_NAMES
            }
        };
        self.put(at, place as i64, weight);
    }

    fn put(&mut self, at: i64, key: i64, weight: f64) {
        let together = self.together;
        let slot = floor(at, self.slot);
        add(self.slots.entry(slot).or_default().entry(key).or_default(), weight, together);
        while self.slots.len() > MAX_SLOTS {
            let wider = self.unit().saturating_mul(2);
            let narrow = std::mem::take(&mut self.slots);
            for (at, cells) in narrow {
                let wide = self.slots.entry(floor(at, wider)).or_default();
                cells.into_iter().for_each(|(key, weight)| add(wide.entry(key).or_default(), weight, together));
            }
            self.slot = wider;
        }
    }

    /// What all slots are apart: the size of windows, or a slot.
    fn unit(&self) -> i64 {
        let starts = || self.slots.keys().copied();
        let gaps = starts().zip(starts().skip(1)).map(|(one, next)| next.abs_diff(one));
        let unit = gaps.reduce(greatest_common_divisor).and_then(|unit| i64::try_from(unit).ok());
        unit.unwrap_or(self.slot).max(self.slot)
    }

    /// In at most so many columns and rows; None before the first event.
    pub(crate) fn map(&self, ty: Type, binned: bool, columns: usize, rows: usize) -> Option<Map> {
        let (columns, rows) = (columns.max(1), rows.max(1));
        let (first, last, stray) = self.span()?;
        let unit = self.unit();
        let count = (i128::from(last) - i128::from(first)) / i128::from(unit) + 1;
        let least = count.max(i128::from(FIRST_SLOTS).min(columns as i128));
        let step = i64::try_from(i128::from(unit) * round_steps(least, columns)).unwrap_or(i64::MAX);
        let begin = floor(first, step);
        let column = |at: i64| usize::try_from((i128::from(at) - i128::from(begin)) / i128::from(step)).ok();
        let used = (column(last)? + 1).min(columns + 1);
        let times: Vec<i64> = (0..used).map(|index| begin.saturating_add(step.saturating_mul(index as i64))).collect();
        let seen = self.slots.range(first..=last);
        let seen = seen.filter_map(|(at, cells)| Some((column(*at).filter(|column| *column < used)?, cells)));
        let mut map = Map { step, rows: Vec::new(), others: 0, log: false, stray, times };
        if self.names.is_empty() {
            let scale = Scale::new(&self.values, ty, rows, binned)?;
            map.log = scale.log;
            map.rows = (0..scale.len()).map(|row| MapRow { label: scale.tick(row), cells: vec![0.0; used] }).collect();
            for (column, cells) in seen {
                for (key, weight) in cells {
                    for (row, share) in scale.shares(self.values.range(*key, *weight)) {
                        let share = if self.together == Together::Sum { share } else { 1.0 };
                        add(&mut map.rows[row].cells[column], weight * share, self.together);
                    }
                }
            }
        } else {
            let mut totals = vec![0.0; MAX_NAMES + 1];
            for (_, cells) in seen.clone() {
                cells.iter().for_each(|(place, weight)| add(&mut totals[*place as usize], *weight, self.together));
            }
            let mut order: Vec<usize> = (0..self.names.len()).filter(|place| totals[*place] > 0.0).collect();
            order.sort_by(|a, b| totals[*b].total_cmp(&totals[*a]).then_with(|| self.names[*a].cmp(&self.names[*b])));
            let hidden = order.len() > rows || self.unnamed;
            order.truncate(if hidden { rows.saturating_sub(1) } else { rows });
            map.others = self.names.len() - order.len();
            map.rows = order
                .iter()
                .map(|place| MapRow { label: self.names[*place].clone(), cells: vec![0.0; used] })
                .collect();
            if hidden {
                map.rows.push(MapRow { label: "others".to_owned(), cells: vec![0.0; used] });
            }
            let last = map.rows.len().saturating_sub(1);
            for (column, cells) in seen {
                for (place, weight) in cells {
                    let row = order.iter().position(|known| *known as i64 == *place).unwrap_or(last);
                    add(&mut map.rows[row].cells[column], *weight, self.together);
                }
            }
            // The greatest stands on top.
            map.rows.reverse();
        }
        Some(map)
    }

    /// The first and last slot without those that stand far off, and what these weigh.
    fn span(&self) -> Option<(i64, i64, f64)> {
        let slots: Vec<(i64, f64)> = self.slots.iter().map(|(at, cells)| (*at, cells.values().sum())).collect();
        let few = slots.iter().map(|(_, weight)| weight).sum::<f64>() * STRAY;
        let mut seen = slots.as_slice();
        let mut stray = 0.0;
        // Far: further from the rest than the rest is long, and than a young picture.
        let far = |gap: u64, rest: &[(i64, f64)]| {
            let length = rest.last().map_or(0, |last| last.0.abs_diff(rest[0].0));
            gap > length.max(FIRST_SLOTS.unsigned_abs().saturating_mul(self.slot.unsigned_abs()))
        };
        loop {
            match seen {
                [first, rest @ ..]
                    if rest.len() > 1 && stray + first.1 <= few && far(rest[0].0.abs_diff(first.0), rest) =>
                {
                    stray += first.1;
                    seen = rest;
                }
                [rest @ .., last]
                    if rest.len() > 1
                        && stray + last.1 <= few
                        && far(last.0.abs_diff(rest[rest.len() - 1].0), rest) =>
                {
                    stray += last.1;
                    seen = rest;
                }
                _ => break,
            }
        }
        Some((seen.first()?.0, seen.last()?.0, stray))
    }
}

/// Nothing is seen of nothing.
fn is_drawn(weight: f64) -> bool {
    weight.is_finite() && weight > 0.0
}

fn add(cell: &mut f64, weight: f64, together: Together) {
    match together {
        Together::Sum => *cell += weight,
        Together::Most => *cell = cell.max(weight),
    }
}

fn rekeyed(cells: BTreeMap<i64, f64>, together: Together, key: impl Fn(i64) -> i64) -> BTreeMap<i64, f64> {
    let mut made = BTreeMap::new();
    cells.into_iter().for_each(|(old, weight)| add(made.entry(key(old)).or_default(), weight, together));
    made
}

fn floor(at: i64, step: i64) -> i64 {
    at.saturating_sub(at.rem_euclid(step.max(1)))
}

/// How many units one column stands for: 1, 2 or 5 times a power of ten, and one column to spare.
fn round_steps(units: i128, columns: usize) -> i128 {
    let columns = columns.max(2) as i128 - 1;
    let mut power = 1;
    loop {
        for step in [1, 2, 5] {
            if units <= columns * step * power || (step * power == 1 && units <= columns + 1) {
                return step * power;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(map: &Map) -> f64 {
        map.rows.iter().flat_map(|row| &row.cells).sum()
    }

    #[test]
    fn whatever_comes_memory_is_bounded_and_all_is_counted() {
        let mut heat = Heat::new(Together::Sum);
        for index in 0..200_000_i64 {
            let value = (f64::from(index as i32 % 997) + 1.0) * 10f64.powi((index % 600) as i32 - 300);
            heat.add_value(index.wrapping_mul(987_654_321_987), value, 1.0);
        }
        for at in [i64::MIN, i64::MAX] {
            heat.add_value(at, 1.0, 1.0);
        }
        heat.add_value(0, f64::NAN, 1.0);
        assert!(heat.slots.len() <= MAX_SLOTS);
        assert!(heat.slots.values().all(|cells| cells.len() <= MAX_RANGES));
        assert_eq!(heat.skipped, 1);
        for (columns, rows) in [(1, 1), (7, 3), (60, 10), (300, 40)] {
            let map = heat.map(Type::Real, false, columns, rows).expect("there are events");
            assert!(map.times.len() <= columns.max(2) && map.rows.len() <= rows, "{columns} {rows}");
            assert!((total(&map) + map.stray - 200_002.0).abs() < 0.5, "{}", total(&map));
        }
    }

    #[test]
    fn names_beyond_the_limit_are_others() {
        let mut heat = Heat::new(Together::Sum);
        for index in 0..1_000 {
            heat.add_name(index * SECOND, &format!("c-{index}"), 1.0 + f64::from(u8::from(index == 7)));
        }
        let map = heat.map(Type::String, false, 50, 5).expect("there are events");
        let labels: Vec<&str> = map.rows.iter().map(|row| row.label.as_str()).collect();
        assert_eq!((labels[0], labels[4], labels.len()), ("others", "c-7", 5));
        assert_eq!(total(&map) + map.stray, 1_001.0);
    }

    #[test]
    fn windows_are_columns_and_a_stray_time_does_not_push_them_together() {
        let mut heat = Heat::new(Together::Most);
        for window in 0..40 {
            heat.add_name(window * 10 * SECOND, "a", 5.0);
            heat.add_name(window * 10 * SECOND, "b", 3.0);
        }
        heat.add_name(-1_000_000 * SECOND, "a", 1.0);
        let map = heat.map(Type::String, false, 60, 5).expect("there are events");
        assert_eq!((map.times.len(), map.step / SECOND, map.stray), (40, 10, 1.0));
        assert!(map.rows.iter().all(|row| row.cells.iter().all(|cell| [3.0, 5.0].contains(cell))));
        let narrow = heat.map(Type::String, false, 15, 5).expect("there are events");
        assert_eq!((narrow.times.len(), narrow.step / SECOND), (8, 50));
    }
}
