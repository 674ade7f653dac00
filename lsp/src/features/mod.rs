//! What an editor can ask of a document: pure functions, one file each, from a document and a place to
//! plain data. They know no protocol, no server and no clock.

pub mod actions;
pub mod below;
pub mod bits;
pub mod completion;
pub mod config;
pub mod cost;
pub mod definition;
pub mod diagnostics;
pub mod filter;
pub mod folding;
pub mod formatting;
pub mod held;
pub mod here;
pub mod hints;
pub mod hover;
pub mod lenses;
pub mod links;
pub mod looking;
pub mod names;
mod origins;
pub mod outline;
pub mod place;
mod refactor;
pub mod references;
pub mod rename;
mod scan;
pub mod schemas;
pub mod selection;
pub mod signature;
pub mod summary;
pub mod symbols;
mod templates;
pub mod tokens;
pub mod typing;
pub mod words;
