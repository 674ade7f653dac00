//! What the editor may send, one line each: push in order, compute elsewhere, answer.
//!
//! tower-lsp polls handlers side by side, so only what a handler does before its first wait is in
//! order: that is the push.

use std::sync::{Arc, OnceLock};

use syntax::observed::Profile;
use tokio::sync::{mpsc, oneshot};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::*;
use tower_lsp::{Client, LanguageServer};

use super::ask::{Ask, Asks};
use super::capabilities;
use super::colours::Colours;
use super::commands::{Command, Target};
use super::computing::{Computing, Unmade};
use super::convert::{self, View};
use super::documents::Message;
use super::index::{self, Change, Index};
use super::looks::Looks;
use super::options::{Can, Options};
use super::runs::Runs;
use super::watching::Watching;
use super::workspace::{self, Workspace, is_config};
use crate::document::Document;
use crate::features::lenses::Stand;
use crate::features::looking;

pub(crate) struct Handlers {
    pub(crate) client: Client,
    pub(crate) computing: Computing,
    pub(crate) documents: mpsc::Sender<Message>,
    pub(crate) options: Arc<OnceLock<Options>>,
    pub(crate) asks: Arc<Asks>,
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) runs: Arc<Runs>,
    pub(crate) colours: Arc<Colours>,
    pub(crate) index: Arc<Index>,
    pub(crate) looks: Arc<Looks>,
    pub(crate) watching: Arc<Watching>,
}

