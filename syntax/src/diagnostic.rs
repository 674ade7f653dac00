//! A finding about the user's text, as a plain value. Wording and codes live in this one file.

mod params;
mod syntax;

use rowan::TextRange;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
    Hint,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub range: TextRange,
    /// One sentence at the caret.
    pub message: String,
    /// Only where streams differ from tables.
    pub because: Option<String>,
    /// What exists here, or the edit.
    pub help: Option<String>,
    pub fixes: Vec<Fix>,
}

/// Edits that do not overlap, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub title: String,
    pub edits: Vec<Edit>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub range: TextRange,
    pub text: String,
}

/// The stable name of a kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    Syntax,
    UnknownField,
}

impl Code {
    pub fn slug(self) -> &'static str {
        match self {
            Code::Syntax => "syntax",
            Code::UnknownField => "unknown-field",
        }
    }
}
