//! Numbers in text, as they occur in telemetry of any origin. Instants and lengths of time: `syntax::stamp`, `syntax::span`.

use syntax::stamp::Reading;
pub(super) use syntax::stamp::epoch_real;

use super::column::Scalar;

/// The stamp that text begins with, and what follows it.
pub(super) fn stamp(text: &[u8]) -> Option<(i64, &[u8])> {
    let (stamp, rest) = Reading::default().begin(text)?;
    Some((stamp.nanos, rest))
}

/// The stamp of a line that says a day and a clock.
pub(super) fn line_stamp(line: &[u8], now: i64) -> Option<i64> {
    Reading { whole: true, ..Reading::at(now) }.find(line).map(|stamp| stamp.nanos)
}

/// A whole number as people write it: no leading zeros, which belong to identifiers.
pub(super) fn long(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let number =
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) && (digits[0] != b'0' || digits.len() == 1);
    if number { std::str::from_utf8(text).ok()?.parse().ok() } else { None }
}

/// A decimal number without an exponent: `12e5` is more often a piece of an identifier.
pub(super) fn real(text: &[u8]) -> Option<f64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let plain = digits.first()?.is_ascii_digit()
        && digits.last()?.is_ascii_digit()
        && !matches!(digits, [b'0', b'0'..=b'9', ..])
        && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    if plain { std::str::from_utf8(text).ok()?.parse().ok() } else { None }
}

/// The words for a value that is not there.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "null" | "nil")
}

/// A value as text writes it, without quotes and without a type.
pub(super) fn written(text: &str) -> Scalar<'_> {
    match text {
        _ if is_null(text) => Scalar::Null,
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        "NaN" => Scalar::Real(f64::NAN),
        "+Inf" | "Inf" | "Infinity" => Scalar::Real(f64::INFINITY),
        "-Inf" | "-Infinity" => Scalar::Real(f64::NEG_INFINITY),
        _ => match (long(text.as_bytes()), real(text.as_bytes())) {
            (Some(number), _) => Scalar::Long(number),
            // A whole number of more digits than a long has is an identifier, which a real would not tell from the next.
            (None, Some(_)) if text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit()) => {
                Scalar::String(text)
            }
            (None, Some(number)) => Scalar::Real(number),
            _ => Scalar::String(text),
        },
    }
}

/// A number that is written otherwise than its value would be: `1.10`, `Inf`, digits that a real does not hold.
pub(super) fn is_respelled(text: &str) -> bool {
    /// Of a decimal number, all of which a real holds.
    const DIGITS: usize = 15;
    text.len() > DIGITS || text.ends_with('0') || !text.ends_with(|last: char| last.is_ascii_digit())
}

/// What is no number, and infinities, as other programs print them; None for all else.
pub(super) fn beyond(text: &str) -> Option<f64> {
    if !(3..=9).contains(&text.len()) {
        return None;
    }
    Some(match text.to_ascii_lowercase().as_str() {
        "nan" | "+nan" | "-nan" => f64::NAN,
        "inf" | "+inf" | "infinity" | "+infinity" => f64::INFINITY,
        "-inf" | "-infinity" => f64::NEG_INFINITY,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn identifiers_are_not_numbers() {
        assert_eq!((long(b"42"), long(b"-7"), long(b"0")), (Some(42), Some(-7), Some(0)));
        assert_eq!((long(b"007"), long(b""), long(b"-"), long(b"99999999999999999999")), (None, None, None, None));
        assert_eq!((real(b"1.5"), real(b"12e5"), real(b"inf"), real(b"1.2.3")), (Some(1.5), None, None, None));
        assert_eq!((real(b"0.5"), real(b"007"), real(b"5.")), (Some(0.5), None, None));
    }

    #[test]
    fn no_numbers_and_infinities_have_their_words() {
        assert_eq!((beyond("+Inf"), beyond("-Infinity")), (Some(f64::INFINITY), Some(f64::NEG_INFINITY)));
        assert!(beyond("NaN").is_some_and(f64::is_nan) && beyond("nano").is_none() && beyond("").is_none());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = (long(&text), real(&text));
        }
    }
}
