//! The batch being filled, record by record: which fields are wanted, under which names they occur, and
//! how often a value did not fit its field's type.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use hashbrown::HashMap;
use syntax::{Field, Name, Type};

use super::Wanted;
use super::column::{Column, Scalar};
use super::dictionary::Dictionaries;
use crate::batch::{BATCH_ROWS, arrow_schema};
use crate::{Error, source::Feed};

/// Text that a batch gathers before it is handed on, so that long lines do not add up.
const BATCH_BYTES: usize = 8 << 20;

/// Fields that are kept of one source; records with ever new names would otherwise fill the memory.
pub(super) const MAX_FIELDS: usize = 2000;

/// Where a record's own field goes.
pub(super) type Slot = usize;

pub(super) struct Table {
    slots: Vec<Place>,
    rows: usize,
    bytes: usize,
    /// Fields that nobody asked for by name are kept too.
    all: bool,
    /// Slots by the name that the records use.
    by_name: HashMap<Name, Vec<Slot>, foldhash::fast::RandomState>,
    /// How a field whose values differ in type is widened.
    mixed: Type,
    too_many: bool,
    told_too_many: bool,
    /// Of the last batch; the same object while the fields are the same, so that readers need not look again.
    schema: Option<SchemaRef>,
}

struct Place {
    field: Field,
    column: Column,
    /// The type was asked for or declared; it does not change with the values.
    fixed: bool,
    /// Values that became null since they did not fit, and one of them.
    unfit: u64,
    told: u64,
}

/// What is known of a source's fields before its records are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) fields: Vec<Field>,
    /// The records' own name of event time, where it is not `timestamp`.
    pub(super) time: Option<Name>,
    /// Fields that came later, with the type that their values had; it may still widen.
    pub(super) later: Vec<Field>,
}

impl Table {
    /// `mixed`: the type of a field whose values have several, where none was declared.
    pub(super) fn new(wanted: &Wanted, known: &Known, mixed: Type) -> Table {
        let (fields, all) = match wanted {
            Wanted::All => (&known.fields, true),
            Wanted::Fields(fields) => (fields, false),
        };
        let mut table = Table {
            slots: Vec::new(),
            rows: 0,
            bytes: 0,
            all,
            by_name: HashMap::default(),
            mixed,
            too_many: false,
            told_too_many: false,
            schema: None,
        };
        for field in fields {
            let own = match &known.time {
                Some(own) if &*field.name == "timestamp" => own.clone(),
                _ => field.name.clone(),
            };
            table.add(own, field.clone(), true);
        }
        if let (true, Some(own)) = (all, &known.time) {
            let timestamp = Field::new("timestamp", Type::Datetime);
            if !fields.iter().any(|field| field.name == timestamp.name) {
                table.add(own.clone(), timestamp, true);
            }
            // Under its own name as well, as it is found.
            if !table.slots.iter().any(|place| place.field.name == *own) {
                table.add(own.clone(), Field::new(own.clone(), Type::Dynamic), false);
            }
        }
        for field in known.later.iter().filter(|_| all) {
            if !table.slots.iter().any(|place| place.field.name == field.name) {
                table.add(field.name.clone(), field.clone(), false);
            }
        }
        table
    }

    /// Keeps the strings that somebody asked for by their codes where they repeat. Before the first row.
    pub(super) fn code(&mut self, dictionaries: &mut Dictionaries) {
        for place in self.slots.iter_mut().filter(|place| place.fixed && place.field.ty == Type::String) {
            if let Some(dictionary) = dictionaries.take(&place.field.name) {
                place.column = Column::coded(dictionary);
            }
        }
    }

    /// Gives the dictionaries back.
    pub(super) fn uncode(&mut self, dictionaries: &mut Dictionaries) {
        for place in self.slots.iter_mut().filter(|place| place.fixed && place.field.ty == Type::String) {
            let column = std::mem::replace(&mut place.column, Column::new(Type::String));
            dictionaries.keep(&place.field.name, column.into_dictionary());
        }
    }

