//! A runbook with what its blocks gave, as one file that stays: for a review, a post-mortem, a wiki. Nothing in it
//! runs, and nothing is fetched from elsewhere.

mod axis;
mod markdown;
mod page;
mod svg;

use syntax::ast::Statement;
use syntax::{Diagnostic, Severity};

use crate::document::Document;
use crate::results::{BlockResult, State, Viewpoint};

pub(crate) use markdown::markdown;
pub(crate) use page::page;
#[cfg(test)]
pub(crate) use svg::picture;

/// What is rendered.
pub(crate) struct Rendered<'a> {
    pub(crate) document: &'a Document,
    /// Of the blocks that ran, in any order.
    pub(crate) results: &'a [BlockResult],
    /// Events came as they happened, and did not end by themselves.
    pub(crate) live: bool,
    /// Where the events came from and when, in one line.
    pub(crate) made: String,
    /// The reader may be anywhere, so this is UTC; over a recording it is the time at its end.
    pub(crate) viewpoint: Viewpoint,
}

impl Rendered<'_> {
    fn result(&self, block: &str) -> Option<&BlockResult> {
        self.results.iter().find(|result| result.block() == block)
    }

    /// Why a block has no result though it was meant to have one.
    pub(crate) fn why_not(&self, name: &str) -> Option<String> {
        let analysis = self.document.analysis();
        let index = analysis.blocks.iter().position(|block| block.name == name)?;
        let block = &analysis.blocks[index];
        if block.pipeline.is_some() {
            return Some("this block was not run".to_owned());
        }
        let within = |found: &&Diagnostic| found.severity == Severity::Error && block.range.contains_range(found.range);
        let why = match self.document.diagnostics().iter().find(within) {
            Some(found) => match &found.help {
                Some(help) => format!("{}; {help}", found.message),
                None => found.message.clone(),
            },
            // Names alone are no pipeline, and nothing is missing.
            None if !self.has_pipeline(index) => return None,
            None => "`headwater check` says why".to_owned(),
        };
        Some(format!("this block does not run: {why}"))
    }

    fn has_pipeline(&self, block: usize) -> bool {
        let body = self.document.parse().root().blocks().nth(block).and_then(|block| block.body());
        body.is_some_and(|body| body.statements().any(|statement| matches!(statement, Statement::Pipeline(_))))
    }
}

/// Why what is shown is not all, or not right; empty where there is nothing to say.
fn failure(result: &BlockResult) -> &str {
    if result.state() == State::Failed && !result.is_empty() { result.message() } else { "" }
}

/// What to say under a block that shows nothing.
fn nothing(result: &BlockResult) -> String {
    if !result.message().is_empty() {
        return result.message().to_owned();
    }
    result.empty().unwrap_or_else(|| "no row came".to_owned())
}

/// `200,000 read · 178 matched`.
fn counted(result: &BlockResult) -> String {
    use crate::results::value::count;
    let progress = result.progress();
    let mut text =
        format!("{} read · {} matched", count(progress.received), count(progress.matched + progress.in_flight));
    if progress.late > 0 {
        text.push_str(&format!(" · {} late", count(progress.late)));
    }
    if progress.dropped_total() > 0 {
        text.push_str(&format!(" · {} dropped", count(progress.dropped_total())));
    }
    text
}
