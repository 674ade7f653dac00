//! Everything that a pipeline can name, as tables.

pub mod signals;