impl LanguageServer for Handlers {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let options = self.options.get_or_init(|| Options::new(&params));
        Ok(capabilities::announce(options))
    }

    async fn initialized(&self, _: InitializedParams) {
        self.index.change(Change::All);
        if self.can().watch_files {
            self.asks.put(Ask::WatchFiles, ());
        }
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, DidOpenTextDocumentParams { text_document: it }: DidOpenTextDocumentParams) {
        self.watching.beside(&it.uri);
        self.push(Message::Open { uri: it.uri, text: it.text, version: it.version }).await;
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let DidChangeTextDocumentParams { text_document: it, content_changes } = params;
        let changes = content_changes.into_iter().map(convert::change).collect();
        self.push(Message::Change { uri: it.uri, changes, version: it.version }).await;
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        let on_disk = index::changed(&params.text_document.uri);
        self.push(Message::Close { uri: params.text_document.uri }).await;
        on_disk.into_iter().for_each(|file| self.index.change(file));
    }

    /// What runs in it goes on under its new name.
    async fn did_rename_files(&self, params: RenameFilesParams) {
        for FileRename { old_uri, new_uri } in params.files {
            if let (Ok(from), Ok(to)) = (old_uri.parse(), new_uri.parse()) {
                self.push(Message::Renamed { from, to }).await;
            }
        }
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let files = params.changes.iter().filter_map(|change| workspace::path(&change.uri)).collect();
        self.watching.changed(files).await;
    }

    /// Of a configuration: editors that watch no files tell us this way that it is another.
    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        if is_config(&params.text_document.uri) {
            self.watching.reread().await;
        }
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        let (here, _) = self.here(&text_document.uri, position).await?;
        let (blocks, uri) = (self.runs.blocks.clone(), text_document.uri.clone());
        let now = move |block: &str| {
            blocks.summaries(&uri).into_iter().find(|summary| summary.block == block).map(|summary| summary.text)
        };
        self.answer(text_document.uri, move |view| view.hover(position, here.as_deref(), now))
            .await
            .map(Option::flatten)
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let context = params.context;
        let (here, complete) = self.here(&text_document.uri, position).await?;
        let completion = move |view: View<'_>| view.completion(position, context.as_ref(), here.as_deref(), complete);
        self.answer(text_document.uri, completion).await.map(Option::flatten)
    }

    async fn completion_resolve(&self, mut item: CompletionItem) -> Result<CompletionItem> {
        let offered = item.data.clone().and_then(|data| serde_json::from_value::<convert::Offered>(data).ok());
        let Some(offered) = offered else { return Ok(item) };
        let label = item.label.clone();
        let answer = self.answer(offered.0.clone(), move |view| view.documentation(&offered, &label)).await;
        // The list that it is from may be older than the text; then it is shown without.
        item.documentation = answer.ok().flatten().flatten();
        Ok(item)
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        let context = params.context;
        let signature = move |view: View<'_>| view.signature(position, context.as_ref());
        self.answer(text_document.uri, signature).await.map(Option::flatten)
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        let find = move |view: View<'_>, configuration: Option<View<'_>>| view.definition(position, configuration);
        self.beside_configuration(text_document.uri, find).await.map(Option::flatten)
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        self.references_across(params).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        self.symbols_across(&params.query).await.map(|found| Some(WorkspaceSymbolResponse::Nested(found)))
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.answer(params.text_document.uri, |view| view.folds()).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        self.answer(params.text_document.uri, move |view| view.selections(&params.positions)).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.beside_configuration(params.text_document.uri, |view, configuration| view.links(configuration)).await
    }

    async fn document_link_resolve(&self, mut link: DocumentLink) -> Result<DocumentLink> {
        let led = link.data.clone().and_then(|data| serde_json::from_value::<convert::Led>(data).ok());
        let Some(led) = led else { return Ok(link) };
        link.target = self.answer(led.uri.clone(), move |view| view.resolved(&led)).await?.flatten();
        Ok(link)
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
        self.answer(text_document.uri, move |view| view.highlights(position)).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        let TextDocumentPositionParams { text_document, position } = params;
        let found = self.answer(text_document.uri, move |view| view.prepare_rename(position)).await?;
        found.transpose().map_err(refused)
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        let new = params.new_name;
        let found = self.answer(text_document.uri, move |view| view.rename(position, &new)).await?;
        found.transpose().map_err(refused)
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.answer(params.text_document.uri, |view| view.symbols()).await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.answer(params.text_document.uri, |view| view.formatting(None)).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.answer(params.text_document.uri, move |view| view.formatting(Some(params.range))).await
    }

    async fn on_type_formatting(&self, params: DocumentOnTypeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let TextDocumentPositionParams { text_document, position } = params.text_document_position;
        self.answer(text_document.uri, move |view| view.typed(position, &params.ch)).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let (blocks, uri) = (self.runs.blocks.clone(), params.text_document.uri);
        let Some(document) = self.snapshot(uri.clone()).await? else { return Ok(None) };
        let across = match convert::wants_fixes(&params.context) {
            true => {
                let mut found = self.renames_across(&document, &uri, params.range).await?;
                found.extend(self.own_data(&document, &uri, params.range).await?);
                found
            }
            false => Vec::new(),
        };
        let of = uri.clone();
        let actions = move |view: View<'_>| {
            let cures = blocks.cures(&of, view.document);
            view.actions(params.range, &params.context, |block| blocks.stand(&of, block), across, cures)
        };
        self.answer_of(document, uri, actions).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let (blocks, uri) = (self.runs.blocks.clone(), params.text_document.uri.clone());
        self.answer(uri.clone(), move |view| {
            let shows = view.options.show_results;
            view.lenses(|block| {
                let stand = blocks.stand(&uri, block);
                Stand { results: stand.results && shows, ..stand }
            })
        })
        .await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let (blocks, uri) = (self.runs.blocks.clone(), params.text_document.uri);
        self.answer(uri.clone(), move |view| {
            view.hints(params.range, &blocks.summaries(&uri), &blocks.lines(&uri), &blocks.running(&uri))
        })
        .await
    }

    async fn inlay_hint_resolve(&self, mut hint: InlayHint) -> Result<InlayHint> {
        let shown = hint.data.clone().and_then(|data| serde_json::from_value::<convert::Shown>(data).ok());
        let Some(shown) = shown else { return Ok(hint) };
        let answer = self.answer(shown.0.clone(), move |view| view.resolved_hint(&shown)).await;
        hint.tooltip = answer.ok().flatten().flatten();
        Ok(hint)
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        let colours = self.colours.clone();
        self.answer(params.text_document.uri, move |view| colours.all(&view).into()).await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        let (colours, before) = (self.colours.clone(), params.previous_result_id);
        self.answer(params.text_document.uri, move |view| colours.since(&view, &before)).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let tokens = move |view: View<'_>| SemanticTokens { result_id: None, data: view.tokens(Some(params.range)) };
        self.answer(params.text_document.uri, move |view| tokens(view).into()).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        let unknown = || Error::invalid_params(format!("there is no command `{}`", params.command));
        let command = Command::from_name(&params.command).ok_or_else(unknown)?;
        let target = Target::new(params.arguments).map_err(Error::invalid_params)?;
        self.command(command, target).await
    }
}

