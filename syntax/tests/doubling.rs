//! Names that stand for twice what the name above stands for: forty lines would mean 2^40 stages. Each is answered at
//! once, with one finding at the `let` where it becomes too much; what follows it says nothing more.

use std::time::{Duration, Instant};

use syntax::analysis::{Analysis, Context, MAX_DEPTH, MAX_INPUTS, analyze_after};
use syntax::source::Sources;
use syntax::{Code, TextRange, TextSize};

const LEVELS: usize = 40;

/// Far above what it takes without optimization, and far below what an expansion would.
const ENOUGH: Duration = Duration::from_secs(5);

fn analysis(text: &str) -> Analysis {
    let context = Context { sources: Sources::builtin(), ..Context::default() };
    let begin = Instant::now();
    let analysis = syntax::analyze(&syntax::parse(text), &context);
    let took = begin.elapsed();
    assert!(took < ENOUGH, "{took:?} for {} bytes: {}", text.len(), &text[..text.len().min(200)]);
    analysis
}

/// `first`, then each level as `next` says it of the level above, then `last` of the last one.
fn runbook(first: &str, next: impl Fn(&str) -> String, last: &str) -> String {
    let mut text = format!("```headwater\nlet l0 = {first};\n");
    for level in 1..=LEVELS {
        text.push_str(&format!("let l{level} = {};\n", next(&format!("l{}", level - 1))));
    }
    text + &last.replace("LAST", &format!("l{LEVELS}")) + "\n```\n"
}

/// The one finding stands at the name of a `let`, and the block does not run.
fn is_refused_once(text: &str, within: &str) {
    let analysis = analysis(text);
    let found: Vec<_> = analysis.diagnostics.iter().map(|found| (found.code, &text[found.range])).collect();
    let [(Code::TooLarge, place)] = found.as_slice() else { panic!("{found:?}\n{text}") };
    assert!(place.starts_with(within), "at {place:?}");
    assert!(analysis.blocks.iter().all(|block| block.pipeline.is_none()));
}

#[test]
fn each_way_to_double() {
    for (first, next, last) in [
        ("spans", "union A, A", "LAST | count"),
        ("spans", "A | union A", "LAST | count"),
        ("spans", "A | union (A | where duration > 1s), (A)", "LAST | count"),
        ("spans", "A | join kind=inner (A) on trace.id within 5s", "LAST | count"),
        ("spans", "A | join kind=leftanti (A | take 5) on trace.id within 5s", "LAST | count"),
        ("spans | take 5", "A | lookup (A) on trace.id", "LAST | count"),
        ("\"x\"", "strcat(A, A)", "spans | extend y = LAST | take 1"),
        ("1", "A + A", "spans | extend y = LAST | take 1"),
        ("1", "iff(A > 1, A, A)", "spans | where duration > 1s | extend y = LAST"),
        ("true", "A and A", "spans | where LAST"),
        ("1", "A * A", "spans | summarize sum(LAST)"),
        ("1", "max_of(A, A, A)", "spans | top 5 by LAST"),
        ("dynamic([1])", "array_concat(A, A)", "spans | extend y = LAST"),
    ] {
        is_refused_once(&runbook(first, |above| next.replace('A', above), last), "l");
    }
}

/// Without a `let` that doubles: the statement that uses too many.
#[test]
fn many_uses_in_one_statement() {
    let most = "let a = \"x\";\nlet b = strcat(a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a);\n";
    let many = |name: &str| format!("strcat({})", vec![name; 60].join(", "));
    is_refused_once(
        &format!("```headwater\n{most}let c = {};\nspans | extend d = {}\n```\n", many("b"), many("c")),
        "c",
    );
    let sources = vec!["spans"; MAX_INPUTS + 1].join(", ");
    is_refused_once(&format!("```headwater\nunion {sources}\n```\n"), "spans");
}

