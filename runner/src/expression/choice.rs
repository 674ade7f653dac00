//! Nulls and choice: `isnull`, `iff`, `case`, `coalesce`.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_select::zip::zip;
use syntax::Type;
use syntax::pipeline::Function;

use super::operand::{Operand, repeat, truths};
use super::{Expression, at_least, exactly};
use crate::Error;

pub(super) fn call(function: Function, args: Vec<Expression>, ty: Type) -> Result<Expression, Error> {
    match function {
        Function::IsNull | Function::IsNotNull => {
            let wanted = function == Function::IsNull;
            Ok(Expression::call(exactly::<1>(args)?, Type::Bool, move |args, rows| match &args[0] {
                Operand::Column(array) => truths(rows, |row| array.is_null(row) == wanted),
                Operand::Constant(value) => {
                    let null = matches!(value, syntax::Value::Null(_));
                    truths(rows, |_| null == wanted)
                }
            }))
        }
        Function::Iff => {
            let [predicate, then, otherwise] = exactly(args)?;
            Ok(first_of(vec![(predicate.to(Type::Bool), then)], otherwise, ty))
        }
        Function::Case => {
            let (pairs, otherwise) = pairs(args)?;
            Ok(first_of(pairs, otherwise, ty))
        }
        _ => {
            let (first, rest) = at_least::<1>(args)?;
            let values: Vec<Expression> = first.into_iter().chain(rest).map(|arg| arg.to(ty)).collect();
            Ok(Expression::call(values, ty, move |args, rows| coalesce(args, rows, ty)))
        }
    }
}

/// `case(predicate, then, predicate, then, …, else)`.
fn pairs(args: Vec<Expression>) -> Result<(Vec<(Expression, Expression)>, Expression), Error> {
    let mut pairs = Vec::new();
    let mut args = args.into_iter();
    loop {
        match (args.next(), args.next()) {
            (Some(predicate), Some(then)) => pairs.push((predicate.to(Type::Bool), then)),
            (Some(otherwise), None) => return Ok((pairs, otherwise)),
            (None, _) => return Err(Error::Internal("`case` without an else".to_owned())),
        }
    }
}

/// The value of the first pair whose predicate is true; a null predicate is not.
fn first_of(pairs: Vec<(Expression, Expression)>, otherwise: Expression, ty: Type) -> Expression {
    let mut args = Vec::with_capacity(pairs.len() * 2 + 1);
    for (predicate, then) in pairs {
        args.extend([predicate, then.to(ty)]);
    }
    args.push(otherwise.to(ty));
    Expression::call(args, ty, move |args, rows| {
        let mut chosen = args[args.len() - 1].clone().into_array(rows);
        for pair in args[..args.len() - 1].chunks_exact(2).rev() {
            let predicate = BooleanArray::new(pair[0].bools().truths(rows), None);
            chosen = choose(&predicate, pair[1].clone().into_array(rows), chosen, ty);
        }
        chosen
    })
}

/// A null string counts as "", which `coalesce` passes over as Kusto does.
fn coalesce(args: &[Operand], rows: usize, ty: Type) -> ArrayRef {
    let mut values = args.iter().rev().map(|arg| arg.clone().into_array(rows));
    let Some(mut chosen) = values.next() else { return repeat(&syntax::Value::Null(ty), rows) };
    for value in values {
        let operand = Operand::Column(value.clone());
        let texts = operand.texts();
        let known = match ty {
            Type::String => arrow_buffer::BooleanBuffer::collect_bool(rows, |row| !texts.text(row).is_empty()),
            _ => arrow_buffer::BooleanBuffer::collect_bool(rows, |row| value.is_valid(row)),
        };
        chosen = choose(&BooleanArray::new(known, None), value, chosen, ty);
    }
    chosen
}

fn choose(predicate: &BooleanArray, then: ArrayRef, otherwise: ArrayRef, ty: Type) -> ArrayRef {
    // Both sides were made with the same type and length; if not, the answer is not known.
    let rows = predicate.len();
    zip(predicate, &then, &otherwise).unwrap_or_else(|_| Arc::clone(&repeat(&syntax::Value::Null(ty), rows)))
}
