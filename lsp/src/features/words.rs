//! The catalog as editors show it: what a word is, how it is written, what it does.

use std::fmt::Write;

use syntax::catalog;
use syntax::catalog::aggregates::AggregateRow;
use syntax::catalog::functions::{Arg, FunctionRow};
use syntax::catalog::stages::StageRow;

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
            text.push_str("\n\nNot in Kusto.");
        }
        if !self.example.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n\n```headwater\n{}\n```", self.example);
            if let Some(result) = syntax::reference::result(self.example.as_str()) {
                let _ = write!(text, "\ngives `{result}`");
            }
        }
        text
    }
}

/// A word of one of these kinds, the first kind first.
pub fn entry(word: &str, kinds: &[Kind]) -> Option<Entry> {
    kinds.iter().find_map(|kind| match kind {
        Kind::Stage => catalog::stages::by_word(word).map(stage),
        Kind::Aggregate => catalog::aggregates::by_word(word).map(aggregate),
        Kind::Function | Kind::Operator => {
            let row = catalog::functions::by_word(word).filter(|row| row.operator == (*kind == Kind::Operator));
            row.map(function).or_else(|| window(word))
        }
    })
}

/// In the catalog's order, each by the word that we write.
pub fn all(kind: Kind) -> Vec<Entry> {
    match kind {
        Kind::Stage => catalog::stages().iter().map(stage).collect(),
        Kind::Aggregate => catalog::aggregates().iter().map(aggregate).collect(),
        Kind::Function | Kind::Operator => {
            let rows = catalog::functions().iter().filter(|row| row.operator == (kind == Kind::Operator));
            rows.map(function).collect()
        }
    }
}

/// What a function or aggregate takes at this place; None where it is neither, or takes no more.
pub fn argument(function: &str, at: usize) -> Option<Arg> {
    let (params, rest) = match (catalog::aggregates::by_word(function), catalog::functions::by_word(function)) {
        (Some(row), _) => (row.params, row.rest),
        (None, Some(row)) => (row.params, row.rest),
        (None, None) => return None,
    };
    let last = if rest { params.last() } else { None };
    params.get(at).or(last).map(|param| param.arg)
}

fn stage(row: &StageRow) -> Entry {
    let mut doc = row.doc.to_owned();
    if let Some(on_streams) = row.on_streams {
        doc.push_str(&format!("\n\nOn a stream: {on_streams}"));
    }
    if !row.runs {
        doc.push_str("\n\nNot supported by this runner yet.");
    }
    let (word, signature, example) = (row.word(), row.signature.to_owned(), row.example.to_owned());
    Entry { word, kind: Kind::Stage, signature, doc, example, new: !row.in_kusto }
}

fn aggregate(row: &AggregateRow) -> Entry {
    let (doc, example) = (row.doc.to_owned(), row.example.to_owned());
    Entry { word: row.word(), kind: Kind::Aggregate, signature: row.signature(), doc, example, new: !row.in_kusto }
}

fn function(row: &FunctionRow) -> Entry {
    let kind = if row.operator { Kind::Operator } else { Kind::Function };
    let (doc, example) = (row.doc.to_owned(), row.example.to_owned());
    Entry { word: row.word(), kind, signature: row.signature(), doc, example, new: !row.in_kusto }
}

/// The groupings by time that are no functions: they make sense only after `by`.
fn window(word: &str) -> Option<Entry> {
    let row = catalog::windows::by_word(word).filter(|_| catalog::functions::by_word(word).is_none())?;
    let (signature, doc, example) = (row.signature.to_owned(), row.doc.to_owned(), row.example.to_owned());
    Some(Entry { word: row.word, kind: Kind::Function, signature, doc, example, new: !row.in_kusto })
}
