//! What a cursor in a `headwater.toml` stands in: a header, a key, a value; and the path of keys to it. Reads
//! the text itself, because where somebody types it is not TOML.

use std::ops::Range;

/// Paths name tables and keys from the top.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) path: Vec<String>,
    pub(super) at: At,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum At {
    /// In a header's brackets; the path goes to the part with the cursor.
    Header { inner: Range<usize>, part: Range<usize>, closed: bool },
    /// At a key of the table at the path.
    Key { word: Range<usize> },
    /// At the value of the path; of a text, `word` is what is within its quotes.
    Value { word: Range<usize>, quoted: bool },
}

/// None in a comment and behind a header.
pub(super) fn spot(text: &str, cursor: usize) -> Option<Spot> {
    let start = text[..cursor].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[cursor..].find('\n').map_or(text.len(), |newline| cursor + newline);
    let indent = text[start..end].len() - text[start..end].trim_start().len();
    if text[start + indent..end].starts_with('[') {
        return header(text, start + indent + 1..end, cursor);
    }
    let above = text[..start].rmatch_indices('\n').map(|(newline, _)| newline + 1).chain([0]);
    let mut lines = above.filter(|line| *line < start).map(|line| line..line_end(text, line));
    let section = lines.find(|line| text[line.clone()].trim_start().starts_with('['));
    let (path, from) = match section {
        Some(line) => {
            let header = text[line.clone()].trim_start().trim_start_matches('[');
            let header = header.split_once(']').map_or(header, |(inner, _)| inner);
            (parts(header).into_iter().map(|(name, _)| name).collect(), line.end)
        }
        None => (Vec::new(), 0),
    };
    body(text, from, path, cursor)
}

fn header(text: &str, line: Range<usize>, cursor: usize) -> Option<Spot> {
    let rest = &text[line.clone()];
    let length = rest.find([']', '#']).unwrap_or(rest.len());
    let closed = rest[length..].starts_with(']');
    let inner = line.start..line.start + length;
    if cursor < inner.start || cursor > inner.end {
        return None;
    }
    let parts: Vec<_> = parts(&text[inner.clone()])
        .into_iter()
        .map(|(name, at)| (name, inner.start + at.start..inner.start + at.end))
        .filter(|(_, at)| at.start <= cursor)
        .collect();
    let part = parts.last().map_or(cursor..cursor, |(_, at)| at.clone());
    Some(Spot { path: parts.into_iter().map(|(name, _)| name).collect(), at: At::Header { inner, part, closed } })
}

/// A table or a list that is open at a place.
struct Frame {
    path: Vec<String>,
    /// Where the key or the item begins.
    start: usize,
    equals: Option<usize>,
    list: bool,
}

impl Frame {
    fn new(path: Vec<String>, start: usize, list: bool) -> Frame {
        Frame { path, start, equals: None, list }
    }

    /// The path to the value that is being written.
    fn key(&self, text: &str) -> Vec<String> {
        let mut path = self.path.clone();
        if let (false, Some(equals)) = (self.list, self.equals) {
            path.extend(parts(&text[self.start..equals]).into_iter().map(|(name, _)| name));
        }
        path
    }

    fn at_key(&self) -> bool {
        !self.list && self.equals.is_none()
    }
}

fn body(text: &str, from: usize, path: Vec<String>, cursor: usize) -> Option<Spot> {
    let bytes = text.as_bytes();
    let mut frames = vec![Frame::new(path, from, false)];
    let mut at = from;
    while at < cursor {
        let depth = frames.len();
        let top = frames.last_mut()?;
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let end = string_end(text, at, quote);
                if cursor <= end {
                    return Some(in_string(text, top, at, end));
                }
                at = end;
            }
            b'#' => {
                let end = line_end(text, at);
                if cursor <= end {
                    return None;
                }
                at = end - 1;
            }
            b'\n' if depth == 1 => frames = vec![Frame::new(frames.remove(0).path, at + 1, false)],
            // A table within a line ends with it, unless it says that it goes on.
            b'\n' if !top.list && !text[..at].trim_end().ends_with([',', '{']) => {
                frames.truncate(1);
                frames = vec![Frame::new(frames.remove(0).path, at + 1, false)];
            }
            b'=' if top.at_key() => top.equals = Some(at),
            open @ (b'{' | b'[') => {
                let path = top.key(text);
                frames.push(Frame::new(path, at + 1, open == b'['));
            }
            b'}' | b']' if depth > 1 => drop(frames.pop()),
            b',' => (top.start, top.equals) = (at + 1, None),
            _ => {}
        }
        at += 1;
    }
    let top = frames.last()?;
    if top.at_key() {
        let written = &text[top.start..cursor];
        let word = cursor - word_before(written);
        let before = text[top.start..word].trim();
        if !before.is_empty() && !before.ends_with('.') {
            // Behind a whole key.
            return None;
        }
        let mut path = top.path.clone();
        path.extend(parts(before).into_iter().map(|(name, _)| name));
        return Some(Spot { path, at: At::Key { word: word..cursor + word_after(&text[cursor..]) } });
    }
    let from = top.equals.map_or(top.start, |equals| equals + 1);
    let word = cursor - word_before(&text[from.min(cursor)..cursor]);
    let word = word..cursor + word_after(&text[cursor..]);
    let rest = text[word.end..line_end(text, word.end)].trim_start();
    let ends = rest.is_empty() || rest.starts_with([',', '}', ']', '#', '\r']);
    if !text[from.min(word.start)..word.start].trim().is_empty() || (word.is_empty() && !ends) {
        // Behind a whole value, or before one.
        return None;
    }
    Some(Spot { path: top.key(text), at: At::Value { word, quoted: false } })
}

