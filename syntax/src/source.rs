//! What the analysis may know of sources: names, addresses, declared fields. Reads no file itself.

use std::fmt;
use std::sync::Arc;

use jiff::tz::TimeZoneDatabase;

use crate::catalog::signals::{Signal, SignalField};
use crate::catalog::{attributes, values};
use crate::stamp::Pattern;
use crate::{Field, Name, Schema, Type, Value, literal};

/// The word by which a pipeline names its source, e.g. `spans`.
pub type SourceName = Arc<str>;

/// The sources that a runbook can name.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub sources: Vec<SourceDecl>,
}

#[derive(Clone, Debug)]
pub struct SourceDecl {
    pub name: SourceName,
    pub uri: SourceUri,
    pub doc: Option<String>,
    /// Nanoseconds by which events may be out of order.
    pub lateness: i64,
    pub fields: Vec<FieldDecl>,
    /// More fields than these may come.
    pub open: bool,
    /// The field of its records that holds their time.
    pub time: Option<Name>,
}

#[derive(Clone, Debug)]
pub struct FieldDecl {
    pub name: Name,
    pub ty: Type,
    pub unit: Option<String>,
    pub doc: Option<String>,
    /// Values that are known to occur, the most frequent first.
    pub values: Vec<Value>,
    /// The name that replaced this one.
    pub renamed_to: Option<Name>,
}

/// `demo:shop?seed=7&rate=2000`, `file:PATH?follow=true`, `stdin:`, `otlp:127.0.0.1:4317`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceUri {
    pub scheme: Scheme,
    /// Between the colon and the question mark: the demo's name, the path, the address.
    pub rest: String,
    pub params: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Demo,
    File,
    Replay,
    Stdin,
    Otlp,
    /// Rows that are written in the pipeline: no address, so not among [`Scheme::ALL`].
    Literal,
}

/// The name that event time has in pipelines.
pub const TIMESTAMP: &str = "timestamp";

/// `lateness` where a source does not say: 2 s.
pub const DEFAULT_LATENESS: i64 = 2_000_000_000;

impl Sources {
    /// What there is without any configuration: the simulated shop.
    pub fn builtin() -> Sources {
        let uri = SourceUri { scheme: Scheme::Demo, rest: "shop".to_owned(), params: Vec::new() };
        // The address has no parameter that could be refused.
        let declare = |signal: Signal| SourceDecl::for_uri(signal.word(), uri.clone()).ok();
        Sources { sources: Signal::ALL.into_iter().filter_map(declare).collect() }
    }

    pub fn get(&self, name: &str) -> Option<&SourceDecl> {
        self.sources.iter().find(|source| &*source.name == name)
    }
}

impl SourceDecl {
    /// A reader that was opened for the one does for the other: they differ in words at most.
    pub fn reads_as(&self, other: &SourceDecl) -> bool {
        let same_fields = || {
            let types = |decl: &SourceDecl| decl.fields.iter().map(|field| (field.name.clone(), field.ty)).collect();
            let (one, two): (Vec<_>, Vec<_>) = (types(self), types(other));
            one == two
        };
        self.name == other.name
            && self.uri == other.uri
            && self.lateness == other.lateness
            && self.open == other.open
            && self.time == other.time
            && same_fields()
    }

    /// The schema that enters the first stage. Records have their time as `timestamp`, wherever in them it stands.
    pub fn schema(&self) -> Schema {
        let mut fields: Vec<Field> =
            self.fields.iter().map(|field| Field { name: field.name.clone(), ty: field.ty }).collect();
        let mut time = self.time.clone();
        if matches!(self.uri.scheme, Scheme::File | Scheme::Replay | Scheme::Stdin) {
            let timestamp = Field::new(TIMESTAMP, Type::Datetime);
            match fields.iter_mut().find(|field| *field.name == *TIMESTAMP) {
                Some(field) => *field = timestamp,
                None => fields.push(timestamp),
            }
            time = Some(TIMESTAMP.into());
        }
        Schema { fields: fields.into(), open: self.open, time }
    }

