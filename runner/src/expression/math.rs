//! Arithmetic. A null, an overflow of whole numbers or a whole division by zero gives null; reals follow IEEE.

use syntax::pipeline::Function;
use syntax::{Type, Value};

use super::operand::{Longs, Operand, Reals, bools, longs, reals, texts, truths};
use super::{Expression, at_least, exactly, row};
use crate::Error;

pub(super) fn call(function: Function, args: Vec<Expression>, ty: Type) -> Result<Expression, Error> {
    use Function::*;
    match function {
        Add | Subtract | Multiply | Divide | Modulo => {
            let [left, right] = exactly(args)?.map(known_number);
            Ok(arithmetic(function, left, right, ty))
        }
        Bin => {
            let [value, size] = exactly(args)?.map(known_number);
            Ok(bin(value, size, ty))
        }
        BinAt => {
            let [value, size, fixed] = exactly(args)?.map(known_number);
            let distance = if ty == Type::Datetime { Type::Timespan } else { ty };
            let from = arithmetic(Subtract, value, fixed.clone(), distance);
            Ok(arithmetic(Add, bin(from, size, distance), fixed, ty))
        }
        // Kusto's floor with a size is its bin.
        Floor if args.len() == 2 => call(Bin, args, ty),
        Negate => {
            let [value] = exactly(args)?.map(known_number);
            Ok(either(value, ty, i64::checked_neg, |value| -value))
        }
        Abs => {
            let [value] = exactly(args)?.map(known_number);
            Ok(either(value, ty, i64::checked_abs, f64::abs))
        }
        Sign => {
            let [value] = exactly(args)?.map(known_number);
            let sign = |value: f64| if value == 0.0 || value.is_nan() { value } else { value.signum() };
            Ok(either(value, ty, |value| Some(value.signum()), sign))
        }
        Floor => rounding(args, ty, f64::floor),
        Ceiling => rounding(args, ty, f64::ceil),
        Round => round(args, ty),
        Sqrt => real(args, f64::sqrt),
        Exp => real(args, f64::exp),
        Exp2 => real(args, f64::exp2),
        Exp10 => real(args, |value| 10_f64.powf(value)),
        Degrees => real(args, f64::to_degrees),
        Radians => real(args, f64::to_radians),
        Sin => real(args, f64::sin),
        Cos => real(args, f64::cos),
        Tan => real(args, f64::tan),
        Cot => real(args, |value| value.tan().recip()),
        Asin => real(args, f64::asin),
        Acos => real(args, f64::acos),
        Atan => real(args, f64::atan),
        Pi => Ok(Expression::constant(Value::Real(std::f64::consts::PI))),
        Log => real(args, f64::ln),
        Log2 => real(args, f64::log2),
        Log10 => real(args, f64::log10),
        Pow => Ok(row::real(args, &[Type::Real], |row| {
            let (base, power) = (row.real(0)?, row.real(1)?);
            valued(base.powf(power), &[base, power])
        })),
        Atan2 => Ok(row::real(args, &[Type::Real], |row| Some(row.real(0)?.atan2(row.real(1)?)))),
        BinaryAnd => bits(args, |left, right| left & right),
        BinaryOr => bits(args, |left, right| left | right),
        BinaryXor => bits(args, |left, right| left ^ right),
        BinaryShiftLeft => bits(args, |value, by| value << (by & 63)),
        BinaryShiftRight => bits(args, |value, by| value >> (by & 63)),
        BinaryNot => Ok(row::whole(args, &[Type::Long], Type::Long, |row| Some(!row.long(0)?))),
        BitsetCountOnes => {
            Ok(row::whole(args, &[Type::Long], Type::Long, |row| Some(i64::from(row.long(0)?.count_ones()))))
        }
        MinOf | MaxOf => Ok(extreme(args, ty, function == MaxOf)),
        IsNan => test(args, f64::is_nan),
        IsInf => test(args, f64::is_infinite),
        IsFinite => test(args, f64::is_finite),
        other => Err(super::unsupported(other)),
    }
}

