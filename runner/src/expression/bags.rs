//! Bags of JSON values, made and changed; the type of a value. What is no bag gives null.

use std::borrow::Cow;
use std::collections::HashSet;

use syntax::Type::{self, Dynamic, String as Text};
use syntax::json_path::{self, Step};
use syntax::pipeline::Function;

use super::dynamic::{bag_text, elements, members, plain};
use super::row::{Row, made, truth};
use super::{Expression, exactly};
use crate::Error;

pub(super) fn call(function: Function, args: Vec<Expression>) -> Result<Expression, Error> {
    use Function::*;
    Ok(match function {
        Pack => {
            // Keys are texts, values are JSON.
            let args = args.into_iter().enumerate();
            let args = args.map(|(place, arg)| arg.to(if place % 2 == 0 { Text } else { Dynamic })).collect();
            made(args, &[], Dynamic, |row| {
                let pairs = (0..row.count() / 2).map(|pair| (row.text(2 * pair), row.json(2 * pair + 1)));
                Some(bag_text(pairs.map(|(key, value)| (key, value.unwrap_or("null")))).into())
            })
        }
        BagHasKey => truth(args, &[Dynamic, Text], |row| {
            let mut json = row.json(0)?;
            members_of(json)?;
            for key in path(row.text(1))? {
                let member = members_of(json).and_then(|all| all.into_iter().find(|(known, _)| *known == key));
                let Some((_, value)) = member else { return Some(false) };
                json = value;
            }
            Some(true)
        }),
        BagMerge => made(args, &[Dynamic], Dynamic, |row| {
            let mut seen = HashSet::new();
            let bags = (0..row.count()).map(|place| bag(row, place)).collect::<Option<Vec<_>>>()?;
            let members = bags.concat().into_iter().filter(|(key, _)| seen.insert(key.clone()));
            Some(bag_text(members).into())
        }),
        BagSetKey => made(args, &[Dynamic, Text, Dynamic], Dynamic, |row| {
            let (path, value) = (path(row.text(1))?, row.json(2).unwrap_or("null"));
            set(row.json(0)?, &path, value).map(Cow::Owned)
        }),
        BagRemoveKeys => made(args, &[Dynamic, Dynamic], Dynamic, |row| {
            let keys: Vec<Cow<'_, str>> = elements(row.json(1)?).map(plain).collect();
            let paths: Vec<Vec<Cow<'_, str>>> = keys.iter().filter_map(|key| path(key)).collect();
            without(row.json(0)?, &paths.iter().map(Vec::as_slice).collect::<Vec<_>>()).map(Cow::Owned)
        }),
        BagZip => made(args, &[Dynamic, Dynamic], Dynamic, |row| {
            let keys = row.json(0)?.trim_start();
            if !keys.starts_with('[') {
                return None;
            }
            let mut values = elements(row.json(1)?);
            let pairs = elements(keys).map(|key| (key, values.next().unwrap_or("null")));
            let texts = pairs.filter(|(key, _)| key.starts_with('"')).map(|(key, value)| (plain(key), value));
            Some(bag_text(texts).into())
        }),
        GetType => {
            let [value] = exactly(args)?;
            match value.ty() {
                Dynamic => made(vec![value], &[], Text, |row| Some(kind(row.json(0).unwrap_or("null")).into())),
                ty => Expression::constant(syntax::Value::String(ty.word().into())),
            }
        }
        other => return Err(super::unsupported(other)),
    })
}

fn bag(row: Row<'_>, place: usize) -> Option<Vec<(Cow<'_, str>, &str)>> {
    members_of(row.json(place)?)
}

/// The members of a bag; of a key that stands twice, the last.
fn members_of(json: &str) -> Option<Vec<(Cow<'_, str>, &str)>> {
    let json = json.trim_start();
    if !json.starts_with('{') {
        return None;
    }
    let mut seen = HashSet::new();
    let all: Vec<(Cow<'_, str>, &str)> = members(json).map(|(key, value)| (plain(key), value)).collect();
    let mut kept: Vec<_> = all.into_iter().rev().filter(|(key, _)| seen.insert(key.clone())).collect();
    kept.reverse();
    Some(kept)
}

/// The keys that lead to a member: one, or those of a path such as `$.user.id`. None for a path into an array.
fn path(key: &str) -> Option<Vec<Cow<'_, str>>> {
    let Some(steps) = Some(key).filter(|key| key.starts_with("$.") || key.starts_with("$[")).and_then(json_path::parse)
    else {
        return Some(vec![Cow::Borrowed(key)]);
    };
    let name = |step| match step {
        Step::Member(name) => Some(Cow::Owned(name)),
        Step::Element(_) => None,
    };
    steps.into_iter().map(name).collect()
}

/// The bag with the value at the path; None where something else than a bag stands on the way.
fn set(json: &str, path: &[Cow<'_, str>], value: &str) -> Option<String> {
    let (key, inner) = path.split_first()?;
    let mut members = members_of(json)?;
    let place = members.iter().position(|(known, _)| known == key);
    let made = match inner {
        [] => value.to_owned(),
        inner => set(place.map_or("{}", |place| members[place].1), inner, value)?,
    };
    match place {
        Some(place) => members[place].1 = &made,
        None => members.push((key.clone(), &made)),
    }
    Some(bag_text(members))
}

/// The bag without what the paths name; None where it is no bag.
fn without(json: &str, paths: &[&[Cow<'_, str>]]) -> Option<String> {
    let mut kept = Vec::new();
    for (key, value) in members_of(json)? {
        let inner: Vec<&[Cow<'_, str>]> = paths
            .iter()
            .filter_map(|path| path.split_first())
            .filter(|(first, _)| **first == key)
            .map(|(_, rest)| rest)
            .collect();
        if inner.iter().any(|rest| rest.is_empty()) {
            continue;
        }
        let value =
            if inner.is_empty() { None } else { without(value, &inner) }.map_or(Cow::Borrowed(value), Cow::Owned);
        kept.push((key, value));
    }
    Some(bag_text(kept))
}

fn kind(json: &str) -> &'static str {
    match json.trim_start().as_bytes().first() {
        Some(b'[') => "array",
        Some(b'{') => "dictionary",
        Some(b'"') => Type::String.word(),
        Some(b't' | b'f') => Type::Bool.word(),
        Some(b'0'..=b'9' | b'-') if json.contains(['.', 'e', 'E']) => Type::Real.word(),
        Some(b'0'..=b'9' | b'-') => Type::Long.word(),
        _ => "null",
    }
}
