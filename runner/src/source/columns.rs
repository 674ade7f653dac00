//! Text whose own lines name its columns: the W3C's extended log format (`#Fields: date time cs-uri-stem`), as IIS and
//! CloudFront write it, and Zeek's logs (`#separator`, `#fields`, `#types`). The names may change within a file.

use super::column::Scalar;
use super::parse;
use super::table::Table;

/// What the lines that begin with `#` have said so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    zeek: bool,
    names: Vec<String>,
    /// Zeek's.
    types: Vec<String>,
    separator: Option<u8>,
    set_separator: String,
    empty: String,
    unset: String,
    /// Of the W3C's `#Date:`.
    date: Option<String>,
}

impl Columns {
    /// Whether a file whose first lines are these has such columns.
    pub(super) fn are_in(lines: &[Vec<u8>]) -> bool {
        let Some(first) = lines.first() else { return false };
        let directive = |word: &[u8]| first.len() >= word.len() && first[..word.len()].eq_ignore_ascii_case(word);
        if directive(b"#Fields:") || directive(b"#separator ") || directive(b"#fields\t") {
            return true;
        }
        let about = [&b"#Version:"[..], b"#Software:", b"#Date:", b"#Start-Date:", b"#Remark:"];
        about.iter().any(|word| directive(word))
    }

    /// Takes a line that begins with `#`, which is no event.
    pub(super) fn directive(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        let words = |text: &str, zeek: Option<u8>| -> Vec<String> {
            let at = |c: char| zeek.map_or(c.is_whitespace(), |separator| c == char::from(separator));
            text.split(at).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        if let Some(separator) = line.strip_prefix("#separator ") {
            *self = Columns {
                zeek: true,
                separator: unescape(separator).bytes().next(),
                set_separator: ",".to_owned(),
                empty: "(empty)".to_owned(),
                unset: "-".to_owned(),
                ..Columns::default()
            };
            return;
        }
        if let Some(names) = prefix_of_any_case(line, "#Fields:") {
            self.names = words(names, None);
            self.zeek = false;
            return;
        }
        if let Some(date) = prefix_of_any_case(line, "#Date:").or_else(|| prefix_of_any_case(line, "#Start-Date:")) {
            self.date = date.split_whitespace().next().map(str::to_owned);
            return;
        }
        let separator = self.separator.unwrap_or(b'\t');
        let Some((word, rest)) = line.split_once(char::from(separator)) else { return };
        match word {
            "#fields" => {
                self.names = words(rest, Some(separator));
                self.zeek = true;
            }
            "#types" => self.types = words(rest, Some(separator)),
            "#set_separator" => self.set_separator = unescape(rest),
            "#empty_field" => self.empty = unescape(rest),
            "#unset_field" => self.unset = unescape(rest),
            _ => {}
        }
    }

    /// Puts the line's values into the table's present row; says why where that cannot be.
    pub(super) fn record(&self, line: &[u8], table: &mut Table) -> Result<(), &'static str> {
        if self.names.is_empty() {
            return Err("a line before the one that names the fields");
        }
        let line = String::from_utf8_lossy(line);
        let cells = if self.zeek { zeek(&line, self.separator.unwrap_or(b'\t')) } else { w3c(&line) };
        let cells = cells.ok_or("a quote that is not closed")?;
        if cells.len() > self.names.len() {
            return Err("more cells than the header names");
        }
        if self.zeek {
            for (place, (name, cell)) in self.names.iter().zip(&cells).enumerate() {
                self.zeek_value(name, self.types.get(place).map_or("", String::as_str), cell, table);
            }
            return Ok(());
        }
        let (mut date, mut time) = (self.date.as_deref(), None);
        for (name, cell) in self.names.iter().zip(&cells) {
            match name.as_str() {
                "date" => date = Some(cell),
                "time" => time = Some(cell),
                _ => {}
            }
            table.set_written(name, if cell == "-" { "" } else { cell });
        }
        if let (Some(date), Some(time)) = (date, time)
            && let Some(instant) = table.instant(&format!("{date}T{time}"))
        {
            table.set_by_name("timestamp", Scalar::Datetime(instant));
        }
        Ok(())
    }

    fn zeek_value(&self, name: &str, ty: &str, cell: &str, table: &mut Table) {
        let real = || cell.parse::<f64>().ok();
        let text;
        let scalar = match ty {
            _ if cell == self.unset => Scalar::Null,
            ty if ty.starts_with("set[") || ty.starts_with("vector[") => {
                let all = cell.split(&self.set_separator).filter(|_| cell != self.empty);
                let number = ty.ends_with("[count]") || ty.ends_with("[int]") || ty.ends_with("[port]");
                let number = number || ty.ends_with("[double]") || ty.ends_with("[interval]");
                let values = all.map(|item| match serde_json::from_str::<serde_json::Number>(item) {
                    Ok(item) if number => serde_json::Value::Number(item),
                    _ => serde_json::Value::String(unescape(item)),
                });
                text = serde_json::Value::Array(values.collect()).to_string();
                Scalar::Json(&text)
            }
            _ if cell == self.empty => Scalar::String(""),
            // Seconds with a fraction, exact to the microsecond.
            "time" => real().and_then(parse::epoch_real).map_or(Scalar::String(cell), Scalar::Datetime),
            "bool" => match cell {
                "T" => Scalar::Bool(true),
                "F" => Scalar::Bool(false),
                other => Scalar::String(other),
            },
            "count" | "int" | "port" => cell.parse().map_or(Scalar::String(cell), Scalar::Long),
            "double" | "interval" => real().map_or(Scalar::String(cell), Scalar::Real),
            "" => return table.set_written(name, cell),
            _ => {
                text = unescape(cell);
                Scalar::String(&text)
            }
        };
        table.set_by_name(name, scalar);
    }
}

fn prefix_of_any_case<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let (start, rest) = line.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}

/// `\x09` is the character of that number.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = match rest {
            [b'\\', b'x', high, low, ..] => {
                std::str::from_utf8(&[*high, *low]).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok())
            }
            _ => None,
        };
        match code {
            Some(code) => {
                bytes.push(code);
                rest = &rest[4..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn zeek(line: &str, separator: u8) -> Option<Vec<String>> {
    Some(line.split(char::from(separator)).map(str::to_owned).collect())
}

/// Cells between tabs where there are any, else between blanks; quotes hold blanks together. None where one is open.
fn w3c(line: &str) -> Option<Vec<String>> {
    if line.contains('\t') {
        return Some(line.split('\t').map(|cell| cell.trim().to_owned()).collect());
    }
    let mut cells = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let Some(mut quoted) = rest.strip_prefix('"') else {
            let (cell, after) = rest.split_once(' ').unwrap_or((rest, ""));
            cells.push(cell.to_owned());
            rest = after.trim_start();
            continue;
        };
        let mut cell = String::new();
        loop {
            let (text, after) = quoted.split_once('"')?;
            cell += text;
            match after.strip_prefix('"') {
                // Two quotes are one.
                Some(after) => {
                    cell.push('"');
                    quoted = after;
                }
                None => {
                    rest = after.trim_start();
                    break;
                }
            }
        }
        cells.push(cell);
    }
    Some(cells)
}
