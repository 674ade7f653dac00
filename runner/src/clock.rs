//! The one place of the runner that reads the wall clock.

/// Nanoseconds since 1970-01-01T00:00:00Z.
pub(crate) fn now() -> i64 {
    i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}
