//! Rows as JSON, one a line. Exact: longs are whole, texts escaped where a screen would obey them.

use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{DurationNanosecondType, Float64Type, Int64Type, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use jiff::Timestamp;
use syntax::Type;

use super::Failure;
use super::rows::{Extra, RowWriter};
use crate::results::fields_of;

pub(super) struct Ndjson<W> {
    out: W,
    extra: Extra,
    line: String,
}

impl<W: Write> Ndjson<W> {
    pub(super) fn new(out: W, extra: Extra) -> Ndjson<W> {
        Ndjson { out, extra, line: String::new() }
    }
}

impl<W: Write> RowWriter for Ndjson<W> {
    fn rows(&mut self, block: &str, batch: &RecordBatch, provisional: bool) -> Result<(), Failure> {
        let mut start = String::from("{");
        if self.extra.block {
            start.push_str("\"block\":");
            push_text(block, &mut start);
        }
        if self.extra.provisional {
            push_key("provisional", &mut start);
            start.push_str(if provisional { "true" } else { "false" });
        }
        let columns: Vec<(String, &ArrayRef, Type)> = fields_of(batch)
            .iter()
            .zip(batch.columns())
            .map(|(field, column)| {
                let mut key = String::new();
                push_text(&self.extra.name(&field.name), &mut key);
                key.push(':');
                (key, column, field.ty)
            })
            .collect();
        for row in 0..batch.num_rows() {
            self.line.clear();
            self.line.push_str(&start);
            for (key, column, ty) in &columns {
                if self.line.len() > 1 {
                    self.line.push(',');
                }
                self.line.push_str(key);
                push_value(column, row, *ty, &mut self.line);
            }
            self.line.push_str("}\n");
            self.out.write_all(self.line.as_bytes())?;
        }
        Ok(self.out.flush()?)
    }
}

/// A column of events that are written one by one.
pub(super) struct Column<'a> {
    pub(super) name: String,
    pub(super) ty: Type,
    /// With its colon.
    key: String,
    values: &'a ArrayRef,
}

impl<'a> Column<'a> {
    pub(super) fn new((field, values): (&syntax::Field, &'a ArrayRef)) -> Column<'a> {
        let mut key = String::new();
        push_text(&field.name, &mut key);
        key.push(':');
        Column { name: field.name.to_string(), ty: field.ty, key, values }
    }

    pub(super) fn is_null(&self, row: usize) -> bool {
        self.values.is_null(row)
    }

    /// A text as it is; anything else as JSON has it.
    pub(super) fn text(&self, row: usize) -> String {
        if matches!(self.ty, Type::String | Type::Dynamic) {
            return self.values.as_string::<i32>().value(row).to_owned();
        }
        let mut text = String::new();
        push_value(self.values, row, self.ty, &mut text);
        text
    }

    /// JSON has neither NaN nor infinities; this is what a field that is declared a real reads as one.
    pub(super) fn beyond_json(&self, row: usize) -> Option<&'static str> {
        let value = (self.ty == Type::Real).then(|| self.values.as_primitive::<Float64Type>().value(row))?;
        match value {
            _ if value.is_nan() => Some("\"NaN\""),
            f64::INFINITY => Some("\"Infinity\""),
            f64::NEG_INFINITY => Some("\"-Infinity\""),
            _ => None,
        }
    }

    /// Adds it to an object; `instead` is JSON that takes the value's place.
    pub(super) fn push(&self, row: usize, instead: Option<&str>, out: &mut String) {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&self.key);
        match instead {
            Some(json) => out.push_str(json),
            None => push_value(self.values, row, self.ty, out),
        }
    }
}

fn push_key(key: &str, out: &mut String) {
    if out.len() > 1 {
        out.push(',');
    }
    push_text(key, out);
    out.push(':');
}

fn push_value(column: &ArrayRef, row: usize, ty: Type, out: &mut String) {
    use std::fmt::Write;
    if column.is_null(row) {
        out.push_str("null");
        return;
    }
    // Writing to a String cannot fail.
    let _ = match ty {
        Type::Bool => write!(out, "{}", column.as_boolean().value(row)),
        Type::Long => write!(out, "{}", column.as_primitive::<Int64Type>().value(row)),
        Type::Timespan => write!(out, "{}", column.as_primitive::<DurationNanosecondType>().value(row)),
        Type::Real => {
            out.push_str(&real(column.as_primitive::<Float64Type>().value(row)));
            Ok(())
        }
        Type::Datetime => write!(out, "\"{}\"", datetime(column.as_primitive::<TimestampNanosecondType>().value(row))),
        Type::String => {
            push_text(column.as_string::<i32>().value(row), out);
            Ok(())
        }
        Type::Dynamic => {
            push_json(column.as_string::<i32>().value(row), out);
            Ok(())
        }
    };
}

