//! Texts to try everything on: the runbooks, the cases of the language and those of the engine, each with the
//! sources that it is written for and events of them; and what a pipeline gives of these events.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use lsp::document::Document;
use runner::batch::{arrow_schema, fields};
use runner::config::Config;
use runner::execution::Execution;
use runner::expression::{Operand, convert};
use runner::operator::Limits;
use runner::source::{Feed, Wanted, otlp};
use syntax::analysis::Context;
use syntax::pipeline::Pipeline;
use syntax::source::{FieldDecl, Scheme, SourceDecl, SourceUri, Sources};
use syntax::{Field, Type};

/// A runbook, what is known of its sources, and what they give.
#[derive(Clone)]
pub(crate) struct Text {
    /// The file, and for a case its line.
    pub(crate) name: String,
    pub(crate) text: String,
    context: Arc<Context>,
    events: Arc<Vec<(String, RecordBatch)>>,
}

impl Text {
    pub(crate) fn document(&self) -> Document {
        self.with(self.text.clone())
    }

    /// A block of its own, over the same sources.
    pub(crate) fn named(&self, block: String) -> Text {
        Text { text: format!("```headwater\n{block}\n```\n"), name: block, ..self.clone() }
    }

    /// Another runbook over the same sources.
    pub(crate) fn runbook(&self, name: &str, text: &str) -> Text {
        Text { name: name.to_owned(), text: text.to_owned(), ..self.clone() }
    }

    /// Another text with the same sources.
    pub(crate) fn with(&self, text: String) -> Document {
        let context = self.context.clone();
        Document::new(text, 1, move || context.clone())
    }

    /// The rows of a pipeline at its end; None where there are no events of its sources.
    pub(crate) fn rows(&self, pipeline: &Pipeline) -> Option<Result<String, String>> {
        let failed = |error: runner::Error| error.to_string();
        let mut execution = match Execution::new(pipeline, NOW, &Limits::default()) {
            Ok(execution) => execution,
            Err(error) => return Some(Err(failed(error))),
        };
        let of = |name: &str| self.events.iter().find(|(source, _)| source == name).map(|(_, events)| events.clone());
        let inputs: Option<Vec<RecordBatch>> = execution.inputs().iter().map(|input| of(&input.source)).collect();
        let inputs = inputs?;
        let mut run = || {
            let mut out = Vec::new();
            for (number, events) in inputs.iter().enumerate() {
                execution.push(number, events, &mut out)?;
            }
            for number in 0..inputs.len() {
                execution.end(number, &mut out)?;
            }
            Ok(json_lines(&out))
        };
        Some(run().map_err(failed))
    }
}

/// What `now()` is: within the hour of the demo's events.
const NOW: i64 = 1_767_225_600_000_000_000;

/// All of them, the smallest pieces that mean something by themselves.
pub(crate) fn corpus() -> Vec<Text> {
    let mut texts = runbooks();
    for folder in ["syntax/tests/parse", "syntax/tests/format"] {
        for (name, text) in files(folder) {
            texts.push(Text { name, text, context: OFFERED.clone(), events: DEMO.clone() });
        }
    }
    for (name, text) in files("syntax/tests/analysis") {
        let fences = fences(&text).into_iter().filter(|fence| fence.info.starts_with("headwater"));
        texts.extend(fences.map(|fence| fence.text(&name, OFFERED.clone(), DEMO.clone())));
    }
    for (name, text) in files("runner/tests/cases") {
        texts.extend(cases(&name, &text));
    }
    assert!(texts.len() > 200, "the corpus is not there");
    texts
}

