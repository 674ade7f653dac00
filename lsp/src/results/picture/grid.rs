//! Rows as an aligned table: cells, column widths that fit a room, and the lines.

use arrow_array::RecordBatch;
use syntax::{Field, Type};

use super::{MISSING, Room, columns, left, right};
use crate::results::rows::{Row, fields_of};
use crate::results::{BlockResult, Gap, Viewpoint, value};

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
    /// Before which of these rows others are missing, and how many.
    pub(crate) missing: Vec<(usize, u64)>,
}

impl BlockResult {
    /// The first rows of an answer, the last ones of a stream.
    pub(crate) fn grid(&self, at_most: usize, viewpoint: &Viewpoint) -> Grid {
        let skip = if self.is_answer() { 0 } else { self.rows.len().saturating_sub(at_most) };
        self.grid_from(skip, at_most, viewpoint)
    }

    /// Kept rows from one on.
    pub(crate) fn grid_from(&self, skip: usize, at_most: usize, viewpoint: &Viewpoint) -> Grid {
        let fields = self.fields();
        let mut grid = Grid::new(&fields);
        grid.total = self.rows.total + self.rows.provisional() as u64;
        grid.marked = self.has_windows();
        for row in self.rows.iter().skip(skip).take(at_most) {
            grid.push(row, &fields, viewpoint);
        }
        // Where they would stand in an answer, nobody knows.
        if !self.is_answer() {
            let first = grid.total.saturating_sub((self.rows.len() - skip.min(self.rows.len())) as u64);
            let place = |gap: &Gap| Some((usize::try_from(gap.after.checked_sub(first)?).ok()?, gap.rows));
            let end = grid.rows.len();
            grid.missing = self.gaps().iter().filter_map(place).filter(|(at, _)| *at <= end).collect();
        }
        grid
    }
}

impl Grid {
    /// The rows of one batch.
    pub(crate) fn of(batch: &RecordBatch, viewpoint: &Viewpoint) -> Grid {
        let fields = fields_of(batch);
        let mut grid = Grid::new(&fields);
        grid.total = batch.num_rows() as u64;
        for index in 0..batch.num_rows() {
            grid.push(Row { batch, index, provisional: false }, &fields, viewpoint);
        }
        grid
    }

    /// Texts that are no rows of a block; the columns named as numbers stand on the right.
    pub(crate) fn of_texts(header: &[&str], numbers: &[usize], rows: Vec<Vec<String>>) -> Grid {
        let ty = |column| if numbers.contains(&column) { Type::Long } else { Type::String };
        Grid {
            header: header.iter().map(|name| (*name).to_owned()).collect(),
            types: (0..header.len()).map(ty).collect(),
            provisional: vec![false; rows.len()],
            total: rows.len() as u64,
            rows: rows.into_iter().map(|row| row.into_iter().map(Some).collect()).collect(),
            marked: false,
            missing: Vec::new(),
        }
    }

    fn new(fields: &[Field]) -> Grid {
        Grid {
            header: fields.iter().map(|field| value::text(&field.name)).collect(),
            types: fields.iter().map(|field| field.ty).collect(),
            rows: Vec::new(),
            provisional: Vec::new(),
            total: 0,
            marked: false,
            missing: Vec::new(),
        }
    }

    fn push(&mut self, row: Row<'_>, fields: &[Field], viewpoint: &Viewpoint) {
        let cell = |(index, field): (usize, &Field)| {
            row.column(index, field).and_then(|column| value::cell(column, row.index, field.ty, viewpoint))
        };
        self.rows.push(fields.iter().enumerate().map(cell).collect());
        self.provisional.push(row.provisional);
    }

    pub(crate) fn is_right(&self, column: usize) -> bool {
        matches!(self.types[column], Type::Long | Type::Real | Type::Timespan)
    }

