//! What texts are written as: addresses of the web, paths, CSV, base64, hexadecimal, sizes, hashes.

use std::borrow::Cow;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use syntax::Type::{self, Dynamic, Long, Real, String as Text};
use syntax::pipeline::Function;
use twox_hash::XxHash64;

use super::dynamic::{array_text, bag_text, elements, quoted};
use super::row::{Row, made, whole};
use super::{Expression, math};
use crate::Error;

pub(super) fn call(function: Function, args: Vec<Expression>) -> Result<Expression, Error> {
    use Function::*;
    Ok(match function {
        ParseUrl => made(args, &[Text], Dynamic, |row| Some(url(row.text(0)).into())),
        ParseUrlQuery => made(args, &[Text], Dynamic, |row| {
            let query = row.text(0);
            Some(bag_text([("Query Parameters", parameters(query.strip_prefix('?').unwrap_or(query)))]).into())
        }),
        ParsePath => made(args, &[Text], Dynamic, |row| Some(path(row.text(0)).into())),
        ParseCsv => made(args, &[Text], Dynamic, |row| csv_record(row.text(0)).map(Cow::Owned)),
        UrlEncode => made(args, &[Text], Text, |row| Some(encoded(row.text(0), "+").into())),
        UrlEncodeComponent => made(args, &[Text], Text, |row| Some(encoded(row.text(0), "%20").into())),
        UrlDecode => made(args, &[Text], Text, |row| Some(decoded(row.text(0)))),
        Base64Encode => made(args, &[Text], Text, |row| Some(STANDARD.encode(row.text(0)).into())),
        Base64Decode => made(args, &[Text], Text, |row| {
            let bytes = STANDARD.decode(row.text(0).trim()).ok()?;
            String::from_utf8(bytes).ok().map(Cow::Owned)
        }),
        Base64DecodeArray => made(args, &[Text], Dynamic, |row| {
            let bytes = STANDARD.decode(row.text(0).trim()).ok()?;
            Some(array_text(bytes.iter().map(u8::to_string)).into())
        }),
        ToHex => made(args, &[Long], Text, |row| {
            let digits = if row.count() > 1 { row.long(1)?.clamp(0, 16) as usize } else { 0 };
            Some(format!("{:0digits$x}", row.long(0)?).into())
        }),
        FormatBytes => made(args, &[Real, Long, Text], Text, |row| {
            let digits = if row.count() > 1 { row.long(1)? } else { 0 };
            size(row.real(0)?, digits, row.text(2)).map(Cow::Owned)
        }),
        CodepointsFrom => made(args, &[Text], Dynamic, |row| {
            Some(array_text(row.text(0).chars().map(|char| u32::from(char).to_string())).into())
        }),
        CodepointsTo => made(args, &[Dynamic], Text, |row| codepoints(row).map(Cow::Owned)),
        Hash => hash(args)?,
        HashSha256 => made(args, &[Text], Text, |row| {
            let mut text = String::with_capacity(64);
            for byte in Sha256::digest(row.text(0)) {
                // Writing to a String cannot fail.
                let _ = write!(text, "{byte:02x}");
            }
            Some(text.into())
        }),
        other => return Err(super::unsupported(other)),
    })
}

