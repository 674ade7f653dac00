//! A log of a login server: syslog's form, whose stamps have no year.

use crate::binary::Folder;

/// 240 lines, one every 10 s, from 03:00:00. Each third is a failed password (80 lines), and every second
/// of those (40) is for an invalid user; failures come from 4 addresses: of 80 failures, number k comes
/// from .1 where k is even (40), else from .2 where k % 4 is 1 (20), else from .3 (k % 8 is 3) or .4 (10 each).
fn log() -> Vec<u8> {
    let mut text = String::new();
    for n in 0..240 {
        let (minute, second) = (n / 6, n % 6 * 10);
        let k = n / 3;
        let host = match k % 8 {
            0 | 2 | 4 | 6 => 1,
            1 | 5 => 2,
            3 => 3,
            _ => 4,
        };
        let message = match n % 3 {
            0 if k % 2 == 0 => format!("Failed password for invalid user guest from 192.0.2.{host} port {n} ssh2"),
            0 => format!("Failed password for root from 192.0.2.{host} port {n} ssh2"),
            1 => format!("Connection closed by 192.0.2.{host} [preauth]"),
            _ => "session opened for user deploy by (uid=0)".to_owned(),
        };
        text.push_str(&format!("Mar  4 03:{minute:02}:{second:02} gate sshd[{}]: {message}\n", 4000 + n));
    }
    text.into_bytes()
}

fn answer(pipeline: &str) -> String {
    Folder::new(&[("auth.log", &log())]).run(&["query", pipeline, "--source", "auth=file:auth.log"]).clean()
}

#[test]
fn words_substrings_and_patterns() {
    assert_eq!(answer("auth | where body has 'failed' | count"), "{\"Count\":80}\n");
    assert_eq!(answer("auth | where body contains 'invalid USER' | count"), "{\"Count\":40}\n");
    // A word, not a part of one.
    assert_eq!(answer("auth | where body has 'pass' | count"), "{\"Count\":0}\n");
    let pattern = r#"auth | where body matches regex "for (invalid user )?(root|guest) from" | count"#;
    assert_eq!(answer(pattern), "{\"Count\":80}\n");
}

#[test]
fn who_fails_most() {
    let from = r#"auth | where body has "Failed" | extend host = extract("from ([0-9.]+)", 1, body)"#;
    assert_eq!(
        answer(&format!("{from} | summarize n = count() by host | top 2 by n")),
        "{\"host\":\"192.0.2.1\",\"n\":40}\n{\"host\":\"192.0.2.2\",\"n\":20}\n"
    );
    assert_eq!(answer(&format!("{from} | summarize hosts = dcount(host)")), "{\"hosts\":4}\n");
    assert_eq!(answer(&format!("{from} | distinct host")).lines().count(), 4);
}

#[test]
fn each_quarter_of_an_hour_has_its_share() {
    // 15 minutes are 90 lines, of which 30 are failures; the third window has 60 lines.
    let counts: Vec<String> =
        answer("auth | summarize n = count(), failed = countif(body has 'Failed') by bin(timestamp, 15m)")
            .lines()
            .map(|line| line[line.find("-03-04T").expect("its day")..].to_owned())
            .collect();
    assert_eq!(
        counts,
        [
            "-03-04T03:00:00Z\",\"n\":90,\"failed\":30}",
            "-03-04T03:15:00Z\",\"n\":90,\"failed\":30}",
            "-03-04T03:30:00Z\",\"n\":60,\"failed\":20}"
        ]
    );
}
