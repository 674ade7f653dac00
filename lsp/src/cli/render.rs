//! `headwater render`: a runbook with what its blocks give, as a file that stays.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use runner::{RunRequest, Text};
use syntax::analysis::Context;
use syntax::source::{SourceDecl, SourceName, SourceUri};
use tokio_stream::StreamExt;

use super::args::{self, RenderArgs};
use super::connect::folder_of;
use super::console::Console;
use super::runbook::{Subject, expect_known};
use super::signals::Signals;
use super::{Failure, Outcome, now};
use crate::document::Document;
use crate::render::{self, Rendered};
use crate::results::{BlockResult, State, Viewpoint, value};
use crate::whole;

/// How long flows have to say what they held once they were told to end.
const FAREWELL: Duration = Duration::from_secs(3);

pub(super) fn render(args: &RenderArgs, console: Console) -> Result<Outcome, Failure> {
    let subject = Subject::runbook(&args.runbook)?;
    let mut config = args.runner.config(folder_of(&args.runbook))?;
    for input in &args.input {
        replace(&mut config, input)?;
    }
    let settings = args::settings(&args.settings);
    let analysis = subject.analyze(&config, &settings);
    let params: Vec<&str> = analysis.params.iter().map(|param| &*param.name).collect();
    expect_known("parameter", args.settings.iter().map(|(name, _)| name), &params)?;
    let read: BTreeSet<_> =
        analysis.blocks.iter().filter_map(|block| block.pipeline.as_ref()).flat_map(|of| of.sources()).collect();
    for input in &args.input {
        expect_read(input, &read)?;
    }
    let live = read.iter().any(|source| config.sources.get(source).is_none_or(|known| !known.uri.bounded()));
    let runnable = analysis.blocks.iter().filter(|block| block.pipeline.is_some());
    let blocks: Vec<String> = runnable.map(|block| block.name.clone()).collect();
    let format = format(args)?;
    let context =
        Arc::new(Context { sources: config.sources.clone(), settings: settings.clone(), ..Context::default() });
    let document = Document::new(subject.text.as_str().to_owned(), 0, move || context.clone());
    let results = if blocks.is_empty() {
        Vec::new()
    } else {
        let request = RunRequest {
            text: Text::Runbook(document.text().to_owned()),
            blocks,
            settings,
            // What ends is read to its end, however slow the machine is.
            time: live.then_some(args.time),
            ..RunRequest::default()
        };
        super::block_on_value(run(args, request, &config, &subject, console))?
    };
    // What ends says the same each time, so what is written of it does too.
    let at = if live { Some(now()) } else { end_of(&results) };
    let written = |at: i64| jiff::Timestamp::from_nanosecond(i128::from(at)).unwrap_or_default();
    let made = match at {
        Some(at) if live => format!("made by headwater at {}", written(at).strftime("%Y-%m-%d %H:%M UTC")),
        Some(at) => format!("until {}, made by headwater", written(at).strftime("%Y-%m-%d %H:%M:%S UTC")),
        None => "made by headwater".to_owned(),
    };
    let of = if !args.input.is_empty() {
        format!(", over {}", args.input.join(", "))
    } else if live {
        format!(", over {}", value::timespan(i64::try_from(args.time.as_nanos()).unwrap_or(i64::MAX)))
    } else {
        String::new()
    };
    let rendered = Rendered {
        document: &document,
        results: &results,
        live,
        made: format!("{}{of}, {made}", args.runbook.display()),
        viewpoint: Viewpoint { now: at.unwrap_or_else(now), zone: TimeZone::UTC },
    };
    let text = if format == Format::Html { render::page(&rendered) } else { render::markdown(&rendered) };
    match &args.output {
        None => io::stdout().lock().write_all(text.as_bytes())?,
        Some(path) => {
            let written = whole::write(path, &text);
            written.map_err(|error| Failure::Message(format!("cannot write `{}`: {error}", path.display())))?;
        }
    }
    for result in results.iter().filter(|result| result.state() == State::Failed) {
        console.error(&format!("{}: {}", result.block(), result.message()));
    }
    let blocks = analysis.blocks.iter().filter(|block| block.pipeline.is_none());
    let not_run: Vec<&str> =
        blocks.map(|block| block.name.as_str()).filter(|name| rendered.why_not(name).is_some()).collect();
    if !not_run.is_empty() {
        console.warning(&format!("these blocks do not run: {}; `headwater check` says why", not_run.join(", ")));
    }
    let failed = results.iter().any(|result| result.state() == State::Failed && !result.is_violated());
    let violated = results.iter().any(BlockResult::is_violated);
    Ok(if failed || !not_run.is_empty() {
        Outcome::Failed
    } else if violated {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Html,
    Markdown,
}

/// By the ending of the output.
fn format(args: &RenderArgs) -> Result<Format, Failure> {
    let Some(path) = &args.output else { return Ok(Format::Html) };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html" | "htm") => Ok(Format::Html),
        Some("md" | "markdown") if same(path, &args.runbook) => {
            Err(Failure::Message("the output is the runbook itself; name another file".to_owned()))
        }
        Some("md" | "markdown") => Ok(Format::Markdown),
        _ => Err(Failure::Message(format!("`{}` does not say what it is; expected .html or .md", path.display()))),
    }
}

fn same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// The newest time that the events of what ended had.
fn end_of(results: &[BlockResult]) -> Option<i64> {
    let watermarks = results.iter().filter_map(|result| result.progress().watermark);
    watermarks.filter(|at| (0..i64::MAX / 2).contains(at)).max()
}

/// `spans=PATH`, or the path alone.
fn parts(input: &str) -> (Option<&str>, &str) {
    match input.split_once('=') {
        Some((name, path)) if !name.contains(['/', '.']) => (Some(name), path),
        _ => (None, input),
    }
}

/// A recording that no block reads was given for nothing, and something else is read in its place.
fn expect_read(input: &str, read: &BTreeSet<SourceName>) -> Result<(), Failure> {
    let (Some(name), _) = parts(input) else { return Ok(()) };
    if read.contains(name) {
        return Ok(());
    }
    let read = read.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Err(Failure::Message(format!("no block reads `{name}`; they read {read} (found `--input {input}`)")))
}

/// A recording in the place of a source; what is declared of its fields holds.
fn replace(config: &mut runner::config::Config, input: &str) -> Result<(), Failure> {
    let (name, path) = parts(input);
    if !Path::new(path.split('?').next().unwrap_or(path)).is_file() {
        return Err(Failure::Message(format!("there is no recording `{path}`")));
    }
    let live: Vec<SourceDecl> = config
        .sources
        .sources
        .iter()
        .filter(|known| name.map_or(!known.uri.bounded(), |name| *known.name == *name))
        .cloned()
        .collect();
    if name.is_none() && live.is_empty() {
        let help = "name one that it stands for, as SOURCE=PATH";
        return Err(Failure::Message(format!("no source is live, so `{path}` stands for none; {help}")));
    }
    let uri = SourceUri::parse(&format!("replay:{path}")).map_err(Failure::Message)?;
    if let (Some(name), true) = (name, live.is_empty()) {
        config.sources.sources.push(SourceDecl::for_uri(name, uri.clone()).map_err(Failure::Message)?);
    }
    for known in live {
        config.sources.sources.retain(|source| source.name != known.name);
        config.sources.sources.push(SourceDecl { uri: uri.clone(), ..known });
    }
    Ok(())
}

/// All blocks at once, until they end or the time is over.
async fn run(
    args: &RenderArgs,
    request: RunRequest,
    config: &runner::config::Config,
    subject: &Subject,
    console: Console,
) -> Result<Vec<BlockResult>, Failure> {
    let mut signals = Signals::new()?;
    let mut client = args.runner.connect(config).await?;
    let mut events = client.run(request).await.map_err(|error| subject.refused(error, console))?;
    let mut results: Vec<BlockResult> = Vec::new();
    let mut ending: Option<tokio::time::Instant> = None;
    loop {
        let overdue = async {
            match ending {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            event = events.next() => match event {
                Some(Ok(event)) => {
                    let index = results.iter().position(|result| result.flow() == event.flow).unwrap_or_else(|| {
                        results.push(BlockResult::new(event.block.clone()));
                        results.len() - 1
                    });
                    results[index].fold(event, now());
                }
                Some(Err(error)) => return Err(subject.refused(error, console)),
                None => break,
            },
            // What there is until then is rendered.
            () = signals.next() => {
                if ending.is_some() {
                    break;
                }
                ending = Some(tokio::time::Instant::now() + FAREWELL);
                super::stop(&client, &results);
            }
            () = overdue => break,
        }
    }
    Ok(results)
}
