//! `parse-kv`: fields of `key=value` text, logfmt among it.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use syntax::Type;
use syntax::pipeline;

use super::added::Added;
use super::{Operator, adopt};
use crate::Error;
use crate::expression::stamps::Stamps;
use crate::expression::{Expression, Operand, Scope, convert};

pub(super) struct ParseKv {
    text: Expression,
    syntax: pipeline::ParseKv,
    added: Added,
    stamps: Stamps,
}

impl ParseKv {
    pub(super) fn new(parse: &pipeline::ParseKv, scope: &Scope<'_>) -> Result<ParseKv, Error> {
        Ok(ParseKv {
            text: Expression::compile(&parse.text, scope)?.converted(Type::String),
            added: Added::new(scope, &parse.fields),
            stamps: Stamps::new(scope),
            syntax: parse.clone(),
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
            while let Some((key, value, after)) = pair(rest, &self.syntax) {
                rest = after;
                // A key that occurs twice: the first is the one that people see.
                let wanted =
                    fields.iter().zip(&mut values).filter(|(field, known)| *field.name == *key && known.is_none());
                wanted.for_each(|(_, place)| *place = Some(value.clone()));
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

/// The next key, its value, and what stands behind; what is no pair is passed over.
fn pair<'a>(text: &'a str, syntax: &pipeline::ParseKv) -> Option<(&'a str, Cow<'a, str>, &'a str)> {
    let (pairs, key_value) = (&*syntax.pairs, &*syntax.key_value);
    let mut rest = text;
    loop {
        while let Some(after) = rest.strip_prefix(pairs) {
            rest = after;
        }
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(pairs).unwrap_or(rest.len());
        let Some(middle) = rest.find(key_value).filter(|middle| *middle < end || pairs.contains(key_value)) else {
            rest = &rest[end..];
            continue;
        };
        let (key, mut value) = (rest[..middle].trim(), &rest[middle + key_value.len()..]);
        if !pairs.starts_with(' ') {
            value = value.trim_start_matches(' ');
        }
        if let Some((value, after)) = quoted(value, syntax) {
            return Some((key, value, after));
        }
        let end = value.find(pairs).unwrap_or(value.len());
        return Some((key, Cow::Borrowed(value[..end].trim_end()), &value[end..]));
    }
}

/// A value in quotes, and what stands behind; None where it has none, or they do not end.
fn quoted<'a>(text: &'a str, syntax: &pipeline::ParseKv) -> Option<(Cow<'a, str>, &'a str)> {
    let (open, close) = syntax.quotes?;
    let inside = text.strip_prefix(open)?;
    let mut unescaped: Option<String> = None;
    let mut chars = inside.char_indices();
    while let Some((at, char)) = chars.next() {
        if Some(char) == syntax.escape {
            let (_, next) = chars.next()?;
            unescaped.get_or_insert_with(|| inside[..at].to_owned()).push(next);
        } else if char == close {
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
