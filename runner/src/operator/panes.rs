//! Tumbling and sliding windows: events are kept once, by pane, and a window's answer is merged of its panes
//! as it closes.
//!
//! Sliding windows share most of their panes. What was merged is kept as two stacks (Tangwongsan, Hirzel,
//! Schneider, "General incremental sliding-window aggregation", VLDB 2015): in `front` each pane with all
//! that follow it up to where `back` begins, so that a window costs a few merges however many panes it has.

use std::collections::BTreeMap;
use std::ops::Bound;

use arrow_array::RecordBatch;

use super::Held;
use super::groups::Keys;
use super::summarize::{Plan, Since};
use super::table::Table;
use super::window::Windows;
use crate::Error;
use crate::aggregate::Input;
use crate::expression::Operand;

#[derive(Clone)]
pub(super) struct Panes {
    windows: Windows,
    /// By start.
    panes: BTreeMap<i64, Table>,
    watermark: i64,
    /// The time of the newest event.
    newest: i64,
    /// What is asked for are windows that are still open.
    ahead: bool,
    /// Windows that begin before this are over.
    open_from: i64,
    /// Windows that have events and are not over.
    open: u64,
    late: u64,
    untimed: u64,
    groups: usize,
    bytes: usize,
    /// The oldest pane stands last.
    front: Vec<(i64, Table)>,
    back: Option<Table>,
    /// Panes that begin before this are in `front` or `back`.
    merged_to: i64,
}

/// Rows of a batch that are in one pane.
struct Part {
    pane: i64,
    rows: Vec<u32>,
}

impl Panes {
    pub(super) fn new(windows: Windows) -> Panes {
        Panes {
            windows,
            panes: BTreeMap::new(),
            watermark: i64::MIN,
            newest: i64::MIN,
            ahead: false,
            open_from: i64::MIN,
            open: 0,
            late: 0,
            untimed: 0,
            groups: 0,
            bytes: 0,
            front: Vec::new(),
            back: None,
            merged_to: i64::MIN,
        }
    }

    pub(super) fn adopt(&mut self, before: &Panes, since: &Since<'_>) -> Result<(), Error> {
        // What was merged for sliding windows is merged again when it is needed.
        for (start, table) in &before.panes {
            let table = table.since(since)?;
            self.groups += table.len();
            self.bytes += table.bytes;
            self.panes.insert(*start, table);
        }
        (self.watermark, self.open_from, self.open) = (before.watermark, before.open_from, before.open);
        (self.late, self.untimed, self.newest) = (before.late, before.untimed, before.newest);
        Ok(())
    }

    pub(super) fn push(
        &mut self,
        plan: &Plan,
        time: &Operand,
        rows: usize,
        keys: Option<&Keys>,
        inputs: &[Input],
    ) -> Result<(), Error> {
        for Part { pane, rows } in self.parts(time, rows) {
            if !self.panes.contains_key(&pane) {
                self.open += self.opened_by(pane);
                if self.open > plan.limits.windows {
                    return Err(super::too_many_windows(plan.limits.windows));
                }
            }
            if pane < self.merged_to {
                // It comes late, though some of its windows are open.
                self.forget_merged();
            }
            let table = self.panes.entry(pane).or_insert_with(|| Table::new(plan));
            self.groups -= table.len();
            self.bytes -= table.bytes;
            table.update(keys, &rows, inputs);
            self.groups += table.len();
            self.bytes += table.bytes;
            plan.check(self.groups, self.bytes)?;
        }
        Ok(())
    }

    pub(super) fn advance(&mut self, plan: &Plan, watermark: i64, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.watermark = self.watermark.max(watermark);
        while let Some(start) = self.next()
            && self.windows.is_over(start, self.watermark)
        {
            out.push(self.close(plan, start)?);
        }
        self.open_from = self.open_from.max(self.windows.open_from(self.watermark));
        plan.check(self.groups, self.bytes)
    }

    pub(super) fn finish(&mut self, plan: &Plan, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        while let Some(start) = self.next() {
            out.push(self.close(plan, start)?);
        }
        Ok(())
    }

    /// From now on windows are answered as they are while they are open.
    pub(super) fn look_ahead(&mut self) {
        self.ahead = true;
    }

    /// Each pane is a window: they are tumbling ones.
    pub(super) fn are_windows(&self) -> bool {
        self.windows.overlap() == 1
    }

    /// What [`Panes::finish`] would give of open windows where panes are windows.
    pub(super) fn answers(&self, plan: &Plan) -> Result<Vec<RecordBatch>, Error> {
        self.panes.iter().map(|(start, table)| table.answer(plan, *start, Some(self.newest))).collect()
    }

    /// What event time is for the rows that leave.
    pub(super) fn starts_from(&self, watermark: i64) -> i64 {
        self.windows.open_from(watermark)
    }

    pub(super) fn held(&self) -> Held {
        Held {
            open: self.panes.values().map(|table| table.rows).sum(),
            late: self.late,
            untimed: self.untimed,
            next_close: self.next().and_then(|start| self.windows.end(start)),
            bytes: self.bytes,
            ..Held::default()
        }
    }

