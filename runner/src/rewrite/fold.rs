//! Constant folding: what depends on no event is worked out once, and what it decides is left out.

use std::sync::Arc;

use syntax::Value;
use syntax::pipeline::{Expr, ExprKind, Function, Named, StageKind};

use super::{Change, Rule, Step};
use crate::expression::{Expression, Scope};

pub(super) fn run(steps: &mut Vec<Step>, now: i64, changes: &mut Vec<Change>) {
    for step in steps.iter_mut() {
        let mut each = |expr: &mut Expr| expression(expr, now, changes);
        let named = |named: &mut Vec<Named>, each: &mut dyn FnMut(&mut Expr)| {
            named.iter_mut().for_each(|named| each(&mut named.expr));
        };
        match &mut step.stage.kind {
            StageKind::Where(predicate) => each(predicate),
            StageKind::Extend(made) | StageKind::Project(made) => named(made, &mut each),
            StageKind::Summarize(summarize) => {
                summarize.aggregates.iter_mut().filter_map(|aggregate| aggregate.filter.as_mut()).for_each(&mut each);
                named(&mut summarize.outputs, &mut each);
            }
            StageKind::Assert(assert) => each(&mut assert.predicate),
            _ => {}
        }
    }
    steps.retain(|step| {
        let StageKind::Where(predicate) = &step.stage.kind else { return true };
        let holds = matches!(predicate.kind, ExprKind::Literal(Value::Bool(true)));
        if holds {
            let what = "holds for every event, so it is left out".to_owned();
            changes.push(Change { rule: Rule::ConstantFolding, range: step.stage.range, what });
        }
        !holds
    });
}

fn expression(expr: &mut Expr, now: i64, changes: &mut Vec<Change>) {
    let ExprKind::Call { function, args } = &mut expr.kind else { return };
    let before = changes.len();
    args.iter_mut().for_each(|arg| expression(arg, now, changes));
    let truth = |arg: &Expr| match arg.kind {
        ExprKind::Literal(Value::Bool(truth)) => Some(truth),
        _ => None,
    };
    // `x and true` is x; `x and false` is false, whatever x is.
    if let Function::And | Function::Or = function {
        let decides = *function == Function::Or;
        if args.iter().any(|arg| truth(arg) == Some(decides)) {
            changes.truncate(before);
            return set(expr, ExprKind::Literal(Value::Bool(decides)), decides, changes);
        }
        args.retain(|arg| truth(arg) != Some(!decides));
        match args.len() {
            0 => return set(expr, ExprKind::Literal(Value::Bool(!decides)), !decides, changes),
            1 => {
                let only = args.remove(0);
                *expr = only;
                return;
            }
            _ => {}
        }
    }
    let ExprKind::Call { args, .. } = &expr.kind else { return };
    if !args.iter().all(|arg| matches!(arg.kind, ExprKind::Literal(_))) {
        return;
    }
    let doubts = Arc::default();
    let compiled = Expression::compile(expr, &Scope { fields: &[], now, doubts: Some(&doubts) });
    // What a stamp leaves open is told by the stage that has it.
    if let Some(value) = compiled.ok().and_then(|compiled| compiled.value().cloned())
        && doubts.all().is_empty()
    {
        changes.truncate(before);
        let text = text_of(&value);
        set(expr, ExprKind::Literal(value), text, changes);
    }
}

fn set(expr: &mut Expr, kind: ExprKind, is: impl std::fmt::Display, changes: &mut Vec<Change>) {
    expr.kind = kind;
    changes.push(Change { rule: Rule::ConstantFolding, range: expr.range, what: format!("is {is}") });
}

/// As it would be written.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Null(ty) => format!("{ty}(null)"),
        Value::Bool(truth) => truth.to_string(),
        Value::Long(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::String(text) => syntax::literal::quote(text),
        Value::Timespan(nanos) => syntax::literal::timespan_text(*nanos),
        Value::Datetime(nanos) => match jiff::Timestamp::from_nanosecond(i128::from(*nanos)) {
            Ok(at) => format!("datetime({at})"),
            Err(_) => nanos.to_string(),
        },
        Value::Dynamic(json) => format!("dynamic({json})"),
    }
}
