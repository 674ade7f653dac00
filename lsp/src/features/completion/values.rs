//! Values: those that really occur at this place, by how often; else those of the snapshot, of the
//! declaration, of the conventions.

use std::iter;

use syntax::ast::AstNode;
use syntax::catalog::functions::Arg;
use syntax::{SyntaxKind, SyntaxToken, TextRange, Type, literal};

use super::{FIRST, GOOD, Item, ItemKind, List};
use crate::document::Document;
use crate::features::bits::{Bit, Compared};
use crate::features::origins::Origin;
use crate::features::place::Quoted;
use crate::features::{schemas, templates, words};

/// Values that are offered.
const OFFERED: usize = 50;

impl List<'_> {
    /// Within quotes, which are there already.
    pub(super) fn quoted(&mut self, field: Option<&str>) {
        match field {
            Some(field) => self.known_values(field, false),
            None => self.written_out(false),
        }
    }

    /// Texts that an argument is one of: parts of a time, how it is written, zones.
    pub(super) fn written_out(&mut self, operand: bool) {
        let Some(call) = self.place.calls.last() else { return };
        let texts: &[&str] = match (call.function.as_str(), words::argument(&call.function, call.argument)) {
            (_, Some(Arg::OneOf(words))) => words,
            (_, Some(Arg::Zone)) => &templates::ZONES,
            ("format_datetime", Some(Arg::Fixed(_))) => &templates::DATE_FORMS,
            ("format_timespan", Some(Arg::Fixed(_))) => &templates::SPAN_FORMS,
            _ => return,
        };
        texts.iter().for_each(|text| self.value(literal::quote(text), String::new(), operand, 0.0));
    }

    /// `operand`: where a value stands, not within quotes that are there already.
    pub(super) fn known_values(&mut self, field: &str, operand: bool) {
        let ty = self.type_of(field).unwrap_or(Type::String);
        let here = self.here.is_some_and(|here| here.contains_key(field));
        let seen = self.seen(field).map(|seen| seen.top.clone()).unwrap_or_default();
        let context = self.document.context();
        let declared = match self.origins.of(field) {
            Origin::Source(name) | Origin::Other(name) => {
                let of = schemas::declared(&context.sources.sources, self.source.as_deref(), &name);
                schemas::values(of, &name)
            }
            Origin::Computed => Vec::new(),
        };
        let place = if here { " here" } else { "" };
        let sized = |beside: &Compared| matches!(beside.operator.as_str(), "<" | "<=" | ">" | ">=");
        if self.place.beside.as_ref().is_some_and(sized) {
            let bounds = templates::BOUNDS.iter().find(|(of, _)| *of == field).map_or(&[][..], |(_, bounds)| bounds);
            bounds
                .iter()
                .for_each(|(bound, detail)| self.value((*bound).to_owned(), (*detail).to_owned(), operand, 2.0));
        }
        if self.place.beside.as_ref().is_some_and(|beside| meets_terms(&beside.operator)) {
            return self.terms(field, &seen, &declared, place, operand);
        }
        for (value, share) in seen.iter().take(OFFERED) {
            // What was cut when it was measured is not the value.
            let Some(insert) = written(ty, value).filter(|_| !value.ends_with('…')) else { continue };
            self.value(insert, percent(*share, place), operand, *share);
        }
        for insert in declared {
            let detail = if seen.is_empty() { format!("of {field}") } else { "not seen".to_owned() };
            self.value(insert, detail, operand, -1.0);
        }
    }

    /// The terms that the values are made of, those that occur most first.
    fn terms(&mut self, field: &str, seen: &[(String, f64)], declared: &[String], place: &str, operand: bool) {
        let mut shares: Vec<(&str, f64)> = Vec::new();
        for (value, share) in seen {
            // A term counts once for each event; where the value was cut, the last one may be a part.
            let mut once: Vec<&str> = terms(value).collect();
            once.truncate(once.len() - usize::from(value.ends_with('…') && !once.is_empty()));
            once.sort_unstable();
            once.dedup();
            for term in once {
                match shares.iter().position(|(known, _)| *known == term) {
                    Some(at) => shares[at].1 += share,
                    None => shares.push((term, *share)),
                }
            }
        }
        shares.sort_by(|one, two| two.1.total_cmp(&one.1));
        shares.truncate(OFFERED);
        for (term, share) in &shares {
            let share = share.min(1.0);
            self.value(literal::quote(term), percent(share, place), operand, share);
        }
        for value in declared.iter().filter_map(|value| literal::unquote(value).ok()) {
            let detail = if seen.is_empty() { format!("of {field}") } else { "not seen".to_owned() };
            terms(&value).for_each(|term| self.value(literal::quote(term), detail.clone(), operand, -1.0));
        }
    }

    fn value(&mut self, insert: String, detail: String, operand: bool, weight: f64) {
        if self.listed.contains(&insert) {
            return;
        }
        let (label, insert) = match self.place.quoted {
            Some(quoted) if !operand => {
                let Some(text) = within(&insert, quoted) else { return };
                (text.trim_end_matches(quoted.mark).to_owned(), text)
            }
            _ => (insert.clone(), insert),
        };
        self.add(FIRST, weight, Item { insert, ..Item::new(&label, ItemKind::Value, detail) });
    }

    /// Round timespans, and the quantiles that the field really has.
    pub(super) fn spans(&mut self, compared: Option<&str>) {
        let seen = compared.and_then(|name| self.seen(name)).cloned();
        for (name, text) in
            [("p99", seen.as_ref().and_then(|seen| seen.p99.clone())), ("p50", seen.and_then(|seen| seen.p50))]
        {
            let nanos = text.and_then(|text| literal::parse_timespan(&text).ok());
            if let Some(nanos) = nanos.filter(|nanos| *nanos > 0) {
                self.word(FIRST, &two_digits(nanos), &format!("about the {name} here"));
            }
        }
        let spans: &[&str] = match self.place.row.last() {
            // How many of a unit there are.
            Some(Bit::Sign(SyntaxKind::SLASH)) => &templates::UNITS,
            _ => &templates::SPANS,
        };
        spans.iter().for_each(|span| self.word(GOOD, span, "timespan"));
    }
}

