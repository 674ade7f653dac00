//! A fix mends what it is offered for: after its edits the finding is gone, so that it is not offered again and again.

use std::path::Path;

use rowan::NodeOrToken;
use syntax::analysis::Context;
use syntax::ast::AstNode;
use syntax::source::Sources;
use syntax::{Code, Diagnostic, Fix};

fn found(text: &str) -> Vec<Diagnostic> {
    let parse = syntax::parse(text);
    let context = Context { sources: Sources::builtin(), ..Context::default() };
    let analysis = syntax::analyze(&parse, &context);
    parse.diagnostics().iter().chain(&analysis.diagnostics).cloned().collect()
}

fn mended(text: &str, fix: &Fix) -> String {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.range.start(), edit.range.end())));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(usize::from(edit.range.start())..usize::from(edit.range.end()), &edit.text);
    }
    text
}

/// How often the very same is said.
fn count(all: &[Diagnostic], code: Code, message: &str) -> usize {
    all.iter().filter(|found| found.code == code && found.message == message).count()
}

#[test]
fn what_a_fix_mends_is_gone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    let mut tried = 0;
    for folder in ["tests/analysis", "tests/parse"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("the corpus is there") {
            let path = entry.expect("it can be read").path();
            if path.extension().is_none_or(|end| end != "md") {
                continue;
            }
            let runbook = std::fs::read_to_string(path).expect("it is UTF-8");
            for block in syntax::parse(&runbook).root().blocks() {
                let tokens = block.syntax().descendants_with_tokens().filter_map(NodeOrToken::into_token);
                let text: String = tokens.map(|token| token.text().to_owned()).collect();
                let text = format!("{text}\n");
                let before = found(&text);
                for finding in &before {
                    for fix in &finding.fixes {
                        tried += 1;
                        let after = mended(&text, fix);
                        let left = count(&found(&after), finding.code, &finding.message);
                        if left >= count(&before, finding.code, &finding.message) {
                            wrong.push(format!("{}: {}\n{text}→\n{after}", fix.title, finding.message));
                        }
                    }
                }
            }
        }
    }
    assert!(tried > 100, "{tried} fixes");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}
