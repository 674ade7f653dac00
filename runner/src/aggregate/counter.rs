//! `increase`, `counter_rate` and `delta`: what a counter or gauge did between its first and its last value.
//!
//! Each series of a group goes by event time, whatever the order in which its values come. Its values are kept
//! until there are [`KEPT`] of them; then the older half becomes one sum, and a value that comes from before
//! that is no longer taken in. What a step adds is PromQL's rule: a value below the one before it means that
//! the counter began anew at 0. Nothing is extrapolated.
//!
//! OTLP says since when a value counts: values with another start are another series, and one that starts behind
//! the group's first value has grown from 0. There a series has one value at a time; where it has two, several
//! series meet that nothing tells apart, and the group has no answer. Elsewhere the arguments name what tells series
//! apart; where a series falls again and again all the same, it is told that it may be several.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use arrow_array::ArrayRef;
use syntax::pipeline::Counter;
use syntax::{Name, Type};

use super::number::Sum;
use super::{Adopt, Cell, Make, Reading, Selection, Widened, adopt, cells};
use crate::expression::Operand;
use crate::expression::math::whole;
use crate::expression::operand::{longs, reals};
use crate::expression::stamps::Doubts;

/// Values of one series that are kept one by one.
const KEPT: usize = 4096;

/// What a counter counts in.
trait Quantity: Copy + PartialOrd + Default + Send + 'static {
    /// Of steps.
    type Total: Copy + Default + Send + 'static;
    /// How two values are put in order that have the same time.
    fn order(self, other: Self) -> std::cmp::Ordering;
    /// From a value, or from nothing, to another.
    fn step(total: &mut Self::Total, from: Option<Self>, to: Self);
    fn merge(total: &mut Self::Total, other: Self::Total);
    fn real(total: Self::Total) -> f64;
    fn whole(total: Self::Total) -> Option<i64>;
}

impl Quantity for f64 {
    type Total = Sum;

    fn order(self, other: f64) -> std::cmp::Ordering {
        self.total_cmp(&other)
    }

    fn step(total: &mut Sum, from: Option<f64>, to: f64) {
        total.add(to - from.unwrap_or(0.0));
    }

    fn merge(total: &mut Sum, other: Sum) {
        total.merge(&other);
    }

    fn real(total: Sum) -> f64 {
        total.value()
    }

    fn whole(total: Sum) -> Option<i64> {
        whole(total.value())
    }
}

impl Quantity for i64 {
    type Total = i128;

    fn order(self, other: i64) -> std::cmp::Ordering {
        self.cmp(&other)
    }

    fn step(total: &mut i128, from: Option<i64>, to: i64) {
        *total += i128::from(to) - i128::from(from.unwrap_or(0));
    }

    fn merge(total: &mut i128, other: i128) {
        *total += other;
    }

    fn real(total: i128) -> f64 {
        total as f64
    }

    fn whole(total: i128) -> Option<i64> {
        i64::try_from(total).ok()
    }
}

/// A value, when it was measured, and since when it counts where that is known.
#[derive(Clone, Copy)]
struct Point<Q> {
    time: i64,
    start: i64,
    value: Q,
}

impl<Q: Quantity> Point<Q> {
    fn order(&self, other: &Point<Q>) -> std::cmp::Ordering {
        (self.time, self.start).cmp(&(other.time, other.start)).then(self.value.order(other.value))
    }
}

/// What lies between two points, itself forgotten.
#[derive(Clone, Copy)]
struct Folded<Q: Quantity> {
    first: Point<Q>,
    last: Point<Q>,
    grown: Q::Total,
}

impl<Q: Quantity> Folded<Q> {
    fn of(point: Point<Q>) -> Folded<Q> {
        Folded { first: point, last: point, grown: Q::Total::default() }
    }

    fn step(&mut self, to: Point<Q>) {
        let anew = to.value < self.last.value;
        Q::step(&mut self.grown, (!anew).then_some(self.last.value), to.value);
        self.last = to;
    }
}

