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

/// `extract_all(pattern, text)`: of one group a text each time, of several an array, of none the whole match. With
/// three arguments the second is an array of groups, and the third the text.
fn extract_all(args: Vec<Expression>) -> Result<Expression, Error> {
    let ([pattern, text], last) = at_least::<2>(args)?;
    let pattern = compile(&pattern, "extract_all", "", "")?;
    let count = pattern.captures_len() - 1;
    let (groups, text) = match last.into_iter().next() {
        None => ((count.min(1)..=count).collect(), text),
        Some(last) => (groups(&pattern, &text)?, last),
    };
    Ok(row::made(vec![text], &[Type::String], Type::Dynamic, move |row| {
        let quoted = |found: Option<regex::Match<'_>>| dynamic::quoted(found.map_or("", |found| found.as_str()));
        let matched = |captures: regex::Captures<'_>| match groups.as_slice() {
            [only] => quoted(captures.get(*only)),
            all => dynamic::array_text(all.iter().map(|group| quoted(captures.get(*group)))),
        };
        Some(Cow::Owned(dynamic::array_text(pattern.captures_iter(row.text(0)).map(matched))))
    }))
}

/// The groups that a constant array names, by number or name.
fn groups(pattern: &Regex, of: &Expression) -> Result<Vec<usize>, Error> {
    let json = match of.value() {
        Some(syntax::Value::Dynamic(json)) => json.to_string(),
        _ => String::new(),
    };
    let group = |written: &str| {
        let named = || {
            let name = dynamic::plain(written);
            pattern.capture_names().position(|known| known.is_some_and(|known| *known == *name))
        };
        let found = written.parse().ok().filter(|number| *number < pattern.captures_len()).or_else(named);
        found.ok_or_else(|| {
            let count = pattern.captures_len() - 1;
            Error::rejected(format!("`extract_all`: the regular expression has {count} groups, and none is {written}"))
        })
    };
    dynamic::elements(&json).map(group).collect()
}

/// `indexof_regex(text, pattern, start)`: in characters, -1 where nothing matches.
fn index_of(args: Vec<Expression>) -> Result<Expression, Error> {
    let ([text, pattern], rest) = at_least::<2>(args)?;
    let pattern = compile(&pattern, "indexof_regex", "", "")?;
    let args = [vec![text], rest].concat();
    Ok(row::whole(args, &[Type::String, Type::Long, Type::Long, Type::Long], Type::Long, move |row| {
        let text = row.text(0);
        let number = |place: usize, otherwise| if row.count() > place { row.long(place) } else { Some(otherwise) };
        let (start, length, occurrence) = (number(1, 0)?, number(2, -1)?, number(3, 1)?);
        let place = |characters: usize| text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
        let start = usize::try_from(start.max(0)).ok()?;
        let end = usize::try_from(length).map_or(text.len(), |length| place(start.saturating_add(length)));
        let skip = usize::try_from(occurrence.checked_sub(1)?).ok()?;
        let within = text.get(..end)?;
        let mut from = place(start).min(end);
        for _ in 0..skip {
            let Some(found) = pattern.find_at(within, from) else { return Some(-1) };
            // An empty match is passed by a character.
            let next =
                if found.is_empty() { within[found.end()..].chars().next().map_or(1, char::len_utf8) } else { 0 };
            from = found.end() + next;
            if from > end {
                return Some(-1);
            }
        }
        let found = pattern.find_at(within, from);
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
