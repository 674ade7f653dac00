//! The service as a client sees it: real gRPC, over a pipe in memory, a unix socket and TCP.

mod empty;
mod growing;
#[path = "../growing_events/mod.rs"]
mod growing_events;
mod limits;
mod look;
mod sharing;
mod tables;

use std::path::PathBuf;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use runner::auth::Token;
use runner::client::{Client, Endpoint};
use runner::config::Config;
use runner::event::{Event, EventKind, Finished, Outcome};
use runner::serve::{self, Listen};
use runner::{Error, RunRequest, Text};
use tokio::sync::oneshot;
use tokio_stream::StreamExt;
use tonic::Code;

/// A bounded, deterministic shop.
const SHOP: &str = "demo:shop?seed=7&rate=1000&start=2026-01-01T00:00:00Z&events=20000";

fn config(sources: &[(&str, &str)]) -> Config {
    let mut config = Config::builtin();
    for (name, uri) in sources {
        config.set_source(name, uri).expect("a right address");
    }
    config
}

fn query(text: &str) -> RunRequest {
    RunRequest { text: Text::Query(text.to_owned()), ..RunRequest::default() }
}

#[derive(Default)]
struct Seen {
    started: usize,
    rows: Vec<RecordBatch>,
    finished: Vec<(String, Finished)>,
    notices: Vec<String>,
}

impl Seen {
    fn count(&self) -> usize {
        self.rows.iter().map(RecordBatch::num_rows).sum()
    }

    fn only(&self) -> &Finished {
        assert_eq!(self.finished.len(), 1);
        &self.finished[0].1
    }
}

async fn collect(client: &mut Client, request: RunRequest) -> Seen {
    let mut events = client.run(request).await.expect("it is accepted");
    let mut seen = Seen::default();
    while let Some(event) = events.next().await {
        let Event { block, kind, .. } = event.expect("the stream holds");
        match kind {
            EventKind::Started(_) => seen.started += 1,
            EventKind::Final(batch) => seen.rows.push(batch),
            EventKind::Finished(finished) => seen.finished.push((block, finished)),
            EventKind::Missing(missing) => seen.notices.push(missing.text()),
            EventKind::Notice(notice) => seen.notices.push(notice.message),
            EventKind::Progress(_) | EventKind::Provisional(_) | EventKind::Rejected(_) => {}
        }
    }
    seen
}

fn long(batch: &RecordBatch, column: &str) -> i64 {
    batch.column_by_name(column).expect("the column").as_primitive::<Int64Type>().value(0)
}

#[tokio::test]
async fn a_query_runs_to_the_end_and_accounts_for_every_event() {
    let mut client = serve::in_process(&config(&[("spans", SHOP)])).await.expect("a runner");
    let seen = collect(&mut client, query("spans | where http.response.status_code >= 500 | count")).await;
    let last = &seen.only().last;
    assert_eq!(seen.only().outcome, Outcome::End);
    assert_eq!(last.received, 20_000);
    assert_eq!(last.received, last.matched + last.filtered + last.late + last.dropped_total() + last.in_flight);
    assert_eq!(last.in_flight, 0, "the end makes everything final");
    assert_eq!(long(&seen.rows[0], "Count") as u64, last.matched);
}

#[tokio::test]
async fn blocks_of_one_run_share_one_reading_of_a_bounded_source() {
    let runbook = "```headwater name=all\nspans | count\n```\n\n```headwater name=again\nspans | count\n```\n";
    let mut client = serve::in_process(&config(&[("spans", SHOP)])).await.expect("a runner");
    let request = RunRequest { text: Text::Runbook(runbook.to_owned()), ..RunRequest::default() };
    let seen = collect(&mut client, request).await;
    assert_eq!(seen.started, 2);
    assert!(seen.rows.iter().all(|batch| long(batch, "Count") == 20_000), "{:?}", seen.rows);
    let sources = client.list_sources(Some("spans")).await.expect("it is there");
    assert_eq!(sources[0].received, 20_000, "read once, not once a block");
}