#[derive(Clone)]
struct Series<Q: Quantity> {
    folded: Option<Folded<Q>>,
    /// In the order of time, and behind what is folded.
    points: Vec<Point<Q>>,
    /// Two values of one time were not the same, which is told of OTLP's alone.
    mixed: bool,
    /// Of values that are steps themselves: their sum, since when the first counts, and when the last was taken.
    steps: Option<(Q::Total, i64, i64)>,
}

impl<Q: Quantity> Default for Series<Q> {
    fn default() -> Series<Q> {
        Series { folded: None, points: Vec::new(), mixed: false, steps: None }
    }
}

impl<Q: Quantity> Series<Q> {
    fn add(&mut self, point: Point<Q>) {
        if self.folded.is_some_and(|folded| point.order(&folded.last).is_lt()) {
            return;
        }
        let place = match self.points.last() {
            Some(last) if point.order(last).is_lt() => self.points.partition_point(|known| known.order(&point).is_le()),
            _ => self.points.len(),
        };
        let differs = |known: Option<&Point<Q>>| {
            known.is_some_and(|known| known.time == point.time && known.value.order(point.value).is_ne())
        };
        let before = place.checked_sub(1).and_then(|before| self.points.get(before));
        self.mixed |= point.start > i64::MIN && (differs(before) || differs(self.points.get(place)));
        self.points.insert(place, point);
        if self.points.len() >= KEPT {
            self.fold(KEPT / 2);
        }
    }

    fn fold(&mut self, count: usize) {
        for point in self.points.drain(..count) {
            match &mut self.folded {
                Some(folded) => folded.step(point),
                None => self.folded = Some(Folded::of(point)),
            }
        }
    }

    fn add_step(&mut self, point: Point<Q>) {
        let since = if point.start > i64::MIN { point.start } else { point.time };
        let (sum, first, last) = self.steps.get_or_insert((Q::Total::default(), since, point.time));
        Q::step(sum, None, point.value);
        (*first, *last) = ((*first).min(since), (*last).max(point.time));
    }

    fn merge(&mut self, other: &Series<Q>) {
        self.mixed |= other.mixed;
        if let Some((more, from, to)) = other.steps {
            let (sum, first, last) = self.steps.get_or_insert((Q::Total::default(), from, to));
            Q::merge(sum, more);
            (*first, *last) = ((*first).min(from), (*last).max(to));
        }
        if let Some(later) = other.folded {
            self.fold(self.points.len());
            self.folded = Some(match self.folded {
                Some(mut folded) => {
                    folded.step(later.first);
                    Q::merge(&mut folded.grown, later.grown);
                    Folded { last: later.last, ..folded }
                }
                None => later,
            });
        }
        other.points.iter().for_each(|point| self.add(*point));
    }

    fn first(&self) -> Option<&Point<Q>> {
        self.folded.as_ref().map(|folded| &folded.first).or(self.points.first())
    }

    /// Whether it looks like several series that nothing tells apart: a value below the one before it at every fourth
    /// step, which restarts do not explain. Of what may `fall` by itself, two values of one time tell.
    fn looks_mixed(&self, may_fall: bool) -> bool {
        let (mut steps, mut fallen, mut at_once) = (0, 0, 0);
        for pair in self.points.windows(2) {
            steps += 1;
            if pair[0].time == pair[1].time {
                at_once += usize::from(pair[0].value.order(pair[1].value).is_ne());
            } else if pair[1].value < pair[0].value {
                fallen += 1;
            }
        }
        match may_fall {
            true => at_once > 0 && at_once * 4 >= steps,
            false => (fallen > 2 || fallen.min(at_once) > 0) && fallen * 4 >= steps,
        }
    }

