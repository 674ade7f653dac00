//! Values and fields that a filter asks for and that no event was seen to have: by a runner that reads now,
//! by the snapshot, or by what is declared.

use super::{Advice, Origins};
use crate::analysis::What;
use crate::catalog::attributes;
use crate::diagnostic::closest;
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
        let known = known(advice, &own);
        // One that is known and has not come yet is an error that did not happen; an empty text is being typed.
        if wanted.is_empty() || known.iter().any(|known| holds(known, &wanted)) || is_conventional(&own, value) {
            continue;
        }
        let quoted = matches!(value, Value::String(_));
        let observed = advice.observed.and_then(|observed| Some((observed, observed.fields.get(&own)?)));
        if let Some((source, seen)) = observed.filter(|(source, seen)| source.tells_values(seen)) {
            if !seen.top.iter().any(|(value, _)| holds(value, &wanted)) {
                let near = closest(&wanted, seen.top.iter().map(|(value, _)| value.as_str())).filter(|_| quoted);
                let looked_at = source.live.then_some(source.looked_at);
                found.push(Diagnostic::unseen_value(literal.range, &own, &wanted, seen, near, looked_at));
            }
            continue;
        }
        // Where what was observed does not tell, only what looks like a slip of a known value is told.
        let exact = matches!(function, Function::Equal | Function::In);
        let has_come = observed.is_some_and(|(_, seen)| seen.top.iter().any(|(value, _)| holds(value, &wanted)));
        let many = observed.is_some_and(|(_, seen)| !seen.is_complete());
        if exact && quoted && !has_come && !many {
            let near = closest(&wanted, known.iter().map(String::as_str));
            if let Some(near) = near {
                found.push(Diagnostic::unknown_value(literal.range, &own, &wanted, near));
            }
        }
    }
}

/// Values that are declared for the field, or that the conventions know of its name.
fn known(advice: &Advice<'_>, field: &Name) -> Vec<String> {
    let decl = advice.source.fields.iter().find(|decl| decl.name == *field);
    let declared = decl.into_iter().flat_map(|decl| &decl.values).filter_map(text);
    let conventional = attributes::get(field).into_iter().flat_map(|attribute| &attribute.values);
    declared.chain(conventional.map(|value| (*value).to_owned())).collect()
}

/// Both truths, and the status codes of HTTP: nobody lists them, and each may come.
fn is_conventional(field: &str, value: &Value) -> bool {
    match value {
        Value::Bool(_) => true,
        Value::Long(100..=599) => field.ends_with("status_code"),
        _ => false,
    }
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
