//! The shop's deploys: two events each, as it is started and as it is finished.

use super::incident::{self, BAD_DEPLOY, BAD_VERSION, CYCLE, GOOD_VERSION, HARMLESS_DEPLOY, ROLLBACK, Version};
use super::shop::{REGIONS, SECOND, STRUCK_REGION, Service};

#[derive(Clone, Copy, Debug)]
pub(super) struct Deploy {
    pub(super) time: i64,
    /// Tells the deploys apart; the same in its two events.
    pub(super) number: u64,
    pub(super) service: Service,
    pub(super) region: usize,
    pub(super) version: Version,
    pub(super) previous: Version,
    pub(super) state: State,
    pub(super) rollback: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Started,
    Finished,
}

/// A deploy is finished this long after it was started.
const TAKES: i64 = 2 * SECOND;
const PER_CYCLE: usize = 2 * (REGIONS.len() + 2);
/// How many deploy events come each second.
pub(super) const RATE: f64 = PER_CYCLE as f64 / (CYCLE / SECOND) as f64;

/// The deploy events of a cycle.
pub(super) fn deploys(cycle: i64, put: &mut dyn FnMut(Deploy)) {
    let begin = cycle * CYCLE;
    let mut number = cycle as u64 * PER_CYCLE as u64;
    let mut both = |finished: i64, service, region, version, previous, rollback| {
        number += 1;
        let deploy = |time, state| Deploy { time, number, service, region, version, previous, state, rollback };
        put(deploy(begin + finished - TAKES, State::Started));
        put(deploy(begin + finished, State::Finished));
    };
    let (service, version) = incident::harmless(cycle);
    for region in 0..REGIONS.len() {
        both(HARMLESS_DEPLOY, service, region, version, incident::replaced(cycle), false);
    }
    both(BAD_DEPLOY, Service::Checkout, STRUCK_REGION, BAD_VERSION, GOOD_VERSION, false);
    both(ROLLBACK, Service::Checkout, STRUCK_REGION, GOOD_VERSION, BAD_VERSION, true);
}
