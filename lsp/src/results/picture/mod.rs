//! A result as lines of text: tables, bars, charts of block elements. For virtual lines in editors, and
//! for the picture that stays on a terminal. No colour; what is provisional is marked.

mod bars;
mod card;
mod chart;
pub(crate) mod grid;
pub(crate) mod spark;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{BlockResult, Shape, Viewpoint};

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
            Shape::Chart => self
                .series(&drawing, viewpoint)
                .map(|series| chart::chart(&series, room, viewpoint))
                .unwrap_or_default(),
            Shape::Bars => bars::bars(self, &drawing, room, viewpoint),
            Shape::Card => card::card(self, &drawing, room, viewpoint),
            Shape::Table => Vec::new(),
        };
        // Also where there is nothing to draw, e.g. a chart of nulls.
        if lines.is_empty() { self.grid(room.height - 1, viewpoint).lines(room) } else { lines }
    }
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
