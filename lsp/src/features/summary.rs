//! What is kept of a runbook that is not open: its names and what it uses, with their places. No text and no
//! tree, so that a workspace of a thousand runbooks costs little.

use syntax::analysis::What;
use syntax::source::SourceName;
use syntax::{Code, Name, TextRange};

use super::symbols::{self, Symbol};
use crate::document::Document;
use crate::position::{Encoding, Position};

/// Of each kind; a runbook with more says so.
pub const MOST: usize = 4_096;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The first heading.
    pub title: Option<Named>,
    pub blocks: Vec<Named>,
    pub lets: Vec<Named>,
    pub sources: Vec<(SourceName, Span)>,
    pub renamed: Vec<Renamed>,
    /// There was more of something than is kept.
    pub cut: bool,
}

/// A name, and what it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub name: Name,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: Position,
    pub end: Position,
}

/// An attribute under its former name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    pub old: Name,
    pub new: Name,
    pub span: Span,
}

impl Summary {
    /// It has nothing that anybody could look for.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}

/// Places are counted as this editor counts them.
pub fn summary(document: &Document, encoding: Encoding) -> Summary {
    let span = |range: TextRange| Span {
        start: document.position(range.start(), encoding),
        end: document.position(range.end(), encoding),
    };
    let mut found = Summary::default();
    let outline = symbols::symbols(document);
    collect(&outline, &mut |symbol: &Symbol| {
        let named = Named { name: symbol.name.as_str().into(), span: span(symbol.selection) };
        match symbol.kind {
            symbols::Kind::Heading(_) => _ = found.title.get_or_insert(named),
            symbols::Kind::Block => found.blocks.push(named),
            symbols::Kind::Let => found.lets.push(named),
            // Of one runbook alone.
            symbols::Kind::Param => {}
        }
    });
    for used in &document.analysis().resolutions {
        if let What::Source(name) = &used.what {
            found.sources.push((name.clone(), span(used.range)));
        }
    }
    found.renamed = renamed(document).map(|(range, old, new)| Renamed { old, new, span: span(range) }).collect();
    let lengths = [found.blocks.len(), found.lets.len(), found.sources.len(), found.renamed.len()];
    found.cut = lengths.iter().any(|length| *length > MOST);
    found.blocks.truncate(MOST);
    found.lets.truncate(MOST);
    found.sources.truncate(MOST);
    found.renamed.truncate(MOST);
    found
}

/// Attributes that OpenTelemetry has given another name: where they are, and both names.
pub fn renamed(document: &Document) -> impl Iterator<Item = (TextRange, Name, Name)> {
    let found = document.diagnostics().iter().filter(|found| found.code == Code::RenamedField);
    found.filter_map(|found| {
        let edit = found.fixes.first()?.edits.first()?;
        Some((edit.range, document.slice(edit.range).into(), edit.text.as_str().into()))
    })
}

fn collect(symbols: &[Symbol], take: &mut impl FnMut(&Symbol)) {
    for symbol in symbols {
        take(symbol);
        collect(&symbol.children, take);
    }
}

/// How well a name fits what is looked for: its letters in their order; less is better.
pub fn fit(name: &str, wanted: &str) -> Option<usize> {
    let lower = name.to_lowercase();
    let wanted = wanted.to_lowercase();
    if let Some(at) = lower.find(&wanted) {
        return Some(if at == 0 { lower.len() - wanted.len() } else { 1_000 + at });
    }
    let mut letters = lower.chars();
    wanted.chars().all(|c| letters.any(|own| own == c)).then_some(10_000 + lower.len())
}
