//! From the pipeline as written to the one that runs: the same answer for less work.
//!
//! Each rule is in a file of its own and changes nothing that anybody could see: rows, their order, what is
//! counted as matched, filtered or late. What leaves each stage as written is still known, see [`Written::counts`]:
//! rules move and drop stages that let each event pass, and never change the order of those that choose.

mod fold;
mod push_down;
mod unused;

pub(crate) use fold::text_of as value_text;
use syntax::TextRange;
use syntax::pipeline::{Pipeline, Stage, StageKind};

/// What runs instead of a pipeline.
#[derive(Clone, Debug)]
pub struct Plan {
    pub pipeline: Pipeline,
    pub changes: Vec<Change>,
    written: Written,
}

/// The stages of the text beside those that run.
#[derive(Clone, Debug)]
pub struct Written {
    /// For each stage that runs, which one it is of those that were written.
    origins: Vec<usize>,
    /// Of each stage that was written: it lets each event pass, one for one.
    passes: Vec<bool>,
}

/// What a rule has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub rule: Rule,
    /// Where it was done.
    pub range: TextRange,
    /// In words; names quoted.
    pub what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    ConstantFolding,
    PredicatePushDown,
    ProjectionPushDown,
}

impl Rule {
    pub const ALL: [Rule; 3] = [Rule::ConstantFolding, Rule::PredicatePushDown, Rule::ProjectionPushDown];

    pub fn name(self) -> &'static str {
        match self {
            Rule::ConstantFolding => "constant folding",
            Rule::PredicatePushDown => "predicate push-down",
            Rule::ProjectionPushDown => "projection push-down",
        }
    }
}

/// A stage on its way, with the place of the one that was written.
#[derive(Clone, Debug)]
struct Step {
    stage: Stage,
    origin: usize,
}

/// `now` is what `now()` means in this run.
pub fn rewrite(pipeline: &Pipeline, now: i64) -> Plan {
    let mut changes = Vec::new();
    let passes = pipeline.stages.iter().map(|stage| lets_pass(&stage.kind)).collect();
    let steps = pipeline.stages.iter().cloned().enumerate().map(|(origin, stage)| Step { stage, origin });
    let mut steps: Vec<Step> = steps.collect();
    fold::run(&mut steps, now, &mut changes);
    push_down::run(&pipeline.input, &mut steps, &mut changes);
    unused::run(&mut steps, &mut changes);
    for step in &mut steps {
        inner(&mut step.stage.kind, now, &mut changes);
    }
    let origins = steps.iter().map(|step| step.origin).collect();
    let stages = steps.into_iter().map(|step| step.stage).collect();
    Plan { pipeline: Pipeline { stages, ..pipeline.clone() }, changes, written: Written { origins, passes } }
}

impl Plan {
    pub fn written(&self) -> Written {
        self.written.clone()
    }
}

impl Written {
    /// Events that left each stage as written, from those that left each stage that runs.
    pub fn counts(&self, entered: u64, left: &[u64]) -> Vec<u64> {
        let mut before = entered;
        let count = |(written, passes): (usize, &bool)| {
            let last = self.origins.iter().rposition(|origin| *origin == written).filter(|_| !passes);
            before = last.and_then(|place| left.get(place)).copied().unwrap_or(before);
            before
        };
        self.passes.iter().enumerate().map(count).collect()
    }
}

/// The pipelines within a stage are rewritten too.
fn inner(kind: &mut StageKind, now: i64, changes: &mut Vec<Change>) {
    let mut one = |pipeline: &mut Pipeline| {
        let plan = rewrite(pipeline, now);
        *pipeline = plan.pipeline;
        changes.extend(plan.changes);
    };
    match kind {
        StageKind::Union(others) => others.iter_mut().for_each(one),
        StageKind::Join(join) => one(&mut join.right),
        StageKind::Lookup(lookup) => one(&mut lookup.table),
        _ => {}
    }
}

/// One event leaves for each that enters.
fn lets_pass(kind: &StageKind) -> bool {
    match kind {
        StageKind::Extend(_)
        | StageKind::Project(_)
        | StageKind::Drop(_)
        | StageKind::Rename(_)
        | StageKind::Reorder(_)
        | StageKind::ParseKv(_) => true,
        StageKind::Parse(parse) => !parse.filter,
        _ => false,
    }
}
