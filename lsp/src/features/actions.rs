//! What can be done at a place: the fixes of its diagnostics.

use syntax::{Diagnostic, Fix, TextRange};

use crate::document::Document;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action<'a> {
    pub diagnostic: &'a Diagnostic,
    pub fix: &'a Fix,
    /// The first fix of the only diagnostic here: one key away.
    pub preferred: bool,
}

pub fn actions(document: &Document, range: TextRange) -> Vec<Action<'_>> {
    let here: Vec<_> = document.diagnostics().iter().filter(|found| found.range.intersect(range).is_some()).collect();
    let with_fixes = here.iter().filter(|found| !found.fixes.is_empty()).count();
    here.into_iter()
        .flat_map(|diagnostic| {
            diagnostic.fixes.iter().enumerate().map(move |(at, fix)| Action {
                diagnostic,
                fix,
                preferred: at == 0 && with_fixes == 1,
            })
        })
        .collect()
}
