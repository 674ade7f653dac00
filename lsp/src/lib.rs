//! The language server, and the features that the command line shares with it.

mod cases;
mod check;
pub mod cli;
mod diff;
pub mod document;
pub mod features;
mod git;
mod memory;
pub mod position;
mod render;
pub mod results;
mod screen;
pub mod server;
mod view;
mod whole;
mod within;
