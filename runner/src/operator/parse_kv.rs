//! `parse-kv`: fields of `key=value` text, logfmt among it.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use regex::Regex;
use syntax::pipeline::{self, KeyValues};
use syntax::{Field, Type};

use super::added::Added;
use super::{Operator, adopt};
use crate::Error;
use crate::expression::stamps::Stamps;
use crate::expression::{Expression, Operand, Scope, convert};

pub(super) struct ParseKv {
    text: Expression,
    syntax: pipeline::ParseKv,
    regex: Option<Regex>,
    added: Added,
    stamps: Stamps,
}

/// A key, its value, and what stands behind.
type Pair<'a> = (Cow<'a, str>, Cow<'a, str>, &'a str);

impl ParseKv {
    pub(super) fn new(parse: &pipeline::ParseKv, scope: &Scope<'_>) -> Result<ParseKv, Error> {
        let regex = match &parse.form {
            KeyValues::Regex(pattern) => Some(
                pipeline::ParseKv::regex(pattern)
                    .map_err(|error| Error::rejected(format!("the pattern of `parse-kv`: {error}")))?,
            ),
            KeyValues::Logfmt | KeyValues::Delimited { .. } => None,
        };
        Ok(ParseKv {
            text: Expression::compile(&parse.text, scope)?.converted(Type::String),
            added: Added::new(scope, &parse.fields),
            stamps: Stamps::new(scope),
            syntax: parse.clone(),
            regex,
        })
    }

    fn map(&self, batch: &RecordBatch) -> Result<RecordBatch, Error> {
        let operand = self.text.operand(batch);
        let texts = operand.texts();
        let fields = &self.syntax.fields;
        let mut columns: Vec<StringBuilder> = fields.iter().map(|_| StringBuilder::new()).collect();
        for row in 0..batch.num_rows() {
            let mut values: Vec<Option<Cow<'_, str>>> = vec![None; fields.len()];
            let mut rest = texts.get(row).unwrap_or_default();
            if let Some(regex) = &self.regex {
                for found in regex.captures_iter(rest) {
                    if let (Some(key), Some(value)) = (found.get(1), found.get(2)) {
                        take(fields, &mut values, key.as_str().trim(), Cow::Borrowed(value.as_str().trim()));
                    }
                }
            } else {
                while let Some((key, value, after)) = pair(rest, &self.syntax) {
                    rest = after;
                    take(fields, &mut values, &key, value);
                }
            }
            columns.iter_mut().zip(values).for_each(|(column, value)| column.append_option(value));
        }
        let typed = |(mut column, field): (StringBuilder, &syntax::Field)| {
            let texts = Arc::new(column.finish()) as ArrayRef;
            match field.ty {
                Type::Datetime => self.stamps.column(&Operand::Column(texts), batch.num_rows(), Type::String),
                ty => convert::column(&texts, Type::String, ty),
            }
        };
        self.added.to(batch, columns.into_iter().zip(fields).map(typed).collect())
    }
}

/// Of a key that occurs twice the first counts: it is the one that people see.
fn take<'a>(fields: &[Field], values: &mut [Option<Cow<'a, str>>], key: &str, value: Cow<'a, str>) {
    for (field, place) in fields.iter().zip(values) {
        if *field.name == *key && place.is_none() {
            *place = Some(value.clone());
        }
    }
}

/// The next pair; what is none is passed over.
fn pair<'a>(text: &'a str, syntax: &pipeline::ParseKv) -> Option<Pair<'a>> {
    match &syntax.form {
        KeyValues::Delimited { pairs, key_value, greedy } => delimited(text, syntax, pairs, key_value, *greedy),
        KeyValues::Logfmt | KeyValues::Regex(_) => logfmt(text, syntax),
    }
}

