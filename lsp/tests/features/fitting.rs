//! What is offered first at a place is of the type that is needed there: a table of places, and over the corpus.

use std::sync::Arc;

use expect_test::{Expect, expect};
use lsp::document::Document;
use lsp::features::completion::{self, Item, ItemKind};
use syntax::analysis::Context;
use syntax::source::{SourceDecl, SourceUri, Sources};
use syntax::{Code, Edit, TextRange, TextSize};

use crate::{corpus, document};

const PARAMS: &str = "---\nparams:\n  code: 500\n  customer: c-1\n  slow: 1s\n---\n";

fn at(line: &str) -> (Document, TextSize) {
    let text = format!("{PARAMS}\n```headwater\n{line}\n```\n");
    let cursor = text.find("$0").expect("a cursor");
    (document(&text.replace("$0", "")), TextSize::new(cursor as u32))
}

/// The first items of each line, the cursor at `$0`.
fn check(lines: &str, expected: Expect) {
    let mut said = String::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (document, cursor) = at(line);
        let found = completion::completion(&document, cursor, None).expect("something is offered");
        let first: Vec<&str> = found.items.iter().take(8).map(|item| item.label.as_str()).collect();
        said.push_str(&format!("{line}\n    {}\n", first.join(" · ")));
    }
    expected.assert_eq(&said);
}

