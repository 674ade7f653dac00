//! Gives a let, a parameter or a field that a stage makes another name, wherever it is named.
//!
//! Refused, with the reason, where the text would then mean something else: the text after the edits is read,
//! and every name in it must stand for what it stood for.

mod cases;
mod check;
mod spell;

use syntax::{Edit, Name, TextRange, TextSize};

use super::names::{Id, Kind, Named, Names, Place, Thing};
use crate::document::Document;

pub use spell::spell;

/// What can be renamed at a place, and the name that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamable {
    pub range: TextRange,
    pub name: Name,
}

/// The error says why nothing can be renamed there.
pub fn prepare(document: &Document, offset: TextSize) -> Result<Renamable, String> {
    let names = document.names();
    let (place, _) = renamed(document, names, offset)?;
    let name = names.things[place.things[0]].name.clone();
    Ok(Renamable { range: place.range, name })
}

/// Edits that do not overlap; none where the name is the same.
pub fn rename(document: &Document, offset: TextSize, new: &str) -> Result<Vec<Edit>, String> {
    let names = document.names();
    let (place, things) = renamed(document, names, offset)?;
    let thing = &names.things[place.things[0]];
    let new = spell::name(new, &thing.kind)?;
    if new == *thing.name {
        return Ok(Vec::new());
    }
    check::is_free(document, names, &things, &new)?;
    let mut edits = edits(document, names, &things, &new);
    let of_tests = match thing.kind {
        Kind::Param => cases::settings(document, &thing.name, &new),
        Kind::Made => cases::columns(document, &edits, &thing.name, &new),
        _ => Vec::new(),
    };
    edits.extend(of_tests);
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    check::means_the_same(document, names, &edits, &new)?;
    Ok(edits)
}

/// The name at the offset and all things that must be renamed with it.
fn renamed<'a>(document: &Document, names: &'a Names, offset: TextSize) -> Result<(&'a Place, Vec<Id>), String> {
    let place = names.at(offset).ok_or("only lets, parameters, and fields that a stage makes can be renamed")?;
    let things = names.together(&place.things);
    for thing in &things {
        refuse(&names.things[*thing], things.len() > 1).map_or(Ok(()), Err)?;
    }
    if document.too_large() { Err("the runbook is too large to be read".to_owned()) } else { Ok((place, things)) }
}

fn refuse(thing: &Thing, with_others: bool) -> Option<String> {
    let Thing { name, kind, site } = thing;
    let also = if with_others { " too" } else { "" };
    match kind {
        Kind::Source => Some(format!("`{name}` is a source; it has its name in `headwater.toml`")),
        Kind::Of(source) if source.is_empty() => Some(format!("nothing here says where `{name}` comes from")),
        Kind::Of(source) => Some(format!(
            "`{name}` is a field of the source `{source}`{also}; `project-rename` gives it another name in a pipeline"
        )),
        Kind::Beside(_) => Some(format!(
            "`{name}` has its name because the other side of the join has the same field; rename it there, or by \
             `project-rename`"
        )),
        Kind::Made if site.is_some_and(|site| site.named == Named::Given) => {
            Some(format!("`{name}` is the name that its stage gives; `project-rename` gives it another"))
        }
        Kind::Made | Kind::Let | Kind::Param => None,
    }
}

fn edits(document: &Document, names: &Names, things: &[Id], new: &str) -> Vec<Edit> {
    let old = &names.things[things[0]].name;
    let before = |range: TextRange, name: &str| Edit {
        range: TextRange::empty(range.start()),
        text: format!("{} = ", spell(name, false)),
    };
    let mut edits = Vec::new();
    for (id, thing) in names.things.iter().enumerate() {
        let Some(site) = thing.site.filter(|site| site.named == Named::Implied) else { continue };
        if things.contains(&id) {
            edits.push(before(site.range, new));
        } else if thing.name.contains(&**old)
            && names.is_wanted(id)
            && names.places_of(things).any(|place| site.range.contains_range(place.range))
        {
            // `avg(x)` makes `avg_x`, which is named below: it keeps its name.
            edits.push(before(site.range, &thing.name));
        }
    }
    for place in names.places_of(things) {
        let alone = matches!(names.things[place.things[0]].kind, Kind::Let | Kind::Param);
        let in_yaml = alone && place.writes && names.things[place.things[0]].kind == Kind::Param;
        let written = document.slice(place.range);
        let text = match in_yaml {
            true => yaml_key(written, new),
            false => bracketed(written, new).unwrap_or_else(|| spell(new, alone)),
        };
        edits.push(Edit { range: place.range, text });
    }
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    edits
}

/// In the brackets and quotes that it had: `['a name']`.
fn bracketed(old: &str, new: &str) -> Option<String> {
    let inside = old.strip_prefix('[')?.strip_suffix(']')?.trim();
    let quote = inside.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    (!new.contains([quote, '\\'])).then(|| format!("[{quote}{new}{quote}]"))
}

/// In the quotes that it had.
fn yaml_key(old: &str, new: &str) -> String {
    match old.chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{new}{quote}"),
        _ => new.to_owned(),
    }
}
