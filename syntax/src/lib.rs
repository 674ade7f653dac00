//! The Headwater language: runbooks, pipelines, schemas and diagnostics.
//!
//! No I/O here: no clock, no async, no editor protocol, no Arrow, no network. Text goes in, plain data
//! comes out, and text never fails: every function returns a value and its diagnostics.

#[macro_use]
pub mod kind;
pub mod analysis;
pub mod ast;
pub mod catalog;
pub mod diagnostic;
mod format;
mod grammar;
pub mod json_path;
mod lexer;
pub mod lint;
pub mod literal;
mod markdown;
pub mod observed;
pub mod params;
mod parse;
pub mod pipeline;
pub mod reference;
pub mod source;
pub mod span;
pub mod stamp;
pub mod types;
pub mod value;
pub mod visible;
pub mod windows;

pub use analysis::analyze;
pub use diagnostic::{Code, Diagnostic, Edit, Fix, Severity};
pub use format::{format, formatted, rewritten};
pub use kind::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};
pub use markdown::attributes;
pub use params::params;
pub use parse::{Parse, parse, parse_query};
pub use rowan::{TextRange, TextSize};
pub use types::{Field, Fields, Name, Schema, Type};
pub use value::Value;
pub use visible::{visible, visible_bytes};
pub use windows::Windows;
