//! Groups beyond measure, by what was observed of their keys.

use super::{Advice, Origins};
use crate::pipeline::{ExprKind, StageKind};
use crate::{Diagnostic, Name, TextRange, Type};

/// Without a window a group stays for good; with one it leaves as the window closes.
const FOR_GOOD: u64 = 10_000;
const IN_A_WINDOW: u64 = 100_000;

pub(super) fn run(advice: &Advice<'_>, found: &mut Vec<Diagnostic>) {
    let Some(observed) = advice.observed else { return };
    let mut origins = Origins::new();
    let mut look = |origins: &Origins, name: &Name, range: TextRange, windowed: bool, time: Option<&Name>| {
        let Some(seen) = origins.of(name).and_then(|own| observed.fields.get(&own)) else { return };
        let limit = if windowed { IN_A_WINDOW } else { FOR_GOOD };
        if seen.distinct >= limit && seen.ty != Type::Datetime {
            found.push(Diagnostic::many_groups(range, name, seen.distinct, windowed, time));
        }
    };
    let mut time = advice.pipeline.input.time.as_ref();
    for stage in &advice.pipeline.stages {
        match &stage.kind {
            StageKind::Summarize(summarize) => {
                for key in &summarize.keys {
                    if let ExprKind::Field(name) = &key.expr.kind {
                        look(&origins, name, key.expr.range, summarize.window.is_some(), time);
                    }
                }
            }
            StageKind::Distinct(names) => names.iter().for_each(|name| look(&origins, name, stage.range, false, None)),
            // From here on nothing is without end.
            StageKind::Take(_) | StageKind::Tail(_) | StageKind::Top { .. } => return,
            _ => {}
        }
        origins.pass(&stage.kind);
        time = stage.output.time.as_ref();
    }
}
