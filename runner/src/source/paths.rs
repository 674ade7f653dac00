//! Which files a `file:` address names: one path, several with commas between them, and patterns as a shell has them
//! (`*`, `?`, `[a-z]`, `{a,b}`, and `**` for folders within folders). A file that is there under the very name wins.

use std::path::{Component, Path, PathBuf};

use regex::Regex;

use crate::Error;

/// Files that one address may name.
const FILES: usize = 10_000;
/// Folders within folders that `**` looks into.
const DEEP: usize = 32;

/// What an address names.
pub(super) enum Named {
    One(PathBuf),
    Several(Patterns),
}

/// Paths and patterns, to be looked up again and again.
#[derive(Clone, Debug)]
pub(super) struct Patterns {
    parts: Vec<PathBuf>,
    written: String,
}

impl Named {
    pub(super) fn new(written: &str) -> Named {
        let parts: Vec<PathBuf> = split(written).into_iter().map(PathBuf::from).collect();
        let several = parts.len() > 1 || parts.iter().any(|part| is_pattern(part));
        if !several || Path::new(written).exists() {
            return Named::One(PathBuf::from(written));
        }
        Named::Several(Patterns { parts, written: written.to_owned() })
    }
}

impl Patterns {
    /// The files of these names that are there, in order, each once; fails where a path that is no pattern is not
    /// there, or where there are too many.
    pub(super) fn files(&self, may_miss: bool) -> Result<Vec<PathBuf>, Error> {
        let mut all: Vec<PathBuf> = Vec::new();
        for part in &self.parts {
            if !is_pattern(part) {
                if part.is_dir() {
                    return Err(is_folder(part));
                }
                if part.exists() {
                    all.push(part.clone());
                } else if !may_miss {
                    return Err(super::file::cannot_read(part, &std::io::ErrorKind::NotFound.into()));
                }
                continue;
            }
            let mut found = Vec::new();
            let components: Vec<Component<'_>> = part.components().collect();
            expand(PathBuf::new(), &components, 0, &mut found)?;
            found.sort();
            all.extend(found);
            if all.len() > FILES {
                let written = &self.written;
                return Err(Error::Source(format!("`{written}` names more than {FILES} files; name fewer of them")));
            }
        }
        let mut seen = std::collections::HashSet::new();
        all.retain(|path| seen.insert(path.clone()));
        Ok(all)
    }

    /// The folders in which such files may come.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        let folder = |part: &PathBuf| {
            let plain = part.components().take_while(|part| !is_pattern(Path::new(part.as_os_str())));
            let mut folder: PathBuf = plain.collect();
            if folder == *part {
                folder.pop();
            }
            if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder }
        };
        self.parts.iter().map(folder).collect()
    }

    /// That there is none.
    pub(super) fn none(&self) -> Error {
        let written = &self.written;
        Error::Source(format!(
            "no file matches `{written}`; check the path (it is relative to where headwater runs, or to headwater.toml), \
             or add `?follow=true` to wait for files"
        ))
    }

    pub(super) fn written(&self) -> &str {
        &self.written
    }
}

/// That a path is no file.
pub(super) fn is_folder(path: &Path) -> Error {
    let path = path.to_string_lossy();
    let path = path.trim_end_matches('/');
    Error::Source(format!(
        "`{path}` is a directory; name one of its files, e.g. `file:{path}/app.log`, or several, e.g. `file:{path}/*.log`"
    ))
}

/// The files that an address names and that are there; one that is not is named as it is written.
pub fn files(written: &str) -> Vec<PathBuf> {
    match Named::new(written) {
        Named::One(path) => vec![path],
        Named::Several(patterns) => patterns.files(true).unwrap_or_default(),
    }
}

