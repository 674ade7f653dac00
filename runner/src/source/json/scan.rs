//! Strict JSON, byte by byte, for what need not be kept: where a string, a number or a nested value ends.
//!
//! Everything here is as strict as `serde_json` when it skips a value. None means "not sure": whoever asked
//! gives the record to `serde_json`, which decides and says why. A record is one line: no value crosses it.

use wide::{i8x16, u8x16};

/// Nested deeper than this, the strict parser decides.
const DEPTH: u32 = 64;
const BLOCK: usize = 16;

/// A string, from after its opening quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quoted {
    /// Where its closing quote is.
    pub(super) end: usize,
    pub(super) escaped: bool,
}

/// The string whose opening quote stands before `start`: without control characters, valid UTF-8.
#[inline]
pub(super) fn string(bytes: &[u8], start: usize) -> Option<Quoted> {
    let end = run::<true>(bytes, start)?;
    match bytes[end] {
        b'"' => Some(Quoted { end, escaped: false }),
        _ => unusual_string(bytes, start, end),
    }
}

/// The same, from its first byte on that is an escape or no ASCII.
#[inline(never)]
fn unusual_string(bytes: &[u8], start: usize, mut at: usize) -> Option<Quoted> {
    let mut escaped = false;
    loop {
        at = run::<false>(bytes, at)?;
        match bytes[at] {
            b'"' => break,
            b'\\' => {
                escaped = true;
                at += match bytes.get(at + 1)? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
                    b'u' if bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => 6,
                    _ => return None,
                };
            }
            _ => return None,
        }
    }
    std::str::from_utf8(&bytes[start..at]).ok()?;
    Some(Quoted { end: at, escaped })
}

/// Where the next byte stands that is a quote, a backslash, a control character, or (`ASCII`) no ASCII.
#[inline(always)]
fn run<const ASCII: bool>(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(block) = bytes[at..].first_chunk::<BLOCK>() {
        let block = u8x16::new(*block);
        let unusual = if ASCII {
            // As signed numbers, what is beyond ASCII is below every control character.
            block.cast_signed().simd_lt(i8x16::splat(0x20)).cast_unsigned()
        } else {
            block.min(u8x16::splat(0x1f)).simd_eq(block)
        };
        let stops = unusual | block.simd_eq(u8x16::splat(b'"')) | block.simd_eq(u8x16::splat(b'\\'));
        let stops = stops.to_bitmask();
        if stops != 0 {
            return Some(at + stops.trailing_zeros() as usize);
        }
        at += BLOCK;
    }
    let stops = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\' || (ASCII && !byte.is_ascii());
    bytes[at..].iter().position(stops).map(|found| at + found)
}

/// A number that may stand in JSON.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) end: usize,
    /// Its value, where it has few digits and no exponent.
    pub(super) simple: Option<Simple>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Simple {
    Whole(i64),
    Real(f64),
}

#[inline]
pub(super) fn number(bytes: &[u8], start: usize) -> Option<Number> {
    let negative = bytes.get(start) == Some(&b'-');
    let first = start + usize::from(negative);
    let (mut at, mut value) = digits(bytes, first, 0);
    let whole = at - first;
    if whole == 0 || (bytes[first] == b'0' && whole > 1) {
        return None;
    }
    let mut fraction = 0;
    if let Some(b'.') = bytes.get(at) {
        let from = at + 1;
        (at, value) = digits(bytes, from, value);
        fraction = at - from;
        if fraction == 0 {
            return None;
        }
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        let from = at + 1 + usize::from(sign);
        let (end, _) = digits(bytes, from, 0);
        return (end > from).then_some(Number { end, simple: None });
    }
    let simple = match fraction {
        0 if whole <= 18 => Some(Simple::Whole(if negative { -value } else { value })),
        // Both numbers are exact as reals, so their quotient is the real that is nearest to the text.
        1..=15 if whole + fraction <= 15 => {
            let value = value as f64 / TENS[fraction];
            Some(Simple::Real(if negative { -value } else { value }))
        }
        _ => None,
    };
    Some(Number { end: at, simple })
}

const TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Where the digits end, and their value after that of digits before them: of 18 at most.
#[inline(always)]
fn digits(bytes: &[u8], mut at: usize, mut value: i64) -> (usize, i64) {
    while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
        at += 1;
    }
    (at, value)
}

