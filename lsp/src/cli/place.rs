//! A place in a pipeline, as the command line names it: the number of a stage, or its word.

use std::path::Path;

use runner::config::Config;
use syntax::TextRange;
use syntax::analysis::Settings;
use syntax::ast::{self, AstNode, Statement};

use super::Failure;
use super::args::RunnerArgs;
use super::connect::folder_of;
use super::runbook::{Subject, expect_known};

/// A runbook's block, or a pipeline that was written out.
pub(super) struct Written {
    pub(super) subject: Subject,
    pub(super) config: Config,
    pub(super) block: Option<String>,
}

impl Written {
    /// A pipeline is never the name of a file that is there.
    pub(super) fn new(what: &str, block: Option<&String>, runner: &RunnerArgs) -> Result<Written, Failure> {
        let path = Path::new(what);
        let is_file = path.extension().is_some_and(|extension| extension == "md") || path.is_file();
        let (subject, folder) =
            if is_file { (Subject::runbook(path)?, folder_of(path)) } else { (Subject::query(what), Path::new(".")) };
        Ok(Written { subject, config: runner.config(folder)?, block: block.cloned() })
    }
}

/// A stage of a pipeline: its word and where it stands.
pub(super) struct Stage {
    pub(super) word: String,
    pub(super) range: TextRange,
}

/// The stages of a block's own pipeline, in order.
pub(super) fn stages(subject: &Subject, config: &Config, block: Option<&String>) -> Result<Vec<Stage>, Failure> {
    let analysis = subject.analyze(config, &Settings::default());
    let known: Vec<&str> = analysis.blocks.iter().map(|block| block.name.as_str()).collect();
    expect_known("block", block, &known)?;
    let index = match block {
        Some(name) => known.iter().position(|known| known == name),
        None => analysis.blocks.iter().position(|block| !block.stages.is_empty()),
    };
    let parse = subject.text.parse();
    let node = index.and_then(|index| parse.root().blocks().nth(index));
    let mut statements =
        node.and_then(|block| block.body()).into_iter().flat_map(|body| body.statements().collect::<Vec<_>>());
    let pipeline = statements.find_map(|statement| match statement {
        Statement::Pipeline(pipeline) => Some(pipeline),
        Statement::Let(_) => None,
    });
    let nothing = || Failure::Message("there is no pipeline in this block".to_owned());
    let stages = pipeline.ok_or_else(nothing)?.stages().map(|stage| Stage { word: word(&stage), range: stage.range() });
    Ok(stages.collect())
}

fn word(stage: &ast::Stage) -> String {
    stage.word().map_or_else(|| stage.syntax().text().to_string(), |word| word.text().to_owned())
}

/// The stage that `--until` names.
pub(super) fn until<'a>(stages: &'a [Stage], named: &str) -> Result<&'a Stage, Failure> {
    let words = || stages.iter().map(|stage| stage.word.as_str()).collect::<Vec<_>>().join(", ");
    if let Ok(number) = named.parse::<usize>() {
        let stage = number.checked_sub(1).and_then(|index| stages.get(index));
        let message =
            || format!("--until {number}: the pipeline has {} stages ({}), counted from 1", stages.len(), words());
        return stage.ok_or_else(|| Failure::Message(message()));
    }
    let mut found = stages.iter().filter(|stage| stage.word == named);
    match (found.next(), found.next()) {
        (Some(stage), None) => Ok(stage),
        (Some(_), Some(_)) => {
            Err(Failure::Message(format!("--until {named}: several stages have this word; say its number, e.g. 2")))
        }
        (None, _) => {
            Err(Failure::Message(format!("--until {named}: there is no such stage; the pipeline has {}", words())))
        }
    }
}
