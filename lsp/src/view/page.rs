//! The runbook as HTML: its Markdown, and a place for each block's results. Nothing of it runs, and nothing is
//! fetched from elsewhere: HTML in the text is shown as text, pictures as their words.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};
use syntax::TextSize;

use crate::document::Document;

/// The whole page.
pub(super) fn page(document: &Document) -> String {
    let title = document.parse().root().headings().next().map(|heading| heading.text());
    let title = escaped(title.as_deref().unwrap_or("Runbook"));
    let article = article(document, &live);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/view.css\">\n</head>\n<body>\n<div id=\"top\"></div>\n\
         <main>\n{article}</main>\n<script type=\"module\" src=\"/view.js\"></script>\n</body>\n</html>\n"
    )
}

/// The text; `place` gives the HTML that stands under a block.
pub(crate) fn article(document: &Document, place_of: &dyn Fn(&str) -> String) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let blocks = &document.analysis().blocks;
    // The block whose place is due at the end of the fence.
    let mut due = None;
    let mut metadata = false;
    let events = Parser::new_ext(document.text(), options).into_offset_iter().flat_map(|(event, range)| {
        let mut place = None;
        let event = match event {
            Event::Start(Tag::MetadataBlock(_)) => {
                metadata = true;
                None
            }
            Event::End(TagEnd::MetadataBlock(_)) => {
                metadata = false;
                None
            }
            _ if metadata => None,
            Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
            Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
            Event::Start(Tag::Image { .. }) => Some(Event::Start(Tag::Emphasis)),
            Event::End(TagEnd::Image) => Some(Event::End(TagEnd::Emphasis)),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = if is_harmless(&dest_url) { dest_url } else { CowStr::Borrowed("#") };
                Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let at = TextSize::try_from(range.start).unwrap_or_default();
                due = blocks.iter().find(|block| block.range.contains_inclusive(at) && block.range.start() >= at);
                let kind = match kind {
                    CodeBlockKind::Fenced(_) if due.is_some() => CodeBlockKind::Fenced("headwater".into()),
                    kind => kind,
                };
                Some(Event::Start(Tag::CodeBlock(kind)))
            }
            Event::End(TagEnd::CodeBlock) => {
                place = due.take().map(|block| place_of(&block.name));
                Some(Event::End(TagEnd::CodeBlock))
            }
            Event::Text(text) => {
                // A line break within a block of code is one.
                let lines: Vec<_> = text.split('\n').map(syntax::visible).collect();
                Some(Event::Text(lines.join("\n").into()))
            }
            event => Some(event),
        };
        event.into_iter().chain(place.map(|place| Event::Html(place.into())))
    });
    let mut article = String::new();
    html::push_html(&mut article, events);
    article
}

/// A place for what comes.
fn live(block: &str) -> String {
    format!("<div class=\"place\" data-block=\"{}\"></div>\n", escaped(block))
}

/// It leads to another page, or within this one.
fn is_harmless(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    ["http://", "https://", "mailto:", "#"].iter().any(|known| lower.starts_with(known))
}

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in syntax::visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use expect_test::expect;
    use syntax::analysis::Context;
    use syntax::source::Sources;

    use super::*;

    fn made(text: &str) -> String {
        let context = Arc::new(Context { sources: Sources::builtin(), ..Context::default() });
        article(&Document::new(text.to_owned(), 1, move || context.clone()), &live)
    }

    #[test]
    fn blocks_have_places_and_front_matter_is_not_shown() {
        let said = made(
            "---\nparams:\n  a: 1\n---\n# Errors & more\n\n```headwater name=\"a b\"\nspans | count\n```\n\n> ```headwater\n> logs\n> ```\n\n```sql\nselect 1\n```\n",
        );
        expect![[r#"
            <h1>Errors &amp; more</h1>
            <pre><code class="language-headwater">spans | count
            </code></pre>
            <div class="place" data-block="a b"></div>
            <blockquote>
            <pre><code class="language-headwater">logs
            </code></pre>
            <div class="place" data-block="2"></div>
            </blockquote>
            <pre><code class="language-sql">select 1
            </code></pre>
        "#]]
        .assert_eq(&said);
    }

    #[test]
    fn nothing_in_the_text_runs_or_is_fetched() {
        let said = made(
            "<script>alert(1)</script>\n\na <img src=x onerror=alert(1)> b ![words](http://elsewhere/x.png) [go](javascript:alert(1)) [there](https://a.example)\n\n```headwater name=\"<b>\"\nspans\n```\n",
        );
        assert!(!said.contains("<script") && !said.contains("<img") && !said.contains("javascript:"), "{said}");
        assert!(said.contains("&lt;script&gt;") && said.contains("href=\"https://a.example\""), "{said}");
        assert!(said.contains("data-block=\"&lt;b&gt;\""), "{said}");
    }
}
