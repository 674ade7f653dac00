//! The commands that an editor can send, and their arguments: `[uri, block, settings]`, or one object
//! `{uri, block, position, settings}` as editors find easier to make.

use serde::Deserialize;
use serde_json::Value;
use syntax::analysis::Settings;
use tower_lsp::ls_types::{Position, Uri};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    RunBlock,
    StopBlock,
    RunAll,
    StopAll,
    ExplainBlock,
    /// The block's pipeline, up to the stage at the place.
    RunToHere,
    /// What is different about the events that the filter at the place lets through.
    Different,
    /// Sets the parameter that a field is compared with to a value, for all blocks.
    Follow,
    ExplainCode,
    /// The blocks before the one that is meant.
    RunAbove,
    /// The one that is meant and those after it.
    RunBelow,
    /// Sets a parameter for as long as the runbook is open; without a value, to its default again.
    SetParam,
    /// Blocks that run are run again when their text has changed.
    SetLive,
    /// Writes what a block shows under it.
    Pin,
    /// Adds a filter on a value that a block shows.
    Filter,
    /// How much room there is for pictures of characters.
    SetRoom,
    /// In which time zone times are said.
    SetZone,
}

impl Command {
    pub(crate) const ALL: [Command; 17] = [
        Command::RunBlock,
        Command::StopBlock,
        Command::RunAll,
        Command::StopAll,
        Command::ExplainBlock,
        Command::RunToHere,
        Command::Different,
        Command::Follow,
        Command::ExplainCode,
        Command::RunAbove,
        Command::RunBelow,
        Command::SetParam,
        Command::SetLive,
        Command::Pin,
        Command::Filter,
        Command::SetRoom,
        Command::SetZone,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Command::RunBlock => "headwater.runBlock",
            Command::StopBlock => "headwater.stopBlock",
            Command::RunAll => "headwater.runAll",
            Command::StopAll => "headwater.stopAll",
            Command::ExplainBlock => "headwater.explainBlock",
            Command::RunToHere => "headwater.runToHere",
            Command::Different => "headwater.different",
            Command::Follow => "headwater.follow",
            Command::ExplainCode => "headwater.explainCode",
            Command::RunAbove => "headwater.runAbove",
            Command::RunBelow => "headwater.runBelow",
            Command::SetParam => "headwater.setParam",
            Command::SetLive => "headwater.setLive",
            Command::Pin => "headwater.pin",
            Command::Filter => "headwater.filter",
            Command::SetRoom => "headwater.setRoom",
            Command::SetZone => "headwater.setZone",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Command> {
        Command::ALL.into_iter().find(|command| command.name() == name)
    }

    /// About one block, not all of a document.
    pub(crate) fn of_block(self) -> bool {
        use Command::*;
        !matches!(self, RunAll | StopAll | Follow | ExplainCode | SetParam | SetLive | SetRoom | SetZone)
    }
}

/// What a command is about.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) uri: Uri,
    #[serde(default, deserialize_with = "name")]
    pub(crate) block: Option<String>,
    /// Where the cursor is, when no block is named.
    #[serde(default)]
    pub(crate) position: Option<Position>,
    /// Parameters set from outside.
    #[serde(default)]
    pub(crate) settings: Settings,
    /// Of a finding.
    #[serde(default)]
    pub(crate) code: Option<String>,
    /// What is to be followed or filtered by; the parameter that is to be set.
    #[serde(default)]
    pub(crate) field: Option<String>,
    #[serde(default)]
    pub(crate) value: Option<String>,
    #[serde(default)]
    pub(crate) live: Option<bool>,
    /// Of a filter: all but these.
    #[serde(default)]
    pub(crate) except: bool,
    /// Of a window that shows the runbook.
    #[serde(default)]
    pub(crate) columns: Option<usize>,
    /// `UTC`, `local` or a name of the IANA, e.g. `Europe/Berlin`.
    #[serde(default)]
    pub(crate) zone: Option<String>,
}

impl Target {
    pub(crate) fn new(arguments: Vec<Value>) -> Result<Target, String> {
        let object = match arguments.first() {
            Some(Value::Object(_)) => arguments.into_iter().next().unwrap_or_default(),
            _ => {
                let keys = ["uri", "block", "settings"].map(str::to_owned);
                keys.into_iter().zip(arguments).filter(|(_, value)| !value.is_null()).collect()
            }
        };
        serde_json::from_value(object).map_err(|error| format!("expected the arguments [uri, block]: {error}"))
    }
}

/// A block without a name is known by its number.
fn name<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Option::<Value>::deserialize(from)? {
        Some(Value::String(name)) => Some(name),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_come_in_a_row_or_as_an_object() {
        let target = |arguments: Value| Target::new(arguments.as_array().cloned().unwrap_or_default());
        for arguments in [
            json!(["file:///a.md", "errors"]),
            json!([{ "uri": "file:///a.md", "block": "errors" }]),
            json!(["file:///a.md", "errors", null]),
        ] {
            let target = target(arguments).unwrap();
            assert_eq!((target.uri.as_str(), target.block.as_deref()), ("file:///a.md", Some("errors")));
        }
        let numbered = target(json!(["file:///a.md", 2, { "customer": "c-7" }])).unwrap();
        assert_eq!(numbered.block.as_deref(), Some("2"));
        assert_eq!(numbered.settings["customer"], "c-7");
        assert!(target(json!([])).unwrap_err().contains("[uri, block]"));
        assert!(target(json!([{ "block": "x" }])).is_err());
    }
}
