//! What can be done at a place, to be chosen from a list: the fixes of its diagnostics, and what else is
//! offered there.

use syntax::analysis::Settings;
use syntax::{Code, Diagnostic, Edit, TextRange, TextSize};

use super::{here, refactor};
use crate::document::Document;

/// Edits, or a command, or first the edits and then the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action<'a> {
    pub title: String,
    pub kind: Kind,
    /// Of this document; they do not overlap.
    pub edits: Vec<Edit>,
    /// What it mends.
    pub diagnostic: Option<&'a Diagnostic>,
    /// The one to take without reading the list: the first fix of the only diagnostic here, unless it takes away
    /// what somebody wrote.
    pub preferred: bool,
    pub command: Option<Call>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    QuickFix,
    RefactorExtract,
    RefactorInline,
    RefactorRewrite,
    /// About the whole runbook.
    Source,
    /// Changes no text: runs or explains something.
    Show,
}

/// A command of the server about a block of this document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// As the server announces it: `headwater.runBlock`.
    pub command: &'static str,
    pub block: String,
    /// Parameters to set for it.
    pub settings: Settings,
    /// The place that is meant, where it is not the whole block.
    pub at: Option<TextSize>,
    /// Of a finding.
    pub code: Option<&'static str>,
    /// What is to be followed.
    pub field: Option<String>,
    pub value: Option<String>,
}

impl Call {
    pub fn of(command: &'static str, block: &str) -> Call {
        Call { command, block: block.to_owned(), ..Call::default() }
    }
}

impl Kind {
    pub const ALL: [Kind; 6] =
        [Kind::QuickFix, Kind::RefactorExtract, Kind::RefactorInline, Kind::RefactorRewrite, Kind::Source, Kind::Show];

    /// Editors ask for `a.b` also by `a`. None: only who asks for all gets it.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Kind::QuickFix => Some("quickfix"),
            Kind::RefactorExtract => Some("refactor.extract"),
            Kind::RefactorInline => Some("refactor.inline"),
            Kind::RefactorRewrite => Some("refactor.rewrite"),
            Kind::Source => Some("source"),
            Kind::Show => None,
        }
    }
}

impl<'a> Action<'a> {
    /// One that changes the text.
    pub fn edit(kind: Kind, title: impl Into<String>, edits: Vec<Edit>) -> Action<'a> {
        Action { title: title.into(), kind, edits, diagnostic: None, preferred: false, command: None }
    }

    /// One that runs a command and changes nothing.
    pub fn call(title: impl Into<String>, call: Call) -> Action<'a> {
        Action { command: Some(call), ..Action::edit(Kind::Show, title, Vec::new()) }
    }
}

/// Of the kinds that are wanted, in the order in which they are shown.
pub fn actions(document: &Document, range: TextRange, wanted: impl Fn(Kind) -> bool) -> Vec<Action<'_>> {
    let mut actions = Vec::new();
    if wanted(Kind::QuickFix) {
        actions.extend(fixes(document, range));
    }
    let shows = wanted(Kind::Show);
    actions.extend(refactor::refactorings(document, range, wanted));
    if shows {
        actions.extend(here::actions(document, range));
    }
    actions
}

fn fixes(document: &Document, range: TextRange) -> impl Iterator<Item = Action<'_>> {
    let here: Vec<_> = document.diagnostics().iter().filter(|found| found.range.intersect(range).is_some()).collect();
    let with_fixes = here.iter().filter(|found| !found.fixes.is_empty()).count();
    here.into_iter().flat_map(move |diagnostic| {
        diagnostic.fixes.iter().enumerate().map(move |(at, fix)| Action {
            diagnostic: Some(diagnostic),
            preferred: at == 0 && with_fixes == 1 && !removes(diagnostic.code),
            ..Action::edit(Kind::QuickFix, &fix.title, fix.edits.clone())
        })
    })
}

/// Its fix deletes a whole definition: that is chosen, not taken unread.
fn removes(code: Code) -> bool {
    matches!(code, Code::UnusedLet | Code::UnusedParam)
}
