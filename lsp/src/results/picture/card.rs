//! A few values, each on its own line with how it has moved.

use super::spark::{self, Range};
use super::{Room, columns, fit, left, right};
use crate::results::{BlockResult, Drawing, Viewpoint, value};

/// One value of the last row.
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) trend: Vec<Option<f64>>,
}

impl BlockResult {
    /// The values of the newest row, those that can be drawn with their trend.
    pub(crate) fn figures(&self, viewpoint: &Viewpoint) -> Vec<Figure> {
        let Some(row) = self.rows.iter().next_back() else { return Vec::new() };
        let fields = self.fields();
        let figure = |(index, field): (usize, &syntax::Field)| {
            let cell = value::cell(row.column(index, field)?, row.index, field.ty, viewpoint);
            Some(Figure {
                name: value::text(&field.name),
                text: cell.unwrap_or_else(|| "–".to_owned()),
                trend: if field.ty == syntax::Type::Datetime { Vec::new() } else { self.trace.values(index) },
            })
        };
        fields.iter().enumerate().filter_map(figure).collect()
    }
}

pub(super) fn card(result: &BlockResult, drawing: &Drawing, room: Room, viewpoint: &Viewpoint) -> Vec<String> {
    if drawing.y.is_empty() {
        return Vec::new();
    }
    let figures = result.figures(viewpoint);
    let name_width = figures.iter().map(|figure| columns(&figure.name)).max().unwrap_or(0).min(room.width / 3);
    let text_width = figures.iter().map(|figure| columns(&figure.text)).max().unwrap_or(0);
    let width = room.width.saturating_sub(name_width + text_width + 4).min(40);
    let line = |figure: &Figure| {
        let moves = figure.trend.iter().flatten().count() > 1;
        let trend = if moves { spark::line(&figure.trend, width, Range::around(&figure.trend)) } else { String::new() };
        let text = format!("{}  {}  {trend}", left(&figure.name, name_width), right(&figure.text, text_width));
        fit(text.trim_end(), room.width)
    };
    figures.iter().take(room.height).map(line).collect()
}
