//! How values are spread: a bar a bucket, with its count and its share, and above the usual percentiles.

use syntax::Type;

use super::paint::{Painted, Tone};
use super::{Room, columns, horizontal, right};
use crate::results::distribution::Distribution;
use crate::results::scale::Scale;
use crate::results::{BlockResult, value};

/// Buckets at most.
const ROWS: usize = 20;

/// Below this width, the share is left out for the bar's sake.
const NARROW: usize = 50;

pub(crate) fn histogram(result: &BlockResult, room: Room) -> Vec<Painted> {
    let Some((drawn, axes)) = result.distribution() else { return Vec::new() };
    let Distribution::Values(values) = drawn.as_ref() else { return Vec::new() };
    let rows = room.height.saturating_sub(1).min(ROWS);
    let ty = axes.value.ty;
    let Some(scale) = Scale::new(&values.spread, ty, rows, axes.weight.is_some()) else { return Vec::new() };
    let counts = counts(&values.spread, &scale);
    // What is final of it; all, where nothing is provisional.
    let finals = match result.finals() {
        Some(Distribution::Values(finals)) if result.has_windows() => self::counts(&finals.spread, &scale),
        _ => counts.clone(),
    };
    let total = values.spread.total();
    let weight = axes.weight.as_ref();
    let weight_ty = weight.map_or(Type::Long, |weight| weight.ty);
    let write = |count: f64| {
        if weight_ty == Type::Long { value::long(count.round() as i64) } else { value::drawn(count, weight_ty) }
    };

    let mut title = Painted::new().with(Tone::Strong, value::text(&axes.value.name));
    let of = weight.map_or_else(String::new, |weight| format!(" {}", value::text(&weight.name)));
    title.add(Tone::Faint, false, &format!(" · {}{of}", write(total)));
    // Before the percentiles, so that a narrow terminal does not cut it.
    title.add(Tone::Warning, false, &super::not_drawn(values.skipped));
    if scale.log {
        title.add(Tone::Faint, false, " · log");
    }
    // Bins hide where in them a value was.
    if weight.is_none() {
        for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            let at = values.spread.quantile(share).unwrap_or_default();
            title.add(Tone::Faint, false, &format!(" · {name} "));
            title.add(Tone::Plain, false, &value::drawn(at, ty));
        }
        let most = values.spread.ends().map_or(0.0, |(_, most)| most);
        title.add(Tone::Faint, false, &format!(" · max {}", value::drawn(most, ty)));
    }
    let labels: Vec<String> = (0..scale.len()).map(|bucket| scale.label(bucket)).collect();
    let texts: Vec<String> = counts.iter().map(|count| write(*count)).collect();
    let label_width = labels.iter().map(|label| columns(label)).max().unwrap_or(0).min(room.width / 2);
    let text_width = texts.iter().map(|text| columns(text)).max().unwrap_or(0);
    let share_width = if room.width >= NARROW { 8 } else { 0 };
    let width = room.width.saturating_sub(label_width + text_width + share_width + 2).max(1);
    let most = counts.iter().copied().fold(0.0, f64::max);
    let mut lines = vec![title.fit(room.width)];
    for (bucket, count) in counts.iter().enumerate() {
        let mut line = Painted::new().with(Tone::Plain, format!("{} ", right(&labels[bucket], label_width)));
        line.add(Tone::Strong, false, &format!("{} ", right(&texts[bucket], text_width)));
        if share_width > 0 {
            line.add(Tone::Faint, false, &format!("{} ", right(&super::percent(*count, total), share_width - 1)));
        }
        let bar = horizontal(finals[bucket], most, width, false);
        let open = horizontal(*count, most, width, true);
        let more: String = open.chars().skip(columns(&bar)).collect();
        line.add(Tone::Series(0), false, &bar);
        line.add(Tone::Series(0), true, if *count > finals[bucket] { &more } else { "" });
        lines.push(line.fit(room.width));
    }
    lines
}

impl BlockResult {
    /// `p50 16 ms · p99 937 ms`, for one line; None where bins hide it.
    pub(crate) fn spread_in_words(&self) -> Option<String> {
        let (drawn, axes) = self.distribution()?;
        let Distribution::Values(values) = drawn.as_ref() else { return None };
        if axes.weight.is_some() {
            return None;
        }
        let at = |share| Some(value::drawn(values.spread.quantile(share)?, axes.value.ty));
        Some(format!("p50 {} · p99 {}", at(0.5)?, at(0.99)?))
    }
}

pub(crate) fn counts(spread: &crate::results::spread::Spread, scale: &Scale) -> Vec<f64> {
    let mut counts = vec![0.0; scale.len()];
    for range in spread.ranges() {
        scale.shares(range).for_each(|(bucket, share)| counts[bucket] += range.weight * share);
    }
    counts
}
