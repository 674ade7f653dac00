//! OTLP over HTTP: `POST /v1/traces`, `/v1/logs` and `/v1/metrics` with protobuf or JSON, gzip or not.
//!
//! A web page can make a browser send to this machine. So an `Origin` or a `Host` from elsewhere is refused,
//! and so are the content types that need no permission of ours to be sent (`text/plain`, forms).

use std::io::Read;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::Response;
use flate2::read::MultiGzDecoder;
use prost::Message;
use syntax::catalog::signals::Signal;
use tokio::net::TcpListener;
use tonic::Code;

use super::arrival::{Lost, arrive};
use super::decode::{MALFORMED, Report, TOO_LARGE};
use super::intake::{Intake, PATIENCE, Refused};
use super::{answer, json};
use crate::connections::Connections;

#[derive(Clone)]
struct Http {
    intake: Arc<Intake>,
    public: bool,
}

pub(super) async fn serve(
    listener: TcpListener,
    intake: Arc<Intake>,
    public: bool,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), String> {
    let router = Router::new().fallback(handle).with_state(Http { intake, public });
    axum::serve(Connections::new(listener), router)
        .with_graceful_shutdown(stop)
        .await
        .map_err(|error| error.to_string())
}

/// How a message is written, and so its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Protobuf,
    Json,
}

/// Why a request is refused.
struct Refusal {
    status: StatusCode,
    code: Code,
    message: String,
}

fn refuse(status: StatusCode, code: Code, message: impl Into<String>) -> Refusal {
    Refusal { status, code, message: message.into() }
}

async fn handle(State(http): State<Http>, request: Request) -> Response {
    let format = Format::of(request.headers());
    let answer = tokio::time::timeout(PATIENCE, http.export(request)).await;
    let answer = answer.unwrap_or_else(|_| {
        Err(refuse(StatusCode::SERVICE_UNAVAILABLE, Code::DeadlineExceeded, "the request took too long to arrive"))
    });
    let format = match format {
        Some(format) => format,
        // Whoever sent no OTLP gets plain words.
        None => {
            let (status, message) =
                answer.map_or_else(|refusal| (refusal.status, refusal.message), |_| (StatusCode::OK, String::new()));
            return respond(status, "text/plain; charset=utf-8", message.into_bytes());
        }
    };
    match answer {
        Ok((signal, report)) => respond(StatusCode::OK, format.content_type(), format.response(signal, report)),
        Err(refusal) => respond(refusal.status, format.content_type(), format.status(refusal)),
    }
}

impl Format {
    fn of(headers: &HeaderMap) -> Option<Format> {
        let content_type = header(headers, CONTENT_TYPE)?;
        match content_type.split(';').next()?.trim().to_ascii_lowercase().as_str() {
            "application/x-protobuf" => Some(Format::Protobuf),
            "application/json" => Some(Format::Json),
            _ => None,
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Format::Protobuf => "application/x-protobuf",
            Format::Json => "application/json",
        }
    }

    fn response(self, signal: Signal, report: Report) -> Vec<u8> {
        let response = answer::Response::new(report);
        match self {
            Format::Protobuf => response.encode_to_vec(),
            Format::Json => response.to_json(signal).to_string().into_bytes(),
        }
    }

    fn status(self, refusal: Refusal) -> Vec<u8> {
        let status = answer::Status { code: refusal.code as i32, message: refusal.message };
        match self {
            Format::Protobuf => status.encode_to_vec(),
            Format::Json => {
                serde_json::json!({ "code": status.code, "message": status.message }).to_string().into_bytes()
            }
        }
    }
}

fn respond(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, axum::http::HeaderValue::from_static(content_type));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, axum::http::HeaderValue::from_static("POST"));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, axum::http::HeaderValue::from_static("1"));
    }
    response
}

