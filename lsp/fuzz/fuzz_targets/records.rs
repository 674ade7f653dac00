#![no_main]
//! See `targets/records.rs`.

#[path = "../targets/mod.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::call("records", data));
