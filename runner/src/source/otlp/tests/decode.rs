//! Bytes to rows, without a network.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{ArrayValue, InstrumentationScope, KeyValueList};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1 as m;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{Status, status::StatusCode};
use proptest::prelude::*;
use syntax::catalog::signals::Signal;
use syntax::{Field, Type};

use super::super::{Decoder, Refusal, Report};
use super::*;

const SECOND: u64 = 1_000_000_000;

fn decode(signal: Signal, wanted: Wanted, message: &[u8]) -> (Result<Report, Refusal>, Arc<Collect>) {
    let feed = Collect::new(wanted);
    let mut decoder = Decoder::new(&decl(signal.word(), "otlp:127.0.0.1:0"), signal);
    (decoder.request(message, &*feed), feed)
}

fn rows(signal: Signal, wanted: Wanted, message: &[u8]) -> Arc<Collect> {
    let (report, feed) = decode(signal, wanted, message);
    report.expect("it is well formed");
    feed
}

#[track_caller]
fn check(feed: &Collect, expected: &[(&str, &[&str])]) {
    for (name, values) in expected {
        assert_eq!(feed.look(|state| state.column(name)), *values, "{name}");
    }
}

fn full_span() -> Span {
    let list = ArrayValue {
        values: vec![AnyValue { value: Some(Value::IntValue(1)) }, AnyValue { value: Some(text("a\"")) }],
    };
    let map = KeyValueList { values: vec![attribute("x", Value::DoubleValue(f64::NAN))] };
    Span {
        trace_state: "vendor=1".to_owned(),
        parent_span_id: vec![0xab; 8],
        kind: 2,
        start_time_unix_nano: 5 * SECOND,
        end_time_unix_nano: 5 * SECOND + 250_000_000,
        attributes: vec![
            attribute("a.string", text("s")),
            attribute("a.bool", Value::BoolValue(true)),
            attribute("a.int", Value::IntValue(i64::MIN)),
            attribute("a.double", Value::DoubleValue(1.5)),
            attribute("a.list", Value::ArrayValue(list)),
            attribute("a.map", Value::KvlistValue(map)),
            attribute("a.bytes", Value::BytesValue(vec![0xde, 0xad])),
            KeyValue { key: "a.null".to_owned(), ..KeyValue::default() },
            attribute("level", text("span")),
            // A string where the conventions have a number.
            attribute("http.response.status_code", text("503")),
            // The same name as a field of every span.
            attribute("status", text("paid")),
        ],
        status: Some(Status { code: StatusCode::Error as i32, message: "declined".to_owned() }),
        events: vec![Event {
            time_unix_nano: SECOND,
            name: "retry".to_owned(),
            attributes: vec![attribute("n", Value::IntValue(2))],
            ..Event::default()
        }],
        links: vec![Link { trace_id: vec![3; 16], span_id: vec![4; 8], ..Link::default() }],
        ..named("POST /pay")
    }
}

fn scoped(span: Span) -> Vec<u8> {
    let mut request = request(vec![span]);
    request.resource_spans[0].scope_spans[0].scope = Some(InstrumentationScope {
        name: "tracer".to_owned(),
        version: "1.2".to_owned(),
        attributes: vec![attribute("level", text("scope")), attribute("level.scope", text("scope"))],
        ..InstrumentationScope::default()
    });
    request.encode_to_vec()
}

