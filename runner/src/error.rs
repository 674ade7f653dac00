//! What can go wrong outside the user's text, sorted by who must act.

/// One failed operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request itself: the user changes the text or the call.
    #[error("{message}")]
    Rejected { message: String, diagnostics: Vec<syntax::Diagnostic> },
    /// A limit ended the flow; the message names the limit and the stage.
    #[error("{message}")]
    Limit {
        message: String,
        /// The stage's place in the document, where a stage met the limit.
        stage: Option<syntax::TextRange>,
    },
    /// The source: a missing file, a busy port.
    #[error("{0}")]
    Source(String),
    /// The runner: not there, or gone.
    #[error("{0}")]
    Unreachable(String),
    /// Ours.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    pub fn limit(message: impl Into<String>) -> Error {
        Error::Limit { message: message.into(), stage: None }
    }

    /// A limit that a stage met, with the stage's place.
    pub(crate) fn at_stage(self, range: syntax::TextRange) -> Error {
        match self {
            Error::Limit { message, stage: None } => Error::Limit { message, stage: Some(range) },
            other => other,
        }
    }

    pub fn rejected(message: impl Into<String>) -> Error {
        Error::Rejected { message: message.into(), diagnostics: Vec::new() }
    }
}

impl From<arrow_schema::ArrowError> for Error {
    fn from(error: arrow_schema::ArrowError) -> Error {
        Error::Internal(error.to_string())
    }
}
