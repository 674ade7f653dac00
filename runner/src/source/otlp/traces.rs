//! Spans to rows.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};

use super::super::column::Scalar;
use super::super::table::Table;
use super::listeners::Sink;
use super::record;

pub(super) fn decode(request: &ExportTraceServiceRequest, sink: &mut Sink<'_>) {
    let mut buffer = String::new();
    for ResourceSpans { resource, scope_spans, .. } in &request.resource_spans {
        for ScopeSpans { scope, spans, .. } in scope_spans {
            for span in spans {
                record::context(&mut sink.table, resource.as_ref(), scope.as_ref(), &span.attributes);
                set(&mut sink.table, span, &mut buffer);
                sink.keep();
            }
        }
    }
}

fn set(table: &mut Table, span: &Span, buffer: &mut String) {
    record::time(table, "timestamp", span.start_time_unix_nano);
    // A clock that was set back between start and end gives a negative duration: shown, not hidden.
    let duration = i128::from(span.end_time_unix_nano) - i128::from(span.start_time_unix_nano);
    if let (true, Ok(nanos)) = (span.end_time_unix_nano > 0, i64::try_from(duration)) {
        table.set_by_name("duration", Scalar::Long(nanos));
    }
    record::id(table, "trace.id", &span.trace_id, buffer);
    record::id(table, "span.id", &span.span_id, buffer);
    record::id(table, "parent.span.id", &span.parent_span_id, buffer);
    record::text(table, "name", &span.name);
    record::text(table, "trace.state", &span.trace_state);
    let kind = match span.kind() {
        SpanKind::Unspecified => "unspecified",
        SpanKind::Internal => "internal",
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    };
    table.set_by_name("kind", Scalar::String(kind));
    let code = span.status.as_ref().map_or(StatusCode::Unset, |status| status.code());
    let status = match code {
        StatusCode::Unset => "unset",
        StatusCode::Ok => "ok",
        StatusCode::Error => "error",
    };
    table.set_by_name("status", Scalar::String(status));
    if let Some(status) = &span.status {
        record::text(table, "status.message", &status.message);
    }
    if !span.events.is_empty() && (table.all() || !table.slots_of("events").is_empty()) {
        let events = span.events.iter().map(|event| {
            serde_json::json!({
                "name": event.name,
                "timestamp": event.time_unix_nano,
                "attributes": record::json_attributes(&event.attributes),
            })
        });
        table.set_by_name("events", Scalar::Json(&events.collect::<serde_json::Value>().to_string()));
    }
    if !span.links.is_empty() && (table.all() || !table.slots_of("links").is_empty()) {
        let links = span.links.iter().map(|link| {
            let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            serde_json::json!({
                "trace.id": hex(&link.trace_id),
                "span.id": hex(&link.span_id),
                "attributes": record::json_attributes(&link.attributes),
            })
        });
        table.set_by_name("links", Scalar::Json(&links.collect::<serde_json::Value>().to_string()));
    }
}
