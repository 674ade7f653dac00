//! Walks protobuf's wire format in place: nothing is copied, and what is not looked at costs a jump.
//!
//! Knows nothing of OTLP. A field whose wire type is not the expected one counts as unknown, as everywhere
//! in protobuf; bytes that cannot be a message are [`Malformed`].

/// What cannot be a protobuf message of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
}

/// The fields of a message, in the order in which they stand.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

pub(super) fn fields(message: &[u8]) -> Fields<'_> {
    Fields { rest: message }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Wire<'a>), Malformed>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = field(&mut self.rest);
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

#[inline]
fn field<'a>(rest: &mut &'a [u8]) -> Result<(u32, Wire<'a>), Malformed> {
    let key = varint(rest)?;
    let number = u32::try_from(key >> 3).map_err(|_| Malformed)?;
    if number == 0 {
        return Err(Malformed);
    }
    let wire = match key & 7 {
        0 => Wire::Varint(varint(rest)?),
        1 => Wire::Fixed64(u64::from_le_bytes(*take(rest)?)),
        2 => {
            let length = usize::try_from(varint(rest)?).map_err(|_| Malformed)?;
            let (bytes, after) = rest.split_at_checked(length).ok_or(Malformed)?;
            *rest = after;
            Wire::Bytes(bytes)
        }
        5 => Wire::Fixed32(u32::from_le_bytes(*take(rest)?)),
        // Groups: none of OTLP's messages ever had one.
        _ => return Err(Malformed),
    };
    Ok((number, wire))
}

#[inline]
fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], Malformed> {
    let (bytes, after) = rest.split_first_chunk().ok_or(Malformed)?;
    *rest = after;
    Ok(bytes)
}

#[inline]
fn varint(rest: &mut &[u8]) -> Result<u64, Malformed> {
    if let [byte @ ..0x80, after @ ..] = *rest {
        *rest = after;
        return Ok(u64::from(*byte));
    }
    let mut value = 0u64;
    for (index, byte) in rest.iter().enumerate().take(10) {
        // The tenth byte has room for one bit.
        if index == 9 && *byte > 1 {
            break;
        }
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            *rest = &rest[index + 1..];
            return Ok(value);
        }
    }
    Err(Malformed)
}

/// The elements of a repeated number: packed, or one by one as old writers have it.
pub(super) fn numbers(wire: Wire<'_>, packed: Packed, mut each: impl FnMut(u64)) -> Result<(), Malformed> {
    match wire {
        Wire::Varint(value) | Wire::Fixed64(value) => each(value),
        Wire::Fixed32(_) => {}
        Wire::Bytes(mut rest) => {
            while !rest.is_empty() {
                each(match packed {
                    Packed::Varint => varint(&mut rest)?,
                    Packed::Fixed64 => u64::from_le_bytes(*take(&mut rest)?),
                });
            }
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Packed {
    Varint,
    Fixed64,
}

/// What `sint32` and `sint64` hold.
pub(super) fn zigzag(value: u64) -> i64 {
    ((value >> 1) as i64) ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wire_type_is_read() {
        let message = [0x08, 0x96, 0x01, 0x11, 1, 0, 0, 0, 0, 0, 0, 0, 0x1a, 2, b'h', b'i', 0x25, 7, 0, 0, 0];
        let all: Result<Vec<_>, _> = fields(&message).collect();
        let expected = [(1, Wire::Varint(150)), (2, Wire::Fixed64(1)), (3, Wire::Bytes(b"hi")), (4, Wire::Fixed32(7))];
        assert_eq!(all.as_deref(), Ok(&expected[..]));
    }

    #[test]
    fn what_is_cut_off_or_impossible_is_malformed() {
        for message in [
            &[0x08][..],
            &[0x08, 0x80],
            &[0x1a, 3, b'h'],
            &[0x11, 1, 2],
            &[0x00, 1],
            &[0x0b],
            &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
        ] {
            assert_eq!(fields(message).last(), Some(Err(Malformed)), "{message:x?}");
        }
    }

    #[test]
    fn zigzag_alternates() {
        assert_eq!([0, 1, 2, 3, u64::MAX].map(zigzag), [0, -1, 1, -2, i64::MIN]);
    }
}
