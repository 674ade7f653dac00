//! Pipelines answer the same as written and as rewritten: random ones, and those that a rule could get wrong.

use arrow_array::RecordBatch;
use proptest::prelude::*;
use runner::execution::Execution;
use runner::operator::Limits;
use runner::rewrite::rewrite;
use syntax::analysis::Context;
use syntax::pipeline::Pipeline;
use syntax::source::{FieldDecl, SourceDecl, SourceUri, Sources};
use syntax::{Severity, Type};

use crate::drive::{Answer, Row, batch, drive};
use crate::properties::row;

const LATENESS: i64 = 2_000_000_000;
const NOW: i64 = 1_700_000_000_000_000_000;

fn source(name: &str) -> SourceDecl {
    let mut decl =
        SourceDecl::for_uri(name, SourceUri::parse("file:events.jsonl").expect("an address")).expect("a source");
    decl.time = Some("timestamp".into());
    decl.lateness = LATENESS;
    let fields = [("timestamp", Type::Datetime), ("service", Type::String), ("code", Type::Long), ("load", Type::Real)];
    decl.fields = fields
        .map(|(name, ty)| FieldDecl {
            name: name.into(),
            ty,
            unit: None,
            doc: None,
            values: Vec::new(),
            renamed_to: None,
        })
        .to_vec();
    decl.open = false;
    decl
}

fn analyze(text: &str) -> Result<Pipeline, String> {
    let context = Context {
        sources: Sources {
            sources: vec![source("main"), source("other"), SourceDecl { open: true, ..source("open") }],
        },
        ..Context::default()
    };
    let analysis = syntax::analyze(&syntax::parse_query(text), &context);
    let errors = analysis.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|diagnostic| diagnostic.message.clone()).collect();
    match analysis.blocks.into_iter().find_map(|block| block.pipeline) {
        Some(pipeline) if errors.is_empty() => Ok(pipeline),
        _ => Err(errors.join("; ")),
    }
}

fn answer(pipeline: &Pipeline, rewritten: bool, rows: &[Row], others: &[Row], size: usize) -> Answer {
    let limits = Limits::default();
    let execution = if rewritten {
        Execution::of(&rewrite(pipeline, NOW), NOW, &limits)
    } else {
        Execution::new(pipeline, NOW, &limits)
    };
    let execution = execution.expect("it runs");
    let of = |name: &str| if name != "other" { batch(rows) } else { batch(others) };
    let inputs: Vec<RecordBatch> = execution.inputs().iter().map(|input| of(&input.source)).collect();
    let mut answer = drive(execution, &inputs, size, LATENESS, |_, batch| batch).expect("no limit bites");
    // Less may be held.
    answer.account.bytes = 0;
    answer
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn random_pipelines_answer_the_same(
        parts in prop::collection::vec(prop::sample::select(STAGES), 1..8),
        rows in prop::collection::vec(row(), 0..60),
        others in prop::collection::vec(row(), 0..30),
        size in prop::sample::select(vec![1, 7, usize::MAX]),
    ) {
        // A stage that does not fit the ones before is left out.
        let mut text = "main".to_owned();
        for part in parts {
            let longer = format!("{text} | {part}");
            if analyze(&longer).is_ok() {
                text = longer;
            }
        }
        let pipeline = analyze(&text).expect("each part was tried");
        let expected = answer(&pipeline, false, &rows, &others, size);
        prop_assert_eq!(answer(&pipeline, true, &rows, &others, size), expected, "{}", text);
    }

    #[test]
    fn chosen_pipelines_answer_the_same(
        rows in prop::collection::vec(row(), 1..12),
        others in prop::collection::vec(row(), 0..30),
        size in prop::sample::select(vec![1, 7, usize::MAX]),
    ) {
        for text in CHOSEN {
            let pipeline = analyze(text).expect("it is right");
            let expected = answer(&pipeline, false, &rows, &others, size);
            let found = answer(&pipeline, true, &rows, &others, size);
            prop_assert_eq!(found, expected, "{}", text);
        }
    }
}

const CHOSEN: &[&str] = &[
    "main | project timestamp, service, code, load | summarize first(code) by service",
    "main | project timestamp, service, code, load | summarize last(code), n = count() by service",
    "main | project timestamp, service, code | extend x = 1 | summarize first(code), max(x) by service",
    "main | extend k = 5 | where k > 4 and code > 1",
    "main | project timestamp, code = load, load = code | where load > 2 and code > 0.0",
    "main | extend a = service | extend b = a | where b == \"cart\" | distinct b, code",
    "main | where bool(null)",
    "main | where not(not(isnull(code) and true)) | tail 20",
    "main | extend x = code > 1 and true, y = not(not(load > 1.0)) | where x or y",
    "main | where code > 1 and false | summarize count()",
    "main | project-rename s = service | where s == \"cart\" and code > 0",
    "open | extend z = extra.flag and true | project z",
    "open | where extra and true",
    "main | extend d = todynamic(\"true\"), e = dynamic(1) | extend z = tobool(d) and true | project z",
];

const STAGES: &[&str] = &[
    "where code > 1",
    "where true",
    "where false",
    "where code > 1 and true",
    "where not(not(service == \"cart\"))",
    "where load > 1.0 or false",
    "where service has \"cart\" and code < 5 and load > 0.0",
    "where x > 2 and service == \"cart\"",
    "where y == \"cartz\" and z == 3",
    "where s == \"cart\" and code >= 0",
    "where rest == \"art\" and code >= 0",
    "where n > 1",
    "where ago(1h) < now()",
    "where isnull(code) or x != 3",
    "extend x = code + 1",
    "extend x = code, code = x",
    "extend y = strcat(service, \"z\"), z = 1 + 2",
    "extend code = code % 4",
    "extend s = service",
    "extend s = tolower(service), service = \"cart\"",
    "project timestamp, service, code",
    "project timestamp, s = service, x = code, code = load",
    "project timestamp, code, load, y = strcat(service, \"z\")",
    "project-rename s = service",
    "project-rename service = code, code = service",
    "project-away load",
    "parse service with \"c\" rest",
    "parse-where service with \"c\" rest",
    "take 7",
    "tail 9",
    "distinct service",
    "sample 40%",
    "summarize n = count() by service",
    "summarize n = count(), x = max(code) by service, bin(timestamp, 10s)",
    "summarize n = count(), first(code) by bin(timestamp, 5s)",
    "summarize n = countif(code > 1 and true)",
    "top 3 by code",
    "sort by code asc",
    "union (other | extend x = 1 | where code > 0)",
    "assert code != 3",
];
