//! The language server within this process, spoken to as an editor does, and what it has said last.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::server::{self, Environment};

/// Bytes between the two that may wait.
const PIPE: usize = 64 << 10;

/// News that a page may be behind; one that is further behind gets the next ones.
const BEHIND: usize = 256;

pub(super) struct Session {
    uri: String,
    version: AtomicI64,
    next: AtomicI64,
    out: mpsc::Sender<String>,
    shared: Arc<Shared>,
    server: Mutex<Option<JoinHandle<()>>>,
}

/// What the reader of the server's words shares with the pages.
struct Shared {
    waiting: Mutex<HashMap<i64, oneshot::Sender<Value>>>,
    said: Mutex<Said>,
    news: broadcast::Sender<Arc<str>>,
}

#[derive(Default)]
struct Said {
    runbook: Option<Value>,
    /// By block; a block that is gone is dropped with the next word about the runbook.
    results: BTreeMap<String, Value>,
}

impl Session {
    pub(super) async fn start(runbook: &Path, text: &str, environment: Environment) -> io::Result<Session> {
        let path = runbook.canonicalize()?;
        let uri = |path: &Path| {
            tower_lsp::ls_types::Uri::from_file_path(path)
                .map(|uri| uri.as_str().to_owned())
                .ok_or_else(|| io::Error::other(format!("`{}` has no address", path.display())))
        };
        let folder = uri(path.parent().unwrap_or(&path))?;
        let (ours, theirs) = tokio::io::duplex(PIPE);
        let (from, to) = tokio::io::split(theirs);
        let server = tokio::spawn(server::serve(from, to, environment));
        let (from, to) = tokio::io::split(ours);
        let (out, outbox) = mpsc::channel(64);
        let shared =
            Arc::new(Shared { waiting: Mutex::default(), said: Mutex::default(), news: broadcast::channel(BEHIND).0 });
        tokio::spawn(write(to, outbox));
        tokio::spawn(read(BufReader::new(from), Arc::clone(&shared), out.clone()));
        let session = Session {
            uri: uri(&path)?,
            version: AtomicI64::new(1),
            next: AtomicI64::new(0),
            out,
            shared,
            server: Mutex::new(Some(server)),
        };
        let options = json!({ "results": true, "rows": 1000, "trusted": true, "views": true });
        let folders = json!([{ "uri": folder, "name": "view" }]);
        let capabilities = json!({ "general": { "positionEncodings": ["utf-8"] } });
        let params =
            json!({ "capabilities": capabilities, "workspaceFolders": folders, "initializationOptions": options });
        session.request("initialize", params).await.map_err(io::Error::other)?;
        session.notify("initialized", json!({})).await;
        let document = json!({ "uri": session.uri, "languageId": "markdown", "version": 1, "text": text });
        session.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
        Ok(session)
    }

    /// The file has another text.
    pub(super) async fn change(&self, text: &str) {
        let version = self.version.fetch_add(1, Ordering::Relaxed) + 1;
        let document = json!({ "uri": self.uri, "version": version });
        let changes = json!([{ "text": text }]);
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes })).await;
        self.shared.tell("text", Value::Null);
    }

    pub(super) async fn run_all(&self) {
        // Blocks that cannot run say so in their cards.
        drop(self.command("headwater.runAll", json!({})).await);
    }

    /// What the server answers, or why it does not.
    pub(super) async fn command(&self, command: &str, mut target: Value) -> Result<Value, String> {
        if let Some(target) = target.as_object_mut() {
            target.insert("uri".to_owned(), self.uri.clone().into());
        }
        self.request("workspace/executeCommand", json!({ "command": command, "arguments": [target] })).await
    }

    /// All that a page needs that begins, and from then on what is new.
    pub(super) fn follow(&self) -> (Vec<String>, broadcast::Receiver<Arc<str>>) {
        let said = lock(&self.shared.said);
        let news = self.shared.news.subscribe();
        let runbook = said.runbook.iter().map(|runbook| message("runbook", runbook));
        let results = said.results.values().map(|results| message("results", results));
        (runbook.chain(results).collect(), news)
    }

    /// Ends the server, and with it what it started.
    pub(super) async fn end(&self) {
        drop(self.request("shutdown", Value::Null).await);
        self.notify("exit", Value::Null).await;
        let server = lock(&self.server).take();
        if let Some(server) = server {
            drop(server.await);
        }
    }

    async fn request(&self, method: &str, params: Value) -> Result<Value, String> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        lock(&self.shared.waiting).insert(id, answer);
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
        let mut answer = answered.await.map_err(|_| "the language server has ended".to_owned())?;
        match answer.get("error") {
            None => Ok(answer["result"].take()),
            Some(error) => Err(error["message"].as_str().unwrap_or("it failed").to_owned()),
        }
    }

    async fn notify(&self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    async fn send(&self, message: Value) {
        // One that has ended is noticed where an answer is waited for.
        drop(self.out.send(message.to_string()).await);
    }
}

impl Shared {
    fn take(&self, mut message: Value) -> Option<Value> {
        let id = message.get("id").cloned();
        let Some(method) = message["method"].as_str().map(str::to_owned) else {
            let waiting = lock(&self.waiting).remove(&id?.as_i64()?)?;
            // Who asked may have gone.
            drop(waiting.send(message));
            return None;
        };
        let params = message["params"].take();
        match (method.as_str(), id) {
            ("headwater/blockResults", _) => {
                let block = params["block"].as_str()?.to_owned();
                self.tell("results", params.clone());
                lock(&self.said).results.insert(block, params);
                None
            }
            ("headwater/runbook", _) => {
                self.tell("runbook", params.clone());
                let blocks: Vec<&str> =
                    params["blocks"].as_array()?.iter().filter_map(|it| it["block"].as_str()).collect();
                let mut said = lock(&self.said);
                said.results.retain(|block, _| blocks.contains(&block.as_str()));
                said.runbook = Some(params);
                None
            }
            // What it asks of an editor is not for a page.
            (_, Some(id)) => Some(json!({ "jsonrpc": "2.0", "id": id, "result": null })),
            _ => None,
        }
    }

    fn tell(&self, kind: &str, of: Value) {
        // Nobody may be looking.
        drop(self.news.send(message(kind, &of).into()));
    }
}

fn message(kind: &str, of: &Value) -> String {
    json!({ "kind": kind, "of": of }).to_string()
}

async fn write(mut to: WriteHalf<DuplexStream>, mut outbox: mpsc::Receiver<String>) {
    while let Some(body) = outbox.recv().await {
        let framed = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        if to.write_all(framed.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(mut from: BufReader<ReadHalf<DuplexStream>>, shared: Arc<Shared>, out: mpsc::Sender<String>) {
    while let Some(message) = next(&mut from).await {
        if let Some(answer) = shared.take(message)
            && out.send(answer.to_string()).await.is_err()
        {
            break;
        }
    }
    // Nobody will answer them.
    lock(&shared.waiting).clear();
    shared.tell("gone", Value::Null);
}

/// The next message of the server's; None at its end.
async fn next(from: &mut BufReader<ReadHalf<DuplexStream>>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
