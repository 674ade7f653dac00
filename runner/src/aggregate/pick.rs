//! One row's value for a group: `take_any`, `first` and `last` by event time, `arg_max` and `arg_min`.
//!
//! Rows whose value is null are passed over, except by `arg_max` and `arg_min`, where what is ranked
//! counts. A value is copied once a batch at most.

use std::cmp::Ordering;

use syntax::{Type, Value};

use super::{Adopt, Cell, Make, Selection, Widened, adopt, cells};
use crate::expression::Operand;
use crate::expression::operand;

/// The first that came.
pub(super) fn any(ty: Type) -> Make {
    let ranked = Ranked { ty: Type::Long, replaces: |_| false, nulls: false };
    make(ranked, ty, |_| Operand::Constant(Value::Long(0)), 0)
}

/// The earliest or latest; of two at the same time, the one that came first or last. Without a time field
/// the order of arrival decides.
pub(super) fn by_time(ty: Type, last: bool) -> Make {
    let replaces: fn(Ordering) -> bool = if last { Ordering::is_ge } else { Ordering::is_lt };
    let ranked = Ranked { ty: Type::Datetime, replaces, nulls: false };
    make(ranked, ty, |args| args.get(1).cloned().unwrap_or(Operand::Constant(Value::Datetime(0))), 0)
}

/// Args: what is ranked, what is returned. Of equals the first that came.
pub(super) fn by_value(by: Type, ty: Type, greatest: bool) -> Make {
    let replaces: fn(Ordering) -> bool = if greatest { Ordering::is_gt } else { Ordering::is_lt };
    make(Ranked { ty: by, replaces, nulls: true }, ty, |args| args[0].clone(), 1)
}

/// What a group has chosen.
#[derive(Clone, Default)]
struct Picked {
    rank: Option<Rank>,
    value: Option<Value>,
    /// The row of the present batch that the value is to be taken from.
    row: Option<u32>,
}

#[derive(Clone)]
enum Rank {
    Whole(i64),
    Real(f64),
    Text(Box<str>),
}

#[derive(Clone, Copy)]
struct Ranked {
    /// Of what is ranked.
    ty: Type,
    /// Whether a row takes the place of the chosen one, by how it compares.
    replaces: fn(Ordering) -> bool,
    /// A row may be chosen though its value is null.
    nulls: bool,
}

fn make(ranked: Ranked, ty: Type, by: fn(&[Operand]) -> Operand, value: usize) -> Make {
    let adopt: Adopt<Picked> = match value {
        0 => |cells, widened| adopt::each(cells, |picked: &Picked| picked.widened(widened, None, 0)),
        _ => |cells, widened| adopt::each(cells, |picked: &Picked| picked.widened(widened, Some(0), 1)),
    };
    cells(
        adopt,
        move |cells: &mut [Picked], selection, args, elsewhere| {
            let (by, value) = (by(args), &args[value]);
            match ranked.ty {
                Type::Real => {
                    let ranks = by.reals();
                    let get = |row| ranks.get(row).filter(|rank| !rank.is_nan());
                    choose(
                        cells,
                        selection,
                        ranked,
                        value,
                        get,
                        |known, rank| match known {
                            Rank::Real(known) => rank.total_cmp(known),
                            _ => Ordering::Equal,
                        },
                        Rank::Real,
                        elsewhere,
                    );
                }
                Type::String | Type::Dynamic => {
                    let ranks = by.texts();
                    choose(
                        cells,
                        selection,
                        ranked,
                        value,
                        |row| ranks.get(row),
                        |known, rank| match known {
                            Rank::Text(known) => (*rank).cmp(known),
                            _ => Ordering::Equal,
                        },
                        |rank| Rank::Text(rank.into()),
                        elsewhere,
                    );
                }
                _ => {
                    let (ranks, bools) = (by.longs(), by.bools());
                    let get = |row| ranks.get(row).or_else(|| bools.get(row).map(i64::from));
                    choose(
                        cells,
                        selection,
                        ranked,
                        value,
                        get,
                        |known, rank| match known {
                            Rank::Whole(known) => rank.cmp(known),
                            _ => Ordering::Equal,
                        },
                        Rank::Whole,
                        elsewhere,
                    );
                }
            }
            settle(cells, selection, value, ty, elsewhere);
        },
        move |cell: &mut Picked, other| {
            let better = |known: &Rank| other.rank.as_ref().is_some_and(|rank| (ranked.replaces)(rank.compare(known)));
            if cell.rank.as_ref().is_none_or(better) {
                *cell = other.clone();
            }
        },
        move |cells, _| operand::column(ty, cells.iter().map(|cell| cell.value.clone().unwrap_or(Value::Null(ty)))),
    )
}

