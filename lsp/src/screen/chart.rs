//! Values over time: a line a series in its colour, with a legend that has the last values. What may still
//! change is dim and ends in a hollow point.

use ratatui::layout::{Alignment, Rect};
use ratatui::style::Modifier;
use ratatui::symbols::Marker;
use ratatui::text::{Line as Text, Span};
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Paragraph};
use syntax::Type;

use super::theme;
use crate::results::{Line, MISSING, Series, Viewpoint, columns, fit, left, right, value};

/// Columns of the legend at most; below this width of the area it stands under the chart.
const LEGEND: usize = 34;
const BESIDE: u16 = 64;

/// Windows that fit from the start, so that a young chart grows to the right and does not stretch.
const FIRST_WINDOWS: i64 = 12;

/// Seconds and values.
type Points = Vec<(f64, f64)>;

/// Lines of a chart below which it shows nothing; what has an axis of its own then waits for more room.
const LEAST: u16 = 5;

/// False where there is nothing that can be drawn.
pub(super) fn draw(screen: &mut ratatui::Frame<'_>, area: Rect, series: &Series, viewpoint: &Viewpoint) -> bool {
    let charts = u16::try_from(series.axes()).unwrap_or(1).min(area.height / LEAST).max(1);
    let mut drawn = false;
    for axis in 0..charts {
        let (from, to) = (area.height * axis / charts, area.height * (axis + 1) / charts);
        let part = Rect { y: area.y + from, height: to - from, ..area };
        // The last one says what else there is.
        let is_last = axis + 1 == charts;
        let here = |line: &&Line| line.axis == usize::from(axis);
        let lines: Vec<Line> = series.lines.iter().filter(here).cloned().collect();
        let left = series.lines.iter().filter(|line| line.axis > usize::from(axis)).count();
        let more = if is_last { series.more + left } else { 0 };
        drawn |= one(screen, part, &Series { lines, more, ..series.clone() }, viewpoint);
    }
    drawn
}

/// The lines of one axis.
fn one(screen: &mut ratatui::Frame<'_>, area: Rect, series: &Series, viewpoint: &Viewpoint) -> bool {
    let (Some(first), Some(last)) = (series.x.first(), series.x.last()) else { return false };
    let most = series.lines.iter().filter_map(Line::max).fold(0.0, f64::max);
    let least = series.lines.iter().filter_map(Line::min).fold(0.0, f64::min);
    let (chart_area, legend_area) = split(area, series);
    let step = series.x.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(5_000_000_000);
    let end = (*last).max(first.saturating_add(step.saturating_mul(FIRST_WINDOWS)));
    let seconds = |at: i64| (at - first) as f64 / 1e9;
    let ty = series.lines.first().map_or(Type::Real, |line| line.ty);
    let top = nice(most, ty);

    let points: Vec<(Vec<Points>, Points)> = series.lines.iter().map(|line| halves(line, series, &seconds)).collect();
    let ends: Vec<Points> = points.iter().map(|(_, open)| open.last().copied().into_iter().collect()).collect();
    let hatched = hatched(series, &seconds, (least, top));
    let mut datasets = vec![
        Dataset::default()
            .marker(Marker::Custom(MISSING))
            .graph_type(GraphType::Scatter)
            .style(theme::faint())
            .data(&hatched),
    ];
    for (index, (finals, open)) in points.iter().enumerate() {
        let style = theme::series(series.lines[index].color);
        let line = |data| Dataset::default().marker(Marker::Braille).graph_type(GraphType::Line).data(data);
        datasets.push(line(open).style(style.patch(theme::provisional())));
        datasets.extend(finals.iter().map(|part| line(part).style(style)));
    }
    for (index, end) in ends.iter().enumerate() {
        let style = theme::series(series.lines[index].color);
        datasets
            .push(Dataset::default().marker(Marker::Custom('○')).graph_type(GraphType::Scatter).style(style).data(end));
    }
    let labels: Vec<String> = match chart_area.height {
        0..=4 => vec![least, top],
        5..=10 => vec![least, least + (top - least) / 2.0, top],
        _ => (0..=4).map(|part| least + (top - least) * f64::from(part) / 4.0).collect(),
    }
    .into_iter()
    .map(|value| value::drawn(value, ty))
    .collect();
    let times = match chart_area.width {
        0..=36 => vec![*first, end],
        _ => vec![*first, first + (end - first) / 2, end],
    };
    let times = times
        .into_iter()
        .map(|at| Span::styled(value::datetime(at / 1_000_000_000 * 1_000_000_000, viewpoint), theme::faint()));
    let x = Axis::default().bounds([0.0, seconds(end).max(1.0)]).style(theme::faint()).labels(times);
    let y = Axis::default()
        .bounds([least, top])
        .style(theme::faint())
        .labels_alignment(Alignment::Right)
        .labels(labels.into_iter().map(|label| Span::styled(label, theme::faint())));
    let chart = Chart::new(datasets).x_axis(x).y_axis(y).legend_position(None);
    screen.render_widget(chart, chart_area);
    legend(screen, legend_area, series, area.width >= BESIDE);
    true
}

