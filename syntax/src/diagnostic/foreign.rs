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

    /// PromQL's `rate(spans[5m])`. `right`: the same as a pipeline.
    pub(crate) fn range_of_time(range: TextRange, right: &str) -> Diagnostic {
        let message = "expected a source, found PromQL's function over a range of time".to_owned();
        syntax(range, message, Some(format!("write `{}`", visible(right)))).replace(range, right)
    }

    /// LogQL's `{app="checkout"}`, and PromQL's behind a source. `stages`: the same as filters; they may
    /// be the edit where their names are fields.
    pub(crate) fn selector(range: TextRange, source: bool, stages: Option<&str>, fixes: bool) -> Diagnostic {
        if let Some(stages) = stages {
            // LogQL asks logs.
            let right = if source { stages.to_owned() } else { format!("logs{stages}") };
            let (expected, found) = if source { ("`|` or the end", "PromQL") } else { ("a source", "LogQL") };
            let message = format!("expected {expected}, found {found}'s `{{…}}`");
            let help = if source { "write" } else { "write the source first:" };
            let help = format!("{help} `{}`", visible(right.trim()));
            let found = syntax(range, message, Some(help));
            return if fixes { found.replace(range, &right) } else { found };
        }
        let example = "write the source first: `logs | where service.name == \"checkout\"`".to_owned();
        syntax(range, "expected a source, found LogQL's `{…}`".to_owned(), Some(example))
    }

    /// `#`, `--` and `/* */`.
    pub(crate) fn foreign_comment(range: TextRange, sign: &str, edits: Vec<Edit>) -> Diagnostic {
        let message = format!("expected `//` before a comment, found `{sign}`");
        let mut found = syntax(range, message, Some("begin a comment with `//`".to_owned()));
        found.fixes.push(Fix { title: "write `//`".to_owned(), edits });
        found
    }

    /// Two items of a list; `at` is empty, where the comma goes.
    pub(crate) fn missing_comma(at: TextRange, next: &str) -> Diagnostic {
        let message = format!("expected `,` before `{next}`, found none");
        let mut found = syntax(at, message, Some("put `,` between them, and `|` before a stage".to_owned()));
        found.fixes.push(Fix { title: "insert `,`".to_owned(), edits: vec![Edit { range: at, text: ",".to_owned() }] });
        found
    }

    /// What is expected behind `sign` may also be left out with it.
    pub(crate) fn without(mut self, sign: TextRange, written: &str) -> Diagnostic {
        let edits = vec![Edit { range: sign, text: String::new() }];
        self.fixes.push(Fix { title: format!("remove `{written}`"), edits });
        self
    }

    /// `avg(duration) as d`
    pub(crate) fn named_behind(range: TextRange, name: &str, edits: Vec<Edit>) -> Diagnostic {
        let message = format!("expected the name before its value, found `{name}` behind it");
        let mut found = syntax(range, message, Some(format!("write `{name} = …`")));
        found.fixes.push(Fix { title: format!("write `{name} = …`"), edits });
        found
    }

    /// `count(distinct x)`
    pub(crate) fn count_distinct(range: TextRange, edits: Vec<Edit>) -> Diagnostic {
        let message = "expected `dcount(…)` to count different values, found SQL's `distinct`".to_owned();
        let mut found = syntax(range, message, Some("write `dcount(…)`".to_owned()));
        found.fixes.push(Fix { title: "write `dcount(…)`".to_owned(), edits });
        found
    }

    /// `between 1 and 5`
    pub(crate) fn ranged(&mut self, whole: TextRange, low: &str, high: &str) {
        let text = format!("({low} .. {high})");
        self.fixes.push(Fix { title: format!("write `{text}`"), edits: vec![Edit { range: whole, text }] });
    }

    /// `.status`, `@status`
    pub(crate) fn sign_before_name(sign: TextRange, written: &str, name: &str) -> Diagnostic {
        let message = format!("expected a field's name alone, found `{written}` before it");
        syntax(sign, message, Some(format!("write `{name}`"))).without(sign, written)
    }

    /// `FROM spans`; the name begins at `name_at`.
    pub(crate) fn from_word(word: TextRange, written: &str, name_at: crate::TextSize, name: &str) -> Diagnostic {
        let message = format!("expected a source, found `{written}` before it");
        let with_space = TextRange::new(word.start(), name_at);
        syntax(word, message, Some(format!("begin with `{name}`"))).without(with_space, written)
    }
}
