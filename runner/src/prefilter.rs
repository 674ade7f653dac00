//! From a pipeline to texts that an event it can match must hold somewhere: an input without any of them
//! need not be decoded.
//!
//! They come from the first `where`: of `service.name == "checkout" and duration > 1s` the text `checkout`.
//! What an event is replaced by before (`extend`, `project`) is followed as far as it is a plain field. A
//! pipeline that needs the time of every event (a window) has none.

use syntax::pipeline::{Expr, ExprKind, Function, Pipeline, Scope, Stage, StageKind};
use syntax::{Name, Type, Value};

/// Texts of which at least one stands in the bytes of every event that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefilter {
    pub texts: Vec<Text>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    /// Otherwise it is ASCII, and its letters stand for both cases.
    pub cased: bool,
}

/// Shorter texts are everywhere.
const SHORTEST: usize = 3;
/// More texts cost more to look for than they save.
const MOST: usize = 24;

impl Prefilter {
    /// What both of two pipelines need; None where that is too much.
    pub(crate) fn or(&self, other: &Prefilter) -> Option<Prefilter> {
        let mut texts = self.texts.clone();
        texts.extend(other.texts.iter().filter(|text| !self.texts.contains(text)).cloned());
        (texts.len() <= MOST).then_some(Prefilter { texts })
    }

    /// The worse of two choices has the shorter texts, then more of them.
    fn rank(&self) -> (usize, std::cmp::Reverse<usize>) {
        (self.texts.iter().map(|text| text.text.len()).min().unwrap_or(0), std::cmp::Reverse(self.texts.len()))
    }
}

/// The prefilter of a pipeline that goes on with `rest`, and the place of the `where` that it is from: the
/// stages before let each event pass.
pub(crate) fn of(pipeline: &Pipeline, rest: &[Stage]) -> Option<(Prefilter, usize)> {
    if !pipeline.stages.iter().chain(rest).all(indifferent_to_time) {
        return None;
    }
    // The names at this stage that do not mean what they mean in the source.
    let mut changed: Vec<(Name, Option<Name>)> = Vec::new();
    for (place, stage) in pipeline.stages.iter().enumerate() {
        match &stage.kind {
            StageKind::Where(predicate) => {
                let string = |name: &Name| {
                    let own = match changed.iter().find(|(new, _)| new == name) {
                        Some((_, own)) => own.as_ref(),
                        None => Some(name),
                    };
                    own.and_then(|own| pipeline.input.field(own)).is_some_and(|field| field.ty == Type::String)
                };
                return texts(predicate, &string).map(|prefilter| (prefilter, place));
            }
            StageKind::Extend(made) | StageKind::Project(made) => {
                let own = |name: &Name| match changed.iter().find(|(new, _)| new == name) {
                    Some((_, own)) => own.clone(),
                    None => Some(name.clone()),
                };
                let mut now: Vec<(Name, Option<Name>)> = made
                    .iter()
                    .map(|named| match &named.expr.kind {
                        ExprKind::Field(name) => (named.name.clone(), own(name)),
                        ExprKind::Literal(_) | ExprKind::Call { .. } => (named.name.clone(), None),
                    })
                    .collect();
                // After `project` no other name is left.
                now.extend(changed.into_iter().filter(|(name, _)| !made.iter().any(|named| named.name == *name)));
                changed = now;
            }
            StageKind::Parse(parse) if !parse.filter => {
                made_here(&mut changed, parse.fields().map(|field| &field.name))
            }
            StageKind::ParseKv(parse) => made_here(&mut changed, parse.fields.iter().map(|field| &field.name)),
            // A stage that is not known to let each event pass by itself ends the search.
            _ => return None,
        }
    }
    None
}

/// These fields are not the source's own from here on.
fn made_here<'a>(changed: &mut Vec<(Name, Option<Name>)>, made: impl Iterator<Item = &'a Name>) {
    for name in made {
        changed.retain(|(known, _)| known != name);
        changed.push((name.clone(), None));
    }
}

