//! How a name is written: in backticks where the bare word would be read as something else.

use syntax::ast::{self, AstNode};
use syntax::catalog::stages;

use crate::features::names::Kind;

/// As it is written in a block. `alone`: dots in it do not part it.
pub fn spell(name: &str, alone: bool) -> String {
    let bare = |part: &str| {
        let starts = part.starts_with(|c: char| c.is_alphabetic() || c == '_');
        starts && !is_keyword(part, alone) && reads_as(part, part)
    };
    if bare(name) || !alone && name.split('.').all(bare) && reads_as(name, name) {
        return name.to_owned();
    }
    format!("`{name}`")
}

/// The name that was asked for, without backticks around it, or why it cannot be one.
pub(super) fn name(asked: &str, kind: &Kind) -> Result<String, String> {
    let asked = asked.trim();
    let inner = asked.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).unwrap_or(asked);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if inner.is_empty() {
        return Err("a name has at least one letter".to_owned());
    }
    if inner.contains(|c: char| c == '`' || c.is_control()) {
        return Err("a name has no backticks and no line breaks in it".to_owned());
    }
    if *kind == Kind::Param && (!inner.chars().all(plain) || inner.starts_with(|c: char| c.is_ascii_digit())) {
        return Err(format!("`{inner}` cannot be a parameter: its name is letters, digits and `_`"));
    }
    if !reads_as(&spell(inner, true), inner) {
        return Err(format!("`{inner}` is not a name"));
    }
    Ok(inner.to_owned())
}

/// A stage's word is one only where a stage or a pipeline begins.
fn is_keyword(word: &str, begins: bool) -> bool {
    syntax::kind::keywords().any(|keyword| keyword == word) && (begins || stages::by_word(word).is_none())
}

/// Written so, it is read as this name, both where it is made and where it is used.
fn reads_as(written: &str, name: &str) -> bool {
    let parse = syntax::parse_query(&format!("s | extend {written} = {written} == {written} | distinct {written}"));
    let nodes: Vec<_> = parse.root().syntax().descendants().collect();
    let made = nodes.iter().cloned().filter_map(ast::Name::cast).filter(|it| it.text() == name).count();
    let used = nodes.into_iter().filter_map(ast::NameRef::cast).filter(|it| it.text() == name).count();
    parse.diagnostics().is_empty() && (made, used) == (1, 3)
}
