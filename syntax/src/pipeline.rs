//! The checked pipeline: what a block means, as plain data. The analysis makes it, the runner runs it.
//!
//! Everything is resolved here: lets are inlined, parameters are literals, types agree (the analysis
//! inserts the conversions), column names are final. It holds no engine detail, so that another printer
//! (SQL for a cluster) can be written from it.

mod exprs;
mod function;
mod literal;
mod rows;
mod unpack;

pub use function::Function;
pub use literal::{Literal, Rows};
pub use rows::{OverRows, OverRowsColumn};
pub use unpack::{Unpack, looks_ahead};

use crate::source::SourceName;
use crate::{Field, Name, Schema, TextRange, Type, Value};

#[derive(Clone, Debug)]
pub struct Pipeline {
    pub source: SourceName,
    /// The rows, where they are written in the pipeline itself; `source` is then a name that no other rows have.
    pub literal: Option<std::sync::Arc<Literal>>,
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

    /// Each source that is read, once: its own first, then those of unions, joins and lookups.
    pub fn sources(&self) -> Vec<SourceName> {
        let mut names = Vec::new();
        self.visit(&mut |pipeline| {
            if !names.contains(&pipeline.source) {
                names.push(pipeline.source.clone());
            }
        });
        names
    }

    /// Itself, then the pipelines within its stages.
    pub fn visit<'a>(&'a self, visit: &mut impl FnMut(&'a Pipeline)) {
        visit(self);
        for stage in &self.stages {
            match &stage.kind {
                StageKind::Union(others) => others.iter().for_each(|other| other.visit(visit)),
                StageKind::Join(join) => join.right.visit(visit),
                StageKind::Lookup(lookup) => lookup.table.visit(visit),
                _ => {}
            }
        }
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
    /// These fields come first, in this order; the others behind them as they were.
    Reorder(Vec<Name>),
    /// The first n events, then the flow ends.
    Take(u64),
    /// The last n events, live.
    Tail(u64),
    /// First event of each combination, in order of arrival. Of `*` over an open schema the output is open.
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
    Join(Box<Join>),
    Lookup(Box<Lookup>),
    Parse(Parse),
    ParseKv(ParseKv),
    MvExpand(MvExpand),
    Sample(Sample),
    TopHitters(TopHitters),
    /// These fields, which reach the stage, a row each.
    Getschema(Vec<Field>),
    Assert(Assert),
    /// Adds what depends on the rows before and behind.
    OverRows(OverRows),
    /// Adds members of a bag, as they come; the output is open.
    Unpack(Unpack),
}

impl StageKind {
    /// Not written as a stage: it finds what an expression of the next one asks of another pipeline, or of the rows
    /// before and behind, or takes that away again.
    pub fn is_hidden(&self) -> bool {
        match self {
            StageKind::Lookup(lookup) => lookup.kind.keeps_events(),
            StageKind::OverRows(_) => true,
            StageKind::Drop(names) => names.iter().all(|name| name.starts_with('$')),
            _ => false,
        }
    }
}

/// Over which rows a `top` or `sort` ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything seen so far: a live answer that is final at the end.
    All,
    /// The rows of one window: ranked as the window closes.
    Window,
    /// A stream without an end, in the order of event time: a row leaves once no older one can come any more.
    Time,
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

/// Pairs events of the main input, the left one, with those of another. Leaves: the left fields, and those of
/// the right that are [`added`](Join::added).
#[derive(Clone, Debug)]
pub struct Join {
    pub kind: JoinKind,
    pub right: Pipeline,
    /// What has to be equal, of one type on both sides; a null is equal to nothing.
    pub keys: Vec<(Expr, Expr)>,
    /// How far apart in event time the two may be, in nanoseconds; None where both sides end.
    pub within: Option<i64>,
    /// The event time of each side.
    pub times: [Option<Name>; 2],
    /// Fields of the right, and their names in the result.
    pub added: Vec<(Name, Name)>,
}

/// Looks something up in a table that another pipeline gives. Events wait until the table is there: where it is
/// read from what has an end, until that; where it is the running answer of a stream, until there is a first one.
#[derive(Clone, Debug)]
pub struct Lookup {
    pub kind: LookupKind,
    pub table: Pipeline,
    pub keys: Vec<(Expr, Expr)>,
    /// Fields of the table, and their names in the result.
    pub added: Vec<(Name, Name)>,
}

/// What leaves a lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookupKind {
    /// A row for each row of the table with the key, and the events without one, with nulls.
    LeftOuter,
    /// A row for each row of the table with the key.
    Inner,
    /// Each event once, with a bool field of this name: whether its key is in the table.
    Member(Name),
    /// Each event once, with the added fields of the table's first row; null where it has none. There are no keys.
    Scalar,
}

