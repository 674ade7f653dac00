//! .
use syntax::pipeline::Function;

use super::Expression;
use crate::Error;
pub(super) fn call(function: Function, _args: Vec<Expression>) -> Result<Expression, Error> {
    Err(super::unsupported(function))
}
