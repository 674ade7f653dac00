//! Comparisons. A column with a constant is one tight loop over the column's values.
//!
//! Strings compare by their bytes and a null string is ""; of other types a null equals nothing, and two
//! nulls give null. Reals compare as IEEE says: NaN equals nothing.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use syntax::pipeline::Function;
use syntax::{Type, Value};

use super::operand::{Numbers, Operand, Texts, bools, truths};
use super::{Expression, at_least, dynamic, exactly, logic, math};
use crate::Error;

pub(super) fn call(function: Function, args: Vec<Expression>) -> Result<Expression, Error> {
    match function {
        Function::Between | Function::NotBetween => between(function == Function::NotBetween, args),
        Function::In | Function::NotIn => is_in(function == Function::NotIn, false, args),
        Function::InIgnoreCase | Function::NotInIgnoreCase => is_in(function == Function::NotInIgnoreCase, true, args),
        Function::EqualIgnoreCase | Function::NotEqualIgnoreCase => {
            let negated = function == Function::NotEqualIgnoreCase;
            let [left, right] = exactly(args)?.map(|arg| arg.to(Type::String));
            Ok(Expression::call([left, right], Type::Bool, move |args, rows| {
                let (left, right) = (args[0].texts(), args[1].texts());
                truths(rows, |row| same_ignoring_case(left.text(row), right.text(row)) != negated)
            }))
        }
        _ => {
            let order = match function {
                Function::Equal => Order::Equal,
                Function::NotEqual => Order::NotEqual,
                Function::Less => Order::Less,
                Function::LessOrEqual => Order::LessOrEqual,
                Function::Greater => Order::Greater,
                _ => Order::GreaterOrEqual,
            };
            let [left, right] = exactly(args)?;
            let (left, right, ty) = alike(left, right);
            Ok(Expression::call([left, right], Type::Bool, move |args, rows| {
                compare(order, ty, &args[0], &args[1], rows)
            }))
        }
    }
}

/// A character without its case, by Unicode's simple folding: ς, σ and Σ are one, ß and ẞ too, but not SS.
pub(crate) fn fold(char: char) -> char {
    if char.is_ascii() {
        return char.to_ascii_lowercase();
    }
    // What becomes several characters stays, and the dotless i is another letter than I.
    let mut upper = char.to_uppercase();
    let upper = if upper.len() == 1 && char != 'ı' { upper.next() } else { None }.unwrap_or(char);
    let mut lower = upper.to_lowercase();
    if lower.len() == 1 { lower.next() } else { None }.unwrap_or(char)
}

/// Whether two strings are the same but for case, character by character.
pub(super) fn same_ignoring_case(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        left.eq_ignore_ascii_case(right)
    } else {
        left.chars().map(fold).eq(right.chars().map(fold))
    }
}

/// A text without its case.
pub(super) fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(fold).collect() }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    /// The one that holds with the sides exchanged.
    fn exchanged(self) -> Order {
        match self {
            Order::Less => Order::Greater,
            Order::LessOrEqual => Order::GreaterOrEqual,
            Order::Greater => Order::Less,
            Order::GreaterOrEqual => Order::LessOrEqual,
            same => same,
        }
    }

    fn holds<T: PartialOrd + ?Sized>(self, left: &T, right: &T) -> bool {
        match self {
            Order::Equal => left == right,
            Order::NotEqual => left != right,
            Order::Less => left < right,
            Order::LessOrEqual => left <= right,
            Order::Greater => left > right,
            Order::GreaterOrEqual => left >= right,
        }
    }

    fn of_options<T: PartialOrd>(self, left: Option<T>, right: Option<T>) -> Option<bool> {
        match (left, right) {
            (Some(left), Some(right)) => Some(self.holds(&left, &right)),
            (None, None) => None,
            _ if self == Order::Equal => Some(false),
            _ if self == Order::NotEqual => Some(true),
            _ => None,
        }
    }
}

/// Both sides as one type: numbers as real where they differ, dynamic as the other's.
fn alike(left: Expression, right: Expression) -> (Expression, Expression, Type) {
    let ty = match (left.ty(), right.ty()) {
        (one, other) if one == other => one,
        (one, other) if one.is_number() && other.is_number() => Type::Real,
        // A number in JSON may be real, or have more digits than a long: it is compared as it is written.
        (Type::Dynamic, other) | (other, Type::Dynamic) if other.is_number() => {
            return (left.to(Type::Dynamic), right.to(Type::Dynamic), Type::Dynamic);
        }
        (Type::Dynamic, other) => other,
        (one, _) => one,
    };
    (left.to(ty), right.to(ty), ty)
}

