//! The Markdown around the blocks: where headings, front matter and `headwater` fences are.

use crate::ast::Attribute;
use crate::{TextRange, TextSize};

/// A heading's text without its marks.
pub(crate) fn heading_text(source: &str) -> String {
    let first = source.trim_start();
    let first = first.lines().next().unwrap_or_default().trim();
    match first.strip_prefix('#') {
        Some(rest) => rest.trim_start_matches('#').trim().trim_end_matches('#').trim().to_owned(),
        None => first.to_owned(),
    }
}

/// The attributes after the language's word in an info string that starts at `start`.
pub(crate) fn attributes(info: &str, start: TextSize) -> Vec<Attribute> {
    let mut found = Vec::new();
    let bytes = info.as_bytes();
    let mut at = info.find([' ', '\t', '{']).unwrap_or(info.len());
    while at < bytes.len() {
        if matches!(bytes[at], b' ' | b'\t' | b'{' | b'}' | b',') {
            at += 1;
            continue;
        }
        let word = at;
        while at < bytes.len() && !matches!(bytes[at], b' ' | b'\t' | b'{' | b'}' | b',' | b'=') {
            at += 1;
        }
        let text = &info[word..at];
        let (key, value) = if bytes.get(at) == Some(&b'=') {
            at += 1;
            let quote = bytes.get(at).copied().filter(|quote| matches!(quote, b'"' | b'\''));
            let from = at + usize::from(quote.is_some());
            let end = match quote {
                Some(quote) => info[from..].find(char::from(quote)),
                None => info[from..].find([' ', '\t', '}', ',']),
            };
            let end = end.map_or(info.len(), |length| from + length);
            at = (end + usize::from(quote.is_some())).min(bytes.len());
            (text, from..end)
        } else if text.starts_with('#') {
            ("id", word + 1..at)
        } else if text.starts_with('.') {
            ("class", word + 1..at)
        } else {
            ("", word..at)
        };
        let range = TextRange::new(offset(value.start), offset(value.end)) + start;
        found.push(Attribute { key: key.to_owned(), value: info[value].to_owned(), range });
    }
    found
}

fn offset(index: usize) -> TextSize {
    TextSize::try_from(index).expect("an info string is part of a text whose size was checked")
}
