//! Types of fields and the schema of a stage. Knows nothing of how a runner stores them.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A field's name, e.g. `http.response.status_code`.
pub type Name = Arc<str>;

/// The type of a field or an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    Bool,
    /// Signed 64-bit integer.
    Long,
    /// IEEE 754 double.
    Real,
    String,
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    Datetime,
    /// Nanoseconds, signed.
    Timespan,
    /// Any JSON value.
    Dynamic,
}

impl Type {
    pub const ALL: [Type; 7] =
        [Type::Bool, Type::Long, Type::Real, Type::String, Type::Datetime, Type::Timespan, Type::Dynamic];

    /// The word of the language for this type.
    pub fn word(self) -> &'static str {
        match self {
            Type::Bool => "bool",
            Type::Long => "long",
            Type::Real => "real",
            Type::String => "string",
            Type::Datetime => "datetime",
            Type::Timespan => "timespan",
            Type::Dynamic => "dynamic",
        }
    }

    /// The type that a word names; Kusto's other spellings (`int`, `double`) included.
    pub fn from_word(word: &str) -> Option<Type> {
        Some(match word {
            "bool" | "boolean" => Type::Bool,
            "long" | "int" => Type::Long,
            "real" | "double" => Type::Real,
            "string" => Type::String,
            "datetime" | "date" => Type::Datetime,
            "timespan" | "time" => Type::Timespan,
            "dynamic" => Type::Dynamic,
            _ => return None,
        })
    }

    /// The narrowest type that holds every value of both: `real` for numbers, otherwise `dynamic`.
    #[must_use]
    pub fn wider(self, other: Type) -> Type {
        match (self, other) {
            (one, other) if one == other => one,
            (Type::Long | Type::Real, Type::Long | Type::Real) => Type::Real,
            _ => Type::Dynamic,
        }
    }

    /// Every value of the other type is one of this type.
    pub fn holds(self, other: Type) -> bool {
        self.wider(other) == self
    }

    pub fn is_number(self) -> bool {
        matches!(self, Type::Long | Type::Real)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    pub name: Name,
    pub ty: Type,
}

impl Field {
    pub fn new(name: impl Into<Name>, ty: Type) -> Field {
        Field { name: name.into(), ty }
    }
}

/// The fields of a schema. Most stages let through what enters them, so clones share it until one changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Arc<Vec<Field>>);

impl Deref for Fields {
    type Target = Vec<Field>;
    fn deref(&self) -> &Vec<Field> {
        &self.0
    }
}

impl DerefMut for Fields {
    fn deref_mut(&mut self) -> &mut Vec<Field> {
        Arc::make_mut(&mut self.0)
    }
}

impl From<Vec<Field>> for Fields {
    fn from(fields: Vec<Field>) -> Fields {
        Fields(Arc::new(fields))
    }
}

impl<const N: usize> From<[Field; N]> for Fields {
    fn from(fields: [Field; N]) -> Fields {
        Vec::from(fields).into()
    }
}

impl FromIterator<Field> for Fields {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> Fields {
        Vec::from_iter(fields).into()
    }
}

impl IntoIterator for Fields {
    type Item = Field;
    type IntoIter = std::vec::IntoIter<Field>;
    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

impl<'a> IntoIterator for &'a Fields {
    type Item = &'a Field;
    type IntoIter = std::slice::Iter<'a, Field>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// What an event carries at one point of a pipeline. Names are unique.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    pub fields: Fields,
    /// The source may carry more fields than are known; an unknown name is then `dynamic`, not an error.
    pub open: bool,
    /// The field that carries event time here, if it still does.
    pub time: Option<Name>,
}

impl Schema {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| &*field.name == name)
    }

    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| &*field.name == name)
    }

    /// Adds the field, or replaces the type of the field with this name in its place.
    pub fn set(&mut self, field: Field) {
        match self.fields.iter_mut().find(|known| known.name == field.name) {
            Some(known) => known.ty = field.ty,
            None => self.fields.push(field),
        }
    }
}
