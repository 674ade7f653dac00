//! What is shown where windows have no events, and where rows are missing.

use expect_test::expect;
use jiff::tz::TimeZone;
use runner::event::{Event, EventKind, Missing, StageSpan, Started};
use syntax::pipeline::RenderKind;
use syntax::{Field, Type, Value, Windows};

use super::testing::{batch, render};
use super::{BlockResult, Figure, PositionView, RangeView, Room, Viewpoint};

const SECOND: i64 = 1_000_000_000;
/// 2026-03-01T12:00:00Z.
const NOW: i64 = 1_772_366_400 * SECOND;
const FIELDS: [(&str, Type); 4] =
    [("timestamp", Type::Datetime), ("region", Type::String), ("errors", Type::Long), ("p99", Type::Timespan)];

fn viewpoint() -> Viewpoint {
    Viewpoint { now: NOW, zone: TimeZone::UTC }
}

/// Windows of ten seconds.
fn begun(kind: RenderKind) -> BlockResult {
    let mut result = BlockResult::new("b");
    let started = Started {
        source: "spans".to_owned(),
        source_uri: "demo:shop".to_owned(),
        heading: None,
        stages: vec![StageSpan { word: "summarize".to_owned(), start: 0, end: 9 }],
        fields: FIELDS.iter().map(|(name, ty)| Field::new(*name, *ty)).collect(),
        render: render(kind),
        windows: Some(Windows { field: "timestamp".into(), step: 10 * SECOND, zero: vec!["errors".into()] }),
    };
    fold(&mut result, EventKind::Started(started));
    result
}

fn fold(result: &mut BlockResult, kind: EventKind) {
    result.fold(Event { flow: "f".to_owned(), block: "b".to_owned(), kind }, NOW);
}

/// Rows by second, region and count; the percentile goes with the count.
fn rows(result: &mut BlockResult, rows: &[(i64, &str, i64)]) {
    let row = |(second, region, count): &(i64, &str, i64)| {
        vec![
            Value::Datetime(NOW + second * SECOND),
            Value::String((*region).into()),
            Value::Long(*count),
            Value::Timespan(count * 1_000_000),
        ]
    };
    fold(result, EventKind::Final(batch(&FIELDS, &rows.iter().map(row).collect::<Vec<_>>())));
}

fn miss(result: &mut BlockResult, missing: u64, from: i64, to: i64) {
    let times = Some((NOW + from * SECOND, NOW + to * SECOND));
    fold(result, EventKind::Missing(Missing { rows: missing, times }));
}

/// Each line's values by second.
fn lines(result: &BlockResult) -> String {
    let series = result.series(&result.drawing(), &viewpoint()).expect("a chart");
    let write = |value: &Option<f64>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
    let seconds: Vec<String> = series.x.iter().map(|x| ((x - NOW) / SECOND).to_string()).collect();
    let mut said = format!("{}\n", seconds.join(" "));
    for line in &series.lines {
        let values: Vec<String> = line.values.iter().map(write).collect();
        said.push_str(&format!("{} {}\n", line.name, values.join(" ")));
    }
    said
}

