//! One field of a batch being filled: typed values that can be taken back, since a record may turn out
//! to be broken after some of its fields were read.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, DurationNanosecondArray, Float64Array, Int64Array, StringArray,
    TimestampNanosecondArray, UInt32Array,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use syntax::Type;

use super::dictionary::Dictionary;
use super::moments::Moments;
use crate::Error;

/// A value as a record holds it, before the field's type is considered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar<'a> {
    Null,
    Bool(bool),
    Long(i64),
    /// Above the range of a long.
    Unsigned(u64),
    Real(f64),
    String(&'a str),
    /// JSON text of a list or an object.
    Json(&'a str),
    /// Nanoseconds since 1970, where the format itself says that it is an instant.
    Datetime(i64),
}

impl Scalar<'_> {
    /// The type that fits this value by itself; None for null.
    pub(super) fn ty(&self) -> Option<Type> {
        Some(match self {
            Scalar::Null => return None,
            Scalar::Bool(_) => Type::Bool,
            Scalar::Long(_) => Type::Long,
            Scalar::Real(_) => Type::Real,
            Scalar::String(_) => Type::String,
            Scalar::Datetime(_) => Type::Datetime,
            // A real would lose digits of what is most likely an identifier.
            Scalar::Unsigned(_) | Scalar::Json(_) => Type::Dynamic,
        })
    }
}

/// As the record has it, for a reader.
impl std::fmt::Display for Scalar<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Scalar::Null => f.write_str("null"),
            Scalar::Bool(value) => value.fmt(f),
            Scalar::Long(value) => value.fmt(f),
            Scalar::Unsigned(value) => value.fmt(f),
            Scalar::Real(value) => value.fmt(f),
            Scalar::String(text) | Scalar::Json(text) => f.write_str(text),
            Scalar::Datetime(nanos) => instant(*nanos).fmt(f),
        }
    }
}

#[derive(Debug)]
pub(super) struct Column {
    ty: Type,
    data: Data,
    valid: Vec<bool>,
    /// How datetimes, timespans and sizes are read.
    moments: Box<Moments>,
}

#[derive(Debug)]
enum Data {
    Bool(Vec<bool>),
    /// Also datetimes and timespans.
    Long(Vec<i64>),
    Real(Vec<f64>),
    /// Also dynamics.
    Text {
        ends: Vec<i32>,
        bytes: Vec<u8>,
    },
    /// Strings by their code.
    Codes {
        codes: Vec<u32>,
        dictionary: Box<Dictionary>,
    },
}

impl Column {
    pub(super) fn new(ty: Type) -> Column {
        let data = match ty {
            Type::Bool => Data::Bool(Vec::new()),
            Type::Long | Type::Datetime | Type::Timespan => Data::Long(Vec::new()),
            Type::Real => Data::Real(Vec::new()),
            Type::String | Type::Dynamic => Data::Text { ends: Vec::new(), bytes: Vec::new() },
        };
        Column { ty, data, valid: Vec::new(), moments: Box::default() }
    }

    /// Strings that mostly repeat.
    pub(super) fn coded(dictionary: Dictionary) -> Column {
        let data = Data::Codes { codes: Vec::new(), dictionary: Box::new(dictionary) };
        Column { ty: Type::String, data, valid: Vec::new(), moments: Box::default() }
    }

    /// Reads its values so from now on.
    pub(super) fn read_by(&mut self, moments: Moments) {
        *self.moments = moments;
    }

    pub(super) fn moments(&mut self) -> &mut Moments {
        &mut self.moments
    }

    pub(super) fn is_coded(&self) -> bool {
        matches!(self.data, Data::Codes { .. })
    }

