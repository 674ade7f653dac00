//! One row's value for a group: `take_any`, `first` and `last` by event time, `arg_max` and `arg_min`.
//!
//! Rows whose value is null are passed over, except by `arg_max` and `arg_min`, where what is ranked
//! counts; where that is null in all rows, they take the first row, as in Kusto. A value is copied once a
//! batch at most.

use std::cmp::Ordering;

use syntax::{Type, Value};

use super::number::json_order;
use super::{Adopt, Cell, Make, Selection, Widened, adopt, cells};
use crate::expression::Operand;
use crate::expression::operand;

/// The first that came.
pub(super) fn any(ty: Type) -> Make {
    let ranked = Ranked { ty: Type::Long, replaces: |_| false, greatest: false, nulls: false };
    make(ranked, ty, |_| Operand::Constant(Value::Long(0)), 0)
}

/// The earliest or latest; of two at the same time, the one that came first or last. Without a time field
/// the order of arrival decides.
pub(super) fn by_time(ty: Type, last: bool) -> Make {
    let replaces: fn(Ordering) -> bool = if last { Ordering::is_ge } else { Ordering::is_lt };
    let ranked = Ranked { ty: Type::Datetime, replaces, greatest: last, nulls: false };
    make(ranked, ty, |args| args.get(1).cloned().unwrap_or(Operand::Constant(Value::Datetime(0))), 0)
}

/// Args: what is ranked, what is returned. Of equals the first that came.
pub(super) fn by_value(by: Type, ty: Type, greatest: bool) -> Make {
    let replaces: fn(Ordering) -> bool = if greatest { Ordering::is_gt } else { Ordering::is_lt };
    make(Ranked { ty: by, replaces, greatest, nulls: true }, ty, |args| args[0].clone(), 1)
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
    /// Of a row without a value; every other rank takes its place.
    Nothing,
    Whole(i64),
    Real(f64),
    Text(Box<str>),
    /// A dynamic: numbers by their value, then the rest by its text.
    Json(Box<str>),
}

#[derive(Clone, Copy)]
struct Ranked {
    /// Of what is ranked.
    ty: Type,
    /// Whether a row takes the place of the chosen one, by how it compares.
    replaces: fn(Ordering) -> bool,
    /// The greatest is looked for.
    greatest: bool,
    /// A row may be chosen though its value is null, or what ranks it.
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
                Type::Dynamic => {
                    let ranks = by.texts();
                    choose(
                        cells,
                        selection,
                        ranked,
                        value,
                        |row| ranks.get(row).filter(|json| *json != "null"),
                        |known, rank| match known {
                            Rank::Json(known) => json_order(rank, known, ranked.greatest),
                            _ => Ordering::Equal,
                        },
                        |rank| Rank::Json(rank.into()),
                        elsewhere,
                    );
                }
                Type::String => {
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
            let better = match (&cell.rank, &other.rank) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(_), Some(Rank::Nothing)) => false,
                (Some(Rank::Nothing), Some(_)) => true,
                (Some(known), Some(rank)) => (ranked.replaces)(rank.compare(known, ranked.greatest)),
            };
            if better {
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
    let get = |row| if ranked.nulls || !value.is_null(row) { Some((row, get(row))) } else { None };
    selection.each(get, |group, (row, rank)| {
        let cell = &mut cells[group];
        let better = match (&cell.rank, &rank) {
            (None, None) => ranked.nulls,
            (Some(_), None) => false,
            (None | Some(Rank::Nothing), Some(_)) => true,
            (Some(known), Some(rank)) => (ranked.replaces)(compare(known, rank)),
        };
        if better {
            let rank = rank.map_or(Rank::Nothing, &keep);
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
        let by = by.and_then(|place| Some((*widened.from.get(place)?, *widened.to.get(place)?)));
        let value = *widened.to.get(value)?;
        let rank = match (&self.rank, by) {
            (Some(rank), Some((from, to))) => Some(rank.widened(from, to)?),
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
    /// The same rank among values of another type; None where those are in another order.
    fn widened(&self, from: Type, to: Type) -> Option<Rank> {
        let value = match (self, from) {
            (Rank::Nothing, _) => return Some(Rank::Nothing),
            (Rank::Whole(_) | Rank::Real(_), _) if to == Type::String => return None,
            (Rank::Whole(rank), Type::Bool) => Value::Bool(*rank != 0),
            (Rank::Whole(rank), Type::Datetime) => Value::Datetime(*rank),
            (Rank::Whole(rank), Type::Timespan) => Value::Timespan(*rank),
            (Rank::Whole(rank), _) => Value::Long(*rank),
            (Rank::Real(rank), _) => Value::Real(*rank),
            (Rank::Text(rank), _) => Value::String((**rank).into()),
            (Rank::Json(rank), _) => Value::Dynamic((**rank).into()),
        };
        Some(match adopt::value(&value, to)? {
            Value::Bool(rank) => Rank::Whole(i64::from(rank)),
            Value::Long(rank) | Value::Datetime(rank) | Value::Timespan(rank) => Rank::Whole(rank),
            Value::Real(rank) => Rank::Real(rank),
            Value::String(rank) => Rank::Text((*rank).into()),
            Value::Dynamic(rank) => Rank::Json((*rank).into()),
            Value::Null(_) => return None,
        })
    }

    fn compare(&self, other: &Rank, greatest: bool) -> Ordering {
        match (self, other) {
            (Rank::Whole(one), Rank::Whole(other)) => one.cmp(other),
            (Rank::Real(one), Rank::Real(other)) => one.total_cmp(other),
            (Rank::Text(one), Rank::Text(other)) => one.cmp(other),
            (Rank::Json(one), Rank::Json(other)) => json_order(one, other, greatest),
            // One accumulator ranks by one type.
            _ => Ordering::Equal,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Rank::Text(text) | Rank::Json(text) => text.len(),
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
