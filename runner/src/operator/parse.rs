//! `parse` and `parse-where`: fields that a pattern finds in a text.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow_schema::SchemaRef;
use arrow_select::filter::filter_record_batch;
use arrow_select::nullif::nullif;
use regex::Regex;
use syntax::pipeline::{self, ParseKind};
use syntax::{Field, Type};

use super::added::Added;
use super::{Operator, adopt};
use crate::Error;
use crate::expression::{Expression, Scope, convert};

pub(super) struct Parse {
    text: Expression,
    regex: Regex,
    /// Each field's group in the expression, and its type.
    fields: Vec<(usize, Type)>,
    /// A field that cannot be converted makes the whole pattern not fit.
    strict: bool,
    filter: bool,
    added: Added,
}

impl Parse {
    pub(super) fn new(parse: &pipeline::Parse, scope: &Scope<'_>) -> Result<Parse, Error> {
        let regex = parse.regex().map_err(|error| Error::rejected(format!("the pattern of `parse`: {error}")))?;
        let fields: Vec<&Field> = parse.fields().collect();
        // The pattern's own texts may have groups too.
        let group = |number: usize| {
            let name = pipeline::Parse::group(number);
            regex.capture_names().position(|known| known == Some(&name))
        };
        let mut groups = Vec::with_capacity(fields.len());
        for (number, field) in fields.iter().enumerate() {
            let group = group(number);
            let group = group.ok_or_else(|| Error::Internal(format!("`parse` has no group for {}", field.name)))?;
            groups.push((group, field.ty));
        }
        Ok(Parse {
            text: Expression::compile(&parse.text, scope)?.converted(Type::String),
            fields: groups,
            strict: parse.kind != ParseKind::Relaxed,
            filter: parse.filter,
            added: Added::new(scope, fields),
            regex,
        })
    }

    fn map(&self, batch: &RecordBatch) -> Result<Option<RecordBatch>, Error> {
        let operand = self.text.operand(batch);
        let texts = operand.texts();
        let rows = batch.num_rows();
        let mut found: Vec<StringBuilder> = self.fields.iter().map(|_| StringBuilder::new()).collect();
        let mut fits = Vec::with_capacity(rows);
        let mut places = self.regex.capture_locations();
        for row in 0..rows {
            let text = texts.get(row).unwrap_or_default();
            let fit = self.regex.captures_read(&mut places, text).is_some();
            fits.push(fit);
            for ((group, _), found) in self.fields.iter().zip(&mut found) {
                let part = if fit { places.get(*group) } else { None };
                found.append_option(part.and_then(|(start, end)| text.get(start..end)));
            }
        }
        let raw: Vec<ArrayRef> = found.iter_mut().map(|found| Arc::new(found.finish()) as ArrayRef).collect();
        let mut columns: Vec<ArrayRef> =
            raw.iter().zip(&self.fields).map(|(raw, (_, ty))| convert::column(raw, Type::String, *ty)).collect();
        if self.strict {
            for (raw, column) in raw.iter().zip(&columns) {
                let failed = |row: &usize| column.is_null(*row) && raw.is_valid(*row);
                (0..rows).filter(failed).for_each(|row| fits[row] = false);
            }
            let unfit = BooleanArray::from_iter(fits.iter().map(|fit| Some(!fit)));
            for column in &mut columns {
                *column = nullif(column, &unfit)?;
            }
        }
        let out = self.added.to(batch, columns)?;
        if !self.filter {
            return Ok(Some(out));
        }
        let kept = BooleanArray::from(fits);
        Ok(match kept.true_count() {
            0 => None,
            _ => Some(filter_record_batch(&out, &kept)?),
        })
    }
}

impl Operator for Parse {
    fn schema(&self) -> &SchemaRef {
        &self.added.schema
    }

    /// It holds nothing.
    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        adopt::same::<Self>(before).map(drop)
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        out.extend(self.map(&batch)?);
        Ok(())
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        pending.iter().filter_map(|batch| self.map(batch).transpose()).collect()
    }
}
