//! JSON objects, one a line: finds the wanted fields and skips the rest without looking closer.
//!
//! Nested objects are flattened to dotted names (`connections.active`); a key that itself has dots is
//! found too. Lists, and objects nested deeper than [`FLAT`], stay JSON text. Whole numbers are exact.
//!
//! [`walk`] guesses that a record looks like those before it, and reads most of them; [`strict`] has the
//! last word on everything else. Both accept the same records and find the same values.

mod mend;
mod scan;
mod strict;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::HashMap;

use syntax::Name;

use super::column::Scalar;
use super::table::{MAX_FIELDS, Slot, Table};

/// Objects nested deeper than this are not flattened.
const FLAT: usize = 16;
/// A key longer than this is no field's name: it is not kept unless somebody asks for it.
const MAX_KEY: usize = 512;

/// The record itself.
const ROOT: NodeId = 0;

/// What to do with each key, learnt from the fields of one table.
pub(super) struct Json {
    nodes: Vec<Node>,
    several: Vec<Several>,
    any: Vec<Any>,
    walk: walk::Walk,
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
    /// For keys that were found: what to do with them.
    found: HashMap<String, Action>,
}

#[derive(Clone, Copy, Debug)]
enum Action {
    Skip,
    Leaf(Slot),
    Child(NodeId),
    /// Into `several`.
    Several(usize),
    /// Into `any`: a field that nobody named, kept since all are wanted.
    Any(usize),
}

struct Any {
    name: Name,
    /// Where it goes, once it had a value.
    slots: Vec<Slot>,
    child: Option<NodeId>,
}

#[derive(Clone)]
struct Several {
    slots: Vec<Slot>,
    child: Option<NodeId>,
}

impl Json {
    pub(super) fn new(table: &Table) -> Json {
        let wants =
            table.names().flat_map(|(name, slots)| slots.iter().map(|slot| (name.to_string(), *slot))).collect();
        let root = Node { wants, ..Node::default() };
        Json { nodes: vec![root], several: Vec::new(), any: Vec::new(), walk: walk::Walk::default() }
    }

    /// Puts the record's fields into the table's present row; says why where it is not a whole object.
    pub(super) fn record(&mut self, line: &[u8], table: &mut Table) -> Result<(), &'static str> {
        match self.walk(line, table) {
            Some(end) if scan::blank(line, end) == line.len() => {
                self.keep(line, table);
                Ok(())
            }
            _ => self.unsure(line, table),
        }
    }

    /// What is refused is mended where that can be, and read once more.
    #[inline(never)]
    fn unsure(&mut self, line: &[u8], table: &mut Table) -> Result<(), &'static str> {
        let Err(reason) = strict::record(self, line, table) else { return Ok(()) };
        let Some(mended) = mend::mend(line) else { return Err(reason) };
        table.take_back();
        strict::record(self, mended.text.as_bytes(), table)?;
        if mended.replaced {
            table.mended();
        }
        Ok(())
    }

    /// The same for the line that these bytes begin with: returns how long it is with its end, or None
    /// where it is longer than `max` or takes the longer way through [`Json::record`].
    pub(super) fn line(&mut self, bytes: &[u8], max: usize, table: &mut Table) -> Option<usize> {
        let end = scan::blank(bytes, self.walk(bytes, table)?);
        if *bytes.get(end)? != b'\n' || end > max {
            return None;
        }
        self.keep(bytes, table);
        Some(end + 1)
    }

    /// What to do with this key of an object.
    fn action(&mut self, node: NodeId, key: &str, table: &mut Table) -> Action {
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
            self.any.push(Any { name, slots: Vec::new(), child: None });
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

    /// The objects that stand under a field's name that nobody had named.
    fn any_child(&mut self, index: usize, parent: NodeId) -> NodeId {
        let Any { name, child, .. } = &self.any[index];
        if let Some(child) = child {
            return *child;
        }
        let key = name[self.nodes[parent].prefix.len()..].to_owned();
        let child = self.child(parent, &key, Vec::new());
        self.any[index].child = Some(child);
        child
    }

    fn any(&self, index: usize) -> &Name {
        &self.any[index].name
    }

    fn several(&self, index: usize) -> (Vec<Slot>, Option<NodeId>) {
        let Several { slots, child } = self.several[index].clone();
        (slots, child)
    }

    fn depth(&self, node: NodeId) -> usize {
        self.nodes[node].depth
    }
}

/// A number's exact value where a long or an unsigned one can hold it, the nearest real where it has a fraction or an
/// exponent. None where neither would do: a whole number of more digits, or one beyond all reals. Its text is kept.
fn number(text: &str) -> Option<Scalar<'static>> {
    if let Ok(number) = text.parse::<i64>() {
        Some(Scalar::Long(number))
    } else if let Ok(number) = text.parse::<u64>() {
        Some(Scalar::Unsigned(number))
    } else if text == mend::NAN || text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        None
    } else {
        text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Scalar::Real)
    }
}
