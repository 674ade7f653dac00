//! What can be done at a place, and the words above blocks that can be pressed.

use syntax::Edit;
use tower_lsp::ls_types::*;

use super::View;
use crate::features::lenses::{Does, Lens};
use crate::features::{actions, lenses};

impl View<'_> {
    pub(crate) fn actions(
        &self,
        range: Range,
        context: &CodeActionContext,
        running: impl Fn(&str) -> bool,
    ) -> CodeActionResponse {
        let range = self.text_range(range);
        let only = context.only.as_deref();
        let fixes = only.is_none_or(|only| only.iter().any(|kind| is_kind(&CodeActionKind::QUICKFIX, kind)));
        let mut found: CodeActionResponse = Vec::new();
        if fixes {
            let fixes = actions::actions(self.document, range);
            found.extend(fixes.iter().map(|action| CodeActionOrCommand::CodeAction(self.action(action))));
        }
        // Editors without lenses press Run here. The others would show a light bulb on every line.
        if only.is_none() {
            let lenses = lenses::lenses(self.document, running);
            let here = lenses.iter().filter(|lens| {
                let place = if self.options.results { lens.range } else { lens.of };
                place.intersect(range).is_some()
            });
            found.extend(here.map(|lens| CodeActionOrCommand::Command(self.command(lens.does, &lens.block))));
        }
        found
    }

    fn action(&self, action: &actions::Action<'_>) -> CodeAction {
        CodeAction {
            title: action.fix.title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![self.diagnostic(action.diagnostic)]),
            edit: Some(self.workspace_edit(&action.fix.edits)),
            is_preferred: Some(action.preferred),
            ..CodeAction::default()
        }
    }

    pub(crate) fn lenses(&self, running: impl Fn(&str) -> bool) -> Vec<CodeLens> {
        lenses::lenses(self.document, running).into_iter().map(|lens| self.lens(&lens)).collect()
    }

    fn lens(&self, lens: &Lens) -> CodeLens {
        let Lens { range, block, does, .. } = lens;
        CodeLens { range: self.range(*range), command: Some(self.command(*does, block)), data: None }
    }

    fn command(&self, does: Does, block: &str) -> Command {
        Command {
            title: does.title().to_owned(),
            command: does.command().to_owned(),
            arguments: Some(vec![self.uri.as_str().into(), block.into()]),
        }
    }

    fn workspace_edit(&self, edits: &[Edit]) -> WorkspaceEdit {
        WorkspaceEdit { changes: Some([(self.uri.clone(), self.text_edits(edits))].into()), ..WorkspaceEdit::default() }
    }
}

/// `quickfix` is wanted where `quickfix` is, and where all kinds are.
fn is_kind(kind: &CodeActionKind, wanted: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(wanted.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.as_str().is_empty())
}
