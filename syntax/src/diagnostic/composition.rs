//! The wording of findings about pipelines within pipelines: functions of the user's, `in (pipeline)`, `union`, and
//! rows that are written in the text.

use super::{Code, Diagnostic, Severity};
use crate::{TextRange, Type};

impl Diagnostic {
    /// `x in (pipeline)` of which the first column is not known.
    pub(crate) fn table_without_column(range: TextRange) -> Diagnostic {
        let message = "the pipeline's first column is looked up, and nothing says which one is first".to_owned();
        Diagnostic::new(Code::UnknownField, Severity::Error, range, message)
            .help("end the pipeline with the one that is meant, e.g. `(logs | distinct user)`")
    }

    /// `summarize count() * toscalar(…)`
    pub(crate) fn table_outside_aggregate(range: TextRange) -> Diagnostic {
        let message = "another pipeline is asked for each event, and here there are only groups".to_owned();
        Diagnostic::new(Code::NotAggregated, Severity::Error, range, message)
            .help("write it inside the aggregate, or in an `extend` behind the `summarize`")
    }

    pub(crate) fn function_alone(range: TextRange, name: &str) -> Diagnostic {
        let message = format!("`{name}` is a function, and a value is needed here");
        Diagnostic::new(Code::TypeMismatch, Severity::Error, range, message)
            .help(format!("call it with its arguments: `{name}(…)`"))
    }

    /// `wrong`: what is wrong in the body with these arguments.
    pub(crate) fn wrong_call(range: TextRange, name: &str, wrong: &Diagnostic) -> Diagnostic {
        let message = format!("with these arguments `{name}` is wrong: {}", wrong.message);
        let diagnostic = Diagnostic::new(wrong.code, Severity::Error, range, message);
        match &wrong.help {
            Some(help) => diagnostic.help(help.clone()),
            None => diagnostic,
        }
    }

    pub(crate) fn too_many_calls(range: TextRange, name: &str, most: usize) -> Diagnostic {
        let message = format!("`{name}` expands to more than a block may hold, which are {most} calls of functions");
        Diagnostic::new(Code::OutOfRange, Severity::Error, range, message)
            .help("give what is used again and again a name with `let`, or write it as an `extend`")
    }

    /// `union kind=inner` over what may have more fields.
    pub(crate) fn union_inner_open(range: TextRange) -> Diagnostic {
        let message =
            "nobody knows all fields of these sources, so nobody knows which ones all of them have".to_owned();
        Diagnostic::new(Code::NotConstant, Severity::Error, range, message)
            .help("name the fields behind a plain `union`, e.g. `| project timestamp, service.name`")
    }

    /// What `union isfuzzy=true` does without.
    pub(crate) fn left_out(range: TextRange, name: &str) -> Diagnostic {
        let message = format!("there is no source or `let` named `{name}`; `isfuzzy=true` leaves it out");
        Diagnostic::new(Code::UnknownSource, Severity::Warning, range, message)
    }

    pub(crate) fn empty_union(range: TextRange) -> Diagnostic {
        let message = "none of the sources of this `union` is there".to_owned();
        Diagnostic::new(Code::UnknownSource, Severity::Error, range, message)
    }

    pub(crate) fn uneven_rows(range: TextRange, columns: usize, values: usize) -> Diagnostic {
        let message = match columns {
            0 => "a `datatable` needs at least one column".to_owned(),
            _ => format!("{values} values do not make whole rows of {columns} columns"),
        };
        Diagnostic::new(Code::ArgumentCount, Severity::Error, range, message)
            .help("write `datatable (name: string, n: long) [\"a\", 1, \"b\", 2]`")
    }

    pub(crate) fn too_many_values(range: TextRange, found: usize, most: usize) -> Diagnostic {
        let message = format!("{found} values are more than a `datatable` may have, which are {most}");
        Diagnostic::new(Code::OutOfRange, Severity::Error, range, message)
            .help("put them into a file, and declare it as a source: `uri = \"file:names.csv\"`")
    }

    pub(crate) fn range_types(range: TextRange, [from, to, step]: [Type; 3]) -> Diagnostic {
        let message = format!("a `range` from a {from} to a {to} by a {step} has no values");
        Diagnostic::new(Code::TypeMismatch, Severity::Error, range, message)
            .help("write three numbers, three timespans, or two datetimes and a timespan")
    }

    pub(crate) fn externaldata(range: TextRange) -> Diagnostic {
        let message = "`externaldata` is Kusto's, and not here: a runbook fetches nothing by itself".to_owned();
        Diagnostic::new(Code::Unsupported, Severity::Error, range, message)
            .help("declare the file as a source in `headwater.toml` (`uri = \"file:names.csv\"`), and write its name")
    }
}
