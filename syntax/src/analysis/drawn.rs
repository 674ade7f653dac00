//! Which fields a picture draws over which, where `render` does not say it: by their types, and by what
//! `summarize` made of them.

use super::pipelines::Flow;
use crate::pipeline::{Render, RenderKind, StageKind, Summarize};
use crate::{Diagnostic, Field, Name, TextRange, Type};

/// Fields that are what people mean by "the distribution of it", where there are several numbers.
const MEANT: [&str; 2] = ["duration", "value"];

/// What is missing to draw.
pub(super) enum Missing {
    Number,
    /// There are several numbers.
    Which(Vec<Name>),
    /// Groups without a key that makes the rows.
    Bins,
}

impl Missing {
    pub(super) fn at(&self, range: TextRange, kind: RenderKind) -> Diagnostic {
        match self {
            Missing::Number => Diagnostic::render_without_number(range, kind),
            Missing::Bins => Diagnostic::render_without_bins(range, kind),
            Missing::Which(names) => {
                let property = if kind == RenderKind::Heatmap { "ycolumns" } else { "xcolumn" };
                let names: Vec<&str> = names.iter().map(|name| &**name).collect();
                Diagnostic::render_which(range, kind, property, &names)
            }
        }
    }
}

pub(super) fn nothing(kind: RenderKind) -> Render {
    Render { kind, written: false, title: None, x: None, y: Vec::new(), series: Vec::new(), weight: None }
}

pub(super) fn is_measure(field: &Field) -> bool {
    matches!(field.ty, Type::Long | Type::Real | Type::Timespan)
}

/// A dynamic may hold numbers: it is drawn where it is asked for, or where nothing else is a number.
pub(super) fn may_measure(field: &Field) -> bool {
    is_measure(field) || field.ty == Type::Dynamic
}

/// The last `summarize`.
pub(super) fn summarized(flow: &Flow) -> Option<&Summarize> {
    flow.stages.iter().rev().find_map(|stage| match &stage.kind {
        StageKind::Summarize(summarize) => Some(summarize),
        _ => None,
    })
}

/// The keys of which each has a row of its own at the end; empty where one row is all there is.
pub(super) fn rows_each(flow: &Flow) -> Vec<&str> {
    let Some(summarize) = summarized(flow) else { return Vec::new() };
    let one =
        |kind: &StageKind| matches!(kind, StageKind::Top { count: 1, .. } | StageKind::Take(1) | StageKind::Tail(1));
    let mut behind = flow.stages.iter().rev().take_while(|stage| !matches!(stage.kind, StageKind::Summarize(_)));
    if behind.any(|stage| one(&stage.kind)) {
        return Vec::new();
    }
    let window = summarize.window.as_ref().map(|window| window.key);
    let keys = summarize.keys.iter().enumerate().filter(|(index, _)| Some(*index) != window);
    keys.map(|(_, key)| &*key.name).collect()
}

/// Fills in what was not asked for; and what is missing to draw it.
pub(super) fn choose(kind: RenderKind, flow: &Flow, asked: Render) -> (Render, Option<Missing>) {
    let mut render = asked;
    match kind {
        RenderKind::Table | RenderKind::Log => (render, None),
        RenderKind::Heatmap => {
            render.x = render.x.or_else(|| time(flow));
            let value = render.y.first().cloned();
            distribution(kind, flow, value, render, |render, value| render.y = vec![value])
        }
        RenderKind::Histogram => {
            // `ycolumns` says it as well: there is one axis of values.
            let value = render.x.take().or_else(|| render.y.first().cloned());
            render.y.clear();
            distribution(kind, flow, value, render, |render, value| render.x = Some(value))
        }
        RenderKind::Timechart
        | RenderKind::Areachart
        | RenderKind::Linechart
        | RenderKind::Card
        | RenderKind::Barchart
        | RenderKind::Columnchart
        | RenderKind::Piechart => (over(kind, flow, render), None),
    }
}

