//! Bags of JSON values, made and changed; the type of a value. What is no bag gives null.

use std::borrow::Cow;
use std::collections::HashSet;

use syntax::Type::{self, Dynamic, String as Text};
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
        BagHasKey => truth(args, &[Dynamic, Text], |row| Some(bag(row, 0)?.iter().any(|(key, _)| key == row.text(1)))),
        BagMerge => made(args, &[Dynamic], Dynamic, |row| {
            let mut seen = HashSet::new();
            let bags = (0..row.count()).map(|place| bag(row, place)).collect::<Option<Vec<_>>>()?;
            let members = bags.concat().into_iter().filter(|(key, _)| seen.insert(key.clone()));
            Some(bag_text(members).into())
        }),
        BagSetKey => made(args, &[Dynamic, Text, Dynamic], Dynamic, |row| {
            let (key, value) = (row.text(1), row.json(2).unwrap_or("null"));
            let mut members = bag(row, 0)?;
            match members.iter_mut().find(|(found, _)| found == key) {
                Some((_, old)) => *old = value,
                None => members.push((Cow::Borrowed(key), value)),
            }
            Some(bag_text(members).into())
        }),
        BagRemoveKeys => made(args, &[Dynamic, Dynamic], Dynamic, |row| {
            let keys: HashSet<Cow<'_, str>> = elements(row.json(1)?).map(plain).collect();
            Some(bag_text(bag(row, 0)?.into_iter().filter(|(key, _)| !keys.contains(key))).into())
        }),
        BagZip => made(args, &[Dynamic, Dynamic], Dynamic, |row| {
            let (keys, mut values) = (elements(row.json(0)?).map(plain), elements(row.json(1)?));
            Some(bag_text(keys.map(|key| (key, values.next().unwrap_or("null")))).into())
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

/// The members; of a key that stands twice, the last.
fn bag(row: Row<'_>, place: usize) -> Option<Vec<(Cow<'_, str>, &str)>> {
    let json = row.json(place)?.trim_start();
    if !json.starts_with('{') {
        return None;
    }
    let mut seen = HashSet::new();
    let all: Vec<(Cow<'_, str>, &str)> = members(json).map(|(key, value)| (plain(key), value)).collect();
    let mut kept: Vec<_> = all.into_iter().rev().filter(|(key, _)| seen.insert(key.clone())).collect();
    kept.reverse();
    Some(kept)
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
