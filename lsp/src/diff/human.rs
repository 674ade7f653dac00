//! What changed, for a reader at a terminal.

use std::fmt::Write;

use super::{BlockChange, Changes, ConfigChange, Edited, Kind, Reader, RowsChange, RunbookChange, SourceChange};
use crate::cases;
use crate::cli::{Tone, paint};

pub(crate) fn human(changes: &Changes, colors: bool) -> String {
    let mut out = String::new();
    for config in &changes.configs {
        out.push_str(&of_config(config, colors));
    }
    for runbook in &changes.runbooks {
        out.push_str(&of_runbook(runbook, colors));
    }
    for path in &changes.same {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}: other text, same meaning", seen(path));
    }
    out
}

fn seen(text: &str) -> String {
    syntax::visible(text).into_owned()
}

/// What a mark says, also where there are no colours.
fn marked(mark: char, text: &str, colors: bool) -> String {
    let text = format!("{mark} {}", seen(text));
    match mark {
        '-' => paint(&text, Tone::Error, colors),
        '+' => paint(&text, Tone::Note, colors),
        _ => text,
    }
}

fn of_config(config: &ConfigChange, colors: bool) -> String {
    let what = match config.kind {
        Kind::Added => "new",
        Kind::Removed => "gone",
        Kind::Changed => "changed",
    };
    let mut out = paint(&format!("{} ({what})", seen(&config.path)), Tone::Strong, colors) + "\n";
    for source in &config.sources {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {}", paint(&seen(&source_title(source)), Tone::Strong, colors));
        for (mark, text) in source_lines(source) {
            let _ = writeln!(out, "    {}", marked(mark, &text, colors));
        }
    }
    out.push('\n');
    out
}

pub(super) fn source_title(source: &SourceChange) -> String {
    let what = match source.kind {
        Kind::Added => " is new",
        Kind::Removed => " is gone",
        Kind::Changed => "",
    };
    format!("source {}{what}", source.name)
}

/// Each with `-`, `+` or nothing before it; who reads a thing stands below it.
pub(super) fn source_lines(source: &SourceChange) -> Vec<(char, String)> {
    let mut lines = Vec::new();
    for edited in &source.settings {
        lines.extend(edited.before.iter().map(|before| ('-', format!("{}: {before}", edited.name))));
        lines.extend(edited.after.iter().map(|after| ('+', format!("{}: {after}", edited.name))));
    }
    if !source.settings.is_empty() || source.kind != Kind::Changed {
        lines.extend(readers(&source.readers));
    }
    const FIELDS: usize = 30;
    let mut fields = source.fields.iter().take(FIELDS).peekable();
    while let Some(field) = fields.next() {
        let old = field.was.as_ref().unwrap_or(&field.name);
        let renamed = if field.was.is_some() { "  (renamed?)" } else { "" };
        lines.extend(field.before.iter().map(|before| ('-', format!("field {old}: {before}"))));
        lines.extend(field.after.iter().map(|after| ('+', format!("field {}: {after}{renamed}", field.name))));
        // Said once of several that the same blocks read.
        if fields.peek().is_none_or(|next| next.readers != field.readers) {
            lines.extend(readers(&field.readers));
        }
    }
    if source.fields.len() > FIELDS {
        lines.push((' ', format!("and {} more fields", source.fields.len() - FIELDS)));
    }
    lines
}

/// `  read by access.md (slow, block 4)`; of many, the first.
fn readers(readers: &[Reader]) -> Option<(char, String)> {
    const LISTED: usize = 4;
    let reader = |reader: &Reader| {
        let blocks: Vec<String> = reader.blocks.iter().map(|name| called(name)).collect();
        format!("{} ({})", reader.runbook, blocks.join(", "))
    };
    let listed: Vec<String> = readers.iter().take(LISTED).map(reader).collect();
    let more = match readers.len().saturating_sub(LISTED) {
        0 => String::new(),
        1 => " and 1 more runbook".to_owned(),
        more => format!(" and {more} more runbooks"),
    };
    (!listed.is_empty()).then(|| (' ', format!("  read by {}{more}", listed.join(", "))))
}

fn of_runbook(runbook: &RunbookChange, colors: bool) -> String {
    let what = match runbook.kind {
        Kind::Added => "new",
        Kind::Removed => "gone",
        Kind::Changed if runbook.blocks.is_empty() && runbook.parameters.is_empty() => "moved",
        Kind::Changed => "changed",
    };
    let was = runbook.was.as_ref().map(|was| format!(", was {}", seen(was))).unwrap_or_default();
    let mut out = paint(&format!("{} ({what}{was})", seen(&runbook.path)), Tone::Strong, colors) + "\n";
    let mut line = |mark: char, text: &str| {
        let _ = writeln!(out, "    {}", marked(mark, text, colors));
    };
    for param in &runbook.parameters {
        let side = |text: &String| format!("parameter {}: {text}", param.name);
        param.before.iter().for_each(|before| line('-', &side(before)));
        param.after.iter().for_each(|after| line('+', &side(after)));
    }
    for block in &runbook.blocks {
        out.push_str(&of_block(block, colors));
    }
    if runbook.same > 0 && runbook.kind == Kind::Changed {
        let plural = if runbook.same == 1 { " means" } else { "s mean" };
        let _ = writeln!(out, "  {} block{plural} what they did", runbook.same);
    }
    out.push('\n');
    out
}