/// The stage's answer does not depend on the time of events that a `where` before it refuses. What is not
/// known to be so is taken not to be.
fn indifferent_to_time(stage: &Stage) -> bool {
    match &stage.kind {
        StageKind::Where(_)
        | StageKind::Extend(_)
        | StageKind::Project(_)
        | StageKind::Drop(_)
        | StageKind::Rename(_)
        | StageKind::Reorder(_)
        | StageKind::Take(_)
        | StageKind::Tail(_)
        | StageKind::Distinct(_)
        | StageKind::Union(_)
        | StageKind::Parse(_)
        | StageKind::ParseKv(_)
        | StageKind::MvExpand(_)
        | StageKind::Sample(_)
        | StageKind::TopHitters(_)
        | StageKind::Getschema(_)
        | StageKind::Lookup(_)
        | StageKind::OverRows(_)
        | StageKind::Unpack(_)
        | StageKind::Assert(_) => true,
        StageKind::Summarize(summarize) => summarize.window.is_none(),
        StageKind::Top { scope, .. } | StageKind::Sort { scope, .. } => *scope == Scope::All,
        _ => false,
    }
}

/// Texts that an event needs for the predicate to be true. `string` tells the fields that are the source's
/// own, as it has them, and strings.
fn texts(predicate: &Expr, string: &impl Fn(&Name) -> bool) -> Option<Prefilter> {
    let ExprKind::Call { function, args } = &predicate.kind else { return None };
    let field = |arg: &Expr| matches!(&arg.kind, ExprKind::Field(name) if string(name));
    match function {
        Function::And => args.iter().filter_map(|arg| texts(arg, string)).max_by_key(Prefilter::rank),
        Function::Or => {
            let each: Option<Vec<Prefilter>> = args.iter().map(|arg| texts(arg, string)).collect();
            let mut each = each?.into_iter();
            let first = each.next()?;
            each.try_fold(first, |all, one| all.or(&one))
        }
        Function::Equal | Function::EqualIgnoreCase => {
            let [one, other] = args.as_slice() else { return None };
            let literal = if field(one) {
                other
            } else if field(other) {
                one
            } else {
                return None;
            };
            any_of(std::slice::from_ref(literal), *function == Function::Equal)
        }
        Function::In | Function::InIgnoreCase | Function::HasAny => {
            let (value, list) = args.split_first()?;
            if field(value) { any_of(list, *function == Function::In) } else { None }
        }
        Function::HasAll => {
            let (value, list) = args.split_first()?;
            let each = list.iter().filter_map(|term| any_of(std::slice::from_ref(term), false));
            if field(value) { each.max_by_key(Prefilter::rank) } else { None }
        }
        Function::HasCs
        | Function::HasPrefixCs
        | Function::HasSuffixCs
        | Function::ContainsCs
        | Function::StartsWithCs
        | Function::EndsWithCs => match args.as_slice() {
            [value, literal] if field(value) => any_of(std::slice::from_ref(literal), true),
            _ => None,
        },
        Function::Has
        | Function::HasPrefix
        | Function::HasSuffix
        | Function::Contains
        | Function::StartsWith
        | Function::EndsWith => match args.as_slice() {
            [value, literal] if field(value) => any_of(std::slice::from_ref(literal), false),
            _ => None,
        },
        _ => None,
    }
}

fn any_of(literals: &[Expr], cased: bool) -> Option<Prefilter> {
    let texts = literals.iter().map(|literal| match &literal.kind {
        ExprKind::Literal(Value::String(text)) => certain(text, cased),
        _ => None,
    });
    let texts: Vec<Text> = texts.collect::<Option<_>>()?;
    (!texts.is_empty() && texts.len() <= MOST).then_some(Prefilter { texts })
}

/// The longest part of a string that stands in an event's bytes as it is, whatever the format.
fn certain(string: &str, cased: bool) -> Option<Text> {
    // Quotes, backslashes, slashes and control characters may be escaped; invalid UTF-8 is read as `�`.
    let escaped = |c: char| c.is_control() || matches!(c, '"' | '\\' | '/' | '\u{fffd}') || (!cased && !c.is_ascii());
    let text = string.split(escaped).max_by_key(|part| part.len())?;
    // A number's digits may be written in another way (`5e2` is "500.0"), and logfmt's `key` alone is "true".
    let number = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | 'e' | 'E'));
    let lower = text.to_ascii_lowercase();
    let word = "true".contains(&lower) || "false".contains(&lower);
    (text.len() >= SHORTEST && !number && !word).then(|| Text { text: text.to_owned(), cased })
}

