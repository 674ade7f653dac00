//! The engine from outside: pipelines over events, without a source, a clock or a socket.

mod accepted;
mod build;
mod cases;
mod coded;
mod drive;
mod examples;
mod expressions;
mod joins;
mod limits;
mod model;
mod properties;
mod rewriting;
mod rewriting_random;
mod runbooks;
