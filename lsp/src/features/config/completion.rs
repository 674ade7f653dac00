//! What can be written at the cursor of a `headwater.toml`: tables, keys that are not there yet, values, the parts
//! of an address, OpenTelemetry's attributes as fields, and whole sources. Works in half-written text.

use std::ops::Range;

use runner::config::keys::{self, Key, Place, Shape};
use runner::config::tree::{Data, Table, Tree};
use syntax::catalog::attributes;
use syntax::lint::Level;
use syntax::source::Scheme;
use syntax::{TextRange, TextSize, Type};

use super::cursor::{self, At};
use super::hover::{scheme_doc, type_doc};
use super::{cursor::Spot, hover};
use crate::document::Document;
use crate::features::completion::typed;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What an item's text replaces.
    pub replace: TextRange,
    /// The best first.
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub label: String,
    pub kind: ItemKind,
    pub detail: String,
    /// Markdown.
    pub doc: String,
    pub insert: String,
    /// The text with places to fill in, for editors that know such.
    pub snippet: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    Table,
    Key,
    Value,
    /// Several lines.
    Template,
}

/// Attributes that are offered at a time.
const ATTRIBUTES: usize = 200;

pub fn completion(document: &Document, offset: TextSize) -> Option<Completion> {
    let (text, cursor) = (document.text(), usize::from(offset));
    let Spot { path, at } = cursor::spot(text, cursor)?;
    let tree = Tree::parse(text);
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let (replace, items) = match at {
        At::Header { inner, closed, .. } => (inner, headers(&tree, text, closed)),
        At::Key { word } => {
            let items = keys_of(&tree, &path, text, &word);
            (word, items)
        }
        At::Value { word, quoted } => values(&tree, &path, text, word, quoted, cursor)?,
    };
    if items.is_empty() {
        return None;
    }
    let place = |at: usize| TextSize::try_from(at).unwrap_or_default();
    Some(Completion { replace: TextRange::new(place(replace.start), place(replace.end)), items })
}

/// What of it is shown where nobody asked: nothing behind a word that is whole, nor, where an editor takes the first
/// item with Enter, before a word has begun.
pub fn by_itself(document: &Document, mut found: Completion, key: typed::Key) -> Option<Completion> {
    let word = document.slice(found.replace);
    let bare = word.trim_matches(['"', '\'']);
    let opens = matches!(key.pressed, Some(' ' | '[' | '.' | '"' | ',' | '('));
    let whole = !bare.is_empty() && found.items.iter().any(|item| item.label == bare);
    if whole || word.starts_with(|c: char| c.is_ascii_digit()) || word.is_empty() && (key.focuses || !opens) {
        return None;
    }
    let typed = bare.to_lowercase();
    let part = |label: &str| label.to_lowercase().split(['.', '_', '-', ' ']).any(|part| part.starts_with(&typed));
    found.items.retain(|item| item.label.to_lowercase().starts_with(&typed) || part(&item.label));
    Some(found).filter(|found| !found.items.is_empty())
}

fn item(label: &str, kind: ItemKind, detail: &str, doc: &str) -> Item {
    Item {
        label: label.to_owned(),
        kind,
        detail: detail.to_owned(),
        doc: doc.to_owned(),
        insert: label.to_owned(),
        snippet: None,
    }
}

/// Whole headers; a name that is not there yet is to be filled in.
fn headers(tree: &Tree, text: &str, closed: bool) -> Vec<Item> {
    let end = if closed { "" } else { "]" };
    let mut items = Vec::new();
    let mut add = |path: &str, doc: &str, snippet: Option<String>| {
        let insert = format!("{path}{end}");
        items.push(Item { insert, snippet, ..item(path, ItemKind::Table, "table", doc) });
    };
    let source = keys::ROOT[0].doc;
    add("sources.name", source, Some(format!("sources.${{1:name}}{end}")));
    for entry in tables(tree, "sources") {
        let path = format!("sources.{}", key_text(entry));
        if tree.get(&["sources", entry, "fields"]).is_none() {
            add(&format!("{path}.fields"), "What is known of this source's fields.", None);
        }
    }
    let ours = [
        ("runner", keys::ROOT),
        ("runner.recent", keys::RUNNER),
        ("runner.limits", keys::RUNNER),
        ("check.rules", keys::CHECK),
    ];
    for (path, keys) in ours {
        let parts: Vec<&str> = path.split('.').collect();
        // Of a table that is there for its inner ones alone, the place is no header.
        let header =
            |range: TextRange| text.get(usize::from(range.start())..).is_some_and(|rest| rest.starts_with('['));
        let is_there = tree.get(&parts).is_some_and(|entry| header(entry.value.range));
        let name = parts.last().copied().unwrap_or(path);
        if let (false, Some(key)) = (is_there, keys.iter().find(|key| key.name == name)) {
            add(path, key.doc, None);
        }
    }
    items
}

