//! What completion knows beyond the catalog: how stages are usually begun, round numbers, and the words
//! that fit between operands.

use syntax::Type::{self, *};

/// Stages with what usually follows, the most used first; `${1:…}` is what the writer fills in.
pub(crate) const STAGES: [(&str, &str); 9] = [
    ("where", "where $0"),
    ("summarize", "summarize ${1:count()} by ${2:bin(timestamp, 10s)}$0"),
    ("extend", "extend ${1:name} = $0"),
    ("project", "project $0"),
    ("top", "top ${1:10} by $0"),
    ("tail", "tail ${1:10}$0"),
    ("take", "take ${1:10}$0"),
    ("distinct", "distinct $0"),
    ("render", "render $0"),
];

pub(crate) fn stage(word: &str) -> Option<&'static str> {
    STAGES.iter().find(|(known, _)| *known == word).map(|(_, snippet)| *snippet)
}

/// What people say for a stage, and the stage that does it.
pub(crate) const ALSO_SAID: [(&str, &str); 12] = [
    ("alert", "assert"),
    ("fail", "assert"),
    ("filter", "where"),
    ("select", "project"),
    ("fields", "project"),
    ("eval", "extend"),
    ("stats", "summarize"),
    ("group", "summarize"),
    ("head", "take"),
    ("chart", "render"),
    ("unnest", "mv-expand"),
    ("rename", "project-rename"),
];

