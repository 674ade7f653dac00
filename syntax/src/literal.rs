//! What literals mean: text to value, exactly or not at all. Also used for parameters' defaults and for
//! values given on the command line. Times are nanoseconds; what does not fit is a problem, never a wrap.

use std::borrow::Cow;
use std::fmt;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use crate::kind::{SyntaxKind, SyntaxKind::*};
use crate::stamp::Reading;
use crate::visible::is_hidden;
use crate::{Type, Value, ast, span};

/// Why a literal has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    Empty,
    /// It does not fit its type.
    TooLarge(Type),
    UnknownUnit(String),
    NotADatetime(String),
    NotATimespan(String),
    NotANumber(String),
    NotABool(String),
    /// A list or map where a plain value of the type is needed.
    WrongType(Type),
    UnknownEscape(String),
    Unclosed,
    /// The quotes of a word processor; what stands in them.
    Quotes(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Empty => f.write_str("the value is missing"),
            Problem::TooLarge(Type::Long) => f.write_str("this number does not fit a long, which ends at 2^63 - 1"),
            Problem::TooLarge(Type::Timespan) => f.write_str("this timespan is too long: timespans end at 292 years"),
            Problem::TooLarge(Type::Datetime) => {
                f.write_str("this datetime is out of range: datetimes go from 1677 to 2262")
            }
            Problem::TooLarge(ty) => write!(f, "this value does not fit a {ty}"),
            Problem::UnknownUnit(unit) => write!(f, "`{unit}` is not a unit"),
            Problem::NotADatetime(text) => write!(f, "`{text}` is not a datetime"),
            Problem::NotATimespan(text) => write!(f, "`{text}` is not a timespan"),
            Problem::NotANumber(text) => write!(f, "`{text}` is not a number"),
            Problem::NotABool(text) => write!(f, "`{text}` is not a bool"),
            Problem::WrongType(ty) => write!(f, "a list or map is not a {ty}"),
            Problem::UnknownEscape(text) => write!(f, "`{text}` is not an escape of strings"),
            Problem::Unclosed => f.write_str("the string is not closed"),
            Problem::Quotes(_) => f.write_str("expected straight quotes, found those of a word processor"),
        }
    }
}

/// The value of a literal's token.
pub fn value(kind: SyntaxKind, text: &str) -> Result<Value, Problem> {
    match kind {
        TRUE_KW => Ok(Value::Bool(true)),
        FALSE_KW => Ok(Value::Bool(false)),
        NULL_KW => Ok(Value::Null(Type::Dynamic)),
        INT => match parse_long(text) {
            // Its digits are kept, as those of such a number in the data are.
            Err(Problem::TooLarge(_)) if is_all(text, |c| c.is_ascii_digit()) => Ok(Value::Dynamic(text.into())),
            parsed => parsed.map(Value::Long),
        },
        REAL => parse_real(text).map(Value::Real),
        SIZE => parse_size(text).map(Value::Long),
        STRING => unquote(text).map(|text| Value::String(text.as_ref().into())),
        TIMESPAN | DATETIME => {
            let ty = if kind == TIMESPAN { Type::Timespan } else { Type::Datetime };
            let inner = match text.split_once('(') {
                Some((_, rest)) => rest.strip_suffix(')').ok_or(Problem::Unclosed)?.trim(),
                None => text,
            };
            let inner = inner.trim_matches(['"', '\'']);
            match ty {
                _ if inner == "null" => Ok(Value::Null(ty)),
                Type::Timespan => parse_timespan(inner).map(Value::Timespan),
                _ => read_datetime(inner).map(Value::Datetime),
            }
        }
        BAD_NUMBER => {
            let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '_');
            Err(Problem::UnknownUnit(unit.to_owned()))
        }
        _ => Err(Problem::Empty),
    }
}

/// Whether the literal has a value.
pub(crate) fn check(kind: SyntaxKind, text: &str) -> Result<(), Problem> {
    // What most literals are, without a copy.
    if kind == STRING { unquote(text).map(drop) } else { value(kind, text).map(drop) }
}

/// `42`, `-42`, `0x1F`
pub fn parse_long(text: &str) -> Result<i64, Problem> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let parsed = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) if is_all(hex, |c| c.is_ascii_hexdigit()) => i128::from_str_radix(hex, 16),
        None if is_all(digits, |c| c.is_ascii_digit()) => digits.parse::<i128>(),
        _ => return Err(Problem::NotANumber(text.to_owned())),
    };
    let parsed = parsed.map_err(|_| Problem::TooLarge(Type::Long))?;
    i64::try_from(if negative { -parsed } else { parsed }).map_err(|_| Problem::TooLarge(Type::Long))
}

