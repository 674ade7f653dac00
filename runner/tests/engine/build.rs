//! Pipelines written by hand, for tests that need no text.

use syntax::pipeline::*;
use syntax::{Field, Name, Schema, TextRange, Type, Value};

/// The fields of [`crate::drive::Row`].
pub(crate) fn input() -> Schema {
    Schema {
        fields: [
            Field::new("timestamp", Type::Datetime),
            Field::new("service", Type::String),
            Field::new("code", Type::Long),
            Field::new("load", Type::Real),
        ]
        .into(),
        open: false,
        time: Some("timestamp".into()),
    }
}

pub(crate) fn expr(kind: ExprKind, ty: Type) -> Expr {
    Expr { kind, ty, range: TextRange::default() }
}

pub(crate) fn field(name: &str, ty: Type) -> Expr {
    expr(ExprKind::Field(name.into()), ty)
}

pub(crate) fn long(value: i64) -> Expr {
    expr(ExprKind::Literal(Value::Long(value)), Type::Long)
}

pub(crate) fn call(function: Function, args: Vec<Expr>, ty: Type) -> Expr {
    expr(ExprKind::Call { function, args }, ty)
}

pub(crate) fn named(name: &str, expr: Expr) -> Named {
    Named { name: name.into(), expr }
}

pub(crate) fn stage(kind: StageKind, fields: &[(&str, Type)], time: bool) -> Stage {
    let fields = fields.iter().map(|(name, ty)| Field::new(*name, *ty)).collect();
    let output = Schema { fields, open: false, time: time.then(|| "timestamp".into()) };
    Stage { range: TextRange::default(), kind, output }
}

/// A stage that leaves the input's fields.
pub(crate) fn same(kind: StageKind) -> Stage {
    Stage { range: TextRange::default(), kind, output: input() }
}

pub(crate) fn pipeline(source: &str, stages: Vec<Stage>) -> Pipeline {
    let (y, series) = (vec![], vec![]);
    let render = Render { kind: RenderKind::Table, written: false, title: None, x: None, y, series, weight: None };
    Pipeline { source: source.into(), literal: None, input: input(), stages, render }
}

/// `where code >= least`.
pub(crate) fn at_least(least: i64) -> Stage {
    same(StageKind::Where(call(Function::GreaterOrEqual, vec![field("code", Type::Long), long(least)], Type::Bool)))
}

/// Every aggregate whose answer does not depend on rounding, by service, in windows or not.
pub(crate) fn summarize(window: Option<i64>) -> Stage {
    windowed(window.map(|size| WindowKind::Tumbling { size }))
}

pub(crate) fn windowed(window: Option<WindowKind>) -> Stage {
    use AggregateFunction::*;
    let functions: [(AggregateFunction, Option<&str>, Type); 12] = [
        (Count, None, Type::Long),
        (Sum, Some("code"), Type::Long),
        (Min, Some("load"), Type::Real),
        (Max, Some("code"), Type::Long),
        (Max, Some("service"), Type::String),
        (Dcount, Some("code"), Type::Long),
        (Percentile(50.0), Some("load"), Type::Real),
        (Percentile(99.0), Some("load"), Type::Real),
        (Percentile(90.0), Some("code"), Type::Long),
        (First, Some("timestamp"), Type::Datetime),
        (Last, Some("timestamp"), Type::Datetime),
        (Rate, None, Type::Real),
    ];
    let mut keys = vec![named("service", field("service", Type::String))];
    if window.is_some() {
        keys.push(named("timestamp", field("timestamp", Type::Datetime)));
    }
    let mut fields: Vec<(&str, Type)> = keys.iter().map(|key| (&*key.name, key.expr.ty)).collect();
    let mut aggregates = Vec::new();
    let mut outputs = Vec::new();
    let names: Vec<String> = (0..functions.len()).map(|n| format!("a{n}")).collect();
    for (n, (function, arg, ty)) in functions.into_iter().enumerate() {
        let arg_ty = |name: &str| input().field(name).map_or(Type::Long, |field| field.ty);
        let internal: Name = format!("${n}").into();
        aggregates.push(Aggregate {
            name: internal.clone(),
            function,
            args: arg.iter().map(|name| field(name, arg_ty(name))).collect(),
            filter: None,
            ty,
            range: TextRange::default(),
        });
        outputs.push(named(&names[n], expr(ExprKind::Field(internal), ty)));
        fields.push((&names[n], ty));
    }
    let fields = fields.clone();
    let kind = StageKind::Summarize(Summarize {
        window: window.map(|kind| Window { key: 1, kind }),
        keys: keys.clone(),
        aggregates,
        outputs: outputs.clone(),
        star: None,
    });
    stage(kind, &fields, window.is_some())
}

pub(crate) fn by(name: &str, ty: Type, descending: bool) -> Vec<SortKey> {
    vec![SortKey { expr: field(name, ty), descending, nulls_first: !descending }]
}
