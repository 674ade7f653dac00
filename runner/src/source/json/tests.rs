//! The guess and the strict parser, with what is mended, agree on every record: what is taken, what is refused
//! and why, and each value, whatever the records before it looked like.

use arrow_array::RecordBatch;
use proptest::prelude::*;
use syntax::{Field, Type};

use super::Json;
use crate::source::Wanted;
use crate::source::table::{Known, Table};

type Read = fn(&mut Json, &[u8], &mut Table) -> Result<(), &'static str>;

/// What was said of each record, and the rows.
fn read(records: &[Vec<u8>], wanted: &Wanted, read: Read) -> (Vec<Option<&'static str>>, RecordBatch) {
    let known = Known::declared([Field::new("o", Type::Dynamic)]);
    let mut table = Table::new(wanted, &known, Type::Dynamic);
    let mut json = Json::new(&table);
    let said = records.iter().map(|record| {
        let outcome = read(&mut json, record, &mut table);
        if outcome.is_ok() {
            table.keep();
        } else {
            table.take_back();
        }
        outcome.err()
    });
    (said.collect(), table.batch().unwrap())
}

fn walked(json: &mut Json, record: &[u8], table: &mut Table) -> Result<(), &'static str> {
    json.record(record, table)
}

fn check(records: &[Vec<u8>]) -> Result<(), TestCaseError> {
    let fields = [
        ("a", Type::String),
        ("b", Type::Long),
        ("n", Type::Real),
        ("o", Type::Dynamic),
        ("o.x", Type::String),
        ("o.p.q", Type::Long),
        ("t", Type::Datetime),
    ];
    let some = Wanted::Fields(fields.map(|(name, ty)| Field::new(name, ty)).to_vec());
    let one = Wanted::Fields(vec![Field::new("b", Type::String)]);
    for wanted in [&some, &one, &Wanted::All] {
        let (ours, theirs) = (read(records, wanted, walked), read(records, wanted, Json::unsure));
        let shown: Vec<_> = records.iter().map(|record| String::from_utf8_lossy(record)).collect();
        prop_assert_eq!(ours, theirs, "{:#?}", shown);
    }
    Ok(())
}

const RECORDS: [&str; 12] = [
    r#"{"t":"2026-01-01T00:00:00.123Z","a":"one","b":17,"n":1.5,"skip":"abc","o":{"x":"y","p":{"q":3}},"last":true}"#,
    r#"{"t":"2026-01-01T00:00:01Z","a":"two","b":-18,"n":1e3,"skip":"def","o":{"x":"z","p":{"q":4}},"last":false}"#,
    r#"{"t": "2026-01-01 00:00:02", "a": "three", "b": 9223372036854775807, "n": -0, "skip": null, "o": {"x": 1}, "last": 0}"#,
    r#"{"t":1767225600,"b":9223372036854775808,"a":"four","n":18446744073709551616,"skip":[1,[2],{"k":"]"}],"o":[1,2]}"#,
    r#"{"a":"esc \"q\" \\ \u00e9 \ud83d\ude00 \/","b":1,"a":"again","skip":"\u0041\n","o":{"x":null,"x":"twice"}}"#,
    r#"{"a":"lone \ud800","b":2}"#,
    r#"{"a":"é and 😀 in a text that is longer than a block","b":3,"skip":"ünï","o.x":"dotted","o":{"p.q":5}}"#,
    r#"{"a":1e400,"b":2}"#,
    r#"{"skip":1e400,"b":2.0,"n":01}"#,
    r#"{ }"#,
    r#"{"key \u0061":1,"a":["x"],"b":"12","n":"NaN","o":{"p":7,"x":{"y":[]}},"":0}"#,
    "\t{\"a\" :\t\"tabs\" ,\r\"b\":[ ] , \"o\":{ } }\r",
];

#[derive(Clone, Debug)]
enum Edit {
    None,
    Cut(usize),
    Insert(usize, u8),
    Replace(usize, u8),
    Remove(usize, usize),
    Repeat(usize, usize),
    Append(Vec<u8>),
}

fn edit() -> impl Strategy<Value = Edit> {
    let byte = || {
        let odd = b"{}[]\",:\\ \t\r\x00\x1f\x7f\x80\xc3\xa9\xff0123456789-+.eEtfnu/xab".to_vec();
        proptest::sample::select(odd)
    };
    let at = || 0usize..140;
    prop_oneof![
        4 => Just(Edit::None),
        1 => at().prop_map(Edit::Cut),
        3 => (at(), byte()).prop_map(|(at, byte)| Edit::Insert(at, byte)),
        3 => (at(), byte()).prop_map(|(at, byte)| Edit::Replace(at, byte)),
        2 => (at(), 1usize..12).prop_map(|(at, length)| Edit::Remove(at, length)),
        1 => (at(), 1usize..20).prop_map(|(at, length)| Edit::Repeat(at, length)),
        1 => proptest::collection::vec(byte(), 1..4).prop_map(Edit::Append),
    ]
}

fn edited((record, edit): (&str, Edit)) -> Vec<u8> {
    let mut bytes = record.as_bytes().to_vec();
    let end = bytes.len();
    match edit {
        Edit::None => {}
        Edit::Cut(at) => bytes.truncate(at),
        Edit::Insert(at, byte) => bytes.insert(at.min(end), byte),
        Edit::Replace(at, byte) => bytes[at.min(end - 1)] = byte,
        Edit::Remove(at, length) => drop(bytes.drain(at.min(end)..(at + length).min(end))),
        Edit::Repeat(at, length) => {
            let part = bytes[at.min(end)..(at + length).min(end)].to_vec();
            let at = at.min(end);
            bytes.splice(at..at, part);
        }
        Edit::Append(more) => bytes.extend(more),
    }
    bytes
}

#[test]
fn odd_records_read_the_same_guessed_or_not() {
    let all: Vec<Vec<u8>> = RECORDS.iter().map(|record| record.as_bytes().to_vec()).collect();
    check(&all).unwrap();
    let twice: Vec<Vec<u8>> = all.iter().flat_map(|record| [record.clone(), record.clone()]).collect();
    check(&twice).unwrap();
}

#[test]
fn most_records_need_no_second_look() {
    let wanted = Wanted::Fields(vec![Field::new("a", Type::String), Field::new("o.p.q", Type::Long)]);
    let mut table = Table::new(&wanted, &Known::default(), Type::Dynamic);
    let mut json = Json::new(&table);
    let mut sure = |record: &str| json.walk(record.as_bytes(), &mut table) == Some(record.len());
    for record in [RECORDS[0], RECORDS[2], RECORDS[3], RECORDS[4], RECORDS[6], RECORDS[9]] {
        assert!(sure(record), "{record}");
        assert!(sure(record), "{record}");
    }
    for record in [RECORDS[5], RECORDS[8]] {
        assert!(!sure(record), "{record}");
    }
}

#[test]
fn ever_new_keys_are_read_though_not_remembered() {
    let records: Vec<Vec<u8>> = (0..6000)
        .map(|n| format!(r#"{{"k{n}":{n},"a":"x","{}":1,"b":{n}}}"#, "long".repeat(n % 200)).into_bytes())
        .collect();
    check(&records).unwrap();
}

proptest! {
    #[test]
    fn damaged_records_read_the_same_guessed_or_not(
        records in proptest::collection::vec((proptest::sample::select(RECORDS.to_vec()), edit()), 1..8),
    ) {
        check(&records.into_iter().map(edited).collect::<Vec<_>>())?;
    }
}
