//! Runs checked pipelines over live sources, and serves them over gRPC.
//!
//! `source` decodes → `hub` shares → `flow` drives → `operator` (synchronous, no clock) → `service` streams
//! Arrow IPC → `client`.

pub mod aggregate;
pub mod auth;
pub mod batch;
pub mod client;
mod clock;
pub mod config;
pub mod connections;
mod cut;
mod empty;
pub mod error;
pub mod event;
pub mod execution;
pub mod explain;
pub mod expression;
pub mod files;
mod flow;
mod flows;
mod hub;
pub mod limits;
pub mod look;
mod loose;
pub mod observed;
pub mod operator;
mod pace;
pub mod prefilter;
pub mod proto;
mod rate;
pub mod recent;
mod replan;
pub mod rewrite;
pub mod serve;
mod service;
mod shared;
pub mod sketch;
pub mod snapshot;
pub mod source;
mod tables;
mod unpacked;
pub mod watcher;
mod watermark;
pub mod wire;

/// The tests that stand beside the sources share files with those of `tests/`, which name this crate.
#[cfg(test)]
extern crate self as runner;

pub use error::Error;
pub use flows::{Flows, RunRequest, Text};
