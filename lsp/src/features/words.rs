//! The catalog as editors show it: what a word is, how it is written, what it does.

use std::fmt::Write;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Stage,
    Function,
    Aggregate,
    Operator,
}

/// A word of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub word: &'static str,
    pub kind: Kind,
    /// How it is written: `percentile(value, percent)`.
    pub signature: String,
    pub doc: String,
    pub example: String,
    /// Kusto has no such word.
    pub new: bool,
}

impl Entry {
    pub fn markdown(&self) -> String {
        let mut text = format!("```headwater\n{}\n```\n{}", self.signature, self.doc);
        if self.new {
            text.push_str(" Not in Kusto.");
        }
        if !self.example.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n\n```headwater\n{}\n```", self.example);
        }
        text
    }
}

/// A word of one of these kinds, the first kind first.
pub fn entry(word: &str, kinds: &[Kind]) -> Option<Entry> {
    kinds.iter().find_map(|kind| all(*kind).into_iter().find(|entry| entry.word == word))
}

pub fn all(_kind: Kind) -> Vec<Entry> {
    Vec::new()
}

/// What a function takes at this place; None where that is anything.
pub fn argument_types(_function: &str, _argument: usize) -> Option<Vec<syntax::Type>> {
    None
}
