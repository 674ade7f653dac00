//! `union`: which pipelines, under which names, and one schema for all.

use super::check::Checker;
use super::operators::literal;
use super::pipelines::Flow;
use crate::ast::{self, Stage};
use crate::pipeline::{Expr, ExprKind, Named, StageKind};
use crate::{Diagnostic, Field, Name, Schema, TextRange, Type, Value};

/// What the stage's properties say.
struct Words {
    /// The field that says where an event comes from.
    with_source: Option<(Name, TextRange)>,
    /// Only the fields that all have.
    inner: bool,
    /// What is not there is left out.
    fuzzy: bool,
}

/// One of the pipelines, and what `withsource` calls it.
struct Branch {
    name: String,
    flow: Flow,
}

impl Checker<'_> {
    /// `union a, b` at the start of a pipeline.
    pub(super) fn leading_union(&mut self, stage: &Stage) -> Option<Flow> {
        let Stage::Union(union) = stage else { return None };
        let words = self.union_words(union)?;
        let mut branches = self.branches(union, &words, 0)?.into_iter();
        let Branch { name, mut flow } = branches.next()?;
        self.union_of(union, words, name, branches.collect(), &mut flow)?;
        Some(flow)
    }

    pub(super) fn union(&mut self, union: &ast::UnionStage, flow: &mut Flow) -> Option<()> {
        let words = self.union_words(union)?;
        let branches = self.branches(union, &words, 1)?;
        self.union_of(union, words, "union_arg0".to_owned(), branches, flow)
    }

    fn union_of(
        &mut self,
        union: &ast::UnionStage,
        words: Words,
        name: String,
        mut branches: Vec<Branch>,
        flow: &mut Flow,
    ) -> Option<()> {
        let range = union.range();
        if let Some((column, place)) = &words.with_source {
            let taken = |flow: &Flow| flow.schema.field(column).is_some();
            if taken(flow) || branches.iter().any(|branch| taken(&branch.flow)) {
                self.report(Diagnostic::duplicate_name(*place, column));
                return None;
            }
            say_source(flow, column, &name, range);
            branches.iter_mut().for_each(|branch| say_source(&mut branch.flow, column, &branch.name, range));
            self.note_made(column, Some(*place), *place);
        }
        if words.inner {
            let open = flow.schema.open || branches.iter().any(|branch| branch.flow.schema.open);
            let common = |field: &&Field| branches.iter().all(|branch| branch.flow.schema.fields.contains(field));
            let common: Vec<Field> = flow.schema.fields.iter().filter(common).cloned().collect();
            // Of an open source the fields that were seen count; where none was, nothing can be said.
            let time = flow.schema.time.as_ref();
            if open && common.iter().all(|field| Some(&field.name) == time) {
                self.report(Diagnostic::union_inner_open(range));
                return None;
            }
            keep(flow, &common, range);
            branches.iter_mut().for_each(|branch| keep(&mut branch.flow, &common, range));
        }
        if !branches.is_empty() {
            self.merge(range, branches.into_iter().map(|branch| branch.flow).collect(), flow)?;
        }
        if let Some((column, _)) = words.with_source {
            let mut output = flow.schema.clone();
            let place = output.position(&column)?;
            let first = output.fields.remove(place);
            output.fields.insert(0, first);
            flow.push(range, StageKind::Reorder(vec![column]), output);
        }
        Some(())
    }

    fn union_words(&mut self, union: &ast::UnionStage) -> Option<Words> {
        const KNOWN: [&str; 3] = ["withsource", "kind", "isfuzzy"];
        let mut words = Words { with_source: None, inner: false, fuzzy: false };
        for property in union.properties() {
            let (Some(name), Some(value)) = (property.name(), property.value()) else { continue };
            let text = self.written(value.range()).trim().to_owned();
            match name.text().as_str() {
                "withsource" | "with_source" => {
                    let ast::Expr::Name(column) = &value else { continue };
                    words.with_source = Some((column.text().into(), column.range()));
                }
                "kind" => match text.as_str() {
                    "inner" => words.inner = true,
                    "outer" => {}
                    _ => {
                        self.report(Diagnostic::unknown_kind(value.range(), "union", &text, ["outer", "inner"]));
                        return None;
                    }
                },
                "isfuzzy" => words.fuzzy = text == "true",
                // How a cluster goes about it.
                hint if hint.starts_with("hint.") => {}
                other => {
                    self.report(Diagnostic::unknown_property(name.range(), "union", other, KNOWN));
                    return None;
                }
            }
        }
        Some(words)
    }

    /// `first`: the number of the first one among all.
    fn branches(&mut self, union: &ast::UnionStage, words: &Words, first: usize) -> Option<Vec<Branch>> {
        let mut branches: Vec<Branch> = Vec::new();
        let mut whole = true;
        for source in union.sources() {
            if let Some(pattern) = source.pattern() {
                whole &= self.matching(&pattern, &mut branches);
                continue;
            }
            let name = source.name();
            if let Some(name) = &name
                && words.fuzzy
                && !self.names_pipeline(&name.text())
                && self.function_range(&name.text()).is_none()
            {
                self.report(Diagnostic::left_out(name.range(), &name.text()));
                continue;
            }
            let number = first + branches.len();
            match self.source(&source) {
                Some(flow) => {
                    let name = name.map(|name| name.text()).or_else(|| named_rows(&source));
                    let name = name.unwrap_or_else(|| format!("union_arg{number}"));
                    branches.push(Branch { name, flow });
                }
                None => whole = false,
            }
        }
        if whole && branches.is_empty() && first == 0 {
            self.report(Diagnostic::empty_union(union.range()));
            return None;
        }
        whole.then_some(branches)
    }

    /// The sources that a pattern names; false where there is none.
    fn matching(&mut self, pattern: &ast::NamePattern, branches: &mut Vec<Branch>) -> bool {
        let text = pattern.text();
        let context = self.context;
        let before = branches.len();
        for decl in context.sources.sources.iter().filter(|decl| super::stages::matches_pattern(&text, &decl.name)) {
            let flow = self.flow_of(decl, pattern.range());
            branches.push(Branch { name: decl.name.to_string(), flow });
        }
        if branches.len() == before {
            let known = context.sources.sources.iter().map(|source| &*source.name);
            self.report(Diagnostic::unknown_source(pattern.range(), &text, known));
            return false;
        }
        true
    }

    /// One schema for all: fields by name, of one type each.
    fn merge(&mut self, range: TextRange, others: Vec<Flow>, flow: &mut Flow) -> Option<()> {
        let mut output = flow.schema.clone();
        for other in &others {
            for field in &other.schema.fields {
                match output.field(&field.name) {
                    None => output.fields.push(field.clone()),
                    Some(known) if known.ty.holds(field.ty) => {}
                    // What is declared on both sides and differs is a mistake; what was only seen so far is not.
                    Some(known)
                        if known.ty.wider(field.ty) == Type::Real
                            || field.ty == Type::Dynamic
                            || flow.schema.open
                            || other.schema.open =>
                    {
                        output.set(Field { name: field.name.clone(), ty: known.ty.wider(field.ty) });
                    }
                    Some(known) => {
                        self.report(Diagnostic::union_types(range, &field.name, known.ty, field.ty));
                        return None;
                    }
                }
            }
            output.open |= other.schema.open;
            if output.time != other.schema.time {
                output.time = None;
            }
        }
        flow.bounded &= others.iter().all(|other| other.bounded);
        flow.windowed = false;
        let others = others.into_iter().map(|other| self.finished_within(other)).collect();
        flow.push(range, StageKind::Union(others), output);
        Some(())
    }
}

/// `(… | as name)`
fn named_rows(source: &ast::Source) -> Option<String> {
    match source.subpipeline()?.pipeline()?.stages().last()? {
        ast::Stage::As(named) => Some(named.name()?.text()),
        _ => None,
    }
}

fn say_source(flow: &mut Flow, column: &Name, name: &str, range: TextRange) {
    let mut output = flow.schema.clone();
    output.fields.push(Field { name: column.clone(), ty: Type::String });
    let expr = literal(Value::String(name.into()), range);
    flow.push(range, StageKind::Extend(vec![Named { name: column.clone(), expr }]), output);
}

fn keep(flow: &mut Flow, fields: &[Field], range: TextRange) {
    let named = |field: &Field| Named {
        name: field.name.clone(),
        expr: Expr { kind: ExprKind::Field(field.name.clone()), ty: field.ty, range },
    };
    let time = flow.schema.time.clone().filter(|time| fields.iter().any(|field| field.name == *time));
    let output = Schema { fields: fields.to_vec().into(), open: false, time };
    flow.push(range, StageKind::Project(fields.iter().map(named).collect()), output);
}