#[test]
fn a_span_has_all_its_fields() {
    let feed = rows(Signal::Spans, Wanted::All, &scoped(full_span()));
    check(
        &feed,
        &[
            ("timestamp", &["1970-01-01T00:00:05Z"]),
            ("duration", &["250000000ns"]),
            ("trace.id", &["01010101010101010101010101010101"]),
            ("span.id", &["0202020202020202"]),
            ("parent.span.id", &["abababababababab"]),
            ("name", &["POST /pay"]),
            ("kind", &["server"]),
            ("status", &["error"]),
            ("status.message", &["declined"]),
            ("service.name", &["checkout"]),
            ("scope.name", &["tracer"]),
            ("scope.version", &["1.2"]),
            ("trace.state", &["vendor=1"]),
            ("events", &[r#"[{"name":"retry","timestamp":"1970-01-01T00:00:01Z","attributes":{"n":2}}]"#]),
            (
                "links",
                &[r#"[{"trace.id":"03030303030303030303030303030303","span.id":"0404040404040404","attributes":{}}]"#],
            ),
            ("a.string", &["s"]),
            ("a.bool", &["true"]),
            ("a.int", &["-9223372036854775808"]),
            ("a.double", &["1.5"]),
            ("a.list", &[r#"[1,"a\""]"#]),
            ("a.map", &[r#"{"x":"NaN"}"#]),
            ("a.bytes", &["3q0="]),
            ("cloud.region", &["eu-west-1"]),
            ("level", &["span"]),
            ("level.scope", &["scope"]),
            ("http.response.status_code", &["503"]),
            ("attributes.status", &["paid"]),
        ],
    );
    assert!(feed.look(|state| state.notices.is_empty() && state.dropped.is_empty()));
}

#[test]
fn only_wanted_fields_are_decoded() {
    let wanted = Wanted::Fields(vec![
        Field::new("http.response.status_code", Type::Long),
        Field::new("a.string", Type::Dynamic),
        Field::new("a.list", Type::String),
        Field::new("level.scope", Type::String),
        Field::new("attributes.status", Type::String),
        Field::new("never.sent", Type::String),
    ]);
    let feed = rows(Signal::Spans, wanted, &scoped(full_span()));
    let columns = feed.look(|state| state.batches[0].num_columns());
    assert_eq!(columns, 5, "what no record has is in no batch");
    check(
        &feed,
        &[
            ("http.response.status_code", &["503"]),
            ("a.string", &["s"]),
            ("a.list", &[r#"[1,"a\""]"#]),
            ("level.scope", &["scope"]),
            ("attributes.status", &["paid"]),
            ("never.sent", &["missing"]),
        ],
    );
}

#[test]
fn attributes_are_found_wherever_they_stand() {
    let with = |keys: [&str; 3]| Span {
        attributes: keys.into_iter().map(|key| attribute(key, text(key))).collect(),
        ..named("x")
    };
    let message = spans(vec![with(["a", "b", "c"]), with(["c", "a", "b"]), with(["a", "x", "a.b"])]);
    for wanted in [Wanted::All, Wanted::Fields(["a", "b", "c"].map(|name| Field::new(name, Type::String)).to_vec())] {
        let feed = rows(Signal::Spans, wanted, &message);
        check(&feed, &[("a", &["a", "a", "a"]), ("b", &["b", "b", "null"]), ("c", &["c", "c", "null"])]);
    }
}

#[test]
fn a_value_that_changes_its_type_makes_the_field_dynamic() {
    let with = |value| Span { attributes: vec![attribute("a", value)], ..named("x") };
    let feed = rows(Signal::Spans, Wanted::All, &spans(vec![with(Value::IntValue(1)), with(text("one"))]));
    check(&feed, &[("a", &["1", "\"one\""])]);
}

#[test]
fn a_clock_set_back_gives_a_negative_duration_and_an_unset_one_none() {
    let back = Span { start_time_unix_nano: 5, end_time_unix_nano: 3, ..named("back") };
    let feed = rows(Signal::Spans, Wanted::All, &spans(vec![back, named("unset")]));
    check(&feed, &[("duration", &["-2ns", "null"]), ("kind", &["null", "null"]), ("status", &["unset", "unset"])]);
}

#[test]
fn log_records_have_all_their_fields() {
    let map = Value::KvlistValue(KeyValueList { values: vec![attribute("order", Value::IntValue(7))] });
    let log_records = vec![
        LogRecord {
            time_unix_nano: SECOND,
            observed_time_unix_nano: 2 * SECOND,
            severity_number: 18,
            severity_text: "error".to_owned(),
            body: any_value(text("card declined")),
            attributes: vec![attribute("customer.id", text("c-7"))],
            trace_id: vec![1; 16],
            span_id: vec![2; 8],
            event_name: "payment".to_owned(),
            ..LogRecord::default()
        },
        LogRecord {
            observed_time_unix_nano: 2 * SECOND,
            severity_number: 9,
            body: any_value(map),
            attributes: vec![attribute("event.name", text("order"))],
            trace_id: vec![0; 16],
            span_id: vec![2; 3],
            ..LogRecord::default()
        },
    ];
    let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
    let resource_logs = vec![ResourceLogs { resource: resource(), scope_logs, ..ResourceLogs::default() }];
    let feed = rows(Signal::Logs, Wanted::All, &ExportLogsServiceRequest { resource_logs }.encode_to_vec());
    check(
        &feed,
        &[
            ("timestamp", &["1970-01-01T00:00:01Z", "1970-01-01T00:00:02Z"]),
            ("observed_timestamp", &["1970-01-01T00:00:02Z", "1970-01-01T00:00:02Z"]),
            ("severity", &["error", "INFO"]),
            ("severity.number", &["18", "9"]),
            ("body", &["card declined", r#"{"order":7}"#]),
            ("event.name", &["payment", "order"]),
            ("trace.id", &["01010101010101010101010101010101", "null"]),
            ("span.id", &["0202020202020202", "null"]),
            ("customer.id", &["c-7", "null"]),
            ("service.name", &["checkout", "checkout"]),
        ],
    );
    let notices = feed.look(|state| state.notices.clone());
    assert!(matches!(&notices[..], [notice] if notice.contains("wrong length")), "{notices:?}");
}

#[test]
fn every_kind_of_metric_becomes_rows() {
    let number = |value| m::NumberDataPoint {
        value: Some(value),
        start_time_unix_nano: SECOND,
        time_unix_nano: 2 * SECOND,
        attributes: vec![attribute("cpu", Value::IntValue(3))],
        ..m::NumberDataPoint::default()
    };
    let data = [
        m::metric::Data::Gauge(m::Gauge { data_points: vec![number(m::number_data_point::Value::AsDouble(0.25))] }),
        m::metric::Data::Sum(m::Sum {
            data_points: vec![number(m::number_data_point::Value::AsInt(-3))],
            aggregation_temporality: 2,
            is_monotonic: true,
        }),
        m::metric::Data::Histogram(m::Histogram {
            data_points: vec![m::HistogramDataPoint {
                count: 4,
                sum: Some(10.0),
                min: Some(0.5),
                max: Some(8.0),
                bucket_counts: vec![1, 3],
                explicit_bounds: vec![5.0],
                attributes: vec![attribute("cpu", Value::IntValue(4))],
                ..m::HistogramDataPoint::default()
            }],
            aggregation_temporality: 1,
        }),
        m::metric::Data::ExponentialHistogram(m::ExponentialHistogram {
            data_points: vec![m::ExponentialHistogramDataPoint {
                count: 2,
                max: Some(2.0),
                scale: -1,
                zero_count: 1,
                positive: Some(m::exponential_histogram_data_point::Buckets {
                    offset: -2,
                    bucket_counts: vec![1, 300],
                }),
                attributes: vec![attribute("cpu", Value::IntValue(5))],
                ..m::ExponentialHistogramDataPoint::default()
            }],
            aggregation_temporality: 1,
        }),
        m::metric::Data::Summary(m::Summary {
            data_points: vec![m::SummaryDataPoint {
                count: 9,
                sum: 4.5,
                quantile_values: vec![m::summary_data_point::ValueAtQuantile { quantile: 0.5, value: 1.25 }],
                attributes: vec![attribute("cpu", Value::IntValue(6))],
                ..m::SummaryDataPoint::default()
            }],
        }),
    ];
    let metric =
        |data| m::Metric { name: "load".to_owned(), unit: "1".to_owned(), data: Some(data), ..m::Metric::default() };
    let scope_metrics = vec![m::ScopeMetrics { metrics: data.map(metric).to_vec(), ..m::ScopeMetrics::default() }];
    let group = m::ResourceMetrics { resource: resource(), scope_metrics, ..m::ResourceMetrics::default() };
    let message = ExportMetricsServiceRequest { resource_metrics: vec![group] }.encode_to_vec();
    let feed = rows(Signal::Metrics, Wanted::All, &message);
    let when = "1970-01-01T00:00:02Z";
    check(
        &feed,
        &[
            ("timestamp", &[when, when, "null", "null", "null"]),
            ("start_timestamp", &["1970-01-01T00:00:01Z", "1970-01-01T00:00:01Z", "null", "null", "null"]),
            ("metric.name", &["load"; 5]),
            ("metric.unit", &["1"; 5]),
            ("metric.type", &["gauge", "sum", "histogram", "exponential_histogram", "summary"]),
            ("metric.temporality", &["null", "cumulative", "delta", "delta", "null"]),
            ("metric.monotonic", &["null", "true", "null", "null", "null"]),
            ("value", &["0.25", "-3", "10", "null", "4.5"]),
            ("count", &["null", "null", "4", "2", "9"]),
            ("min", &["null", "null", "0.5", "null", "null"]),
            ("max", &["null", "null", "8", "2", "null"]),
            (
                "buckets",
                &[
                    "null",
                    "null",
                    r#"{"bounds":[5.0],"counts":[1,3]}"#,
                    r#"{"scale":-1,"zero_count":1,"zero_threshold":0.0,"positive":{"offset":-2,"counts":[1,300]},"negative":{"offset":0,"counts":[]}}"#,
                    r#"{"quantiles":[{"quantile":0.5,"value":1.25}]}"#,
                ],
            ),
            ("cpu", &["3", "3", "4", "5", "6"]),
            ("service.name", &["checkout"; 5]),
        ],
    );
}

#[test]
fn a_span_with_half_an_id_is_refused_and_counted_alone() {
    let half = Span { trace_id: vec![1; 8], ..named("half") };
    let (report, feed) = decode(Signal::Spans, Wanted::All, &spans(vec![named("a"), half, named("b")]));
    assert_eq!(report.expect("the rest is right"), Report { taken: 2, rejected: 1 });
    check(&feed, &[("name", &["a", "b"])]);
    let dropped = feed.look(|state| state.dropped.clone());
    let expected = ("a span with a trace or span id of a wrong length", (1, "0101010101010101".to_owned()));
    assert_eq!(dropped.into_iter().collect::<Vec<_>>(), [expected]);
}

#[test]
fn nothing_of_a_malformed_request_stays() {
    let whole = spans(vec![named("a"), named("b")]);
    let feed = Collect::new(Wanted::All);
    let mut decoder = Decoder::new(&decl("spans", "otlp:127.0.0.1:0"), Signal::Spans);
    // The last span lacks its last byte, though its frame is closed.
    let mut cut = spans(vec![named("a")]);
    let broken = [0x0a, 6, 0x12, 4, 0x12, 2, 0x09, 1];
    cut.extend_from_slice(&broken);
    assert!(matches!(decoder.request(&cut, &*feed), Err(Refusal::Malformed)));
    decoder.request(&whole, &*feed).expect("it is whole");
    check(&feed, &[("name", &["a", "b"])]);
    assert_eq!(feed.look(|state| state.dropped["a malformed OTLP message"].0), 2);
}

#[test]
fn more_rows_than_a_batch_holds_are_several_batches() {
    let feed = rows(Signal::Spans, Wanted::All, &spans(vec![named("x"); 20_000]));
    assert_eq!(feed.look(|state| (state.rows(), state.batches.len())), (20_000, 3));
}

#[test]
fn a_small_message_cannot_become_an_endless_one() {
    let mut large = request(vec![named("x"); 2000]);
    let attribute = attribute("large", text(&"x".repeat(1 << 16)));
    large.resource_spans[0].resource.get_or_insert_default().attributes.push(attribute);
    let (report, feed) =
        decode(Signal::Spans, Wanted::Fields(vec![Field::new("large", Type::String)]), &large.encode_to_vec());
    assert!(matches!(report, Err(Refusal::TooLarge)));
    assert!(feed.look(|state| state.dropped.keys().any(|reason| reason.contains("too large"))));
}

#[test]
fn text_that_is_not_utf_8_is_shown_as_such() {
    let mut message = spans(vec![named("brxken")]);
    let at = message.windows(6).position(|name| name == b"brxken").expect("the name");
    message[at + 2] = 0xff;
    check(&rows(Signal::Spans, Wanted::All, &message), &[("name", &["br\u{fffd}ken"])]);
}

#[test]
fn lists_nested_without_end_are_refused() {
    let mut value = Value::IntValue(1);
    for _ in 0..40 {
        value = Value::ArrayValue(ArrayValue { values: vec![AnyValue { value: Some(value) }] });
    }
    let span = Span { attributes: vec![attribute("deep", value)], ..named("x") };
    let (report, _) = decode(Signal::Spans, Wanted::All, &spans(vec![span]));
    assert!(matches!(report, Err(Refusal::Malformed)));
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(
        signal in prop::sample::select(vec![Signal::Spans, Signal::Logs, Signal::Metrics]),
        message in prop::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        // Bytes without sense, and bytes that make sense but for one.
        drop(decode(signal, Wanted::All, &message));
        let mut damaged = scoped(full_span());
        let at = at.index(damaged.len());
        damaged[at] = byte;
        drop(decode(signal, Wanted::All, &damaged));
        drop(decode(signal, Wanted::All, &damaged[..at]));
    }
}
