//! What can be written differently at a cursor or selection, and what then stands there.

use expect_test::{Expect, expect};
use lsp::document::Document;
use lsp::features::actions::{self, Action, Kind};
use syntax::{TextRange, TextSize};

use crate::document;

/// The text of a runbook with one cursor `$0`, or two around a selection.
fn cut(text: &str) -> (Document, TextRange) {
    let start = text.find("$0").expect("a cursor");
    let rest = text.replacen("$0", "", 1);
    let end = rest.find("$0").unwrap_or(start);
    let range = TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32));
    (document(&rest.replacen("$0", "", 1)), range)
}

fn offered(document: &Document, range: TextRange) -> Vec<Action<'_>> {
    let is_refactoring = |kind: Kind| kind.name().is_some_and(|name| name.starts_with("refactor"));
    actions::actions(document, range, is_refactoring)
}

/// The titles, and what the one that begins so makes of the text.
fn check_runbook(text: &str, title: &str, expected: Expect) {
    let (document, range) = cut(text);
    let actions = offered(&document, range);
    let Some(action) = actions.iter().find(|action| action.title.starts_with(title)) else {
        let titles: Vec<_> = actions.iter().map(|action| format!("– {}\n", action.title)).collect();
        return expected.assert_eq(&titles.concat());
    };
    expected.assert_eq(&format!("{}\n{}", action.title, document.with_edits(&action.edits)));
}

fn check(block: &str, title: &str, expected: Expect) {
    check_runbook(&format!("```headwater\n{block}\n```\n"), title, expected);
}

