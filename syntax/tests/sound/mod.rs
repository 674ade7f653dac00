//! What a runner may rely on in a checked pipeline: every field that is read is there, with that type; both
//! sides of an operator have one type; each stage's output is what its parts say.

use syntax::pipeline::{Expr, ExprKind, Function, LookupKind, Named, Pipeline, Reads, Render, RenderKind, StageKind};
use syntax::{Field, Name, Schema, Type};

/// Panics where the pipeline is not sound.
pub(crate) fn check(pipeline: &Pipeline) {
    let mut input = &pipeline.input;
    unique(input);
    for stage in &pipeline.stages {
        let output = &stage.output;
        unique(output);
        let over = |expr: &Expr| expression(expr, input);
        match &stage.kind {
            StageKind::Where(predicate) => {
                over(predicate);
                assert_eq!(predicate.ty, Type::Bool);
                assert_eq!(input, output);
            }
            StageKind::Extend(made) => {
                made.iter().for_each(|named| over(&named.expr));
                let mut expected = input.clone();
                made.iter().for_each(|named| expected.set(field(named)));
                assert_eq!(expected.fields, output.fields);
            }
            StageKind::Project(made) => {
                made.iter().for_each(|named| over(&named.expr));
                assert_eq!(made.iter().map(field).collect::<Vec<_>>(), *output.fields);
                assert!(!output.open);
            }
            StageKind::Drop(names) => {
                assert!(names.iter().all(|name| input.field(name).is_some() && output.field(name).is_none()));
            }
            StageKind::Reorder(names) => {
                assert!(output.fields.iter().map(|field| &field.name).take(names.len()).eq(names));
                assert_eq!(input.fields.len(), output.fields.len());
            }
            StageKind::Rename(pairs) => {
                assert!(pairs.iter().all(|(old, new)| input.field(old).is_some() && output.field(new).is_some()));
                assert_eq!(input.fields.len(), output.fields.len());
            }
            StageKind::Take(_) | StageKind::Tail(_) => assert_eq!(input, output),
            StageKind::Distinct(names) => {
                let read: Vec<_> = names.iter().map(|name| input.field(name).expect("it is there").clone()).collect();
                assert_eq!(read, *output.fields);
            }
            StageKind::Top { keys, .. } | StageKind::Sort { keys, .. } => {
                keys.iter().for_each(|key| over(&key.expr));
                assert_eq!(input, output);
            }
            StageKind::Summarize(summarize) => {
                summarize.keys.iter().for_each(|key| over(&key.expr));
                let mut groups = Schema { fields: summarize.keys.iter().map(field).collect(), ..Schema::default() };
                if let Some(window) = &summarize.window {
                    let key = &summarize.keys[window.key];
                    assert!(matches!(&key.expr.kind, ExprKind::Field(name) if input.time.as_ref() == Some(name)));
                    assert_eq!(output.time.as_ref(), Some(&key.name));
                }
                for aggregate in &summarize.aggregates {
                    aggregate.args.iter().chain(&aggregate.filter).for_each(over);
                    groups.fields.push(Field { name: aggregate.name.clone(), ty: aggregate.ty });
                }
                unique(&groups);
                summarize.outputs.iter().for_each(|named| expression(&named.expr, &groups));
                let made = summarize.keys.iter().chain(&summarize.outputs).map(field);
                assert_eq!(made.collect::<Vec<_>>(), *output.fields);
            }
            StageKind::Union(others) => others.iter().for_each(check),
            StageKind::Join(join) => {
                check(&join.right);
                two_sides(&join.keys, input, join.right.output());
                let none = Schema::default();
                let left = if join.kind.gives_left() { input } else { &none };
                added(left, output, pulled(join.right.output(), &join.added));
            }
            StageKind::Lookup(lookup) => {
                check(&lookup.table);
                if lookup.kind != LookupKind::Scalar {
                    two_sides(&lookup.keys, input, lookup.table.output());
                }
                let found = match &lookup.kind {
                    LookupKind::Member(name) => Some(Field { name: name.clone(), ty: Type::Bool }),
                    _ => None,
                };
                added(input, output, pulled(lookup.table.output(), &lookup.added).chain(found));
            }
            StageKind::Parse(parse) => {
                over(&parse.text);
                assert_eq!(parse.text.ty, Type::String);
                parse.regex().expect("it was compiled before");
                added(input, output, parse.fields().cloned());
            }
            StageKind::ParseKv(parse) => {
                over(&parse.text);
                assert_eq!(parse.text.ty, Type::String);
                added(input, output, parse.fields.iter().cloned());
            }
            StageKind::MvExpand(expand) => {
                expand.items.iter().for_each(|item| over(&item.named.expr));
                let items = expand.items.iter().map(|item| Field::new(item.named.name.clone(), item.ty));
                let index = expand.index.iter().map(|name| Field::new(name.clone(), Type::Long));
                if expand.inner.is_empty() {
                    added(input, output, items.chain(index));
                } else {
                    let mut entering = Schema { open: false, ..input.clone() };
                    items.chain(index).for_each(|field| entering.set(field));
                    let render = Render {
                        kind: RenderKind::Table,
                        written: false,
                        title: None,
                        x: None,
                        y: Vec::new(),
                        series: Vec::new(),
                        weight: None,
                    };
                    let (source, stages) = (pipeline.source.clone(), expand.inner.clone());
                    let inner = Pipeline { source, literal: None, input: entering, stages, render };
                    check(&inner);
                    let known = |field: &Field| inner.output().field(&field.name).or(input.field(&field.name)).cloned();
                    assert!(output.fields.iter().all(|field| known(field).as_ref() == Some(field)));
                    assert!(inner.output().fields.iter().all(|field| output.field(&field.name).is_some()));
                    unique(output);
                }
            }
            StageKind::Sample(sample) => {
                sample.by.iter().for_each(over);
                assert!((0.0..=1.0).contains(&sample.share));
                assert_eq!(input, output);
            }
            StageKind::TopHitters(hitters) => {
                std::iter::once(&hitters.of).chain(&hitters.weight).for_each(over);
                let weight = hitters.weight.as_ref().map_or(Type::Long, |weight| weight.ty);
                let types: Vec<Type> = output.fields.iter().map(|field| field.ty).collect();
                assert_eq!(types, [hitters.of.ty, weight]);
            }
            StageKind::Getschema(fields) => assert_eq!(*fields, *input.fields),
            StageKind::Unpack(unpack) => {
                over(&unpack.bag);
                unpack.made.iter().for_each(|named| over(&named.expr));
                added(input, output, unpack.made.iter().map(field));
                assert!(output.open);
            }
            StageKind::OverRows(rows) => {
                rows.exprs().for_each(over);
                assert!(rows.columns.iter().all(|column| column.function.is_over_rows()));
                let made = rows.columns.iter().map(|column| Field { name: column.name.clone(), ty: column.ty });
                added(input, output, made);
            }
            StageKind::Assert(assert) => {
                over(&assert.predicate);
                assert_eq!(assert.predicate.ty, Type::Bool);
                assert_eq!(input, output);
            }
        }
        if let Some(time) = &output.time {
            assert!(output.open || output.field(time).is_some_and(|field| field.ty == Type::Datetime), "{time}");
        }
        input = output;
    }
    if let Reads::Fields(names) = pipeline.reads() {
        // A union's other inputs may bring what is read behind it.
        let alone = !pipeline.stages.iter().any(|stage| matches!(stage.kind, StageKind::Union(_)));
        assert!(!alone || names.iter().all(|name| pipeline.input.field(name).is_some()), "{names:?}");
    }
    let drawn = pipeline.render.x.iter().chain(&pipeline.render.y).chain(&pipeline.render.series);
    assert!(drawn.clone().all(|name| pipeline.output().field(name).is_some()));
}

