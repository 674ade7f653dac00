//! Formatting twice is formatting once, and means the same: the same tokens, comments and errors, and the same checked
//! pipelines.

use syntax::ast::AstNode;
use syntax::{Parse, SyntaxKind};

use super::{CONTEXT, text};

pub(crate) fn format(data: &[u8]) {
    let (text, _) = text(data);
    let formatted = syntax::formatted(&text);
    assert_eq!(syntax::formatted(&formatted), formatted, "twice is not once");
    let (before, after) = (syntax::parse(&text), syntax::parse(&formatted));
    assert_eq!(words(&before), words(&after), "other words in {formatted:?}");
    assert_eq!(before.diagnostics().len(), after.diagnostics().len(), "other errors in {formatted:?}");
    assert_eq!(pipelines(&before), pipelines(&after), "another meaning of {formatted:?}");
}

/// All but space, and the direction that the formatter writes.
fn words(parse: &Parse) -> Vec<(SyntaxKind, String)> {
    let tokens = parse.root().syntax().descendants_with_tokens().filter_map(|it| it.into_token());
    let says = |kind: SyntaxKind| kind == SyntaxKind::COMMENT || !kind.is_trivia() && kind != SyntaxKind::DESC_KW;
    let said = tokens.filter(|token| says(token.kind()));
    said.map(|token| (token.kind(), token.text().trim_end().to_owned())).collect()
}

/// The checked pipelines, without their places in the text.
fn pipelines(parse: &Parse) -> Vec<String> {
    let analysis = syntax::analyze(parse, &CONTEXT);
    analysis.blocks.iter().map(|block| without_places(&format!("{:?}", block.pipeline))).collect()
}

/// Without `12..34`, and without space, which the text of an `assert` has where it was written.
fn without_places(shown: &str) -> String {
    let shown: String = shown.chars().filter(|c| !c.is_whitespace()).collect();
    let parts = shown.split("range:");
    parts.map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')).collect()
}
