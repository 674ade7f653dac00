//! Making strings out of strings. Characters are Unicode's; a null is "".

use std::borrow::Cow;

use syntax::Type;
use syntax::pipeline::Function;

use super::operand::{longs, texts, truths};
use super::row::{LONGEST, Row, made, truth, whole};
use super::{Expression, at_least, dynamic, exactly};
use crate::Error;

/// Times that `strrep` repeats at most, as in Kusto.
const REPEATS: i64 = 1024;

pub(super) fn call(function: Function, args: Vec<Expression>) -> Result<Expression, Error> {
    match function {
        Function::Strcat => Ok(made(args, &[Type::String], Type::String, |row| {
            let length = (0..row.count()).map(|place| row.text(place).len()).sum();
            bounded(length, || (0..row.count()).map(|place| row.text(place)).collect())
        })),
        Function::StrcatDelim => Ok(made(args, &[Type::String], Type::String, |row| {
            let parts: Vec<&str> = (1..row.count()).map(|place| row.text(place)).collect();
            let between = row.text(0).len().saturating_mul(parts.len());
            bounded(parts.iter().map(|part| part.len()).sum::<usize>() + between, || parts.join(row.text(0)))
        })),
        Function::Strlen => Ok(Expression::call(exactly::<1>(strings(args))?, Type::Long, |args, rows| {
            let values = args[0].texts();
            longs(Type::Long, (0..rows).map(|row| Some(values.text(row).chars().count() as i64)))
        })),
        Function::ToLower => map(args, |text| Cow::Owned(text.to_lowercase())),
        Function::ToUpper => map(args, |text| Cow::Owned(text.to_uppercase())),
        Function::Reverse => map(args, |text| Cow::Owned(text.chars().rev().collect())),
        Function::RegexQuote => map(args, |text| Cow::Owned(regex::escape(text))),
        Function::ReplaceStrings => Ok(made(args, &[Type::String, Type::Dynamic], Type::String, replace_all)),
        Function::Translate => {
            Ok(made(args, &[Type::String], Type::String, |row| Some(translate(row.text(0), row.text(1), row.text(2)))))
        }
        Function::StrcatArray => Ok(made(args, &[Type::Dynamic, Type::String], Type::String, |row| {
            let (array, delimiter) = (row.json(0)?, row.text(1));
            let parts: Vec<Cow<'_, str>> = dynamic::elements(array)
                .map(|element| if element == "null" { Cow::Borrowed("") } else { dynamic::plain(element) })
                .collect();
            let length = array.len() + delimiter.len().saturating_mul(parts.len());
            bounded(length, || parts.join(delimiter))
        })),
        Function::Strcmp => {
            Ok(whole(args, &[Type::String], Type::Long, |row| Some(row.text(0).cmp(row.text(1)) as i64)))
        }
        Function::StringSize => Ok(whole(args, &[Type::String], Type::Long, |row| Some(row.text(0).len() as i64))),
        Function::IsAscii => Ok(truth(args, &[Type::String], |row| Some(row.text(0).is_ascii()))),
        Function::IsEmpty => is_empty(args, true),
        Function::IsNotEmpty => is_empty(args, false),
        Function::Substring => substring(args),
        Function::Split => split(args),
        Function::IndexOf => Ok(index_of(args)),
        Function::CountOf => count_of(args),
        Function::ReplaceString => {
            let args = exactly::<3>(strings(args))?;
            Ok(Expression::call(args, Type::String, |args, rows| {
                let (values, old, new) = (args[0].texts(), args[1].texts(), args[2].texts());
                texts((0..rows).map(|row| {
                    let (value, old, new) = (values.text(row), old.text(row), new.text(row));
                    if old.is_empty() || !value.contains(old) {
                        return Some(Cow::Borrowed(value));
                    }
                    bounded(value.len().saturating_mul(new.len().max(1)), || value.replace(old, new))
                }))
            }))
        }
        Function::StrRep => {
            let ([value, count], delimiter) = at_least::<2>(args)?;
            let delimiter = delimiter.into_iter().map(|arg| arg.to(Type::String));
            let args: Vec<Expression> =
                [value.to(Type::String), count.to(Type::Long)].into_iter().chain(delimiter).collect();
            Ok(Expression::call(args, Type::String, |args, rows| {
                let (values, counts) = (args[0].texts(), args[1].longs());
                let delimiter = args.get(2).map(|arg| arg.texts());
                texts((0..rows).map(|row| {
                    let count = usize::try_from(counts.get(row)?.clamp(0, REPEATS)).ok()?;
                    let (value, between) = (values.text(row), delimiter.map_or("", |texts| texts.text(row)));
                    bounded(count.saturating_mul(value.len() + between.len()), || vec![value; count].join(between))
                }))
            }))
        }
        other => Err(super::unsupported(other)),
    }
}