/// White space within a line.
#[inline]
pub(super) fn blank(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// `true`, `false` or `null`.
#[inline]
pub(super) fn word(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = &bytes[start..];
    if rest.starts_with(b"true") || rest.starts_with(b"null") {
        Some(start + 4)
    } else {
        rest.starts_with(b"false").then_some(start + 5)
    }
}

/// Any value, to be skipped.
pub(super) fn value(bytes: &[u8], start: usize) -> Option<usize> {
    match bytes.get(start)? {
        b'"' => Some(string(bytes, start + 1)?.end + 1),
        b'[' | b'{' => nested(bytes, start),
        b'-' | b'0'..=b'9' => Some(number(bytes, start)?.end),
        _ => word(bytes, start),
    }
}

/// The list or object that begins here.
#[inline(never)]
pub(super) fn nested(bytes: &[u8], start: usize) -> Option<usize> {
    // For each level from the innermost: is it an object?
    let mut objects: u64 = 0;
    let mut depth = 0;
    let mut at = start;
    loop {
        // A value begins here.
        match bytes.get(at)? {
            open @ (b'[' | b'{') => {
                if depth == DEPTH {
                    return None;
                }
                let object = *open == b'{';
                (objects, depth) = (objects << 1 | u64::from(object), depth + 1);
                at = blank(bytes, at + 1);
                let close = if object { b'}' } else { b']' };
                if *bytes.get(at)? != close {
                    if object {
                        at = key(bytes, at)?;
                    }
                    continue;
                }
                (objects, depth, at) = (objects >> 1, depth - 1, at + 1);
            }
            _ => at = value(bytes, at)?,
        }
        // A value has ended here.
        loop {
            if depth == 0 {
                return Some(at);
            }
            at = blank(bytes, at);
            let object = objects & 1 == 1;
            match bytes.get(at)? {
                b',' => {
                    at = blank(bytes, at + 1);
                    if object {
                        at = key(bytes, at)?;
                    }
                    break;
                }
                b'}' if object => {}
                b']' if !object => {}
                _ => return None,
            }
            (objects, depth, at) = (objects >> 1, depth - 1, at + 1);
        }
    }
}

/// A key and its colon; returns where its value begins.
fn key(bytes: &[u8], at: usize) -> Option<usize> {
    if *bytes.get(at)? != b'"' {
        return None;
    }
    let colon = blank(bytes, string(bytes, at + 1)?.end + 1);
    (*bytes.get(colon)? == b':').then(|| blank(bytes, colon + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    /// What serde_json says of a value that is all of the text.
    fn strict(text: &str) -> bool {
        serde_json::from_str::<&RawValue>(text).is_ok_and(|raw| raw.get() == text)
    }

    fn check(text: &[u8]) {
        let ours = value(text, 0) == Some(text.len());
        let theirs = std::str::from_utf8(text).is_ok_and(strict) && !text.contains(&b'\n');
        // Long and deep input may be left to serde_json; what is accepted here must be right.
        assert_eq!(ours, theirs, "{}", String::from_utf8_lossy(text));
    }

    #[test]
    fn agrees_on_every_odd_value() {
        for text in [
            "0",
            "-0",
            "01",
            "-01",
            "1.",
            ".5",
            "1.5",
            "-1.50",
            "1e5",
            "1E+5",
            "1e-05",
            "1e",
            "1e+",
            "-",
            "+1",
            "--1",
            "1e400",
            "9223372036854775808",
            "123456789012345678901234567890",
            "0x10",
            "1_000",
            "NaN",
            "Infinity",
            "tru",
            "true",
            "truee",
            "false",
            "null",
            "nul",
            "True",
            "\"\"",
            "\"a",
            "\"a\"b",
            "'a'",
            r#""\n\t\"\\\/\b\f\r""#,
            r#""\u00e9\ud800""#,
            r#""\u00g0""#,
            r#""\u12""#,
            r#""\x41""#,
            "\"\u{7f}é😀\"",
            "\"\t\"",
            "\"\u{0}\"",
            "\"0123456789abcde\\\"",
            "\"0123456789abcdef\"",
            "\"0123456789abcdeé0123456789abcde\\u00e9x\"",
            "[]",
            "[ ]",
            "[1]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1]]",
            "[[],[{}]]",
            "{}",
            "{ }",
            r#"{"a":1}"#,
            r#"{"a":1,}"#,
            r#"{,"a":1}"#,
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{a:1}"#,
            r#"{"a" : [ 1 , {"b":null} ] , "a" : "x"}"#,
            r#"{"a":1]"#,
            r#"["a":1]"#,
            r#"{"a":1 "b":2}"#,
            "{\"a\"\t:\r1}",
            "[1\n]",
            "",
            " 1",
            "1 ",
        ] {
            check(text.as_bytes());
        }
    }

    #[test]
    fn invalid_utf8_is_no_string() {
        for text in
            [&b"\"\xff\""[..], b"\"\xc3\"", b"\"\xed\xa0\x80\"", b"\"0123456789abcdef\xf0\x9f\x98\"", b"[\"\x80\"]"]
        {
            check(text);
        }
    }

    #[test]
    fn simple_numbers_have_their_value() {
        use Simple::{Real, Whole};
        for (text, simple) in [
            ("0", Some(Whole(0))),
            ("-0", Some(Whole(0))),
            ("42,", Some(Whole(42))),
            ("-7}", Some(Whole(-7))),
            ("999999999999999999", Some(Whole(999_999_999_999_999_999))),
            ("-999999999999999999", Some(Whole(-999_999_999_999_999_999))),
            ("1000000000000000000", None),
            ("1.0", Some(Real(1.0))),
            ("-0.1", Some(Real(-0.1))),
            ("0.000000000000001", None),
            ("1e3", None),
        ] {
            assert_eq!(number(text.as_bytes(), 0).unwrap().simple, simple, "{text}");
        }
    }

    #[test]
    fn deep_values_are_left_to_the_strict_parser() {
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(value(deep(64).as_bytes(), 0), Some(128));
        assert_eq!(value(deep(65).as_bytes(), 0), None);
    }

    proptest! {
        #[test]
        fn agrees_on_any_text(text in proptest::collection::vec(proptest::sample::select(b"{}[]\"\",:\\ \t01-.eEu\x01\x80\xc3\xa9abtrueflsn".to_vec()), 0..24)) {
            check(&text);
        }

        #[test]
        fn simple_reals_are_the_nearest(text in "-?(0|[1-9][0-9]{0,14})\\.[0-9]{1,15}") {
            if let Some(Simple::Real(value)) = number(text.as_bytes(), 0).unwrap().simple {
                prop_assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{}", text);
            } else {
                prop_assert!(text.bytes().filter(u8::is_ascii_digit).count() > 15, "{}", text);
            }
        }

        #[test]
        fn agrees_on_strings_of_every_length(text in "[a-z\"\\\\é\u{1}/nu0-9]{0,70}") {
            check(format!("\"{text}\"").as_bytes());
        }
    }
}
