//! What holds for every text: the tree is the text, nothing panics, formatting is stable and keeps the meaning.
//! Tried on each prefix and each token deletion of the corpus, and on random text.

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use rowan::NodeOrToken;
use rowan::ast::AstNode;
use syntax::analysis::Context;
use syntax::lint::Host;
use syntax::source::Sources;
use syntax::{Code, Parse, SyntaxKind, SyntaxToken, TextRange};

/// Everything that must hold for a text.
fn check(text: &str) {
    let parse = syntax::parse(text);
    assert_eq!(parse.text(), text, "the tree's text is not the input");
    for diagnostic in parse.diagnostics() {
        assert!(usize::from(diagnostic.range.end()) <= text.len(), "{diagnostic:?} is outside of the text");
        assert!(!diagnostic.message.is_empty() && syntax::visible(&diagnostic.message) == diagnostic.message);
    }
    let starts = parse.diagnostics().iter().map(|diagnostic| diagnostic.range.start());
    assert!(starts.is_sorted(), "diagnostics are not in the order of the text");
    syntax::params(&parse);
    analysed(text, &parse);

    let formatted = syntax::formatted(text);
    if formatted == text {
        return;
    }
    assert_eq!(syntax::formatted(&formatted), formatted, "formatting twice differs from once, of {text:?}");
    let again = syntax::parse(&formatted);
    assert_eq!(meaning(&parse), meaning(&again), "formatting changed the meaning of {text:?} to {formatted:?}");
    assert_eq!(comments(&parse), comments(&again), "formatting lost a comment of {text:?}");
    assert_eq!(parse.diagnostics().len(), again.diagnostics().len(), "formatting changed the errors of {text:?}");
}

/// What an analysis says stands in the text, on characters' bounds; what it offers can be put there.
fn analysed(text: &str, parse: &Parse) {
    static CONTEXT: LazyLock<Context> = LazyLock::new(|| Context { sources: Sources::builtin(), ..Context::default() });
    let analysis = syntax::analyze(parse, &CONTEXT);
    let there = |range: TextRange| text.get(usize::from(range.start())..usize::from(range.end())).is_some();
    for found in parse.diagnostics().iter().chain(&analysis.diagnostics) {
        assert!(found.code != Code::InternalError, "an analysis panicked on {text:?}");
        assert!(there(found.range), "{found:?} is not in {text:?}");
        for fix in &found.fixes {
            let mut edits: Vec<_> = fix.edits.iter().collect();
            edits.sort_by_key(|edit| std::cmp::Reverse((edit.range.start(), edit.range.end())));
            let mut mended = text.to_owned();
            for edit in edits {
                assert!(there(edit.range), "{fix:?} is not in {text:?}");
                mended.replace_range(usize::from(edit.range.start())..usize::from(edit.range.end()), &edit.text);
            }
        }
    }
    assert!(analysis.resolutions.iter().all(|found| there(found.range)), "a name is not in {text:?}");
    let stages = analysis.blocks.iter().flat_map(|block| &block.stages);
    assert!(stages.flat_map(|stage| &stage.made).all(|made| there(made.range)), "a field is not in {text:?}");
    syntax::lint::judge(text, Host::Runbook(&analysis.blocks), analysis.diagnostics.clone(), &CONTEXT.levels);
}

/// What an editor, a web page or another system puts into a text unseen: each is more than one byte, or ends a line.
const ODD: [&str; 8] = ["\u{feff}", "\r", "\u{a0}", "e\u{301}", "\u{301}", "𝒳", "\u{2028}", "\0"];

fn tokens(parse: &Parse) -> impl Iterator<Item = SyntaxToken> {
    parse.root().syntax().descendants_with_tokens().filter_map(NodeOrToken::into_token)
}

/// The tokens without space and comments, and without the direction that the formatter writes.
fn meaning(parse: &Parse) -> Vec<(SyntaxKind, String)> {
    let significant = tokens(parse).filter(|token| !token.kind().is_trivia() && token.kind() != SyntaxKind::DESC_KW);
    significant.map(|token| (token.kind(), token.text().to_owned())).collect()
}

fn comments(parse: &Parse) -> Vec<String> {
    let comments = tokens(parse).filter(|token| token.kind() == SyntaxKind::COMMENT);
    comments.map(|token| token.text().trim_end().to_owned()).collect()
}

fn corpus(folders: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).expect("the corpus is there"));
    let paths = entries.map(|entry| entry.expect("the corpus can be read").path());
    let runbooks = paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    runbooks.map(|path| std::fs::read_to_string(path).expect("corpus files are UTF-8")).collect()
}

/// The corpus cut behind each block: small texts, because each is tried in as many ways as it is long.
fn pieces() -> Vec<String> {
    let mut pieces = Vec::new();
    for text in corpus(&["tests/parse", "tests/format"]) {
        let mut start = 0;
        for block in syntax::parse(&text).root().blocks() {
            let end = usize::from(block.range().end());
            pieces.push(text[start..end].to_owned());
            start = end;
        }
    }
    pieces
}

#[test]
fn whole() {
    corpus(&["tests/parse", "tests/format", "../runbooks"]).iter().for_each(|text| check(text));
}

#[test]
fn each_prefix() {
    for text in pieces() {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            check(&text[..end]);
        }
    }
}

#[test]
fn each_token_deleted() {
    for text in pieces() {
        for token in tokens(&syntax::parse(&text)) {
            let range = token.text_range();
            let (before, after) = (&text[..range.start().into()], &text[range.end().into()..]);
            check(&format!("{before}{after}"));
        }
    }
}

