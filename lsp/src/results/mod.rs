//! What one running block has to show: its events folded into a result of bounded size, and the views of
//! it that the terminal, the editor and the tables draw. Pure: the time is passed in.

mod colors;
pub mod difference;
mod distribution;
mod drawing;
mod figure;
mod heat;
mod lines;
mod picture;
mod pinned;
mod rows;
mod scale;
mod series;
mod spread;
mod trace;
pub mod value;
mod view;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use jiff::tz::TimeZone;
use runner::event::{Empty, Event, EventKind, Missing, Notice, Outcome, Progress, Started};
use serde::Serialize;
use syntax::pipeline::RenderKind;
use syntax::{Field, Severity, Value};

use distribution::{Axes, Distribution};
use rows::Rows;
use trace::Trace;

pub use drawing::{Drawing, Shape};
pub use figure::{Bars, Card, Figure, Heatmap, Histogram};
pub use lines::StageLine;
pub use picture::Room;
pub(crate) use picture::grid::Grid;
pub(crate) use picture::paint::{LEVELS, Painted, Piece, Tone};
pub(crate) use picture::{MISSING, columns, fit, horizontal, left, right, sparkline};
pub(crate) use rows::fields_of;
pub use series::{Line, Series};
pub use value::Viewpoint;
pub(crate) use view::severity_word;
pub use view::{
    BlockView, ColumnView, GapView, LineView, NamedView, NoticeView, Place, PositionView, RangeView, SeriesView,
    StatsView, TableView,
};
pub(crate) use view::{COLUMNS, MOST_ROWS, ROWS};

/// Notices that are kept, the newest ones.
const MAX_NOTICES: usize = 20;

/// Places at which rows are missing; beyond, they become one.
const MAX_GAPS: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Starting,
    Running,
    Finished,
    Stopped,
    Failed,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Starting => "starting",
            State::Running => "running",
            State::Finished => "finished",
            State::Stopped => "stopped",
            State::Failed => "failed",
        }
    }
}

/// A block that runs or has run.
#[derive(Debug)]
pub struct BlockResult {
    block: String,
    flow: String,
    state: State,
    /// Why it ended, where there is something to say.
    message: String,
    /// It failed because an `assert` did not hold.
    violated: bool,
    started: Option<Started>,
    progress: Progress,
    notices: VecDeque<Notice>,
    /// The stage that met a limit, as a byte range in the text that was sent.
    failed_at: Option<(u32, u32)>,
    rows: Rows,
    trace: Trace,
    /// Final rows, for a picture that more rows make than are kept.
    finals: Option<Distribution>,
    gaps: Vec<Gap>,
    /// As it was drawn last, in which zone: views, summary and pictures ask for it, one after the other.
    drawn: Mutex<Option<(TimeZone, Option<Series>)>>,
}

/// Final rows that never came here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    pub rows: u64,
    /// The first and the last time that they have.
    pub times: Option<(i64, i64)>,
    /// So many final rows came before.
    pub after: u64,
}

impl BlockResult {
    pub fn new(block: impl Into<String>) -> BlockResult {
        BlockResult {
            block: block.into(),
            flow: String::new(),
            state: State::Starting,
            message: String::new(),
            violated: false,
            started: None,
            progress: Progress::default(),
            notices: VecDeque::new(),
            failed_at: None,
            rows: Rows::default(),
            trace: Trace::default(),
            finals: None,
            gaps: Vec::new(),
            drawn: Mutex::default(),
        }
    }

    /// Takes in an event of this block's flow that arrived at `now` (nanoseconds since 1970).
    pub fn fold(&mut self, event: Event, now: i64) {
        if self.flow.is_empty() {
            self.flow = event.flow;
        }
        if !matches!(event.kind, EventKind::Progress(_) | EventKind::Notice(_)) {
            *self.drawn.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        }
        match event.kind {
            EventKind::Started(started) => {
                self.state = State::Running;
                self.finals = Distribution::of(&started.render, &started.fields);
                self.rows.keep(match started.render.kind {
                    RenderKind::Timechart | RenderKind::Areachart | RenderKind::Linechart => rows::MAX_DRAWN,
                    _ => rows::MAX_ROWS,
                });
                self.started = Some(started);
            }
            EventKind::Progress(progress) => self.measure(progress, now),
            EventKind::Final(batch) => {
                if let (Some(finals), Some(started)) = (&mut self.finals, &self.started) {
                    finals.fold(&started.render, &batch);
                }
                self.rows.append(batch);
                self.trace_values(now);
            }
            EventKind::Provisional(batch) => {
                self.rows.replace_provisional(Some(batch));
                self.trace_values(now);
            }
            EventKind::Notice(notice) => self.notify(notice),
            EventKind::Missing(missing) => self.miss(missing),
            // For a file, not for a screen.
            EventKind::Rejected(_) => {}
            EventKind::Finished(finished) => {
                self.measure(finished.last, now);
                self.state = match finished.outcome {
                    Outcome::End => State::Finished,
                    Outcome::Stopped => State::Stopped,
                    Outcome::Violated | Outcome::Limit | Outcome::Failed => State::Failed,
                };
                self.message = finished.message;
                self.failed_at = finished.range;
                self.violated = finished.outcome == Outcome::Violated;
                // What was held has become final, unless the flow broke down.
                if self.state != State::Failed || self.violated {
                    self.rows.replace_provisional(None);
                }
            }
        }
    }

