//! From a configuration's text to what it says and what is wrong with it. Never fails: what is wrong is left
//! out or taken for the default, so that an editor knows the rest. Reads no file itself.

use std::path::Path;
use std::time::Duration;

use syntax::catalog::attributes;
use syntax::lint::{Level, Levels};
use syntax::literal::{parse_size, parse_timespan};
use syntax::source::{FieldDecl, Scheme, SourceDecl, SourceUri, Sources};
use syntax::{Code, Diagnostic, TextRange, Type};

use super::keys::{self, Key, Shape};
use super::tree::{Data, Entry, Table, Tree, Value};
use super::{Config, address, findings};
use crate::source::paths;

/// `exists` says whether a source's file is there; true where nobody may look.
pub(super) fn read(text: &str, path: &Path, exists: &dyn Fn(&Path) -> bool) -> (Config, Vec<Diagnostic>) {
    let tree = Tree::parse(text);
    let folder = path.parent().unwrap_or(Path::new("."));
    let broken = tree.errors.iter().map(|error| error.range).collect();
    let mut reader = Reader { text, folder, exists, broken, findings: Vec::new() };
    for error in &tree.errors {
        let (range, written) = reader.blamed(error.range);
        reader.findings.push(findings::not_toml(range, &error.message, written));
    }
    reader.top(&tree.root);
    let mut config = Config { path: Some(path.to_owned()), ..Config::default() };
    if let Some(rules) = tree.get(&["check", "rules"]).and_then(|entry| entry.value.table()) {
        for rule in &rules.entries {
            let level = rule.value.text().and_then(Level::from_word);
            if let (Some(code), Some(level)) = (Code::from_slug(&rule.key).filter(|code| code.is_lint()), level) {
                config.levels.set(code, level);
            }
        }
    }
    if let Some(sources) = tree.root.get("sources").and_then(|entry| entry.value.table()) {
        config.sources.sources = sources.entries.iter().map(|entry| reader.source(entry)).collect();
    }
    if let Some(sources) = tree.root.get("sources").and_then(|entry| entry.value.table()) {
        reader.owners(sources, &config.levels);
    }
    // Simulated and real telemetry are never mixed without being asked.
    if config.sources.sources.is_empty() {
        config.sources = Sources::builtin();
    }
    if let Some(runner) = tree.root.get("runner").and_then(|entry| entry.value.table()) {
        reader.runner(runner, &mut config);
    }
    let mut findings = reader.findings;
    findings.sort_by_key(|found| (found.range.start(), found.severity));
    findings.dedup();
    (config, findings)
}

