//! What in a runbook leads elsewhere: source names to where they are declared, and links in the prose to
//! other files and headings. Reads no file.

use pulldown_cmark::{Event, Options, Parser, Tag};
use syntax::analysis::What;
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
    /// A path as it is written, relative to the runbook.
    File(String),
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

fn in_prose(document: &Document) -> impl Iterator<Item = Link> {
    let blocks: Vec<TextRange> = document.analysis().blocks.iter().map(|block| block.range).collect();
    let written = Parser::new_ext(document.text(), Options::ENABLE_TABLES).into_offset_iter();
    let found = written.filter_map(|(event, range)| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some((dest_url, range)),
        _ => None,
    });
    found.filter_map(move |(address, range)| {
        let size = |at: usize| TextSize::try_from(at).ok();
        let range = TextRange::new(size(range.start)?, size(range.end)?);
        let elsewhere = address.starts_with('/') || address.contains(':') || address.is_empty();
        if elsewhere || blocks.iter().any(|block| block.contains_range(range)) {
            return None;
        }
        let (path, anchor) = address.split_once('#').unwrap_or((&address, ""));
        let to = if path.is_empty() { To::Heading(heading(document, anchor)?) } else { To::File(path.to_owned()) };
        Some(Link { range, to })
    })
}

/// By its words in lower case with hyphens, as GitHub and others make anchors; the second of two has `-1`.
fn heading(document: &Document, anchor: &str) -> Option<TextRange> {
    let mut seen: Vec<String> = Vec::new();
    document.parse().root().headings().find_map(|heading| {
        let slug = slug(&heading.text());
        let before = seen.iter().filter(|known| **known == slug).count();
        let own = if before == 0 { slug.clone() } else { format!("{slug}-{before}") };
        seen.push(slug);
        (own == anchor).then(|| heading.range())
    })
}

fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}
