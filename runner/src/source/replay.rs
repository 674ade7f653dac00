//! `replay:PATH`: a recording, as fast as it can be read, or with `?speed=10x` as its events' times say.

use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use syntax::source::SourceDecl;

use super::adapter::Adapter;
use super::decode::Decoding;
use super::file::{CHUNK, cannot_read};
use super::infer::{self, Declared, SAMPLE_BYTES, Shape};
use super::recording::{self, Header, compression};
use super::{Feed, Opened, Reader, params, several};
use crate::Error;

/// Events whose times are so close go together.
const TOGETHER: Duration = Duration::from_millis(5);

pub(super) fn open(decl: &SourceDecl) -> Result<Opened, Error> {
    params::known(&decl.uri)?;
    let path = PathBuf::from(&decl.uri.rest);
    let speed = decl.uri.param("speed").map(speed).transpose()?;
    if path.is_dir() {
        return Err(Error::Source(format!("`{}` is a directory; name a recording in it", path.display())));
    }
    let (sample, whole) = recording::sample(&path, SAMPLE_BYTES).map_err(|error| cut_off(&path, &error))?;
    let about = |why: String| Error::Source(format!("`{}` cannot be read: {why}", path.display()));
    let header = Header::split(&sample).map_err(about)?;
    let mut decl = decl.clone();
    let skipped = header.as_ref().map_or(0, |(_, length)| *length);
    if let Some((header, _)) = &header {
        header.declare(&mut decl);
        // What was recorded is in the units and forms of a recording already.
        decl.fields.iter_mut().for_each(|field| field.unit = None);
        decl.uri.params.retain(|(name, _)| name != "time_format");
    }
    let declared = Declared::new(&decl, &several::ending(&path, header.is_some()))?;
    let shape = infer::infer(&sample[skipped..], whole, &declared)?;
    let schema = declared.schema(shape.as_ref());
    Ok(Opened { schema, reader: Box::new(Replay { path, skipped, declared, shape, speed }) })
}

/// `10x`, `0.5x`.
fn speed(text: &str) -> Result<f64, Error> {
    let number = text.strip_suffix(['x', '×']).unwrap_or(text).parse().ok();
    let expected = || Error::Source(format!("`speed={text}`: expected how many times as fast, e.g. 1x or 10x"));
    number.filter(|speed: &f64| speed.is_finite() && *speed > 0.0).ok_or_else(expected)
}

pub(super) fn cut_off(path: &std::path::Path, error: &std::io::Error) -> Error {
    if compression(path).is_none() || matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) {
        return cannot_read(path, error);
    }
    Error::Source(format!(
        "`{}` cannot be read to its end: {error}; it was cut off, or is not compressed as its name says",
        path.display()
    ))
}

struct Replay {
    path: PathBuf,
    /// Bytes of the first line, which is no event.
    skipped: usize,
    declared: Declared,
    shape: Option<Shape>,
    speed: Option<f64>,
}

impl Reader for Replay {
    fn run(self: Box<Self>, feed: Arc<dyn Feed>) -> Result<(), Error> {
        let Replay { path, skipped, declared, shape, speed } = *self;
        let feed: Arc<dyn Feed> = match speed {
            Some(speed) => Arc::new(Paced { feed, speed, begun: Mutex::new(None) }),
            None => feed,
        };
        let mut input = recording::open(&path).map_err(|error| cut_off(&path, &error))?;
        let head = std::io::copy(&mut (&mut input).take(skipped as u64), &mut std::io::sink());
        head.map_err(|error| cut_off(&path, &error))?;
        let mut decoding = Decoding::new(feed.clone(), declared, shape);
        let mut chunk = vec![0; CHUNK];
        loop {
            if feed.stopped() {
                return decoding.flush();
            }
            match input.read(&mut chunk) {
                Ok(0) => return decoding.finish(),
                Ok(read) => decoding.take(&chunk[..read])?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    // What was read until here still counts.
                    decoding.finish()?;
                    return Err(cut_off(&path, &error));
                }
            }
        }
    }
}

/// Hands on events when their time has come: so long after the first one as they were then, divided by the speed.
struct Paced {
    feed: Arc<dyn Feed>,
    speed: f64,
    /// When the first event was handed on, and its time.
    begun: Mutex<Option<(Instant, i64)>>,
}

impl Paced {
    /// How long until the time of an event has come.
    fn wait(&self, time: i64) -> Duration {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let (start, first) = *begun.get_or_insert_with(|| (Instant::now(), time));
        let after = Duration::try_from_secs_f64(time.saturating_sub(first).max(0) as f64 / 1e9 / self.speed);
        after.unwrap_or(Duration::MAX).saturating_sub(start.elapsed())
    }
}

impl Adapter for Paced {
    fn behind(&self) -> &dyn Feed {
        &*self.feed
    }

    fn adapt(&self, batch: RecordBatch) {
        let times =
            batch.column_by_name("timestamp").and_then(|times| times.as_primitive_opt::<TimestampNanosecondType>());
        let Some(times) = times.cloned() else { return self.feed.batch(batch) };
        let mut from = 0;
        while from < batch.num_rows() {
            // All that are due, at once.
            let due = (from..batch.num_rows()).take_while(|row| {
                arrow_array::Array::is_null(&times, *row) || self.wait(times.value(*row)) <= TOGETHER
            });
            let count = due.count();
            if count > 0 {
                self.feed.batch(batch.slice(from, count));
                from += count;
            } else if self.feed.pause(self.wait(times.value(from))) {
                return;
            }
        }
    }

