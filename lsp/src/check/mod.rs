//! Finds what is wrong with many runbooks and their configurations, offline. The command line and CI show it in four formats.

mod drift;
mod fix;
mod github;
mod gitlab;
mod human;
mod json;
mod links;
mod sarif;
mod since;
mod walk;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use line_index::LineIndex;
use runner::config::Config;
use syntax::analysis::Context;
use syntax::lint::{self, Host, Levels};
use syntax::{Code, Diagnostic, Severity, TextRange};

use crate::position::{self, Encoding, Position};
use crate::{cases, within};

pub(crate) use drift::Live;
pub(crate) use fix::{Fixed, Which};
pub(crate) use github::{data, github, property, step_summary};
pub(crate) use gitlab::gitlab;
pub(crate) use human::human;
pub(crate) use json::json;
pub(crate) use links::{Links, root};
pub(crate) use sarif::sarif;
pub(crate) use walk::{find, is_markdown, read, read_stream};

/// Everything that was looked at, in the order of the paths.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Runbooks and configurations.
    pub(crate) files: usize,
    pub(crate) configs: usize,
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

    /// Findings that [`fix`] mends.
    pub(crate) fn mendable(&self) -> usize {
        self.findings.iter().filter(|found| fix::is_mended(&found.diagnostic, &found.text)).count()
    }

    /// `2 errors and 1 warning in 14 runbooks`.
    pub(crate) fn summary(&self) -> String {
        let count = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let files = match (self.files - self.configs, self.configs) {
            (0, configs @ 1..) => count(configs, "configuration"),
            (runbooks, 0) => count(runbooks, "runbook"),
            (runbooks, configs) => format!("{} and {}", count(runbooks, "runbook"), count(configs, "configuration")),
        };
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        match (errors, warnings) {
            (0, 0) if self.count(Severity::Hint) > 0 => {
                format!("{} in {files}", count(self.count(Severity::Hint), "hint"))
            }
            (0, 0) => format!("{files} checked, nothing found"),
            (_, 0) => format!("{} in {files}", count(errors, "error")),
            (0, _) => format!("{} in {files}", count(warnings, "warning")),
            _ => format!("{} and {} in {files}", count(errors, "error"), count(warnings, "warning")),
        }
    }
}

/// What is looked at: runbooks and configurations, each once, and what could not be searched.
pub(crate) struct Files {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) failures: Vec<String>,
    /// What a branch leaves as it was.
    others: Option<since::Others>,
}

impl Files {
    pub(crate) fn find(paths: &[PathBuf]) -> Files {
        let decides = |path: &&PathBuf| (walk::is_config(path) || walk::is_snapshot(path)) && !path.is_dir();
        let (configs, mut paths): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(decides);
        let mut governed = Vec::new();
        for config in configs {
            // A snapshot is a part of the configuration beside it.
            let config = config.with_file_name(runner::config::FILE_NAME);
            governed.extend(runbooks_of(&config));
            governed.push(config);
        }
        paths.extend(&governed);
        let paths: Vec<PathBuf> = paths.into_iter().cloned().collect();
        let (files, failures) = find(&paths, |path| is_markdown(path) || walk::is_config(path));
        Files { files, failures, others: None }
    }

    /// Leaves out what a branch does not change, below the paths that were asked for.
    pub(crate) fn keep_changed(&mut self, paths: &[PathBuf], gitref: &str, here: &Path) -> Result<(), String> {
        since::keep(self, paths, gitref, here)
    }
}

/// Those that a configuration decides the meaning of.
fn runbooks_of(config: &Path) -> Vec<PathBuf> {
    let folder = config.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(wanted) = real(config) else { return Vec::new() };
    let mut nearest: HashMap<PathBuf, bool> = HashMap::new();
    let mut files = find(&[folder.to_owned()], is_markdown).0;
    files.retain(|file| {
        let Some(folder) = real(file).and_then(|file| Some(file.parent()?.to_owned())) else { return false };
        *nearest.entry(folder).or_insert_with_key(|folder| Config::nearest(folder, None).as_ref() == Some(&wanted))
    });
    files
}

/// Checks runbooks and configurations, and the configurations that runbooks use; one that cannot be read keeps no
/// other from it.
pub(crate) fn check(files: &Files, here: &Path) -> Report {
    check_against(files, here, None)
}

