//! The names that columns get where none is written: as in Kusto, so that what is known from there holds.

use super::operators::constant;
use crate::pipeline::{Expr, ExprKind, Function};
use crate::{Name, Value};

/// The name that the expression itself has: a field's, a member's path, `bin`'s and a conversion's argument.
pub(super) fn implied(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Field(name) => Some(name.to_string()),
        ExprKind::Literal(_) => None,
        ExprKind::Call { function, args } => match (function, args.as_slice()) {
            (Function::Bin | Function::Floor, [value, _]) => implied(value),
            (Function::Index, [base, key]) => match constant(key)? {
                Value::String(key) => Some(format!("{}_{key}", implied(base)?)),
                Value::Long(place) => Some(format!("{}_{place}", implied(base)?)),
                _ => None,
            },
            (function, [value]) if is_conversion(*function) => implied(value),
            _ => None,
        },
    }
}

/// The field that the expression still is, if it has its name too.
pub(super) fn still<'a>(expr: &'a Expr, name: &str) -> Option<&'a Name> {
    let inner = match &expr.kind {
        ExprKind::Field(field) => return (**field == *name).then_some(field),
        ExprKind::Literal(_) => return None,
        ExprKind::Call { function, args } => match (function, args.as_slice()) {
            (Function::Bin | Function::Floor, [value, _]) => value,
            (function, [value]) if is_conversion(*function) => value,
            _ => return None,
        },
    };
    still(inner, name)
}

/// The implied name, else `Column1`; with a number behind it where it is taken.
pub(super) fn column<'a>(expr: &Expr, taken: impl Iterator<Item = &'a str> + Clone) -> Name {
    match implied(expr) {
        Some(name) => unique(&name, taken),
        None => numbered("Column", taken),
    }
}

/// The name, or with the first number behind it that makes it one of its own.
pub(super) fn unique<'a>(name: &str, taken: impl Iterator<Item = &'a str> + Clone) -> Name {
    if taken.clone().all(|known| known != name) { name.into() } else { numbered(name, taken) }
}

fn numbered<'a>(name: &str, taken: impl Iterator<Item = &'a str> + Clone) -> Name {
    let mut number = 1u64;
    loop {
        let candidate = format!("{name}{number}");
        if taken.clone().all(|known| known != candidate) {
            return candidate.into();
        }
        number += 1;
    }
}

fn is_conversion(function: Function) -> bool {
    use Function::*;
    matches!(function, ToBool | ToLong | ToReal | ToString | ToDatetime | ToTimespan | ToDynamic)
}
