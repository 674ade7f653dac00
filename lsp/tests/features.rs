//! Hover, completion and the rest at cursors (`$0`) in texts, as data.

use std::sync::Arc;

use expect_test::{Expect, expect};
use lsp::document::Document;
use lsp::features::{actions, completion, formatting, hints, hover, lenses, signature, symbols};
use syntax::analysis::Context;
use syntax::source::{FieldDecl, Sources};
use syntax::{TextRange, TextSize, Value};

/// The built-in sources, with regions that were seen.
fn document(text: &str) -> Document {
    let mut sources = Sources::builtin();
    for source in &mut sources.sources {
        for field in &mut source.fields {
            if *field.name == *"cloud.region" {
                seen(field, &["eu-west-1", "us-east-1"]);
            }
        }
    }
    let context = Arc::new(Context { sources, ..Context::default() });
    Document::new(text.to_owned(), 1, move || context.clone())
}

fn seen(field: &mut FieldDecl, values: &[&str]) {
    field.values = values.iter().map(|value| Value::String((*value).into())).collect();
}

/// A block with this text, and the cursor in it.
fn block(text: &str) -> (Document, TextSize) {
    let text = format!("# Title\n\n```headwater\n{text}\n```\n");
    let cursor = text.find("$0").expect("a cursor");
    (document(&text.replace("$0", "")), TextSize::new(cursor as u32))
}

fn check_hover(text: &str, expected: Expect) {
    let (document, cursor) = block(text);
    let said = hover::hover(&document, cursor)
        .map_or("–".to_owned(), |hover| format!("[{}]\n{}", document.slice(hover.range), hover.markdown));
    expected.assert_eq(&said);
}

/// The first items, with the text that each would put in place of what.
fn check_completion(text: &str, expected: Expect) {
    let (document, cursor) = block(text);
    let Some(completion) = completion::completion(&document, cursor) else { return expected.assert_eq("–") };
    let mut said = format!("replaces [{}]\n", document.slice(completion.replace));
    for item in completion.items.iter().take(6) {
        said.push_str(&format!("{} ({}) → {}\n", item.label, item.detail, item.insert));
    }
    said.push_str(&format!("of {}\n", completion.items.len()));
    expected.assert_eq(&said);
}