/// The same, also against what a runner has looked at.
pub(crate) fn check_against(files: &Files, here: &Path, live: Option<&Live>) -> Report {
    let Files { files, failures, others } = files;
    let mut around = Around::new(here);
    if let Some(live) = live {
        let mut read = drift::Read::default();
        let runbooks: Vec<PathBuf> = files.iter().filter(|file| !walk::is_config(file)).cloned().collect();
        // What cannot be read is said below.
        in_parallel(&runbooks, |file| around.reads(file)).into_iter().flatten().for_each(|of| read.extend(of));
        around.drift = Some((live, read));
    }
    let mut checked = in_parallel(files, |file| around.file(file));
    let mut report = Report { files: files.len(), failures: failures.clone(), ..Report::default() };
    if checked.len() < files.len() {
        report.failures.push("internal error: some files were not checked".to_owned());
    }
    // Before the others are looked at: theirs are not changed.
    let used = around.configs.used();
    if let Some(others) = others {
        let found = in_parallel(&others.runbooks, |file| around.links_to(file, &others.changed));
        let found: Vec<Vec<Finding>> = found.into_iter().filter(|found| !found.is_empty()).collect();
        report.files += found.len();
        checked.extend(found.into_iter().map(Ok));
    }
    let known: Vec<PathBuf> = files.iter().filter(|file| walk::is_config(file)).filter_map(real).collect();
    // Of what is wrong there, runbooks may have findings; it comes before them.
    let used: Vec<PathBuf> = used.into_iter().filter(|file| !known.contains(file)).collect();
    report.configs = known.len() + used.len();
    report.files += used.len();
    checked.splice(0..0, used.iter().map(|file| around.file(file)));
    if live.is_some() {
        let configs = known.iter().chain(&used).map(|config| config.with_file_name(runner::snapshot::FILE_NAME));
        checked.extend(configs.filter(|snapshot| snapshot.is_file()).map(|snapshot| around.snapshot(&snapshot)));
    }
    for result in checked {
        match result {
            Ok(findings) => report.findings.extend(findings),
            Err(failure) => {
                report.files = report.files.saturating_sub(1);
                if !report.failures.contains(&failure) {
                    report.failures.push(failure);
                }
            }
        }
    }
    report
}

/// Mends what can be mended; says how much, and what could not be read or written.
pub(crate) fn fix(files: &Files, here: &Path, which: Which) -> (Fixed, Vec<String>) {
    let around = Around::new(here);
    let mut fixed = Fixed::default();
    let mut failures = Vec::new();
    for result in in_parallel(&files.files, |file| fix::fix(file, here, which, |text| around.text(file, text))) {
        match result {
            Ok(0) => {}
            Ok(findings) => {
                fixed.findings += findings;
                fixed.files += 1;
            }
            // The check that follows says what cannot be read.
            Err(failure) => failures.push(failure),
        }
    }
    (fixed, failures)
}

/// In the order of the files.
fn in_parallel<T: Send>(files: &[PathBuf], check: impl Fn(&Path) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(files.len());
    let work = || {
        let mut checked = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else { return checked };
            checked.push((index, check(file)));
        }
    };
    let mut checked: Vec<(usize, T)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    checked.sort_by_key(|(index, _)| *index);
    checked.into_iter().map(|(_, result)| result).collect()
}

fn real(file: impl AsRef<Path>) -> Option<PathBuf> {
    file.as_ref().canonicalize().ok()
}

/// What files have in common.
struct Around<'a> {
    here: &'a Path,
    configs: Configs,
    links: Links,
    /// What a runner has looked at, and what the runbooks read.
    drift: Option<(&'a Live, drift::Read)>,
}

/// What is wrong with a text.
struct Checked {
    diagnostics: Vec<Diagnostic>,
    /// Where each block is, and its name.
    blocks: Vec<(TextRange, String)>,
}

