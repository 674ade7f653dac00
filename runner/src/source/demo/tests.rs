//! The shop is the same for the same seed, and its signals tell one story.

use std::collections::{BTreeMap, HashSet};

use expect_test::expect;
use syntax::catalog::signals::Signal;
use syntax::source::{Scheme, SourceUri};
use syntax::{Field, Type};

use super::shop::SECOND;
use crate::source::Wanted;
use crate::source::collect::{self, Collect};

fn shop(signal: &str, params: &[(&str, &str)]) -> std::sync::Arc<Collect> {
    shop_with(signal, params, Wanted::All)
}

fn shop_with(signal: &str, params: &[(&str, &str)], wanted: Wanted) -> std::sync::Arc<Collect> {
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let uri = SourceUri { scheme: Scheme::Demo, rest: "shop".to_owned(), params };
    collect::read(&collect::source(signal, uri), wanted).unwrap()
}

const START: (&str, &str) = ("start", "2026-01-01T00:00:00Z");

#[test]
fn the_fields_are_those_that_are_declared() {
    for signal in Signal::ALL {
        let declared: Vec<String> =
            signal.demo_fields().iter().map(|field| format!("{}: {}", field.0, field.1)).collect();
        let uri = SourceUri { scheme: Scheme::Demo, rest: "shop".to_owned(), params: vec![] };
        let made = collect::open(&collect::source(signal.word(), uri)).unwrap().schema.fields;
        let made: Vec<String> = made.iter().map(|field| format!("{}: {}", field.name, field.ty)).collect();
        assert_eq!(made, declared);
    }
}

#[test]
fn the_same_seed_gives_the_same_batches() {
    for signal in ["spans", "logs", "metrics", "deploys"] {
        let first = shop(signal, &[START, ("events", "900")]);
        let second = shop(signal, &[START, ("events", "900")]);
        first.look(|first| {
            assert_eq!(first.rows(), 900);
            second.look(|second| assert_eq!(first.batches, second.batches, "{signal}"));
        });
    }
    let [seven, eight] = ["7", "8"].map(|seed| shop("spans", &[START, ("events", "100"), ("seed", seed)]));
    seven.look(|seven| eight.look(|eight| assert_ne!(seven.batches, eight.batches)));
}

#[test]
fn the_rate_is_about_what_was_asked() {
    for (signal, rate) in [("spans", 2000.0), ("logs", 640.0), ("metrics", 78.0)] {
        let events = (rate * 150.0) as usize;
        let wanted = Wanted::Fields(vec![Field::new("timestamp", Type::Datetime)]);
        shop_with(signal, &[START, ("events", &events.to_string())], wanted).look(|state| {
            let times: Vec<jiff::Timestamp> =
                state.column("timestamp").iter().map(|time| time.parse().unwrap()).collect();
            let took = times.iter().max().unwrap().duration_since(*times.iter().min().unwrap()).as_secs_f64();
            let found = times.len() as f64 / took;
            assert!((found / rate - 1.0).abs() < 0.15, "{signal}: {found} instead of {rate}");
        });
    }
}

#[test]
fn a_log_line_belongs_to_a_span() {
    let spans = shop("spans", &[START, ("events", "40000")]);
    let ids: HashSet<(String, String)> =
        spans.look(|state| state.column("trace.id").into_iter().zip(state.column("span.id")).collect());
    assert_eq!(ids.len(), 40000, "span ids are unique");
    shop("logs", &[START, ("events", "5000")]).look(|state| {
        for id in state.column("trace.id").into_iter().zip(state.column("span.id")) {
            assert!(ids.contains(&id), "{id:?}");
        }
    });
}

#[test]
fn disorder_stays_well_within_the_lateness() {
    shop("spans", &[START, ("events", "160000")]).look(|state| {
        let mut newest = 0;
        let mut disordered = 0;
        for batch in &state.batches {
            use arrow_array::cast::AsArray;
            let times = batch.column_by_name("timestamp").unwrap();
            for time in times.as_primitive::<arrow_array::types::TimestampNanosecondType>().values() {
                disordered += u32::from(*time < newest);
                assert!(newest - time < SECOND / 2);
                newest = newest.max(*time);
            }
        }
        assert!(disordered > 1000, "{disordered}");
    });
}

