//! Constant values of the language: literals, parameters, folded expressions.

use std::sync::Arc;

use crate::Type;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null(Type),
    Bool(bool),
    Long(i64),
    Real(f64),
    String(Arc<str>),
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    Datetime(i64),
    /// Nanoseconds.
    Timespan(i64),
    /// JSON text.
    Dynamic(Arc<str>),
}

impl Value {
    pub fn ty(&self) -> Type {
        match self {
            Value::Null(ty) => *ty,
            Value::Bool(_) => Type::Bool,
            Value::Long(_) => Type::Long,
            Value::Real(_) => Type::Real,
            Value::String(_) => Type::String,
            Value::Datetime(_) => Type::Datetime,
            Value::Timespan(_) => Type::Timespan,
            Value::Dynamic(_) => Type::Dynamic,
        }
    }
}
