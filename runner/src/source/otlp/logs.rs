//! Log records to rows.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};

use super::super::column::Scalar;
use super::super::table::Table;
use super::listeners::Sink;
use super::record;

pub(super) fn decode(request: &ExportLogsServiceRequest, sink: &mut Sink<'_>) {
    let mut buffer = String::new();
    for ResourceLogs { resource, scope_logs, .. } in &request.resource_logs {
        for ScopeLogs { scope, log_records, .. } in scope_logs {
            for log in log_records {
                record::context(&mut sink.table, resource.as_ref(), scope.as_ref(), &log.attributes);
                set(&mut sink.table, log, &mut buffer);
                sink.keep();
            }
        }
    }
}

fn set(table: &mut Table, log: &LogRecord, buffer: &mut String) {
    // As OpenTelemetry advises: where the time is unknown, when it was observed.
    let time = if log.time_unix_nano > 0 { log.time_unix_nano } else { log.observed_time_unix_nano };
    record::time(table, "timestamp", time);
    record::time(table, "observed_timestamp", log.observed_time_unix_nano);
    match (log.severity_text.is_empty(), short_name(log.severity_number)) {
        (false, _) => record::text(table, "severity", &log.severity_text),
        (true, Some(name)) => record::text(table, "severity", name),
        (true, None) => {}
    }
    if log.severity_number > 0 {
        table.set_by_name("severity.number", Scalar::Long(i64::from(log.severity_number)));
    }
    record::set_text(table, "body", log.body.as_ref());
    record::text(table, "event.name", &log.event_name);
    record::id(table, "trace.id", &log.trace_id, buffer);
    record::id(table, "span.id", &log.span_id, buffer);
}

/// OpenTelemetry's short names of severity numbers.
fn short_name(number: i32) -> Option<&'static str> {
    Some(match number {
        1..=4 => "TRACE",
        5..=8 => "DEBUG",
        9..=12 => "INFO",
        13..=16 => "WARN",
        17..=20 => "ERROR",
        21..=24 => "FATAL",
        _ => return None,
    })
}
