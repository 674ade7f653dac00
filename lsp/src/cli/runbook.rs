//! The text that is to run: read from a file or given as an argument, and looked at before anything starts.

use std::path::Path;

use runner::config::Config;
use runner::{Error, Text};
use syntax::Severity;
use syntax::analysis::{Analysis, Context, Settings};

use super::console::Console;
use super::{Failure, report};
use crate::check;

/// What is run, and what to call it in messages.
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) text: Text,
}

impl Subject {
    pub(crate) fn query(pipeline: &str) -> Subject {
        Subject { name: "query".to_owned(), text: Text::Query(pipeline.to_owned()) }
    }

    pub(crate) fn runbook(path: &Path) -> Result<Subject, Failure> {
        let text = check::read_stream(path).map_err(Failure::Message)?;
        Ok(Subject { name: path.display().to_string(), text: Text::Runbook(text) })
    }

    pub(crate) fn analyze(&self, config: &Config, settings: &Settings) -> Analysis {
        let context = Context { sources: config.sources.clone(), settings: settings.clone(), ..Context::default() };
        syntax::analyze(&self.text.parse(), &context)
    }

    /// An error of a runner; where it is about the text, drawn at its place.
    pub(crate) fn refused(&self, error: Error, console: Console) -> Failure {
        match error {
            Error::Rejected { diagnostics, .. } if !diagnostics.is_empty() => {
                let renderer = report::Renderer::new(console.err_colors);
                let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
                for diagnostic in errors {
                    console.line(&renderer.render(&self.name, self.text.as_str(), diagnostic));
                    console.line("");
                }
                Failure::Told
            }
            error => error.into(),
        }
    }
}

/// The names that were given must be there; the nearest that is, if one is not.
pub(crate) fn expect_known<'a>(
    what: &str,
    given: impl IntoIterator<Item = &'a String>,
    known: &[&str],
) -> Result<(), Failure> {
    let Some(unknown) = given.into_iter().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
    let nearest = known
        .iter()
        .map(|name| (strsim::jaro_winkler(name, unknown), *name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = match nearest {
        Some((_, nearest)) => format!("; did you mean `{nearest}`?"),
        None if known.is_empty() => "; the runbook has none".to_owned(),
        None => format!("; the runbook has {}", known.join(", ")),
    };
    Err(Failure::Message(format!("there is no {what} `{unknown}`{hint}")))
}
