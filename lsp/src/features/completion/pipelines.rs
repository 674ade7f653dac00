//! How pipelines begin and go on: sources, lets, parameters, stages, and whole pipelines for the questions
//! that are asked most.

use syntax::analysis::{Let, Meaning};
use syntax::ast::{self, AstNode};
use syntax::source::SourceDecl;
use syntax::{Schema, Type, catalog, literal};

use super::wanted::Wanted;
use super::{FAIR, FIRST, GOOD, Item, ItemKind, LAST, LATE, List, Rank};
use crate::features::schemas;
use crate::features::templates::{self, Question};
use crate::features::words::{self, Entry, Kind};

impl<'a> List<'a> {
    pub(super) fn sources(&mut self, new: bool) {
        self.pipeline_lets();
        let context = self.document.context();
        for source in &context.sources.sources {
            let seen = context.observed.sources.get(&source.name);
            let rate = seen.map(|seen| seen.rate).filter(|rate| *rate > 0.0);
            let rate = rate.map(|rate| format!(", {}/s", crate::results::value::rough(rate))).unwrap_or_default();
            let detail = format!("{}{rate}", source.uri);
            let rank = self.side(&source.schema(), Some(source));
            self.add(rank, 0.0, Item::new(&source.name, ItemKind::Source, detail));
        }
        if let Some(ast::Stage::Lookup(_)) = self.stage_around() {
            let snippet = Some("datatable(${1:name}: ${2:string}) [$0]".to_owned());
            let item = Item::new("datatable", ItemKind::Word, "a table that is written here");
            self.add(GOOD, 0.0, Item { snippet, insert: "datatable(".to_owned(), ..item });
        }
        if new {
            context.sources.sources.iter().for_each(|source| self.questions(source));
            let snippet = Some("let ${1:name} = $0;".to_owned());
            self.add(LAST, 0.0, Item { snippet, ..Item::new("let", ItemKind::Word, "names a pipeline or a value") });
        } else if self.place.in_value {
            self.params(&Wanted::default());
            self.functions(&Wanted::default(), None);
        }
    }

    /// Whole pipelines over a source that has what they ask for.
    fn questions(&mut self, source: &SourceDecl) {
        let schema = source.schema();
        for question in &templates::QUESTIONS {
            let label = format!("{} ({})", question.title, source.name);
            let value = |field: &str| self.value_that_occurs(source, field);
            let Some((insert, snippet)) = asked(question, source, &schema, value) else { continue };
            // A block in a quote or a list goes on behind the same marks.
            let lines = |text: String| text.replace('\n', &format!("\n{}", self.place.line_prefix));
            let item = Item::new(&label, ItemKind::Pipeline, question.detail);
            let (insert, snippet) = (lines(insert), Some(lines(snippet)));
            self.add(FAIR, 0.0, Item { insert, snippet, ..item });
        }
    }

    /// The most frequent one, else one that is known.
    fn value_that_occurs(&self, source: &SourceDecl, field: &str) -> Option<String> {
        let context = self.document.context();
        let seen = context.observed.sources.get(&source.name).and_then(|seen| seen.fields.get(field));
        let seen = seen.and_then(|seen| seen.top.first()).map(|(value, _)| value.clone());
        let declared = || {
            schemas::values(source.fields.iter().find(|it| *it.name == *field), field)
                .into_iter()
                .find_map(|it| literal::unquote(&it).ok().map(|it| it.into_owned()))
        };
        seen.filter(|value| !value.ends_with('…')).or_else(declared)
    }

    /// Those that are pipelines.
    pub(super) fn pipeline_lets(&mut self) {
        for defined in self.defined_before() {
            let detail = match &defined.meaning {
                Meaning::Pipeline(schema) => format!("let, {} fields", schema.fields.len()),
                Meaning::Broken => "let".to_owned(),
                Meaning::Expression(_) | Meaning::Function { .. } => continue,
            };
            let rank = match &defined.meaning {
                Meaning::Pipeline(schema) => {
                    let source = schemas::source_of_let(self.document, defined);
                    let context = self.document.context();
                    self.side(schema, source.and_then(|source| context.sources.get(&source)))
                }
                _ => GOOD,
            };
            let rank = if rank == GOOD { FIRST } else { rank };
            self.add(rank, 0.0, Item::new(&defined.name, ItemKind::Let, detail));
        }
    }

