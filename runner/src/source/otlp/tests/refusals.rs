//! What is not taken is answered clearly, and counted where events were lost.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use tonic::Code;
use tonic::codec::CompressionEncoding;

use super::*;

#[track_caller]
fn dropped(source: &Running) -> Vec<(&'static str, u64)> {
    source.feed.look(|state| state.dropped.iter().map(|(reason, (count, _))| (*reason, *count)).collect())
}

const MALFORMED: &str = "a malformed OTLP message";
const TOO_LARGE: &str = "an OTLP message over the limit (`?max_message=`)";

#[test]
fn over_http() {
    let listeners = Listeners::default();
    let source = Running::start("spans", "otlp:127.0.0.1:0?max_message=4KiB", &listeners);
    let address = http(&listeners);
    let one = spans(vec![named("x")]);
    let send = |headers: &[(&str, &str)], body: &[u8]| post(address, "/v1/traces", headers, body);

    // What a web page could send.
    assert_eq!(send(&[("content-type", "text/plain")], &one).0, 415);
    assert_eq!(send(&[], &one).0, 415);
    assert_eq!(send(&[PROTOBUF, ("origin", "https://evil.example")], &one).0, 403);
    assert_eq!(send(&[PROTOBUF, ("origin", "null")], &one).0, 403);
    assert_eq!(send(&[PROTOBUF, ("origin", "http://localhost.evil.example")], &one).0, 403);
    for origin in ["http://127.0.0.1:80@evil.example", "http://[::1]evil.example", "http://localhost:80.evil.example"] {
        assert_eq!(send(&[PROTOBUF, ("origin", origin)], &one).0, 403, "{origin}");
    }
    for host in ["evil.example:4318", "127.0.0.1:4318@evil.example", "localhost:", "[::1"] {
        assert_eq!(send(&[PROTOBUF, ("host", host)], &one).0, 403, "{host}");
    }
    assert_eq!(post(address, "/v1/profiles", &[PROTOBUF], &one).0, 404);
    assert_eq!(send(&[PROTOBUF, ("content-encoding", "br")], &one).0, 415);
    assert_eq!(dropped(&source), []);

    let (status, body) = send(&[PROTOBUF], b"\xff\xff\xff");
    let answer = super::super::answer::Status::decode(&body[..]).expect("a status");
    assert_eq!((status, answer.code), (400, Code::InvalidArgument as i32));
    assert!(answer.message.contains("malformed"), "{answer:?}");
    assert_eq!(send(&[PROTOBUF, GZIP], &one).0, 400);
    assert_eq!(send(&[PROTOBUF, GZIP], &gzip(&one)[..20]).0, 400);
    assert_eq!(dropped(&source), [(MALFORMED, 3)]);

    let large = spans(vec![named(&"x".repeat(10_000))]);
    let (status, body) = send(&[PROTOBUF], &large);
    assert_eq!(status, 413);
    assert!(String::from_utf8_lossy(&body).contains("4096 bytes"));
    let packed = gzip(&large);
    assert!(packed.len() < 4096);
    assert_eq!(send(&[PROTOBUF, GZIP], &packed).0, 413);
    assert_eq!(dropped(&source), [(MALFORMED, 3), (TOO_LARGE, 2)]);

    // What is right is taken all the same.
    assert_eq!(send(&[PROTOBUF, ("origin", "http://localhost:3000")], &one).0, 200);
    assert_eq!(send(&[PROTOBUF, GZIP, ("host", "localhost")], &gzip(&one)).0, 200);
    assert_eq!(source.column(2, "name"), ["x", "x"]);
    source.stop();
}

