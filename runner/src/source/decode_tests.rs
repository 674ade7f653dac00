//! Bytes in, batches and counted losses out, whatever the bytes and however they are cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::Value;
use syntax::source::{Scheme, SourceDecl, SourceUri};
use syntax::{Field, Type};

use super::collect::{self, Collect, State};
use super::decode::Decoding;
use super::infer::{self, Declared};
use super::{Feed, Wanted};

mod formats;

fn declared(params: &[(&str, &str)]) -> SourceDecl {
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    collect::source("events", SourceUri { scheme: Scheme::File, rest: String::new(), params })
}

fn fields(fields: &[(&str, Type)]) -> Wanted {
    Wanted::Fields(fields.iter().map(|(name, ty)| Field::new(*name, *ty)).collect())
}

/// Decodes the input, given in pieces of this size.
fn decode(input: &[u8], decl: &SourceDecl, wanted: Wanted, piece: usize) -> Arc<Collect> {
    let feed = Collect::new(wanted);
    let declared = Declared::new(decl, "").unwrap();
    let shape = infer::infer(input, true, &declared).unwrap();
    let mut decoding = Decoding::new(feed.clone(), declared, shape);
    input.chunks(piece).for_each(|piece| decoding.take(piece).unwrap());
    decoding.finish().unwrap();
    feed
}

/// Every field of every row, and what was dropped or told.
fn shown(state: &State) -> String {
    let mut text = String::new();
    for batch in &state.batches {
        for row in 0..batch.num_rows() {
            let cells = batch.schema_ref().fields().iter().filter_map(|field| {
                let value = &collect::column(batch, field.name())[row];
                let ty = crate::batch::field_type(field);
                (value != "null").then(|| format!("{}:{ty}={}", field.name(), syntax::visible(value)))
            });
            text += &(cells.collect::<Vec<_>>().join(" ") + "\n");
        }
    }
    for (reason, (count, sample)) in &state.dropped {
        text += &format!("dropped {count}: {reason}: {sample:?}\n");
    }
    state.untimed.iter().for_each(|message| text += &format!("untimed: {message}\n"));
    state.notices.iter().for_each(|notice| text += &format!("notice: {notice}\n"));
    text
}

fn check(input: impl AsRef<[u8]>, params: &[(&str, &str)], wanted: Wanted, expected: Expect) {
    let at_once = decode(input.as_ref(), &declared(params), wanted.clone(), usize::MAX).look(shown);
    expected.assert_eq(&at_once);
    for piece in [1, 3, 64] {
        let in_pieces = decode(input.as_ref(), &declared(params), wanted.clone(), piece).look(shown);
        assert_eq!(in_pieces, at_once, "in pieces of {piece}");
    }
}

const JSON: (&str, &str) = ("format", "json");
const LOGFMT: (&str, &str) = ("format", "logfmt");
const TEXT: (&str, &str) = ("format", "text");

