//! What can be written around the blocks: the front matter's parameters, fences and what stands behind them, comments
//! that ignore a finding, links to headings, and in an empty document a first fence. Read from the line alone.

use syntax::{Code, TextRange, TextSize, Type};

use super::{Completion, Item, ItemKind};
use crate::cases;
use crate::document::Document;
use crate::features::links;

/// So much of a word in the prose is meant for a fence.
const MEANT: usize = 4;

const OURS: &str = "headwater";

pub(super) fn around(document: &Document, cursor: TextSize) -> Option<Completion> {
    let text = document.text().get(..usize::from(cursor))?;
    let line = text.rsplit(['\n', '\r']).next().unwrap_or_default();
    let behind = document.slice(TextRange::new(cursor, document.line_end(cursor).max(cursor)));
    let (word, items) = ignored(line)
        .or_else(|| parameters(document, cursor, line))
        .or_else(|| fence(document, text, line, behind))
        .or_else(|| heading(document, line))?;
    let start = cursor - TextSize::of(word);
    // What goes on behind the cursor is of the word too.
    let rest = behind.len() - behind.trim_start_matches(|c: char| c.is_alphanumeric() || "-_".contains(c)).len();
    let replace = TextRange::new(start, cursor + TextSize::new(rest as u32));
    Some(Completion { replace, items }).filter(|found| !found.items.is_empty())
}

fn word(label: &str, detail: &str) -> Item {
    Item::new(label, ItemKind::Word, detail)
}

/// Behind the last of these characters.
fn last_word<'a>(line: &'a str, ends: &[char]) -> &'a str {
    line.rsplit(ends).next().unwrap_or_default()
}

/// `// headwater-ignore CODE`, and the same in the prose.
fn ignored(line: &str) -> Option<(&str, Vec<Item>)> {
    let comment = line.rfind("//").or_else(|| line.rfind("<!--"))?;
    let typed = last_word(line, &[' ', ',']);
    let said = line.get(comment..line.len() - typed.len())?;
    if said.contains(':') {
        return None;
    }
    if said.contains("headwater-ignore") {
        let codes = Code::ALL.iter().map(|code| word(code.slug(), "is not told here; behind a `:` stands why"));
        return Some((typed, codes.collect()));
    }
    let words =
        [("headwater-ignore", "a finding of this line"), ("headwater-ignore-file", "a finding of the whole file")];
    let starts = !typed.is_empty() && OURS.starts_with(&typed[..typed.len().min(OURS.len())]);
    starts.then(|| (typed, words.map(|(label, detail)| word(label, detail)).to_vec()))
}

/// `params:` and what a parameter says.
fn parameters<'a>(document: &Document, cursor: TextSize, line: &'a str) -> Option<(&'a str, Vec<Item>)> {
    let matter = document.parse().root().front_matter().map(|matter| matter.range())?;
    let closed = matter.end() <= cursor;
    if cursor <= matter.start() || closed || line.trim_start() != line && line.trim().is_empty() && line.len() < 4 {
        return None;
    }
    let entry = line.rsplit(['{', ',']).next().unwrap_or_default();
    let within = line.contains('{') && !line.contains('}');
    let deep = within || line.starts_with("    ");
    match entry.trim_start().split_once(':') {
        Some((key, typed)) if deep && key.trim() == "type" => {
            let types = Type::ALL.iter().filter(|ty| **ty != Type::Dynamic).map(|ty| word(ty.word(), "type"));
            Some((typed.trim_start(), types.collect()))
        }
        Some(_) => None,
        None if deep => {
            let keys = [("type", "what it is"), ("default", "where nothing is set"), ("doc", "what it is for")];
            let new = keys.iter().filter(|(key, _)| !line.contains(&format!("{key}:")));
            let items = new.map(|(key, detail)| Item { insert: format!("{key}: "), ..word(key, detail) });
            Some((entry.trim_start(), items.collect()))
        }
        None if line.starts_with(' ') || document.slice(matter).contains("params:") => None,
        None => {
            let snippet = Some("params:\n  ${1:name}: ${2:value}$0".to_owned());
            let item = word("params", "what a runbook can be run with");
            Some((line, vec![Item { insert: "params:".to_owned(), snippet, ..item }]))
        }
    }
}

