//! Reads what may block for ever (a pipe, a terminal) on a thread of its own, so that what has been read
//! is handed on at once and a stop is heard.

use std::io::{ErrorKind, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use super::Feed;
use super::decode::Decoding;
use super::file::CHUNK;
use crate::Error;

/// Chunks that are read ahead.
const AHEAD: usize = 4;
/// How soon a stop is heard while nothing comes.
const HEAR: Duration = Duration::from_millis(50);

/// A buffer, and how much of it was read.
type Chunk = std::io::Result<(Vec<u8>, usize)>;

pub(super) struct Chunks {
    chunks: Receiver<Chunk>,
    /// Buffers go back to be filled again.
    spare: SyncSender<Vec<u8>>,
    /// Looked at, but not taken yet.
    peeked: Option<Chunk>,
}

impl Chunks {
    pub(super) fn read(mut input: impl Read + Send + 'static) -> Chunks {
        let (send, chunks) = sync_channel(AHEAD);
        let (spare, spares) = sync_channel(AHEAD + 2);
        thread::spawn(move || {
            loop {
                let mut chunk = spares.try_recv().unwrap_or_else(|_| vec![0; CHUNK]);
                let read = match input.read(&mut chunk) {
                    Ok(0) => return,
                    Ok(read) => Ok((chunk, read)),
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let failed = read.is_err();
                if send.send(read).is_err() || failed {
                    return;
                }
            }
        });
        Chunks { chunks, spare, peeked: None }
    }

    /// The next chunk without taking it; None where none comes in this time.
    pub(super) fn peek(&mut self, within: Duration) -> Option<&[u8]> {
        if self.peeked.is_none() {
            self.peeked = self.chunks.recv_timeout(within).ok();
        }
        let (chunk, read) = self.peeked.as_ref()?.as_ref().ok()?;
        Some(&chunk[..*read])
    }
}

/// Decodes until the end, or until the feed says stop.
pub(super) fn run(chunks: &mut Chunks, mut decoding: Decoding, feed: &dyn Feed) -> Result<(), Error> {
    loop {
        if feed.stopped() {
            return decoding.flush();
        }
        let next = match chunks.peeked.take() {
            Some(peeked) => Ok(peeked),
            None => chunks.chunks.try_recv(),
        };
        let next = match next {
            Ok(chunk) => Some(chunk),
            Err(TryRecvError::Disconnected) => return decoding.finish(),
            Err(TryRecvError::Empty) => {
                decoding.flush()?;
                match chunks.chunks.recv_timeout(HEAR) {
                    Ok(chunk) => Some(chunk),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return decoding.finish(),
                }
            }
        };
        match next {
            None => {}
            Some(Ok((chunk, read))) => {
                decoding.take(&chunk[..read])?;
                // Where it is not needed any more, it goes.
                drop(chunks.spare.try_send(chunk));
            }
            Some(Err(error)) => {
                decoding.finish()?;
                return Err(Error::Source(format!("reading failed: {error}")));
            }
        }
    }
}
