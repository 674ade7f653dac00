//! The rows as lines over time: x from the time field, one line for each combination of the keys.

use std::collections::{BTreeMap, BTreeSet};

use syntax::Type;

use super::{BlockResult, Drawing, Viewpoint, value};

/// Points of time that are drawn at most, the newest.
const MAX_POINTS: usize = 400;

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
}

impl Series {
    /// Of one type, because times and counts are not compared: the line that somebody looks for.
    pub fn moves_most(&self) -> Option<&Line> {
        let ty = self.lines.first()?.ty;
        let alike = self.lines.iter().filter(|line| line.ty == ty);
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
    /// None where the result has no time to be drawn over.
    pub fn series(&self, drawing: &Drawing, viewpoint: &Viewpoint) -> Option<Series> {
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
        let mut xs: Vec<i64> = points.into_iter().collect();
        xs.drain(..xs.len().saturating_sub(MAX_POINTS));
        let named = drawing.y.len() > 1 || drawing.series.is_empty();
        let mut lines: Vec<Line> = lines
            .into_iter()
            .map(|((key, y), values)| {
                let field = &fields[y];
                let name = match (key.is_empty(), named) {
                    (true, _) => value::text(&field.name),
                    (false, true) => format!("{key} · {}", value::text(&field.name)),
                    (false, false) => key,
                };
                Line { name, ty: field.ty, values: xs.iter().map(|x| values.get(x).copied()).collect() }
            })
            .collect();
        let more = lines.len().saturating_sub(MAX_LINES);
        if more > 0 {
            lines.sort_by(|a, b| b.max().unwrap_or(f64::MIN).total_cmp(&a.max().unwrap_or(f64::MIN)));
            lines.truncate(MAX_LINES);
            lines.sort_by(|a, b| a.name.cmp(&b.name));
        }
        let provisional_from = xs.partition_point(|x| *x < provisional_from);
        Some(Series { x: xs, lines, provisional_from, more })
    }
}
