//! One listener an address, however many sources read from it; it closes with the last of them, and then
//! the address is free at once.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use syntax::catalog::signals::Signal;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::address::Address;
use super::intake::Intake;
use super::{grpc, http};
use crate::Error;
use crate::hub::lock;

/// How long connections have to finish their last requests.
const FAREWELL: Duration = Duration::from_millis(200);
/// Threads that receive and decode, a listener.
const THREADS: usize = 2;

/// The listeners of one runner. Whoever opens sources holds it.
#[derive(Clone, Default)]
pub struct Listeners(Arc<Inner>);

#[derive(Default)]
struct Inner {
    open: Mutex<Vec<Listening>>,
    next: AtomicU64,
}

/// A listener as it is seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    pub grpc: SocketAddr,
    pub http: Option<SocketAddr>,
    /// Sources that read from it.
    pub sources: usize,
    /// Requests that none of them reads.
    pub unread: u64,
}

struct Listening {
    /// As it was asked for: port 0 stays 0.
    address: Address,
    bound: Bound,
    intake: Arc<Intake>,
    stop: watch::Sender<bool>,
    /// Disconnected when both servers are gone.
    gone: mpsc::Receiver<()>,
    runtime: Runtime,
}

/// One source's share in a listener.
pub(super) struct Registration {
    listeners: Listeners,
    id: u64,
    pub(super) intake: Arc<Intake>,
}

impl Listeners {
    /// What listens at present.
    pub fn bound(&self) -> Vec<Bound> {
        let open = lock(&self.0.open);
        open.iter().map(|listening| Bound { unread: listening.intake.unread(), ..listening.bound }).collect()
    }

    /// Binds the address, or joins those who did.
    pub(super) fn register(&self, address: Address, signal: Signal) -> Result<Registration, Error> {
        let mut open = lock(&self.0.open);
        let listening = match open.iter_mut().position(|known| known.address.grpc == address.grpc) {
            Some(index) if open[index].address == address => &mut open[index],
            Some(_) => {
                return Err(Error::Source(format!(
                    "two sources listen on `{}` with different parameters; `http`, `max_message` and `public` belong \
                     to the listener and must be the same for both",
                    address.grpc
                )));
            }
            None => {
                open.push(Listening::bind(address)?);
                let last = open.len() - 1;
                &mut open[last]
            }
        };
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        listening.bound.sources += 1;
        listening.intake.expect(id, signal);
        Ok(Registration { listeners: self.clone(), id, intake: Arc::clone(&listening.intake) })
    }
}

impl Registration {
    pub(super) fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.intake.leave(self.id);
        // Held until the address is free: who opens it next must not find it busy.
        let mut open = lock(&self.listeners.0.open);
        let Some(index) = open.iter().position(|listening| Arc::ptr_eq(&listening.intake, &self.intake)) else {
            return;
        };
        open[index].bound.sources -= 1;
        if open[index].bound.sources == 0 {
            open.swap_remove(index).close();
        }
    }
}

impl Listening {
    fn bind(address: Address) -> Result<Listening, Error> {
        let internal = |error: std::io::Error| Error::Internal(format!("cannot start a listener: {error}"));
        let grpc = bind(address.grpc, "otlp:127.0.0.1:4320")?;
        let http = address.http.map(|address| bind(address, "?http=127.0.0.1:4321")).transpose()?;
        let bound = Bound {
            grpc: grpc.local_addr().map_err(internal)?,
            http: http.as_ref().map(TcpListener::local_addr).transpose().map_err(internal)?,
            sources: 0,
            unread: 0,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("otlp")
            .enable_all()
            .build()
            .map_err(internal)?;
        let intake = Arc::new(Intake::new(address.max_message));
        let (stop, stopped) = watch::channel(false);
        let (alive, gone) = mpsc::channel();
        let entered = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(grpc).map_err(internal)?;
        let serving = grpc::serve(listener, Arc::clone(&intake), stop_signal(stopped.clone()));
        serve(serving, stopped.clone(), alive.clone());
        if let Some(http) = http {
            let listener = tokio::net::TcpListener::from_std(http).map_err(internal)?;
            let serving = http::serve(listener, Arc::clone(&intake), address.public, stop_signal(stopped.clone()));
            serve(serving, stopped, alive);
        }
        drop(entered);
        Ok(Listening { address, bound, intake, stop, gone, runtime })
    }

    fn close(self) {
        self.intake.close();
        self.stop.send_replace(true);
        // Both servers end within the farewell, and their sockets with them.
        let _ = self.gone.recv_timeout(FAREWELL * 5);
        // May be called where blocking is not allowed.
        self.runtime.shutdown_background();
    }
}

/// Runs a server until it has said goodbye to its connections, or the farewell is over.
fn serve(
    serving: impl Future<Output = Result<(), String>> + Send + 'static,
    stopped: watch::Receiver<bool>,
    alive: mpsc::Sender<()>,
) {
    tokio::spawn(async move {
        let overdue = async {
            stop_signal(stopped).await;
            tokio::time::sleep(FAREWELL).await;
        };
        tokio::select! {
            served = serving => if let Err(error) = served {
                tracing::warn!(%error, "an OTLP listener ended");
            },
            () = overdue => {}
        }
        drop(alive);
    });
}

async fn stop_signal(mut stopped: watch::Receiver<bool>) {
    // An error means that the listener itself is gone.
    drop(stopped.wait_for(|stopped| *stopped).await);
}

fn bind(address: SocketAddr, other: &str) -> Result<TcpListener, Error> {
    let bind = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    bind().map_err(|error: std::io::Error| {
        let what = match error.kind() {
            ErrorKind::AddrInUse => "another program listens there; stop it, or",
            ErrorKind::PermissionDenied => "this user may not listen there (ports under 1024 are reserved);",
            ErrorKind::AddrNotAvailable => "this machine has no such address;",
            _ => return Error::Source(format!("cannot listen on `{address}` for OTLP: {error}")),
        };
        Error::Source(format!("cannot listen on `{address}` for OTLP: {what} choose another address, e.g. `{other}`"))
    })
}