    fn add(&mut self, own: Name, field: Field, fixed: bool) -> Slot {
        self.schema = None;
        let slot = self.slots.len();
        let mut column = Column::new(field.ty);
        column.push_nulls(self.rows);
        self.slots.push(Place { field, column, fixed, unfit: 0, told: 0 });
        self.by_name.entry(own).or_default().push(slot);
        slot
    }

    pub(super) fn all(&self) -> bool {
        self.all
    }

    /// The records' names that have a slot, each with its slots.
    pub(super) fn names(&self) -> impl Iterator<Item = (&Name, &[Slot])> {
        self.by_name.iter().map(|(name, slots)| (name, slots.as_slice()))
    }

    /// The slots for a field by the name that the records use.
    pub(super) fn slots_of(&self, name: &str) -> &[Slot] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// A slot for a field that occurs and was not known; None where there are too many.
    pub(super) fn found(&mut self, name: &str, ty: Type) -> Option<Slot> {
        if self.slots.len() >= MAX_FIELDS {
            self.too_many();
            return None;
        }
        Some(self.add(name.into(), Field::new(name, ty), false))
    }

    /// A field could not be kept.
    pub(super) fn too_many(&mut self) {
        self.too_many = true;
    }

    /// A slot for a field that occurs, whose type is known from elsewhere.
    pub(super) fn known(&mut self, name: &str, ty: Type) -> Option<Slot> {
        if self.slots.len() >= MAX_FIELDS {
            self.too_many();
            return None;
        }
        Some(self.add(name.into(), Field::new(name, ty), true))
    }

    /// The present record has this field already.
    pub(super) fn is_set(&self, slot: Slot) -> bool {
        self.slots[slot].column.len() > self.rows
    }

    pub(super) fn ty(&self, slot: Slot) -> Type {
        self.slots[slot].field.ty
    }

    /// The value of a field in the present record; where it comes twice, the last one counts.
    pub(super) fn set(&mut self, slot: Slot, scalar: Scalar<'_>) {
        let rows = self.rows;
        let place = &mut self.slots[slot];
        if place.column.len() > rows {
            place.column.truncate(rows);
        }
        if let (false, Some(ty)) = (place.fixed, scalar.ty()) {
            let wider = wider(place.field.ty, ty, self.mixed);
            if wider != place.field.ty {
                place.column.widen(wider);
                place.field.ty = wider;
                self.schema = None;
            }
        }
        self.bytes += match scalar {
            Scalar::String(text) | Scalar::Json(text) => text.len(),
            _ => 8,
        };
        place.unfit += u64::from(place.column.push(scalar));
    }

    /// The same for a string that is known to be valid UTF-8.
    #[inline]
    pub(super) fn set_text(&mut self, slot: Slot, text: &[u8]) {
        let rows = self.rows;
        let place = &mut self.slots[slot];
        if !place.fixed && place.field.ty != Type::String {
            return self.set(slot, Scalar::String(std::str::from_utf8(text).unwrap_or_default()));
        }
        if place.column.len() > rows {
            place.column.truncate(rows);
        }
        self.bytes += text.len();
        place.unfit += u64::from(place.column.push_text(text));
    }

    /// The field was asked for or declared with its type, not just found.
    pub(super) fn declared(&self, slot: Slot) -> bool {
        self.slots[slot].fixed
    }

    /// Sets the field of this name, keeping it where all fields are wanted.
    pub(super) fn set_by_name(&mut self, name: &str, scalar: Scalar<'_>) {
        let mut index = 0;
        while let Some(slot) = self.slots_of(name).get(index).copied() {
            self.set(slot, scalar);
            index += 1;
        }
        if index == 0
            && self.all
            && let Some(ty) = scalar.ty()
            && let Some(slot) = self.found(name, ty)
        {
            self.set(slot, scalar);
        }
    }

