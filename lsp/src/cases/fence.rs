//! Where the tests of a runbook are, and what they say. By CommonMark's own rules; knows nothing of blocks.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use syntax::ast::Attribute;
use syntax::{TextRange, TextSize};

use super::LANGUAGE;

/// One test as it is written.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The info string.
    pub(crate) info: TextRange,
    pub(crate) attributes: Vec<Attribute>,
    /// The lines between the fences, whole.
    pub(crate) body: Range<usize>,
    /// What a list or a quote puts before each of these lines.
    pub(crate) prefix: String,
    /// None where there is no table yet.
    pub(crate) table: Option<Written>,
    /// Where the names of the table's columns stand.
    pub(crate) heads: Vec<TextRange>,
}

/// A Markdown table as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Case {
    /// The attribute with this key.
    pub(crate) fn get(&self, key: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.key == key)
    }

    /// What the sources are to read: the name behind `input.`, empty for the only one.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = (&str, &Attribute)> {
        self.attributes.iter().filter_map(|attribute| {
            let rest = attribute.key.strip_prefix("input")?;
            let name = if rest.is_empty() { "" } else { rest.strip_prefix('.')? };
            Some((name, attribute))
        })
    }

    /// Parameters with the values they have in this test.
    pub(crate) fn settings(&self) -> impl Iterator<Item = (&str, &Attribute)> {
        self.attributes.iter().filter_map(|attribute| Some((attribute.key.strip_prefix("set.")?, attribute)))
    }
}

/// In the order of the text.
pub(crate) fn cases(text: &str) -> Vec<Case> {
    if !super::may_have_tests(text) {
        return Vec::new();
    }
    let mut cases = Vec::new();
    let mut open: Option<(Range<usize>, Content)> = None;
    for (event, range) in Parser::new_ext(text, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info)))
                if info.split([' ', '\t', '{', ',']).next() == Some(LANGUAGE) =>
            {
                open = Some((range, Content::default()));
            }
            Event::Text(part) => {
                if let Some((_, content)) = &mut open {
                    content.push(&part, range.start);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                cases.extend(open.take().map(|(range, content)| case(text, range, &content)))
            }
            _ => {}
        }
    }
    cases
}

/// The lines of a fence without what a list or a quote puts before them.
#[derive(Default)]
struct Content {
    text: String,
    /// Where parts of it begin, here and in the document.
    parts: Vec<(usize, usize)>,
}

impl Content {
    fn push(&mut self, part: &str, place: usize) {
        self.parts.push((self.text.len(), place));
        self.text.push_str(part);
    }

    /// The place in the document.
    fn place(&self, offset: usize) -> usize {
        let part = self.parts[..self.parts.partition_point(|(start, _)| *start <= offset)].last();
        part.map_or(offset, |(start, place)| place + (offset - start))
    }
}

fn case(text: &str, range: Range<usize>, content: &Content) -> Case {
    let size = |at: usize| TextSize::try_from(at).unwrap_or_default();
    let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let first_end = text[range.start..range.end].find('\n').map_or(range.end, |at| range.start + at);
    let info = range.start + text[range.start..first_end].find(LANGUAGE).unwrap_or(0);
    let written = text[info..first_end].trim_end();
    let body_start = (first_end + 1).min(range.end);
    // The closing fence has the last line for itself.
    let last = text[..range.end].trim_end_matches(['\n', '\r']).rfind('\n').map_or(0, |at| at + 1).max(body_start);
    let is_fence = |line: &str| {
        line.trim_start_matches([' ', '\t', '>']).starts_with(["`", "~"].map(|mark| mark.chars().next().unwrap_or('`')))
    };
    let body_end = if last < range.end && is_fence(&text[last..range.end]) { last } else { range.end };
    // A list's mark stands before its first line only.
    let prefix: String =
        text[line..range.start].chars().map(|c| if matches!(c, '>' | '\t') { c } else { ' ' }).collect();
    let (table, heads) = table(&content.text).unzip();
    let heads = heads.unwrap_or_default().into_iter();
    // What the Markdown reader has put in the place of what is written (a tab, a NUL) has no place of its own.
    let written_at = |start: usize, head: &str| text.get(start..).is_some_and(|rest| rest.starts_with(head));
    let heads: Option<Vec<TextRange>> = heads
        .map(|head| {
            let (start, length) = (content.place(head.start), head.len());
            written_at(start, content.text.get(head)?).then(|| TextRange::at(size(start), size(length)))
        })
        .collect();
    Case {
        info: TextRange::at(size(info), TextSize::of(written)),
        attributes: syntax::attributes(written, size(info)),
        body: body_start..body_end,
        prefix,
        table,
        heads: heads.unwrap_or_default(),
    }
}

