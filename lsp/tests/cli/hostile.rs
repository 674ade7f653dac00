//! Repositories made to hurt who opens them: links to what is none of theirs, a configuration of git that names programs,
//! addresses and tokens that came with a checkout.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::lint::git;
use crate::binary::Folder;

const RUNBOOK: &[u8] = b"```headwater\nspans|take 1\n```\n";

/// How long a command may take that has nothing to wait for.
const SOON: Duration = Duration::from_secs(20);

/// What a command says, whatever it is; it must end by itself.
fn said(folder: &Folder, args: &[&str]) -> String {
    let mut command = folder.command(args);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let begin = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if begin.elapsed() > SOON {
            child.kill().expect("a child");
            panic!("{args:?} does not end");
        }
        std::thread::yield_now();
    }
    let output = child.wait_with_output().expect("a child");
    assert_ne!(output.status.code(), Some(0), "{args:?}");
    [output.stdout, output.stderr].map(|out| String::from_utf8_lossy(&out).into_owned()).concat()
}

#[test]
fn a_configuration_that_is_a_link_stays_within_its_workspace() {
    for target in ["/proc/self/environ", "/dev/zero", "../outside.toml"] {
        let folder = Folder::new(&[("outside.toml", b"secret = \"s3cret\"\n"), ("in/r.md", RUNBOOK)]);
        symlink(target, folder.path("in/headwater.toml")).expect("a link");
        std::fs::create_dir(folder.path("in/.git")).expect("a folder");
        for args in
            [&["check", "in"][..], &["check", "in/r.md"], &["run", "in/r.md"], &["test", "in"], &["explain", "in/r.md"]]
        {
            let mut command = folder.command(args);
            let output = command.env("SECRET", "s3cret").output().expect("it runs");
            let said = [output.stdout, output.stderr].map(|out| String::from_utf8_lossy(&out).into_owned()).concat();
            assert!(!said.contains("s3cret"), "{args:?} of a link to {target}: {said}");
        }
        // A test without blocks to test reads no configuration.
        assert!(said(&folder, &["check", "in/r.md"]).contains("headwater.toml`: it "), "{target}");
    }
}

#[test]
fn what_is_no_plain_file_is_refused_at_once() {
    let folder = Folder::new(&[("a.md", RUNBOOK)]);
    assert!(Command::new("mkfifo").arg(folder.path("pipe.md")).status().expect("mkfifo").success());
    symlink("/dev/zero", folder.path("device.md")).expect("a link");
    symlink("/proc/self/environ", folder.path("environ.md")).expect("a link");
    for file in ["pipe.md", "device.md", "environ.md"] {
        for command in ["view", "run", "check", "fmt", "test"] {
            let said = said(&folder, &[command, file]);
            assert!(
                said.contains("no plain file") || said.contains("leads out of the workspace"),
                "{command} {file}: {said}"
            );
        }
    }
}

#[test]
fn nothing_is_written_through_a_link_that_leads_out() {
    let folder = Folder::new(&[("mine.md", RUNBOOK), ("repository/r.md", RUNBOOK)]);
    std::fs::create_dir(folder.path("repository/.git")).expect("a folder");
    symlink("../mine.md", folder.path("repository/link.md")).expect("a link");
    let said = said(&folder, &["fmt", "repository"]);
    assert!(said.contains("leads out of the workspace"), "{said}");
    assert_eq!(std::fs::read(folder.path("mine.md")).expect("there"), RUNBOOK);
    assert_ne!(std::fs::read(folder.path("repository/r.md")).expect("there"), RUNBOOK);
}

