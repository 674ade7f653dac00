//! `headwater record` and `replay:`: what was recorded comes again as it was.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::binary::Folder;

/// The simulated shop, the same events each time.
const SHOP: &str = "demo:shop?seed=7&start=2026-03-01T12:00:00Z&events=20000";

const QUESTIONS: [&str; 5] = [
    "spans | summarize n = count(), p99 = percentile(duration, 99), worst = max(duration) by service.name, bin(timestamp, 5s)",
    "spans | where http.response.status_code >= 500 | project timestamp, trace.id, duration, name | take 50",
    "spans | summarize dcount(customer.id), avg(duration) by cloud.region",
    "spans | getschema",
    "spans | top 5 by duration desc | project timestamp, duration, customer.id",
];

fn ask(folder: &Folder, question: &str, source: &str) -> Vec<String> {
    let source = format!("spans={source}");
    let out = folder.run(&["query", question, "--source", &source, "--format", "ndjson"]).clean();
    let mut rows: Vec<String> = out.lines().map(str::to_owned).collect();
    rows.sort();
    rows
}

fn record(folder: &Folder, args: &[&str]) -> crate::binary::Ended {
    let source = format!("spans={SHOP}");
    folder.run(&[&["record", "spans", "--source", &source], args].concat())
}

#[test]
fn a_recording_answers_as_the_source_did() {
    let folder = Folder::new(&[]);
    for file in ["a.jsonl", "a.jsonl.zst", "a.jsonl.gz"] {
        let ended = record(&folder, &["-o", file]);
        assert_eq!(ended.code, 0, "{}", ended.err);
        assert!(ended.err.contains(&format!("20,000 events in `{file}`")), "{}", ended.err);
        for question in QUESTIONS {
            let replayed = ask(&folder, question, &format!("replay:{file}"));
            assert_eq!(replayed, ask(&folder, question, SHOP), "{file}: {question}");
        }
    }
    let first = folder.read("a.jsonl");
    let header: serde_json::Value = serde_json::from_str(first.lines().next().expect("a line")).expect("it is JSON");
    let header = &header["headwater.recording"];
    assert_eq!((&header["version"], &header["events"]), (&1.into(), &20_000.into()));
    assert_eq!(header["fields"][1], serde_json::json!({ "name": "duration", "type": "timespan" }));
    assert!(std::fs::metadata(folder.path("a.jsonl.zst")).expect("it is there").len() * 4 < first.len() as u64);
    // `file:` reads it alike.
    assert_eq!(ask(&folder, QUESTIONS[0], "file:a.jsonl.zst"), ask(&folder, QUESTIONS[0], SHOP));
}