#[test]
fn wanted_fields_of_nested_objects_and_dotted_keys() {
    let input = r#"{"timestamp":"2026-01-01T00:00:00Z","a":{"b":{"c":1},"list":[1,{"x":2}]},"a.b.d":true,"skip":{"deep":[[[]]]}}
{"a.b":{"c":2,"d":false},"timestamp":1767225600500}
{"timestamp":1767225601,"a":{"b":null,"b.c":9007199254740993},"z":"é\n\u00e9"}
{"a":7,"timestamp":"not a time"}
"#;
    let wanted = [
        ("timestamp", Type::Datetime),
        ("a.b.c", Type::Long),
        ("a.b.d", Type::Bool),
        ("a", Type::Dynamic),
        ("a.list", Type::Dynamic),
        ("z", Type::String),
        ("never", Type::Real),
    ];
    check(
        input,
        &[JSON],
        fields(&wanted),
        expect![[r#"
            timestamp:datetime=2026-01-01T00:00:00Z a.b.c:long=1 a.b.d:bool=true a:dynamic={"b":{"c":1},"list":[1,{"x":2}]} a.list:dynamic=[1,{"x":2}]
            timestamp:datetime=2026-01-01T00:00:00.5Z a.b.c:long=2 a.b.d:bool=false
            timestamp:datetime=2026-01-01T00:00:01Z a.b.c:long=9007199254740993 a:dynamic={"b":null,"b.c":9007199254740993} z:string=é\né
            a:dynamic=7
            notice: `timestamp` is datetime, but one value was something else and became null, e.g. `not a time`; events without a time are in no window
        "#]],
    );
}

#[test]
fn every_field_with_the_type_it_is_found_with() {
    let input = r#"{"timestamp":"2026-01-01T00:00:00Z","n":1,"r":1,"mixed":1,"tags":["a"],"o":{"k":"v","empty":{}}}
{"timestamp":"2026-01-01T00:00:01Z","n":9223372036854775807,"r":1.5,"mixed":"one","id":18446744073709551615,"late":null}
{"timestamp":"2026-01-01T00:00:02Z","mixed":{"part":1},"b":true,"n":-1,"n":-2}
"#;
    check(
        input,
        &[JSON],
        Wanted::All,
        expect![[r#"
            timestamp:datetime=2026-01-01T00:00:00Z n:long=1 r:real=1 mixed:dynamic=1 tags:dynamic=["a"] o.k:string=v
            timestamp:datetime=2026-01-01T00:00:01Z n:long=9223372036854775807 r:real=1.5 mixed:dynamic="one" id:dynamic=18446744073709551615
            timestamp:datetime=2026-01-01T00:00:02Z n:long=-2 mixed.part:long=1 b:bool=true
        "#]],
    );
}

#[test]
fn a_value_of_another_type_than_the_declared_one_is_converted_or_counted() {
    let input = r#"{"l":"12","r":"1.5","s":5,"b":"true","t":"250ms","d":"x"}
{"l":2.0,"r":3,"s":true,"b":1,"t":1500,"d":{"k":1}}
{"l":2.5,"r":[],"s":["x"],"b":null,"t":"soon","d":3}
{"l":18446744073709551615,"r":18446744073709551615,"s":18446744073709551615,"t":1.6,"d":18446744073709551615}
"#;
    let wanted = [
        ("l", Type::Long),
        ("r", Type::Real),
        ("s", Type::String),
        ("b", Type::Bool),
        ("t", Type::Timespan),
        ("d", Type::Dynamic),
    ];
    let mut decl = declared(&[JSON]);
    decl.fields = wanted.iter().map(|(name, ty)| crate::prefilter::tests::declare(&Field::new(*name, *ty))).collect();
    for piece in [1, usize::MAX] {
        decode(input.as_ref(), &decl, fields(&wanted), piece).look(|state| {
            expect![[r#"
                l:long=12 r:real=1.5 s:string=5 b:bool=true t:timespan=250000000ns d:dynamic="x"
                l:long=2 r:real=3 s:string=true t:timespan=1500ns d:dynamic={"k":1}
                d:dynamic=3
                r:real=18446744073709552000 s:string=18446744073709551615 t:timespan=2ns d:dynamic=18446744073709551615
                untimed: no field of the first 4 records is known to hold a time; events have the time at which they are read instead; `?timestamp=FIELD` names the field that is their time
                notice: `l` is long, but 2 values were something else and became null, e.g. `2.5`
                notice: `r` is real, but one value was something else and became null, e.g. `[]`
                notice: `s` is string, but one value was something else and became null, e.g. `["x"]`
                notice: `b` is bool, but one value was something else and became null, e.g. `1`
                notice: `t` is timespan, but one value was something else and became null, e.g. `soon`
            "#]]
            .assert_eq(&shown(state));
        });
    }
}

#[test]
fn broken_records_are_counted_with_a_reason() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let flat = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let lines: Vec<Vec<u8>> = vec![
        br#"{"a":1}"#.to_vec(),
        br#"{"a":2"#.to_vec(),
        br#"{"a":3}}"#.to_vec(),
        br#"{"a":tru}"#.to_vec(),
        br#"{"a":1e999}"#.to_vec(),
        b"[1]".to_vec(),
        b"42".to_vec(),
        b"".to_vec(),
        b"   ".to_vec(),
        b"\0\0\0".to_vec(),
        b"\0\0{\"a\":4}".to_vec(),
        b"{\"a\":\"\0\"}".to_vec(),
        b"{\"a\":\"\xff\"}".to_vec(),
        format!("{{\"a\":\"{}\"}}", "x".repeat(30_000)).into_bytes(),
        deep.into_bytes(),
        flat.into_bytes(),
        b"{\"a\":5}\r".to_vec(),
    ];
    let input = [b"\xef\xbb\xbf".to_vec(), lines.join(&b'\n')].concat();
    let shorten =
        |text: String| text.lines().map(|line| line.chars().take(100).collect::<String>() + "\n").collect::<String>();
    let read = |piece, wanted| decode(&input, &declared(&[JSON, ("max_line", "25000")]), wanted, piece).look(shown);
    let wanted = fields(&[("a", Type::Dynamic)]);
    let at_once = read(usize::MAX, wanted.clone());
    assert_eq!(at_once, read(7, wanted));
    expect![[r#"
        a:dynamic=1
        a:dynamic=1e999


        a:dynamic=4
        a:dynamic="�"
        a:dynamic=5
        dropped 1: JSON nested deeper than 64 levels: "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
        dropped 2: a line longer than the limit (`?max_line=`): "{\"a\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        dropped 1: a line of NUL bytes: "\0"
        dropped 3: malformed JSON: "{\"a\":3}}"
        dropped 1: truncated JSON: "{\"a\":2"
        untimed: no field of the first 8 records is known to hold a time; events have the time at which they
        notice: one record has bytes that are no UTF-8, or half a character: `�` is in their place
    "#]]
    .assert_eq(&shorten(at_once));
    let all = read(usize::MAX, Wanted::All);
    assert!(all.contains("nested deeper"), "{all}");
}

#[test]
fn event_time_has_many_names() {
    let wanted = || fields(&[("timestamp", Type::Datetime), ("n", Type::Long)]);
    check(
        r#"{"@timestamp":"2026-01-01T00:00:00Z","time":5,"n":1}"#,
        &[JSON],
        wanted(),
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z n:long=1
    "#]],
    );
    check(
        r#"{"ts":1767225600.25,"time":"12 s","n":1}"#,
        &[JSON],
        wanted(),
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00.25Z n:long=1
    "#]],
    );
    check(
        r#"{"when":{"at":"2026-01-01 00:00:00"},"timestamp":"not this","n":1}"#,
        &[JSON, ("timestamp", "when.at")],
        wanted(),
        expect![[r#"
            timestamp:datetime=2026-01-01T00:00:00Z n:long=1
        "#]],
    );
    check(
        r#"{"n":1}"#,
        &[JSON, ("timestamp", "wehn")],
        wanted(),
        expect![[r#"
            n:long=1
            notice: the first record does not have `wehn`, which is to be their time
            notice: one event of the first 1 said no time: it is in no window
        "#]],
    );
    // Under its own name as well.
    check(
        r#"{"time":"2026-01-01T00:00:00Z","n":1}"#,
        &[JSON],
        Wanted::All,
        expect![[r#"
        timestamp:datetime=2026-01-01T00:00:00Z time:string=2026-01-01T00:00:00Z n:long=1
    "#]],
    );
}

#[test]
fn without_event_time_it_is_when_the_record_was_read() {
    let before = super::now();
    for (format, input) in [("json", r#"{"n":1}"#), ("logfmt", "n=1 m=2"), ("text", "n is 1")] {
        decode(input.as_bytes(), &declared(&[("format", format)]), Wanted::All, usize::MAX).look(|state| {
            let read: jiff::Timestamp = state.column("timestamp")[0].parse().unwrap();
            assert!((i128::from(before)..=i128::from(super::now())).contains(&read.as_nanosecond()), "{format}");
        });
    }
}

#[test]
fn logfmt_pairs_quotes_and_bare_keys() {
    let input = "ts=2026-01-01T00:00:00Z level=warn dur=1.5 n=3 id=007 msg=\"slow \\\"GET\\\"\\n/\" done empty= span.id=12e5\n\
        ts=2026-01-01T00:00:01Z n=x ok=true =3  level=\n\
        no pairs here\n\
        msg=\"never closed\n\
        name=\"a=b\"c=d byte=\u{7}\n";
    check(
        input,
        &[LOGFMT],
        Wanted::All,
        expect![[r#"
            timestamp:datetime=2026-01-01T00:00:00Z ts:string=2026-01-01T00:00:00Z level:string=warn dur:real=1.5 n:string=3 id:string=007 msg:string=slow "GET"\n/ done:bool=true span.id:string=12e5
            timestamp:datetime=2026-01-01T00:00:01Z ts:string=2026-01-01T00:00:01Z n:string=x ok:bool=true
            timestamp:datetime=2026-01-01T00:00:01Z body:string=no pairs here
            name:string=a=b c:string=d byte:string=\u{7}
            dropped 1: a quote that is not closed: "msg=\"never closed"
            notice: one event of the first 4 said no time: it is in no window
        "#]],
    );
    check(
        input,
        &[LOGFMT],
        fields(&[("n", Type::Long), ("level", Type::String)]),
        expect![[r#"
            n:string=3 level:string=warn
            n:string=x


            dropped 1: a quote that is not closed: "msg=\"never closed"
        "#]],
    );
}

#[test]
fn text_lines_with_and_without_stamps() {
    let input = b"2026-01-01 00:00:00,250 ERROR it broke\n    at main.rs:3\n\n\x1b[31mred\x1b[0m \xff byte\n2026-01-01 00:00:01,000 INFO fine";
    check(
        input,
        &[TEXT],
        Wanted::All,
        expect![[r#"
            timestamp:datetime=2026-01-01T00:00:00.25Z body:string=2026-01-01 00:00:00,250 ERROR it broke\n    at main.rs:3
            timestamp:datetime=2026-01-01T00:00:00.25Z body:string=\u{1b}[31mred\u{1b}[0m � byte
            timestamp:datetime=2026-01-01T00:00:01Z body:string=2026-01-01 00:00:01,000 INFO fine
            notice: one record has bytes that are no UTF-8, or half a character: `�` is in their place
        "#]],
    );
    check(
        "Jan  2 03:04:05 host app[1]: hello\n",
        &[TEXT],
        fields(&[("body", Type::String)]),
        expect![[r#"
        body:string=Jan  2 03:04:05 host app[1]: hello
    "#]],
    );
}

#[test]
fn a_line_is_never_held_beyond_the_limit() {
    let feed = Collect::new(Wanted::All);
    let declared = Declared::new(&declared(&[TEXT]), "").unwrap();
    let mut decoding = Decoding::new(feed.clone(), declared, None);
    let piece = vec![b'x'; 1 << 20];
    (0..100).for_each(|_| decoding.take(&piece).unwrap());
    decoding.take(b"\nshort\n").unwrap();
    decoding.finish().unwrap();
    feed.look(|state| {
        assert_eq!(state.column("body"), ["short"]);
        assert_eq!(state.dropped.values().map(|(count, _)| count).sum::<u64>(), 1);
    });
}

#[test]
fn ever_new_fields_do_not_fill_the_memory() {
    let lines: Vec<String> = (0..1500).map(|n| format!(r#"{{"timestamp":1767225600,"k{n}":{{"x":1}}}}"#)).collect();
    decode(lines.join("\n").as_bytes(), &declared(&[JSON]), Wanted::All, usize::MAX).look(|state| {
        assert_eq!(state.rows(), 1500);
        let most = state.batches.iter().map(|batch| batch.num_columns()).max();
        assert!(most <= Some(super::table::MAX_FIELDS), "{most:?}");
        assert!(!state.notices.is_empty());
    });
}

/// Wants everything and only some fields by turns, as a profiled source does.
struct ByTurns {
    some: Wanted,
    inner: Arc<Collect>,
    turn: AtomicUsize,
}

impl Feed for ByTurns {
    fn wanted(&self) -> Arc<Wanted> {
        let all = self.turn.fetch_add(1, Ordering::Relaxed).is_multiple_of(3);
        Arc::new(if all { Wanted::All } else { self.some.clone() })
    }

    fn batch(&self, batch: RecordBatch) {
        self.inner.batch(batch);
    }

    fn dropped(&self, reason: &'static str, count: u64, sample: &[u8]) {
        self.inner.dropped(reason, count, sample);
    }

    fn notice(&self, message: String) {
        self.inner.notice(message);
    }

    fn stopped(&self) -> bool {
        false
    }

    fn pause(&self, _: Duration) -> bool {
        false
    }
}

#[test]
fn what_is_wanted_may_change_with_every_batch() {
    let inner = Collect::new(Wanted::All);
    let some = fields(&[("timestamp", Type::Datetime)]);
    let feed = Arc::new(ByTurns { some, inner: inner.clone(), turn: AtomicUsize::new(0) });
    let declared = Declared::new(&declared(&[JSON, ("timestamp", "at")]), "").unwrap();
    let mut decoding = Decoding::new(feed, declared, None);
    for n in 0..30 {
        let line = format!("{{\"at\":{},\"late\":{}}}\n", 1_767_225_600 + n, if n < 20 { "1" } else { "\"x\"" });
        decoding.take(line.as_bytes()).unwrap();
        decoding.flush().unwrap();
    }
    inner.look(|state| {
        assert_eq!(state.rows(), 30);
        assert!(state.column("timestamp").iter().all(|time| time.starts_with("2026-01-01T00:00:")), "{}", shown(state));
        for batch in &state.batches {
            let schema = batch.schema();
            let names: std::collections::BTreeSet<&String> = schema.fields().iter().map(|field| field.name()).collect();
            assert_eq!(names.len(), batch.num_columns());
        }
    });
}

/// The values of a coded column.
fn values(batch: &RecordBatch, name: &str) -> Option<ArrayRef> {
    Some(Arc::clone(batch.column_by_name(name)?.as_any_dictionary_opt()?.values()))
}

#[test]
fn codes_keep_their_meaning_whatever_is_wanted() {
    let inner = Collect::new(Wanted::All);
    let some = fields(&[("s", Type::String)]);
    let feed = Arc::new(ByTurns { some, inner: inner.clone(), turn: AtomicUsize::new(0) });
    let shape_of = r#"{"timestamp":1,"s":"x","n":1}"#;
    let declared = Declared::new(&declared(&[JSON]), "").unwrap();
    let shape = infer::infer(shape_of.as_bytes(), true, &declared).unwrap();
    let mut decoding = Decoding::new(feed, declared, shape).coded();
    for n in 0..30 {
        let line =
            format!("{{\"timestamp\":{},\"s\":\"value {}\"}}\n", 1_767_225_600 + n, if n < 20 { n % 4 } else { n });
        decoding.take(line.as_bytes()).unwrap();
        decoding.flush().unwrap();
    }
    inner.look(|state| {
        let all: Vec<ArrayRef> = state.batches.iter().filter_map(|batch| values(batch, "s")).collect();
        assert!(all.len() >= 9, "{}", all.len());
        for pair in all.windows(2) {
            assert!(Arc::ptr_eq(&pair[0], &pair[1]) || pair[1].len() > pair[0].len(), "the same until there are more");
            assert_eq!(&pair[1].slice(0, pair[0].len()), &pair[0]);
        }
        assert!(all.windows(2).any(|pair| Arc::ptr_eq(&pair[0], &pair[1])));
    });
}

#[test]
fn a_field_of_ever_new_strings_becomes_plain_within_a_batch() {
    let id = |n: usize| n.saturating_sub(100);
    let declared = Declared::new(&declared(&[JSON]), "").unwrap();
    let lines: Vec<String> =
        (0..20_000).map(|n| format!(r#"{{"timestamp":1767225600,"id":"{:x}","s":"{}"}}"#, id(n), n % 3)).collect();
    let input = lines.join("\n");
    let shape = infer::infer(input.as_bytes(), true, &declared).unwrap();
    let feed = Collect::new(fields(&[("id", Type::String), ("s", Type::String)]));
    let mut decoding = Decoding::new(feed.clone(), declared, shape).coded();
    decoding.take(input.as_bytes()).unwrap();
    decoding.finish().unwrap();
    feed.look(|state| {
        assert_eq!(state.column("id"), (0..20_000).map(|n| format!("{:x}", id(n))).collect::<Vec<_>>());
        assert_eq!(state.column("s"), (0..20_000).map(|n| (n % 3).to_string()).collect::<Vec<_>>());
        let coded: Vec<bool> = state.batches.iter().map(|batch| values(batch, "id").is_some()).collect();
        assert_eq!(coded, [true, true, false]);
        assert!(state.batches.iter().all(|batch| values(batch, "s").is_some_and(|values| values.len() == 3)));
    });
}

#[test]
fn the_format_is_seen_in_the_first_line() {
    let format = |input: &str| {
        let shape = infer::infer(input.as_bytes(), true, &Declared::new(&declared(&[]), "").unwrap()).unwrap();
        shape.map(|shape| format!("{:?}", shape.format))
    };
    assert_eq!(format("\n\n {\"a\":1}\n").as_deref(), Some("Json"));
    assert_eq!(format("level=info msg=\"x y\"").as_deref(), Some("Logfmt"));
    assert_eq!(format("x=1 is what it says").as_deref(), Some("Text"));
    assert_eq!(format("Dec 10 06:55:46 LabSZ sshd[24200]: pam: uid=0 euid=0").as_deref(), Some("Text"));
    assert_eq!(format("\n \n"), None);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |real| real.is_finite()).prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[ab.]{1,2}|[é\"\\\\\n]", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// What a dotted name means in an object: each way to cut it into keys, the last that is there in its order.
fn lookup(value: &Value, name: &str) -> Vec<Value> {
    let Value::Object(map) = value else { return Vec::new() };
    let mut found = Vec::new();
    for (key, value) in map {
        if key == name {
            found.push(value.clone());
        } else if let Some(rest) = name.strip_prefix(key.as_str()).and_then(|rest| rest.strip_prefix('.')) {
            found.extend(lookup(value, rest));
        }
    }
    found
}

proptest! {
    #[test]
    fn json_agrees_with_serde(objects in proptest::collection::vec(value(), 1..8), names in proptest::collection::vec("[ab]{1,2}(\\.[ab]{1,2}){0,2}", 1..4)) {
        let objects: Vec<Value> = objects.into_iter().filter(Value::is_object).collect();
        let lines: Vec<String> = objects.iter().map(Value::to_string).collect();
        let dynamics: Vec<Field> = names.iter().map(|name| Field::new(name.as_str(), Type::Dynamic)).collect();
        let mut decl = declared(&[JSON, ("list", "none")]);
        decl.fields = dynamics.iter().map(crate::prefilter::tests::declare).collect();
        let feed = decode(lines.join("\n").as_bytes(), &decl, Wanted::Fields(dynamics), usize::MAX);
        feed.look(|state| {
            let whole: Vec<&Value> = objects.iter().filter(|object| object.is_object()).collect();
            prop_assert_eq!(state.rows(), whole.len());
            for name in &names {
                for (read, object) in state.column(name).iter().zip(&whole) {
                    // A real without a fraction is written like the whole number that it equals.
                    let written = |value: &Value| match value.as_f64() {
                        Some(real) if value.is_f64() && real.fract() == 0.0 && real.abs() < 9e15 && (real != 0.0 || real.is_sign_positive()) => {
                            format!("{real}")
                        }
                        _ => value.to_string(),
                    };
                    let mut expected: Vec<String> = lookup(object, name).iter().map(written).collect();
                    expected.extend(expected.is_empty().then(|| "null".to_owned()));
                    prop_assert!(expected.contains(read), "{name} in {object}: {read}");
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn codes_mean_what_was_read(objects in proptest::collection::vec(value(), 1..8), broken in 0usize..60, long in any::<bool>()) {
        let mut lines: Vec<String> = objects.iter().map(Value::to_string).collect();
        lines.extend(lines.clone());
        let mut input = lines.join("\n").into_bytes();
        input.truncate(input.len().saturating_sub(broken));
        let kind = if long { Type::Long } else { Type::String };
        let wanted = || fields(&[("a", Type::String), ("b", kind), ("a.b", Type::String)]);
        let plain = decode(&input, &declared(&[JSON]), wanted(), usize::MAX).look(shown);
        let feed = Collect::new(wanted());
        let declared = Declared::new(&declared(&[JSON]), "").unwrap();
        let shape = infer::infer(&input, true, &declared).unwrap();
        let mut decoding = Decoding::new(feed.clone(), declared, shape).coded();
        decoding.take(&input).unwrap();
        decoding.finish().unwrap();
        prop_assert_eq!(feed.look(shown), plain);
    }

    #[test]
    fn no_bytes_panic_or_get_lost(
        input in proptest::collection::vec(prop_oneof![any::<u8>(), proptest::sample::select(b"{}[]\":,\n\\ =a1.".to_vec())], 0..300),
        format in proptest::sample::select(vec!["json", "logfmt", "text"]),
        piece in 1usize..50,
    ) {
        let text = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&input);
        let blank = |line: &&[u8]| line.iter().all(u8::is_ascii_whitespace);
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !blank(line)).count();
        let decl = declared(&[("format", format), ("max_line", "40"), ("multiline", "off"), ("list", "none")]);
        for wanted in [Wanted::All, fields(&[("a", Type::Long), ("body", Type::String)])] {
            let whole = decode(&input, &decl, wanted.clone(), usize::MAX).look(shown);
            let feed = decode(&input, &decl, wanted, piece);
            feed.look(|state| {
                let dropped: u64 = state.dropped.values().map(|(count, _)| count).sum();
                // A document of JSON may go over several lines, and one line may have several.
                if format != "json" {
                    prop_assert_eq!(state.rows() as u64 + dropped, lines as u64);
                }
                Ok(())
            })?;
            // The time at which it was read may be another, and the sample of a line that is too long.
            let without_time = |text: &str| -> Vec<String> {
                let after = |line: &str| {
                    let (_, rest) = line.split_once("timestamp:datetime=")?;
                    Some(rest.split_once(' ').map_or("", |(_, rest)| rest).to_owned())
                };
                let line = |line: &str| match line.starts_with("dropped") {
                    true => line.split(": \"").next().unwrap_or_default().to_owned(),
                    false => after(line).unwrap_or_else(|| line.to_owned()),
                };
                text.lines().map(line).collect()
            };
            prop_assert_eq!(without_time(&feed.look(shown)), without_time(&whole));
        }
    }
}

const CSV: (&str, &str) = ("format", "csv");