impl LookupKind {
    /// One event leaves for each that enters.
    pub fn keeps_events(&self) -> bool {
        matches!(self, LookupKind::Member(_) | LookupKind::Scalar)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinKind {
    Inner,
    /// Left events without a partner too, with nulls.
    LeftOuter,
    /// Left events without a partner, and no others.
    LeftAnti,
    /// Left events with a partner, once.
    LeftSemi,
    /// Pairs, and right events without a partner, with nulls.
    RightOuter,
    /// Pairs, and the events of both sides without a partner.
    FullOuter,
    /// Right events without a partner, and no others; no left field leaves.
    RightAnti,
    /// Right events with a partner, once; no left field leaves.
    RightSemi,
}

impl JoinKind {
    /// Rows have the left side's fields.
    pub fn gives_left(self) -> bool {
        !matches!(self, JoinKind::RightAnti | JoinKind::RightSemi)
    }

    /// Rows have the right side's fields.
    pub fn gives_right(self) -> bool {
        !matches!(self, JoinKind::LeftAnti | JoinKind::LeftSemi)
    }
}

impl Join {
    /// What the right side has to give where these stages come behind: its keys, its time, and what is read.
    pub fn other(&self, after: &[Stage]) -> Stage {
        other_side(self.right.output(), &self.keys, &self.added, self.times[1].as_ref(), after)
    }
}

impl Lookup {
    /// What the table has to give where these stages come behind.
    pub fn other(&self, after: &[Stage]) -> Stage {
        other_side(self.table.output(), &self.keys, &self.added, None, after)
    }
}

fn other_side(
    schema: &Schema,
    keys: &[(Expr, Expr)],
    added: &[(Name, Name)],
    time: Option<&Name>,
    after: &[Stage],
) -> Stage {
    let mut names: Vec<Name> = time.into_iter().cloned().collect();
    keys.iter().for_each(|(_, key)| key.visit_fields(&mut |name| insert(&mut names, name)));
    let needed = reads(after);
    for (name, out) in added {
        if matches!(&needed, Reads::All) || matches!(&needed, Reads::Fields(needed) if needed.contains(out)) {
            insert(&mut names, name);
        }
    }
    let fields: Vec<Field> = names.iter().filter_map(|name| schema.field(name).cloned()).collect();
    let range = TextRange::default();
    let expr = |field: &Field| Expr { kind: ExprKind::Field(field.name.clone()), ty: field.ty, range };
    let made = fields.iter().map(|field| Named { name: field.name.clone(), expr: expr(field) }).collect();
    let output = Schema { fields: fields.into(), open: false, time: time.cloned() };
    Stage { range, kind: StageKind::Project(made), output }
}

/// Reads fields out of a text by a pattern, which begins where the text begins. What stands behind the
/// pattern's end is passed over. Where the pattern does not fit, the fields are null.
#[derive(Clone, Debug)]
pub struct Parse {
    pub text: Expr,
    pub kind: ParseKind,
    pub pattern: Vec<PatternPart>,
    /// Of the regular expression: letters among `i`, `m`, `s`, `U` and `x`.
    pub flags: std::sync::Arc<str>,
    /// Only the events that fit go on.
    pub filter: bool,
}

impl Parse {
    /// The fields that the pattern reads, in its order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.pattern.iter().filter_map(|part| match part {
            PatternPart::Field(field) => Some(field),
            PatternPart::Text(_) | PatternPart::Skip => None,
        })
    }

    /// The name of the group that takes the field with this number.
    pub fn group(number: usize) -> String {
        format!("field{number}")
    }

    /// The pattern as one regular expression, with a group for each field in its order. What does not
    /// compile within the limits of a pattern is an error.
    pub fn regex(&self) -> Result<regex::Regex, regex::Error> {
        let mut text = String::from(r"\A");
        let mut fields = 0;
        for (place, part) in self.pattern.iter().enumerate() {
            let next = self.pattern.get(place + 1);
            match part {
                PatternPart::Text(written) if self.kind == ParseKind::Regex => {
                    text.push_str("(?:");
                    text.push_str(written);
                    text.push(')');
                }
                PatternPart::Text(written) => text.push_str(&regex::escape(written)),
                PatternPart::Skip if next.is_none() => {}
                // As little as possible, whatever the flags say of greed.
                PatternPart::Skip => text.push_str("(?-U:.*?)"),
                PatternPart::Field(field) => {
                    let name = Parse::group(fields);
                    fields += 1;
                    text.push_str(&group(&name, field.ty, next, self.kind));
                }
            }
        }
        let mut builder = regex::RegexBuilder::new(&text);
        builder.dot_matches_new_line(self.kind != ParseKind::Regex).size_limit(1 << 20);
        for flag in self.flags.chars() {
            match flag {
                'i' => builder.case_insensitive(true),
                'm' => builder.multi_line(true),
                's' => builder.dot_matches_new_line(true),
                'U' => builder.swap_greed(true),
                'x' => builder.ignore_whitespace(true),
                _ => &mut builder,
            };
        }
        builder.build()
    }
}

