//! The language's reference: every word of the catalog, and the hand-written chapters, as one Markdown page.
//! `syntax/REFERENCE.md` is this text; a test compares the two.

mod lists;
mod words;

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::LazyLock;

use crate::diagnostic::closest;
use crate::{Code, catalog};

const VALUES: &str = include_str!("../chapters/values.md");
const EVENT_TIME: &str = include_str!("../chapters/event-time.md");
const EVENTS: &str = include_str!("../data/example-events.ndjson");
const RESULTS: &str = include_str!("../data/examples.tsv");

/// What an example gives, as JSON.
static RESULT: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| RESULTS.lines().filter_map(|line| line.split_once('\t')).collect());

/// What an example of a function or aggregate gives, as JSON.
pub fn result(example: &str) -> Option<&'static str> {
    RESULT.get(example).copied()
}

/// All of it.
pub fn page() -> String {
    let mut page = String::from(
        "# The language\n\n\
         Every word of it. `headwater help-language` prints this page, `headwater help-language WORD` what it says of\n\
         one. It is made from the tables that the editor and the checks read, and every example is run.\n\n",
    );
    let chapters = [
        ("Values", VALUES.to_owned()),
        ("Event time", EVENT_TIME.to_owned()),
        ("Stages", stages()),
        ("Windows", windows()),
        ("Aggregates", aggregates()),
        ("Functions and operators", functions()),
        ("Pictures", lists::renders()),
        ("Findings", lists::findings()),
        ("Kusto's functions", lists::kusto()),
        ("Words of other languages", lists::foreign()),
    ];
    for (title, _) in &chapters {
        let _ = writeln!(page, "- [{title}](#{})", anchor(title));
    }
    for (title, text) in chapters {
        let _ = write!(page, "\n## {title}\n\n{}\n", text.trim());
    }
    page
}

/// What the page says of one word: a stage, aggregate, window, function, picture or finding, or a word of
/// Kusto or another language that is not here.
pub fn entry(word: &str) -> Option<String> {
    let stage = catalog::stages::by_word(word).map(words::stage);
    let aggregate = catalog::aggregates::by_word(word).map(words::aggregate);
    let window = catalog::windows::by_word(word).map(words::window);
    let functions = catalog::functions().iter().filter(|row| row.words.contains(&word)).map(words::function);
    let known = [stage, window, aggregate].into_iter().flatten().chain(functions).collect::<Vec<_>>();
    let known = if known.is_empty() { lists::entry(word).into_iter().collect() } else { known };
    (!known.is_empty()).then(|| known.join("\n"))
}

/// Every code of a finding, with what it means.
pub fn codes() -> String {
    format!("# Findings\n\n{}", lists::findings())
}

/// What one code means, an example of it, what is said there, and how it reads when the fix is taken.
pub fn code(code: Code) -> String {
    lists::code(code)
}

/// The known word that is most like this one.
pub fn nearest(word: &str) -> Option<&'static str> {
    let functions = catalog::functions().iter().flat_map(|row| row.words);
    let aggregates = catalog::aggregates().iter().flat_map(|row| row.words);
    let stages = catalog::stages().iter().flat_map(|row| row.words);
    let windows = catalog::windows::windows().iter().map(|row| row.word);
    let known = stages.chain(aggregates).chain(functions).copied().chain(windows);
    // An operator's signs are like nothing.
    closest(word, known.filter(|known| known.starts_with(|first: char| first.is_alphabetic())))
}

fn stages() -> String {
    let rows: Vec<String> = catalog::stages().iter().map(words::stage).collect();
    format!(
        "A pipeline is a source, then stages after `|`. Each takes the rows of the one before.\n\n{}",
        rows.join("\n")
    )
}

fn windows() -> String {
    let rows: Vec<String> = catalog::windows::windows().iter().map(words::window).collect();
    format!("They stand among the keys of `summarize … by`, over the event time.\n\n{}", rows.join("\n"))
}

fn aggregates() -> String {
    let rows: Vec<String> = catalog::aggregates().iter().map(words::aggregate).collect();
    format!(
        "They stand in `summarize`, and pass over nulls. What an example gives is of these four spans, of which the\n\
         examples of functions read the first:\n\n```json\n{EVENTS}```\n\n{}",
        rows.join("\n")
    )
}

fn functions() -> String {
    let mut text = String::from(
        "What an example gives is of the first of the spans above, three seconds after it. Operators bind as in Kusto:\n\
         `-x`, then `* / %`, `+ -`, comparisons and finding, `and`, `or`; brackets decide.\n",
    );
    for theme in catalog::functions::THEMES {
        let rows: Vec<String> = theme.rows.iter().map(words::function).collect();
        let _ = write!(text, "\n### {}\n\n{}", theme.title, rows.join("\n"));
    }
    text
}

/// As GitHub makes it of a heading.
fn anchor(title: &str) -> String {
    let letters = title.to_lowercase().replace(' ', "-");
    letters.chars().filter(|letter| letter.is_alphanumeric() || *letter == '-').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_page_is_the_catalogs() {
        expect_test::expect_file!["../REFERENCE.md"].assert_eq(&page());
    }

    #[test]
    fn every_example_has_its_result() {
        let functions = catalog::functions().iter().map(|row| row.example);
        let missing: Vec<&str> = functions
            .chain(catalog::aggregates().iter().map(|row| row.example))
            .filter(|example| !RESULT.contains_key(example))
            .collect();
        assert!(missing.is_empty(), "run the runner's tests with UPDATE_EXPECT=1 for {missing:?}");
    }

    #[test]
    fn a_word_has_its_entry_and_an_unknown_one_the_nearest() {
        for word in
            ["where", "percentile", "session", "strlen", "==", "timechart", "unknown-field", "bin_auto", "lower"]
        {
            assert!(entry(word).is_some(), "{word}");
        }
        let count = entry("count").unwrap_or_default();
        assert!(count.contains("running answer") && count.contains("Events."), "{count}");
        assert_eq!(entry("strln"), None);
        assert_eq!(nearest("strln"), Some("strlen"));
        assert_eq!(nearest("xyzzy"), None);
    }
}
