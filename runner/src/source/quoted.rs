//! Cuts CSV into records as RFC 4180 has them: a line's end within quotes belongs to the cell.
//!
//! Where a quote is never closed, or something follows a closing quote, the record is its first line alone, and the lines
//! after it are records of their own.

use memchr::{memchr, memchr2};

use super::lines::{ByteOrderMark, Line, Take, judge};

pub(super) struct Quoted {
    mark: ByteOrderMark,
    state: State,
    cell: Cell,
    delimiter: u8,
    held: Vec<u8>,
    max: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Record,
    /// A record that is its first line, whatever its quotes say.
    Line,
    /// In a line that is too long, and was given already.
    RestOfLine,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    Start,
    Plain,
    Quoted,
    /// After a quote within quotes: the first of two, or the closing one.
    Quote,
}

enum Step {
    More,
    /// The record ends before the line's end at this byte.
    Done(usize),
    Broken(usize),
}

impl Quoted {
    /// `max`: bytes of one record at most.
    pub(super) fn new(max: usize, delimiter: u8) -> Quoted {
        let mark = ByteOrderMark::default();
        Quoted { mark, state: State::Record, cell: Cell::Start, delimiter, held: Vec::new(), max }
    }

    /// Takes the next bytes, and gives each record that they complete.
    pub(super) fn take<E>(&mut self, bytes: &[u8], each: &mut impl Take<E>) -> Result<(), E> {
        let Some(bytes) = self.mark.skip(bytes) else { return Ok(()) };
        self.records(&bytes, each)
    }

    fn records<E>(&mut self, bytes: &[u8], each: &mut impl Take<E>) -> Result<(), E> {
        let mut bytes = bytes;
        while !bytes.is_empty() {
            let step = match self.state {
                State::Record => self.feed(bytes),
                State::Line | State::RestOfLine => memchr(b'\n', bytes).map_or(Step::More, Step::Done),
            };
            match step {
                Step::Done(end) if self.state == State::RestOfLine => {
                    self.begin();
                    bytes = &bytes[end + 1..];
                }
                Step::More if self.state == State::RestOfLine => return Ok(()),
                Step::Done(end) if self.held.is_empty() => {
                    self.begin();
                    each.line(judge(&bytes[..end], self.max))?;
                    bytes = &bytes[end + 1..];
                }
                Step::Done(end) => {
                    self.begin();
                    let mut record = std::mem::take(&mut self.held);
                    record.extend_from_slice(&bytes[..end]);
                    each.line(judge(&record, self.max))?;
                    record.clear();
                    self.held = record;
                    bytes = &bytes[end + 1..];
                }
                Step::More if self.held.len() + bytes.len() <= self.max => {
                    self.held.extend_from_slice(bytes);
                    return Ok(());
                }
                Step::More if self.state == State::Record => bytes = self.broken(bytes, bytes.len(), each)?,
                Step::More => {
                    self.state = State::RestOfLine;
                    let room = self.max.saturating_sub(self.held.len()).min(bytes.len());
                    self.held.extend_from_slice(&bytes[..room]);
                    let start = std::mem::take(&mut self.held);
                    each.line(Line::TooLong(&start))?;
                }
                Step::Broken(at) => bytes = self.broken(bytes, at, each)?,
            }
        }
        Ok(())
    }

    fn begin(&mut self) {
        self.state = State::Record;
        self.cell = Cell::Start;
    }

    /// The quotes make no record up to this byte.
    fn broken<'a, E>(&mut self, bytes: &'a [u8], at: usize, each: &mut impl Take<E>) -> Result<&'a [u8], E> {
        let piece = [&self.held, &bytes[..at]].concat();
        let Some(end) = memchr(b'\n', &piece) else {
            self.state = State::Line;
            return Ok(bytes);
        };
        self.begin();
        self.held.clear();
        each.line(judge(&piece[..end], self.max))?;
        // It is no longer than a record, so this goes no deeper than once.
        self.records(&piece[end + 1..], each)?;
        Ok(&bytes[at..])
    }

    fn feed(&mut self, bytes: &[u8]) -> Step {
        // Most records are a line without quotes.
        if self.cell == Cell::Start
            && self.held.is_empty()
            && let Some(end) = memchr(b'\n', bytes)
            && memchr(b'"', &bytes[..end]).is_none()
        {
            return Step::Done(end);
        }
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            self.cell = match (self.cell, byte) {
                (Cell::Quoted, b'"') => Cell::Quote,
                (Cell::Quoted, _) => match memchr(b'"', &bytes[at..]) {
                    Some(length) => {
                        at += length;
                        continue;
                    }
                    None => return Step::More,
                },
                (Cell::Start, b'"') => Cell::Quoted,
                (Cell::Quote, b'"') => Cell::Quoted,
                (_, b'\n') => return Step::Done(at),
                (_, byte) if byte == self.delimiter => Cell::Start,
                // Before the line's end, or a blank that somebody left after a cell.
                (Cell::Quote, b'\r' | b' ') => Cell::Quote,
                (Cell::Quote, _) => return Step::Broken(at),
                (Cell::Start | Cell::Plain, _) => match memchr2(self.delimiter, b'\n', &bytes[at..]) {
                    Some(length) => {
                        self.cell = Cell::Plain;
                        at += length;
                        continue;
                    }
                    None => {
                        self.cell = Cell::Plain;
                        return Step::More;
                    }
                },
            };
            at += 1;
        }
        Step::More
    }

    /// The input has ended.
    pub(super) fn finish<E>(&mut self, each: &mut impl Take<E>) -> Result<(), E> {
        if let Some(rest) = self.mark.rest() {
            self.records(&rest, each)?;
        }
        loop {
            let held = std::mem::take(&mut self.held);
            let open = self.state == State::Record && self.cell == Cell::Quoted;
            self.begin();
            if held.is_empty() {
                return Ok(());
            }
            match memchr(b'\n', &held).filter(|_| open) {
                Some(end) => {
                    each.line(judge(&held[..end], self.max))?;
                    self.records(&held[end + 1..], each)?;
                }
                None => return each.line(judge(&held, self.max)),
            }
        }
    }

    /// Forgets the record whose end has not come; returns what there was of it.
    pub(super) fn forget(&mut self) -> Vec<u8> {
        self.begin();
        std::mem::take(&mut self.held)
    }
}
