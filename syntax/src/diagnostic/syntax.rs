//! The wording of syntax errors: what was expected, what was found, what to do.

use super::meaning::shown;
use super::{Code, Diagnostic, Edit, Fix, Severity};
use crate::TextRange;
use crate::literal::Problem;

impl Diagnostic {
    /// `what` is missing here: "a condition", "`)`". `help` is an imperative or an example.
    pub(crate) fn expected(range: TextRange, what: &str, found: &str, help: &str) -> Diagnostic {
        let help = (!help.is_empty()).then(|| help.to_owned());
        syntax(range, format!("expected {what}, found {found}"), help)
    }

    /// A stage whose word is not preceded by a pipe.
    pub(crate) fn missing_pipe(range: TextRange, word: &str) -> Diagnostic {
        syntax(range, format!("expected `|` before `{word}`, found none"), Some(format!("write `| {word} …`")))
            .fix("insert `|`", insert(range, "| "))
    }

    /// `at` is empty, where the statement ends.
    pub(crate) fn missing_semicolon(at: TextRange) -> Diagnostic {
        syntax(at, "expected `;` here, found the next statement".to_owned(), Some("end each statement with `;`".into()))
            .fix("insert `;`", insert(at, ";"))
    }

    /// An operator of another language: `&&`, `=`, `AND`.
    pub(crate) fn other_operator(range: TextRange, found: &str, ours: &str) -> Diagnostic {
        let message = match found {
            "=" => "expected `==` to compare, found `=`, which gives a name".to_owned(),
            _ => format!("expected `{ours}`, found `{found}`"),
        };
        let edit = Edit { range, text: ours.to_owned() };
        syntax(range, message, Some(format!("write `{ours}`"))).fix(&format!("replace with `{ours}`"), edit)
    }

    pub(crate) fn chained_comparison(range: TextRange, found: &str) -> Diagnostic {
        let help = "write `a < b and b < c`, or `b between (a .. c)`".to_owned();
        syntax(range, format!("expected the comparison to end here, found a second one with `{found}`"), Some(help))
    }

    pub(crate) fn nested_too_deep(range: TextRange, limit: u32) -> Diagnostic {
        let help = "split it with `let`, or use `in (…)` for a long row of `or`".to_owned();
        syntax(range, format!("expected at most {limit} levels of nesting here, found more"), Some(help))
    }

    pub(crate) fn bad_literal(range: TextRange, problem: &Problem) -> Diagnostic {
        let found = syntax(range, problem.to_string(), help(problem));
        match problem {
            Problem::Quotes(inside) => found.replace(range, &crate::literal::quote(inside)),
            _ => found,
        }
    }

    pub(crate) fn unclosed_name(range: TextRange) -> Diagnostic {
        let help = "close it with a backtick on the same line".to_owned();
        syntax(range, "expected a closing backtick, found the end of the line".to_owned(), Some(help))
    }

    /// `close`: the line that closes it, and where that could stand.
    pub(crate) fn unclosed_block(range: TextRange, fence: &str, close: Edit) -> Diagnostic {
        let help = format!("where the block ends, write a line of {fence}");
        let message = "expected a closing fence, found the end of what surrounds the block".to_owned();
        let found = Diagnostic { severity: Severity::Warning, ..syntax(range, message, Some(help)) };
        found.fix("close the fence", close)
    }

    pub(crate) fn text_too_large() -> Diagnostic {
        let help = "split the runbook".to_owned();
        syntax(TextRange::default(), "expected at most 256 MiB of text, found more".to_owned(), Some(help))
    }

    /// Brackets that are open where the stage ends.
    pub(crate) fn closed(self, at: TextRange, closing: &str) -> Diagnostic {
        self.fix(&format!("insert `{closing}`"), insert(at, closing))
    }

    /// A word that is missing before what stands there.
    pub(crate) fn inserted(self, before: TextRange, word: &str) -> Diagnostic {
        self.fix(&format!("insert `{word}`"), insert(before, &format!("{word} ")))
    }

    fn fix(mut self, title: &str, edit: Edit) -> Diagnostic {
        self.fixes.push(Fix { title: title.to_owned(), edits: vec![edit] });
        self
    }
}

/// How a literal is written right.
pub(super) fn help(problem: &Problem) -> Option<String> {
    let text = match problem {
        Problem::UnknownUnit(_) => "timespans end in ns, us, ms, s, m, h or d, sizes in KB, KiB, MB, MiB, GB or GiB",
        Problem::UnknownEscape(_) => r"write `\\` for a backslash, or `@'…'` for a text without escapes",
        Problem::Unclosed => "close it with the quote it began with, on the same line",
        Problem::NotADatetime(_) => "write `datetime(2026-01-31)` or `datetime(2026-01-31T12:00:00Z)`",
        Problem::NotATimespan(_) => "write `10s`, `1.5h` or `timespan(1.02:03:04)`",
        Problem::NotABool(_) => "write `true` or `false`",
        Problem::TooLarge(_) => "write a smaller one",
        Problem::Quotes(_) => "write `\"` or `'`",
        Problem::Empty | Problem::NotANumber(_) | Problem::WrongType(_) => return None,
    };
    Some(text.to_owned())
}

fn insert(before: TextRange, text: &str) -> Edit {
    Edit { range: TextRange::empty(before.start()), text: text.to_owned() }
}

pub(super) fn syntax(range: TextRange, message: String, help: Option<String>) -> Diagnostic {
    Diagnostic {
        code: Code::Syntax,
        severity: Severity::Error,
        range,
        message: shown(message),
        because: None,
        help: help.map(shown),
        fixes: Vec::new(),
    }
}
