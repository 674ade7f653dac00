//! Cuts JSON text into what records are made of: objects, on one line or over several, one after the other, the
//! elements of a list of objects, and the elements of one list within each object (`?list=`).
//!
//! What is no JSON is given line by line. Holds no more than one record, so a list of any length can be read. Knows
//! where values end, and leaves it to `json` whether they are right.

mod scan;
#[cfg(test)]
mod tests;

use memchr::{memchr, memrchr};

pub(super) use self::scan::{Scan, Step};
use super::lines::{ByteOrderMark, Line, Take, judge};

pub(super) struct Documents {
    mark: ByteOrderMark,
    state: State,
    /// Where in a list of records it is.
    within: Within,
    /// The present piece, as far as it came with bytes before.
    held: Vec<u8>,
    scan: Scan,
    /// The object around the list whose elements are read.
    around: Scan,
    /// The member of each object whose elements are the records.
    list: Option<Box<[u8]>>,
    /// The members of the object before that list, which are those of each element too: `{"a":1`, or nothing.
    members: Vec<u8>,
    /// Those after it, as far as they are shown.
    after: Vec<u8>,
    max: usize,
}

/// Bytes of the members before a list that its elements get, and of those after it that are shown.
const MEMBERS: usize = 16 << 10;
const SHOWN: usize = 200;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the next piece; what is held is white space before it.
    Between,
    /// In a value.
    Value,
    /// After an object, which is held, before what else is on its line.
    After,
    /// In a line that is no JSON.
    Line,
    /// In a value that is too long, and was given already.
    RestOfValue,
    /// In a line that is too long, and was given already.
    RestOfLine,
    /// In the members after the list of an object.
    RestOfAround,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// No list.
    Top,
    /// A list at the top.
    List,
    /// The list of an object.
    Around,
}

impl Documents {
    /// `max`: bytes of one record at most. `list`: the member of each object whose elements are the records.
    pub(super) fn new(max: usize, list: Option<&str>) -> Documents {
        Documents {
            mark: ByteOrderMark::default(),
            state: State::Between,
            within: Within::Top,
            held: Vec::new(),
            scan: Scan::default(),
            around: Scan::default(),
            list: list.map(|list| list.as_bytes().into()),
            members: Vec::new(),
            after: Vec::new(),
            max,
        }
    }

    /// Takes the next bytes, and gives each record that they complete.
    pub(super) fn take<E>(&mut self, bytes: &[u8], each: &mut impl Take<E>) -> Result<(), E> {
        let Some(bytes) = self.mark.skip(bytes) else { return Ok(()) };
        self.pieces(&bytes, each)
    }

