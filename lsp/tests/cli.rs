//! The command line as its users meet it: the built binary, its output, its exit codes.

#[path = "cli/binary.rs"]
mod binary;
#[path = "cli/cases.rs"]
mod cases;
#[path = "cli/check.rs"]
mod check;
#[path = "cli/counters.rs"]
mod counters;
#[path = "cli/diff.rs"]
mod diff;
#[path = "cli/drift.rs"]
mod drift;
#[path = "cli/fmt.rs"]
mod fmt;
#[path = "cli/general.rs"]
mod general;
#[path = "cli/growing.rs"]
mod growing;
#[path = "cli/hostile.rs"]
mod hostile;
#[path = "cli/lint.rs"]
mod lint;
#[path = "cli/order.rs"]
mod order;
#[path = "cli/query.rs"]
mod query;
#[path = "cli/record.rs"]
mod record;
#[path = "cli/render.rs"]
mod render;
#[path = "cli/review.rs"]
mod review;
#[path = "cli/run.rs"]
mod run;
#[path = "cli/serve.rs"]
mod serve;
#[path = "cli/times.rs"]
mod times;
#[path = "cli/view.rs"]
mod view;
