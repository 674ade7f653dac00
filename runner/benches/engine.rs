//! Prepared batches through whole pipelines: a million spans, so that the milliseconds shown are nanoseconds
//! an event.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, DurationNanosecondArray, Int64Array, RecordBatch, StringArray,
    TimestampNanosecondArray, UInt32Array,
};
use divan::counter::ItemsCount;
use runner::batch::{BATCH_ROWS, arrow_schema};
use runner::execution::Execution;
use runner::operator::Limits;
use syntax::pipeline::*;
use syntax::{Field, Name, Schema, TextRange, Type, Value};

const ROWS: usize = 1_000_000;
const SECOND: i64 = 1_000_000_000;

/// How strings are given.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Plain,
    /// With a dictionary, but for customers and messages: they are too many for one.
    Coded,
}

const FORMS: [Form; 2] = [Form::Plain, Form::Coded];

const KEYS: [&[&str]; 3] = [&["service.name"], &["service.name", "route"], &["customer"]];

#[derive(Debug)]
struct Keys(&'static [&'static str], Form);

fn main() {
    divan::main();
}

/// `where service.name == "payment" and status >= 500`.
#[divan::bench(args = FORMS)]
fn filter(bencher: divan::Bencher<'_, '_>, form: Form) {
    let service = call(Function::Equal, vec![field("service.name"), literal(Value::String("payment".into()))]);
    let status = call(Function::GreaterOrEqual, vec![field("status"), literal(Value::Long(500))]);
    let predicate = call(Function::And, vec![service, status]);
    measure(
        bencher,
        form,
        &pipeline(vec![Stage { range: TextRange::default(), kind: StageKind::Where(predicate), output: schema() }]),
    );
}

/// `where message has "timeout"`, which one message in a thousand does.
#[divan::bench(args = FORMS)]
fn needle(bencher: divan::Bencher<'_, '_>, form: Form) {
    let predicate = call(Function::Has, vec![field("message"), literal(Value::String("timeout".into()))]);
    measure(
        bencher,
        form,
        &pipeline(vec![Stage { range: TextRange::default(), kind: StageKind::Where(predicate), output: schema() }]),
    );
}

/// `summarize count(), avg(duration), percentile(duration, 99) by …, bin(timestamp, 10s)`.
#[divan::bench(args = KEYS.iter().flat_map(|keys| FORMS.map(|form| Keys(keys, form))))]
fn tumbling(bencher: divan::Bencher<'_, '_>, Keys(keys, form): &Keys) {
    use AggregateFunction::*;
    let duration = || vec![field("duration")];
    let kept = vec![
        (Count, vec![], Type::Long),
        (Avg, duration(), Type::Timespan),
        (Percentile(99.0), duration(), Type::Timespan),
    ];
    measure(bencher, *form, &pipeline(vec![summarize(WindowKind::Tumbling { size: 10 * SECOND }, keys, kept)]));
}

/// `summarize dcount(customer) by service.name, hop(timestamp, size=60s, every=10s)`; and an hour every second.
#[divan::bench(args = [(60, 10), (3600, 1)])]
fn sliding(bencher: divan::Bencher<'_, '_>, (size, every): (i64, i64)) {
    let kept = vec![(AggregateFunction::Dcount, vec![field("customer")], Type::Long)];
    let window = WindowKind::Hop { size: size * SECOND, every: every * SECOND };
    measure(bencher, Form::Plain, &pipeline(vec![summarize(window, &["service.name"], kept)]));
}

/// `summarize count(), max(duration) by customer, session(timestamp, gap=…)`: many that end, and few.
#[divan::bench(args = [1, 30])]
fn session(bencher: divan::Bencher<'_, '_>, gap: i64) {
    use AggregateFunction::*;
    let kept = vec![(Count, vec![], Type::Long), (Max, vec![field("duration")], Type::Timespan)];
    let window = WindowKind::Session { gap: gap * SECOND, max: 3600 * SECOND };
    measure(bencher, Form::Plain, &pipeline(vec![summarize(window, &["customer"], kept)]));
}

fn summarize(window: WindowKind, keys: &[&str], kept: Vec<(AggregateFunction, Vec<Expr>, Type)>) -> Stage {
    let mut by: Vec<Named> = keys.iter().map(|name| Named { name: (*name).into(), expr: field(name) }).collect();
    let window = Window { key: by.len(), kind: window };
    by.push(Named { name: "timestamp".into(), expr: field("timestamp") });
    let mut fields: Vec<Field> = by.iter().map(|key| Field::new(key.name.clone(), key.expr.ty)).collect();
    let (mut aggregates, mut outputs) = (Vec::new(), Vec::new());
    for (number, (function, args, ty)) in kept.into_iter().enumerate() {
        let name: Name = format!("${number}").into();
        let read = Expr { kind: ExprKind::Field(name.clone()), ty, range: TextRange::default() };
        fields.push(Field::new(format!("out{number}"), ty));
        outputs.push(Named { name: format!("out{number}").into(), expr: read });
        aggregates.push(Aggregate { name, function, args, filter: None, ty, range: TextRange::default() });
    }
    let kind = StageKind::Summarize(Summarize { keys: by, window: Some(window), aggregates, outputs, star: None });
    let output = Schema { fields: fields.into(), open: false, time: Some("timestamp".into()) };
    Stage { range: TextRange::default(), kind, output }
}