/// `0.5`, `1e-3`
pub fn parse_real(text: &str) -> Result<f64, Problem> {
    let plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E'));
    match text.parse::<f64>() {
        Ok(value) if plain && value.is_finite() => Ok(value),
        Ok(_) if plain => Err(Problem::TooLarge(Type::Real)),
        _ => Err(Problem::NotANumber(text.to_owned())),
    }
}

/// Bytes: `4KiB`, `1.5MB`
pub fn parse_size(text: &str) -> Result<i64, Problem> {
    let (number, unit) = split_unit(text);
    let factor = size_unit(unit).ok_or_else(|| Problem::UnknownUnit(unit.to_owned()))?;
    scaled(number, factor).map_err(|problem| match problem {
        Scale::NotANumber => Problem::NotANumber(text.to_owned()),
        Scale::TooLarge => Problem::TooLarge(Type::Long),
    })
}

/// Nanoseconds: `500ms`, `1.5h`, `-2d`; also Kusto's `1.02:03:04.5`, and whatever [`span`] reads.
pub fn parse_timespan(text: &str) -> Result<i64, Problem> {
    // A number alone is days, as in Kusto's `timespan(2)`.
    span::read(text, Some(DAY as i64))
}

/// Nanoseconds since 1970: `2026-01-01`, `2026-01-01 12:00`, `2026-01-01T12:00:00.5+02:00`. UTC where no zone is said.
pub fn parse_datetime(text: &str) -> Result<i64, Problem> {
    let text = text.trim();
    let timestamp = match text.parse::<Timestamp>() {
        Ok(timestamp) => timestamp,
        Err(_) => text
            .parse::<civil::DateTime>()
            .and_then(|local| local.to_zoned(TimeZone::UTC))
            .map_err(|_| Problem::NotADatetime(text.to_owned()))?
            .timestamp(),
    };
    i64::try_from(timestamp.as_nanosecond()).map_err(|_| Problem::TooLarge(Type::Datetime))
}

/// The same for text that is said to be a datetime: in any form that says a day, and the same at any time.
pub fn read_datetime(text: &str) -> Result<i64, Problem> {
    parse_datetime(text).or_else(|problem| match Reading::at(0).read(text.as_bytes()) {
        Some(stamp) if stamp.dated => Ok(stamp.nanos),
        _ => Err(problem),
    })
}

/// A value of the type from text without quotes, as `--set name=value` gives it.
pub fn parse_as(ty: Type, text: &str) -> Result<Value, Problem> {
    Ok(match ty {
        Type::Bool => match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => return Err(Problem::NotABool(text.to_owned())),
        },
        Type::Long => Value::Long(parse_long(text).or_else(|problem| parse_size(text).map_err(|_| problem))?),
        Type::Real => Value::Real(parse_real(text)?),
        Type::String => Value::String(text.into()),
        Type::Datetime => Value::Datetime(read_datetime(text)?),
        Type::Timespan => Value::Timespan(parse_timespan(text)?),
        Type::Dynamic => Value::Dynamic(text.into()),
    })
}

/// The text of a string literal: `"…"`, `'…'`, `@"verbatim"`, `h"obfuscated"`.
pub fn unquote(literal: &str) -> Result<Cow<'_, str>, Problem> {
    let literal = literal.strip_prefix(['h', 'H']).unwrap_or(literal);
    let (verbatim, quoted) = match literal.strip_prefix('@') {
        Some(quoted) => (true, quoted),
        None => (false, literal),
    };
    let quote = quoted.chars().next().ok_or(Problem::Unclosed)?;
    if matches!(quote, '“' | '”' | '„' | '‘' | '’' | '‚') {
        let inside = &quoted[quote.len_utf8()..];
        let end = inside.char_indices().next_back().map_or(0, |(at, _)| at);
        return Err(Problem::Quotes(inside[..end].to_owned()));
    }
    let inner = quoted[quote.len_utf8()..].strip_suffix(quote).ok_or(Problem::Unclosed)?;
    if verbatim {
        let doubled: String = [quote, quote].iter().collect();
        return Ok(match inner.contains(&doubled) {
            true => Cow::Owned(inner.replace(&doubled, &quote.to_string())),
            false => Cow::Borrowed(inner),
        });
    }
    if !inner.contains('\\') {
        return Ok(Cow::Borrowed(inner));
    }
    unescape(inner).map(Cow::Owned)
}

