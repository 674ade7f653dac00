//! The JSON Schema of `headwater.toml`, for editors that know TOML by one (taplo, Even Better TOML). Made of the
//! same keys as everything else.

use serde_json::{Map, Value, json};
use syntax::Type;
use syntax::lint::Level;
use syntax::source::Scheme;

use super::keys::{self, Key, Shape};

const SIZE: &str = "[0-9][0-9.]*(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)";

/// The whole schema, as it is committed.
pub fn schema() -> String {
    let mut root = table(keys::ROOT, &[]);
    let head = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "headwater.toml",
        "description": "The sources that Headwater's runbooks can name, and a runner's settings.",
    });
    if let (Value::Object(root), Value::Object(head)) = (&mut root, head) {
        root.extend(head);
    }
    // Plain data: it cannot fail.
    serde_json::to_string_pretty(&root).unwrap_or_default() + "\n"
}

fn table(keys: &[Key], required: &[&str]) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let mut table = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    table
}

fn property(key: &Key) -> Value {
    let mut value = match key.shape {
        Shape::Text | Shape::Word(_) => json!({ "type": "string" }),
        Shape::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Count => json!({ "type": "integer", "minimum": 1 }),
        Shape::Size => json!({ "type": "string", "pattern": format!("^{SIZE}$") }),
        Shape::SizeOrNone => json!({ "type": "string", "pattern": format!("^(0|{SIZE})$") }),
        // A number alone would be days.
        Shape::Timespan => json!({ "type": "string", "pattern": "^\\s*[0-9].*([a-zµ]|:[0-9.]+)\\s*$" }),
        Shape::Uri => {
            let schemes = Scheme::ALL.map(Scheme::word).join("|");
            let examples = Scheme::ALL.map(Scheme::example);
            json!({ "type": "string", "pattern": format!("^({schemes}):"), "examples": examples })
        }
        Shape::Type => {
            let words = Type::ALL.map(Type::word);
            // Kusto's other spellings are read too.
            let others = ["boolean", "int", "double", "date", "time"];
            json!({ "type": "string", "anyOf": [{ "enum": words }, { "enum": others }] })
        }
        Shape::Level => json!({ "type": "string", "enum": Level::WORDS }),
        Shape::Table(keys) => table(keys, &[]),
        Shape::Named(what, keys) => {
            let required: &[&str] = if what == "source" { &["uri"] } else { &["type"] };
            json!({ "type": "object", "additionalProperties": table(keys, required) })
        }
    };
    value["description"] = json!(key.doc);
    if let Some(default) = toml(key.default) {
        value["default"] = default;
    }
    if value.get("examples").is_none()
        && let Some(example) = toml(key.example)
    {
        value["examples"] = json!([example]);
    }
    value
}

/// Texts, numbers, true and false are written alike in TOML and in JSON; so are lists of them.
fn toml(value: &str) -> Option<Value> {
    serde_json::from_str(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_the_keys() {
        expect_test::expect_file!["../../headwater.schema.json"].assert_eq(&schema());
    }
}
