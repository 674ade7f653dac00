//! What the analysis may know of sources: names, addresses, declared fields. Reads no file itself.

use std::sync::Arc;

use crate::{Name, Schema, Type, Value};

/// The word by which a pipeline names its source, e.g. `spans`.
pub type SourceName = Arc<str>;

/// The sources that a runbook can name.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub sources: Vec<SourceDecl>,
}

#[derive(Clone, Debug)]
pub struct SourceDecl {
    pub name: SourceName,
    pub uri: SourceUri,
    pub doc: Option<String>,
    /// Nanoseconds by which events may be out of order.
    pub lateness: i64,
    pub fields: Vec<FieldDecl>,
    /// More fields than these may come.
    pub open: bool,
    /// The event-time field.
    pub time: Option<Name>,
}

#[derive(Clone, Debug)]
pub struct FieldDecl {
    pub name: Name,
    pub ty: Type,
    pub unit: Option<String>,
    pub doc: Option<String>,
    /// Values that are known to occur, the most frequent first.
    pub values: Vec<Value>,
    /// The name that replaced this one.
    pub renamed_to: Option<Name>,
}

/// `demo:shop?seed=7&rate=2000`, `file:PATH?follow=true`, `stdin:`, `otlp:127.0.0.1:4317`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceUri {
    pub scheme: Scheme,
    /// Between the colon and the question mark: the demo's name, the path, the address.
    pub rest: String,
    pub params: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Demo,
    File,
    Stdin,
    Otlp,
}

/// `lateness` where a source does not say: 2 s.
pub const DEFAULT_LATENESS: i64 = 2_000_000_000;

impl Sources {
    pub fn get(&self, name: &str) -> Option<&SourceDecl> {
        self.sources.iter().find(|source| &*source.name == name)
    }
}

impl SourceDecl {
    /// The schema that enters the first stage.
    pub fn schema(&self) -> Schema {
        Schema {
            fields: self.fields.iter().map(|field| crate::Field { name: field.name.clone(), ty: field.ty }).collect(),
            open: self.open,
            time: self.time.clone(),
        }
    }
}

impl SourceUri {
    pub fn param(&self, key: &str) -> Option<&str> {
        self.params.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Has an end: everything is read, then the flow finishes.
    pub fn bounded(&self) -> bool {
        match self.scheme {
            Scheme::File => self.param("follow") != Some("true"),
            Scheme::Demo => self.param("events").is_some(),
            Scheme::Stdin => true,
            Scheme::Otlp => false,
        }
    }
}
