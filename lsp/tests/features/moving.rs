//! Definition, references and rename: what a name stands for, and where it does.

use std::path::Path;
use std::sync::Arc;

use expect_test::{Expect, expect};
use lsp::document::Document;
use lsp::features::definition::{Target, definition};
use lsp::features::folding::folds;
use lsp::features::links::links;
use lsp::features::references::{references, uses_of_lets};
use lsp::features::rename;
use lsp::features::selection::selections;
use syntax::analysis::Context;
use syntax::ast::AstNode;
use syntax::source::{SourceDecl, SourceUri, Sources};
use syntax::{TextRange, TextSize};

use crate::{block, document};

fn cursor(text: &str) -> (Document, TextSize) {
    let cursor = text.find("$0").expect("a cursor");
    (document(&text.replace("$0", "")), TextSize::new(cursor as u32))
}

/// The text with each reference in marks: «read», ‹written›.
fn marked(document: &Document, cursor: TextSize) -> String {
    let mut text = document.text().to_owned();
    for found in references(document, cursor).iter().rev() {
        let (open, close) = if found.writes { ("‹", "›") } else { ("«", "»") };
        text.insert_str(usize::from(found.range.end()), close);
        text.insert_str(usize::from(found.range.start()), open);
    }
    text
}

fn check_references(pipeline: &str, expected: Expect) {
    let (document, cursor) = block(pipeline);
    let marked = marked(&document, cursor);
    let body = marked.split("```headwater\n").nth(1).and_then(|rest| rest.strip_suffix("```\n")).expect("a block");
    expected.assert_eq(body);
}

fn targets(document: &Document, cursor: TextSize) -> String {
    let Some(found) = definition(document, cursor) else { return "nothing".to_owned() };
    let origin = document.slice(found.origin);
    let said = found.targets.iter().map(|target| match target {
        Target::Here { name: (start, end), .. } => {
            let line = document.line(*start) + 1;
            format!("{line}: {}", document.slice(TextRange::new(*start, *end)))
        }
        Target::File { path, anchor } => format!("{path}#{anchor}"),
        Target::Source(source) => format!("source {source}"),
        Target::Field { source, field } => format!("{source}'s {field}"),
    });
    format!("{origin} → {}", said.collect::<Vec<_>>().join(", "))
}

