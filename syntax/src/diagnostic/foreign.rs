//! The wording of findings about what is right in another language: SQL, Splunk, Python, LogQL.

use super::syntax::syntax;
use super::{Code, Diagnostic, Edit, Fix, Severity};
use crate::{TextRange, literal, visible};

impl Diagnostic {
    /// A function's word alone. `written`: the call, with `…` where nobody knows its arguments.
    pub(crate) fn without_parentheses(range: TextRange, name: &str, written: &str) -> Diagnostic {
        let message = format!("no field `{name}` reaches this stage; the function has parentheses");
        let diagnostic = Diagnostic::new(Code::UnknownField, Severity::Error, range, message);
        match written.contains('…') {
            true => diagnostic.help(format!("write `{written}`")),
            false => diagnostic.help(format!("write `{written}`")).replace(range, written),
        }
    }

    /// A bare word beside a text.
    pub(crate) fn unquoted(range: TextRange, name: &str) -> Diagnostic {
        let quoted = literal::quote(name);
        let message = format!("no field `{name}` reaches this stage; a text stands in quotes");
        Diagnostic::new(Code::UnknownField, Severity::Error, range, message)
            .help(format!("write `{quoted}`"))
            .replace(range, &quoted)
    }

    /// `"a" + name`: the parts as they are written.
    pub(crate) fn texts_added(range: TextRange, parts: &[String]) -> Diagnostic {
        let message = "texts are not added with `+`".to_owned();
        Diagnostic::new(Code::TypeMismatch, Severity::Error, range, message)
            .help("put them together with `strcat(…)`")
            .replace(range, &format!("strcat({})", parts.join(", ")))
    }

    /// `!x` and `not x`.
    pub(crate) fn bare_not(range: TextRange, found: &str) -> Diagnostic {
        syntax(range, format!("expected `not(…)`, found `{found}` alone"), Some("write `not(condition)`".to_owned()))
    }

    /// `word`: what is to become `not`, up to the operand. `end`: where the parenthesis closes, if it needs one.
    pub(crate) fn negated(&mut self, word: TextRange, end: Option<TextRange>) {
        let edits = match end {
            None => vec![Edit { range: word, text: "not".to_owned() }],
            Some(end) => vec![Edit { range: word, text: "not(".to_owned() }, Edit { range: end, text: ")".to_owned() }],
        };
        self.fixes.push(Fix { title: "write `not(…)`".to_owned(), edits });
    }

    /// `1 s`
    pub(crate) fn spaced_unit(range: TextRange, number: &str, unit: &str) -> Diagnostic {
        let right = format!("{number}{unit}");
        let message = format!("expected the unit right behind its number, found a space before `{unit}`");
        syntax(range, message, Some(format!("write `{right}`"))).replace(range, &right)
    }

    /// `2026-01-01` by itself, which would be a subtraction.
    pub(crate) fn bare_date(range: TextRange, written: &str) -> Diagnostic {
        let right = format!("datetime({written})");
        let message = format!("expected `datetime(…)` around a date, found `{written}` alone");
        syntax(range, message, Some(format!("write `{right}`"))).replace(range, &right)
    }

    /// SQL's `like`. `right`: the operator and the text that mean the same.
    pub(crate) fn like(range: TextRange, found: &str, right: Option<&str>) -> Diagnostic {
        let message = format!("expected an operator, found SQL's `{found}`");
        match right {
            Some(right) => syntax(range, message, Some(format!("write `{right}`"))).replace(range, right),
            None => {
                syntax(range, message, Some("write `startswith`, `endswith`, `contains` or `matches regex`".into()))
            }
        }
    }

    /// SQL's `is null`. `value`: what stands before it.
    pub(crate) fn is_null(range: TextRange, found: &str, function: &str, value: &str) -> Diagnostic {
        let right = format!("{function}({value})");
        syntax(range, format!("expected `{function}(…)`, found SQL's `{found}`"), Some(format!("write `{right}`")))
            .replace(range, &right)
    }

    /// `in ["a"]`. `ends`: the brackets.
    pub(crate) fn bracketed_list(range: TextRange, ends: Option<(TextRange, TextRange)>) -> Diagnostic {
        let mut diagnostic = syntax(
            range,
            "expected `(` before the values, found `[`".to_owned(),
            Some("write `in (\"a\", \"b\")`".into()),
        );
        if let Some((open, close)) = ends {
            let edits = vec![Edit { range: open, text: "(".to_owned() }, Edit { range: close, text: ")".to_owned() }];
            diagnostic.fixes.push(Fix { title: "write parentheses".to_owned(), edits });
        }
        diagnostic
    }

    /// `SELECT …`. `right`: the same as a pipeline, if it can be said so.
    pub(crate) fn select(word: TextRange, whole: TextRange, right: Option<&str>) -> Diagnostic {
        let message = "expected a source, found SQL's `select`".to_owned();
        match right {
            Some(right) => syntax(word, message, Some(format!("write `{}`", visible(right)))).replace(whole, right),
            None => {
                let example = "write the source first: `spans | where … | summarize … by … | project …`";
                syntax(word, message, Some(example.to_owned()))
            }
        }
    }

    /// LogQL's `{app="checkout"}`. `stages`: the same as filters.
    pub(crate) fn selector(range: TextRange, stages: Option<&str>) -> Diagnostic {
        let example = match stages {
            Some(stages) => format!("write the source first: `logs{stages}`"),
            None => "write the source first: `logs | where service.name == \"checkout\"`".to_owned(),
        };
        syntax(range, "expected a source, found LogQL's `{…}`".to_owned(), Some(example))
    }
}
