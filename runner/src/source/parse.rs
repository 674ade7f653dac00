//! Values from text: instants, timespans, numbers, as they occur in telemetry of any origin.

/// `250ms`, `1.5s`, `1h30m`, in nanoseconds; also Go's `1m2.5s` and `300µs`.
pub(super) fn timespan(text: &[u8]) -> Option<i64> {
    let (negative, mut rest) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, text),
    };
    let mut total = 0f64;
    let mut whole = 0i64;
    while !rest.is_empty() {
        let digits = rest.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.')?;
        let number = std::str::from_utf8(&rest[..digits]).ok()?;
        rest = &rest[digits..];
        let letters = rest.iter().position(u8::is_ascii_digit).unwrap_or(rest.len());
        let unit = unit(&rest[..letters])?;
        rest = &rest[letters..];
        match number.parse::<i64>() {
            Ok(number) => whole = whole.checked_add(number.checked_mul(unit)?)?,
            Err(_) => total += number.parse::<f64>().ok()? * unit as f64,
        }
    }
    let nanos = whole.checked_add(total.round() as i64)?;
    Some(if negative { -nanos } else { nanos })
}

fn unit(letters: &[u8]) -> Option<i64> {
    Some(match letters {
        b"ns" => 1,
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
        b"ms" => 1_000_000,
        b"s" => 1_000_000_000,
        b"m" | b"min" => 60_000_000_000,
        b"h" => 3_600_000_000_000,
        b"d" => 86_400_000_000_000,
        _ => return None,
    })
}
