//! Runs as Markdown: `tests/cases/*.md` hold events, a pipeline, and what comes out of it.
//!
//! A fence `ndjson NAME field:type …` gives the events of a source (the field `timestamp` is event time),
//! `headwater` the pipeline. What the engine says of it stands in the fences that follow: `final` rows,
//! `provisional` rows just before the end, the `account`, or the `error`. `expressions` are evaluated over the
//! one event of the fence before. `UPDATE_EXPECT=1` writes what is found.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use runner::batch::{arrow_schema, fields};
use runner::execution::Execution;
use runner::expression::{Operand, convert};
use runner::operator::Limits;
use runner::rewrite::{Plan, rewrite};
use syntax::analysis::Context;
use syntax::pipeline::Pipeline;
use syntax::source::{FieldDecl, Scheme, SourceDecl, SourceUri, Sources};
use syntax::{Field, Severity, Type};

/// What `now()` is.
const NOW: i64 = 1_700_000_000_000_000_000;

const LATENESS: i64 = 2_000_000_000;

/// The events of one source.
struct Events {
    decl: SourceDecl,
    batch: RecordBatch,
}

/// What a run says, by the word of the fence that shows it.
#[derive(Debug, Default, PartialEq)]
struct Said {
    rows: String,
    provisional: String,
    account: String,
    error: String,
}

#[test]
fn cases() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a string takes it");
        expect_test::expect_file![path].assert_eq(&with_answers(&text));
    }
}

/// The text with what the engine says in the place of what was expected.
fn with_answers(text: &str) -> String {
    let mut out = String::new();
    let mut sources: Vec<Events> = Vec::new();
    let mut said = Said::default();
    let mut ran = false;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        writeln!(out, "{line}").expect("a string takes it");
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let body = body.iter().map(|line| format!("{line}\n")).collect::<String>();
        let (word, rest) = info.split_once(' ').unwrap_or((info, ""));
        let shown = match word {
            "ndjson" => {
                if std::mem::take(&mut ran) {
                    sources.clear();
                }
                sources.push(events(rest, &body));
                body
            }
            "headwater" => {
                ran = true;
                said = run(&body, &sources);
                body
            }
            "expressions" => expressions(&body, &sources),
            "final" => said.rows.clone(),
            "provisional" => said.provisional.clone(),
            "account" => said.account.clone(),
            "error" => said.error.clone(),
            other => panic!("a fence of a case is not called {other}"),
        };
        writeln!(out, "{shown}```").expect("a string takes it");
    }
    out
}

fn events(info: &str, body: &str) -> Events {
    let mut words = info.split_whitespace();
    let name = words.next().expect("the source's name");
    let declared: Vec<Field> = words
        .map(|word| {
            let (name, ty) = word.rsplit_once(':').expect("field:type");
            Field::new(name, Type::from_word(ty).expect("a type"))
        })
        .collect();
    let rows: Vec<serde_json::Map<String, serde_json::Value>> =
        body.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect();
    let column = |field: &Field| -> ArrayRef {
        let texts =
            rows.iter().map(|row| row.get(&*field.name).filter(|value| !value.is_null()).map(ToString::to_string));
        let json: ArrayRef = Arc::new(texts.collect::<StringArray>());
        convert::column(&json, Type::Dynamic, field.ty)
    };
    let columns = declared.iter().map(column).collect();
    let time = declared.iter().find(|field| &*field.name == "timestamp").map(|field| field.name.clone());
    // What has no time is a table.
    let scheme = if time.is_some() { Scheme::Stdin } else { Scheme::File };
    let decl = SourceDecl {
        name: name.into(),
        uri: SourceUri { scheme, rest: String::new(), params: Vec::new() },
        doc: None,
        lateness: LATENESS,
        fields: declared
            .iter()
            .map(|field| FieldDecl {
                name: field.name.clone(),
                ty: field.ty,
                unit: None,
                doc: None,
                values: Vec::new(),
                renamed_to: None,
            })
            .collect(),
        open: false,
        time,
    };
    Events { decl, batch: RecordBatch::try_new(arrow_schema(&declared), columns).expect("columns of one length") }
}

