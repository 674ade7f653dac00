//! `otlp:HOST:PORT`: receives OpenTelemetry's traces, logs and metrics over gRPC, and over HTTP on the next
//! port. One listener an address serves all signals; each source takes its own.
//!
//! Parameters: `signal=spans|logs|metrics` (else by the source's name), `http=HOST:PORT|off`,
//! `max_message=16MiB` (4 MiB unless it says otherwise, after decompression), `public=true` to listen on
//! an address that other machines reach.

mod grpc;
mod http;
mod listeners;
mod logs;
mod metrics;
mod record;
#[cfg(test)]
mod tests;
mod traces;

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use syntax::catalog::signals::Signal;
use syntax::literal;
use syntax::source::{SourceDecl, SourceUri};

use super::table::Known;
use super::{Feed, Opened, Reader, params};
use crate::Error;
use listeners::Listener;

pub use listeners::Listeners;

/// Bytes of one request at most, where the address does not say.
const MAX_MESSAGE: usize = 4 << 20;

/// Where one listener listens.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    grpc: SocketAddr,
    http: Option<SocketAddr>,
    max_message: usize,
}

/// Binds at once, so that a busy port is told where it can be answered; receives when it runs.
pub(super) fn open(decl: &SourceDecl, listeners: &Listeners) -> Result<Opened, Error> {
    params::known(&decl.uri)?;
    let signal = decl.signal().map_err(|message| Error::Source(format!("source `{}`: {message}", decl.name)))?;
    let listener = listeners.listen(address(&decl.uri)?)?;
    let known = Known { fields: decl.schema().fields.to_vec(), time: None, later: Vec::new() };
    Ok(Opened { schema: decl.schema(), reader: Box::new(Receiver { listener, signal, known }) })
}

struct Receiver {
    listener: Arc<Listener>,
    signal: Signal,
    known: Known,
}

impl Reader for Receiver {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        let inbox = self.listener.add(self.signal, self.known, Arc::clone(&feed));
        while !feed.pause(Duration::from_secs(3600)) {}
        self.listener.remove(inbox);
        Ok(())
    }
}

fn address(uri: &SourceUri) -> Result<Address, Error> {
    let public = params::flag(uri, "public")?;
    let grpc = resolve(&uri.rest, public)?;
    let http = match uri.param("http") {
        Some("off") => None,
        Some(address) => Some(resolve(address, public)?),
        None if grpc.port() == 0 => Some(grpc),
        None => grpc.port().checked_add(1).map(|port| SocketAddr::new(grpc.ip(), port)),
    };
    let max_message = match uri.param("max_message") {
        None => MAX_MESSAGE,
        Some(text) => {
            let bytes = literal::parse_size(text).ok().and_then(|bytes| usize::try_from(bytes).ok());
            bytes
                .filter(|bytes| *bytes > 0)
                .ok_or_else(|| Error::Source(format!("`max_message={text}`: expected a size such as `16MiB`")))?
        }
    };
    Ok(Address { grpc, http, max_message })
}

fn resolve(text: &str, public: bool) -> Result<SocketAddr, Error> {
    let found = text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    let address = found.ok_or_else(|| {
        Error::Source(format!("`{text}` is no address to listen on; expected one such as `127.0.0.1:4317`"))
    })?;
    if !address.ip().is_loopback() && !public {
        return Err(Error::Source(format!(
            "`{text}` can be reached from other machines, and whoever reaches it can send events; \
             add `?public=true` if that is meant, else listen on `127.0.0.1:{}`",
            address.port()
        )));
    }
    Ok(address)
}
