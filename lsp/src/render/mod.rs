//! A runbook with what its blocks gave, as one file that stays: for a review, a post-mortem, a wiki. Nothing in it
//! runs, and nothing is fetched from elsewhere.

mod axis;
mod markdown;
mod page;
mod svg;

use crate::document::Document;
use crate::results::{BlockResult, Viewpoint};

pub(crate) use markdown::markdown;
pub(crate) use page::page;

/// What is rendered.
pub(crate) struct Rendered<'a> {
    pub(crate) document: &'a Document,
    /// Of the blocks that ran, in any order.
    pub(crate) results: &'a [BlockResult],
    /// Where the events came from and when, in one line.
    pub(crate) made: String,
    /// The reader may be anywhere, so this is UTC.
    pub(crate) viewpoint: Viewpoint,
}

impl Rendered<'_> {
    fn result(&self, block: &str) -> Option<&BlockResult> {
        self.results.iter().find(|result| result.block() == block)
    }
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
