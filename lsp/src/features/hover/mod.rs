//! What stands under the cursor, in a few lines: a stage with what it does to the schema, a pipe with what
//! passes it, a field, a function, a literal in words, a source, a `let`, a parameter, the words within a stage, a
//! block's fence.

mod clause;
mod field;
mod literal;

pub(super) use literal::timespan_in_words;

use std::sync::Arc;

use jiff::tz::TimeZone;
use syntax::analysis::{Context, Param, StageInfo, What};
use syntax::ast::{self, AstNode};
use syntax::observed::Profile;
use syntax::pipeline::RenderKind;
use syntax::{SyntaxKind, SyntaxNode, SyntaxToken, TextRange, TextSize, catalog};

use super::schemas;
use super::words::{self, Kind};
use crate::document::Document;

pub use field::{defined, field};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    pub range: TextRange,
    pub markdown: String,
}

/// What a hover may know beside the text.
#[derive(Clone, Default)]
pub struct Around<'a> {
    /// What the events at this place look like, where a runner was asked.
    pub here: Option<&'a Profile>,
    /// The reader's own time.
    pub zone: Option<TimeZone>,
}

pub fn hover(document: &Document, offset: TextSize, around: &Around<'_>) -> Option<Hover> {
    let root = document.parse().root();
    if root.front_matter().is_some_and(|matter| matter.range().contains_inclusive(offset)) {
        let param = document.analysis().params.iter().find(|param| param.range.contains_inclusive(offset))?;
        return Some(Hover { range: param.range, markdown: about_param(param) });
    }
    let (block, node) = root.blocks().enumerate().find(|(_, block)| block.range().contains_inclusive(offset))?;
    let tokens = node.syntax().token_at_offset(offset).filter(|token| !token.kind().is_trivia());
    // Between two tokens, the one that says more.
    let token = tokens.max_by_key(|token| (is_name(token), token.kind() != SyntaxKind::PIPE))?;
    let context = document.context();
    let at = At { document, block, offset, around, context };
    let (range, markdown) = at.token(&token)?;
    Some(Hover { range, markdown })
}

fn is_name(token: &SyntaxToken) -> bool {
    matches!(token.kind(), SyntaxKind::IDENT | SyntaxKind::QUOTED_IDENT) || token.kind().is_keyword()
}

struct At<'a> {
    document: &'a Document,
    block: usize,
    offset: TextSize,
    around: &'a Around<'a>,
    context: Arc<Context>,
}

