//! Rows as a test writes them: each value exact, in the words of the language, and readable.

use arrow_array::RecordBatch;
use syntax::{Field, Type, Value, literal};

use crate::results::{fields_of, value};

/// What a block gave, in its order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pub(crate) fields: Vec<Field>,
    pub(crate) rows: Vec<Vec<Value>>,
}

impl Rows {
    /// Fields that come later are null before.
    pub(crate) fn push(&mut self, batch: &RecordBatch) {
        let fields = fields_of(batch);
        for field in &fields {
            if let Some(known) = self.fields.iter_mut().find(|known| known.name == field.name) {
                known.ty = known.ty.wider(field.ty);
            }
            if !self.fields.iter().any(|known| known.name == field.name) {
                self.fields.push(field.clone());
                let null = Value::Null(field.ty);
                self.rows.iter_mut().for_each(|row| row.push(null.clone()));
            }
        }
        let places: Vec<Option<usize>> =
            self.fields.iter().map(|known| fields.iter().position(|field| field.name == known.name)).collect();
        for row in 0..batch.num_rows() {
            let cells = self.fields.iter().zip(&places).map(|(field, place)| {
                let found = place.and_then(|place| value::exact(batch.column(place), row, fields[place].ty));
                found.unwrap_or(Value::Null(field.ty))
            });
            self.rows.push(cells.collect());
        }
    }
}

/// A value as a cell; a null is an empty one.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Null(_) => String::new(),
        Value::Timespan(nanos) => timespan(*nanos),
        Value::String(text) if plain(text) => text.to_string(),
        Value::String(text) => literal::quote(text),
        Value::Dynamic(text) => syntax::visible(text).into_owned(),
        Value::Real(real) => rounded(*real),
        Value::Bool(bool) => bool.to_string(),
        Value::Long(long) => long.to_string(),
        Value::Datetime(nanos) => {
            jiff::Timestamp::from_nanosecond(i128::from(*nanos)).map(|at| at.to_string()).unwrap_or_default()
        }
    }
}

/// Nine digits: more nobody reviews, and the last ones of a sum depend on its order.
fn rounded(real: f64) -> String {
    let short = format!("{real:.8e}").parse().unwrap_or(real);
    if short == 0.0 || (1e-4..1e15).contains(&short.abs()) { short.to_string() } else { format!("{short:e}") }
}

/// Needs no quotes to be read as it is.
fn plain(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && !text.starts_with('"')
        && !text.chars().any(char::is_control)
        && syntax::visible(text) == text
}

/// Exact, in the largest unit that it reaches: `123.456789ms`.
fn timespan(nanos: i64) -> String {
    const UNITS: [(u64, &str); 6] = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
    ];
    let size = nanos.unsigned_abs();
    let whole = UNITS.iter().find(|(unit, _)| size >= *unit && (size.is_multiple_of(*unit) || 1_000_000_000 >= *unit));
    let Some((unit, word)) = whole else { return literal::timespan_text(nanos) };
    let sign = if nanos < 0 { "-" } else { "" };
    let (units, rest) = (size / unit, size % unit);
    if rest == 0 {
        return format!("{sign}{units}{word}");
    }
    let digits = unit.ilog10() as usize;
    let fraction = format!("{rest:0digits$}");
    format!("{sign}{units}.{}{word}", fraction.trim_end_matches('0'))
}

/// A value so that equal ones, and no others, have one text.
pub(crate) fn canon(value: &Value) -> String {
    match value {
        Value::Null(_) => "null".to_owned(),
        Value::String(text) => format!("text {text}"),
        Value::Dynamic(text) => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(json) => json.to_string(),
            Err(_) => format!("text {text}"),
        },
        Value::Real(real) => format!("{real:.8e}"),
        other => format!("{other:?}"),
    }
}

/// The same of a cell that somebody wrote, of a column with this type.
pub(crate) fn canon_written(written: &str, ty: Type) -> String {
    let written = written.trim();
    if written.is_empty() || (written == "null" && ty != Type::String) {
        return canon(&Value::Null(ty));
    }
    let read = match ty {
        Type::String if written.starts_with('"') => {
            literal::unquote(written).ok().map(|text| Value::String((*text).into()))
        }
        Type::Real => written.parse().ok().map(Value::Real).or_else(|| literal::parse_as(ty, written).ok()),
        _ => literal::parse_as(ty, written).ok(),
    };
    read.map_or_else(|| format!("text {written}"), |value| canon(&value))
}

/// Rows as an aligned Markdown table with these columns.
pub(crate) fn markdown(columns: &[String], rows: &[Vec<String>]) -> String {
    use unicode_width::UnicodeWidthStr;
    let escaped = |cell: &String| cell.replace('|', "\\|").replace(['\n', '\r'], " ");
    let all: Vec<Vec<String>> = std::iter::once(columns)
        .chain(rows.iter().map(Vec::as_slice))
        .map(|row| row.iter().map(escaped).collect())
        .collect();
    let width =
        |column: usize| all.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0).max(3);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |row: &[String]| {
        let cells =
            row.iter().zip(&widths).map(|(cell, width)| format!(" {cell}{} |", " ".repeat(width - cell.width())));
        format!("|{}\n", cells.collect::<String>())
    };
    let rule: String = widths.iter().map(|width| format!("{}|", "-".repeat(width + 2))).collect();
    let mut text = line(&all[0]);
    text.push_str(&format!("|{rule}\n"));
    all[1..].iter().for_each(|row| text.push_str(&line(row)));
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_says_what_it_was(nanos: i64, real: f64, text: String, long: i64) {
            let values = [Value::Timespan(nanos), Value::Real(real), Value::String(text.as_str().into()), Value::Long(long), Value::Null(Type::Long)];
            for value in values {
                if matches!(value, Value::Real(real) if real.is_nan()) {
                    continue;
                }
                prop_assert_eq!(canon_written(&cell(&value), value.ty()), canon(&value), "{}", cell(&value));
            }
        }
    }

    #[test]
    fn a_person_may_write_it_otherwise() {
        assert_eq!(cell(&Value::Timespan(123_456_789)), "123.456789ms");
        assert_eq!(cell(&Value::Timespan(90_000_000_000)), "90s");
        for (written, value) in [
            ("1500ms", Value::Timespan(1_500_000_000)),
            ("1.5", Value::Real(1.5)),
            ("2026-03-01 12:00:10", Value::Datetime(1_772_366_410_000_000_000)),
            ("\"a\"", Value::String("a".into())),
            ("{\"a\": 1}", Value::Dynamic("{\"a\":1}".into())),
            ("null", Value::Null(Type::Long)),
        ] {
            assert_eq!(canon_written(written, value.ty()), canon(&value), "{written}");
        }
        for (written, value) in [
            ("1501ms", Value::Timespan(1_500_000_000)),
            ("1.5000001", Value::Real(1.5)),
            ("", Value::String("".into())),
            ("5", Value::Null(Type::Long)),
            ("null", Value::Null(Type::String)),
        ] {
            assert_ne!(canon_written(written, value.ty()), canon(&value), "{written}");
        }
    }
}
