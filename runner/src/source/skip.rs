//! Passes over lines that hold none of the texts that are looked for, without decoding them.
//!
//! Such a line is no event that matters, nor is one that could not be decoded: it is counted, and that is
//! all. A line whose escapes could hide a text is never passed over.

use memchr::memmem::Finder;
use memchr::{memchr_iter, memrchr};
use regex::bytes::{Regex, RegexBuilder};

use super::infer::Format;
use crate::prefilter::Prefilter;

/// Lines after which it is known whether looking for texts is worth it.
const TRIAL: u64 = 2000;
/// Lines that are no objects may stop the search for texts in many lines at once so often; then lines are looked at one
/// by one.
const STOPS: u32 = 100;

pub(super) struct Skip {
    texts: Search<Texts>,
    /// What begins an escape that can stand for any character, in this format.
    escapes: Option<Search<Finder<'static>>>,
    /// Many lines are looked at at once.
    many: bool,
    /// Where lines that are no whole objects may belong to others.
    objects: bool,
    stops: u32,
    passed: u64,
    stopped_at: u64,
}

enum Texts {
    One(Box<Finder<'static>>),
    Several(Regex),
}

impl Skip {
    /// None where it cannot be looked for. `many`: each line, or each object, is a record of its own.
    pub(super) fn new(prefilter: &Prefilter, format: Format, many: bool) -> Option<Skip> {
        let texts = match prefilter.texts.as_slice() {
            [text] if text.cased => Texts::One(Box::new(Finder::new(&text.text).into_owned())),
            texts => {
                let patterns = texts.iter().map(|text| {
                    let escaped = regex::escape(&text.text);
                    // `İ` in lower case begins with an `i`; the library's folding does not say so.
                    if text.cased { escaped } else { format!("(?i:{})", escaped.replace(['i', 'I'], "[iİ]")) }
                });
                let pattern = patterns.collect::<Vec<_>>().join("|");
                Texts::Several(RegexBuilder::new(&pattern).size_limit(1 << 20).build().ok()?)
            }
        };
        let escapes = match format {
            Format::Json => Some(Finder::new(br"\u")),
            Format::Logfmt => Some(Finder::new(br"\")),
            // A line may be a header, which is no event, or a request with many.
            Format::Csv | Format::Columns | Format::Otlp => return None,
            Format::Text => None,
        };
        Some(Skip {
            texts: Search::new(texts),
            escapes: escapes.map(Search::new),
            many,
            objects: format == Format::Json,
            stops: 0,
            passed: 0,
            stopped_at: 0,
        })
    }

    /// The same in a text of which some lines may be JSON.
    pub(super) fn with_escapes(mut self) -> Skip {
        self.escapes.get_or_insert_with(|| Search::new(Finder::new(br"\u")));
        self
    }

    /// Other bytes begin.
    pub(super) fn begin(&mut self) {
        self.texts.next = None;
        if let Some(escapes) = &mut self.escapes {
            escapes.next = None;
        }
    }

    /// How many of these bytes, which begin a line, are whole lines without the texts, and how many lines
    /// that is. Between two calls without [`Skip::begin`], bytes may only go at the start.
    pub(super) fn lines(&mut self, bytes: &[u8]) -> (usize, u64) {
        if self.given_up() || !self.many {
            return (0, 0);
        }
        let text = self.texts.find(bytes, Texts::find);
        let escape = match &mut self.escapes {
            Some(escapes) => escapes.find(bytes, |escape, bytes| escape.find(bytes)),
            None => bytes.len(),
        };
        self.stopped_at += 1;
        let mut length = memrchr(b'\n', &bytes[..text.min(escape)]).map_or(0, |end| end + 1);
        if self.objects && bytes.get(length) != Some(&b'{') {
            let whole = whole_objects(bytes, length);
            self.stops += u32::from(whole < length);
            self.many = self.stops < STOPS;
            length = whole;
        }
        let lines = memchr_iter(b'\n', &bytes[..length]).count() as u64;
        self.passed += lines;
        (length, lines)
    }

    /// This line may hold one of the texts.
    pub(super) fn holds(&self, line: &[u8]) -> bool {
        self.given_up()
            || self.texts.what.find(line).is_some()
            || self.escapes.as_ref().is_some_and(|escapes| escapes.what.find(line).is_some())
    }

    /// The texts are in most lines: looking for them costs more than it saves.
    fn given_up(&self) -> bool {
        self.stopped_at > TRIAL && self.stopped_at > self.passed
    }
}

/// How many of these lines come before those that may belong to the line after them: a line that is no object may be
/// part of a document or of a stack trace that goes on there.
fn whole_objects(bytes: &[u8], length: usize) -> usize {
    let mut length = length;
    while length > 0 {
        let start = memrchr(b'\n', &bytes[..length - 1]).map_or(0, |end| end + 1);
        let line = bytes[start..length].trim_ascii_end();
        if line.first() == Some(&b'{') {
            return if line.last() == Some(&b'}') { length } else { start };
        }
        length = start;
    }
    0
}

impl Texts {
    fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Texts::One(finder) => finder.find(bytes),
            Texts::Several(regex) => Some(regex.find(bytes)?.start()),
        }
    }
}

/// Remembers what it found, so that nothing is searched twice.
struct Search<T> {
    what: T,
    /// Where the next one begins, counted from the end of the bytes.
    next: Option<usize>,
}

impl<T> Search<T> {
    fn new(what: T) -> Search<T> {
        Search { what, next: None }
    }

    /// Where the first one begins; the end of the bytes where there is none.
    fn find(&mut self, bytes: &[u8], find: impl Fn(&T, &[u8]) -> Option<usize>) -> usize {
        if let Some(next) = self.next
            && next <= bytes.len()
        {
            return bytes.len() - next;
        }
        let found = find(&self.what, bytes).unwrap_or(bytes.len());
        self.next = Some(bytes.len() - found);
        found
    }
}
