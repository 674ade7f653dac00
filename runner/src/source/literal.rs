//! Rows that are written in a pipeline: `datatable`, `print` and `range`. They read nothing from outside.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use syntax::pipeline::{Expr, Literal, Pipeline, Rows};
use syntax::source::{Scheme, SourceDecl, SourceName, SourceUri};
use syntax::{Schema, Type, Value};

use super::{Feed, Opened, Reader};
use crate::Error;
use crate::batch::{self, BATCH_ROWS};
use crate::expression::operand::column;
use crate::expression::{Expression, Scope};

/// Rows that a `range` may give.
const LONGEST: u64 = 10_000_000;

/// What the pipeline begins with, as a source of its own; `now` is what `now()` means in this run.
///
/// # Errors
///
/// Where a `range` has more rows than it may, or its bounds cannot be worked out.
pub(crate) fn open(pipeline: &Pipeline, literal: &Arc<Literal>, now: i64) -> Result<(SourceDecl, Opened), Error> {
    let reader: Box<dyn Reader> = match &literal.rows {
        Rows::Written(_) => Box::new(Written(Arc::clone(literal))),
        Rows::Range { from, to, step } => {
            let ty = literal.fields.first().map_or(Type::Long, |field| field.ty);
            let range = Range { ty, from: value(from, now)?, to: value(to, now)?, step: value(step, now)? };
            let rows = range.rows();
            if rows > LONGEST as f64 {
                return Err(Error::rejected(format!("a `range` of {rows} rows is longer than {LONGEST}, the limit")));
            }
            Box::new(Ranged { literal: Arc::clone(literal), range })
        }
    };
    let schema = pipeline.input.clone();
    Ok((declared(&pipeline.source, &schema), Opened { schema, reader }))
}

/// How such rows are declared.
pub(crate) fn declared(name: &SourceName, schema: &Schema) -> SourceDecl {
    SourceDecl {
        name: name.clone(),
        uri: SourceUri { scheme: Scheme::Literal, rest: String::new(), params: Vec::new() },
        doc: None,
        lateness: 0,
        fields: Vec::new(),
        open: false,
        time: schema.time.clone(),
    }
}

struct Written(Arc<Literal>);

impl Reader for Written {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        let Rows::Written(rows) = &self.0.rows else { return Ok(()) };
        for rows in rows.chunks(BATCH_ROWS) {
            if feed.stopped() {
                return Ok(());
            }
            let columns = self.0.fields.iter().enumerate();
            let columns = columns.map(|(place, field)| {
                let null = Value::Null(field.ty);
                column(field.ty, rows.iter().map(|row| row.get(place).unwrap_or(&null).clone()))
            });
            feed.batch(batch(&self.0, columns.collect(), rows.len())?);
        }
        Ok(())
    }
}

struct Ranged {
    literal: Arc<Literal>,
    range: Range,
}

/// The bounds as numbers: a long's, a datetime's and a timespan's as they are, exact; a real's as a real.
#[derive(Clone)]
struct Range {
    ty: Type,
    from: Value,
    to: Value,
    step: Value,
}

impl Range {
    /// About how many rows there are.
    fn rows(&self) -> f64 {
        let [from, to, step] = [&self.from, &self.to, &self.step].map(number);
        let rows = ((to - from) / step).floor() + 1.0;
        if rows.is_finite() { rows.max(0.0) } else { 0.0 }
    }

    /// The value with this number, as long as it is not beyond the last.
    fn get(&self, place: i64) -> Option<Value> {
        if self.ty == Type::Real {
            let [from, to, step] = [&self.from, &self.to, &self.step].map(number);
            let value = from + place as f64 * step;
            let within = if step > 0.0 { value <= to } else { value >= to };
            return within.then_some(Value::Real(value));
        }
        let [from, to, step] = [&self.from, &self.to, &self.step].map(whole);
        let value = from?.checked_add(step?.checked_mul(place)?)?;
        let within = if step? > 0 { value <= to? } else { value >= to? };
        within.then_some(match self.ty {
            Type::Datetime => Value::Datetime(value),
            Type::Timespan => Value::Timespan(value),
            _ => Value::Long(value),
        })
    }
}

impl Reader for Ranged {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        let mut place = 0_i64;
        let mut more = self.range.rows() > 0.0;
        while more && !feed.stopped() {
            let next: Vec<Value> = (place..).map_while(|place| self.range.get(place)).take(BATCH_ROWS).collect();
            more = next.len() == BATCH_ROWS;
            place += next.len() as i64;
            if !next.is_empty() {
                let rows = next.len();
                feed.batch(batch(&self.literal, vec![column(self.range.ty, next.into_iter())], rows)?);
            }
        }
        Ok(())
    }
}

fn batch(literal: &Literal, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch, Error> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(batch::arrow_schema(&literal.fields), columns, &options)?)
}

fn value(expr: &Expr, now: i64) -> Result<Value, Error> {
    let compiled = Expression::compile(expr, &Scope::new(&[], now))?;
    let options = RecordBatchOptions::new().with_row_count(Some(1));
    let row = RecordBatch::try_new_with_options(batch::arrow_schema(&[]), Vec::new(), &options)?;
    Ok(compiled.operand(&row).value(0, expr.ty))
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Real(number) => *number,
        other => whole(other).map_or(f64::NAN, |number| number as f64),
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Long(number) | Value::Datetime(number) | Value::Timespan(number) => Some(*number),
        _ => None,
    }
}
