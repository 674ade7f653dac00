//! Real questions about files of the shapes that servers write, asked of the built binary. Each expected
//! number follows from how the file is made, not from an earlier answer.

#[path = "cli/binary.rs"]
#[expect(dead_code, reason = "the tests of the command line use all of it")]
mod binary;
#[path = "data/nested.rs"]
mod nested;
#[path = "data/nova.rs"]
mod nova;
#[path = "data/sshd.rs"]
mod sshd;
