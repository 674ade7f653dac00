//! What must hold for any bytes at all, one function an idea. `cargo fuzz` calls them from `fuzz_targets/`, and
//! `lsp/tests/fuzz.rs` with the seeds and what a generator makes of them. Each panics where something does not hold.
//!
//! A text stands at the input's begin, and what is done with it is chosen by bytes from its end: a seed is a plain file.

mod configuration;
mod format;
mod otlp;
mod parse;
mod places;
mod records;
mod wire;

use std::sync::{Arc, LazyLock};

use syntax::analysis::Context;
use syntax::source::Sources;
use syntax::{Diagnostic, TextRange};

/// A name, and what is done with an input.
type Target = (&'static str, fn(&[u8]));

/// All of them, by the names of their seeds' folders.
pub(crate) const ALL: [Target; 7] = [
    ("parse", parse::parse),
    ("format", format::format),
    ("places", places::places),
    ("records", records::records),
    ("otlp", otlp::otlp),
    ("configuration", configuration::configuration),
    ("wire", wire::wire),
];

/// One of them.
pub(crate) fn call(name: &str, data: &[u8]) {
    let (_, target) = ALL.iter().find(|(known, _)| *known == name).expect("a target of this name");
    target(data);
}

/// What the built-in sources say.
static CONTEXT: LazyLock<Arc<Context>> =
    LazyLock::new(|| Arc::new(Context { sources: Sources::builtin(), ..Context::default() }));

/// The text, and the bytes that choose.
fn text(data: &[u8]) -> (String, Choices<'_>) {
    (String::from_utf8_lossy(data).into_owned(), Choices(data))
}

/// Bytes from the end, as numbers.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn below(&mut self, most: usize) -> usize {
        let mut number = 0;
        for _ in 0..2 {
            if let Some((last, rest)) = self.0.split_last() {
                number = number << 8 | usize::from(*last);
                self.0 = rest;
            }
        }
        if most == 0 { 0 } else { number.wrapping_mul(7919) % most }
    }

    /// A place between two characters.
    fn place(&mut self, text: &str) -> usize {
        let at = self.below(text.len() + 1);
        (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    }
}

/// Findings are in the text, on characters' bounds, and so are their fixes; none is a panic that was caught.
fn sound(text: &str, found: &[Diagnostic]) {
    let there = |range: TextRange| text.get(usize::from(range.start())..usize::from(range.end())).is_some();
    for found in found {
        assert!(found.code != syntax::Code::InternalError, "a check panicked");
        assert!(there(found.range), "{found:?} is not in the text");
        assert!(!found.message.is_empty() && syntax::visible(&found.message) == found.message, "{found:?}");
        assert!(found.fixes.iter().flat_map(|fix| &fix.edits).all(|edit| there(edit.range)), "{found:?}");
    }
}
