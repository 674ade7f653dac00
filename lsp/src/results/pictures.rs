//! Each sink as it is drawn, from fixed rows, at widths from narrow to wide; and from rows that are odd.

use expect_test::{Expect, expect};
use jiff::tz::TimeZone;
use runner::event::{Event, EventKind, StageSpan, Started};
use syntax::pipeline::{Render, RenderKind};
use syntax::{Field, Type, Value};

use super::testing::{batch, render};
use super::{BlockResult, Place, RangeView, Room, Viewpoint, columns};

const SECOND: i64 = 1_000_000_000;
const MILLI: i64 = 1_000_000;
/// 2026-03-01T12:00:00Z.
const NOW: i64 = 1_772_366_400 * SECOND;

/// What is drawn over what, as the analysis says it.
fn over(kind: RenderKind, x: &str, y: &[&str], weight: &str) -> Render {
    let some = |name: &str| (!name.is_empty()).then(|| name.into());
    let y = y.iter().map(|name| (*name).into()).collect();
    Render { x: some(x), y, weight: some(weight), ..render(kind) }
}

fn result(render: Render, stages: &[&str], fields: &[(&str, Type)], events: Vec<EventKind>) -> BlockResult {
    let mut result = BlockResult::new("b");
    let stage = |word: &&str| StageSpan { word: (*word).to_owned(), start: 0, end: 1 };
    let started = Started {
        source: "spans".to_owned(),
        source_uri: "demo:shop".to_owned(),
        heading: None,
        stages: stages.iter().map(stage).collect(),
        fields: fields.iter().map(|(name, ty)| Field::new(*name, *ty)).collect(),
        render,
        windows: None,
    };
    for kind in std::iter::once(EventKind::Started(started)).chain(events) {
        result.fold(Event { flow: "flow-1".to_owned(), block: "b".to_owned(), kind }, NOW);
    }
    result
}

