//! Calls of aggregates: their arguments see the events of a group, and what stands for the call in the
//! expression around it is an internal name.

use super::check::Checker;
use super::expression::Scope;
use super::names;
use super::operators::constant;
use super::pipelines::Flow;
use crate::ast;
use crate::catalog::aggregates::{AggregateRow, Kind};
use crate::catalog::functions::{Arg, Returns};
use crate::pipeline::{Aggregate, AggregateFunction, Counter, Expr, ExprKind, Function, Star};
use crate::{Diagnostic, Field, Name, Schema, TextRange, Type, Value};

/// Values that `make_set` and `make_list` keep where no limit is written.
const LIST_LIMIT: u64 = 1000;

/// The aggregates of one `summarize` while its expressions are checked.
pub(super) struct Groups<'s> {
    /// What enters the stage: what aggregates see.
    pub(super) events: Schema,
    pub(super) flow: &'s Flow,
    pub(super) made: Vec<Made>,
    /// Fields that aggregates named beyond an open schema.
    pub(super) beyond: Vec<Field>,
    /// A `*` over an open schema.
    pub(super) star: Option<Star>,
    /// Inside an aggregate's arguments.
    inside: bool,
}

/// An aggregate, and the name in Kusto of a column that is nothing but it.
pub(super) struct Made {
    pub(super) aggregate: Aggregate,
    pub(super) column: String,
}

impl<'s> Groups<'s> {
    pub(super) fn of(flow: &'s Flow) -> Groups<'s> {
        Groups { events: flow.schema.clone(), flow, made: Vec::new(), beyond: Vec::new(), star: None, inside: false }
    }
}

/// One call before it is filed: a call can make several.
struct Call {
    function: AggregateFunction,
    args: Vec<Expr>,
    ty: Type,
    column: String,
}

impl Checker<'_> {
    /// Gives the internal name of the first that the call makes.
    pub(super) fn aggregate(
        &mut self,
        row: &'static AggregateRow,
        args: &[ast::Item],
        range: TextRange,
        scope: &mut Scope<'_>,
    ) -> Option<Expr> {
        let Some(groups) = &mut scope.groups else {
            self.report(Diagnostic::aggregate_outside(range, row.word()));
            return None;
        };
        if groups.inside {
            self.report(Diagnostic::nested_aggregate(range, row.word()));
            return None;
        }
        let (least, most) = (row.least_args(), row.most_args());
        if args.len() < least || most.is_some_and(|most| args.len() > most) {
            let mut diagnostic = Diagnostic::argument_count(range, &row.signature(), args.len());
            if let (Kind::Percentile | Kind::Percentiles, [value]) = (row.kind, args) {
                diagnostic = diagnostic.argument_behind(value.range(), "99");
            }
            if let (Kind::Count, [item]) = (row.kind, args)
                && let Some(ast::Expr::Star(star)) = item.expr()
            {
                diagnostic = diagnostic.without_star(star.range());
            }
            self.report(diagnostic);
            return None;
        }
        let keys: Vec<Name> = scope.schema.fields.iter().map(|field| field.name.clone()).collect();
        let mut checked = self.arguments(row, args, range, &keys, groups)?;
        if let Some(time) = groups.events.time.clone()
            && let Some(asked) = checked.iter().find_map(|arg| asks_how_long_ago(arg, &time))
        {
            self.report(Diagnostic::ago_in_group(asked, &time));
        }
        let condition = row.params.iter().position(|param| row.conditional && param.arg == Arg::Bool);
        let filter = condition.map(|place| checked.remove(place));
        let starred = args.iter().any(|arg| matches!(arg.expr(), Some(ast::Expr::Star(_))));
        if starred && groups.events.open && groups.star.is_none() {
            let (function, ranked) = match row.kind {
                Kind::ArgMax => (AggregateFunction::ArgMax, checked.first().cloned()),
                Kind::ArgMin => (AggregateFunction::ArgMin, checked.first().cloned()),
                _ => (AggregateFunction::TakeAny, None),
            };
            groups.star = Some(Star { function, ranked, filter: filter.clone(), range });
        }
        let counts = matches!(row.kind, Kind::Increase | Kind::CounterRate | Kind::Delta);
        if counts && groups.events.time.is_none() {
            self.report(Diagnostic::counter_without_time(range, row.word()));
            return None;
        }
        let otlp = if counts { otlp_fields(&groups.events, range) } else { None };
        let is_otlp = otlp.is_some();
        checked.splice(checked.len().min(1)..checked.len().min(1), otlp.into_iter().flatten());
        let calls = self.calls(row, checked, is_otlp, range)?;
        let first = groups.made.len();
        for Call { function, args, ty, column } in calls {
            let name: Name = format!("${}", groups.made.len()).into();
            let aggregate = Aggregate { name, function, args, filter: filter.clone(), ty, range };
            groups.made.push(Made { aggregate, column });
        }
        let made = &groups.made.get(first)?.aggregate;
        Some(Expr { kind: ExprKind::Field(made.name.clone()), ty: made.ty, range })
    }

