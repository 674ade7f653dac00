//! The receiver as exporters see it: the real OpenTelemetry SDK, and messages made by hand for what it never
//! sends.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer, TracerProvider};
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue as Attribute, KeyValueList};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1 as m;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use syntax::catalog::signals::Signal;
use syntax::source::{SourceDecl, SourceUri};

use super::super::Wanted;
use super::super::collect::Collect;
use super::super::table::Known;
use super::listeners::Listener;
use super::{Listeners, address};

/// A receiver of one signal, on ports of the system's choice.
struct Receiving {
    listener: Arc<Listener>,
    feed: Arc<Collect>,
}

fn decl(name: &str, uri: &str) -> SourceDecl {
    SourceDecl::for_uri(name, SourceUri::parse(uri).expect("a right address")).expect("a right source")
}

fn receive(signal: Signal, uri: &str) -> Receiving {
    let decl = decl(signal.word(), uri);
    let listener = Listeners::default().listen(address(&decl.uri).expect("loopback")).expect("it binds");
    let feed = Collect::new(Wanted::All);
    let known = Known { fields: decl.schema().fields.to_vec(), time: None, later: Vec::new() };
    listener.add(signal, known, feed.clone());
    Receiving { listener, feed }
}

impl Receiving {
    fn grpc(&self) -> String {
        format!("http://{}", self.listener.bound.0)
    }

    fn http(&self) -> SocketAddr {
        self.listener.bound.1.expect("HTTP is on")
    }

    fn column(&self, rows: usize, name: &str) -> Vec<String> {
        self.feed.when(|state| state.rows() >= rows, |state| state.column(name))
    }
}

/// One HTTP request, and the status of its answer.
fn post(address: SocketAddr, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let mut head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes()).expect("it reads");
    // A receiver that has seen enough may hang up first.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("an answer");
    (status, answer)
}

const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

fn any(value: Value) -> Option<AnyValue> {
    Some(AnyValue { value: Some(value) })
}

fn attribute(key: &str, value: Value) -> Attribute {
    Attribute { key: key.to_owned(), value: any(value), ..Attribute::default() }
}

fn text(value: &str) -> Value {
    Value::StringValue(value.to_owned())
}

fn resource() -> Option<Resource> {
    let attributes = vec![
        attribute("service.name", text("checkout")),
        attribute("cloud.region", text("eu-west-1")),
        attribute("both", text("of the resource")),
    ];
    Some(Resource { attributes, ..Resource::default() })
}

fn spans(spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource: resource(), scope_spans, ..ResourceSpans::default() }],
    }
}

fn one_span() -> Vec<u8> {
    spans(vec![Span { name: "GET /".to_owned(), ..Span::default() }]).encode_to_vec()
}