fn time(flow: &Flow) -> Option<Name> {
    let datetime = || flow.schema.fields.iter().find(|field| field.ty == Type::Datetime);
    flow.schema.time.clone().or_else(|| datetime().map(|field| field.name.clone()))
}

/// Values over time or over names.
fn over(kind: RenderKind, flow: &Flow, mut render: Render) -> Render {
    let fields = &flow.schema.fields;
    let text = || fields.iter().find(|field| field.ty == Type::String).map(|field| field.name.clone());
    render.x = render.x.or_else(|| match kind {
        RenderKind::Timechart | RenderKind::Areachart | RenderKind::Linechart => time(flow),
        RenderKind::Barchart | RenderKind::Columnchart | RenderKind::Piechart => {
            text().or_else(|| fields.first().map(|field| field.name.clone()))
        }
        _ => None,
    });
    let x = render.x.clone();
    let names = |wanted: &dyn Fn(&Field) -> bool| -> Vec<Name> {
        let wanted = fields.iter().filter(|field| Some(&field.name) != x.as_ref() && wanted(field));
        wanted.map(|field| field.name.clone()).collect()
    };
    // Keys that are numbers name series; they are not drawn.
    let keys = summarized(flow).map(|summarize| summarize.keys.as_slice()).unwrap_or_default();
    let is_key = |field: &Field| keys.iter().any(|key| key.name == field.name);
    if render.y.is_empty() {
        render.y = names(&|field| is_measure(field) && !is_key(field));
    }
    if render.y.is_empty() {
        render.y = names(&|field| may_measure(field) && !is_key(field));
    }
    if render.series.is_empty() {
        let named = |field: &Field| matches!(field.ty, Type::String | Type::Bool) || is_key(field);
        render.series = names(&|field| field.ty != Type::Datetime && named(field));
    }
    render
}

/// The values whose distribution is drawn, and what counts them.
fn distribution(
    kind: RenderKind,
    flow: &Flow,
    value: Option<Name>,
    mut render: Render,
    set: impl Fn(&mut Render, Name),
) -> (Render, Option<Missing>) {
    let fields = &flow.schema.fields;
    let keys = summarized(flow).map(|summarize| summarize.keys.as_slice());
    let is_key = |field: &Field| keys.is_some_and(|keys| keys.iter().any(|key| key.name == field.name));
    let value = match (value, keys) {
        (Some(value), _) => Ok(value),
        (None, Some(_)) => {
            let numeric = fields.iter().find(|field| is_key(field) && is_measure(field));
            let named = || fields.iter().find(|field| is_key(field) && matches!(field.ty, Type::String | Type::Bool));
            let key = numeric.or_else(|| if kind == RenderKind::Heatmap { named() } else { None });
            key.map(|key| key.name.clone()).ok_or(Missing::Bins)
        }
        (None, None) => meant(fields),
    };
    match value {
        Ok(value) => {
            // Of groups, a measure says how many; an event counts for one.
            if render.weight.is_none() && fields.iter().any(|field| field.name == value && is_key(field)) {
                let weight = fields.iter().find(|field| is_measure(field) && !is_key(field) && field.name != value);
                render.weight = weight.map(|field| field.name.clone());
            }
            set(&mut render, value);
            (render, None)
        }
        Err(missing) => (render, Some(missing)),
    }
}

/// The one number among the fields, or the one that is meant.
fn meant(fields: &[Field]) -> Result<Name, Missing> {
    let mut numbers: Vec<&Field> = fields.iter().filter(|field| is_measure(field)).collect();
    if numbers.is_empty() {
        numbers = fields.iter().filter(|field| may_measure(field)).collect();
    }
    let named = || MEANT.iter().find_map(|meant| numbers.iter().find(|field| *field.name == **meant));
    match numbers.as_slice() {
        [] => Err(Missing::Number),
        [only] => Ok(only.name.clone()),
        several => {
            let timespan = || several.iter().find(|field| field.ty == Type::Timespan);
            let found = named().or_else(timespan).map(|field| field.name.clone());
            found.ok_or_else(|| Missing::Which(several.iter().map(|field| field.name.clone()).collect()))
        }
    }
}
