//! `stdin:`: the lines that are piped into the process, until their end.
//!
//! There is one standard input in a process: it is read by one thread from the first use on, and one flow
//! of events after the other gets what comes. `?format=`, `?timestamp=` and `?max_line=` as for files.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use syntax::source::SourceDecl;

use super::decode::Decoding;
use super::infer::{self, Declared, Shape};
use super::stream::{self, Chunks};
use super::{Feed, Opened, Reader, params};
use crate::Error;

/// How long opening waits for the first bytes, to learn from them what comes.
const FIRST: Duration = Duration::from_millis(200);

fn input() -> &'static Mutex<Chunks> {
    static INPUT: OnceLock<Mutex<Chunks>> = OnceLock::new();
    INPUT.get_or_init(|| Mutex::new(Chunks::read(std::io::stdin())))
}

pub(super) fn open(decl: &SourceDecl) -> Result<Opened, Error> {
    params::known(&decl.uri)?;
    let declared = Declared::new(decl, "")?;
    // Somebody else reads it already: then nothing can be learnt, and running says so.
    let shape = match input().try_lock() {
        Ok(mut chunks) => match chunks.peek(FIRST) {
            Some(bytes) => infer::infer(bytes, false, &declared)?,
            None => None,
        },
        Err(_) => None,
    };
    Ok(Opened { schema: declared.schema(shape.as_ref()), reader: Box::new(Stdin { declared, shape }) })
}

struct Stdin {
    declared: Declared,
    shape: Option<Shape>,
}

impl Reader for Stdin {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        let mut chunks = match input().try_lock() {
            Ok(chunks) => chunks,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
            Err(std::sync::TryLockError::WouldBlock) => {
                return Err(Error::Source("the standard input is already read by another source".to_owned()));
            }
        };
        let decoding = Decoding::new(feed.clone(), self.declared, self.shape);
        stream::run(&mut chunks, decoding, &*feed)
    }
}
