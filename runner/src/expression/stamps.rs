//! Texts as instants: `todatetime` and the fields of `parse`, by the reader that sources have. What it leaves open is
//! kept, so that whoever runs the expression can tell it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::ArrayRef;
use syntax::stamp::{Doubt, Reading};
use syntax::{Type, Value};

use super::operand::{Operand, longs};
use super::{Expression, Scope, dynamic};

/// What the expressions of a pipeline left open.
#[derive(Debug, Default)]
pub struct Doubts {
    /// In the order of their kinds.
    stamps: Mutex<BTreeSet<Doubt>>,
    others: Mutex<BTreeSet<String>>,
}

/// Sentences that are kept.
const SENTENCES: usize = 16;

impl Doubts {
    /// A sentence for each.
    pub fn all(&self) -> Vec<String> {
        let stamps = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = stamps.iter().map(|doubt| format!("where texts become datetimes, {}", doubt.text()));
        stamps.chain(self.others.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned()).collect()
    }

    pub(crate) fn add(&self, doubts: impl IntoIterator<Item = Doubt>) {
        self.stamps.lock().unwrap_or_else(PoisonError::into_inner).extend(doubts);
    }

    pub(crate) fn tell(&self, sentence: String) {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if others.len() < SENTENCES {
            others.insert(sentence);
        }
    }

    /// Takes over what was left open before.
    pub(crate) fn adopt(&self, before: &Doubts) {
        self.add(before.stamps.lock().unwrap_or_else(PoisonError::into_inner).iter().copied());
        before.others.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(|other| self.tell(other.clone()));
    }
}

/// Reads texts as instants.
#[derive(Clone)]
pub(crate) struct Stamps {
    reading: Reading,
    doubts: Option<Arc<Doubts>>,
}

impl Stamps {
    pub(crate) fn new(scope: &Scope<'_>) -> Stamps {
        Stamps { reading: Reading::at(scope.now), doubts: scope.doubts.cloned() }
    }

    /// Of a string or dynamic value; null where it is no instant.
    pub(crate) fn column(&self, texts: &Operand, rows: usize, from: Type) -> ArrayRef {
        let texts = texts.texts();
        let mut doubts = BTreeSet::new();
        let mut read = |text: &str| {
            let stamp = self.reading.read(text.as_bytes())?;
            doubts.extend(stamp.doubt);
            Some(stamp.nanos)
        };
        let column = longs(
            Type::Datetime,
            (0..rows).map(|row| {
                let text = texts.get(row)?;
                match from {
                    Type::Dynamic if text.trim() == "null" => None,
                    Type::Dynamic => read(&dynamic::plain(text)),
                    _ => read(text),
                }
            }),
        );
        if let Some(all) = self.doubts.as_ref().filter(|_| !doubts.is_empty()) {
            all.add(doubts);
        }
        column
    }
}

/// As a datetime.
pub(super) fn todatetime(value: Expression, scope: &Scope<'_>) -> Expression {
    let from = value.ty();
    if !matches!(from, Type::String | Type::Dynamic) {
        return value.to(Type::Datetime);
    }
    if let Some(Value::Null(_)) = value.value() {
        return Expression::constant(Value::Null(Type::Datetime));
    }
    let stamps = Stamps::new(scope);
    Expression::call([value], Type::Datetime, move |args, rows| stamps.column(&args[0], rows, from)).folded()
}

/// A text that says its day by itself: the same at any time, and whoever reads it.
pub(super) fn dated(text: &str) -> Option<i64> {
    Reading::default().read(text.as_bytes()).filter(|stamp| stamp.dated).map(|stamp| stamp.nanos)
}
