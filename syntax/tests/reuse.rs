//! After any edits the analysis that takes blocks over says the same as one from the start.

use std::path::Path;

use proptest::prelude::*;
use syntax::analysis::{Analysis, Context, analyze_after};
use syntax::source::Sources;
use syntax::{TextRange, TextSize};

/// Lets that blocks share, redefine, leave unused and get wrong; a parameter; findings about other blocks' text.
const SHARED: &str = "---\nparams:\n  region: { type: string, default: eu-west-1 }\n---\n# One\n\n```headwater name=a\nlet slow = 250ms;\n\
    let failed = spans | where http.response.status_code >= 500 and status == \"error\" and status == \"ok\";\nfailed | where duration > slow\n```\n\n## Two\n\n\
    ```headwater name=b\nfailed | where cloud.region == region | summarize count() by bin(timestamp, 1s)\n```\n\ntext\n\n```headwater\nlet few = failed | take 3;\n```\n\n\
    ```headwater name=b\nfew | extend x = slwo | summarize count() by trace.id\n```\n\n```headwater\nlet slow = 1s;\nspans | where duration > slow | union failed, few\n```\n\n\
    ```headwater\nmissing | where name == \"a\"\n```\n\n```headwater\nspans | join kind=inner (few) on trace.id within 5s | where region.x == 1\n```\n";

const PUT: [&str; 27] = [
    "\u{feff}",
    "\r",
    "\u{a0}",
    "e\u{301}",
    "𝒳",
    "",
    "",
    "",
    "x",
    " ",
    "|",
    "\"",
    "```\n",
    "\n",
    "\n\n",
    "a",
    "slow",
    "failed",
    "few",
    "region",
    ";",
    "let few = logs;\n",
    "let missing = spans;\n",
    "let slow = 2s;\n",
    "| where x == 1\n",
    "\n```headwater\nfailed | count\n```\n",
    "# Three\n",
];

fn texts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = vec![SHARED.to_owned(); 6];
    for folder in ["tests/analysis", "../runbooks"] {
        let entries = std::fs::read_dir(root.join(folder)).expect("the corpus is there");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("the corpus can be read").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
        paths.sort();
        texts.extend(paths.iter().map(|path| std::fs::read_to_string(path).expect("corpus files are UTF-8")));
    }
    texts
}

/// All that it says.
fn said(Analysis { blocks, params, lets, diagnostics, resolutions, .. }: &Analysis) -> [String; 5] {
    [
        format!("{blocks:#?}"),
        format!("{params:#?}"),
        format!("{lets:#?}"),
        format!("{diagnostics:#?}"),
        format!("{resolutions:#?}"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_is_taken_over_is_what_would_be_found(
        text in prop::sample::select(texts()),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..9usize, prop::sample::select(PUT.to_vec())), 1..8),
    ) {
        let context = Context { sources: Sources::builtin(), ..Context::default() };
        let mut text = text;
        let mut parse = syntax::parse(&text);
        let mut analysis = syntax::analyze(&parse, &context);
        for (place, length, put) in edits {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let from = place.index(places.len());
            let (from, to) = (places[from], places[(from + length).min(places.len() - 1)]);
            text.replace_range(from..to, put);
            let size = |at: usize| TextSize::try_from(at).expect("small");
            parse = parse.edited(&text, TextRange::new(size(from), size(to)), size(put.len()));
            analysis = analyze_after(analysis, &parse, &context);
            for (taken, found) in said(&analysis).into_iter().zip(said(&syntax::analyze(&parse, &context))) {
                prop_assert!(taken == found, "after {put:?} at {from}..{to} in\n{text}\n--- taken over\n{taken}\n--- from the start\n{found}");
            }
        }
    }
}
