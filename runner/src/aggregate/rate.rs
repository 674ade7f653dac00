//! `rate`: events, or the argument's sum, per second of the window, and while that is open per second that has passed. In a session and without a window, per
//! second between the group's first and last event; null where there is no such time.

use syntax::Type;

use super::number::Sum;
use super::{Cell, Make, adopt, cells};
use crate::expression::operand::reals;

#[derive(Clone, Copy, Default)]
struct Rate {
    sum: Sum,
    /// First and last event time.
    span: Option<(i64, i64)>,
}

impl Cell for Rate {}

/// `of`: the argument's type, if one is summed. The last argument is the event time.
pub(super) fn rate(of: Option<Type>) -> Make {
    cells(
        |cells, _| adopt::same(cells),
        move |cells: &mut [Rate], selection, args, _| {
            match of {
                None => selection.each(|_| Some(1.0), |group, one: f64| cells[group].sum.add(one)),
                Some(Type::Real) => {
                    let values = args[0].reals();
                    selection.each(|row| values.get(row), |group, value| cells[group].sum.add(value));
                }
                Some(_) => {
                    let values = args[0].longs();
                    selection.each(|row| values.get(row), |group, value| cells[group].sum.add(value as f64));
                }
            }
            if let Some(time) = args.get(usize::from(of.is_some())) {
                let times = time.longs();
                selection.each(
                    |row| times.get(row),
                    |group, time| {
                        let (first, last) = cells[group].span.unwrap_or((time, time));
                        cells[group].span = Some((first.min(time), last.max(time)));
                    },
                );
            }
        },
        |rate: &mut Rate, other| {
            rate.sum.merge(&other.sum);
            rate.span = match (rate.span, other.span) {
                (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
                (one, other) => one.or(other),
            };
        },
        |cells, reading| {
            reals(cells.iter().map(|rate| {
                let nanos = match reading.window {
                    Some(window) => window,
                    None => rate.span.map_or(0, |(first, last)| last.saturating_sub(first)),
                };
                (nanos > 0).then(|| rate.sum.value() / (nanos as f64 / 1e9))
            }))
        },
    )
}
