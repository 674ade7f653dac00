//! A few values side by side: the name, the value, and how it has moved.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::theme;
use crate::results::{BlockResult, Viewpoint, columns, sparkline};

/// False where there is nothing that can be drawn.
pub(super) fn draw(screen: &mut ratatui::Frame<'_>, area: Rect, result: &BlockResult, viewpoint: &Viewpoint) -> bool {
    let figures = result.figures(viewpoint);
    // Each needs room for its name; what does not fit is left out.
    let width = figures.iter().map(|figure| columns(&figure.name).max(columns(&figure.text)) + 2).max().unwrap_or(0);
    let fits = (usize::from(area.width) / width.max(10)).max(1).min(figures.len());
    if figures.is_empty() {
        return false;
    }
    let places = Layout::horizontal(vec![Constraint::Fill(1); fits]).split(area);
    for (index, (figure, place)) in figures.iter().zip(places.iter()).enumerate() {
        let room = usize::from(place.width).saturating_sub(2).min(40);
        let mut lines = vec![
            Line::styled(figure.name.clone(), theme::faint()),
            Line::styled(figure.text.clone(), theme::heading().patch(theme::series(index))),
        ];
        if figure.trend.iter().flatten().count() > 1 {
            lines.push(Line::styled(sparkline(&figure.trend, room), theme::series(index)));
        }
        screen.render_widget(Paragraph::new(lines), *place);
    }
    true
}
