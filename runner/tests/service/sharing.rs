//! What flows share, and what `explain` says of it.

use expect_test::expect;
use runner::client::Client;
use runner::event::EventKind;
use runner::{RunRequest, Text};
use syntax::analysis::Settings;
use tokio_stream::StreamExt;

use super::{SHOP, collect, config, long, query, serve};

async fn explained(client: &mut Client, text: &str) -> String {
    let plan = client.explain(Text::Query(text.to_owned()), "", Settings::default()).await.expect("it is right");
    let shared = plan.shared.map(|shared| format!("shares {} with {}\n", shared.condition, shared.flows.join(", ")));
    format!("{}--\n{}--\n{}\n{}", plan.before, plan.after, plan.changes.join("\n"), shared.unwrap_or_default())
}

#[tokio::test]
async fn explain_shows_the_text_and_what_became_of_it() {
    let mut client = serve::in_process(&config(&[("spans", SHOP)])).await.expect("a runner");
    let text = "spans\n| extend slow = duration > 4 * 250ms, route = toupper(http.route)\n\
        | where slow and service.name == \"checkout\" and http.response.status_code >= 400 + 100\n\
        | summarize n = count() by cloud.region";
    expect![[r#"
        spans
        | extend slow = duration > 4 * 250ms, route = toupper(http.route)
        | where slow and service.name == "checkout" and http.response.status_code >= 400 + 100
        | summarize n = count() by cloud.region
        --
        read spans (demo:shop?seed=7&rate=1000&start=2026-01-01T00:00:00Z&events=20000): 4 of 22 fields: cloud.region, duration, service.name, http.response.status_code
        parse only lines that hold `checkout`
        filter service.name == "checkout" and http.response.status_code >= 500
        compute 1 fields, vectorized
            → timestamp: datetime, duration: timespan, trace.id: string, span.id: string, parent.span.id: string, name: string, kind: string, status: string, service.name: string, service.version: string, cloud.region: string, host.name: string, 11 more
        filter slow
        aggregate 1 value by 1 key, running, final at the end
            → cloud.region: string, n: long
        render table, the fitting default
        --
        constant folding: `4 * 250ms` is 1s
        constant folding: `400 + 100` is 500
        predicate push-down: `service.name == "checkout" and http.response.status_code >= 400 + 100` is asked before `extend`
        projection push-down: `extend slow = duration > 4 * 250ms, route = toupper(http.route)` `route` is not computed: nothing reads it
    "#]].assert_eq(&explained(&mut client, text).await);
}

#[tokio::test]
async fn flows_that_begin_with_one_condition_ask_it_once_and_answer_as_alone() {
    let ask = |service: &str, more: &str| {
        format!("spans | where service.name == \"{service}\" and {more} | summarize n = count()")
    };
    let texts = [
        ask("frontend", "duration > 10ms"),
        ask("frontend", "http.response.status_code >= 500"),
        ask("checkout", "true"),
    ];
    let mut alone = Vec::new();
    for text in &texts {
        let mut client = serve::in_process(&config(&[("spans", SHOP)])).await.expect("a runner");
        alone.push(long(&collect(&mut client, query(text)).await.rows[0], "n"));
    }
    let blocks = texts.iter().enumerate().map(|(n, text)| format!("```headwater name=b{n}\n{text}\n```\n\n"));
    let runbook = RunRequest { text: Text::Runbook(blocks.collect()), ..RunRequest::default() };
    let mut client = serve::in_process(&config(&[("spans", SHOP)])).await.expect("a runner");
    let mut events = client.run(runbook).await.expect("accepted");
    let mut together = vec![0; texts.len()];
    while let Some(event) = events.next().await {
        let event = event.expect("it holds");
        if let EventKind::Final(batch) = &event.kind {
            let block: usize = event.block[1..].parse().expect("its number");
            together[block] = long(batch, "n");
        }
    }
    assert_eq!(together, alone);
    assert!(alone.iter().all(|count| *count > 0), "{alone:?}");
}

#[tokio::test]
async fn who_shares_is_told() {
    let live = config(&[("spans", "demo:shop?seed=7&rate=2000&history=1s")]);
    let mut client = serve::in_process(&live).await.expect("a runner");
    let text = "spans | where kind == \"server\" and duration > 1s | tail 5";
    let _one = client.run(query(text)).await.expect("accepted");
    let _other = client.run(query("spans | where   kind == \"server\" | count")).await.expect("accepted");
    let _none = client.run(query("spans | where kind == \"client\" | count")).await.expect("accepted");
    let flows = client.list_flows().await.expect("it answers");
    let shared: Vec<_> = flows.iter().map(|flow| flow.shared.clone()).collect();
    let with = |flow: usize| runner::explain::Shared {
        condition: "kind == \"server\"".to_owned(),
        flows: vec![flows[flow].id.clone()],
    };
    assert_eq!(shared, [Some(with(1)), Some(with(0)), None]);
    let plan = explained(&mut client, "spans | where kind == \"server\" | take 1").await;
    assert!(plan.ends_with(&format!("shares kind == \"server\" with {}, {}\n", flows[0].id, flows[1].id)), "{plan}");
}
