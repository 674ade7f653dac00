#![no_main]
//! See `targets/wire.rs`.

#[path = "../targets/mod.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::call("wire", data));
