//! What stands under the cursor of a `headwater.toml`: a key with its meaning and default, a source with its
//! fields, a field with what OpenTelemetry says of it, an address with its parameters.

use runner::config::keys::{self, Key, Place, Shape};
use syntax::catalog::attributes;
use syntax::source::{Scheme, SourceUri};
use syntax::{TextRange, TextSize, Type};

use super::cursor::{self, At, Spot};
use crate::document::Document;
use crate::features::hover::{Hover, timespan_in_words};
use crate::features::schemas;

pub fn hover(document: &Document, offset: TextSize) -> Option<Hover> {
    let text = document.text();
    let Spot { mut path, at } = cursor::spot(text, usize::from(offset))?;
    let (word, value) = match at {
        At::Header { part, .. } => (part, None),
        At::Key { word } => {
            let name = cursor::parts(text.get(word.clone())?).pop()?.0;
            path.push(name);
            (word, None)
        }
        At::Value { word, .. } => (word.clone(), text.get(word)),
    };
    let markdown = match (keys::at(path.iter().map(String::as_str))?, value) {
        (Place::Key(key), None) => self::key(key),
        (Place::Key(key), Some(value)) => self::value(key, value)?,
        (Place::Name("source", _), _) => source(document, path.last()?),
        (Place::Name(..), _) => field(document, path.get(1)?, path.last()?),
    };
    let place = |at: usize| TextSize::try_from(at).unwrap_or_default();
    Some(Hover { range: TextRange::new(place(word.start), place(word.end)), markdown })
}

/// Also beside it in a list.
pub(super) fn key(key: &Key) -> String {
    let mut said = key.doc.to_owned();
    let default = Some(key.default).filter(|default| !default.is_empty());
    let example = Some(key.example).filter(|example| !example.is_empty() && default != Some(*example));
    if let Some(default) = default {
        said.push_str(&format!(" Without it, `{default}`."));
    }
    if let Some(example) = example {
        said.push_str(&format!("\n\n```toml\n{} = {example}\n```", key.name));
    }
    said
}

fn source(document: &Document, name: &str) -> String {
    let context = document.context();
    let Some(source) = context.sources.get(name) else { return format!("The source `{name}`.") };
    let schema = schemas::table(&source.schema());
    let lateness = syntax::literal::timespan_text(source.lateness);
    let doc = source.doc.as_deref().unwrap_or_default();
    format!("`{}` from `{}`, lateness {lateness}\n\n{doc}\n\n{schema}", source.name, source.uri)
}

fn field(document: &Document, source: &str, name: &str) -> String {
    let context = document.context();
    let declared =
        context.sources.get(source).and_then(|source| source.fields.iter().find(|field| *field.name == *name));
    let known = attributes::describe(name);
    let ty = declared.map(|field| field.ty).or(known.as_ref().map(|field| field.ty)).unwrap_or(Type::Dynamic);
    let unit = declared.and_then(|field| field.unit.clone()).or_else(|| known.as_ref()?.unit.clone());
    let mut said = format!("`{name}`: {ty}{}", unit.map(|unit| format!(", in {unit}")).unwrap_or_default());
    if let Some(doc) = declared.and_then(|field| field.doc.as_deref()) {
        said.push_str(&format!("\n\n{doc}"));
    }
    if let Some(known) = &known {
        if let Some(doc) = known.doc.as_ref().filter(|doc| declared.and_then(|field| field.doc.as_ref()) != Some(*doc))
        {
            said.push_str(&format!("\n\nOpenTelemetry: {doc}"));
        }
        if let Some(new) = &known.renamed_to {
            said.push_str(&format!("\n\nOpenTelemetry has renamed it to `{new}`."));
        }
    }
    said
}

/// What a value means beyond what it says.
fn value(key: &Key, value: &str) -> Option<String> {
    match key.shape {
        Shape::Uri => address(value),
        Shape::Type => Type::from_word(value).map(type_doc).map(str::to_owned),
        Shape::Timespan => {
            let nanos = syntax::literal::parse_timespan(value).ok()?;
            Some(format!("{}\n\n{}", timespan_in_words(nanos), self::key(key)))
        }
        Shape::Table(_) | Shape::Named(..) => None,
        _ => Some(self::key(key)),
    }
}

fn address(text: &str) -> Option<String> {
    let scheme = scheme(text)?;
    let mut said = format!("{} E.g. `{}`.", scheme_doc(scheme), scheme.example());
    let uri = SourceUri::parse(text).ok();
    let (given, more): (Vec<_>, Vec<_>) =
        keys::params(scheme).partition(|param| uri.as_ref().is_some_and(|uri| uri.param(param.name).is_some()));
    if !given.is_empty() {
        said.push('\n');
    }
    for param in given {
        said.push_str(&format!("\n- `{}`: {}", param.name, param.doc));
    }
    let more: Vec<String> = more.iter().map(|param| format!("`{}`", param.name)).collect();
    said.push_str(&format!("\n\nTakes {} after `?`.", more.join(", ")));
    Some(said)
}

pub(super) fn scheme(text: &str) -> Option<Scheme> {
    let (word, _) = text.split_once(':')?;
    Scheme::ALL.into_iter().find(|scheme| scheme.word() == word)
}

pub(super) fn scheme_doc(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Demo => "The simulated shop: services, regions, customers, and an incident that comes back.",
        Scheme::File => "One or more files of JSON, logfmt, CSV or plain text, read to their end, or followed.",
        Scheme::Replay => "A recording that `headwater record` made: as fast as it can be read, or as it was.",
        Scheme::Stdin => "What is piped into the command.",
        Scheme::Literal => "Rows that are written in a pipeline.",
        Scheme::Otlp => "OpenTelemetry's traces, logs or metrics, sent here over gRPC and HTTP.",
    }
}

pub(super) fn type_doc(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "`true` or `false`.",
        Type::Long => "A whole number of 64 bits.",
        Type::Real => "A number with a fraction, of 64 bits.",
        Type::String => "A text.",
        Type::Datetime => "A moment, e.g. `2026-01-31T12:00:00Z`.",
        Type::Timespan => "A time's length.",
        Type::Dynamic => "Any JSON value: lists, objects, or of a type that changes.",
    }
}
