//! Starts what is to run, and shows what becomes of it: a live picture on a terminal, else rows.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use runner::RunRequest;
use runner::client::{Client, Events};
use runner::config::Config;
use runner::event::{Event, EventKind};
use tokio_stream::StreamExt;

use super::args::{Format, RunnerArgs, WatchArgs};
use super::console::Console;
use super::rows::{self, RowWriter};
use super::runbook::Subject;
use super::signals::Signals;
use super::{Failure, Outcome, now};
use crate::results::{BlockResult, State, Viewpoint, value};
use crate::screen;

/// How long flows have to send what they held once they were told to end.
const FAREWELL: Duration = Duration::from_secs(3);

pub(super) struct Job<'a> {
    pub(super) subject: &'a Subject,
    pub(super) request: RunRequest,
    /// The blocks' names in the order of the text.
    pub(super) order: &'a [&'a str],
    pub(super) config: &'a Config,
    pub(super) runner: &'a RunnerArgs,
    pub(super) args: &'a WatchArgs,
    pub(super) console: Console,
    /// Rows and messages say which block they are of.
    pub(super) named: bool,
}

pub(super) fn watch(job: Job<'_>) -> Result<Outcome, Failure> {
    super::block_on(async {
        let mut signals = Signals::new()?;
        let mut client = job.runner.connect(job.config).await?;
        let events = client.run(job.request.clone()).await;
        let events = events.map_err(|error| job.subject.refused(error, job.console))?;
        if job.args.format == Format::Auto && job.console.draws {
            let title = if job.named { job.subject.name.clone() } else { job.subject.text.as_str().to_owned() };
            let blocks = screen::Blocks::new(job.order.iter().map(|name| (*name).to_owned()).collect());
            let ended = screen::watch(&title, blocks, client, events, signals.next(), job.console.out_colors).await?;
            return Ok(conclude(&ended, &job));
        }
        let writer = rows::writer(job.args, job.named, job.console)?;
        let rejects = job.args.rejects.as_deref().map(Rejects::new).transpose()?;
        Watch { job, client, results: Vec::new(), started: Instant::now(), rejects }.rows(events, writer, signals).await
    })
}

/// Says what failed, for the exit code; what a picture showed need not be said again.
fn conclude(results: &[BlockResult], job: &Job<'_>) -> Outcome {
    let failed = results.iter().filter(|result| result.state() == State::Failed);
    let mut outcome = Outcome::Clean;
    for result in failed {
        job.console.error(&job.about(result, result.message()));
        // An `assert` that did not hold is an answer; what could not be done weighs more.
        outcome = match outcome {
            Outcome::Failed => Outcome::Failed,
            _ if result.is_violated() => Outcome::Findings,
            _ => Outcome::Failed,
        };
    }
    outcome
}

impl Job<'_> {
    fn about(&self, result: &BlockResult, message: &str) -> String {
        if self.named { format!("{}: {message}", result.block()) } else { message.to_owned() }
    }
}

/// Blocks whose rows are being written.
struct Watch<'a> {
    job: Job<'a>,
    client: Client,
    results: Vec<BlockResult>,
    started: Instant,
    rejects: Option<Rejects>,
}

/// Where raw records go that were dropped, or lost a value.
struct Rejects {
    path: PathBuf,
    out: BufWriter<File>,
    count: u64,
}

impl Rejects {
    fn new(path: &Path) -> Result<Rejects, Failure> {
        let file = File::create(path).map_err(|error| {
            Failure::Message(format!("cannot write rejected records to `{}`: {error}", path.display()))
        })?;
        Ok(Rejects { path: path.to_owned(), out: BufWriter::new(file), count: 0 })
    }

    fn write(&mut self, record: &[u8]) -> Result<(), Failure> {
        self.count += 1;
        let written = self.out.write_all(record).and_then(|()| self.out.write_all(b"\n"));
        written.map_err(|error| Failure::Message(format!("cannot write `{}`: {error}", self.path.display())))
    }
}

