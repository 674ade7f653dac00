//! The letters of time zones, as clocks and logs write them: `CEST`, `PDT`, `JST`.

/// Letters, and what they mean.
#[derive(Debug, PartialEq, Eq)]
pub struct Letters {
    pub name: &'static str,
    /// Seconds east of Greenwich.
    pub(super) offset: i64,
    /// Who uses it, where others have the same letters for another time; else nothing.
    pub(super) of: &'static str,
    /// Those others.
    pub(super) others: &'static str,
}

const fn zone(name: &'static str, minutes: i64) -> Letters {
    Letters { name, offset: minutes * 60, of: "", others: "" }
}

const fn several(name: &'static str, minutes: i64, of: &'static str, others: &'static str) -> Letters {
    Letters { name, offset: minutes * 60, of, others }
}

/// What these letters mean; None where no zone is known by them.
pub(super) fn letters(name: &[u8]) -> Option<&'static Letters> {
    ZONES.iter().find(|zone| zone.name.as_bytes() == name)
}

/// Letters that look like a zone's though none is known by them: they end like `…ST` and `…DT` do.
pub(super) fn alike(name: &[u8]) -> bool {
    const WORDS: [&[u8]; 12] =
        [b"POST", b"HOST", b"TEST", b"LIST", b"LAST", b"FAST", b"DEST", b"COST", b"BEST", b"REST", b"FIRST", b"BURST"];
    (3..=5).contains(&name.len())
        && name.iter().all(u8::is_ascii_uppercase)
        && (name.ends_with(b"ST") || name.ends_with(b"DT"))
        && !WORDS.contains(&name)
}

/// By how often they are met.
static ZONES: &[Letters] = &[
    zone("UTC", 0),
    zone("GMT", 0),
    zone("CET", 60),
    zone("CEST", 120),
    zone("EST", -300),
    zone("EDT", -240),
    zone("PST", -480),
    zone("PDT", -420),
    several("CST", -360, "North America's central time", "China and Cuba"),
    zone("CDT", -300),
    zone("MST", -420),
    zone("MDT", -360),
    several("BST", 60, "British summer time", "Bangladesh"),
    several("IST", 330, "India", "Israel and Ireland"),
    zone("JST", 540),
    zone("KST", 540),
    zone("MSK", 180),
    zone("MSD", 240),
    zone("WET", 0),
    zone("WEST", 60),
    zone("EET", 120),
    zone("EEST", 180),
    zone("MET", 60),
    zone("MEST", 120),
    zone("UCT", 0),
    zone("IDT", 180),
    zone("TRT", 180),
    zone("SAST", 120),
    zone("CAT", 120),
    zone("EAT", 180),
    zone("WAT", 60),
    several("GST", 240, "the Gulf states", "South Georgia and Guam"),
    zone("IRST", 210),
    zone("IRDT", 270),
    zone("PKT", 300),
    zone("NPT", 345),
    zone("ICT", 420),
    zone("WIB", 420),
    zone("WITA", 480),
    zone("WIT", 540),
    zone("HKT", 480),
    zone("SGT", 480),
    zone("MYT", 480),
    zone("PHT", 480),
    zone("AWST", 480),
    zone("ACST", 570),
    zone("ACDT", 630),
    zone("AEST", 600),
    zone("AEDT", 660),
    zone("NZST", 720),
    zone("NZDT", 780),
    zone("HST", -600),
    zone("HDT", -540),
    zone("AKST", -540),
    zone("AKDT", -480),
    several("AST", -240, "the Atlantic coast of North America", "Arabia"),
    zone("ADT", -180),
    zone("NST", -210),
    zone("NDT", -150),
    zone("BRT", -180),
    zone("BRST", -120),
    zone("CLT", -240),
    zone("CLST", -180),
    several("SST", -660, "Samoa", "Singapore"),
    zone("MEZ", 60),
    zone("MESZ", 120),
    zone("PHST", 480),
    zone("OMST", 360),
    zone("SAMT", 240),
    zone("YEKT", 300),
    zone("NOVT", 420),
    zone("KRAT", 420),
    zone("IRKT", 480),
    zone("YAKT", 540),
    zone("VLAT", 600),
    zone("MAGT", 660),
    zone("PETT", 720),
    zone("AFT", 270),
    zone("UZT", 300),
    zone("ChST", 600),
    zone("CVT", -60),
    zone("AZOT", -60),
    zone("AZOST", 0),
    zone("FNT", -120),
    zone("UYT", -180),
    several("AMT", -240, "the Amazon", "Armenia"),
    several("PYT", -180, "Paraguay since October 2024", "stamps from before, at -04:00,"),
    several("ART", -180, "Argentina", "other words"),
    several("COT", -300, "Colombia", "other words"),
    several("PET", -300, "Peru", "other words"),
    several("VET", -240, "Venezuela", "other words"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_once_and_are_those_of_the_zones() {
        for (place, zone) in ZONES.iter().enumerate() {
            assert!(ZONES[..place].iter().all(|before| before.name != zone.name), "{}", zone.name);
            assert_eq!(zone.of.is_empty(), zone.others.is_empty());
        }
        // What the compiled-in rules say of a place on a day.
        for (letters, place, day) in [
            ("CEST", "Europe/Berlin", "2026-07-01"),
            ("EST", "America/New_York", "2026-01-01"),
            ("PDT", "America/Los_Angeles", "2026-07-01"),
            ("CST", "America/Chicago", "2026-01-01"),
            ("IST", "Asia/Kolkata", "2026-01-01"),
            ("JST", "Asia/Tokyo", "2026-01-01"),
            ("ACDT", "Australia/Adelaide", "2026-01-01"),
            ("NZST", "Pacific/Auckland", "2026-07-01"),
            ("NDT", "America/St_Johns", "2026-07-01"),
            ("SAST", "Africa/Johannesburg", "2026-01-01"),
            ("AKDT", "America/Anchorage", "2026-07-01"),
            ("WIT", "Asia/Jayapura", "2026-01-01"),
        ] {
            let zone = jiff::tz::TimeZoneDatabase::bundled().get(place).expect(place);
            let noon = day.parse::<jiff::civil::Date>().expect(day).at(12, 0, 0, 0);
            let at = zone.to_timestamp(noon).expect(day);
            let info = zone.to_offset_info(at);
            assert_eq!(info.abbreviation(), letters);
            assert_eq!(super::letters(letters.as_bytes()).expect(letters).offset, i64::from(info.offset().seconds()));
        }
    }

    #[test]
    fn words_of_logs_are_no_zones() {
        for word in ["LOG", "INFO", "WARN", "ERROR", "POST", "TEST", "GET", "AUDIT", "START", "ALERT"] {
            assert!(letters(word.as_bytes()).is_none() && !alike(word.as_bytes()), "{word}");
        }
        assert!(alike(b"XYST") && alike(b"QDT"));
    }
}
