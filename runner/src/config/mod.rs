//! `headwater.toml`: sources with their declared fields, and the runner's own settings.

pub mod tree;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use syntax::analysis::Context;
use syntax::source::{FieldDecl, Scheme, SourceDecl, SourceUri, Sources};
use syntax::{Name, Type, Value};

use crate::Error;
use crate::limits::Limits;
use crate::recent::Keep;
use crate::snapshot;

pub const FILE_NAME: &str = "headwater.toml";

/// What a runner may read and how it listens.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where it was read, None for the built-in one.
    pub path: Option<PathBuf>,
    pub sources: Sources,
    pub listen: Option<String>,
    pub token_file: Option<PathBuf>,
    /// Where the runner's own metrics are served.
    pub metrics: Option<String>,
    /// What live sources keep of their past.
    pub keep: Keep,
    /// What flows may use.
    pub limits: Limits,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    sources: BTreeMap<String, Source>,
    #[serde(default)]
    runner: Runner,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Runner {
    listen: Option<String>,
    token_file: Option<PathBuf>,
    metrics: Option<String>,
    #[serde(default)]
    recent: Recent,
    #[serde(default)]
    limits: Limited,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limited {
    flows: Option<usize>,
    groups: Option<usize>,
    windows: Option<u64>,
    state: Option<String>,
    total_state: Option<String>,
    rows_per_second: Option<u64>,
    time: Option<String>,
    events: Option<u64>,
}

impl Limited {
    fn limits(&self) -> Result<Limits, String> {
        let mut limits = Limits::default();
        let set = |given: Option<usize>, place: &mut usize| *place = given.unwrap_or(*place);
        set(self.flows, &mut limits.flows);
        set(self.groups, &mut limits.stage.groups);
        limits.stage.windows = self.windows.unwrap_or(limits.stage.windows);
        limits.rows_per_second = self.rows_per_second.unwrap_or(limits.rows_per_second);
        limits.events = self.events;
        if let Some(text) = &self.state {
            limits.stage.state_bytes = size("limits.state", text, "256MiB")?;
        }
        if let Some(text) = &self.total_state {
            limits.total_state = size("limits.total_state", text, "1GiB")?;
        }
        if let Some(text) = &self.time {
            limits.time = Some(timespan("limits.time", text, "8h")?);
        }
        let zero = [
            ("flows", limits.flows == 0),
            ("groups", limits.stage.groups == 0),
            ("windows", limits.stage.windows == 0),
            ("rows_per_second", limits.rows_per_second == 0),
            ("events", limits.events == Some(0)),
        ];
        match zero.iter().find(|(_, zero)| *zero) {
            Some((name, _)) => Err(format!("`limits.{name}` is 0, expected at least 1: nothing could run")),
            None => Ok(limits),
        }
    }
}

fn size(name: &str, text: &str, example: &str) -> Result<usize, String> {
    let bytes = syntax::literal::parse_size(text).ok().and_then(|bytes| usize::try_from(bytes).ok());
    bytes.ok_or_else(|| format!("`{name}` is `{text}`, expected a size such as `{example}`"))
}

fn timespan(name: &str, text: &str, example: &str) -> Result<Duration, String> {
    let nanos = syntax::literal::parse_timespan(text).ok().and_then(|nanos| u64::try_from(nanos).ok());
    let nanos = nanos.ok_or_else(|| format!("`{name}` is `{text}`, expected a timespan such as `{example}`"))?;
    Ok(Duration::from_nanos(nanos))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recent {
    bytes: Option<String>,
    age: Option<String>,
    linger: Option<String>,
}

impl Recent {
    fn keep(&self) -> Result<Keep, String> {
        let mut keep = Keep::default();
        if let Some(text) = &self.bytes {
            keep.bytes = if text == "0" { 0 } else { size("recent.bytes", text, "64MiB")? };
        }
        for (name, text, place) in [("age", &self.age, &mut keep.age), ("linger", &self.linger, &mut keep.linger)] {
            if let Some(text) = text {
                *place = timespan(&format!("recent.{name}"), text, "15m")?;
            }
        }
        Ok(keep)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    uri: String,
    doc: Option<String>,
    lateness: Option<String>,
    timestamp: Option<String>,
    open: Option<bool>,
    #[serde(default)]
    fields: BTreeMap<String, Declared>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    r#type: String,
    doc: Option<String>,
    unit: Option<String>,
    #[serde(default)]
    values: Vec<String>,
}

impl Config {
    /// The simulated shop under the names spans, logs, metrics and deploys.
    pub fn builtin() -> Config {
        Config { sources: Sources::builtin(), ..Config::default() }
    }

    pub fn load(path: &Path) -> Result<Config, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::rejected(format!("cannot read `{}`: {error}", path.display())))?;
        Config::parse(&text, path)
    }

    /// The nearest `headwater.toml` from `start` upward, not above `root`; without one, the built-in.
    pub fn find(start: &Path, root: Option<&Path>) -> Result<Config, Error> {
        for folder in start.ancestors() {
            let candidate = folder.join(FILE_NAME);
            if candidate.is_file() {
                return Config::load(&candidate);
            }
            if root == Some(folder) {
                break;
            }
        }
        Ok(Config::builtin())
    }

    /// Relative file sources are relative to the file's own folder.
    pub fn parse(text: &str, path: &Path) -> Result<Config, Error> {
        let reject = |message: String| Error::rejected(format!("{}: {message}", path.display()));
        let file: File = toml::from_str(text).map_err(|error| reject(error.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut sources = Vec::new();
        for (name, source) in file.sources {
            let decl =
                source.declare(&name, folder).map_err(|message| reject(format!("source `{name}`: {message}")))?;
            sources.push(decl);
        }
        // Simulated and real telemetry are never mixed without being asked.
        let sources = if sources.is_empty() { Sources::builtin() } else { Sources { sources } };
        Ok(Config {
            path: Some(path.to_owned()),
            sources,
            listen: file.runner.listen,
            token_file: file.runner.token_file.map(|file| folder.join(file)),
            metrics: file.runner.metrics,
            keep: file.runner.recent.keep().map_err(|message| reject(format!("[runner]: {message}")))?,
            limits: file.runner.limits.limits().map_err(|message| reject(format!("[runner]: {message}")))?,
        })
    }

    /// What an editor and a check know: the sources, and the snapshot beside the configuration.
    pub fn context(&self) -> Result<Context, Error> {
        let observed = self.path.as_deref().map(snapshot::beside).transpose()?.flatten().unwrap_or_default();
        Ok(Context { sources: self.sources.clone(), ..Context::default() }.observing(Arc::new(observed)))
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

impl Source {
    fn declare(self, name: &str, folder: &Path) -> Result<SourceDecl, String> {
        let mut uri = SourceUri::parse(&self.uri)?;
        if uri.scheme == Scheme::File && Path::new(&uri.rest).is_relative() {
            uri.rest = folder.join(&uri.rest).to_string_lossy().into_owned();
        }
        let mut decl = SourceDecl::for_uri(name, uri)?;
        decl.doc = self.doc.or(decl.doc);
        if let Some(text) = self.lateness {
            decl.lateness = syntax::literal::parse_timespan(&text)
                .map_err(|_| format!("`lateness` is `{text}`, expected a timespan such as `2s`"))?;
        }
        if let Some(field) = self.timestamp {
            decl.time = Some(field.into());
        }
        for (field, declared) in self.fields {
            let ty = Type::from_word(&declared.r#type).ok_or_else(|| {
                let words = Type::ALL.map(Type::word).join(", ");
                format!("field `{field}` has the type `{}`; the types are {words}", declared.r#type)
            })?;
            let name: Name = field.into();
            decl.fields.retain(|known| known.name != name);
            decl.fields.push(FieldDecl {
                name,
                ty,
                unit: declared.unit,
                doc: declared.doc,
                values: declared.values.into_iter().map(|value| Value::String(value.into())).collect(),
                renamed_to: None,
            });
        }
        if let Some(open) = self.open {
            decl.open = open;
        }
        Ok(decl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new("/team/headwater.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn declares_fields_and_resolves_paths() {
        let config = parse(
            r#"
            [sources.access]
            uri = "file:logs/access.jsonl"
            lateness = "5s"
            timestamp = "time"
            [sources.access.fields]
            status = { type = "long", doc = "HTTP status" }
            "#,
        )
        .expect("it is right");
        let access = config.sources.get("access").expect("declared");
        assert_eq!(access.uri.rest, "/team/logs/access.jsonl");
        assert_eq!(access.lateness, 5_000_000_000);
        assert_eq!(access.schema().field("status").map(|field| field.ty), Some(Type::Long));
        assert!(config.sources.get("spans").is_none(), "no simulated source beside declared ones");
    }

    #[test]
    fn says_what_is_wrong() {
        let wrong = parse("[sources.a]\nuri = \"file:x\"\nfields.b = { type = \"number\" }").expect_err("no such type");
        assert!(wrong.contains("`b` has the type `number`; the types are bool, long"), "{wrong}");
        let wrong = parse("[sources.a]\nuri = \"file:x\"\ncommand = \"rm\"").expect_err("no such key");
        assert!(wrong.contains("unknown field `command`"), "{wrong}");
    }

    #[test]
    fn says_what_of_the_past_is_kept() {
        let keep = parse("[runner.recent]\nbytes = \"16MiB\"\nage = \"5m\"").expect("it is right").keep;
        assert_eq!((keep.bytes, keep.age.as_secs(), keep.linger.as_secs()), (16 << 20, 300, 30));
        assert_eq!(parse("[runner.recent]\nbytes = \"0\"").expect("it is right").keep.bytes, 0);
        let wrong = parse("[runner.recent]\nage = \"soon\"").expect_err("no time");
        assert!(wrong.contains("`recent.age` is `soon`, expected a timespan such as `15m`"), "{wrong}");
    }

    #[test]
    fn says_what_flows_may_use() {
        let text = "[runner.limits]\nstate = \"16MiB\"\ngroups = 500\ntime = \"8h\"\nrows_per_second = 10";
        let limits = parse(text).expect("it is right").limits;
        assert_eq!((limits.stage.state_bytes, limits.stage.groups, limits.rows_per_second), (16 << 20, 500, 10));
        assert_eq!((limits.time, limits.events), (Some(Duration::from_secs(8 * 3600)), None));
        let wrong = |text: &str| parse(&format!("[runner.limits]\n{text}")).expect_err("it is wrong");
        assert!(wrong("total_state = \"much\"").contains("expected a size such as `1GiB`"));
        assert!(wrong("groups = 0").contains("`limits.groups` is 0, expected at least 1"));
        assert!(wrong("group = 5").contains("unknown field `group`"));
    }

    #[test]
    fn without_sources_there_is_the_shop() {
        assert!(parse("").expect("empty is right").sources.get("spans").is_some());
    }
}
