//! What may be looked at: files within a root, links included. Whoever opens or checks a text must not learn
//! of anything outside its workspace.

use std::path::{Component, Path, PathBuf};

use runner::files;

/// Whether a file is there; true where it may not be looked for.
pub(crate) fn exists(path: &Path, root: &Path) -> bool {
    let (Some(path), Ok(root)) = (plain(path), root.canonicalize()) else { return true };
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return true };
    // The nearest folder that is there says where all of this is.
    let Some(real) = folder.ancestors().find_map(|above| above.canonicalize().ok()) else { return true };
    if !real.starts_with(&root) {
        return true;
    }
    folder.canonicalize().is_ok_and(|folder| folder.join(name).symlink_metadata().is_ok())
}

/// The text of a plain file of at most so many bytes. A link may not lead out of the root.
pub(crate) fn text(file: &Path, root: &Path, max_bytes: u64) -> Result<String, String> {
    files::text(file, Some(root), max_bytes).map_err(|error| format!("cannot read `{}`: {error}", file.display()))
}

/// Whether it could be read so; its text is not.
pub(crate) fn readable(file: &Path, root: &Path) -> Result<(), String> {
    let opened = files::open_within(file, root);
    opened.map(drop).map_err(|error| format!("cannot read `{}`: {error}", file.display()))
}

/// An absolute path without `.` and `..`.
pub(crate) fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        match part {
            Component::ParentDir => _ = plain.pop(),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_within_is_looked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("logs")).expect("a folder");
        std::fs::write(root.join("logs/a"), "").expect("written");
        let exists = |path: &str| exists(&root.join(path), &root);
        assert!(exists("logs/a") && exists("logs/../logs/./a"));
        assert!(!exists("logs/b") && !exists("none/a"));
        assert!(exists("../nothing") && exists("/nothing/at/all"), "nobody looks there");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(folder.path(), root.join("out")).expect("a link");
            std::os::unix::fs::symlink("/nothing/at/all", root.join("link")).expect("a link");
            assert!(exists("out/nothing") && exists("link"), "nobody looks there");
        }
    }
}
