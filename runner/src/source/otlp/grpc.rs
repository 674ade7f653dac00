//! OTLP over gRPC: the three export services, whose messages are handed on as bytes.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use prost::bytes::{Buf, Bytes};
use syntax::catalog::signals::Signal;
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::{BoxFuture, http};
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::Server;
use tonic::{Code, Status};

use super::answer::{self, Response};
use super::arrival::{Lost, arrive};
use super::decode::{MALFORMED, TOO_LARGE};
use super::intake::{Intake, PATIENCE, Refused};
use crate::connections::Connections;

/// Requests at once on one connection.
const STREAMS: u32 = 32;
/// Bytes by which a packed message may be longer than what is in it.
const PACKING: usize = 64 << 10;
/// Bytes of a request's headers.
const HEADERS: u32 = 16 << 10;

pub(super) async fn serve(
    listener: TcpListener,
    intake: Arc<Intake>,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), String> {
    Server::builder()
        .max_concurrent_streams(STREAMS)
        .http2_max_header_list_size(HEADERS)
        .http2_keepalive_interval(Some(PATIENCE))
        .add_service(Export::<Traces>::new(&intake))
        .add_service(Export::<Logs>::new(&intake))
        .add_service(Export::<Metrics>::new(&intake))
        .serve_with_incoming_shutdown(Connections::new(listener), stop)
        .await
        .map_err(|error| error.to_string())
}

trait Service: Clone + Send + Sync + 'static {
    const NAME: &'static str;
    const SIGNAL: Signal;
}

#[derive(Clone)]
struct Traces;

impl Service for Traces {
    const NAME: &'static str = "opentelemetry.proto.collector.trace.v1.TraceService";
    const SIGNAL: Signal = Signal::Spans;
}

#[derive(Clone)]
struct Logs;

impl Service for Logs {
    const NAME: &'static str = "opentelemetry.proto.collector.logs.v1.LogsService";
    const SIGNAL: Signal = Signal::Logs;
}

#[derive(Clone)]
struct Metrics;

impl Service for Metrics {
    const NAME: &'static str = "opentelemetry.proto.collector.metrics.v1.MetricsService";
    const SIGNAL: Signal = Signal::Metrics;
}

/// One of the services.
#[derive(Clone)]
struct Export<S> {
    intake: Arc<Intake>,
    service: PhantomData<S>,
}

impl<S> Export<S> {
    fn new(intake: &Arc<Intake>) -> Export<S> {
        Export { intake: Arc::clone(intake), service: PhantomData }
    }
}

impl<S: Service> NamedService for Export<S> {
    const NAME: &'static str = S::NAME;
}

impl<S: Service> tower::Service<http::Request<Body>> for Export<S> {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<http::Response<Body>, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let intake = Arc::clone(&self.intake);
        Box::pin(async move {
            if request.uri().path().strip_suffix("/Export").and_then(|path| path.strip_prefix('/')) != Some(S::NAME) {
                return Ok(Status::unimplemented("OTLP has the method `Export` only").into_http());
            }
            let answer = tokio::time::timeout(PATIENCE, export(S::SIGNAL, &intake, request)).await;
            Ok(answer.unwrap_or_else(|_| Status::deadline_exceeded("the request took too long").into_http()))
        })
    }
}

async fn export(signal: Signal, intake: &Arc<Intake>, request: http::Request<Body>) -> http::Response<Body> {
    let (head, body) = request.into_parts();
    // A message has its length before it, and packing can make one longer.
    let most = intake.max_message + PACKING;
    let arrived = match arrive(intake, axum::body::Body::new(body), most).await {
        Ok(arrived) => arrived,
        Err(lost) => {
            intake.dropped(signal, lost.reason(), b"");
            return match lost {
                Lost::TooLarge => Status::resource_exhausted(answer::too_large(intake.max_message)),
                Lost::TooSlow => Status::deadline_exceeded("the request took too long to arrive"),
                Lost::NoRoom => Status::unavailable(answer::NO_ROOM),
                Lost::BrokeOff => Status::invalid_argument("the request broke off"),
            }
            .into_http();
        }
    };
    let body = Body::new(axum::body::Body::from(arrived.bytes.clone()));
    let request = http::Request::from_parts(head, body);
    let Ok(_turn) = intake.in_flight.acquire().await else {
        return Status::unavailable(answer::STOPPED).into_http();
    };
    let arrived = Arc::new(AtomicBool::new(false));
    let take = Take { signal, intake: Arc::clone(intake), arrived: Arc::clone(&arrived) };
    let response = Grpc::new(Raw)
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(intake.max_message)
        .unary(take, request)
        .await;
    if arrived.load(Ordering::Relaxed) {
        return response;
    }
    // Refused before there was a message to decode. tonic's codes are not those that OTLP names.
    match Status::from_header_map(response.headers()).map(|status| status.code()) {
        Some(Code::OutOfRange | Code::ResourceExhausted) => {
            intake.dropped(signal, TOO_LARGE, b"");
            Status::resource_exhausted(answer::too_large(intake.max_message)).into_http()
        }
        Some(Code::Internal) => {
            intake.dropped(signal, MALFORMED, b"");
            Status::invalid_argument(answer::MALFORMED).into_http()
        }
        _ => response,
    }
}

struct Take {
    signal: Signal,
    intake: Arc<Intake>,
    /// The message came whole through limits and decompression.
    arrived: Arc<AtomicBool>,
}

impl UnaryService<Bytes> for Take {
    type Response = Response;
    type Future = BoxFuture<tonic::Response<Response>, Status>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        self.arrived.store(true, Ordering::Relaxed);
        let (signal, intake) = (self.signal, Arc::clone(&self.intake));
        Box::pin(async move {
            match intake.take(signal, request.get_ref()).await {
                Ok(report) => Ok(tonic::Response::new(Response::new(report))),
                Err(Refused::Malformed) => Err(Status::invalid_argument(answer::MALFORMED)),
                Err(Refused::TooLarge) => Err(Status::resource_exhausted(answer::UNPACKED)),
                Err(Refused::Unavailable) => Err(Status::unavailable(answer::STOPPED)),
                Err(Refused::Internal(message)) => Err(Status::internal(message)),
            }
        })
    }
}

/// Requests as they are, responses by prost.
#[derive(Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Response;
    type Decode = Bytes;
    type Encoder = Raw;
    type Decoder = Raw;

    fn encoder(&mut self) -> Raw {
        Raw
    }

    fn decoder(&mut self) -> Raw {
        Raw
    }
}

impl Encoder for Raw {
    type Item = Response;
    type Error = Status;

    fn encode(&mut self, response: Response, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        prost::Message::encode(&response, out).map_err(|error| Status::internal(error.to_string()))
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, message: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(message.copy_to_bytes(message.remaining())))
    }
}
