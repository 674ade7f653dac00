//! What an editor can ask of a `headwater.toml`: pure functions, one file each. The keys, what is wrong with
//! them, and their places are `runner::config`'s.

pub mod completion;
mod cursor;
pub mod hover;
pub mod place;
pub mod symbols;
