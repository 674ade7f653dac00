//! What in a runbook leads elsewhere: source names to where they are declared, and links in the prose to
//! other files and headings. Reads no file.

use std::cell::LazyCell;
use std::collections::HashMap;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use syntax::analysis::{Block, What};
use syntax::source::SourceName;
use syntax::{TextRange, TextSize};

use crate::document::Document;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub range: TextRange,
    pub to: To,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    Source(SourceName),
    /// Relative to the runbook; with the name of a heading there, or an empty one.
    File {
        path: String,
        anchor: String,
    },
    /// A heading of this runbook.
    Heading(TextRange),
}

/// More in one runbook are left out: an editor asks for all of them after each edit.
const MOST: usize = 2_000;

/// In the order of the text. Addresses with a scheme are the editor's own.
pub fn links(document: &Document) -> Vec<Link> {
    let sources = document.analysis().resolutions.iter().filter_map(|used| match &used.what {
        What::Source(name) => Some(Link { range: used.range, to: To::Source(name.clone()) }),
        _ => None,
    });
    let mut links: Vec<Link> = sources.take(MOST).collect();
    // A configuration is no Markdown.
    if !document.too_large() && !document.is_config() {
        links.extend(in_prose(document).take(MOST));
    }
    links.sort_by_key(|link| link.range.start());
    links
}

/// The link in the prose that an offset is in.
pub fn at(document: &Document, offset: TextSize) -> Option<Link> {
    let text = document.text();
    let start = text[..usize::from(offset)].rfind('\n').map_or(0, |at| at + 1);
    // Most lines have none, and need no reading of it all.
    let line = &text[start..usize::from(document.line_end(offset))];
    if !line.contains(['[', ']']) || document.too_large() || document.is_config() {
        return None;
    }
    in_prose(document).find(|link| link.range.contains_inclusive(offset))
}

fn in_prose(document: &Document) -> impl Iterator<Item = Link> {
    let found = written(document.text(), &document.analysis().blocks);
    let anchors = LazyCell::new(|| anchors(document.text()));
    found.filter_map(move |Written { range, path, anchor, .. }| {
        let heading = || anchors.iter().find(|found| found.name == anchor).map(|found| found.range);
        let to = if path.is_empty() { To::Heading(heading()?) } else { To::File { path, anchor } };
        Some(Link { range, to })
    })
}

/// A link or a picture in the prose that leads to a place of the workspace.
pub(crate) struct Written {
    /// All of it, with its text.
    pub(crate) range: TextRange,
    /// Of the address, where it is written within the link.
    pub(crate) address: TextRange,
    /// Relative to the runbook; empty for the runbook itself.
    pub(crate) path: String,
    /// Behind the `#`, if there is any.
    pub(crate) anchor: String,
}

/// In the order of the text; addresses of elsewhere are left out.
pub(crate) fn written(text: &str, blocks: &[Block]) -> impl Iterator<Item = Written> {
    let links = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
    let found = links.filter_map(|(event, range)| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some((dest_url, range)),
        _ => None,
    });
    found.filter_map(move |(address, range)| {
        let whole = text_range(&range)?;
        let elsewhere = address.starts_with('/') || address.contains(':') || address.is_empty();
        if elsewhere || blocks.iter().any(|block| block.range.contains_range(whole)) {
            return None;
        }
        // Of a reference, the address stands elsewhere.
        let within = text[range.clone()].rfind(&*address);
        let place = within.and_then(|at| text_range(&(range.start + at..range.start + at + address.len())));
        let (path, anchor) = address.split_once('#').unwrap_or((&address, ""));
        let decoded = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
        Some(Written { range: whole, address: place.unwrap_or(whole), path: decoded(path), anchor: decoded(anchor) })
    })
}

/// A heading as links name it.
pub(crate) struct Anchor {
    pub(crate) name: String,
    pub(crate) range: TextRange,
}

/// By the heading's words in lower case with hyphens, as GitHub and others make anchors; the second of two has `-1`.
pub(crate) fn anchors(text: &str) -> Vec<Anchor> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut anchors = Vec::new();
    let mut heading: Option<(TextRange, String)> = None;
    for (event, range) in Parser::new_ext(text, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = text_range(&range).map(|range| (range, String::new())),
            Event::Text(part) | Event::Code(part) => {
                if let Some((_, words)) = &mut heading {
                    words.push_str(&part);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let Some((range, words)) = heading.take() else { continue };
                let slug = slug(&words);
                let before = seen.entry(slug.clone()).or_default();
                let name = if *before == 0 { slug } else { format!("{slug}-{before}") };
                *before += 1;
                anchors.push(Anchor { name, range });
            }
            _ => {}
        }
    }
    anchors
}

fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn text_range(range: &std::ops::Range<usize>) -> Option<TextRange> {
    let size = |at: usize| TextSize::try_from(at).ok();
    Some(TextRange::new(size(range.start)?, size(range.end)?))
}
