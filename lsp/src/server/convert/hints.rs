//! What is written at the end of lines.

use serde::{Deserialize, Serialize};
use syntax::TextSize;
use tower_lsp::ls_types::*;

use super::super::blocks::Summary;
use super::View;
use crate::features::hints::{self, Hint};

/// What a hint is resolved by: the document, and the place.
#[derive(Deserialize, Serialize)]
pub(crate) struct Shown(pub(crate) Uri, u32);

impl View<'_> {
    /// The fields that stages make; and what blocks show, where the editor does not draw that itself. Where what
    /// passes stands behind a stage, the fields would make the line too long: they are in the hover.
    pub(crate) fn hints(
        &self,
        within: Range,
        summaries: &[Summary],
        lines: &[(u32, String)],
        running: &[String],
    ) -> Vec<InlayHint> {
        let analysis = self.document.analysis();
        let runs = |hint: &Hint| analysis.block_at(hint.at).is_some_and(|block| running.contains(&block.name));
        let made = hints::hints(self.document, self.text_range(within)).into_iter().filter(|hint| !runs(hint));
        let mut hints: Vec<_> = made.map(|hint| self.made(hint)).collect();
        if !self.options.results {
            let shown = summaries.iter().filter_map(|summary| {
                let at = hints::summary_place(self.document, &summary.block)?;
                Some(self.hint(at, summary.text.clone()))
            });
            hints.extend(shown);
            let here = lines.iter().filter(|(line, _)| (within.start.line..=within.end.line).contains(line));
            hints.extend(here.map(|(line, text)| {
                let start = self.offset(Position { line: *line, character: 0 });
                self.hint(self.document.line_end(start), text.clone())
            }));
        }
        hints
    }

    /// What it says in full waits until somebody looks, where the editor can ask for it.
    fn made(&self, Hint { at, text }: Hint) -> InlayHint {
        let hint = self.hint(at, text);
        match self.options.can.resolve_tooltips {
            true => InlayHint { data: serde_json::to_value(Shown(self.uri.clone(), at.into())).ok(), ..hint },
            false => InlayHint { tooltip: self.tooltip(at), ..hint },
        }
    }

    fn tooltip(&self, at: TextSize) -> Option<InlayHintTooltip> {
        let value = hints::tooltip(self.document, at)?;
        Some(InlayHintTooltip::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }))
    }

    /// None where the text is another by now.
    pub(crate) fn resolved_hint(&self, shown: &Shown) -> Option<InlayHintTooltip> {
        self.tooltip(TextSize::new(shown.1))
    }

    fn hint(&self, at: TextSize, text: String) -> InlayHint {
        InlayHint {
            position: self.position(at),
            label: InlayHintLabel::String(text),
            kind: None,
            text_edits: None,
            tooltip: None,
            padding_left: Some(true),
            padding_right: None,
            data: None,
        }
    }
}
