//! How a block's result is to be drawn: as what, over which field, which fields, with which series.
//! What `render` does not say is taken from the fields' types.

use serde::Serialize;
use syntax::pipeline::RenderKind;
use syntax::{Field, Type};

use super::BlockResult;
use super::distribution::Axes;
use super::value;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Values over time.
    Chart,
    /// One bar a row, from left to right.
    Bars,
    /// One bar a row, standing; lying where they are too many.
    Columns,
    /// Shares of a whole.
    Pie,
    /// Time and values, and how much there is.
    Heatmap,
    /// How values are spread.
    Histogram,
    Log,
    /// Few values, large.
    Card,
    Table,
}

/// Columns by their positions among the result's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    pub shape: Shape,
    pub x: Option<usize>,
    pub y: Vec<usize>,
    pub series: Vec<usize>,
}

impl BlockResult {
    pub fn drawing(&self) -> Drawing {
        let fields = self.fields();
        let Some(render) = self.started().map(|started| &started.render) else {
            return Drawing { shape: Shape::Table, x: None, y: Vec::new(), series: Vec::new() };
        };
        let position = |name: &syntax::Name| fields.iter().position(|field| field.name == *name);
        let of_type =
            |is: fn(Type) -> bool| -> Vec<usize> { (0..fields.len()).filter(|index| is(fields[*index].ty)).collect() };
        let timed = matches!(render.kind, RenderKind::Timechart | RenderKind::Areachart | RenderKind::Linechart);
        let x = render.x.as_ref().and_then(position).or_else(|| {
            if timed {
                fields.iter().position(|field| field.ty == Type::Datetime)
            } else {
                fields.iter().position(|field| !drawable(field.ty))
            }
        });
        let mut y: Vec<usize> = render.y.iter().filter_map(position).collect();
        if y.is_empty() {
            y = of_type(drawable);
        }
        // What is asked for may be dynamic: its numbers are drawn.
        y.retain(|index| (drawable(fields[*index].ty) || fields[*index].ty == Type::Dynamic) && Some(*index) != x);
        let mut series: Vec<usize> = render.series.iter().filter_map(position).collect();
        if series.is_empty() {
            series = of_type(|ty| matches!(ty, Type::String | Type::Bool | Type::Dynamic));
        }
        series.retain(|index| Some(*index) != x && !y.contains(index));
        let is_time = x.is_some_and(|x| fields[x].ty == Type::Datetime);
        let shape = match render.kind {
            RenderKind::Heatmap if Axes::of(render, &fields).is_some() => Shape::Heatmap,
            RenderKind::Histogram if Axes::of(render, &fields).is_some() => Shape::Histogram,
            RenderKind::Log => Shape::Log,
            _ if y.is_empty() => Shape::Table,
            _ if timed && is_time => Shape::Chart,
            RenderKind::Timechart | RenderKind::Areachart | RenderKind::Linechart => Shape::Table,
            RenderKind::Barchart => Shape::Bars,
            RenderKind::Columnchart => Shape::Columns,
            RenderKind::Piechart => Shape::Pie,
            RenderKind::Card => Shape::Card,
            RenderKind::Table | RenderKind::Heatmap | RenderKind::Histogram => Shape::Table,
        };
        Drawing { shape, x, y, series }
    }

    /// The rows are one answer that is replaced as a whole, not a stream that is appended to; its first
    /// rows matter then, not its last.
    pub fn is_answer(&self) -> bool {
        let Some(started) = self.started() else { return false };
        let has = |words: &[&str]| started.stages.iter().any(|stage| words.contains(&stage.word.as_str()));
        has(&["summarize", "count", "top", "sort", "order"]) && !self.has_windows()
    }

    /// The column of the windows' starts and the newest of them; None where rows have no windows.
    pub(crate) fn newest_window(&self) -> Option<(usize, i64)> {
        if !self.has_windows() {
            return None;
        }
        let fields = self.fields();
        let column = fields.iter().position(|field| field.ty == Type::Datetime)?;
        let times = self.rows.iter().filter_map(|row| value::time(row.column(column, &fields[column])?, row.index));
        Some((column, times.max()?))
    }

    /// Rows belong to windows, of which each is provisional while it is open and final once.
    pub fn has_windows(&self) -> bool {
        let Some(started) = self.started() else { return false };
        let summarized = started.stages.iter().any(|stage| stage.word == "summarize");
        let timed = |field: &Field| field.ty == Type::Datetime && *field.name == *"timestamp";
        summarized && (self.progress().next_close.is_some() || self.fields().iter().any(timed))
    }
}

fn drawable(ty: Type) -> bool {
    matches!(ty, Type::Long | Type::Real | Type::Timespan)
}
