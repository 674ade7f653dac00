//! What a command does: found out from the text on another thread, then asked of the runs, the runner or the editor.

use std::sync::Arc;

use syntax::TextRange;
use syntax::analysis::Settings;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{LSPAny, WorkspaceEdit};

use super::commands::{Command, Target};
use super::convert::View;
use super::handlers::{Handlers, refused};
use super::runs::{Runbook, Runs, Which};
use crate::features::{below, filter, here, outline};

/// What is left to do.
enum Then {
    Nothing,
    /// Of a block.
    Explain(Runbook, String, Settings),
    /// About the filter there.
    Different(Runbook, TextRange, Settings),
    /// By the editor.
    Edit(WorkspaceEdit),
}

impl Handlers {
    pub(crate) async fn command(&self, command: Command, target: Target) -> Result<Option<LSPAny>> {
        if command == Command::ExplainCode {
            return explain_code(target.code.as_deref()).map(Some);
        }
        let Some(document) = self.snapshot(target.uri.clone()).await? else {
            return Err(refused(format!("{} is not open", target.uri.as_str())));
        };
        let (runs, workspace, options) = (self.runs.clone(), self.workspace.clone(), self.options.clone());
        let (uri, target_position) = (target.uri.clone(), target.position);
        let begin = move || {
            let options = options.get().cloned().unwrap_or_default();
            let found = workspace.find(&target.uri, &options.folders);
            let view = View { document: &document, uri: &target.uri, options: &options };
            let runbook = Runbook { uri: target.uri.clone(), document: Arc::clone(&document), found };
            view.execute(command, &target, &runs, runbook)
        };
        let begun = tokio::task::spawn_blocking(begin).await.map_err(|_| Error::internal_error())?;
        let at = target_position;
        let said = match begun.map_err(refused)? {
            Then::Nothing => return Ok(None),
            Then::Edit(edit) => {
                let (client, runs) = (self.client.clone(), self.runs.clone());
                // No handler waits for the editor.
                tokio::spawn(async move {
                    let made = client.apply_edit(edit).await;
                    match made {
                        Ok(answer) if answer.applied => {}
                        Ok(answer) => {
                            runs.blocks.sessions.take_again(&uri);
                            tracing::warn!("the editor made no edit: {}", answer.failure_reason.unwrap_or_default());
                        }
                        Err(error) => tracing::warn!("the editor does not say whether it made an edit: {error}"),
                    }
                });
                return Ok(None);
            }
            Then::Explain(runbook, block, settings) => self.runs.explain(&runbook, &block, settings).await,
            Then::Different(runbook, stage, settings) => self.runs.different(&runbook, stage, settings).await,
        };
        let mut said = said.map_err(refused)?;
        // Where it was asked, for what is asked for in turn.
        if let (Some(said), Some(at)) = (said.as_object_mut(), at) {
            said.insert("position".to_owned(), serde_json::to_value(at).unwrap_or_default());
        }
        Ok(Some(said))
    }
}