impl Around<'_> {
    fn new(here: &Path) -> Around<'_> {
        Around { here, configs: Configs::default(), links: Links::new(here), drift: None }
    }

    /// What a runbook reads; None where it cannot be read.
    fn reads(&self, file: &Path) -> Option<drift::Read> {
        let (text, context) = (read(file).ok()?, self.configs.of(file).ok()?);
        let mut reads = drift::Read::default();
        reads.add(&syntax::analyze(&syntax::parse(&text), &context));
        Some(reads)
    }

    fn snapshot(&self, file: &Path) -> Result<Vec<Finding>, String> {
        let text: Arc<str> = read(file)?.into();
        let found = self.drift.as_ref().map(|(live, _)| drift::of_snapshot(&text, live)).unwrap_or_default();
        let diagnostics = lint::judge(&text, Host::Config, found, &Levels::default());
        let file = file.strip_prefix(real(self.here).as_deref().unwrap_or(self.here)).unwrap_or(file);
        Ok(findings(file, self.here, &text, &Checked { diagnostics, blocks: Vec::new() }))
    }

    fn file(&self, file: &Path) -> Result<Vec<Finding>, String> {
        let text: Arc<str> = read(file)?.into();
        let checked = self.text(file, &text)?;
        Ok(findings(file, self.here, &text, &checked))
    }

    /// Of a runbook that is as it was, the links to files that are not. What else is wrong with it is not asked.
    fn links_to(&self, file: &Path, changed: &BTreeSet<PathBuf>) -> Vec<Finding> {
        let Some(text) = read(file).ok().filter(|_| is_markdown(file)) else { return Vec::new() };
        let places = Links::to(file, &text, changed);
        if places.is_empty() {
            return Vec::new();
        }
        let Ok(mut checked) = self.runbook(file, &text) else { return Vec::new() };
        checked.diagnostics.retain(|found| found.code == Code::BrokenLink && places.contains(&found.range));
        findings(file, self.here, &text.into(), &checked)
    }

    /// What is wrong with a text in the place of a file.
    fn text(&self, file: &Path, text: &str) -> Result<Checked, String> {
        if walk::is_config(file) { Ok(self.config(file, text)) } else { self.runbook(file, text) }
    }

    fn runbook(&self, file: &Path, text: &str) -> Result<Checked, String> {
        let context = self.configs.of(file)?;
        let parse = syntax::parse(text);
        let analysis = syntax::analyze(&parse, &context);
        let mut diagnostics: Vec<Diagnostic> =
            parse.diagnostics().iter().chain(&analysis.diagnostics).cloned().collect();
        let there = |path: &str| self.links.is_there(file, path);
        diagnostics.extend(cases::findings(text, &analysis, &there));
        diagnostics.extend(self.links.broken(file, text, &analysis.blocks));
        if let Some((live, _)) = &self.drift {
            diagnostics.extend(drift::of_runbook(&analysis, live));
        }
        diagnostics.sort_by_key(|diagnostic| diagnostic.range.start());
        let diagnostics = lint::judge(text, Host::Runbook(&analysis.blocks), diagnostics, &context.levels);
        let blocks = analysis.blocks.into_iter().map(|block| (block.range, block.name)).collect();
        Ok(Checked { diagnostics, blocks })
    }

    fn config(&self, file: &Path, text: &str) -> Checked {
        let root = real(file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")));
        let exists = |path: &Path| root.as_ref().is_none_or(|root| within::exists(path, root));
        let (config, mut diagnostics) = Config::read(text, file, &exists);
        if let Some((live, read)) = &self.drift {
            diagnostics.extend(drift::of_config(text, live, read));
            diagnostics.sort_by_key(|found| (found.range.start(), found.severity));
        }
        let diagnostics = lint::judge(text, Host::Config, diagnostics, &config.levels);
        Checked { diagnostics, blocks: Vec::new() }
    }
}

/// Whether a change of this file may change a check.
pub(crate) fn is_looked_at(path: &Path) -> bool {
    is_markdown(path) || path.extension().is_some_and(|extension| extension == "toml")
}

/// With their places as lines and columns.
fn findings(file: &Path, here: &Path, text: &Arc<str>, checked: &Checked) -> Vec<Finding> {
    if checked.diagnostics.is_empty() {
        return Vec::new();
    }
    let lines = LineIndex::new(text);
    let spot = |offset| {
        let Position { line, character } = position::position(text, &lines, offset, Encoding::Utf32);
        let utf16 = position::position(text, &lines, offset, Encoding::Utf16).character;
        Spot { line: line + 1, character: character + 1, utf16: utf16 + 1 }
    };
    let path = shown(file, here);
    let block = |diagnostic: &Diagnostic| {
        let block = checked.blocks.iter().find(|(range, _)| range.contains_range(diagnostic.range));
        block.map(|(_, name)| name.clone())
    };
    let finding = |diagnostic: &Diagnostic| Finding {
        path: path.clone(),
        block: block(diagnostic),
        start: spot(diagnostic.range.start()),
        end: spot(diagnostic.range.end()),
        diagnostic: diagnostic.clone(),
        text: Arc::clone(text),
    };
    checked.diagnostics.iter().map(finding).collect()
}

/// Relative to where we are, if it is below.
pub(crate) fn shown(file: &Path, here: &Path) -> String {
    let file = file.strip_prefix(here).unwrap_or(file);
    let file = file.strip_prefix(".").unwrap_or(file);
    file.to_string_lossy().into_owned()
}

/// The configuration of each folder, read once.
#[derive(Default)]
struct Configs(Mutex<HashMap<PathBuf, Known>>);

#[derive(Clone)]
struct Known {
    /// What is wrong in it is found by itself, and keeps nothing else from being known.
    context: Result<Arc<Context>, String>,
    file: Option<PathBuf>,
}

impl Configs {
    fn of(&self, file: &Path) -> Result<Arc<Context>, String> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let load = || {
            let start = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
            let file = Config::nearest(&start, None);
            let config = match &file {
                Some(file) => Config::found_text(file)
                    .map_err(|error| error.to_string())
                    .map(|text| Config::read(&text, file, &|_| true).0),
                None => Ok(Config::builtin()),
            };
            let context = config.and_then(|config| config.context().map_err(|error| error.to_string()));
            Known { context: context.map(Arc::new), file: file.and_then(real) }
        };
        known.entry(folder.to_owned()).or_insert_with(load).context.clone()
    }

    /// Each once, in order.
    fn used(&self) -> BTreeSet<PathBuf> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.values().filter_map(|known| known.file.clone()).collect()
    }
}
