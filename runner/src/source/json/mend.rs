//! Mends a line that is nearly JSON, so that what is wrong in it costs one value and not the event: bytes that are no
//! UTF-8, halves of a surrogate pair (`\ud83d`), and the words for NaN and infinity that some writers have.

use std::borrow::Cow;

/// What stands for NaN and the infinities in a mended text: numbers beyond any real.
pub(super) const NAN: &str = "-0e99999";
pub(super) const INFINITE: &str = "1e99999";
pub(super) const NEGATIVE: &str = "-1e99999";

/// The words, and what they become.
const WORDS: [(&[u8], &str); 12] = [
    (b"NaN", NAN),
    (b"nan", NAN),
    (b"-NaN", NAN),
    (b"-nan", NAN),
    (b"Infinity", INFINITE),
    (b"+Infinity", INFINITE),
    (b"-Infinity", NEGATIVE),
    (b"inf", INFINITE),
    (b"Inf", INFINITE),
    (b"+Inf", INFINITE),
    (b"-inf", NEGATIVE),
    (b"-Inf", NEGATIVE),
];

pub(super) struct Mended {
    pub(super) text: String,
    /// Characters were replaced, which is to be told. A word for NaN means what it says.
    pub(super) replaced: bool,
}

/// None where nothing of this kind is in the line.
pub(super) fn mend(line: &[u8]) -> Option<Mended> {
    let text = String::from_utf8_lossy(line);
    let invalid = matches!(text, Cow::Owned(_));
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let (mut surrogate, mut words) = (false, false);
    let (mut from, mut at, mut quoted) = (0, 0, false);
    // How many lists the place is in: JSON text of a list stays JSON, where NaN is null.
    let mut open: Vec<u8> = Vec::new();
    while let Some(byte) = bytes.get(at) {
        match (quoted, byte) {
            (true, b'\\') => {
                let unit = unit(bytes, at);
                let pair = |low: Option<u16>| low.is_some_and(|low| (0xdc00..0xe000).contains(&low));
                match unit {
                    Some(0xd800..0xdc00) if pair(self::unit(bytes, at + 6)) => at += 12,
                    Some(0xd800..0xe000) => {
                        out.push_str(&text[from..at]);
                        out.push_str("\\ufffd");
                        surrogate = true;
                        at += 6;
                        from = at;
                    }
                    _ => at += 2,
                }
                continue;
            }
            (_, b'"') => quoted = !quoted,
            (false, b'[' | b'{') => open.push(*byte),
            (false, b']' | b'}') => drop(open.pop()),
            (false, b'N' | b'n' | b'I' | b'i' | b'+' | b'-') => {
                let word = WORDS.iter().find(|(word, _)| {
                    let behind = bytes.get(at + word.len());
                    bytes[at..].starts_with(word) && !behind.is_some_and(u8::is_ascii_alphanumeric)
                });
                if let Some((word, number)) = word {
                    out.push_str(&text[from..at]);
                    out.push_str(if open.contains(&b'[') { "null" } else { number });
                    words = true;
                    at += word.len();
                    from = at;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    (invalid || surrogate || words).then_some(Mended { text: out, replaced: invalid || surrogate })
}

/// The text of an object as JSON: no word of ours in it.
pub(super) fn plain(raw: &str) -> Cow<'_, str> {
    if !raw.contains("e99999") {
        return Cow::Borrowed(raw);
    }
    // The longer ones first.
    Cow::Owned(raw.replace(NAN, "null").replace(NEGATIVE, "null").replace(INFINITE, "null"))
}

/// The number of an escape `\u1234` that begins here.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let [b'\\', b'u', digits @ ..] = bytes.get(at..at + 6)? else { return None };
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(line: &[u8]) -> Option<String> {
        mend(line).map(|mended| mended.text)
    }

    #[test]
    fn only_what_is_wrong_changes() {
        for (line, expected) in [
            (&b"{\"a\":\"caf\xe9\",\"n\":1}"[..], "{\"a\":\"caf\u{fffd}\",\"n\":1}"),
            (br#"{"a":"cut \ud83d","n":1}"#, r#"{"a":"cut \ufffd","n":1}"#),
            (br#"{"a":"\ude00\ud83d\ude00\ud83dx"}"#, r#"{"a":"\ufffd\ud83d\ude00\ufffdx"}"#),
            (br#"{"\ud83d":1}"#, r#"{"\ufffd":1}"#),
            (br#"{"a":"\\ud83d","b":NaN}"#, r#"{"a":"\\ud83d","b":-0e99999}"#),
            (
                br#"{"a":-Infinity,"b":[NaN,{"c":Infinity}],"d":"NaN"}"#,
                r#"{"a":-1e99999,"b":[null,{"c":null}],"d":"NaN"}"#,
            ),
        ] {
            assert_eq!(text(line).as_deref(), Some(expected));
        }
        for line in [&br#"{"a":null,"b":"\ud83d\ude00","c":-1}"#[..], br#"{"a":nano}"#, b"{", br#"{"a":"\"#] {
            assert_eq!(text(line), None, "{}", String::from_utf8_lossy(line));
        }
        assert_eq!(plain(r#"{"a":-0e99999,"b":-1e99999}"#), r#"{"a":null,"b":null}"#);
    }

    proptest! {
        #[test]
        fn no_text_panics(line in proptest::collection::vec(proptest::sample::select(b"{}[]\"\\ud83dENaIn:,\xe9\x80-+".to_vec()), 0..60)) {
            let _ = mend(&line);
        }
    }
}
