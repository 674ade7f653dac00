//! Runs tests: each block in a runner of its own, its sources replaced by recordings of the workspace.

use std::path::{Path, PathBuf};
use std::time::Instant;

use runner::client::Client;
use runner::config::Config;
use runner::event::EventKind;
use runner::{RunRequest, Text};
use syntax::Edit;
use syntax::Severity;
use syntax::analysis::{Analysis, Settings};
use syntax::ast::Attribute;
use syntax::pipeline::{Pipeline, StageKind};
use syntax::source::{Scheme, SourceDecl, SourceUri};
use tokio_stream::StreamExt;

use super::compare::compare;
use super::findings::of_case;
use super::rows::{Rows, cell, markdown};
use super::{Case, cases};
use super::{Outcome, Tested, Verdict, shown};
use crate::document::with_edits;
use crate::features::schemas;
use crate::results::{BlockResult, State, value};
use crate::{check, whole, within};

/// Rows that a test may have; nobody reads more in a review.
const ROWS: usize = 10_000;

/// How the tests are run.
pub(crate) struct Around {
    pub(crate) here: PathBuf,
    /// Rows that differ are written into the runbook.
    pub(crate) update: bool,
    /// Only those of these blocks, where any are named.
    pub(crate) blocks: Vec<String>,
}

