#![no_main]
//! See `targets/format.rs`.

#[path = "../targets/mod.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::call("format", data));
