//! `join` against a model that compares every pair, and what it does where there are too many.

use proptest::prelude::*;
use runner::Error;
use runner::execution::Execution;
use runner::operator::Limits;
use syntax::pipeline::{Join, JoinKind, Pipeline, StageKind};
use syntax::{Field, Schema, Type};

use crate::build;
use crate::drive::{Row, batch, run};
use crate::properties::{nearly_in_order, row, sorted};

const SECOND: i64 = 1_000_000_000;
const LATENESS: i64 = 2 * SECOND;
const WITHIN: i64 = 3 * SECOND;

fn joined(kind: JoinKind) -> Pipeline {
    let time = || Some("timestamp".into());
    let added: Vec<(syntax::Name, syntax::Name)> = match (kind.gives_left(), kind.gives_right()) {
        (true, true) => vec![("timestamp".into(), "timestamp1".into()), ("code".into(), "code1".into())],
        (false, true) => vec![("timestamp".into(), "timestamp".into()), ("code".into(), "code".into())],
        _ => vec![],
    };
    let join = Join {
        kind,
        right: build::pipeline("other", vec![]),
        keys: vec![(build::field("service", Type::String), build::field("service", Type::String))],
        within: Some(WITHIN),
        times: [time(), time()],
        added: added.clone(),
    };
    let mut output = if kind.gives_left() { build::input() } else { Schema::default() };
    for (name, out) in added {
        output.set(Field::new(out, if *name == *"code" { Type::Long } else { Type::Datetime }));
    }
    let stage = syntax::pipeline::Stage { output, ..build::same(StageKind::Join(Box::new(join))) };
    build::pipeline("main", vec![stage])
}

/// How many rows come out, by the definition.
fn model(kind: JoinKind, lefts: &[Row], rights: &[Row]) -> usize {
    let fits = |left: &Row, right: &Row| {
        left.service.is_some()
            && left.service == right.service
            && matches!((left.time, right.time), (Some(one), Some(two)) if one.abs_diff(two) <= WITHIN.unsigned_abs())
    };
    let timed = |rows: &[Row]| rows.iter().filter(|row| row.time.is_some()).cloned().collect::<Vec<_>>();
    let (lefts, rights) = (timed(lefts), timed(rights));
    let of_left = |left: &Row| rights.iter().filter(|right| fits(left, right)).count();
    let of_right = |right: &Row| lefts.iter().filter(|left| fits(left, right)).count();
    let pairs: usize = lefts.iter().map(of_left).sum();
    let lonely_left = lefts.iter().filter(|left| of_left(left) == 0).count();
    let lonely_right = rights.iter().filter(|right| of_right(right) == 0).count();
    match kind {
        JoinKind::Inner => pairs,
        JoinKind::LeftOuter => pairs + lonely_left,
        JoinKind::RightOuter => pairs + lonely_right,
        JoinKind::FullOuter => pairs + lonely_left + lonely_right,
        JoinKind::LeftAnti => lonely_left,
        JoinKind::RightAnti => lonely_right,
        JoinKind::LeftSemi => lefts.len() - lonely_left,
        JoinKind::RightSemi => rights.len() - lonely_right,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn pairs_are_those_of_the_definition(
        lefts in prop::collection::vec(row(), 0..80),
        rights in prop::collection::vec(row(), 0..80),
        shifts in prop::collection::vec(0..LATENESS, 80),
    ) {
        let (lefts, rights) = (nearly_in_order(lefts, &shifts), nearly_in_order(rights, &shifts));
        use JoinKind::*;
        for kind in [Inner, LeftOuter, LeftAnti, LeftSemi, RightOuter, FullOuter, RightAnti, RightSemi] {
            let pipeline = joined(kind);
            let inputs = [batch(&lefts), batch(&rights)];
            let all = run(&pipeline, &inputs, usize::MAX, LATENESS).unwrap();
            prop_assert_eq!(all.rows.len(), model(kind, &lefts, &rights), "{:?}", kind);
            let timeless = lefts.iter().chain(&rights).filter(|row| row.time.is_none()).count() as u64;
            prop_assert_eq!(all.account.late, timeless);
            let expected = sorted(all.rows);
            for size in [1, 7] {
                let answer = run(&pipeline, &inputs, size, LATENESS).unwrap();
                prop_assert_eq!(answer.account, all.account);
                prop_assert_eq!(sorted(answer.rows), expected.clone());
            }
        }
    }
}

fn same_key(rows: usize) -> arrow_array::RecordBatch {
    let row = |n| Row { time: Some(n as i64), service: Some("cart"), code: Some(1), load: None };
    batch(&(0..rows).map(row).collect::<Vec<_>>())
}

#[test]
fn a_key_that_is_too_common_ends_the_flow_by_its_name() {
    let limits = Limits { elements: 10, ..Limits::default() };
    let mut execution = Execution::new(&joined(JoinKind::Inner), 0, &limits).unwrap();
    let mut out = Vec::new();
    execution.push(0, &same_key(11), &mut out).unwrap();
    let Err(Error::Limit { message, .. }) = execution.push(1, &same_key(1), &mut out) else { panic!("it explodes") };
    assert!(message.contains("`join` on service found more than 10 partners"), "{message}");
}

#[test]
fn what_is_kept_is_bounded_and_goes_with_time() {
    let limits = Limits { joined: 100, ..Limits::default() };
    let mut execution = Execution::new(&joined(JoinKind::LeftOuter), 0, &limits).unwrap();
    let mut out = Vec::new();
    execution.push(0, &same_key(100), &mut out).unwrap();
    let Err(Error::Limit { message, .. }) = execution.push(0, &same_key(1), &mut out) else {
        panic!("it is one too many")
    };
    assert!(message.contains("`join` on service keeps 100 events of one side"), "{message}");

    let mut execution = Execution::new(&joined(JoinKind::LeftOuter), 0, &limits).unwrap();
    for second in 1..50 {
        execution.push(0, &same_key(100), &mut out).ok();
        let late = execution.account().late;
        execution.advance(0, second * 10 * SECOND, &mut out).unwrap();
        execution.advance(1, second * 10 * SECOND, &mut out).unwrap();
        assert_eq!(execution.account().in_flight, 0, "{late} were late");
    }
    assert_eq!(out.iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>(), 100);
}