    /// From the first value to the last; None where there is one value at most.
    fn whole(&self) -> Option<Folded<Q>> {
        let mut points = self.points.iter();
        let mut folded = match self.folded {
            Some(folded) => folded,
            None => Folded::of(*points.next()?),
        };
        points.for_each(|point| folded.step(*point));
        (folded.first.time < folded.last.time).then_some(folded)
    }

    /// What it grew, and from when to when: from 0 where it starts behind the group's first value.
    fn grown(&self, earliest: i64) -> Option<(Q::Total, i64, i64)> {
        let first = self.first()?;
        let whole = self.whole();
        if first.start < earliest {
            return whole.map(|whole| (whole.grown, whole.first.time, whole.last.time));
        }
        let mut grown = whole.map_or_else(Q::Total::default, |whole| whole.grown);
        Q::step(&mut grown, None, first.value);
        Some((grown, first.start, whole.map_or(first.time, |whole| whole.last.time)))
    }
}

/// What a group keeps: its series, by what tells them apart.
#[derive(Clone)]
struct Counted<Q: Quantity> {
    series: BTreeMap<Box<str>, Series<Q>>,
    bytes: usize,
}

impl<Q: Quantity> Default for Counted<Q> {
    fn default() -> Counted<Q> {
        Counted { series: BTreeMap::new(), bytes: 0 }
    }
}

impl<Q: Quantity> Cell for Counted<Q> {
    fn elsewhere(&self) -> usize {
        self.bytes
    }
}

impl<Q: Quantity> Counted<Q> {
    /// Changes a series, keeping account of its bytes.
    fn change(&mut self, key: &str, change: impl FnOnce(&mut Series<Q>)) {
        if !self.series.contains_key(key) {
            self.series.insert(key.into(), Series::default());
            self.bytes += key.len() + size_of::<(Box<str>, Series<Q>)>();
        }
        let Some(series) = self.series.get_mut(key) else { return };
        let before = series.points.capacity();
        change(series);
        self.bytes = self.bytes + series.points.capacity() * size_of::<Point<Q>>() - before * size_of::<Point<Q>>();
    }

    fn earliest(&self) -> i64 {
        self.series.values().filter_map(Series::first).map(|first| first.time).min().unwrap_or(i64::MAX)
    }

    /// What each series gives, added up; None where none gives anything, or where series were mixed.
    fn sum<T>(&self, of: impl Fn(&Series<Q>, i64) -> Option<T>, add: impl Fn(T, T) -> T) -> Option<T> {
        if self.series.values().any(|series| series.mixed) {
            return None;
        }
        let earliest = self.earliest();
        self.series.values().filter_map(|series| of(series, earliest)).reduce(add)
    }

    fn increase(&self) -> Option<Q::Total> {
        let of = |series: &Series<Q>, earliest| {
            let grown = series.grown(earliest).map(|(grown, ..)| grown);
            both(grown, series.steps.map(|(sum, ..)| sum), added::<Q>)
        };
        self.sum(of, added::<Q>)
    }

    fn delta(&self) -> Option<Q::Total> {
        let of = |series: &Series<Q>, _| {
            let folded = series.whole()?;
            let mut total = Q::Total::default();
            Q::step(&mut total, Some(folded.first.value), folded.last.value);
            Some(total)
        };
        self.sum(of, added::<Q>)
    }

    /// In a nanosecond.
    fn rate(&self) -> Option<f64> {
        let over =
            |(sum, from, to): (Q::Total, i64, i64)| (to > from).then(|| Q::real(sum) / (to as f64 - from as f64));
        let of = |series: &Series<Q>, earliest| {
            both(series.grown(earliest).and_then(over), series.steps.and_then(over), |one, other| one + other)
        };
        self.sum(of, |one, other| one + other)
    }
}

fn added<Q: Quantity>(mut one: Q::Total, other: Q::Total) -> Q::Total {
    Q::merge(&mut one, other);
    one
}

fn both<T>(one: Option<T>, other: Option<T>, add: impl Fn(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(add(one, other)),
        (one, other) => one.or(other),
    }
}

