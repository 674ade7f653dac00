//! What can be written at the cursor, as the editor lists and inserts it.

use tower_lsp::ls_types::*;

use super::View;
use crate::features::completion::{self, Item, ItemKind};

impl View<'_> {
    pub(crate) fn completion(&self, at: Position) -> Option<CompletionResponse> {
        let completion = completion::completion(self.document, self.offset(at))?;
        let replace = self.range(completion.replace);
        let items = completion.items.into_iter().enumerate();
        Some(CompletionResponse::Array(items.map(|(order, item)| self.item(order, item, replace)).collect()))
    }

    fn item(&self, order: usize, item: Item, replace: Range) -> CompletionItem {
        let snippet = item.snippet.filter(|_| self.options.can.snippets);
        let format = if snippet.is_some() { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT };
        // Editors compare what is typed with this, from the start of what is replaced.
        let quoted = item.insert.starts_with(['"', '`']);
        let documentation =
            item.doc.map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }));
        CompletionItem {
            filter_text: quoted.then(|| item.insert.clone()),
            label: item.label,
            kind: Some(item_kind(item.kind)),
            detail: Some(item.detail),
            documentation,
            sort_text: Some(format!("{order:04}")),
            insert_text_format: Some(format),
            text_edit: Some(TextEdit { range: replace, new_text: snippet.unwrap_or(item.insert) }.into()),
            ..CompletionItem::default()
        }
    }
}

fn item_kind(kind: ItemKind) -> CompletionItemKind {
    match kind {
        ItemKind::Source => CompletionItemKind::MODULE,
        ItemKind::Let | ItemKind::Param => CompletionItemKind::VARIABLE,
        ItemKind::Stage | ItemKind::Word => CompletionItemKind::KEYWORD,
        ItemKind::Field => CompletionItemKind::FIELD,
        ItemKind::Function => CompletionItemKind::FUNCTION,
        ItemKind::Operator => CompletionItemKind::OPERATOR,
        ItemKind::Value => CompletionItemKind::VALUE,
    }
}
