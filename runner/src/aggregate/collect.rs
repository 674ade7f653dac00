//! `make_set` and `make_list`: a group's values as a dynamic array, in order of arrival, up to a limit.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{Accumulator, cells};
use crate::expression::operand::texts;

#[derive(Clone, Default)]
struct Collected {
    /// JSON texts with commas between.
    items: String,
    count: u64,
    seen: HashSet<Box<str>, RandomState>,
}

/// The argument is dynamic. `set`: each value once.
pub(super) fn array(limit: u64, set: bool) -> Arc<dyn Fn() -> Box<dyn Accumulator> + Send + Sync> {
    cells(
        move |cells: &mut [Collected], selection, args, elsewhere| {
            let values = args[0].texts();
            selection.each(
                |row| values.get(row),
                |group, json| {
                    let cell = &mut cells[group];
                    if cell.count >= limit || (set && cell.seen.contains(json)) {
                        return;
                    }
                    if set {
                        cell.seen.insert(json.into());
                        *elsewhere += json.len() + size_of::<Box<str>>();
                    }
                    if cell.count > 0 {
                        cell.items.push(',');
                    }
                    cell.items.push_str(json);
                    cell.count += 1;
                    *elsewhere += json.len() + 1;
                },
            );
        },
        |cells, _| texts(cells.iter().map(|cell| Some(format!("[{}]", cell.items).into()))),
    )
}
