//! Following a file as `tail -F` does: what is appended is read at once; a file that is truncated is read
//! from its start again; one that is renamed, deleted or replaced is read to its end, then the new file
//! of that name from its start. The one before is read on until nothing has come to it for a while, since its writer
//! may not have noticed: between a rotation and the signal to reopen its log it writes into the file that it has open.
//! Each of these is told to the watchers.
//!
//! Begins with the last 1,000 lines (`?from=tail`), with all of them (`start`) or with none (`end`). A
//! line is decoded when its end has been written. A file that is truncated and grows beyond its former
//! size between two looks is taken for one that has grown: nothing tells the difference.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use notify::{RecursiveMode, Watcher};

use super::decode::Decoding;
use super::file::{CHUNK, cannot_read};
use super::infer::{Declared, Shape};
use super::utf16::Utf16;
use super::{Feed, Reader};
use crate::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    Start,
    Tail,
    End,
}

/// Lines that `?from=tail` begins with, and the bytes in which they are looked for.
const TAIL_LINES: usize = 1000;
const TAIL_BYTES: u64 = 4 << 20;
/// How often the file is looked at where the system reports nothing, and how soon a stop is heard.
const LOOK: Duration = Duration::from_millis(100);

/// How long nothing has come to a file that has lost its name, until it is read no more.
pub(super) const LOST: Duration = Duration::from_secs(5);
/// Files that have lost their name and are still read, at most.
const FORMER: usize = 8;

pub(super) struct Follow {
    pub(super) path: PathBuf,
    pub(super) from: From,
    pub(super) declared: Declared,
    pub(super) shape: Option<Shape>,
}

impl Reader for Follow {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        let Follow { path, from, declared, shape } = *self;
        // The watch is set before the first look, so that no change falls between them.
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let changes = Changes::of(&[folder], &*feed);
        let begin = || Decoding::new(feed.clone(), declared.clone(), shape.clone());
        let mut decoding = begin();
        let mut open = match File::open(&path) {
            Ok(file) => Some(Open::new(file, from).map_err(|error| cannot_read(&path, &error))?),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                feed.notice(format!("`{}` does not exist yet; waiting for it", path.display()));
                None
            }
            Err(error) => return Err(cannot_read(&path, &error)),
        };
        let mut chunk = vec![0; CHUNK];
        let mut missing = open.is_none();
        let mut former: Vec<Former> = Vec::new();
        let failed = |error| match error {
            Failed::Reading(error) => cannot_read(&path, &error),
            Failed::Decoding(error) => error,
        };
        while !feed.stopped() {
            let mut news = None;
            let mut read_on = Vec::with_capacity(former.len());
            for mut file in former {
                if file.read_on(&mut chunk, &*feed).map_err(failed)? {
                    read_on.push(file);
                } else {
                    file.decoding.finish()?;
                }
            }
            former = read_on;
            if let Some(open) = &mut open {
                // What is there now, before the file's fate is looked at: a file that was replaced is
                // complete from here on.
                let fate = fate(&path, open);
                open.read_on(&mut chunk, &mut decoding, &*feed).map_err(failed)?;
                match fate {
                    Fate::Same => {}
                    Fate::Truncated => {
                        decoding.forget()?;
                        open.file.rewind().map_err(|error| cannot_read(&path, &error))?;
                        open.position = 0;
                        feed.notice(format!("`{}` was truncated; reading it from its start", path.display()));
                        continue;
                    }
                    Fate::Missing if missing => {}
                    Fate::Missing => {
                        missing = true;
                        feed.notice(format!("`{}` was deleted or renamed; waiting for a new one", path.display()));
                    }
                    Fate::Replaced(file) => news = Some(file),
                }
            } else {
                match File::open(&path) {
                    Ok(file) => news = Some(file),
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(cannot_read(&path, &error)),
                }
            }
            if let Some(file) = news {
                let before = open.replace(Open::new(file, From::Start).map_err(|error| cannot_read(&path, &error))?);
                missing = false;
                let Some(before) = before else {
                    feed.notice(format!("`{}` is there now; reading it from its start", path.display()));
                    continue;
                };
                feed.notice(format!(
                    "`{}` was replaced by a new file; reading that from its start, and what still comes to the one \
                     before",
                    path.display()
                ));
                let decoding = std::mem::replace(&mut decoding, begin());
                former.push(Former { open: before, decoding, grown: Instant::now() });
                if former.len() > FORMER {
                    former.remove(0).decoding.finish()?;
                    feed.notice(format!(
                        "`{}` was replaced {FORMER} times in a few seconds; the oldest of those files is read no more",
                        path.display()
                    ));
                }
                continue;
            }
            changes.wait();
        }
        for mut file in former {
            file.decoding.finish()?;
        }
        decoding.flush()
    }
}

/// A file that has lost its name to another one.
struct Former {
    open: Open,
    decoding: Decoding,
    /// When something came to it last.
    grown: Instant,
}

