//! `demo:shop`: a simulated shop whose spans, log lines, metrics and deploys tell one story, the same
//! for the same seed. Its incident comes back every 75 seconds.
//!
//! `?seed=7` another shop · `?rate=2000` spans a second (the other signals in proportion) ·
//! `?history=90s` of the past to begin with · `?start=2026-01-01T00:00:00Z` and `?events=N` for a
//! piece of it that is always the same · `?signal=spans|logs|metrics|deploys` where the source's name
//! does not say it.

mod columns;
mod deploy;
mod dice;
mod incident;
mod log;
mod metric;
mod reader;
mod request;
mod shop;
mod signals;
#[cfg(test)]
mod tests;

use syntax::catalog::signals::Signal;
use syntax::source::{SourceDecl, SourceUri};
use syntax::{Name, Schema};

use self::reader::{Extent, Story, Telemetry};
use self::request::Arrivals;
use self::shop::SECOND;
use self::signals::{Deploys, Logs, Metrics, Requests, Spans};
use super::{Opened, params};
use crate::Error;

const DEFAULT_RATE: f64 = 2000.0;
const MAX_RATE: f64 = 5_000_000.0;
const DEFAULT_HISTORY: i64 = 90 * SECOND;
const MAX_HISTORY: i64 = 3600 * SECOND;

pub(super) fn open(decl: &SourceDecl) -> Result<Opened, Error> {
    let uri = &decl.uri;
    if !matches!(uri.rest.as_str(), "shop" | "") {
        return Err(Error::Source(format!("there is no demo `{}`; the only one is `demo:shop`", uri.rest)));
    }
    params::known(uri)?;
    let seed = params::number(uri, "seed")?.unwrap_or(7);
    let rate = rate(uri)?;
    let requests = || Requests::new(Arrivals::new(seed, rate));
    let extent = Extent {
        start: params::instant(uri, "start")?,
        events: params::number(uri, "events")?,
        history: params::timespan(uri, "history")?.unwrap_or(DEFAULT_HISTORY).clamp(0, MAX_HISTORY),
        rate,
    };
    Ok(match decl.signal().map_err(Error::Source)? {
        Signal::Spans => opened(Spans(requests()), extent),
        // Nine lines in ten requests.
        Signal::Logs => opened(Logs(requests()), Extent { rate: rate * 0.32, ..extent }),
        Signal::Metrics => opened(Metrics { seed }, Extent { rate: metric::RATE, ..extent }),
        Signal::Deploys => opened(Deploys, Extent { rate: deploy::RATE, ..extent }),
    })
}

fn rate(uri: &SourceUri) -> Result<f64, Error> {
    let Some(text) = uri.param("rate") else { return Ok(DEFAULT_RATE) };
    match text.parse::<f64>() {
        Ok(rate) if (1.0..=MAX_RATE).contains(&rate) => Ok(rate),
        _ => Err(Error::Source(format!("`rate={text}`: spans a second, a number from 1 to {MAX_RATE}"))),
    }
}

fn opened<T: Telemetry + 'static>(signal: T, extent: Extent) -> Opened {
    let schema =
        Schema { fields: columns::fields(T::COLUMNS).into(), open: false, time: Some(Name::from("timestamp")) };
    Opened { schema, reader: Box::new(Story { signal, extent }) }
}