/// What a field of the pattern takes: a number as far as it is one, anything else up to the text that
/// follows; a time that no text follows as far as it is one. Up to the first such text, and in a regular
/// expression up to the last one, unless its flags turn greed around.
fn group(name: &str, ty: Type, next: Option<&PatternPart>, kind: ParseKind) -> String {
    let delimited = matches!(next, None | Some(PatternPart::Text(_)));
    let known = match ty {
        Type::Long => Some(r"[+-]?\d+"),
        Type::Real => Some(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"),
        Type::Bool => Some(r"true|false|True|False|0|1"),
        Type::Datetime if !delimited => {
            Some(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
        }
        Type::Timespan if !delimited => Some(r"[+-]?\d[\d.:]*\p{L}*"),
        Type::Datetime | Type::Timespan | Type::String | Type::Dynamic => None,
    };
    match known {
        Some(known) if kind == ParseKind::Relaxed => format!("\\s*(?:(?<{name}>{known})|.*?)"),
        // A number has all its digits, whatever the flags say of greed.
        Some(known) => format!("(?-U:\\s*(?<{name}>{known}))"),
        None if next.is_none() || kind == ParseKind::Regex => format!("(?<{name}>.*)"),
        None => format!("(?<{name}>.*?)"),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseKind {
    /// Where one field cannot be converted to its type, the pattern does not fit.
    Simple,
    /// Where one field cannot be converted, it alone is null.
    Relaxed,
    /// As simple, but the texts are regular expressions, and a text column takes as much as it can.
    Regex,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternPart {
    Text(std::sync::Arc<str>),
    /// `*`: anything, as little as possible.
    Skip,
    Field(Field),
}

/// Reads fields out of `key=value` text.
#[derive(Clone, Debug)]
pub struct ParseKv {
    pub text: Expr,
    /// The keys that are read, and what they become.
    pub fields: Vec<Field>,
    pub form: KeyValues,
    /// What a key or a value may stand in: the opening and the closing mark.
    pub quotes: Vec<(char, char)>,
    /// Within quotes, what makes the next character an ordinary one.
    pub escapes: Vec<char>,
}

/// How the pairs of [`ParseKv`] are written.
#[derive(Clone, Debug)]
pub enum KeyValues {
    /// Logfmt, and `key: value`: no delimiter is named.
    Logfmt,
    Delimited {
        /// Between two pairs.
        pairs: std::sync::Arc<str>,
        /// Between a key and its value.
        key_value: std::sync::Arc<str>,
        /// A value goes up to the next key, over delimiters.
        greedy: bool,
    },
    /// The expression's first group is a key, its second the value.
    Regex(std::sync::Arc<str>),
}

impl ParseKv {
    /// The expression of [`KeyValues::Regex`]. What does not compile within the limits of a pattern is an error.
    pub fn regex(pattern: &str) -> Result<regex::Regex, regex::Error> {
        regex::RegexBuilder::new(pattern).size_limit(1 << 20).build()
    }
}

/// One row for each element of some arrays, which are walked side by side: the shorter ones give null.
/// An empty array gives no row, a value that is no array one.
#[derive(Clone, Debug)]
pub struct MvExpand {
    pub items: Vec<Expanded>,
    /// Rows of one event at most.
    pub limit: Option<u64>,
    /// The elements' places, from 0.
    pub index: Option<Name>,
    /// A bag gives `[key, value]` instead of `{key: value}`.
    pub bags_as_arrays: bool,
    /// What is done with the rows of each event by themselves, in `mv-apply`. The event's own fields are put
    /// beside what leaves the last of them.
    pub inner: Vec<Stage>,
}

#[derive(Clone, Debug)]
pub struct Expanded {
    pub named: Named,
    /// Of an element.
    pub ty: Type,
}

/// A share of the events: those of which a hash is small enough.
#[derive(Clone, Debug)]
pub struct Sample {
    /// From 0 to 1.
    pub share: f64,
    /// What is hashed; the event's number where nothing is named.
    pub by: Vec<Expr>,
}

/// The values that occur most often, or weigh most. Leaves: the value, and its count or weight.
#[derive(Clone, Debug)]
pub struct TopHitters {
    pub count: u64,
    pub of: Expr,
    pub weight: Option<Expr>,
}

/// A predicate that has to hold for every row; null does not hold. The first row for which it does not is
/// the last one that leaves.
#[derive(Clone, Debug)]
pub struct Assert {
    pub predicate: Expr,
    /// As it is written.
    pub written: std::sync::Arc<str>,
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
    /// A `*` over a schema that is open: how a field is aggregated that becomes known later.
    pub star: Option<Star>,
}

/// What `*` does with each field: `arg_max(ranked, *)`, `arg_min(ranked, *)`, `take_any(*)`.
#[derive(Clone, Debug)]
pub struct Star {
    pub function: AggregateFunction,
    pub ranked: Option<Expr>,
    pub filter: Option<Expr>,
    pub range: TextRange,
}

impl Summarize {
    /// Adds a field that `*` stands for, unless it is there already. Returns whether it was added.
    pub fn add_by_star(&mut self, field: &Field) -> bool {
        let Some(star) = &self.star else { return false };
        if self.keys.iter().chain(&self.outputs).any(|named| named.name == field.name) {
            return false;
        }
        let expr = |name: Name| Expr { kind: ExprKind::Field(name), ty: field.ty, range: star.range };
        let name: Name = format!("${}", self.aggregates.len()).into();
        let args = star.ranked.iter().cloned().chain([expr(field.name.clone())]).collect();
        self.outputs.push(Named { name: field.name.clone(), expr: expr(name.clone()) });
        self.aggregates.push(Aggregate {
            name,
            function: star.function,
            args,
            filter: star.filter.clone(),
            ty: field.ty,
            range: star.range,
        });
        true
    }
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
    /// Of all there is, not of a sample.
    StdevP,
    VarianceP,
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
    /// By event time. Args: the value; with `otlp` since when it counts and its temporality; then what tells series
    /// apart, of which each is counted by itself.
    Counter {
        of: Counter,
        otlp: bool,
    },
}

/// What is asked of a counter's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// How much it grew, over new beginnings.
    Increase,
    /// The same in a second between its first and last value; of a counter of time, in as much time.
    Rate { of_time: bool },
    /// The last value less the first.
    Delta,
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

/// How a result is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Render {
    pub kind: RenderKind,
    /// False where no `render` was written and the fitting default was taken.
    pub written: bool,
    pub title: Option<String>,
    /// Over which field, which fields are drawn, and which fields name the series. A histogram is over the
    /// values that it counts; a heatmap over time, and drawn is the field that makes its rows.
    pub x: Option<Name>,
    pub y: Vec<Name>,
    pub series: Vec<Name>,
    /// What a row of a heatmap or histogram counts for; one each where there is none.
    pub weight: Option<Name>,
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
    /// The parts that all have to be true; itself where it is no `and`.
    pub fn conjuncts(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Call { function: Function::And, args } => args.iter().flat_map(Expr::conjuncts).collect(),
            _ => vec![self],
        }
    }

    /// Calls `visit` for each field that the expression reads, with its type.
    pub(crate) fn visit_typed<'a>(&'a self, visit: &mut impl FnMut(&'a Name, Type)) {
        match &self.kind {
            ExprKind::Field(name) => visit(name, self.ty),
            ExprKind::Literal(_) => {}
            ExprKind::Call { args, .. } => args.iter().for_each(|arg| arg.visit_typed(visit)),
        }
    }

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

/// Backwards from the end: what these last stages of a pipeline need of what enters them.
pub fn reads(stages: &[Stage]) -> Reads {
    reads_with(stages, Reads::All)
}

/// The same, where this is needed of what leaves them.
fn reads_with(stages: &[Stage], leaves: Reads) -> Reads {
    let mut needed = leaves;
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
            StageKind::Drop(_) | StageKind::Reorder(_) | StageKind::Take(_) | StageKind::Tail(_) => needed,
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
            // `*`, also over the fields that come later.
            StageKind::Distinct(_) | StageKind::Summarize(_) if stage.output.open => Reads::All,
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
            StageKind::Lookup(lookup) => {
                let member = match &lookup.kind {
                    LookupKind::Member(name) => Some(name),
                    _ => None,
                };
                let left = remove(needed, lookup.added.iter().map(|(_, out)| out).chain(member));
                add_exprs(left, lookup.keys.iter().map(|(key, _)| key))
            }
            StageKind::Join(join) => {
                let mut left = match join.kind.gives_left() {
                    true => remove(needed, join.added.iter().map(|(_, out)| out)),
                    false => Reads::Fields(Vec::new()),
                };
                if let (Reads::Fields(names), Some(time)) = (&mut left, &join.times[0]) {
                    insert(names, time);
                }
                add_exprs(left, join.keys.iter().map(|(key, _)| key))
            }
            StageKind::Parse(parse) => {
                add_exprs(remove(needed, parse.fields().map(|field| &field.name)), [&parse.text])
            }
            StageKind::ParseKv(parse) => {
                add_exprs(remove(needed, parse.fields.iter().map(|field| &field.name)), [&parse.text])
            }
            StageKind::MvExpand(expand) => {
                let made = expand.items.iter().map(|item| &item.named.name).chain(&expand.index);
                let mut needed = needed;
                if let Some(last) = expand.inner.last() {
                    // Fields that only the inner stages make are not the event's.
                    let own = |name: &Name| expand.inner.iter().any(|stage| stage.kind.makes(name));
                    needed =
                        remove(needed, last.output.fields.iter().map(|field| &field.name).filter(|name| own(name)));
                    if let Reads::Fields(inner) = reads_with(&expand.inner, Reads::Fields(Vec::new())) {
                        needed = match needed {
                            Reads::All => Reads::All,
                            Reads::Fields(mut names) => {
                                inner.iter().for_each(|name| insert(&mut names, name));
                                Reads::Fields(names)
                            }
                        };
                    }
                }
                add_exprs(remove(needed, made), expand.items.iter().map(|item| &item.named.expr))
            }
            StageKind::Sample(sample) => add_exprs(needed, &sample.by),
            StageKind::TopHitters(hitters) => {
                add_exprs(Reads::Fields(Vec::new()), std::iter::once(&hitters.of).chain(&hitters.weight))
            }
            // A field is in the schema once an event has carried it, whoever reads it.
            StageKind::Getschema(_) => Reads::All,
            StageKind::Assert(assert) => add_exprs(needed, [&assert.predicate]),
            StageKind::Unpack(unpack) => {
                let rest = remove(needed, unpack.made.iter().map(|named| &named.name));
                add_exprs(rest, unpack.made.iter().map(|named| &named.expr).chain([&unpack.bag]))
            }
            StageKind::OverRows(rows) => {
                let left = remove(needed, rows.columns.iter().map(|column| &column.name));
                add_exprs(left, rows.exprs())
            }
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
