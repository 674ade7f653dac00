//! A log of a cloud's control plane: the file's name before the stamp, the request's figures in the text.

use crate::binary::Folder;

/// 300 lines, one a second. Each tenth is a warning (30). Of the others (270), n is the time in ms: `time: 0.0nn`;
/// n % 10 of 1 to 6 is a GET (180), 7 and 8 a POST (60), 9 a DELETE (30).
fn log() -> Vec<u8> {
    let mut text = String::new();
    for n in 0..300 {
        let verb = match n % 10 {
            1..=6 => "GET",
            7 | 8 => "POST",
            _ => "DELETE",
        };
        let (level, message) = match n % 10 {
            0 => ("WARNING", "Unknown base file: /var/lib/images/_base/a4".to_owned()),
            _ => ("INFO", format!("10.0.0.7 \"{verb} /v2/servers HTTP/1.1\" status: 200 len: 12 time: 0.{n:03}0")),
        };
        text.push_str(&format!(
            "api.log.1 2026-05-16 00:{:02}:{:02}.{n:03} 2574 {level} api.server [req-{n:04} - - -] {message}\n",
            n / 60,
            n % 60
        ));
    }
    text.into_bytes()
}

fn answer(pipeline: &str) -> String {
    Folder::new(&[("nova.log", &log())]).run(&["query", pipeline, "--source", "nova=file:nova.log"]).clean()
}

#[test]
fn figures_are_taken_out_of_the_text() {
    let times = r#"nova | extend took = todouble(extract("time: ([0-9.]+)", 1, body)) | where isnotnull(took)"#;
    // Ends in 1 to 9, below 300: all numbers' sum less that of the tens.
    let sum: u32 = (0..300).sum::<u32>() - (0..30).map(|ten| ten * 10).sum::<u32>();
    assert_eq!(sum, 40_500);
    assert_eq!(
        answer(&format!(
            "{times} | summarize n = count(), least = min(took), most = max(took), mean = round(avg(took), 6)"
        )),
        "{\"n\":270,\"least\":0.001,\"most\":0.299,\"mean\":0.15}\n"
    );
}

#[test]
fn by_verb() {
    let verbs =
        r#"nova | extend verb = extract("\"([A-Z]+) ", 1, body) | where verb != "" | summarize n = count() by verb"#;
    assert_eq!(
        answer(&format!("{verbs} | sort by n desc")),
        "{\"verb\":\"GET\",\"n\":180}\n{\"verb\":\"POST\",\"n\":60}\n{\"verb\":\"DELETE\",\"n\":30}\n"
    );
}

#[test]
fn a_stamp_behind_the_files_name_is_event_time() {
    let rows: String = (0..5)
        .map(|minute| format!("{{\"timestamp\":\"2026-05-16T00:{minute:02}:00Z\",\"n\":60,\"warnings\":6}}\n"))
        .collect();
    assert_eq!(
        answer("nova | summarize n = count(), warnings = countif(body has 'WARNING') by bin(timestamp, 1m)"),
        rows
    );
}
