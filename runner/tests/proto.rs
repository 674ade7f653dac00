//! The committed `src/proto.rs` is what the service definition generates, so that a build needs no protoc.
//! `UPDATE_EXPECT=1 cargo test -p headwater-runner --test proto` writes it anew.

use std::path::Path;

use prost::Message;

#[test]
fn generated_code_is_current() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let descriptors =
        protox::compile([crate_dir.join("proto/headwater.proto")], [crate_dir.join("proto")]).expect("it compiles");
    let encoded = descriptors.encode_to_vec();
    let out = tempfile::tempdir().expect("a folder");
    tonic_prost_build::configure().out_dir(out.path()).compile_fds(descriptors).expect("it generates");
    let generated = std::fs::read_to_string(out.path().join("headwater.v1.rs")).expect("it was written");
    expect_test::expect_file!["../src/proto/headwater.v1.rs"].assert_eq(&generated);

    let committed = crate_dir.join("src/proto/headwater.v1.bin");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&committed, &encoded).expect("it can be written");
    }
    assert!(std::fs::read(&committed).expect("it is committed") == encoded, "src/proto/headwater.v1.bin is old");
}
