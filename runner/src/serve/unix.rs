//! The unix socket of a runner: for its owner alone, and gone with it.

use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use crate::Error;

/// Removes the socket when the server ends.
pub(super) struct SocketFile(pub(super) PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // It may have been removed by hand; either way it is gone.
        drop(std::fs::remove_file(&self.0));
    }
}

/// The folder is made for its owner alone (0700), the socket likewise (0600). A socket that nobody answers
/// is left over from a runner that died, and replaced.
pub(super) fn bind(path: &Path) -> Result<UnixListener, Error> {
    let failed = |error: std::io::Error| Error::Source(format!("cannot listen on `{}`: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    }
    if path.exists() {
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(Error::Source(format!("a runner listens on `{}` already", path.display())));
        }
        std::fs::remove_file(path).map_err(failed)?;
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}
