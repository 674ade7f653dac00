//! Groups by the values of some columns, numbered in the order in which they first came.
//!
//! A row's key is its values written one after the other as bytes; all keys stand in one arena, and a hash
//! table over it finds a key's group. Nothing is allocated for an event whose group is known. All NaNs are
//! one key, and so are both zeros; null is a key of its own. Where all columns have dictionaries, a batch's
//! distinct keys are numbered by their codes, and each is written and looked up once, not each row's.

use std::hash::BuildHasher;

use arrow_array::{Array, ArrayRef};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use syntax::Type;

use crate::expression::Operand;
use crate::expression::operand::Longs;
use crate::expression::operand::{self, Bools, Reals, Texts};

#[derive(Clone, Default)]
pub(super) struct Groups {
    /// A key's hash and group.
    table: HashTable<(u64, u32)>,
    keys: Vec<u8>,
    /// Where each group's key ends.
    ends: Vec<usize>,
    hasher: RandomState,
}

/// The rows of one batch, as keys.
#[derive(Default)]
pub(super) struct Keys {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// For each row, which of the keys it has; None where each row has one of its own.
    places: Option<Vec<u32>>,
}

/// Combinations of codes that are worth numbering, however few rows there are.
const FEW: usize = 1024;

/// No number yet.
const NONE: u32 = u32::MAX;

