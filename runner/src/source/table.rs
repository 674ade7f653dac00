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
use syntax::stamp::{Doubt, Reading};
use syntax::{Field, Name, Type};

use super::Wanted;
use super::column::{Column, Scalar};
use super::dictionary::Dictionaries;
use super::event_time::Parts;
use super::moments::Moments;
use super::parse;
use crate::batch::{BATCH_ROWS, arrow_schema, written_as_text};
use crate::event::Lost;
use crate::{Error, source::Feed};

/// Text that a batch gathers before it is handed on, so that long lines do not add up.
const BATCH_BYTES: usize = 8 << 20;

/// Fields that are kept of one source; records with ever new names would otherwise fill the memory.
pub(super) const MAX_FIELDS: usize = 2000;

/// Where a record's own field goes.
pub(super) type Slot = usize;

/// Slots from here on are parts of event time that is made of several fields.
const PARTS: Slot = 1 << 40;

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
    /// Where event time goes, if it is wanted.
    time: Option<Slot>,
    /// Where several fields make it.
    parts: Option<Parts>,
    /// The time of records without one: when they were read.
    arrival: Option<i64>,
    reading: Reading,
    /// By the records' names of fields.
    units: Vec<(Name, i64)>,
    /// Records without a time, of so many.
    untimed: Tally,
    of_all: u64,
    /// Records in which something was no text or no JSON, and was mended.
    mended: Tally,
    /// What stamps left open, and how many of those were told.
    doubts: Vec<Doubt>,
    told_doubts: usize,
    too_many: bool,
    told_too_many: bool,
    /// A field has become a string since [`Table::code`].
    new_strings: bool,
    /// A value has become null since that was asked last.
    lost: bool,
    /// That of event time has, in the present record.
    unfit_time: bool,
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
    /// Values that became null since they did not fit, how many of them were counted, and one of them.
    unfit: Tally,
    counted: u64,
    example: String,
    /// A number that text wrote otherwise than its value, until it is told that it was no number.
    respelled: Option<Box<str>>,
}

/// Something that is counted and told: the first at once, then each time they have grown tenfold.
#[derive(Default)]
struct Tally {
    count: u64,
    told: u64,
}

/// Whole numbers up to this one are exact as reals.
const EXACT: u64 = 1 << 53;

/// Characters of a value that are shown as an example.
const EXAMPLE: usize = 60;

impl Tally {
    /// So many are to be told now.
    fn due(&mut self) -> Option<u64> {
        let due = self.count > self.told.saturating_mul(10).saturating_sub(1);
        if due {
            self.told = self.count;
        }
        due.then_some(self.count)
    }
}

/// Different things that stamps left open are told at most.
const MAX_DOUBTS: usize = 8;

/// What is known of a source's fields so far, in the order in which they became known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) fields: Vec<KnownField>,
    /// The records' own names of event time, where it is not `timestamp` alone: the parts that make it, or those that
    /// are tried in this order.
    pub(super) times: Vec<Name>,
    /// None was found in the first records: [`Known::times`] are those that may come.
    pub(super) untimed: bool,
    /// How stamps are read.
    pub(super) reading: Reading,
    /// What one of a number is, by the records' names of fields.
    pub(super) units: Vec<(Name, i64)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownField {
    pub(super) field: Field,
    /// The type was declared. Otherwise it is that of the values that came so far, and may still widen.
    pub(super) declared: bool,
    /// It has held a whole number whose digits a real would not hold.
    pub(super) digits: bool,
}

impl KnownField {
    /// As it was found.
    pub(super) fn found(field: Field) -> KnownField {
        KnownField { field, declared: false, digits: false }
    }
}

impl Known {
    /// Of fields that are declared.
    pub(super) fn declared(fields: impl IntoIterator<Item = Field>) -> Known {
        let fields = fields.into_iter().map(|field| KnownField { declared: true, ..KnownField::found(field) });
        Known { fields: fields.collect(), ..Known::default() }
    }

    pub(super) fn field(&self, name: &str) -> Option<&KnownField> {
        self.fields.iter().find(|known| &*known.field.name == name)
    }

