//! `headwater query`: one pipeline, as a live picture or as rows.

use std::path::Path;

use runner::RunRequest;

use super::args::QueryArgs;
use super::console::Console;
use super::place;
use super::runbook::Subject;
use super::watch::{self, Job};
use super::{Failure, Outcome};

pub(super) fn query(args: &QueryArgs, console: Console) -> Result<Outcome, Failure> {
    let subject = Subject::query(&args.pipeline);
    let config = args.runner.config(Path::new("."))?;
    let until = match &args.until {
        Some(named) => Some(place::until(&place::stages(&subject, &config, None)?, named)?.range.end().into()),
        None => None,
    };
    let request = RunRequest {
        until,
        text: subject.text.clone(),
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
        order: &[],
        config: &config,
        runner: &args.runner,
        args: &args.watch,
        console,
        named: false,
    })
}
