//! What the server says that it can do.

use tower_lsp::ls_types::*;

use super::commands::Command;
use super::convert;
use super::options::Options;
use crate::features::actions::Kind;

pub(crate) fn announce(options: &Options) -> InitializeResult {
    InitializeResult {
        capabilities: ServerCapabilities {
            position_encoding: Some(convert::encoding(options.encoding)),
            text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                save: Some(TextDocumentSyncSaveOptions::Supported(true)),
                ..TextDocumentSyncOptions::default()
            })),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(
                    Kind::ALL.iter().filter_map(|kind| kind.name()).map(CodeActionKind::from).collect(),
                ),
                ..CodeActionOptions::default()
            })),
            code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
            completion_provider: Some(CompletionOptions {
                resolve_provider: Some(true),
                trigger_characters: Some(completion_keys()),
                ..CompletionOptions::default()
            }),
            definition_provider: Some(OneOf::Left(true)),
            document_highlight_provider: Some(OneOf::Left(true)),
            document_formatting_provider: Some(OneOf::Left(true)),
            document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
                first_trigger_character: "|".to_owned(),
                more_trigger_character: Some(vec!["\n".to_owned()]),
            }),
            document_range_formatting_provider: Some(OneOf::Left(true)),
            document_symbol_provider: Some(OneOf::Left(true)),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: Command::ALL.map(|command| command.name().to_owned()).to_vec(),
                ..ExecuteCommandOptions::default()
            }),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            inlay_hint_provider: Some(if options.can.resolve_tooltips {
                OneOf::Right(InlayHintServerCapabilities::Options(InlayHintOptions {
                    resolve_provider: Some(true),
                    work_done_progress_options: WorkDoneProgressOptions::default(),
                }))
            } else {
                OneOf::Left(true)
            }),
            folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
            selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
            workspace_symbol_provider: Some(OneOf::Left(true)),
            document_link_provider: Some(DocumentLinkOptions {
                resolve_provider: Some(true),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            references_provider: Some(OneOf::Left(true)),
            // Who does not know of preparing would not understand that it is offered.
            rename_provider: Some(if options.can.prepare_rename {
                OneOf::Right(RenameOptions {
                    prepare_provider: Some(true),
                    work_done_progress_options: WorkDoneProgressOptions::default(),
                })
            } else {
                OneOf::Left(true)
            }),
            semantic_tokens_provider: Some(
                SemanticTokensOptions {
                    legend: convert::token_legend(),
                    full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
                    range: Some(true),
                    ..SemanticTokensOptions::default()
                }
                .into(),
            ),
            signature_help_provider: Some(SignatureHelpOptions {
                trigger_characters: Some(["(", ",", " ", "="].map(str::to_owned).to_vec()),
                ..SignatureHelpOptions::default()
            }),
            workspace: Some(WorkspaceServerCapabilities {
                workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                    supported: Some(true),
                    change_notifications: None,
                }),
                file_operations: Some(WorkspaceFileOperationsServerCapabilities {
                    did_rename: Some(FileOperationRegistrationOptions { filters: vec![runbooks()] }),
                    ..WorkspaceFileOperationsServerCapabilities::default()
                }),
            }),
            ..ServerCapabilities::default()
        },
        server_info: Some(ServerInfo {
            name: "headwater".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
        offset_encoding: None,
    }
}

/// Files of which we want to know that they have another name.
fn runbooks() -> FileOperationFilter {
    let pattern = FileOperationPattern { glob: "**/*.md".to_owned(), matches: None, options: None };
    FileOperationFilter { scheme: Some("file".to_owned()), pattern }
}

/// Behind these keys an editor asks by itself. Letters and digits too: in Markdown editors do not ask for words, and
/// where they do, the server knows best when a word is whole.
fn completion_keys() -> Vec<String> {
    let opening = ['|', ' ', '.', '"', '(', ',', '`', '_', '-', '!', ':', '/', '#'];
    opening.into_iter().chain('a'..='z').chain('A'..='Z').chain('0'..='9').map(String::from).collect()
}
