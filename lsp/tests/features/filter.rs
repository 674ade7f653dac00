//! A filter on a value that is shown, and text under a block: where they go, in texts before and after.

use expect_test::{Expect, expect};
use lsp::document::{Document, with_edits};
use lsp::features::{below, filter};
use syntax::Value;

use crate::document;

/// The body of a block after a click on the value.
fn filtered(body: &str, field: &str, value: Option<Value>, expect: Expect) {
    let text = format!("```headwater name=b\n{body}\n```\n");
    let known = document(&text);
    let said = match filter::filter(&known, "b", field, value.as_ref(), true) {
        Ok(edit) => {
            let edited = with_edits(&text, [edit]);
            let again = document(&edited);
            assert_eq!(again.diagnostics().len(), known.diagnostics().len(), "{edited}\n{:?}", again.diagnostics());
            edited.lines().skip(1).take_while(|line| !line.starts_with("```")).collect::<Vec<_>>().join("\n")
        }
        Err(refusal) => refusal,
    };
    expect.assert_eq(&said);
}

fn text(text: &str) -> Option<Value> {
    Some(Value::String(text.into()))
}

#[test]
fn it_stands_as_early_as_it_means_the_same() {
    filtered(
        "spans\n| where duration > 1s\n| where kind == \"server\"\n| summarize count() by cloud.region, bin(timestamp, 10s)\n| render timechart",
        "cloud.region",
        text("eu \"1\""),
        expect![[r#"
            spans
            | where duration > 1s
            | where kind == "server"
            | where cloud.region == "eu \"1\""
            | summarize count() by cloud.region, bin(timestamp, 10s)
            | render timechart"#]],
    );
    // What is made on the way is known behind that only, and before the picture.
    filtered(
        "spans | summarize n = count() by cloud.region | top 5 by n | render barchart",
        "n",
        Some(Value::Long(7)),
        expect!["spans | summarize n = count() by cloud.region | where n == 7 | top 5 by n | render barchart"],
    );
    filtered(
        "spans\n| extend name = strcat(name, \"!\")\n| tail 20",
        "name",
        text("a!"),
        expect![[r#"
            spans
            | extend name = strcat(name, "!")
            | where name == "a!"
            | tail 20"#]],
    );
    filtered(
        "spans | union logs | project trace.id",
        "trace.id",
        text("7f"),
        expect![[r#"spans | union logs | where trace.id == "7f" | project trace.id"#]],
    );
    filtered(
        "spans\n    | tail 3",
        "cloud.region",
        text("eu"),
        expect![[r#"
            spans
                | where cloud.region == "eu"
                | tail 3"#]],
    );
    filtered("spans", "duration", Some(Value::Timespan(1_500_000)), expect!["spans | where duration == 1500us"]);
}

#[test]
fn a_value_is_written_as_its_type_is() {
    filtered("spans", "cloud.region", None, expect!["spans | where isempty(cloud.region)"]);
    filtered("spans", "duration", None, expect!["spans | where isnull(duration)"]);
    filtered(
        "spans | extend `odd name` = 1.5",
        "odd name",
        Some(Value::Real(1.5)),
        expect!["spans | extend `odd name` = 1.5 | where `odd name` == 1.5"],
    );
    filtered(
        "logs | extend whole = parse_json(body)",
        "whole",
        Some(Value::Dynamic("\"a\"".into())),
        expect![[r#"logs | extend whole = parse_json(body) | where tostring(whole) == "a""#]],
    );
}

#[test]
fn a_text_is_read_as_the_fields_type() {
    let known = document("```headwater name=b\nspans | extend n = 5 | tail 3\n```\n");
    let read = |field: &str, text: &str| filter::read(&known, "b", field, text);
    assert_eq!(read("n", "1,234"), Ok(Value::Long(1234)));
    assert_eq!(read("duration", "12.5 ms"), Ok(Value::Timespan(12_500_000)));
    assert_eq!(read("name", "a, b"), Ok(Value::String("a, b".into())));
    assert_eq!(read("name", "cut…"), Err("`cut…` is no whole string, which `name` is".to_owned()));
    assert_eq!(read("n", "many"), Err("`many` is no whole long, which `n` is".to_owned()));
    assert_eq!(read("gone", "1"), Err("no field `gone` leaves block `b`".to_owned()));
}

#[test]
fn what_cannot_be_is_refused_with_the_reason() {
    filtered("spans | count", "cloud.region", text("x"), expect!["no field `cloud.region` leaves block `b`"]);
    filtered("let a = spans;", "name", text("x"), expect!["block `b` has no pipeline to filter"]);
    assert!(filter::filter(&document("text"), "b", "name", None, true).is_err());
}

fn put_below(text: &str, expect: Expect) {
    let known = document(text);
    let edited = with_edits(text, [below::below(&known, "b", "*note*\n\n| a |\n| :-- |\n").expect("it fits")]);
    expect.assert_eq(&edited);
    assert_eq!(blocks(&document(&edited)), blocks(&known), "no block is another for it");
    assert_eq!(syntax::formatted(&edited), edited, "formatting leaves it");
}

fn blocks(document: &Document) -> Vec<String> {
    document.analysis().blocks.iter().map(|block| document.slice(block.body).to_owned()).collect()
}

#[test]
fn text_under_a_block_is_a_paragraph_of_its_own() {
    put_below(
        "```headwater name=b\nspans\n```\ntext\n",
        expect![[r#"
        ```headwater name=b
        spans
        ```

        *note*

        | a |
        | :-- |

        text
    "#]],
    );
    put_below(
        "```headwater name=b\nspans\n```\n\ntext\n",
        expect![[r#"
        ```headwater name=b
        spans
        ```

        *note*

        | a |
        | :-- |

        text
    "#]],
    );
    put_below(
        "```headwater name=b\nspans\n```",
        expect![[r#"
        ```headwater name=b
        spans
        ```

        *note*

        | a |
        | :-- |
    "#]],
    );
    put_below(
        "- one\n\n  ```headwater name=b\n  spans\n  ```\n- two\n",
        expect![[r#"
        - one

          ```headwater name=b
          spans
          ```

          *note*

          | a |
          | :-- |

        - two
    "#]],
    );
    assert!(below::below(&document("```headwater name=b\nspans\n"), "b", "x").is_err());
}

#[test]
fn all_but_a_value_is_a_filter_too() {
    let known = document("```headwater name=b\nspans | tail 5\n```\n");
    let made = |field: &str, value: Option<Value>| {
        filter::filter(&known, "b", field, value.as_ref(), false).expect("a filter").text.trim_start().to_owned()
    };
    let made = [
        made("cloud.region", text("a == b")),
        made("duration", Some(Value::Timespan(5_000_000))),
        made("payment.provider", None),
        made("http.response.status_code", None),
    ];
    expect![[r#"
        | where cloud.region != "a == b"
        | where duration != 5ms
        | where isnotempty(payment.provider)
        | where isnotnull(http.response.status_code)"#]]
    .assert_eq(&made.join("\n"));
}

#[test]
fn a_filter_stands_right_behind_the_stage_that_was_asked_about() {
    let text = "```headwater name=b\nspans\n| where status == \"error\"\n| summarize count() by cloud.region\n```\n";
    let known = document(text);
    let at = syntax::TextSize::new(text.find("status").expect("it is there") as u32);
    let edited = |field: &str, value: Option<&str>| match filter::behind(&known, at, field, value, true) {
        Ok(edit) => with_edits(text, [edit]),
        Err(why) => why,
    };
    let on_pipe = syntax::TextSize::new(text.find("| where").expect("it is there") as u32);
    assert_eq!(
        filter::behind(&known, on_pipe, "duration", None, true),
        filter::behind(&known, at, "duration", None, true)
    );
    let said = [edited("service.version", Some("2.4.1")), edited("duration", None), edited("nosuch", None)];
    expect![[r#"
        ```headwater name=b
        spans
        | where status == "error"
        | where service.version == "2.4.1"
        | summarize count() by cloud.region
        ```

        ```headwater name=b
        spans
        | where status == "error"
        | where isnull(duration)
        | summarize count() by cloud.region
        ```

        no field `nosuch` leaves that stage"#]]
    .assert_eq(&said.join("\n"));
}
