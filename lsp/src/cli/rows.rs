//! Where rows are written, in the format that was asked for.

use std::io::{self, BufWriter};

use arrow_array::RecordBatch;
use runner::event::Started;

use super::args::{Format, WatchArgs};
use super::console::Console;
use super::csv::Csv;
use super::ndjson::Ndjson;
use super::table::Table;
use super::{Failure, table};
use crate::results::BlockResult;

/// One format.
pub(super) trait RowWriter {
    fn started(&mut self, _block: &str, _started: &Started) -> Result<(), Failure> {
        Ok(())
    }

    /// Writes rows and hands them on at once.
    fn rows(&mut self, block: &str, batch: &RecordBatch, provisional: bool) -> Result<(), Failure>;

    /// Nothing more will come.
    fn finish(&mut self, _results: &[BlockResult]) -> Result<(), Failure> {
        Ok(())
    }

    /// It writes from results, so these must have the rows.
    fn keeps_rows(&self) -> bool {
        false
    }
}

pub(super) fn writer(args: &WatchArgs, named: bool, console: Console) -> Result<Box<dyn RowWriter>, Failure> {
    let out = BufWriter::with_capacity(1 << 16, io::stdout());
    let extra = Extra { block: named, provisional: args.provisional };
    Ok(match args.format {
        Format::Auto | Format::Ndjson => Box::new(Ndjson::new(out, extra)),
        Format::Csv => Box::new(Csv::new(out, extra, console)),
        Format::Table => Box::new(Table::new(out, named, table::width(), console)),
    })
}

/// The fields that a row has beside its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extra {
    pub(super) block: bool,
    pub(super) provisional: bool,
}

impl Extra {
    /// A field's name in the output: its own, unless that is taken.
    pub(super) fn name(self, field: &str) -> String {
        let taken = (self.block && field == "block") || (self.provisional && field == "provisional");
        if taken { format!("{field}_") } else { field.to_owned() }
    }
}
