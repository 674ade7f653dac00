//! The batch being filled, record by record: which fields are wanted, under which names they occur, and
//! how often a value did not fit its field's type.
//!
//! Only a declared type is fixed. Every other field has the type of the values that came so far: a value of
//! another type widens it, at whatever record it comes, and so a batch's schema may differ from the one before. A
//! field is in a batch once it has had a value.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use hashbrown::HashMap;
use syntax::source::TIMESTAMP;
use syntax::{Field, Name, Type};

use super::Wanted;
use super::column::{Column, Scalar};
use super::dictionary::Dictionaries;
use crate::batch::{BATCH_ROWS, arrow_schema, written_as_text};
use crate::event::Lost;
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
    /// A field has become a string since [`Table::code`].
    new_strings: bool,
    /// A value has become null since that was asked last.
    lost: bool,
    /// Of the last batch; the same object while the fields are the same, so that readers need not look again.
    schema: Option<SchemaRef>,
}

struct Place {
    field: Field,
    column: Column,
    /// The type was declared; it does not change with the values.
    fixed: bool,
    /// The type is that of values that came; before the first of them it means nothing.
    seen: bool,
    /// It has held a whole number whose digits a real would not hold.
    digits: bool,
    /// Values that became null since they did not fit, and one of them.
    unfit: u64,
    told: u64,
    counted: u64,
    example: String,
}

/// Whole numbers up to this one are exact as reals.
const EXACT: u64 = 1 << 53;

/// Characters of a value that are shown as an example.
const EXAMPLE: usize = 60;

/// What is known of a source's fields so far, in the order in which they became known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) fields: Vec<KnownField>,
    /// The records' own name of event time, where it is not `timestamp`.
    pub(super) time: Option<Name>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownField {
    pub(super) field: Field,
    /// The type was declared. Otherwise it is that of the values that came so far, and may still widen.
    pub(super) declared: bool,
}

impl Known {
    /// Of fields that are declared.
    pub(super) fn declared(fields: impl IntoIterator<Item = Field>) -> Known {
        let fields = fields.into_iter().map(|field| KnownField { field, declared: true });
        Known { fields: fields.collect(), time: None }
    }

    pub(super) fn field(&self, name: &str) -> Option<&KnownField> {
        self.fields.iter().find(|known| &*known.field.name == name)
    }

    /// Adds what the records of a table have had.
    pub(super) fn learn(&mut self, table: &Table) {
        for place in table.slots.iter().filter(|place| place.seen && !place.fixed) {
            match self.fields.iter_mut().find(|known| known.field.name == place.field.name) {
                Some(known) if known.declared => {}
                Some(known) => known.field.ty = place.field.ty,
                None => self.fields.push(KnownField { field: place.field.clone(), declared: false }),
            }
        }
    }
}

impl Table {
    /// `mixed`: the type of a field whose values have several, where none was declared.
    pub(super) fn new(wanted: &Wanted, known: &Known, mixed: Type) -> Table {
        let all = *wanted == Wanted::All;
        let mut table = Table {
            slots: Vec::new(),
            rows: 0,
            bytes: 0,
            all,
            by_name: HashMap::default(),
            mixed,
            too_many: false,
            told_too_many: false,
            new_strings: false,
            lost: false,
            schema: None,
        };
        let own = |name: &Name| match &known.time {
            Some(own) if &**name == "timestamp" => own.clone(),
            _ => name.clone(),
        };
        match wanted {
            Wanted::All => {
                for KnownField { field, declared } in &known.fields {
                    table.add(own(&field.name), field.clone(), *declared, true);
                }
                if known.time.is_some() && known.field("timestamp").is_none() {
                    let timestamp = Field::new("timestamp", Type::Datetime);
                    table.add(own(&timestamp.name), timestamp, true, true);
                }
                // Under its own name as well, as it is found.
                if let Some(own) = known.time.as_ref().filter(|own| known.field(own).is_none()) {
                    table.add(own.clone(), Field::new(own.clone(), Type::Dynamic), false, false);
                }
            }
            Wanted::Fields(fields) => {
                for field in fields {
                    match known.field(&field.name) {
                        Some(KnownField { field, declared }) => {
                            table.add(own(&field.name), field.clone(), *declared, true)
                        }
                        // Event time is what it is, however the records write it.
                        None if &*field.name == "timestamp" => {
                            table.add(own(&field.name), Field::new("timestamp", Type::Datetime), true, true)
                        }
                        None => table.add(own(&field.name), field.clone(), false, false),
                    };
                }
            }
        }
        table
    }

