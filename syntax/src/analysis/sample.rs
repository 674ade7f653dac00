//! `sample` and `top-hitters`: a share of the events, and the values that occur most often.

use super::check::Checker;
use super::expression::Scope;
use super::names::{self, Taken};
use super::operators::constant;
use super::pipelines::Flow;
use crate::ast;
use crate::catalog::functions::Arg;
use crate::pipeline::{Sample, StageKind, TopHitters};
use crate::{Diagnostic, Field, Schema, TextRange, Type, Value};

impl Checker<'_> {
    pub(super) fn sample(&mut self, sample: &ast::SampleStage, flow: &mut Flow) -> Option<()> {
        let written = sample.amount()?;
        let amount = self.expr(&written, &mut Scope::constant())?;
        let amount = self.argument(Arg::Number, "share", amount)?;
        let share = match constant(&amount) {
            Some(Value::Long(share)) => Some(share as f64),
            Some(Value::Real(share)) => Some(share),
            _ => None,
        };
        let after = TextRange::empty(written.range().end());
        if sample.percent().is_none() {
            self.report(Diagnostic::sample_without_percent(written.range(), after));
            return None;
        }
        let Some(share) = share else {
            self.report(Diagnostic::not_constant(written.range(), "the share", "sample 10%"));
            return None;
        };
        if !(0.0..=100.0).contains(&share) {
            let found = format!("{}%", self.written(written.range()));
            self.report(Diagnostic::out_of_range(written.range(), "the share", "between 0% and 100%", &found));
            return None;
        }
        let mut by = Vec::new();
        for item in sample.by().iter().flat_map(|by| by.items()) {
            by.push(self.over(&item.expr()?, flow)?);
        }
        self.pass(flow, sample.range(), StageKind::Sample(Sample { share: share / 100.0, by }))
    }

    pub(super) fn top_hitters(&mut self, hitters: &ast::TopHittersStage, flow: &mut Flow) -> Option<()> {
        let count = self.count(hitters.count(), "the number of values", "top-hitters 5 of customer.id")?;
        let of = self.over(&hitters.of()?, flow)?;
        let by = hitters.by().and_then(|by| by.items().next());
        let name = Taken::default().column(&of);
        if names::still(&of, &name).is_none() {
            self.note_given(name.clone(), of.range);
        }
        let mut weight = None;
        let counted = match by {
            None => Field::new(format!("approximate_count_{name}"), Type::Long),
            Some(item) => {
                let by = self.over(&item.expr()?, flow)?;
                let by = self.argument(Arg::Quantity, "by", by)?;
                if !matches!(by.ty, Type::Long | Type::Timespan) {
                    self.report(Diagnostic::weight_not_whole(by.range, by.ty));
                    return None;
                }
                let weighed = Taken::default().column(&by);
                let field = Field::new(format!("approximate_sum_{weighed}"), by.ty);
                weight = Some(by);
                field
            }
        };
        flow.bounded = true;
        self.note_given(counted.name.clone(), hitters.range());
        let output = Schema { fields: [Field { name, ty: of.ty }, counted].into(), open: false, time: None };
        flow.push(hitters.range(), StageKind::TopHitters(TopHitters { count, of, weight }), output);
        Some(())
    }
}
