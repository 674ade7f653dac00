//! Splits a block's lines into tokens. Each byte is in exactly one token, and no token spans two lines.
//!
//! All words are `IDENT` (see `kind`); the grammar says which act as keywords. Only stage words with a hyphen
//! (`project-away`) need context: they are one token where a stage begins, a subtraction elsewhere. One begins
//! behind `|`, and behind the `on (` of `mv-apply`.

use crate::TextSize;
use crate::kind::{SyntaxKind, SyntaxKind::*};
use crate::literal::{size_unit, timespan_unit};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: SyntaxKind,
    pub(crate) start: TextSize,
    pub(crate) end: TextSize,
}

/// Tokens of one block's body, line by line.
#[derive(Debug, Default)]
pub(crate) struct Lexer {
    pub(crate) tokens: Vec<Token>,
    /// A stage begins here.
    after_pipe: bool,
    after_on: bool,
    /// Within a comment of other languages, `/* … */`, that goes over lines.
    in_comment: bool,
}

impl Lexer {
    /// Ready for another block.
    pub(crate) fn clear(&mut self) {
        self.tokens.clear();
        (self.after_pipe, self.after_on, self.in_comment) = (false, false, false);
    }

    /// A token that is not of the language: a list's or quote's prefix.
    pub(crate) fn push(&mut self, kind: SyntaxKind, start: usize, end: usize) {
        if start < end {
            self.tokens.push(Token { kind, start: size(start), end: size(end) });
        }
    }

    /// Lexes `text`, which begins at `start` of the document.
    pub(crate) fn lex(&mut self, text: &str, start: usize) {
        let mut at = 0;
        while at < text.len() {
            let (kind, length) = match self.in_comment {
                true => comment_goes_on(&text[at..]),
                false => token(&text[at..], self.after_pipe),
            };
            if kind == COMMENT && (self.in_comment || text[at..].starts_with("/*")) {
                self.in_comment = !text[at..at + length].ends_with("*/") || length < 4 && !self.in_comment;
            }
            self.push(kind, start + at, start + at + length);
            if !kind.is_trivia() {
                self.after_pipe = kind == PIPE || kind == L_PAREN && self.after_on;
                self.after_on = kind == IDENT && &text[at..at + length] == "on";
            }
            at += length;
        }
    }
}

fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).expect("the text's size was checked before it was parsed")
}

/// The first token of a text that is not empty, and its length.
fn token(text: &str, stage_word: bool) -> (SyntaxKind, usize) {
    let bytes = text.as_bytes();
    let next = bytes.get(1).copied().unwrap_or(0);
    let one = |kind| (kind, 1);
    let two = |kind| (kind, 2);
    match bytes[0] {
        b' ' | b'\t' => (WHITESPACE, run(bytes, |b| matches!(b, b' ' | b'\t'))),
        b'\n' => one(NEWLINE),
        b'\r' => (NEWLINE, if next == b'\n' { 2 } else { 1 }),
        b'#' => (COMMENT, run(bytes, |b| !matches!(b, b'\n' | b'\r'))),
        // `a --b` takes away what is less than zero.
        b'-' if next == b'-' && matches!(bytes.get(2), Some(b' ' | b'\t')) => {
            (COMMENT, run(bytes, |b| !matches!(b, b'\n' | b'\r')))
        }
        b'/' if next == b'*' => (COMMENT, block_comment(bytes, 2)),
        b'/' if next == b'/' => (COMMENT, run(bytes, |b| !matches!(b, b'\n' | b'\r'))),
        b'h' | b'H' if matches!(next, b'"' | b'\'') => (STRING, 1 + string(&bytes[1..])),
        b'h' | b'H' if next == b'@' && matches!(bytes.get(2), Some(b'"' | b'\'')) => {
            (STRING, 2 + verbatim_string(&bytes[2..]))
        }
        b'@' if matches!(next, b'"' | b'\'') => (STRING, 1 + verbatim_string(&bytes[1..])),
        b'"' | b'\'' => (STRING, string(bytes)),
        b'`' => (QUOTED_IDENT, quoted_name(bytes)),
        b'0'..=b'9' => number(text),
        b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => word(text, stage_word),
        b'|' if next == b'|' => two(PIPE_PIPE),
        b'|' => one(PIPE),
        b';' => one(SEMICOLON),
        b',' => one(COMMA),
        b'.' if next == b'.' => two(DOT_DOT),
        b'.' => one(DOT),
        b':' => one(COLON),
        b'(' => one(L_PAREN),
        b')' => one(R_PAREN),
        b'[' => one(L_BRACKET),
        b']' => one(R_BRACKET),
        b'{' => one(L_BRACE),
        b'}' => one(R_BRACE),
        b'=' if next == b'=' => two(EQ_EQ),
        b'=' if next == b'~' => two(EQ_TILDE),
        b'=' => one(EQ),
        b'!' if next == b'=' => two(NOT_EQ),
        b'!' if next == b'~' => two(NOT_TILDE),
        b'!' => {
            let length = 1 + operator_word(&text[1..]);
            if is_negatable(&text[1..length]) { (OPERATOR_WORD, length) } else { one(BANG) }
        }
        b'<' if next == b'=' => two(LT_EQ),
        b'<' if next == b'>' => two(LT_GT),
        b'<' => one(LT),
        b'>' if next == b'=' => two(GT_EQ),
        b'>' => one(GT),
        b'&' if next == b'&' => two(AMP_AMP),
        b'+' => one(PLUS),
        b'-' => one(MINUS),
        b'*' => one(STAR),
        b'/' => one(SLASH),
        b'%' => one(PERCENT),
        b'~' => one(TILDE),
        b if b.is_ascii() => one(BAD_CHAR),
        _ => {
            let c = text.chars().next().unwrap_or_default();
            if let Some(length) = curly_string(text, c) {
                return (STRING, length);
            }
            if c.is_alphabetic() { word(text, stage_word) } else { (BAD_CHAR, c.len_utf8()) }
        }
    }
}

