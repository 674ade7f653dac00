//! A result's picture as SVG, which needs no script to be seen.

use std::error::Error;
use std::f64::consts::TAU;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use syntax::Type;

use super::axis::{Scale, Times};
use crate::results::{BlockResult, Figure, Series, Shape, Viewpoint, value};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;

const WIDTH: u32 = 860;
const HEIGHT: u32 = 280;
const FONT: &str = "system-ui, sans-serif";
const INK: RGBColor = RGBColor(60, 64, 67);
const FAINT: RGBColor = RGBColor(225, 228, 232);

/// The components' colours (`editors/components/style/tokens.css`), which eyes of all kinds tell apart.
const COLORS: [RGBColor; 12] = [
    RGBColor(28, 80, 167),
    RGBColor(164, 147, 46),
    RGBColor(151, 39, 27),
    RGBColor(72, 146, 168),
    RGBColor(90, 16, 105),
    RGBColor(194, 101, 118),
    RGBColor(105, 123, 26),
    RGBColor(110, 68, 106),
    RGBColor(50, 22, 152),
    RGBColor(135, 92, 165),
    RGBColor(186, 132, 102),
    RGBColor(108, 23, 14),
];

/// From rare to frequent.
const HEAT: [RGBColor; 10] = [
    RGBColor(219, 231, 243),
    RGBColor(196, 214, 232),
    RGBColor(172, 196, 220),
    RGBColor(147, 178, 208),
    RGBColor(121, 159, 195),
    RGBColor(96, 139, 181),
    RGBColor(72, 118, 165),
    RGBColor(49, 97, 147),
    RGBColor(28, 74, 127),
    RGBColor(8, 48, 107),
];

/// Right of the last mark of an axis there is room for half of what it says.
const MARGIN: u32 = 34;

/// None where there is nothing to draw, or where a table says it better.
pub(crate) fn picture(result: &BlockResult, viewpoint: &Viewpoint) -> Option<String> {
    let drawing = result.drawing();
    if drawing.shape == Shape::Chart {
        let series = result.series(&drawing, viewpoint).filter(|series| series.x.len() > 1)?;
        let charts: Vec<Chart> = charts(&series).into_iter().map(|lines| Chart::new(&series, lines)).collect();
        // One below the other, the same time at the same place.
        let left = charts.iter().map(Chart::left).max().unwrap_or_default();
        return drawn(charts.iter().map(Chart::height).sum(), |area| {
            let mut rest = area.clone();
            for chart in charts {
                let (this, below) = rest.split_vertically(chart.height());
                chart.draw(&this, &series, left)?;
                rest = below;
            }
            Ok(())
        });
    }
    match result.figure(viewpoint)? {
        Figure::Bars(bars) | Figure::Columns(bars) => drawn(bars_height(&bars), |area| rows(area, &bars)),
        Figure::Pie(bars) => drawn(HEIGHT, |area| pie(area, &bars)),
        Figure::Heatmap(map) => drawn(30 + 22 * map.y.len().max(4) as u32, |area| heatmap(area, &map)),
        Figure::Histogram(histogram) => drawn(HEIGHT, |area| columns(area, &histogram)),
        Figure::Card { .. } | Figure::Log { .. } => None,
    }
}

/// A line without axes, for a card.
pub(super) fn trend(values: &[Option<f64>]) -> Option<String> {
    let points: Vec<(f64, f64)> =
        values.iter().enumerate().filter_map(|(at, value)| Some((at as f64, (*value)?))).collect();
    if points.len() < 2 {
        return None;
    }
    sized(160, 40, |area| {
        let (low, high) = ends(points.iter().map(|point| point.1));
        let mut chart =
            ChartBuilder::on(area).margin(3).build_cartesian_2d(0.0..(values.len() - 1) as f64, low..high)?;
        chart.draw_series(LineSeries::new(points.iter().copied(), COLORS[0].stroke_width(2)))?;
        Ok(())
    })
}

