//! Rows as columns that stand side by side, the value above, the label below.

use super::bars::Bar;
use super::paint::{Painted, Tone};
use super::{Room, columns, fit, spark};
use crate::results::{BlockResult, Drawing, Viewpoint, value};

/// Columns of text of one bar: below, neither label nor value can be read.
const LEAST: usize = 5;
const MOST: usize = 16;

/// Empty where bars are too many to stand side by side: then they lie.
pub(crate) fn standing(result: &BlockResult, drawing: &Drawing, room: Room, viewpoint: &Viewpoint) -> Vec<Painted> {
    let rows = result.len();
    let fits = (room.width + 1) / (LEAST + 1);
    if room.height < 5 || fits == 0 {
        return Vec::new();
    }
    let bars = result.bars(drawing, viewpoint, fits);
    if bars.is_empty() || bars.iter().any(|bar| bar.value < 0.0 || columns(&bar.text) > MOST) {
        return Vec::new();
    }
    let wanted = bars.iter().map(|bar| columns(&bar.text).max(columns(&bar.label))).max().unwrap_or(LEAST);
    let width = ((room.width + 1) / bars.len()).saturating_sub(1).min(wanted.clamp(LEAST, MOST));
    if bars.iter().any(|bar| columns(&bar.text) > width) {
        return Vec::new();
    }
    let hidden = rows.saturating_sub(bars.len());
    let height = room.height - 2 - usize::from(hidden > 0);
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let hollow = result.has_windows();
    let filled = |bar: &Bar| match most > 0.0 {
        true => ((bar.value / most * (height * 8) as f64).round() as usize).max(usize::from(bar.value > 0.0)),
        false => 0,
    };
    let mut lines = Vec::with_capacity(room.height);
    // One line more than bars are high: the value of the highest stands there.
    for level in (0..=height).rev() {
        let mut line = Painted::new();
        for bar in &bars {
            let (filled, open) = (filled(bar), hollow && bar.provisional);
            let top = filled.div_ceil(8);
            match level {
                _ if level == top => line.add(Tone::Strong, open, &centre(&bar.text, width)),
                _ if level > top => line.add(Tone::Plain, false, &" ".repeat(width)),
                _ => {
                    let part = filled.saturating_sub(level * 8).min(8);
                    let mark = if open { '░' } else { spark::eighths(part) };
                    line.add(Tone::Series(0), open, &mark.to_string().repeat(width));
                }
            }
            line.add(Tone::Plain, false, " ");
        }
        lines.push(line.fit(room.width));
    }
    let mut labels = Painted::new();
    bars.iter().for_each(|bar| labels.add(Tone::Faint, false, &(centre(&bar.label, width) + " ")));
    lines.push(labels.fit(room.width));
    if hidden > 0 {
        let more = format!("… {} more", value::count(hidden as u64));
        lines.push(Painted::new().with(Tone::Faint, more).fit(room.width));
    }
    lines
}

fn centre(text: &str, width: usize) -> String {
    let text = fit(text, width);
    let space = width.saturating_sub(columns(&text));
    format!("{}{text}{}", " ".repeat(space / 2), " ".repeat(space - space / 2))
}
