//! What the shop's services measure about themselves, once a second for each service and region.

use super::dice::Dice;
use super::incident::{self, Phase, Version};
use super::shop::{REGIONS, SECOND, STRUCK_REGION, Service};

#[derive(Clone, Copy, Debug)]
pub(super) struct Metric {
    pub(super) time: i64,
    pub(super) what: &'static What,
    pub(super) value: f64,
    pub(super) service: Service,
    pub(super) region: usize,
    pub(super) version: Version,
}

#[derive(Debug)]
pub(super) struct What {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) unit: &'static str,
    /// In health, and how much it wavers.
    usual: f64,
    waver: f64,
    /// What the incident multiplies it by in checkout while it is slow, and while it fails.
    slow: f64,
    failing: f64,
    /// Only this service has it.
    only: Option<Service>,
}

const WHATS: [What; 6] = [
    What::new("process.cpu.utilization", "gauge", "1", 0.34, 0.08, 2.1, 2.5, None),
    What::new("process.memory.usage", "gauge", "By", 410e6, 30e6, 1.3, 1.6, None),
    What::new("http.server.active_requests", "gauge", "{request}", 12.0, 4.0, 6.0, 11.0, None),
    What::new("db.client.connection.count", "gauge", "{connection}", 16.0, 3.0, 1.9, 2.0, None),
    What::new("shop.orders.queued", "gauge", "{order}", 5.0, 2.0, 9.0, 26.0, Some(Service::Checkout)),
    What::new("shop.revenue", "sum", "EUR", 940.0, 160.0, 0.8, 0.45, Some(Service::Checkout)),
];

impl What {
    #[expect(clippy::too_many_arguments, reason = "one line of a table")]
    const fn new(
        name: &'static str,
        kind: &'static str,
        unit: &'static str,
        usual: f64,
        waver: f64,
        slow: f64,
        failing: f64,
        only: Option<Service>,
    ) -> What {
        What { name, kind, unit, usual, waver, slow, failing, only }
    }
}

static TABLE: [What; 6] = WHATS;

/// How many metrics come each second.
pub(super) const RATE: f64 = (REGIONS.len() * (Service::ALL.len() * 4 + 2)) as f64;

/// The measurements between two instants of one second.
pub(super) fn measure(seed: u64, from: i64, to: i64, put: &mut dyn FnMut(Metric)) {
    let second = from.div_euclid(SECOND);
    for (region, _) in REGIONS.iter().enumerate() {
        for service in Service::ALL {
            for (index, what) in TABLE.iter().enumerate() {
                if what.only.is_some_and(|only| only != service) {
                    continue;
                }
                let series = (region * 16 + service as usize) * 16 + index;
                // Exporters of different services do not wake at the same instant.
                let time = second * SECOND + (series as i64 * 7_919_000) % SECOND;
                if !(from..to).contains(&time) {
                    continue;
                }
                let mut dice = Dice::new(seed, 0x3e7 + series as u64, second as u64);
                let struck = service == Service::Checkout && region == STRUCK_REGION;
                let factor = match incident::phase(time) {
                    Phase::Slow if struck => what.slow,
                    Phase::Failing if struck => what.failing,
                    _ => 1.0,
                };
                let value = what.usual * factor + what.waver * (dice.unit() * 2.0 - 1.0);
                let value = if what.unit.starts_with('{') || what.unit == "By" { value.round() } else { value };
                put(Metric { time, what, value, service, region, version: incident::version(service, region, time) });
            }
        }
    }
}
