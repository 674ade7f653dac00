//! JSON objects, one a line: finds the wanted fields and skips the rest without looking closer.
//!
//! Nested objects are flattened to dotted names (`connections.active`); a key that itself has dots is
//! found too. Lists, and objects nested deeper than [`FLAT`], stay JSON text. Whole numbers are exact.

use std::collections::HashMap;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;
use syntax::Name;

use super::column::Scalar;
use super::table::{MAX_FIELDS, Slot, Table};

/// Objects nested deeper than this are not flattened.
const FLAT: usize = 16;
/// A value nested deeper than this is refused with its record.
const MAX_DEPTH: usize = 64;
/// Keys of an object whose order is remembered.
const REMEMBERED: usize = 256;
/// A key longer than this is no field's name: it is not kept unless somebody asks for it.
const MAX_KEY: usize = 512;

/// What to do with each key, learnt from the fields of one table.
pub(super) struct Json {
    nodes: Vec<Node>,
    several: Vec<Several>,
    any: Vec<(Name, Option<NodeId>)>,
}

type NodeId = usize;

/// An object at one place: the record itself, or one nested in it.
#[derive(Default)]
struct Node {
    /// The names of the objects around it, each with a dot.
    prefix: String,
    depth: usize,
    /// What is wanted of it: the rest of a field's name, and where it goes.
    wants: Vec<(String, Slot)>,
    /// What was done with the keys of the last such object, in their order: most records are alike.
    last: Vec<(String, Action)>,
    /// For keys that were not named: what to do with them.
    found: HashMap<String, Action>,
}

#[derive(Clone, Copy)]
enum Action {
    Skip,
    Leaf(Slot),
    Child(NodeId),
    /// Into `several`.
    Several(usize),
    /// Into `any`: a field that nobody named, kept since all are wanted.
    Any(usize),
}

struct Several {
    slots: Vec<Slot>,
    child: Option<NodeId>,
}

impl Json {
    pub(super) fn new(table: &Table) -> Json {
        let wants =
            table.names().flat_map(|(name, slots)| slots.iter().map(|slot| (name.to_string(), *slot))).collect();
        let root = Node { wants, ..Node::default() };
        Json { nodes: vec![root], several: Vec::new(), any: Vec::new() }
    }