/// A string literal that means the text.
pub fn quote(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for c in text.chars() {
        match c {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            // Whoever reads it must see all of it.
            c if is_hidden(c) && u32::from(c) > 0xffff => literal.push_str(&format!("\\U{:08x}", u32::from(c))),
            c if is_hidden(c) => literal.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

/// A name without its backticks, or without the brackets and quotes of `['a name']`.
pub fn unquote_name(text: &str) -> Cow<'_, str> {
    if let Some(rest) = text.strip_prefix('`') {
        return Cow::Borrowed(rest.strip_suffix('`').unwrap_or(rest));
    }
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bracketed.and_then(|inside| unquote(inside.trim()).ok()) {
        Some(name) => Cow::Owned(name.to_string()),
        None => Cow::Borrowed(text),
    }
}

/// A timespan as a literal of one unit, the largest that is exact: `90s`, `1h`.
pub fn timespan_text(nanos: i64) -> String {
    let units = [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s"), (1_000_000, "ms"), (1_000, "us")];
    let found = units.iter().find(|(factor, _)| nanos != 0 && i128::from(nanos) % factor == 0);
    match found {
        Some((factor, unit)) => format!("{}{unit}", i128::from(nanos) / factor),
        None if nanos == 0 => "0s".to_owned(),
        None => format!("{nanos}ns"),
    }
}

pub(crate) const SECOND: i128 = 1_000_000_000;
pub(crate) const MINUTE: i128 = 60 * SECOND;
pub(crate) const HOUR: i128 = 60 * MINUTE;
pub(crate) const DAY: i128 = 24 * HOUR;

/// Nanoseconds of a unit of time.
pub(crate) fn timespan_unit(unit: &str) -> Option<i128> {
    Some(match unit {
        "d" | "day" | "days" => DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
        "m" | "min" | "minute" | "minutes" => MINUTE,
        "s" | "sec" | "second" | "seconds" => SECOND,
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => 1_000_000,
        "us" | "µs" | "μs" | "micro" | "micros" | "microsecond" | "microseconds" => 1_000,
        "tick" | "ticks" => 100,
        "ns" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => 1,
        _ => return None,
    })
}

/// Bytes of a unit of size.
pub(crate) fn size_unit(unit: &str) -> Option<i128> {
    Some(match unit {
        "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    })
}

fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.split_at(end)
}

pub(crate) enum Scale {
    NotANumber,
    TooLarge,
}

/// A decimal number times a factor, exact down to one, the rest cut off.
pub(crate) fn scaled(number: &str, factor: i128) -> Result<i64, Scale> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if !is_all(whole, |c| c.is_ascii_digit()) || !fraction.chars().all(|c| c.is_ascii_digit()) {
        return Err(Scale::NotANumber);
    }
    // Eighteen digits are more than any unit can use, and stay within 128 bits.
    let digits = &fraction[..fraction.len().min(18)];
    let part = digits.parse::<i128>().unwrap_or(0) * factor / 10_i128.pow(digits.len() as u32);
    let whole = whole.parse::<i128>().ok().and_then(|whole| whole.checked_mul(factor)).ok_or(Scale::TooLarge)?;
    let total = whole.checked_add(part).ok_or(Scale::TooLarge)?;
    i64::try_from(total).map_err(|_| Scale::TooLarge)
}

pub(crate) fn is_all(text: &str, test: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(test)
}

fn unescape(inner: &str) -> Result<String, Problem> {
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('0') => text.push('\0'),
            Some('a') => text.push('\u{7}'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('v') => text.push('\u{b}'),
            Some(c @ ('\\' | '"' | '\'' | '/')) => text.push(c),
            Some(c @ ('x' | 'u' | 'U')) => {
                let length = if c == 'x' {
                    2
                } else if c == 'u' {
                    4
                } else {
                    8
                };
                let rest = chars.as_str();
                let digits = rest.get(..length).filter(|digits| is_all(digits, |c| c.is_ascii_hexdigit()));
                let found = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
                text.push(found.ok_or_else(|| Problem::UnknownEscape(format!("\\{c}")))?);
                chars = rest[length..].chars();
            }
            Some(c) => return Err(Problem::UnknownEscape(format!("\\{c}"))),
            None => return Err(Problem::Unclosed),
        }
    }
    Ok(text)
}

/// The JSON text of `dynamic(…)`. The grammar limits how deep it nests.
pub(crate) fn json(dynamic: &ast::DynamicExpr) -> Result<String, Problem> {
    let mut text = String::new();
    write_json(&dynamic.value().ok_or(Problem::Empty)?, &mut text)?;
    Ok(text)
}

fn write_json(json: &ast::Json, text: &mut String) -> Result<(), Problem> {
    match json {
        ast::Json::Object(object) => {
            text.push('{');
            for (index, member) in object.members().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                let key = member.key().ok_or(Problem::Empty)?;
                text.push_str(&json_string(&unquote(key.text())?));
                text.push(':');
                write_json(&member.value().ok_or(Problem::Empty)?, text)?;
            }
            text.push('}');
        }
        ast::Json::Array(array) => {
            text.push('[');
            for (index, item) in array.items().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_json(&item, text)?;
            }
            text.push(']');
        }
        ast::Json::Literal(literal) => text.push_str(&json_scalar(&literal.value()?)),
        ast::Json::Negative(negative) => {
            let Some(ast::Expr::Literal(literal)) = negative.expr() else { return Err(Problem::Empty) };
            if negative.operator().is_some_and(|operator| operator.kind() == MINUS) {
                text.push('-');
            }
            text.push_str(&json_scalar(&literal.value()?));
        }
    }
    Ok(())
}

