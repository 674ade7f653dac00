#![no_main]
//! See `targets/configuration.rs`.

#[path = "../targets/mod.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::call("configuration", data));
