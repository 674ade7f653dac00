//! Listeners, one an address, shared by the sources that name it. The last source closes it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use arrow_array::RecordBatch;
use prost::Message;
use syntax::catalog::signals::Signal;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::super::table::{Known, Table};
use super::{Address, grpc, http};
use crate::Error;
use crate::source::Feed;

/// How long connections have to end when a listener closes.
const FAREWELL: Duration = Duration::from_millis(200);

/// The listeners of one runner.
#[derive(Default)]
pub struct Listeners {
    open: Mutex<HashMap<SocketAddr, Weak<Listener>>>,
}

impl Listeners {
    /// The listener of this address; bound now, if it is not yet.
    pub(super) fn listen(&self, address: Address) -> Result<Arc<Listener>, Error> {
        let mut open = lock(&self.open);
        open.retain(|_, listener| listener.strong_count() > 0);
        if let Some(listener) = open.get(&address.grpc).and_then(Weak::upgrade) {
            if listener.asked != address {
                let grpc = address.grpc;
                return Err(Error::Source(format!(
                    "two sources name `otlp:{grpc}` with different parameters; give both the same"
                )));
            }
            return Ok(listener);
        }
        let grpc = address.grpc;
        let listener = Arc::new(Listener::bind(address)?);
        if grpc.port() != 0 {
            open.insert(grpc, Arc::downgrade(&listener));
        }
        Ok(listener)
    }
}

/// A bound address and the sources that take what comes.
pub(super) struct Listener {
    asked: Address,
    /// As bound, where a port was left to choose.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests listen on a port of the system's choice"))]
    pub(super) bound: (SocketAddr, Option<SocketAddr>),
    intake: Arc<Intake>,
    closing: watch::Sender<bool>,
    /// Taken when it closes.
    runtime: Option<Runtime>,
}

impl Listener {
    fn bind(asked: Address) -> Result<Listener, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("otlp")
            .enable_all()
            .build()
            .map_err(|error| Error::Internal(format!("cannot start threads: {error}")))?;
        let grpc = bind(&runtime, asked.grpc)?;
        let http = asked.http.map(|address| bind(&runtime, address)).transpose()?;
        let address_of = |listener: &TcpListener| {
            listener.local_addr().map_err(|error| Error::Internal(format!("a listener without address: {error}")))
        };
        let bound = (address_of(&grpc)?, http.as_ref().map(address_of).transpose()?);
        let intake = Arc::new(Intake { max_message: asked.max_message, ..Intake::default() });
        let (closing, closed) = watch::channel(false);
        runtime.spawn(grpc::serve(grpc, Arc::clone(&intake), closed.clone()));
        if let Some(http) = http {
            runtime.spawn(http::serve(http, Arc::clone(&intake), closed));
        }
        Ok(Listener { asked, bound, intake, closing, runtime: Some(runtime) })
    }

    pub(super) fn add(&self, signal: Signal, known: Known, feed: Arc<dyn Feed>) -> u64 {
        let id = self.intake.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.intake.inboxes).push(Inbox { id, signal, known: Arc::new(known), feed });
        id
    }

    pub(super) fn remove(&self, id: u64) {
        lock(&self.intake.inboxes).retain(|inbox| inbox.id != id);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The servers let go of the port; whoever still sends is cut off after the farewell.
        self.closing.send_replace(true);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(FAREWELL);
        }
    }
}

fn bind(runtime: &Runtime, address: SocketAddr) -> Result<TcpListener, Error> {
    runtime.block_on(TcpListener::bind(address)).map_err(|error| {
        let advice = match error.kind() {
            std::io::ErrorKind::AddrInUse => "; another receiver listens there: stop it, or choose another port",
            std::io::ErrorKind::PermissionDenied => "; ports below 1024 are for the administrator: choose a higher one",
            std::io::ErrorKind::AddrNotAvailable => "; this machine has no such address",
            _ => "",
        };
        Error::Source(format!("cannot listen on `{address}`: {error}{advice}"))
    })
}

/// Requests of all protocols come together here.
#[derive(Default)]
pub(super) struct Intake {
    pub(super) max_message: usize,
    inboxes: Mutex<Vec<Inbox>>,
    next: AtomicU64,
}

#[derive(Clone)]
struct Inbox {
    id: u64,
    signal: Signal,
    known: Arc<Known>,
    feed: Arc<dyn Feed>,
}

impl Intake {
    /// Decodes a request once for each source that takes its signal. Without one it is accepted and gone.
    pub(super) fn take(&self, signal: Signal, decode: impl Fn(&mut Sink<'_>)) {
        for inbox in self.inboxes_of(signal) {
            let wanted = inbox.feed.wanted();
            let table = Table::new(&wanted, &inbox.known, syntax::Type::Dynamic);
            let mut sink = Sink { table, feed: &*inbox.feed };
            decode(&mut sink);
            sink.finish();
        }
    }

    pub(super) fn dropped(&self, signal: Signal, reason: &'static str, sample: &[u8]) {
        for inbox in self.inboxes_of(signal) {
            inbox.feed.dropped(reason, 1, sample);
        }
    }

    /// A message from its bytes; what is no message is counted.
    pub(super) fn message<M: Message + Default>(&self, signal: Signal, bytes: &[u8]) -> Result<M, String> {
        M::decode(bytes).map_err(|error| {
            self.dropped(signal, MALFORMED, bytes);
            format!("this is no OTLP message: {error}")
        })
    }

    fn inboxes_of(&self, signal: Signal) -> Vec<Inbox> {
        lock(&self.inboxes).iter().filter(|inbox| inbox.signal == signal).cloned().collect()
    }
}

pub(super) const MALFORMED: &str = "not an OTLP message";
pub(super) const TOO_LARGE: &str = "message over the limit";

/// Where the records of a request go.
pub(super) struct Sink<'f> {
    pub(super) table: Table,
    feed: &'f dyn Feed,
}

impl Sink<'_> {
    /// The record is whole.
    pub(super) fn keep(&mut self) {
        self.table.keep();
        if self.table.full() {
            self.hand_on();
        }
    }

    fn finish(mut self) {
        self.hand_on();
        self.table.tell(self.feed);
    }

    fn hand_on(&mut self) {
        if self.table.rows() == 0 {
            return;
        }
        let rows = self.table.rows() as u64;
        let batch: Result<RecordBatch, Error> = self.table.batch();
        match batch {
            Ok(batch) => self.feed.batch(batch),
            Err(error) => self.feed.dropped("could not be made a batch", rows, error.to_string().as_bytes()),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