/// Words that compare, as they stand between two values.
pub(crate) fn is_operator_word(word: &str) -> bool {
    is_negatable(word) || matches!(word, "has_any" | "has_all")
}

pub(crate) fn is_negatable(word: &str) -> bool {
    matches!(
        word,
        "in" | "in~"
            | "between"
            | "has"
            | "has_cs"
            | "hasprefix"
            | "hasprefix_cs"
            | "hassuffix"
            | "hassuffix_cs"
            | "contains"
            | "contains_cs"
            | "startswith"
            | "startswith_cs"
            | "endswith"
            | "endswith_cs"
    )
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|b| !belongs(*b)).unwrap_or(bytes.len())
}

fn word_length(text: &str) -> usize {
    let ascii = run(text.as_bytes(), |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$'));
    if text.as_bytes().get(ascii).is_none_or(u8::is_ascii) {
        return ascii;
    }
    text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$')).unwrap_or(text.len())
}

/// A word, and the `~` of `in~`.
fn operator_word(text: &str) -> usize {
    let length = word_length(text);
    if &text[..length] == "in" && text[length..].starts_with('~') { length + 1 } else { length }
}

fn word(text: &str, stage_word: bool) -> (SyntaxKind, usize) {
    let mut length = word_length(text);
    if stage_word {
        while text[length..].starts_with('-') && text[length + 1..].starts_with(|c: char| c.is_alphabetic()) {
            length += 1 + word_length(&text[length + 1..]);
        }
        return (IDENT, length);
    }
    match &text[..length] {
        // `=~` after a name (`in=~`) is not this operator's.
        "in" if text[length..].starts_with('~') => (OPERATOR_WORD, length + 1),
        "datetime" | "date" => constructor(text, length).map_or((IDENT, length), |length| (DATETIME, length)),
        "timespan" | "time" => constructor(text, length).map_or((IDENT, length), |length| (TIMESPAN, length)),
        _ => (IDENT, length),
    }
}

/// The length of `datetime(2026-01-01 12:00)` whole, whose inside is not made of other tokens.
fn constructor(text: &str, word: usize) -> Option<usize> {
    let rest = &text.as_bytes()[word..];
    let open = run(rest, |b| b == b' ');
    if rest.get(open) != Some(&b'(') {
        return None;
    }
    let inside = run(&rest[open + 1..], |b| !matches!(b, b'(' | b')' | b'\n' | b'\r' | b'|' | b';'));
    let end = open + 1 + inside;
    let written = text[word + open + 1..word + end].trim_start();
    let plausible =
        written.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '"' | '\'')) || written.trim() == "null";
    (rest.get(end) == Some(&b')') && plausible).then_some(word + end + 1)
}

