//! Rows as an aligned table: of one stream while they come, else of each block at its end.

use std::io::{IsTerminal, Write};

use arrow_array::RecordBatch;
use ratatui::crossterm::terminal;
use runner::event::Started;
use syntax::Field;

use super::Failure;
use super::console::{Console, Tone, paint};
use super::rows::RowWriter;
use super::watch::viewpoint;
use crate::results::{BlockResult, Grid, Room, fields_of, value};

/// Columns where no terminal says how many there are.
const WIDE: usize = 10_000;

pub(super) struct Table<W> {
    out: W,
    /// Several blocks, each under its heading.
    named: bool,
    width: usize,
    console: Console,
    /// The rows of one stream are written as they come: its fields and the widths of their columns so far.
    stream: Option<(Vec<Field>, Vec<usize>)>,
    streaming: bool,
}

pub(super) fn width() -> usize {
    let terminal = || terminal::size().ok().map(|(width, _)| usize::from(width));
    if std::io::stdout().is_terminal() { terminal().unwrap_or(80) } else { WIDE }
}

impl<W: Write> Table<W> {
    pub(super) fn new(out: W, named: bool, width: usize, console: Console) -> Table<W> {
        Table { out, named, width, console, stream: None, streaming: false }
    }

    fn block(&mut self, result: &BlockResult) -> Result<(), Failure> {
        let strong = |text: &str| paint(text, Tone::Strong, self.console.out_colors);
        if self.named {
            writeln!(self.out, "{}", strong(&heading(result)))?;
        }
        let grid = result.grid(usize::MAX, &viewpoint());
        let room = Room { width: self.width, height: usize::MAX };
        for (index, line) in grid.lines(room).iter().enumerate() {
            if index == 0 && !line.is_empty() {
                writeln!(self.out, "{}", strong(line))?;
            } else if index > 0 {
                writeln!(self.out, "{line}")?;
            }
        }
        let hidden = grid.total.saturating_sub(grid.rows.len() as u64);
        if hidden > 0 {
            writeln!(self.out, "({} earlier rows are not shown)", value::count(hidden))?;
        }
        if self.named {
            writeln!(self.out)?;
        }
        Ok(())
    }
}

/// The block's heading and name, in one line.
pub(crate) fn heading(result: &BlockResult) -> String {
    let heading = result.started().and_then(|started| started.heading.as_deref()).map(value::text);
    let name = value::text(result.block());
    heading.map_or_else(|| name.clone(), |heading| format!("{heading} ({name})"))
}

impl<W: Write> RowWriter for Table<W> {
    fn started(&mut self, _block: &str, started: &Started) -> Result<(), Failure> {
        let aggregates = ["summarize", "count", "top", "sort", "order", "tail"];
        let answer = started.stages.iter().any(|stage| aggregates.contains(&stage.word.as_str()));
        self.streaming = !self.named && !answer;
        Ok(())
    }

    fn rows(&mut self, _block: &str, batch: &RecordBatch, provisional: bool) -> Result<(), Failure> {
        if !self.streaming || provisional || batch.num_rows() == 0 {
            return Ok(());
        }
        let grid = Grid::of(batch, &viewpoint());
        let fields = fields_of(batch);
        let mut widths = grid.widths(self.width);
        let before = self.stream.take();
        let other_columns = before.as_ref().is_some_and(|(known, _)| *known != fields);
        let first = before.is_none() || other_columns;
        if let Some((_, known)) = before.filter(|_| !first) {
            for (width, known) in widths.iter_mut().zip(known) {
                *width = known.max(*width);
            }
        }
        if other_columns {
            writeln!(self.out)?;
        }
        for (index, line) in grid.lines_of(&widths).iter().enumerate() {
            match index {
                0 if first => writeln!(self.out, "{}", paint(line, Tone::Strong, self.console.out_colors))?,
                0 => {}
                _ => writeln!(self.out, "{line}")?,
            }
        }
        self.stream = Some((fields, widths));
        Ok(self.out.flush()?)
    }

    fn finish(&mut self, results: &[BlockResult]) -> Result<(), Failure> {
        if !self.streaming {
            for result in results {
                self.block(result)?;
            }
        }
        Ok(self.out.flush()?)
    }

    fn keeps_rows(&self) -> bool {
        !self.streaming
    }
}
