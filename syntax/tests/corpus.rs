//! The corpus: for each `tests/parse/NAME.md` its tree and diagnostics are in `NAME.tree`. `UPDATE_EXPECT=1`
//! writes them anew.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use rowan::ast::AstNode;
use syntax::{Parse, SyntaxKind, SyntaxNode};

#[test]
fn trees() {
    for path in corpus("parse") {
        let text = std::fs::read_to_string(&path).expect("corpus files are UTF-8");
        let parse = syntax::parse(&text);
        assert_eq!(parse.text(), text, "{}: the tree's text is not the input", path.display());
        expect_file![path.with_extension("tree")].assert_eq(&dump(&parse));
    }
}

/// `NAME.formatted` is what becomes of `tests/format/NAME.md`, with a sign for each CR.
#[test]
fn formatting() {
    for path in corpus("format") {
        let text = std::fs::read_to_string(&path).expect("corpus files are UTF-8");
        expect_file![path.with_extension("formatted")].assert_eq(&syntax::formatted(&text).replace('\r', "␍"));
    }
}

fn corpus(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = std::fs::read_dir(folder).expect("the corpus is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("the corpus can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

/// Nodes with their tokens in one line where they have no child nodes. Whitespace is left out.
fn dump(parse: &Parse) -> String {
    let mut out = String::new();
    write_node(parse.root().syntax(), 0, &mut out);
    for diagnostic in parse.diagnostics() {
        let help = diagnostic.help.as_deref().unwrap_or_default();
        let _ = writeln!(out, "{:?}: {} help: {help}", diagnostic.range, diagnostic.message);
        for fix in &diagnostic.fixes {
            let _ = writeln!(out, "    fix: {} {:?}", fix.title, fix.edits);
        }
    }
    out
}

fn write_node(node: &SyntaxNode, depth: usize, out: &mut String) {
    let _ = write!(out, "{:indent$}{:?}", "", node.kind(), indent = depth * 2);
    let mut line_open = true;
    for child in node.children_with_tokens() {
        match child {
            rowan::NodeOrToken::Node(child) => {
                if line_open {
                    out.push('\n');
                }
                line_open = false;
                write_node(&child, depth + 1, out);
            }
            rowan::NodeOrToken::Token(token) => {
                if matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::NEWLINE) {
                    continue;
                }
                if !line_open {
                    let _ = write!(out, "{:indent$}", "", indent = (depth + 1) * 2 - 1);
                }
                let _ = write!(out, " {:?}", token.text());
                if token.kind().text() != Some(token.text()) {
                    let _ = write!(out, ":{:?}", token.kind());
                }
                if !line_open {
                    out.push('\n');
                }
            }
        }
    }
    if line_open {
        out.push('\n');
    }
}
