//! The runbook as Markdown with what each block gave below it, for places that show Markdown alone.

use syntax::{Edit, TextRange};

use super::{Rendered, counted, failure, nothing};
use crate::results::BlockResult;

pub(crate) fn markdown(rendered: &Rendered<'_>) -> String {
    let analysis = rendered.document.analysis();
    let mut edits = Vec::new();
    for block in &analysis.blocks {
        let said = match rendered.result(&block.name) {
            Some(result) => said(rendered, result),
            None => match rendered.why_not(&block.name) {
                Some(why) => format!("*{}*\n", plain(&why)),
                None => continue,
            },
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

fn said(rendered: &Rendered<'_>, result: &BlockResult) -> String {
    match result.pinned(&rendered.viewpoint) {
        Some(pinned) if failure(result).is_empty() => pinned,
        Some(pinned) => format!("{}\n\n**{}**\n", pinned.trim_end(), plain(failure(result))),
        None => format!("*{}; {}*\n", plain(&nothing(result)), counted(result)),
    }
}

/// Text that means nothing but itself, within emphasis.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in syntax::visible(text).trim().chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '$' | '@' | '!') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_stays_emphasis() {
        assert_eq!(plain("`a` has none"), "\\`a\\` has none");
        assert_eq!(plain(" * x "), "\\* x");
    }
}
