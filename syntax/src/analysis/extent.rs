//! How much a statement may mean. A name stands for all that it was given, so each line of `let` can double what the
//! line above means, and a few lines can mean more than any machine holds. What a name stands for is counted before it
//! is copied; where it is too much, that is a finding, and the name stands for nothing.

use super::check::{Bound, Checker};
use super::pipelines::Flow;
use crate::pipeline::{Expr, ExprKind, Pipeline, Stage, StageKind};
use crate::{Diagnostic, TextRange};

/// Parts that the names in one statement may stand for together: stages, expressions, and a quarter of the fields that
/// each stage leaves. By hand a pipeline gets some hundred.
pub const MAX_PARTS: usize = 50_000;

/// The same for all statements of a runbook; a runbook that has more bytes than this may have that many.
pub const MAX_RUNBOOK_PARTS: usize = 200_000;

/// Sources that one statement may read, each as often as it is read.
pub const MAX_INPUTS: usize = 256;

/// Expressions, or pipelines, that may be within each other through names.
pub const MAX_DEPTH: usize = 256;

/// Fields are smaller than stages and expressions.
const FIELDS_A_PART: usize = 4;

/// What a name stands for, counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extent {
    parts: usize,
    inputs: usize,
    depth: usize,
}

impl Extent {
    pub(super) fn of(bound: &Bound) -> Extent {
        match bound {
            Bound::Flow(flow) => of_stages(&flow.stages),
            Bound::Expr(expr) => of_expr(expr),
            Bound::Function(_) | Bound::Broken => Extent::default(),
        }
    }

    /// Both beside each other.
    fn and(self, other: Extent) -> Extent {
        Extent {
            parts: self.parts + other.parts,
            inputs: self.inputs + other.inputs,
            depth: self.depth.max(other.depth),
        }
    }

    /// Within one more.
    fn within(self) -> Extent {
        Extent { parts: self.parts + 1, depth: self.depth + 1, ..self }
    }
}

fn of_expr(expr: &Expr) -> Extent {
    match &expr.kind {
        ExprKind::Field(_) | ExprKind::Literal(_) => Extent::default().within(),
        ExprKind::Call { args, .. } => args.iter().map(of_expr).fold(Extent::default(), Extent::and).within(),
    }
}

fn of_pipeline(pipeline: &Pipeline) -> Extent {
    of_stages(&pipeline.stages)
}

fn of_stages(stages: &[Stage]) -> Extent {
    let mut extent = Extent { inputs: 1, ..Extent::default() };
    let mut fields = std::ptr::null();
    for stage in stages {
        extent.parts += 1;
        // Stages that let their input through share its fields.
        if !std::ptr::eq(fields, stage.output.fields.as_ptr()) {
            fields = stage.output.fields.as_ptr();
            extent.parts += stage.output.fields.len() / FIELDS_A_PART;
        }
        let mut inside: Extent = stage.kind.exprs().into_iter().map(of_expr).fold(Extent::default(), Extent::and);
        inside = match &stage.kind {
            StageKind::Union(others) => others.iter().map(of_pipeline).fold(inside, Extent::and),
            StageKind::Join(join) => inside.and(of_pipeline(&join.right)),
            StageKind::Lookup(lookup) => inside.and(of_pipeline(&lookup.table)),
            _ => inside,
        };
        extent = extent.and(inside);
    }
    extent.within()
}

/// What has been spent so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    statement: usize,
    inputs: usize,
    /// By all statements.
    pub(super) runbook: usize,
    /// Of the present statement it was said that it means too much.
    said: bool,
    /// Of the present block, that the runbook does.
    pub(super) at_limit: bool,
}

impl Checker<'_> {
    pub(super) fn begin_statement(&mut self, named: Option<TextRange>) {
        self.spent = Spent { runbook: self.spent.runbook, at_limit: self.spent.at_limit, ..Spent::default() };
        self.statement = named;
    }

    /// How many parts all names of the runbook may stand for.
    pub(super) fn allowed(&self) -> usize {
        MAX_RUNBOOK_PARTS.max(usize::from(self.root.text_range().len()))
    }

    /// Whether the name at the range may stand for so much here; where not, that is said.
    pub(super) fn affords(&mut self, extent: Extent, range: TextRange) -> bool {
        self.spends(extent.parts, extent.inputs, range)
    }

    /// A source is read once more.
    pub(super) fn affords_input(&mut self, range: TextRange) -> bool {
        self.spends(0, 1, range)
    }

    /// Whether the stage at the range may leave so many fields.
    pub(super) fn affords_fields(&mut self, flow: &Flow, range: TextRange) -> bool {
        self.spends(flow.schema.fields.len() / FIELDS_A_PART, 0, range)
    }

    /// Whether a `let` may stand for something so deep.
    pub(super) fn affords_depth(&mut self, extent: Extent, range: TextRange) -> bool {
        let deep = extent.depth > MAX_DEPTH;
        if deep {
            self.report(Diagnostic::means_too_deep(range, MAX_DEPTH));
        }
        !deep
    }

    fn spends(&mut self, parts: usize, inputs: usize, range: TextRange) -> bool {
        let (statement, runbook) = (self.spent.statement + parts, self.spent.runbook + parts);
        let all_inputs = self.spent.inputs + inputs;
        let place = self.statement.unwrap_or(range);
        let found = if all_inputs > MAX_INPUTS {
            Diagnostic::too_many_inputs(place, MAX_INPUTS)
        } else if statement > MAX_PARTS {
            Diagnostic::means_too_much(place, MAX_PARTS)
        } else if runbook > self.allowed() {
            self.spent.at_limit = true;
            Diagnostic::runbook_means_too_much(place, self.allowed())
        } else {
            (self.spent.statement, self.spent.runbook, self.spent.inputs) = (statement, runbook, all_inputs);
            return true;
        };
        self.broken = true;
        if !std::mem::replace(&mut self.spent.said, true) {
            self.report(found);
        }
        false
    }
}