    /// The arguments over the events; `*` stands for every field that is no key.
    fn arguments(
        &mut self,
        row: &'static AggregateRow,
        args: &[ast::Item],
        range: TextRange,
        keys: &[Name],
        groups: &mut Groups<'_>,
    ) -> Option<Vec<Expr>> {
        groups.inside = true;
        let (schema, flow) = (std::mem::take(&mut groups.events), Some(groups.flow));
        let within = Groups { inside: true, ..Groups::of(groups.flow) };
        let mut scope = Scope { schema, flow, beyond: Vec::new(), groups: Some(within) };
        let mut checked: Vec<Option<Expr>> = Vec::new();
        for (place, arg) in args.iter().enumerate() {
            let Some(expr) = arg.expr() else {
                checked.push(None);
                continue;
            };
            if let ast::Expr::Star(star) = &expr {
                if !row.star || place + 1 < args.len() {
                    self.report(Diagnostic::star_outside(star.range(), row.word()));
                    checked.push(None);
                    continue;
                }
                let given = |name: &Name| {
                    let is = |known: &Option<Expr>| matches!(known, Some(Expr { kind: ExprKind::Field(field), .. }) if field == name);
                    keys.contains(name) || checked.iter().any(is)
                };
                let fields: Vec<Field> =
                    scope.schema.fields.iter().filter(|field| !given(&field.name)).cloned().collect();
                let read = |Field { name, ty }| Some(Expr { kind: ExprKind::Field(name), ty, range });
                checked.extend(fields.into_iter().map(read));
                continue;
            }
            let value = self.expr(&expr, &mut scope);
            let param = row.params.get(place).or(row.params.last());
            let fields = scope.schema.fields.clone();
            checked.push(
                value.zip(param).and_then(|(value, param)| self.argument_among(param.arg, param.name, value, &fields)),
            );
        }
        groups.beyond.append(&mut scope.beyond);
        groups.events = scope.schema;
        groups.inside = false;
        checked.into_iter().collect()
    }

