//! What is offered and said where a runner, or the snapshot, has seen the events.

use std::sync::Arc;

use expect_test::{Expect, expect};
use lsp::document::Document;
use lsp::features::{completion, hover, looking};
use syntax::analysis::Context;
use syntax::observed::{FieldObserved, Observed, Profile, SourceObserved};
use syntax::source::Sources;
use syntax::{TextSize, Type};

fn texts(share: f64, distinct: u64, top: &[(&str, f64)]) -> FieldObserved {
    let top = top.iter().map(|(value, share)| ((*value).to_owned(), *share)).collect();
    FieldObserved { share, distinct, top, ..FieldObserved::new(Type::String) }
}

/// Spans as a runner has seen them.
fn profile() -> Profile {
    let duration = FieldObserved {
        share: 1.0,
        distinct: 90_000,
        min: Some("0.1ms".to_owned()),
        max: Some("3.2s".to_owned()),
        p50: Some("12ms".to_owned()),
        p99: Some("1.234s".to_owned()),
        spread: vec![1, 4, 9, 16, 8, 2, 0, 1],
        spread_ends: Some(("0.1ms".to_owned(), "2s".to_owned())),
        ..FieldObserved::new(Type::Timespan)
    };
    [
        ("cloud.region".into(), texts(1.0, 3, &[("eu-west-1", 0.41), ("us-east-1", 0.35), ("ap-south-1", 0.24)])),
        ("name".into(), texts(1.0, 40, &[("POST /checkout", 0.3), ("GET /cart", 0.2), ("GET /", 0.1)])),
        ("payment.provider".into(), texts(0.04, 2, &[("acme", 0.7), ("zeta", 0.3)])),
        ("customer.id".into(), texts(0.9, 52_000, &[("c-7", 0.004)])),
        ("duration".into(), duration),
    ]
    .into()
}

pub(crate) fn block(text: &str) -> (Document, TextSize) {
    let source =
        SourceObserved { live: true, rate: 2_000.0, looked_at: 20_000, fields: profile(), ..SourceObserved::default() };
    let observed = Observed { sources: [("spans".into(), source)].into() };
    let context = Context { sources: Sources::builtin(), ..Context::default() }.observing(Arc::new(observed));
    let context = Arc::new(context);
    let text = format!("# Title\n\n```headwater\n{text}\n```\n");
    let cursor = text.find("$0").expect("a cursor");
    let document = Document::new(text.replace("$0", ""), 1, move || context.clone());
    (document, TextSize::new(cursor as u32))
}

fn check_here(text: &str, here: Option<&Profile>, shown: usize, expected: Expect) {
    let (document, cursor) = block(text);
    let found = completion::completion(&document, cursor, here).expect("something is offered");
    let lines = found
        .items
        .iter()
        .take(shown)
        .map(|item| format!("{} ({}) → {}\n", item.label, item.detail, item.insert.replace('\n', "⏎")));
    expected.assert_eq(&lines.collect::<String>());
}

fn check(text: &str, shown: usize, expected: Expect) {
    check_here(text, None, shown, expected);
}

fn check_hover(text: &str, expected: Expect) {
    let (document, cursor) = block(text);
    let said = hover::hover(&document, cursor, &hover::Around::default()).map(|hover| hover.markdown);
    expected.assert_eq(&said.unwrap_or_else(|| "–".to_owned()));
}

