//! Values on their way through an expression: a column or a constant, and typed views of both.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{DurationNanosecondType, Float64Type, Int64Type, TimestampNanosecondType, UInt32Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, DurationNanosecondArray, Float64Array, Int64Array, StringArray,
    TimestampNanosecondArray, UInt32Array, new_null_array,
};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};
use syntax::{Type, Value};

use super::coded;
use crate::batch;

#[derive(Clone, Debug)]
pub enum Operand {
    Column(ArrayRef),
    Constant(Value),
}

impl Operand {
    /// In the type's own form.
    pub fn into_array(self, rows: usize) -> ArrayRef {
        match self {
            // Only what is too long for one column cannot be had.
            Operand::Column(array) => batch::plain(&array).unwrap_or_else(|_| new_null_array(&DataType::Utf8, rows)),
            Operand::Constant(value) => repeat(&value, rows),
        }
    }

    /// The same, with the dictionary if there is one.
    pub fn into_column(self, rows: usize) -> ArrayRef {
        match self {
            Operand::Column(array) => array,
            Operand::Constant(value) => repeat(&value, rows),
        }
    }

    /// The codes and values of a string that has a dictionary.
    pub fn dictionary(&self) -> Option<(&DictionaryArray<UInt32Type>, &StringArray)> {
        match self {
            Operand::Column(array) => coded::parts(array),
            Operand::Constant(_) => None,
        }
    }

    pub fn constant(&self) -> Option<&Value> {
        match self {
            Operand::Constant(value) => Some(value),
            Operand::Column(_) => None,
        }
    }

    pub fn is_null(&self, row: usize) -> bool {
        match self {
            Operand::Column(array) => array.is_null(row),
            Operand::Constant(value) => matches!(value, Value::Null(_)),
        }
    }

    /// The value in one row, which is of this type.
    pub fn value(&self, row: usize, ty: Type) -> Value {
        let found = match ty {
            Type::Bool => self.bools().get(row).map(Value::Bool),
            Type::Long => self.longs().get(row).map(Value::Long),
            Type::Datetime => self.longs().get(row).map(Value::Datetime),
            Type::Timespan => self.longs().get(row).map(Value::Timespan),
            Type::Real => self.reals().get(row).map(Value::Real),
            Type::String => self.texts().get(row).map(|text| Value::String(text.into())),
            Type::Dynamic => self.texts().get(row).map(|text| Value::Dynamic(text.into())),
        };
        found.unwrap_or(Value::Null(ty))
    }

    /// Of a bool.
    pub fn bools(&self) -> Bools<'_> {
        match self {
            Operand::Column(array) => array.as_boolean_opt().map_or(Bools::Constant(None), Bools::Column),
            Operand::Constant(Value::Bool(value)) => Bools::Constant(Some(*value)),
            Operand::Constant(_) => Bools::Constant(None),
        }
    }

    /// Of a long, datetime or timespan.
    pub fn longs(&self) -> Longs<'_> {
        match self {
            Operand::Column(array) => Longs::of(array.as_ref()),
            Operand::Constant(Value::Long(n) | Value::Datetime(n) | Value::Timespan(n)) => Longs::Constant(Some(*n)),
            Operand::Constant(_) => Longs::Constant(None),
        }
    }

    /// Of a real.
    pub fn reals(&self) -> Reals<'_> {
        match self {
            Operand::Column(array) => match array.as_primitive_opt::<Float64Type>() {
                Some(array) => Reals::Column(array.values(), array.nulls()),
                None => Reals::Constant(None),
            },
            Operand::Constant(Value::Real(value)) => Reals::Constant(Some(*value)),
            Operand::Constant(_) => Reals::Constant(None),
        }
    }

    /// Of a string or dynamic.
    pub fn texts(&self) -> Texts<'_> {
        match self {
            Operand::Column(array) => match (array.as_string_opt::<i32>(), coded::parts(array)) {
                (Some(texts), _) => Texts::Column(texts),
                (None, Some((codes, values))) => Texts::Coded(codes.keys(), values),
                (None, None) => Texts::Constant(None),
            },
            Operand::Constant(Value::String(text) | Value::Dynamic(text)) => Texts::Constant(Some(text)),
            Operand::Constant(_) => Texts::Constant(None),
        }
    }
}

#[derive(Clone, Copy)]
pub enum Bools<'a> {
    Column(&'a BooleanArray),
    Constant(Option<bool>),
}

impl Bools<'_> {
    pub fn get(&self, row: usize) -> Option<bool> {
        match self {
            Bools::Column(array) => array.is_valid(row).then(|| array.value(row)),
            Bools::Constant(value) => *value,
        }
    }

    /// Which rows are true, and not null.
    pub fn truths(&self, rows: usize) -> BooleanBuffer {
        match self {
            Bools::Column(array) => match array.nulls() {
                Some(nulls) => array.values() & nulls.inner(),
                None => array.values().clone(),
            },
            Bools::Constant(Some(true)) => BooleanBuffer::new_set(rows),
            Bools::Constant(_) => BooleanBuffer::new_unset(rows),
        }
    }

    /// Which rows are false, and not null.
    pub fn falsehoods(&self, rows: usize) -> BooleanBuffer {
        match self {
            Bools::Column(array) => match array.nulls() {
                Some(nulls) => &!array.values() & nulls.inner(),
                None => !array.values(),
            },
            Bools::Constant(Some(false)) => BooleanBuffer::new_set(rows),
            Bools::Constant(_) => BooleanBuffer::new_unset(rows),
        }
    }
}

