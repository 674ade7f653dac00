//! `render`: the picture that was asked for, or the one that fits; what cannot be drawn so is refused.

use super::check::Checker;
use super::drawn::{self, is_measure, may_measure};
use super::expression::Scope;
use super::pipelines::Flow;
use crate::ast::{self, AstNode};
use crate::pipeline::{ExprKind, Render, RenderKind, StageKind};
use crate::{Diagnostic, Field, Name, Schema, TextRange, Type, Value};

/// The properties that mean something here.
const PROPERTIES: [&str; 5] = ["title", "xcolumn", "ycolumns", "series", "weight"];

/// Kusto's, which change nothing here.
const IGNORED: [&str; 11] =
    ["xtitle", "ytitle", "kind", "legend", "xaxis", "yaxis", "ymin", "ymax", "accumulate", "ysplit", "anomalycolumns"];

impl Checker<'_> {
    pub(super) fn render(&mut self, stage: &ast::RenderStage, flow: &mut Flow) -> Option<()> {
        let word = stage.kind()?;
        let Some(kind) = RenderKind::ALL.into_iter().find(|kind| kind.word() == word.text()) else {
            let known = RenderKind::ALL.map(RenderKind::word);
            self.report(Diagnostic::unknown_render(word.range(), &word.text(), &known));
            return None;
        };
        let mut asked = Render { written: true, ..drawn::nothing(kind) };
        for property in stage.with().iter().flat_map(|with| with.properties()) {
            self.property(&property, flow, &mut asked)?;
        }
        let range = stage.range();
        let (render, missing) = drawn::choose(kind, flow, asked);
        // An open schema may bring what is needed; then it is chosen from what comes.
        if !flow.schema.open {
            let missing = missing.map(|missing| missing.at(range, kind));
            if let Some(wrong) = missing.or_else(|| self.refuse(range, &render, flow)) {
                self.report(wrong);
                return None;
            }
        }
        flow.render = Some(render);
        Some(())
    }

    /// Why this cannot be drawn; warns of what can, but will not look as meant.
    fn refuse(&mut self, range: TextRange, render: &Render, flow: &Flow) -> Option<Diagnostic> {
        let kind = render.kind;
        let fields = &flow.schema.fields;
        let field = |name: &Name| flow.schema.field(name);
        let over_time =
            matches!(kind, RenderKind::Timechart | RenderKind::Areachart | RenderKind::Linechart | RenderKind::Heatmap);
        if over_time {
            match render.x.as_ref().and_then(field) {
                Some(x) if x.ty == Type::Datetime => {}
                Some(x) => return Some(Diagnostic::render_not_over_time(range, kind, x)),
                None => {
                    let last = flow.stages.last().map(|stage| &stage.kind);
                    let summarized = matches!(last, Some(StageKind::Summarize(_)));
                    return Some(Diagnostic::render_without_time(range, kind, summarized, self.window_place(flow)));
                }
            }
        }
        match kind {
            RenderKind::Table => None,
            RenderKind::Card => {
                let rows = drawn::rows_each(flow);
                if !rows.is_empty() {
                    self.report(Diagnostic::render_one_row(range, &rows));
                }
                None
            }
            RenderKind::Log => {
                let is_text = |field: &Field| matches!(field.ty, Type::String | Type::Dynamic);
                (!fields.iter().any(is_text)).then(|| Diagnostic::render_without_text(range))
            }
            RenderKind::Heatmap | RenderKind::Histogram => {
                let value = if kind == RenderKind::Heatmap { render.y.first() } else { render.x.as_ref() };
                let value = value.and_then(field)?;
                let names_rows = kind == RenderKind::Heatmap && matches!(value.ty, Type::String | Type::Bool);
                if !may_measure(value) && !names_rows {
                    return Some(Diagnostic::render_type(range, kind, value));
                }
                let weight = render.weight.as_ref().and_then(field)?;
                (!may_measure(weight)).then(|| Diagnostic::render_type(range, kind, weight))
            }
            _ if render.y.is_empty() => Some(Diagnostic::render_without_number(range, kind)),
            _ => {
                let wrong = render.y.iter().filter_map(field).find(|field| !may_measure(field))?;
                Some(Diagnostic::render_type(range, kind, wrong))
            }
        }
    }

    /// Where the last stage, a `summarize` as it is written, can be given a window; what goes there, and the time.
    fn window_place(&self, flow: &Flow) -> Option<(TextRange, &'static str, Name)> {
        let (last, before) = flow.stages.split_last()?;
        let StageKind::Summarize(summarize) = &last.kind else { return None };
        let entering = before.last().map_or(&flow.input, |stage| &stage.output);
        let is_written = summarize.window.is_none() && self.written(last.range).starts_with("summarize");
        let what = if summarize.keys.is_empty() { " by " } else { ", " };
        is_written.then_some((TextRange::empty(last.range.end()), what, entering.time.clone()?))
    }

    fn property(&mut self, property: &ast::Property, flow: &mut Flow, render: &mut Render) -> Option<()> {
        let name = property.name()?;
        let field = |expr: &ast::Expr| -> Name {
            match expr {
                ast::Expr::Name(name) => name.text().into(),
                other => other.syntax().text().to_string().trim().into(),
            }
        };
        let mut named: Vec<Name> = property.values().map(|value| field(&value)).collect();
        match name.text().as_str() {
            "title" => {
                let value = property.value()?;
                match self.expr_as(&value, Type::String, "`title`", &mut Scope::constant())?.kind {
                    ExprKind::Literal(Value::String(text)) => render.title = Some(text.to_string()),
                    _ => self.report(Diagnostic::not_constant(value.range(), "`title`", "title=\"p99 by region\"")),
                }
                return Some(());
            }
            "xcolumn" => {
                named.truncate(1);
                render.x = Some(named.first()?.clone());
            }
            "weight" => {
                named.truncate(1);
                render.weight = Some(named.first()?.clone());
            }
            "ycolumns" => render.y.clone_from(&named),
            "series" => render.series.clone_from(&named),
            known if IGNORED.contains(&known) => return Some(()),
            other => {
                self.report(Diagnostic::unknown_render_property(name.range(), other, PROPERTIES));
                return None;
            }
        }
        for (named, written) in named.iter().zip(property.values()) {
            if let Some(field) = flow.schema.field(named) {
                self.note_field(field.clone(), written.range());
                continue;
            }
            if flow.may_have(named) {
                let field = Field { name: named.clone(), ty: Type::Dynamic };
                self.note_field(field.clone(), written.range());
                flow.widen(vec![field]);
            } else {
                let known = flow.schema.fields.iter().map(|field| &*field.name);
                self.report(Diagnostic::unknown_field(written.range(), named, known));
                return None;
            }
        }
        Some(())
    }
}