    /// Keeps the strings that somebody asked for by their codes where they repeat. Before the first row.
    pub(super) fn code(&mut self, dictionaries: &mut Dictionaries) {
        self.new_strings = false;
        let plain = |place: &&mut Place| place.seen && place.field.ty == Type::String && !place.column.is_coded();
        for place in self.slots.iter_mut().filter(plain) {
            if let Some(dictionary) = dictionaries.take(&place.field.name) {
                place.column = Column::coded(dictionary);
            }
        }
    }

    /// Gives the dictionaries back.
    pub(super) fn uncode(&mut self, dictionaries: &mut Dictionaries) {
        for place in self.slots.iter_mut().filter(|place| place.column.is_coded()) {
            let column = std::mem::replace(&mut place.column, Column::new(Type::String));
            dictionaries.keep(&place.field.name, column.into_dictionary());
        }
    }

    fn add(&mut self, own: Name, field: Field, fixed: bool, seen: bool) -> Slot {
        self.schema = None;
        let slot = self.slots.len();
        let mut column = Column::new(field.ty);
        column.push_nulls(self.rows);
        let place =
            Place { field, column, fixed, seen, digits: false, unfit: 0, told: 0, counted: 0, example: String::new() };
        self.slots.push(place);
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
        Some(self.add(name.into(), Field::new(name, ty), false, false))
    }

    /// A field could not be kept.
    pub(super) fn too_many(&mut self) {
        self.too_many = true;
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
        if !place.fixed && place.admit(&scalar, self.mixed) {
            self.schema = None;
            self.new_strings |= place.field.ty == Type::String;
        }
        self.bytes += match scalar {
            Scalar::String(text) | Scalar::Json(text) => text.len(),
            _ => 8,
        };
        if place.column.push(scalar) {
            place.lose(scalar);
            self.lost = true;
        }
    }

    /// The same for a string that is known to be valid UTF-8.
    #[inline]
    pub(super) fn set_text(&mut self, slot: Slot, text: &[u8]) {
        let rows = self.rows;
        let place = &mut self.slots[slot];
        if !(place.fixed || place.seen && place.field.ty == Type::String) {
            return self.set(slot, Scalar::String(std::str::from_utf8(text).unwrap_or_default()));
        }
        if place.column.len() > rows {
            place.column.truncate(rows);
        }
        self.bytes += text.len();
        if place.column.push_text(text) {
            place.lose(Scalar::String(std::str::from_utf8(text).unwrap_or_default()));
            self.lost = true;
        }
    }

    /// The present record has lost a value since this was asked last.
    pub(super) fn take_lost(&mut self) -> bool {
        std::mem::take(&mut self.lost)
    }

    /// The field was declared with its type, not just found.
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

    /// The newest row's event time.
    pub(super) fn last_time(&self) -> Option<i64> {
        let slot = self.time_slot()?;
        self.slots[slot].column.long_at(self.rows.checked_sub(1)?)
    }

    /// The present record has its time.
    pub(super) fn has_time(&self) -> bool {
        self.time_slot().is_some_and(|slot| self.is_set(slot))
    }

    /// Sets event time, whatever field of the records it comes from otherwise.
    pub(super) fn set_time(&mut self, nanos: i64) {
        match self.time_slot() {
            Some(slot) => self.set(slot, Scalar::Datetime(nanos)),
            None => self.set_by_name(TIMESTAMP, Scalar::Datetime(nanos)),
        }
    }

