//! A runner to ask: one within this process, or one that serves already.

use std::io::IsTerminal;
use std::path::Path;

use runner::auth::Token;
use runner::client::{Client, Endpoint};
use runner::config::Config;
use runner::serve;

use super::Failure;
use super::args::RunnerArgs;

impl RunnerArgs {
    /// The sources that can be named, as far as they are known here: of a runner elsewhere nothing is.
    pub(super) fn config(&self, folder: &Path) -> Result<Config, Failure> {
        let mut config = load(self.config.as_deref(), folder)?;
        for (name, uri) in &self.source {
            config.set_source(name, uri)?;
        }
        // What is piped in needs no declaration.
        if config.sources.get("stdin").is_none() && !std::io::stdin().is_terminal() {
            config.set_source("stdin", "stdin:")?;
        }
        Ok(config)
    }

    pub(super) async fn connect(&self, config: &Config) -> Result<Client, Failure> {
        let Some(address) = &self.runner else { return Ok(serve::in_process(config).await?) };
        let token = self.token_file.as_deref().map(Token::read).transpose()?;
        Ok(Client::connect(&Endpoint::parse(address, token)).await?)
    }
}

/// The file that was named, else the nearest one from the folder upward, else what is built in.
pub(super) fn load(named: Option<&Path>, folder: &Path) -> Result<Config, Failure> {
    match named {
        Some(path) => Ok(Config::load(path)?),
        None => Ok(Config::find(&absolute(folder), None)?),
    }
}

/// The folder that a file is in.
pub(super) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn absolute(folder: &Path) -> std::path::PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}
