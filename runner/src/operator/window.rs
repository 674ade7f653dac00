//! Which windows an event belongs to, and when a window is over. Windows are aligned to 1970 in UTC.

use syntax::pipeline::WindowKind;

use crate::Error;
use crate::expression::math::floor_to;

/// Tumbling windows of one size, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Windows {
    size: i64,
}

impl Windows {
    pub(super) fn new(kind: WindowKind) -> Result<Windows, Error> {
        match kind {
            WindowKind::Tumbling { size } if size > 0 => Ok(Windows { size }),
            WindowKind::Tumbling { .. } => Err(Error::rejected("a window must be longer than nothing")),
            WindowKind::Hop { .. } => Err(super::unsupported("hop")),
            WindowKind::Session { .. } => Err(super::unsupported("session")),
        }
    }

    pub(super) fn size(self) -> i64 {
        self.size
    }

    /// The start of the window that holds a moment; None where its window begins before time does.
    pub(super) fn start(self, moment: i64) -> Option<i64> {
        floor_to(moment, self.size)
    }

    /// The first moment after the window.
    pub(super) fn end(self, start: i64) -> i64 {
        start.saturating_add(self.size)
    }

    /// The start of the oldest window that can still be open.
    pub(super) fn open_from(self, watermark: i64) -> i64 {
        floor_to(watermark, self.size).unwrap_or(i64::MIN)
    }
}
