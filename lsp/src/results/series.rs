//! The rows as lines over time: x from the time field, one line for each combination of the keys. Between windows that
//! do not follow one another a line is 0 where that is the answer, else it breaks; where rows are missing it breaks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use syntax::Type;

use super::{BlockResult, Drawing, Viewpoint, colors, value};

/// Points of time that are drawn at most, the newest.
const MAX_POINTS: usize = 600;

/// Lines that are drawn at most, those with the largest values.
const MAX_LINES: usize = 12;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Event time in nanoseconds, ascending.
    pub x: Vec<i64>,
    /// By name.
    pub lines: Vec<Line>,
    /// From this place in `x` on, values may still change.
    pub provisional_from: usize,
    /// Lines that were left out.
    pub more: usize,
    /// There were earlier times, which are not drawn.
    pub cut: bool,
    /// From the first to the last time of which rows are missing, each.
    pub gaps: Vec<(i64, i64)>,
}

impl Series {
    /// Rows of this time may be missing.
    pub fn is_missing(&self, at: i64) -> bool {
        self.gaps.iter().any(|(from, to)| (*from..=*to).contains(&at))
    }

    /// How many charts it makes, one below the other.
    pub fn axes(&self) -> usize {
        self.lines.iter().map(|line| line.axis + 1).max().unwrap_or(0)
    }

    /// Of one axis, because times and counts are not compared: the line that somebody looks for.
    pub fn moves_most(&self) -> Option<&Line> {
        let axis = self.lines.first()?.axis;
        let alike = self.lines.iter().filter(|line| line.axis == axis);
        // The first of several.
        alike.reduce(|most, line| if line.spread() > most.spread() { line } else { most })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub name: String,
    pub ty: Type,
    /// One for each x; timespans in nanoseconds.
    pub values: Vec<Option<f64>>,
    /// Lines of one axis can be compared by their height.
    pub axis: usize,
    /// Which of the colours.
    pub color: usize,
}

impl Line {
    pub fn last(&self) -> Option<f64> {
        self.values.iter().rev().find_map(|value| *value)
    }

    fn spread(&self) -> f64 {
        let known = || self.values.iter().flatten().copied();
        known().reduce(f64::max).unwrap_or(0.0) - known().reduce(f64::min).unwrap_or(0.0)
    }

    pub fn max(&self) -> Option<f64> {
        self.values.iter().flatten().copied().reduce(f64::max)
    }

    pub fn min(&self) -> Option<f64> {
        self.values.iter().flatten().copied().reduce(f64::min)
    }