/// The texts of one array by those of another, or by one text; each within what the ones before have made.
/// Each text in its turn, in what no earlier one has taken. As in Kusto, a partner that is no text leaves what it
/// would replace, and no later one takes it either.
fn replace_all(row: Row<'_>) -> Option<Cow<'_, str>> {
    let (text, old, new) = (row.text(0), row.json(1)?, row.json(2)?);
    let single = (!new.starts_with('[')).then_some(new);
    let mut news = dynamic::elements(new);
    // What is still to be searched, and what has been replaced.
    let mut pieces: Vec<(Cow<'_, str>, bool)> = vec![(Cow::Borrowed(text), false)];
    for old in dynamic::elements(old) {
        let new = single.or_else(|| news.next())?;
        let (old, new) = (dynamic::plain(old), Some(new).filter(|new| new.starts_with('"')).map(dynamic::plain));
        if old.is_empty() || !text.contains(&*old) {
            continue;
        }
        let mut made = Vec::with_capacity(pieces.len());
        for (piece, done) in pieces {
            if done || !piece.contains(&*old) {
                made.push((piece, done));
                continue;
            }
            for (place, part) in piece.split(&*old).enumerate() {
                if place > 0 {
                    made.push((new.clone().unwrap_or_else(|| old.clone()), true));
                }
                if !part.is_empty() {
                    made.push((Cow::Owned(part.to_owned()), false));
                }
            }
        }
        pieces = made;
        if pieces.iter().map(|(piece, _)| piece.len()).sum::<usize>() > LONGEST {
            return None;
        }
    }
    match pieces.as_slice() {
        [(piece, false)] if piece.len() == text.len() => Some(Cow::Borrowed(text)),
        _ => Some(Cow::Owned(pieces.into_iter().map(|(piece, _)| piece).collect())),
    }
}

/// Characters by their partners; the last partner stands for all that have none.
fn translate<'a>(letters: &str, by: &str, text: &'a str) -> Cow<'a, str> {
    let change = |char: char| match letters.chars().position(|letter| letter == char) {
        Some(place) => by.chars().nth(place).or_else(|| by.chars().last()),
        None => Some(char),
    };
    Cow::Owned(text.chars().filter_map(change).collect())
}

/// A string that would be longer than [`LONGEST`] is null.
fn bounded<'a>(length: usize, make: impl FnOnce() -> String) -> Option<Cow<'a, str>> {
    (length <= LONGEST).then(|| Cow::Owned(make()))
}

fn strings(args: Vec<Expression>) -> Vec<Expression> {
    args.into_iter().map(|arg| arg.to(Type::String)).collect()
}

fn map(args: Vec<Expression>, change: fn(&str) -> Cow<'_, str>) -> Result<Expression, Error> {
    Ok(Expression::call(exactly::<1>(strings(args))?, Type::String, move |args, rows| {
        let values = args[0].texts();
        texts((0..rows).map(|row| Some(change(values.text(row)))))
    }))
}

fn is_empty(args: Vec<Expression>, wanted: bool) -> Result<Expression, Error> {
    Ok(Expression::call(exactly::<1>(strings(args))?, Type::Bool, move |args, rows| {
        let values = args[0].texts();
        truths(rows, |row| values.text(row).is_empty() == wanted)
    }))
}