/// The tests of one runbook; None where it has none. The error says why the file could not be read or written.
pub(crate) async fn run(file: &Path, around: &Around) -> Result<Option<Tested>, String> {
    let text = check::read(file)?;
    let mut cases = cases(&text);
    if !around.blocks.is_empty() {
        cases.retain(|case| case.get("for").is_some_and(|named| around.blocks.contains(&named.value)));
    }
    if cases.is_empty() {
        return Ok(None);
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = folder.canonicalize().map_err(|error| format!("cannot read `{}`: {error}", folder.display()))?;
    let config = Config::find(&real, None).map_err(|error| error.to_string())?;
    let root = check::root(&real, &around.here);
    let runbook = Runbook { text: &text, config: &config, folder: &real, root: &root };
    let mut outcomes = Vec::new();
    let mut edits = Vec::new();
    for case in &cases {
        let start = Instant::now();
        let mut events = 0;
        let (verdict, rewritten) = match runbook.rows(case, &mut events).await {
            Ok((rows, ordered)) => judge(case, &rows, ordered, around.update),
            Err(why) => (Verdict::Broken(why), None),
        };
        if let Some(rewritten) = rewritten {
            // As the fence's own line ends.
            let fence = text[usize::from(case.info.end())..].split_inclusive('\n').next().unwrap_or_default();
            let end = if fence.ends_with("\r\n") { "\r\n" } else { "\n" };
            let text = rewritten.lines().map(|line| format!("{}{line}{end}", case.prefix)).collect();
            let size = |at: usize| syntax::TextSize::try_from(at).unwrap_or_default();
            edits.push(Edit { range: syntax::TextRange::new(size(case.body.start), size(case.body.end)), text });
        }
        outcomes.push(Outcome {
            block: case.get("for").map(|named| named.value.clone()).unwrap_or_default(),
            line: text[..usize::from(case.info.start())].matches('\n').count() + 1,
            verdict,
            events,
            seconds: start.elapsed().as_secs_f64(),
        });
    }
    if !edits.is_empty() {
        let written = whole::replace(file, &with_edits(&text, edits));
        written.map_err(|error| format!("cannot write `{}`: {error}", file.display()))?;
    }
    Ok(Some(Tested { path: shown(file, &around.here), outcomes }))
}

/// What became of it, and the table that is to stand there.
fn judge(case: &Case, rows: &Rows, ordered: bool, update: bool) -> (Verdict, Option<String>) {
    let Some(table) = &case.table else {
        if update {
            let columns: Vec<String> = rows.fields.iter().map(|field| field.name.to_string()).collect();
            return (Verdict::Updated, Some(table_of(&columns, rows)));
        }
        let help = "there is no table of what must come of it; `headwater test --update` writes it";
        return (Verdict::Broken(help.to_owned()), None);
    };
    match compare(table, rows, ordered) {
        Ok(None) => (Verdict::Passed(rows.rows.len()), None),
        Ok(Some(_)) if update => (Verdict::Updated, Some(table_of(&table.columns, rows))),
        Ok(Some(difference)) => (Verdict::Failed(difference), None),
        // Columns that are gone: all that there are now.
        Err(_) if update && !rows.fields.is_empty() => {
            let columns: Vec<String> = rows.fields.iter().map(|field| field.name.to_string()).collect();
            (Verdict::Updated, Some(table_of(&columns, rows)))
        }
        Err(why) => (Verdict::Broken(why), None),
    }
}

fn table_of(columns: &[String], rows: &Rows) -> String {
    let places: Vec<Option<usize>> =
        columns.iter().map(|name| rows.fields.iter().position(|field| *field.name == **name)).collect();
    let cells = |row: &Vec<syntax::Value>| {
        places.iter().map(|place| place.map(|at| cell(&row[at])).unwrap_or_default()).collect()
    };
    markdown(columns, &rows.rows.iter().map(cells).collect::<Vec<Vec<String>>>())
}

/// What came of a block.
pub(crate) struct Answer {
    pub(crate) rows: Rows,
    /// The block says in which order they come.
    pub(crate) ordered: bool,
    pub(crate) events: u64,
}

/// Runs one block to the end of its sources, in this process. The error says why there is no answer.
pub(crate) async fn answer(
    text: &str,
    block: &str,
    settings: Settings,
    config: &Config,
    pipeline: &Pipeline,
) -> Result<Answer, String> {
    let mut client = runner::serve::in_process(config).await.map_err(|error| error.to_string())?;
    let now = match pipeline.asks_the_clock() {
        true => newest(&mut client, &pipeline.source).await?,
        false => None,
    };
    let request = RunRequest {
        text: Text::Runbook(text.to_owned()),
        blocks: vec![block.to_owned()],
        settings,
        final_only: true,
        now,
        ..RunRequest::default()
    };
    let mut stream = client.run(request).await.map_err(|error| error.to_string())?;
    let mut rows = Rows::default();
    let mut result = BlockResult::new(block);
    while let Some(event) = stream.next().await {
        let event = event.map_err(|error| error.to_string())?;
        match &event.kind {
            EventKind::Started(started) => rows.fields = started.fields.clone(),
            EventKind::Final(batch) => rows.push(batch),
            _ => {}
        }
        if rows.rows.len() > ROWS {
            return Err(format!("the block gives more than {ROWS} rows; test one that sums them up"));
        }
        result.fold(event, 0);
    }
    if result.state() == State::Failed {
        return Err(result.message().to_owned());
    }
    if let Some(dropped) = result.dropped().into_iter().next() {
        return Err(format!("the recording cannot be read as a whole: {dropped}"));
    }
    let ordered = |stage: &syntax::pipeline::Stage| {
        matches!(stage.kind, StageKind::Sort { .. } | StageKind::Top { .. } | StageKind::Take(_) | StageKind::Tail(_))
    };
    let ordered = pipeline.stages.iter().any(ordered);
    Ok(Answer { rows, ordered, events: result.progress().received })
}

/// The time of a source's newest event, in nanoseconds: what `now()` is over a recording, on every machine and day.
async fn newest(client: &mut Client, source: &str) -> Result<Option<i64>, String> {
    let text = Text::Query(format!("{} | summarize newest = max(timestamp)", schemas::written(source)));
    let request = RunRequest { text, final_only: true, ..RunRequest::default() };
    let mut stream = client.run(request).await.map_err(|error| error.to_string())?;
    let mut newest = None;
    while let Some(event) = stream.next().await {
        if let EventKind::Final(batch) = &event.map_err(|error| error.to_string())?.kind
            && let Some(column) = batch.column_by_name("newest")
        {
            newest = (0..batch.num_rows()).filter_map(|row| value::time(column, row)).max().or(newest);
        }
    }
    Ok(newest)
}

struct Runbook<'a> {
    text: &'a str,
    config: &'a Config,
    folder: &'a Path,
    /// Nothing outside of it is read.
    root: &'a Path,
}

