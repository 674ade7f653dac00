//! Features of a whole runbook: outline, lenses, hints, fixes, formatting.

use expect_test::expect;
use lsp::document::Document;
use lsp::features::{actions, formatting, hints, lenses, symbols};
use syntax::{TextRange, TextSize};

use crate::document;

const RUNBOOK: &str = "\
---
params:
  service: { type: string, default: checkout }
---
# Shop

Prose.

## Latency

```headwater
let slow = spans | where duration > 1s;
```

## Failures

```headwater name=failures
slow   | where service.name==service
| summarize errors = count() by cloud.region, bin(timestamp, 10s)
```

```headwater name=broken
slow | where duratoin > 1s
```
";

#[test]
fn the_outline_has_headings_blocks_and_lets() {
    fn lines(document: &Document, symbols: &[symbols::Symbol], depth: usize, said: &mut String) {
        for symbol in symbols {
            let (start, end) = (document.line(symbol.range.start()), document.line(symbol.range.end()));
            said.push_str(&format!("{}{:?} {} {start}–{end}\n", "  ".repeat(depth), symbol.kind, symbol.name));
            lines(document, &symbol.children, depth + 1, said);
        }
    }
    let document = document(RUNBOOK);
    let mut said = String::new();
    lines(&document, &symbols::symbols(&document), 0, &mut said);
    expect![[r#"
        Param service 2–2
        Heading(1) Shop 4–24
          Heading(2) Latency 8–14
            Block 1 10–12
              Let slow 11–11
          Heading(2) Failures 14–24
            Block failures 16–19
            Block broken 21–23
    "#]]
    .assert_eq(&said);
}

#[test]
fn blocks_with_a_pipeline_have_lenses_broken_or_not() {
    let document = document(RUNBOOK);
    let stands = |block: &str| lenses::Stand { runs: block == "failures", ..lenses::Stand::default() };
    let lenses = lenses::lenses(&document, stands);
    let said = lenses
        .iter()
        .map(|lens| format!("{} {} {}\n", document.line(lens.range.start()), lens.does.title(), lens.block));
    expect![[r#"
        16 ■ Stop failures
        16 Explain failures
        21 ▶ Run broken
        21 Explain broken
    "#]]
    .assert_eq(&said.collect::<String>());
}

#[test]
fn stages_hint_at_the_fields_they_make() {
    let document = document(RUNBOOK);
    let hints = hints::hints(&document, TextRange::up_to(document.end()));
    let said = hints.iter().map(|hint| format!("{} {}\n", document.line(hint.at), hint.text));
    expect![[r#"
        18 → errors: long, − 20 fields
    "#]]
    .assert_eq(&said.collect::<String>());
}

#[test]
fn fixes_are_offered_where_the_mistake_is() {
    let document = document(RUNBOOK);
    let mistake = TextSize::new(RUNBOOK.find("duratoin").expect("the mistake") as u32);
    let found = actions::actions(&document, TextRange::empty(mistake), |_| true);
    assert!(!found.is_empty(), "{:#?}", document.diagnostics());
    let fixed = document.with_edits(&found[0].edits);
    assert!(fixed.contains("slow | where duration > 1s\n") && found[0].preferred, "{found:#?}");
    assert!(actions::actions(&document, TextRange::empty(0.into()), |_| true).is_empty());
}

#[test]
fn formatting_touches_only_blocks_and_only_the_range_asked_for() {
    let document = document(RUNBOOK);
    let formatted = document.with_edits(&formatting::formatting(&document, None));
    assert!(formatted.contains("slow\n| where service.name == service\n"), "{formatted}");
    assert_eq!(formatted.lines().take(14).collect::<Vec<_>>(), RUNBOOK.lines().take(14).collect::<Vec<_>>());
    let first = TextRange::up_to(TextSize::new(RUNBOOK.find("## Failures").expect("a heading") as u32));
    let within = document.with_edits(&formatting::formatting(&document, Some(first)));
    assert!(within.contains("slow   | where"), "{within}");
}
