//! The type rules of operators: which types go together, and the conversions that make them one.

use super::check::Checker;
use crate::pipeline::{Expr, ExprKind, Function};
use crate::{Diagnostic, TextRange, Type, Value};

impl Checker<'_> {
    /// `left OP right` where both become one type; reports where they cannot.
    pub(super) fn comparison(
        &mut self,
        function: Function,
        word: &str,
        range: TextRange,
        args: Vec<Expr>,
    ) -> Option<Expr> {
        let ordering = !matches!(function, Function::Equal | Function::NotEqual | Function::In | Function::NotIn);
        let mut args = args.into_iter();
        let mut first = args.next()?;
        let mut others = Vec::with_capacity(args.len());
        for other in args {
            let (left, right) = self.unify(first, other, word)?;
            first = left;
            others.push(right);
        }
        // The first may have become wider on the way.
        let others: Vec<Expr> = others.into_iter().map(|other| convert(other, first.ty)).collect();
        if ordering && first.ty == Type::Bool {
            self.report(Diagnostic::no_order(range, word, first.ty));
            return None;
        }
        let args = std::iter::once(first).chain(others).collect();
        Some(call(function, args, Type::Bool, range))
    }

    /// Both sides as one type.
    fn unify(&mut self, left: Expr, right: Expr, word: &str) -> Option<(Expr, Expr)> {
        if let Some(ty) = common(&left, &right) {
            return Some((convert(left, ty), convert(right, ty)));
        }
        let swapped = is_literal(&left) && (!is_literal(&right) || self.is_named(right.range));
        let (field, value) = if swapped { (&right, &left) } else { (&left, &right) };
        let name = self.called(field);
        let mut diagnostic = match (field.ty, &value.kind) {
            (Type::Timespan, ExprKind::Literal(Value::Long(_) | Value::Real(_))) => {
                Diagnostic::unit_missing(value.range, &name, &written(value))
            }
            (Type::String, ExprKind::Literal(Value::Long(_) | Value::Real(_) | Value::Bool(_))) => {
                let right = crate::literal::quote(&written(value));
                Diagnostic::literal_type(value.range, &name, field.ty, &format!("`{}`", written(value)), Some(right))
            }
            (Type::Long | Type::Real | Type::Bool | Type::Timespan, ExprKind::Literal(Value::String(text))) => {
                let right = crate::literal::parse_as(field.ty, text).ok().map(|_| text.trim().to_owned());
                Diagnostic::literal_type(value.range, &name, field.ty, "a string", right)
            }
            (Type::Datetime, ExprKind::Literal(Value::String(text))) => {
                let right = crate::literal::parse_datetime(text).ok().map(|_| format!("datetime({text})"));
                Diagnostic::literal_type(value.range, &name, field.ty, "a string", right)
            }
            _ => {
                let sides = [(left.range, left.ty), (right.range, right.ty)];
                Diagnostic::not_together(left.range.cover(right.range), word, sides)
            }
        };
        // What stands there is the name of a let or parameter, and no literal that could be mended.
        if is_literal(value) && self.is_named(value.range) {
            diagnostic.fixes.clear();
        }
        self.report(diagnostic);
        None
    }

    /// How a message calls the expression.
    fn called(&self, expr: &Expr) -> String {
        match (&expr.kind, self.name_at(expr.range)) {
            (ExprKind::Field(name), _) | (_, Some(name)) => format!("`{name}`"),
            _ => "this".to_owned(),
        }
    }

    /// `+ - * / %` over numbers, timespans and datetimes.
    pub(super) fn arithmetic(
        &mut self,
        function: Function,
        word: &str,
        range: TextRange,
        left: Expr,
        right: Expr,
    ) -> Option<Expr> {
        use Type::{Datetime, Long, Real, Timespan};
        let (left_ty, right_ty) = (left.ty, right.ty);
        let left = if left_ty == Type::Dynamic { convert(left, beside(function, right_ty, true)) } else { left };
        let right = if right_ty == Type::Dynamic { convert(right, beside(function, left_ty, false)) } else { right };
        let ty = arithmetic_type(function, left.ty, right.ty);
        let Some(ty) = ty else {
            self.report(match (left.ty, &right.kind) {
                (Timespan, ExprKind::Literal(Value::Long(_) | Value::Real(_))) => {
                    Diagnostic::unit_missing(right.range, &self.called(&left), &written(&right))
                }
                (Datetime, ExprKind::Literal(Value::Long(_) | Value::Real(_))) => Diagnostic::unit_missing(
                    right.range,
                    &format!("what is added to {}", self.called(&left)),
                    &written(&right),
                ),
                _ => Diagnostic::not_together(range, word, [(left.range, left.ty), (right.range, right.ty)]),
            });
            return None;
        };
        let (left, right) = match (left.ty, right.ty) {
            (Long | Real, Long | Real) => (convert(left, ty), convert(right, ty)),
            _ => (left, right),
        };
        Some(call(function, vec![left, right], ty, range))
    }

    /// All as one type: the branches of `iff`, the values of `coalesce`.
    pub(super) fn all_common(&mut self, word: &str, values: Vec<Expr>) -> Option<Vec<Expr>> {
        let mut values = values.into_iter();
        let mut done = vec![values.next()?];
        for value in values {
            let Some(ty) = common(&done[0], &value) else {
                let range = value.range;
                let expected = done[0].ty;
                self.report(Diagnostic::expected_type(
                    range,
                    &format!("this value of `{word}`"),
                    expected.word(),
                    value.ty,
                ));
                return None;
            };
            done = done.into_iter().map(|value| convert(value, ty)).collect();
            done.push(convert(value, ty));
        }
        Some(done)
    }
}