/// Keys are of one type on both sides.
fn two_sides(keys: &[(Expr, Expr)], left: &Schema, right: &Schema) {
    assert!(!keys.is_empty());
    for (one, other) in keys {
        expression(one, left);
        expression(other, right);
        assert_eq!(one.ty, other.ty);
    }
}

/// Fields of the other side under the names that they get.
fn pulled<'a>(from: &'a Schema, names: &'a [(Name, Name)]) -> impl Iterator<Item = Field> + 'a {
    names.iter().map(|(name, out)| Field { name: out.clone(), ty: from.field(name).expect("it is there").ty })
}

/// Fields that a stage adds, or that take the place of those with their names.
fn added(input: &Schema, output: &Schema, fields: impl Iterator<Item = Field>) {
    let mut expected = input.clone();
    fields.for_each(|field| expected.set(field));
    assert_eq!(expected.fields, output.fields);
}

fn field(named: &Named) -> Field {
    Field { name: named.name.clone(), ty: named.expr.ty }
}

fn unique(schema: &Schema) {
    for (place, field) in schema.fields.iter().enumerate() {
        assert_eq!(schema.position(&field.name), Some(place), "`{}` is there twice", field.name);
    }
}

fn expression(expr: &Expr, input: &Schema) {
    match &expr.kind {
        ExprKind::Field(name) => assert_eq!(input.field(name).map(|field| field.ty), Some(expr.ty), "`{name}`"),
        ExprKind::Literal(value) => assert_eq!(value.ty(), expr.ty),
        ExprKind::Call { function, args } => {
            args.iter().for_each(|arg| expression(arg, input));
            call(*function, args, expr.ty);
        }
    }
}

fn call(function: Function, args: &[Expr], ty: Type) {
    use Function::*;
    let types: Vec<Type> = args.iter().map(|arg| arg.ty).collect();
    let row = syntax::catalog::functions::by_function(function).expect("each function has a row");
    // `-` stands for two.
    assert!(function == Negate || types.len() >= row.least_args(), "{function:?} {types:?}");
    match function {
        And | Or | Not => assert!(types.iter().all(|ty| *ty == Type::Bool), "{function:?} {types:?}"),
        Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual | Between | NotBetween | In | NotIn
        | MinOf | MaxOf | Coalesce => {
            assert!(types.iter().all(|ty| *ty == types[0]), "{function:?} {types:?}");
        }
        Iff => assert!(types[0] == Type::Bool && types[1] == types[2] && types[1] == ty, "{types:?}"),
        Case => {
            for (place, found) in types.iter().enumerate() {
                let condition = place % 2 == 0 && place + 1 < types.len();
                assert_eq!(*found, if condition { Type::Bool } else { ty });
            }
        }
        Add | Subtract | Multiply | Divide | Modulo => {
            assert!(types.iter().all(|ty| !matches!(ty, Type::Dynamic | Type::String | Type::Bool)), "{types:?}");
            if types.iter().all(|ty| ty.is_number()) {
                assert_eq!((types[0], types[1]), (ty, ty), "{function:?}");
            }
        }
        _ => {
            for (place, found) in types.iter().enumerate() {
                let param = row.params.get(place).or(row.params.last()).expect("it takes arguments");
                let converts = matches!(param.arg, syntax::catalog::functions::Arg::Text);
                assert!(param.arg.takes(*found) && (!converts || *found == Type::String), "{function:?} {types:?}");
            }
        }
    }
}
