//! Cases as Markdown: each fence of a file under `analysis/` is one case, and what is found about it follows
//! as `// error[code] …` lines at its end. `UPDATE_EXPECT=1` rewrites them; read the diff.

mod sound;

use std::fmt::Write;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use expect_test::expect;
use proptest::prelude::*;
use syntax::analysis::{Analysis, Context};
use syntax::ast::AstNode;
use syntax::diagnostic::Language;
use syntax::observed::{FieldObserved, Observed, SourceObserved};
use syntax::source::{SourceDecl, SourceUri, Sources};
use syntax::{Diagnostic, Severity, Type};

/// The shop's sources, an open OTLP source, and a file that is read to its end.
fn context() -> Context {
    let mut sources = Sources::builtin();
    for (name, uri) in [
        ("traces_in", "otlp:127.0.0.1:4317"),
        ("access", "file:access.jsonl?follow=true"),
        ("owners", "file:owners.jsonl"),
    ] {
        let uri = SourceUri::parse(uri).expect("a right address");
        sources.sources.push(SourceDecl::for_uri(name, uri).expect("a right source"));
    }
    let uri = SourceUri::parse("otlp:127.0.0.1:4317?signal=logs").expect("a right address");
    sources.sources.push(SourceDecl::for_uri("requests", uri).expect("a right source"));
    Context { sources, ..Context::default() }.observing(Arc::new(observed()))
}

/// What a snapshot says of the source `requests`.
fn observed() -> Observed {
    let field = |name: &str, distinct, top: &[(&str, f64)]| {
        let top = top.iter().map(|(value, share)| ((*value).to_owned(), *share)).collect();
        (name.into(), FieldObserved { share: 1.0, distinct, top, ..FieldObserved::new(Type::String) })
    };
    let fields = [
        field("cloud.region", 3, &[("eu-west-1", 0.41), ("us-east-1", 0.35), ("ap-south-1", 0.24)]),
        field("customer.id", 1_200_000, &[("c-7", 0.01)]),
        field("severity.text", 2, &[("INFO", 0.9), ("WARN", 0.1)]),
    ];
    let source = SourceObserved { rate: 100.0, fields: fields.into(), ..SourceObserved::default() };
    Observed { sources: [("requests".into(), source)].into() }
}

fn findings<'a>(text: &str, diagnostics: impl Iterator<Item = &'a Diagnostic>) -> String {
    let mut out = String::new();
    for found in diagnostics {
        let severity = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "hint",
        };
        let at = &text[usize::from(found.range.start())..usize::from(found.range.end())];
        let at = at.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(out, "{severity}[{}] at `{at}`: {}", found.code.slug(), found.message);
        if let Some(because) = &found.because {
            let _ = writeln!(out, "  because: {because}");
        }
        if let Some(help) = &found.help {
            let _ = writeln!(out, "  help: {help}");
        }
        for fix in &found.fixes {
            let _ = writeln!(out, "  fix: {}", fix.title);
        }
    }
    out
}

fn outcome(text: &str) -> String {
    let parse = syntax::parse_query(text);
    let analysis = syntax::analyze(&parse, &context());
    let mut out = findings(text, parse.diagnostics().iter().chain(&analysis.diagnostics));
    for block in &analysis.blocks {
        if let Some(pipeline) = &block.pipeline {
            for stage in &pipeline.stages {
                let fields: Vec<String> =
                    stage.output.fields.iter().map(|field| format!("{}: {}", field.name, field.ty)).collect();
                let shown = if fields.len() > 8 { format!("{} fields", fields.len()) } else { fields.join(", ") };
                let open = if stage.output.open { ", …" } else { "" };
                let time = stage.output.time.as_ref().map(|time| format!(" @{time}")).unwrap_or_default();
                let _ = writeln!(out, "→ {shown}{open}{time}");
            }
            let render = &pipeline.render;
            let weight = render.weight.as_ref().map(|weight| format!(" weight={weight}")).unwrap_or_default();
            let _ = writeln!(
                out,
                "render {} x={} y={} by={}{weight}",
                render.kind.word(),
                render.x.as_deref().unwrap_or("-"),
                render.y.join(","),
                render.series.join(",")
            );
        }
    }
    out
}

