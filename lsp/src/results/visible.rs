//! Makes characters visible that would otherwise act on a screen or hide in it: controls, bidirectional
//! marks, zero-width ones. Everything that comes from data goes through here before it is shown.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with such characters as Unicode's control pictures (`␛`), or as `⟨U+202E⟩`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\0'..='\x1f' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('␀')),
            '\x7f' => out.push('␡'),
            c if acts(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_screen_is_shown() {
        assert_eq!(visible("\x1b[31mred\x07\r\n\t\0\x7f\u{9b}"), "␛[31mred␇␍␊␉␀␡⟨U+009B⟩");
        assert_eq!(visible("a\u{202e}b\u{200b}c\u{feff}"), "a⟨U+202E⟩b⟨U+200B⟩c⟨U+FEFF⟩");
        assert!(matches!(visible("fjörd 🌊 日本"), Cow::Borrowed(_)));
    }
}
