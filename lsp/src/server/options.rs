//! What the editor said of itself in `initialize`. Fixed from then on.

use std::path::PathBuf;

use serde::Deserialize;
use tower_lsp::ls_types::{ClientCapabilities, InitializeParams, PositionEncodingKind};

use crate::position::Encoding;
use crate::results::{MOST_ROWS, ROWS};

#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) encoding: Encoding,
    /// The editor draws `headwater/blockResults` itself.
    pub(crate) results: bool,
    /// Rows of a table that it shows at most.
    pub(crate) rows: usize,
    /// A block that runs is run again when its text has changed.
    pub(crate) live: bool,
    /// The editor has the command `headwater.showReferences` with an address, a position and places.
    pub(crate) show_references: bool,
    /// The editor has the command `headwater.showResults` with an address and a block.
    pub(crate) show_results: bool,
    /// The editor draws what explains, as data, and not as Markdown.
    pub(crate) views: bool,
    /// In a list that came by itself the editor focuses nothing, so that Enter is a new line.
    pub(crate) selects_nothing: bool,
    /// The editor has the command `headwater.openPlace`.
    pub(crate) open_places: bool,
    /// The runner to connect to; none: start a private one.
    pub(crate) runner: Option<String>,
    /// Holds the token of that runner, if it asks for one.
    pub(crate) token_file: Option<PathBuf>,
    /// Where the editor shows the page about a code; `{code}` stands for it.
    pub(crate) code_links: Option<String>,
    /// Running is allowed.
    pub(crate) trusted: bool,
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) can: Can,
}

/// What the editor can do beyond the least.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Can {
    pub(crate) snippets: bool,
    /// Asks for the documentation of an item when it is looked at.
    pub(crate) resolve_documentation: bool,
    pub(crate) commit_characters: bool,
    /// Asks for what a hint says in full when it is looked at.
    pub(crate) resolve_tooltips: bool,
    /// Would indent what is inserted unless it is told not to.
    pub(crate) adjust_indentation: bool,
    /// Draws what is unnecessary or deprecated in another way.
    pub(crate) diagnostic_tags: bool,
    /// Shows other places beside a finding.
    pub(crate) related_information: bool,
    pub(crate) refresh_inlay_hints: bool,
    pub(crate) refresh_code_lenses: bool,
    pub(crate) watch_files: bool,
    pub(crate) nested_symbols: bool,
    /// Shows what a definition is of.
    pub(crate) definition_links: bool,
    /// Makes edits only in the text that they are for.
    pub(crate) document_changes: bool,
    /// Shows how far work has come that nobody asked for.
    pub(crate) progress: bool,
    /// Folds shown at most.
    pub(crate) most_folds: Option<u32>,
    /// Asks what would be renamed before it asks for the new name.
    pub(crate) prepare_rename: bool,
}

/// `initializationOptions`. An editor that does not speak of trust has no such notion.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Initial {
    results: bool,
    rows: Option<usize>,
    live: bool,
    show_references: bool,
    show_results: bool,
    views: bool,
    selects_nothing: bool,
    open_places: bool,
    runner: Option<String>,
    token_file: Option<PathBuf>,
    code_links: Option<String>,
    trusted: Option<bool>,
}

impl Options {
    pub(crate) fn new(params: &InitializeParams) -> Options {
        let initial = params.initialization_options.clone();
        let initial = initial.and_then(|options| serde_json::from_value::<Initial>(options).ok()).unwrap_or_default();
        Options {
            encoding: encoding(&params.capabilities),
            results: initial.results,
            rows: initial.rows.unwrap_or(ROWS).min(MOST_ROWS),
            live: initial.live,
            show_references: initial.show_references,
            show_results: initial.show_results,
            views: initial.views,
            selects_nothing: initial.selects_nothing,
            open_places: initial.open_places,
            runner: initial.runner.filter(|address| !address.is_empty()),
            token_file: initial.token_file,
            code_links: initial.code_links.filter(|link| link.contains("{code}")),
            trusted: initial.trusted.unwrap_or(true),
            folders: folders(params),
            can: Can::new(&params.capabilities),
        }
    }
}

impl Can {
    fn new(capabilities: &ClientCapabilities) -> Can {
        let text = capabilities.text_document.as_ref();
        let workspace = capabilities.workspace.as_ref();
        let item = text.and_then(|text| text.completion.as_ref()?.completion_item.as_ref());
        let told = text.and_then(|text| text.publish_diagnostics.as_ref());
        Can {
            snippets: item.and_then(|item| item.snippet_support).unwrap_or(false),
            resolve_documentation: item
                .and_then(|item| item.resolve_support.as_ref())
                .is_some_and(|support| support.properties.iter().any(|property| property == "documentation")),
            resolve_tooltips: text
                .and_then(|text| text.inlay_hint.as_ref()?.resolve_support.as_ref())
                .is_some_and(|support| support.properties.iter().any(|property| property == "tooltip")),
            commit_characters: item.and_then(|item| item.commit_characters_support).unwrap_or(false),
            adjust_indentation: item.is_some_and(|item| item.insert_text_mode_support.is_some()),
            diagnostic_tags: told.is_some_and(|told| told.tag_support.is_some()),
            related_information: told.and_then(|told| told.related_information).unwrap_or(false),
            refresh_inlay_hints: workspace
                .and_then(|workspace| workspace.inlay_hint.as_ref()?.refresh_support)
                .unwrap_or(false),
            refresh_code_lenses: workspace
                .and_then(|workspace| workspace.code_lens.as_ref()?.refresh_support)
                .unwrap_or(false),
            watch_files: workspace
                .and_then(|workspace| workspace.did_change_watched_files.as_ref()?.dynamic_registration)
                .unwrap_or(false),
            definition_links: text.and_then(|text| text.definition.as_ref()?.link_support).unwrap_or(false),
            document_changes: workspace
                .and_then(|workspace| workspace.workspace_edit.as_ref()?.document_changes)
                .unwrap_or(false),
            progress: capabilities.window.as_ref().and_then(|window| window.work_done_progress).unwrap_or(false),
            most_folds: text.and_then(|text| text.folding_range.as_ref()?.range_limit),
            prepare_rename: text.and_then(|text| text.rename.as_ref()?.prepare_support).unwrap_or(false),
            nested_symbols: text
                .and_then(|text| text.document_symbol.as_ref()?.hierarchical_document_symbol_support)
                .unwrap_or(false),
        }
    }
}

/// UTF-8 where the editor offers it: then a column is a byte. Else UTF-16, which all must know.
fn encoding(capabilities: &ClientCapabilities) -> Encoding {
    let offered = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_ref());
    let offers = |kind| offered.is_some_and(|offered| offered.contains(&kind));
    if offers(PositionEncodingKind::UTF8) {
        Encoding::Utf8
    } else if offers(PositionEncodingKind::UTF32) && !offers(PositionEncodingKind::UTF16) {
        Encoding::Utf32
    } else {
        Encoding::Utf16
    }
}

#[expect(deprecated, reason = "older editors name only a root")]
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = params.workspace_folders.iter().flatten().map(|folder| &folder.uri);
    let folders: Vec<_> = folders.filter_map(super::workspace::path).collect();
    if !folders.is_empty() {
        return folders;
    }
    let root = params.root_uri.as_ref().and_then(super::workspace::path);
    root.or_else(|| params.root_path.as_ref().map(PathBuf::from)).into_iter().collect()
}
