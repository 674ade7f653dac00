//! `headwater flows`: what a runner runs for whom, and stopping it.

use std::io::{self, Write};

use runner::client::{Client, Endpoint, FlowInfo};
use runner::explain::Shared;

use super::args::FlowsArgs;
use super::console::Console;
use super::{Failure, Outcome, sources};
use crate::results::{Grid, value};

pub(super) fn flows(args: &FlowsArgs, console: Console) -> Result<Outcome, Failure> {
    super::block_on(async {
        let token = args.token_file.as_deref().map(runner::auth::Token::read).transpose()?;
        let mut client = Client::connect(&Endpoint::parse(&args.runner, token)).await?;
        if let Some(flow) = &args.stop {
            if client.stop_flow(flow).await? {
                return Ok(Outcome::Clean);
            }
            return Err(Failure::Message(format!(
                "no flow `{flow}` runs there; `headwater flows` lists those that do"
            )));
        }
        let mut out = io::stdout().lock();
        sources::table(&mut out, &grid(&client.list_flows().await?), console)?;
        out.flush()?;
        Ok(Outcome::Clean)
    })
}

fn grid(flows: &[FlowInfo]) -> Grid {
    let rows = flows.iter().map(|flow| {
        let progress = &flow.progress;
        vec![
            value::text(&flow.id),
            value::text(&flow.block),
            value::text(&flow.source),
            flow.watchers.to_string(),
            value::count(progress.received),
            value::count(progress.matched + progress.in_flight),
            format!("{:.1} MiB", progress.state as f64 / f64::from(1 << 20)),
            value::count(progress.late),
            value::count(progress.dropped_total()),
            format!("{}/s", value::rough(progress.rate)),
            passed(flow),
            flow.shared.as_ref().map_or_else(String::new, shared),
        ]
    });
    let columns = [
        "flow",
        "block",
        "source",
        "watchers",
        "read",
        "matched",
        "state",
        "late",
        "dropped",
        "rate",
        "left each stage",
    ];
    Grid::of_texts(&columns, &[3, 4, 5, 6, 7, 8, 9], rows.collect())
}

/// `where 37 · summarize 5`, and why there is nothing.
fn passed(flow: &FlowInfo) -> String {
    let counts = flow.progress.stage_out.iter().zip(&flow.stages).filter(|(_, word)| !word.is_empty());
    let counts = counts.map(|(count, word)| format!("{} {}", value::text(word), value::count(*count)));
    let mut passed = counts.collect::<Vec<_>>().join(" · ");
    if let Some(empty) = &flow.progress.empty {
        passed.push_str(&format!(" ({})", value::text(&empty.text())));
    }
    passed
}

/// `status >= 500` with flow-3, flow-5.
fn shared(shared: &Shared) -> String {
    value::text(&format!("`{}` with {}", shared.condition, shared.flows.join(", ")))
}
