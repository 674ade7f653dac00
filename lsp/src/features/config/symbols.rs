//! The outline: sources with their fields, and the runner's tables.

use runner::config::tree::{Entry, Tree};
use syntax::TextRange;

use crate::document::Document;
use crate::features::symbols::{Kind, Symbol};

pub fn symbols(document: &Document) -> Vec<Symbol> {
    let tree = Tree::parse(document.text());
    let sources = tree.get(&["sources"]).and_then(|entry| entry.value.table());
    let mut symbols: Vec<Symbol> = sources.into_iter().flat_map(|sources| &sources.entries).map(source).collect();
    if let Some(runner) = tree.get(&["runner"]) {
        let inner = runner.value.table().into_iter().flat_map(|table| &table.entries);
        let inner = inner.map(|entry| symbol(entry, entry.value.text(), Vec::new()));
        symbols.push(symbol(runner, None, inner.collect()));
    }
    symbols.sort_by_key(|symbol| symbol.range.start());
    symbols
}

fn source(entry: &Entry) -> Symbol {
    let get = |key: &str| entry.value.table().and_then(|table| table.get(key)).map(|entry| &entry.value);
    let fields = get("fields").and_then(|fields| fields.table()).into_iter().flat_map(|fields| &fields.entries);
    let field = |entry: &Entry| {
        let ty = entry.value.table().and_then(|field| field.get("type")?.value.text());
        symbol(entry, ty, Vec::new())
    };
    symbol(entry, get("uri").and_then(|uri| uri.text()), fields.map(field).collect())
}

/// From the first place that belongs to it to the last.
fn symbol(entry: &Entry, detail: Option<&str>, children: Vec<Symbol>) -> Symbol {
    let name = Some(entry.key.clone()).filter(|key| !key.is_empty()).unwrap_or_else(|| "(no name)".to_owned());
    let kind = if children.is_empty() && entry.value.table().is_none() { Kind::Let } else { Kind::Block };
    Symbol { name, detail: detail.map(str::to_owned), kind, range: extent(entry), selection: entry.key_range, children }
}

fn extent(entry: &Entry) -> TextRange {
    let own = entry.key_range.cover(entry.value.range);
    let inner = entry.value.table().into_iter().flat_map(|table| &table.entries).map(extent);
    inner.fold(own, TextRange::cover)
}
