//! `prev`, `next`, `row_number` and their like: fields that depend on the rows before and behind, in the order in
//! which they come; of each key by themselves, and of each window, where that is asked for.
//!
//! A row leaves at once, but where `next` is asked: then once the rows behind it have come.

mod ahead;

use std::collections::VecDeque;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use syntax::pipeline::{self, Function};
use syntax::{Field, Name, Type, Value};

use self::ahead::Ahead;
use super::added::Added;
use super::groups::{Groups, Keys};
use super::{Held, Limits, Operator, adopt};
use crate::Error;
use crate::expression::{Expression, Operand, Scope, operand};

#[derive(Clone)]
pub(super) struct OverRows {
    added: Added,
    by: Vec<Expression>,
    /// What the keys are called, for a limit's message.
    word: String,
    groups: Groups,
    columns: Vec<Column>,
    ahead: Ahead,
    windows: bool,
    bytes: usize,
    limits: Limits,
}

/// One call, and what it knows of the rows before, a state a group.
#[derive(Clone)]
struct Column {
    function: Function,
    ty: Type,
    /// None of `row_number`.
    value: Option<Expression>,
    /// How many rows away, or the first number.
    number: i64,
    /// In place of a row that is not there.
    default: Option<Expression>,
    restart: Option<Expression>,
    /// The longest session, and the longest gap within one.
    bounds: Option<[Expression; 2]>,
    states: Vec<State>,
}

#[derive(Clone, Default)]
struct State {
    /// The values of the last rows, the newest last; of a session when it began and its last time.
    past: VecDeque<Value>,
    /// The last number, rank or sum.
    last: Number,
    /// Rows since the last beginning.
    rows: i64,
}

#[derive(Clone, Copy, Debug)]
enum Number {
    Whole(i128),
    Real(f64),
}

impl Default for Number {
    fn default() -> Number {
        Number::Whole(0)
    }
}

impl OverRows {
    pub(super) fn new(
        stage: &pipeline::OverRows,
        scope: &Scope<'_>,
        time: Option<&Name>,
        limits: &Limits,
    ) -> Result<OverRows, Error> {
        let fields: Vec<Field> =
            stage.columns.iter().map(|column| Field { name: column.name.clone(), ty: column.ty }).collect();
        let columns =
            stage.columns.iter().map(|column| Column::new(column, scope)).collect::<Result<Vec<_>, Error>>()?;
        let by = stage.by.iter().map(|by| Expression::compile(by, scope)).collect::<Result<Vec<_>, _>>()?;
        let mut names: Vec<Name> = Vec::new();
        stage.by.iter().for_each(|by| by.visit_fields(&mut |name| names.push(name.clone())));
        let added = Added::new(scope, &fields);
        let time = time.and_then(|time| scope.fields.iter().position(|field| field.name == *time));
        let looks = columns.iter().filter(|column| column.function == Function::Next);
        let far = looks.map(|column| usize::try_from(column.number).unwrap_or(0)).max();
        Ok(OverRows {
            ahead: Ahead::new(far, time),
            added,
            by,
            word: names.join(", "),
            groups: Groups::default(),
            columns,
            windows: stage.windows,
            bytes: 0,
            limits: limits.clone(),
        })
    }

    /// The group of each row.
    fn groups(&mut self, batch: &RecordBatch) -> Result<Vec<u32>, Error> {
        let rows = batch.num_rows();
        if self.by.is_empty() {
            return Ok(vec![0; rows]);
        }
        let keys: Vec<(Operand, Type)> = self.by.iter().map(|by| (by.operand(batch), by.ty())).collect();
        let keys = Keys::of(&keys, rows);
        let groups = (0..rows).map(|row| self.groups.find(&keys, row).0).collect();
        if self.groups.len() > self.limits.groups {
            let help = "filter first, or take a key with fewer values";
            return Err(super::too_many_groups("serialize", &self.word, self.limits.groups, help));
        }
        Ok(groups)
    }

    fn add(&mut self, batch: &RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let groups = self.groups(batch)?;
        let count = self.groups.len().max(1);
        let mut made: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        for column in &mut self.columns {
            column.states.resize_with(count, State::default);
            made.push(column.add(batch, &groups, &mut self.bytes));
        }
        if self.bytes + self.groups.bytes() > self.limits.state_bytes {
            return Err(super::too_many_bytes("serialize", &self.word, self.limits.state_bytes));
        }
        let batch = self.added.to(batch, made)?;
        if !self.ahead.looks() {
            out.push(batch);
            return Ok(());
        }
        self.ahead.hold(batch, &groups);
        self.look_ahead(false, out)?;
        if self.ahead.rows() as u64 > self.limits.sorted {
            let limit = super::grouped(self.limits.sorted);
            return Err(Error::limit(format!("`next` waits with {limit} rows, the limit; filter first")));
        }
        Ok(())
    }

