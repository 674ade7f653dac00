//! Whether JSON documents are wrappers around a list of records, such as CloudTrail's `{"Records":[…]}`.

use super::documents::{Scan, Step};

/// Bytes of a document that is not at its end before the list that it is in is taken for its records.
const ENOUGH: usize = 32 << 10;

/// The member of the first document whose elements are its records: its only list of objects, where the document is
/// nothing else, or is the only one and the list most of it. `whole`: nothing comes after these bytes.
pub(super) fn records_of(text: &[u8], whole: bool) -> Option<String> {
    let start = text.len() - text.trim_ascii_start().len();
    let mut rest = text[start..].strip_prefix(b"{")?;
    let (mut lists, mut members, mut ended) = (Vec::new(), 0, true);
    loop {
        let between = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
        rest = &rest[rest.iter().take_while(|byte| between(byte)).count()..];
        match rest.first()? {
            b'}' => break,
            b'"' => {}
            _ => return None,
        }
        let Step::Done(end) = Scan::value().feed(rest) else { return None };
        let key = std::str::from_utf8(&rest[1..end - 1]).ok()?;
        rest = rest[end..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let of_objects = rest.strip_prefix(b"[").is_some_and(|list| list.trim_ascii_start().starts_with(b"{"));
        let length = match Scan::value().feed(rest) {
            Step::Done(end) => end,
            Step::More if of_objects => {
                ended = false;
                rest.len()
            }
            _ => return None,
        };
        members += 1;
        if of_objects {
            lists.push((key.to_owned(), length));
        }
        rest = &rest[length..];
        if !ended {
            break;
        }
    }
    let [(name, length)] = &*lists else { return None };
    let document = text.len() - start - rest.len();
    let most = length * 2 > document;
    let alone = rest.strip_prefix(b"}").is_some_and(|after| whole && after.trim_ascii().is_empty());
    let is_one = match ended {
        true => members == 1 || alone && most,
        false => most && text.len() >= ENOUGH,
    };
    is_one.then(|| name.clone())
}

#[cfg(test)]
mod tests {
    use super::records_of;

    #[test]
    fn wrappers_are_told_from_events() {
        let of = |text: &str| records_of(text.as_bytes(), true);
        assert_eq!(of(r#"{"Records":[{"a":1}]}"#).as_deref(), Some("Records"));
        assert_eq!(
            of("{\n \"took\": 3,\n \"items\": [\n {\"a\": 1}, {\"a\": 2}, {\"a\": 3}\n ]\n}\n").as_deref(),
            Some("items")
        );
        // An event with a list, of which more follow, or which says more besides.
        assert_eq!(of("{\"order\":1,\"items\":[{\"a\":1}]}\n{\"order\":2,\"items\":[{\"a\":1}]}\n"), None);
        assert_eq!(of(r#"{"order":"a long text about it","items":[{"a":1}]}"#), None);
        assert_eq!(of(r#"{"a":[{"x":1}],"b":[{"x":1}]}"#), None);
        assert_eq!(of(r#"{"a":[1,2],"b":{}}"#), None);
        assert_eq!(of(r#"[{"a":1}]"#), None);
        let long = format!("{{\"next\":null,\"logs\":[{}", "{\"a\":1},".repeat(10_000));
        assert_eq!(records_of(long.as_bytes(), false).as_deref(), Some("logs"));
        assert_eq!(records_of(&long.as_bytes()[..1000], false), None);
    }
}
