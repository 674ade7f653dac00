//! The values of a string field, each kept once: rows then hold a value's number, its code.
//!
//! A code keeps its meaning as long as the source is read, whatever is wanted of it. Where there are too
//! many values, as of an identifier, the field is plain text from then on.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use syntax::Name;

use crate::Error;

/// Whether sources make such columns.
const ON: bool = true;

/// Values of one field at most.
const VALUES: usize = 16_384;
/// Bytes of them at most.
const BYTES: usize = 512 << 10;
/// Fields of one source that have a dictionary at most.
const FIELDS: usize = 32;

#[derive(Debug)]
pub(super) struct Dictionary {
    codes: HashTable<u32>,
    hasher: RandomState,
    ends: Vec<i32>,
    bytes: Vec<u8>,
    /// Of the last row: many rows are like the one before.
    last: u32,
    /// As they were handed out last; shared until there are more.
    array: Option<ArrayRef>,
}

impl Dictionary {
    fn new() -> Dictionary {
        Dictionary {
            codes: HashTable::new(),
            hasher: RandomState::default(),
            ends: Vec::new(),
            bytes: Vec::new(),
            last: 0,
            array: None,
        }
    }

    /// The code of one more row's text, which is valid UTF-8; None where the field is to be plain.
    #[inline]
    pub(super) fn code(&mut self, text: &[u8]) -> Option<u32> {
        if self.text(self.last) == Some(text) {
            return Some(self.last);
        }
        let hash = self.hasher.hash_one(text);
        if let Some(code) = self.codes.find(hash, |code| self.text(*code) == Some(text)) {
            self.last = *code;
            return Some(*code);
        }
        self.add(text, hash)
    }

    #[inline(never)]
    fn add(&mut self, text: &[u8], hash: u64) -> Option<u32> {
        let known = self.ends.len();
        if known >= VALUES || self.bytes.len() + text.len() > BYTES {
            return None;
        }
        let code = u32::try_from(known).ok()?;
        self.bytes.extend_from_slice(text);
        self.ends.push(i32::try_from(self.bytes.len()).ok()?);
        let Dictionary { codes, hasher, ends, bytes, .. } = self;
        codes.insert_unique(hash, code, |code| hasher.hash_one(at(ends, bytes, *code).unwrap_or_default()));
        self.last = code;
        Some(code)
    }

    pub(super) fn text(&self, code: u32) -> Option<&[u8]> {
        at(&self.ends, &self.bytes, code)
    }

    /// All values by their codes.
    pub(super) fn values(&mut self) -> Result<ArrayRef, Error> {
        if let Some(array) = &self.array
            && array.len() == self.ends.len()
        {
            return Ok(Arc::clone(array));
        }
        let mut offsets = Vec::with_capacity(self.ends.len() + 1);
        offsets.push(0);
        offsets.extend_from_slice(&self.ends);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let array: ArrayRef = Arc::new(StringArray::try_new(offsets, Buffer::from(self.bytes.as_slice()), None)?);
        self.array = Some(Arc::clone(&array));
        Ok(array)
    }
}

#[inline(always)]
fn at<'a>(ends: &[i32], bytes: &'a [u8], code: u32) -> Option<&'a [u8]> {
    let code = code as usize;
    let end = *ends.get(code)? as usize;
    let start = if code == 0 { 0 } else { ends[code - 1] as usize };
    bytes.get(start..end)
}

/// The dictionaries of a source that are not in use: what is wanted may change, codes do not.
pub(super) struct Dictionaries {
    on: bool,
    /// None for a field that is plain.
    kept: HashMap<Name, Option<Dictionary>>,
    begun: usize,
}

impl Default for Dictionaries {
    fn default() -> Dictionaries {
        Dictionaries::new(ON)
    }
}

impl Dictionaries {
    pub(super) fn new(on: bool) -> Dictionaries {
        Dictionaries { on, kept: HashMap::new(), begun: 0 }
    }

    /// The dictionary of a field; None where it is to be plain.
    pub(super) fn take(&mut self, field: &Name) -> Option<Dictionary> {
        match self.kept.remove(field) {
            Some(kept) => kept,
            None if self.on && self.begun < FIELDS => {
                self.begun += 1;
                Some(Dictionary::new())
            }
            None => None,
        }
    }

    pub(super) fn keep(&mut self, field: &Name, dictionary: Option<Dictionary>) {
        if self.on {
            self.kept.insert(field.clone(), dictionary);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shared_until_there_are_more() {
        let mut dictionary = Dictionary::new();
        let codes: Vec<_> =
            ["a", "b", "a", "", "b"].iter().map(|text| dictionary.code(text.as_bytes()).unwrap()).collect();
        assert_eq!(codes, [0, 1, 0, 2, 1]);
        let first = dictionary.values().unwrap();
        assert_eq!(dictionary.code(b"a"), Some(0));
        assert!(Arc::ptr_eq(&first, &dictionary.values().unwrap()));
        assert_eq!(dictionary.code(b"c"), Some(3));
        let more = dictionary.values().unwrap();
        assert_eq!((first.len(), more.len()), (3, 4));
        assert_eq!(&more.slice(0, 3), &first);
    }

    #[test]
    fn too_many_values_are_plain_text() {
        let mut dictionary = Dictionary::new();
        let code = |dictionary: &mut Dictionary, n: usize| dictionary.code(n.to_string().as_bytes());
        assert_eq!((0..).find(|n| code(&mut dictionary, *n).is_none()), Some(VALUES));

        let mut long = Dictionary::new();
        assert_eq!(long.code(&vec![b'x'; BYTES + 1]), None);
        assert_eq!(long.code(b"x"), Some(0));
    }

    #[test]
    fn a_field_that_became_plain_stays_so() {
        let mut dictionaries = Dictionaries::new(true);
        let (a, b) = (Name::from("a"), Name::from("b"));
        let mut dictionary = dictionaries.take(&a).unwrap();
        dictionary.code(b"one");
        dictionaries.keep(&a, Some(dictionary));
        assert_eq!(dictionaries.take(&a).unwrap().code(b"one"), Some(0));
        dictionaries.keep(&b, None);
        assert!(dictionaries.take(&b).is_none());
    }
}