#[expect(clippy::too_many_arguments, reason = "one loop for three kinds of rank")]
fn choose<T>(
    cells: &mut [Picked],
    selection: &Selection<'_>,
    ranked: Ranked,
    value: &Operand,
    get: impl Fn(usize) -> Option<T>,
    compare: impl Fn(&Rank, &T) -> Ordering,
    keep: impl Fn(T) -> Rank,
    elsewhere: &mut usize,
) {
    let get = |row| if ranked.nulls || !value.is_null(row) { Some((row, get(row)?)) } else { None };
    selection.each(get, |group, (row, rank)| {
        let cell = &mut cells[group];
        if cell.rank.as_ref().is_none_or(|known| (ranked.replaces)(compare(known, &rank))) {
            let rank = keep(rank);
            *elsewhere += rank.bytes();
            *elsewhere -= cell.rank.as_ref().map_or(0, Rank::bytes);
            cell.rank = Some(rank);
            cell.row = u32::try_from(row).ok();
        }
    });
}

/// Takes the values of the rows that were chosen in this batch.
fn settle(cells: &mut [Picked], selection: &Selection<'_>, value: &Operand, ty: Type, elsewhere: &mut usize) {
    for (row, group) in selection.rows.iter().zip(selection.groups) {
        let cell = &mut cells[*group as usize];
        if cell.row == Some(*row) {
            let value = value.value(*row as usize, ty);
            *elsewhere += bytes(&value);
            *elsewhere -= cell.value.as_ref().map_or(0, bytes);
            cell.value = Some(value);
            cell.row = None;
        }
    }
}

impl Picked {
    /// The same choice, its rank and value in the types that they have now.
    fn widened(&self, widened: &Widened, by: Option<usize>, value: usize) -> Option<Picked> {
        let (by, value) = (by.and_then(|place| widened.to.get(place).copied()), *widened.to.get(value)?);
        let rank = match (&self.rank, by) {
            (Some(Rank::Whole(rank)), Some(Type::Real)) => Some(Rank::Real(*rank as f64)),
            (Some(Rank::Real(rank)), Some(Type::Long)) => {
                Some(Rank::Whole((rank.fract() == 0.0 && rank.abs() < 9e15).then_some(*rank as i64)?))
            }
            (Some(Rank::Whole(_) | Rank::Real(_)), Some(Type::String)) => return None,
            (rank, _) => rank.clone(),
        };
        let value = match &self.value {
            None => None,
            Some(_) if widened.new_value => Some(Value::Null(value)),
            Some(kept) => Some(adopt::value(kept, value)?),
        };
        Some(Picked { rank, value, row: None })
    }
}

impl Cell for Picked {
    fn elsewhere(&self) -> usize {
        self.rank.as_ref().map_or(0, Rank::bytes) + self.value.as_ref().map_or(0, bytes)
    }
}

impl Rank {
    fn compare(&self, other: &Rank) -> Ordering {
        match (self, other) {
            (Rank::Whole(one), Rank::Whole(other)) => one.cmp(other),
            (Rank::Real(one), Rank::Real(other)) => one.total_cmp(other),
            (Rank::Text(one), Rank::Text(other)) => one.cmp(other),
            // One accumulator ranks by one type.
            _ => Ordering::Equal,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Rank::Text(text) => text.len(),
            _ => 0,
        }
    }
}

fn bytes(value: &Value) -> usize {
    match value {
        Value::String(text) | Value::Dynamic(text) => text.len(),
        _ => 0,
    }
}
