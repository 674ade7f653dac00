//! The wire form, generated from `proto/headwater.proto`; `tests/proto.rs` compares and rewrites it.
#![allow(clippy::all, clippy::pedantic, unreachable_pub, missing_docs)]

include!("proto/headwater.v1.rs");

/// The service's description, for reflection.
pub(crate) const DESCRIPTORS: &[u8] = include_bytes!("proto/headwater.v1.bin");
