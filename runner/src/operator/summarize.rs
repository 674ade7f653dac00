//! `summarize`: aggregates by group, in windows of event time or over everything.
//!
//! A window closes when event time has passed its end and leaves as one batch, its groups in the order in
//! which they first came. Without a window the answer is final at the end. An event whose window has
//! closed, or whose event time is null, is late.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;
use syntax::pipeline::{Expr, ExprKind};
use syntax::{Field, Name, Type, Value};

use super::groups::{Groups, Keys};
use super::window::Windows;
use super::{Held, Limits, Operator};
use crate::aggregate::{Accumulators, Aggregates, Input, Selection};
use crate::expression::operand::repeat;
use crate::expression::{Expression, Operand, Scope};
use crate::{Error, batch};

#[derive(Clone)]
pub(super) struct Summarize {
    plan: Arc<Plan>,
    /// By the window's start; without windows, the one at 0.
    tables: BTreeMap<i64, Table>,
    watermark: i64,
    late: u64,
    groups: usize,
    bytes: usize,
}

/// What does not change while it runs.
struct Plan {
    schema: SchemaRef,
    /// The grouping expressions without the window's.
    keys: Vec<Expression>,
    key_types: Vec<Type>,
    window: Option<WindowKey>,
    aggregates: Aggregates,
    /// Of the keys and aggregates, over which `outputs` are computed.
    inner: SchemaRef,
    outputs: Vec<Expression>,
    limits: Limits,
    /// The keys in the user's words.
    by: String,
}

struct WindowKey {
    windows: Windows,
    time: Expression,
    /// Its place among the keys.
    place: usize,
}

/// The groups of one window.
#[derive(Default)]
struct Table {
    groups: Groups,
    accumulators: Accumulators,
    rows: u64,
    bytes: usize,
}

impl Summarize {
    pub(super) fn new(
        stage: &syntax::pipeline::Summarize,
        scope: &Scope<'_>,
        time: Option<&Name>,
        limits: &Limits,
    ) -> Result<Summarize, Error> {
        let window = stage.window.as_ref();
        let windows = window.map(|window| Windows::new(window.kind)).transpose()?;
        let (mut keys, mut window_key, mut fields, mut by) = (Vec::new(), None, Vec::new(), Vec::new());
        for (place, key) in stage.keys.iter().enumerate() {
            let compiled = Expression::compile(&key.expr, scope)?;
            match (windows, window) {
                (Some(windows), Some(window)) if window.key == place => {
                    fields.push(Field::new(key.name.clone(), Type::Datetime));
                    window_key = Some(WindowKey { windows, time: compiled.converted(Type::Datetime), place });
                }
                _ => {
                    fields.push(Field::new(key.name.clone(), compiled.ty()));
                    by.push(key.name.to_string());
                    keys.push(compiled);
                }
            }
        }
        // First and last go by the window's own field where there is one.
        let window_time = window.and_then(|window| stage.keys.get(window.key)).and_then(|key| field_of(&key.expr));
        let aggregates = Aggregates::new(&stage.aggregates, scope, window_time.or(time), windows.map(Windows::size))?;
        let mut inner = fields.clone();
        inner.extend(stage.aggregates.iter().map(|aggregate| Field::new(aggregate.name.clone(), aggregate.ty)));
        let inner_scope = Scope { fields: &inner, now: scope.now };
        let mut outputs = Vec::with_capacity(stage.outputs.len());
        for output in &stage.outputs {
            outputs.push(Expression::compile(&output.expr, &inner_scope)?);
            fields.push(Field::new(output.name.clone(), output.expr.ty));
        }
        let plan = Plan {
            schema: batch::arrow_schema(&fields),
            key_types: keys.iter().map(Expression::ty).collect(),
            keys,
            window: window_key,
            aggregates,
            inner: batch::arrow_schema(&inner),
            outputs,
            limits: limits.clone(),
            by: by.join(", "),
        };
        let mut made = Summarize {
            plan: Arc::new(plan),
            tables: BTreeMap::new(),
            watermark: i64::MIN,
            late: 0,
            groups: 0,
            bytes: 0,
        };
        if stage.keys.is_empty() {
            // Without any key there is one answer, also where nothing came.
            let mut table = Table::new(&made.plan);
            table.only_group();
            made.groups = 1;
            made.tables.insert(0, table);
        }
        Ok(made)
    }

    fn check_limits(&self) -> Result<(), Error> {
        let Plan { limits, by, window, .. } = &*self.plan;
        if self.groups > limits.groups {
            let help = match window {
                Some(_) => "take a shorter window, or group by a field with fewer values",
                None => "add bin(timestamp, \u{2026}) or group by a field with fewer values",
            };
            return Err(super::too_many_groups("summarize", by, limits.groups, help));
        }
        if self.bytes > limits.state_bytes {
            return Err(super::too_many_bytes("summarize", by, limits.state_bytes));
        }
        Ok(())
    }

    /// The rows of each window that is open, by its start; those of closed ones are counted as late.
    fn by_window(&mut self, key: &WindowKey, batch: &RecordBatch) -> Vec<(i64, Vec<u32>)> {
        let time = key.time.operand(batch);
        let times = time.longs();
        let mut windows: Vec<(i64, Vec<u32>)> = Vec::new();
        // Where the present window stands in `windows`, and from when to when it is.
        let (mut place, mut from, mut to) = (None, 0, 0);
        let mut known: hashbrown::HashMap<i64, usize> = hashbrown::HashMap::new();
        for row in 0..batch.num_rows() {
            let Some(moment) = times.get(row) else {
                self.late += 1;
                continue;
            };
            if !(from <= moment && moment < to) {
                let Some(start) = key.windows.start(moment) else {
                    self.late += 1;
                    continue;
                };
                (from, to) = (start, key.windows.end(start));
                place = if to <= self.watermark {
                    None
                } else {
                    Some(*known.entry(start).or_insert_with(|| {
                        windows.push((start, Vec::new()));
                        windows.len() - 1
                    }))
                };
            }
            match place {
                Some(place) => windows[place].1.push(row as u32),
                None => self.late += 1,
            }
        }
        windows
    }

