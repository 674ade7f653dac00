//! What holds for any events: batching does not matter, disorder within the lateness does not matter, every
//! event is accounted for, and a preview is what the end would give.

use proptest::prelude::*;
use runner::operator::Limits;
use syntax::Type;
use syntax::pipeline::{AggregateFunction, Pipeline, Scope, StageKind, WindowKind};

use crate::build::{self, at_least, by, pipeline, same, summarize, windowed};
use crate::drive::{Answer, Row, batch, run, run_within};

const SECOND: i64 = 1_000_000_000;
const LATENESS: i64 = 2 * SECOND;

pub(crate) fn pipelines() -> Vec<Pipeline> {
    let union = same(StageKind::Union(vec![pipeline("other", vec![at_least(3)])]));
    let distinct = StageKind::Distinct(vec!["service".into(), "code".into()]);
    let top = |scope| StageKind::Top { count: 4, keys: by("code", Type::Long, true), scope };
    let windows = summarize(Some(10 * SECOND));
    let top_of_window = syntax::pipeline::Stage {
        kind: StageKind::Top { count: 1, keys: by("a0", Type::Long, true), scope: Scope::Window },
        ..windows.clone()
    };
    let hop = |size, every| windowed(Some(WindowKind::Hop { size: size * SECOND, every: every * SECOND }));
    let session = |gap, max| windowed(Some(WindowKind::Session { gap: gap * SECOND, max: max * SECOND }));
    vec![
        pipeline("main", vec![at_least(2), windows.clone()]),
        pipeline("main", vec![at_least(2), hop(9, 3)]),
        pipeline("main", vec![at_least(1), session(2, 20)]),
        pipeline("main", vec![hop(7, 2)]),
        pipeline("main", vec![session(3, 5)]),
        pipeline("main", vec![hop(30, 1), two_levels()]),
        pipeline("main", vec![session(1, 3), two_levels()]),
        pipeline("main", vec![windows.clone(), top_of_window]),
        pipeline("main", vec![at_least(2), summarize(None)]),
        pipeline("main", vec![build::stage(distinct, &[("service", Type::String), ("code", Type::Long)], false)]),
        pipeline("main", vec![same(top(Scope::All))]),
        pipeline("main", vec![same(StageKind::Sort { keys: by("load", Type::Real, false), scope: Scope::All })]),
        pipeline("main", vec![at_least(1), same(StageKind::Tail(5))]),
        pipeline("main", vec![at_least(1), same(StageKind::Take(5))]),
        pipeline("main", vec![at_least(1), same(StageKind::Tail(9)), same(top(Scope::All))]),
        pipeline("main", vec![at_least(4), union.clone(), windows.clone()]),
        pipeline("main", vec![windows.clone(), two_levels()]),
        pipeline("main", vec![same(StageKind::Take(3)), union, same(StageKind::Tail(50))]),
        pipeline("main", vec![sample(vec![]), same(StageKind::Tail(50))]),
        pipeline("main", vec![sample(vec![build::field("service", Type::String)]), summarize(None)]),
        pipeline("main", vec![at_least(1), hitters()]),
        pipeline("main", vec![parse(), same(StageKind::Tail(50))]),
        pipeline("main", vec![assert(at_least(-3)), same(StageKind::Tail(50))]),
    ]
}

fn sample(by: Vec<syntax::pipeline::Expr>) -> syntax::pipeline::Stage {
    same(StageKind::Sample(syntax::pipeline::Sample { share: 0.4, by }))
}

fn hitters() -> syntax::pipeline::Stage {
    let of = build::field("service", Type::String);
    let weight = Some(build::field("code", Type::Long));
    let kind = StageKind::TopHitters(syntax::pipeline::TopHitters { count: 2, of, weight });
    build::stage(kind, &[("service", Type::String), ("approximate_sum_code", Type::Long)], false)
}

