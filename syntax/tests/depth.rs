//! Texts made to hurt: nesting 10,000 deep, 10,000 blocks, rows without end. Each is answered with a message, by a
//! tree that is the text and that can be walked on a small stack.

use syntax::Parse;

fn check(text: &str) -> Parse {
    let parse = syntax::parse(text);
    assert!(parse.text() == text, "the tree's text is not the input");
    syntax::format(&parse);
    parse
}

fn block(body: &str) -> Parse {
    check(&format!("```headwater\n{body}\n```\n"))
}

/// One message that says it, and only one: what follows is not parsed.
fn is_too_deep(parse: &Parse) {
    let messages: Vec<_> = parse.diagnostics().iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(messages, ["expected at most 128 levels of nesting here, found more"]);
}

const MANY: usize = 10_000;

#[test]
fn brackets() {
    for (open, close) in [("(", ")"), ("f(", ")"), ("a[", "]"), ("x in (", ")"), ("-", ""), ("f(a=", ")")] {
        is_too_deep(&block(&format!("spans | where {}1{}", open.repeat(MANY), close.repeat(MANY))));
        is_too_deep(&block(&format!("spans | where {}", open.repeat(MANY))));
    }
    is_too_deep(&block(&format!("spans | extend a = dynamic({}{})", "[".repeat(MANY), "]".repeat(MANY))));
    is_too_deep(&block(&format!("spans | extend a = dynamic({}1", "{\"a\": ".repeat(MANY))));
}

#[test]
fn inner_pipelines() {
    let inner = "logs | join (".repeat(MANY);
    is_too_deep(&block(&format!("{inner}x{}", ") on a".repeat(MANY))));
    is_too_deep(&block(&format!("let a = {}x;", "(spans | join ".repeat(MANY))));
}

#[test]
fn rows() {
    for row in [" or a == 1", " + 1", "[0]", ".x[0]", " and (b)"] {
        is_too_deep(&block(&format!("spans | where a{}", row.repeat(MANY))));
    }
    // What is only long is fine.
    let list = format!("spans | where a in ({}1)", "1, ".repeat(MANY));
    assert_eq!(block(&list).diagnostics(), []);
    let stages = format!("spans{}", " | where a == 1".repeat(MANY));
    assert_eq!(block(&stages).diagnostics(), []);
    let path = format!("spans | where a{} == 1", ".b".repeat(MANY));
    assert_eq!(block(&path).diagnostics(), []);
}

#[test]
fn neighbours_of_a_deep_statement() {
    let parse = block(&format!("let a = {}1;\nspans | take 5", "(".repeat(MANY)));
    is_too_deep(&parse);
    let statements = parse.root().blocks().flat_map(|block| block.body()).flat_map(|body| body.statements());
    assert_eq!(statements.count(), 2);
}

#[test]
fn markdown() {
    let blocks = |parse: &Parse| parse.root().blocks().count();
    let quotes = "> ".repeat(MANY);
    assert_eq!(blocks(&check(&format!("{quotes}```headwater\n{quotes}spans | take 5\n{quotes}```\n"))), 1);
    assert_eq!(blocks(&check(&format!("{}```headwater\n", "- ".repeat(MANY)))), 1);
    check(&"[".repeat(MANY));
    check(&"*a ".repeat(MANY));
    check(&"<!--".repeat(MANY));
    check(&"`".repeat(MANY));
}

#[test]
fn many_blocks() {
    let text = "text\n\n```headwater\nspans | where x == | take 5\n```\n\n".repeat(MANY);
    let parse = check(&text);
    assert_eq!(parse.root().blocks().count(), MANY);
    assert_eq!(parse.diagnostics().len(), MANY);
}

#[test]
fn many_errors_in_one_block() {
    assert!(block(&"| where ( ".repeat(MANY)).diagnostics().len() > MANY / 2);
    block(&"(".repeat(MANY));
    block(&")".repeat(MANY));
    block(&"let ".repeat(MANY));
    block(&"\nlet a = (\n".repeat(MANY));
    block(&"\n;".repeat(MANY));
    block(&"\" ".repeat(MANY));
    block(&"// comment\n".repeat(MANY));
    block(&"spans\nwhere a\n\n\n".repeat(MANY));
    block(&"\0\u{1b}[2J\u{202e}".repeat(MANY));
}
