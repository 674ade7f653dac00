//! The pictures of `render`: what each shows, and what it needs.

use crate::pipeline::RenderKind;

/// In a sentence.
pub fn doc(kind: RenderKind) -> &'static str {
    match kind {
        RenderKind::Timechart => "Numbers over time as lines, a line for each series. Needs a time and a number.",
        RenderKind::Areachart => "The same, filled.",
        RenderKind::Linechart => "Numbers as lines over time, or over the rows.",
        RenderKind::Table => "Rows and columns.",
        RenderKind::Card => "The last row's numbers, large.",
        RenderKind::Barchart => "A bar for each row, lying: a name and a number.",
        RenderKind::Columnchart => "The same, standing.",
        RenderKind::Piechart => "Each row's share of the sum: a name and a number.",
        RenderKind::Heatmap => "A number by time and series, as shades.",
        RenderKind::Histogram => "How often which values occur.",
        RenderKind::Log => "Lines of text, the newest last.",
    }
}