    /// Where a value of this type goes for a field of this name, which is kept where all are wanted.
    pub(super) fn slots_for(&mut self, name: &str, ty: Option<Type>) -> Vec<Slot> {
        if self.slots_of(name).is_empty()
            && self.all
            && let Some(ty) = ty
        {
            self.found(name, ty);
        }
        self.slots_of(name).to_vec()
    }

    /// The record is whole: what it did not have is null.
    pub(super) fn keep(&mut self) {
        self.rows += 1;
        // Nulls take room as well: a batch of thousands of fields has fewer rows.
        self.bytes += 8 * self.slots.len();
        for place in &mut self.slots {
            let missing = self.rows.saturating_sub(place.column.len());
            place.column.push_nulls(missing);
        }
    }

    /// The record is broken: nothing of it stays.
    pub(super) fn take_back(&mut self) {
        let rows = self.rows;
        self.slots.iter_mut().for_each(|place| place.column.truncate(rows));
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    /// The fields that nobody had named, as they are known by now.
    pub(super) fn later(&self) -> Vec<Field> {
        self.slots.iter().filter(|place| !place.fixed).map(|place| place.field.clone()).collect()
    }

    /// The fields as they are known by now.
    pub(super) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.slots.iter().map(|place| &place.field)
    }

    /// Takes the rows out; the fields stay.
    pub(super) fn batch(&mut self) -> Result<RecordBatch, Error> {
        let arrays = self.slots.iter_mut().map(|place| place.column.finish()).collect::<Result<Vec<_>, _>>()?;
        let rows = RecordBatchOptions::new().with_row_count(Some(self.rows));
        (self.rows, self.bytes) = (0, 0);
        let same = |schema: &&SchemaRef| {
            schema.fields().iter().zip(&arrays).all(|(field, array)| field.data_type() == array.data_type())
        };
        let schema = match self.schema.as_ref().filter(same) {
            Some(schema) => schema.clone(),
            None => self.schema_of(&arrays),
        };
        self.schema = Some(schema.clone());
        Ok(RecordBatch::try_new_with_options(schema, arrays, &rows)?)
    }

    fn schema_of(&self, arrays: &[ArrayRef]) -> SchemaRef {
        let plain = arrow_schema(&self.fields().cloned().collect::<Vec<_>>());
        let fields = plain.fields().iter().zip(arrays).map(|(field, array)| {
            // A string may come by its codes.
            if field.data_type() == array.data_type() {
                Arc::clone(field)
            } else {
                Arc::new(field.as_ref().clone().with_data_type(array.data_type().clone()))
            }
        });
        Arc::new(arrow_schema::Schema::new(fields.collect::<Vec<_>>()))
    }

    /// Tells of values that became null: the first of a field at once, then each time they have grown tenfold.
    pub(super) fn tell(&mut self, feed: &dyn Feed) {
        for place in &mut self.slots {
            if place.unfit > place.told.saturating_mul(10).saturating_sub(1) {
                place.told = place.unfit;
                let (name, ty, unfit) = (&place.field.name, place.field.ty, place.unfit);
                let values = if unfit == 1 { "one value was".to_owned() } else { format!("{unfit} values were") };
                feed.notice(format!("`{name}` is {ty}, but {values} something else and became null"));
            }
        }
        if self.too_many && !std::mem::replace(&mut self.told_too_many, true) {
            feed.notice(format!(
                "records have more than {MAX_FIELDS} different fields; those that came later are left out"
            ));
        }
    }
}

/// The type that holds values of both.
fn wider(known: Type, found: Type, mixed: Type) -> Type {
    match (known, found) {
        (known, found) if known == found => known,
        (Type::Long, Type::Real) | (Type::Real, Type::Long) => Type::Real,
        (Type::Dynamic, _) => Type::Dynamic,
        (Type::String, _) if mixed == Type::String => Type::String,
        _ => mixed,
    }
}
