//! Opens the files that a user, a runbook or a repository names. None is waited for (a pipe would keep the thread), none
//! is read without a bound (a device has no end), and what a repository names stays within it: a link to an environment
//! or to a credentials file would otherwise be shown.
//!
//! Written over the standard library (`O_NONBLOCK`, then the opened file itself is looked at): what is confined here are
//! single files, so a capability for whole folders would add a crate and guard no more.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Opens a regular file for reading. A folder, pipe, socket or device is an error, without waiting for anybody.
pub fn open(path: &Path) -> io::Result<File> {
    opened(path, 0)
}

/// The same of a file within a folder, links included: one that leads out of it is an error.
pub fn open_within(path: &Path, root: &Path) -> io::Result<File> {
    let (real, root) = (path.canonicalize()?, root.canonicalize()?);
    if !real.starts_with(&root) {
        return Err(io::Error::other("it leads out of the workspace, so it is not read"));
    }
    // What was a file a moment ago may be a link now.
    opened(&real, libc::O_NOFOLLOW)
}

fn opened(path: &Path, flags: i32) -> io::Result<File> {
    let plain = |meta: &std::fs::Metadata| match () {
        () if meta.is_dir() => Err(io::Error::other("it is a folder")),
        () if !meta.is_file() => Err(io::Error::other("it is no plain file")),
        () => Ok(()),
    };
    // Opening alone can do something to a device.
    plain(&path.metadata()?)?;
    let options = libc::O_NONBLOCK | libc::O_NOCTTY | flags;
    let file = OpenOptions::new().read(true).custom_flags(options).open(path)?;
    plain(&file.metadata()?)?;
    // The kernel shows its state, and the process's own, as files of no size.
    let real = path.canonicalize()?;
    if ["/proc", "/sys", "/dev"].iter().any(|kernel| real.starts_with(kernel)) {
        return Err(io::Error::other("it is no plain file"));
    }
    Ok(file)
}

/// The bytes of a file, which may be `max` at most; within `root` where one is given.
pub fn bytes(path: &Path, root: Option<&Path>, max: u64) -> io::Result<Vec<u8>> {
    let file = match root {
        Some(root) => open_within(path, root)?,
        None => open(path)?,
    };
    bounded(file, max)
}

/// The same as text; what is no UTF-8 is an error.
pub fn text(path: &Path, root: Option<&Path>, max: u64) -> io::Result<String> {
    String::from_utf8(bytes(path, root, max)?).map_err(|_| io::Error::other("it is not UTF-8"))
}

/// All that comes, which may be `max` bytes at most.
pub fn bounded(from: impl Read, max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > max {
        true => Err(io::Error::other(format!("it has more than {max} bytes"))),
        false => Ok(bytes),
    }
}

/// The folder of the repository that a folder is in; of one in none, the folder itself.
pub fn workspace(folder: &Path) -> PathBuf {
    let repository = folder.ancestors().find(|above| above.join(".git").exists());
    repository.unwrap_or(folder).to_owned()
}

/// Whether a file, and what it may be a link to, belongs to the user of this process, as git's `safe.directory` asks.
pub fn is_users(path: &Path) -> bool {
    let own = |meta: io::Result<std::fs::Metadata>| meta.is_ok_and(|meta| Some(meta.uid()) == user());
    own(path.symlink_metadata()) && own(path.metadata())
}

/// The user of this process. None where no temporary file can be made, which then belongs to nobody known.
fn user() -> Option<u32> {
    static USER: OnceLock<Option<u32>> = OnceLock::new();
    // What the process makes belongs to its user.
    *USER.get_or_init(|| Some(tempfile::tempfile().ok()?.metadata().ok()?.uid()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    #[test]
    fn only_plain_files_within_the_root_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(folder.path().join("secret"), "s").unwrap();
        std::fs::write(root.join("a"), "abc").unwrap();
        symlink("a", root.join("inside")).unwrap();
        symlink("../secret", root.join("outside")).unwrap();
        symlink("/proc/self/environ", root.join("environ")).unwrap();
        symlink("/dev/zero", root.join("device")).unwrap();
        assert!(Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success());
        let said = |name: &str, within: Option<&Path>| match text(&root.join(name), within, 3) {
            Ok(text) => text,
            Err(error) => error.to_string(),
        };
        for name in ["a", "inside"] {
            assert_eq!(said(name, Some(&root)), "abc");
        }
        assert!(said("outside", Some(&root)).starts_with("it leads out of the workspace"));
        assert_eq!(said("outside", None), "s");
        for name in ["environ", "device", "pipe"] {
            assert_eq!(said(name, None), "it is no plain file", "{name}");
            assert!(text(&root.join(name), Some(&root), 3).is_err(), "{name}");
        }
        assert_eq!(text(&root, None, 3).unwrap_err().to_string(), "it is a folder");
        assert_eq!(text(&root.join("a"), None, 2).unwrap_err().to_string(), "it has more than 2 bytes");
    }

    #[test]
    fn what_a_process_makes_is_its_users() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        std::fs::write(&file, "").unwrap();
        assert!(is_users(&file) && !is_users(&folder.path().join("none")));
        assert_eq!(workspace(folder.path()), folder.path());
        std::fs::create_dir_all(folder.path().join(".git")).unwrap();
        std::fs::create_dir_all(folder.path().join("b/c")).unwrap();
        assert_eq!(workspace(&folder.path().join("b/c")), folder.path());
    }
}
