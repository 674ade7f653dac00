//! How what is offered meets what has been typed of the word, and what of it is shown where nobody asked: a list
//! that came by itself must never change what is typed. So there is none behind a word that is whole, and where an
//! editor takes the first item with Enter, none before a word has begun.

use syntax::observed::Profile;
use syntax::{TextRange, TextSize};

use super::{Completion, Item, completion};
use crate::document::Document;
use crate::features::place::Place;

/// How a key was pressed that an editor asks behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// None where the word goes on that a list is shown for.
    pub pressed: Option<char>,
    /// The editor focuses an item by itself, and takes it with Enter.
    pub focuses: bool,
}

/// How an item meets what was typed, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meets {
    /// It begins so, or nothing was typed.
    Start,
    /// A part of it does: `cloud.region` where `reg` was typed.
    Part,
    No,
}

/// Also says by what text an editor finds it: the last part of a dotted name is what people type.
pub(super) fn meet(item: &mut Item, typed: &str) -> Meets {
    if typed.is_empty() {
        return Meets::Start;
    }
    let marked = typed.starts_with(['"', '\'', '`']);
    if let Some(filter) = &item.filter {
        return if begins(filter, typed) { Meets::Start } else { Meets::No };
    }
    let text = if marked { item.insert.as_str() } else { item.label.trim_matches('"') };
    let (meets, found) = match part(text, typed) {
        None => (Meets::No, None),
        // What is quoted is found by what stands within, and what needs backticks by its name.
        Some(0) => {
            let another = marked || text.len() != item.label.len() || item.insert.starts_with('`');
            (Meets::Start, another.then(|| text.to_owned()))
        }
        Some(at) => (Meets::Part, Some(text[at..].to_owned())),
    };
    item.filter = found;
    meets
}

/// Where the first part begins that begins like the word. Asked for hundreds of items at every key.
fn part(text: &str, typed: &str) -> Option<usize> {
    if begins(text, typed) {
        return Some(0);
    }
    let (bytes, first) = (text.as_bytes(), typed.as_bytes()[0]);
    let starts = |at: &usize| {
        bytes[*at].eq_ignore_ascii_case(&first) && bytes[at - 1].is_ascii() && !bytes[at - 1].is_ascii_alphanumeric()
    };
    (1..bytes.len()).filter(starts).find(|at| text.get(*at..).is_some_and(|rest| begins(rest, typed)))
}

fn begins(text: &str, typed: &str) -> bool {
    text.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed))
}

/// What is shown behind a key that nobody pressed to see it; None: nothing.
pub fn by_itself(document: &Document, cursor: TextSize, here: Option<&Profile>, key: Key) -> Option<Completion> {
    let Some(place) = Place::at(document, cursor) else {
        let mut found = completion(document, cursor, here)?;
        let whole = document.slice(found.replace).to_owned();
        if whole.is_empty() && (key.focuses || key.pressed.is_none_or(|key| key.is_alphanumeric())) {
            return None;
        }
        return narrow(&mut found, cursor, &whole, document).then_some(found);
    };
    let whole = document.slice(place.word);
    let written = place.quoted.is_none() && whole.starts_with(|c: char| c.is_ascii_digit());
    let closed = place.quoted.is_none() && matches!(key.pressed, Some('"' | '\'' | ')' | ']'));
    let begun = !whole.is_empty() || place.quoted.is_some();
    // A line that ends with an opened parenthesis or a comma goes on in the next one.
    if written || closed || !begun && (key.focuses || key.pressed.is_none_or(|key| !opens(key))) {
        return None;
    }
    let mut found = completion(document, cursor, here)?;
    narrow(&mut found, cursor, whole, document).then_some(found)
}

/// Behind these something else begins.
fn opens(key: char) -> bool {
    matches!(key, ' ' | '|' | '(' | ',' | '.' | '`' | '#')
}

/// Leaves what meets the word; false where nothing is left, or where the word is whole.
fn narrow(found: &mut Completion, cursor: TextSize, whole: &str, document: &Document) -> bool {
    let start = found.replace.start();
    let typed = document.slice(TextRange::new(start, cursor.max(start)));
    if found.items.iter().any(|item| is_whole(item, whole)) {
        return false;
    }
    found.items.retain_mut(|item| meet(item, typed) != Meets::No);
    !found.items.is_empty()
}

/// Nothing is missing of it; that something longer begins alike, the next letter shows.
fn is_whole(item: &Item, word: &str) -> bool {
    let inserted = item.insert.trim_start_matches("| ").trim_end_matches([' ', '(', ')', '=', '"', '\'']);
    !word.is_empty() && (item.label == word || inserted == word || item.insert == word)
}
