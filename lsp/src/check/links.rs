//! Links of runbooks to each other, to their headings and to other files: whether what they name is there. Looks
//! at nothing outside the workspace.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regex::Regex;
use syntax::analysis::Block;
use syntax::diagnostic::closest;
use syntax::{Code, Diagnostic, Edit, Fix, Severity, TextRange};

use super::walk;
use crate::features::links::{self, Written};
use crate::within;

/// What is known of the files that links lead to.
pub(crate) struct Links {
    /// Where the check began; a file outside of it has its own folder.
    here: PathBuf,
    /// The workspace, where there is one.
    workspace: Option<PathBuf>,
    anchors: Mutex<HashMap<PathBuf, Arc<Vec<String>>>>,
    /// The names in a folder, in order.
    beside: Mutex<HashMap<PathBuf, Arc<Vec<String>>>>,
}

impl Links {
    pub(super) fn new(here: &Path) -> Links {
        let here = here.canonicalize().unwrap_or_else(|_| here.to_owned());
        Links { here, workspace: None, anchors: Mutex::default(), beside: Mutex::default() }
    }

    /// Of files of a workspace; looks at nothing outside of it.
    pub(crate) fn within(workspace: &Path) -> Links {
        Links { workspace: Some(workspace.to_owned()), ..Links::new(workspace) }
    }

    fn root(&self, folder: &Path) -> PathBuf {
        self.workspace.clone().unwrap_or_else(|| root(folder, &self.here))
    }

    /// Of one runbook, in the order of its text.
    pub(crate) fn broken(&self, file: &Path, text: &str, blocks: &[Block]) -> Vec<Diagnostic> {
        if !text.contains("](") && !text.contains("]:") {
            return Vec::new();
        }
        let Some(folder) = file.canonicalize().ok().and_then(|file| Some(file.parent()?.to_owned())) else {
            return Vec::new();
        };
        let root = self.root(&folder);
        // Many links may lead to one file.
        let mut there = HashMap::new();
        let mut is_there = |path: &str, target: &Path| match there.get(path) {
            Some(known) => *known,
            None => {
                let found = within::exists(target, &root);
                there.insert(path.to_owned(), found);
                found
            }
        };
        links::written(text, blocks).filter_map(|link| self.look(file, text, &root, &link, &mut is_there)).collect()
    }

    /// Where links of a runbook lead that some of these files were or are the end of, in the order of its text.
    /// What only looks like a link, within a block, is among them.
    pub(super) fn to(file: &Path, text: &str, changed: &BTreeSet<PathBuf>) -> Vec<TextRange> {
        if !text.contains("](") && !text.contains("]:") {
            return Vec::new();
        }
        let Some(folder) = file.canonicalize().ok().and_then(|file| Some(file.parent()?.to_owned())) else {
            return Vec::new();
        };
        let leads = |link: &Written| {
            let target = folder.join(&link.path);
            let target = target.canonicalize().ok().or_else(|| within::plain(&target));
            // A folder is gone with all that was in it.
            target
                .is_some_and(|target| changed.range(target.clone()..).next().is_some_and(|at| at.starts_with(&target)))
        };
        links::written(text, &[]).filter(|link| !link.path.is_empty() && leads(link)).map(|link| link.address).collect()
    }

    /// Whether a path of a runbook leads to a file; true where it may not be looked for.
    pub(crate) fn is_there(&self, file: &Path, path: &str) -> bool {
        let Some(folder) = file.canonicalize().ok().and_then(|file| Some(file.parent()?.to_owned())) else {
            return true;
        };
        within::exists(&folder.join(path), &self.root(&folder))
    }

