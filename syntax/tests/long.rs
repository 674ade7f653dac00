//! Texts of some hundred kilobytes that say the same thing over and over. What they cost grows as they do: each is checked
//! and formatted here as it would be in an editor, and none of them takes so long that the tests would be ended.

use syntax::analysis::Context;
use syntax::lint::{Host, judge};
use syntax::source::Sources;

const TIMES: usize = 8_000;

/// `begin`, then each number as `each` says it, between these signs, then `end`.
fn long(begin: &str, each: impl Fn(usize) -> String, between: &str, end: &str) {
    let all: Vec<String> = (0..TIMES).map(each).collect();
    check(&format!("```headwater\n{begin}{}{end}\n```\n", all.join(between)));
}

fn check(text: &str) {
    let parse = syntax::parse(text);
    let context = Context { sources: Sources::builtin(), ..Context::default() };
    let analysis = syntax::analyze(&parse, &context);
    let found = parse.diagnostics().iter().chain(&analysis.diagnostics).cloned().collect();
    judge(text, Host::Runbook(&analysis.blocks), found, &context.levels);
    assert!(syntax::formatted(text).len() >= text.len() / 2);
}

#[test]
fn columns_without_a_name() {
    long("spans | summarize ", |_| "count()".to_owned(), ", ", "");
    long("spans | summarize ", |n| format!("percentile(duration, {})", n % 100), ", ", "");
    long("spans | summarize percentiles(duration, ", |n| (n % 100).to_string(), ", ", ")");
    long("spans | extend ", |n| format!("duration + {n}ns"), ", ", "");
    long("spans | summarize count() by ", |n| format!("duration % {n}"), ", ", "");
    long("print ", |n| n.to_string(), ", ", "");
}

#[test]
fn columns_with_a_name() {
    long("spans | summarize ", |n| format!("a{n} = count()"), ", ", "");
    long("spans | summarize ", |_| "a = count()".to_owned(), ", ", "");
    long("spans | project ", |n| format!("a{n} = name"), ", ", "");
    long("spans | project ", |_| "a = name".to_owned(), ", ", "");
    long("spans | summarize count() by ", |n| format!("a{n} = name"), ", ", "");
}

#[test]
fn paths_and_members() {
    long("spans | extend y = a", |_| ".b".to_owned(), "", "");
    long("spans | extend y = attributes", |_| "[0]".to_owned(), "", "");
    long("spans | where ", |n| format!("name == \"a{n}\""), " or ", "");
    long("spans | extend y = case(", |n| format!("name == \"a{n}\", {n}"), ", ", ", 0)");
}

#[test]
fn comments_that_ignore() {
    long("", |_| "// headwater-ignore short-window: x\n".to_owned(), "", "spans");
    check(&"<!-- headwater-ignore broken-link: x -->\n".repeat(TIMES));
    check(&"```headwater\n// headwater-ignore unused-let: x\nlet a = spans;\n```\n\n".repeat(TIMES / 8));
}

#[test]
fn names_and_blocks() {
    long("", |n| format!("let a{n} = {n};\n"), "", "spans");
    long("spans", |n| format!("\n| where duration > {n}ns"), "", "");
    check(&"```headwater name=a\nspans\n```\n\n".repeat(TIMES / 4));
    check(&"---\n".repeat(TIMES));
    check(&"> ".repeat(TIMES));
}
