//! Aggregates: what a `summarize` keeps for each group, columnwise.
//!
//! An accumulator holds one kind of state for all groups of a table. Nulls are passed over; where nothing
//! was counted, counts, sums and deviations are 0 and everything else is null, as in Kusto. NaN makes a
//! sum, average or deviation NaN; min, max and percentile pass over it.

mod adopt;
mod collect;
mod counter;
mod distinct;
mod number;
mod percentile;
mod pick;
mod rate;

use std::any::Any;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::Field;
use syntax::pipeline::{Aggregate, AggregateFunction, Expr, ExprKind};
use syntax::{Name, Type, Value};

pub use self::adopt::Widened;
use crate::expression::{Expression, Operand, Scope, convert};
use crate::{Error, batch};

/// The aggregates of one `summarize`, compiled.
pub struct Aggregates {
    kept: Vec<Kept>,
    /// For each aggregate: which accumulator it reads, and how.
    read: Vec<(usize, Reading)>,
}

/// Rows of a batch, each with the group that it belongs to.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    pub rows: &'a [u32],
    pub groups: &'a [u32],
}

/// One accumulator for each that [`Aggregates`] keeps.
pub type Accumulators = Vec<Box<dyn Accumulator>>;

/// State of one kind for all groups of a table.
pub trait Accumulator: Send {
    /// There are so many groups now.
    fn grow(&mut self, groups: usize);
    fn update(&mut self, selection: &Selection<'_>, args: &[Operand]);
    /// Adds what another of the same kind holds of later events: its group n to the group `into[n]` here.
    fn merge(&mut self, other: &dyn Accumulator, into: &[u32]);
    /// Moves a group's state to the end of another of the same kind, and begins the group anew.
    fn hand_over(&mut self, group: usize, to: &mut dyn Accumulator);
    /// Takes over the groups of another, which kept the same of the same argument under an earlier type. False where
    /// that cannot be said in this type; then nothing has changed.
    fn adopt(&mut self, before: &dyn Accumulator, widened: &Widened) -> bool;
    /// Its cells, a `Vec` of one for each group.
    fn cells(&self) -> &dyn Any;
    /// One value a group.
    fn read(&self, reading: &Reading) -> ArrayRef;
    fn bytes(&self) -> usize;
    fn boxed_clone(&self) -> Box<dyn Accumulator>;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

/// Makes an accumulator without groups.
type Make = Arc<dyn Fn() -> Box<dyn Accumulator> + Send + Sync>;

/// The state of one group.
trait Cell: Clone + Default + Send + 'static {
    /// Bytes that it holds beyond itself.
    fn elsewhere(&self) -> usize {
        0
    }
}

impl Cell for i64 {}
impl Cell for i128 {}
impl<C: Cell> Cell for (C, u64) {}
impl Cell for Option<i64> {}
impl Cell for Option<f64> {}
impl Cell for Option<bool> {}
impl Cell for Option<Box<str>> {
    fn elsewhere(&self) -> usize {
        self.as_ref().map_or(0, |text| text.len())
    }
}

/// How an aggregate is read out of an accumulator.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub ty: Type,
    /// Of a percentile, from 0 to 1.
    quantile: f64,
    /// The window's length in nanoseconds, if there is one; of an open one, how much of it has passed.
    pub window: Option<i64>,
}

struct Kept {
    /// As it was checked; what it reads is compiled in `args` and `filter`.
    aggregate: Aggregate,
    args: Vec<Expression>,
    filter: Option<Expression>,
    make: Make,
}

