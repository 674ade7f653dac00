//! The Markdown around the blocks: where front matter, headings and `headwater` fences are, by CommonMark's
//! own rules. Knows nothing of what is inside a block.

use pulldown_cmark::{CodeBlockKind, Event, Options, Tag, TagEnd};

use crate::ast::Attribute;
use crate::{TextRange, TextSize};

/// The word that makes a fence a block.
const LANGUAGE: &str = "headwater";

/// What is not prose, in the order of the text. All offsets are bytes of the whole text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    FrontMatter(Range),
    Heading(Range),
    Block(Fence),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fence {
    pub(crate) open: Range,
    pub(crate) info: Range,
    /// The lines between the fences, each with its line break but without what a list or quote puts before it.
    pub(crate) lines: Vec<Range>,
    pub(crate) close: Option<Range>,
    /// Where the block begins and ends.
    pub(crate) range: Range,
}

type Range = std::ops::Range<usize>;

pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut start = bom;
    if let Some(front_matter) = front_matter(text, bom) {
        start = front_matter.end;
        pieces.push(Piece::FrontMatter(front_matter));
    }
    let markdown = &text[start..];
    let shift = |range: Range| range.start + start..range.end + start;
    // The block that is open: its range, and the lines met so far.
    let mut block: Option<(Range, Vec<Range>)> = None;
    for (event, range) in pulldown_cmark::Parser::new_ext(markdown, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if is_ours(&info) => {
                block = Some((shift(range), Vec::new()));
            }
            Event::Text(_) => {
                if let Some((_, lines)) = &mut block {
                    add_lines(text, shift(range), lines);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((range, lines)) = block.take() {
                    pieces.extend(fence(text, range, lines).map(Piece::Block));
                }
            }
            Event::Start(Tag::Heading { .. }) => pieces.push(Piece::Heading(shift(range))),
            _ => {}
        }
    }
    pieces
}

fn is_ours(info: &str) -> bool {
    info.split([' ', '\t', '{', ',']).next() == Some(LANGUAGE)
}

/// A `---` line at the very start, up to the next `---` or `...` line.
fn front_matter(text: &str, start: usize) -> Option<Range> {
    let mut at = start;
    for (index, line) in text[start..].split_inclusive('\n').enumerate() {
        at += line.len();
        let content = line.trim_end();
        match index {
            0 if content != "---" => return None,
            0 => {}
            _ if content == "---" || content == "..." => return Some(start..at),
            _ => {}
        }
    }
    None
}

/// A text may be a part of a line (it leaves out the CR of CR LF) or several lines; a line here is one and whole.
fn add_lines(text: &str, range: Range, lines: &mut Vec<Range>) {
    let mut start = lines.last().map_or(range.start, |line| line.end.max(range.start));
    while start < range.end {
        let rest = &text.as_bytes()[start..];
        let length = line_break(rest).map_or(rest.len(), |at| at + if rest[at..].starts_with(b"\r\n") { 2 } else { 1 });
        lines.push(start..start + length);
        start += length;
    }
}

fn line_break(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|b| matches!(b, b'\n' | b'\r'))
}

/// Finds the fences themselves within the block's range.
fn fence(text: &str, range: Range, lines: Vec<Range>) -> Option<Fence> {
    let bytes = text.as_bytes();
    let is_mark = |b: &u8| matches!(b, b'`' | b'~');
    let open_start = range.start + bytes[range.clone()].iter().position(is_mark)?;
    let mark = bytes[open_start];
    let run = |from: usize| bytes[from..range.end].iter().take_while(|b| **b == mark).count();
    let open = open_start..open_start + run(open_start);
    let line_end = open.end + line_break(&bytes[open.end..range.end]).unwrap_or(range.end - open.end);
    let info_text = &text[open.end..line_end];
    let info_start = line_end - info_text.trim_start().len();
    let info = info_start..info_start + info_text.trim().len();
    let after = lines.last().map_or(line_end, |line| line.end).min(range.end);
    let close =
        bytes[after..range.end].iter().position(|b| *b == mark).map(|at| after + at..after + at + run(after + at));
    let close = close.filter(|close| close.len() >= open.len());
    let end = close.as_ref().map_or(after, |close| close.end);
    Some(Fence { range: open.start..end, open, info, lines, close })
}

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
pub fn attributes(info: &str, start: TextSize) -> Vec<Attribute> {
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