#[tokio::test]
async fn a_limit_on_events_is_exact() {
    let mut client = serve::in_process(&config(&[("spans", SHOP)])).await.expect("a runner");
    let seen = collect(&mut client, RunRequest { events: Some(12_345), ..query("spans | count") }).await;
    assert_eq!(long(&seen.rows[0], "Count"), 12_345);
}

#[tokio::test]
async fn take_ends_the_flow() {
    let mut client = serve::in_process(&config(&[])).await.expect("a runner");
    let seen = collect(&mut client, query("spans | take 5")).await;
    assert_eq!(seen.count(), 5);
    assert_eq!(seen.only().outcome, Outcome::End);
}

#[tokio::test]
async fn what_is_wrong_with_the_text_comes_back_with_its_place() {
    let mut client = serve::in_process(&config(&[])).await.expect("a runner");
    let Err(Error::Rejected { diagnostics, .. }) = client.run(query("spans | where durration > 1s")).await else {
        panic!("there is no such field");
    };
    assert_eq!(diagnostics[0].code.slug(), "unknown-field");
    assert_eq!(u32::from(diagnostics[0].range.start()), 14);
}

#[tokio::test]
async fn a_missing_file_is_named() {
    let mut client = serve::in_process(&config(&[("access", "file:/nowhere/access.jsonl")])).await.expect("a runner");
    let Err(error) = client.run(query("access | count")).await else { panic!("there is no such file") };
    assert!(matches!(error, Error::Source(_)), "{error:?}");
    assert!(error.to_string().contains("/nowhere/access.jsonl"), "{error}");
}

#[tokio::test]
async fn flows_are_listed_watched_by_two_and_stopped() {
    let mut client = serve::in_process(&config(&[])).await.expect("a runner");
    let mut events = client.run(query("spans | summarize count() by cloud.region")).await.expect("accepted");
    let first = events.next().await.expect("an event").expect("it holds");
    let flows = client.list_flows().await.expect("a list");
    assert_eq!(flows.iter().map(|flow| flow.id.as_str()).collect::<Vec<_>>(), [first.flow.as_str()]);
    let mut second = client.attach(&first.flow).await.expect("it runs");
    while let Some(event) = second.next().await {
        if matches!(event.expect("it holds").kind, EventKind::Provisional(rows) if rows.num_rows() > 0) {
            break;
        }
    }
    assert!(client.stop_flow(&first.flow).await.expect("it runs"));
    let mut outcome = None;
    while let Some(event) = events.next().await {
        if let EventKind::Finished(finished) = event.expect("it holds").kind {
            outcome = Some(finished.outcome);
        }
    }
    assert_eq!(outcome, Some(Outcome::Stopped));
    assert!(!client.stop_flow("flow-999").await.expect("an answer"), "there is no such flow");
}

#[tokio::test]
async fn a_flow_ends_with_its_watcher() {
    let mut client = serve::in_process(&config(&[])).await.expect("a runner");
    let mut events = client.run(query("spans | count")).await.expect("accepted");
    events.next().await.expect("an event").expect("it holds");
    drop(events);
    let gone = async {
        while !client.list_flows().await.expect("a list").is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), gone).await.expect("the flow ends after its grace");
}

struct Running {
    address: String,
    stop: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<Result<(), Error>>,
}

async fn start(listen: &Listen) -> Running {
    let bound = serve::bind(&config(&[]), listen).await.expect("it binds");
    let (stop, stopped) = oneshot::channel();
    let address = bound.address.clone();
    let served = tokio::spawn(bound.serve(async move {
        let _ = stopped.await;
    }));
    Running { address, stop, served }
}

#[tokio::test]
async fn the_unix_socket_is_for_its_owner_and_goes_with_the_server() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join("private/runner.sock");
    let running = start(&Listen::Unix(path.clone())).await;
    let mode = |path: &std::path::Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().expect("a folder")), 0o700);
    let mut client = Client::connect(&Endpoint::Unix(path.clone())).await.expect("it answers");
    // A running flow does not hold up the end.
    let mut events = client.run(query("spans | count")).await.expect("accepted");
    events.next().await.expect("an event").expect("it holds");
    assert!(serve::bind(&config(&[]), &Listen::Unix(path.clone())).await.is_err(), "one runner a socket");
    running.stop.send(()).expect("it serves");
    while let Some(Ok(_)) = events.next().await {}
    running.served.await.expect("no panic").expect("a clean end");
    assert!(!path.exists());
}