/// Time zones that are chosen most, and how times are written.
pub(crate) const ZONES: [&str; 12] = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Paris",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
];
pub(crate) const DATE_FORMS: [&str; 5] =
    ["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "HH:mm:ss", "HH:mm", "yyyy-MM-dd HH:mm:ss.fff"];
pub(crate) const SPAN_FORMS: [&str; 3] = ["hh:mm:ss", "mm:ss", "hh:mm:ss.fff"];

/// Numbers that are meant where these fields are compared by size, the usual ones first.
pub(crate) const BOUNDS: [(&str, &[(&str, &str)]); 2] = [
    (
        "http.response.status_code",
        &[("500", "errors of the server"), ("400", "errors"), ("300", "redirects and errors")],
    ),
    ("severity.number", &[("17", "errors"), ("13", "warnings and errors"), ("9", "all but debugging")]),
];

/// Grouping by time.
pub(crate) const WINDOWS: [(&str, &str); 3] = [
    ("bin", "bin(${1:timestamp}, ${2:10s})$0"),
    ("hop", "hop(${1:timestamp}, size=${2:1m}, every=${3:10s})$0"),
    ("session", "session(${1:timestamp}, gap=${2:30s}, max=${3:1h})$0"),
];

pub(crate) const SPANS: [&str; 7] = ["10ms", "100ms", "250ms", "500ms", "1s", "5s", "1m"];

/// What timespans are divided by.
pub(crate) const UNITS: [&str; 3] = ["1ms", "1s", "1m"];

/// How many rows are kept, and which share of the events.
pub(crate) const AMOUNTS: [&str; 3] = ["10", "20", "100"];
pub(crate) const SHARES: [&str; 3] = ["1%", "10%", "50%"];

/// A pattern of `parse`, as it is and as a snippet.
pub(crate) const PATTERN: (&str, &str) = ("* \"text=\" value:string *", "* \"${1:text=}\" ${2:value}:${3:string} *$0");

/// Steps that numbers are rounded to.
pub(crate) const STEPS: [&str; 3] = ["10", "100", "1000"];

/// Function, from which argument on, what is usual there, what that is.
pub(crate) const ARGUMENTS: [(&str, usize, &[&str], &str); 5] = [
    ("hop", 1, &["size=", "every="], "named argument"),
    ("session", 1, &["gap=", "max="], "named argument"),
    ("percentile", 1, &["99", "95", "90", "50", "99.9"], "percent"),
    ("percentiles", 1, &["50", "90", "95", "99"], "percent"),
    ("ago", 0, &["1m", "5m", "1h", "1d"], "timespan"),
];

/// Stages, the word that may follow an operand in them, what it does. All but `by` come after it.
pub(crate) const CLAUSES: [(&[&str], &str, &str); 11] = [
    (&["parse", "parse-where"], "with", "what the text looks like"),
    (&["parse-kv"], "as", "which keys become fields, with their types"),
    (&["parse-kv"], "with", "how pairs are written"),
    (&["join", "lookup"], "on", "what is equal on both sides"),
    (&["top-hitters"], "of", "what is counted"),
    (&["join"], "within", "how far apart in time"),
    (&["summarize", "top", "sort", "order", "sample", "top-hitters", "serialize"], "by", "groups or ranks"),
    (&["top", "sort", "order"], "desc", "largest first"),
    (&["top", "sort", "order"], "asc", "smallest first"),
    (&["top", "sort", "order"], "nulls first", "where nulls go"),
    (&["top", "sort", "order"], "nulls last", "where nulls go"),
];

/// Types of the operand before, and what may follow it; no types: any.
pub(crate) const OPERATORS: [(&[Type], &[&str]); 5] = [
    (&[], &["==", "!="]),
    (&[Long, Real, Datetime, Timespan], &["<", "<=", ">", ">=", "between", "+", "-", "*", "/"]),
    (
        &[String, Dynamic],
        &[
            "in",
            "!in",
            "has",
            "!has",
            "contains",
            "!contains",
            "startswith",
            "endswith",
            "=~",
            "!~",
            "has_any",
            "matches regex",
        ],
    ),
    (&[Long, Real], &["in", "!in", "%"]),
    (&[], &["and", "or"]),
];

/// A pipeline that answers a question, for sources that have the fields.
pub(crate) struct Question {
    pub(crate) title: &'static str,
    pub(crate) detail: &'static str,
    /// `{…}` is the source's own, see [`PLACES`]; `<…>` is for the writer to change.
    pub(crate) text: &'static str,
}

pub(crate) const QUESTIONS: [Question; 10] = [
    Question {
        title: "latency percentiles by …",
        detail: "how slow, over time",
        text: "{source}\n| summarize p50 = percentile({duration}, 50), p99 = percentile({duration}, 99) by <{group}>, bin({time}, <10s>)\n| render timechart",
    },
    Question {
        title: "errors by …",
        detail: "which part fails, over time",
        text: "{source}\n| where {error}\n| summarize errors = count() by <{group}>, bin({time}, <10s>)\n| render timechart",
    },
    Question {
        title: "error rate by …",
        detail: "the share that fails, over time",
        text: "{source}\n| summarize failed = 100.0 * countif({error}) / count() by <{group}>, bin({time}, <10s>)\n| render timechart",
    },
    Question {
        title: "last errors of one customer",
        detail: "the events themselves, live",
        text: "{source}\n| where {customer} == \"<{customer=}>\" and {error}\n| tail <20>",
    },
    Question {
        title: "compare before and after a deploy",
        detail: "each version beside the others",
        text: "{source}\n| where {group} == \"<{group=}>\"\n| summarize requests = count(), failed = countif({error}) by {version}, bin({time}, <10s>)\n| render timechart",
    },
    Question {
        title: "slowest right now",
        detail: "a ranking for each window",
        text: "{source}\n| summarize p99 = percentile({duration}, 99) by <{group}>, bin({time}, <1m>)\n| top <10> by p99",
    },
    Question {
        title: "now versus before, minute by minute",
        detail: "each minute beside those before it",
        text: "{source}\n| summarize requests = count(), failed = countif({error}) by <{group}>, bin({time}, <1m>)\n| render columnchart",
    },
    Question {
        title: "alert: fail when the error rate is too high",
        detail: "an `assert`: the run ends with 1 where it does not hold",
        text: "{source}\n| summarize failed = 100.0 * countif({error}) / count() by <{group}>, bin({time}, <1m>)\n| assert failed < <5>",
    },
    Question {
        title: "metric over time",
        detail: "the mean of a metric, a line for each group",
        text: "{source}\n| where {metric} == \"<{metric=}>\"\n| summarize avg({value}) by <{group}>, bin({time}, <10s>)\n| render timechart",
    },
    Question {
        title: "how many of each",
        detail: "a running count",
        text: "{source}\n| summarize count() by <{group}>\n| top <10> by count_",
    },
];

/// A place of a question, the fields that can fill it, the best first, and what is written for each.
pub(crate) const PLACES: [(&str, &[(&str, &str)]); 7] = [
    ("{metric}", &[("metric.name", "metric.name"), ("name", "name")]),
    ("{value}", &[("value", "value")]),
    ("{duration}", &[("duration", "duration")]),
    (
        "{error}",
        &[
            ("http.response.status_code", "http.response.status_code >= 500"),
            ("status", "status == \"error\""),
            ("severity.number", "severity.number >= 17"),
            ("severity.text", "severity.text == \"ERROR\""),
            ("level", "level == \"error\""),
        ],
    ),
    ("{customer}", &[("customer.id", "customer.id"), ("user.id", "user.id"), ("enduser.id", "enduser.id")]),
    ("{version}", &[("service.version", "service.version")]),
    (
        "{group}",
        &[
            ("service.name", "service.name"),
            ("cloud.region", "cloud.region"),
            ("host.name", "host.name"),
            ("http.route", "http.route"),
            ("name", "name"),
        ],
    ),
];