impl Watch<'_> {
    async fn rows(
        mut self,
        mut events: Events,
        mut writer: Box<dyn RowWriter>,
        mut signals: Signals,
    ) -> Result<Outcome, Failure> {
        let mut interrupted = false;
        let mut deadline = None;
        loop {
            let overdue = async {
                match deadline {
                    Some(deadline) => tokio::time::sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                event = events.next() => match event {
                    Some(Ok(event)) => self.take(event, writer.as_mut())?,
                    Some(Err(error)) => {
                        writer.finish(&self.results)?;
                        // What it had told until then is all that anyone will know.
                        self.account();
                        return Err(self.job.subject.refused(error, self.job.console));
                    }
                    None => break,
                },
                () = signals.next() => {
                    // The second time somebody does not want to wait.
                    if interrupted {
                        break;
                    }
                    interrupted = true;
                    deadline = Some(tokio::time::Instant::now() + FAREWELL);
                    stop(&self.client, &self.results);
                }
                () = overdue => break,
            }
        }
        for result in self.results.iter_mut().filter(|result| result.is_live()) {
            if interrupted {
                result.stop();
            } else {
                result.fail("the runner has gone before the end");
            }
        }
        writer.finish(&self.results)?;
        self.account();
        let outcome = conclude(&self.results, &self.job);
        Ok(if interrupted { Outcome::Interrupted } else { outcome })
    }

    fn take(&mut self, event: Event, writer: &mut dyn RowWriter) -> Result<(), Failure> {
        let index = match self.results.iter().position(|result| result.flow() == event.flow) {
            Some(index) => index,
            None => {
                self.results.push(BlockResult::new(event.block.clone()));
                self.results.len() - 1
            }
        };
        match &event.kind {
            EventKind::Started(started) => writer.started(&event.block, started)?,
            EventKind::Final(batch) => writer.rows(&event.block, batch, false)?,
            EventKind::Provisional(batch) if self.job.args.provisional => writer.rows(&event.block, batch, true)?,
            EventKind::Rejected(rejected) => {
                if let Some(rejects) = &mut self.rejects {
                    rejects.write(&rejected.record)?;
                }
            }
            EventKind::Missing(missing) => {
                self.job.console.warning(&self.job.about(&self.results[index], &missing.text()));
            }
            EventKind::Notice(notice) if !self.job.args.quiet => {
                let message = self.job.about(&self.results[index], &notice.message);
                match notice.severity {
                    syntax::Severity::Hint => self.job.console.note(&message),
                    _ => self.job.console.warning(&message),
                }
            }
            _ => {}
        }
        if writer.keeps_rows() || !matches!(event.kind, EventKind::Final(_) | EventKind::Provisional(_)) {
            self.results[index].fold(event, now());
        }
        Ok(())
    }

    /// What was read and what became of it, a line a block on stderr.
    fn account(&mut self) {
        if let Some(rejects) = &mut self.rejects {
            match rejects.out.flush() {
                Ok(()) if rejects.count > 0 && !self.job.args.quiet => self.job.console.note(&format!(
                    "{} raw records that were dropped or lost a value are in `{}`",
                    value::count(rejects.count),
                    rejects.path.display()
                )),
                Ok(()) => {}
                Err(error) => {
                    self.job.console.error(&format!("cannot write `{}`: {error}", rejects.path.display()));
                }
            }
        }
        let took = self.started.elapsed().as_secs_f64();
        for result in self.results.iter().filter(|_| !self.job.args.quiet) {
            for dropped in result.dropped() {
                self.job.console.warning(&self.job.about(result, &dropped));
            }
            if let Some(empty) = result.empty() {
                self.job.console.note(&self.job.about(result, &empty));
            }
            let progress = result.progress();
            let mut parts = vec![
                format!("read {}", value::count(progress.received)),
                format!("matched {}", value::count(progress.matched)),
                format!("filtered {}", value::count(progress.filtered)),
                format!("late {}", value::count(progress.late)),
                format!("dropped {}", value::count(progress.dropped_total())),
            ];
            if progress.in_flight > 0 {
                parts.push(format!("in flight {}", value::count(progress.in_flight)));
            }
            let simulated = if result.is_simulated() { ", all of it simulated" } else { "" };
            let summary = format!("{} in {took:.2} s{simulated}", parts.join(" · "));
            self.job.console.faint(&self.job.about(result, &summary));
        }
    }
}

/// Tells the flows to end; they say themselves when they have.
pub(crate) fn stop(client: &Client, results: &[BlockResult]) {
    for result in results.iter().filter(|result| result.is_live() && !result.flow().is_empty()) {
        let (mut client, flow) = (client.clone(), result.flow().to_owned());
        tokio::spawn(async move {
            if let Err(error) = client.stop_flow(&flow).await {
                tracing::debug!(%error, flow, "cannot be stopped");
            }
        });
    }
}

/// Here and now.
pub(crate) fn viewpoint() -> Viewpoint {
    Viewpoint { now: now(), zone: TimeZone::system() }
}
