//! One block: its heading and source above, its answer, and what it read below.

use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph, Wrap};

use super::layout::Wish;
use super::{bars, card, chart, table, theme};
use crate::results::{BlockResult, Room, Shape, State, Viewpoint, fit, value};

/// Lines of the frame around an answer.
const FRAME: u16 = 2;

/// How many lines the block can use.
pub(super) fn wish(result: &BlockResult) -> Wish {
    let rows = u16::try_from(result.len()).unwrap_or(u16::MAX);
    match result.drawing().shape {
        Shape::Chart => Wish { least: 9, most: u16::MAX },
        Shape::Bars => Wish { least: 6, most: rows.saturating_add(FRAME).max(6) },
        Shape::Card => Wish { least: 5, most: 6 },
        Shape::Columns => Wish { least: 9, most: 18 },
        // The whole, up to eight shares, and one line of what is left out.
        Shape::Pie => Wish { least: 7, most: rows.saturating_add(FRAME + 2).clamp(7, 12) },
        Shape::Heatmap => Wish { least: 11, most: 20 },
        Shape::Histogram => Wish { least: 11, most: 23 },
        // Room for what may come: a table that grows must not push the others about all the time.
        Shape::Table | Shape::Log => Wish { least: 7, most: rows.saturating_add(FRAME + 1).max(12) },
    }
}

/// What a person does with the block.
pub(super) struct Hand<'a> {
    pub(super) scroll: &'a mut table::Scroll,
    pub(super) focused: bool,
}

pub(super) fn draw(
    screen: &mut ratatui::Frame<'_>,
    area: Rect,
    result: &BlockResult,
    hand: Hand<'_>,
    viewpoint: &Viewpoint,
) {
    let width = usize::from(area.width).saturating_sub(4);
    let border = match result.state() {
        State::Failed => theme::error(),
        _ if hand.focused => theme::heading(),
        _ => theme::faint(),
    };
    let mut block = Block::bordered().border_type(BorderType::Rounded).border_style(border);
    let started = result.started();
    let title = started.and_then(|started| started.render.title.as_deref().or(started.heading.as_deref()));
    let title = fit(&value::text(title.unwrap_or(result.block())), width);
    let source = started.map(|started| format!(" {} · {} ", value::text(result.block()), value::text(&started.source)));
    let left = crate::results::columns(&title) + 2;
    block = block.title_top(Line::styled(format!(" {title} "), theme::heading()));
    if let Some(source) = source.filter(|source| left + crate::results::columns(source) < width) {
        block = block.title_top(Line::styled(source, theme::faint()).alignment(Alignment::Right));
    }
    block = block.title_bottom(summary(result, width));
    let inner = block.inner(area);
    screen.render_widget(block, area);
    if inner.height == 0 || inner.width < 4 {
        return;
    }
    let inner = Rect { x: inner.x + 1, width: inner.width - 2, ..inner };
    if result.is_empty() {
        screen.render_widget(Paragraph::new(waiting(result)).wrap(Wrap { trim: true }), inner);
        return;
    }
    let drawing = result.drawing();
    let drawn = match drawing.shape {
        Shape::Chart => {
            result.series(&drawing, viewpoint).is_some_and(|series| chart::draw(screen, inner, &series, viewpoint))
        }
        Shape::Bars => bars::draw(screen, inner, result, &drawing, viewpoint),
        Shape::Card => card::draw(screen, inner, result, viewpoint),
        Shape::Columns | Shape::Pie | Shape::Heatmap | Shape::Histogram | Shape::Log => {
            let room = Room { width: usize::from(inner.width), height: usize::from(inner.height) };
            let lines: Vec<Line<'_>> =
                result.painted(&drawing, room, viewpoint).into_iter().map(theme::painted).collect();
            let some = !lines.is_empty();
            screen.render_widget(Paragraph::new(lines), inner);
            some || drawing.shape == Shape::Columns && bars::draw(screen, inner, result, &drawing, viewpoint)
        }
        Shape::Table => false,
    };
    if !drawn {
        table::draw(screen, inner, result, hand.scroll, viewpoint);
    }
}

/// The state in its colour, losses in theirs.
fn summary(result: &BlockResult, width: usize) -> Line<'static> {
    let text = fit(&result.summary(), width.saturating_sub(2));
    let mut spans = vec![Span::raw(" ")];
    for (index, part) in text.split(" · ").enumerate() {
        if index > 0 {
            spans.push(Span::styled(" · ", theme::faint()));
        }
        let style = if part.ends_with(" late") || part.ends_with(" dropped") {
            theme::warning()
        } else if index == 0 && result.state() == State::Failed {
            theme::error()
        } else {
            theme::plain()
        };
        match part.split_once(' ').filter(|_| index == 0) {
            Some((mark, rest)) => {
                spans.push(Span::styled(format!("{mark} "), theme::state(result.state())));
                spans.push(Span::styled(rest.to_owned(), style));
            }
            None => spans.push(Span::styled(part.to_owned(), style)),
        }
    }
    spans.push(Span::raw(" "));
    Line::from(spans)
}

/// Why there is nothing to see.
fn waiting(result: &BlockResult) -> Vec<Line<'static>> {
    let progress = result.progress();
    let mut lines = match result.state() {
        State::Starting => vec![Line::styled("starting …", theme::faint())],
        State::Failed => vec![Line::styled(value::text(result.message()), theme::error())],
        _ if result.empty().is_some() => {
            vec![Line::styled(result.empty().unwrap_or_default(), theme::warning())]
        }
        _ if progress.received == 0 => {
            let source = result.started().map(|started| value::text(&started.source)).unwrap_or_default();
            vec![Line::styled(format!("nothing has come from {source} yet"), theme::faint())]
        }
        _ => {
            let read = value::count(progress.received);
            vec![Line::styled(empty(result).unwrap_or_else(|| format!("no answer yet, {read} read")), theme::faint())]
        }
    };
    lines.extend(result.notices().map(|notice| Line::styled(value::text(&notice.message), theme::faint())));
    lines.extend(result.dropped().into_iter().map(|text| Line::styled(text, theme::warning())));
    lines
}

/// The first stage that lets nothing through.
fn empty(result: &BlockResult) -> Option<String> {
    let mut before = result.progress().received;
    let shown = result.started()?.stages.iter().zip(&result.progress().stage_out);
    for (stage, count) in shown.filter(|(stage, _)| !stage.word.is_empty()) {
        if *count == 0 && before > 0 && stage.word == "where" {
            return Some(format!("`where` has let none of {} events through so far", value::count(before)));
        }
        before = *count;
    }
    None
}