#[test]
fn values_come_by_how_often_they_occur() {
    check(
        "spans | where cloud.region == \"$0",
        4,
        expect![[r#"
            eu-west-1 (41 %) → eu-west-1"
            us-east-1 (35 %) → us-east-1"
            ap-south-1 (24 %) → ap-south-1"
            ap-southeast-2 (not seen) → ap-southeast-2"
        "#]],
    );
    check(
        "spans | where cloud.region in (\"eu-west-1\", $0)",
        4,
        expect![[r#"
            "us-east-1" (35 %) → "us-east-1"
            "ap-south-1" (24 %) → "ap-south-1"
            "ap-southeast-2" (not seen) → "ap-southeast-2"
            name (string, 40 values) → name
        "#]],
    );
    check(
        "spans | where name has \"$0\"",
        3,
        expect![[r#"
            GET (30 %) → GET
            POST (30 %) → POST
            checkout (30 %) → checkout
        "#]],
    );
    check(
        "spans | where duration > $0",
        3,
        expect![[r#"
            1.2s (about the p99 here) → 1.2s
            12ms (about the p50 here) → 12ms
            10ms (timespan) → 10ms
        "#]],
    );
    check(
        "let slow = spans | where duration > 1s;\nslow | where payment.provider == \"$0",
        3,
        expect![[r#"
            acme (70 %) → acme"
            zeta (30 %) → zeta"
            cardia (not seen) → cardia"
        "#]],
    );
}

#[test]
fn values_are_those_that_the_stages_before_let_through() {
    let here = [("cloud.region".into(), texts(1.0, 1, &[("ap-south-1", 1.0)]))].into();
    check_here(
        "spans | where name == \"GET /\" | where cloud.region == \"$0",
        Some(&here),
        4,
        expect![[r#"
            ap-south-1 (100 % here) → ap-south-1"
            eu-west-1 (not seen) → eu-west-1"
            us-east-1 (not seen) → us-east-1"
            ap-southeast-2 (not seen) → ap-southeast-2"
        "#]],
    );
}

/// What a runner is asked for, up to where: lets and what stands before the cursor.
#[test]
fn the_events_are_those_that_the_conditions_before_let_through() {
    let mut said = String::new();
    for text in [
        "spans | where cloud.region == \"$0",
        "spans | where name == \"GET /\" | where cloud.region == \"$0",
        "spans | where name == \"GET /\" and cloud.region == \"$0",
        "spans | where name == \"GET /\" and kind == \"server\" and cloud.region == \"$0\"",
        "spans | where name == \"GET /\" and $0",
        "spans | where name == \"$0\" and cloud.region == \"x\"",
        "spans | where name == \"GET /\" or cloud.region == \"$0",
        "spans | where name == \"a\" and (kind == \"server\" and cloud.region == \"$0",
        "let pay = spans | where name == \"pay\"; pay | where cloud.region == \"$0",
        "let pay = spans | where name == \"pay\"; pay | where kind == \"client\" and cloud.region == \"$0",
    ] {
        let (document, cursor) = block(text);
        let body = document.text().find("headwater\n").expect("a block") + "headwater\n".len();
        let looked = looking::look(&document, cursor).map(|look| &document.text()[body..usize::from(look.until)]);
        said.push_str(&format!("{}\n", looked.unwrap_or("–")));
    }
    expect![[r#"
        –
        spans | where name == "GET /"
        spans | where name == "GET /"
        spans | where name == "GET /" and kind == "server"
        spans | where name == "GET /"
        –
        –
        spans | where name == "a"
        let pay = spans | where name == "pay"; pay
        let pay = spans | where name == "pay"; pay | where kind == "client"
    "#]]
    .assert_eq(&said);
}

#[test]
fn fields_come_by_how_many_events_carry_them() {
    check(
        "spans | where $0",
        6,
        expect![[r#"
        duration (timespan, p99 1.234s) → duration
        name (string, 40 values) → name
        cloud.region (string, 3 values) → cloud.region
        customer.id (string, in 90 %) → customer.id
        payment.provider (string, 2 values, in 4 %) → payment.provider
        timestamp (datetime) → timestamp
    "#]],
    );
    check(
        "spans | summarize count() by $0",
        7,
        expect![[r#"
        bin (window) → bin(
        hop (window) → hop(
        session (window) → session(
        name (string, 40 values) → name
        cloud.region (string, 3 values) → cloud.region
        payment.provider (string, 2 values, in 4 %) → payment.provider
        kind (string) → kind
    "#]],
    );
}

#[test]
fn windows_suit_the_rate_and_the_lateness() {
    check(
        "spans | summarize count() by bin(timestamp, $0)",
        4,
        expect![[r#"
            5s (about 10 k events in each) → 5s
            10s (about 20 k events in each) → 10s
            30s (about 60 k events in each) → 30s
            1m (about 120 k events in each) → 1m
        "#]],
    );
}

#[test]
fn joins_offer_what_both_sides_have() {
    check(
        "spans | join $0",
        3,
        expect![[r#"
        kind=inner (every pair) → kind=inner
        kind=leftouter (every pair, and events of the left side without a partner) → kind=leftouter
        kind=leftanti (only events of the left side without a partner) → kind=leftanti
    "#]],
    );
    check(
        "spans | join kind=$0",
        2,
        expect![[r#"
        inner (every pair) → inner
        leftouter (every pair, and events of the left side without a partner) → leftouter
    "#]],
    );
    check(
        "spans | join kind=inner ($0",
        2,
        expect![[r#"
        spans (demo:shop, 2 k/s) → spans
        logs (demo:shop) → logs
    "#]],
    );
    check(
        "spans | join kind=inner (logs | where severity.text == \"ERROR\") $0",
        1,
        expect![[r#"
            on (what is equal on both sides) → on
        "#]],
    );
    check(
        "spans | join kind=inner (logs | where severity.text == \"ERROR\") on $0",
        4,
        expect![[r#"
        trace.id (string, on both sides) → trace.id
        span.id (string, on both sides) → span.id
        customer.id (string, on both sides) → customer.id
        service.name (string, on both sides) → service.name
    "#]],
    );
    check(
        "spans | join kind=inner (logs) on trace.id $0",
        2,
        expect![[r#"
            within (how far apart in time) → within
            where (where PREDICATE) → | where 
        "#]],
    );
    check(
        "spans | join kind=inner (logs) on trace.id within $0",
        2,
        expect![[r#"
        30s (how far apart in time) → 30s
        5s (how far apart in time) → 5s
    "#]],
    );
    check(
        "spans | lookup (logs | project trace.id, body) on $0",
        2,
        expect![[r#"
        trace.id (string, on both sides) → trace.id
    "#]],
    );
}

#[test]
fn a_missing_pipe_is_written_too() {
    check(
        "spans\n$0",
        2,
        expect![[r#"
        where (where PREDICATE) → | where 
        summarize (summarize AGGREGATE, … by KEY, …) → | summarize 
    "#]],
    );
    check(
        "spans | where duration > 1s\nsum$0",
        2,
        expect![[r#"
            summarize (summarize AGGREGATE, … by KEY, …) → | summarize 
            where (where PREDICATE) → | where 
        "#]],
    );
    check(
        "spans wh$0",
        2,
        expect![[r#"
            where (where PREDICATE) → | where 
            parse-where (parse-where EXPRESSION with PATTERN) → | parse-where 
        "#]],
    );
    check(
        "spans | take 5\n$0",
        2,
        expect![[r#"
        where (where PREDICATE) → | where 
        summarize (summarize AGGREGATE, … by KEY, …) → | summarize 
    "#]],
    );
    check(
        "spans | where duration > 1s $0",
        2,
        expect![[r#"
            and () → and
            or () → or
        "#]],
    );
}

#[test]
fn whole_pipelines_answer_what_is_asked_most() {
    check(
        "$0",
        12,
        expect![[r#"
            spans (demo:shop, 2 k/s) → spans
            logs (demo:shop) → logs
            metrics (demo:shop) → metrics
            deploys (demo:shop) → deploys
            latency percentiles by … (spans) (how slow, over time) → spans⏎| summarize p50 = percentile(duration, 50), p99 = percentile(duration, 99) by service.name, bin(timestamp, 10s)⏎| render timechart
            errors by … (spans) (which part fails, over time) → spans⏎| where http.response.status_code >= 500⏎| summarize errors = count() by service.name, bin(timestamp, 10s)⏎| render timechart
            error rate by … (spans) (the share that fails, over time) → spans⏎| summarize failed = 100.0 * countif(http.response.status_code >= 500) / count() by service.name, bin(timestamp, 10s)⏎| render timechart
            last errors of one customer (spans) (the events themselves, live) → spans⏎| where customer.id == "c-7" and http.response.status_code >= 500⏎| tail 20
            compare before and after a deploy (spans) (each version beside the others) → spans⏎| where service.name == "frontend"⏎| summarize requests = count(), failed = countif(http.response.status_code >= 500) by service.version, bin(timestamp, 10s)⏎| render timechart
            slowest right now (spans) (a ranking for each window) → spans⏎| summarize p99 = percentile(duration, 99) by service.name, bin(timestamp, 1m)⏎| top 10 by p99
            now versus before, minute by minute (spans) (each minute beside those before it) → spans⏎| summarize requests = count(), failed = countif(http.response.status_code >= 500) by service.name, bin(timestamp, 1m)⏎| render columnchart
            alert: fail when the error rate is too high (spans) (an `assert`: the run ends with 1 where it does not hold) → spans⏎| summarize failed = 100.0 * countif(http.response.status_code >= 500) / count() by service.name, bin(timestamp, 1m)⏎| assert failed < 5
        "#]],
    );
}

#[test]
fn documentation_is_made_when_it_is_asked_for() {
    use completion::ItemKind;
    use completion::doc::doc;
    let (document, cursor) = block("spans | where $0");
    let said = |kind, label: &str| doc(&document, cursor, kind, label).unwrap_or_default();
    assert!(said(ItemKind::Field, "cloud.region").contains("eu-west-1"));
    assert!(said(ItemKind::Function, "strlen").contains("gives `"));
    assert!(said(ItemKind::Stage, "summarize").contains("One row a group"));
    assert!(said(ItemKind::Source, "logs").contains("`body`"));
    assert_eq!(doc(&document, cursor, ItemKind::Field, "nosuch"), None);
}

#[test]
fn hover_says_what_the_events_have() {
    check_hover(
        "spans | where cloud.reg$0ion == \"eu-west-1\"",
        expect![[r#"
        `cloud.region`: string

        The region it ran in.

        Now: in 100 % of the events, 3 values.

        | value | share |
        |---|---:|
        | `eu-west-1` | 41 % |
        | `us-east-1` | 35 % |
        | `ap-south-1` | 24 % |
    "#]],
    );
    check_hover(
        "spans | where dura$0tion > 1s",
        expect![[r#"
        `duration`: timespan

        How long it took.

        Now: in 100 % of the events, about 90,000 values.

        From 0.1ms to 3.2s, half below 12ms, 99 % below 1.234s.

        `0.1ms ▂▃▅█▅▂ ▂ 2s`"#]],
    );
    check_hover(
        "spans | where payment.prov$0ider == \"x\"",
        expect![[r#"
        `payment.provider`: string

        Who handles the card, on payments.

        Now: in 4 % of the events, 2 values.

        | value | share |
        |---|---:|
        | `acme` | 70 % |
        | `zeta` | 30 % |
    "#]],
    );
    check_hover(
        "spans | where order.i$0d == \"x\"",
        expect![[r#"
        `order.id`: string

        The order, where there is one."#]],
    );
    check_hover(
        "spa$0ns | project cloud.region",
        expect![[r#"
        **spans** from `demo:shop`

        One span a handled request or call.

        2 k events a second. Events may come 2s late.

        - `timestamp`: datetime, event time
        - `duration`: timespan · in 100 % · p50 12ms, p99 1.234s
        - `trace.id`: string
        - `span.id`: string
        - `parent.span.id`: string
        - `name`: string · in 100 % · `POST /checkout` 30 %, `GET /cart` 20 %, `GET /` 10 % …
        - `kind`: string
        - `status`: string
        - `service.name`: string
        - `service.version`: string
        - `cloud.region`: string · in 100 % · `eu-west-1` 41 %, `us-east-1` 35 %, `ap-south-1` 24 %
        - `host.name`: string
        - `http.request.method`: string
        - `http.route`: string
        - `url.path`: string
        - `http.response.status_code`: long
        - `error.type`: string
        - `customer.id`: string · in 90 % · `c-7` < 1 % …
        - `customer.tier`: string
        - `payment.provider`: string · in 4 % · `acme` 70 %, `zeta` 30 %
        - `order.id`: string
        - `order.total`: real"#]],
    );
}

#[test]
fn hover_on_a_text_says_what_it_meets() {
    check_hover(
        "spans | where cloud.region == \"eu-w$0est-1\"",
        expect!["41 % of the events that have `cloud.region` have this value."],
    );
    check_hover(
        "spans | where cloud.region == \"eu$0-wets-1\"",
        expect!["Never seen. `cloud.region`: in 100 % · `eu-west-1` 41 %, `us-east-1` 35 %, `ap-south-1` 24 %"],
    );
    check_hover(
        "spans | where name matches regex \"^G$0ET\"",
        expect![[r#"
        Matches 2 of the 3 most frequent values of `name`, 30 % of its events.

        Matches `GET /cart`, `GET /`

        Not `POST /checkout`"#]],
    );
    check_hover("spans | where customer.id == \"c-$0999\"", expect!["–"]);
}

#[test]
fn what_was_never_seen_is_told_with_the_nearest() {
    let (document, _) = block("spans | where cloud.region == \"eu-wets-1\" $0");
    let found = &document.diagnostics()[0];
    expect![[
        r#"none of 20,000 events that were looked at had `cloud.region` as `eu-wets-1` Hint Some("did you mean `eu-west-1`?")"#
    ]]
    .assert_eq(&format!("{} {:?} {:?}", found.message, found.severity, found.help));
}