    /// The flow is gone without its own word, e.g. with its runner. What was shown stays.
    pub fn fail(&mut self, message: impl Into<String>) {
        self.state = State::Failed;
        self.message = message.into();
    }

    /// The user stopped it and nobody waits for the flow's last word.
    pub fn stop(&mut self) {
        if self.is_live() {
            self.state = State::Stopped;
        }
    }

    pub fn block(&self) -> &str {
        &self.block
    }

    pub fn flow(&self) -> &str {
        &self.flow
    }

    pub fn state(&self) -> State {
        self.state
    }

    /// An `assert` of it did not hold.
    pub fn is_violated(&self) -> bool {
        self.violated
    }

    pub fn is_live(&self) -> bool {
        matches!(self.state, State::Starting | State::Running)
    }

    /// Why it ended; empty where there is nothing to say.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub fn started(&self) -> Option<&Started> {
        self.started.as_ref()
    }

    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Why there is nothing to show, and what to do.
    pub fn empty(&self) -> Option<String> {
        let empty = self.progress.empty.as_ref()?;
        Some(value::text(&empty.text()))
    }

    /// The same, with the place and what may stand there instead.
    pub fn why(&self) -> Option<&Empty> {
        self.progress.empty.as_ref().filter(|_| self.is_live())
    }

    pub fn notices(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter()
    }

    /// The result's columns.
    pub fn fields(&self) -> Vec<Field> {
        let declared = || self.started.as_ref().map(|started| started.fields.clone()).unwrap_or_default();
        self.rows.fields().unwrap_or_else(declared)
    }

    /// The value of the field that is shown as this text; of several, the newest.
    pub fn exact(&self, field: &str, text: &str, viewpoint: &Viewpoint) -> Option<Value> {
        let fields = self.fields();
        let (position, field) = fields.iter().enumerate().find(|(_, known)| *known.name == *field)?;
        self.rows.iter().rev().find_map(|row| {
            let column = row.column(position, field)?;
            let shown = value::cell(column, row.index, field.ty, viewpoint)?;
            (shown == text).then(|| value::exact(column, row.index, field.ty))?
        })
    }

    /// Where rows are missing, in the order in which they would have come.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// From the first to the last time that is missing, each.
    pub(crate) fn missing_times(&self) -> impl Iterator<Item = (i64, i64)> {
        self.gaps.iter().filter_map(|gap| gap.times)
    }

    /// Rows that are missing.
    pub(crate) fn missing_rows(&self) -> u64 {
        self.gaps.iter().map(|gap| gap.rows).sum()
    }

    /// All that is missing, as one sentence; None where nothing is.
    pub fn missing(&self) -> Option<String> {
        let rows = self.missing_rows();
        let (they, they_are) = if rows == 1 { ("row", "it was") } else { ("rows", "they were") };
        let said = format!(
            "{} {they} never came here, since {they_are} more than could be taken in; the places are marked. Run the block \
             again to see all of it",
            value::count(rows)
        );
        (rows > 0).then_some(said)
    }

    /// What a heatmap or histogram is drawn from, provisional rows included, and over what.
    pub(crate) fn distribution(&self) -> Option<(Cow<'_, Distribution>, Axes)> {
        let (finals, started) = (self.finals.as_ref()?, self.started.as_ref()?);
        let axes = Axes::of(&started.render, &self.fields())?;
        let Some(open) = self.rows.open() else { return Some((Cow::Borrowed(finals), axes)) };
        let mut all = finals.clone();
        all.fold(&started.render, open);
        Some((Cow::Owned(all), axes))
    }

    /// The same without provisional rows.
    pub(crate) fn finals(&self) -> Option<&Distribution> {
        self.finals.as_ref()
    }

    /// Rows that are kept.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.len() == 0
    }

    fn measure(&mut self, progress: Progress, now: i64) {
        self.trace.measure(now, &progress);
        self.progress = progress;
    }

    fn trace_values(&mut self, now: i64) {
        if let Some(last) = self.rows.iter().next_back() {
            self.trace.value(last, now);
        }
    }

    fn miss(&mut self, Missing { rows, times }: Missing) {
        let after = self.rows.total;
        let full = self.gaps.len() == MAX_GAPS;
        match self.gaps.last_mut() {
            // One place, or too many to be told apart.
            Some(last) if last.after == after || full => {
                let mut both = Missing { rows: last.rows, times: last.times };
                both.add(Missing { rows, times });
                (last.rows, last.times) = (both.rows, both.times);
            }
            _ => self.gaps.push(Gap { rows, times, after }),
        }
    }

    fn notify(&mut self, notice: Notice) {
        if self.notices.contains(&notice) {
            return;
        }
        if self.notices.len() == MAX_NOTICES {
            // Errors outlast hints.
            let least = self.notices.iter().position(|notice| notice.severity == Severity::Hint).unwrap_or(0);
            self.notices.remove(least);
        }
        self.notices.push_back(notice);
    }
}

#[cfg(test)]
mod data;
#[cfg(test)]
mod gaps;
#[cfg(test)]
mod pictures;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
