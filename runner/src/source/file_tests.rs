//! Files as they are written, replaced and taken away by others.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use expect_test::expect;
use syntax::source::{Scheme, SourceDecl, SourceUri};
use syntax::{Field, Type};
use tempfile::TempDir;

use super::collect::{self, Collect};
use super::{Opened, Wanted};
use crate::Error;

fn source(path: &Path, params: &[(&str, &str)]) -> SourceDecl {
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    collect::source("events", SourceUri { scheme: Scheme::File, rest: path.to_str().unwrap().to_owned(), params })
}

fn body() -> Wanted {
    Wanted::Fields(vec![Field::new("body", Type::String)])
}

/// A file that is followed, and everything that its reader said.
struct Followed {
    path: PathBuf,
    feed: Arc<Collect>,
    reading: JoinHandle<Result<(), Error>>,
    folder: TempDir,
}

impl Followed {
    fn new(before: Option<&str>, params: &[(&str, &str)]) -> Followed {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app log 100%.txt");
        if let Some(before) = before {
            fs::write(&path, before).unwrap();
        }
        let Opened { reader, .. } =
            super::collect::open(&source(&path, &[&[("follow", "true")], params].concat())).unwrap();
        let feed = Collect::new(body());
        let reading = std::thread::spawn({
            let feed = feed.clone();
            move || reader.run(feed)
        });
        Followed { path, feed, reading, folder }
    }

    fn append(&self, text: &str) {
        OpenOptions::new().append(true).create(true).open(&self.path).unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Waits for so many lines, and returns all.
    fn lines(&self, count: usize) -> Vec<String> {
        self.feed.when(|state| state.rows() >= count, |state| state.column("body"))
    }

    /// Waits for so many notices, and returns the last without the path.
    fn told(&self, count: usize) -> String {
        let notice = self.feed.when(|state| state.notices.len() >= count, |state| state.notices[count - 1].clone());
        notice.replace(self.path.to_str().unwrap(), "FILE")
    }

    fn stop(self) -> TempDir {
        self.feed.stop();
        self.reading.join().unwrap().unwrap();
        self.folder
    }
}

#[test]
fn a_file_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let lines: String = (0..20_000).map(|n| format!("{{\"n\":{n},\"timestamp\":{}}}\n", 1_767_225_600 + n)).collect();
    fs::write(&path, lines.trim_end()).unwrap();
    let opened = super::collect::open(&source(&path, &[])).unwrap();
    let fields: Vec<String> =
        opened.schema.fields.iter().map(|field| format!("{}: {}", field.name, field.ty)).collect();
    assert_eq!(fields, ["n: long", "timestamp: datetime"]);
    assert_eq!(opened.schema.time.as_deref(), Some("timestamp"));
    let feed = collect::read(&source(&path, &[]), Wanted::Fields(vec![Field::new("n", Type::Long)])).unwrap();
    feed.look(|state| {
        assert_eq!(state.batches.iter().map(|batch| batch.num_rows()).collect::<Vec<_>>(), [8192, 8192, 3616]);
        assert_eq!(state.column("n").last().map(String::as_str), Some("19999"));
        assert!(state.notices.is_empty() && state.dropped.is_empty());
    });
}

#[test]
fn a_source_that_was_learnt_is_read_the_same_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    fs::write(&path, "{\"ts\":\"2026-01-01T00:00:00Z\",\"n\":1}\n").unwrap();
    let mut decl = source(&path, &[]);
    decl.learn(&super::collect::open(&decl).unwrap().schema);
    let wanted = Wanted::Fields(vec![Field::new("timestamp", Type::Datetime)]);
    collect::read(&decl, wanted).unwrap().look(|state| {
        assert_eq!(state.column("timestamp"), ["2026-01-01T00:00:00Z"]);
        assert!(state.notices.is_empty());
    });
}

