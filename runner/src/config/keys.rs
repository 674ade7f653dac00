//! What can be said in `headwater.toml`: each key with its shape, meaning and example, as data. The reader, the
//! editor's completion and hover, the findings and the JSON Schema are made of this one table.

use syntax::Code;
use syntax::source::Scheme;

#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub name: &'static str,
    pub shape: Shape,
    /// One or two sentences.
    pub doc: &'static str,
    /// A value as TOML writes it; of tables, nothing.
    pub example: &'static str,
    /// What holds without it, as TOML writes it; nothing where that is no value.
    pub default: &'static str,
}

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Any text.
    Text,
    /// A text of this kind, which is not looked into.
    Word(&'static str),
    /// Texts.
    Texts,
    Flag,
    /// A whole number, at least 1.
    Count,
    /// `64MiB`.
    Size,
    /// The same, or `0` for nothing.
    SizeOrNone,
    /// `2s`, not negative, with a unit.
    Timespan,
    /// A source's address.
    Uri,
    /// A type's word.
    Type,
    /// How a finding is told.
    Level,
    Table(&'static [Key]),
    /// A table of tables under names of the user's choice, and what one of them is.
    Named(&'static str, &'static [Key]),
}

const NO: &str = "";

pub const ROOT: &[Key] = &[
    Key {
        name: "sources",
        shape: Shape::Named("source", SOURCE),
        doc: "What runbooks can name, one table each: `[sources.NAME]`. Without any, the names are those of the simulated shop.",
        example: NO,
        default: NO,
    },
    Key {
        name: "runner",
        shape: Shape::Table(RUNNER),
        doc: "How a runner with this file listens, what it keeps, and what flows may use.",
        example: NO,
        default: NO,
    },
    Key {
        name: "check",
        shape: Shape::Table(CHECK),
        doc: "What `headwater check` and the editor find in the runbooks below this file.",
        example: NO,
        default: NO,
    },
];

pub const CHECK: &[Key] = &[Key {
    name: "rules",
    shape: Shape::Table(RULES),
    doc: "Another level for a finding, by its code: `off`, `hint`, `warning` or `error`. What keeps a block from running is always an error.",
    example: NO,
    default: NO,
}];

/// One for each code that can have another level.
pub const RULES: &[Key] = &{
    let mut keys = [SOURCE[0]; lints()];
    let (mut at, mut code) = (0, 0);
    while code < Code::ALL.len() {
        if Code::ALL[code].is_lint() {
            let (name, doc) = (Code::ALL[code].slug(), Code::ALL[code].explain());
            keys[at] = Key { name, shape: Shape::Level, doc, example: "\"off\"", default: NO };
            at += 1;
        }
        code += 1;
    }
    keys
};

const fn lints() -> usize {
    let (mut count, mut code) = (0, 0);
    while code < Code::ALL.len() {
        count += Code::ALL[code].is_lint() as usize;
        code += 1;
    }
    count
}

pub const SOURCE: &[Key] = &[
    Key {
        name: "uri",
        shape: Shape::Uri,
        doc: "Where events come from. A relative path is relative to this file.",
        example: "\"otlp:127.0.0.1:4317\"",
        default: NO,
    },
    Key {
        name: "doc",
        shape: Shape::Text,
        doc: "What the source is, for hovers.",
        example: "\"One span a request.\"",
        default: NO,
    },
    Key {
        name: "owner",
        shape: Shape::Text,
        doc: "Whom to ask about it. When one source has an owner, `headwater check` asks for those of the others.",
        example: "\"team-checkout\"",
        default: NO,
    },
    Key {
        name: "lateness",
        shape: Shape::Timespan,
        doc: "How long events may come after newer ones: windows wait for them so long. What is later still is counted and shown as late.",
        example: "\"2s\"",
        default: "\"2s\"",
    },
    Key {
        name: "timestamp",
        shape: Shape::Word("a field's name"),
        doc: "The field with an event's time. Several, with commas between them, are its parts (`date,time`), or are tried in this order.",
        example: "\"timestamp\"",
        default: NO,
    },
    Key {
        name: "open",
        shape: Shape::Flag,
        doc: "Events may have more fields than are declared. With `false`, a name that is not declared is an error in the editor.",
        example: "false",
        default: "true",
    },
    Key {
        name: "fields",
        shape: Shape::Named("field", FIELD),
        doc: "What is known of the fields, one table each. A name with dots stands in quotes.",
        example: NO,
        default: NO,
    },
];

pub const FIELD: &[Key] = &[
    Key { name: "type", shape: Shape::Type, doc: "The field's type.", example: "\"long\"", default: NO },
    Key {
        name: "doc",
        shape: Shape::Text,
        doc: "What the field means, for hovers.",
        example: "\"HTTP status\"",
        default: NO,
    },
    Key {
        name: "unit",
        shape: Shape::Text,
        doc: "The unit of its numbers in the records, as UCUM writes it. Of a timespan or datetime they are read in it (`ms`, `s`); sizes (`KiBy`) of a long or real become bytes.",
        example: "\"ms\"",
        default: NO,
    },
    Key {
        name: "values",
        shape: Shape::Texts,
        doc: "Values that occur, the most frequent first; completion offers them.",
        example: "[\"gold\", \"silver\"]",
        default: NO,
    },
];

pub const RUNNER: &[Key] = &[
    Key {
        name: "listen",
        shape: Shape::Word("an address"),
        doc: "Where `headwater serve` listens: `HOST:PORT` of this machine, or `unix:PATH`. An address that others reach is said with `--listen`.",
        example: "\"127.0.0.1:7411\"",
        default: "\"127.0.0.1:7411\"",
    },
    Key {
        name: "token_file",
        shape: Shape::Word("a path"),
        doc: "Where the token is kept that calls over TCP need; made where there is none.",
        example: "\"token\"",
        default: NO,
    },
    Key {
        name: "metrics",
        shape: Shape::Word("an address"),
        doc: "Where the runner's own metrics (OpenMetrics) are served, on this machine only.",
        example: "\"127.0.0.1:9464\"",
        default: NO,
    },
    Key {
        name: "recent",
        shape: Shape::Table(RECENT),
        doc: "What live sources keep of their past: a new run answers from it first, then goes on live.",
        example: NO,
        default: NO,
    },
    Key {
        name: "limits",
        shape: Shape::Table(LIMITS),
        doc: "What flows may use. One that meets a limit ends alone, and says which.",
        example: NO,
        default: NO,
    },
];

pub const RECENT: &[Key] = &[
    Key {
        name: "bytes",
        shape: Shape::SizeOrNone,
        doc: "Kept of each source at most; `\"0\"` keeps nothing.",
        example: "\"64MiB\"",
        default: "\"64MiB\"",
    },
    Key {
        name: "age",
        shape: Shape::Timespan,
        doc: "What is older is not kept.",
        example: "\"15m\"",
        default: "\"15m\"",
    },
    Key {
        name: "linger",
        shape: Shape::Timespan,
        doc: "How long a source goes on when nobody watches, so that the next run finds its past.",
        example: "\"30s\"",
        default: "\"30s\"",
    },
];

pub const LIMITS: &[Key] = &[
    Key { name: "flows", shape: Shape::Count, doc: "Flows that run at once.", example: "512", default: "512" },
    Key {
        name: "groups",
        shape: Shape::Count,
        doc: "Groups of one `summarize` or `distinct`, over all its open windows.",
        example: "100000",
        default: "100000",
    },
    Key {
        name: "windows",
        shape: Shape::Count,
        doc: "Windows of one `summarize` that are open at a time.",
        example: "10000",
        default: "10000",
    },
    Key {
        name: "state",
        shape: Shape::Size,
        doc: "What one stage may hold.",
        example: "\"256MiB\"",
        default: "\"256MiB\"",
    },
    Key {
        name: "total_state",
        shape: Shape::Size,
        doc: "What all flows together may hold.",
        example: "\"1GiB\"",
        default: "\"1GiB\"",
    },
    Key {
        name: "rows_per_second",
        shape: Shape::Count,
        doc: "Final rows that a flow over a live source may give a second, over a minute.",
        example: "100000",
        default: "100000",
    },
    Key { name: "time", shape: Shape::Timespan, doc: "After this time a flow ends.", example: "\"8h\"", default: NO },
    Key {
        name: "events",
        shape: Shape::Count,
        doc: "After so many events a flow ends.",
        example: "1000000",
        default: NO,
    },
];

/// What may follow the question mark of a source's address.
#[derive(Debug)]
pub struct Param {
    pub name: &'static str,
    pub doc: &'static str,
    /// Values to choose from, or one example.
    pub values: &'static [&'static str],
}

