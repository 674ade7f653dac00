//! A configuration's text as tables, keys and values with their places. Knows TOML, and none of our words.
//!
//! Never fails: what cannot be read is an error with its place, and the lines after it are read all the same.

use syntax::{TextRange, TextSize};
use toml::de::{DeTable, DeValue};

/// Lines that are left out to read those after them; one that is half written is the usual case.
const LEFT_OUT: usize = 8;

#[derive(Debug)]
pub struct Tree {
    pub root: Table,
    pub errors: Vec<Problem>,
}

/// Why the text is not TOML, in the parser's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub range: TextRange,
    pub message: String,
}

#[derive(Debug, Default)]
pub struct Table {
    /// In the order of the text.
    pub entries: Vec<Entry>,
}

#[derive(Debug)]
pub struct Entry {
    pub key: String,
    pub key_range: TextRange,
    pub value: Value,
}

#[derive(Debug)]
pub struct Value {
    /// Of a table with a header, the header.
    pub range: TextRange,
    pub data: Data,
}

#[derive(Debug)]
pub enum Data {
    Text(String),
    /// As it is written, e.g. `0x10`.
    Number(String),
    Bool(bool),
    Array(Vec<Value>),
    Table(Table),
    /// A float or a date: no key takes one.
    Other(&'static str),
}

impl Tree {
    pub fn parse(text: &str) -> Tree {
        let mut read = text.to_owned();
        let mut errors = Vec::new();
        for _ in 0..LEFT_OUT {
            let (_, found) = DeTable::parse_recoverable(&read);
            let Some(stop) = first_loss(&found) else { break };
            let until = |error: &&toml::de::Error| start(error) <= stop;
            errors.extend(found.iter().filter(until).map(|error| problem(text, error)));
            if !leave_out(&mut read, stop) {
                break;
            }
        }
        let (table, found) = DeTable::parse_recoverable(&read);
        errors.extend(found.iter().map(|error| problem(text, error)));
        errors.sort_by_key(|error| error.range.start());
        errors.dedup();
        // What was left out is blank in `read`, so a place there may be within a character of the text itself.
        Tree { root: Table::new(table.get_ref(), text), errors }
    }