#[test]
fn an_empty_file_has_no_events() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.log");
    File::create(&path).unwrap();
    assert!(super::collect::open(&source(&path, &[])).unwrap().schema.open);
    collect::read(&source(&path, &[]), Wanted::All).unwrap().look(|state| assert_eq!(state.rows(), 0));
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let said = [
        ("", vec![]),
        ("missing.log", vec![]),
        ("missing.log", vec![("from", "middle")]),
        ("x.log", vec![("format", "xml")]),
        ("x.log", vec![("follow", "maybe")]),
    ]
    .map(|(name, params)| {
        let error = super::collect::open(&source(&folder.path().join(name), &params)).err().unwrap();
        error.to_string().replace(folder.path().to_str().unwrap(), "DIR")
    });
    expect![[r#"
        `DIR` is a directory; name one of its files, e.g. `file:DIR/app.log`, or several, e.g. `file:DIR/*.log`
        there is no file `DIR/missing.log`; check the path, or add `?follow=true` to wait for the file
        `from=middle`: `start`, `tail` (the last 1,000 lines) or `end`
        `format=xml`: the formats are json (objects, also in lists), logfmt, csv, tsv and text
        `follow=maybe`: expected `true` or `false`"#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn what_is_appended_is_read_when_its_line_is_complete() {
    let file = Followed::new(Some("one\ntw"), &[]);
    assert_eq!(file.lines(1), ["one"]);
    file.append("o\nthree\nfo");
    assert_eq!(file.lines(3), ["one", "two", "three"]);
    file.append("ur\n");
    assert_eq!(file.lines(4), ["one", "two", "three", "four"]);
    file.stop();
}

#[test]
fn an_event_of_several_lines_waits_for_nothing_but_a_while() {
    let file = Followed::new(Some("2026-01-01T00:00:00Z it broke\n\tat a(b.c:1)\n"), &[]);
    assert_eq!(file.lines(1), ["2026-01-01T00:00:00Z it broke\n\tat a(b.c:1)"]);
    file.append("2026-01-01T00:00:01Z goes on\n\tat d(e.f:2)\n2026-01-01T00:00:02Z end\n");
    assert_eq!(file.lines(3)[1..], ["2026-01-01T00:00:01Z goes on\n\tat d(e.f:2)", "2026-01-01T00:00:02Z end"]);
    file.stop();
}

#[test]
fn following_begins_where_it_is_told() {
    let before: String = (0..1500).map(|n| format!("line {n}\n")).collect();
    for (params, first) in [(&[][..], "line 500"), (&[("from", "start")], "line 0"), (&[("from", "end")], "after")] {
        let file = Followed::new(Some(&before), params);
        // Its notices and rows tell nothing of when it has begun at the end; the first row does.
        if params.is_empty() || first == "line 0" {
            assert_eq!(file.lines(1)[0], first);
        } else {
            while file.feed.look(|state| state.rows()) == 0 {
                file.append("after\n");
                std::thread::yield_now();
            }
            assert_eq!(file.lines(1)[0], first);
        }
        file.stop();
    }
}

#[test]
fn a_truncated_file_is_read_from_its_start() {
    let file = Followed::new(Some("one\ntwo\nthr"), &[]);
    file.lines(2);
    File::create(&file.path).unwrap();
    assert_eq!(file.told(1), "`FILE` was truncated; reading it from its start");
    file.append("new\n");
    assert_eq!(file.lines(3), ["one", "two", "new"]);
    file.feed.look(|state| assert_eq!(state.dropped.values().map(|(count, _)| count).sum::<u64>(), 1));
    file.stop();
}

#[test]
fn a_renamed_file_is_read_to_its_end_and_then_the_new_one() {
    let file = Followed::new(Some("one\n"), &[]);
    file.lines(1);
    let old = file.path.with_extension("1");
    fs::rename(&file.path, &old).unwrap();
    assert_eq!(file.told(1), "`FILE` was deleted or renamed; waiting for a new one");
    // The writer has not noticed yet.
    OpenOptions::new().append(true).open(&old).unwrap().write_all(b"two\nlast").unwrap();
    assert_eq!(file.lines(2), ["one", "two"]);
    file.append("three\n");
    assert_eq!(file.lines(3), ["one", "two", "three"]);
    assert_eq!(
        file.told(2),
        "`FILE` was replaced by a new file; reading that from its start, and what still comes to the one before"
    );
    // Nor has it noticed now: it writes on until it is told to reopen its log.
    OpenOptions::new().append(true).open(&old).unwrap().write_all(b" of all\nunended").unwrap();
    assert_eq!(file.lines(4), ["one", "two", "three", "last of all"]);
    file.append("four\n");
    assert_eq!(file.lines(5)[4], "four");
    // Nobody will complete it.
    let feed = file.feed.clone();
    file.stop();
    feed.look(|state| assert_eq!(state.column("body")[5..], ["unended"]));
}

#[test]
fn a_file_replaced_at_one_stroke_loses_nothing() {
    let file = Followed::new(Some("one\n"), &[]);
    file.lines(1);
    let next = file.path.with_extension("next");
    fs::write(&next, "two\nthree\n").unwrap();
    fs::rename(&next, &file.path).unwrap();
    assert_eq!(file.lines(3), ["one", "two", "three"]);
    file.stop();
}

#[test]
fn a_deleted_file_may_come_again() {
    let file = Followed::new(Some("one\n"), &[]);
    file.lines(1);
    for round in 2..5 {
        fs::remove_file(&file.path).unwrap();
        file.told(2 * round - 3);
        file.append(&format!("round {round}\n"));
        file.told(2 * round - 2);
        assert_eq!(file.lines(round)[round - 1], format!("round {round}"));
    }
    file.stop();
}

#[test]
fn a_file_that_is_not_there_yet_is_waited_for() {
    let file = Followed::new(None, &[]);
    assert_eq!(file.told(1), "`FILE` does not exist yet; waiting for it");
    file.append("first\n");
    assert_eq!(file.lines(1), ["first"]);
    let folder = file.stop();
    folder.close().unwrap();
}

#[cfg(unix)]
#[test]
fn a_pipe_with_a_path_is_read_like_a_file() {
    let (reading, mut writing) = std::io::pipe().unwrap();
    writing.write_all(b"one\ntwo").unwrap();
    drop(writing);
    use std::os::fd::AsRawFd;
    let path = PathBuf::from(format!("/dev/fd/{}", reading.as_raw_fd()));
    let feed = collect::read(&source(&path, &[("format", "text")]), body()).unwrap();
    feed.look(|state| assert_eq!(state.column("body"), ["one", "two"]));
}