impl At<'_> {
    fn token(&self, token: &SyntaxToken) -> Option<(TextRange, String)> {
        let parent = token.parent()?;
        let said = match token.kind() {
            SyntaxKind::PIPE => self.pipe(token)?,
            SyntaxKind::INT | SyntaxKind::REAL | SyntaxKind::SIZE | SyntaxKind::TIMESPAN | SyntaxKind::DATETIME => {
                literal::in_words(&ast::Literal::cast(parent)?, self.around.zone.as_ref())?
            }
            SyntaxKind::STRING => match self.text(token) {
                Some(said) => said,
                None => return self.node(token, parent),
            },
            _ if parent.kind() == SyntaxKind::NAME_PATTERN && parent.text().contains_char('*') => {
                return Some((parent.text_range(), self.pattern(&parent)?));
            }
            SyntaxKind::FENCE_OPEN => return self.fence(&parent),
            _ if parent.kind() == SyntaxKind::INFO => return self.fence(&parent),
            _ if ast::Stage::cast(parent.clone()).is_some_and(|stage| stage.word().as_ref() == Some(token)) => {
                self.stage(token)?
            }
            _ => return self.node(token, parent),
        };
        Some((token.text_range(), said))
    }

    fn node(&self, token: &SyntaxToken, node: SyntaxNode) -> Option<(TextRange, String)> {
        let start = token.text_range().start();
        // Not of the name before it.
        let resolution = self.document.analysis().resolution_at(start).filter(|known| known.range.contains(start));
        if let Some(resolution) = resolution {
            return Some((resolution.range, self.resolved(&resolution.what)?));
        }
        if let Some(said) = self.clause(token, &node) {
            return Some(said);
        }
        if let Some(said) = self.property(&node) {
            return Some((node.text_range(), said));
        }
        let outer = node.parent()?;
        if let Some(binary) = ast::BinaryExpr::cast(node.clone()) {
            let entry = words::entry(&binary.operator()?, &[Kind::Operator])?;
            return Some((binary.operator_range()?, entry.markdown()));
        }
        if let Some(name) = ast::Name::cast(node.clone()) {
            let said = match outer.kind() {
                SyntaxKind::LET => defined(self.document, &name.text())?,
                SyntaxKind::RENDER_STAGE => {
                    let kind = RenderKind::ALL.into_iter().find(|kind| kind.word() == name.text())?;
                    format!("`{}`: {}", kind.word(), catalog::renders::doc(kind))
                }
                SyntaxKind::NAMED_EXPR => self.made(&name.text())?,
                _ => return None,
            };
            return Some((name.range(), said));
        }
        // What the analysis did not reach, because something before it is wrong.
        let name = ast::NameRef::cast(node)?;
        let entry = words::entry(&name.text(), &[Kind::Aggregate, Kind::Function])?;
        Some((name.range(), entry.markdown()))
    }

    fn resolved(&self, what: &What) -> Option<String> {
        match what {
            What::Field { name, ty } => Some(field(self.document, self.offset, name, *ty, self.around.here)),
            What::Function(function) => {
                let row = catalog::functions::by_function(*function)?;
                Some(words::entry(row.word(), &[Kind::Function, Kind::Operator])?.markdown())
            }
            What::Aggregate(word) => Some(words::entry(word, &[Kind::Aggregate])?.markdown()),
            What::Let(name) => defined(self.document, name),
            What::Param(name) => self.param(name),
            What::Source(name) => self.source(name),
        }
    }

    fn pipe(&self, token: &SyntaxToken) -> Option<String> {
        let stages = &self.document.analysis().blocks.get(self.block)?.stages;
        let before = stages.iter().filter(|stage| stage.range.end() <= token.text_range().start());
        let before = before.max_by_key(|stage| stage.range.end())?;
        let profile = self.around.here.or(self.profile().filter(|_| before.input == before.output));
        let changes = before.input != before.output && !before.input.fields.is_empty();
        let difference = changes.then(|| schemas::difference(before));
        Some(match (profile, difference) {
            // It lists what passes as well.
            (None, Some(difference)) => format!("What the stage before makes of its events: {difference}"),
            (profile, difference) => {
                let passes = format!("What passes here:\n\n{}", schemas::table_seen(&before.output, profile));
                let before = difference.map(|difference| format!("\n\n---\n\nThe stage before: {difference}"));
                passes + &before.unwrap_or_default()
            }
        })
    }

    fn stage(&self, token: &SyntaxToken) -> Option<String> {
        let entry = words::entry(token.text(), &[Kind::Stage]);
        let stage = schemas::stage_at(self.document, self.block, token.text_range().end());
        let stage = stage.filter(|stage| stage.range.start() == token.text_range().start());
        let parts: Vec<String> =
            [entry.map(|entry| entry.markdown()), stage.map(Self::through)].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("\n\n---\n\n"))
    }

    fn through(stage: &StageInfo) -> String {
        if stage.input == stage.output { schemas::changes(stage) } else { schemas::difference(stage) }
    }

    /// Of the source that the pipeline here begins with.
    fn profile(&self) -> Option<&Profile> {
        let source = schemas::source_at(self.document, self.offset)?;
        self.context.observed.sources.get(&source).map(|source| &source.fields)
    }

    /// A field that the stage makes.
    fn made(&self, name: &str) -> Option<String> {
        let stage = schemas::stage_at(self.document, self.block, self.offset)?;
        let field = stage.output.field(name)?;
        Some(format!("`{name}`: {}", field.ty))
    }

    fn source(&self, name: &str) -> Option<String> {
        let source = self.context.sources.get(name)?;
        let observed = self.context.observed.sources.get(&source.name);
        let mut said = format!("**{name}** from `{}`", source.uri);
        if let Some(doc) = &source.doc {
            said.push_str(&format!("\n\n{doc}"));
        }
        let lateness = syntax::literal::timespan_text(source.lateness);
        said.push_str("\n\n");
        if let Some(observed) = observed.filter(|observed| observed.rate > 0.0) {
            let since = if observed.live { "" } else { " when the snapshot was taken" };
            said.push_str(&format!("{} events a second{since}. ", crate::results::value::rough(observed.rate)));
        }
        let profile = observed.map(|observed| &observed.fields);
        let fields = schemas::table_seen(&source.schema(), profile);
        said.push_str(&format!("Events may come {lateness} late.\n\n{fields}"));
        Some(said)
    }

    fn param(&self, name: &str) -> Option<String> {
        let param = self.document.analysis().params.iter().find(|param| *param.name == *name)?;
        Some(about_param(param))
    }
}

fn about_param(param: &Param) -> String {
    let mut said = format!("`{}`: {}, a parameter of this runbook", param.name, param.ty);
    if let Some(default) = &param.default {
        said.push_str(&format!("; without a setting it is `{}`", schemas::literal(default)));
    }
    if let Some(doc) = &param.doc {
        said.push_str(&format!("\n\n{doc}"));
    }
    said
}
