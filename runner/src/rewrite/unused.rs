//! Projection push-down: what nobody reads further down is not computed, so that the decoder need not read
//! what it would be computed from.

use syntax::Name;
use syntax::pipeline::{Named, Reads, Stage, StageKind, reads};

use super::{Change, Rule, Step};

pub(super) fn run(steps: &mut Vec<Step>, changes: &mut Vec<Change>) {
    // From the end: what a stage does not compute, those before need not give.
    let mut place = steps.len();
    while place > 0 {
        place -= 1;
        let after: Vec<Stage> = steps[place + 1..].iter().map(|step| step.stage.clone()).collect();
        let Reads::Fields(mut needed) = reads(&after) else { continue };
        // `first`, windows and joins look at the event time without naming it.
        needed.extend(steps[place].stage.output.time.clone());
        let made = match &mut steps[place].stage.kind {
            StageKind::Extend(made) => made,
            // Rows without any field are not worth a special case.
            StageKind::Project(made) if made.iter().any(|named| needed.contains(&named.name)) => made,
            _ => continue,
        };
        let dropped = drop_unneeded(made, &needed);
        let empty = made.is_empty();
        if dropped.is_empty() {
            continue;
        }
        let names = dropped.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let (are, them) = if dropped.len() == 1 { ("is", "it") } else { ("are", "them") };
        let what = format!("{names} {are} not computed: nothing reads {them}");
        changes.push(Change { rule: Rule::ProjectionPushDown, range: steps[place].stage.range, what });
        forget(&mut steps[place..], &dropped);
        if empty {
            steps.remove(place);
        }
    }
}

fn drop_unneeded(made: &mut Vec<Named>, needed: &[Name]) -> Vec<Name> {
    let dropped = made.iter().map(|named| &named.name).filter(|name| !needed.contains(name)).cloned().collect();
    made.retain(|named| needed.contains(&named.name));
    dropped
}

/// The fields are in no schema any more, up to the stage that makes them anew or leaves them out.
fn forget(steps: &mut [Step], dropped: &[Name]) {
    for name in dropped {
        for (number, step) in steps.iter_mut().enumerate() {
            let stage = &mut step.stage;
            let made_anew = match &stage.kind {
                _ if number == 0 => false,
                StageKind::Extend(made) => made.iter().any(|named| named.name == *name),
                StageKind::Project(_) | StageKind::Summarize(_) | StageKind::Distinct(_) => true,
                StageKind::TopHitters(_) | StageKind::Getschema(_) => true,
                _ => false,
            };
            if made_anew {
                break;
            }
            stage.output.fields.retain(|field| field.name != *name);
        }
    }
}
