//! `headwater explain`: the plan of a pipeline as written, and as it runs.

use std::io::{self, Write};
use std::path::Path;

use super::args::{self, ExplainArgs};
use super::connect::folder_of;
use super::console::{Console, Tone, paint};
use super::runbook::{Subject, expect_known};
use super::{Failure, Outcome};

pub(super) fn explain(args: &ExplainArgs, console: Console) -> Result<Outcome, Failure> {
    let path = Path::new(&args.what);
    // A pipeline is never the name of a file that is there.
    let is_file = path.extension().is_some_and(|extension| extension == "md") || path.is_file();
    let (subject, folder) =
        if is_file { (Subject::runbook(path)?, folder_of(path)) } else { (Subject::query(&args.what), Path::new(".")) };
    let config = args.runner.config(folder)?;
    let settings = args::settings(&args.settings);
    let analysis = subject.analyze(&config, &settings);
    let known: Vec<&str> = analysis.blocks.iter().map(|block| block.name.as_str()).collect();
    expect_known("block", &args.block, &known)?;
    let mut blocks: Vec<String> = match &args.block {
        Some(block) => vec![block.clone()],
        None => {
            analysis.blocks.iter().filter(|block| block.pipeline.is_some()).map(|block| block.name.clone()).collect()
        }
    };
    if blocks.is_empty() {
        // The runner says why there is nothing to explain.
        blocks.push(String::new());
    }
    super::block_on(async {
        let mut client = args.runner.connect(&config).await?;
        let mut out = io::stdout().lock();
        for block in &blocks {
            let explained = client.explain(subject.text.clone(), block, settings.clone()).await;
            let explained = explained.map_err(|error| subject.refused(error, console))?;
            let strong = |text: &str| paint(text, Tone::Strong, console.out_colors);
            if is_file {
                writeln!(out, "{}\n", strong(&format!("## {}", syntax::visible(block))))?;
            }
            writeln!(out, "{}\n{}", strong("as written"), indented(&explained.before))?;
            writeln!(out, "{}\n{}", strong("as it runs"), indented(&explained.after))?;
            if !explained.changes.is_empty() {
                writeln!(out, "{}\n{}", strong("rewritten"), indented(&explained.changes.join("\n")))?;
            }
            if let Some(shared) = &explained.shared {
                let (condition, flows) = (syntax::visible(&shared.condition), shared.flows.join(", "));
                writeln!(out, "shares `{condition}` with {flows}")?;
            }
            if !explained.shared_with.is_empty() {
                writeln!(out, "shares the reading of its source with {}\n", explained.shared_with.join(", "))?;
            }
        }
        out.flush()?;
        Ok(Outcome::Clean)
    })
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {}\n", syntax::visible(line))).collect()
}
