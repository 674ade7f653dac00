//! Blocks as they run, folded from events, and what is shown of them.

use expect_test::{Expect, expect};
use jiff::tz::TimeZone;
use runner::event::{Dropped, Finished, StageSpan};
use syntax::pipeline::RenderKind;
use syntax::{Type, Value};

use super::testing::{self, batch};
use super::*;

const SECOND: i64 = 1_000_000_000;
/// 2026-03-01T12:00:00Z.
const NOW: i64 = 1_772_366_400 * SECOND;

fn viewpoint() -> Viewpoint {
    Viewpoint { now: NOW, zone: TimeZone::UTC }
}

struct Run(BlockResult);

impl Run {
    fn new(kind: RenderKind, stages: &[&str], fields: &[(&str, Type)]) -> Run {
        let started = Started {
            source: "spans".to_owned(),
            source_uri: "demo:shop".to_owned(),
            heading: None,
            stages: (10..).step_by(10).zip(stages).map(|(start, word)| span(word, start)).collect(),
            fields: fields.iter().map(|(name, ty)| Field::new(*name, *ty)).collect(),
            render: testing::render(kind),
            windows: None,
        };
        let mut run = Run(BlockResult::new("b"));
        run.fold(0, EventKind::Started(started));
        run
    }

    fn fold(&mut self, seconds: i64, kind: EventKind) {
        let event = Event { flow: "flow-1".to_owned(), block: "b".to_owned(), kind };
        self.0.fold(event, NOW + seconds * SECOND);
    }
}

fn span(word: &str, start: u32) -> StageSpan {
    StageSpan { word: word.to_owned(), start, end: start + 9 }
}

fn windowed() -> Run {
    let fields = [("cloud.region", Type::String), ("timestamp", Type::Datetime), ("p99", Type::Timespan)];
    let mut run = Run::new(RenderKind::Timechart, &["where", "summarize"], &fields);
    let row = |region: &str, second: i64, millis: i64| {
        vec![Value::String(region.into()), Value::Datetime(NOW + second * SECOND), Value::Timespan(millis * 1_000_000)]
    };
    for window in 0..8 {
        let rows = [row("eu-west-1", window * 5, 200 + window * window * 20), row("us-east-1", window * 5, 210)];
        run.fold(window * 5, EventKind::Final(batch(&fields, &rows)));
    }
    let rows = [row("eu-west-1", 40, 1_500), row("us-east-1", 40, 190)];
    run.fold(41, EventKind::Provisional(batch(&fields, &rows)));
    for (second, received) in [(40, 80_000), (41, 82_100)] {
        run.fold(
            second,
            EventKind::Progress(Progress {
                received,
                matched: received / 2,
                filtered: received / 2 - 20,
                late: 2,
                in_flight: 18,
                lost: Vec::new(),
                dropped: Vec::new(),
                stage_out: vec![received / 2, 16],
                watermark: Some(NOW + 41 * SECOND),
                lag: 412_000_000,
                rate: 2_100.4,
                next_close: Some(NOW + 45 * SECOND),
                state: 0,
                empty: None,
            }),
        );
    }
    run
}

fn check(run: &Run, expect: Expect) {
    let mut text = format!("{}\n", run.0.summary());
    for line in run.0.stage_lines(&viewpoint()) {
        let severity = line.severity.map(|severity| format!(" ({severity:?})")).unwrap_or_default();
        text.push_str(&format!("{}: {}{severity}\n", line.stage.word, line.text));
    }
    for line in run.0.picture(Room { width: 72, height: 12 }, &viewpoint()) {
        assert!(picture::columns(&line) <= 72, "{line}");
        text.push_str(&format!("|{line}\n"));
    }
    expect.assert_eq(&text);
}

