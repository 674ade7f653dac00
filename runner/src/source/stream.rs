//! Reads what may block for ever (a pipe, a terminal) on a thread of its own, so that what has been read
//! is handed on at once and a stop is heard.

use std::io::{ErrorKind, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
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

type Chunk = std::io::Result<Vec<u8>>;

pub(super) struct Chunks {
    chunks: Receiver<Chunk>,
    /// Looked at, but not taken yet.
    peeked: Option<Chunk>,
}

impl Chunks {
    pub(super) fn read(mut input: impl Read + Send + 'static) -> Chunks {
        let (send, chunks) = sync_channel(AHEAD);
        thread::spawn(move || {
            loop {
                let mut chunk = vec![0; CHUNK];
                let read = match input.read(&mut chunk) {
                    Ok(0) => return,
                    Ok(read) => {
                        chunk.truncate(read);
                        Ok(chunk)
                    }
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let failed = read.is_err();
                if send.send(read).is_err() || failed {
                    return;
                }
            }
        });
        Chunks { chunks, peeked: None }
    }

    /// The next chunk without taking it; None where none comes in this time.
    pub(super) fn peek(&mut self, within: Duration) -> Option<&[u8]> {
        if self.peeked.is_none() {
            self.peeked = self.chunks.recv_timeout(within).ok();
        }
        self.peeked.as_ref()?.as_deref().ok()
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
            Some(Ok(chunk)) => decoding.take(&chunk)?,
            Some(Err(error)) => {
                decoding.finish()?;
                return Err(Error::Source(format!("reading failed: {error}")));
            }
        }
    }
}
