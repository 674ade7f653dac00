//! Parameters: `params:` in the YAML front matter, as `name: default` or `name: {type, default, doc}`.
//!
//! YAML is read event by event into a small tree with places: nesting is limited, aliases are not expanded,
//! and the other keys of the front matter are somebody else's.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::analysis::Param;
use crate::ast::AstNode;
use crate::literal::{self, Problem};
use crate::{Diagnostic, Parse, TextRange, TextSize, Type, Value};

/// What the front matter says of parameters.
#[derive(Default)]
pub struct Params {
    /// In the order of the text.
    pub params: Vec<Param>,
    /// What is wrong with them.
    pub diagnostics: Vec<Diagnostic>,
    /// There are others, which could not be read.
    pub incomplete: bool,
}

/// Where a line cannot be read, the others still are.
pub fn params(parse: &Parse) -> Params {
    let mut read = Params::default();
    let Some(front_matter) = parse.root().front_matter() else { return read };
    let text = front_matter.syntax().text().to_string();
    let places = Places::new(&text, front_matter.range().start());
    match tree(&text, &places) {
        Ok(root) => read.front_matter(&root),
        Err(diagnostic) => {
            let at = usize::from(diagnostic.range.start() - front_matter.range().start());
            if let Some(root) = tree_without_a_line(&text, at, &places) {
                read.front_matter(&root);
            }
            read.diagnostics.push(diagnostic);
            read.incomplete = true;
        }
    }
    read
}

/// Lines that may be what is wrong, from the one where it was noticed upwards.
const DOUBTED: usize = 3;

/// The tree without the one line that cannot be read, which is often noticed only behind it.
fn tree_without_a_line(text: &str, at: usize, places: &Places) -> Option<Node> {
    let mut end = at.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if start <= end && !line.trim().is_empty() && !line.starts_with("---") {
            lines.push(start..start + line.trim_end().len());
        }
        start += line.len();
    }
    lines.into_iter().rev().take(DOUBTED).find_map(|line| {
        // Characters are what places count.
        let blank = " ".repeat(text[line.clone()].chars().count());
        let without = [&text[..line.start], &blank, &text[line.end..]].concat();
        tree(&without, places).ok()
    })
}

/// Deeper front matter is refused.
const MAX_DEPTH: usize = 32;

struct Node {
    range: TextRange,
    data: Data,
}

enum Data {
    Scalar {
        text: String,
        plain: bool,
    },
    Sequence(Vec<Node>),
    /// Keys are scalars; the rest is left out.
    Mapping(Vec<(String, TextRange, Node)>),
    Alias,
}

/// From the YAML parser's places, which count characters, to the document's.
struct Places {
    /// The byte of each character, made only where a character is longer than a byte.
    bytes: Option<Vec<usize>>,
    start: TextSize,
    length: usize,
}

impl Places {
    fn new(text: &str, start: TextSize) -> Places {
        let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
        Places { bytes, start, length: text.len() }
    }

    fn offset(&self, index: usize) -> TextSize {
        let byte = match &self.bytes {
            Some(bytes) => bytes.get(index).copied().unwrap_or(self.length),
            None => index.min(self.length),
        };
        self.start + TextSize::try_from(byte).unwrap_or_default()
    }

    fn range(&self, span: Span) -> TextRange {
        let start = self.offset(span.start.index());
        TextRange::new(start, self.offset(span.end.index()).max(start))
    }
}

/// A collection that is being read.
struct Open {
    start: TextRange,
    data: Data,
    /// In a mapping, the key whose value comes next.
    key: Option<(String, TextRange)>,
}

