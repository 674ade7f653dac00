//! One request to the simulated shop: the spans that it leaves in each service. A pure function of the
//! seed and the request's number, so that any part of the stream can be made again.

use super::dice::{Dice, mix};
use super::incident::{self, Phase, Version};
use super::shop::{
    self, CHECKOUT_ROUTE, Customer, MS, ORDER_CALLS, PODS, PROVIDERS, ROUTES, SECOND, SPANS_PER_REQUEST,
    STRUCK_PROVIDER, STRUCK_REGION, Service, Tier,
};

#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: i64,
    pub(super) duration: i64,
    pub(super) trace: [u64; 2],
    pub(super) id: u64,
    /// 0 for the first span of a trace.
    pub(super) parent: u64,
    pub(super) service: Service,
    pub(super) version: Version,
    /// Index into the regions.
    pub(super) region: usize,
    pub(super) pod: u64,
    pub(super) customer: Customer,
    /// What the customer asked for; inner spans have routes of their own.
    pub(super) route: usize,
    /// The `{id}` of the route.
    pub(super) item: u64,
    /// Number and cents of the order, where one is placed.
    pub(super) order: Option<(u64, u32)>,
    pub(super) status_code: u16,
    pub(super) failure: Option<Failure>,
}

/// Why a span is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The card provider did not answer.
    Timeout,
    /// A service below failed.
    Upstream,
    /// A database connection broke: rare, everywhere, at any time.
    Connection,
}

/// When requests come: evenly numbered from 1970 on, thinned out by a wave so that charts have a shape.
pub(super) struct Arrivals {
    seed: u64,
    /// Between two numbers, before thinning.
    period: f64,
}

/// The mean share of numbers that become requests; see `busy`.
const MEAN_BUSY: f64 = 0.75;

impl Arrivals {
    /// `rate` is spans a second.
    pub(super) fn new(seed: u64, rate: f64) -> Arrivals {
        Arrivals { seed, period: SECOND as f64 * SPANS_PER_REQUEST * MEAN_BUSY / rate }
    }

    /// The numbers whose requests may come from this instant on, in the order of time.
    pub(super) fn first_from(&self, at: i64) -> u64 {
        (at as f64 / self.period).ceil().max(0.0) as u64
    }

    /// When the request with this number comes.
    pub(super) fn at(&self, number: u64) -> i64 {
        (number as f64 * self.period) as i64
    }

    /// Puts the spans of this request into `spans`; none where the number is thinned out.
    pub(super) fn request(&self, number: u64, spans: &mut Vec<Span>) {
        spans.clear();
        let mut dice = Dice::new(self.seed, 0x5e9, number);
        let start = self.at(number);
        if !dice.chance(busy(start)) {
            return;
        }
        // Requests come unevenly, but never so far off that order would be lost for long.
        let start = start + (dice.unit() * self.period.min(MS as f64)) as i64;
        let customer = shop::pick_customer(self.seed, &mut dice);
        let route = shop::pick_route(&mut dice);
        let trace = [dice.bits(), mix(number ^ self.seed)];
        let item = 100 + dice.below(900);
        let order =
            (route == CHECKOUT_ROUTE).then(|| (1_000_000 + number % 9_000_000, 900 + dice.below(24_000) as u32));
        let mut making = Making { spans, dice, customer, route, trace, item, order };
        making.frontend(start);
    }
}

/// The share of numbers that become requests: between 0.5 and 1, in waves of 40 seconds.
fn busy(at: i64) -> f64 {
    const WAVE: i64 = 40 * SECOND;
    let within = at.rem_euclid(WAVE) as f64 / WAVE as f64;
    0.5 + if within < 0.5 { within } else { 1.0 - within }
}

struct Making<'a> {
    spans: &'a mut Vec<Span>,
    dice: Dice,
    customer: Customer,
    route: usize,
    trace: [u64; 2],
    item: u64,
    order: Option<(u64, u32)>,
}