/// The language behind a fence, and what it says of its block.
fn fence<'a>(document: &Document, text: &str, line: &'a str, behind: &str) -> Option<(&'a str, Vec<Item>)> {
    let before = &text[..text.len() - line.len()];
    let body = line.trim_start_matches(|c: char| " \t>*+-.".contains(c) || c.is_ascii_digit());
    let prefix = &line[..line.len() - body.len()];
    let mark = body.chars().next().filter(|mark| matches!(mark, '`' | '~'));
    let marks = mark.map_or(0, |mark| body.len() - body.trim_start_matches(mark).len());
    let empty = body.is_empty() && document.text().trim().is_empty();
    let meant = body.len() >= MEANT && OURS.starts_with(body);
    if marks < 3 && !empty && !meant || open_fence(before).is_some() {
        return None;
    }
    if marks < 3 {
        return (empty || meant)
            .then(|| (body, vec![whole(prefix, "```", OURS, "a block: a pipeline over live events")]));
    }
    let (marks, info) = body.split_at(marks);
    let Some((language, said)) = info.split_once([' ', '\t']) else {
        let rest = &document.text()[text.len()..];
        let languages = [(OURS, "a block: a pipeline over live events"), (cases::LANGUAGE, "a test of a block")];
        let closed = closes(rest, marks);
        let item = |(language, detail): (&str, &str)| match closed {
            true => word(language, detail),
            // The fence stands there already; what is replaced is the word behind it.
            false => Item {
                insert: language.to_owned(),
                snippet: Some(format!("{language}\n{prefix}$0\n{prefix}{marks}")),
                ..word(language, detail)
            },
        };
        let starts = language_starts(info) && behind.trim().is_empty();
        return starts.then(|| (info, languages.map(item).to_vec()));
    };
    let typed = last_word(said, &[' ', '\t']);
    let attribute = |key: &str, detail: &str| Item { insert: format!("{key}="), ..word(key, detail) };
    let new = |key: &&(&str, &str)| !said.split([' ', '\t']).any(|part| part.starts_with(&format!("{}=", key.0)));
    let offered =
        |keys: &[(&str, &str)]| keys.iter().filter(new).map(|(key, detail)| attribute(key, detail)).collect::<Vec<_>>();
    match (language, typed.split_once('=')) {
        (OURS, None) => Some((typed, offered(&[("name", "what the block is called")]))),
        (language, Some(("for", named))) if language == cases::LANGUAGE => {
            let blocks = document.analysis().blocks.iter().filter(|block| !block.name.is_empty());
            Some((named, blocks.map(|block| word(&block.name, "a block of this runbook")).collect()))
        }
        (language, None) if language == cases::LANGUAGE => {
            let mut items =
                offered(&[("for", "which block is tested"), ("input", "what its source reads: a recording")]);
            let params = document.analysis().params.iter();
            items.extend(params.map(|param| attribute(&format!("set.{}", param.name), "a parameter in this test")));
            Some((typed, items))
        }
        _ => None,
    }
}

fn language_starts(info: &str) -> bool {
    cases::LANGUAGE.starts_with(info)
}

/// A fence with nothing in it yet.
fn whole(prefix: &str, marks: &str, language: &str, detail: &str) -> Item {
    let insert = format!("{marks}{language}\n{prefix}\n{prefix}{marks}");
    let snippet = Some(format!("{marks}{language}\n{prefix}$0\n{prefix}{marks}"));
    Item { insert, snippet, ..Item::new(language, ItemKind::Pipeline, detail) }
}

/// The marks of the fence that is open behind these lines.
fn open_fence(before: &str) -> Option<String> {
    let mut open: Option<String> = None;
    for (marks, info) in before.lines().filter_map(marks_of) {
        match &open {
            None => open = Some(marks.to_owned()),
            Some(known) if marks.starts_with(known.as_str()) && info.is_empty() => open = None,
            Some(_) => {}
        }
    }
    open
}

/// The next fence behind closes one with these marks.
fn closes(rest: &str, open: &str) -> bool {
    rest.lines().filter_map(marks_of).next().is_some_and(|(marks, info)| marks.starts_with(open) && info.is_empty())
}

/// Of a line that is a fence: its marks, and what stands behind them.
fn marks_of(line: &str) -> Option<(&str, &str)> {
    let body = line.trim_start_matches(|c: char| " \t>*+-.".contains(c) || c.is_ascii_digit());
    let mark = body.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let marks = body.len() - body.trim_start_matches(mark).len();
    (marks >= 3).then(|| (&body[..marks], body[marks..].trim()))
}

/// `[…](#`: a heading of this runbook.
fn heading<'a>(document: &Document, line: &'a str) -> Option<(&'a str, Vec<Item>)> {
    let typed = &line[line.rfind("](#")? + "](#".len()..];
    let anchors = links::anchors(document.text()).into_iter();
    let items = anchors.map(|anchor| word(&anchor.name, "a heading of this runbook"));
    (!typed.contains(')')).then(|| (typed, items.collect()))
}