    fn pieces<E>(&mut self, bytes: &[u8], each: &mut impl Take<E>) -> Result<(), E> {
        let mut bytes = bytes;
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Between if self.within == Within::Top => self.top(bytes, each)?,
                State::Between => self.in_list(bytes),
                State::Value => self.value(bytes, each)?,
                State::After => self.after(bytes, each)?,
                State::Line => self.line(bytes, each)?,
                State::RestOfLine => match memchr(b'\n', bytes) {
                    Some(end) => {
                        self.state = State::Between;
                        &bytes[end + 1..]
                    }
                    None => &[],
                },
                State::RestOfValue => match self.scan.feed(bytes) {
                    Step::More => &[],
                    Step::Done(end) | Step::List(end) => {
                        self.state = State::Between;
                        &bytes[end..]
                    }
                    Step::Broken(_) => {
                        self.state = State::RestOfLine;
                        bytes
                    }
                },
                State::RestOfAround => match self.around.feed(bytes) {
                    Step::More => {
                        self.rest_of_around(bytes);
                        &[]
                    }
                    Step::Done(end) | Step::List(end) => {
                        self.state = State::Between;
                        self.rest_of_around(&bytes[..end]);
                        let after = std::mem::take(&mut self.after);
                        let after = after.strip_suffix(b"}").unwrap_or(&after).trim_ascii();
                        let after = after.strip_prefix(b",").unwrap_or(after).trim_ascii();
                        if !after.is_empty() {
                            each.line(Line::AfterList(after))?;
                        }
                        &bytes[end..]
                    }
                    Step::Broken(_) => {
                        self.state = State::Line;
                        bytes
                    }
                },
            };
        }
        Ok(())
    }

    /// Before a piece that is in no list.
    fn top<'a, E>(&mut self, bytes: &'a [u8], each: &mut impl Take<E>) -> Result<&'a [u8], E> {
        // What JSON text sequences (RFC 7464) put before each record.
        if self.held.is_empty()
            && let [0x1e, rest @ ..] = bytes
        {
            return Ok(rest);
        }
        if self.held.is_empty() && self.list.is_none() {
            let length = each.run(bytes, self.max)?;
            if length > 0 {
                return Ok(&bytes[length..]);
            }
        }
        let blank = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match bytes.get(blank) {
            None => {
                self.held.extend_from_slice(bytes);
                if self.held.len() > self.max {
                    self.state = State::Line;
                }
                return Ok(&[]);
            }
            Some(b'\n') => {
                self.held.clear();
                each.line(Line::Empty)?;
                return Ok(&bytes[blank + 1..]);
            }
            Some(b'{') => {
                self.scan = Scan::object(self.list.clone());
                self.state = State::Value;
            }
            Some(b'[') => {
                self.scan = Scan::list_of_objects();
                self.state = State::Value;
            }
            Some(_) => self.state = State::Line,
        }
        Ok(bytes)
    }

    /// Between the elements of a list.
    fn in_list<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let between = |byte: &&u8| byte.is_ascii_whitespace() || **byte == b',';
        let bytes = &bytes[bytes.iter().take_while(between).count()..];
        match bytes.first() {
            None => {}
            Some(b']') => {
                self.state = if self.within == Within::Around { State::RestOfAround } else { State::Between };
                self.within = Within::Top;
                return &bytes[1..];
            }
            Some(_) => {
                self.scan.begin();
                self.state = State::Value;
            }
        }
        bytes
    }

    fn value<'a, E>(&mut self, bytes: &'a [u8], each: &mut impl Take<E>) -> Result<&'a [u8], E> {
        match self.scan.feed(bytes) {
            Step::More if self.held.len() + bytes.len() > self.max => {
                self.state = State::RestOfValue;
                self.too_long(bytes, each)?;
                Ok(&[])
            }
            Step::More => {
                self.held.extend_from_slice(bytes);
                Ok(&[])
            }
            Step::Done(end) if self.held.len() + end > self.max => {
                self.state = State::Between;
                self.too_long(&bytes[..end], each)?;
                Ok(&bytes[end..])
            }
            // The usual case: all of it is at hand, and nothing but the line's end follows.
            Step::Done(end) if self.within == Within::Top && self.held.is_empty() => {
                let blank = bytes[end..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
                if bytes.get(end + blank) == Some(&b'\n') {
                    self.state = State::Between;
                    each.line(Line::Whole(&bytes[..end]))?;
                    return Ok(&bytes[end + blank + 1..]);
                }
                self.held.extend_from_slice(&bytes[..end]);
                self.state = State::After;
                Ok(&bytes[end..])
            }
            Step::Done(end) if self.within != Within::Top && self.held.is_empty() => {
                self.state = State::Between;
                self.element(&bytes[..end], each)?;
                Ok(&bytes[end..])
            }
            Step::Done(end) => {
                self.held.extend_from_slice(&bytes[..end]);
                if self.within == Within::Top {
                    self.state = State::After;
                } else {
                    self.state = State::Between;
                    let mut element = std::mem::take(&mut self.held);
                    self.element(&element, each)?;
                    element.clear();
                    self.held = element;
                }
                Ok(&bytes[end..])
            }
            Step::List(end) => {
                self.held.extend_from_slice(&bytes[..end]);
                let brace = memrchr(b'{', &self.held).unwrap_or(0);
                self.members.clear();
                self.after.clear();
                if self.scan.is_around() {
                    self.members.extend_from_slice(members(&self.held[..brace]));
                }
                self.held.drain(..brace);
                self.within = Within::List;
                let scan = std::mem::replace(&mut self.scan, Scan::value());
                if scan.is_around() {
                    self.around = scan;
                    self.within = Within::Around;
                }
                // The first element goes on after its brace.
                self.scan.feed(&self.held);
                Ok(&bytes[end..])
            }
            Step::Broken(at) => self.broken(bytes, at, each),
        }
    }

    /// After an object: what else is on its line.
    fn after<'a, E>(&mut self, bytes: &'a [u8], each: &mut impl Take<E>) -> Result<&'a [u8], E> {
        let blank = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        let Some(next) = bytes.get(blank) else {
            self.held.extend_from_slice(bytes);
            return Ok(&[]);
        };
        match next {
            b'\n' | b',' => {
                self.state = State::Between;
                self.give(each)?;
                Ok(&bytes[blank + 1..])
            }
            b'{' | b'[' => {
                self.state = State::Between;
                self.give(each)?;
                Ok(&bytes[blank..])
            }
            _ => {
                self.state = State::Line;
                Ok(bytes)
            }
        }
    }

    fn line<'a, E>(&mut self, bytes: &'a [u8], each: &mut impl Take<E>) -> Result<&'a [u8], E> {
        match memchr(b'\n', bytes) {
            Some(end) => {
                self.state = State::Between;
                if self.held.is_empty() {
                    each.line(judge(&bytes[..end], self.max))?;
                } else if self.held.len() + end > self.max {
                    self.too_long(&bytes[..end], each)?;
                } else {
                    self.held.extend_from_slice(&bytes[..end]);
                    self.give(each)?;
                }
                Ok(&bytes[end + 1..])
            }
            None if self.held.len() + bytes.len() > self.max => {
                self.state = State::RestOfLine;
                self.too_long(bytes, each)?;
                Ok(&[])
            }
            None => {
                self.held.extend_from_slice(bytes);
                Ok(&[])
            }
        }
    }

    /// The value goes wrong at this byte: what came before the line of it is one broken record, but for lines that
    /// begin like another.
    fn broken<'a, E>(&mut self, bytes: &'a [u8], at: usize, each: &mut impl Take<E>) -> Result<&'a [u8], E> {
        let next = |piece: &[u8]| {
            let begins = memchr::memmem::find(piece, b"\n{").or_else(|| memrchr(b'\n', piece));
            begins.map(|end| end + 1)
        };
        if self.held.is_empty() {
            let Some(end) = next(&bytes[..at]) else {
                self.state = State::Line;
                return Ok(bytes);
            };
            self.state = State::Between;
            each.line(judge(bytes[..end].trim_ascii_end(), self.max))?;
            return Ok(&bytes[end..]);
        }
        let piece = [&self.held, &bytes[..at]].concat();
        let Some(end) = next(&piece) else {
            self.state = State::Line;
            return Ok(bytes);
        };
        self.state = State::Between;
        self.held.clear();
        each.line(judge(piece[..end].trim_ascii_end(), self.max))?;
        // What was held was one value so far, so this goes no deeper than once.
        self.pieces(&piece[end..], each)?;
        Ok(&bytes[at..])
    }

    /// An element of a list; it has the members of the object around it, but for those that it says itself.
    fn element<E>(&mut self, element: &[u8], each: &mut impl Take<E>) -> Result<(), E> {
        let own = element.strip_prefix(b"{").filter(|_| self.within == Within::Around && !self.members.is_empty());
        let Some(own) = own else { return each.line(judge(element, self.max)) };
        let between = if own.trim_ascii_start().starts_with(b"}") { &b""[..] } else { b"," };
        let whole = [&self.members, between, own].concat();
        each.line(judge(&whole, self.max.saturating_add(self.members.len())))
    }

    /// More of what an object says after its list.
    fn rest_of_around(&mut self, bytes: &[u8]) {
        let room = SHOWN.saturating_sub(self.after.len()).min(bytes.len());
        self.after.extend_from_slice(&bytes[..room]);
    }

    /// What is held is a whole piece.
    fn give<E>(&mut self, each: &mut impl Take<E>) -> Result<(), E> {
        let mut piece = std::mem::take(&mut self.held);
        each.line(judge(&piece, self.max))?;
        piece.clear();
        self.held = piece;
        Ok(())
    }

    /// What is held and these bytes are the start of a piece that is too long.
    fn too_long<E>(&mut self, bytes: &[u8], each: &mut impl Take<E>) -> Result<(), E> {
        let room = self.max.saturating_sub(self.held.len()).min(bytes.len());
        self.held.extend_from_slice(&bytes[..room]);
        let start = std::mem::take(&mut self.held);
        each.line(Line::TooLong(&start))
    }

    /// The input has ended.
    pub(super) fn finish<E>(&mut self, each: &mut impl Take<E>) -> Result<(), E> {
        if let Some(rest) = self.mark.rest() {
            self.pieces(&rest, each)?;
        }
        let state = std::mem::replace(&mut self.state, State::Between);
        let within = std::mem::replace(&mut self.within, Within::Top);
        // A record that was cut off, and whole ones on the lines after it.
        if let (State::Value, Within::Top, Some(end)) = (state, within, memchr::memmem::find(&self.held, b"\n{")) {
            let held = std::mem::take(&mut self.held);
            each.line(judge(held[..end].trim_ascii_end(), self.max))?;
            self.pieces(&held[end + 1..], each)?;
            return self.finish(each);
        }
        match state {
            State::Value | State::After | State::Line if !self.held.is_empty() => self.give(each)?,
            _ => self.held.clear(),
        }
        if within != Within::Top || state == State::RestOfAround {
            each.line(Line::ListWithoutEnd)?;
        }
        Ok(())
    }

    /// Forgets the record whose end has not come; returns what there was of it.
    pub(super) fn forget(&mut self) -> Vec<u8> {
        self.state = State::Between;
        self.within = Within::Top;
        std::mem::take(&mut self.held)
    }
}

/// `{"a":1` of `{"a":1,"list":[`; nothing where there is no other member, or too much of them.
fn members(before: &[u8]) -> &[u8] {
    let before = before.trim_ascii_end();
    let before = before.strip_suffix(b"[").map(<[u8]>::trim_ascii_end);
    let before = before.and_then(|before| before.strip_suffix(b":")).map(<[u8]>::trim_ascii_end);
    let before = before.and_then(|before| before.strip_suffix(b"\""));
    // The list's name is one that somebody wrote without escapes.
    let before = before.and_then(|before| Some(&before[..memrchr(b'"', before)?]));
    let Some(before) = before.map(<[u8]>::trim_ascii).and_then(|before| before.strip_suffix(b",")) else { return b"" };
    let before = before.trim_ascii();
    if before.len() <= MEMBERS && before.starts_with(b"{") { before } else { b"" }
}
