//! Instants as numbers: seconds, milli-, micro- or nanoseconds since 1970, and TAI64N labels.

use super::cursor::SECOND;

/// An instant from a number, its unit told by its size. None where it is out of range.
pub fn epoch(number: i64) -> Option<i64> {
    let scale = match number.unsigned_abs() {
        // The year 5138 in seconds is 1973 in milliseconds, and so on.
        0..100_000_000_000 => SECOND,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    };
    number.checked_mul(scale)
}

/// The same for a number with a fraction, exact to the microsecond.
pub fn epoch_real(number: f64) -> Option<i64> {
    if !number.is_finite() || number.abs() >= 9.2e18 {
        return None;
    }
    if number.abs() < 1e11 { Some((number * 1e6).round() as i64 * 1_000) } else { epoch(number as i64) }
}

/// An instant from a number of this unit, which is so many nanoseconds long.
pub fn epoch_of(number: f64, unit: i64) -> Option<i64> {
    let nanos = (number * unit as f64).round();
    (nanos.abs() < 9.2e18).then_some(nanos as i64)
}

/// Of digits with or without a fraction, exact in all of them. Fewer than nine digits are no instant of our time.
pub(super) fn text(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        _ => (1, text),
    };
    let whole = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let (number, rest) = (number(&digits[..whole])?, &digits[whole..]);
    let fraction = match rest {
        [] => &[][..],
        [b'.' | b',', fraction @ ..] if !fraction.is_empty() && fraction.iter().all(u8::is_ascii_digit) => fraction,
        _ => return None,
    };
    if whole < 9 {
        return None;
    }
    let instant = epoch(number)?;
    // How long one of the unit is.
    let unit = if number == 0 { SECOND } else { instant / number };
    let mut part = 0;
    let mut scale = unit;
    for digit in fraction {
        scale /= 10;
        part += i64::from(digit - b'0') * scale;
    }
    instant.checked_add(part)?.checked_mul(sign)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0i64, |number, digit| number.checked_mul(10)?.checked_add(i64::from(digit - b'0')))
}

/// `40000000433225833b6e1a8c` behind the `@`: TAI seconds from 2^62 on, then nanoseconds. How long it is, too.
pub(super) fn tai64(text: &[u8]) -> Option<(i64, usize)> {
    let length = text.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(text.len());
    if !matches!(length, 16 | 24) || !text.starts_with(b"40") {
        return None;
    }
    let hex = |part: &[u8]| i64::from_str_radix(std::str::from_utf8(part).ok()?, 16).ok();
    let seconds = hex(&text[..16])? - (1 << 62);
    let nanos = if length == 24 { hex(&text[16..24])? } else { 0 };
    // Log labels are written with the ten seconds of 1970 alone; leap seconds are not in them.
    let instant = (seconds - 10).checked_mul(SECOND)?.checked_add(nanos)?;
    (nanos < SECOND).then_some((instant, length))
}
