//! Pictures as text, at sizes from the smallest up.

use expect_test::{Expect, expect};
use jiff::tz::TimeZone;
use ratatui::backend::TestBackend;
use runner::event::{Event, EventKind, Finished, Outcome, Progress, StageSpan, Started};
use syntax::pipeline::RenderKind;
use syntax::{Field, Type, Value};

use super::frame::Frame;
use super::*;
use crate::results::Viewpoint;
use crate::results::testing::{batch, render};

const SECOND: i64 = 1_000_000_000;
/// 2026-03-01T12:00:00Z.
const NOW: i64 = 1_772_366_400 * SECOND;

fn event(block: &str, kind: EventKind) -> Event {
    Event { flow: format!("flow-{block}"), block: block.to_owned(), kind }
}

fn started(heading: &str, kind: RenderKind, words: &[&str], fields: &[(&str, Type)]) -> EventKind {
    EventKind::Started(Started {
        source: "spans".to_owned(),
        source_uri: "demo:shop".to_owned(),
        heading: Some(heading.to_owned()),
        windows: None,
        stages: words.iter().map(|word| StageSpan { word: (*word).to_owned(), start: 0, end: 1 }).collect(),
        fields: fields.iter().map(|(name, ty)| Field::new(*name, *ty)).collect(),
        render: render(kind),
    })
}

fn progress() -> Progress {
    Progress {
        received: 82_100,
        matched: 41_050,
        filtered: 41_030,
        late: 2,
        in_flight: 18,
        lost: Vec::new(),
        dropped: Vec::new(),
        stage_out: vec![41_068, 4],
        watermark: Some(NOW + 41 * SECOND),
        lag: 412_000_000,
        rate: 2_100.4,
        next_close: Some(NOW + 45 * SECOND),
        state: 0,
        empty: None,
    }
}

fn blocks() -> Blocks {
    let mut blocks = Blocks::new(["latency", "routes", "slowest", "empty"].map(str::to_owned).to_vec());
    let chart = [("cloud.region", Type::String), ("timestamp", Type::Datetime), ("p99", Type::Timespan)];
    let point = |region: &str, second: i64, millis: i64| {
        vec![Value::String(region.into()), Value::Datetime(NOW + second * SECOND), Value::Timespan(millis * 1_000_000)]
    };
    // Not in the order of the text, as flows start.
    let table = [("at", Type::Datetime), ("severity", Type::String), ("body", Type::String), ("n", Type::Long)];
    blocks.fold(event("slowest", started("Who is hit?", RenderKind::Table, &["where", "tail"], &table)), NOW);
    blocks.fold(
        event("latency", started("Is it one region?", RenderKind::Timechart, &["where", "summarize"], &chart)),
        NOW,
    );
    for window in 0..9 {
        let rows = [point("eu-west-1", window * 5, 200 + window * window * 20), point("us-east-1", window * 5, 210)];
        let rows = batch(&chart, &rows);
        let kind = if window < 8 { EventKind::Final(rows) } else { EventKind::Provisional(rows) };
        blocks.fold(event("latency", kind), NOW);
    }
    blocks.fold(event("latency", EventKind::Progress(progress())), NOW);
    let row = |second: i64| {
        let body = Value::String("payment \x1b[31mrefused by the provider".into());
        vec![Value::Datetime(NOW + second * SECOND), Value::String("ERROR".into()), body, Value::Long(second * 1_000)]
    };
    blocks.fold(event("slowest", EventKind::Provisional(batch(&table, &(0..4).map(row).collect::<Vec<_>>()))), NOW);
    let bars = [("route", Type::String), ("failed", Type::Long)];
    blocks.fold(event("routes", started("Which routes?", RenderKind::Barchart, &["summarize", "top"], &bars)), NOW);
    let bar = |(route, failed): (&str, i64)| vec![Value::String(route.into()), Value::Long(failed)];
    let rows: Vec<_> = [("/orders", 1_200), ("/cart", 340), ("/login", 3)].into_iter().map(bar).collect();
    blocks.fold(event("routes", EventKind::Provisional(batch(&bars, &rows))), NOW);
    blocks.fold(event("empty", started("Nothing", RenderKind::Table, &["where", "tail"], &table)), NOW);
    let none = Progress { received: 12_345, filtered: 12_345, stage_out: vec![0, 0], ..Progress::default() };
    blocks.fold(event("empty", EventKind::Progress(none)), NOW);
    blocks
}

