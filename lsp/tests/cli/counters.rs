//! Counters whose series nothing tells apart: what is told beside an answer that would be wrong.

use expect_test::expect;

use crate::binary::Folder;

/// The rows of a query, and the notes about counters.
fn shown(events: &str, pipeline: &str) -> String {
    let source = "s=file:a.jsonl";
    let ended = Folder::new(&[("a.jsonl", events.as_bytes())]).run(&["query", pipeline, "--source", source]);
    let told = ended.err.lines().filter(|line| line.contains("`total`")).map(|line| format!("{line}\n"));
    format!("{}{}", ended.out, told.collect::<String>())
}

/// Of two hosts, whose counters stand at 100 and at 5,000 and grow by 1 and by 10 a second.
fn two_hosts(seconds: i64) -> String {
    let event = |second: i64, host: &str, total: i64| {
        format!("{{\"timestamp\":\"2026-01-01T00:00:{second:02}Z\",\"host\":\"{host}\",\"total\":{total}}}\n")
    };
    (0..seconds)
        .flat_map(|second| [event(second, "a", 100 + second), event(second, "b", 5_000 + 10 * second)])
        .collect()
}

#[test]
fn mixed_series_are_told() {
    expect![[r#"
        {"increase_total":101800}
        note: `total` falls again and again, and each time it counts as begun anew at 0: if several series are mixed, name what tells them apart, as in `increase(total, host.name)`
    "#]].assert_eq(&shown(&two_hosts(20), "s | summarize increase(total)"));
    expect![[r#"
        {"counter_rate_total":9910.0}
        note: `total` falls again and again, and each time it counts as begun anew at 0: if several series are mixed, name what tells them apart, as in `counter_rate(total, host.name)`
    "#]].assert_eq(&shown(&two_hosts(2), "s | summarize counter_rate(total)"));
    expect![[r#"
        {"delta_total":5090}
        note: `total` has several values at one time: if several series are mixed, name what tells them apart, as in `delta(total, host.name)`
    "#]].assert_eq(&shown(&two_hosts(20), "s | summarize delta(total)"));
    expect![[r#"
        {"increase_total":209,"delta_total":209}
    "#]]
    .assert_eq(&shown(&two_hosts(20), "s | summarize increase(total, host), delta(total, host)"));
    expect![[r#"
        {"host":"a","increase_total":19}
        {"host":"b","increase_total":190}
    "#]]
    .assert_eq(&shown(&two_hosts(20), "s | summarize increase(total) by host"));
}

#[test]
fn a_series_that_begins_anew_is_one() {
    let totals = [100, 160, 220, 10, 70, 130, 190, 5, 65, 125, 185, 245];
    let events = totals
        .iter()
        .enumerate()
        .map(|(second, total)| format!("{{\"timestamp\":\"2026-01-01T00:00:{second:02}Z\",\"total\":{total}}}\n"));
    expect![[r#"
        {"increase_total":555}
    "#]]
    .assert_eq(&shown(&events.collect::<String>(), "s | summarize increase(total)"));
}
