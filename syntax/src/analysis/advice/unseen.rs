//! Values and fields that a filter asks for and that no event was seen to have: by a runner that reads now,
//! by the snapshot, or by what is declared.

use super::{Advice, Origins};
use crate::analysis::What;
use crate::diagnostic::closest;
use crate::observed::FieldObserved;
use crate::pipeline::{Expr, ExprKind, Function, StageKind};
use crate::{Diagnostic, Name, Value};

pub(super) fn run(advice: &Advice<'_>, found: &mut Vec<Diagnostic>) {
    fields(advice, found);
    let mut origins = Origins::new();
    for stage in &advice.pipeline.stages {
        if let StageKind::Where(predicate) = &stage.kind {
            each_call(predicate, &mut |function, args| values(advice, &origins, function, args, found));
        }
        origins.pass(&stage.kind);
    }
}

/// Names beyond those that the source is known to have.
fn fields(advice: &Advice<'_>, found: &mut Vec<Diagnostic>) {
    let Some(observed) = advice.observed.filter(|observed| !observed.fields.is_empty()) else { return };
    for field in &advice.pipeline.input.fields {
        let known = advice.source.fields.iter().any(|known| known.name == field.name);
        if known || observed.fields.contains_key(&field.name) {
            continue;
        }
        let is_it = |what: &What| matches!(what, What::Field { name, .. } if *name == field.name);
        let stages = &advice.pipeline.stages;
        let here = advice.checker.resolutions.iter().find(|resolution| {
            is_it(&resolution.what) && stages.iter().any(|stage| stage.range.contains_range(resolution.range))
        });
        let Some(place) = here else { continue };
        let near = closest(&field.name, observed.fields.keys().map(|name| &**name));
        found.push(Diagnostic::unseen_field(place.range, &field.name, &advice.source.name, near, advice.live()));
    }
}

fn each_call(expr: &Expr, visit: &mut impl FnMut(Function, &[Expr])) {
    let ExprKind::Call { function, args } = &expr.kind else { return };
    match function {
        // What is excluded need not occur, and `or` has another chance.
        Function::Not => {}
        Function::And | Function::Or => args.iter().for_each(|arg| each_call(arg, visit)),
        _ => visit(*function, args),
    }
}

fn values(advice: &Advice<'_>, origins: &Origins, function: Function, args: &[Expr], found: &mut Vec<Diagnostic>) {
    let Some((Expr { kind: ExprKind::Field(name), .. }, literals)) = args.split_first() else { return };
    let Some(own) = origins.of(name) else { return };
    let holds: fn(&str, &str) -> bool = match function {
        Function::Equal | Function::In => |value, wanted| value == wanted,
        Function::EqualIgnoreCase | Function::InIgnoreCase => |value, wanted| value.eq_ignore_ascii_case(wanted),
        Function::Contains | Function::Has => |value, wanted| value.to_lowercase().contains(&wanted.to_lowercase()),
        Function::StartsWith => |value, wanted| value.to_lowercase().starts_with(&wanted.to_lowercase()),
        _ => return,
    };
    for literal in literals {
        let ExprKind::Literal(value) = &literal.kind else { continue };
        let Some(wanted) = text(value) else { continue };
        if advice.is_named(literal.range) {
            continue;
        }
        let quoted = matches!(value, Value::String(_));
        let seen = advice.observed.and_then(|observed| observed.fields.get(&own));
        if let Some(seen) = seen.filter(|seen| seen.is_complete()) {
            if !seen.top.iter().any(|(value, _)| holds(value, &wanted)) {
                found.push(never_seen(advice, &own, seen, &wanted, quoted, literal));
            }
            continue;
        }
        // Without anything observed, only what looks like a slip of a known value is told.
        let known = declared(advice, &own);
        let exact = matches!(function, Function::Equal | Function::In);
        if exact && quoted && seen.is_none() && !known.is_empty() && !known.iter().any(|known| **known == *wanted) {
            let near = closest(&wanted, known.iter().map(|known| &**known));
            if let Some(near) = near {
                found.push(Diagnostic::unknown_value(literal.range, &own, &wanted, near));
            }
        }
    }
}

fn never_seen(
    advice: &Advice<'_>,
    field: &Name,
    seen: &FieldObserved,
    wanted: &str,
    quoted: bool,
    literal: &Expr,
) -> Diagnostic {
    let near = closest(wanted, seen.top.iter().map(|(value, _)| value.as_str()));
    // It may be one that is known, and has not come yet: an error that did not happen.
    let known = declared(advice, field).iter().any(|known| **known == *wanted);
    let near = near.filter(|_| !known && quoted);
    Diagnostic::unseen_value(literal.range, field, wanted, seen, near, advice.live())
}

fn declared(advice: &Advice<'_>, field: &Name) -> Vec<std::sync::Arc<str>> {
    let decl = advice.source.fields.iter().find(|decl| decl.name == *field);
    let values = decl.into_iter().flat_map(|decl| &decl.values);
    values.filter_map(|value| if let Value::String(text) = value { Some(text.clone()) } else { None }).collect()
}

/// As a profile writes it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Long(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}
