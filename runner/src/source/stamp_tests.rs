//! The table of stamps, read by sources: each as a line of text, as a field, and by `todatetime` and `parse`: all alike.

use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use expect_test::expect;
use syntax::Type;
use syntax::source::{Scheme, SourceUri};
use syntax::stamp::Reading;

use super::collect::{self, Collect};
use super::decode::Decoding;
use super::infer::{self, Declared};
use super::moments::Moments;
use super::{Feed, Wanted};
use crate::expression::stamps::Stamps;
use crate::expression::{Operand, Scope};

const TABLE: &str = include_str!("../../../syntax/tests/stamps.md");

fn texts() -> Vec<String> {
    let whole = TABLE.split("## ").find(|part| part.starts_with("Whole texts")).unwrap();
    let lines = whole.lines().filter_map(|line| line.rsplit_once("=> "));
    lines.map(|(text, _)| text.trim_end().to_owned()).collect()
}

#[test]
fn what_a_source_reads_todatetime_reads_alike() {
    let now = "2026-11-26T12:00:00Z".parse::<jiff::Timestamp>().unwrap().as_nanosecond() as i64;
    let texts = texts();
    assert!(texts.len() > 80);
    let column: ArrayRef = Arc::new(StringArray::from(texts.clone()));
    let converted = Stamps::new(&Scope::new(&[], now)).column(&Operand::Column(column), texts.len(), Type::String);
    let converted = arrow_array::cast::AsArray::as_primitive::<arrow_array::types::TimestampNanosecondType>(&converted);
    for (text, converted) in texts.iter().zip(converted) {
        let mut moments = Moments::new(Reading::at(now), None);
        assert_eq!(moments.datetime(text.as_bytes()), converted, "{text}");
    }
}

fn read(input: &str, params: &[(&str, &str)], columns: &[&str]) -> String {
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut decl = collect::source("s", SourceUri { scheme: Scheme::File, rest: String::new(), params });
    decl.time = None;
    let feed = Collect::new(Wanted::All);
    let declared = Declared::new(&decl, "").unwrap();
    let shape = infer::infer(input.as_bytes(), true, &declared).unwrap();
    let mut decoding = Decoding::new(feed.clone() as Arc<dyn Feed>, declared, shape);
    decoding.take(input.as_bytes()).unwrap();
    decoding.finish().unwrap();
    feed.look(|state| {
        let year = |text: String| {
            if text.starts_with("20") && text > format!("{}", jiff::Timestamp::now()) { "now".to_owned() } else { text }
        };
        let rows = columns.iter().map(|name| state.column(name).into_iter().map(year).collect::<Vec<_>>().join(" "));
        let mut lines: Vec<String> = rows.collect();
        lines.extend(state.untimed.iter().chain(&state.notices).cloned());
        lines.join("\n") + "\n"
    })
}

