//! Mends what can be mended without asking: fixes that keep the meaning, or that only write another language's
//! word in ours. Guesses are left to whoever looks at them, unless all are asked for.

use std::path::Path;

use syntax::catalog::{foreign, stages};
use syntax::{Code, Diagnostic, Edit, Severity};

use super::Checked;
use crate::document::with_edits;
use crate::whole;

/// Each pass may show something new to mend.
const PASSES: usize = 16;

/// Which fixes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Safe,
    /// Also the guesses, where there is one only.
    All,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fixed {
    pub(crate) findings: usize,
    pub(crate) files: usize,
}

/// Mends one file, which no link of the workspace may lead out of; how many findings. `find` says what is wrong with a
/// text that would stand there.
pub(super) fn fix(
    file: &Path,
    here: &Path,
    which: Which,
    find: impl Fn(&str) -> Result<Checked, String>,
) -> Result<usize, String> {
    let mut text = super::read(file)?;
    let mut found = find(&text)?;
    let mut count = 0;
    for _ in 0..PASSES {
        let edits = edits(&found, &text, which);
        if edits.is_empty() {
            break;
        }
        let (fixes, edits) = (edits.len(), edits.into_iter().flatten());
        let next = with_edits(&text, edits);
        let after = find(&next)?;
        // What would make it worse was no fix.
        if errors(&after) > errors(&found) || after.diagnostics.len() >= found.diagnostics.len() + fixes {
            break;
        }
        count += fixes;
        (text, found) = (next, after);
    }
    if count > 0 {
        expect_own(file, here)?;
        whole::replace(file, &text).map_err(|error| format!("cannot write `{}`: {error}", file.display()))?;
    }
    Ok(count)
}

/// Whoever lets a folder be mended means what is in it, and not what a link in it names.
fn expect_own(file: &Path, here: &Path) -> Result<(), String> {
    if !file.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
        return Ok(());
    }
    let failed = |error: std::io::Error| format!("cannot write `{}`: {error}", file.display());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let root = super::root(&folder.canonicalize().map_err(failed)?, &here.canonicalize().map_err(failed)?);
    if file.canonicalize().map_err(failed)?.starts_with(root) {
        return Ok(());
    }
    Err(format!("`{}` leads out of the workspace, so it is not written", file.display()))
}

fn errors(checked: &Checked) -> usize {
    checked.diagnostics.iter().filter(|found| found.severity == Severity::Error).count()
}

/// Of each finding that is mended; those of a pass do not overlap.
fn edits(checked: &Checked, text: &str, which: Which) -> Vec<Vec<Edit>> {
    let mut taken: Vec<Edit> = Vec::new();
    let mut fixes = Vec::new();
    for found in &checked.diagnostics {
        let [fix] = found.fixes.as_slice() else { continue };
        if which == Which::Safe && !is_safe(found, text) {
            continue;
        }
        let overlaps = |edit: &Edit| {
            taken.iter().any(|other| {
                let (one, two) = (edit.range, other.range);
                one.intersect(two).is_some_and(|both| !both.is_empty()) || one == two
            })
        };
        if fix.edits.iter().any(overlaps) {
            continue;
        }
        taken.extend(fix.edits.iter().cloned());
        fixes.push(fix.edits.clone());
    }
    fixes
}

/// Whether it is mended without asking.
pub(super) fn is_mended(found: &Diagnostic, text: &str) -> bool {
    found.fixes.len() == 1 && is_safe(found, text)
}

/// Whether nobody needs to look at its one fix first.
fn is_safe(found: &Diagnostic, text: &str) -> bool {
    let written = text.get(usize::from(found.range.start())..usize::from(found.range.end())).unwrap_or("");
    match found.code {
        // A block of its own for each pipeline: that shows what both of them give.
        Code::UnusedIgnore | Code::LateFilter | Code::ManyResults => true,
        // A warning only says that both names may be about.
        Code::RenamedField => found.severity == Severity::Error,
        Code::UnknownStage => stages::translate(written).is_some(),
        Code::UnknownFunction => foreign::function(written).is_some(),
        _ => false,
    }
}