/// `parse-where service with "c" service`.
fn parse() -> syntax::pipeline::Stage {
    use syntax::pipeline::{Parse, ParseKind, PatternPart};
    let pattern = vec![PatternPart::Text("c".into()), PatternPart::Field(syntax::Field::new("service", Type::String))];
    let text = build::field("service", Type::String);
    same(StageKind::Parse(Parse { text, kind: ParseKind::Simple, pattern, flags: "".into(), filter: true }))
}

/// The predicate of a `where`, asserted.
fn assert(filter: syntax::pipeline::Stage) -> syntax::pipeline::Stage {
    let StageKind::Where(predicate) = filter.kind else { panic!("it filters") };
    same(StageKind::Assert(syntax::pipeline::Assert { predicate, written: "it".into() }))
}

/// A second `summarize` over the rows of the first, in windows three times as long.
fn two_levels() -> syntax::pipeline::Stage {
    use syntax::pipeline::{Aggregate, AggregateFunction, ExprKind, Summarize, Window, WindowKind};
    let timestamp = build::named("timestamp", build::field("timestamp", Type::Datetime));
    let kind = StageKind::Summarize(Summarize {
        keys: vec![timestamp],
        window: Some(Window { key: 0, kind: WindowKind::Tumbling { size: 30 * SECOND } }),
        aggregates: vec![Aggregate {
            name: "$0".into(),
            function: AggregateFunction::Sum,
            args: vec![build::field("a0", Type::Long)],
            filter: None,
            ty: Type::Long,
            range: syntax::TextRange::default(),
        }],
        outputs: vec![build::named("all", build::expr(ExprKind::Field("$0".into()), Type::Long))],
        star: None,
    });
    build::stage(kind, &[("timestamp", Type::Datetime), ("all", Type::Long)], true)
}

pub(crate) fn row() -> impl Strategy<Value = Row> {
    let service = prop::sample::select(vec![Some("cart"), Some("checkout"), Some(""), None]);
    let code = prop_oneof![Just(None), (0_i64..6).prop_map(Some), Just(Some(i64::MAX)), Just(Some(i64::MIN))];
    let load = prop_oneof![
        Just(None),
        (-50_i64..50).prop_map(|load| Some(load as f64)),
        Just(Some(f64::NAN)),
        Just(Some(f64::INFINITY)),
        Just(Some(-0.0))
    ];
    (prop::option::weighted(0.95, 0_i64..60 * SECOND), service, code, load)
        .prop_map(|(time, service, code, load)| Row { time, service, code, load })
}

/// The order in time, then moved by less than the lateness.
pub(crate) fn nearly_in_order(mut rows: Vec<Row>, shifts: &[i64]) -> Vec<Row> {
    let mut keyed: Vec<(i64, Row)> =
        rows.drain(..).zip(shifts).map(|(row, shift)| (row.time.unwrap_or(0) + shift, row)).collect();
    keyed.sort_by_key(|(at, _)| *at);
    keyed.into_iter().map(|(_, row)| row).collect()
}

