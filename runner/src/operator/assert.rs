//! `assert`: lets rows through as long as a predicate holds. The first row for which it does not is the last.

use std::fmt::Write;

use arrow_array::Array;
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_schema::SchemaRef;
use syntax::pipeline;
use syntax::{Field, Name, Type};

use super::{Operator, adopt};
use crate::expression::{Expression, Scope, convert};
use crate::{Error, batch};

/// Fields that the message shows at most, and characters of each.
const SHOWN: usize = 6;
const WIDTH: usize = 80;

pub(super) struct Assert {
    schema: SchemaRef,
    fields: Vec<Field>,
    predicate: Expression,
    /// What the predicate reads: shown first.
    read: Vec<Name>,
    written: String,
    rows: u64,
    violation: Option<String>,
}

impl Assert {
    pub(super) fn new(assert: &pipeline::Assert, scope: &Scope<'_>) -> Result<Assert, Error> {
        let mut read: Vec<Name> = Vec::new();
        assert.predicate.visit_fields(&mut |name| {
            if !read.contains(name) {
                read.push(name.clone());
            }
        });
        Ok(Assert {
            schema: batch::arrow_schema(scope.fields),
            fields: scope.fields.to_vec(),
            predicate: Expression::compile(&assert.predicate, scope)?.converted(Type::Bool),
            read,
            written: syntax::visible(&assert.written).into_owned(),
            rows: 0,
            violation: None,
        })
    }

    /// The first row for which the predicate does not hold.
    fn broken(&self, batch: &RecordBatch) -> Option<usize> {
        let holds = self.predicate.select(batch);
        (0..batch.num_rows()).find(|row| !(holds.is_valid(*row) && holds.value(*row)))
    }

    fn message(&self, batch: &RecordBatch, row: usize) -> String {
        let mut message = format!("`assert {}` does not hold in row {}", self.written, self.rows + row as u64 + 1);
        let others = self.fields.iter().map(|field| &field.name).filter(|name| !self.read.contains(name));
        for (number, name) in self.read.iter().chain(others).take(SHOWN).enumerate() {
            let Some(place) = self.fields.iter().position(|field| field.name == *name) else { continue };
            let text = convert::column(batch.column(place), self.fields[place].ty, Type::String);
            let value = text.as_string_opt::<i32>().filter(|text| text.is_valid(row)).map(|text| text.value(row));
            let value: String = value.map_or_else(|| "null".to_owned(), |text| text.chars().take(WIDTH).collect());
            let before = if number == 0 { ": " } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(message, "{before}{name} = {}", syntax::visible(&value));
        }
        message
    }
}

impl Operator for Assert {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        (self.rows, self.violation) = (before.rows, before.violation.clone());
        Ok(())
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        if self.violation.is_some() {
            return Ok(());
        }
        match self.broken(&batch) {
            None => {
                self.rows += batch.num_rows() as u64;
                out.push(batch);
            }
            Some(row) => {
                self.violation = Some(self.message(&batch, row));
                out.push(batch.slice(0, row + 1));
            }
        }
        Ok(())
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let mut out = Vec::new();
        if self.violation.is_some() {
            return Ok(out);
        }
        for batch in pending {
            match self.broken(&batch) {
                None => out.push(batch),
                Some(row) => {
                    out.push(batch.slice(0, row + 1));
                    break;
                }
            }
        }
        Ok(out)
    }

    fn done(&self) -> bool {
        self.violation.is_some()
    }

    fn violation(&self) -> Option<&str> {
        self.violation.as_deref()
    }
}
