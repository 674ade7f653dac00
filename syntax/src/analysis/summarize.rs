//! `summarize`: keys, the window among them, aggregates inside expressions, and Kusto's column names.

use super::check::Checker;
use super::expression::Scope;
use super::operators::{constant, convert};
use super::pipelines::Flow;
use super::stages::{count_field, default_name, unique};
use crate::ast;
use crate::catalog::aggregates::{AggregateRow, Kind};
use crate::catalog::functions::Returns;
use crate::pipeline::{
    Aggregate, AggregateFunction, Expr, ExprKind, Function, Named, StageKind, Summarize, Window, WindowKind,
};
use crate::{Diagnostic, Field, Name, Schema, TextRange, Type, Value};

/// Values that `make_set` and `make_list` keep where no limit is written.
const LIST_LIMIT: u64 = 1000;

/// Fields that have a new value for nearly each event.
const UNBOUNDED: &[&str] = &["trace.id", "span.id", "parent.span.id", "timestamp", "order.id", "session.id"];

/// The aggregates of one `summarize` while its expressions are checked.
pub(super) struct Groups<'s> {
    /// What enters the stage: what aggregates see.
    pub(super) events: &'s mut Schema,
    aggregates: Vec<Aggregate>,
    /// Fields that aggregates named beyond an open schema.
    beyond: Vec<Field>,
    /// Inside an aggregate's arguments.
    inside: bool,
    /// The name that the last aggregate has in Kusto, for a column that is nothing but it.
    names: Vec<String>,
}

