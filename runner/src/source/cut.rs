//! Cuts a source's bytes into records, in the way of its format.

use super::documents::Documents;
use super::infer::{Format, Shape};
use super::lines::{Lines, Take};
use super::quoted::Quoted;

pub(super) enum Cut {
    Lines(Lines),
    Documents(Box<Documents>),
    Quoted(Quoted),
}

impl Cut {
    /// `max`: bytes of one record at most.
    pub(super) fn new(shape: &Shape, max: usize) -> Cut {
        match shape.format {
            // The runtime of containers wraps each line.
            _ if shape.wrapped => Cut::Lines(Lines::new(max)),
            Format::Json | Format::Otlp => Cut::Documents(Box::new(Documents::new(max, shape.list.as_deref()))),
            Format::Csv => Cut::Quoted(Quoted::new(max, shape.delimiter)),
            Format::Logfmt | Format::Columns | Format::Text => Cut::Lines(Lines::new(max)),
        }
    }

    pub(super) fn take<E>(&mut self, bytes: &[u8], each: &mut impl Take<E>) -> Result<(), E> {
        match self {
            Cut::Lines(lines) => lines.take(bytes, each),
            Cut::Documents(documents) => documents.take(bytes, each),
            Cut::Quoted(quoted) => quoted.take(bytes, each),
        }
    }

    /// The input has ended: what is there of the last record is all of it.
    pub(super) fn finish<E>(&mut self, each: &mut impl Take<E>) -> Result<(), E> {
        match self {
            Cut::Lines(lines) => lines.finish(each),
            Cut::Documents(documents) => documents.finish(each),
            Cut::Quoted(quoted) => quoted.finish(each),
        }
    }

    /// Forgets the record whose end has not come; returns what there was of it.
    pub(super) fn forget(&mut self) -> Vec<u8> {
        match self {
            Cut::Lines(lines) => lines.forget(),
            Cut::Documents(documents) => documents.forget(),
            Cut::Quoted(quoted) => quoted.forget(),
        }
    }
}
