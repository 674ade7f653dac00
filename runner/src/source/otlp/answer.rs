//! What a sender is told. The three signals' responses are the same on the wire.

use prost::Message;
use syntax::catalog::signals::Signal;

use super::decode::Report;

#[derive(Clone, PartialEq, Message)]
pub(super) struct Response {
    #[prost(message, optional, tag = "1")]
    pub(super) partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct PartialSuccess {
    #[prost(int64, tag = "1")]
    pub(super) rejected: i64,
    #[prost(string, tag = "2")]
    pub(super) error_message: String,
}

/// `google.rpc.Status`, the body of an error over HTTP.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Status {
    #[prost(int32, tag = "1")]
    pub(super) code: i32,
    #[prost(string, tag = "2")]
    pub(super) message: String,
}

pub(super) const MALFORMED: &str = "this is not an OTLP request: its bytes are malformed";
pub(super) const UNPACKED: &str = "the resource's attributes are too large for so many records; send smaller batches";
/// Too much arrives at once.
pub(super) const NO_ROOM: &str = "too much arrives at once; send it again in a second";
pub(super) const STOPPED: &str = "the source that reads this is stopping or has not started; send it again later";

pub(super) fn too_large(max_message: usize) -> String {
    format!("the message is over the limit of {max_message} bytes; send smaller batches, or raise `?max_message=`")
}

impl Response {
    pub(super) fn new(report: Report) -> Response {
        let partial = PartialSuccess {
            rejected: i64::try_from(report.rejected).unwrap_or(i64::MAX),
            error_message: "a trace id has 16 bytes and a span id 8; records with others were not taken".to_owned(),
        };
        Response { partial_success: (report.rejected > 0).then_some(partial) }
    }

    /// As OTLP's JSON has it: 64-bit numbers are strings.
    pub(super) fn to_json(&self, signal: Signal) -> serde_json::Value {
        let Some(partial) = &self.partial_success else { return serde_json::json!({}) };
        let rejected = match signal {
            Signal::Logs => "rejectedLogRecords",
            Signal::Metrics => "rejectedDataPoints",
            Signal::Spans | Signal::Deploys => "rejectedSpans",
        };
        serde_json::json!({ "partialSuccess": {
            rejected: partial.rejected.to_string(),
            "errorMessage": partial.error_message,
        } })
    }
}