    /// Widths of the columns that fit. Names and long texts give way before numbers and times do; the last
    /// columns are left out where even that is not enough.
    pub(crate) fn widths(&self, room: usize) -> Vec<usize> {
        let mut floors = Vec::with_capacity(self.header.len());
        let mut widths = Vec::with_capacity(self.header.len());
        for (column, name) in self.header.iter().enumerate() {
            let cells = self.rows.iter().map(|row| row[column].as_deref().map_or(1, columns)).max().unwrap_or(0);
            let text = matches!(self.types[column], Type::String | Type::Dynamic);
            floors.push(if text { cells.min(NARROW) } else { cells }.max(columns(name).min(4)));
            widths.push(cells.max(columns(name)));
        }
        let room = room.saturating_sub(if self.marked { 2 } else { 0 });
        let needed = |widths: &[usize]| widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
        while needed(&widths) > room && widths.len() > 1 {
            let excess = needed(&widths) - room;
            let gives = widths.iter().zip(&floors).enumerate().filter(|(_, (width, floor))| width > floor);
            match gives.map(|(at, (width, floor))| (at, *width, *floor)).max_by_key(|(_, width, _)| *width) {
                None => {
                    widths.pop();
                }
                Some((at, width, floor)) => {
                    // Down to the next widest at once, then together.
                    let next = widths.iter().copied().filter(|other| *other < width).max().unwrap_or(0);
                    widths[at] = width.saturating_sub(excess).max(next).max(floor).min(width - 1);
                }
            }
        }
        if let [only] = widths.as_mut_slice() {
            *only = (*only).min(room);
        }
        widths
    }

    /// A column's name in its width. Of a dotted name the end tells more than the start.
    pub(crate) fn title(&self, column: usize, width: usize) -> String {
        let name = &self.header[column];
        let name = if columns(name) > width && width > 0 {
            let mut start = name.len();
            for (at, _) in name.char_indices().rev() {
                if columns(&name[at..]) + 1 > width {
                    break;
                }
                start = at;
            }
            // At a dot, where there is one.
            let dot = name[start..].find('.').map_or(0, |dot| dot + 1);
            let end = &name[start + dot..];
            format!("…{}", if end.is_empty() { &name[start..] } else { end })
        } else {
            name.clone()
        };
        if self.is_right(column) { right(&name, width) } else { left(&name, width) }
    }

    /// The header, and as many of the last rows as there is room for.
    pub(crate) fn lines(&self, room: Room) -> Vec<String> {
        let mut lines = self.lines_of(&self.widths(room.width));
        let skipped = (lines.len() - 1).saturating_sub(room.height.saturating_sub(1));
        lines.drain(1..=skipped);
        lines
    }

    pub(crate) fn lines_of(&self, widths: &[usize]) -> Vec<String> {
        let place = |text: &str, column: usize| {
            if self.is_right(column) { right(text, widths[column]) } else { left(text, widths[column]) }
        };
        let join = |mark: &str, cells: Vec<String>| {
            let mark = if self.marked { mark } else { "" };
            format!("{mark}{}", cells.join("  ")).trim_end().to_owned()
        };
        let header = (0..widths.len()).map(|column| self.title(column, widths[column])).collect();
        let mut lines = vec![join("  ", header)];
        for (at, (row, provisional)) in self.rows.iter().zip(&self.provisional).enumerate() {
            lines.extend(self.missing_at(at));
            let cells = (0..widths.len()).map(|column| place(row[column].as_deref().unwrap_or("–"), column)).collect();
            lines.push(join(if *provisional { "○ " } else { "● " }, cells));
        }
        lines.extend(self.missing_at(self.rows.len()));
        lines
    }

    /// What is said before this row, where others are missing.
    pub(crate) fn missing_at(&self, row: usize) -> Option<String> {
        let rows: u64 = self.missing.iter().filter(|(at, _)| *at == row).map(|(_, rows)| rows).sum();
        let word = if rows == 1 { "row is" } else { "rows are" };
        (rows > 0).then(|| format!("{MISSING}{MISSING} {} {word} missing here {MISSING}{MISSING}", value::count(rows)))
    }
}
