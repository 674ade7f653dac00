//! `headwater diff`: what a branch changes in the meaning of runbooks.

use std::io::{self, Write};
use std::path::PathBuf;

use super::args::{DiffArgs, DiffFormat};
use super::console::Console;
use super::{Failure, Outcome};
use crate::diff::{self, Asked, Input};

pub(super) fn diff(args: &DiffArgs, console: Console) -> Result<Outcome, Failure> {
    let here = std::env::current_dir().and_then(|here| here.canonicalize())?;
    let inputs: Vec<Input> = args.input.iter().map(|given| input(given)).collect();
    super::block_on(async {
        let mut signals = super::signals::Signals::new()?;
        let asked = Asked { gitref: &args.gitref, paths: &args.paths, here: &here, inputs: &inputs };
        let changes = tokio::select! {
            changes = diff::compare(&asked) => changes.map_err(Failure::Message)?,
            () = signals.next() => return Ok(Outcome::Interrupted),
        };
        let text = match args.format {
            DiffFormat::Human => diff::human(&changes, console.out_colors),
            DiffFormat::Markdown => diff::markdown(&changes),
            // Plain data: it cannot fail.
            DiffFormat::Json => serde_json::to_string_pretty(&changes).unwrap_or_default() + "\n",
        };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        for failure in &changes.failures {
            console.error(failure);
        }
        if args.format == DiffFormat::Human && changes.is_empty() {
            console.line(&format!("no block means anything else than in {}", args.gitref));
        }
        Ok(match changes.is_empty() {
            _ if !changes.failures.is_empty() => Outcome::Failed,
            true => Outcome::Clean,
            false => Outcome::Findings,
        })
    })
}

/// `spans=PATH`, or the path alone.
fn input(given: &str) -> Input {
    match given.split_once('=') {
        Some((source, path)) if !source.contains(['/', '.', '\\']) => {
            Input { source: Some(source.to_owned()), path: PathBuf::from(path) }
        }
        _ => Input { source: None, path: PathBuf::from(given) },
    }
}