#[tokio::test]
async fn a_busy_port_says_so() {
    let token = Token::random().expect("random bits");
    let running = start(&Listen::Tcp { address: "127.0.0.1:0".to_owned(), token: token.clone() }).await;
    let listen = Listen::Tcp { address: running.address.clone(), token };
    let Err(error) = serve::bind(&config(&[]), &listen).await else { panic!("the port is taken") };
    assert!(error.to_string().contains(&running.address), "{error}");
    assert!(error.to_string().contains("--listen"), "{error}");
}

#[tokio::test]
async fn every_method_wants_the_token() {
    let token = Token::random().expect("random bits");
    let running = start(&Listen::Tcp { address: "127.0.0.1:0".to_owned(), token: token.clone() }).await;
    let definition = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("proto");
    let files = protox::compile([definition.join("headwater.proto")], [&definition]).expect("it compiles");
    let methods: Vec<String> = files.file[0].service[0].method.iter().map(|method| method.name().to_owned()).collect();
    assert_eq!(methods.len(), 7);
    let ours = methods.iter().map(|method| format!("/headwater.v1.Runner/{method}"));
    let beside = ["/grpc.health.v1.Health/Check", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"];
    let methods: Vec<String> = ours.chain(beside.map(str::to_owned)).collect();
    let uri = format!("http://{}", running.address);
    let channel = tonic::transport::Channel::from_shared(uri).expect("a uri").connect().await.expect("it answers");
    for header in [None, Some("Bearer wrong")] {
        for method in &methods {
            let mut grpc = tonic::client::Grpc::new(channel.clone());
            grpc.ready().await.expect("it is ready");
            let mut request = tonic::Request::new(());
            if let Some(header) = header {
                request.metadata_mut().insert("authorization", header.parse().expect("a header"));
            }
            let path = method.parse().expect("a path");
            let codec = tonic_prost::ProstCodec::<(), ()>::default();
            let Err(status) = grpc.server_streaming(request, path, codec).await else { panic!("{method} let us in") };
            assert_eq!(status.code(), Code::Unauthenticated, "{method}");
        }
    }
    let endpoint = Endpoint::parse(&running.address, Some(token));
    let mut client = Client::connect(&endpoint).await.expect("it answers");
    assert!(client.list_flows().await.expect("the token is right").is_empty());
    let mut stranger = Client::connect(&Endpoint::parse(&running.address, None)).await.expect("it answers");
    let error = stranger.list_flows().await.expect_err("there is no token");
    assert!(error.to_string().contains("token"), "{error}");
}

#[tokio::test]
async fn health_and_reflection_answer_as_tools_expect() {
    use tonic_health::pb::health_check_response::ServingStatus;
    use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
    use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
    use tonic_reflection::pb::v1::{ServerReflectionRequest, ServiceResponse};

    let folder = tempfile::tempdir().expect("a folder");
    let token = Token::read_or_create(&folder.path().join("token")).expect("it can be written");
    let running = start(&Listen::Tcp { address: "127.0.0.1:0".to_owned(), token }).await;
    let header = std::fs::read_to_string(folder.path().join("token")).expect("it was written");
    let header: tonic::metadata::MetadataValue<_> = format!("Bearer {}", header.trim()).parse().expect("a header");
    let authorize = move |mut request: tonic::Request<()>| {
        request.metadata_mut().insert("authorization", header.clone());
        Ok(request)
    };
    let channel = tonic::transport::Channel::from_shared(format!("http://{}", running.address)).expect("a uri");
    let channel = channel.connect().await.expect("it answers");

    let mut health = HealthClient::with_interceptor(channel.clone(), authorize.clone());
    let request = || HealthCheckRequest { service: "headwater.v1.Runner".to_owned() };
    let answer = health.check(request()).await.expect("it answers").into_inner();
    assert_eq!(answer.status(), ServingStatus::Serving);

    let list = ServerReflectionRequest {
        message_request: Some(MessageRequest::ListServices(String::new())),
        ..ServerReflectionRequest::default()
    };
    let mut answers = ServerReflectionClient::with_interceptor(channel, authorize)
        .server_reflection_info(tokio_stream::once(list))
        .await
        .expect("it answers")
        .into_inner();
    let answer = answers.next().await.expect("an answer").expect("it holds");
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else { panic!("{answer:?}") };
    assert!(list.service.contains(&ServiceResponse { name: "headwater.v1.Runner".to_owned() }), "{list:?}");

    let mut watching = health.watch(request()).await.expect("it answers").into_inner();
    assert_eq!(watching.next().await.expect("a status").expect("it holds").status(), ServingStatus::Serving);
    running.stop.send(()).expect("it serves");
    let last = watching.next().await.expect("a status").expect("it holds");
    assert_eq!(last.status(), ServingStatus::NotServing, "told before the server goes");
}

#[tokio::test]
async fn nobody_there_says_how_to_start_one() {
    let Err(error) = Client::connect(&Endpoint::parse("127.0.0.1:1", None)).await else { panic!("port 1 is closed") };
    assert!(error.to_string().contains("headwater serve"), "{error}");
}

#[tokio::test]
async fn a_file_that_declares_nothing_is_looked_at_before_its_pipeline_is_judged() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("access.jsonl");
    std::fs::write(&path, "{\"status\":200,\"took\":\"12ms\"}\n{\"status\":503,\"took\":\"90ms\"}\n")
        .expect("it writes");
    let uri = format!("file:{}", path.display());
    let mut client = serve::in_process(&config(&[("access", &uri)])).await.expect("a runner");
    let seen = collect(&mut client, query("access | where status >= 500 | count")).await;
    assert_eq!(long(&seen.rows[0], "Count"), 1);
    // What only the file says refuses nothing that would run with other events first, and is told.
    let seen = collect(&mut client, query("access | where took > 5 | count")).await;
    assert_eq!(long(&seen.rows[0], "Count"), 0);
    assert!(
        seen.notices.iter().any(|notice| notice.contains("`took` was string in what was seen so far")),
        "{:?}",
        seen.notices
    );
}