    /// A source by its address alone: the fields of its signal for `demo:` and `otlp:`, none yet for others.
    pub fn for_uri(name: &str, uri: SourceUri) -> Result<SourceDecl, String> {
        let mut decl = SourceDecl {
            name: name.into(),
            doc: None,
            lateness: match uri.param("lateness") {
                Some(text) => {
                    literal::parse_timespan(text).map_err(|_| bad_value("lateness", text, "a timespan such as `2s`"))?
                }
                None => DEFAULT_LATENESS,
            },
            fields: Vec::new(),
            open: uri.scheme != Scheme::Demo,
            time: uri.param("timestamp").map(Name::from),
            uri,
        };
        if matches!(decl.uri.scheme, Scheme::Demo | Scheme::Otlp) {
            let signal = decl.signal()?;
            let demo = decl.uri.scheme == Scheme::Demo;
            let fields = if demo { signal.demo_fields() } else { signal.otlp_fields() };
            decl.doc = Some(signal.doc().to_owned());
            decl.time = decl.time.or_else(|| Some(TIMESTAMP.into()));
            decl.fields = fields
                .iter()
                .map(|SignalField(name, ty, doc)| {
                    let known = attributes::described(name, *ty);
                    let values = if demo { values::of_demo(signal, name) } else { values::of_otlp(signal, name) };
                    let values: Vec<Value> = values.iter().map(|value| Value::String((*value).into())).collect();
                    FieldDecl {
                        doc: Some((*doc).to_owned()),
                        values: if demo || !values.is_empty() { values } else { known.values },
                        ..known
                    }
                })
                .collect();
        }
        Ok(decl)
    }

    /// Which signal of a `demo:` or `otlp:` address this source reads: `?signal=`, else its name.
    pub fn signal(&self) -> Result<Signal, String> {
        let words = || Signal::ALL.map(Signal::word).join(", ");
        let signal = match self.uri.param("signal") {
            Some(word) => {
                Signal::from_word(word).ok_or_else(|| bad_value("signal", word, &format!("one of {}", words())))?
            }
            None => Signal::from_word(&self.name).unwrap_or(Signal::Spans),
        };
        if self.uri.scheme == Scheme::Otlp && signal == Signal::Deploys {
            return Err("OTLP has no `deploys`; it has spans, logs and metrics".to_owned());
        }
        Ok(signal)
    }

    /// Adds inferred fields that are not declared, and the event-time field; true if that changed anything.
    pub fn learn(&mut self, schema: &Schema) -> bool {
        let mut learned = false;
        for field in &schema.fields {
            if !self.fields.iter().any(|known| known.name == field.name) {
                learned = true;
                self.fields.push(attributes::described(&field.name, field.ty));
            }
        }
        if schema.time.is_some() && self.time != schema.time {
            self.time = schema.time.clone();
            learned = true;
        }
        learned
    }
}

impl SourceDecl {
    /// Takes over the schema of the reader that was opened for this source: fields that came since are added, and
    /// types that were widened are taken as they are now. A declared type is the reader's as well, so it stays.
    pub fn grow(&mut self, schema: &Schema) -> bool {
        let mut grown = self.learn(schema);
        for field in &mut self.fields {
            if let Some(now) = schema.field(&field.name)
                && now.ty != field.ty
            {
                field.ty = now.ty;
                grown = true;
            }
        }
        grown
    }
}

impl Scheme {
    pub const ALL: [Scheme; 5] = [Scheme::Demo, Scheme::File, Scheme::Replay, Scheme::Stdin, Scheme::Otlp];

    pub fn word(self) -> &'static str {
        match self {
            Scheme::Demo => "demo",
            Scheme::File => "file",
            Scheme::Replay => "replay",
            Scheme::Stdin => "stdin",
            Scheme::Otlp => "otlp",
            Scheme::Literal => "literal",
        }
    }

    /// An address of this scheme.
    pub fn example(self) -> &'static str {
        match self {
            Scheme::Demo => "demo:shop?seed=7&rate=2000",
            Scheme::File => "file:access.jsonl?follow=true",
            Scheme::Replay => "replay:incident.jsonl.zst?speed=10x",
            Scheme::Stdin => "stdin:",
            Scheme::Otlp => "otlp:127.0.0.1:4317",
            Scheme::Literal => "",
        }
    }

    /// What may follow the question mark, besides `timestamp` and `lateness`.
    pub fn params(self) -> &'static [&'static str] {
        match self {
            Scheme::Demo => &["seed", "rate", "history", "start", "events", "signal"],
            Scheme::File => &[
                "follow",
                "format",
                "from",
                "max_line",
                "multiline",
                "delimiter",
                "list",
                "signal",
                "with_path",
                "timezone",
                "time_format",
            ],
            Scheme::Replay => {
                &["speed", "format", "max_line", "multiline", "delimiter", "list", "signal", "timezone", "time_format"]
            }
            Scheme::Stdin => {
                &["format", "max_line", "multiline", "delimiter", "list", "signal", "timezone", "time_format"]
            }
            Scheme::Otlp => &["signal", "http", "max_message", "public"],
            Scheme::Literal => &[],
        }
    }
}