/// Final points in parts, of which one ends where the line breaks, and those that may still change with the last final
/// one before them.
fn halves(line: &Line, series: &Series, seconds: &impl Fn(i64) -> f64) -> (Vec<Points>, Points) {
    let (mut finals, mut open) = (vec![Points::new()], Points::new());
    for (index, (at, value)) in series.x.iter().zip(&line.values).enumerate() {
        let Some(value) = value else {
            if index < series.provisional_from {
                finals.push(Points::new());
            }
            continue;
        };
        let point = (seconds(*at), *value);
        if index < series.provisional_from {
            finals.last_mut().expect("there is one at least").push(point);
        } else {
            if open.is_empty() {
                open.extend(finals.last().and_then(|part| part.last()).copied());
            }
            open.push(point);
        }
    }
    (finals, open)
}

/// Where rows are missing, the ground is hatched.
fn hatched(series: &Series, seconds: &impl Fn(i64) -> f64, (least, top): (f64, f64)) -> Points {
    const PARTS: i64 = 24;
    let column = |(from, to): &(i64, i64)| {
        let step = ((to - from) / PARTS).max(1);
        (0..=PARTS).map(move |part| from.saturating_add(step * part).min(*to)).collect::<Vec<i64>>()
    };
    let columns = series.gaps.iter().flat_map(column);
    let whole = |at: i64| (0..=PARTS).map(move |row| (seconds(at), least + (top - least) * row as f64 / PARTS as f64));
    columns.flat_map(whole).collect()
}

fn split(area: Rect, series: &Series) -> (Rect, Rect) {
    if area.width >= BESIDE {
        let names = series.lines.iter().map(|line| columns(&line.name)).max().unwrap_or(0);
        let width = (names + 13).min(LEGEND).min(usize::from(area.width) / 2) as u16;
        let chart = Rect { width: area.width - width - 1, ..area };
        (chart, Rect { x: chart.right() + 1, width, ..area })
    } else {
        let height = if area.height > 5 { 1 } else { 0 };
        let chart = Rect { height: area.height - height, ..area };
        (chart, Rect { y: chart.bottom(), height, ..area })
    }
}

fn legend(screen: &mut ratatui::Frame<'_>, area: Rect, series: &Series, beside: bool) {
    if area.height == 0 {
        return;
    }
    let highest = series.lines.iter().filter_map(Line::last).fold(f64::MIN, f64::max);
    let last = |line: &Line| line.last().map_or_else(|| "–".to_owned(), |last| line.write(last));
    let emphasis = |line: &Line| {
        let is_highest = series.lines.len() > 1 && highest > 0.0 && line.last() == Some(highest);
        if is_highest { Modifier::BOLD } else { Modifier::empty() }
    };
    if !beside {
        let mut spans = Vec::new();
        for line in &series.lines {
            spans.push(Span::styled("━ ", theme::series(line.color)));
            spans.push(Span::raw(format!("{} {}  ", fit(&line.name, 16), last(line))));
        }
        screen.render_widget(Text::from(spans), area);
        return;
    }
    let hidden = |shown: usize| series.lines.len() - shown + series.more;
    let room = usize::from(area.height);
    let shown = if series.lines.len() + usize::from(series.more > 0) > room { room - 1 } else { series.lines.len() };
    let value_width = series.lines.iter().map(|line| columns(&last(line))).max().unwrap_or(0);
    let name_width = usize::from(area.width).saturating_sub(value_width + 3);
    let mut lines: Vec<Text<'_>> = series
        .lines
        .iter()
        .take(shown)
        .map(|line| {
            Text::from(vec![
                Span::styled("━ ", theme::series(line.color)),
                Span::raw(left(&line.name, name_width)),
                Span::styled(format!(" {}", right(&last(line), value_width)), emphasis(line)),
            ])
        })
        .collect();
    if hidden(shown) > 0 {
        lines.push(Text::styled(format!("… {} other lines", hidden(shown)), theme::faint()));
    }
    screen.render_widget(Paragraph::new(lines), area);
}

/// The next round number above, in units that people count in: 1, 2, 2.5 and 5 times a power of ten.
fn nice(most: f64, ty: Type) -> f64 {
    if !(most.is_finite() && most > 0.0) {
        // A line at zero lies on the axis, not in the middle of nothing.
        return if ty == Type::Timespan { 1e6 } else { 1.0 };
    }
    let power = 10f64.powf(most.log10().floor());
    let steps = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps.iter().map(|step| step * power).find(|step| *step >= most && step.is_finite()).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_a_round_number() {
        let tops = [0.0, 0.31, 1.0, 99.5, 101.0, 1_490_000_000.0].map(|most| nice(most, Type::Real));
        assert_eq!(tops, [1.0, 0.4, 1.0, 100.0, 150.0, 1_500_000_000.0]);
        assert!(nice(f64::MAX, Type::Real).is_finite());
    }
}
