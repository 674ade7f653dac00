//! Windows of event time: what stands behind `by` in `summarize` and groups by time.

/// One row of the table.
pub struct WindowRow {
    pub word: &'static str,
    pub signature: &'static str,
    pub doc: &'static str,
    pub example: &'static str,
    pub in_kusto: bool,
}

pub fn windows() -> &'static [WindowRow] {
    TABLE
}

pub fn by_word(word: &str) -> Option<&'static WindowRow> {
    TABLE.iter().find(|row| row.word == word)
}

static TABLE: &[WindowRow] = &[
    WindowRow {
        word: "bin",
        signature: "bin(time: datetime, size: timespan) → datetime",
        doc: "Tumbling windows: each begins where the last one ends, at a multiple of the size since 1970. Leaves the window's start as `timestamp`; a window without events leaves nothing.",
        example: "summarize count() by bin(timestamp, 10s)",
        in_kusto: true,
    },
    WindowRow {
        word: "hop",
        signature: "hop(time: datetime, size=timespan, every=timespan) → datetime",
        doc: "Sliding windows: each `size` long, a new one every `every`, which `size` is a multiple of. An event counts in each window that holds it, and is late only once the last of these has closed. Leaves the window's start as `timestamp`; a window without events leaves nothing.",
        example: "summarize count() by hop(timestamp, size=1m, every=10s)",
        in_kusto: false,
    },
    WindowRow {
        word: "session",
        signature: "session(time: datetime, gap=timespan, max=timespan) → datetime",
        doc: "Windows of activity of each other key: an event that comes `gap` or more after the last one begins the next session, and so does one that comes `max` (1h if not written) or more after the first. Leaves the first event's time as `timestamp`.",
        example: "summarize count() by customer.id, session(timestamp, gap=30s, max=1h)",
        in_kusto: false,
    },
];
