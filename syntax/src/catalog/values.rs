//! Values that a field is known to have, the most frequent first: of the signals' own fields by
//! OpenTelemetry's data model, of the simulated shop by what it simulates.

use super::signals::Signal;

/// Of a field of the simulated shop; empty where there are too many to know.
pub fn of_demo(signal: Signal, field: &str) -> &'static [&'static str] {
    match (signal, field) {
        (_, "cloud.region") => &["eu-west-1", "us-east-1", "ap-southeast-2"],
        (_, "service.name") => &["frontend", "catalog", "inventory", "checkout", "payment", "shipping"],
        (_, "customer.tier") => &["free", "silver", "gold", "platinum"],
        (_, "error.type") => &["timeout", "500", "connection_reset"],
        (Signal::Spans, "status") => &["unset", "error"],
        (Signal::Spans, "kind") => &["server"],
        (Signal::Spans, "payment.provider") => &["cardia", "northpay", "unibank"],
        (Signal::Spans, "http.request.method") => &["GET", "POST"],
        (Signal::Logs, "severity") => &["INFO", "WARN", "DEBUG", "ERROR"],
        (Signal::Metrics, "metric.type") => &["gauge", "sum"],
        (Signal::Metrics, "metric.name") => &[
            "process.cpu.utilization",
            "process.memory.usage",
            "http.server.active_requests",
            "db.client.connection.count",
            "shop.orders.queued",
            "shop.revenue",
        ],
        (Signal::Metrics, "metric.unit") => &["1", "By", "{request}", "{connection}", "{order}", "EUR"],
        (Signal::Deploys, "deployment.status") => &["started", "succeeded"],
        (Signal::Deploys, "deployment.reason") => &["release", "rollback"],
        _ => &[],
    }
}

/// Of a field that every OTLP sender gives.
pub fn of_otlp(signal: Signal, field: &str) -> &'static [&'static str] {
    match (signal, field) {
        (Signal::Spans, "status") => &["unset", "ok", "error"],
        (Signal::Spans, "kind") => &["server", "client", "internal", "producer", "consumer"],
        (Signal::Logs, "severity") => &["INFO", "WARN", "ERROR", "DEBUG", "FATAL", "TRACE"],
        (Signal::Metrics, "metric.type") => &["gauge", "sum", "histogram", "exponential_histogram", "summary"],
        (Signal::Metrics, "metric.temporality") => &["delta", "cumulative"],
        _ => &[],
    }
}
