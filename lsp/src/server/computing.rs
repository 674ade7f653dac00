//! Answers are computed on threads for that, a few at a time. One that waits for its turn and is cancelled, or
//! is about a text that has changed meanwhile, is never begun.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinError;

#[derive(Clone, Debug)]
pub(crate) struct Computing(Arc<Semaphore>);

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Unmade {
    Superseded,
    Failed(JoinError),
}

impl Computing {
    /// So many at a time.
    pub(crate) fn new(most: usize) -> Computing {
        Computing(Arc::new(Semaphore::new(most)))
    }

    /// `wanted` is asked when it is this one's turn, and again when it is made. Who drops this future before
    /// its turn has cancelled it; later, the computing ends by itself and keeps its place until then.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        wanted: impl Fn() -> bool,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unmade> {
        let turn = Arc::clone(&self.0).acquire_owned().await;
        if !wanted() {
            return Err(Unmade::Superseded);
        }
        let made = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            compute()
        });
        match made.await {
            Ok(_) if !wanted() => Err(Unmade::Superseded),
            Ok(made) => Ok(made),
            Err(failure) => Err(Unmade::Failed(failure)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;

    /// The only place is taken until `go` is sent.
    async fn busy(computing: &Computing) -> (mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
        let (go, gone) = mpsc::channel::<()>();
        let (begins, begun) = tokio::sync::oneshot::channel();
        let computing = computing.clone();
        let first = tokio::spawn(async move {
            let work = move || {
                begins.send(()).expect("somebody waits");
                gone.recv().expect("it is sent");
            };
            computing.run(|| true, work).await.expect("it is made");
        });
        begun.await.expect("it begins");
        (go, first)
    }

    #[tokio::test]
    async fn what_is_cancelled_while_it_waits_is_never_begun() {
        let computing = Computing::new(1);
        let (go, first) = busy(&computing).await;
        let begun = Arc::new(AtomicUsize::new(0));
        let count = |begun: &Arc<AtomicUsize>| {
            let begun = Arc::clone(begun);
            move || begun.fetch_add(1, Ordering::SeqCst)
        };
        let mut cancelled = Box::pin(computing.run(|| true, count(&begun)));
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(cancelled.as_mut().poll(cx).is_pending())).await);
        drop(cancelled);
        go.send(()).expect("it waits");
        first.await.expect("it ends");
        computing.run(|| true, count(&begun)).await.expect("it is made");
        assert_eq!(begun.load(Ordering::SeqCst), 1, "the one after it alone");
    }

    #[tokio::test]
    async fn what_is_superseded_while_it_waits_is_never_begun() {
        let computing = Computing::new(1);
        let (go, first) = busy(&computing).await;
        let newest = Arc::new(AtomicBool::new(true));
        let asked = Arc::clone(&newest);
        let waits = tokio::spawn({
            let computing = computing.clone();
            async move { computing.run(move || asked.load(Ordering::SeqCst), || panic!("nobody wants it")).await }
        });
        newest.store(false, Ordering::SeqCst);
        go.send(()).expect("it waits");
        first.await.expect("it ends");
        let unmade: Result<(), Unmade> = waits.await.expect("no panic");
        assert!(matches!(unmade, Err(Unmade::Superseded)), "{unmade:?}");
    }

    #[tokio::test]
    async fn an_answer_to_a_text_that_changed_meanwhile_is_not_given() {
        let newest = Arc::new(AtomicBool::new(true));
        let (asked, edits) = (Arc::clone(&newest), Arc::clone(&newest));
        let unmade = Computing::new(1)
            .run(move || asked.load(Ordering::SeqCst), move || edits.store(false, Ordering::SeqCst))
            .await;
        assert!(matches!(unmade, Err(Unmade::Superseded)), "{unmade:?}");
    }
}
