//! `summarize`: aggregates by group, in windows of event time or over everything.
//!
//! A window closes when event time has passed its end and leaves as one batch, its groups in the order in
//! which they first came. A window without events leaves nothing. Without a window the answer is final at
//! the end. An event whose windows have all closed, or whose event time is null, is late.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use syntax::pipeline::{Expr, ExprKind};
use syntax::{Field, Name, Type};

use super::groups::{Groups, Keys};
use super::panes::Panes;
use super::session::Sessions;
use super::table::Table;
use super::window::Windowing;
use super::{Held, Limits, Operator, adopt};
use crate::aggregate::{Accumulators, Aggregates, Input, Widened};
use crate::expression::{Expression, Operand, Scope};
use crate::{Error, batch};

#[derive(Clone)]
pub(super) struct Summarize {
    plan: Arc<Plan>,
    state: State,
}

#[derive(Clone)]
enum State {
    /// Without a window.
    Whole(Box<Table>),
    Panes(Box<Panes>),
    Sessions(Box<Sessions>),
}

/// What does not change while it runs.
pub(super) struct Plan {
    pub(super) schema: SchemaRef,
    /// Of what enters.
    entering: SchemaRef,
    /// The grouping expressions without the window's.
    keys: Vec<Expression>,
    pub(super) key_types: Vec<Type>,
    pub(super) window: Option<WindowKey>,
    pub(super) aggregates: Aggregates,
    /// Of the keys and aggregates, over which `outputs` are computed.
    pub(super) inner: SchemaRef,
    pub(super) outputs: Vec<Expression>,
    pub(super) limits: Limits,
    /// The keys in the user's words.
    by: String,
}

pub(super) struct WindowKey {
    time: Expression,
    /// Its place among the keys.
    pub(super) place: usize,
}

/// From the plan of an earlier schema to the one of now.
pub(super) struct Since<'a> {
    /// For each accumulator of now, the one of before and how its arguments have changed.
    aggregates: Vec<Option<(usize, Widened)>>,
    before: &'a Plan,
    pub(super) now: &'a Plan,
}

impl Since<'_> {
    /// The same groups, in the same order.
    pub(super) fn groups(&self, groups: &Groups) -> Result<Groups, Error> {
        let columns = groups.columns(&self.before.key_types);
        let types = self.before.key_types.iter().zip(&self.now.key_types);
        let column = |(column, (from, to)): (ArrayRef, (&Type, &Type))| {
            Ok((Operand::Column(adopt::column(&column, *from, *to)?), *to))
        };
        let columns = columns.into_iter().zip(types).map(column).collect::<Result<Vec<_>, Error>>()?;
        let mut same = Groups::default();
        let numbers = same.adopt(&columns, groups.len());
        if !numbers.iter().enumerate().all(|(place, group)| place == *group as usize) {
            return Err(Error::Internal("two groups are one under the wider type".to_owned()));
        }
        Ok(same)
    }

    pub(super) fn accumulators(&self, before: &Accumulators, groups: usize) -> Result<Accumulators, Error> {
        let mut accumulators = self.now.aggregates.accumulators();
        for (accumulator, since) in accumulators.iter_mut().zip(&self.aggregates) {
            let Some((place, widened)) = since else {
                accumulator.grow(groups);
                continue;
            };
            if !before.get(*place).is_some_and(|before| accumulator.adopt(before.as_ref(), widened)) {
                return Err(Error::Internal("what an aggregate has kept cannot be said in the wider type".to_owned()));
            }
            accumulator.grow(groups);
        }
        Ok(accumulators)
    }

    /// What a batch that entered under the earlier schema gives under this one.
    pub(super) fn batch(&self, batch: &RecordBatch) -> Result<RecordBatch, Error> {
        adopt::rows(batch, &self.now.entering)
    }
}

/// What a row adds to the bytes of state at most, for all but the most spread-out percentiles.
const ROW_BYTES: usize = 16 << 10;

