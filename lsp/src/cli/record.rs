//! `headwater record`: a source's events, kept in a file to be replayed.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use runner::client::{Client, Events};
use runner::event::{Dropped, Event, EventKind, TOO_SLOW};
use runner::source::recording::{Compression, Header, Typed, VERSION, compression};
use runner::{RunRequest, Text};
use tempfile::NamedTempFile;
use tokio_stream::StreamExt;

use super::args::RecordArgs;
use super::console::Console;
use super::ndjson;
use super::redact::Redaction;
use super::runbook::Subject;
use super::signals::Signals;
use super::{Failure, Outcome, now};
use crate::results::{BlockResult, State, fields_of, value};

/// Between two lines of progress.
const TELL: Duration = Duration::from_millis(500);

/// How long flows have to send what they held once they were told to end.
const FAREWELL: Duration = Duration::from_secs(3);

/// Bytes of a key at most; more is no key.
const KEY_BYTES: u64 = 4096;

pub(super) fn record(args: &RecordArgs, console: Console) -> Result<Outcome, Failure> {
    let config = args.runner.config(Path::new("."))?;
    expect_writable(&args.output, args.force)?;
    let key = key(args.redact_key_file.as_deref())?;
    let mut pipeline = args.name.clone();
    for (word, part) in [("where", &args.r#where), ("sample", &args.sample)] {
        if let Some(part) = part {
            pipeline.push_str(&format!("\n| {word} {part}"));
        }
    }
    let subject = Subject { name: "record".to_owned(), text: Text::Query(pipeline) };
    super::block_on(async {
        let mut signals = Signals::new()?;
        let mut client = args.runner.connect(&config).await?;
        let sources = client.list_sources(None).await?;
        let open = sources.iter().any(|source| source.name == args.name && source.open);
        let known: Vec<String> = sources.into_iter().map(|source| source.name).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        super::runbook::expect_known("source", [&args.name], &known)?;
        let request = RunRequest {
            text: subject.text.clone(),
            time: args.time,
            events: args.events,
            since: Some(args.since),
            final_only: true,
            every_row: true,
            ..RunRequest::default()
        };
        let events = client.run(request).await.map_err(|error| subject.refused(error, console))?;
        let folder = super::connect::folder_of(&args.output);
        let body = NamedTempFile::new_in(folder)
            .map_err(|error| Failure::Message(format!("cannot write into `{}`: {error}", folder.display())))?;
        let out = Packed::new(compression(&args.output), body.reopen()?)?;
        let recording = Recording {
            args,
            console,
            key,
            out,
            open,
            redaction: None,
            header: Header { version: VERSION, source: args.name.clone(), ..Header::default() },
            span: None,
            line: String::new(),
            started: Instant::now(),
            told: None,
        };
        recording.run(client, events, &mut signals, body).await
    })
}

/// Said before anything is recorded, not after.
fn expect_writable(output: &Path, force: bool) -> Result<(), Failure> {
    let path = output.display();
    let refused = |why: &str| Err(Failure::Message(format!("cannot record into `{path}`: {why}")));
    if output == Path::new("-") {
        return refused("a recording is a file; `headwater query` writes events to the output");
    }
    if let Some(ending @ ("bz2" | "xz" | "lz4" | "br" | "zip" | "7z")) = output.extension().and_then(|it| it.to_str()) {
        return refused(&format!("no `.{ending}` is written; `.zst` and `.gz` are"));
    }
    let folder = output.as_os_str().to_string_lossy().ends_with(std::path::MAIN_SEPARATOR);
    match output.symlink_metadata() {
        Ok(found) if found.is_dir() => refused("it is a folder; name a file in it"),
        // A device or a pipe would be replaced by the file.
        Ok(_) if !output.is_file() => refused("it is no file; name another"),
        Ok(_) if !force => {
            Err(Failure::Message(format!("`{path}` is there already; name another file, or add --force")))
        }
        Ok(_) => Ok(()),
        Err(_) if folder => refused("it names a folder; name a file in it"),
        Err(_) => Ok(()),
    }
}

fn key(file: Option<&Path>) -> Result<Vec<u8>, Failure> {
    let Some(path) = file else {
        let mut key = vec![0; 32];
        getrandom::fill(&mut key).map_err(|error| Failure::Message(format!("cannot make a key: {error}")))?;
        return Ok(key);
    };
    let failed = |why: String| Failure::Message(format!("cannot read the key in `{}`: {why}", path.display()));
    let mut key = Vec::new();
    let read = runner::files::open(path).and_then(|file| file.take(KEY_BYTES + 1).read_to_end(&mut key));
    read.map_err(|error| failed(error.to_string()))?;
    while key.last().is_some_and(u8::is_ascii_whitespace) {
        key.pop();
    }
    match key.len() as u64 {
        0..16 => Err(failed("a key has 16 bytes at least; e.g. `openssl rand -hex 32`".to_owned())),
        16..=KEY_BYTES => Ok(key),
        _ => Err(failed(format!("a key has {KEY_BYTES} bytes at most"))),
    }
}

struct Recording<'a> {
    args: &'a RecordArgs,
    console: Console,
    key: Vec<u8>,
    out: Packed,
    /// More fields may come than are known.
    open: bool,
    /// None until the fields are known: nothing is written before.
    redaction: Option<Redaction>,
    header: Header,
    /// The least and the greatest time.
    span: Option<(i64, i64)>,
    line: String,
    started: Instant,
    told: Option<Instant>,
}

