//! Between the protocol's types and ours: each feature's answer for one document, as the editor wants it.

use syntax::{Edit, Severity, TextRange, TextSize};
use tower_lsp::ls_types::*;

use super::options::Options;
use crate::document::{self, Document};
use crate::features::lenses::{Does, Lens};
use crate::features::symbols::{self, Symbol};
use crate::features::{actions, diagnostics, formatting, lenses};
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

    pub(crate) fn actions(&self, range: Range, context: &CodeActionContext) -> CodeActionResponse {
        let wanted = |kind: &CodeActionKind| {
            context.only.as_ref().is_none_or(|only| only.iter().any(|only| kind.as_str().starts_with(only.as_str())))
        };
        if !wanted(&CodeActionKind::QUICKFIX) {
            return Vec::new();
        }
        let found = actions::actions(self.document, self.text_range(range));
        found.into_iter().map(|action| CodeActionOrCommand::CodeAction(self.action(&action))).collect()
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

    pub(crate) fn formatting(&self, within: Option<Range>) -> Vec<TextEdit> {
        let within = within.map(|range| self.text_range(range));
        self.text_edits(&formatting::formatting(self.document, within))
    }

    pub(crate) fn lenses(&self, running: impl Fn(&str) -> bool) -> Vec<CodeLens> {
        lenses::lenses(self.document, running).into_iter().map(|lens| self.lens(&lens)).collect()
    }

    fn lens(&self, lens: &Lens) -> CodeLens {
        let Lens { range, block, does } = lens;
        CodeLens { range: self.range(*range), command: Some(self.command(*does, block)), data: None }
    }

    fn command(&self, does: Does, block: &str) -> Command {
        Command {
            title: does.title().to_owned(),
            command: does.command().to_owned(),
            arguments: Some(vec![self.uri.as_str().into(), block.into()]),
        }
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
        let at = |offset: TextSize| {
            let at = self.document.position(offset, self.options.encoding);
            Position { line: at.line, character: at.character }
        };
        Range { start: at(range.start()), end: at(range.end()) }
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

fn symbol_kind(kind: symbols::Kind) -> SymbolKind {
    match kind {
        // As editors show Markdown's headings.
        symbols::Kind::Heading(_) => SymbolKind::STRING,
        symbols::Kind::Block => SymbolKind::EVENT,
        symbols::Kind::Let => SymbolKind::VARIABLE,
    }
}
