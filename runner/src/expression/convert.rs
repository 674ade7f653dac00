//! Conversion between types: `tolong` and its relatives, and the same for whole columns. Null where it cannot.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use arrow_array::{Array, ArrayRef};
use syntax::pipeline::{Expr, ExprKind, Function};
use syntax::{Type, Value};

use super::operand::{Operand, bools, longs, reals, repeat, texts};
use super::{Expression, Scope, dynamic, exactly, math, stamps, time};
use crate::{Error, batch};

pub(super) fn call(function: Function, args: Vec<Expression>) -> Result<Expression, Error> {
    let [value] = exactly(args)?;
    let ty = match function {
        Function::ToBool => Type::Bool,
        Function::ToLong => Type::Long,
        Function::ToReal => Type::Real,
        Function::ToString => Type::String,
        Function::ToTimespan => Type::Timespan,
        // `todynamic` of a string reads it as JSON.
        _ if value.ty() == Type::String => return dynamic::call(Function::ParseJson, vec![value]),
        _ => Type::Dynamic,
    };
    Ok(value.to(ty))
}

/// A number or a timespan of a value; where texts are none and become null, that is told with one of them.
pub(crate) fn told(value: Expression, ty: Type, written: &Expr, scope: &Scope<'_>) -> Expression {
    let from = value.ty();
    let Some(doubts) = scope.doubts.filter(|_| matches!(from, Type::String | Type::Dynamic) && from != ty) else {
        return value.to(ty);
    };
    if value.value().is_some() {
        return value.to(ty);
    }
    let name = match &written.kind {
        ExprKind::Field(name) => format!("`{name}` has values"),
        _ => "a pipeline's expression has values".to_owned(),
    };
    let doubts = Arc::clone(doubts);
    let is_told = AtomicBool::new(false);
    Expression::call([value], ty, move |args, rows| {
        let converted = operand(&args[0], rows, from, ty);
        if converted.null_count() > 0 && !is_told.load(Relaxed) {
            let texts = args[0].texts();
            let lost =
                |row: &usize| converted.is_null(*row) && texts.get(*row).is_some_and(|text| says_something(text, from));
            if let Some(text) = (0..rows).find(lost).and_then(|row| texts.get(row)) {
                is_told.store(true, Relaxed);
                let text: String = dynamic::plain(text).chars().take(EXAMPLE).collect();
                let example = syntax::visible(&text);
                doubts.tell(format!("{name} that are no {ty}, e.g. `{example}`: they are null where one is needed"));
            }
        }
        converted
    })
}

/// Characters of a value that are shown as an example.
const EXAMPLE: usize = 60;

/// It is neither empty nor JSON's null.
fn says_something(text: &str, ty: Type) -> bool {
    let text = text.trim();
    !text.is_empty() && (ty == Type::String || !matches!(text, "null" | "\"\""))
}

/// A column as another type of the language.
pub fn column(array: &ArrayRef, from: Type, to: Type) -> ArrayRef {
    if *array.data_type() == batch::data_type(to) && from == to {
        return array.clone();
    }
    if *array.data_type() != batch::data_type(from) {
        // Not a form that this runner stores.
        return repeat(&Value::Null(to), array.len());
    }
    operand(&Operand::Column(array.clone()), array.len(), from, to)
}

pub(super) fn operand(operand: &Operand, rows: usize, from: Type, to: Type) -> ArrayRef {
    match from {
        Type::Bool => {
            let values = operand.bools();
            from_plain(
                rows,
                to,
                |row| values.get(row),
                |value| Some(i64::from(value)),
                |value| f64::from(u8::from(value)),
                |value| Cow::Borrowed(if value { "true" } else { "false" }),
            )
        }
        Type::Long => {
            let values = operand.longs();
            from_plain(
                rows,
                to,
                |row| values.get(row),
                Some,
                |value| value as f64,
                |value| Cow::Owned(value.to_string()),
            )
        }
        Type::Real => {
            let values = operand.reals();
            from_plain(
                rows,
                to,
                |row| values.get(row),
                math::whole,
                |value| value,
                |value| Cow::Owned(value.to_string()),
            )
        }
        Type::Datetime | Type::Timespan => {
            let values = operand.longs();
            let write = if from == Type::Datetime { time::write_datetime } else { time::write_timespan };
            match to {
                // A moment or a length says itself in quotes.
                Type::Dynamic => {
                    texts((0..rows).map(|row| values.get(row).map(|value| Cow::Owned(dynamic::quoted(&write(value))))))
                }
                _ => from_plain(
                    rows,
                    to,
                    |row| values.get(row),
                    Some,
                    |value| value as f64,
                    |value| Cow::Owned(write(value)),
                ),
            }
        }
        Type::String => {
            let values = operand.texts();
            match to {
                Type::Dynamic => {
                    texts((0..rows).map(|row| values.get(row).map(|text| Cow::Owned(dynamic::quoted(text)))))
                }
                _ => from_text(rows, to, |row| values.get(row).map(Cow::Borrowed)),
            }
        }
        Type::Dynamic => {
            let values = operand.texts();
            let number = matches!(to, Type::Long | Type::Real);
            let get = |row: usize| match values.get(row)?.trim() {
                "null" => None,
                // A bool is the number that it is anywhere.
                "true" if number => Some(Cow::Borrowed("1")),
                "false" if number => Some(Cow::Borrowed("0")),
                json => Some(dynamic::plain(json)),
            };
            from_text(rows, to, get)
        }
    }
}

/// From a type that is not text, by what it is as a whole number, as a real, and as text.
fn from_plain<'a, T>(
    rows: usize,
    to: Type,
    get: impl Fn(usize) -> Option<T>,
    as_whole: impl Fn(T) -> Option<i64>,
    as_real: impl Fn(T) -> f64,
    as_text: impl Fn(T) -> Cow<'a, str>,
) -> ArrayRef {
    match to {
        Type::Bool => bools((0..rows).map(|row| get(row).map(|value| as_real(value) != 0.0))),
        Type::Real => reals((0..rows).map(|row| get(row).map(&as_real))),
        Type::String => texts((0..rows).map(|row| get(row).map(&as_text))),
        // JSON has no word for NaN and infinity.
        Type::Dynamic => texts((0..rows).map(|row| {
            get(row)
                .map(&as_text)
                .map(|text| if dynamic::is_json(&text) { text } else { dynamic::quoted(&text).into() })
        })),
        Type::Long | Type::Datetime | Type::Timespan => longs(to, (0..rows).map(|row| as_whole(get(row)?))),
    }
}

fn from_text<'a>(rows: usize, to: Type, get: impl Fn(usize) -> Option<Cow<'a, str>>) -> ArrayRef {
    match to {
        Type::Bool => bools((0..rows).map(|row| read_bool(&get(row)?))),
        Type::Long => longs(to, (0..rows).map(|row| read_long(&get(row)?))),
        Type::Real => reals((0..rows).map(|row| get(row)?.trim().parse().ok())),
        Type::Datetime => longs(to, (0..rows).map(|row| stamps::dated(&get(row)?))),
        Type::Timespan => longs(to, (0..rows).map(|row| syntax::span::read(&get(row)?, None).ok())),
        Type::String | Type::Dynamic => texts((0..rows).map(get)),
    }
}

fn read_bool(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        text.parse::<f64>().ok().map(|number| number != 0.0)
    }
}

/// Decimal, or hexadecimal after 0x; a real is cut to its whole part.
fn read_long(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u64::from_str_radix(digits, 16).ok().map(u64::cast_signed);
    }
    text.parse().ok().or_else(|| text.parse::<f64>().ok().and_then(math::whole))
}
