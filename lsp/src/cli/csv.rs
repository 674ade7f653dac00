//! Rows as CSV (RFC 4180), one header for all. Control characters are shown, since CSV cannot escape them.
//!
//! Where fields come after the header was written, an empty line and a new header with them follow.

use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{DurationNanosecondType, Float64Type, Int64Type, TimestampNanosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use runner::event::Started;
use syntax::Type;

use super::Failure;
use super::console::Console;
use super::ndjson::datetime;
use super::rows::{Extra, RowWriter};
use crate::results::fields_of;

pub(super) struct Csv<W: Write> {
    /// None only while another header begins.
    out: Option<csv::Writer<W>>,
    extra: Extra,
    console: Console,
    /// Of all blocks, in the order they were first named.
    columns: Vec<String>,
    header_written: bool,
    /// A column was left out, and that was said.
    told: bool,
}

impl<W: Write> Csv<W> {
    pub(super) fn new(out: W, extra: Extra, console: Console) -> Csv<W> {
        Csv {
            out: Some(csv::Writer::from_writer(out)),
            extra,
            console,
            columns: Vec::new(),
            header_written: false,
            told: false,
        }
    }

    fn add_columns(&mut self, names: impl Iterator<Item = String>) {
        for name in names {
            if !self.columns.contains(&name) {
                self.columns.push(name);
            }
        }
    }

    /// Rows have another number of columns from here on.
    fn begin_anew(&mut self) -> Result<(), Failure> {
        let Some(before) = self.out.take() else { return Ok(()) };
        let mut out = before.into_inner().map_err(|error| error.into_error())?;
        out.write_all(b"\n")?;
        self.out = Some(csv::Writer::from_writer(out));
        Ok(())
    }

    fn write_header(&mut self) -> Result<(), Failure> {
        self.header_written = true;
        let extra = [(self.extra.block, "block"), (self.extra.provisional, "provisional")];
        let extra = extra.into_iter().filter(|(wanted, _)| *wanted).map(|(_, name)| name);
        let header: Vec<String> = extra.map(str::to_owned).chain(self.columns.iter().map(|name| shown(name))).collect();
        let Some(out) = &mut self.out else { return Ok(()) };
        Ok(out.write_record(header).map_err(failed)?)
    }
}

impl<W: Write> RowWriter for Csv<W> {
    fn started(&mut self, _block: &str, started: &Started) -> Result<(), Failure> {
        let extra = self.extra;
        if !self.header_written {
            self.add_columns(started.fields.iter().map(|field| extra.name(&field.name)));
        }
        Ok(())
    }

    fn rows(&mut self, block: &str, batch: &RecordBatch, provisional: bool) -> Result<(), Failure> {
        let fields = fields_of(batch);
        let names: Vec<String> = fields.iter().map(|field| self.extra.name(&field.name)).collect();
        if !self.header_written {
            self.add_columns(names.iter().cloned());
            self.write_header()?;
        }
        let new: Vec<String> = names.iter().filter(|name| !self.columns.contains(name)).cloned().collect();
        if !new.is_empty() {
            if !std::mem::replace(&mut self.told, true) {
                let new = new.iter().map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", ");
                self.console.warning(&format!(
                    "`{block}` has a field that came after the header was written ({new}); an empty line and a new \
                     header follow there, and where more come; ndjson needs none"
                ));
            }
            self.add_columns(new.into_iter());
            self.begin_anew()?;
            self.write_header()?;
        }
        let places: Vec<Option<usize>> =
            self.columns.iter().map(|column| names.iter().position(|name| name == column)).collect();
        let Some(out) = &mut self.out else { return Ok(()) };
        for row in 0..batch.num_rows() {
            if self.extra.block {
                out.write_field(shown(block)).map_err(failed)?;
            }
            if self.extra.provisional {
                out.write_field(provisional.to_string()).map_err(failed)?;
            }
            for place in &places {
                let text = place.map(|place| cell(batch.column(place), row, fields[place].ty)).unwrap_or_default();
                out.write_field(text).map_err(failed)?;
            }
            out.write_record(None::<&[u8]>).map_err(failed)?;
        }
        Ok(out.flush()?)
    }

    fn finish(&mut self, _results: &[crate::results::BlockResult]) -> Result<(), Failure> {
        // No rows are an answer too: then there is the header alone.
        if !self.header_written && !self.columns.is_empty() {
            self.write_header()?;
        }
        Ok(self.out.as_mut().map_or(Ok(()), csv::Writer::flush)?)
    }
}

fn cell(column: &ArrayRef, row: usize, ty: Type) -> String {
    if column.is_null(row) {
        return String::new();
    }
    match ty {
        Type::Bool => column.as_boolean().value(row).to_string(),
        Type::Long => column.as_primitive::<Int64Type>().value(row).to_string(),
        Type::Timespan => column.as_primitive::<DurationNanosecondType>().value(row).to_string(),
        Type::Real => match column.as_primitive::<Float64Type>().value(row) {
            value if value.is_finite() => super::ndjson::real(value),
            _ => String::new(),
        },
        Type::Datetime => datetime(column.as_primitive::<TimestampNanosecondType>().value(row)),
        Type::String | Type::Dynamic => shown(column.as_string::<i32>().value(row)),
    }
}

fn shown(text: &str) -> String {
    syntax::visible(text).into_owned()
}

fn failed(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => std::io::Error::other(format!("{kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use syntax::Value;

    use super::*;
    use crate::cli::Environment;
    use crate::cli::args::Color;
    use crate::results::testing::batch;

    #[test]
    fn blocks_share_one_header_and_nothing_acts_on_a_screen() {
        let mut out = Vec::new();
        let console = Console::new(Color::Never, &Environment::default());
        let mut csv = Csv::new(&mut out, Extra { block: true, provisional: false }, console);
        let first = batch(
            &[("a,b", Type::Long), ("text", Type::String)],
            &[vec![Value::Long(1), Value::String("x,\"\x1b[2J\n".into())]],
        );
        let second = batch(
            &[("text", Type::String), ("share", Type::Real)],
            &[vec![Value::Null(Type::String), Value::Real(f64::INFINITY)]],
        );
        csv.add_columns(["a,b", "text", "share"].map(str::to_owned).into_iter());
        csv.rows("one", &first, false).expect("it can be written");
        csv.rows("two", &second, false).expect("it can be written");
        drop(csv);
        expect![[r#"
            block,"a,b",text,share
            one,1,"x,""\u{1b}[2J\n",
            two,,,
        "#]]
        .assert_eq(&String::from_utf8_lossy(&out));
    }
}
