//! What comes of a block over a recording, before and after: both run in this process, the same way as a test.

use std::path::PathBuf;

use runner::config::Config;
use syntax::analysis::Settings;
use syntax::pipeline::Pipeline;
use syntax::source::{SourceDecl, SourceUri};

use super::{Asked, RowsChange};
use crate::cases::{answer, between};

/// A recording, and the source that it stands for; for the only one that is live without a name.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) source: Option<String>,
    pub(crate) path: PathBuf,
}

/// One side: what it means, its name, its text and its sources.
pub(super) type Side = (Pipeline, String, String, Config);

/// None where the block does not run on both sides, or reads nothing that is given.
pub(super) async fn change(before: Option<Side>, after: Option<Side>, asked: &Asked<'_>) -> Option<RowsChange> {
    let (before, after) = (before?, after?);
    let reads_given = |side: &Side| {
        side.0
            .sources()
            .iter()
            .any(|source| asked.inputs.iter().any(|input| input.source.as_ref().is_none_or(|name| **name == **source)))
    };
    if !reads_given(&before) && !reads_given(&after) {
        return None;
    }
    let result = async {
        let before = run(before, asked).await.map_err(|why| format!("before: {why}"))?;
        let after = run(after, asked).await.map_err(|why| format!("after: {why}"))?;
        between(&before.rows, &after.rows, before.ordered && after.ordered)
            .map(|difference| difference.map_or(RowsChange::Same(after.rows.rows.len()), RowsChange::Differ))
    };
    Some(result.await.unwrap_or_else(RowsChange::Unknown))
}

async fn run(side: Side, asked: &Asked<'_>) -> Result<crate::cases::Answer, String> {
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
        let path = asked.here.join(&input.path);
        if !path.is_file() {
            return Err(format!("there is no recording `{}`", input.path.display()));
        }
        let uri = SourceUri::parse(&format!("file:{}", path.display()))?;
        let decl = match known {
            Some(known) => SourceDecl { uri, ..known },
            None => SourceDecl::for_uri(&source, uri)?,
        };
        config.sources.sources.retain(|known| known.name != source);
        config.sources.sources.push(decl);
    }
    answer(&text, &block, Settings::default(), &config, &pipeline).await
}
