//! The runner's own metrics, as OpenMetrics text over HTTP, on this machine only.
//!
//! They count; no event, no value of a field and no text of a runbook is in them.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};
use tokio::net::TcpListener;

use crate::Error;
use crate::connections::Connections;
use crate::flows::Flows;
use crate::source::otlp::is_loopback;

const CONTENT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Bound, so that the address is known.
#[derive(Debug)]
pub struct Metrics {
    listener: TcpListener,
    pub address: SocketAddr,
}

/// Binds an address of this machine; any other is refused, since nothing guards these numbers.
pub async fn bind(address: &str) -> Result<Metrics, Error> {
    let refused = |error: &dyn fmt::Display| {
        Error::Source(format!("cannot serve metrics on `{address}`: {error}; name another address with --metrics"))
    };
    let listener = TcpListener::bind(address).await.map_err(|error| refused(&error))?;
    let address = listener.local_addr().map_err(|error| refused(&error))?;
    if !address.ip().is_loopback() {
        return Err(Error::rejected(format!(
            "metrics are served without a token, so only to this machine: found `{address}`, expected a loopback \
             address such as `127.0.0.1:9464`"
        )));
    }
    Ok(Metrics { listener, address })
}

impl Metrics {
    /// Answers `GET /metrics` until `stop` is ready.
    pub async fn serve(self, flows: Arc<Flows>, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
        let mut registry = Registry::with_prefix("headwater");
        registry.register_collector(Box::new(Observed(flows)));
        let router = Router::new().route("/metrics", get(scrape)).with_state(Arc::new(registry));
        axum::serve(Connections::new(self.listener), router)
            .with_graceful_shutdown(stop)
            .await
            .map_err(|error| Error::Internal(error.to_string()))
    }
}

async fn scrape(State(registry): State<Arc<Registry>>, headers: HeaderMap) -> Response {
    // A name that was made to lead here does not make a web page a neighbour.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !is_loopback(host) {
        return (StatusCode::FORBIDDEN, "this host name is not this machine's own\n").into_response();
    }
    let mut body = String::new();
    match text::encode(&mut body, &registry) {
        Ok(()) => ([(CONTENT_TYPE, CONTENT)], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Reads the counts when it is asked; nothing is kept for it.
struct Observed(Arc<Flows>);

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observed")
    }
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfSource {
    source: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Reason {
    source: String,
    reason: String,
}

impl Collector for Observed {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let flows = self.0.list();
        let watchers: usize = flows.iter().map(|flow| flow.watchers.count()).sum();
        gauge(&mut encoder, "flows", "Flows that run", flows.len())?;
        gauge(&mut encoder, "watchers", "Clients that watch a flow", watchers)?;
        let started = ConstCounter::new(self.0.started());
        started.encode(encoder.encode_descriptor(
            "flows_started",
            "Flows ever started",
            None,
            started.metric_type(),
        )?)?;

        let counts = self.0.counts();
        let received = counts
            .iter()
            .map(|(source, counts)| (OfSource { source: source.to_string() }, ConstCounter::new(counts.received)));
        family(&mut encoder, "source_received", "Events that came, dropped ones among them", None, received)?;
        let dropped = counts.iter().flat_map(|(source, counts)| {
            counts.dropped.iter().map(move |dropped| {
                let labels = Reason { source: source.to_string(), reason: dropped.reason.clone() };
                (labels, ConstCounter::new(dropped.count))
            })
        });
        family(&mut encoder, "source_dropped", "Events that could not be decoded or kept", None, dropped)?;
        let rate = counts
            .iter()
            .map(|(source, counts)| (OfSource { source: source.to_string() }, ConstGauge::new(counts.rate)));
        family(&mut encoder, "source_rate", "Events a second, over the last second", Some(&PER_SECOND), rate)?;
        let readers = counts.iter().map(|(source, counts)| {
            (OfSource { source: source.to_string() }, ConstGauge::new(whole(counts.subscribers)))
        });
        family(&mut encoder, "source_readers", "Flows that read the source", None, readers)
    }
}

static PER_SECOND: std::sync::LazyLock<Unit> = std::sync::LazyLock::new(|| Unit::Other("per_second".to_owned()));

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: usize) -> fmt::Result {
    let gauge = ConstGauge::new(whole(value));
    gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)
}

fn family<L: EncodeLabelSet, M: EncodeMetric>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    unit: Option<&Unit>,
    values: impl Iterator<Item = (L, M)>,
) -> fmt::Result {
    let mut values = values.peekable();
    let Some((_, first)) = values.peek() else { return Ok(()) };
    let mut metric = encoder.encode_descriptor(name, help, unit, first.metric_type())?;
    for (labels, value) in values {
        value.encode(metric.encode_family(&labels)?)?;
    }
    Ok(())
}

fn whole(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
