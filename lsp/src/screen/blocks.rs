//! The blocks of a run in the order of the text, and the picture of them that stays when it is over.

use std::io::{self, Write};

use ratatui::crossterm::terminal;
use runner::event::Event;

use crate::cli::{self, Failure, Tone, paint};
use crate::results::{BlockResult, Room};

/// Lines of one block in the picture that stays.
const LINES: usize = 16;

#[derive(Debug, Default)]
pub(crate) struct Blocks {
    /// Names in the order of the text; what is not among them comes last.
    order: Vec<String>,
    results: Vec<BlockResult>,
}

impl Blocks {
    pub(crate) fn new(order: Vec<String>) -> Blocks {
        Blocks { order, results: Vec::new() }
    }

    pub(crate) fn results(&self) -> &[BlockResult] {
        &self.results
    }

    pub(crate) fn into_results(self) -> Vec<BlockResult> {
        self.results
    }

    pub(crate) fn fold(&mut self, event: Event, now: i64) {
        let index = match self.results.iter().position(|result| result.flow() == event.flow) {
            Some(index) => index,
            None => {
                let place = |name: &str| self.order.iter().position(|known| known == name).unwrap_or(usize::MAX);
                let at = self.results.partition_point(|result| place(result.block()) <= place(&event.block));
                self.results.insert(at, BlockResult::new(event.block.clone()));
                at
            }
        };
        self.results[index].fold(event, now);
    }

    /// What has not said its last word never will.
    pub(super) fn conclude(&mut self, stopped: bool, error: Option<String>) {
        for result in self.results.iter_mut().filter(|result| result.is_live()) {
            match &error {
                Some(error) => result.fail(error.as_str()),
                None if stopped => result.stop(),
                None => result.fail("the runner has gone before the end"),
            }
        }
    }

    /// Each block as text on the normal screen.
    pub(super) fn print(&self, colors: bool) -> Result<(), Failure> {
        let width = terminal::size().map_or(80, |(width, _)| usize::from(width)).clamp(40, 160);
        let viewpoint = cli::viewpoint();
        let mut out = io::stdout().lock();
        for result in &self.results {
            writeln!(out, "{}", paint(&cli::heading(result), Tone::Strong, colors))?;
            for line in result.picture(Room { width, height: LINES }, &viewpoint) {
                writeln!(out, "{line}")?;
            }
            if let Some(empty) = result.empty() {
                writeln!(out, "{}", paint(&empty, Tone::Warning, colors))?;
            }
            writeln!(out, "{}", paint(&result.summary(), Tone::Faint, colors))?;
            for dropped in result.dropped() {
                writeln!(out, "{}", paint(&dropped, Tone::Warning, colors))?;
            }
            writeln!(out)?;
        }
        Ok(out.flush()?)
    }
}
