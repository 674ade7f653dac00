//! Telemetry that brings fields and types nobody knew of, as its users see it: rows, formats, recordings.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::binary::{Folder, requests};

/// More plain records than are looked at beforehand, then one that is like no other.
fn late() -> Vec<u8> {
    late_after(1_001)
}

fn late_after(plain: usize) -> Vec<u8> {
    let mut lines = "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"level\":\"info\",\"ms\":1,\"code\":1}\n".repeat(plain);
    lines += "{\"timestamp\":\"2026-01-01T00:00:01Z\",\"level\":\"error\",\"ms\":99.5,\"code\":\"E42\",\"err\":\"refused\",\
              \"id\":15878708649682983132}\n";
    lines.into_bytes()
}

fn query(folder: &Folder, pipeline: &str, more: &[&str]) -> String {
    folder.run(&[&["query", pipeline, "--source", "s=file:late.jsonl"], more].concat()).clean()
}

#[test]
fn a_field_or_type_that_comes_late_is_in_every_answer() {
    let folder = Folder::new(&[("late.jsonl", &late())]);
    let error = r#"{"timestamp":"2026-01-01T00:00:01Z","level":"error","ms":99.5,"code":"E42","err":"refused","id":15878708649682983132}"#;
    for whole in ["s | where level == \"error\"", "s | tail 1", "s | top 1 by ms", "s | where id > 9223372036854775807"]
    {
        assert_eq!(query(&folder, whole, &[]).trim(), error, "{whole}");
    }
    for (pipeline, row) in [
        ("s | summarize max(ms), n = countif(isnotnull(ms))", r#"{"max_ms":99.5,"n":1002}"#),
        ("s | where tostring(code) == \"E42\" | count", r#"{"Count":1}"#),
        ("s | where id == 15878708649682983132 | count", r#"{"Count":1}"#),
        (
            "s | summarize arg_max(timestamp, *) by level | where level == \"error\" | project err",
            r#"{"err":"refused"}"#,
        ),
        ("s | union (s | where level == \"error\") | where isnotnull(err) | count", r#"{"Count":2}"#),
        ("s | getschema | where ColumnName == \"err\" | project ColumnType", r#"{"ColumnType":"string"}"#),
    ] {
        assert_eq!(query(&folder, pipeline, &[]).trim(), row, "{pipeline}");
    }
    // A type that was widened is told again, so that the last word is the right one.
    let types = query(&folder, "s | getschema | where ColumnName == \"ms\" | project ColumnType", &[]);
    assert_eq!(types.lines().last(), Some(r#"{"ColumnType":"real"}"#));
}

#[test]
fn csv_and_tables_name_a_new_column_where_it_begins() {
    // More than are handed on at once: those before the new field do not have it.
    let folder = Folder::new(&[("late.jsonl", &late_after(9_000))]);
    for format in ["csv", "table"] {
        let out = query(&folder, "s | where level != \"\" | project-away timestamp, id", &["--format", format]);
        let mut blocks = out.split("\n\n");
        let (before, after) = (blocks.next().expect("rows"), blocks.next().expect("more"));
        assert!(!before.lines().next().expect("a header").contains("err"), "{format}: {before}");
        let mut after = after.lines();
        assert!(after.next().expect("a header").contains("err"), "{format}: {after:?}");
        assert!(after.next_back().expect("a row").contains("refused"), "{format}: {after:?}");
    }
}

#[test]
fn a_recording_has_all_of_it_and_replays_the_very_events() {
    let folder = Folder::new(&[("late.jsonl", &late())]);
    let ended = folder.run(&["record", "s", "--source", "s=file:late.jsonl", "-o", "r.jsonl", "--redact", "err"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert!(ended.err.contains("no event has had `err` yet"), "{}", ended.err);
    let recorded = folder.read("r.jsonl");
    assert!(!recorded.contains("refused") && recorded.contains("\"err\":\""), "it is redacted from the first event on");
    let ask = |source: &str, pipeline: &str| {
        folder.run(&["query", pipeline, "--source", source, "--format", "ndjson"]).clean()
    };
    for pipeline in ["s | where level == \"error\" | project ms, code, id", "s | summarize sum(ms), dcount(code)"] {
        assert_eq!(ask("s=replay:r.jsonl", pipeline), ask("s=file:late.jsonl", pipeline), "{pipeline}");
    }
    let ended = folder.run(&["record", "s", "--source", "s=file:late.jsonl", "-o", "t.jsonl", "--redact", "nothing"]);
    assert!(ended.err.contains("no event had `nothing`, so nothing was redacted"), "{}", ended.err);
}

#[test]
fn a_producer_that_is_slow_to_begin_loses_no_field() {
    let folder = Folder::new(&[]);
    let mut child = folder
        .command(&["query", "stdin | where level == \"error\"", "--format", "ndjson"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut told = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut input = child.stdin.take().expect("a pipe");
    let mut rows = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    // A first record with nulls, then fields that come one by one; each row is there before the next is written.
    writeln!(input, r#"{{"level":null,"msg":null}}"#).expect("it reads");
    for (record, expected) in [
        (r#"{"level":"error","msg":"boom"}"#, "\"msg\":\"boom\""),
        (r#"{"level":"error","stack":["a"]}"#, "\"stack\":[\"a\"]"),
        (r#"{"level":"error","msg":7}"#, "\"msg\":7"),
    ] {
        writeln!(input, "{record}").expect("it reads");
        let row = rows.next().expect("a row").expect("text");
        assert!(row.contains(expected), "{row}");
    }
    drop(input);
    assert!(child.wait().expect("it ends").success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut told, &mut rest).expect("text");
    assert!(rest.contains("read 4 · matched 3"), "{rest}");
}

#[test]
fn what_is_dropped_or_loses_a_value_is_counted_shown_and_kept() {
    let deep = format!("{{\"n\":{}{}}}", "[".repeat(100), "]".repeat(100));
    let unfit = "{\"ms\":\"n/a\",\"n\":2}\n{\"ms\":[],\"n\":3}\n";
    let records = format!("{{\"ms\":1,\"n\":1}}\n{deep}\n{unfit}");
    let config = b"[sources.s]\nuri = \"file:s.jsonl?format=json\"\n[sources.s.fields.ms]\ntype = \"real\"\n";
    let folder = Folder::new(&[("s.jsonl", records.as_bytes()), ("headwater.toml", config)]);
    let ended = folder.run(&["query", "s | count", "--rejects", "rejects.txt"]);
    assert!(ended.err.contains("2 values of `ms` became null: not a real, e.g. `n/a`"), "{}", ended.err);
    assert!(
        ended.err.contains("3 raw records that were dropped or lost a value are in `rejects.txt`"),
        "{}",
        ended.err
    );
    assert_eq!(folder.read("rejects.txt"), format!("{deep}\n{unfit}"));
}

#[test]
fn a_stage_that_needs_a_type_says_what_it_could_not_read() {
    let mut records = "{\"took\":\"250ms\",\"n\":1}\n".repeat(1_001);
    records += "{\"took\":7,\"n\":2}\n";
    let folder = Folder::new(&[("s.jsonl", records.as_bytes())]);
    let ended =
        folder.run(&["query", "s | where took startswith \"2\" or n == 2 | count", "--source", "s=file:s.jsonl"]);
    assert_eq!(ended.out.trim(), r#"{"Count":1002}"#, "{}", ended.err);
}

#[test]
fn a_number_among_texts_is_not_cut_where_a_sum_needs_numbers() {
    let cells = format!("n\n{}2.50\nx\n", "1\n".repeat(1_200));
    let folder = Folder::new(&[("s.csv", cells.as_bytes())]);
    let ended = folder.run(&["query", "s | summarize max(n), sum(n)", "--source", "s=file:s.csv"]);
    assert_eq!(ended.out.trim(), r#"{"max_n":2.5,"sum_n":1202.5}"#, "{}", ended.err);
    assert!(ended.err.contains("a stage needs it as real: those values are null here"), "{}", ended.err);
    assert!(ended.err.contains("1 value of `n` became null: not a real, e.g. `x`"), "{}", ended.err);
}

#[test]
fn an_identifier_of_many_digits_is_not_rounded_in_any_format() {
    let (one, two) = ("15878708649682983132", "15878708649682983133");
    let files = [
        ("a.log", format!("n=1 id={one}\nn=2 id={two}\n")),
        ("a.csv", format!("n,id\n1,{one}\n2,{two}\n")),
        ("a.jsonl", format!("{{\"n\":1,\"id\":{one}}}\n{{\"n\":2,\"id\":{two}}}\n")),
    ];
    for (name, content) in files {
        let folder = Folder::new(&[(name, content.as_bytes())]);
        let source = format!("s=file:{name}");
        let out = folder.run(&["query", "s | summarize count() by id", "--source", &source]).clean();
        assert!(out.contains(one) && out.contains(two), "{name}: {out}");
    }
}

#[test]
fn sources_describes_all_that_was_seen() {
    let folder = Folder::new(&[("r.jsonl", &requests().repeat(5))]);
    let out = folder.run(&["sources", "s", "--source", "s=file:r.jsonl"]).clean();
    assert!(out.contains("what the fields hold is of 5,000 events"), "{out}");
    assert!(out.contains("0 … 99"), "{out}");
}

#[test]
fn members_of_a_bag_become_fields_as_they_come() {
    let lines = concat!(
        r#"{"timestamp":"2026-01-01T00:00:00Z","k":"a","text":"{\"x\":1,\"y\":\"u\"}"}"#,
        "\n",
        r#"{"timestamp":"2026-01-01T00:00:05Z","k":"b","text":"{\"x\":2.5,\"z\":[1]}"}"#,
        "\n",
        r#"{"timestamp":"2026-01-01T00:00:11Z","k":"a","text":"no"}"#,
        "\n",
        r#"{"timestamp":"2026-01-01T00:00:25Z","k":"b","text":"{\"w\":true,\"k\":7}"}"#,
        "\n",
    );
    let folder = Folder::new(&[("late.jsonl", lines.as_bytes())]);
    let ask = |rest: &str| {
        query(&folder, &format!("s | extend p = parse_json(text) | project-away text, timestamp | {rest}"), &[])
    };
    assert_eq!(
        ask("evaluate bag_unpack(p, \"p_\")"),
        concat!(
            r#"{"k":"a","p_x":1.0,"p_y":"u","p_z":null,"p_w":null,"p_k":null}"#,
            "\n",
            r#"{"k":"b","p_x":2.5,"p_y":null,"p_z":[1],"p_w":null,"p_k":null}"#,
            "\n",
            r#"{"k":"a","p_x":null,"p_y":null,"p_z":null,"p_w":null,"p_k":null}"#,
            "\n",
            r#"{"k":"b","p_x":null,"p_y":null,"p_z":null,"p_w":true,"p_k":7}"#,
            "\n",
        )
    );
    let last = |rest: &str| ask(rest).lines().last().map(str::to_owned).unwrap_or_default();
    for (rest, row) in [
        (
            r#"evaluate bag_unpack(p, columnsConflict="keep_source", ignoredProperties=dynamic(["w", "z"]))"#,
            r#"{"k":"b","x":null,"y":null}"#,
        ),
        (r#"evaluate bag_unpack(p, columnsConflict="replace_source") | project-away w, x, y, z"#, r#"{"k":7}"#),
        // What is asked for is there before an event has it.
        (
            r#"evaluate bag_unpack(p, "p_") | where p_x > 1 | project k, p_x, p_nope"#,
            r#"{"k":"b","p_x":2.5,"p_nope":null}"#,
        ),
        (r#"evaluate bag_unpack(p, "p_") | summarize max(p_x), take_any(p_y)"#, r#"{"max_p_x":2.5,"p_y":"u"}"#),
    ] {
        assert_eq!(last(rest), row, "{rest}");
    }
    // What has no members is told, as its field is gone.
    let told = folder.run(&["query", "s | evaluate bag_unpack(k)", "--source", "s=file:late.jsonl"]);
    assert!(told.err.contains("a value that is no bag, such as `\"a\"`"), "{}", told.err);
    // Two fields of one name are for the user to choose from.
    let told = folder.run(&[
        "query",
        "s | extend p = parse_json(text) | evaluate bag_unpack(p)",
        "--source",
        "s=file:late.jsonl",
    ]);
    assert!(told.err.contains("a field `k` reaches this stage already"), "{}", told.err);
}

#[test]
fn rows_that_are_written_in_place_are_in_order() {
    let folder = Folder::new(&[]);
    let found = folder
        .run(&["query", "range x from 1 to 4 step 1 | extend p = prev(x), n = next(x, 2, 0), s = row_cumsum(x)"])
        .clean();
    assert_eq!(
        found,
        concat!(
            "{\"x\":1,\"p\":null,\"n\":3,\"s\":1}\n",
            "{\"x\":2,\"p\":1,\"n\":4,\"s\":3}\n",
            "{\"x\":3,\"p\":2,\"n\":0,\"s\":6}\n",
            "{\"x\":4,\"p\":3,\"n\":0,\"s\":10}\n",
        )
    );
}
