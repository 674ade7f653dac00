//! Finds what is wrong with many runbooks, offline. The command line and CI show it in four formats.

mod github;
mod human;
mod json;
mod sarif;
mod walk;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use line_index::LineIndex;
use runner::config::Config;
use syntax::analysis::Context;
use syntax::{Diagnostic, Severity};

use crate::position::{self, Encoding, Position};

pub(crate) use github::{github, step_summary};
pub(crate) use human::human;
pub(crate) use json::json;
pub(crate) use sarif::sarif;
pub(crate) use walk::{find, read};

/// Everything that was looked at, in the order of the paths.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) files: usize,
    pub(crate) findings: Vec<Finding>,
    /// What could not be checked, and why.
    pub(crate) failures: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Finding {
    /// As it is shown: relative where that is possible, with `/`.
    pub(crate) path: String,
    /// The block's name; None outside of blocks.
    pub(crate) block: Option<String>,
    pub(crate) diagnostic: Diagnostic,
    /// Both from 1, in characters and in UTF-16 units.
    pub(crate) start: Spot,
    pub(crate) end: Spot,
    /// For drawing the line.
    pub(crate) text: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) line: u32,
    pub(crate) character: u32,
    pub(crate) utf16: u32,
}

impl Report {
    /// What a reader has to act on; hints are advice.
    pub(crate) fn is_clean(&self) -> bool {
        self.count(Severity::Error) + self.count(Severity::Warning) == 0
    }

    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.diagnostic.severity == severity).count()
    }

    /// `2 errors and 1 warning in 14 runbooks`.
    pub(crate) fn summary(&self) -> String {
        let count = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let files = count(self.files, "runbook");
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        match (errors, warnings) {
            (0, 0) => format!("{files} checked, nothing found"),
            (_, 0) => format!("{} in {files}", count(errors, "error")),
            (0, _) => format!("{} in {files}", count(warnings, "warning")),
            _ => format!("{} and {} in {files}", count(errors, "error"), count(warnings, "warning")),
        }
    }
}

/// Checks runbooks and all that are found in folders; one that cannot be read keeps no other from it.
pub(crate) fn check(paths: &[PathBuf], here: &Path) -> Report {
    let (files, failures) = find(paths);
    let configs = Configs::default();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(files.len());
    let work = || {
        let mut checked = Vec::new();
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            checked.push((file, check_file(file, here, &configs)));
        }
        checked
    };
    let mut checked: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    checked.sort_by(|a, b| a.0.cmp(b.0));
    let mut report = Report { files: files.len(), findings: Vec::new(), failures };
    if checked.len() < files.len() {
        report.failures.push("internal error: some runbooks were not checked".to_owned());
    }
    for (_, result) in checked {
        match result {
            Ok(findings) => report.findings.extend(findings),
            Err(failure) if report.failures.contains(&failure) => {}
            Err(failure) => report.failures.push(failure),
        }
    }
    report
}

fn check_file(file: &Path, here: &Path, configs: &Configs) -> Result<Vec<Finding>, String> {
    let text: Arc<str> = read(file)?.into();
    let context = configs.of(file)?;
    let parse = syntax::parse(&text);
    let analysis = syntax::analyze(&parse, &context);
    let mut diagnostics: Vec<&Diagnostic> = parse.diagnostics().iter().chain(&analysis.diagnostics).collect();
    if diagnostics.is_empty() {
        return Ok(Vec::new());
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.range.start());
    let lines = LineIndex::new(&text);
    let spot = |offset| {
        let Position { line, character } = position::position(&text, &lines, offset, Encoding::Utf32);
        let utf16 = position::position(&text, &lines, offset, Encoding::Utf16).character;
        Spot { line: line + 1, character: character + 1, utf16: utf16 + 1 }
    };
    let path = shown(file, here);
    let finding = |diagnostic: &Diagnostic| Finding {
        path: path.clone(),
        block: analysis
            .blocks
            .iter()
            .find(|block| block.range.contains_range(diagnostic.range))
            .map(|block| block.name.clone()),
        start: spot(diagnostic.range.start()),
        end: spot(diagnostic.range.end()),
        diagnostic: diagnostic.clone(),
        text: Arc::clone(&text),
    };
    Ok(diagnostics.into_iter().map(finding).collect())
}

/// Relative to where we are, if it is below.
fn shown(file: &Path, here: &Path) -> String {
    let file = file.strip_prefix(here).unwrap_or(file);
    let file = file.strip_prefix(".").unwrap_or(file);
    file.to_string_lossy().into_owned()
}

/// The configuration of each folder, read once.
#[derive(Default)]
struct Configs(Mutex<HashMap<PathBuf, Result<Arc<Context>, String>>>);

impl Configs {
    fn of(&self, file: &Path) -> Result<Arc<Context>, String> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let load = || {
            let start = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
            let config = Config::find(&start, None).map_err(|error| error.to_string())?;
            Ok(Arc::new(config.context().map_err(|error| error.to_string())?))
        };
        known.entry(folder.to_owned()).or_insert_with(load).clone()
    }
}
