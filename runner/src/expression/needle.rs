//! Finding one string in another: `has`, `contains`, `startswith`, `endswith` and their relatives.
//!
//! A term is a run of letters and digits. A constant needle is prepared once and searched for in the whole
//! column's bytes at once, so that rows without it cost almost nothing.

use arrow_array::{Array, ArrayRef, StringArray};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};
use memchr::memmem::Finder;
use syntax::pipeline::Function;
use syntax::{Type, Value};

use super::compare::folded;
use super::operand::{Operand, Texts, truths};
use super::{Expression, at_least, dynamic, exactly};
use crate::Error;

pub(super) fn call(function: Function, args: Vec<Expression>) -> Result<Expression, Error> {
    use Function::*;
    if matches!(function, HasAny | HasAll) {
        return has_many(function == HasAll, args);
    }
    let (place, cased, negated) = match function {
        Has => (Place::Term, false, false),
        NotHas => (Place::Term, false, true),
        HasCs => (Place::Term, true, false),
        NotHasCs => (Place::Term, true, true),
        HasPrefix => (Place::TermStart, false, false),
        NotHasPrefix => (Place::TermStart, false, true),
        HasPrefixCs => (Place::TermStart, true, false),
        NotHasPrefixCs => (Place::TermStart, true, true),
        HasSuffix => (Place::TermEnd, false, false),
        NotHasSuffix => (Place::TermEnd, false, true),
        HasSuffixCs => (Place::TermEnd, true, false),
        NotHasSuffixCs => (Place::TermEnd, true, true),
        Contains => (Place::Anywhere, false, false),
        NotContains => (Place::Anywhere, false, true),
        ContainsCs => (Place::Anywhere, true, false),
        NotContainsCs => (Place::Anywhere, true, true),
        StartsWith => (Place::Start, false, false),
        NotStartsWith => (Place::Start, false, true),
        StartsWithCs => (Place::Start, true, false),
        NotStartsWithCs => (Place::Start, true, true),
        EndsWith => (Place::End, false, false),
        NotEndsWith => (Place::End, false, true),
        EndsWithCs => (Place::End, true, false),
        _ => (Place::End, true, true),
    };
    let [text, needle] = exactly(args)?.map(|arg| arg.to(Type::String));
    if let Some(value) = needle.value() {
        let needle = Needle::new(text_of(value), place, cased);
        return Ok(Expression::call([text], Type::Bool, move |args, rows| {
            let found = needle.rows(&args[0], rows);
            let found = if negated { !&found } else { found };
            std::sync::Arc::new(arrow_array::BooleanArray::new(found, None)) as ArrayRef
        }));
    }
    Ok(Expression::call([text, needle], Type::Bool, move |args, rows| {
        let (texts, needles) = (args[0].texts(), args[1].texts());
        truths(rows, |row| Needle::new(needles.text(row), place, cased).is_in(texts.text(row)) != negated)
    }))
}

/// Where in the text the needle has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    Start,
    End,
    Term,
    TermStart,
    TermEnd,
}

struct Needle {
    finder: Finder<'static>,
    place: Place,
    cased: bool,
}

impl Needle {
    fn new(needle: &str, place: Place, cased: bool) -> Needle {
        let needle = if cased { needle.to_owned() } else { folded(needle) };
        Needle { finder: Finder::new(needle.as_bytes()).into_owned(), place, cased }
    }

    fn is_in(&self, text: &str) -> bool {
        if self.cased { self.is_in_folded(text) } else { self.is_in_folded(&folded(text)) }
    }

    /// The text has the needle's case already.
    fn is_in_folded(&self, text: &str) -> bool {
        let needle = self.finder.needle();
        match self.place {
            Place::Anywhere => self.finder.find(text.as_bytes()).is_some(),
            Place::Start => text.as_bytes().starts_with(needle),
            Place::End => text.as_bytes().ends_with(needle),
            _ if needle.is_empty() => true,
            _ => {
                let mut from = 0;
                while let Some(found) = self.finder.find(&text.as_bytes()[from..]) {
                    let start = from + found;
                    if self.fits(text, start) {
                        return true;
                    }
                    from = start + 1;
                }
                false
            }
        }
    }

