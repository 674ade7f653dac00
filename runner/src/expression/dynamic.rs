//! Dynamic values: JSON text, walked where it stands so that numbers keep every digit.
//!
//! The text is valid JSON: sources and `parse_json` see to that. On anything else the walk ends early.

use std::borrow::Cow;
use std::cmp::Ordering;

use syntax::json_path::Step;
use syntax::pipeline::Function;
use syntax::{Type, Value};

use super::operand::{longs, texts};
use super::{Expression, exactly, row};
use crate::Error;

pub(super) fn call(function: Function, args: Vec<Expression>) -> Result<Expression, Error> {
    match function {
        Function::Index => {
            let [value, key] = exactly(args)?;
            let value = value.to(Type::Dynamic);
            Ok(match key.ty() {
                Type::Long => Expression::call([value, key], Type::Dynamic, |args, rows| {
                    let (values, places) = (args[0].texts(), args[1].longs());
                    texts((0..rows).map(|row| {
                        element(values.get(row)?, places.get(row)?).filter(|json| *json != "null").map(Cow::Borrowed)
                    }))
                }),
                _ => Expression::call([value, key.to(Type::String)], Type::Dynamic, |args, rows| {
                    let (values, keys) = (args[0].texts(), args[1].texts());
                    texts((0..rows).map(|row| {
                        member(values.get(row)?, keys.get(row)?).filter(|json| *json != "null").map(Cow::Borrowed)
                    }))
                }),
            })
        }
        Function::ArrayLength => {
            Ok(Expression::call(exactly::<1>(args)?.map(|arg| arg.to(Type::Dynamic)), Type::Long, |args, rows| {
                let values = args[0].texts();
                longs(
                    Type::Long,
                    (0..rows).map(|row| {
                        let json = values.get(row)?.trim_start();
                        json.starts_with('[').then(|| elements(json).count() as i64)
                    }),
                )
            }))
        }
        Function::BagKeys => {
            Ok(Expression::call(exactly::<1>(args)?.map(|arg| arg.to(Type::Dynamic)), Type::Dynamic, |args, rows| {
                let values = args[0].texts();
                texts((0..rows).map(|row| {
                    let json = values.get(row)?.trim_start();
                    let keys = || members(json).map(|(key, _)| key).collect::<Vec<_>>().join(",");
                    json.starts_with('{').then(|| Cow::Owned(format!("[{}]", keys())))
                }))
            }))
        }
        Function::ExtractJson => {
            let [path, value] = exactly(args)?;
            let path = path.value().and_then(constant_text).and_then(|path| syntax::json_path::parse(&path));
            let path = path.ok_or_else(|| Error::rejected("`extract_json` needs a constant path here"))?;
            // What is a text may hold JSON.
            let value = call(Function::ParseJson, vec![value])?;
            Ok(row::made(vec![value], &[Type::Dynamic], Type::String, move |row| {
                let found = path.iter().try_fold(row.json(0)?, |json, step| match step {
                    Step::Member(name) => member(json, name),
                    Step::Element(place) => element(json, *place),
                });
                found.filter(|json| *json != "null").map(plain)
            }))
        }
        _ => {
            let [text] = exactly(args)?;
            if text.ty() == Type::Dynamic {
                return Ok(text);
            }
            Ok(Expression::call([text.to(Type::String)], Type::Dynamic, |args, rows| {
                let values = args[0].texts();
                texts((0..rows).map(|row| parse(values.get(row)?)))
            }))
        }
    }
}

/// The text as JSON: itself if it is JSON, else a JSON string, as Kusto has it. Null for nothing.
fn parse(text: &str) -> Option<Cow<'_, str>> {
    match text.trim() {
        "" | "null" => None,
        json if is_json(json) => Some(Cow::Borrowed(json)),
        _ => Some(Cow::Owned(quoted(text))),
    }
}

pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// A string as JSON text.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// A JSON value as plain text: strings without their quotes, everything else as written.
pub(crate) fn plain(json: &str) -> Cow<'_, str> {
    let json = json.trim();
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inside) if !inside.contains('\\') => Cow::Borrowed(inside),
        Some(_) => serde_json::from_str::<String>(json).map_or(Cow::Borrowed(json), Cow::Owned),
        None => Cow::Borrowed(json),
    }
}

/// A number in JSON, with the digits that it is written with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Whole(i128),
    Real(f64),
}

impl Number {
    /// Also of a number that stands in quotes.
    pub(crate) fn of(json: &str) -> Option<Number> {
        let json = json.trim();
        let first = json.as_bytes().first()?;
        if !(first.is_ascii_digit() || matches!(first, b'-' | b'"')) {
            return None;
        }
        let text = plain(json);
        match text.parse::<i128>() {
            Ok(whole) => Some(Number::Whole(whole)),
            Err(_) => text.parse().ok().map(Number::Real),
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    /// Exact also between a whole number and a real; NaN is in no order.
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        let mixed = |whole: i128, real: f64| match (whole as f64).partial_cmp(&real)? {
            // They are the same as reals: the whole part of such a real is exact.
            Ordering::Equal => Some(whole.cmp(&(real as i128))),
            order => Some(order),
        };
        match (*self, *other) {
            (Number::Whole(one), Number::Whole(other)) => Some(one.cmp(&other)),
            (Number::Real(one), Number::Real(other)) => one.partial_cmp(&other),
            (Number::Whole(whole), Number::Real(real)) => mixed(whole, real),
            (Number::Real(real), Number::Whole(whole)) => mixed(whole, real).map(Ordering::reverse),
        }
    }
}

/// The value of a constant as plain text.
pub(super) fn constant_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Dynamic(json) => Some(plain(json)),
        _ => None,
    }
}

