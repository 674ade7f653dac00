//! Reads a record by guessing that it looks like those before it.
//!
//! What stands between two values (`,"name":` with its white space) is remembered with what to do with the
//! value that follows, and with what came after it last time; where the guess holds, a key costs one
//! comparison. All else is read as it comes. Nothing reaches the table before the whole record is known to
//! be right; where that is not sure, the record is left to `strict`.

use std::collections::HashMap;

use serde::Deserialize;
use syntax::{Name, Type};
use wide::u8x16;

use super::{Action, Any, FLAT, Json, NodeId, ROOT, number, scan};
use crate::source::column::Scalar;
use crate::source::table::{Slot, Table};

/// Leads that are remembered: a source with ever new keys gets no further.
const LEADS: usize = 4096;
/// A lead longer than this is read anew each time.
const LEAD: usize = 128;
/// As many bytes of a lead are compared at once.
const HEAD: usize = 32;

#[derive(Default)]
pub(super) struct Walk {
    leads: Vec<Lead>,
    /// By the object that they stand in, and their text.
    known: HashMap<NodeId, HashMap<Box<[u8]>, LeadId>>,
    /// For each object: which leads it begins with.
    first: Vec<Next>,
    /// After a lead that is not remembered: nothing is guessed from it.
    lost: Next,
    found: Vec<Found>,
    /// The strings of the present record that have escapes, without them.
    unescaped: String,
}

type LeadId = usize;

/// No lead at all.
const NONE: LeadId = usize::MAX;

/// What most likely comes next, and what else did.
#[derive(Clone, Copy)]
struct Next([LeadId; 2]);

impl Default for Next {
    fn default() -> Next {
        Next([NONE; 2])
    }
}

/// What stands before a value.
struct Lead {
    text: Box<[u8]>,
    /// Its first bytes, then zeros.
    head: [u8; HEAD],
    /// Which of those count, as a mask.
    mask: u32,
    action: Action,
    next: Next,
}

/// The place from which a lead is guessed.
#[derive(Clone, Copy)]
enum From {
    Begin,
    After(LeadId),
}

/// A member of an object, up to its value.
enum Member {
    Value { lead: LeadId, action: Action, at: usize },
    End(usize),
}

/// A value for the table.
struct Found {
    goes: Goes,
    value: Value,
}

#[derive(Clone, Copy)]
enum Goes {
    Slot(Slot),
    /// Into `several`.
    Several(usize),
    /// Into `any`.
    Any(usize),
}

#[derive(Clone, Copy)]
enum Value {
    Scalar(Scalar<'static>),
    String { start: usize, end: usize },
    Unescaped { start: usize, end: usize },
    Json { start: usize, end: usize },
}

impl Value {
    /// The type that fits it by itself; None for null.
    fn ty(&self) -> Option<Type> {
        match self {
            Value::Scalar(scalar) => scalar.ty(),
            Value::String { .. } | Value::Unescaped { .. } => Some(Type::String),
            Value::Json { .. } => Some(Type::Dynamic),
        }
    }
}

impl Json {
    /// Looks at the record that these bytes begin with, and returns where it ends; None where that is not
    /// sure. Its fields are found, but not in the table yet.
    #[inline]
    pub(super) fn walk(&mut self, bytes: &[u8], table: &mut Table) -> Option<usize> {
        self.walk.found.clear();
        self.walk.unescaped.clear();
        let at = scan::blank(bytes, 0);
        if *bytes.get(at)? != b'{' {
            return None;
        }
        self.object(bytes, at + 1, ROOT, table)
    }

    /// Puts what was found into the table's present row.
    #[inline]
    pub(super) fn keep(&mut self, bytes: &[u8], table: &mut Table) {
        for Found { goes, value } in &self.walk.found {
            let slots = match *goes {
                Goes::Slot(slot) => &[slot][..],
                Goes::Several(index) => &self.several[index].slots,
                Goes::Any(index) => {
                    let Any { name, slots, .. } = &mut self.any[index];
                    if slots.is_empty() {
                        slots.extend(table.slots_for(name, value.ty()));
                    }
                    slots
                }
            };
            let scalar = match *value {
                Value::Scalar(scalar) => scalar,
                Value::String { start, end } => {
                    slots.iter().for_each(|slot| table.set_text(*slot, &bytes[start..end]));
                    continue;
                }
                Value::Unescaped { start, end } => Scalar::String(&self.walk.unescaped[start..end]),
                // The text was checked as it was found.
                Value::Json { start, end } => Scalar::Json(std::str::from_utf8(&bytes[start..end]).unwrap_or_default()),
            };
            slots.iter().for_each(|slot| table.set(*slot, scalar));
        }
    }

