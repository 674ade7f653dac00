//! What the runtimes of containers put around each line of a program: the CRI's `TIME stdout P text`, and Docker's
//! `{"log":"text\n","stream":"stdout","time":"TIME"}`. Both cut long lines into pieces, which are put together here.

use serde_json::{Map, Value};

use super::parse;

/// One of the two streams of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Out,
    Err,
}

impl Stream {
    pub(super) fn name(self) -> &'static str {
        match self {
            Stream::Out => "stdout",
            Stream::Err => "stderr",
        }
    }
}

/// A line of the CRI, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cri<'a> {
    pub(super) time: i64,
    pub(super) stream: Stream,
    /// More of the line follows.
    pub(super) partial: bool,
    pub(super) text: &'a [u8],
}

impl Cri<'_> {
    /// `2016-10-06T00:17:09.669794202Z stdout F text`; `None` for any other line.
    pub(super) fn new(line: &[u8]) -> Option<Cri<'_>> {
        let (time, rest) = parse::stamp(line)?;
        let (stream, rest) = match rest {
            [b' ', b's', b't', b'd', b'o', b'u', b't', b' ', rest @ ..] => (Stream::Out, rest),
            [b' ', b's', b't', b'd', b'e', b'r', b'r', b' ', rest @ ..] => (Stream::Err, rest),
            _ => return None,
        };
        // More tags may come after a colon.
        let end = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
        let partial = match rest[..end].split(|byte| *byte == b':').next()? {
            b"P" => true,
            b"F" => false,
            _ => return None,
        };
        Some(Cri { time, stream, partial, text: rest.get(end + 1..).unwrap_or_default() })
    }
}

/// Pieces of lines whose end has not come, of each stream.
#[derive(Debug, Default)]
pub(super) struct Pieces([Piece; 2]);

#[derive(Debug, Default)]
struct Piece {
    text: Vec<u8>,
    time: Option<i64>,
    begun: bool,
    too_long: bool,
    /// When its last piece was read.
    read: i64,
}

/// A line that is whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Whole {
    Line(Vec<u8>, Option<i64>),
    /// Its start.
    TooLong(Vec<u8>),
}

impl Pieces {
    /// Whether a piece of this stream's line is held.
    pub(super) fn holds(&self, stream: Stream) -> bool {
        self.0[stream as usize].begun
    }

    /// Adds a piece, read at `now`; returns the line where that was its last. `max`: bytes of a line at most.
    pub(super) fn add(
        &mut self,
        (stream, time): (Stream, Option<i64>),
        text: &[u8],
        last: bool,
        now: i64,
        max: usize,
    ) -> Option<Whole> {
        let piece = &mut self.0[stream as usize];
        piece.read = now;
        if !std::mem::replace(&mut piece.begun, true) {
            piece.time = time;
        }
        let room = max.saturating_sub(piece.text.len());
        piece.too_long |= text.len() > room;
        piece.text.extend_from_slice(&text[..text.len().min(room)]);
        last.then(|| piece.take())
    }

    /// Takes what there is of lines to which nothing was added since this time: they are not ended by another piece.
    pub(super) fn since(&mut self, before: i64) -> Vec<(Stream, Whole)> {
        let old = |piece: &Piece| piece.begun && piece.read <= before;
        let both = [Stream::Out, Stream::Err].into_iter();
        both.filter_map(|stream| {
            let piece = &mut self.0[stream as usize];
            old(piece).then(|| (stream, piece.take()))
        })
        .collect()
    }
}

impl Piece {
    fn take(&mut self) -> Whole {
        let Piece { text, time, too_long, .. } = std::mem::take(self);
        if too_long { Whole::TooLong(text) } else { Whole::Line(text, time) }
    }
}

/// Docker's object of one line or a piece of it.
#[derive(Debug)]
pub(super) struct Docker {
    pub(super) stream: Stream,
    pub(super) log: String,
    members: Map<String, Value>,
}

impl Docker {
    /// `None` for what is not exactly such an object.
    pub(super) fn new(line: &[u8]) -> Option<Docker> {
        let mut members: Map<String, Value> = serde_json::from_slice(line).ok()?;
        if members.keys().any(|key| !matches!(key.as_str(), "log" | "stream" | "time" | "attrs")) {
            return None;
        }
        let stream = match members.get("stream")?.as_str()? {
            "stdout" => Stream::Out,
            "stderr" => Stream::Err,
            _ => return None,
        };
        members.get("time")?.as_str()?;
        let Value::String(log) = members.get_mut("log")?.take() else { return None };
        Some(Docker { stream, log, members })
    }

    /// The end of the line is in it.
    pub(super) fn is_last(&self) -> bool {
        self.log.ends_with('\n')
    }

    /// The object with the line that it is the last piece of.
    pub(super) fn with(mut self, log: Vec<u8>) -> Vec<u8> {
        let log = String::from_utf8_lossy(&log).into_owned();
        self.members.insert("log".to_owned(), Value::String(log));
        Value::Object(self.members).to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_cri() {
        let cri = |line: &'static str| {
            let Cri { stream, partial, text, .. } = Cri::new(line.as_bytes())?;
            Some((stream.name(), partial, std::str::from_utf8(text).expect("it is text")))
        };
        assert_eq!(cri("2016-10-06T00:17:09.669794202Z stdout P a b"), Some(("stdout", true, "a b")));
        assert_eq!(cri("2016-10-06T00:17:09.669794202+02:00 stderr F:x  b"), Some(("stderr", false, " b")));
        assert_eq!(cri("2016-10-06T00:17:09Z stdout F"), Some(("stdout", false, "")));
        assert_eq!(cri("2016-10-06T00:17:09Z stdout Full"), None);
        assert_eq!(cri("2016-10-06T00:17:09Z INFO stdout F x"), None);
        assert_eq!(cri("{\"a\":1}"), None);
    }

    #[test]
    fn pieces_of_each_stream_are_put_together() {
        let mut pieces = Pieces::default();
        assert_eq!(pieces.add((Stream::Out, Some(1)), b"a", false, 0, 10), None);
        assert_eq!(pieces.add((Stream::Err, Some(2)), b"x", true, 0, 10), Some(Whole::Line(b"x".to_vec(), Some(2))));
        assert_eq!(pieces.add((Stream::Out, Some(3)), b"b", true, 0, 10), Some(Whole::Line(b"ab".to_vec(), Some(1))));
        assert_eq!(pieces.add((Stream::Out, None), b"123456789", false, 0, 10), None);
        assert_eq!(pieces.add((Stream::Out, None), b"abc", true, 0, 10), Some(Whole::TooLong(b"123456789a".to_vec())));
        assert_eq!(pieces.add((Stream::Err, None), b"last", false, 5, 10), None);
        assert_eq!(pieces.since(4), []);
        assert_eq!(pieces.since(5), [(Stream::Err, Whole::Line(b"last".to_vec(), None))]);
    }
}
