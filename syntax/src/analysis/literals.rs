//! Sources that are written in the pipeline itself: `datatable`, `print`, `range`, and `materialize`, which is its
//! pipeline; and what to write in the place of `externaldata`.

use std::sync::Arc;

use super::check::Checker;
use super::expression::Scope;
use super::names::Taken;
use super::operators::constant;
use super::pipelines::Flow;
use super::rows::Order;
use crate::ast::{self, AstNode};
use crate::pipeline::{Expr, ExprKind, Function, Literal, Named, Rows, StageKind};
use crate::source::TIMESTAMP;
use crate::{Diagnostic, Field, Name, Schema, Type, Value};

/// Values that a `datatable` may have.
const VALUES: usize = 100_000;

impl Checker<'_> {
    /// None where the source is none of these.
    pub(super) fn made_source(&mut self, source: &ast::Source) -> Option<Option<Flow>> {
        if let Some(table) = source.datatable() {
            return Some(self.datatable(&table));
        }
        if let Some(print) = source.print() {
            return Some(self.print(&print));
        }
        if let Some(range) = source.range_source() {
            return Some(self.range_source(&range));
        }
        if let Some(inner) = source.materialize() {
            // Each event is read once anyhow, and kept nowhere.
            return Some(inner.subpipeline()?.pipeline().and_then(|pipeline| self.pipeline(&pipeline)));
        }
        let external = source.externaldata()?;
        let word = external.syntax().first_token().map_or(external.range(), |word| word.text_range());
        self.report(Diagnostic::externaldata(word));
        Some(None)
    }

    fn datatable(&mut self, table: &ast::Datatable) -> Option<Flow> {
        let mut fields: Vec<Field> = Vec::new();
        for column in table.columns()?.columns() {
            let name = column.name()?;
            let text = name.text();
            if fields.iter().any(|known| *known.name == *text) {
                self.report(Diagnostic::duplicate_name(name.range(), &text));
                return None;
            }
            fields.push(Field::new(text, self.type_name(column.ty(), Type::String)?));
        }
        let values: Vec<ast::Expr> = table.values().collect();
        if fields.is_empty() || !values.len().is_multiple_of(fields.len()) {
            self.report(Diagnostic::uneven_rows(table.range(), fields.len(), values.len()));
            return None;
        }
        if values.len() > VALUES {
            self.report(Diagnostic::too_many_values(table.range(), values.len(), VALUES));
            return None;
        }
        let mut rows = Vec::with_capacity(values.len() / fields.len());
        for row in values.chunks(fields.len()) {
            let mut made = Vec::with_capacity(row.len());
            for (value, field) in row.iter().zip(&fields) {
                made.push(self.written_value(value, field)?);
            }
            rows.push(made);
        }
        Some(literal("datatable", fields, Rows::Written(rows)))
    }

    /// A literal as a value of the column.
    fn written_value(&mut self, value: &ast::Expr, field: &Field) -> Option<Value> {
        let checked = self.expr(value, &mut Scope::constant())?;
        let Some(found) = constant(&checked) else {
            self.report(Diagnostic::not_constant(value.range(), "a value of `datatable`", "\"a\""));
            return None;
        };
        let fitting = match (found, field.ty) {
            (Value::Null(_), ty) => Some(Value::Null(ty)),
            (Value::Long(number), Type::Real) => Some(Value::Real(number as f64)),
            (Value::String(text), Type::Dynamic) => Some(Value::Dynamic(crate::literal::quote(&text).into())),
            (Value::Long(number), Type::Dynamic) => Some(Value::Dynamic(number.to_string().into())),
            (Value::Bool(truth), Type::Dynamic) => Some(Value::Dynamic(truth.to_string().into())),
            (found, ty) if found.ty() == ty => Some(found),
            (Value::String(text), Type::Datetime | Type::Timespan) => crate::literal::parse_as(field.ty, &text).ok(),
            _ => None,
        };
        if fitting.is_none() {
            let what = format!("this value of `{}`", field.name);
            self.report(Diagnostic::expected_type(value.range(), &what, field.ty.word(), checked.ty));
        }
        fitting
    }

    fn print(&mut self, print: &ast::Print) -> Option<Flow> {
        let hidden = Field::new("$row", Type::Long);
        let mut flow = literal("print", vec![hidden], Rows::Written(vec![vec![Value::Long(0)]]));
        let mut made: Vec<Named> = Vec::new();
        let mut taken = Taken::default();
        for (place, item) in print.items().enumerate() {
            let expr = self.expr(&item.expr()?, &mut Scope::constant())?;
            self.look_up(&expr, &mut flow);
            let name: Name = match item.name() {
                Some(name) => name.text().into(),
                // As in Kusto.
                None => taken.unique(&format!("print_{place}").into()),
            };
            if item.name().is_some() && !taken.take(&name) {
                self.report(Diagnostic::duplicate_name(item.range(), &name));
                return None;
            }
            made.push(Named { name, expr });
        }
        let fields = made.iter().map(|named| Field { name: named.name.clone(), ty: named.expr.ty }).collect();
        flow.push(print.range(), StageKind::Project(made), Schema { fields, open: false, time: None });
        Some(flow)
    }

    fn range_source(&mut self, range: &ast::RangeSource) -> Option<Flow> {
        let name = range.name()?;
        let scope = &mut Scope::constant();
        let mut from = self.expr(&range.from()?, scope)?;
        let mut to = self.expr(&range.to()?, scope)?;
        let mut step = self.expr(&range.step()?, scope)?;
        let place = [&from, &to, &step].into_iter().find_map(|expr| self.looked_up(expr));
        if let Some(place) = place {
            self.report(Diagnostic::not_constant(
                place,
                "where a `range` begins and ends",
                "range x from 1 to 10 step 1",
            ));
            return None;
        }
        let ty = match (from.ty, to.ty, step.ty) {
            (Type::Datetime, Type::Datetime, Type::Timespan) => Type::Datetime,
            (Type::Timespan, Type::Timespan, Type::Timespan) => Type::Timespan,
            (Type::Long, Type::Long, Type::Long) => Type::Long,
            (from, to, step) if [from, to, step].iter().all(|ty| ty.is_number()) => Type::Real,
            _ => {
                self.report(Diagnostic::range_types(range.range(), [from.ty, to.ty, step.ty]));
                return None;
            }
        };
        if ty == Type::Real {
            [&mut from, &mut to, &mut step]
                .into_iter()
                .for_each(|bound| *bound = super::operators::convert(bound.clone(), Type::Real));
        }
        if matches!(constant(&step), Some(Value::Long(0) | Value::Timespan(0)))
            || matches!(constant(&step), Some(Value::Real(step)) if step == 0.0)
        {
            self.report(Diagnostic::out_of_range(step.range, "the step", "above or below 0", "0"));
            return None;
        }
        let fields = vec![Field::new(name.text(), ty)];
        self.note_made(&name.text().into(), Some(name.range()), name.range());
        Some(literal("range", fields, Rows::Range { from, to, step }))
    }
}

/// A pipeline that begins with these rows.
fn literal(word: &str, fields: Vec<Field>, rows: Rows) -> Flow {
    let time = fields.iter().find(|field| *field.name == *TIMESTAMP && field.ty == Type::Datetime);
    let time = time.map(|field| field.name.clone());
    let schema = Schema { fields: fields.clone().into(), open: false, time };
    let literal = Literal { fields, rows };
    let mut flow = Flow::of(&literal.name(word), schema);
    flow.literal = Some(Arc::new(literal));
    // As they are written.
    flow.order = Some(Order::default());
    flow
}

/// A `between` whose second bound is a length of time: it begins at the first.
pub(super) fn span_after(low: &Expr, high: Expr) -> Expr {
    let is_time =
        low.ty == Type::Datetime || matches!(&low.kind, ExprKind::Call { function: Function::Now | Function::Ago, .. });
    if !is_time || high.ty != Type::Timespan {
        return high;
    }
    let range = high.range;
    super::operators::call(Function::Add, vec![low.clone(), high], Type::Datetime, range)
}
