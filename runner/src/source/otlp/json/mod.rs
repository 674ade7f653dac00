//! OTLP's JSON, written anew as protobuf: so there is one decoder, and one meaning.
//!
//! Tolerant where senders differ: names in lowerCamelCase or snake_case, 64-bit numbers as strings or numbers,
//! enumerations by number or name, NaN and infinities as strings, null for absent. Unknown names are skipped.

mod messages;

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use prost::encoding::{WireType, encode_key, encode_varint};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use syntax::catalog::signals::Signal;

/// The fields of a message that are of use here.
struct Message(&'static [Field]);

struct Field {
    number: u32,
    name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Bool,
    /// Also unsigned and shorter ones.
    Int64,
    Sint32,
    Fixed64,
    Sfixed64,
    Double,
    Text,
    /// Bytes in hex: trace and span ids.
    Id,
    Base64,
    /// The names of the values 0, 1, 2 …
    Enum(&'static [&'static str]),
    Message(&'static Message),
}

/// The request as protobuf, or why it is none, with the place.
pub(in crate::source) fn to_protobuf(signal: Signal, json: &[u8]) -> Result<Vec<u8>, String> {
    let message = match signal {
        Signal::Logs => &messages::LOGS,
        Signal::Metrics => &messages::METRICS,
        Signal::Spans | Signal::Deploys => &messages::TRACES,
    };
    let mut out = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    Members { message, out: &mut out }
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| error.to_string())?;
    Ok(out)
}

/// Writes the members of an object.
struct Members<'a> {
    message: &'static Message,
    out: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match self.message.0.iter().find(|field| is_name(field.name, &name)) {
                Some(field) => map.next_value_seed(Value { field, out: self.out })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// `startTimeUnixNano` or `start_time_unix_nano`.
fn is_name(name: &str, written: &str) -> bool {
    let mut written = written.bytes().filter(|byte| *byte != b'_');
    name.bytes().all(|byte| written.next().is_some_and(|written| written.eq_ignore_ascii_case(&byte)))
        && written.next().is_none()
}

/// Writes one member: a list is the same field several times.
struct Value<'a> {
    field: &'static Field,
    out: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.field.kind {
            Kind::Bool => "true or false",
            Kind::Int64 | Kind::Sint32 | Kind::Fixed64 | Kind::Sfixed64 => "a whole number",
            Kind::Double => "a number",
            Kind::Text => "a string",
            Kind::Id => "an id in hex digits",
            Kind::Base64 => "bytes in base64",
            Kind::Enum(_) => "a number or a name of the enumeration",
            Kind::Message(_) => "an object",
        };
        write!(formatter, "{what} for `{}`", self.field.name)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        match self.field.kind {
            Kind::Bool => self.varint(value.into()),
            _ => return Err(E::invalid_type(serde::de::Unexpected::Bool(value), &self)),
        }
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        match self.field.kind {
            Kind::Int64 | Kind::Enum(_) => self.varint(value as u64),
            Kind::Sint32 => self.varint(((value << 1) ^ (value >> 63)) as u64),
            Kind::Sfixed64 => self.fixed64(value as u64),
            Kind::Fixed64 if value >= 0 => self.fixed64(value as u64),
            Kind::Double => self.fixed64((value as f64).to_bits()),
            _ => return Err(E::invalid_type(serde::de::Unexpected::Signed(value), &self)),
        }
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        match (self.field.kind, i64::try_from(value)) {
            (Kind::Fixed64, _) => self.fixed64(value),
            (Kind::Double, _) => self.fixed64((value as f64).to_bits()),
            (_, Ok(value)) => return self.visit_i64(value),
            (Kind::Int64, _) => self.varint(value),
            _ => return Err(E::invalid_value(serde::de::Unexpected::Unsigned(value), &self)),
        }
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        match self.field.kind {
            Kind::Double => self.fixed64(value.to_bits()),
            // 1e3 is a whole number, too.
            _ if value.fract() == 0.0 && value.abs() < 9.0e18 => return self.visit_i64(value as i64),
            _ => return Err(E::invalid_type(serde::de::Unexpected::Float(value), &self)),
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let wrong = |this: &Self| E::invalid_value(serde::de::Unexpected::Str(text), this);
        match self.field.kind {
            Kind::Text => self.bytes(text.as_bytes()),
            Kind::Id => match unhex(text) {
                Some(id) => self.bytes(&id),
                None => return Err(wrong(&self)),
            },
            Kind::Base64 => match BASE64_STANDARD.decode(text) {
                Ok(bytes) => self.bytes(&bytes),
                Err(_) => return Err(wrong(&self)),
            },
            Kind::Enum(names) => match names.iter().position(|name| *name == text) {
                Some(value) => self.varint(value as u64),
                None => match text.parse() {
                    Ok(value) => return self.visit_i64(value),
                    Err(_) => return Err(wrong(&self)),
                },
            },
            Kind::Double => match text.parse::<f64>() {
                Ok(value) => return self.visit_f64(value),
                Err(_) => return Err(wrong(&self)),
            },
            Kind::Int64 | Kind::Sint32 | Kind::Fixed64 | Kind::Sfixed64 => match text.parse::<i64>() {
                Ok(value) => return self.visit_i64(value),
                Err(_) => match text.parse() {
                    Ok(value) => return self.visit_u64(value),
                    Err(_) => return Err(wrong(&self)),
                },
            },
            Kind::Bool | Kind::Message(_) => return Err(wrong(&self)),
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Value { field: self.field, out: self.out })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let Kind::Message(message) = self.field.kind else {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Map, &self));
        };
        let mut inner = Vec::new();
        Members { message, out: &mut inner }.visit_map(map)?;
        self.bytes(&inner);
        Ok(())
    }
}

impl Value<'_> {
    fn varint(self, value: u64) {
        encode_key(self.field.number, WireType::Varint, self.out);
        encode_varint(value, self.out);
    }

    fn fixed64(self, value: u64) {
        encode_key(self.field.number, WireType::SixtyFourBit, self.out);
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    fn bytes(self, bytes: &[u8]) {
        encode_key(self.field.number, WireType::LengthDelimited, self.out);
        encode_varint(bytes.len() as u64, self.out);
        self.out.extend_from_slice(bytes);
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}
