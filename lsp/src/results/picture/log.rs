//! Rows as lines of a log: when, how severe, what it says, and then the other fields.

use syntax::{Field, Type};

use super::paint::{Painted, Tone};
use super::{Room, left};
use crate::results::rows::Row;
use crate::results::{BlockResult, Viewpoint, value};

/// Fields that say how severe a line is, and those that say what happened; the first that is there.
const SEVERITY: [&str; 6] = ["severity", "severity_text", "severity.text", "level", "log.level", "lvl"];
const BODY: [&str; 5] = ["body", "message", "msg", "log", "text"];

/// What says the same once more.
const REPEATED: [&str; 3] = ["severity.number", "severity_number", "observed_timestamp"];

/// Columns of a severity; `ERROR` and `FATAL` are the longest usual ones.
const SEVERITY_WIDTH: usize = 5;

/// Which fields are what a log line begins with.
pub(crate) struct Columns {
    pub(crate) time: Option<usize>,
    pub(crate) severity: Option<usize>,
    pub(crate) body: Option<usize>,
}

impl Columns {
    pub(crate) fn of(fields: &[Field]) -> Columns {
        let named =
            |names: &[&str]| names.iter().find_map(|name| fields.iter().position(|field| *field.name == **name));
        let typed = |ty| fields.iter().position(|field| field.ty == ty);
        Columns {
            time: named(&["timestamp"]).or_else(|| typed(Type::Datetime)),
            severity: named(&SEVERITY),
            body: named(&BODY).or_else(|| typed(Type::String)),
        }
    }
}

pub(crate) fn log(result: &BlockResult, room: Room, viewpoint: &Viewpoint) -> Vec<Painted> {
    let fields = result.fields();
    let Columns { time, severity, body: Some(body) } = Columns::of(&fields) else { return Vec::new() };
    let cell = |row: &Row<'_>, index: usize| {
        value::cell(row.column(index, &fields[index])?, row.index, fields[index].ty, viewpoint)
    };
    let skip = if result.is_answer() { 0 } else { result.rows.len().saturating_sub(room.height) };
    let line = |row: Row<'_>| {
        let mut line = Painted::new();
        if let Some(time) = time {
            line.add(Tone::Faint, false, &format!("{} ", cell(&row, time).unwrap_or_else(|| "–".to_owned())));
        }
        let mut tone = Tone::Plain;
        if let Some(severity) = severity {
            let text = cell(&row, severity).unwrap_or_default();
            tone = tone_of(&text);
            line.add(tone, false, &format!("{} ", left(&text, SEVERITY_WIDTH)));
        }
        let tone = if tone == Tone::Error { Tone::Error } else { Tone::Plain };
        line.add(tone, false, &cell(&row, body).unwrap_or_else(|| "–".to_owned()));
        let shown = [Some(body), severity, time];
        for (index, Field { name, .. }) in fields.iter().enumerate() {
            if shown.contains(&Some(index)) || REPEATED.contains(&&**name) {
                continue;
            }
            if let Some(text) = cell(&row, index).filter(|text| !text.is_empty()) {
                line.add(Tone::Faint, false, &format!("  {}={text}", value::text(name)));
            }
        }
        line.fit(room.width)
    };
    result.rows.iter().skip(skip).take(room.height).map(line).collect()
}

fn tone_of(severity: &str) -> Tone {
    match severity.to_ascii_uppercase().as_str() {
        "ERROR" | "ERR" | "FATAL" | "CRITICAL" | "PANIC" | "EMERGENCY" | "ALERT" => Tone::Error,
        "WARN" | "WARNING" => Tone::Warning,
        "TRACE" | "DEBUG" => Tone::Faint,
        _ => Tone::Plain,
    }
}