fn drawn(height: u32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> Option<String> {
    sized(WIDTH, height, draw)
}

fn sized(width: u32, height: u32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> Option<String> {
    let mut text = String::new();
    let done = {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        draw(&area).is_ok() && area.present().is_ok()
    };
    // It shrinks with its page.
    let head = "<svg role=\"img\" style=\"max-width:100%;height:auto\" ";
    done.then(|| themed(text.replacen("<svg ", head, 1)))
}

/// Each colour can be another in a page that is dark.
fn themed(mut picture: String) -> String {
    let named = |name: &str, colors: &[RGBColor]| -> Vec<(String, RGBColor)> {
        colors.iter().enumerate().map(|(at, color)| (format!("{name}-{at}"), *color)).collect()
    };
    let mut names = vec![("ink".to_owned(), INK), ("faint".to_owned(), FAINT)];
    names.extend(named("series", &COLORS));
    names.extend(named("heat", &HEAT));
    for (name, RGBColor(red, green, blue)) in names {
        let color = format!("#{red:02X}{green:02X}{blue:02X}");
        for what in ["fill", "stroke"] {
            picture = picture.replace(&format!("{what}=\"{color}\""), &format!("{what}=\"var(--{name},{color})\""));
        }
    }
    picture
}

fn font(size: i32) -> TextStyle<'static> {
    (FONT, size).into_font().color(&INK)
}

/// With a little room, and never empty.
fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    // Most values are counts or times: their zero belongs to the picture.
    let low = if low > 0.0 { 0.0 } else { low };
    if high > low { (low, high + (high - low) * 0.05) } else { (low, low + 1.0) }
}

/// What has one axis is one chart. Lines keep their colours.
fn charts(series: &Series) -> Vec<Vec<usize>> {
    let of = |axis: usize| (0..series.lines.len()).filter(|at| series.lines[*at].axis == axis).collect();
    (0..series.axes()).map(of).collect()
}

/// Some lines of a result, with an axis of their own.
struct Chart {
    /// Their places in the result.
    lines: Vec<usize>,
    scale: Scale,
}

impl Chart {
    fn new(series: &Series, lines: Vec<usize>) -> Chart {
        let (low, high) = ends(lines.iter().flat_map(|at| series.lines[*at].values.iter().flatten().copied()));
        // Whole numbers and broken ones share an axis, which is then one of broken ones.
        let mut types = lines.iter().map(|at| series.lines[*at].ty);
        let first = types.clone().next().unwrap_or(Type::Real);
        let scale = Scale::new(low, high, types.find(|ty| *ty != Type::Long).unwrap_or(first));
        Chart { lines, scale }
    }

    fn legend(&self) -> u32 {
        18 * u32::try_from(self.lines.len().div_ceil(4)).unwrap_or(1)
    }

    fn height(&self) -> u32 {
        self.legend() + HEIGHT
    }

    /// What its marks say takes so much room.
    fn left(&self) -> u32 {
        let widest = self.scale.marks.iter().map(|mark| self.scale.write(*mark).chars().count()).max().unwrap_or(1);
        (16 + 8 * u32::try_from(widest).unwrap_or(8)).max(48)
    }

    fn draw(self, area: &Area<'_>, series: &Series, left: u32) -> Drawn {
        let (head, body) = area.split_vertically(self.legend());
        for (place, at) in self.lines.iter().enumerate() {
            let place = ((place % 4) as i32 * 210 + 56, (place / 4) as i32 * 18 + 4);
            head.draw(&Rectangle::new(
                [place, (place.0 + 12, place.1 + 10)],
                COLORS[series.lines[*at].color % COLORS.len()].filled(),
            ))?;
            head.draw(&Text::new(fit(&series.lines[*at].name, 30), (place.0 + 18, place.1 - 1), font(13)))?;
        }
        plot(&body, series, &self.lines, self.scale, left)
    }
}

fn plot(body: &Area<'_>, series: &Series, lines: &[usize], scale: Scale, left: u32) -> Drawn {
    let (Some(first), Some(last)) = (series.x.first(), series.x.last()) else { return Ok(()) };
    let mut chart = ChartBuilder::on(body)
        .margin(8)
        .margin_right(MARGIN)
        .set_label_area_size(LabelAreaPosition::Left, left)
        .set_label_area_size(LabelAreaPosition::Bottom, 24)
        .build_cartesian_2d(Times(*first..*last), scale)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(FAINT)
        .axis_style(INK)
        .label_style(font(12))
        .draw()?;
    // Under the lines, which break there.
    let top = chart.plotting_area().get_pixel_range();
    for (from, to) in &series.gaps {
        let x = |at: i64| {
            let (left, right) = (top.0.start, top.0.end);
            Times(*first..*last).map(&at.clamp(*first, *last), (left, right))
        };
        hatch(body, (x(*from) - 4, x(*to) + 4), (top.1.start, top.1.end))?;
    }
    for at in lines {
        let line = &series.lines[*at];
        let color = COLORS[line.color % COLORS.len()];
        // A gap stays one, and what may still change is hollow.
        let points = |from: usize, to: usize| {
            let known = (from..to).map(|at| line.values[at].map(|value| (series.x[at], value)));
            known.collect::<Vec<_>>()
        };
        let open = series.provisional_from.min(series.x.len());
        for part in points(0, open).split(Option::is_none).filter(|part| !part.is_empty()) {
            let part: Vec<(i64, f64)> = part.iter().flatten().copied().collect();
            if let [point] = part[..] {
                chart.draw_series([Circle::new(point, 2, color.filled())])?;
            }
            chart.draw_series(LineSeries::new(part, color.stroke_width(2)))?;
        }
        let open = points(open, series.x.len());
        chart.draw_series(open.iter().flatten().map(|point| Circle::new(*point, 3, color.stroke_width(1))))?;
    }
    Ok(())
}

