//! What moves while somebody types.

use expect_test::{Expect, expect};
use lsp::features::typing;
use syntax::TextSize;

use crate::document;

/// The cursor is behind what was typed.
fn check(text: &str, expected: Expect) {
    let cursor = text.find("$0").expect("a cursor");
    let document = document(&text.replace("$0", ""));
    let typed = if text[..cursor].ends_with('|') { "|" } else { "\n" };
    let edits = typing::typed(&document, TextSize::new(cursor as u32), typed);
    let Some(edit) = edits.first() else { return expected.assert_eq("–") };
    assert_eq!(edits.len(), 1);
    // The cursor goes along with what stands before it.
    let (start, end) = (usize::from(edit.range.start()), usize::from(edit.range.end()));
    assert!(end <= cursor || document.text()[start..end].trim().is_empty(), "what is written does not move");
    let cursor = if end <= cursor { cursor + edit.text.len() - (end - start) } else { start + edit.text.len() };
    let mut after = document.with_edits(&edits);
    after.insert_str(cursor, "$0");
    expected.assert_eq(&after);
}

fn check_block(block: &str, expected: Expect) {
    check(&format!("```headwater\n{block}\n```\n"), expected);
}

#[test]
fn a_pipe_goes_under_the_others() {
    check_block(
        "spans\n| where a\n  |$0",
        expect![[r#"
        ```headwater
        spans
        | where a
        |$0
        ```
    "#]],
    );
    check_block(
        "spans\n    |$0",
        expect![[r#"
        ```headwater
        spans
        |$0
        ```
    "#]],
    );
    check_block("spans\n|$0", expect!["–"]);
    check_block(
        "let a = spans\n|$0",
        expect![[r#"
        ```headwater
        let a = spans
          |$0
        ```
    "#]],
    );
    check_block(
        "let a = spans\n  | where a == (1 + 2)\n|$0\n| take 5;",
        expect![[r#"
        ```headwater
        let a = spans
          | where a == (1 + 2)
          |$0
        | take 5;
        ```
    "#]],
    );
    check_block(
        "let b = 5;\nspans\n  |$0",
        expect![[r#"
        ```headwater
        let b = 5;
        spans
        |$0
        ```
    "#]],
    );
    check_block(
        "spans\n| join kind=inner (\n    logs\n|$0",
        expect![[r#"
        ```headwater
        spans
        | join kind=inner (
            logs
            |$0
        ```
    "#]],
    );
    check_block(
        "spans\n| join kind=inner (logs\n|$0",
        expect![[r#"
        ```headwater
        spans
        | join kind=inner (logs
          |$0
        ```
    "#]],
    );
    check(
        "> - x\n>\n>   ```headwater\n>   spans\n>     |$0\n>   ```\n",
        expect![[r#"
        > - x
        >
        >   ```headwater
        >   spans
        >   |$0
        >   ```
    "#]],
    );
}

#[test]
fn what_is_within_a_line_stays() {
    check_block("spans |$0", expect!["–"]);
    check_block("spans | where a == \"|$0", expect!["–"]);
    check_block("// |$0\nspans", expect!["–"]);
    check("Prose\n   |$0\n", expect!["–"]);
    check("```sh\ncat a\n   |$0\n```\n", expect!["–"]);
    check("```headwater\nspans\n```\n   |$0\n", expect!["–"]);
}

#[test]
fn an_unfinished_line_goes_on_further_right() {
    check_block(
        "spans\n| where a and\n$0",
        expect![[r#"
        ```headwater
        spans
        | where a and
            $0
        ```
    "#]],
    );
    check_block(
        "spans\n| where a and\n$0b",
        expect![[r#"
        ```headwater
        spans
        | where a and
            $0b
        ```
    "#]],
    );
    check_block(
        "spans\n| summarize count(),\n$0",
        expect![[r#"
        ```headwater
        spans
        | summarize count(),
            $0
        ```
    "#]],
    );
    check_block(
        "spans\n| summarize count() by\n        $0",
        expect![[r#"
        ```headwater
        spans
        | summarize count() by
            $0
        ```
    "#]],
    );
    check_block(
        "spans\n| where name in (\n$0",
        expect![[r#"
            ```headwater
            spans
            | where name in (
                  $0
            ```
        "#]],
    );
    check_block(
        "spans\n| join kind=inner (\n$0",
        expect![[r#"
        ```headwater
        spans
        | join kind=inner (
            $0
        ```
    "#]],
    );
    check_block(
        "let a =\n$0",
        expect![[r#"
        ```headwater
        let a =
          $0
        ```
    "#]],
    );
    check_block(
        "let a = spans\n$0",
        expect![[r#"
        ```headwater
        let a = spans
          $0
        ```
    "#]],
    );
    check_block("let a = spans\n  | where b\n  $0| take 5", expect!["–"]);
    check_block(
        "spans\n| where b\n    $0| take 5",
        expect![[r#"
        ```headwater
        spans
        | where b
        $0| take 5
        ```
    "#]],
    );
}

#[test]
fn a_finished_line_and_other_places_are_left_alone() {
    check_block("spans\n| where a\n    $0", expect!["–"]);
    check_block("spans\n| where a;\n$0", expect!["–"]);
    check_block("$0", expect!["–"]);
    check("Some prose,\n$0\n", expect!["–"]);
    check("```headwater\nspans\n```\n$0\n", expect!["–"]);
}
