//! What the recent events look like at one place: behind stages, in half-written texts, beside running flows.

use runner::Error;
use runner::Text;
use runner::client::Client;
use runner::look::LookRequest;
use runner::proto::{FieldProfile, LookReply};
use runner::serve;

use super::{SHOP, collect, config, query};

/// The place is `$0`.
fn place(text: &str) -> LookRequest {
    let until = text.find("$0").expect("a place") as u32;
    LookRequest { text: Text::Query(text.replace("$0", "")), until, ..LookRequest::default() }
}

async fn look(client: &mut Client, text: &str) -> LookReply {
    client.look(place(text)).await.expect("it can be looked at")
}

fn field<'a>(fields: &'a [FieldProfile], name: &str) -> &'a FieldProfile {
    fields.iter().find(|field| field.name == name).expect("the field")
}

fn values(field: &FieldProfile) -> Vec<&str> {
    field.top.iter().map(|top| top.value.as_str()).collect()
}

#[tokio::test]
async fn values_are_those_that_the_stages_let_through() {
    let mut client = serve::in_process(&config(&[("spans", SHOP)])).await.expect("a runner");
    let all = look(&mut client, "spans$0").await;
    assert_eq!((all.read, all.rows), (20_000, 20_000));
    assert!(values(field(&all.fields, "service.name")).len() > 3);
    let one = look(&mut client, "spans | where service.name == \"checkout\"$0 | where cloud.region == \"").await;
    assert_eq!(values(field(&one.fields, "service.name")), ["checkout"]);
    assert!(one.rows > 0 && one.rows < all.rows);
    let seen = field(&one.fields, "service.name");
    assert_eq!((seen.seen, seen.looked_at), (one.rows, one.rows), "every row is profiled");
}

#[tokio::test]
async fn made_fields_and_groups_are_looked_at_too() {
    let mut client = serve::in_process(&config(&[("spans", SHOP)])).await.expect("a runner");
    let text = "spans | extend slow = duration > 100ms | summarize n = count() by slow, bin(timestamp, 10s)$0 | top";
    let groups = look(&mut client, text).await;
    assert_eq!(groups.rows, 4, "two windows of two groups: {groups:?}");
    let mut slow = values(field(&groups.fields, "slow"));
    slow.sort_unstable();
    assert_eq!(slow, ["false", "true"]);
    assert_eq!(field(&groups.fields, "n").seen, 4);
}

#[tokio::test]
async fn a_spread_counts_every_value_once() {
    let mut client = serve::in_process(&config(&[("spans", SHOP)])).await.expect("a runner");
    let all = look(&mut client, "spans$0").await;
    let duration = field(&all.fields, "duration");
    assert_eq!(duration.spread.len(), 16);
    assert_eq!(duration.spread.iter().map(|count| u64::from(*count)).sum::<u64>(), duration.seen);
    assert!(!duration.spread_from.is_empty() && !duration.spread_to.is_empty());
}

#[tokio::test]
async fn the_rest_is_what_a_filter_does_not_let_through() {
    let mut client = serve::in_process(&config(&[("spans", SHOP)])).await.expect("a runner");
    let request = LookRequest { rest: true, ..place("spans | where payment.provider == \"acme\"$0") };
    let both = client.look(request).await.expect("it can be looked at");
    assert_eq!(both.rows + both.rest_rows, both.read, "a null is in the rest");
    let request = LookRequest { rest: true, ..place("spans | take 5$0") };
    let Err(Error::Rejected { message, .. }) = client.look(request).await else { panic!("there is no rest") };
    assert!(message.contains("no `where`"), "{message}");
}

#[tokio::test]
async fn joins_and_lets_in_a_runbook() {
    let mut client = serve::in_process(&config(&[("spans", SHOP), ("logs", SHOP)])).await.expect("a runner");
    let text = "---\nparams:\n  region: eu-west-1\n---\n```headwater\nlet failed = spans | where status == \"error\";\n```\n\n\
                ```headwater\nfailed | where cloud.region == region$0 | wher\n```\n";
    let until = text.find("$0").expect("a place") as u32;
    let text = Text::Runbook(text.replace("$0", ""));
    let found = client.look(LookRequest { text, until, ..LookRequest::default() }).await.expect("it can be looked at");
    assert_eq!(values(field(&found.fields, "cloud.region")), ["eu-west-1"]);
    assert_eq!(values(field(&found.fields, "status")), ["error"]);
    let pair = look(&mut client, "spans | where status == \"error\" | join kind=inner (logs | project trace.id, severity, timestamp) on trace.id within 5s$0").await;
    assert!(pair.rows > 0 && values(field(&pair.fields, "severity")).contains(&"ERROR"), "{pair:?}");
}

#[tokio::test]
async fn a_look_leaves_no_flow_and_disturbs_none() {
    let mut client = serve::in_process(&config(&[("spans", SHOP)])).await.expect("a runner");
    look(&mut client, "spans | where duration > 1s$0").await;
    assert!(client.list_flows().await.expect("it answers").is_empty());
    let seen = collect(&mut client, query("spans | count")).await;
    assert_eq!(seen.only().last.received, 20_000, "a bounded source is read from its beginning again");
}

#[tokio::test]
async fn what_cannot_be_looked_at_says_why() {
    let mut client =
        serve::in_process(&config(&[("in", "stdin:"), ("otlp", "otlp:127.0.0.1:0")])).await.expect("a runner");
    for source in ["otlp"] {
        let none = look(&mut client, &format!("{source}$0 | where x == 1")).await;
        assert_eq!((none.read, none.rows), (0, 0), "no port is opened for a look");
    }
    let Err(Error::Rejected { message, .. }) = client.look(place("spans | where durration > 1s$0")).await else {
        panic!("there is no such field")
    };
    assert!(message.contains("durration"), "{message}");
}

#[tokio::test]
async fn a_run_up_to_a_place_leaves_out_what_follows() {
    let mut client = serve::in_process(&config(&[("spans", SHOP)])).await.expect("a runner");
    let text = "spans | where status == \"error\" | summarize n = count() by nosuchfield";
    let until = text.find(" | summarize").expect("the place") as u32;
    let seen = collect(&mut client, runner::RunRequest { until: Some(until), ..query(text) }).await;
    assert_eq!(seen.count() as u64, seen.only().last.matched);
    assert!(seen.rows[0].num_columns() > 10, "the events themselves");
}