#[tokio::test]
async fn a_run_begins_with_what_a_live_source_has_kept() {
    // A live shop, and a flow that has watched it for a while.
    let shop = config(&[("spans", "demo:shop?seed=7&rate=20000")]);
    let mut client = serve::in_process(&shop).await.expect("a runner");
    let mut first = client.run(query("spans | where false")).await.expect("accepted");
    let mut received = 0;
    while received < 10_000 {
        if let Event { kind: EventKind::Progress(progress), .. } =
            first.next().await.expect("it goes on").expect("it holds")
        {
            received = progress.received;
        }
    }
    let take =
        |since| RunRequest { since, events: Some(1000), ..query("spans | summarize min(timestamp), n = count()") };
    let started = |seen: &Seen| {
        use arrow_array::types::TimestampNanosecondType;
        seen.rows[0].column(0).as_primitive::<TimestampNanosecondType>().value(0)
    };
    let past = collect(&mut client, take(None)).await;
    assert!(past.notices.iter().any(|notice| notice.contains("`spans` has kept")), "{:?}", past.notices);
    let live = collect(&mut client, take(Some(Duration::ZERO))).await;
    assert!(live.notices.is_empty(), "{:?}", live.notices);
    assert!(started(&past) < started(&live), "the past comes first where it is asked for");
    let sources = client.list_sources(Some("spans")).await.expect("it answers");
    assert!(sources[0].kept_events >= 10_000 && sources[0].kept_bytes > 0, "{:?}", sources[0].kept_events);
    drop(first);
    // The source goes on for a while: who comes back finds its past again.
    let again = collect(&mut client, take(None)).await;
    assert_eq!(started(&again), started(&past), "from the same event on");
}
