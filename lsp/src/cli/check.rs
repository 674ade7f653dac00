//! `headwater check`: findings of runbooks on stdout, what could not be checked on stderr.

use std::io::{self, Write};
use std::path::PathBuf;

use super::args::{CheckArgs, CheckFormat};
use super::console::Console;
use super::report::Renderer;
use super::{Environment, Failure, Outcome};
use crate::check;

pub(super) fn check(args: &CheckArgs, console: Console, environment: &Environment) -> Result<Outcome, Failure> {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let report = check::check(&args.paths, &here);
    let text = match args.format {
        CheckFormat::Human => check::human(&report, &Renderer::new(console.out_colors)),
        CheckFormat::Json => check::json(&report),
        CheckFormat::Github => check::github(&report),
        CheckFormat::Sarif => check::sarif(&report),
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    if args.format == CheckFormat::Github
        && let Some(path) = &environment.step_summary
    {
        let append = || std::fs::OpenOptions::new().append(true).create(true).open(path);
        let written = append().and_then(|mut file| file.write_all(check::step_summary(&report).as_bytes()));
        if let Err(error) = written {
            console.warning(&format!("cannot write the job's summary to `{}`: {error}", path.display()));
        }
    }
    for failure in &report.failures {
        console.error(failure);
    }
    if args.format == CheckFormat::Human {
        console.line(&report.summary());
    }
    Ok(match report.is_clean() {
        _ if !report.failures.is_empty() => Outcome::Failed,
        true => Outcome::Clean,
        false => Outcome::Findings,
    })
}