    fn close(&mut self, start: i64) -> Result<Option<RecordBatch>, Error> {
        let Some(table) = self.tables.remove(&start) else { return Ok(None) };
        self.groups -= table.groups.len();
        self.bytes -= table.bytes;
        Ok(Some(table.rows(&self.plan, start)?))
    }
}

fn field_of(expr: &Expr) -> Option<&Name> {
    match &expr.kind {
        ExprKind::Field(name) => Some(name),
        _ => None,
    }
}

impl Table {
    fn new(plan: &Plan) -> Table {
        Table { accumulators: plan.aggregates.accumulators(), ..Table::default() }
    }

    fn only_group(&mut self) {
        self.groups.add_only();
        self.accumulators.iter_mut().for_each(|accumulator| accumulator.grow(1));
    }

    fn update(&mut self, keys: Option<&Keys>, rows: &[u32], inputs: &[Input]) {
        let groups: Vec<u32> = match keys {
            Some(keys) => rows.iter().map(|row| self.groups.find(keys, *row as usize).0).collect(),
            None => {
                self.groups.add_only();
                vec![0; rows.len()]
            }
        };
        self.rows += rows.len() as u64;
        let selection = Selection { rows, groups: &groups };
        for (accumulator, input) in self.accumulators.iter_mut().zip(inputs) {
            accumulator.grow(self.groups.len());
            input.update(accumulator.as_mut(), &selection);
        }
        self.bytes = self.groups.bytes() + self.accumulators.iter().map(|kept| kept.bytes()).sum::<usize>();
    }

    /// The answer, a row a group.
    fn rows(&self, plan: &Plan, start: i64) -> Result<RecordBatch, Error> {
        let rows = self.groups.len();
        let mut columns: Vec<ArrayRef> = self.groups.columns(&plan.key_types);
        if let Some(window) = &plan.window {
            columns.insert(window.place, repeat(&Value::Datetime(start), rows));
        }
        let keys = columns.len();
        columns.extend(plan.aggregates.read(&self.accumulators));
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let inner = RecordBatch::try_new_with_options(plan.inner.clone(), columns, &options)?;
        let mut columns = inner.columns()[..keys].to_vec();
        columns.extend(plan.outputs.iter().map(|output| output.evaluate(&inner)));
        Ok(RecordBatch::try_new_with_options(plan.schema.clone(), columns, &options)?)
    }
}

impl Clone for Table {
    fn clone(&self) -> Table {
        Table {
            groups: self.groups.clone(),
            accumulators: self.accumulators.iter().map(|accumulator| accumulator.boxed_clone()).collect(),
            rows: self.rows,
            bytes: self.bytes,
        }
    }
}

impl Operator for Summarize {
    fn schema(&self) -> &SchemaRef {
        &self.plan.schema
    }

    fn push(&mut self, batch: RecordBatch, _out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let plan = self.plan.clone();
        let windows = match &plan.window {
            Some(key) => self.by_window(key, &batch),
            None => vec![(0, (0..batch.num_rows() as u32).collect())],
        };
        let keys = (!plan.keys.is_empty()).then(|| {
            let columns: Vec<(Operand, Type)> = plan.keys.iter().map(|key| (key.operand(&batch), key.ty())).collect();
            Keys::of(&columns, batch.num_rows())
        });
        let inputs = plan.aggregates.inputs(&batch);
        for (start, rows) in windows {
            let table = self.tables.entry(start).or_insert_with(|| Table::new(&plan));
            self.groups -= table.groups.len();
            self.bytes -= table.bytes;
            table.update(keys.as_ref(), &rows, &inputs);
            self.groups += table.groups.len();
            self.bytes += table.bytes;
            self.check_limits()?;
        }
        Ok(())
    }

    fn advance(&mut self, watermark: i64, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.watermark = self.watermark.max(watermark);
        let plan = self.plan.clone();
        let Some(key) = &plan.window else { return Ok(()) };
        while let Some((start, _)) = self.tables.first_key_value()
            && key.windows.end(*start) <= self.watermark
        {
            let start = *start;
            out.extend(self.close(start)?);
        }
        Ok(())
    }

    fn watermark(&self, watermark: i64) -> i64 {
        match &self.plan.window {
            Some(key) => key.windows.open_from(watermark),
            // Its rows come at the end, whenever their events were.
            None => i64::MIN,
        }
    }

    fn finish(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        while let Some((start, _)) = self.tables.first_key_value() {
            let start = *start;
            out.extend(self.close(start)?);
        }
        Ok(())
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        if pending.is_empty() {
            return self.tables.iter().map(|(start, table)| table.rows(&self.plan, *start)).collect();
        }
        let mut copy = self.clone();
        let mut out = Vec::new();
        for batch in pending {
            copy.push(batch, &mut out)?;
        }
        copy.preview(Vec::new())
    }

    fn held(&self) -> Held {
        let next_close = match &self.plan.window {
            Some(key) => self.tables.keys().next().map(|start| key.windows.end(*start)),
            None => None,
        };
        Held { open: self.tables.values().map(|table| table.rows).sum(), late: self.late, next_close }
    }
}
