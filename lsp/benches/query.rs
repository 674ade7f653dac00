//! `headwater query` over 200,000 JSON lines, as a user runs it: start, read, answer, end.
//!
//! `cargo bench -p headwater --bench query`

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use divan::counter::{BytesCount, ItemsCount};

const LINES: u64 = 200_000;

static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = std::env::temp_dir().join(format!("headwater-bench-{}.jsonl", std::process::id()));
    let mut out = std::io::BufWriter::new(std::fs::File::create(&path).expect("a folder for temporary files"));
    for n in 0..LINES {
        let (minute, second, millis) = (n / 60_000 % 60, n / 1_000 % 60, n % 1_000);
        writeln!(
            out,
            "{{\"timestamp\":\"2026-03-01T12:{minute:02}:{second:02}.{millis:03}Z\",\"service.name\":\"service-{}\",\
             \"cloud.region\":\"region-{}\",\"http.route\":\"/route/{}\",\"http.response.status_code\":{},\
             \"duration_ms\":{}.5,\"customer.id\":\"c-{}\",\"trace.id\":\"{:032x}\",\"message\":\"request served\"}}",
            n % 12,
            n % 3,
            n % 40,
            if n % 97 == 0 { 500 } else { 200 },
            n * 7919 % 1_000,
            n * 31 % 5_000,
            n * 2_654_435_761,
        )
        .expect("room for it");
    }
    out.flush().expect("room for it");
    path
});

fn main() {
    divan::main();
    // A file that is gone already needs no removing.
    drop(std::fs::remove_file(&*FILE));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn filter_by_two_fields_one_rare(bencher: divan::Bencher) {
    query(bencher, "requests | where customer.id == \"c-4711\" and http.response.status_code == 500");
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn count_average_and_p99_by_two_keys_every_ten_seconds(bencher: divan::Bencher) {
    let pipeline = "requests | summarize n = count(), avg(duration_ms), p99 = percentile(duration_ms, 99) \
                    by service.name, cloud.region, bin(timestamp, 10s)";
    query(bencher, pipeline);
}

fn query(bencher: divan::Bencher, pipeline: &str) {
    let source = format!("requests=file:{}", FILE.display());
    let bytes = std::fs::metadata(&*FILE).expect("it was written").len();
    bencher.counter(ItemsCount::new(LINES)).counter(BytesCount::new(bytes)).bench(|| {
        let status = Command::new(env!("CARGO_BIN_EXE_headwater"))
            .args(["query", pipeline, "--source", &source, "--quiet"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .expect("it starts");
        assert!(status.success());
    });
}
