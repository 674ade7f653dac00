//! Which files are looked at: those that are named, and in folders that are named, Markdown files and
//! configurations.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};
use runner::config::FILE_NAME;
use runner::{files, snapshot};

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

/// The text of a file; the message says what is wrong with it. A link may not lead out of the file's workspace: its
/// repository, else all below where we are, else its folder.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let here = std::env::current_dir().ok().filter(|here| here.parent().is_some());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(|error| unreadable(path, &error.to_string()))?;
    let root = super::links::root(&folder, here.as_deref().unwrap_or(&folder));
    text(path, files::bytes(path, Some(&root), MAX_BYTES))
}

/// The same of the one file that is asked for, which may be a pipe that the shell has opened for us.
pub(crate) fn read_stream(path: &Path) -> Result<String, String> {
    let given = ["/dev/fd", "/dev/stdin", "/proc/self/fd"].iter().any(|given| path.starts_with(given));
    if !given {
        return read(path);
    }
    text(path, std::fs::File::open(path).and_then(|pipe| files::bounded(pipe, MAX_BYTES)))
}

fn text(path: &Path, bytes: std::io::Result<Vec<u8>>) -> Result<String, String> {
    let failed = |why: &str| unreadable(path, why);
    let bytes = bytes.map_err(|error| failed(&error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        failed(&format!("it is not UTF-8: line {line} has the byte 0x{:02x}", error.as_bytes()[at]))
    })
}

fn unreadable(path: &Path, why: &str) -> String {
    format!("cannot read `{}`: {why}", path.display())
}