    /// Its dictionary, if it still has one.
    pub(super) fn into_dictionary(self) -> Option<Dictionary> {
        match self.data {
            Data::Codes { dictionary, .. } => Some(*dictionary),
            _ => None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.valid.len()
    }

    /// The value of a row, where that is a time or a whole number.
    pub(super) fn long_at(&self, row: usize) -> Option<i64> {
        match &self.data {
            Data::Long(values) if self.valid.get(row) == Some(&true) => values.get(row).copied(),
            _ => None,
        }
    }

    /// The newest value is none that became null.
    pub(super) fn last_is_valid(&self) -> bool {
        self.valid.last() == Some(&true)
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.valid.truncate(len);
        match &mut self.data {
            Data::Bool(values) => values.truncate(len),
            Data::Long(values) => values.truncate(len),
            Data::Real(values) => values.truncate(len),
            Data::Text { ends, bytes } => {
                ends.truncate(len);
                bytes.truncate(ends.last().map_or(0, |end| *end as usize));
            }
            Data::Codes { codes, .. } => codes.truncate(len),
        }
    }

    pub(super) fn push_nulls(&mut self, count: usize) {
        (0..count).for_each(|_| self.push_null());
    }

    fn push_null(&mut self) {
        self.valid.push(false);
        match &mut self.data {
            Data::Bool(values) => values.push(false),
            Data::Long(values) => values.push(0),
            Data::Real(values) => values.push(0.0),
            Data::Text { ends, bytes } => ends.push(end_of(bytes)),
            Data::Codes { codes, .. } => codes.push(0),
        }
    }

    /// Appends a string that is known to be valid UTF-8, as [`Column::push`] does.
    #[inline]
    pub(super) fn push_text(&mut self, text: &[u8]) -> bool {
        match &mut self.data {
            Data::Codes { codes, dictionary } => match dictionary.code(text) {
                Some(code) => codes.push(code),
                None => {
                    self.spell_out();
                    return self.push_text(text);
                }
            },
            Data::Text { ends, bytes } if self.ty == Type::String => {
                bytes.extend_from_slice(text);
                ends.push(end_of(bytes));
            }
            Data::Long(values) if self.ty == Type::Datetime => match self.moments.datetime(text) {
                Some(value) => values.push(value),
                None => return self.push(Scalar::String(std::str::from_utf8(text).unwrap_or_default())),
            },
            _ => return self.push(Scalar::String(std::str::from_utf8(text).unwrap_or_default())),
        }
        self.valid.push(true);
        false
    }

    /// Appends a whole number to a column of such without a unit; false, and nothing, where it is another.
    #[inline]
    pub(super) fn push_long(&mut self, value: i64) -> bool {
        let Data::Long(values) = &mut self.data else { return false };
        if self.ty != Type::Long || self.moments.has_unit() {
            return false;
        }
        values.push(value);
        self.valid.push(true);
        true
    }

    /// From codes to plain text.
    #[inline(never)]
    fn spell_out(&mut self) {
        let Data::Codes { codes, dictionary } = &self.data else { return };
        let (mut ends, mut bytes) = (Vec::with_capacity(codes.len()), Vec::new());
        for (code, valid) in codes.iter().zip(&self.valid) {
            if let (true, Some(text)) = (valid, dictionary.text(*code)) {
                bytes.extend_from_slice(text);
            }
            ends.push(end_of(&bytes));
        }
        self.data = Data::Text { ends, bytes };
    }

    /// Appends the value in the field's type. A value that has no sense in it becomes null; returns
    /// whether that happened.
    pub(super) fn push(&mut self, scalar: Scalar<'_>) -> bool {
        if let Data::Codes { .. } = self.data {
            if let Scalar::String(text) = scalar {
                return self.push_text(text.as_bytes());
            }
            let mut text = Vec::new();
            return match write_string(scalar, &mut text) {
                Some(()) => self.push_text(&text),
                None => {
                    self.push_null();
                    scalar != Scalar::Null
                }
            };
        }
        let fits = match &mut self.data {
            Data::Bool(values) => bool_of(scalar).map(|value| values.push(value)),
            Data::Long(values) => match self.ty {
                Type::Datetime => self.moments.datetime_of(scalar),
                Type::Timespan => self.moments.timespan_of(scalar),
                _ => match self.moments.size_of(scalar) {
                    Some(size) => size.and_then(|size| long_of(Scalar::Real(size))),
                    None => long_of(scalar),
                },
            }
            .map(|value| values.push(value)),
            Data::Real(values) => {
                let value = self.moments.size_of(scalar).unwrap_or_else(|| real_of(scalar));
                value.map(|value| values.push(value))
            }
            Data::Text { ends, bytes } => {
                let written =
                    if self.ty == Type::Dynamic { write_json(scalar, bytes) } else { write_string(scalar, bytes) };
                written.map(|()| ends.push(end_of(bytes)))
            }
            Data::Codes { .. } => None,
        };
        match fits {
            Some(()) => self.valid.push(true),
            None => self.push_null(),
        }
        fits.is_none() && scalar != Scalar::Null
    }

    /// Changes the type to one that can hold all values that are here already.
    pub(super) fn widen(&mut self, to: Type) {
        self.spell_out();
        let mut wider = Column::new(to);
        let mut from = 0;
        for (index, valid) in self.valid.iter().enumerate() {
            let scalar = match &self.data {
                Data::Bool(values) => Scalar::Bool(values[index]),
                Data::Long(values) if self.ty == Type::Datetime => Scalar::Datetime(values[index]),
                Data::Long(values) => Scalar::Long(values[index]),
                Data::Real(values) => Scalar::Real(values[index]),
                Data::Text { ends, bytes } => {
                    let end = ends[index] as usize;
                    let text = std::str::from_utf8(&bytes[from..end]).unwrap_or_default();
                    from = end;
                    if self.ty == Type::Dynamic { Scalar::Json(text) } else { Scalar::String(text) }
                }
                Data::Codes { .. } => Scalar::Null,
            };
            wider.push(if *valid { scalar } else { Scalar::Null });
        }
        wider.moments = std::mem::take(&mut self.moments);
        *self = wider;
    }

    /// Takes the rows out.
    pub(super) fn finish(&mut self) -> Result<ArrayRef, Error> {
        let nulls = Some(NullBuffer::from(fresh(&mut self.valid))).filter(|nulls| nulls.null_count() > 0);
        Ok(match &mut self.data {
            Data::Bool(values) => Arc::new(BooleanArray::new(BooleanBuffer::from(fresh(values)), nulls)),
            Data::Real(values) => Arc::new(Float64Array::new(ScalarBuffer::from(fresh(values)), nulls)),
            Data::Long(values) => {
                let values = ScalarBuffer::from(fresh(values));
                match self.ty {
                    Type::Datetime => Arc::new(TimestampNanosecondArray::new(values, nulls).with_timezone("UTC")),
                    Type::Timespan => Arc::new(DurationNanosecondArray::new(values, nulls)),
                    _ => Arc::new(Int64Array::new(values, nulls)),
                }
            }
            Data::Text { ends, bytes } => {
                let mut offsets = fresh(ends);
                offsets.insert(0, 0);
                let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
                Arc::new(StringArray::try_new(offsets, Buffer::from_vec(fresh(bytes)), nulls)?)
            }
            Data::Codes { codes, dictionary } => {
                let codes = UInt32Array::try_new(ScalarBuffer::from(fresh(codes)), nulls)?;
                Arc::new(DictionaryArray::try_new(codes, dictionary.values()?)?)
            }
        })
    }
}

/// Takes the values out, and makes room for as many.
fn fresh<T>(values: &mut Vec<T>) -> Vec<T> {
    let room = Vec::with_capacity(values.len());
    std::mem::replace(values, room)
}

/// The table keeps a batch's text far below the two gigabytes that an offset can reach.
fn end_of(bytes: &[u8]) -> i32 {
    i32::try_from(bytes.len()).unwrap_or(i32::MAX)
}

fn bool_of(scalar: Scalar<'_>) -> Option<bool> {
    match scalar {
        Scalar::Bool(value) => Some(value),
        Scalar::String("true" | "True" | "TRUE") => Some(true),
        Scalar::String("false" | "False" | "FALSE") => Some(false),
        _ => None,
    }
}

fn long_of(scalar: Scalar<'_>) -> Option<i64> {
    match scalar {
        Scalar::Long(value) => Some(value),
        // 1e3 and 2.0 are whole; beyond 2^53 a double no longer says which whole number was meant.
        Scalar::Real(value) if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 => Some(value as i64),
        Scalar::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn real_of(scalar: Scalar<'_>) -> Option<f64> {
    match scalar {
        Scalar::Real(value) => Some(value),
        Scalar::Long(value) => Some(value as f64),
        Scalar::Unsigned(value) => Some(value as f64),
        Scalar::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn instant(nanos: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or_default()
}

fn write_string(scalar: Scalar<'_>, bytes: &mut Vec<u8>) -> Option<()> {
    match scalar {
        Scalar::String(text) => bytes.extend_from_slice(text.as_bytes()),
        Scalar::Real(value) if !value.is_finite() => write!(bytes, "{value}").ok()?,
        Scalar::Bool(_) | Scalar::Long(_) | Scalar::Unsigned(_) | Scalar::Real(_) => write_json(scalar, bytes)?,
        Scalar::Datetime(nanos) => write!(bytes, "{}", instant(nanos)).ok()?,
        // A list is not a string: the field should be dynamic.
        Scalar::Null | Scalar::Json(_) => return None,
    }
    Some(())
}

/// Whole numbers below this one are exact as reals.
const EXACT: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;

/// JSON without white space between its values, so that objects that are the same are written the same.
fn push_compact(json: &str, bytes: &mut Vec<u8>) {
    if !json.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return bytes.extend_from_slice(json.as_bytes());
    }
    let (mut quoted, mut escaped) = (false, false);
    for byte in json.bytes() {
        if quoted {
            quoted = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
        } else if byte.is_ascii_whitespace() {
            continue;
        } else {
            quoted = byte == b'"';
        }
        bytes.push(byte);
    }
}

fn write_json(scalar: Scalar<'_>, bytes: &mut Vec<u8>) -> Option<()> {
    let written = match scalar {
        Scalar::Null => return None,
        Scalar::Bool(value) => serde_json::to_writer(bytes, &value),
        Scalar::Long(value) => serde_json::to_writer(bytes, &value),
        Scalar::Unsigned(value) => serde_json::to_writer(bytes, &value),
        // JSON has no word for NaN and infinity.
        Scalar::Real(value) if !value.is_finite() => serde_json::to_writer(bytes, &value.to_string()),
        // Written like the whole number that it equals, so that the order of types decides nothing.
        Scalar::Real(value)
            if value.fract() == 0.0 && value.abs() < EXACT && (value != 0.0 || value.is_sign_positive()) =>
        {
            serde_json::to_writer(bytes, &(value as i64))
        }
        Scalar::Real(value) => serde_json::to_writer(bytes, &value),
        Scalar::String(text) => serde_json::to_writer(bytes, text),
        Scalar::Datetime(nanos) => serde_json::to_writer(bytes, &instant(nanos).to_string()),
        Scalar::Json(text) => {
            push_compact(text, bytes);
            Ok(())
        }
    };
    written.ok()
}