/// At commas that are not within braces.
pub(crate) fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Whether it has what a shell would look up.
pub(crate) fn has_wildcards(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

/// The same of what is no file itself.
fn is_pattern(path: &Path) -> bool {
    has_wildcards(&path.to_string_lossy()) && !path.exists()
}

fn expand(folder: PathBuf, rest: &[Component<'_>], depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    if found.len() > FILES {
        return Ok(());
    }
    let Some((first, after)) = rest.split_first() else {
        if folder.is_file() || !folder.is_dir() && folder.exists() {
            found.push(folder);
        }
        return Ok(());
    };
    let name = first.as_os_str().to_string_lossy();
    if name == "**" {
        expand(folder.clone(), after, depth, found)?;
        for (inner, kind) in entries(&folder) {
            if kind.is_dir() && depth < DEEP && !is_hidden(&inner) {
                expand(folder.join(&inner), rest, depth + 1, found)?;
            }
        }
        return Ok(());
    }
    if !is_pattern(Path::new(first.as_os_str())) || folder.join(first).exists() {
        return expand(folder.join(first), after, depth, found);
    }
    let pattern = regex_of(&name)?;
    for (inner, _) in entries(&folder) {
        // As in a shell, a name that begins with a dot is not meant unless that is said.
        if pattern.is_match(&inner) && (!is_hidden(&inner) || name.starts_with('.')) {
            expand(folder.join(&inner), after, depth, found)?;
        }
    }
    Ok(())
}

fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// The names in a folder; of one that cannot be read, none.
fn entries(folder: &Path) -> Vec<(String, std::fs::FileType)> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let named = |entry: std::fs::DirEntry| Some((entry.file_name().into_string().ok()?, entry.file_type().ok()?));
    entries.flatten().filter_map(named).collect()
}

/// One name's pattern.
fn regex_of(pattern: &str) -> Result<Regex, Error> {
    let mut regex = String::from("^");
    let mut rest = pattern.chars();
    let mut braces = 0_usize;
    while let Some(character) = rest.next() {
        match character {
            '*' => regex += ".*",
            '?' => regex += ".",
            '{' => {
                braces += 1;
                regex += "(?:";
            }
            '}' if braces > 0 => {
                braces -= 1;
                regex += ")";
            }
            ',' if braces > 0 => regex += "|",
            '[' => match rest.as_str().split_once(']') {
                Some((class, after)) if !class.is_empty() => {
                    let (not, class) = match class.strip_prefix(['!', '^']) {
                        Some(class) => ("^", class),
                        None => ("", class),
                    };
                    regex += &format!("[{not}{}]", class.replace('\\', r"\\").replace('[', r"\["));
                    rest = after.chars();
                }
                _ => regex += r"\[",
            },
            other => regex += &regex::escape(other.encode_utf8(&mut [0; 4])),
        }
    }
    regex += "$";
    Regex::new(&regex)
        .map_err(|_| Error::Source(format!("`{pattern}` is no pattern of file names; expected one such as `*.log`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path, written: &str) -> Result<Vec<String>, String> {
        let whole = folder.join(written);
        let parts = if whole.exists() { vec![written] } else { split(written) };
        let written: Vec<String> = parts.iter().map(|part| folder.join(part).to_string_lossy().into_owned()).collect();
        let Named::Several(patterns) = Named::new(&written.join(",")) else { return Ok(vec!["one".to_owned()]) };
        let name = |path: &PathBuf| path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        patterns.files(false).map(|files| files.iter().map(name).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn patterns_are_those_of_a_shell() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        std::fs::create_dir_all(folder.join("in/deep")).unwrap();
        for name in [
            "a.log",
            "b.log",
            "b.log.1",
            "b.log.2.gz",
            ".hidden.log",
            "x[1].log",
            "c,d.log",
            "in/a.log",
            "in/deep/z.log",
        ] {
            std::fs::write(folder.join(name), "x").unwrap();
        }
        let is = |written: &str, expected: &[&str]| {
            assert_eq!(
                files(folder, written),
                Ok(expected.iter().map(|name| (*name).to_owned()).collect()),
                "{written}"
            );
        };
        is("*.log", &["a.log", "b.log", "c,d.log", "x[1].log"]);
        is("b.log*", &["b.log", "b.log.1", "b.log.2.gz"]);
        is("[ab].log", &["a.log", "b.log"]);
        is("[!b].log", &["a.log"]);
        is("{a,b}.log", &["a.log", "b.log"]);
        is("b.log,a.log", &["b.log", "a.log"]);
        is("**/*.log", &["a.log", "b.log", "c,d.log", "in/a.log", "in/deep/z.log", "x[1].log"]);
        is("*/a.log", &["in/a.log"]);
        is(".h*", &[".hidden.log"]);
        is("none*", &[]);
        // A name that is there is taken as it is written.
        is("x[1].log", &["one"]);
        is("c,d.log", &["one"]);
        assert!(files(folder, "a.log,nothing.log").is_err_and(|error| error.contains("there is no file")));
    }
}
