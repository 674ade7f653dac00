//! Literals in words: `90s`, `4KiB`, a datetime in the reader's own time; a text by what it matches.

use jiff::tz::TimeZone;
use syntax::ast::{self, AstNode};
use syntax::observed::FieldObserved;
use syntax::{SyntaxKind, SyntaxToken, Value, catalog};

use super::At;
use crate::features::schemas;

/// Values that are listed on each side.
const LISTED: usize = 5;

impl At<'_> {
    /// A text that a field is compared with: how often it really occurs, or whether it is known.
    pub(super) fn text(&self, token: &SyntaxToken) -> Option<String> {
        let literal = ast::Literal::cast(token.parent()?)?;
        let Ok(Value::String(text)) = literal.value() else { return None };
        let compared = literal.syntax().ancestors().find_map(ast::BinaryExpr::cast)?;
        let operation = compared.operation()?;
        let ast::Expr::Name(name) = operation.lhs? else { return None };
        let name = name.text();
        let seen = self.around.here.and_then(|here| here.get(name.as_str()));
        let seen = seen.or_else(|| self.profile()?.get(name.as_str()));
        let Some(seen) = seen.filter(|seen| seen.share > 0.0) else {
            return among_known(&text, &operation.operator, &name, &self.known(&name));
        };
        match operation.operator.as_str() {
            "matches regex" => matches(&text, &name, seen),
            "==" | "in" | "=~" | "in~" => {
                let share = seen.share_of(&text)?;
                Some(match share > 0.0 {
                    true => format!("{} of the events that have `{name}` have this value.", percent(share)),
                    false => format!("Never seen. `{name}`: {}", schemas::seen(seen)),
                })
            }
            _ => None,
        }
    }
}

impl At<'_> {
    /// The texts that a field is declared to have, or has by convention.
    fn known(&self, name: &str) -> Vec<String> {
        let source = schemas::source_at(self.document, self.offset);
        let convention = catalog::attributes::describe(name);
        let declared = schemas::declared(&self.context.sources.sources, source.as_deref(), name);
        schemas::known_texts(declared.or(convention.as_ref()), name)
    }
}

/// Nobody has counted: what is known of a field's values may not be all.
fn among_known(text: &str, operator: &str, name: &str, known: &[String]) -> Option<String> {
    if known.is_empty() {
        return None;
    }
    let folds = match operator {
        "==" | "in" => false,
        "=~" | "in~" => true,
        "matches regex" => {
            let regex = regex(text)?;
            let (fits, rest): (Vec<_>, Vec<_>) = known.iter().partition(|value| regex.is_match(value));
            let mut said = format!("Matches {} of the {} known values of `{name}`.", fits.len(), known.len());
            for (label, values) in [("Matches", fits), ("Not", rest)] {
                if !values.is_empty() {
                    said.push_str(&format!("\n\n{label} {}", list(values.into_iter())));
                }
            }
            return Some(said);
        }
        _ => return None,
    };
    let is = |value: &String| if folds { value.to_lowercase() == text.to_lowercase() } else { value == text };
    Some(match known.iter().any(is) {
        true => format!("A known value of `{name}`."),
        false => format!("Not among the known values of `{name}`: {}", list(known.iter())),
    })
}

/// The first few of them.
fn list<'a>(values: impl ExactSizeIterator<Item = &'a String>) -> String {
    let more = if values.len() > LISTED { " …" } else { "" };
    let values: Vec<String> = values.take(LISTED).map(|value| schemas::code(value)).collect();
    format!("{}{more}", values.join(", "))
}

fn regex(pattern: &str) -> Option<regex::Regex> {
    const LIMIT: usize = 1 << 20;
    regex::RegexBuilder::new(pattern).size_limit(LIMIT).build().ok()
}

/// Which of the values that were seen a pattern matches.
fn matches(pattern: &str, name: &str, seen: &FieldObserved) -> Option<String> {
    let regex = regex(pattern)?;
    if seen.top.is_empty() {
        return None;
    }
    let (fits, rest): (Vec<_>, Vec<_>) = seen.top.iter().partition(|(value, _)| regex.is_match(value));
    let share: f64 = fits.iter().map(|(_, share)| share).sum();
    let among = if seen.is_complete() { "values" } else { "most frequent values" };
    let mut said = format!(
        "Matches {} of the {} {among} of `{name}`, {} of its events.",
        fits.len(),
        seen.top.len(),
        percent(share)
    );
    if !fits.is_empty() {
        said.push_str(&format!("\n\nMatches {}", list(fits.iter().map(|(value, _)| value))));
    }
    if !rest.is_empty() {
        said.push_str(&format!("\n\nNot {}", list(rest.iter().map(|(value, _)| value))));
    }
    Some(said)
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        percent if percent > 0.0 && percent < 1.0 => "Less than 1 %".to_owned(),
        percent => format!("{percent:.0} %"),
    }
}

/// `90s` is "1 minute 30 seconds"; `4KiB` is "4,096 bytes". None where the literal says it all.
pub(super) fn in_words(literal: &ast::Literal, zone: Option<&TimeZone>) -> Option<String> {
    let token = literal.token()?;
    match (token.kind(), literal.value().ok()?) {
        (SyntaxKind::SIZE, Value::Long(bytes)) => Some(format!("{} bytes", crate::results::value::long(bytes))),
        (_, Value::Timespan(nanos)) => Some(timespan_in_words(nanos)),
        (_, Value::Datetime(nanos)) => {
            let at = jiff::Timestamp::from_nanosecond(i128::from(nanos)).ok()?;
            let utc = at.to_zoned(TimeZone::UTC).strftime("%A, %-d %B %Y, %H:%M:%S UTC").to_string();
            let local = zone.map(|zone| at.to_zoned(zone.clone())).filter(|local| local.offset().seconds() != 0);
            Some(match local {
                Some(local) => format!("{utc}\n\nHere: {}", local.strftime("%A, %-d %B %Y, %H:%M:%S %Z")),
                None => utc,
            })
        }
        (SyntaxKind::INT, Value::Long(value)) if value >= 1_000 => Some(crate::results::value::long(value)),
        _ => None,
    }
}

pub(in crate::features) fn timespan_in_words(nanos: i64) -> String {
    const UNITS: [(u64, &str); 7] = [
        (86_400_000_000_000, "day"),
        (3_600_000_000_000, "hour"),
        (60_000_000_000, "minute"),
        (1_000_000_000, "second"),
        (1_000_000, "millisecond"),
        (1_000, "microsecond"),
        (1, "nanosecond"),
    ];
    let mut rest = nanos.unsigned_abs();
    let mut parts = Vec::new();
    for (size, unit) in UNITS {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
        }
    }
    let sign = if nanos < 0 { "minus " } else { "" };
    if parts.is_empty() { "no time at all".to_owned() } else { format!("{sign}{}", parts.join(" ")) }
}
