//! What stands under the cursor, in a few lines: a stage with what it does to the schema, a pipe with what
//! passes it, a field, a function, a literal in words, a source, a `let`, a parameter.

use syntax::analysis::What;
use syntax::ast::{self, AstNode};
use syntax::pipeline::RenderKind;
use syntax::{SyntaxKind, SyntaxNode, SyntaxToken, TextRange, TextSize, Type, Value, catalog};

use super::schemas;
use super::words::{self, Kind};
use crate::document::Document;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    pub range: TextRange,
    pub markdown: String,
}

pub fn hover(document: &Document, offset: TextSize) -> Option<Hover> {
    let root = document.parse().root();
    let (block, node) = root.blocks().enumerate().find(|(_, block)| block.range().contains_inclusive(offset))?;
    let tokens = node.syntax().token_at_offset(offset).filter(|token| !token.kind().is_trivia());
    // Between two tokens, the one that says more.
    let token = tokens.max_by_key(|token| (is_name(token), token.kind() != SyntaxKind::PIPE))?;
    let at = At { document, block, offset };
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
}

impl At<'_> {
    fn token(&self, token: &SyntaxToken) -> Option<(TextRange, String)> {
        let parent = token.parent()?;
        let said = match token.kind() {
            SyntaxKind::PIPE => self.pipe(token)?,
            SyntaxKind::INT | SyntaxKind::REAL | SyntaxKind::SIZE | SyntaxKind::TIMESPAN | SyntaxKind::DATETIME => {
                literal_in_words(&ast::Literal::cast(parent)?)?
            }
            _ if ast::Stage::cast(parent.clone()).is_some_and(|stage| stage.word().as_ref() == Some(token)) => {
                self.stage(token)?
            }
            _ => return self.node(token, parent),
        };
        Some((token.text_range(), said))
    }

    fn node(&self, token: &SyntaxToken, node: SyntaxNode) -> Option<(TextRange, String)> {
        if let Some(resolution) = self.document.analysis().resolution_at(token.text_range().start()) {
            return Some((resolution.range, self.resolved(&resolution.what)?));
        }
        let outer = node.parent()?;
        if let Some(binary) = ast::BinaryExpr::cast(node.clone()) {
            let entry = words::entry(&binary.operator()?, &[Kind::Operator])?;
            return Some((binary.operator_range()?, entry.markdown()));
        }
        if let Some(name) = ast::Name::cast(node.clone()) {
            let said = match outer.kind() {
                SyntaxKind::LET => self.defined(&name.text())?,
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
            What::Field { name, ty } => Some(self.field(name, *ty)),
            What::Function(function) => {
                let row = catalog::functions::by_function(*function)?;
                Some(words::entry(row.word(), &[Kind::Function, Kind::Operator])?.markdown())
            }
            What::Aggregate(word) => Some(words::entry(word, &[Kind::Aggregate])?.markdown()),
            What::Let(name) => self.defined(name),
            What::Param(name) => self.param(name),
            What::Source(name) => self.source(name),
        }
    }

    fn pipe(&self, token: &SyntaxToken) -> Option<String> {
        let stages = &self.document.analysis().blocks.get(self.block)?.stages;
        let before = stages.iter().filter(|stage| stage.range.end() <= token.text_range().start());
        let before = before.max_by_key(|stage| stage.range.end())?;
        let mut said = format!("What passes here:\n\n{}", schemas::table(&before.output));
        if !before.input.fields.is_empty() {
            said.push_str(&format!("\n\nThe stage before: {}", schemas::changes(before)));
        }
        Some(said)
    }

    fn stage(&self, token: &SyntaxToken) -> Option<String> {
        let entry = words::entry(token.text(), &[Kind::Stage]);
        let stage = schemas::stage_at(self.document, self.block, token.text_range().end());
        let stage = stage.filter(|stage| stage.range.start() == token.text_range().start());
        let parts: Vec<String> =
            [entry.map(|entry| entry.markdown()), stage.map(schemas::changes)].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("\n\n---\n\n"))
    }

    /// A field that the stage makes.
    fn made(&self, name: &str) -> Option<String> {
        let stage = schemas::stage_at(self.document, self.block, self.offset)?;
        let field = stage.output.field(name)?;
        Some(format!("`{name}`: {}", field.ty))
    }

    fn field(&self, name: &str, ty: Type) -> String {
        let context = self.document.context();
        let main = schemas::main_source(self.document, self.block);
        let convention = catalog::attributes::describe(name);
        let declared = schemas::declared(&context.sources.sources, main, name).or(convention.as_ref());
        let unit = declared.and_then(|field| field.unit.as_deref());
        let mut said = format!("`{name}`: {ty}");
        if let Some(unit) = unit {
            said.push_str(&format!(", in {unit}"));
        }
        if let Some(doc) = declared.and_then(|field| field.doc.as_ref()) {
            said.push_str(&format!("\n\n{doc}"));
        }
        let values = schemas::values(declared, name);
        if !values.is_empty() {
            const SHOWN: usize = 8;
            let shown: Vec<String> = values.iter().take(SHOWN).map(|value| format!("`{value}`")).collect();
            let more = if values.len() > SHOWN { " …" } else { "" };
            said.push_str(&format!("\n\nKnown values: {}{more}", shown.join(", ")));
        }
        let renamed = declared.and_then(|field| field.renamed_to.as_deref()).or(catalog::attributes::renamed(name));
        if let Some(new) = renamed {
            said.push_str(&format!("\n\nIts name is `{new}` now."));
        }
        said
    }

    fn source(&self, name: &str) -> Option<String> {
        let context = self.document.context();
        let source = context.sources.get(name)?;
        let mut said = format!("**{name}** from `{}`", source.uri);
        if let Some(doc) = &source.doc {
            said.push_str(&format!("\n\n{doc}"));
        }
        let lateness = syntax::literal::timespan_text(source.lateness);
        said.push_str(&format!("\n\nEvents may come {lateness} late.\n\n{}", schemas::table(&source.schema())));
        Some(said)
    }

    fn param(&self, name: &str) -> Option<String> {
        let param = self.document.analysis().params.iter().find(|param| *param.name == *name)?;
        let mut said = format!("`{name}`: {}, a parameter of this runbook", param.ty);
        if let Some(default) = &param.default {
            said.push_str(&format!("; without a setting it is `{}`", schemas::literal(default)));
        }
        if let Some(doc) = &param.doc {
            said.push_str(&format!("\n\n{doc}"));
        }
        Some(said)
    }

    fn defined(&self, name: &str) -> Option<String> {
        use syntax::analysis::Meaning;
        let lets = &self.document.analysis().lets;
        let defined = lets.iter().find(|defined| *defined.name == *name)?;
        let text = self.document.slice(defined.range);
        let meaning = match &defined.meaning {
            Meaning::Pipeline(schema) => format!("\n\nGives:\n\n{}", schemas::table(schema)),
            Meaning::Expression(ty) => format!("\n\nA {ty}."),
            Meaning::Broken => String::new(),
        };
        Some(format!("```headwater\n{text}\n```{meaning}"))
    }
}

