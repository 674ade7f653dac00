//! A feed in front of another one: it changes the batches on their way, and hands on all else as it is.
//!
//! It must not hold what the methods of a feed mean; a new one is handed on here, once for all adapters.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;

use super::{Feed, Wanted};
use crate::event::Lost;
use crate::prefilter::Prefilter;

pub(super) trait Adapter: Send + Sync {
    /// The feed behind it.
    fn behind(&self) -> &dyn Feed;

    /// What becomes of a batch; see [`Feed::batch`].
    fn adapt(&self, batch: RecordBatch);

    /// What to decode; see [`Feed::wanted`].
    fn decoded(&self) -> Arc<Wanted> {
        self.behind().wanted()
    }

    /// Every event must be decoded, also those that no flow can match by their text.
    fn needs_all(&self) -> bool;
}

impl<A: Adapter> Feed for A {
    fn wanted(&self) -> Arc<Wanted> {
        self.decoded()
    }

    fn prefilter(&self) -> Option<Arc<Prefilter>> {
        if self.needs_all() { None } else { self.behind().prefilter() }
    }

    fn skipped(&self, count: u64) {
        self.behind().skipped(count);
    }

    fn batch(&self, batch: RecordBatch) {
        self.adapt(batch);
    }

    fn dropped(&self, reason: &'static str, count: u64, sample: &[u8]) {
        self.behind().dropped(reason, count, sample);
    }

    fn lost(&self, lost: Lost) {
        self.behind().lost(lost);
    }

    fn keeps_rejects(&self) -> bool {
        self.behind().keeps_rejects()
    }

    fn reject(&self, reason: &'static str, record: &[u8]) {
        self.behind().reject(reason, record);
    }

    fn notice(&self, message: String) {
        self.behind().notice(message);
    }

    fn untimed(&self, message: String) {
        self.behind().untimed(message);
    }

    fn stopped(&self) -> bool {
        self.behind().stopped()
    }

    fn pause(&self, at_most: Duration) -> bool {
        self.behind().pause(at_most)
    }
}
