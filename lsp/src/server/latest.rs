//! A mailbox that keeps only the newest value for each key: what is slow to take never piles up.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;

use tokio::sync::Notify;

pub(crate) struct Latest<K, V> {
    /// As many as there are keys: open documents, blocks.
    waiting: Mutex<HashMap<K, V>>,
    /// One permit is enough: a taker empties the mailbox before it waits again.
    arrived: Notify,
}

impl<K: Eq + Hash, V> Default for Latest<K, V> {
    fn default() -> Self {
        Latest { waiting: Mutex::new(HashMap::new()), arrived: Notify::new() }
    }
}

impl<K: Eq + Hash, V> Latest<K, V> {
    /// Replaces what waits under this key.
    pub(crate) fn put(&self, key: K, value: V) {
        self.lock().insert(key, value);
        self.arrived.notify_one();
    }

    /// Everything that waits, once there is something. For one taker.
    pub(crate) async fn take(&self) -> HashMap<K, V> {
        loop {
            let taken = std::mem::take(&mut *self.lock());
            if !taken.is_empty() {
                return taken;
            }
            self.arrived.notified().await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<K, V>> {
        // A panic between the two lines that hold it is impossible, and would leave a map that is whole.
        self.waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