    fn look(
        &self,
        file: &Path,
        text: &str,
        root: &Path,
        link: &Written,
        is_there: &mut dyn FnMut(&str, &Path) -> bool,
    ) -> Option<Diagnostic> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if link.path.is_empty() {
            return broken_anchor(link, "this runbook", &names(text));
        }
        let target = folder.join(&link.path);
        if !is_there(&link.path, &target) {
            return Some(self.broken_file(link, &target, root));
        }
        if link.anchor.is_empty() || !walk::is_markdown(&target) {
            return None;
        }
        within::readable(&target, root).ok()?;
        let key = target.canonicalize().ok()?;
        let known = self.anchors.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let anchors = match known {
            Some(known) => known,
            None => {
                let there = within::text(&target, root, walk::MAX_BYTES).ok()?;
                let names = Arc::new(names(&there));
                let mut known = self.anchors.lock().unwrap_or_else(PoisonError::into_inner);
                known.insert(key, Arc::clone(&names));
                names
            }
        };
        broken_anchor(link, &format!("`{}`", link.path), &anchors)
    }

    fn broken_file(&self, link: &Written, target: &Path, root: &Path) -> Diagnostic {
        let found = broken(link, format!("there is no file `{}`", link.path));
        let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let names = target.parent().map(|folder| self.beside(folder, root)).unwrap_or_default();
        match closest(&name, names.iter().map(String::as_str)) {
            Some(near) => {
                let near =
                    link.path.strip_suffix(&name).map_or_else(|| near.to_owned(), |folder| format!("{folder}{near}"));
                let anchor = if link.anchor.is_empty() { String::new() } else { format!("#{}", link.anchor) };
                replaced(found, link, &near, &format!("{near}{anchor}"))
            }
            None => Diagnostic { help: Some("a path begins at the runbook's own folder".to_owned()), ..found },
        }
    }

    /// What is in a folder; nothing where it may not be looked at.
    fn beside(&self, folder: &Path, root: &Path) -> Arc<Vec<String>> {
        if let Some(known) = self.beside.lock().unwrap_or_else(PoisonError::into_inner).get(folder) {
            return Arc::clone(known);
        }
        let within = folder.canonicalize().is_ok_and(|folder| folder.starts_with(root));
        let entries = within.then(|| std::fs::read_dir(folder).ok()).flatten();
        let mut names: Vec<String> = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
            .collect();
        names.sort();
        let names = Arc::new(names);
        let mut known = self.beside.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(folder.to_owned(), Arc::clone(&names));
        names
    }
}

/// What belongs together with a folder: its repository, else all below where we are, else the folder itself.
pub(crate) fn root(folder: &Path, here: &Path) -> PathBuf {
    let repository = folder.ancestors().find(|above| above.join(".git").exists());
    let here = || folder.starts_with(here).then_some(here);
    repository.or_else(here).unwrap_or(folder).to_owned()
}

/// What links may name in a text: its headings, and what `<a id="…">` and `{#…}` give a name.
fn names(text: &str) -> Vec<String> {
    static GIVEN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"\b(?:id|name)="([^"]+)"|\{#([^\s}]+)"#).expect("the pattern is right"));
    let given = GIVEN.captures_iter(text).filter_map(|found| found.get(1).or(found.get(2)));
    let given = given.map(|name| name.as_str().to_owned());
    links::anchors(text).into_iter().map(|anchor| anchor.name).chain(given).collect()
}

fn broken_anchor(link: &Written, file: &str, anchors: &[String]) -> Option<Diagnostic> {
    let wanted = &link.anchor;
    if wanted.is_empty() || anchors.contains(wanted) {
        return None;
    }
    let found = broken(link, format!("{file} has no heading `#{wanted}`"));
    Some(match closest(wanted, anchors.iter().map(String::as_str)) {
        Some(near) => replaced(found, link, &format!("#{near}"), &format!("{}#{near}", link.path)),
        None => Diagnostic {
            help: Some("headings are named by their words in lower case, with hyphens".to_owned()),
            ..found
        },
    })
}

fn broken(link: &Written, message: String) -> Diagnostic {
    Diagnostic {
        code: Code::BrokenLink,
        severity: Severity::Warning,
        range: link.address,
        message: syntax::visible(&message).into_owned(),
        because: None,
        help: None,
        fixes: Vec::new(),
    }
}

/// Where the address is written out, it can be written anew.
fn replaced(mut found: Diagnostic, link: &Written, near: &str, address: &str) -> Diagnostic {
    found.help = Some(format!("did you mean `{near}`?"));
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'(' | b')' | b'<' | b'>'));
    if plain && link.address != link.range {
        let edits =
            vec![Edit { range: TextRange::new(link.address.start(), link.address.end()), text: address.to_owned() }];
        found.fixes.push(Fix { title: format!("replace with `{address}`"), edits });
    }
    found
}
