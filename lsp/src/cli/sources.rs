//! `headwater sources`: what is there, and what it looks like right now.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use runner::client::Client;
use runner::proto::{FieldProfile, Source};
use runner::snapshot;
use runner::{RunRequest, Text};
use syntax::source::{Scheme, SourceUri};
use tokio_stream::StreamExt;

use super::args::SourcesArgs;
use super::console::{Console, Tone, paint};
use super::table::width;
use super::{Failure, Outcome};
use syntax::literal::timespan_text;

use crate::results::{Grid, Room, value};

/// Columns of a field's most frequent values.
const VALUES: usize = 60;

pub(super) fn sources(args: &SourcesArgs, console: Console) -> Result<Outcome, Failure> {
    let config = args.runner.config(Path::new("."))?;
    super::block_on(async {
        let mut client = args.runner.connect(&config).await?;
        let declared = client.list_sources(None).await?;
        if let Some(name) = &args.name {
            let known: Vec<&str> = declared.iter().map(|source| source.name.as_str()).collect();
            super::runbook::expect_known("source", [name], &known)?;
        }
        let looked_at = declared.iter().filter(|source| match &args.name {
            Some(name) => source.name == *name,
            // What is piped in is read once; it is not ours to use up.
            None => scheme(source) != Some(Scheme::Stdin),
        });
        let looks: Vec<_> = looked_at
            .filter(|_| !args.time.is_zero())
            .map(|source| tokio::spawn(look(client.clone(), source.name.clone(), args.time)))
            .collect();
        let mut failed = false;
        for look in looks {
            if let Ok(Some(message)) = look.await {
                failed = true;
                console.error(&message);
            }
        }
        let found = client.list_sources(args.name.as_deref()).await?;
        if args.save {
            save(&found, config.path.as_deref(), console)?;
        }
        let mut out = io::stdout().lock();
        match &args.name {
            Some(_) => found.iter().try_for_each(|source| one(&mut out, source, console))?,
            None => all(&mut out, &found, console)?,
        }
        out.flush()?;
        Ok(if failed { Outcome::Failed } else { Outcome::Clean })
    })
}

/// Writes the snapshot beside the configuration, or here where there is none.
fn save(found: &[Source], config: Option<&Path>, console: Console) -> Result<(), Failure> {
    let path = config.unwrap_or(Path::new(runner::config::FILE_NAME)).with_file_name(snapshot::FILE_NAME);
    let before = snapshot::beside(&path).unwrap_or_else(|error| {
        console.warning(&format!("{error}; it is written anew now"));
        None
    });
    let now = runner::observed::live(found);
    let seen = now.sources.len();
    let text = snapshot::written(&now, before.as_ref());
    if runner::files::text(&path, None, 64 << 20).is_ok_and(|old| old == text) {
        console.note(&format!("{} is still right", path.display()));
        return Ok(());
    }
    // Beside it first, so that a full disk leaves the old one.
    let beside = path.with_extension("toml.new");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, &path)?;
    console.note(&format!("wrote what was seen of {seen} sources into {}", path.display()));
    Ok(())
}

/// Reads the source for a while, so that the runner has a profile of it. The message is why it cannot.
pub(super) async fn look(mut client: Client, name: String, time: Duration) -> Option<String> {
    let quoted = if name.chars().all(|c| c.is_alphanumeric() || c == '_') { name.clone() } else { format!("`{name}`") };
    let request = RunRequest {
        text: Text::Query(format!("{quoted} | where false")),
        time: Some(time),
        since: Some(Duration::ZERO),
        profile_all: true,
        ..RunRequest::default()
    };
    let mut events = match client.run(request).await {
        Ok(events) => events,
        Err(error) => return Some(format!("{name}: {error}")),
    };
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                if let runner::event::EventKind::Finished(finished) = event.kind
                    && finished.outcome == runner::event::Outcome::Failed
                {
                    return Some(format!("{name}: {}", finished.message));
                }
            }
            Err(error) => return Some(format!("{name}: {error}")),
        }
    }
    None
}

fn scheme(source: &Source) -> Option<Scheme> {
    SourceUri::parse(&source.uri).ok().map(|uri| uri.scheme)
}