async fn with_sdk(receiving: &Receiving, exporter: opentelemetry_otlp::SpanExporter) {
    let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder()
        .with_resource(
            opentelemetry_sdk::Resource::builder_empty().with_attribute(KeyValue::new("service.name", "shop")).build(),
        )
        .with_batch_exporter(exporter)
        .build();
    let tracer = provider.tracer("shop-tracer");
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    for (number, status) in [200_i64, 503].into_iter().enumerate() {
        let mut span = tracer
            .span_builder(format!("request {number}"))
            .with_kind(SpanKind::Server)
            .with_start_time(start)
            .with_attributes([KeyValue::new("http.response.status_code", status), KeyValue::new("slow", number == 1)])
            .start(&tracer);
        if status >= 500 {
            span.set_status(Status::error("card service down"));
        }
        span.end_with_timestamp(start + Duration::from_millis(250));
    }
    let flushed = tokio::task::spawn_blocking(move || provider.shutdown()).await.expect("no panic");
    flushed.expect("everything was sent");
    assert_eq!(receiving.column(2, "name"), ["request 0", "request 1"]);
    assert_eq!(receiving.column(2, "service.name"), ["shop", "shop"]);
    assert_eq!(receiving.column(2, "timestamp"), ["2026-01-01T00:00:00Z"; 2]);
    assert_eq!(receiving.column(2, "duration"), ["250000000ns"; 2]);
    assert_eq!(receiving.column(2, "kind"), ["server"; 2]);
    assert_eq!(receiving.column(2, "status"), ["unset", "error"]);
    assert_eq!(receiving.column(2, "status.message"), ["null", "card service down"]);
    assert_eq!(receiving.column(2, "http.response.status_code"), ["200", "503"]);
    assert_eq!(receiving.column(2, "slow"), ["false", "true"]);
    assert_eq!(receiving.column(2, "scope.name"), ["shop-tracer"; 2]);
    assert!(receiving.column(2, "trace.id").iter().all(|id| id.len() == 32));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_sends_spans_over_grpc() {
    let receiving = tokio::task::spawn_blocking(|| receive(Signal::Spans, "otlp:127.0.0.1:0")).await.expect("no panic");
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic().with_endpoint(receiving.grpc());
    with_sdk(&receiving, exporter.build().expect("an exporter")).await;
    tokio::task::spawn_blocking(move || drop(receiving)).await.expect("no panic");
}

#[test]
fn attributes_of_all_types_become_fields() {
    let receiving = receive(Signal::Spans, "otlp:127.0.0.1:0");
    let list =
        ArrayValue { values: vec![AnyValue { value: Some(Value::IntValue(1)) }, AnyValue { value: Some(text("a")) }] };
    let map = KeyValueList { values: vec![attribute("x", Value::DoubleValue(0.5))] };
    let attributes = vec![
        attribute("a.string", text("s")),
        attribute("a.bool", Value::BoolValue(true)),
        attribute("a.int", Value::IntValue(i64::MAX)),
        attribute("a.double", Value::DoubleValue(1.5)),
        attribute("a.list", Value::ArrayValue(list)),
        attribute("a.map", Value::KvlistValue(map)),
        attribute("a.bytes", Value::BytesValue(vec![0xde, 0xad])),
        attribute("both", text("of the span")),
        Attribute { key: "a.null".to_owned(), ..Attribute::default() },
    ];
    let span =
        Span { name: "all".to_owned(), attributes, start_time_unix_nano: 5, end_time_unix_nano: 3, ..Span::default() };
    let (status, answer) = post(receiving.http(), "/v1/traces", &[PROTOBUF], &spans(vec![span]).encode_to_vec());
    assert_eq!(status, 200, "{answer}");
    for (name, value) in [
        ("a.string", "s"),
        ("a.bool", "true"),
        ("a.int", "9223372036854775807"),
        ("a.double", "1.5"),
        ("a.list", "[1,\"a\"]"),
        ("a.map", "{\"x\":0.5}"),
        ("a.bytes", "\"dead\""),
        ("both", "of the span"),
        ("cloud.region", "eu-west-1"),
        ("duration", "-2ns"),
    ] {
        assert_eq!(receiving.column(1, name), [value], "{name}");
    }
}

#[test]
fn logs_and_all_kinds_of_metrics_become_rows() {
    let receiving = receive(Signal::Logs, "otlp:127.0.0.1:0");
    let log = |body: Value, severity_number| LogRecord {
        observed_time_unix_nano: 7,
        severity_number,
        body: any(body),
        trace_id: vec![1; 16],
        ..LogRecord::default()
    };
    let map = Value::KvlistValue(KeyValueList { values: vec![attribute("order", Value::IntValue(7))] });
    let scope_logs =
        vec![ScopeLogs { log_records: vec![log(text("card declined"), 17), log(map, 9)], ..ScopeLogs::default() }];
    let resource_logs = vec![ResourceLogs { resource: resource(), scope_logs, ..ResourceLogs::default() }];
    let body = ExportLogsServiceRequest { resource_logs }.encode_to_vec();
    assert_eq!(post(receiving.http(), "/v1/logs", &[PROTOBUF], &body).0, 200);
    assert_eq!(receiving.column(2, "body"), ["card declined", "{\"order\":7}"]);
    assert_eq!(receiving.column(2, "severity"), ["ERROR", "INFO"]);
    assert_eq!(receiving.column(2, "trace.id"), ["01".repeat(16), "01".repeat(16)]);
    assert_eq!(receiving.column(2, "timestamp"), ["1970-01-01T00:00:00.000000007Z"; 2]);

    let receiving = receive(Signal::Metrics, "otlp:127.0.0.1:0");
    let number = |value| m::NumberDataPoint { value: Some(value), time_unix_nano: 9, ..m::NumberDataPoint::default() };
    let datas = [
        m::metric::Data::Gauge(m::Gauge { data_points: vec![number(m::number_data_point::Value::AsDouble(0.25))] }),
        m::metric::Data::Sum(m::Sum {
            data_points: vec![number(m::number_data_point::Value::AsInt(3))],
            aggregation_temporality: 2,
            is_monotonic: true,
        }),
        m::metric::Data::Histogram(m::Histogram {
            data_points: vec![m::HistogramDataPoint {
                count: 4,
                sum: Some(10.0),
                bucket_counts: vec![1, 3],
                explicit_bounds: vec![5.0],
                ..m::HistogramDataPoint::default()
            }],
            aggregation_temporality: 1,
        }),
        m::metric::Data::ExponentialHistogram(m::ExponentialHistogram {
            data_points: vec![m::ExponentialHistogramDataPoint {
                count: 2,
                sum: Some(3.0),
                max: Some(2.0),
                ..Default::default()
            }],
            aggregation_temporality: 1,
        }),
        m::metric::Data::Summary(m::Summary {
            data_points: vec![m::SummaryDataPoint { count: 9, sum: 4.5, ..m::SummaryDataPoint::default() }],
        }),
    ];
    let metrics = datas.map(|data| m::Metric {
        name: "requests".to_owned(),
        unit: "1".to_owned(),
        data: Some(data),
        ..Default::default()
    });
    let scope_metrics = vec![m::ScopeMetrics { metrics: metrics.to_vec(), ..Default::default() }];
    let resource_metrics = vec![m::ResourceMetrics { resource: resource(), scope_metrics, ..Default::default() }];
    let body = ExportMetricsServiceRequest { resource_metrics }.encode_to_vec();
    assert_eq!(post(receiving.http(), "/v1/metrics", &[PROTOBUF], &body).0, 200);
    let kinds = ["gauge", "sum", "histogram", "exponential_histogram", "summary"];
    assert_eq!(receiving.column(5, "metric.type"), kinds);
    assert_eq!(receiving.column(5, "value"), ["0.25", "3", "10", "3", "4.5"]);
    assert_eq!(receiving.column(5, "count"), ["null", "null", "4", "2", "9"]);
    assert_eq!(receiving.column(5, "metric.temporality"), ["null", "cumulative", "delta", "delta", "null"]);
    assert_eq!(receiving.column(5, "buckets")[2], "{\"bounds\":[5.0],\"counts\":[1,3]}");
}

#[test]
fn what_is_refused_is_answered_clearly_and_counted() {
    let receiving = receive(Signal::Spans, "otlp:127.0.0.1:0?max_message=4KiB");
    let send = |headers: &[(&str, &str)], body: &[u8]| post(receiving.http(), "/v1/traces", headers, body);
    assert_eq!(send(&[("content-type", "text/plain")], &one_span()).0, 415);
    assert_eq!(send(&[PROTOBUF, ("origin", "https://evil.example")], &one_span()).0, 403);
    let (status, answer) = send(&[PROTOBUF], b"\xff\xff\xff");
    assert!(status == 400 && answer.contains("no OTLP message"), "{answer}");
    let large = spans(vec![Span { name: "x".repeat(10_000), ..Span::default() }]).encode_to_vec();
    let (status, answer) = send(&[PROTOBUF], &large);
    assert!(status == 413 && answer.contains("max_message"), "{answer}");
    // Small on the wire, large when unpacked.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&large).expect("memory");
    let packed = gzip.finish().expect("memory");
    assert!(packed.len() < 4096);
    assert_eq!(send(&[PROTOBUF, ("content-encoding", "gzip")], &packed).0, 413);
    assert_eq!(send(&[PROTOBUF, ("origin", "http://localhost:3000")], &one_span()).0, 200);
    let dropped: HashMap<&str, u64> = receiving.feed.when(
        |state| state.rows() == 1,
        |state| state.dropped.iter().map(|(reason, (count, _))| (*reason, *count)).collect(),
    );
    assert_eq!(dropped, HashMap::from([("not an OTLP message", 1), ("message over the limit", 2)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn grpc_takes_gzip_and_refuses_what_is_too_large() {
    let receiving = tokio::task::spawn_blocking(|| receive(Signal::Spans, "otlp:127.0.0.1:0?max_message=4KiB"))
        .await
        .expect("no panic");
    let client = TraceServiceClient::connect(receiving.grpc()).await.expect("it listens");
    let mut client = client.send_compressed(tonic::codec::CompressionEncoding::Gzip);
    client.export(spans(vec![Span { name: "packed".to_owned(), ..Span::default() }])).await.expect("it is taken");
    let large = spans(vec![Span { name: "x".repeat(10_000), ..Span::default() }]);
    client.export(large).await.expect_err("it is too large when unpacked");
    let (names, dropped) = receiving.feed.when(
        |state| state.dropped.len() == 1,
        |state| (state.column("name"), state.dropped["message over the limit"].0),
    );
    assert_eq!((names, dropped), (vec!["packed".to_owned()], 1));
    tokio::task::spawn_blocking(move || drop(receiving)).await.expect("no panic");
}

#[test]
fn sources_of_one_address_share_its_listener_and_the_last_closes_it() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let uri = format!("otlp:{free}?http=off");
    let listeners = Listeners::default();
    let first = listeners.listen(address(&decl("spans", &uri).uri).expect("loopback")).expect("it binds");
    let second = listeners.listen(address(&decl("logs", &uri).uri).expect("loopback")).expect("it is shared");
    assert!(Arc::ptr_eq(&first, &second));
    let Err(error) = Listeners::default().listen(address(&decl("spans", &uri).uri).expect("loopback")) else {
        panic!("the port is busy")
    };
    assert!(error.to_string().contains(&free.to_string()) && error.to_string().contains("another port"), "{error}");
    drop((first, second));
    listeners.listen(address(&decl("spans", &uri).uri).expect("loopback")).expect("the port is free again");
}

#[test]
fn an_address_that_others_reach_has_to_be_meant() {
    let refused = address(&decl("spans", "otlp:0.0.0.0:4317").uri).expect_err("it is not loopback").to_string();
    assert!(refused.contains("public=true"), "{refused}");
    assert!(address(&decl("spans", "otlp:0.0.0.0:4317?public=true").uri).is_ok());
}
