//! The batch being filled from OTLP records: fields of the signal itself, and attributes under their own
//! names, of which the record's own win over those of its scope, and these over those of its resource.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use syntax::catalog::signals::Signal;
use syntax::source::SourceDecl;
use syntax::{Field, Type};

use super::value;
use super::wire::{Malformed, Wire, fields};
use crate::source::Wanted;
use crate::source::column::Scalar;
use crate::source::table::{Known, Slot, Table};

/// Fields of a signal that an attribute of the same name may fill.
const SHARED: [&str; 2] = ["service.name", "event.name"];

/// Attributes of a record whose place is remembered.
const SHAPE: usize = 64;

pub(super) struct Rows {
    pub(super) table: Table,
    /// Fields that are the signal's own.
    own: Vec<&'static str>,
    /// Where attributes go, by their key; not there: nobody wants it, or it was not seen yet.
    by_key: HashMap<Box<[u8]>, Slot, RandomState>,
    /// The keys of the last record's attributes: most records of a sender have the same.
    shape: Vec<(Box<[u8]>, Option<Slot>)>,
    scratch: String,
}

/// Attributes that many records share, those that are wanted.
#[derive(Default)]
pub(super) struct Shared<'a> {
    values: Vec<(Slot, &'a [u8])>,
    bytes: usize,
}

impl Shared<'_> {
    /// How much each record that inherits all of it copies.
    #[inline]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// What is known of the fields before anything is received.
pub(in crate::source) fn known(decl: &SourceDecl, signal: Signal) -> Known {
    let mut fields = decl.schema().fields.to_vec();
    for field in signal.otlp_fields() {
        if !fields.iter().any(|known| *known.name == *field.0) {
            fields.push(Field::new(field.0, field.1));
        }
    }
    Known::declared(fields)
}

impl Rows {
    pub(super) fn new(wanted: &Wanted, known: &Known, signal: Signal) -> Rows {
        let table = Table::new(wanted, known, Type::Dynamic);
        let own: Vec<&str> = signal.otlp_fields().iter().map(|field| field.0).collect();
        let mut by_key: HashMap<Box<[u8]>, Slot, RandomState> = HashMap::default();
        for (name, slots) in table.names() {
            let key = name.strip_prefix("attributes.").filter(|key| is_own(&own, key)).unwrap_or(name);
            if let (Some(slot), true) = (slots.first(), key.len() < name.len() || !is_own(&own, key)) {
                by_key.insert(key.as_bytes().into(), *slot);
            }
        }
        Rows { table, own, by_key, shape: Vec::new(), scratch: String::new() }
    }

    /// The slot of a field of the signal's own.
    pub(super) fn own(&self, name: &'static str) -> Option<Slot> {
        debug_assert!(self.own.contains(&name), "{name}");
        self.table.slots_of(name).first().copied()
    }

    #[inline]
    pub(super) fn set(&mut self, slot: Option<Slot>, scalar: Scalar<'_>) {
        if let Some(slot) = slot {
            self.table.set(slot, scalar);
        }
    }

    /// Text that is null where it is empty, as protobuf has it.
    #[inline]
    pub(super) fn set_text(&mut self, slot: Option<Slot>, bytes: &[u8]) {
        if let (Some(slot), false) = (slot, bytes.is_empty()) {
            self.table.set(slot, Scalar::String(value::text(bytes, &mut self.scratch)));
        }
    }

    /// An identifier; null where it is empty.
    #[inline]
    pub(super) fn set_hex(&mut self, slot: Option<Slot>, bytes: &[u8]) {
        if let (Some(slot), false) = (slot, bytes.is_empty()) {
            self.scratch.clear();
            value::hex(bytes, &mut self.scratch);
            self.table.set(slot, Scalar::String(&self.scratch));
        }
    }

    /// JSON text that is made only where it is wanted.
    pub(super) fn set_json(
        &mut self,
        slot: Option<Slot>,
        make: impl FnOnce(&mut String) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        if let Some(slot) = slot {
            self.scratch.clear();
            make(&mut self.scratch)?;
            put(&mut self.table, slot, Scalar::Json(&self.scratch));
        }
        Ok(())
    }

