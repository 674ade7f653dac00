//! What is asked of git, by running it: which files a change touches, and what they were before. Never changes
//! anything, never goes to the network.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const MAX_BYTES: usize = 16 << 20;

/// Files of the working tree that differ from where this branch left the commit or branch `gitref`: committed
/// since, changed, or new. With absolute paths, without those that are gone.
pub(crate) fn changed(gitref: &str, here: &Path) -> Result<Vec<PathBuf>, String> {
    let root = root(here)?;
    let base = merge_base(&root, gitref)?;
    let differ = git(&root, &["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", &base, "--"])?;
    let new = git(&root, &["ls-files", "--others", "--exclude-standard", "-z"])?;
    let mut files: Vec<PathBuf> =
        paths(&differ).chain(paths(&new)).map(|path| root.join(path)).filter(|path| path.exists()).collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// The folder of the repository that a folder is in.
pub(crate) fn root(folder: &Path) -> Result<PathBuf, String> {
    let found = git(folder, &["rev-parse", "--show-toplevel"])?;
    let root = PathBuf::from(String::from_utf8_lossy(&found).trim_end_matches(['\n', '\r']));
    root.canonicalize().map_err(|error| format!("cannot read `{}`: {error}", root.display()))
}

/// The commit that this branch and `gitref` come from; without a common one, `gitref` itself.
pub(crate) fn merge_base(root: &Path, gitref: &str) -> Result<String, String> {
    let commit = format!("{gitref}^{{commit}}");
    let resolved = run(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
    if !resolved.success {
        return Err(unknown_ref(root, gitref));
    }
    let resolved = resolved.line();
    let base = run(root, &["merge-base", &resolved, "HEAD"])?;
    if base.success {
        return Ok(base.line());
    }
    // A clone that is shallow does not know what both come from.
    if is_shallow(root) {
        return Err(format!(
            "this clone is too shallow to know what `{gitref}` and HEAD have in common; fetch more, e.g. with \
             `git fetch --unshallow`, or `fetch-depth: 0` of actions/checkout"
        ));
    }
    Ok(resolved)
}

/// All files of a commit, relative to the root.
pub(crate) fn files_at(root: &Path, commit: &str) -> Result<Vec<PathBuf>, String> {
    Ok(paths(&git(root, &["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit])?).collect())
}

/// What a file was in a commit; at most as many bytes as a runbook may have.
pub(crate) fn read_at(root: &Path, commit: &str, path: &Path) -> Result<Vec<u8>, String> {
    let name = format!("{commit}:{}", path.to_string_lossy());
    let failed = || format!("cannot read `{}` in {}", path.display(), commit.get(..10).unwrap_or(commit));
    let done = run(root, &["cat-file", "blob", &name])?;
    if done.success && done.out.len() <= MAX_BYTES { Ok(done.out) } else { Err(failed()) }
}

/// Files that were moved since a commit: from where, and where to.
pub(crate) fn renamed(root: &Path, commit: &str) -> Result<Vec<(PathBuf, PathBuf)>, String> {
    let args = ["diff", "--name-status", "-z", "--find-renames", "--diff-filter=R", "--no-ext-diff", commit, "--"];
    let listed = git(root, &args)?;
    let mut parts = listed.split(|byte| *byte == 0).filter(|part| !part.is_empty());
    let mut moved = Vec::new();
    while let (Some(_), Some(from), Some(to)) = (parts.next(), parts.next(), parts.next()) {
        moved.push((path(from), path(to)));
    }
    Ok(moved)
}

fn unknown_ref(root: &Path, gitref: &str) -> String {
    let listed = run(root, &["for-each-ref", "--format=%(refname:short)", "--count=500"]).map(|done| done.text());
    let listed = listed.unwrap_or_default();
    let near = syntax::diagnostic::closest(gitref, listed.lines());
    let help = match near {
        Some(near) => format!("; did you mean `{near}`?"),
        None if is_shallow(root) => {
            "; this clone is shallow: fetch it, e.g. with `fetch-depth: 0` of actions/checkout".to_owned()
        }
        None => "; `git branch --all` lists branches".to_owned(),
    };
    format!("git knows no commit `{}`{help}", syntax::visible(gitref))
}

fn is_shallow(root: &Path) -> bool {
    run(root, &["rev-parse", "--is-shallow-repository"]).is_ok_and(|done| done.line() == "true")
}

fn paths(listed: &[u8]) -> impl Iterator<Item = PathBuf> {
    listed.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(path)
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

struct Done {
    success: bool,
    out: Vec<u8>,
    err: String,
}

impl Done {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    fn line(&self) -> String {
        self.text().trim().to_owned()
    }
}

/// What git writes; refused with what it says.
pub(crate) fn git(folder: &Path, args: &[&str]) -> Result<Vec<u8>, String> {
    let done = run(folder, args)?;
    if done.success {
        return Ok(done.out);
    }
    if done.err.contains("not a git repository") {
        return Err(format!("`{}` is in no git repository", folder.display()));
    }
    let said = done.err.trim().trim_start_matches("fatal: ");
    Err(format!("git {} failed: {}", args.first().copied().unwrap_or_default(), syntax::visible(said)))
}

fn run(folder: &Path, args: &[&str]) -> Result<Done, String> {
    let mut command = Command::new("git");
    // Nothing that the repository's own configuration names is run.
    command.arg("-C").arg(folder).args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "--no-pager"]);
    command.args(args).env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C").stdin(Stdio::null());
    let output = command.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "git is not installed, or not on the PATH".to_owned(),
        _ => format!("cannot run git: {error}"),
    })?;
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Done { success: output.status.success(), out: output.stdout, err })
}