fn all(out: &mut impl Write, sources: &[Source], console: Console) -> Result<(), Failure> {
    let rows = sources.iter().map(|source| {
        let message = if source.message.is_empty() { &source.doc } else { &source.message };
        vec![
            value::text(&source.name),
            value::text(&source.uri),
            source.fields.len().to_string(),
            value::count(source.received),
            format!("{}/s", value::rough(source.rate)),
            value::text(message),
        ]
    });
    let grid = Grid::of_texts(&["source", "address", "fields", "read", "rate", ""], &[2, 3, 4], rows.collect());
    table(out, &grid, console)
}

fn one(out: &mut impl Write, source: &Source, console: Console) -> Result<(), Failure> {
    let strong = |text: &str| paint(text, Tone::Strong, console.out_colors);
    writeln!(out, "{}  {}", strong(&value::text(&source.name)), value::text(&source.uri))?;
    for text in [&source.doc, &source.message].into_iter().filter(|text| !text.is_empty()) {
        writeln!(out, "{}", value::text(text))?;
    }
    let time = if source.time.is_empty() { "none".to_owned() } else { value::text(&source.time) };
    let lateness = value::timespan(source.lateness_nanos);
    let rate = value::rough(source.rate);
    writeln!(out, "event time {time}, late by {lateness} at most · {} read · {rate}/s", value::count(source.received))?;
    if source.kept_events > 0 {
        let (kept, age) =
            (value::count(source.kept_events), timespan_text(source.kept_nanos / 1_000_000_000 * 1_000_000_000));
        let size = source.kept_bytes as f64 / f64::from(1 << 20);
        writeln!(out, "keeps {kept} events of the last {age} ({size:.1} MiB): a new flow begins with them")?;
    }
    if let Some(looked_at) = source.fields.iter().map(|field| field.looked_at).max().filter(|count| *count > 0) {
        writeln!(out, "what the fields hold is of {} events", value::count(looked_at))?;
    }
    writeln!(out)?;
    let rows = source.fields.iter().map(|field| {
        vec![
            value::text(&field.name),
            value::text(&field.r#type),
            share(field),
            if field.seen > 0 { value::count(field.distinct) } else { String::new() },
            values(field),
            value::text(&field.doc),
        ]
    });
    let grid = Grid::of_texts(&["field", "type", "has it", "distinct", "values", ""], &[2, 3], rows.collect());
    table(out, &grid, console)?;
    if source.open {
        writeln!(out, "\nmore fields may come")?;
    }
    Ok(())
}

pub(super) fn table(out: &mut impl Write, grid: &Grid, console: Console) -> Result<(), Failure> {
    for (index, line) in grid.lines(Room { width: width(), height: usize::MAX }).iter().enumerate() {
        let line = if index == 0 { paint(line, Tone::Strong, console.out_colors) } else { line.clone() };
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn share(field: &FieldProfile) -> String {
    if field.looked_at == 0 {
        return String::new();
    }
    let percent = field.seen as f64 * 100.0 / field.looked_at as f64;
    if field.seen > 0 && percent < 1.0 { "<1 %".to_owned() } else { format!("{} %", percent.floor()) }
}

/// The range of what can be ordered, else the most frequent values.
fn values(field: &FieldProfile) -> String {
    let ordered = matches!(field.r#type.as_str(), "long" | "real" | "timespan" | "datetime");
    if ordered && !field.min.is_empty() && field.distinct > 12 {
        let mut text = format!("{} … {}", value::text(&field.min), value::text(&field.max));
        if !field.p50.is_empty() && field.r#type != "datetime" {
            text.push_str(&format!(", p50 {}, p99 {}", value::text(&field.p50), value::text(&field.p99)));
        }
        return text;
    }
    let total = field.seen.max(1) as f64;
    let mut text = String::new();
    for top in &field.top {
        let share = top.count as f64 * 100.0 / total;
        let value = format!("{} {share:.0} %", value::text(&top.value));
        if !text.is_empty() && text.chars().count() + value.chars().count() > VALUES {
            break;
        }
        let separator = if text.is_empty() { "" } else { " · " };
        text.push_str(&format!("{separator}{value}"));
    }
    text
}
