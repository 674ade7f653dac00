//! OTLP over gRPC.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use syntax::catalog::signals::Signal;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::CompressionEncoding;
use tonic::codegen::http;
use tonic::{Code, Request, Response, Status};

use super::listeners::{Intake, MALFORMED, TOO_LARGE};
use super::{logs, metrics, traces};

/// Serves until the listener closes.
pub(super) async fn serve(listener: TcpListener, intake: Arc<Intake>, mut closed: watch::Receiver<bool>) {
    macro_rules! service {
        ($server:ident) => {
            $server::new(Receiver(Arc::clone(&intake)))
                .accept_compressed(CompressionEncoding::Gzip)
                .max_decoding_message_size(intake.max_message)
        };
    }
    let counted = Arc::clone(&intake);
    let served = tonic::transport::Server::builder()
        .max_concurrent_streams(64)
        .http2_max_header_list_size(16 << 10)
        .layer(tower::layer::layer_fn(move |inner| Refusals { inner, intake: Arc::clone(&counted) }))
        .add_service(service!(TraceServiceServer))
        .add_service(service!(LogsServiceServer))
        .add_service(service!(MetricsServiceServer))
        .serve_with_incoming_shutdown(TcpListenerStream::new(listener), async move {
            // An error means that the listener is gone, and so are we.
            drop(closed.wait_for(|closed| *closed).await);
        })
        .await;
    if let Err(error) = served {
        tracing::warn!(%error, "the OTLP receiver ended");
    }
}

struct Receiver(Arc<Intake>);

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let request = request.into_inner();
        self.0.take(Signal::Spans, |sink| traces::decode(&request, sink));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Receiver {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let request = request.into_inner();
        self.0.take(Signal::Logs, |sink| logs::decode(&request, sink));
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Receiver {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let request = request.into_inner();
        self.0.take(Signal::Metrics, |sink| metrics::decode(&request, sink));
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

/// Counts what was refused before it reached a service: too large, or no message.
#[derive(Clone)]
struct Refusals<S> {
    inner: S,
    intake: Arc<Intake>,
}

impl<S, B, R> tower::Service<http::Request<B>> for Refusals<S>
where
    S: tower::Service<http::Request<B>, Response = http::Response<R>>,
    S::Future: Send + 'static,
    R: 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let path = request.uri().path();
        let signal = if path.contains(".logs.") {
            Signal::Logs
        } else if path.contains(".metrics.") {
            Signal::Metrics
        } else {
            Signal::Spans
        };
        let intake = Arc::clone(&self.intake);
        let answer = self.inner.call(request);
        Box::pin(async move {
            let response = answer.await?;
            match Status::from_header_map(response.headers()).map(|status| status.code()) {
                Some(Code::OutOfRange | Code::ResourceExhausted) => intake.dropped(signal, TOO_LARGE, b""),
                Some(Code::Internal | Code::InvalidArgument) => intake.dropped(signal, MALFORMED, b""),
                _ => {}
            }
            Ok(response)
        })
    }
}
