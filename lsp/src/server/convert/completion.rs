//! What can be written at the cursor, as the editor lists and inserts it.

use serde::{Deserialize, Serialize};
use syntax::TextSize;
use syntax::observed::Profile;
use tower_lsp::ls_types::*;

use super::View;
use crate::features::completion::typed::{self, Key};
use crate::features::completion::{self, Item, ItemKind};

/// What an item is resolved by: the document and the place where it was offered, and its kind. An array, because
/// each of hundreds of items has one.
#[derive(Deserialize, Serialize)]
pub(crate) struct Offered(pub(crate) Uri, u32, usize);

/// Asks for what can stand at the cursor, and for how a call is written; an editor says that it has it.
const OPEN_PLACE: &str = "headwater.openPlace";

impl View<'_> {
    /// `complete`: nothing better is known a moment later.
    pub(crate) fn completion(
        &self,
        at: Position,
        context: Option<&CompletionContext>,
        here: Option<&Profile>,
        complete: bool,
    ) -> Option<CompletionResponse> {
        let key = self.key(context);
        if self.document.is_config() {
            return self.config_completion(at, key);
        }
        let cursor = self.offset(at);
        let completion = match key {
            Some(key) => typed::by_itself(self.document, cursor, here, key)?,
            None => completion::completion(self.document, cursor, here)?,
        };
        let replace = self.range(completion.replace);
        let items = completion.items.into_iter().enumerate();
        let start = completion.replace.start();
        let items = items.map(|(order, item)| self.item(order, item, replace, start)).collect();
        Some(CompletionResponse::List(CompletionList { is_incomplete: !complete || key.is_some(), items }))
    }

    /// None where somebody asked.
    fn key(&self, context: Option<&CompletionContext>) -> Option<Key> {
        let context = context.filter(|context| context.trigger_kind != CompletionTriggerKind::INVOKED)?;
        let pressed = context.trigger_character.as_ref().and_then(|character| character.chars().next());
        Some(Key { pressed, focuses: !self.options.selects_nothing })
    }

    fn item(&self, order: usize, item: Item, replace: Range, start: TextSize) -> CompletionItem {
        let can = self.options.can;
        // Only what was chosen by hand is taken by what is typed next.
        let chosen = can.commit_characters && self.options.selects_nothing;
        let command = self.options.open_places.then(|| open_place(&item)).flatten();
        let snippet = item.snippet.filter(|_| can.snippets);
        // Plain text is what goes without saying.
        let format = snippet.is_some().then_some(InsertTextFormat::SNIPPET);
        // Editors compare what is typed with this, from the start of what is replaced.
        let quoted = item.insert.starts_with(['"', '`']);
        let offered = Offered(self.uri.clone(), start.into(), item.kind as usize);
        let filter_text = item.filter.or_else(|| quoted.then(|| item.insert.clone()));
        let documentation = if can.resolve_documentation { None } else { self.documentation(&offered, &item.label) };
        let new_text = snippet.unwrap_or(item.insert);
        // Where there is no word yet, hundreds of items need not say that nothing is replaced.
        let plain = replace.start == replace.end && new_text == item.label;
        CompletionItem {
            filter_text,
            kind: Some(item_kind(item.kind)),
            detail: Some(item.detail),
            documentation,
            sort_text: Some(format!("{order:04}")),
            insert_text_format: format,
            insert_text_mode: can.adjust_indentation.then_some(InsertTextMode::AS_IS),
            text_edit: (!plain).then(|| TextEdit { range: replace, new_text }.into()),
            commit_characters: chosen.then(|| commit(item.kind)).flatten(),
            data: can.resolve_documentation.then(|| serde_json::to_value(&offered).ok()).flatten(),
            command,
            label: item.label,
            ..CompletionItem::default()
        }
    }

    pub(crate) fn documentation(&self, offered: &Offered, label: &str) -> Option<Documentation> {
        let kind = *ItemKind::ALL.get(offered.2)?;
        let value = completion::doc::doc(self.document, TextSize::new(offered.1), kind, label)?;
        Some(Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }))
    }
}

/// What follows is offered at once: the client's own command.
fn open_place(item: &Item) -> Option<tower_lsp::ls_types::Command> {
    let opens = item.kind != ItemKind::Pipeline && item.opens_place();
    opens.then(|| tower_lsp::ls_types::Command::new("Offer what follows".to_owned(), OPEN_PLACE.to_owned(), None))
}

/// What is typed next takes the item, where that cannot be the rest of another name.
fn commit(kind: ItemKind) -> Option<Vec<String>> {
    let characters: &[&str] = match kind {
        ItemKind::Field | ItemKind::Param => &[",", ")"],
        ItemKind::Source | ItemKind::Let => &["|"],
        _ => return None,
    };
    Some(characters.iter().map(|character| (*character).to_owned()).collect())
}

fn item_kind(kind: ItemKind) -> CompletionItemKind {
    match kind {
        ItemKind::Source => CompletionItemKind::MODULE,
        ItemKind::Let | ItemKind::Param => CompletionItemKind::VARIABLE,
        ItemKind::Stage | ItemKind::Word => CompletionItemKind::KEYWORD,
        ItemKind::Field => CompletionItemKind::FIELD,
        ItemKind::Function | ItemKind::Aggregate => CompletionItemKind::FUNCTION,
        ItemKind::Operator => CompletionItemKind::OPERATOR,
        ItemKind::Value => CompletionItemKind::VALUE,
        ItemKind::Pipeline => CompletionItemKind::SNIPPET,
    }
}
