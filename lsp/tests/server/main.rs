//! The language server as an editor meets it: real JSON-RPC over a stream in memory.

mod across;
mod config;
mod editing;
mod editor;
mod links;
mod live;
mod moving;
mod ordering;
mod running;
mod session;
mod sync;
mod typing;
mod workspace;
