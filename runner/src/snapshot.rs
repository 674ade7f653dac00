//! The snapshot of what a runner has observed: a file beside the configuration, checked in, so that editors
//! and `headwater check` know fields and values where no runner runs.
//!
//! Made to be reviewed: one line a field, in the order of the names; numbers are rough, and one that is
//! still about right stays as it was. No value of a field with many different ones is kept: those are
//! identifiers, and often of persons.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;
use syntax::observed::{FieldObserved, Observed, SourceObserved};
use syntax::{Type, Value, literal};

use crate::source::profile::timespan;
use crate::{Error, files};

pub const FILE_NAME: &str = "headwater.snapshot.toml";

/// Fields with more different values than this keep none of them.
const VALUES: u64 = 20;

/// What is kept of a number until it differs by more: a quarter.
const STILL_RIGHT: f64 = 0.25;

/// No snapshot that we write is larger.
const MAX_BYTES: u64 = 8 << 20;

const HEADING: &str = "\
# What the sources looked like when `headwater sources --save` last wrote this file. Editors and
# `headwater check` read it where no runner runs. Shares are percent; a number stays as it was until it
# differs by a quarter.
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    #[serde(default)]
    rate: f64,
    #[serde(default)]
    fields: BTreeMap<String, Field>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    r#type: String,
    #[serde(default)]
    has: f64,
    #[serde(default)]
    distinct: u64,
    p50: Option<String>,
    p99: Option<String>,
    #[serde(default)]
    values: BTreeMap<String, f64>,
}

/// The snapshot beside a configuration; None where there is none.
pub fn beside(config: &Path) -> Result<Option<Observed>, Error> {
    let path = config.with_file_name(FILE_NAME);
    let failed = |reason: String| {
        let help = "write it anew with `headwater sources --save`, or remove it";
        Error::rejected(format!("cannot read `{}`: {reason}; {help}", path.display()))
    };
    match path.symlink_metadata() {
        Err(_) => return Ok(None),
        Ok(found) if !found.is_file() => return Err(failed("it is no plain file".to_owned())),
        Ok(found) if found.len() > MAX_BYTES => return Err(failed(format!("it has more than {MAX_BYTES} bytes"))),
        Ok(_) => {}
    }
    let text = files::text(&path, None, MAX_BYTES).map_err(|error| failed(error.to_string()))?;
    read(&text).map(Some).map_err(failed)
}

