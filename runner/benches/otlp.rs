//! What it costs to bring OTLP in: from the bytes of a request to Arrow batches. Items are spans, so divan's
//! figures divide to nanoseconds a span.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message;
use runner::source::otlp::Decoder;
use runner::source::{Feed, Wanted};
use syntax::catalog::signals::Signal;
use syntax::source::{SourceDecl, SourceUri};
use syntax::{Field, Type};

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

/// The same message by prost alone, into structs and nothing more, to compare with.
#[divan::bench]
fn prost_only(bencher: Bencher) {
    let message = request();
    bencher
        .counter(ItemsCount::new(SPANS))
        .counter(BytesCount::new(message.len()))
        .bench_local(|| ExportTraceServiceRequest::decode(black_box(&message[..])).expect("it is well formed"));
}