impl Handlers {
    /// In the order of arrival: unconstrained, because a task that has used up its turn would be made to
    /// wait before it is in the queue, and those that wait so are woken in any order.
    pub(crate) async fn push(&self, message: Message) {
        if tokio::task::unconstrained(self.documents.send(message)).await.is_err() {
            tracing::error!("the documents are gone");
        }
    }

    pub(crate) fn can(&self) -> Can {
        self.options.get().map(|options| options.can).unwrap_or_default()
    }

    pub(crate) async fn snapshot(&self, uri: Uri) -> Result<Option<Arc<Document>>> {
        let (reply, snapshot) = oneshot::channel();
        self.push(Message::Snapshot { uri, reply }).await;
        snapshot.await.map_err(|_| Error::internal_error())
    }

    /// What the events at a place look like, where a runner is connected already; and whether more may be
    /// known a moment later.
    async fn here(&self, uri: &Uri, position: Position) -> Result<(Option<Arc<Profile>>, bool)> {
        if !self.runs.is_connected() {
            return Ok((None, true));
        }
        let Some(document) = self.snapshot(uri.clone()).await? else { return Ok((None, true)) };
        let (read, options, workspace, of) =
            (document.clone(), self.options.clone(), self.workspace.clone(), uri.clone());
        let place = move || {
            let options = options.get().cloned().unwrap_or_default();
            let view = View { document: &read, uri: &of, options: &options };
            let look = looking::look(&read, view.offset(position));
            (look, workspace.find(&of, &options.folders).file)
        };
        let (look, file) = tokio::task::spawn_blocking(place).await.map_err(|_| Error::internal_error())?;
        let Some(look) = look else { return Ok((None, true)) };
        Ok(self.looks.here(&self.runs, file, uri.clone(), &document, look).await)
    }

    /// Computes on a thread for that; a panic there, or an edit meanwhile, is the answer.
    async fn answer<T: Send + 'static>(
        &self,
        uri: Uri,
        compute: impl FnOnce(View<'_>) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(document) = self.snapshot(uri.clone()).await? else { return Ok(None) };
        self.answer_of(document, uri, compute).await
    }

    /// With the configuration that counts for the document.
    async fn beside_configuration<T: Send + 'static>(
        &self,
        uri: Uri,
        compute: impl FnOnce(View<'_>, Option<View<'_>>) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(document) = self.snapshot(uri.clone()).await? else { return Ok(None) };
        let found = self.configuration(&uri).await?;
        let compute = move |view: View<'_>| {
            let options = view.options;
            let found = found.as_ref();
            compute(view, found.map(|found| View { document: &found.document, uri: &found.uri, options }))
        };
        self.answer_of(document, uri, compute).await
    }

    pub(crate) async fn answer_of<T: Send + 'static>(
        &self,
        document: Arc<Document>,
        uri: Uri,
        compute: impl FnOnce(View<'_>) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let (read, options) = (document.clone(), self.options.clone());
        let compute = move || {
            let options = options.get().cloned().unwrap_or_default();
            compute(View { document: &read, uri: &uri, options: &options })
        };
        match self.computing.run(|| document.is_newest(), compute).await {
            Ok(made) => Ok(Some(made)),
            Err(Unmade::Superseded) => Err(Error::new(ErrorCode::ContentModified)),
            Err(Unmade::Failed(failure)) => {
                tracing::error!("an answer failed: {failure}");
                Err(Error::internal_error())
            }
        }
    }
}

/// The request was understood, and cannot be done; the message says why.
pub(crate) fn refused(message: String) -> Error {
    const REQUEST_FAILED: i64 = -32803;
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: message.into(), data: None }
}
