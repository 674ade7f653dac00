//! Sources: where events come from. A source decodes once for all its flows, only the fields they read.

mod adapter;
#[cfg(test)]
mod collect;
mod column;
mod columns;
mod container;
mod csv;
mod cut;
mod decode;
#[cfg(test)]
mod decode_tests;
mod demo;
mod dictionary;
mod documents;
mod event_time;
mod file;
#[cfg(test)]
mod file_tests;
mod follow;
mod follow_several;
mod infer;
mod json;
mod lines;
mod list;
pub(crate) mod literal;
mod located;
mod logfmt;
mod merge;
mod moments;
mod multiline;
pub mod otlp;
mod otlp_file;
mod params;
mod parse;
pub(crate) mod paths;
pub(crate) mod profile;
mod quoted;
pub mod recording;
mod replay;
mod several;
#[cfg(test)]
mod several_tests;
mod skip;
#[cfg(test)]
mod skip_tests;
mod sniff;
#[cfg(test)]
mod stamp_tests;
mod stdin;
mod stream;
mod table;
mod text;
mod utf16;

pub use self::paths::files;
mod units;

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use syntax::source::{Scheme, SourceDecl};

use crate::Error;
use crate::prefilter::Prefilter;

/// Opens the source that is declared: refuses what can be refused now, starts nothing.
pub fn open(decl: &SourceDecl, listeners: &otlp::Listeners) -> Result<Opened, Error> {
    match decl.uri.scheme {
        Scheme::Demo => demo::open(decl),
        Scheme::File => file::open(decl),
        Scheme::Replay => replay::open(decl),
        Scheme::Stdin => stdin::open(decl),
        Scheme::Otlp => otlp::open(decl, listeners),
        Scheme::Literal => Err(Error::Internal(format!("`{}` has no address", decl.name))),
    }
}

/// The batches of JSON lines whose time is `t`, of so many lines each.
#[cfg(test)]
pub(crate) fn decoded(lines: &str, piece: usize) -> Vec<RecordBatch> {
    let params = vec![("format".to_owned(), "json".to_owned()), ("timestamp".to_owned(), "t".to_owned())];
    let uri = syntax::source::SourceUri { scheme: Scheme::File, rest: String::new(), params };
    let declared = infer::Declared::new(&collect::source("s", uri), "").expect("it is right");
    let feed = collect::Collect::new(Wanted::All);
    let mut decoding = decode::Decoding::new(feed.clone(), declared, None);
    for (number, line) in lines.split_inclusive('\n').enumerate() {
        decoding.take(line.as_bytes()).expect("it is read");
        if (number + 1).is_multiple_of(piece) {
            decoding.flush().expect("it is read");
        }
    }
    decoding.finish().expect("it is read");
    feed.look(|state| state.batches.clone())
}

/// The clock, in nanoseconds since 1970. Sources stand at the edge and may read it; operators may not.
fn now() -> i64 {
    i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}

/// A source that is open: its schema as known so far, and what reads it.
pub struct Opened {
    /// Declared fields first, then those inferred from the first records.
    pub schema: syntax::Schema,
    pub reader: Box<dyn Reader>,
}

/// Reads on a thread of its own until the end, or until the feed says stop.
pub trait Reader: Send {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error>;
}

/// Where a reader puts what it reads.
pub trait Feed: Send + Sync {
    /// What to decode; ask again for each batch.
    fn wanted(&self) -> Arc<Wanted>;

    /// Texts without which an event need not be decoded; ask after [`Feed::wanted`]. What is passed over is told by
    /// [`Feed::skipped`].
    fn prefilter(&self) -> Option<Arc<Prefilter>> {
        None
    }

    /// Events that were passed over, since they hold nothing that [`Feed::prefilter`] asks for.
    fn skipped(&self, _count: u64) {}

    /// Hands on a batch of at most [`crate::batch::BATCH_ROWS`] rows. Blocks while a bounded source is
    /// ahead of its flows; never blocks for a live one.
    fn batch(&self, batch: RecordBatch);

    /// Records that could not be decoded: counted by reason, with the start of one as a sample.
    fn dropped(&self, reason: &'static str, count: u64, sample: &[u8]);

    /// Values of a field that are none of its declared type and became null: so many more, and the first of all.
    fn lost(&self, _lost: crate::event::Lost) {}

    /// Somebody keeps the records that are dropped or lose a value; then they are given to [`Feed::reject`].
    fn keeps_rejects(&self) -> bool {
        false
    }

    /// A whole record that was dropped, or lost a value.
    fn reject(&self, _reason: &'static str, _record: &[u8]) {}

    /// Tells every watcher, e.g. "the file was truncated; reading from its start".
    fn notice(&self, message: String);

    /// The records say no time that can be read; told once to every flow whose events they are.
    fn untimed(&self, message: String) {
        self.notice(message);
    }

    /// Nobody wants more.
    fn stopped(&self) -> bool;

    /// Sleeps, but wakes at once when the source is to stop; true if it is.
    fn pause(&self, at_most: Duration) -> bool;
}

/// The fields to decode, with their types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every field that occurs; types as known, else as found.
    All,
    Fields(Vec<syntax::Field>),
}
