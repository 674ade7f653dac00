//! `otlp:`: receives traces, logs and metrics from OpenTelemetry's exporters and collectors.
//!
//! grpc, http (json → protobuf) → intake → decode (spans, logs, metrics over a walk of the protobuf bytes) → feed. Listens on
//! this machine only, unless `?public=true`.

mod address;
mod answer;
mod arrival;
mod decode;
mod grpc;
mod http;
mod intake;
mod json;
mod listeners;
mod logs;
mod metrics;
mod rows;
mod spans;
#[cfg(test)]
mod tests;
mod value;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use syntax::source::SourceDecl;

pub use self::decode::{Decoder, Refusal, Report};
pub(crate) use self::http::is_loopback;
pub(super) use self::json::to_protobuf as json_to_protobuf;
use self::listeners::Registration;
pub use self::listeners::{Bound, Listeners};
pub(super) use self::rows::known;
use super::{Feed, Opened, Reader};
use crate::Error;

/// A stop wakes the reader at once; this is only how long it sleeps without one.
const NAP: Duration = Duration::from_secs(3600);

/// Listens from here on, so that a busy port is known at once; what is sent before the reader runs waits.
pub(super) fn open(decl: &SourceDecl, listeners: &Listeners) -> Result<Opened, Error> {
    let signal = decl.signal().map_err(Error::Source)?;
    let address = address::Address::new(&decl.uri)?;
    let registration = listeners.register(address, signal)?;
    let mut schema = syntax::Schema {
        fields: rows::known(decl, signal).fields.into_iter().map(|known| known.field).collect(),
        ..decl.schema()
    };
    schema.time.get_or_insert_with(|| "timestamp".into());
    Ok(Opened { schema, reader: Box::new(Receiving { decl: decl.clone(), registration }) })
}

struct Receiving {
    decl: SourceDecl,
    registration: Registration,
}

impl Reader for Receiving {
    /// The listener's own threads decode and hand on; this one holds the registration.
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        self.registration.intake.attach(self.registration.id(), &self.decl, Arc::clone(&feed));
        while !feed.pause(NAP) {}
        Ok(())
    }
}