/// A heatmap, a histogram, shares, columns and a log.
fn distributions() -> Blocks {
    let mut blocks = Blocks::new(["heat", "spread", "shares", "columns", "log"].map(str::to_owned).to_vec());
    let spans = [("timestamp", Type::Datetime), ("duration", Type::Timespan)];
    let span = |index: i64| {
        let took = (5 + index * 7_919 % 40) * if index > 300 { 12 } else { 1 };
        vec![Value::Datetime(NOW + index * 150_000_000), Value::Timespan(took * 1_000_000)]
    };
    let rows: Vec<_> = (0..500).map(span).collect();
    for (name, heading, kind) in
        [("heat", "When?", RenderKind::Heatmap), ("spread", "How long?", RenderKind::Histogram)]
    {
        blocks.fold(event(name, started(heading, kind, &["where"], &spans)), NOW);
        blocks.fold(event(name, EventKind::Final(batch(&spans, &rows))), NOW);
    }
    let counts = [("tier", Type::String), ("n", Type::Long)];
    let count = |(tier, n): (&str, i64)| vec![Value::String(tier.into()), Value::Long(n)];
    let rows: Vec<_> = [("free", 1_200), ("gold", 340), ("silver", 900)].into_iter().map(count).collect();
    for (name, heading, kind) in
        [("shares", "Whose?", RenderKind::Piechart), ("columns", "How many?", RenderKind::Columnchart)]
    {
        blocks.fold(event(name, started(heading, kind, &["summarize"], &counts)), NOW);
        blocks.fold(event(name, EventKind::Provisional(batch(&counts, &rows))), NOW);
    }
    let logs = [("timestamp", Type::Datetime), ("severity", Type::String), ("body", Type::String)];
    let line = |(index, severity): (usize, &&str)| {
        let body = Value::String("payment \x1b[31mrefused".into());
        vec![Value::Datetime(NOW + index as i64 * SECOND), Value::String((*severity).into()), body]
    };
    let rows: Vec<_> = ["INFO", "WARN", "ERROR"].iter().enumerate().map(line).collect();
    blocks.fold(event("log", started("What do they say?", RenderKind::Log, &["where"], &logs)), NOW);
    blocks.fold(event("log", EventKind::Final(batch(&logs, &rows))), NOW);
    blocks
}

fn draw(frame: &mut Frame, blocks: &Blocks, width: u16, height: u16) -> String {
    let mut terminal = ratatui::Terminal::new(TestBackend::new(width, height)).expect("it has no fault");
    let viewpoint = Viewpoint { now: NOW, zone: TimeZone::UTC };
    terminal.draw(|screen| frame.draw(screen, blocks, &viewpoint)).expect("it has no fault");
    let buffer = terminal.backend().buffer();
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned() + "\n";
    (0..height).map(line).collect()
}

fn check(width: u16, height: u16, scroll: usize, expect: Expect) {
    let mut frame = Frame::new("runbooks/checkout.md");
    let blocks = blocks();
    draw(&mut frame, &blocks, width, height);
    for _ in 0..scroll {
        frame.input(&Input::Key(KeyCode::Down.into()));
    }
    expect.assert_eq(&draw(&mut frame, &blocks, width, height));
}

