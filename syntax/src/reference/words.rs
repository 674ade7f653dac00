//! What is said of one stage, window, aggregate or function.

use std::fmt::Write;

use super::RESULT;
use crate::catalog::aggregates::AggregateRow;
use crate::catalog::functions::FunctionRow;
use crate::catalog::stages::StageRow;
use crate::catalog::windows::WindowRow;

pub(super) fn stage(row: &StageRow) -> String {
    let mut doc = row.doc.to_owned();
    if let Some(on_streams) = row.on_streams {
        let _ = write!(doc, " On a stream: {}", lower_first(on_streams));
    }
    if !row.runs {
        doc.push_str(" No runner runs it yet.");
    }
    said(row.words, row.signature, &doc, row.in_kusto, Example::Stage(row.example))
}

pub(super) fn window(row: &WindowRow) -> String {
    said(&[row.word], row.signature, row.doc, row.in_kusto, Example::Stage(row.example))
}

pub(super) fn aggregate(row: &AggregateRow) -> String {
    said(row.words, &row.signature(), row.doc, row.in_kusto, Example::Value(row.example))
}

pub(super) fn function(row: &FunctionRow) -> String {
    said(row.words, &row.signature(), row.doc, row.in_kusto, Example::Value(row.example))
}

enum Example {
    /// What stands behind a pipe.
    Stage(&'static str),
    /// An expression, with what it gives.
    Value(&'static str),
}

fn said(words: &[&str], signature: &str, doc: &str, in_kusto: bool, example: Example) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let mut text = format!("#### {}\n\n`{signature}`\n\n{doc}", quoted.join(", "));
    if !in_kusto {
        text.push_str(" *Not in Kusto.*");
    }
    // Writing to a String cannot fail.
    let _ = match example {
        Example::Stage(example) => writeln!(text, "\n\n```headwater\nspans | {example}\n```"),
        Example::Value(example) => {
            let result = RESULT.get(example).copied().unwrap_or("?");
            writeln!(text, "\n\n`{example}` → `{result}`")
        }
    };
    text
}

/// As it goes on behind a colon; a name in backticks stays.
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}
