//! `mv-expand`: a row for each element of arrays that are walked side by side. `mv-apply` runs stages over the
//! rows of each event by themselves.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use arrow_select::take::{take, take_record_batch};
use syntax::pipeline::{MvExpand, Stage};
use syntax::visible::grouped;
use syntax::{Field, Name, Type};

use super::added::Added;
use super::{Limits, Operator, Shape, adopt};
use crate::Error;
use crate::batch::{self, BATCH_ROWS};
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
    inner: Option<Inner>,
}

/// The stages of `mv-apply`. They never take in anything: what an event's rows give is asked of them as if these
/// were all.
struct Inner {
    operators: Vec<Box<dyn Operator>>,
    schema: SchemaRef,
    /// For each column that leaves: its place in what leaves the last stage, or among the event's own.
    places: Vec<Place>,
}

#[derive(Clone, Copy)]
enum Place {
    Made(usize),
    Own(usize),
}

impl Expand {
    /// `leaves` are the fields behind the stage.
    pub(super) fn new(
        expand: &MvExpand,
        scope: &Scope<'_>,
        time: Option<&Name>,
        leaves: &[Field],
        limits: &Limits,
    ) -> Result<Expand, Error> {
        let item = |item: &syntax::pipeline::Expanded| {
            Ok((Expression::compile(&item.named.expr, scope)?.converted(Type::Dynamic), item.ty))
        };
        let fields: Vec<Field> = expand
            .items
            .iter()
            .map(|item| Field::new(item.named.name.clone(), item.ty))
            .chain(expand.index.iter().map(|name| Field::new(name.clone(), Type::Long)))
            .collect();
        let added = Added::new(scope, &fields);
        let inner = match expand.inner.as_slice() {
            [] => None,
            stages => Some(Inner::new(stages, scope, &added.schema, time, leaves, limits)?),
        };
        Ok(Expand {
            items: expand.items.iter().map(item).collect::<Result<_, Error>>()?,
            limit: expand.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX)),
            elements: limits.elements,
            index: expand.index.is_some(),
            bags_as_arrays: expand.bags_as_arrays,
            state_bytes: limits.state_bytes,
            added,
            inner,
        })
    }

    /// Makes the rows of each event, and gives what the inner stages make of them.
    fn apply(&self, inner: &Inner, batch: &RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let (mut held, mut bytes) = (Vec::new(), 0);
        for row in 0..batch.num_rows() {
            let event = batch.slice(row, 1);
            let mut rows = Vec::new();
            self.expand(&event, &mut rows)?;
            // An event without elements has nothing to look at.
            if rows.iter().all(|rows| rows.num_rows() == 0) {
                continue;
            }
            for made in inner.answer(rows)? {
                let made = inner.beside(&event, &made)?;
                bytes += super::bytes(&made);
                held.push(made);
            }
            if bytes > self.state_bytes {
                return Err(super::too_many_bytes("mv-apply", "", self.state_bytes));
            }
        }
        if !held.is_empty() {
            out.push(concat_batches(&inner.schema, &held)?);
        }
        Ok(())
    }

    fn map(&self, batch: &RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        match &self.inner {
            Some(inner) => self.apply(inner, batch, out),
            None => self.expand(batch, out),
        }
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
                grouped(self.elements as u64)
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

impl Inner {
    fn new(
        stages: &[Stage],
        scope: &Scope<'_>,
        entering: &SchemaRef,
        time: Option<&Name>,
        leaves: &[Field],
        limits: &Limits,
    ) -> Result<Inner, Error> {
        let mut shape = Shape { fields: batch::fields(entering), time: time.cloned(), open: false };
        let mut operators = Vec::with_capacity(stages.len());
        let own = std::sync::Arc::default();
        for stage in stages {
            let operator = super::build(stage, &shape, scope.now, limits, scope.doubts.unwrap_or(&own))
                .map_err(|error| error.at_stage(stage.range))?;
            shape = Shape { fields: batch::fields(operator.schema()), time: stage.output.time.clone(), open: false };
            operators.push(operator);
        }
        let (mut places, mut fields) = (Vec::new(), Vec::new());
        for field in leaves {
            let made = shape.fields.iter().position(|made| made.name == field.name).map(Place::Made);
            let own = || scope.fields.iter().position(|own| own.name == field.name).map(Place::Own);
            // What nothing reads is not there.
            let Some(place) = made.or_else(own) else { continue };
            fields.push(match place {
                Place::Made(place) => shape.fields[place].clone(),
                Place::Own(place) => scope.fields[place].clone(),
            });
            places.push(place);
        }
        Ok(Inner { operators, schema: batch::arrow_schema(&fields), places })
    }

    /// What the stages give of these rows alone.
    fn answer(&self, rows: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        self.operators.iter().try_fold(rows, |rows, operator| operator.preview(rows))
    }

    /// The event's own fields, as often as there are rows, and what was made.
    fn beside(&self, event: &RecordBatch, made: &RecordBatch) -> Result<RecordBatch, Error> {
        let rows = made.num_rows();
        let repeated = UInt32Array::from(vec![0; rows]);
        let mut columns = Vec::with_capacity(self.places.len());
        for place in &self.places {
            columns.push(match place {
                Place::Made(place) => batch::plain(made.column(*place))?,
                Place::Own(place) => batch::plain(&take(event.column(*place), &repeated, None)?)?,
            });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?)
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
        self.inner.as_ref().map_or(&self.added.schema, |inner| &inner.schema)
    }

    /// It holds nothing.
    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        adopt::same::<Self>(before).map(drop)
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.map(&batch, out)
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let mut out = Vec::new();
        for batch in pending {
            self.map(&batch, &mut out)?;
        }
        Ok(out)
    }
}
