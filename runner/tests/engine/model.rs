//! Windows and aggregates against a model that keeps every event.

use std::collections::BTreeMap;

use proptest::prelude::*;
use syntax::Value;

use crate::build::{pipeline, summarize};
use crate::drive::{Row, batch, run};
use crate::properties::row;

const SECOND: i64 = 1_000_000_000;
const LATENESS: i64 = 5 * SECOND;
const SIZE: i64 = 10 * SECOND;

/// One line a group, as [`crate::drive::lines`] writes it, and how many events were late.
fn model(rows: &[Row]) -> (Vec<String>, u64) {
    let mut groups: BTreeMap<(i64, Option<&str>), Vec<&Row>> = BTreeMap::new();
    let (mut newest, mut late) = (None::<i64>, 0);
    for row in rows {
        let Some(time) = row.time else {
            late += 1;
            continue;
        };
        let start = time.div_euclid(SIZE) * SIZE;
        if newest.is_some_and(|newest| start + SIZE <= newest - LATENESS) {
            late += 1;
        } else {
            groups.entry((start, row.service)).or_default().push(row);
        }
        newest = newest.max(Some(time));
    }
    (groups.into_iter().map(|((start, service), rows)| line(start, service, &rows)).collect(), late)
}

fn line(start: i64, service: Option<&str>, rows: &[&Row]) -> String {
    let codes: Vec<i64> = rows.iter().filter_map(|row| row.code).collect();
    let mut loads: Vec<f64> = rows.iter().filter_map(|row| row.load).filter(|load| !load.is_nan()).collect();
    loads.sort_by(f64::total_cmp);
    let rank = |count: usize, q: f64| ((q * count as f64).ceil() as usize).max(1) - 1;
    let load_at = |q: f64| loads.get(rank(loads.len(), q)).copied().map_or(real_null(), Value::Real);
    let mut sorted: Vec<i64> = codes.clone();
    sorted.sort_unstable();
    let p90 = sorted.get(rank(sorted.len(), 0.9)).map(|code| *code as f64);
    let mut different = sorted.clone();
    different.dedup();
    let sum = i64::try_from(codes.iter().map(|code| i128::from(*code)).sum::<i128>()).ok();
    let long = |value: Option<i64>| value.map_or(Value::Null(syntax::Type::Long), Value::Long);
    let text = |value: Option<&str>| value.map_or(Value::Null(syntax::Type::String), |text| Value::String(text.into()));
    let times = || rows.iter().filter_map(|row| row.time);
    let time = |value: Option<i64>| value.map_or(Value::Null(syntax::Type::Datetime), Value::Datetime);
    // A percentile of longs goes through reals, and what does not fit again is null.
    let p90 = p90.filter(|value| *value < -(i64::MIN as f64)).map(|value| value as i64);
    let values = [
        text(service),
        Value::Datetime(start),
        Value::Long(rows.len() as i64),
        long(sum),
        loads.iter().copied().reduce(f64::min).map_or(real_null(), Value::Real),
        long(codes.iter().copied().max()),
        text(rows.iter().filter_map(|row| row.service).max()),
        Value::Long(different.len() as i64),
        load_at(0.5),
        load_at(0.99),
        long(p90),
        time(times().min()),
        time(times().max()),
        Value::Real(rows.len() as f64 / 10.0),
    ];
    values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(" ")
}

fn real_null() -> Value {
    Value::Null(syntax::Type::Real)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn windows_hold_what_the_model_holds(rows in prop::collection::vec(row(), 0..60), size in 1_usize..30) {
        let pipeline = pipeline("main", vec![summarize(Some(SIZE))]);
        let answer = run(&pipeline, &[batch(&rows)], size, LATENESS).unwrap();
        let (expected, late) = model(&rows);
        let sorted = |mut lines: Vec<String>| { lines.sort(); lines };
        // Zeros of both signs are one.
        let plain = |lines: Vec<String>| lines.into_iter().map(|line| line.replace("Real(-0.0)", "Real(0.0)")).collect();
        prop_assert_eq!(sorted(plain(answer.rows)), sorted(plain(expected)));
        prop_assert_eq!(answer.account.late, late);
    }
}
