//! One row a log record.

use super::decode::{Context, Refusal, blank, instant};
use super::rows::Rows;
use super::wire::{Wire, fields};
use crate::source::column::Scalar;
use crate::source::table::Slot;

pub(super) struct Own {
    timestamp: Option<Slot>,
    observed: Option<Slot>,
    severity: Option<Slot>,
    number: Option<Slot>,
    body: Option<Slot>,
    event: Option<Slot>,
    trace: Option<Slot>,
    span: Option<Slot>,
}

impl Own {
    pub(super) fn new(rows: &Rows) -> Own {
        Own {
            timestamp: rows.own("timestamp"),
            observed: rows.own("observed_timestamp"),
            severity: rows.own("severity"),
            number: rows.own("severity.number"),
            body: rows.own("body"),
            event: rows.own("event.name"),
            trace: rows.own("trace.id"),
            span: rows.own("span.id"),
        }
    }

    pub(super) fn record(&self, log: &[u8], rows: &mut Rows, context: &mut Context<'_>) -> Result<(), Refusal> {
        let (mut time, mut observed, mut number, mut attribute) = (0, 0, 0, 0);
        let (mut severity, mut trace, mut span) = (&[][..], &[][..], &[][..]);
        for field in fields(log) {
            match field? {
                (1, Wire::Fixed64(nanos)) => time = nanos,
                (2, Wire::Varint(value)) => number = value,
                (3, Wire::Bytes(bytes)) => severity = bytes,
                (5, Wire::Bytes(body)) => rows.set_any(self.body, body)?,
                (6, Wire::Bytes(bytes)) => {
                    rows.attribute(attribute, bytes)?;
                    attribute += 1;
                }
                (9, Wire::Bytes(bytes)) => trace = bytes,
                (10, Wire::Bytes(bytes)) => span = bytes,
                (11, Wire::Fixed64(nanos)) => observed = nanos,
                (12, Wire::Bytes(bytes)) => rows.set_text(self.event, bytes),
                _ => {}
            }
        }
        context.untimed += u64::from(time == 0 && observed == 0);
        // Whoever receives a record without a time of observation has just observed it.
        let observed = instant(observed).unwrap_or(Scalar::Datetime(context.now));
        rows.set(self.observed, observed);
        rows.set(self.timestamp, instant(time).unwrap_or(observed));
        match (severity, severity_word(number)) {
            ([], Some(word)) => rows.set(self.severity, Scalar::String(word)),
            (text, _) => rows.set_text(self.severity, text),
        }
        if let (1.., Ok(number)) = (number, i64::try_from(number)) {
            rows.set(self.number, Scalar::Long(number));
        }
        let mut wrong = false;
        for (slot, id, length) in [(self.trace, trace, 16), (self.span, span, 8)] {
            // The line counts for more than the id that came with it.
            wrong |= !id.is_empty() && id.len() != length;
            if id.len() == length && !blank(id) {
                rows.set_hex(slot, id);
            }
        }
        context.without_ids += u64::from(wrong);
        context.end(rows)
    }
}

/// Each severity has four grades.
fn severity_word(number: u64) -> Option<&'static str> {
    Some(match number {
        1..=4 => "TRACE",
        5..=8 => "DEBUG",
        9..=12 => "INFO",
        13..=16 => "WARN",
        17..=20 => "ERROR",
        21..=24 => "FATAL",
        _ => return None,
    })
}
