//! The pieces that stamps are made of: digits, names of months and days, clocks, and days since 1970.

pub(super) const SECOND: i64 = 1_000_000_000;
pub(super) const DAY: i64 = 86_400;

/// Bytes that are read from the left. What does not fit gives None, and then the place is undefined.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) fn one(&mut self, of: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        of.contains(first).then(|| self.0 = rest).map(|()| *first)
    }

    /// One or two blanks.
    pub(super) fn blank(&mut self) -> Option<()> {
        self.one(b" ")?;
        self.one(b" ");
        Some(())
    }

    /// How many digits come next.
    pub(super) fn run(&self) -> usize {
        self.0.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(self.0.len())
    }

    /// A number of exactly so many digits; more digits may follow.
    pub(super) fn digits(&mut self, count: usize) -> Option<i64> {
        let digits = self.0.get(..count)?;
        let number = digits
            .iter()
            .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))?;
        self.0 = &self.0[count..];
        Some(number)
    }

    /// All digits that come next, if there are at most so many.
    pub(super) fn number(&mut self, most: usize) -> Option<i64> {
        let run = self.run();
        if (1..=most).contains(&run) { self.digits(run) } else { None }
    }

    /// The letters that come next.
    pub(super) fn letters(&self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(self.0.len());
        &self.0[..end]
    }

    /// `Jan`, `January`, `sept.`, also in other languages, 1 to 12.
    pub(super) fn month(&mut self) -> Option<i64> {
        // The most frequent by far: three letters of English.
        if let Some(month) = self.0.get(..3).and_then(english)
            && !self.0.get(3).is_some_and(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii())
        {
            self.0 = &self.0[3..];
            self.one(b".");
            return Some(month);
        }
        let end = self.0.iter().position(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic());
        let (word, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        // A day or a year follows soon: most words are none, and need not be looked up.
        if !(3..=10).contains(&word.len()) || !rest.iter().take(3).any(u8::is_ascii_digit) {
            return None;
        }
        let place =
            MONTHS.iter().position(|names| names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes())))?;
        self.0 = rest;
        self.one(b".");
        Some(place as i64 + 1)
    }

    /// `Thu`, `Thu,`, `Thursday,` and the blank behind it.
    pub(super) fn weekday(&mut self) -> Option<()> {
        const NAMES: [&[u8]; 7] = [b"sunday", b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday"];
        let word = self.letters();
        let is = |name: &&[u8]| {
            word.len() >= 3 && name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        };
        if !NAMES.iter().any(|name| is(name) && matches!(word.len(), 3..=5) || word.eq_ignore_ascii_case(name)) {
            return None;
        }
        self.0 = &self.0[word.len()..];
        self.one(b",");
        self.blank()
    }

    /// `13:55`, `13:55:36`, `13:55:36.123456789`, `13:55:36,123`, `13:55:36:123`, `1:55:36 PM`, in seconds of the day
    /// and nanoseconds.
    pub(super) fn clock(&mut self) -> Option<(i64, i64)> {
        let mut hours = self.number(2)?;
        self.one(b":")?;
        let minutes = self.digits(2)?;
        let (mut seconds, mut nanos) = (0, 0);
        if let [b':', tens, _, ..] = self.0
            && tens.is_ascii_digit()
        {
            self.0 = &self.0[1..];
            seconds = self.digits(2)?;
            nanos = self.fraction();
        }
        if let Some(afternoon) = self.half() {
            if !(1..=12).contains(&hours) {
                return None;
            }
            hours = hours % 12 + if afternoon { 12 } else { 0 };
        }
        seconds_of(hours, minutes, seconds).map(|seconds| (seconds, nanos))
    }

    /// `135536`, `135536.123`, `1355`, `13`.
    pub(super) fn tight_clock(&mut self) -> Option<(i64, i64)> {
        let run = self.run();
        let hours = self.digits(2)?;
        let minutes = if run >= 4 { self.digits(2)? } else { 0 };
        let seconds = if run >= 6 { self.digits(2)? } else { 0 };
        if !matches!(run, 2 | 4 | 6) {
            return None;
        }
        let nanos = self.fraction();
        seconds_of(hours, minutes, seconds).map(|seconds| (seconds, nanos))
    }

    /// Nanoseconds of what stands behind the seconds; 0 where nothing does. More than nine digits are cut off.
    fn fraction(&mut self) -> i64 {
        let begins = match self.0 {
            [b'.' | b',', digit, ..] => digit.is_ascii_digit(),
            // Milli- or microseconds behind a colon.
            [b':', rest @ ..] => matches!(Cursor(rest).run(), 3 | 6 | 9),
            _ => false,
        };
        if !begins {
            return 0;
        }
        self.0 = &self.0[1..];
        let (mut nanos, mut scale) = (0, SECOND / 10);
        while let Some(digit) = self.digits(1) {
            nanos += digit * scale;
            scale /= 10;
        }
        nanos
    }

    /// `AM`, `PM`, `a.m.` or `p.m.`, with a blank before it or not; Java and JavaScript write one that does not break.
    fn half(&mut self) -> Option<bool> {
        const BLANKS: [&[u8]; 3] = [b" ", "\u{a0}".as_bytes(), "\u{202f}".as_bytes()];
        let blank = BLANKS.iter().find(|blank| self.0.starts_with(blank)).map_or(0, |blank| blank.len());
        let (half, rest) = match &self.0[blank..] {
            [half, b'M' | b'm', rest @ ..] => (half, rest),
            [half, b'.', b'M' | b'm', b'.', rest @ ..] => (half, rest),
            _ => return None,
        };
        if !b"AaPp".contains(half) || rest.first().is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        }
        self.0 = rest;
        Some(half.eq_ignore_ascii_case(&b'p'))
    }
}

