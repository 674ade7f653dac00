//! Null rules and the edges of numbers, for expressions written by hand.

use runner::expression::{Expression, Scope};
use syntax::pipeline::Function::*;
use syntax::pipeline::{Expr, ExprKind, Function};
use syntax::{Type, Value};

use crate::build::{self, call, expr, field, long};
use crate::drive::{Row, batch};

fn literal(value: Value) -> Expr {
    let ty = value.ty();
    expr(ExprKind::Literal(value), ty)
}

fn real(value: f64) -> Expr {
    literal(Value::Real(value))
}

fn text(value: &str) -> Expr {
    literal(Value::String(value.into()))
}

/// Over two events: one with values, one of nulls. Constants give the same for both.
fn values(expr: &Expr) -> [Value; 2] {
    let scope = Scope { fields: &build::input().fields, now: 1_000, doubts: None };
    let full = Row { time: Some(90_061_000_000_000), service: Some("Cart-API über"), code: Some(7), load: Some(2.5) };
    let events = batch(&[full, Row { time: None, service: None, code: None, load: None }]);
    let compiled = Expression::compile(expr, &scope).expect("a function of this runner");
    let operand = compiled.operand(&events);
    [operand.value(0, expr.ty), operand.value(1, expr.ty)]
}

#[track_caller]
fn check(function: Function, args: Vec<Expr>, ty: Type, expected: [Value; 2]) {
    assert_eq!(values(&call(function, args, ty)), expected);
}

fn code() -> Expr {
    field("code", Type::Long)
}

fn load() -> Expr {
    field("load", Type::Real)
}

fn service() -> Expr {
    field("service", Type::String)
}

const NULL: Value = Value::Null(Type::Bool);
const NO_LONG: Value = Value::Null(Type::Long);

fn is(value: bool) -> Value {
    Value::Bool(value)
}

#[test]
fn comparisons_with_null() {
    check(Equal, vec![code(), long(7)], Type::Bool, [is(true), is(false)]);
    check(NotEqual, vec![code(), long(7)], Type::Bool, [is(false), is(true)]);
    check(Equal, vec![code(), code()], Type::Bool, [is(true), NULL]);
    check(Less, vec![code(), long(8)], Type::Bool, [is(true), NULL]);
    check(Greater, vec![long(8), code()], Type::Bool, [is(true), NULL]);
    check(Equal, vec![service(), text("")], Type::Bool, [is(false), is(true)]);
    check(Between, vec![code(), long(7), long(9)], Type::Bool, [is(true), NULL]);
    check(NotBetween, vec![load(), real(0.0), real(1.0)], Type::Bool, [is(true), NULL]);
    check(In, vec![code(), long(1), long(7)], Type::Bool, [is(true), is(false)]);
    check(NotIn, vec![code(), long(1), long(7)], Type::Bool, [is(false), is(true)]);
    check(In, vec![load(), real(2.5)], Type::Bool, [is(true), is(false)]);
    check(InIgnoreCase, vec![service(), text("cart-api ÜBER")], Type::Bool, [is(true), is(false)]);
    check(Equal, vec![real(f64::NAN), real(f64::NAN)], Type::Bool, [is(false), is(false)]);
    // A long beside a real is compared as real.
    check(Equal, vec![code(), real(7.0)], Type::Bool, [is(true), is(false)]);
}

#[test]
fn logic_has_three_values() {
    let known = call(Less, vec![code(), long(8)], Type::Bool);
    let (yes, no) = (literal(is(true)), literal(is(false)));
    check(And, vec![known.clone(), yes.clone()], Type::Bool, [is(true), NULL]);
    check(And, vec![known.clone(), no.clone()], Type::Bool, [is(false), is(false)]);
    check(Or, vec![known.clone(), yes], Type::Bool, [is(true), is(true)]);
    check(Or, vec![known.clone(), no], Type::Bool, [is(true), NULL]);
    check(Not, vec![known.clone()], Type::Bool, [is(false), NULL]);
    check(Iff, vec![known, long(1), long(2)], Type::Long, [Value::Long(1), Value::Long(2)]);
    check(IsNull, vec![code()], Type::Bool, [is(false), is(true)]);
    check(Coalesce, vec![code(), long(3)], Type::Long, [Value::Long(7), Value::Long(3)]);
}

