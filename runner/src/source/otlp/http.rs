//! OTLP over HTTP: protobuf bodies at `/v1/traces`, `/v1/logs` and `/v1/metrics`, gzip or plain.
//!
//! A page in a browser must not be able to send: its Origin and a Host that is a name are refused, and so is
//! what a form can post.

use std::io::Read;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use prost::Message;
use syntax::catalog::signals::Signal;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::listeners::{Intake, Sink, TOO_LARGE};
use super::{logs, metrics, traces};

const PROTOBUF: &str = "application/x-protobuf";

/// Serves until the listener closes.
pub(super) async fn serve(listener: TcpListener, intake: Arc<Intake>, mut closed: watch::Receiver<bool>) {
    let router = Router::new()
        .route("/v1/traces", post(spans))
        .route("/v1/logs", post(log_records))
        .route("/v1/metrics", post(points))
        // Read whole here, so that what is too large is counted too.
        .layer(DefaultBodyLimit::disable())
        .with_state(intake);
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            // An error means that the listener is gone, and so are we.
            drop(closed.wait_for(|closed| *closed).await);
        })
        .await;
    if let Err(error) = served {
        tracing::warn!(%error, "the OTLP receiver ended");
    }
}

async fn spans(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    answer::<ExportTraceServiceRequest, ExportTraceServiceResponse>(
        &intake,
        Signal::Spans,
        &headers,
        body,
        traces::decode,
    )
    .await
}

async fn log_records(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    answer::<ExportLogsServiceRequest, ExportLogsServiceResponse>(&intake, Signal::Logs, &headers, body, logs::decode)
        .await
}

async fn points(State(intake): State<Arc<Intake>>, headers: HeaderMap, body: Body) -> Response {
    answer::<ExportMetricsServiceRequest, ExportMetricsServiceResponse>(
        &intake,
        Signal::Metrics,
        &headers,
        body,
        metrics::decode,
    )
    .await
}

async fn answer<M: Message + Default, R: Message + Default>(
    intake: &Intake,
    signal: Signal,
    headers: &HeaderMap,
    body: Body,
    decode: fn(&M, &mut Sink<'_>),
) -> Response {
    let message = match read::<M>(intake, signal, headers, body).await {
        Ok(message) => message,
        Err((status, text)) => return (status, text).into_response(),
    };
    intake.take(signal, |sink| decode(&message, sink));
    ([(header::CONTENT_TYPE, PROTOBUF)], R::default().encode_to_vec()).into_response()
}

async fn read<M: Message + Default>(
    intake: &Intake,
    signal: Signal,
    headers: &HeaderMap,
    body: Body,
) -> Result<M, (StatusCode, String)> {
    refuse_pages(headers)?;
    let content_type = value(headers, header::CONTENT_TYPE);
    if content_type.split(';').next().map(str::trim) != Some(PROTOBUF) {
        let found = if content_type.is_empty() { "none" } else { content_type };
        let text = format!("the content type is `{found}`, expected `{PROTOBUF}`; set the exporter to HTTP/protobuf");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
    }
    let limit = intake.max_message;
    let too_large = || {
        intake.dropped(signal, TOO_LARGE, b"");
        let text = format!("the message has more than {limit} bytes; send smaller batches, or raise `max_message`");
        (StatusCode::PAYLOAD_TOO_LARGE, text)
    };
    let body = axum::body::to_bytes(body, limit).await.map_err(|_| too_large())?;
    let bytes = match value(headers, header::CONTENT_ENCODING) {
        "" | "identity" => body,
        "gzip" => {
            let mut plain = Vec::new();
            // One byte more than allowed tells that there is more.
            let read = flate2::read::MultiGzDecoder::new(&body[..]).take(limit as u64 + 1).read_to_end(&mut plain);
            if plain.len() > limit {
                return Err(too_large());
            }
            read.map_err(|error| (StatusCode::BAD_REQUEST, format!("the body is not gzip: {error}")))?;
            Bytes::from(plain)
        }
        other => {
            let text = format!("the content encoding is `{other}`, expected `gzip` or none");
            return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
        }
    };
    intake.message(signal, &bytes).map_err(|text| (StatusCode::BAD_REQUEST, text))
}

/// Only programs send telemetry; a page of some site says where it is from.
fn refuse_pages(headers: &HeaderMap) -> Result<(), (StatusCode, String)> {
    let origin = value(headers, header::ORIGIN);
    if !origin.is_empty() && !is_loopback(origin.split_once("://").map_or(origin, |(_, host)| host)) {
        return Err((StatusCode::FORBIDDEN, format!("pages of `{origin}` may not send telemetry here")));
    }
    // A name that somebody made point here (DNS rebinding); addresses and localhost are what exporters use.
    let host = value(headers, header::HOST);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    if !name.is_empty() && name != "localhost" && name.parse::<std::net::IpAddr>().is_err() && !origin.is_empty() {
        return Err((StatusCode::FORBIDDEN, format!("`{host}` is not this receiver's address")));
    }
    Ok(())
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn value(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
