//! What is told of the events' times, beside the rows: how they were read, where none was found, what came too late.

use expect_test::expect;

use crate::binary::Folder;

/// The rows of a query, and the messages without the last line, which counts.
fn shown(file: &str, content: &str, params: &str, pipeline: &str) -> String {
    let source = format!("s=file:{file}{params}");
    let ended = Folder::new(&[(file, content.as_bytes())]).run(&["query", pipeline, "--source", &source]);
    let told = ended.err.lines().filter(|line| !line.starts_with("read ")).map(|line| format!("{line}\n"));
    format!("{}{}", ended.out, told.collect::<String>())
}

#[test]
fn no_time_is_told_at_once() {
    let json = "{\"n\":1,\"signed\":\"2026-01-01T00:00:00Z\"}\n{\"n\":2,\"signed\":\"2026-01-01T00:00:01Z\"}\n";
    expect![[r#"
        {"Count":2}
        note: `s`: no field of the first 2 records is known to hold a time; events have the time at which they are read instead; `signed` looks like a time: `?timestamp=FIELD`, e.g. `?timestamp=signed`, takes it
    "#]]
    .assert_eq(&shown("a.jsonl", json, "", "s | count"));
    expect![[r#"
        {"timestamp":"2026-01-01T00:00:00Z","Count":2}
    "#]]
    .assert_eq(&shown("a.jsonl", json, "?timestamp=signed", "s | summarize Count = count() by bin(timestamp, 1m)"));
}

#[test]
fn a_time_that_was_guessed_is_told() {
    let json = "{\"n\":1,\"eventTime\":\"2026-01-01T00:00:00Z\"}\n";
    expect![[r#"
        {"timestamp":"2026-01-01T00:00:00Z"}
        note: `eventTime` is taken for the events' time; `?timestamp=eventTime` says so for good
    "#]]
    .assert_eq(&shown("a.jsonl", json, "", "s | project timestamp"));
}

#[test]
fn zones_and_formats_are_said_in_the_address() {
    let text = "03/04/2026 10:00:00 a\n04/04/2026 10:00:00 b\n";
    let address = "?timezone=Europe/Berlin&time_format=%d/%m/%Y %H:%M:%S";
    expect![[r#"
        {"timestamp":"2026-04-03T08:00:00Z"}
        {"timestamp":"2026-04-04T08:00:00Z"}
    "#]]
    .assert_eq(&shown("a.log", text, address, "s | project timestamp"));
    let wrong = |params: &str| shown("a.log", text, params, "s | count");
    expect![[r#"
        error: source `s`: `timezone` is `Berlin`, expected a time zone such as Europe/Berlin or UTC
    "#]]
    .assert_eq(&wrong("?timezone=Berlin"));
    expect![[r#"
        error: source `s`: `time_format` is `%d/%q`: `%q` reads nothing; there are %Y, %y, %m, %b, %B, %d, %e, %j, %a, %A, %H, %I, %M, %S, %f, %p, %z, %Z, %s, %.f, %L, %k, %l, %F, %T, %R, %D, %Q and %%
    "#]]
    .assert_eq(&wrong("?time_format=%d/%q"));
}

#[test]
fn letters_that_say_no_zone_are_told() {
    let text = "2026-01-01 12:00:00 IST a\n2026-01-01 12:00:01 XST b\n";
    let pipeline = "s | extend t = todatetime(substring(body, 0, 23)) | project same = t == timestamp, t";
    expect![[r#"
        {"same":true,"t":"2026-01-01T06:30:00Z"}
        {"same":true,"t":"2026-01-01T12:00:01Z"}
        note: the zone `IST` is read as that of India, +05:30; Israel and Ireland use the same letters; `?timezone=Europe/Berlin` names the zone that they are from
        note: no time zone is known by the letters `XST`: they are passed over, as if none stood there; `?timezone=Europe/Berlin` names the zone that they are from
        note: where texts become datetimes, the zone `IST` is read as that of India, +05:30; Israel and Ireland use the same letters
        note: where texts become datetimes, no time zone is known by the letters `XST`: they are passed over, as if none stood there
    "#]]
    .assert_eq(&shown("a.log", text, "", pipeline));
}

#[test]
fn texts_that_a_pattern_does_not_fit_are_told() {
    let text = "2026-01-01 12:00:00 took 5\n2026-01-01 12:00:01 took x\n2026-01-01 12:00:02 stopped\n";
    expect![[r#"
        {"ms":5}
        {"ms":null}
        {"ms":null}
        note: `parse`: 2 of 3 texts do not fit the pattern, so their fields are null, e.g. of `2026-01-01 12:00:01 took x`
    "#]]
    .assert_eq(&shown("a.log", text, "", "s | parse body with * \"took \" ms:long | project ms"));
    expect![[r#"
        {"ms":5}
    "#]]
    .assert_eq(&shown("a.log", text, "", "s | parse-where body with * \"took \" ms:long | project ms"));
}

#[test]
fn the_lateness_that_would_do_is_told() {
    let at = |hour: usize| {
        (0..60).map(move |second| format!("{{\"timestamp\":\"2026-01-01T{hour:02}:00:{second:02}Z\"}}\n"))
    };
    let json: String = at(1).chain(at(0)).collect();
    let pipeline = "s | summarize n = count() by bin(timestamp, 1m)";
    expect![[r#"
        {"timestamp":"2026-01-01T01:00:00Z","n":60}
        note: 60 of 120 events came up to 61m after newer ones and are in no window; a `lateness` of `s` of 61m takes them in: `?lateness=61m`
    "#]]
    .assert_eq(&shown("a.jsonl", &json, "", pipeline));
    expect![[r#"
        {"timestamp":"2026-01-01T00:00:00Z","n":60}
        {"timestamp":"2026-01-01T01:00:00Z","n":60}
    "#]]
    .assert_eq(&shown("a.jsonl", &json, "?lateness=61m", pipeline));
}

#[test]
fn half_a_character_and_no_number_cost_no_event() {
    let json = "{\"ts\":1767225600,\"m\":\"cut \\ud83d\",\"v\":1.5}\n{\"ts\":1767225601,\"v\":NaN}\n{\"ts\":1767225602,\"v\":-Infinity}\n";
    expect![[r#"
        {"m":"cut �","Column1":false,"Column2":false}
        {"m":null,"Column1":true,"Column2":false}
        {"m":null,"Column1":false,"Column2":true}
        note: one record has bytes that are no UTF-8, or half a character: `�` is in their place
    "#]]
    .assert_eq(&shown("a.jsonl", json, "", "s | project m, isnan(v), isinf(v)"));
}
