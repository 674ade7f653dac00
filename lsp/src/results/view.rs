//! The block as the plain struct that editors are sent (`headwater/blockResults`), sized for a screen.

use jiff::Timestamp;
use runner::event::StageSpan;
use serde::Serialize;
use syntax::{Severity, Type};

use super::picture::Room;
use super::{BlockResult, Figure, Shape, State, Viewpoint, value};

/// The picture as text, for virtual lines: this wide where the client does not say.
pub(crate) const COLUMNS: usize = 100;
const NARROWEST: usize = 20;
const WIDEST: usize = 240;
const LINES: usize = 12;

/// Rows of the table, where the client does not ask for more, and where it does.
pub(crate) const ROWS: usize = 100;
pub(crate) const MOST_ROWS: usize = 1_000;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockView {
    pub uri: String,
    pub block: String,
    /// The nearest heading above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// As it was run.
    pub source: String,
    pub flow: String,
    pub state: State,
    /// It runs again when its text has changed.
    pub live: bool,
    pub stale: bool,
    /// It is not in the text any more: nothing of it is drawn there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    pub summary: String,
    pub range: RangeView,
    pub lines: Vec<LineView>,
    /// As what the result is drawn: a client that has no such chart shows `view`.
    pub shape: Shape,
    pub view: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<TableView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<SeriesView>,
    /// Other pictures as data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figure: Option<Figure>,
    /// Where rows are missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<GapView>,
    pub stats: StatsView,
    pub notices: Vec<NoticeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty: Option<EmptyView>,
    /// RFC 3339.
    pub at: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PositionView {
    pub line: u32,
    pub character: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RangeView {
    pub start: PositionView,
    pub end: PositionView,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LineView {
    pub line: u32,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
pub struct TableView {
    pub columns: Vec<ColumnView>,
    pub rows: Vec<Vec<Option<String>>>,
    pub provisional: Vec<bool>,
    pub total: u64,
}

/// Rows that never came.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GapView {
    pub rows: u64,
    /// The first and the last time that they have, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<(f64, f64)>,
    /// The row of the table before which they would stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<usize>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ColumnView {
    pub name: String,
    pub r#type: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeriesView {
    /// Milliseconds since 1970.
    pub x: Vec<f64>,
    pub series: Vec<NamedView>,
    pub provisional_from: usize,
    /// There were earlier times.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct NamedView {
    pub name: String,
    /// `ms` where the values are timespans, which are then in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'static str>,
    pub values: Vec<Option<f64>>,
    /// Lines of one axis can be compared by their height.
    pub axis: usize,
    /// Which of the colours it has, whatever the client.
    pub color: usize,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatsView {
    pub received: u64,
    pub matched: u64,
    pub filtered: u64,
    pub late: u64,
    pub dropped: u64,
    pub in_flight: u64,
    /// Events a second; of a recording 0, since it is read as fast as it goes.
    pub rate: f64,
    pub lag_ms: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoticeView {
    pub severity: &'static str,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// Why there is nothing to show.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EmptyView {
    /// `silent`, `unreadable`, `no-field`, `type`, `no-value`, `filtered`, `late`, `waiting`.
    pub reason: &'static str,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// Where the block stands in the document now, which may have been edited since it was sent.
pub struct Place<'a> {
    pub uri: String,
    /// From fence to fence.
    pub range: RangeView,
    /// The block's text has changed since it was sent.
    pub stale: bool,
    /// It is nowhere.
    pub gone: bool,
    pub title: Option<String>,
    /// The block's text that was sent.
    pub source: String,
    pub live: bool,
    /// Rows of a table or log at most.
    pub rows: usize,
    /// Room for the picture as text.
    pub columns: usize,
    /// The present line of a byte offset in the text that was sent; None where it is gone.
    pub line: &'a dyn Fn(u32) -> Option<u32>,
}

impl BlockResult {
    pub fn view(&self, place: &Place<'_>, viewpoint: &Viewpoint) -> BlockView {
        let progress = self.progress();
        let shape = self.drawing().shape;
        let grid = self.grid(if matches!(shape, Shape::Table | Shape::Log) { place.rows } else { ROWS }, viewpoint);
        let missing = grid.missing.clone();
        let table = (!grid.rows.is_empty()).then(|| TableView {
            columns: grid
                .header
                .iter()
                .zip(&grid.types)
                .map(|(name, ty)| ColumnView { name: name.clone(), r#type: ty.word() })
                .collect(),
            rows: grid.rows,
            // Rows that come and go without windows are not open ones.
            provisional: grid.provisional.iter().map(|open| *open && grid.marked).collect(),
            total: grid.total,
        });
        let line_of = |stage: &StageSpan| (place.line)(stage.start);
        let lines = self.stage_lines(viewpoint).into_iter().filter_map(|line| {
            Some(LineView { line: line_of(&line.stage)?, text: line.text, severity: line.severity.map(severity_word) })
        });
        BlockView {
            uri: place.uri.clone(),
            block: self.block().to_owned(),
            title: place.title.clone(),
            source: place.source.clone(),
            live: place.live,
            flow: self.flow().to_owned(),
            state: self.state(),
            stale: place.stale,
            gone: place.gone,
            summary: self.summary(),
            range: place.range,
            lines: lines.collect(),
            shape,
            view: self.picture(Room { width: place.columns.clamp(NARROWEST, WIDEST), height: LINES }, viewpoint),
            table,
            series: self.series_view(viewpoint),
            figure: self.figure(viewpoint),
            gaps: self.gap_views(&missing),
            stats: StatsView {
                received: progress.received,
                matched: progress.matched,
                filtered: progress.filtered,
                late: progress.late,
                dropped: progress.dropped_total(),
                in_flight: progress.in_flight,
                rate: if self.is_unbounded() { progress.rate } else { 0.0 },
                lag_ms: progress.lag as f64 / 1e6,
            },
            notices: self.notice_views(place),
            empty: progress.empty.as_ref().map(|empty| EmptyView {
                reason: empty.reason.word(),
                message: value::text(&empty.message),
                help: empty.help.as_deref().map(value::text),
                line: empty.range.and_then(|(start, _)| (place.line)(start)),
            }),
            at: Timestamp::from_nanosecond(i128::from(viewpoint.now)).map(|at| format!("{at:.3}")).unwrap_or_default(),
        }
    }

    fn series_view(&self, viewpoint: &Viewpoint) -> Option<SeriesView> {
        let drawing = self.drawing();
        if drawing.shape != Shape::Chart {
            return None;
        }
        let series = self.series(&drawing, viewpoint)?;
        let lines = series.lines.into_iter().map(|line| {
            let timespan = line.ty == Type::Timespan;
            let scale = if timespan { 1e6 } else { 1.0 };
            NamedView {
                name: line.name,
                unit: timespan.then_some("ms"),
                values: line.values.into_iter().map(|value| Some(value? / scale)).collect(),
                axis: line.axis,
                color: line.color,
            }
        });
        Some(SeriesView {
            x: series.x.iter().map(|x| *x as f64 / 1e6).collect(),
            series: lines.collect(),
            provisional_from: series.provisional_from,
            cut: series.cut,
        })
    }

    /// `within`: those that are seen in the table, the last ones.
    fn gap_views(&self, within: &[(usize, u64)]) -> Vec<GapView> {
        let millis = |at: i64| at as f64 / 1e6;
        let above = self.gaps().len() - within.len();
        let view = |(index, gap): (usize, &super::Gap)| GapView {
            rows: gap.rows,
            times: gap.times.map(|(from, to)| (millis(from), millis(to))),
            before: index.checked_sub(above).map(|index| within[index].0),
        };
        self.gaps().iter().enumerate().map(view).collect()
    }

    /// What was noticed, and what was dropped and why.
    fn notice_views(&self, place: &Place<'_>) -> Vec<NoticeView> {
        let missing = self.missing().into_iter().map(|message| NoticeView { severity: "warning", message, line: None });
        let noticed = self.notices().map(|notice| NoticeView {
            severity: severity_word(notice.severity),
            message: value::text(&notice.message),
            line: notice.range.and_then(|(start, _)| (place.line)(start)),
        });
        let dropped = self.dropped().into_iter().map(|message| NoticeView { severity: "warning", message, line: None });
        let failed = (self.state() == State::Failed).then(|| NoticeView {
            severity: "error",
            message: value::text(self.message()),
            line: self.failed_at.and_then(|(start, _)| (place.line)(start)),
        });
        missing.chain(noticed).chain(dropped).chain(failed).collect()
    }

    /// One sentence for each reason for which records were dropped, and for each field that lost values, with a sample.
    pub fn dropped(&self) -> Vec<String> {
        let sentence = |dropped: &runner::event::Dropped| {
            let sample = if dropped.sample.is_empty() {
                String::new()
            } else {
                format!(", e.g. `{}`", super::picture::fit(&value::text(&dropped.sample), 80))
            };
            format!("{} dropped: {}{sample}", value::count(dropped.count), value::text(&dropped.reason))
        };
        let lost = |lost: &runner::event::Lost| {
            let (count, field, ty) = (value::count(lost.count), value::text(&lost.field), lost.ty);
            let example = super::picture::fit(&value::text(&lost.example), 80);
            let are = if lost.count == 1 { "value" } else { "values" };
            format!("{count} {are} of `{field}` became null: not a {ty}, e.g. `{example}`")
        };
        let dropped = self.progress().dropped.iter().filter(|dropped| dropped.count > 0).map(sentence);
        dropped.chain(self.progress().lost.iter().map(lost)).collect()
    }
}

pub(crate) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    }
}
