//! Arrays and sets of JSON values. What is no array gives null; two elements are the same where they mean the
//! same, as 1 and 1.0 do.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use syntax::Type::{self, Datetime, Dynamic, Long, Real, Timespan};
use syntax::pipeline::Function;

use super::dynamic::{array_text, canonical, elements, plain, quoted, read_number};
use super::row::{LONGEST, Row, made, real, truth, whole};
use super::{Expression, exactly, math, time};
use crate::Error;

pub(super) fn call(function: Function, args: Vec<Expression>) -> Result<Expression, Error> {
    use Function::*;
    Ok(match function {
        PackArray => made(args, &[Dynamic], Dynamic, |row| {
            Some(array_text((0..row.count()).map(|place| row.json(place).unwrap_or("null"))).into())
        }),
        ArrayConcat => arrays(args, |arrays| Some(arrays.concat())),
        ArrayReverse => array(args, &[Dynamic], |_, mut array| {
            array.reverse();
            Some(array)
        }),
        ArrayIndexOf => whole(args, &[Dynamic, Dynamic, Long, Long, Long], Long, |row| {
            let array = list(row, 0)?;
            let wanted = canonical(row.json(1).unwrap_or("null"));
            let number = |place: usize, otherwise| if row.count() > place { row.long(place) } else { Some(otherwise) };
            let (start, length, occurrence) = (number(2, 0)?, number(3, -1)?, number(4, 1)?);
            let start = from_start(start, array.len()).max(0) as usize;
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let skip = usize::try_from(occurrence.checked_sub(1)?).ok()?;
            let within = array.iter().enumerate().skip(start).take(length);
            let mut found = within.filter(|(_, element)| canonical(element) == wanted);
            Some(found.nth(skip).map_or(-1, |(place, _)| place as i64))
        }),
        ArraySlice => array(args, &[Dynamic, Long, Long], |row, array| {
            let start = from_start(row.long(1)?, array.len()).max(0) as usize;
            let end = (from_start(row.long(2)?, array.len()) + 1).clamp(0, array.len() as i64) as usize;
            Some(array.get(start..end.max(start)).unwrap_or(&[]).to_vec())
        }),
        ArraySplit => made(args, &[Dynamic, Dynamic], Dynamic, |row| split(row).map(Cow::Owned)),
        ArrayRotateLeft | ArrayRotateRight => {
            let left = function == ArrayRotateLeft;
            array(args, &[Dynamic, Long], move |row, mut array| {
                let count = row.long(1)?;
                if !array.is_empty() {
                    let by = count.rem_euclid(array.len() as i64) as usize;
                    if left { array.rotate_left(by) } else { array.rotate_right(by) }
                }
                Some(array)
            })
        }
        ArrayShiftLeft => array(args, &[Dynamic, Long, Dynamic], |row, array| shift(row, array, row.long(1)?)),
        ArrayShiftRight => {
            array(args, &[Dynamic, Long, Dynamic], |row, array| shift(row, array, row.long(1)?.saturating_neg()))
        }
        ArraySortAsc => sort(args, false),
        ArraySortDesc => sort(args, true),
        ArraySum => real(args, &[Dynamic], |row| {
            let mut sum = 0.0;
            for element in list(row, 0)?.into_iter().filter(|element| *element != "null") {
                sum += plain(element).parse::<f64>().ok()?;
            }
            Some(sum)
        }),
        ArrayIff => made(args, &[Dynamic, Dynamic, Dynamic], Dynamic, |row| {
            let conditions = list(row, 0)?;
            let chosen = conditions.iter().enumerate().map(|(place, condition)| {
                let holds = match *condition {
                    "true" => Some(true),
                    "false" => Some(false),
                    other => read_number(other).map(|number| number != 0.0),
                };
                holds.map_or("null", |holds| part(row, if holds { 1 } else { 2 }, place))
            });
            Some(array_text(chosen).into())
        }),
        SetHasElement => truth(args, &[Dynamic, Dynamic], |row| {
            let wanted = canonical(row.json(1).unwrap_or("null"));
            Some(list(row, 0)?.iter().any(|element| canonical(element) == wanted))
        }),
        SetUnion => arrays(args, |arrays| Some(distinct(arrays.concat()))),
        SetIntersect => arrays(args, |arrays| Some(kept(&arrays, true))),
        SetDifference => arrays(args, |arrays| Some(kept(&arrays, false))),
        JaccardIndex => {
            let args = exactly::<2>(args)?;
            real(args.into(), &[Dynamic], |row| {
                let arrays = [list(row, 0)?, list(row, 1)?];
                let (both, all) = (kept(&arrays, true).len(), distinct(arrays.concat()).len());
                Some(both as f64 / all as f64)
            })
        }
        Zip => made(args, &[Dynamic], Dynamic, |row| {
            let arrays = lists(row)?;
            let longest = arrays.iter().map(Vec::len).max().unwrap_or(0);
            // Each element that is missing takes four bytes.
            if longest.saturating_mul(arrays.len()) > LONGEST {
                return None;
            }
            let at = |place: usize| arrays.iter().map(move |array| *array.get(place).unwrap_or(&"null"));
            Some(array_text((0..longest).map(|place| array_text(at(place)))).into())
        }),
        Repeat => made(args, &[Dynamic, Long], Dynamic, |row| {
            let (value, count) = (row.json(0).unwrap_or("null"), row.long(1)?.clamp(0, 1024) as usize);
            let fits = value.len().saturating_mul(count) <= LONGEST;
            fits.then(|| array_text(std::iter::repeat_n(value, count)).into())
        }),
        Range => range(args)?,
        other => return Err(super::unsupported(other)),
    })
}