impl Summarize {
    pub(super) fn new(
        stage: &syntax::pipeline::Summarize,
        scope: &Scope<'_>,
        time: Option<&Name>,
        limits: &Limits,
    ) -> Result<Summarize, Error> {
        let window = stage.window.as_ref();
        let windowing = window.map(|window| Windowing::new(window.kind, limits)).transpose()?;
        let (mut keys, mut window_key, mut fields, mut by) = (Vec::new(), None, Vec::new(), Vec::new());
        for (place, key) in stage.keys.iter().enumerate() {
            let compiled = Expression::compile(&key.expr, scope)?;
            match (windowing, window) {
                (Some(_), Some(window)) if window.key == place => {
                    fields.push(Field::new(key.name.clone(), Type::Datetime));
                    window_key = Some(WindowKey { time: compiled.converted(Type::Datetime), place });
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
        let aggregates =
            Aggregates::new(&stage.aggregates, scope, window_time.or(time), windowing.and_then(Windowing::size))?;
        let mut inner = fields.clone();
        inner.extend(stage.aggregates.iter().map(|aggregate| Field::new(aggregate.name.clone(), aggregate.ty)));
        let inner_scope = Scope { fields: &inner, ..*scope };
        let mut outputs = Vec::with_capacity(stage.outputs.len());
        for output in &stage.outputs {
            outputs.push(Expression::compile(&output.expr, &inner_scope)?);
            fields.push(Field::new(output.name.clone(), output.expr.ty));
        }
        let plan = Plan {
            schema: batch::arrow_schema(&fields),
            entering: batch::arrow_schema(scope.fields),
            key_types: keys.iter().map(Expression::ty).collect(),
            keys,
            window: window_key,
            aggregates,
            inner: batch::arrow_schema(&inner),
            outputs,
            limits: limits.clone(),
            by: by.join(", "),
        };
        let state = match windowing {
            Some(Windowing::Aligned(windows)) => State::Panes(Box::new(Panes::new(windows))),
            Some(Windowing::Session { gap, max }) => State::Sessions(Box::new(Sessions::new(&plan, gap, max))),
            None => {
                let mut table = Table::new(&plan);
                if stage.keys.is_empty() {
                    // Without any key there is one answer, also where nothing came.
                    table.only_group();
                }
                State::Whole(Box::new(table))
            }
        };
        Ok(Summarize { plan: Arc::new(plan), state })
    }
}

impl Plan {
    /// What a batch gives: its keys, and the arguments of each accumulator.
    pub(super) fn read(&self, batch: &RecordBatch) -> (Option<Keys>, Vec<Input>) {
        let keys = (!self.keys.is_empty()).then(|| {
            let columns: Vec<(Operand, Type)> = self.keys.iter().map(|key| (key.operand(batch), key.ty())).collect();
            Keys::of(&columns, batch.num_rows())
        });
        (keys, self.aggregates.inputs(batch))
    }

    pub(super) fn check(&self, groups: usize, bytes: usize) -> Result<(), Error> {
        let Plan { limits, by, window, .. } = self;
        if groups > limits.groups {
            let help = match window {
                Some(_) => "take a shorter window, or group by a field with fewer values",
                None => "add bin(timestamp, \u{2026}) or group by a field with fewer values",
            };
            return Err(super::too_many_groups("summarize", by, limits.groups, help));
        }
        if bytes > limits.state_bytes {
            return Err(super::too_many_bytes("summarize", by, limits.state_bytes));
        }
        Ok(())
    }

    /// Rows that surely fit beside so many groups and bytes.
    pub(super) fn room(&self, groups: usize, bytes: usize) -> usize {
        let bytes = self.limits.state_bytes.saturating_sub(bytes) / ROW_BYTES;
        self.limits.groups.saturating_sub(groups).min(bytes)
    }
}

fn field_of(expr: &Expr) -> Option<&Name> {
    match &expr.kind {
        ExprKind::Field(name) => Some(name),
        _ => None,
    }
}

impl Operator for Summarize {
    fn schema(&self) -> &SchemaRef {
        &self.plan.schema
    }

    fn reads_codes(&self) -> bool {
        true
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        let since = Since {
            aggregates: self.plan.aggregates.since(&before.plan.aggregates)?,
            before: &before.plan,
            now: &self.plan,
        };
        match (&mut self.state, &before.state) {
            (State::Whole(table), State::Whole(before)) => **table = before.since(&since)?,
            (State::Panes(panes), State::Panes(before)) => panes.adopt(before, &since)?,
            (State::Sessions(sessions), State::Sessions(before)) => sessions.adopt(before, &since)?,
            _ => return Err(Error::Internal("another kind of window stands in the place of this one".to_owned())),
        }
        Ok(())
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let (plan, rows) = (&*self.plan, batch.num_rows());
        let (keys, inputs) = plan.read(&batch);
        let time = plan.window.as_ref().map(|window| window.time.operand(&batch));
        match (&mut self.state, time) {
            (State::Panes(panes), Some(time)) => panes.push(plan, &time, rows, keys.as_ref(), &inputs),
            (State::Sessions(sessions), Some(time)) => sessions.push(plan, &time, batch, keys, inputs, out),
            (State::Whole(table), _) => {
                let all: Vec<u32> = (0..rows as u32).collect();
                table.update(keys.as_ref(), &all, &inputs);
                plan.check(table.len(), table.bytes)
            }
            (_, None) => Err(Error::Internal("windows without a time".to_owned())),
        }
    }

    fn advance(&mut self, watermark: i64, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        match &mut self.state {
            State::Whole(_) => Ok(()),
            State::Panes(panes) => panes.advance(&self.plan, watermark, out),
            State::Sessions(sessions) => sessions.advance(&self.plan, watermark, out),
        }
    }

    fn watermark(&self, watermark: i64) -> i64 {
        match &self.state {
            // Its rows come at the end, whenever their events were.
            State::Whole(_) => i64::MIN,
            State::Panes(panes) => panes.starts_from(watermark),
            State::Sessions(sessions) => sessions.starts_from(watermark),
        }
    }

    fn finish(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let plan = &*self.plan;
        match &mut self.state {
            State::Whole(table) => {
                out.push(table.answer(plan, 0, None)?);
                **table = Table::new(plan);
                Ok(())
            }
            State::Panes(panes) => panes.finish(plan, out),
            State::Sessions(sessions) => sessions.finish(plan, out),
        }
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        if pending.is_empty() {
            match &self.state {
                State::Whole(table) => return Ok(vec![table.answer(&self.plan, 0, None)?]),
                State::Panes(panes) if panes.are_windows() => return panes.answers(&self.plan),
                State::Panes(_) | State::Sessions(_) => {}
            }
        }
        let mut copy = self.clone();
        let mut out = Vec::new();
        for batch in pending {
            copy.push(batch, &mut out)?;
        }
        if let State::Panes(panes) = &mut copy.state {
            panes.look_ahead();
        }
        copy.finish(&mut out)?;
        Ok(out)
    }

    fn held(&self) -> Held {
        match &self.state {
            State::Whole(table) => Held { open: table.rows, bytes: table.bytes, ..Held::default() },
            State::Panes(panes) => panes.held(),
            State::Sessions(sessions) => sessions.held(),
        }
    }

    fn room(&self) -> usize {
        match &self.state {
            State::Whole(table) => self.plan.room(table.len(), table.bytes),
            State::Panes(panes) => panes.room(&self.plan),
            // They take events in order of their time, so that batching changes nothing.
            State::Sessions(_) => usize::MAX,
        }
    }
}
