//! `and`, `or`, `not` over bitmaps, with three values: null is "not known".

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use syntax::Type;
use syntax::pipeline::Function;

use super::operand::Operand;
use super::{Expression, exactly};
use crate::Error;

pub(super) fn call(function: Function, args: Vec<Expression>) -> Result<Expression, Error> {
    let args: Vec<Expression> = args.into_iter().map(|arg| arg.to(Type::Bool)).collect();
    Ok(match function {
        Function::And => Expression::call(args, Type::Bool, all),
        Function::Or => Expression::call(args, Type::Bool, any),
        _ => Expression::call(exactly::<1>(args)?, Type::Bool, |args, rows| not(&args[0], rows)),
    })
}

/// True where all are, false where one is.
pub(super) fn all(operands: &[Operand], rows: usize) -> ArrayRef {
    let (mut truths, mut falsehoods) = (BooleanBuffer::new_set(rows), BooleanBuffer::new_unset(rows));
    for operand in operands {
        truths = &truths & &operand.bools().truths(rows);
        falsehoods = &falsehoods | &operand.bools().falsehoods(rows);
    }
    three_valued(truths, &falsehoods)
}

/// True where one is, false where all are.
pub(super) fn any(operands: &[Operand], rows: usize) -> ArrayRef {
    let (mut truths, mut falsehoods) = (BooleanBuffer::new_unset(rows), BooleanBuffer::new_set(rows));
    for operand in operands {
        truths = &truths | &operand.bools().truths(rows);
        falsehoods = &falsehoods & &operand.bools().falsehoods(rows);
    }
    three_valued(truths, &falsehoods)
}

pub(super) fn not(operand: &Operand, rows: usize) -> ArrayRef {
    let bools = operand.bools();
    three_valued(bools.falsehoods(rows), &bools.truths(rows))
}

/// Null where neither is set.
fn three_valued(truths: BooleanBuffer, falsehoods: &BooleanBuffer) -> ArrayRef {
    let known = NullBuffer::new(&truths | falsehoods);
    Arc::new(BooleanArray::new(truths, Some(known).filter(|known| known.null_count() > 0)))
}