/// `scheme://user:password@host:port/path?query#fragment`; what is not there is "".
fn url(text: &str) -> String {
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = match rest.split_once("://") {
        Some((scheme, rest)) => (scheme, Some(rest)),
        None => ("", None),
    };
    let (authority, path) = match rest {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", text.split(['?', '#']).next().unwrap_or("")),
    };
    let (user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    // Of an IPv6 address, the colons within its brackets belong to it.
    let from = place.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match place[from..].rfind(':') {
        Some(at) => (&place[..from + at], &place[from + at + 1..]),
        None => (place, ""),
    };
    bag_text([
        ("Scheme", quoted(scheme)),
        ("Host", quoted(host)),
        ("Port", quoted(port)),
        ("Path", quoted(path)),
        ("Username", quoted(name)),
        ("Password", quoted(password)),
        ("Query Parameters", parameters(query)),
        ("Fragment", quoted(fragment)),
    ])
}

/// `a=1&b=2` as a bag.
fn parameters(query: &str) -> String {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    bag_text(pairs.map(|(key, value)| (decoded(key), quoted(&decoded(value)))))
}

fn path(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let name_at = rest.rfind(['/', '\\']).map_or(0, |at| at + 1);
    let (directory, name) = (rest[..name_at].trim_end_matches(['/', '\\']), &rest[name_at..]);
    let (name, stream) = name.split_once(':').unwrap_or((name, ""));
    let drive = rest.get(..2).filter(|drive| drive.ends_with(':') && drive.starts_with(|c: char| c.is_alphabetic()));
    let parent = directory.rsplit(['/', '\\']).next().unwrap_or("");
    bag_text([
        ("Scheme", quoted(scheme)),
        ("RootPath", quoted(drive.unwrap_or(""))),
        ("DirectoryPath", quoted(directory)),
        ("DirectoryName", quoted(parent)),
        ("Filename", quoted(name)),
        ("Extension", quoted(name.rsplit_once('.').map_or("", |(_, extension)| extension))),
        ("AlternateDataStreamName", quoted(stream)),
    ])
}

fn csv_record(text: &str) -> Option<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).ok()?;
    Some(array_text(record.iter().map(quoted)))
}

/// Lower-case digits, as Kusto writes them.
fn encoded(text: &str, space: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'!' | b'*' | b'(' | b')' => {
                out.push(char::from(byte));
            }
            b' ' => out.push_str(space),
            // Writing to a String cannot fail.
            _ => drop(write!(out, "%{byte:02x}")),
        }
    }
    out
}

/// What is no UTF-8 becomes U+FFFD.
fn decoded(text: &str) -> Cow<'_, str> {
    if text.contains('+') {
        return Cow::Owned(percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned());
    }
    percent_decode_str(text).decode_utf8_lossy()
}

const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

fn size(value: f64, digits: i64, unit: &str) -> Option<String> {
    let fits = |power: &usize| value.abs() < 1024_f64.powi(*power as i32 + 1);
    let power = match unit {
        "" => (0..UNITS.len()).find(fits).unwrap_or(UNITS.len() - 1),
        unit => UNITS.iter().position(|known| *known == unit)?,
    };
    let shown = math::rounded(value / 1024_f64.powi(power as i32), digits.clamp(0, 15));
    Some(format!("{shown} {}", UNITS[power]))
}

fn codepoints(row: Row<'_>) -> Option<String> {
    let mut text = String::new();
    for place in 0..row.count() {
        let json = row.json(place)?;
        let mut push = |number: &str| {
            text.push(char::from_u32(number.trim().parse().ok()?)?);
            Some(())
        };
        match json.starts_with('[') {
            true => elements(json).try_for_each(&mut push)?,
            false => push(json)?,
        }
    }
    Some(text)
}

/// Of the text's bytes; of a number, datetime or timespan its eight bytes, the lowest first.
fn hash(args: Vec<Expression>) -> Result<Expression, Error> {
    let (first, mut rest) = super::at_least::<1>(args)?;
    let [value] = first;
    let ty = value.ty();
    let reduced = !rest.is_empty();
    rest.insert(0, value);
    Ok(whole(rest, &[ty, Long], Long, move |row| {
        let hash = match ty {
            Type::String => XxHash64::oneshot(0, row.text(0).as_bytes()),
            Dynamic => XxHash64::oneshot(0, row.json(0)?.as_bytes()),
            Real => XxHash64::oneshot(0, &row.real(0)?.to_le_bytes()),
            Type::Bool => XxHash64::oneshot(0, &[u8::from(row.bool(0)?)]),
            // Kusto counts ticks of 100 ns, a datetime's since the year 1.
            Type::Datetime => XxHash64::oneshot(0, &(row.long(0)?.div_euclid(100) + TICKS_TO_1970).to_le_bytes()),
            Type::Timespan => XxHash64::oneshot(0, &row.long(0)?.div_euclid(100).to_le_bytes()),
            Long => XxHash64::oneshot(0, &row.long(0)?.to_le_bytes()),
        };
        let hash = hash.cast_signed();
        if reduced { hash.checked_rem_euclid(row.long(1)?) } else { Some(hash) }
    }))
}

const TICKS_TO_1970: i64 = 621_355_968_000_000_000;