/// JSON has neither NaN nor infinities.
pub(super) fn real(value: f64) -> String {
    serde_json::Number::from_f64(value).map_or_else(|| "null".to_owned(), |number| number.to_string())
}

/// RFC 3339 in UTC.
pub(super) fn datetime(nanos: i64) -> String {
    // All 64-bit nanoseconds lie within the years that can be written.
    Timestamp::from_nanosecond(i128::from(nanos)).map(|at| at.to_string()).unwrap_or_default()
}

fn push_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if syntax::visible::is_hidden(c) => push_escaped(c, out),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn push_escaped(c: char, out: &mut String) {
    use std::fmt::Write;
    for unit in c.encode_utf16(&mut [0; 2]) {
        // Writing to a String cannot fail.
        let _ = write!(out, "\\u{unit:04x}");
    }
}

/// A dynamic value is JSON already. On one line, and nothing in it acts on a screen.
fn push_json(text: &str, out: &mut String) {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        push_text(text, out);
        return;
    }
    for c in text.chars() {
        match c {
            // Raw ones stand between values only; in texts they are escaped.
            '\n' | '\r' | '\t' => {}
            c if syntax::visible::is_hidden(c) => push_escaped(c, out),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use syntax::Value;

    use super::*;
    use crate::results::testing::batch;

    #[test]
    fn every_type_is_exact() {
        let fields = [
            ("at", Type::Datetime),
            ("http.response.status_code", Type::Long),
            ("share", Type::Real),
            ("duration", Type::Timespan),
            ("say \"x\"", Type::String),
            ("bag", Type::Dynamic),
        ];
        let rows = [
            vec![
                Value::Datetime(1_772_366_400_250_000_000),
                Value::Long(i64::MAX),
                Value::Real(0.1),
                Value::Timespan(1_500_000_000),
                Value::String("\x1b[31m\"é\\\u{202e}\0\u{e0041}".into()),
                Value::Dynamic("{\n\t\"a\": [1, \"\u{9b}\"]}".into()),
            ],
            vec![
                Value::Null(Type::Datetime),
                Value::Long(i64::MIN),
                Value::Real(f64::NAN),
                Value::Null(Type::Timespan),
                Value::Null(Type::String),
                Value::Dynamic("no json".into()),
            ],
        ];
        let mut out = Vec::new();
        let extra = Extra { block: true, provisional: false };
        Ndjson::new(&mut out, extra).rows("b", &batch(&fields, &rows), false).expect("it can be written");
        let text = String::from_utf8(out).expect("it is text");
        expect![[r#"
            {"block":"b","at":"2026-03-01T12:00:00.25Z","http.response.status_code":9223372036854775807,"share":0.1,"duration":1500000000,"say \"x\"":"\u001b[31m\"é\\\u202e\u0000\udb40\udc41","bag":{"a": [1, "\u009b"]}}
            {"block":"b","at":null,"http.response.status_code":-9223372036854775808,"share":null,"duration":null,"say \"x\"":null,"bag":"no json"}
        "#]].assert_eq(&text);
        let first: serde_json::Value = serde_json::from_str(text.lines().next().expect("a line")).expect("it is JSON");
        assert_eq!(first["say \"x\""], "\x1b[31m\"é\\\u{202e}\0\u{e0041}");
    }

    #[test]
    fn provisional_rows_are_told_apart() {
        let mut out = Vec::new();
        let extra = Extra { block: false, provisional: true };
        let rows = batch(&[("n", Type::Long), ("provisional", Type::Long)], &[vec![Value::Long(1), Value::Long(2)]]);
        Ndjson::new(&mut out, extra).rows("b", &rows, true).expect("it can be written");
        assert_eq!(String::from_utf8_lossy(&out), "{\"provisional\":true,\"n\":1,\"provisional_\":2}\n");
    }
}