#[cfg(test)]
pub(crate) mod tests {
    use expect_test::{Expect, expect};
    use syntax::Field;
    use syntax::analysis::Context;
    use syntax::source::{FieldDecl, SourceDecl, SourceUri, Sources};

    use super::*;

    pub(crate) fn declare(field: &Field) -> FieldDecl {
        let (name, ty) = (field.name.clone(), field.ty);
        FieldDecl { name, ty, unit: None, doc: None, values: Vec::new(), renamed_to: None }
    }

    /// Over strings `a` and `b`, a number `n` and a dynamic `d`.
    pub(crate) fn pipeline(text: &str) -> Pipeline {
        let uri = SourceUri::parse("file:spans.jsonl").unwrap();
        let mut decl = SourceDecl::for_uri("spans", uri).unwrap();
        decl.time = Some("timestamp".into());
        decl.fields = [
            ("timestamp", Type::Datetime),
            ("a", Type::String),
            ("b", Type::String),
            ("n", Type::Long),
            ("d", Type::Dynamic),
            ("body", Type::String),
        ]
        .map(|(name, ty)| declare(&Field::new(name, ty)))
        .to_vec();
        let context = Context { sources: Sources { sources: vec![decl] }, ..Context::default() };
        let parse = syntax::parse_query(text);
        let analysis = syntax::analyze(&parse, &context);
        let errors: Vec<_> = analysis.diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();
        let pipeline = analysis.blocks.first().and_then(|block| block.pipeline.clone());
        pipeline.unwrap_or_else(|| panic!("{text}: {errors:?}"))
    }