    /// Any value, e.g. a log's body.
    pub(super) fn set_any(&mut self, slot: Option<Slot>, any: &[u8]) -> Result<(), Malformed> {
        if let Some(slot) = slot {
            put(&mut self.table, slot, value::scalar(any, &mut self.scratch)?);
        }
        Ok(())
    }

    /// The `index`th attribute of a record.
    #[inline]
    pub(super) fn attribute(&mut self, index: usize, attribute: &[u8]) -> Result<(), Malformed> {
        let (key, any) = value::key_value(attribute)?;
        let slot = match self.shape.get(index) {
            Some((known, slot)) if **known == *key => *slot,
            _ => {
                let slot = self.slot(key, any)?;
                // A field that is still unknown may come with the next value.
                if slot.is_some() || !self.table.all() {
                    self.remember(index, key, slot);
                }
                slot
            }
        };
        match slot {
            Some(slot) if !self.table.is_set(slot) => self.set_any(Some(slot), any),
            _ => Ok(()),
        }
    }

    /// Those attributes in field `number` of a resource or a scope that are wanted.
    pub(super) fn share<'a>(&mut self, message: &'a [u8], number: u32) -> Result<Shared<'a>, Malformed> {
        let mut shared = Shared::default();
        for field in fields(message) {
            match field? {
                (found, Wire::Bytes(attribute)) if found == number => {
                    let (key, any) = value::key_value(attribute)?;
                    if let Some(slot) = self.slot(key, any)? {
                        shared.values.push((slot, any));
                        shared.bytes += any.len();
                    }
                }
                _ => {}
            }
        }
        Ok(shared)
    }

    /// Fills what the record itself has not said.
    #[inline]
    pub(super) fn inherit(&mut self, shared: &Shared<'_>) -> Result<(), Malformed> {
        for (slot, any) in &shared.values {
            if !self.table.is_set(*slot) {
                self.set_any(Some(*slot), any)?;
            }
        }
        Ok(())
    }

    /// Takes back what is not handed on yet; returns how many rows that were.
    pub(super) fn discard(&mut self) -> u64 {
        self.table.take_back();
        let rows = self.table.rows() as u64;
        // Either way the rows are out of the table.
        drop(self.table.batch());
        rows
    }

    fn remember(&mut self, index: usize, key: &[u8], slot: Option<Slot>) {
        let known = self.shape.len();
        match self.shape.get_mut(index) {
            Some(place) => *place = (key.into(), slot),
            None if index == known && index < SHAPE => self.shape.push((key.into(), slot)),
            None => {}
        }
    }

    /// Where an attribute goes; a new field where all are wanted.
    fn slot(&mut self, key: &[u8], any: &[u8]) -> Result<Option<Slot>, Malformed> {
        if let Some(slot) = self.by_key.get(key) {
            return Ok(Some(*slot));
        }
        if !self.table.all() {
            return Ok(None);
        }
        let mut scratch = String::new();
        let name = value::text(key, &mut scratch);
        // The signal's own field has the bare name; the attribute is beside it, not lost.
        let beside = is_own(&self.own, name).then(|| format!("attributes.{name}"));
        let name = beside.as_deref().unwrap_or(name);
        let slot = value::scalar(any, &mut self.scratch)?.ty().and_then(|ty| self.table.found(name, ty));
        if let Some(slot) = slot {
            self.by_key.insert(key.into(), slot);
        }
        Ok(slot)
    }
}

fn is_own(own: &[&str], name: &str) -> bool {
    own.contains(&name) && !SHARED.contains(&name)
}

/// A list in a field that is a string is its JSON text rather than nothing.
#[inline]
fn put(table: &mut Table, slot: Slot, scalar: Scalar<'_>) {
    match scalar {
        Scalar::Json(json) if table.declared(slot) && table.ty(slot) == Type::String => {
            table.set(slot, Scalar::String(json));
        }
        scalar => table.set(slot, scalar),
    }
}