impl Http {
    async fn export(&self, request: Request) -> Result<(Signal, Report), Refusal> {
        self.check_sender(request.headers())?;
        let signal = signal(request.uri().path())?;
        if request.method() != Method::POST {
            return Err(refuse(StatusCode::METHOD_NOT_ALLOWED, Code::Unimplemented, "OTLP is sent by POST"));
        }
        let Some(format) = Format::of(request.headers()) else {
            return Err(refuse(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Code::InvalidArgument,
                "the content type must be application/x-protobuf or application/json",
            ));
        };
        let gzip = match header(request.headers(), CONTENT_ENCODING) {
            None | Some("" | "identity") => false,
            Some("gzip") => true,
            Some(_) => {
                return Err(refuse(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    Code::InvalidArgument,
                    "the content encoding must be gzip or identity",
                ));
            }
        };
        let stopped = || refuse(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, answer::STOPPED);
        let arrived = arrive(&self.intake, request.into_body(), self.intake.max_message).await;
        let arrived = arrived.map_err(|lost| self.lost(signal, lost))?;
        let _turn = self.intake.in_flight.acquire().await.map_err(|_| stopped())?;
        let body = if gzip { self.unzip(signal, &arrived.bytes)? } else { arrived.bytes.clone() };
        let body = match format {
            Format::Protobuf => body,
            Format::Json => self.translate(signal, &body)?,
        };
        match self.intake.take(signal, &body).await {
            Ok(report) => Ok((signal, report)),
            Err(Refused::Malformed) => Err(refuse(StatusCode::BAD_REQUEST, Code::InvalidArgument, answer::MALFORMED)),
            Err(Refused::TooLarge) => {
                Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, Code::ResourceExhausted, answer::UNPACKED))
            }
            Err(Refused::Unavailable) => Err(stopped()),
            Err(Refused::Internal(message)) => Err(refuse(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, message)),
        }
    }

    /// Programs send no `Origin`, and browsers always do where it matters. `Host` names this machine unless
    /// somebody's name server was told to point here.
    fn check_sender(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let forbidden = |message| Err(refuse(StatusCode::FORBIDDEN, Code::PermissionDenied, message));
        if headers.contains_key(ORIGIN) {
            let origin = header(headers, ORIGIN).unwrap_or_default();
            let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            if !host.is_some_and(is_loopback) {
                return forbidden("a web page of another machine may not send here");
            }
        }
        if !self.public && headers.contains_key(HOST) && !header(headers, HOST).is_some_and(is_loopback) {
            return forbidden("the request is addressed to another machine than this one");
        }
        Ok(())
    }

    fn lost(&self, signal: Signal, lost: Lost) -> Refusal {
        if lost == Lost::TooLarge {
            return self.too_large(signal, b"");
        }
        self.intake.dropped(signal, lost.reason(), b"");
        match lost {
            // Exporters send again after this status, and after no other that would fit.
            Lost::TooSlow => {
                refuse(StatusCode::SERVICE_UNAVAILABLE, Code::DeadlineExceeded, "the request took too long to arrive")
            }
            Lost::NoRoom => refuse(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, answer::NO_ROOM),
            _ => refuse(StatusCode::BAD_REQUEST, Code::InvalidArgument, "the request broke off"),
        }
    }

    fn unzip(&self, signal: Signal, body: &[u8]) -> Result<Bytes, Refusal> {
        let mut message = Vec::new();
        // One byte more than allowed tells that it was too much.
        let limit = self.intake.max_message as u64 + 1;
        if MultiGzDecoder::new(body).take(limit).read_to_end(&mut message).is_err() {
            self.intake.dropped(signal, MALFORMED, body);
            return Err(refuse(StatusCode::BAD_REQUEST, Code::InvalidArgument, "the body is not gzip, or is cut off"));
        }
        if message.len() > self.intake.max_message {
            return Err(self.too_large(signal, &message));
        }
        Ok(message.into())
    }

    fn translate(&self, signal: Signal, body: &[u8]) -> Result<Bytes, Refusal> {
        json::to_protobuf(signal, body).map(Bytes::from).map_err(|error| {
            self.intake.dropped(signal, MALFORMED, body);
            refuse(StatusCode::BAD_REQUEST, Code::InvalidArgument, format!("this is not OTLP's JSON: {error}"))
        })
    }

    fn too_large(&self, signal: Signal, sample: &[u8]) -> Refusal {
        self.intake.dropped(signal, TOO_LARGE, sample);
        let message = answer::too_large(self.intake.max_message);
        refuse(StatusCode::PAYLOAD_TOO_LARGE, Code::ResourceExhausted, message)
    }
}

fn signal(path: &str) -> Result<Signal, Refusal> {
    match path.trim_end_matches('/') {
        "/v1/traces" => Ok(Signal::Spans),
        "/v1/logs" => Ok(Signal::Logs),
        "/v1/metrics" => Ok(Signal::Metrics),
        _ => Err(refuse(
            StatusCode::NOT_FOUND,
            Code::Unimplemented,
            "OTLP is sent to /v1/traces, /v1/logs or /v1/metrics",
        )),
    }
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// `localhost:4318`, `127.0.0.1`, `[::1]:80`.
pub(crate) fn is_loopback(authority: &str) -> bool {
    use std::net::{IpAddr, Ipv6Addr};
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    // All of it: `127.0.0.1:80@elsewhere` is another host.
    let plain = port.is_none_or(|port| !port.is_empty() && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()));
    let six = || host.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
    let ip = six().map(IpAddr::V6).or_else(|| host.parse::<std::net::Ipv4Addr>().ok().map(IpAddr::V4));
    plain && (host.eq_ignore_ascii_case("localhost") || ip.is_some_and(|ip| ip.is_loopback()))
}