#[test]
fn arithmetic_at_its_edges() {
    check(Add, vec![code(), long(i64::MAX)], Type::Long, [NO_LONG, NO_LONG]);
    check(Divide, vec![code(), long(0)], Type::Long, [NO_LONG, NO_LONG]);
    check(Divide, vec![code(), long(2)], Type::Long, [Value::Long(3), NO_LONG]);
    check(Divide, vec![load(), real(0.0)], Type::Real, [Value::Real(f64::INFINITY), Value::Null(Type::Real)]);
    check(Divide, vec![long(i64::MIN), long(-1)], Type::Long, [NO_LONG, NO_LONG]);
    check(Modulo, vec![long(-7), long(3)], Type::Long, [Value::Long(2), Value::Long(2)]);
    check(Negate, vec![long(i64::MIN)], Type::Long, [NO_LONG, NO_LONG]);
    check(Bin, vec![long(-5), long(10)], Type::Long, [Value::Long(-10), Value::Long(-10)]);
    check(Bin, vec![long(i64::MIN), long(10)], Type::Long, [NO_LONG, NO_LONG]);
    check(Bin, vec![code(), long(0)], Type::Long, [NO_LONG, NO_LONG]);
    check(Bin, vec![load(), real(0.5)], Type::Real, [Value::Real(2.5), Value::Null(Type::Real)]);
    check(ToLong, vec![real(f64::NAN)], Type::Long, [NO_LONG, NO_LONG]);
    check(ToLong, vec![real(1e300)], Type::Long, [NO_LONG, NO_LONG]);
    check(ToLong, vec![text(" 0x1F ")], Type::Long, [Value::Long(31), Value::Long(31)]);
    let nanos = literal(Value::Timespan(3));
    check(Multiply, vec![nanos.clone(), real(0.5)], Type::Timespan, [Value::Timespan(2), Value::Timespan(2)]);
    check(Divide, vec![nanos.clone(), nanos], Type::Real, [Value::Real(1.0), Value::Real(1.0)]);
}

#[test]
fn strings_take_a_null_as_empty() {
    let long_null = expr(ExprKind::Literal(NO_LONG), Type::Long);
    check(Strlen, vec![service()], Type::Long, [Value::Long(13), Value::Long(0)]);
    check(Has, vec![service(), text("api")], Type::Bool, [is(true), is(false)]);
    check(NotHas, vec![service(), text("ap")], Type::Bool, [is(true), is(true)]);
    check(EndsWith, vec![service(), text("ÜBER")], Type::Bool, [is(true), is(false)]);
    check(IsEmpty, vec![service()], Type::Bool, [is(false), is(true)]);
    let joined = Value::String("x7".into());
    check(Strcat, vec![text("x"), long_null, code()], Type::String, [joined, Value::String("x".into())]);
    check(
        Substring,
        vec![service(), long(9), long(2)],
        Type::String,
        [Value::String("üb".into()), Value::String("".into())],
    );
    let most = Value::String("x".repeat(1024).into());
    check(StrRep, vec![text("x"), long(i64::MAX)], Type::String, [most.clone(), most]);
}

#[test]
fn time_is_in_utc() {
    let time = || field("timestamp", Type::Datetime);
    let none = Value::Null(Type::Datetime);
    check(StartOfDay, vec![time()], Type::Datetime, [Value::Datetime(86_400_000_000_000), none.clone()]);
    check(HourOfDay, vec![time()], Type::Long, [Value::Long(1), NO_LONG]);
    check(Now, vec![], Type::Datetime, [Value::Datetime(1_000), Value::Datetime(1_000)]);
    let format = text("yyyy-MM-dd hh:mm:ss tt");
    check(
        FormatDatetime,
        vec![time(), format],
        Type::String,
        [Value::String("1970-01-02 01:01:01 AM".into()), Value::Null(Type::String)],
    );
    let edge = literal(Value::Datetime(i64::MIN));
    check(StartOfMonth, vec![edge.clone()], Type::Datetime, [none.clone(), none.clone()]);
    check(DatetimeAdd, vec![text("year"), long(i64::MAX), edge], Type::Datetime, [none.clone(), none]);
}

#[test]
fn a_bad_regex_is_refused_before_it_runs() {
    let scope = Scope { fields: &build::input().fields, now: 0, doubts: None };
    for pattern in ["(", "(a{1000}){1000}"] {
        let expr = call(MatchesRegex, vec![service(), text(pattern)], Type::Bool);
        assert!(matches!(Expression::compile(&expr, &scope), Err(runner::Error::Rejected { .. })));
    }
}
