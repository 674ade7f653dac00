//! How stamps are written where a source says it: `%d/%m/%Y %H:%M:%S`, in the words of C's `strptime`.

use super::cursor::{Cursor, DAY, SECOND, century, days, ordinal};
use super::forms::{self, Date, Said, Written};

/// A pattern that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Any number of blanks.
    Blank,
    Byte(u8),
    Field(Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    DayOfYear,
    Weekday,
    Hour,
    Minute,
    Second,
    Fraction,
    /// With the point or comma before it, or nothing.
    PointFraction,
    Half,
    Zone,
    Epoch,
    EpochMillis,
}

/// The letters that a pattern may have, and what each reads.
const FIELDS: [(&str, &[Field]); 19] = [
    ("Y", &[Field::Year]),
    ("y", &[Field::ShortYear]),
    ("m", &[Field::Month]),
    ("b", &[Field::MonthName]),
    ("B", &[Field::MonthName]),
    ("d", &[Field::Day]),
    ("e", &[Field::Day]),
    ("j", &[Field::DayOfYear]),
    ("a", &[Field::Weekday]),
    ("A", &[Field::Weekday]),
    ("H", &[Field::Hour]),
    ("I", &[Field::Hour]),
    ("M", &[Field::Minute]),
    ("S", &[Field::Second]),
    ("f", &[Field::Fraction]),
    ("p", &[Field::Half]),
    ("z", &[Field::Zone]),
    ("Z", &[Field::Zone]),
    ("s", &[Field::Epoch]),
];