impl Aggregates {
    /// `time`: the event-time field, by which `first` and `last` go.
    pub fn new(
        aggregates: &[Aggregate],
        scope: &Scope<'_>,
        time: Option<&Name>,
        window: Option<i64>,
    ) -> Result<Aggregates, Error> {
        let mut made = Aggregates { kept: Vec::new(), read: Vec::new() };
        let mut percentiles: Vec<(&Aggregate, usize)> = Vec::new();
        for aggregate in aggregates {
            let mut reading = Reading { ty: aggregate.ty, quantile: 0.0, window };
            if let AggregateFunction::Percentile(percent) = aggregate.function {
                reading.quantile = percent / 100.0;
                // Percentiles of one thing share one sketch.
                if let Some((_, kept)) = percentiles.iter().find(|(known, _)| same_input(known, aggregate)) {
                    made.read.push((*kept, reading));
                    continue;
                }
                percentiles.push((aggregate, made.kept.len()));
            }
            made.read.push((made.kept.len(), reading));
            made.kept.push(Kept::new(aggregate, scope, time)?);
        }
        Ok(made)
    }

    pub fn accumulators(&self) -> Accumulators {
        self.kept.iter().map(|kept| (kept.make)()).collect()
    }

    /// Where each accumulator comes from among those of an earlier compilation of the same aggregates, and how its
    /// arguments have changed; None where it is of a field that no event had. An error where one of them has no
    /// predecessor to take over from.
    pub fn since(&self, before: &Aggregates) -> Result<Vec<Option<(usize, Widened)>>, Error> {
        let types = |kept: &Kept| kept.args.iter().map(Expression::ty).collect();
        let since = |(number, kept): (usize, &Kept)| {
            let find = |alike: &dyn Fn(&Aggregate, &Aggregate) -> bool| {
                let is = |known: &Kept| alike(&kept.aggregate, &known.aggregate);
                // The same of two is most likely in the same place.
                before.kept.get(number).filter(|known| is(known)).map(|_| number).or(before.kept.iter().position(is))
            };
            let same = find(&|one, other| same_but_types(one, other, same));
            // A dynamic argument is converted by the analysis where a number is needed.
            let found = same.or_else(|| find(&|one, other| same_but_types(one, other, same_but_conversions)));
            let new_value = found.is_none();
            // The first value that is not null is taken, whichever event has it.
            if new_value && kept.aggregate.function == AggregateFunction::TakeAny {
                return Ok(None);
            }
            let found = found.or_else(|| before.kept.iter().position(|known| kept.ranks_with(known)));
            let place = found.ok_or_else(|| Error::Internal(format!("{kept:?} was not kept before")))?;
            Ok(Some((place, Widened { from: types(&before.kept[place]), to: types(kept), new_value })))
        };
        self.kept.iter().enumerate().map(since).collect()
    }

    /// The values that a batch gives to each accumulator, and the rows that count for it.
    pub fn inputs(&self, batch: &RecordBatch) -> Vec<Input> {
        let input = |kept: &Kept| Input {
            args: kept.args.iter().map(|arg| arg.operand(batch)).collect(),
            filter: kept.filter.as_ref().map(|filter| filter.select(batch)),
        };
        self.kept.iter().map(input).collect()
    }

    /// One column an aggregate. `gone`: how much of the window's time has passed, where it is still open.
    pub fn read(&self, accumulators: &Accumulators, gone: Option<i64>) -> Vec<ArrayRef> {
        let read = |(kept, reading): &(usize, Reading)| {
            let window = reading.window.map(|window| gone.map_or(window, |gone| window.min(gone)));
            let column = accumulators[*kept].read(&Reading { window, ..*reading });
            let found = batch::field_type(&Field::new("", column.data_type().clone(), true));
            // Strings and JSON are stored alike.
            if batch::data_type(found) == batch::data_type(reading.ty) {
                column
            } else {
                convert::column(&column, found, reading.ty)
            }
        };
        self.read.iter().map(read).collect()
    }
}

/// See [`Aggregates::inputs`].
pub struct Input {
    args: Vec<Operand>,
    filter: Option<arrow_array::BooleanArray>,
}

