//! The wording of what can be wrong in a `headwater.toml`: one sentence of what was found, what exists, what to do.

use syntax::diagnostic::closest;
use syntax::lint::Level;
use syntax::source::Scheme;
use syntax::{Code, Diagnostic, Edit, Fix, Severity, TextRange, Type};

use super::keys::{Key, Shape};

fn new(code: Code, severity: Severity, range: TextRange, message: String) -> Diagnostic {
    // What is written there is told, also where nobody would see it.
    let message = syntax::visible(&message).into_owned();
    Diagnostic { code, severity, range, message, because: None, help: None, fixes: Vec::new() }
}

fn bad(range: TextRange, message: String) -> Diagnostic {
    new(Code::BadConfig, Severity::Error, range, message)
}

fn help(mut diagnostic: Diagnostic, help: impl Into<String>) -> Diagnostic {
    diagnostic.help = Some(syntax::visible(&help.into()).into_owned());
    diagnostic
}

fn replace(mut diagnostic: Diagnostic, range: TextRange, text: &str) -> Diagnostic {
    let edits = vec![Edit { range, text: text.to_owned() }];
    diagnostic.fixes.push(Fix { title: format!("replace with `{text}`"), edits });
    diagnostic
}

fn list(words: impl IntoIterator<Item = &'static str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// `written`: what stands at the place.
pub(super) fn not_toml(range: TextRange, message: &str, written: &str) -> Diagnostic {
    if message.starts_with("duplicate key") {
        let message = format!("`{written}` is there a second time");
        return help(new(Code::DuplicateName, Severity::Error, range, message), "remove one");
    }
    let found = bad(range, format!("this is not TOML: {message}"));
    match message {
        _ if message.starts_with("key with no value") => help(found, "write `key = value`"),
        _ if message.starts_with("string values must be quoted") && !written.trim().is_empty() => {
            let quoted = quote(written);
            replace(help(found, "texts stand in quotes"), range, &quoted)
        }
        _ if message.starts_with("string values must be quoted") => help(found, "write a value after the `=`"),
        _ if message.starts_with("invalid boolean") => help(found, "write `true` or `false`"),
        _ => found,
    }
}

/// What others call it.
const MEANT: &[(&str, &str)] = &[
    ("url", "uri"),
    ("address", "uri"),
    ("endpoint", "uri"),
    ("path", "uri"),
    ("file", "uri"),
    ("description", "doc"),
    ("comment", "doc"),
    ("docs", "doc"),
    ("time", "timestamp"),
    ("time_field", "timestamp"),
    ("delay", "lateness"),
    ("columns", "fields"),
    ("schema", "fields"),
    ("memory", "state"),
];

/// `of`: what has the keys, e.g. "a source".
pub(super) fn unknown_key(range: TextRange, written: &str, of: &str, keys: &'static [Key]) -> Diagnostic {
    if let Some(code) = Code::from_slug(written).filter(|code| of == "`check.rules`" && !code.is_lint()) {
        let message = format!("`{}` keeps a block from running, so it is always an error", code.slug());
        return help(new(Code::UnknownKey, Severity::Error, range, message), "remove the line");
    }
    let found = new(Code::UnknownKey, Severity::Error, range, format!("{of} has no `{written}`"));
    let meant = || MEANT.iter().find(|(theirs, _)| *theirs == written).map(|(_, ours)| *ours);
    let meant = meant().filter(|ours| keys.iter().any(|key| key.name == *ours));
    match meant.or_else(|| closest(written, keys.iter().map(|key| key.name))) {
        Some(near) => replace(help(found, format!("did you mean `{near}`?")), range, near),
        None => help(found, format!("here there are {}", list(keys.iter().map(|key| key.name)))),
    }
}

/// `[spans]` with an address, as though sources stood at the top.
pub(super) fn source_at_the_top(range: TextRange, name: &str, written: &str) -> Diagnostic {
    let found = new(
        Code::UnknownKey,
        Severity::Error,
        range,
        format!("`{name}` stands alone, and sources stand below `sources`"),
    );
    let whole = format!("sources.{written}");
    replace(help(found, format!("write `[{whole}]`")), range, &whole)
}

pub(super) fn dotted_field(range: TextRange, name: &str, whole: Option<TextRange>) -> Diagnostic {
    let quoted = format!("\"{name}\"");
    let found = help(
        bad(range, format!("the field `{name}` is written as tables within tables")),
        format!("write it in quotes: `{quoted}`"),
    );
    match whole {
        Some(whole) => replace(found, whole, &quoted),
        None => found,
    }
}

pub(super) fn wrong_shape(range: TextRange, name: &str, is: &str, shape: Shape, written: &str) -> Diagnostic {
    let found = bad(range, format!("`{name}` is {is}, expected {}", shape.words()));
    let bare = written.trim_matches(['"', '\'']);
    match shape {
        Shape::Flag if matches!(bare.to_lowercase().as_str(), "true" | "yes" | "on") => replace(found, range, "true"),
        Shape::Flag if matches!(bare.to_lowercase().as_str(), "false" | "no" | "off") => replace(found, range, "false"),
        Shape::Count if bare.parse::<u64>().is_ok_and(|count| count > 0) => replace(found, range, bare),
        Shape::Table([first, ..]) if first.name == "type" && Type::from_word(bare).is_some() => {
            replace(found, range, &format!("{{ type = {} }}", quote(bare)))
        }
        Shape::SizeOrNone if bare == "0" => replace(found, range, "\"0\""),
        Shape::Text | Shape::Type | Shape::Word(_) if !written.contains(['[', '{', '\n']) => {
            replace(found, range, &quote(written))
        }
        _ => found,
    }
}

/// A number without a unit, in quotes or not.
pub(super) fn no_unit(range: TextRange, name: &str, number: &str) -> Diagnostic {
    let mut found =
        new(Code::UnitMissing, Severity::Error, range, format!("`{name}` is `{number}`, which says no unit"));
    found = help(found, format!("write `\"{number}s\"` for seconds"));
    for unit in ["s", "ms", "m"] {
        found = replace(found, range, &format!("\"{number}{unit}\""));
    }
    found
}

pub(super) fn bad_timespan(range: TextRange, name: &str, text: &str, example: &str) -> Diagnostic {
    bad(range, format!("`{name}` is `{text}`, expected a timespan such as `{example}`"))
}

pub(super) fn negative(range: TextRange, name: &str, text: &str) -> Diagnostic {
    bad(range, format!("`{name}` is `{text}`, and time does not go back"))
}

pub(super) fn bad_size(range: TextRange, name: &str, text: &str, example: &str) -> Diagnostic {
    bad(range, format!("`{name}` is `{text}`, expected a size such as `{example}`"))
}

pub(super) fn zero(range: TextRange, name: &str) -> Diagnostic {
    bad(range, format!("`{name}` is 0, expected at least 1: nothing could run"))
}

pub(super) fn bad_count(range: TextRange, name: &str, number: &str) -> Diagnostic {
    let expected = if number.starts_with('-') { "at least 1" } else { "a number that can be counted to" };
    bad(range, format!("`{name}` is {number}, expected {expected}"))
}

pub(super) fn state_above_total(range: TextRange, state: &str, total: &str) -> Diagnostic {
    let message = format!("one stage may hold {state}, and all flows together {total}");
    help(new(Code::BadConfig, Severity::Warning, range, message), "raise `total_state`, or lower `state`")
}

pub(super) fn bad_level(range: TextRange, code: &str, word: &str) -> Diagnostic {
    let found = bad(range, format!("`{code}` is `{word}`, expected one of {}", list(Level::WORDS)));
    let ours = match word.to_lowercase().as_str() {
        "none" | "allow" | "ignore" | "disable" | "disabled" | "no" => Some("off"),
        "info" | "note" | "information" => Some("hint"),
        "warn" => Some("warning"),
        "deny" | "forbid" => Some("error"),
        lower => closest(lower, Level::WORDS),
    };
    match ours {
        Some(ours) => replace(help(found, format!("did you mean `{ours}`?")), range, &quote(ours)),
        None => found,
    }
}

pub(super) fn no_owner(range: TextRange, source: &str) -> Diagnostic {
    let message = format!("nobody owns the source `{source}`");
    help(new(Code::MissingOwner, Severity::Warning, range, message), "write `owner = \"…\"`: whom to ask about it")
}

pub(super) fn bad_type(range: TextRange, field: &str, word: &str) -> Diagnostic {
    let words = Type::ALL.map(Type::word);
    let found = bad(range, format!("field `{field}` has the type `{word}`; the types are {}", words.join(", ")));
    let ours = match word.to_lowercase().as_str() {
        "integer" | "int32" | "int64" | "uint64" | "bigint" | "number" => Some("long"),
        "float" | "float64" | "decimal" => Some("real"),
        "text" | "str" | "varchar" => Some("string"),
        "duration" | "interval" => Some("timespan"),
        "timestamp" | "instant" => Some("datetime"),
        "json" | "object" | "map" | "array" | "any" => Some("dynamic"),
        _ => closest(word, words),
    };
    match ours {
        Some(ours) => replace(help(found, format!("did you mean `{ours}`?")), range, &quote(ours)),
        None => found,
    }
}

/// `within`: what of the address is to blame. `near`: what would be right there.
pub(super) fn bad_uri(within: TextRange, message: &str, near: Option<&str>) -> Diagnostic {
    // The sentence ends with the nearest word already.
    let found = bad(within, message.to_owned());
    match near {
        Some(near) => replace(found, within, near),
        None => found,
    }
}

pub(super) fn no_uri(range: TextRange, source: &str) -> Diagnostic {
    let examples = Scheme::ALL.map(Scheme::example);
    help(
        bad(range, format!("the source `{source}` has no `uri`")),
        format!("write `uri = \"…\"`, with an address such as {}", list(examples)),
    )
}

pub(super) fn no_type(range: TextRange, field: &str) -> Diagnostic {
    let found = bad(range, format!("the field `{field}` has no `type`"));
    help(found, format!("the types are {}", Type::ALL.map(Type::word).join(", ")))
}

pub(super) fn renamed(range: TextRange, old: &str, new: &str) -> Diagnostic {
    let message = format!("OpenTelemetry has renamed `{old}` to `{new}`");
    let found = new_hint(Code::RenamedField, range, message);
    replace(help(found, "if what is sent has the new name, declare that"), range, &quote(new))
}

fn new_hint(code: Code, range: TextRange, message: String) -> Diagnostic {
    new(code, Severity::Hint, range, message)
}

pub(super) fn twice(range: TextRange, value: &str) -> Diagnostic {
    help(new(Code::DuplicateName, Severity::Warning, range, format!("`{value}` is listed a second time")), "remove one")
}

/// `later`: the source waits for its file.
pub(super) fn missing_file(range: TextRange, path: &str, later: bool) -> Diagnostic {
    let message = format!("there is no file `{path}`");
    if later {
        return help(new_hint(Code::MissingFile, range, message), "the source waits until it comes");
    }
    help(new(Code::MissingFile, Severity::Warning, range, message), "a relative path begins at this file's folder")
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
