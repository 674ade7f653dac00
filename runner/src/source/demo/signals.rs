//! The four signals of the shop and their fields, named as the built-in sources declare them.

use std::fmt::Write;

use super::columns::{Column, Get};
use super::deploy::{self, Deploy, State};
use super::incident::{CYCLE, Version};
use super::log::{self, Log};
use super::metric::{self, Metric};
use super::reader::Telemetry;
use super::request::{Arrivals, Failure, Span};
use super::shop::{REGIONS, ROUTES, Service};

/// Requests of a stretch of time, one after the other.
pub(super) struct Requests {
    arrivals: Arrivals,
    /// The next request's number, once known.
    next: Option<u64>,
    spans: Vec<Span>,
}

impl Requests {
    pub(super) fn new(arrivals: Arrivals) -> Requests {
        Requests { arrivals, next: None, spans: Vec::new() }
    }

    fn each(&mut self, from: i64, to: i64, mut see: impl FnMut(&[Span])) {
        let expected = self.arrivals.first_from(from);
        // Slices follow each other, so the next number is known, unless time was skipped.
        let mut number = self.next.filter(|next| next.abs_diff(expected) <= 1).unwrap_or(expected);
        while self.arrivals.at(number) < to {
            self.arrivals.request(number, &mut self.spans);
            if !self.spans.is_empty() {
                see(&self.spans);
            }
            number += 1;
        }
        self.next = Some(number);
    }
}

pub(super) struct Spans(pub(super) Requests);

impl Telemetry for Spans {
    type Event = Span;

    const COLUMNS: &'static [Column<Span>] = SPANS;

    fn make(&mut self, from: i64, to: i64, put: &mut dyn FnMut(i64, Span)) {
        self.0.each(from, to, |spans| spans.iter().for_each(|span| put(span.start, *span)));
    }
}

pub(super) struct Logs(pub(super) Requests);

impl Telemetry for Logs {
    type Event = Log;

    const COLUMNS: &'static [Column<Log>] = LOGS;

    fn make(&mut self, from: i64, to: i64, put: &mut dyn FnMut(i64, Log)) {
        self.0.each(from, to, |spans| log::lines(spans, &mut |line| put(line.time, line)));
    }
}

pub(super) struct Metrics {
    pub(super) seed: u64,
}

impl Telemetry for Metrics {
    type Event = Metric;

    const COLUMNS: &'static [Column<Metric>] = METRICS;

    fn make(&mut self, from: i64, to: i64, put: &mut dyn FnMut(i64, Metric)) {
        metric::measure(self.seed, from, to, &mut |metric| put(metric.time, metric));
    }
}

pub(super) struct Deploys;

impl Telemetry for Deploys {
    type Event = Deploy;

    const COLUMNS: &'static [Column<Deploy>] = DEPLOYS;

    fn make(&mut self, from: i64, to: i64, put: &mut dyn FnMut(i64, Deploy)) {
        deploy::deploys(from.div_euclid(CYCLE), &mut |deploy| {
            if (from..to).contains(&deploy.time) {
                put(deploy.time, deploy);
            }
        });
    }
}

const SPANS: &[Column<Span>] = &[
    Column { name: "timestamp", get: Get::Datetime(|span| span.start) },
    Column { name: "duration", get: Get::Timespan(|span| span.duration) },
    Column { name: "trace.id", get: Get::Text(trace_id) },
    Column { name: "span.id", get: Get::Text(span_id) },
    Column {
        name: "parent.span.id",
        get: Get::Text(|span, text| {
            if span.parent != 0 {
                hex(span.parent, text)
            }
        }),
    },
    Column {
        name: "name",
        get: Get::Text(|span, text| write(text, format_args!("{} {}", span.method(), span.http_route()))),
    },
    Column { name: "kind", get: Get::Word(|_| Some("server")) },
    Column { name: "status", get: Get::Word(|span| Some(if span.failure.is_some() { "error" } else { "unset" })) },
    Column { name: "service.name", get: Get::Word(|span| Some(span.service.name())) },
    Column { name: "service.version", get: Get::Text(|span, text| version(span.version, text)) },
    Column { name: "cloud.region", get: Get::Word(|span| Some(REGIONS[span.region])) },
    Column { name: "host.name", get: Get::Text(host) },
    Column { name: "http.request.method", get: Get::Word(|span| Some(span.method())) },
    Column { name: "http.route", get: Get::Word(|span| Some(span.http_route())) },
    Column { name: "url.path", get: Get::Text(path) },
    Column { name: "http.response.status_code", get: Get::Long(|span| Some(i64::from(span.status_code))) },
    Column { name: "error.type", get: Get::Word(error_type) },
    Column { name: "customer.id", get: Get::Text(customer) },
    Column { name: "customer.tier", get: Get::Word(|span| Some(span.customer.tier.name())) },
    Column { name: "payment.provider", get: Get::Word(Span::provider) },
    Column { name: "order.id", get: Get::Text(order) },
    Column { name: "order.total", get: Get::Real(|span| span.order.map(|(_, cents)| f64::from(cents) / 100.0)) },
];

