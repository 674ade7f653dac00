//! .
use super::{Expression, Operand};
use crate::{Error, batch};
use arrow_array::{Array, ArrayRef, new_null_array};
use syntax::Type;
use syntax::pipeline::Function;
pub(super) fn call(function: Function, _args: Vec<Expression>) -> Result<Expression, Error> {
    Err(super::unsupported(function))
}
pub fn column(array: &ArrayRef, from: Type, to: Type) -> ArrayRef {
    if from == to && *array.data_type() == batch::data_type(to) {
        return array.clone();
    }
    new_null_array(&batch::data_type(to), array.len())
}
pub(super) fn operand(_operand: &Operand, rows: usize, _from: Type, to: Type) -> ArrayRef {
    new_null_array(&batch::data_type(to), rows)
}
