//! The checked pipeline: what a block means, as plain data. The analysis makes it, the runner runs it.
//!
//! Everything is resolved here: lets are inlined, parameters are literals, types agree (the analysis
//! inserts the conversions), column names are final. It holds no engine detail, so that another printer
//! (SQL for a cluster) can be written from it.

use crate::source::SourceName;
use crate::{Name, Schema, TextRange, Type, Value};

#[derive(Clone, Debug)]
pub struct Pipeline {
    pub source: SourceName,
    /// What the pipeline may read from the source: the source's fields, and those named beyond them.
    pub input: Schema,
    pub stages: Vec<Stage>,
    pub render: Render,
}

impl Pipeline {
    /// The schema after the last stage.
    pub fn output(&self) -> &Schema {
        self.stages.last().map_or(&self.input, |stage| &stage.output)
    }
}

/// What a pipeline needs of its source, see [`Pipeline::reads`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reads {
    /// The result carries whatever the source has.
    All,
    Fields(Vec<Name>),
}

#[derive(Clone, Debug)]
pub struct Stage {
    /// In the document; for a stage that came through a `let`, the place where it is written.
    pub range: TextRange,
    pub kind: StageKind,
    /// The schema that leaves this stage.
    pub output: Schema,
}

#[derive(Clone, Debug)]
pub enum StageKind {
    Where(Expr),
    /// Adds or replaces fields, each seeing the stage's input only.
    Extend(Vec<Named>),
    /// Also project-keep, -away and -rename: the fields that leave, in order. From an open schema,
    /// `project-away` and `project-rename` are [`StageKind::Rename`] and [`StageKind::Drop`].
    Project(Vec<Named>),
    Drop(Vec<Name>),
    Rename(Vec<(Name, Name)>),
    /// The first n events, then the flow ends.
    Take(u64),
    /// The last n events, live.
    Tail(u64),
    /// First event of each combination, in order of arrival.
    Distinct(Vec<Name>),
    Summarize(Summarize),
    Top {
        count: u64,
        keys: Vec<SortKey>,
        scope: Scope,
    },
    Sort {
        keys: Vec<SortKey>,
        scope: Scope,
    },
    /// The events of the main input and of all these.
    Union(Vec<Pipeline>),
    /// Typed and formatted, but no operator runs it yet; the word is the stage's (or function's) own.
    Unsupported {
        word: String,
        range: TextRange,
    },
}

/// Over which rows a `top` or `sort` ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything seen so far: a live answer that is final at the end.
    All,
    /// The rows of one window: ranked as the window closes.
    Window,
}

#[derive(Clone, Debug)]
pub struct Named {
    pub name: Name,
    pub expr: Expr,
}

#[derive(Clone, Debug)]
pub struct SortKey {
    pub expr: Expr,
    pub descending: bool,
    pub nulls_first: bool,
}

/// `summarize outputs by keys`. Leaves: the keys, then the outputs.
#[derive(Clone, Debug)]
pub struct Summarize {
    /// The grouping expressions; the window's is among them and leaves as the window's start.
    pub keys: Vec<Named>,
    pub window: Option<Window>,
    /// The aggregates that have to be kept, under internal names (`$0`, `$1` …).
    pub aggregates: Vec<Aggregate>,
    /// The columns that leave after the keys: expressions over the keys and the aggregates' names.
    pub outputs: Vec<Named>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Which of the keys is the window; its `expr` is the event-time field itself.
    pub key: usize,
    pub kind: WindowKind,
}

/// Nanoseconds throughout. Windows are aligned to 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowKind {
    Tumbling { size: i64 },
    Hop { size: i64, every: i64 },
    Session { gap: i64, max: i64 },
}

