//! Which windows an event belongs to, and when a window is over. Windows are aligned to 1970 in UTC.
//!
//! A window begins at each multiple of `every` and is `size` long; where both are the same it is a tumbling
//! one. Time is cut into panes, so that each window is made of whole panes and an event is kept once, in the
//! pane that holds it. A window that would begin before time does is left out; one whose end is beyond time
//! is over with the input only.

use syntax::pipeline::WindowKind;
use syntax::visible::grouped;

use super::Limits;
use crate::Error;
use crate::expression::math::floor_to;

/// Nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Windows {
    size: i64,
    every: i64,
    pane: i64,
}

impl Windows {
    pub(super) fn tumbling(size: i64) -> Result<Windows, Error> {
        Windows::new(size, size)
    }

    pub(super) fn hop(size: i64, every: i64, limits: &Limits) -> Result<Windows, Error> {
        let windows = Windows::new(size, every)?;
        let open = windows.overlap();
        if open > limits.windows {
            let (open, limit) = (grouped(open), grouped(limits.windows));
            return Err(Error::limit(format!(
                "`hop` keeps {open} windows open at a time, more than {limit}, the limit; take a longer `every`, or a shorter `size`"
            )));
        }
        Ok(windows)
    }

    fn new(size: i64, every: i64) -> Result<Windows, Error> {
        if size < 1 || every < 1 {
            return Err(Error::rejected("a window must be longer than nothing"));
        }
        if every > size {
            return Err(Error::rejected(
                "`hop` would leave out the events between its windows: `every` is longer than `size`",
            ));
        }
        Ok(Windows { size, every, pane: common(size, every) })
    }

    /// Windows that a moment is in, at most.
    pub(super) fn overlap(self) -> u64 {
        (self.size / self.every).unsigned_abs() + u64::from(self.size % self.every > 0)
    }

    pub(super) fn size(self) -> i64 {
        self.size
    }

    pub(super) fn every(self) -> i64 {
        self.every
    }

    /// The pane that holds a moment, by its start; None where no window does.
    pub(super) fn pane(self, moment: i64) -> Option<i64> {
        self.last(moment)?;
        floor_to(moment, self.pane)
    }

    /// The first moment after a pane.
    pub(super) fn pane_end(self, pane: i64) -> Option<i64> {
        pane.checked_add(self.pane)
    }

    /// The start of the first window that a pane is in.
    pub(super) fn first(self, pane: i64) -> i64 {
        let least = i128::from(pane) + i128::from(self.pane) - i128::from(self.size);
        self.multiple_from(least)
    }

    /// The start of the last one.
    pub(super) fn last(self, pane: i64) -> Option<i64> {
        floor_to(pane, self.every)
    }

    /// The first moment after a window; None where that is beyond time.
    pub(super) fn end(self, start: i64) -> Option<i64> {
        start.checked_add(self.size)
    }

    pub(super) fn is_over(self, start: i64, watermark: i64) -> bool {
        self.end(start).is_some_and(|end| end <= watermark)
    }

    /// The start of the oldest window that can still be open.
    pub(super) fn open_from(self, watermark: i64) -> i64 {
        self.multiple_from(i128::from(watermark) - i128::from(self.size) + 1)
    }

    /// How many windows begin from one of them to another.
    pub(super) fn between(self, first: i64, last: i64) -> u64 {
        let span = i128::from(last) - i128::from(first);
        if span < 0 { 0 } else { u64::try_from(span / i128::from(self.every) + 1).unwrap_or(u64::MAX) }
    }

    /// The first multiple of `every` from here on that a datetime can be.
    fn multiple_from(self, least: i128) -> i64 {
        let every = i128::from(self.every);
        let least = least.max(i128::from(i64::MIN));
        let multiple = least + (-least).rem_euclid(every);
        i64::try_from(multiple).unwrap_or(i64::MAX)
    }
}

/// The greatest length that both are whole multiples of.
fn common(mut one: i64, mut other: i64) -> i64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// The window of a stage.
#[derive(Clone, Copy, Debug)]
pub(super) enum Windowing {
    Aligned(Windows),
    /// A session of each key.
    Session {
        gap: i64,
        max: i64,
    },
}

impl Windowing {
    pub(super) fn new(kind: WindowKind, limits: &Limits) -> Result<Windowing, Error> {
        Ok(match kind {
            WindowKind::Tumbling { size } => Windowing::Aligned(Windows::tumbling(size)?),
            WindowKind::Hop { size, every } => Windowing::Aligned(Windows::hop(size, every, limits)?),
            WindowKind::Session { gap, max } if gap > 0 && max > 0 => Windowing::Session { gap, max },
            WindowKind::Session { .. } => return Err(Error::rejected("a session must be longer than nothing")),
        })
    }

    /// How long each window is, where that is known before.
    pub(super) fn size(self) -> Option<i64> {
        match self {
            Windowing::Aligned(windows) => Some(windows.size()),
            Windowing::Session { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(size: i64, every: i64) -> Windows {
        Windows::hop(size, every, &Limits::default()).unwrap()
    }

    #[test]
    fn panes_and_their_windows() {
        let windows = hop(60, 10);
        assert_eq!((windows.pane(42), windows.first(40), windows.last(40)), (Some(40), -10, Some(40)));
        assert_eq!(windows.open_from(60), 10, "the window from 0 to 60 is over at 60");
        assert_eq!(windows.open_from(59), 0);
        assert_eq!(windows.between(-10, 40), windows.overlap());
        // Windows that overlap by no whole number of steps have panes of the common length.
        let windows = hop(25, 10);
        assert_eq!((windows.pane(42), windows.first(40), windows.last(40)), (Some(40), 20, Some(40)));
        assert_eq!((windows.first(45), windows.last(45)), (30, Some(40)));
        assert_eq!(windows.overlap(), 3);
    }

    #[test]
    fn the_ends_of_time() {
        let year = 365 * 86_400_000_000_000;
        for windows in [Windows::tumbling(year).unwrap(), hop(year, year / 365), hop(i64::MAX, i64::MAX)] {
            for moment in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
                let open = windows.open_from(moment);
                assert!(!windows.is_over(open, moment) || open == i64::MAX);
                let Some(pane) = windows.pane(moment) else {
                    assert!(moment < -i64::MAX + 2 * windows.size().min(year), "only where time begins");
                    continue;
                };
                let last = windows.last(pane).unwrap();
                assert!(windows.first(pane) <= last && last <= moment);
                assert!(windows.end(last).is_none_or(|end| end > moment));
            }
        }
        assert!(Windows::tumbling(0).is_err() && Windows::hop(1, 2, &Limits::default()).is_err());
    }

    #[test]
    fn a_year_every_millisecond_is_too_much() {
        let error = Windows::hop(365 * 86_400_000_000_000, 1_000_000, &Limits::default()).unwrap_err();
        assert!(matches!(error, Error::Limit { ref message, .. } if message.contains("31,536,000,000 windows")));
    }
}
