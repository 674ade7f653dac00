//! OTLP's `AnyValue` as a value of ours: plain ones as they are, bytes as base64, lists and maps as JSON.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::wire::{Malformed, Wire, fields};
use crate::source::column::Scalar;

/// Lists in lists at most.
const MAX_DEPTH: usize = 32;

/// A text that should be UTF-8: what is not is shown as U+FFFD, in `scratch`.
pub(super) fn text<'a>(bytes: &'a [u8], scratch: &'a mut String) -> &'a str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => {
            scratch.clear();
            scratch.push_str(&String::from_utf8_lossy(bytes));
            scratch
        }
    }
}

/// Key and value of an attribute, still encoded. A missing value is null.
#[inline]
pub(super) fn key_value(attribute: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let (mut key, mut value) = (&[][..], &[][..]);
    for field in fields(attribute) {
        match field? {
            (1, Wire::Bytes(bytes)) => key = bytes,
            (2, Wire::Bytes(bytes)) => value = bytes,
            _ => {}
        }
    }
    Ok((key, value))
}

/// The value, borrowed from the message or from `scratch`.
#[inline]
pub(super) fn scalar<'a>(value: &'a [u8], scratch: &'a mut String) -> Result<Scalar<'a>, Malformed> {
    // Of several the last one counts.
    let mut last = None;
    for field in fields(value) {
        last = Some(field?);
    }
    Ok(match last {
        Some((1, Wire::Bytes(bytes))) => Scalar::String(text(bytes, scratch)),
        Some((2, Wire::Varint(value))) => Scalar::Bool(value != 0),
        Some((3, Wire::Varint(value))) => Scalar::Long(value as i64),
        Some((4, Wire::Fixed64(bits))) => Scalar::Real(f64::from_bits(bits)),
        Some((5 | 6, Wire::Bytes(_))) => {
            scratch.clear();
            json(value, scratch, 0)?;
            Scalar::Json(scratch)
        }
        Some((7, Wire::Bytes(bytes))) => {
            scratch.clear();
            BASE64_STANDARD.encode_string(bytes, scratch);
            Scalar::String(scratch)
        }
        _ => Scalar::Null,
    })
}

/// Appends the value as JSON text.
pub(super) fn json(value: &[u8], out: &mut String, depth: usize) -> Result<(), Malformed> {
    if depth > MAX_DEPTH {
        return Err(Malformed);
    }
    let mut last = None;
    for field in fields(value) {
        last = Some(field?);
    }
    match last {
        Some((1, Wire::Bytes(bytes))) => string(bytes, out),
        Some((2, Wire::Varint(value))) => out.push_str(if value != 0 { "true" } else { "false" }),
        Some((3, Wire::Varint(value))) => write(out, value as i64),
        Some((4, Wire::Fixed64(bits))) => real(f64::from_bits(bits), out),
        Some((5, Wire::Bytes(list))) => {
            let mut items = Sequence::new(out, '[');
            for field in fields(list) {
                if let (1, Wire::Bytes(item)) = field? {
                    json(item, items.next(), depth + 1)?;
                }
            }
            items.end(']');
        }
        Some((6, Wire::Bytes(list))) => attributes(list, 1, out, depth + 1)?,
        Some((7, Wire::Bytes(bytes))) => {
            out.push('"');
            BASE64_STANDARD.encode_string(bytes, out);
            out.push('"');
        }
        _ => out.push_str("null"),
    }
    Ok(())
}

/// Appends the attributes that stand in field `number` of a message as a JSON object.
pub(super) fn attributes(message: &[u8], number: u32, out: &mut String, depth: usize) -> Result<(), Malformed> {
    let mut members = Sequence::new(out, '{');
    for field in fields(message) {
        let (found, Wire::Bytes(attribute)) = field? else { continue };
        if found == number {
            let (key, value) = key_value(attribute)?;
            let out = members.next();
            string(key, out);
            out.push(':');
            json(value, out, depth)?;
        }
    }
    members.end('}');
    Ok(())
}

/// Items between brackets, with commas.
pub(super) struct Sequence<'a> {
    out: &'a mut String,
    empty: bool,
}

impl<'a> Sequence<'a> {
    pub(super) fn new(out: &'a mut String, open: char) -> Sequence<'a> {
        out.push(open);
        Sequence { out, empty: true }
    }

    /// Where the next item goes.
    pub(super) fn next(&mut self) -> &mut String {
        if !std::mem::replace(&mut self.empty, false) {
            self.out.push(',');
        }
        self.out
    }

    pub(super) fn end(self, close: char) {
        self.out.push(close);
    }
}

/// Appends a JSON string.
pub(super) fn string(bytes: &[u8], out: &mut String) {
    out.push_str(&serde_json::Value::from(String::from_utf8_lossy(bytes)).to_string());
}

/// Appends a number; what JSON has no number for is a string, as in OTLP's own JSON.
pub(super) fn real(value: f64, out: &mut String) {
    match serde_json::Number::from_f64(value) {
        Some(number) => write(out, number),
        None if value.is_nan() => out.push_str("\"NaN\""),
        None => out.push_str(if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" }),
    }
}

pub(super) fn write(out: &mut String, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("a string takes everything");
}

pub(super) fn hex(bytes: &[u8], out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}
