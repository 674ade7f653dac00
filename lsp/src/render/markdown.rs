//! The runbook as Markdown with what each block gave below it, for places that show Markdown alone.

use syntax::{Edit, TextRange};

use super::{Rendered, counted, nothing};

pub(crate) fn markdown(rendered: &Rendered<'_>) -> String {
    let analysis = rendered.document.analysis();
    let mut edits = Vec::new();
    for block in &analysis.blocks {
        let Some(result) = rendered.result(&block.name) else { continue };
        let said = match result.pinned(&rendered.viewpoint) {
            Some(pinned) => pinned,
            None => format!("*{}; {}*\n", plain(&nothing(result)), counted(result)),
        };
        // Within a list or a quote each line has its mark.
        let text = rendered.document.text();
        let start = usize::from(block.range.start());
        let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let mark: String = text[line..start].chars().map(|c| if matches!(c, '>' | '\t') { c } else { ' ' }).collect();
        let lines: String =
            said.trim_end().lines().map(|line| format!("{mark}{line}").trim_end().to_owned() + "\n").collect();
        let end = rendered.document.line_end(block.range.end());
        edits.push(Edit {
            range: TextRange::empty(end),
            text: format!("\n{}\n{}", mark.trim_end(), lines.trim_end_matches('\n')),
        });
    }
    let text = rendered.document.with_edits(&edits);
    format!("{}\n\n*{}*\n", text.trim_end(), plain(&rendered.made))
}

fn plain(text: &str) -> String {
    syntax::visible(text).replace(['*', '_', '<', '`', '[', '\\'], " ")
}
