//! What an editor is told in a `headwater.toml`, at cursors (`$0`) in whole and half-written texts.

use std::path::Path;

use expect_test::{Expect, expect};
use lsp::document::Document;
use lsp::features::config::{completion, hover, symbols};
use lsp::features::symbols::Symbol;
use lsp::features::{formatting, tokens};
use proptest::prelude::*;
use runner::config::Config;
use syntax::{Severity, TextSize};

fn document(text: &str) -> Document {
    Document::config_file(text.to_owned(), 1, "/team/headwater.toml".into(), |_| true)
}

fn with_cursor(text: &str) -> (Document, TextSize) {
    let cursor = text.find("$0").expect("a cursor");
    (document(&text.replacen("$0", "", 1)), TextSize::new(cursor as u32))
}

/// What is replaced, and the first items with what they put there.
fn check_completion(text: &str, expected: Expect) {
    let (document, cursor) = with_cursor(text);
    let Some(found) = completion::completion(&document, cursor) else { return expected.assert_eq("–") };
    let mut said = format!("replaces [{}]\n", document.slice(found.replace));
    for item in found.items.iter().take(6) {
        let insert = item.snippet.as_ref().unwrap_or(&item.insert).replace('\n', "⏎");
        said.push_str(&format!("{} ({}) → {insert}\n", item.label, item.detail));
    }
    said.push_str(&format!("of {}\n", found.items.len()));
    expected.assert_eq(&said);
}