fn check(result: &BlockResult, width: usize, height: usize, expect: Expect) {
    let viewpoint = Viewpoint { now: NOW, zone: TimeZone::UTC };
    let lines = result.picture(Room { width, height }, &viewpoint);
    assert!(lines.len() <= height, "{} lines in {height}", lines.len());
    for line in &lines {
        assert!(columns(line) <= width, "{line}");
        assert!(!line.chars().any(syntax::visible::is_hidden), "{line:?}");
    }
    expect.assert_eq(&lines.iter().map(|line| format!("|{line}\n")).collect::<String>());
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

/// Requests that take longer in the second half, a few of them very long.
fn requests(count: i64) -> Vec<(i64, i64)> {
    let request = |index: i64| {
        let spread = (index * 7_919 % 100) + (index * 104_729 % 37);
        let slow = if index > count / 2 { 8 } else { 1 };
        let tail = if index % 97 == 0 { 40 } else { 1 };
        (NOW + index * 120 * MILLI, (3 + spread) * slow * tail * MILLI / 4)
    };
    (0..count).map(request).collect()
}

fn raw(kind: RenderKind) -> BlockResult {
    let fields = [("timestamp", Type::Datetime), ("name", Type::String), ("duration", Type::Timespan)];
    let row = |(at, took): (i64, i64)| vec![Value::Datetime(at), text("GET"), Value::Timespan(took)];
    let rows: Vec<_> = requests(1_000).into_iter().map(row).collect();
    let render = match kind {
        RenderKind::Heatmap => over(kind, "timestamp", &["duration"], ""),
        _ => over(kind, "duration", &[], ""),
    };
    // More than are kept as rows, in many batches.
    result(render, &["where"], &fields, rows.chunks(50).map(|rows| EventKind::Final(batch(&fields, rows))).collect())
}

#[test]
fn a_heatmap_of_events() {
    check(
        &raw(RenderKind::Heatmap),
        72,
        12,
        expect![[r#"
        |duration · events  ░ 1  ▒ 3  ▓ 5  █ 11  · 2 s a column
        |   3 s                                   ░           ░     ░
        |   1 s            ░                            ░                 ░
        |300 ms      ░           ░     ░
        |100 ms                              ░███▓██▓█▓███████▓███████▓█████
        | 30 ms ░░░ ░░░░░░░ ░░░░ ░░░░ ░░░░░░░ ▓▓▒▓▒▒▓▒▓▒▒▓▓▓▒▒▓▒▒▓▒▓▒▒▓▒▒▒▒▓
        | 10 ms █████████████████▓████████▓███      ░ ░ ░    ░░ ░  ░ ░░ ░
        |  3 ms ▒░░▒▒▒▒░▒▒▒▒▒▒▒░▒▒▒▒░▒▒░▓░▒▒░▒░
        |  1 ms   ░ ░    ░        ░ ░ ░
        |       12:00:00                                            12:01:58
    "#]],
    );
    check(
        &raw(RenderKind::Heatmap),
        40,
        8,
        expect![[r#"
        |duration · events  ░ 1  ▒ 3  ▓ 8  █ 22 …
        |   1 s     ░        ░  ░ ░ ░  ░
        |100 ms   ░   ░  ░ ░████████████
        | 10 ms ████████████▓▓▓▓▓▓▓▓▓▓▓▓
        |  1 ms ▒▓▓▓▓▓▒▓▓▓▓▒░
        |       12:00:00        12:01:55
    "#]],
    );
    check(
        &raw(RenderKind::Heatmap),
        120,
        18,
        expect![[r#"
        |duration · events  ░ 1  ▒ 2  ▓ 4  █ 8  · 2 s a column
        |   5 s                                   ░           ░     ░
        |   2 s                                         ░                 ░
        |   1 s            ░
        |500 ms      ░                 ░
        |200 ms                  ░           ░▓▓▒▓▒▓▓▒▓▓▒▓░▓▓▒▓▒▓▓▒▒▒▒▓▒▓▓▒▓
        |100 ms                               ▓▓█▓██▓█▓██▓█▓██▓██▓████▓████▓
        | 50 ms                               ▓▓▒▓▒▓▓▒▓▒▒▓▒▓▒▒▓▒▒▓▒▓▒▒▓▒▒▒▒▓
        | 20 ms ▓█▓▓▓▓▓▓▓▓█▓▓▓▓▓▓▓▓█▓█▓▓▓▓▓▓█▓ ▒  ▒ ▒ ░░░ ▒ ▒░ ▒ ░ ░▒░░░░▒░
        | 10 ms ▓▓▓█▓▓▓█▓▓▓▓▓▓▓█▓▓▓▓█▓▓▓▓█▓▓▓▓      ░         ░ ░     ░
        |  5 ms ▒▒▒▒▒▒▒▒░▒▒▒▒▒▒▒▒▒▒▒░▒▓▒▒▒▒▒░▒░
        |  2 ms ░  ░░ ▒ ▒░ ▒ ░  ▒ ░ ░ ░ ▒ ░░ ░
        |  1 ms   ░               ░
        |       12:00:00                                            12:01:58
    "#]],
    );
}

#[test]
fn a_heatmap_of_counts_in_windows() {
    let fields = [("timestamp", Type::Datetime), ("duration", Type::Timespan), ("count_", Type::Long)];
    let row = |window: i64, bin: i64| {
        let count = if bin == window / 3 { 900 } else { 40 / (1 + (bin - window / 3).abs()) };
        let at = Value::Datetime(NOW + window * 10 * SECOND);
        vec![at, Value::Timespan(bin * 50 * MILLI), Value::Long(count)]
    };
    let rows = |window| (0..12).map(move |bin| row(window, bin)).collect::<Vec<_>>();
    let mut events: Vec<EventKind> = (0..18).map(|window| EventKind::Final(batch(&fields, &rows(window)))).collect();
    events.push(EventKind::Provisional(batch(&fields, &rows(18))));
    let render = over(RenderKind::Heatmap, "timestamp", &["duration"], "count_");
    let result = result(render, &["summarize"], &fields, events);
    check(
        &result,
        72,
        14,
        expect![[r#"
        |duration · count_  ░ 4  ▒ 16  ▓ 79  █ 399  · 10 s a column
        |550 ms ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░┊░░░
        |500 ms ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░┊░░░
        |450 ms ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░┊░░░
        |400 ms ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░┊░░░
        |350 ms ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░┊▒▒▒
        |300 ms ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░▒▒▒▒▒▒▒▒▒┊███
        |250 ms ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░▒▒▒▒▒▒▒▒▒█████████┊▒▒▒
        |200 ms ░░░░░░░░░░░░░░░░░░░░░░░░░░░▒▒▒▒▒▒▒▒▒█████████▒▒▒▒▒▒▒▒▒┊░░░
        |150 ms ░░░░░░░░░░░░░░░░░░▒▒▒▒▒▒▒▒▒█████████▒▒▒▒▒▒▒▒▒░░░░░░░░░┊░░░
        |100 ms ░░░░░░░░░▒▒▒▒▒▒▒▒▒█████████▒▒▒▒▒▒▒▒▒░░░░░░░░░░░░░░░░░░┊░░░
        | 50 ms ▒▒▒▒▒▒▒▒▒█████████▒▒▒▒▒▒▒▒▒░░░░░░░░░░░░░░░░░░░░░░░░░░░┊░░░
        |   0 s █████████▒▒▒▒▒▒▒▒▒░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░┊░░░
        |       12:00:00                                          12:03:00
    "#]],
    );
    check(
        &result,
        40,
        8,
        expect![[r#"
        |duration · count_  ░ 6  ▒ 26  ▓ 107  █ …
        |500 ms ░░░░░░░░░░░░░░░░░░┊░
        |400 ms ░░░░░░░░░░░░░░░░░░┊░
        |300 ms ░░░░░░░░░░░░░░░▒▒▒┊█
        |200 ms ░░░░░░░░░▒▒▒██████┊▒
        |100 ms ░░░▒▒▒██████▒▒▒░░░┊░
        |   0 s ██████▒▒▒░░░░░░░░░┊░
        |       12:00:00    12:03:00
    "#]],
    );
}

#[test]
fn a_heatmap_of_names() {
    let fields = [("cloud.region", Type::String), ("timestamp", Type::Datetime), ("p99", Type::Timespan)];
    let row = |window: i64, region: i64| {
        let slow = if region == 3 && (6..11).contains(&window) { 9 } else { 1 };
        let at = Value::Datetime(NOW + window * 10 * SECOND);
        vec![text(&format!("region-{region}\u{202e}")), at, Value::Timespan((100 + region * 7) * slow * MILLI)]
    };
    let rows: Vec<_> = (0..16).flat_map(|window| (0..9).map(move |region| row(window, region))).collect();
    let render = over(RenderKind::Heatmap, "timestamp", &["cloud.region"], "p99");
    let result = result(render, &["summarize"], &fields, vec![EventKind::Final(batch(&fields, &rows))]);
    check(
        &result,
        72,
        8,
        expect![[r#"
        |cloud.region · p99 · 4 others  ░ 121 ms  ▒ 227 ms  ▓ 425 ms  █ 796 ms  …
        |region-3\u{202e} ░░░░░░░░░░░░██████████░░░░░░░░░░
        |region-8\u{202e} ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |region-7\u{202e} ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |region-6\u{202e} ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |region-5\u{202e} ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |          others ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |                 12:00:00                12:02:30
    "#]],
    );
    check(
        &result,
        72,
        14,
        expect![[r#"
        |cloud.region · p99  ░ 100 ms  ▒ 198 ms  ▓ 391 ms  █ 774 ms  · 10 s a co…
        |region-3\u{202e} ░░░░░░░░░░░░██████████░░░░░░░░░░
        |region-8\u{202e} ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |region-7\u{202e} ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |region-6\u{202e} ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |region-5\u{202e} ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |region-4\u{202e} ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |region-2\u{202e} ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |region-1\u{202e} ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |region-0\u{202e} ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |                 12:00:00                12:02:30
    "#]],
    );
}

#[test]
fn a_histogram_of_events() {
    check(
        &raw(RenderKind::Histogram),
        72,
        14,
        expect![[r#"
        |duration · 1,000 · log · p50 32 ms · p95 228 ms · p99 270 ms · max 8.08…
        |    1 ms – 2 ms   2   0.2 % ▍
        |    2 ms – 5 ms  21   2.1 % ███▋
        |   5 ms – 10 ms  75   7.5 % █████████████▏
        |  10 ms – 20 ms 197  19.7 % ██████████████████████████████████▌
        |  20 ms – 50 ms 232  23.2 % ████████████████████████████████████████▋
        | 50 ms – 100 ms 109  10.9 % ███████████████████▏
        |100 ms – 200 ms 251  25.1 % ████████████████████████████████████████████
        |200 ms – 500 ms 105  10.5 % ██████████████████▍
        |   500 ms – 1 s   2   0.2 % ▍
        |      1 s – 2 s   1   0.1 % ▏
        |      2 s – 5 s   2   0.2 % ▍
        |     5 s – 10 s   3   0.3 % ▌
    "#]],
    );
    check(
        &raw(RenderKind::Histogram),
        40,
        8,
        expect![[r#"
        |duration · 1,000 · log · p50 32 ms · p9…
        |  1 ms – 10 ms  98 ███▉
        |10 ms – 100 ms 538 █████████████████████
        |  100 ms – 1 s 358 ██████████████
        |    1 s – 10 s   6 ▎
    "#]],
    );
}

#[test]
fn a_histogram_of_counts() {
    let fields = [("timestamp", Type::Datetime), ("duration", Type::Timespan), ("count_", Type::Long)];
    let row = |window: i64, bin: i64| {
        let at = Value::Datetime(NOW + window * 10 * SECOND);
        vec![at, Value::Timespan(bin * 50 * MILLI), Value::Long(400 / (1 + (bin - 3).abs()))]
    };
    let rows = |window| (0..9).map(move |bin| row(window, bin)).collect::<Vec<_>>();
    let events = vec![
        EventKind::Final(batch(&fields, &rows(0))),
        EventKind::Final(batch(&fields, &rows(1))),
        EventKind::Provisional(batch(&fields, &rows(2))),
    ];
    let render = over(RenderKind::Histogram, "duration", &[], "count_");
    check(
        &result(render, &["summarize"], &fields, events),
        72,
        12,
        expect![[r#"
        |duration · 4,236 count_
        |    0 s – 50 ms   300   7.1 % ███████░░░░
        | 50 ms – 100 ms   399   9.4 % █████████▎░░░░
        |100 ms – 150 ms   600  14.2 % ██████████████░░░░░░░
        |150 ms – 200 ms 1,200  28.3 % ████████████████████████████░░░░░░░░░░░░░░
        |200 ms – 250 ms   600  14.2 % ██████████████░░░░░░░
        |250 ms – 300 ms   399   9.4 % █████████▎░░░░
        |300 ms – 350 ms   300   7.1 % ███████░░░░
        |350 ms – 400 ms   240   5.7 % █████▋░░░
        |400 ms – 450 ms   198   4.7 % ████▋░░
    "#]],
    );
}

#[test]
fn what_an_editor_gets_of_it() {
    let viewpoint = Viewpoint { now: NOW, zone: TimeZone::UTC };
    let place = Place {
        uri: String::new(),
        range: RangeView::default(),
        stale: false,
        gone: false,
        title: None,
        source: String::new(),
        live: false,
        rows: 100,
        columns: 100,
        line: &|_| Some(3),
    };
    for (kind, word) in [(RenderKind::Heatmap, "heatmap"), (RenderKind::Histogram, "histogram")] {
        let view = raw(kind).view(&place, &viewpoint);
        // Lines over time would be drawn of a series.
        assert!(view.series.is_none());
        assert!(view.view.len() > 5 && view.table.is_some());
        assert_eq!(serde_json::to_value(view.shape).expect("it is a word"), word);
    }
    let beside: Vec<String> =
        raw(RenderKind::Histogram).stage_lines(&viewpoint).into_iter().map(|line| line.text).collect();
    expect!["→ p50 32 ms · p99 270 ms"].assert_eq(&beside.join("\n"));
}

#[test]
fn whole_numbers_stand_alone() {
    let fields = [("retries", Type::Long)];
    let row = |index: i64| vec![Value::Long(index * index % 7)];
    let rows: Vec<_> = (0..200).map(row).collect();
    let render = over(RenderKind::Histogram, "retries", &[], "");
    check(
        &result(render, &[], &fields, vec![EventKind::Final(batch(&fields, &rows))]),
        60,
        12,
        expect![[r#"
        |retries · 200 · p50 2 · p95 4 · p99 4 · max 4
        |0 29  14.5 % ███████████████████████▉
        |1 57  28.5 % ███████████████████████████████████████████████
        |2 57  28.5 % ███████████████████████████████████████████████
        |3  0   0.0 %
        |4 57  28.5 % ███████████████████████████████████████████████
    "#]],
    );
}

fn shares(kind: RenderKind, rows: &[(&str, i64)]) -> BlockResult {
    let fields = [("cloud.region", Type::String), ("count_", Type::Long)];
    let rows: Vec<_> = rows.iter().map(|(name, count)| vec![text(name), Value::Long(*count)]).collect();
    let render = over(kind, "cloud.region", &["count_"], "");
    result(render, &["summarize"], &fields, vec![EventKind::Provisional(batch(&fields, &rows))])
}

#[test]
fn a_pie_is_a_bar_of_shares() {
    let some = [("us-east-1", 1_204), ("eu-west-1", 4_100), ("ap-south-1", 3), ("\x1b[2J", 350), ("sa-east-1", -4)];
    check(
        &shares(RenderKind::Piechart, &some),
        72,
        12,
        expect![[r#"
        |████████████████████████████████████████████████████▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▒▒▒▒
        |█ eu-west-1    72.5 %  4,100
        |▓ us-east-1    21.3 %  1,204
        |▒ \u{1b}[2J     6.2 %    350
        |░ ap-south-1    0.1 %      3
        |1 below zero, which have no share, are left out
    "#]],
    );
    check(
        &shares(RenderKind::Piechart, &some),
        40,
        5,
        expect![[r#"
        |█████████████████████████████▓▓▓▓▓▓▓▓▓▒▒
        |█ eu-west-1   72.5 %  4,100
        |▓ us-east-1   21.3 %  1,204
        |▒ 2 others     6.2 %    353
        |1 below zero, which have no share, are …
    "#]],
    );
    let names: Vec<String> = (0..40).map(|index| format!("customer-{index}")).collect();
    let many: Vec<(&str, i64)> = names.iter().zip(1..).map(|(name, count)| (name.as_str(), count * count)).collect();
    check(
        &shares(RenderKind::Piechart, &many),
        72,
        12,
        expect![[r#"
        |█████▓▓▓▓▓▒▒▒▒▒░░░░█████▓▓▓▒▒▒▒░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
        |█ customer-39    7.2 %   1,600
        |▓ customer-38    6.9 %   1,521
        |▒ customer-37    6.5 %   1,444
        |░ customer-36    6.2 %   1,369
        |█ customer-35    5.9 %   1,296
        |▓ customer-34    5.5 %   1,225
        |▒ customer-33    5.2 %   1,156
        |░ 33 others     56.6 %  12,529
    "#]],
    );
    check(
        &shares(RenderKind::Piechart, &[("only", 7)]),
        40,
        4,
        expect![[r#"
        |████████████████████████████████████████
        |█ only  100.0 %  7
    "#]],
    );
    // Nothing has no shares: then it is a table.
    check(
        &shares(RenderKind::Piechart, &[("none", 0), ("less", -1)]),
        40,
        4,
        expect![[r#"
        |cloud.region  count_
        |none               0
        |less              -1
    "#]],
    );
}

#[test]
fn a_pie_of_windows_is_of_the_newest() {
    let fields = [("timestamp", Type::Datetime), ("tier", Type::String), ("n", Type::Long)];
    let row =
        |window: i64, tier: &str, n: i64| vec![Value::Datetime(NOW + window * 10 * SECOND), text(tier), Value::Long(n)];
    let events = vec![
        EventKind::Final(batch(&fields, &[row(0, "gold", 1_000), row(0, "free", 1)])),
        EventKind::Provisional(batch(&fields, &[row(1, "gold", 10), row(1, "free", 30)])),
    ];
    let render = over(RenderKind::Piechart, "tier", &["n"], "");
    check(
        &result(render, &["summarize"], &fields, events),
        40,
        6,
        expect![[r#"
        |██████████████████████████████▓▓▓▓▓▓▓▓▓▓
        |█ free   75.0 %  30
        |▓ gold   25.0 %  10
    "#]],
    );
}

#[test]
fn columns_stand_while_there_is_room() {
    let some = [("200", 4_100), ("404", 1_204), ("500", 350), ("503", 0)];
    check(
        &shares(RenderKind::Columnchart, &some),
        60,
        9,
        expect![[r#"
        |4,100
        |█████
        |█████
        |█████
        |█████
        |█████ 1,204
        |█████ █████  350
        |█████ █████ ▅▅▅▅▅   0
        | 200   404   500   503
    "#]],
    );
    // Too narrow, or below zero: the bars lie.
    check(
        &shares(RenderKind::Columnchart, &some),
        16,
        9,
        expect![[r#"
        |4,100
        |█████
        |█████
        |█████
        |█████ 1,204
        |█████ ▆▆▆▆▆
        |█████ █████
        | 200   404
        |… 2 more
    "#]],
    );
    check(
        &shares(RenderKind::Columnchart, &[("up", 5), ("down", -3)]),
        40,
        9,
        expect![[r#"
        |up    5 ████████████████████████████████
        |down -3
    "#]],
    );
}

#[test]
fn a_log_has_its_severity_in_front() {
    let fields = [
        ("timestamp", Type::Datetime),
        ("service.name", Type::String),
        ("severity", Type::String),
        ("body", Type::String),
        ("took", Type::Timespan),
    ];
    let row = |index: i64, severity: &str, body: &str| {
        let at = Value::Datetime(NOW + index * 1_370 * MILLI);
        vec![at, text("checkout"), text(severity), text(body), Value::Timespan(index * 12 * MILLI)]
    };
    let rows = [
        row(0, "INFO", "order 1 placed"),
        row(1, "WARN", "payment is slow, and this is a text that goes on and on and on"),
        row(2, "ERROR", "refused \x1b[31mby\nthe provider"),
        vec![
            Value::Datetime(NOW),
            Value::Null(Type::String),
            Value::Null(Type::String),
            Value::Null(Type::String),
            Value::Null(Type::Timespan),
        ],
    ];
    let result = result(render(RenderKind::Log), &["where"], &fields, vec![EventKind::Final(batch(&fields, &rows))]);
    check(
        &result,
        90,
        6,
        expect![[r#"
        |12:00:00 INFO  order 1 placed  service.name=checkout  took=0 s
        |12:00:01.370 WARN  payment is slow, and this is a text that goes on and on and on  servic…
        |12:00:02.740 ERROR refused \u{1b}[31mby\nthe provider  service.name=checkout  took=24 ms
        |12:00:00       –
    "#]],
    );
    check(
        &result,
        40,
        3,
        expect![[r#"
        |12:00:01.370 WARN  payment is slow, and…
        |12:00:02.740 ERROR refused \u{1b}[31mby…
        |12:00:00       –
    "#]],
    );
}

#[test]
fn odd_values_are_drawn_or_said() {
    let fields = [("timestamp", Type::Datetime), ("v", Type::Real)];
    let of = |kind: RenderKind, values: &[f64]| {
        let row =
            |(index, value): (usize, &f64)| vec![Value::Datetime(NOW + index as i64 * SECOND), Value::Real(*value)];
        let rows: Vec<_> = values.iter().enumerate().map(row).collect();
        let render = match kind {
            RenderKind::Heatmap => over(kind, "timestamp", &["v"], ""),
            _ => over(kind, "v", &[], ""),
        };
        result(render, &["where"], &fields, vec![EventKind::Final(batch(&fields, &rows))])
    };
    let odd = [f64::NAN, f64::INFINITY, -3.5, 0.0, 1e300, 7.0, 7.0];
    check(
        &of(RenderKind::Histogram, &odd),
        60,
        8,
        expect![[r#"
        |v · 5 · 2 null or NaN · p50 7 · p95 1.000e300 · p99 1.000e3…
        |       -2.000e299 – 0 1  20.0 % █████████▍
        |        0 – 2.000e299 3  60.0 % ████████████████████████████
        |2.000e299 – 4.000e299 0   0.0 %
        |4.000e299 – 6.000e299 0   0.0 %
        |6.000e299 – 8.000e299 0   0.0 %
        |8.000e299 – 1.000e300 0   0.0 %
        |1.000e300 – 1.200e300 1  20.0 % █████████▍
    "#]],
    );
    check(
        &of(RenderKind::Heatmap, &odd),
        60,
        6,
        expect![[r#"
        |v · events · 2 null or NaN  █ 1  · 1 s a column
        | 1.000e300     ██
        | 5.000e299
        |         0   ██  ████
        |-5.000e299 ██
        |           12:00:02   12:00:06
    "#]],
    );
    check(
        &of(RenderKind::Histogram, &[42.0]),
        60,
        6,
        expect![[r#"
        |v · 1 · p50 42 · p95 42 · p99 42 · max 42
        |40 – 45 1 100.0 % ██████████████████████████████████████████
    "#]],
    );
    check(
        &of(RenderKind::Heatmap, &[42.0; 3]),
        60,
        6,
        expect![[r#"
        |v · events  █ 1  · 1 s a column
        |40 ██████
        |   12:00:00   12:00:02
    "#]],
    );
    check(
        &of(RenderKind::Histogram, &[-5.0; 4]),
        60,
        6,
        expect![[r#"
        |v · 4 · p50 -5 · p95 -5 · p99 -5 · max -5
        |-5 – -4.5 4 100.0 % ████████████████████████████████████████
    "#]],
    );
    // Nothing that can be drawn: a table says what there is. Nothing at all: nothing.
    check(
        &of(RenderKind::Histogram, &[f64::NAN, f64::NAN]),
        60,
        4,
        expect![[r#"
        |timestamp    v
        |12:00:00   NaN
        |12:00:01   NaN
    "#]],
    );
    check(&of(RenderKind::Heatmap, &[]), 60, 6, expect![]);
}

#[test]
fn no_room_is_too_small() {
    let some = [("a", 3), ("b", 1)];
    let results = [
        raw(RenderKind::Heatmap),
        raw(RenderKind::Histogram),
        shares(RenderKind::Piechart, &some),
        shares(RenderKind::Columnchart, &some),
        shares(RenderKind::Log, &some),
    ];
    let viewpoint = Viewpoint { now: NOW, zone: TimeZone::UTC };
    for result in &results {
        for width in (0..30).chain([79, 300]) {
            for height in [0, 1, 2, 3, 5, 60] {
                let drawing = result.drawing();
                let lines = result.painted(&drawing, Room { width, height }, &viewpoint);
                assert!(lines.len() <= height.max(2), "{} lines in {width}×{height}", lines.len());
                lines.iter().for_each(|line| assert!(columns(&line.text()) <= width, "{:?} in {width}", line.text()));
            }
        }
    }
}
