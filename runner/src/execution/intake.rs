//! Gives a batch the columns, order and types that a segment expects. A string may keep its dictionary.
//!
//! A value that is none of the expected type is null from here on; each is counted by its field.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow_schema::SchemaRef;
use syntax::{Field, Name, Type};

use super::members::Members;
use crate::expression::{Operand, convert, operand};
use crate::{Error, batch};

/// Characters of a value that are shown as an example.
const EXAMPLE: usize = 60;

pub(super) struct Intake {
    fields: Vec<Field>,
    schema: SchemaRef,
    /// The last batch's schema, and where each field stands in it.
    known: Option<(SchemaRef, Vec<Place>)>,
    /// The fields, by their place, whose values in such a batch may be of a type that is not expected.
    misfits: Vec<usize>,
    lost: Vec<Lost>,
    /// The schema of what left last.
    left: Option<SchemaRef>,
}

/// Where a field stands in a batch.
#[derive(Debug, Default)]
struct Place {
    own: Option<usize>,
    /// The members of an object that is asked for by its name.
    members: Option<Members>,
}

/// Values of a field that are not of the type as which it is read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub field: Name,
    pub ty: Type,
    pub count: u64,
    /// The first of them.
    pub example: String,
}

impl Intake {
    pub(super) fn new(fields: Vec<Field>, schema: SchemaRef) -> Intake {
        Intake { fields, schema, known: None, misfits: Vec::new(), lost: Vec::new(), left: None }
    }

    /// Of what leaves, without dictionaries.
    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(super) fn adopt(&mut self, before: &Intake) {
        self.lost.clone_from(&before.lost);
    }

    pub(super) fn lost(&self) -> &[Lost] {
        &self.lost
    }

    /// Columns are found by name: a missing one is the object of its members, or nulls; one of another type is converted.
    pub(super) fn convert(&self, batch: &RecordBatch) -> Result<RecordBatch, Error> {
        match &self.known {
            Some((schema, places)) if Arc::ptr_eq(schema, batch.schema_ref()) => self.arrange(batch, places),
            _ => self.arrange(batch, &self.find(batch)),
        }
    }

    /// The same, remembering the batch's schema for the next one.
    pub(super) fn convert_known(&mut self, batch: &RecordBatch) -> Result<RecordBatch, Error> {
        if !self.known.as_ref().is_some_and(|(schema, _)| Arc::ptr_eq(schema, batch.schema_ref())) {
            let places = self.find(batch);
            let fields = self.fields.iter().zip(&places).enumerate();
            let misfits = fields.filter(|(_, (field, place))| {
                place.own.is_some_and(|place| !field.ty.holds(batch::field_type(batch.schema_ref().field(place))))
            });
            self.misfits = misfits.map(|(number, _)| number).collect();
            self.known = Some((batch.schema(), places));
        }
        let mut converted = self.convert(batch)?;
        for number in 0..self.misfits.len() {
            converted = self.count_lost(self.misfits[number], batch, converted)?;
        }
        self.left = Some(converted.schema());
        Ok(converted)
    }

    /// Counts the values of a field that are none of its type, and leaves them null.
    #[inline(never)]
    fn count_lost(&mut self, number: usize, from: &RecordBatch, to: RecordBatch) -> Result<RecordBatch, Error> {
        let field = &self.fields[number];
        let Ok(place) = from.schema_ref().index_of(&field.name) else { return Ok(to) };
        let found = batch::field_type(from.schema_ref().field(place));
        let before = batch::plain(from.column(place))?;
        let mut after = batch::plain(to.column(number))?;
        if field.ty == Type::Long {
            // A conversion cuts what is behind the point; here that would be another value.
            let reals = Operand::Column(convert::column(&before, found, Type::Real));
            let (reals, longs) = (reals.reals(), Operand::Column(after));
            let longs = longs.longs();
            let whole = |row: usize| longs.get(row).filter(|_| reals.get(row).is_none_or(|real| real.fract() == 0.0));
            after = operand::longs(Type::Long, (0..from.num_rows()).map(whole));
        }
        let texts = convert::column(&before, found, Type::String);
        let texts = texts.as_string::<i32>();
        // A dynamic null is null in any type.
        let lost: Vec<usize> = (0..from.num_rows()).filter(|row| texts.is_valid(*row) && after.is_null(*row)).collect();
        let Some(first) = lost.first() else { return Ok(to) };
        let example: String = texts.value(*first).chars().take(EXAMPLE).collect();
        match self.lost.iter_mut().find(|known| known.field == field.name) {
            Some(known) => known.count += lost.len() as u64,
            None => self.lost.push(Lost { field: field.name.clone(), ty: field.ty, count: lost.len() as u64, example }),
        }
        let mut columns = to.columns().to_vec();
        columns[number] = after;
        batch::formed(&self.schema, None, columns, to.num_rows())
    }

    fn find(&self, batch: &RecordBatch) -> Vec<Place> {
        let find = |field: &Field| Place {
            own: batch.schema_ref().index_of(&field.name).ok(),
            members: if field.ty == Type::Dynamic { Members::of(&field.name, batch) } else { None },
        };
        self.fields.iter().map(find).collect()
    }

    fn arrange(&self, from: &RecordBatch, places: &[Place]) -> Result<RecordBatch, Error> {
        if Arc::ptr_eq(from.schema_ref(), &self.schema) {
            return Ok(from.clone());
        }
        let rows = from.num_rows();
        let column = |(field, place): (&Field, &Place)| -> Result<ArrayRef, Error> {
            let own = match place.own {
                None => None,
                Some(place) => {
                    let found = batch::field_type(from.schema_ref().field(place));
                    let column = from.column(place);
                    if found == field.ty && Operand::Column(Arc::clone(column)).dictionary().is_some() {
                        return Ok(Arc::clone(column));
                    }
                    Some(convert::column(&batch::plain(column)?, found, field.ty))
                }
            };
            Ok(match (own, &place.members) {
                (Some(own), Some(members)) if own.null_count() > 0 => {
                    let (own, objects) = (own.as_string::<i32>(), members.column(from)?);
                    let either = own.iter().zip(&objects).map(|(own, object)| own.or(object));
                    Arc::new(either.collect::<StringArray>())
                }
                (Some(own), _) => own,
                (None, Some(members)) => Arc::new(members.column(from)?),
                (None, None) => new_null_array(&batch::data_type(field.ty), rows),
            })
        };
        let columns = self.fields.iter().zip(places).map(column).collect::<Result<_, Error>>()?;
        batch::formed(&self.schema, self.left.as_ref(), columns, rows)
    }
}
