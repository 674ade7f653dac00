//! A body with mistakes: the stages that have one keep their lines, and the others are formatted as if a stage that
//! reads well stood there.

use rowan::NodeOrToken;
use rowan::ast::AstNode;

use super::{Line, rendered};
use crate::ast;
use crate::kind::SyntaxKind::*;
use crate::{Severity, TextRange};

/// Stands for a stage. Whoever writes the same has it left as it is.
const STAND_IN: &str = "take 7205759403792793";

/// None where what is wrong is not in whole lines of single stages.
pub(super) fn lines(body: &ast::Body, errors: &[TextRange]) -> Option<Vec<Line>> {
    let text = body.syntax().text().to_string();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let bare = bare_lines(body);
    if lines.len() != bare.len() || text.contains(STAND_IN) {
        return None;
    }
    let last = bare.iter().rposition(|line| !line.trim().is_empty())?;
    // Of an error at the end, the last line that says something is meant.
    let line_of =
        |at: usize| text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count().min(last);
    let start = usize::from(body.range().start());
    let mut kept = vec![false; bare.len()];
    for error in errors {
        let [from, to] = [error.start(), error.end()].map(|at| usize::from(at).checked_sub(start));
        let (from, to) = (from?, to?);
        let stage = stage(&bare, line_of(from))?;
        kept[stage.0..stage.1].fill(true);
        let stage = self::stage(&bare, line_of(to.saturating_sub(1).max(from)))?;
        kept[stage.0..stage.1].fill(true);
    }
    let mut masked = String::new();
    let mut stages: Vec<Vec<Line>> = Vec::new();
    for (number, line) in bare.iter().enumerate() {
        if !kept[number] {
            masked.push_str(line);
            continue;
        }
        if line.trim_start().starts_with('|') {
            masked.push_str(&format!("| {STAND_IN}\n"));
            stages.push(Vec::new());
        }
        stages.last_mut()?.push(Line::Kept(lines[number].trim_end_matches(['\r', '\n']).to_owned()));
    }
    let parse = crate::parse_query(&masked);
    if parse.diagnostics().iter().any(|found| found.severity == Severity::Error) {
        return None;
    }
    let mut stages = stages.into_iter();
    let mut made = Vec::new();
    for line in rendered(&parse.root().blocks().next()?.body()?) {
        match line {
            Line::Made(line) if line.contains(STAND_IN) => {
                // On a line of its own, so that nothing else goes with it.
                (line.trim() == format!("| {STAND_IN}")).then_some(())?;
                made.extend(stages.next()?);
            }
            line => made.push(line),
        }
    }
    stages.next().is_none().then_some(made)
}

/// The lines of the stage that a line belongs to: from the one that begins with `|` to the next such one. None
/// before the first.
fn stage(lines: &[String], line: usize) -> Option<(usize, usize)> {
    let begins = |line: &String| line.trim_start().starts_with('|');
    let from = lines[..=line].iter().rposition(begins)?;
    let rest = &lines[from + 1..];
    // Empty lines and comments behind it are the next one's.
    let to = rest.iter().position(begins).unwrap_or(rest.len());
    let own = rest[..to].iter().rposition(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//"));
    Some((from, from + 1 + own.map_or(0, |own| own + 1)))
}

/// The lines without what a list or quote puts before them.
fn bare_lines(body: &ast::Body) -> Vec<String> {
    let tokens = body.syntax().descendants_with_tokens().filter_map(NodeOrToken::into_token);
    let bare: String = tokens.filter(|token| token.kind() != PREFIX).map(|token| token.text().to_owned()).collect();
    bare.split_inclusive('\n').map(str::to_owned).collect()
}
