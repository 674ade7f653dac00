//! Runs the built binary in a folder of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        for (name, content) in files {
            let path = folder.0.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
            std::fs::write(path, content).expect("it can be written");
        }
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("it can be read")
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        command(self.0.path(), args)
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        Ended::new(self.command(args).output().expect("it starts"))
    }

    pub(crate) fn run_with_input(&self, args: &[&str], input: &[u8]) -> Ended {
        let mut command = self.command(args);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        // It may end without reading all of it.
        drop(child.stdin.take().expect("a pipe").write_all(input));
        Ended::new(child.wait_with_output().expect("it ends"))
    }
}

pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headwater"));
    command.args(args).current_dir(folder).stdin(Stdio::null());
    // What the tests see must not depend on who runs them.
    for name in ["NO_COLOR", "HEADWATER_LOG", "GITHUB_STEP_SUMMARY", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"] {
        command.env_remove(name);
    }
    command.env("TZ", "UTC").env("HOME", folder);
    command
}

#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    fn new(output: Output) -> Ended {
        Ended {
            code: output.status.code().expect("no signal ended it"),
            out: String::from_utf8(output.stdout).expect("it writes UTF-8"),
            err: String::from_utf8(output.stderr).expect("it writes UTF-8"),
        }
    }

    /// The output of a run that did what it was asked.
    pub(crate) fn clean(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.out
    }

    /// The messages of a run that could not do it.
    pub(crate) fn failed(self) -> String {
        assert_eq!(self.code, 2, "{}{}", self.out, self.err);
        self.err
    }
}

/// 1,000 requests, 20 a second, a tenth of which fail.
pub(crate) fn requests() -> Vec<u8> {
    let mut lines = String::new();
    for n in 0..1_000 {
        let (second, millis) = (n / 20, n % 20 * 50);
        let status = if n % 10 == 0 { 500 } else { 200 };
        lines.push_str(&format!(
            "{{\"timestamp\":\"2026-03-01T12:00:{second:02}.{millis:03}Z\",\"status\":{status},\"route\":\"/r{}\",\"ms\":{}}}\n",
            n % 3,
            n % 100
        ));
    }
    lines.into_bytes()
}
