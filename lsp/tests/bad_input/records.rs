//! Files whose records are broken, endless or from another time.

use crate::binary::{Ended, Folder};

fn ask(content: &[u8], pipeline: &str) -> Ended {
    Folder::new(&[("e.jsonl", content)]).run(&["query", pipeline, "--source", "e=file:e.jsonl"])
}

/// One event a second, `at` says where it is in seconds after noon.
fn events(count: u64, at: impl Fn(u64) -> u64) -> Vec<u8> {
    let noon = 1_772_366_400;
    (0..count).map(|n| format!("{{\"timestamp\":{},\"n\":{n}}}\n", noon + at(n))).collect::<String>().into_bytes()
}

const YEAR: u64 = 365 * 86_400;
const MINUTES: &str = "e | summarize n = count() by bin(timestamp, 1m)";

#[test]
fn a_clock_that_jumps_ahead_and_back_is_counted() {
    let ended = ask(&events(300, |n| if (100..200).contains(&n) { n + YEAR } else { n }), MINUTES);
    assert!(ended.err.contains("read 300 · matched 200 · filtered 0 · late 100 · dropped 0"), "{}", ended.err);
    assert_eq!(ended.out.lines().count(), 5, "{}", ended.out);
    let once = ask(&events(300, |n| if n == 100 { n + YEAR } else { n }), MINUTES);
    // One event alone moves nobody's clock.
    assert!(once.err.contains("read 300 · matched 300 · filtered 0 · late 0 · dropped 0"), "{}", once.err);
    assert!(once.err.contains("far ahead of the events before it: it closes no window"), "{}", once.err);
}

#[test]
fn a_time_that_is_none_makes_nothing_else_late() {
    let text = String::from_utf8(events(300, |n| n)).expect("text").replacen("1772366450", "\"nonsense\"", 1);
    let ended = ask(text.as_bytes(), MINUTES);
    assert!(ended.err.contains("read 300 · matched 299 · filtered 0 · late 1 · dropped 0"), "{}", ended.err);
    // Also said by a run that is over before its first report.
    assert!(
        ended.err.contains("`timestamp` is datetime, but one value was something else and became null"),
        "{}",
        ended.err
    );
}

#[test]
fn times_that_are_mostly_none_are_not_replaced_in_silence() {
    let ended = ask(b"{\"timestamp\":\"nonsense\",\"n\":1}\n{\"timestamp\":\"more\",\"n\":2}\n", "e | count");
    assert!(ended.err.contains("`timestamp` is no time in most of the first 2 records"), "{}", ended.err);
    assert_eq!(ended.clean(), "{\"Count\":2}\n");
}

#[test]
fn a_line_without_end_is_one_drop() {
    let mut content = b"{\"n\":1}\n{\"n\":\"".to_vec();
    content.resize(content.len() + 8_000_000, b'y');
    content.extend_from_slice(b"\"}\n{\"n\":3}\n");
    let ended = ask(&content, "e | count");
    assert!(ended.err.contains("1 dropped: a line longer than the limit (`?max_line=`)"), "{}", ended.err);
    assert_eq!(ended.clean(), "{\"Count\":2}\n");
}

#[test]
fn json_that_is_deep_or_cut_off_is_dropped_by_its_reason() {
    let deep = format!("{}1{}", "{\"n\":".repeat(10_000), "}".repeat(10_000));
    let ended = ask(format!("{{\"n\":1}}\n{deep}\n{{\"n\":2}}\n{{\"n\":").as_bytes(), "e | count");
    assert!(ended.err.contains("1 dropped: JSON nested deeper than 64 levels"), "{}", ended.err);
    assert!(ended.err.contains("1 dropped: truncated JSON"), "{}", ended.err);
    assert_eq!(ended.clean(), "{\"Count\":2}\n");
}

#[test]
fn a_key_without_end_names_its_stage_and_the_limit() {
    let keys: String = (0..101_000).map(|n| format!("{{\"timestamp\":1772366400,\"k\":\"key-{n}\"}}\n")).collect();
    for (pipeline, message) in [
        (
            "e | summarize n = count() by k",
            "`summarize` by k holds 100,000 groups, the limit (`groups` in [runner.limits]); add bin(",
        ),
        (
            "e | summarize n = count() by k, bin(timestamp, 1m)",
            "the limit (`groups` in [runner.limits]); take a shorter window",
        ),
        ("e | distinct k", "`distinct` by k holds 100,000 groups, the limit"),
    ] {
        let ended = ask(keys.as_bytes(), pipeline);
        assert!(ended.err.contains("read 1"), "counts come with it: {}", ended.err);
        let error = ended.failed();
        assert!(error.contains(message), "{error}");
    }
}
