//! Whatever the batches are, and whatever was known before them, the answer is the same.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use syntax::Schema;
use syntax::analysis::Context;
use syntax::source::{SourceDecl, SourceUri, Sources};

use self::growing_events::{PIPELINES, events, rows};
use super::Replan;
use crate::execution::Execution;
use crate::flows::Text;
use crate::hub;
use crate::operator::Limits;
use crate::watermark::Clock;
use crate::{rewrite, source};

#[path = "../../tests/growing_events/mod.rs"]
mod growing_events;
mod random;

/// What a pipeline gives of some batches.
struct Ran {
    rows: Vec<BTreeMap<String, String>>,
    /// How often it was planned anew.
    planned: usize,
    /// Fields keep a type that does not hold all that came, which is told; or nothing could be planned with what came.
    told: Option<String>,
}

/// Runs a pipeline over these batches, of which nothing or everything is known beforehand.
///
/// # Errors
///
/// What the analysis says, where it does not check.
fn run(text: &str, batches: &[RecordBatch], known: bool) -> Result<Ran, String> {
    let uri = SourceUri::parse("file:s.jsonl?timestamp=t").unwrap();
    let mut decl = SourceDecl::for_uri("s", uri).unwrap();
    let mut schema: Schema = decl.schema();
    if known {
        batches.iter().for_each(|batch| hub::grow(&mut schema, batch.schema_ref()));
        decl.grow(&schema);
    }
    let context = Context { sources: Sources { sources: vec![decl] }, ..Context::default() };
    let text = Text::Query(text.to_owned());
    let analysis = syntax::analyze(&text.parse(), &context);
    let block = &analysis.blocks[0];
    let wrong = analysis.diagnostics.iter().find(|found| found.severity == syntax::Severity::Error);
    let (Some(pipeline), None) = (&block.pipeline, wrong) else {
        return Err(wrong.map(|found| found.message.clone()).unwrap_or_default());
    };
    let limits = Limits::default();
    let mut execution = Execution::of(&rewrite::rewrite(pipeline, 0), 0, &limits).unwrap();
    let mut replan = Replan::new(&text, &block.name, &context, pipeline, &execution, 0, &limits).unwrap();
    let (mut out, mut planned, mut told) = (Vec::new(), 0, None);
    let inputs = execution.inputs().len();
    let mut clocks = vec![Clock::new(2_000_000_000); inputs];
    // A table is read before the events.
    let tables: Vec<bool> = execution.inputs().iter().map(|input| input.table).collect();
    for table in [true, false] {
        for batch in batches {
            if !known && tables.contains(&table) {
                hub::grow(&mut schema, batch.schema_ref());
            }
            for input in (0..inputs).filter(|input| tables[*input] == table) {
                loop {
                    let fits = replan.fits(input, &execution.inputs()[input], batch.schema_ref());
                    if fits && (input > 0 || !replan.brings_members(batch).unwrap()) {
                        break;
                    }
                    let schemas = vec![("s".into(), schema.clone()); inputs];
                    match replan.again(&schemas, &execution, &pipeline.render) {
                        Ok(again) => {
                            if !again.kept.is_empty() {
                                told = Some(format!("keeps {:?}: {:?}", again.kept, again.because));
                            }
                            execution = again.execution;
                            planned += 1;
                        }
                        Err(error) => {
                            replan.give_up(input, batch.schema_ref());
                            told = Some(error.to_string());
                        }
                    }
                }
                let timed = clocks[input].observe(batch.clone(), Some("timestamp"), None);
                execution.push(input, &timed.batch, &mut out).unwrap();
                if let Some(watermark) = timed.watermark.filter(|_| !table) {
                    execution.advance(input, watermark, &mut out).unwrap();
                }
                // What is shown while it runs changes nothing.
                execution.preview().unwrap();
            }
        }
        (0..inputs).filter(|input| tables[*input] == table).for_each(|input| execution.end(input, &mut out).unwrap());
    }
    let account = execution.account();
    assert_eq!(account.received, account.matched + account.filtered + account.late + account.in_flight, "{text:?}");
    Ok(Ran { rows: rows(&out), planned, told })
}

#[test]
fn what_was_held_is_held_under_the_wider_schema() {
    let mut planned = 0;
    for seed in 0..6 {
        let events = events(seed);
        let whole = source::decoded(&events, usize::MAX);
        for text in PIPELINES.lines() {
            let expected = run(text, &whole, true).unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
            for piece in [1, 7] {
                let batches = source::decoded(&events, piece);
                let found = run(text, &batches, false).unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
                assert_eq!(found.rows, expected.rows, "{text}, seed {seed}, batches of {piece}");
                // A widened type that keeps another is told; here none has to.
                assert_eq!(found.told, None, "{text}");
                planned += found.planned;
            }
        }
    }
    assert!(planned > 1_000, "the schema grew only {planned} times");
}