/// `substring(text, start, length)`: from a negative start counted from the end; without length, the rest.
fn substring(args: Vec<Expression>) -> Result<Expression, Error> {
    let ([text, start], length) = at_least::<2>(args)?;
    let length = length.into_iter().map(|arg| arg.to(Type::Long));
    let args: Vec<Expression> = [text.to(Type::String), start.to(Type::Long)].into_iter().chain(length).collect();
    Ok(Expression::call(args, Type::String, |args, rows| {
        let (values, starts) = (args[0].texts(), args[1].longs());
        let lengths = args.get(2).map(|arg| arg.longs());
        texts((0..rows).map(|row| {
            let (text, start) = (values.text(row), starts.get(row).unwrap_or(0));
            let start = if start < 0 {
                let back = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
                text.chars().count().saturating_sub(back)
            } else {
                usize::try_from(start).unwrap_or(usize::MAX)
            };
            let rest = after(text, start);
            let rest = match &lengths {
                None => rest,
                Some(lengths) => {
                    let length = lengths.get(row).unwrap_or(0).max(0);
                    &rest[..rest.len() - after(rest, usize::try_from(length).unwrap_or(usize::MAX)).len()]
                }
            };
            Some(Cow::Borrowed(rest))
        }))
    }))
}

/// The text without its first characters.
fn after(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or("", |(at, _)| &text[at..])
}

/// `split(text, delimiter)`: a dynamic array; with an index, the array of that one element.
fn split(args: Vec<Expression>) -> Result<Expression, Error> {
    let ([text, delimiter], place) = at_least::<2>(args)?;
    let place = place.into_iter().map(|arg| arg.to(Type::Long));
    let args: Vec<Expression> = [text.to(Type::String), delimiter.to(Type::String)].into_iter().chain(place).collect();
    Ok(Expression::call(args, Type::Dynamic, |args, rows| {
        let (values, delimiters) = (args[0].texts(), args[1].texts());
        let places = args.get(2).map(|arg| arg.longs());
        texts((0..rows).map(|row| {
            let (text, delimiter) = (values.text(row), delimiters.text(row));
            let parts: Vec<&str> = if delimiter.is_empty() { vec![text] } else { text.split(delimiter).collect() };
            let chosen: Vec<&str> = match &places {
                None => parts,
                Some(places) => {
                    let place = places.get(row).and_then(|place| usize::try_from(place).ok());
                    place.and_then(|place| parts.get(place).copied()).into_iter().collect()
                }
            };
            let quoted: Vec<String> = chosen.into_iter().map(dynamic::quoted).collect();
            Some(Cow::Owned(format!("[{}]", quoted.join(","))))
        }))
    }))
}

/// `indexof(text, needle, start, length, occurrence)`: in characters, -1 where it is not. A length of -1 goes to
/// the end.
fn index_of(args: Vec<Expression>) -> Expression {
    let takes = [Type::String, Type::String, Type::Long];
    whole(args, &takes, Type::Long, |row| {
        let (text, needle) = (row.text(0), row.text(1));
        let number = |place: usize, otherwise: i64| if row.count() > place { row.long(place) } else { Some(otherwise) };
        let (start, length, occurrence) = (number(2, 0)?, number(3, -1)?, number(4, 1)?);
        let (Ok(start), Ok(skip)) = (usize::try_from(start.max(0)), usize::try_from(occurrence.checked_sub(1)?)) else {
            return None;
        };
        let rest = after(text, start);
        let beyond = usize::try_from(length).map_or("", |length| after(rest, length));
        let within = &rest[..rest.len() - beyond.len()];
        let mut found = memchr::memmem::find_iter(within.as_bytes(), needle.as_bytes());
        let at = text.len() - rest.len();
        Some(found.nth(skip).map_or(-1, |found| text[..at + found].chars().count() as i64))
    })
}

/// `countof(text, needle)`: occurrences, which may overlap as in Kusto.
fn count_of(args: Vec<Expression>) -> Result<Expression, Error> {
    let ([text, needle], kind) = at_least::<2>(args)?;
    if let Some(kind) = kind.first().and_then(Expression::value)
        && dynamic::constant_text(kind).is_some_and(|kind| kind.eq_ignore_ascii_case("regex"))
    {
        return super::regex::count_of(text, &needle);
    }
    Ok(Expression::call([text.to(Type::String), needle.to(Type::String)], Type::Long, |args, rows| {
        let (values, needles) = (args[0].texts(), args[1].texts());
        longs(
            Type::Long,
            (0..rows).map(|row| {
                let (text, needle) = (values.text(row).as_bytes(), needles.text(row).as_bytes());
                if needle.is_empty() {
                    return Some(0);
                }
                let (finder, mut from, mut count) = (memchr::memmem::Finder::new(needle), 0, 0);
                while let Some(at) = finder.find(&text[from..]) {
                    count += 1;
                    from += at + 1;
                }
                Some(count)
            }),
        )
    }))
}
