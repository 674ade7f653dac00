//! What can be done at a place, and the words above blocks that can be pressed.

use serde_json::Value;
use syntax::{Edit, TextRange};
use tower_lsp::ls_types::*;

use super::super::blocks::Cure;
use super::View;
use crate::features::actions::{Action, Call, Kind};
use crate::features::lenses::{Does, Lens, Stand};
use crate::features::references::{self, Uses};
use crate::features::{actions, lenses, outline};

/// A command of the editor, not of the server.
const SHOW_REFERENCES: &str = "headwater.showReferences";

impl View<'_> {
    pub(crate) fn actions(
        &self,
        range: Range,
        context: &CodeActionContext,
        stands: impl Fn(&str) -> Stand,
        across: CodeActionResponse,
        cures: Vec<Cure>,
    ) -> CodeActionResponse {
        let range = self.text_range(range);
        let only = context.only.as_deref();
        let wanted = |kind: Kind| is_wanted(kind, context);
        let mut found = CodeActionResponse::new();
        if wanted(Kind::QuickFix) {
            let here = cures.into_iter().filter(|cure| self.in_block(range, cure.range));
            found.extend(here.flat_map(|cure| self.cured(cure)));
        }
        let offered = actions::actions(self.document, range, wanted).into_iter();
        found.extend(offered.map(|action| self.action(action)));
        let fixes = found.iter().take_while(|action| is_fix(action)).count();
        found.splice(fixes..fixes, across);
        // Editors without lenses press Run here. The others would show a light bulb on every line.
        if only.is_none() {
            let on_its_own = context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC);
            let lenses = lenses::lenses(self.document, stands);
            let blocks = &self.document.analysis().blocks;
            let offered = |lens: &&Lens| match lens.does {
                Does::Cost | Does::Results => false,
                Does::Stop => true,
                // Where something is wrong, it is to be mended first.
                Does::Run | Does::Again | Does::Explain => {
                    let block = blocks.iter().find(|block| block.range == lens.of);
                    block.is_some_and(|block| outline::is_runnable(self.document, block))
                }
            };
            let here = lenses.iter().filter(offered).filter(|lens| {
                let place = if self.options.results && on_its_own { lens.range } else { lens.of };
                // Some editors ask about the whole text and do all that is offered: that must run nothing.
                place.contains_range(range)
            });
            found.extend(here.map(|lens| {
                let title = if lens.does == Does::Explain { "Explain this pipeline" } else { lens.does.title() };
                let command = self.command(lens.does, &lens.block);
                CodeActionOrCommand::Command(Command { title: title.to_owned(), ..command })
            }));
        }
        found
    }

    /// The two are in one block: what explains it all is offered at each of its places.
    fn in_block(&self, range: TextRange, place: TextRange) -> bool {
        let block = self.document.analysis().block_at(range.start());
        block.is_some_and(|block| block.range.contains_range(place))
    }

    fn cured(&self, cure: Cure) -> impl Iterator<Item = CodeActionOrCommand> {
        let range = cure.range;
        let actions = cure.replacements.into_iter().map(move |text| {
            let title = format!("Nothing passes: write `{}`", syntax::visible(&text));
            Action::edit(Kind::QuickFix, title, vec![Edit { range, text }])
        });
        actions.map(|action| self.action(action))
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
        let mut target = serde_json::Map::new();
        let mut put = |key: &str, value: Value| drop(target.insert(key.to_owned(), value));
        put("uri", self.uri.as_str().into());
        put("block", call.block.into());
        if !call.settings.is_empty() {
            put("settings", call.settings.into_iter().collect());
        }
        if let Some(at) = call.at {
            put("position", serde_json::to_value(self.position(at)).unwrap_or_default());
        }
        for (key, text) in [("code", call.code.map(str::to_owned)), ("field", call.field), ("value", call.value)] {
            if let Some(text) = text {
                put(key, text.into());
            }
        }
        let arguments = Some(vec![Value::Object(target)]);
        Command { title: title.to_owned(), command: call.command.to_owned(), arguments }
    }

    pub(crate) fn lenses(&self, stands: impl Fn(&str) -> Stand) -> Vec<CodeLens> {
        let mut found: Vec<_> = lenses::lenses(self.document, stands).iter().map(|lens| self.lens(lens)).collect();
        // A title that does nothing when it is pressed would be a riddle.
        if self.options.show_references {
            found.extend(references::uses_of_lets(self.document).into_iter().map(|of| self.uses(of)));
        }
        found
    }

    /// How often a `let` is used, and where.
    fn uses(&self, Uses { range, uses }: Uses) -> CodeLens {
        let title = match uses.len() {
            0 => "no uses".to_owned(),
            1 => "1 use".to_owned(),
            count => format!("{count} uses"),
        };
        let range = self.range(range);
        let places: Vec<_> = uses.into_iter().map(|range| self.location(range)).collect();
        let arguments = Some(vec![self.uri.as_str().into(), serde_json::json!(range.start), serde_json::json!(places)]);
        CodeLens { range, command: Some(Command { title, command: SHOW_REFERENCES.to_owned(), arguments }), data: None }
    }

    fn lens(&self, lens: &Lens) -> CodeLens {
        let Lens { range, block, does, title, .. } = lens;
        let command = Command { title: title.clone(), ..self.command(*does, block) };
        CodeLens { range: self.range(*range), command: Some(command), data: None }
    }

    fn command(&self, does: Does, block: &str) -> Command {
        Command {
            title: does.title().to_owned(),
            command: does.command().to_owned(),
            arguments: Some(vec![self.uri.as_str().into(), block.into()]),
        }
    }

    /// For the text that it was made from only, where the editor can tell.
    pub(crate) fn workspace_edit(&self, edits: &[Edit]) -> WorkspaceEdit {
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