fn list(row: Row<'_>, place: usize) -> Option<Vec<&str>> {
    let json = row.json(place)?.trim_start();
    json.starts_with('[').then(|| elements(json).collect())
}

fn lists(row: Row<'_>) -> Option<Vec<Vec<&str>>> {
    (0..row.count()).map(|place| list(row, place)).collect()
}

/// From the first argument, an array.
fn array(
    args: Vec<Expression>,
    takes: &[Type],
    change: impl for<'a> Fn(Row<'a>, Vec<&'a str>) -> Option<Vec<&'a str>> + Send + Sync + 'static,
) -> Expression {
    made(args, takes, Dynamic, move |row| Some(array_text(change(row, list(row, 0)?)?).into()))
}

/// From arguments that are all arrays.
fn arrays(
    args: Vec<Expression>,
    change: impl for<'a> Fn(Vec<Vec<&'a str>>) -> Option<Vec<&'a str>> + Send + Sync + 'static,
) -> Expression {
    made(args, &[Dynamic], Dynamic, move |row| Some(array_text(change(lists(row)?)?).into()))
}

/// A place that may count from the end.
fn from_start(place: i64, length: usize) -> i64 {
    if place < 0 { place.saturating_add(length as i64) } else { place.min(i64::MAX - 1) }
}

fn split(row: Row<'_>) -> Option<String> {
    let array = list(row, 0)?;
    let places = row.json(1)?;
    let places: Vec<&str> = if places.starts_with('[') { elements(places).collect() } else { vec![places] };
    let (mut parts, mut from) = (Vec::new(), 0);
    for place in places {
        let place = from_start(plain(place).parse().ok()?, array.len()).clamp(from as i64, array.len() as i64) as usize;
        parts.push(array_text(&array[from..place]));
        from = place;
    }
    parts.push(array_text(&array[from..]));
    Some(array_text(parts))
}

fn shift<'a>(row: Row<'a>, array: Vec<&'a str>, by: i64) -> Option<Vec<&'a str>> {
    let fill = row.json(2).unwrap_or("null");
    // Each place that is empty takes what fills it.
    if fill.len().saturating_mul(array.len()) > LONGEST {
        return None;
    }
    let at = |place: usize| {
        let from = usize::try_from((place as i64).checked_add(by)?).ok()?;
        array.get(from).copied()
    };
    Some((0..array.len()).map(|place| at(place).unwrap_or(fill)).collect())
}

/// The first array in order and the others as it is, in an array if there are several; a bool behind them says
/// where nulls go.
fn sort(mut args: Vec<Expression>, descending: bool) -> Expression {
    let nulls_last = args.pop_if(|last| last.ty() == Type::Bool);
    let mut args: Vec<Expression> = args.into_iter().map(|arg| arg.to(Dynamic)).collect();
    let arrays = args.len();
    args.extend(nulls_last);
    made(args, &[], Dynamic, move |row| {
        let first = list(row, 0)?;
        let nulls_last = row.count() == arrays || row.bool(arrays).unwrap_or(true);
        let mut places: Vec<usize> = (0..first.len()).collect();
        places.sort_by(|left, right| {
            let (left, right) = (first[*left], first[*right]);
            match (left == "null", right == "null") {
                (true, true) => Ordering::Equal,
                (true, false) if nulls_last => Ordering::Greater,
                (false, true) if !nulls_last => Ordering::Greater,
                (true, false) | (false, true) => Ordering::Less,
                (false, false) if descending => order(right, left),
                (false, false) => order(left, right),
            }
        });
        let sorted = |array: &[&str]| array_text(places.iter().map(|place| array[*place]));
        if arrays == 1 {
            return Some(sorted(&first).into());
        }
        let of = |place: usize| match list(row, place) {
            Some(array) if array.len() == first.len() => sorted(&array),
            _ => "null".to_owned(),
        };
        Some(array_text((0..arrays).map(of)).into())
    })
}

