//! Filters that nothing can pass, whatever comes: conditions on one field that exclude each other, texts in
//! lower case compared with capitals, ranges that begin behind their end.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::{Advice, Origins};
use crate::pipeline::{Expr, ExprKind, Function, StageKind};
use crate::{Diagnostic, Name, TextRange, Value, literal};

pub(super) fn run(advice: &Advice<'_>, found: &mut Vec<Diagnostic>) {
    // What the filters before have left of each field.
    let mut left: HashMap<&Name, Left<'_>> = HashMap::new();
    let mut origins = Origins::new();
    for stage in &advice.pipeline.stages {
        match &stage.kind {
            StageKind::Where(predicate) => {
                for part in predicate.conjuncts() {
                    if let Some(diagnostic) = impossible(part, advice).or_else(|| by_itself(part, advice, &origins)) {
                        found.push(diagnostic);
                        continue;
                    }
                    let Some((field, limit)) = limit(part) else { continue };
                    if limit
                        .values
                        .iter()
                        .chain(limit.low.iter())
                        .chain(limit.high.iter())
                        .any(|value| advice.is_named(value.range))
                    {
                        continue;
                    }
                    let before = left.entry(field).or_default();
                    if let Some(other) = before.narrow(&limit, part.range) {
                        let either = either(predicate, other, part.range);
                        found.push(Diagnostic::never_matches(part.range, field, &advice.text(other), either));
                        left.remove(field);
                    }
                }
            }
            StageKind::Take(_)
            | StageKind::Tail(_)
            | StageKind::Distinct(_)
            | StageKind::Top { .. }
            | StageKind::Sort { .. }
            | StageKind::Sample(_)
            | StageKind::Assert(_) => {}
            StageKind::Extend(made) => made.iter().for_each(|named| drop(left.remove(&named.name))),
            _ => left.clear(),
        }
        origins.pass(&stage.kind);
    }
}

/// A constant of a condition, and where it stands.
#[derive(Clone, Copy)]
struct Bound<'a> {
    value: &'a Value,
    range: TextRange,
    /// The value itself is allowed too.
    included: bool,
}

/// What one condition leaves of a field.
#[derive(Default)]
struct Limit<'a> {
    /// Only these, where there are any.
    values: Vec<Bound<'a>>,
    low: Option<Bound<'a>>,
    high: Option<Bound<'a>>,
}