fn delimited<'a>(
    text: &'a str,
    syntax: &pipeline::ParseKv,
    pairs: &str,
    key_value: &str,
    greedy: bool,
) -> Option<Pair<'a>> {
    let mut rest = text;
    loop {
        while let Some(after) = rest.strip_prefix(pairs) {
            rest = after;
        }
        if rest.is_empty() {
            return None;
        }
        let key = match quoted(rest.trim_start(), syntax) {
            Some((key, after)) => after.trim_start().strip_prefix(key_value).map(|after| (key, after)),
            None => None,
        };
        let (key, mut value) = match key {
            Some(key) => key,
            None => {
                let end = rest.find(pairs).unwrap_or(rest.len());
                let Some(middle) = rest.find(key_value).filter(|middle| *middle < end || pairs.contains(key_value))
                else {
                    rest = &rest[end..];
                    continue;
                };
                (Cow::Borrowed(rest[..middle].trim()), &rest[middle + key_value.len()..])
            }
        };
        if !pairs.starts_with(' ') {
            value = value.trim_start_matches(' ');
        }
        if let Some((value, after)) = quoted(value, syntax) {
            return Some((key, value, after));
        }
        let mut end = value.find(pairs).unwrap_or(value.len());
        if greedy {
            // Up to the delimiter before the next key.
            let next = value.find(key_value).map(|next| value[..next].trim_end().rfind(pairs));
            end = next.map_or(value.len(), |before| before.unwrap_or(end));
        }
        return Some((key, Cow::Borrowed(value[..end].trim()), &value[end..]));
    }
}

/// `key=value`, as logfmt has it, and `key: value`. A value ends at white space, or at a comma or semicolon before
/// white space or the next key; behind a colon at any comma or semicolon.
fn logfmt<'a>(text: &'a str, syntax: &pipeline::ParseKv) -> Option<Pair<'a>> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|char: char| char.is_whitespace() || matches!(char, ',' | ';'));
        if rest.is_empty() {
            return None;
        }
        if let Some((key, after)) = quoted(rest, syntax)
            && let Some(value) = after.strip_prefix(['=', ':'])
        {
            return Some(valued(key, value, after.starts_with(':'), syntax));
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let middle = rest[..end].find('=').or_else(|| rest[..end].find(':')).filter(|middle| *middle > 0);
        let Some(middle) = middle else {
            rest = &rest[end..];
            continue;
        };
        let colon = rest[middle..].starts_with(':');
        return Some(valued(Cow::Borrowed(&rest[..middle]), &rest[middle + 1..], colon, syntax));
    }
}

fn valued<'a>(key: Cow<'a, str>, value: &'a str, colon: bool, syntax: &pipeline::ParseKv) -> Pair<'a> {
    let value = if colon { value.trim_start_matches(' ') } else { value };
    if let Some((value, after)) = quoted(value, syntax) {
        return (key, value, after);
    }
    let mut end = value.len();
    for (at, char) in value.char_indices() {
        let ends = match char {
            ',' | ';' => colon || ends_pair(&value[at + 1..]),
            char => char.is_whitespace(),
        };
        if ends {
            end = at;
            break;
        }
    }
    (key, Cow::Borrowed(&value[..end]), &value[end..])
}

/// What follows a comma or semicolon is white space, the end, or another key.
fn ends_pair(after: &str) -> bool {
    let name = after.trim_start_matches(|char: char| char.is_alphanumeric() || matches!(char, '_' | '.' | '-'));
    match name.chars().next() {
        None => after.is_empty(),
        Some('=') => name.len() < after.len(),
        Some(char) => char.is_whitespace() && name.len() == after.len(),
    }
}

/// What stands in quotes at the beginning, and what is behind; None where it has none, or they do not end.
fn quoted<'a>(text: &'a str, syntax: &pipeline::ParseKv) -> Option<(Cow<'a, str>, &'a str)> {
    let first = text.chars().next()?;
    let (_, close) = syntax.quotes.iter().find(|(open, _)| *open == first)?;
    let inside = &text[first.len_utf8()..];
    let mut unescaped: Option<String> = None;
    let mut chars = inside.char_indices();
    while let Some((at, char)) = chars.next() {
        if syntax.escapes.contains(&char) {
            let (_, next) = chars.next()?;
            unescaped.get_or_insert_with(|| inside[..at].to_owned()).push(next);
        } else if char == *close {
            let value = unescaped.map_or(Cow::Borrowed(&inside[..at]), Cow::Owned);
            return Some((value, &inside[at + char.len_utf8()..]));
        } else if let Some(unescaped) = &mut unescaped {
            unescaped.push(char);
        }
    }
    None
}

impl Operator for ParseKv {
    fn schema(&self) -> &SchemaRef {
        &self.added.schema
    }

    /// It holds nothing.
    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        adopt::same::<Self>(before).map(drop)
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        out.push(self.map(&batch)?);
        Ok(())
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        pending.iter().map(|batch| self.map(batch)).collect()
    }
}