/// Lines that say what happened and how bad it is, whatever they call it.
fn is_log(schema: &Schema) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| schema.field(name).is_some());
    let says = ["body", "message", "msg", "log", "text"];
    let how_bad = ["level", "severity", "severity_text", "severity.text", "log.level", "lvl"];
    has(&says[..1]) || has(&says) && has(&how_bad)
}

/// The picture for a result that says nothing itself.
pub(super) fn fitting(flow: &Flow) -> Render {
    let fields = &flow.schema.fields;
    let summarized = drawn::summarized(flow);
    let ranked = flow.stages.iter().any(|stage| match &stage.kind {
        StageKind::Sort { scope, .. } => *scope != crate::pipeline::Scope::Time,
        kind => matches!(kind, StageKind::Top { .. }),
    });
    let has_number = fields.iter().any(is_measure);
    let kind = match summarized {
        Some(_) if flow.windowed && !ranked && flow.schema.time.is_some() && has_number => RenderKind::Timechart,
        Some(summarize) if summarize.keys.is_empty() && has_number => RenderKind::Card,
        Some(_) => RenderKind::Table,
        None if is_log(&flow.schema) => RenderKind::Log,
        None => RenderKind::Table,
    };
    drawn::choose(kind, flow, drawn::nothing(kind)).0
}