    /// The time of an event that is passed over would be missing.
    fn needs_all(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use syntax::source::{Scheme, SourceUri};

    use super::super::Wanted;
    use super::super::collect::{self, Collect};
    use super::super::recording::{Typed, VERSION};
    use super::*;

    const EVENTS: &str = "{\"timestamp\":\"2026-03-01T12:00:00Z\",\"took\":1500,\"tags\":{\"a\":[1,null]},\"who\":\"a\"}\n\
        {\"timestamp\":\"2026-03-01T12:00:10Z\",\"took\":null,\"tags\":null,\"who\":\"b\"}\n";

    fn header() -> Header {
        let types = [("timestamp", "datetime"), ("took", "timespan"), ("tags", "dynamic"), ("who", "string")];
        let fields = types.map(|(name, ty)| Typed { name: name.to_owned(), r#type: ty.to_owned() }).into();
        Header { version: VERSION, source: "spans".to_owned(), fields, events: 2, ..Header::default() }
    }

    fn decl(path: &std::path::Path, params: &[(&str, &str)]) -> SourceDecl {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        collect::source(
            "spans",
            SourceUri { scheme: Scheme::Replay, rest: path.to_string_lossy().into_owned(), params },
        )
    }

    /// What comes of a file with this name and content; the values of `took`, and the error at the end.
    fn replay(name: &str, content: &[u8]) -> (Vec<String>, Option<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let opened = match open(&decl(&path, &[])) {
            Ok(opened) => opened,
            Err(error) => return (Vec::new(), Some(error.to_string().replace(&*path.to_string_lossy(), name))),
        };
        let feed = Collect::new(Wanted::All);
        let ended = opened.reader.run(feed.clone()).err();
        let error = ended.map(|error| error.to_string().replace(&*path.to_string_lossy(), name));
        (feed.look(|state| state.column("took")), error)
    }

    fn zstd(text: &str) -> Vec<u8> {
        zstd::encode_all(text.as_bytes(), 3).unwrap()
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_recording_keeps_types_however_it_is_compressed() {
        let whole = header().line() + EVENTS;
        let parts = [zstd(&header().line()), zstd(EVENTS)].concat();
        let members = [gzip(&header().line()), gzip(EVENTS)].concat();
        for (name, content) in
            [("a.jsonl", whole.as_bytes()), ("a.jsonl.zst", &zstd(&whole)), ("a.jsonl.zst", &parts), ("a.gz", &members)]
        {
            assert_eq!(replay(name, content), (vec!["1500ns".to_owned(), "null".to_owned()], None), "{name}");
        }
        // Without a first line a number is a number.
        assert_eq!(replay("a.jsonl.gz", &gzip(EVENTS)).0, ["1500", "null"]);
    }

    #[test]
    fn a_broken_recording_says_what_is_wrong_and_gives_what_it_has() {
        let line = "{\"timestamp\":\"2026-03-01T12:00:00Z\",\"took\":7,\"who\":\"0123456789\"}\n";
        let long: String = (0..200_000).map(|n| line.replace("0123456789", &format!("{:x}", n * 7919))).collect();
        let mut cut = zstd(&(header().line() + &long));
        cut.truncate(cut.len() / 2);
        let (took, error) = replay("cut.jsonl.zst", &cut);
        assert!(took.len() > 1_000, "{}", took.len());
        assert!(error.expect("it is cut off").contains("`cut.jsonl.zst` cannot be read to its end"));
        let (_, error) = replay("no.jsonl.zst", EVENTS.as_bytes());
        assert!(error.expect("it is no zstd").contains("not compressed as its name says"));
        let newer = Header { version: 9, ..header() }.line();
        assert!(replay("a.jsonl", newer.as_bytes()).1.expect("it is newer").contains("a recording of version 9"));
        let half = &header().line()[..40];
        assert!(replay("a.jsonl", half.as_bytes()).1.expect("it is broken").contains("its first line"));
        assert!(
            open(&decl(std::path::Path::new("/nothing.jsonl"), &[]))
                .is_err_and(|error| error.to_string().contains("there is no file"))
        );
    }

    #[test]
    fn events_come_when_their_time_has_come() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, header().line() + EVENTS).unwrap();
        // Ten seconds of the recording are a thousandth of that, or far longer than any test.
        let feed = Collect::new(Wanted::All);
        let opened = open(&decl(&path, &[("speed", "1000x")])).unwrap();
        let start = Instant::now();
        opened.reader.run(feed.clone()).unwrap();
        assert!(start.elapsed() >= Duration::from_millis(10) - TOGETHER);
        assert_eq!(feed.look(|state| state.rows()), 2);
        let feed = Collect::new(Wanted::All);
        let opened = open(&decl(&path, &[("speed", "0.001x")])).unwrap();
        let reading = std::thread::spawn({
            let feed = feed.clone();
            move || opened.reader.run(feed)
        });
        feed.when(|state| state.rows() == 1, |_| ());
        feed.stop();
        reading.join().unwrap().unwrap();
        assert_eq!(feed.look(|state| state.rows()), 1);
        for wrong in ["fast", "0x", "-1x", "infx"] {
            assert!(
                open(&decl(&path, &[("speed", wrong)]))
                    .is_err_and(|error| error.to_string().contains("expected how many times"))
            );
        }
    }
}