/// What all conditions so far leave, each with the condition that says so.
#[derive(Default)]
struct Left<'a> {
    values: Option<(Vec<Bound<'a>>, TextRange)>,
    low: Option<(Bound<'a>, TextRange)>,
    high: Option<(Bound<'a>, TextRange)>,
}

impl<'a> Left<'a> {
    /// Takes one more condition in. The earlier condition that leaves nothing together with it, if one does.
    fn narrow(&mut self, limit: &Limit<'a>, by: TextRange) -> Option<TextRange> {
        if !limit.values.is_empty() {
            let (values, from) = match self.values.take() {
                None => (limit.values.clone(), by),
                Some((known, from)) => {
                    let both: Vec<_> = known
                        .into_iter()
                        .filter(|known| limit.values.iter().any(|value| value.value == known.value))
                        .collect();
                    if both.is_empty() {
                        return Some(from);
                    }
                    (both, from)
                }
            };
            self.values = Some((values, from));
        }
        if let Some(low) = limit.low
            && self.low.is_none_or(|(known, _)| compare(low.value, known.value).is_some_and(Ordering::is_gt))
        {
            self.low = Some((low, by));
        }
        if let Some(high) = limit.high
            && self.high.is_none_or(|(known, _)| compare(high.value, known.value).is_some_and(Ordering::is_lt))
        {
            self.high = Some((high, by));
        }
        let other = |one: TextRange, two: TextRange| if one == by { two } else { one };
        if let (Some((low, from)), Some((high, to))) = (self.low, self.high)
            && !fits(&low, &high)
        {
            return Some(other(from, to));
        }
        let (values, from) = self.values.as_ref()?;
        let below = |value: &Bound<'_>| self.low.is_some_and(|(low, _)| !fits(&low, value));
        let above = |value: &Bound<'_>| self.high.is_some_and(|(high, _)| !fits(value, &high));
        if !values.iter().all(|value| below(value) || above(value)) {
            return None;
        }
        let bound = self.low.filter(|_| values.iter().any(below)).or(self.high)?;
        Some(other(*from, bound.1))
    }
}

/// Something lies between the two ends.
fn fits(low: &Bound<'_>, high: &Bound<'_>) -> bool {
    match compare(low.value, high.value) {
        Some(Ordering::Less) | None => true,
        Some(Ordering::Equal) => low.included && high.included,
        Some(Ordering::Greater) => false,
    }
}

fn compare(one: &Value, two: &Value) -> Option<Ordering> {
    match (one, two) {
        (Value::Long(one), Value::Long(two))
        | (Value::Timespan(one), Value::Timespan(two))
        | (Value::Datetime(one), Value::Datetime(two)) => Some(one.cmp(two)),
        (Value::Real(one), Value::Real(two)) => one.partial_cmp(two),
        _ => None,
    }
}

/// What a condition on one field alone leaves of it.
fn limit(part: &Expr) -> Option<(&Name, Limit<'_>)> {
    let ExprKind::Call { function, args } = &part.kind else { return None };
    let bound = |expr, included| literal(expr).map(|value| Bound { value, range: expr.range, included });
    let (field, flipped) = match args.as_slice() {
        [Expr { kind: ExprKind::Field(name), .. }, ..] => (name, false),
        [_, Expr { kind: ExprKind::Field(name), .. }] => (name, true),
        _ => return None,
    };
    let other = if flipped { args.first()? } else { args.get(1)? };
    let mut limit = Limit::default();
    match (function, flipped) {
        (Function::Equal, _) => limit.values.push(bound(other, true)?),
        (Function::In, false) => {
            limit.values = args[1..].iter().map(|arg| bound(arg, true)).collect::<Option<_>>()?;
        }
        (Function::Less, false) | (Function::Greater, true) => limit.high = bound(other, false),
        (Function::LessOrEqual, false) | (Function::GreaterOrEqual, true) => limit.high = bound(other, true),
        (Function::Greater, false) | (Function::Less, true) => limit.low = bound(other, false),
        (Function::GreaterOrEqual, false) | (Function::LessOrEqual, true) => limit.low = bound(other, true),
        (Function::Between, false) => {
            (limit.low, limit.high) = (bound(args.get(1)?, true), bound(args.get(2)?, true));
        }
        _ => return None,
    }
    Some((field, limit))
}

fn literal(expr: &Expr) -> Option<&Value> {
    match &expr.kind {
        ExprKind::Literal(value) if !matches!(value, Value::Null(_) | Value::Dynamic(_)) => Some(value),
        _ => None,
    }
}

/// A condition that is false by itself.
fn impossible(part: &Expr, advice: &Advice<'_>) -> Option<Diagnostic> {
    let ExprKind::Call { function, args } = &part.kind else { return None };
    if let (Function::Between, [_, low, high]) = (function, args.as_slice())
        && compare(literal(low)?, literal(high)?) == Some(Ordering::Greater)
        && !advice.is_named(low.range)
        && !advice.is_named(high.range)
    {
        return Some(Diagnostic::range_backwards(
            part.range,
            low.range,
            high.range,
            &advice.text(low.range),
            &advice.text(high.range),
        ));
    }
    let case = |expr: &Expr| match &expr.kind {
        ExprKind::Call { function: Function::ToLower, .. } => Some(str::to_lowercase as fn(&str) -> String),
        ExprKind::Call { function: Function::ToUpper, .. } => Some(str::to_uppercase as fn(&str) -> String),
        _ => None,
    };
    let (Function::Equal, [left, right]) = (function, args.as_slice()) else { return None };
    let (cased, constant) = if case(left).is_some() { (left, right) } else { (right, left) };
    let Some(Value::String(text)) = literal(constant) else { return None };
    let right = case(cased)?(text);
    (*right != **text && !advice.is_named(constant.range))
        .then(|| Diagnostic::never_in_case(constant.range, &advice.text(cased.range), &literal::quote(&right)))
}

/// A condition that is the same for each event: of constants, of a field with itself, of a length below zero.
fn by_itself(part: &Expr, advice: &Advice<'_>, origins: &Origins) -> Option<Diagnostic> {
    let constant = |expr: &Expr| literal(expr).is_some() && !advice.is_named(expr.range);
    if matches!(literal(part), Some(Value::Bool(false))) && constant(part) {
        return Some(Diagnostic::never_true(part.range, &advice.text(part.range)));
    }
    let ExprKind::Call { function, args } = &part.kind else { return None };
    let [left, right] = args.as_slice() else { return None };
    if constant(left) && constant(right) {
        let holds = compared(*function, literal(left)?, literal(right)?)?;
        return (!holds).then(|| Diagnostic::never_true(part.range, &advice.text(part.range)));
    }
    if let (ExprKind::Field(one), ExprKind::Field(other)) = (&left.kind, &right.kind)
        && one == other
        // What hides behind the field has been told.
        && !advice.checker.is_hidden(one)
    {
        return match function {
            Function::Equal | Function::LessOrEqual | Function::GreaterOrEqual => {
                Some(Diagnostic::always_true(part.range, one))
            }
            Function::NotEqual | Function::Less | Function::Greater => {
                Some(Diagnostic::never_true(part.range, &advice.text(part.range)))
            }
            _ => None,
        };
    }
    let (field, limit) = limit(part)?;
    let own = origins.of(field).filter(|own| &**own == "duration" || own.ends_with(".duration"))?;
    let zero = Value::Timespan(0);
    let nothing = Bound { value: &zero, range: part.range, included: true };
    let highest = limit.high.or(limit.values.iter().copied().max_by_key(|bound| match bound.value {
        Value::Timespan(span) => *span,
        _ => i64::MAX,
    }))?;
    let below = matches!(highest.value, Value::Timespan(_)) && !fits(&nothing, &highest);
    (below && !advice.is_named(highest.range)).then(|| Diagnostic::never_below_zero(part.range, &own))
}

/// What the comparison says of two constants.
fn compared(function: Function, one: &Value, other: &Value) -> Option<bool> {
    let order = || compare(one, other);
    Some(match function {
        Function::Equal => one == other,
        Function::NotEqual => one != other,
        Function::Less => order()?.is_lt(),
        Function::LessOrEqual => order()?.is_le(),
        Function::Greater => order()?.is_gt(),
        Function::GreaterOrEqual => order()?.is_ge(),
        _ => return None,
    })
}

/// Where the `and` of two conditions stands that are a whole filter: it may have been meant as `or`.
fn either(predicate: &Expr, one: TextRange, other: TextRange) -> Option<TextRange> {
    let ExprKind::Call { function: Function::And, args } = &predicate.kind else { return None };
    let [left, right] = args.as_slice() else { return None };
    (left.range == one && right.range == other).then(|| TextRange::new(left.range.end(), right.range.start()))
}