fn compare(order: Order, ty: Type, left: &Operand, right: &Operand, rows: usize) -> ArrayRef {
    match ty {
        Type::Bool => {
            let (left, right) = (left.bools(), right.bools());
            bools((0..rows).map(|row| order.of_options(left.get(row), right.get(row))))
        }
        Type::Long | Type::Datetime | Type::Timespan => numbers(order, left.longs(), right.longs(), rows),
        Type::Real => numbers(order, left.reals(), right.reals(), rows),
        Type::String => texts(order, left.texts(), right.texts(), rows),
        Type::Dynamic => {
            let (left, right) = (left.texts(), right.texts());
            bools((0..rows).map(|row| {
                let (left, right) = (left.get(row), right.get(row));
                let quoted = |json: &str| json.trim_start().starts_with('"');
                if let (Some(left), Some(right)) = (left, right)
                    && !(quoted(left) && quoted(right))
                    && let (Some(left), Some(right)) = (dynamic::Number::of(left), dynamic::Number::of(right))
                {
                    return Some(order.holds(&left, &right));
                }
                match order {
                    Order::Equal | Order::NotEqual => {
                        order.of_options(left.map(dynamic::canonical), right.map(dynamic::canonical))
                    }
                    _ => Some(order.holds(&dynamic::order(left?, right?)?, &Ordering::Equal)),
                }
            }))
        }
    }
}

fn numbers<T: PartialOrd + Copy>(order: Order, left: Numbers<'_, T>, right: Numbers<'_, T>, rows: usize) -> ArrayRef {
    match (left, right) {
        (Numbers::Constant(_), Numbers::Column(..)) => numbers(order.exchanged(), right, left, rows),
        (Numbers::Column(values, nulls), Numbers::Constant(Some(constant))) => {
            let found = each(order, rows, |row| values[row], |_| constant);
            with_nulls(order, found, nulls)
        }
        (Numbers::Column(left, None), Numbers::Column(right, None)) => {
            Arc::new(BooleanArray::new(each(order, rows, |row| left[row], |row| right[row]), None))
        }
        _ => bools((0..rows).map(|row| order.of_options(left.get(row), right.get(row)))),
    }
}

/// One loop an order, so that the loop's body has no branch.
fn each<T: PartialOrd>(
    order: Order,
    rows: usize,
    left: impl Fn(usize) -> T,
    right: impl Fn(usize) -> T,
) -> BooleanBuffer {
    match order {
        Order::Equal => BooleanBuffer::collect_bool(rows, |row| left(row) == right(row)),
        Order::NotEqual => BooleanBuffer::collect_bool(rows, |row| left(row) != right(row)),
        Order::Less => BooleanBuffer::collect_bool(rows, |row| left(row) < right(row)),
        Order::LessOrEqual => BooleanBuffer::collect_bool(rows, |row| left(row) <= right(row)),
        Order::Greater => BooleanBuffer::collect_bool(rows, |row| left(row) > right(row)),
        Order::GreaterOrEqual => BooleanBuffer::collect_bool(rows, |row| left(row) >= right(row)),
    }
}

/// What a comparison with a value that is not null gives where the column is null.
fn with_nulls(order: Order, found: BooleanBuffer, nulls: Option<&NullBuffer>) -> ArrayRef {
    Arc::new(match (order, nulls) {
        (_, None) => BooleanArray::new(found, None),
        (Order::Equal, Some(nulls)) => BooleanArray::new(&found & nulls.inner(), None),
        (Order::NotEqual, Some(nulls)) => BooleanArray::new(&found | &!nulls.inner(), None),
        (_, Some(nulls)) => BooleanArray::new(found, Some(nulls.clone())),
    })
}

fn texts(order: Order, left: Texts<'_>, right: Texts<'_>, rows: usize) -> ArrayRef {
    match (left, right) {
        (Texts::Constant(_), Texts::Column(_)) => texts(order.exchanged(), right, left, rows),
        (Texts::Column(column), Texts::Constant(Some(constant)))
            if order == Order::Equal && column.null_count() == 0 =>
        {
            let constant = constant.as_bytes();
            let offsets = column.value_offsets();
            let values = column.value_data();
            truths(rows, |row| &values[offsets[row] as usize..offsets[row + 1] as usize] == constant)
        }
        _ => truths(rows, |row| order.holds(left.text(row), right.text(row))),
    }
}

fn between(negated: bool, args: Vec<Expression>) -> Result<Expression, Error> {
    let [value, low, high] = exactly(args)?;
    let high = match (value.ty(), high.ty()) {
        (Type::Datetime, Type::Timespan) => math::call(Function::Add, vec![low.clone(), high], Type::Datetime)?,
        _ => high,
    };
    let (value, low, _) = alike(value, low);
    let (value, high, ty) = alike(value, high);
    let low = low.to(ty);
    Ok(Expression::call([value, low, high], Type::Bool, move |args, rows| {
        let above = compare(Order::GreaterOrEqual, ty, &args[0], &args[1], rows);
        let below = compare(Order::LessOrEqual, ty, &args[0], &args[2], rows);
        let inside = logic::all(&[Operand::Column(above), Operand::Column(below)], rows);
        if negated { logic::not(&Operand::Column(inside), rows) } else { inside }
    }))
}

