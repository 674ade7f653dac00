//! Passing over lines changes no answer and no count, whatever the lines are and however they are cut.

use std::fmt::Write;

use proptest::prelude::*;
use syntax::pipeline::Pipeline;
use syntax::source::{Scheme, SourceUri};

use super::collect::{self, Collect};
use super::decode::Decoding;
use super::infer::{self, Declared, Format};
use super::skip::Skip;
use crate::execution::Execution;
use crate::operator::Limits;
use crate::prefilter::{Prefilter, Text};

/// The rows that come out and how many events were read and matched; and how many were passed over.
fn answer(input: &[u8], format: &str, pipeline: &Pipeline, skip: bool, piece: usize) -> (String, u64) {
    let mut execution = Execution::new(pipeline, 0, &Limits::default()).unwrap();
    let first = execution.inputs()[0].clone();
    let feed = Collect::with(first.wanted, first.prefilter.filter(|_| skip));
    let params = vec![("format".to_owned(), format.to_owned())];
    let mut decl = collect::source("spans", SourceUri { scheme: Scheme::File, rest: String::new(), params });
    decl.fields = pipeline.input.fields.iter().map(crate::prefilter::tests::declare).collect();
    let declared = Declared::new(&decl, "").unwrap();
    let shape = infer::infer(input, true, &declared).unwrap();
    let mut decoding = Decoding::new(feed.clone(), declared, shape);
    input.chunks(piece).for_each(|piece| decoding.take(piece).unwrap());
    decoding.finish().unwrap();
    feed.look(|state| {
        let mut rows = Vec::new();
        for batch in &state.batches {
            execution.push(0, batch, &mut rows).unwrap();
        }
        execution.skip(0, state.skipped).unwrap();
        execution.end(0, &mut rows).unwrap();
        let mut shown = String::new();
        for batch in &rows {
            // Where events carry no time, theirs is when they were read.
            let fields = batch.schema_ref().fields().iter().filter(|field| field.name() != "timestamp");
            let columns: Vec<_> = fields.map(|field| collect::column(batch, field.name())).collect();
            for row in 0..batch.num_rows() {
                columns.iter().for_each(|column| write!(shown, "{:?} ", column[row]).unwrap());
                shown.push('\n');
            }
        }
        let dropped: u64 = state.dropped.values().map(|(count, _)| count).sum();
        let account = execution.account();
        assert_eq!(account.received, account.matched + account.filtered + account.in_flight);
        writeln!(shown, "{} read, {} matched", account.received + dropped, account.matched).unwrap();
        (shown, state.skipped)
    })
}

const PIPELINES: [&str; 10] = [
    r#"spans | where a == "checkout""#,
    r#"spans | where a == "checkout" and n > 1 | project n, b"#,
    r#"spans | where a has "checkout" or b contains "kilo" | summarize count(), sum(n) by b"#,
    r#"spans | where a in ("checkout", "gold") | tail 3"#,
    r#"spans | where b startswith_cs "checkout" | distinct b"#,
    r#"spans | where b =~ "Istanbul" | count"#,
    r#"spans | extend c = a | project c, n | where c endswith "out/x" | top 3 by n"#,
    r#"spans | where a contains_cs "é" and a contains_cs "checkout""#,
    r#"spans | where a has_any ("checkout", "gold") | count"#,
    r#"spans | where a contains "\"checkout" | take 2"#,
];

/// Texts that hold what is looked for, nearly, or in disguise.
fn text() -> impl Strategy<Value = String> {
    let words = [
        "checkout",
        "CheckOut",
        "check",
        "out",
        "gold",
        "kilo",
        "\u{212a}ilo",
        "istanbul",
        "\u{130}STANBUL",
        "é",
        " ",
        "\"",
        "/",
        "\\",
        "\\u0063heckout",
        "x",
        "5e2",
        "true",
        "\u{fffd}",
        "\u{1}",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..4).prop_map(|words| words.concat())
}

/// JSON as different writers write it.
fn json(text: &str, style: u8) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match (c, style) {
            ('"' | '\\', _) => write!(out, "\\{c}").unwrap(),
            ('/', 1) => out.push_str("\\/"),
            (c, 2) if c.is_alphabetic() => {
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| write!(out, "\\u{unit:04x}").unwrap());
            }
            (c, 0) if !c.is_ascii() || c.is_control() => {
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| write!(out, "\\u{unit:04X}").unwrap());
            }
            (c, _) if c.is_control() => write!(out, "\\u{:04x}", c as u32).unwrap(),
            (c, _) => out.push(c),
        }
    }
    out + "\""
}