    /// The needle stands at `start`; are its ends those of a term, where they have to be?
    fn fits(&self, text: &str, start: usize) -> bool {
        let end = start + self.finder.needle().len();
        // A needle is whole characters, so both are boundaries.
        let (Some(before), Some(inside), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..))
        else {
            return false;
        };
        let breaks = |one: Option<char>, other: Option<char>| {
            !(one.is_some_and(char::is_alphanumeric) && other.is_some_and(char::is_alphanumeric))
        };
        let starts = || breaks(before.chars().next_back(), inside.chars().next());
        let ends = || breaks(inside.chars().next_back(), after.chars().next());
        match self.place {
            Place::Term => starts() && ends(),
            Place::TermStart => starts(),
            Place::TermEnd => ends(),
            _ => true,
        }
    }

    fn rows(&self, operand: &Operand, rows: usize) -> BooleanBuffer {
        match operand.texts() {
            Texts::Constant(text) => {
                let found = self.is_in(text.map_or("", AsRef::as_ref));
                if found { BooleanBuffer::new_set(rows) } else { BooleanBuffer::new_unset(rows) }
            }
            Texts::Column(column) if matches!(self.place, Place::Start | Place::End) => {
                let texts = Texts::Column(column);
                BooleanBuffer::collect_bool(rows, |row| self.is_in_edge(texts.text(row)))
            }
            Texts::Column(column) => self.column(column),
            texts @ Texts::Coded(..) => BooleanBuffer::collect_bool(rows, |row| self.is_in(texts.text(row))),
        }
    }

    fn is_in_edge(&self, text: &str) -> bool {
        let needle = self.finder.needle();
        if self.cased || !text.is_ascii() {
            return self.is_in(text);
        }
        let text = text.as_bytes();
        let Some(rest) = text.len().checked_sub(needle.len()) else { return false };
        let edge = if self.place == Place::Start { &text[..needle.len()] } else { &text[rest..] };
        edge.eq_ignore_ascii_case(needle)
    }

    /// Searches all rows' bytes as one text; a hit must then lie within one row.
    fn column(&self, column: &StringArray) -> BooleanBuffer {
        let rows = column.len();
        let needle = self.finder.needle().len();
        if needle == 0 {
            return BooleanBuffer::new_set(rows);
        }
        let offsets = column.value_offsets();
        let first = offsets[0] as usize;
        let bytes = &column.value_data()[first..offsets[rows] as usize];
        let lowered;
        let bytes = if self.cased {
            bytes
        } else if bytes.is_ascii() {
            lowered = bytes.to_ascii_lowercase();
            &lowered
        } else {
            // Another case may have another length, so each row is folded by itself.
            let texts = Texts::Column(column);
            return BooleanBuffer::collect_bool(rows, |row| self.is_in(texts.text(row)));
        };
        let mut found = BooleanBufferBuilder::new(rows);
        found.append_n(rows, false);
        let (mut from, mut row) = (0, 0);
        while let Some(hit) = self.finder.find(&bytes[from..]) {
            let start = from + hit;
            // The row that holds the hit's first byte: the last one that starts at or before it.
            row += offsets[row + 1..].partition_point(|end| *end as usize - first <= start);
            let (begin, end) = (offsets[row] as usize - first, offsets[row + 1] as usize - first);
            let fits = start + needle <= end
                && (self.place == Place::Anywhere
                    || std::str::from_utf8(&bytes[begin..end]).is_ok_and(|text| self.fits(text, start - begin)));
            if fits {
                found.set_bit(row, true);
                from = end;
            } else {
                from = start + 1;
            }
        }
        let found = found.finish();
        // What stands behind a null is not the row's text.
        column.nulls().map_or(found.clone(), |nulls| &found & nulls.inner())
    }
}

fn text_of(value: &Value) -> &str {
    match value {
        Value::String(text) | Value::Dynamic(text) => text,
        _ => "",
    }
}

