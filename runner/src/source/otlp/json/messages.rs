//! The messages of OTLP 1, as far as they become fields: number, name and kind of each field.

use super::Kind::*;
use super::{Field, Kind, Message};

const fn field(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind }
}

static ANY_VALUE: Message = Message(&[
    field(1, "stringValue", Text),
    field(2, "boolValue", Bool),
    field(3, "intValue", Int64),
    field(4, "doubleValue", Double),
    field(5, "arrayValue", Kind::Message(&ARRAY)),
    field(6, "kvlistValue", Kind::Message(&MAP)),
    field(7, "bytesValue", Base64),
]);
static ARRAY: Message = Message(&[field(1, "values", Kind::Message(&ANY_VALUE))]);
static MAP: Message = Message(&[field(1, "values", Kind::Message(&KEY_VALUE))]);
static KEY_VALUE: Message = Message(&[field(1, "key", Text), field(2, "value", Kind::Message(&ANY_VALUE))]);
static RESOURCE: Message = Message(&[field(1, "attributes", Kind::Message(&KEY_VALUE))]);
static SCOPE: Message =
    Message(&[field(1, "name", Text), field(2, "version", Text), field(3, "attributes", Kind::Message(&KEY_VALUE))]);

pub(super) static TRACES: Message = Message(&[field(1, "resourceSpans", Kind::Message(&RESOURCE_SPANS))]);
static RESOURCE_SPANS: Message =
    Message(&[field(1, "resource", Kind::Message(&RESOURCE)), field(2, "scopeSpans", Kind::Message(&SCOPE_SPANS))]);
static SCOPE_SPANS: Message =
    Message(&[field(1, "scope", Kind::Message(&SCOPE)), field(2, "spans", Kind::Message(&SPAN))]);
static SPAN: Message = Message(&[
    field(1, "traceId", Id),
    field(2, "spanId", Id),
    field(3, "traceState", Text),
    field(4, "parentSpanId", Id),
    field(5, "name", Text),
    field(6, "kind", Enum(&SPAN_KINDS)),
    field(7, "startTimeUnixNano", Fixed64),
    field(8, "endTimeUnixNano", Fixed64),
    field(9, "attributes", Kind::Message(&KEY_VALUE)),
    field(11, "events", Kind::Message(&EVENT)),
    field(13, "links", Kind::Message(&LINK)),
    field(15, "status", Kind::Message(&STATUS)),
]);
static EVENT: Message = Message(&[
    field(1, "timeUnixNano", Fixed64),
    field(2, "name", Text),
    field(3, "attributes", Kind::Message(&KEY_VALUE)),
]);
static LINK: Message = Message(&[
    field(1, "traceId", Id),
    field(2, "spanId", Id),
    field(3, "traceState", Text),
    field(4, "attributes", Kind::Message(&KEY_VALUE)),
]);
static STATUS: Message = Message(&[field(2, "message", Text), field(3, "code", Enum(&STATUS_CODES))]);
static SPAN_KINDS: [&str; 6] = [
    "SPAN_KIND_UNSPECIFIED",
    "SPAN_KIND_INTERNAL",
    "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",
    "SPAN_KIND_PRODUCER",
    "SPAN_KIND_CONSUMER",
];
static STATUS_CODES: [&str; 3] = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

pub(super) static LOGS: Message = Message(&[field(1, "resourceLogs", Kind::Message(&RESOURCE_LOGS))]);
static RESOURCE_LOGS: Message =
    Message(&[field(1, "resource", Kind::Message(&RESOURCE)), field(2, "scopeLogs", Kind::Message(&SCOPE_LOGS))]);
static SCOPE_LOGS: Message =
    Message(&[field(1, "scope", Kind::Message(&SCOPE)), field(2, "logRecords", Kind::Message(&LOG_RECORD))]);
static LOG_RECORD: Message = Message(&[
    field(1, "timeUnixNano", Fixed64),
    field(2, "severityNumber", Enum(&SEVERITIES)),
    field(3, "severityText", Text),
    field(5, "body", Kind::Message(&ANY_VALUE)),
    field(6, "attributes", Kind::Message(&KEY_VALUE)),
    field(9, "traceId", Id),
    field(10, "spanId", Id),
    field(11, "observedTimeUnixNano", Fixed64),
    field(12, "eventName", Text),
]);
static SEVERITIES: [&str; 25] = [
    "SEVERITY_NUMBER_UNSPECIFIED",
    "SEVERITY_NUMBER_TRACE",
    "SEVERITY_NUMBER_TRACE2",
    "SEVERITY_NUMBER_TRACE3",
    "SEVERITY_NUMBER_TRACE4",
    "SEVERITY_NUMBER_DEBUG",
    "SEVERITY_NUMBER_DEBUG2",
    "SEVERITY_NUMBER_DEBUG3",
    "SEVERITY_NUMBER_DEBUG4",
    "SEVERITY_NUMBER_INFO",
    "SEVERITY_NUMBER_INFO2",
    "SEVERITY_NUMBER_INFO3",
    "SEVERITY_NUMBER_INFO4",
    "SEVERITY_NUMBER_WARN",
    "SEVERITY_NUMBER_WARN2",
    "SEVERITY_NUMBER_WARN3",
    "SEVERITY_NUMBER_WARN4",
    "SEVERITY_NUMBER_ERROR",
    "SEVERITY_NUMBER_ERROR2",
    "SEVERITY_NUMBER_ERROR3",
    "SEVERITY_NUMBER_ERROR4",
    "SEVERITY_NUMBER_FATAL",
    "SEVERITY_NUMBER_FATAL2",
    "SEVERITY_NUMBER_FATAL3",
    "SEVERITY_NUMBER_FATAL4",
];

