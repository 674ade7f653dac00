//! From a request's bytes to batches, with only the fields that are wanted.
//!
//! A request counts as a whole: where its bytes are malformed, nothing of it is handed on (but for batches
//! that were full before). Knows nothing of how the bytes came here.

use std::sync::Arc;

use syntax::catalog::signals::Signal;
use syntax::source::SourceDecl;

use super::rows::{Rows, Shared, known};
use super::wire::{Malformed, Wire, fields};
use super::{logs, metrics, spans};
use crate::Error;
use crate::source::column::Scalar;
use crate::source::table::{Known, Slot};
use crate::source::{Feed, Wanted};

/// What the records of a message inherit is at most so many times the message, since each row has its own copy
/// of what a resource says once: a small message could keep a runner busy for minutes.
const INHERITED: usize = 256;
/// For small messages that is always allowed.
const INHERITED_FLOOR: usize = 64 << 20;

/// Bytes of a message that are shown where it cannot be decoded.
pub(super) const SAMPLE: usize = 120;

/// Decodes the requests of one signal for one source.
pub struct Decoder {
    signal: Signal,
    known: Known,
    /// For every field, and for some: what is wanted alternates between the two.
    whole: Option<Filling>,
    some: Option<Filling>,
    told_ids: bool,
    told_untimed: bool,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Records that became rows.
    pub taken: u64,
    /// Records that were refused, and counted as dropped.
    pub rejected: u64,
}

#[derive(Debug)]
pub enum Refusal {
    Malformed,
    /// Its records would take far more room than the message.
    TooLarge,
    Internal(Error),
}

impl From<Malformed> for Refusal {
    fn from(_: Malformed) -> Refusal {
        Refusal::Malformed
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal::Internal(error)
    }
}

/// Why messages are not taken, as it is counted.
pub(super) const MALFORMED: &str = "a malformed OTLP message";
pub(super) const TOO_LARGE: &str = "an OTLP message over the limit (`?max_message=`)";

pub(super) const UNPACKED: &str = "an OTLP message whose resource is too large for its many records";

/// Why one record is not taken.
pub(super) const WRONG_ID: &str = "a span with a trace or span id of a wrong length";

struct Filling {
    wanted: Arc<Wanted>,
    rows: Rows,
    own: Own,
    scope_name: Option<Slot>,
    scope_version: Option<Slot>,
}

enum Own {
    Spans(spans::Own),
    Logs(logs::Own),
    Metrics(metrics::Own),
}

/// What the records of a scope share, and where rows go.
pub(super) struct Context<'a> {
    resource: Shared<'a>,
    scope: Shared<'a>,
    scope_name: &'a [u8],
    scope_version: &'a [u8],
    slots: (Option<Slot>, Option<Slot>),
    pub(super) now: i64,
    /// Bytes that may still be copied from resources and scopes.
    to_inherit: usize,
    feed: &'a dyn Feed,
    pub(super) report: Report,
    /// Records that are kept without their ids.
    pub(super) without_ids: u64,
    /// Records that say no time at all.
    pub(super) untimed: u64,
}

impl Decoder {
    pub fn new(decl: &SourceDecl, signal: Signal) -> Decoder {
        Decoder { signal, known: known(decl, signal), whole: None, some: None, told_ids: false, told_untimed: false }
    }

    /// Decodes an `Export…ServiceRequest` and hands its rows on.
    pub fn request(&mut self, message: &[u8], feed: &dyn Feed) -> Result<Report, Refusal> {
        let wanted = feed.wanted();
        let place = if *wanted == Wanted::All { &mut self.whole } else { &mut self.some };
        if place.as_ref().is_none_or(|filling| filling.wanted != wanted) {
            if let Some(before) = place.take() {
                self.known.learn(&before.rows.table);
            }
            *place = Some(Filling::new(wanted, &self.known, self.signal));
        }
        let Some(filling) = place else { return Ok(Report::default()) };
        let mut context = Context {
            resource: Shared::default(),
            scope: Shared::default(),
            scope_name: &[],
            scope_version: &[],
            slots: (filling.scope_name, filling.scope_version),
            now: crate::source::now(),
            to_inherit: message.len().saturating_mul(INHERITED).max(INHERITED_FLOOR),
            feed,
            report: Report::default(),
            without_ids: 0,
            untimed: 0,
        };
        if let Err(refusal) = filling.message(message, &mut context) {
            let lost = filling.rows.discard() + 1;
            let reason = if matches!(refusal, Refusal::TooLarge) { UNPACKED } else { MALFORMED };
            feed.dropped(reason, lost, &message[..message.len().min(SAMPLE)]);
            return Err(refusal);
        }
        if filling.rows.table.rows() > 0 {
            feed.batch(filling.rows.table.batch()?);
        }
        filling.rows.table.tell(feed);
        if context.without_ids > 0 && !std::mem::replace(&mut self.told_ids, true) {
            feed.notice("log records come with trace or span ids of a wrong length; those ids are left out".to_owned());
        }
        if context.untimed > 0 && !std::mem::replace(&mut self.told_untimed, true) {
            feed.untimed(
                "log records come without a time; they have the time at which they are read instead".to_owned(),
            );
        }
        Ok(context.report)
    }
}