/// Datetimes and timespans have no JSON: they become text, as in Kusto.
fn json_scalar(value: &Value) -> String {
    match value {
        Value::Null(_) => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::Real(value) => format!("{value:?}"),
        Value::String(text) => json_string(text),
        Value::Datetime(nanos) => {
            let time = Timestamp::from_nanosecond(i128::from(*nanos)).map_or(String::new(), |time| time.to_string());
            json_string(&time)
        }
        Value::Timespan(nanos) => json_string(&timespan_text(*nanos)),
        Value::Dynamic(json) => json.to_string(),
    }
}

pub(crate) fn json_string(text: &str) -> String {
    // Differs from ours only in what it must escape: `\u{7f}` and above may stand as they are.
    quote(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timespans() {
        let cases = [
            ("500ms", 500_000_000),
            ("1.5h", 5_400_000_000_000),
            ("-2d", -172_800_000_000_000),
            ("3us", 3_000),
            ("4ns", 4),
            ("1microsecond", 1_000),
            ("1tick", 100),
            ("0.1s", 100_000_000),
            ("1.02:03:04.5", 93_784_500_000_000),
            ("00:01", 60_000_000_000),
            ("2", 172_800_000_000_000),
            ("0.0000000005s", 0),
            ("106751d", 106_751 * 86_400_000_000_000),
        ];
        for (text, nanos) in cases {
            assert_eq!(parse_timespan(text), Ok(nanos), "{text}");
        }
        for text in ["106752d", "99999999999999999999999999999999999999d", "9999999999.00:00:00"] {
            assert_eq!(parse_timespan(text), Err(Problem::TooLarge(Type::Timespan)), "{text}");
        }
        for text in ["", "s", "1:2:3:4", "1.25:00", "00:61", "1.s.2s", "--1s"] {
            assert!(parse_timespan(text).is_err(), "{text}");
        }
    }

    #[test]
    fn datetimes() {
        let new_year = 1_767_225_600_000_000_000;
        for text in ["2026-01-01", "2026-01-01 00:00", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00"] {
            assert_eq!(parse_datetime(text), Ok(new_year), "{text}");
        }
        assert_eq!(parse_datetime("1969-12-31T23:59:59.999999999Z"), Ok(-1));
        assert_eq!(parse_datetime("1600-01-01"), Err(Problem::TooLarge(Type::Datetime)));
        for text in ["", "yesterday", "2026-13-01", "2026-02-30", "2026"] {
            assert_eq!(parse_datetime(text), Err(Problem::NotADatetime(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn numbers() {
        assert_eq!(parse_long("9223372036854775807"), Ok(i64::MAX));
        assert_eq!(parse_long("-9223372036854775808"), Ok(i64::MIN));
        assert_eq!(parse_long("9223372036854775808"), Err(Problem::TooLarge(Type::Long)));
        assert_eq!(parse_long("0x1F"), Ok(31));
        assert_eq!(parse_size("1.5KiB"), Ok(1536));
        assert_eq!(parse_size("9000000TB"), Ok(9_000_000_000_000_000_000));
        assert_eq!(parse_size("9000000TiB"), Err(Problem::TooLarge(Type::Long)));
        assert_eq!(parse_real("1e400"), Err(Problem::TooLarge(Type::Real)));
        assert!(parse_real("nan").is_err() && parse_real("").is_err());
    }

    #[test]
    fn strings() {
        let value = |literal: &str| unquote(literal).map(Cow::into_owned);
        assert_eq!(value(r#""a\"b\n\u00e9\x41""#), Ok("a\"b\néA".to_owned()));
        assert_eq!(value(r#"@'C:\it''s'"#), Ok(r"C:\it's".to_owned()));
        assert_eq!(value(r#"h"secret""#), Ok("secret".to_owned()));
        assert_eq!(value(r#""\q""#), Err(Problem::UnknownEscape(r"\q".to_owned())));
        assert_eq!(value(r#""\ud800""#), Err(Problem::UnknownEscape(r"\u".to_owned())));
        assert_eq!(value(r#""\u12é""#), Err(Problem::UnknownEscape(r"\u".to_owned())));
        for text in ["\"", "'", "\"a", "@\"", "h'", "\"\\\""] {
            assert_eq!(value(text), Err(Problem::Unclosed), "{text}");
        }
        for text in ["", "a\u{1b}[1mé\n\"\\"] {
            assert_eq!(value(&quote(text)), Ok(text.to_owned()));
        }
    }
}
