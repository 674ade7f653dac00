//! What has a line in a table: pictures, findings, Kusto's functions, other languages' words.

use std::fmt::Write;

use crate::analysis::Context;
use crate::catalog::{foreign as functions, kusto as kustos, renders as pictures, stages};
use crate::diagnostic::Language;
use crate::pipeline::RenderKind;
use crate::source::Sources;
use crate::{Code, Severity};

pub(super) fn renders() -> String {
    let rows = RenderKind::ALL.map(|kind| format!("| `{}` | {} |\n", kind.word(), pictures::doc(kind)));
    format!(
        "`render` says how a result is shown; without it the fitting one is taken. It chooses the fields by their types; `with (title=\"…\",\n\
         xcolumn=…, ycolumns=…, series=…, weight=…)` says them.\n\n| `render` | shows |\n|---|---|\n{}",
        rows.concat()
    )
}

pub(super) fn findings() -> String {
    let mut text = String::from(
        "What the editor and `headwater check` may say; the code stands behind the severity.\n\n\
         | code | means | for example |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        // A cell has one line: without fences and what leads to them.
        let lines: Vec<&str> = code.example().lines().filter(|line| !line.starts_with("---")).collect();
        let kept = |line: &&str| lines.len() == 1 || !line.is_empty() && !line.contains('`');
        let line: Vec<&str> = lines.iter().copied().filter(kept).collect();
        // Writing to a String cannot fail.
        let example = if line.is_empty() { String::new() } else { in_table(&line.join(" … ")) };
        let _ = writeln!(text, "| `{}` | {} | {example} |", code.slug(), code.explain());
    }
    text
}

pub(super) fn kusto() -> String {
    let present: Vec<String> = kustos::present().iter().map(|word| format!("`{word}`")).collect();
    let count: usize = kustos::groups().iter().map(|group| group.words.len()).sum();
    let mut text = format!(
        "Of Kusto's scalar functions, by their public list, these {} are here:\n\n{}.\n\nThese {count} are not:\n\n\
         | because | functions |\n|---|---|\n",
        present.len(),
        present.join(", "),
    );
    for group in kustos::groups() {
        let words: Vec<String> = group
            .words
            .iter()
            .map(|(word, instead)| match *instead {
                "" => format!("`{word}`"),
                instead => format!("`{word}` (write {})", in_table(instead)),
            })
            .collect();
        let _ = writeln!(text, "| {} | {} |", group.reason, words.join(", "));
    }
    text
}

pub(super) fn foreign() -> String {
    let mut text = String::from(
        "SQL's, Splunk's, PromQL's, LogQL's and others': the editor names ours.\n\n| theirs | ours |\n|---|---|\n",
    );
    for (theirs, ours) in stages::foreign() {
        let _ = writeln!(text, "| `{theirs}` | {} |", in_table(ours));
    }
    for (theirs, ours) in functions::functions() {
        let _ = writeln!(text, "| `{theirs}()` | {} |", in_table(ours));
    }
    text
}

/// A page about one code.
pub(super) fn code(code: Code) -> String {
    let example = code.example();
    if example.is_empty() {
        return format!("# {}\n\n{}\n", code.slug(), code.explain());
    }
    let mut page = format!(
        "# {}\n\n{}\n\nFor example:\n\n{}",
        code.slug(),
        code.explain(),
        fenced(code.language(), code.example())
    );
    let parse = match code.language() {
        Language::Markdown => crate::parse(example),
        Language::Headwater | Language::Toml => crate::parse_query(example),
    };
    let context = Context { sources: Sources::builtin(), ..Context::default() };
    let analysis = crate::analyze(&parse, &context);
    let Some(found) = parse.diagnostics().iter().chain(&analysis.diagnostics).find(|found| found.code == code) else {
        return page;
    };
    let _ = write!(page, "\n> {}: {}", word(found.severity), found.message);
    for (label, text) in [("because", &found.because), ("help", &found.help)] {
        if let Some(text) = text {
            let _ = write!(page, "  \n> {label}: {text}");
        }
    }
    page.push('\n');
    if let Some(fix) = found.fixes.first() {
        let mut edits = fix.edits.clone();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start()));
        let mut fixed = example.to_owned();
        for edit in edits {
            fixed.replace_range(usize::from(edit.range.start())..usize::from(edit.range.end()), &edit.text);
        }
        let _ = write!(page, "\nThe fix, {}:\n\n{}", fix.title, fenced(code.language(), &fixed));
    }
    page
}

/// The example; one that is a fence itself needs a longer one around it.
fn fenced(language: Language, text: &str) -> String {
    let fence = if text.contains("```") { "````" } else { "```" };
    format!("{fence}{}\n{text}\n{fence}\n", language.word())
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    }
}

/// A word that has no more than a line.
pub(super) fn entry(word: &str) -> Option<String> {
    if let Some(kind) = RenderKind::ALL.into_iter().find(|kind| kind.word() == word) {
        return Some(format!("`render {word}`: {}\n", pictures::doc(kind)));
    }
    if let Some(code) = Code::from_slug(word) {
        let example = Some(code.example()).filter(|example| !example.is_empty());
        let example = example.map(|example| fenced(code.language(), example)).unwrap_or_default();
        return Some(format!("`{word}`: {}\n\n{example}", code.explain()));
    }
    if let Some(missing) = kustos::missing(word) {
        let instead = if missing.instead.is_empty() { String::new() } else { format!(" Write `{}`.", missing.instead) };
        return Some(format!("`{word}` is Kusto's, and not here: {}.{instead}\n", missing.reason));
    }
    let ours = functions::function(word).or_else(|| stages::translate(word))?;
    Some(format!("`{word}` is another language's; here it is `{ours}`.\n"))
}

/// Code in a cell: a pipe would end the cell.
fn in_table(code: &str) -> String {
    format!("`{}`", code.replace('|', "\\|"))
}
