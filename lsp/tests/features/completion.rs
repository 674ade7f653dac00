//! What is offered at a cursor, in whole and in half-written text, first that which an expert would write: one table of
//! places. What else there is (types, values that occur, odd texts) has files of its own.

use expect_test::{Expect, expect};
use lsp::features::completion::typed::{self, Key};
use lsp::features::completion::{self, Completion};
use lsp::features::hover;
use syntax::TextSize;

use crate::{block, document};

/// The first items of each line, the cursor at `$0`; a line break is `⏎`.
fn check(lines: &str, expected: Expect) {
    check_each(lines, expected, |document, cursor| completion::completion(document, cursor, None));
}

fn check_each(lines: &str, expected: Expect, asked: impl Fn(&lsp::document::Document, TextSize) -> Option<Completion>) {
    let mut said = String::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (document, cursor) = block(&line.replace('⏎', "\n"));
        said.push_str(&format!("{line}\n"));
        let Some(found) = asked(&document, cursor) else {
            said.push_str("    –\n");
            continue;
        };
        let first = found.items.iter().take(6).map(|item| {
            let insert = item.insert.lines().next().unwrap_or_default();
            if insert == item.label { insert.to_owned() } else { format!("{} → {insert}", item.label) }
        });
        let first: Vec<String> = first.collect();
        // How many functions there are is the catalog's affair.
        let count = if found.items.len() < 50 { found.items.len().to_string() } else { "many".to_owned() };
        said.push_str(&format!("    [{}] {} ({count})\n", document.slice(found.replace), first.join(" · ")));
    }
    expected.assert_eq(&said);
}

