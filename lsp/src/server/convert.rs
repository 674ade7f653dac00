//! Between the protocol's types and ours: each feature's answer for one document, as the editor wants it.

use syntax::{Edit, Severity, TextRange, TextSize};
use tower_lsp::ls_types::*;

use super::blocks::Summary;
use super::commands::Target;
use super::options::Options;
use crate::document::{self, Document};
use crate::features::completion::{self, Item, ItemKind};
use crate::features::lenses::{Does, Lens};
use crate::features::symbols::{self, Symbol};
use crate::features::{actions, diagnostics, formatting, hints, hover, lenses, signature, tokens};
use crate::position::{self, Encoding};

/// One document, as this editor sees it.
pub(crate) struct View<'a> {
    pub(crate) document: &'a Document,
    pub(crate) uri: &'a Uri,
    pub(crate) options: &'a Options,
}

impl View<'_> {
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        if let Some(message) = diagnostics::too_large(self.document) {
            return vec![Diagnostic::new_simple(Range::default(), message)];
        }
        diagnostics::diagnostics(self.document).iter().map(|found| self.diagnostic(found)).collect()
    }

    fn diagnostic(&self, found: &syntax::Diagnostic) -> Diagnostic {
        Diagnostic {
            range: self.range(found.range),
            severity: Some(severity(found.severity)),
            code: Some(NumberOrString::String(found.code.slug().to_owned())),
            source: Some("headwater".to_owned()),
            message: diagnostics::message(found),
            ..Diagnostic::default()
        }
    }

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

    pub(crate) fn hover(&self, at: Position) -> Option<Hover> {
        let hover = hover::hover(self.document, self.offset(at))?;
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: hover.markdown });
        Some(Hover { contents, range: Some(self.range(hover.range)) })
    }

    pub(crate) fn completion(&self, at: Position) -> Option<CompletionResponse> {
        let completion = completion::completion(self.document, self.offset(at))?;
        let replace = self.range(completion.replace);
        let items = completion.items.into_iter().enumerate();
        Some(CompletionResponse::Array(items.map(|(order, item)| self.item(order, item, replace)).collect()))
    }

    fn item(&self, order: usize, item: Item, replace: Range) -> CompletionItem {
        let snippet = item.snippet.filter(|_| self.options.can.snippets);
        let format = if snippet.is_some() { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT };
        // Editors compare what is typed with this, from the start of what is replaced.
        let quoted = item.insert.starts_with(['"', '`']);
        let documentation =
            item.doc.map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }));
        CompletionItem {
            filter_text: quoted.then(|| item.insert.clone()),
            label: item.label,
            kind: Some(item_kind(item.kind)),
            detail: Some(item.detail),
            documentation,
            sort_text: Some(format!("{order:04}")),
            insert_text_format: Some(format),
            text_edit: Some(TextEdit { range: replace, new_text: snippet.unwrap_or(item.insert) }.into()),
            ..CompletionItem::default()
        }
    }

    pub(crate) fn signature(&self, at: Position) -> Option<SignatureHelp> {
        let signature = signature::signature(self.document, self.offset(at))?;
        let param = |(start, end): &(usize, usize)| ParameterInformation {
            label: ParameterLabel::Simple(signature.label.get(*start..*end).unwrap_or_default().to_owned()),
            documentation: None,
        };
        let active = u32::try_from(signature.active).ok();
        let information = SignatureInformation {
            parameters: Some(signature.params.iter().map(param).collect()),
            documentation: Some(Documentation::String(signature.doc)),
            label: signature.label,
            active_parameter: active,
        };
        Some(SignatureHelp { signatures: vec![information], active_signature: Some(0), active_parameter: active })
    }

    pub(crate) fn formatting(&self, within: Option<Range>) -> Vec<TextEdit> {
        let within = within.map(|range| self.text_range(range));
        self.text_edits(&formatting::formatting(self.document, within))
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

    /// The fields that stages make; and what blocks show, where the editor does not draw that itself.
    pub(crate) fn hints(&self, within: Range, summaries: &[Summary]) -> Vec<InlayHint> {
        let made = hints::hints(self.document, self.text_range(within)).into_iter();
        let mut hints: Vec<_> = made.map(|hint| self.hint(hint.at, hint.text)).collect();
        if !self.options.results {
            let shown = summaries.iter().filter_map(|summary| {
                let at = hints::summary_place(self.document, &summary.block)?;
                Some(self.hint(at, summary.text.clone()))
            });
            hints.extend(shown);
        }
        hints
    }

    fn hint(&self, at: TextSize, text: String) -> InlayHint {
        InlayHint {
            position: self.position(at),
            label: InlayHintLabel::String(text),
            kind: None,
            text_edits: None,
            tooltip: None,
            padding_left: Some(true),
            padding_right: None,
            data: None,
        }
    }

    pub(crate) fn tokens(&self) -> SemanticTokens {
        let mut data = Vec::new();
        let (mut line, mut start) = (0, 0);
        for token in tokens::tokens(self.document) {
            let Range { start: at, end } = self.range(token.range);
            // The protocol's tokens stay on one line.
            if at.line != end.line {
                continue;
            }
            let delta_start = if at.line == line { at.character - start } else { at.character };
            data.push(SemanticToken {
                delta_line: at.line - line,
                delta_start,
                length: end.character - at.character,
                token_type: token.kind as u32,
                token_modifiers_bitset: u32::from(token.declares),
            });
            (line, start) = (at.line, at.character);
        }
        SemanticTokens { result_id: None, data }
    }

    /// The block that a command is about: the named one, or the one at the cursor, or the next one above.
    pub(crate) fn block(&self, target: &Target) -> Result<String, String> {
        if let Some(name) = &target.block {
            return Ok(name.clone());
        }
        let at = target.position.map_or(TextSize::new(0), |position| self.offset(position));
        let blocks = &self.document.analysis().blocks;
        let block = blocks.iter().rev().find(|block| block.range.start() <= at).or(blocks.first());
        block.map(|block| block.name.clone()).ok_or_else(|| "there is no block in this runbook".to_owned())
    }

    pub(crate) fn symbols(&self) -> DocumentSymbolResponse {
        let symbols = symbols::symbols(self.document);
        if self.options.can.nested_symbols {
            return DocumentSymbolResponse::Nested(
                symbols.into_iter().map(|symbol| self.nested_symbol(symbol)).collect(),
            );
        }
        let mut flat = Vec::new();
        self.flatten(symbols, None, &mut flat);
        DocumentSymbolResponse::Flat(flat)
    }

    #[expect(deprecated, reason = "the protocol's struct has the field")]
    fn nested_symbol(&self, symbol: Symbol) -> DocumentSymbol {
        DocumentSymbol {
            name: symbol.name,
            detail: symbol.detail,
            kind: symbol_kind(symbol.kind),
            tags: None,
            deprecated: None,
            range: self.range(symbol.range),
            selection_range: self.range(symbol.selection),
            children: Some(symbol.children.into_iter().map(|child| self.nested_symbol(child)).collect()),
        }
    }

    #[expect(deprecated, reason = "the protocol's struct has the field")]
    fn flatten(&self, symbols: Vec<Symbol>, container: Option<&str>, flat: &mut Vec<SymbolInformation>) {
        for symbol in symbols {
            flat.push(SymbolInformation {
                name: symbol.name.clone(),
                kind: symbol_kind(symbol.kind),
                tags: None,
                deprecated: None,
                location: Location { uri: self.uri.clone(), range: self.range(symbol.range) },
                container_name: container.map(str::to_owned),
            });
            self.flatten(symbol.children, Some(&symbol.name), flat);
        }
    }

    fn workspace_edit(&self, edits: &[Edit]) -> WorkspaceEdit {
        WorkspaceEdit { changes: Some([(self.uri.clone(), self.text_edits(edits))].into()), ..WorkspaceEdit::default() }
    }

    fn text_edits(&self, edits: &[Edit]) -> Vec<TextEdit> {
        edits.iter().map(|edit| TextEdit { range: self.range(edit.range), new_text: edit.text.clone() }).collect()
    }

    pub(crate) fn range(&self, range: TextRange) -> Range {
        Range { start: self.position(range.start()), end: self.position(range.end()) }
    }

    fn position(&self, offset: TextSize) -> Position {
        let at = self.document.position(offset, self.options.encoding);
        Position { line: at.line, character: at.character }
    }

    pub(crate) fn text_range(&self, range: Range) -> TextRange {
        let start = self.offset(range.start);
        TextRange::new(start, self.offset(range.end).max(start))
    }

    pub(crate) fn offset(&self, at: Position) -> TextSize {
        self.document.offset(from_position(at), self.options.encoding)
    }
}

