//! Positions as editors count them (lines, and units within a line) and the byte offsets they mean.
//!
//! Never fails: what lies outside the text is moved to the nearest place inside it. Knows no protocol.

use line_index::LineIndex;
use syntax::{TextRange, TextSize};

/// The unit in which an editor counts within a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    #[default]
    Utf16,
    Utf32,
}

/// Both from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub line: u32,
    pub character: u32,
}

impl Encoding {
    fn len(self, c: char) -> u32 {
        let len = match self {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        };
        len as u32
    }

    fn measure(self, text: &str) -> u32 {
        if text.is_ascii() { text.len() as u32 } else { text.chars().map(|c| self.len(c)).sum() }
    }
}

/// Where a byte offset stands. An offset within a character counts as that character's start.
pub fn position(text: &str, lines: &LineIndex, offset: TextSize, encoding: Encoding) -> Position {
    let offset = floor_char(text, usize::from(offset));
    // Only a line's start is asked for, and each is the start of a character.
    let Some(at) = lines.try_line_col(TextSize::new(offset as u32)) else { return Position { line: 0, character: 0 } };
    let start = offset - at.col as usize;
    Position { line: at.line, character: encoding.measure(&text[start..offset]) }
}

/// The byte offset of a position. Past a line's end is its end; within a character is its start.
pub fn offset(text: &str, lines: &LineIndex, position: Position, encoding: Encoding) -> TextSize {
    let Some(range) = lines.line(position.line) else { return TextSize::of(text) };
    let line = line_text(text, range);
    let within = if line.is_ascii() {
        line.len().min(position.character as usize)
    } else {
        let mut units = 0;
        line.char_indices()
            .find(|(_, c)| {
                units += encoding.len(*c);
                units > position.character
            })
            .map_or(line.len(), |(at, _)| at)
    };
    range.start() + TextSize::new(within as u32)
}

/// The line without what ends it.
fn line_text(text: &str, range: TextRange) -> &str {
    let line = &text[usize::from(range.start())..usize::from(range.end())];
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

fn floor_char(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a\nfjörd 🌊 x\r\n\nend";

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn every_character_goes_there_and_back_in_every_encoding() {
        let lines = LineIndex::new(TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (byte, c) in TEXT.char_indices().filter(|(_, c)| !matches!(c, '\r' | '\n')) {
                let there = position(TEXT, &lines, TextSize::new(byte as u32), encoding);
                assert_eq!(usize::from(offset(TEXT, &lines, there, encoding)), byte, "{c:?} in {encoding:?}");
            }
        }
    }

    #[test]
    fn a_character_beyond_the_basic_plane_counts_two_in_utf_16() {
        let lines = LineIndex::new(TEXT);
        let x = TextSize::new(TEXT.find('x').unwrap() as u32);
        assert_eq!(position(TEXT, &lines, x, Encoding::Utf8), at(1, 12));
        assert_eq!(position(TEXT, &lines, x, Encoding::Utf16), at(1, 9));
        assert_eq!(position(TEXT, &lines, x, Encoding::Utf32), at(1, 8));
        let wave = TEXT.find('🌊').unwrap();
        assert_eq!(usize::from(offset(TEXT, &lines, at(1, 7), Encoding::Utf16)), wave, "between its halves");
    }

    #[test]
    fn what_is_outside_is_moved_inside() {
        let lines = LineIndex::new(TEXT);
        let end_of_line = TEXT.find('\r').unwrap();
        assert_eq!(usize::from(offset(TEXT, &lines, at(1, 999), Encoding::Utf16)), end_of_line);
        assert_eq!(usize::from(offset(TEXT, &lines, at(99, 0), Encoding::Utf16)), TEXT.len());
        assert_eq!(position(TEXT, &lines, TextSize::new(9_999), Encoding::Utf16), at(3, 3));
    }
}