fn tables<'t>(tree: &'t Tree, name: &str) -> Vec<&'t str> {
    let table = tree.get(&[name]).and_then(|entry| entry.value.table());
    table.into_iter().flat_map(|table| table.entries.iter().map(|entry| entry.key.as_str())).collect()
}

/// A key as it is written: odd ones in quotes.
fn key_text(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if bare { key.to_owned() } else { format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\"")) }
}

fn keys_of(tree: &Tree, path: &[&str], text: &str, word: &Range<usize>) -> Vec<Item> {
    let empty = Table::default();
    let table = match path {
        [] => Some(&tree.root),
        path => tree.get(path).and_then(|entry| entry.value.table()),
    };
    let table = table.unwrap_or(&empty);
    // The one at the cursor is being replaced.
    let here = |range: TextRange| usize::from(range.start()) <= word.end && word.start <= usize::from(range.end());
    let is_there = |key: &str| table.get(key).is_some_and(|entry| !here(entry.key_range));
    let written = text[word.end..].trim_start_matches([' ', '\t']).starts_with('=');
    let known = match path {
        [] => return templates(tree, text, word),
        path => keys::at(path.iter().copied()),
    };
    let keys = match known {
        Some(Place::Key(Key { shape: Shape::Table(keys), .. })) => keys,
        Some(Place::Name(_, keys)) => keys,
        Some(Place::Key(Key { shape: Shape::Named("field", _), .. })) => {
            return attributes_of(&is_there, text, word, written);
        }
        _ => return Vec::new(),
    };
    let mut items: Vec<Item> =
        keys.iter().filter(|key| !is_there(key.name)).map(|key| key_item(key, written)).collect();
    let starts_a_line = text[..word.start].rfind('\n').map_or(0, |newline| newline + 1);
    if matches!(path, ["sources", _]) && text[starts_a_line..word.start].trim().is_empty() && !written {
        items.extend(templates(tree, text, word));
    }
    items
}

/// `written`: its `=` is there already.
fn key_item(key: &Key, written: bool) -> Item {
    let filled = match key.shape {
        Shape::Flag => "${1|true,false|}".to_owned(),
        Shape::Text => "\"$1\"".to_owned(),
        Shape::Texts => "[\"$1\"]".to_owned(),
        Shape::Uri | Shape::Type | Shape::Level => "\"$1\"".to_owned(),
        Shape::Table(_) | Shape::Named(..) => "{ $1 }".to_owned(),
        _ => {
            let quoted = key.example.starts_with('"');
            let inner = format!("${{1:{}}}", key.example.trim_matches('"'));
            if quoted { format!("\"{inner}\"") } else { inner }
        }
    };
    let detail = key.shape.words();
    let found = item(key.name, ItemKind::Key, detail, &hover::key(key));
    if written {
        return found;
    }
    Item { insert: format!("{} = ", key.name), snippet: Some(format!("{} = {filled}", key.name)), ..found }
}

/// OpenTelemetry's, with their types.
fn attributes_of(is_there: &dyn Fn(&str) -> bool, text: &str, word: &Range<usize>, written: bool) -> Vec<Item> {
    let typed = text[word.clone()].trim_matches(['"', '\'']).to_lowercase();
    let fits = attributes::current().filter(|known| known.name.contains(&typed) && !is_there(known.name));
    fits.take(ATTRIBUTES)
        .map(|known| {
            let name = key_text(known.name);
            let insert = if written { name } else { format!("{name} = {{ type = \"{}\" }}", known.ty) };
            let doc = attributes::describe(known.name).and_then(|field| field.doc).unwrap_or_default();
            Item { insert, ..item(known.name, ItemKind::Key, known.ty.word(), &doc) }
        })
        .collect()
}

