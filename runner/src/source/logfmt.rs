//! logfmt: `level=warn duration=250ms msg="slow request"`. A key without a value is true.
//!
//! Values without quotes become numbers and booleans where they are written like ones; invalid UTF-8 is
//! replaced by `�`, so that a line is not lost for one byte.

use super::column::Scalar;
use super::table::Table;

/// Puts the line's pairs into the table's present row; says why where there are none.
pub(super) fn record(line: &[u8], table: &mut Table) -> Result<(), &'static str> {
    let line = String::from_utf8_lossy(line);
    if matches!(line, std::borrow::Cow::Owned(_)) {
        table.mended();
    }
    let mut pairs = false;
    let mut rest = line.trim_start();
    let mut unquoted = String::new();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let Some(value) = after.strip_prefix('=') else {
            if !key.is_empty() {
                table.set_by_name(key, Scalar::Bool(true));
            }
            rest = after.trim_start();
            continue;
        };
        // `=value` has no name to be found by.
        let named = !key.is_empty();
        pairs |= named;
        rest = match value.strip_prefix('"') {
            Some(quoted) => {
                let after = unquote(quoted, &mut unquoted).ok_or("a quote that is not closed")?;
                if named {
                    table.set_by_name(key, Scalar::String(&unquoted));
                }
                after
            }
            None => {
                let (written, after) = value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()));
                if named {
                    table.set_written(key, written);
                }
                after
            }
        };
        rest = rest.trim_start();
    }
    if pairs { Ok(()) } else { Err("no key=value pairs") }
}

/// Takes the text up to the closing quote, and returns what follows it.
fn unquote<'a>(quoted: &'a str, text: &mut String) -> Option<&'a str> {
    text.clear();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some(&quoted[at + 1..]),
            '\\' => match characters.next()?.1 {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'r' => text.push('\r'),
                other => text.push(other),
            },
            _ => text.push(character),
        }
    }
    None
}