    /// Adds what the records of a table have had.
    pub(super) fn learn(&mut self, table: &Table) {
        for place in table.slots.iter().filter(|place| place.seen && !place.fixed) {
            match self.fields.iter_mut().find(|known| known.field.name == place.field.name) {
                Some(known) if known.declared => {}
                Some(known) => {
                    known.field.ty = place.field.ty;
                    known.digits |= place.digits;
                }
                None => {
                    let found = KnownField::found(place.field.clone());
                    self.fields.push(KnownField { digits: place.digits, ..found });
                }
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
            time: None,
            parts: None,
            arrival: None,
            reading: known.reading.clone(),
            units: known.units.clone(),
            untimed: Tally::default(),
            of_all: 0,
            mended: Tally::default(),
            doubts: Vec::new(),
            told_doubts: 0,
            too_many: false,
            told_too_many: false,
            new_strings: false,
            lost: false,
            unfit_time: false,
            schema: None,
        };
        let one = match known.times.as_slice() {
            [own] if !known.untimed => Some(own),
            _ => None,
        };
        let own = |name: &Name| match one {
            Some(own) if **name == *TIMESTAMP => own.clone(),
            _ => name.clone(),
        };
        match wanted {
            Wanted::All => {
                for KnownField { field, declared, digits } in &known.fields {
                    let slot = table.add(own(&field.name), field.clone(), *declared, true);
                    table.slots[slot].digits = *digits;
                }
                if one.is_some() && known.field(TIMESTAMP).is_none() {
                    let timestamp = Field::new(TIMESTAMP, Type::Datetime);
                    table.add(own(&timestamp.name), timestamp, true, true);
                }
                // Under its own name as well, as it is found.
                if let Some(own) = one.filter(|own| known.field(own).is_none()) {
                    table.add(own.clone(), Field::new(own.clone(), Type::Dynamic), false, false);
                }
            }
            Wanted::Fields(fields) => {
                for field in fields {
                    match known.field(&field.name) {
                        Some(KnownField { field, declared, digits }) => {
                            let slot = table.add(own(&field.name), field.clone(), *declared, true);
                            table.slots[slot].digits = *digits;
                            slot
                        }
                        // Event time is what it is, however the records write it.
                        None if *field.name == *TIMESTAMP => {
                            table.add(own(&field.name), Field::new(TIMESTAMP, Type::Datetime), true, true)
                        }
                        None => table.add(own(&field.name), field.clone(), false, false),
                    };
                }
            }
        }
        let is_time = |place: &Place| *place.field.name == *TIMESTAMP && place.field.ty == Type::Datetime;
        table.time = table.slots.iter().position(is_time);
        if let (None, Some(_), false) = (one, table.time, known.times.is_empty()) {
            for (place, name) in known.times.iter().enumerate() {
                table.by_name.entry(name.clone()).or_default().push(PARTS + place);
            }
            table.parts = Some(Parts::new(known.times.clone(), known.reading.clone(), known.untimed));
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
        let unit = self.units.iter().find(|(name, _)| *name == own || *name == field.name).map(|(_, unit)| *unit);
        if field.ty == Type::Datetime || unit.is_some() {
            // How stamps are written is said of event time alone.
            let pattern = self.reading.pattern.clone().filter(|_| &*field.name == TIMESTAMP);
            column.read_by(Moments::new(Reading { pattern, ..self.reading.clone() }, unit));
        }
        column.push_nulls(self.rows);
        let place = Place {
            field,
            column,
            fixed,
            seen,
            digits: false,
            unfit: Tally::default(),
            counted: 0,
            example: String::new(),
            respelled: None,
        };
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

    /// It is now this late; `arrives`: that is the time of records that say none.
    pub(super) fn set_now(&mut self, now: i64, arrives: bool) {
        self.arrival = arrives.then_some(now);
        if let Some(parts) = &mut self.parts {
            parts.set_now(now);
        }
        for place in self.slots.iter_mut().filter(|place| place.field.ty == Type::Datetime) {
            place.column.moments().set_now(now);
        }
    }

    /// Something in the present record was no text or no JSON; it is read all the same.
    pub(super) fn mended(&mut self) {
        self.mended.count += 1;
    }

    /// The instant of a stamp, in the zone that is declared.
    pub(super) fn instant(&mut self, stamp: &str) -> Option<i64> {
        let stamp = self.reading.read(stamp.as_bytes())?;
        self.doubt(stamp.doubt);
        Some(stamp.nanos)
    }

    /// What a stamp left open, to be told.
    pub(super) fn doubt(&mut self, doubt: Option<Doubt>) {
        if let Some(doubt) = doubt
            && !self.doubts.contains(&doubt)
            && self.doubts.len() < MAX_DOUBTS
        {
            self.doubts.push(doubt);
        }
    }

    /// The present record has this field already.
    pub(super) fn is_set(&self, slot: Slot) -> bool {
        self.slots.get(slot).is_some_and(|place| place.column.len() > self.rows)
    }

    pub(super) fn ty(&self, slot: Slot) -> Type {
        self.slots.get(slot).map_or(Type::String, |place| place.field.ty)
    }

    /// The value of a field in the present record; where it comes twice, the last one counts.
    pub(super) fn set(&mut self, slot: Slot, scalar: Scalar<'_>) {
        let rows = self.rows;
        let Some(place) = self.slots.get_mut(slot) else {
            self.parts.iter_mut().for_each(|parts| parts.set(slot - PARTS, scalar));
            return;
        };
        if place.column.len() > rows {
            place.column.truncate(rows);
        }
        match scalar {
            // Most values are one of these, of the type that the field has.
            Scalar::Null => {
                self.bytes += 8;
                return place.column.push_nulls(1);
            }
            Scalar::Long(value) if place.is_long(value) && place.column.push_long(value) => {
                self.bytes += 8;
                return;
            }
            _ => {}
        }
        let scalar = if place.fixed { scalar } else { place.number(scalar) };
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
            self.unfit_time |= Some(slot) == self.time;
        }
    }

    /// The same for a string that is known to be valid UTF-8.
    #[inline]
    pub(super) fn set_text(&mut self, slot: Slot, text: &[u8]) {
        let rows = self.rows;
        let Some(place) = self.slots.get_mut(slot) else {
            return self.set(slot, Scalar::String(std::str::from_utf8(text).unwrap_or_default()));
        };
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
        self.slots.get(slot).is_some_and(|place| place.fixed)
    }

    /// Sets the field of this name, keeping it where all fields are wanted.
    pub(super) fn set_by_name(&mut self, name: &str, scalar: Scalar<'_>) {
        let mut index = 0;
        while let Some(slot) = self.slots_of(name).get(index).copied() {
            self.set(slot, scalar);
            index += 1;
        }
        if self.all
            && self.slots_of(name).iter().all(|slot| *slot >= PARTS)
            && let Some(ty) = scalar.ty()
            && let Some(slot) = self.found(name, ty)
        {
            self.set(slot, scalar);
        }
    }

    /// Sets the field of this name to a value that text writes without a type. In a field that has had text it stays as it
    /// is written.
    pub(super) fn set_written(&mut self, name: &str, text: &str) {
        let slots = self.slots_of(name);
        let is_text = !slots.is_empty() && slots.iter().all(|slot| self.ty(*slot) == Type::String);
        if is_text && !parse::is_null(text) {
            return self.set_by_name(name, Scalar::String(text));
        }
        let scalar = parse::written(text);
        self.set_by_name(name, scalar);
        if matches!(scalar, Scalar::Real(_)) && parse::is_respelled(text) {
            self.respelled(name, text);
        }
    }

    /// A number's text says more than its value, which matters once the field turns out to be text.
    fn respelled(&mut self, name: &str, text: &str) {
        let slots = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        for slot in slots {
            if let Some(place) = self.slots.get_mut(*slot).filter(|place| !place.fixed && place.respelled.is_none()) {
                place.respelled = Some(text.chars().take(EXAMPLE).collect());
            }
        }
    }

    /// Where a value of this type goes for a field of this name, which is kept where all are wanted.
    pub(super) fn slots_for(&mut self, name: &str, ty: Option<Type>) -> Vec<Slot> {
        if self.all
            && self.slots_of(name).iter().all(|slot| *slot >= PARTS)
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
        if self.parts.is_some() || self.arrival.is_some() {
            self.time();
        }
        self.rows += 1;
        // Nulls take room as well: a batch of thousands of fields has fewer rows.
        self.bytes += 8 * self.slots.len();
        for place in &mut self.slots {
            let missing = self.rows.saturating_sub(place.column.len());
            place.column.push_nulls(missing);
        }
    }

    /// The present record's time from several fields, or from the clock where it says none itself.
    fn time(&mut self) {
        let Some(slot) = self.time else { return };
        let made = self.parts.as_mut().and_then(Parts::take);
        // Of `{"seconds":1,"nanos":2}` nothing is lost where its members make the time.
        if std::mem::take(&mut self.unfit_time) && made.is_some() {
            let unfit = &mut self.slots[slot].unfit.count;
            *unfit = unfit.saturating_sub(1);
        }
        let said = self.is_set(slot) && self.slots[slot].column.last_is_valid();
        if let Some(instant) = made.or(self.arrival.filter(|_| !said)) {
            let rows = self.rows;
            self.slots[slot].column.truncate(rows);
            self.slots[slot].column.push(Scalar::Datetime(instant));
        }
    }

    /// The record is broken: nothing of it stays.
    pub(super) fn take_back(&mut self) {
        if let Some(parts) = &mut self.parts {
            parts.take();
        }
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
        self.of_all += self.rows as u64;
        for (slot, place) in self.slots.iter_mut().enumerate() {
            if place.seen {
                let array = place.column.finish()?;
                if Some(slot) == self.time {
                    self.untimed.count += array.null_count() as u64;
                }
                arrays.push(array);
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
        for (slot, place) in self.slots.iter_mut().enumerate() {
            let (name, ty, unfit) = (&place.field.name, place.field.ty, place.unfit.count);
            if unfit > place.counted {
                let example = syntax::visible(&place.example).into_owned();
                let count = unfit - std::mem::replace(&mut place.counted, unfit);
                feed.lost(Lost { field: name.clone(), ty, count, example });
            }
            if let Some(unfit) = place.unfit.due() {
                let values = if unfit == 1 { "one value was".to_owned() } else { format!("{unfit} values were") };
                let then = match (Some(slot) == self.time, self.arrival) {
                    (true, Some(_)) => "; those events have the time at which they are read",
                    (true, None) => "; events without a time are in no window",
                    _ => "",
                };
                let example = syntax::visible(&place.example);
                let message =
                    format!("`{name}` is {ty}, but {values} something else and became null, e.g. `{example}`");
                feed.notice(message + then);
            }
        }
        for place in self.slots.iter_mut().filter(|place| place.field.ty == Type::String) {
            let Some(text) = place.respelled.take() else { continue };
            let (name, value) = (&place.field.name, text.parse::<f64>().unwrap_or(f64::NAN));
            let text = syntax::visible(&text);
            feed.notice(format!(
                "`{name}` was a number until text came to it, and what was read before is only its value: `{text}` is \
                 {value}; declare `{name}` as a string to have all of it as it is written"
            ));
        }
        // Those whose value could not be read are told with the field.
        let unread = self.time.map_or(0, |slot| self.slots[slot].unfit.count);
        let all = self.untimed.count;
        self.untimed.count = all.saturating_sub(unread);
        if let Some(untimed) = self.untimed.due() {
            let all = self.of_all;
            let (what, are) = match untimed {
                1 => ("one event".to_owned(), "it is"),
                _ => (format!("{untimed} events"), "they are"),
            };
            feed.notice(format!("{what} of the first {all} said no time: {are} in no window"));
        }
        self.untimed.count = all;
        if let Some(mended) = self.mended.due() {
            let what = if mended == 1 { "one record has".to_owned() } else { format!("{mended} records have") };
            feed.notice(format!("{what} bytes that are no UTF-8, or half a character: `\u{fffd}` is in their place"));
        }
        let of_fields = self.slots.iter_mut().filter_map(|place| place.column.moments().take_doubt());
        let of_parts = self.parts.as_mut().and_then(|parts| parts.doubt.take());
        // Most often there are none: then nothing is allocated.
        let doubts: Vec<Doubt> = of_fields.chain(of_parts).collect();
        doubts.into_iter().for_each(|doubt| self.doubt(Some(doubt)));
        for doubt in &self.doubts[self.told_doubts..] {
            feed.notice(format!("{}; {}", doubt.text(), doubt.help()));
        }
        self.told_doubts = self.doubts.len();
        if self.too_many && !std::mem::replace(&mut self.told_too_many, true) {
            feed.notice(format!(
                "records have more than {MAX_FIELDS} different fields; those that came later are left out"
            ));
        }
    }
}

impl Place {
    /// The field is a long, and this one does not change what is known of it.
    #[inline]
    fn is_long(&self, value: i64) -> bool {
        self.field.ty == Type::Long && (self.fixed || self.seen && value.unsigned_abs() <= EXACT)
    }

    /// `nan` among numbers is one.
    #[inline]
    fn number<'a>(&self, scalar: Scalar<'a>) -> Scalar<'a> {
        match (self.field.ty, scalar) {
            (Type::Long | Type::Real, Scalar::String(text)) if self.seen => {
                parse::beyond(text).map_or(scalar, Scalar::Real)
            }
            _ => scalar,
        }
    }

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
        self.unfit.count += 1;
        if self.example.is_empty() {
            self.example = scalar.to_string().chars().take(EXAMPLE).collect();
        }
    }
}
