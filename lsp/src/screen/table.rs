//! Rows under their column names. The last ones of a stream, the first ones of an answer.

use ratatui::layout::{Constraint, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Row, Table};

use super::theme;
use crate::results::{BlockResult, Viewpoint, left, right, value};

pub(super) fn draw(screen: &mut ratatui::Frame<'_>, area: Rect, result: &BlockResult, viewpoint: &Viewpoint) {
    let room = usize::from(area.height).saturating_sub(1);
    let mut grid = result.grid(room, viewpoint);
    // Of an answer, what is left out is below; of a stream it is above and long gone.
    let hidden = if result.is_answer() { grid.total.saturating_sub(grid.rows.len() as u64) } else { 0 };
    if hidden > 0 && grid.rows.len() == room && room > 1 {
        grid.rows.pop();
    }
    let hidden = if result.is_answer() { grid.total.saturating_sub(grid.rows.len() as u64) } else { 0 };
    let widths = grid.widths(usize::from(area.width));
    let place = |text: &str, column: usize| {
        if grid.is_right(column) { right(text, widths[column]) } else { left(text, widths[column]) }
    };
    let mark = |text: &'static str, style: Style| grid.marked.then(|| Cell::from(Span::styled(text, style)));
    let header = (0..widths.len()).map(|column| Cell::from(grid.title(column, widths[column])));
    let header =
        Row::new(mark(" ", Style::new()).into_iter().chain(header)).style(theme::heading().patch(theme::faint()));
    let mut rows: Vec<Row<'_>> = Vec::with_capacity(grid.rows.len() + 1);
    // Over all columns, drawn over the table.
    let mut across: Vec<(usize, String)> = Vec::new();
    for (at, (row, provisional)) in grid.rows.iter().zip(&grid.provisional).enumerate() {
        if let Some(missing) = grid.missing_at(at) {
            across.push((rows.len(), missing));
            rows.push(Row::default());
        }
        let open = *provisional && grid.marked;
        let cells = (0..widths.len()).map(|column| match &row[column] {
            Some(text) => Cell::from(Span::styled(place(text, column), theme::cell(&grid.header[column], text))),
            None => Cell::from(Span::styled(place("–", column), theme::faint())),
        });
        let marks = mark(if open { "○" } else { "●" }, theme::faint());
        let style = if open { theme::provisional() } else { Style::new() };
        rows.push(Row::new(marks.into_iter().chain(cells)).style(style));
    }
    let constraints = grid.marked.then_some(1).into_iter().chain(widths.iter().map(|width| *width as u16));
    // The mark stands closer to its row than columns to each other.
    let constraints: Vec<Constraint> = constraints.map(Constraint::Length).collect();
    let spacing = 2;
    let table = Table::new(rows, constraints).header(header).column_spacing(spacing);
    screen.render_widget(table, area);
    for (row, text) in across {
        if let Some(y) = u16::try_from(row + 1).ok().filter(|y| *y < area.height) {
            screen.render_widget(Line::styled(text, theme::warning()), Rect { y: area.y + y, height: 1, ..area });
        }
    }
    if hidden > 0 && area.height > 2 {
        let below = Rect { y: area.bottom() - 1, height: 1, ..area };
        screen.render_widget(Line::styled(format!("… {} more", value::count(hidden)), theme::faint()), below);
    }
}