impl Input {
    pub fn update(&self, accumulator: &mut dyn Accumulator, selection: &Selection<'_>) {
        let Some(filter) = &self.filter else { return accumulator.update(selection, &self.args) };
        let pairs = selection.rows.iter().zip(selection.groups);
        let (rows, groups): (Vec<u32>, Vec<u32>) =
            pairs.filter(|(row, _)| filter.value(**row as usize)).map(|(row, group)| (*row, *group)).unzip();
        accumulator.update(&Selection { rows: &rows, groups: &groups }, &self.args);
    }
}

impl Kept {
    fn new(aggregate: &Aggregate, scope: &Scope<'_>, time: Option<&Name>) -> Result<Kept, Error> {
        use AggregateFunction::*;
        let mut args =
            aggregate.args.iter().map(|arg| Expression::compile(arg, scope)).collect::<Result<Vec<_>, _>>()?;
        let filter = aggregate.filter.as_ref().map(|filter| Expression::compile(filter, scope)).transpose()?;
        let filter = filter.map(|filter| filter.converted(Type::Bool));
        let numeric = matches!(
            aggregate.function,
            Sum | Avg | Stdev | Variance | StdevP | VarianceP | Percentile(_) | Rate | Counter { .. }
        );
        if let Some(first) = args.first_mut()
            && numeric
            && first.ty() == Type::Dynamic
        {
            // JSON is summed by the numbers in it.
            *first = convert::told(first.clone(), Type::Real, &aggregate.args[0], scope);
        }
        let of = args.first().map(Expression::ty);
        let known = || of.ok_or_else(|| Error::Internal(format!("{:?} without an argument", aggregate.function)));
        let event_time = || {
            let place = time.and_then(|time| scope.fields.iter().position(|field| field.name == *time));
            place.map(|place| Expression::field(place, scope.fields[place].ty))
        };
        let make: Make = match aggregate.function {
            Count => number::count(),
            Sum => number::sum(known()?),
            Avg => number::average(known()?),
            Min => number::extreme(known()?, false),
            Max => number::extreme(known()?, true),
            Stdev => number::deviation(known()?, true, false),
            Variance => number::deviation(known()?, false, false),
            StdevP => number::deviation(known()?, true, true),
            VarianceP => number::deviation(known()?, false, true),
            Dcount => distinct::estimate(known()?),
            Percentile(_) => percentile::sketch(known()?),
            TakeAny => pick::any(known()?),
            First | Last => {
                let ty = known()?;
                args.truncate(1);
                args.extend(event_time());
                pick::by_time(ty, aggregate.function == Last)
            }
            ArgMax | ArgMin => {
                let [by, value] = args.as_slice() else {
                    return Err(Error::Internal("arg_max needs what is ranked and what is returned".to_owned()));
                };
                pick::by_value(by.ty(), value.ty(), aggregate.function == ArgMax)
            }
            Rate => {
                let summed = of.is_some();
                args.truncate(1);
                args.extend(event_time());
                rate::rate(of.filter(|_| summed))
            }
            Counter { of: counter, otlp } => {
                let ty = known()?;
                let series = args.iter().skip(if otlp { 3 } else { 1 }).map(Expression::ty).collect();
                let time = event_time();
                args.push(time.ok_or_else(|| Error::Internal("a counter needs event time".to_owned()))?);
                let field = match aggregate.args.first().map(|arg| &arg.kind) {
                    Some(ExprKind::Field(name)) => Some(name.clone()),
                    _ => None,
                };
                let mixed = scope.doubts.cloned().map(|doubts| counter::Mixed { field, otlp, doubts });
                counter::counter(ty, counter, otlp, series, mixed)
            }
            MakeSet(limit) | MakeList(limit) => {
                known()?;
                args = args.into_iter().map(|arg| arg.converted(Type::Dynamic)).collect();
                collect::array(limit, matches!(aggregate.function, MakeSet(_)), scope.doubts.cloned())
            }
        };
        Ok(Kept { aggregate: aggregate.clone(), args, filter, make })
    }
}

