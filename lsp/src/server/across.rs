//! Answers over all runbooks of the workspace: as they are in the editor where they are open there, else as
//! the index knows them.

use std::path::PathBuf;
use std::sync::Arc;

use syntax::TextRange;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::*;

use super::convert::View;
use super::documents::Message;
use super::handlers::Handlers;
use super::index::{Change, Entry};
use super::workspace;
use crate::document::Document;
use crate::features::config::place::declared;
use crate::features::summary::{self, Named, Renamed, Span, Summary};

/// Symbols in one answer; who looks for more writes another letter.
const MOST_SYMBOLS: usize = 256;

/// A runbook, open or not.
struct Known {
    uri: Uri,
    /// Of an open one.
    version: Option<i32>,
    summary: Arc<Summary>,
    /// Which file declares its sources.
    config: Option<PathBuf>,
}

impl Handlers {
    /// In the document, and of a source in all runbooks that mean the same one.
    pub(crate) async fn references_across(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let (uri, declaration) = (text_document.uri, params.context.include_declaration);
        let Some(document) = self.snapshot(uri.clone()).await? else { return Ok(None) };
        let here = self.answer_of(document.clone(), uri.clone(), move |view| {
            (view.references(position, declaration), view.source(position))
        });
        let Some((mut found, source)) = here.await? else { return Ok(None) };
        let Some(source) = source else { return Ok(Some(found)) };
        let config = self.config_of(&uri).await?;
        for known in self.everywhere().await?.into_iter().filter(|known| known.uri != uri && known.config == config) {
            let used = known.summary.sources.iter().filter(|(name, _)| *name == source);
            found.extend(used.map(|(_, span)| Location { uri: known.uri.clone(), range: range(*span) }));
        }
        if declaration {
            found.splice(0..0, self.declaration(&uri, document.is_config(), &source).await?);
        }
        if document.is_newest() { Ok(Some(found)) } else { Err(Error::new(ErrorCode::ContentModified)) }
    }

    /// Blocks, lets, and runbooks by their titles and file names.
    pub(crate) async fn symbols_across(&self, wanted: &str) -> Result<Vec<WorkspaceSymbol>> {
        let known = self.everywhere().await?;
        let wanted = wanted.to_owned();
        let find = move || {
            let mut found: Vec<(usize, WorkspaceSymbol)> = Vec::new();
            for known in &known {
                collect(known, &wanted, &mut found);
            }
            found.sort_by(|(one, a), (two, b)| (one, &a.name).cmp(&(two, &b.name)));
            found.truncate(MOST_SYMBOLS);
            found.into_iter().map(|(_, symbol)| symbol).collect()
        };
        tokio::task::spawn_blocking(find).await.map_err(|_| Error::internal_error())
    }

