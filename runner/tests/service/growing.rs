//! A schema that grows while a flow runs: the answer is the one that a flow gives which knew everything beforehand.
//!
//! The same records are read twice. Once more plain records than a source looks at in advance come before them, so
//! that each field and each type comes as news; once they come behind, so that all of it is known from the start.

use std::collections::BTreeMap;

use runner::event::Outcome;

use super::growing_events::{PIPELINES, events, rows};
use super::{collect, config, query, serve};

/// More than a source looks at before it runs.
const PLAIN: usize = 1_100;

/// The rows of a pipeline over a file, what was told, and whether it came to its end.
async fn read(text: &str, content: &str) -> (Vec<BTreeMap<String, String>>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.jsonl");
    std::fs::write(&path, content).expect("a file");
    let address = format!("file:{}?timestamp=t", path.display());
    let mut client = serve::in_process(&config(&[("s", &address)])).await.expect("a runner");
    let seen = collect(&mut client, query(text)).await;
    assert_eq!(seen.only().outcome, Outcome::End, "{text}: {}", seen.only().message);
    (rows(&seen.rows), seen.notices)
}

#[tokio::test]
async fn what_comes_later_is_answered_as_what_was_known_before() {
    let plain = "{\"t\":\"2026-01-01T00:00:00Z\",\"pad\":1}\n".repeat(PLAIN);
    for seed in 0..4 {
        let events = events(seed);
        for text in PIPELINES.lines() {
            let (news, told) = read(text, &format!("{plain}{events}")).await;
            let (known, _) = read(text, &format!("{events}{plain}")).await;
            assert!(!known.is_empty(), "{text}: a test of nothing");
            assert_eq!(news, known, "{text}, seed {seed}: {told:#?}");
        }
    }
}

/// Who checks a runbook offline knows less of a source than who runs it, and must not refuse what runs.
#[test]
fn what_runs_is_accepted_where_nothing_is_known_of_the_source() {
    for text in PIPELINES.lines() {
        let uri = syntax::source::SourceUri::parse("file:s.jsonl").expect("a right address");
        let decl = syntax::source::SourceDecl::for_uri("s", uri).expect("a right address");
        let sources = syntax::source::Sources { sources: vec![decl] };
        let context = syntax::analysis::Context { sources, ..syntax::analysis::Context::default() };
        let analysis = syntax::analyze(&syntax::parse_query(text), &context);
        let errors: Vec<&str> = analysis
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == syntax::Severity::Error)
            .map(|diagnostic| diagnostic.message.as_str())
            .collect();
        assert!(errors.is_empty(), "{text}: {errors:?}");
    }
}