impl SourceUri {
    /// Refuses what no source could mean, with what exists.
    pub fn parse(text: &str) -> Result<SourceUri, String> {
        let examples = || Scheme::ALL.map(|scheme| format!("`{}`", scheme.example())).join(", ");
        let Some((word, rest)) = text.split_once(':') else {
            return Err(format!("`{text}` is not a source's address; expected one such as {}", examples()));
        };
        let Some(scheme) = Scheme::ALL.into_iter().find(|scheme| scheme.word() == word) else {
            return Err(format!("there are no `{word}:` sources; there are {}", examples()));
        };
        let (rest, query) = split_query(rest);
        let mut params = Vec::new();
        for param in query.split('&').filter(|param| !param.is_empty()) {
            let (key, value) = param.split_once('=').unwrap_or((param, ""));
            let known = scheme.params().iter().chain(&["timestamp", "lateness"]);
            if !known.clone().any(|known| *known == key) {
                let near = crate::diagnostic::closest(key, known.clone().copied());
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let known: Vec<_> = known.map(|known| format!("`{known}`")).collect();
                let known = known.join(", ");
                return Err(format!("`{word}:` sources have no parameter `{key}`; they have {known}{near}"));
            }
            check_value(key, value)?;
            params.push((key.to_owned(), value.to_owned()));
        }
        let uri = SourceUri { scheme, rest: rest.to_owned(), params };
        match scheme {
            Scheme::Demo if rest != "shop" => Err(format!("there is no `demo:{rest}`; there is `demo:shop`")),
            Scheme::File if rest.is_empty() => Err("`file:` needs a path, e.g. `file:access.jsonl`".to_owned()),
            Scheme::Replay if rest.is_empty() => {
                Err("`replay:` needs a path, e.g. `replay:incident.jsonl.zst`".to_owned())
            }
            Scheme::Stdin if !rest.is_empty() => Err(format!("`stdin:` takes no path, found `{rest}`")),
            Scheme::Otlp if rest.is_empty() => Err("`otlp:` needs an address, e.g. `otlp:127.0.0.1:4317`".to_owned()),
            _ => Ok(uri),
        }
    }

