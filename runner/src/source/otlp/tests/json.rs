//! OTLP's JSON, as different senders write it.

use std::collections::BTreeSet;

use syntax::catalog::signals::Signal;

use super::super::{Decoder, json};
use super::*;

fn rows(signal: Signal, text: &str) -> Arc<Collect> {
    let message = json::to_protobuf(signal, text.as_bytes()).expect("it is right");
    let feed = Collect::new(Wanted::All);
    let mut decoder = Decoder::new(&decl(signal.word(), "otlp:127.0.0.1:0"), signal);
    decoder.request(&message, &*feed).expect("it is well formed");
    feed
}

#[track_caller]
fn check(feed: &Collect, expected: &[(&str, &[&str])]) {
    for (name, values) in expected {
        assert_eq!(feed.look(|state| state.column(name)), *values, "{name}");
    }
}

#[test]
fn spans_in_either_spelling() {
    let feed = rows(
        Signal::Spans,
        r#"{"resourceSpans": [{
            "scopeSpans": [{"spans": [
                {"traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "eee19b7ec3c1b174",
                 "parentSpanId": "", "name": "GET /✓", "kind": 2, "flags": 1,
                 "startTimeUnixNano": "1767225600000000000", "endTimeUnixNano": 1767225600250000000,
                 "attributes": [
                    {"key": "a.int", "value": {"intValue": "-7"}},
                    {"key": "a.double", "value": {"doubleValue": "NaN"}},
                    {"key": "a.bool", "value": {"boolValue": false}},
                    {"key": "a.bytes", "value": {"bytesValue": "3q0="}},
                    {"key": "a.list", "value": {"arrayValue": {"values": [{"intValue": 1}, {"stringValue": "x"}]}}},
                    {"key": "a.map", "value": {"kvlistValue": {"values": [{"key": "k", "value": {"doubleValue": 1}}]}}},
                    {"key": "a.null", "value": null}],
                 "status": {"code": "STATUS_CODE_ERROR", "message": "no"},
                 "events": [{"timeUnixNano": "1000000000", "name": "e", "attributes": null}], "links": null},
                {"trace_id": "5b8efff798038103d269b633813fc60c", "span_id": "eee19b7ec3c1b175",
                 "name": "other", "kind": "SPAN_KIND_CLIENT", "start_time_unix_nano": 1.7672256e18,
                 "status": {}}]}],
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
            "schemaUrl": "https://opentelemetry.io/schemas/1.30.0"}]}"#,
    );
    check(
        &feed,
        &[
            ("trace.id", &["5b8efff798038103d269b633813fc60c"; 2]),
            ("span.id", &["eee19b7ec3c1b174", "eee19b7ec3c1b175"]),
            ("parent.span.id", &["null", "null"]),
            ("name", &["GET /✓", "other"]),
            ("kind", &["server", "client"]),
            ("timestamp", &["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]),
            ("duration", &["250000000ns", "null"]),
            ("status", &["error", "unset"]),
            ("status.message", &["no", "null"]),
            ("service.name", &["shop", "shop"]),
            ("a.int", &["-7", "null"]),
            ("a.double", &["NaN", "null"]),
            ("a.bool", &["false", "null"]),
            ("a.bytes", &["3q0=", "null"]),
            ("a.list", &[r#"[1,"x"]"#, "null"]),
            ("a.map", &[r#"{"k":1.0}"#, "null"]),
            ("events", &[r#"[{"name":"e","timestamp":"1970-01-01T00:00:01Z","attributes":{}}]"#, "null"]),
        ],
    );
}

#[test]
fn logs() {
    let feed = rows(
        Signal::Logs,
        r#"{"resourceLogs": [{"scopeLogs": [{"scope": {"name": "s"}, "logRecords": [
            {"timeUnixNano": "1767225600000000000", "severityNumber": 17, "body": {"stringValue": "failed"},
             "traceId": "5b8efff798038103d269b633813fc60c", "eventName": "e"},
            {"observedTimeUnixNano": "1767225600000000000", "severityNumber": "SEVERITY_NUMBER_INFO2",
             "severityText": "Information", "body": {"kvlistValue": {"values": []}}}]}]}]}"#,
    );
    check(
        &feed,
        &[
            ("timestamp", &["2026-01-01T00:00:00Z"; 2]),
            ("severity", &["ERROR", "Information"]),
            ("severity.number", &["17", "10"]),
            ("body", &["failed", "{}"]),
            ("event.name", &["e", "null"]),
            ("scope.name", &["s", "s"]),
        ],
    );
}

#[test]
fn metrics() {
    let feed = rows(
        Signal::Metrics,
        r#"{"resourceMetrics": [{"scopeMetrics": [{"metrics": [
            {"name": "g", "gauge": {"dataPoints": [{"asDouble": 0.5, "timeUnixNano": "1767225600000000000"}]}},
            {"name": "s", "unit": "1", "sum": {"isMonotonic": true, "aggregationTemporality": 1,
                "dataPoints": [{"asInt": "-3"}]}},
            {"name": "h", "histogram": {"aggregationTemporality": "AGGREGATION_TEMPORALITY_CUMULATIVE", "dataPoints":
                [{"count": "4", "sum": 10, "min": 0, "max": 8, "bucketCounts": ["1", 3], "explicitBounds": [5]}]}},
            {"name": "e", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints":
                [{"count": 3, "scale": -1, "zeroCount": "1", "positive": {"offset": -2, "bucketCounts": ["2"]}}]}},
            {"name": "q", "summary": {"dataPoints":
                [{"count": "9", "sum": 4.5, "quantileValues": [{"quantile": 0.5, "value": "Infinity"}]}]}}]}]}]}"#,
    );
    check(
        &feed,
        &[
            ("metric.name", &["g", "s", "h", "e", "q"]),
            ("metric.type", &["gauge", "sum", "histogram", "exponential_histogram", "summary"]),
            ("metric.temporality", &["null", "delta", "cumulative", "cumulative", "null"]),
            ("metric.monotonic", &["null", "true", "null", "null", "null"]),
            ("value", &["0.5", "-3", "10", "null", "4.5"]),
            ("count", &["null", "null", "4", "3", "9"]),
            ("min", &["null", "null", "0", "null", "null"]),
            (
                "buckets",
                &[
                    "null",
                    "null",
                    r#"{"bounds":[5.0],"counts":[1,3]}"#,
                    r#"{"scale":-1,"zero_count":1,"zero_threshold":0.0,"positive":{"offset":-2,"counts":[2]},"negative":{"offset":0,"counts":[]}}"#,
                    r#"{"quantiles":[{"quantile":0.5,"value":"Infinity"}]}"#,
                ],
            ),
        ],
    );
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let wrong = |text: &str| json::to_protobuf(Signal::Spans, text.as_bytes()).expect_err("it is wrong");
    let span = |member: &str| wrong(&format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{member}}}]}}]}}]}}"#));
    assert!(wrong("[]").contains("expected an object"));
    assert!(wrong("{} {}").contains("trailing"));
    assert!(wrong(r#"{"resourceSpans""#).contains("EOF"));
    assert!(span(r#""traceId": "xyz""#).contains("an id in hex digits for `traceId`"));
    assert!(span(r#""startTimeUnixNano": -1"#).contains("a whole number for `startTimeUnixNano`"));
    assert!(span(r#""name": 7"#).contains("a string for `name`"));
    assert!(span(r#""kind": "SERVER""#).contains("`kind`"));
    assert!(span(r#""status": 2"#).contains("an object for `status`"));
    let deep = format!("{}{}", r#"{"resourceSpans":"#, "[".repeat(100_000));
    assert!(wrong(&deep).contains("recursion"));
}

#[test]
fn it_is_answered_in_json() {
    let listeners = Listeners::default();
    let source = Running::start("spans", "otlp:127.0.0.1:0", &listeners);
    let json = ("content-type", "application/json; charset=utf-8");
    let send = |body: &str| {
        let (status, answer) = post(http(&listeners), "/v1/traces", &[json], body.as_bytes());
        (status, serde_json::from_slice::<serde_json::Value>(&answer).expect("JSON"))
    };
    let request = |span: &str| format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}]}}"#);
    let (status, answer) = send(&request(r#"{"name":"a"}"#));
    assert_eq!((status, answer.to_string().as_str()), (200, "{}"));
    let (status, answer) = send(&request(r#"{"name":"b","spanId":"0102"}"#));
    assert_eq!((status, &answer["partialSuccess"]["rejectedSpans"]), (200, &"1".into()));
    let (status, answer) = send("{\"resourceSpans\":\n7}");
    assert_eq!((status, &answer["code"]), (400, &3.into()));
    assert!(answer["message"].as_str().is_some_and(|message| message.contains("line 2")), "{answer}");
    let dropped: BTreeSet<&str> = source.feed.look(|state| state.dropped.keys().copied().collect());
    assert_eq!(dropped.len(), 2, "{dropped:?}");
    assert_eq!(source.column(1, "name"), ["a"]);
    source.stop();
}
