//! What is asked of git, by running it: which files a change touches, and what they were before. Never changes
//! anything, never goes to the network, and runs no program that a repository's own configuration names: git is asked for
//! lists and blobs, and files are compared by their blobs' ids, because a comparison by git would run the filters.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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
    let then = listed(root, commit)?;
    let staged = git(root, &["ls-files", "-z"])?;
    let untracked = git(root, &["ls-files", "--others", "--exclude-standard", "-z"])?;
    let mut changed: BTreeSet<PathBuf> = paths(&untracked).filter(|path| !then.contains_key(path)).collect();
    changed.extend(paths(&staged).filter(|path| !then.contains_key(path)));
    // What is as large as it was may be the same; everything else is not.
    let mut alike = Vec::new();
    for (path, blob) in &then {
        let there = root.join(path).symlink_metadata().ok();
        let size = there.as_ref().map(|there| there.len());
        let kind = there.map(|there| (there.is_file(), there.is_symlink()));
        match (blob.mode.as_str(), kind) {
            ("160000", _) => {}
            ("120000", Some((_, true))) if size == blob.size => {}
            (mode, Some((true, _))) if mode.starts_with("100") && size == blob.size => alike.push((path, blob)),
            _ => _ = changed.insert(path.clone()),
        }
    }
    let ids = hashed(root, alike.iter().map(|(path, _)| path.as_path()))?;
    let differ = alike.iter().filter(|(path, blob)| ids.get(path.as_path()) != Some(&blob.id));
    changed.extend(differ.map(|(path, _)| (*path).clone()));
    Ok(changed)
}

/// An entry of a commit's tree.
struct Blob {
    mode: String,
    id: String,
    /// None of a submodule.
    size: Option<u64>,
}

fn listed(root: &Path, commit: &str) -> Result<BTreeMap<PathBuf, Blob>, String> {
    let listed = git(root, &["ls-tree", "-r", "-l", "-z", "--full-tree", commit])?;
    let entries = listed.split(|byte| *byte == 0).filter_map(|entry| {
        // `100644 blob 5716ca5987    4 path`, a tab before the path.
        let tab = entry.iter().position(|byte| *byte == b'\t')?;
        let mut words = std::str::from_utf8(&entry[..tab]).ok()?.split_ascii_whitespace();
        let (mode, _, id, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
        Some((path(&entry[tab + 1..]), Blob { mode: mode.to_owned(), id: id.to_owned(), size: size.parse().ok() }))
    });
    Ok(entries.collect())
}

/// The ids that the files would have as blobs, just as they are. None of a file whose name has a line break.
fn hashed<'a>(root: &Path, files: impl Iterator<Item = &'a Path>) -> Result<HashMap<&'a Path, String>, String> {
    let files: Vec<&Path> = files.filter(|file| !bytes(file).contains(&b'\n')).collect();
    if files.is_empty() {
        return Ok(HashMap::new());
    }
    let mut git = command(root, &["hash-object", "--no-filters", "--stdin-paths"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(cannot_run)?;
    let asked: Vec<u8> = files.iter().flat_map(|file| [bytes(&root.join(file)), b"\n".to_vec()].concat()).collect();
    let stdin = git.stdin.take();
    // Written beside, because git answers before it has read all.
    let writer = std::thread::spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(&asked)));
    let answered = git.wait_with_output().map_err(cannot_run)?;
    // Where git ended early, a file has gone; its answer is missing.
    drop(writer.join());
    let ids = String::from_utf8_lossy(&answered.stdout).into_owned();
    Ok(files.into_iter().zip(ids.lines().map(str::to_owned)).collect())
}

/// Whether the repository that a file is in holds it too.
pub(crate) fn tracks(file: &Path) -> bool {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return false };
    let name = format!(":(literal){name}");
    file.exists() && run(folder, &["ls-files", "--error-unmatch", "-z", "--", &name]).is_ok_and(|done| done.success)
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
    let real = root.canonicalize().map_err(|error| format!("cannot read `{}`: {error}", root.display()))?;
    // Its configuration may name any other folder, and what is in there is none of the repository's.
    let within = folder.canonicalize().is_ok_and(|folder| folder.starts_with(&real));
    if !within || !real.join(".git").exists() {
        let (folder, root) = (folder.display(), root.display());
        return Err(format!(
            "the repository of `{folder}` says that its files are in `{root}`, which has no `.git`; see `git config core.worktree`"
        ));
    }
    Ok(real)
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
        // Links and submodules are no files.
        let files = listed(root, commit)?.into_iter().filter(|(_, blob)| blob.mode.starts_with("100"));
        let files = files.map(|(path, blob)| (path, blob.id)).collect();
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

/// Of files that are gone and files that are new, those that are the same with another name: from where, and where to.
/// As in git, half of a text has to be the same.
pub(crate) fn renamed(root: &Path, then: &Tree, changed: &BTreeSet<PathBuf>) -> Vec<(PathBuf, PathBuf)> {
    let (old, new): (Vec<_>, Vec<_>) = changed.iter().partition(|path| then.has(path));
    let gone = old.into_iter().filter(|path| crate::check::is_markdown(path) && !root.join(path).exists());
    let new = new.into_iter().filter(|path| crate::check::is_markdown(path));
    let mut new: Vec<(&PathBuf, String)> =
        new.take(MOVED).filter_map(|path| Some((path, crate::check::read(&root.join(path)).ok()?))).collect();
    let mut moved = Vec::new();
    for old in gone.take(MOVED) {
        let Some(text) = then.read(old).ok().and_then(|bytes| String::from_utf8(bytes).ok()) else { continue };
        let scored = new.iter().enumerate().map(|(at, (_, other))| (alike(&text, other), at));
        let Some((score, at)) = scored.max_by(|one, other| one.0.total_cmp(&other.0)) else { break };
        if score >= 0.5 {
            moved.push((old.clone(), new.swap_remove(at).0.clone()));
        }
    }
    moved
}

/// Files that are compared with each other to find those that were moved.
const MOVED: usize = 64;

/// The share of the longer text's bytes that stand in lines which the other has too.
fn alike(one: &str, other: &str) -> f64 {
    let mut lines: HashMap<&str, usize> = HashMap::new();
    one.lines().for_each(|line| *lines.entry(line).or_default() += 1);
    let same = other.lines().filter(|line| match lines.get_mut(line) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    });
    let same: usize = same.map(|line| line.len() + 1).sum();
    same as f64 / one.len().max(other.len()).max(1) as f64
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

#[cfg(unix)]
fn bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

/// Programs that git runs by itself: to watch files, after commands, to tidy up.
const SETTINGS: [&str; 6] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.allow=never",
];

/// What no configuration can overrule. No protocol is called `none`.
const ENVIRONMENT: [(&str, &str); 4] = [
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
];

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
    // Nothing that the repository's own configuration names is run, and nothing is fetched that a partial clone lacks.
    command.arg("-C").arg(folder).arg("--no-pager");
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command.args(args).env("LC_ALL", "C");
    for (name, value) in ENVIRONMENT {
        command.env(name, value);
    }
    command
}

fn cannot_run(error: io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "git is not installed, or not on the PATH".to_owned(),
        _ => format!("cannot run git: {error}"),
    }
}
