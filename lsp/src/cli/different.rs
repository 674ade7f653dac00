//! `headwater different`: what is different about the events that a filter lets through.

use std::io::{self, Write};

use runner::look::LookRequest;
use runner::proto::LookReply;
use serde_json::json;
use syntax::Name;

use super::args::{self, DifferentArgs, Format};
use super::console::Console;
use super::place::{self, Written};
use super::{Failure, Outcome};
use crate::results::difference::{self, Sides};
use crate::results::{Grid, value};

pub(super) fn different(args: &DifferentArgs, console: Console) -> Result<Outcome, Failure> {
    let Written { subject, config, block } = Written::new(&args.what, args.block.as_ref(), &args.runner)?;
    let stages = place::stages(&subject, &config, block.as_ref())?;
    let filter = match &args.until {
        Some(named) => place::until(&stages, named)?,
        None => stages.iter().rev().find(|stage| stage.word == "where").ok_or_else(|| {
            Failure::Message("there is no `where` in this pipeline, so there is no rest to compare with".to_owned())
        })?,
    };
    let settings = args::settings(&args.settings);
    let analysis = subject.analyze(&config, &settings);
    let named = difference::named(&analysis, filter.range);
    let request = LookRequest { text: subject.text.clone(), settings, until: filter.range.end().into(), rest: true };
    super::block_on(async {
        let mut client = args.runner.connect(&config).await?;
        let reply = client.look(request).await.map_err(|error| subject.refused(error, console))?;
        show(args, &reply, &named, console)
    })
}

fn show(args: &DifferentArgs, reply: &LookReply, named: &[Name], console: Console) -> Result<Outcome, Failure> {
    let sides = Sides::new(reply);
    let named: Vec<&str> = named.iter().map(|name| &**name).collect();
    let found = difference::differences(&sides, &named);
    let mut out = io::stdout().lock();
    let (rows, rest) = (value::count(sides.rows), value::count(sides.rest_rows));
    console.note(&format!("{rows} events pass, {rest} do not, of {} read", value::count(reply.read)));
    match args.format {
        Format::Ndjson => {
            for found in &found {
                let row = json!({
                    "field": found.field, "score": found.score, "what": found.what, "these": found.these, "rest": found.rest,
                });
                writeln!(out, "{row}")?;
            }
        }
        _ if found.is_empty() => writeln!(out, "{}", difference::nothing(&sides))?,
        _ => {
            let rows = found.into_iter().map(|found| vec![found.field, found.what, found.these, found.rest]).collect();
            super::sources::table(
                &mut out,
                &Grid::of_texts(&["field", "", "these", "the rest"], &[2, 3], rows),
                console,
            )?;
        }
    }
    out.flush()?;
    Ok(Outcome::Clean)
}
