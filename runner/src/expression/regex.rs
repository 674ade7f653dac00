//! Regular expressions: constant patterns, compiled once within a limit.

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};
use syntax::Type;
use syntax::pipeline::Function;

use super::operand::{longs, texts, truths};
use super::{Expression, at_least, dynamic, exactly, row};
use crate::Error;

/// Bytes that a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;

pub(super) fn call(function: Function, args: Vec<Expression>, ty: Type) -> Result<Expression, Error> {
    match function {
        Function::MatchesRegex => {
            let [text, pattern] = exactly(args)?;
            let pattern = compile(&pattern, "matches regex", "", "")?;
            Ok(Expression::call([text.to(Type::String)], Type::Bool, move |args, rows| {
                let values = args[0].texts();
                truths(rows, |row| pattern.is_match(values.text(row)))
            }))
        }
        Function::ReplaceRegex => {
            let [text, pattern, new] = exactly(args)?;
            let pattern = compile(&pattern, "replace_regex", "", "")?;
            let new = constant(&new, "replace_regex")?;
            // Kusto writes groups as \1, the library as ${1}.
            let new = rewrite(&new);
            Ok(row::made(vec![text], &[Type::String], Type::String, move |row| replaced(&pattern, &new, row.text(0))))
        }
        Function::Extract => extract(args, ty),
        Function::ExtractAll => extract_all(args),
        Function::IndexOfRegex => index_of(args),
        // Args: the pattern, the text.
        Function::Trim => trim(args, "trim", true, true),
        Function::TrimStart => trim(args, "trim_start", true, false),
        _ => trim(args, "trim_end", false, true),
    }
}

/// As the library replaces all matches, but no further than a text may grow.
fn replaced<'a>(pattern: &Regex, new: &str, text: &'a str) -> Option<Cow<'a, str>> {
    let (mut out, mut from) = (String::new(), 0);
    for captures in pattern.captures_iter(text) {
        let found = captures.get(0)?;
        out.push_str(&text[from..found.start()]);
        captures.expand(new, &mut out);
        if out.len() > row::LONGEST {
            return None;
        }
        from = found.end();
    }
    if from == 0 && out.is_empty() && !pattern.is_match(text) {
        return Some(Cow::Borrowed(text));
    }
    out.push_str(&text[from..]);
    Some(Cow::Owned(out))
}

/// `countof(text, pattern, "regex")`: matches that do not overlap.
pub(super) fn count_of(text: Expression, pattern: &Expression) -> Result<Expression, Error> {
    let pattern = compile(pattern, "countof", "", "")?;
    Ok(Expression::call([text.to(Type::String)], Type::Long, move |args, rows| {
        let values = args[0].texts();
        longs(Type::Long, (0..rows).map(|row| Some(pattern.find_iter(values.text(row)).count() as i64)))
    }))
}

/// `extract(pattern, group, text)`: "" where nothing matches, converted to the type asked for.
fn extract(args: Vec<Expression>, ty: Type) -> Result<Expression, Error> {
    let ([pattern, group, text], _) = at_least::<3>(args)?;
    let pattern = compile(&pattern, "extract", "", "")?;
    let found = Expression::call([group.to(Type::Long), text.to(Type::String)], Type::String, move |args, rows| {
        let (groups, values) = (args[0].longs(), args[1].texts());
        texts((0..rows).map(|row| {
            let group = usize::try_from(groups.get(row).unwrap_or(0)).unwrap_or(usize::MAX);
            let text = values.text(row);
            let found = if group == 0 {
                pattern.find(text)
            } else {
                pattern.captures(text).and_then(|captures| captures.get(group))
            };
            Some(Cow::Borrowed(found.map_or("", |found| found.as_str())))
        }))
    });
    Ok(found.to(ty))
}

/// `extract_all(pattern, text)`: of one group a text each time, of several an array, of none the whole match.
fn extract_all(args: Vec<Expression>) -> Result<Expression, Error> {
    let [pattern, text] = exactly(args)?;
    let pattern = compile(&pattern, "extract_all", "", "")?;
    let groups = pattern.captures_len() - 1;
    Ok(row::made(vec![text], &[Type::String], Type::Dynamic, move |row| {
        let quoted = |found: Option<regex::Match<'_>>| dynamic::quoted(found.map_or("", |found| found.as_str()));
        let matched = |captures: regex::Captures<'_>| match groups {
            0 | 1 => quoted(captures.get(groups)),
            _ => dynamic::array_text(captures.iter().skip(1).map(quoted)),
        };
        Some(Cow::Owned(dynamic::array_text(pattern.captures_iter(row.text(0)).map(matched))))
    }))
}

/// `indexof_regex(text, pattern, start)`: in characters, -1 where nothing matches.
fn index_of(args: Vec<Expression>) -> Result<Expression, Error> {
    let ([text, pattern], start) = at_least::<2>(args)?;
    let pattern = compile(&pattern, "indexof_regex", "", "")?;
    let args = [vec![text], start].concat();
    Ok(row::whole(args, &[Type::String, Type::Long], Type::Long, move |row| {
        let text = row.text(0);
        let start = if row.count() > 1 { usize::try_from(row.long(1)?.max(0)).ok()? } else { 0 };
        let from = text.char_indices().nth(start).map_or(text.len(), |(at, _)| at);
        let found = pattern.find_at(text, from);
        Some(found.map_or(-1, |found| text[..found.start()].chars().count() as i64))
    }))
}

fn trim(args: Vec<Expression>, word: &str, start: bool, end: bool) -> Result<Expression, Error> {
    let [pattern, text] = exactly(args)?;
    let at_start = start.then(|| compile(&pattern, word, "^(?:", ")")).transpose()?;
    let at_end = end.then(|| compile(&pattern, word, "(?:", ")$")).transpose()?;
    Ok(Expression::call([text.to(Type::String)], Type::String, move |args, rows| {
        let values = args[0].texts();
        texts((0..rows).map(|row| {
            let mut text = values.text(row);
            if let Some(found) = at_start.as_ref().and_then(|pattern| pattern.find(text)) {
                text = &text[found.end()..];
            }
            if let Some(found) = at_end.as_ref().and_then(|pattern| pattern.find(text)) {
                text = &text[..found.start()];
            }
            Some(Cow::Borrowed(text))
        }))
    }))
}

fn compile(pattern: &Expression, word: &str, before: &str, after: &str) -> Result<Regex, Error> {
    let pattern = constant(pattern, word)?;
    RegexBuilder::new(&format!("{before}{pattern}{after}"))
        .size_limit(SIZE_LIMIT)
        .build()
        .map_err(|error| Error::rejected(format!("`{word}`: {error}")))
}

fn constant(arg: &Expression, word: &str) -> Result<String, Error> {
    let text = arg.value().and_then(dynamic::constant_text);
    text.map(Cow::into_owned).ok_or_else(|| Error::rejected(format!("`{word}` needs a constant pattern")))
}

fn rewrite(new: &str) -> String {
    let mut out = String::new();
    let mut chars = new.chars().peekable();
    while let Some(char) = chars.next() {
        match (char, chars.peek()) {
            ('\\', Some(digit)) if digit.is_ascii_digit() => {
                out.push_str(&format!("${{{digit}}}"));
                chars.next();
            }
            ('$', _) => out.push_str("$$"),
            _ => out.push(char),
        }
    }
    out
}