/// `has_any`, `has_all`: the terms are texts, or arrays of them; a null is none. Constants are prepared once.
fn has_many(all: bool, args: Vec<Expression>) -> Result<Expression, Error> {
    let ([text], list) = at_least::<1>(args)?;
    let text = text.to(Type::String);
    let constants: Option<Vec<&Value>> = list.iter().map(Expression::value).collect();
    let Some(constants) = constants else {
        let list = list.into_iter().map(|item| item.to(Type::Dynamic));
        let args: Vec<Expression> = std::iter::once(text).chain(list).collect();
        return Ok(Expression::call(args, Type::Bool, move |args, rows| {
            let (text, lists) = (args[0].texts(), &args[1..]);
            truths(rows, |row| {
                let has = |term: &str| Needle::new(term, Place::Term, false).is_in(text.text(row));
                let mut terms = lists.iter().filter_map(|list| list.texts().get(row)).flat_map(terms);
                if all { terms.all(|term| has(&term)) } else { terms.any(|term| has(&term)) }
            })
        }));
    };
    let needles = constants.into_iter().flat_map(|value| match value {
        Value::Dynamic(json) => terms(json),
        value => vec![text_of(value).into()],
    });
    let needles: Vec<Needle> = needles.map(|needle| Needle::new(&needle, Place::Term, false)).collect();
    Ok(Expression::call([text], Type::Bool, move |args, rows| {
        let mut found = if all { BooleanBuffer::new_set(rows) } else { BooleanBuffer::new_unset(rows) };
        for needle in &needles {
            let one = needle.rows(&args[0], rows);
            found = if all { &found & &one } else { &found | &one };
        }
        std::sync::Arc::new(arrow_array::BooleanArray::new(found, None)) as ArrayRef
    }))
}

/// The elements of an array, or the one text.
fn terms(json: &str) -> Vec<std::borrow::Cow<'_, str>> {
    match json.trim_start().starts_with('[') {
        true => dynamic::elements(json).map(dynamic::plain).collect(),
        false => vec![dynamic::plain(json)],
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    const PLACES: [Place; 6] =
        [Place::Anywhere, Place::Start, Place::End, Place::Term, Place::TermStart, Place::TermEnd];

    /// The same by the definition, a character at a time.
    fn naive(text: &str, needle: &str, place: Place, cased: bool) -> bool {
        let fold = |text: &str| -> Vec<char> {
            if cased { text.chars().collect() } else { text.chars().map(super::super::compare::fold).collect() }
        };
        let (text, needle) = (fold(text), fold(needle));
        if needle.is_empty() {
            return true;
        }
        let term =
            |at: usize| at > 0 && at < text.len() && text[at - 1].is_alphanumeric() && text[at].is_alphanumeric();
        (0..=text.len().saturating_sub(needle.len())).any(|at| {
            let end = at + needle.len();
            text[at..].starts_with(&needle)
                && match place {
                    Place::Anywhere => true,
                    Place::Start => at == 0,
                    Place::End => end == text.len(),
                    Place::Term => !term(at) && !term(end),
                    Place::TermStart => !term(at),
                    Place::TermEnd => !term(end),
                }
        })
    }

    proptest! {
        #[test]
        fn a_column_is_searched_as_each_row_would_be(
            rows in prop::collection::vec(prop::option::of("[abA B_éſsςσ\u{212a}k-]{0,7}"), 1..20),
            needle in "[abAks σé-]{0,3}",
            skip in 0_usize..3,
        ) {
            let column = StringArray::from(rows.clone());
            let skip = skip.min(rows.len());
            let operand = Operand::Column(Arc::new(column.slice(skip, rows.len() - skip)));
            for place in PLACES {
                for cased in [true, false] {
                    let found = Needle::new(&needle, place, cased).rows(&operand, rows.len() - skip);
                    for (row, text) in rows[skip..].iter().enumerate() {
                        let text = text.as_deref().unwrap_or("");
                        prop_assert_eq!(found.value(row), naive(text, &needle, place, cased), "{:?} {}", text, cased);
                    }
                }
            }
        }
    }
}