pub(crate) fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn batches_do_not_matter(
        rows in prop::collection::vec(row(), 0..150),
        others in prop::collection::vec(row(), 0..60),
    ) {
        for pipeline in pipelines() {
            let both = [batch(&rows), batch(&others)];
            let inputs = if pipeline_inputs(&pipeline) == 2 { &both[..] } else { &both[..1] };
            // Two inputs are fed in turns, which batching changes; so there the order is not compared.
            let form = |answer: Answer| if inputs.len() == 2 { sorted(answer.rows) } else { answer.rows };
            let all = run(&pipeline, inputs, usize::MAX, LATENESS).unwrap();
            let takes = pipeline.stages.iter().any(|stage| matches!(stage.kind, StageKind::Take(_) | StageKind::Assert(_)));
            let expected = if takes { None } else { Some((all.account, all.stage_out.clone())) };
            let expected_rows = form(all);
            for size in [1, 7] {
                let answer = run(&pipeline, inputs, size, LATENESS).unwrap();
                if let Some(expected) = &expected && inputs.len() == 1 {
                    prop_assert_eq!(&(answer.account, answer.stage_out.clone()), expected);
                }
                if inputs.len() == 1 {
                    prop_assert_eq!(&form(answer), &expected_rows);
                }
            }
        }
    }

    #[test]
    fn a_limit_bites_at_the_same_event_however_events_are_batched(
        rows in prop::collection::vec(row(), 0..150),
        groups in 1_usize..12,
        windows in 8_u64..40,
    ) {
        let limits = Limits { groups, windows, ..Limits::default() };
        let told = |answer: Result<Answer, runner::Error>| match answer {
            Ok(answer) => (answer.rows, String::new()),
            Err(error) => (Vec::new(), error.to_string()),
        };
        for pipeline in pipelines().iter().filter(|pipeline| pipeline_inputs(pipeline) == 1) {
            let expected = told(run_within(&limits, pipeline, &[batch(&rows)], 1, LATENESS));
            for size in [7, usize::MAX] {
                let found = told(run_within(&limits, pipeline, &[batch(&rows)], size, LATENESS));
                prop_assert_eq!(&found, &expected);
            }
        }
    }

    #[test]
    fn disorder_within_the_lateness_does_not_matter(
        rows in prop::collection::vec(row(), 0..150),
        shifts in prop::collection::vec(0..LATENESS, 150),
        size in 1_usize..20,
    ) {
        let in_order = nearly_in_order(rows.clone(), &vec![0; rows.len()]);
        let moved = nearly_in_order(rows, &shifts);
        for pipeline in &pipelines()[..7] {
            let expected = run(pipeline, &[batch(&in_order)], usize::MAX, LATENESS).unwrap();
            let answer = run(pipeline, &[batch(&moved)], size, LATENESS).unwrap();
            prop_assert_eq!(sorted(answer.rows), sorted(expected.rows));
            prop_assert_eq!(answer.account, expected.account);
        }
    }

    #[test]
    fn every_event_is_accounted_for(rows in prop::collection::vec(row(), 0..150)) {
        let refused = rows.iter().filter(|row| row.code.is_none_or(|code| code < 2)).count() as u64;
        let answer = run(&pipelines()[0], &[batch(&rows)], 13, LATENESS).unwrap();
        prop_assert_eq!(answer.account.received, rows.len() as u64);
        prop_assert_eq!(answer.account.filtered, refused);
        prop_assert_eq!(answer.account.in_flight, 0);
        prop_assert_eq!(answer.stage_out[0], rows.len() as u64 - refused);
        prop_assert_eq!(answer.stage_out[1], answer.rows.len() as u64);
    }

    #[test]
    fn a_preview_is_what_the_end_would_give(
        rows in prop::collection::vec(row(), 0..150),
        others in prop::collection::vec(row(), 0..60),
        size in 1_usize..40,
    ) {
        for pipeline in pipelines() {
            let both = [batch(&rows), batch(&others)];
            let inputs = if pipeline_inputs(&pipeline) == 2 { &both[..] } else { &both[..1] };
            let answer = run(&pipeline, inputs, size, LATENESS).unwrap();
            // A rate of an open window is that of the time gone, not of the whole window.
            let rates = pipeline.stages.iter().any(|stage| match &stage.kind {
                StageKind::Summarize(summarize) => {
                    summarize.aggregates.last().is_some_and(|last| last.function == AggregateFunction::Rate)
                }
                _ => false,
            });
            let shown = |rows: &[String]| -> Vec<String> {
                let cut = |row: &String| if rates { row.rsplit_once(' ').map_or("", |(row, _)| row).to_owned() } else { row.clone() };
                rows.iter().map(cut).collect()
            };
            prop_assert_eq!(shown(&answer.preview), shown(&answer.rows[answer.early..]));
        }
    }
}

pub(crate) fn pipeline_inputs(pipeline: &Pipeline) -> usize {
    1 + pipeline.stages.iter().filter(|stage| matches!(stage.kind, StageKind::Union(_))).count()
}
