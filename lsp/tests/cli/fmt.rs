//! `headwater fmt`: what it changes, what it leaves, what it says.

use std::os::unix::fs::PermissionsExt;

use crate::binary::Folder;

const LOOSE: &[u8] = b"# R\n\n*  prose   stays\n\n```headwater\nspans|where   duration>1s\n```\n";
const TIGHT: &str = "# R\n\n*  prose   stays\n\n```headwater\nspans | where duration > 1s\n```\n";

#[test]
fn blocks_are_formatted_and_prose_is_not() {
    let folder = Folder::new(&[("a.md", LOOSE), ("b.md", TIGHT.as_bytes())]);
    let mode = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(folder.path("a.md"), mode).expect("it is ours");
    let check = folder.run(&["fmt", "--check", "."]);
    assert_eq!((check.code, check.out.as_str()), (1, "a.md\n"), "{}", check.err);
    assert_eq!(folder.read("a.md").as_bytes(), LOOSE, "--check changes nothing");
    assert_eq!(folder.run(&["fmt", "."]).clean(), "a.md\n");
    assert_eq!(folder.read("a.md"), TIGHT);
    let permissions = std::fs::metadata(folder.path("a.md")).expect("it is there").permissions();
    assert_eq!(permissions.mode() & 0o777, 0o640);
    assert_eq!(folder.run(&["fmt", "."]).clean(), "");
}

#[test]
fn a_link_stays_a_link() {
    let folder = Folder::new(&[("real.md", LOOSE)]);
    std::os::unix::fs::symlink("real.md", folder.path("link.md")).expect("it can be made");
    folder.run(&["fmt", "link.md"]).clean();
    assert!(folder.path("link.md").is_symlink());
    assert_eq!(folder.read("real.md"), TIGHT);
}

#[test]
fn one_that_cannot_be_read_keeps_no_other_from_it() {
    let folder = Folder::new(&[("a.md", b"\xff"), ("b.md", LOOSE)]);
    let error = folder.run(&["fmt", "a.md", "b.md"]).failed();
    assert!(error.contains("a.md`: it is not UTF-8"), "{error}");
    assert_eq!(folder.read("b.md"), TIGHT);
}
