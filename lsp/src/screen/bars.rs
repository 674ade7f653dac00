//! Rows as horizontal bars, the label on the left, the value before the bar.

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::theme;
use crate::results::{BlockResult, Drawing, Viewpoint, columns, horizontal, left, right, value};

/// False where there is nothing that can be drawn.
pub(super) fn draw(
    screen: &mut ratatui::Frame<'_>,
    area: Rect,
    result: &BlockResult,
    drawing: &Drawing,
    viewpoint: &Viewpoint,
) -> bool {
    let (room, rows) = (usize::from(area.height), result.len());
    let shown = if rows > room { room.saturating_sub(1) } else { rows };
    let bars = result.bars(drawing, viewpoint, shown);
    if bars.is_empty() {
        return false;
    }
    let width = usize::from(area.width);
    let label_width = bars.iter().map(|bar| columns(&bar.label)).max().unwrap_or(0).min(width / 2);
    let text_width = bars.iter().map(|bar| columns(&bar.text)).max().unwrap_or(0);
    let bar_width = width.saturating_sub(label_width + text_width + 2);
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let hollow = result.has_windows();
    let mut lines: Vec<Line<'_>> = bars
        .iter()
        .map(|bar| {
            Line::from(vec![
                Span::raw(format!("{} ", left(&bar.label, label_width))),
                Span::styled(format!("{} ", right(&bar.text, text_width)), Modifier::BOLD),
                Span::styled(horizontal(bar.value, most, bar_width, hollow && bar.provisional), theme::series(0)),
            ])
        })
        .collect();
    if rows > shown {
        lines.push(Line::styled(format!("… {} more", value::count((rows - shown) as u64)), theme::faint()));
    }
    screen.render_widget(Paragraph::new(lines), area);
    true
}