/// Rows of these places are missing.
fn hatch(area: &Area<'_>, (from, to): (i32, i32), (top, bottom): (i32, i32)) -> Drawn {
    let (left, above) = area.get_base_pixel();
    let place = |x: i32, y: i32| (x - left, y - above);
    let height = bottom - top;
    for start in ((from - height)..to).step_by(8) {
        // From bottom left to top right, cut at both sides.
        let (low, high) = ((from - start).max(0), (to - start).min(height));
        if low < high {
            let line = vec![place(start + low, bottom - low), place(start + high, bottom - high)];
            area.draw(&PathElement::new(line, FAINT.stroke_width(2)))?;
        }
    }
    Ok(())
}

fn bars_height(bars: &crate::results::Bars) -> u32 {
    let lines = bars.labels.len() * bars.series.len();
    24 + 20 * u32::try_from(lines.clamp(1, 60)).unwrap_or(60)
}

/// One bar below the other: labels have room, whatever they say.
fn rows(area: &Area<'_>, bars: &crate::results::Bars) -> Drawn {
    let most = bars
        .series
        .iter()
        .flat_map(|series| series.values.iter().flatten())
        .fold(0.0, |most: f64, value| most.max(value.abs()));
    let mut y = 8;
    for (at, label) in bars.labels.iter().enumerate() {
        for (number, series) in bars.series.iter().enumerate() {
            let Some(value) = series.values.get(at).copied().flatten() else { continue };
            let width = if most > 0.0 { (value.abs() / most * 480.0) as i32 } else { 0 };
            let color = COLORS[number % COLORS.len()];
            let name = if bars.series.len() > 1 { format!("{label} · {}", series.name) } else { label.clone() };
            let anchor = font(13).pos(Pos::new(HPos::Right, VPos::Center));
            area.draw(&Text::new(fit(&name, 32), (250, y + 8), anchor))?;
            let style = if bars.provisional.get(at) == Some(&true) { color.stroke_width(1) } else { color.filled() };
            area.draw(&Rectangle::new([(258, y), (258 + width.max(1), y + 15)], style))?;
            let anchor = font(12).pos(Pos::new(HPos::Left, VPos::Center));
            area.draw(&Text::new(written(value, series.unit), (264 + width, y + 8), anchor))?;
            y += 20;
        }
    }
    Ok(())
}

fn pie(area: &Area<'_>, bars: &crate::results::Bars) -> Drawn {
    let Some(series) = bars.series.first() else { return Ok(()) };
    let values: Vec<f64> = series.values.iter().map(|value| value.unwrap_or(0.0).max(0.0)).collect();
    let sum: f64 = values.iter().sum();
    if sum <= 0.0 {
        return Err("there is nothing to share".into());
    }
    let (center, radius) = ((150.0, f64::from(HEIGHT) / 2.0), 120.0);
    let mut from = -TAU / 4.0;
    for (at, value) in values.iter().enumerate() {
        let to = from + value / sum * TAU;
        let steps = (((to - from) / TAU * 180.0).ceil() as usize).max(1);
        let around = (0..=steps).map(|step| from + (to - from) * step as f64 / steps as f64);
        let point = |angle: f64| ((center.0 + radius * angle.cos()) as i32, (center.1 + radius * angle.sin()) as i32);
        let outline = std::iter::once((center.0 as i32, center.1 as i32)).chain(around.map(point));
        let color = COLORS[at % COLORS.len()];
        area.draw(&Polygon::new(outline.collect::<Vec<_>>(), color.filled()))?;
        from = to;
        let y = 14 + at as i32 * 20;
        if y < HEIGHT as i32 - 10 {
            area.draw(&Rectangle::new([(320, y), (332, y + 12)], color.filled()))?;
            let share = value / sum * 100.0;
            let label = bars.labels.get(at).map(String::as_str).unwrap_or_default();
            area.draw(&Text::new(format!("{} {share:.1} %", fit(label, 50)), (340, y), font(13)))?;
        }
    }
    Ok(())
}