#[test]
fn completion_of_tables() {
    check_completion(
        "$0",
        expect![[r#"
        replaces []
        source: OpenTelemetry (a whole source) → [sources.${1:spans}]⏎uri = "otlp:${2:127.0.0.1:4317}"⏎$0
        source: file that grows (a whole source) → [sources.${1:access}]⏎uri = "file:${2:access.jsonl}?follow=true"⏎lateness = "${3:2s}"⏎timestamp = "${4:timestamp}"⏎$0
        source: file (a whole source) → [sources.${1:requests}]⏎uri = "file:${2:requests.jsonl}"⏎$0
        source: simulated shop (a whole source) → [sources.${1:spans}]⏎uri = "demo:shop?rate=${2:2000}"⏎$0
        table: runner.limits (a table) → [runner.limits]⏎state = "${1:256MiB}"⏎$0
        table: runner.recent (a table) → [runner.recent]⏎bytes = "${1:64MiB}"⏎age = "${2:15m}"⏎$0
        of 6
    "#]],
    );
    check_completion(
        "[$0",
        expect![[r#"
            replaces []
            sources.name (table) → sources.${1:name}]
            runner (table) → runner]
            runner.recent (table) → runner.recent]
            runner.limits (table) → runner.limits]
            check.rules (table) → check.rules]
            of 5
        "#]],
    );
    check_completion(
        "[sources.a]\nuri = \"demo:shop\"\n[so$0]\n[runner.recent]\n",
        expect![[r#"
            replaces [so]
            sources.name (table) → sources.${1:name}
            sources.a.fields (table) → sources.a.fields
            runner (table) → runner
            runner.limits (table) → runner.limits
            check.rules (table) → check.rules
            of 5
        "#]],
    );
}

#[test]
fn completion_of_keys_that_are_not_there() {
    check_completion(
        "[sources.a]\nuri = \"demo:shop\"\nl$0\n",
        expect![[r#"
            replaces [l]
            doc (a text in quotes) → doc = "$1"
            owner (a text in quotes) → owner = "$1"
            lateness (a timespan such as `"2s"`) → lateness = "${1:2s}"
            timestamp (a field's name) → timestamp = "${1:timestamp}"
            open (true or false) → open = ${1|true,false|}
            fields (a table) → fields = { $1 }
            of 12
        "#]],
    );
    check_completion(
        "[sources.a]\n$0 = \"demo:shop\"\n",
        expect![[r#"
            replaces []
            uri (a source's address in quotes) → uri
            doc (a text in quotes) → doc
            owner (a text in quotes) → owner
            lateness (a timespan such as `"2s"`) → lateness
            timestamp (a field's name) → timestamp
            open (true or false) → open
            of 7
        "#]],
    );
    check_completion(
        "[runner.limits]\nflows = 5\n$0\n",
        expect![[r#"
        replaces []
        groups (a whole number, at least 1) → groups = ${1:100000}
        windows (a whole number, at least 1) → windows = ${1:10000}
        state (a size such as `"64MiB"`) → state = "${1:256MiB}"
        total_state (a size such as `"64MiB"`) → total_state = "${1:1GiB}"
        rows_per_second (a whole number, at least 1) → rows_per_second = ${1:100000}
        time (a timespan such as `"2s"`) → time = "${1:8h}"
        of 7
    "#]],
    );
    check_completion(
        "[sources.a.fields]\nx = { type = \"long\", $0 }\n",
        expect![[r#"
        replaces []
        doc (a text in quotes) → doc = "$1"
        unit (a text in quotes) → unit = "$1"
        values (texts in brackets) → values = ["$1"]
        of 3
    "#]],
    );
    check_completion(
        "[runner]\nrecent.$0",
        expect![[r#"
        replaces []
        bytes (a size such as `"64MiB"`) → bytes = "${1:64MiB}"
        age (a timespan such as `"2s"`) → age = "${1:15m}"
        linger (a timespan such as `"2s"`) → linger = "${1:30s}"
        of 3
    "#]],
    );
}

#[test]
fn completion_of_fields_from_the_conventions() {
    check_completion(
        "[sources.a.fields]\n\"http.resp$0\"\n",
        expect![[r#"
        replaces ["http.resp"]
        http.response.body.content (dynamic) → "http.response.body.content" = { type = "dynamic" }
        http.response.body.size (long) → "http.response.body.size" = { type = "long" }
        http.response.header (dynamic) → "http.response.header" = { type = "dynamic" }
        http.response.size (long) → "http.response.size" = { type = "long" }
        http.response.status_code (long) → "http.response.status_code" = { type = "long" }
        http.response_content_length (long) → "http.response_content_length" = { type = "long" }
        of 6
    "#]],
    );
    check_completion("[sources.a.fields]\nhttp_route$0 = 5\n", expect!["–"]);
}

#[test]
fn completion_of_values() {
    check_completion(
        "[sources.a.fields]\nx = { type = \"$0\" }\n",
        expect![[r#"
        replaces []
        bool () → bool
        long () → long
        real () → real
        string () → string
        datetime () → datetime
        timespan () → timespan
        of 7
    "#]],
    );
    check_completion(
        "[sources.a.fields]\nx = { type = $0 }\n",
        expect![[r#"
        replaces []
        bool () → "bool"
        long () → "long"
        real () → "real"
        string () → "string"
        datetime () → "datetime"
        timespan () → "timespan"
        of 7
    "#]],
    );
    check_completion(
        "[sources.a]\nopen = $0\n",
        expect![[r#"
        replaces []
        true () → true
        false () → false
        of 2
    "#]],
    );
    check_completion(
        "[sources.a]\nlateness = \"$0\n",
        expect![[r#"
        replaces []
        2s () → 2s
        5s () → 5s
        30s () → 30s
        1m () → 1m
        5m () → 5m
        15m () → 15m
        of 8
    "#]],
    );
    check_completion(
        "[sources.a]\ntimestamp = \"$0\"\nfields.at = { type = \"datetime\" }\nfields.a = { type = \"long\" }\n",
        expect![[r#"
            replaces []
            at () → at
            a () → a
            timestamp () → timestamp
            of 3
        "#]],
    );
    check_completion(
        "[runner.limits]\nstate = $0",
        expect![[r#"
        replaces []
        16MiB () → "16MiB"
        64MiB () → "64MiB"
        256MiB () → "256MiB"
        1GiB () → "1GiB"
        of 4
    "#]],
    );
    check_completion("[sources.a]\ndoc = \"$0\"", expect![["–"]]);
}

#[test]
fn completion_within_an_address() {
    check_completion(
        "[sources.a]\nuri = \"$0\"\n",
        expect![[r#"
            replaces []
            demo:shop?seed=7&rate=2000 () → demo:shop?seed=7&rate=2000
            file:access.jsonl?follow=true () → file:access.jsonl?follow=true
            replay:incident.jsonl.zst?speed=10x () → replay:incident.jsonl.zst?speed=10x
            stdin: () → stdin:
            otlp:127.0.0.1:4317 () → otlp:127.0.0.1:4317
            of 5
        "#]],
    );
    check_completion(
        "[sources.a]\nuri = \"demo:shop?rate=5&$0\"\n",
        expect![[r#"
        replaces []
        seed (e.g. seed=7) → seed=
        history (e.g. history=5m) → history=
        start (e.g. start=2026-01-31T12:00:00Z) → start=
        events (e.g. events=100000) → events=
        signal (e.g. signal=spans) → signal=
        timestamp (e.g. timestamp=timestamp) → timestamp=
        of 7
    "#]],
    );
    check_completion(
        "[sources.a]\nuri = \"file:a?for$0mat=json&follow=true\"\n",
        expect![[r#"
            replaces [format]
            format (e.g. format=json) → format
            from (e.g. from=tail) → from
            max_line (e.g. max_line=1MiB) → max_line
            multiline (e.g. multiline=auto) → multiline
            delimiter (e.g. delimiter=,) → delimiter
            list (e.g. list=none) → list
            of 12
        "#]],
    );
    check_completion(
        "[sources.a]\nuri = \"file:a?format=$0&follow=true\"\n",
        expect![[r#"
            replaces []
            json () → json
            logfmt () → logfmt
            csv () → csv
            tsv () → tsv
            text () → text
            of 5
        "#]],
    );
}

fn check_hover(text: &str, expected: Expect) {
    let (document, cursor) = with_cursor(text);
    let said = hover::hover(&document, cursor);
    let said = said.map(|hover| format!("[{}]\n{}\n", document.slice(hover.range), hover.markdown));
    expected.assert_eq(said.as_deref().unwrap_or("–"));
}

#[test]
fn hovers() {
    check_hover(
        "[sources.a]\nlate$0ness = \"5s\"\n",
        expect![[r#"
        [lateness]
        How long events may come after newer ones: windows wait for them so long. What is later still is counted and shown as late. Without it, `"2s"`.
    "#]],
    );
    check_hover(
        "[sources.a]\nlateness = \"9$00s\"\n",
        expect![[r#"
            [90s]
            1 minute 30 seconds

            How long events may come after newer ones: windows wait for them so long. What is later still is counted and shown as late. Without it, `"2s"`.
        "#]],
    );
    check_hover(
        "[runner.li$0mits]\n",
        expect![[r#"
        [limits]
        What flows may use. One that meets a limit ends alone, and says which.
    "#]],
    );
    check_hover(
        "[sources.sp$0ans]\nuri = \"file:a\"\ndoc = \"Ours.\"\nfields.x = { type = \"long\" }\n",
        expect![[r#"
            [spans]
            `spans` from `file:/team/a`, lateness 2s

            Ours.

            - `x`: long
            - `timestamp`: datetime, event time
            - and whatever else the events carry, as `dynamic`
        "#]],
    );
    check_hover(
        "[sources.a.fields]\n\"http.route$0\" = { type = \"string\", doc = \"Ours.\" }\n",
        expect![[r#"
        ["http.route"]
        `http.route`: string

        Ours.

        OpenTelemetry: The route that matched, with its parameters' names: `/product/{id}`.
    "#]],
    );
    check_hover(
        "[sources.a]\nuri = \"file:a?follo$0w=true\"\n",
        expect![[r#"
            [file:a?follow=true]
            One or more files of JSON, logfmt, CSV or plain text, read to their end, or followed. E.g. `file:access.jsonl?follow=true`.

            - `follow`: Goes on with what is appended, through rotation.

            Takes `format`, `from`, `max_line`, `multiline`, `delimiter`, `list`, `signal`, `with_path`, `timezone`, `time_format`, `timestamp`, `lateness` after `?`.
        "#]],
    );
    check_hover("[sources.a]\nuri = \"file:a\" # no$0thing\n", expect![["–"]]);
    check_hover(
        "[sources.a.fields]\nx = { type = \"lo$0ng\" }\n",
        expect![[r#"
        [long]
        A whole number of 64 bits.
    "#]],
    );
}

#[test]
fn the_outline_has_sources_with_their_fields() {
    fn show(symbols: &[Symbol], depth: usize, document: &Document, out: &mut String) {
        for symbol in symbols {
            let detail = symbol.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
            let lines = document.line(symbol.range.start()) + 1..=document.line(symbol.range.end()) + 1;
            out.push_str(&format!("{}{}{detail} {lines:?}\n", "  ".repeat(depth), symbol.name));
            show(&symbol.children, depth + 1, document, out);
        }
    }
    let document = document(
        "[sources.a]\nuri = \"demo:shop\"\n\n[sources.a.fields]\nx = { type = \"long\" }\n\"y.z\" = { type = \"real\" }\n\n\
         [runner]\nlisten = \"127.0.0.1:0\"\n[runner.limits]\nflows = 5\n",
    );
    let mut out = String::new();
    show(&symbols::symbols(&document), 0, &document, &mut out);
    expect![[r#"
        a (demo:shop) 1..=6
          x (long) 5..=5
          y.z (real) 6..=6
        runner 8..=11
          listen (127.0.0.1:0) 9..=9
          limits 10..=11
    "#]]
    .assert_eq(&out);
}

#[test]
fn a_configuration_is_no_runbook() {
    let document = document("```headwater\nspans | cuont\n```\n");
    assert!(document.analysis().blocks.is_empty() && tokens::tokens(&document, None).is_empty());
    assert!(formatting::formatting(&document, None).is_empty());
}

const FULL: &str = "# all\n[sources.spans]\nuri = \"otlp:127.0.0.1:4317?signal=spans\"\nlateness = \"2s\"\n\
    [sources.spans.fields]\n\"service.name\" = { type = \"string\", values = [\"a\", \"ü\"] }\n\n[runner]\n\
    [runner.limits]\nflows = 5\nstate = \"16MiB\"\n[sources.b]\nuri = \"file:x?follow=true\"\n";

fn errors(text: &str) -> usize {
    let (_, findings) = Config::read(text, Path::new("/team/headwater.toml"), &|_| true);
    findings.iter().filter(|found| found.severity == Severity::Error).count()
}

proptest! {
    /// At each place of a text that has lost a piece there are answers, and what is offered can be put there.
    #[test]
    fn never_wrong_footed(from in 0..FULL.len(), to in 0..FULL.len(), cursor in 0..FULL.len()) {
        let char = |at: usize| (0..=at).rev().find(|at| FULL.is_char_boundary(*at)).unwrap_or(0);
        let (from, to) = (char(from.min(to)), char(from.max(to)));
        let text = format!("{}{}", &FULL[..from], &FULL[to..]);
        let cursor = (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let (document, at) = (document(&text), TextSize::new(cursor as u32));
        hover::hover(&document, at);
        symbols::symbols(&document);
        if let Some(found) = completion::completion(&document, at) {
            let range = usize::from(found.replace.start())..usize::from(found.replace.end());
            for item in found.items {
                let mut with = text.clone();
                with.replace_range(range.clone(), &item.insert);
                prop_assert!(Config::read(&with, Path::new("/team/headwater.toml"), &|_| true).0.path.is_some());
            }
        }
    }
}

/// What is offered at a place of a right text, put there; a key waits for its value, and that alone is missing.
fn stays_right(text: &str, cursor: usize) {
    let Some(found) = completion::completion(&document(text), TextSize::new(cursor as u32)) else { return };
    for item in found.items {
        let last = text[cursor..].trim().is_empty();
        if item.kind == completion::ItemKind::Template && !last {
            continue;
        }
        let mut with = text.to_owned();
        with.replace_range(usize::from(found.replace.start())..usize::from(found.replace.end()), &item.insert);
        let waits = usize::from(item.insert.ends_with("= "));
        assert!(errors(&with) <= waits, "{} makes\n{with}", item.label);
    }
}

#[test]
fn what_is_offered_in_a_right_text_keeps_it_right() {
    assert_eq!(errors(FULL), 0);
    for (line, _) in FULL.match_indices('\n') {
        stays_right(&format!("{}\n{}", &FULL[..line + 1], &FULL[line + 1..]), line + 1);
    }
    for (value, _) in FULL.match_indices(['"', '=']) {
        stays_right(FULL, value + 1);
    }
}
