//! Every refactoring that is offered anywhere in the corpus gives a text without a new finding, formatted as the
//! formatter would, and of the same meaning: the same checked pipeline, or the same rows of the same events. Only
//! a window that is added may change what leaves.

use std::collections::{BTreeMap, HashMap, HashSet};

use lsp::document::Document;
use lsp::features::actions::{self, Kind};
use syntax::ast::AstNode;
use syntax::pipeline::{Pipeline, StageKind};
use syntax::{Code, Severity, TextRange};

use crate::corpus::{self, Text};

#[test]
fn every_refactoring_of_the_corpus_keeps_the_meaning() {
    let mut tried: BTreeMap<String, usize> = BTreeMap::new();
    let mut compared = 0;
    let corpus = corpus::corpus();
    // In what is combined the words of the language are enough.
    let own = combinations().map(|block| (corpus[0].clone().named(block), true));
    for (text, words) in own.chain(corpus.iter().cloned().map(|text| (text, false))) {
        let document = text.document();
        let mut seen = HashSet::new();
        for token in document.parse().root().syntax().descendants_with_tokens().filter_map(|it| it.into_token()) {
            if token.kind().is_trivia() || words && !token.kind().is_keyword() {
                continue;
            }
            let place = TextRange::empty(token.text_range().start());
            let wanted = |kind: Kind| kind.name().is_some_and(|name| name.starts_with("refactor"));
            for action in actions::actions(&document, place, wanted) {
                let after = text.with(document.with_edits(&action.edits));
                if !seen.insert((action.title.clone(), after.text().to_owned())) {
                    continue;
                }
                let word = action.title.split(' ').next().unwrap_or_default().to_owned();
                compared += check(&text, &document, &after, &action.title);
                *tried.entry(word).or_default() += 1;
            }
        }
    }
    for word in ["Extract", "Inline", "Move", "Add", "Make", "Write", "Join", "Split"] {
        assert!(tried.get(word).is_some_and(|count| *count > 20), "hardly tried: {tried:?}");
    }
    assert!(compared > 200, "rows of {compared} pipelines were compared, of {tried:?}");
}

/// Filters behind each kind of stage, and predicates of several parts.
fn combinations() -> impl Iterator<Item = String> {
    const STAGES: [&str; 30] = [
        "where duration > 5ms",
        "extend ms = duration / 1ms",
        "extend kind = name, http.route = \"x\"",
        "extend tolower(name)",
        "project kind, http.response.status_code, http.route, timestamp, name, cloud.region",
        "project kind = name, http.route, name = kind, cloud.region, http.response.status_code",
        "project-keep kind, http.*, name, cloud.region",
        "project-away trace.id",
        "project-rename kind = name, name = kind",
        "project-rename what = http.route",
        "parse http.route with \"/\" first \"/\" *",
        "parse-where http.route with \"/\" http.route \"/\" *",
        "parse-kv url.path as (kind: string)",
        "mv-expand kind",
        "mv-expand part = split(http.route, \"/\")",
        "summarize count() by kind, name, http.route, cloud.region, http.response.status_code, bin(timestamp, 10s)",
        "summarize name = count() by kind, http.route, cloud.region, http.response.status_code",
        "summarize kind = max(kind), name = min(name) by http.route, cloud.region, http.response.status_code",
        "summarize count() by kind = name, name = kind, http.route, cloud.region, http.response.status_code",
        "top 5 by duration",
        "take 20",
        "tail 20",
        "distinct kind, name, http.route, cloud.region, http.response.status_code",
        "distinct *",
        "sample 30%",
        "sample 30% by kind",
        "join kind=leftouter (logs | project trace.id, name = severity, body) on trace.id within 30s",
        "join kind=leftanti (logs | project trace.id, kind = severity) on trace.id within 30s",
        "union (spans | take 3)",
        "assert duration > 0s",
    ];
    const FILTERS: [&str; 8] = [
        "kind == \"server\"",
        "name has \"checkout\" or kind != \"server\"",
        "http.response.status_code == 500 or http.response.status_code == 200 or http.response.status_code == 503",
        "http.response.status_code != 500 and http.response.status_code != 200 and kind == \"server\"",
        "not(http.response.status_code == 500 or http.response.status_code == 404)",
        "(kind =~ \"SERVER\" or kind =~ \"client\") and (isnull(http.route) or http.route == \"/\")",
        "isnull(http.response.status_code) and cloud.region !in (\"eu-west-1\")",
        "http.route != \"/cart\" and http.route != \"/\" | where name != \"x\" or kind == \"server\"",
    ];
    let one = STAGES.into_iter().flat_map(|stage| FILTERS.map(|filter| format!("spans | {stage} | where {filter}")));
    let two = STAGES.into_iter().zip(STAGES.into_iter().skip(1)).flat_map(|(first, second)| {
        [FILTERS[2]].map(|filter| format!("spans\n| {first} // one\n| {second}\n// two\n| where {filter} // three"))
    });
    one.chain(two)
}

/// How many pipelines were compared by their rows.
fn check(text: &Text, before: &Document, after: &Document, title: &str) -> usize {
    let said = || format!("{}: {title}\n{}\nis\n{}", text.name, before.text(), after.text());
    let mut known = findings(before);
    for (finding, count) in findings(after) {
        assert!(known.remove(&finding).unwrap_or(0) >= count, "{finding:?}: {}", said());
    }
    let again = syntax::formatted(after.text());
    let before_again = syntax::formatted(before.text());
    // Blocks that were not touched stay as they are.
    assert!(again == *after.text() || before_again != *before.text(), "not formatted: {}", said());
    assert_eq!(comments(before), comments(after), "{}", said());
    if title.starts_with("Add") {
        return 0;
    }
    let (old, new) = (&before.analysis().blocks, &after.analysis().blocks);
    assert_eq!(old.len(), new.len(), "{}", said());
    let mut compared = 0;
    for (old, new) in old.iter().zip(new) {
        let (Some(old), Some(new)) = (&old.pipeline, &new.pipeline) else {
            assert_eq!(old.pipeline.is_some(), new.pipeline.is_some(), "{}", said());
            continue;
        };
        if told(old) == told(new) {
            continue;
        }
        let (Some(old), Some(new)) = (text.rows(old), text.rows(new)) else { continue };
        assert_eq!(old, new, "{}", said());
        compared += 1;
    }
    compared
}

fn findings(document: &Document) -> HashMap<(Code, String), usize> {
    let mut counts = HashMap::new();
    for found in document.diagnostics().iter().filter(|found| found.severity != Severity::Hint) {
        *counts.entry((found.code, found.message.clone())).or_default() += 1;
    }
    counts
}

fn comments(document: &Document) -> Vec<String> {
    let root = document.parse().root();
    let tokens = root.syntax().descendants_with_tokens().filter_map(|it| it.into_token());
    let comments = tokens.filter(|token| token.kind() == syntax::SyntaxKind::COMMENT);
    let mut comments: Vec<String> = comments.map(|token| token.text().trim_end().to_owned()).collect();
    comments.sort();
    comments.dedup();
    comments
}

/// The pipeline in words, without the places where its parts are written.
fn told(pipeline: &Pipeline) -> String {
    let mut pipeline = pipeline.clone();
    for stage in &mut pipeline.stages {
        if let StageKind::Assert(assert) = &mut stage.kind {
            assert.written = "".into();
        }
    }
    let told = format!("{pipeline:?}");
    let parts = told.split("range: ").map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'));
    parts.collect()
}
