//! The binary: reads the environment, and leaves the rest to the library.

use std::path::PathBuf;
use std::process::ExitCode;

use lsp::cli::{self, Environment};

fn main() -> ExitCode {
    let path = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let environment = Environment {
        no_color: std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
        dumb_terminal: std::env::var_os("TERM").is_some_and(|term| term == "dumb"),
        state_home: path("XDG_STATE_HOME").or_else(|| path("HOME").map(|home| home.join(".local/state"))),
        runtime_dir: path("XDG_RUNTIME_DIR"),
        step_summary: path("GITHUB_STEP_SUMMARY"),
        log: std::env::var_os("HEADWATER_LOG").and_then(|value| value.into_string().ok()),
    };
    cli::main(std::env::args_os(), environment)
}