enum Column<'a> {
    Bool(Bools<'a>),
    Whole(Longs<'a>),
    Real(Reals<'a>),
    Text(Texts<'a>),
}

impl Keys {
    pub(super) fn of(columns: &[(Operand, Type)], rows: usize) -> Keys {
        let combined = Combined::of(columns, rows);
        let columns: Vec<Column<'_>> = columns.iter().map(|(operand, ty)| Column::of(operand, *ty)).collect();
        let mut keys = Keys::default();
        let write = |keys: &mut Keys, row: usize| {
            columns.iter().for_each(|column| column.write(row, &mut keys.bytes));
            keys.ends.push(keys.bytes.len());
        };
        let Some(Combined { numbers, count }) = combined else {
            keys.bytes.reserve(rows * 16);
            keys.ends.reserve(rows);
            (0..rows).for_each(|row| write(&mut keys, row));
            return keys;
        };
        let mut known = vec![NONE; count];
        let mut places = numbers;
        for (row, place) in places.iter_mut().enumerate() {
            let known = &mut known[*place as usize];
            if *known == NONE {
                *known = keys.ends.len() as u32;
                write(&mut keys, row);
            }
            *place = *known;
        }
        keys.places = Some(places);
        keys
    }

    /// The same bytes for the same values, in any batch.
    pub(super) fn key(&self, row: usize) -> &[u8] {
        key_of(&self.bytes, &self.ends, self.places.as_ref().map_or(row, |places| places[row] as usize))
    }
}

/// Each row's combination of codes as one number below `count`.
struct Combined {
    numbers: Vec<u32>,
    count: usize,
}

impl Combined {
    /// None where a column has no dictionary, or where there are too many combinations.
    fn of(columns: &[(Operand, Type)], rows: usize) -> Option<Combined> {
        let mut count = 1_usize;
        for (operand, _) in columns {
            count = count.saturating_mul(operand.dictionary()?.1.len() + 1);
        }
        if columns.is_empty() || count > rows.max(FEW).saturating_mul(4) {
            return None;
        }
        let mut numbers = vec![0_u32; rows];
        for (operand, _) in columns {
            let (codes, values) = operand.dictionary()?;
            let (codes, null) = (codes.keys(), values.len() as u32);
            let row = numbers.iter_mut().zip(codes.values());
            match codes.nulls() {
                None => row.for_each(|(number, code)| *number = *number * (null + 1) + code),
                Some(nulls) => row.zip(nulls).for_each(|((number, code), valid)| {
                    *number = *number * (null + 1) + if valid { *code } else { null };
                }),
            }
        }
        Some(Combined { numbers, count })
    }
}

impl<'a> Column<'a> {
    fn of(operand: &'a Operand, ty: Type) -> Column<'a> {
        match ty {
            Type::Bool => Column::Bool(operand.bools()),
            Type::Real => Column::Real(operand.reals()),
            Type::String | Type::Dynamic => Column::Text(operand.texts()),
            Type::Long | Type::Datetime | Type::Timespan => Column::Whole(operand.longs()),
        }
    }

    /// A first byte says whether there is a value; a text is preceded by its length.
    fn write(&self, row: usize, bytes: &mut Vec<u8>) {
        let known = match self {
            Column::Bool(values) => values.get(row).map(|value| bytes.extend([1, u8::from(value)])),
            Column::Whole(values) => values.get(row).map(|value| {
                bytes.push(1);
                bytes.extend(value.to_le_bytes());
            }),
            Column::Real(values) => values.get(row).map(|value| {
                let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
                bytes.push(1);
                bytes.extend(value.to_le_bytes());
            }),
            Column::Text(values) => values.get(row).map(|text| {
                bytes.push(1);
                bytes.extend((text.len() as u32).to_le_bytes());
                bytes.extend(text.as_bytes());
            }),
        };
        if known.is_none() {
            bytes.push(0);
        }
    }
}

impl Groups {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The group of a row's key, and whether it is new.
    pub(super) fn find(&mut self, keys: &Keys, row: usize) -> (u32, bool) {
        self.find_key(keys.key(row))
    }

    /// The groups of some rows' keys.
    pub(super) fn find_all(&mut self, keys: &Keys, rows: &[u32]) -> Vec<u32> {
        // Few rows of many keys, as in one of many windows, are looked up one by one.
        let Some(places) = keys.places.as_ref().filter(|_| keys.ends.len() <= rows.len() * 4) else {
            return rows.iter().map(|row| self.find(keys, *row as usize).0).collect();
        };
        let mut known = vec![NONE; keys.ends.len()];
        let mut group = |row: &u32| {
            let place = places[*row as usize] as usize;
            if known[place] == NONE {
                known[place] = self.find_key(key_of(&keys.bytes, &keys.ends, place)).0;
            }
            known[place]
        };
        rows.iter().map(&mut group).collect()
    }

    /// The groups of these keys, a row each, in their order.
    pub(super) fn adopt(&mut self, columns: &[(Operand, Type)], rows: usize) -> Vec<u32> {
        let keys = Keys::of(columns, rows);
        (0..rows).map(|row| self.find(&keys, row).0).collect()
    }

    /// The groups here of all groups of another, in its order; those that are new come after the others.
    pub(super) fn merge(&mut self, other: &Groups) -> Vec<u32> {
        (0..other.len()).map(|group| self.find_key(other.key(group)).0).collect()
    }

    /// These groups alone, numbered by their place.
    pub(super) fn subset(&self, groups: &[u32]) -> Groups {
        let mut subset = Groups::default();
        for group in groups {
            subset.find_key(self.key(*group as usize));
        }
        subset
    }

    fn find_key(&mut self, key: &[u8]) -> (u32, bool) {
        let hash = self.hasher.hash_one(key);
        let (arena, ends) = (&self.keys, &self.ends);
        let same = |(known, group): &(u64, u32)| *known == hash && key_of(arena, ends, *group as usize) == key;
        match self.table.entry(hash, same, |(hash, _)| *hash) {
            Entry::Occupied(entry) => (entry.get().1, false),
            Entry::Vacant(entry) => {
                let group = self.ends.len() as u32;
                entry.insert((hash, group));
                self.keys.extend_from_slice(key);
                self.ends.push(self.keys.len());
                (group, true)
            }
        }
    }

    /// Adds the group of the empty key, that of a `summarize` without keys.
    pub(super) fn add_only(&mut self) {
        if self.ends.is_empty() {
            self.find_key(&[]);
        }
    }

    fn key(&self, group: usize) -> &[u8] {
        key_of(&self.keys, &self.ends, group)
    }

    pub(super) fn bytes(&self) -> usize {
        self.keys.capacity() + self.ends.capacity() * size_of::<usize>() + self.table.allocation_size()
    }

    /// The keys' columns, a row a group.
    pub(super) fn columns(&self, types: &[Type]) -> Vec<ArrayRef> {
        self.columns_of(types, 0..self.len() as u32)
    }

    /// The same of some groups, each as often as it is asked for.
    pub(super) fn columns_of(&self, types: &[Type], groups: impl Iterator<Item = u32>) -> Vec<ArrayRef> {
        let mut rest: Vec<&[u8]> = groups.map(|group| self.key(group as usize)).collect();
        types.iter().map(|ty| read_column(&mut rest, *ty)).collect()
    }
}

fn key_of<'a>(keys: &'a [u8], ends: &[usize], group: usize) -> &'a [u8] {
    let start = if group == 0 { 0 } else { ends[group - 1] };
    &keys[start..ends[group]]
}

/// The first value of each key, as [`Column::write`] wrote it; leaves the rest of the keys.
pub(super) fn read_column(keys: &mut [&[u8]], ty: Type) -> ArrayRef {
    let keys = keys.iter_mut();
    match ty {
        Type::Bool => operand::bools(keys.map(|key| known(key).then(|| chunk::<1>(key) == [1]))),
        Type::Real => operand::reals(keys.map(|key| known(key).then(|| f64::from_le_bytes(chunk(key))))),
        Type::Long | Type::Datetime | Type::Timespan => {
            operand::longs(ty, keys.map(|key| known(key).then(|| i64::from_le_bytes(chunk(key)))))
        }
        Type::String | Type::Dynamic => operand::texts(keys.map(|key| {
            known(key).then(|| {
                let length = u32::from_le_bytes(chunk(key)) as usize;
                let (text, rest) = key.split_at(length);
                *key = rest;
                String::from_utf8_lossy(text)
            })
        })),
    }
}

/// Takes the byte that says whether there is a value.
fn known(key: &mut &[u8]) -> bool {
    chunk::<1>(key) == [1]
}

fn chunk<const N: usize>(key: &mut &[u8]) -> [u8; N] {
    let (chunk, rest) = key.split_first_chunk::<N>().expect("a key is read by the types it was written by");
    *key = rest;
    *chunk
}
