//! Instants and lengths of time as the records of one field hold them: texts, and numbers of a declared unit.

use syntax::span;
use syntax::stamp::{self, Doubt, Reading};

use super::column::Scalar;

const SECOND: i64 = 1_000_000_000;

/// `2026-01-31T12:00:`
const MINUTE: usize = 17;

/// How a field's values are read. Mostly they lie in the same minute as the one before, as a stream's do.
#[derive(Debug, Default)]
pub(super) struct Moments {
    reading: Reading,
    /// Nanoseconds, or bytes, of one of a number; None where it tells by its size.
    unit: Option<i64>,
    minute: Option<([u8; MINUTE], i64)>,
    /// The first thing that a stamp left open.
    doubt: Option<Doubt>,
}

impl Moments {
    pub(super) fn new(reading: Reading, unit: Option<i64>) -> Moments {
        Moments { reading, unit, ..Moments::default() }
    }

    /// It is now this late, in nanoseconds since 1970.
    pub(super) fn set_now(&mut self, now: i64) {
        self.reading.now = now;
    }

    /// What is to be told, once.
    pub(super) fn take_doubt(&mut self) -> Option<Doubt> {
        self.doubt.take()
    }

    /// Of valid UTF-8 or not.
    #[inline]
    pub(super) fn datetime(&mut self, text: &[u8]) -> Option<i64> {
        let parts = text.split_first_chunk::<MINUTE>();
        if let (Some((minute, rest)), Some((known, start))) = (parts, &self.minute)
            && minute == known
            && let Some(after) = seconds(rest)
        {
            return start.checked_add(after);
        }
        self.other(text)
    }

    /// Of another minute, or in another form.
    #[inline(never)]
    fn other(&mut self, text: &[u8]) -> Option<i64> {
        let number = self.unit.filter(|_| text.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-'));
        if let Some(unit) = number
            && let Some(instant) = std::str::from_utf8(text).ok().and_then(|text| scaled(text.trim(), unit))
        {
            return Some(instant);
        }
        let stamp = self.reading.read(text)?;
        self.doubt = self.doubt.or(stamp.doubt);
        // It tells apart the two hours of a night on which clocks are put back.
        if self.reading.zone.is_some() && stamp.dated {
            self.reading.last = Some(stamp.nanos);
        }
        if self.reading.pattern.is_none()
            && let Some((minute, rest)) = text.split_first_chunk::<MINUTE>()
            && seconds(rest).is_some()
        {
            let mut start = *b"2026-01-31T12:00:00Z";
            start[..MINUTE].copy_from_slice(minute);
            self.minute = Reading::default().read(&start).map(|start| (*minute, start.nanos));
        }
        Some(stamp.nanos)
    }

    pub(super) fn datetime_of(&mut self, scalar: Scalar<'_>) -> Option<i64> {
        match (scalar, self.unit) {
            (Scalar::Long(value), Some(unit)) => value.checked_mul(unit),
            (Scalar::Long(value), None) => stamp::epoch(value),
            (Scalar::Real(value), Some(unit)) => stamp::epoch_of(value, unit),
            (Scalar::Real(value), None) => stamp::epoch_real(value),
            (Scalar::Datetime(value), _) => Some(value),
            (Scalar::String(text), _) => self.datetime(text.as_bytes()),
            (Scalar::Unsigned(_) | Scalar::Bool(_) | Scalar::Null | Scalar::Json(_), _) => None,
        }
    }

    /// Numbers are nanoseconds where no other unit is declared.
    pub(super) fn timespan_of(&self, scalar: Scalar<'_>) -> Option<i64> {
        let unit = self.unit.unwrap_or(1);
        match scalar {
            Scalar::Long(value) => value.checked_mul(unit),
            Scalar::Real(value) => stamp::epoch_of(value, unit),
            Scalar::String(text) => span::read(text, Some(unit)).ok(),
            _ => None,
        }
    }

    /// The unit of a number is declared.
    pub(super) fn has_unit(&self) -> bool {
        self.unit.is_some()
    }

    /// A number of bytes where a size's unit is declared: `4` of KiB, `4 KiB`. None where none is.
    pub(super) fn size_of(&self, scalar: Scalar<'_>) -> Option<Option<f64>> {
        let unit = self.unit? as f64;
        Some(match scalar {
            Scalar::Long(value) => Some(value as f64 * unit),
            Scalar::Real(value) => Some(value * unit),
            Scalar::String(text) => {
                let text = text.trim();
                let size = || syntax::literal::parse_size(&text.replace(' ', "")).ok().map(|size| size as f64);
                text.parse::<f64>().ok().map(|number| number * unit).or_else(size)
            }
            _ => None,
        })
    }
}

/// A number of this unit, exact where it is whole.
fn scaled(text: &str, unit: i64) -> Option<i64> {
    text.parse::<i64>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .or_else(|| span::read(text, Some(unit)).ok().filter(|_| text.parse::<f64>().is_ok()))
}

/// `56Z` or `56.123456Z` in nanoseconds.
#[inline]
fn seconds(text: &[u8]) -> Option<i64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    let (tens, ones, fraction) = match text {
        [tens, ones, b'Z'] => (tens, ones, &[][..]),
        [tens, ones, b'.', fraction @ .., b'Z'] if (1..=9).contains(&fraction.len()) => (tens, ones, fraction),
        _ => return None,
    };
    let seconds = digit(*tens).filter(|tens| *tens < 6)? * 10 + digit(*ones)?;
    let mut nanos = 0;
    for byte in fraction {
        nanos = nanos * 10 + digit(*byte)?;
    }
    const SCALE: [i64; 10] = [SECOND, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    Some(seconds * SECOND + nanos * SCALE[fraction.len()])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_minute_before_changes_nothing(texts in proptest::collection::vec("(2026-01-3[01]|1677-09-21|2262-04-11)[T ](12:0[01]|00:12|23:47):(43|16|0[0-9]|59|6[01])(\\.[0-9]{0,11}|,5)?(Z|z|\\+01:00|x| )?", 1..12)) {
            let mut moments = Moments::default();
            for text in texts {
                let alone = Reading::default().read(text.as_bytes()).map(|stamp| stamp.nanos);
                prop_assert_eq!(moments.datetime(text.as_bytes()), alone, "{}", text);
            }
        }
    }

    #[test]
    fn numbers_have_the_unit_that_is_declared() {
        let mut seconds = Moments::new(Reading::default(), Some(SECOND));
        assert_eq!(seconds.timespan_of(Scalar::Real(0.25)), Some(250_000_000));
        assert_eq!(seconds.timespan_of(Scalar::String("0.25")), Some(250_000_000));
        assert_eq!(seconds.timespan_of(Scalar::String("250ms")), Some(250_000_000));
        assert_eq!(seconds.datetime_of(Scalar::Long(12)), Some(12 * SECOND));
        assert_eq!(seconds.datetime_of(Scalar::String("12.5")), Some(12_500_000_000));
        assert_eq!(seconds.datetime_of(Scalar::String("1970-01-01T00:00:12Z")), Some(12 * SECOND));
        let kib = Moments::new(Reading::default(), Some(1024));
        assert_eq!(kib.size_of(Scalar::Long(4)), Some(Some(4096.0)));
        assert_eq!(kib.size_of(Scalar::String("1.5 MiB")), Some(Some(1_572_864.0)));
        assert_eq!(Moments::default().size_of(Scalar::Long(4)), None);
        assert_eq!(Moments::default().timespan_of(Scalar::Long(4)), Some(4));
    }
}
