//! `headwater.toml` and front matter: any text has findings that are in it; what `toml` refuses has one, and what is right
//! by it is read to the same keys.

use std::path::Path;

use lsp::document::Document;
use lsp::features::actions::actions;
use lsp::features::config::{completion, hover, symbols};
use lsp::features::selection;
use runner::config::Config;
use syntax::{Severity, TextRange, TextSize};

use super::{sound, text};

pub(crate) fn configuration(data: &[u8]) {
    let (text, mut choices) = text(data);
    let (config, found) = Config::read(&text, Path::new("/team/headwater.toml"), &|_| false);
    sound(&text, &found);
    match text.parse::<toml::Table>() {
        Err(_) => assert!(found.iter().any(|found| found.severity == Severity::Error), "`toml` refuses it"),
        Ok(table) => {
            let sources = table.get("sources").and_then(toml::Value::as_table);
            let named = |name: &str| sources.is_some_and(|sources| sources.contains_key(name));
            let builtin = Config::builtin();
            let others = config.sources.sources.iter().filter(|decl| builtin.sources.get(&decl.name).is_none());
            others.for_each(|decl| assert!(named(&decl.name), "`{}` is in no table", decl.name));
        }
    }
    let document = Document::config_file(text.clone(), 1, "/team/headwater.toml".into(), |_| false);
    let there = |range: TextRange| document.text().get(usize::from(range.start())..usize::from(range.end())).is_some();
    assert!(symbols::symbols(&document).iter().all(|symbol| there(symbol.range) && there(symbol.selection)));
    for _ in 0..3 {
        let cursor = TextSize::new(choices.place(&text) as u32);
        hover::hover(&document, cursor);
        assert!(completion::completion(&document, cursor).is_none_or(|offered| there(offered.replace)));
        for action in actions(&document, TextRange::empty(cursor), |_| true) {
            document.with_edits(&action.edits);
        }
        selection::selections(&document, cursor);
    }

    let runbook = format!("---\n{text}\n---\n\n```headwater\nspans | where name == region\n```\n");
    let read = syntax::params(&syntax::parse(&runbook));
    sound(&runbook, &read.diagnostics);
    assert!(read.params.len() <= runbook.len());
}