    /// Gives the rows away that have those behind them, or all.
    fn look_ahead(&mut self, all: bool, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        let added = self.added.places();
        let asked = self.columns.iter().zip(added).filter(|(column, _)| column.function == Function::Next);
        let asked: Vec<ahead::Asked<'_>> = asked
            .filter_map(|(column, place)| {
                Some(ahead::Asked {
                    value: column.value.as_ref()?,
                    rows: usize::try_from(column.number).unwrap_or(0),
                    default: column.default.as_ref(),
                    ty: column.ty,
                    place: *place,
                })
            })
            .collect();
        self.ahead.leave(&self.added.schema, &asked, all, out)
    }

    /// Nothing is known of the rows before any more.
    fn begin_anew(&mut self) {
        self.columns.iter_mut().for_each(|column| column.states.clear());
        self.groups = Groups::default();
        self.bytes = 0;
    }
}

impl Column {
    fn new(column: &pipeline::OverRowsColumn, scope: &Scope<'_>) -> Result<Column, Error> {
        let mut args = column.args.iter().map(|arg| Expression::compile(arg, scope));
        let mut next = || args.next().transpose();
        let mut made = Column {
            function: column.function,
            ty: column.ty,
            value: None,
            number: 1,
            default: None,
            restart: None,
            bounds: None,
            states: Vec::new(),
        };
        let number = |of: Option<Expression>| match of.as_ref().and_then(Expression::value) {
            Some(Value::Long(number)) => *number,
            _ => 1,
        };
        match column.function {
            Function::RowNumber => {
                made.number = number(next()?);
                made.restart = next()?;
            }
            Function::Prev | Function::Next => {
                made.value = next()?.map(|value| value.converted(column.ty));
                made.number = number(next()?);
                made.default = next()?.map(|default| default.converted(column.ty));
            }
            Function::RowWindowSession => {
                made.value = next()?;
                made.bounds = next()?.zip(next()?).map(<[Expression; 2]>::from);
                made.restart = next()?;
            }
            _ => {
                made.value = next()?;
                made.restart = next()?;
            }
        }
        Ok(made)
    }

    /// A value for each row.
    fn add(&mut self, batch: &RecordBatch, groups: &[u32], bytes: &mut usize) -> ArrayRef {
        let value = self.value.as_ref().map(|value| (value.operand(batch), value.ty()));
        let value = |row: usize| match &value {
            Some((operand, ty)) => operand.value(row, *ty),
            None => Value::Null(Type::Long),
        };
        let default = self.default.as_ref().map(|default| default.operand(batch));
        let restart = self.restart.as_ref().map(|restart| restart.operand(batch));
        let bounds = self.bounds.as_ref().map(|bounds| bounds.each_ref().map(|bound| bound.operand(batch)));
        let (ty, function, number, states) = (self.ty, self.function, self.number, &mut self.states);
        let rows = groups.iter().enumerate().map(|(row, group)| {
            let state = &mut states[*group as usize];
            if restart.as_ref().is_some_and(|restart| restart.bools().get(row) == Some(true)) {
                *state = State::default();
            }
            state.rows += 1;
            match function {
                Function::Prev => {
                    let far = usize::try_from(number).unwrap_or(0);
                    let value = value(row);
                    *bytes += size(&value);
                    state.past.push_back(value);
                    let found = state.past.len().checked_sub(far + 1).map(|place| state.past[place].clone());
                    while state.past.len() > far.max(1) {
                        *bytes -= state.past.pop_front().as_ref().map_or(0, size);
                    }
                    let default = || default.as_ref().map_or(Value::Null(ty), |default| default.value(row, ty));
                    found.unwrap_or_else(default)
                }
                // Told once the rows behind are there.
                Function::Next => Value::Null(ty),
                Function::RowNumber => Value::Long(number.wrapping_add(state.rows - 1)),
                Function::RowCumsum => state.sum(&value(row), ty),
                Function::RowWindowSession => {
                    let longest = bounds.as_ref().map(|bounds| bounds.each_ref().map(|bound| bound.longs().get(row)));
                    state.session(&value(row), longest)
                }
                _ => state.rank(value(row), function == Function::RowRankDense),
            }
        });
        let rows: Vec<Value> = rows.collect();
        operand::column(ty, rows.into_iter())
    }

    /// What it knows under an earlier schema, said under this one.
    fn adopt(&mut self, before: &Column, groups: &[u32], count: usize) -> Result<(), Error> {
        self.states.resize_with(count, State::default);
        let from = before.value.as_ref().map_or(before.ty, Expression::ty);
        let to = self.value.as_ref().map_or(self.ty, Expression::ty);
        for (state, group) in before.states.iter().zip(groups) {
            let own = &mut self.states[*group as usize];
            *own = state.clone();
            if from != to {
                let values = operand::column(from, state.past.iter().cloned());
                let values = Operand::Column(adopt::column(&values, from, to)?);
                own.past = (0..state.past.len()).map(|row| values.value(row, to)).collect();
                if let (Number::Whole(whole), Type::Real) = (own.last, to) {
                    own.last = Number::Real(whole as f64);
                }
            }
        }
        Ok(())
    }
}

