//! What the signals have in common: attributes of all value types, ids, times.

use std::fmt::Write;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::super::column::Scalar;
use super::super::table::Table;

/// Lists and maps inside each other at most; deeper ones are cut.
const MAX_DEPTH: usize = 32;

/// The resource, then the scope, then the record's own attributes: of one name, the last counts.
pub(super) fn context(
    table: &mut Table,
    resource: Option<&Resource>,
    scope: Option<&InstrumentationScope>,
    own: &[KeyValue],
) {
    if let Some(resource) = resource {
        attributes(table, &resource.attributes);
    }
    if let Some(scope) = scope {
        attributes(table, &scope.attributes);
        text(table, "scope.name", &scope.name);
        text(table, "scope.version", &scope.version);
    }
    attributes(table, own);
}

pub(super) fn attributes(table: &mut Table, attributes: &[KeyValue]) {
    for KeyValue { key, value, .. } in attributes {
        if table.all() || !table.slots_of(key).is_empty() {
            set(table, key, value.as_ref());
        }
    }
}

/// A value of any type; lists, maps and bytes as JSON.
pub(super) fn set(table: &mut Table, name: &str, value: Option<&AnyValue>) {
    match value.and_then(|value| value.value.as_ref()) {
        None => {}
        Some(Value::StringValue(text)) => table.set_by_name(name, Scalar::String(text)),
        Some(Value::BoolValue(value)) => table.set_by_name(name, Scalar::Bool(*value)),
        Some(Value::IntValue(value)) => table.set_by_name(name, Scalar::Long(*value)),
        Some(Value::DoubleValue(value)) => table.set_by_name(name, Scalar::Real(*value)),
        Some(value) => table.set_by_name(name, Scalar::Json(&json(value, 0).to_string())),
    }
}

/// Text where a field is a string whatever was sent, e.g. a log's body.
pub(super) fn set_text(table: &mut Table, name: &str, value: Option<&AnyValue>) {
    match value.and_then(|value| value.value.as_ref()) {
        None => {}
        Some(Value::StringValue(text)) => table.set_by_name(name, Scalar::String(text)),
        Some(value) => table.set_by_name(name, Scalar::String(&json(value, 0).to_string())),
    }
}

/// Empty means absent in OTLP.
pub(super) fn text(table: &mut Table, name: &str, text: &str) {
    if !text.is_empty() {
        table.set_by_name(name, Scalar::String(text));
    }
}

/// Nanoseconds since 1970; 0 means absent.
pub(super) fn time(table: &mut Table, name: &str, nanos: u64) {
    if let (true, Ok(nanos)) = (nanos > 0, i64::try_from(nanos)) {
        table.set_by_name(name, Scalar::Datetime(nanos));
    }
}

/// In hex, whatever its length; empty or all zero means absent.
pub(super) fn id(table: &mut Table, name: &str, bytes: &[u8], buffer: &mut String) {
    if table.slots_of(name).is_empty() && !table.all() || bytes.iter().all(|byte| *byte == 0) {
        return;
    }
    hex(bytes, buffer);
    table.set_by_name(name, Scalar::String(buffer));
}

fn hex(bytes: &[u8], buffer: &mut String) {
    buffer.clear();
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(buffer, "{byte:02x}");
    }
}

pub(super) fn json_attributes(attributes: &[KeyValue]) -> serde_json::Value {
    map(attributes, 0)
}

fn map(attributes: &[KeyValue], depth: usize) -> serde_json::Value {
    let members = attributes.iter().map(|attribute| {
        let value = attribute.value.as_ref().and_then(|value| value.value.as_ref());
        (attribute.key.clone(), value.map_or(serde_json::Value::Null, |value| json(value, depth + 1)))
    });
    serde_json::Value::Object(members.collect())
}

fn json(value: &Value, depth: usize) -> serde_json::Value {
    if depth > MAX_DEPTH {
        return "…".into();
    }
    match value {
        Value::StringValue(text) => text.as_str().into(),
        Value::BoolValue(value) => (*value).into(),
        Value::IntValue(value) => (*value).into(),
        Value::DoubleValue(value) => (*value).into(),
        Value::ArrayValue(list) => list
            .values
            .iter()
            .map(|item| item.value.as_ref().map_or(serde_json::Value::Null, |value| json(value, depth + 1)))
            .collect(),
        Value::KvlistValue(list) => map(&list.values, depth),
        Value::BytesValue(bytes) => {
            let mut text = String::new();
            hex(bytes, &mut text);
            text.into()
        }
        // References into a profile's dictionary mean nothing in these signals.
        _ => serde_json::Value::Null,
    }
}
