//! Following all files of several paths or patterns: what is appended to each is read at once, and a file that comes is
//! read from its start. A file that is renamed goes on under its new name; what a rotation copies or compresses was read
//! already, and is not read again.
//!
//! What is there at the start is read in order of time over all files, and then as it comes.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::decode::Decoding;
use super::file::{CHUNK, cannot_read};
use super::follow::{Changes, From, LOST, identity, start_of};
use super::infer::Declared;
use super::merge::{Input, Merge, Part, Queue, Shared, feed_of};
use super::paths::Patterns;
use super::recording::compression;
use super::{Feed, Reader, several};
use crate::Error;

/// How often files are looked for.
const LOOK: Duration = Duration::from_millis(250);
/// Bytes of a file's start by which a copy of it is known.
const HEAD: usize = 256;
/// Starts of files as they were before they were truncated, that are remembered.
const HEADS: usize = 64;

pub(super) struct FollowSeveral {
    pub(super) patterns: Patterns,
    pub(super) from: From,
    pub(super) inputs: Vec<Input>,
    pub(super) declared: Declared,
    pub(super) with_path: bool,
    /// Compressed files, which are not read.
    pub(super) left_out: usize,
}

/// A file that is followed.
struct Followed {
    path: PathBuf,
    file: File,
    position: u64,
    decoding: Decoding,
    queue: Arc<Queue>,
    /// Its first bytes.
    head: Vec<u8>,
    /// Since when no name leads to it, or when something came to it after that.
    lost: Option<Instant>,
}

impl Reader for FollowSeveral {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        let FollowSeveral { patterns, from, inputs, declared, with_path, left_out } = *self;
        // The watch is set before the first look, so that no change falls between them.
        let changes = Changes::of(&patterns.folders(), &*feed);
        let shared = Shared::new(Arc::clone(&feed));
        if left_out > 0 {
            let files = if left_out == 1 {
                "one compressed file is".to_owned()
            } else {
                format!("{left_out} compressed files are")
            };
            feed.notice(format!("{files} not read, since nothing is added to them; without `follow=true` they are"));
        }
        if inputs.is_empty() {
            feed.notice(format!("no file matches `{}` yet; waiting for one", patterns.written()));
        }
        let mut followed = Vec::new();
        for input in inputs {
            let Input { path, declared, shape, .. } = input;
            let queue = Queue::new(Arc::clone(&shared));
            let decoding = Decoding::new(feed_of(&queue, &path, with_path), declared, shape);
            if let Some(file) = Followed::open(path, from, decoding, queue)? {
                followed.push(file);
            }
        }
        let mut followed = past(followed, &shared, &feed)?;
        let mut chunk = vec![0; CHUNK];
        let mut look_at = Instant::now();
        let mut heads = Heads::default();
        while !feed.stopped() {
            for file in &mut followed {
                file.read_on(&mut chunk, &mut heads, &shared, &*feed)?;
            }
            let begun = Instant::now();
            if begun >= look_at {
                let new = find(&patterns, &mut followed, &heads, &*feed)?;
                // Where that takes long, it is done less often.
                look_at = Instant::now() + LOOK.max(begun.elapsed() * 10);
                for path in new {
                    let mut decl = declared.decl.clone();
                    decl.uri.params.retain(|(name, _)| name != "from");
                    let declared = Declared::new(&decl, &several::ending(&path, false))?;
                    let queue = Queue::new(Arc::clone(&shared));
                    let decoding = Decoding::new(feed_of(&queue, &path, with_path), declared, None);
                    let shown = path.display().to_string();
                    if let Some(file) = Followed::open(path, From::Start, decoding, queue)? {
                        feed.notice(format!("`{shown}` is new; reading it from its start"));
                        followed.push(file);
                    }
                }
                // Read once more after its name was gone.
                let mut kept = Vec::with_capacity(followed.len());
                for mut file in followed {
                    if file.lost.is_some_and(|since| since.elapsed() >= LOST) {
                        file.read_on(&mut chunk, &mut heads, &shared, &*feed)?;
                        file.decoding.finish()?;
                        file.give(&shared, &*feed);
                    } else {
                        kept.push(file);
                    }
                }
                followed = kept;
            }
            changes.wait();
        }
        for file in &mut followed {
            file.decoding.flush()?;
            file.give(&shared, &*feed);
        }
        Ok(())
    }
}

/// Reads what is there of all files, in order of time.
fn past(followed: Vec<Followed>, shared: &Arc<Shared>, feed: &Arc<dyn Feed>) -> Result<Vec<Followed>, Error> {
    let mut merge = Merge::new(Arc::clone(shared));
    let mut failed = None;
    let mut ends = Vec::new();
    for file in followed {
        let Followed { path, file, position, decoding, queue, head, .. } = file;
        let end = file.metadata().map_err(|error| cannot_read(&path, &error))?.len().max(position);
        let reading = file.try_clone().map_err(|error| cannot_read(&path, &error))?;
        let mut part = Part::new(path.clone(), Box::new(reading.take(end - position)), decoding, queue);
        part.goes_on = true;
        ends.push((path, file, end, head));
        merge.add(part, &mut failed)?;
    }
    while !feed.stopped() && merge.step(None, &mut failed)? {}
    merge.flush()?;
    if let Some(error) = failed {
        return Err(error);
    }
    let mut parts = std::mem::take(&mut merge.done);
    let whole = ends.into_iter().filter_map(|(path, file, position, head)| {
        let part = parts.swap_remove(parts.iter().position(|part| part.path == path)?);
        let Part { decoding, queue, .. } = part;
        Some(Followed { path, file, position, decoding, queue, head, lost: None })
    });
    Ok(whole.collect())
}

