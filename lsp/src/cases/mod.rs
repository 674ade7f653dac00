//! Tests of runbooks: a `headwater-test` fence names a block, a recording, and the rows that must come of it. The
//! same engine runs it, offline and in event time, so the answer is the same each time.
//!
//! ````markdown
//! ```headwater-test for=errors-by-region input=fixtures/incident.jsonl
//! | cloud.region | errors |
//! |---|---|
//! | eu-west-1 | 12 |
//! ```
//! ````

mod compare;
mod fence;
mod findings;
mod report;
mod rows;
mod run;

use std::path::Path;

pub(crate) use compare::{Difference, Line, between};
pub(crate) use fence::{Case, cases};
pub(crate) use findings::findings;
pub(crate) use report::{drawn, github, human, json, junit};
pub(crate) use rows::{Rows, cell};
pub(crate) use run::{Answer, Around, answer, run};

/// The word that makes a fence a test.
pub(crate) const LANGUAGE: &str = "headwater-test";

/// What became of the tests of one runbook.
#[derive(Debug)]
pub(crate) struct Tested {
    /// As it is shown.
    pub(crate) path: String,
    pub(crate) outcomes: Vec<Outcome>,
}

/// What became of one test.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The block that is tested, as far as it is said.
    pub(crate) block: String,
    /// From 1, of the test's fence.
    pub(crate) line: usize,
    pub(crate) verdict: Verdict,
    pub(crate) events: u64,
    pub(crate) seconds: f64,
}

#[derive(Debug)]
pub(crate) enum Verdict {
    /// So many rows, all as expected.
    Passed(usize),
    Failed(Difference),
    /// There is no answer to compare: why.
    Broken(String),
    /// The rows were written into the runbook.
    Updated,
}

impl Outcome {
    pub(crate) fn is_bad(&self) -> bool {
        matches!(self.verdict, Verdict::Failed(_) | Verdict::Broken(_))
    }
}

/// The runbooks among these files that have tests are looked at quickly.
pub(crate) fn may_have_tests(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), LANGUAGE.as_bytes()).is_some()
}

/// Relative to where we are, if it is below.
pub(crate) fn shown(file: &Path, here: &Path) -> String {
    crate::check::shown(file, here)
}
