//! Which fields of records hold their time, where nobody says it; and a record's time where several fields make it.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use syntax::Name;
use syntax::stamp::{self, Doubt, Reading};

use super::column::Scalar;
use super::parse;

/// Names under which event time is looked for, without case and signs, the likeliest first. The first ones say it
/// plainly; where another is taken, that is told.
const NAMES: [&str; 47] = [
    "timestamp",
    "time",
    "ts",
    "t",
    "t.date",
    "timestamp.date",
    "time.date",
    "datetime",
    "timeunixnano",
    "realtimetimestamp",
    "sourcerealtimetimestamp",
    "instant.epochsecond",
    "timestamp.seconds",
    "timemillis",
    "eventtime",
    "eventtimestamp",
    "eventdate",
    "eventdatetime",
    "timegenerated",
    "timecreated",
    "systemtime",
    "logtime",
    "logtimestamp",
    "logdate",
    "timelocal",
    "timeiso8601",
    "localtime",
    "asctime",
    "date",
    "epoch",
    "epochms",
    "epochmillis",
    "unixtime",
    "edgestarttimestamp",
    "requesttimeepoch",
    "starttime",
    "starttimeunixnano",
    "starttimestamp",
    "startedat",
    "createdat",
    "created",
    "receivedat",
    "recordedat",
    "observedtimeunixnano",
    "publishedat",
    "when",
    "stamp",
];
const PLAIN: usize = 14;

/// Values that are looked at of a field.
const VALUES: usize = 1000;

/// 1990 to 2100: a number or text that means another year is no time of ours.
const YEARS: std::ops::Range<i64> = 631_152_000_000_000_000..4_102_444_800_000_000_000;

/// What was found in the first records.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The field, or the two that make one; none where no field has a time.
    pub(super) names: Vec<Name>,
    /// It was taken for its values more than for its name.
    pub(super) guessed: bool,
    /// Others whose values look like times.
    pub(super) others: Vec<Name>,
}

/// Looks for the time in records that were decoded whole.
pub(super) fn find(records: &RecordBatch, reading: &Reading) -> Found {
    let columns = || records.schema_ref().fields().iter().map(|field| field.name()).zip(records.columns());
    let values = |column: &ArrayRef| looks(column, reading);
    let mut ranked: Vec<(usize, &String, &ArrayRef)> =
        columns().filter_map(|(name, column)| Some((rank(name)?, name, column))).collect();
    ranked.sort_by_key(|(rank, name, _)| (*rank, *name != "timestamp"));
    let mut found = Found::default();
    for (rank, name, column) in &ranked {
        match values(column) {
            Looks::Instants => {
                found.names = vec![name.as_str().into()];
                found.guessed = *rank >= PLAIN;
            }
            // A day in one field, the clock in another.
            Looks::Days => {
                let clock = ranked.iter().find(|(_, _, other)| values(other) == Looks::Clocks);
                match clock {
                    Some((_, clock, _)) => found.names = vec![name.as_str().into(), clock.as_str().into()],
                    None => {
                        found.names = vec![name.as_str().into()];
                        found.guessed = *rank >= PLAIN;
                    }
                }
            }
            Looks::Clocks => {
                let Some((_, day, _)) = ranked.iter().find(|(_, _, other)| values(other) == Looks::Days) else {
                    continue;
                };
                found.names = vec![day.as_str().into(), name.as_str().into()];
            }
            Looks::Other => continue,
        }
        break;
    }
    if let [only] = found.names.as_slice()
        && let Some(fine) = finer(only)
        && records.column_by_name(&fine).is_some()
    {
        found.names.push(fine.as_str().into());
    }
    let like_a_time = |name: &String, column: &ArrayRef| {
        !found.names.iter().any(|taken| **taken == **name)
            && worth_naming(name, column)
            && values(column) == Looks::Instants
    };
    found.others =
        columns().filter(|(name, column)| like_a_time(name, column)).map(|(name, _)| name.as_str().into()).collect();
    found
}

/// A field that plainly is to hold the time, and a text of it that is none.
pub(super) fn unread(records: &RecordBatch, reading: &Reading) -> Option<(Name, String)> {
    let schema = records.schema_ref();
    let named = |field: &&std::sync::Arc<arrow_schema::Field>| rank(field.name()).is_some_and(|rank| rank < PLAIN);
    schema.fields().iter().filter(named).find_map(|field| {
        let texts = records.column_by_name(field.name())?.as_string_opt::<i32>()?;
        let wrong = |text: &&str| !parse::is_null(text) && reading.read(text.as_bytes()).is_none();
        let text = texts.iter().flatten().find(wrong)?;
        Some((field.name().as_str().into(), text.chars().take(60).collect()))
    })
}

/// Those that are looked for in every record while none was found in the first ones.
pub(super) fn usual() -> Vec<Name> {
    ["timestamp", "@timestamp", "time", "ts", "@t", "Timestamp", "eventTime", "event_time", "datetime", "t.$date"]
        .map(Name::from)
        .to_vec()
}

fn rank(name: &str) -> Option<usize> {
    let plain: String =
        name.chars().filter(|c| c.is_alphanumeric() || *c == '.').flat_map(char::to_lowercase).collect();
    NAMES.iter().position(|known| *known == plain.trim_start_matches('.'))
}

/// The field with the nanoseconds to one with seconds: of log4j, of protobuf.
fn finer(name: &str) -> Option<String> {
    let outer = |inner: &str| name.strip_suffix(inner);
    match (outer("epochSecond"), outer("seconds")) {
        (Some(outer), _) => Some(format!("{outer}nanoOfSecond")),
        (_, Some(outer)) => Some(format!("{outer}nanos")),
        _ => None,
    }
}

