//! The words above each block that can be pressed: Run or Stop, and Explain.

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
    Stop,
    Explain,
    /// Says what it costs; pressed, it explains.
    Cost,
}

impl Does {
    pub fn title(self) -> &'static str {
        match self {
            Does::Run => "▶ Run",
            Does::Stop => "■ Stop",
            Does::Explain => "Explain",
            Does::Cost => "",
        }
    }

    pub fn command(self) -> &'static str {
        match self {
            Does::Run => "headwater.runBlock",
            Does::Stop => "headwater.stopBlock",
            Does::Explain | Does::Cost => "headwater.explainBlock",
        }
    }
}

/// Also above a block with mistakes, so that the text does not jump while one types; Run then says what
/// is wrong. `running` tells by a block's name whether its flow runs.
pub fn lenses(document: &Document, running: impl Fn(&str) -> bool) -> Vec<Lens> {
    let blocks = document.analysis().blocks.iter();
    let nodes = document.parse().root().blocks();
    let mut lenses = Vec::new();
    for (block, node) in blocks.zip(nodes) {
        let mut statements = node.body().into_iter().flat_map(|body| body.statements());
        if !statements.any(|statement| matches!(statement, Statement::Pipeline(_))) {
            continue;
        }
        let range = node.open().map_or(node.syntax().text_range(), |open| open.text_range());
        let runs = running(&block.name);
        let toggle = if runs { Does::Stop } else { Does::Run };
        let lens = |does: Does, title: String| Lens { range, of: block.range, block: block.name.clone(), does, title };
        lenses.extend([toggle, Does::Explain].map(|does| lens(does, does.title().to_owned())));
        lenses.extend(cost::cost(document, block, runs).map(|cost| lens(Does::Cost, cost)));
    }
    lenses
}
