//! `headwater help-config`: what `headwater.toml` may say, in Markdown or as a JSON Schema.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use runner::config::keys::{self, Key, Shape};
use syntax::source::Scheme;

use super::args::ConfigArgs;
use super::{Failure, Outcome};

pub(super) fn help(args: &ConfigArgs) -> Result<Outcome, Failure> {
    let text = match &args.key {
        _ if args.schema => runner::config::schema(),
        None => page(),
        Some(name) => one(name).ok_or_else(|| Failure::Message(unknown(name)))?,
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(Outcome::Clean)
}

/// Each table with its keys.
fn tables() -> Vec<(String, &'static str, &'static [Key])> {
    fn below(path: &str, keys: &'static [Key], out: &mut Vec<(String, &'static str, &'static [Key])>) {
        for key in keys {
            let path = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
            let (path, inner) = match key.shape {
                Shape::Table(inner) => (path, inner),
                Shape::Named("source", inner) => (format!("{path}.NAME"), inner),
                Shape::Named(_, inner) => (format!("{path}.FIELD"), inner),
                _ => continue,
            };
            out.push((path.clone(), key.doc, inner));
            below(&path, inner, out);
        }
    }
    let mut out = Vec::new();
    below("", keys::ROOT, &mut out);
    out
}

fn page() -> String {
    let mut text = String::from("# headwater.toml\n");
    for (path, doc, keys) in tables() {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n## `[{path}]`\n\n{doc}\n\n");
        for key in keys.iter().filter(|key| !key.shape.is_table()) {
            text.push_str(&line(key));
        }
    }
    text.push_str("\n## Addresses\n\nEach may also take `timestamp` and `lateness`.\n\n");
    for scheme in Scheme::ALL {
        let params: Vec<String> = scheme.params().iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(text, "- `{}`; takes {}", scheme.example(), params.join(", "));
    }
    text
}

fn line(key: &Key) -> String {
    let default = if key.default.is_empty() { String::new() } else { format!(" Without it, `{}`.", key.default) };
    format!("- `{} = {}`: {}{default}\n", key.name, key.example, key.doc)
}

/// A key in each table that has it, or a parameter of addresses.
fn one(name: &str) -> Option<String> {
    let mut text = String::new();
    for (path, doc, keys) in tables() {
        if path.split('.').next_back() == Some(name) {
            let _ = writeln!(text, "`[{path}]`: {doc}");
        }
        for key in keys.iter().filter(|key| key.name == name && !key.shape.is_table()) {
            let _ = write!(text, "`[{path}]`\n\n{}", line(key));
        }
    }
    if let Some(param) = keys::param(name) {
        let values: Vec<String> = param.values.iter().map(|value| format!("`{name}={value}`")).collect();
        let _ = writeln!(text, "In an address: {} {}", param.doc, values.join(", "));
    }
    (!text.is_empty()).then_some(text)
}

fn unknown(name: &str) -> String {
    let name = syntax::visible(name);
    let tables = tables();
    let known = tables.iter().flat_map(|(_, _, keys)| keys.iter().map(|key| key.name));
    match syntax::diagnostic::closest(&name, known) {
        Some(near) => format!("headwater.toml has no key `{name}`; did you mean `{near}`?"),
        None => format!("headwater.toml has no key `{name}`; `headwater help-config` lists all"),
    }
}