fn line(format: &'static str) -> impl Strategy<Value = String> {
    let whole = (text(), text(), 0i64..4, 0u8..4).prop_map(move |(a, b, n, style)| match format {
        "json" => format!(r#"{{"a":{},"n":{n},"b":{}}}"#, json(&a, style), json(&b, style)),
        _ => {
            let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\u{1}'], " ");
            format!("a=\"{}\" n={n} b=\"{}\" true", quoted(&a), quoted(&b))
        }
    });
    let odd = proptest::sample::select(vec![
        "{",
        "{\"a\":\"checkout\"",
        "checkout",
        "[\"checkout\"]",
        "\0\0",
        "{\"a\":null,\"a\":\"checkout\",\"n\":5}",
        "a=checkout",
        "a=\\checkout",
        "{\"a\":[\"checkout\"]}\r",
    ]);
    prop_oneof![9 => whole, 1 => odd.prop_map(str::to_owned)]
}

proptest! {
    #[test]
    fn the_answer_is_the_same(
        lines in proptest::sample::select(vec!["json", "logfmt"]).prop_flat_map(|format| (Just(format), proptest::collection::vec(line(format), 1..30))),
        pipeline in proptest::sample::select(PIPELINES.to_vec()),
        piece in prop_oneof![1usize..80, Just(usize::MAX)],
    ) {
        let (format, lines) = lines;
        let pipeline = crate::prefilter::tests::pipeline(pipeline);
        prop_assert!(crate::prefilter::of(&pipeline, &[]).is_some());
        let input = lines.join("\n");
        let (all, none_skipped) = answer(input.as_bytes(), format, &pipeline, false, usize::MAX);
        let (some, _) = answer(input.as_bytes(), format, &pipeline, true, piece);
        prop_assert_eq!(none_skipped, 0);
        prop_assert_eq!(some, all, "{}", input);
    }
}

proptest! {
    /// Lines that are passed over count as one each, so what was read may be more.
    #[test]
    fn what_goes_over_several_lines_is_whole(
        records in proptest::collection::vec(several_lines(), 1..30),
        pipeline in proptest::sample::select(vec![
            r#"spans | where a == "checkout" | project a, n, b"#,
            r#"spans | where body contains "checkout" | project body"#,
            r#"spans | where body has "main.main" | project body"#,
        ]),
        piece in prop_oneof![1usize..80, Just(usize::MAX)],
    ) {
        let pipeline = crate::prefilter::tests::pipeline(pipeline);
        let input = records.join("\n");
        let (all, _) = answer(input.as_bytes(), "json", &pipeline, false, usize::MAX);
        let (some, _) = answer(input.as_bytes(), "json", &pipeline, true, piece);
        let rows = |shown: &str| shown.lines().filter(|line| !line.contains(" read, ")).map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(rows(&some), rows(&all), "{}", input);
    }
}

fn several_lines() -> impl Strategy<Value = String> {
    let odd = proptest::sample::select(vec![
        "{\n  \"a\": \"checkout\",\n  \"n\": 1,\n  \"b\": {\n  }\n}",
        "{\n  \"a\": \"cart\",\n  \"n\": 1\n}",
        "panic: cart\n\ngoroutine 1 [running]:\nmain.main()\n\t/checkout.go:1 +0x1",
        "panic: checkout\n\ngoroutine 1 [running]:\nmain.main()\n\t/cart.go:1 +0x1",
        "Traceback (most recent call last):\n  File \"a.py\", line 3\n    cart()\nValueError: checkout",
        "",
        "a plain line",
        "one: {\"a\":\"checkout\",\"n\":2}",
    ]);
    prop_oneof![3 => line("json"), 1 => odd.prop_map(str::to_owned)]
}

#[test]
fn what_holds_no_text_is_not_decoded() {
    let mut input = String::new();
    for n in 0..5000 {
        let a = if n % 1000 == 7 { "checkout" } else { "cart" };
        writeln!(input, r#"{{"a":"{a}","n":{n},"b":"x"}}"#).unwrap();
    }
    let pipeline = crate::prefilter::tests::pipeline(r#"spans | where a == "checkout" | count"#);
    let (shown, skipped) = answer(input.as_bytes(), "json", &pipeline, true, 64 << 10);
    assert_eq!(shown, "\"5\" \n5000 read, 5 matched\n");
    // The first line, and one at each cut, are decoded whatever they hold.
    assert!(skipped > 4980, "{skipped}");
}

#[test]
fn each_stage_counts_what_was_passed_over() {
    let pipeline = crate::prefilter::tests::pipeline(r#"spans | extend c = a | where c == "checkout" | take 3"#);
    let mut execution = Execution::new(&pipeline, 0, &Limits::default()).unwrap();
    execution.skip(0, 7).unwrap();
    assert_eq!(execution.stage_out(), [7, 0, 0]);
    assert_eq!((execution.account().received, execution.account().filtered), (7, 7));
}

#[test]
fn looking_for_what_is_everywhere_stops() {
    let text = Text { text: "checkout".to_owned(), cased: true };
    let mut skip = Skip::new(&Prefilter { texts: vec![text] }, Format::Text, true).unwrap();
    let lines = "checkout\n".repeat(3000);
    let mut rest = lines.as_bytes();
    for _ in 0..3000 {
        assert_eq!(skip.lines(rest), (0, 0));
        rest = &rest[9..];
    }
    skip.begin();
    assert_eq!(skip.lines(b"cart\ncart\n"), (0, 0), "it does not look any more");
}

#[test]
fn no_character_folds_to_what_is_not_found() {
    let letters: Vec<String> = ('a'..='z').map(|letter| letter.to_string()).collect();
    let search = |letter: &String| {
        let texts = vec![Text { text: letter.clone(), cased: false }];
        Skip::new(&Prefilter { texts }, Format::Text, true).unwrap()
    };
    for c in (char::MIN..=char::MAX).filter(|c| !c.is_ascii()) {
        let folded: String = c.to_lowercase().chain([crate::expression::fold(c)]).collect();
        for letter in letters.iter().filter(|letter| folded.contains(letter.as_str())) {
            assert_eq!(search(letter).lines(format!("{c}\n").as_bytes()), (0, 0), "{c} has {letter}");
        }
    }
}