fn seconds_of(hours: i64, minutes: i64, seconds: i64) -> Option<i64> {
    if hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    // A leap second is taken as the one before it.
    Some(hours * 3600 + minutes * 60 + seconds.min(59))
}

fn english(word: &[u8]) -> Option<i64> {
    const NAMES: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    NAMES.chunks_exact(3).position(|name| name == word).map(|place| place as i64 + 1)
}

/// English, German, French, Spanish, Italian, Portuguese and Dutch, as logs and `date` write them.
const MONTHS: [&[&str]; 12] = [
    &["jan", "january", "januar", "janv", "janvier", "ene", "enero", "gen", "gennaio", "janeiro", "januari"],
    &["feb", "february", "februar", "févr", "février", "febrero", "febbraio", "fev", "fevereiro", "februari"],
    &["mar", "march", "mär", "mrz", "märz", "mars", "marzo", "março", "mrt", "maart"],
    &["apr", "april", "avr", "avril", "abr", "abril", "aprile"],
    &["may", "mai", "mayo", "mag", "maggio", "maio", "mei"],
    &["jun", "june", "juni", "juin", "junio", "giu", "giugno", "junho"],
    &["jul", "july", "juli", "juil", "juillet", "julio", "lug", "luglio", "julho"],
    &["aug", "august", "août", "aout", "ago", "agosto", "augustus"],
    &["sep", "sept", "september", "septembre", "septiembre", "set", "settembre", "setembro"],
    &["oct", "october", "okt", "oktober", "octobre", "octubre", "ott", "ottobre", "out", "outubro"],
    &["nov", "november", "novembre", "noviembre", "novembro"],
    &["dec", "december", "dez", "dezember", "déc", "décembre", "dic", "diciembre", "dicembre", "dezembro"],
];

/// Days since 1970 of a date in the proleptic Gregorian calendar; None where there is no such date.
pub(super) fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let length = match month {
        2 => 28 + i64::from(leap(year)),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is a year's last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Days since 1970 of the day of a year, which counts from 1.
pub(super) fn ordinal(year: i64, day: i64) -> Option<i64> {
    let fits = (1..=365 + i64::from(leap(year))).contains(&day);
    if fits { Some(days(year, 1, 1)? + day - 1) } else { None }
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The year that a day since 1970 lies in.
pub(super) fn civil_year(day: i64) -> i64 {
    let guess = 1970 + day * 400 / 146_097;
    (guess - 1..=guess + 1).rev().find(|year| days(*year, 1, 1).is_some_and(|first| first <= day)).unwrap_or(guess)
}

/// Two digits of a year: 69 and more are of the last century, as POSIX has it.
pub(super) fn century(year: i64) -> i64 {
    if year < 69 { 2000 + year } else { 1900 + year }
}
