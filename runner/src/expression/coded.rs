//! Columns with a dictionary: what is made of one such column and of constants is made of each of its values
//! once, and then looked up by code.
//!
//! The values' results are kept until other values come; where the new ones begin with the known ones, only
//! the rest is worked out.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, BooleanArray, DictionaryArray, StringArray, UInt32Array, new_null_array};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;
use arrow_select::concat::concat;
use arrow_select::take::take;

use super::operand::Operand;

/// What a call keeps of the dictionary that it saw last.
#[derive(Default)]
pub(super) struct Memo(Mutex<Known>);

#[derive(Default)]
struct Known {
    results: Option<Results>,
    /// Rows worked out one by one, since there were fewer of them than of values.
    rows: usize,
}

struct Results {
    of: ArrayRef,
    /// One a value.
    values: ArrayRef,
    /// The same, and what a null gives.
    all: ArrayRef,
}

/// A dictionary's codes and values.
pub(crate) fn parts(column: &ArrayRef) -> Option<(&DictionaryArray<UInt32Type>, &StringArray)> {
    let coded = column.as_dictionary_opt::<UInt32Type>()?;
    Some((coded, coded.values().as_string_opt::<i32>()?))
}

impl Memo {
    /// What `kernel` gives, where that can be had by code. It gives each row's result by that row alone.
    pub(super) fn apply(
        &self,
        args: &[Operand],
        rows: usize,
        kernel: impl Fn(&[Operand], usize) -> ArrayRef,
    ) -> Option<ArrayRef> {
        let place = args.iter().position(|arg| arg.dictionary().is_some())?;
        let others = args.iter().enumerate().all(|(at, arg)| at == place || arg.constant().is_some());
        let (codes, values) = args[place].dictionary().filter(|_| others)?;
        let of = codes.values();
        let with = |column: ArrayRef| {
            let mut args = args.to_vec();
            let rows = column.len();
            args[place] = Operand::Column(column);
            kernel(&args, rows)
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.results.as_ref().is_some_and(|results| Arc::ptr_eq(&results.of, of)) {
            let before = known.results.take().filter(|results| begins_with(values, &results.of));
            let count = before.as_ref().map_or(0, |results| results.of.len());
            if values.len() - count > rows.saturating_add(known.rows) {
                known.rows += rows;
                known.results = before;
                return None;
            }
            known.rows = 0;
            let null = with(new_null_array(&DataType::Utf8, 1));
            let rest = with(of.slice(count, values.len() - count));
            let values = match &before {
                Some(before) => concat(&[before.values.as_ref(), rest.as_ref()]).ok()?,
                None => rest,
            };
            let all = concat(&[values.as_ref(), null.as_ref()]).ok()?;
            known.results = Some(Results { of: Arc::clone(of), values, all });
        }
        known.results.as_ref().and_then(|results| results.by(codes.keys()))
    }
}

impl Results {
    fn by(&self, codes: &UInt32Array) -> Option<ArrayRef> {
        let nulls = codes.nulls().filter(|nulls| nulls.null_count() > 0);
        let null = self.values.len() as u32;
        let with_nulls;
        let places = match nulls {
            None => codes,
            Some(nulls) => {
                let places = codes.values().iter().enumerate();
                let places = places.map(|(row, code)| if nulls.is_valid(row) { *code } else { null });
                with_nulls = UInt32Array::from_iter_values(places);
                &with_nulls
            }
        };
        match self.all.data_type() {
            DataType::Boolean if self.all.null_count() == 0 => {
                let all = self.all.as_boolean().values();
                let places = places.values();
                let found = BooleanBuffer::collect_bool(places.len(), |row| all.value(places[row] as usize));
                Some(Arc::new(BooleanArray::new(found, None)))
            }
            // A text stays coded. Two of its values may be the same now.
            DataType::Utf8 if nulls.is_none() && self.values.null_count() == 0 => {
                Some(Arc::new(DictionaryArray::try_new(codes.clone(), Arc::clone(&self.values)).ok()?))
            }
            _ => take(&self.all, places, None).ok(),
        }
    }
}

/// Whether a dictionary has only grown.
pub(crate) fn begins_with(values: &StringArray, before: &ArrayRef) -> bool {
    let Some(before) = before.as_string_opt::<i32>() else { return false };
    let offsets = before.value_offsets();
    if values.len() < before.len() || values.null_count() + before.null_count() > 0 {
        return false;
    }
    let bytes = offsets[0] as usize..offsets[before.len()] as usize;
    values.value_offsets().starts_with(offsets) && values.value_data()[bytes.clone()] == before.value_data()[bytes]
}