/// To the closing quote, or to the line's end where there is none.
fn string(bytes: &[u8]) -> usize {
    let quote = bytes[0];
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' | b'\r' => return at,
            b'\\' if !matches!(bytes.get(at + 1), None | Some(b'\n' | b'\r')) => at += 2,
            b if b == quote => return at + 1,
            _ => at += 1,
        }
    }
    at.min(bytes.len())
}

/// To `*/`, or to the line's end where there is none.
fn block_comment(bytes: &[u8], from: usize) -> usize {
    let line = run(bytes, |b| !matches!(b, b'\n' | b'\r'));
    let close = bytes[..line].get(from..).and_then(|rest| rest.windows(2).position(|pair| pair == b"*/"));
    close.map_or(line, |at| from + at + 2)
}

/// The next line of a comment, which may be empty.
fn comment_goes_on(text: &str) -> (SyntaxKind, usize) {
    let bytes = text.as_bytes();
    match bytes[0] {
        b'\n' => (NEWLINE, 1),
        b'\r' => (NEWLINE, if bytes.get(1) == Some(&b'\n') { 2 } else { 1 }),
        b' ' | b'\t' => (WHITESPACE, run(bytes, |b| matches!(b, b' ' | b'\t'))),
        _ => (COMMENT, block_comment(bytes, 0)),
    }
}

/// A text in the quotes that word processors write, to the one that closes it in this line.
fn curly_string(text: &str, open: char) -> Option<usize> {
    let close: &[char] = match open {
        '“' | '”' | '„' => &['”', '“', '"'],
        '‘' | '’' | '‚' => &['’', '‘', '\''],
        _ => return None,
    };
    let inside = &text[open.len_utf8()..];
    let at = inside.find(|c| matches!(c, '\n' | '\r') || close.contains(&c))?;
    let end = inside[at..].chars().next().filter(|c| close.contains(c))?;
    Some(open.len_utf8() + at + end.len_utf8())
}

fn verbatim_string(bytes: &[u8]) -> usize {
    let quote = bytes[0];
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' | b'\r' => return at,
            b if b == quote && bytes.get(at + 1) == Some(&quote) => at += 2,
            b if b == quote => return at + 1,
            _ => at += 1,
        }
    }
    at
}

fn quoted_name(bytes: &[u8]) -> usize {
    let inside = run(&bytes[1..], |b| !matches!(b, b'`' | b'\n' | b'\r'));
    if bytes.get(1 + inside) == Some(&b'`') { inside + 2 } else { inside + 1 }
}

/// `42`, `0x1F`, `1.5`, `1e-3`, `10s`, `1.5h`, `4KiB`
fn number(text: &str) -> (SyntaxKind, usize) {
    let bytes = text.as_bytes();
    if bytes[0] == b'0' && matches!(bytes.get(1), Some(b'x' | b'X')) {
        let digits = run(&bytes[2..], |b| b.is_ascii_hexdigit());
        let length = 2 + digits + word_length(&text[2 + digits..]);
        return (if digits > 0 && length == 2 + digits { INT } else { BAD_NUMBER }, length);
    }
    let mut length = run(bytes, |b| b.is_ascii_digit());
    let mut kind = INT;
    if bytes.get(length) == Some(&b'.') && bytes.get(length + 1).is_some_and(u8::is_ascii_digit) {
        length += 1 + run(&bytes[length + 1..], |b| b.is_ascii_digit());
        kind = REAL;
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let digits = run(&bytes[length + 1 + sign..], |b| b.is_ascii_digit());
        if digits > 0 {
            length += 1 + sign + digits;
            kind = REAL;
        }
    }
    let unit = &text[length..length + word_length(&text[length..])];
    match unit {
        "" => (kind, length),
        unit if timespan_unit(unit).is_some() => (TIMESPAN, length + unit.len()),
        unit if size_unit(unit).is_some() => (SIZE, length + unit.len()),
        unit => (BAD_NUMBER, length + unit.len()),
    }
}