    /// Gives attributes that were renamed their new names wherever they occur; an action for each that the
    /// range has, unless it is nowhere else.
    pub(crate) async fn renames_across(
        &self,
        document: &Arc<Document>,
        uri: &Uri,
        here: Range,
    ) -> Result<CodeActionResponse> {
        let renamed = self.answer_of(document.clone(), uri.clone(), move |view| view.renamed(here)).await?;
        let renamed = renamed.unwrap_or_default();
        if renamed.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.fresh(&renamed).await?;
        let can = self.can().document_changes;
        let actions = renamed.into_iter().filter_map(|(old, new, diagnostic)| {
            let of_old = |renamed: &&Renamed| *renamed.old == *old && *renamed.new == *new;
            let edits = known.iter().filter_map(|known| {
                let places = known.summary.renamed.iter().filter(of_old);
                let edits: Vec<_> =
                    places.map(|renamed| TextEdit { range: range(renamed.span), new_text: new.to_string() }).collect();
                (!edits.is_empty()).then(|| (known.uri.clone(), known.version, edits))
            });
            let edits: Vec<_> = edits.collect();
            let count: usize = edits.iter().map(|(_, _, edits)| edits.len()).sum();
            let title = match edits.len() {
                0 => return None,
                1 if count == 1 => return None,
                1 => format!("Write `{new}` for each `{old}` of this runbook ({count} places)"),
                runbooks => format!("Write `{new}` for `{old}` in all runbooks ({count} places in {runbooks})"),
            };
            Some(CodeActionOrCommand::CodeAction(CodeAction {
                title,
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostic]),
                edit: Some(workspace_edit(edits, can)),
                ..CodeAction::default()
            }))
        });
        let actions = actions.collect();
        if document.is_newest() { Ok(actions) } else { Err(Error::new(ErrorCode::ContentModified)) }
    }

    /// Runbooks with these attributes, as they are on the disk now: an edit must not be for an older text.
    async fn fresh(&self, renamed: &[super::convert::RenamedHere]) -> Result<Vec<Known>> {
        let has = |entry: &Entry| {
            let places = &entry.summary.renamed;
            places.iter().any(|place| renamed.iter().any(|(old, ..)| *old == place.old))
        };
        let concerned: Vec<_> = self.index.entries().await.into_iter().filter(|(_, entry)| has(entry)).collect();
        let stale = move || concerned.into_iter().filter(|(path, entry)| !entry.is_fresh(path)).map(|(path, _)| path);
        let stale = tokio::task::spawn_blocking(move || stale().collect::<Vec<_>>());
        for path in stale.await.map_err(|_| Error::internal_error())? {
            self.index.change(Change::File(path));
        }
        self.everywhere().await
    }

    async fn everywhere(&self) -> Result<Vec<Known>> {
        let entries = self.index.entries().await;
        let (reply, open) = oneshot::channel();
        self.push(Message::All { reply }).await;
        let open = open.await.map_err(|_| Error::internal_error())?;
        let (options, workspace) = (self.options.clone(), self.workspace.clone());
        let gather = move || {
            let options = options.get().cloned().unwrap_or_default();
            let paths: Vec<PathBuf> = open.iter().filter_map(|(uri, _)| workspace::path(uri)).collect();
            let open = open.into_iter().filter(|(_, document)| !document.is_config());
            let open = open.map(|(uri, document)| Known {
                version: Some(document.version()),
                summary: Arc::new(summary::summary(&document, options.encoding)),
                config: workspace.find(&uri, &options.folders).file,
                uri,
            });
            let closed = entries.into_iter().filter(|(path, _)| !paths.contains(path));
            let closed = closed.filter_map(|(path, Entry { summary, config, .. })| {
                Some(Known { uri: Uri::from_file_path(&path)?, version: None, summary, config })
            });
            let mut all: Vec<Known> = open.chain(closed).collect();
            all.sort_by(|one, two| one.uri.as_str().cmp(two.uri.as_str()));
            all
        };
        tokio::task::spawn_blocking(gather).await.map_err(|_| Error::internal_error())
    }

    async fn config_of(&self, uri: &Uri) -> Result<Option<PathBuf>> {
        if workspace::is_config(uri) {
            return Ok(workspace::path(uri));
        }
        let (options, workspace, of) = (self.options.clone(), self.workspace.clone(), uri.clone());
        let find = move || workspace.find(&of, options.get().map_or(&[], |options| &options.folders)).file;
        tokio::task::spawn_blocking(find).await.map_err(|_| Error::internal_error())
    }

    /// Of a source, in the configuration. A configuration has given it itself.
    async fn declaration(&self, runbook: &Uri, is_config: bool, source: &str) -> Result<Option<Location>> {
        if is_config {
            return Ok(None);
        }
        let Some(found) = self.configuration(runbook).await? else { return Ok(None) };
        let options = self.options.get().cloned().unwrap_or_default();
        let view = View { document: &found.document, uri: &found.uri, options: &options };
        Ok(declared(found.document.text(), source, None).map(|range: TextRange| view.location(range)))
    }
}

fn collect(known: &Known, wanted: &str, found: &mut Vec<(usize, WorkspaceSymbol)>) {
    let file = known.uri.as_str().rsplit('/').next().unwrap_or_default();
    let file = percent_encoding::percent_decode_str(file).decode_utf8_lossy();
    let title = known.summary.title.as_ref();
    let place = title.map_or(Range::default(), |title| range(title.span));
    let mut add = |fit: Option<usize>, name: &str, kind, range| {
        let location = OneOf::Left(Location { uri: known.uri.clone(), range });
        let (name, container_name) = (name.to_owned(), Some(file.to_string()));
        let symbol = WorkspaceSymbol { name, kind, tags: None, container_name, location, data: None };
        found.extend(fit.map(|fit| (fit, symbol)));
    };
    let by_file = summary::fit(&file, wanted);
    let name = title.map_or(&*file, |title| &title.name);
    add(summary::fit(name, wanted).into_iter().chain(by_file).min(), name, SymbolKind::FILE, place);
    for Named { name, span } in &known.summary.blocks {
        add(summary::fit(name, wanted), name, SymbolKind::EVENT, range(*span));
    }
    for Named { name, span } in &known.summary.lets {
        add(summary::fit(name, wanted), name, SymbolKind::VARIABLE, range(*span));
    }
}

fn workspace_edit(edits: Vec<(Uri, Option<i32>, Vec<TextEdit>)>, document_changes: bool) -> WorkspaceEdit {
    if !document_changes {
        let changes = edits.into_iter().map(|(uri, _, edits)| (uri, edits)).collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let edits = edits.into_iter().map(|(uri, version, edits)| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    });
    let changes = Some(DocumentChanges::Edits(edits.collect()));
    WorkspaceEdit { document_changes: changes, ..WorkspaceEdit::default() }
}

fn range(span: Span) -> Range {
    let position = |at: crate::position::Position| Position { line: at.line, character: at.character };
    Range { start: position(span.start), end: position(span.end) }
}