/// The first document as a tree.
fn tree(text: &str, places: &Places) -> Result<Node, Diagnostic> {
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = places.offset(error.marker().index());
            Diagnostic::bad_front_matter(TextRange::empty(at), error.info())
        })?;
        let range = places.range(span);
        let done = match event {
            Event::Scalar(text, style, ..) => {
                Node { range, data: Data::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain } }
            }
            Event::Alias(_) => Node { range, data: Data::Alias },
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() == MAX_DEPTH {
                    return Err(Diagnostic::nested_too_deep(range, MAX_DEPTH as u32));
                }
                let sequence = matches!(event, Event::SequenceStart(..));
                let data = if sequence { Data::Sequence(Vec::new()) } else { Data::Mapping(Vec::new()) };
                open.push(Open { start: range, data, key: None });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(closed) => Node { range: closed.start.cover(range), data: closed.data },
                None => continue,
            },
            Event::DocumentEnd => break,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => continue,
        };
        let Some(parent) = open.last_mut() else { return Ok(done) };
        match (&mut parent.data, parent.key.take(), done) {
            (Data::Sequence(items), _, item) => items.push(item),
            (Data::Mapping(members), Some((key, key_range)), value) => members.push((key, key_range, value)),
            (_, None, Node { range, data: Data::Scalar { text, .. } }) => parent.key = Some((text, range)),
            // A key that is not a scalar: its value is dropped with it.
            (_, None, Node { range, .. }) => parent.key = Some((String::new(), range)),
            (Data::Scalar { .. } | Data::Alias, Some(_), _) => {}
        }
    }
    Ok(Node { range: TextRange::default(), data: Data::Mapping(Vec::new()) })
}

impl Params {
    fn front_matter(&mut self, root: &Node) {
        let Data::Mapping(members) = &root.data else { return };
        for (key, _, value) in members {
            if key != "params" {
                continue;
            }
            match &value.data {
                Data::Mapping(params) => params.iter().for_each(|(name, range, node)| self.param(name, *range, node)),
                Data::Scalar { text, plain: true } if is_null(text) => {}
                _ => {
                    self.diagnostics.push(Diagnostic::params_not_a_map(value.range));
                    self.incomplete = true;
                }
            }
        }
    }

    fn param(&mut self, name: &str, range: TextRange, node: &Node) {
        if !is_name(name) {
            return self.diagnostics.push(Diagnostic::bad_parameter_name(range, name));
        }
        if self.params.iter().any(|param| &*param.name == name) {
            return self.diagnostics.push(Diagnostic::duplicate_parameter(range, name));
        }
        let (mut ty, mut default, mut doc) = (None, None, None);
        match &node.data {
            Data::Mapping(members) => {
                for (key, key_range, value) in members {
                    match key.as_str() {
                        "type" => ty = self.ty(value),
                        "default" => default = Some(value),
                        "doc" => doc = scalar(value).map(str::to_owned),
                        _ => self.diagnostics.push(Diagnostic::unknown_parameter_key(*key_range, key)),
                    }
                }
                if ty.is_none() && default.is_none() {
                    self.diagnostics.push(Diagnostic::untyped_parameter(range, name));
                }
            }
            _ => default = Some(node),
        }
        let default = default.and_then(|node| self.default_value(node, ty));
        let ty = ty.or(default.as_ref().map(Value::ty)).unwrap_or(Type::String);
        self.params.push(Param { name: name.into(), ty, default, doc, range });
    }

    fn ty(&mut self, node: &Node) -> Option<Type> {
        let ty = scalar(node).and_then(Type::from_word);
        if ty.is_none() {
            self.diagnostics.push(Diagnostic::unknown_parameter_type(node.range, scalar(node).unwrap_or("this")));
        }
        ty
    }

    /// A default of the type that was said, else of the type that the value itself shows.
    fn default_value(&mut self, node: &Node, ty: Option<Type>) -> Option<Value> {
        let value = match (&node.data, ty) {
            (Data::Scalar { text, plain: true }, _) if is_null(text) => return None,
            (Data::Scalar { text, plain }, None) => return Some(inferred(text, *plain)),
            (Data::Scalar { text, plain }, Some(Type::Dynamic)) => Ok(Value::Dynamic(scalar_json(text, *plain).into())),
            // A number alone would be days, which nobody means here.
            (Data::Scalar { text, .. }, Some(Type::Timespan)) if text.trim().parse::<f64>().is_ok() => {
                self.diagnostics.push(Diagnostic::default_without_unit(node.range, text.trim()));
                return None;
            }
            (Data::Scalar { text, .. }, Some(ty)) => literal::parse_as(ty, text),
            (Data::Alias, _) => Err(Problem::Empty),
            (_, None | Some(Type::Dynamic)) => {
                let mut text = String::new();
                json(node, &mut text);
                Ok(Value::Dynamic(text.into()))
            }
            (_, Some(ty)) => Err(Problem::WrongType(ty)),
        };
        value.map_err(|problem| self.diagnostics.push(Diagnostic::bad_parameter_default(node.range, &problem))).ok()
    }
}

