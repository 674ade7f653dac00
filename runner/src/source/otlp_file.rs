//! Files that a collector's file exporter writes: requests of OTLP as JSON, one after the other (`resourceSpans`,
//! `resourceLogs`, `resourceMetrics`). Their records are the events, with the fields that `otlp:` sources have.

use syntax::catalog::signals::Signal;
use syntax::source::SourceDecl;

use super::Feed;
use super::otlp::{Decoder, json_to_protobuf};
use crate::Error;

/// Bytes of requests that are decoded together.
const TOGETHER: usize = 256 << 10;
/// Bytes of a request that are looked at for what it holds.
const LOOK: usize = 256;

/// The signals of OTLP, and the member that a request of each begins with.
const SIGNALS: [(Signal, &[u8]); 3] = [
    (Signal::Spans, b"\"resourceSpans\""),
    (Signal::Logs, b"\"resourceLogs\""),
    (Signal::Metrics, b"\"resourceMetrics\""),
];

/// What a request holds; `None` where the text is no request.
pub(super) fn signal_of(document: &[u8]) -> Option<Signal> {
    let start = &document[..document.len().min(LOOK)];
    let mut found = SIGNALS.iter().filter_map(|(signal, member)| {
        let at = memchr::memmem::find(start, member)?;
        // The outermost object's first member.
        (start[..at].trim_ascii() == b"{").then_some(*signal)
    });
    found.next()
}

/// Decodes requests, whose records go to the feed at once.
pub(super) struct OtlpFile {
    /// The only signal that is read, where one was asked for.
    only: Option<Signal>,
    parts: [Part; 3],
}

struct Part {
    signal: Signal,
    decoder: Decoder,
    /// Requests as protobuf: several after each other are one.
    waiting: Vec<u8>,
}

impl OtlpFile {
    pub(super) fn new(decl: &SourceDecl, only: Option<Signal>) -> OtlpFile {
        let part = |signal| Part { signal, decoder: Decoder::new(decl, signal), waiting: Vec::new() };
        OtlpFile { only, parts: SIGNALS.map(|(signal, _)| part(signal)) }
    }

    /// Takes a request; says why it cannot be read.
    pub(super) fn request(&mut self, document: &[u8], feed: &dyn Feed) -> Result<Result<(), &'static str>, Error> {
        let Some(signal) = signal_of(document) else { return Ok(Err("no OTLP request")) };
        if self.only.is_some_and(|only| only != signal) {
            return Ok(Err("an OTLP request of another signal (`?signal=`)"));
        }
        let Ok(request) = json_to_protobuf(signal, document) else { return Ok(Err("a malformed OTLP request")) };
        if let Some(part) = self.parts.iter_mut().find(|part| part.signal == signal) {
            part.waiting.extend_from_slice(&request);
            if part.waiting.len() >= TOGETHER {
                part.decode(feed)?;
            }
        }
        Ok(Ok(()))
    }

    /// Decodes what waits.
    pub(super) fn flush(&mut self, feed: &dyn Feed) -> Result<(), Error> {
        self.parts.iter_mut().try_for_each(|part| part.decode(feed))
    }
}

impl Part {
    fn decode(&mut self, feed: &dyn Feed) -> Result<(), Error> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let decoded = self.decoder.request(&self.waiting, feed);
        self.waiting.clear();
        match decoded {
            // What could not be read was counted.
            Ok(_) | Err(super::otlp::Refusal::Malformed | super::otlp::Refusal::TooLarge) => Ok(()),
            Err(super::otlp::Refusal::Internal(error)) => Err(error),
        }
    }
}