/// What `+ - * / %` give of these types; None where they give nothing.
pub fn arithmetic_type(function: Function, left: Type, right: Type) -> Option<Type> {
    use Type::{Datetime, Long, Real, Timespan};
    match (function, left, right) {
        (_, Long, Long) => Some(Long),
        (_, Long | Real, Long | Real) => Some(Real),
        (Function::Add | Function::Subtract | Function::Modulo, Timespan, Timespan) => Some(Timespan),
        (Function::Add | Function::Subtract, Datetime, Timespan) => Some(Datetime),
        (Function::Add, Timespan, Datetime) => Some(Datetime),
        (Function::Subtract, Datetime, Datetime) => Some(Timespan),
        (Function::Multiply, Timespan, Long | Real) | (Function::Multiply, Long | Real, Timespan) => Some(Timespan),
        (Function::Divide, Timespan, Timespan) => Some(Real),
        (Function::Divide, Timespan, Long | Real) => Some(Timespan),
        _ => None,
    }
}

/// What a dynamic value is taken for beside a value of this type.
fn beside(function: Function, other: Type, left: bool) -> Type {
    use Type::{Datetime, Real, Timespan};
    match (function, other) {
        (Function::Add | Function::Subtract, Timespan) => Datetime,
        (Function::Subtract, Datetime) => Datetime,
        (Function::Add, Datetime) | (Function::Modulo, Timespan) => Timespan,
        (Function::Divide, Timespan) if left => Timespan,
        _ => Real,
    }
}

/// The type that two values have together, conversions allowed; None where there is none.
fn common(left: &Expr, right: &Expr) -> Option<Type> {
    use Type::{Dynamic, Long, Real};
    match (left.ty, right.ty) {
        (left, right) if left == right => Some(left),
        (Long, Real) | (Real, Long) => Some(Real),
        _ if is_null(left) => Some(right.ty),
        _ if is_null(right) => Some(left.ty),
        // Beyond 53 bits a real could not tell it from the next: the digits are compared as they are written.
        (Dynamic, Long) if !is_small(right) => Some(Dynamic),
        (Long, Dynamic) if !is_small(left) => Some(Dynamic),
        // A number in JSON may be real, whatever it is compared with.
        (Dynamic, Long | Real) | (Long | Real, Dynamic) => Some(Real),
        (Dynamic, other) | (other, Dynamic) => Some(other),
        _ => None,
    }
}

/// A constant that a real holds exactly.
fn is_small(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Value::Long(value)) if value.unsigned_abs() < 1 << f64::MANTISSA_DIGITS)
}

pub(super) fn call(function: Function, args: Vec<Expr>, ty: Type, range: TextRange) -> Expr {
    Expr { kind: ExprKind::Call { function, args }, ty, range }
}

pub(super) fn literal(value: Value, range: TextRange) -> Expr {
    Expr { ty: value.ty(), kind: ExprKind::Literal(value), range }
}

