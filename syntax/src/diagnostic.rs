//! A finding about the user's text, as a plain value. Wording and codes live in this one file.

mod advice;
mod composition;
mod foreign;
mod params;
mod render;
mod syntax;

mod meaning;

pub use meaning::closest;

mod ignore;

use rowan::TextRange;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
    Hint,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub range: TextRange,
    /// One sentence at the caret.
    pub message: String,
    /// Only where streams differ from tables.
    pub because: Option<String>,
    /// What exists here, or the edit.
    pub help: Option<String>,
    pub fixes: Vec<Fix>,
}

/// Edits that do not overlap, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub title: String,
    pub edits: Vec<Edit>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub range: TextRange,
    pub text: String,
}

/// What the example of a code is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Headwater,
    Toml,
    Markdown,
}

impl Language {
    pub fn word(self) -> &'static str {
        match self {
            Language::Headwater => "headwater",
            Language::Toml => "toml",
            Language::Markdown => "markdown",
        }
    }
}

macro_rules! codes {
    ($($code:ident = $slug:literal, $explain:literal, $example:literal;)*) => {
        /// The stable name of a kind of finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($code,)*
        }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$code,)*];

            pub const fn slug(self) -> &'static str {
                match self {
                    $(Code::$code => $slug,)*
                }
            }

            /// What it means and why it is reported.
            pub const fn explain(self) -> &'static str {
                match self {
                    $(Code::$code => $explain,)*
                }
            }

            /// A pipeline that has it.
            pub fn example(self) -> &'static str {
                match self {
                    $(Code::$code => $example,)*
                }
            }
        }
    };
}

codes! {
    Syntax = "syntax", "The text is not a pipeline as the grammar knows it.", "spans | where";
    UnknownField = "unknown-field", "No field of this name reaches this stage.", "spans | where durration > 1s";
    UnknownStage = "unknown-stage", "There is no such stage; for the words of other languages, Kusto's is named.", "spans | filter duration > 1s";
    UnknownFunction = "unknown-function", "There is no such function.", "spans | extend n = length(name)";
    UnknownSource = "unknown-source", "No source and no `let` has this name.", "traces | count";
    UnknownName = "unknown-name", "Nothing has this name here: no field, `let` or parameter; or no such part of a datetime, unit, time zone or path.", "let a = b; spans | count";
    TypeMismatch = "type-mismatch", "The value has another type than is needed here.", "spans | where duration";
    UnitMissing = "unit-missing", "A timespan is compared with a bare number, which says no unit.", "spans | where duration > 500";
    NullCompare = "null-compare", "A null equals nothing, so a comparison with it says nothing.", "spans | where parent.span.id == null";
    ArgumentCount = "argument-count", "The function takes another number of arguments.", "spans | extend n = strlen()";
    NotConstant = "not-constant", "Here a constant is needed, which does not depend on the event.", "spans | summarize count() by bin(timestamp, duration)";
    OutOfRange = "out-of-range", "The constant is below or above what it may be, or is no whole number where one is needed.", "spans | take -1";
    DuplicateName = "duplicate-name", "Two things have the same name.", "spans | project name, name = kind";
    SortUnbounded = "sort-unbounded", "Sorting needs all rows, and a stream has no last one.", "spans | sort by duration";
    RowsUnordered = "rows-unordered", "A function looks at the rows before or behind, and these have no known order.", "spans | extend gap = timestamp - prev(timestamp)";
    ArraysInOne = "arrays-in-one", "Kusto sorts further arrays into columns of their own; here they are elements of one array.", "spans | project both = array_sort_asc(dynamic([2, 1]), dynamic([\"b\", \"a\"]))";
    RowsByWindow = "rows-by-window", "Behind a window rows are sorted within each, so what looks at other rows begins anew with each window. Kusto would sort the rows of all windows.", "spans | summarize n = count() by name, bin(timestamp, 10s) | sort by n desc | extend place = row_number()";
    JoinUnbounded = "join-unbounded", "Joining streams needs a bound in time, and a lookup a table that ends.", "spans | join kind=inner (logs) on trace.id";
    AggregateOutside = "aggregate-outside", "Aggregates stand in `summarize` only.", "spans | where count() > 5";
    NotAggregated = "not-aggregated", "A field that is no key has many values in a group.", "spans | summarize duration by name";
    UnboundedState = "unbounded-state", "The key has a new value for nearly each event, so the groups grow without end.", "spans | summarize count() by trace.id";
    RenamedField = "renamed-field", "OpenTelemetry has given this attribute another name.", "spans | where http.status_code == 500";
    BadRegex = "bad-regex", "The pattern is no regular expression.", "spans | where name matches regex \"(\"";
    BadSetting = "bad-setting", "A parameter has no value, or one that was set from outside and does not fit it.", "---\nparams: { limit: { type: long } }\n---\n```headwater\nspans | take limit\n```";
    BadRender = "bad-render", "The result cannot be shown so.", "spans | render chart";
    UnusedLet = "unused-let", "Nothing uses this `let`.", "let a = spans; spans | count";
    UnusedParam = "unused-param", "Nothing uses this parameter.", "---\nparams: { customer: c-1 }\n---\n```headwater\nspans | count\n```";
    ManyResults = "many-results", "A block has one result.", "spans | count; logs | count";
    NeverMatches = "never-matches", "The conditions on one field exclude each other, or one is never true by itself, so no event passes, whatever comes.", "spans | where name == \"a\" and name == \"b\"";
    AlwaysMatches = "always-matches", "The condition holds for each event that has the field, so the filter asks for nothing.", "spans | where status == status";
    HiddenName = "hidden-name", "A field has the name of a parameter or a `let`. Within a pipeline the field is read.", "let status = \"error\"; spans | where name == status";
    UnseenValue = "unseen-value", "No event that was looked at had this value. A runner that reads says so, or the snapshot beside `headwater.toml`, or what is declared of the field.", "spans | where cloud.region == \"eu-wets-1\"";
    UnseenField = "unseen-field", "The source may carry any field, and none of its events that were looked at had this one.", "In `headwater.toml` stands `sources.requests.uri = \"otlp:127.0.0.1:4317?signal=logs\"`, whose events may have any field:\n\n```headwater\nrequests | where cloud.regoin == \"eu-west-1\"\n```";
    ManyGroups = "many-groups", "The key has so many different values that the groups will be more than a table or a chart can show, and cost memory.", "spans | summarize count() by customer.id";
    ShortWindow = "short-window", "Events of the source may come later than the window is long. Its result is final only when event time has passed its end by the lateness, so several windows are open at any time, and none is final sooner than the lateness.", "spans | summarize count() by bin(timestamp, 1s)";
    LateFilter = "late-filter", "The filter asks only for what the groups are made by. Before the grouping it would keep groups from being made at all.", "spans | summarize count() by name | where name == \"a\"";
    BadConfig = "bad-config", "`headwater.toml` says what no runner can read.", "sources.spans.uri = \"demo:shop\"\nsources.spans.open = \"yes\"";
    UnknownKey = "unknown-key", "`headwater.toml` has no such table or key.", "sources.spans.url = \"demo:shop\"";
    MissingFile = "missing-file", "The file of a source is not there.", "sources.access.uri = \"file:missing.jsonl\"";
    BrokenLink = "broken-link", "A link of the runbook leads to a file or a heading that is not there.", "[what to do](restart.md#rolling-back)";
    MissingOwner = "missing-owner", "Other sources of this `headwater.toml` say whom to ask, and this one does not.", "sources.spans.uri = \"demo:shop\"\nsources.spans.owner = \"team-checkout\"\nsources.logs.uri = \"demo:shop\"";
    BadIgnore = "bad-ignore", "A comment asks to ignore a finding, and does not say which one and why, or it is one that keeps a block from running.", "<!-- headwater-ignore broken-link -->";
    UnusedIgnore = "unused-ignore", "A comment asks to ignore a finding that is not there.", "<!-- headwater-ignore-file short-window: these events are never late -->";
    BadTest = "bad-test", "A `headwater-test` does not say what is tested, or has no table of what must come of it.", "```headwater-test for=slowest input=fixtures/incident.jsonl";
    VanishedField = "vanished-field", "A runner's events do not have this field any more.", "\"http.method\" = { type = \"string\" }";
    ChangedType = "changed-type", "A runner's events have this field with another type.", "status = { type = \"string\" }";
    UnreadField = "unread-field", "No runbook reads this field, which is declared or comes with the events.", "colour = { type = \"string\" }";
    TooLarge = "too-large", "Names stand for all that they were given, so each `let` can double what the one above means. Here that is more than can be checked and run.", "let a = spans | take 1; let b = union a, a, a, a, a, a; let c = union b, b, b, b, b, b; let d = union c, c, c, c, c, c; union d, d, d, d, d, d";
    InternalError = "internal-error", "A check failed where it should not: this is a mistake in Headwater, not in the text. All other findings hold.", "";
    ConstantKey = "constant-key", "The groups are made by a length of time that is the same for each event, so there is one group. A window is made by `bin` over the event time.", "spans | summarize count() by 10s";
    AgoInGroup = "ago-in-group", "An aggregate asks how long ago an event was. That is asked once, when the event is read, and nothing falls out of the group as time goes by.", "spans | summarize countif(timestamp > ago(10s))";
    SeriesAsRows = "series-as-rows", "Kusto's `make-series` makes arrays of a table; over a stream each window leaves a row.", "spans | make-series n = count() on timestamp step 1m";
    Unsupported = "unsupported", "It is part of the language, but no stream runs it.", "spans | join kind=innerunique (logs) on trace.id within 5s";
}