/// A case: a line with its pipeline (or several, until a blank line), then what comes of it, indented.
fn run(file: &Path) -> String {
    let text = std::fs::read_to_string(file).expect("it is readable");
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line != "```headwater" {
            continue;
        }
        let mut case = String::new();
        for line in lines.by_ref() {
            if line == "```" {
                break;
            }
            case.push_str(line);
            case.push('\n');
        }
        out.push_str(&case);
        out.push_str("```\n\n```text\n");
        out.push_str(&outcome(&case));
        out.push_str("```\n");
        // What stands there was made by an earlier run.
        if lines.peek() == Some(&"") {
            lines.next();
        }
        if lines.peek() == Some(&"```text") {
            for line in lines.by_ref() {
                if line == "```" {
                    break;
                }
            }
        } else {
            out.push('\n');
        }
    }
    out
}

fn cases() -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/analysis");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

#[test]
fn cases_come_out_as_written() {
    for file in cases() {
        expect_test::expect_file![&file].assert_eq(&run(&file));
    }
}

#[test]
fn every_code_stage_function_and_aggregate_occurs() {
    let corpus: String = cases().iter().map(|file| std::fs::read_to_string(file).expect("it is readable")).collect();
    let missing: Vec<&str> = syntax::Code::ALL
        .iter()
        .filter(|code| code.language() == Language::Headwater)
        .map(|code| code.slug())
        .filter(|slug| !corpus.contains(&format!("[{slug}]")))
        // The grammar's own, whose corpus has it; and what no text has.
        .filter(|slug| !matches!(*slug, "syntax" | "internal-error"))
        .chain(
            syntax::catalog::stages()
                .iter()
                .flat_map(|row| row.words.iter().copied())
                .filter(|word| !corpus.contains(&format!("| {word}"))),
        )
        .chain(
            syntax::catalog::functions()
                .iter()
                .map(|row| row.word())
                .filter(|word| *word != "[]" && !corpus.contains(word)),
        )
        .chain(
            syntax::catalog::aggregates()
                .iter()
                .map(|row| row.word())
                .filter(|word| !corpus.contains(&format!("{word}("))),
        )
        .collect();
    assert!(missing.is_empty(), "no case has {missing:?}");
}

/// As it is shown: what is pasted into a runbook has the finding.
#[test]
fn each_codes_example_has_it() {
    let mut observed = observed();
    let customers = FieldObserved { share: 1.0, distinct: 1_200_000, ..FieldObserved::new(Type::String) };
    let fields = [("customer.id".into(), customers)].into();
    observed.sources.insert("spans".into(), SourceObserved { live: true, fields, ..SourceObserved::default() });
    let context = context().observing(Arc::new(observed));
    for code in syntax::Code::ALL.iter().filter(|code| **code != syntax::Code::InternalError) {
        let example = code.example();
        assert_eq!(syntax::Code::from_slug(code.slug()), Some(*code));
        let text = match code.language() {
            Language::Headwater => format!("# Title\n\n```headwater\n{example}\n```\n"),
            // Links, tests and comments are looked at where files are read.
            Language::Markdown if example.contains("```headwater\n") => example.to_owned(),
            Language::Markdown | Language::Toml => continue,
        };
        let parse = syntax::parse(&text);
        let analysis = syntax::analyze(&parse, &context);
        let found: Vec<_> = parse.diagnostics().iter().chain(&analysis.diagnostics).map(|found| found.code).collect();
        assert!(found.contains(code), "{text} has {found:?} and not {code:?}");
    }
}

#[test]
fn the_catalogs_examples_are_right() {
    let check = |text: String| {
        let parse = syntax::parse_query(&text);
        let Analysis { diagnostics, .. } = syntax::analyze(&parse, &context());
        let errors: Vec<_> =
            parse.diagnostics().iter().chain(&diagnostics).filter(|found| found.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{text}: {errors:?}");
    };
    for row in syntax::catalog::functions() {
        let before = if row.function.is_over_rows() { "sort by timestamp asc | " } else { "" };
        check(format!("traces_in | {before}extend x = {}", row.example));
    }
    for row in syntax::catalog::aggregates() {
        check(format!("traces_in | summarize x = {} by bin(timestamp, 10s)", row.example));
    }
    for row in syntax::catalog::stages() {
        // Sorting needs an end, and a stage of a picture a number.
        let before = match row.word() {
            "sort" => "summarize errors = count() by name",
            "render" => "summarize count() by bin(timestamp, 10s)",
            _ => "where true",
        };
        check(format!("traces_in | {before} | {}", row.example));
    }
}

/// What is wrong must be said: without a finding, each block that asks for a result has a pipeline.
fn survives(text: &str) {
    let parse = syntax::parse_query(text);
    let analysis = syntax::analyze(&parse, &context());
    let asks = parse.root().blocks().filter_map(|block| block.body()).flat_map(|body| body.statements());
    let asks = asks.filter(|statement| matches!(statement, syntax::ast::Statement::Pipeline(_))).count() > 0;
    let mut found = parse.diagnostics().iter().chain(&analysis.diagnostics);
    let refused = found.any(|found| found.severity == Severity::Error);
    assert!(refused || !asks || analysis.blocks[0].pipeline.is_some(), "nothing is said about {text:?}");
    for pipeline in analysis.blocks.iter().filter_map(|block| block.pipeline.as_ref()) {
        sound::check(pipeline);
    }
    for found in &analysis.diagnostics {
        assert!(usize::from(found.range.end()) <= text.len(), "{found:?} is outside of {text:?}");
        for edit in found.fixes.iter().flat_map(|fix| &fix.edits) {
            assert!(usize::from(edit.range.end()) <= text.len(), "{found:?} is outside of {text:?}");
        }
    }
}

#[test]
fn any_prefix_and_any_missing_piece_is_survived() {
    for file in cases() {
        let text = std::fs::read_to_string(&file).expect("it is readable");
        for case in text.split("```headwater\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            for (end, _) in case.char_indices() {
                survives(&case[..end]);
            }
            let words: Vec<&str> = case.split_inclusive(char::is_whitespace).collect();
            for skipped in 0..words.len() {
                let text: String =
                    words.iter().enumerate().filter(|(place, _)| *place != skipped).map(|(_, word)| *word).collect();
                survives(&text);
            }
        }
    }
}