/// Looks for files that are new, and for what became of those that are followed.
fn find(patterns: &Patterns, followed: &mut [Followed], heads: &Heads, feed: &dyn Feed) -> Result<Vec<PathBuf>, Error> {
    let mut named: Vec<(PathBuf, _)> = Vec::new();
    for path in patterns.files(true)? {
        // It may be gone again.
        if let Ok(about) = std::fs::metadata(&path) {
            named.push((path, identity(&about)));
        }
    }
    for file in followed.iter_mut() {
        let Ok(about) = file.file.metadata() else { continue };
        match named.iter().find(|(_, id)| *id == identity(&about)) {
            Some((path, _)) => {
                file.lost = None;
                if *path != file.path {
                    file.path.clone_from(path);
                }
            }
            None if file.lost.is_none() => {
                file.lost = Some(Instant::now());
                feed.notice(format!("`{}` was deleted or renamed; it is read to its end", file.path.display()));
            }
            None => {}
        }
    }
    let followed = &*followed;
    let known: Vec<_> = followed.iter().filter_map(|file| Some(identity(&file.file.metadata().ok()?))).collect();
    let names: Vec<PathBuf> = named.iter().map(|(path, _)| path.clone()).collect();
    let is_new = |(path, id): &(PathBuf, _)| {
        let copied = names.iter().any(|other| is_rotated(path, other)) && heads.are_of(path, followed);
        !known.contains(id) && compression(path).is_none() && !copied
    };
    Ok(named.iter().filter(|named| is_new(named)).map(|(path, _)| path.clone()).collect())
}

/// Whether this is what a rotation makes of the other: `app.log.1`, `app.log-20260131`.
fn is_rotated(path: &Path, live: &Path) -> bool {
    let (path, live) = (path.to_string_lossy(), live.to_string_lossy());
    let rest = path.strip_prefix(&*live).and_then(|rest| rest.strip_prefix(['.', '-', '_']));
    rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()) || rest == "old" || rest == "bak")
}

/// How files began that were truncated since.
#[derive(Default)]
struct Heads(VecDeque<Vec<u8>>);

impl Heads {
    fn keep(&mut self, head: Vec<u8>) {
        if self.0.len() >= HEADS {
            self.0.pop_front();
        }
        self.0.push_back(head);
    }

    /// Whether a file begins like one that was read.
    fn are_of(&self, path: &Path, followed: &[Followed]) -> bool {
        let mut head = Vec::new();
        let read = File::open(path).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head));
        let known = self.0.iter().chain(followed.iter().map(|file| &file.head));
        read.is_ok() && known.filter(|known| !known.is_empty()).any(|known| head.starts_with(known))
    }
}

impl Followed {
    /// None where it is gone already.
    fn open(path: PathBuf, from: From, decoding: Decoding, queue: Arc<Queue>) -> Result<Option<Followed>, Error> {
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot_read(&path, &error)),
        };
        let mut head = Vec::new();
        let read = (&mut file).take(HEAD as u64).read_to_end(&mut head);
        read.map_err(|error| cannot_read(&path, &error))?;
        let position = start_of(&mut file, from).map_err(|error| cannot_read(&path, &error))?;
        file.seek(SeekFrom::Start(position)).map_err(|error| cannot_read(&path, &error))?;
        Ok(Some(Followed { path, file, position, decoding, queue, head, lost: None }))
    }

    fn read_on(&mut self, chunk: &mut [u8], heads: &mut Heads, shared: &Shared, feed: &dyn Feed) -> Result<(), Error> {
        let path = self.path.clone();
        let cannot = |error: &std::io::Error| cannot_read(&path, error);
        if self.file.metadata().map_err(|error| cannot(&error))?.len() < self.position {
            self.decoding.forget()?;
            self.file.rewind().map_err(|error| cannot(&error))?;
            self.position = 0;
            heads.keep(std::mem::take(&mut self.head));
            feed.notice(format!("`{}` was truncated; reading it from its start", path.display()));
        }
        while !feed.stopped() {
            match self.file.read(chunk) {
                Ok(0) => break,
                Ok(read) => {
                    if self.head.len() < HEAD && self.position == self.head.len() as u64 {
                        self.head.extend_from_slice(&chunk[..read.min(HEAD - self.head.len())]);
                    }
                    self.position += read as u64;
                    self.lost = self.lost.map(|_| Instant::now());
                    self.decoding.take(&chunk[..read])?;
                    self.give(shared, feed);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(cannot(&error)),
            }
        }
        self.decoding.flush()?;
        self.give(shared, feed);
        Ok(())
    }

    /// Hands on what was decoded.
    fn give(&self, shared: &Shared, feed: &dyn Feed) {
        while let Some(batch) = self.queue.pop() {
            feed.batch(batch);
            shared.ask();
        }
    }
}
