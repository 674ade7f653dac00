//! Makes characters that a screen would hide or obey visible, for every place where data meets a screen:
//! tables, samples, error messages, editor decorations.
//!
//! Control characters (C0, DEL, C1), bidirectional controls and characters without width become
//! `\u{1b}`; line end, carriage return and tab become `\n`, `\r` and `\t`. All other text is untouched,
//! so the result is for reading: a backslash of the data itself is not doubled.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with nothing hidden in it, on one line.
pub fn visible(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(is_hidden) else { return Cow::Borrowed(text) };
    let mut shown = String::with_capacity(text.len() + 16);
    shown.push_str(&text[..first]);
    for character in text[first..].chars() {
        push_visible(character, &mut shown);
    }
    Cow::Owned(shown)
}

/// The same for bytes of unknown origin; what is not UTF-8 shows as `�`.
pub fn visible_bytes(bytes: &[u8]) -> String {
    visible(&String::from_utf8_lossy(bytes)).into_owned()
}

/// A number with a comma before each three digits: `50,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn push_visible(character: char, shown: &mut String) {
    match character {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        hidden if is_hidden(hidden) => {
            write!(shown, "\\u{{{:x}}}", u32::from(hidden)).expect("writing to a string does not fail");
        }
        other => shown.push(other),
    }
}

/// A screen would not show this character as itself.
pub fn is_hidden(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        // Soft hyphen, combining joiner, Arabic letter mark, fillers, Khmer and Mongolian invisibles.
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        // Zero-width characters, line and paragraph ends, bidirectional controls, invisible operators.
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        // Variation selectors, byte order mark, annotations, shorthand and musical formatting, tags.
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_screen_would_hide_or_obey_is_shown() {
        for (text, expected) in [
            ("plain ünïcode 漢字 🙂", "plain ünïcode 漢字 🙂"),
            ("\x1b[2J\x1b]0;title\x07", "\\u{1b}[2J\\u{1b}]0;title\\u{7}"),
            ("a\tb\r\nc", "a\\tb\\r\\nc"),
            ("\0\x7f\u{9b}31m", "\\u{0}\\u{7f}\\u{9b}31m"),
            ("user\u{202e}gpj.exe", "user\\u{202e}gpj.exe"),
            ("admin\u{200b}", "admin\\u{200b}"),
            ("\u{feff}x\u{e0041}", "\\u{feff}x\\u{e0041}"),
            ("line\u{2028}end", "line\\u{2028}end"),
        ] {
            assert_eq!(visible(text), expected);
        }
        assert_eq!(visible_bytes(b"\xff\x1b"), "\u{fffd}\\u{1b}");
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in any::<String>()) {
            let shown = visible(&text);
            prop_assert!(!shown.chars().any(|character| is_hidden(character) || character.is_control()));
            prop_assert_eq!(visible(&shown), shown.as_ref());
        }
    }
}
