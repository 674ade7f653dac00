//! What is asked of git, by running it: which files a change touches, and what they were before. Never changes
//! anything, never goes to the network.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

const MAX_BYTES: usize = 16 << 20;

/// Files that are others than where this branch left the commit or branch `gitref`: committed since, changed, new, or
/// gone. With absolute paths, in order.
pub(crate) fn changed(gitref: &str, here: &Path) -> Result<Vec<PathBuf>, String> {
    let root = root(here)?;
    let base = merge_base(&root, gitref)?;
    Ok(changed_since(&root, &base)?.into_iter().map(|path| root.join(path)).collect())
}

/// The same of a commit, relative to the root.
pub(crate) fn changed_since(root: &Path, commit: &str) -> Result<BTreeSet<PathBuf>, String> {
    let differ = git(root, &["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", commit, "--"])?;
    let new = git(root, &["ls-files", "--others", "--exclude-standard", "-z"])?;
    Ok(paths(&differ).chain(paths(&new)).collect())
}

/// Refused where one of these is in another place than the repository: nothing can be said of it.
pub(crate) fn expect_within(root: &Path, here: &Path, asked: &[PathBuf]) -> Result<(), String> {
    let outside = |path: &&PathBuf| here.join(path).canonicalize().is_ok_and(|real| !real.starts_with(root));
    match asked.iter().find(outside) {
        None => Ok(()),
        Some(path) => Err(format!("`{}` is not in the repository `{}`", path.display(), root.display())),
    }
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

/// The files of a commit, by their paths from the root. One process of git stays to read them.
pub(crate) struct Tree {
    files: BTreeMap<PathBuf, String>,
    reader: Mutex<Reader>,
}

struct Reader {
    git: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Tree {
    pub(crate) fn of(root: &Path, commit: &str) -> Result<Tree, String> {
        let listed = git(root, &["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let files = listed.split(|byte| *byte == 0).filter_map(|entry| {
            // `100644 blob 5716ca5987 path`, a tab before the path; links and submodules are no files.
            let tab = entry.iter().position(|byte| *byte == b'\t')?;
            let mut words = std::str::from_utf8(&entry[..tab]).ok()?.split(' ');
            let (mode, _, id) = (words.next()?, words.next()?, words.next()?);
            mode.starts_with("100").then(|| (path(&entry[tab + 1..]), id.to_owned()))
        });
        let files = files.collect();
        let mut git = command(root, &["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(cannot_run)?;
        let (Some(asked), Some(answers)) = (git.stdin.take(), git.stdout.take()) else {
            return Err("cannot run git: it has no pipes".to_owned());
        };
        Ok(Tree { files, reader: Mutex::new(Reader { git, asked, answers: BufReader::new(answers) }) })
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.keys()
    }

    pub(crate) fn has(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    /// What a file was; at most as many bytes as a runbook may have.
    pub(crate) fn read(&self, path: &Path) -> Result<Vec<u8>, String> {
        let failed = |why: &str| format!("cannot read `{}` as it was: {why}", path.display());
        let id = self.files.get(path).ok_or_else(|| failed("there was no such file"))?;
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.read(id).map_err(|error| failed(&error.to_string()))?.ok_or_else(|| failed("it is too large"))
    }
}

impl Reader {
    fn read(&mut self, id: &str) -> io::Result<Option<Vec<u8>>> {
        writeln!(self.asked, "{id}")?;
        self.asked.flush()?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        // `5716ca5987 blob 4`, or `5716ca5987 missing`, as in a clone that lacks it.
        let bytes = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
        let bytes = bytes.ok_or_else(|| io::Error::other("git does not have it"))?;
        let mut content = Vec::new();
        if bytes > MAX_BYTES as u64 {
            io::copy(&mut self.answers.by_ref().take(bytes + 1), &mut io::sink())?;
            return Ok(None);
        }
        self.answers.by_ref().take(bytes + 1).read_to_end(&mut content)?;
        // A line's end follows.
        if content.pop() != Some(b'\n') || content.len() as u64 != bytes {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        Ok(Some(content))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It keeps nothing, and waits for questions; one that has ended already is as well.
        drop(self.git.kill());
        drop(self.git.wait());
    }
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
    let unknown = format!("git knows no commit `{}`", syntax::visible(gitref));
    // What is not in such a clone is no misspelling.
    if is_shallow(root) {
        return format!(
            "{unknown}; this clone is shallow: fetch more, e.g. with `git fetch --unshallow`, or `fetch-depth: 0` of \
             actions/checkout"
        );
    }
    let listed = run(root, &["for-each-ref", "--format=%(refname:short)", "--count=500"]).map(|done| done.text());
    let listed = listed.unwrap_or_default();
    match syntax::diagnostic::closest(gitref, listed.lines()) {
        Some(near) => format!("{unknown}; did you mean `{near}`?"),
        None => format!("{unknown}; `git branch --all` lists branches"),
    }
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
    let output = command(folder, args).stdin(Stdio::null()).output().map_err(cannot_run)?;
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Done { success: output.status.success(), out: output.stdout, err })
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    // Nothing that the repository's own configuration names is run.
    command.arg("-C").arg(folder).args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "--no-pager"]);
    command.args(args).env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
    command
}

fn cannot_run(error: io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "git is not installed, or not on the PATH".to_owned(),
        _ => format!("cannot run git: {error}"),
    }
}