/// The first table of a text, and where its columns are named. Cells are data, so they are taken as they are written.
fn table(content: &str) -> Option<(Written, Vec<Range<usize>>)> {
    let mut written = None;
    let mut cells: Vec<String> = Vec::new();
    let mut heads = Vec::new();
    let mut in_cell: Option<Range<usize>> = None;
    for (event, range) in Parser::new_ext(content, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Table(_)) if written.is_some() => break,
            Event::Start(Tag::Table(_)) => written = Some(Written::default()),
            Event::Start(Tag::TableCell) => in_cell = Some(range),
            Event::End(TagEnd::TableCell) => {
                let range = in_cell.take().unwrap_or_default();
                let cell = content.get(range.clone()).unwrap_or("").trim_end();
                let inner = cell.trim_start().trim_start_matches('|').trim_start();
                cells.push(inner.replace("\\|", "|"));
                let start = range.start + cell.len() - inner.len();
                if written.as_ref().is_some_and(|table: &Written| table.columns.is_empty()) {
                    heads.push(start..start + inner.len());
                }
            }
            Event::End(TagEnd::TableHead) => {
                if let Some(table) = &mut written {
                    table.columns = std::mem::take(&mut cells);
                }
            }
            Event::End(TagEnd::TableRow) => {
                if let Some(table) = &mut written {
                    table.rows.push(std::mem::take(&mut cells));
                }
            }
            _ => {}
        }
    }
    written.map(|written| (written, heads))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_found_wherever_it_stands() {
        let text = "# R\n\n```headwater-test for=a input=x.jsonl set.service='the cart'\n| a | b |\n|---|---|\n| 1 | x\\|y *z* |\n|  | \"\" |\n```\n\n\
            - one\n\n  > ~~~headwater-test {#id for=b input.spans=y input.logs=z}\n  > nothing\n  > ~~~\n\n```headwater-tests\n```\n";
        let found = cases(text);
        assert_eq!(found.len(), 2);
        let table = found[0].table.clone().expect("a table");
        assert_eq!(table.columns, ["a", "b"]);
        assert_eq!(table.rows, [["1", "x|y *z*"], ["", "\"\""]]);
        assert_eq!(found[0].get("for").map(|found| found.value.as_str()), Some("a"));
        assert_eq!(&text[found[0].settings().next().expect("one").1.range], "the cart");
        assert_eq!(found[0].heads.iter().map(|head| &text[*head]).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(&text[found[0].body.clone()], "| a | b |\n|---|---|\n| 1 | x\\|y *z* |\n|  | \"\" |\n");
        assert_eq!(
            found[1].inputs().map(|(name, input)| (name, input.value.as_str())).collect::<Vec<_>>(),
            [("spans", "y"), ("logs", "z")]
        );
        assert_eq!((found[1].prefix.as_str(), &text[found[1].body.clone()]), ("  > ", "  > nothing\n"));
        assert!(found[1].table.is_none());
    }

    #[test]
    fn any_text_is_survived() {
        let text = "> ```headwater-test for=a\n> | a |\n> |---|\n> | é |\n> ```\n";
        for (end, _) in text.char_indices() {
            for case in cases(&text[..end]) {
                assert!(text.get(case.body).is_some());
            }
        }
    }
}
