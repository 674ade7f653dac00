//! Runbooks beyond all measure.

use crate::binary::Folder;

fn checked(text: &str) -> crate::binary::Ended {
    Folder::new(&[("r.md", text.as_bytes())]).run(&["check", "r.md"])
}

#[test]
fn nesting_has_a_limit_that_is_said() {
    let deep = |open: &str, inner: &str, close: &str| {
        format!("```headwater\nspans | {}{inner}{}\n```\n", open.repeat(10_000), close.repeat(10_000))
    };
    let where_ = |open: &str, close: &str| deep(open, "true", close).replacen("| ", "| where ", 1);
    for text in [where_("(", ")"), where_("not(", ")"), where_("true and ", ""), deep("union (spans | ", "count", ")")]
    {
        let ended = checked(&text);
        assert_eq!(ended.code, 1, "{}", ended.out);
        let told = format!("{}{}", ended.out, ended.err);
        assert!(told.contains("expected at most 128 levels of nesting here"), "{told}");
        assert!(told.contains("r.md:2:"), "{told}");
    }
}

#[test]
fn ten_thousand_blocks_are_checked_and_too_many_to_run() {
    let text: String = (0..10_000).map(|n| format!("## B{n}\n\n```headwater\nspans | take 1\n```\n\n")).collect();
    let folder = Folder::new(&[("r.md", text.as_bytes())]);
    assert_eq!(folder.run(&["check", "r.md"]).code, 0);
    let error = folder.run(&["run", "r.md"]).failed();
    assert!(error.contains("10000 flows beside the 0 that run are more than 512"), "{error}");
}
