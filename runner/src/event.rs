//! What a watcher of a flow is told, as plain data; the wire form is converted in `service` and `client`.

use arrow_array::RecordBatch;
use syntax::pipeline::Render;

#[derive(Clone, Debug)]
pub struct Event {
    /// The flow's id.
    pub flow: String,
    /// The block's name.
    pub block: String,
    pub kind: EventKind,
}

#[derive(Clone, Debug)]
pub enum EventKind {
    Started(Started),
    Progress(Progress),
    /// Final rows, to be appended.
    Final(RecordBatch),
    /// What the answer would be if the input ended now, beyond the final rows; replaces the one before.
    Provisional(RecordBatch),
    Notice(Notice),
    /// Final rows that this watcher was not sent.
    Missing(Missing),
    /// For who asked for [`crate::RunRequest::rejects`].
    Rejected(Rejected),
    Finished(Finished),
}

/// A record that could not be decoded, or lost a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub reason: String,
    pub record: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct Started {
    pub source: String,
    pub source_uri: String,
    pub heading: Option<String>,
    pub stages: Vec<StageSpan>,
    /// The result's fields.
    pub fields: Vec<syntax::Field>,
    pub render: Render,
    /// Where the result is in windows of even distance.
    pub windows: Option<syntax::Windows>,
}

/// Rows that a watcher was not sent, since it could not keep up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    pub rows: u64,
    /// The first and the last time that they have.
    pub times: Option<(i64, i64)>,
}

/// Where a stage stands in the text that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageSpan {
    pub word: String,
    pub start: u32,
    pub end: u32,
}

/// `received = matched + filtered + late + dropped + in_flight`, exact to one event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    pub received: u64,
    pub matched: u64,
    pub filtered: u64,
    pub late: u64,
    pub in_flight: u64,
    pub dropped: Vec<Dropped>,
    /// Events that left each stage so far, in the order of [`Started::stages`].
    pub stage_out: Vec<u64>,
    /// Nanoseconds of event time; None before the first event.
    pub watermark: Option<i64>,
    /// Newest event's time behind the clock, in nanoseconds.
    pub lag: i64,
    /// Events received a second, over the last seconds.
    pub rate: f64,
    /// When the oldest open window closes, in event time.
    pub next_close: Option<i64>,
    /// Bytes of state.
    pub state: u64,
    /// While there is nothing to show: why.
    pub empty: Option<Empty>,
    /// Values that became null, by field.
    pub lost: Vec<Lost>,
}

/// Values of a field that became null, since they are none of the type as which it is declared or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub field: syntax::Name,
    pub ty: syntax::Type,
    pub count: u64,
    /// The first of them, control characters made visible.
    pub example: String,
}

/// Why a flow shows nothing, and what could be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Empty {
    pub reason: EmptyReason,
    /// One sentence.
    pub message: String,
    pub help: Option<String>,
    /// Byte range in the text that was sent.
    pub range: Option<(u32, u32)>,
    /// What may stand at the range instead.
    pub replacements: Vec<String>,
}

/// In the order in which they are looked for; within a stage the first says most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EmptyReason {
    /// No event has come.
    Silent,
    /// No record could be decoded.
    Unreadable,
    /// No event has a field that is asked for.
    NoField,
    /// The value that is asked for occurs, but as another type or in another case.
    Type,
    /// The field never has a value that is asked for.
    NoValue,
    /// A stage lets nothing through.
    Filtered,
    /// All events came after their window had closed.
    Late,
    /// Events are held for an answer that is not final yet.
    Waiting,
}

impl EmptyReason {
    pub const ALL: [EmptyReason; 8] = [
        EmptyReason::Silent,
        EmptyReason::Unreadable,
        EmptyReason::NoField,
        EmptyReason::Type,
        EmptyReason::NoValue,
        EmptyReason::Filtered,
        EmptyReason::Late,
        EmptyReason::Waiting,
    ];

    /// On the wire.
    pub fn word(self) -> &'static str {
        match self {
            EmptyReason::Silent => "silent",
            EmptyReason::Unreadable => "unreadable",
            EmptyReason::NoField => "no-field",
            EmptyReason::Type => "type",
            EmptyReason::NoValue => "no-value",
            EmptyReason::Filtered => "filtered",
            EmptyReason::Late => "late",
            EmptyReason::Waiting => "waiting",
        }
    }
}

impl Empty {
    pub fn new(reason: EmptyReason, message: String) -> Empty {
        Empty { reason, message, help: None, range: None, replacements: Vec::new() }
    }

    /// The sentence, and what to do.
    pub fn text(&self) -> String {
        match &self.help {
            Some(help) => format!("{}; {help}", self.message),
            None => self.message.clone(),
        }
    }
}

impl Missing {
    /// As one sentence.
    pub fn text(&self) -> String {
        format!("{} rows were not shown: this watcher could not keep up", self.rows)
    }

    /// Takes in what else is missing.
    pub fn add(&mut self, more: Missing) {
        self.rows += more.rows;
        self.times = match (self.times, more.times) {
            (Some((from, to)), Some((first, last))) => Some((from.min(first), to.max(last))),
            (known, more) => known.or(more),
        };
    }
}

impl Progress {
    pub fn dropped_total(&self) -> u64 {
        self.dropped.iter().map(|dropped| dropped.count).sum()
    }
}

/// Why a flow drops events of a live source that come faster than it takes them.
pub const TOO_SLOW: &str = "the flow was too slow";

/// Records that could not be decoded or kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    pub reason: String,
    pub count: u64,
    /// The start of one such record, control characters made visible.
    pub sample: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub severity: syntax::Severity,
    pub message: String,
    /// Byte range in the text that was sent; None for the whole block.
    pub range: Option<(u32, u32)>,
}

#[derive(Clone, Debug)]
pub struct Finished {
    pub outcome: Outcome,
    pub message: String,
    /// Of a limit: the stage that met it, as a byte range in the text that was sent.
    pub range: Option<(u32, u32)>,
    pub last: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The source ended, or the pipeline had enough (`take`), or `--for`/`--events` was reached.
    End,
    /// Somebody stopped it.
    Stopped,
    /// An `assert` did not hold.
    Violated,
    /// A limit bit.
    Limit,
    Failed,
}
