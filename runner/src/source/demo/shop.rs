//! What the simulated shop consists of: services, regions, customers, routes.

use super::dice::Dice;

pub(super) const MS: i64 = 1_000_000;
pub(super) const SECOND: i64 = 1_000_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Frontend,
    Checkout,
    Payment,
    Inventory,
    Shipping,
    Catalog,
}

impl Service {
    pub(super) const ALL: [Service; 6] = [
        Service::Frontend,
        Service::Checkout,
        Service::Payment,
        Service::Inventory,
        Service::Shipping,
        Service::Catalog,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Service::Frontend => "frontend",
            Service::Checkout => "checkout",
            Service::Payment => "payment",
            Service::Inventory => "inventory",
            Service::Shipping => "shipping",
            Service::Catalog => "catalog",
        }
    }

    /// Time of its own that a request typically takes.
    pub(super) fn typical(self) -> i64 {
        match self {
            Service::Frontend => 9 * MS,
            Service::Checkout => 70 * MS,
            Service::Payment => 42 * MS,
            Service::Inventory => 11 * MS,
            Service::Shipping => 16 * MS,
            Service::Catalog => 7 * MS,
        }
    }
}

pub(super) const REGIONS: [&str; 3] = ["eu-west-1", "us-east-1", "ap-southeast-2"];
/// The region that the incident strikes.
pub(super) const STRUCK_REGION: usize = 0;
const REGION_SHARE: [u32; 3] = [40, 35, 25];

/// How many pods each service has in each region.
pub(super) const PODS: u64 = 4;

pub(super) const PROVIDERS: [&str; 3] = ["northpay", "cardia", "unibank"];
/// The card provider whose payments time out in the incident.
pub(super) const STRUCK_PROVIDER: usize = 0;
const PROVIDER_SHARE: [u32; 3] = [35, 40, 25];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tier {
    Platinum,
    Gold,
    Silver,
    Free,
}

const TIERS: [Tier; 4] = [Tier::Platinum, Tier::Gold, Tier::Silver, Tier::Free];
const TIER_SHARE: [u32; 4] = [6, 20, 30, 44];

impl Tier {
    pub(super) fn name(self) -> &'static str {
        match self {
            Tier::Platinum => "platinum",
            Tier::Gold => "gold",
            Tier::Silver => "silver",
            Tier::Free => "free",
        }
    }
}

/// Customers are numbered from here: `c-1001`.
pub(super) const FIRST_CUSTOMER: u64 = 1001;
const CUSTOMERS: u64 = 400;
/// `c-1042` is hit by every incident, whatever the seed: gold, in the struck region, paying through the
/// struck provider. So a runbook can name a customer to follow.
const KNOWN_CUSTOMER: u64 = 41;

#[derive(Clone, Copy, Debug)]
pub(super) struct Customer {
    pub(super) number: u64,
    pub(super) tier: Tier,
    /// Indexes into [`REGIONS`] and [`PROVIDERS`].
    pub(super) region: usize,
    pub(super) provider: usize,
}

/// One of the customers; a few buy often, most seldom.
pub(super) fn pick_customer(seed: u64, dice: &mut Dice) -> Customer {
    if dice.chance(0.01) {
        return customer(seed, KNOWN_CUSTOMER);
    }
    let at = dice.unit();
    customer(seed, (at * at * CUSTOMERS as f64) as u64)
}

fn customer(seed: u64, index: u64) -> Customer {
    let number = FIRST_CUSTOMER + index;
    if index == KNOWN_CUSTOMER {
        return Customer { number, tier: Tier::Gold, region: STRUCK_REGION, provider: STRUCK_PROVIDER };
    }
    let mut dice = Dice::new(seed, 0xc057, index);
    Customer {
        number,
        tier: TIERS[dice.weighted(&TIER_SHARE)],
        region: dice.weighted(&REGION_SHARE),
        provider: dice.weighted(&PROVIDER_SHARE),
    }
}

/// What a customer asks for, and which services answer below the frontend.
pub(super) struct Route {
    pub(super) method: &'static str,
    pub(super) route: &'static str,
    /// The route with its parameter filled in, up to the number.
    pub(super) path: &'static str,
    pub(super) numbered: bool,
    pub(super) calls: &'static [Service],
}

/// Where an order is placed; its index in [`ROUTES`].
pub(super) const CHECKOUT_ROUTE: usize = 4;

pub(super) const ROUTES: [Route; 6] = [
    Route { method: "GET", route: "/", path: "/", numbered: false, calls: &[Service::Catalog] },
    Route {
        method: "GET",
        route: "/products/{id}",
        path: "/products/",
        numbered: true,
        calls: &[Service::Catalog, Service::Inventory],
    },
    Route { method: "GET", route: "/search", path: "/search", numbered: false, calls: &[Service::Catalog] },
    Route { method: "POST", route: "/cart", path: "/cart", numbered: false, calls: &[Service::Inventory] },
    Route { method: "POST", route: "/checkout", path: "/checkout", numbered: false, calls: &[Service::Checkout] },
    Route { method: "GET", route: "/orders/{id}", path: "/orders/", numbered: true, calls: &[Service::Shipping] },
];
const ROUTE_SHARE: [u32; 6] = [22, 30, 15, 10, 18, 5];

/// What checkout calls, one after the other.
pub(super) const ORDER_CALLS: [Service; 3] = [Service::Inventory, Service::Payment, Service::Shipping];

/// Spans of an average request: `rate` counts spans, the shop counts requests.
pub(super) const SPANS_PER_REQUEST: f64 = {
    let mut total = 0;
    let mut route = 0;
    while route < ROUTES.len() {
        let below = if route == CHECKOUT_ROUTE { 1 + ORDER_CALLS.len() } else { ROUTES[route].calls.len() };
        total += ROUTE_SHARE[route] as usize * (1 + below);
        route += 1;
    }
    total as f64 / 100.0
};

pub(super) fn pick_route(dice: &mut Dice) -> usize {
    dice.weighted(&ROUTE_SHARE)
}
