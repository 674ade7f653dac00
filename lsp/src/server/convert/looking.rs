//! Folds, growing selections and links.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use syntax::source::SourceName;
use tower_lsp::ls_types::*;

use super::View;
use crate::check;
use crate::document::Document;
use crate::features::config::place::declared;
use crate::features::folding::{self, Kind};
use crate::features::links::{self, To};
use crate::features::selection;
use crate::server::{index, workspace};
use crate::within;

/// What a link to a heading of another file is resolved by.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Led {
    /// Of the runbook that has it.
    pub(crate) uri: Uri,
    path: String,
    anchor: String,
}

impl View<'_> {
    pub(crate) fn folds(&self) -> Vec<FoldingRange> {
        let most = self.options.can.most_folds.map_or(usize::MAX, |most| most as usize);
        let folds = folding::folds(self.document).into_iter().take(most);
        folds
            .map(|fold| {
                let Range { start, end } = self.range(fold.range);
                let kind = match fold.kind {
                    Kind::Comment => Some(FoldingRangeKind::Comment),
                    Kind::FrontMatter => Some(FoldingRangeKind::Region),
                    Kind::Section | Kind::Block | Kind::Let => None,
                };
                FoldingRange { start_line: start.line, end_line: end.line, kind, ..FoldingRange::default() }
            })
            .collect()
    }

    /// For each place.
    pub(crate) fn selections(&self, places: &[Position]) -> Vec<SelectionRange> {
        let grown = |place: &Position| {
            let chain = selection::selections(self.document, self.offset(*place));
            let grow = |outer: Option<SelectionRange>, range: &syntax::TextRange| {
                Some(SelectionRange { range: self.range(*range), parent: outer.map(Box::new) })
            };
            let empty = SelectionRange { range: Range { start: *place, end: *place }, parent: None };
            chain.iter().rev().fold(None, grow).unwrap_or(empty)
        };
        places.iter().map(grown).collect()
    }

    /// To what is there and within the workspace.
    pub(crate) fn links(&self, configuration: Option<View<'_>>) -> Vec<DocumentLink> {
        let links = links::links(self.document).into_iter();
        // A runbook names few sources, but each often.
        let mut sources: HashMap<SourceName, Option<Uri>> = HashMap::new();
        let declared = |source: &SourceName| {
            let view = configuration.as_ref()?;
            line(view.uri, view.range(declared(view.document.text(), source, None)?).start)
        };
        let led = links.filter_map(|link| {
            let (target, tooltip) = match link.to {
                To::Source(source) => {
                    let place = sources.entry(source.clone()).or_insert_with(|| declared(&source)).clone();
                    (place?, format!("`{source}` in headwater.toml"))
                }
                To::File { path, anchor } => {
                    let file = self.file(&path)?;
                    // Where its heading is, that file says when somebody wants to go there.
                    if !anchor.is_empty() && check::is_markdown(&file) {
                        let tooltip = Some(format!("{path}#{anchor}"));
                        let data = serde_json::to_value(Led { uri: self.uri.clone(), path, anchor }).ok();
                        return Some(DocumentLink { range: self.range(link.range), target: None, tooltip, data });
                    }
                    (Uri::from_file_path(&file)?, path)
                }
                To::Heading(range) => (line(self.uri, self.range(range).start)?, "in this runbook".to_owned()),
            };
            let range = self.range(link.range);
            Some(DocumentLink { range, target: Some(target), tooltip: Some(tooltip), data: None })
        });
        led.collect()
    }

    /// The file that a link leads to, at the line of its heading if that is there.
    pub(crate) fn resolved(&self, led: &Led) -> Option<Uri> {
        let file = self.file(&led.path)?;
        let uri = Uri::from_file_path(&file)?;
        match self.heading_in(&file, &led.anchor) {
            Some(heading) => line(&uri, heading.start),
            None => Some(uri),
        }
    }

    /// Reads that one file.
    pub(super) fn heading_in(&self, file: &Path, anchor: &str) -> Option<Range> {
        if anchor.is_empty() || !check::is_markdown(file) {
            return None;
        }
        let text = within::text(file, workspace::root(file, &self.options.folders), index::MAX_BYTES).ok()?;
        let there = Document::new(text, 0, Default::default);
        let heading = links::anchors(there.text()).into_iter().find(|heading| heading.name == anchor)?;
        Some(View { document: &there, ..*self }.range(heading.range))
    }

    /// Within the workspace and there.
    pub(super) fn file(&self, path: &str) -> Option<PathBuf> {
        let runbook = workspace::path(self.uri)?;
        let root = workspace::root(&runbook, &self.options.folders);
        let file = within::plain(&runbook.parent()?.join(path))?;
        let inside = file.starts_with(root) && within::exists(&file, root);
        inside.then_some(file)
    }
}

/// As editors understand it: the line behind `#L`, from 1.
fn line(uri: &Uri, at: Position) -> Option<Uri> {
    format!("{}#L{}", uri.as_str(), at.line + 1).parse().ok()
}