/// An array's element; from the end where the place is negative.
fn element(json: &str, place: i64) -> Option<&str> {
    if place >= 0 {
        return elements(json).nth(usize::try_from(place).ok()?);
    }
    let back = usize::try_from(place.unsigned_abs()).ok()?;
    let all: Vec<&str> = elements(json).collect();
    all.len().checked_sub(back).map(|place| all[place])
}

/// A bag's member; the last one where a key occurs twice.
fn member<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    members(json).filter(|(found, _)| plain(found) == key).last().map(|(_, value)| value)
}

/// The elements of a JSON array, each as its text.
pub(crate) fn elements(json: &str) -> impl Iterator<Item = &str> {
    let mut rest = json.trim().strip_prefix('[').unwrap_or("");
    std::iter::from_fn(move || {
        let (value, after) = value(rest)?;
        rest = after.strip_prefix(',').unwrap_or("");
        Some(value)
    })
}

/// The members of a JSON object: the key in its quotes, and the value's text.
pub(crate) fn members(json: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = json.trim().strip_prefix('{').unwrap_or("");
    std::iter::from_fn(move || {
        let (key, after) = value(rest)?;
        let (value, after) = value(after.strip_prefix(':')?)?;
        rest = after.strip_prefix(',').unwrap_or("");
        Some((key, value))
    })
}

/// An array of values, each JSON itself.
pub(super) fn array_text(values: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut out = String::from("[");
    for value in values {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(value.as_ref());
    }
    out.push(']');
    out
}

/// A bag of plain keys and of values that are JSON.
pub(super) fn bag_text(members: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> String {
    let mut out = String::from("{");
    for (key, value) in members {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&quoted(key.as_ref()));
        out.push(':');
        out.push_str(value.as_ref());
    }
    out.push('}');
    out
}

/// A number that is written as one.
pub(super) fn read_number(json: &str) -> Option<f64> {
    json.parse().ok()
}

/// How two texts compare, by their bytes. What is no text has no order here; numbers go by [`Number`].
pub(super) fn order(left: &str, right: &str) -> Option<Ordering> {
    let text = |json: &str| json.trim_start().starts_with('"');
    (text(left) && text(right)).then(|| plain(left).cmp(&plain(right)))
}

/// One text for all that mean the same value: 1 and 1.0, an escaped and a plain character, members in any order.
pub(super) fn canonical(json: &str) -> Cow<'_, str> {
    let json = json.trim();
    match json.as_bytes().first() {
        Some(b'"') if json.contains('\\') => Cow::Owned(quoted(&plain(json))),
        Some(b'[' | b'{') => serde_json::from_str::<serde_json::Value>(json)
            .map_or(Cow::Borrowed(json), |value| Cow::Owned(by_value(value).to_string())),
        Some(b'0'..=b'9' | b'-') if json.contains(['.', 'e', 'E']) => {
            Cow::Owned(read_number(json).map_or_else(|| json.to_owned(), |number| number.to_string()))
        }
        _ => Cow::Borrowed(json),
    }
}

/// Numbers by their value, however deep they stand.
fn by_value(json: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match json {
        Value::Array(items) => items.into_iter().map(by_value).collect(),
        Value::Object(members) => members.into_iter().map(|(key, value)| (key, by_value(value))).collect(),
        Value::Number(number) if number.is_f64() => {
            let whole = number.as_f64().filter(|real| real.fract() == 0.0).and_then(super::math::whole);
            whole.map_or(Value::Number(number), Value::from)
        }
        other => other,
    }
}

/// The first value of a text, and what follows it. Not recursive, so depth is no danger.
fn value(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' | b',' | b':' if depth == 0 => break,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    let (value, rest) = text.split_at_checked(at)?;
    let value = value.trim_end();
    (!value.is_empty()).then_some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_nested_values() {
        let json = r#" { "a": [1, {"b": "x,]"}, "\"q\""], "c" : 1.50 , "a": null } "#;
        assert_eq!(member(json, "c"), Some("1.50"));
        assert_eq!(member(json, "a"), Some("null"));
        let list = r#"[1, {"b": "x,]"}, "\"q\""]"#;
        assert_eq!(elements(list).collect::<Vec<_>>(), ["1", r#"{"b": "x,]"}"#, r#""\"q\"""#]);
        assert_eq!(element(list, -1).map(plain).as_deref(), Some("\"q\""));
        assert_eq!(element(list, 3), None);
        assert_eq!(elements("[]").count(), 0);
    }

    #[test]
    fn broken_json_ends_the_walk() {
        for text in ["", "[", "{", "{\"a\"", "[\"", "[\"\\", "{]}", "]", "[1,,2]", "\u{e9}[\"\\\u{e9}"] {
            elements(text).for_each(drop);
            members(text).for_each(drop);
            element(text, -1);
        }
    }
}