    /// `otlp`: a counter's fields of [`otlp_fields`] are behind its value.
    fn calls(&mut self, row: &AggregateRow, mut args: Vec<Expr>, otlp: bool, range: TextRange) -> Option<Vec<Call>> {
        let word = row.word();
        let first = args.first().and_then(names::implied).unwrap_or_default();
        let one = |function, args: Vec<Expr>, ty, column| Some(vec![Call { function, args, ty, column }]);
        match row.kind {
            Kind::Count => one(AggregateFunction::Count, Vec::new(), Type::Long, format!("{word}_")),
            Kind::Percentile | Kind::Percentiles => {
                let mut percents = args.into_iter();
                let value = percents.next()?;
                let mut calls = Vec::new();
                for percent in percents {
                    let Some(number) = constant(&percent).as_ref().and_then(number) else {
                        self.report(Diagnostic::not_constant(percent.range, "the percent", "percentile(duration, 99)"));
                        return None;
                    };
                    if !(0.0..=100.0).contains(&number) {
                        let found = self.written(percent.range);
                        self.report(Diagnostic::out_of_range(
                            percent.range,
                            "the percent",
                            "between 0 and 100",
                            &found,
                        ));
                        return None;
                    }
                    let column = format!("percentile_{first}_{number}");
                    let function = AggregateFunction::Percentile(number);
                    calls.push(Call { function, args: vec![value.clone()], ty: value.ty, column });
                }
                Some(calls)
            }
            Kind::ArgMax | Kind::ArgMin => {
                let function =
                    if row.kind == Kind::ArgMax { AggregateFunction::ArgMax } else { AggregateFunction::ArgMin };
                let ranked = args.first()?.clone();
                let call = |returned: Expr| Call {
                    function,
                    ty: returned.ty,
                    column: names::implied(&returned).unwrap_or_else(|| word.to_owned()),
                    args: vec![ranked.clone(), returned],
                };
                Some(args.into_iter().map(call).collect())
            }
            Kind::TakeAny => {
                let call = |value: Expr| Call {
                    function: AggregateFunction::TakeAny,
                    ty: value.ty,
                    column: names::implied(&value).unwrap_or_else(|| word.to_owned()),
                    args: vec![value],
                };
                Some(args.into_iter().map(call).collect())
            }
            Kind::MakeSet | Kind::MakeList => {
                let limit = match args.get(1).map(constant) {
                    None => LIST_LIMIT,
                    Some(Some(Value::Long(limit @ 1..))) => limit.unsigned_abs(),
                    Some(found) => {
                        let place = args.get(1).map_or(range, |limit| limit.range);
                        let written = self.written(place);
                        self.report(match found {
                            Some(_) => {
                                Diagnostic::out_of_range(place, "the limit", "a whole number of at least 1", &written)
                            }
                            None => Diagnostic::not_constant(place, "the limit", "make_set(customer.id, 100)"),
                        });
                        return None;
                    }
                };
                let (function, column) = match row.kind {
                    Kind::MakeSet => (AggregateFunction::MakeSet(limit), "set"),
                    _ => (AggregateFunction::MakeList(limit), "list"),
                };
                args.truncate(1);
                one(function, args, Type::Dynamic, format!("{column}_{first}"))
            }
            Kind::Increase | Kind::CounterRate | Kind::Delta => {
                let of_time = args.first()?.ty == Type::Timespan;
                let (of, ty) = match row.kind {
                    Kind::Increase => (Counter::Increase, args.first()?.ty),
                    Kind::Delta => (Counter::Delta, args.first()?.ty),
                    _ => (Counter::Rate { of_time }, Type::Real),
                };
                one(AggregateFunction::Counter { of, otlp }, args, ty, format!("{word}_{first}"))
            }
            kind => {
                // Kusto's accuracy of dcount changes nothing here: it is within 2 % always.
                args.truncate(1);
                let ty = match row.returns {
                    Returns::Is(ty) => ty,
                    // The mean of whole numbers is no whole number.
                    Returns::ByRule if args.first()?.ty == Type::Long => Type::Real,
                    _ => args.first()?.ty,
                };
                one(simple(kind), args, ty, format!("{word}_{first}"))
            }
        }
    }
}

/// Since when a point of OTLP's metrics counts, and its temporality, where both reach the stage.
fn otlp_fields(events: &Schema, range: TextRange) -> Option<[Expr; 2]> {
    let field = |name: &str, ty: Type| {
        let field = events.field(name).filter(|field| field.ty == ty)?;
        Some(Expr { kind: ExprKind::Field(field.name.clone()), ty, range })
    };
    Some([field("start_timestamp", Type::Datetime)?, field("metric.temporality", Type::String)?])
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Long(number) => Some(*number as f64),
        Value::Real(number) => Some(*number),
        _ => None,
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
        Kind::StdevP => AggregateFunction::StdevP,
        Kind::VarianceP => AggregateFunction::VarianceP,
        Kind::Dcount => AggregateFunction::Dcount,
        Kind::First => AggregateFunction::First,
        Kind::Last => AggregateFunction::Last,
        Kind::Rate => AggregateFunction::Rate,
        // Those that need more than their kind are made where they are checked.
        Kind::TakeAny
        | Kind::Count
        | Kind::Percentile
        | Kind::Percentiles
        | Kind::ArgMax
        | Kind::ArgMin
        | Kind::MakeSet
        | Kind::MakeList
        | Kind::Increase
        | Kind::CounterRate
        | Kind::Delta => AggregateFunction::Count,
    }
}

/// Where the event time is compared with what depends on the present.
fn asks_how_long_ago(expr: &Expr, time: &str) -> Option<TextRange> {
    fn is_now(expr: &Expr) -> bool {
        matches!(&expr.kind, ExprKind::Call { function, args }
            if matches!(function, Function::Ago | Function::Now) || args.iter().any(is_now))
    }
    let ExprKind::Call { args, .. } = &expr.kind else { return None };
    let is_time = |arg: &Expr| matches!(&arg.kind, ExprKind::Field(name) if **name == *time);
    if expr.ty == Type::Bool && args.iter().any(is_time) && args.iter().any(is_now) {
        return Some(expr.range);
    }
    args.iter().find_map(|arg| asks_how_long_ago(arg, time))
}
