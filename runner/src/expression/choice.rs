//! .
use super::Expression;
use crate::Error;
use syntax::Type;
use syntax::pipeline::Function;
pub(super) fn call(function: Function, _args: Vec<Expression>, _ty: Type) -> Result<Expression, Error> {
    Err(super::unsupported(function))
}
