//! `headwater run`: a runbook's blocks, as a live picture or as rows.

use runner::RunRequest;

use super::args::{self, RunArgs};
use super::connect::folder_of;
use super::console::Console;
use super::place;
use super::runbook::{Subject, expect_known};
use super::watch::{self, Job};
use super::{Failure, Outcome};

pub(super) fn run(args: &RunArgs, console: Console) -> Result<Outcome, Failure> {
    let subject = Subject::runbook(&args.runbook)?;
    let config = args.runner.config(folder_of(&args.runbook))?;
    let settings = args::settings(&args.settings);
    let analysis = subject.analyze(&config, &settings);
    let blocks: Vec<&str> = analysis.blocks.iter().map(|block| block.name.as_str()).collect();
    let params: Vec<&str> = analysis.params.iter().map(|param| &*param.name).collect();
    expect_known("block", &args.blocks, &blocks)?;
    expect_known("parameter", args.settings.iter().map(|(name, _)| name), &params)?;
    if blocks.is_empty() {
        return Err(Failure::Message(format!(
            "`{}` has no `headwater` block, so there is nothing to run",
            subject.name
        )));
    }
    let until = match (&args.until, args.blocks.as_slice()) {
        (None, _) => None,
        (Some(named), [block]) => {
            Some(place::until(&place::stages(&subject, &config, Some(block))?, named)?.range.end().into())
        }
        (Some(_), _) => {
            return Err(Failure::Message(
                "--until is about one block; name it, e.g. `headwater run a.md slowest --until 1`".to_owned(),
            ));
        }
    };
    let request = RunRequest {
        until,
        text: subject.text.clone(),
        blocks: args.blocks.clone(),
        settings,
        time: args.watch.time,
        events: args.watch.events,
        since: args.watch.since,
        final_only: args.watch.final_only(console.draws),
        rejects: args.watch.rejects.is_some(),
        ..RunRequest::default()
    };
    watch::watch(Job {
        subject: &subject,
        request,
        order: &blocks,
        config: &config,
        runner: &args.runner,
        args: &args.watch,
        console,
        named: true,
    })
}
