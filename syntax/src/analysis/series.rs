//! `make-series`: Kusto's arrays over time, here as rows, one a window.

use super::check::Checker;
use super::expression::Scope;
use super::pipelines::Flow;
use crate::ast::{self, AstNode};
use crate::pipeline::{Expr, ExprKind, Function, Named, StageKind, Window, WindowKind};
use crate::{Diagnostic, TextRange, Type};

impl Checker<'_> {
    pub(super) fn make_series(&mut self, series: &ast::MakeSeriesStage, flow: &mut Flow) -> Option<()> {
        let (range, axis) = (series.range(), series.on()?.keys().next()?);
        let time = self.over(&axis, flow)?;
        let is_time = matches!(&time.kind, ExprKind::Field(name) if flow.schema.time.as_ref() == Some(name));
        if !is_time {
            self.report(Diagnostic::not_event_time(axis.range(), "make-series", flow.schema.time.as_deref()));
            return None;
        }
        let step = series.step()?.value()?;
        let span = self.expr_as(&step, Type::Timespan, "`step`", &mut Scope::constant())?;
        let size = self.span(&span, step.range(), "`step`", "step 1m")?;
        let (from, to) = (series.from().and_then(|from| from.value()), series.to().and_then(|to| to.value()));
        for (bound, function) in [(from, Function::GreaterOrEqual), (to, Function::Less)] {
            let Some(bound) = bound else { continue };
            let limit = self.expr_as(&bound, Type::Datetime, "the bound", &mut Scope::constant())?;
            let predicate = compared(function, time.clone(), limit, bound.range());
            self.pass(flow, range, StageKind::Where(predicate))?;
        }
        let keys = self.key_items(series.by().iter().flat_map(|by| by.items()).collect(), flow);
        let keys = keys.and_then(|(mut keys, window)| {
            if window.is_some() {
                self.report(Diagnostic::second_window(series.by()?.range()));
                return None;
            }
            let ExprKind::Field(name) = &time.kind else { return None };
            keys.push(Named { name: name.clone(), expr: Expr { range: axis.range(), ..time.clone() } });
            let window = Window { key: keys.len() - 1, kind: WindowKind::Tumbling { size } };
            Some((keys, Some(window)))
        });
        self.grouped(range, series.aggregates().collect(), keys, series.by().map(|by| by.range()), flow)?;
        let word = series.syntax().first_token()?.text_range();
        let default = series.properties().find(|property| property.name().is_some_and(|name| name.text() == "default"));
        self.report(Diagnostic::series_as_rows(word, default.is_some()));
        Some(())
    }
}

fn compared(function: Function, left: Expr, right: Expr, range: TextRange) -> Expr {
    Expr { kind: ExprKind::Call { function, args: vec![left, right] }, ty: Type::Bool, range }
}
