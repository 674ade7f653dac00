//! What the flows of one source have in common: a condition that several begin with is asked once a batch for
//! all of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};

use arrow_buffer::BooleanBuffer;
use syntax::pipeline::{Expr, ExprKind, Pipeline, StageKind};

use crate::hub::lock;

/// Conditions whose rows are kept with one batch at most.
const KEPT: usize = 64;

/// The conditions that the flows of a source begin with.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    all: Mutex<HashMap<String, Weak<Condition>>>,
    next: AtomicU64,
}

#[derive(Debug)]
struct Condition {
    /// Of no other one, ever: batches that are kept remember it.
    id: u64,
    /// As one of the flows has it.
    written: String,
    flows: Mutex<BTreeSet<String>>,
}

/// One flow's part in a condition; dropping it ends that.
#[derive(Debug)]
pub(crate) struct Share {
    condition: Arc<Condition>,
    flow: String,
}

impl Drop for Share {
    fn drop(&mut self) {
        lock(&self.condition.flows).remove(&self.flow);
    }
}

impl Share {
    fn id(&self) -> u64 {
        self.condition.id
    }

    /// Others have it too.
    pub(crate) fn is_shared(&self) -> bool {
        lock(&self.condition.flows).len() > 1
    }

    pub(crate) fn written(&self) -> &str {
        &self.condition.written
    }

    /// The other flows that have it.
    pub(crate) fn others(&self) -> Vec<String> {
        lock(&self.condition.flows).iter().filter(|flow| **flow != self.flow).cloned().collect()
    }
}

/// What a pipeline asks first, if it begins with a `where`: the same text for the same condition.
pub(crate) fn first_condition(pipeline: &Pipeline) -> Option<(String, &Expr)> {
    let StageKind::Where(predicate) = &pipeline.stages.first()?.kind else { return None };
    let first = predicate.conjuncts().into_iter().next()?;
    let mut key = String::new();
    write_key(first, &mut key);
    Some((key, first))
}

fn write_key(expr: &Expr, key: &mut String) {
    match &expr.kind {
        ExprKind::Field(name) => key.push_str(&format!("{name:?}")),
        ExprKind::Literal(value) => key.push_str(&format!("{value:?}")),
        ExprKind::Call { function, args } => {
            key.push_str(&format!("{function:?}("));
            args.iter().for_each(|arg| write_key(arg, key));
            key.push(')');
        }
    }
    key.push_str(&format!(":{} ", expr.ty));
}

impl Conditions {
    pub(crate) fn join(&self, key: &str, written: &str, flow: &str) -> Share {
        let mut all = lock(&self.all);
        all.retain(|_, condition| condition.strong_count() > 0);
        let condition = all.get(key).and_then(Weak::upgrade).unwrap_or_else(|| {
            let id = self.next.fetch_add(1, Ordering::Relaxed);
            let new = Arc::new(Condition { id, written: written.to_owned(), flows: Mutex::default() });
            all.insert(key.to_owned(), Arc::downgrade(&new));
            new
        });
        lock(&condition.flows).insert(flow.to_owned());
        Share { condition, flow: flow.to_owned() }
    }

    /// The flows that begin with this condition.
    pub(crate) fn flows(&self, key: &str) -> Vec<String> {
        let condition = lock(&self.all).get(key).and_then(Weak::upgrade);
        condition.map(|condition| lock(&condition.flows).iter().cloned().collect()).unwrap_or_default()
    }
}

/// What has been worked out of one batch.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Vec<(u64, Rows)>>);

/// Empty while somebody works it out; None where it cannot be.
type Rows = Arc<OnceLock<Option<BooleanBuffer>>>;

impl Known {
    /// The rows for which the flow's condition is true: whoever comes first works it out.
    pub(crate) fn rows(
        &self,
        share: &Share,
        work_out: impl FnOnce() -> Option<BooleanBuffer>,
    ) -> Option<BooleanBuffer> {
        let place = {
            let mut known = lock(&self.0);
            match known.iter().find(|(id, _)| *id == share.id()) {
                Some((_, place)) => Arc::clone(place),
                None if known.len() >= KEPT => return None,
                None => {
                    let place = Rows::default();
                    known.push((share.id(), Arc::clone(&place)));
                    place
                }
            }
        };
        place.get_or_init(work_out).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_shared_while_two_flows_have_it_and_worked_out_once() {
        let conditions = Conditions::default();
        let one = conditions.join("a == 1", "a == 1", "flow-1");
        assert!(!one.is_shared());
        let two = conditions.join("a == 1", "a==1", "flow-2");
        let other = conditions.join("b == 1", "b == 1", "flow-3");
        assert!(one.is_shared() && two.is_shared() && !other.is_shared());
        assert_eq!((two.written(), two.others()), ("a == 1", vec!["flow-1".to_owned()]));
        assert_eq!(conditions.flows("a == 1"), ["flow-1", "flow-2"]);

        let known = Known::default();
        let rows = BooleanBuffer::from(vec![true, false]);
        assert_eq!(known.rows(&one, || Some(rows.clone())), Some(rows.clone()));
        assert_eq!(known.rows(&two, || panic!("it is known")), Some(rows));
        assert_eq!(known.rows(&other, || None), None);
        drop(one);
        assert!(!two.is_shared());
        drop(two);
        assert!(conditions.flows("a == 1").is_empty());
    }
}