    /// From after the opening brace to after the closing one.
    fn object(&mut self, bytes: &[u8], mut at: usize, node: NodeId, table: &mut Table) -> Option<usize> {
        let mut from = From::Begin;
        loop {
            if *bytes.get(at)? == b'}' {
                return Some(at + 1);
            }
            let guess = match from {
                From::Begin => self.walk.first.get(node).map_or(NONE, |next| next.0[0]),
                From::After(lead) => self.walk.leads.get(lead).map_or(NONE, |lead| lead.next.0[0]),
            };
            let (lead, action, value) = match self.walk.leads.get(guess) {
                Some(lead) if lead.stands_at(bytes, at) => (guess, lead.action, at + lead.text.len()),
                _ => match self.member(bytes, at, node, from, table)? {
                    Member::Value { lead, action, at } => (lead, action, at),
                    Member::End(end) => return Some(end),
                },
            };
            from = From::After(lead);
            at = self.value(action, bytes, value, node, table)?;
        }
    }

    /// A member that was not guessed, or the object's end.
    #[inline(never)]
    fn member(&mut self, bytes: &[u8], at: usize, node: NodeId, from: From, table: &mut Table) -> Option<Member> {
        let other = self.walk.next(from, node).0[1];
        if let Some(lead) = self.walk.leads.get(other)
            && lead.stands_at(bytes, at)
        {
            let found = Member::Value { lead: other, action: lead.action, at: at + lead.text.len() };
            self.walk.next(from, node).0.swap(0, 1);
            return Some(found);
        }
        let mut key = scan::blank(bytes, at);
        match (bytes.get(key)?, from) {
            (b'}', _) => return Some(Member::End(key + 1)),
            (b',', From::After(_)) => key = scan::blank(bytes, key + 1),
            (_, From::Begin) => {}
            _ => return None,
        }
        if *bytes.get(key)? != b'"' {
            return None;
        }
        let quoted = scan::string(bytes, key + 1)?;
        if quoted.escaped {
            return None;
        }
        let name = std::str::from_utf8(&bytes[key + 1..quoted.end]).ok()?;
        let colon = scan::blank(bytes, quoted.end + 1);
        if *bytes.get(colon)? != b':' {
            return None;
        }
        let value = scan::blank(bytes, colon + 1);
        let text = &bytes[at..value];
        let lead = match self.walk.known.get(&node).and_then(|known| known.get(text)) {
            Some(lead) => *lead,
            None => {
                let action = self.action(node, name, table);
                self.walk.learn(node, text, action)
            }
        };
        let action = match self.walk.leads.get(lead) {
            Some(lead) => lead.action,
            None => self.action(node, name, table),
        };
        let next = self.walk.next(from, node);
        *next = Next([lead, next.0[0]]);
        Some(Member::Value { lead, action, at: value })
    }

    /// Returns where the value ends.
    #[inline]
    fn value(&mut self, action: Action, bytes: &[u8], at: usize, node: NodeId, table: &mut Table) -> Option<usize> {
        let mut at = at;
        let mut first = *bytes.get(at)?;
        // What was guessed from a record without it may be followed by white space here.
        if first <= b' ' {
            at = scan::blank(bytes, at);
            first = *bytes.get(at)?;
        }
        if let Action::Skip = action {
            return match first {
                b'"' => Some(scan::string(bytes, at + 1)?.end + 1),
                _ => scan::value(bytes, at),
            };
        }
        let (value, end) = match first {
            b'"' => {
                let quoted = scan::string(bytes, at + 1)?;
                let (start, end) = (at + 1, quoted.end);
                let plain = Value::String { start, end };
                (if quoted.escaped { self.walk.unescape(&bytes[at..=end])? } else { plain }, end + 1)
            }
            b'{' | b'[' => return self.nested(action, bytes, at, node, table),
            b'-' | b'0'..=b'9' => {
                let found = scan::number(bytes, at)?;
                let value = match found.simple {
                    Some(scan::Simple::Whole(value)) => Value::Scalar(Scalar::Long(value)),
                    Some(scan::Simple::Real(value)) => Value::Scalar(Scalar::Real(value)),
                    None => match number(std::str::from_utf8(&bytes[at..found.end]).ok()?) {
                        Some(value) => Value::Scalar(value),
                        None => Value::Json { start: at, end: found.end },
                    },
                };
                (value, found.end)
            }
            b'n' => (Value::Scalar(Scalar::Null), scan::word(bytes, at)?),
            _ => (Value::Scalar(Scalar::Bool(first == b't')), scan::word(bytes, at)?),
        };
        let goes = match action {
            Action::Leaf(slot) => Goes::Slot(slot),
            Action::Several(index) => Goes::Several(index),
            Action::Any(index) => Goes::Any(index),
            Action::Skip | Action::Child(_) => return Some(end),
        };
        self.walk.found.push(Found { goes, value });
        Some(end)
    }

