//! OpenTelemetry's semantic conventions: types, known values and renames of attributes, units of metrics.
//!
//! Facts extracted from its registry (Apache-2.0), in `data/semconv-*.tsv`; read once, when first asked.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::source::FieldDecl;
use crate::{Name, Type, Value};

#[derive(Debug)]
pub struct Attribute {
    pub name: &'static str,
    pub ty: Type,
    /// The values that an enumeration knows.
    pub values: Vec<&'static str>,
    pub stability: &'static str,
    /// What replaced it.
    pub renamed_to: Option<&'static str>,
}

#[derive(Debug)]
pub struct Metric {
    pub name: &'static str,
    pub instrument: &'static str,
    /// As UCUM writes it.
    pub unit: &'static str,
}

static ATTRIBUTES: LazyLock<HashMap<&'static str, Attribute>> = LazyLock::new(|| {
    let rows = include_str!("../../data/semconv-attributes.tsv").lines().skip(1);
    rows.filter_map(|row| {
        let mut cells = row.split('\t');
        let (name, ty, values, stability) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
        let renamed_to = cells.next().unwrap_or_default().strip_prefix("deprecated:");
        let ty = match ty {
            "int" => Type::Long,
            "double" => Type::Real,
            "boolean" => Type::Bool,
            "string" | "enum" => Type::String,
            _ => Type::Dynamic,
        };
        let values = values.split(',').filter(|value| !value.is_empty()).collect();
        Some((name, Attribute { name, ty, values, stability, renamed_to }))
    })
    .collect()
});

static CURRENT: LazyLock<Vec<&'static Attribute>> = LazyLock::new(|| {
    let mut all: Vec<_> = ATTRIBUTES.values().filter(|attribute| attribute.renamed_to.is_none()).collect();
    all.sort_by_key(|attribute| attribute.name);
    all
});

static METRICS: LazyLock<HashMap<&'static str, Metric>> = LazyLock::new(|| {
    let rows = include_str!("../../data/semconv-metrics.tsv").lines().skip(1);
    rows.filter_map(|row| {
        let mut cells = row.split('\t');
        let (name, instrument, unit) = (cells.next()?, cells.next()?, cells.next()?);
        Some((name, Metric { name, instrument, unit }))
    })
    .collect()
});

/// Only of dotted names: `state` and `name` are words of everybody's, whatever the registry once called so.
pub fn get(name: &str) -> Option<&'static Attribute> {
    ATTRIBUTES.get(name).filter(|_| name.contains('.'))
}

/// All that are not replaced by another, by their names.
pub fn current() -> impl Iterator<Item = &'static Attribute> {
    CURRENT.iter().copied()
}

/// The present name of an attribute that was renamed, straight to the last one.
pub fn renamed(name: &str) -> Option<&'static str> {
    let mut new = get(name)?.renamed_to?;
    // A few steps at most: the registry has no cycle, but nothing here depends on that.
    for _ in 0..4 {
        match get(new).and_then(|attribute| attribute.renamed_to) {
            Some(newer) => new = newer,
            None => break,
        }
    }
    Some(new)
}

/// All that is known of an attribute by its name alone; None where that is nothing.
pub fn describe(name: &str) -> Option<FieldDecl> {
    let (attribute, doc) = (get(name), super::docs::get(name));
    if attribute.is_none() && doc.is_none() {
        return None;
    }
    let ty = attribute.map_or(Type::Dynamic, |attribute| attribute.ty);
    Some(FieldDecl { ty, ..described(name, ty) })
}

/// A field of this type, with what is known of its name.
pub fn described(name: &str, ty: Type) -> FieldDecl {
    let doc = super::docs::get(name);
    let values = get(name).map(|attribute| attribute.values.as_slice()).unwrap_or_default();
    // `_OTHER` stands for what the conventions do not know.
    let values = values.iter().filter(|value| ty == Type::String && !value.starts_with('_'));
    FieldDecl {
        name: name.into(),
        ty,
        unit: doc.and_then(|(_, unit)| unit).map(str::to_owned),
        doc: doc.map(|(doc, _)| doc.to_owned()),
        values: values.map(|value| Value::String((*value).into())).collect(),
        renamed_to: renamed(name).map(Name::from),
    }
}

pub fn metric(name: &str) -> Option<&'static Metric> {
    METRICS.get(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_types_values_renames_and_units() {
        assert_eq!(get("http.response.status_code").map(|attribute| attribute.ty), Some(Type::Long));
        assert_eq!(renamed("http.status_code"), Some("http.response.status_code"));
        assert!(
            get("http.request.method")
                .is_some_and(|attribute| attribute.values.contains(&"get") || !attribute.values.is_empty())
        );
        assert_eq!(metric("http.server.request.duration").map(|metric| metric.unit), Some("s"));
    }
}
