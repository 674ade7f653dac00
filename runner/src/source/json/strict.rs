//! The whole JSON grammar by `serde_json`, one record at a time: decides what is refused and why, and reads
//! what `walk` is not sure about.

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::{Action, FLAT, Json, NodeId, ROOT, mend, number};
use crate::source::column::Scalar;
use crate::source::table::Table;

/// A value nested deeper than this is refused with its record.
const MAX_DEPTH: usize = 64;

type Refused = Option<&'static str>;

/// Puts the record's fields into the table's present row; says why where it is not a whole object.
pub(super) fn record(json: &mut Json, line: &[u8], table: &mut Table) -> Result<(), &'static str> {
    let text = std::str::from_utf8(line).map_err(|_| "invalid UTF-8")?;
    let mut refused = None;
    object(json, text, ROOT, table, &mut refused).map_err(|error| match (refused, error.classify()) {
        (Some(reason), _) => reason,
        (None, Category::Eof) => "truncated JSON",
        (None, Category::Data) => "not a JSON object",
        (None, Category::Syntax | Category::Io) => "malformed JSON",
    })
}

fn object(
    json: &mut Json,
    text: &str,
    node: NodeId,
    table: &mut Table,
    refused: &mut Refused,
) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.deserialize_map(Object { json, node, table, refused })?;
    deserializer.end()
}

fn value(
    json: &mut Json,
    action: Action,
    raw: &str,
    node: NodeId,
    table: &mut Table,
    refused: &mut Refused,
) -> Result<(), serde_json::Error> {
    let nested = raw.starts_with('{');
    match action {
        Action::Skip => {}
        Action::Leaf(slot) => scalar(raw, refused, |scalar| table.set(slot, scalar))?,
        Action::Child(child) if nested => object(json, raw, child, table, refused)?,
        Action::Child(_) => {}
        Action::Several(index) => {
            let (slots, child) = json.several(index);
            scalar(raw, refused, |scalar| slots.iter().for_each(|slot| table.set(*slot, scalar)))?;
            if let (true, Some(child)) = (nested, child) {
                object(json, raw, child, table, refused)?;
            }
        }
        Action::Any(index) if nested && json.depth(node) < FLAT => {
            // As a whole only where somebody declared it; its fields in any case.
            for slot in table.slots_of(json.any(index)).to_vec() {
                if table.declared(slot) {
                    scalar(raw, refused, |scalar| table.set(slot, scalar))?;
                }
            }
            let child = json.any_child(index, node);
            object(json, raw, child, table, refused)?;
        }
        Action::Any(index) => scalar(raw, refused, |scalar| table.set_by_name(json.any(index), scalar))?,
    }
    Ok(())
}

struct Object<'a> {
    json: &'a mut Json,
    node: NodeId,
    table: &'a mut Table,
    refused: &'a mut Refused,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Object { json, node, table, refused } = self;
        while let Some(action) = map.next_key_seed(Key { json, node, table })? {
            if matches!(action, Action::Skip) {
                map.next_value::<IgnoredAny>()?;
            } else {
                let raw = map.next_value::<&RawValue>()?;
                value(json, action, raw.get(), node, table, refused).map_err(|error| {
                    // The text itself was checked when it was taken; what fails now is a refusal of ours.
                    refused.get_or_insert("malformed JSON");
                    A::Error::custom(error)
                })?;
            }
        }
        Ok(())
    }
}

/// A key that becomes what to do with its value, without being copied.
struct Key<'a> {
    json: &'a mut Json,
    node: NodeId,
    table: &'a mut Table,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Action;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Action, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Action;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Action, E> {
        Ok(self.json.action(self.node, key, self.table))
    }
}

/// Reads JSON text that is known to be well formed.
fn scalar(raw: &str, refused: &mut Refused, take: impl FnOnce(Scalar<'_>)) -> Result<(), serde_json::Error> {
    let mut refuse = |reason: &'static str| {
        *refused = Some(reason);
        Err(serde_json::Error::custom(reason))
    };
    match raw.as_bytes() {
        [b'n', ..] => take(Scalar::Null),
        [b't', ..] => take(Scalar::Bool(true)),
        [b'f', ..] => take(Scalar::Bool(false)),
        [b'"', ..] => {
            let inside = &raw[1..raw.len() - 1];
            if memchr::memchr(b'\\', inside.as_bytes()).is_none() {
                take(Scalar::String(inside));
            } else {
                let text = String::deserialize(&mut serde_json::Deserializer::from_str(raw))?;
                take(Scalar::String(&text));
            }
        }
        [b'[' | b'{', ..] => {
            if depth(raw.as_bytes()) > MAX_DEPTH {
                return refuse("JSON nested deeper than 64 levels");
            }
            take(Scalar::Json(&mend::plain(raw)));
        }
        _ => take(match (number(raw), raw) {
            (Some(number), _) => number,
            (None, mend::NAN) => Scalar::Real(f64::NAN),
            (None, mend::INFINITE) => Scalar::Real(f64::INFINITY),
            (None, mend::NEGATIVE) => Scalar::Real(f64::NEG_INFINITY),
            (None, _) => Scalar::Json(raw),
        }),
    }
    Ok(())
}

fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