    /// A value of this line as people read it.
    pub fn write(&self, value: f64) -> String {
        value::drawn(value, self.ty)
    }
}

impl BlockResult {
    /// None where the result has no time to be drawn over. `drawing` is the result's own.
    pub fn series(&self, drawing: &Drawing, viewpoint: &Viewpoint) -> Option<Series> {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, series)) = drawn.as_ref().filter(|(zone, _)| *zone == viewpoint.zone) {
            return series.clone();
        }
        let series = self.made_series(drawing, viewpoint);
        *drawn = Some((viewpoint.zone.clone(), series.clone()));
        series
    }

    fn made_series(&self, drawing: &Drawing, viewpoint: &Viewpoint) -> Option<Series> {
        let fields = self.fields();
        let x = drawing.x.filter(|x| fields.get(*x).is_some_and(|field| field.ty == Type::Datetime))?;
        if drawing.y.is_empty() {
            return None;
        }
        let mut points: BTreeSet<i64> = BTreeSet::new();
        let mut lines: BTreeMap<(String, usize), BTreeMap<i64, f64>> = BTreeMap::new();
        let mut provisional_from = i64::MAX;
        for row in self.rows.iter() {
            let at = row.column(x, &fields[x]).and_then(|column| value::time(column, row.index));
            let Some(at) = at else { continue };
            points.insert(at);
            if row.provisional {
                provisional_from = provisional_from.min(at);
            }
            let key = |index: &usize| {
                let column = row.column(*index, &fields[*index])?;
                value::cell(column, row.index, fields[*index].ty, viewpoint)
            };
            let keys: Vec<String> =
                drawing.series.iter().map(|index| key(index).unwrap_or_else(|| "∅".to_owned())).collect();
            let key = keys.join(" · ");
            for y in &drawing.y {
                let number = row.column(*y, &fields[*y]).and_then(|column| value::number(column, row.index));
                let line = lines.entry((key.clone(), *y)).or_default();
                if let Some(number) = number {
                    line.insert(at, number);
                }
            }
        }
        let windows = self.started().and_then(|started| started.windows.as_ref());
        let windows = windows.filter(|windows| windows.field == fields[x].name);
        let mut cut = self.rows.is_cut();
        // Of the first window that is kept, some rows may be gone.
        if cut && windows.is_some() && points.len() > 1 {
            points.pop_first();
        }
        self.between(&mut points, windows.map(|windows| windows.step), provisional_from);
        let mut xs: Vec<i64> = points.into_iter().collect();
        let over = xs.len().saturating_sub(MAX_POINTS);
        cut |= over > 0;
        xs.drain(..over);
        let is_zero = |at: i64| at < provisional_from && !self.is_missing(at);
        let named = drawing.y.len() > 1 || drawing.series.is_empty();
        let mut keys: BTreeMap<String, String> = BTreeMap::new();
        let mut lines: Vec<Line> = lines
            .into_iter()
            .map(|((key, y), values)| {
                let field = &fields[y];
                let of = key.clone();
                let name = match (key.is_empty(), named) {
                    (true, _) => value::text(&field.name),
                    (false, true) => format!("{key} · {}", value::text(&field.name)),
                    (false, false) => key,
                };
                keys.insert(name.clone(), of);
                let adds = windows.is_some_and(|windows| windows.zero.contains(&field.name));
                let value = |at: &i64| values.get(at).copied().or_else(|| (adds && is_zero(*at)).then_some(0.0));
                let axis = drawing.y.iter().position(|measure| *measure == y).unwrap_or(0);
                Line { name, ty: field.ty, values: xs.iter().map(value).collect(), axis, color: 0 }
            })
            .collect();
        let more = lines.len().saturating_sub(MAX_LINES);
        if more > 0 {
            lines.sort_by(|a, b| b.max().unwrap_or(f64::MIN).total_cmp(&a.max().unwrap_or(f64::MIN)));
            lines.truncate(MAX_LINES);
            lines.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self.place(&mut lines, drawing, &keys);
        let provisional_from = xs.partition_point(|x| *x < provisional_from);
        let gaps = self.missing_times().collect();
        Some(Series { x: xs, lines, provisional_from, more, cut, gaps })
    }

    /// Gives the lines their axes, which were their measures, and colours: by their group where a measure has an axis of
    /// its own, so that a group has one colour in all of them.
    fn place(&self, lines: &mut [Line], drawing: &Drawing, keys: &BTreeMap<String, String>) {
        let fields = self.fields();
        let measure = |at: usize| {
            let of = lines.iter().filter(|line| line.axis == at);
            let peak =
                of.flat_map(|line| line.values.iter().flatten()).fold(0.0, |peak: f64, value| peak.max(value.abs()));
            (fields[drawing.y[at]].ty, peak)
        };
        let measures: Vec<_> = (0..drawing.y.len()).map(measure).collect();
        let axes = colors::axes(&measures);
        let alone = |axis: usize| axes.iter().filter(|other| **other == axis).count() == 1;
        let named: Vec<&str> = lines
            .iter()
            .map(|line| match keys.get(&line.name).filter(|key| !key.is_empty() && alone(axes[line.axis])) {
                Some(key) => key.as_str(),
                None => line.name.as_str(),
            })
            .collect();
        let colors = colors::colors(named);
        // Axes without a line are none.
        let mut used: Vec<usize> = lines.iter().map(|line| axes[line.axis]).collect();
        used.sort_unstable();
        used.dedup();
        for (line, color) in lines.iter_mut().zip(colors) {
            line.axis = used.iter().position(|axis| *axis == axes[line.axis]).unwrap_or(0);
            line.color = color;
        }
    }

    /// Adds the times at which lines leave and reach 0, or break: the windows behind and before those without rows, and
    /// the ends of what is missing.
    fn between(&self, points: &mut BTreeSet<i64>, step: Option<i64>, provisional_from: i64) {
        let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else { return };
        let mut more = BTreeSet::new();
        if let Some(step) = step {
            for (one, next) in points.iter().zip(points.iter().skip(1)) {
                if next.saturating_sub(*one) > step {
                    more.extend([one.saturating_add(step), next.saturating_sub(step)]);
                }
            }
        }
        for (from, to) in self.missing_times() {
            more.extend([from, to].into_iter().filter(|at| (first..=last).contains(at)));
            // A line is not led across between two windows either.
            if let Some(step) = step {
                let around = [from.saturating_sub(step), to.saturating_add(step)];
                more.extend(around.into_iter().filter(|at| (first..=last).contains(at)));
            }
        }
        // What may still change begins where it did.
        more.retain(|at| *at < provisional_from);
        points.append(&mut more);
    }

    /// Rows of this time may be missing.
    pub(crate) fn is_missing(&self, at: i64) -> bool {
        self.missing_times().any(|(from, to)| (from..=to).contains(&at))
    }
}