impl State {
    fn sum(&mut self, value: &Value, ty: Type) -> Value {
        self.last = match (self.last, value) {
            (Number::Whole(sum), Value::Long(value) | Value::Timespan(value)) => {
                Number::Whole(sum + i128::from(*value))
            }
            (Number::Whole(sum), Value::Real(value)) => Number::Real(sum as f64 + value),
            (Number::Real(sum), Value::Real(value)) => Number::Real(sum + value),
            (Number::Real(sum), Value::Long(value)) => Number::Real(sum + *value as f64),
            (sum, _) => sum,
        };
        match (self.last, ty) {
            (Number::Whole(sum), Type::Real) => Value::Real(sum as f64),
            (Number::Real(sum), _) => Value::Real(sum),
            (Number::Whole(sum), ty) => match i64::try_from(sum) {
                Ok(sum) if ty == Type::Timespan => Value::Timespan(sum),
                Ok(sum) => Value::Long(sum),
                Err(_) => Value::Null(ty),
            },
        }
    }

    fn rank(&mut self, value: Value, dense: bool) -> Value {
        let same = self.past.front().is_some_and(|last| same(last, &value));
        self.last = match self.last {
            Number::Whole(rank) if same => Number::Whole(rank),
            Number::Whole(rank) if dense => Number::Whole(rank + 1),
            _ => Number::Whole(i128::from(self.rows)),
        };
        self.past.clear();
        self.past.push_back(value);
        match self.last {
            Number::Whole(rank) => Value::Long(i64::try_from(rank).unwrap_or(i64::MAX)),
            Number::Real(_) => Value::Null(Type::Long),
        }
    }

    /// `bounds`: the longest session, and the longest gap.
    fn session(&mut self, time: &Value, bounds: Option<[Option<i64>; 2]>) -> Value {
        let Value::Datetime(at) = time else {
            return self.past.front().cloned().unwrap_or(Value::Null(Type::Datetime));
        };
        let within = |from: &Value, most: Option<i64>| match (from, most) {
            (Value::Datetime(from), Some(most)) => i128::from(*at) - i128::from(*from) <= i128::from(most),
            _ => false,
        };
        let [longest, gap] = bounds.unwrap_or_default();
        let goes_on = match (self.past.front(), self.past.back()) {
            (Some(first), Some(last)) => within(first, longest) && within(last, gap),
            _ => false,
        };
        if !goes_on {
            self.past.clear();
            self.past.push_back(time.clone());
        }
        self.past.truncate(1);
        self.past.push_back(time.clone());
        self.past[0].clone()
    }
}

/// Nulls are the same, and so are NaNs.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Null(_), Value::Null(_)) => true,
        (Value::Real(one), Value::Real(other)) => one == other || one.is_nan() && other.is_nan(),
        (one, other) => one == other,
    }
}

fn size(value: &Value) -> usize {
    let text = match value {
        Value::String(text) | Value::Dynamic(text) => text.len(),
        _ => 0,
    };
    size_of::<Value>() + text
}

impl Operator for OverRows {
    fn schema(&self) -> &SchemaRef {
        &self.added.schema
    }

    fn adopt(&mut self, before: &dyn Operator) -> Result<(), Error> {
        let before: &Self = adopt::same(before)?;
        let from: Vec<Type> = before.by.iter().map(Expression::ty).collect();
        let groups = if self.by.is_empty() {
            vec![0]
        } else {
            let mut columns = Vec::with_capacity(self.by.len());
            for ((column, from), by) in before.groups.columns(&from).iter().zip(&from).zip(&self.by) {
                columns.push((Operand::Column(adopt::column(column, *from, by.ty())?), by.ty()));
            }
            self.groups.adopt(&columns, before.groups.len())
        };
        let count = self.groups.len().max(1);
        for (column, before) in self.columns.iter_mut().zip(&before.columns) {
            column.adopt(before, &groups, count)?;
        }
        self.bytes =
            self.columns.iter().flat_map(|column| &column.states).flat_map(|state| &state.past).map(size).sum();
        self.ahead.adopt(&before.ahead, &self.added.schema, &groups)
    }

    fn push(&mut self, batch: RecordBatch, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.add(&batch, out)?;
        if self.windows {
            self.look_ahead(true, out)?;
            self.begin_anew();
        }
        Ok(())
    }

    fn watermark(&self, watermark: i64) -> i64 {
        self.ahead.watermark(watermark)
    }

    fn finish(&mut self, out: &mut Vec<RecordBatch>) -> Result<(), Error> {
        self.look_ahead(true, out)
    }

    fn preview(&self, pending: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, Error> {
        let (mut copy, mut out) = (self.clone(), Vec::new());
        for batch in pending {
            copy.push(batch, &mut out)?;
        }
        copy.finish(&mut out)?;
        Ok(out)
    }

    fn held(&self) -> Held {
        Held { open: self.ahead.rows() as u64, bytes: self.bytes + self.ahead.bytes(), ..Held::default() }
    }

    fn room(&self) -> usize {
        let waits = usize::try_from(self.limits.sorted).unwrap_or(usize::MAX).saturating_sub(self.ahead.rows());
        match self.by.is_empty() {
            true => waits,
            false => waits.min(self.limits.groups.saturating_sub(self.groups.len())),
        }
    }
}