    /// How well a pipeline serves as the other side of a `join` or `lookup`; anywhere else all are alike.
    fn side(&self, schema: &Schema, source: Option<&SourceDecl>) -> Rank {
        let fits = match self.stage_around() {
            Some(ast::Stage::Join(join)) => join.on().is_none_or(|on| has_keys(schema, &on)),
            Some(ast::Stage::Lookup(lookup)) => {
                source.is_none_or(|source| source.uri.bounded()) && lookup.on().is_none_or(|on| has_keys(schema, &on))
            }
            _ => true,
        };
        if fits { GOOD } else { FAIR }
    }

    /// The stage whose side begins at the cursor.
    fn stage_around(&self) -> Option<ast::Stage> {
        let root = self.document.parse().root();
        let mut token = root.syntax().token_at_offset(self.place.word.start()).left_biased()?;
        while token.kind().is_trivia() {
            token = token.prev_token()?;
        }
        token.parent_ancestors().find_map(ast::Stage::cast)
    }

    /// Those that are values.
    pub(super) fn value_lets(&mut self, wanted: &Wanted) {
        for defined in self.defined_before() {
            let (detail, rank) = match &defined.meaning {
                Meaning::Expression(ty) => (format!("let, {ty}"), self.named_rank(wanted, *ty)),
                Meaning::Broken => ("let".to_owned(), FAIR),
                Meaning::Function { signature, .. } => (signature.clone(), LAST),
                Meaning::Pipeline(_) => continue,
            };
            if wanted.constant && rank == LAST {
                continue;
            }
            self.add(rank, 0.0, Item::new(&defined.name, ItemKind::Let, detail));
        }
    }

    /// What is not written yet is no use in its own definition, nor before it.
    pub(super) fn defined_before(&self) -> impl Iterator<Item = &'a Let> + use<'a> {
        let (document, here) = (self.document, self.place.word.start());
        document.analysis().lets.iter().filter(move |defined| defined.range.end() < here)
    }

    /// Of a parameter or let: fields are compared with them; elsewhere fields are meant first.
    fn named_rank(&self, wanted: &Wanted, ty: Type) -> Rank {
        let compared = self.place.beside.is_some() && self.place.row.is_empty();
        let by = self.place.by && self.place.calls.is_empty();
        match wanted.rank(ty) {
            // One value makes neither groups nor an order.
            rank if by && self.place.row.is_empty() => rank.max(LATE),
            GOOD if wanted.is(ty) && (compared || wanted.constant) => FIRST,
            rank => rank.max(FAIR),
        }
    }

    /// Those that are used most come first; what cannot follow here comes last. `pipe` is written before.
    pub(super) fn stages(&mut self, rank: Rank, pipe: &str) {
        let mut entries = words::all(Kind::Stage);
        let position = |entry: &Entry| templates::STAGES.iter().position(|(word, _)| *word == entry.word);
        entries.sort_by_key(|entry| position(entry).unwrap_or(usize::MAX));
        for entry in entries {
            let runs = catalog::stages::by_word(entry.word).is_some_and(|row| row.runs);
            let snippet = templates::stage(entry.word).map(|snippet| format!("{pipe}{}", self.timed(snippet)));
            let insert = format!("{pipe}{} ", entry.word);
            let item = Item { snippet, insert, ..Item::entry(&entry, ItemKind::Stage) };
            self.add(if runs && self.fits(entry.word) { rank } else { LAST }, 0.0, item);
        }
        let typed = self.document.slice(self.place.word);
        for (said, word) in templates::ALSO_SAID {
            // Written whole it is a finding, with its fix.
            if !typed.is_empty() && said.starts_with(typed) && said != typed {
                let snippet = templates::stage(word).map(|snippet| format!("{pipe}{}", self.timed(snippet)));
                let item = Item::new(said, ItemKind::Stage, format!("`{word}` does that"));
                self.add(FAIR.max(rank), 0.0, Item { snippet, insert: format!("{pipe}{word} "), ..item });
            }
        }
    }

