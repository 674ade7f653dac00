//! Filters behind `summarize` that ask for its keys alone: before it they would spare whole groups. The
//! runner does not move them by itself, because the counts behind each stage would be others.

use super::Advice;
use crate::pipeline::{Expr, ExprKind, StageKind, Summarize};
use crate::{Diagnostic, Edit, Fix, TextRange};

pub(super) fn run(advice: &Advice<'_>, found: &mut Vec<Diagnostic>) {
    let stages = &advice.pipeline.stages;
    for pair in stages.windows(2) {
        let [made, filter] = pair else { continue };
        let (StageKind::Summarize(summarize), StageKind::Where(predicate)) = (&made.kind, &filter.kind) else {
            continue;
        };
        if made.range.end() > filter.range.start() || !of_keys_alone(summarize, predicate) {
            continue;
        }
        found.push(Diagnostic::late_filter(filter.range, fix(advice, made.range, filter.range)));
    }
}

fn of_keys_alone(summarize: &Summarize, predicate: &Expr) -> bool {
    let mut any = false;
    let mut all = true;
    predicate.visit_fields(&mut |name| {
        any = true;
        let place = summarize.keys.iter().position(|key| key.name == *name);
        let is_window = summarize.window.as_ref().is_some_and(|window| Some(window.key) == place);
        // The window's key is the beginning of the window, not the event's time.
        all &= !is_window
            && place
                .is_some_and(|place| matches!(&summarize.keys[place].expr.kind, ExprKind::Field(own) if own == name));
    });
    any && all
}

/// The filter with its pipe goes before the stage. None where a comment stands between them.
fn fix(advice: &Advice<'_>, made: TextRange, filter: TextRange) -> Option<Fix> {
    let between = TextRange::new(made.end(), filter.start());
    let pipe = advice.text(between);
    if pipe.contains("//") || pipe.matches('|').count() != 1 {
        return None;
    }
    let edits = vec![
        Edit { range: TextRange::empty(made.start()), text: format!("{}{pipe}", advice.text(filter)) },
        Edit { range: TextRange::new(made.end(), filter.end()), text: String::new() },
    ];
    Some(Fix { title: "move the filter before `summarize`".to_owned(), edits })
}