    fn time_slot(&self) -> Option<Slot> {
        self.slots.iter().position(|place| *place.field.name == *TIMESTAMP)
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

    /// The fields as they are known by now.
    pub(super) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.slots.iter().filter(|place| place.seen).map(|place| &place.field)
    }

    /// A field has become a string since its strings were coded.
    pub(super) fn has_new_strings(&self) -> bool {
        self.new_strings
    }

    /// Takes the rows out; the fields stay.
    pub(super) fn batch(&mut self) -> Result<RecordBatch, Error> {
        let mut arrays = Vec::with_capacity(self.slots.len());
        for place in &mut self.slots {
            if place.seen {
                arrays.push(place.column.finish()?);
            } else {
                place.column.truncate(0);
            }
        }
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
        let schema = arrow_schema::Schema::new(fields.collect::<Vec<_>>());
        Arc::new(if self.mixed == Type::String { written_as_text(schema) } else { schema })
    }

    /// Tells of values that became null: the first of a field at once, then each time they have grown tenfold.
    pub(super) fn tell(&mut self, feed: &dyn Feed) {
        for place in &mut self.slots {
            if place.unfit > place.counted {
                let example = syntax::visible(&place.example).into_owned();
                let (field, ty, count) = (place.field.name.clone(), place.field.ty, place.unfit - place.counted);
                place.counted = place.unfit;
                feed.lost(Lost { field, ty, count, example });
            }
            if place.unfit > place.told.saturating_mul(10).saturating_sub(1) {
                place.told = place.unfit;
                let (name, ty, unfit) = (&place.field.name, place.field.ty, place.unfit);
                let values = if unfit == 1 { "one value was".to_owned() } else { format!("{unfit} values were") };
                let example = syntax::visible(&place.example);
                feed.notice(format!("`{name}` is {ty}, but {values} something else and became null, e.g. `{example}`"));
            }
        }
        if self.too_many && !std::mem::replace(&mut self.told_too_many, true) {
            feed.notice(format!(
                "records have more than {MAX_FIELDS} different fields; those that came later are left out"
            ));
        }
    }
}

impl Place {
    /// Widens the type where it does not hold this value; returns whether it has changed.
    #[inline]
    fn admit(&mut self, scalar: &Scalar<'_>, mixed: Type) -> bool {
        match (self.field.ty, scalar) {
            (Type::Long, Scalar::Long(value)) if self.seen => {
                self.digits |= value.unsigned_abs() > EXACT;
                false
            }
            (Type::Real, Scalar::Long(value)) if self.seen && value.unsigned_abs() <= EXACT => false,
            (known, scalar) if self.seen && scalar.ty().is_none_or(|ty| ty == known) => false,
            _ => self.widen(scalar, mixed),
        }
    }

    #[inline(never)]
    fn widen(&mut self, scalar: &Scalar<'_>, mixed: Type) -> bool {
        let Some(ty) = scalar.ty() else { return false };
        if let Scalar::Long(value) = scalar {
            self.digits |= value.unsigned_abs() > EXACT;
        }
        if !self.seen {
            let rows = self.column.len();
            (self.seen, self.field.ty, self.column) = (true, ty, Column::new(ty));
            self.column.push_nulls(rows);
            return true;
        }
        let wider = match self.field.ty.wider(ty) {
            // The digits are kept, as JSON's own numbers are.
            Type::Real if self.digits && self.field.ty != ty => mixed,
            Type::Dynamic if self.field.ty != Type::Dynamic => mixed,
            wider => wider,
        };
        if wider == self.field.ty {
            return false;
        }
        self.column.widen(wider);
        self.field.ty = wider;
        true
    }

    /// A value has become null, since it is not of the field's declared type.
    #[inline(never)]
    fn lose(&mut self, scalar: Scalar<'_>) {
        self.unfit += 1;
        if self.example.is_empty() {
            self.example = scalar.to_string().chars().take(EXAMPLE).collect();
        }
    }
}
