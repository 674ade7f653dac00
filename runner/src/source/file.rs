//! `file:PATH`: JSON lines, logfmt, CSV or plain text, read to the end; `?follow=true` then waits for more
//! (see `follow`). The path is taken as it is written, spaces and percent signs included.
//!
//! `?format=json|logfmt|csv|tsv|text` where neither ending nor content tells · `?timestamp=FIELD` the field that
//! is event time, or several · `?timezone=`, `?time_format=` how it is written · `?max_line=SIZE` (1 MiB) · `?from=start|tail|end` where following begins · `?with_path=true` which file
//! an event is from. Several paths and patterns: see `paths` and `several`.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use syntax::source::SourceDecl;

use super::decode::Decoding;
use super::follow::{Follow, From};
use super::infer::{self, Declared, SAMPLE_BYTES, Shape};
use super::located::Located;
use super::paths::{self, Named};
use super::stream::{self, Chunks};
use super::{Feed, Opened, Reader, params, recording, replay, several};
use crate::Error;

/// Bytes that are read at once.
pub(super) const CHUNK: usize = 256 << 10;

pub(super) fn open(decl: &SourceDecl) -> Result<Opened, Error> {
    params::known(&decl.uri)?;
    if decl.uri.rest.is_empty() {
        return Err(Error::Source("`file:` needs a path, e.g. `file:app.log`".to_owned()));
    }
    let follow = params::flag(&decl.uri, "follow")?;
    let from = match decl.uri.param("from") {
        None | Some("tail") => From::Tail,
        Some("start") => From::Start,
        Some("end") => From::End,
        Some(other) => {
            return Err(Error::Source(format!("`from={other}`: `start`, `tail` (the last 1,000 lines) or `end`")));
        }
    };
    let with_path = params::flag(&decl.uri, "with_path")?;
    let path = match Named::new(&decl.uri.rest) {
        Named::One(path) => path,
        Named::Several(patterns) => return several::open(decl, patterns, follow.then_some(from), with_path),
    };
    let mut opened = one(decl, path.clone(), follow, from)?;
    if with_path {
        several::add_path(&mut opened.schema);
        opened.reader = Box::new(WithPath { reader: opened.reader, path });
    }
    Ok(opened)
}

/// Opens one file.
fn one(decl: &SourceDecl, path: PathBuf, follow: bool, from: From) -> Result<Opened, Error> {
    if recording::is_one(&path) {
        if follow && recording::compression(&path).is_some() {
            let message =
                format!("`{}` is compressed, so it cannot be followed; leave out `follow=true`", path.display());
            return Err(Error::Source(message));
        }
        if !follow {
            return replay::open(decl);
        }
    }
    let declared = Declared::new(decl, &decl.uri.rest)?;
    let file = match File::open(&path) {
        Ok(file) => Some(file),
        // It may come later.
        Err(error) if follow && error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(cannot_read(&path, &error)),
    };
    let kind = match &file {
        Some(file) => Some(file.metadata().map_err(|error| cannot_read(&path, &error))?),
        None => None,
    };
    if kind.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        return Err(paths::is_folder(&path));
    }
    // A pipe has no beginning to look at without taking it away.
    let regular = kind.as_ref().is_none_or(std::fs::Metadata::is_file);
    let shape = match &file {
        Some(file) if regular => look(file, &declared).map_err(|error| cannot_read(&path, &error))??,
        _ => None,
    };
    let schema = declared.schema(shape.as_ref());
    let reader: Box<dyn Reader> = match file {
        Some(file) if !regular => Box::new(Pipe { file, declared }),
        Some(file) if !follow => Box::new(Whole { file, path, declared, shape }),
        _ => Box::new(Follow { path, from, declared, shape }),
    };
    Ok(Opened { schema, reader })
}

/// What went wrong with a file, and what to do about it.
pub(super) fn cannot_read(path: &Path, error: &std::io::Error) -> Error {
    let path = path.display();
    Error::Source(match error.kind() {
        ErrorKind::NotFound => {
            format!("there is no file `{path}`; check the path, or add `?follow=true` to wait for the file")
        }
        ErrorKind::PermissionDenied => {
            format!("`{path}` may not be read by this user; change its permissions, or run as one who may read it")
        }
        _ => format!("`{path}` cannot be read: {error}"),
    })
}

/// Learns from the first records what the file holds.
fn look(file: &File, declared: &Declared) -> std::io::Result<Result<Option<Shape>, Error>> {
    use std::io::Seek;

    let mut sample = Vec::new();
    let mut file = file;
    let read = file.take(SAMPLE_BYTES as u64 + 1).read_to_end(&mut sample)?;
    file.rewind()?;
    Ok(infer::infer(&sample, read <= SAMPLE_BYTES, declared))
}

/// Adds the path to each event.
struct WithPath {
    reader: Box<dyn Reader>,
    path: PathBuf,
}

impl Reader for WithPath {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        self.reader.run(Arc::new(Located { feed, path: self.path.to_string_lossy().into_owned() }))
    }
}

/// Reads a file once.
struct Whole {
    file: File,
    path: PathBuf,
    declared: Declared,
    shape: Option<Shape>,
}

impl Reader for Whole {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        let Whole { mut file, path, declared, shape } = *self;
        let mut decoding = Decoding::new(feed.clone(), declared, shape);
        let mut chunk = vec![0; CHUNK];
        loop {
            if feed.stopped() {
                return decoding.flush();
            }
            match file.read(&mut chunk) {
                Ok(0) => return decoding.finish(),
                Ok(read) => decoding.take(&chunk[..read])?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    // What was read until here still counts.
                    decoding.finish()?;
                    return Err(cannot_read(&path, &error));
                }
            }
        }
    }
}

/// Reads a pipe that has a path, such as the shell's `<(…)`.
struct Pipe {
    file: File,
    declared: Declared,
}

impl Reader for Pipe {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        let decoding = Decoding::new(feed.clone(), self.declared, None);
        stream::run(&mut Chunks::read(self.file), decoding, &*feed)
    }
}