fn of_block(block: &BlockChange, colors: bool) -> String {
    let mut out = String::new();
    let what = match (block.kind, block.runs) {
        (Kind::Added, _) => " is new",
        (Kind::Removed, _) => " is gone",
        (_, Some(false)) => " does not run any more",
        (_, Some(true)) => " runs now",
        (Kind::Changed, None) => "",
    };
    let was = block.was.as_ref().map(|was| format!(", was `{}`", seen(was))).unwrap_or_default();
    let _ = writeln!(
        out,
        "  {}{what}{was} (line {})",
        paint(&seen(&called(&block.name)), Tone::Strong, colors),
        block.line
    );
    for (mark, text) in lines(block) {
        let _ = writeln!(out, "    {}", marked(mark, &text, colors));
    }
    match &block.rows {
        None => {}
        Some(RowsChange::Same(0)) => out.push_str("      no row comes of it\n"),
        Some(RowsChange::Same(rows)) => {
            let _ = writeln!(out, "      the same {}", rows_of(*rows));
        }
        Some(RowsChange::Columns { rows, gone, new }) => {
            let _ = writeln!(out, "      the same {} {}", rows_of(*rows), seen(&columns(gone, new)));
        }
        Some(RowsChange::Unknown(why)) => {
            let _ = writeln!(out, "      rows: {}", seen(why));
        }
        Some(RowsChange::Differ(difference)) => {
            for line in cases::drawn(difference, ["before", "after"]).lines() {
                let tone = match line.chars().next() {
                    Some('-') => Some(Tone::Error),
                    Some('+') => Some(Tone::Note),
                    _ => None,
                };
                let line = tone.map_or_else(|| line.to_owned(), |tone| paint(line, tone, colors));
                let _ = writeln!(out, "      {line}");
            }
        }
    }
    out
}

/// Each with `-`, `+` or nothing before it.
pub(super) fn lines(block: &BlockChange) -> Vec<(char, String)> {
    let mut lines = Vec::new();
    for stage in &block.stages {
        match (&stage.before, &stage.after) {
            // What it uses is another.
            (Some(before), Some(after)) if before == after => {
                lines.push((' ', format!("{after}  (means something else now)")))
            }
            (before, after) => {
                lines.extend(before.iter().map(|text| ('-', text.clone())));
                lines.extend(after.iter().map(|text| ('+', text.clone())));
            }
        }
    }
    let sides = |edited: &Edited, what: &str, lines: &mut Vec<(char, String)>| {
        lines.extend(edited.before.iter().map(|before| ('-', format!("{what}: {before}"))));
        lines.extend(edited.after.iter().map(|after| ('+', format!("{what}: {after}"))));
    };
    for edited in &block.through {
        sides(edited, &format!("through `{}`", edited.name), &mut lines);
    }
    list(&mut lines, "reads source", &block.sources);
    list(&mut lines, "reads", &block.reads);
    let typed = |name: &str, ty: &Option<String>| ty.as_ref().map(|ty| format!("{name}: {ty}"));
    let retyped = |edited: &&Edited| edited.before.is_some() && edited.after.is_some();
    for edited in block.fields.iter().filter(retyped) {
        let (before, after) = (edited.before.as_deref().unwrap_or(""), edited.after.as_deref().unwrap_or(""));
        lines.push((' ', format!("gives {}: {after}, was {before}", edited.name)));
    }
    let fields: Vec<Edited> = block
        .fields
        .iter()
        .filter(|edited| !retyped(edited))
        .map(|edited| Edited {
            name: edited.name.clone(),
            before: typed(&edited.name, &edited.before),
            after: typed(&edited.name, &edited.after),
        })
        .collect();
    list(&mut lines, "gives", &fields);
    for edited in [&block.windows, &block.cost, &block.render].into_iter().flatten() {
        sides(edited, &edited.name, &mut lines);
    }
    for found in &block.findings {
        lines.extend(found.before.iter().map(|message| ('-', format!("[{}] {message}", found.name))));
        lines.extend(found.after.iter().map(|message| ('+', format!("[{}] {message}", found.name))));
    }
    lines
}

/// Several of one kind on a line; of many, the first.
fn list(lines: &mut Vec<(char, String)>, what: &str, edited: &[Edited]) {
    const LISTED: usize = 12;
    type Side = fn(&Edited) -> Option<&String>;
    let sides: [(char, Side); 2] = [('-', |edited| edited.before.as_ref()), ('+', |edited| edited.after.as_ref())];
    for (mark, side) in sides {
        let texts: Vec<&str> = edited.iter().filter_map(side).map(String::as_str).collect();
        let more = if texts.len() > LISTED { format!(" and {} more", texts.len() - LISTED) } else { String::new() };
        if !texts.is_empty() {
            lines.push((mark, format!("{what} {}{more}", texts[..texts.len().min(LISTED)].join(", "))));
        }
    }
}

pub(super) fn rows_of(rows: usize) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

/// `without the column n, with the columns m, o`.
pub(super) fn columns(gone: &[String], new: &[String]) -> String {
    let named = |word: &str, names: &[String]| match names {
        [] => None,
        [name] => Some(format!("{word} the column {name}")),
        names => Some(format!("{word} the columns {}", names.join(", "))),
    };
    [named("without", gone), named("with", new)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A block without a name is called by its number.
pub(super) fn called(name: &str) -> String {
    if name.bytes().all(|byte| byte.is_ascii_digit()) { format!("block {name}") } else { name.to_owned() }
}
