//! What stack traces look like: Java, .NET, Node.js, Python, Go, Rust, Ruby and PHP.
//!
//! A line is taken for more of a trace only where it can hardly be anything else, since events that were joined by
//! mistake cannot be told apart any more.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Which trace the event holds so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Trace {
    #[default]
    None,
    /// An exception's own line: frames may follow.
    Exception,
    /// `at …`, of Java, .NET and Node.js; `from …` of Ruby; `#1 …` of PHP.
    Frames,
    /// `Traceback (most recent call last):`
    Python,
    /// Its files and lines.
    PythonFrames,
    /// After the exception's line, which ends it unless another follows.
    PythonEnd,
    Go,
    /// `thread 'main' panicked at src/main.rs:2:5:`
    RustPanic,
    Rust,
}

static PANIC: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"panic: "));
static FATAL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"fatal error: "));

const TRACEBACK: &[u8] = b"Traceback (most recent call last):";

impl Trace {
    /// The trace that may follow an event's first line.
    pub(super) fn of(line: &[u8]) -> Trace {
        let text = line.trim_ascii();
        if text.ends_with(TRACEBACK) {
            Trace::Python
        } else if is_frame(text) && line.first().is_some_and(u8::is_ascii_whitespace) {
            Trace::Frames
        } else if PANIC.find(text).is_some() || FATAL.find(text).is_some() || is_goroutine(text) {
            Trace::Go
        } else if text.starts_with(b"thread '") && has(text, b"panicked at") {
            if text.ends_with(b":") { Trace::RustPanic } else { Trace::Rust }
        } else if is_exception(text) {
            Trace::Exception
        } else {
            Trace::None
        }
    }

    /// One more line has joined the event.
    pub(super) fn goes_on(&mut self, line: &[u8]) {
        let indented = line.first().is_some_and(u8::is_ascii_whitespace);
        let text = line.trim_ascii();
        *self = match *self {
            _ if text.ends_with(TRACEBACK) => Trace::Python,
            Trace::Python | Trace::PythonFrames if indented => Trace::PythonFrames,
            Trace::PythonFrames | Trace::PythonEnd => Trace::PythonEnd,
            Trace::RustPanic => Trace::Rust,
            Trace::Go | Trace::Rust => *self,
            _ if is_goroutine(text) => Trace::Go,
            _ if is_frame(text) || is_ruby(text) || text.starts_with(b"Stack trace:") => Trace::Frames,
            Trace::None if is_exception(text) => Trace::Exception,
            trace => trace,
        };
    }

    /// Whether a line is more of the event. `stamped`: its first line has a time, `after_gap`: empty lines came before.
    pub(super) fn takes(
        self,
        line: &[u8],
        indented: bool,
        stamped: &dyn Fn() -> bool,
        held: &[u8],
        after_gap: bool,
    ) -> bool {
        let text = line.trim_ascii();
        if after_gap {
            return match self {
                Trace::Go => is_goroutine(text) || text.starts_with(b"goroutine running on"),
                Trace::Rust => text.starts_with(b"stack backtrace:") || text.starts_with(b"note: "),
                Trace::PythonEnd | Trace::PythonFrames => {
                    text == TRACEBACK
                        || text.starts_with(b"During handling of the above exception")
                        || text.starts_with(b"The above exception was the direct cause")
                }
                _ => false,
            };
        }
        if indented {
            return self != Trace::None && self != Trace::Exception || is_frame(text) || stamped();
        }
        let of_error = || stamped() || any(held, &[b"rror", b"RROR", b"xception", b"CRITICAL", b"FATAL", b"atal"]);
        match self {
            _ if is_goroutine(text) => self == Trace::Go || has(held, b"panic"),
            _ if text == TRACEBACK => self == Trace::PythonEnd || of_error(),
            _ if text.starts_with(b"Stack trace:") || text.starts_with(b"PHP Stack trace:") => of_error(),
            Trace::PythonFrames => true,
            Trace::PythonEnd => {
                text.starts_with(b"During handling of the above exception")
                    || text.starts_with(b"The above exception was the direct cause")
            }
            Trace::Go => {
                let call = text.ends_with(b")")
                    && text
                        .iter()
                        .position(|byte| *byte == b'(')
                        .is_some_and(|open| open > 0 && !text[..open].contains(&b' '));
                call || any_start(
                    text,
                    &[b"created by ", b"[signal ", b"exit status ", b"panic(", b"...additional frames"],
                )
            }
            Trace::RustPanic => true,
            Trace::Rust => any_start(text, &[b"note: ", b"stack backtrace:"]),
            Trace::Frames | Trace::Exception if any_start(text, &[b"Caused by: ", b"Suppressed: ", b"... "]) => true,
            Trace::Frames if is_numbered(text) => true,
            // The properties of Node's errors stand in braces behind the last frame.
            Trace::Frames if text == b"}" => has(held, b" {\n") && !has(held, b"\n}"),
            _ if is_ruby(text) => self == Trace::Frames || stamped(),
            // Of two exceptions after each other, each is its own; a line with a time is the event that one belongs to.
            Trace::None if is_exception(text) && !text.starts_with(b"Exception in thread") => {
                stamped() || is_qualified(text) && of_error()
            }
            _ => false,
        }
    }
}