#[test]
fn a_definition_is_the_let_the_parameter_the_source_or_where_the_field_was_made() {
    let text = "---\nparams:\n  limit: { type: long, default: 500 }\n---\n```headwater\n\
let slow = spans | extend ms = duration / 1ms;\n```\n\n```headwater\nslow | where ms > limit and duration > 1s\n\
| summarize count(), p = percentile(ms, 99) by service.name, bin(timestamp, 10s)\n\
| where count_ > 1 and p > 5 and service.name == \"a\"\n```\n";
    let mut said = String::new();
    for (word, nth) in [
        ("slow |", 0),
        ("limit and", 0),
        ("ms >", 0),
        ("ms, 99", 0),
        ("spans", 0),
        ("duration > 1s", 0),
        ("count_", 0),
        ("p > 5", 0),
        ("service.name ==", 0),
        ("where", 0),
    ] {
        let at = text.match_indices(word).nth(nth).expect("the word").0;
        said.push_str(&targets(&document(text), TextSize::new(at as u32 + 1)));
        said.push('\n');
    }
    expect![[r#"
        slow → 6: slow
        limit → 3: limit
        ms → 6: ms
        ms → 6: ms
        spans → source spans
        duration → spans's duration
        count_ → 11: count()
        p → 11: p
        service.name → spans's service.name
        nothing
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_field_of_both_sides_of_a_union_is_made_in_both() {
    let (document, cursor) = block(
        "let a = spans | extend who = name;\nlet b = logs | extend who = body;\nunion a, b | project wh$0o, timestamp",
    );
    expect!["who → 4: who, 5: who"].assert_eq(&targets(&document, cursor));
    let (document, cursor) = block("union spans, logs | project time$0stamp");
    expect!["timestamp → logs's timestamp, spans's timestamp"].assert_eq(&targets(&document, cursor));
    let (document, cursor) =
        block("spans | join kind=inner (logs | extend name = body) on trace.id within 5s | where na$0me1 == name");
    expect!["name1 → 4: name"].assert_eq(&targets(&document, cursor));
}

#[test]
fn a_stage_that_makes_the_name_anew_makes_another_field() {
    check_references(
        "spans\n| extend x = duration\n| where x > 1s\n| extend x = x$0 / 1ms\n| where x > 1\n| project x",
        expect![[r#"
            spans
            | extend ‹x› = duration
            | where «x» > 1s
            | extend x = «x» / 1ms
            | where x > 1
            | project x
        "#]],
    );
    check_references(
        "spans\n| extend x = duration\n| where x > 1s\n| extend x = x / 1ms\n| where x > 1\n| project x$0",
        expect![[r#"
            spans
            | extend x = duration
            | where x > 1s
            | extend ‹x› = x / 1ms
            | where «x» > 1
            | project «x»
        "#]],
    );
}

#[test]
fn stages_that_only_name_fields_are_read_too() {
    check_references(
        "spans\n| extend x = duration, y = 1\n| project-keep x, y, timestamp\n| project-away y\n| sort by x$0\n| distinct x\n\
         | top 3 by x",
        expect![[r#"
            spans
            | extend ‹x› = duration, y = 1
            | project-keep «x», y, timestamp
            | project-away y
            | sort by «x»
            | distinct «x»
            | top 3 by «x»
        "#]],
    );
    check_references(
        "spans\n| summarize er$0rors = count() by bin(timestamp, 10s)\n| render timechart with (ycolumns=errors)",
        expect![[r#"
            spans
            | summarize ‹errors› = count() by bin(timestamp, 10s)
            | render timechart with (ycolumns=«errors»)
        "#]],
    );
    check_references(
        "spans\n| extend k = trace.id\n| join kind=inner (logs | extend k = trace.id) on k$0 within 5s\n| where k == \"a\" and k1 == \"a\"",
        expect![[r#"
            spans
            | extend ‹k› = trace.id
            | join kind=inner (logs | extend ‹k› = trace.id) on «k» within 5s
            | where «k» == "a" and k1 == "a"
        "#]],
    );
    check_references(
        "spans\n| extend k = trace.id\n| join kind=inner (logs | extend m = trace.id) on $left.k == $right.m$0 within 5s\n| where m == \"a\"",
        expect![[r#"
            spans
            | extend k = trace.id
            | join kind=inner (logs | extend ‹m› = trace.id) on $left.k == $right.«m» within 5s
            | where «m» == "a"
        "#]],
    );
}

#[test]
fn groups_keep_the_field_and_columns_see_it() {
    check_references(
        "spans\n| extend r$0 = cloud.region\n| summarize n = count(), any = take_any(name), w = strcat(r, \"!\") by r\n| where r == \"a\"",
        expect![[r#"
            spans
            | extend ‹r› = cloud.region
            | summarize n = count(), any = take_any(name), w = strcat(«r», "!") by «r»
            | where «r» == "a"
        "#]],
    );
    check_references(
        "spans\n| extend r = cloud.region\n| summarize last = max(r), n = strlen(r) by r$0 = service.name\n| where r == \"a\"",
        expect![[r#"
            spans
            | extend r = cloud.region
            | summarize last = max(r), n = strlen(«r») by ‹r› = service.name
            | where «r» == "a"
        "#]],
    );
    check_references(
        "spans\n| summarize count(), avg(duration) by bin(timestamp, 10s)\n| where avg_dur$0ation > 1s and count_ > 1",
        expect![[r#"
            spans
            | summarize count(), ‹avg(duration)› by bin(timestamp, 10s)
            | where «avg_duration» > 1s and count_ > 1
        "#]],
    );
}

#[test]
fn what_is_read_out_of_a_text_is_made_there() {
    check_references(
        "logs\n| parse body with \"user=\" user \" took \" took:long *\n| where us$0er == \"a\" and took > 5",
        expect![[r#"
            logs
            | parse body with "user=" ‹user› " took " took:long *
            | where «user» == "a" and took > 5
        "#]],
    );
    check_references(
        "logs\n| extend tags = dynamic([1])\n| mv-expand with_itemindex=i tag = tags\n| where i$0 > 1 and tag == 5",
        expect![[r#"
            logs
            | extend tags = dynamic([1])
            | mv-expand with_itemindex=‹i› tag = tags
            | where «i» > 1 and tag == 5
        "#]],
    );
    check_references(
        "logs\n| project-rename text = body\n| project te$0xt, timestamp",
        expect![[r#"
            logs
            | project-rename ‹text› = body
            | project «text», timestamp
        "#]],
    );
}

#[test]
fn lets_and_parameters_are_named_across_blocks() {
    let text = "---\nparams:\n  who: { type: string, default: a }\n---\n```headwater\n\
let mine = spans | where customer.id == who;\nlet some = mi$0ne | take 5;\n```\n\nText about mine.\n\n\
```headwater\nunion mine, some | where name == who\n```\n";
    let (document, at) = cursor(text);
    expect![[r#"
        ---
        params:
          who: { type: string, default: a }
        ---
        ```headwater
        let ‹mine› = spans | where customer.id == who;
        let some = «mine» | take 5;
        ```

        Text about mine.

        ```headwater
        union «mine», some | where name == who
        ```
    "#]]
    .assert_eq(&marked(&document, at));
    let (document, at) = cursor(&text.replace("$0", "").replace("name == who", "name == wh$0o"));
    expect![[r#"
        ---
        params:
          ‹who›: { type: string, default: a }
        ---
        ```headwater
        let mine = spans | where customer.id == «who»;
        let some = mine | take 5;
        ```

        Text about mine.

        ```headwater
        union mine, some | where name == «who»
        ```
    "#]]
    .assert_eq(&marked(&document, at));
}

/// The text after the rename, or why there is none.
fn renamed(document: &Document, cursor: TextSize, new: &str) -> String {
    let prepared = rename::prepare(document, cursor);
    match prepared.and_then(|_| rename::rename(document, cursor, new)) {
        Ok(edits) => document.with_edits(&edits),
        Err(why) => format!("refused: {why}\n"),
    }
}

fn check_rename(pipeline: &str, new: &str, expected: Expect) {
    let (document, cursor) = block(pipeline);
    let after = renamed(&document, cursor, new);
    let body = after.split("```headwater\n").nth(1).and_then(|rest| rest.strip_suffix("```\n"));
    expected.assert_eq(body.unwrap_or(&after));
}

#[test]
fn a_field_is_renamed_where_it_is_made_and_wherever_it_reaches() {
    check_rename(
        "let slow = spans | extend ms$0 = duration / 1ms;\nslow | where ms > 5 | project ms, name | sort by ms | take 1",
        "millis",
        expect![[r#"
            let slow = spans | extend millis = duration / 1ms;
            slow | where millis > 5 | project millis, name | sort by millis | take 1
        "#]],
    );
    check_rename(
        "spans\n| extend x$0 = duration\n| extend x = x / 1ms\n| where x > 1",
        "y",
        expect![[r#"
            refused: with the name `y`, other fields would come out of a stage
        "#]],
    );
    check_rename(
        "let a = spans | extend who = name;\nlet b = logs | extend who = body;\nunion a, b | where wh$0o == \"x\"",
        "person",
        expect![[r#"
            let a = spans | extend person = name;
            let b = logs | extend person = body;
            union a, b | where person == "x"
        "#]],
    );
}

#[test]
fn where_a_pipeline_begins_no_field_is_in_the_way() {
    check_rename(
        "let a$0 = spans; a | where name == \"x\"",
        "name",
        expect![[r#"
        let name = spans; name | where name == "x"
    "#]],
    );
}

#[test]
fn default_names_stay_right() {
    check_rename(
        "spans | extend x$0 = duration | project x | top 3 by x",
        "y",
        expect![[r#"
        spans | extend y = duration | project y | top 3 by y
    "#]],
    );
    check_rename(
        "spans | extend x$0 = duration | summarize avg(x), max(x) by bin(timestamp, 1m) | where avg_x > 1s",
        "y",
        expect![[r#"
            spans | extend y = duration | summarize avg_x = avg(y), max(y) by bin(timestamp, 1m) | where avg_x > 1s
        "#]],
    );
    check_rename(
        "spans | summarize count() by name | where cou$0nt_ > 5",
        "calls",
        expect![[r#"
        spans | summarize calls = count() by name | where calls > 5
    "#]],
    );
    check_rename(
        "spans | summarize percentiles(duration, 50, 99) by name | where percentile_duration_9$09 > 5s",
        "p",
        expect![[r#"
            refused: `percentile_duration_99` is the name that its stage gives; `project-rename` gives it another
        "#]],
    );
    check_rename(
        "spans | count | where Cou$0nt > 5",
        "n",
        expect![[r#"
        refused: `Count` is the name that its stage gives; `project-rename` gives it another
    "#]],
    );
}

#[test]
fn names_that_need_backticks_get_them() {
    check_rename(
        "spans | extend x$0 = duration | where x > 1s",
        "time taken",
        expect![[r#"
        spans | extend `time taken` = duration | where `time taken` > 1s
    "#]],
    );
    check_rename(
        "spans | extend x$0 = duration | where x > 1s",
        "http.taken",
        expect![[r#"
        spans | extend http.taken = duration | where http.taken > 1s
    "#]],
    );
    check_rename(
        "spans | extend `x y`$0 = duration | where `x y` > 1s",
        "by",
        expect![[r#"
        spans | extend `by` = duration | where `by` > 1s
    "#]],
    );
    check_rename(
        "let a$0 = spans; a | take 1",
        "where",
        expect![[r#"
        let `where` = spans; `where` | take 1
    "#]],
    );
}

#[test]
fn a_rename_that_would_mean_something_else_is_refused() {
    let mut said = String::new();
    for (pipeline, new) in [
        ("spans | extend x$0 = duration | where x > 1s", "name"),
        ("spans | extend y = 1 | extend x$0 = duration | where x > 1s and y == 1", "y"),
        ("let y = 5; spans | extend x$0 = duration | extend z = y", "y"),
        ("let a$0 = spans; a | take 1", "logs"),
        ("let a$0 = spans; let b = a; b | take 1", "b"),
        ("let a$0 = 1s; spans | where duration > a", "name"),
        ("spans | where dura$0tion > 1s", "d"),
        ("sp$0ans | take 1", "d"),
        ("spans | take$0 1", "d"),
        ("spans | extend x$0 = 1 | where x == 1", "a`b"),
        ("spans | extend x$0 = 1 | where x == 1", "  "),
        ("spans | extend err_a$0 = 1 | project-keep err_*, name", "fault"),
        ("union (spans | extend name = kind), (spans | where duration > 1s) | where na$0me == \"a\"", "n"),
    ] {
        let (document, cursor) = block(pipeline);
        said.push_str(&format!("{pipeline} ⇒ {new}\n  {}", renamed(&document, cursor, new)));
    }
    expect![[r#"
        spans | extend x$0 = duration | where x > 1s ⇒ name
          refused: `name` is a field on line 4 already
        spans | extend y = 1 | extend x$0 = duration | where x > 1s and y == 1 ⇒ y
          refused: `y` is a field on line 4 already
        let y = 5; spans | extend x$0 = duration | extend z = y ⇒ y
          refused: there is a `let y` already, on line 4
        let a$0 = spans; a | take 1 ⇒ logs
          refused: there is a source `logs`, which would no longer be found
        let a$0 = spans; let b = a; b | take 1 ⇒ b
          refused: there is a `let b` already, on line 4
        let a$0 = 1s; spans | where duration > a ⇒ name
          refused: `name` is a field on line 4 already
        spans | where dura$0tion > 1s ⇒ d
          refused: `duration` is a field of the source `spans`; `project-rename` gives it another name in a pipeline
        sp$0ans | take 1 ⇒ d
          refused: `spans` is a source; it has its name in `headwater.toml`
        spans | take$0 1 ⇒ d
          refused: only lets, parameters, and fields that a stage makes can be renamed
        spans | extend x$0 = 1 | where x == 1 ⇒ a`b
          refused: a name has no backticks and no line breaks in it
        spans | extend x$0 = 1 | where x == 1 ⇒   
          refused: a name has at least one letter
        spans | extend err_a$0 = 1 | project-keep err_*, name ⇒ fault
          refused: with the name `fault`, other fields would come out of a stage
        union (spans | extend name = kind), (spans | where duration > 1s) | where na$0me == "a" ⇒ n
          refused: `name` is a field of the source `spans` too; `project-rename` gives it another name in a pipeline
    "#]]
    .assert_eq(&said);
}

#[test]
fn in_every_text_names_can_be_asked_for_and_a_rename_adds_no_finding() {
    let mut refused = String::new();
    let mut count = 0;
    for text in corpus() {
        let document = with_sources(&text);
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let at = TextSize::new(at as u32);
            let (found, references) = (definition(&document, at), references(&document, at));
            let is_link = || lsp::features::links::at(&document, at).is_some();
            let leads = found.is_some_and(|found| !found.targets.is_empty());
            assert!(!leads || !references.is_empty() || is_link());
        }
        let names = document.names();
        for place in names.places.iter().filter(|place| place.writes) {
            let at = place.range.start();
            let renamed = rename::prepare(&document, at).and_then(|_| rename::rename(&document, at, "quite_new"));
            let edits = match renamed {
                Ok(edits) => edits,
                Err(why) => {
                    refused.push_str(&format!("{}: {why}\n", document.slice(place.range)));
                    continue;
                }
            };
            count += 1;
            let after = with_sources(&document.with_edits(&edits));
            assert!(after.diagnostics().len() <= document.diagnostics().len(), "{}", after.text());
            // Nothing was inserted: back again it is the text that it was, backticks aside.
            let old = &names.things[place.things[0]].name;
            // `['quite_new']` where it was written so.
            let bare = |range| after.slice(range).trim_matches(['[', ']', '\'', '"']);
            let place = after.names().places.iter().find(|place| bare(place.range) == "quite_new");
            let back = rename::rename(
                &after,
                place.unwrap_or_else(|| panic!("the new name of `{old}` in {}", after.text())).range.start(),
                old,
            );
            if let Ok(back) = back
                && edits.iter().all(|edit| !edit.range.is_empty())
            {
                assert_eq!(after.with_edits(&back).replace('`', ""), text.replace('`', ""));
            }
        }
    }
    assert!(count > 300, "{count}");
    expect![[r#"
        duration: with the name `quite_new`, other fields would come out of a stage
        duration: with the name `quite_new`, other fields would come out of a stage
        status: with the name `quite_new`, nothing uses `quite_new` (line 2)
        status: with the name `quite_new`, nothing uses `quite_new` (line 2)
        f: with the name `quite_new`, there is no function `f` (line 2)
        f: with the name `quite_new`, there is no function `f` (line 2)
        c: with the name `quite_new`, there is no function `c` (line 3)
        from: with the name `quite_new`, no field `from` reaches this stage (line 2)
        name: with the name `quite_new`, other fields would come out of a stage
        x: with the name `quite_new`, other fields would come out of a stage
        x: with the name `quite_new`, other fields would come out of a stage
        kind: with the name `quite_new`, other fields would come out of a stage
        b: with the name `quite_new`, nothing uses `quite_new` (line 2)
        b: with the name `quite_new`, there is no source or `let` named `b` (line 2)
        a: with the name `quite_new`, other fields would come out of a stage
        a: with the name `quite_new`, other fields would come out of a stage
        a: with the name `quite_new`, other fields would come out of a stage
        a: with the name `quite_new`, other fields would come out of a stage
        status: with the name `quite_new`, other fields would come out of a stage
        name: with the name `quite_new`, other fields would come out of a stage
        timestamp: with the name `quite_new`, other fields would come out of a stage
    "#]]
    .assert_eq(&refused);
}

#[test]
fn texts_that_are_half_written_are_asked_everything_too() {
    for text in corpus() {
        let ends: Vec<usize> = (0..text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        for (step, end) in ends.into_iter().enumerate() {
            // Not all of them: each is a text to be read.
            if step % 41 != 7 {
                continue;
            }
            let document = with_sources(&text[..end]);
            for back in [0, 1, 5, 20] {
                let mut at = end.saturating_sub(back);
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                let at = TextSize::new(at as u32);
                definition(&document, at);
                references(&document, at);
                _ = rename::prepare(&document, at).and_then(|_| rename::rename(&document, at, "quite new"));
                assert!(!selections(&document, at).is_empty() || document.text().is_empty());
            }
            assert!(folds(&document).len() <= document.text().lines().count());
            assert!(links(&document).iter().all(|link| link.range.end() <= document.end()));
            uses_of_lets(&document);
        }
    }
}

/// With open sources and one that ends, as the cases know them.
fn with_sources(text: &str) -> Document {
    let mut sources = Sources::builtin();
    for (name, uri) in [
        ("traces_in", "otlp:127.0.0.1:4317"),
        ("access", "file:access.jsonl?follow=true"),
        ("owners", "file:owners.jsonl"),
        ("requests", "otlp:127.0.0.1:4317?signal=logs"),
    ] {
        let uri = SourceUri::parse(uri).expect("a right address");
        sources.sources.push(SourceDecl::for_uri(name, uri).expect("a right source"));
    }
    let context = Arc::new(Context { sources, ..Context::default() });
    Document::new(text.to_owned(), 1, move || context.clone())
}

/// The runbooks, and the cases of the analysis, each a text of its own.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let read = |folder: &str| {
        let files = std::fs::read_dir(root.join(folder)).expect("the folder");
        let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        files.sort();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
        files.into_iter().map(|file| std::fs::read_to_string(file).expect("a text")).collect::<Vec<_>>()
    };
    let mut texts = read("runbooks");
    for cases in read("syntax/tests/analysis") {
        let parse = syntax::parse(&cases);
        texts.extend(parse.root().blocks().map(|block| block.syntax().text().to_string()));
    }
    assert!(texts.len() > 100, "{}", texts.len());
    texts
}

#[test]
fn what_the_tests_of_a_runbook_name_is_renamed_with_it() {
    let text = "---\nparams:\n  service: { type: string, default: cart }\n---\n\n```headwater name=failed\nspans\n| where service.name == service\n\
        | summarize failed$0 = count() by region = cloud.region\n```\n\n```headwater name=rate\nspans | summarize failed = count()\n```\n\n\
        ```headwater-test for=failed input=demo:shop?events=100 set.service='the service'\n| region | failed |\n|---|---|\n| failed | 1 |\n```\n\n\
        > ```headwater-test for=rate input=demo:shop?events=100\n> | failed |\n> |---|\n> | 1 |\n> ```\n";
    let (document, cursor) = cursor(text);
    let text = document.text();
    expect![[r#"
        ---
        params:
          service: { type: string, default: cart }
        ---

        ```headwater name=failed
        spans
        | where service.name == service
        | summarize errors = count() by region = cloud.region
        ```

        ```headwater name=rate
        spans | summarize failed = count()
        ```

        ```headwater-test for=failed input=demo:shop?events=100 set.service='the service'
        | region | errors |
        |---|---|
        | failed | 1 |
        ```

        > ```headwater-test for=rate input=demo:shop?events=100
        > | failed |
        > |---|
        > | 1 |
        > ```
    "#]]
    .assert_eq(&renamed(&document, cursor, "errors"));
    let param = TextSize::try_from(text.find("service:").expect("it is there")).expect("small");
    expect![[r#"
        ---
        params:
          of: { type: string, default: cart }
        ---

        ```headwater name=failed
        spans
        | where service.name == `of`
        | summarize failed = count() by region = cloud.region
        ```

        ```headwater name=rate
        spans | summarize failed = count()
        ```

        ```headwater-test for=failed input=demo:shop?events=100 set.of='the service'
        | region | failed |
        |---|---|
        | failed | 1 |
        ```

        > ```headwater-test for=rate input=demo:shop?events=100
        > | failed |
        > |---|
        > | 1 |
        > ```
    "#]]
    .assert_eq(&renamed(&document, param, "of"));
    let other = TextSize::try_from(text.rfind("failed = count").expect("it is there")).expect("small");
    expect![[r#"
        ---
        params:
          service: { type: string, default: cart }
        ---

        ```headwater name=failed
        spans
        | where service.name == service
        | summarize failed = count() by region = cloud.region
        ```

        ```headwater name=rate
        spans | summarize errors = count()
        ```

        ```headwater-test for=failed input=demo:shop?events=100 set.service='the service'
        | region | failed |
        |---|---|
        | failed | 1 |
        ```

        > ```headwater-test for=rate input=demo:shop?events=100
        > | errors |
        > |---|
        > | 1 |
        > ```
    "#]]
    .assert_eq(&renamed(&document, other, "errors"));
}