/// The expression as another type; literals are converted at once where that is exact.
pub(super) fn convert(expr: Expr, ty: Type) -> Expr {
    if expr.ty == ty {
        return expr;
    }
    let range = expr.range;
    match (&expr.kind, ty) {
        (ExprKind::Literal(Value::Null(_)), _) => return literal(Value::Null(ty), range),
        (ExprKind::Literal(Value::Long(value)), Type::Real) => return literal(Value::Real(*value as f64), range),
        _ => {}
    }
    let function = match ty {
        Type::Bool => Function::ToBool,
        Type::Long => Function::ToLong,
        Type::Real => Function::ToReal,
        Type::String => Function::ToString,
        Type::Datetime => Function::ToDatetime,
        Type::Timespan => Function::ToTimespan,
        Type::Dynamic => Function::ToDynamic,
    };
    call(function, vec![expr], ty, range)
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(_))
}

pub(super) fn is_null(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Value::Null(_)))
}

fn written(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Literal(Value::Long(value)) => value.to_string(),
        ExprKind::Literal(Value::Real(value)) => value.to_string(),
        ExprKind::Literal(Value::Bool(value)) => value.to_string(),
        _ => "this".to_owned(),
    }
}

/// The value of a constant: a literal, or arithmetic over literals.
pub(super) fn constant(expr: &Expr) -> Option<Value> {
    let ExprKind::Call { function, args } = &expr.kind else {
        let ExprKind::Literal(value) = &expr.kind else { return None };
        return Some(value.clone());
    };
    let values: Vec<Value> = args.iter().map(constant).collect::<Option<_>>()?;
    use Value::{Long, Real, Timespan};
    match (function, values.as_slice()) {
        (Function::Negate, [Long(value)]) => value.checked_neg().map(Long),
        (Function::Negate, [Real(value)]) => Some(Real(-value)),
        (Function::Negate, [Timespan(value)]) => value.checked_neg().map(Timespan),
        (Function::ToReal, [Long(value)]) => Some(Real(*value as f64)),
        // `long(-1)`, `int(null)`: what is of the type already, and null.
        (
            Function::ToLong
            | Function::ToReal
            | Function::ToBool
            | Function::ToString
            | Function::ToDatetime
            | Function::ToTimespan,
            [Value::Null(_)],
        ) => Some(Value::Null(expr.ty)),
        (Function::ToLong, [Long(_)])
        | (Function::ToReal, [Real(_)])
        | (Function::ToBool, [Value::Bool(_)])
        | (Function::ToDatetime, [Value::Datetime(_)])
        | (Function::ToTimespan, [Timespan(_)]) => values.into_iter().next(),
        (Function::Add, [Long(left), Long(right)]) => left.checked_add(*right).map(Long),
        (Function::Subtract, [Long(left), Long(right)]) => left.checked_sub(*right).map(Long),
        (Function::Multiply, [Long(left), Long(right)]) => left.checked_mul(*right).map(Long),
        (Function::Add, [Timespan(left), Timespan(right)]) => left.checked_add(*right).map(Timespan),
        (Function::Subtract, [Timespan(left), Timespan(right)]) => left.checked_sub(*right).map(Timespan),
        (Function::Multiply, [Timespan(span), Long(count)] | [Long(count), Timespan(span)]) => {
            span.checked_mul(*count).map(Timespan)
        }
        (Function::Divide, [Timespan(span), Long(count)]) => span.checked_div(*count).map(Timespan),
        _ => None,
    }
}

/// The elements of a constant array of plain values; None for everything else.
pub(super) fn elements(list: &Expr) -> Option<Vec<Expr>> {
    let ExprKind::Literal(Value::Dynamic(json)) = &list.kind else { return None };
    let mut rest = json.strip_prefix('[')?;
    let mut values = Vec::new();
    while rest != "]" {
        let length = match rest.as_bytes().first()? {
            b'"' => string_length(rest)?,
            b'[' | b'{' => return None,
            _ => rest.find([',', ']'])?,
        };
        let (element, after) = rest.split_at(length);
        values.push(match element {
            "true" | "false" => Value::Bool(element == "true"),
            "null" => Value::Null(Type::Dynamic),
            text if text.starts_with('"') => Value::String(crate::literal::unquote(text).ok()?.as_ref().into()),
            number => crate::literal::parse_long(number)
                .map(Value::Long)
                .or_else(|_| crate::literal::parse_real(number).map(Value::Real))
                .ok()?,
        });
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    (!values.is_empty()).then(|| values.into_iter().map(|value| literal(value, list.range)).collect())
}

/// With both quotes.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(place, c)| match c {
        '"' if !escaped => Some(place + 1),
        _ => {
            escaped = c == '\\' && !escaped;
            None
        }
    })
}