fn heatmap(area: &Area<'_>, map: &crate::results::Heatmap) -> Drawn {
    let most = map.counts.iter().flatten().fold(0.0, |most: f64, count| most.max(*count));
    let (columns, lines) = (map.x.len().max(1) as i32, map.y.len() as i32);
    let (left, right) = (190, (WIDTH - MARGIN) as i32);
    for (row, label) in map.y.iter().enumerate() {
        // The lowest is at the bottom.
        let y = (lines - 1 - row as i32) * 22 + 4;
        area.draw(&Text::new(fit(label, 28), (left - 8, y + 10), font(12).pos(Pos::new(HPos::Right, VPos::Center))))?;
        for (column, count) in map.counts.get(row).into_iter().flatten().enumerate() {
            if *count <= 0.0 {
                continue;
            }
            let x = |column: i32| left + (right - left) * column / columns;
            // Roots: what is rare shall be seen beside what is usual.
            let share = (count / most).sqrt();
            let color = HEAT[((share * HEAT.len() as f64) as usize).min(HEAT.len() - 1)];
            let (from, to) = (x(column as i32), x(column as i32 + 1));
            area.draw(&Rectangle::new([(from, y), (to.max(from + 1), y + 21)], color.filled()))?;
        }
    }
    let column_of = |at: f64| map.x.partition_point(|from| *from <= at).saturating_sub(1) as i32;
    for (from, to) in &map.gaps {
        let x = |column: i32| left + (right - left) * column / columns;
        let (origin, above) = area.get_base_pixel();
        let across = (x(column_of(*from)) + origin, x(column_of(*to) + 1) + origin);
        hatch(area, across, (4 + above, lines * 22 + 4 + above))?;
    }
    let nanos = |at: Option<&f64>| at.map(|millis| (*millis * 1e6) as i64);
    if let (Some(first), Some(last)) = (nanos(map.x.first()), nanos(map.x.last())) {
        let step = if map.x.len() > 1 { (last - first) / (map.x.len() as i64 - 1) } else { 1 };
        let times = Times(first..last + step);
        use plotters::coord::ranged1d::{Ranged, ValueFormatter};
        for at in times.key_points(10) {
            let x = times.map(&at, (left, right));
            area.draw(&Text::new(
                times.format_ext(&at),
                (x, lines * 22 + 8),
                font(12).pos(Pos::new(HPos::Center, VPos::Top)),
            ))?;
        }
    }
    Ok(())
}

/// Buckets side by side, each as wide as the other, with their edges below.
fn columns(area: &Area<'_>, histogram: &crate::results::Histogram) -> Drawn {
    let most = histogram.counts.iter().fold(0.0, |most: f64, count| most.max(*count));
    let count = histogram.counts.len().max(1) as i32;
    let (left, right, bottom) = (64, (WIDTH - MARGIN) as i32, HEIGHT as i32 - 30);
    let x = |at: i32| left + (right - left) * at / count;
    for (at, value) in histogram.counts.iter().enumerate() {
        let height = if most > 0.0 { (value / most * f64::from(bottom - 16)) as i32 } else { 0 };
        let (from, to) = (x(at as i32), x(at as i32 + 1));
        area.draw(&Rectangle::new([(from + 1, bottom - height), (to, bottom)], COLORS[0].filled()))?;
    }
    area.draw(&PathElement::new([(left, bottom), (right, bottom)], INK))?;
    let every = (histogram.edges.len() / 8).max(1);
    for (at, edge) in histogram.edges.iter().enumerate().step_by(every) {
        let label = written(*edge, histogram.unit);
        area.draw(&Text::new(label, (x(at as i32), bottom + 6), font(12).pos(Pos::new(HPos::Center, VPos::Top))))?;
    }
    area.draw(&Text::new(
        value::drawn(most, Type::Long),
        (left - 8, 16),
        font(12).pos(Pos::new(HPos::Right, VPos::Center)),
    ))?;
    Ok(())
}

/// Figures have timespans in milliseconds.
fn written(number: f64, unit: Option<&str>) -> String {
    if unit == Some("ms") { value::drawn(number * 1e6, Type::Timespan) } else { value::drawn(number, Type::Long) }
}

fn fit(text: &str, most: usize) -> String {
    let text = syntax::visible(text);
    if text.chars().count() <= most { text.into_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}
