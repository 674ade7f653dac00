//! Windows and aggregates against a model that keeps every event.

use std::collections::BTreeMap;

use proptest::prelude::*;
use syntax::Value;
use syntax::pipeline::WindowKind;

use crate::build::{pipeline, windowed};
use crate::drive::{Row, batch, run};
use crate::properties::row;

const SECOND: i64 = 1_000_000_000;
const LATENESS: i64 = 5 * SECOND;

/// The groups of sliding windows, and how many events were late.
fn model(rows: &[Row], size: i64, every: i64) -> (Vec<String>, u64) {
    let mut groups: BTreeMap<(i64, Option<&str>), Vec<&Row>> = BTreeMap::new();
    let (mut newest, mut late) = (None::<i64>, 0);
    for row in rows {
        let Some(time) = row.time else {
            late += 1;
            continue;
        };
        let last = time.div_euclid(every) * every;
        let starts = (0..).map(|back| last - back * every).take_while(|start| start + size > time);
        let open = |start: &i64| newest.is_none_or(|newest| start + size > newest - LATENESS);
        let open: Vec<i64> = starts.filter(open).collect();
        late += u64::from(open.is_empty());
        for start in open {
            groups.entry((start, row.service)).or_default().push(row);
        }
        newest = newest.max(Some(time));
    }
    (lines(groups.into_iter().collect(), size), late)
}

/// Sessions of events none of which is late.
fn sessions(rows: &[Row], gap: i64, max: i64) -> Vec<String> {
    let mut rows: Vec<(&Row, i64)> = rows.iter().filter_map(|row| Some((row, row.time?))).collect();
    rows.sort_by_key(|(_, time)| *time);
    let mut open: BTreeMap<Option<&str>, (i64, i64, Vec<&Row>)> = BTreeMap::new();
    let mut groups = Vec::new();
    for (row, time) in rows {
        match open.get_mut(&row.service) {
            Some((start, last, rows)) if time - *last < gap && time - *start < max => {
                *last = time;
                rows.push(row);
            }
            _ => {
                let ended = open.insert(row.service, (time, time, vec![row]));
                groups.extend(ended.map(|(start, _, rows)| ((start, row.service), rows)));
            }
        }
    }
    groups.extend(open.into_iter().map(|(service, (start, _, rows))| ((start, service), rows)));
    groups
        .into_iter()
        .map(|((start, service), rows)| {
            let times = || rows.iter().filter_map(|row| row.time);
            let length = times().max().unwrap_or(0) - times().min().unwrap_or(0);
            line(start, service, &rows, length)
        })
        .collect()
}

type Groups<'a> = Vec<((i64, Option<&'a str>), Vec<&'a Row>)>;

fn lines(groups: Groups<'_>, size: i64) -> Vec<String> {
    groups.into_iter().map(|((start, service), rows)| line(start, service, &rows, size)).collect()
}

/// As [`crate::drive::lines`] writes it; `length` is what a rate is over.
fn line(start: i64, service: Option<&str>, rows: &[&Row], length: i64) -> String {
    let codes: Vec<i64> = rows.iter().filter_map(|row| row.code).collect();
    let mut loads: Vec<f64> = rows.iter().filter_map(|row| row.load).filter(|load| !load.is_nan()).collect();
    loads.sort_by(f64::total_cmp);
    let rank = |count: usize, q: f64| ((q * count as f64).ceil() as usize).max(1) - 1;
    let load_at = |q: f64| loads.get(rank(loads.len(), q)).copied().map_or(real_null(), Value::Real);
    let mut sorted: Vec<i64> = codes.clone();
    sorted.sort_unstable();
    let p90 = sorted.get(rank(sorted.len(), 0.9)).copied();
    let mut different = sorted.clone();
    different.dedup();
    let sum = i64::try_from(codes.iter().map(|code| i128::from(*code)).sum::<i128>()).ok();
    let long = |value: Option<i64>| value.map_or(Value::Null(syntax::Type::Long), Value::Long);
    let text = |value: Option<&str>| value.map_or(Value::Null(syntax::Type::String), |text| Value::String(text.into()));
    let times = || rows.iter().filter_map(|row| row.time);
    let time = |value: Option<i64>| value.map_or(Value::Null(syntax::Type::Datetime), Value::Datetime);
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
        if length > 0 { Value::Real(rows.len() as f64 / (length as f64 / 1e9)) } else { real_null() },
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
        for (length, every) in [(10, 10), (10, 2), (9, 3), (7, 3), (60, 1)] {
            let kind = WindowKind::Hop { size: length * SECOND, every: every * SECOND };
            let tumbling = WindowKind::Tumbling { size: length * SECOND };
            let kind = if length == every { tumbling } else { kind };
            let answer = run(&pipeline("main", vec![windowed(Some(kind))]), &[batch(&rows)], size, LATENESS).unwrap();
            let (expected, late) = model(&rows, length * SECOND, every * SECOND);
            prop_assert_eq!(sorted(answer.rows), sorted(expected));
            prop_assert_eq!(answer.account.late, late);
            prop_assert_eq!(answer.account.untimed, rows.iter().filter(|row| row.time.is_none()).count() as u64);
        }
    }

    #[test]
    fn sessions_hold_what_the_model_holds(rows in prop::collection::vec(row(), 0..60), size in 1_usize..30) {
        for (gap, max) in [(3, 3600), (2, 5), (8, 20), (1, 1)] {
            let kind = WindowKind::Session { gap: gap * SECOND, max: max * SECOND };
            let pipeline = pipeline("main", vec![windowed(Some(kind))]);
            let answer = run(&pipeline, &[batch(&rows)], size, 100 * SECOND).unwrap();
            prop_assert_eq!(sorted(answer.rows), sorted(sessions(&rows, gap * SECOND, max * SECOND)));
        }
    }
}

/// In one order; zeros of both signs are one.
fn sorted(lines: Vec<String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.into_iter().map(|line| line.replace("Real(-0.0)", "Real(0.0)")).collect();
    lines.sort();
    lines
}
