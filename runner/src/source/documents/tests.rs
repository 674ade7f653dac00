//! Documents are cut the same however the bytes come.

use proptest::prelude::*;

use super::super::lines::Line;
use super::Documents;

fn cut(input: &[u8], list: Option<&str>, max: usize, piece: usize) -> Vec<String> {
    let mut documents = Documents::new(max, list);
    let mut found = Vec::new();
    let mut each = |line: Line<'_>| {
        found.push(match line {
            Line::Whole(text) => String::from_utf8_lossy(text).trim().to_owned(),
            Line::TooLong(start) => format!("too long: {}", String::from_utf8_lossy(start)),
            Line::AfterList(text) => format!("after: {}", String::from_utf8_lossy(text)),
            Line::Empty => return Ok::<(), ()>(()),
            other => format!("{other:?}"),
        });
        Ok(())
    };
    input.chunks(piece.max(1)).for_each(|piece| documents.take(piece, &mut each).unwrap());
    documents.finish(&mut each).unwrap();
    found
}

fn check(input: &str, list: Option<&str>, expected: &[&str]) {
    for piece in [usize::MAX, 1, 2, 3, 7] {
        assert_eq!(cut(input.as_bytes(), list, 60, piece), expected, "{input:?} in pieces of {piece}");
    }
}

#[test]
fn objects_lists_and_lines() {
    check("{\"a\":1}\n{\"a\":2}", None, &["{\"a\":1}", "{\"a\":2}"]);
    check("{\n\"a\":\n1}\ntext { \n", None, &["{\n\"a\":\n1}", "text {"]);
    check("{\"a\":1}{\"a\":2} {\"a\":3},{\"a\":4}\n", None, &["{\"a\":1}", "{\"a\":2}", "{\"a\":3}", "{\"a\":4}"]);
    check("{\"a\":1} and more\n{\"a\":2}", None, &["{\"a\":1} and more", "{\"a\":2}"]);
    check("[{\"a\":1}, {\"b\":\"]\"}\n,5]\n{\"c\":1}", None, &["{\"a\":1}", "{\"b\":\"]\"}", "5", "{\"c\":1}"]);
    check("[main] hello\n[1,2]\n", None, &["[main] hello", "[1,2]"]);
    check("{\"a\":\"x\n{\"a\":2}\n", None, &["{\"a\":\"x", "{\"a\":2}"]);
    check("{\"a\":\n{\"b\":1}\n{\"c\":2}\n", None, &["{\"a\":", "{\"b\":1}", "{\"c\":2}"]);
    check("{\n \"a\": 1,\n{\"b\":2}\n", None, &["{\n \"a\": 1,", "{\"b\":2}"]);
    check("{\"a\":1", None, &["{\"a\":1"]);
    check("[{\"a\":1}", None, &["{\"a\":1}", "ListWithoutEnd"]);
}

#[test]
fn lists_within_objects() {
    check(
        "{\"x\":[{\"l\":[]}],\"l\":[{\"a\":1},{\"a\":2}],\"y\":\"]\"}\n{\"l\":[{\"a\":3}]}",
        Some("l"),
        &["{\"x\":[{\"l\":[]}],\"a\":1}", "{\"x\":[{\"l\":[]}],\"a\":2}", "after: \"y\":\"]\"", "{\"a\":3}"],
    );
    check("{ \"x\" : 1 , \"l\" : [ {} , {\"x\":2} ] }", Some("l"), &["{ \"x\" : 1}", "{ \"x\" : 1,\"x\":2}"]);
    check("{\"l\":[],\"a\":1}\n{\"b\":{\"l\":[{}]}}", Some("l"), &["{\"l\":[],\"a\":1}", "{\"b\":{\"l\":[{}]}}"]);
    check("{\"l\":[{\"a\":1}],\"y\":", Some("l"), &["{\"a\":1}", "ListWithoutEnd"]);
}

#[test]
fn what_is_too_long_is_given_once() {
    let long = "x".repeat(100);
    let start = format!("{{\"a\":\"{}", "x".repeat(54));
    check(&format!("{{\"a\":\"{long}\"}}\n{{\"a\":2}}\n"), None, &[&format!("too long: {start}"), "{\"a\":2}"]);
    check(&format!("[{{\"a\":\"{long}\"}},{{\"a\":2}}]\n"), None, &[&format!("too long: {start}"), "{\"a\":2}"]);
    check(&format!("{long}\n{{\"a\":2}}\n"), None, &[&format!("too long: {}", "x".repeat(60)), "{\"a\":2}"]);
}

proptest! {
    #[test]
    fn pieces_do_not_matter(
        input in proptest::collection::vec(proptest::sample::select(b"{}[]\":,\n\\ a1\0".to_vec()), 0..120),
        piece in 1usize..40,
        list in proptest::sample::select(vec![None, Some("a")]),
    ) {
        prop_assert_eq!(cut(&input, list, 50, piece), cut(&input, list, 50, usize::MAX));
    }
}
