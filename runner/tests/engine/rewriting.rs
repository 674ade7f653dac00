//! What pipelines are rewritten to. That the answer is the same is tested with every case and property of this
//! folder: each runs as written, and as rewritten.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use expect_test::{Expect, expect};
use runner::rewrite::{Plan, Rule, rewrite};
use syntax::analysis::Context;
use syntax::pipeline::{Pipeline, Reads};
use syntax::source::Sources;

fn plan(text: &str) -> (Pipeline, Plan) {
    let context = Context { sources: Sources::builtin(), ..Context::default() };
    let analysis = syntax::analyze(&syntax::parse_query(text), &context);
    assert!(analysis.diagnostics.iter().all(|found| found.severity != syntax::Severity::Error), "{text}");
    let pipeline = analysis.blocks.into_iter().find_map(|block| block.pipeline).expect("it is right");
    let plan = rewrite(&pipeline, 1_767_225_600_000_000_000);
    (pipeline, plan)
}

fn shown(text: &str) -> String {
    let (pipeline, plan) = plan(text);
    let mut out = format!("{text}\n");
    for change in &plan.changes {
        let place = &text[usize::from(change.range.start())..usize::from(change.range.end())];
        writeln!(out, "  {}: `{place}` {}", change.rule.name(), change.what).expect("a string grows");
    }
    if let (Reads::Fields(before), Reads::Fields(after)) = (pipeline.reads(), plan.pipeline.reads())
        && before != after
    {
        writeln!(out, "  reads {} instead of {}", names(&after), names(&before)).expect("a string grows");
    }
    out
}

fn names(names: &[syntax::Name]) -> String {
    if names.is_empty() { "no field".to_owned() } else { names.join(", ") }
}

fn check(texts: &[&str], expected: Expect) {
    expected.assert_eq(&texts.iter().map(|text| shown(text)).collect::<String>());
}

#[test]
fn what_depends_on_no_event_is_worked_out_once() {
    check(
        &[
            "spans | where duration > 2 * 250ms",
            "spans | where timestamp > ago(5m) and true",
            "spans | where 1 == 1",
            "spans | where name == 'x' or strlen('abc') == 3",
            "spans | where false and name == 'x'",
            "spans | extend a = strcat('a', 'b'), b = strcat(name, 'b')",
            "spans | summarize countif(true and kind == 'server') by toupper('x')",
        ],
        expect![[r#"
            spans | where duration > 2 * 250ms
              constant folding: `2 * 250ms` is 500ms
            spans | where timestamp > ago(5m) and true
              constant folding: `ago(5m)` is datetime(2025-12-31T23:55:00Z)
            spans | where 1 == 1
              constant folding: `1 == 1` is true
              constant folding: `where 1 == 1` holds for every event, so it is left out
            spans | where name == 'x' or strlen('abc') == 3
              constant folding: `name == 'x' or strlen('abc') == 3` is true
              constant folding: `where name == 'x' or strlen('abc') == 3` holds for every event, so it is left out
            spans | where false and name == 'x'
              constant folding: `false and name == 'x'` is false
            spans | extend a = strcat('a', 'b'), b = strcat(name, 'b')
              constant folding: `strcat('a', 'b')` is "ab"
            spans | summarize countif(true and kind == 'server') by toupper('x')
        "#]],
    );
}

#[test]
fn conditions_go_before_what_only_adds_fields() {
    check(
        &[
            "spans | extend slow = duration > 1s | where name == 'x'",
            "spans | extend slow = duration > 1s | where name == 'x' and slow",
            "spans | project svc = service.name, duration, n = strlen(name) | where svc == 'cart' and n > 3",
            "spans | parse name with verb:string ' ' path:string | where kind == 'server' and verb == 'GET'",
            "spans | project-rename svc = service.name | project-away kind | where svc == 'cart'",
            // Not past what chooses, or counts.
            "spans | where kind == 'server' | extend a = 1 | where name == 'x'",
            "spans | take 5 | where name == 'x'",
            "spans | summarize n = count() by name | where name == 'x'",
            "spans | extend name = 'x' | where name == 'x'",
        ],
        expect![[r#"
            spans | extend slow = duration > 1s | where name == 'x'
              predicate push-down: `where name == 'x'` is asked before `extend`
            spans | extend slow = duration > 1s | where name == 'x' and slow
              predicate push-down: `name == 'x'` is asked before `extend`
            spans | project svc = service.name, duration, n = strlen(name) | where svc == 'cart' and n > 3
              predicate push-down: `svc == 'cart'` is asked before `project`
            spans | parse name with verb:string ' ' path:string | where kind == 'server' and verb == 'GET'
              predicate push-down: `kind == 'server'` is asked before `parse`
            spans | project-rename svc = service.name | project-away kind | where svc == 'cart'
              predicate push-down: `where svc == 'cart'` is asked before `project-rename`, `project`
            spans | where kind == 'server' | extend a = 1 | where name == 'x'
              predicate push-down: `where name == 'x'` is asked before `extend`
            spans | take 5 | where name == 'x'
            spans | summarize n = count() by name | where name == 'x'
            spans | extend name = 'x' | where name == 'x'
        "#]],
    );
}

#[test]
fn what_nothing_reads_is_not_computed() {
    check(
        &[
            "spans | extend a = strlen(name), b = toupper(kind) | summarize sum(a)",
            "spans | extend a = strlen(name) | count",
            "spans | project name, kind, duration | summarize count() by kind",
            "spans | extend a = strlen(name) | extend b = a + 1 | project kind",
            // All of it is shown.
            "spans | extend a = strlen(name)",
        ],
        expect![[r#"
            spans | extend a = strlen(name), b = toupper(kind) | summarize sum(a)
              projection push-down: `extend a = strlen(name), b = toupper(kind)` `b` is not computed: nothing reads it
              reads name instead of name, kind
            spans | extend a = strlen(name) | count
              projection push-down: `extend a = strlen(name)` `a` is not computed: nothing reads it
              reads no field instead of name
            spans | project name, kind, duration | summarize count() by kind
              projection push-down: `project name, kind, duration` `name`, `duration` are not computed: nothing reads them
              reads kind instead of name, kind, duration
            spans | extend a = strlen(name) | extend b = a + 1 | project kind
              projection push-down: `extend b = a + 1` `b` is not computed: nothing reads it
              projection push-down: `extend a = strlen(name)` `a` is not computed: nothing reads it
              reads kind instead of kind, name
            spans | extend a = strlen(name)
        "#]],
    );
}

#[test]
fn inner_pipelines_are_rewritten_too() {
    check(
        &["spans | join kind=inner (logs | extend a = 1 | where severity == 'ERROR') on trace.id within 2s | count"],
        expect![[r#"
            spans | join kind=inner (logs | extend a = 1 | where severity == 'ERROR') on trace.id within 2s | count
              predicate push-down: `where severity == 'ERROR'` is asked before `extend`
        "#]],
    );
}

#[test]
fn every_rule_does_something() {
    let mut seen = BTreeSet::new();
    for text in [
        "spans | where duration > 2 * 250ms",
        "spans | extend a = 1 | where name == 'x'",
        "spans | extend a = strlen(name) | count",
    ] {
        seen.extend(plan(text).1.changes.into_iter().map(|change| change.rule));
    }
    assert_eq!(seen, Rule::ALL.into_iter().collect());
}