#[derive(Clone, Debug)]
pub struct Aggregate {
    pub name: Name,
    pub function: AggregateFunction,
    pub args: Vec<Expr>,
    /// The predicate of `countif`, `sumif` …: which events count.
    pub filter: Option<Expr>,
    pub ty: Type,
    pub range: TextRange,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AggregateFunction {
    Count,
    Sum,
    Avg,
    Min,
    Max,
    /// Sample standard deviation and variance, as in Kusto.
    Stdev,
    Variance,
    Dcount,
    /// 0 to 100.
    Percentile(f64),
    /// Args: the value that is ranked, the value that is returned.
    ArgMax,
    ArgMin,
    MakeSet(u64),
    MakeList(u64),
    TakeAny,
    /// By event time.
    First,
    Last,
    /// Events (or the argument's sum) per second of the window.
    Rate,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Type,
    pub range: TextRange,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A field of the stage's input.
    Field(Name),
    Literal(Value),
    Call {
        function: Function,
        args: Vec<Expr>,
    },
}

/// Scalar functions and operators. The catalog has their words, arguments, types and docs.
///
/// Nulls follow Kusto: `==` of a null and a value is false, `!=` true, of two nulls null; an ordering or
/// arithmetic with a null is null; `where` keeps only true. To the string functions a null is "".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    // Logic.
    And,
    Or,
    Not,
    // Comparison: both sides have one type.
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// Args: value, low, high; both inclusive.
    Between,
    NotBetween,
    /// Args: value, then the list.
    In,
    NotIn,
    InIgnoreCase,
    NotInIgnoreCase,
    // Strings, without regard to case unless `Cs`.
    EqualIgnoreCase,
    NotEqualIgnoreCase,
    Has,
    NotHas,
    HasCs,
    NotHasCs,
    HasAny,
    HasAll,
    HasPrefix,
    NotHasPrefix,
    HasPrefixCs,
    NotHasPrefixCs,
    HasSuffix,
    NotHasSuffix,
    HasSuffixCs,
    NotHasSuffixCs,
    Contains,
    NotContains,
    ContainsCs,
    NotContainsCs,
    StartsWith,
    NotStartsWith,
    StartsWithCs,
    NotStartsWithCs,
    EndsWith,
    NotEndsWith,
    EndsWithCs,
    NotEndsWithCs,
    /// Args: string, pattern (a literal).
    MatchesRegex,
    Strcat,
    StrcatDelim,
    Strlen,
    ToLower,
    ToUpper,
    Substring,
    Split,
    IndexOf,
    CountOf,
    ReplaceString,
    ReplaceRegex,
    Extract,
    Trim,
    TrimStart,
    TrimEnd,
    Reverse,
    StrRep,
    IsEmpty,
    IsNotEmpty,
    // Nulls and choice.
    IsNull,
    IsNotNull,
    Iff,
    Case,
    Coalesce,
    // Arithmetic: long with long, real with real, and times as their names say.
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Negate,
    /// Down to a multiple: args value, size.
    Bin,
    Abs,
    Floor,
    Ceiling,
    Round,
    Sqrt,
    Pow,
    Exp,
    Log,
    Log2,
    Log10,
    Sign,
    MinOf,
    MaxOf,
    IsNan,
    IsInf,
    IsFinite,
    // Time. `Now` is the time the flow was started, and the runner folds it.
    Now,
    Ago,
    StartOfMinute,
    StartOfHour,
    StartOfDay,
    StartOfWeek,
    StartOfMonth,
    StartOfYear,
    DayOfWeek,
    DayOfMonth,
    DayOfYear,
    HourOfDay,
    GetMonth,
    GetYear,
    DatetimePart,
    DatetimeDiff,
    DatetimeAdd,
    FormatDatetime,
    FormatTimespan,
    MakeDatetime,
    UnixSeconds,
    UnixMilliseconds,
    UnixMicroseconds,
    UnixNanoseconds,
    // Conversion; null where it cannot.
    ToBool,
    ToLong,
    ToReal,
    ToString,
    ToDatetime,
    ToTimespan,
    ToDynamic,
    // Dynamic: args value, key or index.
    Index,
    ArrayLength,
    BagKeys,
    ParseJson,
}

/// How a result is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Render {
    pub kind: RenderKind,
    /// False where no `render` was written and the fitting default was taken.
    pub written: bool,
    pub title: Option<String>,
    /// Over which field, which fields are drawn, and which fields name the series.
    pub x: Option<Name>,
    pub y: Vec<Name>,
    pub series: Vec<Name>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenderKind {
    Timechart,
    Areachart,
    Linechart,
    Table,
    Card,
    Barchart,
    Columnchart,
    Piechart,
    Heatmap,
    Histogram,
    Log,
}

