//! The server: binds, serves until told to stop, leaves nothing behind. The binary gives signals.
//!
//! Beside the runner's own service it answers gRPC's standard health check and reflection, all behind the
//! same gate.

pub mod metrics;
pub mod reload;
mod unix;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::io::DuplexStream;
use tokio::net::{TcpListener, UnixListener};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::UnixListenerStream;
use tonic::service::InterceptorLayer;
use tonic::transport::{Channel, Server, Uri};

use crate::Error;
use crate::auth::{Gate, Token};
use crate::client::Client;
use crate::config::Config;
use crate::connections::Connections;
use crate::flows::Flows;
use crate::proto::{self, runner_server::RunnerServer};
use crate::service::Service;
use unix::SocketFile;

/// Bytes of one request at most: a runbook's text.
const REQUEST_BYTES: usize = 16 << 20;

/// How long flows have to say goodbye at shutdown.
const FAREWELL: Duration = Duration::from_secs(2);

/// Where to listen.
#[derive(Clone, Debug)]
pub enum Listen {
    /// A socket for its owner alone.
    Unix(PathBuf),
    /// Every call needs the token.
    Tcp { address: String, token: Token },
}

/// A server that is bound, so that its address is known, and ready to run.
pub struct Bound {
    flows: Arc<Flows>,
    listener: Listener,
    gate: Gate,
    /// What a client connects to, e.g. `127.0.0.1:7411` or `unix:/run/user/1000/headwater/runner.sock`.
    pub address: String,
}

enum Listener {
    Unix(UnixListener, SocketFile),
    Tcp(TcpListener),
}

/// Binds the service and opens the configured listeners.
pub async fn bind(config: &Config, listen: &Listen) -> Result<Bound, Error> {
    let flows = Flows::new(config);
    let (listener, gate, address) = match listen {
        Listen::Unix(path) => {
            let listener = unix::bind(path)?;
            let address = format!("unix:{}", path.display());
            (Listener::Unix(listener, SocketFile(path.clone())), Gate(None), address)
        }
        Listen::Tcp { address, token } => {
            let listener = TcpListener::bind(address).await.map_err(|error| {
                Error::Source(format!(
                    "cannot listen on `{address}`: {error}; choose another address with --listen, or stop what uses it"
                ))
            })?;
            let bound = listener.local_addr().map_err(|error| Error::Internal(error.to_string()))?;
            (Listener::Tcp(listener), Gate(Some(token.clone())), bound.to_string())
        }
    };
    let opener = Arc::clone(&flows);
    tokio::task::spawn_blocking(move || opener.listen())
        .await
        .map_err(|error| Error::Internal(error.to_string()))??;
    Ok(Bound { flows, listener, gate, address })
}

impl Bound {
    /// What runs here, for what else looks at it: metrics, a changed configuration.
    pub fn flows(&self) -> Arc<Flows> {
        Arc::clone(&self.flows)
    }

    /// Serves until `shutdown` is ready, then ends the flows and the calls.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) -> Result<(), Error> {
        let flows = Arc::clone(&self.flows);
        let (stopped, mut has_stopped) = tokio::sync::watch::channel(false);
        let (reporter, health) = tonic_health::server::health_reporter();
        reporter.set_serving::<RunnerServer<Service>>().await;
        let signal = async move {
            shutdown.await;
            // Balancers send nobody else here while flows say goodbye.
            reporter.set_not_serving::<RunnerServer<Service>>().await;
            reporter.set_service_status("", tonic_health::ServingStatus::NotServing).await;
            tracing::info!("stopping");
            flows.shut_down();
            // Flows send their last rows; whoever does not read them does not hold up the end.
            let _ = stopped.send(true);
        };
        let router = Server::builder()
            .http2_keepalive_interval(Some(Duration::from_secs(20)))
            .max_concurrent_streams(256)
            .layer(InterceptorLayer::new(self.gate))
            .add_service(health)
            .add_service(reflection()?)
            .add_service(service(self.flows));
        let serving = async {
            match self.listener {
                Listener::Unix(listener, file) => {
                    let result = router.serve_with_incoming_shutdown(UnixListenerStream::new(listener), signal).await;
                    drop(file);
                    result
                }
                Listener::Tcp(listener) => {
                    router.serve_with_incoming_shutdown(Connections::new(listener), signal).await
                }
            }
        };
        let farewell = async {
            // An error means that the signal was dropped with the server: over as well.
            drop(has_stopped.wait_for(|stopped| *stopped).await);
            tokio::time::sleep(FAREWELL).await;
        };
        tokio::select! {
            result = serving => result.map_err(|error| Error::Internal(error.to_string())),
            () = farewell => Ok(()),
        }
    }
}

/// A runner within this process, reached by the same gRPC over a pipe in memory. It ends with the client.
pub async fn in_process(config: &Config) -> Result<Client, Error> {
    let flows = Flows::new(config);
    let (near, far) = tokio::io::duplex(1 << 20);
    tokio::spawn(async move {
        // One connection, and no end of the server before the process's.
        let incoming = tokio_stream::once(Ok::<DuplexStream, std::io::Error>(far)).chain(tokio_stream::pending());
        let served = Server::builder().add_service(service(flows)).serve_with_incoming(incoming).await;
        if let Err(error) = served {
            tracing::debug!(%error, "the runner's pipe broke");
        }
    });
    let mut near = Some(near);
    let connector = tower::service_fn(move |_: Uri| {
        let near = near.take().map(TokioIo::new);
        async move { near.ok_or_else(|| std::io::Error::other("the runner's pipe is closed")) }
    });
    let channel = Channel::from_static("http://runner")
        .connect_with_connector(connector)
        .await
        .map_err(|error| Error::Internal(format!("cannot reach the runner within this process: {error}")))?;
    Ok(Client::new(channel, None))
}

fn service(flows: Arc<Flows>) -> RunnerServer<Service> {
    RunnerServer::new(Service { looks: tokio::sync::Semaphore::new(crate::service::LOOKS), flows })
        .max_decoding_message_size(REQUEST_BYTES)
}

/// Tells tools such as grpcurl what there is to call.
fn reflection() -> Result<
    tonic_reflection::server::v1::ServerReflectionServer<impl tonic_reflection::server::v1::ServerReflection>,
    Error,
> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .map_err(|error| Error::Internal(format!("the service cannot describe itself: {error}")))
}
