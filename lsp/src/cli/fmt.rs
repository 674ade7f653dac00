//! `headwater fmt`: brings the blocks of runbooks into the one form. Prose is never touched.

use std::io::{self, Write};
use std::path::Path;

use super::args::FmtArgs;
use super::console::Console;
use super::{Failure, Outcome};
use crate::check;

pub(super) fn fmt(args: &FmtArgs, console: Console) -> Result<Outcome, Failure> {
    let (files, failures) = check::find(&args.paths, check::is_markdown);
    let mut failed = !failures.is_empty();
    failures.iter().for_each(|failure| console.error(failure));
    let mut changed = 0;
    let mut out = io::stdout().lock();
    for file in &files {
        let result = check::read(file).and_then(|text| {
            let formatted = syntax::formatted(&text);
            if formatted == text {
                return Ok(false);
            }
            if !args.check {
                replace(file, &formatted).map_err(|error| format!("cannot write `{}`: {error}", file.display()))?;
            }
            Ok(true)
        });
        match result {
            Ok(false) => {}
            Ok(true) => {
                changed += 1;
                writeln!(out, "{}", syntax::visible(&file.to_string_lossy()))?;
            }
            Err(failure) => {
                failed = true;
                console.error(&failure);
            }
        }
    }
    out.flush()?;
    let of = files.len();
    match (args.check, changed) {
        (_, 0) => console.line(&format!("{of} formatted already")),
        (true, _) => console.line(&format!("{changed} of {of} would change; run `headwater fmt` on them")),
        (false, _) => console.line(&format!("{changed} of {of} changed")),
    }
    Ok(match changed {
        _ if failed => Outcome::Failed,
        0 => Outcome::Clean,
        _ if args.check => Outcome::Findings,
        _ => Outcome::Clean,
    })
}

/// The whole file or nothing of it: written beside, then put in its place. Its permissions stay, and a
/// link stays a link.
fn replace(file: &Path, text: &str) -> io::Result<()> {
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
