//! The table of `tests/stamps.md`, and what holds of all texts.

use jiff::tz::TimeZoneDatabase;
use proptest::prelude::*;

use super::*;

const TABLE: &str = include_str!("../../tests/stamps.md");

fn noon() -> Reading {
    Reading::at("2026-11-26T12:00:00Z".parse::<jiff::Timestamp>().expect("a stamp").as_nanosecond() as i64)
}

fn shown(stamp: Option<&Stamp>) -> String {
    let instant =
        |stamp: &Stamp| jiff::Timestamp::from_nanosecond(i128::from(stamp.nanos)).expect("in range").to_string();
    stamp.map_or("none".to_owned(), instant)
}

/// The lines of a part of the table: text, instant, and what is told.
fn rows(part: &str) -> Vec<(String, &'static str, &'static str)> {
    let part = TABLE.split("## ").find(|text| text.starts_with(part)).expect("it is a part of the table");
    let rows = part.lines().filter_map(|line| line.rsplit_once("=> "));
    let of = |(text, right): (&str, &'static str)| {
        let (instant, told) = right.split_once(" ! ").unwrap_or((right, ""));
        (text.trim_end().replace("\\e", "\u{1b}").replace("\\t", "\t"), instant, told)
    };
    rows.map(of).collect()
}

