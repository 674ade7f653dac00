//! `summarize` and `count`: keys, the window among them, and columns that are expressions over aggregates.

use super::aggregates::{Groups, Made};
use super::check::Checker;
use super::expression::Scope;
use super::names::{self, Taken};
use super::pipelines::Flow;
use super::windows::{Binned, binned};
use crate::ast;
use crate::pipeline::{Aggregate, AggregateFunction, Expr, ExprKind, Function, Named, StageKind, Summarize, Window};
use crate::{Diagnostic, Field, Name, Schema, TextRange, Type};

/// Fields that have a new value for nearly each event.
const UNBOUNDED: &[&str] = &["trace.id", "span.id", "parent.span.id", "order.id", "session.id"];

impl Checker<'_> {
    pub(super) fn summarize(&mut self, stage: &ast::SummarizeStage, flow: &mut Flow) -> Option<()> {
        let keys = self.key_items(stage.by().iter().flat_map(|by| by.items()).collect(), flow);
        self.grouped(stage.range(), stage.aggregates().collect(), keys, stage.by().map(|by| by.range()), flow)
    }

    /// The columns over the groups of these keys; `by` is where they are written.
    pub(super) fn grouped(
        &mut self,
        range: TextRange,
        aggregates: Vec<ast::Item>,
        keys: Option<(Vec<Named>, Option<Window>)>,
        by: Option<TextRange>,
        flow: &mut Flow,
    ) -> Option<()> {
        let doubtful = Flow::doubtful();
        let (grouped, beyond, columns) = {
            let mut scope = Scope::constant();
            match &keys {
                Some((keys, _)) => {
                    scope.schema.fields =
                        keys.iter().map(|key| Field { name: key.name.clone(), ty: key.expr.ty }).collect();
                }
                // A key is wrong: nobody knows what its name would be.
                None => scope.flow = Some(&doubtful),
            }
            scope.groups = Some(Groups::of(flow));
            let mut columns: Option<Vec<Named>> = Some(Vec::new());
            let mut taken = Taken::by(&scope.schema.fields);
            for item in aggregates {
                let made = self.columns_of(&item, &mut taken, &mut scope);
                match (&mut columns, made) {
                    (Some(columns), Some(made)) => columns.extend(made),
                    _ => columns = None,
                }
            }
            let Groups { made, beyond, star, .. } = scope.groups?;
            ((made, star), beyond, columns)
        };
        flow.widen(beyond);
        let (grouped, star) = grouped;
        for made in &grouped {
            for expr in made.aggregate.args.iter().chain(&made.aggregate.filter) {
                self.look_up(expr, flow);
            }
        }
        // What is looked up is looked up for each event, so it is no value of a group.
        for named in columns.iter().flatten() {
            if let Some(range) = self.looked_up(&named.expr) {
                self.report(Diagnostic::table_outside_aggregate(range));
                return None;
            }
        }
        let ((keys, window), outputs) = keys.zip(columns)?;
        self.warn_unbounded(by, &keys, window.as_ref(), flow);
        let fields = keys.iter().chain(&outputs);
        let output = Schema {
            fields: fields.map(|named| Field { name: named.name.clone(), ty: named.expr.ty }).collect(),
            open: star.is_some(),
            time: window.as_ref().map(|window| keys[window.key].name.clone()),
        };
        let aggregates = grouped.into_iter().map(|made| made.aggregate).collect();
        flow.bounded = window.is_none();
        flow.windowed = window.is_some();
        flow.push(range, StageKind::Summarize(Summarize { keys, window, aggregates, outputs, star }), output);
        Some(())
    }

    /// `count` alone: one aggregate, no keys, named `Count`.
    pub(super) fn count_stage(&mut self, range: TextRange, flow: &mut Flow) {
        let (name, ty): (Name, Type) = ("$0".into(), Type::Long);
        let expr = Expr { kind: ExprKind::Field(name.clone()), ty, range };
        let function = AggregateFunction::Count;
        let aggregate = Aggregate { name, function, args: Vec::new(), filter: None, ty, range };
        let outputs = vec![Named { name: "Count".into(), expr }];
        let summarize = Summarize { keys: Vec::new(), window: None, aggregates: vec![aggregate], outputs, star: None };
        flow.bounded = true;
        flow.windowed = false;
        self.note_given("Count".into(), range);
        let fields = [Field::new("Count", ty)].into();
        flow.push(range, StageKind::Summarize(summarize), Schema { fields, open: false, time: None });
    }

    pub(super) fn key_items(&mut self, items: Vec<ast::Item>, flow: &mut Flow) -> Option<(Vec<Named>, Option<Window>)> {
        let mut keys: Vec<Named> = Vec::new();
        let mut window: Option<Window> = None;
        let mut complete = true;
        let mut taken = Taken::default();
        for item in items {
            let Some(expr) = item.expr() else {
                complete = false;
                continue;
            };
            let checked = match self.window(&expr, flow) {
                Some(window) => window.map(|(kind, time)| (Some(kind), time)).ok(),
                // `bin` over event time is the window; its key is the time itself.
                None => self.over(&expr, flow).and_then(|expr| match binned(expr, &flow.schema) {
                    Binned::Window(kind, time) => Some((Some(kind), time)),
                    Binned::No(expr) => Some((None, expr)),
                    Binned::BadSize(size) => {
                        self.span(&size, size.range, "the size of a window", "bin(timestamp, 10s)");
                        None
                    }
                }),
            };
            let range = expr.range();
            if let ast::Expr::Literal(size) = &expr
                && matches!(size.value(), Ok(crate::Value::Timespan(_)))
            {
                let written = self.written(range);
                self.report(Diagnostic::constant_key(range, &written, flow.schema.time.as_deref()));
            }
            let Some((kind, mut expr)) = checked else {
                complete = false;
                continue;
            };
            if kind.is_some() {
                // The time stands for the whole window.
                expr.range = range;
            }
            if let Some(kind) = kind
                && window.replace(Window { key: keys.len(), kind }).is_some()
            {
                self.report(Diagnostic::second_window(item.range()));
                complete = false;
            }
            let name = match item.name() {
                None => taken.column(&expr),
                Some(name) => {
                    let text: Name = name.text().into();
                    if !taken.take(&text) {
                        let free = taken.free(&text);
                        self.report(Diagnostic::duplicate_name(name.range(), &text).free_name(name.range(), &free));
                        complete = false;
                    }
                    text
                }
            };
            let written = item.name().map(|name| name.range());
            if written.is_some() || names::still(&expr, &name).is_none() {
                self.note_made(&name, written, item.range());
            }
            keys.push(Named { name, expr });
        }
        complete.then_some((keys, window))
    }

    /// The column of an item; several for an aggregate alone that makes several.
    fn columns_of(&mut self, item: &ast::Item, taken: &mut Taken, scope: &mut Scope<'_>) -> Option<Vec<Named>> {
        let expr = item.expr()?;
        let before = scope.groups.as_ref()?.made.len();
        let checked = self.expr(&expr, scope)?;
        let made = &scope.groups.as_ref()?.made[before..];
        let mut columns: Vec<Named> = Vec::new();
        // The name that is written is that of the first.
        let mut written = item.name();
        let mut add = |expr: Expr, own: Option<(&str, bool)>, columns: &mut Vec<Named>| {
            let place = written.as_ref().map(|name| name.range());
            let (own, still) = own.map_or((None, false), |(own, still)| (Some(own), still));
            let name: Name = match (written.take(), own) {
                (Some(name), _) => {
                    let text: Name = name.text().into();
                    if !taken.take(&text) {
                        let free = taken.free(&text);
                        self.report(Diagnostic::duplicate_name(name.range(), &text).free_name(name.range(), &free));
                        return None;
                    }
                    text
                }
                (None, Some(own)) => taken.unique(&own.into()),
                (None, None) => taken.column(&expr),
            };
            // A second column cannot be given a name here.
            match (place, own) {
                (None, Some(own)) if still && own == &*name => {}
                (None, _) if !columns.is_empty() => self.note_given(name.clone(), item.range()),
                (place, _) => self.note_made(&name, place, item.range()),
            }
            columns.push(Named { name, expr });
            Some(())
        };
        let alone = matches!((&checked.kind, made.first()), (ExprKind::Field(name), Some(made)) if made.aggregate.name == *name);
        if !alone {
            add(checked, None, &mut columns)?;
            return Some(columns);
        }
        for Made { aggregate, column } in made {
            let kind = ExprKind::Field(aggregate.name.clone());
            let returned = match aggregate.function {
                AggregateFunction::ArgMax | AggregateFunction::ArgMin | AggregateFunction::TakeAny => {
                    aggregate.args.last()
                }
                _ => None,
            };
            let still = returned.is_some_and(|returned| names::still(returned, column).is_some());
            add(Expr { kind, ty: aggregate.ty, range: expr.range() }, Some((column, still)), &mut columns)?;
        }
        Some(columns)
    }

    /// Groups that only ever grow.
    fn warn_unbounded(&mut self, by: Option<TextRange>, keys: &[Named], window: Option<&Window>, flow: &Flow) {
        if window.is_some() || flow.bounded {
            return;
        }
        let Some(by) = by else { return };
        for key in keys {
            let time = flow.schema.time.as_deref();
            match &key.expr.kind {
                ExprKind::Field(name) if grows(&key.expr) => {
                    self.report(Diagnostic::unbounded_state(key.expr.range, Some(by), name, time));
                }
                ExprKind::Call { function: Function::Bin | Function::Floor, args } if key.expr.ty == Type::Datetime => {
                    if let Some(Expr { kind: ExprKind::Field(name), .. }) = args.first() {
                        self.report(Diagnostic::no_window(key.expr.range, name, time.filter(|time| *time != &**name)));
                    }
                }
                _ => {}
            }
        }
    }
}

/// A field that has a new value for nearly each event, or again and again as time goes on.
pub(super) fn grows(key: &Expr) -> bool {
    matches!(&key.kind, ExprKind::Field(name) if UNBOUNDED.contains(&&**name) || key.ty == Type::Datetime)
}