impl RenderKind {
    pub const ALL: [RenderKind; 11] = [
        RenderKind::Timechart,
        RenderKind::Areachart,
        RenderKind::Linechart,
        RenderKind::Table,
        RenderKind::Card,
        RenderKind::Barchart,
        RenderKind::Columnchart,
        RenderKind::Piechart,
        RenderKind::Heatmap,
        RenderKind::Histogram,
        RenderKind::Log,
    ];

    pub fn word(self) -> &'static str {
        match self {
            RenderKind::Timechart => "timechart",
            RenderKind::Areachart => "areachart",
            RenderKind::Linechart => "linechart",
            RenderKind::Table => "table",
            RenderKind::Card => "card",
            RenderKind::Barchart => "barchart",
            RenderKind::Columnchart => "columnchart",
            RenderKind::Piechart => "piechart",
            RenderKind::Heatmap => "heatmap",
            RenderKind::Histogram => "histogram",
            RenderKind::Log => "log",
        }
    }
}

impl Expr {
    /// Calls `visit` for each field that the expression reads.
    pub fn visit_fields<'a>(&'a self, visit: &mut impl FnMut(&'a Name)) {
        match &self.kind {
            ExprKind::Field(name) => visit(name),
            ExprKind::Literal(_) => {}
            ExprKind::Call { args, .. } => args.iter().for_each(|arg| arg.visit_fields(visit)),
        }
    }
}

impl Pipeline {
    /// The source's fields that the answer depends on; the decoder makes no others.
    pub fn reads(&self) -> Reads {
        reads(&self.stages)
    }
}

/// Backwards from the end: what the rest of the pipeline needs of what enters a stage.
fn reads(stages: &[Stage]) -> Reads {
    let mut needed = Reads::All;
    for stage in stages.iter().rev() {
        needed = match &stage.kind {
            StageKind::Where(predicate) => add_exprs(needed, [predicate]),
            StageKind::Extend(made) => {
                let rest = remove(needed, made.iter().map(|named| &named.name));
                add_exprs(rest, made.iter().map(|named| &named.expr))
            }
            StageKind::Project(made) => {
                // What a later stage does not read is still computed, so it is still read.
                add_exprs(Reads::Fields(Vec::new()), made.iter().map(|named| &named.expr))
            }
            StageKind::Drop(_) | StageKind::Take(_) | StageKind::Tail(_) | StageKind::Unsupported { .. } => needed,
            StageKind::Rename(pairs) => match needed {
                Reads::All => Reads::All,
                Reads::Fields(names) => {
                    let mut before = Vec::new();
                    for name in names {
                        let old = pairs.iter().find(|(_, new)| *new == name).map_or(name, |(old, _)| old.clone());
                        insert(&mut before, &old);
                    }
                    Reads::Fields(before)
                }
            },
            StageKind::Distinct(names) => Reads::Fields(names.clone()),
            StageKind::Summarize(summarize) => {
                let keys = summarize.keys.iter().map(|key| &key.expr);
                let aggregates = summarize.aggregates.iter();
                let exprs = keys.chain(aggregates.flat_map(|aggregate| aggregate.args.iter().chain(&aggregate.filter)));
                add_exprs(Reads::Fields(Vec::new()), exprs)
            }
            StageKind::Top { keys, .. } | StageKind::Sort { keys, .. } => {
                add_exprs(needed, keys.iter().map(|key| &key.expr))
            }
            StageKind::Union(_) => needed,
        };
    }
    needed
}

fn insert(names: &mut Vec<Name>, name: &Name) {
    if !names.contains(name) {
        names.push(name.clone());
    }
}

fn remove<'a>(needed: Reads, made: impl Iterator<Item = &'a Name>) -> Reads {
    match needed {
        Reads::All => Reads::All,
        Reads::Fields(mut names) => {
            for name in made {
                names.retain(|known| known != name);
            }
            Reads::Fields(names)
        }
    }
}

fn add_exprs<'a>(needed: Reads, exprs: impl IntoIterator<Item = &'a Expr>) -> Reads {
    match needed {
        Reads::All => Reads::All,
        Reads::Fields(mut names) => {
            for expr in exprs {
                expr.visit_fields(&mut |name| insert(&mut names, name));
            }
            Reads::Fields(names)
        }
    }
}