/// `has` and its like, which compare whole terms.
fn meets_terms(operator: &str) -> bool {
    operator.trim_start_matches('!').starts_with("has")
}

/// Letters and digits between other signs.
fn terms(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|term| !term.is_empty())
}

/// `41 %`, `41 % here`.
fn percent(share: f64, place: &str) -> String {
    match share * 100.0 {
        percent if percent < 1.0 => format!("< 1 %{place}"),
        percent => format!("{percent:.0} %{place}"),
    }
}

/// The other values of the list that the word stands in, each as it is offered: a list needs no value twice.
pub(super) fn listed(document: &Document, word: TextRange) -> Vec<String> {
    let root = document.parse().root();
    let Some(here) = root.syntax().token_at_offset(word.start()).left_biased() else { return Vec::new() };
    let before = if here.kind() == SyntaxKind::L_PAREN { None } else { here.prev_token() };
    let before = iter::successors(before, SyntaxToken::prev_token).map_while(value_in_list);
    let after = iter::successors(here.next_token(), SyntaxToken::next_token).map_while(value_in_list);
    before.chain(after).flatten().collect()
}

/// None where a list ends; nothing within for what stands between its values.
fn value_in_list(token: SyntaxToken) -> Option<Option<String>> {
    match token.kind() {
        SyntaxKind::COMMA => Some(None),
        kind if kind.is_trivia() => Some(None),
        SyntaxKind::STRING => Some(literal::unquote(token.text()).ok().map(|text| literal::quote(&text))),
        SyntaxKind::INT | SyntaxKind::REAL => Some(Some(token.text().to_owned())),
        _ => None,
    }
}

/// A text literal as it continues behind the opening quote; None for what is no text, or cannot stand there.
fn within(literal: &str, quoted: Quoted) -> Option<String> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    let inner = match (quoted.mark, quoted.verbatim) {
        (_, true) if inner.contains('\\') => return None,
        ('\'', _) => inner.replace("\\\"", "\"").replace('\'', "\\'"),
        _ => inner.to_owned(),
    };
    Some(if quoted.closed { inner } else { format!("{inner}{}", quoted.mark) })
}

/// `1.2s`, `340ms`.
fn two_digits(nanos: i64) -> String {
    let step = 10_i64.pow(nanos.ilog10().saturating_sub(1));
    let nanos = nanos / step * step;
    match nanos {
        1_000_000_000..60_000_000_000 => format!("{}s", nanos as f64 / 1e9),
        1_000_000..1_000_000_000 => format!("{}ms", nanos as f64 / 1e6),
        _ => literal::timespan_text(nanos),
    }
}

/// As the language writes a value of this type.
fn written(ty: Type, value: &str) -> Option<String> {
    match ty {
        Type::String => Some(literal::quote(value)),
        Type::Long | Type::Real | Type::Bool => literal::parse_as(ty, value).is_ok().then(|| value.to_owned()),
        // JSON: a text stands in quotes already.
        Type::Dynamic if value.starts_with('"') => {
            serde_json::from_str::<String>(value).ok().map(|text| literal::quote(&text))
        }
        Type::Dynamic if !value.starts_with(['[', '{']) && value != "null" => Some(value.to_owned()),
        Type::Dynamic | Type::Datetime | Type::Timespan => None,
    }
}
