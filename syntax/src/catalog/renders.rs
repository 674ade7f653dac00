//! The pictures of `render`: what each shows, and what it needs.

use crate::pipeline::RenderKind;

/// In a sentence.
pub fn doc(kind: RenderKind) -> &'static str {
    match kind {
        RenderKind::Timechart => "Numbers over time as lines, a line for each series. Needs a time and a number.",
        RenderKind::Areachart => "As `timechart`.",
        RenderKind::Linechart => "As `timechart`.",
        RenderKind::Table => "Rows and columns.",
        RenderKind::Card => "The last row's numbers, large.",
        RenderKind::Barchart => "A bar for each row, lying. Needs a name and a number.",
        RenderKind::Columnchart => "The same, standing; lying where they are too many to stand side by side.",
        RenderKind::Piechart => {
            "Each row's share of the whole, as one bar with per cents; of windows, the newest. Needs a name and a number."
        }
        RenderKind::Heatmap => {
            "How much there is by time, and by value or name, as shades: events, or what `weight` says. Needs a time, and a number or groups."
        }
        RenderKind::Histogram => {
            "How values are spread: a bar a bucket, in powers of ten where few are large, and percentiles. Needs a number; of groups, `weight` says how many each stands for."
        }
        RenderKind::Log => "A line a row: when, how severe, what it says, then the other fields. Needs a text.",
    }
}
