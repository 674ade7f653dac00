//! The language server, and the features that the command line shares with it.

pub mod document;
pub mod features;
pub mod position;
pub mod results;
pub mod server;