    fn check(pipelines: &str, expected: Expect) {
        let mut shown = String::new();
        for text in pipelines.trim().lines().map(str::trim) {
            let found = match of(&pipeline(text), &[]) {
                None => "-".to_owned(),
                Some((prefilter, place)) => {
                    let texts = prefilter
                        .texts
                        .iter()
                        .map(|text| if text.cased { format!("{:?}", text.text) } else { format!("{:?}i", text.text) });
                    format!("{} at {place}", texts.collect::<Vec<_>>().join(" "))
                }
            };
            shown += &format!("{text}\n    {found}\n");
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn texts_of_pipelines() {
        check(
            r#"
            spans | where a == "checkout"
            spans | where "checkout" == a and n > 5
            spans | where a == "checkout" and b == "a longer one"
            spans | where a == "checkout" or b == "platinum"
            spans | where a == "checkout" or n > 5
            spans | where a in ("gold", "platinum")
            spans | where a in~ ("gold", "platinum")
            spans | where a =~ "Checkout"
            spans | where a has "timeout" and b contains "x"
            spans | where a has_cs "timeout"
            spans | where a startswith "GET /cart" | take 5
            spans | where a endswith_cs "élan"
            spans | where a contains "élan vital"
            spans | where a has_any ("refused", "timeout")
            spans | where a has_all ("refused", "of")
            spans | where a == "C:\\temp\\folder/file"
            "#,
            expect![[r#"
                spans | where a == "checkout"
                    "checkout" at 0
                spans | where "checkout" == a and n > 5
                    "checkout" at 0
                spans | where a == "checkout" and b == "a longer one"
                    "a longer one" at 0
                spans | where a == "checkout" or b == "platinum"
                    "checkout" "platinum" at 0
                spans | where a == "checkout" or n > 5
                    -
                spans | where a in ("gold", "platinum")
                    "gold" "platinum" at 0
                spans | where a in~ ("gold", "platinum")
                    "gold"i "platinum"i at 0
                spans | where a =~ "Checkout"
                    "Checkout"i at 0
                spans | where a has "timeout" and b contains "x"
                    "timeout"i at 0
                spans | where a has_cs "timeout"
                    "timeout" at 0
                spans | where a startswith "GET /cart" | take 5
                    "cart"i at 0
                spans | where a endswith_cs "élan"
                    "élan" at 0
                spans | where a contains "élan vital"
                    "lan vital"i at 0
                spans | where a has_any ("refused", "timeout")
                    "refused"i "timeout"i at 0
                spans | where a has_all ("refused", "of")
                    "refused"i at 0
                spans | where a == "C:\\temp\\folder/file"
                    "folder" at 0
            "#]],
        );
    }

    #[test]
    fn pipelines_without_such_a_text() {
        check(
            r#"
            spans | where n == 500
            spans | where a != "checkout"
            spans | where a !has "checkout"
            spans | where not(a == "checkout")
            spans | where a == "ab"
            spans | where a == "500.0"
            spans | where a == "true"
            spans | where a in ("gold", "x")
            spans | where a == b
            spans | where tolower(a) == "checkout"
            spans | where tostring(d) == "checkout"
            spans | where isnull(a) or a == "checkout"
            spans | take 5 | where a == "checkout"
            spans | tail 5 | where a == "checkout"
            spans | where n > 5 | where a == "checkout"
            spans | where a == "checkout" | summarize count() by bin(timestamp, 10s)
            spans | where a == "checkout" | summarize n = count() by bin(timestamp, 10s) | top 5 by n
            "#,
            expect![[r#"
                spans | where n == 500
                    -
                spans | where a != "checkout"
                    -
                spans | where a !has "checkout"
                    -
                spans | where not(a == "checkout")
                    -
                spans | where a == "ab"
                    -
                spans | where a == "500.0"
                    -
                spans | where a == "true"
                    -
                spans | where a in ("gold", "x")
                    -
                spans | where a == b
                    -
                spans | where tolower(a) == "checkout"
                    -
                spans | where tostring(d) == "checkout"
                    -
                spans | where isnull(a) or a == "checkout"
                    -
                spans | take 5 | where a == "checkout"
                    -
                spans | tail 5 | where a == "checkout"
                    -
                spans | where n > 5 | where a == "checkout"
                    -
                spans | where a == "checkout" | summarize count() by bin(timestamp, 10s)
                    -
                spans | where a == "checkout" | summarize n = count() by bin(timestamp, 10s) | top 5 by n
                    -
            "#]],
        );
    }

    #[test]
    fn fields_are_followed_to_the_source() {
        check(
            r#"
            spans | extend c = a | where c == "checkout"
            spans | extend c = a | extend e = c | where e == "checkout"
            spans | extend c = strcat(a, "x") | where c == "checkout"
            spans | extend c = strcat(a, "x") | where a == "checkout"
            spans | extend a = b | where a == "checkout"
            spans | extend a = tolower(a) | where a == "checkout"
            spans | project b = a, a = n | where b == "checkout"
            spans | project b = a, a = "x" | where a == "checkout"
            spans | extend c = a | project c | where c == "checkout" | summarize count() by c
            spans | parse a with "order " b | where a has_cs "checkout"
            spans | parse a with "order " b | where b has_cs "checkout"
            spans | parse-where a with "order " b | where a has_cs "checkout"
            spans | where a has_cs "checkout" | parse-where a with "order " b | sample 10%
            "#,
            expect![[r#"
                spans | extend c = a | where c == "checkout"
                    "checkout" at 1
                spans | extend c = a | extend e = c | where e == "checkout"
                    "checkout" at 2
                spans | extend c = strcat(a, "x") | where c == "checkout"
                    -
                spans | extend c = strcat(a, "x") | where a == "checkout"
                    "checkout" at 1
                spans | extend a = b | where a == "checkout"
                    "checkout" at 1
                spans | extend a = tolower(a) | where a == "checkout"
                    -
                spans | project b = a, a = n | where b == "checkout"
                    "checkout" at 1
                spans | project b = a, a = "x" | where a == "checkout"
                    -
                spans | extend c = a | project c | where c == "checkout" | summarize count() by c
                    "checkout" at 2
                spans | parse a with "order " b | where a has_cs "checkout"
                    "checkout" at 1
                spans | parse a with "order " b | where b has_cs "checkout"
                    -
                spans | parse-where a with "order " b | where a has_cs "checkout"
                    -
                spans | where a has_cs "checkout" | parse-where a with "order " b | sample 10%
                    "checkout" at 0
            "#]],
        );
    }
}