fn scalar(node: &Node) -> Option<&str> {
    match &node.data {
        Data::Scalar { text, .. } => Some(text),
        _ => None,
    }
}

/// As the language can write it: letters, digits and `_`, with dots between.
fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    name.split('.').all(is_part)
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn inferred(text: &str, plain: bool) -> Value {
    let string = || Value::String(text.into());
    if !plain {
        return string();
    }
    let bool = literal::parse_as(Type::Bool, text);
    let number = || literal::parse_as(Type::Long, text).or_else(|_| literal::parse_as(Type::Real, text));
    // A number alone is a number here, though `timespan(2)` means two days.
    let time = || literal::parse_timespan(text).map(Value::Timespan);
    let date = || literal::parse_datetime(text).map(Value::Datetime);
    bool.or_else(|_| number()).or_else(|_| time()).or_else(|_| date()).unwrap_or_else(|_| string())
}

fn scalar_json(text: &str, plain: bool) -> String {
    match inferred(text, plain) {
        Value::Bool(_) | Value::Long(_) | Value::Real(_) => text.to_owned(),
        _ if plain && is_null(text) => "null".to_owned(),
        _ => literal::json_string(text),
    }
}

fn json(node: &Node, text: &mut String) {
    match &node.data {
        Data::Scalar { text: scalar, plain } => text.push_str(&scalar_json(scalar, *plain)),
        Data::Alias => text.push_str("null"),
        Data::Sequence(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                json(item, text);
            }
            text.push(']');
        }
        Data::Mapping(members) => {
            text.push('{');
            for (index, (key, _, value)) in members.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&literal::json_string(key));
                text.push(':');
                json(value, text);
            }
            text.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use expect_test::{Expect, expect};

    fn check(front_matter: &str, expected: Expect) {
        let text = format!("---\n{front_matter}---\n# Ünïcode\n");
        let super::Params { params, diagnostics, .. } = super::params(&crate::parse(&text));
        let mut out = String::new();
        for param in params {
            let at = &text[param.range];
            let _ = writeln!(out, "{at}: {} = {:?} {:?}", param.ty, param.default, param.doc.unwrap_or_default());
        }
        for found in diagnostics {
            let help = found.help.unwrap_or_default();
            let _ = writeln!(out, "`{}`: {} help: {help}", &text[found.range], found.message);
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn types_are_said_or_inferred() {
        check(
            "title: Überblick\nparams:\n  service: {type: string, default: checkout, doc: Der Dienst}\n  größe: 4KiB\n  slow: 500ms\n  since: 2026-01-01\n  objective:\n    type: real\n    default: 99\n  on: true\n  id: \"7\"\n  tags: [a, 1, null]\n  customer:\n    type: long\n",
            expect![[r#"
                service: string = Some(String("checkout")) "Der Dienst"
                größe: long = Some(Long(4096)) ""
                slow: timespan = Some(Timespan(500000000)) ""
                since: datetime = Some(Datetime(1767225600000000000)) ""
                objective: real = Some(Real(99.0)) ""
                on: bool = Some(Bool(true)) ""
                id: string = Some(String("7")) ""
                tags: dynamic = Some(Dynamic("[\"a\",1,null]")) ""
                customer: long = None ""
            "#]],
        );
    }

    #[test]
    fn mistakes_are_said_at_their_place() {
        check(
            "params:\n  a: {type: strng}\n  b: {type: timespan, default: 5 apples}\n  c: {defalt: 5}\n  a: 5\n  not a name: 5\n  d: {type: long, default: [1]}\n  e: {type: long, default: 99999999999999999999}\n",
            expect![[r#"
                a: string = None ""
                b: timespan = None ""
                c: string = None ""
                d: long = None ""
                e: long = None ""
                `strng`: expected a type, found `strng` help: did you mean `string`?
                `a`: expected a type or a default for `a`, found neither help: write `a: { type: string }`, or a default that shows its type
                `5 apples`: the default does not fit the parameter's type: `apples` is not a unit help: timespans end in ns, us, ms, s, m, h or d, sizes in KB, KiB, MB, MiB, GB or GiB
                `defalt`: expected type, default or doc, found `defalt`, which means nothing here help: did you mean `default`?
                `c`: expected a type or a default for `c`, found neither help: write `c: { type: string }`, or a default that shows its type
                `a`: expected each parameter once, found `a` again help: remove one
                `not a name`: expected a parameter's name, found `not a name` help: use letters, digits and `_`, and begin with a letter
                `[1]`: the default does not fit the parameter's type: a list or map is not a long help: 
                `99999999999999999999`: the default does not fit the parameter's type: this number does not fit a long, which ends at 2^63 - 1 help: write a smaller one
            "#]],
        );
    }

    #[test]
    fn broken_yaml() {
        check(
            "params: [a, b]\n",
            expect![[r#"
            `[a, b]`: expected names with defaults below `params:`, found a single value or a list help: write one line each below `params:`, e.g. `  service: checkout`
        "#]],
        );
        check(
            "params:\n  a: 'unclosed\n",
            expect![[r#"
            ``: expected YAML in the front matter, found something else: while scanning a quoted scalar, found unexpected document indicator help: write YAML between the `---` lines, values with `:` or `#` in them in quotes
        "#]],
        );
        check(
            "params:\n a: {b\n",
            expect![[r#"
            ``: expected YAML in the front matter, found something else: while parsing a flow mapping, did not find expected ',' or '}' help: write YAML between the `---` lines, values with `:` or `#` in them in quotes
        "#]],
        );
        check(
            "params: &x\n  a: *x\n",
            expect![[r#"
            a: string = None ""
            `*x`: the default does not fit the parameter's type: the value is missing help: 
        "#]],
        );
        check(
            "params:\n  service: checkout\n  ne\n  slow: 500ms\n",
            expect![[r#"
            service: string = Some(String("checkout")) ""
            slow: timespan = Some(Timespan(500000000)) ""
            ``: expected YAML in the front matter, found something else: simple key expect ':' help: write YAML between the `---` lines, values with `:` or `#` in them in quotes
        "#]],
        );
        check(
            "params:\n  service: checkout\n  grö: { type: lo\n  slow: 500ms\n",
            expect![[r#"
            service: string = Some(String("checkout")) ""
            slow: timespan = Some(Timespan(500000000)) ""
            ``: expected YAML in the front matter, found something else: while parsing a flow mapping, did not find expected ',' or '}' help: write YAML between the `---` lines, values with `:` or `#` in them in quotes
        "#]],
        );
        check(
            "params:\n  slow: { type: timespan, default: 5 }\n  quick: { type: timespan, default: 5ms }\n",
            expect![[r#"
                slow: timespan = None ""
                quick: timespan = Some(Timespan(5000000)) ""
                `5`: a timespan has a unit, and `5` has none help: write `5ms`, `5s` or `5m`
            "#]],
        );
        check("title: nothing\n", expect![""]);
        check("", expect![""]);
    }

    #[test]
    fn nesting_is_limited() {
        let super::Params { params, diagnostics, .. } =
            super::params(&crate::parse(&format!("---\nparams: {}\n---\n", "- ".repeat(10_000))));
        assert!(params.is_empty());
        assert_eq!(diagnostics.len(), 1);
        let deep = format!("---\nparams: {}\n---\n", "[".repeat(10_000));
        assert_eq!(super::params(&crate::parse(&deep)).diagnostics.len(), 1);
    }
}
