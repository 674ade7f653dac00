//! What a `headwater.toml` is asked for, as the editor wants it.

use tower_lsp::ls_types::*;

use super::View;
use crate::features::completion::typed::Key;
use crate::features::config::completion::{self, ItemKind};
use crate::features::config::hover;

impl View<'_> {
    pub(super) fn config_completion(&self, at: Position, key: Option<Key>) -> Option<CompletionResponse> {
        let mut found = completion::completion(self.document, self.offset(at))?;
        if let Some(key) = key {
            found = completion::by_itself(self.document, found, key)?;
        }
        let replace = self.range(found.replace);
        let typed = self.document.slice(found.replace).starts_with(['"', '\'']);
        let items = found.items.into_iter().enumerate().map(|(order, item)| {
            let snippet = item.snippet.filter(|_| self.options.can.snippets);
            let format = if snippet.is_some() { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT };
            let doc = MarkupContent { kind: MarkupKind::Markdown, value: item.doc };
            CompletionItem {
                // What is typed is compared with this, its quote included.
                filter_text: typed.then(|| format!("\"{}\"", item.label)),
                label: item.label,
                kind: Some(kind(item.kind)),
                detail: Some(item.detail).filter(|detail| !detail.is_empty()),
                documentation: Some(Documentation::MarkupContent(doc)),
                sort_text: Some(format!("{order:04}")),
                insert_text_format: Some(format),
                text_edit: Some(TextEdit { range: replace, new_text: snippet.unwrap_or(item.insert) }.into()),
                ..CompletionItem::default()
            }
        });
        let items = items.collect();
        Some(CompletionResponse::List(CompletionList { is_incomplete: key.is_some(), items }))
    }

    pub(super) fn config_hover(&self, at: Position) -> Option<Hover> {
        let hover = hover::hover(self.document, self.offset(at))?;
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: hover.markdown });
        Some(Hover { contents, range: Some(self.range(hover.range)) })
    }
}

fn kind(kind: ItemKind) -> CompletionItemKind {
    match kind {
        ItemKind::Table => CompletionItemKind::MODULE,
        ItemKind::Key => CompletionItemKind::PROPERTY,
        ItemKind::Value => CompletionItemKind::VALUE,
        ItemKind::Template => CompletionItemKind::SNIPPET,
    }
}
