//! What comes of a block over a recording, before and after: both run in this process, the same way as a test.

use std::collections::BTreeSet;
use std::path::PathBuf;

use runner::config::Config;
use syntax::analysis::Settings;
use syntax::diagnostic::closest;
use syntax::pipeline::Pipeline;
use syntax::source::{SourceDecl, SourceUri};

use super::versions::{Time, Versions};
use super::{Asked, RowsChange};
use crate::cases::{Answer, Rows, answer, between};

/// A recording, and the source that it stands for; for the only one that is live without a name.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) source: Option<String>,
    pub(crate) path: PathBuf,
}

/// Refused where a recording is not there, or stands for a source that none of these runbooks may name.
pub(super) fn expect_inputs<'a>(
    asked: &Asked<'_>,
    versions: &Versions,
    runbooks: impl Iterator<Item = &'a PathBuf>,
) -> Result<(), String> {
    for input in asked.inputs {
        if !asked.here.join(&input.path).is_file() {
            return Err(format!("there is no recording `{}`", input.path.display()));
        }
    }
    if asked.inputs.iter().all(|input| input.source.is_none()) {
        return Ok(());
    }
    let mut known = BTreeSet::new();
    let folders: BTreeSet<&std::path::Path> = runbooks.filter_map(|runbook| runbook.parent()).collect();
    for folder in folders {
        for time in [Time::Then, Time::Now] {
            // One that cannot be read is said where it matters.
            let Ok(of) = versions.known(time, &folder.join("_")) else { continue };
            known.extend(of.config.sources.sources.iter().map(|source| source.name.to_string()));
        }
    }
    let unknown = asked.inputs.iter().filter_map(|input| input.source.as_ref()).find(|name| !known.contains(*name));
    let Some(name) = unknown else { return Ok(()) };
    let help = match closest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    };
    Err(format!("there is no source `{name}` to give a recording for; {help}"))
}

/// One side: what it means, its name, its text and its sources.
pub(super) type Side = (Pipeline, String, String, Config);

/// Of a block that is new, or runs only now, all its rows. None where it does not run now, or reads nothing that is
/// given.
pub(super) async fn change(before: Option<Side>, after: Option<Side>, asked: &Asked<'_>) -> Option<RowsChange> {
    let after = after?;
    let reads_given = |side: &Side| {
        side.0
            .sources()
            .iter()
            .any(|source| asked.inputs.iter().any(|input| input.source.as_ref().is_none_or(|name| **name == **source)))
    };
    if !before.as_ref().is_some_and(reads_given) && !reads_given(&after) {
        return None;
    }
    let result = async {
        let before = match before {
            Some(before) => Some(run(before, asked).await.map_err(|why| format!("before: {why}"))?),
            None => None,
        };
        let now = if before.is_some() { "after: " } else { "" };
        let after = run(after, asked).await.map_err(|why| format!("{now}{why}"))?;
        let nothing = Answer {
            rows: Rows { fields: after.rows.fields.clone(), ..Rows::default() },
            ordered: after.ordered,
            events: 0,
        };
        let before = before.unwrap_or(nothing);
        let (gone, new) = (only(&before.rows, &after.rows), only(&after.rows, &before.rows));
        let rows = after.rows.rows.len();
        let difference = between(&before.rows, &after.rows, before.ordered && after.ordered)?;
        Ok(match difference {
            Some(difference) => RowsChange::Differ(difference),
            None if gone.is_empty() && new.is_empty() => RowsChange::Same(rows),
            None => RowsChange::Columns { rows, gone, new },
        })
    };
    Some(result.await.unwrap_or_else(RowsChange::Unknown))
}

/// Columns that the other does not have.
fn only(rows: &Rows, other: &Rows) -> Vec<String> {
    let has = |name: &str| other.fields.iter().any(|field| *field.name == *name);
    rows.fields.iter().filter(|field| !has(&field.name)).map(|field| field.name.to_string()).collect()
}

async fn run(side: Side, asked: &Asked<'_>) -> Result<Answer, String> {
    let (pipeline, block, text, mut config) = side;
    for source in pipeline.sources() {
        let known = config.sources.get(&source).cloned();
        let live = known.as_ref().is_none_or(|known| !known.uri.bounded());
        let input = asked.inputs.iter().find(|input| match &input.source {
            Some(name) => **name == *source,
            None => live,
        });
        let Some(input) = input else {
            if live {
                return Err(format!("no recording is given for `{source}`; add `--input {source}=PATH`"));
            }
            continue;
        };
        let uri = SourceUri::parse(&format!("file:{}", asked.here.join(&input.path).display()))?;
        let decl = match known {
            Some(known) => SourceDecl { uri, ..known },
            None => SourceDecl::for_uri(&source, uri)?,
        };
        config.sources.sources.retain(|known| known.name != source);
        config.sources.sources.push(decl);
    }
    answer(&text, &block, Settings::default(), &config, &pipeline).await
}
