//! Values over time as text: one line as columns with an axis, several as sparklines of one scale, each
//! with its name and its last value, because text has no colours to tell lines apart.

use super::spark::{self, Range};
use super::{MISSING, Room, columns, fit, left, right};
use crate::results::{Line, Series, Viewpoint, value};

/// What is provisional stands behind this mark.
const OPEN: char = '┊';

pub(super) fn chart(series: &Series, room: Room, viewpoint: &Viewpoint) -> Vec<String> {
    match series.lines.as_slice() {
        [] => Vec::new(),
        [line] if room.height >= 5 => tall(line, series, room, viewpoint),
        lines => small(lines, series, room, viewpoint),
    }
}

/// One line: columns of up to eight rows, values on the left, times below.
fn tall(line: &Line, series: &Series, room: Room, viewpoint: &Viewpoint) -> Vec<String> {
    let range = Range::of([line]);
    let rows = (room.height - 2).min(8);
    let labels: Vec<String> = (0..rows)
        .map(|row| {
            let value = range.low + (range.high - range.low) * (rows - row) as f64 / rows as f64;
            if row % 2 == 0 { line.write(value) } else { String::new() }
        })
        .collect();
    let margin = labels.iter().map(|label| columns(label)).max().unwrap_or(0);
    let width = room.width.saturating_sub(margin + 3).max(1);
    let from = series.x.len().saturating_sub(width);
    let points = &line.values[from..];
    let each = (width / points.len().max(1)).clamp(1, 3);
    let last = line.last().map(|last| format!("  {}", line.write(last))).unwrap_or_default();
    let mut lines = vec![fit(&format!("{}{last}", line.name), room.width)];
    for (row, label) in labels.iter().enumerate() {
        let mut drawn = String::new();
        for (index, point) in points.iter().enumerate() {
            let provisional = from + index >= series.provisional_from;
            let filled = point.map_or(0, |value| (range.share(value) * (rows * 8) as f64).round().max(1.0) as usize);
            let below = (rows - 1 - row) * 8;
            let cell = match filled.saturating_sub(below) {
                0 if point.is_none() && series.is_missing(series.x[from + index]) => MISSING,
                0 => ' ',
                _ if provisional => '░',
                filled => spark::eighths(filled),
            };
            drawn.extend(std::iter::repeat_n(cell, each));
        }
        lines.push(format!("{} ┤{}", right(label, margin), drawn.trim_end()));
    }
    lines.push(axis(&series.x[from..], margin + 2, points.len() * each, viewpoint));
    lines
}

/// Several lines: a sparkline each.
fn small(lines: &[Line], series: &Series, room: Room, viewpoint: &Viewpoint) -> Vec<String> {
    // What cannot be compared has a scale of its own.
    let ranges: Vec<Range> =
        (0..series.axes()).map(|axis| Range::of(lines.iter().filter(|line| line.axis == axis))).collect();
    let fits = room.height.saturating_sub(1);
    // A line more is said only where it does not cost a line itself.
    let shown = if lines.len() + usize::from(series.more > 0) > fits { fits.saturating_sub(1) } else { lines.len() };
    let last: Vec<String> =
        lines.iter().map(|line| line.last().map_or_else(|| "–".to_owned(), |last| line.write(last))).collect();
    let name_width = lines.iter().map(|line| columns(&line.name)).max().unwrap_or(0).min(room.width / 3);
    let last_width = last.iter().map(|last| columns(last)).max().unwrap_or(0);
    let width = room.width.saturating_sub(name_width + last_width + 20).max(8);
    let from = series.x.len().saturating_sub(width);
    let finals = series.provisional_from.saturating_sub(from);
    let mut out = Vec::new();
    for (line, last) in lines.iter().zip(&last).take(shown) {
        let mut drawn = String::new();
        for (index, value) in line.values[from..].iter().enumerate() {
            if index == finals {
                drawn.push(OPEN);
            }
            let none = if series.is_missing(series.x[from + index]) { MISSING } else { ' ' };
            drawn.push(value.map_or(none, |value| spark::level(value, ranges[line.axis])));
        }
        let most = line.max().map(|most| format!("  max {}", line.write(most))).unwrap_or_default();
        out.push(fit(
            &format!("{} {drawn} {}{most}", left(&line.name, name_width), right(last, last_width)),
            room.width,
        ));
    }
    let hidden = lines.len() - shown + series.more;
    if hidden > 0 {
        out.push(format!("… {hidden} other lines"));
    }
    let points = series.x.len() - from;
    out.push(axis(&series.x[from..], name_width + 1, points + usize::from(finals < points), viewpoint));
    out
}

/// The first and the last time below the ends of the drawing.
pub(super) fn axis(xs: &[i64], margin: usize, width: usize, viewpoint: &Viewpoint) -> String {
    let (Some(first), Some(last)) = (xs.first(), xs.last()) else { return String::new() };
    let first = value::datetime(*first, viewpoint);
    if xs.len() == 1 {
        return format!("{}{first}", " ".repeat(margin));
    }
    let last = value::datetime(*last, viewpoint);
    let gap = width.saturating_sub(columns(&first) + columns(&last)).max(3);
    format!("{}{first}{}{last}", " ".repeat(margin), " ".repeat(gap))
}
