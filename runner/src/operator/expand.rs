//! `mv-expand`: a row for each element of arrays that are walked side by side.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch, UInt32Array};
use arrow_schema::SchemaRef;
use arrow_select::take::take_record_batch;
use syntax::pipeline::MvExpand;
use syntax::{Field, Type};

use super::added::Added;
use super::{Limits, Operator, adopt};
use crate::Error;
use crate::batch::BATCH_ROWS;
use crate::expression::{Expression, Scope, convert, dynamic};

pub(super) struct Expand {
    items: Vec<(Expression, Type)>,
    limit: usize,
    /// Elements of one event beyond which the flow ends.
    elements: usize,
    index: bool,
    bags_as_arrays: bool,
    state_bytes: usize,
    added: Added,
}

impl Expand {
    pub(super) fn new(expand: &MvExpand, scope: &Scope<'_>, limits: &Limits) -> Result<Expand, Error> {
        let item = |item: &syntax::pipeline::Expanded| {
            Ok((Expression::compile(&item.named.expr, scope)?.converted(Type::Dynamic), item.ty))
        };
        let fields: Vec<Field> = expand
            .items
            .iter()
            .map(|item| Field::new(item.named.name.clone(), item.ty))
            .chain(expand.index.iter().map(|name| Field::new(name.clone(), Type::Long)))
            .collect();
        Ok(Expand {
            items: expand.items.iter().map(item).collect::<Result<_, Error>>()?,
            limit: expand.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX)),
            elements: limits.elements,
            index: expand.index.is_some(),
            bags_as_arrays: expand.bags_as_arrays,
            state_bytes: limits.state_bytes,
            added: Added::new(scope, &fields),
        })
    }

    fn expand(&self, batch: &RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let operands: Vec<_> = self.items.iter().map(|(item, _)| item.operand(batch)).collect();
        let arrays: Vec<_> = operands.iter().map(|operand| operand.texts()).collect();
        let mut made = Made::new(self.items.len());
        let mut bytes = 0;
        for row in 0..batch.num_rows() {
            let elements: Vec<Vec<Cow<'_, str>>> =
                arrays.iter().map(|array| self.elements(array.get(row))).collect::<Result<_, _>>()?;
            let most = elements.iter().map(Vec::len).max().unwrap_or(0).min(self.limit);
            for place in 0..most {
                made.rows.push(row as u32);
                made.index.append_value(place as i64);
                for (column, elements) in made.columns.iter_mut().zip(&elements) {
                    column.append_option(elements.get(place).filter(|json| **json != "null"));
                }
                if made.rows.len() == BATCH_ROWS {
                    bytes += self.flush(batch, &mut made, out)?;
                    if bytes > self.state_bytes {
                        return Err(super::too_many_bytes("mv-expand", "", self.state_bytes));
                    }
                }
            }
        }
        self.flush(batch, &mut made, out)?;
        Ok(())
    }

    /// What stands for a value: an array's elements, a bag's members one by one, anything else itself.
    fn elements<'a>(&self, json: Option<&'a str>) -> Result<Vec<Cow<'a, str>>, Error> {
        let Some(json) = json.map(str::trim) else { return Ok(vec![Cow::Borrowed("null")]) };
        let most = self.limit.min(self.elements + 1);
        let elements: Vec<Cow<'_, str>> = if json.starts_with('[') {
            dynamic::elements(json).take(most).map(Cow::Borrowed).collect()
        } else if json.starts_with('{') {
            let (open, between, close) = if self.bags_as_arrays { ('[', ',', ']') } else { ('{', ':', '}') };
            let member = |(key, value): (&str, &str)| Cow::Owned(format!("{open}{key}{between}{value}{close}"));
            dynamic::members(json).take(most).map(member).collect()
        } else {
            vec![Cow::Borrowed(json)]
        };
        if elements.len() > self.elements {
            return Err(Error::limit(format!(
                "`mv-expand` met an event with more than {} elements, the limit; write `limit N` behind it",
                super::grouped(self.elements as u64)
            )));
        }
        Ok(elements)
    }

    fn flush(&self, batch: &RecordBatch, made: &mut Made, out: &mut Vec<RecordBatch>) -> Result<usize, Error> {
        if made.rows.is_empty() {
            return Ok(0);
        }
        let rows = UInt32Array::from(std::mem::take(&mut made.rows));
        let mut columns: Vec<ArrayRef> = made
            .columns
            .iter_mut()
            .zip(&self.items)
            .map(|(column, (_, ty))| convert::column(&(Arc::new(column.finish()) as ArrayRef), Type::Dynamic, *ty))
            .collect();
        let index = made.index.finish();
        if self.index {
            columns.push(Arc::new(index));
        }
        let expanded = self.added.to(&take_record_batch(batch, &rows)?, columns)?;
        let bytes = super::bytes(&expanded);
        out.push(expanded);
        Ok(bytes)
    }
}

/// Rows that wait to become a batch.
struct Made {
    /// The rows of the batch that they come from.
    rows: Vec<u32>,
    columns: Vec<StringBuilder>,
    index: Int64Builder,
}

impl Made {
    fn new(columns: usize) -> Made {
        Made {
            rows: Vec::new(),
            columns: (0..columns).map(|_| StringBuilder::new()).collect(),
            index: Int64Builder::new(),
        }
    }
}

impl Operator for Expand {
    fn schema(&self) -> &SchemaRef {
        &self.added.schema
    }

    /// It holds nothing.
    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        adopt::same::<Self>(before).map(drop)
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.expand(&batch, out)
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let mut out = Vec::new();
        for batch in pending {
            self.expand(&batch, &mut out)?;
        }
        Ok(out)
    }
}