#[test]
fn a_condition_begins_with_a_field() {
    check(
        r#"
        spans | summarize countif($0
        spans | summarize sumif(duration, $0
        spans | extend x = iff($0, 1, 2)
        spans | where not($0
        spans | where duration > 1s and $0
        spans | extend b = duration > 1s | where $0
        "#,
        expect![[r#"
            spans | summarize countif($0
                timestamp · duration · trace.id · span.id · parent.span.id · name · kind · status
            spans | summarize sumif(duration, $0
                timestamp · duration · trace.id · span.id · parent.span.id · name · kind · status
            spans | extend x = iff($0, 1, 2)
                timestamp · duration · trace.id · span.id · parent.span.id · name · kind · status
            spans | where not($0
                timestamp · duration · trace.id · span.id · parent.span.id · name · kind · status
            spans | where duration > 1s and $0
                timestamp · duration · trace.id · span.id · parent.span.id · name · kind · status
            spans | extend b = duration > 1s | where $0
                b · timestamp · duration · trace.id · span.id · parent.span.id · name · kind
        "#]],
    );
}

#[test]
fn behind_a_sign_the_other_side_decides() {
    check(
        r#"
        spans | extend x = duration / $0
        spans | extend x = duration * $0
        spans | extend x = duration + $0
        spans | extend x = timestamp - $0
        spans | extend x = duration / 1ms + $0
        spans | summarize x = countif(status == "error") / $0
        "#,
        expect![[r#"
            spans | extend x = duration / $0
                1ms · 1s · 1m · duration · http.response.status_code · order.total · code · slow
            spans | extend x = duration * $0
                http.response.status_code · order.total · code · strlen · indexof · countof · indexof_regex · strcmp
            spans | extend x = duration + $0
                10ms · 100ms · 250ms · 500ms · 1s · 5s · 1m · timestamp
            spans | extend x = timestamp - $0
                10ms · 100ms · 250ms · 500ms · 1s · 5s · 1m · timestamp
            spans | extend x = duration / 1ms + $0
                http.response.status_code · order.total · code · strlen · indexof · countof · indexof_regex · strcmp
            spans | summarize x = countif(status == "error") / $0
                count · countif · sum · sumif · avg · avgif · min · minif
        "#]],
    );
}

#[test]
fn what_is_compared_has_one_type() {
    check(
        r#"
        spans | where http.response.status_code == $0
        spans | where customer.id == $0
        spans | where customer.id in ($0
        spans | where duration between ($0
        spans | where duration between (1s .. $0
        spans | where duration > 1$0
        spans | where http.response.status_code == 5$0
        "#,
        expect![[r#"
            spans | where http.response.status_code == $0
                code · order.total · strlen · indexof · countof · indexof_regex · strcmp · string_size
            spans | where customer.id == $0
                customer · trace.id · span.id · parent.span.id · name · kind · status · service.name
            spans | where customer.id in ($0
                customer · trace.id · span.id · parent.span.id · name · kind · status · service.name
            spans | where duration between ($0
                slow · 10ms · 100ms · 250ms · 500ms · 1s · 5s · 1m
            spans | where duration between (1s .. $0
                slow · 10ms · 100ms · 250ms · 500ms · 1s · 5s · 1m
            spans | where duration > 1$0
                slow · 10ms · 100ms · 1s · 1m · 250ms · 500ms · 5s
            spans | where http.response.status_code == 5$0
                code · order.total · strlen · indexof · countof · indexof_regex · strcmp · string_size
        "#]],
    );
}

#[test]
fn calls_take_what_they_say() {
    check(
        r#"
        spans | summarize sum($0
        spans | summarize percentile($0
        spans | summarize percentile(duration, $0
        spans | summarize percentile(duration, 9$0
        spans | summarize arg_max(timestamp, $0
        spans | extend x = strlen($0
        spans | where timestamp > ago($0
        spans | summarize count() by bin($0
        spans | summarize count() by bin(timestamp, 1$00s)
        spans | summarize count() by bin(http.response.status_code, $0
        spans | summarize count() by hop($0
        spans | summarize count() by session($0
        spans | summarize count() by hop(timestamp, size=$0
        spans | extend x = iff(true, duration, $0
        "#,
        expect![[r#"
            spans | summarize sum($0
                duration · http.response.status_code · order.total · code · slow · strlen · indexof · countof
            spans | summarize percentile($0
                timestamp · duration · http.response.status_code · order.total · code · slow · strlen · indexof
            spans | summarize percentile(duration, $0
                99 · 95 · 90 · 50 · 99.9 · code
            spans | summarize percentile(duration, 9$0
                99 · 95 · 90 · 99.9 · 50 · code
            spans | summarize arg_max(timestamp, $0
                * · timestamp · duration · trace.id · span.id · parent.span.id · name · kind
            spans | extend x = strlen($0
                trace.id · span.id · parent.span.id · name · kind · status · service.name · service.version
            spans | where timestamp > ago($0
                1m · 5m · 1h · 1d · duration · slow · dayofweek · make_timespan
            spans | summarize count() by bin($0
                timestamp · duration · http.response.status_code · order.total · code · slow · strlen · indexof
            spans | summarize count() by bin(timestamp, 1$00s)
                10s · 1m · 10m · 15m · 1h · 1d · 1s · 30s
            spans | summarize count() by bin(http.response.status_code, $0
                10 · 100 · 1000 · code
            spans | summarize count() by hop($0
                timestamp · now · ago · startofminute · startofhour · startofday · startofweek · startofmonth
            spans | summarize count() by session($0
                timestamp · now · ago · startofminute · startofhour · startofday · startofweek · startofmonth
            spans | summarize count() by hop(timestamp, size=$0
                10s · 30s · 1m · 5m · 10m · 15m · 30m · 1h
            spans | extend x = iff(true, duration, $0
                duration · slow · dayofweek · make_timespan · totimespan · split · extract_all · parse_url
        "#]],
    );
}

#[test]
fn stages_take_what_they_work_on() {
    check(
        r#"
        spans | mv-expand $0
        spans | parse $0
        spans | take $0
        spans | sample $0
        spans | sample 1$0%
        spans | sample 10% $0
        spans | sample 10% by $0
        spans | top $0
        spans | top 10 $0
        spans | top 10 by $0
        spans | top 10 by duration $0
        spans | top-hitters 10 $0
        spans | top-hitters 10 of $0
        spans | sort $0
        spans | distinct $0
        spans | parse name $0
        spans | parse name with $0
        spans | parse-kv name $0
        spans | parse-kv name as (a:string) $0
        spans | where name !$0
        spans | where name !ha$0
        spans | where name not $0
        spans | where name not i$0
        spans | join kind=inner (logs) on $left.span.id == $0
        spans | join kind=inner (logs) on $right.$0
        spans | extend x = case(duration > 1s, duration, $0
        spans | where name matches regex $0
        spans | summarize n = count() by cloud.region, bin(timestamp, 1m) | top 5 by $0
        spans | summarize n = count() by bin(http.response.status_code, 100) | sort by $0
        spans | summarize count() by cloud.region | render $0
        spans | summarize count() by cloud.region, bin(timestamp, 1m) | render $0
        spans | render $0
        spans | lookup $0
        spans | join kind=inner ($0) on metric.name
        spans | where duration > 1s ta$0
        "#,
        expect![[r#"
            spans | mv-expand $0
                split · extract_all · parse_url · parse_urlquery · parse_path · parse_csv · base64_decode_toarray · unicode_codepoints_from_string
            spans | parse $0
                trace.id · span.id · parent.span.id · name · kind · status · service.name · service.version
            spans | take $0
                10 · 20 · 100 · code
            spans | sample $0
                1% · 10% · 50%
            spans | sample 1$0%
                1% · 10% · 50%
            spans | sample 10% $0
                by · where · summarize · extend · project · top · tail · take
            spans | sample 10% by $0
                trace.id · span.id · parent.span.id · customer.id · order.id · name · kind · status
            spans | top $0
                10 · 20 · 100 · code
            spans | top 10 $0
                by
            spans | top 10 by $0
                duration · http.response.status_code · order.total · timestamp · name · kind · status · service.name
            spans | top 10 by duration $0
                desc · asc · nulls first · nulls last · + · - · * · /
            spans | top-hitters 10 $0
                of
            spans | top-hitters 10 of $0
                name · kind · status · service.name · service.version · cloud.region · host.name · http.request.method
            spans | sort $0
                by
            spans | distinct $0
                name · kind · status · service.name · service.version · cloud.region · host.name · http.request.method
            spans | parse name $0
                with · == · != · in · !in · has · !has · contains
            spans | parse name with $0
                * "text=" value:string *
            spans | parse-kv name $0
                as · == · != · in · !in · has · !has · contains
            spans | parse-kv name as (a:string) $0
                with · where · summarize · extend · project · top · tail · take
            spans | where name !$0
                != · !in · !has · !contains · !~
            spans | where name !ha$0
                !has · != · !in · !contains · !~
            spans | where name not $0
                != · !in · !has · !contains · !~
            spans | where name not i$0
                !in · != · !has · !contains · !~
            spans | join kind=inner (logs) on $left.span.id == $0
                $right.span.id · $right.severity · $right.body · $right.trace.id · $right.service.name · $right.service.version · $right.cloud.region · $right.host.name
            spans | join kind=inner (logs) on $right.$0
                $right.timestamp · $right.severity · $right.severity.number · $right.body · $right.trace.id · $right.span.id · $right.service.name · $right.service.version
            spans | extend x = case(duration > 1s, duration, $0
                duration · timestamp · trace.id · span.id · parent.span.id · name · kind · status
            spans | where name matches regex $0
                customer
            spans | summarize n = count() by cloud.region, bin(timestamp, 1m) | top 5 by $0
                n · cloud.region · timestamp · code · customer · slow · not · strcat
            spans | summarize n = count() by bin(http.response.status_code, 100) | sort by $0
                n · http.response.status_code · code · customer · slow · not · strcat · strcat_delim
            spans | summarize count() by cloud.region | render $0
                table · barchart · columnchart · piechart · log · card · timechart · areachart
            spans | summarize count() by cloud.region, bin(timestamp, 1m) | render $0
                timechart · areachart · linechart · table · barchart · columnchart · piechart · heatmap
            spans | render $0
                timechart · areachart · linechart · table · card · barchart · columnchart · piechart
            spans | lookup $0
                datatable · spans · logs · metrics · deploys
            spans | join kind=inner ($0) on metric.name
                metrics · spans · logs · deploys
            spans | where duration > 1s ta$0
                and · or · + · - · * · / · tail · take
        "#]],
    );
}

#[test]
fn values_are_known_behind_another_name() {
    check(
        r#"
        spans | project k = cloud.region | where k == "$0
        spans | extend k = cloud.region | where k == "$0
        spans | project-rename k = cloud.region | where k == "$0
        spans | summarize n = count() by k = cloud.region | where k == "$0
        let some = spans | project k = cloud.region; some | project m = k | where m == "$0
        metrics | join kind=inner (spans) on service.name within 5s | where cloud.region == "$0
        "#,
        expect![[r#"
            spans | project k = cloud.region | where k == "$0
                eu-west-1 · us-east-1
            spans | extend k = cloud.region | where k == "$0
                eu-west-1 · us-east-1
            spans | project-rename k = cloud.region | where k == "$0
                eu-west-1 · us-east-1
            spans | summarize n = count() by k = cloud.region | where k == "$0
                eu-west-1 · us-east-1
            let some = spans | project k = cloud.region; some | project m = k | where m == "$0
                eu-west-1 · us-east-1
            metrics | join kind=inner (spans) on service.name within 5s | where cloud.region == "$0
                eu-west-1 · us-east-1
        "#]],
    );
    let (document, cursor) = at("spans | extend cloud.region = strcat(name, kind) | where cloud.region == \"$0");
    let found = completion::completion(&document, cursor, None).expect("a place");
    assert!(found.items.is_empty(), "it is computed: {:?}", found.items);
}

/// What ends comes first as a table; what has the keys comes first as the other side.
#[test]
fn other_sides_are_those_that_fit() {
    let mut sources = Sources::builtin();
    let uri = SourceUri::parse("file:owners.jsonl").expect("a right address");
    sources.sources.push(SourceDecl::for_uri("owners", uri).expect("a right source"));
    let context = Arc::new(Context { sources, ..Context::default() });
    let mut said = String::new();
    for line in [
        "spans | lookup $0",
        "let all = logs; let some = owners | take 5; spans | lookup $0",
        "spans | join kind=inner ($0) on metric.name",
        "spans | union $0",
    ] {
        let text = format!("```headwater\n{line}\n```\n");
        let cursor = TextSize::new(text.find("$0").expect("a cursor") as u32);
        let context = context.clone();
        let document = Document::new(text.replace("$0", ""), 1, move || context.clone());
        let found = completion::completion(&document, cursor, None).expect("sources");
        let first: Vec<&str> = found.items.iter().map(|item| item.label.as_str()).collect();
        said.push_str(&format!("{line}\n    {}\n", first.join(" · ")));
    }
    expect![[r#"
        spans | lookup $0
            owners · datatable · spans · logs · metrics · deploys
        let all = logs; let some = owners | take 5; spans | lookup $0
            some · owners · datatable · all · spans · logs · metrics · deploys
        spans | join kind=inner ($0) on metric.name
            metrics · owners · spans · logs · deploys
        spans | union $0
            spans · logs · metrics · deploys · owners
    "#]]
    .assert_eq(&said);
}

/// A stage's word is written over: what follows it stays.
#[test]
fn a_word_that_is_written_over_keeps_what_follows() {
    let (document, cursor) = at("spans | summ$0 count() by kind");
    let found = completion::completion(&document, cursor, None).expect("stages");
    let taken = found.items.iter().find(|item| item.label == "summarize").expect("it is a stage");
    assert_eq!((taken.insert.as_str(), &taken.snippet), ("summarize", &None));
    let (document, cursor) = at("spans | summ$0\n| take 5");
    let found = completion::completion(&document, cursor, None).expect("stages");
    let taken = found.items.iter().find(|item| item.label == "summarize").expect("it is a stage");
    assert!(taken.snippet.is_some(), "nothing follows");
}

#[test]
fn parentheses_may_be_as_deep_as_they_like() {
    let (open, close) = ("abs(".repeat(20_000), ")".repeat(20_000));
    let (document, cursor) = at(&format!("spans | extend x = {open}duration{close} / $0"));
    assert!(completion::completion(&document, cursor, None).is_some_and(|found| !found.items.is_empty()));
}

/// Of the first items at an operand's place, none is of another type.
#[test]
fn what_comes_first_is_of_the_type_that_is_needed() {
    let mut wrong = Vec::new();
    let mut tried = 0usize;
    for text in corpus::corpus() {
        let before = text.document();
        let clean = before.diagnostics().iter().all(|found| found.code != Code::TypeMismatch);
        if !clean || before.parse().diagnostics().iter().any(|found| found.severity == syntax::Severity::Error) {
            continue;
        }
        let resolutions = before.analysis().resolutions.iter();
        let fields = resolutions.filter(|it| matches!(it.what, syntax::analysis::What::Field { .. }));
        for place in fields.map(|it| it.range) {
            let Some(offered) = completion::completion(&before, place.start(), None) else { continue };
            // What stands behind it decides as well, and is not looked at.
            let behind = before.text()[usize::from(offered.replace.end())..].trim_start_matches(' ');
            if !behind.starts_with([')', '|', ';', '\n']) {
                continue;
            }
            let values = [ItemKind::Field, ItemKind::Param, ItemKind::Let, ItemKind::Value, ItemKind::Word];
            let mismatch = |item: &Item| {
                let after = text.with(before.with_edits(&[Edit { range: offered.replace, text: item.insert.clone() }]));
                let own = TextRange::at(place.start(), TextSize::of(item.insert.as_str()));
                // A condition is begun by anything, and the last value of `case` stands where one may.
                let found = after.diagnostics().iter().find(|found| {
                    found.code == Code::TypeMismatch
                        && !found.message.contains("`case`")
                        && found.range == own
                        && !found.message.ends_with("a bool is needed")
                });
                found.map(|found| found.message.clone())
            };
            for item in offered.items.iter().take(5).filter(|item| values.contains(&item.kind)) {
                tried += 1;
                if let Some(message) = mismatch(item) {
                    let place = before.slice(offered.replace);
                    wrong.push(format!("{}: {} at {place}: {message}", text.name, item.label));
                }
            }
            // No parameter of another type is before a field of the right one.
            let of = |kind: ItemKind| offered.items.iter().enumerate().filter(move |(_, item)| item.kind == kind);
            let first = of(ItemKind::Param).find(|(_, item)| mismatch(item).is_some());
            let Some((first, param)) = first else { continue };
            if let Some((_, field)) = of(ItemKind::Field).find(|(at, item)| *at > first && mismatch(item).is_none()) {
                wrong.push(format!("{}: {} is before {}", text.name, param.label, field.label));
            }
        }
    }
    assert!(tried > 500, "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}
