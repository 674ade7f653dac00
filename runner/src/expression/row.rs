//! Kernels that make each row's result out of that row's arguments, one row after the other.

use std::borrow::Cow;

use syntax::Type;

use super::Expression;
use super::operand::{Operand, bools, longs, reals, texts};

/// Bytes that one made text may have; a longer one is null.
pub(super) const LONGEST: usize = 1 << 20;

/// The arguments of one row.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    args: &'a [Operand],
    row: usize,
}

impl<'a> Row<'a> {
    pub(super) fn count(self) -> usize {
        self.args.len()
    }

    /// As the string functions see it: a null is "".
    pub(super) fn text(self, place: usize) -> &'a str {
        self.args.get(place).map_or("", |arg| arg.texts().text(self.row))
    }

    /// A dynamic; JSON's null is null too.
    pub(super) fn json(self, place: usize) -> Option<&'a str> {
        self.args.get(place)?.texts().get(self.row).filter(|json| *json != "null")
    }

    pub(super) fn long(self, place: usize) -> Option<i64> {
        self.args.get(place)?.longs().get(self.row)
    }

    pub(super) fn real(self, place: usize) -> Option<f64> {
        self.args.get(place)?.reals().get(self.row)
    }

    pub(super) fn bool(self, place: usize) -> Option<bool> {
        self.args.get(place)?.bools().get(self.row)
    }
}

/// The arguments as these types; the last one is the type of all that follow.
fn taken(args: Vec<Expression>, takes: &[Type]) -> Vec<Expression> {
    let last = takes.last().copied();
    let ty = |place: usize, arg: &Expression| takes.get(place).copied().or(last).unwrap_or(arg.ty());
    args.into_iter()
        .enumerate()
        .map(|(place, arg)| {
            let ty = ty(place, &arg);
            arg.to(ty)
        })
        .collect()
}

/// A text or dynamic.
pub(super) fn made(
    args: Vec<Expression>,
    takes: &[Type],
    ty: Type,
    make: impl for<'a> Fn(Row<'a>) -> Option<Cow<'a, str>> + Send + Sync + 'static,
) -> Expression {
    Expression::call(taken(args, takes), ty, move |args, rows| {
        texts((0..rows).map(|row| make(Row { args, row }).filter(|text| text.len() <= LONGEST)))
    })
}

/// A long, datetime or timespan.
pub(super) fn whole(
    args: Vec<Expression>,
    takes: &[Type],
    ty: Type,
    make: impl Fn(Row<'_>) -> Option<i64> + Send + Sync + 'static,
) -> Expression {
    Expression::call(taken(args, takes), ty, move |args, rows| longs(ty, (0..rows).map(|row| make(Row { args, row }))))
}

pub(super) fn real(
    args: Vec<Expression>,
    takes: &[Type],
    make: impl Fn(Row<'_>) -> Option<f64> + Send + Sync + 'static,
) -> Expression {
    Expression::call(taken(args, takes), Type::Real, move |args, rows| {
        reals((0..rows).map(|row| make(Row { args, row })))
    })
}

pub(super) fn truth(
    args: Vec<Expression>,
    takes: &[Type],
    make: impl Fn(Row<'_>) -> Option<bool> + Send + Sync + 'static,
) -> Expression {
    Expression::call(taken(args, takes), Type::Bool, move |args, rows| {
        bools((0..rows).map(|row| make(Row { args, row })))
    })
}
