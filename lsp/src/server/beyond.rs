//! What is wrong with a runbook only by what other files say: links and tables that lead nowhere. Looked for when
//! nothing was typed for a moment, so that a letter never waits for it; until then what was found last moves along.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use syntax::{Diagnostic, TextRange, TextSize};
use tower_lsp::ls_types::Uri;

use super::latest::Latest;
use crate::check::Links;
use crate::document::Document;

/// Without an edit, before files are looked at and all that is wrong is told: longer than between two letters of
/// somebody who types slowly.
pub(super) const PAUSE: Duration = Duration::from_millis(400);

#[derive(Default)]
pub(crate) struct Beyond {
    /// Of open runbooks that something was found in.
    found: Mutex<HashMap<Uri, Found>>,
    /// Documents to be looked at, with what was said of them already. Not held: a text that is edited again gives
    /// what was read of it to the next, which would be a copy if anybody else had it.
    pub(super) waiting: Latest<Uri, (Weak<Document>, Vec<Diagnostic>)>,
}

struct Found {
    /// Of which text.
    text: String,
    broken: Vec<Diagnostic>,
}

impl Beyond {
    /// What is to be said of a text before anybody has looked again.
    pub(super) fn expected(&self, uri: &Uri, document: &Document) -> Vec<Diagnostic> {
        let moved = self.lock().get(uri).map(|found| moved(&found.broken, &found.text, document.text()));
        match moved.filter(|moved| !moved.is_empty()) {
            Some(moved) => {
                let is_known =
                    |found: &Diagnostic| moved.iter().any(|old| (old.code, old.range) == (found.code, found.range));
                let told = document.told();
                let all = document.diagnostics_with(moved.clone(), &|_| true);
                all.into_iter().filter(|found| is_known(found) || told.contains(found)).collect()
            }
            None => document.told().to_vec(),
        }
    }

    /// Looks at the files that a runbook in this place leads to.
    pub(super) fn look(&self, uri: &Uri, document: &Document, file: &Path, workspace: &Path) -> Vec<Diagnostic> {
        let links = Links::within(workspace);
        let broken = match document.too_large() {
            true => Vec::new(),
            false => links.broken(file, document.text(), &document.analysis().blocks),
        };
        let all = document.diagnostics_with(broken.clone(), &|path| links.is_there(file, path));
        let mut found = self.lock();
        // One that is closed meanwhile was forgotten.
        if broken.is_empty() || !document.is_newest() {
            found.remove(uri);
        } else {
            found.insert(uri.clone(), Found { text: document.text().to_owned(), broken });
        }
        all
    }

    pub(super) fn forget(&self, uri: &Uri) {
        self.lock().remove(uri);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uri, Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those that an edit has not touched, where they stand after it.
fn moved(found: &[Diagnostic], old: &str, new: &str) -> Vec<Diagnostic> {
    let same = |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(old, new)| old == new).count();
    let start = same(&mut old.as_bytes().iter().zip(new.as_bytes()));
    let (old_rest, new_rest) = (&old.as_bytes()[start..], &new.as_bytes()[start..]);
    let end = same(&mut old_rest.iter().rev().zip(new_rest.iter().rev()));
    let place = |range: TextRange| {
        if usize::from(range.end()) < start || old == new {
            return Some(range);
        }
        let from = usize::from(range.start()).checked_sub(old.len() - end)?;
        Some(TextRange::at(TextSize::try_from(new.len() - end + from).ok()?, range.len()))
    };
    let diagnostic = |found: &Diagnostic| {
        let mut found = Diagnostic { range: place(found.range)?, ..found.clone() };
        for edit in found.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.range = place(edit.range)?;
        }
        Some(found)
    };
    found.iter().filter_map(diagnostic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_moves_with_its_text_and_goes_with_it() {
        let old = "[a](one.md) and [b](two.md)\n";
        let range = |text: &str, part: &str| {
            let at = text.find(part).expect("it is there");
            TextRange::at(TextSize::new(at as u32), TextSize::of(part))
        };
        let broken = ["one.md", "two.md"].map(|part| Diagnostic {
            code: syntax::Code::BrokenLink,
            severity: syntax::Severity::Warning,
            range: range(old, part),
            message: part.to_owned(),
            because: None,
            help: None,
            fixes: vec![syntax::Fix {
                title: String::new(),
                edits: vec![syntax::Edit { range: range(old, part), text: String::new() }],
            }],
        });
        for (new, left) in [
            (old, "one.md two.md"),
            ("ü [a](one.md) and [b](two.md)\n", "one.md two.md"),
            ("[a](one.md) or [b](two.md)\n", "one.md two.md"),
            ("[a](one.mdx) and [b](two.md)\n", "two.md"),
            ("[a](one.md)\n", "one.md"),
            ("", ""),
        ] {
            let found = moved(&broken, old, new);
            let said: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
            assert_eq!(said.join(" "), left, "{new}");
            assert!(
                found
                    .iter()
                    .all(|found| new[found.range] == found.message
                        && new[found.fixes[0].edits[0].range] == found.message)
            );
        }
    }
}
