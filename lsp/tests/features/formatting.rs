//! What is formatted of a selection: the lines that it touches, with what has to go along.

use expect_test::{Expect, expect};
use lsp::document::Document;
use lsp::features::formatting;
use syntax::{TextRange, TextSize};

use crate::{corpus, document};

/// The text with its selection formatted, which is between two `$0`.
fn check(text: &str, expected: Expect) {
    let mut places = text.match_indices("$0").map(|(at, _)| at);
    let (from, to) = (places.next().expect("a start"), places.next().expect("an end") - 2);
    let document = document(&text.replace("$0", ""));
    let selected = TextRange::new(TextSize::new(from as u32), TextSize::new(to as u32));
    expected.assert_eq(&document.with_edits(&formatting::formatting(&document, Some(selected))));
}

#[test]
fn a_selection_within_a_block_is_enough() {
    check(
        "a  b\n```headwater\n$0logs|count$0\n```\n",
        expect![[r#"
            a  b
            ```headwater
            logs | count
            ```
        "#]],
    );
    check(
        "```headwater\nlogs\n  |  where  a==1\n  |  ta$0$0ke  5\n  |  count\n```\n",
        expect![[r#"
            ```headwater
            logs
              |  where  a==1
            | take 5
              |  count
            ```
        "#]],
    );
    check(
        "```headwater\n$0logs\n  |  where  a==1\n$0  |  take  5\n  |  count\n```\n",
        expect![[r#"
            ```headwater
            logs
            | where a == 1
              |  take  5
              |  count
            ```
        "#]],
    );
}

#[test]
fn what_moves_to_another_line_takes_that_line_along() {
    check(
        "```headwater\nlogs |\n// few\ntake  $0$05 |\n  sort by  a\n|  count\n```\n",
        expect![[r#"
            ```headwater
            logs |
            // few
            take 5
            | sort by a desc
            |  count
            ```
        "#]],
    );
    check(
        "```headwater\nlogs\n| sort by  a\n\n\n|  to$0$0p 5 by b\n|  count\n```\n\n```headwater\nlogs|count\n```\n",
        expect![[r#"
            ```headwater
            logs
            | sort by  a
            | top 5 by b
            |  count
            ```

            ```headwater
            logs|count
            ```
        "#]],
    );
    check(
        "> - ```headwater\n>   spans|where  a\n>   >\n>   5\n>   |  $0co$0unt\n>   ```\n",
        expect![[r#"
            > - ```headwater
            >   spans|where  a
            >   >
            >   5
            >   | count
            >   ```
        "#]],
    );
}

/// Whatever is selected, the block means what it did, and formatting the rest gives what formatting all gives.
#[test]
fn each_line_can_be_formatted_without_the_others() {
    let mut changed = 0;
    let disturbances: [fn(&str) -> String; 4] = [
        str::to_owned,
        |text| text.replace("\n|", " |\n"),
        |text| text.replace(" | ", "|").replace(", ", "\n , "),
        |text| text.replace(" by ", "\n  // why\n  by\n"),
    ];
    for (text, disturbed) in
        corpus::corpus().iter().flat_map(|text| disturbances.map(|disturb| (text, disturb(&text.text))))
    {
        let whole = syntax::formatted(&disturbed);
        if whole == disturbed {
            continue;
        }
        let document = Document::new(disturbed, 1, Default::default);
        let all = formatting::formatting(&document, None);
        assert_eq!(document.with_edits(&all), whole, "{}", text.name);
        for edit in all {
            let part =
                document.with_edits(&formatting::formatting(&document, Some(TextRange::empty(edit.range.start()))));
            assert_eq!(syntax::formatted(&part), whole, "{}: {part}", text.name);
            changed += 1;
        }
    }
    assert!(changed > 1_000, "{changed}");
}