impl Checker<'_> {
    pub(super) fn summarize(&mut self, stage: &ast::SummarizeStage, flow: &mut Flow) -> Option<()> {
        let range = stage.range();
        let (keys, window) = self.keys(stage, flow)?;
        let mut by: Schema = Schema {
            fields: keys.iter().map(|key| Field { name: key.name.clone(), ty: key.expr.ty }).collect(),
            open: false,
            time: None,
        };
        let mut events = flow.schema.clone();
        let groups = Groups {
            events: &mut events,
            aggregates: Vec::new(),
            beyond: Vec::new(),
            inside: false,
            names: Vec::new(),
        };
        let mut scope = Scope { schema: &mut by, beyond: Vec::new(), groups: Some(groups) };
        let mut outputs: Vec<Named> = Vec::new();
        let mut complete = true;
        for item in stage.aggregates() {
            complete &= self.output(&item, &keys, &mut outputs, &mut scope).is_some();
        }
        let Groups { aggregates, beyond, .. } = scope.groups.take()?;
        flow.widen(beyond);
        if !complete {
            return None;
        }
        self.warn_unbounded(stage, &keys, window.as_ref(), flow);
        let mut output = Schema::default();
        for named in keys.iter().chain(&outputs) {
            output.fields.push(Field { name: named.name.clone(), ty: named.expr.ty });
        }
        output.time = window.as_ref().map(|window| keys[window.key].name.clone());
        flow.bounded = window.is_none();
        flow.windowed = window.is_some();
        flow.push(range, StageKind::Summarize(Summarize { keys, window, aggregates, outputs }), output);
        Some(())
    }

    /// `count` alone: one aggregate, no keys, named `Count`.
    pub(super) fn count_stage(&mut self, range: TextRange, flow: &mut Flow) {
        let field = count_field();
        let aggregate = Aggregate {
            name: "$0".into(),
            function: AggregateFunction::Count,
            args: Vec::new(),
            filter: None,
            ty: Type::Long,
            range,
        };
        let counted = Expr { kind: ExprKind::Field("$0".into()), ty: Type::Long, range };
        let summarize = Summarize {
            keys: Vec::new(),
            window: None,
            aggregates: vec![aggregate],
            outputs: vec![Named { name: field.name.clone(), expr: counted }],
        };
        flow.bounded = true;
        flow.windowed = false;
        flow.push(range, StageKind::Summarize(summarize), Schema { fields: vec![field], open: false, time: None });
    }

    fn keys(&mut self, stage: &ast::SummarizeStage, flow: &mut Flow) -> Option<(Vec<Named>, Option<Window>)> {
        let mut keys: Vec<Named> = Vec::new();
        let mut window: Option<Window> = None;
        let mut complete = true;
        for item in stage.by().iter().flat_map(|by| by.items()) {
            let Some(expr) = item.expr() else {
                complete = false;
                continue;
            };
            let checked = match self.window(&expr, flow) {
                Some(Ok((kind, expr))) => {
                    if window.is_some() {
                        self.report(Diagnostic::duplicate_name(item.range(), "the window"));
                        complete = false;
                    }
                    window = Some(Window { key: keys.len(), kind });
                    Some(expr)
                }
                Some(Err(())) => None,
                None => self.over(&expr, flow),
            };
            let Some(mut expr) = checked else {
                complete = false;
                continue;
            };
            // `bin` over event time is the window; its key is the time itself.
            if let Some((kind, time)) = tumbling(&expr, &flow.schema)
                && window.is_none()
            {
                window = Some(Window { key: keys.len(), kind });
                expr = time;
            }
            let taken = keys.iter().map(|key| &*key.name);
            let name = match item.name() {
                Some(name) => unique(&name.text(), taken),
                None => unique(&default_name(&expr, keys.len() + 1), taken),
            };
            keys.push(Named { name, expr });
        }
        complete.then_some((keys, window))
    }

    /// `hop(…)` and `session(…)`; None where it is neither.
    fn window(&mut self, expr: &ast::Expr, flow: &mut Flow) -> Option<Result<(WindowKind, Expr), ()>> {
        let ast::Expr::Call(written) = expr else { return None };
        let word = written.function()?.text();
        let (first, second) = match word.as_str() {
            "hop" => ("size", "every"),
            "session" => ("gap", "max"),
            _ => return None,
        };
        let signature = match first {
            "size" => "hop(timestamp, size=1m, every=10s)",
            _ => "session(timestamp, gap=30s, max=1h)",
        };
        let args: Vec<ast::Item> = written.args().map(|list| list.args().collect()).unwrap_or_default();
        let time = args.first().filter(|arg| arg.name().is_none()).and_then(|arg| self.over(&arg.expr()?, flow));
        let is_time = matches!(time.as_ref().map(|time| &time.kind), Some(ExprKind::Field(name)) if Some(name) == flow.schema.time.as_ref());
        let mut spans = [None, None];
        for arg in args.iter().skip(1) {
            let (Some(name), Some(value)) = (arg.name().map(|name| name.text()), arg.expr()) else { continue };
            let place = if name == first {
                0
            } else if name == second {
                1
            } else {
                continue;
            };
            let checked =
                self.expr_as(&value, Type::Timespan, &format!("`{name}`"), &mut Scope::of(&mut Schema::default()));
            spans[place] = match checked.as_ref().and_then(constant) {
                Some(Value::Timespan(span)) if span > 0 => Some(span),
                _ => None,
            };
        }
        let kind = match (first, spans) {
            ("size", [Some(size), Some(every)]) => WindowKind::Hop { size, every },
            ("gap", [Some(gap), max]) => WindowKind::Session { gap, max: max.unwrap_or(3_600_000_000_000) },
            _ => {
                self.report(Diagnostic::not_constant(written.range(), "each argument of the window", signature));
                return Some(Err(()));
            }
        };
        match time {
            Some(time) if is_time => Some(Ok((kind, time))),
            _ => {
                self.report(Diagnostic::not_event_time(written.range(), &word, flow.schema.time.as_deref()));
                Some(Err(()))
            }
        }
    }

    /// One column: an aggregate, or an expression over aggregates and keys.
    fn output(
        &mut self,
        item: &ast::Item,
        keys: &[Named],
        outputs: &mut Vec<Named>,
        scope: &mut Scope<'_>,
    ) -> Option<()> {
        let expr = item.expr()?;
        let before = scope.groups.as_ref()?.aggregates.len();
        let checked = self.expr(&expr, scope)?;
        let groups = scope.groups.as_ref()?;
        let made = &groups.aggregates[before..];
        let alone =
            matches!(&checked.kind, ExprKind::Field(name) if made.iter().any(|aggregate| aggregate.name == *name));
        let columns: Vec<(String, Expr)> = if alone {
            // `percentiles` and `arg_max` make several.
            let own = item.name().filter(|_| made.len() == 1);
            made.iter()
                .zip(&groups.names[before..])
                .map(|(aggregate, name)| {
                    let name = own.as_ref().map_or_else(|| name.clone(), |name| name.text());
                    let kind = ExprKind::Field(aggregate.name.clone());
                    (name, Expr { kind, ty: aggregate.ty, range: expr.range() })
                })
                .collect()
        } else {
            let name = item.name().map_or_else(|| default_name(&checked, outputs.len() + 1), |name| name.text());
            vec![(name, checked)]
        };
        for (name, expr) in columns {
            if item.name().is_some() && outputs.iter().any(|known| *known.name == *name) {
                self.report(Diagnostic::duplicate_name(item.range(), &name));
                return None;
            }
            let taken = keys.iter().chain(outputs.iter()).map(|named| &*named.name);
            let name = unique(&name, taken);
            outputs.push(Named { name, expr });
        }
        Some(())
    }

    /// An aggregate's call: its arguments see the events, and what stands for it is its internal name.
    pub(super) fn aggregate(
        &mut self,
        row: &'static AggregateRow,
        args: &[ast::Item],
        range: TextRange,
        scope: &mut Scope<'_>,
    ) -> Option<Expr> {
        let Some(mut groups) = scope.groups.take() else {
            self.report(Diagnostic::aggregate_outside(range, row.word()));
            return None;
        };
        let made = self.aggregates(row, args, range, &mut groups);
        scope.groups = Some(groups);
        made
    }

    fn aggregates(
        &mut self,
        row: &'static AggregateRow,
        args: &[ast::Item],
        range: TextRange,
        groups: &mut Groups<'_>,
    ) -> Option<Expr> {
        if groups.inside {
            self.report(Diagnostic::nested_aggregate(range, row.word()));
            return None;
        }
        let least = row.params.iter().filter(|param| !param.optional).count();
        if args.len() < least || (!row.rest && args.len() > row.params.len()) {
            self.report(Diagnostic::argument_count(range, &row.signature(), args.len()));
            return None;
        }
        groups.inside = true;
        let mut scope = Scope { schema: &mut *groups.events, beyond: Vec::new(), groups: None };
        let mut checked = Vec::new();
        let mut star = false;
        for (place, arg) in args.iter().enumerate() {
            if let Some(ast::Expr::Star(_)) = arg.expr() {
                star = true;
                continue;
            }
            let param = row.params.get(place).or(row.params.last())?;
            let value = arg.expr().and_then(|expr| self.expr(&expr, &mut scope));
            checked.push(value.and_then(|value| self.argument(param.arg, param.name, value)));
        }
        groups.beyond.append(&mut scope.beyond);
        groups.inside = false;
        let mut checked: Vec<Expr> = checked.into_iter().collect::<Option<_>>()?;
        let filter = if row.conditional { checked.pop() } else { None };
        let first = checked.first().map_or_else(String::new, |arg| short_name(arg));
        let word = row.word();
        // Each function, its arguments, its type and Kusto's name.
        let mut made: Vec<(AggregateFunction, Vec<Expr>, Type, String)> = Vec::new();
        match row.kind {
            Kind::Count => made.push((AggregateFunction::Count, Vec::new(), Type::Long, format!("{word}_"))),
            Kind::Percentile | Kind::Percentiles => {
                let value = checked.remove(0);
                for percent in checked {
                    let Some(number) = percent_of(&percent) else {
                        self.report(Diagnostic::not_constant(
                            percent.range,
                            "the percent, 0 to 100,",
                            "percentile(duration, 99)",
                        ));
                        return None;
                    };
                    let name = format!("percentile_{first}_{number}");
                    made.push((AggregateFunction::Percentile(number), vec![value.clone()], value.ty, name));
                }
            }
            Kind::ArgMax | Kind::ArgMin => {
                let function =
                    if row.kind == Kind::ArgMax { AggregateFunction::ArgMax } else { AggregateFunction::ArgMin };
                let ranked = checked.remove(0);
                made.push((function, vec![ranked.clone(), ranked.clone()], ranked.ty, first.clone()));
                if star {
                    for field in groups.events.fields.iter().filter(|field| *field.name != *first) {
                        let kind = ExprKind::Field(field.name.clone());
                        checked.push(Expr { kind, ty: field.ty, range });
                    }
                }
                for returned in checked {
                    let (ty, name) = (returned.ty, short_name(&returned));
                    made.push((function, vec![ranked.clone(), returned], ty, name));
                }
            }
            Kind::MakeSet | Kind::MakeList => {
                let limit = match checked.get(1).map(constant) {
                    None => LIST_LIMIT,
                    Some(Some(Value::Long(limit))) if limit > 0 => limit.unsigned_abs(),
                    Some(_) => {
                        self.report(Diagnostic::not_constant(range, "the limit", "make_set(customer.id, 100)"));
                        return None;
                    }
                };
                let (function, name) = match row.kind {
                    Kind::MakeSet => (AggregateFunction::MakeSet(limit), "set"),
                    _ => (AggregateFunction::MakeList(limit), "list"),
                };
                checked.truncate(1);
                made.push((function, checked, Type::Dynamic, format!("{name}_{first}")));
            }
            kind => {
                let function = simple(kind);
                // Kusto's accuracy of dcount changes nothing here: it is within 2 % always.
                checked.truncate(1);
                let ty = match row.returns {
                    Returns::Is(ty) => ty,
                    // The mean of whole numbers is no whole number.
                    Returns::ByRule if checked[0].ty == Type::Long => Type::Real,
                    _ => checked[0].ty,
                };
                if ty == Type::Real && kind != Kind::Rate {
                    checked = checked
                        .into_iter()
                        .map(|arg| if arg.ty == Type::Dynamic { convert(arg, Type::Real) } else { arg })
                        .collect();
                }
                made.push((function, checked, ty, format!("{word}_{first}")));
            }
        }
        let start = groups.aggregates.len();
        for (function, args, ty, name) in made {
            let internal: Name = format!("${}", groups.aggregates.len()).into();
            groups.aggregates.push(Aggregate { name: internal, function, args, filter: filter.clone(), ty, range });
            groups.names.push(name);
        }
        let aggregate = groups.aggregates.get(start)?;
        Some(Expr { kind: ExprKind::Field(aggregate.name.clone()), ty: aggregate.ty, range })
    }

    /// Groups that only ever grow.
    fn warn_unbounded(&mut self, stage: &ast::SummarizeStage, keys: &[Named], window: Option<&Window>, flow: &Flow) {
        if window.is_some() || flow.bounded {
            return;
        }
        let Some(by) = stage.by() else { return };
        for key in keys {
            if let ExprKind::Field(name) = &key.expr.kind
                && (UNBOUNDED.contains(&&**name) || flow.schema.time.as_ref() == Some(name))
            {
                let time = flow.schema.time.as_deref();
                self.report(Diagnostic::unbounded_state(key.expr.range, by.range(), name, time));
            }
        }
    }
}

