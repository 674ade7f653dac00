//! What is offered at a cursor, in whole and in half-written text; and how calls are written.

use expect_test::{Expect, expect};
use lsp::features::{completion, hover};
use syntax::TextSize;

use crate::{block, document};

/// The first items, with the text that each would put in place of what.
fn check_completion(text: &str, expected: Expect) {
    let (document, cursor) = block(text);
    let Some(completion) = completion::completion(&document, cursor, None) else { return expected.assert_eq("–") };
    let mut said = format!("replaces [{}]\n", document.slice(completion.replace));
    for item in completion.items.iter().take(6) {
        said.push_str(&format!("{} ({}) → {}\n", item.label, item.detail, item.insert));
    }
    // How many functions there are is the catalog's affair.
    match completion.items.len() {
        count @ ..50 => said.push_str(&format!("of {count}\n")),
        _ => said.push_str("of many\n"),
    }
    expected.assert_eq(&said);
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
            latency percentiles by … (spans) (how slow, over time) → spans
            | summarize p50 = percentile(duration, 50), p99 = percentile(duration, 99) by service.name, bin(timestamp, 10s)
            | render timechart
            errors by … (spans) (which part fails, over time) → spans
            | where http.response.status_code >= 500
            | summarize errors = count() by service.name, bin(timestamp, 10s)
            | render timechart
            of 19
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
            latency percentiles by … (spans) (how slow, over time) → spans
            | summarize p50 = percentile(duration, 50), p99 = percentile(duration, 99) by service.name, bin(timestamp, 10s)
            | render timechart
            of 20
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
            of 30
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
            of 30
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
            of 30
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
            of many
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
            of many
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
            of many
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
            of many
        "#]],
    );
    check_completion(
        "spans | summarize avg($0",
        expect![[r#"
            replaces []
            duration (timespan) → duration
            http.response.status_code (long) → http.response.status_code
            order.total (real) → order.total
            strlen (strlen(text: string) → long) → strlen(
            indexof (indexof(text: string, part: string, [start: long], [length: long], [occurrence: long]) → long) → indexof(
            countof (countof(text: string, part: string, [kind: string]) → long) → countof(
            of many
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
            strlen (strlen(text: string) → long) → strlen(
            indexof (indexof(text: string, part: string, [start: long], [length: long], [occurrence: long]) → long) → indexof(
            of many
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
            isascii (isascii(text: string) → bool) → isascii(
            isempty (isempty(value: any) → bool) → isempty(
            isnotempty (isnotempty(value: any) → bool) → isnotempty(
            of many
        "#]],
    );
}

#[test]
fn completion_of_the_rest() {
    check_completion(
        "spans | where cloud.region == \"$0\"",
        expect![[r#"
            replaces []
            eu-west-1 (of cloud.region) → eu-west-1
            us-east-1 (of cloud.region) → us-east-1
            of 2
        "#]],
    );
    check_completion(
        "spans | where cloud.region == \"e$0 and duration > 1s",
        expect![[r#"
            replaces [e]
            eu-west-1 (of cloud.region) → eu-west-1"
            us-east-1 (of cloud.region) → us-east-1"
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
            of many
        "#]],
    );
    check_completion(
        "spans | where cloud.region in (\"x\", \"$0\")",
        expect![[r#"
            replaces []
            eu-west-1 (of cloud.region) → eu-west-1
            us-east-1 (of cloud.region) → us-east-1
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
            of many
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
            of many
        "#]],
    );
    check_completion(
        "spans | summarize count() by $0",
        expect![[r#"
            replaces []
            bin (window) → bin(
            hop (window) → hop(
            session (window) → session(
            name (string) → name
            kind (string) → kind
            status (string) → status
            of many
        "#]],
    );
    check_completion(
        "spans | summarize count() by bin(timestamp, $0",
        expect![[r#"
            replaces []
            10s (window) → 10s
            30s (window) → 30s
            1m (window) → 1m
            5m (window) → 5m
            10m (window) → 10m
            15m (window) → 15m
            of 11
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
            + () → +
            - () → -
            of 38
        "#]],
    );
    check_completion(
        "spans | render $0",
        expect![[r#"
            replaces []
            timechart (Numbers over time as lines, a line for each series. Needs a time and a number.) → timechart
            areachart (As `timechart`.) → areachart
            linechart (As `timechart`.) → linechart
            table (Rows and columns.) → table
            card (The last row's numbers, large.) → card
            barchart (A bar for each row, lying. Needs a name and a number.) → barchart
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
        assert_eq!(completion::completion(&document, cursor, None), None, "{text}");
        // The fence says what its block gives.
        let hover = hover::hover(&document, cursor, &hover::Around::default());
        assert_eq!(hover.is_some(), text.contains("na$0me"), "{text}");
    }
}
