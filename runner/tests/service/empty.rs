//! "Why empty?": what a flow that shows nothing says, and where.

use std::fmt::Write;

use expect_test::{Expect, expect};
use runner::event::{Empty, EventKind};

use super::{collect, config, query, serve};

/// Two thousand requests of a shop; `code` is sometimes a number and sometimes text.
fn shop() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("requests.jsonl");
    let mut text = String::new();
    for n in 0..2000 {
        let at = format!("2026-01-01T00:{:02}:{:02}Z", n / 60 % 60, n % 60);
        let service = ["checkout", "cart", "frontend"][n % 3];
        let code = if n % 2 == 0 { "500".to_owned() } else { "\"200\"".to_owned() };
        let ms = n % 250;
        writeln!(
            text,
            r#"{{"timestamp":"{at}","service.name":"{service}","status":{},"code":{code},"ms":{ms},"tier":"Gold"}}"#,
            [200, 404][n % 2]
        )
        .expect("a string grows");
    }
    std::fs::write(&path, text).expect("it is written");
    let uri = format!("file:{}", path.display());
    (folder, uri)
}

async fn why(pipeline: &str, uri: &str) -> Option<Empty> {
    let mut client = serve::in_process(&config(&[("requests", uri)])).await.expect("a runner");
    collect(&mut client, query(pipeline)).await.only().last.empty.clone()
}

fn told(pipeline: &str, empty: Option<&Empty>) -> String {
    let Some(empty) = empty else { return "shows something\n".to_owned() };
    let place = empty.range.map(|(start, end)| &pipeline[start as usize..end as usize]).unwrap_or("the block");
    let mut text = format!("{}: {}\n  at {place}\n", empty.reason.word(), empty.message);
    if let Some(help) = &empty.help {
        writeln!(text, "  help: {help}").expect("a string grows");
    }
    if !empty.replacements.is_empty() {
        writeln!(text, "  instead: {}", empty.replacements.join(", ")).expect("a string grows");
    }
    text
}

async fn check(pipelines: &[&str], expected: Expect) {
    let (_folder, uri) = shop();
    let mut text = String::new();
    for pipeline in pipelines {
        let empty = why(pipeline, &uri).await;
        write!(text, "{pipeline}\n{}\n", told(pipeline, empty.as_ref())).expect("a string grows");
    }
    expected.assert_eq(&text);
}

