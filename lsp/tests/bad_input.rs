//! Input that nobody wishes for, given to the built binary: a clear message, exact counts, and an end.

#[path = "cli/binary.rs"]
#[expect(dead_code, reason = "the tests of the command line use all of it")]
mod binary;
#[path = "bad_input/records.rs"]
mod records;
#[path = "bad_input/runner.rs"]
mod runner;
#[path = "bad_input/text.rs"]
mod text;
