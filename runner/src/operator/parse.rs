//! `parse` and `parse-where`: fields that a pattern finds in a text.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow_schema::SchemaRef;
use arrow_select::filter::filter_record_batch;
use arrow_select::nullif::nullif;
use regex::Regex;
use syntax::pipeline::{self, ParseKind};
use syntax::{Field, Type};

use super::added::Added;
use super::{Note, Operator, adopt};
use crate::Error;
use crate::expression::stamps::Stamps;
use crate::expression::{Expression, Operand, Scope, convert};

pub(super) struct Parse {
    text: Expression,
    regex: Regex,
    /// Each field's group in the expression, and its type.
    fields: Vec<(usize, Type)>,
    /// A field that cannot be converted makes the whole pattern not fit.
    strict: bool,
    filter: bool,
    added: Added,
    stamps: Stamps,
    names: Vec<Field>,
    seen: Seen,
}

/// What is counted of the texts that went through.
#[derive(Clone, Default)]
struct Seen {
    events: u64,
    unfit: u64,
    /// One that did not fit.
    sample: String,
    /// Of each field: parts of fitting texts that are none of its type, and one of them.
    odd: Vec<(u64, String)>,
}

/// Texts after which it is told that none fits, while more come.
const ENOUGH: u64 = 1000;

/// Characters of a text that are shown.
const SAMPLE: usize = 60;

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
            stamps: Stamps::new(scope),
            names: fields.iter().map(|field| (*field).clone()).collect(),
            seen: Seen { odd: vec![(0, String::new()); fields.len()], ..Seen::default() },
            added: Added::new(scope, fields),
            regex,
        })
    }

    fn map(&self, batch: &RecordBatch, seen: Option<&mut Seen>) -> Result<Option<RecordBatch>, Error> {
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
        let typed = |raw: &ArrayRef, ty: Type| match ty {
            Type::Datetime => self.stamps.column(&Operand::Column(raw.clone()), rows, Type::String),
            _ => convert::column(raw, Type::String, ty),
        };
        let mut columns: Vec<ArrayRef> = raw.iter().zip(&self.fields).map(|(raw, (_, ty))| typed(raw, *ty)).collect();
        // How many parts of each field are none of its type, and the first of them.
        let odd = |raw: &ArrayRef, column: &ArrayRef| {
            let count = column.null_count().saturating_sub(raw.null_count());
            let first = (0..if count > 0 { rows } else { 0 }).find(|row| column.is_null(*row) && raw.is_valid(*row));
            (count as u64, first.map(|row| shown(raw.as_string::<i32>().value(row))))
        };
        let odd: Vec<(u64, Option<String>)> = match seen {
            Some(_) => raw.iter().zip(&columns).map(|(raw, column)| odd(raw, column)).collect(),
            None => Vec::new(),
        };
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
        if let Some(seen) = seen {
            seen.events += rows as u64;
            if let Some(first) = fits.iter().position(|fit| !fit) {
                seen.unfit += fits.iter().filter(|fit| !**fit).count() as u64;
                if seen.sample.is_empty() {
                    seen.sample = shown(texts.get(first).unwrap_or_default());
                }
            }
            for ((count, sample), known) in odd.into_iter().zip(&mut seen.odd) {
                known.0 += count;
                known.1 = sample.filter(|_| known.1.is_empty()).unwrap_or_else(|| std::mem::take(&mut known.1));
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

fn shown(text: &str) -> String {
    syntax::visible(text).chars().take(SAMPLE).collect()
}

impl Operator for Parse {
    fn schema(&self) -> &SchemaRef {
        &self.added.schema
    }

    /// It holds nothing but what it has counted.
    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let seen = &adopt::same::<Self>(before)?.seen;
        if seen.odd.len() == self.seen.odd.len() {
            self.seen = seen.clone();
        }
        Ok(())
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let mut seen = std::mem::take(&mut self.seen);
        let mapped = self.map(&batch, Some(&mut seen));
        self.seen = seen;
        out.extend(mapped?);
        Ok(())
    }

    fn notes(&self, ended: bool) -> Vec<Note> {
        let Seen { events, unfit, sample, odd } = &self.seen;
        let mut notes = Vec::new();
        // A `parse-where` is there to leave out what does not fit. In the midst of events, some may be of another kind.
        if *unfit > 0 && !self.filter && (ended || (unfit == events && *events >= ENOUGH)) {
            let message = if unfit == events {
                format!("`parse`: none of {events} texts fits the pattern, so its fields are null, e.g. of `{sample}`")
            } else {
                let what = if *unfit == 1 { "text does" } else { "texts do" };
                format!(
                    "`parse`: {unfit} of {events} {what} not fit the pattern, so their fields are null, e.g. of `{sample}`"
                )
            };
            notes.push(Note { kind: "unfit".to_owned(), count: *unfit, message });
        }
        for ((count, sample), field) in odd.iter().zip(&self.names) {
            if *count > 0 && ended && !self.filter {
                let (name, ty) = (&field.name, field.ty);
                let what = if *count == 1 { "one text is".to_owned() } else { format!("{count} texts are") };
                let then = if self.strict { "so that the pattern does not fit" } else { "and null" };
                let message = format!("`parse`: {what} no {ty} for `{name}`, {then}, e.g. `{sample}`");
                notes.push(Note { kind: name.to_string(), count: *count, message });
            }
        }
        notes
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        pending.iter().filter_map(|batch| self.map(batch, None).transpose()).collect()
    }
}