#[test]
fn what_is_counted_is_0_in_a_window_without_events_and_what_is_measured_has_a_gap() {
    let mut result = begun(RenderKind::Timechart);
    rows(&mut result, &[(0, "eu", 5), (0, "us", 3), (10, "eu", 4), (50, "us", 2), (60, "eu", 1)]);
    expect![[r#"
        0 10 20 40 50 60
        eu · errors 5 4 0 0 0 1
        eu · p99 5000000 4000000 – – – 1000000
        us · errors 3 0 0 0 2 0
        us · p99 3000000 – – – 2000000 –
    "#]]
    .assert_eq(&lines(&result));
    let picture = result.picture(Room { width: 60, height: 8 }, &viewpoint()).join("\n");
    assert!(!picture.contains('╱'), "{picture}");
}

#[test]
fn where_rows_are_missing_lines_break_and_nothing_is_0() {
    let mut result = begun(RenderKind::Timechart);
    rows(&mut result, &[(0, "eu", 5), (10, "eu", 6)]);
    miss(&mut result, 4, 20, 40);
    rows(&mut result, &[(50, "eu", 4), (60, "eu", 5), (90, "eu", 3)]);
    expect![[r#"
        0 10 20 40 50 60 70 80 90
        eu · errors 5 6 – – 4 5 0 0 3
        eu · p99 5000000 6000000 – – 4000000 5000000 – – 3000000
    "#]]
    .assert_eq(&lines(&result));
    expect![[r#"
        eu · errors ▇█╱╱▆▇▁▁▅    3  max 6
        eu · p99    ▇█╱╱▆▇  ▅ 3 ms  max 6 ms
                    12:00:00   12:01:30"#]]
    .assert_eq(&result.picture(Room { width: 60, height: 8 }, &viewpoint()).join("\n"));
    assert!(result.summary().contains("4 rows missing"), "{}", result.summary());
    assert_eq!(
        result.missing().as_deref(),
        Some(
            "4 rows never came here, since they were more than could be taken in; the places are marked. Run the block again to see all of it"
        ),
    );
    let svg = crate::render::picture(&result, &viewpoint()).expect("a chart");
    assert!(svg.matches("<polyline").count() > 8, "the ground is hatched: {svg}");
}

#[test]
fn a_table_says_it_in_its_place() {
    let mut result = begun(RenderKind::Table);
    rows(&mut result, &[(0, "eu", 5), (10, "eu", 6)]);
    miss(&mut result, 1, 20, 20);
    rows(&mut result, &[(30, "eu", 4)]);
    expect![[r#"
          timestamp  region  errors   p99
        ● 12:00:00   eu           5  5 ms
        ● 12:00:10   eu           6  6 ms
        ╱╱ 1 row is missing here ╱╱
        ● 12:00:30   eu           4  4 ms"#]]
    .assert_eq(&result.picture(Room { width: 60, height: 8 }, &viewpoint()).join("\n"));
    let place = super::Place {
        uri: "file:///r.md".to_owned(),
        range: RangeView { start: PositionView::default(), end: PositionView::default() },
        stale: false,
        gone: false,
        title: None,
        source: String::new(),
        live: false,
        rows: 100,
        columns: 100,
        line: &|_| None,
    };
    let view = result.view(&place, &viewpoint());
    assert_eq!((view.gaps.len(), view.gaps[0].rows, view.gaps[0].before), (1, 1, Some(2)));
    assert!(
        view.notices.iter().any(|notice| notice.message.starts_with("1 row never came here")),
        "{:?}",
        view.notices
    );
}

#[test]
fn a_heatmap_shows_no_outage_where_rows_are_missing() {
    let mut result = begun(RenderKind::Heatmap);
    rows(&mut result, &(0..30).map(|window| (window * 10, "eu", 40 + window)).collect::<Vec<_>>());
    miss(&mut result, 7, 300, 390);
    rows(&mut result, &(40..60).map(|window| (window * 10, "eu", 40 + window)).collect::<Vec<_>>());
    let picture = result.picture(Room { width: 80, height: 8 }, &viewpoint()).join("\n");
    assert!(picture.contains('╱'), "{picture}");
    let Some(Figure::Heatmap(map)) = result.figure(&viewpoint()) else { panic!("a heatmap") };
    assert_eq!(map.gaps, [((NOW + 300 * SECOND) as f64 / 1e6, (NOW + 390 * SECOND) as f64 / 1e6)]);
}

#[test]
fn what_is_not_drawn_any_more_is_told() {
    let mut result = begun(RenderKind::Timechart);
    for window in 0..700 {
        rows(&mut result, &[(window * 10, "eu", window)]);
    }
    let series = result.series(&result.drawing(), &viewpoint()).expect("a chart");
    assert!(series.cut && series.x.len() == 600);
    let mut few = begun(RenderKind::Timechart);
    rows(&mut few, &[(0, "eu", 1), (10, "eu", 2)]);
    assert!(!few.series(&few.drawing(), &viewpoint()).expect("a chart").cut);
}