fn bits(args: Vec<Expression>, compute: fn(i64, i64) -> i64) -> Result<Expression, Error> {
    Ok(row::whole(args, &[Type::Long], Type::Long, move |row| Some(compute(row.long(0)?, row.long(1)?))))
}

/// Kusto computes with dynamic values as reals.
fn known_number(arg: Expression) -> Expression {
    match arg.ty() {
        Type::Dynamic | Type::String | Type::Bool => arg.to(Type::Real),
        _ => arg,
    }
}

/// A whole or real number, as real.
enum Any<'a> {
    Whole(Longs<'a>),
    Real(Reals<'a>),
}

impl<'a> Any<'a> {
    fn of(operand: &'a Operand, ty: Type) -> Any<'a> {
        if ty == Type::Real { Any::Real(operand.reals()) } else { Any::Whole(operand.longs()) }
    }

    fn get(&self, row: usize) -> Option<f64> {
        match self {
            Any::Whole(values) => values.get(row).map(|value| value as f64),
            Any::Real(values) => values.get(row),
        }
    }
}

fn arithmetic(function: Function, left: Expression, right: Expression, ty: Type) -> Expression {
    let (left_ty, right_ty) = (left.ty(), right.ty());
    if ty != Type::Real && left_ty != Type::Real && right_ty != Type::Real {
        let whole: fn(i64, i64) -> Option<i64> = match function {
            Function::Add => i64::checked_add,
            Function::Subtract => i64::checked_sub,
            Function::Multiply => i64::checked_mul,
            Function::Divide => i64::checked_div,
            _ => |left, right| left.checked_rem_euclid(right),
        };
        return Expression::call([left, right], ty, move |args, rows| {
            let (left, right) = (args[0].longs(), args[1].longs());
            longs(ty, (0..rows).map(|row| whole(left.get(row)?, right.get(row)?)))
        });
    }
    let compute: fn(f64, f64) -> f64 = match function {
        Function::Add => |left, right| left + right,
        Function::Subtract => |left, right| left - right,
        Function::Multiply => |left, right| left * right,
        Function::Divide => |left, right| left / right,
        _ => f64::rem_euclid,
    };
    Expression::call([left, right], ty, move |args, rows| {
        let (left, right) = (Any::of(&args[0], left_ty), Any::of(&args[1], right_ty));
        let values = (0..rows).map(|row| Some(compute(left.get(row)?, right.get(row)?)));
        if ty == Type::Real { reals(values) } else { longs(ty, values.map(|value| whole(value?.round()))) }
    })
}

/// A real as a whole number, where there is one.
pub(crate) fn whole(value: f64) -> Option<i64> {
    // 2^63 itself is the first that is too large.
    (value >= i64::MIN as f64 && value < -(i64::MIN as f64)).then_some(value as i64)
}

fn bin(value: Expression, size: Expression, ty: Type) -> Expression {
    let (value_ty, size_ty) = (value.ty(), size.ty());
    if value_ty != Type::Real && size_ty != Type::Real {
        return Expression::call([value, size], ty, move |args, rows| {
            let (values, sizes) = (args[0].longs(), args[1].longs());
            longs(ty, (0..rows).map(|row| floor_to(values.get(row)?, sizes.get(row)?)))
        });
    }
    Expression::call([value, size], Type::Real, move |args, rows| {
        let (values, sizes) = (Any::of(&args[0], value_ty), Any::of(&args[1], size_ty));
        reals((0..rows).map(|row| {
            let (value, size) = (values.get(row)?, sizes.get(row)?);
            (size > 0.0).then(|| (value / size).floor() * size)
        }))
    })
}

/// The largest multiple of `size` that is not above `value`.
pub(crate) fn floor_to(value: i64, size: i64) -> Option<i64> {
    if size <= 0 {
        return None;
    }
    value.checked_sub(value.rem_euclid(size))
}

fn either(value: Expression, ty: Type, of_whole: fn(i64) -> Option<i64>, of_real: fn(f64) -> f64) -> Expression {
    let from = value.ty();
    if from == Type::Real {
        return Expression::call([value], Type::Real, move |args, rows| {
            let values = args[0].reals();
            reals((0..rows).map(|row| values.get(row).map(of_real)))
        });
    }
    let to = if ty == Type::Real { from } else { ty };
    Expression::call([value], to, move |args, rows| {
        let values = args[0].longs();
        longs(to, (0..rows).map(|row| of_whole(values.get(row)?)))
    })
}

fn real(args: Vec<Expression>, compute: fn(f64) -> f64) -> Result<Expression, Error> {
    Ok(Expression::call(exactly::<1>(args)?.map(|arg| arg.to(Type::Real)), Type::Real, move |args, rows| {
        let values = args[0].reals();
        reals((0..rows).map(|row| {
            let value = values.get(row)?;
            valued(compute(value), &[value])
        }))
    }))
}

/// Null where a function has no value, as of `sqrt(-1)`; NaN comes of NaN alone.
fn valued(result: f64, args: &[f64]) -> Option<f64> {
    (!result.is_nan() || args.iter().any(|arg| arg.is_nan())).then_some(result)
}

/// To a whole number, which stays real where the analysis says so.
fn rounding(args: Vec<Expression>, ty: Type, compute: fn(f64) -> f64) -> Result<Expression, Error> {
    let [value] = exactly(args)?.map(known_number);
    if value.ty() != Type::Real {
        return Ok(value.to(ty));
    }
    Ok(real(vec![value], compute)?.to(ty))
}

/// `round(value, digits)`, half away from zero.
fn round(args: Vec<Expression>, ty: Type) -> Result<Expression, Error> {
    let ([value], digits) = at_least::<1>(args)?;
    let Some(digits) = digits.into_iter().next() else { return rounding(vec![value], ty, f64::round) };
    Ok(Expression::call([value.to(Type::Real), digits.to(Type::Long)], Type::Real, |args, rows| {
        let (values, digits) = (args[0].reals(), args[1].longs());
        reals((0..rows).map(|row| Some(rounded(values.get(row)?, digits.get(row)?))))
    }))
}

/// To so many digits after the point, half away from zero.
pub(super) fn rounded(value: f64, digits: i64) -> f64 {
    let scale = 10_f64.powi(digits.clamp(-300, 300) as i32);
    let rounded = (value * scale).round() / scale;
    // Where the scale is out of range there is nothing to round.
    if rounded.is_finite() { rounded } else { value }
}

/// The least or greatest of the values that are not null.
fn extreme(args: Vec<Expression>, ty: Type, greatest: bool) -> Expression {
    let args: Vec<Expression> = args.into_iter().map(|arg| arg.to(ty)).collect();
    Expression::call(args, ty, move |args, rows| match ty {
        Type::Real => {
            let args: Vec<Reals<'_>> = args.iter().map(Operand::reals).collect();
            let better = if greatest { f64::max } else { f64::min };
            reals((0..rows).map(|row| args.iter().filter_map(|arg| arg.get(row)).reduce(better)))
        }
        Type::String | Type::Dynamic => {
            let args: Vec<_> = args.iter().map(Operand::texts).collect();
            texts((0..rows).map(|row| {
                let values = args.iter().filter_map(|arg| arg.get(row));
                if greatest { values.max() } else { values.min() }.map(Into::into)
            }))
        }
        Type::Bool => {
            let args: Vec<_> = args.iter().map(Operand::bools).collect();
            bools((0..rows).map(|row| {
                let values = args.iter().filter_map(|arg| arg.get(row));
                if greatest { values.max() } else { values.min() }
            }))
        }
        _ => {
            let args: Vec<Longs<'_>> = args.iter().map(Operand::longs).collect();
            longs(
                ty,
                (0..rows).map(|row| {
                    let values = args.iter().filter_map(|arg| arg.get(row));
                    if greatest { values.max() } else { values.min() }
                }),
            )
        }
    })
}

fn test(args: Vec<Expression>, holds: fn(f64) -> bool) -> Result<Expression, Error> {
    Ok(Expression::call(exactly::<1>(args)?.map(|arg| arg.to(Type::Real)), Type::Bool, move |args, rows| {
        let values = args[0].reals();
        truths(rows, |row| values.get(row).is_some_and(holds))
    }))
}
