//! A source that nobody declared: files of the workspace that look like events, each with the edit that makes
//! `headwater.toml` read it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;
use runner::config::FILE_NAME;
use syntax::{Code, Diagnostic};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::*;

use super::convert::View;
use super::handlers::Handlers;
use super::workspace;
use crate::document::Document;

/// Files that are offered for one name.
const OFFERED: usize = 4;

/// Files and folders that are passed on the way, and how deep.
const PASSED: usize = 5_000;
const DEPTH: usize = 4;

/// Folders in which nobody keeps events.
const PASSED_BY: [&str; 4] = ["node_modules", "target", "dist", "vendor"];

/// How files of events end; what is packed ends so before its own ending.
const ENDINGS: [&str; 7] = ["log", "jsonl", "ndjson", "json", "csv", "logfmt", "tsv"];

/// Without a configuration, these are what runbooks can name: they stay.
const DEMO: &str = "# The simulated shop.\n[sources]\nspans.uri = \"demo:shop\"\nlogs.uri = \"demo:shop\"\n\
    metrics.uri = \"demo:shop\"\ndeploys.uri = \"demo:shop\"\n\n";

/// What is written, and where.
struct Declared {
    config: Uri,
    /// There is no such file yet.
    is_new: bool,
    /// Of the text as it is in the editor.
    version: Option<i32>,
    end: Position,
    before: &'static str,
}

impl Handlers {
    /// An action for each file that may be meant by a name in the range that no source has.
    pub(crate) async fn own_data(
        &self,
        document: &Arc<Document>,
        uri: &Uri,
        here: Range,
    ) -> Result<CodeActionResponse> {
        let unknown = move |view: View<'_>| {
            let range = view.text_range(here);
            let found = document_unknown(view.document, range)?;
            let name = view.document.slice(found.range).trim_matches('`').to_owned();
            Some((name, view.range(found.range), view.diagnostic(found)))
        };
        let Some(Some((name, place, diagnostic))) = self.answer_of(document.clone(), uri.clone(), unknown).await?
        else {
            return Ok(Vec::new());
        };
        let Some(runbook) = workspace::path(uri) else { return Ok(Vec::new()) };
        let options = self.options.get().cloned().unwrap_or_default();
        let root = workspace::root(&runbook, &options.folders).to_owned();
        let declared = self.to_be_declared(uri, &root).await?;
        let Some(folder) = workspace::path(&declared.config).and_then(|file| file.parent().map(Path::to_owned)) else {
            return Ok(Vec::new());
        };
        let wanted = name.clone();
        let files = tokio::task::spawn_blocking(move || files(&folder, &wanted));
        let files = files.await.map_err(|_| Error::internal_error())?;
        let version = Some(document.version());
        let actions = files.into_iter().map(|path| {
            let source = source_name(&name, &path);
            let text = format!("{}\n[sources.{source}]\nuri = \"file:{path}\"\n", declared.before);
            let edits = vec![
                (declared.config.clone(), declared.version, Range::new(declared.end, declared.end), text),
                (uri.clone(), version, place, source.clone()),
            ];
            // The name is right already where it is the source's.
            let edits = edits.into_iter().filter(|(of, .., text)| of != uri || *text != name);
            CodeActionOrCommand::CodeAction(CodeAction {
                title: format!("Read `{path}` as the source `{source}`"),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostic.clone()]),
                edit: Some(edit(edits, declared.is_new.then(|| declared.config.clone()), options.can.document_changes)),
                ..CodeAction::default()
            })
        });
        // A new file can only be made by an editor that makes changes of documents.
        let can = !declared.is_new || options.can.document_changes;
        let actions = if can { actions.collect() } else { Vec::new() };
        if document.is_newest() { Ok(actions) } else { Err(Error::new(ErrorCode::ContentModified)) }
    }

    /// The end of the configuration that counts for the runbook, or of a new one in the workspace's folder.
    async fn to_be_declared(&self, runbook: &Uri, root: &Path) -> Result<Declared> {
        let encoding = self.options.get().map(|options| options.encoding).unwrap_or_default();
        if let Some(found) = self.configuration(runbook).await? {
            let end = found.document.position(found.document.end(), encoding);
            let end = Position { line: end.line, character: end.character };
            let open = self.snapshot(found.uri.clone()).await?;
            let version = open.map(|document| document.version());
            return Ok(Declared { config: found.uri, is_new: false, version, end, before: "" });
        }
        let config = Uri::from_file_path(root.join(FILE_NAME)).ok_or_else(Error::internal_error)?;
        Ok(Declared { config, is_new: true, version: None, end: Position::default(), before: DEMO.trim_end() })
    }
}