#[test]
fn names_that_only_go_deeper() {
    for (first, next, last) in [
        ("1", "A + 1", "spans | extend y = LAST"),
        ("true", "not(A)", "spans | where LAST"),
        ("spans", "union logs, (A | take 1)", "LAST"),
    ] {
        let mut text = format!("```headwater\nlet l0 = {first};\n");
        for level in 1..2_000 {
            text.push_str(&format!("let l{level} = {};\n", next.replace('A', &format!("l{}", level - 1))));
        }
        text += &last.replace("LAST", "l1999");
        is_refused_once(&format!("{text}\n```\n"), "l2");
        const { assert!(MAX_DEPTH < 2_000) };
    }
}

/// Each statement means little enough, all of them together do not.
#[test]
fn many_statements() {
    let stages = " | where duration > 1s and status == \"error\"".repeat(1_000);
    let blocks = "```headwater\nwide | take 1\n```\n\n".repeat(2_000);
    let text = format!("```headwater\nlet wide = spans{stages};\n```\n\n{blocks}");
    let analysis = analysis(&text);
    let refused = analysis.diagnostics.iter().filter(|found| found.code == Code::TooLarge).count();
    let runs = analysis.blocks.iter().filter(|block| block.pipeline.is_some()).count();
    assert!(refused > 1_000 && refused + runs == 2_000, "{refused} refused, {runs} run");
}

/// Stages that each add fields: what they leave is counted, not only how many there are.
#[test]
fn fields_that_grow() {
    let stages: String = (0..5_000).map(|number| format!(" | extend a{number} = 1")).collect();
    let analysis = analysis(&format!("```headwater\nspans{stages}\n```\n"));
    assert_eq!(analysis.diagnostics.iter().map(|found| found.code).collect::<Vec<_>>(), [Code::TooLarge]);
}

/// What a hand writes is far below.
#[test]
fn long_runbooks_run() {
    let stages = " | where duration > 1s and status == \"error\"".repeat(20);
    let blocks = "```headwater\nslow | where name == \"a\" | summarize count() by name\n```\n\n".repeat(1_000);
    let analysis = analysis(&format!("```headwater\nlet slow = spans{stages};\n```\n\n{blocks}"));
    assert_eq!(analysis.diagnostics.iter().filter(|found| found.code == Code::TooLarge).count(), 0);
}

/// At the runbook's limit, an edit says what reading from the start says.
#[test]
fn an_edit_at_the_limit() {
    let stage = " | where duration > 1s and status == \"error\"";
    let stages = stage.repeat(300);
    let blocks = "```headwater\nwide | take 1\n```\n\n".repeat(300);
    let text = format!("```headwater\nlet wide = spans{stages};\n```\n\n{blocks}");
    let context = Context { sources: Sources::builtin(), ..Context::default() };
    let parse = syntax::parse(&text);
    let mut before = syntax::analyze(&parse, &context);
    let at = TextSize::of(&text[..text.find(" | where").expect("a stage")]);
    for (gone, put) in [(stage, ""), ("", " | take 7")] {
        let range = TextRange::at(at, TextSize::of(gone));
        let mut edited = text.clone();
        edited.replace_range(usize::from(range.start())..usize::from(range.end()), put);
        let again = parse.edited(&edited, range, TextSize::of(put));
        before = analyze_after(before, &again, &context);
        let whole = syntax::analyze(&syntax::parse(&edited), &context);
        assert_eq!(before.diagnostics, whole.diagnostics);
        assert!(whole.diagnostics.iter().any(|found| found.code == Code::TooLarge));
        before = analyze_after(before, &parse, &context);
    }
}

/// A function that has the name of one that it calls calls itself, as far as names go.
#[test]
fn functions_that_take_the_name_of_what_they_call() {
    for body in ["f()", "f(f())", "spans | union (f())"] {
        analysis(&format!("```headwater\nlet f = () {{ spans }};\nlet f = () {{ {body} }};\nf()\n```\n"));
    }
}