#[derive(Clone, Copy)]
pub enum Numbers<'a, T> {
    Column(&'a [T], Option<&'a NullBuffer>),
    Constant(Option<T>),
}

pub type Longs<'a> = Numbers<'a, i64>;
pub type Reals<'a> = Numbers<'a, f64>;

impl<T: Copy> Numbers<'_, T> {
    pub fn get(&self, row: usize) -> Option<T> {
        match self {
            Numbers::Column(values, None) => Some(values[row]),
            Numbers::Column(values, Some(nulls)) => nulls.is_valid(row).then(|| values[row]),
            Numbers::Constant(value) => *value,
        }
    }
}

impl<'a> Longs<'a> {
    pub fn of(array: &'a dyn Array) -> Longs<'a> {
        match array.data_type() {
            DataType::Int64 => Longs::Column(array.as_primitive::<Int64Type>().values(), array.nulls()),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                Longs::Column(array.as_primitive::<TimestampNanosecondType>().values(), array.nulls())
            }
            DataType::Duration(TimeUnit::Nanosecond) => {
                Longs::Column(array.as_primitive::<DurationNanosecondType>().values(), array.nulls())
            }
            _ => Longs::Constant(None),
        }
    }
}

#[derive(Clone, Copy)]
pub enum Texts<'a> {
    Column(&'a StringArray),
    /// Codes, and what they stand for.
    Coded(&'a UInt32Array, &'a StringArray),
    Constant(Option<&'a Arc<str>>),
}

impl<'a> Texts<'a> {
    pub fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Texts::Column(array) => array.is_valid(row).then(|| array.value(row)),
            Texts::Coded(codes, values) => {
                let code = codes.is_valid(row).then(|| codes.value(row) as usize);
                code.filter(|code| values.is_valid(*code)).map(|code| values.value(code))
            }
            Texts::Constant(value) => value.map(AsRef::as_ref),
        }
    }

    /// As the string functions see it: a null is "".
    pub fn text(&self, row: usize) -> &'a str {
        self.get(row).unwrap_or("")
    }
}

/// A column of one value. Strings share nothing, so it is made only where a column must be.
pub fn repeat(value: &Value, rows: usize) -> ArrayRef {
    match value {
        Value::Null(ty) => new_null_array(&batch::data_type(*ty), rows),
        Value::Bool(value) => Arc::new(BooleanArray::from(vec![*value; rows])),
        Value::Long(n) | Value::Datetime(n) | Value::Timespan(n) => {
            nanos(value.ty(), ScalarBuffer::from(vec![*n; rows]), None)
        }
        Value::Real(value) => Arc::new(Float64Array::from(vec![*value; rows])),
        Value::String(text) | Value::Dynamic(text) => texts((0..rows).map(|_| Some(Cow::Borrowed(text.as_ref())))),
    }
}

/// A column of a type that is stored as whole numbers: long, datetime, timespan.
pub fn nanos(ty: Type, values: ScalarBuffer<i64>, nulls: Option<NullBuffer>) -> ArrayRef {
    match ty {
        Type::Datetime => Arc::new(TimestampNanosecondArray::new(values, nulls).with_timezone("UTC")),
        Type::Timespan => Arc::new(DurationNanosecondArray::new(values, nulls)),
        _ => Arc::new(Int64Array::new(values, nulls)),
    }
}

pub fn longs(ty: Type, values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    let (_, values, nulls) = values.collect::<Int64Array>().into_parts();
    nanos(ty, values, nulls)
}

pub fn reals(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.collect::<Float64Array>())
}

pub fn bools(values: impl Iterator<Item = Option<bool>>) -> ArrayRef {
    Arc::new(values.collect::<BooleanArray>())
}

/// Bytes that one column of a batch may be made of; what is beyond is null.
const COLUMN_BYTES: usize = 1 << 30;

pub fn texts<'a>(values: impl Iterator<Item = Option<Cow<'a, str>>>) -> ArrayRef {
    let mut builder = StringBuilder::with_capacity(values.size_hint().0, 0);
    let mut left = COLUMN_BYTES;
    for value in values {
        let value = value.filter(|text| text.len() <= left);
        left -= value.as_ref().map_or(0, |text| text.len());
        builder.append_option(value);
    }
    Arc::new(builder.finish())
}

/// A predicate that is never null.
pub fn truths(rows: usize, holds: impl FnMut(usize) -> bool) -> ArrayRef {
    Arc::new(BooleanArray::new(BooleanBuffer::collect_bool(rows, holds), None))
}

/// A column of single values, all of this type or null.
pub fn column(ty: Type, values: impl Iterator<Item = Value>) -> ArrayRef {
    let values: Vec<Value> = values.collect();
    match ty {
        Type::Bool => bools(values.iter().map(|value| match value {
            Value::Bool(value) => Some(*value),
            _ => None,
        })),
        Type::Real => reals(values.iter().map(|value| match value {
            Value::Real(value) => Some(*value),
            _ => None,
        })),
        Type::String | Type::Dynamic => texts(values.iter().map(|value| match value {
            Value::String(text) | Value::Dynamic(text) => Some(Cow::Borrowed(text.as_ref())),
            _ => None,
        })),
        Type::Long | Type::Datetime | Type::Timespan => longs(
            ty,
            values.iter().map(|value| match value {
                Value::Long(n) | Value::Datetime(n) | Value::Timespan(n) => Some(*n),
                _ => None,
            }),
        ),
    }
}
