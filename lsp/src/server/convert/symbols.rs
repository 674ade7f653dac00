//! The outline, as a tree or flat.

use tower_lsp::ls_types::*;

use super::View;
use crate::features::config;
use crate::features::symbols::{self, Symbol};

impl View<'_> {
    pub(crate) fn symbols(&self) -> DocumentSymbolResponse {
        let symbols = match self.document.is_config() {
            true => config::symbols::symbols(self.document),
            false => symbols::symbols(self.document),
        };
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
}

fn symbol_kind(kind: symbols::Kind) -> SymbolKind {
    match kind {
        // As editors show Markdown's headings.
        symbols::Kind::Heading(_) => SymbolKind::STRING,
        symbols::Kind::Block => SymbolKind::EVENT,
        symbols::Kind::Let => SymbolKind::VARIABLE,
        symbols::Kind::Param => SymbolKind::CONSTANT,
    }
}
