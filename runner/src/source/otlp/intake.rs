//! Takes requests from either transport to the sources that read their signal.
//!
//! One request after the other is decoded for a source, at once and on the caller's thread: a live source's
//! feed never blocks.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use syntax::catalog::signals::Signal;
use syntax::source::SourceDecl;
use tokio::sync::{Semaphore, watch};

use super::arrival;
use super::decode::{Decoder, Refusal, Report, SAMPLE};
use crate::hub::lock;
use crate::source::Feed;

/// Requests that are unpacked and decoded at once at most, over all connections.
const IN_FLIGHT: usize = 64;
/// How long a request may take to arrive, and wait for its turn.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How long a request waits for a source that is about to start.
const START: Duration = Duration::from_secs(2);

pub(super) struct Intake {
    pub(super) max_message: usize,
    readers: Mutex<Vec<Reading>>,
    /// Counts changes of `readers`.
    changed: watch::Sender<u64>,
    closing: AtomicBool,
    /// Requests that no source reads.
    unread: AtomicU64,
    /// Turns of requests that are here whole.
    pub(super) in_flight: Semaphore,
    /// For what has arrived of requests.
    pub(super) room: Arc<Semaphore>,
}

struct Reading {
    id: u64,
    signal: Signal,
    /// None until the source's reader runs.
    target: Option<Arc<Target>>,
}

struct Target {
    decoder: Mutex<Decoder>,
    feed: Arc<dyn Feed>,
}

/// Why a request is not taken, whole.
#[derive(Debug)]
pub(super) enum Refused {
    /// Sending it again would be no better.
    Malformed,
    TooLarge,
    /// The sources are about to stop, or have not started: it may be sent again.
    Unavailable,
    Internal(String),
}

impl Intake {
    pub(super) fn new(max_message: usize) -> Intake {
        Intake {
            max_message,
            readers: Mutex::default(),
            changed: watch::Sender::new(0),
            closing: AtomicBool::new(false),
            unread: AtomicU64::new(0),
            in_flight: Semaphore::new(IN_FLIGHT),
            room: Arc::new(arrival::room(max_message)),
        }
    }

    /// A source will read this signal; requests wait until it does.
    pub(super) fn expect(&self, id: u64, signal: Signal) {
        self.change(|readers| readers.push(Reading { id, signal, target: None }));
    }

    /// From now on the source reads.
    pub(super) fn attach(&self, id: u64, decl: &SourceDecl, feed: Arc<dyn Feed>) {
        self.change(|readers| {
            if let Some(reading) = readers.iter_mut().find(|reading| reading.id == id) {
                let decoder = Mutex::new(Decoder::new(decl, reading.signal));
                reading.target = Some(Arc::new(Target { decoder, feed }));
            }
        });
    }

    pub(super) fn leave(&self, id: u64) {
        self.change(|readers| readers.retain(|reading| reading.id != id));
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Reading>)) {
        change(&mut lock(&self.readers));
        self.changed.send_modify(|count| *count += 1);
    }

    /// Requests from now on are to be sent elsewhere.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Requests that were answered and thrown away.
    pub(super) fn unread(&self) -> u64 {
        self.unread.load(Ordering::Relaxed)
    }

    /// The sources of this signal; None while one of them has not started.
    fn targets(&self, signal: Signal) -> Option<Vec<Arc<Target>>> {
        lock(&self.readers)
            .iter()
            .filter(|reading| reading.signal == signal)
            .map(|reading| reading.target.clone())
            .collect()
    }

    async fn started(&self, signal: Signal) -> Option<Vec<Arc<Target>>> {
        let mut changed = self.changed.subscribe();
        loop {
            changed.mark_unchanged();
            if let Some(targets) = self.targets(signal) {
                return Some(targets);
            }
            match tokio::time::timeout(START, changed.changed()).await {
                Ok(Ok(())) => {}
                _ => return None,
            }
        }
    }

    /// Decodes a request for each source that reads its signal.
    pub(super) async fn take(&self, signal: Signal, message: &[u8]) -> Result<Report, Refused> {
        if self.closing.load(Ordering::Relaxed) {
            return Err(Refused::Unavailable);
        }
        let mut targets = self.started(signal).await.ok_or(Refused::Unavailable)?;
        if targets.is_empty() {
            self.unread.fetch_add(1, Ordering::Relaxed);
            return Ok(Report::default());
        }
        targets.retain(|target| !target.feed.stopped());
        if targets.is_empty() {
            return Err(Refused::Unavailable);
        }
        let mut worst = Report::default();
        let mut refused = None;
        for target in targets {
            match lock(&target.decoder).request(message, &*target.feed) {
                Ok(report) if report.rejected >= worst.rejected => worst = report,
                Ok(_) => {}
                Err(Refusal::Malformed) => refused = Some(Refused::Malformed),
                Err(Refusal::TooLarge) => refused = Some(Refused::TooLarge),
                Err(Refusal::Internal(error)) => refused = Some(Refused::Internal(error.to_string())),
            }
        }
        refused.map_or(Ok(worst), Err)
    }

    /// A request was lost before it could be decoded: how many records it held is not known.
    pub(super) fn dropped(&self, signal: Signal, reason: &'static str, sample: &[u8]) {
        for target in self.targets(signal).into_iter().flatten() {
            target.feed.dropped(reason, 1, &sample[..sample.len().min(SAMPLE)]);
        }
    }
}
