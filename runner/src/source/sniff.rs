//! What lines are, by their looks: JSON, also behind a prefix or among plain lines, logfmt, or text.

use super::container::Cri;
use super::csv;
use super::infer::Format;

/// Lines that are looked at.
const LINES: usize = 200;
/// Places in a line where an object may begin behind a prefix.
const BRACES: usize = 4;

/// The format of lines that nobody has named.
pub(super) fn sniff(lines: &[&[u8]]) -> Format {
    let lines = &lines[..lines.len().min(LINES)];
    let first = lines.first().map_or(&[][..], |line| line.trim_ascii());
    let list = matches!(first, [b'['] | [b'[', b'{', ..]) || first.starts_with(b"[ {");
    if list || first == b"{" {
        return Format::Json;
    }
    let count = |is: fn(&[u8]) -> bool| lines.iter().filter(|line| is(line)).count();
    let (objects, behind) = (count(is_object), count(|line| objects_in(line).next().is_some()));
    // A panic or a banner among objects is no other format; nor is a text with an object here and there one of objects.
    if objects > 0 && objects * 20 + behind * 20 >= lines.len() || behind * 2 > lines.len() {
        return Format::Json;
    }
    let logfmt = count(is_logfmt);
    if is_logfmt(first) || logfmt * 2 > lines.len() { Format::Logfmt } else { Format::Text }
}

/// The names in the first line, where all lines have as many cells as it has and it reads like a header.
pub(super) fn csv_names(lines: &[&[u8]]) -> Option<Vec<String>> {
    let (first, rest) = lines[..lines.len().min(LINES)].split_first()?;
    let delimiter = csv::delimiter(first);
    let names = csv::cells(first, delimiter).ok()?;
    let is_name = |name: &String| {
        name.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && name.len() <= 40
            && name.chars().all(|letter| letter.is_alphanumeric() || "_.-/ ()%".contains(letter))
    };
    let as_many = |line: &&[u8]| csv::cells(line, delimiter).is_ok_and(|cells| cells.len() == names.len());
    let is_header = names.len() > 1 && names.iter().all(is_name) && !rest.is_empty();
    (is_header && rest.iter().all(as_many)).then_some(names)
}

/// Whether most lines are those of a container's runtime.
pub(super) fn are_wrapped(lines: &[&[u8]]) -> bool {
    let lines = &lines[..lines.len().min(LINES)];
    lines.iter().filter(|line| Cri::new(line).is_some()).count() * 2 > lines.len()
}

/// The line begins like an object with members.
pub(super) fn is_object(line: &[u8]) -> bool {
    match line.trim_ascii_start().split_first() {
        Some((b'{', rest)) => matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')),
        _ => false,
    }
}

/// Where objects may begin behind a prefix, in a line that ends like one.
pub(super) fn objects_in(line: &[u8]) -> impl Iterator<Item = usize> {
    let whole = line.trim_ascii_end().ends_with(b"}");
    let places = memchr::memchr_iter(b'{', if whole { line } else { &[] });
    places.filter(|at| *at > 0 && line[at + 1..].trim_ascii_start().first() == Some(&b'"')).take(BRACES)
}

fn is_logfmt(line: &[u8]) -> bool {
    let mut words = line.trim_ascii_start().split(u8::is_ascii_whitespace);
    words.next().is_some_and(is_pair) && words.any(is_pair)
}

fn is_pair(word: &[u8]) -> bool {
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.@-/".contains(byte);
    let end = word.iter().position(|byte| !is_key(byte));
    end.is_some_and(|end| end > 0 && word[end] == b'=')
}

/// A text's line may have fields: an object ends with a brace, and logfmt begins with a key.
pub(super) fn may_have_fields(line: &[u8]) -> bool {
    line.trim_ascii_end().ends_with(b"}") && !line[0].is_ascii_whitespace() || is_pair(line)
}

/// It does.
pub(super) fn has_fields(line: &[u8]) -> bool {
    let is_json = |text: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok();
    is_object(line) && is_json(line) || objects_in(line).any(|at| is_json(&line[at..])) || is_all_pairs(line)
}

/// Two or more pairs of logfmt, and no word besides them.
pub(super) fn is_all_pairs(line: &[u8]) -> bool {
    let mut rest = line.trim_ascii();
    let mut pairs = 0;
    while !rest.is_empty() {
        if !is_pair(rest.split(u8::is_ascii_whitespace).next().unwrap_or_default()) {
            return false;
        }
        pairs += 1;
        let value = &rest[memchr::memchr(b'=', rest).map_or(rest.len(), |at| at + 1)..];
        let end = match value.strip_prefix(b"\"") {
            Some(quoted) => {
                let close = memchr::memchr_iter(b'"', quoted).find(|at| *at == 0 || quoted[at - 1] != b'\\');
                let Some(close) = close else { return false };
                close + 2
            }
            None => value.iter().position(u8::is_ascii_whitespace).unwrap_or(value.len()),
        };
        rest = value[end..].trim_ascii_start();
    }
    pairs > 1
}