/// What is offered first is right: with it there is less to say.
#[test]
fn the_first_fix_of_a_first_mistake_mends_it() {
    let wrong = |text: &str| {
        let parse = syntax::parse_query(text);
        let analysis = syntax::analyze(&parse, &context());
        let found = parse.diagnostics().iter().chain(&analysis.diagnostics);
        found.filter(|found| found.severity == Severity::Error).cloned().collect::<Vec<_>>()
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/analysis/first-days.md");
    let file = std::fs::read_to_string(file).expect("it is readable");
    for case in file.split("```headwater\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        let before = wrong(case);
        for (found, fix) in before.iter().filter_map(|found| Some((found, found.fixes.first()?))) {
            let mut mended = case.to_owned();
            let mut edits = fix.edits.clone();
            edits.sort_by_key(|edit| std::cmp::Reverse((edit.range.start(), edit.range.end())));
            for edit in edits {
                mended.replace_range(usize::from(edit.range.start())..usize::from(edit.range.end()), &edit.text);
            }
            let after = wrong(&mended);
            // Where it hid something else, that is said next.
            let same = |all: &[Diagnostic]| all.iter().filter(|other| other.message == found.message).count();
            let gone = same(&after) < same(&before) && after.len() <= before.len();
            assert!(gone, "{case}{}: {mended}{}", fix.title, findings(&mended, after.iter()));
        }
    }
}

/// Every stage of the corpus, as it is written.
static STAGES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let files = cases().into_iter().map(|file| std::fs::read_to_string(file).expect("it is readable"));
    let blocks = files.flat_map(|text| syntax::parse(&text).root().blocks().collect::<Vec<_>>());
    let stages =
        blocks.flat_map(|block| block.syntax().descendants().filter_map(syntax::ast::Stage::cast).collect::<Vec<_>>());
    stages.map(|stage| stage.syntax().text().to_string()).collect()
});

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    /// Stages in an order that nobody thought of: a finding, or a pipeline that is sound.
    #[test]
    fn any_stages_together(
        source in prop::sample::select(vec!["spans", "logs", "metrics", "traces_in", "access", "owners"]),
        stages in prop::collection::vec(prop::sample::select(STAGES.as_slice()), 0..7),
    ) {
        let stages: Vec<String> = stages.iter().map(|stage| format!("\n| {stage}")).collect();
        survives(&format!("{source}{}", stages.concat()));
    }
}

/// Findings of a runbook with these settings.
fn runbook(text: &str, settings: &[(&str, &str)]) -> String {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let parse = syntax::parse(text);
    let analysis = syntax::analyze(&parse, &Context { settings, ..context() });
    findings(text, parse.diagnostics().iter().chain(&analysis.diagnostics))
}

const PARAMS: &str = "---
params:
  service: checkout
  slow: 500ms
  limit: { type: long, doc: How many. }
  unused: 1
---
```headwater name=slowest
spans | where service.name == service and duration > slow | top limit by duration
```
Words.
```headwater name=slowest
let slowest = spans | where service == 5; slowest | take 1
```
";

