//! `join` and `lookup`: typed and formatted; no operator runs them yet.

use super::check::Checker;
use super::expression::Scope;
use super::names;
use super::operators::constant;
use super::pipelines::Flow;
use crate::ast::{self, Stage};
use crate::pipeline::Function;
use crate::{Diagnostic, Field, Name, Schema, TextRange, Type, Value};

/// Which fields of its two sides a join gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sides {
    Both,
    Left,
    Right,
}

const JOIN_KINDS: [(&str, Sides); 11] = [
    // Kusto's where none is written.
    ("innerunique", Sides::Both),
    ("inner", Sides::Both),
    ("leftouter", Sides::Both),
    ("rightouter", Sides::Both),
    ("fullouter", Sides::Both),
    ("leftsemi", Sides::Left),
    ("leftanti", Sides::Left),
    ("anti", Sides::Left),
    ("leftantisemi", Sides::Left),
    ("rightsemi", Sides::Right),
    ("rightanti", Sides::Right),
];

impl Checker<'_> {
    /// The schema that leaves; None where something is wrong.
    pub(super) fn later(&mut self, stage: &Stage, flow: &mut Flow) -> Option<Schema> {
        match stage {
            Stage::Join(join) => self.join(join, stage.range(), flow),
            Stage::Lookup(lookup) => {
                let kind = self.one_of(lookup.properties(), "kind", &["leftouter", "inner"], "lookup");
                let table = self.source(&lookup.source()?)?;
                if !table.bounded {
                    self.report(Diagnostic::lookup_unbounded(lookup.source()?.range(), &table.source));
                }
                let keys = self.on(lookup.on(), flow, &table)?;
                kind?;
                let mut added = table.schema;
                added.fields.retain(|field| !keys.contains(&field.name));
                Some(beside(&flow.schema, &added))
            }
            _ => Some(flow.schema.clone()),
        }
    }

    fn join(&mut self, join: &ast::JoinStage, range: TextRange, flow: &mut Flow) -> Option<Schema> {
        let kinds = JOIN_KINDS.map(|(kind, _)| kind);
        let kind = self.one_of(join.properties(), "kind", &kinds, "join");
        let other = self.source(&join.source()?)?;
        self.on(join.on(), flow, &other)?;
        match join.within().and_then(|within| within.span()) {
            Some(span) => {
                let checked = self.expr_as(&span, Type::Timespan, "`within`", &mut Scope::constant())?;
                if !matches!(constant(&checked), Some(Value::Timespan(span)) if span > 0) {
                    self.report(Diagnostic::not_constant(span.range(), "`within`", "within 30s"));
                }
            }
            None if flow.bounded && other.bounded => {}
            None => {
                let endless = if flow.bounded { &other.source } else { &flow.source };
                self.report(Diagnostic::join_unbounded(range, endless));
            }
        }
        let kind = kind?;
        let sides = JOIN_KINDS.iter().find(|(known, _)| *known == kind).map_or(Sides::Both, |(_, sides)| *sides);
        flow.bounded &= other.bounded;
        Some(match sides {
            Sides::Both => beside(&flow.schema, &other.schema),
            Sides::Left => flow.schema.clone(),
            Sides::Right => other.schema,
        })
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

    /// Keys exist on both sides and can be equal; gives their names on the right.
    fn on(&mut self, on: Option<ast::OnClause>, flow: &mut Flow, other: &Flow) -> Option<Vec<Name>> {
        let mut right = other.clone();
        let mut names = Vec::new();
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
            let right = self.key(&two, "$right", &mut right)?;
            if let crate::pipeline::ExprKind::Field(name) = &right.kind {
                names.push(name.clone());
            }
            self.comparison(Function::Equal, "on", key.range(), vec![left, right])?;
        }
        Some(names)
    }

    /// A field of one side, which may be named by `$left.` or `$right.`.
    fn key(&mut self, key: &ast::Expr, side: &str, flow: &mut Flow) -> Option<crate::pipeline::Expr> {
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

/// The fields of both sides; a name of the right that is taken gets a `1`, as in Kusto.
fn beside(left: &Schema, right: &Schema) -> Schema {
    let mut output = left.clone();
    for field in right.fields.iter() {
        let name = names::unique(&field.name, output.fields.iter().map(|known| &*known.name));
        output.fields.push(Field { name, ty: field.ty });
    }
    output.open |= right.open;
    output
}
