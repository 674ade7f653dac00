//! Rows under their column names. The last ones of a stream, the first ones of an answer, or those that somebody has
//! scrolled to; how many others there are stands below.

use ratatui::layout::{Constraint, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Row, Table};

use super::theme;
use crate::results::{BlockResult, Viewpoint, left, right, value};

/// Which row stands first, where somebody has scrolled: else the newest are seen, or the first of an answer.
#[derive(Debug, Default)]
pub(super) struct Scroll {
    at: Option<usize>,
    /// Rows to go that have not been drawn yet; down is more.
    moves: isize,
}

impl Scroll {
    pub(super) fn by(&mut self, rows: isize) {
        self.moves = self.moves.saturating_add(rows);
    }

    /// The first row that is seen; `last` is the one from which on all of the rest are.
    fn first(&mut self, last: usize, answer: bool) -> usize {
        let own = if answer { 0 } else { last };
        let first = self.at.unwrap_or(own).saturating_add_signed(std::mem::take(&mut self.moves)).min(last);
        // Where it would stand by itself, it goes along with what comes.
        self.at = (first != own).then_some(first);
        first
    }
}

pub(super) fn draw(
    screen: &mut ratatui::Frame<'_>,
    area: Rect,
    result: &BlockResult,
    scroll: &mut Scroll,
    viewpoint: &Viewpoint,
) {
    let room = usize::from(area.height).saturating_sub(1);
    // One line for how many others there are, where that leaves any.
    let kept = result.len();
    let fits = if kept > room && room > 1 { room - 1 } else { room };
    let first = scroll.first(kept.saturating_sub(fits), result.is_answer());
    let grid = result.grid_from(first, fits, viewpoint);
    let (above, below) = (first, kept.saturating_sub(first + grid.rows.len()));
    let gone = grid.total.saturating_sub(kept as u64);
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
    if kept > fits && area.height > 2 {
        let more =
            |count: usize, place: &str| (count > 0).then(|| format!("{} more {place}", value::count(count as u64)));
        let gone = (gone > 0).then(|| format!("{} are not kept", value::count(gone)));
        let parts: Vec<String> = [more(above, "above"), more(below, "below"), gone].into_iter().flatten().collect();
        let line = Rect { y: area.bottom() - 1, height: 1, ..area };
        screen.render_widget(Line::styled(format!("… {}", parts.join(" · ")), theme::faint()), line);
    }
}