#[test]
fn parameters_have_values_from_outside() {
    expect![[r#"
        error[bad-setting] at `limit`: the parameter `limit` has no value
          help: give it a `default`, or run with `--set limit=…`
        error[duplicate-name] at `slowest`: `slowest` is named twice
          help: give one of them another name, such as `slowest-2`
          fix: replace with `slowest-2`
        error[type-mismatch] at `5`: `service` is a string, and `5` is not
          help: write `"5"`
          fix: replace with `"5"`
    "#]]
    .assert_eq(&runbook(PARAMS, &[]));
    expect![[r#"
        error[bad-setting] at ``: there is no parameter `servise` to set
          help: did you mean `service`?
        error[bad-setting] at `slow`: `slow` is a timespan, and was set to `2`; 2 of what?
          help: set `slow=2ms` or `slow=2s`
        error[bad-setting] at `unused`: `unused` was set to `x`, which is no long
        error[duplicate-name] at `slowest`: `slowest` is named twice
          help: give one of them another name, such as `slowest-2`
          fix: replace with `slowest-2`
        error[type-mismatch] at `5`: `service` is a string, and `5` is not
          help: write `"5"`
          fix: replace with `"5"`
    "#]]
    .assert_eq(&runbook(PARAMS, &[("limit", "5"), ("slow", "2"), ("servise", "cart"), ("unused", "x")]));
    let right = PARAMS.replace("service == 5", "name == service").replacen("slowest", "slow-ones", 1);
    expect![[r#"
        warning[unused-param] at `unused`: nothing uses the parameter `unused`
          fix: remove `unused`
    "#]]
    .assert_eq(&runbook(&right, &[("limit", "5"), ("service", "5")]));
}

#[test]
fn what_is_a_parameters_name_and_a_fields_is_the_field() {
    let text = "---\nparams: { status: error, unused: a }\n---\n```headwater\nspans | where status == status\n```\n";
    expect![[r#"
        warning[unused-param] at `unused`: nothing uses the parameter `unused`
        warning[hidden-name] at `status`: `status` is the field here; the parameter of the same name is hidden
          help: rename the parameter
    "#]]
    .assert_eq(&runbook(text, &[]));
}

#[test]
fn a_second_result_goes_into_a_block_of_its_own() {
    let text =
        "# Title\n\n```headwater name=one\nspans | count;\nlogs | count\n```\n\n```headwater name=one\nlogs\n```\n";
    let analysis = syntax::analyze(&syntax::parse(text), &context());
    let mut edits: Vec<_> = analysis.diagnostics.iter().flat_map(|found| found.fixes[0].edits.clone()).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start()));
    let mut mended = text.to_owned();
    for edit in edits {
        mended.replace_range(usize::from(edit.range.start())..usize::from(edit.range.end()), &edit.text);
    }
    expect![[r#"
        # Title

        ```headwater name=one
        spans | count;
        ```

        ```headwater
        logs | count
        ```

        ```headwater name=one-2
        logs
        ```
    "#]]
    .assert_eq(&mended);
    let analysis = syntax::analyze(&syntax::parse(&mended), &context());
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
}

#[test]
fn what_a_runner_saw_is_told_only_where_it_tells() {
    let said = |looked_at: u64, text: &str| {
        let mut observed = observed();
        let source = observed.sources.get_mut("requests").expect("the source");
        (source.live, source.looked_at) = (true, looked_at);
        let status = FieldObserved {
            share: 1.0,
            distinct: 2,
            top: vec![("200".to_owned(), 0.996), ("404".to_owned(), 0.004)],
            ..FieldObserved::new(Type::Long)
        };
        source.fields.insert("http.response.status_code".into(), status);
        let context = context().observing(Arc::new(observed));
        let analysis = syntax::analyze(&syntax::parse_query(text), &context);
        findings(text, analysis.diagnostics.iter())
    };
    let region = "requests | where cloud.region == \"mars\"";
    assert_eq!(said(1_155, region), "");
    expect![[r#"
        hint[unseen-value] at `"mars"`: none of 12,000 events that were looked at had `cloud.region` as `mars`
          help: there were `eu-west-1` (41 %), `us-east-1` (35 %), `ap-south-1` (24 %)
    "#]]
    .assert_eq(&said(12_400, region));
    // Each status code may come; what is none may not.
    assert_eq!(said(12_400, "requests | where http.response.status_code == 503"), "");
    expect![[r#"
        hint[unseen-value] at `5030`: none of 12,000 events that were looked at had `http.response.status_code` as `5030`
          help: there were `200` (100 %), `404` (< 1 %)
    "#]].assert_eq(&said(12_400, "requests | where http.response.status_code == 5030"));
    assert_eq!(said(12_400, "requests | where cloud.region == \"\""), "");
}