fn check(part: &str, read: impl Fn(&[u8]) -> Option<Stamp>) {
    let mut wrong = String::new();
    for (text, instant, told) in rows(part) {
        let stamp = read(text.as_bytes());
        let doubt = stamp.as_ref().and_then(|stamp| stamp.doubt).map(|doubt| doubt.text()).unwrap_or_default();
        let fits = told.split("; ").all(|told| doubt.contains(told)) && doubt.is_empty() == told.is_empty();
        if shown(stamp.as_ref()) != instant || !fits {
            wrong += &format!("{text} => {} ! {doubt}, expected {instant} ! {told}\n", shown(stamp.as_ref()));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn whole_texts() {
    check("Whole texts", |text| noon().read(text));
}

#[test]
fn lines() {
    check("Lines", |line| noon().find(line));
}

#[test]
fn where_stamps_are_whole_a_number_or_a_clock_is_none() {
    let reading = Reading { whole: true, ..noon() };
    for line in ["1320279554.496300 a", "08:09:33.814936 a", "11-26 10:00:00 a", "140926 14:45:02 a"] {
        assert_eq!(reading.find(line.as_bytes()), None, "{line}");
    }
    assert!(reading.find(b"Nov 26 10:00:00 host").is_some());
}

#[test]
fn a_clock_alone_is_of_the_day_before_it() {
    let mut reading = noon();
    reading.last = reading.read(b"2002-10-09 16:44:49").map(|stamp| stamp.nanos);
    let mut found = Vec::new();
    for line in ["16:44:49 a", "16:48:05 b", "16:48:04 c", "23:59:59 d", "00:00:01 e", "12:30:00 f"] {
        let stamp = reading.find(line.as_bytes());
        reading.last = stamp.as_ref().map(|stamp| stamp.nanos);
        assert_eq!(stamp.as_ref().and_then(|stamp| stamp.doubt), None);
        found.push(shown(stamp.as_ref()));
    }
    let expected = ["09T16:44:49", "09T16:48:05", "09T16:48:04", "09T23:59:59", "10T00:00:01", "10T12:30:00"];
    assert_eq!(found, expected.map(|at| format!("2002-10-{at}Z")));
}

#[test]
fn a_zone_is_that_of_stamps_without_one() {
    let zone = |name| Reading { zone: TimeZoneDatabase::bundled().get(name).ok(), ..noon() };
    for (name, text, expected) in [
        ("Europe/Berlin", "2026-07-01 12:00:00", "2026-07-01T10:00:00Z"),
        ("Europe/Berlin", "2026-11-26 12:00:00", "2026-11-26T11:00:00Z"),
        ("Europe/Berlin", "2026-11-26T12:00:00Z", "2026-11-26T12:00:00Z"),
        ("Europe/Berlin", "1795687200", "2026-11-26T10:00:00Z"),
        // The clocks are put back at three: letters tell the two apart.
        ("Europe/Berlin", "2026-10-25 02:30:00 CET", "2026-10-25T01:30:00Z"),
        ("Europe/Berlin", "2026-10-25 02:30:00 CEST", "2026-10-25T00:30:00Z"),
        ("Asia/Jerusalem", "2026-01-01 12:00:00 IST", "2026-01-01T10:00:00Z"),
        ("Asia/Shanghai", "2026-01-01 12:00:00 CST", "2026-01-01T04:00:00Z"),
        ("Europe/Berlin", "Jul  1 12:00:00", "2026-07-01T10:00:00Z"),
    ] {
        let stamp = zone(name).read(text.as_bytes());
        assert_eq!(shown(stamp.as_ref()), expected, "{text} in {name}");
        assert_eq!(stamp.and_then(|stamp| stamp.doubt), None, "{text} in {name}");
    }
}

#[test]
fn a_night_on_which_clocks_are_changed_is_told() {
    let mut reading = Reading { zone: TimeZoneDatabase::bundled().get("Europe/Berlin").ok(), ..noon() };
    for (line, expected, doubt) in [
        // They are put forward at two.
        ("2026-03-29 01:59:59 a", "2026-03-29T00:59:59Z", None),
        ("2026-03-29 02:30:00 b", "2026-03-29T01:30:00Z", Some(Doubt::Never)),
        ("2026-03-29 03:00:00 c", "2026-03-29T01:00:00Z", None),
        // And back at three: lines in their order stay in it, and one that is late by a second is no other hour.
        ("2026-10-25 02:30:00 d", "2026-10-25T00:30:00Z", Some(Doubt::Twice)),
        ("2026-10-25 02:29:59 e", "2026-10-25T00:29:59Z", Some(Doubt::Twice)),
        ("2026-10-25 02:59:59 f", "2026-10-25T00:59:59Z", Some(Doubt::Twice)),
        ("2026-10-25 02:00:01 g", "2026-10-25T01:00:01Z", Some(Doubt::Twice)),
        ("2026-10-25 02:40:00 h", "2026-10-25T01:40:00Z", Some(Doubt::Twice)),
        ("2026-10-25 03:00:00 i", "2026-10-25T02:00:00Z", None),
    ] {
        let stamp = reading.find(line.as_bytes());
        reading.last = stamp.as_ref().map(|stamp| stamp.nanos);
        assert_eq!((&*shown(stamp.as_ref()), stamp.and_then(|stamp| stamp.doubt)), (expected, doubt), "{line}");
    }
    let stamp = noon().read(b"2026-10-25T02:30:00[Europe/Berlin]");
    assert_eq!(stamp.and_then(|stamp| stamp.doubt), Some(Doubt::Twice));
}

#[test]
fn patterns_read_what_they_say() {
    for (pattern, text, expected) in [
        ("%d/%m/%Y %H:%M:%S", "03/04/2026 10:00:00", "2026-04-03T10:00:00Z"),
        ("%d/%m/%Y %H:%M:%S", "[03/04/2026 10:00:00]", "2026-04-03T10:00:00Z"),
        ("%d.%m.%y %H:%M:%S,%f", "03.04.26 10:00:00,25", "2026-04-03T10:00:00.25Z"),
        ("%Y%m%d-%H%M%S%.f", "20261126-100000.5", "2026-11-26T10:00:00.5Z"),
        ("%Y%m%d-%H%M%S%.f", "20261126-100000", "2026-11-26T10:00:00Z"),
        ("%a %b %e %T %Z %Y", "Thu Nov  5 10:00:00 CEST 2026", "2026-11-05T08:00:00Z"),
        ("%b %d %H:%M:%S", "Nov 26 10:00:00", "2026-11-26T10:00:00Z"),
        ("%Y-%j %R", "2026-330 10:00", "2026-11-26T10:00:00Z"),
        ("%I:%M %p, %d %B %Y", "10:05 PM, 26 November 2026", "2026-11-26T22:05:00Z"),
        ("%s.%f", "1795687200.25", "2026-11-26T10:00:00.25Z"),
        ("%Q", "1795687200250", "2026-11-26T10:00:00.25Z"),
        ("%FT%T%z", "2026-11-26T10:00:00+0100", "2026-11-26T09:00:00Z"),
        ("%d/%m/%Y", "2026-11-26", "none"),
        ("%H:%M", "25:00", "none"),
    ] {
        let reading = Reading { pattern: Some(Pattern::parse(pattern).expect(pattern)), ..noon() };
        assert_eq!(shown(reading.read(text.as_bytes()).as_ref()), expected, "{text} by {pattern}");
        let line = format!("host app [{text}] message of 2001-01-01T00:00:00Z");
        assert_eq!(shown(reading.find(line.as_bytes()).as_ref()), expected, "{line} by {pattern}");
    }
    assert!(Pattern::parse("%d/%q").expect_err("there is no %q").contains("`%q` reads nothing; there are %Y"));
    assert!(Pattern::parse("noon").expect_err("it says nothing").contains("neither a day nor a clock"));
}

#[test]
fn numbers_are_seconds_to_nanoseconds_by_their_size() {
    for number in [1_446_249_499, 1_446_249_499_322, 1_446_249_499_322_000, 1_446_249_499_322_000_000] {
        let stamp = epoch(number).map(Stamp::number);
        assert!(shown(stamp.as_ref()).starts_with("2015-10-30T23:58:19"), "{number}");
    }
    assert_eq!(epoch_real(1_446_249_499.322), Some(1_446_249_499_322_000_000));
    assert_eq!(epoch_real(f64::NAN), None);
    assert_eq!(epoch_of(1.5, SECOND), Some(1_500_000_000));
}

proptest! {
    #[test]
    fn agrees_with_jiff(nanos in -9_000_000_000_000_000_000i64..9_000_000_000_000_000_000) {
        let instant = jiff::Timestamp::from_nanosecond(i128::from(nanos)).expect("in range");
        let text = instant.to_string();
        prop_assert_eq!(noon().read(text.as_bytes()), Some(Stamp { whole: true, ..Stamp::number(nanos) }));
        let year = instant.to_zoned(TimeZone::UTC).year();
        prop_assert_eq!(civil_year(nanos.div_euclid(DAY * SECOND)), i64::from(year));
    }

    #[test]
    fn whatever_is_read_alone_is_found_in_a_line(hours in 0i64..24, minutes in 0i64..60, month in 1i64..13, day in 1i64..29) {
        let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month as usize - 1];
        for text in [
            format!("2026-{month:02}-{day:02} {hours:02}:{minutes:02}:07,5"),
            format!("{day:02}/{name}/2026:{hours:02}:{minutes:02}:07 +0100"),
            format!("Thu {name} {day:2} {hours:02}:{minutes:02}:07 2026"),
            format!("{name} {day:2} {hours:02}:{minutes:02}:07"),
            format!("{month:02}/{day:02}/2026 {hours:02}:{minutes:02}:07"),
        ] {
            let stamp = noon().read(text.as_bytes());
            prop_assert!(stamp.is_some(), "{}", text);
            for line in [format!("{text} host x"), format!("[{text}] x"), format!("{text}: x")] {
                prop_assert_eq!(&noon().find(line.as_bytes()), &stamp, "{}", line);
            }
        }
    }

    #[test]
    fn no_text_panics(text in proptest::collection::vec(any::<u8>(), 0..100), now in any::<i64>(), last in any::<Option<i64>>()) {
        let reading = Reading { last, ..Reading::at(now) };
        let _ = (reading.read(&text), reading.find(&text));
    }

    #[test]
    fn no_nearly_right_text_panics(text in "[-0-9:/ TZ.,+nsumMarNovThuCEST@\\[\\]]{0,40}", now in any::<i64>(), last in any::<Option<i64>>()) {
        let zone = TimeZoneDatabase::bundled().get("Europe/Berlin").ok();
        let reading = Reading { last, zone, ..Reading::at(now) };
        let _ = (reading.read(text.as_bytes()), reading.find(text.as_bytes()));
        let _ = Pattern::parse(&text);
    }
}
