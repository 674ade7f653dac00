//! Folds, growing selections and links.

use std::collections::HashMap;
use std::path::PathBuf;

use syntax::source::SourceName;
use tower_lsp::ls_types::*;

use super::View;
use crate::features::config::place::declared;
use crate::features::folding::{self, Kind};
use crate::features::links::{self, To};
use crate::features::selection;
use crate::server::workspace;
use crate::within;

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
                To::File(path) => (self.file(&path)?, path),
                To::Heading(range) => (line(self.uri, self.range(range).start)?, "in this runbook".to_owned()),
            };
            let range = self.range(link.range);
            Some(DocumentLink { range, target: Some(target), tooltip: Some(tooltip), data: None })
        });
        led.collect()
    }

    fn file(&self, path: &str) -> Option<Uri> {
        let path = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
        let runbook = workspace::path(self.uri)?;
        let root = workspace::root(&runbook, &self.options.folders);
        let file = within::plain(&runbook.parent()?.join(PathBuf::from(path.as_ref())))?;
        let inside = file.starts_with(root) && within::exists(&file, root);
        inside.then(|| Uri::from_file_path(&file)).flatten()
    }
}

/// As editors understand it: the line behind `#L`, from 1.
fn line(uri: &Uri, at: Position) -> Option<Uri> {
    format!("{}#L{}", uri.as_str(), at.line + 1).parse().ok()
}
