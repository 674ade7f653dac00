//! A limit stops the flow that meets it, with its name and its stage, and no other; who watches slowly loses
//! what is replaced first.

use std::time::Duration;

use runner::client::{Client, Events};
use runner::config::Config;
use runner::event::{EventKind, Finished, Outcome};
use tokio_stream::StreamExt;

use super::{config, query, serve};

fn shop(limit: impl FnOnce(&mut Config)) -> Config {
    let mut config = config(&[("spans", "demo:shop?seed=7&rate=20000&history=5s")]);
    limit(&mut config);
    config
}

async fn finished(events: &mut Events) -> Finished {
    loop {
        if let EventKind::Finished(finished) = events.next().await.expect("it goes on").expect("it holds").kind {
            return finished;
        }
    }
}

/// Waits until a flow has received so many events.
async fn received(events: &mut Events, count: u64) {
    loop {
        match events.next().await.expect("it goes on").expect("it holds").kind {
            EventKind::Progress(progress) if progress.received >= count => return,
            EventKind::Finished(finished) => panic!("it ended: {}", finished.message),
            _ => {}
        }
    }
}

/// The flow ends by its limit at this stage; another goes on.
async fn stops_alone(config: &Config, pipeline: &str, message: &str, stage: &str) {
    let mut client = serve::in_process(config).await.expect("a runner");
    let mut other = client.run(query("spans | where false")).await.expect("accepted");
    let mut flow = client.run(query(pipeline)).await.expect("accepted");
    let finished = finished(&mut flow).await;
    assert_eq!(finished.outcome, Outcome::Limit, "{}", finished.message);
    assert!(finished.message.contains(message), "{}", finished.message);
    let place = finished.range.map_or("", |(start, end)| &pipeline[start as usize..end as usize]);
    assert_eq!(place, stage);
    let last = &finished.last;
    assert_eq!(last.received, last.matched + last.filtered + last.late + last.dropped_total() + last.in_flight);
    let listed = client.list_flows().await.expect("it answers");
    let so_far = listed.iter().find(|flow| flow.stages == ["where"]).expect("it runs").progress.received;
    received(&mut other, so_far + 20_000).await;
}

#[tokio::test]
async fn groups_without_end() {
    let config = shop(|config| config.limits.stage.groups = 500);
    let pipeline = "spans | summarize n = count() by trace.id | where n > 1";
    let stage = "summarize n = count() by trace.id";
    stops_alone(
        &config,
        pipeline,
        "`summarize` by trace.id holds 500 groups, the limit (`groups` in [runner.limits])",
        stage,
    )
    .await;
}

#[tokio::test]
async fn a_window_of_a_year_by_every_trace() {
    let config = shop(|config| config.limits.stage.state_bytes = 1 << 20);
    let pipeline = "spans | summarize count() by trace.id, bin(timestamp, 365d)";
    let stage = "summarize count() by trace.id, bin(timestamp, 365d)";
    stops_alone(&config, pipeline, "1 MiB of state, the limit", stage).await;
}

#[tokio::test]
async fn a_flood_of_rows() {
    let config = shop(|config| config.limits.rows_per_second = 100);
    let pipeline = "spans | extend a = 1 | project a";
    stops_alone(&config, pipeline, "more than 100 rows a second, the limit (`rows_per_second`)", "project a").await;
}

#[tokio::test]
async fn state_of_all_flows_together() {
    let config = shop(|config| config.limits.total_state = 1 << 20);
    let pipeline = "spans | summarize count() by trace.id";
    stops_alone(&config, pipeline, "all flows of this runner hold 1 MiB of state, the limit (`total_state`)", "").await;
}

#[tokio::test]
async fn time_and_events() {
    let config = shop(|config| config.limits.time = Some(Duration::from_millis(300)));
    let mut client = serve::in_process(&config).await.expect("a runner");
    let ended = finished(&mut client.run(query("spans | count")).await.expect("accepted")).await;
    assert_eq!(
        (ended.outcome, ended.message.as_str()),
        (Outcome::Limit, "the flow has run for 0 s, the limit (`time`)")
    );
    let config = shop(|config| config.limits.events = Some(10_000));
    let mut client = serve::in_process(&config).await.expect("a runner");
    let ended = finished(&mut client.run(query("spans | count")).await.expect("accepted")).await;
    assert_eq!(ended.message, "the flow has read 10000 events, the limit (`events`)");
}

/// A client that does not read for a while.
#[tokio::test]
async fn a_slow_client_is_told_and_slows_nobody() {
    let mut client: Client = serve::in_process(&shop(|_| {})).await.expect("a runner");
    let mut slow = client.run(query("spans")).await.expect("accepted");
    let mut quick = client.run(query("spans | where false")).await.expect("accepted");
    // Far more than waits for a client that does not read: 32 MiB.
    received(&mut quick, 200_000).await;
    let told = loop {
        match slow.next().await.expect("it goes on").expect("it holds").kind {
            EventKind::Missing(missing) => break missing.text(),
            EventKind::Finished(finished) => panic!("it ended: {}", finished.message),
            _ => {}
        }
    };
    assert!(told.ends_with("rows were not shown: this watcher could not keep up"), "{told}");
    // It goes on, as does the other.
    received(&mut slow, 0).await;
    received(&mut quick, 0).await;
}

/// Runs that are asked for at once are counted before any of them is made.
#[tokio::test]
async fn many_runs_at_once_are_no_more_than_may_be() {
    let config = config(&[("spans", "demo:shop?seed=7&rate=100")]);
    assert_eq!(config.limits.flows, 512);
    let client = serve::in_process(&config).await.expect("a runner");
    let mut runs = tokio::task::JoinSet::new();
    for _ in 0..560 {
        let mut client = client.clone();
        runs.spawn(async move { client.run(query("spans | where false")).await });
    }
    let mut accepted = Vec::new();
    while let Some(run) = runs.join_next().await {
        accepted.extend(run.expect("no panic"));
    }
    assert_eq!(accepted.len(), 512);
}

/// Who runs has gone: the flow goes too, and its place is free.
#[tokio::test]
async fn what_nobody_watches_ends_at_once() {
    let config = config(&[("spans", "demo:shop?seed=7&rate=100")]);
    let mut client = serve::in_process(&config).await.expect("a runner");
    let mut runs = Vec::new();
    for _ in 0..100 {
        runs.push(client.run(query("spans | where false")).await.expect("accepted"));
    }
    assert_eq!(client.list_flows().await.expect("it answers").len(), 100);
    let begin = std::time::Instant::now();
    drop(runs);
    while !client.list_flows().await.expect("it answers").is_empty() {
        tokio::task::yield_now().await;
    }
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
}

/// Much is made of each event: the flow is asked to stop between few of them.
#[tokio::test]
async fn a_time_that_is_over_ends_a_batch_too() {
    let mut client = serve::in_process(&config(&[("spans", super::SHOP)])).await.expect("a runner");
    let text = "x".repeat(64 << 10);
    let slow =
        format!("spans | extend a = array_length(extract_all(@\"(\\w)\", strcat(name, \"{text}\"))) | where a < 0");
    let begin = std::time::Instant::now();
    let request = runner::RunRequest { time: Some(Duration::from_millis(300)), ..query(&slow) };
    let mut events = client.run(request).await.expect("accepted");
    assert_eq!(finished(&mut events).await.outcome, Outcome::End);
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
}
