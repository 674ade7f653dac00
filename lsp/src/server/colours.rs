//! The colours that an editor was told last, of each open document: from these to the next ones it needs only
//! what differs.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use tower_lsp::ls_types::*;

use super::convert::View;

#[derive(Default)]
pub(crate) struct Colours {
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    /// How many answers there were so far; the name of each is its number.
    answers: u64,
    /// One answer for each open document, the last one.
    last: HashMap<Uri, (String, Vec<SemanticToken>)>,
}

impl Colours {
    pub(crate) fn all(&self, view: &View<'_>) -> SemanticTokens {
        let data = view.tokens(None);
        SemanticTokens { result_id: Some(self.keep(view, data.clone()).0), data }
    }

    /// What differs from the answer of this name, if that was the last one; else all.
    pub(crate) fn since(&self, view: &View<'_>, before: &str) -> SemanticTokensFullDeltaResult {
        let data = view.tokens(None);
        match self.keep(view, data.clone()) {
            (result_id, Some((known, old))) if known == before => {
                let edits = difference(&old, data).into_iter().collect();
                SemanticTokensDelta { result_id: Some(result_id), edits }.into()
            }
            (result_id, _) => SemanticTokens { result_id: Some(result_id), data }.into(),
        }
    }

    /// Nobody will ask of this document any more.
    pub(crate) fn forget(&self, uri: &Uri) {
        self.lock().last.remove(uri);
    }

    /// The name of this answer, and the answer before it.
    fn keep(&self, view: &View<'_>, data: Vec<SemanticToken>) -> (String, Option<(String, Vec<SemanticToken>)>) {
        let mut told = self.lock();
        told.answers += 1;
        let result_id = told.answers.to_string();
        // One that is closed is no longer the newest, and would stay for ever.
        if !view.document.is_newest() {
            return (result_id, None);
        }
        let before = told.last.insert(view.uri.clone(), (result_id.clone(), data));
        (result_id, before)
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        // Nothing panics while it is held.
        self.told.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// One edit for all between what is the same at the beginning and at the end; none where nothing differs.
fn difference(old: &[SemanticToken], new: Vec<SemanticToken>) -> Option<SemanticTokensEdit> {
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old[start..].iter().rev().zip(new[start..].iter().rev());
    let end = rest.take_while(|(old, new)| old == new).count();
    let deleted = old.len() - start - end;
    let length = new.len() - start - end;
    if deleted == 0 && length == 0 {
        return None;
    }
    // Editors count numbers, of which a token has five.
    let numbers = |tokens: usize| u32::try_from(tokens * 5).unwrap_or(u32::MAX);
    let data = new.into_iter().skip(start).take(length).collect();
    Some(SemanticTokensEdit { start: numbers(start), delete_count: numbers(deleted), data: Some(data) })
}
