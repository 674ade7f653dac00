//! The fields of each signal, under OpenTelemetry's names: what an OTLP source always has, and what the
//! simulated shop has besides. The decoders make exactly these names and types.

use crate::Type;
use crate::Type::*;

/// Name, type, what it means.
pub struct SignalField(pub &'static str, pub Type, pub &'static str);

/// What a source can be asked for; the word is also the name that a source has by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Spans,
    Logs,
    Metrics,
    Deploys,
}

impl Signal {
    pub const ALL: [Signal; 4] = [Signal::Spans, Signal::Logs, Signal::Metrics, Signal::Deploys];

    pub fn word(self) -> &'static str {
        match self {
            Signal::Spans => "spans",
            Signal::Logs => "logs",
            Signal::Metrics => "metrics",
            Signal::Deploys => "deploys",
        }
    }

    pub fn from_word(word: &str) -> Option<Signal> {
        match word {
            "traces" => Some(Signal::Spans),
            _ => Signal::ALL.into_iter().find(|signal| signal.word() == word),
        }
    }

    pub fn doc(self) -> &'static str {
        match self {
            Signal::Spans => "One span a handled request or call.",
            Signal::Logs => "One log record.",
            Signal::Metrics => "One metric data point.",
            Signal::Deploys => "One step of a deployment, roll-backs included.",
        }
    }

    /// What every OTLP sender gives.
    pub fn otlp_fields(self) -> &'static [SignalField] {
        match self {
            Signal::Spans => SPANS,
            Signal::Logs => LOGS,
            Signal::Metrics => METRICS,
            Signal::Deploys => &[],
        }
    }

    /// What the simulated shop has, all of it.
    pub fn demo_fields(self) -> &'static [SignalField] {
        match self {
            Signal::Spans => DEMO_SPANS,
            Signal::Logs => DEMO_LOGS,
            Signal::Metrics => DEMO_METRICS,
            Signal::Deploys => DEMO_DEPLOYS,
        }
    }
}

const TIMESTAMP: SignalField = SignalField("timestamp", Datetime, "When it happened; event time.");
const SERVICE: SignalField = SignalField("service.name", String, "The service that sent it.");
const VERSION: SignalField = SignalField("service.version", String, "The version of that service.");
const REGION: SignalField = SignalField("cloud.region", String, "The region it ran in.");
const HOST: SignalField = SignalField("host.name", String, "The host or pod it ran on.");
const TRACE: SignalField =
    SignalField("trace.id", String, "The request's trace, 32 hex digits; the same in all its spans and logs.");
const SPAN: SignalField = SignalField("span.id", String, "The span, 16 hex digits.");
const CUSTOMER: SignalField = SignalField("customer.id", String, "The customer whose request it was.");
const TIER: SignalField = SignalField("customer.tier", String, "The customer's contract.");
const ERROR_TYPE: SignalField = SignalField("error.type", String, "The class of error the request ended with.");
const SCOPE: SignalField = SignalField("scope.name", String, "The instrumentation library.");
const SCOPE_VERSION: SignalField = SignalField("scope.version", String, "Its version.");

const SPANS: &[SignalField] = &[
    TIMESTAMP,
    SignalField("duration", Timespan, "How long it took."),
    TRACE,
    SPAN,
    SignalField("parent.span.id", String, "The span that caused it; null at the root of the trace."),
    SignalField("name", String, "What the span did, e.g. `GET /cart`."),
    SignalField("kind", String, "`server`, `client`, `internal`, `producer` or `consumer`."),
    SignalField("status", String, "`unset`, `ok` or `error`."),
    SignalField("status.message", String, "What the instrumentation says about an error."),
    SERVICE,
    SCOPE,
    SCOPE_VERSION,
    SignalField("trace.state", String, "W3C tracestate, as it was sent."),
    SignalField("events", Dynamic, "The span's events: name, time, attributes."),
    SignalField("links", Dynamic, "Other traces that it refers to."),
];

