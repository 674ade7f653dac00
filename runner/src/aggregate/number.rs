//! Counts, sums, averages, extremes and deviations.
//!
//! Sums of whole numbers are kept in 128 bits and null where the answer does not fit 64; sums of reals are
//! compensated (Neumaier 1974), so that order hardly matters; deviations go by Welford (1962).

use std::any::Any;
use std::cmp::Ordering;

use arrow_array::ArrayRef;
use syntax::{Type, Value};

use super::{Cell, Make, Widened, adopt, cells};
use crate::expression::dynamic::Number;
use crate::expression::math::whole;
use crate::expression::operand::{bools, longs, reals, texts};

pub(super) fn count() -> Make {
    cells(
        |cells, _| adopt::same(cells),
        |cells: &mut [i64], selection, _args, _| {
            for group in selection.groups {
                cells[*group as usize] += 1;
            }
        },
        |count, other| *count += other,
        |cells, _| longs(Type::Long, cells.iter().map(|count| Some(*count))),
    )
}

pub(super) fn sum(of: Type) -> Make {
    if of == Type::Real {
        return cells(
            |cells, _| adopt::same(cells).or_else(|| adopt::each(cells, |sum: &i128| Some(Sum::of(*sum)))),
            |cells: &mut [Sum], selection, args, _| {
                let values = args[0].reals();
                selection.each(|row| values.get(row), |group, value| cells[group].add(value));
            },
            Sum::merge,
            |cells, _| reals(cells.iter().map(|sum| Some(sum.value()))),
        );
    }
    cells(
        |cells, _| adopt::same(cells).or_else(|| adopt::each(cells, |sum: &Sum| sum.whole())),
        |cells: &mut [i128], selection, args, _| {
            let values = args[0].longs();
            selection.each(|row| values.get(row), |group, value| cells[group] += i128::from(value));
        },
        |sum, other| *sum += other,
        |cells, reading| longs(reading.ty, cells.iter().map(|sum| i64::try_from(*sum).ok())),
    )
}

pub(super) fn average(of: Type) -> Make {
    if of == Type::Real {
        return cells(
            |cells, _| {
                let wider = |(sum, count): &(i128, u64)| Some((Sum::of(*sum), *count));
                adopt::same(cells).or_else(|| adopt::each(cells, wider))
            },
            |cells: &mut [(Sum, u64)], selection, args, _| {
                let values = args[0].reals();
                selection.each(
                    |row| values.get(row),
                    |group, value| {
                        cells[group].0.add(value);
                        cells[group].1 += 1;
                    },
                );
            },
            |(sum, count), (other, more)| {
                sum.merge(other);
                *count += more;
            },
            |cells, _| reals(cells.iter().map(|(sum, count)| (*count > 0).then(|| sum.value() / *count as f64))),
        );
    }
    cells(
        |cells, _| {
            let narrower = |(sum, count): &(Sum, u64)| Some((sum.whole()?, *count));
            adopt::same(cells).or_else(|| adopt::each(cells, narrower))
        },
        |cells: &mut [(i128, u64)], selection, args, _| {
            let values = args[0].longs();
            selection.each(
                |row| values.get(row),
                |group, value| {
                    cells[group].0 += i128::from(value);
                    cells[group].1 += 1;
                },
            );
        },
        |(sum, count), (other, more)| {
            *sum += other;
            *count += more;
        },
        |cells, reading| match reading.ty {
            Type::Real => reals(cells.iter().map(|(sum, count)| (*count > 0).then(|| *sum as f64 / *count as f64))),
            // Of times: to the nanosecond.
            ty => longs(
                ty,
                cells.iter().map(|(sum, count)| match count {
                    0 => None,
                    count => i64::try_from(sum.div_euclid(i128::from(*count))).ok(),
                }),
            ),
        },
    )
}

