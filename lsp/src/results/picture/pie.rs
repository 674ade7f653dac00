//! Shares of a whole: one bar that is cut into them, and each with its value and its per cent. A circle of
//! characters could not be read; a length can.

use super::paint::{Painted, Tone};
use super::{Room, columns, left, right};
use crate::results::{BlockResult, Drawing, Viewpoint, value};

/// Shares at most; the rest is one together.
const SLICES: usize = 8;

/// Marks of neighbours, so that they can be told apart without colours.
const MARKS: [char; 4] = ['█', '▓', '▒', '░'];

struct Slice {
    label: String,
    value: f64,
    open: bool,
}

pub(crate) fn pie(result: &BlockResult, drawing: &Drawing, room: Room, viewpoint: &Viewpoint) -> Vec<Painted> {
    let Some(y) = drawing.y.first() else { return Vec::new() };
    let field = &result.fields()[*y];
    let (mut slices, negative) = slices(result, drawing, viewpoint);
    let total: f64 = slices.iter().map(|slice| slice.value).sum();
    if total <= 0.0 || !total.is_finite() || room.height < 2 {
        return Vec::new();
    }
    slices.sort_by(|a, b| b.value.total_cmp(&a.value));
    // The bar and a line for what is left out stand beside the slices.
    let note = usize::from(negative > 0);
    let fits = room.height.saturating_sub(1 + note).clamp(1, SLICES);
    let rest: Vec<Slice> = if slices.len() > fits { slices.split_off(fits - 1) } else { Vec::new() };
    if !rest.is_empty() {
        let value = rest.iter().map(|slice| slice.value).sum();
        let label =
            if rest.len() == 1 { "1 other".to_owned() } else { format!("{} others", value::count(rest.len() as u64)) };
        slices.push(Slice { label, value, open: rest.iter().any(|slice| slice.open) });
    }
    let mut lines = vec![bar(&slices, total, room.width)];
    let texts: Vec<String> = slices.iter().map(|slice| value::drawn(slice.value, field.ty)).collect();
    let text_width = texts.iter().map(|text| columns(text)).max().unwrap_or(0);
    let widest = slices.iter().map(|slice| columns(&slice.label)).max().unwrap_or(0);
    let label_width = widest.min(room.width.saturating_sub(text_width + 14));
    for (index, slice) in slices.iter().enumerate() {
        let mut line = Painted::new().with(Tone::Series(index), format!("{} ", MARKS[index % MARKS.len()]));
        line.add(Tone::Plain, false, &format!("{}  ", left(&slice.label, label_width)));
        line.add(Tone::Strong, false, &right(&super::percent(slice.value, total), 7));
        line.add(Tone::Faint, false, &format!("  {}", right(&texts[index], text_width)));
        lines.push(line.fit(room.width));
    }
    if negative > 0 {
        let text = format!("{} below zero, which have no share, are left out", value::count(negative));
        lines.push(Painted::new().with(Tone::Warning, text).fit(room.width));
    }
    lines
}

/// The rows by their label, those of the newest window where there are several; and how many are negative.
fn slices(result: &BlockResult, drawing: &Drawing, viewpoint: &Viewpoint) -> (Vec<Slice>, u64) {
    let fields = result.fields();
    let Some(y) = drawing.y.first() else { return (Vec::new(), 0) };
    let newest = result.newest_window();
    let mut slices: Vec<Slice> = Vec::new();
    let mut places = std::collections::HashMap::new();
    let mut negative = 0;
    for row in result.rows.iter() {
        if newest.is_some_and(|(column, newest)| {
            row.column(column, &fields[column]).and_then(|times| value::time(times, row.index)) != Some(newest)
        }) {
            continue;
        }
        let Some(number) = row.column(*y, &fields[*y]).and_then(|column| value::number(column, row.index)) else {
            continue;
        };
        if number <= 0.0 {
            negative += u64::from(number < 0.0);
            continue;
        }
        let label =
            drawing.x.iter().chain(&drawing.series).filter(|index| fields[**index].ty != syntax::Type::Datetime);
        let label = label.map(|index| {
            let cell = row.column(*index, &fields[*index]);
            cell.and_then(|cell| value::cell(cell, row.index, fields[*index].ty, viewpoint))
                .unwrap_or_else(|| "∅".to_owned())
        });
        let label = label.collect::<Vec<_>>().join(" · ");
        let place = *places.entry(label.clone()).or_insert(slices.len());
        match slices.get_mut(place) {
            Some(slice) => {
                slice.value += number;
                slice.open |= row.provisional;
            }
            None => slices.push(Slice { label, value: number, open: row.provisional }),
        }
    }
    let hollow = result.has_windows();
    slices.iter_mut().for_each(|slice| slice.open &= hollow);
    (slices, negative)
}

/// The whole width, cut where the shares end.
fn bar(slices: &[Slice], total: f64, width: usize) -> Painted {
    let mut line = Painted::new();
    let (mut passed, mut drawn) = (0.0, 0);
    for (index, slice) in slices.iter().enumerate() {
        passed += slice.value;
        let end = ((passed / total * width as f64).round() as usize).min(width);
        let mark = MARKS[index % MARKS.len()].to_string();
        line.add(Tone::Series(index), slice.open, &mark.repeat(end.saturating_sub(drawn)));
        drawn = end.max(drawn);
    }
    line
}
