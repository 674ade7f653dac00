//! Between the protocol's types and ours: each feature's answer for one document, as the editor wants it; one
//! file a feature.

mod actions;
mod completion;
mod config;
mod diagnostics;
mod hints;
mod hover;
mod looking;
mod naming;
mod symbols;
mod tokens;

use syntax::{Edit, TextRange, TextSize};
use tower_lsp::ls_types::*;

use super::commands::Target;
use super::options::Options;
use crate::document::{self, Document};
use crate::features::{formatting, here, typing};
use crate::position::{self, Encoding};

pub(crate) use actions::wants_fixes;
pub(crate) use completion::Offered;
pub(crate) use hints::Shown;
pub(crate) use looking::Led;
pub(crate) use naming::RenamedHere;
pub(crate) use tokens::token_legend;

/// One document, as this editor sees it.
pub(crate) struct View<'a> {
    pub(crate) document: &'a Document,
    pub(crate) uri: &'a Uri,
    pub(crate) options: &'a Options,
}

impl View<'_> {
    pub(crate) fn formatting(&self, within: Option<Range>) -> Vec<TextEdit> {
        let within = within.map(|range| self.text_range(range));
        self.text_edits(&formatting::formatting(self.document, within))
    }

    pub(crate) fn typed(&self, at: Position, typed: &str) -> Vec<TextEdit> {
        self.text_edits(&typing::typed(self.document, self.offset(at), typed))
    }

    /// The parameter that makes the runbook follow a value, and the value.
    pub(crate) fn follow(&self, target: &Target) -> Result<(String, String), String> {
        let (Some(field), Some(value)) = (&target.field, &target.value) else {
            return Err("expected the field and the value to follow: `{uri, field, value}`".to_owned());
        };
        let param = here::parameter_of(self.document, field).ok_or_else(|| {
            let name = field.rsplit('.').next().unwrap_or("it");
            format!(
                "no parameter of this runbook is compared with `{field}`; write e.g. `where {field} == {name}` with a \
                 parameter `{name}`, and every block that does so follows"
            )
        })?;
        Ok((param, value.clone()))
    }

    /// The block that a command is about: the named one, or the one at the cursor, or the next one above.
    pub(crate) fn block(&self, target: &Target) -> Result<String, String> {
        if let Some(name) = &target.block {
            return Ok(name.clone());
        }
        let at = target.position.map_or(TextSize::new(0), |position| self.offset(position));
        let blocks = &self.document.analysis().blocks;
        let block = blocks.iter().rev().find(|block| block.range.start() <= at).or(blocks.first());
        block.map(|block| block.name.clone()).ok_or_else(|| "there is no block in this runbook".to_owned())
    }

    fn text_edits(&self, edits: &[Edit]) -> Vec<TextEdit> {
        edits.iter().map(|edit| TextEdit { range: self.range(edit.range), new_text: edit.text.clone() }).collect()
    }

    pub(crate) fn range(&self, range: TextRange) -> Range {
        Range { start: self.position(range.start()), end: self.position(range.end()) }
    }

    fn position(&self, offset: TextSize) -> Position {
        let at = self.document.position(offset, self.options.encoding);
        Position { line: at.line, character: at.character }
    }

    pub(crate) fn text_range(&self, range: Range) -> TextRange {
        let start = self.offset(range.start);
        TextRange::new(start, self.offset(range.end).max(start))
    }

    pub(crate) fn offset(&self, at: Position) -> TextSize {
        self.document.offset(from_position(at), self.options.encoding)
    }
}

pub(crate) fn encoding(encoding: Encoding) -> PositionEncodingKind {
    match encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
        Encoding::Utf32 => PositionEncodingKind::UTF32,
    }
}

pub(crate) fn change(event: TextDocumentContentChangeEvent) -> document::Change {
    let range = event.range.map(|range| (from_position(range.start), from_position(range.end)));
    document::Change { range, text: event.text }
}

fn from_position(at: Position) -> position::Position {
    position::Position { line: at.line, character: at.character }
}
