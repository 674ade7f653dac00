//! CSV: the first record names the fields, cells may be quoted, an empty cell is null.
//!
//! Cells become numbers and booleans where they are written like ones, but in a column that has text they stay as they
//! are written.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use syntax::Name;

use super::table::{MAX_FIELDS, Table};

/// The first line, and what it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    line: Vec<u8>,
    names: Vec<Name>,
}

pub(super) struct Csv {
    header: Header,
    cells: Cells,
}

/// Cuts a line; its room is used again for the next one.
struct Cells {
    reader: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
}

impl Header {
    /// A cell without a name gets one by its place: `column3`.
    pub(super) fn new(line: &[u8], delimiter: u8) -> Result<Header, &'static str> {
        let mut cells = Cells::new(delimiter);
        cells.cut(line)?;
        let name = |(place, cell): (usize, String)| match cell.trim() {
            "" => format!("column{}", place + 1).into(),
            name => Name::from(name),
        };
        let names = (0..cells.count).map(|place| cells.text_of(place)).enumerate().map(name).collect();
        Ok(Header { line: line.to_vec(), names })
    }

    /// A file that grew from several has its header several times.
    pub(super) fn is(&self, line: &[u8]) -> bool {
        self.line == line
    }

    /// The header that this line is, where it names these columns in another order, or most of them and others: a file
    /// goes on so whose writer was changed.
    pub(super) fn renamed_by(&self, line: &[u8], delimiter: u8) -> Option<Header> {
        // Most lines are told by their first and last cells.
        let known = |cell: &[u8]| {
            let cell = cell.trim_ascii();
            let cell = cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell);
            self.names.iter().any(|name| name.as_bytes() == cell)
        };
        let first = memchr::memchr(delimiter, line)?;
        let last = memchr::memrchr(delimiter, line)?;
        if !known(&line[..first]) && !known(&line[last + 1..]) {
            return None;
        }
        let other = Header::new(line, delimiter).ok()?;
        let mut names: Vec<&Name> = other.names.iter().collect();
        names.sort();
        names.dedup();
        let shared = names.iter().filter(|name| self.names.contains(name)).count();
        let is_one = names.len() == other.names.len() && shared > 1 && shared * 2 > names.len();
        is_one.then_some(other)
    }

    pub(super) fn names(&self) -> String {
        self.names.iter().map(|name| &**name).collect::<Vec<_>>().join(", ")
    }

    /// A name that two columns have: the last of them counts.
    pub(super) fn twice(&self) -> Option<&Name> {
        let mut names = self.names.iter().enumerate();
        names.find(|(place, name)| self.names[..*place].contains(name)).map(|(_, name)| name)
    }
}

impl Csv {
    pub(super) fn new(header: Header, delimiter: u8) -> Csv {
        Csv { header, cells: Cells::new(delimiter) }
    }

    /// Puts the line's cells into the table's present row.
    pub(super) fn record(&mut self, line: &[u8], table: &mut Table) -> Result<(), &'static str> {
        self.cells.cut(line)?;
        if std::str::from_utf8(line).is_err() {
            table.mended();
        }
        if self.cells.count > self.header.names.len() {
            return Err("more cells than the header names");
        }
        for (place, name) in self.header.names.iter().enumerate().take(self.cells.count) {
            table.set_written(name, &self.cells.text_of(place));
        }
        Ok(())
    }
}

/// The cells of one line.
pub(super) fn cells(line: &[u8], delimiter: u8) -> Result<Vec<String>, &'static str> {
    let mut cells = Cells::new(delimiter);
    cells.cut(line)?;
    Ok((0..cells.count).map(|place| cells.text_of(place)).collect())
}

/// Excel's first line, `sep=;`, which says what stands between cells.
pub(super) fn separator(line: &[u8]) -> Option<u8> {
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => Some(*separator),
        _ => None,
    }
}

/// What most likely stands between the cells of a header.
pub(super) fn delimiter(header: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [0; 4];
    const LIKELY: [u8; 4] = [b',', b';', b'\t', b'|'];
    for byte in header {
        quoted ^= *byte == b'"';
        if let Some(place) = LIKELY.iter().position(|likely| likely == byte).filter(|_| !quoted) {
            counts[place] += 1;
        }
    }
    // The first of those that occur most often.
    let most = counts.iter().max().copied().unwrap_or(0);
    counts.iter().position(|count| *count == most).map_or(b',', |place| LIKELY[place])
}

impl Cells {
    fn new(delimiter: u8) -> Cells {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Cells { reader, text: vec![0; 256], ends: vec![0; 16], count: 0 }
    }

    fn cut(&mut self, line: &[u8]) -> Result<(), &'static str> {
        self.reader.reset();
        let (mut read, mut written, mut ended) = (0, 0, 0);
        loop {
            // The end of the line within quotes is not the end of the record.
            let rest = if read < line.len() { &line[read..] } else { &b"\n"[read - line.len()..] };
            let (result, taken, wrote, ends) =
                self.reader.read_record(rest, &mut self.text[written..], &mut self.ends[ended..]);
            (read, written, ended) = (read + taken, written + wrote, ended + ends);
            match result {
                ReadRecordResult::Record => {
                    self.count = ended;
                    return Ok(());
                }
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() > MAX_FIELDS => return Err("too many cells"),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty if read <= line.len() => {}
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return Err("a quote that is not closed"),
            }
        }
    }

    /// Invalid UTF-8 is replaced by `�`, so that a line is not lost for one byte.
    fn text_of(&self, place: usize) -> String {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        String::from_utf8_lossy(&self.text[start..self.ends[place]]).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str) -> Result<Vec<String>, &'static str> {
        super::cells(line.as_bytes(), b',')
    }

    #[test]
    fn cells_are_cut_at_commas_outside_quotes() {
        assert_eq!(cells("a,b,,d"), Ok(["a", "b", "", "d"].map(str::to_owned).to_vec()));
        assert_eq!(cells(r#""a,""b""",c"#), Ok([r#"a,"b""#, "c"].map(str::to_owned).to_vec()));
        assert_eq!(cells("x"), Ok(vec!["x".to_owned()]));
        assert_eq!(cells(r#"a,"b"#), Err("a quote that is not closed"));
        let long = "y".repeat(10_000);
        assert_eq!(cells(&format!("{long},{long}")), Ok(vec![long.clone(), long]));
        assert_eq!(cells(&",".repeat(99)).map(|cells| cells.len()), Ok(100));
        assert_eq!(cells(&",".repeat(9999)), Err("too many cells"));
    }

    #[test]
    fn the_header_tells_what_stands_between_cells() {
        for (header, expected) in [
            ("a,b", b','),
            ("a;b;c", b';'),
            ("a\tb, or c\td", b'\t'),
            ("a|b", b'|'),
            ("a", b','),
            ("\"x,y,z\";b", b';'),
        ] {
            assert_eq!(delimiter(header.as_bytes()), expected, "{header}");
        }
    }

    #[test]
    fn names_come_from_the_first_line() {
        let header = Header::new(b"id, team ,,id", b',').expect("it is a header");
        assert_eq!(header.names.iter().map(|name| &**name).collect::<Vec<_>>(), ["id", "team", "column3", "id"]);
        assert_eq!(header.twice().map(|name| &**name), Some("id"));
        assert!(header.is(b"id, team ,,id") && !header.is(b"1,2,3,4"));
    }
}
