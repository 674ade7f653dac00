//! What is said of stages, names and literals.

use expect_test::{Expect, expect};
use lsp::features::hover;

use crate::{block, document};

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
            What the stage before makes of its events: 22 fields in, 23 fields out:

            ```diff
            + slow: bool
              timestamp: datetime
              duration: timespan
              trace.id: string
              span.id: string
              parent.span.id: string
              name: string
              kind: string
              status: string
              service.name: string
              service.version: string
              cloud.region: string
              host.name: string
              http.request.method: string
              http.route: string
              url.path: string
              http.response.status_code: long
              error.type: string
              customer.id: string
              customer.tier: string
              payment.provider: string
              order.id: string
              order.total: real
            ```"#]],
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

#[test]
fn hover_on_the_words_within_a_stage() {
    check_hover(
        "spans | summarize count() b$0y name",
        expect![[r#"
        [by]
        ```headwater
        by KEY, …
        ```
        One row for each combination of these keys. A window among them, such as `bin(timestamp, 10s)`, groups by time."#]],
    );
    check_hover(
        "spans | join kind=inner (logs) on trace.id wit$0hin 5s",
        expect![[r#"
        [within]
        ```headwater
        within SPAN
        ```
        How far apart in time the events of a pair may be, either way. Both sides wait that long for a partner: the longer, the more is held in memory, and the later it is known that there is none."#]],
    );
    check_hover(
        "spans | join kin$0d=inner (logs) on trace.id",
        expect![[r#"
            [kind]
            ```headwater
            kind=inner|leftouter|rightouter|fullouter|leftanti|rightanti|leftsemi|rightsemi
            ```
            Which events leave: pairs, or those without or with a partner."#]],
    );
    check_hover(
        "spans | join kind=in$0ner (logs) on trace.id",
        expect![[r#"
        [inner]
        `kind=inner`: every pair"#]],
    );
    check_hover(
        "spans | sort by duration de$0sc",
        expect![[r#"
        [desc]
        ```headwater
        desc
        ```
        The greatest first, which is also meant where nothing is said; nulls come last unless it says `nulls first`."#]],
    );
    check_hover(
        "spans | where duration between (1s .$0. 2s)",
        expect![[r#"
        [..]
        ```headwater
        between (LOW .. HIGH)
        ```
        From the first to the second, both included."#]],
    );
    check_hover(
        "spans | summarize count() by hop(timestamp, siz$0e=1m, every=10s)",
        expect![[r#"
        [size]
        ```headwater
        size=timespan
        ```
        How long each window is; a multiple of `every`."#]],
    );
    check_hover(
        "spans | mv-expand name to typeof(lo$0ng)",
        expect![[r#"
        [long]
        ```headwater
        long
        ```
        A type: a whole number of 64 bits."#]],
    );
    check_hover(
        "spans | extend a = dyna$0mic({})",
        expect![[r#"
        [dynamic]
        ```headwater
        dynamic(JSON)
        ```
        A JSON value: a bag `{"key": value}`, an array `[value, …]`, or a single value."#]],
    );
    check_hover(
        "spans | extend a = tr$0ue",
        expect![[r#"
        [true]
        ```headwater
        true
        ```
        The bool that holds."#]],
    );
    check_hover(
        "spans | sample 10%$0 by trace.id",
        expect![[r#"
        [%]
        ```headwater
        P%
        ```
        The share of the events that pass, in per cent."#]],
    );
    check_hover(
        "spans | project-away http.$0*",
        expect![[r#"
        [http.*]
        `http.*` matches 3 fields:

        - `http.request.method`: string
        - `http.route`: string
        - `http.response.status_code`: long"#]],
    );
    check_hover(
        "spans | render timechart with (tit$0le=\"a\")",
        expect![[r#"
        [title]
        `title=`: above the picture"#]],
    );
    check_hover(
        "logs | extend a = attributes[\"serv$0ice.name\"]",
        expect![[r#"
        [attributes["service.name"]]
        `service.name`: string

        The service that sent it.

        Known values: `"frontend"`, `"catalog"`, `"inventory"`, `"checkout"`, `"payment"`, `"shipping"`"#]],
    );
    check_hover(
        "spans | extend a = todynamic(name)[$0\"x\"]",
        expect![[r#"
        ["x"]
        ```headwater
        BAG["key"] or ARRAY[place]
        ```
        A member of a bag by its key, or an element of an array by its place, from 0; null where there is none. `attributes["x"]` is the field `x`."#]],
    );
}

#[test]
fn hover_on_a_fence_says_what_the_block_gives() {
    let text = "# Top\n\n```headwater name=slow\nspans | summarize n = count() by name\n```\n";
    let document = document(text);
    let said = [8, 25].map(|at| hover::hover(&document, at.into(), &hover::Around::default()));
    let [Some(fence), Some(name)] = said else { panic!("nothing is said: {said:?}") };
    assert_eq!(fence, name);
    expect![[r#"
        [```headwater name=slow]
        Block `slow`, under “Top”

        Gives:

        - `name`: string
        - `n`: long"#]]
    .assert_eq(&format!("[{}]\n{}", document.slice(fence.range), fence.markdown));
}

#[test]
fn hover_on_a_parameter_in_the_front_matter() {
    let document = document("---\nparams:\n  slow: { type: timespan, default: 1s, doc: how slow }\n---\n");
    let hover = hover::hover(&document, 16.into(), &hover::Around::default()).expect("something is said");
    expect![[r#"
        [slow]
        `slow`: timespan, a parameter of this runbook; without a setting it is `1s`

        how slow"#]]
    .assert_eq(&format!("[{}]\n{}", document.slice(hover.range), hover.markdown));
}

#[test]
fn hover_on_a_text_says_whether_it_is_known() {
    check_hover(
        "spans | where cloud.region == \"eu-we$0st-1\"",
        expect![[r#"
        ["eu-west-1"]
        A known value of `cloud.region`."#]],
    );
    check_hover(
        "spans | where cloud.region in (\"eu-we$0st-2\")",
        expect![[r#"
        ["eu-west-2"]
        Not among the known values of `cloud.region`: `eu-west-1`, `us-east-1`"#]],
    );
    check_hover(
        "spans | where cloud.region matches regex \"^e$0u\"",
        expect![[r#"
        ["^eu"]
        Matches 1 of the 2 known values of `cloud.region`.

        Matches `eu-west-1`

        Not `us-east-1`"#]],
    );
    check_hover(
        "spans | where http.request.method == \"GE$0T\"",
        expect![[r#"
        ["GET"]
        A known value of `http.request.method`."#]],
    );
}
