//! Pictures as data and results as Markdown, from fixed rows.

use expect_test::{Expect, expect};
use jiff::tz::TimeZone;
use runner::event::{Event, EventKind, Progress, StageSpan, Started};
use syntax::pipeline::{Render, RenderKind};
use syntax::{Field, Type, Value};

use super::testing::{batch, render};
use super::{BlockResult, Viewpoint};

const SECOND: i64 = 1_000_000_000;
/// 2026-03-01T12:00:00Z.
const NOW: i64 = 1_772_366_400 * SECOND;

fn viewpoint() -> Viewpoint {
    Viewpoint { now: NOW + SECOND, zone: TimeZone::UTC }
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

/// A result with final rows and an open one.
fn result(
    render: Render,
    stage: &str,
    fields: &[(&str, Type)],
    rows: &[Vec<Value>],
    open: &[Vec<Value>],
) -> BlockResult {
    let mut result = BlockResult::new("errors|1");
    let started = Started {
        source: "spans".to_owned(),
        source_uri: "demo:shop".to_owned(),
        heading: None,
        stages: vec![StageSpan { word: stage.to_owned(), start: 0, end: 1 }],
        fields: fields.iter().map(|(name, ty)| Field::new(*name, *ty)).collect(),
        render,
        windows: None,
    };
    let progress = Progress { received: 12_345, matched: 678, ..Progress::default() };
    let mut events = vec![EventKind::Started(started), EventKind::Progress(progress)];
    events.extend(rows.iter().map(|row| EventKind::Final(batch(fields, std::slice::from_ref(row)))));
    if !open.is_empty() {
        events.push(EventKind::Provisional(batch(fields, open)));
    }
    for (number, kind) in events.into_iter().enumerate() {
        let now = NOW + number as i64 * 2 * SECOND;
        result.fold(Event { flow: "f".to_owned(), block: "errors|1".to_owned(), kind }, now);
    }
    result
}

/// Fields, final rows and open ones.
type Rows = (Vec<(&'static str, Type)>, Vec<Vec<Value>>, Vec<Vec<Value>>);

fn windows() -> Rows {
    let fields = vec![("timestamp", Type::Datetime), ("cloud.region", Type::String), ("p99", Type::Timespan)];
    let row = |window: i64, region: &str, millis: i64| {
        vec![Value::Datetime(NOW + window * 10 * SECOND), text(region), Value::Timespan(millis * 1_000_000)]
    };
    let rows = vec![row(0, "eu|west", 250), row(0, "us", 90), row(1, "eu|west", 500)];
    (fields, rows, vec![row(2, "us", 120)])
}

fn drawn(result: &BlockResult, expect: Expect) {
    expect.assert_eq(&serde_json::to_string(&result.figure(&viewpoint())).expect("it is JSON"));
}

#[test]
fn bars_have_labels_values_and_units() {
    let (fields, rows, open) = windows();
    let bars = result(render(RenderKind::Barchart), "summarize", &fields, &rows, &open);
    drawn(
        &bars,
        expect![[
            r#"{"kind":"bars","labels":["12:00:00 · eu|west","12:00:00 · us","12:00:10 · eu|west","12:00:20 · us"],"series":[{"name":"p99","unit":"ms","values":[250.0,90.0,500.0,120.0]}],"provisional":[false,false,false,true]}"#
        ]],
    );
    let pie = result(render(RenderKind::Piechart), "summarize", &fields, &rows, &[]);
    assert!(matches!(pie.figure(&viewpoint()), Some(super::Figure::Pie(_))));
    // Charts and tables go as such.
    let chart = result(render(RenderKind::Timechart), "summarize", &fields, &rows, &open);
    assert_eq!(chart.figure(&viewpoint()), None);
    assert_eq!(result(render(RenderKind::Card), "count", &fields, &[], &[]).figure(&viewpoint()), None);
}

#[test]
fn a_card_has_what_it_was_before() {
    let fields = [("errors", Type::Long), ("took", Type::Timespan)];
    let row = |errors, millis: i64| vec![Value::Long(errors), Value::Timespan(millis * 1_000_000)];
    let card = result(render(RenderKind::Card), "count", &fields, &[row(1_200, 4), row(1_500, 2)], &[]);
    drawn(
        &card,
        expect![[
            r#"{"kind":"card","cards":[{"name":"errors","text":"1,500","value":1500.0,"before":1200.0,"trend":[1200.0,1500.0]},{"name":"took","text":"2 ms","value":2.0,"unit":"ms","before":4.0,"trend":[4.0,2.0]}]}"#
        ]],
    );
}

#[test]
fn spread_and_heat_are_counts() {
    let fields = [("timestamp", Type::Datetime), ("duration", Type::Timespan)];
    let row = |at: i64, millis: i64| vec![Value::Datetime(NOW + at * SECOND), Value::Timespan(millis * 1_000_000)];
    let rows: Vec<_> = (0..6).map(|index| row(index, 1 + index % 3)).collect();
    let x = |name: &str, y: &str, kind| Render {
        x: Some(name.into()),
        y: (!y.is_empty()).then(|| y.into()).into_iter().collect(),
        ..render(kind)
    };
    drawn(
        &result(x("duration", "", RenderKind::Histogram), "where", &fields, &rows, &[]),
        expect![[
            r#"{"kind":"histogram","name":"duration","unit":"ms","edges":[1.0,1.1,1.2,1.3,1.4,1.5,1.6,1.7,1.8,1.9,2.0,2.1,2.2,2.3,2.4,2.5,2.6,2.7,2.8,2.9,3.0,3.1],"counts":[2.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,2.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,2.0]}"#
        ]],
    );
    drawn(
        &result(x("timestamp", "duration", RenderKind::Heatmap), "where", &fields, &rows, &[]),
        expect![[
            r#"{"kind":"heatmap","x":[1772366400000.0,1772366401000.0,1772366402000.0,1772366403000.0,1772366404000.0,1772366405000.0],"y":["1 ms","1.1 ms","1.2 ms","1.3 ms","1.4 ms","1.5 ms","1.6 ms","1.7 ms","1.8 ms","1.9 ms","2 ms","2.1 ms","2.2 ms","2.3 ms","2.4 ms","2.5 ms","2.6 ms","2.7 ms","2.8 ms","2.9 ms","3 ms"],"counts":[[1.0,0.0,0.0,1.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,1.0,0.0,0.0,1.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,0.0,0.0,0.0,0.0],[0.0,0.0,1.0,0.0,0.0,1.0]],"provisionalFrom":6}"#
        ]],
    );
}

#[test]
fn what_a_heatmap_sums_up_has_its_unit() {
    let fields = [("timestamp", Type::Datetime), ("cloud.region", Type::String), ("p99", Type::Timespan)];
    let row = |region: &str, millis: i64| vec![Value::Datetime(NOW), text(region), Value::Timespan(millis * 1_000_000)];
    let render = Render {
        x: Some("timestamp".into()),
        y: vec!["cloud.region".into()],
        weight: Some("p99".into()),
        ..render(RenderKind::Heatmap)
    };
    drawn(
        &result(render, "summarize", &fields, &[row("eu", 250), row("us", 90)], &[]),
        expect![[
            r#"{"kind":"heatmap","x":[1772366400000.0],"y":["us","eu"],"counts":[[90.0],[250.0]],"unit":"ms","provisionalFrom":1}"#
        ]],
    );
}

#[test]
fn a_log_names_its_columns() {
    let fields = [
        ("timestamp", Type::Datetime),
        ("service.name", Type::String),
        ("severity", Type::String),
        ("message", Type::String),
    ];
    let row = vec![Value::Datetime(NOW), text("cart"), text("ERROR"), text("no stock")];
    drawn(
        &result(render(RenderKind::Log), "tail", &fields, &[row], &[]),
        expect![[r#"{"kind":"log","time":0,"severity":2,"message":3}"#]],
    );
}

fn pinned(result: &BlockResult, expect: Expect) {
    let said = result.pinned(&viewpoint()).expect("there are rows");
    // It stays as it is where the runbook is formatted, and holds nothing that runs.
    let runbook = format!("# A\n\n{said}");
    assert_eq!(syntax::formatted(&runbook), runbook);
    assert_eq!(syntax::parse(&runbook).root().blocks().count(), 0);
    expect.assert_eq(&said);
}

#[test]
fn what_is_pinned_says_when_and_of_how_much() {
    let (fields, rows, open) = windows();
    pinned(
        &result(render(RenderKind::Timechart), "summarize", &fields, &rows, &open),
        expect![[r#"
        *errors\|1 at 2026-03-01 12:00:01 UTC: 12,345 read, 678 matched, the last window still open*

        | series | over time | last | min | max |
        | :-- | :-- | --: | --: | --: |
        | eu\|west | ▁█  | 500 ms | 250 ms | 500 ms |
        | us | ▁ █ | 120 ms | 90 ms | 120 ms |
    "#]],
    );
    pinned(
        &result(render(RenderKind::Table), "summarize", &fields, &rows, &open),
        expect![[r#"
        *errors\|1 at 2026-03-01 12:00:01 UTC: 12,345 read, 678 matched, the last window still open*

        | timestamp | cloud.region | p99 |
        | :-- | :-- | --: |
        | 12:00:00 | eu\|west | 250 ms |
        | 12:00:00 | us | 90 ms |
        | 12:00:10 | eu\|west | 500 ms |
        | 12:00:20 | us | 120 ms |
    "#]],
    );
    let many: Vec<_> = (0..30).map(|index| vec![Value::Long(index)]).collect();
    let long = result(render(RenderKind::Table), "tail", &[("n", Type::Long)], &many, &[]);
    let said = long.pinned(&viewpoint()).expect("there are rows");
    assert!(said.contains(", 20 of 30 rows*") && said.lines().count() == 24, "{said}");
    assert_eq!(BlockResult::new("b").pinned(&viewpoint()), None);
}

#[test]
fn a_pinned_text_means_nothing_to_markdown() {
    let odd = [
        "<img src=x onerror=alert(1)>",
        "a | b `c` **d** _e_ [f](javascript:g) ~~h~~ http://i.example #j",
        "\u{1b}[31mred\u{202e}\n```headwater\nspans\n```",
        "snake_case_name",
    ];
    let rows: Vec<_> = odd.iter().map(|odd| vec![text(odd)]).collect();
    let result = result(render(RenderKind::Table), "tail", &[("a*b", Type::String)], &rows, &[]);
    pinned(
        &result,
        expect![[r#"
        *errors\|1 at 2026-03-01 12:00:01 UTC: 12,345 read, 678 matched*

        | a\*b |
        | :-- |
        | \<img src=x onerror=alert(1)\> |
        | a \| b \`c\` \*\*d\*\* \_e_ \[f\](javascript\:g) \~\~h\~\~ http\://i.example \#j |
        | \\u{1b}\[31mred\\u{202e}\\n\`\`\`headwater\\nspans\\n\`\`\` |
        | snake_case_name |
    "#]],
    );
    // As a viewer reads it, each cell is its text and nothing else.
    let said = result.pinned(&viewpoint()).expect("there are rows");
    let options = pulldown_cmark::Options::all();
    let tags: Vec<String> = pulldown_cmark::Parser::new_ext(&said, options)
        .filter_map(|event| match event {
            pulldown_cmark::Event::Start(tag) => Some(format!("{tag:?}")),
            pulldown_cmark::Event::Html(html) | pulldown_cmark::Event::InlineHtml(html) => Some(html.to_string()),
            pulldown_cmark::Event::Code(code) => Some(code.to_string()),
            _ => None,
        })
        .filter(|tag| !tag.starts_with("Table") && !matches!(tag.as_str(), "Paragraph" | "Emphasis"))
        .collect();
    assert_eq!(tags, Vec::<String>::new());
}
