//! A runner that dies while somebody waits for its rows.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

use crate::binary::Folder;

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn a_runner_that_is_killed_is_said_to_be_gone_with_the_last_counts() {
    let folder = Folder::new(&[]);
    let listen = format!("unix:{}", folder.path("runner.sock").display());
    let mut serve = folder.command(&["serve", "--listen", &listen]);
    let mut server = Running(serve.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts"));
    let mut said = BufReader::new(server.0.stderr.take().expect("a pipe")).lines().map(|line| line.expect("text"));
    assert!(said.any(|line| line.starts_with("listening on ")));

    let mut query = folder.command(&["query", "spans | project timestamp", "--runner", &listen]);
    let query = query.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut query = Running(query);
    let mut rows = BufReader::new(query.0.stdout.take().expect("a pipe"));
    rows.read_line(&mut String::new()).expect("a first row");
    server.0.kill().expect("it runs");
    rows.read_to_end(&mut Vec::new()).expect("what was under way");
    let mut told = String::new();
    query.0.stderr.take().expect("a pipe").read_to_string(&mut told).expect("text");
    assert_eq!(query.0.wait().expect("it ends").code(), Some(2), "{told}");
    assert!(told.contains("error: the runner is gone"), "{told}");
    assert!(told.contains("what it took in after its last report is not known"), "{told}");
    assert!(told.contains("read ") && told.contains(" \u{b7} dropped "), "{told}");
}