impl View<'_> {
    fn execute(
        &self,
        command: Command,
        target: &Target,
        runs: &Arc<Runs>,
        runbook: Runbook,
    ) -> std::result::Result<Then, String> {
        let block = if command.of_block() { Some(self.block(target)?) } else { None };
        let named = block.clone().unwrap_or_default();
        let sessions = &runs.blocks.sessions;
        let settings = sessions.settings(&runbook.uri, target.settings.clone());
        let stage = || {
            let stage = target.position.and_then(|position| here::stage_at(self.document, self.offset(position)));
            let range = stage.map(|(_, stage)| stage.range());
            range.ok_or_else(|| "put the cursor into the stage that is meant".to_owned())
        };
        match command {
            Command::RunBlock => runs.run(&runbook, Which::One(&named), settings, None)?,
            Command::RunAll => runs.run(&runbook, Which::All, settings, None)?,
            Command::RunAbove => runs.run(&runbook, Which::Above(&named), settings, None)?,
            Command::RunBelow => runs.run(&runbook, Which::Below(&named), settings, None)?,
            Command::RunToHere => runs.run(&runbook, Which::One(&named), settings, Some(stage()?.end()))?,
            Command::StopBlock | Command::StopAll => runs.stop(&runbook.uri, block.as_deref()),
            Command::ExplainBlock => return Ok(Then::Explain(runbook, named, settings)),
            Command::Different => {
                let stage = stage()?;
                return Ok(Then::Different(runbook, stage, settings));
            }
            Command::Follow => {
                let (param, value) = self.follow(target)?;
                self.set(&param, Some(&value), runs, &runbook)?;
                let settings = sessions.settings(&runbook.uri, target.settings.clone());
                runs.run(&runbook, Which::All, settings, None)?;
            }
            Command::SetParam => {
                let param = target.field.as_deref().ok_or("expected the parameter to set: `{uri, field, value}`")?;
                self.set(param, target.value.as_deref(), runs, &runbook)?;
                runs.again(&runbook, &outline::readers(self.document, param));
            }
            Command::SetLive => {
                let live = target.live.ok_or("expected whether it is to be live: `{uri, live}`")?;
                sessions.set_live(&runbook.uri, live);
                if live {
                    runs.edited.put(runbook.uri.clone(), ());
                }
            }
            Command::SetRoom => {
                let columns = target.columns.ok_or("expected how wide it is: `{uri, columns}`")?;
                sessions.set_columns(&runbook.uri, columns);
                runs.blocks.redraw(&runbook.uri);
            }
            Command::SetZone => {
                let zone =
                    target.zone.as_deref().ok_or("expected the time zone: `{uri, zone}`, e.g. `UTC` or `local`")?;
                runs.blocks.set_zone(zone)?;
                runs.blocks.redraw(&runbook.uri);
                sessions.news.put(runbook.uri.clone(), ());
            }
            Command::Pin => {
                let pinned = runs.blocks.pinned(&runbook.uri, &named);
                let pinned = pinned.ok_or_else(|| format!("block `{named}` shows nothing yet that could be kept"))?;
                return Ok(Then::Edit(self.workspace_edit(&[below::below(self.document, &named, &pinned)?])));
            }
            Command::Filter => {
                let field =
                    target.field.as_deref().ok_or("expected what to filter by: `{uri, block, field, value}`")?;
                // Behind the stage that was asked about, not where the block shows the value.
                if let Some(position) = target.position {
                    let (at, value) = (self.offset(position), target.value.as_deref());
                    let edit = filter::behind(self.document, at, field, value, !target.except)?;
                    if runs.blocks.is_running(&runbook.uri, &named) {
                        sessions.set_again(&runbook.uri, named);
                    }
                    return Ok(Then::Edit(self.workspace_edit(&[edit])));
                }
                // What is shown may be rounded or cut; what has gone since it was shown is read as it was written.
                let shown = |text: &String| {
                    let exact = runs.blocks.exact(&runbook.uri, &named, field, text);
                    exact.map_or_else(|| filter::read(self.document, &named, field, text), Ok)
                };
                let value = target.value.as_ref().map(shown).transpose()?;
                let edit = filter::filter(self.document, &named, field, value.as_ref(), !target.except)?;
                if runs.blocks.is_running(&runbook.uri, &named) {
                    sessions.set_again(&runbook.uri, named);
                }
                return Ok(Then::Edit(self.workspace_edit(&[edit])));
            }
            Command::ExplainCode => {}
        }
        Ok(Then::Nothing)
    }

    fn set(&self, param: &str, value: Option<&str>, runs: &Runs, runbook: &Runbook) -> std::result::Result<(), String> {
        if !self.document.analysis().params.iter().any(|known| *known.name == *param) {
            return Err(format!("there is no parameter `{param}` in this runbook"));
        }
        if let Some(refusal) = value.and_then(|value| outline::refusal(self.document, param, value)) {
            return Err(refusal);
        }
        runs.blocks.sessions.set(&runbook.uri, param.to_owned(), value.map(str::to_owned));
        Ok(())
    }
}

fn explain_code(code: Option<&str>) -> Result<LSPAny> {
    let known = code.and_then(syntax::Code::from_slug);
    let unknown = || refused(format!("there is no code `{}`", code.unwrap_or_default()));
    known.map(|code| syntax::reference::code(code).into()).ok_or_else(unknown)
}