/// A frame, or what stands between frames, without its indentation.
fn is_frame(text: &[u8]) -> bool {
    const STARTS: [&[u8]; 7] =
        [b"File \"", b"... ", b"Caused by: ", b"Suppressed: ", b"---> ", b"--- End of ", b"- locked "];
    let place = |rest: &[u8]| {
        let name = rest.first().is_some_and(|first| !first.is_ascii_digit());
        name && (rest.contains(&b'(') || rest.windows(2).any(|pair| pair[0] == b':' && pair[1].is_ascii_digit()))
    };
    let at = text.strip_prefix(b"at ").is_some_and(place);
    let from = text.strip_prefix(b"from ").is_some_and(|rest| has(rest, b".rb:"));
    at || from || any_start(text, &STARTS) || is_numbered(text)
}

/// ``/app/a.rb:12:in `call'``, of a backtrace that was joined and logged.
fn is_ruby(text: &[u8]) -> bool {
    // Every line is asked: its first word is all that is looked through.
    let word = &text[..memchr::memchr(b' ', text).unwrap_or(text.len())];
    let end = word.windows(4).position(|part| part == b".rb:");
    end.is_some_and(|end| any(&text[end..], &[b":in `", b":in '"]))
}

/// `#12 /app/index.php(3): main()`
fn is_numbered(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    matches!(text, [b'#', rest @ ..] if digits(rest) > 0 && rest.get(digits(rest)) == Some(&b' '))
}

/// `goroutine 1 [running]:`
fn is_goroutine(text: &[u8]) -> bool {
    text.starts_with(b"goroutine ") && text.ends_with(b"]:")
}

/// `java.lang.IllegalStateException: boom`, `TypeError: x is not a function`, `Exception in thread "main" …`
fn is_exception(text: &[u8]) -> bool {
    if any_start(text, &[b"Exception in thread ", b"Unhandled exception", b"Uncaught "]) {
        return true;
    }
    let end =
        text.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"_.$".contains(byte)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let named = [&b"Exception"[..], b"Error", b"Throwable"].iter().any(|word| name.ends_with(word) && name.len() > 4);
    named && name[0].is_ascii_alphabetic() && (rest.is_empty() || rest.starts_with(b": "))
}

/// `java.lang.X: …`: the exception's name says where it is from.
fn is_qualified(text: &[u8]) -> bool {
    let end = text.iter().position(|byte| *byte == b':').unwrap_or(text.len());
    text[..end].contains(&b'.')
}

fn has(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

fn any(text: &[u8], parts: &[&[u8]]) -> bool {
    parts.iter().any(|part| has(text, part))
}

fn any_start(text: &[u8], starts: &[&[u8]]) -> bool {
    starts.iter().any(|start| text.starts_with(start))
}