/// The parameters that addresses of this scheme take.
pub fn params(scheme: Scheme) -> impl Iterator<Item = &'static Param> {
    scheme.params().iter().chain(&["timestamp", "lateness"]).filter_map(|name| param(name))
}

pub fn param(name: &str) -> Option<&'static Param> {
    PARAMS.iter().find(|param| param.name == name)
}

const PARAMS: &[Param] = &[
    Param { name: "seed", doc: "The same seed gives the same events.", values: &["7"] },
    Param { name: "rate", doc: "Requests a second.", values: &["2000"] },
    Param { name: "history", doc: "How much of the past is there at the start.", values: &["5m"] },
    Param { name: "start", doc: "The first event's time.", values: &["2026-01-31T12:00:00Z"] },
    Param { name: "events", doc: "Ends after so many events.", values: &["100000"] },
    Param {
        name: "signal",
        doc: "What is read; without it, the source's name says it.",
        values: &["spans", "logs", "metrics"],
    },
    Param {
        name: "speed",
        doc: "How many times as fast as it was; without it, as fast as it can be read.",
        values: &["10x"],
    },
    Param { name: "follow", doc: "Goes on with what is appended, through rotation.", values: &["true", "false"] },
    Param {
        name: "format",
        doc: "What the lines are, where the ending does not tell.",
        values: &["json", "logfmt", "csv", "tsv", "text"],
    },
    Param {
        name: "multiline",
        doc: "Which lines are one event: stack traces (`auto`), indented lines (`indent`), none (`off`), or all up to the \
              next line that this pattern finds.",
        values: &["auto", "indent", "off"],
    },
    Param {
        name: "delimiter",
        doc: "What stands between the cells of CSV; without it, what the header has.",
        values: &[",", ";", "tab", "pipe", "space"],
    },
    Param {
        name: "list",
        doc: "The list in each JSON document whose elements are the events; `none` for documents as they are.",
        values: &["none"],
    },
    Param {
        name: "with_path",
        doc: "Adds the field `log.file.path`: which file an event is from.",
        values: &["true", "false"],
    },
    Param {
        name: "from",
        doc: "Where following begins: the last 1,000 lines (`tail`), all, or what is new.",
        values: &["tail", "start", "end"],
    },
    Param { name: "max_line", doc: "How long a line, or an event of several, may be.", values: &["1MiB", "16MiB"] },
    Param {
        name: "http",
        doc: "Where OTLP over HTTP is taken, or `off`; without it, on the next port.",
        values: &["127.0.0.1:4318", "off"],
    },
    Param { name: "max_message", doc: "The largest request that is taken.", values: &["16MiB"] },
    Param { name: "public", doc: "Other machines may send, without a password.", values: &["false", "true"] },
    Param {
        name: "timestamp",
        doc: "The field with an event's time; several, with commas, are its parts (`date,time`), or tried in this order.",
        values: &["timestamp", "date,time"],
    },
    Param {
        name: "timezone",
        doc: "The zone of stamps that say none; without it, UTC.",
        values: &["Europe/Berlin", "America/New_York"],
    },
    Param {
        name: "time_format",
        doc: "How events' times are written, as `strptime` has it, where they are not read as they should be.",
        values: &["%d/%m/%Y %H:%M:%S", "%Y%m%d-%H%M%S.%f"],
    },
    Param { name: "lateness", doc: "How long events may come after newer ones.", values: &["2s"] },
];