impl Code {
    /// What its example is written in.
    pub fn language(self) -> Language {
        use Code::*;
        match self {
            BadConfig | UnknownKey | MissingFile | MissingOwner | VanishedField | ChangedType | UnreadField => {
                Language::Toml
            }
            BrokenLink | BadIgnore | UnusedIgnore | BadTest | BadSetting | UnusedParam | UnseenField => {
                Language::Markdown
            }
            _ => Language::Headwater,
        }
    }

    /// Never keeps anything from running, so a team may give it another level.
    pub const fn is_lint(self) -> bool {
        use Code::*;
        let of_workspace = matches!(
            self,
            BrokenLink
                | MissingOwner
                | BadIgnore
                | UnusedIgnore
                | VanishedField
                | ChangedType
                | UnreadField
                | MissingFile
        );
        let of_block = matches!(
            self,
            NullCompare
                | UnboundedState
                | RenamedField
                | UnusedLet
                | UnusedParam
                | HiddenName
                | RowsByWindow
                | ArraysInOne
                | ConstantKey
                | AgoInGroup
        );
        self.is_advice() || of_block || of_workspace
    }

    /// Whether it is found depends on more than the text and its configuration.
    pub(crate) fn depends_on_the_world(self) -> bool {
        use Code::*;
        matches!(
            self,
            UnseenValue
                | UnseenField
                | ManyGroups
                | MissingFile
                | BrokenLink
                | VanishedField
                | ChangedType
                | UnreadField
        )
    }

    /// About a pipeline that runs as it is.
    pub(crate) const fn is_advice(self) -> bool {
        use Code::*;
        matches!(self, NeverMatches | AlwaysMatches | UnseenValue | UnseenField | ManyGroups | ShortWindow | LateFilter)
    }

    pub fn from_slug(slug: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.slug() == slug)
    }
}