fn analyze(text: &str, sources: &[Events]) -> Result<Pipeline, String> {
    let sources = Sources { sources: sources.iter().map(|events| events.decl.clone()).collect() };
    let context = Context { sources, ..Context::default() };
    let analysis = syntax::analyze(&syntax::parse_query(text), &context);
    let errors = analysis.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let errors: String = errors.map(|diagnostic| format!("{}\n", diagnostic.message)).collect();
    match analysis.blocks.into_iter().find_map(|block| block.pipeline) {
        Some(pipeline) if errors.is_empty() => Ok(pipeline),
        _ => Err(errors),
    }
}

fn run(text: &str, sources: &[Events]) -> Said {
    analyze(text, sources)
        .and_then(|pipeline| {
            let said = run_pipeline(&pipeline, sources, None);
            let plan = rewrite(&pipeline, NOW);
            assert_eq!(run_pipeline(&pipeline, sources, Some(&plan)), said, "{text}: rewritten by {:?}", plan.changes);
            said
        })
        .unwrap_or_else(|error| Said { error, ..Said::default() })
}

fn run_pipeline(pipeline: &Pipeline, sources: &[Events], plan: Option<&Plan>) -> Result<Said, String> {
    let failed = |error: runner::Error| format!("{error}\n");
    let limits = Limits { groups: 5, rows: 5, ..Limits::default() };
    let execution = match plan {
        Some(plan) => Execution::of(plan, NOW, &limits),
        None => Execution::new(pipeline, NOW, &limits),
    };
    let mut execution = execution.map_err(failed)?;
    let mut out = Vec::new();
    let inputs = execution.inputs().to_vec();
    for (number, input) in inputs.iter().enumerate() {
        let events = sources.iter().find(|events| events.decl.name == input.source).expect("a source of the case");
        crate::drive::push(&mut execution, number, &events.batch, &mut None, LATENESS, &mut out).map_err(failed)?;
    }
    let provisional = json_lines(&execution.preview().map_err(failed)?);
    for number in 0..inputs.len() {
        execution.end(number, &mut out).map_err(failed)?;
    }
    let account = execution.account();
    let account = format!(
        "received {} = matched {} + filtered {} + late {}\nleft each stage: {:?}\n",
        account.received,
        account.matched,
        account.filtered,
        account.late,
        execution.stage_out()
    );
    let error = execution.violation().map(|violation| format!("{violation}\n")).unwrap_or_default();
    Ok(Said { rows: json_lines(&out), provisional, account, error })
}

/// Each line is an expression, followed by what it gives.
fn expressions(body: &str, sources: &[Events]) -> String {
    let mut out = String::new();
    for line in body.lines() {
        let text = line.split(" => ").next().unwrap_or("").trim_end();
        if text.is_empty() || text.starts_with("//") {
            writeln!(out, "{line}").expect("a string takes it");
            continue;
        }
        let source = &sources[0].decl.name;
        let said = run(&format!("{source} | project x = {text}"), sources);
        let found = match said.rows.trim_end().strip_prefix("{\"x\":").and_then(|rest| rest.strip_suffix('}')) {
            Some(value) => value.to_owned(),
            None => said.error.trim_end().replace('\n', "; "),
        };
        writeln!(out, "{text:<60} => {found}").expect("a string takes it");
    }
    out
}

/// Rows as JSON: times as the language writes them.
pub(crate) fn json_lines(batches: &[RecordBatch]) -> String {
    let mut out = String::new();
    for batch in batches {
        let fields = fields(batch.schema_ref());
        let columns: Vec<(String, Operand)> = fields
            .iter()
            .zip(batch.columns())
            .map(|(field, column)| {
                let json = convert::column(column, field.ty, Type::Dynamic);
                (serde_json::Value::from(&*field.name).to_string(), Operand::Column(json))
            })
            .collect();
        for row in 0..batch.num_rows() {
            let members: Vec<String> = columns
                .iter()
                .map(|(name, column)| format!("{name}:{}", column.texts().get(row).unwrap_or("null")))
                .collect();
            writeln!(out, "{{{}}}", members.join(",")).expect("a string takes it");
        }
    }
    out
}