#[test]
fn a_usual_terminal() {
    check(
        80,
        38,
        0,
        expect![[r#"
             headwater  runbooks/checkout.md                                12:00:00  00:00
            ╭ Is it one region? ────────────────────────────────────────── latency · spans ╮
            │   1.5 s│                           ⢀⠔○                ━ eu-west-1     1.48 s │
            │        │                        ⣀⠤⠂⠁                  ━ us-east-1     210 ms │
            │        │                   ⢀⣀⠤⠒⠉                                             │
            │  750 ms│              ⢀⣀⠤⠒⠉⠁                                                 │
            │        │      ⣀⣀⡠⠤⠔⠒⠊⠉⠁              ○                                       │
            │     0 s│⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠁⠉⠉⠉                                       │
            │        └─────────────────────────────────────────────                        │
            │ 12:00:00                   12:00:30          12:01:00                        │
            ╰ ● 2.1 k/s · 82,100 read · 41,068 matched · lag 400 ms · 2 late · closes i… ──╯
            ╭ Which routes? ─────────────────────────────────────────────── routes · spans ╮
            │ /orders 1,200 ██████████████████████████████████████████████████████████████ │
            │ /cart     340 █████████████████▋                                             │
            │ /login      3 ▏                                                              │
            │                                                                              │
            ╰ ● nothing read yet · simulated ──────────────────────────────────────────────╯
            ╭ Who is hit? ──────────────────────────────────────────────── slowest · spans ╮
            │ at        severity  body                                           n         │
            │ 12:00:00  ERROR     payment \u{1b}[31mrefused by the provider      0         │
            │ 12:00:01  ERROR     payment \u{1b}[31mrefused by the provider  1,000         │
            │ 12:00:02  ERROR     payment \u{1b}[31mrefused by the provider  2,000         │
            │ 12:00:03  ERROR     payment \u{1b}[31mrefused by the provider  3,000         │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ╰ ● nothing read yet · simulated ──────────────────────────────────────────────╯
            ╭ Nothing ────────────────────────────────────────────────────── empty · spans ╮
            │ `where` has let none of 12,345 events through so far                         │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            │                                                                              │
            ╰ ● 0/s · 12,345 read · 0 matched · simulated ─────────────────────────────────╯
             q quit  ? help   4 blocks   ● final  ○ may still change
        "#]],
    );
}

#[test]
fn a_wide_one_has_two_columns() {
    check(
        140,
        24,
        0,
        expect![[r#"
             headwater  runbooks/checkout.md                                                                                            12:00:00  00:00
            ╭ Is it one region? ─────────────────────────────── latency · spans ╮ ╭ Which routes? ───────────────────────────────────── routes · spans ╮
            │   1.5 s│                     ⡠○            ━ eu-west-1     1.48 s │ │ /orders 1,200 ████████████████████████████████████████████████████ │
            │        │                   ⡠⠊              ━ us-east-1     210 ms │ │ /cart     340 ██████████████▊                                      │
            │        │                ⣀⠔⠉                                       │ │ /login      3 ▏                                                    │
            │  750 ms│             ⣀⠔⠊                                          │ │                                                                    │
            │        │         ⢀⡠⠔⠊                                             │ │                                                                    │
            │        │⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀○                                   │ │                                                                    │
            │     0 s│                                                          │ │                                                                    │
            │        └──────────────────────────────────                        │ │                                                                    │
            │ 12:00:00             12:00:30     12:01:00                        │ │                                                                    │
            ╰ ● 2.1 k/s · 82,100 read · 41,068 matched · lag 400 ms · 2 late… ──╯ ╰ ● nothing read yet · simulated ────────────────────────────────────╯
            ╭ Who is hit? ───────────────────────────────────── slowest · spans ╮ ╭ Nothing ──────────────────────────────────────────── empty · spans ╮
            │ at        severity  body                                        n │ │ `where` has let none of 12,345 events through so far               │
            │ 12:00:00  ERROR     payment \u{1b}[31mrefused by the prov…      0 │ │                                                                    │
            │ 12:00:01  ERROR     payment \u{1b}[31mrefused by the prov…  1,000 │ │                                                                    │
            │ 12:00:02  ERROR     payment \u{1b}[31mrefused by the prov…  2,000 │ │                                                                    │
            │ 12:00:03  ERROR     payment \u{1b}[31mrefused by the prov…  3,000 │ │                                                                    │
            │                                                                   │ │                                                                    │
            │                                                                   │ │                                                                    │
            │                                                                   │ │                                                                    │
            │                                                                   │ │                                                                    │
            ╰ ● nothing read yet · simulated ───────────────────────────────────╯ ╰ ● 0/s · 12,345 read · 0 matched · simulated ───────────────────────╯
             q quit  ? help   4 blocks   ● final  ○ may still change
        "#]],
    );
}

#[test]
fn the_smallest_shows_the_first_block_and_scrolls() {
    check(
        40,
        10,
        0,
        expect![[r#"
             headwater  runbooks/c… 12:00:00  00:00
            ╭ Is it one region? ───────────────────╮
            │   1.5 s│               ⣀⠄⠒○          │
            │  750 ms│        ⢀⣀⡠⠤⠔⠊⠉              │
            │     0 s│⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠂⠒○          │
            │        └──────────────────────────── │
            │ 12:00:00                    12:01:00 │
            │ ━ eu-west-1 1.48 s  ━ us-east-1 210  │
            ╰ ● 2.1 k/s · 82,100 read · 41,068 … ──╯
             q quit  ? help   ↑ ↓ PgUp PgDn scroll (
        "#]],
    );
    check(
        40,
        10,
        20,
        expect![[r#"
             headwater  runbooks/c… 12:00:00  00:00

            ╭ Nothing ────────────── empty · spans ╮
            │ `where` has let none of 12,345       │
            │ events through so far                │
            │                                      │
            │                                      │
            │                                      │
            ╰ ● 0/s · 12,345 read · 0 matched ·… ──╯
             q quit  ? help   ↑ ↓ PgUp PgDn scroll
        "#]],
    );
}

#[test]
fn distributions_and_shares() {
    let blocks = distributions();
    expect![[r#"
         headwater  runbooks/shape.md                                   12:00:00  00:00
        ╭ When? ───────────────────────────────────────────────────────── heat · spans ╮
        │ duration · events  ░ 1  ▒ 3  ▓ 5  █ 10  · 2 s a column                       │
        │ 500 ms                         ▒  ▒  ▒  ▒  ▒                                 │
        │ 200 ms                       ▓░██░██░██░██░█▓                                │
        │ 100 ms                        ▓  ▓  ▓  ▓  ▓                                  │
        │  50 ms                        ▒░ ▒░ ▒░ ▒░ ▒░                                 │
        │  20 ms ██ ██ ██ ██ ██ ██ ██ █▓                                               │
        │  10 ms  ░▓ ░▓ ░▓ ░▓ ░▓ ░▓ ░▓                                                 │
        │   5 ms ░ ▒░ ▒░ ▒░ ▒░ ▒░ ▒░ ▒░                                                │
        │        12:00:00                      12:01:14                                │
        ╰ ● nothing read yet · simulated ──────────────────────────────────────────────╯
        ╭ How long? ─────────────────────────────────────────────────── spread · spans ╮
        │ duration · 500 · log · p50 38 ms · p95 468 ms · p99 516 ms · max 528 ms      │
        │    5 ms – 10 ms  36   7.2 % ████████▉                                        │
        │   10 ms – 20 ms  70  14.0 % █████████████████▎                               │
        │   20 ms – 50 ms 195  39.0 % ████████████████████████████████████████████████ │
        │  50 ms – 100 ms  20   4.0 % ████▉                                            │
        │ 100 ms – 200 ms  40   8.0 % █████████▉                                       │
        │ 200 ms – 500 ms 124  24.8 % ██████████████████████████████▌                  │
        │    500 ms – 1 s  15   3.0 % ███▊                                             │
        │                                                                              │
        ╰ ● nothing read yet · simulated ──────────────────────────────────────────────╯
        ╭ Whose? ────────────────────────────────────────────────────── shares · spans ╮
        │ █████████████████████████████████████▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▒▒▒▒▒▒▒▒▒▒▒ │
        │ █ free     49.2 %  1,200                                                     │
        │ ▓ silver   36.9 %    900                                                     │
        │ ▒ gold     13.9 %    340                                                     │
        │                                                                              │
        ╰ ● nothing read yet · simulated ──────────────────────────────────────────────╯
        ╭ How many? ────────────────────────────────────────────────── columns · spans ╮
        │ 1,200                                                                        │
        │ ██████         900                                                           │
        │ ██████        ▂▂▂▂▂▂                                                         │
        │ ██████        ██████                                                         │
        │ ██████        ██████                                                         │
        │ ██████  340   ██████                                                         │
        │ ██████ ██████ ██████                                                         │
        │ ██████ ██████ ██████                                                         │
        │  free   gold  silver                                                         │
        ╰ ● nothing read yet · simulated ──────────────────────────────────────────────╯
        ╭ What do they say? ────────────────────────────────────────────── log · spans ╮
        │ 12:00:00 INFO  payment \u{1b}[31mrefused                                     │
        │ 12:00:01 WARN  payment \u{1b}[31mrefused                                     │
        │ 12:00:02 ERROR payment \u{1b}[31mrefused                                     │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        ╰ ● nothing read yet · simulated ──────────────────────────────────────────────╯
         q quit  ? help   5 blocks   ● final  ○ may still change
    "#]]
    .assert_eq(&draw(&mut Frame::new("runbooks/shape.md"), &blocks, 80, 52));
    expect![[r#"
         headwater  runbooks/s… 12:00:00  00:00
        ╭ When? ───────────────── heat · spans ╮
        │ duration · events  ░ 1  ▒ 3  ▓ 7  █… │
        │ 500 ms          ▒▒ ▒▒▒               │
        │ 200 ms          ██████               │
        │ 100 ms          ▓▓▓▒▒▓               │
        │  50 ms          ▒▒▒░▒▒               │
        │  20 ms █████████░                    │
        │  10 ms ▓▒▓▓▓▓▓▒▓                     │
        │   5 ms ░▒▒▒▒▒░▒▒                     │
        │        12:00:00   12:01:10           │
        ╰ ● nothing read yet · simulated ──────╯
        ╭ How long? ─────────── spread · spans ╮
        │ duration · 500 · log · p50 38 ms · … │
        │    5 ms – 10 ms  36 ███              │
        │   10 ms – 20 ms  70 █████▊           │
        │   20 ms – 50 ms 195 ████████████████ │
        │  50 ms – 100 ms  20 █▋               │
        │ 100 ms – 200 ms  40 ███▎             │
        │ 200 ms – 500 ms 124 ██████████▏      │
        │    500 ms – 1 s  15 █▎               │
        │                                      │
        ╰ ● nothing read yet · simulated ──────╯
         q quit  ? help   ↑ ↓ PgUp PgDn scroll (
    "#]]
    .assert_eq(&draw(&mut Frame::new("runbooks/shape.md"), &blocks, 40, 24));
    expect![[r#"
         headwater  runbooks/shape.md                                                                                               12:00:00  00:00
        ╭ When? ────────────────────────────────────────────── heat · spans ╮ ╭ How long? ───────────────────────────────────────── spread · spans ╮
        │ duration · events  ░ 1  ▒ 3  ▓ 5  █ 10  · 2 s a column            │ │ duration · 500 · log · p50 38 ms · p95 468 ms · p99 516 ms · max … │
        │ 500 ms                         ▒  ▒  ▒  ▒  ▒                      │ │    5 ms – 10 ms  36   7.2 % ███████                                │
        │ 200 ms                       ▓░██░██░██░██░█▓                     │ │   10 ms – 20 ms  70  14.0 % █████████████▋                         │
        │ 100 ms                        ▓  ▓  ▓  ▓  ▓                       │ │   20 ms – 50 ms 195  39.0 % ██████████████████████████████████████ │
        │  50 ms                        ▒░ ▒░ ▒░ ▒░ ▒░                      │ │  50 ms – 100 ms  20   4.0 % ███▉                                   │
        │  20 ms ██ ██ ██ ██ ██ ██ ██ █▓                                    │ │ 100 ms – 200 ms  40   8.0 % ███████▊                               │
        │  10 ms  ░▓ ░▓ ░▓ ░▓ ░▓ ░▓ ░▓                                      │ │ 200 ms – 500 ms 124  24.8 % ████████████████████████▏              │
        │   5 ms ░ ▒░ ▒░ ▒░ ▒░ ▒░ ▒░ ▒░                                     │ │    500 ms – 1 s  15   3.0 % ██▉                                    │
        │        12:00:00                      12:01:14                     │ │                                                                    │
        │                                                                   │ │                                                                    │
        │                                                                   │ │                                                                    │
        ╰ ● nothing read yet · simulated ───────────────────────────────────╯ ╰ ● nothing read yet · simulated ────────────────────────────────────╯
        ╭ Whose? ─────────────────────────────────────────── shares · spans ╮ ╭ How many? ──────────────────────────────────────── columns · spans ╮
        │ ████████████████████████████████▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▒▒▒▒▒▒▒▒▒ │ │ 1,200                                                              │
        │ █ free     49.2 %  1,200                                          │ │ ██████                                                             │
        │ ▓ silver   36.9 %    900                                          │ │ ██████         900                                                 │
        │ ▒ gold     13.9 %    340                                          │ │ ██████        ▆▆▆▆▆▆                                               │
        │                                                                   │ │ ██████        ██████                                               │
        │                                                                   │ │ ██████        ██████                                               │
        │                                                                   │ │ ██████  340   ██████                                               │
        │                                                                   │ │ ██████ ▄▄▄▄▄▄ ██████                                               │
        │                                                                   │ │ ██████ ██████ ██████                                               │
        │                                                                   │ │ ██████ ██████ ██████                                               │
        │                                                                   │ │  free   gold  silver                                               │
        ╰ ● nothing read yet · simulated ───────────────────────────────────╯ ╰ ● nothing read yet · simulated ────────────────────────────────────╯
        ╭ What do they say? ────────────────────────────────────────────────────────────────────────────────────────────────────────── log · spans ╮
        │ 12:00:00 INFO  payment \u{1b}[31mrefused                                                                                                 │
        │ 12:00:01 WARN  payment \u{1b}[31mrefused                                                                                                 │
        │ 12:00:02 ERROR payment \u{1b}[31mrefused                                                                                                 │
        │                                                                                                                                          │
        │                                                                                                                                          │
        │                                                                                                                                          │
        │                                                                                                                                          │
        │                                                                                                                                          │
        │                                                                                                                                          │
        │                                                                                                                                          │
        ╰ ● nothing read yet · simulated ──────────────────────────────────────────────────────────────────────────────────────────────────────────╯
         q quit  ? help   5 blocks   ● final  ○ may still change
    "#]].assert_eq(&draw(&mut Frame::new("runbooks/shape.md"), &blocks, 140, 40));
}

#[test]
fn no_size_is_too_odd() {
    for blocks in [blocks(), distributions()] {
        any_size(&blocks);
    }
}

fn any_size(blocks: &Blocks) {
    for (width, height) in [(1, 1), (9, 40), (10, 3), (12, 5), (40, 10), (60, 7), (131, 12), (300, 100)] {
        let mut frame = Frame::new("r.md");
        for key in [KeyCode::End, KeyCode::PageUp, KeyCode::Home, KeyCode::PageDown] {
            draw(&mut frame, blocks, width, height);
            frame.input(&Input::Key(key.into()));
        }
        assert!(!draw(&mut frame, blocks, width, height).contains('\x1b'));
    }
}

#[test]
fn the_last_word_is_kept_whoever_has_it() {
    let mut blocks = blocks();
    let last = Finished { outcome: Outcome::End, message: String::new(), range: None, last: progress() };
    blocks.fold(event("routes", EventKind::Finished(last)), NOW);
    blocks.conclude(false, Some("the runner is gone".to_owned()));
    let summaries: Vec<String> = blocks.into_results().iter().map(|result| result.summary()).collect();
    expect![[r#"
        ✗ the runner is gone · 82,100 read · 41,068 matched · 2 late · simulated
        ✓ 82,100 read · 41,068 matched · 2 late · simulated
        ✗ the runner is gone · 0 read · 0 matched · simulated
        ✗ the runner is gone · 12,345 read · 0 matched · simulated"#]]
    .assert_eq(&summaries.join("\n"));
}

#[test]
fn a_small_table_shows_rows_says_how_many_there_are_and_is_scrolled_by_rows() {
    let fields = [("route", Type::String), ("requests", Type::Long)];
    let mut blocks = Blocks::new(vec!["routes".to_owned()]);
    blocks.fold(event("routes", started("Routes", RenderKind::Table, &["summarize"], &fields)), NOW);
    let row = |at: i64| vec![Value::String(format!("/r{at}").into()), Value::Long(100 - at)];
    let rows: Vec<_> = (0..12).map(row).collect();
    blocks.fold(event("routes", EventKind::Provisional(batch(&fields, &rows))), NOW);
    let mut frame = Frame::new("shop");
    let seen = |frame: &mut Frame| {
        let drawn = draw(frame, &blocks, 60, 9);
        let line = |line: &str| line.trim_matches(['│', ' ']).split_whitespace().collect::<Vec<_>>().join(" ");
        drawn.lines().map(line).filter(|line| line.starts_with("/r") || line.starts_with('…')).collect::<Vec<_>>()
    };
    assert_eq!(seen(&mut frame), ["/r0 100", "/r1 99", "/r2 98", "… 9 more below"]);
    let press = |frame: &mut Frame, code: KeyCode| frame.input(&Input::Key(code.into()));
    assert!(press(&mut frame, KeyCode::Tab) && press(&mut frame, KeyCode::Down) && press(&mut frame, KeyCode::Down));
    assert_eq!(seen(&mut frame), ["/r2 98", "/r3 97", "/r4 96", "… 2 more above · 7 more below"]);
    assert!(press(&mut frame, KeyCode::End));
    assert_eq!(seen(&mut frame), ["/r9 91", "/r10 90", "/r11 89", "… 9 more above"]);
    assert!(press(&mut frame, KeyCode::Home));
    assert_eq!(seen(&mut frame)[0], "/r0 100");
    assert!(press(&mut frame, KeyCode::Char('?')));
    let help = draw(&mut frame, &blocks, 80, 24);
    assert!(
        help.contains("into the next block, to scroll its rows") && help.contains("rows are missing here"),
        "{help}"
    );
    assert!(frame.leaves(&Input::Key(KeyCode::Esc.into())) && frame.leaves(&Input::Key(KeyCode::Esc.into())));
    assert!(!frame.leaves(&Input::Key(KeyCode::Esc.into())), "then it quits");
}