pub(super) static METRICS: Message = Message(&[field(1, "resourceMetrics", Kind::Message(&RESOURCE_METRICS))]);
static RESOURCE_METRICS: Message =
    Message(&[field(1, "resource", Kind::Message(&RESOURCE)), field(2, "scopeMetrics", Kind::Message(&SCOPE_METRICS))]);
static SCOPE_METRICS: Message =
    Message(&[field(1, "scope", Kind::Message(&SCOPE)), field(2, "metrics", Kind::Message(&METRIC))]);
static METRIC: Message = Message(&[
    field(1, "name", Text),
    field(3, "unit", Text),
    field(5, "gauge", Kind::Message(&NUMBERS)),
    field(7, "sum", Kind::Message(&NUMBERS)),
    field(9, "histogram", Kind::Message(&HISTOGRAM)),
    field(10, "exponentialHistogram", Kind::Message(&EXPONENTIAL)),
    field(11, "summary", Kind::Message(&SUMMARY)),
]);
/// Gauges and sums.
static NUMBERS: Message = Message(&[
    field(1, "dataPoints", Kind::Message(&NUMBER_POINT)),
    field(2, "aggregationTemporality", Enum(&TEMPORALITIES)),
    field(3, "isMonotonic", Bool),
]);
static HISTOGRAM: Message = Message(&[
    field(1, "dataPoints", Kind::Message(&HISTOGRAM_POINT)),
    field(2, "aggregationTemporality", Enum(&TEMPORALITIES)),
]);
static EXPONENTIAL: Message = Message(&[
    field(1, "dataPoints", Kind::Message(&EXPONENTIAL_POINT)),
    field(2, "aggregationTemporality", Enum(&TEMPORALITIES)),
]);
static SUMMARY: Message = Message(&[field(1, "dataPoints", Kind::Message(&SUMMARY_POINT))]);
static TEMPORALITIES: [&str; 3] =
    ["AGGREGATION_TEMPORALITY_UNSPECIFIED", "AGGREGATION_TEMPORALITY_DELTA", "AGGREGATION_TEMPORALITY_CUMULATIVE"];
static NUMBER_POINT: Message = Message(&[
    field(2, "startTimeUnixNano", Fixed64),
    field(3, "timeUnixNano", Fixed64),
    field(4, "asDouble", Double),
    field(6, "asInt", Sfixed64),
    field(7, "attributes", Kind::Message(&KEY_VALUE)),
]);
static HISTOGRAM_POINT: Message = Message(&[
    field(2, "startTimeUnixNano", Fixed64),
    field(3, "timeUnixNano", Fixed64),
    field(4, "count", Fixed64),
    field(5, "sum", Double),
    field(6, "bucketCounts", Fixed64),
    field(7, "explicitBounds", Double),
    field(9, "attributes", Kind::Message(&KEY_VALUE)),
    field(11, "min", Double),
    field(12, "max", Double),
]);
static EXPONENTIAL_POINT: Message = Message(&[
    field(1, "attributes", Kind::Message(&KEY_VALUE)),
    field(2, "startTimeUnixNano", Fixed64),
    field(3, "timeUnixNano", Fixed64),
    field(4, "count", Fixed64),
    field(5, "sum", Double),
    field(6, "scale", Sint32),
    field(7, "zeroCount", Fixed64),
    field(8, "positive", Kind::Message(&BUCKETS)),
    field(9, "negative", Kind::Message(&BUCKETS)),
    field(12, "min", Double),
    field(13, "max", Double),
    field(14, "zeroThreshold", Double),
]);
static BUCKETS: Message = Message(&[field(1, "offset", Sint32), field(2, "bucketCounts", Int64)]);
static SUMMARY_POINT: Message = Message(&[
    field(2, "startTimeUnixNano", Fixed64),
    field(3, "timeUnixNano", Fixed64),
    field(4, "count", Fixed64),
    field(5, "sum", Double),
    field(6, "quantileValues", Kind::Message(&QUANTILE)),
    field(7, "attributes", Kind::Message(&KEY_VALUE)),
]);
static QUANTILE: Message = Message(&[field(1, "quantile", Double), field(2, "value", Double)]);