/// `90s` is "1 minute 30 seconds"; `4KiB` is "4,096 bytes". None where the literal says it all.
fn literal_in_words(literal: &ast::Literal) -> Option<String> {
    let token = literal.token()?;
    match (token.kind(), literal.value().ok()?) {
        (SyntaxKind::SIZE, Value::Long(bytes)) => Some(format!("{} bytes", crate::results::value::long(bytes))),
        (_, Value::Timespan(nanos)) => Some(timespan_in_words(nanos)),
        (_, Value::Datetime(nanos)) => {
            let at = jiff::Timestamp::from_nanosecond(i128::from(nanos)).ok()?;
            Some(at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%A, %-d %B %Y, %H:%M:%S UTC").to_string())
        }
        (SyntaxKind::INT, Value::Long(value)) if value >= 1_000 => Some(crate::results::value::long(value)),
        _ => None,
    }
}

fn timespan_in_words(nanos: i64) -> String {
    const UNITS: [(u64, &str); 7] = [
        (86_400_000_000_000, "day"),
        (3_600_000_000_000, "hour"),
        (60_000_000_000, "minute"),
        (1_000_000_000, "second"),
        (1_000_000, "millisecond"),
        (1_000, "microsecond"),
        (1, "nanosecond"),
    ];
    let mut rest = nanos.unsigned_abs();
    let mut parts = Vec::new();
    for (size, unit) in UNITS {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
        }
    }
    let sign = if nanos < 0 { "minus " } else { "" };
    if parts.is_empty() { "no time at all".to_owned() } else { format!("{sign}{}", parts.join(" ")) }
}