impl Counted<i64> {
    /// The same in reals.
    fn real(&self) -> Counted<f64> {
        let point = |point: &Point<i64>| Point { time: point.time, start: point.start, value: point.value as f64 };
        let total = |total: i128| {
            let mut sum = Sum::default();
            sum.add(total as f64);
            sum
        };
        let real = |series: &Series<i64>| Series {
            folded: series.folded.map(|folded| Folded {
                first: point(&folded.first),
                last: point(&folded.last),
                grown: total(folded.grown),
            }),
            points: series.points.iter().map(point).collect(),
            mixed: series.mixed,
            steps: series.steps.map(|(sum, first, last)| (total(sum), first, last)),
        };
        let series = self.series.iter().map(|(key, series)| (key.clone(), real(series))).collect();
        Counted { series, bytes: self.bytes }
    }
}

/// Tells that a field's series may be several.
#[derive(Clone)]
pub(super) struct Mixed {
    pub(super) field: Option<Name>,
    pub(super) otlp: bool,
    pub(super) doubts: Arc<Doubts>,
}

impl Mixed {
    fn look<Q: Quantity>(&self, cells: &[Counted<Q>], counter: Counter) {
        let any = |is: &dyn Fn(&Series<Q>) -> bool| cells.iter().any(|cell| cell.series.values().any(is));
        let may_fall = counter == Counter::Delta;
        let what = if any(&|series| series.mixed) {
            "has several values at one time, and its group has no answer"
        } else if self.otlp || !any(&|series| series.looks_mixed(may_fall)) {
            return;
        } else if may_fall {
            "has several values at one time"
        } else {
            "falls again and again, and each time it counts as begun anew at 0"
        };
        let field = self.field.as_deref().unwrap_or("…");
        let function = match counter {
            Counter::Delta => "delta",
            Counter::Increase => "increase",
            Counter::Rate { .. } => "counter_rate",
        };
        self.doubts.tell(format!(
            "`{field}` {what}: if several series are mixed, name what tells them apart, as in `{function}({field}, \
             host.name)`"
        ));
    }
}

/// The arguments: the value; with `otlp` since when it counts, and its temporality; what tells series apart; the
/// event time.
/// `mixed`: who is told where one series looks like several.
pub(super) fn counter(of: Type, counter: Counter, otlp: bool, series: Vec<Type>, mixed: Option<Mixed>) -> Make {
    match of {
        Type::Real => make::<f64>(
            |cells, widened| {
                let taken = || adopt::each(cells, |counted: &Counted<i64>| Some(counted.real()));
                let same = || if same_series(widened) { adopt::same(cells).or_else(taken) } else { None };
                nothing_yet(cells).or_else(same)
            },
            counter,
            otlp,
            series,
            |operand, row| operand.reals().get(row).filter(|value| !value.is_nan()),
            mixed,
        ),
        _ => make::<i64>(
            |cells, widened| {
                nothing_yet(cells).or_else(|| if same_series(widened) { adopt::same(cells) } else { None })
            },
            counter,
            otlp,
            series,
            |operand, row| operand.longs().get(row),
            mixed,
        ),
    }
}

/// Where no value has come, whatever it would have been counted in.
fn nothing_yet<Q: Quantity>(cells: &dyn Any) -> Option<Vec<Counted<Q>>> {
    let none = |is_empty: bool| is_empty.then(Counted::default);
    adopt::each(cells, |counted: &Counted<i64>| none(counted.series.is_empty()))
        .or_else(|| adopt::each(cells, |counted: &Counted<f64>| none(counted.series.is_empty())))
}

/// What tells series apart is written as before.
fn same_series(widened: &Widened) -> bool {
    widened.from.get(1..) == widened.to.get(1..)
}