    pub fn param(&self, key: &str) -> Option<&str> {
        self.params.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Events may come as they happen, also where there is an end: what is piped in is waited for.
    pub fn comes_live(&self) -> bool {
        self.scheme == Scheme::Stdin || !self.bounded()
    }

    /// Has an end: everything is read, then the flow finishes.
    pub fn bounded(&self) -> bool {
        match self.scheme {
            Scheme::File => self.param("follow") != Some("true"),
            Scheme::Demo => self.param("events").is_some(),
            Scheme::Stdin | Scheme::Replay | Scheme::Literal => true,
            Scheme::Otlp => false,
        }
    }
}

impl fmt::Display for SourceUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme.word(), self.rest)?;
        for (index, (key, value)) in self.params.iter().enumerate() {
            write!(f, "{}{key}={value}", if index == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

/// What can be told wrong without opening the source.
fn check_value(key: &str, value: &str) -> Result<(), String> {
    let is_number = || value.parse::<u64>().is_ok();
    let (right, expected) = match key {
        "seed" | "events" => (is_number(), "a whole number"),
        "rate" => (value.parse::<f64>().is_ok_and(|rate| rate > 0.0 && rate.is_finite()), "events per second, above 0"),
        "speed" => {
            let number = value.strip_suffix(['x', '×']).unwrap_or(value).parse::<f64>();
            (number.is_ok_and(|speed| speed > 0.0 && speed.is_finite()), "how many times as fast, e.g. `1x` or `10x`")
        }
        "follow" | "with_path" => (matches!(value, "true" | "false"), "true or false"),
        "format" => (matches!(value, "json" | "logfmt" | "csv" | "tsv" | "text"), "json, logfmt, csv, tsv or text"),
        "max_line" => (max_line(value).is_some(), "a size up to 256MiB, e.g. `16MiB`"),
        "delimiter" => (delimiter(value).is_some(), "one character such as `;`, or `tab`, `comma`, `pipe` or `space`"),
        "multiline" => (!value.is_empty(), "`auto`, `off`, `indent` or a pattern of an event's first line"),
        "list" => (!value.is_empty(), "the name of a list in the document, e.g. `Records`, or `none`"),
        // A number alone would be days, which nobody means here.
        "lateness" => {
            let span = literal::parse_timespan(value).is_ok_and(|span| span >= 0) && value.parse::<f64>().is_err();
            (span, "a timespan such as `2s`")
        }
        "timestamp" => (
            !value.is_empty() && value.split(',').all(|name| !name.trim().is_empty()),
            "a field's name, or several with commas between them",
        ),
        "timezone" => (TimeZoneDatabase::bundled().get(value).is_ok(), "a time zone such as Europe/Berlin or UTC"),
        "time_format" => match Pattern::parse(value) {
            Ok(_) => (true, ""),
            Err(why) => return Err(format!("`{key}` is `{value}`: {why}")),
        },
        _ => (true, ""),
    };
    if right { Ok(()) } else { Err(bad_value(key, value, expected)) }
}

/// An address without its scheme, and its parameters: from the first question mark on after which there is a
/// parameter's name, since patterns of file names may have others.
pub fn split_query(rest: &str) -> (&str, &str) {
    let names_one = |at: &usize| {
        let after = &rest[at + 1..];
        let name = &after[..after.find(['=', '&']).unwrap_or(after.len())];
        name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let at = rest.match_indices('?').map(|(at, _)| at).find(names_one);
    at.map_or((rest, ""), |at| (&rest[..at], &rest[at + 1..]))
}

/// Bytes of `?max_line=`: `16MiB`, or a number of bytes; `None` for what is no size, nothing, or above 256 MiB.
pub fn max_line(text: &str) -> Option<usize> {
    const MOST: i64 = 256 << 20;
    let bytes = literal::parse_size(text).or_else(|_| literal::parse_long(text)).ok();
    bytes.filter(|bytes| (1..=MOST).contains(bytes)).and_then(|bytes| usize::try_from(bytes).ok())
}

/// The byte between cells that `?delimiter=` names: a character of ASCII, a word for one, or `%` and its two hex digits.
pub fn delimiter(text: &str) -> Option<u8> {
    let byte = match text.as_bytes() {
        b"tab" | b"\\t" => b'\t',
        b"comma" => b',',
        b"semicolon" => b';',
        b"pipe" => b'|',
        b"space" => b' ',
        [byte] => *byte,
        [b'%', hex @ ..] if hex.len() == 2 => u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?,
        _ => return None,
    };
    (byte.is_ascii() && !b"\"\r\n\0".contains(&byte)).then_some(byte)
}

fn bad_value(key: &str, value: &str, expected: &str) -> String {
    format!("`{key}` is `{value}`, expected {expected}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written_alike() {
        for text in [
            "demo:shop",
            "demo:shop?seed=7&rate=2000",
            "file:a-?.log",
            "file:a-?.log?follow=true",
            "stdin:",
            "otlp:[::1]:4317",
        ] {
            assert_eq!(SourceUri::parse(text).map(|uri| uri.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn sizes_have_units_and_delimiters_have_words() {
        assert_eq!(
            ["16MiB", "1.5KiB", "500", "1GiB", "0", "x"].map(max_line),
            [Some(16 << 20), Some(1536), Some(500), None, None, None]
        );
        assert_eq!(
            ["tab", ";", "%7C", "pipe", "\"", "ab", "é"].map(delimiter),
            [Some(b'\t'), Some(b';'), Some(b'|'), Some(b'|'), None, None, None]
        );
    }

    #[test]
    fn a_wrong_address_says_what_would_be_right() {
        let wrong = |text| SourceUri::parse(text).expect_err("it is wrong");
        assert!(wrong("access.jsonl").contains("`file:access.jsonl?follow=true`"));
        assert!(wrong("kafka:topic").contains("there are no `kafka:` sources"));
        assert!(wrong("demo:shop?sed=7").contains("no parameter `sed`; they have `seed`, `rate`"));
        assert!(wrong("demo:shop?sed=7").contains("did you mean `seed`?"));
        assert_eq!(wrong("demo:shop?rate=0"), "`rate` is `0`, expected events per second, above 0");
        assert_eq!(wrong("file:a?format=xml"), "`format` is `xml`, expected json, logfmt, csv, tsv or text");
        assert_eq!(wrong("file:a?max_line=lots"), "`max_line` is `lots`, expected a size up to 256MiB, e.g. `16MiB`");
        assert!(wrong("file:a?delimiter=;;").contains("one character such as `;`, or `tab`"));
        assert_eq!(wrong("stdin:?lateness=2"), "`lateness` is `2`, expected a timespan such as `2s`");
        assert!(wrong("file:").contains("needs a path"));
    }

    #[test]
    fn the_name_says_the_signal_unless_the_address_does() {
        let decl = |name, uri| SourceDecl::for_uri(name, SourceUri::parse(uri).expect("right")).expect("right");
        assert_eq!(decl("logs", "demo:shop").signal(), Ok(Signal::Logs));
        assert_eq!(decl("audit", "otlp:127.0.0.1:4317?signal=logs").signal(), Ok(Signal::Logs));
        assert_eq!(decl("whatever", "otlp:127.0.0.1:4317").signal(), Ok(Signal::Spans));
        assert!(decl("spans", "demo:shop").schema().field("http.response.status_code").is_some());
        assert!(!decl("spans", "demo:shop").open && decl("spans", "otlp:127.0.0.1:4317").open);
    }
}
