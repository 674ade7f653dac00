//! The rule of each stage: what it needs, and the schema that leaves it.

use super::check::Checker;
use super::expression::Scope;
use super::names::{self, Taken};
use super::operators::constant;
use super::pipelines::Flow;
use super::summarize::grows;
use crate::ast::{self, AstNode, Stage};
use crate::catalog::stages;
use crate::pipeline::{Assert, Expr, ExprKind, Named, Scope as Over, SortKey, StageKind};
use crate::{Diagnostic, Field, Name, Schema, TextRange, Type, Value};

impl Checker<'_> {
    /// None where the stage is broken.
    pub(super) fn stage(&mut self, stage: &Stage, flow: &mut Flow) -> Option<()> {
        let outer = std::mem::replace(&mut self.stage_start, stage.range().start());
        let done = self.stage_rule(stage, flow);
        self.stage_start = outer;
        self.drop_hidden(stage.range(), flow);
        done
    }

    fn stage_rule(&mut self, stage: &Stage, flow: &mut Flow) -> Option<()> {
        let range = stage.range();
        match stage {
            Stage::Where(filter) => {
                let predicate = self.predicate(&filter.predicate()?, flow)?;
                self.pass(flow, range, StageKind::Where(predicate))
            }
            Stage::Extend(extend) => self.extend(extend.items(), range, flow),
            Stage::Serialize(serialize) => self.serialize(serialize, flow),
            Stage::Project(project) if project.items().any(|item| is_star(&item)) => {
                self.project_all(project.items(), range, flow)
            }
            Stage::Project(project) => {
                let made = self.items(project.items(), flow, &Schema::default())?;
                self.project(flow, range, made)
            }
            Stage::ProjectKeep(keep) => {
                let names = self.patterns(keep.patterns(), flow)?;
                let patterns: Vec<String> = keep.patterns().map(|pattern| pattern.text()).collect();
                if flow.schema.open && patterns.iter().any(|pattern| pattern.contains('*')) {
                    return self.keep_open(&names, patterns, range, flow);
                }
                let made = names.iter().filter_map(|name| field(&flow.schema, name, range)).collect();
                self.project(flow, range, made)
            }
            Stage::ProjectAway(away) => {
                let dropped = self.patterns(away.patterns(), flow)?;
                let mut output = flow.schema.clone();
                output.fields.retain(|field| !dropped.contains(&field.name));
                output.time = output.time.filter(|time| !dropped.contains(time));
                let kind = if output.open { StageKind::Drop(dropped) } else { keep_all(&output, range) };
                flow.push(range, kind, output);
                Some(())
            }
            Stage::ProjectRename(rename) => self.rename(rename, flow),
            Stage::ProjectReorder(reorder) => self.reorder(reorder, flow),
            Stage::As(named) => {
                let name = named.name()?;
                self.name_rows(&name, range, flow);
                Some(())
            }
            Stage::Invoke(invoke) => {
                *flow = self.call_pipeline(&invoke.call()?, Some(flow.clone()))?;
                Some(())
            }
            Stage::Take(take) => {
                let count = self.count(take.count(), "the number of events", "take 10")?;
                flow.bounded = true;
                self.pass(flow, range, StageKind::Take(count))
            }
            Stage::Tail(tail) => {
                let count = self.count(tail.count(), "the number of events", "tail 10")?;
                flow.bounded = true;
                self.pass(flow, range, StageKind::Tail(count))
            }
            Stage::Distinct(distinct) => self.distinct(distinct, flow),
            Stage::Count(_) => {
                self.count_stage(range, flow);
                Some(())
            }
            Stage::Summarize(summarize) => self.summarize(summarize, flow),
            Stage::Top(top) => {
                let count = self.count(top.count(), "the number of rows", "top 10 by duration")?;
                let keys = self.sort_keys(top.by()?, flow)?;
                flow.ordered(&keys);
                let kind = StageKind::Top { count, keys, scope: flow.scope() };
                flow.bounded = true;
                self.pass(flow, range, kind)
            }
            Stage::Sort(sort) => {
                let by = sort.by()?;
                let keys = self.sort_keys(by.clone(), flow)?;
                let time = flow.schema.time.as_ref();
                let first = keys.first();
                let by_time =
                    first.is_some_and(|key| matches!(&key.expr.kind, ExprKind::Field(name) if Some(name) == time));
                let endless = !flow.bounded && !flow.windowed;
                let live = endless && by_time && first.is_some_and(|key| !key.descending);
                if endless && !live {
                    let word = stage.word().map_or(range, |word| word.text_range());
                    let written: Vec<String> = by.sort_keys().map(|key| key.syntax().text().to_string()).collect();
                    self.report(Diagnostic::sort_unbounded(range, word, &flow.source, &written.join(", "), by_time));
                    return None;
                }
                flow.ordered(&keys);
                let kind = StageKind::Sort { keys, scope: if live { Over::Time } else { flow.scope() } };
                self.pass(flow, range, kind)
            }
            Stage::Union(union) => self.union(union, flow),
            Stage::Render(render) => {
                self.render(render, flow)?;
                Some(())
            }
            Stage::Unknown(unknown) => {
                self.unknown_stage(unknown, &flow.schema.clone());
                None
            }
            Stage::Parse(parse) => self.parse_stage(parse, flow),
            Stage::ParseKv(parse) => self.parse_kv(parse, flow),
            Stage::MvExpand(expand) => self.mv_expand(expand, flow),
            Stage::MvApply(apply) => self.mv_apply(apply, flow),
            Stage::Evaluate(evaluate) => self.evaluate(evaluate, flow),
            Stage::MakeSeries(series) => self.make_series(series, flow),
            Stage::TopHitters(hitters) => self.top_hitters(hitters, flow),
            Stage::Sample(sample) => self.sample(sample, flow),
            Stage::Getschema(_) => {
                let field = |name| Field::new(name, if name == "ColumnOrdinal" { Type::Long } else { Type::String });
                let fields = ["ColumnName", "ColumnOrdinal", "DataType", "ColumnType"].map(field);
                flow.bounded = true;
                fields.iter().for_each(|field: &Field| self.note_given(field.name.clone(), range));
                let kind = StageKind::Getschema(flow.schema.fields.to_vec());
                flow.push(range, kind, Schema { fields: fields.into(), open: false, time: None });
                Some(())
            }
            Stage::Assert(assert) => {
                let written = assert.predicate()?;
                let predicate = self.predicate(&written, flow)?;
                let written = written.syntax().text().to_string();
                self.pass(flow, range, StageKind::Assert(Assert { predicate, written: written.trim().into() }))
            }
            Stage::Join(join) => self.join(join, flow),
            Stage::Lookup(lookup) => self.lookup(lookup, flow),
        }
    }

    pub(super) fn extend(
        &mut self,
        items: impl Iterator<Item = ast::Item>,
        range: TextRange,
        flow: &mut Flow,
    ) -> Option<()> {
        let mut output = flow.schema.clone();
        let made = self.items(items, flow, &output)?;
        // Names beyond an open schema may have come.
        output.clone_from(&flow.schema);
        for named in &made {
            output.set(Field { name: named.name.clone(), ty: named.expr.ty });
            if output.time.as_ref() == Some(&named.name) {
                output.time = None;
            }
        }
        if !made.is_empty() {
            flow.push(range, StageKind::Extend(made), output);
        }
        Some(())
    }

    /// A stage that lets fields through as they are.
    pub(super) fn pass(&mut self, flow: &mut Flow, range: TextRange, kind: StageKind) -> Option<()> {
        let output = flow.schema.clone();
        flow.push(range, kind, output);
        Some(())
    }

    /// An expression over the flow's fields.
    pub(super) fn over(&mut self, expr: &ast::Expr, flow: &mut Flow) -> Option<Expr> {
        let mut scope = Scope::over(flow);
        let checked = self.expr(expr, &mut scope);
        let beyond = scope.beyond;
        flow.widen(beyond);
        if let Some(checked) = &checked {
            self.look_up(checked, flow);
        }
        checked
    }

    pub(super) fn predicate(&mut self, expr: &ast::Expr, flow: &mut Flow) -> Option<Expr> {
        let checked = self.over(expr, flow)?;
        self.argument(crate::catalog::functions::Arg::Bool, "condition", checked)
    }

    /// `name = expression, …`. Where no name is given one is made, apart from those that are `kept`.
    fn items(&mut self, items: impl Iterator<Item = ast::Item>, flow: &mut Flow, kept: &Schema) -> Option<Vec<Named>> {
        let mut made: Vec<Named> = Vec::new();
        let mut complete = true;
        let (mut taken, mut own) = (Taken::by(&kept.fields), Taken::default());
        for item in items {
            let checked = item.expr().and_then(|expr| self.over(&expr, flow));
            let Some(expr) = checked else {
                complete = false;
                continue;
            };
            let name: Name = match item.name() {
                Some(name) => {
                    let text: Name = name.text().into();
                    taken.take(&text);
                    if !own.take(&text) {
                        let free = taken.free(&text);
                        self.report(Diagnostic::duplicate_name(name.range(), &text).free_name(name.range(), &free));
                        complete = false;
                    }
                    text
                }
                None => {
                    let name = taken.column(&expr);
                    own.take(&name);
                    name
                }
            };
            let written = item.name().map(|name| name.range());
            if written.is_some() || names::still(&expr, &name).is_none() {
                self.note_made(&name, written, item.range());
            }
            made.push(Named { name, expr });
        }
        complete.then_some(made)
    }

    pub(super) fn project(&mut self, flow: &mut Flow, range: TextRange, made: Vec<Named>) -> Option<()> {
        let is_time = |named: &&Named| match &named.expr.kind {
            ExprKind::Field(name) => Some(name) == flow.schema.time.as_ref(),
            _ => false,
        };
        let output = Schema {
            time: made.iter().find(is_time).map(|named| named.name.clone()),
            fields: made.iter().map(|named| Field { name: named.name.clone(), ty: named.expr.ty }).collect(),
            open: false,
        };
        flow.push(range, StageKind::Project(made), output);
        Some(())
    }

    /// The fields that names and `*` patterns stand for, in the schema's order for patterns.
    fn patterns(&mut self, patterns: impl Iterator<Item = ast::NamePattern>, flow: &mut Flow) -> Option<Vec<Name>> {
        let mut names: Vec<Name> = Vec::new();
        let mut complete = true;
        for pattern in patterns {
            let text = pattern.text();
            let before = names.len();
            let matching = flow.schema.fields.iter().filter(|field| matches_pattern(&text, &field.name));
            let found: Vec<Name> = matching.map(|field| field.name.clone()).collect();
            let any = !found.is_empty();
            if let ([only], false) = (found.as_slice(), text.contains('*'))
                && let Some(field) = flow.schema.field(only)
            {
                self.note_field(field.clone(), pattern.range());
            }
            names.extend(found.into_iter().filter(|name| !names[..before].contains(name)).collect::<Vec<_>>());
            if any || text.contains('*') {
                continue;
            }
            if flow.may_have(&text) {
                let field = Field::new(text.as_str(), Type::Dynamic);
                self.note_field(field.clone(), pattern.range());
                flow.widen(vec![field]);
                names.push(text.into());
            } else {
                let known = flow.schema.fields.iter().map(|field| &*field.name);
                self.report(Diagnostic::unknown_field(pattern.range(), &text, known));
                complete = false;
            }
        }
        complete.then_some(names)
    }

    /// `project route, *`: all fields, those that are named first.
    fn project_all(&mut self, items: impl Iterator<Item = ast::Item>, range: TextRange, flow: &mut Flow) -> Option<()> {
        let named = self.items(items.filter(|item| !is_star(item)), flow, &Schema::default())?;
        let mut names: Vec<Name> = Vec::new();
        for named in named {
            match named.expr.kind {
                ExprKind::Field(name) if name == named.name => names.push(name),
                _ => {
                    let example = format!("extend {} = …, and behind it project {0}, *", named.name);
                    self.report(Diagnostic::expected_field(named.expr.range, &example));
                    return None;
                }
            }
        }
        self.reordered(names, range, flow)
    }

    /// `project-keep` by a pattern: of fields that come later too.
    fn keep_open(&mut self, names: &[Name], patterns: Vec<String>, range: TextRange, flow: &mut Flow) -> Option<()> {
        let mut output = flow.schema.clone();
        let fields = output.fields.iter().map(|field| field.name.clone());
        let dropped = fields.filter(|name| !names.contains(name)).collect();
        output.fields.retain(|field| names.contains(&field.name));
        output.time = output.time.filter(|time| names.contains(time));
        flow.push(range, StageKind::Drop(dropped), output);
        flow.keep_only(patterns);
        Some(())
    }

    /// `project-reorder`: the named ones first, those of a pattern in the order that is asked for.
    fn reorder(&mut self, reorder: &ast::ProjectReorderStage, flow: &mut Flow) -> Option<()> {
        let mut names: Vec<Name> = Vec::new();
        for key in reorder.keys() {
            let mut found = self.patterns(key.pattern().into_iter(), flow)?;
            if key.asc().is_some() || key.desc().is_some() {
                found.sort();
            }
            if key.desc().is_some() {
                found.reverse();
            }
            found.retain(|name| !names.contains(name));
            names.extend(found);
        }
        self.reordered(names, reorder.range(), flow)
    }

    fn reordered(&mut self, names: Vec<Name>, range: TextRange, flow: &mut Flow) -> Option<()> {
        let mut output = flow.schema.clone();
        let first = names.iter().filter_map(|name| output.field(name).cloned());
        let rest = output.fields.iter().filter(|field| !names.contains(&field.name)).cloned();
        output.fields = first.chain(rest).collect();
        flow.push(range, StageKind::Reorder(names), output);
        Some(())
    }

    fn rename(&mut self, rename: &ast::ProjectRenameStage, flow: &mut Flow) -> Option<()> {
        let items = self.items(rename.items(), flow, &Schema::default())?;
        let mut pairs = Vec::new();
        let mut output = flow.schema.clone();
        for (named, item) in items.into_iter().zip(rename.items()) {
            let ExprKind::Field(old) = &named.expr.kind else {
                self.report(Diagnostic::expected_field(named.expr.range, "project-rename new = old"));
                return None;
            };
            if output.field(&named.name).is_some() && named.name != *old {
                let free = Taken::by(&output.fields).free(&named.name);
                let place = item.name()?.range();
                self.report(Diagnostic::duplicate_name(place, &named.name).free_name(place, &free));
                return None;
            }
            if let Some(field) = output.fields.iter_mut().find(|field| field.name == *old) {
                field.name = named.name.clone();
            }
            if output.time.as_ref() == Some(old) {
                output.time = Some(named.name.clone());
            }
            pairs.push((old.clone(), named.name));
        }
        flow.push(rename.range(), StageKind::Rename(pairs), output);
        Some(())
    }

    fn distinct(&mut self, distinct: &ast::DistinctStage, flow: &mut Flow) -> Option<()> {
        let mut names: Vec<Name> = Vec::new();
        let mut open = false;
        for expr in distinct.exprs() {
            if let ast::Expr::Star(_) = &expr {
                open = flow.schema.open;
                names = flow.schema.fields.iter().map(|field| field.name.clone()).collect();
                break;
            }
            let checked = self.over(&expr, flow)?;
            let ExprKind::Field(name) = &checked.kind else {
                self.report(Diagnostic::expected_field(expr.range(), "distinct service.name, cloud.region"));
                return None;
            };
            if !flow.bounded && !flow.windowed && grows(&checked) {
                self.report(Diagnostic::unbounded_state(expr.range(), None, name, None));
            }
            names.push(name.clone());
        }
        let output = Schema {
            fields: names.iter().filter_map(|name| flow.schema.field(name).cloned()).collect(),
            open,
            time: flow.schema.time.clone().filter(|time| names.contains(time)),
        };
        flow.push(distinct.range(), StageKind::Distinct(names), output);
        Some(())
    }

    /// A whole number that is not negative, known before anything runs.
    pub(super) fn count(&mut self, expr: Option<ast::Expr>, what: &str, example: &str) -> Option<u64> {
        let expr = expr?;
        let checked = self.expr(&expr, &mut Scope::constant())?;
        match constant(&checked) {
            Some(Value::Long(count)) if count >= 0 => u64::try_from(count).ok(),
            Some(Value::Long(_) | Value::Real(_)) => {
                let found = self.written(expr.range());
                self.report(Diagnostic::out_of_range(expr.range(), what, "a whole number, 0 or more", &found));
                None
            }
            Some(other) => {
                let right = match &other {
                    Value::String(text) => crate::literal::parse_long(text).ok().map(|count| count.to_string()),
                    _ => None,
                };
                let found = format!("a {}", other.ty());
                self.report(Diagnostic::literal_type(expr.range(), what, Type::Long, &found, right));
                None
            }
            None => {
                self.report(Diagnostic::not_constant(expr.range(), &format!("{what}, a whole number,"), example));
                None
            }
        }
    }

    /// Descending unless it says `asc`, nulls last then, as in Kusto.
    pub(super) fn sort_keys(&mut self, by: ast::ByClause, flow: &mut Flow) -> Option<Vec<SortKey>> {
        let mut keys = Vec::new();
        for key in by.sort_keys() {
            let expr = self.over(&key.expr()?, flow)?;
            let descending = key.asc().is_none();
            let nulls_first = match (key.nulls().is_some(), key.first().is_some()) {
                (true, first) => first,
                _ => !descending,
            };
            keys.push(SortKey { expr, descending, nulls_first });
        }
        (!keys.is_empty()).then_some(keys)
    }

    fn unknown_stage(&mut self, unknown: &ast::UnknownStage, schema: &Schema) {
        // Without a word the grammar has said that a stage is missing.
        let Some(word) = unknown.word() else { return };
        let text = word.text();
        let all = TextRange::new(word.text_range().start(), unknown.range().end());
        let rest: Vec<String> = unknown.rest().map(|token| token.text().to_owned()).collect();
        let rest = rest.concat();
        // LogQL's filters are over the line.
        let line = match text {
            "=" => Some(format!(" where body contains {rest}")),
            "!=" => Some(format!(" where body !contains {rest}")),
            "~" => Some(format!(" where body matches regex {rest}")),
            "!~" => Some(format!(" where not(body matches regex {rest})")),
            "json" => Some("extend json = parse_json(body)".to_owned()),
            _ => None,
        };
        let instead = match line {
            Some(line) if schema.field("body").is_some() => Some((all, line)),
            Some(_) => None,
            None => {
                let ours = stages::translate(text).filter(|ours| stages::by_word(ours).is_some());
                ours.map(|ours| (word.text_range(), ours.to_owned()))
            }
        };
        self.report(Diagnostic::unknown_stage(word.text_range(), text, &rest, instead));
    }
}

fn field(schema: &Schema, name: &Name, range: TextRange) -> Option<Named> {
    let field = schema.field(name)?;
    Some(Named { name: name.clone(), expr: Expr { kind: ExprKind::Field(name.clone()), ty: field.ty, range } })
}

fn keep_all(schema: &Schema, range: TextRange) -> StageKind {
    StageKind::Project(schema.fields.iter().filter_map(|kept| field(schema, &kept.name, range)).collect())
}

fn is_star(item: &ast::Item) -> bool {
    matches!(item.expr(), Some(ast::Expr::Star(_)))
}

/// `*` stands for any part of the name.
pub(super) fn matches_pattern(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(place) => rest = &rest[place + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