fn measure(bencher: divan::Bencher<'_, '_>, form: Form, pipeline: &Pipeline) {
    let (mut batches, newest) = events();
    if form == Form::Coded {
        batches = coded(batches);
    }
    bencher.counter(ItemsCount::new(ROWS)).bench(|| {
        let mut execution = Execution::new(pipeline, 0, &Limits::default()).expect("the pipeline can run");
        let mut out = Vec::new();
        for (batch, newest) in batches.iter().zip(&newest) {
            execution.push(0, batch, &mut out).expect("within the limits");
            execution.advance(0, newest - 2 * SECOND, &mut out).expect("within the limits");
        }
        execution.end(0, &mut out).expect("within the limits");
        black_box(out)
    });
}

/// 10,000 events a second, of 8 services, 30 routes and 20,000 customers; and each batch's newest time.
fn events() -> (Vec<RecordBatch>, Vec<i64>) {
    let schema = arrow_schema(&schema().fields);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let services = ["frontend", "cart", "checkout", "payment", "shipping", "catalog", "email", "search"];
    let (mut batches, mut newest) = (Vec::new(), Vec::new());
    for first in (0..ROWS).step_by(BATCH_ROWS) {
        let rows = BATCH_ROWS.min(ROWS - first);
        let times = (first..first + rows).map(|row| 1_700_000_000 * SECOND + row as i64 * (SECOND / 10_000));
        let times = TimestampNanosecondArray::from_iter_values(times).with_timezone("UTC");
        newest.push(times.value(rows - 1));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(times),
            Arc::new(StringArray::from_iter_values((0..rows).map(|_| services[next(8) as usize]))),
            Arc::new(StringArray::from_iter_values((0..rows).map(|_| format!("/api/v1/resource/{}", next(30))))),
            Arc::new(StringArray::from_iter_values((0..rows).map(|_| format!("c-{}", next(20_000))))),
            Arc::new(Int64Array::from_iter_values((0..rows).map(|_| if next(20) == 0 { 503 } else { 200 }))),
            Arc::new(DurationNanosecondArray::from_iter_values((0..rows).map(|_| {
                // Mostly short, some of a second.
                let size = next(30);
                1_000_000 + next(1 << size) as i64
            }))),
            Arc::new(StringArray::from_iter_values((0..rows).map(|_| match next(1000) {
                0 => "upstream request timeout after 3 attempts",
                _ => "request handled, cache hit, 3 rows returned",
            }))),
        ];
        batches.push(RecordBatch::try_new(schema.clone(), columns).expect("columns of one length"));
    }
    (batches, newest)
}

/// The same events; all batches share their dictionaries.
fn coded(batches: Vec<RecordBatch>) -> Vec<RecordBatch> {
    let names = ["service.name", "route"];
    let mut known: Vec<HashMap<String, u32>> = vec![HashMap::new(); names.len()];
    let mut codes: Vec<Vec<UInt32Array>> = Vec::new();
    for batch in &batches {
        codes.push(Vec::new());
        for (name, known) in names.iter().zip(&mut known) {
            let column = batch.column_by_name(name).expect("a field of the schema").as_string::<i32>();
            let mut code = |text: &str| {
                let next = known.len() as u32;
                *known.entry(text.to_owned()).or_insert(next)
            };
            let column = column.iter().flatten().map(&mut code).collect::<Vec<_>>();
            codes.last_mut().expect("it was pushed above").push(UInt32Array::from(column));
        }
    }
    let values = known.iter().map(|known| {
        let mut texts: Vec<&String> = known.keys().collect();
        texts.sort_by_key(|text| known[*text]);
        Arc::new(StringArray::from_iter_values(texts)) as ArrayRef
    });
    let values: Vec<ArrayRef> = values.collect();
    let columns = |(batch, codes): (RecordBatch, Vec<UInt32Array>)| {
        let (mut fields, mut columns) = (batch.schema().fields().to_vec(), batch.columns().to_vec());
        for ((name, codes), values) in names.iter().zip(codes).zip(&values) {
            let place = batch.schema().index_of(name).expect("a field of the schema");
            columns[place] = Arc::new(DictionaryArray::new(codes, Arc::clone(values)));
            let field = fields[place].as_ref().clone().with_data_type(columns[place].data_type().clone());
            fields[place] = Arc::new(field);
        }
        (fields, columns)
    };
    let mut schema = None;
    let batch = |(fields, columns): (Vec<_>, Vec<ArrayRef>)| {
        let schema = schema.get_or_insert_with(|| Arc::new(arrow_schema::Schema::new(fields)));
        RecordBatch::try_new(Arc::clone(schema), columns).expect("columns of one length")
    };
    batches.into_iter().zip(codes).map(columns).map(batch).collect()
}

fn schema() -> Schema {
    let fields = [
        ("timestamp", Type::Datetime),
        ("service.name", Type::String),
        ("route", Type::String),
        ("customer", Type::String),
        ("status", Type::Long),
        ("duration", Type::Timespan),
        ("message", Type::String),
    ];
    let fields = fields.iter().map(|(name, ty)| Field::new(*name, *ty)).collect();
    Schema { fields, open: false, time: Some("timestamp".into()) }
}

fn pipeline(stages: Vec<Stage>) -> Pipeline {
    let (y, series) = (vec![], vec![]);
    let render = Render { kind: RenderKind::Table, written: false, title: None, x: None, y, series, weight: None };
    Pipeline { source: "spans".into(), literal: None, input: schema(), stages, render }
}

fn field(name: &str) -> Expr {
    let ty = schema().field(name).map_or(Type::Dynamic, |field| field.ty);
    Expr { kind: ExprKind::Field(name.into()), ty, range: TextRange::default() }
}

fn literal(value: Value) -> Expr {
    Expr { ty: value.ty(), kind: ExprKind::Literal(value), range: TextRange::default() }
}

fn call(function: Function, args: Vec<Expr>) -> Expr {
    Expr { kind: ExprKind::Call { function, args }, ty: Type::Bool, range: TextRange::default() }
}
