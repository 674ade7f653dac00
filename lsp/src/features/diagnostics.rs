//! What is wrong with a runbook, worded for one message.

use syntax::Diagnostic;

use crate::document::{Document, MAX_BYTES};

/// In the order of the text.
pub fn diagnostics(document: &Document) -> &[Diagnostic] {
    document.diagnostics()
}

/// The sentence, then why and what to do, each on a line of its own.
pub fn message(diagnostic: &Diagnostic) -> String {
    let mut message = diagnostic.message.clone();
    for (label, text) in [("because", &diagnostic.because), ("help", &diagnostic.help)] {
        if let Some(text) = text {
            message.push_str(&format!("\n{label}: {text}"));
        }
    }
    message
}

/// Said of a document that is not read at all.
pub fn too_large(document: &Document) -> Option<String> {
    document.too_large().then(|| {
        let what = if document.is_config() { "configuration" } else { "runbook" };
        format!("this {what} has {} bytes, and beyond {MAX_BYTES} none is analysed; split it", document.text().len())
    })
}