impl Pattern {
    /// Says in an error which letters there are.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            rest = &rest[first.len_utf8()..];
            match first {
                '%' => {
                    let dot = rest.strip_prefix('.');
                    let letter = dot.unwrap_or(rest).chars().next().unwrap_or(' ');
                    rest = &rest[(usize::from(dot.is_some()) + letter.len_utf8()).min(rest.len())..];
                    match (letter, dot.is_some()) {
                        ('f', true) => parts.push(Part::Field(Field::PointFraction)),
                        ('T', false) => parts.extend(Pattern::parse("%H:%M:%S")?.parts),
                        ('R', false) => parts.extend(Pattern::parse("%H:%M")?.parts),
                        ('F', false) => parts.extend(Pattern::parse("%Y-%m-%d")?.parts),
                        ('D', false) => parts.extend(Pattern::parse("%m/%d/%y")?.parts),
                        ('k' | 'l', false) => parts.extend([Part::Blank, Part::Field(Field::Hour)]),
                        ('L', false) => parts.push(Part::Field(Field::Fraction)),
                        ('Q', false) => parts.push(Part::Field(Field::EpochMillis)),
                        ('n' | 't', false) => parts.push(Part::Blank),
                        ('%', false) => parts.push(Part::Byte(b'%')),
                        _ => {
                            let known = FIELDS.iter().find(|(known, _)| known.starts_with(letter) && dot.is_none());
                            let Some((_, fields)) = known else {
                                let known: Vec<_> = FIELDS.iter().map(|(known, _)| format!("%{known}")).collect();
                                let dot = if dot.is_some() { "." } else { "" };
                                return Err(format!(
                                    "`%{dot}{}` reads nothing; there are {}, %.f, %L, %k, %l, %F, %T, %R, %D, %Q and %%",
                                    letter.to_string().trim(),
                                    known.join(", ")
                                ));
                            };
                            if matches!(fields, [Field::Day]) && letter == 'e' {
                                parts.push(Part::Blank);
                            }
                            parts.extend(fields.iter().map(|field| Part::Field(*field)));
                        }
                    }
                }
                blank if blank.is_whitespace() => parts.push(Part::Blank),
                other => parts.extend(other.to_string().bytes().map(Part::Byte)),
            }
        }
        let has = |field: Field| parts.contains(&Part::Field(field));
        if !(has(Field::Hour)
            || has(Field::Epoch)
            || has(Field::EpochMillis)
            || has(Field::Day)
            || has(Field::DayOfYear))
        {
            return Err("it reads neither a day nor a clock, e.g. `%Y-%m-%d %H:%M:%S`".to_owned());
        }
        Ok(Pattern { parts })
    }

    /// The stamp that the text begins with.
    pub(super) fn at<'a>(&self, text: &'a [u8]) -> Option<Written<'a>> {
        let mut at = Cursor(text);
        let (mut year, mut month, mut day, mut of_year) = (None, None, None, None);
        let (mut hour, mut minute, mut second, mut nanos) = (None, 0, 0, 0);
        let (mut half, mut epoch) = (None, None);
        let mut zone = Said::Nothing;
        for part in &self.parts {
            match part {
                Part::Blank => while at.one(b" \t").is_some() {},
                Part::Byte(byte) => drop(at.one(&[*byte])?),
                Part::Field(field) => match field {
                    Field::Year => year = Some(at.digits(at.run().clamp(1, 4))?),
                    Field::ShortYear => year = Some(century(at.digits(2)?)),
                    Field::Month => month = Some(some_digits(&mut at)?),
                    Field::MonthName => month = Some(at.month()?),
                    Field::Day => day = Some(some_digits(&mut at)?),
                    Field::DayOfYear => of_year = Some(at.digits(at.run().clamp(1, 3))?),
                    Field::Weekday => {
                        let letters = at.letters().len();
                        if letters < 2 {
                            return None;
                        }
                        at.0 = &at.0[letters..];
                    }
                    Field::Hour => hour = Some(some_digits(&mut at)?),
                    Field::Minute => minute = some_digits(&mut at)?,
                    Field::Second => second = some_digits(&mut at)?,
                    Field::Fraction => nanos = digits_of_fraction(&mut at)?,
                    Field::PointFraction => {
                        if at.one(b".,").is_some() {
                            nanos = digits_of_fraction(&mut at)?;
                        }
                    }
                    Field::Half => {
                        let word = at.0.get(..2)?;
                        half = Some(match word.to_ascii_lowercase().as_slice() {
                            b"am" => false,
                            b"pm" => true,
                            _ => return None,
                        });
                        at.0 = &at.0[2..];
                    }
                    Field::Zone => {
                        let before = at.0.len();
                        zone = forms::any_zone(&mut at);
                        if at.0.len() == before {
                            return None;
                        }
                    }
                    Field::Epoch => epoch = Some(at.number(12)?.checked_mul(SECOND)?),
                    Field::EpochMillis => epoch = Some(at.number(15)?.checked_mul(1_000_000)?),
                },
            }
        }
        if let Some(epoch) = epoch {
            let seconds = epoch.div_euclid(SECOND);
            return Some(Written {
                date: Date::Day(seconds.div_euclid(DAY)),
                seconds: seconds.rem_euclid(DAY),
                nanos: epoch.rem_euclid(SECOND) + nanos,
                zone: Said::Offset(0),
                doubt: None,
                whole: true,
                date_alone: false,
                rest: at.0,
            });
        }
        let date = match (year, month, day, of_year) {
            (Some(year), _, _, Some(day)) => Date::Day(ordinal(year, day)?),
            (Some(year), Some(month), day, _) => Date::Day(days(year, month, day.unwrap_or(1))?),
            (None, Some(month), Some(day), _) => Date::OfYear { month, day },
            (None, None, None, None) => Date::Unsaid,
            _ => return None,
        };
        let hours = match (hour.unwrap_or(0), half) {
            (hour, None) => hour,
            (hour @ 1..=12, Some(afternoon)) => hour % 12 + if afternoon { 12 } else { 0 },
            _ => return None,
        };
        if hours > 23 || minute > 59 || second > 60 {
            return None;
        }
        let seconds = hours * 3600 + minute * 60 + second.min(59);
        let date_alone = hour.is_none();
        Some(Written { date, seconds, nanos, zone, doubt: None, whole: true, date_alone, rest: at.0 })
    }
}

/// One digit or two, as much as is there.
fn some_digits(at: &mut Cursor<'_>) -> Option<i64> {
    at.digits(at.run().clamp(1, 2))
}

fn digits_of_fraction(at: &mut Cursor<'_>) -> Option<i64> {
    let run = at.run();
    if run == 0 {
        return None;
    }
    let value = at.digits(run.min(9))?;
    at.0 = &at.0[run - run.min(9)..];
    Some(value * 10i64.pow(9 - run.min(9) as u32))
}
