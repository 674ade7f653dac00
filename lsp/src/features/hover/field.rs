//! What is said of a field: type, unit, meaning, what the events have in it; and of a `let`.

use syntax::observed::{FieldObserved, Profile};
use syntax::{TextSize, Type, catalog};

use crate::document::Document;
use crate::features::schemas;

/// Values that are listed.
const LISTED: usize = 8;

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub fn field(document: &Document, at: TextSize, name: &str, ty: Type, here: Option<&Profile>) -> String {
    let context = document.context();
    let source = schemas::source_at(document, at);
    let convention = catalog::attributes::describe(name);
    let declared = schemas::declared(&context.sources.sources, source.as_deref(), name).or(convention.as_ref());
    let mut said = format!("`{name}`: {ty}");
    if let Some(unit) = declared.and_then(|field| field.unit.as_deref()) {
        said.push_str(&format!(", in {unit}"));
    }
    if let Some(doc) = declared.and_then(|field| field.doc.as_ref()) {
        said.push_str(&format!("\n\n{doc}"));
    }
    let observed = source.as_ref().and_then(|source| context.observed.sources.get(source));
    let at_place = here.and_then(|here| here.get(name)).filter(|seen| seen.share > 0.0);
    let in_source = observed.and_then(|observed| observed.fields.get(name)).filter(|seen| seen.ty == ty);
    match (at_place, in_source) {
        (Some(seen), _) => said.push_str(&profile("At this place", seen)),
        (None, Some(seen)) if seen.share > 0.0 => {
            let live = observed.is_some_and(|observed| observed.live);
            said.push_str(&profile(if live { "Now" } else { "In the snapshot" }, seen));
        }
        (None, Some(_)) => said.push_str("\n\nNo event that was looked at had it."),
        (None, None) => {
            let values = schemas::values(declared, name);
            if !values.is_empty() {
                let shown: Vec<String> = values.iter().take(LISTED).map(|value| format!("`{value}`")).collect();
                let more = if values.len() > LISTED { " …" } else { "" };
                said.push_str(&format!("\n\nKnown values: {}{more}", shown.join(", ")));
            }
        }
    }
    let renamed = declared.and_then(|field| field.renamed_to.as_deref()).or(catalog::attributes::renamed(name));
    if let Some(new) = renamed {
        said.push_str(&format!("\n\nIts name is `{new}` now."));
    }
    said
}

/// `Now in 98 % of the events, about 52,000 values.`, then how they spread, or which they are.
fn profile(when: &str, seen: &FieldObserved) -> String {
    let percent = |share: f64| match share * 100.0 {
        percent if percent < 1.0 => "less than 1 %".to_owned(),
        percent => format!("{percent:.0} %"),
    };
    let values = match seen.distinct {
        0 => String::new(),
        _ if seen.ty == Type::Datetime => String::new(),
        1 => ", always the same value".to_owned(),
        few if seen.is_complete() => format!(", {few} values"),
        many => format!(", about {} values", crate::results::value::count(many)),
    };
    let mut said = format!("\n\n{when}: in {} of the events{values}.", percent(seen.share));
    if let (Some(min), Some(max)) = (&seen.min, &seen.max) {
        let quantiles = match (&seen.p50, &seen.p99) {
            (Some(p50), Some(p99)) if seen.ty != Type::Datetime => format!(", half below {p50}, 99 % below {p99}"),
            _ => String::new(),
        };
        said.push_str(&format!("\n\nFrom {min} to {max}{quantiles}."));
    } else if let (Some(p50), Some(p99)) = (&seen.p50, &seen.p99) {
        said.push_str(&format!("\n\nHalf below {p50}, 99 % below {p99}."));
    }
    // How instants spread says only when events came.
    let spread = if seen.ty == Type::Datetime { None } else { sparkline(&seen.spread) };
    if let (Some(line), Some((from, to))) = (spread, &seen.spread_ends) {
        said.push_str(&format!("\n\n`{from} {line} {to}`"));
    }
    // The most frequent of many numbers says nothing.
    let named = seen.is_complete() || matches!(seen.ty, Type::String | Type::Bool | Type::Dynamic);
    if named && !seen.top.is_empty() {
        said.push_str("\n\n| value | share |\n|---|---:|\n");
        for (value, share) in seen.top.iter().take(LISTED) {
            said.push_str(&format!("| {} | {} |\n", schemas::code(value).replace('|', "\\|"), percent(*share)));
        }
        if seen.top.len() > LISTED || !seen.is_complete() {
            said.push_str("| … | |\n");
        }
    }
    said
}

/// How many there are in each step, the highest column for the most.
fn sparkline(spread: &[u32]) -> Option<String> {
    let most = spread.iter().max().filter(|most| **most > 0)?;
    let level = |count: u32| match count {
        0 => ' ',
        count => LEVELS[(count as usize * (LEVELS.len() - 1)).div_ceil(*most as usize).min(LEVELS.len() - 1)],
    };
    Some(spread.iter().map(|count| level(*count)).collect())
}

pub fn defined(document: &Document, name: &str) -> Option<String> {
    use syntax::analysis::Meaning;
    let lets = &document.analysis().lets;
    let defined = lets.iter().find(|defined| *defined.name == *name)?;
    let text = document.slice(defined.range);
    let meaning = match &defined.meaning {
        Meaning::Pipeline(schema) => format!("\n\nGives:\n\n{}", schemas::table(schema)),
        Meaning::Expression(ty) => format!("\n\nA {ty}."),
        Meaning::Function(signature) => {
            format!(
                "\n\nA function of this runbook's own: `{signature}`. A call is its body, with the arguments in place."
            )
        }
        Meaning::Broken => String::new(),
    };
    Some(format!("```headwater\n{text}\n```{meaning}"))
}
