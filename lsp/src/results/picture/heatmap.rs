//! Time from left to right, values or names from bottom to top, how much there is as shade and colour.

use syntax::Type;

use super::paint::{LEVELS, Painted, Tone, shade};
use super::{MISSING, Room, chart, columns, right};
use crate::results::distribution::{Axes, Distribution};
use crate::results::heat::Map;
use crate::results::{BlockResult, Viewpoint, value};

/// What is provisional stands behind this mark.
const OPEN: &str = "┊";

/// Rows at most; more are no easier to read.
const ROWS: usize = 16;

/// Columns of one point in time at most.
const WIDE: usize = 3;

/// Points in time below which a picture is not stretched over the whole width.
const FEW: usize = 20;

pub(crate) fn heatmap(result: &BlockResult, room: Room, viewpoint: &Viewpoint) -> Vec<Painted> {
    let Some((drawn, axes)) = result.distribution() else { return Vec::new() };
    let Distribution::Heat(heat) = drawn.as_ref() else { return Vec::new() };
    let rows = room.height.saturating_sub(2).min(ROWS);
    if rows == 0 {
        return Vec::new();
    }
    let named = matches!(axes.value.ty, Type::String | Type::Bool);
    let margin_most = if named { room.width / 3 } else { 12 };
    let binned = axes.weight.is_some();
    let map = |columns: usize| heat.map(axes.value.ty, binned, columns, rows);
    // The labels' width decides how many columns are left, and hardly depends on it.
    let Some(first) = map(room.width) else { return Vec::new() };
    let widest = first.rows.iter().map(|row| columns(&row.label)).max().unwrap_or(0);
    let margin = widest.min(margin_most).min(room.width / 2);
    let width = room.width.saturating_sub(margin + 2).max(2);
    let Some(map) = map(width.saturating_sub(1)) else { return Vec::new() };
    let each = (width / map.times.len().max(FEW)).clamp(1, WIDE);
    let scale = Levels::of(&map);
    let open_from = result.open_from(&axes);
    let open_from =
        map.times.partition_point(|time| open_from.is_none_or(|from| time.saturating_add(map.step) <= from));

    let is_missing = |at: i64| result.missing_times().any(|(from, to)| from < at.saturating_add(map.step) && to >= at);

    let mut lines = vec![title(&map, &axes, &scale, heat.skipped).fit(room.width)];
    for row in map.rows.iter().rev() {
        let mut line = Painted::new().with(Tone::Faint, right(&row.label, margin)).with(Tone::Faint, " ");
        for (column, cell) in row.cells.iter().enumerate() {
            if column == open_from {
                line.add(Tone::Faint, false, OPEN);
            }
            let level = scale.level(*cell);
            let tone = if level == 0 { Tone::Plain } else { Tone::Heat(level) };
            let missing = level == 0 && is_missing(map.times[column]);
            let (tone, cell) = if missing { (Tone::Faint, MISSING) } else { (tone, shade(level)) };
            line.add(tone, column >= open_from, &cell.to_string().repeat(each));
        }
        lines.push(line.fit(room.width));
    }
    let is_open = usize::from(open_from < map.times.len());
    let axis = chart::axis(&map.times, margin + 1, map.times.len() * each + is_open, viewpoint);
    lines.push(Painted::new().with(Tone::Faint, axis).fit(room.width));
    lines
}

/// What is drawn, what the shades mean, and what is not drawn.
fn title(map: &Map, axes: &Axes, scale: &Levels, skipped: u64) -> Painted {
    let weight = axes.weight.as_ref();
    let ty = weight.map_or(Type::Long, |weight| weight.ty);
    let mut line = Painted::new().with(Tone::Strong, value::text(&axes.value.name));
    let of = weight.map_or_else(|| "events".to_owned(), |weight| value::text(&weight.name));
    line.add(Tone::Faint, false, &format!(" · {of}"));
    // Before the scale, so that a narrow terminal does not cut it.
    if map.others > 0 {
        line.add(Tone::Warning, false, &format!(" · {} others", value::count(map.others as u64)));
    }
    line.add(Tone::Warning, false, &super::not_drawn(skipped));
    if map.stray > 0.0 {
        line.add(Tone::Warning, false, &format!(" · {} far off in time", value::rough(map.stray)));
    }
    line.add(Tone::Faint, false, "  ");
    for level in [1, 3, 5, LEVELS] {
        if let Some(from) = scale.from(level) {
            let from = match ty {
                Type::Timespan => value::drawn(from, ty),
                Type::Long => value::rough(from.ceil()),
                _ => value::rough(from),
            };
            line.add(Tone::Heat(level), false, &shade(level).to_string());
            line.add(Tone::Faint, false, &format!(" {from}  "));
        }
    }
    line.add(Tone::Faint, false, &format!("· {} a column", value::timespan(map.step)));
    line
}

/// How much each level stands for: even steps, or even ratios where the greatest is many times the least.
struct Levels {
    least: f64,
    most: f64,
}

impl Levels {
    fn of(map: &Map) -> Levels {
        let cells = || map.rows.iter().flat_map(|row| &row.cells).copied().filter(|cell| *cell > 0.0);
        Levels {
            least: cells().reduce(f64::min).unwrap_or(1.0).max(f64::MIN_POSITIVE),
            most: cells().reduce(f64::max).unwrap_or(1.0),
        }
    }

    fn is_even(&self) -> bool {
        self.most / self.least <= 8.0
    }

    /// 0 for nothing, else 1 to [`LEVELS`].
    fn level(&self, cell: f64) -> usize {
        if cell <= 0.0 {
            return 0;
        }
        let share = if self.is_even() {
            cell / self.most
        } else {
            (cell.max(self.least).ln() - self.least.ln()) / (self.most.ln() - self.least.ln())
        };
        ((share * LEVELS as f64).floor() as usize + usize::from(!self.is_even())).clamp(1, LEVELS)
    }

    /// From how much on a cell is of the level; None where the level has no cell of its own.
    fn from(&self, level: usize) -> Option<f64> {
        if self.least == self.most {
            return (level == LEVELS).then_some(self.most);
        }
        if self.is_even() {
            let from = self.most * level as f64 / LEVELS as f64;
            return Some(from.max(if level == 1 { 0.0 } else { from }));
        }
        let share = (level - 1) as f64 / LEVELS as f64;
        Some((self.least.ln() + share * (self.most.ln() - self.least.ln())).exp())
    }
}
