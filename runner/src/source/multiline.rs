//! Which lines of a text are one event: the rest of a stack trace, indented lines, or all up to the next that looks like
//! an event's first (`?multiline=`).
//!
//! An event is held until the next one begins, or until nothing has come for [`HOLD`]; it is never longer than the limit.

#[cfg(test)]
mod tests;
mod trace;

use std::time::Duration;

use percent_encoding::percent_decode_str;
use regex::bytes::Regex;

use self::trace::Trace;
use super::parse;
use crate::Error;

/// How long an event waits for more of its lines.
pub(super) const HOLD: Duration = Duration::from_millis(200);
/// Lines of one event at most.
pub(super) const LINES: usize = 1000;
/// Bytes of a line in which the stamp stands that tells that it is an event's first.
const STAMP: usize = 40;

#[derive(Clone, Debug, Default)]
pub(super) enum Mode {
    /// Stack traces, and indented lines after one with a stamp.
    #[default]
    Auto,
    Off,
    /// Indented lines belong to the line before.
    Indent,
    /// All lines up to the next that this finds belong together.
    Start(Regex),
}

impl Mode {
    /// The value of `?multiline=`; fails where it is no pattern.
    pub(super) fn new(text: &str) -> Result<Mode, Error> {
        Ok(match text {
            "auto" => Mode::Auto,
            "off" => Mode::Off,
            "indent" => Mode::Indent,
            pattern => {
                let pattern = percent_decode_str(pattern).decode_utf8_lossy();
                Mode::Start(Regex::new(&pattern).map_err(|error| {
                    let why = error.to_string();
                    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
                    Error::Source(format!(
                        "`multiline={text}`: {why}; expected `auto`, `off`, `indent` or a regular expression that finds \
                         an event's first line, e.g. `^[0-9]{{4}}-`"
                    ))
                })?)
            }
        })
    }
}

/// An event of one or more lines, and when its first was read.
pub(super) struct Event {
    pub(super) text: Vec<u8>,
    pub(super) now: i64,
    /// The time that stands outside of the line.
    pub(super) stamp: Option<i64>,
}

#[derive(Debug)]
pub(super) struct Joiner {
    mode: Mode,
    max: usize,
    held: Vec<u8>,
    /// Room for the next event.
    spare: Vec<u8>,
    lines: usize,
    /// Empty lines that belong to it if more of it comes.
    empty: usize,
    trace: Trace,
    now: i64,
    stamp: Option<i64>,
    /// When its last line was read.
    last: i64,
}

impl Joiner {
    /// `max`: bytes of one event at most.
    pub(super) fn new(mode: Mode, max: usize) -> Joiner {
        Joiner {
            mode,
            max,
            held: Vec::new(),
            spare: Vec::new(),
            lines: 0,
            empty: 0,
            trace: Trace::default(),
            now: 0,
            stamp: None,
            last: 0,
        }
    }

    pub(super) fn holds(&self) -> bool {
        self.lines > 0
    }

    /// Stack traces are joined, and nothing else.
    pub(super) fn is_auto(&self) -> bool {
        matches!(self.mode, Mode::Auto)
    }

    /// Gives back the room of an event.
    pub(super) fn reuse(&mut self, event: Event) {
        self.spare = event.text;
        self.spare.clear();
    }

    /// No line is ever part of another's event.
    pub(super) fn off(&self) -> bool {
        matches!(self.mode, Mode::Off)
    }

    /// Takes a line; returns the event that ends before it, and whether it ends only because it is too long.
    pub(super) fn line(&mut self, line: &[u8], now: i64, stamp: Option<i64>) -> (Option<Event>, bool) {
        let continues = self.holds() && self.continues(line);
        let full = self.lines + self.empty >= LINES || self.held.len() + self.empty + 1 + line.len() > self.max;
        if continues && !full {
            self.held.resize(self.held.len() + self.empty + 1, b'\n');
            self.held.extend_from_slice(line);
            self.lines += self.empty + 1;
            self.empty = 0;
            self.trace.goes_on(line);
            self.last = now;
            return (None, false);
        }
        let before = self.take();
        self.held = std::mem::take(&mut self.spare);
        self.held.extend_from_slice(line);
        self.lines = 1;
        self.trace = Trace::of(line);
        (self.now, self.stamp, self.last) = (now, stamp, now);
        (before, continues)
    }

    /// An empty line came.
    pub(super) fn empty(&mut self) {
        if self.holds() {
            self.empty += 1;
        }
    }

    /// The event as far as it came; nothing more belongs to it.
    pub(super) fn take(&mut self) -> Option<Event> {
        if !self.holds() {
            return None;
        }
        (self.lines, self.empty) = (0, 0);
        Some(Event { text: std::mem::take(&mut self.held), now: self.now, stamp: self.stamp })
    }

    /// The event if nothing more of it has come for a while.
    pub(super) fn take_old(&mut self, now: i64) -> Option<Event> {
        let waited = u128::try_from(now.saturating_sub(self.last)).unwrap_or(0);
        if waited >= HOLD.as_nanos() { self.take() } else { None }
    }

    fn continues(&self, line: &[u8]) -> bool {
        let indented = line.first().is_some_and(|first| matches!(first, b' ' | b'\t'));
        match &self.mode {
            Mode::Off => false,
            Mode::Indent => indented,
            Mode::Start(first) => !first.is_match(line),
            Mode::Auto => {
                let stamped = || {
                    let first = self.held.split(|byte| *byte == b'\n').next().unwrap_or_default();
                    self.stamp.is_some() || begins_with_stamp(first, self.now)
                };
                self.trace.takes(line, indented, &stamped, &self.held, self.empty > 0)
                    && !begins_with_stamp(line, self.now)
            }
        }
    }
}

/// The line has its own time near its start.
fn begins_with_stamp(line: &[u8], now: i64) -> bool {
    let from = line.iter().position(|byte| !byte.is_ascii_whitespace() && !b"[(<".contains(byte)).unwrap_or(0);
    if from > 0 && line[0].is_ascii_whitespace() {
        return parse::stamp(&line[from..line.len().min(from + STAMP)]).is_some();
    }
    parse::line_stamp(&line[..line.len().min(STAMP)], now).is_some()
}