#[test]
fn a_sender_is_told_how_much_was_not_taken() {
    let listeners = Listeners::default();
    let source = Running::start("spans", "otlp:127.0.0.1:0", &listeners);
    let half = Span { span_id: vec![1; 4], ..named("half") };
    let (status, body) = post(http(&listeners), "/v1/traces", &[PROTOBUF], &spans(vec![named("whole"), half]));
    let answer = ExportTraceServiceResponse::decode(&body[..]).expect("a response");
    let partial = answer.partial_success.expect("not all");
    assert_eq!((status, partial.rejected_spans), (200, 1));
    assert!(partial.error_message.contains("8"), "{partial:?}");
    assert_eq!(source.column(1, "name"), ["whole"]);
    source.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn over_grpc() {
    let listeners = Listeners::default();
    let source = Running::start("spans", "otlp:127.0.0.1:0?max_message=4KiB", &listeners);
    let url = format!("http://{}", grpc(&listeners));
    let plain = TraceServiceClient::connect(url).await.expect("it listens");
    let mut packed = plain.clone().send_compressed(CompressionEncoding::Gzip);
    let mut plain = plain;

    let answer = packed.export(request(vec![named("packed")])).await.expect("it is taken");
    assert_eq!(answer.get_ref().partial_success, None);
    let half = Span { trace_id: vec![1; 4], ..named("half") };
    let answer = plain.export(request(vec![named("plain"), half])).await.expect("it is taken");
    assert_eq!(answer.into_inner().partial_success.map(|partial| partial.rejected_spans), Some(1));

    let large = request(vec![named(&"x".repeat(10_000))]);
    for client in [&mut packed, &mut plain] {
        let refused = client.export(large.clone()).await.expect_err("it is too large");
        assert_eq!(refused.code(), Code::ResourceExhausted);
        assert!(refused.message().contains("4096 bytes"), "{refused}");
    }
    // Lists deeper than anyone needs.
    let mut value = text("deep");
    for _ in 0..40 {
        let values = vec![AnyValue { value: Some(value) }];
        value = Value::ArrayValue(opentelemetry_proto::tonic::common::v1::ArrayValue { values });
    }
    let deep = Span { attributes: vec![attribute("deep", value)], ..named("deep") };
    let refused = plain.export(request(vec![deep])).await.expect_err("it is malformed");
    assert_eq!(refused.code(), Code::InvalidArgument);

    assert_eq!(source.column(2, "name"), ["packed", "plain"]);
    let wrong_id = "a span with a trace or span id of a wrong length";
    assert_eq!(dropped(&source), [(MALFORMED, 1), (wrong_id, 1), (TOO_LARGE, 2)]);
    source.stop();
}

/// Whoever says nothing, or a part of something, and waits takes no turn of those that have sent all: the others are
/// answered while none of them is.
#[test]
fn slow_senders_keep_nobody_waiting() {
    let listeners = Listeners::default();
    let source = Running::start("spans", "otlp:127.0.0.1:0", &listeners);
    let address = http(&listeners);
    let head = format!("POST /v1/traces HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/x-protobuf\r\n");
    let settings = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0";
    let ways = [
        (address, String::new()),
        (address, head[..30].to_owned()),
        (address, format!("{head}content-length: 1000\r\n\r\n\n")),
        (address, format!("{head}transfer-encoding: chunked\r\n\r\n1\r\n\n\r\n")),
        (grpc(&listeners), String::new()),
        (grpc(&listeners), settings.to_owned()),
    ];
    let slow = |(to, begin): &(std::net::SocketAddr, String)| {
        let mut stream = TcpStream::connect(to).expect("it listens");
        stream.write_all(begin.as_bytes()).expect("it reads");
        stream
    };
    // More than have a turn at once, of each.
    let mut waiting: Vec<TcpStream> = (0..70).flat_map(|_| ways.iter().map(slow)).collect();
    for _ in 0..10 {
        assert_eq!(post(address, "/v1/traces", &[PROTOBUF], &spans(vec![named("x")])).0, 200);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut client = TraceServiceClient::connect(format!("http://{}", grpc(&listeners))).await.expect("it listens");
        client.export(request(vec![named("y")])).await.expect("it is taken");
    });
    for stream in &mut waiting {
        stream.set_nonblocking(true).expect("a socket");
        let mut said = Vec::new();
        // HTTP/2 begins with what the server wants; HTTP/1 has nothing to say yet.
        let error = stream.read_to_end(&mut said).expect_err("it was answered first");
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
        assert!(!said.starts_with(b"HTTP/1.1"));
    }
    drop(waiting);
    source.stop();
}
