//! What a pipeline means, as texts that can be compared: where it stands in its file plays no part.

use std::fmt::Write;

use syntax::TextRange;
use syntax::analysis::{Analysis, Block};
use syntax::literal::timespan_text;
use syntax::pipeline::{Pipeline, Reads, StageKind, WindowKind};

/// A block of a runbook, read.
pub(super) struct Meant<'a> {
    pub(super) block: &'a Block,
    /// From 1.
    pub(super) line: usize,
    /// As it is written between the fences.
    pub(super) body: String,
    /// A name that somebody gave it.
    pub(super) named: bool,
    /// Each stage, in order; the first is the source.
    pub(super) stages: Vec<StageMeant>,
}

#[derive(Clone, Debug)]
pub(super) struct StageMeant {
    /// As it is written, on one line.
    pub(super) written: String,
    /// Equal for stages that mean the same.
    pub(super) meaning: String,
}

pub(super) fn blocks<'a>(analysis: &'a Analysis, text: &'a str) -> Vec<Meant<'a>> {
    analysis.blocks.iter().map(|block| meant(block, text)).collect()
}

fn meant<'a>(block: &'a Block, text: &'a str) -> Meant<'a> {
    let mut stages = Vec::new();
    if let Some(pipeline) = &block.pipeline {
        let source = pipeline.source.to_string();
        stages.push(StageMeant { meaning: format!("source {source}"), written: source });
        for stage in &pipeline.stages {
            let written = written(text, stage.range);
            stages.push(StageMeant { written, meaning: unplaced(&format!("{:?}", stage.kind)) });
        }
    }
    let line = text[..usize::from(block.range.start())].matches('\n').count() + 1;
    let named = block.name != (block.index + 1).to_string();
    Meant { block, line, body: slice(text, block.body).trim().to_owned(), named, stages }
}

impl Meant<'_> {
    pub(super) fn pipeline(&self) -> Option<&Pipeline> {
        self.block.pipeline.as_ref()
    }

    /// Equal for blocks that mean the same; a block without a pipeline means its words.
    pub(super) fn meaning(&self) -> String {
        let Some(pipeline) = self.pipeline() else { return self.words() };
        let stages: Vec<&str> = self.stages.iter().map(|stage| stage.meaning.as_str()).collect();
        format!("{}\n{:?}\n{:?}", stages.join("\n"), pipeline.render, pipeline.output())
    }

    pub(super) fn words(&self) -> String {
        self.body.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn slice(text: &str, range: TextRange) -> &str {
    text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default()
}

/// On one line, without comments.
pub(super) fn written(text: &str, range: TextRange) -> String {
    let lines = slice(text, range).lines().map(|line| match line.find("//") {
        Some(at) if line[..at].matches('"').count() % 2 == 0 => &line[..at],
        _ => line,
    });
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// Without the places in the text, which debug output has as `range: 3..7`.
fn unplaced(debug: &str) -> String {
    let mut out = String::with_capacity(debug.len());
    let mut rest = debug;
    while let Some(c) = rest.chars().next() {
        if c == '"' {
            let end = string_end(rest);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if let Some(after) = rest.strip_prefix("range: ") {
            rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Behind the closing quote of the string at the start.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `tumbling 10s`, of all stages in order.
pub(super) fn windows(pipeline: &Pipeline) -> Option<String> {
    let mut found = Vec::new();
    pipeline.visit(&mut |pipeline| {
        for stage in &pipeline.stages {
            match &stage.kind {
                StageKind::Summarize(summarize) => {
                    found.extend(summarize.window.as_ref().map(|window| match window.kind {
                        WindowKind::Tumbling { size } => format!("tumbling {}", timespan_text(size)),
                        WindowKind::Hop { size, every } => {
                            format!("sliding {} every {}", timespan_text(size), timespan_text(every))
                        }
                        WindowKind::Session { gap, max } => {
                            format!("sessions with gaps of {}, at most {}", timespan_text(gap), timespan_text(max))
                        }
                    }))
                }
                StageKind::Join(join) => {
                    found.extend(join.within.map(|within| format!("join within {}", timespan_text(within))));
                }
                _ => {}
            }
        }
    });
    (!found.is_empty()).then(|| found.join(", "))
}

/// What of each source is read, e.g. `spans.duration`.
pub(super) fn reads(pipeline: &Pipeline) -> Vec<String> {
    let mut names = Vec::new();
    pipeline.visit(&mut |pipeline| {
        let source = &pipeline.source;
        match pipeline.reads() {
            Reads::All => names.push(format!("every field of {source}")),
            Reads::Fields(fields) => names.extend(fields.iter().map(|field| format!("{source}.{field}"))),
        }
    });
    names.sort();
    names.dedup();
    names
}

/// How a block's state grows, the dearest of its stages; see `headwater diff --help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cost {
    Events,
    Bounded,
    Windows,
    Pairs,
    Groups,
}

impl Cost {
    pub(super) fn of(pipeline: &Pipeline) -> Cost {
        let mut cost = Cost::Events;
        pipeline.visit(&mut |pipeline| {
            for stage in &pipeline.stages {
                cost = cost.max(match &stage.kind {
                    StageKind::Summarize(summarize) if summarize.window.is_some() => Cost::Windows,
                    StageKind::Summarize(summarize) if summarize.keys.is_empty() => Cost::Bounded,
                    StageKind::Summarize(_) | StageKind::Distinct(_) => Cost::Groups,
                    StageKind::OverRows(rows) if !rows.by.is_empty() => Cost::Groups,
                    StageKind::Join(_) => Cost::Pairs,
                    StageKind::Lookup(_)
                    | StageKind::OverRows(_)
                    | StageKind::Tail(_)
                    | StageKind::Top { .. }
                    | StageKind::Sort { .. }
                    | StageKind::TopHitters(_) => Cost::Bounded,
                    _ => Cost::Events,
                });
            }
        });
        cost
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Cost::Events => "event by event, keeps nothing",
            Cost::Bounded => "keeps a bounded number of rows",
            Cost::Windows => "keeps the groups of open windows",
            Cost::Pairs => "keeps events until their partner may have come",
            Cost::Groups => "keeps one row a group, for as long as it runs",
        }
    }
}

/// The result's shape, in words.
pub(super) fn render(pipeline: &Pipeline) -> String {
    let render = &pipeline.render;
    let mut text = render.kind.word().to_owned();
    let list = |names: &[syntax::Name]| names.iter().map(|name| &**name).collect::<Vec<_>>().join(", ");
    if let Some(title) = &render.title {
        let _ = write!(text, " titled {title:?}");
    }
    if !render.y.is_empty() {
        let _ = write!(text, " of {}", list(&render.y));
    }
    if let Some(x) = &render.x {
        let _ = write!(text, " over {x}");
    }
    if !render.series.is_empty() {
        let _ = write!(text, " by {}", list(&render.series));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_left_out_and_texts_are_not() {
        assert_eq!(
            unplaced(r#"Expr { ty: Bool, range: 3..17, name: "range: 1..2 \" range: 3..4" }"#),
            r#"Expr { ty: Bool, , name: "range: 1..2 \" range: 3..4" }"#
        );
    }
}
