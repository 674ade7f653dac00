//! What a change of runbooks means, and not how its text differs: which stages, fields, sources and windows of
//! which block, what it costs, and where a recording is given, which rows. Text that means the same is no change.

mod blocks;
mod config;
mod human;
mod markdown;
mod meaning;
mod rows;
mod tree;
mod versions;

use serde::Serialize;

use crate::cases::Difference;

pub(crate) use human::human;
pub(crate) use markdown::markdown;
pub(crate) use rows::Input;
pub(crate) use tree::{Asked, compare};

/// What differs between a commit and the working tree.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Changes {
    /// The commit that is compared with.
    pub(crate) base: String,
    /// Configurations whose sources differ, in the order of their paths.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) configs: Vec<ConfigChange>,
    /// Those that differ in meaning, in the order of their paths.
    pub(crate) runbooks: Vec<RunbookChange>,
    /// Runbooks that mean what they did, and their text is another.
    pub(crate) same: Vec<String>,
    /// What could not be compared, and why.
    pub(crate) failures: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Added,
    Removed,
    Changed,
}

/// What runbooks can read now, and what they could.
#[derive(Debug, Serialize)]
pub(crate) struct ConfigChange {
    pub(crate) path: String,
    pub(crate) kind: Kind,
    pub(crate) sources: Vec<SourceChange>,
}

#[derive(Debug, Serialize)]
pub(crate) struct SourceChange {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// `uri`, `timestamp`, `lateness`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) settings: Vec<Edited>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<FieldChange>,
    /// Of the source, before or now.
    pub(crate) readers: Vec<Reader>,
}

/// A declared field with its types.
#[derive(Debug, Serialize)]
pub(crate) struct FieldChange {
    pub(crate) name: String,
    /// One that went as this one came and looks like it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) was: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) readers: Vec<Reader>,
}

/// Blocks of a runbook that read something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Reader {
    pub(crate) runbook: String,
    pub(crate) blocks: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RunbookChange {
    pub(crate) path: String,
    /// Where it was, if it is elsewhere now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) was: Option<String>,
    pub(crate) kind: Kind,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) parameters: Vec<Edited>,
    pub(crate) blocks: Vec<BlockChange>,
    /// Blocks that mean what they did.
    pub(crate) same: usize,
}

/// A named thing that is new (`before` is none), gone (`after` is none) or another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Edited {
    pub(crate) name: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl Edited {
    pub(crate) fn new(name: impl Into<String>, before: Option<String>, after: Option<String>) -> Edited {
        Edited { name: name.into(), before, after }
    }
}

/// A block that means something else.
#[derive(Debug, Serialize)]
pub(crate) struct BlockChange {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) was: Option<String>,
    /// From 1; of a block that is gone, where it was.
    pub(crate) line: usize,
    pub(crate) kind: Kind,
    /// It ran, and does not any more, or the other way round; None where that is as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) runs: Option<bool>,
    /// In the order of the pipeline.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) stages: Vec<StageChange>,
    /// Lets and parameters of elsewhere that make the difference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) through: Vec<Edited>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sources: Vec<Edited>,
    /// Of the result, with their types.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<Edited>,
    /// Of the sources, those that are read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reads: Vec<Edited>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) windows: Option<Edited>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cost: Option<Edited>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) render: Option<Edited>,
    /// New ones have only `after`, those that are gone only `before`; the name is the code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) findings: Vec<Edited>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<RowsChange>,
}

/// A stage as it is written, on one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct StageChange {
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// What comes of a block over a recording, before and after.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RowsChange {
    Same(usize),
    /// So many rows are the same, and have other columns than before.
    Columns {
        rows: usize,
        gone: Vec<String>,
        new: Vec<String>,
    },
    Differ(Difference),
    /// There is nothing to compare: why.
    Unknown(String),
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.runbooks.is_empty() && self.configs.is_empty()
    }
}
