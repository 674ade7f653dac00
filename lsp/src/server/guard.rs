//! A panic in a handler costs that one answer: the task that reads from the editor would die with it.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use tower::Service;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};

#[derive(Clone, Debug)]
pub(crate) struct Guard<S> {
    inner: S,
}

impl<S> Guard<S> {
    pub(crate) fn new(inner: S) -> Guard<S> {
        Guard { inner }
    }
}

impl<S> Service<Request> for Guard<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Unpin,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Guarded<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let id = request.id().cloned();
        match catch_unwind(AssertUnwindSafe(|| self.inner.call(request))) {
            Ok(future) => Guarded { future: Some(future), id },
            Err(panic) => Guarded { future: None, id: report(panic.as_ref(), id) },
        }
    }
}

/// The handler's future, or none once it has panicked.
pub(crate) struct Guarded<F> {
    future: Option<F>,
    id: Option<Id>,
}

impl<F, E> Future for Guarded<F>
where
    F: Future<Output = Result<Option<Response>, E>> + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Some(mut future) = self.future.take() else { return Poll::Ready(Ok(self.id.take().map(failed))) };
        match catch_unwind(AssertUnwindSafe(|| Pin::new(&mut future).poll(cx))) {
            Ok(Poll::Ready(answer)) => Poll::Ready(answer),
            Ok(Poll::Pending) => {
                self.future = Some(future);
                Poll::Pending
            }
            Err(panic) => {
                let id = self.id.take();
                Poll::Ready(Ok(report(panic.as_ref(), id).map(failed)))
            }
        }
    }
}

fn report(panic: &(dyn Any + Send), id: Option<Id>) -> Option<Id> {
    tracing::error!("a handler panicked: {}", message(panic));
    id
}

fn failed(id: Id) -> Response {
    Response::from_error(id, Error::internal_error())
}

/// What a panic said.
pub(crate) fn message(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// Panics in `call` or in the future, as the method says.
    struct Fragile;

    type Answer = Pin<Box<dyn Future<Output = Result<Option<Response>, Infallible>> + Send>>;

    impl Service<Request> for Fragile {
        type Response = Option<Response>;
        type Error = Infallible;
        type Future = Answer;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request) -> Answer {
            assert!(request.method() != "call", "in the call");
            Box::pin(async move {
                tokio::task::yield_now().await;
                assert!(request.method() != "future", "in the future");
                Ok(request.id().cloned().map(|id| Response::from_ok(id, request.method().into())))
            })
        }
    }

    #[tokio::test]
    async fn a_panic_becomes_the_answer_and_the_next_request_is_served() {
        let mut service = Guard::new(Fragile);
        for (method, fine) in [("call", false), ("future", false), ("fine", true)] {
            let answer = service.call(Request::build(method).id(7).finish()).await;
            let response = answer.unwrap_or_else(|never| match never {}).expect("a request has an answer");
            assert_eq!((response.id(), response.is_ok()), (&Id::Number(7), fine), "{method}");
        }
        let answer = service.call(Request::build("future").finish()).await;
        assert_eq!(answer, Ok(None), "a notification has no answer");
    }
}
