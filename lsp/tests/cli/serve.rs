//! `headwater serve`, and a second headwater that asks it.

use std::io::{BufRead, BufReader, Read, Write};
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
fn what_a_killed_private_runner_left_behind_is_cleared_up_by_the_next() {
    let folder = Folder::new(&[]);
    let start = || {
        let mut command = folder.command(&["serve", "--private"]);
        command.env("XDG_RUNTIME_DIR", folder.path("")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = Server(command.spawn().expect("it starts"));
        let mut line = String::new();
        BufReader::new(server.0.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let hello: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
        let socket = hello["listen"].as_str().and_then(|address| address.strip_prefix("unix:")).expect("a socket");
        (server, std::path::PathBuf::from(socket))
    };
    let (mut killed, left) = start();
    killed.0.kill().expect("it runs");
    killed.0.wait().expect("it has ended");
    assert!(left.exists());
    let (_living, here) = start();
    assert!(!left.parent().expect("a folder").exists(), "the dead one's folder is gone");
    let (_another, _) = start();
    assert!(here.exists(), "a living one's stays");
}

#[test]
fn a_server_that_is_told_to_end_says_goodbye_to_its_clients() {
    let config = b"[sources.spans]\nuri = \"demo:shop?rate=2000\"\n";
    let folder = Folder::new(&[("team.toml", config)]);
    let (mut server, mut said) = serve(&folder, &[]);
    said.after("sources from");
    let mut command = folder.command(&["query", "spans | summarize n = count()", "--runner", "unix:runner.sock"]);
    let mut client = Server(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts"));
    said.next(|line| line.contains("started flow=\"flow-").then_some(()));
    let told = std::process::Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status();
    assert!(told.expect("kill runs").success());
    assert_eq!(server.0.wait().expect("it ends").code(), Some(0));
    let mut rows = String::new();
    client.0.stdout.take().expect("a pipe").read_to_string(&mut rows).expect("text");
    assert!(rows.starts_with("{\"n\":"), "what was held became final: {rows:?}");
    assert_eq!(client.0.wait().expect("it ends").code(), Some(0));
    assert!(!folder.path("runner.sock").exists());
}

/// As under `serve 2>&1 | head -1`: nobody reads its messages any more.
#[test]
fn a_server_whose_messages_nobody_reads_goes_on() {
    let folder = Folder::new(&[("a.jsonl", &requests()), ("team.toml", b"[sources.a]\nuri = \"file:a.jsonl\"\n")]);
    let (mut server, mut said) = serve(&folder, &[]);
    said.after("sources from");
    drop(said);
    for _ in 0..3 {
        let answer = folder.run(&["query", "a | count", "--runner", "unix:runner.sock"]).clean();
        assert_eq!(answer, "{\"Count\":1000}\n");
    }
    // Also what it says of a configuration that is wrong goes nowhere.
    std::fs::write(folder.path("team.toml"), "[sources.a]\nuri = 7\n").expect("it can be written");
    assert_eq!(folder.run(&["query", "a | count", "--runner", "unix:runner.sock"]).clean(), "{\"Count\":1000}\n");
    assert!(server.0.try_wait().expect("a child").is_none(), "it ended");
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

/// The server's messages, a line each.
struct Said(std::io::Lines<BufReader<std::process::ChildStderr>>);

impl Said {
    /// What follows `start` on the next line that begins so.
    fn after(&mut self, start: &str) -> String {
        self.next(|line| line.strip_prefix(start).map(str::to_owned))
    }

    fn next<T>(&mut self, wanted: impl Fn(&str) -> Option<T>) -> T {
        let mut lines = self.0.by_ref().map(|line| line.expect("text"));
        lines.find_map(|line| wanted(&line)).expect("it says so")
    }
}

fn serve(folder: &Folder, args: &[&str]) -> (Server, Said) {
    let mut command = folder.command(&["serve", "--config", "team.toml", "--listen", "unix:runner.sock"]);
    let mut server = Server(command.args(args).stderr(Stdio::piped()).spawn().expect("it starts"));
    let said = Said(BufReader::new(server.0.stderr.take().expect("a pipe")).lines());
    (server, said)
}

#[test]
fn a_changed_configuration_is_taken_and_a_wrong_one_changes_nothing() {
    let (one, two) = ("[sources.a]\nuri = \"file:a.jsonl\"\n", "[sources.b]\nuri = \"file:a.jsonl\"\n");
    let folder = Folder::new(&[("a.jsonl", &requests()), ("team.toml", one.as_bytes())]);
    let (_server, mut said) = serve(&folder, &[]);
    said.after("sources from");
    let ask = |pipeline: &str| folder.run(&["query", pipeline, "--runner", "unix:runner.sock"]);
    assert_eq!(ask("a | count").clean(), "{\"Count\":1000}\n");

    std::fs::write(folder.path("team.toml"), "[sources.a]\nuri = 7\n").expect("it can be written");
    let warning = said.after("warning: ");
    assert!(warning.contains("team.toml:2:7: `uri` is a number, expected a source's address"), "{warning}");
    assert_eq!(ask("a | count").clean(), "{\"Count\":1000}\n");

    // As an editor saves: a new file in the place of the old one.
    std::fs::write(folder.path("new.toml"), two).expect("it can be written");
    std::fs::rename(folder.path("new.toml"), folder.path("team.toml")).expect("it can be moved");
    said.after("sources from");
    assert_eq!(ask("b | count").clean(), "{\"Count\":1000}\n");
    assert!(ask("a | count").failed().contains('b'), "the old name is gone, and what there is is named");
}

#[test]
fn a_server_tells_its_own_metrics_to_this_machine() {
    let config = b"[sources.a]\nuri = \"file:a.jsonl\"\n[runner]\nmetrics = \"127.0.0.1:0\"\n";
    let folder = Folder::new(&[("a.jsonl", &requests()), ("team.toml", config)]);
    let (_server, mut said) = serve(&folder, &[]);
    let address = said.after("metrics on http://");
    folder.run(&["query", "a | count", "--runner", "unix:runner.sock"]).clean();
    said.next(|line| line.contains("started flow=\"flow-").then_some(()));
    said.next(|line| (line.contains("ended flow=\"flow-") && line.contains("outcome=End")).then_some(()));

    let (authority, path) = address.split_once('/').expect("a path");
    let get = |host: &str| {
        let mut stream = std::net::TcpStream::connect(authority).expect("it listens");
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    };
    let answer = get(authority);
    assert!(answer.contains("application/openmetrics-text; version=1.0.0"), "{answer}");
    assert!(answer.contains("headwater_source_received_total{source=\"a\"} 1000\n"), "{answer}");
    assert!(answer.contains("headwater_flows_started_total 1\n"), "{answer}");
    assert!(answer.contains("# EOF"), "{answer}");
    assert!(get("metrics.example").starts_with("HTTP/1.1 403"), "a name that leads here is not this machine's");

    let refused = folder.run(&["serve", "--listen", "unix:other.sock", "--metrics", "0.0.0.0:0"]).failed();
    assert!(refused.contains("loopback"), "{refused}");
}
