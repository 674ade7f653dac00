//! The command line: what can be said, and which file does it. One file a command.
//!
//! Rows go to stdout, messages to stderr. Whoever stops reading our output ends us quietly.

mod args;
mod check;
mod completions;
mod config;
mod connect;
mod console;
mod csv;
mod diff;
mod different;
mod explain;
mod flows;
mod fmt;
mod language;
mod ndjson;
mod place;
mod query;
mod record;
mod redact;
mod render;
mod report;
mod rows;
mod run;
mod runbook;
mod serve;
mod signals;
mod sources;
mod table;
mod test;
mod view;
mod watch;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use console::Console;

pub(crate) use console::{Tone, paint};
pub(crate) use report::Renderer;
pub(crate) use table::heading;
pub(crate) use watch::{stop, viewpoint};

/// Everything the commands know of their process; the binary reads it.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub no_color: bool,
    pub dumb_terminal: bool,
    /// Where a token is kept between runs.
    pub state_home: Option<PathBuf>,
    /// Where sockets live.
    pub runtime_dir: Option<PathBuf>,
    /// Where GitHub reads a job's summary.
    pub step_summary: Option<PathBuf>,
    /// What is logged to stderr, e.g. `runner=debug`.
    pub log: Option<String>,
}

/// What was found by a command that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Clean,
    /// Findings, or an `assert` that did not hold.
    Findings,
    /// Could not do all of it; said already.
    Failed,
    Interrupted,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Whoever read our output has gone. That is no fault.
    #[error("nobody reads the output")]
    Closed,
    #[error("{0}")]
    Message(String),
    /// Told on stderr already.
    #[error("")]
    Told,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::Message(error.to_string()),
        }
    }
}

impl From<runner::Error> for Failure {
    fn from(error: runner::Error) -> Failure {
        Failure::Message(error.to_string())
    }
}

/// Runs the command that the arguments name.
pub fn main(arguments: impl IntoIterator<Item = OsString>, environment: Environment) -> ExitCode {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => {
            // Help that nobody reads is no fault either.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let console = Console::new(args.color, &environment);
    // Who runs a server wants to know what it does; of a command its result is enough.
    let serves = matches!(&args.command, Command::Serve(args) if !args.private);
    if let Some(filter) = environment.log.as_deref().or(serves.then_some("warn,runner=info")) {
        let filter = tracing_subscriber::EnvFilter::new(filter);
        let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false);
        // Where nobody reads stderr any more, saying so there would panic.
        let logs = logs.log_internal_errors(false);
        // Only a second call of this function could find one set.
        drop(logs.try_init());
    }
    let result = match args.command {
        Command::Run(args) => run::run(&args, console),
        Command::Query(args) => query::query(&args, console),
        Command::Check(args) => check::check(&args, console, &environment),
        Command::Test(args) => test::test(&args, console, &environment),
        Command::Record(args) => record::record(&args, console),
        Command::Render(args) => render::render(&args, console),
        Command::Diff(args) => diff::diff(&args, console),
        Command::Fmt(args) => fmt::fmt(&args, console),
        Command::Explain(args) => explain::explain(&args, console),
        Command::View(args) => view::view(&args, console),
        Command::Serve(args) => serve::serve(&args, console, &environment),
        Command::Sources(args) => sources::sources(&args, console),
        Command::Flows(args) => flows::flows(&args, console),
        Command::Lsp => language_server(),
        Command::HelpConfig(args) => config::help(&args),
        Command::Different(args) => different::different(&args, console),
        Command::ExplainCode(args) => language::code(&args),
        Command::HelpLanguage(args) => language::help(&args),
        Command::Completions(args) => completions::completions(&args),
    };
    match result {
        Ok(Outcome::Clean) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::Failed) | Err(Failure::Told) => ExitCode::from(2),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(Failure::Message(message)) => {
            console.error(&message);
            ExitCode::from(2)
        }
    }
}

fn language_server() -> Result<Outcome, Failure> {
    crate::memory::give_back();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).max_blocking_threads(crate::server::THREADS).enable_all().build()?;
    let result = runtime.block_on(crate::server::run_stdio());
    runtime.shutdown_background();
    result?;
    Ok(Outcome::Clean)
}

/// Only for the commands that wait for something: `check` and `fmt` start faster without.
fn block_on(command: impl Future<Output = Result<Outcome, Failure>>) -> Result<Outcome, Failure> {
    block_on_value(command)
}

fn block_on_value<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = runtime.block_on(command);
    // A thread that waits for standard input would hold up the end.
    runtime.shutdown_background();
    result
}

/// Nanoseconds since 1970-01-01T00:00:00Z.
pub(crate) fn now() -> i64 {
    i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}