/// The message says what is wrong, and where.
pub fn read(text: &str) -> Result<Observed, String> {
    let file: BTreeMap<String, Source> = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut sources = BTreeMap::new();
    for (name, source) in file {
        let mut fields = BTreeMap::new();
        for (field, kept) in source.fields {
            let ty = Type::from_word(&kept.r#type)
                .ok_or_else(|| format!("field `{field}` of `{name}` has the type `{}`", kept.r#type))?;
            fields.insert(field.into(), observed(ty, kept));
        }
        sources.insert(name.into(), SourceObserved { rate: source.rate, fields, ..SourceObserved::default() });
    }
    Ok(Observed { sources })
}

fn observed(ty: Type, kept: Field) -> FieldObserved {
    let mut top: Vec<(String, f64)> =
        kept.values.into_iter().map(|(value, percent)| (value, percent / 100.0)).collect();
    top.sort_by(|one, two| two.1.total_cmp(&one.1));
    FieldObserved {
        share: kept.has / 100.0,
        distinct: kept.distinct,
        top,
        p50: kept.p50,
        p99: kept.p99,
        ..FieldObserved::new(ty)
    }
}

/// The file's text. Sources and fields that only the one before had stay: they may be silent just now.
pub fn written(now: &Observed, before: Option<&Observed>) -> String {
    let mut text = HEADING.to_owned();
    let nothing = Observed::default();
    let before = before.unwrap_or(&nothing);
    let names: BTreeSet<_> = now.sources.keys().chain(before.sources.keys()).collect();
    for name in names {
        let (Some(new), old) = (now.sources.get(name).or(before.sources.get(name)), before.sources.get(name)) else {
            continue;
        };
        // Writing to a String cannot fail.
        let _ = write!(text, "\n[{}]\n", key(name));
        // One that was silent just now comes as fast as before.
        let rate = if new.rate > 0.0 { new.rate } else { old.map_or(0.0, |old| old.rate) };
        if rate > 0.0 {
            let _ = writeln!(text, "rate = {}", kept(rate, old.map(|old| old.rate)));
        }
        let fields: BTreeSet<_> = new.fields.keys().chain(old.into_iter().flat_map(|old| old.fields.keys())).collect();
        if fields.is_empty() {
            continue;
        }
        let _ = writeln!(text, "[{}.fields]", key(name));
        for field in fields {
            let old = old.and_then(|old| old.fields.get(field));
            let seen = new.fields.get(field).filter(|field| field.share > 0.0);
            let Some(field_now) = seen.or(old) else { continue };
            let _ = writeln!(text, "{} = {}", key(field), line(field_now, old));
        }
    }
    text
}

fn line(now: &FieldObserved, old: Option<&FieldObserved>) -> String {
    let old = old.filter(|old| old.ty == now.ty);
    let percent = |share: f64| share * 100.0;
    let has = kept(percent(now.share), old.map(|old| percent(old.share)));
    let distinct = match now.distinct {
        few @ 0..=VALUES => few.to_string(),
        many => kept(many as f64, old.map(|old| old.distinct as f64)),
    };
    let mut line = format!("{{ type = \"{}\", has = {has}, distinct = {distinct}", now.ty);
    if matches!(now.ty, Type::Long | Type::Real | Type::Timespan) && now.distinct > VALUES {
        let quantiles = [("p50", &now.p50, old.map(|old| &old.p50)), ("p99", &now.p99, old.map(|old| &old.p99))];
        for (name, text, old) in quantiles {
            let Some(text) = text else { continue };
            let _ = write!(line, ", {name} = {}", quote(&quantile(text, old.and_then(|old| old.as_deref()), now.ty)));
        }
    }
    if now.is_complete() && now.distinct <= VALUES {
        let old_share =
            |value: &str| old?.top.iter().find(|(known, _)| known == value).map(|(_, share)| percent(*share));
        let mut values: Vec<(&str, String)> =
            now.top.iter().map(|(value, share)| (value.as_str(), kept(percent(*share), old_share(value)))).collect();
        values.sort();
        let values: Vec<String> = values.iter().map(|(value, share)| format!("{} = {share}", key(value))).collect();
        let _ = write!(line, ", values = {{ {} }}", values.join(", "));
    }
    line.push_str(" }");
    line
}

/// Two digits, or the number before where that is still about right.
fn kept(now: f64, before: Option<f64>) -> String {
    let still = |before: &f64| *before != 0.0 && (now - before).abs() <= (before.abs() * STILL_RIGHT).max(1.0);
    number(match before.filter(still) {
        Some(before) => before,
        None => rounded(now),
    })
}

/// A quantile, as it is written beside a unit.
fn quantile(now: &str, before: Option<&str>, ty: Type) -> String {
    let value = |text: &str| match literal::parse_as(ty, text) {
        Ok(Value::Timespan(nanos)) => Some(nanos as f64),
        Ok(Value::Long(value)) => Some(value as f64),
        Ok(Value::Real(value)) => Some(value),
        _ => None,
    };
    let Some(new) = value(now) else { return now.to_owned() };
    if let Some(text) = before
        && value(text).is_some_and(|old| (new - old).abs() <= old.abs() * STILL_RIGHT)
    {
        return text.to_owned();
    }
    match ty {
        Type::Timespan => timespan(rounded(new) as i64),
        _ => number(rounded(new)),
    }
}

fn rounded(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

/// Whole numbers without a point.
fn number(value: f64) -> String {
    let small = if value.abs() < 1.0 { value } else { value.round() };
    small.to_string()
}

/// A bare key where TOML allows one.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if bare { name.to_owned() } else { quote(name) }
}

/// A basic string of TOML.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn seen(rate: f64, region: &[(&str, f64)], p99: &str) -> Observed {
        let top = region.iter().map(|(value, share)| ((*value).to_owned(), *share)).collect();
        let regions =
            FieldObserved { share: 1.0, distinct: region.len() as u64, top, ..FieldObserved::new(Type::String) };
        let customers = FieldObserved {
            share: 0.987,
            distinct: 52_345,
            top: vec![("c-7".to_owned(), 0.01)],
            ..FieldObserved::new(Type::String)
        };
        let durations = FieldObserved {
            share: 1.0,
            distinct: 90_000,
            p50: Some("12.345ms".to_owned()),
            p99: Some(p99.to_owned()),
            ..FieldObserved::new(Type::Timespan)
        };
        let fields = [("cloud.region", regions), ("customer.id", customers), ("duration", durations)];
        let fields = fields.map(|(name, field)| (name.into(), field)).into();
        let source = SourceObserved { rate, fields, ..SourceObserved::default() };
        Observed { sources: [("spans".into(), source)].into() }
    }

    #[test]
    fn a_line_a_field_and_no_value_of_many() {
        let now = seen(2034.5, &[("eu-west-1", 0.412), ("us \"east\"", 0.35), ("ap", 0.238)], "1.2345s");
        expect![[r#"
            # What the sources looked like when `headwater sources --save` last wrote this file. Editors and
            # `headwater check` read it where no runner runs. Shares are percent; a number stays as it was until it
            # differs by a quarter.

            [spans]
            rate = 2000
            [spans.fields]
            "cloud.region" = { type = "string", has = 100, distinct = 3, values = { ap = 24, eu-west-1 = 41, "us \"east\"" = 35 } }
            "customer.id" = { type = "string", has = 99, distinct = 52000 }
            duration = { type = "timespan", has = 100, distinct = 90000, p50 = "12ms", p99 = "1.2s" }
        "#]]
        .assert_eq(&written(&now, None));
    }

    #[test]
    fn what_is_read_is_what_was_written_and_small_changes_change_nothing() {
        let first = written(&seen(2034.5, &[("eu", 0.41), ("us", 0.59)], "1.2345s"), None);
        let before = read(&first).expect("we wrote it");
        assert_eq!(before.field("spans", "cloud.region").and_then(|field| field.share_of("us")), Some(0.59));
        assert_eq!(written(&before, None), first);
        assert_eq!(written(&seen(1800.0, &[("eu", 0.45), ("us", 0.55)], "1.4s"), Some(&before)), first);
        let other = written(&seen(9000.0, &[("eu", 0.1), ("us", 0.9)], "9s"), Some(&before));
        assert!(
            other.contains("rate = 9000") && other.contains("eu = 10") && other.contains("p99 = \"9s\""),
            "{other}"
        );
    }

    #[test]
    fn what_is_silent_now_is_not_forgotten() {
        let before = seen(100.0, &[("eu", 1.0)], "1s");
        let text = written(&Observed::default(), Some(&before));
        assert!(text.contains("\"cloud.region\""), "{text}");
    }

    #[test]
    fn a_broken_one_says_where() {
        let wrong = read("[spans.fields]\na = { type = \"word\" }").expect_err("no such type");
        assert!(wrong.contains("field `a` of `spans` has the type `word`"), "{wrong}");
        let wrong = read("<<<<<<< HEAD\n[spans]").expect_err("a merge conflict");
        assert!(wrong.contains("line 1"), "{wrong}");
    }
}
