//! An object of the fields that stand for its members: `bag` where a batch has `bag.a` and `bag.c.d`.
//!
//! Members are in the order of the fields, and those that are null are left out; where all are, there is no object.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use syntax::Type;

use crate::expression::{convert, dynamic};
use crate::{Error, batch};

/// Where members stand in a batch.
#[derive(Debug, Default)]
pub(super) struct Members(Vec<Member>);

#[derive(Debug)]
struct Member {
    key: String,
    /// The column of a field of this name, and those of fields below it.
    place: Option<usize>,
    below: Members,
}

/// The members' values as JSON, one text a row.
struct Texts<'t>(Vec<(&'t str, Option<StringArray>, Texts<'t>)>);

impl Members {
    /// Those of the field of this name; None where the batch has none.
    pub(super) fn of(name: &str, batch: &RecordBatch) -> Option<Members> {
        let mut members = Members::default();
        for (place, field) in batch.schema_ref().fields().iter().enumerate() {
            if let Some(path) = field.name().strip_prefix(name).and_then(|rest| rest.strip_prefix('.')) {
                members.add(path, place);
            }
        }
        (!members.0.is_empty()).then_some(members)
    }

    fn add(&mut self, path: &str, place: usize) {
        let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
        let at = self.0.iter().position(|member| member.key == key).unwrap_or_else(|| {
            self.0.push(Member { key: key.to_owned(), place: None, below: Members::default() });
            self.0.len() - 1
        });
        match rest {
            Some(rest) => self.0[at].below.add(rest, place),
            None => self.0[at].place = Some(place),
        }
    }

    /// One object a row, as JSON.
    pub(super) fn column(&self, batch: &RecordBatch) -> Result<StringArray, Error> {
        let texts = self.texts(batch)?;
        let mut out = String::new();
        Ok((0..batch.num_rows())
            .map(|row| {
                out.clear();
                texts.write(row, &mut out).then(|| out.clone())
            })
            .collect())
    }

    fn texts(&self, from: &RecordBatch) -> Result<Texts<'_>, Error> {
        let text = |place: usize| -> Result<StringArray, Error> {
            let column: ArrayRef = batch::plain(from.column(place))?;
            let ty = batch::field_type(from.schema_ref().field(place));
            Ok(convert::column(&column, ty, Type::Dynamic).as_string::<i32>().clone())
        };
        let mut texts = Vec::with_capacity(self.0.len());
        for Member { key, place, below } in &self.0 {
            texts.push((key.as_str(), place.map(text).transpose()?, below.texts(from)?));
        }
        Ok(Texts(texts))
    }
}

impl Texts<'_> {
    /// Appends the object; false, and nothing, where no member has a value.
    fn write(&self, row: usize, out: &mut String) -> bool {
        let begin = out.len();
        for (key, own, below) in &self.0 {
            let before = out.len();
            out.push(if before == begin { '{' } else { ',' });
            out.push_str(&dynamic::quoted(key));
            out.push(':');
            match own {
                Some(own) if own.is_valid(row) && own.value(row) != "null" => out.push_str(own.value(row)),
                _ if below.write(row, out) => {}
                _ => out.truncate(before),
            }
        }
        if out.len() > begin {
            out.push('}');
        }
        out.len() > begin
    }
}
