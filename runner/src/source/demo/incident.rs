//! The story that repeats every 75 seconds: checkout 2.5.0 goes out in one region, requests there get
//! slow, then payments of one card provider time out for the best customers, then a rollback heals it.
//!
//! All of it is a function of the instant, so that spans, logs, metrics and deploys tell the same story.

use super::shop::{SECOND, STRUCK_REGION, Service};

/// How long the story takes until it begins again; a day holds a whole number of them.
pub(super) const CYCLE: i64 = 75 * SECOND;

/// Within a cycle: another service is deployed everywhere, without harm.
pub(super) const HARMLESS_DEPLOY: i64 = 6 * SECOND;
/// Checkout 2.5.0 goes out in the struck region.
pub(super) const BAD_DEPLOY: i64 = 20 * SECOND;
const SLOW: i64 = BAD_DEPLOY + 2 * SECOND;
const FAILING: i64 = 36 * SECOND;
/// Checkout 2.4.1 is put back.
pub(super) const ROLLBACK: i64 = 56 * SECOND;
const HEALED: i64 = ROLLBACK + 3 * SECOND;

pub(super) const GOOD_VERSION: Version = Version { major: 2, minor: 4, patch: 1 };
pub(super) const BAD_VERSION: Version = Version { major: 2, minor: 5, patch: 0 };

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Healthy,
    /// Checkout takes long in the struck region.
    Slow,
    /// And payments through the struck provider time out.
    Failing,
}

pub(super) fn phase(at: i64) -> Phase {
    match at.rem_euclid(CYCLE) {
        SLOW..FAILING => Phase::Slow,
        FAILING..HEALED => Phase::Failing,
        _ => Phase::Healthy,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) major: u8,
    pub(super) minor: u8,
    pub(super) patch: u8,
}

/// The service that is deployed without harm in a cycle, and its version from then on.
pub(super) fn harmless(cycle: i64) -> (Service, Version) {
    const TURNS: [Service; 5] =
        [Service::Catalog, Service::Frontend, Service::Shipping, Service::Inventory, Service::Payment];
    let service = TURNS[cycle.rem_euclid(TURNS.len() as i64) as usize];
    (service, turn_version(service, cycle.div_euclid(TURNS.len() as i64)))
}

fn turn_version(service: Service, turn: i64) -> Version {
    Version { major: 1, minor: 3 + service as u8, patch: turn.rem_euclid(20) as u8 }
}

/// The version of a service that answers in a region at an instant.
pub(super) fn version(service: Service, region: usize, at: i64) -> Version {
    let (cycle, within) = (at.div_euclid(CYCLE), at.rem_euclid(CYCLE));
    if service == Service::Checkout {
        let bad = region == STRUCK_REGION && (BAD_DEPLOY..ROLLBACK).contains(&within);
        return if bad { BAD_VERSION } else { GOOD_VERSION };
    }
    // Its latest turn: this cycle if it is its turn and the deploy is done, else up to five cycles ago.
    let newest = if within >= HARMLESS_DEPLOY { cycle } else { cycle - 1 };
    (0..5).map(|back| harmless(newest - back)).find(|(turn, _)| *turn == service).map_or(GOOD_VERSION, |(_, v)| v)
}

/// The version that a harmless deploy replaces.
pub(super) fn replaced(cycle: i64) -> Version {
    harmless(cycle - 5).1
}
