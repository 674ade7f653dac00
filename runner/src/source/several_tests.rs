//! Several files as one stream: in order of time, as they come, and through rotation.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use syntax::source::{Scheme, SourceDecl, SourceUri};
use syntax::{Field, Type};
use tempfile::TempDir;

use super::collect::{self, Collect};
use super::{Opened, Wanted};
use crate::Error;

fn source(folder: &Path, written: &str, params: &[(&str, &str)]) -> SourceDecl {
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let written: Vec<String> = written.split(',').map(|part| folder.join(part).to_str().unwrap().to_owned()).collect();
    collect::source("events", SourceUri { scheme: Scheme::File, rest: written.join(","), params })
}

fn line(second: usize, n: usize) -> String {
    format!("{{\"timestamp\":{},\"n\":{n}}}\n", 1_767_225_600 + second)
}

fn fields(names: &[(&str, Type)]) -> Wanted {
    Wanted::Fields(names.iter().map(|(name, ty)| Field::new(*name, *ty)).collect())
}

const TIMED: [(&str, Type); 2] = [("timestamp", Type::Datetime), ("n", Type::Long)];

#[test]
fn rotated_files_are_one_stream_in_order_of_time() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let part = |range: std::ops::Range<usize>| range.map(|n| line(n, n)).collect::<String>();
    write("app.log", part(20..30).as_bytes());
    write("app.log.1", part(10..20).as_bytes());
    write("app.log.2.zst", &zstd::encode_all(part(0..10).as_bytes(), 3).unwrap());
    for wanted in [Wanted::All, fields(&TIMED)] {
        let feed = collect::read(&source(folder.path(), "app.log*", &[]), wanted).unwrap();
        feed.look(|state| {
            let expected: Vec<String> = (0..30).map(|n| n.to_string()).collect();
            assert_eq!(state.column("n"), expected);
            assert!(state.dropped.is_empty() && state.notices.is_empty(), "{:?}", state.notices);
        });
    }
}

#[test]
fn files_that_overlap_are_merged_row_by_row() {
    let folder = tempfile::tempdir().unwrap();
    for file in 0..3 {
        let lines: String = (0..10_000).map(|n| line(n * 3 + file, n * 3 + file)).collect();
        fs::write(folder.path().join(format!("{file}.jsonl")), lines).unwrap();
    }
    // Another format, and a field that the others do not have.
    fs::write(folder.path().join("c.csv"), "timestamp,n,note\n2026-01-01T00:00:07.5Z,-1,x\n").unwrap();
    for wanted in [Wanted::All, fields(&[TIMED[0], TIMED[1], ("note", Type::String)])] {
        let feed = collect::read(&source(folder.path(), "*.jsonl,c.csv", &[]), wanted).unwrap();
        feed.look(|state| {
            let read: Vec<i64> = state.column("n").iter().map(|n| n.parse().unwrap()).collect();
            let expected: Vec<i64> = (0..8).chain([-1]).chain(8..30_000).collect();
            assert!(read == expected, "{:?}", &read[..20]);
            assert!(state.batches.len() < 40, "{}", state.batches.len());
            assert_eq!(state.column("note").iter().filter(|note| *note == "x").count(), 1);
        });
    }
}

#[test]
fn fields_of_other_types_in_other_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("a.jsonl"),
        "{\"timestamp\":1767225600,\"v\":1}\n{\"timestamp\":1767225602,\"v\":2}\n",
    )
    .unwrap();
    fs::write(folder.path().join("b.jsonl"), "{\"timestamp\":1767225601,\"v\":\"x\"}\n").unwrap();
    collect::read(&source(folder.path(), "*.jsonl", &[]), Wanted::All).unwrap().look(|state| {
        assert_eq!(state.column("v"), ["1", "\"x\"", "2"]);
    });
}

#[test]
fn files_without_times_are_read_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.txt", "a.txt"] {
        fs::write(folder.path().join(name), format!("{name} 1\n{name} 2\n")).unwrap();
    }
    let body = || fields(&[("body", Type::String), (super::located::PATH, Type::String)]);
    collect::read(&source(folder.path(), "b.txt,a.txt", &[("with_path", "true")]), body()).unwrap().look(|state| {
        assert_eq!(state.column("body").len(), 4);
        for (body, path) in state.column("body").iter().zip(state.column(super::located::PATH)) {
            assert!(path.ends_with(&body[..5]), "{path} {body}");
        }
    });
    // One file alone says it too, and none says it unasked.
    let decl = source(folder.path(), "a.txt", &[("with_path", "true")]);
    assert!(collect::open(&decl).unwrap().schema.field(super::located::PATH).is_some());
    collect::read(&decl, Wanted::All).unwrap().look(|state| {
        assert!(state.column(super::located::PATH).iter().all(|path| path.ends_with("a.txt")));
    });
    collect::read(&source(folder.path(), "*.txt", &[]), Wanted::All).unwrap().look(|state| {
        assert!(state.column(super::located::PATH).iter().all(|path| path == "missing"));
    });
}

