//! `join` and `lookup`: two sides, their keys, and the fields that leave.

use super::check::Checker;
use super::expression::Scope;
use super::names;
use super::pipelines::Flow;
use crate::ast::{self, AstNode};
use crate::pipeline::{Expr, ExprKind, Function, Join, JoinKind, Lookup, LookupKind, StageKind};
use crate::{Diagnostic, Field, Name, Schema, TextRange, Type};

/// Kusto's words, and whether the sides change places; None for those that a stream has no answer for.
const JOIN_KINDS: [(&str, Option<(JoinKind, bool)>); 12] = [
    ("inner", Some((JoinKind::Inner, false))),
    ("leftouter", Some((JoinKind::LeftOuter, false))),
    ("leftanti", Some((JoinKind::LeftAnti, false))),
    ("leftsemi", Some((JoinKind::LeftSemi, false))),
    ("anti", Some((JoinKind::LeftAnti, false))),
    ("leftantisemi", Some((JoinKind::LeftAnti, false))),
    ("rightsemi", Some((JoinKind::LeftSemi, true))),
    ("rightanti", Some((JoinKind::LeftAnti, true))),
    ("rightantisemi", Some((JoinKind::LeftAnti, true))),
    ("innerunique", None),
    ("rightouter", Some((JoinKind::RightOuter, false))),
    ("fullouter", Some((JoinKind::FullOuter, false))),
];