/// What stands at a path of keys.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    Key(&'static Key),
    /// A name of the user's choice in [`Shape::Named`]: what it is, and its keys.
    Name(&'static str, &'static [Key]),
}

/// The meaning of a path, e.g. `sources`, `a`, `uri`; None where it has none.
pub fn at<'a>(path: impl IntoIterator<Item = &'a str>) -> Option<Place> {
    let mut shape = Shape::Table(ROOT);
    let mut place = None;
    for name in path {
        let next = match shape {
            Shape::Table(keys) => Place::Key(keys.iter().find(|key| key.name == name)?),
            Shape::Named(what, keys) => Place::Name(what, keys),
            _ => return None,
        };
        shape = match next {
            Place::Key(key) => key.shape,
            Place::Name(_, keys) => Shape::Table(keys),
        };
        place = Some(next);
    }
    place
}

impl Shape {
    /// What it takes, for a sentence: "expected …".
    pub fn words(self) -> &'static str {
        match self {
            Shape::Text => "a text in quotes",
            Shape::Word(what) => what,
            Shape::Texts => "texts in brackets",
            Shape::Flag => "true or false",
            Shape::Count => "a whole number, at least 1",
            Shape::Size | Shape::SizeOrNone => "a size such as `\"64MiB\"`",
            Shape::Timespan => "a timespan such as `\"2s\"`",
            Shape::Uri => "a source's address in quotes",
            Shape::Type => "a type's word in quotes",
            Shape::Level => "one of `off`, `hint`, `warning` and `error`, in quotes",
            Shape::Table(_) | Shape::Named(..) => "a table",
        }
    }

    pub fn is_table(self) -> bool {
        matches!(self, Shape::Table(_) | Shape::Named(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_of_every_scheme_is_described() {
        for scheme in Scheme::ALL {
            let described: Vec<_> = params(scheme).map(|param| param.name).collect();
            assert_eq!(described.len(), scheme.params().len() + 2, "{scheme:?} has {described:?}");
            for param in params(scheme) {
                for value in param.values {
                    let example = scheme.example();
                    let (address, _) = example.split_once('?').unwrap_or((example, ""));
                    let uri = format!("{address}?{}={value}", param.name);
                    assert!(syntax::source::SourceUri::parse(&uri).is_ok(), "{uri}");
                }
            }
        }
    }

    #[test]
    fn a_path_has_a_meaning() {
        let name = |path: &[&str]| match at(path.iter().copied()) {
            Some(Place::Key(key)) => key.name,
            Some(Place::Name(what, _)) => what,
            None => "–",
        };
        assert_eq!(name(&["sources", "a"]), "source");
        assert_eq!(name(&["sources", "a", "fields", "b.c", "type"]), "type");
        assert_eq!(name(&["runner", "limits", "flows"]), "flows");
        assert_eq!(name(&["runner", "limit"]), "–");
        assert_eq!(name(&["sources", "a", "uri", "x"]), "–");
    }
}
