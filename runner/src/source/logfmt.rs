//! logfmt: `level=warn duration=250ms msg="slow request"`. A key without a value is true.
//!
//! Values without quotes become numbers and booleans where they are written like ones; invalid UTF-8 is
//! replaced by `�`, so that a line is not lost for one byte.

use super::column::Scalar;
use super::parse;
use super::table::Table;
use syntax::Type;

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
        let scalar;
        (scalar, rest) = match value.strip_prefix('"') {
            Some(quoted) => {
                let after = unquote(quoted, &mut unquoted).ok_or("a quote that is not closed")?;
                (Scalar::String(&unquoted), after)
            }
            None => {
                let end = value.find(char::is_whitespace).unwrap_or(value.len());
                let written = &value[..end];
                // In a field that has had text, a value stays as it is written.
                let is_text = |slot: &usize| table.ty(*slot) == Type::String;
                let slots = table.slots_of(key);
                let text = !slots.is_empty() && slots.iter().all(is_text) && !matches!(written, "" | "null" | "nil");
                (if text { Scalar::String(written) } else { bare(written) }, &value[end..])
            }
        };
        // `=value` has no name to be found by.
        if !key.is_empty() {
            pairs = true;
            table.set_by_name(key, scalar);
        }
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

/// A value without quotes.
pub(super) fn bare(text: &str) -> Scalar<'_> {
    match text {
        "" | "null" | "nil" => Scalar::Null,
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        "NaN" => Scalar::Real(f64::NAN),
        "+Inf" | "Inf" | "Infinity" => Scalar::Real(f64::INFINITY),
        "-Inf" | "-Infinity" => Scalar::Real(f64::NEG_INFINITY),
        _ => match (parse::long(text.as_bytes()), parse::real(text.as_bytes())) {
            (Some(number), _) => Scalar::Long(number),
            // A whole number of more digits than a long has is an identifier, which a real would not tell from the next.
            (None, Some(_)) if text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit()) => {
                Scalar::String(text)
            }
            (None, Some(number)) => Scalar::Real(number),
            _ => Scalar::String(text),
        },
    }
}