/// Checkout's spans by region and ten seconds: how many, how many failed, and the slowest hundredth.
#[test]
fn the_incident_strikes_one_region_and_heals() {
    let mut windows: BTreeMap<(String, i64), (Vec<i64>, u32)> = BTreeMap::new();
    shop("spans", &[START, ("events", "150000")]).look(|state| {
        let services = state.column("service.name");
        let regions = state.column("cloud.region");
        let times = state.column("timestamp");
        let codes = state.column("http.response.status_code");
        for (row, duration) in state.column("duration").iter().enumerate() {
            if services[row] != "checkout" {
                continue;
            }
            let second = times[row].parse::<jiff::Timestamp>().unwrap().as_second();
            let window = windows.entry((regions[row].clone(), second % 86400 / 10 * 10)).or_default();
            window.0.push(duration.trim_end_matches("ns").parse().unwrap());
            window.1 += u32::from(codes[row] == "500");
        }
    });
    let mut table = String::new();
    for ((region, second), (durations, failed)) in &mut windows {
        if *second < 70 {
            durations.sort_unstable();
            let p99 = durations[durations.len() * 99 / 100] / 1_000_000;
            table +=
                &format!("{region:14} {second:2}s  {:4} orders  {failed:3} failed  p99 {p99} ms\n", durations.len());
        }
    }
    expect![[r#"
        ap-southeast-2  0s   258 orders    2 failed  p99 342 ms
        ap-southeast-2 10s   327 orders    1 failed  p99 276 ms
        ap-southeast-2 20s   353 orders    0 failed  p99 324 ms
        ap-southeast-2 30s   249 orders    0 failed  p99 303 ms
        ap-southeast-2 40s   217 orders    0 failed  p99 283 ms
        ap-southeast-2 50s   356 orders    0 failed  p99 296 ms
        ap-southeast-2 60s   332 orders    0 failed  p99 322 ms
        eu-west-1       0s   430 orders    2 failed  p99 340 ms
        eu-west-1      10s   579 orders    3 failed  p99 302 ms
        eu-west-1      20s   606 orders    2 failed  p99 2256 ms
        eu-west-1      30s   403 orders   29 failed  p99 4061 ms
        eu-west-1      40s   398 orders   59 failed  p99 4722 ms
        eu-west-1      50s   573 orders   54 failed  p99 4188 ms
        eu-west-1      60s   585 orders    0 failed  p99 314 ms
        us-east-1       0s   393 orders    1 failed  p99 309 ms
        us-east-1      10s   564 orders    4 failed  p99 296 ms
        us-east-1      20s   561 orders    2 failed  p99 318 ms
        us-east-1      30s   394 orders    3 failed  p99 307 ms
        us-east-1      40s   394 orders    0 failed  p99 313 ms
        us-east-1      50s   521 orders    2 failed  p99 309 ms
        us-east-1      60s   580 orders    1 failed  p99 295 ms
    "#]]
    .assert_eq(&table);
}

#[test]
fn what_failed_has_something_in_common() {
    shop("spans", &[START, ("events", "150000")]).look(|state| {
        let columns =
            ["error.type", "cloud.region", "payment.provider", "customer.tier"].map(|name| state.column(name));
        let struck = columns[0].iter().enumerate().filter(|(_, error)| *error == "timeout").map(|(row, _)| row);
        let common: HashSet<[&str; 2]> =
            struck.map(|row| [columns[1][row].as_str(), columns[2][row].as_str()]).collect();
        assert_eq!(common, HashSet::from([["eu-west-1", "northpay"]]));
    });
}

#[test]
fn deploys_come_before_what_they_cause() {
    shop("deploys", &[START, ("events", "10")]).look(|state| {
        let names = ["timestamp", "service.name", "service.version", "cloud.region"];
        let columns = names.map(|name| state.column(name));
        let lines: Vec<String> =
            (0..state.rows()).map(|row| columns.each_ref().map(|column| column[row].as_str()).join(" ")).collect();
        expect![[r#"
            2026-01-01T00:00:04Z inventory 1.6.1 eu-west-1
            2026-01-01T00:00:04Z inventory 1.6.1 us-east-1
            2026-01-01T00:00:04Z inventory 1.6.1 ap-southeast-2
            2026-01-01T00:00:06Z inventory 1.6.1 eu-west-1
            2026-01-01T00:00:06Z inventory 1.6.1 us-east-1
            2026-01-01T00:00:06Z inventory 1.6.1 ap-southeast-2
            2026-01-01T00:00:18Z checkout 2.5.0 eu-west-1
            2026-01-01T00:00:20Z checkout 2.5.0 eu-west-1
            2026-01-01T00:00:54Z checkout 2.4.1 eu-west-1
            2026-01-01T00:00:56Z checkout 2.4.1 eu-west-1"#]]
        .assert_eq(&lines.join("\n"));
    });
}

#[test]
fn a_live_shop_begins_with_the_past() {
    let uri = SourceUri { scheme: Scheme::Demo, rest: "shop".to_owned(), params: vec![] };
    let opened = collect::open(&collect::source("spans", uri)).unwrap();
    let feed = Collect::new(Wanted::Fields(vec![Field::new("timestamp", Type::Datetime)]));
    let reading = std::thread::spawn({
        let feed = feed.clone();
        move || opened.reader.run(feed)
    });
    let now = crate::source::now();
    // What came after the test began can only be live.
    let live = |time: &String| time.parse::<jiff::Timestamp>().unwrap().as_nanosecond() > i128::from(now);
    feed.when(
        |state| state.batches.last().is_some_and(|batch| collect::column(batch, "timestamp").iter().any(live)),
        |state| assert!(state.rows() > 100_000 && state.batches[0].num_columns() == 1),
    );
    feed.stop();
    reading.join().unwrap().unwrap();
}

#[test]
fn what_is_wrong_with_the_address_is_said() {
    let open = |rest: &str, params: &[(&str, &str)]| {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let uri = SourceUri { scheme: Scheme::Demo, rest: rest.to_owned(), params };
        collect::open(&collect::source("spans", uri)).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let said = [
        open("bank", &[]),
        open("shop", &[("rate", "many")]),
        open("shop", &[("rate", "1e9")]),
        open("shop", &[("seed", "-1")]),
        open("shop", &[("start", "yesterday")]),
        open("shop", &[("history", "90")]),
        open("shop", &[("signal", "events")]),
        open("shop", &[("speed", "2")]),
    ];
    expect![[r#"
        there is no demo `bank`; the only one is `demo:shop`
        `rate=many`: spans a second, a number from 1 to 5000000
        `rate=1e9`: spans a second, a number from 1 to 5000000
        `seed=-1`: expected a whole number that is not negative
        `start=yesterday`: expected an instant such as 2026-01-31T12:00:00Z
        `history=90`: expected a timespan such as 90s or 5m
        `signal` is `events`, expected one of spans, logs, metrics, deploys
        this source has no parameter `speed`; it has `seed`, `rate`, `history`, `start`, `events`, `signal`, `timestamp`, `lateness`"#]].assert_eq(&said.join("\n"));
}

/// What completion offers offline is what occurs.
#[test]
fn the_values_are_those_that_are_declared() {
    for signal in Signal::ALL {
        // More than one round of the incident.
        let events = if signal == Signal::Deploys { "100" } else { "12000" };
        shop(signal.word(), &[START, ("events", events), ("rate", "100")]).look(|state| {
            for field in signal.demo_fields() {
                let declared: HashSet<&str> =
                    syntax::catalog::values::of_demo(signal, field.0).iter().copied().collect();
                if declared.is_empty() {
                    continue;
                }
                let column = state.column(field.0);
                let found: HashSet<&str> =
                    column.iter().map(|value| value.as_str()).filter(|value| *value != "null").collect();
                assert!(found.is_subset(&declared), "{} {}: {:?}", signal.word(), field.0, found.difference(&declared));
                assert!(declared.is_subset(&found), "{} {}: {:?}", signal.word(), field.0, declared.difference(&found));
            }
        });
    }
}
