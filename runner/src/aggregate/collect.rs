//! `make_set` and `make_list`: a group's values as a dynamic array, in order of arrival, up to a limit of
//! elements and of bytes.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::RandomState;
use syntax::visible::grouped;

use super::{Cell, Make, adopt, cells};
use crate::expression::dynamic;
use crate::expression::operand::texts;
use crate::expression::stamps::Doubts;

/// Elements where no limit is written, as the catalog says.
const DEFAULT: u64 = 1_000;
/// JSON that one array holds at most; values that do not fit are left out.
const ARRAY_BYTES: usize = 1 << 20;

#[derive(Clone, Default)]
struct Collected {
    /// JSON texts with commas between.
    items: String,
    /// Where each item ends in `items`.
    ends: Vec<u32>,
    seen: HashSet<Box<str>, RandomState>,
    /// Bytes of what was seen.
    seen_bytes: usize,
    /// Values were left out: for one of the limits.
    full: Option<Full>,
}

#[derive(Clone, Copy)]
enum Full {
    Elements,
    Bytes,
}

impl Cell for Collected {
    fn elsewhere(&self) -> usize {
        self.items.capacity()
            + self.ends.capacity() * size_of::<u32>()
            + self.seen.capacity() * size_of::<Box<str>>()
            + self.seen_bytes
    }
}

impl Collected {
    fn add(&mut self, json: &str, limit: u64, set: bool) {
        if set && self.seen.contains(json) {
            return;
        }
        if self.ends.len() as u64 >= limit {
            self.full = Some(Full::Elements);
            return;
        }
        if self.items.len() + json.len() + 3 > ARRAY_BYTES {
            self.full = Some(Full::Bytes);
            return;
        }
        if set {
            self.seen.insert(json.into());
            self.seen_bytes += json.len();
        }
        if !self.ends.is_empty() {
            self.items.push(',');
        }
        self.items.push_str(json);
        self.ends.push(u32::try_from(self.items.len()).expect("an array holds less than 4 GiB"));
    }

    fn each(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let item = &self.items[start..*end as usize];
            // Past the comma.
            start = *end as usize + 1;
            item
        })
    }
}

/// The argument is dynamic. `set`: each value once, and of an array each element, as in Kusto. `told`: who is told where
/// values are left out, though nobody has written a limit.
pub(super) fn array(limit: u64, set: bool, told: Option<Arc<Doubts>>) -> Make {
    cells(
        |cells, _| adopt::same(cells),
        move |cells: &mut [Collected], selection, args, elsewhere| {
            let values = args[0].texts();
            selection.each(
                |row| values.get(row),
                |group, json| {
                    let cell = &mut cells[group];
                    *elsewhere -= cell.elsewhere();
                    if set && json.trim_start().starts_with('[') {
                        let elements = dynamic::elements(json).filter(|element| *element != "null");
                        elements.for_each(|element| cell.add(element, limit, set));
                    } else {
                        cell.add(json, limit, set);
                    }
                    *elsewhere += cell.elsewhere();
                },
            );
        },
        move |cell, other| {
            cell.full = cell.full.or(other.full);
            other.each().for_each(|json| cell.add(json, limit, set));
        },
        move |cells, _| {
            if let (Some(doubts), Some(full)) = (&told, cells.iter().find_map(|cell| cell.full)) {
                tell(doubts, full, limit, set);
            }
            texts(cells.iter().map(|cell| Some(format!("[{}]", cell.items).into())))
        },
    )
}

fn tell(doubts: &Doubts, full: Full, limit: u64, set: bool) {
    let word = if set { "make_set" } else { "make_list" };
    match full {
        Full::Elements if limit == DEFAULT => doubts.tell(format!(
            "`{word}` has left out values: it keeps {} unless another limit is written, as in `{word}(…, 10000)`",
            grouped(limit)
        )),
        // That limit was asked for.
        Full::Elements => {}
        Full::Bytes => doubts.tell(format!(
            "`{word}` has left out values: an array holds at most {} bytes; `dcount` counts them all",
            grouped(ARRAY_BYTES as u64)
        )),
    }
}