pub(crate) fn runbooks() -> Vec<Text> {
    let config = Config::load(&root().join("runbooks/headwater.toml")).expect("the runbooks' sources");
    let context = Arc::new(Context { sources: config.sources, ..Context::default() });
    let of = |(name, text)| Text { name, text, context: context.clone(), events: DEMO.clone() };
    files("runbooks").into_iter().map(of).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(folder: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(root().join(folder)).expect("the corpus is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    paths.sort();
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("it is UTF-8");
    let name = |path: &PathBuf| format!("{folder}/{}", path.file_name().unwrap_or_default().to_string_lossy());
    paths.iter().map(|path| (name(path), read(path))).collect()
}

struct Fence {
    line: usize,
    info: String,
    body: String,
}

impl Fence {
    fn text(&self, file: &str, context: Arc<Context>, events: Arc<Vec<(String, RecordBatch)>>) -> Text {
        let text = format!("```headwater\n{}```\n", self.body);
        Text { name: format!("{file}:{}", self.line), text, context, events }
    }
}

fn fences(text: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((line, text)) = lines.next() {
        let Some(info) = text.strip_prefix("```") else { continue };
        let body = lines.by_ref().take_while(|(_, line)| *line != "```").map(|(_, line)| format!("{line}\n")).collect();
        found.push(Fence { line: line + 1, info: info.to_owned(), body });
    }
    found
}

/// The engine's cases: `ndjson NAME field:type …` gives events, and holds until the next one behind a pipeline.
fn cases(file: &str, text: &str) -> Vec<Text> {
    let mut texts = Vec::new();
    let (mut sources, mut events, mut ran) = (Vec::new(), Vec::new(), false);
    for fence in fences(text) {
        match fence.info.split_once(' ').unwrap_or((&fence.info, "")) {
            ("ndjson", info) => {
                if std::mem::take(&mut ran) {
                    (sources, events) = (Vec::new(), Vec::new());
                }
                let (decl, batch) = declared(info, &fence.body);
                events.push((decl.name.to_string(), batch));
                sources.push(decl);
            }
            ("headwater", _) => {
                ran = true;
                let sources = Sources { sources: sources.clone() };
                let context = Arc::new(Context { sources, ..Context::default() });
                texts.push(fence.text(file, context, Arc::new(events.clone())));
            }
            _ => {}
        }
    }
    texts
}

fn declared(info: &str, body: &str) -> (SourceDecl, RecordBatch) {
    let mut words = info.split_whitespace();
    let name = words.next().expect("the source's name");
    let field = |word: &str| {
        let (name, ty) = word.rsplit_once(':').expect("field:type");
        Field::new(name, Type::from_word(ty).expect("a type"))
    };
    let made: Vec<Field> = words.map(field).collect();
    let rows: Vec<serde_json::Map<String, serde_json::Value>> =
        body.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect();
    let column = |field: &Field| -> ArrayRef {
        let texts = rows.iter().map(|row| row.get(&*field.name).filter(|value| !value.is_null()));
        let json: ArrayRef = Arc::new(texts.map(|text| text.map(ToString::to_string)).collect::<StringArray>());
        convert::column(&json, Type::Dynamic, field.ty)
    };
    let batch = RecordBatch::try_new(arrow_schema(&made), made.iter().map(column).collect()).expect("one length");
    let time = made.iter().find(|field| &*field.name == "timestamp").map(|field| field.name.clone());
    let of = |field: &Field| FieldDecl {
        name: field.name.clone(),
        ty: field.ty,
        unit: None,
        doc: None,
        values: Vec::new(),
        renamed_to: None,
    };
    let decl = SourceDecl {
        name: name.into(),
        // What has no time is a table.
        uri: SourceUri {
            scheme: if time.is_some() { Scheme::Stdin } else { Scheme::File },
            rest: String::new(),
            params: Vec::new(),
        },
        doc: None,
        lateness: 2_000_000_000,
        fields: made.iter().map(of).collect(),
        open: false,
        time,
    };
    (decl, batch)
}

/// The shop's sources, open ones, and a file that is read to its end.
static OFFERED: LazyLock<Arc<Context>> = LazyLock::new(|| {
    let mut sources = Sources::builtin();
    for (name, uri) in [
        ("traces_in", "otlp:127.0.0.1:4317"),
        ("access", "file:access.jsonl?follow=true"),
        ("owners", "file:owners.jsonl"),
        ("requests", "otlp:127.0.0.1:4317?signal=logs"),
    ] {
        let uri = SourceUri::parse(uri).expect("a right address");
        sources.sources.push(SourceDecl::for_uri(name, uri).expect("a right source"));
    }
    Arc::new(Context { sources, ..Context::default() })
});

/// Some events of the shop.
static DEMO: LazyLock<Arc<Vec<(String, RecordBatch)>>> = LazyLock::new(|| {
    let signals = ["spans", "logs", "metrics", "deploys"];
    Arc::new(signals.map(|signal| (signal.to_owned(), demo(signal))).to_vec())
});

fn demo(signal: &str) -> RecordBatch {
    let uri = "demo:shop?start=2026-01-01T00:00:00Z&events=400";
    let uri = SourceUri::parse(uri).expect("a right address");
    let decl = SourceDecl::for_uri(signal, uri).expect("a right source");
    let opened = runner::source::open(&decl, &otlp::Listeners::default()).expect("the demo opens");
    let collect = Arc::new(Collect::default());
    opened.reader.run(collect.clone()).expect("the demo ends");
    let batches = collect.0.lock().expect("nobody panics").split_off(0);
    // What the demo makes at once fits one batch.
    batches.into_iter().max_by_key(RecordBatch::num_rows).expect("there are events")
}

/// Keeps the batches that a reader makes.
#[derive(Default)]
struct Collect(Mutex<Vec<RecordBatch>>);

impl Feed for Collect {
    fn wanted(&self) -> Arc<Wanted> {
        Arc::new(Wanted::All)
    }

    fn batch(&self, batch: RecordBatch) {
        self.0.lock().expect("nobody panics").push(batch);
    }

    fn dropped(&self, reason: &'static str, _: u64, _: &[u8]) {
        panic!("the demo's events can be read: {reason}");
    }

    fn notice(&self, _: String) {}

    fn stopped(&self) -> bool {
        false
    }

    fn pause(&self, _: Duration) -> bool {
        false
    }
}

fn json_lines(batches: &[RecordBatch]) -> String {
    let mut out = String::new();
    for batch in batches {
        let columns: Vec<(String, Operand)> = fields(batch.schema_ref())
            .iter()
            .zip(batch.columns())
            .map(|(field, column)| {
                let plain = runner::batch::plain(column).expect("a known form");
                let json = convert::column(&plain, field.ty, Type::Dynamic);
                (field.name.to_string(), Operand::Column(json))
            })
            .collect();
        for row in 0..batch.num_rows() {
            let members =
                columns.iter().map(|(name, column)| format!("{name:?}:{}", column.texts().get(row).unwrap_or("null")));
            out.push_str(&format!("{{{}}}\n", members.collect::<Vec<_>>().join(",")));
        }
    }
    out
}