    /// A list or an object that somebody wants something of.
    fn nested(&mut self, action: Action, bytes: &[u8], at: usize, node: NodeId, table: &mut Table) -> Option<usize> {
        let object = bytes[at] == b'{';
        let child = match action {
            Action::Child(child) if object => return self.object(bytes, at + 1, child, table),
            Action::Several(index) if object => self.several[index].child,
            Action::Any(index) if object && self.depth(node) < FLAT => {
                let name: Name = self.any(index).clone();
                let declared: Vec<Slot> =
                    table.slots_of(&name).iter().copied().filter(|slot| table.declared(*slot)).collect();
                if !declared.is_empty() {
                    let value = Value::Json { start: at, end: scan::nested(bytes, at)? };
                    self.walk.found.extend(declared.iter().map(|slot| Found { goes: Goes::Slot(*slot), value }));
                }
                let child = self.any_child(index, node);
                return self.object(bytes, at + 1, child, table);
            }
            _ => None,
        };
        let end = scan::nested(bytes, at)?;
        let value = Value::Json { start: at, end };
        match action {
            Action::Leaf(slot) => self.walk.found.push(Found { goes: Goes::Slot(slot), value }),
            Action::Several(index) => self.walk.found.push(Found { goes: Goes::Several(index), value }),
            Action::Any(index) => self.walk.found.push(Found { goes: Goes::Any(index), value }),
            Action::Skip | Action::Child(_) => {}
        }
        match child {
            Some(child) => self.object(bytes, at + 1, child, table),
            None => Some(end),
        }
    }
}

impl Lead {
    #[inline(always)]
    fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        let length = self.text.len();
        match bytes[at..].first_chunk::<HEAD>() {
            Some(block) if length <= HEAD => same(block, &self.head) & self.mask == self.mask,
            _ => bytes[at..].starts_with(&self.text),
        }
    }
}

/// A bit for each byte that is the same.
#[inline(always)]
fn same(one: &[u8; HEAD], other: &[u8; HEAD]) -> u32 {
    let half = |bytes: &[u8; HEAD], from: usize| {
        let mut block = [0; HEAD / 2];
        block.copy_from_slice(&bytes[from..from + HEAD / 2]);
        u8x16::new(block)
    };
    let low = half(one, 0).simd_eq(half(other, 0)).to_bitmask();
    let high = half(one, HEAD / 2).simd_eq(half(other, HEAD / 2)).to_bitmask();
    low | high << (HEAD / 2)
}

impl Walk {
    /// What is guessed to come next.
    fn next(&mut self, from: From, node: NodeId) -> &mut Next {
        match from {
            From::After(lead) if lead < self.leads.len() => &mut self.leads[lead].next,
            From::After(_) => {
                self.lost = Next::default();
                &mut self.lost
            }
            From::Begin => {
                if self.first.len() <= node {
                    self.first.resize(node + 1, Next::default());
                }
                &mut self.first[node]
            }
        }
    }

    fn learn(&mut self, node: NodeId, text: &[u8], action: Action) -> LeadId {
        if self.leads.len() >= LEADS || text.len() > LEAD {
            return NONE;
        }
        let lead = self.leads.len();
        let mut head = [0; HEAD];
        let short = text.len().min(HEAD);
        head[..short].copy_from_slice(&text[..short]);
        let mask = u32::MAX >> (HEAD - short);
        self.leads.push(Lead { text: text.into(), head, mask, action, next: Next::default() });
        self.known.entry(node).or_default().insert(text.into(), lead);
        lead
    }

    /// A string with its quotes that has escapes; None for those that mean no character.
    fn unescape(&mut self, quoted: &[u8]) -> Option<Value> {
        let text = String::deserialize(&mut serde_json::Deserializer::from_slice(quoted)).ok()?;
        let start = self.unescaped.len();
        self.unescaped.push_str(&text);
        Some(Value::Unescaped { start, end: self.unescaped.len() })
    }
}
