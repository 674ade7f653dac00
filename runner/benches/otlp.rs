//! What it costs to bring OTLP in: from the bytes of a request to Arrow batches. Items are spans, so divan's
//! figures divide to nanoseconds a span.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message;
use runner::config::Config;
use runner::event::EventKind;
use runner::serve;
use runner::source::otlp::Decoder;
use runner::source::{Feed, Wanted};
use runner::{RunRequest, Text};
use syntax::catalog::signals::Signal;
use syntax::source::{SourceDecl, SourceUri};
use syntax::{Field, Type};
use tokio_stream::StreamExt;

/// What a busy service's exporter sends at once.
const SPANS: usize = 4096;

fn main() {
    divan::main();
}

/// Takes what comes and forgets it.
struct Discard(Arc<Wanted>);

impl Feed for Discard {
    fn wanted(&self) -> Arc<Wanted> {
        self.0.clone()
    }

    fn batch(&self, batch: RecordBatch) {
        black_box(batch);
    }

    fn dropped(&self, reason: &'static str, _: u64, _: &[u8]) {
        panic!("{reason}");
    }

    fn notice(&self, message: String) {
        panic!("{message}");
    }

    fn stopped(&self) -> bool {
        false
    }

    fn pause(&self, _: Duration) -> bool {
        false
    }
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn text(value: impl Into<String>) -> Value {
    Value::StringValue(value.into())
}

/// Twelve attributes a span, half of them the resource's; about 300 bytes.
fn request() -> Vec<u8> {
    let span = |number: u64| Span {
        trace_id: (u128::from(number) << 64 | 0x9e37_79b9).to_be_bytes().to_vec(),
        span_id: number.to_be_bytes().to_vec(),
        parent_span_id: (number / 2).to_be_bytes().to_vec(),
        name: "POST /api/checkout".to_owned(),
        kind: 2,
        start_time_unix_nano: 1_767_225_600_000_000_000 + number * 1_000_003,
        end_time_unix_nano: 1_767_225_600_000_000_000 + number * 1_000_003 + number % 997 * 1_000_000,
        attributes: vec![
            attribute("http.request.method", text("POST")),
            attribute("http.route", text("/api/checkout")),
            attribute("http.response.status_code", Value::IntValue(if number.is_multiple_of(50) { 503 } else { 200 })),
            attribute("customer.id", text(format!("c-{}", number % 5000))),
            attribute("customer.tier", text(["free", "silver", "gold"][number as usize % 3])),
            attribute("order.total", Value::DoubleValue(number as f64 / 7.0)),
        ],
        status: Some(Status { code: if number.is_multiple_of(50) { 2 } else { 0 }, ..Status::default() }),
        ..Span::default()
    };
    let resource = [
        ("service.name", "checkout"),
        ("service.version", "1.4.2"),
        ("cloud.region", "eu-west-1"),
        ("host.name", "checkout-7d9f-x2x9"),
        ("telemetry.sdk.language", "rust"),
        ("deployment.environment.name", "production"),
    ];
    let scope = InstrumentationScope { name: "http.server".to_owned(), ..InstrumentationScope::default() };
    let spans = (1..=SPANS as u64).map(span).collect();
    let group = ResourceSpans {
        resource: Some(Resource {
            attributes: resource.into_iter().map(|(key, value)| attribute(key, text(value))).collect(),
            ..Resource::default()
        }),
        scope_spans: vec![ScopeSpans { scope: Some(scope), spans, ..ScopeSpans::default() }],
        ..ResourceSpans::default()
    };
    ExportTraceServiceRequest { resource_spans: vec![group] }.encode_to_vec()
}

fn decode(bencher: Bencher, wanted: Wanted) {
    let uri = SourceUri::parse("otlp:127.0.0.1:4317").expect("a right address");
    let decl = SourceDecl::for_uri("spans", uri).expect("a right source");
    let message = request();
    let feed = Discard(Arc::new(wanted));
    let mut decoder = Decoder::new(&decl, Signal::Spans);
    bencher
        .counter(ItemsCount::new(SPANS))
        .counter(BytesCount::new(message.len()))
        .bench_local(|| decoder.request(black_box(&message), &feed).expect("it is well formed"));
}

#[divan::bench]
fn four_fields(bencher: Bencher) {
    decode(
        bencher,
        Wanted::Fields(vec![
            Field::new("timestamp", Type::Datetime),
            Field::new("service.name", Type::String),
            Field::new("http.response.status_code", Type::Long),
            Field::new("duration", Type::Timespan),
        ]),
    );
}

#[divan::bench]
fn every_field(bencher: Bencher) {
    decode(bencher, Wanted::All);
}

/// From an exporter over gRPC to a flow that has counted them; the exporter's own work is on the same cores.
#[divan::bench(sample_count = 10)]
fn over_grpc(bencher: Bencher) {
    const REQUESTS: usize = 64;
    const CONNECTIONS: usize = 4;
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a port");
    let message = ExportTraceServiceRequest::decode(&request()[..]).expect("it is well formed");
    let run = tokio::runtime::Runtime::new().expect("a runtime");
    let (mut flow, exporters) = run.block_on(async {
        let mut config = Config::builtin();
        config.set_source("spans", &format!("otlp:{free}")).expect("a right address");
        let mut client = serve::in_process(&config).await.expect("a runner");
        let text = "spans | where http.response.status_code >= 500 | summarize count() by service.name";
        let request = RunRequest { text: Text::Query(text.to_owned()), ..RunRequest::default() };
        let mut flow = client.run(request).await.expect("it is right");
        // Its first progress: it listens.
        flow.next().await.expect("it starts").expect("it holds");
        let mut exporters = Vec::new();
        for _ in 0..CONNECTIONS {
            let connected = TraceServiceClient::connect(format!("http://{free}")).await;
            exporters.push(connected.expect("it listens").max_encoding_message_size(64 << 20));
        }
        (flow, exporters)
    });
    let mut sent = 0;
    bencher.counter(ItemsCount::new(REQUESTS * SPANS)).bench_local(|| {
        sent += (REQUESTS * SPANS) as u64;
        run.block_on(async {
            let mut sending = tokio::task::JoinSet::new();
            for exporter in &exporters {
                let (mut exporter, message) = (exporter.clone(), message.clone());
                sending.spawn(async move {
                    for _ in 0..REQUESTS / CONNECTIONS {
                        exporter.export(message.clone()).await.expect("it is taken");
                    }
                });
            }
            while let Some(done) = sending.join_next().await {
                done.expect("all are sent");
            }
            loop {
                let event = flow.next().await.expect("it goes on").expect("it holds");
                if let EventKind::Progress(progress) = event.kind
                    && progress.received >= sent
                {
                    assert_eq!(progress.dropped_total(), 0, "the flow keeps up");
                    break;
                }
            }
        });
    });
}

/// The same message by prost alone, into structs and nothing more, to compare with.
#[divan::bench]
fn prost_only(bencher: Bencher) {
    let message = request();
    bencher
        .counter(ItemsCount::new(SPANS))
        .counter(BytesCount::new(message.len()))
        .bench_local(|| ExportTraceServiceRequest::decode(black_box(&message[..])).expect("it is well formed"));
}