impl Kept {
    /// Both return a field of the row that the same rank chooses, as those that `*` stands for do.
    fn ranks_with(&self, other: &Kept) -> bool {
        let (one, other) = (&self.aggregate, &other.aggregate);
        let ranked =
            |aggregate: &Aggregate| matches!(aggregate.function, AggregateFunction::ArgMax | AggregateFunction::ArgMin);
        let same_rank =
            ranked(one) && one.args.first().zip(other.args.first()).is_some_and(|(a, b)| same_but_conversions(a, b));
        one.function == other.function && same_rank && same_filter(one, other)
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {} arguments", self.aggregate.function, self.args.len())
    }
}

fn same_input(one: &Aggregate, other: &Aggregate) -> bool {
    same_filter(one, other)
        && one.args.len() == other.args.len()
        && one.args.iter().zip(&other.args).all(|(a, b)| a.ty == b.ty && same(a, b))
}

fn same_filter(one: &Aggregate, other: &Aggregate) -> bool {
    match (&one.filter, &other.filter) {
        (None, None) => true,
        (Some(one), Some(other)) => same(one, other),
        _ => false,
    }
}

/// The same function of the same arguments, whatever their types.
fn same_but_types(one: &Aggregate, other: &Aggregate, same: fn(&Expr, &Expr) -> bool) -> bool {
    let percentile = |function| matches!(function, AggregateFunction::Percentile(_));
    let same_filter = match (&one.filter, &other.filter) {
        (None, None) => true,
        (Some(one), Some(other)) => same(one, other),
        _ => false,
    };
    (one.function == other.function || percentile(one.function) && percentile(other.function))
        && same_filter
        && one.args.len() == other.args.len()
        && one.args.iter().zip(&other.args).all(|(a, b)| same(a, b))
}

/// The same where conversions to another type are left out.
fn same_but_conversions(one: &Expr, other: &Expr) -> bool {
    use syntax::pipeline::Function::{ToBool, ToDatetime, ToDynamic, ToLong, ToReal, ToString, ToTimespan};
    fn within(expr: &Expr) -> &Expr {
        match &expr.kind {
            ExprKind::Call {
                function: ToBool | ToLong | ToReal | ToString | ToDatetime | ToTimespan | ToDynamic,
                args,
            } if args.len() == 1 => within(&args[0]),
            _ => expr,
        }
    }
    let (one, other) = (within(one), within(other));
    match (&one.kind, &other.kind) {
        // A number is converted at once.
        (ExprKind::Literal(Value::Long(whole)), ExprKind::Literal(Value::Real(real)))
        | (ExprKind::Literal(Value::Real(real)), ExprKind::Literal(Value::Long(whole))) => *whole as f64 == *real,
        (ExprKind::Call { function, args }, ExprKind::Call { function: other, args: others }) => {
            function == other
                && args.len() == others.len()
                && args.iter().zip(others).all(|(a, b)| same_but_conversions(a, b))
        }
        _ => same(one, other),
    }
}

/// Equal wherever they are written, whatever their types.
fn same(one: &Expr, other: &Expr) -> bool {
    match (&one.kind, &other.kind) {
        (ExprKind::Field(one), ExprKind::Field(other)) => one == other,
        (ExprKind::Literal(one), ExprKind::Literal(other)) => one == other,
        (ExprKind::Call { function, args }, ExprKind::Call { function: other, args: others }) => {
            function == other && args.len() == others.len() && args.iter().zip(others).all(|(a, b)| same(a, b))
        }
        _ => false,
    }
}

/// Says the cells of an accumulator of an earlier type in this one's; None where that cannot be.
type Adopt<C> = fn(&dyn Any, &Widened) -> Option<Vec<C>>;

/// The shape of every accumulator: a cell a group, and some functions.
struct Cells<C, U, M, R> {
    adopt: Adopt<C>,
    cells: Vec<C>,
    /// Bytes that the cells hold elsewhere.
    elsewhere: usize,
    update: U,
    merge: M,
    read: R,
}