const LOGS: &[SignalField] = &[
    TIMESTAMP,
    SignalField("observed_timestamp", Datetime, "When it was collected."),
    SignalField("severity", String, "`TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`, as it was sent."),
    SignalField("severity.number", Long, "1 to 24; 17 and above are errors."),
    SignalField("body", String, "The line; JSON text where it was a structure."),
    SignalField("event.name", String, "The kind of event, where it is one."),
    TRACE,
    SPAN,
    SERVICE,
    SCOPE,
    SCOPE_VERSION,
];

const METRICS: &[SignalField] = &[
    TIMESTAMP,
    SignalField("start_timestamp", Datetime, "Since when a sum or histogram counts."),
    SignalField("metric.name", String, "Which metric, e.g. `http.server.request.duration`."),
    SignalField("metric.type", String, "`gauge`, `sum`, `histogram`, `exponential_histogram` or `summary`."),
    SignalField("metric.unit", String, "The unit, as UCUM writes it."),
    SignalField("metric.temporality", String, "`delta` or `cumulative`; null for gauges."),
    SignalField("metric.monotonic", Bool, "A sum that never falls."),
    SignalField("value", Real, "The point's value; for histograms and summaries the sum."),
    SignalField("count", Long, "Measurements in a histogram or summary."),
    SignalField("min", Real, "The smallest of them."),
    SignalField("max", Real, "The largest of them."),
    SignalField("buckets", Dynamic, "A histogram's bounds and counts, a summary's quantiles."),
    SERVICE,
    SCOPE,
    SCOPE_VERSION,
];

const DEMO_SPANS: &[SignalField] = &[
    TIMESTAMP,
    SignalField("duration", Timespan, "How long it took."),
    TRACE,
    SPAN,
    SignalField("parent.span.id", String, "The span that caused it; null at the root of the trace."),
    SignalField("name", String, "What the span did, e.g. `GET /cart`."),
    SignalField("kind", String, "`server`: the shop records the requests that its services handle."),
    SignalField("status", String, "`unset` or `error`."),
    SERVICE,
    VERSION,
    REGION,
    HOST,
    SignalField("http.request.method", String, "GET, POST …"),
    SignalField("http.route", String, "The route that matched, e.g. `/product/{id}`."),
    SignalField("url.path", String, "The path that was asked for."),
    SignalField("http.response.status_code", Long, "The HTTP status of the answer."),
    ERROR_TYPE,
    CUSTOMER,
    TIER,
    SignalField("payment.provider", String, "Who handles the card, on payments."),
    SignalField("order.id", String, "The order, where there is one."),
    SignalField("order.total", Real, "What it costs, in euro."),
];

const DEMO_LOGS: &[SignalField] = &[
    TIMESTAMP,
    SignalField("severity", String, "`INFO`, `WARN` or `ERROR`."),
    SignalField("severity.number", Long, "1 to 24; 17 and above are errors."),
    SignalField("body", String, "The line."),
    TRACE,
    SPAN,
    SERVICE,
    VERSION,
    REGION,
    HOST,
    CUSTOMER,
    TIER,
    ERROR_TYPE,
];

const DEMO_METRICS: &[SignalField] = &[
    TIMESTAMP,
    SignalField("metric.name", String, "Which metric, e.g. `process.cpu.utilization`."),
    SignalField("metric.type", String, "`gauge` or `sum`."),
    SignalField("metric.unit", String, "The unit, as UCUM writes it."),
    SignalField("value", Real, "The point's value."),
    SERVICE,
    VERSION,
    REGION,
];

const DEMO_DEPLOYS: &[SignalField] = &[
    TIMESTAMP,
    SignalField("deployment.id", String, "The deployment."),
    SERVICE,
    VERSION,
    SignalField("service.version.previous", String, "The version it replaces."),
    REGION,
    SignalField("deployment.status", String, "Whether it started, succeeded or failed."),
    SignalField("deployment.reason", String, "`release` or `rollback`."),
];