pub(crate) fn encoding(encoding: Encoding) -> PositionEncodingKind {
    match encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
        Encoding::Utf32 => PositionEncodingKind::UTF32,
    }
}

pub(crate) fn change(event: TextDocumentContentChangeEvent) -> document::Change {
    let range = event.range.map(|range| (from_position(range.start), from_position(range.end)));
    document::Change { range, text: event.text }
}

fn from_position(at: Position) -> position::Position {
    position::Position { line: at.line, character: at.character }
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}

/// `quickfix` is wanted where `quickfix` is, and where all kinds are.
fn is_kind(kind: &CodeActionKind, wanted: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(wanted.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.as_str().is_empty())
}

fn symbol_kind(kind: symbols::Kind) -> SymbolKind {
    match kind {
        // As editors show Markdown's headings.
        symbols::Kind::Heading(_) => SymbolKind::STRING,
        symbols::Kind::Block => SymbolKind::EVENT,
        symbols::Kind::Let => SymbolKind::VARIABLE,
    }
}

fn item_kind(kind: ItemKind) -> CompletionItemKind {
    match kind {
        ItemKind::Source => CompletionItemKind::MODULE,
        ItemKind::Let | ItemKind::Param => CompletionItemKind::VARIABLE,
        ItemKind::Stage | ItemKind::Word => CompletionItemKind::KEYWORD,
        ItemKind::Field => CompletionItemKind::FIELD,
        ItemKind::Function => CompletionItemKind::FUNCTION,
        ItemKind::Operator => CompletionItemKind::OPERATOR,
        ItemKind::Value => CompletionItemKind::VALUE,
    }
}

/// The names of [`tokens::Kind::ALL`], in its order; only modifier: declaration.
pub(crate) fn token_legend() -> SemanticTokensLegend {
    let name = |kind| match kind {
        tokens::Kind::Keyword => SemanticTokenType::KEYWORD,
        tokens::Kind::Operator => SemanticTokenType::OPERATOR,
        tokens::Kind::Field => SemanticTokenType::PROPERTY,
        tokens::Kind::Function => SemanticTokenType::FUNCTION,
        tokens::Kind::Source => SemanticTokenType::NAMESPACE,
        tokens::Kind::Let => SemanticTokenType::VARIABLE,
        tokens::Kind::Param => SemanticTokenType::PARAMETER,
        tokens::Kind::Word => SemanticTokenType::ENUM_MEMBER,
        tokens::Kind::Type => SemanticTokenType::TYPE,
        tokens::Kind::String => SemanticTokenType::STRING,
        tokens::Kind::Number => SemanticTokenType::NUMBER,
        tokens::Kind::Comment => SemanticTokenType::COMMENT,
    };
    SemanticTokensLegend {
        token_types: tokens::Kind::ALL.map(name).to_vec(),
        token_modifiers: vec![SemanticTokenModifier::DECLARATION],
    }
}
