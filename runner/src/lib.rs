//! Runs checked pipelines over live sources, and serves them over gRPC.
//!
//! `source` decodes → `flow` drives → `operator` (synchronous, no clock) → `service` streams Arrow IPC.

pub mod batch;
pub mod error;
pub mod event;
pub mod execution;
pub mod expression;
pub mod operator;
pub mod source;

pub use error::Error;
