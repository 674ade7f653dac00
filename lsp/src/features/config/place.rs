//! Where a source or one of its fields is declared.

use runner::config::tree::Tree;
use syntax::TextRange;

/// The name of this source in its header, or of this field of it, in the text of a `headwater.toml`. None
/// where it declares no such thing.
pub fn declared(text: &str, source: &str, field: Option<&str>) -> Option<TextRange> {
    let tree = Tree::parse(text);
    let entry = match field {
        None => tree.get(&["sources", source]),
        Some(field) => tree.get(&["sources", source, "fields", field]),
    };
    entry.map(|entry| entry.key_range)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
# spans, logs: not these
[sources.spans]
uri = "demo:shop"

[sources."odd name"]
uri = "stdin:"
fields.level = { type = "string" }

[sources.spans.fields]
"service.name" = { type = "string" }
half =

[sources.logs]
uri = "demo:shop"
"#;

    fn find(source: &str, field: Option<&str>) -> Option<(usize, &'static str)> {
        let range = declared(TEXT, source, field)?;
        let start = usize::from(range.start());
        Some((TEXT[..start].matches('\n').count(), &TEXT[start..usize::from(range.end())]))
    }

    #[test]
    fn a_source_is_declared_by_its_header_and_a_field_by_its_key() {
        assert_eq!(find("spans", None), Some((2, "spans")));
        assert_eq!(find("odd name", None), Some((5, "\"odd name\"")));
        assert_eq!(find("odd name", Some("level")), Some((7, "level")));
        assert_eq!(find("spans", Some("service.name")), Some((10, "\"service.name\"")));
        assert_eq!(find("logs", None), Some((13, "logs")), "below a line that is half written");
        assert_eq!(find("metrics", None), None);
        assert_eq!(find("spans", Some("duration")), None);
    }
}