/// Makes accumulators whose groups start with the default cell. `update` gets the cells and adds to the
/// bytes that they hold elsewhere; `merge` adds a cell of later events to one; `read` gives one value a cell.
/// `adopt` takes over what was kept under an earlier type of the arguments.
fn cells<C, U, M, R>(adopt: Adopt<C>, update: U, merge: M, read: R) -> Make
where
    C: Cell,
    U: Fn(&mut [C], &Selection<'_>, &[Operand], &mut usize) + Clone + Send + Sync + 'static,
    M: Fn(&mut C, &C) + Clone + Send + Sync + 'static,
    R: Fn(&[C], &Reading) -> ArrayRef + Clone + Send + Sync + 'static,
{
    Arc::new(move || {
        let (update, merge, read) = (update.clone(), merge.clone(), read.clone());
        Box::new(Cells { adopt, cells: Vec::<C>::new(), elsewhere: 0, update, merge, read })
    })
}

impl<C, U, M, R> Accumulator for Cells<C, U, M, R>
where
    C: Cell,
    U: Fn(&mut [C], &Selection<'_>, &[Operand], &mut usize) + Clone + Send + Sync + 'static,
    M: Fn(&mut C, &C) + Clone + Send + Sync + 'static,
    R: Fn(&[C], &Reading) -> ArrayRef + Clone + Send + Sync + 'static,
{
    fn grow(&mut self, groups: usize) {
        self.cells.resize_with(groups, C::default);
    }

    fn update(&mut self, selection: &Selection<'_>, args: &[Operand]) {
        (self.update)(&mut self.cells, selection, args, &mut self.elsewhere);
    }

    fn merge(&mut self, other: &dyn Accumulator, into: &[u32]) {
        let other: Option<&Self> = other.as_any().downcast_ref();
        for (from, group) in other.iter().flat_map(|other| &other.cells).zip(into) {
            let cell = &mut self.cells[*group as usize];
            self.elsewhere -= cell.elsewhere();
            (self.merge)(cell, from);
            self.elsewhere += cell.elsewhere();
        }
    }

    fn hand_over(&mut self, group: usize, to: &mut dyn Accumulator) {
        let cell = std::mem::take(&mut self.cells[group]);
        let bytes = cell.elsewhere();
        self.elsewhere -= bytes;
        if let Some(to) = to.as_any_mut().downcast_mut::<Self>() {
            to.elsewhere += bytes;
            to.cells.push(cell);
        }
    }

    fn adopt(&mut self, before: &dyn Accumulator, widened: &Widened) -> bool {
        let Some(cells) = (self.adopt)(before.cells(), widened) else { return false };
        self.elsewhere = cells.iter().map(Cell::elsewhere).sum();
        self.cells = cells;
        true
    }

    fn cells(&self) -> &dyn Any {
        &self.cells
    }

    fn read(&self, reading: &Reading) -> ArrayRef {
        (self.read)(&self.cells, reading)
    }

    fn bytes(&self) -> usize {
        self.cells.capacity() * size_of::<C>() + self.elsewhere
    }

    fn boxed_clone(&self) -> Box<dyn Accumulator> {
        Box::new(Cells {
            adopt: self.adopt,
            cells: self.cells.clone(),
            elsewhere: self.elsewhere,
            update: self.update.clone(),
            merge: self.merge.clone(),
            read: self.read.clone(),
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

impl Selection<'_> {
    /// Calls `take` with the group and value of each row whose value is not null.
    fn each<T>(&self, get: impl Fn(usize) -> Option<T>, mut take: impl FnMut(usize, T)) {
        for (row, group) in self.rows.iter().zip(self.groups) {
            if let Some(value) = get(*row as usize) {
                take(*group as usize, value);
            }
        }
    }
}
