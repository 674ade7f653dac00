//! The wording of findings about comments that ask to ignore findings.

use super::{Code, Diagnostic, Edit, Fix, Severity};
use crate::{TextRange, visible};

/// What is to be written.
const SHAPE: &str = "write `headwater-ignore CODE: why`";

impl Diagnostic {
    fn bad_ignore(range: TextRange, message: String) -> Diagnostic {
        Diagnostic::new(Code::BadIgnore, Severity::Warning, range, message)
    }

    pub(crate) fn ignore_without_code(range: TextRange) -> Diagnostic {
        Diagnostic::bad_ignore(range, "this does not say which finding is ignored".to_owned()).help(SHAPE)
    }

    pub(crate) fn ignore_of_unknown_code(range: TextRange, word: &str) -> Diagnostic {
        Diagnostic::bad_ignore(range, format!("there is no finding `{}` to ignore", visible(word))).nearest(
            range,
            word,
            Code::ALL.iter().filter(|code| code.is_lint()).map(|code| code.slug()),
        )
    }

    pub(crate) fn ignore_without_reason(range: TextRange) -> Diagnostic {
        let message = "this does not say why the finding is ignored".to_owned();
        Diagnostic::bad_ignore(range, message)
            .because("whoever reads it next has to know whether the reason still holds")
            .help(SHAPE)
    }

    pub(crate) fn ignore_of_error(range: TextRange, code: Code) -> Diagnostic {
        let message = format!("`{}` keeps this from running, so it cannot be ignored", code.slug());
        Diagnostic::bad_ignore(range, message).help("mend what it says, then remove this")
    }

    /// `whole`: the comment with what it leaves empty, where nothing else is in it.
    pub(crate) fn unused_ignore(range: TextRange, code: Code, whole: Option<TextRange>) -> Diagnostic {
        let message = format!("there is no `{}` here to ignore", code.slug());
        let mut diagnostic = Diagnostic::new(Code::UnusedIgnore, Severity::Warning, range, message);
        if let Some(range) = whole {
            let edits = vec![Edit { range, text: String::new() }];
            diagnostic.fixes.push(Fix { title: "remove the comment".to_owned(), edits });
        }
        diagnostic
    }
}
