//! What can be done at a place, and the words above blocks that can be pressed.

use syntax::Edit;
use tower_lsp::ls_types::*;

use super::View;
use crate::features::actions::{Action, Call, Kind};
use crate::features::lenses::{Does, Lens};
use crate::features::{actions, lenses};

impl View<'_> {
    pub(crate) fn actions(
        &self,
        range: Range,
        context: &CodeActionContext,
        running: impl Fn(&str) -> bool,
        across: CodeActionResponse,
    ) -> CodeActionResponse {
        let range = self.text_range(range);
        let only = context.only.as_deref();
        let wanted = |kind: Kind| is_wanted(kind, context);
        let offered = actions::actions(self.document, range, wanted).into_iter();
        let mut found: CodeActionResponse = offered.map(|action| self.action(action)).collect();
        let fixes = found.iter().take_while(|action| is_fix(action)).count();
        found.splice(fixes..fixes, across);
        // Editors without lenses press Run here. The others would show a light bulb on every line.
        if only.is_none() {
            let on_its_own = context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC);
            let lenses = lenses::lenses(self.document, running);
            let here = lenses.iter().filter(|lens| {
                let place = if self.options.results && on_its_own { lens.range } else { lens.of };
                place.intersect(range).is_some()
            });
            found.extend(here.map(|lens| {
                let title = if lens.does == Does::Explain { "Explain this pipeline" } else { lens.does.title() };
                let command = self.command(lens.does, &lens.block);
                CodeActionOrCommand::Command(Command { title: title.to_owned(), ..command })
            }));
        }
        found
    }

    fn action(&self, action: Action<'_>) -> CodeActionOrCommand {
        let Action { title, kind, edits, diagnostic, preferred, command } = action;
        CodeActionOrCommand::CodeAction(CodeAction {
            command: command.map(|call| self.call(&title, call)),
            title,
            kind: kind.name().map(CodeActionKind::from),
            diagnostics: diagnostic.map(|found| vec![self.diagnostic(found)]),
            edit: (!edits.is_empty()).then(|| self.workspace_edit(&edits)),
            is_preferred: Some(preferred),
            ..CodeAction::default()
        })
    }

    fn call(&self, title: &str, call: Call) -> Command {
        let mut arguments = vec![self.uri.as_str().into(), call.block.into()];
        if !call.settings.is_empty() {
            arguments.push(call.settings.into_iter().collect());
        }
        Command { title: title.to_owned(), command: call.command.to_owned(), arguments: Some(arguments) }
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

    /// For the text that it was made from only, where the editor can tell.
    pub(super) fn workspace_edit(&self, edits: &[Edit]) -> WorkspaceEdit {
        let edits = self.text_edits(edits);
        if !self.options.can.document_changes {
            return WorkspaceEdit { changes: Some([(self.uri.clone(), edits)].into()), ..WorkspaceEdit::default() };
        }
        let version = Some(self.document.version());
        let text_document = OptionalVersionedTextDocumentIdentifier { uri: self.uri.clone(), version };
        let edits = edits.into_iter().map(OneOf::Left).collect();
        let changes = DocumentChanges::Edits(vec![TextDocumentEdit { text_document, edits }]);
        WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
    }
}

pub(crate) fn wants_fixes(context: &CodeActionContext) -> bool {
    is_wanted(Kind::QuickFix, context)
}

fn is_wanted(kind: Kind, context: &CodeActionContext) -> bool {
    match (kind.name(), context.only.as_deref()) {
        (_, None) => true,
        (Some(kind), Some(only)) => only.iter().any(|wanted| is_kind(kind, wanted.as_str())),
        (None, Some(_)) => false,
    }
}

fn is_fix(action: &CodeActionOrCommand) -> bool {
    matches!(action, CodeActionOrCommand::CodeAction(CodeAction { kind: Some(kind), .. }) if *kind == CodeActionKind::QUICKFIX)
}

/// `refactor.inline` is wanted where `refactor` is, and where all kinds are.
fn is_kind(kind: &str, wanted: &str) -> bool {
    let rest = kind.strip_prefix(wanted);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.is_empty())
}