impl Recording<'_> {
    async fn run(
        mut self,
        client: Client,
        mut events: Events,
        signals: &mut Signals,
        body: NamedTempFile,
    ) -> Result<Outcome, Failure> {
        let mut result = BlockResult::new("record");
        let mut ending: Option<tokio::time::Instant> = None;
        loop {
            let overdue = async {
                match ending {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let stop = tokio::select! {
                event = events.next() => match event {
                    Some(Ok(event)) => {
                        if let Err(failure) = self.take(&event) {
                            return Err(self.keep_part(failure, body));
                        }
                        result.fold(event, now());
                        self.is_full()
                    }
                    Some(Err(error)) => {
                        result.fail(error.to_string());
                        break;
                    }
                    None => break,
                },
                () = signals.next() => true,
                () = overdue => break,
            };
            self.tell(false);
            if stop && ending.is_none() {
                ending = Some(tokio::time::Instant::now() + FAREWELL);
                super::stop(&client, std::slice::from_ref(&result));
            }
        }
        let progress = result.progress();
        let lost = |dropped: &&Dropped| dropped.reason == TOO_SLOW;
        self.header.lost = progress.dropped.iter().filter(lost).map(|dropped| dropped.count).sum();
        for dropped in result.dropped() {
            self.console.warning(&format!("not recorded: {dropped}"));
        }
        // What was recorded until then is kept whatever ended it.
        let failed = result.state() == State::Failed;
        let (console, lost) = (self.console, self.header.lost);
        self.finish(body)?;
        if lost > 0 {
            let lost = value::count(lost);
            console.error(&format!(
                "{lost} events came faster than they could be written, and are not in it; \
                 record fewer of them with --where or --sample, or a shorter time"
            ));
            return Ok(Outcome::Failed);
        }
        if failed {
            console.error(result.message());
            return Ok(Outcome::Failed);
        }
        Ok(Outcome::Clean)
    }

    fn take(&mut self, event: &Event) -> Result<(), Failure> {
        match &event.kind {
            EventKind::Started(started) => {
                let key = std::mem::take(&mut self.key);
                let redaction =
                    Redaction::new(key, &self.args.redact, &started.fields, self.open).map_err(Failure::Message)?;
                if !self.args.quiet {
                    redaction.unseen().for_each(|name| {
                        self.console.note(&format!("no event has had `{name}` yet; it is redacted when one does"));
                    });
                }
                self.redaction = Some(redaction);
            }
            EventKind::Final(batch) => self.rows(batch)?,
            EventKind::Missing(missing) => self.console.note(&missing.text()),
            EventKind::Notice(notice) if !self.args.quiet => self.console.note(&notice.message),
            _ => {}
        }
        Ok(())
    }

    fn rows(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        let redaction = self
            .redaction
            .as_mut()
            .ok_or_else(|| Failure::Message("the runner sent rows before their fields".to_owned()))?;
        let fields = fields_of(batch);
        redaction.see(&fields);
        for field in &fields {
            let ty = if redaction.replaces(&field.name) { syntax::Type::String } else { field.ty };
            match self.header.fields.iter_mut().find(|known| known.name == *field.name) {
                // As wide as it has become by now.
                Some(known) => ty.word().clone_into(&mut known.r#type),
                None => self.header.fields.push(Typed { name: field.name.to_string(), r#type: ty.word().to_owned() }),
            }
        }
        let columns: Vec<ndjson::Column<'_>> = fields.iter().zip(batch.columns()).map(ndjson::Column::new).collect();
        let times = batch.column_by_name("timestamp");
        for row in 0..batch.num_rows() {
            // What still comes after the end is not wanted.
            if self.args.max_bytes.is_some_and(|most| self.out.written() >= most) {
                break;
            }
            self.line.clear();
            self.line.push('{');
            for column in columns.iter().filter(|column| !column.is_null(row)) {
                let replaced = if redaction.replaces(&column.name) {
                    Some(format!("\"{}\"", redaction.hash(&column.text(row))))
                } else if column.ty == syntax::Type::Dynamic {
                    redaction.within(&column.name, &column.text(row))
                } else {
                    column.beyond_json(row).map(str::to_owned)
                };
                column.push(row, replaced.as_deref(), &mut self.line);
            }
            self.line.push_str("}\n");
            self.out.write_all(self.line.as_bytes()).map_err(|error| cannot_write(self.args, &error))?;
            self.header.events += 1;
            if let Some(time) = times.and_then(|times| value::time(times, row)) {
                let (least, greatest) = self.span.unwrap_or((time, time));
                self.span = Some((least.min(time), greatest.max(time)));
            }
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.args.max_bytes.is_some_and(|most| self.out.written() >= most)
    }

    /// The first line says what all of it holds, so it is written last and put before the rest.
    fn finish(mut self, mut body: NamedTempFile) -> Result<(), Failure> {
        let written = |nanos: i64| jiff::Timestamp::from_nanosecond(i128::from(nanos)).map(|at| at.to_string()).ok();
        self.header.recorded = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        self.header.first = self.span.and_then(|(first, _)| written(first));
        self.header.last = self.span.and_then(|(_, last)| written(last));
        let names_redacted = |text: &&String| self.args.redact.iter().any(|name| text.contains(name.as_str()));
        self.header.r#where = self.args.r#where.as_ref().map(|text| match names_redacted(&text) {
            true => "left out here: it names a field that is redacted".to_owned(),
            false => text.clone(),
        });
        self.header.sample = self.args.sample.clone();
        self.header.redacted = self.args.redact.clone();
        self.tell(true);
        for name in self.redaction.iter().flat_map(Redaction::unseen) {
            self.console.warning(&format!("no event had `{name}`, so nothing was redacted under that name"));
        }
        let written = self.out.end().and_then(|()| whole(self.args, &self.header, &mut body));
        if let Err(error) = written {
            let failure = cannot_write(self.args, &error);
            return Err(self.keep_part(failure, body));
        }
        let Recording { args, console, header, .. } = self;
        let size = args.output.metadata().map(|metadata| metadata.len()).unwrap_or_default();
        let (events, path) = (value::count(header.events), args.output.display());
        console.line(&format!("{events} events in `{path}` ({})", bytes(size)));
        if header.events == 0 {
            console.warning("nothing came: is the source silent, or does the filter let nothing through?");
        } else if !args.quiet {
            console.faint(&format!(
                "replay it: headwater query '{} | tail 10' --source {}=replay:{path}",
                header.source, header.source
            ));
        }
        Ok(())
    }

    /// What was written before that failed is kept under another name: most of it can still be read.
    fn keep_part(mut self, failure: Failure, body: NamedTempFile) -> Failure {
        // Where the disk is full there may be room for the end of a compressed file, or not.
        let _ = self.out.end();
        let name = self.args.output.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let part = self.args.output.with_file_name(format!("partial-{name}"));
        if self.header.events == 0 || matches!(failure, Failure::Closed) {
            return failure;
        }
        match body.persist_noclobber(&part) {
            Ok(_) => Failure::Message(format!(
                "{failure}; what was recorded until then is in `{}`, without its first line, and its end may be cut",
                part.display()
            )),
            Err(_) => failure,
        }
    }

    /// One line that is written over, where somebody looks on.
    fn tell(&mut self, last: bool) {
        if self.args.quiet
            || !io::stderr().is_terminal()
            || (!last && self.told.is_some_and(|told| told.elapsed() < TELL))
        {
            return;
        }
        self.told = Some(Instant::now());
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = value::rough(self.header.events as f64 / seconds.max(0.1));
        let line = format!(
            "{} events · {} · {rate}/s · {seconds:.0} s",
            value::count(self.header.events),
            bytes(self.out.written())
        );
        let text = if last { "\r\x1b[K".to_owned() } else { format!("\r\x1b[K{line}") };
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

fn cannot_write(args: &RecordArgs, error: &io::Error) -> Failure {
    Failure::Message(format!("cannot write `{}`: {error}", args.output.display()))
}

/// Puts the first line before the rest, in a file of its own that then takes its place.
fn whole(args: &RecordArgs, header: &Header, body: &mut NamedTempFile) -> io::Result<()> {
    let whole = NamedTempFile::new_in(super::connect::folder_of(&args.output))?;
    let mut first = Packed::new(compression(&args.output), whole.reopen()?)?;
    first.write_all(header.line().as_bytes())?;
    first.end()?;
    // Members of a compressed file stand one behind the other.
    let mut file = OpenOptions::new().append(true).open(whole.path())?;
    io::copy(body.as_file_mut(), &mut file)?;
    file.sync_all()?;
    keep_private(&whole)?;
    // Another may have been made meanwhile.
    let kept = if args.force { whole.persist(&args.output) } else { whole.persist_noclobber(&args.output) };
    kept.map(drop).map_err(|error| error.error)
}

/// Events may hold what concerns persons: its owner alone reads it, until that is changed by hand.
#[cfg(unix)]
fn keep_private(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn keep_private(_file: &NamedTempFile) -> io::Result<()> {
    Ok(())
}

fn bytes(count: u64) -> String {
    match count {
        0..1024 => format!("{count} B"),
        1024..1_048_576 => format!("{:.1} KiB", count as f64 / 1024.0),
        _ => format!("{:.1} MiB", count as f64 / 1_048_576.0),
    }
}

/// A file that is compressed as its name says.
enum Packed {
    Plain(BufWriter<Counted>),
    Zstd(zstd::Encoder<'static, BufWriter<Counted>>),
    Gzip(flate2::write::GzEncoder<BufWriter<Counted>>),
}

/// Counts what reaches the file.
struct Counted {
    file: File,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Packed {
    fn new(compression: Option<Compression>, file: File) -> io::Result<Packed> {
        let out = BufWriter::with_capacity(1 << 16, Counted { file, bytes: 0 });
        Ok(match compression {
            None => Packed::Plain(out),
            Some(Compression::Zstd) => Packed::Zstd(zstd::Encoder::new(out, 3)?),
            Some(Compression::Gzip) => Packed::Gzip(flate2::write::GzEncoder::new(out, flate2::Compression::default())),
        })
    }

    fn written(&self) -> u64 {
        let out = match self {
            Packed::Plain(out) => out,
            Packed::Zstd(out) => out.get_ref(),
            Packed::Gzip(out) => out.get_ref(),
        };
        out.get_ref().bytes
    }

    /// Nothing comes any more.
    fn end(&mut self) -> io::Result<()> {
        match self {
            Packed::Plain(out) => out.flush(),
            Packed::Zstd(out) => {
                out.do_finish()?;
                out.get_mut().flush()
            }
            Packed::Gzip(out) => {
                out.try_finish()?;
                out.get_mut().flush()
            }
        }
    }
}

impl Write for Packed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Packed::Plain(out) => out.write(bytes),
            Packed::Zstd(out) => out.write(bytes),
            Packed::Gzip(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Packed::Plain(out) => out.flush(),
            Packed::Zstd(out) => out.flush(),
            Packed::Gzip(out) => out.flush(),
        }
    }
}

/// `64MiB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let bytes = syntax::literal::parse_size(text)
        .ok()
        .or_else(|| text.parse().ok())
        .and_then(|bytes| u64::try_from(bytes).ok());
    bytes.filter(|bytes| *bytes > 0).ok_or_else(|| "expected a size such as 64MiB".to_owned())
}
