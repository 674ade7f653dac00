//! `headwater test`: what the runbooks' tests say, each over its recording.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::args::{TestArgs, TestFormat};
use super::console::Console;
use super::{Environment, Failure, Outcome};
use crate::cases::{self, Around, Tested, Verdict};
use crate::check;

pub(super) fn test(args: &TestArgs, console: Console, environment: &Environment) -> Result<Outcome, Failure> {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let (files, mut failures) = check::find(&args.paths, check::is_markdown);
    let around = Arc::new(Around { here, update: args.update, blocks: args.block.clone() });
    super::block_on(async move {
        let mut signals = super::signals::Signals::new()?;
        let mut tested = Vec::new();
        tokio::select! {
            () = all(&files, around, args, console, &mut tested, &mut failures) => {}
            () = signals.next() => return Ok(Outcome::Interrupted),
        }
        tell(args, console, environment, &tested, &failures)
    })
}

/// In the order of the files; told as they come, where somebody reads along.
async fn all(
    files: &[PathBuf],
    around: Arc<Around>,
    args: &TestArgs,
    console: Console,
    tested: &mut Vec<Tested>,
    failures: &mut Vec<String>,
) {
    let room = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));
    let mut running = JoinSet::new();
    for (index, file) in files.iter().cloned().enumerate() {
        let (room, around) = (Arc::clone(&room), Arc::clone(&around));
        running.spawn(async move {
            let _room = room.acquire().await;
            (index, cases::run(&file, &around).await)
        });
    }
    let mut done: Vec<Option<Result<Option<Tested>, String>>> = files.iter().map(|_| None).collect();
    let mut next = 0;
    while let Some(result) = running.join_next().await {
        match result {
            Ok((index, result)) => done[index] = Some(result),
            Err(panic) => failures.push(format!("internal error: a test ended without an answer: {panic}")),
        }
        while let Some(result) = done.get_mut(next).and_then(Option::take) {
            next += 1;
            match result {
                Ok(Some(runbook)) => {
                    if args.format == TestFormat::Human {
                        // Who reads no more is told at the end.
                        let _ = io::stdout().write_all(cases::human(&runbook, console.out_colors).as_bytes());
                    }
                    tested.push(runbook);
                }
                Ok(None) => {}
                Err(failure) => failures.push(failure),
            }
        }
    }
}

fn tell(
    args: &TestArgs,
    console: Console,
    environment: &Environment,
    tested: &[Tested],
    failures: &[String],
) -> Result<Outcome, Failure> {
    let text = match args.format {
        TestFormat::Human => String::new(),
        TestFormat::Json => cases::json(tested, failures),
        TestFormat::Github => cases::github(tested),
        TestFormat::Junit => cases::junit(tested).map_err(Failure::Message)?,
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    for failure in failures {
        console.error(failure);
    }
    let summary = summary(tested);
    if args.format == TestFormat::Github
        && let Some(path) = &environment.step_summary
    {
        let append = || std::fs::OpenOptions::new().append(true).create(true).open(path);
        let text = format!("### headwater test\n\n{summary}\n");
        if let Err(error) = append().and_then(|mut file| file.write_all(text.as_bytes())) {
            console.warning(&format!("cannot write the job's summary to `{}`: {error}", path.display()));
        }
    }
    console.line(&summary);
    let bad = tested.iter().flat_map(|runbook| &runbook.outcomes).any(cases::Outcome::is_bad);
    Ok(match bad {
        _ if !failures.is_empty() => Outcome::Failed,
        true => Outcome::Findings,
        false => Outcome::Clean,
    })
}

fn summary(tested: &[Tested]) -> String {
    let outcomes = || tested.iter().flat_map(|runbook| &runbook.outcomes);
    let (mut passed, mut failed, mut updated) = (0, 0, 0);
    for outcome in outcomes() {
        match outcome.verdict {
            Verdict::Passed(_) => passed += 1,
            Verdict::Failed(_) | Verdict::Broken(_) => failed += 1,
            Verdict::Updated => updated += 1,
        }
    }
    if passed + failed + updated == 0 {
        return "no runbook here has a test; write one as a fence `headwater-test for=BLOCK input=PATH`".to_owned();
    }
    let mut parts = vec![format!("{passed} passed"), format!("{failed} failed")];
    if updated > 0 {
        parts.push(format!("{updated} written anew; read them before you commit them"));
    }
    parts.join(", ")
}