impl Former {
    /// Reads what came to it; whether more is waited for.
    fn read_on(&mut self, chunk: &mut [u8], feed: &dyn Feed) -> Result<bool, Failed> {
        let before = self.open.position;
        self.open.read_on(chunk, &mut self.decoding, feed)?;
        if self.open.position > before {
            self.grown = Instant::now();
        }
        Ok(self.grown.elapsed() < LOST)
    }
}

/// The file that is being read.
struct Open {
    file: File,
    position: u64,
}

enum Fate {
    Same,
    /// Shorter than what was read of it.
    Truncated,
    Missing,
    /// Another file has the name now.
    Replaced(File),
}

enum Failed {
    Reading(io::Error),
    Decoding(Error),
}

impl Open {
    fn new(mut file: File, from: From) -> io::Result<Open> {
        let position = start_of(&mut file, from)?;
        file.seek(SeekFrom::Start(position))?;
        Ok(Open { file, position })
    }

    fn read_on(&mut self, chunk: &mut [u8], decoding: &mut Decoding, feed: &dyn Feed) -> Result<(), Failed> {
        while !feed.stopped() {
            match self.file.read(chunk) {
                Ok(0) => break,
                Ok(read) => {
                    self.position += read as u64;
                    decoding.take(&chunk[..read]).map_err(Failed::Decoding)?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Failed::Reading(error)),
            }
        }
        decoding.flush().map_err(Failed::Decoding)
    }
}

fn fate(path: &Path, open: &Open) -> Fate {
    let Ok(ours) = open.file.metadata() else { return Fate::Same };
    match std::fs::metadata(path) {
        Ok(named) if identity(&named) == identity(&ours) => {
            if ours.len() < open.position {
                Fate::Truncated
            } else {
                Fate::Same
            }
        }
        // Opened by its name: what it names may have changed again, but it is a file that was there.
        Ok(_) => File::open(path).map_or(Fate::Missing, Fate::Replaced),
        Err(_) => Fate::Missing,
    }
}

#[cfg(unix)]
pub(super) fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;

    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
pub(super) fn identity(metadata: &Metadata) -> Option<std::time::SystemTime> {
    metadata.created().ok()
}

/// Where reading begins.
pub(super) fn start_of(file: &mut File, from: From) -> io::Result<u64> {
    match from {
        From::Start => Ok(0),
        // Its lines are not found by their bytes.
        From::Tail if is_utf16(file)? => Ok(0),
        From::Tail => tail_start(file),
        From::End => Ok(file.metadata()?.len()),
    }
}

fn is_utf16(file: &mut File) -> io::Result<bool> {
    let mut start = Vec::new();
    file.rewind()?;
    file.take(64).read_to_end(&mut start)?;
    let mut utf16 = Utf16::default();
    utf16.read(&start, true);
    Ok(utf16.name().is_some())
}

/// Where the last lines begin.
fn tail_start(file: &mut File) -> io::Result<u64> {
    let len = file.metadata()?.len();
    let start = len.saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut end = Vec::new();
    file.take(len - start).read_to_end(&mut end)?;
    // The end of the line before those that are wanted; the last line's own end does not count.
    let body = end.strip_suffix(b"\n").unwrap_or(&end);
    let before = memchr::memrchr_iter(b'\n', body).nth(TAIL_LINES - 1);
    let skipped = match before {
        Some(at) => at + 1,
        None if start == 0 => 0,
        // So many bytes hold fewer lines: from the first that is whole.
        None => memchr::memchr(b'\n', body).map_or(body.len(), |at| at + 1),
    };
    Ok(start + skipped as u64)
}

/// Tells that something happened in the files' folders.
pub(super) struct Changes {
    changed: Receiver<()>,
    watcher: Option<notify::RecommendedWatcher>,
}

impl Changes {
    pub(super) fn of(folders: &[PathBuf], feed: &dyn Feed) -> Changes {
        // One mark is enough: all that matters is that there is something to look at.
        let (mark, changed) = sync_channel(1);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Our own reading is reported too, and is no news.
            if !event.is_ok_and(|event| event.kind.is_access()) {
                let _ = mark.try_send(());
            }
        });
        let watching = watcher.and_then(|mut watcher| {
            folders.iter().try_for_each(|folder| watcher.watch(folder, RecursiveMode::NonRecursive))?;
            Ok(watcher)
        });
        if let Err(error) = &watching {
            let folder = folders.first().map(|folder| folder.display().to_string()).unwrap_or_default();
            feed.notice(format!("`{folder}` cannot be watched ({error}); looking at the file ten times a second"));
        }
        Changes { changed, watcher: watching.ok() }
    }

    pub(super) fn wait(&self) {
        if self.watcher.is_some() {
            let _ = self.changed.recv_timeout(LOOK);
        } else {
            std::thread::sleep(LOOK);
        }
    }
}
