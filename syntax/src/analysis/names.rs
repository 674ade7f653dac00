//! The names that columns get where none is written: as in Kusto, so that what is known from there holds.

use std::collections::{HashMap, HashSet};

use super::operators::constant;
use crate::pipeline::{Expr, ExprKind, Function};
use crate::{Fields, Name, Value};

/// The name that the expression itself has: a field's, a member's path, and that of the first argument of functions
/// that keep it, such as `bin` and the conversions. Kusto's rules, by its public list of functions.
pub(super) fn implied(expr: &Expr) -> Option<String> {
    match &expr.kind {
        // A hidden field, such as what `x in (pipeline)` was found to be.
        ExprKind::Field(name) => (!name.starts_with('$')).then(|| name.to_string()),
        ExprKind::Literal(_) => None,
        ExprKind::Call { function, args } => match (function, args.as_slice()) {
            (Function::Index, [base, key]) => {
                let key = match constant(key)? {
                    Value::String(key) => key.to_string(),
                    Value::Long(place @ 0..) => place.to_string(),
                    _ => return None,
                };
                Some(implied(base).map_or_else(|| key.clone(), |base| format!("{base}_{key}")))
            }
            (Function::MakeDatetime | Function::MakeTimespan, [value]) => implied(value),
            (Function::Strlen, [value, ..]) => Some(format!("strlen_{}", implied(value)?)),
            (Function::StringSize, [value, ..]) => Some(format!("string_size_{}", implied(value)?)),
            (Function::GetType, [value, ..]) => Some(format!("type_{}", implied(value)?)),
            (Function::Repeat, [value, ..]) => Some(format!("repeat_{}", implied(value)?)),
            (function, [value, ..]) if keeps_name(*function) => implied(value),
            _ => None,
        },
    }
}

/// Its result has the name of its first argument.
fn keeps_name(function: Function) -> bool {
    use Function::*;
    is_conversion(function)
        || matches!(
            function,
            Bin | Floor
                | BinAt
                | StartOfDay
                | Split
                | ToHex
                | ParseCsv
                | ParseJson
                | FormatDatetime
                | FormatTimespan
                | BinaryAnd
                | BinaryOr
                | BinaryXor
                | BinaryNot
                | BinaryShiftLeft
                | BinaryShiftRight
                | BitsetCountOnes
                | Round
                | Ceiling
                | Pow
                | Sqrt
                | Log
                | Log2
                | Log10
                | Exp
                | Exp2
                | Exp10
                | Cos
                | Sin
                | Tan
                | Acos
                | Asin
                | Atan
                | Atan2
                | Abs
                | FormatBytes
        )
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

/// Names that are taken, where many are given one after the other: each costs the same however many there are.
#[derive(Default)]
pub(super) struct Taken {
    names: HashSet<Name>,
    /// Below this number, all of a name are taken.
    next: HashMap<Name, u64>,
}

impl Taken {
    pub(super) fn by(fields: &Fields) -> Taken {
        Taken { names: fields.iter().map(|field| field.name.clone()).collect(), next: HashMap::new() }
    }

    /// From now on; false where it was before.
    pub(super) fn take(&mut self, name: &Name) -> bool {
        self.names.insert(name.clone())
    }

    /// The name, or with the first number behind it that makes it one of its own; taken from now on.
    pub(super) fn unique(&mut self, name: &Name) -> Name {
        if !self.take(name) {
            return self.numbered(name);
        }
        name.clone()
    }

    /// The implied name, else `Column1`; with a number behind it where it is taken.
    pub(super) fn column(&mut self, expr: &Expr) -> Name {
        match implied(expr) {
            Some(name) => self.unique(&name.into()),
            None => self.numbered(&"Column".into()),
        }
    }

    fn numbered(&mut self, name: &Name) -> Name {
        let free = self.free(name);
        self.take(&free);
        free
    }

    /// The name with the first number behind it that nobody has.
    pub(super) fn free(&mut self, name: &Name) -> Name {
        let number = self.next.entry(name.clone()).or_insert(1);
        loop {
            let candidate = format!("{name}{number}");
            if !self.names.contains(candidate.as_str()) {
                return candidate.into();
            }
            *number += 1;
        }
    }
}

fn is_conversion(function: Function) -> bool {
    use Function::*;
    matches!(function, ToBool | ToLong | ToReal | ToString | ToDatetime | ToTimespan | ToDynamic)
}