pub(super) fn extreme(of: Type, greatest: bool) -> Make {
    match of {
        Type::Real => cells(
            |cells, widened| {
                extremes(cells, widened, |value| match value {
                    Value::Real(value) => Some(value),
                    _ => None,
                })
            },
            move |cells: &mut [Option<f64>], selection, args, _| {
                let values = args[0].reals();
                // The library's min and max pass over NaN.
                let better = if greatest { f64::max } else { f64::min };
                let get = |row| values.get(row).filter(|value| !value.is_nan());
                selection.each(get, |group, value| {
                    cells[group] = Some(cells[group].map_or(value, |known| better(known, value)));
                });
            },
            move |cell: &mut Option<f64>, other| {
                let better = if greatest { f64::max } else { f64::min };
                if let Some(value) = *other {
                    *cell = Some(cell.map_or(value, |known| better(known, value)));
                }
            },
            |cells, _| reals(cells.iter().copied()),
        ),
        Type::String | Type::Dynamic => cells(
            |cells, widened| {
                extremes(cells, widened, |value| match value {
                    Value::String(text) | Value::Dynamic(text) => Some((*text).into()),
                    _ => None,
                })
            },
            move |cells: &mut [Option<Box<str>>], selection, args, elsewhere| {
                let values = args[0].texts();
                selection.each(
                    |row| values.get(row),
                    |group, value| {
                        let cell = &mut cells[group];
                        let known = cell.as_deref();
                        if known.is_none_or(|known| beats(of, greatest, value, known)) {
                            *elsewhere += value.len();
                            *elsewhere -= known.map_or(0, str::len);
                            *cell = Some(value.into());
                        }
                    },
                );
            },
            move |cell: &mut Option<Box<str>>, other| {
                if let Some(value) = other
                    && cell.as_deref().is_none_or(|known| beats(of, greatest, value, known))
                {
                    *cell = Some(value.clone());
                }
            },
            |cells, _| texts(cells.iter().map(|cell| cell.as_deref().map(Into::into))),
        ),
        Type::Bool => cells(
            |cells, widened| {
                extremes(cells, widened, |value| match value {
                    Value::Bool(value) => Some(value),
                    _ => None,
                })
            },
            move |cells: &mut [Option<bool>], selection, args, _| {
                let values = args[0].bools();
                selection.each(
                    |row| values.get(row),
                    |group, value| {
                        let known = cells[group].unwrap_or(value);
                        cells[group] = Some(if greatest { known | value } else { known & value });
                    },
                );
            },
            move |cell: &mut Option<bool>, other| {
                if let Some(value) = *other {
                    let known = cell.unwrap_or(value);
                    *cell = Some(if greatest { known | value } else { known & value });
                }
            },
            |cells, _| bools(cells.iter().copied()),
        ),
        _ => cells(
            |cells, widened| {
                extremes(cells, widened, |value| match value {
                    Value::Long(value) | Value::Datetime(value) | Value::Timespan(value) => Some(value),
                    _ => None,
                })
            },
            move |cells: &mut [Option<i64>], selection, args, _| {
                let values = args[0].longs();
                selection.each(
                    |row| values.get(row),
                    |group, value| {
                        let known = cells[group].unwrap_or(value);
                        cells[group] = Some(if greatest { known.max(value) } else { known.min(value) });
                    },
                );
            },
            move |cell: &mut Option<i64>, other| {
                if let Some(value) = *other {
                    *cell =
                        Some(cell.map_or(value, |known| if greatest { known.max(value) } else { known.min(value) }));
                }
            },
            |cells, reading| longs(reading.ty, cells.iter().copied()),
        ),
    }
}

/// The least or greatest values that were kept as another type.
fn extremes<C>(cells: &dyn Any, widened: &Widened, take: impl Fn(Value) -> Option<C>) -> Option<Vec<Option<C>>> {
    let (from, to) = widened.first()?;
    let cell = |value: Option<Value>| match value {
        None => Some(None),
        Some(value) => adopt::value(&value, to).and_then(&take).map(Some),
    };
    adopt::values(cells, from)?.into_iter().map(cell).collect()
}

