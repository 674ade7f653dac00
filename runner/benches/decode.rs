//! What it costs to bring events in: JSON lines, logfmt, text, and the simulated shop, from their bytes to
//! Arrow batches. Items are events, so divan's figures divide to nanoseconds an event.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use runner::prefilter::{Prefilter, Text};
use runner::source::{self, Feed, Wanted};
use syntax::source::{SourceDecl, SourceUri};
use syntax::{Field, Type};
use tempfile::NamedTempFile;

/// Enough that opening a file, which looks at its first records closely, does not show.
const EVENTS: usize = 250_000;

fn main() {
    divan::main();
}

/// Takes what comes and forgets it.
struct Discard(Arc<Wanted>, Option<Arc<Prefilter>>);

impl Feed for Discard {
    fn wanted(&self) -> Arc<Wanted> {
        self.0.clone()
    }

    fn prefilter(&self) -> Option<Arc<Prefilter>> {
        self.1.clone()
    }

    fn batch(&self, batch: RecordBatch) {
        black_box(batch);
    }

    fn dropped(&self, reason: &'static str, _: u64, _: &[u8]) {
        panic!("{reason}");
    }

    fn notice(&self, message: String) {
        panic!("{message}");
    }

    fn stopped(&self) -> bool {
        false
    }

    fn pause(&self, _: Duration) -> bool {
        false
    }
}

fn run(address: &str, wanted: Wanted, prefilter: Option<Prefilter>) {
    let decl =
        SourceUri::parse(address).and_then(|uri| SourceDecl::for_uri("spans", uri)).expect("the address is right");
    let opened = source::open(&decl, &source::otlp::Listeners::default()).expect("the file was written");
    opened.reader.run(Arc::new(Discard(Arc::new(wanted), prefilter.map(Arc::new)))).expect("the file can be read");
}

fn four() -> Wanted {
    let field = |name, ty| Field::new(name, ty);
    Wanted::Fields(vec![
        field("timestamp", Type::Datetime),
        field("service.name", Type::String),
        field("duration", Type::Long),
        field("http.response.status_code", Type::Long),
    ])
}

fn file(ending: &str, line: impl Fn(usize) -> String) -> NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(ending).tempfile().expect("there is a place for files");
    let lines: String = (0..EVENTS).map(line).collect();
    file.write_all(lines.as_bytes()).expect("there is room for it");
    file
}

/// 12 fields, about 400 bytes.
fn json_line(n: usize) -> String {
    format!(
        "{{\"timestamp\":\"2026-01-01T00:{:02}:{:02}.{:06}Z\",\"trace.id\":\"{n:032x}\",\"span.id\":\"{n:016x}\",\
         \"name\":\"GET /products/{{id}}\",\"service.name\":\"service-{}\",\"cloud.region\":\"eu-west-1\",\"duration\":{},\
         \"http.request.method\":\"GET\",\"http.route\":\"/products/{{id}}\",\"http.response.status_code\":{},\
         \"customer.id\":\"c-{}\",\"user_agent.original\":\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\"}}\n",
        n / 60_000 % 60,
        n / 1000 % 60,
        n % 1_000_000,
        n % 12,
        1_000_000 + n * 7919 % 90_000_000,
        if n.is_multiple_of(97) { 500 } else { 200 },
        n % 4000,
    )
}

fn bench(bencher: Bencher, address: &str, wanted: impl Fn() -> Wanted + Sync) {
    bencher.counter(ItemsCount::new(EVENTS)).bench(|| run(address, wanted(), None));
}

#[divan::bench]
fn json_4_of_12_fields(bencher: Bencher) {
    let file = file(".jsonl", json_line);
    bench(bencher, &format!("file:{}", file.path().display()), four);
}

#[divan::bench]
fn json_all_12_fields(bencher: Bencher) {
    let file = file(".jsonl", json_line);
    bench(bencher, &format!("file:{}", file.path().display()), || Wanted::All);
}

/// One event in four thousand has it.
#[divan::bench(args = ["c-1234\"", "C-1234\""])]
fn json_one_text(bencher: Bencher, text: &str) {
    let file = file(".jsonl", json_line);
    let cased = !text.starts_with('C');
    bencher.counter(ItemsCount::new(EVENTS)).bench(|| {
        let texts = vec![Text { text: text.to_owned(), cased }];
        run(&format!("file:{}", file.path().display()), four(), Some(Prefilter { texts }));
    });
}

#[divan::bench]
fn json_nested_4_of_12_fields(bencher: Bencher) {
    let nest = |n| {
        json_line(n)
            .replace("\"service.name\":", "\"service\":{\"name\":")
            .replace(",\"cloud.region\"", "},\"cloud.region\"")
    };
    let file = file(".jsonl", nest);
    bench(bencher, &format!("file:{}", file.path().display()), four);
}

#[divan::bench]
fn logfmt_4_of_8_fields(bencher: Bencher) {
    let line = |n: usize| {
        format!(
            "timestamp=2026-01-01T00:00:{:02}Z level=info service.name=service-{} duration={n} \
             http.response.status_code=200 http.route=/cart msg=\"request done\" customer.id=c-{}\n",
            n % 60,
            n % 12,
            n % 4000
        )
    };
    let file = file(".logfmt", line);
    bench(bencher, &format!("file:{}", file.path().display()), four);
}

#[divan::bench]
fn text_lines_with_stamps(bencher: Bencher) {
    let line = |n: usize| format!("2026-01-01 00:00:{:02},{:03} INFO order o-{n} placed\n", n / 1000 % 60, n % 1000);
    let file = file(".txt", line);
    bench(bencher, &format!("file:{}", file.path().display()), || Wanted::All);
}

#[divan::bench]
fn shop_4_of_22_fields(bencher: Bencher) {
    bench(bencher, &format!("demo:shop?start=2026-01-01T00:00:00Z&events={EVENTS}"), four);
}

#[divan::bench]
fn shop_all_22_fields(bencher: Bencher) {
    bench(bencher, &format!("demo:shop?start=2026-01-01T00:00:00Z&events={EVENTS}"), || Wanted::All);
}
