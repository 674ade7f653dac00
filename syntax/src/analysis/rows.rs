//! What looks at the rows before and behind: `prev(x)`, `row_number()` and their like, and `serialize`.
//!
//! Each call becomes a stage before the one that asks, and a hidden field, whose name begins with `$`, in the
//! expression. The field goes again behind that stage. Asked can only be where the rows' order is known.

use super::check::Checker;
use super::expression::Scope;
use super::operators::constant;
use super::pipelines::Flow;
use crate::ast::{self, AstNode};
use crate::catalog::functions::FunctionRow;
use crate::pipeline::{Expr, ExprKind, Function, OverRows, OverRowsColumn, SortKey, StageKind, WindowKind};
use crate::{Diagnostic, Field, Name, TextRange, Type, Value};

/// Rows that `prev` and `next` look over at most.
const FAR: i64 = 10_000;

/// The rows of a flow have a known order.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    /// The rows of each key are by themselves.
    by: Vec<Expr>,
    /// The rows of each window are by themselves.
    windows: bool,
}

/// What stands behind a hidden field.
#[derive(Clone, Debug)]
pub(super) struct RowCall {
    function: Function,
    args: Vec<Expr>,
}

impl Checker<'_> {
    /// A call of a function over rows, whose arguments are checked.
    pub(super) fn over_rows(
        &mut self,
        row: &'static FunctionRow,
        mut args: Vec<Expr>,
        range: TextRange,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let order = scope.flow.filter(|_| scope.groups.is_none()).and_then(Flow::known_order);
        let Some(order) = order else {
            let time = scope.flow.and_then(|flow| flow.schema.time.clone());
            let inside = scope.groups.is_some() || scope.flow.is_none();
            self.report(Diagnostic::rows_unordered(range, row.word(), time.as_deref(), inside, self.stage_start));
            return None;
        };
        if order.windows {
            self.report(Diagnostic::rows_by_window(range, row.word()));
        }
        let fixed = match row.function {
            Function::Prev | Function::Next => args.get(1).map(|rows| (rows, "how many rows", 0..=FAR)),
            Function::RowNumber => args.first().map(|start| (start, "the first number", i64::MIN..=i64::MAX)),
            _ => None,
        };
        if let Some((value, what, bounds)) = fixed {
            match constant(value) {
                Some(Value::Long(number)) if bounds.contains(&number) => {}
                Some(_) => {
                    let found = self.written(value.range);
                    let between = format!("a whole number from 0 to {FAR}");
                    self.report(Diagnostic::out_of_range(value.range, what, &between, found.trim()));
                    return None;
                }
                None => {
                    self.report(Diagnostic::not_constant(value.range, what, row.example));
                    return None;
                }
            }
        }
        let mut ty = match row.function {
            Function::Prev | Function::Next | Function::RowCumsum => args.first()?.ty,
            Function::RowWindowSession => Type::Datetime,
            _ => Type::Long,
        };
        if matches!(row.function, Function::Prev | Function::Next) && args.len() == 3 {
            let common = self.all_common(row.word(), vec![args.remove(0), args.pop()?])?;
            let [value, default] = <[Expr; 2]>::try_from(common).ok()?;
            ty = value.ty;
            args.insert(0, value);
            args.push(default);
        }
        let name: Name = format!("${}r{}", self.table_prefix, self.made_rows).into();
        self.made_rows += 1;
        self.rows.insert(name.clone(), RowCall { function: row.function, args });
        Some(Expr { kind: ExprKind::Field(name), ty, range })
    }

    /// Puts what the expression asks of the rows before the stage that is to come.
    pub(super) fn look_over(&mut self, expr: &Expr, flow: &mut Flow) {
        let mut asked: Vec<(Name, Type)> = Vec::new();
        expr.visit_typed(&mut |name, ty| {
            if self.rows.contains_key(name) && asked.iter().all(|(known, _)| known != name) {
                asked.push((name.clone(), ty));
            }
        });
        asked.retain(|(name, _)| flow.schema.field(name).is_none());
        let mut columns = Vec::with_capacity(asked.len());
        for (name, ty) in asked {
            let Some(RowCall { function, args }) = self.rows.get(&name).cloned() else { continue };
            // What is asked within: `row_cumsum(n, k != prev(k))`, `prev(x in (logs | distinct y))`.
            args.iter().for_each(|arg| self.look_up(arg, flow));
            columns.push(OverRowsColumn { name, function, args, ty });
        }
        if columns.is_empty() {
            return;
        }
        let Some(Order { by, windows }) = flow.known_order().cloned() else { return };
        let mut output = flow.schema.clone();
        columns.iter().for_each(|column| output.fields.push(Field { name: column.name.clone(), ty: column.ty }));
        flow.push(expr.range, StageKind::OverRows(OverRows { columns, by, windows }), output);
    }

    /// `serialize [name = expression, …] [by key, …]`.
    pub(super) fn serialize(&mut self, serialize: &ast::SerializeStage, flow: &mut Flow) -> Option<()> {
        if flow.known_order().is_none() {
            if flow.several {
                let word = serialize.syntax().first_token().map_or(serialize.range(), |word| word.text_range());
                let time = flow.schema.time.clone();
                self.report(Diagnostic::serialize_several(word, time.as_deref(), serialize.range().start()));
                return None;
            }
            flow.order = Some(Order { by: Vec::new(), windows: false });
        }
        let mut by = Vec::new();
        for item in serialize.by().iter().flat_map(|by| by.items()) {
            by.push(self.over(&item.expr()?, flow)?);
        }
        if let Some(order) = &mut flow.order
            && !by.is_empty()
        {
            order.by = by;
        }
        self.extend(serialize.items(), serialize.range(), flow)
    }
}