/// Whole sources, and the runner's tables; where a line begins.
fn templates(tree: &Tree, text: &str, word: &Range<usize>) -> Vec<Item> {
    let start = text[..word.start].rfind('\n').map_or(0, |newline| newline + 1);
    if !text[start..word.start].trim().is_empty() {
        return Vec::new();
    }
    let there = tables(tree, "sources");
    let source = |label: &str, scheme: Scheme, names: &[&str], lines: &str| {
        // One that is there twice would be an error.
        let free = names.iter().find(|name| !there.contains(name)).map(|name| (*name).to_owned());
        let name = free.unwrap_or_else(|| format!("{}{}", names[0], there.len() + 1));
        let snippet = format!("[sources.${{1:{name}}}]\n{lines}\n$0");
        let insert = plain(&snippet);
        let doc = format!("{}\n\n```toml\n{insert}\n```", scheme_doc(scheme));
        Item { insert, snippet: Some(snippet), ..item(label, ItemKind::Template, "a whole source", &doc) }
    };
    let mut items = vec![
        source(
            "source: OpenTelemetry",
            Scheme::Otlp,
            &["spans", "logs", "metrics"],
            "uri = \"otlp:${2:127.0.0.1:4317}\"",
        ),
        source(
            "source: file that grows",
            Scheme::File,
            &["access"],
            "uri = \"file:${2:access.jsonl}?follow=true\"\nlateness = \"${3:2s}\"\ntimestamp = \"${4:timestamp}\"",
        ),
        source("source: file", Scheme::File, &["requests"], "uri = \"file:${2:requests.jsonl}\""),
        source(
            "source: simulated shop",
            Scheme::Demo,
            &["spans", "logs", "metrics", "deploys"],
            "uri = \"demo:shop?rate=${2:2000}\"",
        ),
    ];
    for (name, lines, keys) in [
        ("limits", "state = \"${1:256MiB}\"", keys::LIMITS),
        ("recent", "bytes = \"${1:64MiB}\"\nage = \"${2:15m}\"", keys::RECENT),
    ] {
        if tree.get(&["runner", name]).is_none() {
            items.push(table_template(
                &format!("table: runner.{name}"),
                &format!("[runner.{name}]\n{lines}\n$0"),
                keys,
            ));
        }
    }
    items
}

fn table_template(label: &str, snippet: &str, keys: &[Key]) -> Item {
    let keys: Vec<String> = keys.iter().map(|key| format!("- `{}`: {}", key.name, key.doc)).collect();
    let insert = plain(snippet);
    Item { insert, snippet: Some(snippet.to_owned()), ..item(label, ItemKind::Template, "a table", &keys.join("\n")) }
}

/// A snippet without its places: `${1:name}` is `name`.
fn plain(snippet: &str) -> String {
    let mut out = String::new();
    let mut rest = snippet;
    while let Some((before, place)) = rest.split_once('$') {
        out.push_str(before);
        rest = match place.strip_prefix('{').and_then(|place| place.split_once(':')) {
            Some((_, named)) => {
                let (name, rest) = named.split_once('}').unwrap_or((named, ""));
                out.push_str(name);
                rest
            }
            None => place.trim_start_matches(|c: char| c.is_ascii_digit()),
        };
    }
    (out + rest).trim_end().to_owned()
}

type Offer = (Range<usize>, Vec<Item>);

