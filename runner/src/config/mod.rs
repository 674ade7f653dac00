//! `headwater.toml`: sources with their declared fields, and the runner's own settings.

mod address;
mod findings;
pub mod keys;
mod read;
mod schema;
pub mod tree;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use syntax::analysis::Context;
use syntax::lint::Levels;
use syntax::source::{SourceDecl, SourceUri, Sources};
use syntax::{Diagnostic, Severity};

pub use schema::schema;

use crate::limits::Limits;
use crate::recent::Keep;
use crate::{Error, files, snapshot};

pub const FILE_NAME: &str = "headwater.toml";

/// Bytes of one at most; no hand writes a larger one.
const MAX_BYTES: u64 = 1 << 20;

/// What a runner may read and how it listens.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where it was read, None for the built-in one.
    pub path: Option<PathBuf>,
    pub sources: Sources,
    /// How findings are told.
    pub levels: Levels,
    pub listen: Option<String>,
    pub token_file: Option<PathBuf>,
    /// Where the runner's own metrics are served.
    pub metrics: Option<String>,
    /// What live sources keep of their past.
    pub keep: Keep,
    /// What flows may use.
    pub limits: Limits,
}

impl Config {
    /// The simulated shop under the names spans, logs, metrics and deploys.
    pub fn builtin() -> Config {
        Config { sources: Sources::builtin(), ..Config::default() }
    }

    pub fn load(path: &Path) -> Result<Config, Error> {
        Config::parse(&Config::text(path, None)?, path)
    }

    /// The same of a file that nobody named: it stays within its workspace, links included.
    pub fn load_found(path: &Path) -> Result<Config, Error> {
        Config::parse(&Config::found_text(path)?, path)
    }

    /// What such a file says.
    pub fn found_text(path: &Path) -> Result<String, Error> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Config::text(path, Some(&files::workspace(folder)))
    }

    fn text(path: &Path, root: Option<&Path>) -> Result<String, Error> {
        files::text(path, root, MAX_BYTES)
            .map_err(|error| Error::rejected(format!("cannot read `{}`: {error}", path.display())))
    }

    /// The nearest `headwater.toml` from `start` upward, see [`Config::nearest`]; without one, the built-in.
    pub fn find(start: &Path, root: Option<&Path>) -> Result<Config, Error> {
        Config::nearest(start, root).map_or_else(|| Ok(Config::builtin()), |file| Config::load_found(&file))
    }

    /// Where that is: not above `root`. Without a root, one above the repository of `start` (above `start` itself, where
    /// that is in none) counts only if it belongs to the user: others may write to folders that ours are in.
    pub fn nearest(start: &Path, root: Option<&Path>) -> Option<PathBuf> {
        let within = |folder: &&Path| root.is_none_or(|root| folder.starts_with(root));
        let workspace = files::workspace(start);
        let counts = |file: &PathBuf| {
            // What is no plain file is there too: that it cannot be read is to be said.
            let there = file.symlink_metadata().is_ok_and(|meta| !meta.is_dir());
            let ours = there && (root.is_some() || file.starts_with(&workspace) || files::is_users(file));
            if there && !ours {
                tracing::warn!("`{}` belongs to somebody else, so it is not read", file.display());
            }
            ours
        };
        start.ancestors().take_while(within).map(|folder| folder.join(FILE_NAME)).find(counts)
    }

    /// Relative file sources are relative to the file's own folder. Refused with the first thing that is wrong.
    pub fn parse(text: &str, path: &Path) -> Result<Config, Error> {
        let (config, findings) = Config::read(text, path, &|_| true);
        match findings.iter().find(|found| found.severity == Severity::Error) {
            None => Ok(config),
            Some(found) => Err(Error::rejected(sentence(text, path, found))),
        }
    }

    /// What a text says, as far as it can be read, and what is wrong with it, in its order. `exists` says
    /// whether a source's file is there; true where nobody may look.
    pub fn read(text: &str, path: &Path, exists: &dyn Fn(&Path) -> bool) -> (Config, Vec<Diagnostic>) {
        read::read(text, path, exists)
    }

    /// What an editor and a check know: the sources, and the snapshot beside the configuration.
    pub fn context(&self) -> Result<Context, Error> {
        let observed = self.path.as_deref().map(snapshot::beside).transpose()?.flatten().unwrap_or_default();
        let (sources, levels) = (self.sources.clone(), self.levels.clone());
        Ok(Context { sources, levels, ..Context::default() }.observing(Arc::new(observed)))
    }

    /// `--source NAME=URI`: adds a source or replaces the one with this name, keeping no declared field.
    pub fn set_source(&mut self, name: &str, uri: &str) -> Result<(), Error> {
        let reject = |message| Error::rejected(format!("source `{name}`: {message}"));
        let uri = SourceUri::parse(uri).map_err(reject)?;
        let decl = SourceDecl::for_uri(name, uri).map_err(reject)?;
        self.sources.sources.retain(|known| *known.name != *name);
        self.sources.sources.push(decl);
        Ok(())
    }
}

/// `team/headwater.toml:3:7: …; did you mean …?`
pub fn sentence(text: &str, path: &Path, found: &Diagnostic) -> String {
    let before = text.get(..usize::from(found.range.start())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let help = found.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{}:{line}:{column}: {}{help}", path.display(), found.message)
}

#[cfg(test)]
mod tests;
