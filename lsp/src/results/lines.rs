//! The one-line texts of a block: its summary, and what passes each stage.

use runner::event::{EmptyReason, StageSpan};
use syntax::Severity;
use syntax::source::{Scheme, SourceUri};

use super::picture::spark;
use super::{BlockResult, Shape, State, Viewpoint, value};

/// Columns of a sparkline beside a stage.
const SPARK: usize = 20;

/// Columns of a row's values beside a stage.
const ROW: usize = 48;

/// Columns of what is wrong with a stage.
const WHY: usize = 80;

/// What is said beside one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageLine {
    pub stage: StageSpan,
    pub text: String,
    pub severity: Option<Severity>,
}

impl BlockResult {
    /// `● 2.1 k/s · 12,345 read · 37 matched · lag 0.4 s · 2 late · closes in 4 s · simulated`.
    pub fn summary(&self) -> String {
        let progress = self.progress();
        let mut parts = Vec::new();
        let mark = match self.state() {
            State::Starting => return "○ starting".to_owned(),
            State::Running => "●",
            State::Finished => "✓",
            State::Stopped => "■ stopped ·",
            State::Failed => "✗",
        };
        if self.state() == State::Failed && !self.message().is_empty() {
            parts.push(value::text(self.message()));
        }
        let live = self.state() == State::Running;
        if live && progress.received == 0 {
            parts.push("nothing read yet".to_owned());
        } else {
            // How fast a recording is read says nothing about what it is of.
            if live && self.is_unbounded() {
                parts.push(format!("{}/s", value::rough(progress.rate)));
            }
            parts.push(format!("{} read", value::count(progress.received)));
            // What a running answer holds has matched too; only that it is not final yet.
            parts.push(format!("{} matched", value::count(progress.matched + progress.in_flight)));
        }
        let live = live && self.is_unbounded();
        if live && progress.watermark.is_some() {
            parts.push(format!("lag {}", lag(progress.lag)));
        }
        if progress.late > 0 {
            parts.push(format!("{} late", value::count(progress.late)));
        }
        if progress.dropped_total() > 0 {
            parts.push(format!("{} dropped", value::count(progress.dropped_total())));
        }
        if self.missing_rows() > 0 {
            parts.push(format!("{} rows missing", value::count(self.missing_rows())));
        }
        if let (true, Some(close), Some(watermark)) = (live, progress.next_close, progress.watermark) {
            let seconds = close.saturating_sub(watermark).max(0).unsigned_abs().div_ceil(1_000_000_000);
            parts.push(format!("closes in {seconds} s"));
        }
        if self.state() == State::Finished && !self.message().is_empty() {
            parts.push(value::text(self.message()));
        }
        // Nobody may take the demo for the house on fire.
        if self.is_simulated() {
            parts.push("simulated".to_owned());
        }
        format!("{mark} {}", parts.join(" · "))
    }

    /// One for each stage of the pipeline, in order.
    pub fn stage_lines(&self, viewpoint: &Viewpoint) -> Vec<StageLine> {
        let Some(started) = self.started() else { return Vec::new() };
        let counts = &self.progress().stage_out;
        let mut before = self.progress().received;
        // What an expression looks up is no stage of the text.
        let is_shown = |stage: &StageSpan| !stage.word.is_empty();
        let last = started.stages.iter().rposition(is_shown).unwrap_or(0);
        let mut lines = Vec::with_capacity(started.stages.len());
        for (index, stage) in started.stages.iter().enumerate() {
            let count = counts.get(index).copied().unwrap_or(0);
            if !is_shown(stage) {
                continue;
            }
            let (mut text, mut severity) = match self.trace.rate(index) {
                _ if count == 0 && before > 0 && stage.word == "where" => {
                    let why = self.why_at(stage).map(|why| format!(" · {why}")).unwrap_or_default();
                    (format!("→ 0 of {}{why}", value::count(before)), Some(Severity::Warning))
                }
                Some(rate) if self.is_live() && self.is_unbounded() => (format!("→ {}/s", value::rough(rate)), None),
                _ => (format!("→ {}", value::count(count)), None),
            };
            if index == last {
                let result = self.last_values(viewpoint);
                if !result.is_empty() {
                    // How many rows a second an aggregate makes says nothing; its values do.
                    let aggregate = count == 0 || self.is_answer() || self.has_windows();
                    text = if aggregate { format!("→ {result}") } else { format!("{text}  {result}") };
                    severity = None;
                }
            }
            before = count;
            lines.push(StageLine { stage: stage.clone(), text, severity });
        }
        lines
    }

    /// Why nothing comes out, if it is this stage that lets nothing through: what to do, else what was found.
    fn why_at(&self, stage: &StageSpan) -> Option<String> {
        let empty = self.progress().empty.as_ref()?;
        let (start, _) = empty.range.filter(|(start, _)| (stage.start..stage.end).contains(start))?;
        let is_said = empty.reason == EmptyReason::Filtered && start == stage.start;
        let text = empty.help.as_ref().unwrap_or(&empty.message);
        (!is_said).then(|| super::picture::fit(&value::text(text), WHY))
    }

    /// What is read is made up.
    pub fn is_simulated(&self) -> bool {
        let uri = self.started().and_then(|started| SourceUri::parse(&started.source_uri).ok());
        uri.is_some_and(|uri| uri.scheme == Scheme::Demo)
    }

    /// Reads from a source without an end, so that its lag and its clock mean something.
    pub fn is_unbounded(&self) -> bool {
        let uri = self.started().and_then(|started| SourceUri::parse(&started.source_uri).ok());
        uri.is_none_or(|uri| !uri.bounded())
    }

    /// A sparkline with the last value, or the last row, in one short line.
    fn last_values(&self, viewpoint: &Viewpoint) -> String {
        let fields = self.fields();
        let drawing = self.drawing();
        if drawing.shape == Shape::Chart
            && let Some(series) = self.series(&drawing, viewpoint)
            && let Some(line) = series.moves_most()
            && let Some(value) = line.last()
        {
            let spark = spark::line(&line.values, SPARK, spark::Range::of([line]));
            let more = if series.lines.len() > 1 { format!(" {}", line.name) } else { String::new() };
            return format!("{spark} {}{more}", line.write(value));
        }
        if drawing.shape == Shape::Histogram
            && let Some(spread) = self.spread_in_words()
        {
            return spread;
        }
        let row = if self.is_answer() { self.rows.iter().next() } else { self.rows.iter().next_back() };
        let Some(row) = row else { return String::new() };
        if self.rows.len() == 1
            && let [y] = drawing.y.as_slice()
            && let Some(field) = fields.get(*y)
        {
            let values = self.trace.values(*y);
            if let Some(last) = values.last().copied().flatten() {
                let range = spark::Range::around(&values);
                let spark = if values.len() > 1 { spark::line(&values, SPARK, range) + " " } else { String::new() };
                return format!("{spark}{}", value::drawn(last, field.ty));
            }
        }
        let cells = fields
            .iter()
            .enumerate()
            .filter_map(|(index, field)| value::cell(row.column(index, field)?, row.index, field.ty, viewpoint));
        super::picture::fit(&cells.collect::<Vec<_>>().join(" · "), ROW)
    }
}

fn lag(nanos: i64) -> String {
    // A clock that runs ahead of ours is not a negative lag.
    value::timespan((nanos.max(0) + 50_000_000) / 100_000_000 * 100_000_000)
}
