//! What the shop's services write to their logs while they answer a request: each line belongs to a
//! span that exists in the spans of the same seed.

use std::fmt::Write;

use super::dice::mix;
use super::incident::BAD_VERSION;
use super::request::{Failure, Span};
use super::shop::{MS, PROVIDERS, SECOND, Service};

#[derive(Clone, Copy, Debug)]
pub(super) struct Log {
    pub(super) time: i64,
    pub(super) severity: Severity,
    pub(super) span: Span,
    line: Line,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    Debug,
    Info,
    Warn,
    Error,
}

impl Severity {
    pub(super) fn text(self) -> &'static str {
        match self {
            Severity::Debug => "DEBUG",
            Severity::Info => "INFO",
            Severity::Warn => "WARN",
            Severity::Error => "ERROR",
        }
    }

    /// OpenTelemetry's severity number.
    pub(super) fn number(self) -> i64 {
        match self {
            Severity::Debug => 5,
            Severity::Info => 9,
            Severity::Warn => 13,
            Severity::Error => 17,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Line {
    OrderPlaced,
    OrderFailed,
    OrderSlow,
    PricingCacheMiss,
    Authorised,
    Declined,
    ProviderTimeout,
    StockLow,
    CacheMiss,
    ConnectionLost,
    UpstreamFailed,
    Answered,
}

/// The lines of one request, given its spans.
pub(super) fn lines(spans: &[Span], put: &mut dyn FnMut(Log)) {
    for span in spans {
        let bits = mix(span.id);
        let mut say = |time: i64, severity, line| put(Log { time, severity, span: *span, line });
        match span.failure {
            Some(Failure::Connection) => say(span.end(), Severity::Error, Line::ConnectionLost),
            Some(Failure::Timeout) => say(span.end(), Severity::Error, Line::ProviderTimeout),
            Some(Failure::Upstream) if span.service == Service::Frontend => {
                say(span.end(), Severity::Error, Line::UpstreamFailed);
            }
            _ => {}
        }
        match span.service {
            Service::Checkout => {
                if span.version == BAD_VERSION {
                    say(span.start + 3 * MS, Severity::Warn, Line::PricingCacheMiss);
                }
                if span.duration > SECOND / 2 {
                    say(span.end(), Severity::Warn, Line::OrderSlow);
                }
                match span.status_code {
                    500.. => say(span.end(), Severity::Error, Line::OrderFailed),
                    200 => say(span.end(), Severity::Info, Line::OrderPlaced),
                    _ => {}
                }
            }
            Service::Payment if span.status_code == 402 => say(span.end(), Severity::Warn, Line::Declined),
            Service::Payment if span.failure.is_none() => say(span.end(), Severity::Info, Line::Authorised),
            Service::Inventory if bits.is_multiple_of(16) => say(span.start + MS, Severity::Warn, Line::StockLow),
            Service::Catalog if bits.is_multiple_of(6) => say(span.start + MS, Severity::Debug, Line::CacheMiss),
            Service::Frontend if bits.is_multiple_of(3) => say(span.end(), Severity::Info, Line::Answered),
            _ => {}
        }
    }
}

impl Log {
    /// The line's text.
    pub(super) fn body(&self, text: &mut String) {
        let span = &self.span;
        let (order, cents) = span.order.unwrap_or_default();
        let (euros, cents) = (cents / 100, cents % 100);
        let millis = span.duration / MS;
        let provider = PROVIDERS[span.customer.provider];
        let customer = span.customer.number;
        let written = match self.line {
            Line::OrderPlaced => {
                write!(text, "order o-{order} placed by c-{customer}: {euros}.{cents:02} EUR in {millis} ms")
            }
            Line::OrderFailed => {
                write!(text, "order o-{order} of c-{customer} failed: payment not confirmed after {millis} ms")
            }
            Line::OrderSlow => write!(text, "order o-{order} took {millis} ms, budget is 500 ms"),
            Line::PricingCacheMiss => {
                write!(text, "pricing cache disabled by flag pricing_v2, computing prices for o-{order}")
            }
            Line::Authorised => {
                write!(text, "payment of {euros}.{cents:02} EUR authorised by {provider} for o-{order}")
            }
            Line::Declined => write!(text, "payment declined by {provider} for o-{order}: insufficient funds"),
            Line::ProviderTimeout => write!(text, "{provider} did not answer within 3000 ms, giving up on o-{order}"),
            Line::StockLow => write!(text, "stock of product {} is low: {} left", span.item, span.item % 7 + 1),
            Line::CacheMiss => write!(text, "cache miss for product {}, reading from the database", span.item),
            Line::ConnectionLost => write!(text, "connection to the database lost: reset by peer"),
            Line::UpstreamFailed => {
                write!(
                    text,
                    "{} {} failed with {} after {millis} ms",
                    span.method(),
                    span.http_route(),
                    span.status_code
                )
            }
            Line::Answered => {
                write!(text, "{} {} {} in {millis} ms", span.method(), span.http_route(), span.status_code)
            }
        };
        written.expect("writing to a string does not fail");
    }
}
