//! Whether a text means the same after a rename.

use std::collections::{BTreeMap, BTreeSet};

use syntax::analysis::{Let, Meaning};
use syntax::source::SourceName;
use syntax::{Code, Edit, Name, TextRange, TextSize};

use crate::document::Document;
use crate::features::names::{Id, Kind, Named, Names};

/// Nothing else has the name where it would be read; says what has.
pub(super) fn is_free(document: &Document, names: &Names, things: &[Id], new: &str) -> Result<(), String> {
    let analysis = document.analysis();
    let line = |at: TextSize| document.line(at) + 1;
    let of_field = names.things[things[0]].kind == Kind::Made;
    if let Some(it) = analysis.lets.iter().find(|it| *it.name == *new) {
        let value = !matches!(it.meaning, Meaning::Pipeline(_));
        if !of_field || value {
            return Err(format!("there is a `let {new}` already, on line {}", line(it.name_range.start())));
        }
    }
    if let Some(param) = analysis.params.iter().find(|param| *param.name == *new) {
        return Err(format!("there is a parameter `{new}` already, on line {}", line(param.range.start())));
    }
    if !of_field && document.context().sources.get(new).is_some() {
        return Err(format!("there is a source `{new}`, which would no longer be found"));
    }
    let of_pipeline = |thing: &Id| {
        let name = &names.things[*thing].name;
        let pipeline = |it: &Let| it.name == *name && matches!(it.meaning, Meaning::Pipeline(_));
        names.things[*thing].kind == Kind::Let && analysis.lets.iter().any(pipeline)
    };
    // Where a pipeline begins no field is looked for.
    if things.iter().all(of_pipeline) {
        return Ok(());
    }
    let stages = || analysis.blocks.iter().flat_map(|block| &block.stages);
    let places: Vec<TextRange> = names.places_of(things).map(|place| place.range).collect();
    let sites = things.iter().filter_map(|thing| names.things[*thing].site).map(|site| site.range);
    for range in places.into_iter().chain(sites) {
        let within = stages().filter(|stage| stage.range.contains_range(range)).min_by_key(|stage| stage.range.len());
        let Some(stage) = within else { continue };
        let made_anew = |name: &str| stage.made.iter().any(|made| *made.name == *name);
        let entered = stage.input.field(new).is_some();
        if entered || of_field && stage.output.field(new).is_some() && made_anew(new) {
            return Err(format!("`{new}` is a field on line {} already", line(range.start())));
        }
    }
    Ok(())
}

/// Reads the text after the edits and compares.
pub(super) fn means_the_same(document: &Document, names: &Names, edits: &[Edit], new: &str) -> Result<(), String> {
    let context = document.context();
    let after = Document::new(document.with_edits(edits), document.version(), move || context.clone());
    let codes = |document: &Document| -> BTreeMap<Code, usize> {
        let mut codes = BTreeMap::new();
        document.diagnostics().iter().for_each(|found| *codes.entry(found.code).or_default() += 1);
        codes
    };
    let before = codes(document);
    for (code, count) in codes(&after) {
        if count > before.get(&code).copied().unwrap_or(0) {
            // Of several, the one that speaks of the new name.
            let of_code = || after.diagnostics().iter().filter(|found| found.code == code);
            let found = of_code().find(|found| found.message.contains(new)).or_else(|| of_code().next());
            let why = found.map(|found| format!(" (line {})", after.line(found.range.start()) + 1));
            let message = found.map_or("", |found| &found.message);
            return Err(format!("with the name `{new}`, {message}{}", why.unwrap_or_default()));
        }
    }
    let moved = Moved { edits };
    let old = meanings(names, |at| moved.place(at), |range| moved.site(range));
    let now = meanings(after.names(), |at| at, |range| range.start());
    let inserted = edits.iter().filter(|edit| edit.range.is_empty()).count();
    let changed = old.iter().find(|(at, things)| now.get(at) != Some(things));
    if let Some((at, _)) = changed {
        return Err(format!("with the name `{new}`, line {} would mean something else", after.line(*at) + 1));
    }
    if now.len() != old.len() + inserted || widths(document) != widths(&after) {
        return Err(format!("with the name `{new}`, other fields would come out of a stage"));
    }
    Ok(())
}

/// How many fields each stage lets out.
fn widths(document: &Document) -> Vec<usize> {
    let stages = document.analysis().blocks.iter().flat_map(|block| &block.stages);
    stages.map(|stage| stage.output.fields.len()).collect()
}

/// What is the same thing in two texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Made(TextSize),
    Source(Name),
    Of(SourceName, Name),
    Beside(BTreeSet<Key>),
}

/// For each name in the text, what it stands for.
fn meanings(
    names: &Names,
    place: impl Fn(TextSize) -> TextSize,
    site: impl Fn(TextRange) -> TextSize,
) -> BTreeMap<TextSize, BTreeSet<Key>> {
    let keys = |things: &[Id]| things.iter().map(|thing| key(names, *thing, &site)).collect::<BTreeSet<Key>>();
    let mut found: BTreeMap<TextSize, BTreeSet<Key>> = BTreeMap::new();
    for named in &names.places {
        found.entry(place(named.range.start())).or_default().extend(keys(&named.things));
    }
    found
}

fn key(names: &Names, thing: Id, site: &impl Fn(TextRange) -> TextSize) -> Key {
    let thing = &names.things[thing];
    match (&thing.kind, thing.site) {
        (Kind::Of(source), _) => Key::Of(source.clone(), thing.name.clone()),
        (Kind::Beside(of), _) => Key::Beside(of.iter().map(|thing| key(names, *thing, site)).collect()),
        // One that is not written lies where its expression does, and a name may be put before that.
        (_, Some(made)) if made.named == Named::Written => Key::Made(site(TextRange::empty(made.range.start()))),
        (_, Some(made)) => Key::Made(site(made.range)),
        (_, None) => Key::Source(thing.name.clone()),
    }
}

/// Where offsets are after edits.
struct Moved<'a> {
    edits: &'a [Edit],
}

impl Moved<'_> {
    /// Of the start of a name: what is put before it moves it.
    fn place(&self, at: TextSize) -> TextSize {
        self.after(at, |edit| edit.range.end() <= at)
    }

    /// Of what makes a field: a name that is put before its expression is its name.
    fn site(&self, range: TextRange) -> TextSize {
        let at = range.start();
        let named = |edit: &Edit| edit.range.is_empty() && edit.range.start() == at;
        if range.is_empty() {
            return self.place(at);
        }
        self.after(at, |edit| edit.range.end() <= at && !named(edit))
    }

    fn after(&self, at: TextSize, moves: impl Fn(&Edit) -> bool) -> TextSize {
        let edits = self.edits.iter().filter(|edit| moves(edit));
        edits.fold(at, |at, edit| at + TextSize::of(edit.text.as_str()) - edit.range.len())
    }
}
