//! Paths into JSON as `extract_json` takes them: `$.user.ids[0]`, `$['a key']`.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Member(String),
    /// From the end where it is negative.
    Element(i64),
}

/// None where the text is no path.
pub fn parse(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.trim().strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        rest = if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let name = Some(&after[..end]).filter(|name| !name.is_empty() && *name != "*")?;
            steps.push(Step::Member(name.to_owned()));
            &after[end..]
        } else {
            let inside = rest.strip_prefix('[')?;
            let quote = inside.chars().next().filter(|first| matches!(first, '\'' | '"'));
            match quote {
                Some(quote) => {
                    let (name, after) = inside[1..].split_once(quote)?;
                    steps.push(Step::Member(name.to_owned()));
                    after.strip_prefix(']')?
                }
                None => {
                    let (place, after) = inside.split_once(']')?;
                    steps.push(Step::Element(place.trim().parse().ok()?));
                    after
                }
            }
        };
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::Step::{Element, Member};
    use super::*;

    #[test]
    fn paths() {
        let member = |name: &str| Member(name.to_owned());
        assert_eq!(parse("$"), Some(vec![]));
        assert_eq!(parse("$.a.b[0]"), Some(vec![member("a"), member("b"), Element(0)]));
        assert_eq!(parse("$['a b'][-1][\"c\"]"), Some(vec![member("a b"), Element(-1), member("c")]));
        for wrong in ["", "a", "$a", "$.", "$..a", "$[", "$[x]", "$['a]", "$.a[*]", "$.*", "$[0"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
