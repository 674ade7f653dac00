//! Predicate push-down: a condition goes before the stages that only add or rename fields, so that these see
//! the events that are left, and the decoder can look for its texts before it parses.
//!
//! The conditions themselves keep their order.

use std::collections::BTreeMap;

use syntax::pipeline::{Expr, ExprKind, Function, Stage, StageKind};
use syntax::{Name, Schema, Type};

use super::{Change, Rule, Step, lets_pass};

pub(super) fn run(input: &Schema, steps: &mut Vec<Step>, changes: &mut Vec<Change>) {
    let mut place = 0;
    while place < steps.len() {
        let StageKind::Where(predicate) = &steps[place].stage.kind else {
            place += 1;
            continue;
        };
        let mut stays: Vec<Expr> = Vec::new();
        let mut moved: BTreeMap<usize, Vec<Expr>> = BTreeMap::new();
        for part in predicate.conjuncts() {
            match up(steps, place, part) {
                Some((to, part)) => moved.entry(to).or_default().push(part),
                None => stays.push(part.clone()),
            }
        }
        if moved.is_empty() {
            place += 1;
            continue;
        }
        let origin = steps[place].origin;
        let range = steps[place].stage.range;
        for (to, parts) in &moved {
            let passed = steps[*to..place].iter().map(|step| format!("`{}`", word(&step.stage.kind)));
            let what = format!("is asked before {}", passed.collect::<Vec<_>>().join(", "));
            let at = if stays.is_empty() && moved.len() == 1 { range } else { covering(parts) };
            changes.push(Change { rule: Rule::PredicatePushDown, range: at, what });
        }
        match all(stays) {
            Some(rest) => {
                steps[place].stage.kind = StageKind::Where(rest);
                place += 1;
            }
            None => drop(steps.remove(place)),
        }
        // From below, so that the places above stay what they are.
        place += moved.len();
        for (to, parts) in moved.into_iter().rev() {
            let output = to.checked_sub(1).map_or(input, |before| &steps[before].stage.output).clone();
            if let Some(predicate) = all(parts) {
                let stage = Stage { range, kind: StageKind::Where(predicate), output };
                steps.insert(to, Step { stage, origin });
            }
        }
    }
}

/// How far up a condition can go, and how it reads there; None where it cannot.
fn up(steps: &[Step], from: usize, part: &Expr) -> Option<(usize, Expr)> {
    let mut best = None;
    let mut to = from;
    while to > 0 && lets_pass(&steps[to - 1].stage.kind) {
        to -= 1;
        match rise(steps, from, to, part) {
            Some(expr) => best = Some((to, expr)),
            None => break,
        }
    }
    best
}

fn rise(steps: &[Step], from: usize, to: usize, part: &Expr) -> Option<Expr> {
    let mut expr = part.clone();
    for step in steps[to..from].iter().rev() {
        if !before(&step.stage.kind, &mut expr) {
            return None;
        }
    }
    Some(expr)
}

/// Makes the expression one over what enters the stage; false where that cannot be.
fn before(kind: &StageKind, expr: &mut Expr) -> bool {
    let rename = |expr: &mut Expr, own: &dyn Fn(&Name, Type) -> Option<Name>| {
        let mut right = true;
        each_field(expr, &mut |name, ty| match own(name, ty) {
            Some(own) => *name = own,
            None => right = false,
        });
        right
    };
    match kind {
        StageKind::Extend(made) | StageKind::Project(made) => rename(expr, &|name, ty| {
            match made.iter().find(|named| named.name == *name).map(|named| &named.expr) {
                // A plain field under another name; what is computed stays behind.
                Some(Expr { kind: ExprKind::Field(own), ty: own_ty, .. }) if *own_ty == ty => Some(own.clone()),
                Some(_) => None,
                None => Some(name.clone()),
            }
        }),
        StageKind::Rename(pairs) => rename(expr, &|name, _| {
            let old = pairs.iter().find(|(_, new)| new == name);
            Some(old.map_or_else(|| name.clone(), |(old, _)| old.clone()))
        }),
        StageKind::Drop(_) | StageKind::Reorder(_) => true,
        StageKind::Parse(parse) => {
            rename(expr, &|name, _| parse.fields().all(|field| field.name != *name).then(|| name.clone()))
        }
        StageKind::ParseKv(parse) => {
            rename(expr, &|name, _| parse.fields.iter().all(|field| field.name != *name).then(|| name.clone()))
        }
        _ => false,
    }
}

fn each_field(expr: &mut Expr, visit: &mut impl FnMut(&mut Name, Type)) {
    let ty = expr.ty;
    match &mut expr.kind {
        ExprKind::Field(name) => visit(name, ty),
        ExprKind::Literal(_) => {}
        ExprKind::Call { args, .. } => args.iter_mut().for_each(|arg| each_field(arg, visit)),
    }
}

fn all(mut parts: Vec<Expr>) -> Option<Expr> {
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => {
            let range = covering(&parts);
            Some(Expr { kind: ExprKind::Call { function: Function::And, args: parts }, ty: Type::Bool, range })
        }
    }
}

fn covering(parts: &[Expr]) -> syntax::TextRange {
    parts.iter().map(|part| part.range).reduce(|one, other| one.cover(other)).unwrap_or_default()
}

fn word(kind: &StageKind) -> &'static str {
    match kind {
        StageKind::Extend(_) => "extend",
        StageKind::Project(_) => "project",
        StageKind::Drop(_) => "project-away",
        StageKind::Rename(_) => "project-rename",
        StageKind::Reorder(_) => "project-reorder",
        StageKind::Parse(_) => "parse",
        StageKind::ParseKv(_) => "parse-kv",
        _ => "stage",
    }
}
