//! The receiver as exporters see it. Here: sources on ports of the system's choice, messages made by hand,
//! and a bare HTTP client that sends what no exporter would.

mod decode;
mod json;
mod listeners;
mod refusals;
mod sdk;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use syntax::source::{SourceDecl, SourceUri};

use super::Listeners;
use crate::Error;
use crate::source::Wanted;
use crate::source::collect::Collect;

fn decl(name: &str, uri: &str) -> SourceDecl {
    SourceDecl::for_uri(name, SourceUri::parse(uri).expect("a right address")).expect("a right source")
}

/// A source that is read.
struct Running {
    feed: Arc<Collect>,
    thread: JoinHandle<Result<(), Error>>,
}

impl Running {
    fn start(name: &str, uri: &str, listeners: &Listeners) -> Running {
        let opened = crate::source::open(&decl(name, uri), listeners).expect("it binds");
        let feed = Collect::new(Wanted::All);
        let reading = feed.clone();
        Running { feed, thread: std::thread::spawn(move || opened.reader.run(reading)) }
    }

    fn stop(self) -> Arc<Collect> {
        self.feed.stop();
        self.thread.join().expect("no panic").expect("it was stopped");
        self.feed
    }

    fn column(&self, rows: usize, name: &str) -> Vec<String> {
        self.feed.when(|state| state.rows() >= rows, |state| state.column(name))
    }
}

fn grpc(listeners: &Listeners) -> SocketAddr {
    listeners.bound()[0].grpc
}

fn http(listeners: &Listeners) -> SocketAddr {
    listeners.bound()[0].http.expect("HTTP is on")
}

/// One HTTP request: the status and the body of its answer.
fn post(address: SocketAddr, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, Vec<u8>) {
    let mut head = format!("POST {path} HTTP/1.1\r\nconnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        head.push_str(&format!("host: {address}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(head.as_bytes()).expect("it reads");
    // A receiver that has seen enough may hang up first.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|end| end == b"\r\n\r\n").expect("headers") + 4;
    let head = String::from_utf8_lossy(&answer[..end]);
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer[end..].to_vec())
}

const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
const GZIP: (&str, &str) = ("content-encoding", "gzip");

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

fn any_value(value: Value) -> Option<AnyValue> {
    Some(AnyValue { value: Some(value) })
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: any_value(value), ..KeyValue::default() }
}

fn text(value: &str) -> Value {
    Value::StringValue(value.to_owned())
}

fn resource() -> Option<Resource> {
    let attributes = vec![
        attribute("service.name", text("checkout")),
        attribute("cloud.region", text("eu-west-1")),
        attribute("level", text("resource")),
        attribute("level.scope", text("resource")),
    ];
    Some(Resource { attributes, ..Resource::default() })
}

fn named(name: &str) -> Span {
    Span { name: name.to_owned(), trace_id: vec![1; 16], span_id: vec![2; 8], ..Span::default() }
}

fn request(spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let group = ResourceSpans { resource: resource(), scope_spans, ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![group] }
}

fn spans(spans: Vec<Span>) -> Vec<u8> {
    request(spans).encode_to_vec()
}
