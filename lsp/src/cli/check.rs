//! `headwater check`: findings of runbooks on stdout, what could not be checked on stderr.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use notify::{RecursiveMode, Watcher};

use runner::config::Config;

use super::args::{CheckArgs, CheckFormat, RunnerArgs};
use super::console::{Console, Tone, paint};
use super::report::Renderer;
use super::{Environment, Failure, Outcome};
use crate::check::{self, Files, Live, Report, Which};

/// Editors write a file in several steps; so long nothing more must happen to it.
const QUIET: Duration = Duration::from_millis(50);

pub(super) fn check(args: &CheckArgs, console: Console, environment: &Environment) -> Result<Outcome, Failure> {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    if args.watch {
        return watch(args, console, environment, &here);
    }
    let mut files = Files::find(&args.paths);
    if let Some(gitref) = &args.since {
        files.keep_changed(&args.paths, gitref, &here).map_err(Failure::Message)?;
    }
    let failures = if args.fix { mend(args, console, &files, &here) } else { Vec::new() };
    let live = match &args.against {
        Some(address) => Some(look(args, address, console)?),
        None => None,
    };
    let mut report = check::check_against(&files, &here, live.as_ref());
    report.failures.extend(failures.into_iter().filter(|failure| !files.failures.contains(failure)));
    report.failures.dedup();
    tell(args, console, environment, &report)
}

/// What comes to a runner, looked at for a while.
fn look(args: &CheckArgs, address: &str, console: Console) -> Result<Live, Failure> {
    let runner = RunnerArgs {
        source: Vec::new(),
        config: None,
        runner: Some(address.to_owned()),
        token_file: args.token_file.clone(),
    };
    super::block_on_value(async {
        let mut client = runner.connect(&Config::default()).await?;
        let listed = client.list_sources(None).await?;
        let looks: Vec<_> = listed
            .iter()
            .map(|source| tokio::spawn(super::sources::look(client.clone(), source.name.clone(), args.time)))
            .collect();
        for look in looks {
            if let Ok(Some(message)) = look.await {
                console.warning(&message);
            }
        }
        let live = Live::new(&client.list_sources(None).await?);
        let silent = live.silent();
        if !silent.is_empty() {
            console.warning(&format!("nothing came from {}, so nothing is said of them", silent.join(", ")));
        }
        Ok(live)
    })
}

fn mend(args: &CheckArgs, console: Console, files: &Files, here: &Path) -> Vec<String> {
    let which = if args.unsafe_fixes { Which::All } else { Which::Safe };
    let (fixed, failures) = check::fix(files, here, which);
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    if fixed.findings > 0 {
        let (findings, files) = (fixed.findings, fixed.files);
        console.line(&format!("mended {findings} finding{} in {files} file{}", plural(findings), plural(files)));
    }
    failures
}

fn tell(args: &CheckArgs, console: Console, environment: &Environment, report: &Report) -> Result<Outcome, Failure> {
    let text = match args.format {
        CheckFormat::Human => check::human(report, &Renderer::new(console.out_colors)),
        CheckFormat::Json => check::json(report),
        CheckFormat::Github => check::github(report),
        CheckFormat::Gitlab => check::gitlab(report),
        CheckFormat::Sarif => check::sarif(report),
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    if args.format == CheckFormat::Github
        && let Some(path) = &environment.step_summary
    {
        let append = || std::fs::OpenOptions::new().append(true).create(true).open(path);
        let written = append().and_then(|mut file| file.write_all(check::step_summary(report).as_bytes()));
        if let Err(error) = written {
            console.warning(&format!("cannot write the job's summary to `{}`: {error}", path.display()));
        }
    }
    for failure in &report.failures {
        console.error(failure);
    }
    if args.format == CheckFormat::Human {
        // Where nothing could be checked, the messages say all there is to say.
        if report.files > 0 || report.failures.is_empty() {
            console.line(&report.summary());
        }
        let mendable = if args.fix { 0 } else { report.mendable() };
        if mendable > 0 {
            console.faint(&format!("{mendable} can be mended by `headwater check --fix`"));
        }
    }
    Ok(match report.is_clean() {
        _ if !report.failures.is_empty() => Outcome::Failed,
        true => Outcome::Clean,
        false => Outcome::Findings,
    })
}

/// Until Ctrl-C, which ends a watch as it should.
fn watch(args: &CheckArgs, console: Console, environment: &Environment, here: &Path) -> Result<Outcome, Failure> {
    let (changed, changes) = sync_channel(1);
    let cannot = |error: notify::Error| Failure::Message(format!("cannot watch for changes: {error}"));
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let matters = |path: &PathBuf| check::is_looked_at(path);
        if event.is_ok_and(|event| !event.kind.is_access() && event.paths.iter().any(matters)) {
            // One that waits already is enough.
            let _ = changed.try_send(());
        }
    })
    .map_err(cannot)?;
    for path in &args.paths {
        // Of a file its folder: editors put another file in its place.
        let folder = if path.is_dir() { path.as_path() } else { super::connect::folder_of(path) };
        let mode = if path.is_dir() { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        watcher.watch(folder, mode).map_err(cannot)?;
    }
    interrupted()?;
    loop {
        if console.draws {
            io::stdout().write_all(b"\x1b[2J\x1b[3J\x1b[H")?;
        }
        tell(args, console, environment, &check::check(&Files::find(&args.paths), here))?;
        let time = jiff::Zoned::now().strftime("%H:%M:%S").to_string();
        console.line(&paint(
            &format!("checked at {time}; waiting for a change, Ctrl-C ends"),
            Tone::Faint,
            console.err_colors,
        ));
        if !settled(&changes) {
            return Ok(Outcome::Clean);
        }
    }
}

/// Waits for a change and for what follows it at once; false when none can come.
fn settled(changes: &Receiver<()>) -> bool {
    if changes.recv().is_err() {
        return false;
    }
    loop {
        match changes.recv_timeout(QUIET) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
}

/// A thread of its own ends the process: between two checks there is nothing to lose.
fn interrupted() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = runtime.block_on(async { super::signals::Signals::new() })?;
    std::thread::spawn(move || {
        runtime.block_on(signals.next());
        std::process::exit(0);
    });
    Ok(())
}
