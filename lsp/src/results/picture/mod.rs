//! A result as lines of text: tables, bars, charts of block elements. For virtual lines in editors, and
//! for the picture that stays on a terminal. No colour; what is provisional is marked.

mod bars;
pub(super) mod card;
mod chart;
mod column;
pub(crate) mod grid;
mod heatmap;
pub(super) mod histogram;
pub(super) mod log;
pub(crate) mod paint;
mod pie;
pub(crate) mod spark;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{BlockResult, Drawing, Shape, Viewpoint, value};
use paint::Painted;

/// Stands where rows are missing.
pub(crate) const MISSING: char = '╱';

pub(crate) use bars::horizontal;

/// Room for a picture, in columns and lines.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub width: usize,
    pub height: usize,
}

impl BlockResult {
    /// At most as large as the room; empty before the first row.
    pub fn picture(&self, room: Room, viewpoint: &Viewpoint) -> Vec<String> {
        if self.rows.len() == 0 || room.height < 2 {
            return Vec::new();
        }
        let drawing = self.drawing();
        let lines = match drawing.shape {
            Shape::Columns | Shape::Pie | Shape::Heatmap | Shape::Histogram | Shape::Log => {
                self.painted(&drawing, room, viewpoint).iter().map(Painted::text).collect()
            }
            Shape::Chart => self
                .series(&drawing, viewpoint)
                .map(|series| chart::chart(&series, room, viewpoint))
                .unwrap_or_default(),
            Shape::Bars => bars::bars(self, &drawing, room, viewpoint),
            Shape::Card => card::card(self, &drawing, room, viewpoint),
            Shape::Table => Vec::new(),
        };
        let lines = match drawing.shape {
            Shape::Columns if lines.is_empty() => bars::bars(self, &drawing, room, viewpoint),
            _ => lines,
        };
        // Also where there is nothing to draw, e.g. a chart of nulls.
        if lines.is_empty() { self.grid(room.height - 1, viewpoint).lines(room) } else { lines }
    }

    /// The pictures that look the same on a screen and as text, but for colours. Empty where there is nothing
    /// to draw, and for the other pictures.
    pub(crate) fn painted(&self, drawing: &Drawing, room: Room, viewpoint: &Viewpoint) -> Vec<Painted> {
        match drawing.shape {
            Shape::Heatmap => heatmap::heatmap(self, room, viewpoint),
            Shape::Histogram => histogram::histogram(self, room),
            Shape::Pie => pie::pie(self, drawing, room, viewpoint),
            Shape::Log => log::log(self, room, viewpoint),
            Shape::Columns => column::standing(self, drawing, room, viewpoint),
            Shape::Chart | Shape::Bars | Shape::Card | Shape::Table => Vec::new(),
        }
    }
}

/// `45.2 %`, and what is too little to be written as more than nothing.
fn percent(part: f64, whole: f64) -> String {
    let percent = if whole > 0.0 { 100.0 * part / whole } else { 0.0 };
    match percent {
        _ if percent > 0.0 && percent < 0.05 => "< 0.1 %".to_owned(),
        _ if (99.95..100.0).contains(&percent) => "> 99.9 %".to_owned(),
        _ => format!("{percent:.1} %"),
    }
}

/// Behind a title: rows that have nothing to draw.
fn not_drawn(skipped: u64) -> String {
    if skipped == 0 { String::new() } else { format!(" · {} null or NaN", value::count(skipped)) }
}

/// The text in at most as many columns, cut with `…` where it is too long.
pub(crate) fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        used += wide;
        out.push(c);
    }
    if width > 0 {
        out.push('…');
    }
    out
}

/// Fitted, then filled with spaces at its end.
pub(crate) fn left(text: &str, width: usize) -> String {
    let text = fit(text, width);
    let fill = width.saturating_sub(text.width());
    text + &" ".repeat(fill)
}

/// Fitted, then filled with spaces at its start.
pub(crate) fn right(text: &str, width: usize) -> String {
    let text = fit(text, width);
    " ".repeat(width.saturating_sub(text.width())) + &text
}

/// How a value has moved, from its lowest to its highest.
pub(crate) fn sparkline(values: &[Option<f64>], width: usize) -> String {
    spark::line(values, width, spark::Range::around(values))
}

pub(crate) fn columns(text: &str) -> usize {
    text.width()
}
