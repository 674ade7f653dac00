//! The client of a runner, for the command line and the language server: plain data in and out.

use std::path::PathBuf;
use std::pin::Pin;

use hyper_util::rt::TokioIo;
use syntax::analysis::Settings;
use tokio::net::UnixStream;
use tokio_stream::Stream;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Uri};

use crate::auth::Token;
use crate::event::{Event, Progress};
use crate::explain::{Explained, Shared};
use crate::flows::{RunRequest, Text};
use crate::look::LookRequest;
use crate::proto::runner_client::RunnerClient;
use crate::{Error, proto, wire};

/// Bytes of one message from a runner at most.
const MESSAGE_BYTES: usize = 64 << 20;

/// Where a runner listens.
#[derive(Clone, Debug)]
pub enum Endpoint {
    Unix(PathBuf),
    Tcp { address: String, token: Option<Token> },
}

impl Endpoint {
    /// `unix:/run/headwater.sock`, `127.0.0.1:7411` or `http://127.0.0.1:7411`.
    pub fn parse(text: &str, token: Option<Token>) -> Endpoint {
        match text.strip_prefix("unix:") {
            Some(path) => Endpoint::Unix(PathBuf::from(path)),
            None => {
                let address = text.strip_prefix("http://").unwrap_or(text).trim_end_matches('/').to_owned();
                Endpoint::Tcp { address, token }
            }
        }
    }
}

#[derive(Clone, Debug)]
pub struct Client {
    inner: RunnerClient<InterceptedService<Channel, Bearer>>,
}

/// What happens to the flows of one call, in order.
pub type Events = Pin<Box<dyn Stream<Item = Result<Event, Error>> + Send>>;

/// A running flow, as listed.
#[derive(Clone, Debug)]
pub struct FlowInfo {
    pub id: String,
    pub block: String,
    pub source: String,
    pub watchers: u32,
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub started_at: i64,
    pub progress: Progress,
    /// The stages' words, in the order of [`Progress::stage_out`].
    pub stages: Vec<String>,
    /// What it asks first, and the others that do.
    pub shared: Option<Shared>,
}

/// Adds the token to each call.
#[derive(Clone, Debug)]
struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: tonic::Request<()>) -> Result<tonic::Request<()>, tonic::Status> {
        if let Some(header) = &self.0 {
            request.metadata_mut().insert("authorization", header.clone());
        }
        Ok(request)
    }
}

impl Client {
    pub async fn connect(endpoint: &Endpoint) -> Result<Client, Error> {
        match endpoint {
            Endpoint::Unix(path) => {
                let path = path.clone();
                let shown = path.display().to_string();
                let connector = tower::service_fn(move |_: Uri| {
                    let path = path.clone();
                    async move { Ok::<_, std::io::Error>(TokioIo::new(UnixStream::connect(path).await?)) }
                });
                let channel = Channel::from_static("http://runner").connect_with_connector(connector).await;
                Ok(Client::new(channel.map_err(|error| unreachable(&shown, &error))?, None))
            }
            Endpoint::Tcp { address, token } => {
                let channel = Channel::from_shared(format!("http://{address}"))
                    .map_err(|_| {
                        Error::rejected(format!("`{address}` is no address; expected HOST:PORT or unix:PATH"))
                    })?
                    .connect()
                    .await
                    .map_err(|error| unreachable(address, &error))?;
                Ok(Client::new(channel, token.as_ref()))
            }
        }
    }

    pub(crate) fn new(channel: Channel, token: Option<&Token>) -> Client {
        // A token that is no header value cannot be right; the runner will say so.
        let header = token.and_then(|token| token.header().parse().ok());
        let inner = RunnerClient::with_interceptor(channel, Bearer(header)).max_decoding_message_size(MESSAGE_BYTES);
        Client { inner }
    }