fn document_unknown(document: &Document, range: syntax::TextRange) -> Option<&Diagnostic> {
    let mut found = document.diagnostics().iter().filter(|found| found.code == Code::UnknownSource);
    found.find(|found| found.range.intersect(range).is_some())
}

/// By their paths within the folder, the likeliest first.
fn files(folder: &Path, name: &str) -> Vec<String> {
    let mut walk = WalkBuilder::new(folder);
    // Git ignores what is logged; whoever looks for data does not.
    walk.standard_filters(false).hidden(true).follow_links(false).max_depth(Some(DEPTH));
    walk.filter_entry(|entry| !PASSED_BY.iter().any(|name| entry.file_name() == *name));
    let entries = walk.build().flatten().take(PASSED).filter(|entry| entry.file_type().is_some_and(|ty| ty.is_file()));
    let mut found: Vec<(usize, String)> = entries
        .filter_map(|entry| {
            let path: PathBuf = entry.path().strip_prefix(folder).ok()?.to_owned();
            let path = path.to_str()?.replace('\\', "/");
            let file = path.rsplit('/').next()?;
            let plain = file.trim_end_matches(".gz").trim_end_matches(".zst");
            let (stem, ending) = plain.rsplit_once('.')?;
            // What an address would read as something else.
            let odd = path.contains(['?', '%', '"', '#']) || path.chars().any(char::is_control);
            if odd || !ENDINGS.contains(&ending) || ending == "json" && is_settings(stem) {
                return None;
            }
            let far = match (file == name || plain == name || stem == name, stem.contains(name) || name.contains(stem))
            {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 2,
            };
            Some((far, path))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).take(OFFERED).collect()
}

/// Files of tools that are no events.
fn is_settings(stem: &str) -> bool {
    matches!(stem, "package" | "package-lock" | "tsconfig" | "settings" | "launch" | "tasks" | "composer")
}

/// What was written, where that is a plain name; else the file's.
fn source_name(written: &str, path: &str) -> String {
    let plain = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if plain(written) {
        return written.to_owned();
    }
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.split('.').next().unwrap_or(file);
    let name: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if plain(&name) { name } else { format!("source_{name}") }
}

/// `new`: a file that is made first.
fn edit(
    edits: impl Iterator<Item = (Uri, Option<i32>, Range, String)>,
    new: Option<Uri>,
    document_changes: bool,
) -> WorkspaceEdit {
    if !document_changes {
        let changes = edits.map(|(uri, _, range, new_text)| (uri, vec![TextEdit { range, new_text }])).collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let create = new.map(|uri| {
        let options = CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(true) };
        let create = CreateFile { uri, options: Some(options), annotation_id: None };
        DocumentChangeOperation::Op(ResourceOp::Create(create))
    });
    let edits = edits.map(|(uri, version, range, new_text)| {
        DocumentChangeOperation::Edit(TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
            edits: vec![OneOf::Left(TextEdit { range, new_text })],
        })
    });
    let operations = create.into_iter().chain(edits).collect();
    WorkspaceEdit { document_changes: Some(DocumentChanges::Operations(operations)), ..WorkspaceEdit::default() }
}
