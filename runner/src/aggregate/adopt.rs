//! Taking over what was kept of earlier events when the type of an argument was widened while the pipeline runs.
//!
//! What one type kept is said in the other, so that the answer is the one that the wider type would have given from
//! the first event on. Where that cannot be, nothing is taken over.

use std::any::Any;

use syntax::{Type, Value};

use crate::expression::operand;
use crate::expression::{Operand, convert};

/// How the arguments of an aggregate have changed.
#[derive(Clone, Debug)]
pub struct Widened {
    pub from: Vec<Type>,
    pub to: Vec<Type>,
    /// The value is of a field that no earlier event had; what was ranked is taken over, with null as the value.
    pub new_value: bool,
}

impl Widened {
    pub(super) fn first(&self) -> Option<(Type, Type)> {
        Some((*self.from.first()?, *self.to.first()?))
    }
}

/// The cells as they are.
pub(super) fn same<C: Clone + 'static>(cells: &dyn Any) -> Option<Vec<C>> {
    cells.downcast_ref::<Vec<C>>().cloned()
}

/// Each cell of another kind as one of this kind.
pub(super) fn each<A: 'static, C>(cells: &dyn Any, convert: impl Fn(&A) -> Option<C>) -> Option<Vec<C>> {
    cells.downcast_ref::<Vec<A>>()?.iter().map(convert).collect()
}

/// The value as another type; None where it is not one of that type.
pub(super) fn value(value: &Value, to: Type) -> Option<Value> {
    if matches!(value, Value::Null(_)) {
        return Some(Value::Null(to));
    }
    let from = value.ty();
    let column = operand::column(from, std::iter::once(value.clone()));
    let converted = Operand::Column(convert::column(&column, from, to)).value(0, to);
    (!matches!(converted, Value::Null(_))).then_some(converted)
}

/// What cells that hold one value each have, as values of the type `from`.
pub(super) fn values(cells: &dyn Any, from: Type) -> Option<Vec<Option<Value>>> {
    if let Some(cells) = cells.downcast_ref::<Vec<Option<i64>>>() {
        let value = |value: i64| match from {
            Type::Datetime => Value::Datetime(value),
            Type::Timespan => Value::Timespan(value),
            _ => Value::Long(value),
        };
        return Some(cells.iter().map(|cell| cell.map(value)).collect());
    }
    if let Some(cells) = cells.downcast_ref::<Vec<Option<f64>>>() {
        return Some(cells.iter().map(|cell| cell.map(Value::Real)).collect());
    }
    if let Some(cells) = cells.downcast_ref::<Vec<Option<bool>>>() {
        return Some(cells.iter().map(|cell| cell.map(Value::Bool)).collect());
    }
    let cells = cells.downcast_ref::<Vec<Option<Box<str>>>>()?;
    let value = |text: &str| match from {
        Type::Dynamic => Value::Dynamic(text.into()),
        _ => Value::String(text.into()),
    };
    Some(cells.iter().map(|cell| cell.as_deref().map(value)).collect())
}
