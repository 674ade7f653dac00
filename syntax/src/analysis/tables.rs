//! What an expression looks up in another pipeline: `x in (logs | distinct user)` and `toscalar(logs | count)`.
//!
//! Each becomes a lookup before the stage that asks, and a hidden field, whose name begins with `$`, in the
//! expression. The field goes again behind that stage.

use super::check::Checker;
use super::operators::{call, convert};
use super::pipelines::Flow;
use crate::ast;
use crate::catalog::functions::FunctionRow;
use crate::pipeline::{
    Aggregate, AggregateFunction, Expr, ExprKind, Function, Lookup, LookupKind, Named, Stage, StageKind, Summarize,
};
use crate::{Diagnostic, Field, Name, Schema, TextRange, Type};

/// Values that the set of `x has_any (pipeline)` keeps.
const WORDS: u64 = 10_000;

/// What stands behind a hidden field.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) flow: Flow,
    /// The value that is looked for, and the table's column; none for the first row's value.
    pub(super) keys: Vec<(Expr, Expr)>,
}

impl Checker<'_> {
    /// `toscalar(pipeline)`: the first column of its first row.
    pub(super) fn toscalar(&mut self, inner: &ast::Subpipeline, range: TextRange) -> Option<Expr> {
        let flow = self.inner_flow(inner)?;
        self.scalar(flow, range)
    }

    fn scalar(&mut self, flow: Flow, range: TextRange) -> Option<Expr> {
        let Field { ty, .. } = self.first_column(&flow, range)?;
        Some(self.hidden_field(Table { flow, keys: Vec::new() }, ty, range))
    }

    /// `left in (pipeline)` and the like.
    pub(super) fn in_table(
        &mut self,
        row: &'static FunctionRow,
        left: Expr,
        flow: Flow,
        range: TextRange,
    ) -> Option<Expr> {
        let column = self.first_column(&flow, range)?;
        let mut flow = flow;
        if !flow.bounded {
            // A stream goes on: each value is kept once.
            let output = Schema { fields: [column.clone()].into(), open: false, time: None };
            flow.push(range, StageKind::Distinct(vec![column.name.clone()]), output);
        }
        if matches!(row.function, Function::HasAny | Function::HasAll) {
            let words = self.scalar(all_words(flow, &column, range), range)?;
            return Some(call(row.function, vec![convert(left, Type::String), words], Type::Bool, range));
        }
        let right = Expr { kind: ExprKind::Field(column.name), ty: column.ty, range };
        let (left, right) = if matches!(row.function, Function::InIgnoreCase | Function::NotInIgnoreCase) {
            let lower = |expr| call(Function::ToLower, vec![convert(expr, Type::String)], Type::String, range);
            (lower(left), lower(right))
        } else {
            let compared = self.comparison(Function::Equal, row.word(), range, vec![left, right])?;
            let ExprKind::Call { args, .. } = compared.kind else { return None };
            <[Expr; 2]>::try_from(args).ok()?.into()
        };
        let found = self.hidden_field(Table { flow, keys: vec![(left, right)] }, Type::Bool, range);
        let negated = matches!(row.function, Function::NotIn | Function::NotInIgnoreCase);
        Some(if negated { call(Function::Not, vec![found], Type::Bool, range) } else { found })
    }

    /// The pipeline on the right of `in`, if it is one: in parentheses, or by its name.
    pub(super) fn table_of(&mut self, right: &ast::Expr) -> Option<Option<Flow>> {
        match right {
            ast::Expr::Subpipeline(inner) => Some(self.inner_flow(inner)),
            ast::Expr::List(list) => {
                let mut items = list.items();
                match (items.next(), items.next()) {
                    (Some(only), None) => self.table_of(&only),
                    _ => None,
                }
            }
            ast::Expr::Paren(paren) => self.table_of(&paren.expr()?),
            ast::Expr::Name(name) if self.names_pipeline(&name.text()) => Some(self.source_named(name)),
            ast::Expr::Call(written) if self.gives_pipeline(written) => Some(self.call_source(written)),
            _ => None,
        }
    }

    /// A pipeline inside an expression; None where it is wrong.
    pub(super) fn inner_flow(&mut self, inner: &ast::Subpipeline) -> Option<Flow> {
        let (broken, made) = (std::mem::take(&mut self.broken), std::mem::take(&mut self.made));
        let flow = inner.pipeline().and_then(|pipeline| self.pipeline(&pipeline));
        self.made = made;
        let wrong = std::mem::replace(&mut self.broken, broken);
        flow.filter(|_| !wrong)
    }

    fn first_column(&mut self, flow: &Flow, range: TextRange) -> Option<Field> {
        let first = flow.schema.fields.first().cloned();
        if first.is_none() || flow.schema.open {
            self.report(Diagnostic::table_without_column(range));
            return None;
        }
        first
    }

    fn hidden_field(&mut self, table: Table, ty: Type, range: TextRange) -> Expr {
        let name: Name = format!("${}t{}", self.table_prefix, self.made_tables).into();
        self.made_tables += 1;
        self.tables.insert(name.clone(), table);
        Expr { kind: ExprKind::Field(name), ty, range }
    }

    /// The tables that the expression asks, for the `let` that keeps it.
    pub(super) fn tables_in(&self, expr: &Expr) -> Vec<(Name, Table)> {
        let mut found = Vec::new();
        let mut expressions = vec![expr.clone()];
        while let Some(expr) = expressions.pop() {
            expr.visit_fields(&mut |name| {
                if let Some(table) = self.tables.get(name) {
                    expressions.extend(table.keys.iter().map(|(key, _)| key.clone()));
                    found.push((name.clone(), table.clone()));
                }
            });
        }
        found
    }

    /// Where the expression asks another pipeline, if it does.
    pub(super) fn looked_up(&self, expr: &Expr) -> Option<TextRange> {
        match &expr.kind {
            ExprKind::Field(name) => self.tables.contains_key(name).then_some(expr.range),
            ExprKind::Literal(_) => None,
            ExprKind::Call { args, .. } => args.iter().find_map(|arg| self.looked_up(arg)),
        }
    }

    /// Puts the lookups that the expression needs before the stage that is to come.
    pub(super) fn look_up(&mut self, expr: &Expr, flow: &mut Flow) {
        if !self.rows.is_empty() {
            self.look_over(expr, flow);
        }
        if self.tables.is_empty() {
            return;
        }
        let mut names: Vec<(Name, Type)> = Vec::new();
        expr.visit_typed(&mut |name, ty| names.push((name.clone(), ty)));
        for (name, ty) in names {
            if flow.schema.field(&name).is_some() {
                continue;
            }
            let Some(Table { flow: table, keys }) = self.tables.get(&name).cloned() else { continue };
            for (key, _) in &keys {
                self.look_up(key, flow);
            }
            let mut output = flow.schema.clone();
            output.fields.push(Field { name: name.clone(), ty });
            let (kind, added) = match (keys.is_empty(), table.schema.fields.first()) {
                (true, Some(first)) => (LookupKind::Scalar, vec![(first.name.clone(), name)]),
                _ => (LookupKind::Member(name), Vec::new()),
            };
            let table = self.finished_within(table);
            let lookup = Lookup { kind, table, keys, added };
            flow.push(expr.range, StageKind::Lookup(Box::new(lookup)), output);
        }
    }

    /// Takes away what was looked up for the stage before.
    pub(super) fn drop_hidden(&mut self, range: TextRange, flow: &mut Flow) {
        if self.tables.is_empty() && self.rows.is_empty() {
            return;
        }
        let hidden = |field: &&Field| self.tables.contains_key(&field.name) || self.rows.contains_key(&field.name);
        let names: Vec<Name> = flow.schema.fields.iter().filter(hidden).map(|field| field.name.clone()).collect();
        if names.is_empty() {
            return;
        }
        let mut output = flow.schema.clone();
        output.fields.retain(|field| !names.contains(&field.name));
        let render = flow.render.take();
        flow.push(range, StageKind::Drop(names), output);
        flow.render = render;
    }

    /// Whether the word calls a function of the user's that gives a pipeline.
    pub(super) fn gives_pipeline(&mut self, call: &ast::CallExpr) -> bool {
        let Some(name) = call.function() else { return false };
        self.function_named(&name.text()).is_some_and(|function| self.is_tabular(&function))
    }
}

/// One row: all values of the column, as an array of texts.
fn all_words(mut flow: Flow, column: &Field, range: TextRange) -> Flow {
    let name: Name = "$0".into();
    let value = Expr { kind: ExprKind::Field(column.name.clone()), ty: column.ty, range };
    let aggregate = Aggregate {
        name: name.clone(),
        function: AggregateFunction::MakeSet(WORDS),
        args: vec![convert(value, Type::String)],
        filter: None,
        ty: Type::Dynamic,
        range,
    };
    let made =
        Named { name: column.name.clone(), expr: Expr { kind: ExprKind::Field(name), ty: Type::Dynamic, range } };
    let summarize =
        Summarize { keys: Vec::new(), window: None, aggregates: vec![aggregate], outputs: vec![made], star: None };
    let fields = [Field::new(column.name.clone(), Type::Dynamic)].into();
    let stage =
        Stage { range, kind: StageKind::Summarize(summarize), output: Schema { fields, open: false, time: None } };
    flow.push(stage.range, stage.kind, stage.output);
    flow
}