impl Making<'_> {
    fn frontend(&mut self, start: i64) {
        let own = self.dice.latency(Service::Frontend.typical());
        let this = self.begin(Service::Frontend, start, 0);
        let mut now = start + own / 3;
        let mut code = 200;
        for call in ROUTES[self.route].calls {
            let below = match call {
                Service::Checkout => self.checkout(now, this),
                _ => self.leaf(*call, now, this),
            };
            let below = &self.spans[below];
            now = below.start + below.duration + MS / 2;
            code = code.max(below.status_code);
        }
        let failure = (code >= 500).then_some(Failure::Upstream);
        self.end(this, now - start + own * 2 / 3, code, failure);
    }

    fn checkout(&mut self, start: i64, parent: usize) -> usize {
        let this = self.begin(Service::Checkout, start, self.spans[parent].id);
        let mut own = self.dice.latency(Service::Checkout.typical());
        if self.customer.region == STRUCK_REGION && incident::phase(start) != Phase::Healthy {
            // Capped, so that what it calls starts within the lateness of the source.
            own = (own * 11).min(4 * SECOND);
        }
        let mut now = start + own / 8;
        let mut code = 200;
        for call in ORDER_CALLS {
            let below = self.leaf(call, now, this);
            let below = &self.spans[below];
            now = below.start + below.duration + MS / 2;
            code = code.max(below.status_code);
            if code >= 400 {
                break;
            }
        }
        let (code, failure) = if code >= 500 { (500, Some(Failure::Upstream)) } else { (code, None) };
        self.end(this, now - start + own * 7 / 8, code, failure);
        this
    }

    fn leaf(&mut self, service: Service, start: i64, parent: usize) -> usize {
        let this = self.begin(service, start, self.spans[parent].id);
        let own = self.dice.latency(service.typical());
        let luck = self.dice.unit();
        let (own, code, failure) = match service {
            Service::Payment if self.struck(start) && luck < 0.8 => (3 * SECOND + own / 8, 504, Some(Failure::Timeout)),
            Service::Payment if luck > 0.985 => (own, 402, None),
            Service::Catalog if luck > 0.995 => (own, 404, None),
            _ if luck < 0.0008 => (own / 2, 503, Some(Failure::Connection)),
            _ => (own, 200, None),
        };
        self.end(this, own, code, failure);
        this
    }

    /// This payment is one of those that the incident breaks.
    fn struck(&self, at: i64) -> bool {
        incident::phase(at) == Phase::Failing
            && self.customer.region == STRUCK_REGION
            && self.customer.provider == STRUCK_PROVIDER
            && matches!(self.customer.tier, Tier::Platinum | Tier::Gold)
    }

    fn begin(&mut self, service: Service, start: i64, parent: u64) -> usize {
        self.spans.push(Span {
            start,
            duration: 0,
            trace: self.trace,
            id: self.dice.bits() | 1,
            parent,
            service,
            version: incident::version(service, self.customer.region, start),
            region: self.customer.region,
            pod: self.dice.below(PODS),
            customer: self.customer,
            route: self.route,
            item: self.item,
            order: self.order,
            status_code: 0,
            failure: None,
        });
        self.spans.len() - 1
    }

    fn end(&mut self, span: usize, duration: i64, status_code: u16, failure: Option<Failure>) {
        let span = &mut self.spans[span];
        (span.duration, span.status_code, span.failure) = (duration, status_code, failure);
    }
}

impl Span {
    pub(super) fn end(&self) -> i64 {
        self.start + self.duration
    }

    pub(super) fn method(&self) -> &'static str {
        match self.service {
            Service::Frontend => ROUTES[self.route].method,
            Service::Catalog => "GET",
            Service::Shipping if self.order.is_none() => "GET",
            _ => "POST",
        }
    }

    /// The route that this span's service answered.
    pub(super) fn http_route(&self) -> &'static str {
        match self.service {
            Service::Frontend => ROUTES[self.route].route,
            Service::Checkout => "/orders",
            Service::Payment => "/charges",
            Service::Inventory => "/stock/{id}",
            Service::Shipping => "/shipments/{id}",
            Service::Catalog => "/catalog/{id}",
        }
    }

    pub(super) fn provider(&self) -> Option<&'static str> {
        (self.order.is_some() && matches!(self.service, Service::Checkout | Service::Payment))
            .then(|| PROVIDERS[self.customer.provider])
    }
}