#[test]
fn the_time_is_found_under_the_names_it_has_elsewhere() {
    for (record, name) in [
        (r#"{"@t":"2026-01-01T00:00:00Z"}"#, "@t"),
        (r#"{"Timestamp":"2026-01-01T00:00:00Z"}"#, "Timestamp"),
        (r#"{"__REALTIME_TIMESTAMP":"1767225600000000"}"#, "__REALTIME_TIMESTAMP"),
        (r#"{"t":{"$date":"2026-01-01T00:00:00.000+00:00"},"s":"I"}"#, "t.$date"),
        (r#"{"timeUnixNano":"1767225600000000000"}"#, "timeUnixNano"),
        (r#"{"instant":{"epochSecond":1767225600,"nanoOfSecond":0}}"#, "instant.epochSecond"),
        (r#"{"ts":1767225600.0,"time":0.25}"#, "ts"),
    ] {
        let shown = read(record, &[("format", "json")], &["timestamp"]);
        assert_eq!(shown, "2026-01-01T00:00:00Z\n", "{name}");
    }
    for name in ["eventTime", "event_time", "EdgeStartTimestamp", "created_at", "started_at", "TimeGenerated"] {
        let record = format!(r#"{{"n":1,"{name}":"2026-01-01T00:00:00Z"}}"#);
        let told = format!("`{name}` is taken for the events' time; `?timestamp={name}` says so for good\n");
        assert_eq!(read(&record, &[("format", "json")], &["timestamp"]), format!("2026-01-01T00:00:00Z\n{told}"));
    }
}

#[test]
fn several_fields_are_parts_or_tried_in_their_order() {
    let csv = "date,time,n\n2026-11-26,10:00:00,1\n2026-11-26,10:00:01.5,2\n";
    let read_alone = read(csv, &[("format", "csv")], &["timestamp"]);
    assert_eq!(read_alone, "2026-11-26T10:00:00Z 2026-11-26T10:00:01.5Z\n");
    let zoned =
        read(csv, &[("format", "csv"), ("timestamp", "date,time"), ("timezone", "Europe/Berlin")], &["timestamp"]);
    assert_eq!(zoned, "2026-11-26T09:00:00Z 2026-11-26T09:00:01.5Z\n");
    let json = "{\"a\":\"2026-01-01T00:00:00Z\"}\n{\"b\":\"2026-01-01T00:00:01Z\"}\n{\"a\":\"2026-01-01T00:00:02Z\",\"b\":\"2026-01-01T00:00:09Z\"}\n{\"c\":1}\n";
    expect![[r#"
        2026-01-01T00:00:00Z 2026-01-01T00:00:01Z 2026-01-01T00:00:02Z null
        2026-01-01T00:00:00Z null 2026-01-01T00:00:02Z null
        one event of the first 4 said no time: it is in no window
    "#]]
    .assert_eq(&read(json, &[("format", "json"), ("timestamp", "a,b")], &["timestamp", "a"]));
}

#[test]
fn no_time_is_told_with_what_looks_like_one() {
    let json = "{\"n\":1,\"signed\":\"2026-01-01T00:00:00Z\"}\n{\"n\":2,\"signed\":\"2026-01-01T00:00:01Z\"}\n";
    expect![[r#"
        no field of the first 2 records is known to hold a time; events have the time at which they are read instead; `signed` looks like a time: `?timestamp=FIELD`, e.g. `?timestamp=signed`, takes it
    "#]]
    .assert_eq(&read(json, &[("format", "json")], &[]));
    expect![[r#"
        none of the first 2 lines has a time that can be read; events have the time at which they are read instead; `?time_format=%d/%m/%Y %H:%M:%S` says how it is written
    "#]]
    .assert_eq(&read("hello\nyou\n", &[("format", "text")], &[]));
}

#[test]
fn a_time_that_comes_later_is_taken() {
    let json = "{\"n\":1}\n".repeat(1001) + "{\"n\":2,\"ts\":\"2001-01-01T00:00:00Z\"}\n";
    let shown = read(&json, &[("format", "json")], &["timestamp"]);
    assert!(shown.lines().next().unwrap().ends_with(" 2001-01-01T00:00:00Z"), "{}", &shown[shown.len() - 300..]);
    let text = "hello\n".repeat(1001) + "2001-01-01 00:00:00 a\nb\n";
    let shown = read(&text, &[("format", "text")], &["timestamp"]);
    assert!(shown.contains(" 2001-01-01T00:00:00Z 2001-01-01T00:00:00Z\n"), "{}", &shown[shown.len() - 300..]);
    assert!(shown.ends_with("lines have their own time from here on\n"));
}

#[test]
fn how_a_stamp_was_read_is_told_once() {
    let slashes = "03/04/2026 10:00:00 a\n04/04/2026 10:00:00 b\n";
    expect![[r#"
        2026-03-04T10:00:00Z 2026-04-04T10:00:00Z
        dates such as `03/04/2026` are read with the month first; `?time_format=%d/%m/%Y %H:%M:%S` reads the day first
    "#]]
    .assert_eq(&read(slashes, &[("format", "text")], &["timestamp"]));
    // One that can only be read with the day first says it of all.
    expect![[r#"
        2026-04-03T10:00:00Z 2026-04-13T10:00:00Z
        dates such as `31/12/2026` are read with the day first; `?time_format=%m/%d/%Y %H:%M:%S` says how they are written
    "#]]
    .assert_eq(&read("03/04/2026 10:00:00 a\n13/04/2026 10:00:00 b\n", &[("format", "text")], &["timestamp"]));
    let format = ("time_format", "%d/%m/%Y %H:%M:%S");
    assert_eq!(
        read(slashes, &[("format", "text"), format], &["timestamp"]),
        "2026-04-03T10:00:00Z 2026-04-04T10:00:00Z\n"
    );
    expect![[r#"
        2026-01-01T06:30:00Z 2026-01-01T06:30:01Z
        the zone `IST` is read as that of India, +05:30; Israel and Ireland use the same letters; `?timezone=Europe/Berlin` names the zone that they are from
    "#]]
    .assert_eq(&read("{\"time\":\"2026-01-01 12:00:00 IST\"}\n{\"time\":\"2026-01-01 12:00:01 IST\"}\n", &[("format", "json")], &["timestamp"]));
}

#[test]
fn no_number_and_half_a_character_cost_no_event() {
    let json = "{\"ts\":1767225600,\"v\":1.5,\"m\":\"cut \\ud83d\"}\n{\"ts\":1767225601,\"v\":NaN}\n{\"ts\":1767225602,\"v\":-Infinity,\"l\":[1,NaN]}\n";
    expect![[r#"
        2026-01-01T00:00:00Z 2026-01-01T00:00:01Z 2026-01-01T00:00:02Z
        1.5 NaN -inf
        cut � null null
        null null [1,null]
        one record has bytes that are no UTF-8, or half a character: `�` is in their place
    "#]]
    .assert_eq(&read(json, &[("format", "json")], &["timestamp", "v", "m", "l"]));
    let logfmt =
        "ts=1767225600 v=nan a=x\nts=1767225601 v=1.5 a=nan\nts=1767225602 v=+Inf a=y\nts=1767225603 v=nan a=y\n";
    expect![[r#"
        nan 1.5 +Inf nan
        x nan y y
    "#]]
    .assert_eq(&read(logfmt, &[("format", "logfmt")], &["v", "a"]));
    let csv = "ts,v\n1767225600,1\n1767225601,nan\n1767225602,2.5\n";
    assert_eq!(read(csv, &[("format", "csv")], &["v"]), "1 NaN 2.5\n");
}
