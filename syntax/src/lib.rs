//! The Headwater language: runbooks, pipelines, schemas and diagnostics.
//!
//! No I/O here: no clock, no async, no editor protocol, no Arrow, no network. Text goes in, plain data
//! comes out, and text never fails: every function returns a value and its diagnostics.

pub mod analysis;
pub mod diagnostic;
pub mod pipeline;
pub mod source;
pub mod types;
pub mod value;

pub use diagnostic::{Code, Diagnostic, Edit, Fix, Severity};
pub use rowan::{TextRange, TextSize};
pub use types::{Field, Name, Schema, Type};
pub use value::Value;
