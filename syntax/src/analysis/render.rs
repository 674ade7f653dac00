//! `render`: the picture that was asked for, or the one that fits.

use super::check::Checker;
use super::expression::Scope;
use super::pipelines::Flow;
use crate::ast::{self, AstNode};
use crate::pipeline::{ExprKind, Render, RenderKind, StageKind};
use crate::{Diagnostic, Field, Name, Type, Value};

impl Checker<'_> {
    pub(super) fn render(&mut self, stage: &ast::RenderStage, flow: &mut Flow) -> Option<()> {
        let word = stage.kind()?;
        let Some(kind) = RenderKind::ALL.into_iter().find(|kind| kind.word() == word.text()) else {
            let known = RenderKind::ALL.map(RenderKind::word);
            self.report(Diagnostic::unknown_render(word.range(), &word.text(), known));
            return None;
        };
        let mut render = shape(kind, flow);
        render.written = true;
        for property in stage.with().iter().flat_map(|with| with.properties()) {
            self.property(&property, flow, &mut render)?;
        }
        let needs_time = matches!(kind, RenderKind::Timechart | RenderKind::Areachart);
        let x_is_time =
            render.x.as_ref().and_then(|x| flow.schema.field(x)).is_some_and(|field| field.ty == Type::Datetime);
        if needs_time && !x_is_time && !flow.schema.open {
            let message = format!("`{}` draws over time, and no datetime reaches it", kind.word());
            let help = match flow.stages.last().map(|stage| &stage.kind) {
                Some(StageKind::Summarize(_)) => "add `bin(timestamp, 10s)` behind `by`",
                _ => "`render table`, or keep `timestamp`",
            };
            self.report(Diagnostic::bad_render(stage.range(), message, help.to_owned()));
            return None;
        }
        let chart = !matches!(kind, RenderKind::Table | RenderKind::Log | RenderKind::Card);
        if chart && render.y.is_empty() && !flow.schema.open {
            let message = format!("`{}` needs a number to draw, and none reaches it", kind.word());
            self.report(Diagnostic::bad_render(
                stage.range(),
                message,
                "`render table`, or `summarize` first".to_owned(),
            ));
            return None;
        }
        flow.render = Some(render);
        Some(())
    }

    fn property(&mut self, property: &ast::Property, flow: &mut Flow, render: &mut Render) -> Option<()> {
        let name = property.name()?;
        let field = |expr: &ast::Expr| -> Name {
            match expr {
                ast::Expr::Name(name) => name.text().into(),
                other => other.syntax().text().to_string().trim().into(),
            }
        };
        match name.text().as_str() {
            "title" => {
                let value = property.value()?;
                match self.expr_as(&value, Type::String, "`title`", &mut Scope::constant())?.kind {
                    ExprKind::Literal(Value::String(text)) => render.title = Some(text.to_string()),
                    _ => self.report(Diagnostic::not_constant(value.range(), "`title`", "title=\"p99 by region\"")),
                }
            }
            "xcolumn" => render.x = Some(field(&property.value()?)),
            "ycolumns" => render.y = property.values().map(|value| field(&value)).collect(),
            "series" => render.series = property.values().map(|value| field(&value)).collect(),
            // Kusto's, which change nothing here.
            "xtitle" | "ytitle" | "kind" | "legend" | "xaxis" | "yaxis" | "ymin" | "ymax" | "accumulate" | "ysplit"
            | "anomalycolumns" => return Some(()),
            other => {
                let help = "there are `title`, `xcolumn`, `ycolumns` and `series`".to_owned();
                self.report(Diagnostic::bad_render(name.range(), format!("`render` has no property `{other}`"), help));
                return None;
            }
        }
        for named in render.x.iter().chain(&render.y).chain(&render.series) {
            if flow.schema.field(named).is_some() {
                continue;
            }
            if flow.may_have(named) {
                flow.widen(vec![Field { name: named.clone(), ty: Type::Dynamic }]);
            } else {
                let known = flow.schema.fields.iter().map(|field| &*field.name);
                self.report(Diagnostic::unknown_field(property.range(), named, known));
                return None;
            }
        }
        Some(())
    }
}

/// The picture for a result that says nothing itself.
pub(super) fn fitting(flow: &Flow) -> Render {
    let fields = &flow.schema.fields;
    let summarized = flow.stages.iter().rev().find_map(|stage| match &stage.kind {
        StageKind::Summarize(summarize) => Some(summarize),
        _ => None,
    });
    let ranked = flow.stages.iter().any(|stage| matches!(stage.kind, StageKind::Top { .. } | StageKind::Sort { .. }));
    let has_number = fields.iter().any(is_measure);
    let kind = match summarized {
        Some(_) if flow.windowed && !ranked && flow.schema.time.is_some() && has_number => RenderKind::Timechart,
        Some(summarize) if summarize.keys.is_empty() && has_number => RenderKind::Card,
        Some(_) => RenderKind::Table,
        None if flow.schema.field("body").is_some() => RenderKind::Log,
        None => RenderKind::Table,
    };
    shape(kind, flow)
}

/// Which fields are drawn over which, by their types.
fn shape(kind: RenderKind, flow: &Flow) -> Render {
    if matches!(kind, RenderKind::Table | RenderKind::Log) {
        return Render { kind, written: false, title: None, x: None, y: Vec::new(), series: Vec::new() };
    }
    let fields = &flow.schema.fields;
    let datetime = || fields.iter().find(|field| field.ty == Type::Datetime).map(|field| field.name.clone());
    let text = || fields.iter().find(|field| field.ty == Type::String).map(|field| field.name.clone());
    let x = match kind {
        RenderKind::Timechart | RenderKind::Areachart | RenderKind::Linechart | RenderKind::Heatmap => {
            flow.schema.time.clone().or_else(datetime)
        }
        RenderKind::Barchart | RenderKind::Columnchart | RenderKind::Piechart => {
            text().or_else(|| fields.first().map(|field| field.name.clone()))
        }
        _ => None,
    };
    let names = |wanted: &dyn Fn(&Field) -> bool| -> Vec<Name> {
        fields
            .iter()
            .filter(|field| Some(&field.name) != x.as_ref() && wanted(field))
            .map(|field| field.name.clone())
            .collect()
    };
    // Keys that are numbers name series; they are not drawn.
    let keys: Vec<Name> = flow
        .stages
        .iter()
        .rev()
        .find_map(|stage| match &stage.kind {
            StageKind::Summarize(summarize) => Some(summarize.keys.iter().map(|key| key.name.clone()).collect()),
            _ => None,
        })
        .unwrap_or_default();
    let y = names(&|field| is_measure(field) && !keys.contains(&field.name));
    let names_series = |field: &Field| matches!(field.ty, Type::String | Type::Bool) || keys.contains(&field.name);
    let series = names(&|field| field.ty != Type::Datetime && names_series(field));
    Render { kind, written: false, title: None, x, y, series }
}

fn is_measure(field: &Field) -> bool {
    matches!(field.ty, Type::Long | Type::Real | Type::Timespan)
}
