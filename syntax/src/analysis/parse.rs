//! `parse`, `parse-where` and `parse-kv`: fields that are read out of a text.

use super::check::Checker;
use super::expression::Scope;
use super::pipelines::Flow;
use crate::ast;
use crate::catalog::functions::Arg;
use crate::pipeline::{Expr, ExprKind, KeyValues, Parse, ParseKind, ParseKv, PatternPart, StageKind};
use crate::{Diagnostic, Field, Schema, Type, Value};

const KINDS: [(&str, ParseKind); 3] =
    [("simple", ParseKind::Simple), ("regex", ParseKind::Regex), ("relaxed", ParseKind::Relaxed)];

/// What `with (…)` of a `parse-kv` says of its pairs.
#[derive(Default)]
struct KvWritten {
    pairs: Option<std::sync::Arc<str>>,
    key_value: Option<std::sync::Arc<str>>,
    greedy: bool,
    regex: Option<std::sync::Arc<str>>,
    quote: bool,
    escape: bool,
}

impl Checker<'_> {
    pub(super) fn parse_stage(&mut self, parse: &ast::ParseStage, flow: &mut Flow) -> Option<()> {
        let (flags, others): (Vec<ast::Property>, Vec<ast::Property>) =
            parse.properties().partition(|property| property.name().is_some_and(|name| name.text() == "flags"));
        let kind = self.one_of(others.into_iter(), "kind", &KINDS.map(|(word, _)| word), "parse");
        let text = self.text(parse.text(), flow);
        let written: Vec<ast::PatternPart> = parse.pattern()?.parts().collect();
        let mut pattern = Vec::new();
        for (place, part) in written.iter().enumerate() {
            pattern.push(match part {
                ast::PatternPart::Skip(_) => PatternPart::Skip,
                ast::PatternPart::Text(literal) => PatternPart::Text(self.pattern_text(literal)?),
                ast::PatternPart::Column(column) => {
                    let field = self.column(column)?;
                    let ends = !matches!(field.ty, Type::String | Type::Dynamic);
                    let next = written.get(place + 1);
                    if !ends && !matches!(next, None | Some(ast::PatternPart::Text(_))) {
                        self.report(Diagnostic::endless_column(column.range(), &field.name));
                        return None;
                    }
                    PatternPart::Field(field)
                }
            });
        }
        let (kind, text) = (kind?, text?);
        let kind = KINDS.iter().find(|(word, _)| *word == kind).map_or(ParseKind::Simple, |(_, kind)| *kind);
        let flags = self.flags(flags.last(), kind)?;
        let parse_stage = Parse { text, kind, pattern, flags, filter: parse.is_where() };
        if let Err(problem) = parse_stage.regex() {
            self.report(Diagnostic::bad_regex(parse.pattern()?.range(), &problem.to_string()));
            return None;
        }
        let mut output = flow.schema.clone();
        parse_stage.fields().for_each(|field| set(&mut output, field.clone()));
        flow.push(parse.range(), StageKind::Parse(parse_stage), output);
        Some(())
    }

    pub(super) fn parse_kv(&mut self, parse: &ast::ParseKvStage, flow: &mut Flow) -> Option<()> {
        let text = self.text(parse.text(), flow);
        let mut fields = Vec::new();
        for column in parse.columns()?.columns() {
            fields.push(self.column(&column)?);
        }
        let mut made =
            ParseKv { text: text?, fields, form: KeyValues::Logfmt, quotes: Vec::new(), escapes: Vec::new() };
        let mut written = KvWritten::default();
        for property in parse.with().iter().flat_map(|with| with.properties()) {
            self.parse_kv_property(&property, &mut made, &mut written)?;
        }
        if !written.quote {
            made.quotes.push(('"', '"'));
        }
        if !written.escape {
            made.escapes.push('\\');
        }
        if let Some(pattern) = written.regex {
            made.form = KeyValues::Regex(pattern);
        } else if written.pairs.is_some() || written.key_value.is_some() || written.greedy {
            let (pairs, key_value) = (written.pairs, written.key_value);
            made.form = KeyValues::Delimited {
                pairs: pairs.unwrap_or_else(|| " ".into()),
                key_value: key_value.unwrap_or_else(|| "=".into()),
                greedy: written.greedy,
            };
        }
        let mut output = flow.schema.clone();
        made.fields.iter().for_each(|field| set(&mut output, field.clone()));
        flow.push(parse.range(), StageKind::ParseKv(made), output);
        Some(())
    }

    fn parse_kv_property(
        &mut self,
        property: &ast::Property,
        made: &mut ParseKv,
        written: &mut KvWritten,
    ) -> Option<()> {
        const KNOWN: [&str; 6] = ["pair_delimiter", "kv_delimiter", "quote", "escape", "greedy", "regex"];
        let (name, value) = (property.name()?, property.value()?);
        if !KNOWN.contains(&name.text().as_str()) {
            self.report(Diagnostic::unknown_property(name.range(), "parse-kv", &name.text(), KNOWN));
            return None;
        }
        let what = format!("`{}`", name.text());
        if name.text() == "greedy" {
            let greedy = self.expr_as(&value, Type::Bool, &what, &mut Scope::constant())?;
            let ExprKind::Literal(Value::Bool(greedy)) = greedy.kind else {
                self.report(Diagnostic::not_constant(value.range(), &what, "greedy=true"));
                return None;
            };
            written.greedy = greedy;
            return Some(());
        }
        let ExprKind::Literal(Value::String(text)) =
            self.expr_as(&value, Type::String, &what, &mut Scope::constant())?.kind
        else {
            self.report(Diagnostic::not_constant(value.range(), &what, "pair_delimiter=\",\""));
            return None;
        };
        let mut chars = text.chars();
        match (name.text().as_str(), chars.next(), chars.next(), chars.next()) {
            ("regex", ..) => {
                match ParseKv::regex(&text) {
                    Ok(regex) if regex.captures_len() == 3 => {}
                    Ok(_) => {
                        let needed = "two groups: the first for the key, the second for its value";
                        self.report(Diagnostic::bad_delimiter(value.range(), "regex", needed));
                        return None;
                    }
                    Err(problem) => {
                        self.report(Diagnostic::bad_regex(value.range(), &problem.to_string()));
                        return None;
                    }
                }
                written.regex = Some(text);
            }
            ("pair_delimiter", Some(_), ..) => written.pairs = Some(text),
            ("kv_delimiter", Some(_), ..) => written.key_value = Some(text),
            ("quote", None, ..) => written.quote = true,
            ("quote", Some(both), None, _) => {
                written.quote = true;
                made.quotes.push((both, both));
            }
            ("quote", Some(open), Some(close), None) => {
                written.quote = true;
                made.quotes.push((open, close));
            }
            ("escape", escape, None, _) => {
                written.escape = true;
                made.escapes.extend(escape);
            }
            (name, ..) => {
                let needed = match name {
                    "quote" => "one character, or two: the opening and the closing one",
                    "escape" => "one character",
                    _ => "at least one character",
                };
                self.report(Diagnostic::bad_delimiter(value.range(), name, needed));
                return None;
            }
        }
        Some(())
    }

    /// The letters of `flags=…`, which belong to a regular expression.
    fn flags(&mut self, property: Option<&ast::Property>, kind: ParseKind) -> Option<std::sync::Arc<str>> {
        const KNOWN: [char; 5] = ['i', 'm', 's', 'U', 'x'];
        let Some(property) = property else { return Some("".into()) };
        let value = property.value()?;
        let text = match &value {
            ast::Expr::Name(word) => word.text(),
            other => match self.expr(other, &mut Scope::constant())?.kind {
                ExprKind::Literal(Value::String(text)) => text.to_string(),
                _ => self.written(value.range()),
            },
        };
        if kind != ParseKind::Regex {
            self.report(Diagnostic::flags_without_regex(property.range()));
            return None;
        }
        if let Some(unknown) = text.chars().find(|flag| !KNOWN.contains(flag)) {
            self.report(Diagnostic::unknown_flag(value.range(), unknown));
            return None;
        }
        Some(text.into())
    }

    fn text(&mut self, text: Option<ast::Expr>, flow: &mut Flow) -> Option<Expr> {
        let text = self.over(&text?, flow)?;
        self.argument(Arg::String, "text", text)
    }

    fn pattern_text(&mut self, literal: &ast::Literal) -> Option<std::sync::Arc<str>> {
        match self.expr(&ast::Expr::Literal(literal.clone()), &mut Scope::constant())?.kind {
            ExprKind::Literal(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    fn column(&mut self, column: &ast::Column) -> Option<Field> {
        let name = column.name()?;
        let field = Field::new(name.text(), self.type_name(column.ty(), Type::String)?);
        self.note_made(&field.name, Some(name.range()), name.range());
        Some(field)
    }

    pub(super) fn type_name(&mut self, written: Option<ast::TypeName>, default: Type) -> Option<Type> {
        let Some(written) = written else { return Some(default) };
        let ty = Type::from_word(&written.text());
        if ty.is_none() {
            self.report(Diagnostic::unknown_type(written.range(), &written.text()));
        }
        ty
    }
}

/// A field that is read out of a text is no longer the event's own time.
pub(super) fn set(output: &mut Schema, field: Field) {
    if output.time.as_ref() == Some(&field.name) {
        output.time = None;
    }
    output.set(field);
}
