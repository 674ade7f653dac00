//! The words above each block that can be pressed: Run or Stop, Results, and Explain.

use syntax::TextRange;
use syntax::ast::{AstNode, Statement};

use super::cost;
use crate::document::Document;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The opening fence.
    pub range: TextRange,
    /// The whole block.
    pub of: TextRange,
    pub block: String,
    pub does: Does,
    pub title: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    Run,
    /// It runs as an older text.
    Again,
    Stop,
    /// Of an editor that has a place for them.
    Results,
    Explain,
    /// Says what it costs; pressed, it explains.
    Cost,
}

/// How a block stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stand {
    pub runs: bool,
    /// Its text has changed since it was run.
    pub stale: bool,
    /// There is something to look at, and a place where.
    pub results: bool,
}

impl Does {
    pub fn title(self) -> &'static str {
        match self {
            Does::Run => "▶ Run",
            Does::Again => "↻ Run again",
            Does::Results => "Results",
            Does::Stop => "■ Stop",
            Does::Explain => "Explain",
            Does::Cost => "",
        }
    }

    pub fn command(self) -> &'static str {
        match self {
            Does::Run | Does::Again => "headwater.runBlock",
            Does::Results => "headwater.showResults",
            Does::Stop => "headwater.stopBlock",
            Does::Explain | Does::Cost => "headwater.explainBlock",
        }
    }
}

/// Also above a block with mistakes, so that the text does not jump while one types; Run then says what
/// is wrong. `stands` tells by a block's name how it does.
pub fn lenses(document: &Document, stands: impl Fn(&str) -> Stand) -> Vec<Lens> {
    let blocks = document.analysis().blocks.iter();
    let nodes = document.parse().root().blocks();
    let mut lenses = Vec::new();
    for (block, node) in blocks.zip(nodes) {
        let mut statements = node.body().into_iter().flat_map(|body| body.statements());
        if !statements.any(|statement| matches!(statement, Statement::Pipeline(_))) {
            continue;
        }
        let range = node.open().map_or(node.syntax().text_range(), |open| open.text_range());
        let Stand { runs, stale, results } = stands(&block.name);
        let toggles: &[Does] = match (runs, stale) {
            (true, true) => &[Does::Again, Does::Stop],
            (true, false) => &[Does::Stop],
            (false, _) => &[Does::Run],
        };
        let lens = |does: Does, title: String| Lens { range, of: block.range, block: block.name.clone(), does, title };
        let shown = results.then_some(Does::Results);
        let all = toggles.iter().copied().chain(shown).chain([Does::Explain]);
        lenses.extend(all.map(|does| lens(does, does.title().to_owned())));
        lenses.extend(cost::cost(document, block, runs).map(|cost| lens(Does::Cost, cost)));
    }
    lenses
}