#[test]
fn stages_become_a_let() {
    check(
        "spans\n| where kind == \"server\"\n| $0extend slow = duration > 1s$0 // what is slow\n| where slow\n| take 5",
        "Extract",
        expect![[r#"
            Extract up to here into `let extended`
            ```headwater
            let extended = spans
              | where kind == "server"
              | extend slow = duration > 1s;
            extended  // what is slow
            | where slow
            | take 5
            ```
        "#]],
    );
    check(
        "spans | where kind == \"server\" | $0take 5 | render table",
        "Extract",
        expect![[r#"
        Extract up to here into `let part`
        ```headwater
        let part = spans | where kind == "server" | take 5;
        part | render table
        ```
    "#]],
    );
    check(
        "let matching = logs | take 1;\nlet a = spans | wh$0ere kind == \"server\" | take 3;\nunion a, matching",
        "Extract",
        expect![[r#"
            Extract up to here into `let matching2`
            ```headwater
            let matching = logs | take 1;
            let matching2 = spans | where kind == "server";
            let a = matching2 | take 3;
            union a, matching
            ```
        "#]],
    );
    check(
        "spans | join kind=inner (logs | where severity == $0\"ERROR\" | take 3) on trace.id within 5s",
        "Extract",
        expect![[r#"
            Extract up to here into `let matching`
            ```headwater
            let matching = logs | where severity == "ERROR";
            spans | join kind=inner (matching | take 3) on trace.id within 5s
            ```
        "#]],
    );
    check("let a = spans | wh$0ere kind == \"server\";\na", "Extract", expect![[""]]);
    check_runbook(
        "> - text\n>\n>   ```headwater\n>   spans\n>   | where kind == \"server\" $0 and\n>     duration > 1s\n>   | take 5\n>   ```\n",
        "Extract",
        expect![[r#"
            Extract up to here into `let matching`
            > - text
            >
            >   ```headwater
            >   let matching = spans
            >     | where kind == "server" and duration > 1s;
            >   matching
            >   | take 5
            >   ```
        "#]],
    );
}

#[test]
fn a_let_is_inlined() {
    let text = "let slow = spans | where duration > limit;\nlet lim$0it = 1s;\nslow | take 5";
    check(text, "Inline", expect![[""]]);
    check(
        "let lim$0it = 1s;\nlet slow = spans\n| where duration > limit;\nslow | take 5",
        "Inline",
        expect![[r#"
        Inline `limit`
        ```headwater
        let slow = spans
          | where duration > 1s;
        slow | take 5
        ```
    "#]],
    );
    check(
        "let both = 1s + 2s;\nspans | where duration > bo$0th * 2 and duration < both",
        "Inline `both` here",
        expect![[r#"
            Inline `both` here
            ```headwater
            let both = 1s + 2s;
            spans | where duration > (1s + 2s) * 2 and duration < both
            ```
        "#]],
    );
    check(
        "let both = 1s + 2s;\nspans | where duration > bo$0th * 2 and duration < both",
        "Inline `both` in all",
        expect![[r#"
            Inline `both` in all 2 places
            ```headwater
            spans | where duration > (1s + 2s) * 2 and duration < (1s + 2s)
            ```
        "#]],
    );
    check(
        "let a = spans\n// all of them\n| where duration > 1s;\nunion $0a, logs",
        "Inline",
        expect![[r#"
        Inline `a`
        ```headwater
        union
            (
                spans
                // all of them
                | where duration > 1s
              ),
            logs
        ```
    "#]],
    );
    // A picture stands behind all others.
    check("let a = spans | render table;\n$0a | take 5", "Inline", expect![[""]]);
    // There the parameter's name is a field's.
    check_runbook(
        "---\nparams:\n  wanted: server\n---\n```headwater\nlet k$0 = wanted;\nspans | extend wanted = kind | where kind == k\n```\n",
        "Inline",
        expect![[""]],
    );
    check_runbook(
        "```headwater\nlet slow = spans | where duration > 1s;\n```\n\nText.\n\n```headwater\nsl$0ow | count\n```\n\n```headwater\nslow | take 5\n```\n",
        "Inline `slow` in all",
        expect![[r#"
            Inline `slow` in all 2 places
            ```headwater
            ```

            Text.

            ```headwater
            spans | where duration > 1s | count
            ```

            ```headwater
            spans | where duration > 1s | take 5
            ```
        "#]],
    );
}

#[test]
fn a_filter_goes_earlier() {
    check(
        "spans\n| extend ms = duration / 1ms // a number\n| project-away trace.id\n// the slow ones\n| where du$0ration > 1s // slow\n| take 5",
        "Move",
        expect![[r#"
            Move this filter before `extend`, 2 stages earlier
            ```headwater
            spans
            // the slow ones
            | where duration > 1s  // slow
            | extend ms = duration / 1ms  // a number
            | project-away trace.id
            | take 5
            ```
        "#]],
    );
    check(
        "spans | extend a = 1 | where a == 1 | wh$0ere kind == \"server\"",
        "Move",
        expect![[r#"
        Move this filter before `extend`, 2 stages earlier
        ```headwater
        spans | where kind == "server" | extend a = 1 | where a == 1
        ```
    "#]],
    );
    check(
        "spans | extend kind = name | wh$0ere kind == \"server\"",
        "Move",
        expect![[r#"
        – Extract up to here into `let matching`
    "#]],
    );
    check(
        "spans | take 5 | wh$0ere kind == \"server\"",
        "Move",
        expect![[r#"
        – Extract up to here into `let matching`
    "#]],
    );
    check(
        "spans | summarize count() by service.name, bin(timestamp, 10s) | wh$0ere service.name == \"checkout\"",
        "Move",
        expect![[r#"
            Move this filter before `summarize`
            ```headwater
            spans | where service.name == "checkout" | summarize count() by service.name, bin(timestamp, 10s)
            ```
        "#]],
    );
    check(
        "spans | summarize count() by bin(timestamp, 10s) | wh$0ere timestamp > ago(1h)",
        "Move",
        expect![[r#"
        – Extract up to here into `let matching`
    "#]],
    );
    check(
        "spans | project kind, service = name | wh$0ere kind == \"server\"",
        "Move",
        expect![[r#"
        Move this filter before `project`
        ```headwater
        spans | where kind == "server" | project kind, service = name
        ```
    "#]],
    );
    check(
        "spans | project kind = name | wh$0ere kind == \"server\"",
        "Move",
        expect![[r#"
        – Extract up to here into `let matching`
    "#]],
    );
    // Before `project-away` the name is the field's.
    check_runbook(
        "---\nparams:\n  kind: server\n---\n```headwater\nspans | project-away kind | wh$0ere name == kind\n```\n",
        "Move",
        expect![[r#"
            – Extract up to here into `let matching`
        "#]],
    );
}

#[test]
fn a_window_is_added() {
    check(
        "spans | summa$0rize count() by trace.id",
        "Add",
        expect![[r#"
        Add a window: `bin(timestamp, 10s)`
        ```headwater
        spans | summarize count() by trace.id, bin(timestamp, 10s)
        ```
    "#]],
    );
    check(
        "spans\n| summa$0rize errors = countif(status == \"error\")",
        "Add",
        expect![[r#"
        Add a window: `bin(timestamp, 10s)`
        ```headwater
        spans
        | summarize errors = countif(status == "error") by bin(timestamp, 10s)
        ```
    "#]],
    );
    check(
        "spans | count$0",
        "Add",
        expect![[r#"
        Add a window: `bin(timestamp, 10s)`
        ```headwater
        spans | summarize Count = count() by bin(timestamp, 10s)
        ```
    "#]],
    );
    check(
        "spans | summa$0rize count() by bin(timestamp, 1m)",
        "Add",
        expect![[r#"
        – Extract up to here into `let summary`
    "#]],
    );
    check(
        "spans | take 5 | project kind | summa$0rize count()",
        "Add",
        expect![[r#"
        – Extract up to here into `let summary`
    "#]],
    );
}

#[test]
fn a_literal_becomes_a_parameter() {
    check(
        "spans | where service.name == \"che$0ckout\"",
        "Make",
        expect![[r#"
        Make `"checkout"` the parameter `service`
        ---
        params:
          service: { type: string, default: checkout }
        ---

        ```headwater
        spans | where service.name == service
        ```
    "#]],
    );
    check(
        "spans | where duration > 25$00ms",
        "Make",
        expect![[r#"
        Make `250ms` the parameter `min_duration`
        ---
        params:
          min_duration: { type: timespan, default: 250ms }
        ---

        ```headwater
        spans | where duration > min_duration
        ```
    "#]],
    );
    check(
        "spans | summarize count() by bin(timestamp, 10$0s)",
        "Make",
        expect![[r#"
        Make `10s` the parameter `window`
        ---
        params:
          window: { type: timespan, default: 10s }
        ---

        ```headwater
        spans | summarize count() by bin(timestamp, window)
        ```
    "#]],
    );
    check_runbook(
        "---\ntitle: Shop\nparams:\n  service:\n    type: string\n    default: checkout\n\nowner: me\n---\n```headwater\nspans | where service.name == service and customer.tier in (\"g$0old\", \"null\")\n```\n",
        "Make",
        expect![[r#"
            Make `"gold"` the parameter `tier`
            ---
            title: Shop
            params:
              service:
                type: string
                default: checkout
              tier: { type: string, default: gold }

            owner: me
            ---
            ```headwater
            spans | where service.name == service and customer.tier in (tier, "null")
            ```
        "#]],
    );
    check_runbook(
        "---\ntitle: Shop\n---\n```headwater\nspans | where name == \"a: \\\"b\\\"$0\"\n```\n",
        "Make",
        expect![[r#"
            Make `"a: \"b\""` the parameter `wanted_name`
            ---
            title: Shop
            params:
              wanted_name: { type: string, default: "a: \"b\"" }
            ---
            ```headwater
            spans | where name == wanted_name
            ```
        "#]],
    );
    check(
        "spans | parse name with \"or$0der \" order:long",
        "Make",
        expect![[r#"
        – Extract up to here into `let parsed`
    "#]],
    );
}

#[test]
fn predicates_are_written_differently() {
    check(
        "spans | where kind == \"a\" or $0kind == \"b\" or kind == 'c' or name == \"d\"",
        "Write",
        expect![[r#"
            Write as `kind in (…)`
            ```headwater
            spans | where kind in ("a", "b", 'c') or name == "d"
            ```
        "#]],
    );
    check(
        "spans | where http.response.status_code !=$0 500 and http.response.status_code != -1",
        "Write",
        expect![[r#"
        Write as `http.response.status_code !in (…)`
        ```headwater
        spans | where http.response.status_code !in (500, -1)
        ```
    "#]],
    );
    check(
        "spans | where kind == \"a\" o$0r kind =~ \"b\"",
        "Write",
        expect![[r#"
        – Extract up to here into `let matching`
    "#]],
    );
    check(
        "spans\n| where kind == \"server\" or duration > 1s // one\n| wh$0ere name == \"a\" // two\n| take 5",
        "Join",
        expect![[r#"
            Join with the `where` before
            ```headwater
            spans
            | where (kind == "server" or duration > 1s)  // one
                and name == "a"  // two
            | take 5
            ```
        "#]],
    );
    check(
        "spans | wh$0ere name == \"a\" | where kind == \"b\"",
        "Join",
        expect![[r#"
        Join with the `where` behind
        ```headwater
        spans | where name == "a" and kind == "b"
        ```
    "#]],
    );
    check(
        "spans\n| wh$0ere name == \"a\" and (kind == \"b\" or duration > 1s) and duration < 2s",
        "Split",
        expect![[r#"
            Split into 3 filters
            ```headwater
            spans
            | where name == "a"
            | where kind == "b" or duration > 1s
            | where duration < 2s
            ```
        "#]],
    );
    check(
        "spans | wh$0ere name == \"a\" and duration < 2s",
        "Split",
        expect![[r#"
        Split into 2 filters
        ```headwater
        spans | where name == "a" | where duration < 2s
        ```
    "#]],
    );
}

#[test]
fn a_broken_block_and_prose_have_none() {
    for text in [
        "```headwater\nspans | where$0 durations > 1s and kind == \"a\"\n```\n",
        "# Ti$0tle\n\n```headwater\nspans | where duration > 1s\n```\n",
        "```head$0water\nspans | where duration > 1s\n```\n",
        "```headwater\nspans | where dur$0ation > 1s\n",
    ] {
        let (document, range) = cut(text);
        assert_eq!(offered(&document, range), [], "{text}");
    }
}
