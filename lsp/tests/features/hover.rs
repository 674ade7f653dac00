//! What is said of stages, names and literals.

use expect_test::{Expect, expect};
use lsp::features::hover;

use crate::block;

fn check_hover(text: &str, expected: Expect) {
    let (document, cursor) = block(text);
    let said = hover::hover(&document, cursor, &hover::Around::default())
        .map_or("–".to_owned(), |hover| format!("[{}]\n{}", document.slice(hover.range), hover.markdown));
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

            22 fields in, 3 fields out:

            ```diff
            + errors: long
              cloud.region: string
              timestamp: datetime
            - duration: timespan
            - trace.id: string
            - span.id: string
            - parent.span.id: string
            - name: string
            - kind: string
            - status: string
            - service.name: string
            - service.version: string
            - host.name: string
            - http.request.method: string
            - http.route: string
            - url.path: string
            - http.response.status_code: long
            - error.type: string
            - customer.id: string
            - customer.tier: string
            - payment.provider: string
            - order.id: string
            - order.total: real
            ```"#]],
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
            percentile(value: number or datetime or timespan, percent: number) → as its argument
            ```
            The value of the nearest rank, as in Kusto: so many percent do not exceed it. Exact for up to 64 values of a group, then within 1 % of the value, by a log-linear histogram (HdrHistogram, Tene 2012; the bound is DDSketch's, Masson et al. 2019); of datetimes within a thousandth of the time that the group spans.

            ```headwater
            percentile(duration, 99)
            ```
            gives `{"percentile_duration_99":"00:00:01.2500000"}`"#]],
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
            ```
            gives `true`"#]],
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