/// Numbers, then texts, then the rest.
fn order(left: &str, right: &str) -> Ordering {
    let rank = |json: &str| match json.as_bytes().first() {
        Some(b'0'..=b'9' | b'-') => 0,
        Some(b'"') => 1,
        _ => 2,
    };
    match (rank(left), rank(right)) {
        (0, 0) => match (left.parse::<i64>(), right.parse::<i64>()) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            _ => read_number(left).unwrap_or(f64::NAN).total_cmp(&read_number(right).unwrap_or(f64::NAN)),
        },
        (1, 1) => plain(left).cmp(&plain(right)),
        (left_rank, right_rank) if left_rank == right_rank => canonical(left).cmp(&canonical(right)),
        (left_rank, right_rank) => left_rank.cmp(&right_rank),
    }
}

fn distinct(array: Vec<&str>) -> Vec<&str> {
    let mut seen = HashSet::new();
    array.into_iter().filter(|element| seen.insert(canonical(element))).collect()
}

/// The distinct elements of the first array that all the others have, or that none has.
fn kept<'a>(arrays: &[Vec<&'a str>], wanted: bool) -> Vec<&'a str> {
    let Some((first, others)) = arrays.split_first() else { return Vec::new() };
    let others: Vec<HashSet<Cow<'_, str>>> =
        others.iter().map(|array| array.iter().map(|element| canonical(element)).collect()).collect();
    let mut array = distinct(first.clone());
    array.retain(|element| others.iter().all(|other| other.contains(&canonical(element)) == wanted));
    array
}

/// What stands at the place of an array; of a single value, the value.
fn part<'a>(row: Row<'a>, arg: usize, place: usize) -> &'a str {
    match row.json(arg) {
        Some(json) if json.starts_with('[') => elements(json).nth(place).unwrap_or("null"),
        Some(json) => json,
        None => "null",
    }
}

/// Null where the step does not lead to the end.
fn range(args: Vec<Expression>) -> Result<Expression, Error> {
    let ty = args.first().map_or(Long, Expression::ty);
    if args.iter().all(|arg| arg.ty() == Long) || matches!(ty, Datetime | Timespan) {
        let takes = [ty, ty, if ty == Long { Long } else { Timespan }];
        return Ok(made(args, &takes, Dynamic, move |row| {
            let (mut at, to) = (row.long(0)?, row.long(1)?);
            let otherwise = if ty == Long { 1 } else { time::HOUR };
            let step = if row.count() > 2 { row.long(2)? } else { otherwise };
            let written = |at: i64| match ty {
                Datetime => quoted(&time::write_datetime(at)),
                Timespan => quoted(&time::write_timespan(at)),
                _ => at.to_string(),
            };
            let next = move || {
                let now = Some(at).filter(|at| if step > 0 { *at <= to } else { *at >= to })?;
                // What overflows is beyond the end.
                at = at.checked_add(step).unwrap_or(if step > 0 { i64::MAX } else { i64::MIN });
                Some(written(now))
            };
            if step == 0 { None } else { bounded(next) }
        }));
    }
    Ok(made(args, &[Real], Dynamic, |row| {
        let (from, to) = (row.real(0)?, row.real(1)?);
        let step = if row.count() > 2 { row.real(2)? } else { 1.0 };
        let count = math::whole(((to - from) / step).floor())?;
        let mut place = 0;
        bounded(move || {
            let now = Some(place).filter(|place| *place <= count)?;
            place += 1;
            Some((from + step * now as f64).to_string())
        })
    }))
}

fn bounded(mut next: impl FnMut() -> Option<String>) -> Option<Cow<'static, str>> {
    let mut out = String::from("[");
    while let Some(number) = next() {
        if out.len() + number.len() > LONGEST {
            return None;
        }
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&number);
    }
    out.push(']');
    Some(Cow::Owned(out))
}
