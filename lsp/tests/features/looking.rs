//! Folding, growing selections and links of a whole runbook.

use expect_test::expect;
use lsp::features::folding::folds;
use lsp::features::links::{To, links};
use lsp::features::selection::selections;
use syntax::TextSize;

use crate::document;

const RUNBOOK: &str = "\
---
params:
  service: checkout
---
# Shop

See [latency](#latency), [the table](tables/owners.md), [again](#latency-1), [a site](https://example.org/x.md),
[nowhere](#nothing) and [root](/etc/passwd.md).

## Latency

```headwater
// One comment
// over two lines.
let slow = spans
| where duration > 1s;
slow | where name has \"pay out\" and duration > 2s
```

## Latency

- A list:

  ```headwater
  union logs, slow | take 5
  ```
";

#[test]
fn what_has_several_lines_folds() {
    let document = document(RUNBOOK);
    let said = folds(&document).into_iter().map(|fold| {
        let (start, end) = (document.line(fold.range.start()) + 1, document.line(fold.range.end()) + 1);
        format!("{start}–{end} {:?}\n", fold.kind)
    });
    expect![[r#"
        1–4 FrontMatter
        5–26 Section
        10–18 Section
        12–18 Block
        13–14 Comment
        15–16 Let
        20–26 Section
        24–26 Block
    "#]]
    .assert_eq(&said.collect::<String>());
}

#[test]
fn a_selection_grows_from_the_word_to_the_runbook() {
    let document = document(RUNBOOK);
    let mut said = String::new();
    for word in ["out\"", "duration > 2s", "> 2s", "duration > 1s", "list:", "table", "take"] {
        let at = RUNBOOK.find(word).expect("the word");
        for range in selections(&document, TextSize::new(at as u32 + 1)) {
            let text = document.slice(range);
            let shown: String = if text.len() > 60 {
                let (start, end) = (text.chars().take(20), text.chars().rev().take(20).collect::<Vec<_>>());
                start.chain(" … ".chars()).chain(end.into_iter().rev()).collect()
            } else {
                text.to_owned()
            };
            said.push_str(&format!("{shown:?}\n"));
        }
        said.push('\n');
    }
    expect![[r###"
        "pay out"
        "\"pay out\""
        "name has \"pay out\""
        "name has \"pay out\" and duration > 2s"
        "where name has \"pay out\" and duration > 2s"
        "slow | where name has \"pay out\" and duration > 2s"
        "// One comment\n// ov … \" and duration > 2s\n"
        "```headwater\n// One  … nd duration > 2s\n```"
        "## Latency\n\n```headw …  duration > 2s\n```\n\n"
        "# Shop\n\nSee [latency … slow | take 5\n  ```\n"
        "---\nparams:\n  servic … slow | take 5\n  ```\n"

        "duration"
        "duration > 2s"
        "name has \"pay out\" and duration > 2s"
        "where name has \"pay out\" and duration > 2s"
        "slow | where name has \"pay out\" and duration > 2s"
        "// One comment\n// ov … \" and duration > 2s\n"
        "```headwater\n// One  … nd duration > 2s\n```"
        "## Latency\n\n```headw …  duration > 2s\n```\n\n"
        "# Shop\n\nSee [latency … slow | take 5\n  ```\n"
        "---\nparams:\n  servic … slow | take 5\n  ```\n"

        ">"
        "duration > 2s"
        "name has \"pay out\" and duration > 2s"
        "where name has \"pay out\" and duration > 2s"
        "slow | where name has \"pay out\" and duration > 2s"
        "// One comment\n// ov … \" and duration > 2s\n"
        "```headwater\n// One  … nd duration > 2s\n```"
        "## Latency\n\n```headw …  duration > 2s\n```\n\n"
        "# Shop\n\nSee [latency … slow | take 5\n  ```\n"
        "---\nparams:\n  servic … slow | take 5\n  ```\n"

        "duration"
        "duration > 1s"
        "where duration > 1s"
        "spans\n| where duration > 1s"
        "let slow = spans\n| where duration > 1s;"
        "// One comment\n// ov … \" and duration > 2s\n"
        "```headwater\n// One  … nd duration > 2s\n```"
        "## Latency\n\n```headw …  duration > 2s\n```\n\n"
        "# Shop\n\nSee [latency … slow | take 5\n  ```\n"
        "---\nparams:\n  servic … slow | take 5\n  ```\n"

        "list"
        "- A list:"
        "## Latency\n\n- A list … slow | take 5\n  ```\n"
        "# Shop\n\nSee [latency … slow | take 5\n  ```\n"
        "---\nparams:\n  servic … slow | take 5\n  ```\n"

        "table"
        "See [latency](#laten … //example.org/x.md),"
        "See [latency](#laten … ot](/etc/passwd.md)."
        "# Shop\n\nSee [latency … slow | take 5\n  ```\n"
        "---\nparams:\n  servic … slow | take 5\n  ```\n"

        "take"
        "take 5"
        "union logs, slow | take 5"
        "  union logs, slow | take 5\n"
        "```headwater\n  union logs, slow | take 5\n  ```"
        "## Latency\n\n- A list … slow | take 5\n  ```\n"
        "# Shop\n\nSee [latency … slow | take 5\n  ```\n"
        "---\nparams:\n  servic … slow | take 5\n  ```\n"

    "###]]
    .assert_eq(&said);
}

#[test]
fn every_selection_holds_the_one_before() {
    let document = document(RUNBOOK);
    for at in (0..=RUNBOOK.len()).filter(|at| RUNBOOK.is_char_boundary(*at)) {
        let at = TextSize::new(at as u32);
        let chain = selections(&document, at);
        assert!(chain.iter().all(|range| range.contains_inclusive(at)));
        assert!(chain.windows(2).all(|pair| pair[1].contains_range(pair[0]) && pair[0] != pair[1]), "{chain:?}");
        assert_eq!(chain.last().copied(), Some(syntax::TextRange::up_to(document.end())));
    }
}

#[test]
fn links_lead_to_sources_files_and_headings() {
    let document = document(RUNBOOK);
    let said = links(&document).into_iter().map(|link| {
        let to = match link.to {
            To::Source(name) => format!("source {name}"),
            To::File { path, anchor } => format!("file {path}#{anchor}"),
            To::Heading(range) => format!("line {}", document.line(range.start()) + 1),
        };
        format!("{} → {to}\n", document.slice(link.range))
    });
    expect![[r#"
        [latency](#latency) → line 10
        [the table](tables/owners.md) → file tables/owners.md#
        [again](#latency-1) → line 20
        spans → source spans
        logs → source logs
    "#]]
    .assert_eq(&said.collect::<String>());
}