    /// The snippet's window is over the field that carries event time here; without one there is none.
    fn timed(&self, snippet: &str) -> String {
        match self.schema().map(|schema| schema.time.as_deref()) {
            Some(Some("timestamp")) | None => snippet.to_owned(),
            Some(Some(time)) => snippet.replace("bin(timestamp", &format!("bin({time}")),
            Some(None) => snippet.replace("${2:bin(timestamp, 10s)}", "${2:key}"),
        }
    }

    /// The fields that reach the cursor are such that the stage can do something.
    fn fits(&self, word: &str) -> bool {
        let Some(schema) = self.schema() else { return true };
        let has = |ty: Type| schema.open || schema.fields.iter().any(|field| field.ty == ty);
        match word {
            "parse" | "parse-where" | "parse-kv" => has(Type::String) || has(Type::Dynamic),
            "mv-expand" => has(Type::Dynamic),
            // Without a window behind it, a stream has no end to sort at.
            "sort" => schema.time.is_none() || self.windowed(),
            _ => true,
        }
    }

    /// A `summarize` stands before the cursor in this block.
    fn windowed(&self) -> bool {
        let Some(block) = self.document.analysis().blocks.get(self.place.block) else { return false };
        let before = block.stages.iter().filter(|stage| stage.range.end() <= self.place.word.start());
        before.into_iter().any(|stage| self.document.slice(stage.range).starts_with("summarize"))
    }

    pub(super) fn params(&mut self, wanted: &Wanted) {
        for param in &self.document.analysis().params {
            let rank = self.named_rank(wanted, param.ty);
            if wanted.constant && rank == LAST {
                continue;
            }
            self.add(rank, 0.0, Item::new(&param.name, ItemKind::Param, format!("parameter, {}", param.ty)));
        }
    }
}

/// All fields that the sides are joined by.
fn has_keys(schema: &Schema, on: &ast::OnClause) -> bool {
    let mut names = on.keys().filter_map(|key| match key {
        ast::Expr::Name(name) => Some(name.text()),
        _ => None,
    });
    names.all(|name| schema.open || schema.field(&name).is_some())
}

/// The question's text and snippet with the source's own fields; None where it has not what is asked for.
fn asked(
    question: &Question,
    source: &SourceDecl,
    schema: &Schema,
    value: impl Fn(&str) -> Option<String>,
) -> Option<(String, String)> {
    let mut text = question.text.replace("{source}", &source.name);
    text = text.replace("{time}", schema.time.as_deref()?);
    for (place, candidates) in templates::PLACES {
        if text.contains(place) {
            let found = candidates.iter().find(|(field, _)| schema.field(field).is_some())?;
            text = text.replace(place, found.1);
            // A value of it that occurs, else one to be written.
            let value = value(found.0).unwrap_or_else(|| "…".to_owned()).replace(['"', '\\', '<', '>', '$', '}'], "");
            text = text.replace(&place.replace('}', "=}"), &value);
        }
    }
    // `<…>` is what the writer fills in; a sign of comparison has a space behind it.
    let text = text.replace("< ", "\u{1}");
    let (mut plain, mut snippet, mut count) = (String::new(), String::new(), 0);
    for part in text.split('<') {
        match part.split_once('>') {
            Some((filled, rest)) if count > 0 => {
                plain.push_str(filled);
                plain.push_str(rest);
                snippet.push_str(&format!("${{{count}:{filled}}}{rest}"));
            }
            _ => {
                plain.push_str(part);
                snippet.push_str(part);
            }
        }
        count += 1;
    }
    let signs = |text: String| text.replace('\u{1}', "< ");
    Some((signs(plain), signs(snippet)))
}
