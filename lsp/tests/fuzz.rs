//! The targets of `lsp/fuzz` on stable: each seed as it is, then what a generator makes of the seeds, always the same.
//! `HEADWATER_FUZZ=100000` makes so many of each instead, and `HEADWATER_FUZZ_FROM=7` others; the input that something
//! does not hold for is kept, and told.

#[path = "../fuzz/targets/mod.rs"]
mod targets;

#[path = "fuzz/mutate.rs"]
mod mutate;

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use mutate::Mutator;

/// The seeds of a target: its own, and of texts the corpus.
fn seeds(name: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_text = matches!(name, "parse" | "format" | "places");
    let mut folders = vec![root.join("fuzz/seeds").join(if is_text { "text" } else { name })];
    if is_text {
        folders.extend(["parse", "format"].map(|folder| root.join("../syntax/tests").join(folder)));
    }
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("the seeds are there"));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("they can be read").path()).collect();
    paths.sort();
    let mut seeds = Vec::new();
    for path in paths {
        let bytes = std::fs::read(&path).expect("they can be read");
        match path.extension().is_some_and(|end| end == "md").then(|| String::from_utf8(bytes.clone())) {
            // Long files behind each block: an input is small, so that many can be tried.
            Some(Ok(text)) => seeds.extend(pieces(&text)),
            _ => seeds.push(bytes),
        }
    }
    seeds
}

fn pieces(text: &str) -> Vec<Vec<u8>> {
    let mut start = 0;
    let mut pieces = Vec::new();
    for block in syntax::parse(text).root().blocks() {
        let end = usize::from(block.range().end());
        pieces.push(text.as_bytes()[start..end].to_vec());
        start = end;
    }
    pieces.push(text.as_bytes()[start..].to_vec());
    pieces.retain(|piece| piece.len() < 4_000);
    pieces
}

fn asked(name: &str) -> Option<u64> {
    std::env::var_os(name)?.to_str()?.parse().ok()
}

fn fuzz(name: &str, count: u64) {
    let seeds = seeds(name);
    let attempt = |input: &[u8], what: &str| {
        if std::panic::catch_unwind(AssertUnwindSafe(|| targets::call(name, input))).is_err() {
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{what}"));
            std::fs::write(&kept, input).expect("there is a place for it");
            panic!("{name} does not hold for {}: {}", kept.display(), input.escape_ascii());
        }
    };
    seeds.iter().enumerate().for_each(|(number, seed)| attempt(seed, &format!("seed-{number}")));
    let from = asked("HEADWATER_FUZZ_FROM").unwrap_or(0);
    for number in 0..asked("HEADWATER_FUZZ").unwrap_or(count) {
        let input = Mutator::new(from.wrapping_mul(1 << 40) + number).made_of(&seeds);
        attempt(&input, &format!("{from}-{number}"));
    }
}

#[test]
fn parse() {
    fuzz("parse", 1_500);
}

#[test]
fn format() {
    fuzz("format", 1_500);
}

#[test]
fn places() {
    fuzz("places", 300);
}

#[test]
fn records() {
    fuzz("records", 500);
}

#[test]
fn otlp() {
    fuzz("otlp", 10_000);
}

#[test]
fn configuration() {
    fuzz("configuration", 1_500);
}

#[test]
fn wire() {
    fuzz("wire", 20_000);
}

/// Each target has a seed, a program for `cargo fuzz`, and its place in the list.
#[test]
fn each_target_is_whole() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).expect("a manifest");
    for (name, _) in targets::ALL {
        let program = std::fs::read_to_string(fuzz.join(format!("fuzz_targets/{name}.rs"))).expect("a program");
        assert!(program.contains(&format!("call(\"{name}\"")), "{name}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        assert!(!seeds(name).is_empty(), "{name}");
    }
    let programs = std::fs::read_dir(fuzz.join("fuzz_targets")).expect("programs").count();
    assert_eq!(programs, targets::ALL.len());
}
