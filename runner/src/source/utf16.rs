//! UTF-16, as some systems write their logs: found by its byte order mark or by every other byte being zero, and read
//! as the UTF-8 that everything else here expects.

/// Bytes that are looked at where there is no byte order mark.
const LOOK: usize = 8;

/// Finds out whether a text is UTF-16, and reads it as UTF-8 if so.
#[derive(Default)]
pub(super) struct Utf16 {
    state: State,
    /// Bytes of a character, or of the text's start, whose rest has not come.
    held: Vec<u8>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Unknown,
    No,
    Little,
    Big,
}

impl Utf16 {
    /// Whether it is known that the text is none.
    #[inline]
    pub(super) fn is_none(&self) -> bool {
        self.state == State::No
    }

    /// What the text is called, once it is known to be UTF-16.
    pub(super) fn name(&self) -> Option<&'static str> {
        match self.state {
            State::Unknown | State::No => None,
            State::Little => Some("UTF-16, little-endian"),
            State::Big => Some("UTF-16, big-endian"),
        }
    }

    /// The next bytes as UTF-8; of the text's start nothing until it is known what it is.
    pub(super) fn read(&mut self, bytes: &[u8], whole: bool) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        if self.state == State::Unknown {
            self.state = look(&self.held, whole);
        }
        match self.state {
            State::Unknown => Vec::new(),
            State::No => std::mem::take(&mut self.held),
            State::Little => self.convert(u16::from_le_bytes, whole),
            State::Big => self.convert(u16::from_be_bytes, whole),
        }
    }

    fn convert(&mut self, unit: fn([u8; 2]) -> u16, whole: bool) -> Vec<u8> {
        let (pairs, _) = self.held.as_chunks::<2>();
        let mut units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        // The first of two halves waits for the other.
        if !whole && units.last().is_some_and(|last| (0xd800..0xdc00).contains(last)) {
            units.pop();
        }
        let used = units.len() * 2;
        let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.held.drain(..used);
        if whole && !self.held.is_empty() {
            self.held.clear();
            return text.into_bytes().into_iter().chain("\u{fffd}".bytes()).collect();
        }
        text.into_bytes()
    }
}

/// `whole`: no more bytes will come.
fn look(start: &[u8], whole: bool) -> State {
    match start {
        [0xff, 0xfe, ..] => State::Little,
        [0xfe, 0xff, ..] => State::Big,
        [] if !whole => State::Unknown,
        [0xff | 0xfe] if !whole => State::Unknown,
        _ => {
            let (pairs, _) = start[..start.len().min(LOOK)].as_chunks::<2>();
            let little = pairs.iter().all(|pair| pair[0] != 0 && pair[1] == 0);
            let big = pairs.iter().all(|pair| pair[0] == 0 && pair[1] != 0);
            match (little, big) {
                _ if start.len() < LOOK && (little || big) && !whole => State::Unknown,
                (true, false) if pairs.len() > 1 => State::Little,
                (false, true) if pairs.len() > 1 => State::Big,
                _ => State::No,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], piece: usize) -> (String, Option<&'static str>) {
        let mut utf16 = Utf16::default();
        let mut text: Vec<u8> = bytes.chunks(piece).flat_map(|piece| utf16.read(piece, false)).collect();
        text.extend(utf16.read(b"", true));
        (String::from_utf8(text).expect("it is UTF-8"), utf16.name())
    }

    #[test]
    fn both_byte_orders_with_and_without_a_mark() {
        let text = "{\"a\":\"é😀\"}\n";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for piece in [1, 2, 3, 7, 100] {
            assert_eq!(read(&little, piece), (text.to_owned(), Some("UTF-16, little-endian")), "{piece}");
            assert_eq!(read(&big, piece), (text.to_owned(), Some("UTF-16, big-endian")), "{piece}");
            let marked = [&b"\xff\xfe"[..], &little].concat();
            assert_eq!(read(&marked, piece), (format!("\u{feff}{text}"), Some("UTF-16, little-endian")), "{piece}");
            let marked = [&b"\xfe\xff"[..], &big].concat();
            assert_eq!(read(&marked, piece), (format!("\u{feff}{text}"), Some("UTF-16, big-endian")), "{piece}");
        }
    }

    #[test]
    fn other_texts_are_left_as_they_are() {
        for text in ["", "a", "ab", "\0\0\0\0", "\0{\"a\":1}", "plain text\n"] {
            assert_eq!(read(text.as_bytes(), 1), (text.to_owned(), None), "{text:?}");
        }
    }
}