fn make<Q: Quantity>(
    adopt: Adopt<Counted<Q>>,
    counter: Counter,
    otlp: bool,
    series: Vec<Type>,
    get: fn(&Operand, usize) -> Option<Q>,
    mixed: Option<Mixed>,
) -> Make {
    cells(
        adopt,
        move |cells: &mut [Counted<Q>], selection: &Selection<'_>, args: &[Operand], elsewhere: &mut usize| {
            let Some((time, args)) = args.split_last() else { return };
            let times = time.longs();
            let names = if otlp { &args[3..] } else { &args[1..] };
            let mut key = String::new();
            for (row, group) in selection.rows.iter().zip(selection.groups) {
                let (row, cell) = (*row as usize, &mut cells[*group as usize]);
                let (Some(time), Some(value)) = (times.get(row), get(&args[0], row)) else { continue };
                key.clear();
                for (operand, ty) in names.iter().zip(&series) {
                    // Text never fails to be written.
                    let _ = write!(key, "{:?},", operand.value(row, *ty));
                }
                let start = if otlp { args[1].longs().get(row) } else { None };
                let is_step = otlp && args[2].texts().get(row) == Some("delta") && counter != Counter::Delta;
                if let (Some(start), false) = (start, is_step) {
                    let _ = write!(key, "{start}");
                }
                let point = Point { time, start: start.unwrap_or(i64::MIN), value };
                *elsewhere -= cell.bytes;
                cell.change(&key, |series| if is_step { series.add_step(point) } else { series.add(point) });
                *elsewhere += cell.bytes;
            }
        },
        |cell: &mut Counted<Q>, other: &Counted<Q>| {
            for (key, series) in &other.series {
                cell.change(key, |known| known.merge(series));
            }
        },
        move |cells: &[Counted<Q>], reading: &Reading| {
            mixed.iter().for_each(|mixed| mixed.look(cells, counter));
            read(cells, counter, reading)
        },
    )
}

fn read<Q: Quantity>(cells: &[Counted<Q>], counter: Counter, reading: &Reading) -> ArrayRef {
    let total = |cell: &Counted<Q>| if counter == Counter::Delta { cell.delta() } else { cell.increase() };
    match (counter, reading.ty) {
        (Counter::Rate { of_time: true }, _) => reals(cells.iter().map(Counted::rate)),
        (Counter::Rate { of_time: false }, _) => reals(cells.iter().map(|cell| Some(cell.rate()? * 1e9))),
        (_, Type::Real) => reals(cells.iter().map(|cell| Some(Q::real(total(cell)?)))),
        (_, ty) => longs(ty, cells.iter().map(|cell| Q::whole(total(cell)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: impl IntoIterator<Item = (i64, i64)>) -> Series<i64> {
        let mut series = Series::default();
        points.into_iter().for_each(|(time, value)| series.add(Point { time, start: i64::MIN, value }));
        series
    }

    #[test]
    fn order_and_merging_change_nothing() {
        // It begins anew at 40, and again at 9,000.
        let value = |time: i64| {
            if time < 40 {
                time * 3
            } else if time < 9_000 {
                time - 40
            } else {
                time - 8_999
            }
        };
        let points: Vec<(i64, i64)> = (0..10_000).map(|time| (time, value(time))).collect();
        let truth = 39 * 3 + (8_999 - 40) + 1_000;
        assert_eq!(series(points.clone()).whole().map(|folded| folded.grown), Some(truth));
        let mut disordered = points.clone();
        disordered.chunks_mut(700).for_each(<[_]>::reverse);
        assert_eq!(series(disordered).whole().map(|folded| folded.grown), Some(truth));
        for cut in [1, 39, 40, 5_000, 9_999] {
            let mut first = series(points[..cut].iter().copied());
            first.merge(&series(points[cut..].iter().copied()));
            assert_eq!(first.whole().map(|folded| folded.grown), Some(truth), "cut at {cut}");
        }
        assert!(series([(1, 5)]).grown(1).is_none(), "one value has not grown");
    }
}