#[tokio::test]
async fn a_value_that_never_occurs() {
    check(
        &[
            r#"requests | where service.name == "chekout""#,
            r#"requests | where service.name in ("payment", "ledger") | summarize count() by service.name"#,
            r#"requests | where status >= 500"#,
            r#"requests | where ms > 1000 | count"#,
            r#"requests | where timestamp < datetime(2025-12-31)"#,
            r#"requests | extend who = service.name | where who startswith "pay""#,
            r#"requests | project-rename svc = service.name | where svc has "checkuot""#,
        ],
        expect![[r#"
            requests | where service.name == "chekout"
            no-value: `service.name` was only `checkout` (33 %), `cart` (33 %), `frontend` (33 %); `service.name == "chekout"` held for none of 1024 events looked at
              at "chekout"
              help: did you mean `checkout`?
              instead: "checkout"

            requests | where service.name in ("payment", "ledger") | summarize count() by service.name
            no-value: `service.name` was only `checkout` (33 %), `cart` (33 %), `frontend` (33 %); `service.name in ("payment", "ledger")` held for none of 1024 events looked at
              at service.name in ("payment", "ledger")

            requests | where status >= 500
            no-value: `status` was only `200` (50 %), `404` (50 %); `status >= 500` held for none of 1024 events looked at
              at status >= 500

            requests | where ms > 1000 | count
            no-value: `ms` was between 0 and 249; `ms > 1000` held for none of 1024 events looked at
              at ms > 1000

            requests | where timestamp < datetime(2025-12-31)
            no-value: `timestamp` was between 2026-01-01T00:00:00Z and 2026-01-01T00:17:03Z; `timestamp < datetime(2025-12-31)` held for none of 1024 events looked at
              at timestamp < datetime(2025-12-31)

            requests | extend who = service.name | where who startswith "pay"
            no-value: `service.name` was only `checkout` (33 %), `cart` (33 %), `frontend` (33 %); `who startswith "pay"` held for none of 1024 events looked at
              at who startswith "pay"

            requests | project-rename svc = service.name | where svc has "checkuot"
            no-value: `service.name` was only `checkout` (33 %), `cart` (33 %), `frontend` (33 %); `svc has "checkuot"` held for none of 1024 events looked at
              at "checkuot"
              help: did you mean `checkout`?
              instead: "checkout"

        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_field_that_nobody_has() {
    check(
        &[r#"requests | where servce.name == "checkout""#, r#"requests | where nowhere > 5"#],
        expect![[r#"
            requests | where servce.name == "checkout"
            no-field: none of 1024 events looked at has `servce.name`
              at servce.name
              help: did you mean `service.name`?
              instead: service.name

            requests | where nowhere > 5
            no-field: none of 1024 events looked at has `nowhere`
              at nowhere

        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_value_of_another_type_or_case() {
    check(
        &[r#"requests | where code == 200"#, r#"requests | where code == "500""#, r#"requests | where tier == "gold""#],
        expect![[r#"
            requests | where code == 200
            shows something

            requests | where code == "500"
            shows something

            requests | where tier == "gold"
            type: `tier` is written otherwise in the data: the text `"Gold"`
              at "gold"
              help: write `"Gold"`
              instead: "Gold"

        "#]],
    )
    .await;
}

#[tokio::test]
async fn parts_that_never_hold_together_and_later_stages() {
    check(
        &[
            r#"requests | where status == 404 and code == 500"#,
            r#"requests | where status == 404 | where tolong(code) == 500"#,
            r#"requests | summarize n = count() by service.name | where n > 5000"#,
            r#"requests | where ms % 7 == status"#,
            r#"requests | where status == 404 | take 1"#,
        ],
        expect![[r#"
            requests | where status == 404 and code == 500
            filtered: stage 1, `where`, lets none of 2000 events through: each part of it holds for some, but not together
              at where status == 404 and code == 500

            requests | where status == 404 | where tolong(code) == 500
            filtered: stage 2, `where`, lets none of 1000 events through
              at where tolong(code) == 500

            requests | summarize n = count() by service.name | where n > 5000
            filtered: stage 2, `where`, lets none of 3 rows through
              at where n > 5000

            requests | where ms % 7 == status
            filtered: stage 1, `where`, lets none of 2000 events through
              at where ms % 7 == status

            requests | where status == 404 | take 1
            shows something

        "#]],
    )
    .await;
}

#[tokio::test]
async fn nothing_comes_or_nothing_can_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("requests.jsonl");
    std::fs::write(&path, "").expect("it is written");
    let uri = format!("file:{}?format=json", path.display());
    let empty = why("requests | count", &uri).await.expect("it says why");
    assert!(empty.message.starts_with("`requests` is empty: `file:"), "{}", empty.message);
    let deep = format!("{{\"a\":{}{}}}\n", "[".repeat(100), "]".repeat(100));
    std::fs::write(&path, deep.repeat(2)).expect("it is written");
    let empty = why("requests | count", &uri).await.expect("it says why");
    assert_eq!(empty.message, "none of the 2 records could be read: JSON nested deeper than 64 levels");
}

#[tokio::test]
async fn a_live_source_that_is_silent_says_where_it_listens() {
    let live = config(&[("requests", "otlp:127.0.0.1:0?signal=spans")]);
    let mut client = serve::in_process(&live).await.expect("a runner");
    let mut events = client.run(query("requests | count")).await.expect("accepted");
    let empty = loop {
        use tokio_stream::StreamExt;
        let event = events.next().await.expect("it goes on").expect("it holds");
        if let EventKind::Progress(progress) = event.kind
            && let Some(empty) = progress.empty
        {
            break empty;
        }
    };
    assert_eq!(empty.reason.word(), "silent");
    assert_eq!(empty.help.as_deref(), Some("it listens on 127.0.0.1:0: is an exporter pointed there?"));
}

#[tokio::test]
async fn a_misspelt_field_is_named_even_where_something_is_shown() {
    let (_folder, uri) = shop();
    let mut client = serve::in_process(&config(&[("requests", &uri)])).await.expect("a runner");
    let seen = collect(&mut client, query("requests | summarize max(mss) by service.name")).await;
    assert_eq!(seen.count(), 3);
    let expected = "has `mss`; did you mean `ms`?";
    assert!(seen.notices.iter().any(|notice| notice.contains(expected)), "{:?}", seen.notices);
}