#[test]
fn a_windowed_chart_of_several_lines() {
    check(
        &windowed(),
        expect![[r#"
            ● 2.1 k/s · 82,100 read · 41,068 matched · lag 400 ms · 2 late · closes in 4 s · simulated
            where: → 1.1 k/s
            summarize: → ▂▂▂▃▃▄▅▇█ 1.5 s eu-west-1
            |eu-west-1 ▂▂▂▃▃▄▅▇┊█  1.5 s  max 1.5 s
            |us-east-1 ▂▂▂▂▂▂▂▂┊▂ 190 ms  max 210 ms
            |          12:00:00   12:00:40
        "#]],
    );
}

#[test]
fn one_line_is_a_tall_chart() {
    let fields = [("timestamp", Type::Datetime), ("burn", Type::Real)];
    let mut run = Run::new(RenderKind::Timechart, &["summarize"], &fields);
    let row = |at: i64| vec![Value::Datetime(NOW + at * 10 * SECOND), Value::Real(((at % 7) as f64) * 1.5)];
    run.fold(0, EventKind::Final(batch(&fields, &(0..16).map(row).collect::<Vec<_>>())));
    run.fold(0, EventKind::Provisional(batch(&fields, &[row(16), row(17)])));
    check(
        &run,
        expect![[r#"
            ● nothing read yet · simulated
            summarize: → ▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅ 4.5
            |burn  4.5
            |   9 ┤                  ███                  ███
            |     ┤               ▅▅▅███               ▅▅▅███
            |6.75 ┤            ▃▃▃██████            ▃▃▃██████
            |     ┤            █████████            █████████
            | 4.5 ┤         ████████████         ████████████         ░░░
            |     ┤      ▅▅▅████████████      ▅▅▅████████████      ░░░░░░
            |2.25 ┤   ▃▃▃███████████████   ▃▃▃███████████████   ▃▃▃░░░░░░
            |     ┤▁▁▁██████████████████▁▁▁██████████████████▁▁▁███░░░░░░
            |      12:00:00                                      12:02:50
        "#]],
    );
}

#[test]
fn rows_of_a_stream_are_a_table_of_the_last_ones() {
    let fields = [("timestamp", Type::Datetime), ("body", Type::String), ("n", Type::Long)];
    let mut run = Run::new(RenderKind::Table, &["where", "project"], &fields);
    let long = "payment refused \x1b[31mby the provider\x1b[0m\nand then a text that goes on and on and on";
    for index in 0..30 {
        let body = if index % 2 == 0 { Value::String(long.into()) } else { Value::Null(Type::String) };
        let row = vec![Value::Datetime(NOW + index * 700_000_000), body, Value::Long(index * 1_000)];
        run.fold(index, EventKind::Final(batch(&fields, &[row])));
    }
    check(
        &run,
        expect![[r#"
            ● nothing read yet · simulated
            where: → 0
            project: → 12:00:20.300 · 29,000
            |timestamp     body                                                     n
            |12:00:13.300  –                                                   19,000
            |12:00:14      payment refused \u{1b}[31mby the provider\u{1b}[0…  20,000
            |12:00:14.700  –                                                   21,000
            |12:00:15.400  payment refused \u{1b}[31mby the provider\u{1b}[0…  22,000
            |12:00:16.100  –                                                   23,000
            |12:00:16.800  payment refused \u{1b}[31mby the provider\u{1b}[0…  24,000
            |12:00:17.500  –                                                   25,000
            |12:00:18.200  payment refused \u{1b}[31mby the provider\u{1b}[0…  26,000
            |12:00:18.900  –                                                   27,000
            |12:00:19.600  payment refused \u{1b}[31mby the provider\u{1b}[0…  28,000
            |12:00:20.300  –                                                   29,000
        "#]],
    );
}

#[test]
fn an_answer_is_shown_from_its_first_row_in_bars() {
    let fields = [("http.route", Type::String), ("failed", Type::Long)];
    let mut run = Run::new(RenderKind::Barchart, &["where", "summarize", "top"], &fields);
    let rows: Vec<_> = (0..20)
        .map(|index| vec![Value::String(format!("/route/{index}").into()), Value::Long(10_000 / (index + 1))])
        .collect();
    run.fold(1, EventKind::Provisional(batch(&fields, &rows)));
    check(
        &run,
        expect![[r#"
            ● nothing read yet · simulated
            where: → 0
            summarize: → 0
            top: → /route/0 · 10,000
            |/route/0  10,000 ███████████████████████████████████████████████████████
            |/route/1   5,000 ███████████████████████████▌
            |/route/2   3,333 ██████████████████▍
            |/route/3   2,500 █████████████▊
            |/route/4   2,000 ███████████
            |/route/5   1,666 █████████▏
            |/route/6   1,428 ███████▉
            |/route/7   1,250 ██████▉
            |/route/8   1,111 ██████▏
            |/route/9   1,000 █████▌
            |/route/10    909 █████
            |… 9 more
        "#]],
    );
}

#[test]
fn a_card_has_trends() {
    let fields = [("total", Type::Long), ("availability", Type::Real)];
    let mut run = Run::new(RenderKind::Card, &["summarize", "extend"], &fields);
    for index in 0..10 {
        let row = vec![Value::Long(1_000 * index), Value::Real(99.9 - index as f64 / 10.0)];
        run.fold(index, EventKind::Provisional(batch(&fields, &[row])));
    }
    check(
        &run,
        expect![[r#"
            ● nothing read yet · simulated
            summarize: → 0
            extend: → 9,000 · 99
            |total         9,000  ▁▂▃▃▄▅▆▆▇█
            |availability     99  █▇▆▆▅▄▃▃▂▁
        "#]],
    );
}

#[test]
fn a_stage_that_lets_nothing_through_says_so() {
    let mut run = Run::new(RenderKind::Table, &["where", "where", "tail"], &[("a", Type::Long)]);
    let progress = Progress { received: 12_345, filtered: 12_345, stage_out: vec![37, 0, 0], ..Progress::default() };
    run.fold(1, EventKind::Progress(progress));
    check(
        &run,
        expect![[r#"
            ● 0/s · 12,345 read · 0 matched · simulated
            where: → 37
            where: → 0 of 37 (Warning)
            tail: → 0
        "#]],
    );
}

#[test]
fn why_there_is_nothing_stands_at_its_stage() {
    use runner::event::{Empty, EmptyReason};
    let mut run = Run::new(RenderKind::Table, &["where", "where", "tail"], &[("a", Type::Long)]);
    let start = run.0.started().expect("it has started").stages[1].start;
    let empty = Empty {
        help: Some("did you mean `check\u{1b}out`?".to_owned()),
        range: Some((start + 1, start + 2)),
        ..Empty::new(EmptyReason::NoValue, "`a` was only `checkout`".to_owned())
    };
    let progress = Progress { received: 50, stage_out: vec![37, 0, 0], empty: Some(empty), ..Progress::default() };
    run.fold(1, EventKind::Progress(progress));
    check(
        &run,
        expect![[r#"
        ● 0/s · 50 read · 0 matched · simulated
        where: → 37
        where: → 0 of 37 · did you mean `check\u{1b}out`? (Warning)
        tail: → 0
    "#]],
    );
    expect![[r#"`a` was only `checkout`; did you mean `check\u{1b}out`?"#]]
        .assert_eq(&run.0.empty().unwrap_or_default());
}

#[test]
fn the_end_says_what_became_of_everything() {
    let mut run = windowed();
    let last = Progress {
        received: 90_000,
        matched: 44_000,
        filtered: 45_980,
        late: 2,
        dropped: vec![Dropped { reason: "no JSON".to_owned(), count: 18, sample: "{\"a\":\x1b[2J".to_owned() }],
        stage_out: vec![44_000, 18],
        ..Progress::default()
    };
    assert!(run.0.grid(100, &viewpoint()).provisional.contains(&true));
    let finished = Finished { outcome: Outcome::End, message: String::new(), range: None, last: last.clone() };
    run.fold(60, EventKind::Finished(finished));
    assert!(!run.0.grid(100, &viewpoint()).provisional.contains(&true));
    expect![[r#"
        ✓ 90,000 read · 44,000 matched · 2 late · 18 dropped · simulated
        18 dropped: no JSON, e.g. `{"a":\u{1b}[2J`"#]]
    .assert_eq(&format!("{}\n{}", run.0.summary(), run.0.dropped().join("\n")));

    let mut run = windowed();
    let message = "`summarize` holds more than 100,000 groups".to_owned();
    run.fold(60, EventKind::Finished(Finished { outcome: Outcome::Limit, message, range: None, last }));
    expect![
        "✗ `summarize` holds more than 100,000 groups · 90,000 read · 44,000 matched · 2 late · 18 dropped · simulated"
    ]
    .assert_eq(&run.0.summary());
}

#[test]
fn memory_is_bounded_and_what_is_gone_is_counted() {
    let fields = [("n", Type::Long)];
    let mut run = Run::new(RenderKind::Table, &["where"], &fields);
    for index in 0..5_000 {
        run.fold(index, EventKind::Final(batch(&fields, &[vec![Value::Long(index)], vec![Value::Long(-index)]])));
    }
    let wide = "x".repeat(1 << 20);
    let text = [("n", Type::String)];
    for _ in 0..40 {
        run.fold(1, EventKind::Final(batch(&text, &[vec![Value::String(wide.as_str().into())]])));
    }
    assert!(run.0.rows.len() < 40, "rows of a megabyte each: {}", run.0.rows.len());
    assert_eq!(run.0.rows.total, 10_040);
    for index in 0..100 {
        let notice = Notice { severity: Severity::Hint, message: format!("notice {index}"), range: None };
        run.fold(1, EventKind::Notice(notice));
    }
    assert_eq!(run.0.notices().count(), MAX_NOTICES);
}

#[test]
fn an_editor_gets_all_of_it_as_json() {
    let run = windowed();
    let place = Place {
        uri: "file:///r.md".to_owned(),
        range: RangeView { start: PositionView { line: 3, character: 0 }, end: PositionView { line: 8, character: 3 } },
        stale: true,
        gone: false,
        title: Some("Errors".to_owned()),
        source: "spans | count".to_owned(),
        live: true,
        rows: 100,
        columns: 100,
        line: &|offset| Some(offset / 10 + 3),
    };
    let mut view = run.0.view(&place, &viewpoint());
    view.view.truncate(1);
    let table = view.table.as_mut().expect("there are rows");
    table.rows.drain(2..);
    table.provisional.drain(..14);
    expect![[r#"
        {
          "uri": "file:///r.md",
          "block": "b",
          "title": "Errors",
          "source": "spans | count",
          "flow": "flow-1",
          "state": "running",
          "live": true,
          "stale": true,
          "summary": "● 2.1 k/s · 82,100 read · 41,068 matched · lag 400 ms · 2 late · closes in 4 s · simulated",
          "range": {
            "start": {
              "line": 3,
              "character": 0
            },
            "end": {
              "line": 8,
              "character": 3
            }
          },
          "lines": [
            {
              "line": 4,
              "text": "→ 1.1 k/s"
            },
            {
              "line": 5,
              "text": "→ ▂▂▂▃▃▄▅▇█ 1.5 s eu-west-1"
            }
          ],
          "shape": "chart",
          "view": [
            "eu-west-1 ▂▂▂▃▃▄▅▇┊█  1.5 s  max 1.5 s"
          ],
          "table": {
            "columns": [
              {
                "name": "cloud.region",
                "type": "string"
              },
              {
                "name": "timestamp",
                "type": "datetime"
              },
              {
                "name": "p99",
                "type": "timespan"
              }
            ],
            "rows": [
              [
                "eu-west-1",
                "12:00:00",
                "200 ms"
              ],
              [
                "us-east-1",
                "12:00:00",
                "210 ms"
              ]
            ],
            "provisional": [
              false,
              false,
              true,
              true
            ],
            "total": 18
          },
          "series": {
            "x": [
              1772366400000.0,
              1772366405000.0,
              1772366410000.0,
              1772366415000.0,
              1772366420000.0,
              1772366425000.0,
              1772366430000.0,
              1772366435000.0,
              1772366440000.0
            ],
            "series": [
              {
                "name": "eu-west-1",
                "unit": "ms",
                "values": [
                  200.0,
                  220.0,
                  280.0,
                  380.0,
                  520.0,
                  700.0,
                  920.0,
                  1180.0,
                  1500.0
                ],
                "axis": 0,
                "color": 5
              },
              {
                "name": "us-east-1",
                "unit": "ms",
                "values": [
                  210.0,
                  210.0,
                  210.0,
                  210.0,
                  210.0,
                  210.0,
                  210.0,
                  210.0,
                  190.0
                ],
                "axis": 0,
                "color": 2
              }
            ],
            "provisionalFrom": 8
          },
          "stats": {
            "received": 82100,
            "matched": 41050,
            "filtered": 41030,
            "late": 2,
            "dropped": 0,
            "inFlight": 18,
            "rate": 2100.4,
            "lagMs": 412.0
          },
          "notices": [],
          "at": "2026-03-01T12:00:00.000Z"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&view).expect("it is plain data"));
}

#[test]
fn nothing_read_is_nothing_shown() {
    let mut result = BlockResult::new("b");
    assert_eq!(result.summary(), "○ starting");
    assert!(result.picture(Room { width: 80, height: 12 }, &viewpoint()).is_empty());
    result.fail("the runner is gone");
    assert_eq!(result.summary(), "✗ the runner is gone · 0 read · 0 matched");
}