#[test]
fn a_recording_has_numbers_that_json_has_not() {
    let folder = Folder::new(&[(
        "app.jsonl",
        b"{\"time\":\"2026-01-01T00:00:00Z\",\"v\":1.5}\n{\"time\":\"2026-01-01T00:00:01Z\",\"v\":NaN}\n\
         {\"time\":\"2026-01-01T00:00:02Z\",\"v\":Infinity}\n{\"time\":\"2026-01-01T00:00:03Z\",\"v\":-Infinity}\n",
    )]);
    let ended = folder.run(&["record", "s", "--source", "s=file:app.jsonl", "-o", "app.rec"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let question = "s | project timestamp, no = isnan(v), beyond = isinf(v), below = v < 0, v = tostring(v)";
    let of = |uri: &str| {
        let ended = folder.run(&["query", question, "--source", &format!("s={uri}"), "--format", "ndjson"]);
        assert_eq!(ended.code, 0, "{}", ended.err);
        ended.out
    };
    assert_eq!(of("replay:app.rec"), of("file:app.jsonl"));
    assert_eq!(of("replay:app.rec").matches("\"no\":true").count(), 1);
}

#[test]
fn a_part_of_a_source_and_no_more() {
    let folder = Folder::new(&[]);
    let ended = record(
        &folder,
        &["--where", "http.response.status_code >= 500", "--sample", "50% by trace.id", "-o", "a.jsonl"],
    );
    assert_eq!(ended.code, 0, "{}", ended.err);
    let counted =
        ask(&folder, "spans | summarize n = count(), least = min(http.response.status_code)", "replay:a.jsonl");
    let row: serde_json::Value = serde_json::from_str(&counted[0]).expect("it is JSON");
    let of = ask(&folder, "spans | where http.response.status_code >= 500 | count", SHOP);
    let all: serde_json::Value = serde_json::from_str(&of[0]).expect("it is JSON");
    let (some, all) = (row["n"].as_u64().expect("a number"), all["Count"].as_u64().expect("a number"));
    assert!(some > 0 && some < all, "{some} of {all}");
    assert!(row["least"].as_u64() >= Some(500));
    let header = folder.read("a.jsonl");
    assert!(
        header.contains("\"where\":\"http.response.status_code >= 500\",\"sample\":\"50% by trace.id\""),
        "{}",
        header.lines().next().unwrap_or("")
    );
}

#[test]
fn redacted_values_are_nowhere_and_still_tell_apart() {
    let key = "0123456789abcdef0123456789abcdef";
    let folder = Folder::new(&[("key", key.as_bytes()), ("short", b"abc")]);
    let redact = ["--redact", "customer.id", "--redact", "duration"];
    let ended = record(&folder, &[&redact[..], &["--redact-key-file", "key", "-o", "one.jsonl"]].concat());
    assert_eq!(ended.code, 0, "{}", ended.err);
    let text = folder.read("one.jsonl");
    let customers = ask(&folder, "spans | where isnotempty(customer.id) | distinct customer.id", SHOP);
    assert!(customers.len() > 100);
    for customer in &customers {
        let row: serde_json::Value = serde_json::from_str(customer).expect("it is JSON");
        let id = row["customer.id"].as_str().expect("a text");
        assert!(!text.contains(&format!("\"{id}\"")), "{id}");
    }
    let count = |source: &str| {
        ask(&folder, "spans | where isnotempty(customer.id) | summarize n = count() by customer.id | project n", source)
    };
    assert_eq!(count("replay:one.jsonl"), count(SHOP), "as many events of each");
    assert!(
        ask(&folder, "spans | getschema", "replay:one.jsonl")
            .iter()
            .any(|row| row.contains("\"duration\"") && row.contains("\"string\""))
    );
    // Nor in the first line.
    let with_filter = ["--where", "customer.id == \"c-1042\"", "-o", "filtered.jsonl"];
    record(&folder, &[&redact[..], &with_filter].concat()).clean();
    assert!(!folder.read("filtered.jsonl").contains("c-1042"));
    // The same key gives the same hashes, another others.
    record(&folder, &[&redact[..], &["--redact-key-file", "key", "-o", "two.jsonl"]].concat()).clean();
    record(&folder, &[&redact[..], &["-o", "three.jsonl"]].concat()).clean();
    let events = |file: &str| folder.read(file).lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(events("one.jsonl"), events("two.jsonl"));
    assert_ne!(events("one.jsonl"), events("three.jsonl"));
    let refused = |args: &[&str]| record(&folder, &[args, &["-o", "none.jsonl"]].concat()).failed();
    assert!(refused(&["--redact", "customer.idd"]).contains("did you mean `customer.id`?"));
    assert!(
        refused(&["--redact", "customer.id", "--redact-key-file", "short"]).contains("a key has 16 bytes at least")
    );
    assert!(!folder.path("none.jsonl").exists());
}

#[test]
fn what_is_there_stays_unless_it_is_said() {
    let folder = Folder::new(&[("a.jsonl", b"mine")]);
    assert!(record(&folder, &["-o", "a.jsonl"]).failed().contains("is there already"));
    assert_eq!(folder.read("a.jsonl"), "mine");
    record(&folder, &["-o", "a.jsonl", "--force"]).clean();
    assert!(folder.read("a.jsonl").starts_with("{\"headwater.recording\":"));
    assert!(record(&folder, &["-o", "no/folder/a.jsonl"]).failed().contains("cannot write into `no/folder`"));
    let ended = folder.run(&["record", "spns", "-o", "b.jsonl"]);
    assert!(ended.failed().contains("did you mean `spans`?"));
    assert!(
        record(&folder, &["-o", "b.jsonl", "--where", "durration > 1s"]).failed().contains("did you mean `duration`?")
    );
    // What would be refused at the end is refused at once; a device is no file to be replaced.
    std::fs::create_dir(folder.path("sub")).expect("a folder");
    let refused = |path: &str, why: &str| {
        let said = record(&folder, &["--force", "-o", path]).failed();
        assert!(said.contains(why), "{path}: {said}");
    };
    refused("sub", "it is a folder");
    refused("new/", "it names a folder");
    refused("-", "a recording is a file");
    refused("a.jsonl.bz2", "`.zst` and `.gz` are");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nothing", folder.path("dangling")).expect("a link");
        refused("dangling", "it is no file");
        refused("/dev/null", "it is no file");
        std::fs::remove_file(folder.path("dangling")).expect("it is there");
    }
    std::fs::remove_dir(folder.path("sub")).expect("it is empty");
    let left: Vec<_> = std::fs::read_dir(folder.path(""))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["a.jsonl"], "nothing half-written is left");
}

