//! Each line of SECURITY.md names what shows it: a file that is there, and a test that is in it.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

/// The texts of all tests and sources.
fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(std::fs::read_to_string(&path).expect("sources are UTF-8"));
        }
    }
}

/// What stands between backquotes in the last column.
fn shown(line: &str) -> Option<Vec<&str>> {
    let cell = line.strip_prefix('|')?.strip_suffix('|')?.rsplit('|').next()?;
    Some(cell.split('`').skip(1).step_by(2).collect())
}

#[test]
fn each_line_is_shown_by_a_test() {
    let text = std::fs::read_to_string(root().join("SECURITY.md")).expect("it is there");
    let (_, held) = text.split_once("## What is held").expect("the tables of what is held");
    let mut all = Vec::new();
    for part in ["syntax", "runner", "lsp"] {
        for folder in ["src", "tests", "benches"] {
            sources(&root().join(part).join(folder), &mut all);
        }
    }
    let mut lines = 0;
    for line in held.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---")) {
        let names = shown(line).expect("a line of a table");
        if line.ends_with("| test |") {
            continue;
        }
        lines += 1;
        assert!(!names.is_empty(), "nothing shows: {line}");
        for name in names {
            if name.contains('/') {
                assert!(root().join(name).exists(), "`{name}` is not there: {line}");
                continue;
            }
            let function = format!("fn {}(", name.rsplit("::").next().unwrap_or(name));
            assert!(all.iter().any(|text| text.contains(&function)), "there is no test `{name}`: {line}");
        }
    }
    assert!(lines > 15, "{lines} lines");
}