impl Filling {
    fn new(wanted: Arc<Wanted>, known: &Known, signal: Signal) -> Filling {
        let rows = Rows::new(&wanted, known, signal);
        let own = match signal {
            Signal::Logs => Own::Logs(logs::Own::new(&rows)),
            Signal::Metrics => Own::Metrics(metrics::Own::new(&rows)),
            // There are no deploys in OTLP; such a source was refused.
            Signal::Spans | Signal::Deploys => Own::Spans(spans::Own::new(&rows)),
        };
        let (scope_name, scope_version) = (rows.own("scope.name"), rows.own("scope.version"));
        Filling { wanted, rows, own, scope_name, scope_version }
    }

    /// The three signals are nested alike: resources, in them scopes, in them records.
    fn message<'a>(&mut self, message: &'a [u8], context: &mut Context<'a>) -> Result<(), Refusal> {
        for field in fields(message) {
            let (1, Wire::Bytes(group)) = field? else { continue };
            context.resource = self.rows.share(last(group, 1)?, 1)?;
            for field in fields(group) {
                let (2, Wire::Bytes(group)) = field? else { continue };
                let scope = last(group, 1)?;
                context.scope = self.rows.share(scope, 3)?;
                (context.scope_name, context.scope_version) = (last(scope, 1)?, last(scope, 2)?);
                for field in fields(group) {
                    let (2, Wire::Bytes(record)) = field? else { continue };
                    match &self.own {
                        Own::Spans(own) => own.record(record, &mut self.rows, context)?,
                        Own::Logs(own) => own.record(record, &mut self.rows, context)?,
                        Own::Metrics(own) => own.record(record, &mut self.rows, context)?,
                    }
                }
            }
        }
        Ok(())
    }
}

impl Context<'_> {
    /// The row has all that the record itself says.
    #[inline]
    pub(super) fn end(&mut self, rows: &mut Rows) -> Result<(), Refusal> {
        rows.set_text(self.slots.0, self.scope_name);
        rows.set_text(self.slots.1, self.scope_version);
        let inherited = self.scope.bytes() + self.resource.bytes();
        self.to_inherit = self.to_inherit.checked_sub(inherited).ok_or(Refusal::TooLarge)?;
        rows.inherit(&self.scope)?;
        rows.inherit(&self.resource)?;
        rows.table.keep();
        self.report.taken += 1;
        if rows.table.full() {
            self.feed.batch(rows.table.batch()?);
        }
        Ok(())
    }

    /// The record is not taken; the sender is told how many were not.
    pub(super) fn reject(&mut self, reason: &'static str, sample: &[u8], rows: &mut Rows) {
        rows.table.take_back();
        self.report.rejected += 1;
        self.feed.dropped(reason, 1, &sample[..sample.len().min(SAMPLE)]);
    }
}

/// A message or text in a message; empty where there is none.
fn last(message: &[u8], number: u32) -> Result<&[u8], Malformed> {
    let mut last = &[][..];
    for field in fields(message) {
        match field? {
            (found, Wire::Bytes(bytes)) if found == number => last = bytes,
            _ => {}
        }
    }
    Ok(last)
}

/// Nanoseconds since 1970; none where it is not set, or lies beyond 2262.
pub(super) fn instant(nanos: u64) -> Option<Scalar<'static>> {
    i64::try_from(nanos).ok().filter(|nanos| *nanos > 0).map(Scalar::Datetime)
}

/// An id that says nothing: not set, or all zero.
pub(super) fn blank(id: &[u8]) -> bool {
    id.iter().all(|byte| *byte == 0)
}
