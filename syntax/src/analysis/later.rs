//! Stages that are typed and formatted, but that no operator runs yet: what they need, and what would leave them.

use super::check::Checker;
use super::expression::Scope;
use super::names;
use super::operators::constant;
use super::pipelines::Flow;
use crate::ast::{self, Stage};
use crate::catalog::functions::Arg;
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
            Stage::Parse(parse) => {
                self.one_of(parse.properties(), "kind", &["simple", "regex", "relaxed"], "parse")?;
                self.text(parse.text(), flow)?;
                let columns = parse.pattern()?.parts().filter_map(|part| match part {
                    ast::PatternPart::Column(column) => Some(column),
                    ast::PatternPart::Text(_) | ast::PatternPart::Skip(_) => None,
                });
                self.columns(columns, flow)
            }
            Stage::ParseKv(parse) => {
                self.text(parse.text(), flow)?;
                self.columns(parse.columns()?.columns(), flow)
            }
            Stage::MvExpand(expand) => self.mv_expand(expand, flow),
            Stage::TopHitters(hitters) => self.top_hitters(hitters, flow),
            Stage::Sample(sample) => self.sample(sample, flow),
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
            Stage::Getschema(_) => {
                let field = |name| Field::new(name, if name == "ColumnOrdinal" { Type::Long } else { Type::String });
                let fields = ["ColumnName", "ColumnOrdinal", "DataType", "ColumnType"].map(field).into();
                flow.bounded = true;
                Some(Schema { fields, open: false, time: None })
            }
            Stage::Assert(assert) => {
                self.predicate(&assert.predicate()?, flow)?;
                Some(flow.schema.clone())
            }
            _ => Some(flow.schema.clone()),
        }
    }

    fn mv_expand(&mut self, expand: &ast::MvExpandStage, flow: &mut Flow) -> Option<Schema> {
        let mut made = Vec::new();
        for item in expand.items() {
            let inner = item.item()?;
            let expr = self.over(&inner.expr()?, flow)?;
            let expr = self.argument(Arg::Dynamic, "array", expr)?;
            let name = match inner.name() {
                Some(name) => name.text().into(),
                None => names::column(&expr, std::iter::empty()),
            };
            made.push(Field { name, ty: self.type_name(item.ty(), Type::Dynamic)? });
        }
        if let Some(limit) = expand.limit() {
            self.count(Some(limit), "the number of elements", "mv-expand events limit 10")?;
        }
        let mut output = flow.schema.clone();
        made.into_iter().for_each(|field| output.set(field));
        Some(output)
    }

    fn top_hitters(&mut self, hitters: &ast::TopHittersStage, flow: &mut Flow) -> Option<Schema> {
        self.count(hitters.count(), "the number of values", "top-hitters 5 of customer.id")?;
        let of = self.over(&hitters.of()?, flow)?;
        let by = hitters.by().and_then(|by| by.items().next());
        let name = names::column(&of, std::iter::empty());
        let counted = match by {
            None => Field::new(format!("approximate_count_{name}"), Type::Long),
            Some(item) => {
                let weight = self.over(&item.expr()?, flow)?;
                let weight = self.argument(Arg::Number, "by", weight)?;
                let weighed = names::column(&weight, std::iter::empty());
                Field::new(format!("approximate_sum_{weighed}"), weight.ty)
            }
        };
        flow.bounded = true;
        Some(Schema { fields: [Field { name, ty: of.ty }, counted].into(), open: false, time: None })
    }

    fn sample(&mut self, sample: &ast::SampleStage, flow: &mut Flow) -> Option<Schema> {
        let written = sample.amount()?;
        let amount = self.expr(&written, &mut Scope::constant())?;
        let amount = self.argument(Arg::Number, "share", amount)?;
        let share = match constant(&amount) {
            Some(Value::Long(share)) => Some(share as f64),
            Some(Value::Real(share)) => Some(share),
            _ => None,
        };
        let after = TextRange::empty(written.range().end());
        match share {
            _ if sample.percent().is_none() => self.report(Diagnostic::sample_without_percent(written.range(), after)),
            Some(share) if (0.0..=100.0).contains(&share) => {}
            _ => self.report(Diagnostic::not_constant(written.range(), "the share, 0 to 100 percent,", "sample 10%")),
        }
        for item in sample.by().iter().flat_map(|by| by.items()) {
            self.over(&item.expr()?, flow)?;
        }
        Some(flow.schema.clone())
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
    fn one_of(
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

    fn text(&mut self, text: Option<ast::Expr>, flow: &mut Flow) -> Option<()> {
        let text = self.over(&text?, flow)?;
        self.argument(Arg::String, "text", text).map(|_| ())
    }

    fn columns(&mut self, columns: impl Iterator<Item = ast::Column>, flow: &Flow) -> Option<Schema> {
        let mut output = flow.schema.clone();
        for column in columns {
            let ty = self.type_name(column.ty(), Type::String)?;
            output.set(Field::new(column.name()?.text(), ty));
        }
        Some(output)
    }

    fn type_name(&mut self, written: Option<ast::TypeName>, default: Type) -> Option<Type> {
        let Some(written) = written else { return Some(default) };
        let ty = Type::from_word(&written.text());
        if ty.is_none() {
            self.report(Diagnostic::unknown_type(written.range(), &written.text()));
        }
        ty
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