#[test]
fn hover_on_a_stage_says_what_it_does_to_the_fields() {
    check_hover(
        "spans | sum$0marize errors = count() by cloud.region, bin(timestamp, 10s)",
        expect![[r#"
        [summarize]
        ```headwater
        summarize AGGREGATE, … by KEY, …
        ```
        One row a group.

        On a stream: With `bin(timestamp, …)` among the keys it answers window by window; without, it is a running answer that is final at the end.

        ```headwater
        summarize errors = countif(status == "error") by cloud.region, bin(timestamp, 10s)
        ```

        ---

        Makes `errors: long`.

        Takes away `duration`, `trace.id`, `span.id`, `parent.span.id`, `name`, `kind`, `status`, `service.name` and 12 more.

        22 fields in, 3 fields out."#]],
    );
    check_hover(
        "spans | extend slow = duration > 1s $0| where slow",
        expect![[r#"
        [|]
        What passes here:

        - `timestamp`: datetime, event time
        - `duration`: timespan
        - `trace.id`: string
        - `span.id`: string
        - `parent.span.id`: string
        - `name`: string
        - `kind`: string
        - `status`: string
        - `service.name`: string
        - `service.version`: string
        - `cloud.region`: string
        - `host.name`: string
        - `http.request.method`: string
        - `http.route`: string
        - `url.path`: string
        - `http.response.status_code`: long
        - `error.type`: string
        - `customer.id`: string
        - `customer.tier`: string
        - `payment.provider`: string
        - `order.id`: string
        - `order.total`: real
        - `slow`: bool

        The stage before: Makes `slow: bool`.

        22 fields in, 23 fields out."#]],
    );
    check_hover(
        "spans | wh$0ere duration > 1s",
        expect![[r#"
        [where]
        ```headwater
        where PREDICATE
        ```
        Keeps the events for which the predicate is true.

        ```headwater
        where duration > 1s and status == "error"
        ```

        ---

        Lets the 22 fields through as they are."#]],
    );
}

#[test]
fn hover_on_names() {
    check_hover(
        "spans | where http.respo$0nse.status_code >= 500",
        expect![[r#"
        [http.response.status_code]
        `http.response.status_code`: long

        The HTTP status of the answer."#]],
    );
    check_hover(
        "spans | where cloud.reg$0ion == \"x\"",
        expect![[r#"
        [cloud.region]
        `cloud.region`: string

        The region it ran in.

        Known values: `"eu-west-1"`, `"us-east-1"`"#]],
    );
    check_hover(
        "let failed = spans | where duration > 1s;\nfai$0led | take 1",
        expect![[r#"
        [failed]
        ```headwater
        let failed = spans | where duration > 1s;
        ```

        Gives:

        - `timestamp`: datetime, event time
        - `duration`: timespan
        - `trace.id`: string
        - `span.id`: string
        - `parent.span.id`: string
        - `name`: string
        - `kind`: string
        - `status`: string
        - `service.name`: string
        - `service.version`: string
        - `cloud.region`: string
        - `host.name`: string
        - `http.request.method`: string
        - `http.route`: string
        - `url.path`: string
        - `http.response.status_code`: long
        - `error.type`: string
        - `customer.id`: string
        - `customer.tier`: string
        - `payment.provider`: string
        - `order.id`: string
        - `order.total`: real"#]],
    );
    check_hover(
        "deplo$0ys | take 1",
        expect![[r#"
        [deploys]
        **deploys** from `demo:shop`

        One step of a deployment, roll-backs included.

        Events may come 2s late.

        - `timestamp`: datetime, event time
        - `deployment.id`: string
        - `service.name`: string
        - `service.version`: string
        - `service.version.previous`: string
        - `cloud.region`: string
        - `deployment.status`: string
        - `deployment.reason`: string"#]],
    );
    check_hover(
        "spans | summarize perc$0entile(duration, 99)",
        expect![[r#"
        [percentile]
        ```headwater
        percentile(value: number or timespan, percent: number) → as its argument
        ```
        The value that so many percent do not exceed, within 1 %.

        ```headwater
        percentile(duration, 99)
        ```"#]],
    );
    check_hover(
        "spans | where service.name h$0as \"x\"",
        expect![[r#"
        [has]
        ```headwater
        text: string has term: string → bool
        ```
        Contains the whole term (letters and digits between other signs), whatever the case.

        ```headwater
        body has "timeout"
        ```"#]],
    );
    check_hover(
        "spans | summarize p$0 = avg(duration)",
        expect![[r#"
        [p]
        `p`: timespan"#]],
    );
}

#[test]
fn hover_on_literals_says_them_in_words() {
    check_hover(
        "spans | where duration > 9$00s",
        expect![[r#"
        [90s]
        1 minute 30 seconds"#]],
    );
    check_hover(
        "spans | where 4K$0iB > 1",
        expect![[r#"
        [4KiB]
        4,096 bytes"#]],
    );
}

#[test]
fn completion_of_sources_and_stages() {
    check_completion(
        "$0",
        expect![[r#"
        replaces []
        spans (demo:shop) → spans
        logs (demo:shop) → logs
        metrics (demo:shop) → metrics
        deploys (demo:shop) → deploys
        let (names a pipeline or a value) → let
        of 5
    "#]],
    );
    check_completion(
        "let failed = spans | where duration > 1s;\nfa$0",
        expect![[r#"
        replaces [fa]
        failed (let, 22 fields) → failed
        spans (demo:shop) → spans
        logs (demo:shop) → logs
        metrics (demo:shop) → metrics
        deploys (demo:shop) → deploys
        let (names a pipeline or a value) → let
        of 6
    "#]],
    );
    check_completion(
        "spans | $0",
        expect![[r#"
        replaces []
        where (where PREDICATE) → where 
        summarize (summarize AGGREGATE, … by KEY, …) → summarize 
        extend (extend NAME = EXPRESSION, …) → extend 
        project (project [NAME =] EXPRESSION, …) → project 
        top (top N by KEY) → top 
        tail (tail N) → tail 
        of 25
    "#]],
    );
    check_completion(
        "spans | summ$0arize count()",
        expect![[r#"
        replaces [summarize]
        where (where PREDICATE) → where 
        summarize (summarize AGGREGATE, … by KEY, …) → summarize 
        extend (extend NAME = EXPRESSION, …) → extend 
        project (project [NAME =] EXPRESSION, …) → project 
        top (top N by KEY) → top 
        tail (tail N) → tail 
        of 25
    "#]],
    );
    check_completion(
        "spans\n| where duration > 1s\n| $0\n| take 5",
        expect![[r#"
        replaces []
        where (where PREDICATE) → where 
        summarize (summarize AGGREGATE, … by KEY, …) → summarize 
        extend (extend NAME = EXPRESSION, …) → extend 
        project (project [NAME =] EXPRESSION, …) → project 
        top (top N by KEY) → top 
        tail (tail N) → tail 
        of 25
    "#]],
    );
}

#[test]
fn completion_of_fields_by_type() {
    check_completion(
        "spans | where $0",
        expect![[r#"
        replaces []
        timestamp (datetime) → timestamp
        duration (timespan) → duration
        trace.id (string) → trace.id
        span.id (string) → span.id
        parent.span.id (string) → parent.span.id
        name (string) → name
        of 99
    "#]],
    );
    check_completion(
        "spans | where http.resp$0onse",
        expect![[r#"
        replaces [http.response]
        timestamp (datetime) → timestamp
        duration (timespan) → duration
        trace.id (string) → trace.id
        span.id (string) → span.id
        parent.span.id (string) → parent.span.id
        name (string) → name
        of 99
    "#]],
    );
    check_completion(
        "spans | where duration > $0",
        expect![[r#"
        replaces []
        10ms (timespan) → 10ms
        100ms (timespan) → 100ms
        250ms (timespan) → 250ms
        500ms (timespan) → 500ms
        1s (timespan) → 1s
        5s (timespan) → 5s
        of 106
    "#]],
    );
    check_completion(
        "spans | where dur$0 and",
        expect![[r#"
        replaces [dur]
        timestamp (datetime) → timestamp
        duration (timespan) → duration
        trace.id (string) → trace.id
        span.id (string) → span.id
        parent.span.id (string) → parent.span.id
        name (string) → name
        of 99
    "#]],
    );
    check_completion(
        "spans | summarize avg($0",
        expect![[r#"
        replaces []
        duration (timespan) → duration
        http.response.status_code (long) → http.response.status_code
        order.total (real) → order.total
        timestamp (datetime) → timestamp
        trace.id (string) → trace.id
        span.id (string) → span.id
        of 123
    "#]],
    );
    check_completion(
        "spans | summarize count() by bin($0",
        expect![[r#"
        replaces []
        timestamp (datetime) → timestamp
        duration (timespan) → duration
        http.response.status_code (long) → http.response.status_code
        order.total (real) → order.total
        trace.id (string) → trace.id
        span.id (string) → span.id
        of 99
    "#]],
    );
    check_completion(
        "spans | project-away $0",
        expect![[r#"
        replaces []
        timestamp (datetime) → timestamp
        duration (timespan) → duration
        trace.id (string) → trace.id
        span.id (string) → span.id
        parent.span.id (string) → parent.span.id
        name (string) → name
        of 22
    "#]],
    );
    check_completion(
        "spans | summarize errors = count() by cloud.region | where $0",
        expect![[r#"
        replaces []
        cloud.region (string) → cloud.region
        errors (long) → errors
        not (not(value: bool) → bool) → not(
        strcat (strcat(value: any, …) → string) → strcat(
        strcat_delim (strcat_delim(delimiter: string, value: any, …) → string) → strcat_delim(
        strlen (strlen(text: string) → long) → strlen(
        of 79
    "#]],
    );
}

#[test]
fn completion_of_the_rest() {
    check_completion(
        "spans | where cloud.region == \"$0\"",
        expect![[r#"
        replaces [""]
        eu-west-1 (of cloud.region) → "eu-west-1"
        us-east-1 (of cloud.region) → "us-east-1"
        of 2
    "#]],
    );
    check_completion(
        "spans | where cloud.region == \"e$0 and duration > 1s",
        expect![[r#"
        replaces ["e]
        eu-west-1 (of cloud.region) → "eu-west-1"
        us-east-1 (of cloud.region) → "us-east-1"
        of 2
    "#]],
    );
    check_completion(
        "spans | where cloud.region == $0",
        expect![[r#"
        replaces []
        "eu-west-1" (of cloud.region) → "eu-west-1"
        "us-east-1" (of cloud.region) → "us-east-1"
        trace.id (string) → trace.id
        span.id (string) → span.id
        parent.span.id (string) → parent.span.id
        name (string) → name
        of 101
    "#]],
    );
    check_completion(
        "spans | where cloud.region in (\"x\", \"$0\")",
        expect![[r#"
        replaces [""]
        eu-west-1 (of cloud.region) → "eu-west-1"
        us-east-1 (of cloud.region) → "us-east-1"
        of 2
    "#]],
    );
    check_completion(
        "spans | where cloud.region $0",
        expect![[r#"
        replaces []
        == () → ==
        != () → !=
        in () → in
        !in () → !in
        has () → has
        !has () → !has
        of 16
    "#]],
    );
    check_completion(
        "spans | summarize $0",
        expect![[r#"
            replaces []
            count (count() → long) → count()
            countif (countif(condition: bool) → long) → countif(
            sum (sum(value: number or timespan) → as its argument) → sum(
            sumif (sumif(value: number or timespan, condition: bool) → as its argument) → sumif(
            avg (avg(value: number or timespan) → as its argument) → avg(
            avgif (avgif(value: number or timespan, condition: bool) → as its argument) → avgif(
            of 123
        "#]],
    );
    check_completion(
        "spans | summarize count() $0",
        expect![[r#"
        replaces []
        by (groups or ranks) → by
        == () → ==
        != () → !=
        < () → <
        <= () → <=
        > () → >
        of 27
    "#]],
    );
    check_completion(
        "spans | summarize count() by $0",
        expect![[r#"
            replaces []
            bin (window) → bin(
            hop (window) → hop(
            session (window) → session(
            trace.id (string) → trace.id
            span.id (string) → span.id
            parent.span.id (string) → parent.span.id
            of 101
        "#]],
    );
    check_completion(
        "spans | summarize count() by bin(timestamp, $0",
        expect![[r#"
        replaces []
        10s (window) → 10s
        1s (window) → 1s
        5s (window) → 5s
        30s (window) → 30s
        1m (window) → 1m
        5m (window) → 5m
        of 106
    "#]],
    );
    check_completion(
        "spans | top 5 by duration $0",
        expect![[r#"
        replaces []
        desc (largest first) → desc
        asc (smallest first) → asc
        nulls first (where nulls go) → nulls first
        nulls last (where nulls go) → nulls last
        == () → ==
        != () → !=
        of 17
    "#]],
    );
    check_completion(
        "spans | render $0",
        expect![[r#"
        replaces []
        timechart (how to show it) → timechart
        areachart (how to show it) → areachart
        linechart (how to show it) → linechart
        table (how to show it) → table
        card (how to show it) → card
        barchart (how to show it) → barchart
        of 11
    "#]],
    );
    check_completion("// spans | $0", expect!["–"]);
}

#[test]
fn nothing_is_offered_outside_of_blocks() {
    for text in [
        "# Tit$0le\n\n```headwater\nspans\n```\n",
        "```headwater na$0me=x\nspans\n```\n",
        "```headwater\nspans\n``$0`\n",
    ] {
        let cursor = TextSize::new(text.find("$0").expect("a cursor") as u32);
        let document = document(&text.replace("$0", ""));
        assert_eq!(completion::completion(&document, cursor), None, "{text}");
        assert_eq!(hover::hover(&document, cursor), None, "{text}");
    }
}

#[test]
fn signatures_follow_the_argument() {
    let check = |text: &str, expected: Expect| {
        let (document, cursor) = block(text);
        let said = signature::signature(&document, cursor).map_or("–".to_owned(), |it| {
            let (start, end) = it.params.get(it.active).copied().unwrap_or_default();
            format!("{} [{}]", it.label, &it.label[start..end])
        });
        expected.assert_eq(&said);
    };
    check(
        "spans | summarize percentile($0",
        expect!["percentile(value: number or timespan, percent: number) → as its argument [value: number or timespan]"],
    );
    check(
        "spans | summarize p = percentile(duration, $0)",
        expect!["percentile(value: number or timespan, percent: number) → as its argument [percent: number]"],
    );
    check("spans | extend x = strcat(\"a\", \"b\", \"c\", $0", expect!["strcat(value: any, …) → string [value: any]"]);
    check("spans | where $0", expect!["–"]);
}

const RUNBOOK: &str = "\
---
params:
  service: { type: string, default: checkout }
---
# Shop

Prose.

## Latency

```headwater
let slow = spans | where duration > 1s;
```

## Failures

```headwater name=failures
slow   | where service.name==service
| summarize errors = count() by cloud.region, bin(timestamp, 10s)
```

```headwater name=broken
slow | where duratoin > 1s
```
";

#[test]
fn the_outline_has_headings_blocks_and_lets() {
    fn lines(document: &Document, symbols: &[symbols::Symbol], depth: usize, said: &mut String) {
        for symbol in symbols {
            let (start, end) = (document.line(symbol.range.start()), document.line(symbol.range.end()));
            said.push_str(&format!("{}{:?} {} {start}–{end}\n", "  ".repeat(depth), symbol.kind, symbol.name));
            lines(document, &symbol.children, depth + 1, said);
        }
    }
    let document = document(RUNBOOK);
    let mut said = String::new();
    lines(&document, &symbols::symbols(&document), 0, &mut said);
    expect![[r#"
        Heading(1) Shop 4–24
          Heading(2) Latency 8–14
            Block 1 10–12
              Let slow 11–11
          Heading(2) Failures 14–24
            Block failures 16–19
            Block broken 21–23
    "#]]
    .assert_eq(&said);
}

#[test]
fn blocks_with_a_pipeline_have_lenses_broken_or_not() {
    let document = document(RUNBOOK);
    let lenses = lenses::lenses(&document, |block| block == "failures");
    let said = lenses
        .iter()
        .map(|lens| format!("{} {} {}\n", document.line(lens.range.start()), lens.does.title(), lens.block));
    expect![[r#"
        16 ■ Stop failures
        16 Explain failures
        21 ▶ Run broken
        21 Explain broken
    "#]]
    .assert_eq(&said.collect::<String>());
}

#[test]
fn stages_hint_at_the_fields_they_make() {
    let document = document(RUNBOOK);
    let hints = hints::hints(&document, TextRange::up_to(document.end()));
    let said = hints.iter().map(|hint| format!("{} {}\n", document.line(hint.at), hint.text));
    expect![[r#"
        18 → errors: long
    "#]]
    .assert_eq(&said.collect::<String>());
}

#[test]
fn fixes_are_offered_where_the_mistake_is() {
    let document = document(RUNBOOK);
    let mistake = TextSize::new(RUNBOOK.find("duratoin").expect("the mistake") as u32);
    let found = actions::actions(&document, TextRange::empty(mistake));
    assert!(!found.is_empty(), "{:#?}", document.diagnostics());
    let fixed = document.with_edits(&found[0].fix.edits);
    assert!(fixed.contains("slow | where duration > 1s\n") && found[0].preferred, "{found:#?}");
    assert!(actions::actions(&document, TextRange::empty(0.into())).is_empty());
}

#[test]
fn formatting_touches_only_blocks_and_only_the_range_asked_for() {
    let document = document(RUNBOOK);
    let formatted = document.with_edits(&formatting::formatting(&document, None));
    assert!(formatted.contains("slow\n| where service.name == service\n"), "{formatted}");
    assert_eq!(formatted.lines().take(14).collect::<Vec<_>>(), RUNBOOK.lines().take(14).collect::<Vec<_>>());
    let first = TextRange::up_to(TextSize::new(RUNBOOK.find("## Failures").expect("a heading") as u32));
    let within = document.with_edits(&formatting::formatting(&document, Some(first)));
    assert!(within.contains("slow   | where"), "{within}");
}
