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

/// Grouping by time.
pub(crate) const WINDOWS: [(&str, &str); 3] = [
    ("bin", "bin(${1:timestamp}, ${2:10s})$0"),
    ("hop", "hop(${1:timestamp}, size=${2:1m}, every=${3:10s})$0"),
    ("session", "session(${1:timestamp}, gap=${2:30s}, max=${3:1h})$0"),
];

pub(crate) const SPANS: [&str; 7] = ["10ms", "100ms", "250ms", "500ms", "1s", "5s", "1m"];

/// Function, from which argument on, what is usual there, what that is.
pub(crate) const ARGUMENTS: [(&str, usize, &[&str], &str); 6] = [
    ("bin", 1, &["10s", "1s", "5s", "30s", "1m", "5m", "1h"], "window"),
    ("hop", 1, &["size=", "every="], "named argument"),
    ("session", 1, &["gap=", "max="], "named argument"),
    ("percentile", 1, &["99", "95", "90", "50", "99.9"], "percent"),
    ("percentiles", 1, &["50", "90", "95", "99"], "percent"),
    ("ago", 0, &["1m", "5m", "1h", "1d"], "timespan"),
];

/// Stages, the word that may follow an operand in them, what it does. All but `by` come after it.
pub(crate) const CLAUSES: [(&[&str], &str, &str); 5] = [
    (&["summarize", "top", "sort", "order", "sample", "top-hitters"], "by", "groups or ranks"),
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
