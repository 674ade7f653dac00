//! `headwater fmt`: brings the blocks of runbooks into the one form. Prose is never touched.

use std::io::{self, Write};

use super::args::FmtArgs;
use super::console::Console;
use super::{Failure, Outcome};
use crate::{check, whole};

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
                whole::replace(file, &formatted)
                    .map_err(|error| format!("cannot write `{}`: {error}", file.display()))?;
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