/// Whether a text takes the place of the one that is known.
fn beats(of: Type, greatest: bool, value: &str, known: &str) -> bool {
    let order = if of == Type::Dynamic { json_order(value, known, greatest) } else { value.cmp(known) };
    if greatest { order.is_gt() } else { order.is_lt() }
}

/// JSON values: numbers in their order. Something else wins over no number, whether the greatest or the least is
/// looked for; among others their texts decide.
pub(super) fn json_order(one: &str, other: &str, greatest: bool) -> Ordering {
    // A text in quotes is none, whatever is in it.
    let number = |json: &str| if json.starts_with('"') { None } else { Number::of(json) };
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one.partial_cmp(&other).unwrap_or(Ordering::Equal),
        (Some(_), None) if greatest => Ordering::Greater,
        (None, Some(_)) if !greatest => Ordering::Greater,
        (Some(_), None) | (None, Some(_)) => Ordering::Less,
        (None, None) => one.cmp(other),
    }
}

/// Of a sample, or of all there is; 0 where there are fewer than two values.
pub(super) fn deviation(of: Type, root: bool, all: bool) -> Make {
    cells(
        |cells, _| adopt::same(cells),
        move |cells: &mut [Moments], selection, args, _| {
            if of == Type::Real {
                let values = args[0].reals();
                selection.each(|row| values.get(row), |group, value| cells[group].add(value));
            } else {
                let values = args[0].longs();
                selection.each(|row| values.get(row), |group, value| cells[group].add(value as f64));
            }
        },
        Moments::merge,
        move |cells, reading| {
            let variance = |moments: &Moments| if all { moments.of_all() } else { moments.variance() };
            let values = cells.iter().map(|moments| if root { variance(moments).sqrt() } else { variance(moments) });
            from_reals(values.map(Some), reading.ty)
        },
    )
}

/// Reals as the type that an aggregate gives; a whole one is rounded.
pub(super) fn from_reals(values: impl Iterator<Item = Option<f64>>, ty: Type) -> ArrayRef {
    if ty == Type::Real { reals(values) } else { longs(ty, values.map(|value| whole(value?.round()))) }
}

impl Cell for Sum {}
impl Cell for Moments {}

/// A compensated sum.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub(super) fn of(whole: i128) -> Sum {
        Sum { sum: whole as f64, lost: 0.0 }
    }

    /// Where nothing behind the point was summed.
    fn whole(&self) -> Option<i128> {
        let value = self.value();
        (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i128)
    }

    pub(super) fn add(&mut self, value: f64) {
        let total = self.sum + value;
        self.lost +=
            if self.sum.abs() >= value.abs() { (self.sum - total) + value } else { (value - total) + self.sum };
        self.sum = total;
    }

    pub(super) fn merge(&mut self, other: &Sum) {
        self.add(other.sum);
        self.lost += other.lost;
    }

    pub(super) fn value(&self) -> f64 {
        // Past infinity nothing sensible was lost.
        if self.sum.is_finite() { self.sum + self.lost } else { self.sum }
    }
}

#[derive(Clone, Copy, Default)]
struct Moments {
    count: u64,
    mean: f64,
    /// Sum of squared distances from the mean.
    spread: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1;
        let distance = value - self.mean;
        self.mean += distance / self.count as f64;
        self.spread += distance * (value - self.mean);
    }

    /// By Chan, Golub and LeVeque (1979).
    fn merge(&mut self, other: &Moments) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        let count = self.count + other.count;
        let distance = other.mean - self.mean;
        let share = other.count as f64 / count as f64;
        self.spread += other.spread + distance * distance * self.count as f64 * share;
        self.mean += distance * share;
        self.count = count;
    }

    fn of_all(&self) -> f64 {
        if self.count < 2 { 0.0 } else { self.spread / self.count as f64 }
    }

    fn variance(&self) -> f64 {
        if self.count < 2 { 0.0 } else { self.spread / (self.count - 1) as f64 }
    }
}
