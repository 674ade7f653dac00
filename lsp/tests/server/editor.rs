//! An editor for tests: speaks JSON-RPC to a server in memory, and keeps what it is told.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use lsp::server::Environment;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;

pub(crate) const URI: &str = "file:///workspace/runbook.md";

pub(crate) struct Editor {
    to: WriteHalf<DuplexStream>,
    from: BufReader<ReadHalf<DuplexStream>>,
    server: JoinHandle<()>,
    next_id: i64,
    version: i64,
    responses: HashMap<i64, Value>,
    notifications: VecDeque<Value>,
    /// Requests of the server, in order.
    pub(crate) asked: Vec<Value>,
    /// Never answers the server's requests.
    pub(crate) deaf: bool,
    /// When the last message had come, before it was read.
    pub(crate) came: Instant,
}

impl Editor {
    /// Started and initialized; `with` is merged into the parameters of `initialize`.
    pub(crate) async fn start(with: Value) -> Editor {
        let mut editor = Editor::connect();
        editor.initialize(with).await;
        editor
    }

    pub(crate) fn connect() -> Editor {
        Editor::connect_to(|theirs| {
            let (input, output) = tokio::io::split(theirs);
            let environment = Environment { program: env!("CARGO_BIN_EXE_headwater").into() };
            tokio::spawn(lsp::server::serve(input, output, environment))
        })
    }

    /// To the server at the other end of a stream.
    pub(crate) fn connect_to(start: impl FnOnce(DuplexStream) -> JoinHandle<()>) -> Editor {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let server = start(theirs);
        let (from, to) = tokio::io::split(ours);
        Editor {
            to,
            from: BufReader::new(from),
            server,
            next_id: 1,
            version: 1,
            responses: HashMap::new(),
            notifications: VecDeque::new(),
            asked: Vec::new(),
            deaf: false,
            came: Instant::now(),
        }
    }

    /// The server's answer to `initialize`.
    pub(crate) async fn initialize(&mut self, with: Value) -> Value {
        let mut params = json!({ "capabilities": {
            "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } },
        } });
        merge(&mut params, with);
        let answer = self.request("initialize", params).await;
        self.notify("initialized", json!({})).await;
        answer
    }

    pub(crate) async fn open(&mut self, text: &str) {
        let item = json!({ "uri": URI, "languageId": "markdown", "version": self.version, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item })).await;
    }

    /// One change of `range` ([line, character] twice), or of the whole text.
    pub(crate) async fn change(&mut self, range: Option<[[u32; 2]; 2]>, text: &str) {
        self.version += 1;
        let at = |[line, character]: [u32; 2]| json!({ "line": line, "character": character });
        let change = match range {
            Some([start, end]) => json!({ "range": { "start": at(start), "end": at(end) }, "text": text }),
            None => json!({ "text": text }),
        };
        let document = json!({ "uri": URI, "version": self.version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] })).await;
    }

    pub(crate) fn version(&self) -> i64 {
        self.version
    }

    pub(crate) async fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// Sends a request without waiting for the answer.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message).await;
        id
    }

    /// The whole response, `result` or `error`.
    pub(crate) async fn response(&mut self, id: i64) -> Value {
        loop {
            if let Some(response) = self.responses.remove(&id) {
                return response;
            }
            self.receive().await;
        }
    }

    /// The answer to a request that succeeds.
    pub(crate) async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params).await;
        let mut response = self.response(id).await;
        assert!(response.get("error").is_none(), "{method}: {response:#}");
        response["result"].take()
    }

    /// A request about the document as a whole.
    pub(crate) async fn request_document(&mut self, method: &str) -> Value {
        self.request(method, json!({ "textDocument": { "uri": URI } })).await
    }

    /// The next notification of this method for which `wanted` holds; others before it are dropped.
    pub(crate) async fn notification(&mut self, method: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            while let Some(mut message) = self.notifications.pop_front() {
                if message["method"] == method && wanted(&message["params"]) {
                    return message["params"].take();
                }
            }
            self.receive().await;
        }
    }

    /// The diagnostics of the text that was sent last.
    pub(crate) async fn diagnostics(&mut self) -> Value {
        let version = self.version;
        let wanted = |params: &Value| params["version"] == version;
        self.notification("textDocument/publishDiagnostics", wanted).await["diagnostics"].take()
    }

    /// Leaves as an editor should, and waits until the server has ended.
    pub(crate) async fn leave(mut self) {
        self.request("shutdown", Value::Null).await;
        self.notify("exit", Value::Null).await;
        self.server.await.expect("the server ends in peace");
    }

    /// Goes without a word.
    pub(crate) async fn vanish(self) {
        let Editor { to, from, server, .. } = self;
        drop((to, from));
        server.await.expect("the server ends in peace");
    }

    async fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let framed = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.to.write_all(framed.as_bytes()).await.expect("the server reads");
    }

    /// Takes the next message in.
    pub(crate) async fn receive(&mut self) {
        let mut length = 0;
        loop {
            let mut line = String::new();
            let read = self.from.read_line(&mut line).await.expect("the server writes text");
            assert!(read > 0, "the server has gone");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().expect("a number"),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).await.expect("the whole message");
        self.came = Instant::now();
        let message: Value = serde_json::from_slice(&body).expect("JSON");
        match (message.get("method"), message["id"].as_i64()) {
            (None, Some(id)) => _ = self.responses.insert(id, message),
            (None, None) => panic!("a response to nothing: {message:#}"),
            (Some(_), Some(id)) => {
                self.asked.push(message);
                if !self.deaf {
                    let edits = self.asked.last().is_some_and(|asked| asked["method"] == "workspace/applyEdit");
                    let result = if edits { json!({ "applied": true }) } else { Value::Null };
                    self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result })).await;
                }
            }
            (Some(_), None) => self.notifications.push_back(message),
        }
    }
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            from.into_iter().for_each(|(key, value)| merge(into.entry(key).or_insert(Value::Null), value));
        }
        (into, from) => *into = from,
    }
}