    /// Rows that surely fit within the limits.
    pub(super) fn room(&self, plan: &Plan) -> usize {
        let windows = plan.limits.windows.saturating_sub(self.open) / self.windows.overlap();
        plan.room(self.groups, self.bytes).min(usize::try_from(windows).unwrap_or(usize::MAX))
    }

    /// The rows by pane; those whose last window is over are counted as late.
    fn parts(&mut self, time: &Operand, rows: usize) -> Vec<Part> {
        let times = time.longs();
        let mut parts: Vec<Part> = Vec::new();
        // Where the present pane stands in `parts`, and from when to when it is.
        let (mut place, mut from, mut to) = (None, i64::MAX, Some(i64::MIN));
        let mut known: hashbrown::HashMap<i64, usize> = hashbrown::HashMap::new();
        for row in 0..rows {
            let Some(moment) = times.get(row) else {
                self.late += 1;
                self.untimed += 1;
                continue;
            };
            self.newest = self.newest.max(moment);
            if !(from <= moment && to.is_none_or(|to| moment < to)) {
                let Some(pane) = self.windows.pane(moment) else {
                    self.late += 1;
                    continue;
                };
                (from, to) = (pane, self.windows.pane_end(pane));
                let over = self.windows.last(pane).is_none_or(|last| self.windows.is_over(last, self.watermark));
                place = (!over).then(|| {
                    *known.entry(pane).or_insert_with(|| {
                        parts.push(Part { pane, rows: Vec::new() });
                        parts.len() - 1
                    })
                });
            }
            match place {
                Some(place) => parts[place].rows.push(row as u32),
                None => self.late += 1,
            }
        }
        parts
    }

    /// Windows that had no event before a new pane.
    fn opened_by(&self, pane: i64) -> u64 {
        let windows = self.windows;
        let mut first = windows.first(pane).max(self.open_from);
        let mut last = windows.last(pane).unwrap_or(i64::MIN);
        if let Some((before, _)) = self.panes.range(..pane).next_back() {
            first = first.max(windows.last(*before).map_or(i64::MIN, |last| last.saturating_add(windows.every())));
        }
        if let Some((after, _)) = self.panes.range(pane..).next() {
            last = last.min(windows.first(*after).saturating_sub(windows.every()));
        }
        windows.between(first, last)
    }

    /// The start of the oldest open window that has an event.
    fn next(&self) -> Option<i64> {
        self.panes.first_key_value().map(|(pane, _)| self.windows.first(*pane).max(self.open_from))
    }

    fn close(&mut self, plan: &Plan, start: i64) -> Result<RecordBatch, Error> {
        let now = self.ahead.then_some(self.newest);
        let answer = if self.are_windows() {
            self.panes.get(&start).map(|table| table.answer(plan, start, now))
        } else {
            Some(self.merged(plan, start).answer(plan, start, now))
        };
        self.open = self.open.saturating_sub(1);
        self.open_from = start.saturating_add(self.windows.every());
        while let Some((pane, table)) = self.panes.first_key_value()
            && self.windows.last(*pane).is_none_or(|last| last <= start)
        {
            self.groups -= table.len();
            self.bytes -= table.bytes;
            self.panes.pop_first();
        }
        if self.panes.is_empty() {
            self.forget_merged();
        }
        answer.unwrap_or_else(|| Table::new(plan).answer(plan, start, now))
    }

    /// All panes of a window together. Windows are asked for in their order.
    fn merged(&mut self, plan: &Plan, start: i64) -> Table {
        let end = self.windows.end(start);
        let before_end = end.map_or(Bound::Unbounded, Bound::Excluded);
        while self.front.last().is_some_and(|(pane, _)| *pane < start) {
            self.drop_front();
        }
        if self.front.is_empty() {
            self.forget_merged();
            for (pane, table) in self.panes.range((Bound::Included(start), before_end)).rev() {
                let mut table = table.clone();
                if let Some((_, rest)) = self.front.last() {
                    table.merge(rest);
                }
                self.bytes += table.bytes;
                self.front.push((*pane, table));
            }
        } else {
            for (_, table) in self.panes.range((Bound::Included(self.merged_to.max(start)), before_end)) {
                let back = self.back.get_or_insert_with(|| Table::new(plan));
                self.bytes -= back.bytes;
                back.merge(table);
                self.bytes += back.bytes;
            }
        }
        self.merged_to = end.unwrap_or(i64::MAX);
        let mut all = self.front.last().map_or_else(|| Table::new(plan), |(_, table)| table.clone());
        if let Some(back) = &self.back {
            all.merge(back);
        }
        all
    }

    fn drop_front(&mut self) {
        if let Some((_, table)) = self.front.pop() {
            self.bytes -= table.bytes;
        }
    }

    fn forget_merged(&mut self) {
        while !self.front.is_empty() {
            self.drop_front();
        }
        self.bytes -= self.back.take().map_or(0, |table| table.bytes);
        self.merged_to = i64::MIN;
    }
}