#[test]
fn what_is_not_there_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let error = |written: &str| {
        let error = collect::open(&source(folder.path(), written, &[])).err().unwrap().to_string();
        error.replace(folder.path().to_str().unwrap(), "DIR")
    };
    assert!(error("*.log").starts_with("no file matches `DIR/*.log`; check the path"), "{}", error("*.log"));
    assert!(error("a.log,b.log").starts_with("there is no file `DIR/a.log`"), "{}", error("a.log,b.log"));
    fs::write(folder.path().join("a.jsonl"), line(0, 0)).unwrap();
    let mut cut = zstd::encode_all(line(1, 1).repeat(10_000).as_bytes(), 3).unwrap();
    cut.truncate(cut.len() - 5);
    fs::write(folder.path().join("b.jsonl.zst"), cut).unwrap();
    // What can be read is read, and then it is said what could not.
    let opened = collect::open(&source(folder.path(), "*.jsonl*", &[])).unwrap();
    let feed = Collect::new(fields(&TIMED));
    let ended = opened.reader.run(feed.clone()).expect_err("one is cut off");
    assert!(ended.to_string().contains("b.jsonl.zst` cannot be read to its end"), "{ended}");
    feed.look(|state| assert!(state.rows() >= 1));
}

/// Files that are followed, and everything that their reader said.
struct Followed {
    feed: Arc<Collect>,
    reading: JoinHandle<Result<(), Error>>,
    folder: TempDir,
}

impl Followed {
    fn new(files: &[(&str, &str)], written: &str, params: &[(&str, &str)]) -> Followed {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let decl = source(folder.path(), written, &[&[("follow", "true")], params].concat());
        let Opened { reader, .. } = collect::open(&decl).unwrap();
        let feed = Collect::new(fields(&TIMED));
        let reading = std::thread::spawn({
            let feed = feed.clone();
            move || reader.run(feed)
        });
        Followed { feed, reading, folder }
    }

    fn append(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.folder.path().join(from), self.folder.path().join(to)).unwrap();
    }

    /// Waits for so many events, and returns their numbers.
    fn numbers(&self, count: usize) -> Vec<String> {
        self.feed.when(|state| state.rows() >= count, |state| state.column("n"))
    }

    fn stop(self) -> Vec<String> {
        self.feed.stop();
        self.reading.join().unwrap().unwrap();
        self.feed.look(|state| {
            assert!(state.dropped.is_empty(), "{:?}", state.dropped);
            state.column("n")
        })
    }
}

#[test]
fn what_is_there_comes_in_order_of_time_and_then_what_is_new() {
    let files = [("a.jsonl", line(0, 0) + &line(2, 2)), ("b.jsonl", line(1, 1) + &line(3, 3))];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    let followed = Followed::new(&files, "*.jsonl", &[]);
    assert_eq!(followed.numbers(4), ["0", "1", "2", "3"]);
    followed.append("b.jsonl", &line(4, 4));
    assert_eq!(followed.numbers(5)[4], "4");
    followed.append("c.jsonl", &line(5, 5));
    assert_eq!(followed.numbers(6)[5], "5");
    followed.append("a.jsonl", &line(6, 6));
    assert_eq!(followed.numbers(7)[6], "6");
    assert_eq!(followed.stop().len(), 7);
}

#[test]
fn a_rotation_is_read_once() {
    let followed = Followed::new(&[("app.log", &line(0, 0))], "app.log*", &[]);
    assert_eq!(followed.numbers(1), ["0"]);
    followed.rename("app.log", "app.log.1");
    // Its writer has not noticed yet.
    followed.append("app.log.1", &line(1, 1));
    assert_eq!(followed.numbers(2), ["0", "1"]);
    followed.append("app.log", &line(2, 2));
    assert_eq!(followed.numbers(3), ["0", "1", "2"]);
    // A copy of what was read, and the file begun anew.
    fs::copy(followed.folder.path().join("app.log"), followed.folder.path().join("app.log.2")).unwrap();
    fs::write(followed.folder.path().join("app.log.3.gz"), "not looked at").unwrap();
    fs::write(followed.folder.path().join("app.log"), "").unwrap();
    followed.feed.when(|state| state.notices.iter().any(|notice| notice.contains("truncated")), |_| ());
    followed.append("app.log", &line(3, 3));
    assert_eq!(followed.numbers(4), ["0", "1", "2", "3"]);
    assert_eq!(followed.stop().len(), 4);
}

#[test]
fn a_name_like_a_rotation_is_no_reason_not_to_read() {
    let followed = Followed::new(&[("app", &line(0, 0))], "app*", &[]);
    assert_eq!(followed.numbers(1), ["0"]);
    followed.append("app-1", &line(1, 1));
    assert_eq!(followed.numbers(2), ["0", "1"]);
    assert_eq!(followed.stop().len(), 2);
}

#[test]
fn files_may_come_later() {
    let followed = Followed::new(&[], "*.jsonl", &[]);
    followed.feed.when(|state| state.notices.iter().any(|notice| notice.contains("no file matches")), |_| ());
    followed.append("a.jsonl", &line(0, 0));
    assert_eq!(followed.numbers(1), ["0"]);
    assert_eq!(followed.stop(), ["0"]);
}
