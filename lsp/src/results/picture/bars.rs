//! Rows as horizontal bars: the label on the left, the value on the right.

use super::{Room, columns, fit, left, right};
use crate::results::{BlockResult, Drawing, Viewpoint, value};

/// One row to be drawn as a bar.
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: f64,
    pub(crate) text: String,
    pub(crate) provisional: bool,
}

impl BlockResult {
    /// The first rows of an answer, the last of a stream; one bar for each row and the first drawn field.
    pub(crate) fn bars(&self, drawing: &Drawing, viewpoint: &Viewpoint, at_most: usize) -> Vec<Bar> {
        let fields = self.fields();
        let Some(y) = drawing.y.first() else { return Vec::new() };
        let skip = if self.is_answer() { 0 } else { self.rows.len().saturating_sub(at_most) };
        let labels: Vec<usize> = drawing.x.iter().chain(&drawing.series).copied().collect();
        let bar = |row: crate::results::rows::Row<'_>| {
            let number = value::number(row.column(*y, &fields[*y])?, row.index)?;
            let label = labels.iter().filter_map(|index| {
                value::cell(row.column(*index, &fields[*index])?, row.index, fields[*index].ty, viewpoint)
            });
            let label = label.collect::<Vec<_>>().join(" · ");
            Some(Bar {
                label: if label.is_empty() { value::text(&fields[*y].name) } else { label },
                value: number,
                text: value::drawn(number, fields[*y].ty),
                provisional: row.provisional,
            })
        };
        self.rows.iter().skip(skip).take(at_most).filter_map(bar).collect()
    }
}

pub(super) fn bars(result: &BlockResult, drawing: &Drawing, room: Room, viewpoint: &Viewpoint) -> Vec<String> {
    let rows = result.rows.len();
    let shown = if rows > room.height { room.height - 1 } else { rows };
    let bars = result.bars(drawing, viewpoint, shown);
    let label_width = bars.iter().map(|bar| columns(&bar.label)).max().unwrap_or(0).min(room.width / 3);
    let text_width = bars.iter().map(|bar| columns(&bar.text)).max().unwrap_or(0);
    let width = room.width.saturating_sub(label_width + text_width + 2).max(1);
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let hollow = result.has_windows();
    let mut lines: Vec<String> = bars
        .iter()
        .map(|bar| {
            let drawn = horizontal(bar.value, most, width, hollow && bar.provisional);
            let line = format!("{} {} {drawn}", left(&bar.label, label_width), right(&bar.text, text_width));
            fit(line.trim_end(), room.width)
        })
        .collect();
    if rows > shown && !lines.is_empty() {
        lines.push(format!("… {} more", value::count((rows - shown) as u64)));
    }
    lines
}

/// A bar with eighths of a column.
pub(crate) fn horizontal(value: f64, most: f64, width: usize, hollow: bool) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if value <= 0.0 || most <= 0.0 {
        return String::new();
    }
    let eighths = ((value / most * (width * 8) as f64).round() as usize).clamp(1, width * 8);
    if hollow {
        return "░".repeat(eighths.div_ceil(8));
    }
    format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
}
