//! A result as Markdown, to be kept in the text: what was seen outlives the run. Whatever the data holds, a
//! viewer shows it as text.

use super::picture::spark;
use super::{BlockResult, Shape, Viewpoint, value};

/// Rows, columns and characters of a cell that are kept; a note is not an archive.
const ROWS: usize = 20;
const COLUMNS: usize = 12;
const CELL: usize = 80;

/// Columns of a line that shows how values moved.
const SPARK: usize = 24;

impl BlockResult {
    /// None where there is nothing yet.
    pub fn pinned(&self, viewpoint: &Viewpoint) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        // Who reads it later may be elsewhere.
        let viewpoint = &Viewpoint { now: viewpoint.now, zone: jiff::tz::TimeZone::UTC };
        let drawing = self.drawing();
        let (header, right, rows, left_out) = match drawing.shape {
            Shape::Chart => self.pinned_series(viewpoint)?,
            Shape::Histogram | Shape::Heatmap => return Some(self.pinned_picture(viewpoint)),
            _ => self.pinned_rows(viewpoint),
        };
        let mut said = self.when(viewpoint, &left_out);
        said.push_str("\n\n");
        said.push_str(&line(header.iter().map(|name| escaped(name))));
        said.push_str(&line(right.iter().map(|right| if *right { "--:".to_owned() } else { ":--".to_owned() })));
        for row in rows {
            said.push_str(&line(row.iter().map(|cell| escaped(cell))));
        }
        Some(said)
    }

    /// When it was so, and of how much.
    fn when(&self, viewpoint: &Viewpoint, left_out: &str) -> String {
        let progress = self.progress();
        let at = jiff::Timestamp::from_nanosecond(i128::from(viewpoint.now)).unwrap_or_default();
        let at = at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC");
        let (read, matched) = (value::count(progress.received), value::count(progress.matched + progress.in_flight));
        let missing = match self.missing_rows() {
            0 => String::new(),
            rows => format!(", {} rows missing", value::count(rows)),
        };
        format!("*{} at {at}: {read} read, {matched} matched{left_out}{missing}*", escaped(self.block()))
    }

    fn pinned_series(&self, viewpoint: &Viewpoint) -> Option<Pinned> {
        let series = self.series(&self.drawing(), viewpoint)?;
        let open = series.x.len() - series.provisional_from;
        let row = |line: &super::Line| {
            let write = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| line.write(value));
            let trend = spark::line(&line.values, SPARK, spark::Range::around(&line.values));
            vec![line.name.clone(), trend, write(line.last()), write(line.min()), write(line.max())]
        };
        let mut left_out = String::new();
        if series.more > 0 {
            left_out.push_str(&format!(", {} more series", series.more));
        }
        if open > 0 {
            left_out.push_str(if open == 1 { ", the last window still open" } else { ", the last windows still open" });
        }
        let header = ["series", "over time", "last", "min", "max"].map(str::to_owned).to_vec();
        Some((header, vec![false, false, true, true, true], series.lines.iter().map(row).collect(), left_out))
    }

    fn pinned_rows(&self, viewpoint: &Viewpoint) -> Pinned {
        let mut grid = self.grid(ROWS, viewpoint);
        let columns = grid.header.len().min(COLUMNS);
        let mut left_out = String::new();
        let shown = grid.rows.len() as u64;
        if grid.total > shown {
            left_out.push_str(&format!(", {shown} of {} rows", value::count(grid.total)));
        }
        if grid.header.len() > columns {
            left_out.push_str(&format!(", {columns} of {} columns", grid.header.len()));
        }
        if grid.marked && grid.provisional.iter().any(|open| *open) {
            left_out.push_str(", the last window still open");
        }
        let right = (0..columns).map(|column| grid.is_right(column)).collect();
        grid.header.truncate(columns);
        let row = |row: Vec<Option<String>>| {
            row.into_iter().take(columns).map(|cell| cell.unwrap_or_else(|| "–".to_owned())).collect()
        };
        (grid.header, right, grid.rows.into_iter().map(row).collect(), left_out)
    }

    /// In a block of code: a picture has no columns that a table could show.
    fn pinned_picture(&self, viewpoint: &Viewpoint) -> String {
        let lines = self.picture(super::Room { width: 80, height: 14 }, viewpoint);
        let body = lines.join("\n").replace("```", "'''");
        format!("{}\n\n```text\n{body}\n```\n", self.when(viewpoint, ""))
    }
}

/// Header, which columns stand on the right, rows, and what was left out.
type Pinned = (Vec<String>, Vec<bool>, Vec<Vec<String>>, String);

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut line = String::from("|");
    for cell in cells {
        line.push_str(&format!(" {cell} |"));
    }
    line.push('\n');
    line
}

/// Short, on one line, and nothing in it means anything to Markdown.
fn escaped(text: &str) -> String {
    let text = super::fit(&value::text(text), CELL);
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        let acts = matches!(c, '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' | '@' | '!' | '#')
            // Within a word it is a letter like others.
            || c == '_' && !before.is_alphanumeric()
            || c == ':' && before.is_alphabetic();
        if acts {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
        before = c;
    }
    out
}
