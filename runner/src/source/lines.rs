//! Cuts bytes into lines without holding more of one than the limit.

use std::borrow::Cow;

use memchr::memchr;

/// What some editors put before a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a piece of input turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// Without its end, and without NUL bytes before it (a file that was truncated under its writer
    /// begins with a hole of them).
    Whole(&'a [u8]),
    /// Longer than the limit: its start. The rest is skipped.
    TooLong(&'a [u8]),
    Empty,
    OnlyNul,
    /// What a document says after the list whose elements are its records.
    AfterList(&'a [u8]),
    /// The input ended within a list of records.
    ListWithoutEnd,
}

/// Who takes the lines.
pub(super) trait Take<E> {
    fn line(&mut self, line: Line<'_>) -> Result<(), E>;

    /// May take lines that these bytes begin with, in whatever way is fastest: returns how many bytes that
    /// were, ends of lines included. A line is longer than `max` only where [`Take::line`] gets it.
    fn run(&mut self, _bytes: &[u8], _max: usize) -> Result<usize, E> {
        Ok(0)
    }

    /// The lines after the one that was just given are to be cut in another way: they are what is forgotten next.
    fn stops(&self) -> bool {
        false
    }
}

impl<E, F: FnMut(Line<'_>) -> Result<(), E>> Take<E> for F {
    fn line(&mut self, line: Line<'_>) -> Result<(), E> {
        self(line)
    }
}

/// Passes over the byte order mark that a text may begin with.
#[derive(Default)]
pub(super) struct ByteOrderMark {
    /// The start of one, perhaps.
    held: Vec<u8>,
    begun: bool,
}

impl ByteOrderMark {
    /// What comes after it; `None` where it is not known yet.
    pub(super) fn skip<'a>(&mut self, bytes: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        if self.begun {
            return Some(Cow::Borrowed(bytes));
        }
        if self.held.is_empty() && bytes.len() >= BYTE_ORDER_MARK.len() {
            self.begun = true;
            return Some(Cow::Borrowed(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)));
        }
        self.held.extend_from_slice(bytes);
        if self.held.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(&self.held) {
            return None;
        }
        self.begun = true;
        let held = std::mem::take(&mut self.held);
        Some(Cow::Owned(match held.strip_prefix(BYTE_ORDER_MARK) {
            Some(after) => after.to_vec(),
            None => held,
        }))
    }

    /// The input ended before it was known.
    pub(super) fn rest(&mut self) -> Option<Vec<u8>> {
        self.begun = true;
        Some(std::mem::take(&mut self.held)).filter(|held| !held.is_empty())
    }
}

pub(super) struct Lines {
    /// Bytes of a line whose end has not come yet.
    partial: Vec<u8>,
    /// Skipping the rest of a line that is too long.
    skipping: bool,
    max: usize,
    mark: ByteOrderMark,
}

impl Lines {
    pub(super) fn new(max: usize) -> Lines {
        Lines { partial: Vec::new(), skipping: false, max, mark: ByteOrderMark::default() }
    }

    /// Takes the next bytes, and gives each line that they complete.
    pub(super) fn take<E>(&mut self, bytes: &[u8], each: &mut impl Take<E>) -> Result<(), E> {
        let Some(bytes) = self.mark.skip(bytes) else { return Ok(()) };
        self.lines(&bytes, each)
    }

    fn lines<E>(&mut self, bytes: &[u8], each: &mut impl Take<E>) -> Result<(), E> {
        let mut bytes = bytes;
        loop {
            if each.stops() {
                self.partial = bytes.to_vec();
                return Ok(());
            }
            if self.partial.is_empty() && !self.skipping && !bytes.is_empty() {
                bytes = &bytes[each.run(bytes, self.max)?..];
            }
            let Some(end) = memchr(b'\n', bytes) else { break };
            let line = &bytes[..end];
            bytes = &bytes[end + 1..];
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            if self.partial.is_empty() {
                each.line(judge(line, self.max))?;
            } else if self.partial.len() + line.len() > self.max {
                self.partial.extend_from_slice(&line[..line.len().min(self.max)]);
                let partial = std::mem::take(&mut self.partial);
                each.line(Line::TooLong(&partial))?;
            } else {
                self.partial.extend_from_slice(line);
                let mut partial = std::mem::take(&mut self.partial);
                each.line(judge(&partial, self.max))?;
                partial.clear();
                self.partial = partial;
            }
        }
        if self.skipping {
            return Ok(());
        }
        if self.partial.len() + bytes.len() > self.max {
            self.skipping = true;
            let room = self.max.saturating_sub(self.partial.len());
            self.partial.extend_from_slice(&bytes[..room]);
            let partial = std::mem::take(&mut self.partial);
            return each.line(Line::TooLong(&partial));
        }
        self.partial.extend_from_slice(bytes);
        Ok(())
    }

    /// The input has ended: what is there of the last line is all of it.
    pub(super) fn finish<E>(&mut self, each: &mut impl Take<E>) -> Result<(), E> {
        if let Some(rest) = self.mark.rest() {
            self.lines(&rest, each)?;
        }
        self.skipping = false;
        let partial = std::mem::take(&mut self.partial);
        if partial.is_empty() { Ok(()) } else { each.line(judge(&partial, self.max)) }
    }

    /// Forgets the line whose end has not come; returns what there was of it.
    pub(super) fn forget(&mut self) -> Vec<u8> {
        self.skipping = false;
        std::mem::take(&mut self.partial)
    }
}

/// What these bytes, which are all of a line or its start, turned out to be.
pub(super) fn judge(line: &[u8], max: usize) -> Line<'_> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > max {
        return Line::TooLong(&line[..max]);
    }
    let nul = line.iter().take_while(|byte| **byte == 0).count();
    match &line[nul..] {
        [] if nul > 0 => Line::OnlyNul,
        rest if rest.iter().all(u8::is_ascii_whitespace) => Line::Empty,
        rest => Line::Whole(rest),
    }
}
