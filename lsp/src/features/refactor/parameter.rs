//! A literal becomes a parameter of the runbook: its name from the field that it is compared with, its type and
//! default in the front matter, which is made where there is none.

use syntax::ast::{self, AstNode, Expr};
use syntax::{Edit, SyntaxNode, TextRange, TextSize, Type, Value, literal};

use super::{Change, Here, meaning, names};
use crate::document::Document;
use crate::features::actions::Kind;

pub(super) fn parameter(here: &Here<'_>) -> Option<Change> {
    let literal = ast::Literal::cast(here.node.clone())?;
    let value = literal.value().ok().filter(|value| !matches!(value, Value::Null(_)))?;
    let document = here.document;
    let text = literal.syntax().text().to_string();
    let default = default(&value, &text)?;
    let wanted = wanted(literal.syntax(), value.ty());
    let free = wanted.iter().find(|name| !names::is_taken(document, name));
    let name = free.cloned().unwrap_or_else(|| names::free(document, &wanted[0]));
    let edits = vec![
        declared(document, &format!("{name}: {{ type: {}, default: {default} }}", value.ty().word()))?,
        Edit { range: literal.range(), text: name.clone() },
    ];
    let change = Change { kind: Kind::RefactorExtract, title: format!("Make `{text}` the parameter `{name}`"), edits };
    meaning::is_kept(document, &change.edits).then_some(change)
}

/// Names that say what the literal is, the best first; never empty.
fn wanted(literal: &SyntaxNode, ty: Type) -> Vec<String> {
    for node in literal.ancestors().skip(1) {
        if let Some(binary) = ast::BinaryExpr::cast(node.clone())
            && let Some(operation) = binary.operation()
        {
            let sides = [operation.lhs, operation.rhs].into_iter().flatten();
            let named = sides.into_iter().find_map(|side| match side {
                Expr::Name(name) => Some(name.text()),
                _ => None,
            });
            return named.map_or_else(|| other(ty), |field| of_field(&field, &operation.operator));
        }
        if let Some(named) = ast::NamedExpr::cast(node.clone()).and_then(|named| named.name()) {
            return vec![word(&named.text())];
        }
        match ast::CallExpr::cast(node.clone()).and_then(|call| call.function()) {
            Some(function) if matches!(function.text().as_str(), "bin" | "hop" | "session") => {
                return vec!["window".to_owned()];
            }
            _ => {}
        }
        if ast::Stage::can_cast(node.kind()) {
            break;
        }
    }
    other(ty)
}

/// `service.name` is `service`, `http.response.status_code` is `status_code`, a least `duration` `min_duration`.
fn of_field(field: &str, operator: &str) -> Vec<String> {
    const GENERAL: [&str; 3] = ["name", "id", "type"];
    let parts: Vec<&str> = field.split('.').collect();
    let short = match parts.as_slice() {
        [.., before, last] if GENERAL.contains(last) => before,
        [.., last] => last,
        [] => "value",
    };
    let (short, whole) = (word(short), word(field));
    let bound = match operator {
        ">" | ">=" => format!("min_{short}"),
        "<" | "<=" => format!("max_{short}"),
        _ => format!("wanted_{short}"),
    };
    vec![short, whole, bound]
}

fn other(ty: Type) -> Vec<String> {
    let name = match ty {
        Type::Timespan => "span",
        Type::Datetime => "time",
        Type::Long | Type::Real => "number",
        _ => "value",
    };
    vec![name.to_owned()]
}

/// As a parameter can be called.
fn word(text: &str) -> String {
    let word: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    if word.starts_with(|c: char| c.is_alphabetic() || c == '_') { word } else { format!("_{word}") }
}

/// The value as YAML; None where that cannot be told.
fn default(value: &Value, written: &str) -> Option<String> {
    let text = match value {
        Value::String(text) => text.to_string(),
        _ => {
            let inner =
                written.split_once('(').map(|(_, rest)| rest.trim_end_matches(')').trim_matches(['"', '\'', ' ']));
            let mut forms = [Some(written), inner].into_iter().flatten();
            forms.find(|form| literal::parse_as(value.ty(), form).as_ref() == Ok(value))?.to_owned()
        }
    };
    let plain = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        && !text.eq_ignore_ascii_case("null");
    if plain { Some(text) } else { serde_json::to_string(&text).ok() }
}

/// The line in the front matter. None where the parameters there are not one a line.
fn declared(document: &Document, entry: &str) -> Option<Edit> {
    let text = document.text();
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let insert = |at: usize, text: String| Edit { range: TextRange::empty(TextSize::new(at as u32)), text };
    let Some(front_matter) = document.parse().root().front_matter() else {
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let lines = ["---", "params:", &format!("  {entry}"), "---", "", ""];
        return Some(insert(start, lines.join(line_break)));
    };
    let range = front_matter.range();
    let (start, end) = (usize::from(range.start()), usize::from(range.end()));
    let front_matter = text.get(start..end)?;
    if let Some(first) = document.analysis().params.first() {
        let place = usize::from(first.range.start()).checked_sub(start)?;
        let line = front_matter.get(..place)?.rfind('\n').map_or(0, |at| at + 1);
        let indent = &front_matter[line..place];
        if indent.is_empty() || !indent.chars().all(|c| c == ' ') {
            return None;
        }
        let mut last = line;
        for own in front_matter[line..].split_inclusive('\n') {
            if !own.trim().is_empty() && !own.starts_with(indent) {
                break;
            }
            last += own.len();
        }
        let last = front_matter[..last].trim_end().len();
        return Some(insert(start + last, format!("{line_break}{indent}{entry}")));
    }
    if let Some(at) = front_matter.find("\nparams:") {
        let key = at + "\nparams:".len();
        let rest = front_matter[key..].lines().next().unwrap_or_default();
        return rest.trim().is_empty().then(|| insert(start + key, format!("{line_break}  {entry}")));
    }
    let closing = front_matter.trim_end().rfind('\n')? + 1;
    Some(insert(start + closing, format!("params:{line_break}  {entry}{line_break}")))
}
