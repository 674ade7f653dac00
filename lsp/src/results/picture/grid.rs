//! Rows as an aligned table: cells, column widths that fit a room, and the lines.

use syntax::Type;

use super::{Room, columns, left, right};
use crate::results::{BlockResult, Viewpoint, value};

/// Columns of text that one cell takes at most while others have to share the room.
const NARROW: usize = 8;

#[derive(Clone, Debug)]
pub(crate) struct Grid {
    pub(crate) header: Vec<String>,
    pub(crate) types: Vec<Type>,
    /// None is null.
    pub(crate) rows: Vec<Vec<Option<String>>>,
    pub(crate) provisional: Vec<bool>,
    /// Rows there were, of which these are some.
    pub(crate) total: u64,
    /// Rows may be provisional and final side by side, so each is marked.
    pub(crate) marked: bool,
}

impl BlockResult {
    /// The first rows of an answer, the last ones of a stream.
    pub(crate) fn grid(&self, at_most: usize, viewpoint: &Viewpoint) -> Grid {
        let fields = self.fields();
        let skip = if self.is_answer() { 0 } else { self.rows.len().saturating_sub(at_most) };
        let mut grid = Grid {
            header: fields.iter().map(|field| value::text(&field.name)).collect(),
            types: fields.iter().map(|field| field.ty).collect(),
            rows: Vec::new(),
            provisional: Vec::new(),
            total: self.rows.total + self.rows.provisional() as u64,
            marked: self.has_windows(),
        };
        for row in self.rows.iter().skip(skip).take(at_most) {
            let cell = |(index, field): (usize, &syntax::Field)| {
                row.column(index, field).and_then(|column| value::cell(column, row.index, field.ty, viewpoint))
            };
            grid.rows.push(fields.iter().enumerate().map(cell).collect());
            grid.provisional.push(row.provisional);
        }
        grid
    }
}

impl Grid {
    pub(crate) fn is_right(&self, column: usize) -> bool {
        matches!(self.types[column], Type::Long | Type::Real | Type::Timespan)
    }

    /// Widths of the columns that fit; the last ones are left out where even narrow ones do not.
    pub(crate) fn widths(&self, room: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self.header.iter().map(|name| columns(name)).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.as_deref().map_or(1, columns));
            }
        }
        let room = room.saturating_sub(if self.marked { 2 } else { 0 });
        let needed = |widths: &[usize]| widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
        while needed(&widths) > room && widths.len() > 1 {
            // The widest gives way first: long texts are cut before short numbers are.
            let Some((at, width)) = widths.iter().copied().enumerate().max_by_key(|(_, width)| *width) else { break };
            if width <= NARROW {
                widths.pop();
            } else {
                let next = widths.iter().copied().filter(|other| *other < width).max().unwrap_or(NARROW);
                let excess = needed(&widths) - room;
                widths[at] = width.saturating_sub(excess).max(next.max(NARROW)).min(width - 1);
            }
        }
        if let [only] = widths.as_mut_slice() {
            *only = (*only).min(room);
        }
        widths
    }

    pub(crate) fn lines(&self, room: Room) -> Vec<String> {
        let widths = self.widths(room.width);
        let place = |text: &str, column: usize| {
            if self.is_right(column) { right(text, widths[column]) } else { left(text, widths[column]) }
        };
        let join = |mark: &str, cells: Vec<String>| {
            let mark = if self.marked { mark } else { "" };
            format!("{mark}{}", cells.join("  ")).trim_end().to_owned()
        };
        let header = (0..widths.len()).map(|column| place(&self.header[column], column)).collect();
        let mut lines = vec![join("  ", header)];
        let skipped = self.rows.len().saturating_sub(room.height.saturating_sub(1));
        for (row, provisional) in self.rows.iter().zip(&self.provisional).skip(skipped) {
            let cells = (0..widths.len()).map(|column| place(row[column].as_deref().unwrap_or("–"), column)).collect();
            lines.push(join(if *provisional { "○ " } else { "● " }, cells));
        }
        lines
    }
}
