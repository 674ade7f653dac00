//! What a block costs before it is run, roughly: what is read, which share passes, how many groups there
//! are, who reads the source already. By what was observed; conditions are taken to be independent.

use syntax::analysis::Block;
use syntax::observed::{FieldObserved, Observed};
use syntax::pipeline::{Expr, ExprKind, Function, Pipeline, StageKind};
use syntax::{Name, Value};

use crate::document::Document;
use crate::results::value;

/// `reads 2.1 k/s · ≈ 0.3 % pass · ≈ 40 groups · shares the reading with 3 flows`; None where nothing is known.
/// `running`: the block itself is one of the readers.
pub fn cost(document: &Document, block: &Block, running: bool) -> Option<String> {
    let pipeline = block.pipeline.as_ref()?;
    let context = document.context();
    let observed = &context.observed;
    let source = observed.sources.get(&pipeline.source).filter(|source| source.rate > 0.0)?;
    let mut parts = vec![format!("reads {}/s", value::rough(source.rate))];
    if let Some(share) = passing(pipeline, observed) {
        parts.push(format!("{} pass", percent(share)));
    }
    if let Some(groups) = groups(pipeline, observed) {
        parts.push(format!("≈ {} groups", value::rough(groups)));
    }
    let others = source.flows.saturating_sub(running.into());
    if source.live && others > 0 {
        let s = if others == 1 { "" } else { "s" };
        parts.push(format!("shares the reading with {others} flow{s}"));
    }
    Some(parts.join(" · "))
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        percent if percent <= 0.0 => "≈ 0 %".to_owned(),
        percent if percent < 0.1 => "< 0.1 %".to_owned(),
        percent if percent < 10.0 => format!("≈ {percent:.1} %"),
        percent => format!("≈ {percent:.0} %"),
    }
}

/// Of the events that are read, how many pass the filters before anything groups them; None without one, or
/// where a condition asks for something that nobody has counted.
fn passing(pipeline: &Pipeline, observed: &Observed) -> Option<f64> {
    let mut share = None;
    for stage in &pipeline.stages {
        match &stage.kind {
            StageKind::Where(predicate) => {
                share = Some(share.unwrap_or(1.0) * holds(predicate, &pipeline.source, observed)?);
            }
            StageKind::Extend(_) | StageKind::Project(_) | StageKind::Drop(_) => {}
            _ => break,
        }
    }
    share
}

/// How often a condition holds, 0 to 1.
fn holds(predicate: &Expr, source: &str, observed: &Observed) -> Option<f64> {
    let ExprKind::Call { function, args } = &predicate.kind else { return None };
    match function {
        Function::And => args.iter().map(|arg| holds(arg, source, observed)).product(),
        Function::Or => {
            let none: Option<f64> =
                args.iter().map(|arg| holds(arg, source, observed).map(|holds| 1.0 - holds)).product();
            Some(1.0 - none?)
        }
        Function::Not => Some(1.0 - holds(args.first()?, source, observed)?),
        _ => {
            let (name, rest) = args.split_first()?;
            let ExprKind::Field(name) = &name.kind else { return None };
            let seen = observed.field(source, name)?;
            let values: Vec<&Value> = rest.iter().map(literal).collect::<Option<_>>()?;
            Some(compared(*function, seen, &values)?.clamp(0.0, 1.0))
        }
    }
}

fn literal(expr: &Expr) -> Option<&Value> {
    if let ExprKind::Literal(value) = &expr.kind { Some(value) } else { None }
}

fn compared(function: Function, seen: &FieldObserved, values: &[&Value]) -> Option<f64> {
    let equal = |value: &Value| Some(seen.share * share_of(seen, &text(value)?));
    let found = |holds: &dyn Fn(&str, &str) -> bool| {
        let wanted = text(values.first()?)?.to_lowercase();
        let share: f64 =
            seen.top.iter().filter(|(value, _)| holds(&value.to_lowercase(), &wanted)).map(|(_, share)| share).sum();
        seen.is_complete().then_some(seen.share * share)
    };
    match function {
        Function::Equal => equal(values.first()?),
        Function::NotEqual => Some(1.0 - equal(values.first()?)?),
        Function::In => values.iter().map(|value| equal(value)).sum(),
        Function::Has | Function::Contains => found(&|value, wanted| value.contains(wanted)),
        Function::StartsWith => found(&|value, wanted| value.starts_with(wanted)),
        Function::Greater | Function::GreaterOrEqual => Some(seen.share * (1.0 - below(seen, values.first()?)?)),
        Function::Less | Function::LessOrEqual => Some(seen.share * below(seen, values.first()?)?),
        Function::IsNotNull | Function::IsNotEmpty => Some(seen.share),
        Function::IsNull | Function::IsEmpty => Some(1.0 - seen.share),
        _ => None,
    }
}

/// Of the events that carry the field, how many have the value. One that is not among the most frequent
/// has its part of what they leave.
fn share_of(seen: &FieldObserved, value: &str) -> f64 {
    seen.share_of(value).unwrap_or_else(|| {
        let known: f64 = seen.top.iter().map(|(_, share)| share).sum();
        let others = seen.distinct.saturating_sub(seen.top.len() as u64).max(1);
        (1.0 - known).max(0.0) / others as f64
    })
}

/// The share of values below one: counted where the values are few, else between the known quantiles.
fn below(seen: &FieldObserved, value: &Value) -> Option<f64> {
    let value = match value {
        Value::Long(value) | Value::Timespan(value) => *value as f64,
        Value::Real(value) => *value,
        _ => return None,
    };
    let number = |text: &str| match syntax::literal::parse_as(seen.ty, text) {
        Ok(Value::Long(number) | Value::Timespan(number)) => Some(number as f64),
        Ok(Value::Real(number)) => Some(number),
        _ => None,
    };
    if seen.is_complete() {
        let below = seen.top.iter().filter(|(text, _)| number(text).is_some_and(|number| number < value));
        return Some(below.map(|(_, share)| share).sum());
    }
    let known = [(&seen.min, 0.0), (&seen.p50, 0.5), (&seen.p99, 0.99), (&seen.max, 1.0)];
    let known: Vec<(f64, f64)> =
        known.iter().filter_map(|(text, share)| Some((number(text.as_deref()?)?, *share))).collect();
    if known.len() < 2 {
        return None;
    }
    match known.iter().position(|(limit, _)| value <= *limit) {
        Some(0) => Some(known[0].1),
        None => Some(1.0),
        Some(at) => {
            let ((low, from), (high, to)) = (known[at - 1], known[at]);
            Some(from + (to - from) * (value - low) / (high - low).max(f64::MIN_POSITIVE))
        }
    }
}

/// Of the first grouping: the product of how many values its keys have.
fn groups(pipeline: &Pipeline, observed: &Observed) -> Option<f64> {
    let keys: Vec<&Name> = pipeline.stages.iter().find_map(|stage| match &stage.kind {
        StageKind::Summarize(summarize) => Some(
            summarize
                .keys
                .iter()
                .enumerate()
                .filter(|(index, _)| summarize.window.as_ref().is_none_or(|window| window.key != *index))
                .filter_map(|(_, key)| if let ExprKind::Field(name) = &key.expr.kind { Some(name) } else { None })
                .collect(),
        ),
        StageKind::Distinct(names) => Some(names.iter().collect()),
        _ => None,
    })?;
    if keys.is_empty() {
        return None;
    }
    keys.iter().map(|name| Some(observed.field(&pipeline.source, name)?.distinct.max(1) as f64)).product()
}

/// As a profile writes it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Long(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}