/// A number may be anything: it is named only where its field's name says something of a time.
fn worth_naming(name: &str, column: &ArrayRef) -> bool {
    let name = name.to_ascii_lowercase();
    *column.data_type() == arrow_schema::DataType::Utf8
        || ["time", "date", "stamp", "epoch"].iter().any(|word| name.contains(word))
        || name.ends_with("at")
        || name.ends_with("ts")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looks {
    Instants,
    /// Dates without a clock.
    Days,
    /// Clocks without a date.
    Clocks,
    Other,
}

/// What most values of a field are; those that are not become null and are counted.
fn looks(values: &ArrayRef, reading: &Reading) -> Looks {
    use arrow_schema::DataType;

    let of_our_time = |nanos: Option<i64>| {
        if nanos.is_some_and(|nanos| YEARS.contains(&nanos)) { Looks::Instants } else { Looks::Other }
    };
    let each: Vec<Looks> = match values.data_type() {
        DataType::Timestamp(..) if values.null_count() < values.len() => return Looks::Instants,
        DataType::Int64 => {
            let values = values.as_primitive::<Int64Type>().iter().flatten().take(VALUES);
            values.map(|number| of_our_time(stamp::epoch(number))).collect()
        }
        DataType::Float64 => {
            let values = values.as_primitive::<Float64Type>().iter().flatten().take(VALUES);
            values.map(|number| of_our_time(stamp::epoch_real(number))).collect()
        }
        DataType::Utf8 => {
            // What says nothing does not say that the others are no times.
            let says = |text: &&str| !parse::is_null(text.trim_matches('"')) && *text != "-";
            let values = values.as_string::<i32>().iter().flatten().filter(says).take(VALUES);
            values.map(|text| look(text, reading, of_our_time)).collect()
        }
        _ => return Looks::Other,
    };
    let kinds = [Looks::Instants, Looks::Days, Looks::Clocks];
    let most = kinds.into_iter().find(|kind| each.iter().filter(|looks| *looks == kind).count() * 2 > each.len());
    most.unwrap_or(Looks::Other)
}

/// From a string, or from the JSON text of a field that has strings and numbers.
fn look(text: &str, reading: &Reading, of_our_time: impl Fn(Option<i64>) -> Looks) -> Looks {
    let text = text.trim_matches('"');
    match reading.read(text.as_bytes()) {
        Some(stamp) if stamp.doubt == Some(Doubt::NoDay) => Looks::Clocks,
        Some(stamp) if stamp.day_alone => Looks::Days,
        stamp => of_our_time(stamp.map(|stamp| stamp.nanos)),
    }
}

/// Event time that several fields of a record make, or that the first of them has.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) names: Vec<Name>,
    values: Vec<Option<Value>>,
    reading: Reading,
    /// They are looked for without being asked for: what is no time of ours is passed over.
    usual: bool,
    pub(super) doubt: Option<Doubt>,
}

#[derive(Clone, Debug)]
enum Value {
    Text(String),
    Number(f64),
    Whole(i64),
}

impl Parts {
    pub(super) fn new(names: Vec<Name>, reading: Reading, usual: bool) -> Parts {
        Parts { values: vec![None; names.len()], names, reading, usual, doubt: None }
    }

    pub(super) fn set_now(&mut self, now: i64) {
        self.reading.now = now;
    }

    /// A value of the present record.
    pub(super) fn set(&mut self, place: usize, scalar: Scalar<'_>) {
        let value = match scalar {
            Scalar::String(text) => Some(Value::Text(text.to_owned())),
            Scalar::Long(number) => Some(Value::Whole(number)),
            Scalar::Real(number) => Some(Value::Number(number)),
            Scalar::Datetime(nanos) => Some(Value::Whole(nanos)),
            _ => None,
        };
        if let Some(known) = self.values.get_mut(place) {
            *known = value;
        }
    }

    /// The present record's time; its values are gone then.
    pub(super) fn take(&mut self) -> Option<i64> {
        if self.values.iter().all(Option::is_none) {
            return None;
        }
        let values: Vec<Option<Value>> = self.values.iter_mut().map(Option::take).collect();
        if !self.usual
            && let Some(instant) = self.together(&values)
        {
            return Some(instant);
        }
        values.iter().flatten().find_map(|value| {
            let instant = match value {
                Value::Text(text) => self.read(text),
                Value::Whole(number) => stamp::epoch(*number),
                Value::Number(number) => stamp::epoch_real(*number),
            };
            instant.filter(|instant| !self.usual || YEARS.contains(instant))
        })
    }

    /// All parts in their order, where together they are one stamp.
    fn together(&mut self, values: &[Option<Value>]) -> Option<i64> {
        let whole: Option<Vec<&Value>> = values.iter().map(Option::as_ref).collect();
        let whole = whole?;
        if let [Value::Whole(seconds), Value::Whole(nanos)] = whole.as_slice()
            && self.names[1].to_ascii_lowercase().contains("nano")
        {
            return stamp::epoch(*seconds)?.checked_add(*nanos);
        }
        let texts = whole.iter().map(|value| match value {
            Value::Text(text) => text.trim().to_owned(),
            Value::Whole(number) => number.to_string(),
            Value::Number(number) => number.to_string(),
        });
        let text = texts.collect::<Vec<_>>().join(" ");
        self.read(&text)
    }

    fn read(&mut self, text: &str) -> Option<i64> {
        let stamp = self.reading.read(text.as_bytes())?;
        self.doubt = self.doubt.or(stamp.doubt);
        if self.reading.zone.is_some() && stamp.dated {
            self.reading.last = Some(stamp.nanos);
        }
        Some(stamp.nanos)
    }
}