impl Checker<'_> {
    pub(super) fn lookup(&mut self, lookup: &ast::LookupStage, flow: &mut Flow) -> Option<()> {
        let kind = self.one_of(lookup.properties(), "kind", &["leftouter", "inner"], "lookup");
        let mut table = self.source(&lookup.source()?)?;
        if !table.bounded {
            // As a join it works where both sides carry event time.
            let timed = flow.schema.time.is_some() && table.schema.time.is_some() && lookup.on().is_some();
            let head = TextRange::new(lookup.range().start(), lookup.source()?.range().start());
            let instead = timed.then(|| (head, kind.unwrap_or("leftouter"), lookup.range().end()));
            self.report(Diagnostic::lookup_unbounded(lookup.source()?.range(), &table.source, instead));
            return None;
        }
        let keys = self.on(lookup.on(), flow, &mut table)?;
        if keys.is_empty() {
            self.report(Diagnostic::join_without_key(lookup.range()));
            return None;
        }
        let key_names: Vec<&Name> = keys
            .iter()
            .filter_map(|(_, key)| match &key.kind {
                ExprKind::Field(name) => Some(name),
                _ => None,
            })
            .collect();
        let mut output = flow.schema.clone();
        let mut added = Vec::new();
        let mut taken = names::Taken::by(&output.fields);
        for field in table.schema.fields.iter().filter(|field| !key_names.contains(&&field.name)) {
            // When a row of a table was read says nothing about the event.
            let is_time = table.schema.time.as_ref() == Some(&field.name);
            if is_time && output.time.as_ref() == Some(&field.name) {
                continue;
            }
            let name = taken.unique(&field.name);
            output.fields.push(Field { name: name.clone(), ty: field.ty });
            added.push((field.name.clone(), name));
        }
        output.open |= table.schema.open;
        let kind = if kind? == "inner" { LookupKind::Inner } else { LookupKind::LeftOuter };
        let table = self.finished_within(table);
        self.note_beside(&added, lookup.source()?.range());
        flow.push(lookup.range(), StageKind::Lookup(Box::new(Lookup { kind, table, keys, added })), output);
        Some(())
    }

    pub(super) fn join(&mut self, join: &ast::JoinStage, flow: &mut Flow) -> Option<()> {
        let range = join.range();
        let kind = self.join_kind(join);
        let mut other = self.source(&join.source()?)?;
        let keys = self.on(join.on(), flow, &mut other)?;
        if keys.is_empty() {
            self.report(Diagnostic::join_without_key(range));
            return None;
        }
        let mut within = None;
        match join.within().and_then(|within| within.span()) {
            Some(span) => {
                let checked = self.expr_as(&span, Type::Timespan, "`within`", &mut Scope::constant())?;
                within = Some(self.span(&checked, span.range(), "`within`", "within 30s")?);
            }
            None if flow.bounded && other.bounded => {}
            None => {
                let endless = if flow.bounded { &other.source } else { &flow.source };
                self.report(Diagnostic::join_unbounded(range, endless));
                return None;
            }
        }
        // The right side's events are what leaves then, so it is the main one.
        let keys = match kind {
            Some((_, true)) => {
                std::mem::swap(flow, &mut other);
                keys.into_iter().map(|(left, right)| (right, left)).collect()
            }
            _ => keys,
        };
        let times = [flow.schema.time.clone(), other.schema.time.clone()];
        // Of what nothing is known, the reason has been said.
        if flow.is_doubtful() || other.is_doubtful() {
            return None;
        }
        if within.is_some() && times.contains(&None) {
            let side = if times[0].is_none() { "left" } else { "right" };
            self.report(Diagnostic::join_without_time(range, side));
            return None;
        }
        let (kind, _) = kind?;
        let mut output = if kind.gives_left() { flow.schema.clone() } else { Schema::default() };
        let mut added = Vec::new();
        if kind.gives_right() {
            let mut taken = names::Taken::by(&output.fields);
            for field in other.schema.fields.iter() {
                let name = taken.unique(&field.name);
                output.fields.push(Field { name: name.clone(), ty: field.ty });
                added.push((field.name.clone(), name));
            }
        }
        output.open |= other.schema.open && kind.gives_left() && kind.gives_right();
        // Event time is that of the side whose events all leave; where both may be missing there is none.
        let right_time = added.iter().find(|(name, _)| Some(name) == other.schema.time.as_ref());
        match kind {
            JoinKind::RightOuter | JoinKind::RightAnti | JoinKind::RightSemi => {
                output.time = right_time.map(|(_, out)| out.clone());
            }
            JoinKind::FullOuter => output.time = None,
            JoinKind::Inner | JoinKind::LeftOuter | JoinKind::LeftAnti | JoinKind::LeftSemi => {}
        }
        flow.bounded &= other.bounded;
        flow.windowed = false;
        let right = self.finished_within(other);
        self.note_beside(&added, join.source()?.range());
        flow.push(range, StageKind::Join(Box::new(Join { kind, right, keys, within, times, added })), output);
        Some(())
    }

    fn join_kind(&mut self, join: &ast::JoinStage) -> Option<(JoinKind, bool)> {
        let words = JOIN_KINDS.map(|(word, _)| word);
        let is_kind = |property: &ast::Property| property.name().is_some_and(|name| name.text() == "kind");
        let written = join.properties().find(is_kind);
        let found = self.one_of(join.properties(), "kind", &words, "join")?;
        let kind = JOIN_KINDS.iter().find(|(word, _)| *word == found).and_then(|(_, kind)| *kind);
        match (written, kind) {
            // Kusto takes `innerunique` then, which means something else.
            (None, _) => {
                let word = join.syntax().first_token()?.text_range();
                self.report(Diagnostic::join_without_kind(word));
                None
            }
            (Some(written), None) => {
                let place = written.value().map_or(written.range(), |value| value.range());
                self.report(Diagnostic::join_kind(place, found));
                None
            }
            (Some(_), kind) => kind,
        }
    }

    /// The value of the one property that a stage has, the first of the known ones where it is not written.
    pub(super) fn one_of(
        &mut self,
        properties: impl Iterator<Item = ast::Property>,
        key: &str,
        known: &[&'static str],
        stage: &str,
    ) -> Option<&'static str> {
        let mut found = *known.first()?;
        for property in properties {
            let (Some(name), Some(value)) = (property.name(), property.value()) else { continue };
            // How a cluster goes about it.
            if name.text().starts_with("hint.") {
                continue;
            }
            if name.text() != key {
                self.report(Diagnostic::unknown_property(name.range(), stage, &name.text(), [key]));
                return None;
            }
            let ast::Expr::Name(word) = &value else { continue };
            let Some(is) = known.iter().find(|known| **known == word.text()) else {
                self.report(Diagnostic::unknown_kind(word.range(), stage, &word.text(), known.iter().copied()));
                return None;
            };
            found = is;
        }
        Some(found)
    }

    /// Keys exist on both sides and can be equal; gives them as of one type.
    fn on(&mut self, on: Option<ast::OnClause>, flow: &mut Flow, other: &mut Flow) -> Option<Vec<(Expr, Expr)>> {
        let mut keys = Vec::new();
        for key in on.iter().flat_map(|on| on.keys()) {
            let (one, two) = match &key {
                ast::Expr::Name(_) => (key.clone(), key.clone()),
                // `$left.id == $right.order_id`
                ast::Expr::Binary(equal) if equal.operator().as_deref() == Some("==") => (equal.lhs()?, equal.rhs()?),
                _ => {
                    self.report(Diagnostic::expected_field(key.range(), "on trace.id"));
                    return None;
                }
            };
            let left = self.key(&one, "$left", flow)?;
            let right = self.key(&two, "$right", other)?;
            let compared = self.comparison(Function::Equal, "on", key.range(), vec![left, right])?;
            let ExprKind::Call { args, .. } = compared.kind else { return None };
            let [left, right] = <[Expr; 2]>::try_from(args).ok()?;
            keys.push((left, right));
        }
        Some(keys)
    }

    /// A field of one side, which may be named by `$left.` or `$right.`.
    fn key(&mut self, key: &ast::Expr, side: &str, flow: &mut Flow) -> Option<Expr> {
        let ast::Expr::Name(name) = key else {
            self.report(Diagnostic::expected_field(key.range(), "on $left.trace.id == $right.trace"));
            return None;
        };
        let mut segments = name.segments();
        if segments.len() > 1 && segments[0].text == side {
            segments.remove(0);
        }
        let mut scope = Scope::over(flow);
        let checked = self.path(&segments, &mut scope);
        let beyond = scope.beyond;
        flow.widen(beyond);
        checked
    }
}