fn in_string(text: &str, top: &Frame, start: usize, end: usize) -> Spot {
    if top.at_key() {
        let mut path = top.path.clone();
        path.extend(parts(&text[top.start..start]).into_iter().map(|(name, _)| name));
        let closed = text[end..].starts_with(['"', '\'']);
        return Spot { path, at: At::Key { word: start..end + usize::from(closed) } };
    }
    Spot { path: top.key(text), at: At::Value { word: start + 1..end, quoted: true } }
}

/// Where the closing quote stands, or the line ends without one.
fn string_end(text: &str, start: usize, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != quote && bytes[at] != b'\n' {
        let escaped = quote == b'"' && bytes[at] == b'\\' && bytes.get(at + 1).is_some_and(|next| *next != b'\n');
        at += if escaped { 2 } else { 1 };
    }
    // A character after a backslash may have several bytes.
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |newline| from + newline)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '+')
}

fn word_before(text: &str) -> usize {
    text.chars().rev().take_while(|c| is_word(*c)).map(char::len_utf8).sum()
}

fn word_after(text: &str) -> usize {
    text.chars().take_while(|c| is_word(*c)).map(char::len_utf8).sum()
}

/// The parts of a dotted key, without quotes, and where each stands.
pub(super) fn parts(text: &str) -> Vec<(String, Range<usize>)> {
    let mut parts = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if c == '.' || c.is_whitespace() {
            continue;
        }
        let (mut name, mut end) = (String::new(), start + c.len_utf8());
        let quote = matches!(c, '"' | '\'').then_some(c);
        if quote.is_none() {
            name.push(c);
        }
        while let Some((at, c)) = chars.next_if(|(_, c)| quote.is_some() || !(*c == '.' || c.is_whitespace())) {
            end = at + c.len_utf8();
            if Some(c) == quote {
                break;
            }
            name.push(c);
        }
        parts.push((name, start..end));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The path, what stands there, and the word with the cursor.
    fn at(text: &str) -> String {
        let cursor = text.find("$0").expect("a cursor");
        let text = text.replace("$0", "");
        let Some(Spot { path, at }) = spot(&text, cursor) else { return "–".to_owned() };
        let path = path.join("/");
        match at {
            At::Header { inner, part, closed } => {
                format!("header {path} [{}] part [{}] closed {closed}", &text[inner], &text[part])
            }
            At::Key { word } => format!("key {path} [{}]", &text[word]),
            At::Value { word, quoted } => format!("value {path} [{}] {quoted}", &text[word]),
        }
    }

    #[test]
    fn knows_where_it_is() {
        for (text, expected) in [
            ("$0", "key  []"),
            ("sour$0", "key  [sour]"),
            ("[$0", "header  [] part [] closed false"),
            ("[sources.ab$0c]", "header sources/abc [sources.abc] part [abc] closed true"),
            ("[sour$0ces.abc]", "header sources [sources.abc] part [sources] closed true"),
            ("[sources.\"a.b\".fi$0]", "header sources/a.b/fi [sources.\"a.b\".fi] part [fi] closed true"),
            ("[a] # x$0", "–"),
            ("# x$0", "–"),
            ("[sources.a]\nu$0ri", "key sources/a [uri]"),
            ("[sources.a]\nuri = $0", "value sources/a/uri [] false"),
            ("[sources.a]\nuri = \"de$0mo\"\n", "value sources/a/uri [demo] true"),
            ("[sources.a]\nuri = \"de$0\nlateness", "value sources/a/uri [de] true"),
            ("[sources.a]\nuri = \"x\n\nopen = t$0r", "value sources/a/open [tr] false"),
            ("sources.a.op$0", "key sources/a [op]"),
            ("sources.a.open = $0", "value sources/a/open [] false"),
            ("[sources.a.fields]\n\"b.c\" = { t$0", "key sources/a/fields/b.c [t]"),
            ("[sources.a.fields]\nb = { type = \"l$0\" }", "value sources/a/fields/b/type [l] true"),
            ("[sources.a.fields]\nb = { type = \"long\", $0 }", "key sources/a/fields/b []"),
            ("[sources.a.fields]\nb = { values = [\"x\", \"$0\"", "value sources/a/fields/b/values [] true"),
            ("[sources.a.fields]\nb = { type = \n$0", "key sources/a/fields []"),
            ("[sources.a.fields]\nb = { type = \"long\",\n  d$0oc", "key sources/a/fields/b [doc]"),
            ("[sources.a.fields]\n\"ht$0tp.x\" = 1", "key sources/a/fields [\"http.x\"]"),
            ("[sources.a]\nfields.b.ty$0pe = 1", "key sources/a/fields/b [type]"),
            ("x = \"a\\\"b\" # $0", "–"),
            ("x = \"a\"$0", "–"),
            ("x =$0 \"a\"", "–"),
            ("\"x\" $0", "–"),
            ("x = { y = 1$0 }", "value x/y [1] false"),
        ] {
            assert_eq!(at(text), expected, "{text}");
        }
    }

    #[test]
    fn every_offset_of_any_text_is_somewhere_or_nowhere() {
        let text = "[sources.\"ä.b\"]\nuri = \"fïle:\\é\\\n'a\nfields = { ü = { type = [ 'x' ,\n} ] ]] = # ö\n[[a\n\"é";
        for (cursor, _) in text.char_indices().chain([(text.len(), ' ')]) {
            if let Some(Spot { at: At::Key { word } | At::Value { word, .. }, .. }) = spot(text, cursor) {
                assert!(text.get(word.clone()).is_some() && word.start <= cursor && cursor <= word.end, "{cursor}");
            }
        }
    }
}
