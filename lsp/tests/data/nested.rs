//! Snapshots of a proxy's state: nested objects, event time in milliseconds since 1970.

use crate::binary::Folder;

/// 200 snapshots, 5 s apart, from 2026-01-01. `connections.active` is n % 100, `zones.shop.responses.5xx`
/// is n; every fourth has no `zones`.
fn snapshots() -> Vec<u8> {
    let mut text = String::new();
    for n in 0..200_u64 {
        let at = 1_767_225_600_000 + n * 5_000;
        let zones = match n % 4 {
            3 => String::new(),
            _ => format!(",\"zones\":{{\"shop\":{{\"responses\":{{\"2xx\":{},\"5xx\":{n}}}}}}}", n * 10),
        };
        text.push_str(&format!(
            "{{\"version\":6,\"timestamp\":{at},\"connections\":{{\"active\":{},\"idle\":3}}{zones}}}\n",
            n % 100
        ));
    }
    text.into_bytes()
}

fn answer(pipeline: &str) -> String {
    Folder::new(&[("s.jsonl", &snapshots())]).run(&["query", pipeline, "--source", "s=file:s.jsonl"]).clean()
}

#[test]
fn percentiles_of_a_number_within() {
    let answer = answer(
        "s | summarize p50 = percentile(connections.active, 50), p95 = percentile(connections.active, 95), \
         most = max(connections.active), n = dcount(connections.active)",
    );
    let row: serde_json::Value = serde_json::from_str(&answer).expect("one row");
    assert_eq!((row["most"].as_i64(), row["n"].as_i64()), (Some(99), Some(100)));
    // 0 to 99, each twice: the sketch may be off by a hundredth, and by where between two values it looks.
    for (field, exact) in [("p50", 49.5), ("p95", 94.5)] {
        let found = row[field].as_f64().expect("a number");
        assert!((found - exact).abs() <= 0.5 + exact / 100.0, "{field}: {found}");
    }
}

#[test]
fn what_some_records_lack_is_null() {
    // 3 of 4 have it; of n from 0 to 199 without those where n % 4 is 3: 19,900 − (3 + 7 + … + 199) = 14,850.
    assert_eq!(
        answer(
            "s | summarize has = countif(isnotnull(zones.shop.responses.`5xx`)), total = sum(tolong(zones.shop.responses.`5xx`))"
        ),
        "{\"has\":150,\"total\":14850}\n"
    );
}

#[test]
fn milliseconds_are_event_time() {
    // 60 snapshots are five minutes; the windows hold n of 0–59, 60–119, 120–179 and 180–199, each modulo 100.
    let counts = [60, 60, 60, 20];
    let most = [59, 99, 79, 99];
    let rows: String = (0..4)
        .map(|n| {
            format!("{{\"timestamp\":\"2026-01-01T00:{:02}:00Z\",\"n\":{},\"most\":{}}}\n", n * 5, counts[n], most[n])
        })
        .collect();
    assert_eq!(answer("s | summarize n = count(), most = max(connections.active) by bin(timestamp, 5m)"), rows);
}