fn simple(kind: Kind) -> AggregateFunction {
    match kind {
        Kind::Sum => AggregateFunction::Sum,
        Kind::Avg => AggregateFunction::Avg,
        Kind::Min => AggregateFunction::Min,
        Kind::Max => AggregateFunction::Max,
        Kind::Stdev => AggregateFunction::Stdev,
        Kind::Variance => AggregateFunction::Variance,
        Kind::Dcount => AggregateFunction::Dcount,
        Kind::First => AggregateFunction::First,
        Kind::Last => AggregateFunction::Last,
        Kind::Rate => AggregateFunction::Rate,
        Kind::TakeAny => AggregateFunction::TakeAny,
        // Those that need more than their kind are made where they are checked.
        Kind::Count
        | Kind::Percentile
        | Kind::Percentiles
        | Kind::ArgMax
        | Kind::ArgMin
        | Kind::MakeSet
        | Kind::MakeList => AggregateFunction::Count,
    }
}

/// `bin(time, size)` with a constant size, over the event-time field: the window, and the time.
fn tumbling(expr: &Expr, schema: &Schema) -> Option<(WindowKind, Expr)> {
    let ExprKind::Call { function: Function::Bin | Function::Floor, args } = &expr.kind else { return None };
    let [time, size] = args.as_slice() else { return None };
    let ExprKind::Field(name) = &time.kind else { return None };
    match constant(size)? {
        Value::Timespan(size) if size > 0 && schema.time.as_ref() == Some(name) => {
            Some((WindowKind::Tumbling { size }, time.clone()))
        }
        _ => None,
    }
}

fn percent_of(expr: &Expr) -> Option<f64> {
    let percent = match constant(expr)? {
        Value::Long(percent) => percent as f64,
        Value::Real(percent) => percent,
        _ => return None,
    };
    (0.0..=100.0).contains(&percent).then_some(percent)
}

/// What stands behind the underscore of a default column name.
fn short_name(expr: &Expr) -> String {
    let name = default_name(expr, 0);
    if name == "Column0" { String::new() } else { name }
}

/// Windows that no operator runs yet.
pub(super) fn unsupported(summarize: &Summarize, range: TextRange) -> Vec<(String, TextRange)> {
    let mut found = Vec::new();
    if let Some(window) = &summarize.window {
        let word = match window.kind {
            WindowKind::Tumbling { .. } => None,
            WindowKind::Hop { .. } => Some("hop"),
            WindowKind::Session { .. } => Some("session"),
        };
        let place = summarize.keys.get(window.key).map_or(range, |key| key.expr.range);
        found.extend(word.map(|word| (word.to_owned(), place)));
    }
    found
}