/// Filters, hooks, watchers, external differences and another's upload program: each would leave a mark.
#[test]
fn git_runs_nothing_that_a_repository_names() {
    let folder = Folder::new(&[("r.md", RUNBOOK), ("gone.md", RUNBOOK), ("same.md", RUNBOOK)]);
    let root = folder.path("");
    git(&root, &["init", "-q", "-b", "main"]);
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "one"]);
    let mark = folder.path("MARK");
    let mark = mark.to_string_lossy();
    let program = format!("touch '{mark}'; cat");
    for (key, value) in [
        ("filter.x.clean", program.clone()),
        ("filter.x.smudge", program.clone()),
        ("filter.y.process", program.clone()),
        ("filter.x.required", "true".to_owned()),
        ("core.fsmonitor", program.clone()),
        ("core.sshCommand", program.clone()),
        ("core.pager", program.clone()),
        ("diff.external", program.clone()),
        ("diff.z.textconv", program.clone()),
        ("diff.z.command", program.clone()),
        ("core.alternateRefsCommand", program.clone()),
        ("remote.origin.url", "ext::sh -c touch% MARK".to_owned()),
        ("remote.origin.uploadpack", program.clone()),
        ("remote.origin.promisor", "true".to_owned()),
        ("remote.origin.partialclonefilter", "blob:none".to_owned()),
        ("protocol.ext.allow", "always".to_owned()),
        ("protocol.file.allow", "always".to_owned()),
        ("extensions.partialClone", "origin".to_owned()),
        ("maintenance.auto", "true".to_owned()),
        ("gc.auto", "1".to_owned()),
    ] {
        git(&root, &["config", key, &value]);
    }
    for hook in ["post-index-change", "pre-auto-gc", "post-checkout"] {
        let path = folder.path(&format!(".git/hooks/{hook}"));
        std::fs::write(&path, format!("#!/bin/sh\ntouch '{mark}'\n")).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("its own");
    }
    // As large as before, touched, and with a filter: git alone would ask the filter.
    std::fs::write(folder.path(".gitattributes"), "r.md filter=x diff=z\n*.md filter=y\n").expect("written");
    std::fs::write(folder.path("r.md"), b"```headwater\nspans|take 2\n```\n").expect("written");
    std::fs::write(folder.path("same.md"), RUNBOOK).expect("written");
    std::fs::rename(folder.path("gone.md"), folder.path("moved.md")).expect("moved");
    let checked = folder.run(&["check", "--since", "HEAD", "."]);
    assert!(checked.err.contains("2 runbooks"), "r.md and moved.md: {}{}", checked.out, checked.err);
    let differs = folder.run(&["diff", "HEAD"]);
    assert!(differs.out.contains("r.md") && !differs.out.contains("same.md"), "{}{}", differs.out, differs.err);
    folder.run(&["diff", "HEAD", "--format", "markdown"]);
    folder.run(&["check", "--since", "main~0"]);
    folder.run(&["check", "--since", "no-such-branch"]);
    assert!(!folder.path("MARK").exists(), "a program of the repository ran");
}

/// A configuration that names another folder as that of the repository's files, and a bare repository among them.
#[test]
fn a_repository_has_its_files_where_it_is() {
    let folder =
        Folder::new(&[("private/r.md", RUNBOOK), ("repository/r.md", RUNBOOK), ("repository/bare/x.md", RUNBOOK)]);
    let root = folder.path("repository");
    git(&root, &["init", "-q", "-b", "main"]);
    git(&root, &["add", "r.md"]);
    git(&root, &["commit", "-q", "-m", "one"]);
    for worktree in [folder.path("private"), folder.path("")] {
        git(&root, &["config", "core.worktree", &worktree.to_string_lossy()]);
        for args in [&["check", "--since", "HEAD", "."][..], &["diff", "HEAD"]] {
            let output = folder.command(args).current_dir(&root).output().expect("it runs");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("no repository") || said.contains("core.worktree"), "{args:?}: {said}");
            assert_eq!(output.status.code(), Some(2), "{args:?} with {}", worktree.display());
        }
    }
    git(&root, &["config", "--unset", "core.worktree"]);
    let (mark, bare) = (folder.path("MARK"), folder.path("repository/bare"));
    git(&bare, &["init", "-q", "--bare", "."]);
    for (key, value) in [("core.bare", "false"), ("core.worktree", &*bare.to_string_lossy())] {
        git(&bare, &["config", key, value]);
    }
    git(&bare, &["config", "core.fsmonitor", &format!("touch '{}'", mark.display())]);
    let output = folder.command(&["check", "--since", "HEAD", "."]).current_dir(&bare).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!mark.exists());
}

#[test]
fn a_checkout_opens_no_runner_to_others() {
    let folder = Folder::new(&[("headwater.toml", b"[runner]\nlisten = \"0.0.0.0:0\"\ntoken_file = \"token\"\n")]);
    let open = said(&folder, &["serve"]);
    assert!(open.contains("opens this runner to other machines") && open.contains("--listen 0.0.0.0:0"), "{open}");

    let local = "[runner]\nlisten = \"127.0.0.1:0\"\ntoken_file = \"token\"\n";
    std::fs::write(folder.path("headwater.toml"), local).expect("written");
    std::fs::write(folder.path("token"), "known\n").expect("written");
    std::fs::set_permissions(folder.path("token"), std::fs::Permissions::from_mode(0o644)).expect("its own");
    let readable = said(&folder, &["serve"]);
    assert!(readable.contains("can be read by others"), "{readable}");

    std::fs::set_permissions(folder.path("token"), std::fs::Permissions::from_mode(0o600)).expect("its own");
    let root = folder.path("");
    git(&root, &["init", "-q"]);
    git(&root, &["add", "."]);
    let tracked = said(&folder, &["serve"]);
    assert!(tracked.contains("is in a git repository"), "{tracked}");
}

/// Forty names that each stand for twice the one above.
#[test]
fn names_that_double_are_refused_at_once() {
    let levels: String = (1..=40).map(|level| format!("let l{level} = union l{0}, l{0};\n", level - 1)).collect();
    let text = format!("```headwater\nlet l0 = spans;\n{levels}l40 | count\n```\n");
    let folder = Folder::new(&[("r.md", text.as_bytes())]);
    let begin = Instant::now();
    for args in [&["check", "r.md"][..], &["run", "r.md"], &["explain", "r.md"]] {
        assert!(said(&folder, args).contains("reads sources more than 256 times"), "{args:?}");
    }
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}