/// Between any two tokens, and before the first line; they take turns.
#[test]
fn odd_characters_at_each_token() {
    let mut turn = 0;
    for text in pieces() {
        turn += 1;
        check(&format!("{}{text}", ODD[turn % ODD.len()]));
        for token in tokens(&syntax::parse(&text)) {
            let (before, after) = text.split_at(token.text_range().end().into());
            turn += 1;
            check(&format!("{before}{}{after}", ODD[turn % ODD.len()]));
        }
    }
    for odd in ODD {
        check(&format!("{odd}{UNUSED}"));
        for token in tokens(&syntax::parse(UNUSED)) {
            let (before, after) = UNUSED.split_at(token.text_range().end().into());
            check(&format!("{before}{odd}{after}"));
        }
    }
}

/// What findings have edits for that go beyond their own place.
const UNUSED: &str = "```headwater name=a\nlet limit = 5;\nspans | count;\nlogs | count\n```\n\n\
    ---\n\n```headwater name=a\nlet b = spans; let c = b | where status == error; let d = 7; // d\nspans | where duration > 500\n```\n";

/// Words, signs and Markdown that meet in places nobody thought of.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "spans",
        "where",
        "let",
        "x",
        "by",
        "summarize",
        "join",
        "union",
        "project-away",
        "sort",
        "top",
        "parse",
        "with",
        "in",
        "in~",
        "!in",
        "between",
        "not",
        "and",
        "matches regex",
        "dynamic",
        "render",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "|",
        "|",
        ";",
        ",",
        ".",
        "..",
        "=",
        "==",
        "!=",
        "<",
        "-",
        "+",
        "*",
        "/",
        "//",
        "%",
        "!",
        "&&",
        "||",
        "\"a\"",
        "\"",
        "'",
        "`",
        "`n`",
        "@\"",
        "5",
        "10s",
        "1.5e3",
        "5xs",
        "datetime(2026-01-01)",
        "datetime(",
        "\n",
        "\n",
        "\r\n",
        "\r",
        " ",
        "  ",
        "\t",
        "\n\n",
        "```headwater\n",
        "```\n",
        "~~~headwater a=b\n",
        "~~~\n",
        "> ",
        "- ",
        "1. ",
        "   ",
        "    ",
        "# ",
        "---\n",
        "é",
        "\u{feff}",
        "\0",
        "\u{2028}",
        "\u{202e}",
        "\u{1b}[2J",
        "<!--",
        "-->",
        "<div>\n",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn random_characters(text in "\\PC*") {
        check(&text);
        check(&format!("```headwater\n{text}\n```\n"));
        assert_eq!(syntax::parse_query(&text).text(), text);
    }

    /// Pieces of the corpus, cut, doubled and mixed, with odd characters.
    #[test]
    fn random_mutants(
        text in prop::sample::select(pieces()),
        other in prop::sample::select(pieces()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..16usize), 1..6),
    ) {
        let mut text = text;
        for (from, to, kind) in changes {
            let place = |index: prop::sample::Index, text: &str| {
                let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
                places[index.index(places.len())]
            };
            let (one, two) = (place(from, &text), place(to, &text));
            let (start, end) = (one.min(two), one.max(two).min(one.min(two) + 40));
            let end = (end..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            match kind {
                0..8 => text.insert_str(start, ODD[kind]),
                8..11 => text.replace_range(start..end, ""),
                11..13 => {
                    let twice = text[start..end].to_owned();
                    text.insert_str(start, &twice);
                }
                13 => text.insert(start, '\n'),
                _ => {
                    let from = place(to, &other);
                    text.insert_str(start, other[from..].split_inclusive('\n').next().unwrap_or(""));
                }
            }
        }
        check(&text);
        check(&format!("> {}\n", text.replace('\n', "\n> ")));
    }

    #[test]
    fn random_pieces(text in soup()) {
        check(&text);
        check(&format!("```headwater\n{text}\n```\n"));
        assert_eq!(syntax::parse_query(&text).text(), text);
        check(&format!("> - ```headwater\r\n>   {text}\r\n>   ```\r\n"));
    }
}

/// Each piece with a part replaced: parsed anew in part, the same tree and the same findings as from the start.
#[test]
fn an_edit_gives_what_parsing_from_the_start_gives() {
    const PUT: [&str; 14] = ["", "x", " ", "|", "\"", "`", "```", "~~~", "\n", "\r", "ü", "> ", "- ", "/*"];
    let blocks = "# A\n\n```headwater name=a\r\nspans\r\n| where x == \"\r\n\r\n```\n\ntext\n\n~~~headwater\nlogs | wher x\n  ``` no\n~~~\n\n\
        - ```headwater\n  spans | count\n  ```\n\n<div>\n```headwater\nspans\n```\n</div>\n\n````headwater\na\n```\nb |\n````\n> ```headwater\n> a\n> ```\n\n```headwater\nlast |\n";
    let mut texts = pieces();
    texts.push(blocks.to_owned());
    for (number, text) in texts.iter().enumerate() {
        // Each place of the one that was made for this, and some of each of the others.
        let step = if text == blocks { 1 } else { 61 };
        let parse = syntax::parse(text);
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for (index, &from) in places.iter().enumerate().skip(number % step).step_by(step) {
            for length in [0, 1, 3] {
                let Some(&to) = places.get(index + length) else { continue };
                // Not all of them at each place: they take turns.
                for put in PUT.iter().skip(index % 3).step_by(3) {
                    let edited = format!("{}{put}{}", &text[..from], &text[to..]);
                    let size = |at: usize| syntax::TextSize::try_from(at).expect("small");
                    let range = syntax::TextRange::new(size(from), size(to));
                    let again = parse.edited(&edited, range, size(put.len()));
                    assert_eq!(again, syntax::parse(&edited), "{text:?} with {put:?} at {from}..{to}");
                }
            }
        }
    }
}
