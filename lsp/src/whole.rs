//! Files that are written whole or not at all: beside, then put in their place.

use std::io::{self, Write};
use std::path::Path;

/// Its permissions stay, and a link stays a link.
pub(crate) fn replace(file: &Path, text: &str) -> io::Result<()> {
    let file = file.canonicalize()?;
    let folder = file.parent().ok_or_else(|| io::Error::other("it has no folder"))?;
    let permissions = file.metadata()?.permissions();
    if permissions.readonly() {
        return Err(io::Error::from(io::ErrorKind::PermissionDenied));
    }
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(text.as_bytes())?;
    beside.as_file().set_permissions(permissions)?;
    beside.as_file().sync_all()?;
    beside.persist(&file).map_err(|error| error.error)?;
    Ok(())
}
