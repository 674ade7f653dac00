//! `headwater serve`, and a second headwater that asks it.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};

use crate::binary::{Folder, requests};

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn a_private_runner_names_its_socket_and_ends_with_its_editor() {
    let folder = Folder::new(&[("a.jsonl", &requests()), ("headwater.toml", b"[sources.a]\nuri = \"file:a.jsonl\"\n")]);
    let mut child = folder
        .command(&["serve", "--private"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let hello: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
    let address = hello["listen"].as_str().expect("an address").to_owned();
    let socket = std::path::Path::new(address.strip_prefix("unix:").expect("a socket")).to_owned();
    let mode = |path: &std::path::Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(socket.parent().expect("a folder")), 0o700);
    assert_eq!(mode(&socket), 0o600);
    let answer = folder.run(&["query", "a | count", "--runner", &address]).clean();
    assert_eq!(answer, "{\"Count\":1000}\n");
    drop(child.stdin.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert!(!socket.parent().expect("a folder").exists(), "nothing is left behind");
}

#[test]
fn a_server_on_tcp_wants_its_token() {
    let folder = Folder::new(&[("a.jsonl", &requests())]);
    let mut command = folder.command(&["serve", "--listen", "127.0.0.1:0", "--source", "a=file:a.jsonl"]);
    let mut server = Server(command.stderr(Stdio::piped()).spawn().expect("it starts"));
    let mut lines = BufReader::new(server.0.stderr.take().expect("a pipe")).lines().map(|line| line.expect("text"));
    let mut after = |start: &str| {
        let line = lines.find(|line| line.starts_with(start)).expect("it says so");
        line[start.len()..].to_owned()
    };
    let address = after("listening on ");
    let token = after("token in ");
    assert_eq!(token, folder.path(".local/state/headwater/token").to_string_lossy());
    let refused = folder.run(&["query", "a | count", "--runner", &address]).failed();
    assert!(refused.contains("token"), "{refused}");
    let answer = folder.run(&["query", "a | count", "--runner", &address, "--token-file", &token]).clean();
    assert_eq!(answer, "{\"Count\":1000}\n");
    let busy = folder.run(&["serve", "--listen", &address]).failed();
    assert!(busy.contains("--listen"), "{busy}");
}