fn values(tree: &Tree, path: &[&str], text: &str, word: Range<usize>, quoted: bool, cursor: usize) -> Option<Offer> {
    let place = keys::at(path.iter().copied());
    let Some(Place::Key(key)) = place else { return None };
    if matches!(key.shape, Shape::Uri) && quoted {
        return Some(address(text, word, cursor));
    }
    let quote = |word: &str| if quoted { word.to_owned() } else { format!("\"{word}\"") };
    let offer = |words: &[(&str, &str)]| -> Vec<Item> {
        let one = |(word, doc): &(&str, &str)| Item { insert: quote(word), ..item(word, ItemKind::Value, "", doc) };
        words.iter().map(one).collect()
    };
    let bare = |words: &[&str]| words.iter().map(|word| item(word, ItemKind::Value, "", key.doc)).collect();
    let items: Vec<Item> = match key.shape {
        Shape::Uri => Scheme::ALL
            .iter()
            .map(|scheme| (scheme.example(), scheme_doc(*scheme)))
            .flat_map(|it| offer(&[it]))
            .collect(),
        Shape::Type => Type::ALL.iter().flat_map(|ty| offer(&[(ty.word(), type_doc(*ty))])).collect(),
        Shape::Level => offer(&Level::WORDS.map(|word| (word, ""))),
        Shape::Timespan => offer(&["2s", "5s", "30s", "1m", "5m", "15m", "1h", "8h"].map(|span| (span, ""))),
        Shape::Size => offer(&["16MiB", "64MiB", "256MiB", "1GiB"].map(|size| (size, ""))),
        Shape::SizeOrNone => offer(&["16MiB", "64MiB", "256MiB", "1GiB", "0"].map(|size| (size, ""))),
        Shape::Flag if !quoted => bare(&["true", "false"]),
        Shape::Count if !quoted => bare(&[key.example]),
        Shape::Word(_) if key.name == "timestamp" => {
            let names = times(tree, path);
            names.iter().flat_map(|name| offer(&[(name.as_str(), "")])).collect()
        }
        Shape::Word(_) => offer(&[(key.example.trim_matches('"'), key.doc)]),
        Shape::Text if key.name == "unit" => offer(UNITS),
        Shape::Table(_) | Shape::Named(..) if !quoted => {
            vec![Item { snippet: Some("{ $0 }".to_owned()), ..item("{ }", ItemKind::Table, "table", key.doc) }]
        }
        _ => Vec::new(),
    };
    Some((word, items))
}

const UNITS: &[(&str, &str)] = &[
    ("ms", "Milliseconds."),
    ("s", "Seconds."),
    ("us", "Microseconds."),
    ("ns", "Nanoseconds."),
    ("By", "Bytes."),
    ("1", "A share, from 0 to 1."),
    ("%", "Per cent."),
    ("{request}", "A count of requests."),
];

/// Declared fields that may be event time, those that are datetimes first.
fn times(tree: &Tree, path: &[&str]) -> Vec<String> {
    let fields = path.split_last().and_then(|(_, source)| tree.get(&[source, &["fields"]].concat())?.value.table());
    let mut names: Vec<(bool, String)> = fields
        .into_iter()
        .flat_map(|fields| &fields.entries)
        .map(|entry| {
            let ty = entry.value.table().and_then(|field| field.get("type"));
            let is_time = ty.is_some_and(|ty| matches!(&ty.value.data, Data::Text(ty) if ty == "datetime"));
            (!is_time, entry.key.clone())
        })
        .collect();
    names.sort_by_key(|(other, _)| *other);
    let mut names: Vec<String> = names.into_iter().map(|(_, name)| name).collect();
    if !names.iter().any(|name| name == "timestamp") {
        names.push("timestamp".to_owned());
    }
    names
}

/// Within the quotes of an address: schemes, then parameters, then their values.
fn address(text: &str, word: Range<usize>, cursor: usize) -> Offer {
    let before = &text[word.start..cursor];
    let Some((query, scheme)) = before.find('?').zip(hover::scheme(before)) else {
        let items = Scheme::ALL.iter().map(|scheme| item(scheme.example(), ItemKind::Value, "", scheme_doc(*scheme)));
        return (word, items.collect());
    };
    let start = before.rfind(['?', '&']).unwrap_or(query) + 1;
    let end = text[cursor..word.end].find('&').map_or(word.end, |and| cursor + and);
    if let Some((name, _)) = before[start..].split_once('=') {
        let value = word.start + start + name.len() + 1;
        let Some(param) = keys::params(scheme).find(|param| param.name == name) else {
            return (value..end, Vec::new());
        };
        let items = param.values.iter().map(|value| item(value, ItemKind::Value, "", param.doc));
        return (value..end, items.collect());
    }
    let rest = format!("{}{}", &before[query + 1..start], &text[end..word.end]);
    let is_there = |name: &str| rest.split('&').any(|param| param.split('=').next() == Some(name));
    let from = word.start + start;
    let has_value = text[cursor..end].contains('=');
    let to = if has_value { cursor + text[cursor..end].find('=').unwrap_or(0) } else { end };
    let items = keys::params(scheme).filter(|param| !is_there(param.name)).map(|param| {
        let insert = if has_value { param.name.to_owned() } else { format!("{}=", param.name) };
        let detail = format!("e.g. {}={}", param.name, param.values[0]);
        Item { insert, ..item(param.name, ItemKind::Key, &detail, param.doc) }
    });
    (from..to, items.collect())
}
