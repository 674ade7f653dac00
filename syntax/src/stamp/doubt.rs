//! What stamps leave open, and the sentences that say how they were read.

use super::zones::Letters;

/// How a stamp was read that says less than an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Doubt {
    /// Several zones have these letters.
    Several(&'static Letters),
    /// Nobody is known by these letters: their first bytes.
    Unknown([u8; 8]),
    /// The first number is beyond twelve: the day stands first.
    DayFirst,
    /// Both numbers can be a month.
    MonthFirst,
    /// Two digits each: year, month, day.
    YearFirst,
    /// A clock without a day.
    NoDay,
    /// The zone's clocks are put back, and show it twice.
    Twice,
    /// The zone's clocks are put forward over it.
    Never,
}

impl std::hash::Hash for Letters {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl PartialOrd for Letters {
    fn partial_cmp(&self, other: &Letters) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Letters {
    fn cmp(&self, other: &Letters) -> std::cmp::Ordering {
        self.name.cmp(other.name)
    }
}

impl Doubt {
    pub(super) fn unknown(letters: &[u8]) -> Doubt {
        let mut name = [0; 8];
        let length = letters.len().min(8);
        name[..length].copy_from_slice(&letters[..length]);
        Doubt::Unknown(name)
    }

    /// How it was read, as a sentence without an end.
    pub fn text(&self) -> String {
        match self {
            Doubt::Several(letters) => {
                let (sign, minutes) = (if letters.offset < 0 { '-' } else { '+' }, letters.offset.abs() / 60);
                let (hours, minutes) = (minutes / 60, minutes % 60);
                let Letters { name, of, others, .. } = letters;
                format!(
                    "the zone `{name}` is read as that of {of}, {sign}{hours:02}:{minutes:02}; {others} use the same letters"
                )
            }
            Doubt::Unknown(name) => {
                let name = String::from_utf8_lossy(name);
                let name = name.trim_end_matches('\0');
                format!("no time zone is known by the letters `{name}`: they are passed over, as if none stood there")
            }
            Doubt::DayFirst => "dates such as `31/12/2026` are read with the day first".to_owned(),
            Doubt::MonthFirst => "dates such as `03/04/2026` are read with the month first".to_owned(),
            Doubt::YearFirst => "dates such as `17/06/09` are read as year, month and day".to_owned(),
            Doubt::NoDay => "times say no day: they are taken as of the last 24 hours".to_owned(),
            Doubt::Twice => "times of the hour that clocks show twice, when they are put back, are taken as its first \
                one, and as its second where they would lie more than five minutes before the one before"
                .to_owned(),
            Doubt::Never => "times of the hour that clocks leave out, when they are put forward, are read as one \
                hour later"
                .to_owned(),
        }
    }

    /// What to write in the address of a source that means something else.
    pub fn help(&self) -> &'static str {
        match self {
            Doubt::Several(_) | Doubt::Unknown(_) => "`?timezone=Europe/Berlin` names the zone that they are from",
            Doubt::DayFirst => "`?time_format=%m/%d/%Y %H:%M:%S` says how they are written",
            Doubt::MonthFirst => "`?time_format=%d/%m/%Y %H:%M:%S` reads the day first",
            Doubt::YearFirst => "`?time_format=%d/%m/%y %H:%M:%S` reads the day first",
            Doubt::NoDay => "`?timezone=Europe/Berlin` names the zone of their clock where that is not UTC",
            Doubt::Twice | Doubt::Never => {
                "stamps with their offset (`+01:00`) or the letters of it (`CET`) leave nothing open; `?timezone=` \
                 names the zone of those without"
            }
        }
    }
}