impl Flow {
    /// The keys of `serialize by` have to be there still.
    fn known_order(&self) -> Option<&Order> {
        let there = |by: &Expr| {
            let mut there = true;
            by.visit_typed(&mut |name, ty| there &= self.schema.field(name).is_some_and(|field| field.ty == ty));
            there
        };
        self.order.as_ref().filter(|order| order.by.iter().all(there))
    }

    /// Rows come as a `sort` or `top` with these keys has put them in order.
    pub(super) fn ordered(&mut self, keys: &[SortKey]) {
        let by_time = keys.first().is_some_and(|key| {
            !key.descending
                && matches!(&key.expr.kind, ExprKind::Field(name) if Some(name) == self.schema.time.as_ref())
        });
        // Windows close in the order of time, but sessions, of which each key has its own.
        let session = self.stages.iter().rev().find_map(|stage| match &stage.kind {
            StageKind::Summarize(summarize) => Some(summarize.window.as_ref()),
            _ => None,
        });
        let session = session.flatten().is_some_and(|window| matches!(window.kind, WindowKind::Session { .. }));
        self.order = Some(Order { by: Vec::new(), windows: self.windowed && (session || !by_time) });
        self.several = false;
    }

    /// What the stage does to the order of the rows.
    pub(super) fn keep_order(&mut self, kind: &StageKind) {
        match kind {
            StageKind::Summarize(_) | StageKind::Distinct(_) => self.order = None,
            StageKind::Union(_) | StageKind::Join(_) => (self.order, self.several) = (None, true),
            StageKind::TopHitters(_) | StageKind::Getschema(_) => {
                (self.order, self.several) = (Some(Order::default()), false);
            }
            _ => {}
        }
        // A key that is made anew is another one.
        if let Some(order) = &mut self.order {
            let anew = |by: &Expr| {
                let mut anew = false;
                by.visit_fields(&mut |name| anew |= kind.makes(name));
                anew
            };
            if order.by.iter().any(anew) {
                self.order = None;
            }
        }
    }
}
