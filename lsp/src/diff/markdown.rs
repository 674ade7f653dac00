//! What changed, as a comment of a pull request. Everything that comes from a runbook or from data stands as code,
//! so that it can neither break out nor call anybody.

use std::fmt::Write;

use super::{BlockChange, Changes, ConfigChange, Kind, RowsChange, RunbookChange, human};
use crate::cases;

/// Lines of one block that are shown at once; more can be unfolded.
const OPEN: usize = 24;

/// GitHub takes comments of 65,536 characters.
const MOST: usize = 60_000;

pub(crate) fn markdown(changes: &Changes) -> String {
    let mut out = String::from("## What this changes in the runbooks\n\n");
    if changes.is_empty() {
        out.push_str("Nothing: all blocks mean what they did.\n");
    }
    for config in &changes.configs {
        let text = of_config(config);
        if out.len() + text.len() <= MOST {
            out.push_str(&text);
        }
    }
    let mut left_out = 0;
    for runbook in &changes.runbooks {
        let text = of_runbook(runbook);
        if out.len() + text.len() > MOST {
            left_out += 1;
        } else {
            out.push_str(&text);
        }
    }
    // Writing to a String cannot fail.
    if left_out > 0 {
        let _ = writeln!(out, "… {left_out} more runbooks: run `headwater diff`.\n");
    }
    if !changes.same.is_empty() {
        let paths: Vec<String> = changes.same.iter().take(20).map(|path| code(path)).collect();
        let more = if changes.same.len() > paths.len() {
            format!(" and {} more", changes.same.len() - paths.len())
        } else {
            String::new()
        };
        let _ = writeln!(out, "Other text, same meaning: {}{more}.\n", paths.join(", "));
    }
    for failure in &changes.failures {
        let _ = writeln!(out, "- Could not be compared: {}", code(failure));
    }
    out
}

fn of_config(config: &ConfigChange) -> String {
    let what = match config.kind {
        Kind::Added => " (new)",
        Kind::Removed => " (gone)",
        Kind::Changed => "",
    };
    let mut out = format!("### {}{what}\n\n", code(&config.path));
    let mut lines = Vec::new();
    for source in &config.sources {
        lines.push(format!("  {}", visible(&human::source_title(source))));
        let of = human::source_lines(source).into_iter();
        lines.extend(of.map(|(mark, text)| format!("{mark} {}", visible(&text))));
    }
    out.push_str(&folded("what changed", &lines.join("\n"), lines.len()));
    out
}

fn of_runbook(runbook: &RunbookChange) -> String {
    let what = match runbook.kind {
        Kind::Added => " (new)",
        Kind::Removed => " (gone)",
        Kind::Changed => "",
    };
    let was = runbook.was.as_ref().map(|was| format!(", was {}", code(was))).unwrap_or_default();
    let mut out = format!("### {}{what}{was}\n\n", code(&runbook.path));
    for param in &runbook.parameters {
        let side = |side: &Option<String>| side.as_ref().map_or_else(|| "nothing".to_owned(), |text| code(text));
        let _ = writeln!(out, "- Parameter {}: {} → {}", code(&param.name), side(&param.before), side(&param.after));
    }
    if !runbook.parameters.is_empty() {
        out.push('\n');
    }
    for block in &runbook.blocks {
        out.push_str(&of_block(block));
    }
    if runbook.same > 0 && runbook.kind == Kind::Changed {
        let plural = if runbook.same == 1 { " means what it" } else { "s mean what they" };
        let _ = writeln!(out, "{} other block{plural} did.\n", runbook.same);
    }
    out
}

fn of_block(block: &BlockChange) -> String {
    let what = match (block.kind, block.runs) {
        (Kind::Added, _) => " is new",
        (Kind::Removed, _) => " is gone",
        (_, Some(false)) => " **does not run any more**",
        (_, Some(true)) => " runs now",
        (Kind::Changed, None) => "",
    };
    let was = block.was.as_ref().map(|was| format!(", was {}", code(was))).unwrap_or_default();
    let mut out = format!("**{}**{what}{was} (line {})\n\n", code(&human::called(&block.name)), block.line);
    let lines: Vec<String> =
        human::lines(block).into_iter().map(|(mark, text)| format!("{mark} {}", visible(&text))).collect();
    out.push_str(&folded("what changed", &lines.join("\n"), lines.len()));
    match &block.rows {
        None => {}
        Some(RowsChange::Same(0)) => out.push_str("Over the recording, no row comes of it.\n\n"),
        Some(RowsChange::Same(rows)) => {
            let _ = writeln!(out, "Over the recording, the same {}.\n", human::rows_of(*rows));
        }
        Some(RowsChange::Columns { rows, gone, new }) => {
            let columns = code(&human::columns(gone, new));
            let _ = writeln!(out, "Over the recording, the same {} {columns}.\n", human::rows_of(*rows));
        }
        Some(RowsChange::Unknown(why)) => {
            let _ = writeln!(out, "Rows: {}\n", code(why));
        }
        Some(RowsChange::Differ(difference)) => {
            let drawn = cases::drawn(difference, ["before", "after"]);
            out.push_str(&folded("rows over the recording", &drawn, drawn.lines().count()));
        }
    }
    out
}

/// A fence; a long one folded.
fn folded(title: &str, text: &str, lines: usize) -> String {
    if lines == 0 {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let fenced = format!("{fence}diff\n{}\n{fence}\n\n", text.trim_end());
    if lines <= OPEN {
        return fenced;
    }
    format!("<details><summary>{title} ({lines} lines)</summary>\n\n{fenced}</details>\n\n")
}

fn visible(text: &str) -> String {
    syntax::visible(text).into_owned()
}

/// As code, whatever it is.
fn code(text: &str) -> String {
    let text = visible(text);
    if text.trim().is_empty() {
        return "` `".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A backtick at an end needs room.
    let room = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{room}{text}{room}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_stays_code() {
        assert_eq!(code("@team"), "`@team`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("a\nb"), "`a\\nb`");
        assert!(folded("x", "+ ```\n+ </details>", 2).starts_with("````diff\n"));
    }
}