impl Runbook<'_> {
    /// What the block gives, and whether in an order of its own. Counts the events that it read.
    async fn rows(&self, case: &Case, events: &mut u64) -> Result<(Rows, bool), String> {
        let settings: Settings = case.settings().map(|(name, set)| (name.to_owned(), set.value.clone())).collect();
        let mut context = self.config.context().map_err(|error| error.to_string())?;
        context.settings = settings.clone();
        let parse = syntax::parse(self.text);
        let analysis = syntax::analyze(&parse, &context);
        let there = |path: &str| within::exists(&self.folder.join(path), self.root);
        if let Some(wrong) = of_case(case, &analysis, &there).first() {
            return Err(sentence(wrong));
        }
        let block = self.block(case, &analysis, parse.diagnostics())?;
        let mut config = self.config.clone();
        self.replace_sources(case, block.1, &mut config)?;
        let answer = answer(self.text, block.0, settings, &config, block.1).await?;
        *events = answer.events;
        Ok((answer.rows, answer.ordered))
    }

    /// The block that is tested, which must run.
    fn block<'a>(
        &self,
        case: &Case,
        analysis: &'a Analysis,
        syntax: &[syntax::Diagnostic],
    ) -> Result<(&'a str, &'a Pipeline), String> {
        let named = case.get("for").ok_or("this does not say which block is tested; write `for=NAME`")?;
        let block = analysis.blocks.iter().find(|block| block.name == named.value);
        let block = block.ok_or_else(|| format!("there is no block `{}`", named.value))?;
        let Some(pipeline) = &block.pipeline else {
            let found = syntax.iter().chain(&analysis.diagnostics);
            let errors: Vec<_> = found.filter(|found| found.severity == Severity::Error).collect();
            // Of a parameter, the front matter is to blame.
            let error = errors.iter().find(|found| block.range.contains_range(found.range)).or(errors.first());
            return Err(match error {
                Some(error) => format!("the block does not run: {}", sentence(error)),
                None => format!("the block `{}` has no pipeline to run", block.name),
            });
        };
        Ok((&block.name, pipeline))
    }

    /// Live sources are read from the recordings; tables that end are read as they are.
    fn replace_sources(&self, case: &Case, pipeline: &Pipeline, config: &mut Config) -> Result<(), String> {
        let read = pipeline.sources();
        for (name, input) in case.inputs() {
            if !name.is_empty() && !read.iter().any(|source| **source == *name) {
                let read = read.iter().map(|source| source.to_string()).collect::<Vec<_>>().join(", ");
                return Err(format!(
                    "the block does not read `{name}`; it reads {read} (found `input.{name}={}`)",
                    input.value
                ));
            }
        }
        for source in &read {
            let main = *source == pipeline.source;
            let given = case.inputs().find(|(name, _)| **name == **source || (name.is_empty() && main));
            let known = config.sources.get(source).cloned();
            let Some((_, input)) = given else {
                if known.is_some_and(|known| known.uri.bounded()) {
                    continue;
                }
                let name = if main && read.len() == 1 { "input".to_owned() } else { format!("input.{source}") };
                return Err(format!(
                    "the block reads `{source}`, and no recording is given for it; write `{name}=PATH`"
                ));
            };
            let uri = self.uri(input)?;
            let decl = match known {
                // What is declared of its fields holds for the recording too.
                Some(known) => SourceDecl { uri, ..known },
                None => SourceDecl::for_uri(source, uri)?,
            };
            config.sources.sources.retain(|known| known.name != *source);
            config.sources.sources.push(decl);
        }
        Ok(())
    }

    /// A recording of the workspace, or simulated events that are the same each time.
    fn uri(&self, input: &Attribute) -> Result<SourceUri, String> {
        let value = input.value.as_str();
        let simulated = value.starts_with("demo:");
        let address = if simulated || ["file:", "replay:"].iter().any(|scheme| value.starts_with(scheme)) {
            value.to_owned()
        } else {
            format!("file:{value}")
        };
        let mut uri = SourceUri::parse(&address)?;
        if !uri.bounded() {
            return Err(format!("`{value}` does not end, and a test does; name a recording, or add `events=10000`"));
        }
        if simulated {
            return match uri.param("start") {
                Some(_) => Ok(uri),
                None => Err(format!("`{value}` is another each day; add `&start=2026-01-31T12:00:00Z`")),
            };
        }
        if !matches!(uri.scheme, Scheme::File | Scheme::Replay) {
            return Err(format!("`{value}` is no recording; name a file"));
        }
        let path = self.folder.join(&uri.rest);
        within::readable(&path, self.root).map_err(|why| why.replace(&*path.to_string_lossy(), value))?;
        uri.rest = path.to_string_lossy().into_owned();
        Ok(uri)
    }
}

fn sentence(found: &syntax::Diagnostic) -> String {
    match &found.help {
        Some(help) => format!("{}; {help}", found.message),
        None => found.message.clone(),
    }
}