    /// Dropping the stream ends the flows.
    pub async fn run(&mut self, request: RunRequest) -> Result<Events, Error> {
        let text = match request.text {
            Text::Runbook(text) => proto::run_request::Text::Runbook(text),
            Text::Query(text) => proto::run_request::Text::Query(text),
        };
        let request = proto::RunRequest {
            text: Some(text),
            blocks: request.blocks,
            settings: request.settings,
            for_nanos: request.time.map_or(0, |time| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)),
            events: request.events.unwrap_or(0),
            final_only: request.final_only,
            since_nanos: request.since.map(|since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)),
            until: request.until.unwrap_or(0),
            every_row: request.every_row,
            now_nanos: request.now,
            profile_all: request.profile_all,
            rejects: request.rejects,
        };
        let stream = self.inner.run(request).await.map_err(|status| wire::error(&status))?.into_inner();
        Ok(events(stream))
    }

    pub async fn attach(&mut self, flow: &str) -> Result<Events, Error> {
        let request = proto::AttachRequest { flow: flow.to_owned() };
        let stream = self.inner.attach(request).await.map_err(|status| wire::error(&status))?.into_inner();
        Ok(events(stream))
    }

    pub async fn list_flows(&mut self) -> Result<Vec<FlowInfo>, Error> {
        let reply = self.inner.list_flows(proto::ListFlowsRequest {}).await.map_err(|status| wire::error(&status))?;
        Ok(reply
            .into_inner()
            .flows
            .into_iter()
            .map(|flow| FlowInfo {
                id: flow.id,
                block: flow.block,
                source: flow.source,
                watchers: flow.watchers,
                started_at: flow.started_nanos,
                progress: wire::decode_progress(flow.progress.unwrap_or_default()),
                stages: flow.stages,
                shared: flow.shared.map(wire::decode_shared),
            })
            .collect())
    }

    /// False where no such flow runs.
    pub async fn stop_flow(&mut self, flow: &str) -> Result<bool, Error> {
        let request = proto::StopFlowRequest { flow: flow.to_owned() };
        let reply = self.inner.stop_flow(request).await.map_err(|status| wire::error(&status))?;
        Ok(reply.into_inner().stopped)
    }

    /// One source by its name, or all of them.
    pub async fn list_sources(&mut self, name: Option<&str>) -> Result<Vec<proto::Source>, Error> {
        let request = proto::ListSourcesRequest { name: name.unwrap_or_default().to_owned() };
        let reply = self.inner.list_sources(request).await.map_err(|status| wire::error(&status))?;
        Ok(reply.into_inner().sources)
    }

    /// What the recent events look like at a place.
    pub async fn look(&mut self, request: LookRequest) -> Result<proto::LookReply, Error> {
        let text = match request.text {
            Text::Runbook(text) => proto::look_request::Text::Runbook(text),
            Text::Query(text) => proto::look_request::Text::Query(text),
        };
        let LookRequest { settings, until, rest, .. } = request;
        let request = proto::LookRequest { text: Some(text), settings, until, rest };
        Ok(self.inner.look(request).await.map_err(|status| wire::error(&status))?.into_inner())
    }

    /// The plan of one block; of the first where `block` is empty.
    pub async fn explain(&mut self, text: Text, block: &str, settings: Settings) -> Result<Explained, Error> {
        let text = match text {
            Text::Runbook(text) => proto::explain_request::Text::Runbook(text),
            Text::Query(text) => proto::explain_request::Text::Query(text),
        };
        let request = proto::ExplainRequest { text: Some(text), block: block.to_owned(), settings };
        let reply = self.inner.explain(request).await.map_err(|status| wire::error(&status))?.into_inner();
        Ok(Explained {
            before: reply.before,
            after: reply.after,
            changes: reply.changes,
            shared_with: reply.shared_with,
            shared: reply.shared.map(wire::decode_shared),
        })
    }
}

fn events(stream: tonic::Streaming<proto::Event>) -> Events {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        let mut stream = stream;
        loop {
            // Dropping the receiver has to end the call at once, not at its next message.
            let message = tokio::select! {
                message = stream.message() => message,
                () = sender.closed() => return,
            };
            let decoded = match message {
                Ok(Some(message)) => wire::decode(message),
                Ok(None) => return,
                Err(status) => Err(broken_off(wire::error(&status))),
            };
            let (events, failed) = match decoded {
                Ok(events) => (events, None),
                Err(error) => (Vec::new(), Some(error)),
            };
            let over = failed.is_some();
            for event in events.into_iter().map(Ok).chain(failed.map(Err)) {
                if sender.send(event).await.is_err() {
                    return;
                }
            }
            if over {
                return;
            }
        }
    });
    Box::pin(tokio_stream::wrappers::ReceiverStream::new(receiver))
}

/// What a runner that is gone had reported is right; what it did since, nobody can say.
fn broken_off(error: Error) -> Error {
    match error {
        Error::Unreachable(message) => {
            Error::Unreachable(format!("{message}; what it took in after its last report is not known"))
        }
        error => error,
    }
}

fn unreachable(address: &str, error: &tonic::transport::Error) -> Error {
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        reason = error.to_string();
        source = error.source();
    }
    Error::Unreachable(format!(
        "no runner answers at `{address}` ({reason}); start one with `headwater serve --listen {address}`"
    ))
}
