//! The real OpenTelemetry SDK sends spans, logs and metrics; the rows equal what was sent.

use std::time::{Duration, SystemTime};

use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::trace::{
    Event, Link, Span as _, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState, Tracer as _,
    TracerProvider as _,
};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{LogExporter, MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;

use super::{Listeners, Running, grpc, http, post};

fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

fn resource() -> Resource {
    let attributes = [KeyValue::new("service.name", "shop"), KeyValue::new("cloud.region", "eu-west-1")];
    Resource::builder_empty().with_attributes(attributes).build()
}

struct Sources {
    listeners: Listeners,
    spans: Running,
    logs: Running,
    metrics: Running,
}

impl Sources {
    fn start() -> Sources {
        let listeners = Listeners::default();
        let [spans, logs, metrics] =
            ["spans", "logs", "metrics"].map(|name| Running::start(name, "otlp:127.0.0.1:0", &listeners));
        Sources { listeners, spans, logs, metrics }
    }

    fn stop(self) {
        for source in [self.spans, self.logs, self.metrics] {
            source.stop();
        }
    }
}

fn send_spans(exporter: SpanExporter) {
    let provider = SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(exporter).build();
    let tracer = provider.tracer("shop-tracer");
    for (number, status) in [200_i64, 503].into_iter().enumerate() {
        let linked = SpanContext::new(
            TraceId::from_bytes([7; 16]),
            SpanId::from_bytes([8; 8]),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        );
        let mut span = tracer
            .span_builder(format!("request {number}"))
            .with_kind(SpanKind::Server)
            .with_start_time(start())
            .with_attributes([
                KeyValue::new("http.response.status_code", status),
                KeyValue::new("slow", number == 1),
                KeyValue::new("ratio", 0.5),
                KeyValue::new("tags", Value::Array(Array::String(vec!["a".into(), "b".into()]))),
            ])
            .with_events(vec![Event::new("cached", start(), vec![KeyValue::new("hit", true)], 0)])
            .with_links(vec![Link::new(linked, Vec::new(), 0)])
            .start(&tracer);
        if status >= 500 {
            span.set_status(Status::error("card service down"));
        }
        span.end_with_timestamp(start() + Duration::from_millis(250));
    }
    provider.shutdown().expect("everything was sent");
}

fn send_logs(exporter: LogExporter) {
    let provider = SdkLoggerProvider::builder().with_resource(resource()).with_batch_exporter(exporter).build();
    let logger = provider.logger("shop-logger");
    let mut record = logger.create_log_record();
    record.set_timestamp(start());
    record.set_severity_number(Severity::Error);
    record.set_severity_text("ERROR");
    record.set_body("card declined".into());
    record.set_event_name("payment.failed");
    record.add_attribute("order.id", "o-1");
    record.add_attribute("attempts", 3);
    record.set_trace_context(TraceId::from_bytes([7; 16]), SpanId::from_bytes([8; 8]), None);
    logger.emit(record);
    let mut record = logger.create_log_record();
    record.set_timestamp(start());
    record.set_body(AnyValue::ListAny(Box::new(vec!["x".into(), 1.into()])));
    logger.emit(record);
    provider.shutdown().expect("everything was sent");
}

fn send_metrics(exporter: MetricExporter) {
    let reader = PeriodicReader::builder(exporter).build();
    let provider = SdkMeterProvider::builder().with_resource(resource()).with_reader(reader).build();
    let meter = provider.meter("shop-meter");
    let route = [KeyValue::new("http.route", "/pay")];
    let counter = meter.u64_counter("orders").with_unit("{order}").build();
    counter.add(2, &route);
    counter.add(3, &route);
    meter.f64_gauge("load").build().record(0.75, &[]);
    let histogram = meter.f64_histogram("latency").with_unit("s").with_boundaries(vec![1.0, 2.0]).build();
    for seconds in [0.5, 1.5, 5.0] {
        histogram.record(seconds, &route);
    }
    provider.shutdown().expect("everything was sent");
}

fn check_spans(source: &Running) {
    let column = |name| source.column(2, name);
    for (name, expected) in [
        ("name", ["request 0", "request 1"]),
        ("service.name", ["shop", "shop"]),
        ("cloud.region", ["eu-west-1", "eu-west-1"]),
        ("timestamp", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]),
        ("duration", ["250000000ns", "250000000ns"]),
        ("kind", ["server", "server"]),
        ("status", ["unset", "error"]),
        ("status.message", ["null", "card service down"]),
        ("http.response.status_code", ["200", "503"]),
        ("slow", ["false", "true"]),
        ("ratio", ["0.5", "0.5"]),
        ("tags", [r#"["a","b"]"#, r#"["a","b"]"#]),
        ("scope.name", ["shop-tracer", "shop-tracer"]),
        ("events", [r#"[{"name":"cached","timestamp":"2026-01-01T00:00:00Z","attributes":{"hit":true}}]"#; 2]),
    ] {
        assert_eq!(column(name), expected, "{name}");
    }
    assert!(column("links")[0].contains("07070707070707070707070707070707"));
    assert!(column("trace.id").iter().all(|id| id.len() == 32));
}

fn check_logs(source: &Running) {
    for (name, expected) in [
        ("body", ["card declined", r#"["x",1]"#]),
        ("timestamp", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]),
        ("severity", ["ERROR", "null"]),
        ("severity.number", ["17", "null"]),
        ("event.name", ["payment.failed", "null"]),
        ("order.id", ["o-1", "null"]),
        ("attempts", ["3", "null"]),
        ("trace.id", ["07070707070707070707070707070707", "null"]),
        ("span.id", ["0808080808080808", "null"]),
        ("service.name", ["shop", "shop"]),
        ("scope.name", ["shop-logger", "shop-logger"]),
    ] {
        assert_eq!(source.column(2, name), expected, "{name}");
    }
}

fn check_metrics(source: &Running) {
    let columns = [
        "metric.name",
        "metric.type",
        "metric.unit",
        "metric.temporality",
        "metric.monotonic",
        "value",
        "count",
        "min",
        "max",
        "buckets",
        "http.route",
        "service.name",
    ];
    let columns = columns.map(|name| source.column(3, name));
    let mut rows: Vec<String> =
        (0..3).map(|row| columns.iter().map(|column| &*column[row]).collect::<Vec<_>>().join(" ")).collect();
    rows.sort();
    assert_eq!(
        rows,
        [
            r#"latency histogram s cumulative null 7 3 0.5 5 {"bounds":[1.0,2.0],"counts":[1,1,1]} /pay shop"#,
            "load gauge null null null 0.75 null null null null null shop",
            "orders sum {order} cumulative true 5 null null null null /pay shop",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn over_grpc() {
    let sources = Sources::start();
    let url = format!("http://{}", grpc(&sources.listeners));
    let spans = SpanExporter::builder().with_tonic().with_endpoint(&url).build().expect("an exporter");
    let logs = LogExporter::builder().with_tonic().with_endpoint(&url).build().expect("an exporter");
    let metrics = MetricExporter::builder().with_tonic().with_endpoint(&url).build().expect("an exporter");
    let sent = tokio::task::spawn_blocking(move || {
        send_spans(spans);
        send_logs(logs);
        send_metrics(metrics);
    });
    sent.await.expect("no panic");
    check_spans(&sources.spans);
    check_logs(&sources.logs);
    check_metrics(&sources.metrics);
    sources.stop();
}

#[test]
fn over_http() {
    let sources = Sources::start();
    let url = |signal: &str| format!("http://{}/v1/{signal}", http(&sources.listeners));
    send_spans(
        SpanExporter::builder()
            .with_http()
            .with_http_client(Plain)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(url("traces"))
            .build()
            .expect("an exporter"),
    );
    send_logs(
        LogExporter::builder()
            .with_http()
            .with_http_client(Plain)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(url("logs"))
            .build()
            .expect("an exporter"),
    );
    send_metrics(
        MetricExporter::builder()
            .with_http()
            .with_http_client(Plain)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(url("metrics"))
            .build()
            .expect("an exporter"),
    );
    check_spans(&sources.spans);
    check_logs(&sources.logs);
    check_metrics(&sources.metrics);
    sources.stop();
}

/// The exporter's HTTP client, without one of the large libraries.
#[derive(Debug)]
struct Plain;

#[tonic::async_trait]
impl HttpClient for Plain {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let address = request.uri().authority().ok_or("no address")?.as_str().parse()?;
        let headers: Vec<(&str, &str)> =
            request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
        let (status, body) = post(address, request.uri().path(), &headers, request.body());
        Ok(Response::builder().status(status).body(Bytes::from(body))?)
    }
}