#[test]
fn pipelines_begin_and_go_on() {
    check(
        r#"
        $0
        let failed = spans | where duration > 1s;⏎fa$0
        spans | $0
        spans | summ$0arize count()
        spans⏎| where duration > 1s⏎| $0⏎| take 5
        spans | al$0
        spans | fail$0
        spans | lookup $0
        let codes = datatable(code: long, what: string) [1, "a"];⏎spans | lookup kind=leftouter ($0
        // spans | $0
        "#,
        expect![[r#"
            $0
                [] spans · logs · metrics · deploys · latency percentiles by … (spans) → spans · errors by … (spans) → spans (24)
            let failed = spans | where duration > 1s;⏎fa$0
                [fa] failed · spans · logs · metrics · deploys · alert: fail when the error rate is too high (spans) → spans (25)
            spans | $0
                [] where → where  · summarize → summarize  · extend → extend  · project → project  · top → top  · tail → tail  (31)
            spans | summ$0arize count()
                [summarize] summarize · where · extend · project · top · tail (31)
            spans⏎| where duration > 1s⏎| $0⏎| take 5
                [] where → where  · summarize → summarize  · extend → extend  · project → project  · top → top  · tail → tail  (31)
            spans | al$0
                [al] where → where  · summarize → summarize  · extend → extend  · project → project  · top → top  · tail → tail  (32)
            spans | fail$0
                [fail] where → where  · summarize → summarize  · extend → extend  · project → project  · top → top  · tail → tail  (31)
            spans | lookup $0
                [] datatable → datatable( · spans · logs · metrics · deploys (5)
            let codes = datatable(code: long, what: string) [1, "a"];⏎spans | lookup kind=leftouter ($0
                [] codes · datatable → datatable( · spans · logs · metrics · deploys (6)
            // spans | $0
                –
        "#]],
    );
}

#[test]
fn fields_come_by_type_and_once() {
    check(
        r#"
        spans | where $0
        spans | where http.resp$0onse
        spans | where reg$0
        spans | where re$0gion == 1
        spans | where duration > $0
        spans | where dur$0 and
        spans | summarize avg($0
        spans | summarize count($0
        spans | summarize n = rate($0
        spans | summarize max(avg($0
        spans | summarize count() by bin($0
        spans | project-away $0
        spans | project name, kind, $0
        spans | project name, n = kind, k$0
        spans | summarize count() by name, $0
        spans | summarize errors = count() by cloud.region | where $0
        spans | extend `odd name` = name | where od$0
        spans | extend x = -$0
        datatable(name: $0
        datatable(name: string, n: lo$0) ["a", 1]
        let share = (part: long, all: re$0) { part / all };
        "#,
        expect![[r#"
            spans | where $0
                [] timestamp · duration · trace.id · span.id · parent.span.id · name (many)
            spans | where http.resp$0onse
                [http.response] http.response.status_code · timestamp · duration · trace.id · span.id · parent.span.id (many)
            spans | where reg$0
                [reg] cloud.region · timestamp · duration · trace.id · span.id · parent.span.id (many)
            spans | where re$0gion == 1
                [region] cloud.region · http.request.method · http.response.status_code · timestamp · duration · trace.id (many)
            spans | where duration > $0
                [] 10ms · 100ms · 250ms · 500ms · 1s · 5s (many)
            spans | where dur$0 and
                [dur] duration · timestamp · trace.id · span.id · parent.span.id · name (many)
            spans | summarize avg($0
                [] duration · http.response.status_code · order.total · strlen → strlen( · indexof → indexof( · countof → countof( (many)
            spans | summarize count($0
                []  (0)
            spans | summarize n = rate($0
                [] http.response.status_code · order.total · strlen → strlen( · indexof → indexof( · countof → countof( · indexof_regex → indexof_regex( (many)
            spans | summarize max(avg($0
                [] duration · http.response.status_code · order.total · strlen → strlen( · indexof → indexof( · countof → countof( (many)
            spans | summarize count() by bin($0
                [] timestamp · duration · http.response.status_code · order.total · strlen → strlen( · indexof → indexof( (many)
            spans | project-away $0
                [] timestamp · duration · trace.id · span.id · parent.span.id · name (22)
            spans | project name, kind, $0
                [] timestamp · duration · trace.id · span.id · parent.span.id · status (many)
            spans | project name, n = kind, k$0
                [k] kind · timestamp · duration · trace.id · span.id · parent.span.id (many)
            spans | summarize count() by name, $0
                [] bin → bin( · hop → hop( · session → session( · kind · status · service.name (many)
            spans | summarize errors = count() by cloud.region | where $0
                [] cloud.region · errors · not → not( · isascii → isascii( · isempty → isempty( · isnotempty → isnotempty( (many)
            spans | extend `odd name` = name | where od$0
                [od] odd name → `odd name` · timestamp · duration · trace.id · span.id · parent.span.id (many)
            spans | extend x = -$0
                [] 10ms · 100ms · 250ms · 500ms · 1s · 5s (many)
            datatable(name: $0
                [] string · long · real · timespan · datetime · bool (7)
            datatable(name: string, n: lo$0) ["a", 1]
                [lo] string · long · real · timespan · datetime · bool (7)
            let share = (part: long, all: re$0) { part / all };
                [re] string · long · real · timespan · datetime · bool (7)
        "#]],
    );
}

#[test]
fn values_are_those_that_can_stand_there() {
    check(
        r#"
        spans | where cloud.region == "$0"
        spans | where cloud.region == "e$0 and duration > 1s
        spans | where cloud.region == $0
        spans | where cloud.region == eu$0
        spans | where cloud.region in ("x", "$0")
        spans | where http.response.status_code >= $0
        logs | where severity.number >= $0
        spans | extend h = datetime_part("$0", timestamp)
        spans | extend h = datetime_part($0
        spans | extend h = format_datetime(timestamp, "$0")
        spans | extend h = format_timespan(duration, "$0")
        spans | extend h = datetime_utc_to_local(timestamp, "Eu$0")
        spans | summarize count() by bin(timestamp, $0
        "#,
        expect![[r#"
            spans | where cloud.region == "$0"
                [] eu-west-1 · us-east-1 (2)
            spans | where cloud.region == "e$0 and duration > 1s
                [e] eu-west-1 → eu-west-1" · us-east-1 → us-east-1" (2)
            spans | where cloud.region == $0
                [] "eu-west-1" · "us-east-1" · trace.id · span.id · parent.span.id · name (many)
            spans | where cloud.region == eu$0
                [eu] "eu-west-1" · "us-east-1" · trace.id · span.id · parent.span.id · name (many)
            spans | where cloud.region in ("x", "$0")
                [] eu-west-1 · us-east-1 (2)
            spans | where http.response.status_code >= $0
                [] 500 · 400 · 300 · order.total · strlen → strlen( · indexof → indexof( (many)
            logs | where severity.number >= $0
                [] 17 · 13 · 9 · strlen → strlen( · indexof → indexof( · countof → countof( (many)
            spans | extend h = datetime_part("$0", timestamp)
                [] year · quarter · month · week_of_year · day · dayofyear (13)
            spans | extend h = datetime_part($0
                [] "year" · "quarter" · "month" · "week_of_year" · "day" · "dayofyear" (13)
            spans | extend h = format_datetime(timestamp, "$0")
                [] yyyy-MM-dd · yyyy-MM-dd HH:mm:ss · HH:mm:ss · HH:mm · yyyy-MM-dd HH:mm:ss.fff (5)
            spans | extend h = format_timespan(duration, "$0")
                [] hh:mm:ss · mm:ss · hh:mm:ss.fff (3)
            spans | extend h = datetime_utc_to_local(timestamp, "Eu$0")
                [Eu] Europe/Berlin · Europe/London · Europe/Paris · UTC · America/New_York · America/Chicago (12)
            spans | summarize count() by bin(timestamp, $0
                [] 10s · 30s · 1m · 5m · 10m · 15m (11)
        "#]],
    );
}

#[test]
fn operators_come_by_what_stands_before() {
    check(
        r#"
        spans | where cloud.region $0
        spans | where strlen(name) $0
        spans | where isempty(name) $0
        spans | where (duration > 1s) $0
        spans | where cloud.region == "a" $0
        spans | where duration > 1s $0
        spans | extend b = duration > 1s | where b $0
        spans | summarize count() $0
        spans | summarize $0
        spans | summarize count() by $0
        spans | top 5 by duration $0
        spans | render $0
        "#,
        expect![[r#"
            spans | where cloud.region $0
                [] == · != · in · !in · has · !has (16)
            spans | where strlen(name) $0
                [] == · != · < · <= · > · >= (16)
            spans | where isempty(name) $0
                [] and · or · == · != · where → | where  · summarize → | summarize  (35)
            spans | where (duration > 1s) $0
                [] and · or · == · != · where → | where  · summarize → | summarize  (35)
            spans | where cloud.region == "a" $0
                [] and · or · where → | where  · summarize → | summarize  · extend → | extend  · project → | project  (33)
            spans | where duration > 1s $0
                [] and · or · + · - · * · / (37)
            spans | extend b = duration > 1s | where b $0
                [] and · or · == · != · where → | where  · summarize → | summarize  (35)
            spans | summarize count() $0
                [] by · + · - · * · / · % (37)
            spans | summarize $0
                [] count → count() · countif → countif( · sum → sum( · sumif → sumif( · avg → avg( · avgif → avgif( (many)
            spans | summarize count() by $0
                [] bin → bin( · hop → hop( · session → session( · name · kind · status (many)
            spans | top 5 by duration $0
                [] desc · asc · nulls first · nulls last · + · - (39)
            spans | render $0
                [] timechart · areachart · linechart · table · card · barchart (11)
        "#]],
    );
}

/// In the whole text, of which a line is a case.
fn check_around(texts: &str, expected: Expect) {
    let mut said = String::new();
    for text in texts.lines().map(str::trim).filter(|text| !text.is_empty()) {
        let whole = text.replace('⏎', "\n");
        let cursor = whole.find("$0").expect("a cursor");
        let document = document(&whole.replace("$0", ""));
        let found = completion::completion(&document, TextSize::new(cursor as u32), None);
        let shown = |found: Completion| {
            let item = |item: &completion::Item| {
                let text = item.snippet.as_ref().unwrap_or(&item.insert).replace('\n', "⏎");
                if text == item.label { text } else { format!("{} → {text}", item.label) }
            };
            let first: Vec<String> = found.items.iter().take(4).map(item).collect();
            format!("[{}] {}", document.slice(found.replace), first.join(" · "))
        };
        said.push_str(&format!("{text}\n    {}\n", found.map_or("–".to_owned(), shown)));
    }
    expected.assert_eq(&said);
}

#[test]
fn around_the_blocks_there_is_something_to_write_too() {
    check_around(
        r##"
        $0
        # Checkout⏎⏎head$0
        # Checkout⏎⏎He$0
        # Checkout⏎⏎```$0
        # Checkout⏎⏎```h$0
        # Checkout⏎⏎> ```h$0
        # Checkout⏎⏎```h$0⏎spans⏎```⏎
        # Checkout⏎⏎```h$0⏎⏎```headwater⏎spans⏎```⏎
        ```sql⏎select 1⏎```$0
        ```sql⏎select 1⏎``$0`
        ```headwater $0⏎spans⏎```
        ```headwater name=a $0⏎spans⏎```
        ```headwater name=errors⏎spans⏎```⏎⏎```headwater-test $0⏎```
        ```headwater name=errors⏎spans⏎```⏎⏎```headwater-test for=$0⏎```
        ```headwater⏎spans⏎$0
        ```headwater⏎spans // head$0⏎```
        ```headwater⏎spans // headwater-ignore unused$0⏎```
        <!-- headwater-ignore $0 -->
        ---⏎par$0⏎---⏎
        ---⏎params:⏎  slow: { $0⏎---⏎
        ---⏎params:⏎  slow: { type: $0⏎---⏎
        ---⏎params:⏎  slow: { type: timespan, d$0 }⏎---⏎
        # Checkout is slow⏎⏎See [above](#$0)
        # Checkout is slow⏎⏎See [above](#che$0
        Prose with words$0
        "##,
        expect![[r#"
            $0
                [] headwater → ```headwater⏎$0⏎```
            # Checkout⏎⏎head$0
                [head] headwater → ```headwater⏎$0⏎```
            # Checkout⏎⏎He$0
                –
            # Checkout⏎⏎```$0
                [] headwater → headwater⏎$0⏎``` · headwater-test → headwater-test⏎$0⏎```
            # Checkout⏎⏎```h$0
                [h] headwater → headwater⏎$0⏎``` · headwater-test → headwater-test⏎$0⏎```
            # Checkout⏎⏎> ```h$0
                [h] headwater → headwater⏎> $0⏎> ``` · headwater-test → headwater-test⏎> $0⏎> ```
            # Checkout⏎⏎```h$0⏎spans⏎```⏎
                [h] headwater · headwater-test
            # Checkout⏎⏎```h$0⏎⏎```headwater⏎spans⏎```⏎
                [h] headwater → headwater⏎$0⏎``` · headwater-test → headwater-test⏎$0⏎```
            ```sql⏎select 1⏎```$0
                –
            ```sql⏎select 1⏎``$0`
                –
            ```headwater $0⏎spans⏎```
                [] name → name=
            ```headwater name=a $0⏎spans⏎```
                –
            ```headwater name=errors⏎spans⏎```⏎⏎```headwater-test $0⏎```
                [] for → for= · input → input=
            ```headwater name=errors⏎spans⏎```⏎⏎```headwater-test for=$0⏎```
                [] errors
            ```headwater⏎spans⏎$0
                [] where → | where $0 · summarize → | summarize ${1:count()} by ${2:bin(timestamp, 10s)}$0 · extend → | extend ${1:name} = $0 · project → | project $0
            ```headwater⏎spans // head$0⏎```
                [head] headwater-ignore · headwater-ignore-file
            ```headwater⏎spans // headwater-ignore unused$0⏎```
                [unused] syntax · unknown-field · unknown-stage · unknown-function
            <!-- headwater-ignore $0 -->
                [] syntax · unknown-field · unknown-stage · unknown-function
            ---⏎par$0⏎---⏎
                [par] params → params:⏎  ${1:name}: ${2:value}$0
            ---⏎params:⏎  slow: { $0⏎---⏎
                [] type → type:  · default → default:  · doc → doc: 
            ---⏎params:⏎  slow: { type: $0⏎---⏎
                [] bool · long · real · string
            ---⏎params:⏎  slow: { type: timespan, d$0 }⏎---⏎
                [d] default → default:  · doc → doc: 
            # Checkout is slow⏎⏎See [above](#$0)
                [] checkout-is-slow
            # Checkout is slow⏎⏎See [above](#che$0
                [che] checkout-is-slow
            Prose with words$0
                –
        "#]],
    );
}

/// Behind the key that stands before the cursor, in an editor that focuses nothing by itself, and in one that does.
fn check_typed(lines: &str, expected: Expect) {
    let mut both = String::new();
    for focuses in [false, true] {
        both.push_str(if focuses { "focuses:\n" } else { "focuses nothing:\n" });
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (document, cursor) = block(line);
            let pressed = document.text()[..usize::from(cursor)].chars().next_back();
            let found = typed::by_itself(&document, cursor, None, Key { pressed, focuses });
            let labels = |found: Completion| {
                found.items.iter().take(4).map(|item| item.label.clone()).collect::<Vec<_>>().join(" · ")
            };
            both.push_str(&format!("    {line}\n        {}\n", found.map_or("–".to_owned(), labels)));
        }
    }
    expected.assert_eq(&both);
}

#[test]
fn what_comes_by_itself_gives_way_to_what_is_whole() {
    check_typed(
        r#"
        spans | $0
        spans | wh$0
        spans | where$0
        spans | where $0
        spans | where d$0
        spans | where duration$0
        spans | where duration > 1$0
        spans | where duration > 1s$0
        spans | where status == "$0
        spans | where status == "er$0
        spans | where status == "error"$0
        spans | where status == "error" $0
        spans | where status == "error" a$0
        spans | where status == "error" and$0
        spans | take 1$0
        spans | take $0
        spans | summarize count$0
        spans | summarize counti$0
        spans | summarize count($0
        spans | summarize count()$0
        spans | summarize avg($0
        spans | render time$0
        spans | render timechart$0
        spans | join kind=inner ($0
        spans | extend zq$0
        spa$0
        spans$0
        "#,
        expect![[r#"
            focuses nothing:
                spans | $0
                    where · summarize · extend · project
                spans | wh$0
                    where · parse-where
                spans | where$0
                    –
                spans | where $0
                    timestamp · duration · trace.id · span.id
                spans | where d$0
                    duration · degrees · dayofweek · dayofmonth
                spans | where duration$0
                    –
                spans | where duration > 1$0
                    –
                spans | where duration > 1s$0
                    –
                spans | where status == "$0
                    unset · error
                spans | where status == "er$0
                    error
                spans | where status == "error"$0
                    –
                spans | where status == "error" $0
                    and · or · where · summarize
                spans | where status == "error" a$0
                    and · as · assert · alert
                spans | where status == "error" and$0
                    –
                spans | take 1$0
                    –
                spans | take $0
                    10 · 20 · 100
                spans | summarize count$0
                    –
                spans | summarize counti$0
                    countif
                spans | summarize count($0
                    –
                spans | summarize count()$0
                    –
                spans | summarize avg($0
                    duration · http.response.status_code · order.total · strlen
                spans | render time$0
                    timechart
                spans | render timechart$0
                    –
                spans | join kind=inner ($0
                    spans · logs · metrics · deploys
                spans | extend zq$0
                    –
                spa$0
                    spans · latency percentiles by … (spans) · errors by … (spans) · error rate by … (spans)
                spans$0
                    –
            focuses:
                spans | $0
                    –
                spans | wh$0
                    where · parse-where
                spans | where$0
                    –
                spans | where $0
                    –
                spans | where d$0
                    duration · degrees · dayofweek · dayofmonth
                spans | where duration$0
                    –
                spans | where duration > 1$0
                    –
                spans | where duration > 1s$0
                    –
                spans | where status == "$0
                    unset · error
                spans | where status == "er$0
                    error
                spans | where status == "error"$0
                    –
                spans | where status == "error" $0
                    –
                spans | where status == "error" a$0
                    and · as · assert · alert
                spans | where status == "error" and$0
                    –
                spans | take 1$0
                    –
                spans | take $0
                    –
                spans | summarize count$0
                    –
                spans | summarize counti$0
                    countif
                spans | summarize count($0
                    –
                spans | summarize count()$0
                    –
                spans | summarize avg($0
                    –
                spans | render time$0
                    timechart
                spans | render timechart$0
                    –
                spans | join kind=inner ($0
                    –
                spans | extend zq$0
                    –
                spa$0
                    spans · latency percentiles by … (spans) · errors by … (spans) · error rate by … (spans)
                spans$0
                    –
        "#]],
    );
}

#[test]
fn an_item_that_leaves_a_place_open_says_so() {
    for (text, label, opens) in [
        ("spans | $0", "where", true),
        ("spans | $0", "count", true),
        ("spans | $0", "summarize", false),
        ("spans | where $0", "strlen", true),
        ("spans | where $0", "duration", false),
        ("spans | summarize $0", "count", false),
        ("spans | summarize $0", "avg", true),
    ] {
        let (document, cursor) = block(text);
        let found = completion::completion(&document, cursor, None).expect("something is offered");
        let item = found.items.iter().find(|item| item.label == label).expect("it is offered");
        assert_eq!(item.opens_place(), opens, "{text}: {label}");
    }
}

#[test]
fn nothing_is_offered_in_prose_and_behind_the_end() {
    for text in ["# Tit$0le\n\n```headwater\nspans\n```\n", "```headwater\nspans\n``$0`\n"] {
        let cursor = TextSize::new(text.find("$0").expect("a cursor") as u32);
        let document = document(&text.replace("$0", ""));
        assert_eq!(completion::completion(&document, cursor, None), None, "{text}");
        assert_eq!(hover::hover(&document, cursor, &hover::Around::default()), None, "{text}");
    }
}