#[test]
fn ctrl_c_and_a_size_end_it_with_a_whole_file() {
    let folder = Folder::new(&[]);
    let mut command =
        folder.command(&["record", "spans", "-o", "a.jsonl.zst", "--source", "spans=demo:shop?rate=2000"]);
    // It has come far enough when its temporary file has grown.
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let grown = || {
        let entries = std::fs::read_dir(folder.path("")).expect("a folder");
        entries.filter_map(|entry| entry.ok()?.metadata().ok()).any(|metadata| metadata.len() > 10_000)
    };
    while !grown() {
        assert!(child.try_wait().expect("it can be asked").is_none(), "it ended by itself");
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("it starts").success());
    let said: Vec<String> =
        BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok).collect();
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "{said:?}");
    let counted = ask(&folder, "spans | count", "replay:a.jsonl.zst");
    let count: serde_json::Value = serde_json::from_str(&counted[0]).expect("it is JSON");
    let events = count["Count"].as_u64().expect("a number");
    assert!(events > 100, "{events}");
    let grouped = format!("{}", events / 1000);
    assert!(
        said.iter().any(|line| line.contains(" events in `a.jsonl.zst`") && line.starts_with(&grouped[..1])),
        "{said:?}"
    );
    record(&folder, &["-o", "small.jsonl", "--max-bytes", "100KiB"]).clean();
    let size = std::fs::metadata(folder.path("small.jsonl")).expect("it is there").len();
    assert!((100 * 1024..300 * 1024).contains(&size), "{size}");
}

#[test]
fn a_recording_is_a_fixture_of_a_test() {
    let text = "```headwater name=slow\nspans | where duration > 200ms | summarize slow = count(), worst = max(duration) by service.name\n```\n\n\
        ```headwater-test for=slow input=fixtures/shop.jsonl.zst\n```\n";
    let folder = Folder::new(&[("a.md", text.as_bytes()), ("fixtures/.keep", b"")]);
    record(&folder, &["-o", "fixtures/shop.jsonl.zst"]).clean();
    folder.run(&["test", "--update"]).clean();
    assert!(folder.run(&["test"]).clean().starts_with("ok"));
    assert!(folder.read("a.md").contains("| checkout"), "{}", folder.read("a.md"));
    // The very rows of the source.
    let with_shop = folder.read("a.md").replace("fixtures/shop.jsonl.zst", SHOP);
    std::fs::write(folder.path("a.md"), with_shop).expect("written");
    assert!(folder.run(&["test"]).clean().starts_with("ok"));
}
