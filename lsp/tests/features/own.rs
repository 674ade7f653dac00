//! A file of the user's own has words that the shop and OpenTelemetry have too: what those mean there is not told
//! of it, and what is declared wins.

use std::sync::Arc;

use lsp::document::Document;
use lsp::features::{completion, hover};
use syntax::analysis::Context;
use syntax::source::{FieldDecl, SourceDecl, SourceUri, Sources};
use syntax::{TextSize, Type};

/// `access` is a file with `status` and `kind`; of `kind` a meaning is declared.
fn document(block: &str) -> (Document, TextSize) {
    let uri = SourceUri::parse("file:access.jsonl").expect("a right address");
    let mut access = SourceDecl::for_uri("access", uri).expect("a right source");
    let field = |name: &str, ty, doc: Option<&str>| FieldDecl {
        name: name.into(),
        ty,
        unit: None,
        doc: doc.map(str::to_owned),
        values: Vec::new(),
        renamed_to: None,
    };
    access.fields.push(field("status", Type::String, None));
    access.fields.push(field("state", Type::String, None));
    access.fields.push(field("cloud.region", Type::String, Some("Which of our halls.")));
    let mut sources = Sources::builtin();
    sources.sources.push(access);
    let context = Arc::new(Context { sources, ..Context::default() });
    let text = format!("```headwater\n{block}\n```\n");
    let at = text.find("$0").expect("a cursor");
    let document = Document::new(text.replace("$0", ""), 1, move || context.clone());
    (document, TextSize::new(at as u32))
}

fn hovered(block: &str) -> String {
    let (document, at) = document(block);
    hover::hover(&document, at, &hover::Around::default()).map(|found| found.markdown).unwrap_or_default()
}

#[test]
fn what_the_shop_says_of_a_word_is_not_told_of_a_file() {
    assert!(hovered("spans | where ki$0nd == \"a\"").contains("server"), "the shop's");
    let of_file = hovered("access | extend x = ki$0nd");
    assert!(!of_file.contains("server") && !of_file.contains("shop"), "{of_file}");
    let declared = hovered("access | where cloud.re$0gion == \"a\"");
    assert!(declared.contains("Which of our halls."), "{declared}");
    assert!(!hovered("access | where sta$0te == \"a\"").contains("Its name is"));
}

#[test]
fn values_of_the_shop_are_not_offered_for_a_file() {
    let labels = |block: &str| {
        let (document, at) = document(block);
        let found = completion::completion(&document, at, None).expect("something is offered");
        found.items.iter().map(|item| item.label.clone()).collect::<Vec<_>>().join(" ")
    };
    assert!(labels("spans | where status == $0").contains("\"unset\""));
    assert!(!labels("access | where status == $0").contains("\"unset\""));
}
