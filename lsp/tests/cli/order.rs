//! The answer depends neither on the order of events nor on how many were looked at before it ran.

use expect_test::expect;

use crate::binary::Folder;

/// An event at this second with these members.
fn event(second: usize, members: &str) -> String {
    format!("{{\"timestamp\":\"2026-01-01T00:{:02}:{:02}Z\",{members}}}\n", second / 60 % 60, second % 60)
}

/// The rows, sorted, and what was told but the last line.
fn answer(lines: &str, pipeline: &str) -> String {
    let ended = Folder::new(&[("a.jsonl", lines.as_bytes())]).run(&["query", pipeline, "--source", "s=file:a.jsonl"]);
    let mut rows: Vec<&str> = ended.out.lines().collect();
    rows.sort_unstable();
    let told = ended.err.lines().filter(|line| !line.starts_with("read "));
    rows.into_iter().chain(told).map(|line| format!("{line}\n")).collect()
}

/// More events than are looked at beforehand, of each of these members one after the other.
fn many(members: &[&str]) -> Vec<String> {
    members.iter().flat_map(|members| std::iter::repeat_n(event(0, members), 1_500)).collect()
}

#[test]
fn a_number_is_the_same_however_it_is_written_and_whatever_comes_beside_it() {
    let mut lines = many(&["\"k\":1", "\"k\":1.0"]);
    lines.push(event(0, "\"k\":\"x\""));
    let forward = answer(&lines.concat(), "s | summarize n = count() by k");
    lines.reverse();
    let backward = answer(&lines.concat(), "s | summarize n = count() by k");
    expect![[r#"
        {"k":"x","n":1}
        {"k":1,"n":3000}
    "#]]
    .assert_eq(&forward);
    expect![[r#"
        {"k":"x","n":1}
        {"k":1,"n":3000}
    "#]]
    .assert_eq(&backward);
    // Digits that a real does not hold are kept, whatever is known of them beforehand.
    let mut lines = vec![event(0, "\"k\":9007199254740993")];
    lines.extend(many(&["\"k\":0.5"]));
    lines.push(event(0, "\"k\":\"x\""));
    expect![[r#"
        {"k":9007199254740993}
    "#]]
    .assert_eq(&answer(&lines.concat(), "s | where k == 9007199254740993 | project k"));
}

#[test]
fn patterns_and_stars_take_what_comes_later() {
    let mut lines = many(&["\"n\":1"]);
    lines.push(event(1, "\"err\":\"boom\",\"n\":2"));
    let lines = lines.concat();
    expect![[r#"
        {"timestamp":"2026-01-01T00:00:01Z","err":"boom"}
    "#]]
    .assert_eq(&answer(&lines, "s | project-keep e*, timestamp | tail 1"));
    expect![[r#"
        {"Count":1}
    "#]]
    .assert_eq(&answer(&lines, "s | project-keep e* | where err == \"boom\" | count"));
    expect![[r#"
        {"n":2,"timestamp":"2026-01-01T00:00:01Z","err":"boom"}
    "#]]
    .assert_eq(&answer(&lines, "s | project n, * | tail 1"));
    expect![[r#"
        error[unknown-name]: nothing is named `nowhere` here
         --> query:1:29
          |
        1 | s | project-keep e* | where nowhere == 1
          |                             ^^^^^^^

    "#]]
    .assert_eq(&answer(&lines, "s | project-keep e* | where nowhere == 1"));
    expect![[r#"
        error[type-mismatch]: a field's name is needed here, found an expression
         --> query:1:17
          |
        1 | s | project x = n + 1, *
          |                 ^^^^^
          |
          = help: e.g. `extend x = …, and behind it project x, *`; make the field first with `extend`

    "#]]
    .assert_eq(&answer(&lines, "s | project x = n + 1, *"));
}

#[test]
fn an_object_is_there_by_its_name_as_well() {
    let lines: String =
        (0..3_000).map(|second| event(second, "\"bag\": {\"b\": 1, \"c\": {\"d\": [2, \"x y\"]}}")).collect();
    expect![[r#"
        {"bag":{"b":1,"c":{"d":[2,"x y"]}}}
    "#]]
    .assert_eq(&answer(&lines, "s | distinct bag"));
    expect![[r#"
        {"Count":3000}
    "#]]
    .assert_eq(&answer(&lines, "s | where bag[\"b\"] == 1 and bag[\"c\"][\"d\"][0] == 2 | count"));
    expect![[r#"
        {"sum_b":3000}
    "#]]
    .assert_eq(&answer(&lines, "s | evaluate bag_unpack(bag) : (b: long) | summarize sum(b)"));
    expect![[r#"
        {"timestamp":"2026-01-01T00:49:59Z","bag.b":1,"bag.c.d":[2,"x y"],"bag.c":{"d":[2,"x y"]},"x":"{\"d\":[2,\"x y\"]}"}
    "#]].assert_eq(&answer(&lines, "s | tail 1 | extend x = tostring(bag.c)"));
}

#[test]
fn what_is_no_number_where_one_is_needed_is_told() {
    let lines = event(0, "\"ms\":10") + &event(1, "\"ms\":\"9000ms\"") + &event(2, "\"ms\":\"\"");
    for pipeline in ["s | summarize avg(ms), max(ms)", "s | where ms > 5 | count", "s | summarize sum(toreal(ms))"] {
        let told = answer(&lines, pipeline);
        assert!(told.contains("`ms` has values that are no real, e.g. `9000ms`"), "{pipeline}: {told}");
    }
    assert_eq!(answer(&lines, "s | where isnotnull(ms) | count"), "{\"Count\":3}\n");
}

#[test]
fn lists_that_are_full_are_told() {
    let lines: String = (0..1_500).map(|second| event(second, &format!("\"id\":{second}"))).collect();
    expect![[r#"
        {"Column1":1000}
        note: `make_set` has left out values: it keeps 1,000 unless another limit is written, as in `make_set(…, 10000)`
    "#]]
    .assert_eq(&answer(&lines, "s | summarize a = make_set(id) | project array_length(a)"));
    expect![[r#"
        {"Column1":5}
    "#]]
    .assert_eq(&answer(&lines, "s | summarize a = make_set(id, 5) | project array_length(a)"));
}

#[test]
fn what_was_measured_before_a_type_was_widened_is_not_forgotten() {
    let mut lines = vec![event(0, "\"v\":-5")];
    lines.extend(many(&["\"v\":1", "\"v\":1"]));
    lines.push(event(1, "\"v\":99.5"));
    let folder = Folder::new(&[("a.jsonl", lines.concat().as_bytes())]);
    let about = folder.run(&["sources", "s", "--source", "s=file:a.jsonl"]).clean();
    let line = about.lines().find(|line| line.trim_start().starts_with("v ")).unwrap_or_default().to_owned();
    expect!["v          real       100 %         3  1 100 % · -5 0 % · 99.5 0 %"].assert_eq(&line);
}

#[test]
fn a_type_that_was_seen_refuses_nothing() {
    let mut lines = many(&["\"v\":1"]);
    lines.push(event(1, "\"v\":\"text\""));
    expect![[r#"
        {"Count":1}
        warning: `v` is a long, and a string is not; `v` was long in what was seen so far, and nobody declared it: it is read as any value
    "#]].assert_eq(&answer(&lines.concat(), "s | where v == \"text\" | count"));
    lines.reverse();
    expect![[r#"
        {"Count":1}
    "#]]
    .assert_eq(&answer(&lines.concat(), "s | where v == \"text\" | count"));
    let mut lines = many(&["\"k\":\"n/a\""]);
    lines.push(event(1, "\"k\":7"));
    expect![[r#"
        {"Count":1}
        warning: `k` is a string, and `5` is not; `k` was string in what was seen so far, and nobody declared it: it is read as any value
        note: `k` has values that are no real, e.g. `n/a`: they are null where one is needed
    "#]].assert_eq(&answer(&lines.concat(), "s | where k > 5 | count"));
    expect![[r#"
        {"max_k":7,"sum_":14.0}
        warning: a string and a long do not go together with `*`; `k` was string in what was seen so far, and nobody declared it: it is read as any value
        note: `k` has values that are no real, e.g. `n/a`: they are null where one is needed
    "#]].assert_eq(&answer(&lines.concat(), "s | summarize max(k), sum(k * 2)"));
    // A declared type is a promise.
    let toml = "[sources.s]\nuri = \"file:a.jsonl\"\n[sources.s.fields.k]\ntype = \"string\"\n";
    let folder = Folder::new(&[("a.jsonl", lines.concat().as_bytes()), ("headwater.toml", toml.as_bytes())]);
    let refused = folder.run(&["query", "s | where k > 5 | count", "--config", "headwater.toml"]);
    assert_eq!((refused.code, refused.err.contains("type-mismatch")), (2, true), "{}", refused.err);
}