fn is_in(negated: bool, ignoring_case: bool, args: Vec<Expression>) -> Result<Expression, Error> {
    let ([value], list) = at_least::<1>(args)?;
    let ty = if ignoring_case || value.ty() == Type::Dynamic { Type::String } else { value.ty() };
    let real = ty == Type::Long && list.iter().any(|item| item.ty() == Type::Real);
    let ty = if real { Type::Real } else { ty };
    let mut items = Vec::new();
    for item in list {
        match item.value() {
            // A dynamic array is the list of its elements.
            Some(Value::Dynamic(json)) if json.trim_start().starts_with('[') => {
                items.extend(
                    dynamic::elements(json).map(|element| Expression::constant(Value::Dynamic(element.into())).to(ty)),
                );
            }
            _ => items.push(item.to(ty)),
        }
    }
    let value = value.to(ty);
    let constants: Option<Vec<Value>> = items.iter().map(|item| item.value().cloned()).collect();
    let Some(constants) = constants else {
        let mut operands = vec![value];
        operands.extend(items);
        return Ok(Expression::call(operands, Type::Bool, move |args, rows| {
            let equals = |item: &Operand| Operand::Column(equal(ty, ignoring_case, &args[0], item, rows));
            let found = logic::any(&args[1..].iter().map(equals).collect::<Vec<_>>(), rows);
            let found = Operand::Column(found);
            truths(rows, |row| found.bools().get(row).unwrap_or(false) != negated)
        }));
    };
    Ok(match ty {
        Type::String | Type::Dynamic => {
            let set = TextSet::new(&constants, ignoring_case);
            Expression::call([value], Type::Bool, move |args, rows| {
                let texts = args[0].texts();
                truths(rows, |row| set.contains(texts.text(row)) != negated)
            })
        }
        Type::Long | Type::Datetime | Type::Timespan => {
            let operands: Vec<Operand> = constants.into_iter().map(Operand::Constant).collect();
            let set: HashSet<i64> = operands.iter().filter_map(|item| item.longs().get(0)).collect();
            Expression::call([value], Type::Bool, move |args, rows| {
                let longs = args[0].longs();
                truths(rows, |row| longs.get(row).is_some_and(|value| set.contains(&value)) != negated)
            })
        }
        Type::Real | Type::Bool => Expression::call([value], Type::Bool, move |args, rows| {
            let equals =
                |item: &Value| Operand::Column(equal(ty, false, &args[0], &Operand::Constant(item.clone()), rows));
            let found = Operand::Column(logic::any(&constants.iter().map(equals).collect::<Vec<_>>(), rows));
            truths(rows, |row| found.bools().get(row).unwrap_or(false) != negated)
        }),
    })
}

fn equal(ty: Type, ignoring_case: bool, left: &Operand, right: &Operand, rows: usize) -> ArrayRef {
    if ignoring_case {
        let (left, right) = (left.texts(), right.texts());
        return truths(rows, |row| same_ignoring_case(left.text(row), right.text(row)));
    }
    compare(Order::Equal, ty, left, right, rows)
}

/// The strings of an `in`: a few are compared one by one, many are hashed.
enum TextSet {
    Few(Vec<String>, bool),
    Many(HashSet<String, foldhash::fast::RandomState>, bool),
}

const FEW: usize = 6;

impl TextSet {
    fn new(items: &[Value], ignoring_case: bool) -> TextSet {
        let text = |item: &Value| match item {
            Value::String(text) | Value::Dynamic(text) if ignoring_case => folded(text),
            Value::String(text) | Value::Dynamic(text) => text.to_string(),
            _ => String::new(),
        };
        let items = items.iter().map(text);
        if items.len() <= FEW {
            TextSet::Few(items.collect(), ignoring_case)
        } else {
            TextSet::Many(items.collect(), ignoring_case)
        }
    }

    fn contains(&self, text: &str) -> bool {
        match self {
            TextSet::Few(items, false) => items.iter().any(|item| item == text),
            TextSet::Few(items, true) => items.iter().any(|item| same_ignoring_case(item, text)),
            TextSet::Many(items, false) => items.contains(text),
            TextSet::Many(items, true) => items.contains(&folded(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_unicodes() {
        // What the library's tables are too old for, it takes for unassigned.
        let unassigned = regex::Regex::new("^\\p{Cn}$").expect("a class");
        let known = |char: &char| !unassigned.is_match(char.encode_utf8(&mut [0; 4]));
        for char in (char::MIN..=char::MAX).filter(|char| fold(*char) != *char).filter(known) {
            let same = regex::Regex::new(&format!("^(?i:{char})$")).expect("a character");
            assert!(same.is_match(&fold(char).to_string()), "{char} is not {}", fold(char));
            assert_eq!(fold(fold(char)), fold(char), "{char}");
        }
        assert!(same_ignoring_case("ΣΑΣ", "σας") && same_ignoring_case("STRAẞE", "straße"));
        assert!(!same_ignoring_case("İ", "i") && !same_ignoring_case("ı", "i") && !same_ignoring_case("ß", "ss"));
    }
}
