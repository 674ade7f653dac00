//! What is wrong with the tests of a runbook, before any of them runs.

use syntax::analysis::Analysis;
use syntax::diagnostic::closest;
use syntax::{Code, Diagnostic, Edit, Fix, Severity, TextRange};

use super::{Case, cases};

/// In the order of the text. `there`: whether a recording is, by its path as it is written.
pub(crate) fn findings(text: &str, analysis: &Analysis, there: &dyn Fn(&str) -> bool) -> Vec<Diagnostic> {
    let of_both = |case: &Case| {
        let mut found = of_case(case, analysis, there);
        found.extend(of_table(case, analysis));
        found
    };
    cases(text).iter().flat_map(of_both).collect()
}

/// What keeps a test from being run.
pub(super) fn of_case(case: &Case, analysis: &Analysis, there: &dyn Fn(&str) -> bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let params: Vec<&str> = analysis.params.iter().map(|param| &*param.name).collect();
    for attribute in &case.attributes {
        let key = attribute.key.as_str();
        let known = matches!(key, "for" | "input" | "id" | "class") || key.starts_with("input.");
        if let Some(name) = key.strip_prefix("set.") {
            if !params.contains(&name) {
                let message = format!("there is no parameter `{name}` to set");
                found.push(nearest(wrong(attribute.range, message), name, &params, None));
            }
        } else if !known {
            // A word alone has no key.
            let word = if key.is_empty() { &attribute.value } else { &attribute.key };
            let message =
                format!("a test has no `{word}`; it has `for=`, `input=`, `input.SOURCE=` and `set.PARAMETER=`");
            found.push(wrong(attribute.range, message));
        }
    }
    let names: Vec<&str> = analysis.blocks.iter().map(|block| block.name.as_str()).collect();
    let Some(named) = case.get("for") else {
        let missing = wrong(case.info, "this does not say which block is tested".to_owned());
        let help = match names.as_slice() {
            [] => "the runbook has no block to test".to_owned(),
            names => format!("write `for=` and one of {}", names.join(", ")),
        };
        found.push(Diagnostic { help: Some(help), ..missing });
        return found;
    };
    if !names.contains(&named.value.as_str()) {
        let message = format!("there is no block `{}`", named.value);
        found.push(nearest(wrong(named.range, message), &named.value, &names, Some(named.range)));
    }
    if case.inputs().next().is_none() {
        let missing = wrong(case.info, "this does not say which events the block reads".to_owned());
        let help = "write `input=` and a recording, e.g. `input=fixtures/incident.jsonl`".to_owned();
        found.push(Diagnostic { help: Some(help), ..missing });
    }
    for (_, input) in case.inputs() {
        let path = input.value.strip_prefix("file:").or(input.value.strip_prefix("replay:")).unwrap_or(&input.value);
        let path = path.split('?').next().unwrap_or(path);
        if !path.starts_with("demo:") && !there(path) {
            let missing = wrong(input.range, format!("there is no recording `{path}`"));
            found.push(Diagnostic { help: Some("a path begins at the runbook's own folder".to_owned()), ..missing });
        }
    }
    found
}

/// What `--update` mends.
fn of_table(case: &Case, analysis: &Analysis) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let block = case.get("for").and_then(|named| analysis.blocks.iter().find(|block| block.name == named.value));
    let pipeline = block.and_then(|block| block.pipeline.as_ref());
    if let (Some(table), Some(output)) =
        (&case.table, pipeline.map(|pipeline| pipeline.output()).filter(|output| !output.open))
    {
        let known: Vec<&str> = output.fields.iter().map(|field| &*field.name).collect();
        for column in table.columns.iter().filter(|column| !known.contains(&column.as_str())) {
            let message = format!("the block gives no field `{column}`");
            found.push(nearest(wrong(case.info, message), column, &known, None));
        }
    }
    if case.table.is_none() {
        let missing = wrong(case.info, "there is no table of what must come of it".to_owned());
        let help = "`headwater test --update` writes it; read it before you commit it".to_owned();
        found.push(Diagnostic { help: Some(help), ..missing });
    }
    found
}

fn wrong(range: TextRange, message: String) -> Diagnostic {
    let severity = Severity::Error;
    let message = syntax::visible(&message).into_owned();
    Diagnostic { code: Code::BadTest, severity, range, message, because: None, help: None, fixes: Vec::new() }
}

fn nearest(mut found: Diagnostic, word: &str, known: &[&str], at: Option<TextRange>) -> Diagnostic {
    match closest(word, known.iter().copied()) {
        Some(near) => {
            found.help = Some(format!("did you mean `{near}`?"));
            found.fixes.extend(at.map(|range| Fix {
                title: format!("replace with `{near}`"),
                edits: vec![Edit { range, text: near.to_owned() }],
            }));
        }
        None if known.is_empty() => {}
        None => found.help = Some(format!("there are {}", known.join(", "))),
    }
    found
}