struct Reader<'a> {
    text: &'a str,
    folder: &'a Path,
    exists: &'a dyn Fn(&Path) -> bool,
    /// Where the text is not TOML: there nothing else is found.
    broken: Vec<TextRange>,
    findings: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn top(&mut self, root: &Table) {
        for entry in &root.entries {
            let has_uri = entry.value.table().is_some_and(|table| table.get("uri").is_some());
            if has_uri && !keys::ROOT.iter().any(|key| key.name == entry.key) {
                let written = self.slice(entry.key_range);
                self.findings.push(findings::source_at_the_top(entry.key_range, &entry.key, written));
            } else {
                self.entry(entry, "`headwater.toml`", "", keys::ROOT);
            }
        }
    }

    /// Whether a key is one of these, and its value of the key's shape.
    fn entry(&mut self, entry: &Entry, of: &str, prefix: &str, keys: &'static [Key]) {
        let Some(key) = keys.iter().find(|key| key.name == entry.key) else {
            if !self.is_broken(entry.key_range) {
                self.findings.push(findings::unknown_key(entry.key_range, &entry.key, of, keys));
            }
            return;
        };
        let name = format!("{prefix}{}", key.name);
        self.value(&name, &entry.value, key);
    }

    fn value(&mut self, name: &str, value: &Value, key: &'static Key) {
        if self.is_broken(value.range) && value.table().is_none() {
            return;
        }
        match (key.shape, &value.data) {
            (Shape::Table(keys), Data::Table(table)) => {
                let (of, prefix) =
                    (format!("`{name}`"), if name == "runner" { String::new() } else { format!("{name}.") });
                table.entries.iter().for_each(|entry| self.entry(entry, &of, &prefix, keys));
            }
            // Sources and fields look at their own.
            (Shape::Named(..), Data::Table(_)) | (Shape::Flag, Data::Bool(_)) => {}
            (Shape::Text | Shape::Word(_) | Shape::Uri | Shape::Type, Data::Text(_)) => {}
            (Shape::Texts, Data::Array(items)) => {
                for item in items.iter().filter(|item| item.text().is_none()) {
                    self.wrong_shape(name, item, Shape::Text);
                }
                for (index, item) in items.iter().enumerate() {
                    let Some(text) = item.text() else { continue };
                    if items[..index].iter().any(|before| before.text() == Some(text)) {
                        self.findings.push(findings::twice(item.range, text));
                    }
                }
            }
            (Shape::Count, Data::Number(number)) => {
                let found = match whole(number) {
                    Some(0) => findings::zero(value.range, name),
                    Some(1..) => return,
                    _ => findings::bad_count(value.range, name, number),
                };
                self.findings.push(found);
            }
            (Shape::Size | Shape::SizeOrNone, Data::Text(text)) => {
                let none = matches!(key.shape, Shape::SizeOrNone) && text == "0";
                if bytes(text) == Some(0) && !matches!(key.shape, Shape::SizeOrNone) {
                    self.findings.push(findings::zero(value.range, name));
                } else if bytes(text).is_none() && !none {
                    let example = key.example.trim_matches('"');
                    self.findings.push(findings::bad_size(value.range, name, text, example));
                }
            }
            (Shape::Level, Data::Text(word)) => {
                if Level::from_word(word).is_none() {
                    self.findings.push(findings::bad_level(value.range, name, word));
                }
            }
            (Shape::Timespan, Data::Text(text)) => self.timespan(name, text, value.range, key),
            (Shape::Timespan, Data::Number(number)) => {
                self.findings.push(findings::no_unit(value.range, name, number));
            }
            _ => self.wrong_shape(name, value, key.shape),
        }
    }

    fn timespan(&mut self, name: &str, text: &str, range: TextRange, key: &Key) {
        let found = match parse_timespan(text) {
            // A number alone would be days, which nobody means here.
            Ok(_) if text.trim().parse::<f64>().is_ok() => findings::no_unit(range, name, text.trim()),
            Ok(..0) => findings::negative(range, name, text),
            Ok(_) => return,
            Err(_) => findings::bad_timespan(range, name, text, key.example.trim_matches('"')),
        };
        self.findings.push(found);
    }

    fn wrong_shape(&mut self, name: &str, value: &Value, shape: Shape) {
        let is = match &value.data {
            Data::Text(_) => "a text",
            Data::Number(_) => "a number",
            Data::Bool(_) => "true or false",
            Data::Array(_) => "a list",
            Data::Table(_) => "a table",
            Data::Other(what) => what,
        };
        let written = if value.table().is_some() { "{" } else { self.slice(value.range) };
        self.findings.push(findings::wrong_shape(value.range, name, is, shape, written));
    }

    fn source(&mut self, entry: &Entry) -> SourceDecl {
        let name = entry.key.as_str();
        let Some(table) = entry.value.table() else {
            self.wrong_shape(&format!("sources.{name}"), &entry.value, Shape::Named("source", keys::SOURCE));
            return unknown(name);
        };
        table.entries.iter().for_each(|entry| self.entry(entry, "a source", "", keys::SOURCE));
        let get = |key: &str| table.get(key).map(|entry| &entry.value);
        let text = |key: &str| get(key).and_then(Value::text).map(str::to_owned);
        let mut decl = match get("uri") {
            None if self.is_broken(entry.value.range) || !all_known(table, keys::SOURCE) => unknown(name),
            None => {
                self.findings.push(findings::no_uri(entry.key_range, name));
                unknown(name)
            }
            Some(uri) => self.uri(name, uri).unwrap_or_else(|| unknown(name)),
        };
        decl.doc = text("doc").or(decl.doc);
        if let Some(owner) = text("owner") {
            let doc = decl.doc.map(|doc| format!("{doc} ")).unwrap_or_default();
            decl.doc = Some(format!("{doc}Owner: {owner}."));
        }
        decl.time = text("timestamp").map(Into::into).or(decl.time);
        if let Some(lateness) = text("lateness").and_then(|text| parse_timespan(&text).ok()) {
            decl.lateness = lateness.max(0);
        }
        for field in get("fields").and_then(Value::table).into_iter().flat_map(|fields| &fields.entries) {
            self.field(field, &mut decl);
        }
        if let Some(Data::Bool(open)) = get("open").map(|open| &open.data) {
            decl.open = *open;
        }
        decl
    }

    /// A team that names owners wants one of each source; so does one that says how loud it is without.
    fn owners(&mut self, sources: &Table, levels: &Levels) {
        let owner = |entry: &Entry| entry.value.table().is_some_and(|table| table.get("owner").is_some());
        let asked = sources.entries.iter().any(owner) || levels.get(Code::MissingOwner).is_some();
        for entry in sources.entries.iter().filter(|entry| asked && entry.value.table().is_some() && !owner(entry)) {
            self.findings.push(findings::no_owner(entry.key_range, &entry.key));
        }
    }

    fn uri(&mut self, name: &str, value: &Value) -> Option<SourceDecl> {
        // Of another shape: said already.
        let text = value.text()?;
        if self.is_broken(value.range) {
            return None;
        }
        let declared = SourceUri::parse(text).and_then(|uri| SourceDecl::for_uri(name, uri));
        let mut decl = match declared {
            Ok(decl) => decl,
            Err(message) => {
                let blame = address::blame(text, name);
                let range = self.within(value.range, text, blame.part);
                self.findings.push(findings::bad_uri(range, &message, blame.near.as_deref()));
                return None;
            }
        };
        if matches!(decl.uri.scheme, Scheme::File | Scheme::Replay) {
            let written = decl.uri.rest.clone();
            // Several paths and patterns, unless there is a file of that very name.
            let several = decl.uri.scheme == Scheme::File && !(self.exists)(&self.folder.join(&written));
            let parts = if several { paths::split(&written) } else { vec![&*written] };
            for part in parts.iter().filter(|part| !several || !paths::has_wildcards(part)) {
                if !(self.exists)(&self.folder.join(part)) {
                    let start = text.find(':').map_or(0, |colon| colon + 1);
                    let at = start + written.find(part).unwrap_or(0);
                    let range = self.within(value.range, text, at..at + part.len());
                    let later = decl.uri.param("follow") == Some("true");
                    self.findings.push(findings::missing_file(range, part, later));
                }
            }
            // What is absolute stays so.
            let absolute = parts.iter().map(|part| self.folder.join(part).to_string_lossy().into_owned());
            decl.uri.rest = absolute.collect::<Vec<_>>().join(",");
        }
        Some(decl)
    }

    fn field(&mut self, entry: &Entry, decl: &mut SourceDecl) {
        let is_key = |entry: &Entry| keys::FIELD.iter().any(|key| key.name == entry.key);
        let Some(table) = entry.value.table() else {
            return self.wrong_shape(&entry.key, &entry.value, Shape::Table(keys::FIELD));
        };
        let inner = |entry: &Entry| entry.value.table().is_some() && !is_key(entry);
        if !table.entries.is_empty() && table.entries.iter().all(inner) {
            return self.dotted(entry.key_range, &entry.key, table, decl);
        }
        table.entries.iter().for_each(|entry| self.entry(entry, "a field", "", keys::FIELD));
        let get = |key: &str| table.get(key).map(|entry| &entry.value);
        let text = |key: &str| get(key).and_then(Value::text).map(str::to_owned);
        if get("type").is_none() && !self.is_broken(entry.value.range) && all_known(table, keys::FIELD) {
            self.findings.push(findings::no_type(entry.key_range, &entry.key));
        }
        let word = get("type").and_then(Value::text);
        let ty = word.and_then(Type::from_word);
        if let (Some(word), None, Some(value)) = (word, ty, get("type"))
            && !self.is_broken(value.range)
        {
            self.findings.push(findings::bad_type(value.range, &entry.key, word));
        }
        let renamed = attributes::renamed(&entry.key);
        if let Some(new) = renamed {
            self.findings.push(findings::renamed(entry.key_range, &entry.key, new));
        }
        let values = match get("values").map(|values| &values.data) {
            Some(Data::Array(items)) => items.iter().filter_map(Value::text).collect(),
            _ => Vec::new(),
        };
        let declared = FieldDecl {
            name: entry.key.as_str().into(),
            ty: ty.unwrap_or(Type::Dynamic),
            unit: text("unit"),
            doc: text("doc"),
            values: values.into_iter().map(|value| syntax::Value::String(value.into())).collect(),
            renamed_to: None,
        };
        decl.fields.retain(|known| known.name != declared.name);
        decl.fields.push(declared);
    }

    /// `http.method = { … }` without quotes: fields within tables within tables.
    fn dotted(&mut self, first: TextRange, name: &str, table: &Table, decl: &mut SourceDecl) {
        for entry in &table.entries {
            let (name, is_key) = (format!("{name}.{}", entry.key), |key: &Key| key.name == entry.key);
            if keys::FIELD.iter().any(is_key) {
                continue;
            }
            match entry.value.table() {
                Some(inner)
                    if !inner.entries.iter().any(|entry| keys::FIELD.iter().any(|key| key.name == entry.key)) =>
                {
                    self.dotted(first, &name, inner, decl);
                }
                _ => {
                    let whole = self.written_as(&name, entry.key_range);
                    let range = whole.unwrap_or(entry.key_range);
                    self.findings.push(findings::dotted_field(range, &name, whole));
                    let ty = entry.value.table().and_then(|table| table.get("type")?.value.text());
                    let ty = ty.and_then(Type::from_word).unwrap_or(Type::Dynamic);
                    decl.fields.push(attributes::described(&name, ty));
                }
            }
        }
        // An empty one, or a value where a table should be.
        if table.entries.is_empty() {
            self.findings.push(findings::dotted_field(first, name, None));
        }
    }

    /// The keys of a dotted name, where they stand on one line and before its last key's end.
    fn written_as(&self, name: &str, last: TextRange) -> Option<TextRange> {
        let end = usize::from(last.end());
        let line = self.text[..end].rfind('\n').map_or(0, |newline| newline + 1);
        let start = line + self.text[line..end].len() - self.text[line..end].trim_start().len();
        let plain: String = self.text[start..end].split('.').map(str::trim).collect::<Vec<_>>().join(".");
        (plain == name).then(|| TextRange::new((start as u32).into(), last.end()))
    }

    fn runner(&mut self, table: &Table, config: &mut Config) {
        let text = |table: &Table, key: &str| table.get(key).and_then(|entry| entry.value.text().map(str::to_owned));
        let inner = |key: &str| table.get(key).and_then(|entry| entry.value.table());
        config.listen = text(table, "listen");
        config.token_file = text(table, "token_file").map(|file| self.folder.join(file));
        config.metrics = text(table, "metrics");
        if let Some(recent) = inner("recent") {
            let keep = &mut config.keep;
            if let Some(said) = text(recent, "bytes") {
                keep.bytes = if said == "0" { 0 } else { bytes(&said).unwrap_or(keep.bytes) };
            }
            for (key, place) in [("age", &mut keep.age), ("linger", &mut keep.linger)] {
                *place = text(recent, key).and_then(|text| duration(&text)).unwrap_or(*place);
            }
        }
        let Some(given) = inner("limits") else { return };
        let limits = &mut config.limits;
        let count = |key: &str| {
            let Data::Number(number) = &given.get(key)?.value.data else { return None };
            whole(number).and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0)
        };
        let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        limits.flows = count("flows").map_or(limits.flows, size);
        limits.stage.groups = count("groups").map_or(limits.stage.groups, size);
        limits.stage.windows = count("windows").unwrap_or(limits.stage.windows);
        limits.rows_per_second = count("rows_per_second").unwrap_or(limits.rows_per_second);
        limits.events = count("events");
        limits.time = text(given, "time").and_then(|text| duration(&text));
        limits.stage.state_bytes =
            text(given, "state").and_then(|text| bytes(&text)).unwrap_or(limits.stage.state_bytes);
        limits.total_state = text(given, "total_state").and_then(|text| bytes(&text)).unwrap_or(limits.total_state);
        if limits.stage.state_bytes > limits.total_state
            && ["state", "total_state"].iter().all(|key| text(given, key).is_none_or(|text| bytes(&text).is_some()))
            && let Some(entry) = given.get("state").or(given.get("total_state"))
        {
            let said = |key: &str, default: &str| text(given, key).unwrap_or_else(|| default.to_owned());
            let (state, total) = (said("state", "256MiB"), said("total_state", "1GiB"));
            self.findings.push(findings::state_above_total(entry.value.range, &state, &total));
        }
    }

    fn is_broken(&self, range: TextRange) -> bool {
        self.broken.iter().any(|broken| broken.intersect(range).is_some())
    }

    /// A place that can be seen: an empty one becomes what stands before it on its line.
    fn blamed(&self, range: TextRange) -> (TextRange, &str) {
        let mut range = range;
        if range.is_empty() {
            let end = usize::from(range.end());
            let line = self.text[..end].rfind('\n').map_or(0, |newline| newline + 1);
            let said = self.text[line..end].trim();
            let start = self.text[line..end].find(said).map_or(end, |at| line + at);
            range = TextRange::at((start as u32).into(), syntax::TextSize::of(said));
            return (range, "");
        }
        (range, self.slice(range))
    }

    /// A part of a text's value, where the text is written plainly; else all of it.
    fn within(&self, value: TextRange, text: &str, part: std::ops::Range<usize>) -> TextRange {
        let inner = self.slice(value).strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\'']));
        if inner != Some(text) || part.is_empty() {
            return value;
        }
        let at = |offset: usize| value.start() + syntax::TextSize::new(offset as u32 + 1);
        TextRange::new(at(part.start), at(part.end))
    }

    fn slice(&self, range: TextRange) -> &str {
        self.text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or("")
    }
}

/// A source whose address cannot be read: its name is known all the same.
fn unknown(name: &str) -> SourceDecl {
    let uri = SourceUri { scheme: Scheme::Stdin, rest: String::new(), params: Vec::new() };
    SourceDecl {
        name: name.into(),
        uri,
        doc: None,
        lateness: syntax::source::DEFAULT_LATENESS,
        fields: Vec::new(),
        open: true,
        time: None,
    }
}

/// What is misspelt may be the key that is missing.
fn all_known(table: &Table, keys: &'static [Key]) -> bool {
    table.entries.iter().all(|entry| keys.iter().any(|key| key.name == entry.key))
}

fn whole(number: &str) -> Option<i64> {
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)].into_iter().find(|(prefix, _)| number.starts_with(prefix));
    match radix {
        Some((prefix, radix)) => i64::from_str_radix(&number[prefix.len()..], radix).ok(),
        None => number.parse().ok(),
    }
}

fn bytes(text: &str) -> Option<usize> {
    parse_size(text).ok().and_then(|bytes| usize::try_from(bytes).ok())
}

fn duration(text: &str) -> Option<Duration> {
    parse_timespan(text).ok().and_then(|nanos| u64::try_from(nanos).ok()).map(Duration::from_nanos)
}
