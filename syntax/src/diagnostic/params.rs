//! The wording of what can be wrong in the front matter.

use super::syntax::syntax;
use super::{Code, Diagnostic, Severity};
use crate::literal::Problem;
use crate::{TextRange, Type};

impl Diagnostic {
    pub(crate) fn bad_front_matter(range: TextRange, info: &str) -> Diagnostic {
        let help = "write YAML between the `---` lines, values with `:` or `#` in them in quotes".to_owned();
        let because = "a name in a block that nothing has may be a parameter that could not be read, so none is told \
                       until this is mended";
        syntax(range, format!("expected YAML in the front matter, found something else: {info}"), Some(help))
            .because(because)
    }

    /// A number alone as the default of a timespan.
    pub(crate) fn default_without_unit(range: TextRange, number: &str) -> Diagnostic {
        let message = format!("a timespan has a unit, and `{number}` has none");
        let mut found = Diagnostic::new(Code::UnitMissing, Severity::Error, range, message);
        if !number.starts_with('-') {
            found = found.help(format!("write `{number}ms`, `{number}s` or `{number}m`"));
            for unit in ["s", "ms", "m"] {
                found = found.replace(range, &format!("{number}{unit}"));
            }
        }
        found
    }

    pub(crate) fn params_not_a_map(range: TextRange) -> Diagnostic {
        let help = "write one line each below `params:`, e.g. `  service: checkout`".to_owned();
        syntax(
            range,
            "expected names with defaults below `params:`, found a single value or a list".to_owned(),
            Some(help),
        )
    }

    pub(crate) fn bad_parameter_name(range: TextRange, name: &str) -> Diagnostic {
        let help = "use letters, digits and `_`, and begin with a letter".to_owned();
        syntax(range, format!("expected a parameter's name, found `{name}`"), Some(help))
    }

    pub(crate) fn duplicate_parameter(range: TextRange, name: &str) -> Diagnostic {
        syntax(range, format!("expected each parameter once, found `{name}` again"), Some("remove one".to_owned()))
    }

    pub(crate) fn unknown_parameter_key(range: TextRange, key: &str) -> Diagnostic {
        let message = format!("expected type, default or doc, found `{key}`, which means nothing here");
        let nearest = ["type", "default", "doc"].into_iter().find(|known| strsim::levenshtein(known, key) <= 2);
        let help = nearest.map(|known| format!("did you mean `{known}`?"));
        Diagnostic { severity: Severity::Warning, ..syntax(range, message, help) }
    }

    pub(crate) fn untyped_parameter(range: TextRange, name: &str) -> Diagnostic {
        let help = format!("write `{name}: {{ type: string }}`, or a default that shows its type");
        syntax(range, format!("expected a type or a default for `{name}`, found neither"), Some(help))
    }

    pub(crate) fn unknown_parameter_type(range: TextRange, found: &str) -> Diagnostic {
        let known: Vec<_> = Type::ALL.iter().map(|ty| ty.word()).collect();
        let nearest = known.iter().find(|known| strsim::levenshtein(known, found) <= 2);
        let help = match nearest {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("write one of {}", known.join(", ")),
        };
        syntax(range, format!("expected a type, found `{found}`"), Some(help))
    }

    pub(crate) fn bad_parameter_default(range: TextRange, problem: &Problem) -> Diagnostic {
        syntax(range, format!("the default does not fit the parameter's type: {problem}"), super::syntax::help(problem))
    }
}