    /// Puts the record's fields into the table's present row; says why where it is not a whole object.
    pub(super) fn record(&mut self, line: &[u8], table: &mut Table) -> Result<(), &'static str> {
        let text = std::str::from_utf8(line).map_err(|_| "invalid UTF-8")?;
        let mut refused = None;
        self.object(text, 0, table, &mut refused).map_err(|error| match (refused, error.classify()) {
            (Some(reason), _) => reason,
            (None, Category::Eof) => "truncated JSON",
            (None, Category::Data) => "not a JSON object",
            (None, Category::Syntax | Category::Io) => "malformed JSON",
        })
    }

    fn object(
        &mut self,
        text: &str,
        node: NodeId,
        table: &mut Table,
        refused: &mut Option<&'static str>,
    ) -> Result<(), serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        deserializer.deserialize_map(Object { json: self, node, table, refused })?;
        deserializer.end()
    }

    /// What to do with the key that stands at this place of the object.
    fn action(&mut self, node: NodeId, place: usize, key: &str, table: &mut Table) -> Action {
        if let Some((last, action)) = self.nodes[node].last.get(place)
            && last == key
        {
            return *action;
        }
        let action = self.look_up(node, key, table);
        let last = &mut self.nodes[node].last;
        if key.len() > MAX_KEY {
            return action;
        }
        if let Some((name, done)) = last.get_mut(place) {
            name.clear();
            name.push_str(key);
            *done = action;
        } else if place == last.len() && place < REMEMBERED {
            last.push((key.to_owned(), action));
        }
        action
    }

    fn look_up(&mut self, node: NodeId, key: &str, table: &mut Table) -> Action {
        if let Some(action) = self.nodes[node].found.get(key) {
            return *action;
        }
        let below = |rest: &str| rest.strip_prefix(key)?.strip_prefix('.').map(str::to_owned);
        let wants = &self.nodes[node].wants;
        let slots: Vec<Slot> = wants.iter().filter(|(rest, _)| rest == key).map(|(_, slot)| *slot).collect();
        let nested: Vec<(String, Slot)> = wants.iter().filter_map(|(rest, slot)| Some((below(rest)?, *slot))).collect();
        let action = if table.all() {
            if self.any.len() >= MAX_FIELDS || key.len() > MAX_KEY {
                table.too_many();
                return Action::Skip;
            }
            let name = Name::from(format!("{}{key}", self.nodes[node].prefix));
            self.any.push((name, None));
            Action::Any(self.any.len() - 1)
        } else {
            let child = (!nested.is_empty()).then(|| self.child(node, key, nested));
            match (slots.as_slice(), child) {
                ([], None) => return Action::Skip,
                ([slot], None) => Action::Leaf(*slot),
                ([], Some(child)) => Action::Child(child),
                _ => {
                    self.several.push(Several { slots, child });
                    Action::Several(self.several.len() - 1)
                }
            }
        };
        self.nodes[node].found.insert(key.to_owned(), action);
        action
    }

    fn child(&mut self, parent: NodeId, key: &str, wants: Vec<(String, Slot)>) -> NodeId {
        let Node { prefix, depth, .. } = &self.nodes[parent];
        let node = Node { prefix: format!("{prefix}{key}."), depth: depth + 1, wants, ..Node::default() };
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn value(
        &mut self,
        action: Action,
        raw: &str,
        node: NodeId,
        table: &mut Table,
        refused: &mut Option<&'static str>,
    ) -> Result<(), serde_json::Error> {
        let nested = raw.starts_with('{');
        match action {
            Action::Skip => {}
            Action::Leaf(slot) => scalar(raw, refused, |scalar| table.set(slot, scalar))?,
            Action::Child(child) if nested => self.object(raw, child, table, refused)?,
            Action::Child(_) => {}
            Action::Several(index) => {
                let Several { slots, child } = &self.several[index];
                scalar(raw, refused, |scalar| slots.iter().for_each(|slot| table.set(*slot, scalar)))?;
                if let (true, Some(child)) = (nested, *child) {
                    self.object(raw, child, table, refused)?;
                }
            }
            Action::Any(index) if nested && self.nodes[node].depth < FLAT => {
                let name = self.any[index].0.clone();
                // As a whole only where somebody declared it; its fields in any case.
                for slot in table.slots_of(&name).to_vec() {
                    if table.declared(slot) {
                        scalar(raw, refused, |scalar| table.set(slot, scalar))?;
                    }
                }
                let child = match self.any[index].1 {
                    Some(child) => child,
                    None => {
                        let key = name[self.nodes[node].prefix.len()..].to_owned();
                        let child = self.child(node, &key, Vec::new());
                        self.any[index].1 = Some(child);
                        child
                    }
                };
                self.object(raw, child, table, refused)?;
            }
            Action::Any(index) => {
                let name = &self.any[index].0;
                scalar(raw, refused, |scalar| table.set_by_name(name, scalar))?;
            }
        }
        Ok(())
    }
}

struct Object<'a> {
    json: &'a mut Json,
    node: NodeId,
    table: &'a mut Table,
    refused: &'a mut Option<&'static str>,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Object { json, node, table, refused } = self;
        let mut place = 0;
        while let Some(action) = map.next_key_seed(Key { json, node, place, table })? {
            place += 1;
            if matches!(action, Action::Skip) {
                map.next_value::<IgnoredAny>()?;
            } else {
                let raw = map.next_value::<&RawValue>()?;
                json.value(action, raw.get(), node, table, refused).map_err(|error| {
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
    place: usize,
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
        Ok(self.json.action(self.node, self.place, key, self.table))
    }
}

/// Reads JSON text that is known to be well formed.
fn scalar(
    raw: &str,
    refused: &mut Option<&'static str>,
    take: impl FnOnce(Scalar<'_>),
) -> Result<(), serde_json::Error> {
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
            take(Scalar::Json(raw));
        }
        _ => {
            if let Ok(number) = raw.parse::<i64>() {
                take(Scalar::Long(number));
            } else if let Ok(number) = raw.parse::<u64>() {
                take(Scalar::Unsigned(number));
            } else {
                match raw.parse::<f64>() {
                    Ok(number) if number.is_finite() => take(Scalar::Real(number)),
                    _ => return refuse("a number beyond what a real can hold"),
                }
            }
        }
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