const LOGS: &[Column<Log>] = &[
    Column { name: "timestamp", get: Get::Datetime(|log| log.time) },
    Column { name: "severity", get: Get::Word(|log| Some(log.severity.text())) },
    Column { name: "severity.number", get: Get::Long(|log| Some(log.severity.number())) },
    Column { name: "body", get: Get::Text(Log::body) },
    Column { name: "trace.id", get: Get::Text(|log, text| trace_id(&log.span, text)) },
    Column { name: "span.id", get: Get::Text(|log, text| span_id(&log.span, text)) },
    Column { name: "service.name", get: Get::Word(|log| Some(log.span.service.name())) },
    Column { name: "service.version", get: Get::Text(|log, text| version(log.span.version, text)) },
    Column { name: "cloud.region", get: Get::Word(|log| Some(REGIONS[log.span.region])) },
    Column { name: "host.name", get: Get::Text(|log, text| host(&log.span, text)) },
    Column { name: "customer.id", get: Get::Text(|log, text| customer(&log.span, text)) },
    Column { name: "customer.tier", get: Get::Word(|log| Some(log.span.customer.tier.name())) },
    Column { name: "error.type", get: Get::Word(|log| error_type(&log.span)) },
];

const METRICS: &[Column<Metric>] = &[
    Column { name: "timestamp", get: Get::Datetime(|metric| metric.time) },
    Column { name: "metric.name", get: Get::Word(|metric| Some(metric.what.name)) },
    Column { name: "metric.type", get: Get::Word(|metric| Some(metric.what.kind)) },
    Column { name: "metric.unit", get: Get::Word(|metric| Some(metric.what.unit)) },
    Column { name: "value", get: Get::Real(|metric| Some(metric.value)) },
    Column { name: "service.name", get: Get::Word(|metric| Some(metric.service.name())) },
    Column { name: "service.version", get: Get::Text(|metric, text| version(metric.version, text)) },
    Column { name: "cloud.region", get: Get::Word(|metric| Some(REGIONS[metric.region])) },
];

const DEPLOYS: &[Column<Deploy>] = &[
    Column { name: "timestamp", get: Get::Datetime(|deploy| deploy.time) },
    Column { name: "deployment.id", get: Get::Text(|deploy, text| write(text, format_args!("d-{}", deploy.number))) },
    Column { name: "service.name", get: Get::Word(|deploy| Some(deploy.service.name())) },
    Column { name: "service.version", get: Get::Text(|deploy, text| version(deploy.version, text)) },
    Column { name: "service.version.previous", get: Get::Text(|deploy, text| version(deploy.previous, text)) },
    Column { name: "cloud.region", get: Get::Word(|deploy| Some(REGIONS[deploy.region])) },
    Column { name: "deployment.status", get: Get::Word(|deploy| Some(state(deploy.state))) },
    Column {
        name: "deployment.reason",
        get: Get::Word(|deploy| Some(if deploy.rollback { "rollback" } else { "release" })),
    },
];

fn write(text: &mut String, value: std::fmt::Arguments<'_>) {
    text.write_fmt(value).expect("writing to a string does not fail");
}

fn hex(bits: u64, text: &mut String) {
    write(text, format_args!("{bits:016x}"));
}

fn trace_id(span: &Span, text: &mut String) {
    hex(span.trace[0], text);
    hex(span.trace[1], text);
}

fn span_id(span: &Span, text: &mut String) {
    hex(span.id, text);
}

fn version(version: Version, text: &mut String) {
    write(text, format_args!("{}.{}.{}", version.major, version.minor, version.patch));
}

fn host(span: &Span, text: &mut String) {
    write(text, format_args!("{}-{}-{}", span.service.name(), REGIONS[span.region], span.pod));
}

fn path(span: &Span, text: &mut String) {
    if span.service == Service::Frontend {
        let route = &ROUTES[span.route];
        text.push_str(route.path);
        if route.numbered {
            write(text, format_args!("{}", span.item));
        }
    } else {
        let fixed = span.http_route();
        match fixed.strip_suffix("{id}") {
            Some(fixed) => write(text, format_args!("{fixed}{}", span.item)),
            None => text.push_str(fixed),
        }
    }
}

fn customer(span: &Span, text: &mut String) {
    write(text, format_args!("c-{}", span.customer.number));
}

fn order(span: &Span, text: &mut String) {
    if let Some((number, _)) = span.order {
        write(text, format_args!("o-{number}"));
    }
}

fn error_type(span: &Span) -> Option<&'static str> {
    span.failure.map(|failure| match failure {
        Failure::Timeout => "timeout",
        Failure::Upstream => "500",
        Failure::Connection => "connection_reset",
    })
}

fn state(state: State) -> &'static str {
    match state {
        State::Started => "started",
        State::Finished => "succeeded",
    }
}