    /// The value under a path of keys.
    pub fn get(&self, path: &[&str]) -> Option<&Entry> {
        let (last, tables) = path.split_last()?;
        let mut table = &self.root;
        for key in tables {
            table = table.get(key)?.value.table()?;
        }
        table.get(last)
    }
}

/// Where the parser stopped, or began to take the lines that follow as a part of this one.
fn first_loss(errors: &[toml::de::Error]) -> Option<usize> {
    const STOPS: [&str; 3] = ["key with no value", "unclosed inline table", "unclosed array"];
    const LEADS: [&str; 2] = ["missing key for inline table", "missing comma"];
    let is = |error: &toml::de::Error, starts: &[&str]| starts.iter().any(|start| error.message().starts_with(start));
    errors.iter().find(|error| is(error, &STOPS))?;
    errors.iter().filter(|error| is(error, &STOPS) || is(error, &LEADS)).map(start).min()
}

fn start(error: &toml::de::Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

/// Blanks the line before a place that is to blame: the one that opens a bracket and does not close it, else
/// the last one that says something. What comes after keeps its places.
fn leave_out(text: &mut String, at: usize) -> bool {
    let at = floor(text, at);
    let mut starts = text[..at].char_indices().rev().filter(|(_, c)| *c == '\n').map(|(newline, _)| newline + 1);
    let line = |start: usize| start..text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let lines: Vec<_> =
        starts.by_ref().chain([0]).map(line).filter(|line| !text[line.clone()].trim().is_empty()).collect();
    let count = |line: &str, brackets: [char; 2]| line.matches(brackets).count();
    let opens = |line: &&std::ops::Range<usize>| {
        let line = &text[(*line).clone()];
        count(line, ['[', '{']) > count(line, [']', '}']) && !line.trim_start().starts_with('[')
    };
    // One that was half written in between is near.
    let Some(line) = lines.iter().take(LEFT_OUT).find(opens).or(lines.first()).cloned() else { return false };
    let blank = " ".repeat(line.len());
    text.replace_range(line, &blank);
    true
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn problem(text: &str, error: &toml::de::Error) -> Problem {
    Problem { range: range(text, error.span().unwrap_or_default()), message: error.message().to_owned() }
}

/// On characters' bounds, and not over a line's end.
fn range(text: &str, span: std::ops::Range<usize>) -> TextRange {
    let start = floor(text, span.start);
    let end = floor(text, span.end).max(start);
    let end = start + text[start..end].trim_end_matches(['\n', '\r']).len();
    TextRange::new(size(start), size(end))
}

fn size(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or_default()
}

impl Table {
    fn new(table: &DeTable<'_>, text: &str) -> Table {
        // Of `[a` without its end, the parser takes the next line's key for the header.
        let half = |value: &toml::Spanned<DeValue<'_>>| {
            value.get_ref().is_table() && text.get(value.span()).is_some_and(|header| header == "[")
        };
        let mut entries: Vec<Entry> = table
            .iter()
            .filter(|(_, value)| !half(value))
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                key_range: range(text, key.span()),
                value: Value::new(value.get_ref(), range(text, value.span()), text),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_range.start());
        Table { entries }
    }

    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

impl Value {
    fn new(value: &DeValue<'_>, within: TextRange, text: &str) -> Value {
        let data = match value {
            DeValue::String(value) => Data::Text(value.to_string()),
            DeValue::Integer(value) => Data::Number(value.to_string()),
            DeValue::Boolean(value) => Data::Bool(*value),
            DeValue::Array(items) => {
                let item =
                    |item: &toml::Spanned<DeValue<'_>>| Value::new(item.get_ref(), range(text, item.span()), text);
                Data::Array(items.iter().map(item).collect())
            }
            DeValue::Table(table) => Data::Table(Table::new(table, text)),
            DeValue::Float(_) => Data::Other("a fraction"),
            DeValue::Datetime(_) => Data::Other("a date"),
        };
        Value { range: within, data }
    }

    pub fn table(&self) -> Option<&Table> {
        match &self.data {
            Data::Table(table) => Some(table),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys with a value, as `sources.a.uri = text@16`.
    fn shown(text: &str) -> String {
        fn show(table: &Table, path: &str, out: &mut Vec<String>) {
            for Entry { key, value, .. } in &table.entries {
                match &value.data {
                    Data::Table(table) => show(table, &format!("{path}{key}."), out),
                    data => out.push(format!("{path}{key}={data:?}")),
                }
            }
        }
        let tree = Tree::parse(text);
        let mut out = Vec::new();
        show(&tree.root, "", &mut out);
        out.extend(tree.errors.iter().map(|error| format!("{:?} {}", error.range, error.message)));
        out.join("\n")
    }

    #[test]
    fn what_follows_a_half_written_line_is_read() {
        for half in
            ["ur", "uri =", "uri = \"de", "fields.x = {", "fields.x = { type = \"", "fields.x = [", "x.", "[sou"]
        {
            let said = shown(&format!("[sources.a]\n{half}\n\n[sources.b]\nuri = 'x'\n"));
            assert!(said.contains("sources.b.uri=Text(\"x\")"), "{half}:\n{said}");
        }
    }

    #[test]
    fn errors_have_their_places() {
        expect_test::expect![[r#"
            sources.a.lateness=Text("2s")
            sources.b.uri=Text("x")
            14..14 key with no value, expected `=`
            51..54 duplicate key"#]]
        .assert_eq(&shown("[sources.a]\nur\nlateness = \"2s\"\n[sources.b]\nuri='x'\nuri='y'"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_and_each_place_is_in_it(text in r#"([\[\]{}=.,"'#\n aé0-9]|sources|true|uri|"""){0,60}"#) {
            let tree = Tree::parse(&text);
            for error in &tree.errors {
                assert!(text.get(usize::from(error.range.start())..usize::from(error.range.end())).is_some());
            }
        }
    }
}
