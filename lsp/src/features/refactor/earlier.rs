//! A filter goes before the stages that do not make what it asks for: what it drops is then not worked on. Only
//! past stages for which the order makes no difference, and only where its names mean the same there.

use syntax::analysis::What;
use syntax::ast::{self, AstNode, Expr, Item, Stage};
use syntax::{Edit, Name, Schema, SyntaxKind, TextRange, Type};

use super::{Change, Here, pipe};
use crate::features::actions::Kind;
use crate::features::typing::begins_line;

pub(super) fn earlier(here: &Here<'_>) -> Option<Change> {
    let Stage::Where(filter) = here.around::<Stage>()? else { return None };
    let pipeline = ast::Pipeline::cast(filter.syntax().parent()?)?;
    let stages: Vec<Stage> = pipeline.stages().collect();
    let own = stages.iter().position(|stage| stage.syntax() == filter.syntax())?;
    let reads = Reads::of(here, &filter);
    let passed = (0..own).rev().take_while(|at| reads.pass(here, &stages[*at]));
    // Past other filters only on the way to somewhere.
    let to = passed.filter(|at| !matches!(stages[*at], Stage::Where(_))).last()?;
    let moved = with_comments(&stages[own])?;
    let separator = if pipeline.syntax().text().to_string().contains(['\n', '\r']) { "\n" } else { " " };
    let edits = vec![
        Edit {
            range: TextRange::empty(with_comments(&stages[to])?.start()),
            text: format!("{}{separator}", here.plain(moved)),
        },
        Edit { range: moved, text: String::new() },
    ];
    let word = stages[to].word()?;
    let far = match own - to {
        1 => String::new(),
        count => format!(", {count} stages earlier"),
    };
    let title = format!("Move this filter before `{}`{far}", word.text());
    Some(Change { kind: Kind::RefactorRewrite, title, edits })
}

/// From a stage's pipe to its end, with the comments on the lines above and at its last line's end.
fn with_comments(stage: &Stage) -> Option<TextRange> {
    let mut start = pipe(stage)?;
    let mut token = start.prev_token();
    while let Some(before) = token.filter(|token| token.kind().is_trivia()) {
        if before.kind() == SyntaxKind::COMMENT {
            if !begins_line(&before) {
                break;
            }
            start = before.clone();
        }
        token = before.prev_token();
    }
    let mut end = stage.range().end();
    let mut token = stage.syntax().last_token()?.next_token();
    while let Some(after) = token {
        match after.kind() {
            SyntaxKind::WHITESPACE => {}
            SyntaxKind::COMMENT => end = after.text_range().end(),
            _ => break,
        }
        token = after.next_token();
    }
    Some(TextRange::new(start.text_range().start(), end))
}

/// What a filter asks for.
struct Reads {
    /// As written, the field that it is, and of which type.
    fields: Vec<(String, Name, Type)>,
    /// Names of parameters and lets.
    others: Vec<String>,
}

impl Reads {
    fn of(here: &Here<'_>, filter: &ast::WhereStage) -> Reads {
        let resolutions = &here.document.analysis().resolutions;
        let inside = resolutions.iter().filter(|known| filter.range().contains_range(known.range));
        let mut reads = Reads { fields: Vec::new(), others: Vec::new() };
        for known in inside {
            let written = filter.syntax().token_at_offset(known.range.start()).right_biased();
            let written = written.and_then(|token| token.parent_ancestors().find_map(ast::NameRef::cast));
            let written = written.map(|name| name.text()).unwrap_or_default();
            match &known.what {
                What::Field { name, ty } => reads.fields.push((written, name.clone(), *ty)),
                What::Let(_) | What::Param(_) => reads.others.push(written),
                What::Function(_) | What::Aggregate(_) | What::Source(_) => {}
            }
        }
        reads
    }

    fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(_, field, _)| **field == *name)
    }

    fn all(&self, is: impl Fn(&str) -> bool) -> bool {
        self.fields.iter().all(|(_, name, _)| is(name))
    }

    /// Whether the filter does before the stage what it does after it.
    fn pass(&self, here: &Here<'_>, stage: &Stage) -> bool {
        let mut stages = here.document.analysis().blocks.iter().flat_map(|block| &block.stages);
        let Some(known) = stages.find(|known| known.range == stage.range()) else { return false };
        if !self.mean_the_same(&known.input) {
            return false;
        }
        match stage {
            Stage::Where(_) | Stage::Sort(_) | Stage::ProjectKeep(_) | Stage::ProjectAway(_) => true,
            Stage::Extend(extend) => extend.items().all(|item| item.name().is_some_and(|name| !self.has(&name.text()))),
            Stage::ProjectRename(_) | Stage::Parse(_) | Stage::ParseKv(_) | Stage::MvExpand(_) => {
                let mut nodes = stage.syntax().descendants();
                !nodes.any(|node| {
                    ast::Name::cast(node.clone()).is_some_and(|name| self.has(&name.text()))
                        || ast::NameRef::cast(node)
                            .is_some_and(|name| matches!(stage, Stage::MvExpand(_)) && self.has(&name.text()))
                })
            }
            Stage::Project(project) => self.all(|name| project.items().any(|item| is_plain(&item, name))),
            Stage::Summarize(summarize) => {
                let keys: Vec<Item> = summarize.by().iter().flat_map(|by| by.items()).collect();
                self.all(|key| keys.iter().any(|item| is_plain(item, key)))
            }
            Stage::Distinct(distinct) => self.all(|name| {
                let mut fields = distinct.exprs();
                fields.any(|field| matches!(field, Expr::Star(_)) || is_plain(&Item::Expr(field), name))
            }),
            // All events of a key, or none.
            Stage::Sample(sample) => {
                sample.by().is_some_and(|by| self.all(|key| by.items().any(|it| is_plain(&it, key))))
            }
            // What it asks for is of the main side, which the other side's events do not change.
            Stage::Join(join) => join.properties().all(|property| {
                let kind = property.value().map(|value| value.syntax().text().to_string()).unwrap_or_default();
                // What has no partner there has none of the main side's fields.
                !kind.starts_with("right") && kind != "fullouter"
            }),
            Stage::Lookup(_) => true,
            _ => false,
        }
    }

    /// Every name stands for the same there as here.
    fn mean_the_same(&self, schema: &Schema) -> bool {
        let fields = self.fields.iter().all(|(written, name, ty)| {
            let found = longest(schema, written).or_else(|| schema.field(name));
            found.is_some_and(|field| field.name == *name && field.ty == *ty)
        });
        fields && self.others.iter().all(|written| longest(schema, written).is_none())
    }
}

/// The field that a dotted name, or its beginning, is.
fn longest<'s>(schema: &'s Schema, written: &str) -> Option<&'s syntax::Field> {
    let ends = written.match_indices('.').map(|(at, _)| at).chain([written.len()]);
    let ends: Vec<usize> = ends.collect();
    ends.into_iter().rev().find_map(|end| schema.field(&written[..end]))
}

fn is_plain(item: &Item, name: &str) -> bool {
    matches!(item, Item::Expr(Expr::Name(field)) if field.text() == name)
}
