//! Which files are looked at: those that are named, and in folders that are named, Markdown files and
//! configurations.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};
use runner::config::FILE_NAME;
use runner::snapshot;

/// Bytes of a runbook at most; nobody writes a larger one by hand, and a runner takes none.
pub(super) const MAX_BYTES: u64 = 16 << 20;

/// In order and each once, also where it is named twice, with what could not be searched. In folders those that are
/// wanted; what git ignores is left out, and what is no plain file.
pub(crate) fn find(paths: &[PathBuf], wanted: fn(&Path) -> bool) -> (Vec<PathBuf>, Vec<String>) {
    let mut files = Vec::new();
    let mut failures = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        for entry in WalkBuilder::new(path).build() {
            match entry {
                Ok(entry) if is_plain(&entry) && wanted(entry.path()) => files.push(entry.into_path()),
                Ok(_) => {}
                Err(error) => failures.push(format!("cannot search `{}`: {error}", path.display())),
            }
        }
    }
    // Without the dot that stands for where we are.
    let mut files: Vec<PathBuf> =
        files.into_iter().map(|file| file.strip_prefix(".").map(Path::to_owned).unwrap_or(file)).collect();
    files.sort();
    files.dedup();
    let mut seen = HashSet::new();
    files.retain(|file| file.canonicalize().map_or(true, |real| seen.insert(real)));
    (files, failures)
}

/// A link to nothing is one too: that it cannot be read is to be said.
fn is_plain(entry: &DirEntry) -> bool {
    match entry.file_type() {
        Some(ty) if ty.is_symlink() => entry.path().metadata().map_or(true, |there| there.is_file()),
        ty => ty.is_some_and(|ty| ty.is_file()),
    }
}

pub(crate) fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md") || extension == "markdown")
}

pub(crate) fn is_config(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == FILE_NAME)
}

/// What of a source was seen, beside its configuration.
pub(crate) fn is_snapshot(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == snapshot::FILE_NAME)
}

/// The text of one of many files; the message says what is wrong with it.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    // Asked before it is opened: a pipe would wait for somebody to write, and keep the others waiting.
    match path.metadata() {
        Ok(there) if !there.is_dir() && !there.is_file() => Err(unreadable(path, "it is no plain file")),
        _ => read_stream(path),
    }
}

/// The text of the one file that is asked for, which may be a pipe.
pub(crate) fn read_stream(path: &Path) -> Result<String, String> {
    let failed = |why: &str| unreadable(path, why);
    let file = std::fs::File::open(path).map_err(|error| failed(&error.to_string()))?;
    let metadata = file.metadata().ok();
    if metadata.as_ref().is_some_and(|metadata| metadata.is_dir()) {
        return Err(failed("it is a folder"));
    }
    // Not by its size alone: a pipe has none.
    let size = metadata.map_or(0, |metadata| metadata.len().min(MAX_BYTES)) as usize;
    let mut bytes = Vec::with_capacity(size + 1);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed(&error.to_string()))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(failed(&format!("a runbook has {MAX_BYTES} bytes at most")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        failed(&format!("it is not UTF-8: line {line} has the byte 0x{:02x}", error.as_bytes()[at]))
    })
}

fn unreadable(path: &Path, why: &str) -> String {
    format!("cannot read `{}`: {why}", path.display())
}
